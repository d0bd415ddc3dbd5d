/* zone_test.c -- zones over their changes, gaps and overlaps. */
#include "runtime/time/zone.h"

#include "runtime/base/timetext.h"

#include "tests/unit/values/golden.h"

static int setup(void **state)
{
    static Arena arena;
    arena_init(&arena);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static int64_t at(const char *text)
{
    TimeText time;
    assert_int_equal(timestamp_parse(str_from(text), TIME_FORM_SQL, &time), PARSE_OK);
    return time.us;
}

static void assert_time(const char *input, int64_t us, const char *expected)
{
    char out[TIMESTAMP_TEXT_MAX];
    assert_text(input, out, timestamp_print(us, 0, 0, ' ', out), expected);
}

static void fixed_zones_need_no_database(void **state)
{
    static const struct {
        const char *name;
        int32_t offset_s; /* -1: unknown */
    } CASES[] = {
        { "UTC", 0 },       { "Z", 0 },        { "GMT", 0 },      { "+02:00", 7200 }, { "GMT+8", 28800 },
        { "UTC-03:30", -12600 }, { "-0500", -18000 }, { "+1", 3600 }, { "+25:00", -1 },   { "Nowhere/City", -1 },
        { "../etc/passwd", -1 }, { "", -1 },          { "Europe", -1 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        RtError error = { { 0 } };
        const Zone *zone = zone_open_in(*state, "/nonexistent", str_from(CASES[i].name), &error);
        assert_case(CASES[i].name, (zone != NULL) == (CASES[i].offset_s != -1));
        if (zone == NULL)
            assert_case(CASES[i].name, error.text[0] != 0);
        else
            assert_case(CASES[i].name, zone_offset_s(zone, 0) == CASES[i].offset_s);
    }
    assert_int_equal(zone_offset_s(NULL, 0), 0);
}

static void berlin_changes_twice_a_year_for_ever(void **state)
{
    RtError error;
    const Zone *berlin = zone_open(*state, STR("Europe/Berlin"), &error);
    assert_non_null(berlin);
    static const struct {
        const char *utc, *local;
    } CASES[] = {
        { "2020-01-02 13:04:05", "2020-01-02 14:04:05" }, { "2020-03-29 00:59:59", "2020-03-29 01:59:59" },
        { "2020-03-29 01:00:00", "2020-03-29 03:00:00" }, { "2020-10-25 00:59:59", "2020-10-25 02:59:59" },
        { "2020-10-25 01:00:00", "2020-10-25 02:00:00" }, { "2100-03-28 00:59:59", "2100-03-28 01:59:59" },
        { "2100-03-28 01:00:00", "2100-03-28 03:00:00" }, { "2100-10-31 01:00:00", "2100-10-31 02:00:00" },
        { "1975-07-01 00:00:00", "1975-07-01 01:00:00" },
    };
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_time(CASES[i].utc, zone_local_us(berlin, at(CASES[i].utc)), CASES[i].local);
}

static void gaps_move_on_and_overlaps_take_the_earlier_instant(void **state)
{
    RtError error;
    const Zone *berlin = zone_open(*state, STR("Europe/Berlin"), &error);
    assert_time("gap", zone_utc_us(berlin, at("2020-03-29 02:30:00")), "2020-03-29 01:30:00");
    assert_time("overlap", zone_utc_us(berlin, at("2020-10-25 02:30:00")), "2020-10-25 00:30:00");
    assert_time("before", zone_utc_us(berlin, at("2020-03-29 01:59:59")), "2020-03-29 00:59:59");
    assert_time("after", zone_utc_us(berlin, at("2020-03-29 03:00:00")), "2020-03-29 01:00:00");
    assert_time("summer", zone_utc_us(berlin, at("2020-07-01 12:00:00")), "2020-07-01 10:00:00");
    const Zone *york = zone_open(*state, STR("America/New_York"), &error);
    assert_time("york overlap", zone_utc_us(york, at("2020-11-01 01:30:00")), "2020-11-01 05:30:00");
    assert_time("york gap", zone_utc_us(york, at("2020-03-08 02:30:00")), "2020-03-08 07:30:00");
    const Zone *sydney = zone_open(*state, STR("Australia/Sydney"), &error);
    assert_time("summer of the south", zone_local_us(sydney, at("2090-01-01 00:00:00")), "2090-01-01 11:00:00");
    assert_time("winter of the south", zone_local_us(sydney, at("2090-07-01 00:00:00")), "2090-07-01 10:00:00");
}

static void torn_files_are_refused(void **state)
{
    RtError error;
    assert_null(zone_from_tzif(*state, STR("x"), STR("TZif2"), &error));
    assert_null(zone_from_tzif(*state, STR("x"), STR(""), &error));
    char bytes[200] = "TZif2";
    bytes[35] = 100; /* 100 changes announced, none there */
    assert_null(zone_from_tzif(*state, STR("x"), (Str){ bytes, sizeof bytes }, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_zones_need_no_database),
        cmocka_unit_test(berlin_changes_twice_a_year_for_ever),
        cmocka_unit_test(gaps_move_on_and_overlaps_take_the_earlier_instant),
        cmocka_unit_test(torn_files_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
