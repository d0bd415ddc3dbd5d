/* timeformat.c -- a pattern is read token by token, as often as it is used: a token is a run of one letter, a literal
 * or a bracket. */
#include "runtime/base/timeformat_internal.h"

#include <assert.h>

const char *const PATTERN_MONTHS[12] = { "January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December" };
const char *const PATTERN_WEEKDAYS[7] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                          "Friday", "Saturday", "Sunday" };

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Token pattern_token_next(Str pattern, uint64_t *at)
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
        Token token = pattern_token_next(pattern, &at);
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

static uint32_t put_year(const Moment *m, int64_t year, uint32_t count, char *out)
{
    uint64_t size = (uint64_t)(year < 0 ? -year : year);
    if (count == 2)
        return digits_print(size % 100, 2, out);
    uint32_t sign = year < 0 || (count >= 4 && year > 9999 && m->style == PATTERN_JAVA);
    out[0] = year < 0 ? '-' : '+';
    return sign + digits_print(size, count, out + sign);
}

static uint32_t put_name(const Moment *m, const char *name, uint32_t count, char *out)
{
    if (count == 5 && m->style == PATTERN_JAVA)
        return put_text(name, 1, out);
    return put_text(name, count >= 4 ? 12 : 3, out);
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
        return put_year(m, m->date.year, token.count, out);
    case 'y':
        return put_year(m, m->date.year, m->style == PATTERN_SIMPLE && token.count == 3 ? 1 : token.count, out);
    case 'Y':
        return put_year(m, civil_from_days(saturday(m)).year, token.count, out);
    case 'M':
    case 'L':
        if (token.count > 2)
            return put_name(m, PATTERN_MONTHS[m->date.month - 1], token.count, out);
        return digits_print((uint64_t)m->date.month, token.count, out);
    case 'd':
        return digits_print((uint64_t)m->date.day, token.count, out);
    case 'D':
        return digits_print((uint64_t)day_of_year(m->days), token.count, out);
    case 'E':
        return put_name(m, PATTERN_WEEKDAYS[weekday - 1], token.count, out);
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
    Moment m = { .days = us_days(time->us), .us = us_of_day(time->us), .ns = time->ns, .style = style };
    m.offset_s = time->offset_s;
    m.date = civil_from_days(m.days);
    uint32_t len = 0;
    for (uint64_t at = 0; at < pattern.len;) {
        Token token = pattern_token_next(pattern, &at);
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
