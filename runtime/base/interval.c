/* interval.c -- interval literals field by field, and the two option spellings. */
#include "runtime/base/interval.h"

#include <string.h>

const char *time_unit_name(TimeUnit unit)
{
    static const char *const NAMES[] = {
#define TIME_UNIT(name, us, months) #name,
#include "runtime/base/time_units.def"
#undef TIME_UNIT
    };
    return unit < UNIT_COUNT ? NAMES[unit] : "";
}

TimeUnit time_unit_find(Str name)
{
    Str prefix = STR("SQL_TSI_");
    if (name.len > prefix.len && str_equal_nocase(str_slice(name, 0, prefix.len), prefix))
        name = str_slice(name, prefix.len, name.len - prefix.len);
    Str singular = name.len > 1 && (name.data[name.len - 1] | 0x20) == 's' ? str_slice(name, 0, name.len - 1) : name;
    for (uint32_t i = 0; i < UNIT_COUNT; i++) {
        Str candidate = str_from(time_unit_name((TimeUnit)i));
        if (str_equal_nocase(name, candidate) || str_equal_nocase(singular, candidate))
            return (TimeUnit)i;
    }
    return UNIT_COUNT;
}

/* ---- SQL literals ---- */

/* What stands in front of the field of a unit, and how large it may be when it is not the first. */
typedef struct Field {
    TimeUnit unit;
    char before;
    int64_t below;
} Field;

static const Field FIELDS[] = {
    { UNIT_YEAR, 0, 0 },      { UNIT_MONTH, '-', 12 },  { UNIT_DAY, 0, 0 },
    { UNIT_HOUR, ' ', 24 },   { UNIT_MINUTE, ':', 60 }, { UNIT_SECOND, ':', 60 },
};

static const Field *field_of(TimeUnit unit)
{
    for (uint32_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        if (FIELDS[i].unit == unit)
            return &FIELDS[i];
    return NULL;
}

/* Digits from *at on; false when there is none or they do not fit. */
static bool take_number(Str text, uint64_t *at, int64_t *out)
{
    int64_t value = 0;
    uint64_t start = *at;
    for (; *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        if (value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (text.data[*at] - '0');
    }
    *out = value;
    return *at != start;
}

/* .f behind the seconds: microseconds, further digits cut. */
static bool take_fraction(Str text, uint64_t *at, int64_t *us)
{
    *us = 0;
    if (*at == text.len || text.data[*at] != '.')
        return true;
    uint64_t start = ++*at;
    int64_t weight = US_PER_SECOND / 10;
    for (; *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at, weight /= 10)
        *us += (text.data[*at] - '0') * weight;
    return *at != start && *at - start <= 9;
}

static bool add_scaled(int64_t *sum, int64_t count, int64_t scale)
{
    int64_t product;
    return !__builtin_mul_overflow(count, scale, &product) && !__builtin_add_overflow(*sum, product, sum);
}

/* One unit alone: QUARTER, WEEK and the units below the second have no field in the compound forms. */
static ParseStatus parse_single(Str text, TimeUnit unit, bool negative, int64_t *out)
{
    int64_t scale = time_unit_months(unit) != 0 ? time_unit_months(unit) : time_unit_us(unit);
    int64_t count, fraction = 0, sum = 0;
    uint64_t at = 0;
    if (scale == 0 || !take_number(text, &at, &count))
        return PARSE_INVALID;
    if ((unit == UNIT_SECOND && !take_fraction(text, &at, &fraction)) || at != text.len)
        return PARSE_INVALID;
    if (!add_scaled(&sum, count, scale) || !add_scaled(&sum, fraction, 1))
        return PARSE_RANGE;
    if (time_unit_months(unit) != 0 && sum > INT32_MAX)
        return PARSE_RANGE;
    *out = negative ? -sum : sum;
    return PARSE_OK;
}

static ParseStatus parse_fields(Str text, const Field *first, const Field *last, bool negative, int64_t *out)
{
    uint64_t at = 0;
    int64_t sum = 0;
    bool months = first->unit == UNIT_YEAR;
    for (const Field *field = first; field <= last; field++) {
        int64_t count, fraction = 0;
        if (field != first && (at == text.len || text.data[at++] != field->before))
            return PARSE_INVALID;
        if (!take_number(text, &at, &count) || (field->unit == UNIT_SECOND && !take_fraction(text, &at, &fraction)))
            return PARSE_INVALID;
        if (field != first && count >= field->below)
            return PARSE_RANGE;
        int64_t scale = months ? time_unit_months(field->unit) : time_unit_us(field->unit);
        if (!add_scaled(&sum, count, scale) || !add_scaled(&sum, fraction, 1))
            return PARSE_RANGE;
    }
    if (at != text.len)
        return PARSE_INVALID;
    if (months && sum > INT32_MAX)
        return PARSE_RANGE;
    *out = negative ? -sum : sum;
    return PARSE_OK;
}

ParseStatus interval_parse(Str text, TimeUnit from, TimeUnit to, int64_t *out)
{
    text = str_trim(text);
    bool negative = false;
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        negative = text.data[0] == '-';
        text = str_slice(text, 1, text.len - 1);
    }
    if (from == to)
        return parse_single(text, from, negative, out);
    const Field *first = field_of(from), *last = field_of(to);
    bool one_family = first != NULL && last != NULL && first < last &&
                      (time_unit_months(from) != 0) == (time_unit_months(to) != 0);
    return one_family ? parse_fields(text, first, last, negative, out) : PARSE_INVALID;
}

uint32_t interval_second_print(int64_t us, char out[INTERVAL_TEXT_MAX])
{
    uint64_t size = us < 0 ? -(uint64_t)us : (uint64_t)us;
    uint64_t ms = size / 1000;
    out[0] = us < 0 ? '-' : '+';
    uint32_t len = 1 + digits_print(ms / 86400000, 0, out + 1);
    static const struct {
        char before;
        uint32_t width;
        uint64_t scale, modulo;
    } PARTS[] = { { ' ', 2, 3600000, 24 }, { ':', 2, 60000, 60 }, { ':', 2, 1000, 60 }, { '.', 3, 1, 1000 } };
    for (uint32_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        out[len++] = PARTS[i].before;
        len += digits_print(ms / PARTS[i].scale % PARTS[i].modulo, PARTS[i].width, out + len);
    }
    return len;
}

uint32_t interval_month_print(int32_t months, char out[INTERVAL_TEXT_MAX])
{
    int64_t size = months < 0 ? -(int64_t)months : months;
    out[0] = months < 0 ? '-' : '+';
    uint32_t len = 1 + digits_print((uint64_t)(size / 12), 0, out + 1);
    out[len++] = '-';
    return len + digits_print((uint64_t)(size % 12), 2, out + len);
}

/* ---- options ---- */

typedef struct OptionUnit {
    const char *names; /* each followed by a blank */
    uint64_t scale;
} OptionUnit;

static const OptionUnit DURATION_UNITS[] = {
    { "d day days ", (uint64_t)US_PER_DAY },
    { "h hour hours ", (uint64_t)US_PER_HOUR },
    { "m min minute minutes ", (uint64_t)US_PER_MINUTE },
    { "s sec secs second seconds ", (uint64_t)US_PER_SECOND },
    { "ms milli millis millisecond milliseconds ", (uint64_t)US_PER_MS },
    { "\xc2\xb5s us micro micros microsecond microseconds ", 1 },
    { "ns nano nanos nanosecond nanoseconds ", 0 },
};

static const OptionUnit MEMORY_UNITS[] = {
    { "b bytes ", 1 },
    { "k kb kibibytes ", 1ull << 10 },
    { "m mb mebibytes ", 1ull << 20 },
    { "g gb gibibytes ", 1ull << 30 },
    { "t tb tebibytes ", 1ull << 40 },
};

static bool has_name(const char *names, Str name)
{
    while (*names != 0) {
        const char *end = strchr(names, ' ');
        if (str_equal_nocase((Str){ names, (uint64_t)(end - names) }, name))
            return true;
        names = end + 1;
    }
    return false;
}

/* The number, and its unit, or NULL without one. */
static ParseStatus parse_option(Str text, const OptionUnit *units, uint32_t count, int64_t *number,
                                const OptionUnit **unit)
{
    text = str_trim(text);
    uint64_t at = 0;
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    ParseStatus status = int_parse(str_slice(text, 0, at), number);
    Str name = str_trim(str_slice(text, at, text.len - at));
    *unit = NULL;
    if (status != PARSE_OK || name.len == 0)
        return status;
    for (uint32_t i = 0; i < count; i++)
        if (has_name(units[i].names, name))
            *unit = &units[i];
    return *unit == NULL ? PARSE_INVALID : PARSE_OK;
}

ParseStatus duration_parse(Str text, int64_t *us)
{
    int64_t number;
    const OptionUnit *unit;
    ParseStatus status =
        parse_option(text, DURATION_UNITS, sizeof DURATION_UNITS / sizeof DURATION_UNITS[0], &number, &unit);
    if (status != PARSE_OK)
        return status;
    if (unit != NULL && unit->scale == 0) { /* nanoseconds */
        *us = number / 1000;
        return PARSE_OK;
    }
    int64_t scale = unit == NULL ? US_PER_MS : (int64_t)unit->scale;
    return __builtin_mul_overflow(number, scale, us) ? PARSE_RANGE : PARSE_OK;
}

ParseStatus memory_size_parse(Str text, uint64_t *bytes)
{
    int64_t number;
    const OptionUnit *unit;
    ParseStatus status = parse_option(text, MEMORY_UNITS, sizeof MEMORY_UNITS / sizeof MEMORY_UNITS[0], &number, &unit);
    if (status != PARSE_OK)
        return status;
    uint64_t scale = unit == NULL ? 1 : unit->scale;
    return __builtin_mul_overflow((uint64_t)number, scale, bytes) ? PARSE_RANGE : PARSE_OK;
}
