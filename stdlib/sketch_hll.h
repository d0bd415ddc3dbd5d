/* sketch_hll.h -- HyperLogLog with 2^14 registers: how many different texts were added, within 0.81 %.
 *
 * The bytes that leave (hll_encode) are those of Redis: loaded with SET, its PFCOUNT answers our estimate, and what its
 * PFADD has made can be merged here.  They are a function of the registers alone, so of the set of texts; the cached
 * count in the header is marked stale, as after a PFADD.
 *
 *   header   "HYLL", u8 encoding (0 dense, 1 sparse), 3 zero bytes, u64 cached count (top bit: stale)
 *   dense    16384 registers of 6 bits, the low bits of a byte first
 *   sparse   runs: 00nnnnnn n + 1 zeros; 01nnnnnn nnnnnnnn n + 1 zeros; 1vvvvvnn n + 1 times the value v + 1
 *
 * Redis keeps the sparse form up to 3,000 bytes and for values up to 32; so does hll_encode.
 *
 * While rows come in, a sketch is a block of another shape: a hash table of (register, value) words that doubles, then
 * the dense registers.  The caller owns the block and moves it to a larger one when asked.
 *
 *   while (!hll_add(block, hash)) { larger = zeroed hll_next_bytes(block); hll_move(larger, block); block = larger; }
 *
 * Units      lengths are bytes.
 * Ownership  the caller's blocks, 8-aligned; nothing is kept.
 * Threads    any.
 * Errors     bytes that are no sketch: false and the reason.
 * Cost       add 3 to 10 ns; encode, decode and estimate about 20 us, but of a block or sparse bytes with few values
 *            10 ns for each and 100 ns for the estimate. */
#ifndef SQC_STDLIB_SKETCH_HLL_H
#define SQC_STDLIB_SKETCH_HLL_H

#include "runtime/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HLL_REGISTERS = 1 << 14,
    HLL_VALUE_MAX = 51, /* bits of the hash that are left, and one */
    HLL_BYTES_MAX = 16 + HLL_REGISTERS * 6 / 8,
    HLL_BLOCK_FIRST = 72, /* bytes of the smallest block */
};

typedef struct HllBlock HllBlock;

/* MurmurHash64A with seed 0xadc83b19. */
uint64_t hll_hash(Str text);

/* A zeroed block of HLL_BLOCK_FIRST bytes is an empty sketch. False: no room, nothing is changed. */
bool hll_add(HllBlock *block, uint64_t hash);
/* Which register a hash may raise, and to what. */
void hll_place(uint64_t hash, uint32_t *index, uint32_t *value);
/* Raises one register. */
bool hll_raise(HllBlock *block, uint32_t index, uint32_t value);
uint64_t hll_block_bytes(const HllBlock *block);
uint64_t hll_next_bytes(const HllBlock *block);
/* Into a zeroed block of hll_next_bytes. */
void hll_move(HllBlock *to, const HllBlock *from);
/* The next register above zero, in no order; `at` starts at 0. */
bool hll_next(const HllBlock *block, uint32_t *at, uint32_t *index, uint32_t *value);
void hll_registers(const HllBlock *block, uint8_t registers[HLL_REGISTERS]);

/* The answer is the length. */
uint64_t hll_encode(const uint8_t registers[HLL_REGISTERS], char out[HLL_BYTES_MAX]);
uint64_t hll_encode_block(const HllBlock *block, char out[HLL_BYTES_MAX]);
/* NULL, or why these are no bytes of a HyperLogLog. */
const char *hll_decode(Str bytes, uint8_t registers[HLL_REGISTERS]);
int64_t hll_estimate(const uint8_t registers[HLL_REGISTERS]);
/* hll_estimate of hll_decode; NULL, or why there is none. */
const char *hll_estimate_bytes(Str bytes, int64_t *out);

#endif
