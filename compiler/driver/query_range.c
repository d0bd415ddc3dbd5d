/* query_range.c -- which times an answer is about, beside those that were asked for.
 *
 * Stored rows are whole windows, so --from, --to and --last are answered by the windows that begin in them.  Windows
 * that overlap have their end for time, as their rows show it: they are answered where they end, behind --from and no
 * later than --to.  A longer --grain may be cut at both ends, by rows of the rung that it is made from. */
#include "compiler/driver/query.h"

#include <stdio.h>

bool question_has_ends(const MetricModel *model)
{
    return model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE;
}

/* Edges of the rows from which the answer is made; false: they have none that are known. */
static bool own_grid(const Question *question, GridPeriod *grid)
{
    const MetricModel *model = question->model;
    int32_t months = question->rung_us == 0 ? model->window_months : 0;
    *grid = metric_grid(model, question->rung_us, months);
    if (question_has_ends(model) && model->window_us > 0 && grid->us > 0)
        grid->offset_us += model->window_us % grid->us;
    return grid->us > 0 || grid->months > 0;
}

static int64_t edge(const Question *question, int64_t time_us)
{
    GridPeriod grid;
    if (time_us == INT64_MIN || time_us == INT64_MAX || !own_grid(question, &grid))
        return time_us;
    bool is_first_of_derived = question->model->base_count > 0 && time_us == question->from_us;
    if (is_first_of_derived &&
        question_grain(question) > 0) /* of derived metrics a window that began earlier is none */
        grid = metric_grid(question->model, question_grain(question), question->grain_months);
    return question_has_ends(question->model) ? grid_floor(grid, time_us) : grid_ceil(grid, time_us);
}

void question_set_answered(Question *question)
{
    question->answered_from_us = edge(question, question->from_us);
    question->answered_to_us = edge(question, question->to_us);
}

static Str range_text(const Question *question, int64_t from_us, int64_t to_us)
{
    Str text = STR_EMPTY;
    bool has_from = from_us != INT64_MIN, has_to = to_us != INT64_MAX;
    if (has_from)
        text = str_printf(question->arena, "from %.*s", STR_ARG(question_time_text(question, from_us)));
    if (has_to)
        text = str_printf(question->arena, "%.*s%s%.*s", STR_ARG(text), has_from ? " to " : "up to ",
                          STR_ARG(question_time_text(question, to_us)));
    return text;
}

/* Is the window of the answer that holds this edge cut there?  Its begin. */
static bool is_cut(const Question *question, int64_t edge_us, int64_t *window_us)
{
    if (edge_us == INT64_MIN || edge_us == INT64_MAX || question->grain_us <= question->rung_us)
        return false;
    *window_us = grid_floor(metric_grid(question->model, question->grain_us, question->grain_months), edge_us);
    return *window_us != edge_us;
}

static void print_cut(const Question *question)
{
    int64_t window_us;
    if (is_cut(question, question->answered_from_us, &window_us))
        fprintf(stderr, "the window of %.*s has only what came from %.*s on\n",
                STR_ARG(question_time_text(question, window_us)),
                STR_ARG(question_time_text(question, question->answered_from_us)));
    if (is_cut(question, question->answered_to_us, &window_us))
        fprintf(stderr, "the window of %.*s has only what came before %.*s\n",
                STR_ARG(question_time_text(question, window_us)),
                STR_ARG(question_time_text(question, question->answered_to_us)));
}

void question_print_nothing(const Question *question)
{
    if (question->shown > 0 || question->watermark_us == INT64_MIN)
        return;
    if (question->asked_from_us != INT64_MIN && question->asked_from_us > question->watermark_us)
        fprintf(stderr, "no rows: the range begins after the watermark, and nothing of that time has come yet\n");
    else if (question->kept_since_us != INT64_MIN && question->to_us <= question->kept_since_us)
        fprintf(stderr, "no rows: the range ends before what is kept\n");
}

void question_print_range(const Question *question)
{
    int64_t from_us = question->answered_from_us, to_us = question->answered_to_us;
    if (from_us == INT64_MIN && to_us == INT64_MAX)
        return;
    Str answered = range_text(question, from_us, to_us);
    fprintf(stderr, "answered %.*s", STR_ARG(answered));
    if (question_has_ends(question->model))
        fprintf(stderr, ", by the ends of windows");
    else if (from_us != question->asked_from_us || to_us != question->to_us)
        fprintf(stderr, ", in whole windows; asked was %.*s",
                STR_ARG(range_text(question, question->asked_from_us, question->to_us)));
    fprintf(stderr, "\n");
    print_cut(question);
}
