/* arena.h -- memory that dies together.
 *
 * An arena hands out memory by moving a pointer through chunks and gives it all back at once.  The name of the
 * variable says the lifetime: `query`, `scratch`, `task`, `batch`.  Nothing is freed singly; scratch space is given
 * back to a mark.  Released memory is poisoned for AddressSanitizer, and filled with 0xDD in debug builds.
 *
 * Units      sizes are bytes.
 * Ownership  the arena owns all that it handed out.
 * Threads    one thread at a time.
 * Errors     arena_alloc never returns NULL: out of memory ends the process through mem_exhausted, unless the arena
 *            was made with `may_fail`, whose users test for NULL.
 * Cost       a few instructions a call; a chunk request every 64 KiB. */
#ifndef SQC_BASE_ARENA_H
#define SQC_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *chunk; /* the one being filled; older ones hang behind it */
    char *next;        /* first free byte of it                           */
    char *end;
    ArenaChunk *spare; /* chunks given back by arena_release, kept for reuse */
    size_t chunk_bytes;
    size_t bytes_total; /* asked from the system */
    bool may_fail;
} Arena;

typedef struct ArenaMark {
    ArenaChunk *chunk;
    char *next;
} ArenaMark;

void arena_init(Arena *arena);
void arena_init_may_fail(Arena *arena);
/* Gives every chunk back to the system; the arena may be used again. */
void arena_free(Arena *arena);

/* Uninitialised memory, aligned to `align` (a power of two up to 64). */
void *arena_alloc_slow(Arena *arena, size_t size, size_t align) __attribute__((malloc));

static inline void *arena_alloc(Arena *arena, size_t size, size_t align)
{
#if !defined(__SANITIZE_ADDRESS__)
    uintptr_t at = ((uintptr_t)arena->next + (align - 1)) & ~(uintptr_t)(align - 1);
    if (arena->next != NULL && size <= (uintptr_t)arena->end - at && at <= (uintptr_t)arena->end) {
        arena->next = (char *)(at + size);
        return (void *)at;
    }
#endif
    return arena_alloc_slow(arena, size, align);
}

void *arena_alloc_zeroed(Arena *arena, size_t size, size_t align) __attribute__((malloc));
/* A NUL-terminated copy of `len` bytes. */
char *arena_copy(Arena *arena, const char *data, size_t len);
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, T) ((T *)arena_alloc_zeroed((arena), sizeof(T), _Alignof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_alloc_zeroed((arena), sizeof(T) * (size_t)(n), _Alignof(T)))

ArenaMark arena_mark(const Arena *arena);
/* Takes back everything handed out since the mark; chunks are kept for reuse. */
void arena_release(Arena *arena, ArenaMark mark);
/* Takes back everything. */
void arena_reset(Arena *arena);

#endif
