/* agg_bits.c -- BIT_AND, BIT_OR, BIT_XOR of integers. */
#include "stdlib/agg_prototypes.h"

#define BITS_STEP(symbol, type, expression)                                                                            \
    void agg_step_##symbol(FnCtx *ctx, BitState *state, type value)                                                    \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        state->bits = state->rows == 0 ? value : state->bits expression value;                                         \
        state->rows++;                                                                                                 \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, BitState *into, const BitState *from)                                          \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        if (from->rows == 0)                                                                                           \
            return;                                                                                                    \
        into->bits = into->rows == 0 ? from->bits : into->bits expression from->bits;                                  \
        into->rows += from->rows;                                                                                      \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const BitState *state, type *out)                                              \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *out = (type)state->bits;                                                                                      \
        return state->rows != 0;                                                                                       \
    }

#define BITS_BODY(word, type)                                                                                          \
    BITS_STEP(bit_and_##word, type, &)                                                                                 \
    BITS_STEP(bit_or_##word, type, |)                                                                                  \
    BITS_STEP(bit_xor_##word, type, ^)                                                                                 \
    void agg_retract_bit_xor_##word(FnCtx *ctx, BitState *state, type value)                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        state->bits ^= value;                                                                                          \
        state->rows--;                                                                                                 \
    }

BITS_BODY(tinyint, int8_t)
BITS_BODY(smallint, int16_t)
BITS_BODY(int, int32_t)
BITS_BODY(bigint, int64_t)
