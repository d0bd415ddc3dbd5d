/* sketch_hll.c -- see sketch_hll.h.
 *
 * Sources of the facts: the format is that of Redis' documentation of its HyperLogLog; the estimator is Ertl's improved
 * raw estimator (O. Ertl, New cardinality estimation algorithms for HyperLogLog sketches, 2017, section 2). */
#include "stdlib/sketch_hll.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    INDEX_BITS = 14,
    HASH_BITS = 64 - INDEX_BITS,
    HEAD_BYTES = 16,
    DENSE_BYTES = HLL_REGISTERS * 6 / 8,
    SPARSE_BYTES_MAX = 3000,
    SPARSE_VALUE_MAX = 32,
    LOG_FIRST = 4, /* 16 words */
    LOG_LAST = 11, /* 2048 words; then dense */
    ENCODING_DENSE = 0,
    ENCODING_SPARSE = 1,
};

struct HllBlock {
    uint32_t count; /* of used words */
    uint16_t grown; /* words are 2^(LOG_FIRST + grown) */
    uint16_t is_dense;
    union {
        uint32_t words[1 << LOG_LAST]; /* register << 8 | value; 0: free */
        uint8_t dense[DENSE_BYTES];
    };
};

static_assert(HLL_BLOCK_FIRST == 8 + (4 << LOG_FIRST), "a block is its head and its words");

uint64_t hll_hash(Str text)
{
    const uint64_t m = 0xc6a4a7935bd1e995u;
    uint64_t hash = 0xadc83b19u ^ (text.len * m);
    const char *at = text.data;
    for (uint64_t left = text.len / 8; left > 0; left--, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word *= m;
        word ^= word >> 47;
        hash = (hash ^ (word * m)) * m;
    }
    if (text.len % 8 != 0) {
        uint64_t word = 0;
        memcpy(&word, at, text.len % 8);
        hash = (hash ^ word) * m;
    }
    hash = (hash ^ (hash >> 47)) * m;
    return hash ^ (hash >> 47);
}

/* ---- blocks ---- */
static uint32_t word_count(const HllBlock *block)
{
    return (uint32_t)1 << (LOG_FIRST + block->grown);
}

static uint32_t dense_get(const uint8_t *dense, uint32_t index)
{
    uint32_t bit = index * 6, byte = bit / 8, shift = bit % 8;
    uint32_t both = dense[byte] | (byte + 1 < DENSE_BYTES ? (uint32_t)dense[byte + 1] << 8 : 0);
    return (both >> shift) & 63;
}

static void dense_put(uint8_t *dense, uint32_t index, uint32_t value)
{
    uint32_t bit = index * 6, byte = bit / 8, shift = bit % 8;
    dense[byte] = (uint8_t)((dense[byte] & ~(63u << shift)) | value << shift);
    if (shift > 2)
        dense[byte + 1] = (uint8_t)((dense[byte + 1] & ~(63u >> (8 - shift))) | value >> (8 - shift));
}

bool hll_raise(HllBlock *block, uint32_t index, uint32_t value)
{
    if (block->is_dense) {
        if (dense_get(block->dense, index) < value)
            dense_put(block->dense, index, value);
        return true;
    }
    uint32_t mask = word_count(block) - 1;
    uint32_t at = (index * 0x9e3779b1u) >> (32 - LOG_FIRST - block->grown);
    for (; block->words[at] != 0; at = (at + 1) & mask) {
        if (block->words[at] >> 8 != index)
            continue;
        if ((block->words[at] & 255) < value)
            block->words[at] = index << 8 | value;
        return true;
    }
    if (block->count >= word_count(block) / 4 * 3)
        return false;
    block->words[at] = index << 8 | value;
    block->count++;
    return true;
}

void hll_place(uint64_t hash, uint32_t *index, uint32_t *value)
{
    *index = (uint32_t)hash & (HLL_REGISTERS - 1);
    *value = (uint32_t)__builtin_ctzll(hash >> INDEX_BITS | (uint64_t)1 << HASH_BITS) + 1;
}

bool hll_add(HllBlock *block, uint64_t hash)
{
    uint32_t index, value;
    hll_place(hash, &index, &value);
    return hll_raise(block, index, value);
}

uint64_t hll_block_bytes(const HllBlock *block)
{
    return 8 + (block->is_dense ? (uint64_t)DENSE_BYTES : (uint64_t)word_count(block) * 4);
}

uint64_t hll_next_bytes(const HllBlock *block)
{
    return 8 + (LOG_FIRST + block->grown == LOG_LAST ? (uint64_t)DENSE_BYTES : (uint64_t)word_count(block) * 8);
}

void hll_move(HllBlock *to, const HllBlock *from)
{
    assert(!from->is_dense);
    to->is_dense = LOG_FIRST + from->grown == LOG_LAST;
    to->grown = to->is_dense ? 0 : (uint16_t)(from->grown + 1);
    for (uint32_t i = 0; i < word_count(from); i++) {
        if (from->words[i] != 0)
            hll_raise(to, from->words[i] >> 8, from->words[i] & 255);
    }
}

bool hll_next(const HllBlock *block, uint32_t *at, uint32_t *index, uint32_t *value)
{
    uint32_t end = block->is_dense ? HLL_REGISTERS : word_count(block);
    while (*at < end) {
        uint32_t i = (*at)++;
        *index = block->is_dense ? i : block->words[i] >> 8;
        *value = block->is_dense ? dense_get(block->dense, i) : block->words[i] & 255;
        if (*value != 0)
            return true;
    }
    return false;
}

void hll_registers(const HllBlock *block, uint8_t registers[HLL_REGISTERS])
{
    memset(registers, 0, HLL_REGISTERS);
    for (uint32_t at = 0, index, value; hll_next(block, &at, &index, &value);)
        registers[index] = (uint8_t)value;
}

/* ---- bytes ---- */
static uint32_t run_of(const uint8_t *registers, uint32_t from, uint32_t most)
{
    uint32_t count = 1;
    while (count < most && from + count < HLL_REGISTERS && registers[from + count] == registers[from])
        count++;
    return count;
}

static uint64_t put_zeros(uint8_t *out, uint64_t len, uint32_t run)
{
    if (run > 64)
        out[len++] = (uint8_t)(0x40 | (run - 1) >> 8);
    out[len++] = (uint8_t)(run - 1);
    return len;
}

static uint64_t put_values(uint8_t *out, uint64_t len, uint32_t value, uint32_t run)
{
    out[len++] = (uint8_t)(0x80 | (value - 1u) << 2 | (run - 1));
    return len;
}

/* 0: too long, or a value too large. */
static uint64_t encode_sparse(const uint8_t *registers, uint8_t *out)
{
    uint64_t len = 0;
    for (uint32_t i = 0, run; i < HLL_REGISTERS; i += run) {
        bool is_zero = registers[i] == 0;
        run = run_of(registers, i, is_zero ? HLL_REGISTERS : 4);
        if (len > SPARSE_BYTES_MAX || registers[i] > SPARSE_VALUE_MAX)
            return 0;
        len = is_zero ? put_zeros(out, len, run) : put_values(out, len, registers[i], run);
    }
    return len > SPARSE_BYTES_MAX ? 0 : len;
}

/* Register by register; the words of a block are few and stand in no order. */
static void sort_words(uint32_t *words, uint32_t count)
{
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            uint32_t word = words[i], at = i;
            for (; at >= gap && words[at - gap] > word; at -= gap)
                words[at] = words[at - gap];
            words[at] = word;
        }
    }
}

/* encode_sparse without a walk over registers that are zero. */
static uint64_t encode_words(const HllBlock *block, uint8_t *out)
{
    uint32_t words[1 << LOG_LAST], count = 0, done = 0;
    for (uint32_t i = 0; i < word_count(block); i++) {
        if (block->words[i] != 0)
            words[count++] = block->words[i];
    }
    sort_words(words, count);
    uint64_t len = 0;
    for (uint32_t i = 0, run; i < count; i += run) {
        uint32_t index = words[i] >> 8, value = words[i] & 255;
        if (len > SPARSE_BYTES_MAX || value > SPARSE_VALUE_MAX)
            return 0;
        for (run = 1; run < 4 && i + run < count && words[i + run] == words[i] + (run << 8);)
            run++;
        if (index > done)
            len = put_zeros(out, len, index - done);
        len = put_values(out, len, value, run);
        done = index + run;
    }
    if (done < HLL_REGISTERS)
        len = put_zeros(out, len, HLL_REGISTERS - done);
    return len > SPARSE_BYTES_MAX ? 0 : len;
}

static void put_head(char *out, bool is_empty)
{
    memset(out, 0, HEAD_BYTES);
    memcpy(out, "HYLL", 4);
    out[HEAD_BYTES - 1] = (char)(is_empty ? 0 : 0x80);
}

uint64_t hll_encode_block(const HllBlock *block, char out[HLL_BYTES_MAX])
{
    uint8_t registers[HLL_REGISTERS];
    if (!block->is_dense) {
        put_head(out, block->count == 0);
        uint64_t len = encode_words(block, (uint8_t *)out + HEAD_BYTES);
        out[4] = ENCODING_SPARSE;
        if (len != 0)
            return HEAD_BYTES + len;
    }
    hll_registers(block, registers);
    return hll_encode(registers, out);
}

uint64_t hll_encode(const uint8_t registers[HLL_REGISTERS], char out[HLL_BYTES_MAX])
{
    uint8_t *body = (uint8_t *)out + HEAD_BYTES;
    put_head(out, run_of(registers, 0, HLL_REGISTERS) == HLL_REGISTERS && registers[0] == 0);
    uint64_t len = encode_sparse(registers, body);
    if (len != 0) {
        out[4] = ENCODING_SPARSE;
        return HEAD_BYTES + len;
    }
    memset(body, 0, DENSE_BYTES);
    for (uint32_t i = 0; i < HLL_REGISTERS; i++)
        dense_put(body, i, registers[i]);
    return HLL_BYTES_MAX;
}

static const char *decode_dense(Str body, uint8_t *registers)
{
    if (body.len != DENSE_BYTES)
        return "the dense form has another length";
    for (uint32_t i = 0; i < HLL_REGISTERS; i++) {
        registers[i] = (uint8_t)dense_get((const uint8_t *)body.data, i);
        if (registers[i] > HLL_VALUE_MAX)
            return "a register is too large";
    }
    return NULL;
}

/* Each run of the sparse form goes into the registers, which may be NULL, and into the histogram likewise. */
static const char *decode_sparse(Str body, uint8_t *registers, uint32_t *histogram)
{
    uint32_t index = 0;
    for (uint64_t i = 0; i < body.len; i++) {
        uint8_t byte = (uint8_t)body.data[i], value = 0;
        uint32_t run = (byte & 63u) + 1;
        if (byte >= 0x80) {
            value = (uint8_t)((byte >> 2 & 31) + 1);
            run = (byte & 3u) + 1;
        } else if (byte >= 0x40) {
            if (++i == body.len)
                return "the sparse form ends within a run";
            run = ((byte & 63u) << 8 | (uint8_t)body.data[i]) + 1;
        }
        if (run > HLL_REGISTERS - index)
            return "the sparse form has too many registers";
        if (registers != NULL)
            memset(registers + index, value, run);
        if (histogram != NULL)
            histogram[value] += run;
        index += run;
    }
    return index == HLL_REGISTERS ? NULL : "the sparse form has too few registers";
}

static const char *decode_head(Str bytes, Str *body)
{
    if (bytes.len < HEAD_BYTES || memcmp(bytes.data, "HYLL", 4) != 0)
        return "they do not start with HYLL";
    *body = (Str){ bytes.data + HEAD_BYTES, bytes.len - HEAD_BYTES };
    bool is_known = bytes.data[4] == ENCODING_DENSE || bytes.data[4] == ENCODING_SPARSE;
    return is_known ? NULL : "the encoding is neither dense nor sparse";
}

const char *hll_decode(Str bytes, uint8_t registers[HLL_REGISTERS])
{
    Str body;
    const char *why = decode_head(bytes, &body);
    if (why != NULL)
        return why;
    return bytes.data[4] == ENCODING_DENSE ? decode_dense(body, registers) : decode_sparse(body, registers, NULL);
}

/* ---- the estimate ---- */

/* x + sum of x^(2^k) * 2^(k-1) over k = 1, 2, ..; infinite at 1. */
static double sigma(double x)
{
    if (x == 1)
        return INFINITY;
    double sum = x, weight = 1, before;
    do {
        before = sum;
        x *= x;
        sum += x * weight;
        weight += weight;
    } while (sum != before);
    return sum;
}

/* (1 - x - sum of (1 - x^(2^-k))^2 * 2^-k over k = 1, 2, ..) / 3 */
static double tau(double x)
{
    if (x == 0 || x == 1)
        return 0;
    double sum = 1 - x, weight = 1, before;
    do {
        before = sum;
        x = sqrt(x);
        weight *= 0.5;
        sum -= (1 - x) * (1 - x) * weight;
    } while (sum != before);
    return sum / 3;
}

/* From how many registers hold each value. */
static int64_t estimate_of(const uint32_t histogram[64])
{
    const double m = HLL_REGISTERS, alpha = 0.721347520444481703680; /* 1 / (2 ln 2) */
    double z = m * tau((m - histogram[HASH_BITS + 1]) / m);
    for (uint32_t k = HASH_BITS; k >= 1; k--)
        z = 0.5 * (z + histogram[k]);
    z += m * sigma(histogram[0] / m);
    double estimate = alpha * m * m / z;
    return estimate < 9e18 ? llround(estimate) : INT64_MAX;
}

int64_t hll_estimate(const uint8_t registers[HLL_REGISTERS])
{
    uint32_t histogram[64] = { 0 };
    for (uint32_t i = 0; i < HLL_REGISTERS; i++)
        histogram[registers[i] & 63]++;
    return estimate_of(histogram);
}

const char *hll_estimate_bytes(Str bytes, int64_t *out)
{
    Str body;
    uint8_t registers[HLL_REGISTERS];
    uint32_t histogram[64] = { 0 };
    const char *why = decode_head(bytes, &body);
    if (why != NULL)
        return why;
    bool is_dense = bytes.data[4] == ENCODING_DENSE;
    why = is_dense ? decode_dense(body, registers) : decode_sparse(body, NULL, histogram);
    if (why == NULL)
        *out = is_dense ? hll_estimate(registers) : estimate_of(histogram);
    return why;
}
