/* vec.c -- doubling an array inside an arena. */
#include "runtime/base/vec.h"

#include "runtime/base/alloc.h"

#include <string.h>

void *vec_grow(Arena *arena, const void *items, uint32_t count, uint32_t *capacity, size_t item_bytes)
{
    if (*capacity > UINT32_MAX / 2)
        mem_exhausted();
    *capacity = *capacity == 0 ? 8 : *capacity * 2;
    void *grown = arena_alloc(arena, item_bytes * *capacity, 16);
    if (count > 0)
        memcpy(grown, items, item_bytes * count);
    return grown;
}
