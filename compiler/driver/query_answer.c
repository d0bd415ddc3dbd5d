/* query_answer.c -- answering from stored rows: the rung, the range, the plan, the rows. */
#include "compiler/driver/query.h"

#include "compiler/driver/stored_run.h"

#include <stdio.h>
#include <string.h>

#define DAY_US (INT64_C(86400) * 1000000)

/* "E0820: .." as a diagnostic. */
static void store_error(Question *question, const RtError *error)
{
    DiagCode code;
    Str text = str_from(error->text);
    if (text.len > 7 && diag_code_find(str_slice(text, 0, 5), &code))
        question_error(question, code, span_none(), "%s", error->text + 7);
    else
        fprintf(stderr, "sqc: %s\n", error->text);
}

static bool failed(Question *question, RtStatus status, const RtError *error, int *exit_code)
{
    store_error(question, error);
    *exit_code = status == RT_BAD_DATA || status == RT_END ? EXIT_FINDINGS : EXIT_UNREACHABLE;
    return false;
}

/* ---- rung and range ---- */

int64_t question_grain(const Question *question)
{
    return question->grain_us > 0 ? question->grain_us : question->model->grain_us;
}

/* Can the answer be put together from this rung?  Own windows are the finest one, and where the grain matters no other
 * takes their place: to whoever named it, and to a derived metric, whose bases stand side by side. */
static bool suits(const Question *question, const MetricAsk *ask, const StoredMetric *stored, uint32_t rung)
{
    const MetricModel *model = ask->store->model;
    int64_t grain = stored->grains[rung];
    bool grain_matters = question->grain_us > 0 || question->model != model || ask->needs_own_rows;
    if (ask->needs_own_rows && grain != model->grain_us)
        return false;
    if (ask->grain_months > 0) /* months begin with a day, or are months of the metric */
        return grain == 0 || DAY_US % grain == 0;
    if (ask->grain_us == 0)
        return rung == 0 && (!grain_matters || grain == model->grain_us);
    return grain == 0 || (ask->grain_us % grain == 0 && ask->rolling_us % grain == 0);
}

static int64_t floor_to(GridPeriod grid, int64_t time_us)
{
    return grid.us == 0 ? time_us : grid_floor(grid, time_us);
}

/* Since when the rung is whole: what is older was dropped at the end of the run. */
static int64_t kept_since(const StoredMetric *stored, int64_t rung_us)
{
    for (uint32_t i = 0; i < stored->grain_count; i++) {
        if (stored->grains[i] == rung_us)
            return stored->cuts[i];
    }
    return INT64_MIN;
}

/* Do --from and --to fall between its windows, and does it still have them? */
static bool has_range(const Question *question, const StoredMetric *stored, int64_t rung_us)
{
    GridPeriod grid = metric_grid(question->model, rung_us, 0);
    bool from_fits = question->from_us == INT64_MIN || floor_to(grid, question->from_us) == question->from_us;
    bool to_fits = question->to_us == INT64_MAX || floor_to(grid, question->to_us) == question->to_us;
    return from_fits && to_fits && kept_since(stored, rung_us) <= question->from_us;
}

/* Is the answer better made from this rung than from the other, a finer one (-1: none)?  What is cut as asked comes
 * first, then what is kept longer, then the fewer rows. */
static bool is_better(const Question *question, const StoredMetric *stored, int64_t rung_us, int64_t other_us)
{
    if (other_us < 0)
        return true;
    bool fits = has_range(question, stored, rung_us), other_fits = has_range(question, stored, other_us);
    if (fits != other_fits)
        return fits;
    return fits || kept_since(stored, rung_us) <= kept_since(stored, other_us);
}

static bool choose_rung(Question *question, const MetricAsk *ask, const StoredMetric *stored, int64_t *rung_us)
{
    const MetricModel *model = ask->store->model;
    *rung_us = -1;
    for (uint32_t i = 0; i < stored->grain_count; i++) {
        int64_t grain = stored->grains[i];
        if (suits(question, ask, stored, i) && is_better(question, stored, grain, *rung_us))
            *rung_us = grain;
    }
    if (*rung_us >= 0)
        return true;
    Arena *arena = question->arena;
    int64_t wanted_us = ask->grain_us > 0 ? ask->grain_us : model->grain_us;
    Diag *d = question_error(question, E0833, span_none(), "`%.*s` cannot be shown by %.*s",
                             STR_ARG(model->metric->name), STR_ARG(metric_interval_text(arena, wanted_us)));
    Str kept = STR_EMPTY;
    for (uint32_t i = 0; i < stored->grain_count; i++)
        kept = str_printf(arena, "%.*s%s%.*s", STR_ARG(kept), i == 0 ? "" : ", ",
                          STR_ARG(metric_interval_text(arena, stored->grains[i])));
    if (ask->needs_own_rows)
        diag_help(d, "it keeps %.*s; a policy looks at the time of its own windows, which are not kept", STR_ARG(kept));
    else
        diag_help(d, "it keeps %.*s: ask for a --grain that is a multiple of one of these", STR_ARG(kept));
    return false;
}

/* The first of its windows that begins then or later; the ends of time stay. */
static int64_t raise_to(GridPeriod grid, int64_t time_us)
{
    return grid.us == 0 || time_us == INT64_MIN ? time_us : grid_ceil(grid, time_us);
}

/* The rows from which the answer is made: no window of it lacks what was dropped, and what rolls into it is there. */
static void set_range(Question *question, const MetricAsk *ask, StoredRun *run, int64_t *whole_since)
{
    int64_t grain_us = ask->grain_us, since = INT64_MIN, cut = kept_since(run->stored, question->rung_us);
    int64_t reach = ask->rolling_us > grain_us ? ask->rolling_us : 0;
    question->kept_since_us = cut > question->kept_since_us ? cut : question->kept_since_us;
    *whole_since = cut == INT64_MIN || __builtin_add_overflow(cut, reach, whole_since) ? cut : *whole_since;
    if (grain_us > question->rung_us)
        since = raise_to(metric_grid(question->model, grain_us, ask->grain_months), cut);
    if (since > run->stored->marks.watermark_us) /* longer than all that is kept: the one window shows that */
        since = INT64_MIN;
    run->to_us = question->to_us;
    run->from_us = question->from_us < since ? since : question->from_us;
    run->from_us = run->from_us < INT64_MIN + reach ? INT64_MIN : run->from_us - reach;
    question_set_answered(question);
    bool has_ends = question_has_ends(ask->store->model);
    run->from_us += has_ends && run->from_us != INT64_MIN; /* a window that ends there has nothing of it */
    run->to_us += has_ends && run->to_us != INT64_MAX;
}

bool question_settle(Question *question, const MetricAsk *ask, StoredMetric *stored, int *exit_code)
{
    RtError error;
    const MetricStore *store = ask->store;
    const MetricModel *model = store->model;
    *exit_code = EXIT_FINDINGS;
    RtStatus status = store_find(question->store, question->arena, model->metric->name, stored, &error);
    if (status != RT_OK)
        return failed(question, status, &error, exit_code);
    if (stored->definition != store->definition) {
        Diag *d = question_error(question, E0824, model->metric->span, "`%.*s` has changed since it was run",
                                 STR_ARG(model->metric->name));
        diag_help(d, "sqc run %.*s", STR_ARG(model->metric->name));
        return false;
    }
    if (!choose_rung(question, ask, stored, &question->rung_us))
        return false;
    question->finished &= stored->finished;
    bool is_known = false;
    for (uint32_t i = 0; i < question->settled.count; i++)
        is_known = is_known || question->settled.items[i] == model;
    if (is_known)
        return true;
    question->late += stored->marks.late;
    vec_push(question->arena, &question->settled, model);
    return true;
}

/* The bases of a derived metric stand side by side: the least of their watermarks is that of all. */
void question_anchor(Question *question)
{
    const MetricModel *model = question->model;
    uint32_t count = model->base_count > 0 ? model->base_count : 1;
    for (uint32_t i = 0; i < count; i++) {
        const MetricModel *stored_model = model->base_count > 0 ? model->bases[i] : model;
        StoredMetric stored;
        RtError error;
        RtStatus status = store_find(question->store, question->arena, stored_model->metric->name, &stored, &error);
        int64_t watermark = status == RT_OK ? stored.marks.watermark_us : INT64_MIN;
        if (i == 0 || watermark < question->watermark_us)
            question->watermark_us = watermark;
    }
    if (question->last_us <= 0 || question->watermark_us == INT64_MIN)
        return;
    question->asked_from_us = question->watermark_us - question->last_us;
    question->from_us = floor_to(metric_grid(question->model, question_grain(question), question->grain_months),
                                 question->asked_from_us);
}

/* ---- running ---- */

typedef struct Take {
    Answer *answer;
    Arena *arena;
} Take;

static RtStatus take_row(void *user, const PhysSink *sink, const void *row, RtError *error)
{
    (void)error;
    Take *take = user;
    uint32_t count = sink->layout.column_count;
    RtDatum *values = ARENA_ARRAY(take->arena, RtDatum, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        values[c] = row_get(row, &sink->layout, c);
        bool is_text = values[c].kind == PK_STR || values[c].kind == PK_BLOB;
        if (is_text && !values[c].is_null)
            values[c].value.str = str_copy(take->arena, values[c].value.str);
    }
    vec_push(take->arena, &take->answer->rows, (AnswerRow){ values });
    return RT_OK;
}

static void name_columns(Question *question, const LogicalNode *sink, Answer *answer)
{
    answer->column_count = sink->column_count;
    answer->columns = ARENA_ARRAY(question->arena, AnswerColumn, sink->column_count + 1);
    for (uint32_t i = 0; i < sink->column_count; i++)
        answer->columns[i] = (AnswerColumn){ sink->columns[i].name, sink->columns[i].type };
}

bool answer_own(Question *question, const MetricModel *model, const MetricAsk *ask, Answer *answer, int *exit_code)
{
    StoredMetric stored;
    RtError error;
    const MetricColumn *measure = NULL;
    MetricAsk seen = *ask;
    *exit_code = EXIT_FINDINGS;
    if (!question_authorize(question, model, &seen))
        return false;
    if (ask->store == NULL) {
        question_error(question, E0823, model->metric->span, "nothing is kept of `%.*s`: %s",
                       STR_ARG(model->metric->name), metric_store_missing(model));
        return false;
    }
    ask = &seen;
    if (!question_settle(question, ask, &stored, exit_code))
        return false;
    const char *refusal = metric_ask_refusal(ask, &measure);
    if (refusal != NULL) {
        Diag *d = question_error(question, E0832, measure->span, "`%.*s` cannot be shown so: %s",
                                 STR_ARG(measure->name), refusal);
        if (measure->why != NULL)
            diag_note(d, span_none(), "%s", measure->why);
        return false;
    }
    Take take = { answer, question->arena };
    StoredRun run = { .arena = question->arena,
                      .store = question->store,
                      .metric = ask->store,
                      .stored = &stored,
                      .grain_us = question->rung_us,
                      .zone = question->program->bound->logical.zone,
                      .user = &take,
                      .on_row = take_row };
    set_range(question, ask, &run, &answer->whole_since_us);
    run.sink = metric_query_plan(question->arena, ask, metric_stored_table(question->arena, ask->store));
    name_columns(question, run.sink, answer);
    RtStatus status = stored_run(&run, &error);
    if (question->bad == 0)
        question->bad_reason = run.bad_reason;
    question->bad += run.bad;
    return status == RT_OK || failed(question, status, &error, exit_code);
}
