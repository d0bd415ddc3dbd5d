/* draw_internal.h -- a seeded stream of numbers and the few distributions that the generators draw from.
 *
 * Integer arithmetic only: exp, log and pow differ in their last bit between processors, and a generator must write
 * the same bytes everywhere.
 *
 * Threads  one Draw belongs to one thread. */
#ifndef SQC_GENERATE_DRAW_INTERNAL_H
#define SQC_GENERATE_DRAW_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Draw {
    uint64_t state;
} Draw;

/* SplitMix64: every seed, 0 included, starts a full-period sequence, and neighbouring seeds share nothing. */
static inline uint64_t draw_u64(Draw *draw)
{
    uint64_t z = draw->state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* The number that `key` alone decides: properties of user 7 are the same whenever user 7 is met. */
static inline uint64_t draw_of(uint64_t seed, uint64_t key)
{
    Draw draw = { seed ^ (key * 0xD1342543DE82EF95U) };
    return draw_u64(&draw);
}

/* 0 .. bound - 1, from 64 random bits, without a division. */
static inline uint64_t draw_scale(uint64_t bits, uint64_t bound)
{
    return (uint64_t)(((unsigned __int128)bits * bound) >> 64);
}

static inline uint64_t draw_below(Draw *draw, uint64_t bound)
{
    return draw_scale(draw_u64(draw), bound);
}

static inline bool draw_per_million(Draw *draw, uint32_t chance)
{
    return chance != 0 && draw_below(draw, 1000000) < chance;
}

/* Waiting time of a process without memory, with this mean: the inverse distribution at 64 points. */
uint64_t draw_wait(Draw *draw, uint64_t mean);

/* A rank in 0 .. count - 1 whose chance falls as 1 / (rank + 1): a power of two first, then evenly inside it. */
uint64_t draw_rank(Draw *draw, uint64_t count);

#endif
