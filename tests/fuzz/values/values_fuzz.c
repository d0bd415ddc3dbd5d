/* values_fuzz.c -- the parsers of runtime/base and the zone reader over any bytes.
 *
 * The first byte chooses the parser.  What parses must print and parse again as the same value; doubles are compared
 * with the C library's. */
#include "runtime/base/decimal.h"
#include "runtime/base/interval.h"
#include "runtime/base/timeformat.h"
#include "runtime/time/zone.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                                                                                                \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

static void fuzz_double(Str text)
{
    double value, again;
    char out[DOUBLE_TEXT_MAX], terminated[1024];
    if (double_parse(text, &value) == PARSE_INVALID)
        return;
    if (text.len < sizeof terminated) {
        memcpy(terminated, text.data, text.len);
        terminated[text.len] = 0;
        double expected = strtod(terminated, NULL);
        must(memcmp(&expected, &value, sizeof value) == 0);
    }
    if (isinf(value))
        return;
    uint32_t len = double_print(value, out);
    must(double_parse((Str){ out, len }, &again) == PARSE_OK && memcmp(&again, &value, sizeof value) == 0);
    float narrow;
    must(float_parse(text, &narrow) != PARSE_INVALID);
    double_round(value, (int32_t)(text.len % 40) - 20, text.len % 2 == 0);
}

static void fuzz_decimal(Str text)
{
    __int128 value, again;
    char out[DECIMAL_TEXT_MAX];
    uint32_t precision, scale = (uint32_t)(text.len % 39);
    if (decimal_parse_literal(text, &value, &precision, &scale) == PARSE_OK)
        must(precision >= 1 && precision <= 38 && scale <= precision && decimal_fits(value, precision));
    if (decimal_parse(text, DECIMAL_PRECISION_MAX, scale, &value) != PARSE_OK)
        return;
    uint32_t len = decimal_print(value, scale, out);
    must(decimal_parse((Str){ out, len }, DECIMAL_PRECISION_MAX, scale, &again) == PARSE_OK && again == value);
}

static void fuzz_timestamp(Str text)
{
    static const uint32_t FORMS[] = { TIME_FORM_SQL, TIME_FORM_ISO, TIME_SPACE | TIME_ZONE_NEEDED };
    char out[TIMESTAMP_TEXT_MAX];
    for (uint32_t i = 0; i < 3; i++) {
        TimeText time, again;
        if (timestamp_parse(text, FORMS[i], &time) != PARSE_OK)
            continue;
        must(timestamp_in_range(time.us));
        uint32_t len = timestamp_print(time.us, time.ns, 9, ' ', out);
        must(timestamp_parse((Str){ out, len }, TIME_FORM_SQL, &again) == PARSE_OK);
        must(again.us == time.us && again.ns == time.ns);
    }
    int32_t days, ms, offset_s;
    if (date_parse(text, &days) == PARSE_OK)
        must(date_print(days, out) == 10);
    if (time_parse(text, &ms) == PARSE_OK)
        must(ms >= 0 && ms < MS_PER_DAY);
    if (zone_offset_parse(text, &offset_s) == PARSE_OK)
        must(offset_s >= -64800 && offset_s <= 64800);
}

static void fuzz_interval(Str text)
{
    static const TimeUnit UNITS[][2] = { { UNIT_DAY, UNIT_SECOND }, { UNIT_YEAR, UNIT_MONTH },
                                         { UNIT_SECOND, UNIT_SECOND }, { UNIT_HOUR, UNIT_MINUTE } };
    int64_t value;
    uint64_t bytes;
    char out[INTERVAL_TEXT_MAX];
    for (uint32_t i = 0; i < 4; i++)
        if (interval_parse(text, UNITS[i][0], UNITS[i][1], &value) == PARSE_OK)
            must(interval_second_print(value, out) < INTERVAL_TEXT_MAX);
    if (duration_parse(text, &value) == PARSE_OK)
        must(value >= 0);
    (void)memory_size_parse(text, &bytes);
    (void)time_unit_find(text);
}

/* pattern NUL text */
static void fuzz_pattern(Str text)
{
    int64_t end = str_find(text, (Str){ "", 1 });
    Str pattern = end < 0 ? text : str_slice(text, 0, (uint64_t)end);
    Str rest = end < 0 ? STR_EMPTY : str_slice(text, (uint64_t)end + 1, text.len - (uint64_t)end - 1);
    char bad, out[8192];
    for (uint32_t style = PATTERN_JAVA; style <= PATTERN_SIMPLE; style++) {
        TimeText time = { .us = INT64_C(1577970245678901), .ns = 234, .offset_s = -12600 };
        if (time_pattern_room(pattern) <= sizeof out && time_pattern_check(pattern, style, true, &bad))
            must(time_pattern_print(pattern, style, &time, out) <= time_pattern_room(pattern));
        if (time_pattern_check(pattern, style, false, &bad) && time_pattern_parse(rest, pattern, style, &time))
            must(timestamp_in_range(time.us));
    }
}

static void fuzz_zone(Str text)
{
    static const int64_t INSTANTS_US[] = { TIMESTAMP_US_MIN, -US_PER_DAY, 0, INT64_C(1577970245678901),
                                           INT64_C(4102444800000000), TIMESTAMP_US_MAX };
    Arena arena;
    arena_init(&arena);
    RtError error;
    const Zone *zone = zone_from_tzif(&arena, STR("fuzz"), text, &error);
    for (uint32_t i = 0; zone != NULL && i < 6; i++)
        zone_utc_us(zone, zone_local_us(zone, INSTANTS_US[i]));
    zone_open_in(&arena, "/nonexistent", text, &error);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const TARGETS[])(Str) = { fuzz_double,   fuzz_decimal, fuzz_timestamp,
                                            fuzz_interval, fuzz_pattern, fuzz_zone };
    if (size > 0)
        TARGETS[data[0] % 6]((Str){ (const char *)data + 1, size - 1 });
    return 0;
}
