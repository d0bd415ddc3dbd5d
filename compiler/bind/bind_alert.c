/* bind_alert.c -- CREATE ALERT: conditions over the measures of a metric, and what happens when they hold.
 *
 * A condition is worked out for a window of the alert's grain and the values of the dimensions behind PER: it reads
 * measures, those dimensions and the time.  Measures have to add up over everything that is put together for it. */
#include "compiler/bind/bind_metric.h"
#include "compiler/logical/alert.h"

typedef struct AlertBuild {
    Binder *binder;
    const AstNode *ast;
    Alert *alert;
    Relation *columns; /* of the metric; those that a condition cannot read are hidden */
    VEC(AlertBaseline) baselines;
} AlertBuild;

static Diag *alert_error(const AlertBuild *b, DiagCode code, Span span, const char *text, Str name)
{
    return diag_error(b->binder->diags, code, span, text, STR_ARG(name));
}

/* ---- the metric ---- */

static bool find_metric(AlertBuild *b)
{
    const AstNode *qname = ast_alert_metric(b->ast);
    const CatalogEntry *entry = find_entry(b->binder, qname);
    if (entry == NULL)
        return false;
    if (entry->kind != CATALOG_METRIC) {
        Diag *d = alert_error(b, E0850, qname->span, "`%.*s` is not a metric", entry->name);
        diag_label(d, entry->span, "a %s", entry->kind == CATALOG_VIEW ? "view" : "table");
        diag_help(d, "alerts watch the measures of metrics: CREATE METRIC .. AS SELECT ..");
        return false;
    }
    b->alert->metric = metric_model(b->binder, entry, qname->span);
    return b->alert->metric != NULL;
}

static bool is_defined_twice(AlertBuild *b)
{
    for (uint32_t i = 0; i < b->binder->alerts.count; i++) {
        const Alert *other = b->binder->alerts.items[i];
        if (!str_equal(other->name, b->alert->name))
            continue;
        Diag *d = alert_error(b, E0205, b->alert->span, "alert `%.*s` is defined already", b->alert->name);
        diag_label(d, other->span, "first here");
        return true;
    }
    return false;
}

/* ---- grain, PER, and the numbers ---- */

static int64_t read_interval(AlertBuild *b, const AstNode *ast, const char *what)
{
    int64_t us = 0;
    MetricBuild as_metric = { .binder = b->binder };
    if (ast != NULL)
        (void)metric_interval(&as_metric, ast, what, &us);
    return us;
}

static void read_grain(AlertBuild *b)
{
    const AstNode *ast = ast_alert_grain(b->ast);
    const MetricModel *metric = b->alert->metric;
    b->alert->grain_us = ast == NULL ? metric->grain_us : read_interval(b, ast, "grain");
    if (ast == NULL || b->alert->grain_us == 0)
        return;
    Str grain = metric_interval_text(b->binder->query, b->alert->grain_us);
    if (metric->time_column < 0) {
        Diag *d = alert_error(b, E0851, ast->span, "there is no grain of %.*s", grain);
        diag_label(d, metric->metric->span, "a metric without a time");
        b->alert->grain_us = 0;
        return;
    }
    if (metric->grain_us > 0 && b->alert->grain_us % metric->grain_us != 0) {
        Diag *d = alert_error(b, E0851, ast->span, "there is no grain of %.*s", grain);
        Str own = metric_interval_text(b->binder->query, metric->grain_us);
        diag_label(d, metric->metric->span, "windows come every %.*s", STR_ARG(own));
        diag_help(d, "a grain is a multiple of the metric's window");
    }
}

static void unknown_column(const AlertBuild *b, const AstNode *name, MetricRole role, const char *what)
{
    const MetricModel *metric = b->alert->metric;
    Str *names = ARENA_ARRAY(b->binder->query, Str, metric->column_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < metric->column_count; i++) {
        if (metric->columns[i].role == role)
            names[count++] = metric->columns[i].name;
    }
    Str text = ast_name_text(name);
    Diag *d = diag_error(b->binder->diags, E0852, name->span, "`%.*s` is no %s of `%.*s`", STR_ARG(text), what,
                         STR_ARG(metric->metric->name));
    int32_t nearest = diag_nearest(text, names, count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
}

static void read_per(AlertBuild *b)
{
    const AstNode *list = ast_alert_per(b->ast);
    uint32_t *per = ARENA_ARRAY(b->binder->query, uint32_t, ast_count(list) + 1);
    AST_EACH(name, list) {
        int32_t at = metric_column(b->alert->metric, ast_name_text(name));
        bool is_dimension = at >= 0 && b->alert->metric->columns[at].role == METRIC_DIMENSION;
        if (is_dimension)
            per[b->alert->per_count++] = (uint32_t)at;
        else
            unknown_column(b, name, METRIC_DIMENSION, "dimension");
    }
    b->alert->per = per;
}

static void read_windows(AlertBuild *b)
{
    const AstNode *ast = ast_alert_windows(b->ast);
    b->alert->windows = 1;
    if (ast == NULL)
        return;
    Str text = ast_integer_text(ast);
    uint64_t value = 0;
    for (uint64_t i = 0; i < text.len && i < 10; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    b->alert->windows = value;
    if (value == 0 || text.len > 6)
        alert_error(b, E0851, ast->span, "a condition holds for between 1 and 999999 windows, not %.*s", text);
    else if (b->alert->metric->time_column < 0)
        alert_error(b, E0851, ast->span, "`%.*s` has no windows that could follow each other",
                    b->alert->metric->metric->name);
}

/* ---- conditions ---- */

static bool is_per(const Alert *alert, uint32_t column)
{
    for (uint32_t i = 0; i < alert->per_count; i++) {
        if (alert->per[i] == column)
            return true;
    }
    return false;
}

static void make_columns(AlertBuild *b)
{
    const MetricModel *metric = b->alert->metric;
    Relation *relation = ARENA_NEW(b->binder->query, Relation);
    relation->columns = ARENA_ARRAY(b->binder->query, BindColumn, metric->column_count + 1);
    relation->column_count = metric->column_count;
    for (uint32_t i = 0; i < metric->column_count; i++) {
        const MetricColumn *column = &metric->columns[i];
        relation->columns[i] = (BindColumn){ .name = column->name,
                                             .type = type_plain(b->binder->query, column->type),
                                             .span = column->span };
    }
    b->columns = relation;
}

static const Expr *baseline_error(const AlertBuild *b, Span span, const char *why)
{
    Diag *d = diag_error(b->binder->diags, E0853, span, "%s", why);
    diag_help(d, "write BASELINE(measure [, SEASONAL HOUR|DAY|WEEK] [, WARMUP INTERVAL '21' DAY])");
    return expr_poison(b->binder, span);
}

static const Expr *read_baseline(AlertBuild *b, const AstNode *ast, AlertBaseline *baseline)
{
    uint32_t at = 0;
    AST_EACH(arg, ast_call_args(ast)) {
        if (arg->kind == AST_SEASONAL)
            baseline->season = ast_seasonal_unit(arg);
        else if (arg->kind == AST_WARMUP)
            baseline->warmup_us = read_interval(b, ast_warmup_expr(arg), "time before it counts");
        else if (at > 0)
            return baseline_error(b, arg->span, "BASELINE does not take this");
        at++;
    }
    bool is_season = baseline->season == AST_UNIT_NONE || baseline->season == AST_UNIT_HOUR ||
                     baseline->season == AST_UNIT_DAY || baseline->season == AST_UNIT_WEEK;
    return is_season ? NULL : baseline_error(b, ast->span, "seasons are hours, days and weeks");
}

const Expr *bind_baseline(ExprScope *scope, const AstNode *ast)
{
    AlertBuild *b = scope->alert;
    AlertBaseline baseline = { .span = ast->span };
    if (b == NULL) {
        Diag *d = diag_error(scope->binder->diags, E0853, ast->span,
                             "BASELINE(measure) stands in the conditions of an alert only");
        diag_help(d, "CREATE ALERT .. ON metric WHEN measure < BASELINE(measure, SEASONAL WEEK) * 0.8");
        return expr_poison(scope->binder, ast->span);
    }
    if (ast_count(ast_call_args(ast)) == 0)
        return baseline_error(b, ast->span, "BASELINE of what?");
    const Expr *measure = bind_expr(scope, ast_at(ast_call_args(ast), 0));
    if (expr_is_poison(measure))
        return measure;
    bool is_measure = measure->op == EXPR_COLUMN && measure->column < b->alert->metric->column_count &&
                      b->alert->metric->columns[measure->column].role == METRIC_MEASURE;
    if (!is_measure || !type_is_numeric(measure->type))
        return baseline_error(b, measure->span, "BASELINE is of a measure that is a number");
    const Expr *error = read_baseline(b, ast, &baseline);
    if (error != NULL)
        return error;
    baseline.column = measure->column;
    vec_push(b->binder->query, &b->baselines, baseline);
    uint32_t column = b->alert->metric->column_count + b->baselines.count - 1;
    return expr_column(b->binder->query, type_simple(TYPE_DOUBLE, true), column, ast->span);
}

static void check_measure(const AlertBuild *b, const MetricColumn *column, Span span)
{
    const Alert *alert = b->alert;
    uint32_t dimensions = 0;
    for (uint32_t i = 0; i < alert->metric->column_count; i++)
        dimensions += alert->metric->columns[i].role == METRIC_DIMENSION;
    bool over_time = alert->grain_us != alert->metric->grain_us, over_dimensions = alert->per_count < dimensions;
    bool good =
        column->adds == ADDS_ALL || (column->adds == ADDS_DIMENSIONS && !over_time) || (!over_time && !over_dimensions);
    if (good)
        return;
    const char *over = over_time ? "time, as the grain asks for" : "dimensions: PER has to name all of them";
    Diag *d = diag_error(b->binder->diags, E0852, span, "`%.*s` does not add up over %s", STR_ARG(column->name), over);
    diag_label(d, column->span, "%s", column->why);
}

static void check_reads(const AlertBuild *b, const Expr *expr)
{
    const MetricModel *metric = b->alert->metric;
    if (expr->op == EXPR_COLUMN) {
        bool is_baseline = expr->column >= metric->column_count;
        uint32_t at = is_baseline ? b->baselines.items[expr->column - metric->column_count].column : expr->column;
        const MetricColumn *column = &metric->columns[at];
        if (column->role == METRIC_MEASURE) {
            check_measure(b, column, expr->span);
        } else if (column->role != METRIC_TIME && !is_per(b->alert, at)) {
            Diag *d =
                alert_error(b, E0852, expr->span, "`%.*s` has many values here: it is not behind PER", column->name);
            if (column->role == METRIC_DIMENSION)
                diag_help(d, "add PER %.*s", STR_ARG(column->name));
        }
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        check_reads(b, expr->args[i]);
}

static const Expr *read_condition(AlertBuild *b, const AstNode *ast, const char *place)
{
    if (ast == NULL)
        return NULL;
    ExprScope scope = { .binder = b->binder, .input = b->columns, .place = place, .alert = b };
    const Expr *condition = bind_condition(&scope, ast, "the condition");
    if (expr_is_poison(condition))
        return NULL;
    const Expr *clock = find_clock(condition);
    if (clock != NULL)
        alert_error(b, E0852, clock->span, "a condition over emitted windows has no clock%.*s", STR_EMPTY);
    check_constants(b->binder, condition);
    check_reads(b, condition);
    return condition;
}

/* ---- what happens ---- */

static void read_severity(AlertBuild *b)
{
    static const char *const NAMES[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL" };
    enum { NAME_COUNT = sizeof NAMES / sizeof NAMES[0] };
    const AstNode *ast = ast_alert_severity(b->ast);
    Str names[NAME_COUNT];
    for (uint32_t i = 0; i < NAME_COUNT && ast != NULL; i++) {
        names[i] = str_from(NAMES[i]);
        if (str_equal_nocase(ast_name_text(ast), names[i]))
            b->alert->severity = names[i];
    }
    if (ast == NULL || b->alert->severity.len > 0)
        return;
    Diag *d = alert_error(b, E0851, ast->span, "there is no severity `%.*s`", ast_name_text(ast));
    int32_t nearest = diag_nearest(ast_name_text(ast), names, NAME_COUNT);
    if (nearest >= 0)
        diag_fix(d, ast->span, names[nearest], "did you mean %s?", NAMES[nearest]);
    else
        diag_help(d, "severities are LOW, MEDIUM, HIGH and CRITICAL");
}

static bool is_owner_word(const AstNode *arg)
{
    return arg->kind == AST_COLUMN_REF && str_equal_nocase(ast_name_last(arg), STR("OWNER"));
}

static void read_channel(AlertBuild *b, const AstNode *ast, AlertChannel *channels)
{
    Str kind = ast_name_joined(b->binder->query, ast_call_name(ast));
    bool is_email = str_equal_nocase(kind, STR("email")), is_webhook = str_equal_nocase(kind, STR("webhook"));
    if (!is_email && !is_webhook) {
        Diag *d = alert_error(b, E0851, ast->span, "nobody is told by `%.*s`", kind);
        diag_help(d, "write webhook('name'), email('address') or email(OWNER)");
        return;
    }
    const AstNode *arg = ast_count(ast_call_args(ast)) == 1 ? ast_at(ast_call_args(ast), 0) : NULL;
    AlertChannel *channel = &channels[b->alert->channel_count];
    *channel = (AlertChannel){ .kind = is_email ? STR("email") : STR("webhook") };
    channel->is_owner = arg != NULL && is_email && is_owner_word(arg);
    if (arg != NULL && arg->kind == AST_STRING)
        channel->target = ast_string_text(arg);
    if (channel->target.len == 0 && !channel->is_owner) {
        alert_error(b, E0851, ast->span,
                    is_email ? "email('address') or email(OWNER)%.*s"
                             : "webhook('name'), as the project configures it%.*s",
                    STR_EMPTY);
        return;
    }
    b->alert->channel_count++;
    Str owner = b->alert->owner.len > 0 ? b->alert->owner : b->alert->metric->metric->owner;
    if (channel->is_owner && owner.len == 0) {
        Diag *d = alert_error(b, E0851, ast->span, "neither the alert nor `%.*s` has an OWNER to be told",
                              b->alert->metric->metric->name);
        diag_help(d, "write OWNER 'team:ads'");
    }
}

static void read_channels(AlertBuild *b)
{
    const AstNode *list = ast_alert_notify(b->ast);
    AlertChannel *channels = ARENA_ARRAY(b->binder->query, AlertChannel, ast_count(list) + 1);
    AST_EACH(call, list)
        read_channel(b, call, channels);
    b->alert->channels = channels;
}

/* '{ctr} in {region}': each name is a column whose value the alert has; `{{` is a brace. */
static void check_message(AlertBuild *b)
{
    const AstNode *ast = ast_alert_message(b->ast);
    Str text = b->alert->message;
    for (uint64_t i = 0; ast != NULL && i < text.len; i++) {
        if (text.data[i] != '{')
            continue;
        if (i + 1 < text.len && text.data[i + 1] == '{') {
            i++;
            continue;
        }
        uint64_t end = i + 1;
        while (end < text.len && text.data[end] != '}')
            end++;
        Str name = str_slice(text, i + 1, end - i - 1);
        int32_t at = metric_column(b->alert->metric, name);
        MetricRole role = at < 0 ? METRIC_WINDOW : b->alert->metric->columns[at].role;
        bool is_known = end < text.len &&
                        (role == METRIC_MEASURE || role == METRIC_TIME || (at >= 0 && is_per(b->alert, (uint32_t)at)));
        if (!is_known) {
            Diag *d =
                alert_error(b, E0852, ast->span, "the message names `%.*s`, of which the alert has no value", name);
            diag_help(d, "a message names measures, the time, and dimensions behind PER; {{ is a brace");
        }
        i = end;
    }
}

static void read_texts(AlertBuild *b)
{
    Alert *alert = b->alert;
    alert->title = optional_text(ast_alert_title(b->ast));
    alert->description = optional_text(ast_alert_description(b->ast));
    alert->owner = optional_text(ast_alert_owner(b->ast));
    alert->message = optional_text(ast_alert_message(b->ast));
    alert->runbook = optional_text(ast_alert_runbook(b->ast));
}

void bind_alert(Binder *binder, const AstNode *ast)
{
    AlertBuild b = { .binder = binder, .ast = ast, .alert = ARENA_NEW(binder->query, Alert) };
    Alert *alert = b.alert;
    alert->name = qname_text(binder, ast_alert_name(ast));
    alert->span = ast_alert_name(ast)->span;
    alert->statement = ast;
    if (is_defined_twice(&b) || !find_metric(&b))
        return;
    read_texts(&b);
    read_grain(&b);
    read_per(&b);
    read_windows(&b);
    make_columns(&b);
    alert->when = read_condition(&b, ast_alert_condition(ast), "WHEN");
    alert->recover = read_condition(&b, ast_alert_recover(ast), "RECOVER WHEN");
    alert->baselines = b.baselines.items;
    alert->baseline_count = b.baselines.count;
    alert->cooldown_us = read_interval(&b, ast_alert_cooldown(ast), "cooldown");
    alert->no_data_us = read_interval(&b, ast_alert_no_data(ast), "time without data");
    if (alert->no_data_us > 0 && alert->metric->time_column < 0)
        alert_error(&b, E0851, ast_alert_no_data(ast)->span, "`%.*s` has no time: no data of it is ever missing",
                    alert->metric->metric->name);
    if (ast_alert_recover(ast) != NULL && ast_alert_condition(ast) == NULL)
        alert_error(&b, E0851, ast_alert_recover(ast)->span, "there is no WHEN to recover from%.*s", STR_EMPTY);
    read_severity(&b);
    read_channels(&b);
    check_message(&b);
    vec_push(binder->query, &binder->alerts, alert);
}
