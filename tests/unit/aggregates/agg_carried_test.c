/* agg_carried_test.c -- carrying states is the long way to the same value: parts that are carried out, put together on
 * the way and carried in give bit by bit what all rows at once give. */
#include "stdlib/agg_carried.h"
#include "tests/unit/aggregates/agg_fixture.h"

enum { ROWS_MAX = 60, PARTS = 4, ROUNDS = 40 };

static void step(Bench *bench, const AggDef *agg, State *state, Value *value)
{
    if (value->datum.kind == PK_STR && !value->is_outside)
        value->datum.value.str.data = value->text;
    agg->step(&bench->ctx, state->bytes, &value->datum);
}

static RtDatum carried(Bench *bench, const AggDef *form, const State *state)
{
    RtDatum out;
    form->final(&bench->ctx, state->bytes, &out);
    assert_false(out.is_null);
    assert_int_equal(out.kind, PK_STR);
    return out;
}

static void check_round(const AggDef *agg, Random *random)
{
    Bench bench;
    Value rows[ROWS_MAX];
    State all = { 0 }, parts[PARTS] = { 0 }, together = { 0 }, in = { 0 };
    char wanted[160], got[160];
    const AggDef *out = agg_carried(agg, AGG_CARRY_OUT), *on = agg_carried(agg, AGG_CARRY_ON),
                 *back = agg_carried(agg, AGG_CARRY_IN);
    uint32_t count = random_below(random, ROWS_MAX);
    bench_open(&bench);
    for (uint32_t i = 0; i < count; i++) {
        some_input(random, agg, &rows[i]);
        step(&bench, agg, &all, &rows[i]);
        State *part = &parts[random_below(random, PARTS)];
        step(&bench, out, part, &rows[i]);
        assert_int_equal((out->traits & AGG_RETRACTS) != 0, out->retract != NULL);
        if (out->retract == NULL || random_below(random, 4) > 0)
            continue;
        out->retract(&bench.ctx, part->bytes, &rows[i].datum); /* what is taken back and comes again leaves nothing */
        step(&bench, out, part, &rows[i]);
    }
    RtDatum first = carried(&bench, out, &parts[0]), last = carried(&bench, out, &parts[PARTS - 1]);
    for (uint32_t p = 1; p + 1 < PARTS; p++) {
        RtDatum bytes = carried(&bench, out, &parts[p]);
        on->step(&bench.ctx, together.bytes, &bytes);
    }
    RtDatum middle = carried(&bench, on, &together);
    back->step(&bench.ctx, in.bytes, &first);
    back->step(&bench.ctx, in.bytes, &middle);
    back->step(&bench.ctx, in.bytes, &last);
    assert_int_equal(bench.ctx.failure.code, 0);
    final_bits(&bench, agg, &all, wanted);
    final_bits(&bench, back, &in, got);
    if (strcmp(wanted, got) != 0)
        fail_msg("%s: %s at once, %s carried", agg->symbol, wanted, got);
    bench_close(&bench);
}

static void carried_states_give_the_value_of_all_rows(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        const AggDef *agg = &AGG_DEFS[a];
        Random random = { a };
        for (uint32_t round = 0; round < ROUNDS && (agg->traits & AGG_BOUNDED) == 0; round++)
            check_round(agg, &random);
    }
}

static void other_bytes_are_a_failure(void **unused)
{
    (void)unused;
    for (uint32_t a = 0; a < AGG_DEF_COUNT; a++) {
        Bench bench;
        State state = { 0 };
        RtDatum bytes = { .kind = PK_STR, .value.str = STR("\xff\xff these bytes are no state of anything") };
        bench_open(&bench);
        agg_carried(&AGG_DEFS[a], AGG_CARRY_IN)->step(&bench.ctx, state.bytes, &bytes);
        if (bench.ctx.failure.code != 651)
            fail_msg("%s takes bytes that are no state", AGG_DEFS[a].symbol);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carried_states_give_the_value_of_all_rows),
        cmocka_unit_test(other_bytes_are_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
