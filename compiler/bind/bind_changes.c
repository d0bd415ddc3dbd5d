/* bind_changes.c -- aggregates over rows that come and go.
 *
 * An aggregate is bound before it is known whether its input will be corrected: LATE .. THEN CORRECT of a statement is
 * worked into views that others read as they are.  So an aggregate is made fit for changes when its input turns out to
 * have some:
 *
 *   MIN(x), MAX(x)       the bag of all values, and the lowest or highest of it       project  SORT_KEY_ITEM(@2), ..
 *   COUNT(DISTINCT x)    the bag's different values                                     aggregate  HIGHEST_KEY(..)
 *   HOP, CUMULATE        the row once for each of its windows: slices that were put together already take nothing back
 *   windows              corrected as long as those below: the old row and the new one count each by its own time
 *
 * and what cannot take a row back is an error with the name of the call. */
#include "compiler/bind/bind_internal.h"
#include "compiler/logical/nodes.h"
#include "compiler/logical/user_agg.h"

typedef struct Fit {
    Binder *binder;
    const LogicalNode *node; /* the aggregate */
    AggCall *calls;
    const Expr **exprs; /* of what the aggregate answered before, over what it answers now */
    bool needs_project, failed;
} Fit;

/* As the author calls what a state is of. */
static const char *name_of(const AggCall *call)
{
    static const char *const FORMS[][2] = { { "HLL_STATE", "APPROX_COUNT_DISTINCT" },
                                            { "TOPK_STATE", "APPROX_TOP_K" },
                                            { "DECAY_STATE", "DECAYED_SUM" } };
    for (uint32_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (strcmp(call->agg->name, FORMS[i][0]) == 0)
            return FORMS[i][1];
    }
    return call->agg->name;
}

static void refuse_call(Fit *fit, const AggCall *call)
{
    fit->failed = true;
    Diag *d = diag_error(fit->binder->diags, E0346, call->span, "`%s%s` cannot take rows back, and these are corrected",
                         name_of(call), call->distinct ? "(DISTINCT ..)" : "");
    diag_help(d, "COUNT, SUM, AVG, STDDEV, MIN, MAX, COUNT(DISTINCT ..), FIRST_VALUE, LAST_VALUE, ARG_MAX, LISTAGG and "
                 "APPROX_PERCENTILE can");
}

static const Expr *key_call(Fit *fit, const Expr *arg)
{
    Arena *query = fit->binder->query;
    const Expr **args = ARENA_ARRAY(query, const Expr *, 1);
    args[0] = arg;
    return expr_call(query, type_simple(TYPE_VARBINARY, false), fn_find_name(STR("SORT_KEY")), args, 1, arg->span);
}

/* The call over a bag of keys; rows without a value are left out. */
static void over_keys(Fit *fit, AggCall *call, const char *symbol)
{
    Arena *query = fit->binder->query;
    const Expr *arg = call->arg;
    if (arg->type->nullable) {
        const Expr *there = expr_op(query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), &arg, 1, arg->span);
        const Expr *both[] = { call->filter, there };
        call->filter = call->filter == NULL
                           ? there
                           : expr_op(query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2, arg->span);
    }
    call->agg = agg_of_symbol(symbol);
    call->arg = key_call(fit, arg);
    call->distinct = false;
}

static bool is_bytes_extreme(const AggCall *call)
{
    return strcmp(call->agg->symbol, "min_bytes") == 0 || strcmp(call->agg->symbol, "max_bytes") == 0;
}

/* MIN and MAX of values: what comes out is a key, of which the value is made again. */
static void fit_extreme(Fit *fit, uint32_t at, bool is_max)
{
    Arena *query = fit->binder->query;
    AggCall *call = &fit->calls[at];
    const Type *type = call->type;
    RtKind kind = type_physical(call->arg->type);
    over_keys(fit, call, is_max ? "highest_key" : "lowest_key");
    call->type = type_simple(TYPE_VARBINARY, true);
    uint32_t column = fit->node->as.aggregate.key_count + at;
    const Expr **parts = ARENA_ARRAY(query, const Expr *, 2);
    parts[0] = expr_column(query, call->type, column, call->span);
    parts[1] = literal_int(fit->binder, kind, call->span);
    fit->exprs[column] = expr_call(query, type, fn_find_name(STR("SORT_KEY_ITEM")), parts, 2, call->span);
    fit->needs_project = true;
}

static void fit_call(Fit *fit, uint32_t at)
{
    AggCall *call = &fit->calls[at];
    const AggDef *agg = call->agg;
    bool is_max = strcmp(agg->name, "MAX") == 0, is_extreme = is_max || strcmp(agg->name, "MIN") == 0;
    if (agg->user != NULL) {
        const UserAgg *user = user_agg_of(agg);
        if (user->retract != NULL && fit->node->kind == LOGICAL_GROUP)
            return;
        fit->failed = true;
        if (user->retract != NULL) {
            refuse(fit->binder, call->span, "an aggregate in SQL over windows that are corrected");
            return;
        }
        diag_error(fit->binder->diags, E0338, call->span, "`%s` cannot take rows back, and these are corrected",
                   agg->name);
    } else if (is_extreme && is_bytes_extreme(call)) { /* keys already, or bytes that order as keys do */
        call->agg = agg_of_symbol(is_max ? "highest_key" : "lowest_key");
        call->distinct = false;
    } else if (is_extreme) {
        fit_extreme(fit, at, is_max);
    } else if (call->distinct && call->arg != NULL && strcmp(agg->name, "COUNT") == 0) {
        over_keys(fit, call, "key_count");
    } else if (call->distinct || (agg->traits & AGG_RETRACTS) == 0) {
        refuse_call(fit, call);
    }
}

/* ---- windows ---- */

static int64_t corrected_below(const LogicalNode *node)
{
    int64_t most = 0;
    for (uint32_t i = 0; i < node->input_count; i++) {
        const LogicalNode *below = node->inputs[i];
        const LatePolicy *late = below->kind == LOGICAL_AGGREGATE ? below->as.aggregate.late : NULL;
        int64_t here = corrected_below(below);
        most = late != NULL && late->correct_us > most ? late->correct_us : most;
        most = here > most ? here : most;
    }
    return most;
}

/* Rows of a corrected window take back what windows above have counted, and these may have closed: they are kept as
 * long, which is long enough, since a window that holds another's last millisecond closes no earlier. */
static void keep_as_long(Fit *fit, LogicalNode *aggregate)
{
    int64_t correct_us = corrected_below(aggregate);
    if (correct_us == 0 || aggregate->as.aggregate.late != NULL)
        return;
    LatePolicy *policy = ARENA_NEW(fit->binder->query, LatePolicy);
    *policy = (LatePolicy){ .correct_us = correct_us, .span = aggregate->span };
    aggregate->as.aggregate.late = policy;
}

/* Windows that overlap: the row once for each. */
static void attach_windows(Fit *fit, LogicalNode *aggregate)
{
    LogicalWindow *window = &aggregate->as.aggregate.window;
    if (window->kind != WINDOW_HOP && window->kind != WINDOW_CUMULATE)
        return;
    const LogicalNode *rows = logical_window(fit->binder->query, aggregate->inputs[0], *window);
    uint32_t before = aggregate->inputs[0]->column_count;
    const LogicalNode **inputs = ARENA_ARRAY(fit->binder->query, const LogicalNode *, 1);
    inputs[0] = rows;
    aggregate->inputs = inputs;
    *window = (LogicalWindow){ .kind = WINDOW_ATTACHED,
                               .calendar = window->calendar,
                               .time_column = before,
                               .end_column = before + 1,
                               .span = window->span };
}

static const LogicalNode *restored(Fit *fit, const LogicalNode *aggregate)
{
    uint32_t count = fit->node->column_count;
    Str *names = ARENA_ARRAY(fit->binder->query, Str, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        const LogicalColumn *column = &fit->node->columns[c];
        names[c] = column->name;
        if (fit->exprs[c] == NULL)
            fit->exprs[c] = expr_column(fit->binder->query, column->type, c, column->span);
    }
    return logical_project(fit->binder->query, aggregate, fit->exprs, names, count, aggregate->span);
}

const LogicalNode *fit_changes(Binder *binder, const LogicalNode *node)
{
    bool is_window = node->kind == LOGICAL_AGGREGATE;
    if ((!is_window && node->kind != LOGICAL_GROUP) || !logical_is_updating(node->inputs[0]))
        return node;
    uint32_t count = node->as.aggregate.call_count, keys = node->as.aggregate.key_count;
    Fit fit = { .binder = binder,
                .node = node,
                .calls = ARENA_ARRAY(binder->query, AggCall, count + 1),
                .exprs = ARENA_ARRAY(binder->query, const Expr *, node->column_count + 1) };
    LogicalColumn *columns = ARENA_ARRAY(binder->query, LogicalColumn, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++)
        columns[c] = node->columns[c];
    for (uint32_t i = 0; i < count; i++) {
        fit.calls[i] = node->as.aggregate.calls[i];
        fit_call(&fit, i);
        columns[keys + i].type = fit.calls[i].type;
    }
    if (fit.failed)
        return NULL;
    LogicalNode *fitted = ARENA_NEW(binder->query, LogicalNode);
    *fitted = *node;
    fitted->as.aggregate.calls = fit.calls;
    fitted->columns = columns;
    if (is_window) {
        keep_as_long(&fit, fitted);
        attach_windows(&fit, fitted);
    }
    return fit.needs_project ? restored(&fit, fitted) : fitted;
}

/* ---- what takes no changes yet ---- */

bool changes_last(const LogicalNode *node)
{
    bool found = node->kind == LOGICAL_GROUP || node->kind == LOGICAL_TOP;
    for (uint32_t i = 0; i < node->input_count && !found; i++)
        found = changes_last(node->inputs[i]);
    return found && logical_is_updating(node);
}

static const char *why_not(const LogicalNode *node)
{
    switch (node->kind) {
    case LOGICAL_RANK:
        return "a ranking of windows that are corrected";
    case LOGICAL_GAP_FILL:
        return "GAP_FILL of windows that are corrected";
    case LOGICAL_KEEP:
        return "bounds of the dimensions of windows over rows that are corrected";
    case LOGICAL_AGGREGATE:
        if (changes_last(node->inputs[0]))
            return "a window over a grouping or a ranking for all time";
        return node->as.aggregate.window.kind == WINDOW_SESSION ? "a session window over rows that are corrected"
                                                                : NULL;
    default:
        return NULL;
    }
}

bool changes_fit(Binder *binder, const LogicalNode *node)
{
    bool fits = true;
    for (uint32_t i = 0; i < node->input_count && fits; i++)
        fits = changes_fit(binder, node->inputs[i]);
    bool is_over_keep = node->kind == LOGICAL_KEEP;
    const LogicalNode *below = node->input_count == 0 ? NULL : node->inputs[0];
    if (is_over_keep && below != NULL) /* the bounds of an aggregate's own windows are no matter of its input */
        below = below->input_count == 0 ? NULL : below->inputs[0];
    const char *why = fits && below != NULL && logical_is_updating(below) ? why_not(node) : NULL;
    if (why == NULL)
        return fits;
    Diag *d = refuse(binder, node->span, why);
    diag_help(d, "THEN CORRECT makes a metric a changelog; read its source instead");
    return false;
}
