/* alert.c -- see alert.h. */
#include "compiler/logical/alert.h"

#include "compiler/logical/plan_text.h"

#include <inttypes.h>

typedef struct AlertText {
    Buf *out;
    Arena *arena;
    const Alert *alert;
} AlertText;

static void put_column(Buf *out, const void *user, uint32_t column)
{
    const Alert *alert = user;
    const MetricModel *metric = alert->metric;
    if (column < metric->column_count)
        buf_append_str(out, metric->columns[column].name);
    else
        buf_printf(out, "BASELINE(%.*s)",
                   STR_ARG(metric->columns[alert->baselines[column - metric->column_count].column].name));
}

static void put_line(const AlertText *t, const char *what)
{
    buf_printf(t->out, "  %-9s ", what);
}

static void put_interval(const AlertText *t, const char *what, int64_t us)
{
    if (us == 0)
        return;
    put_line(t, what);
    buf_printf(t->out, "%.*s\n", STR_ARG(metric_interval_text(t->arena, us)));
}

static void put_string(const AlertText *t, const char *what, Str text)
{
    if (text.len == 0)
        return;
    put_line(t, what);
    buf_printf(t->out, "%.*s\n", STR_ARG(text));
}

static void put_when(const AlertText *t)
{
    const Alert *alert = t->alert;
    if (alert->when == NULL)
        return;
    put_line(t, "when");
    plan_put_expr(t->out, alert->when, put_column, alert);
    if (alert->windows > 1)
        buf_printf(t->out, ", for %" PRIu64 " windows in a row", alert->windows);
    buf_append_char(t->out, '\n');
}

static void put_baselines(const AlertText *t)
{
    const Alert *alert = t->alert;
    for (uint32_t i = 0; i < alert->baseline_count; i++) {
        const AlertBaseline *baseline = &alert->baselines[i];
        put_line(t, "baseline");
        buf_append_str(t->out, alert->metric->columns[baseline->column].name);
        if (baseline->season != AST_UNIT_NONE)
            buf_printf(t->out, ", by %s", ast_unit_text(baseline->season));
        if (baseline->warmup_us > 0)
            buf_printf(t->out, ", after %.*s", STR_ARG(metric_interval_text(t->arena, baseline->warmup_us)));
        buf_append_char(t->out, '\n');
    }
}

static void put_channels(const AlertText *t)
{
    for (uint32_t i = 0; i < t->alert->channel_count; i++) {
        const AlertChannel *channel = &t->alert->channels[i];
        put_line(t, "notifies");
        buf_printf(t->out, "%.*s ", STR_ARG(channel->kind));
        if (channel->is_owner)
            buf_append_str(t->out, STR("of the owner"));
        else
            buf_printf(t->out, "'%.*s'", STR_ARG(channel->target));
        buf_append_char(t->out, '\n');
    }
}

static void put_head(const AlertText *t)
{
    const Alert *alert = t->alert;
    buf_printf(t->out, "alert %.*s: on %.*s", STR_ARG(alert->name), STR_ARG(alert->metric->metric->name));
    if (alert->grain_us > 0)
        buf_printf(t->out, ", every %.*s", STR_ARG(metric_interval_text(t->arena, alert->grain_us)));
    for (uint32_t i = 0; i < alert->per_count; i++)
        buf_printf(t->out, "%s%.*s", i == 0 ? ", per " : " and ", STR_ARG(alert->metric->columns[alert->per[i]].name));
    if (alert->severity.len > 0)
        buf_printf(t->out, ", severity %.*s", STR_ARG(alert->severity));
    buf_append_char(t->out, '\n');
}

Str alert_text(Arena *arena, const Alert *alert)
{
    Buf out = { 0 };
    AlertText t = { &out, arena, alert };
    put_head(&t);
    put_when(&t);
    if (alert->recover != NULL) {
        put_line(&t, "recovers");
        plan_put_expr(&out, alert->recover, put_column, alert);
        buf_append_char(&out, '\n');
    }
    put_baselines(&t);
    put_interval(&t, "no data", alert->no_data_us);
    put_interval(&t, "cooldown", alert->cooldown_us);
    put_channels(&t);
    put_string(&t, "message", alert->message);
    put_string(&t, "runbook", alert->runbook);
    put_string(&t, "owner", alert->owner);
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
