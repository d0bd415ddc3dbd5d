/* agg_states.h -- what aggregates keep for each group, and the slow halves of their bodies.
 *
 * A state of zero bytes is the empty one, so a group needs no initialisation.  States hold no address: what does not
 * fit stands in the heap of the slice (FnCtx.heap) behind a reference.  They are aligned to at most 8.
 *
 *   IntSum      128 bits: sum + rows * 2^96, one addition a row.  Exact for 2^32 - 16 rows of any BIGINT; then the wide
 *               form stands in the heap and the state is WIDE_SUM_MARK and its reference.
 *   FloatSum    sum = value * 2^(1075 - base) in 128 bits while every value fits; `base` follows the first value.  Then
 *               `wide` refers to a WideFloatSum: 67 words of 64 bits, 32 bits apart, which hold any sum of doubles
 *               exactly; infinities and NaN are counted apart.
 *   DecimalSum  192 bits and the number of rows.
 *
 * Units      counts are rows.
 * Ownership  a state owns its heap block; the slice gives blocks back with its pages.
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_STATES_H
#define SQC_STDLIB_AGG_STATES_H

#include "runtime/abi/fn.h"
#include "runtime/state/heap.h"

typedef int64_t CountState;

typedef struct IntSum {
    uint64_t low, high;
} IntSum;

typedef struct WideIntSum {
    RtD128 sum;
    int64_t count;
} WideIntSum;

/* From this many rows on (top 32 bits) a sum is wide or becomes it. */
#define INT_SUM_ROWS_MAX 0xfffffff0u
#define WIDE_SUM_MARK    0xffffffff00000000u

typedef struct DecimalSum {
    uint64_t low, middle;
    int64_t high;
    int64_t count;
} DecimalSum;

typedef struct FloatSum {
    RtD128 sum;
    int64_t count;
    int32_t base; /* 0: no value but zeros yet, or wide */
    HeapRef wide; /* 0: `sum` holds all */
} FloatSum;

enum { FLOAT_WORDS = 67 };

typedef struct WideFloatSum {
    int64_t words[FLOAT_WORDS]; /* word i counts 2^(32 i - 1074) */
    int64_t above, below, nan;  /* rows with +Inf, -Inf, NaN */
    uint32_t adds;              /* since carries were last passed on */
    uint32_t zero;
} WideFloatSum;

/* 0: no row yet; else 1 + the value. */
typedef uint8_t BoolExtreme;

#define EXTREME_STATE(Name, type)                                                                                      \
    typedef struct Name {                                                                                              \
        type value;                                                                                                    \
        bool has_value;                                                                                                \
    } Name;
EXTREME_STATE(I8Extreme, int8_t)
EXTREME_STATE(I16Extreme, int16_t)
EXTREME_STATE(I32Extreme, int32_t)
EXTREME_STATE(I64Extreme, int64_t)
EXTREME_STATE(F32Extreme, float)
EXTREME_STATE(F64Extreme, double)
EXTREME_STATE(D128Extreme, RtD128)
EXTREME_STATE(Time96Extreme, RtTime96)
#undef EXTREME_STATE

typedef struct TextExtreme {
    HeapRef ref; /* 0: no row yet */
} TextExtreme;

typedef struct VarState {
    FloatSum sum;     /* of x */
    FloatSum squares; /* of x * x, rounded */
    FloatSum lost;    /* of what that rounding lost; its count is of rows where it lost something */
} VarState;

typedef struct BitState {
    int64_t bits, rows;
} BitState;

typedef struct DecayState {
    int64_t half_us; /* 0: no row yet */
    int64_t chunk, last_us;
    FloatSum newer, older;
} DecayState;

/* Sketches and collections are one block, or a tree of blocks, in the heap; 0: no row yet. */
typedef struct HllState {
    HeapRef ref; /* HllBlock of sketch_hll.h */
} HllState;

typedef struct DdState {
    HeapRef ref; /* DdSketch of sketch_dd.h */
} DdState;

typedef struct ThetaState {
    HeapRef ref; /* ThetaSketch of sketch_theta.h */
} ThetaState;

typedef struct TopkState {
    HeapRef ref; /* TopkBlock of agg_topk.c */
} TopkState;

typedef struct BagState {
    HeapRef root; /* node of agg_bag.c */
    uint32_t distinct;
} BagState;

/* ---- out of line (agg_wide.c, agg_round.c) ---- */
void int_sum_add_wide(FnCtx *ctx, IntSum *state, int64_t value, int32_t rows);
void int_sum_merge_wide(FnCtx *ctx, IntSum *into, const IntSum *from);
void int_sum_subtract_wide(FnCtx *ctx, IntSum *from, const IntSum *part);
/* Sum and rows of a state in either form. */
WideIntSum int_sum_read(FnCtx *ctx, const IntSum *state);

/* Any value, in any form; `rows` is 1 or -1. */
void float_sum_add_slow(FnCtx *ctx, FloatSum *state, double value, int32_t rows);
void float_sum_merge_slow(FnCtx *ctx, FloatSum *into, const FloatSum *from);
void float_sum_subtract_slow(FnCtx *ctx, FloatSum *from, const FloatSum *part);
/* Takes back what a part that was merged before holds (agg_bag.c). */
void dd_subtract(FnCtx *ctx, void *from, const void *part);
void bag_subtract(FnCtx *ctx, BagState *from, const BagState *part);
/* sum / divisor, rounded once to a double or to a float (which the double then holds). */
double float_sum_round(FnCtx *ctx, const FloatSum *state, int64_t divisor, bool to_float);

#endif
