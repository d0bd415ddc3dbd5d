/* sketch_case.h -- what the tests of sketches share: seeded numbers, texts of numbers, blocks.
 *
 * Threads    the test's. */
#ifndef SQC_TESTS_SKETCH_CASE_H
#define SQC_TESTS_SKETCH_CASE_H

#include "runtime/base/alloc.h"
#include "runtime/base/arena.h"
#include "runtime/base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* splitmix64 */
static inline uint64_t seeded(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline double seeded_share(uint64_t *state)
{
    return (double)(seeded(state) >> 11) * 0x1p-53;
}

/* "user-7" in a buffer of 32 bytes. */
static inline Str user_text(char *buffer, uint64_t number)
{
    int len = snprintf(buffer, 32, "user-%llu", (unsigned long long)number);
    return (Str){ buffer, (uint64_t)len };
}

static inline void *zeroed(uint64_t bytes)
{
    void *block = mem_alloc_zeroed(bytes);
    assert_non_null(block);
    return block;
}

#endif
