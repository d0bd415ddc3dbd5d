/* symbols.c -- the closed list of what generated code may call, by name.
 *
 * The names come from the runtime's call list (rt_abi.def), from what the library's bitcode defines (a body that was
 * not inlined is called natively) and from what it calls in turn. */
#include "compiler/backend/backend.h"

#include "stdlib/externs.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOL(symbol) extern void address_of_##symbol(void) __asm__(#symbol);
#include "compiler/backend/library_symbols.def"
#include "runtime/abi/rt_abi.def"
#undef SYMBOL

typedef struct Symbol {
    const char *name;
    void (*address)(void);
} Symbol;

/* Sorted by name: llvm-nm prints them so. */
static const Symbol LIBRARY[] = {
#define SYMBOL(symbol) { #symbol, address_of_##symbol },
#include "compiler/backend/library_symbols.def"
#undef SYMBOL
};

static const Symbol RUNTIME[] = {
#define SYMBOL(symbol) { #symbol, address_of_##symbol },
#include "runtime/abi/rt_abi.def"
#undef SYMBOL
};

static int compare_symbol(const void *name, const void *symbol)
{
    return strcmp(name, ((const Symbol *)symbol)->name);
}

void *backend_native_symbol(const char *name)
{
    const Symbol *found = bsearch(name, LIBRARY, sizeof LIBRARY / sizeof LIBRARY[0], sizeof LIBRARY[0], compare_symbol);
    if (found != NULL)
        return (void *)(uintptr_t)found->address;
    for (size_t i = 0; i < sizeof RUNTIME / sizeof RUNTIME[0]; i++) {
        if (strcmp(name, RUNTIME[i].name) == 0)
            return (void *)(uintptr_t)RUNTIME[i].address;
    }
    for (uint32_t i = 0; i < STDLIB_EXTERN_COUNT; i++) {
        if (strcmp(name, STDLIB_EXTERNS[i].symbol) == 0)
            return (void *)(uintptr_t)STDLIB_EXTERNS[i].address;
    }
    return NULL;
}
