/* sketch_dd.c -- see sketch_dd.h.
 *
 * Source of the facts: C. Masson, J. Rim, H. Lee, DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees, 2019, with its cubic interpolation of the logarithm. */
#include "stdlib/sketch_dd.h"

#include <assert.h>
#include <math.h>

/* gamma = (1 + 0.01) / (1 - 0.01).  The cubic grows by at least 10/7 for each unit of ln x, so 7 / (10 ln gamma) =
 * 34.9988 buckets for each of its units keep every bucket within gamma. */
#define BUCKETS_PER_UNIT 35.0
#define CUBIC_A          (6.0 / 35)
#define CUBIC_B          (-3.0 / 5)
#define CUBIC_C          (10.0 / 7)

enum {
    KEY_OFFSET = 40000, /* above the smallest bucket: keys of positive numbers are positive */
    KEY_INFINITE = 80001,
    KEY_NAN = 80002,
    KEY_BIAS = 1 << 17,
    NARROW_BITS = 14, /* of a count; 18 are the key */
    WIDE_BITS = 46,
    EXPONENT_BIAS = 1023,
    NEWTON_STEPS = 8,
    FIRST_CAPACITY = 4,
};

/* ---- numbers to buckets ---- */
static double log_like(double value)
{
    uint64_t bits;
    double scaled = value < 0x1p-1022 ? value * 0x1p64 : value; /* subnormal */
    memcpy(&bits, &scaled, sizeof bits);
    double exponent = (double)((int32_t)(bits >> 52) - EXPONENT_BIAS - (value < 0x1p-1022 ? 64 : 0));
    bits = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)EXPONENT_BIAS << 52;
    double s;
    memcpy(&s, &bits, sizeof s);
    s -= 1;
    return exponent + ((CUBIC_A * s + CUBIC_B) * s + CUBIC_C) * s;
}

/* The inverse of log_like. */
static double exp_like(double y)
{
    double whole = floor(y), rest = y - whole, s = rest;
    for (int i = 0; i < NEWTON_STEPS; i++) {
        double over = ((CUBIC_A * s + CUBIC_B) * s + CUBIC_C) * s - rest;
        s -= over / ((3 * CUBIC_A * s + 2 * CUBIC_B) * s + CUBIC_C);
    }
    return ldexp(1 + s, (int)whole);
}

int32_t dd_key(double value)
{
    if (value != value)
        return KEY_NAN;
    if (value == 0)
        return 0;
    double magnitude = fabs(value);
    if (magnitude > 0x1.fffffffffffffp1023)
        return value < 0 ? -KEY_INFINITE : KEY_INFINITE;
    double place = log_like(magnitude) * BUCKETS_PER_UNIT;
    int32_t below = (int32_t)place, key = below + (place > below) + KEY_OFFSET; /* rounded up */
    return value < 0 ? -key : key;
}

double dd_value(int32_t key)
{
    if (key == 0)
        return 0;
    if (key == KEY_NAN)
        return __builtin_nan("");
    int32_t place = key < 0 ? -key : key;
    double value = INFINITY;
    if (place != KEY_INFINITE) {
        double above = exp_like((place - KEY_OFFSET) / BUCKETS_PER_UNIT);
        double below = exp_like((place - KEY_OFFSET - 1) / BUCKETS_PER_UNIT);
        /* 2ab / (a + b) is as far from both ends, relatively.  The last bucket reaches beyond the largest number. */
        above = above < INFINITY ? above : 0x1.fffffffffffffp1023;
        value = below * (2 / (1 + below / above));
    }
    return key < 0 ? -value : value;
}

/* ---- buckets ---- */
void dd_init(DdSketch *sketch, uint32_t capacity, bool is_wide)
{
    *sketch = (DdSketch){ .capacity = (uint16_t)capacity, .is_wide = is_wide };
}

DdBucket dd_bucket(const DdSketch *sketch, uint32_t at)
{
    if (sketch->is_wide) {
        uint64_t word = sketch->buckets[at];
        return (DdBucket){ (int32_t)(word >> WIDE_BITS) - KEY_BIAS, word & (((uint64_t)1 << WIDE_BITS) - 1) };
    }
    uint32_t word = ((const uint32_t *)sketch->buckets)[at];
    return (DdBucket){ (int32_t)(word >> NARROW_BITS) - KEY_BIAS, word & ((1u << NARROW_BITS) - 1) };
}

static void set_bucket(DdSketch *sketch, uint32_t at, DdBucket bucket)
{
    uint64_t key = (uint64_t)(bucket.key + KEY_BIAS);
    if (sketch->is_wide)
        sketch->buckets[at] = key << WIDE_BITS | bucket.count;
    else
        ((uint32_t *)sketch->buckets)[at] = (uint32_t)(key << NARROW_BITS | bucket.count);
}

/* Opens (by 1) or closes (by -1) the place `at`. */
static void shift(DdSketch *sketch, uint32_t at, int32_t by)
{
    uint64_t size = sketch->is_wide ? 8 : 4;
    char *base = (char *)sketch->buckets;
    uint32_t from = by > 0 ? at : at + 1;
    memmove(base + (from + (uint32_t)by) * size, base + from * size, (sketch->count - from) * size);
    sketch->count = (uint16_t)(sketch->count + by);
}

static uint64_t count_max(const DdSketch *sketch)
{
    return ((uint64_t)1 << (sketch->is_wide ? WIDE_BITS : NARROW_BITS)) - 1;
}

/* The first bucket whose word is not below.  Without branches: which way it goes cannot be foretold. */
#define FIRST_NOT_BELOW(words, wanted)                                                                                 \
    uint32_t at = 0;                                                                                                   \
    for (uint32_t left = sketch->count; left > 0;) {                                                                   \
        uint32_t half = (left + 1) / 2;                                                                                \
        at += (words)[at + half - 1] < (wanted) ? half : 0;                                                            \
        left -= half;                                                                                                  \
    }                                                                                                                  \
    return at;

static uint32_t place_wide(const DdSketch *sketch, uint64_t wanted)
{
    FIRST_NOT_BELOW(sketch->buckets, wanted)
}

static uint32_t place_narrow(const DdSketch *sketch, uint32_t wanted)
{
    FIRST_NOT_BELOW((const uint32_t *)sketch->buckets, wanted)
}

/* The first bucket whose key is not below: a word without a count is below all words of its key. */
static uint32_t place_of(const DdSketch *sketch, int32_t key)
{
    uint64_t bits = (uint64_t)(key + KEY_BIAS);
    return sketch->is_wide ? place_wide(sketch, bits << WIDE_BITS)
                           : place_narrow(sketch, (uint32_t)(bits << NARROW_BITS));
}

static bool change(DdSketch *sketch, uint32_t at, int64_t rows)
{
    DdBucket bucket = dd_bucket(sketch, at);
    if (rows < 0 && (uint64_t)-rows >= bucket.count) {
        shift(sketch, at, -1);
        return true;
    }
    bucket.count += (uint64_t)rows;
    if (bucket.count > count_max(sketch)) {
        if (!sketch->is_wide)
            return false;
        bucket.count = count_max(sketch);
    }
    set_bucket(sketch, at, bucket);
    return true;
}

bool dd_add(DdSketch *sketch, int32_t key, int64_t rows)
{
    uint32_t at = place_of(sketch, key);
    bool is_there = at < sketch->count && dd_bucket(sketch, at).key == key;
    bool is_full = sketch->count == DD_BUCKETS_MAX;
    if (is_there)
        return change(sketch, at, rows);
    if (is_full && at == 0)
        return change(sketch, 0, rows); /* below the lowest kept */
    if (rows <= 0)
        return true;
    if ((uint64_t)rows > count_max(sketch) || (sketch->count == sketch->capacity && !is_full))
        return false;
    if (is_full) {
        uint64_t lowest = dd_bucket(sketch, 0).count;
        if (at > 1 ? !change(sketch, 1, (int64_t)lowest) : lowest + (uint64_t)rows > count_max(sketch))
            return false;
        rows += at == 1 ? (int64_t)lowest : 0;
        shift(sketch, 0, -1);
        at--;
    }
    shift(sketch, at, 1);
    set_bucket(sketch, at, (DdBucket){ key, (uint64_t)rows });
    return true;
}

/* By a quarter while narrow: a sketch of a hundred buckets should not take the room of two hundred. */
void dd_next(const DdSketch *sketch, uint32_t *capacity, bool *is_wide)
{
    uint32_t next = sketch->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : sketch->capacity + sketch->capacity / 4 + 1;
    bool has_room = sketch->count < sketch->capacity;
    *is_wide = sketch->is_wide || has_room || sketch->count == DD_BUCKETS_MAX;
    *capacity = has_room ? sketch->capacity : next > DD_BUCKETS_MAX ? DD_BUCKETS_MAX : next;
}

void dd_copy(DdSketch *to, const DdSketch *from)
{
    assert(to->capacity >= from->count && to->is_wide >= from->is_wide);
    to->count = from->count;
    for (uint32_t i = 0; i < from->count; i++)
        set_bucket(to, i, dd_bucket(from, i));
}

uint64_t dd_total(const DdSketch *sketch)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < sketch->count; i++)
        total += dd_bucket(sketch, i).count;
    return total;
}

double dd_quantile(const DdSketch *sketch, double q)
{
    assert(sketch->count > 0);
    uint64_t rank = (uint64_t)(q * (double)(dd_total(sketch) - 1)), passed = 0;
    uint32_t at = 0;
    for (; at + 1 < sketch->count; at++) {
        passed += dd_bucket(sketch, at).count;
        if (passed > rank)
            break;
    }
    return dd_value(dd_bucket(sketch, at).key);
}

/* ---- bytes ---- */
static const char HEAD[5] = { 'S', 'Q', 'D', 'D', 1 };

void dd_encode(const DdSketch *sketch, ByteOut *out)
{
    out_bytes(out, HEAD, sizeof HEAD);
    out_varint(out, sketch->count);
    int32_t before = 0;
    for (uint32_t i = 0; i < sketch->count; i++) {
        DdBucket bucket = dd_bucket(sketch, i);
        int32_t step = bucket.key - before;
        out_varint(out, i == 0 ? (uint32_t)step << 1 ^ (uint32_t)(step >> 31) : (uint32_t)step);
        out_varint(out, bucket.count);
        before = bucket.key;
    }
}

const char *dd_decode(Str bytes, DdSketch *sketch)
{
    if (bytes.len < sizeof HEAD || memcmp(bytes.data, HEAD, sizeof HEAD) != 0)
        return "they do not start with SQDD and version 1";
    ByteIn in = byte_in((Str){ bytes.data + sizeof HEAD, bytes.len - sizeof HEAD });
    uint64_t buckets = in_varint(&in);
    int64_t key = 0;
    if (buckets > DD_BUCKETS_MAX)
        return "it has too many buckets";
    dd_init(sketch, DD_BUCKETS_MAX, true);
    for (uint64_t i = 0; i < buckets; i++) {
        uint64_t step = in_varint(&in), count = in_varint(&in);
        if (in.bad || step > UINT32_MAX || (i != 0 && step == 0))
            break;
        key += i == 0 ? (int64_t)(step >> 1) ^ -(int64_t)(step & 1) : (int64_t)step;
        bool is_key = key >= -KEY_INFINITE && key <= KEY_NAN;
        if (!is_key || count == 0 || count > count_max(sketch))
            return "a bucket is none of a DDSketch";
        set_bucket(sketch, sketch->count++, (DdBucket){ (int32_t)key, count });
    }
    return sketch->count == buckets && in_done(&in) ? NULL : "the buckets end too early or too late";
}
