/* sketch_theta.h -- theta sketches: how many different texts were added, and how many two sets have in common.
 *
 * A sketch keeps the 2,000 smallest of the 64-bit hashes (XXH3-64, seed 0) that it was given, and theta, the bound
 * below which it knows them all: the estimate is count / theta.  Relative standard error 2.2 % for one set; exact up to
 * 2,000 texts.  The overlap of two sets A and B has about 2.2 % * sqrt(|A or B| / |A and B|).
 *
 *   bytes    "SQTH", u8 version 1, 3 zero bytes, u64 theta (2^64 - 1: all are known), u64 hashes ascending
 *
 * A sketch is a function of the set of hashes, so neither order nor split shows.
 *
 * Units      capacities are hashes.
 * Ownership  the caller's blocks, 8-aligned.
 * Threads    any.
 * Errors     bytes that are no sketch: the reason.
 * Cost       add: 2 ns when the hash is not among the smallest, else a binary search and a move of 8 KiB on average. */
#ifndef SQC_STDLIB_SKETCH_THETA_H
#define SQC_STDLIB_SKETCH_THETA_H

#include "runtime/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { THETA_HASHES_MAX = 2000, THETA_HEAD_BYTES = 16, THETA_BYTES_MAX = THETA_HEAD_BYTES + 8 * (THETA_HASHES_MAX) };

typedef struct ThetaSketch {
    uint32_t count, capacity;
    uint64_t theta;
    uint64_t hashes[]; /* ascending, all below theta */
} ThetaSketch;

static inline uint64_t theta_block_bytes(uint32_t capacity)
{
    return sizeof(ThetaSketch) + 8 * (uint64_t)capacity;
}

uint64_t theta_hash(Str text);
/* In a block of theta_block_bytes(capacity). */
void theta_init(ThetaSketch *sketch, uint32_t capacity);
/* False: no room, nothing is changed; the caller moves it to a block of more hashes (at most THETA_HASHES_MAX). */
bool theta_add(ThetaSketch *sketch, uint64_t hash);
/* Knows nothing from `theta` on. */
void theta_cut(ThetaSketch *sketch, uint64_t theta);
uint32_t theta_next_capacity(const ThetaSketch *sketch);
/* Into an initialised block with room. */
void theta_copy(ThetaSketch *to, const ThetaSketch *from);

typedef enum ThetaOp { THETA_UNION, THETA_INTERSECT, THETA_EXCEPT } ThetaOp;
/* `out` has room for THETA_HASHES_MAX and is none of the others. */
void theta_combine(ThetaSketch *out, const ThetaSketch *a, const ThetaSketch *b, ThetaOp op);

int64_t theta_estimate(const ThetaSketch *sketch);
/* The answer is the length, at most THETA_BYTES_MAX. */
uint64_t theta_encode(const ThetaSketch *sketch, char *out);
/* Into a block with room for THETA_HASHES_MAX; NULL, or why these are no bytes of a theta sketch. */
const char *theta_decode(Str bytes, ThetaSketch *sketch);

#endif
