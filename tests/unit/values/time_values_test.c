/* time_values_test.c -- golden tables of dates, times, intervals, durations and patterns. */
#include "runtime/base/interval.h"
#include "runtime/base/timeformat.h"

#include "tests/unit/values/golden.h"

static void every_day_of_ten_thousand_years_converts_both_ways(void **state)
{
    (void)state;
    int64_t days = DAYS_MIN;
    int32_t month = 1, day = 1;
    for (int64_t year = 1; year <= 9999; days++) {
        CivilDate civil = civil_from_days(days);
        assert_true(civil.year == year && civil.month == month && civil.day == day);
        assert_true(days_from_civil(year, month, day) == days);
        if (++day > month_days(year, month)) {
            day = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
    assert_true(days == DAYS_MAX + 1);
}

static void weeks_are_numbered_as_iso_says(void **state)
{
    (void)state;
    static const struct {
        int32_t y, m, d, weekday, week, year;
    } CASES[] = {
        { 2021, 1, 3, 7, 53, 2020 }, { 2021, 1, 4, 1, 1, 2021 },  { 2020, 12, 31, 4, 53, 2020 },
        { 2018, 12, 31, 1, 1, 2019 }, { 1970, 1, 1, 4, 1, 1970 }, { 1, 1, 1, 1, 1, 1 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t days = days_from_civil(CASES[i].y, CASES[i].m, CASES[i].d);
        assert_int_equal(iso_day_of_week(days), CASES[i].weekday);
        assert_int_equal(iso_week(days), CASES[i].week);
        assert_int_equal(iso_year(days), CASES[i].year);
    }
}

static void sql_timestamps_parse_as_in_flink(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed; /* NULL: invalid */
    } CASES[] = {
        { "2020-01-01 12:34:56", "2020-01-01 12:34:56.000000000" },
        { "2020-01-01 12:34:56.1", "2020-01-01 12:34:56.100000000" },
        { "2020-01-01 12:34:56.", "2020-01-01 12:34:56.000000000" },
        { "2020-01-01 12:34:56.123456789", "2020-01-01 12:34:56.123456789" },
        { "2020-01-01 12:34:56.1234567891", NULL },
        { "2020-01-01", "2020-01-01 00:00:00.000000000" },
        { "2020-1-1 1:2:3", "2020-01-01 01:02:03.000000000" },
        { "2020-02-30 01:02:03", "2020-02-29 01:02:03.000000000" },
        { "2020-02-32 01:02:03", NULL },
        { "0001-01-01 00:00:00", "0001-01-01 00:00:00.000000000" },
        { "0000-01-01 00:00:00", NULL },
        { "9999-12-31 23:59:59.999999999", "9999-12-31 23:59:59.999999999" },
        { "1969-12-31 23:59:59.5", "1969-12-31 23:59:59.500000000" },
        { "2020-01-01T01:02:03", NULL },
        { "2020-01-01 01:02", NULL },
        { "2020-01-01 01:02:03Z", NULL },
        { "2020-01-01 25:02:03", NULL },
        { "2020-01-01 01:60:03", NULL },
        { "2020-01-01 01:02:60", NULL },
        { " 2020-01-01 01:02:03", NULL },
        { "2020-01-01 01:02:03 ", NULL },
        { "10000-01-01 01:02:03", NULL },
        { "2020-13-01 01:02:03", NULL },
        { "", NULL },
        { "2020-01-01 ", NULL },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        TimeText time;
        ParseStatus status = timestamp_parse(str_from(CASES[i].text), TIME_FORM_SQL, &time);
        assert_case(CASES[i].text, (status == PARSE_OK) == (CASES[i].printed != NULL));
        char out[TIMESTAMP_TEXT_MAX];
        if (status == PARSE_OK)
            assert_text(CASES[i].text, out, timestamp_print(time.us, time.ns, 9, ' ', out), CASES[i].printed);
    }
}

static void iso_timestamps_carry_their_offset(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ParseStatus status;
        int32_t offset_s;
    } CASES[] = {
        { "2020-01-02T03:04:05", PARSE_OK, 0 },
        { "2020-01-02T03:04:05Z", PARSE_OK, 0 },
        { "2020-01-02T03:04:05.678+01:00", PARSE_OK, 3600 },
        { "2020-01-02T03:04:05-0330", PARSE_OK, -12600 },
        { "2020-01-02T03:04+02", PARSE_OK, 7200 },
        { "2020-01-02T03:04:05+19:00", PARSE_INVALID, 0 },
        { "2020-01-02T03:04:05+1:00", PARSE_INVALID, 0 },
        { "2020-01-02 03:04:05Z", PARSE_INVALID, 0 },
        { "2020-02-30T03:04:05Z", PARSE_INVALID, 0 },
        { "2020-1-2T03:04:05Z", PARSE_INVALID, 0 },
        { "2020-01-02", PARSE_INVALID, 0 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        TimeText time;
        assert_case(CASES[i].text, timestamp_parse(str_from(CASES[i].text), TIME_FORM_ISO, &time) == CASES[i].status);
        if (CASES[i].status == PARSE_OK)
            assert_case(CASES[i].text, time.offset_s == CASES[i].offset_s);
    }
}

static void dates_and_times_parse_as_in_flink(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
    } DATES[] = {
        { "2020-01-01", "2020-01-01" }, { " 2020-1-1 ", "2020-01-01" }, { "2020-01-01 12:00:00", "2020-01-01" },
        { "123", "0123-01-01" },        { "2020-01", "2020-01-01" },    { "2020-02-29", "2020-02-29" },
        { "2020-02-30", NULL },         { "2020-13-01", NULL },         { "20200101", NULL },
        { "2020-01-01T12:00:00", NULL }, { "-2020-01-01", NULL },       { "10000-01-01", NULL },
        { "", NULL },                   { "2020-01-", NULL },
    };
    char out[TIMESTAMP_TEXT_MAX];
    for (size_t i = 0; i < COUNT(DATES); i++) {
        int32_t days;
        ParseStatus status = date_parse(str_from(DATES[i].text), &days);
        assert_case(DATES[i].text, (status == PARSE_OK) == (DATES[i].printed != NULL));
        if (status == PARSE_OK)
            assert_text(DATES[i].text, out, date_print(days, out), DATES[i].printed);
    }
    static const struct {
        const char *text, *printed;
    } TIMES[] = {
        { "12:34", "12:34:00.000" }, { "12", "12:00:00.000" },    { "123", "23:00:00.000" },
        { "1:2:3", "01:02:03.000" }, { "12:60:00", "13:00:00.000" }, { "12:34:56.789", "12:34:56.789" },
        { "12:34:56.1", "12:34:56.100" }, { "24:00:00", NULL },   { "abc", NULL },
        { "12:34:", NULL },          { "-1", NULL },
    };
    for (size_t i = 0; i < COUNT(TIMES); i++) {
        int32_t ms;
        ParseStatus status = time_parse(str_from(TIMES[i].text), &ms);
        assert_case(TIMES[i].text, (status == PARSE_OK) == (TIMES[i].printed != NULL));
        if (status == PARSE_OK)
            assert_text(TIMES[i].text, out, time_print(ms * US_PER_MS, 0, 3, out), TIMES[i].printed);
    }
}

static void interval_literals_parse_in_all_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        TimeUnit from, to;
        ParseStatus status;
        int64_t value;
    } CASES[] = {
        { "5", UNIT_SECOND, UNIT_SECOND, PARSE_OK, 5000000 },
        { "0.001", UNIT_SECOND, UNIT_SECOND, PARSE_OK, 1000 },
        { "10", UNIT_MINUTE, UNIT_MINUTE, PARSE_OK, 600000000 },
        { "-1", UNIT_DAY, UNIT_DAY, PARSE_OK, -86400000000 },
        { "2", UNIT_WEEK, UNIT_WEEK, PARSE_OK, 14 * US_PER_DAY },
        { "3", UNIT_QUARTER, UNIT_QUARTER, PARSE_OK, 9 },
        { "13", UNIT_MONTH, UNIT_MONTH, PARSE_OK, 13 },
        { "2", UNIT_YEAR, UNIT_YEAR, PARSE_OK, 24 },
        { "1-3", UNIT_YEAR, UNIT_MONTH, PARSE_OK, 15 },
        { "-1-3", UNIT_YEAR, UNIT_MONTH, PARSE_OK, -15 },
        { "1 02:03:04.567", UNIT_DAY, UNIT_SECOND, PARSE_OK, 93784567000 },
        { "02:03", UNIT_HOUR, UNIT_MINUTE, PARSE_OK, 7380000000 },
        { "3:4.5", UNIT_MINUTE, UNIT_SECOND, PARSE_OK, 184500000 },
        { "1 2", UNIT_DAY, UNIT_HOUR, PARSE_OK, 26 * US_PER_HOUR },
        { "1-12", UNIT_YEAR, UNIT_MONTH, PARSE_RANGE, 0 },
        { "1 24", UNIT_DAY, UNIT_HOUR, PARSE_RANGE, 0 },
        { "999999999999", UNIT_DAY, UNIT_DAY, PARSE_RANGE, 0 },
        { "1.5", UNIT_MINUTE, UNIT_MINUTE, PARSE_INVALID, 0 },
        { "x", UNIT_SECOND, UNIT_SECOND, PARSE_INVALID, 0 },
        { "", UNIT_SECOND, UNIT_SECOND, PARSE_INVALID, 0 },
        { "1", UNIT_DAY, UNIT_HOUR, PARSE_INVALID, 0 },
        { "1-1", UNIT_YEAR, UNIT_DAY, PARSE_INVALID, 0 },
        { "1", UNIT_SECOND, UNIT_DAY, PARSE_INVALID, 0 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t value = 0;
        ParseStatus status = interval_parse(str_from(CASES[i].text), CASES[i].from, CASES[i].to, &value);
        assert_case(CASES[i].text, status == CASES[i].status);
        assert_case(CASES[i].text, value == CASES[i].value);
    }
    char out[INTERVAL_TEXT_MAX];
    assert_text("day", out, interval_second_print(93784567000, out), "+1 02:03:04.567");
    assert_text("-day", out, interval_second_print(-93784567000, out), "-1 02:03:04.567");
    assert_text("0", out, interval_second_print(0, out), "+0 00:00:00.000");
    assert_text("13", out, interval_month_print(13, out), "+1-01");
    assert_text("-13", out, interval_month_print(-13, out), "-1-01");
    assert_int_equal(time_unit_find(STR("days")), UNIT_DAY);
    assert_int_equal(time_unit_find(STR("SQL_TSI_MONTH")), UNIT_MONTH);
    assert_int_equal(time_unit_find(STR("century")), UNIT_CENTURY);
    assert_int_equal(time_unit_find(STR("fortnight")), UNIT_COUNT);
}

static void durations_and_sizes_parse_as_options_of_flink(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ParseStatus status;
        int64_t us;
    } DURATIONS[] = {
        { "10 s", PARSE_OK, 10000000 },  { "5min", PARSE_OK, 300000000 }, { " 3 h ", PARSE_OK, 3 * US_PER_HOUR },
        { "2 DAYS", PARSE_OK, 2 * US_PER_DAY }, { "15", PARSE_OK, 15000 }, { "7 micros", PARSE_OK, 7 },
        { "7 \xc2\xb5s", PARSE_OK, 7 },  { "2500 ns", PARSE_OK, 2 },      { "1 m", PARSE_OK, US_PER_MINUTE },
        { "1 week", PARSE_INVALID, 0 },  { "s", PARSE_INVALID, 0 },       { "-1 s", PARSE_INVALID, 0 },
        { "1.5 s", PARSE_INVALID, 0 },   { "", PARSE_INVALID, 0 },        { "9999999999999999 d", PARSE_RANGE, 0 },
    };
    for (size_t i = 0; i < COUNT(DURATIONS); i++) {
        int64_t us = 0;
        assert_case(DURATIONS[i].text, duration_parse(str_from(DURATIONS[i].text), &us) == DURATIONS[i].status);
        if (DURATIONS[i].status == PARSE_OK)
            assert_case(DURATIONS[i].text, us == DURATIONS[i].us);
    }
    static const struct {
        const char *text;
        ParseStatus status;
        uint64_t bytes;
    } SIZES[] = {
        { "64 mb", PARSE_OK, 64u << 20 }, { "1", PARSE_OK, 1 },          { "2kb", PARSE_OK, 2048 },
        { "1 GB", PARSE_OK, 1u << 30 },   { "3 mebibytes", PARSE_OK, 3u << 20 }, { "1 xb", PARSE_INVALID, 0 },
        { "99999999999 tb", PARSE_RANGE, 0 },
    };
    for (size_t i = 0; i < COUNT(SIZES); i++) {
        uint64_t bytes = 0;
        assert_case(SIZES[i].text, memory_size_parse(str_from(SIZES[i].text), &bytes) == SIZES[i].status);
        if (SIZES[i].status == PARSE_OK)
            assert_case(SIZES[i].text, bytes == SIZES[i].bytes);
    }
}

static void patterns_print_as_in_java(void **state)
{
    (void)state;
    TimeText time;
    assert_int_equal(timestamp_parse(STR("2020-01-02 13:04:05.678"), TIME_FORM_SQL, &time), PARSE_OK);
    static const struct {
        const char *pattern, *printed;
        TimePatternStyle style;
    } CASES[] = {
        { "yyyy-MM-dd HH:mm:ss.SSS", "2020-01-02 13:04:05.678", PATTERN_JAVA },
        { "EEE EEEE MMM MMMM d h:m:s a", "Thu Thursday Jan January 2 1:4:5 PM", PATTERN_JAVA },
        { "y yy yyy yyyyy M L D w Q q u e c", "2020 20 2020 02020 1 1 2 1 1 1 2020 5 5", PATTERN_JAVA },
        { "k K H S SS n N A G", "13 1 13 6 67 678000000 47045678000000 47045678 AD", PATTERN_JAVA },
        { "Y-MM 'quoted' ''", "2020-01 quoted '", PATTERN_JAVA },
        { "yyyy[-MM]'o''clock'", "2020-01o'clock", PATTERN_JAVA },
        { "yyyyMMdd", "20200102", PATTERN_SIMPLE },
        { "S SSSS u Z X XXX z", "678 0678 4 +0000 Z Z UTC", PATTERN_SIMPLE },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        Str pattern = str_from(CASES[i].pattern);
        char bad, out[2000];
        assert_case(CASES[i].pattern, time_pattern_check(pattern, CASES[i].style, true, &bad));
        assert_case(CASES[i].pattern, time_pattern_room(pattern) <= sizeof out);
        assert_text(CASES[i].pattern, out, time_pattern_print(pattern, CASES[i].style, &time, out), CASES[i].printed);
    }
    static const struct {
        const char *pattern;
        char bad;
    } REFUSED[] = { { "yyyy b", 'b' }, { "Z", 'Z' },  { "ddd", 'd' }, { "'open", '\'' },
                    { "[yyyy", '[' },  { "x{", 'x' }, { "]", ']' } };
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        char bad;
        assert_case(REFUSED[i].pattern, !time_pattern_check(str_from(REFUSED[i].pattern), PATTERN_JAVA, true, &bad));
        assert_case(REFUSED[i].pattern, bad == REFUSED[i].bad);
    }
}

static void patterns_parse_as_in_java(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern, *printed; /* NULL: no match */
        TimePatternStyle style;
    } CASES[] = {
        { "2020/01/02", "yyyy/MM/dd", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "2020-1-2", "yyyy-M-d", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "2020-1-2", "yyyy-MM-dd", NULL, PATTERN_JAVA },
        { "2020-01-02T03:04:05.678Z", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2020-01-02 03:04:05.678", PATTERN_JAVA },
        { "02 Jan 2020", "dd MMM yyyy", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "02 January 2020", "dd MMMM yyyy", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "02 jan 2020", "dd MMM yyyy", NULL, PATTERN_JAVA },
        { "03:04", "HH:mm", "1970-01-01 03:04:00.000", PATTERN_JAVA },
        { "2020-02-30", "yyyy-MM-dd", "2020-02-29 00:00:00.000", PATTERN_JAVA },
        { "2020-02-32", "yyyy-MM-dd", NULL, PATTERN_JAVA },
        { "2020-01-02 03:04:05 PM", "yyyy-MM-dd hh:mm:ss a", "2020-01-02 15:04:05.000", PATTERN_JAVA },
        { "2020-01-02 12:04:05 AM", "yyyy-MM-dd hh:mm:ss a", "2020-01-02 00:04:05.000", PATTERN_JAVA },
        { "20200102030405", "yyyyMMddHHmmss", "2020-01-02 03:04:05.000", PATTERN_JAVA },
        { "20200102030405678", "yyyyMMddHHmmssSSS", "2020-01-02 03:04:05.678", PATTERN_JAVA },
        { "20-01-02", "yy-MM-dd", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "2020-01-02 ", "yyyy-MM-dd", NULL, PATTERN_JAVA },
        { "12020-01-02", "yyyy-MM-dd", NULL, PATTERN_JAVA },
        { "2020-01-02", "yyyy-MM-dd[ HH:mm]", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "2020-01-02 03:04", "yyyy-MM-dd[ HH:mm]", "2020-01-02 03:04:00.000", PATTERN_JAVA },
        { "Thu 2020-01-02", "EEE yyyy-MM-dd", "2020-01-02 00:00:00.000", PATTERN_JAVA },
        { "Fri 2020-01-02", "EEE yyyy-MM-dd", NULL, PATTERN_JAVA },
        { "2020 033", "yyyy DDD", "2020-02-02 00:00:00.000", PATTERN_JAVA },
        { "", "yyyy", NULL, PATTERN_JAVA },
        { "2020-01-02 13:04:05.5", "yyyy-MM-dd HH:mm:ss", "2020-01-02 13:04:05.000", PATTERN_SIMPLE },
        { "2020-1-2 3:4:5", "yyyy-MM-dd HH:mm:ss", "2020-01-02 03:04:05.000", PATTERN_SIMPLE },
        { "2020-13-32 03:04:05", "yyyy-MM-dd HH:mm:ss", "2021-02-01 03:04:05.000", PATTERN_SIMPLE },
        { "2020-01-02 13:04", "yyyy-MM-dd HH:mm:ss", NULL, PATTERN_SIMPLE },
        { "20200102", "yyyyMMdd", "2020-01-02 00:00:00.000", PATTERN_SIMPLE },
        { "1925101:47:44", "yyyyMMH:m:s", NULL, PATTERN_JAVA },
        { "2020-01-02 03:04:05.17", "yyyy-MM-dd HH:mm:ss.S", NULL, PATTERN_JAVA },
        { "20200102030405678", "yyyyMMdd", NULL, PATTERN_SIMPLE },
        { "2020-01-02 02:35  AM", "yyyy-MM-dd hh:mm a", NULL, PATTERN_SIMPLE },
        { "2020-01-02   03:04", "yyyy-MM-dd HH:mm", "2020-01-02 03:04:00.000", PATTERN_SIMPLE },
        { "99-01-02", "yy-MM-dd", "1999-01-02 00:00:00.000", PATTERN_SIMPLE },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        TimeText time;
        char bad, out[TIMESTAMP_TEXT_MAX];
        Str pattern = str_from(CASES[i].pattern);
        assert_case(CASES[i].pattern, time_pattern_check(pattern, CASES[i].style, false, &bad));
        bool matches = time_pattern_parse(str_from(CASES[i].text), pattern, CASES[i].style, &time);
        assert_case(CASES[i].text, matches == (CASES[i].printed != NULL));
        if (matches)
            assert_text(CASES[i].text, out, timestamp_print(time.us, time.ns, 3, ' ', out), CASES[i].printed);
    }
    TimeText time;
    Str zoned = STR("2020-01-02 13:04:05 +0100");
    assert_true(time_pattern_parse(zoned, STR("yyyy-MM-dd HH:mm:ss X"), PATTERN_SIMPLE, &time));
    assert_true(time.has_zone);
    assert_int_equal(time.offset_s, 3600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_ten_thousand_years_converts_both_ways),
        cmocka_unit_test(weeks_are_numbered_as_iso_says),
        cmocka_unit_test(sql_timestamps_parse_as_in_flink),
        cmocka_unit_test(iso_timestamps_carry_their_offset),
        cmocka_unit_test(dates_and_times_parse_as_in_flink),
        cmocka_unit_test(interval_literals_parse_in_all_units),
        cmocka_unit_test(durations_and_sizes_parse_as_options_of_flink),
        cmocka_unit_test(patterns_print_as_in_java),
        cmocka_unit_test(patterns_parse_as_in_java),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
