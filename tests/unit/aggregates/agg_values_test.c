/* agg_values_test.c -- what aggregates answer, against long arithmetic and goldens. */
#include "stdlib/agg_states.h"
#include "tests/unit/aggregates/agg_fixture.h"

static RtDatum final_of(Bench *bench, const AggDef *agg, const State *state)
{
    RtDatum out;
    agg->final(&bench->ctx, state->bytes, &out);
    return out;
}

static void step_i64(Bench *bench, const AggDef *agg, State *state, int64_t value)
{
    RtDatum datum = { .value.i64 = value, .kind = PK_I64 };
    agg->step(&bench->ctx, state->bytes, &datum);
}

static void step_f64(Bench *bench, const AggDef *agg, State *state, double value)
{
    RtDatum datum = { .value.f64 = value, .kind = PK_F64 };
    agg->step(&bench->ctx, state->bytes, &datum);
}

static void step_decimal(Bench *bench, const AggDef *agg, State *state, Int128 value)
{
    RtDatum datum = { .value.d128 = d128_from(value), .kind = PK_D128 };
    agg->step(&bench->ctx, state->bytes, &datum);
}

/* ---- integers ---- */
static void sums_of_integers_agree_with_long_arithmetic(void **unused)
{
    (void)unused;
    const AggDef *sum = agg_by_symbol("sum_bigint"), *average = agg_by_symbol("avg_bigint");
    Random random = { 1 };
    for (uint32_t round = 0; round < 2000; round++) {
        Bench bench;
        State a = { 0 }, b = { 0 };
        Int128 total = 0;
        uint32_t rows = 1 + random_below(&random, 50);
        bench_open(&bench);
        for (uint32_t i = 0; i < rows; i++) {
            Value value;
            some_value(&random, TW_BIGINT, &value);
            total += value.datum.value.i64;
            step_i64(&bench, sum, &a, value.datum.value.i64);
            step_i64(&bench, average, &b, value.datum.value.i64);
        }
        RtDatum out = final_of(&bench, sum, &a);
        bool fits = total >= INT64_MIN && total <= INT64_MAX;
        assert_int_equal(out.is_null, !fits);
        assert_int_equal(bench.ctx.overflow_count, !fits);
        if (fits)
            assert_int_equal(out.value.i64, (int64_t)total);
        assert_int_equal(final_of(&bench, average, &b).value.i64, (int64_t)(total / rows));
        bench_close(&bench);
    }
}

static void a_sum_that_leaves_its_type_is_null_and_counted_until_it_comes_back(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_tinyint");
    State state = { 0 };
    RtDatum big = { .value.i8 = 100, .kind = PK_I8 }, small = { .value.i8 = -100, .kind = PK_I8 };
    sum->step(&bench.ctx, state.bytes, &big);
    sum->step(&bench.ctx, state.bytes, &big);
    assert_true(final_of(&bench, sum, &state).is_null);
    assert_int_equal(bench.ctx.overflow_count, 1);
    sum->step(&bench.ctx, state.bytes, &small);
    assert_int_equal(final_of(&bench, sum, &state).value.i8, 100);
    assert_int_equal(bench.ctx.overflow_count, 1);
    bench_close(&bench);
}

static void averages_of_integers_are_truncated(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *average = agg_by_symbol("avg_bigint");
    State down = { 0 }, up = { 0 };
    step_i64(&bench, average, &down, 7);
    step_i64(&bench, average, &down, 8);
    assert_int_equal(final_of(&bench, average, &down).value.i64, 7);
    step_i64(&bench, average, &up, -7);
    step_i64(&bench, average, &up, -8);
    assert_int_equal(final_of(&bench, average, &up).value.i64, -7);
    bench_close(&bench);
}

/* A state just below the number of rows that 128 bits hold: it widens, merges, narrows again, and stays exact. */
static void sums_stay_exact_beyond_four_billion_rows(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_bigint"), *average = agg_by_symbol("avg_bigint");
    State one = { 0 }, many = { 0 };
    step_i64(&bench, sum, &one, INT64_MIN);
    many = one;
    uint32_t doublings = 31;
    for (uint32_t i = 0; i < doublings; i++) {
        State copy = many;
        sum->merge(&bench.ctx, many.bytes, copy.bytes);
    }
    State half = many;                              /* 2^31 rows, narrow */
    sum->merge(&bench.ctx, many.bytes, half.bytes); /* 2^32: wide */
    for (int64_t i = 0; i < 100; i++)
        step_i64(&bench, sum, &many, 1);
    IntSum kept;
    memcpy(&kept, many.bytes, sizeof kept);
    assert_int_equal(kept.high, WIDE_SUM_MARK);
    WideIntSum all = int_sum_read(&bench.ctx, &kept);
    assert_int_equal(all.count, ((int64_t)1 << 32) + 100);
    Int128 total = (Int128)INT64_MIN * ((int64_t)1 << 32) + 100;
    assert_true(d128_get(all.sum) == total);
    assert_true(final_of(&bench, sum, &many).is_null);
    assert_int_equal(final_of(&bench, average, &many).value.i64, (int64_t)(total / all.count));
    RtDatum least = { .value.i64 = INT64_MIN, .kind = PK_I64 };
    for (uint32_t i = 0; i < 200; i++)
        sum->retract(&bench.ctx, many.bytes, &least);
    memcpy(&kept, many.bytes, sizeof kept);
    assert_int_not_equal(kept.high, WIDE_SUM_MARK);
    all = int_sum_read(&bench.ctx, &kept);
    assert_int_equal(all.count, ((int64_t)1 << 32) - 100);
    assert_true(d128_get(all.sum) == (Int128)INT64_MIN * (((int64_t)1 << 32) - 200) + 100);
    bench_close(&bench);
}

static void retracting_from_nothing_stays_nothing(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_bigint");
    State state = { 0 }, empty = { 0 };
    RtDatum datum = { .value.i64 = 5, .kind = PK_I64 };
    sum->retract(&bench.ctx, state.bytes, &datum);
    assert_memory_equal(&state, &empty, sizeof state);
    bench_close(&bench);
}

/* ---- DECIMAL ---- */
static Int128 ten_to(uint32_t n)
{
    Int128 value = 1;
    while (n-- > 0)
        value *= 10;
    return value;
}

static void decimal_sums_pass_38_digits_on_the_way_and_come_back(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_decimal"), *average = agg_by_symbol("avg_decimal");
    State state = { 0 }, means = { 0 };
    Int128 most = ten_to(38) - 1;
    for (uint32_t i = 0; i < 1000; i++) {
        step_decimal(&bench, sum, &state, -most);
        step_decimal(&bench, average, &means, -most);
    }
    assert_true(final_of(&bench, sum, &state).is_null);
    assert_int_equal(bench.ctx.overflow_count, 1);
    assert_true(d128_get(final_of(&bench, average, &means).value.d128) == -most);
    for (uint32_t i = 0; i < 999; i++)
        step_decimal(&bench, sum, &state, most);
    assert_true(d128_get(final_of(&bench, sum, &state).value.d128) == -most);
    step_decimal(&bench, sum, &state, -1); /* 39 digits */
    assert_true(final_of(&bench, sum, &state).is_null);
    State quarters = { 0 };
    for (uint32_t i = 0; i < 4; i++)
        step_decimal(&bench, average, &quarters, -((Int128)1 << 126)); /* in all -2^128: the low words are zero */
    assert_true(d128_get(final_of(&bench, average, &quarters).value.d128) == -((Int128)1 << 126));
    bench_close(&bench);
}

static void decimal_averages_round_half_away_from_zero(void **unused)
{
    (void)unused;
    static const struct {
        int64_t a, b, c, mean;
    } CASES[] = {
        { 1, 2, 2, 2 }, { 1, 1, 2, 1 }, { -1, -2, -2, -2 }, { -1, -1, -2, -1 }, { 1, 0, 0, 0 }, { 0, 0, 0, 0 },
    };
    const AggDef *average = agg_by_symbol("avg_decimal");
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Bench bench;
        State state = { 0 }, tie = { 0 };
        bench_open(&bench);
        step_decimal(&bench, average, &state, CASES[i].a);
        step_decimal(&bench, average, &state, CASES[i].b);
        step_decimal(&bench, average, &state, CASES[i].c);
        assert_true(d128_get(final_of(&bench, average, &state).value.d128) == CASES[i].mean);
        step_decimal(&bench, average, &tie, i % 2 == 0 ? 1 : -1);
        step_decimal(&bench, average, &tie, i % 2 == 0 ? 2 : -2);
        assert_true(d128_get(final_of(&bench, average, &tie).value.d128) == (i % 2 == 0 ? 2 : -2));
        bench_close(&bench);
    }
}

/* ---- floating point ---- */
static uint64_t bits64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t bits32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

typedef struct FloatCase {
    uint64_t seed;
    uint32_t rows, low, high;
    uint64_t sum, average;
} FloatCase;

static void check_double_case(const FloatCase *c)
{
    Bench bench;
    const AggDef *sum = agg_by_symbol("sum_double"), *average = agg_by_symbol("avg_double");
    State sums = { 0 }, means = { 0 };
    Random random = { c->seed };
    bench_open(&bench);
    for (uint32_t i = 0; i < c->rows; i++) {
        uint64_t word = random_u64(&random);
        uint64_t exponent = c->low + random_u64(&random) % (c->high - c->low + 1);
        double value;
        word = (word & 0x800fffffffffffffu) | exponent << 52;
        memcpy(&value, &word, sizeof value);
        step_f64(&bench, sum, &sums, value);
        step_f64(&bench, average, &means, value);
    }
    assert_int_equal(bits64(final_of(&bench, sum, &sums).value.f64), c->sum);
    assert_int_equal(bits64(final_of(&bench, average, &means).value.f64), c->average);
    bench_close(&bench);
}

static void check_float_case(const FloatCase *c)
{
    Bench bench;
    const AggDef *sum = agg_by_symbol("sum_float"), *average = agg_by_symbol("avg_float");
    State sums = { 0 }, means = { 0 };
    Random random = { c->seed };
    bench_open(&bench);
    for (uint32_t i = 0; i < c->rows; i++) {
        uint32_t word = (uint32_t)random_u64(&random);
        uint32_t exponent = (uint32_t)(c->low + random_u64(&random) % (c->high - c->low + 1));
        RtDatum datum = { .kind = PK_F32 };
        word = (word & 0x807fffffu) | exponent << 23;
        memcpy(&datum.value.f32, &word, sizeof word);
        sum->step(&bench.ctx, sums.bytes, &datum);
        average->step(&bench.ctx, means.bytes, &datum);
    }
    assert_int_equal(bits32(final_of(&bench, sum, &sums).value.f32), c->sum);
    assert_int_equal(bits32(final_of(&bench, average, &means).value.f32), c->average);
    bench_close(&bench);
}

static void sums_of_floats_are_the_exact_sum_rounded_once(void **unused)
{
    (void)unused;
    static const FloatCase DOUBLES[] = {
#define DOUBLE_CASE(seed, rows, low, high, sum, average) { seed, rows, low, high, sum, average },
#define FLOAT_CASE(seed, rows, low, high, sum, average)
#include "tests/unit/aggregates/float_sums.def"
#undef DOUBLE_CASE
#undef FLOAT_CASE
    };
    static const FloatCase FLOATS[] = {
#define DOUBLE_CASE(seed, rows, low, high, sum, average)
#define FLOAT_CASE(seed, rows, low, high, sum, average) { seed, rows, low, high, sum, average },
#include "tests/unit/aggregates/float_sums.def"
#undef DOUBLE_CASE
#undef FLOAT_CASE
    };
    for (size_t i = 0; i < sizeof DOUBLES / sizeof DOUBLES[0]; i++)
        check_double_case(&DOUBLES[i]);
    for (size_t i = 0; i < sizeof FLOATS / sizeof FLOATS[0]; i++)
        check_float_case(&FLOATS[i]);
}

/* Halfway cases: to even, unless anything at all stands below, however small and in whichever form of the state. */
static void ties_go_to_even_and_a_hair_decides(void **unused)
{
    (void)unused;
    static const struct {
        double values[4];
        double sum;
    } CASES[] = {
        { { 1, 0x1p-53 }, 1 },
        { { 1, 0x1p-53, 0x1p-80 }, 1 + 0x1p-52 },
        { { 1, 0x1p-53, 0x1p-400 }, 1 + 0x1p-52 },
        { { 1, 0x1p-53, 0x1p-1074 }, 1 + 0x1p-52 },
        { { 1, 0x1p-53, -0x1p-1074 }, 1 },
        { { 1 + 0x1p-52, 0x1p-53 }, 1 + 0x1p-51 },
        { { 1 + 0x1p-52, 0x1p-53, -0x1p-80 }, 1 + 0x1p-52 },
        { { 1 + 0x1p-52, 0x1p-53, -0x1p-1074 }, 1 + 0x1p-52 },
        { { 1 + 0x1p-52, 0x1p-53, 0x1p-1074, -0x1p-1074 }, 1 + 0x1p-51 },
        { { 0x1.fffffffffffffp1023, 0x1p969 }, 0x1.fffffffffffffp1023 },
        { { 0x1.fffffffffffffp1023, 0x1p970 }, __builtin_inf() },
        { { 0x1.fffffffffffffp1023, 0x1p970, -0x1p-1074 }, 0x1.fffffffffffffp1023 },
        { { -0.0, -0.0 }, 0.0 },
        { { 1, -1 }, 0.0 },
    };
    const AggDef *sum = agg_by_symbol("sum_double");
    for (size_t i = 0; i < 2 * (sizeof CASES / sizeof CASES[0]); i++) {
        Bench bench;
        State state = { 0 };
        double sign = i % 2 == 0 ? 1 : -1, wanted = CASES[i / 2].sum;
        bench_open(&bench);
        for (uint32_t v = 0; v < 4; v++)
            step_f64(&bench, sum, &state, sign * CASES[i / 2].values[v]);
        assert_int_equal(bits64(final_of(&bench, sum, &state).value.f64), bits64(wanted == 0 ? 0.0 : sign * wanted));
        bench_close(&bench);
    }
}

/* The hair at every bit below the tie, on both sides of it. */
static void no_bit_below_a_tie_is_overlooked(void **unused)
{
    (void)unused;
    const AggDef *sum = agg_by_symbol("sum_double");
    double hair = 0x1p-53;
    for (uint32_t bit = 54; bit <= 1074; bit++) {
        Bench bench;
        State up = { 0 }, down = { 0 };
        hair /= 2;
        bench_open(&bench);
        step_f64(&bench, sum, &up, 1);
        step_f64(&bench, sum, &up, 0x1p-53);
        step_f64(&bench, sum, &up, hair);
        assert_int_equal(bits64(final_of(&bench, sum, &up).value.f64), bits64(1 + 0x1p-52));
        step_f64(&bench, sum, &down, hair);
        step_f64(&bench, sum, &down, -0x1p-53);
        step_f64(&bench, sum, &down, -(1 + 0x1p-52));
        assert_int_equal(bits64(final_of(&bench, sum, &down).value.f64), bits64(-(1 + 0x1p-52)));
        bench_close(&bench);
    }
}

static void a_small_number_between_large_ones_is_not_lost(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_double");
    State state = { 0 };
    step_f64(&bench, sum, &state, 1e308);
    step_f64(&bench, sum, &state, 1e-300);
    step_f64(&bench, sum, &state, 1e308); /* beyond the largest double on the way */
    step_f64(&bench, sum, &state, -1e308);
    step_f64(&bench, sum, &state, -1e308);
    assert_int_equal(bits64(final_of(&bench, sum, &state).value.f64), bits64(1e-300));
    bench_close(&bench);
}

static void infinities_and_nan_are_as_ieee_says_and_can_be_taken_back(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_double");
    State state = { 0 };
    RtDatum below = { .value.f64 = -__builtin_inf(), .kind = PK_F64 };
    RtDatum nan = { .value.f64 = __builtin_nan(""), .kind = PK_F64 };
    step_f64(&bench, sum, &state, 2.5);
    step_f64(&bench, sum, &state, __builtin_inf());
    assert_true(final_of(&bench, sum, &state).value.f64 == __builtin_inf());
    step_f64(&bench, sum, &state, below.value.f64);
    assert_true(__builtin_isnan(final_of(&bench, sum, &state).value.f64));
    sum->retract(&bench.ctx, state.bytes, &below);
    sum->step(&bench.ctx, state.bytes, &nan);
    assert_true(__builtin_isnan(final_of(&bench, sum, &state).value.f64));
    sum->retract(&bench.ctx, state.bytes, &nan);
    below.value.f64 = __builtin_inf();
    sum->retract(&bench.ctx, state.bytes, &below);
    assert_true(final_of(&bench, sum, &state).value.f64 == 2.5);
    bench_close(&bench);
}

/* ---- MIN, MAX ---- */
static void check_extreme(const AggDef *agg, bool is_max, Random *random)
{
    Bench bench;
    State state = { 0 };
    char best[128], key[128];
    uint64_t best_len = 0;
    bench_open(&bench);
    for (uint32_t i = 1 + random_below(random, 20); i > 0; i--) {
        Value value;
        some_value(random, (TypeWord)agg->arg, &value);
        agg->step(&bench.ctx, state.bytes, &value.datum);
        uint64_t len = (uint64_t)(key_put(key, value.datum) - key);
        int order = str_compare((Str){ key, len }, (Str){ best, best_len });
        if (best_len == 0 || (is_max ? order > 0 : order < 0)) {
            memcpy(best, key, len);
            best_len = len;
        }
    }
    uint64_t len = (uint64_t)(key_put(key, final_of(&bench, agg, &state)) - key);
    assert_true(str_equal((Str){ key, len }, (Str){ best, best_len }));
    bench_close(&bench);
}

static void extremes_agree_with_the_order_of_keys(void **unused)
{
    (void)unused;
    uint32_t checked = 0;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        bool is_max = strcmp(agg->name, "MAX") == 0;
        if (!is_max && strcmp(agg->name, "MIN") != 0)
            continue;
        Random random = { a };
        for (uint32_t round = 0; round < 100; round++)
            check_extreme(agg, is_max, &random);
        checked++;
    }
    assert_int_equal(checked, 36);
}

static void a_text_answer_outlives_its_slice_and_replacing_does_not_grow(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *max = agg_by_symbol("max_string");
    State state = { 0 };
    char text[200];
    uint64_t settled = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        memset(text, 'x', sizeof text);
        snprintf(text, sizeof text, "%08u", i);
        text[8] = 'x';
        RtDatum datum = { .value.str = { text, 9 + i % 190 }, .kind = PK_STR };
        max->step(&bench.ctx, state.bytes, &datum);
        settled = i == 2000 ? bench.one.state.pool.used_bytes : settled;
    }
    assert_true(bench.one.state.pool.used_bytes <= settled);
    RtDatum out = final_of(&bench, max, &state);
    rt_slice_drop(bench.one.store, rt_slice_due(bench.one.store, INT64_MAX));
    assert_int_equal(out.value.str.len, 9 + 19999 % 190);
    assert_memory_equal(out.value.str.data, "00019999x", 9);
    bench_close(&bench);
}

/* The machine forms are the same bodies. */
static void machine_forms_answer_as_boxed_ones(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    const AggDef *sum = agg_by_symbol("sum_int"), *decimal = agg_by_symbol("max_decimal");
    const AggDef *count = agg_by_symbol("count");
    State a = { 0 }, b = { 0 }, c = { 0 };
    ((void (*)(FnCtx *, void *, int32_t))sum->machine_step)(&bench.ctx, a.bytes, 40);
    ((void (*)(FnCtx *, void *, int32_t))sum->machine_step)(&bench.ctx, a.bytes, 3);
    ((void (*)(FnCtx *, void *, int32_t))sum->machine_retract)(&bench.ctx, a.bytes, 40);
    int32_t total = 0;
    assert_true(((bool (*)(FnCtx *, const void *, int32_t *))sum->machine_final)(&bench.ctx, a.bytes, &total));
    assert_int_equal(total, 3);
    ((void (*)(FnCtx *, void *, int32_t))sum->machine_retract)(&bench.ctx, a.bytes, 3);
    assert_false(((bool (*)(FnCtx *, const void *, int32_t *))sum->machine_final)(&bench.ctx, a.bytes, &total));
    RtD128 value = d128_from((Int128)1 << 90), most;
    ((void (*)(FnCtx *, void *, const RtD128 *))decimal->machine_step)(&bench.ctx, b.bytes, &value);
    assert_true(((bool (*)(FnCtx *, const void *, RtD128 *))decimal->machine_final)(&bench.ctx, b.bytes, &most));
    assert_true(d128_get(most) == (Int128)1 << 90);
    Str nothing = STR_EMPTY;
    int64_t rows = 0;
    ((void (*)(FnCtx *, void *, const Str *))count->machine_step)(&bench.ctx, c.bytes, &nothing);
    assert_true(((bool (*)(FnCtx *, const void *, int64_t *))count->machine_final)(&bench.ctx, c.bytes, &rows));
    assert_int_equal(rows, 1);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_integers_agree_with_long_arithmetic),
        cmocka_unit_test(a_sum_that_leaves_its_type_is_null_and_counted_until_it_comes_back),
        cmocka_unit_test(averages_of_integers_are_truncated),
        cmocka_unit_test(sums_stay_exact_beyond_four_billion_rows),
        cmocka_unit_test(retracting_from_nothing_stays_nothing),
        cmocka_unit_test(decimal_sums_pass_38_digits_on_the_way_and_come_back),
        cmocka_unit_test(decimal_averages_round_half_away_from_zero),
        cmocka_unit_test(sums_of_floats_are_the_exact_sum_rounded_once),
        cmocka_unit_test(ties_go_to_even_and_a_hair_decides),
        cmocka_unit_test(no_bit_below_a_tie_is_overlooked),
        cmocka_unit_test(a_small_number_between_large_ones_is_not_lost),
        cmocka_unit_test(infinities_and_nan_are_as_ieee_says_and_can_be_taken_back),
        cmocka_unit_test(extremes_agree_with_the_order_of_keys),
        cmocka_unit_test(a_text_answer_outlives_its_slice_and_replacing_does_not_grow),
        cmocka_unit_test(machine_forms_answer_as_boxed_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
