/* arena.c -- chunks in a chain, the newest first.
 *
 *   arena.chunk -> [header | used ......... next ... free ... end] -> older chunk -> NULL
 *   arena.spare -> chunks that a release emptied */
#include "runtime/base/arena.h"

#include "runtime/base/alloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#define REDZONE 8u
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#define REDZONE 0u
#endif

enum { CHUNK_BYTES = 64 * 1024, ALIGN_MAX = 64 };

struct ArenaChunk {
    ArenaChunk *older;
    size_t size; /* of the data behind the header */
    _Alignas(ALIGN_MAX) char data[];
};

void arena_init(Arena *arena)
{
    *arena = (Arena){ .chunk_bytes = CHUNK_BYTES };
}

void arena_init_may_fail(Arena *arena)
{
    *arena = (Arena){ .chunk_bytes = CHUNK_BYTES, .may_fail = true };
}

static void chain_free(ArenaChunk *chunk)
{
    while (chunk != NULL) {
        ArenaChunk *older = chunk->older;
        UNPOISON(chunk->data, chunk->size);
        mem_free(chunk);
        chunk = older;
    }
}

void arena_free(Arena *arena)
{
    bool may_fail = arena->may_fail;
    chain_free(arena->chunk);
    chain_free(arena->spare);
    *arena = (Arena){ .chunk_bytes = CHUNK_BYTES, .may_fail = may_fail };
}

/* Finds a spare chunk that is large enough or asks for a new one; false only when the arena may fail. */
static bool arena_grow(Arena *arena, size_t need)
{
    ArenaChunk **link = &arena->spare;
    while (*link != NULL && (*link)->size < need)
        link = &(*link)->older;
    ArenaChunk *chunk = *link;
    if (chunk != NULL) {
        *link = chunk->older;
    } else {
        size_t size = need > arena->chunk_bytes ? need : arena->chunk_bytes;
        chunk = size > SIZE_MAX - sizeof *chunk ? NULL : mem_alloc(sizeof *chunk + size);
        if (chunk == NULL) {
            if (!arena->may_fail)
                mem_exhausted();
            return false;
        }
        chunk->size = size;
        arena->bytes_total += size;
        POISON(chunk->data, chunk->size);
    }
    chunk->older = arena->chunk;
    arena->chunk = chunk;
    arena->next = chunk->data;
    arena->end = chunk->data + chunk->size;
    return true;
}

void *arena_alloc_slow(Arena *arena, size_t size, size_t align)
{
    assert(align != 0 && (align & (align - 1)) == 0 && align <= ALIGN_MAX);
    if (size > SIZE_MAX - 2 * ALIGN_MAX) {
        if (!arena->may_fail)
            mem_exhausted();
        return NULL;
    }
    uintptr_t at = ((uintptr_t)arena->next + (align - 1)) & ~(uintptr_t)(align - 1);
    if (arena->next == NULL || at > (uintptr_t)arena->end || size + REDZONE > (uintptr_t)arena->end - at) {
        if (!arena_grow(arena, size + align + REDZONE))
            return NULL;
        at = ((uintptr_t)arena->next + (align - 1)) & ~(uintptr_t)(align - 1);
    }
    arena->next = (char *)(at + size + REDZONE);
    UNPOISON((void *)at, size);
    return (void *)at;
}

void *arena_alloc_zeroed(Arena *arena, size_t size, size_t align)
{
    void *block = arena_alloc(arena, size, align);
    if (block != NULL)
        memset(block, 0, size);
    return block;
}

char *arena_copy(Arena *arena, const char *data, size_t len)
{
    char *copy = arena_alloc(arena, len + 1, 1);
    if (copy != NULL) {
        if (len > 0)
            memcpy(copy, data, len);
        copy[len] = '\0';
    }
    return copy;
}

char *arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(len >= 0);
    char *text = arena_alloc(arena, (size_t)len + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}

ArenaMark arena_mark(const Arena *arena)
{
    return (ArenaMark){ .chunk = arena->chunk, .next = arena->next };
}

static void wipe(char *from, char *to)
{
#ifndef NDEBUG
    UNPOISON(from, (size_t)(to - from));
    memset(from, 0xDD, (size_t)(to - from));
#endif
    POISON(from, (size_t)(to - from));
}

void arena_release(Arena *arena, ArenaMark mark)
{
    while (arena->chunk != mark.chunk) {
        ArenaChunk *chunk = arena->chunk;
        assert(chunk != NULL && "the mark belongs to another arena or was released already");
        wipe(chunk->data, arena->next != NULL && arena->next >= chunk->data && arena->next <= chunk->data + chunk->size
                              ? arena->next
                              : chunk->data + chunk->size);
        arena->chunk = chunk->older;
        arena->next = NULL;
        chunk->older = arena->spare;
        arena->spare = chunk;
    }
    if (arena->chunk != NULL) {
        char *used = arena->next != NULL ? arena->next : arena->chunk->data + arena->chunk->size;
        wipe(mark.next, used);
        arena->end = arena->chunk->data + arena->chunk->size;
    } else {
        arena->end = NULL;
    }
    arena->next = mark.next;
}

void arena_reset(Arena *arena)
{
    arena_release(arena, (ArenaMark){ 0 });
}
