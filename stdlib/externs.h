/* externs.h -- addresses of the C functions that the bitcode library calls.
 *
 * Threads    constant data. */
#ifndef SQC_STDLIB_EXTERNS_H
#define SQC_STDLIB_EXTERNS_H

#include <stdint.h>

typedef struct StdlibExtern {
    const char *symbol;
    void (*address)(void);
} StdlibExtern;

extern const StdlibExtern STDLIB_EXTERNS[];
extern const uint32_t STDLIB_EXTERN_COUNT;

#endif
