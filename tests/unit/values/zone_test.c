/* zone_test.c -- zones over their changes, gaps and overlaps. */
#include "runtime/time/zone.h"

#include "runtime/base/calendar.h"
#include "runtime/base/timetext.h"
#include "runtime/time/zone_table.h"

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
        { "UTC", 0 },
        { "Z", 0 },
        { "GMT", 0 },
        { "+02:00", 7200 },
        { "GMT+8", 28800 },
        { "UTC-03:30", -12600 },
        { "-0500", -18000 },
        { "+1", 3600 },
        { "+25:00", -1 },
        { "Nowhere/City", -1 },
        { "../etc/passwd", -1 },
        { "", -1 },
        { "Europe", -1 },
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

static void spans_end_where_the_clock_changes(void **state)
{
    RtError error;
    static const struct {
        const char *zone, *utc, *from, *until; /* NULL: for ever */
    } CASES[] = {
        { "Europe/Berlin", "2020-07-01 00:00:00", "2020-03-29 01:00:00", "2020-10-25 01:00:00" },
        { "Europe/Berlin", "2020-03-29 01:00:00", "2020-03-29 01:00:00", "2020-10-25 01:00:00" },
        { "Europe/Berlin", "2020-03-29 00:59:59", "2019-10-27 01:00:00", "2020-03-29 01:00:00" },
        { "Europe/Berlin", "2090-01-01 00:00:00", "2089-10-30 01:00:00", "2090-03-26 01:00:00" },
        { "Australia/Sydney", "2090-01-01 00:00:00", "2089-10-01 16:00:00", "2090-04-01 16:00:00" },
        { "Asia/Tokyo", "2026-01-01 00:00:00", "1951-09-08 15:00:00", NULL },
        { "+02:00", "2026-01-01 00:00:00", NULL, NULL },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const Zone *zone = zone_open(*state, str_from(CASES[i].zone), &error);
        assert_case(CASES[i].zone, zone != NULL);
        ZoneSpan span = zone_span(zone, at(CASES[i].utc));
        assert_case(CASES[i].utc, span.from_us == (CASES[i].from == NULL ? INT64_MIN : at(CASES[i].from)));
        assert_case(CASES[i].utc, span.until_us == (CASES[i].until == NULL ? INT64_MAX : at(CASES[i].until)));
    }
    assert_int_equal(zone_span(NULL, 0).until_us, INT64_MAX);
}

static void wall_times_pass_once_and_for_all(void **state)
{
    RtError error;
    static const struct {
        const char *zone, *local, *utc;
    } CASES[] = {
        { "Europe/Berlin", "2026-01-05 00:00:00", "2026-01-04 23:00:00" },
        { "Europe/Berlin", "2026-03-29 02:00:00", "2026-03-29 01:00:00" }, /* where the gap begins */
        { "Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:00:00" },
        { "Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00" },
        { "Europe/Berlin", "2026-03-29 03:00:01", "2026-03-29 01:00:01" },
        { "Europe/Berlin", "2026-10-25 02:00:00", "2026-10-25 00:00:00" }, /* the second pass shows nothing before */
        { "Europe/Berlin", "2026-10-25 02:00:01", "2026-10-25 01:00:01" },
        { "Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 01:30:00" },
        { "Europe/Berlin", "2026-10-25 03:00:00", "2026-10-25 02:00:00" },
        { "Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 10:00:00" }, /* a day that was left out */
        { "Pacific/Apia", "2011-12-31 00:00:00", "2011-12-30 10:00:00" },
        { "Australia/Lord_Howe", "2026-04-05 02:00:00", "2026-04-04 15:30:00" }, /* put back by half an hour */
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const Zone *zone = zone_open(*state, str_from(CASES[i].zone), &error);
        assert_case(CASES[i].zone, zone != NULL);
        assert_time(CASES[i].local, zone_passed_us(zone, at(CASES[i].local)), CASES[i].utc);
    }
}

/* The packed database is that of the machine: the same offsets, name by name. */
static void the_table_holds_what_the_files_say(void **state)
{
    RtError error;
    uint32_t differ = 0;
    assert_true(zone_table_count() > 300 && zone_table_version().len >= 5);
    for (uint32_t i = 0; i < zone_table_count(); i++) {
        Str name = zone_table_name(i);
        const Zone *packed = zone_open(*state, name, &error);
        assert_case(name.data, packed != NULL);
        assert_case(name.data, i == 0 || str_compare(zone_table_name(i - 1), name) < 0);
        const Zone *file = zone_open_in(*state, "/usr/share/zoneinfo", name, &error);
        for (int64_t year = -80; file != NULL && year < 80; year++) {
            int64_t us = year * 365 * US_PER_DAY + (int64_t)i * 3 * US_PER_DAY;
            differ += zone_offset_s(packed, us) != zone_offset_s(file, us);
        }
    }
    assert_int_equal(differ, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_zones_need_no_database),
        cmocka_unit_test(spans_end_where_the_clock_changes),
        cmocka_unit_test(wall_times_pass_once_and_for_all),
        cmocka_unit_test(the_table_holds_what_the_files_say),
        cmocka_unit_test(berlin_changes_twice_a_year_for_ever),
        cmocka_unit_test(gaps_move_on_and_overlaps_take_the_earlier_instant),
        cmocka_unit_test(torn_files_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
