/* timeformat.c -- a pattern is read token by token, as often as it is used: a token is a run of one letter, a literal or a
 * bracket. */
#include "runtime/base/timeformat.h"

#include <assert.h>

static const char *const MONTHS[] = { "January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December" };
static const char *const WEEKDAYS[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };

typedef struct Token {
    char letter;    /* 0: literal; '[' or ']' */
    uint32_t count; /* of the letter */
    Str literal;
} Token;

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The token at *at; a quote without end answers the letter '\''. */
static Token token_next(Str pattern, uint64_t *at)
{
    char c = pattern.data[*at];
    uint64_t start = *at;
    if (is_letter(c)) {
        while (*at < pattern.len && pattern.data[*at] == c)
            ++*at;
        return (Token){ .letter = c, .count = (uint32_t)(*at - start) };
    }
    ++*at;
    if (c == '[' || c == ']' || c == '{' || c == '}' || c == '#')
        return (Token){ .letter = c, .count = 1 };
    if (c != '\'')
        return (Token){ .literal = str_slice(pattern, start, 1) };
    if (*at < pattern.len && pattern.data[*at] == '\'') { /* '' is a quote */
        ++*at;
        return (Token){ .literal = str_slice(pattern, start, 1) };
    }
    uint64_t open = *at;
    while (*at < pattern.len && pattern.data[*at] != '\'')
        ++*at;
    if (*at == pattern.len)
        return (Token){ .letter = '\'', .count = 1 };
    Token quoted = { .literal = str_slice(pattern, open, *at - open) };
    if (*at + 1 < pattern.len && pattern.data[*at + 1] == '\'') /* the second quote of '' opens the rest */
        quoted.literal.len++;
    ++*at;
    return quoted;
}

/* ---- checking ---- */

typedef struct Letter {
    char letter;
    uint8_t java_max;   /* longest run of PATTERN_JAVA; 0: refused */
    bool simple;        /* known to PATTERN_SIMPLE */
    bool parses;
} Letter;

static const Letter LETTERS[] = {
    { 'y', 9, true, true },   { 'u', 9, true, true },   { 'M', 5, true, true },  { 'L', 5, true, true },
    { 'd', 2, true, true },   { 'D', 3, true, true },   { 'H', 2, true, true },  { 'h', 2, true, true },
    { 'K', 2, true, true },   { 'k', 2, true, true },   { 'm', 2, true, true },  { 's', 2, true, true },
    { 'S', 9, true, true },   { 'a', 1, true, true },   { 'E', 4, true, true },  { 'Y', 9, true, false },
    { 'w', 2, true, false },  { 'e', 2, false, false }, { 'c', 1, false, false }, { 'Q', 4, false, false },
    { 'q', 4, false, false }, { 'G', 3, true, false },  { 'n', 9, false, false }, { 'N', 15, false, false },
    { 'A', 9, false, false }, { 'X', 0, true, true },   { 'Z', 0, true, true },  { 'z', 0, true, true },
};

static bool letter_allowed(Token token, TimePatternStyle style, bool printing)
{
    for (uint32_t i = 0; i < sizeof LETTERS / sizeof LETTERS[0]; i++) {
        const Letter *letter = &LETTERS[i];
        if (letter->letter != token.letter)
            continue;
        if (!printing && (!letter->parses || (letter->letter == 'u' && style == PATTERN_SIMPLE)))
            return false;
        return style == PATTERN_SIMPLE ? letter->simple : token.count <= letter->java_max;
    }
    return false;
}

bool time_pattern_check(Str pattern, TimePatternStyle style, bool printing, char *bad)
{
    uint32_t depth = 0;
    for (uint64_t at = 0; at < pattern.len;) {
        Token token = token_next(pattern, &at);
        *bad = token.letter;
        if (token.letter == 0)
            continue;
        if (token.letter == '[' && style == PATTERN_JAVA && depth < 8)
            depth++;
        else if (token.letter == ']' && depth > 0)
            depth--;
        else if (!letter_allowed(token, style, printing))
            return false;
    }
    *bad = '[';
    return depth == 0;
}

/* ---- printing ---- */

typedef struct Moment {
    CivilDate date;
    int64_t days;
    int64_t us; /* of the day */
    int32_t ns;
    int32_t offset_s;
    TimePatternStyle style;
} Moment;

static uint32_t put_text(const char *text, uint32_t len_max, char *out)
{
    uint32_t len = (uint32_t)strlen(text);
    if (len > len_max)
        len = len_max;
    memcpy(out, text, len);
    return len;
}

static uint32_t put_year(int64_t year, uint32_t count, char *out)
{
    uint64_t size = (uint64_t)(year < 0 ? -year : year);
    if (count == 2)
        return digits_print(size % 100, 2, out);
    uint32_t sign = year < 0 || (count >= 4 && year > 9999);
    out[0] = year < 0 ? '-' : '+';
    return sign + digits_print(size, count, out + sign);
}

static uint32_t put_name(const char *name, uint32_t count, char *out)
{
    return put_text(name, count == 4 ? 12 : count == 5 ? 1 : 3, out);
}

static uint32_t put_quarter(int32_t quarter, uint32_t count, char *out)
{
    static const char *const NAMES[] = { "1st quarter", "2nd quarter", "3rd quarter", "4th quarter" };
    if (count == 4)
        return put_text(NAMES[quarter - 1], 12, out);
    if (count != 3)
        return digits_print((uint64_t)quarter, count, out);
    out[0] = 'Q';
    out[1] = (char)('0' + quarter);
    return 2;
}

static uint32_t put_fraction(const Moment *m, uint32_t count, char *out)
{
    if (m->style == PATTERN_SIMPLE)
        return digits_print((uint64_t)(m->us % US_PER_SECOND / 1000), count, out);
    char digits[INT_TEXT_MAX];
    digits_print((uint64_t)(m->us % US_PER_SECOND * 1000 + m->ns), 9, digits);
    memcpy(out, digits, count);
    return count;
}

/* Z +hhmm, X +hh, XX +hhmm, XXX +hh:mm, z UTC or GMT+hh:mm */
static uint32_t put_offset(const Moment *m, Token token, char *out)
{
    uint32_t size = (uint32_t)(m->offset_s < 0 ? -m->offset_s : m->offset_s);
    if (size == 0 && token.letter != 'Z')
        return put_text(token.letter == 'X' ? "Z" : "UTC", 3, out);
    uint32_t len = token.letter == 'z' ? put_text("GMT", 3, out) : 0;
    out[len++] = m->offset_s < 0 ? '-' : '+';
    len += digits_print(size / 3600, 2, out + len);
    if (token.letter == 'X' && token.count == 1)
        return len;
    if (token.letter == 'z' || (token.letter == 'X' && token.count == 3))
        out[len++] = ':';
    return len + digits_print(size / 60 % 60, 2, out + len);
}

/* The week that ends on this day's Saturday belongs to the year of that Saturday. */
static int64_t saturday(const Moment *m)
{
    return m->days + 6 - iso_day_of_week(m->days) % 7;
}

static uint32_t put_clock(const Moment *m, Token token, char *out)
{
    uint64_t hour = (uint64_t)(m->us / US_PER_HOUR);
    switch (token.letter) {
    case 'H':
        return digits_print(hour, token.count, out);
    case 'k':
        return digits_print(hour == 0 ? 24 : hour, token.count, out);
    case 'K':
        return digits_print(hour % 12, token.count, out);
    case 'h':
        return digits_print(hour % 12 == 0 ? 12 : hour % 12, token.count, out);
    case 'm':
        return digits_print((uint64_t)(m->us / US_PER_MINUTE % 60), token.count, out);
    case 's':
        return digits_print((uint64_t)(m->us / US_PER_SECOND % 60), token.count, out);
    case 'S':
        return put_fraction(m, token.count, out);
    case 'a':
        return put_text(hour < 12 ? "AM" : "PM", 2, out);
    case 'n':
        return digits_print((uint64_t)(m->us % US_PER_SECOND * 1000 + m->ns), token.count, out);
    case 'N':
        return digits_print((uint64_t)(m->us * 1000 + m->ns), token.count, out);
    case 'A':
        return digits_print((uint64_t)(m->us / 1000), token.count, out);
    default:
        return put_offset(m, token, out);
    }
}

static uint32_t put_field(const Moment *m, Token token, char *out)
{
    int32_t weekday = iso_day_of_week(m->days);
    switch (token.letter) {
    case 'u':
        if (m->style == PATTERN_SIMPLE)
            return digits_print((uint64_t)weekday, token.count, out);
        return put_year(m->date.year, token.count, out);
    case 'y':
        return put_year(m->date.year, m->style == PATTERN_SIMPLE && token.count == 3 ? 1 : token.count, out);
    case 'Y':
        return put_year(civil_from_days(saturday(m)).year, token.count, out);
    case 'M':
    case 'L':
        if (token.count > 2)
            return put_name(MONTHS[m->date.month - 1], m->style == PATTERN_SIMPLE && token.count > 4 ? 4 : token.count, out);
        return digits_print((uint64_t)m->date.month, token.count, out);
    case 'd':
        return digits_print((uint64_t)m->date.day, token.count, out);
    case 'D':
        return digits_print((uint64_t)day_of_year(m->days), token.count, out);
    case 'E':
        return put_name(WEEKDAYS[weekday - 1], m->style == PATTERN_SIMPLE && token.count > 4 ? 4 : token.count, out);
    case 'e':
    case 'c':
        return digits_print((uint64_t)(weekday % 7 + 1), token.count, out);
    case 'w':
        return digits_print((uint64_t)((day_of_year(saturday(m)) - 1) / 7 + 1), token.count, out);
    case 'Q':
    case 'q':
        return put_quarter((m->date.month + 2) / 3, token.count, out);
    case 'G':
        return put_text(m->date.year > 0 ? "AD" : "BC", 2, out);
    default:
        return put_clock(m, token, out);
    }
}

uint32_t time_pattern_print(Str pattern, TimePatternStyle style, const TimeText *time, char *out)
{
    Moment m = { .days = us_days(time->us), .us = us_of_day(time->us), .ns = time->ns, .offset_s = time->offset_s, .style = style };
    m.date = civil_from_days(m.days);
    uint32_t len = 0;
    for (uint64_t at = 0; at < pattern.len;) {
        Token token = token_next(pattern, &at);
        if (token.letter == 0) {
            memcpy(out + len, token.literal.data, token.literal.len);
            len += (uint32_t)token.literal.len;
        } else if (token.letter != '[' && token.letter != ']') {
            len += put_field(&m, token, out + len);
        }
        assert(len <= time_pattern_room(pattern));
    }
    return len;
}

/* ---- parsing ---- */

enum { ABSENT = INT32_MIN };

typedef struct Fields {
    int64_t year;
    int32_t month, day, day_of_year, hour, hour12, minute, second, half, weekday;
    int64_t nanosecond;
    int32_t offset_s;
    bool has_zone;
} Fields;

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
        Token token = token_next(pattern, &at);
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

/* How many digits the field takes: exactly its width, or what the following ones leave. */
static bool take_field_number(Reader *reader, Token token, uint32_t reserved, int64_t *out)
{
    uint32_t ahead = digits_ahead(reader);
    if (reader->style == PATTERN_SIMPLE)
        return take_number(reader, 1, reserved != 0 ? token.count : 18, out);
    bool year = token.letter == 'y' || token.letter == 'u';
    if (token.letter == 'D' && token.count == 2)
        return take_number(reader, 2, 3, out);
    if (!year && token.count > 1)
        return take_number(reader, token.count, token.count, out);
    if (year && token.count == 2)
        return take_number(reader, 2, 2, out);
    uint32_t most = ahead > reserved ? ahead - reserved : 0;
    if (most < token.count)
        most = token.count;
    if (year && token.count >= 4 && most > token.count && reserved == 0)
        return false; /* more digits than letters want a sign */
    if (year && token.count >= 4)
        most = token.count;
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
    if (reader->style == PATTERN_SIMPLE)
        while (reader->at < reader->text.len && (reader->text.data[reader->at] == ' ' || reader->text.data[reader->at] == '\t'))
            reader->at++;
    if (is_numeric(token)) {
        int64_t value;
        uint64_t start = reader->at;
        return take_field_number(reader, token, reserved, &value) &&
               store_number(&reader->fields, token, value, (uint32_t)(reader->at - start), reader->style);
    }
    switch (token.letter) {
    case 'M':
    case 'L':
        reader->fields.month = take_name(reader, MONTHS, 12, token.count == 4) + 1;
        return reader->fields.month != 0;
    case 'E':
        reader->fields.weekday = take_name(reader, WEEKDAYS, 7, token.count == 4) + 1;
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
        Token token = token_next(pattern, at);
        depth += token.letter == '[';
        depth -= token.letter == ']';
    }
}

bool time_pattern_parse(Str text, Str pattern, TimePatternStyle style, TimeText *out)
{
    Reader reader = { .text = text,
                      .style = style,
                      .fields = { 1970, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, 0, 0, false } };
    struct {
        Reader reader;
        uint64_t at;
    } open[8];
    uint32_t depth = 0;
    for (uint64_t at = 0; at < pattern.len;) {
        Token token = token_next(pattern, &at);
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
