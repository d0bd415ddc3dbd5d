/* lite_value_test.c -- values on their way through SQLite. */
#include "compiler/sqlite/lite_value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int set_up(void **state)
{
    sqlite3 *connection = NULL;
    assert_int_equal(sqlite3_open_v2(":memory:", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL),
                     SQLITE_OK);
    *state = connection;
    return 0;
}

static int tear_down(void **state)
{
    return sqlite3_close(*state);
}

static sqlite3_stmt *prepare(void **state, const char *text)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(*state, text, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static RtDatum of_i128(Int128 value)
{
    return (RtDatum){ .value.d128 = d128_from(value), .kind = PK_D128 };
}

static RtDatum of_text(Str text)
{
    return (RtDatum){ .value.str = text, .kind = PK_STR };
}

static void a_value_comes_back_as_it_went(void **state)
{
    const Int128 most = ((Int128)1 << 126) - 1 + ((Int128)1 << 126);
    const RtDatum values[] = {
        { .value.b = true, .kind = PK_BOOL },
        { .value.i8 = -128, .kind = PK_I8 },
        { .value.i16 = -32768, .kind = PK_I16 },
        { .value.i32 = INT32_MIN, .kind = PK_I32 },
        { .value.i64 = INT64_MIN, .kind = PK_I64 },
        { .value.i64 = INT64_MAX, .kind = PK_I64 },
        { .value.f32 = 0.1f, .kind = PK_F32 },
        { .value.f64 = -0.0, .kind = PK_F64 },
        { .value.f64 = 5e-324, .kind = PK_F64 },
        { .value.f64 = -INFINITY, .kind = PK_F64 },
        of_i128(most),
        of_i128(-most - 1),
        { .value.time96 = { -1, 999, 0 }, .kind = PK_TIME96 },
    };
    sqlite3_stmt *statement = prepare(state, "SELECT ?1");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        lite_bind(statement, 1, values[i]);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        RtDatum got = lite_datum(sqlite3_column_value(statement, 0), (RtKind)values[i].kind);
        assert_false(got.is_null);
        assert_memory_equal(&got.value, &values[i].value, kind_bytes((RtKind)got.kind));
        assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
    }
    sqlite3_finalize(statement);
}

static void text_keeps_its_bytes(void **state)
{
    const Str texts[] = { { "a\0b", 3 }, { "\xff\xfe", 2 }, { "", 0 }, { NULL, 0 } };
    sqlite3_stmt *statement = prepare(state, "SELECT ?1");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lite_bind(statement, 1, of_text(texts[i]));
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        RtDatum got = lite_datum(sqlite3_column_value(statement, 0), PK_STR);
        assert_false(got.is_null);
        assert_true(str_equal(got.value.str, texts[i]));
        assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
    }
    sqlite3_finalize(statement);
}

static void null_is_null_of_any_kind(void **state)
{
    sqlite3_stmt *statement = prepare(state, "SELECT ?1");
    for (int kind = 0; kind < PK_COUNT; kind++) {
        lite_bind(statement, 1, datum_null((RtKind)kind));
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_true(lite_datum(sqlite3_column_value(statement, 0), (RtKind)kind).is_null);
        assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
    }
    sqlite3_finalize(statement);
}

static void a_nan_is_one_value_above_all_numbers(void **state)
{
    sqlite3_stmt *statement = prepare(state, "SELECT ?1, ?1 = ?2, ?1 > 9e999");
    lite_bind(statement, 1, (RtDatum){ .value.f64 = NAN, .kind = PK_F64 });
    lite_bind(statement, 2, (RtDatum){ .value.f32 = -NAN, .kind = PK_F32 });
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_true(isnan(lite_datum(sqlite3_column_value(statement, 0), PK_F64).value.f64));
    assert_true(isnan(lite_datum(sqlite3_column_value(statement, 0), PK_F32).value.f32));
    assert_int_equal(sqlite3_column_int(statement, 1), 1);
    assert_int_equal(sqlite3_column_int(statement, 2), 1);
    sqlite3_finalize(statement);
}

/* Wide decimals and nanoseconds are bytes there. */
static void bytes_are_ordered_as_values_are(void **state)
{
    const RtDatum pairs[][2] = {
        { of_i128(-((Int128)1 << 100)), of_i128(-1) },
        { of_i128(-1), of_i128(0) },
        { of_i128(255), of_i128(256) },
        { { .value.time96 = { -1, 0, 0 }, .kind = PK_TIME96 }, { .value.time96 = { -1, 1, 0 }, .kind = PK_TIME96 } },
        { { .value.time96 = { -1, 999, 0 }, .kind = PK_TIME96 }, { .value.time96 = { 0, 0, 0 }, .kind = PK_TIME96 } },
    };
    sqlite3_stmt *statement = prepare(state, "SELECT ?1 < ?2 AND ?2 > ?1 AND ?1 = ?1 AND ?1 <> ?2");
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        lite_bind(statement, 1, pairs[i][0]);
        lite_bind(statement, 2, pairs[i][1]);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(statement, 0), 1);
        assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
    }
    sqlite3_finalize(statement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_value_comes_back_as_it_went, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_keeps_its_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(null_is_null_of_any_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_nan_is_one_value_above_all_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_are_ordered_as_values_are, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
