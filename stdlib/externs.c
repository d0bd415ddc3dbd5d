/* externs.c -- externs.def as addresses.
 *
 * Each symbol is declared under a name of its own with an assembler label, so that no header is needed and no prototype
 * has to agree. */
#include "stdlib/externs.h"

#define EXTERN(symbol) extern void address_of_##symbol(void) __asm__(#symbol);
#include "stdlib/externs.def"
#undef EXTERN

const StdlibExtern STDLIB_EXTERNS[] = {
#define EXTERN(symbol_) { #symbol_, address_of_##symbol_ },
#include "stdlib/externs.def"
#undef EXTERN
};

const uint32_t STDLIB_EXTERN_COUNT = sizeof STDLIB_EXTERNS / sizeof STDLIB_EXTERNS[0];
