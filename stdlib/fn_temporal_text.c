/* fn_temporal_text.c -- times from text and numbers, and as text by a pattern.
 *
 * Native only (externs.def).  TO_TIMESTAMP and DATE_FORMAT of timestamps follow DateTimeFormatter, what Flink does
 * through UNIX_TIMESTAMP follows SimpleDateFormat (base/timeformat.h). */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"
#include "stdlib/fn_zone.h"

#include "runtime/base/timeformat.h"

#define DEFAULT_PATTERN STR("yyyy-MM-dd HH:mm:ss")
#define DATE_PATTERN    STR("yyyy-MM-dd")

static int64_t whole_ms(int64_t us)
{
    return floor_div(us, US_PER_MS) * US_PER_MS;
}

/* ---- from text ---- */

/* What follows in Flink when a pattern does not match: the SQL form, blanks around it. */
static bool parse_anyway(Str text, int64_t *us)
{
    TimeText time;
    if (timestamp_parse(str_trim(text), TIME_FORM_SQL, &time) != PARSE_OK)
        return false;
    *us = time.us;
    return true;
}

static bool parse_local(Str text, Str pattern, int64_t *us)
{
    char bad;
    TimeText time;
    if (!time_pattern_check(pattern, PATTERN_JAVA, false, &bad))
        return false;
    if (!time_pattern_parse(text, pattern, PATTERN_JAVA, &time))
        return parse_anyway(text, us);
    *us = time.us;
    return true;
}

bool fn_to_timestamp(FnCtx *ctx, Str text, int64_t *out)
{
    (void)ctx;
    TimeText time;
    if (timestamp_parse(text, TIME_FORM_SQL, &time) != PARSE_OK)
        return false;
    *out = whole_ms(time.us);
    return true;
}

bool fn_to_timestamp_pattern(FnCtx *ctx, Str text, Str pattern, int64_t *out)
{
    (void)ctx;
    int64_t us = 0;
    bool known = parse_local(text, pattern, &us);
    *out = whole_ms(us);
    return known;
}

/* A text without a zone is UTC here, whatever the session's zone. */
bool fn_to_timestamp_ltz_str(FnCtx *ctx, Str text, int64_t *out)
{
    return fn_to_timestamp(ctx, text, out);
}

bool fn_to_timestamp_ltz_pattern(FnCtx *ctx, Str text, Str pattern, int64_t *out)
{
    return fn_to_timestamp_pattern(ctx, text, pattern, out);
}

/* Unknown zones are UTC and abbreviations are zones, as TimeZone.getTimeZone has it. */
static const Zone *zone_of(FnCtx *ctx, Str name)
{
    static const struct {
        Str name, zone;
    } SHORT[] = {
#define ZONE_SHORT(name, zone) { { name, sizeof name - 1 }, { zone, sizeof zone - 1 } },
#include "stdlib/zone_short.def"
#undef ZONE_SHORT
    };
    RtError ignored;
    for (uint32_t i = 0; name.len == 3 && i < sizeof SHORT / sizeof SHORT[0]; i++) {
        if (str_equal(name, SHORT[i].name))
            return zone_open(ctx->batch, SHORT[i].zone, &ignored);
    }
    return zone_open(ctx->batch, name, &ignored);
}

/* Of a reading that a clock shows twice the second instant, after it was put back, as SimpleDateFormat has it.  No
 * clock is put back by more than a few hours, nor moved again so soon. */
static int64_t later_utc_us(const Zone *zone, int64_t local_us)
{
    int64_t hours = 4 * 3600 * US_PER_SECOND, utc = zone_utc_us(zone, local_us);
    if (utc > INT64_MAX - hours)
        return utc;
    int64_t later = local_us - zone_offset_s(zone, utc + hours) * US_PER_SECOND;
    return zone_local_us(zone, later) == local_us ? later : utc;
}

bool fn_to_timestamp_ltz_zone(FnCtx *ctx, Str text, Str pattern, Str zone, int64_t *out)
{
    if (!fn_to_timestamp_pattern(ctx, text, pattern, out))
        return false;
    *out = zone_utc_us(zone_of(ctx, zone), *out);
    return true;
}

bool fn_to_date(FnCtx *ctx, Str text, int32_t *out)
{
    (void)ctx;
    return date_parse(text, out) == PARSE_OK;
}

bool fn_to_date_pattern(FnCtx *ctx, Str text, Str pattern, int32_t *out)
{
    (void)ctx;
    char bad;
    TimeText time;
    if (!time_pattern_check(pattern, PATTERN_SIMPLE, false, &bad) ||
        !time_pattern_parse(text, pattern, PATTERN_SIMPLE, &time))
        return false;
    *out = (int32_t)us_days(time.us);
    return true;
}

/* ---- as text ---- */

static bool check_printing(FnCtx *ctx, Str pattern, TimePatternStyle style)
{
    char bad;
    if (time_pattern_check(pattern, style, true, &bad))
        return true;
    fn_fail(ctx, E_BAD_ARGUMENT, "`%c` cannot be used in the pattern '%.*s'", bad, STR_ARG(pattern));
    return false;
}

static Str print(FnCtx *ctx, Str pattern, TimePatternStyle style, TimeText time)
{
    if (!check_printing(ctx, pattern, style))
        return STR_EMPTY;
    char *out = fn_alloc(ctx, time_pattern_room(pattern));
    return (Str){ out, time_pattern_print(pattern, style, &time, out) };
}

Str fn_date_format_ts(FnCtx *ctx, int64_t a, Str pattern)
{
    return print(ctx, pattern, PATTERN_JAVA, (TimeText){ .us = a });
}

Str fn_date_format_ltz(FnCtx *ctx, int64_t a, Str pattern)
{
    return fn_date_format_ts(ctx, fn_local_us(ctx, a), pattern);
}

bool fn_date_format_str(FnCtx *ctx, Str text, Str pattern, Str *out)
{
    TimeText time;
    if (!time_pattern_parse(text, DEFAULT_PATTERN, PATTERN_SIMPLE, &time))
        return false;
    *out = print(ctx, pattern, PATTERN_SIMPLE, (TimeText){ .us = time.us });
    return true;
}

/* The instant of a text: in the zone it names, or the session's; of two the later, as SimpleDateFormat has it. */
static bool parse_instant(FnCtx *ctx, Str text, Str pattern, int64_t *us)
{
    char bad;
    TimeText time;
    if (!time_pattern_check(pattern, PATTERN_SIMPLE, false, &bad) ||
        !time_pattern_parse(text, pattern, PATTERN_SIMPLE, &time))
        return false;
    *us = time.us - time.offset_s * US_PER_SECOND;
    if (!time.has_zone && ctx->zone != NULL)
        *us = later_utc_us(ctx->zone, time.us);
    return true;
}

int64_t fn_unix_timestamp_pattern(FnCtx *ctx, Str text, Str pattern)
{
    int64_t us;
    return parse_instant(ctx, text, pattern, &us) ? floor_div(us, US_PER_SECOND) : INT64_MIN;
}

int64_t fn_unix_timestamp(FnCtx *ctx, Str text)
{
    return fn_unix_timestamp_pattern(ctx, text, DEFAULT_PATTERN);
}

Str fn_from_unixtime_pattern(FnCtx *ctx, int64_t epoch_s, Str pattern)
{
    int64_t us;
    if (__builtin_mul_overflow(epoch_s, US_PER_SECOND, &us)) {
        fn_fail(ctx, E_OUT_OF_RANGE, "%lld seconds are out of range for a timestamp", (long long)epoch_s);
        return STR_EMPTY;
    }
    int32_t offset_s = zone_offset_s(ctx->zone, us);
    return print(ctx, pattern, PATTERN_SIMPLE, (TimeText){ .us = us + offset_s * US_PER_SECOND, .offset_s = offset_s });
}

Str fn_from_unixtime(FnCtx *ctx, int64_t epoch_s)
{
    return fn_from_unixtime_pattern(ctx, epoch_s, DEFAULT_PATTERN);
}

bool fn_convert_tz(FnCtx *ctx, Str text, Str from, Str to, Str *out)
{
    TimeText time;
    if (!time_pattern_parse(text, DEFAULT_PATTERN, PATTERN_SIMPLE, &time))
        return false;
    int64_t utc = later_utc_us(zone_of(ctx, from), time.us);
    *out = print(ctx, DEFAULT_PATTERN, PATTERN_SIMPLE, (TimeText){ .us = zone_local_us(zone_of(ctx, to), utc) });
    return true;
}
