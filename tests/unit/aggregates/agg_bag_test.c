/* agg_bag_test.c -- values that come and go: the least, the largest, how many there are and their bytes are always
 * those of a list that is looked through, however many begin with each other. */
#include "stdlib/agg_states.h"
#include "stdlib/bag.h"
#include "tests/unit/aggregates/agg_fixture.h"

enum { POOL = 600, STEPS = 20000, SEEDS = 4, KEY_MAX = 24 };

/* Half of them are made of two letters, so that many begin with others; 0 and 255 are among them. */
static Str some_key(Random *random, char text[KEY_MAX])
{
    uint32_t len = random_below(random, KEY_MAX);
    bool is_narrow = random_below(random, 2) == 0;
    for (uint32_t i = 0; i < len; i++)
        text[i] = (char)(is_narrow ? random_below(random, 2) * 255 : random_below(random, 256));
    return (Str){ text, len };
}

static RtDatum as_datum(Str key)
{
    return (RtDatum){ .kind = PK_STR, .value.str = key };
}

typedef struct Model {
    Str keys[POOL];
    uint32_t counts[POOL];
    uint32_t count;
} Model;

static void make_pool(Model *model, Random *random, char texts[POOL][KEY_MAX])
{
    for (model->count = 0; model->count < POOL;) {
        Str key = some_key(random, texts[model->count]);
        bool is_new = true;
        for (uint32_t i = 0; i < model->count; i++)
            is_new = is_new && !str_equal(model->keys[i], key);
        model->keys[model->count] = key;
        model->counts[model->count] = 0;
        model->count += is_new;
    }
}

/* A key whose rows are there, the least or the largest; NULL: none is. */
static const Str *extreme(const Model *model, bool largest)
{
    const Str *best = NULL;
    for (uint32_t i = 0; i < model->count; i++)
        if (model->counts[i] != 0 && (best == NULL || (str_compare(model->keys[i], *best) > 0) == largest))
            best = &model->keys[i];
    return best;
}

static void check_edge(Bench *bench, const char *symbol, const State *state, const Str *wanted)
{
    RtDatum out;
    agg_by_symbol(symbol)->final(&bench->ctx, state->bytes, &out);
    assert_int_equal(out.is_null, wanted == NULL);
    if (wanted != NULL)
        assert_true(str_equal(out.value.str, *wanted));
}

static void check_bytes(Bench *bench, const State *state, const Model *model)
{
    Bag bag;
    BagEntry entry;
    RtDatum out;
    uint64_t entries = 0, rows = 0, there = 0, sum = 0;
    agg_by_symbol("bag")->final(&bench->ctx, state->bytes, &out);
    for (uint32_t i = 0; i < model->count; i++) {
        there += model->counts[i] != 0;
        sum += model->counts[i];
    }
    assert_int_equal(out.is_null, there == 0);
    if (there == 0)
        return;
    assert_null(bag_check(out.value.str, &entries, &rows));
    assert_int_equal(entries, there);
    assert_int_equal(rows, sum);
    assert_true(bag_open(out.value.str, &bag));
    while (bag_next(&bag, &entry)) {
        uint32_t at = 0;
        while (at < model->count && !str_equal(model->keys[at], entry.key))
            at++;
        assert_true(at < model->count);
        assert_int_equal(entry.count, model->counts[at]);
    }
}

/* Phases in which most rows come, and phases in which most go, down to none. */
static void check_seed(uint64_t seed)
{
    static char texts[POOL][KEY_MAX];
    static Model model;
    Random random = { seed };
    Bench bench;
    State state = { 0 };
    const AggDef *agg = agg_by_symbol("highest_key");
    bench_open(&bench);
    make_pool(&model, &random, texts);
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t i = random_below(&random, POOL);
        bool comes = random_below(&random, 8) < (step / 2500 % 2 == 0 ? 6u : 1u);
        RtDatum key = as_datum(model.keys[i]);
        if (comes)
            agg->step(&bench.ctx, state.bytes, &key);
        else if (model.counts[i] != 0)
            agg->retract(&bench.ctx, state.bytes, &key);
        model.counts[i] += comes ? 1u : 0u - (model.counts[i] != 0);
        if (step % 50 == 0) {
            check_edge(&bench, "highest_key", &state, extreme(&model, true));
            check_edge(&bench, "lowest_key", &state, extreme(&model, false));
        }
        if (step % 1000 == 0)
            check_bytes(&bench, &state, &model);
    }
    for (uint32_t i = 0; i < POOL; i++)
        for (RtDatum key = as_datum(model.keys[i]); model.counts[i] != 0; model.counts[i]--)
            agg->retract(&bench.ctx, state.bytes, &key);
    check_edge(&bench, "lowest_key", &state, NULL);
    for (uint32_t i = 0; i < sizeof(BagState); i++)
        assert_int_equal(state.bytes[i], 0);
    bench_close(&bench);
}

static void values_come_and_go_as_in_a_list(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        check_seed(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values_come_and_go_as_in_a_list) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
