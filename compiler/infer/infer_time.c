/* infer_time.c -- which field is event time, and how late its rows come.
 *
 * A number is a time where all its values fall between 1990 and 2100 in one unit.  Of several candidates those with a
 * telling name win, then those that are in every row, then those that go forward best. */
#include "compiler/infer/infer_internal.h"

#include <stdlib.h>

#define FROM_S  631152000  /* 1990 */
#define UNTIL_S 4102444800 /* 2100 */

typedef struct TimeSearch {
    const Infer *infer;
    InferTime best;
    uint64_t best_score;
} TimeSearch;

static bool is_between(const InferField *field, int64_t factor)
{
    return field->min >= FROM_S * factor && field->max < UNTIL_S * factor;
}

static bool form_of(const InferField *field, TimeForm *form)
{
    if (field->seen == SEEN_INTEGER) {
        int64_t factor = 1;
        for (int i = 0; i < 4; i++, factor *= 1000) {
            *form = (TimeForm)(TIME_SECONDS + i);
            if (i < 3 ? is_between(field, factor) : field->min >= FROM_S * factor)
                return true;
        }
        return false;
    }
    *form = field->forms == FORM_SQL        ? TIME_SQL_TEXT
            : field->forms == FORM_SQL_ZONE ? TIME_SQL_ZONE_TEXT
            : field->forms == FORM_ISO      ? TIME_ISO_TEXT
                                            : TIME_ISO_ZONE_TEXT;
    return field->seen == SEEN_TEXT && field->count > 0 && field->forms != 0 && field->forms != FORM_DATE &&
           (field->forms & (field->forms - 1)) == 0;
}

/* Values of one tick are microseconds this often. */
static double us_per_tick(TimeForm form)
{
    return form == TIME_SECONDS ? 1e6 : form == TIME_MILLIS ? 1e3 : form == TIME_NANOS ? 1e-3 : 1;
}

static uint32_t name_score(Str name)
{
    static const char *const BEST[] = { "ts",       "event_time", "timestamp", "time",      "at",         "event_ts",
                                        "ts_event", "eventtime",  "datetime",  "date_time", "occurred_at" };
    static const char *const PARTS[] = { "time", "_at", "_ts", "ts_", "date", "At", "Time" };
    for (size_t i = 0; i < sizeof BEST / sizeof BEST[0]; i++) {
        if (str_equal_nocase(name, str_from(BEST[i])))
            return 2;
    }
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        if (str_find(name, str_from(PARTS[i])) >= 0)
            return 1;
    }
    return 0;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The smallest of these that is enough, so that people can read it. */
static int64_t rounded_ms(int64_t ms)
{
    static const int64_t SECONDS[] = { 1,   2,    5,    10,   15,    30,    60,    120,   180,    300,    600,
                                       900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 259200, 604800 };
    for (size_t i = 0; i < sizeof SECONDS / sizeof SECONDS[0]; i++) {
        if (ms <= SECONDS[i] * 1000)
            return SECONDS[i] * 1000;
    }
    return (ms + 86399999) / 86400000 * 86400000;
}

/* All but one row of a thousand are to be in time. */
static void measure(const Infer *infer, InferTime *time)
{
    const InferClock *clock = &time->field->clock;
    int64_t *late = ARENA_ARRAY(infer->arena, int64_t, clock->late.count + 1);
    for (uint32_t i = 0; i < clock->late.count; i++)
        late[i] = (int64_t)((double)clock->late.items[i] * us_per_tick(time->form) / 1000);
    if (clock->late.count > 1)
        qsort(late, clock->late.count, sizeof *late, by_value);
    uint64_t may_miss = clock->count / 1000;
    time->late_ms_max = clock->late.count == 0 ? 0 : late[clock->late.count - 1];
    int64_t wanted = clock->late.count <= may_miss ? 0 : late[clock->late.count - 1 - may_miss];
    time->delay_ms = rounded_ms(wanted);
    for (uint32_t i = 0; i < clock->late.count; i++)
        time->late_count += late[i] > time->delay_ms;
}

static void try_field(TimeSearch *search, const InferField *field, Str path, bool is_nested)
{
    TimeForm form;
    if (!form_of(field, &form))
        return;
    uint32_t in_order =
        field->clock.count == 0 ? 0 : (uint32_t)(1000 - 1000 * (uint64_t)field->clock.late.count / field->clock.count);
    bool is_whole = field->count == search->infer->rows;
    uint32_t name = name_score(field->name);
    if (form < TIME_SQL_TEXT && name == 0 && !is_whole)
        return; /* a number that may be anything */
    uint64_t score = 1 + (uint64_t)name * 100000 + (uint64_t)is_whole * 50000 + (uint64_t)!is_nested * 10000 + in_order;
    if (score <= search->best_score)
        return;
    search->best_score = score;
    search->best = (InferTime){ .field = field, .path = path, .is_nested = is_nested, .form = form };
}

static void search_fields(TimeSearch *search, const InferFields *fields, Str prefix)
{
    Arena *arena = search->infer->arena;
    for (uint32_t i = 0; i < fields->count; i++) {
        const InferField *field = fields->items[i];
        Str name = infer_name(arena, field->name);
        Str path = prefix.len == 0 ? name : str_printf(arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(name));
        try_field(search, field, path, prefix.len > 0);
        if (field->seen == SEEN_OBJECT)
            search_fields(search, &field->fields, path);
    }
}

InferTime infer_time(const Infer *infer)
{
    TimeSearch search = { .infer = infer };
    search_fields(&search, &infer->row.fields, STR_EMPTY);
    if (search.best.field != NULL)
        measure(infer, &search.best);
    return search.best;
}
