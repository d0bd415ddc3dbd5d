/* zone.c -- TZif files (RFC 8536) and the rule for years after the last change.
 *
 *   header | v1 data, 32-bit times: skipped | header | v2 data | newline rule newline
 *   v2 data: times i64 x T | type of each u8 x T | types (i32 offset, u8 dst, u8 name) x Y | names | leap, std, ut:
 * unused
 *
 * The rule is a POSIX TZ text such as CET-1CEST,M3.5.0,M10.5.0/3: standard offset, and for zones with summer time its
 * offset and the two local times of change. */
#include "runtime/time/zone.h"

#include "runtime/base/calendar.h"
#include "runtime/base/timetext.h"
#include "runtime/time/zone_table.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* When the clock changes each year: day given as month.week.weekday, Julian without leap day, or day of year. */
typedef struct ChangeRule {
    char form; /* 'M', 'J', or 'N' */
    int32_t month, week, weekday;
    int32_t day;
    int32_t second; /* of the local day before the change */
} ChangeRule;

typedef struct YearRule {
    int32_t standard_s, summer_s;
    bool has_summer;
    ChangeRule begin, end; /* of summer time */
} YearRule;

struct Zone {
    Str name;
    int32_t first_offset_s; /* before the first change */
    uint32_t count;
    const int64_t *times_s; /* of change, UTC, ascending */
    const int32_t *offsets_s;
    bool has_rule;
    YearRule rule;
};

enum { HEADER_BYTES = 44, FILE_BYTES_MAX = 1 << 20 };

/* ---- the rule ---- */

typedef struct RuleText {
    Str text;
    uint64_t at;
    bool bad;
} RuleText;

static char rule_peek(const RuleText *rule)
{
    return rule->at < rule->text.len ? rule->text.data[rule->at] : 0;
}

static int32_t rule_number(RuleText *rule)
{
    int32_t value = 0;
    uint64_t start = rule->at;
    while (rule_peek(rule) >= '0' && rule_peek(rule) <= '9' && rule->at - start < 4)
        value = value * 10 + (rule->text.data[rule->at++] - '0');
    rule->bad = rule->bad || rule->at == start;
    return value;
}

static void rule_name(RuleText *rule)
{
    bool quoted = rule_peek(rule) == '<';
    uint64_t start = rule->at;
    while (rule->at < rule->text.len) {
        char c = rule_peek(rule);
        if (quoted ? c == '>' : !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            break;
        rule->at++;
    }
    rule->bad = rule->bad || rule->at == start;
    rule->at += quoted;
}

/* [+-] h[:m[:s]] in seconds */
static int32_t rule_time(RuleText *rule)
{
    int32_t sign = 1;
    if (rule_peek(rule) == '+' || rule_peek(rule) == '-')
        sign = rule->text.data[rule->at++] == '-' ? -1 : 1;
    int32_t seconds = rule_number(rule) * 3600;
    for (int32_t unit = 60; unit >= 1 && rule_peek(rule) == ':'; unit /= 60) {
        rule->at++;
        seconds += rule_number(rule) * unit;
    }
    return sign * seconds;
}

static ChangeRule rule_change(RuleText *rule)
{
    ChangeRule change = { .form = 'N', .second = 7200 };
    rule->bad = rule->bad || rule_peek(rule) != ',';
    rule->at++;
    if (rule_peek(rule) == 'M' || rule_peek(rule) == 'J')
        change.form = rule->text.data[rule->at++];
    change.day = rule_number(rule);
    if (change.form == 'M') {
        change.month = change.day;
        rule->at++;
        change.week = rule_number(rule);
        rule->at++;
        change.weekday = rule_number(rule);
        rule->bad = rule->bad || change.month < 1 || change.month > 12 || change.week < 1 || change.week > 5 ||
                    change.weekday > 6;
    }
    if (rule_peek(rule) == '/') {
        rule->at++;
        change.second = rule_time(rule);
    }
    return change;
}

static bool rule_parse(Str text, YearRule *out)
{
    RuleText rule = { .text = text };
    *out = (YearRule){ 0 };
    rule_name(&rule);
    out->standard_s = -rule_time(&rule);
    if (rule.at < text.len) {
        out->has_summer = true;
        out->summer_s = out->standard_s + 3600;
        rule_name(&rule);
        if (rule_peek(&rule) != ',')
            out->summer_s = -rule_time(&rule);
        out->begin = rule_change(&rule);
        out->end = rule_change(&rule);
    }
    return !rule.bad && rule.at == text.len;
}

/* Local seconds at which the clock changes in a year. */
static int64_t change_local_s(const ChangeRule *change, int64_t year)
{
    int64_t days;
    if (change->form == 'M') {
        int64_t first = days_from_civil(year, change->month, 1);
        int64_t skip = floor_mod(change->weekday - iso_day_of_week(first) % 7, 7);
        days = first + skip + 7 * (change->week - 1);
        if (days - first >= month_days(year, change->month))
            days -= 7;
    } else if (change->form == 'J') {
        days = days_from_civil(year, 1, 1) + change->day - 1 + (year_is_leap(year) && change->day > 59);
    } else {
        days = days_from_civil(year, 1, 1) + change->day;
    }
    return days * 86400 + change->second;
}

static int32_t rule_offset_s(const YearRule *rule, int64_t utc_s)
{
    if (!rule->has_summer)
        return rule->standard_s;
    int64_t year = civil_from_days(floor_div(utc_s + rule->standard_s, 86400)).year;
    int64_t begin = change_local_s(&rule->begin, year) - rule->standard_s;
    int64_t end = change_local_s(&rule->end, year) - rule->summer_s;
    bool summer = begin < end ? utc_s >= begin && utc_s < end : utc_s >= begin || utc_s < end;
    return summer ? rule->summer_s : rule->standard_s;
}

/* ---- the file ---- */

static uint64_t big_endian(const char *at, uint32_t bytes)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < bytes; i++)
        value = value << 8 | (uint8_t)at[i];
    return value;
}

typedef struct Header {
    uint64_t ut, standard, leap, times, types, name_bytes;
} Header;

static bool header_read(Str bytes, uint64_t at, Header *out)
{
    if (bytes.len < at + HEADER_BYTES || memcmp(bytes.data + at, "TZif", 4) != 0)
        return false;
    const char *counts = bytes.data + at + 20;
    *out = (Header){ big_endian(counts, 4),      big_endian(counts + 4, 4),  big_endian(counts + 8, 4),
                     big_endian(counts + 12, 4), big_endian(counts + 16, 4), big_endian(counts + 20, 4) };
    return true;
}

static uint64_t body_bytes(const Header *header, uint32_t time_bytes)
{
    return header->times * (time_bytes + 1) + header->types * 6 + header->name_bytes + header->leap * (time_bytes + 4) +
           header->standard + header->ut;
}

/* Bounds were checked by the caller. */
static bool body_read(Arena *arena, const char *body, const Header *header, Zone *zone)
{
    int64_t *times = ARENA_ARRAY(arena, int64_t, header->times);
    int32_t *offsets = ARENA_ARRAY(arena, int32_t, header->times);
    const char *type_of = body + header->times * 8;
    const char *types = type_of + header->times;
    for (uint64_t i = 0; i < header->times; i++) {
        uint8_t type = (uint8_t)type_of[i];
        times[i] = (int64_t)big_endian(body + i * 8, 8);
        if (type >= header->types || (i > 0 && times[i] <= times[i - 1]))
            return false;
        offsets[i] = (int32_t)big_endian(types + type * 6, 4);
    }
    zone->count = (uint32_t)header->times;
    zone->times_s = times;
    zone->offsets_s = offsets;
    zone->first_offset_s = (int32_t)big_endian(types, 4);
    return true;
}

const Zone *zone_from_tzif(Arena *arena, Str name, Str bytes, RtError *error)
{
    Zone *zone = ARENA_NEW(arena, Zone);
    zone->name = str_copy(arena, name);
    Header header;
    bool good = bytes.len <= FILE_BYTES_MAX && header_read(bytes, 0, &header) && bytes.data[4] >= '2';
    uint64_t second = HEADER_BYTES + (good ? body_bytes(&header, 4) : 0);
    good = good && header_read(bytes, second, &header) && header.types > 0;
    uint64_t body = second + HEADER_BYTES;
    uint64_t footer = body + (good ? body_bytes(&header, 8) : 0);
    good =
        good && footer < bytes.len && bytes.data[footer] == '\n' && body_read(arena, bytes.data + body, &header, zone);
    if (!good) {
        rt_error(error, RT_BAD_DATA, "time zone '%.*s': not a TZif file of version 2 or later", STR_ARG(name));
        return NULL;
    }
    Str rest = str_slice(bytes, footer + 1, bytes.len - footer - 1);
    int64_t end = str_find(rest, STR("\n"));
    Str rule = str_slice(rest, 0, end < 0 ? rest.len : (uint64_t)end);
    zone->has_rule = rule.len > 0 && rule_parse(rule, &zone->rule);
    return zone;
}

static bool name_is_safe(Str name)
{
    if (name.len == 0 || name.len > 64 || name.data[0] == '/' || str_find(name, STR("..")) >= 0)
        return false;
    for (uint64_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && strchr("/_+-", c) == NULL)
            return false;
    }
    return true;
}

static bool file_read(Arena *arena, const char *path, Str *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat info;
    bool good = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= FILE_BYTES_MAX;
    uint64_t size = good ? (uint64_t)info.st_size : 0, len = 0;
    char *data = arena_alloc(arena, size + 1, 1);
    while (good && len < size) {
        ssize_t got = read(fd, data + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        good = got > 0;
        len += good ? (uint64_t)got : 0;
    }
    close(fd);
    *out = (Str){ data, len };
    return good;
}

/* UTC, Z, GMT, and an offset behind any of them or alone; hours of one digit are allowed behind a name. */
static bool parse_fixed(Str name, int32_t *offset_s)
{
    *offset_s = 0;
    static const char *const NAMES[] = { "UTC", "GMT", "UT", "Z" };
    for (uint32_t i = 0; i < 4; i++) {
        Str prefix = str_from(NAMES[i]);
        if (!str_starts_with(name, prefix))
            continue;
        name = str_slice(name, prefix.len, name.len - prefix.len);
        if (name.len == 0)
            return true;
        break;
    }
    char padded[3] = { 0 };
    if (name.len == 2 && (name.data[0] == '+' || name.data[0] == '-')) {
        padded[0] = name.data[0];
        padded[1] = '0';
        padded[2] = name.data[1];
        name = (Str){ padded, 3 };
    }
    bool sign = name.len >= 3 && (name.data[0] == '+' || name.data[0] == '-');
    return sign && zone_offset_parse(name, offset_s) == PARSE_OK;
}

/* NULL: the name is not that of a fixed offset. */
static const Zone *open_fixed(Arena *arena, Str name)
{
    int32_t offset_s;
    if (!parse_fixed(name, &offset_s))
        return NULL;
    Zone *zone = ARENA_NEW(arena, Zone);
    zone->name = str_copy(arena, name);
    zone->first_offset_s = offset_s;
    return zone;
}

const Zone *zone_open_in(Arena *arena, const char *folder, Str name, RtError *error)
{
    const Zone *fixed = open_fixed(arena, name);
    if (fixed != NULL)
        return fixed;
    Str bytes;
    if (!name_is_safe(name) || !file_read(arena, arena_printf(arena, "%s/%.*s", folder, STR_ARG(name)), &bytes)) {
        rt_error(error, RT_FATAL, "unknown time zone '%.*s'", STR_ARG(name));
        return NULL;
    }
    return zone_from_tzif(arena, name, bytes, error);
}

const Zone *zone_open(Arena *arena, Str name, RtError *error)
{
    const Zone *fixed = open_fixed(arena, name);
    if (fixed != NULL)
        return fixed;
    Str bytes = zone_table_file(name);
    if (bytes.len > 0)
        return zone_from_tzif(arena, name, bytes, error);
    rt_error(error, RT_FATAL, "unknown time zone '%.*s'", STR_ARG(name));
    return NULL;
}

/* ---- use ---- */

Str zone_name(const Zone *zone)
{
    return zone == NULL ? STR("UTC") : zone->name;
}

bool zone_is_utc(const Zone *zone)
{
    return zone == NULL || (zone->count == 0 && !zone->has_rule && zone->first_offset_s == 0);
}

/* The changes of the rule are those of three years around the instant. */
static void rule_span(const YearRule *rule, int64_t utc_s, ZoneSpan *span)
{
    span->offset_us = rule_offset_s(rule, utc_s) * US_PER_SECOND;
    if (!rule->has_summer)
        return;
    int64_t year = civil_from_days(floor_div(utc_s + rule->standard_s, 86400)).year;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t changes[] = { change_local_s(&rule->begin, y) - rule->standard_s,
                              change_local_s(&rule->end, y) - rule->summer_s };
        for (uint32_t i = 0; i < 2; i++) {
            int64_t change_us = changes[i] * US_PER_SECOND;
            if (changes[i] <= utc_s && change_us > span->from_us)
                span->from_us = change_us;
            if (changes[i] > utc_s && change_us < span->until_us)
                span->until_us = change_us;
        }
    }
}

/* A file may name changes beyond what microseconds count. */
static int64_t saturated_us(int64_t seconds)
{
    int64_t us;
    if (__builtin_mul_overflow(seconds, US_PER_SECOND, &us))
        return seconds > 0 ? INT64_MAX : INT64_MIN;
    return us;
}

ZoneSpan zone_span(const Zone *zone, int64_t utc_us)
{
    ZoneSpan span = { INT64_MIN, INT64_MAX, 0 };
    if (zone == NULL)
        return span;
    int64_t utc_s = floor_div(utc_us, US_PER_SECOND);
    uint32_t low = 0, high = zone->count;
    while (low < high) { /* the first change after the instant */
        uint32_t middle = low + (high - low) / 2;
        if (zone->times_s[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0)
        span.from_us = saturated_us(zone->times_s[low - 1]);
    if (low < zone->count)
        span.until_us = saturated_us(zone->times_s[low]);
    span.offset_us = (low == 0 ? zone->first_offset_s : zone->offsets_s[low - 1]) * US_PER_SECOND;
    if (low == zone->count && zone->has_rule)
        rule_span(&zone->rule, utc_s, &span);
    return span;
}

int32_t zone_offset_s(const Zone *zone, int64_t utc_us)
{
    return (int32_t)(zone_span(zone, utc_us).offset_us / US_PER_SECOND);
}

static int64_t saturated_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

int64_t zone_local_us(const Zone *zone, int64_t utc_us)
{
    return zone == NULL ? utc_us : saturated_add(utc_us, zone_span(zone, utc_us).offset_us);
}

int64_t zone_passed_us(const Zone *zone, int64_t local_us)
{
    if (zone == NULL)
        return local_us;
    enum { OFFSET_MAX_HOURS = 27 }; /* RFC 8536: -25 to +26 hours */
    int64_t reach = OFFSET_MAX_HOURS * 3600 * US_PER_SECOND;
    int64_t passed = saturated_add(local_us, -reach), last = saturated_add(local_us, reach);
    for (int64_t at = passed;;) {
        ZoneSpan span = zone_span(zone, at);
        int64_t instant = saturated_add(local_us, -span.offset_us);
        if (instant > span.from_us)
            passed = instant < span.until_us ? instant : span.until_us;
        if (span.until_us > last)
            return passed;
        at = span.until_us;
    }
}

int64_t zone_utc_us(const Zone *zone, int64_t local_us)
{
    if (zone == NULL)
        return local_us;
    /* No two changes lie within a day of each other, so the offsets a day before and after are those on either side. */
    int64_t before = zone_offset_s(zone, local_us - US_PER_DAY) * US_PER_SECOND;
    int64_t after = zone_offset_s(zone, local_us + US_PER_DAY) * US_PER_SECOND;
    if (before == after)
        return local_us - before;
    bool early = zone_offset_s(zone, local_us - before) * US_PER_SECOND == before;
    if (early) /* the overlap's first pass too */
        return local_us - before;
    bool late = zone_offset_s(zone, local_us - after) * US_PER_SECOND == after;
    return late ? local_us - after : local_us - before; /* a gap: the old offset, so the clock reads later */
}
