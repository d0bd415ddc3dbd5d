/* timetext.c -- one cursor over the text; each piece is taken or the form is invalid. */
#include "runtime/base/timetext.h"

typedef struct Cursor {
    Str text;
    uint64_t at;
    bool bad;
} Cursor;

static char peek(const Cursor *cursor)
{
    return cursor->at < cursor->text.len ? cursor->text.data[cursor->at] : 0;
}

static bool digit_at(const Cursor *cursor)
{
    return peek(cursor) >= '0' && peek(cursor) <= '9';
}

static void take_char(Cursor *cursor, char c)
{
    if (peek(cursor) != c || cursor->at == cursor->text.len)
        cursor->bad = true;
    cursor->at++;
}

/* Between `least` and `most` digits. */
static int32_t take_digits(Cursor *cursor, uint32_t least, uint32_t most)
{
    int32_t value = 0;
    uint32_t count = 0;
    for (; count < most && digit_at(cursor); count++, cursor->at++)
        value = value * 10 + (peek(cursor) - '0');
    if (count < least)
        cursor->bad = true;
    return value;
}

/* Up to nine digits as nanoseconds; none is zero. */
static int32_t take_fraction(Cursor *cursor)
{
    int32_t value = 0;
    uint32_t count = 0;
    for (; count < 9 && digit_at(cursor); count++, cursor->at++)
        value = value * 10 + (peek(cursor) - '0');
    for (; count < 9; count++)
        value *= 10;
    return value;
}

static int64_t take_date(Cursor *cursor, uint32_t form)
{
    uint32_t least = form & TIME_SHORT_FIELDS ? 1 : 2;
    int32_t year = take_digits(cursor, 4, 4);
    take_char(cursor, '-');
    int32_t month = take_digits(cursor, least, 2);
    take_char(cursor, '-');
    int32_t day = take_digits(cursor, least, 2);
    if (cursor->bad || year < 1 || month < 1 || month > 12 || day < 1 || day > 31) {
        cursor->bad = true;
        return 0;
    }
    int32_t last = month_days(year, month);
    if (day > last && !(form & TIME_CLAMP_DAY))
        cursor->bad = true;
    return days_from_civil(year, month, day < last ? day : last);
}

/* Microseconds of the day. */
static int64_t take_time(Cursor *cursor, uint32_t form, int32_t *ns)
{
    uint32_t least = form & TIME_SHORT_FIELDS ? 1 : 2;
    int32_t hour = take_digits(cursor, least, 2);
    take_char(cursor, ':');
    int32_t minute = take_digits(cursor, least, 2);
    int32_t second = 0, fraction = 0;
    if (!(form & TIME_SECONDS_OPTIONAL) || peek(cursor) == ':') {
        take_char(cursor, ':');
        second = take_digits(cursor, least, 2);
        if (peek(cursor) == '.') {
            cursor->at++;
            fraction = take_fraction(cursor);
        }
    }
    if (hour > 23 || minute > 59 || second > 59)
        cursor->bad = true;
    *ns = fraction % 1000;
    return hour * US_PER_HOUR + minute * US_PER_MINUTE + second * US_PER_SECOND + fraction / 1000;
}

/* +hh[[:]mm[[:]ss]] */
static int32_t take_offset(Cursor *cursor)
{
    bool negative = peek(cursor) == '-';
    if (!negative && peek(cursor) != '+')
        cursor->bad = true;
    cursor->at++;
    int32_t parts[3] = { take_digits(cursor, 2, 2), 0, 0 };
    for (uint32_t i = 1; i < 3 && (peek(cursor) == ':' || digit_at(cursor)); i++) {
        cursor->at += peek(cursor) == ':';
        parts[i] = take_digits(cursor, 2, 2);
    }
    int32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    if (parts[1] > 59 || parts[2] > 59 || seconds > 18 * 3600)
        cursor->bad = true;
    return negative ? -seconds : seconds;
}

static void take_zone(Cursor *cursor, TimeText *out)
{
    out->has_zone = true;
    if ((peek(cursor) | 0x20) == 'z')
        cursor->at++;
    else
        out->offset_s = take_offset(cursor);
}

static ParseStatus finish(const Cursor *cursor)
{
    return cursor->bad || cursor->at != cursor->text.len ? PARSE_INVALID : PARSE_OK;
}

ParseStatus timestamp_parse(Str text, uint32_t form, TimeText *out)
{
    Cursor cursor = { .text = text };
    *out = (TimeText){ 0 };
    int64_t days = take_date(&cursor, form);
    int64_t us = 0;
    char separator = peek(&cursor);
    bool separated = (separator == ' ' && (form & TIME_SPACE)) || ((separator | 0x20) == 't' && (form & TIME_T));
    if (separated) {
        cursor.at++;
        us = take_time(&cursor, form, &out->ns);
        if ((form & (TIME_ZONE | TIME_ZONE_NEEDED)) && cursor.at < text.len)
            take_zone(&cursor, out);
    } else if (!(form & TIME_DATE_ONLY)) {
        cursor.bad = true;
    }
    if ((form & TIME_ZONE_NEEDED) && !out->has_zone)
        cursor.bad = true;
    out->us = days * US_PER_DAY + us;
    return finish(&cursor);
}

ParseStatus zone_offset_parse(Str text, int32_t *offset_s)
{
    Cursor cursor = { .text = text };
    TimeText zone = { 0 };
    take_zone(&cursor, &zone);
    *offset_s = zone.offset_s;
    return finish(&cursor);
}

/* One blank-padded whole number out of a row of them. */
static bool field(Str text, int64_t *out)
{
    return digits_parse(str_trim(text), 10, out);
}

/* Cuts at the first `separator`; false when there is none and *piece is all. */
static bool cut(Str *rest, char separator, Str *piece)
{
    const char *found = rest->len == 0 ? NULL : memchr(rest->data, separator, rest->len);
    if (found == NULL) {
        *piece = *rest;
        *rest = STR_EMPTY;
        return false;
    }
    uint64_t len = (uint64_t)(found - rest->data);
    *piece = str_slice(*rest, 0, len);
    *rest = str_slice(*rest, len + 1, rest->len - len - 1);
    return true;
}

ParseStatus date_parse(Str text, int32_t *days)
{
    int64_t blank = str_find(text, STR(" "));
    Str rest = blank > 0 ? str_slice(text, 0, (uint64_t)blank) : text;
    int64_t year, month = 1, day = 1;
    Str piece;
    bool more = cut(&rest, '-', &piece);
    if (!field(piece, &year))
        return PARSE_INVALID;
    if (more) {
        more = cut(&rest, '-', &piece);
        if (!field(piece, &month) || (more && !field(rest, &day)))
            return PARSE_INVALID;
    }
    if (year > 9999 || month < 1 || month > 12 || day < 1 || day > month_days(year, (int32_t)month))
        return PARSE_INVALID;
    *days = (int32_t)days_from_civil(year, (int32_t)month, (int32_t)day);
    return PARSE_OK;
}

ParseStatus time_parse(Str text, int32_t *ms)
{
    int64_t hour, minute = 0, second = 0, fraction = 0;
    Str piece, rest = text;
    bool more = cut(&rest, ':', &piece);
    if (!field(piece, &hour))
        return PARSE_INVALID;
    if (more) {
        more = cut(&rest, ':', &piece);
        if (!field(piece, &minute))
            return PARSE_INVALID;
    }
    if (more) {
        bool point = cut(&rest, '.', &piece);
        if (!field(piece, &second))
            return PARSE_INVALID;
        if (point) {
            Cursor cursor = { .text = str_trim(rest) };
            fraction = take_fraction(&cursor) / 1000000;
            if (finish(&cursor) != PARSE_OK)
                return PARSE_INVALID;
        }
    }
    /* As Flink: minutes and seconds carry, and only the last two digits of the hour are looked at. */
    if (hour > 999 || minute > 999 || second > 999)
        return PARSE_INVALID;
    int64_t total = hour * 3600000 + minute * 60000 + second * 1000 + fraction;
    total -= total / 3600000 / 100 * 100 * 3600000;
    if (total >= MS_PER_DAY)
        return PARSE_RANGE;
    *ms = (int32_t)total;
    return PARSE_OK;
}

/* ---- printing ---- */

uint32_t date_print(int64_t days, char *out)
{
    CivilDate civil = civil_from_days(days);
    uint32_t len = 0;
    if (civil.year < 0)
        out[len++] = '-';
    else if (civil.year > 9999)
        out[len++] = '+';
    len += digits_print((uint64_t)(civil.year < 0 ? -civil.year : civil.year), 4, out + len);
    out[len++] = '-';
    len += digits_print((uint64_t)civil.month, 2, out + len);
    out[len++] = '-';
    len += digits_print((uint64_t)civil.day, 2, out + len);
    return len;
}

uint32_t time_print(int64_t us_of_day_, int32_t ns, uint32_t precision, char *out)
{
    uint32_t len = digits_print((uint64_t)(us_of_day_ / US_PER_HOUR), 2, out);
    out[len++] = ':';
    len += digits_print((uint64_t)(us_of_day_ / US_PER_MINUTE % 60), 2, out + len);
    out[len++] = ':';
    len += digits_print((uint64_t)(us_of_day_ / US_PER_SECOND % 60), 2, out + len);
    if (precision == 0)
        return len;
    out[len++] = '.';
    char fraction[INT_TEXT_MAX];
    digits_print((uint64_t)(us_of_day_ % US_PER_SECOND * 1000 + ns), 9, fraction);
    memcpy(out + len, fraction, precision < 9 ? precision : 9);
    return len + (precision < 9 ? precision : 9);
}

uint32_t timestamp_print(int64_t us, int32_t ns, uint32_t precision, char separator, char out[TIMESTAMP_TEXT_MAX])
{
    uint32_t len = date_print(us_days(us), out);
    out[len++] = separator;
    return len + time_print(us_of_day(us), ns, precision, out + len);
}
