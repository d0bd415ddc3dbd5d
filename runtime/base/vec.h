/* vec.h -- a growable array in an arena.
 *
 *   VEC(Token) tokens = { 0 };
 *   vec_push(arena, &tokens, token);
 *   for (uint32_t i = 0; i < tokens.count; i++) use(tokens.items[i]);
 *
 * Growing leaves the old block in the arena: at most the size of the array is lost. */
#ifndef SQC_BASE_VEC_H
#define SQC_BASE_VEC_H

#include "runtime/base/arena.h"

#define VEC(T)                                                                                                         \
    struct {                                                                                                           \
        T *items;                                                                                                      \
        uint32_t count;                                                                                                \
        uint32_t capacity;                                                                                             \
    }

#define vec_push(arena, vec, item)                                                                                     \
    do {                                                                                                               \
        if ((vec)->count == (vec)->capacity)                                                                           \
            (vec)->items = vec_grow((arena), (vec)->items, (vec)->count, &(vec)->capacity, sizeof *(vec)->items);      \
        (vec)->items[(vec)->count++] = (item);                                                                         \
    } while (0)

void *vec_grow(Arena *arena, const void *items, uint32_t count, uint32_t *capacity, size_t item_bytes);

#endif
