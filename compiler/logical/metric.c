/* metric.c -- see metric.h. */
#include "compiler/logical/metric.h"

#include "runtime/base/buf.h"
#include "runtime/time/zone.h"

#include <string.h>

int32_t metric_column(const MetricModel *model, Str name)
{
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (str_equal(model->columns[i].name, name))
            return (int32_t)i;
    }
    return -1;
}

uint32_t *metric_measures(Arena *arena, const MetricModel *model, uint32_t *count)
{
    uint32_t *measures = ARENA_ARRAY(arena, uint32_t, model->column_count + 1);
    *count = 0;
    for (uint32_t c = 0; c < model->column_count; c++) {
        if (model->columns[c].role == METRIC_MEASURE)
            measures[(*count)++] = c;
    }
    return measures;
}

const char *metric_role_text(MetricRole role)
{
    static const char *const TEXTS[] = { "time", "window", "dimension", "measure" };
    return TEXTS[role];
}

const char *metric_adds_text(MetricAdds adds)
{
    static const char *const TEXTS[] = { "nothing", "dimensions", "time and dimensions" };
    return TEXTS[adds];
}

Str metric_interval_text(Arena *arena, int64_t us)
{
    static const struct {
        int64_t us;
        const char *name;
    } UNITS[] = { { INT64_C(86400000000), "day" },
                  { INT64_C(3600000000), "hour" },
                  { 60000000, "minute" },
                  { 1000000, "second" },
                  { 1000, "millisecond" } };
    for (uint32_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (us != 0 && us % UNITS[i].us == 0) {
            int64_t count = us / UNITS[i].us;
            return str_printf(arena, "%lld %s%s", (long long)count, UNITS[i].name, count == 1 ? "" : "s");
        }
    }
    return str_printf(arena, "%lld microseconds", (long long)us);
}

static void put_unit(Buf *out, const MetricUnit *unit)
{
    static const char *const WORDS[] = { NULL, "ratio", "money", "seconds", "bytes" };
    if (!unit->is_given)
        return;
    if (WORDS[unit->kind] == NULL)
        buf_printf(out, ", in %.*s", STR_ARG(unit->word));
    else
        buf_printf(out, ", %s", WORDS[unit->kind]);
    if (unit->currency.len > 0)
        buf_printf(out, " %.*s", STR_ARG(unit->currency));
}

static void put_bound(Buf *out, Arena *arena, const MetricColumn *column)
{
    const KeepKey *kept = column->kept;
    if (kept == NULL) {
        if (column->unkept != NULL)
            buf_printf(out, ", all values (%s)", column->unkept);
        return;
    }
    Str other = expr_text(arena, &(Expr){ .op = EXPR_LITERAL, .type = column->type, .literal = kept->other });
    buf_printf(out, ", at most %llu values of a window", (unsigned long long)kept->most);
    if (kept->by != NULL)
        buf_printf(out, ", by %.*s", STR_ARG(kept->by_name));
    buf_printf(out, "; the others are %.*s", STR_ARG(other));
}

/* The one aggregate that a measure is; NULL: it is more than that. */
static const AggCall *only_call(const MetricModel *model, const MetricColumn *column)
{
    const Expr *value = column->value;
    if (model->grouping == NULL || value == NULL || value->op != EXPR_COLUMN)
        return NULL;
    uint32_t keys = model->grouping->as.aggregate.key_count, calls = model->grouping->as.aggregate.call_count;
    bool is_call = value->column >= keys && value->column < keys + calls;
    return is_call ? &model->grouping->as.aggregate.calls[value->column - keys] : NULL;
}

static void add_names(const MetricModel *model, const Expr *expr, Arena *arena, Str *names)
{
    uint32_t keys = model->grouping->as.aggregate.key_count, calls = model->grouping->as.aggregate.call_count;
    if (expr->op == EXPR_COLUMN && expr->column >= keys && expr->column < keys + calls) {
        Str name = str_from(model->grouping->as.aggregate.calls[expr->column - keys].agg->name);
        if (str_find(*names, name) < 0)
            *names = str_printf(arena, "%.*s%s%.*s", STR_ARG(*names), names->len > 0 ? ", " : "", STR_ARG(name));
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        add_names(model, expr->args[i], arena, names);
}

/* "MIN, MAX": the aggregates that a measure is worked out from. */
static Str names_of(Arena *arena, const MetricModel *model, const MetricColumn *column)
{
    Str names = STR_EMPTY;
    if (model->grouping != NULL && column->value != NULL)
        add_names(model, column->value, arena, &names);
    return names.len > 0 ? names : STR("its aggregates");
}

/* What the number of several windows and groups is, for a reader who would add them up. */
static void put_adds(Buf *out, Arena *arena, const MetricModel *model, const MetricColumn *column)
{
    const char *over = metric_adds_text(column->adds);
    const AggCall *call = only_call(model, column);
    const char *name = call == NULL || call->distinct ? "" : call->agg->name;
    if (column->adds == ADDS_NOTHING || strcmp(name, "SUM") == 0 || strcmp(name, "COUNT") == 0)
        buf_printf(out, ": adds up over %s", over);
    else if (strcmp(name, "MIN") == 0 || strcmp(name, "MAX") == 0)
        buf_printf(out, ": the %s of all, over %s", name[1] == 'I' ? "least" : "largest", over);
    else if (model->base_count > 0)
        buf_printf(out, ": worked out again from its bases, over %s", over);
    else if (call != NULL)
        buf_printf(out, ": merges, over %s", over);
    else
        buf_printf(out, ": worked out again from %.*s of all rows, over %s", STR_ARG(names_of(arena, model, column)),
                   over);
    if (column->why != NULL)
        buf_printf(out, " (%s)", column->why);
}

static void put_column(Buf *out, Arena *arena, const MetricModel *model, const MetricColumn *column)
{
    Str type = type_name(arena, type_with_nullable(arena, column->type, true));
    buf_printf(out, "  %-9s %.*s %.*s", metric_role_text(column->role), STR_ARG(column->name), STR_ARG(type));
    if (column->role == METRIC_TIME && model->grain_us > 0)
        buf_printf(out, ", every %.*s", STR_ARG(metric_interval_text(arena, model->grain_us)));
    if (column->role == METRIC_TIME && model->window_months > 0)
        buf_printf(out, ", windows of %d month%s", model->window_months, model->window_months == 1 ? "" : "s");
    if (column->role == METRIC_TIME && model->zone != NULL)
        buf_printf(out, ", on the clock of %.*s", STR_ARG(zone_name(model->zone)));
    if (column->role == METRIC_DIMENSION)
        put_bound(out, arena, column);
    if (column->role == METRIC_MEASURE) {
        put_unit(out, &column->unit);
        put_adds(out, arena, model, column);
    }
    buf_append_char(out, '\n');
}

/* What is kept of a metric without windows of one length. */
static void put_own_rows(Buf *out, Arena *arena, const MetricModel *model)
{
    if (model->shape == SHAPE_SNAPSHOT)
        buf_printf(out, "  rung      its rows of now\n");
    else if (model->rung_count > 0)
        buf_printf(out, "  rung      its own times, kept for %.*s\n",
                   STR_ARG(metric_interval_text(arena, model->rungs[0].keep_us)));
}

Str metric_text(Arena *arena, const MetricModel *model)
{
    static const char *const SHAPES[] = { "a snapshot",         "tumbling windows", "hopping windows",
                                          "cumulating windows", "sessions",         "a column of time" };
    Buf out = { 0 };
    buf_printf(&out, "metric %.*s: %s\n", STR_ARG(model->metric->name),
               model->base_count > 0 ? "derived" : SHAPES[model->shape]);
    for (uint32_t i = 0; i < model->base_count; i++)
        buf_printf(&out, "  from      %.*s\n", STR_ARG(model->bases[i]->metric->name));
    for (uint32_t i = 0; i < model->column_count; i++)
        put_column(&out, arena, model, &model->columns[i]);
    for (uint32_t i = 0; i < model->state_count; i++) {
        const AggCall *call = &model->grouping->as.aggregate.calls[model->state_calls[i]];
        buf_printf(&out, "  state     %s%s, %u B\n", call->agg->name, call->distinct ? " of distinct values" : "",
                   call->agg->state_bytes);
    }
    if (model->grain_us == 0 && model->base_count == 0)
        put_own_rows(&out, arena, model);
    for (uint32_t i = 0; i < model->rung_count && model->grain_us > 0; i++)
        buf_printf(&out, "  rung      %.*s, kept for %.*s\n",
                   STR_ARG(metric_interval_text(arena, model->rungs[i].grain_us)),
                   STR_ARG(metric_interval_text(arena, model->rungs[i].keep_us)));
    for (uint32_t i = 0; i < model->panel_count; i++)
        buf_printf(&out, "  panel     %.*s\n", STR_ARG(model->panels[i]));
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
