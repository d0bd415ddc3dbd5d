/* query_compare.c -- the same question about an earlier time, put beside the answer.
 *
 *   window_start | region | likes | likes_7_days_before
 *
 * Each earlier time is a question of its own with the range moved; its rows are moved back and joined by time and
 * dimensions.  What only one of them has is NULL on the other side. */
#include "compiler/driver/query.h"

#include "runtime/abi/key.h"
#include "runtime/base/calendar.h"

#include <stdlib.h>
#include <string.h>

typedef struct Side {
    Str key;
    uint32_t number; /* 0: the answer itself; then the earlier times in order */
    const RtDatum *values;
} Side;

typedef struct Sides {
    Question *question;
    VEC(Side) rows;
    uint32_t head, measures; /* columns of the answer: time and dimensions; the rest */
} Sides;

/* ---- what is asked ---- */

/* Months of which the windows of the answer are; 0: of a length. */
static int32_t months_of(const Question *question)
{
    return question->grain_us > 0 ? question->grain_months : question->model->window_months;
}

static Str earlier_text(Arena *arena, Earlier earlier)
{
    if (earlier.months == 0)
        return metric_interval_text(arena, earlier.us);
    return str_printf(arena, "%d month%s", earlier.months, earlier.months == 1 ? "" : "s");
}

/* Do windows stand beside windows then? */
static bool is_comparable(Question *question, const Source *source, Earlier earlier)
{
    Arena *arena = question->arena;
    int64_t grain_us = question_grain(question);
    int32_t months = months_of(question);
    Span span = { source->file, 0, (uint32_t)source->text.len };
    Str text = earlier_text(arena, earlier);
    if (months > 0 ? earlier.months > 0 && earlier.months % months == 0
                   : earlier.months == 0 && grain_us > 0 && earlier.us % grain_us == 0)
        return true;
    if (months == 0 && grain_us == 0) {
        Diag *d = question_error(question, E0832, span, "windows of no one length have none beside them");
        diag_help(d, "ask for a --grain");
        return false;
    }
    Str own = earlier_text(arena, (Earlier){ .us = grain_us, .months = months });
    Diag *d =
        question_error(question, E0832, span, "%.*s earlier no window of %.*s begins", STR_ARG(text), STR_ARG(own));
    if (months == 0 && earlier.months > 0)
        diag_help(d, "months have no one length: compare with days, or ask for a --grain of months");
    else
        diag_help(d, "compare with a multiple of that, or ask for another --grain");
    return false;
}

/* The same earlier time in other words (`1 hour`, `60 minutes`) would be the same column. */
static bool is_asked(const Earlier *compares, uint32_t count, Earlier earlier)
{
    for (uint32_t i = 0; i < count; i++) {
        if (compares[i].us == earlier.us && compares[i].months == earlier.months)
            return true;
    }
    return false;
}

bool question_read_compares(Question *question)
{
    const Args *args = question->args;
    Earlier *compares = ARENA_ARRAY(question->arena, Earlier, args->options.count + 1);
    bool good = true;
    for (uint32_t i = 0; i < args->options.count; i++) {
        const GivenOption *given = &args->options.items[i];
        if (!str_equal(str_from(given->option->name), STR("--compare")))
            continue;
        const Source *source = sources_add(question->program->sources, STR("--compare"), given->value);
        Earlier earlier = { 0 };
        bool is_time = question_calendar(source->text, &earlier.us, &earlier.months) ||
                       question_interval(question, source, &earlier.us);
        if (!is_time || !is_comparable(question, source, earlier))
            good = false;
        else if (!is_asked(compares, question->compare_count, earlier))
            compares[question->compare_count++] = earlier;
    }
    question->compares = compares;
    return good;
}

/* ---- the answers side by side ---- */

/* A time so much earlier, or, with sign 1, later; false: beyond all time. */
static bool move(int64_t *time_us, Earlier by, int sign)
{
    if (by.months == 0)
        return !__builtin_add_overflow(*time_us, sign * by.us, time_us);
    int64_t days = us_days(*time_us);
    if (days < DAYS_MIN + 31 * by.months || days > DAYS_MAX - 31 * by.months)
        return false;
    *time_us = days_add_months(days, sign * (int64_t)by.months) * US_PER_DAY + us_of_day(*time_us);
    return true;
}

static int64_t moved(int64_t time_us, Earlier by)
{
    if (time_us == INT64_MIN || time_us == INT64_MAX)
        return time_us;
    return move(&time_us, by, -1) ? time_us : INT64_MIN;
}

static void add_side(Sides *sides, const Answer *answer, uint32_t number, Earlier by)
{
    Arena *arena = sides->question->arena;
    for (uint32_t r = 0; r < answer->rows.count; r++) {
        RtDatum *values = ARENA_ARRAY(arena, RtDatum, answer->column_count + 1);
        memcpy(values, answer->rows.items[r].values, answer->column_count * sizeof *values);
        if (!move(&values[0].value.i64, by, 1))
            continue;
        Side side = { key_of_values(arena, values, sides->head), number, values };
        vec_push(arena, &sides->rows, side);
    }
}

/* An earlier time has rows for windows that the answer has not reached yet: without --to they are none of it. */
static void drop_beyond(Sides *sides)
{
    int64_t last = INT64_MIN;
    uint32_t kept = 0;
    if (sides->question->to_us != INT64_MAX)
        return;
    for (uint32_t i = 0; i < sides->rows.count; i++) {
        const Side *side = &sides->rows.items[i];
        if (side->number == 0 && side->values[0].value.i64 > last)
            last = side->values[0].value.i64;
    }
    for (uint32_t i = 0; i < sides->rows.count; i++) {
        if (sides->rows.items[i].values[0].value.i64 <= last)
            sides->rows.items[kept++] = sides->rows.items[i];
    }
    sides->rows.count = kept;
}

static int by_key_and_number(const void *a, const void *b)
{
    const Side *left = a, *right = b;
    int order = str_compare(left->key, right->key);
    return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

/* ---- columns: each measure, and behind it what it was ---- */

static Str earlier_name(Arena *arena, Str name, Earlier earlier)
{
    Str interval = earlier_text(arena, earlier);
    char *text = arena_alloc(arena, interval.len + 1, 1);
    for (uint64_t i = 0; i < interval.len; i++)
        text[i] = interval.data[i] == ' ' ? '_' : interval.data[i];
    return str_printf(arena, "%.*s_%.*s_before", STR_ARG(name), (int)interval.len, text);
}

static void name_columns(const Question *question, const Answer *own, uint32_t head, Answer *answer)
{
    Arena *arena = question->arena;
    uint32_t each = 1 + question->compare_count;
    answer->columns = ARENA_ARRAY(arena, AnswerColumn, head + (own->column_count - head) * each + 1);
    for (uint32_t c = 0; c < own->column_count; c++) {
        AnswerColumn column = own->columns[c];
        if (c >= head)
            column.type = type_with_nullable(arena, column.type, true);
        answer->columns[answer->column_count++] = column;
        for (uint32_t k = 0; c >= head && k < question->compare_count; k++) {
            AnswerColumn earlier = { earlier_name(arena, own->columns[c].name, question->compares[k]), column.type };
            answer->columns[answer->column_count++] = earlier;
        }
    }
}

/* Rows of one key, from `first`, into one row of the answer; the first row behind them. */
static uint32_t join_row(const Sides *sides, uint32_t first, Answer *answer)
{
    uint32_t each = 1 + sides->question->compare_count, at = first;
    RtDatum *values = ARENA_ARRAY(sides->question->arena, RtDatum, answer->column_count + 1);
    const Side *rows = sides->rows.items;
    memcpy(values, rows[first].values, sides->head * sizeof *values);
    for (uint32_t c = sides->head; c < answer->column_count; c++)
        values[c] = datum_null(type_physical(answer->columns[c].type));
    for (; at < sides->rows.count && str_equal(rows[at].key, rows[first].key); at++) {
        for (uint32_t m = 0; m < sides->measures; m++)
            values[sides->head + m * each + rows[at].number] = rows[at].values[sides->head + m];
    }
    vec_push(sides->question->arena, &answer->rows, (AnswerRow){ values });
    return at;
}

/* The question moved back; what it says of itself is said once. */
static bool ask_earlier(Question *question, Earlier by, Answer *earlier, int *exit_code)
{
    Question asked = *question;
    asked.from_us = moved(question->from_us, by);
    asked.to_us = moved(question->to_us, by);
    if (!answer_question(&asked, earlier, exit_code))
        return false;
    question->bad = asked.bad;
    question->bad_reason = asked.bad_reason;
    if (asked.kept_since_us > question->kept_since_us)
        question->kept_since_us = asked.kept_since_us;
    return true;
}

bool answer_compared(Question *question, Answer *answer, int *exit_code)
{
    Sides sides = { .question = question, .head = 1 + question->by_count };
    Answer own = { 0 };
    if (!answer_question(question, &own, exit_code))
        return false;
    sides.measures = own.column_count - sides.head;
    add_side(&sides, &own, 0, (Earlier){ 0 });
    for (uint32_t k = 0; k < question->compare_count; k++) {
        Answer earlier = { 0 };
        if (!ask_earlier(question, question->compares[k], &earlier, exit_code))
            return false;
        add_side(&sides, &earlier, 1 + k, question->compares[k]);
    }
    drop_beyond(&sides);
    if (sides.rows.count > 0)
        qsort(sides.rows.items, sides.rows.count, sizeof sides.rows.items[0], by_key_and_number);
    name_columns(question, &own, sides.head, answer);
    for (uint32_t at = 0; at < sides.rows.count;)
        at = join_row(&sides, at, answer);
    return true;
}
