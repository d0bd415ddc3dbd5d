/* agg_laws_test.c -- what every row of aggregates.def promises, on seeded values: neither order nor split of the rows
 * changes a bit, retracting is the inverse, and a snapshot in between changes nothing. */
#include "runtime/base/alloc.h"
#include "stdlib/agg_subtract.h"
#include "tests/unit/aggregates/agg_fixture.h"

enum { ROWS_MAX = 60, PARTS = 4, ROUNDS = 60 };

typedef struct Rows {
    Value values[ROWS_MAX];
    uint32_t count;
} Rows;

static void some_rows(Random *random, const AggDef *agg, Rows *rows)
{
    rows->count = random_below(random, ROWS_MAX);
    for (uint32_t i = 0; i < rows->count; i++)
        some_input(random, agg, &rows->values[i]);
}

static void step(Bench *bench, const AggDef *agg, State *state, Value *value)
{
    if (value->datum.kind == PK_STR && !value->is_outside)
        value->datum.value.str.data = value->text;
    agg->step(&bench->ctx, state->bytes, &value->datum);
}

static void shuffle(Random *random, Rows *rows)
{
    for (uint32_t i = rows->count; i > 1; i--) {
        uint32_t j = random_below(random, i);
        Value kept = rows->values[i - 1];
        rows->values[i - 1] = rows->values[j];
        rows->values[j] = kept;
    }
}

static void run_in_order(Bench *bench, const AggDef *agg, Rows *rows, char text[160])
{
    State state = { 0 };
    for (uint32_t i = 0; i < rows->count; i++)
        step(bench, agg, &state, &rows->values[i]);
    final_bits(bench, agg, &state, text);
}

static void neither_order_nor_split_changes_a_bit(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        assert_true(agg->state_bytes <= STATE_BYTES_MAX);
        if ((agg->traits & AGG_BOUNDED) != 0)
            continue; /* topk_bounds_hold_in_any_order_and_split */
        assert_true((agg->traits & AGG_ORDER_FREE) != 0);
        Random random = { a };
        Rows rows;
        for (uint32_t round = 0; round < ROUNDS; round++) {
            Bench bench;
            bench_open(&bench);
            char first[160], again[160], merged[160];
            some_rows(&random, agg, &rows);
            run_in_order(&bench, agg, &rows, first);
            shuffle(&random, &rows);
            run_in_order(&bench, agg, &rows, again);
            assert_string_equal(first, again);
            State parts[PARTS] = { 0 };
            for (uint32_t i = 0; i < rows.count; i++) {
                uint32_t part = random_below(&random, PARTS);
                bench_use_slice(&bench, part);
                step(&bench, agg, &parts[part], &rows.values[i]);
            }
            uint32_t into = random_below(&random, PARTS);
            bench_use_slice(&bench, into);
            for (uint32_t i = 1; i < PARTS; i++)
                agg->merge(&bench.ctx, parts[into].bytes, parts[(into + i) % PARTS].bytes);
            final_bits(&bench, agg, &parts[into], merged);
            if (strcmp(first, merged) != 0)
                fail_msg("%s: %s in order, %s merged", agg->symbol, first, merged);
            bench_close(&bench);
        }
    }
}

/* Parts are merged, and some of them taken away again: what is left answers as if they had never been there. */
static void a_subtraction_undoes_a_merge(void **unused)
{
    (void)unused;
    uint32_t tried = 0;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        AggSubtract subtract = agg_take_of(agg); /* agg_subtract_of is part of it */
        assert_true((subtract != NULL) == ((agg->traits & AGG_RETRACTS) != 0));
        if (subtract == NULL)
            continue;
        tried++;
        Random random = { 2000 + a };
        for (uint32_t round = 0; round < ROUNDS; round++) {
            Bench bench;
            Rows kept, undone;
            State parts[PARTS] = { 0 }, whole = { 0 }, empty = { 0 };
            char plain[160], after[160];
            bench_open(&bench);
            some_rows(&random, agg, &kept);
            some_rows(&random, agg, &undone);
            run_in_order(&bench, agg, &kept, plain);
            for (uint32_t i = 0; i < undone.count; i++)
                step(&bench, agg, &parts[1 + i % 2], &undone.values[i]);
            for (uint32_t i = 0; i < kept.count; i++)
                step(&bench, agg, &parts[0], &kept.values[i]);
            bench_use_slice(&bench, 1);
            agg->merge(&bench.ctx, whole.bytes, parts[1].bytes);
            agg->merge(&bench.ctx, whole.bytes, parts[0].bytes);
            agg->merge(&bench.ctx, whole.bytes, parts[2].bytes);
            subtract(&bench.ctx, whole.bytes, parts[2].bytes);
            subtract(&bench.ctx, whole.bytes, parts[1].bytes);
            final_bits(&bench, agg, &whole, after);
            if (strcmp(plain, after) != 0)
                fail_msg("%s: %s alone, %s after subtracting", agg->symbol, plain, after);
            subtract(&bench.ctx, whole.bytes, parts[0].bytes);
            final_bits(&bench, agg, &whole, after);
            final_bits(&bench, agg, &empty, plain);
            assert_string_equal(plain, after);
            bench_close(&bench);
        }
    }
    assert_int_equal(tried, 36);
}

static void a_retraction_undoes_its_row(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        assert_int_equal(agg->retract != NULL, (agg->traits & AGG_RETRACTS) != 0);
        assert_int_equal(agg->machine_retract != NULL, (agg->traits & AGG_RETRACTS) != 0);
        if (agg->retract == NULL)
            continue;
        Random random = { 1000 + a };
        for (uint32_t round = 0; round < ROUNDS; round++) {
            Bench bench;
            Rows kept, undone;
            State state = { 0 }, empty = { 0 };
            char plain[160], after[160];
            bench_open(&bench);
            some_rows(&random, agg, &kept);
            some_rows(&random, agg, &undone);
            run_in_order(&bench, agg, &kept, plain);
            for (uint32_t i = 0; i < ROWS_MAX; i++) {
                if (i < undone.count)
                    step(&bench, agg, &state, &undone.values[i]);
                if (i < kept.count)
                    step(&bench, agg, &state, &kept.values[i]);
                if (i % 2 == 1 && i < undone.count)
                    agg->retract(&bench.ctx, state.bytes, &undone.values[i - 1].datum);
            }
            for (uint32_t i = 0; i < undone.count; i++)
                if (i % 2 == 1 || i + 1 == undone.count)
                    agg->retract(&bench.ctx, state.bytes, &undone.values[i].datum);
            final_bits(&bench, agg, &state, after);
            if (strcmp(plain, after) != 0)
                fail_msg("%s: %s without, %s with retracted rows", agg->symbol, plain, after);
            for (uint32_t i = 0; i < kept.count; i++)
                agg->retract(&bench.ctx, state.bytes, &kept.values[i].datum);
            assert_memory_equal(&state, &empty, sizeof state);
            bench_close(&bench);
        }
    }
}

static void an_empty_state_is_zero_bytes_and_answers_null(void **unused)
{
    (void)unused;
    Bench bench;
    bench_open(&bench);
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        State state = { 0 }, from = { 0 };
        char text[160];
        AGG_DEFS[a].merge(&bench.ctx, state.bytes, from.bytes);
        final_bits(&bench, &AGG_DEFS[a], &state, text);
        assert_string_equal(text, (AGG_DEFS[a].traits & AGG_COUNTS) != 0 ? "0000000000000000" : "NULL");
    }
    assert_int_equal(bench.ctx.overflow_count, 0);
    bench_close(&bench);
}

static void check_same_bytes(Bench *bench, const AggDef *agg, const State *state, Str wanted)
{
    Str bytes = agg->put(&bench->ctx, state->bytes);
    if (!str_equal(bytes, wanted))
        fail_msg("%s: states of equal rows have different bytes", agg->symbol);
}

/* Bytes are a function of the rows, reading them is the inverse, and merging goes on from there. */
static void bytes_are_the_state(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        Random random = { 3000 + a };
        for (uint32_t round = 0; round < ROUNDS; round++) {
            Bench bench;
            Rows rows;
            State whole = { 0 }, half = { 0 }, rest = { 0 }, copy = { 0 };
            char plain[160], read[160];
            bench_open(&bench);
            some_rows(&random, agg, &rows);
            for (uint32_t i = 0; i < rows.count; i++)
                step(&bench, agg, &whole, &rows.values[i]);
            Str bytes = agg->put(&bench.ctx, whole.bytes);
            shuffle(&random, &rows);
            for (uint32_t i = 0; i < rows.count; i++)
                step(&bench, agg, i < rows.count / 2 ? &half : &rest, &rows.values[i]);
            assert_true(agg->get(&bench.ctx, copy.bytes, agg->put(&bench.ctx, half.bytes)));
            agg->merge(&bench.ctx, copy.bytes, rest.bytes);
            final_bits(&bench, agg, &whole, plain);
            final_bits(&bench, agg, &copy, read);
            if ((agg->traits & AGG_BOUNDED) == 0) {
                assert_string_equal(plain, read);
                check_same_bytes(&bench, agg, &copy, bytes);
            }
            bench_use_slice(&bench, 1);
            copy = (State){ 0 };
            assert_true(agg->get(&bench.ctx, copy.bytes, bytes));
            check_same_bytes(&bench, agg, &copy, bytes);
            final_bits(&bench, agg, &copy, read);
            assert_string_equal(plain, read);
            bench_close(&bench);
        }
    }
}

/* Whatever is read is a state: it can be finished, merged and written, and written again it has the bytes it had. */
static void damaged_bytes_are_refused_or_are_another_state(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        Random random = { 4000 + a };
        for (uint32_t round = 0; round < ROUNDS; round++) {
            Bench bench;
            Rows rows;
            State state = { 0 }, read = { 0 };
            char text[160];
            bench_open(&bench);
            some_rows(&random, agg, &rows);
            for (uint32_t i = 0; i < rows.count; i++)
                step(&bench, agg, &state, &rows.values[i]);
            Str bytes = agg->put(&bench.ctx, state.bytes);
            char *damaged = mem_alloc_zeroed(bytes.len + 1);
            memcpy(damaged, bytes.data == NULL ? "" : bytes.data, bytes.len);
            for (uint32_t i = 0; bytes.len != 0 && i < 1 + round % 3; i++)
                damaged[random_below(&random, (uint32_t)bytes.len)] ^= (char)(1 << random_below(&random, 8));
            Str given = { damaged, round % 4 == 0 ? random_below(&random, (uint32_t)bytes.len + 1) : bytes.len };
            if (agg->get(&bench.ctx, read.bytes, given)) {
                check_same_bytes(&bench, agg, &read, given);
                agg->merge(&bench.ctx, state.bytes, read.bytes);
                final_bits(&bench, agg, &state, text);
            }
            mem_free(damaged);
            bench_close(&bench);
        }
    }
}

/* Out of budget, states stand in the trash page, where anything may be: no body follows what it finds there. */
static void a_refused_pool_is_left_alone(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        Random random = { 5000 + a };
        Bench bench;
        if ((agg->traits & AGG_HEAP) == 0)
            continue;
        bench_open(&bench);
        page_pool_refuse(&bench.one.state.pool, STATE_REFUSED_BUDGET);
        for (uint32_t round = 0; round < ROUNDS; round++) {
            Value value;
            State state, other;
            char text[160];
            for (uint32_t i = 0; i < STATE_BYTES_MAX; i++) {
                uint32_t most = i % 8 == 7 ? 8 : 256; /* counters that have room for two */
                state.bytes[i] = (char)random_below(&random, most);
                other.bytes[i] = (char)random_below(&random, most);
            }
            some_value(&random, (TypeWord)agg->arg, &value);
            agg->step(&bench.ctx, state.bytes, &value.datum);
            agg->merge(&bench.ctx, state.bytes, other.bytes);
            if (agg->retract != NULL)
                agg->retract(&bench.ctx, state.bytes, &value.datum);
            if (agg_subtract_of(agg) != NULL)
                agg_subtract_of(agg)(&bench.ctx, state.bytes, other.bytes);
            final_bits(&bench, agg, &state, text);
            agg->put(&bench.ctx, state.bytes);
        }
        assert_int_equal(bench.one.state.pool.refused, STATE_REFUSED_BUDGET);
        bench_close(&bench);
    }
}

/* A state in each of three slices, killed and restored at random rows. */
static void a_restart_changes_no_bit(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        Random random = { 2000 + a };
        Bench steady, killed;
        bench_open(&steady);
        bench_open(&killed);
        for (uint32_t i = 0; i < 400; i++) {
            Value value;
            some_input(&random, agg, &value);
            uint32_t slice_number = random_below(&random, 3);
            for (uint32_t b = 0; b < 2; b++) {
                Bench *bench = b == 0 ? &steady : &killed;
                Slice *slice = rt_slice_at(bench->one.store, slice_number * 1000, INT64_MIN);
                bench->ctx.heap = rt_slice_heap(slice);
                agg->step(&bench->ctx, rt_group_upsert_near(&slice->groups, "", 0), &value.datum);
            }
            if (random_below(&random, 60) == 0) {
                RtError error;
                RestoreReport report;
                Buf bytes = { 0 };
                assert_int_equal(state_snapshot(&killed.one.state, &bytes, &error), RT_OK);
                bench_close(&killed);
                SliceShape shape = { .groups = { .is_fixed = true, .field_bytes = STATE_BYTES_MAX }, .size_us = 1000 };
                one_unit_open(&killed.one, shape, (uint64_t)1 << 30);
                arena_init(&killed.batch);
                killed.ctx = (FnCtx){ .batch = &killed.batch };
                assert_int_equal(state_restore(&killed.one.state, buf_str(&bytes), &report, &error), RT_OK);
                buf_free(&bytes);
            }
        }
        for (uint32_t s = 0; s < 3; s++) {
            char texts[2][160];
            for (uint32_t b = 0; b < 2; b++) {
                Bench *bench = b == 0 ? &steady : &killed;
                Slice *slice = rt_slice_at(bench->one.store, s * 1000, INT64_MIN);
                State state = { 0 };
                memcpy(state.bytes, group_find(&slice->groups, "", 0), agg->state_bytes);
                bench->ctx.heap = rt_slice_heap(slice);
                final_bits(bench, agg, &state, texts[b]);
            }
            assert_string_equal(texts[0], texts[1]);
        }
        bench_close(&steady);
        bench_close(&killed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neither_order_nor_split_changes_a_bit),
        cmocka_unit_test(a_subtraction_undoes_a_merge),
        cmocka_unit_test(a_retraction_undoes_its_row),
        cmocka_unit_test(an_empty_state_is_zero_bytes_and_answers_null),
        cmocka_unit_test(a_restart_changes_no_bit),
        cmocka_unit_test(a_refused_pool_is_left_alone),
        cmocka_unit_test(bytes_are_the_state),
        cmocka_unit_test(damaged_bytes_are_refused_or_are_another_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
