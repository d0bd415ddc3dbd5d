/* group_table_test.c -- a group table against a plain list of keys and counts. */
#include "runtime/base/alloc.h"
#include "tests/unit/state/state_fixture.h"

enum { TEXT_KEY_MAX = 5000 };

typedef struct Fields {
    int64_t count;
    int64_t sum;
} Fields;

static const SliceShape FIXED = { .groups = { .is_fixed = true, .key_bytes = 9, .field_bytes = sizeof(Fields) },
                                  .size_us = 1000000 };
static const SliceShape TEXT = { .groups = { .field_bytes = sizeof(Fields) }, .size_us = 1000000 };

static GroupTable *open_table(OneUnit *one, SliceShape shape)
{
    one_unit_open(one, shape, (uint64_t)1 << 30);
    return &rt_slice_at(one->store, 0, INT64_MIN)->groups;
}

/* Key number `n` of a shape: numbers, or texts of very different lengths. */
static uint32_t make_key(bool is_fixed, uint32_t n, char *key)
{
    if (is_fixed)
        return (uint32_t)(key_put_i64(key, n % 97 == 0, (int64_t)n * 2654435761u - 5000) - key);
    char text[TEXT_KEY_MAX];
    uint32_t len = n % 50 == 0 ? 1000 + n % 3000 : n % 40;
    memset(text, 'k', sizeof text);
    snprintf(text, sizeof text, "%u.", n);
    text[strlen(text)] = 'k';
    Str view = { text, len < 12 ? 12 : len };
    return (uint32_t)(key_put_str(key, false, &view) - key);
}

static void check_against_model(bool is_fixed, uint32_t key_count, uint32_t rows)
{
    OneUnit one;
    GroupTable *table = open_table(&one, is_fixed ? FIXED : TEXT);
    Fields *model = test_calloc(key_count, sizeof *model);
    char *key = test_malloc(2 * TEXT_KEY_MAX);
    Random random = { key_count };
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t n = random_below(&random, key_count);
        n = is_fixed && n % 97 == 0 ? 0 : n; /* they are all the NULL key */
        uint32_t len = make_key(is_fixed, n, key);
        Fields *fields = i % 2 == 0 ? rt_group_upsert(table, key, len, rt_key_hash(key, len))
                                    : rt_group_upsert_near(table, key, len);
        assert_memory_equal(fields, &model[n], sizeof *fields);
        fields->count++;
        fields->sum += i;
        model[n].count++;
        model[n].sum += i;
    }
    uint32_t present = 0;
    for (uint32_t n = 0; n < key_count; n++) {
        if (is_fixed && n % 97 == 0 && n != 0)
            continue;
        uint32_t len = make_key(is_fixed, n, key);
        const Fields *found = group_find(table, key, len);
        present += model[n].count > 0;
        assert_int_equal(found != NULL, model[n].count > 0);
        if (found != NULL)
            assert_memory_equal(found, &model[n], sizeof *found);
    }
    assert_int_equal(table->group_count, present);
    test_free(model);
    test_free(key);
    task_state_release(&one.state);
}

static void number_keys_agree_with_a_plain_list(void **state)
{
    (void)state;
    check_against_model(true, 1, 100);
    check_against_model(true, 50, 5000);
    check_against_model(true, 30000, 120000);
}

static void text_keys_of_any_length_agree_with_a_plain_list(void **state)
{
    (void)state;
    check_against_model(false, 30, 3000);
    check_against_model(false, 6000, 24000);
}

/* Every key once, in the order of memcmp, whatever the order of arrival. */
static void check_sorted(bool is_fixed, uint32_t key_count)
{
    OneUnit one;
    GroupTable *table = open_table(&one, is_fixed ? FIXED : TEXT);
    char *key = test_malloc(2 * TEXT_KEY_MAX);
    for (uint32_t i = 0; i < key_count; i++) {
        uint32_t len = make_key(is_fixed, (uint32_t)((uint64_t)i * 7919 % key_count), key);
        rt_group_upsert_near(table, key, len);
    }
    Arena scratch;
    arena_init(&scratch);
    GroupCursor *cursor = rt_groups_sorted(table, &scratch);
    uint32_t seen = 0;
    Str before = { 0 };
    while (rt_groups_next(cursor)) {
        Str current = { rt_groups_key(cursor), cursor->key_len };
        if (seen++ > 0)
            assert_true(str_compare(before, current) < 0);
        before = current;
    }
    assert_int_equal(seen, table->group_count);
    arena_free(&scratch);
    test_free(key);
    task_state_release(&one.state);
}

static void groups_come_in_key_order(void **state)
{
    (void)state;
    for (uint32_t count = 0; count < 4; count++)
        check_sorted(true, count);
    check_sorted(true, 40);
    check_sorted(true, 20000);
    check_sorted(false, 40);
    check_sorted(false, 5000);
}

/* Texts that differ only behind a long common start and in their length: the case radix cannot decide. */
static void long_common_beginnings_sort_too(void **state)
{
    (void)state;
    OneUnit one;
    GroupTable *table = open_table(&one, TEXT);
    char text[120], key[256];
    memset(text, 'x', sizeof text);
    for (uint32_t i = 0; i < 200; i++) {
        Str view = { text, 20 + (i * 37) % 100 };
        text[19] = (char)('a' + i % 2);
        uint32_t len = (uint32_t)(key_put_str(key, false, &view) - key);
        rt_group_upsert_near(table, key, len);
    }
    Arena scratch;
    arena_init(&scratch);
    GroupCursor *cursor = rt_groups_sorted(table, &scratch);
    Str before = { 0 };
    uint32_t seen = 0;
    while (rt_groups_next(cursor)) {
        Str current = { cursor->key, cursor->key_len };
        if (seen++ > 0)
            assert_true(str_compare(before, current) < 0);
        before = current;
    }
    assert_int_equal(seen, table->group_count);
    assert_int_equal(seen, 100);
    arena_free(&scratch);
    task_state_release(&one.state);
}

static void *upsert_single(GroupTable *table, const RtDatum *datum)
{
    switch ((RtKind)datum->kind) {
    case PK_BOOL:
        return rt_group_upsert_bool(table, datum->is_null, datum->value.b);
    case PK_I8:
        return rt_group_upsert_i8(table, datum->is_null, datum->value.i8);
    case PK_I16:
        return rt_group_upsert_i16(table, datum->is_null, datum->value.i16);
    case PK_I32:
        return rt_group_upsert_i32(table, datum->is_null, datum->value.i32);
    case PK_I64:
        return rt_group_upsert_i64(table, datum->is_null, datum->value.i64);
    case PK_F32:
        return rt_group_upsert_f32(table, datum->is_null, datum->value.f32);
    case PK_F64:
        return rt_group_upsert_f64(table, datum->is_null, datum->value.f64);
    default:
        return rt_group_upsert_str(table, datum->is_null, &datum->value.str);
    }
}

/* Few values of a kind: edges, NULL, texts with NUL bytes that look like escapes, texts that stand in the heap. */
static RtDatum some_datum(Random *random, RtKind kind, char *text)
{
    static const char ALPHABET[] = { 0, 'a', (char)0xff };
    RtDatum datum = { .kind = (uint8_t)kind, .is_null = random_below(random, 10) == 0 };
    uint64_t bits = random_u64(random) % 50 * 0x0101010101010101u;
    if (datum.is_null)
        return datum;
    if (kind != PK_STR) {
        bits = kind == PK_BOOL ? bits & 1 : bits;
        memcpy(&datum.value, &bits, kind_bytes(kind));
        return datum;
    }
    uint32_t len = random_below(random, 20) == 0 ? 1015 + random_below(random, 12) : random_below(random, 70);
    memset(text, 'x', len);
    for (uint32_t i = 0; i < 3 && i < len; i++)
        text[len - 1 - i] = ALPHABET[random_below(random, 3)];
    datum.value.str = (Str){ text, len };
    return datum;
}

/* Through the encoding first, then in turns with the short cut: both are the same group. */
static void keys_of_one_column_are_the_same_with_and_without_their_encoding(void **state)
{
    (void)state;
    static const RtKind KINDS[] = { PK_BOOL, PK_I8, PK_I16, PK_I32, PK_I64, PK_F32, PK_F64, PK_STR };
    for (uint32_t k = 0; k < sizeof KINDS / sizeof KINDS[0]; k++) {
        uint32_t bytes = key_bytes_fixed(KINDS[k]);
        GroupShape groups = { .is_fixed = bytes != KEY_VARIABLE, .key_bytes = bytes, .field_bytes = 8 };
        OneUnit coded, mixed;
        GroupTable *a = open_table(&coded, (SliceShape){ .groups = groups, .size_us = 1000 });
        GroupTable *b = open_table(&mixed, (SliceShape){ .groups = groups, .size_us = 1000 });
        Random random = { k };
        for (uint32_t i = 0; i < 6000; i++) {
            char text[1100], key[2300];
            RtDatum datum = some_datum(&random, KINDS[k], text);
            uint32_t len = (uint32_t)(key_put(key, datum) - key);
            int64_t *wanted = rt_group_upsert(a, key, len, rt_key_hash(key, len));
            int64_t *got =
                i < 500 || i % 3 == 0 ? rt_group_upsert(b, key, len, rt_key_hash(key, len)) : upsert_single(b, &datum);
            assert_int_equal(*got, *wanted);
            *got = *wanted = i;
            assert_ptr_equal(group_find(b, key, len), got);
        }
        assert_int_equal(a->group_count, b->group_count);
        assert_true(b->is_single && !a->is_single);
        task_state_release(&coded.state);
        task_state_release(&mixed.state);
    }
}

static void no_key_columns_make_one_group(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, (SliceShape){ .groups = { .is_fixed = true, .field_bytes = 8 }, .size_us = 10 }, 1 << 24);
    GroupTable *table = &rt_slice_at(one.store, 3, INT64_MIN)->groups;
    for (int64_t i = 0; i < 10; i++)
        *(int64_t *)rt_group_upsert_near(table, "", 0) += 1;
    assert_int_equal(table->group_count, 1);
    assert_int_equal(*(const int64_t *)group_find(table, "", 0), 10);
    task_state_release(&one.state);
}

/* The target of the issue: below 40 bytes for COUNT and SUM (24 bytes of fields) under a small integer key. */
static void a_group_of_count_and_sum_takes_less_than_40_bytes(void **state)
{
    (void)state;
    SliceShape shape = { .groups = { .is_fixed = true, .key_bytes = 5, .field_bytes = 24 }, .size_us = 1000 };
    for (uint32_t count = 20000; count <= 200000; count += 22500) {
        OneUnit one;
        one_unit_open(&one, shape, (uint64_t)1 << 30);
        GroupTable *table = &rt_slice_at(one.store, 0, INT64_MIN)->groups;
        char key[8];
        for (uint32_t i = 0; i < count; i++) {
            key_put_i32(key, false, (int32_t)i);
            rt_group_upsert(table, key, 5, rt_key_hash(key, 5));
        }
        assert_true(one.state.pool.used_bytes < (uint64_t)40 * count);
        task_state_release(&one.state);
    }
}

static void distinct_says_new_once_per_group_and_value(void **state)
{
    (void)state;
    OneUnit one;
    SliceShape shape = FIXED;
    shape.distinct_count = 2;
    one_unit_open(&one, shape, 1 << 28);
    Slice *slice = rt_slice_at(one.store, 0, INT64_MIN);
    bool seen[2][20][50] = { 0 };
    Random random = { 5 };
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t set = random_below(&random, 2), group = random_below(&random, 20), value = random_below(&random, 50);
        char key[9], buffer[DISTINCT_ROOM + 9];
        key_put_i64(key, false, group);
        rt_group_upsert(&slice->groups, key, 9, rt_key_hash(key, 9));
        uint32_t ref = rt_group_ref(&slice->groups);
        key_put_i64(buffer + DISTINCT_ROOM, false, value);
        bool is_new = rt_distinct_insert(rt_slice_distinct(slice, set), ref, buffer, sizeof buffer);
        assert_int_equal(is_new, !seen[set][group][value]);
        seen[set][group][value] = true;
    }
    task_state_release(&one.state);
}

/* The key of such a text is not made: nothing is asked for that could be left behind. */
static void a_text_that_is_too_long_for_a_key_is_refused_before_memory_is_asked_for(void **state)
{
    (void)state;
    OneUnit one;
    GroupTable *table = open_table(&one, TEXT);
    assert_non_null(group_upsert_str_slow(table, false, "x", 1));
    mem_fail_at(0);
    assert_non_null(group_upsert_str_slow(table, false, "x", GROUP_KEY_LEN_MASK / 2));
    assert_int_equal(mem_request_count(), 0);
    assert_int_equal(one.state.pool.refused, STATE_REFUSED_LIMIT);
    task_state_release(&one.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_keys_agree_with_a_plain_list),
        cmocka_unit_test(text_keys_of_any_length_agree_with_a_plain_list),
        cmocka_unit_test(groups_come_in_key_order),
        cmocka_unit_test(long_common_beginnings_sort_too),
        cmocka_unit_test(keys_of_one_column_are_the_same_with_and_without_their_encoding),
        cmocka_unit_test(no_key_columns_make_one_group),
        cmocka_unit_test(a_group_of_count_and_sum_takes_less_than_40_bytes),
        cmocka_unit_test(distinct_says_new_once_per_group_and_value),
        cmocka_unit_test(a_text_that_is_too_long_for_a_key_is_refused_before_memory_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
