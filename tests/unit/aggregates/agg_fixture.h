/* agg_fixture.h -- aggregates of the registry over seeded values, through their boxed forms.
 *
 * Threads    the test's. */
#ifndef SQC_TESTS_AGG_FIXTURE_H
#define SQC_TESTS_AGG_FIXTURE_H

#include "runtime/abi/key.h"
#include "stdlib/agg_decay.h"
#include "stdlib/registry.h"
#include "tests/unit/state/state_fixture.h"

enum { STATE_BYTES_MAX = 128, TEXT_MAX = 48 };

typedef struct Value {
    RtDatum datum;
    char text[TEXT_MAX];
    bool is_outside; /* a text that does not stand in `text` */
} Value;

typedef struct State {
    _Alignas(8) char bytes[STATE_BYTES_MAX];
} State;

/* A task with a heap, and what a body is called with. */
typedef struct Bench {
    OneUnit one;
    Arena batch;
    FnCtx ctx;
} Bench;

static inline void bench_open(Bench *bench)
{
    SliceShape shape = { .groups = { .is_fixed = true, .field_bytes = STATE_BYTES_MAX }, .size_us = 1000 };
    one_unit_open(&bench->one, shape, (uint64_t)1 << 30);
    arena_init(&bench->batch);
    bench->ctx = (FnCtx){ .batch = &bench->batch };
    bench->ctx.heap = rt_slice_heap(rt_slice_at(bench->one.store, 0, INT64_MIN));
}

static inline void bench_close(Bench *bench)
{
    arena_free(&bench->batch);
    task_state_release(&bench->one.state);
}

/* Bodies run with the heap of slice number `n`. */
static inline void bench_use_slice(Bench *bench, uint32_t n)
{
    bench->ctx.heap = rt_slice_heap(rt_slice_at(bench->one.store, (int64_t)n * 1000, INT64_MIN));
}

static inline const AggDef *agg_by_symbol(const char *symbol)
{
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++)
        if (strcmp(AGG_DEFS[i].symbol, symbol) == 0)
            return &AGG_DEFS[i];
    fail_msg("no aggregate %s", symbol);
    return NULL;
}

static inline double some_double(Random *random)
{
    static const double EDGES[] = { 0.0, -0.0, 5e-324, -2.3e-308, 1.7976931348623157e308, -1e308, 1e16, 1 };
    static const double SPECIAL[] = { __builtin_inf(), -__builtin_inf(), __builtin_nan("") };
    uint64_t bits = random_u64(random);
    if (random_below(random, 150) == 0)
        return SPECIAL[random_below(random, 3)];
    switch (random_below(random, 12)) {
    case 0:
        return EDGES[random_below(random, 8)];
    case 1:
        bits &= 0xbfffffffffffffffu;
        break; /* any exponent below 2 */
    default:
        bits = (bits & 0x800fffffffffffffu) | (uint64_t)(1000 + random_below(random, 40)) << 52;
        break;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value == value ? value : 1.5;
}

static inline Int128 some_decimal(Random *random)
{
    Int128 value = (Int128)(((unsigned __int128)random_u64(random) << 64) | random_u64(random));
    return (value >> random_below(random, 100)) / 2000000;
}

/* Any value of the kind that an argument of this type word has, often small, sometimes at the edge. */
static inline void some_value(Random *random, TypeWord word, Value *out)
{
    RtKind kind = word == TW_COUNT || word == TW_ANY ? PK_I32 : type_word_kind(word);
    int64_t number = (int64_t)random_u64(random) >> random_below(random, 64);
    out->datum = (RtDatum){ .kind = (uint8_t)kind };
    out->is_outside = false;
    RtValue *value = &out->datum.value;
    switch (kind) {
    case PK_BOOL:
        value->b = number & 1;
        break;
    case PK_I8:
        value->i8 = (int8_t)number;
        break;
    case PK_I16:
        value->i16 = (int16_t)number;
        break;
    case PK_I32:
        value->i32 = (int32_t)number;
        break;
    case PK_I64:
        value->i64 = number;
        break;
    case PK_F32:
        value->f32 = (float)some_double(random);
        break;
    case PK_F64:
        value->f64 = some_double(random);
        break;
    case PK_D128:
        value->d128 = d128_from(some_decimal(random));
        break;
    case PK_TIME96:
        value->time96 = (RtTime96){ .us = number, .ns = (int32_t)random_below(random, 1000) };
        break;
    default:
        value->str = (Str){ out->text, random_below(random, TEXT_MAX) };
        for (uint32_t i = 0; i < value->str.len; i++)
            out->text[i] = (char)random_below(random, 3);
    }
}

enum { STATE_TEXT_MAX = 1 << 17, STATES_KEPT = 6, ITEM_HEAD = 2 };

/* The bytes of a few states of the aggregate whose states this one merges. */
static inline Str some_state(Random *random, const char *of)
{
    static char kept[STATES_KEPT][STATE_TEXT_MAX];
    static uint64_t lens[STATES_KEPT];
    static const char *kept_of;
    for (uint32_t i = 0; kept_of != of && i < STATES_KEPT; i++) {
        Bench bench;
        State state = { 0 };
        bench_open(&bench);
        const AggDef *agg = agg_by_symbol(of);
        for (uint32_t rows = 1 + random_below(random, i < 2 ? 3000 : 30); rows > 0; rows--) {
            Value value;
            some_value(random, (TypeWord)agg->arg, &value);
            agg->step(&bench.ctx, state.bytes, &value.datum);
        }
        Str bytes = agg->put(&bench.ctx, state.bytes);
        assert_true(bytes.len <= STATE_TEXT_MAX);
        memcpy(kept[i], bytes.data, bytes.len);
        lens[i] = bytes.len;
        bench_close(&bench);
    }
    kept_of = of;
    uint32_t i = random_below(random, STATES_KEPT);
    return (Str){ kept[i], lens[i] };
}

/* A value as the aggregate takes it: some want bytes of a certain shape. */
static inline void some_input(Random *random, const AggDef *agg, Value *out)
{
    static const char *const MERGES[][2] = { { "hll_merge", "hll_state" },
                                             { "dd_merge", "dd_state" },
                                             { "theta_merge", "theta_state" },
                                             { "topk_merge", "topk_state" },
                                             { "distinct_merge", "distinct_state" } };
    some_value(random, (TypeWord)agg->arg, out);
    for (uint32_t i = 0; i < sizeof MERGES / sizeof MERGES[0]; i++) {
        if (strcmp(agg->symbol, MERGES[i][0]) != 0)
            continue;
        out->datum.value.str = some_state(random, MERGES[i][1]);
        out->is_outside = true;
    }
    if (strcmp(agg->symbol, "decay") == 0) {
        DecayItem item = { some_double(random), (int64_t)random_below(random, 1500) * 999999, 1000000 };
        memcpy(out->text, &item, sizeof item);
        out->datum.value.str.len = sizeof item;
    }
    if (strcmp(agg->symbol, "topk_state") == 0) {
        memcpy(out->text, "\x08", ITEM_HEAD);
        out->datum.value.str.len = ITEM_HEAD + random_below(random, 6);
    }
}

/* The final value as text that tells every bit, or of a long one its hash. */
static inline void final_bits(Bench *bench, const AggDef *agg, const State *state, char text[160])
{
    enum { SHOWN_MAX = 70 };
    RtDatum out;
    agg->final(&bench->ctx, state->bytes, &out);
    if (out.is_null) {
        snprintf(text, 160, "NULL");
        return;
    }
    const unsigned char *bytes = (const unsigned char *)&out.value;
    uint64_t len = kind_bytes((RtKind)out.kind);
    if (out.kind == PK_STR) {
        bytes = (const unsigned char *)out.value.str.data;
        len = out.value.str.len;
    }
    text[0] = 0;
    if (len > SHOWN_MAX)
        snprintf(text, 160, "%llu bytes, hash %016llx", (unsigned long long)len,
                 (unsigned long long)key_hash((const char *)bytes, len));
    for (uint64_t i = 0; i < len && len <= SHOWN_MAX; i++)
        snprintf(text + 2 * i, 160 - 2 * i, "%02x", bytes[i]);
}

#endif
