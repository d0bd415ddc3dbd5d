/* timeformat_parse.c -- a text by a pattern: fields are collected one by one, and resolved to a time at the end. */
#include "runtime/base/timeformat_internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum { ABSENT = INT32_MIN };

typedef struct Fields {
    int64_t year;
    int32_t month, day, day_of_year, hour, hour12, minute, second, half, weekday;
    int64_t nanosecond;
    int32_t offset_s;
    bool has_zone;
} Fields;

static const Fields NO_FIELDS = { .year = 1970,
                                  .month = ABSENT,
                                  .day = ABSENT,
                                  .day_of_year = ABSENT,
                                  .hour = ABSENT,
                                  .hour12 = ABSENT,
                                  .minute = ABSENT,
                                  .second = ABSENT,
                                  .half = ABSENT,
                                  .weekday = ABSENT };

typedef struct Reader {
    Str text;
    uint64_t at;
    Fields fields;
    TimePatternStyle style;
} Reader;

static bool is_numeric(Token token)
{
    return token.letter != 0 && (strchr("yudDHhKkmsS", token.letter) != NULL ||
                                 ((token.letter == 'M' || token.letter == 'L') && token.count <= 2));
}

/* Digits that the fields touching this one from behind will need. */
static uint32_t reserved_after(Str pattern, uint64_t at, TimePatternStyle style)
{
    uint32_t reserved = 0;
    while (at < pattern.len) {
        Token token = pattern_token_next(pattern, &at);
        bool fixed = is_numeric(token) && (style == PATTERN_SIMPLE || token.count == 2 || token.letter == 'S');
        if (!fixed || (style == PATTERN_JAVA && token.letter == 'y' && token.count != 2))
            break;
        reserved += token.count;
    }
    return reserved;
}

static uint32_t digits_ahead(const Reader *reader)
{
    uint32_t count = 0;
    while (reader->at + count < reader->text.len && is_digit(reader->text.data[reader->at + count]))
        count++;
    return count;
}

static bool take_number(Reader *reader, uint32_t least, uint32_t most, int64_t *out)
{
    uint32_t count = digits_ahead(reader);
    if (count > most)
        count = most;
    if (count < least || count == 0)
        return false;
    Str digits = str_slice(reader->text, reader->at, count);
    reader->at += count;
    return digits_parse(digits, 18, out);
}

static void skip_blanks(Reader *reader)
{
    while (reader->at < reader->text.len && memchr(" \t", reader->text.data[reader->at], 2) != NULL)
        reader->at++;
}

/* How many digits the field takes: exactly its width, or what the following ones leave. */
static bool take_field_number(Reader *reader, Token token, uint32_t reserved, int64_t *out)
{
    if (reader->style == PATTERN_SIMPLE) { /* blanks count as digits of a field that is touched from behind */
        uint64_t start = reader->at;
        skip_blanks(reader);
        uint64_t blanks = reader->at - start;
        uint32_t most = blanks < token.count ? token.count - (uint32_t)blanks : 0;
        return take_number(reader, 1, reserved != 0 ? most : 18, out);
    }
    uint32_t ahead = digits_ahead(reader);
    bool year = token.letter == 'y' || token.letter == 'u';
    if (token.letter == 'D' && token.count == 2)
        return take_number(reader, 2, 3, out);
    if (!year && (token.count > 1 || token.letter == 'S'))
        return take_number(reader, token.count, token.count, out);
    if (year && token.count == 2)
        return take_number(reader, 2, 2, out);
    uint32_t most = ahead > reserved ? ahead - reserved : 0;
    if (most < token.count)
        most = token.count;
    if (year && token.count >= 4 && most > token.count)
        return false; /* more digits than letters want a sign */
    return take_number(reader, token.count, most, out);
}

static bool same_letters(const char *a, const char *b, uint64_t len, bool any_case)
{
    return any_case ? str_equal_nocase((Str){ a, len }, (Str){ b, len }) : memcmp(a, b, len) == 0;
}

/* A full or three-letter name; -1 when none stands there.  The longer one first. */
static int32_t take_name(Reader *reader, const char *const *names, int32_t count, bool full)
{
    bool any_case = reader->style == PATTERN_SIMPLE;
    uint64_t left = reader->text.len - reader->at;
    for (int32_t long_name = 1; long_name >= 0; long_name--) {
        if (!any_case && long_name != full)
            continue;
        for (int32_t i = 0; i < count; i++) {
            uint64_t len = long_name ? strlen(names[i]) : 3;
            if (len <= left && same_letters(reader->text.data + reader->at, names[i], len, any_case)) {
                reader->at += len;
                return i;
            }
        }
    }
    return -1;
}

static bool take_half(Reader *reader)
{
    uint64_t left = reader->text.len - reader->at;
    const char *at = reader->text.data + reader->at;
    if (left < 2)
        return false;
    bool any_case = reader->style == PATTERN_SIMPLE;
    bool morning = same_letters(at, "AM", 2, any_case);
    if (!morning && !same_letters(at, "PM", 2, any_case))
        return false;
    reader->fields.half = !morning;
    reader->at += 2;
    return true;
}

static bool take_zone(Reader *reader)
{
    Str rest = str_slice(reader->text, reader->at, reader->text.len - reader->at);
    reader->fields.has_zone = true;
    reader->fields.offset_s = 0;
    static const char *const NAMES[] = { "UTC", "GMT", "Z" };
    for (uint32_t i = 0; i < 3; i++) {
        Str name = str_from(NAMES[i]);
        if (str_starts_with(rest, name)) {
            reader->at += name.len;
            return true;
        }
    }
    uint64_t len = 0;
    while (len < rest.len && len < 6 && (is_digit(rest.data[len]) || strchr("+-:", rest.data[len]) != NULL))
        len++;
    reader->at += len;
    return zone_offset_parse(str_slice(rest, 0, len), &reader->fields.offset_s) == PARSE_OK;
}

static int64_t full_year(int64_t year, TimePatternStyle style)
{
    if (style == PATTERN_SIMPLE && year >= 50)
        return year + 1900;
    return year + 2000;
}

static bool store_number(Fields *fields, Token token, int64_t value, uint32_t digits, TimePatternStyle style)
{
    if (value > INT32_MAX && token.letter != 'S')
        return false;
    int32_t small = (int32_t)value;
    switch (token.letter) {
    case 'y':
    case 'u':
        fields->year = token.count == 2 && digits == 2 ? full_year(value, style) : value;
        return true;
    case 'M':
    case 'L':
        fields->month = small;
        return true;
    case 'd':
        fields->day = small;
        return true;
    case 'D':
        fields->day_of_year = small;
        return true;
    case 'H':
        fields->hour = small;
        return true;
    case 'k':
        fields->hour = small == 24 ? 0 : small;
        return small != 0 || style == PATTERN_SIMPLE;
    case 'h':
        fields->hour12 = small == 12 ? 0 : small;
        return style == PATTERN_SIMPLE || (small >= 1 && small <= 12);
    case 'K':
        fields->hour12 = small;
        return style == PATTERN_SIMPLE || small < 12;
    case 'm':
        fields->minute = small;
        return true;
    case 's':
        fields->second = small;
        return true;
    default: /* S */
        if (style == PATTERN_SIMPLE) {
            fields->nanosecond = value < 1000000000 ? value * 1000000 : 0;
            return true;
        }
        for (; digits < 9; digits++)
            value *= 10;
        fields->nanosecond = value;
        return true;
    }
}

static bool take_field(Reader *reader, Token token, uint32_t reserved)
{
    if (is_numeric(token)) {
        int64_t value;
        uint64_t start = reader->at;
        if (!take_field_number(reader, token, reserved, &value))
            return false;
        while (!is_digit(reader->text.data[start])) /* blanks in front */
            start++;
        return store_number(&reader->fields, token, value, (uint32_t)(reader->at - start), reader->style);
    }
    switch (token.letter) {
    case 'M':
    case 'L':
        reader->fields.month = take_name(reader, PATTERN_MONTHS, 12, token.count == 4) + 1;
        return reader->fields.month != 0;
    case 'E':
        reader->fields.weekday = take_name(reader, PATTERN_WEEKDAYS, 7, token.count == 4) + 1;
        return reader->fields.weekday != 0;
    case 'a':
        return take_half(reader);
    default:
        return take_zone(reader);
    }
}

static bool take_literal(Reader *reader, Str literal)
{
    Str rest = str_slice(reader->text, reader->at, reader->text.len - reader->at);
    if (!str_starts_with(rest, literal))
        return false;
    reader->at += literal.len;
    return true;
}

static int32_t or_else(int32_t value, int32_t missing)
{
    return value == ABSENT ? missing : value;
}

static bool in_range(int32_t value, int32_t low, int32_t high)
{
    return value >= low && value <= high;
}

/* The date; false when PATTERN_JAVA has no such one. */
static bool resolve_date(const Fields *f, TimePatternStyle style, int64_t *days)
{
    int32_t month = or_else(f->month, 1), day = or_else(f->day, 1);
    int64_t year = f->year;
    if (f->day_of_year != ABSENT && f->month == ABSENT) {
        *days = days_from_civil(year, 1, 1) + f->day_of_year - 1;
        return style == PATTERN_SIMPLE || in_range(f->day_of_year, 1, 365 + year_is_leap(year));
    }
    if (style == PATTERN_SIMPLE) {
        year += floor_div((int64_t)month - 1, 12);
        month = (int32_t)floor_mod((int64_t)month - 1, 12) + 1;
        *days = days_from_civil(year, month, 1) + day - 1;
        return true;
    }
    if (!in_range(month, 1, 12) || !in_range(day, 1, 31) || year < 1)
        return false;
    int32_t last = month_days(year, month);
    *days = days_from_civil(year, month, day < last ? day : last);
    return f->weekday == ABSENT || f->weekday == iso_day_of_week(*days);
}

static bool resolve(const Fields *f, TimePatternStyle style, TimeText *out)
{
    int64_t days;
    if (f->year > 9999 || !resolve_date(f, style, &days))
        return false;
    if (days < 2 * (int64_t)DAYS_MIN || days > 2 * (int64_t)DAYS_MAX) /* clock fields that carry cannot bring it back */
        return false;
    int32_t hour = or_else(f->hour, 0);
    if (f->hour == ABSENT && f->hour12 != ABSENT)
        hour = f->hour12 + 12 * or_else(f->half, 0);
    int32_t minute = or_else(f->minute, 0), second = or_else(f->second, 0);
    if (style == PATTERN_JAVA && !(in_range(hour, 0, 23) && in_range(minute, 0, 59) && in_range(second, 0, 59)))
        return false;
    int64_t us = days * US_PER_DAY + hour * US_PER_HOUR + minute * US_PER_MINUTE + second * US_PER_SECOND;
    *out = (TimeText){ .us = us + f->nanosecond / 1000,
                       .ns = (int32_t)(f->nanosecond % 1000),
                       .offset_s = f->offset_s,
                       .has_zone = f->has_zone };
    return timestamp_in_range(out->us);
}

/* Behind the bracket that closes the part open at *at. */
static void skip_part(Str pattern, uint64_t *at)
{
    uint32_t depth = 1;
    while (*at < pattern.len && depth > 0) {
        Token token = pattern_token_next(pattern, at);
        depth += token.letter == '[';
        depth -= token.letter == ']';
    }
}

bool time_pattern_parse(Str text, Str pattern, TimePatternStyle style, TimeText *out)
{
    Reader reader = { .text = text, .style = style, .fields = NO_FIELDS };
    struct {
        Reader reader;
        uint64_t at;
    } open[8];
    uint32_t depth = 0;
    for (uint64_t at = 0; at < pattern.len;) {
        Token token = pattern_token_next(pattern, &at);
        bool matches = true;
        if (token.letter == '[') {
            open[depth].reader = reader;
            open[depth++].at = at;
        } else if (token.letter == ']') {
            depth--;
        } else if (token.letter == 0) {
            matches = take_literal(&reader, token.literal);
        } else {
            matches = take_field(&reader, token, is_numeric(token) ? reserved_after(pattern, at, style) : 0);
        }
        if (matches)
            continue;
        if (depth == 0)
            return false;
        reader = open[--depth].reader;
        at = open[depth].at;
        skip_part(pattern, &at);
    }
    if (style == PATTERN_JAVA && reader.at != text.len)
        return false;
    return resolve(&reader.fields, style, out);
}
