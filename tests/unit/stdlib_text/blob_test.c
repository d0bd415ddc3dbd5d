/* blob_test.c -- ROW, ARRAY and MAP encodings: what goes in comes out, anywhere, and nothing reads past the end. */
#include "runtime/abi/blob.h"

#include "runtime/base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int arena_setup(void **state)
{
    static Arena arena;
    arena_init(&arena);
    *state = &arena;
    return 0;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static RtDatum text(const char *s)
{
    return (RtDatum){ .kind = PK_STR, .value.str = str_from(s) };
}

static RtDatum number(int64_t value)
{
    return (RtDatum){ .kind = PK_I64, .value.i64 = value };
}

static RtDatum nested(Str blob)
{
    return (RtDatum){ .kind = PK_BLOB, .value.str = blob };
}

/* One value of every kind, a NULL, and two levels of nesting. */
static Str sample(Arena *arena)
{
    RtDatum inner[] = { text("x"), datum_null(PK_STR), text("") };
    RtDatum fields[] = {
        { .kind = PK_BOOL, .value.b = true },
        { .kind = PK_I8, .value.i8 = -8 },
        { .kind = PK_I16, .value.i16 = -1600 },
        { .kind = PK_I32, .value.i32 = 32 },
        number(INT64_MIN),
        { .kind = PK_F32, .value.f32 = 1.5f },
        { .kind = PK_F64, .value.f64 = -2.5 },
        { .kind = PK_D128, .value.d128 = { 1, -1 } },
        { .kind = PK_TIME96, .value.time96 = { .us = 7, .ns = 999 } },
        text("text"),
        nested(blob_array(arena, PK_STR, inner, 3)),
        datum_null(PK_I32),
    };
    return blob_row(arena, fields, sizeof fields / sizeof fields[0]);
}

static void every_kind_comes_out_as_it_went_in(void **state)
{
    Blob row, array;
    assert_true(blob_open(sample(*state), &row));
    assert_int_equal(row.count, 12);
    assert_true(blob_item(&row, 0).value.b);
    assert_int_equal(blob_item(&row, 1).value.i8, -8);
    assert_int_equal(blob_item(&row, 2).value.i16, -1600);
    assert_int_equal(blob_item(&row, 3).value.i32, 32);
    assert_true(blob_item(&row, 4).value.i64 == INT64_MIN);
    assert_true(blob_item(&row, 5).value.f32 == 1.5f);
    assert_true(blob_item(&row, 6).value.f64 == -2.5);
    assert_true(blob_item(&row, 7).value.d128.high == -1 && blob_item(&row, 7).value.d128.low == 1);
    assert_int_equal(blob_item(&row, 8).value.time96.ns, 999);
    assert_true(str_equal(blob_item(&row, 9).value.str, STR("text")));
    assert_true(blob_open(blob_item(&row, 10).value.str, &array));
    assert_true(str_equal(blob_item(&array, 0).value.str, STR("x")));
    assert_true(blob_item(&array, 1).is_null);
    assert_int_equal(blob_item(&array, 2).value.str.len, 0);
    assert_true(blob_item(&row, 11).is_null);
    assert_int_equal(blob_item(&row, 11).kind, PK_I32);
}

static void a_blob_may_lie_anywhere(void **state)
{
    Str blob = sample(*state);
    Blob here, there;
    for (uint64_t shift = 0; shift < 8; shift++) {
        char *copy = mem_alloc(blob.len + shift);
        assert_non_null(copy);
        memcpy(copy + shift, blob.data, blob.len);
        assert_true(blob_open(blob, &here) && blob_open((Str){ copy + shift, blob.len }, &there));
        for (uint32_t i = 0; i < here.count; i++) {
            RtDatum a = blob_item(&here, i), b = blob_item(&there, i);
            assert_true(datum_equal(&a, &b));
        }
        mem_free(copy);
    }
}

static void reads_stay_inside_whatever_the_bytes_are(void **state)
{
    Str blob = sample(*state);
    uint64_t seed = 1, read = 0;
    for (int round = 0; round < 20000; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t len = blob.len - (seed >> 33) % 40;
        char *copy = mem_alloc(len); /* exact, for the sanitizer */
        assert_non_null(copy);
        memcpy(copy, blob.data, len);
        copy[(seed >> 20) % len] = (char)(seed >> 12);
        copy[(seed >> 40) % 40] = (char)(seed >> 52);
        Blob opened, inner;
        if (blob_open((Str){ copy, len }, &opened)) {
            for (uint32_t i = 0; i < opened.count && i < 64; i++) {
                RtDatum item = blob_item(&opened, i);
                bool has_bytes = !item.is_null && (item.kind == PK_STR || item.kind == PK_BLOB);
                Str s = has_bytes ? item.value.str : STR_EMPTY;
                read += s.len > 0 ? (unsigned char)s.data[s.len - 1] : 1;
                if (has_bytes && blob_open(item.value.str, &inner) && inner.count > 0)
                    read += blob_item(&inner, inner.count - 1).is_null;
            }
        }
        mem_free(copy);
    }
    assert_true(read > 20000);
}

static void maps_are_sorted_and_the_last_of_equal_keys_stays(void **state)
{
    RtDatum keys[] = { text("b"), text("a"), text("b"), text("aa"), datum_null(PK_STR) };
    RtDatum items[] = { number(1), number(2), number(3), datum_null(PK_I64), number(5) };
    Blob map;
    assert_true(blob_open(blob_map(*state, PK_STR, PK_I64, keys, items, 5), &map));
    assert_int_equal(map.count, 3);
    assert_true(str_equal(blob_key(&map, 0).value.str, STR("a")));
    assert_true(str_equal(blob_key(&map, 1).value.str, STR("aa")));
    assert_true(str_equal(blob_key(&map, 2).value.str, STR("b")));
    assert_int_equal(blob_item(&map, 2).value.i64, 3);
    uint32_t at = 9;
    RtDatum key = text("aa"), missing = text("c");
    assert_true(blob_find(&map, &key, &at) && at == 1 && blob_item(&map, at).is_null);
    assert_false(blob_find(&map, &missing, &at));
}

static void equal_maps_have_equal_bytes_whatever_their_order(void **state)
{
    RtDatum keys[] = { number(1), number(-1), number(7) }, items[] = { text("one"), text("minus"), text("seven") };
    RtDatum keys_other[] = { keys[2], keys[0], keys[1] }, items_other[] = { items[2], items[0], items[1] };
    assert_true(str_equal(blob_map(*state, PK_I64, PK_STR, keys, items, 3),
                          blob_map(*state, PK_I64, PK_STR, keys_other, items_other, 3)));
}

static void more_than_one_word_of_null_bits(void **state)
{
    RtDatum items[200];
    for (int i = 0; i < 200; i++)
        items[i] = i % 3 == 0 ? datum_null(PK_I64) : number(i);
    Blob array;
    assert_true(blob_open(blob_array(*state, PK_I64, items, 200), &array));
    for (uint32_t i = 0; i < 200; i++) {
        RtDatum item = blob_item(&array, i);
        assert_true(datum_equal(&item, &items[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_comes_out_as_it_went_in, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(a_blob_may_lie_anywhere, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(reads_stay_inside_whatever_the_bytes_are, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(maps_are_sorted_and_the_last_of_equal_keys_stays, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(equal_maps_have_equal_bytes_whatever_their_order, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(more_than_one_word_of_null_bits, arena_setup, arena_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
