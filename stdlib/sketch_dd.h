/* sketch_dd.h -- DDSketch: quantiles of numbers within 1 % of the value, whatever the order and split of the rows.
 *
 * A number is counted in the bucket of its logarithm; buckets are so narrow that one value stands for all of a bucket
 * with a relative error of at most 1 %.  Negative numbers, zeros, infinities and NaN have buckets of their own, ordered
 * as SQL orders them (NaN last).  Merging adds counts; taking a row back subtracts one.
 *
 * Of more than 2,000 buckets the lowest are added to the lowest that is kept: that begins when the largest value is
 * more than 10^17 times the smallest, and then only the smallest lose their 1 %.
 *
 *   bucket   (key, count); key 0 for zeros, i + 40,000 for (i - 1) / 35 < f(x) <= i / 35, negative for negative numbers
 *   bytes    "SQDD", u8 version 1, varint buckets, then for each, ascending: varint difference to the key before (the
 *            first: zigzag key), varint count
 *
 * The logarithm is f(m * 2^e) = e + cubic in m - 1, made of additions and multiplications only, so every processor
 * puts a number in the same bucket.
 *
 * Units      counts are rows; lengths and sizes bytes.
 * Ownership  the caller's blocks, 8-aligned.
 * Threads    any.
 * Errors     bytes that are no sketch: the reason.
 * Cost       add 10 to 20 ns. */
#ifndef SQC_STDLIB_SKETCH_DD_H
#define SQC_STDLIB_SKETCH_DD_H

#include "stdlib/state_bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { DD_BUCKETS_MAX = 2000 };

/* Buckets by ascending key; 4 bytes each while every count is small, then 8. */
typedef struct DdSketch {
    uint16_t count, capacity; /* buckets */
    uint16_t is_wide;
    uint16_t zero;
    uint64_t buckets[];
} DdSketch;

typedef struct DdBucket {
    int32_t key;
    uint64_t count;
} DdBucket;

static inline uint64_t dd_block_bytes(uint32_t capacity, bool is_wide)
{
    return sizeof(DdSketch) + ((uint64_t)capacity * (is_wide ? 8 : 4) + 7) / 8 * 8;
}

int32_t dd_key(double value);
/* What stands for all values of a bucket. */
double dd_value(int32_t key);

/* In a block of dd_block_bytes. */
void dd_init(DdSketch *sketch, uint32_t capacity, bool is_wide);
/* Adds or, when negative, takes back rows. False: no room, nothing is changed; the caller moves the sketch to a block
 * of dd_next shape. */
bool dd_add(DdSketch *sketch, int32_t key, int64_t rows);
void dd_next(const DdSketch *sketch, uint32_t *capacity, bool *is_wide);
/* Into an initialised block with room for it. */
void dd_copy(DdSketch *to, const DdSketch *from);

DdBucket dd_bucket(const DdSketch *sketch, uint32_t at);
uint64_t dd_total(const DdSketch *sketch);
/* The value of rank floor(q * (rows - 1)), q in [0, 1]; the sketch is not empty. */
double dd_quantile(const DdSketch *sketch, double q);

void dd_encode(const DdSketch *sketch, ByteOut *out);
/* Into a wide block with room for DD_BUCKETS_MAX; NULL, or why these are no bytes of a DDSketch. */
const char *dd_decode(Str bytes, DdSketch *sketch);

#endif
