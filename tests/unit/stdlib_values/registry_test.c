/* registry_test.c -- promises that every row of functions.def keeps. */
#include "tests/unit/stdlib_values/fn_check.h"

#include "stdlib/externs.h"

static bool same_arguments(const FnDef *a, const FnDef *b)
{
    return a->form != FORM_ANY && b->form != FORM_ANY && a->args_min == b->args_min &&
           memcmp(a->args, b->args, a->args_min) == 0;
}

static void no_two_rows_take_the_same_call(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        for (uint32_t j = i + 1; j < FN_DEF_COUNT; j++) {
            const FnDef *a = &FN_DEFS[i], *b = &FN_DEFS[j];
            bool is_cast = strcmp(a->name, "CAST") == 0;
            if (strcmp(a->name, b->name) == 0 && same_arguments(a, b) && (!is_cast || a->result == b->result))
                fail_msg("%s: rows %s and %s take the same arguments", a->name, a->symbol, b->symbol);
        }
    }
}

static bool has_doc(const char *name)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++)
        if (strcmp(FN_DEFS[i].name, name) == 0 && FN_DEFS[i].doc != NULL)
            return true;
    return false;
}

static bool symbol_has_doc(const char *symbol)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++)
        if (strcmp(FN_DEFS[i].symbol, symbol) == 0 && has_doc(FN_DEFS[i].name))
            return true;
    return false;
}

static void every_function_is_documented_once_by_name_or_by_the_name_it_shares(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++)
        if (!has_doc(FN_DEFS[i].name) && !symbol_has_doc(FN_DEFS[i].symbol))
            fail_msg("%s (%s) has no documentation", FN_DEFS[i].name, FN_DEFS[i].symbol);
}

static const FnDef *fn_row_of(const char *name)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++)
        if (strcmp(FN_DEFS[i].name, name) == 0)
            return &FN_DEFS[i];
    return NULL;
}

static bool has_example(const char *name)
{
    for (uint32_t i = 0; i < FN_EXAMPLE_COUNT; i++)
        if (strcmp(FN_EXAMPLES[i].name, name) == 0)
            return true;
    return false;
}

static bool has_special(const char *name)
{
    for (uint32_t i = 0; i < FN_SPECIAL_COUNT; i++)
        if (strcmp(FN_SPECIALS[i].name, name) == 0)
            return true;
    return false;
}

/* What they answer is the matter of tests/docs/examples_test.py. */
static void every_function_that_can_be_called_has_an_example(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++)
        if ((FN_DEFS[i].traits & FN_INTERNAL) == 0 && !has_example(FN_DEFS[i].name))
            fail_msg("%s has no row in stdlib/examples.def", FN_DEFS[i].name);
    for (uint32_t i = 0; i < FN_SPECIAL_COUNT; i++)
        if (!has_example(FN_SPECIALS[i].name))
            fail_msg("%s has no row in stdlib/examples.def", FN_SPECIALS[i].name);
    for (uint32_t i = 0; i < FN_EXAMPLE_COUNT; i++)
        if (!has_special(FN_EXAMPLES[i].name) && fn_row_of(FN_EXAMPLES[i].name) == NULL)
            fail_msg("an example is of %s, which is no function", FN_EXAMPLES[i].name);
}

static void the_bitcode_is_embedded_whole(void **state)
{
    (void)state;
    assert_true(STDLIB_BITCODE_BYTES > 1000);
    assert_memory_equal(STDLIB_BITCODE, "BC\xC0\xDE", 4);
    for (uint32_t i = 0; i < STDLIB_EXTERN_COUNT; i++)
        assert_non_null((void *)STDLIB_EXTERNS[i].address);
}

static bool is_scalar(RtKind kind)
{
    return kind != PK_STR && kind != PK_BLOB;
}

static bool is_cheap_over_scalars(const FnDef *fn)
{
    bool cheap = (fn->traits & FN_CHEAP) && fn->form != FORM_ANY;
    for (uint32_t i = 0; i < fn->args_min && cheap; i++)
        cheap = is_scalar(type_word_kind((TypeWord)fn->args[i]));
    return cheap;
}

static uint64_t next_bits(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t bits = *seed ^ *seed >> 29;
    return bits % 5 == 0 ? (bits & 1) << 63 : bits % 5 == 1 ? UINT64_MAX >> (bits % 64) : bits;
}

/* Sanitizers make this test strong: overflow, a shift or an index out of range ends it. */
static void cheap_functions_are_total_on_any_bits(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    FnCtx ctx = { .batch = &arena };
    uint64_t seed = 1;
    uint32_t tried = 0;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (!is_cheap_over_scalars(fn))
            continue;
        tried++;
        for (uint32_t round = 0; round < 200; round++) {
            RtDatum args[FN_ARGS_MAX] = { 0 }, out;
            for (uint32_t a = 0; a < fn->args_min; a++) {
                args[a].kind = (uint8_t)type_word_kind((TypeWord)fn->args[a]);
                args[a].value.d128 = (RtD128){ next_bits(&seed), (int64_t)next_bits(&seed) };
                if (args[a].kind == PK_BOOL)
                    args[a].value.b = seed >> 60 & 1;
            }
            fn_call_machine(fn, &ctx, args, &out);
            if (ctx.failure.code != 0)
                fail_msg("%s (%s) fails: %s", fn->name, fn->symbol, ctx.failure.text);
        }
    }
    assert_true(tried > 200);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_rows_take_the_same_call),
        cmocka_unit_test(every_function_is_documented_once_by_name_or_by_the_name_it_shares),
        cmocka_unit_test(every_function_that_can_be_called_has_an_example),
        cmocka_unit_test(the_bitcode_is_embedded_whole),
        cmocka_unit_test(cheap_functions_are_total_on_any_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
