/* query_derived.c -- answers of derived metrics: the bases are asked, each as it is and over every window that rolls,
 * and the rows are put side by side by time and dimensions.  What one of them does not have is NULL. */
#include "compiler/driver/query.h"

#include "compiler/logical/expr_eval.h"
#include "runtime/abi/key.h"

#include <stdlib.h>
#include <string.h>

/* One of the questions behind the answer. */
typedef struct Part {
    uint32_t base;
    int64_t rolling_us;
    uint32_t *measures; /* columns of the base */
    uint32_t *inputs;   /* of the derived metric: which each measure is */
    uint32_t measure_count;
    Answer answer;
} Part;

typedef struct Joined {
    Str key;
    const RtDatum *head; /* time and dimensions */
    RtDatum *inputs;     /* by input of the derived metric */
} Joined;

typedef struct Join {
    Question *question;
    const MetricAsk *ask; /* what of the derived metric the viewer sees */
    Part *parts;
    uint32_t part_count;
    VEC(Joined) rows;
} Join;

void question_carry_over(const Question *question, const MetricModel *to, uint32_t *by, const Expr **condition)
{
    const MetricModel *from = question->model;
    for (uint32_t i = 0; i < question->by_count; i++)
        by[i] = (uint32_t)metric_column(to, from->columns[question->by[i]].name);
    *condition = question->condition;
    if (question->condition == NULL || from == to)
        return;
    const Expr **columns = ARENA_ARRAY(question->arena, const Expr *, from->column_count + 1);
    for (uint32_t c = 0; c < from->column_count; c++) {
        int32_t at = metric_column(to, from->columns[c].name);
        if (c == (uint32_t)from->time_column)
            at = to->time_column;
        columns[c] = expr_column(question->arena, from->columns[c].type, at < 0 ? 0 : (uint32_t)at, span_none());
    }
    *condition = expr_substitute(question->arena, question->condition, columns);
}

/* Of the inputs only those that a measure of the answer reads: others may be masked, and nobody asked for them. */
static uint64_t *inputs_read(Arena *arena, const MetricModel *model, const MetricAsk *ask)
{
    uint64_t *read = ARENA_ARRAY(arena, uint64_t, model->input_count / 64 + 1);
    for (uint32_t i = 0; i < ask->measure_count; i++)
        expr_columns(model->columns[ask->measures[i]].value, read);
    return read;
}

static void split(Join *join)
{
    const MetricModel *model = join->question->model;
    Arena *arena = join->question->arena;
    const uint64_t *read = inputs_read(arena, model, join->ask);
    join->parts = ARENA_ARRAY(arena, Part, model->input_count + 1);
    for (uint32_t i = 0; i < model->input_count; i++) {
        const MetricInput *input = &model->inputs[i];
        Part *part = NULL;
        if ((read[i / 64] >> i % 64 & 1) == 0)
            continue;
        for (uint32_t p = 0; p < join->part_count; p++) {
            if (join->parts[p].base == input->base && join->parts[p].rolling_us == input->rolling_us)
                part = &join->parts[p];
        }
        if (part == NULL) {
            part = &join->parts[join->part_count++];
            *part = (Part){ .base = input->base, .rolling_us = input->rolling_us };
            part->measures = ARENA_ARRAY(arena, uint32_t, model->input_count + 1);
            part->inputs = ARENA_ARRAY(arena, uint32_t, model->input_count + 1);
        }
        part->measures[part->measure_count] = input->column;
        part->inputs[part->measure_count++] = i;
    }
}

/* A time that rolls ends at every grain: one that is shorter, or ends between two, has no row to stand in. */
static bool rolls_by_grain(Question *question, const Part *part)
{
    Arena *arena = question->arena;
    int64_t grain_us = question_grain(question);
    if (part->rolling_us % grain_us == 0)
        return true;
    Diag *d = question_error(
        question, E0832, question->model->inputs[part->inputs[0]].span, "what rolls over %.*s cannot be shown by %.*s",
        STR_ARG(metric_interval_text(arena, part->rolling_us)), STR_ARG(metric_interval_text(arena, grain_us)));
    diag_help(d, "ask for a --grain of which the time that rolls is a multiple");
    return false;
}

static bool ask_part(Join *join, Part *part, int *exit_code)
{
    Question *question = join->question;
    const MetricModel *base = question->model->bases[part->base];
    int64_t grain_us = question_grain(question);
    bool is_own = part->rolling_us == 0 && grain_us == base->grain_us; /* shown as they are: nothing need add up */
    uint32_t *by = ARENA_ARRAY(question->arena, uint32_t, question->by_count + 1);
    MetricAsk ask = { .store = question->stores[base->metric->id],
                      .by = by,
                      .by_count = question->by_count,
                      .measures = part->measures,
                      .measure_count = part->measure_count,
                      .needs_own_rows = join->ask->needs_own_rows,
                      .grain_us = is_own ? 0 : grain_us,
                      .rolling_us = part->rolling_us };
    if (!rolls_by_grain(question, part))
        return false;
    question_carry_over(question, base, by, &ask.condition);
    return answer_own(question, base, &ask, &part->answer, exit_code);
}

/* ---- side by side ---- */

static int by_key(const void *a, const void *b)
{
    return str_compare(((const Joined *)a)->key, ((const Joined *)b)->key);
}

/* A window that rolls has its end for time: it stands beside the grain that ends there. */
static const RtDatum *at_its_grain(const Question *question, const Part *part, const RtDatum *values)
{
    int64_t grain_us = question_grain(question);
    if (part->rolling_us <= grain_us)
        return values;
    uint32_t count = 1 + question->by_count + part->measure_count;
    RtDatum *moved = ARENA_ARRAY(question->arena, RtDatum, count);
    memcpy(moved, values, count * sizeof *moved);
    moved[0].value.i64 -= grain_us;
    return moved;
}

/* What rolls into the windows before this lacks rows that were dropped: it has no value. */
static void note_unwhole(Question *question, const Part *part)
{
    int64_t grain_us = question_grain(question), past = part->answer.whole_since_us % grain_us;
    int64_t since = part->answer.whole_since_us - grain_us + (past == 0 ? 0 : past < 0 ? -past : grain_us - past);
    if (since > question->rolls_since_us)
        question->rolls_since_us = since;
}

/* Every row of every part under its key; equal keys become one row. */
static void merge_parts(Join *join)
{
    Question *question = join->question;
    uint32_t head = 1 + question->by_count;
    for (uint32_t p = 0; p < join->part_count; p++) {
        const Part *part = &join->parts[p];
        for (uint32_t r = 0; r < part->answer.rows.count; r++) {
            const RtDatum *own = part->answer.rows.items[r].values;
            const RtDatum *values = at_its_grain(question, part, own);
            bool is_whole = values == own || own[0].value.i64 >= part->answer.whole_since_us;
            Joined row = { .key = key_of_values(question->arena, values, head), .head = values };
            row.inputs = ARENA_ARRAY(question->arena, RtDatum, question->model->input_count + 1);
            for (uint32_t i = 0; i < question->model->input_count; i++)
                row.inputs[i] = datum_null(type_physical(question->model->inputs[i].type));
            for (uint32_t m = 0; m < part->measure_count && is_whole; m++)
                row.inputs[part->inputs[m]] = values[head + m];
            if (!is_whole)
                note_unwhole(question, part);
            vec_push(question->arena, &join->rows, row);
        }
    }
    if (join->rows.count > 0)
        qsort(join->rows.items, join->rows.count, sizeof join->rows.items[0], by_key);
    uint32_t kept = 0;
    for (uint32_t r = 0; r < join->rows.count; r++) {
        Joined *row = &join->rows.items[r];
        Joined *last = kept == 0 ? NULL : &join->rows.items[kept - 1];
        if (last == NULL || !str_equal(last->key, row->key)) {
            join->rows.items[kept++] = *row;
            continue;
        }
        for (uint32_t i = 0; i < question->model->input_count; i++) {
            if (!row->inputs[i].is_null)
                last->inputs[i] = row->inputs[i];
        }
    }
    join->rows.count = kept;
}

/* The last window that is over by the watermark of the bases, and of which something was asked. */
static int64_t last_over(const Question *question)
{
    int64_t grain_us = question_grain(question);
    if (question->watermark_us < INT64_MIN + 2 * grain_us)
        return INT64_MIN;
    int64_t last = grid_floor(metric_grid(question->model, grain_us, 0), question->watermark_us + 1000) - grain_us;
    return last < question->to_us ? last : question->to_us - 1;
}

/* From the first row of a base to the last, or as far as the watermark has come: windows that only roll on behind that,
 * or before what was asked, are no rows. */
static void time_range(const Join *join, int64_t *first, int64_t *last)
{
    *first = INT64_MAX;
    *last = INT64_MIN;
    for (uint32_t p = 0; p < join->part_count; p++) {
        const Part *part = &join->parts[p];
        int64_t grain_us = question_grain(join->question);
        int64_t behind =
            part->rolling_us > grain_us ? part->rolling_us : 0; /* of a window's end, its last grain's row */
        for (uint32_t r = 0; r < part->answer.rows.count; r++) {
            int64_t time = part->answer.rows.items[r].values[0].value.i64;
            int64_t begin = behind > 0 ? time - grain_us : time, end = time - behind;
            *first = begin < *first ? begin : *first;
            *last = end > *last ? end : *last;
        }
    }
    if (*first < join->question->from_us)
        *first = join->question->from_us;
    int64_t over = last_over(join->question);
    *last = over > *last ? over : *last;
}

static void evaluate(Join *join, Answer *answer)
{
    const Question *question = join->question;
    const MetricModel *model = question->model;
    uint32_t head = 1 + question->by_count;
    int64_t first, last;
    FnCtx fn = { .batch = question->arena };
    time_range(join, &first, &last);
    for (uint32_t r = 0; r < join->rows.count; r++) {
        const Joined *row = &join->rows.items[r];
        ExprEval eval = { .fn = &fn, .columns = row->inputs };
        RtDatum *values = ARENA_ARRAY(question->arena, RtDatum, answer->column_count + 1);
        int64_t time = row->head[0].value.i64;
        if (time < first || time > last)
            continue;
        memcpy(values, row->head, head * sizeof *values);
        for (uint32_t i = 0, at = head; i < join->ask->measure_count; i++) {
            uint32_t c = join->ask->measures[i];
            RtDatum value = expr_eval(&eval, model->columns[c].value);
            if (fn.failure.code != 0) {
                value = datum_null(type_physical(model->columns[c].type));
                fn.failure.code = 0;
            }
            values[at++] = value;
        }
        vec_push(question->arena, &answer->rows, (AnswerRow){ values });
    }
}

static void name_columns(const Question *question, const MetricAsk *ask, Answer *answer)
{
    const MetricModel *model = question->model;
    answer->columns = ARENA_ARRAY(question->arena, AnswerColumn, model->column_count + 1);
    const MetricColumn *time = &model->columns[model->time_column];
    answer->columns[answer->column_count++] = (AnswerColumn){ time->name, time->type };
    for (uint32_t i = 0; i < question->by_count; i++) {
        const MetricColumn *column = &model->columns[question->by[i]];
        answer->columns[answer->column_count++] = (AnswerColumn){ column->name, column->type };
    }
    for (uint32_t i = 0; i < ask->measure_count; i++) {
        const MetricColumn *column = &model->columns[ask->measures[i]];
        answer->columns[answer->column_count++] = (AnswerColumn){ column->name, column->type };
    }
}

static bool answer_parts(Question *question, Answer *answer, int *exit_code)
{
    const MetricModel *model = question->model;
    uint32_t count;
    uint32_t *measures = metric_measures(question->arena, model, &count);
    MetricAsk ask = { .measures = measures,
                      .measure_count = count,
                      .by = question->by,
                      .by_count = question->by_count,
                      .condition = question->condition };
    Join join = { .question = question, .ask = &ask };
    *exit_code = EXIT_FINDINGS;
    if (!question_authorize(question, model, &ask)) /* its own rules; those of its bases come with each part */
        return false;
    question->condition = ask.condition;
    split(&join);
    for (uint32_t p = 0; p < join.part_count; p++) {
        if (!ask_part(&join, &join.parts[p], exit_code))
            return false;
    }
    name_columns(question, &ask, answer);
    merge_parts(&join);
    evaluate(&join, answer);
    return true;
}

/* While the parts are asked, the rules of the viewer's role are a part of the condition. */
bool answer_derived(Question *question, Answer *answer, int *exit_code)
{
    const Expr *asked = question->condition;
    bool good = answer_parts(question, answer, exit_code);
    question->condition = asked;
    return good;
}
