/* lite_query.c -- plan nodes as common table expressions; see lite_query.h. */
#include "compiler/sqlite/lite_internal.h"

#include <assert.h>
#include <inttypes.h>

enum { MILLISECOND_US = 1000 };

uint32_t lite_table_column_count(const LogicalNode *node)
{
    if (node->kind == LOGICAL_LOOKUP_JOIN)
        return node->as.lookup_join.table->column_count;
    return node->column_count;
}

/* Opens the next expression, `n5 AS (`; what its text reads must be done before. */
static uint32_t begin(LiteWriter *w)
{
    buf_printf(&w->out, "%sn%u AS (", w->node_count == 0 ? "" : ",\n     ", w->node_count);
    return w->node_count++;
}

static void end(LiteWriter *w)
{
    buf_append_char(&w->out, ')');
}

/* The same for a step whose values may fail: computed once, row by row, and never mixed with the step behind it. */
static uint32_t begin_tainted(LiteWriter *w)
{
    buf_printf(&w->out, ",\n     n%u AS MATERIALIZED (", w->node_count);
    w->taints = true;
    return w->node_count++;
}

static void end_tainted(LiteWriter *w, uint32_t from)
{
    buf_printf(&w->out, ", taint() AS bad FROM n%u)", from);
    w->taints = false;
}

/* "c0, c1, c2, " */
static void put_columns(LiteWriter *w, uint32_t count)
{
    for (uint32_t c = 0; c < count; c++)
        buf_printf(&w->out, "c%u, ", c);
}

static uint32_t add_table(LiteWriter *w, const LogicalNode *node)
{
    vec_push(w->arena, &w->query->tables, node);
    return w->query->tables.count - 1;
}

static LiteNode put_node(LiteWriter *w, const LogicalNode *node);

/* ---- scans ---- */

/* Computed columns are over the columns before them, so each has a step of its own. */
static uint32_t put_computed(LiteWriter *w, const LogicalNode *node, uint32_t from)
{
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (node->as.scan.computed[c] == NULL)
            continue;
        uint32_t number = begin(w);
        buf_append_str(&w->out, STR("SELECT *, CASE WHEN mark IS NULL THEN "));
        lite_put_expr(w, node->as.scan.computed[c], LITE_INPUT);
        buf_printf(&w->out, " END AS c%u FROM n%u", c, from);
        end(w);
        from = number;
    }
    return from;
}

static uint32_t time_column(const LogicalNode *node)
{
    uint32_t c = 0;
    while (!node->columns[c].type->is_rowtime) {
        c++;
        assert(c < node->column_count);
    }
    return c;
}

/* Pairs of a row, p, and an earlier one that it may be a copy of, q. */
static uint32_t put_pairs(LiteWriter *w, const LogicalNode *node, uint32_t keyed)
{
    const Dedup *dedup = node->as.scan.dedup;
    uint32_t time = time_column(node), number = w->node_count++;
    buf_printf(&w->out, ",\n     n%u AS MATERIALIZED (SELECT a.p AS p, b.p AS q FROM n%u a JOIN n%u b ON ", number,
               keyed, keyed);
    for (uint32_t i = 0; i < dedup->key_count; i++)
        buf_printf(&w->out, "a.k%u = b.k%u AND ", i, i);
    buf_printf(&w->out,
               "b.p < a.p AND abs(a.c%u - b.c%u) <= %" PRId64 " AND (a.w IS NULL OR b.c%u >= a.w - %" PRId64 "))", time,
               time, dedup->within_us, time, dedup->within_us);
    return number;
}

/* The rows that count.  A row that may only be a copy of one that does not count would ask for a walk over all of them:
 * there is no opinion then. */
static uint32_t put_dedup(LiteWriter *w, const LogicalNode *node, uint32_t from)
{
    const Dedup *dedup = node->as.scan.dedup;
    if (dedup == NULL)
        return from;
    uint32_t keyed = w->node_count++;
    buf_printf(&w->out, ",\n     n%u AS MATERIALIZED (SELECT *", keyed);
    for (uint32_t i = 0; i < dedup->key_count; i++) {
        buf_append_str(&w->out, STR(", "));
        lite_put_key(w, dedup->keys[i]);
        buf_printf(&w->out, " AS k%u", i);
    }
    buf_printf(&w->out, " FROM n%u WHERE mark IS NULL)", from);
    uint32_t pairs = put_pairs(w, node, keyed), copies = begin(w);
    buf_printf(&w->out, "SELECT p FROM n%u WHERE q NOT IN (SELECT p FROM n%u)", pairs, pairs);
    end(w);
    uint32_t number = begin(w);
    buf_printf(&w->out,
               "SELECT * FROM n%u WHERE CASE WHEN p IN (SELECT p FROM n%u) THEN 0 "
               "WHEN p IN (SELECT p FROM n%u) THEN copy_of_copy() ELSE 1 END",
               keyed, copies, pairs);
    end(w);
    return number;
}

static LiteNode put_scan(LiteWriter *w, const LogicalNode *node)
{
    if (node->as.scan.table->is_one_row)
        lite_refuse(w, "its rows come from no stream");
    if (node->as.scan.table->adaptive != NULL)
        lite_refuse(w, "its watermark follows the lateness of rows");
    if (node->as.scan.table->idle_timeout_us > 0 || node->as.scan.table->heartbeat > 0)
        lite_refuse(w, "its inputs have heartbeats or may be silent");
    if (node->as.scan.table->future_skew_us > 0)
        lite_refuse(w, "which rows are of the future depends on the order in which rows come");
    uint32_t table = add_table(w, node), first = begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (node->as.scan.computed[c] == NULL)
            buf_printf(&w->out, "c%u, ", c);
    }
    buf_printf(&w->out, "p, mark FROM t%u", table);
    end(w);
    uint32_t last = put_computed(w, node, first), watermarks = begin(w);
    buf_append_str(&w->out, STR("SELECT *, CASE WHEN mark IS NULL THEN "));
    if (node->as.scan.watermark != NULL)
        lite_put_expr(w, node->as.scan.watermark, LITE_INPUT);
    else
        buf_append_str(&w->out, STR("NULL"));
    buf_printf(&w->out, " ELSE mark END AS wm FROM n%u", last);
    end(w);
    uint32_t before = begin(w);
    buf_printf(&w->out,
               "SELECT *, max(wm) OVER (ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS w FROM n%u",
               watermarks);
    end(w);
    before = put_dedup(w, node, before);
    LiteNode done = { .number = begin(w) };
    vec_push(w->arena, &done.watermarks, watermarks);
    buf_append_str(&w->out, STR("SELECT "));
    put_columns(w, node->column_count);
    buf_printf(&w->out, "w FROM n%u WHERE mark IS NULL", before);
    end(w);
    return done;
}

/* ---- windows ---- */

/* Rows with the windows that hold them: s and e, a row once for each. */
typedef struct LiteWindows {
    uint32_t number;
    Str late_of; /* FROM .. WHERE ..: rows that come behind all of their windows */
} LiteWindows;

enum { WINDOWS_MAX = 100000 }; /* of one row */

/* Where the grid of windows begins that holds the time.  Times lie between the years 0 and 10000, far from where
 * microseconds wrap. */
static uint32_t put_grid(LiteWriter *w, const LogicalWindow *window, uint32_t from, bool needs_time)
{
    uint32_t c = window->time_column, number = begin(w);
    int64_t period = window->kind == WINDOW_HOP ? window->step_us : window->size_us;
    buf_append_str(&w->out, STR("SELECT *, "));
    if (needs_time)
        buf_printf(&w->out, "CASE WHEN c%u IS NULL THEN no_window() ELSE ", c);
    buf_printf(&w->out, "c%u - ((c%u - %" PRId64 ") %% %" PRId64 " + %" PRId64 ") %% %" PRId64, c, c, window->offset_us,
               period, period, period);
    buf_printf(&w->out, "%s AS o FROM n%u", needs_time ? " END" : "", from);
    end(w);
    return number;
}

/* Numbers i from 0. */
static uint32_t put_numbers(LiteWriter *w, int64_t count)
{
    uint32_t number = begin(w);
    buf_printf(&w->out, "SELECT 0 AS i UNION ALL SELECT i + 1 FROM n%u WHERE i + 1 < %" PRId64, number, count);
    end(w);
    if (count > WINDOWS_MAX)
        lite_refuse(w, "a row lies in %" PRId64 " windows", count);
    return number;
}

static LiteWindows put_attached(LiteWriter *w, const LogicalWindow *window, uint32_t from)
{
    uint32_t c = window->time_column, last = window->end_column;
    LiteWindows done = { .number = begin(w) };
    buf_printf(&w->out, "SELECT *, c%u AS s, c%u AS e FROM n%u WHERE c%u IS NOT NULL", c, last, from, last);
    end(w);
    done.late_of = str_printf(w->arena, "n%u WHERE w >= c%u - %d", from, last, MILLISECOND_US);
    return done;
}

/* `needs_time`: a row without a time is bad, not just in no window. */
static LiteWindows put_windows(LiteWriter *w, const LogicalWindow *window, uint32_t from, bool needs_time)
{
    int64_t size = window->size_us, step = window->step_us;
    uint32_t c = window->time_column, grid, numbers;
    LiteWindows done = { 0 };
    if (window->calendar != NULL || window->has_zone_column || window->has_last_column) {
        lite_refuse(w, "SQLite has no clocks of time zones");
        return done;
    }
    if (window->kind == WINDOW_ATTACHED)
        return put_attached(w, window, from);
    grid = put_grid(w, window, from, needs_time);
    done.late_of = str_printf(w->arena, "n%u WHERE w >= o + %" PRId64, grid, size - MILLISECOND_US);
    switch (window->kind) {
    case WINDOW_TUMBLE:
        done.number = begin(w);
        buf_printf(&w->out, "SELECT *, o AS s, o + %" PRId64 " AS e FROM n%u", size, grid);
        break;
    case WINDOW_HOP:
        numbers = put_numbers(w, (size + step - 1) / step);
        done.number = begin(w);
        buf_printf(&w->out, "SELECT n%u.*, o - i * %" PRId64 " AS s, o - i * %" PRId64 " + %" PRId64 " AS e ", grid,
                   step, step, size);
        buf_printf(&w->out, "FROM n%u JOIN n%u ON o - i * %" PRId64 " + %" PRId64 " > c%u", grid, numbers, step, size,
                   c);
        break;
    case WINDOW_CUMULATE:
        numbers = put_numbers(w, size / step);
        done.number = begin(w);
        buf_printf(&w->out, "SELECT n%u.*, o AS s, o + (i + 1) * %" PRId64 " AS e ", grid, step);
        buf_printf(&w->out, "FROM n%u JOIN n%u ON o + (i + 1) * %" PRId64 " > c%u", grid, numbers, step, c);
        break;
    case WINDOW_SESSION:
        lite_refuse(w, "sessions depend on the order in which rows come");
        return done;
    default:
        lite_refuse(w, "its windows are not said in SQL yet");
        return done;
    }
    end(w);
    return done;
}

static LiteNode put_window(LiteWriter *w, const LogicalNode *node)
{
    LiteNode done = put_node(w, node->inputs[0]);
    uint32_t before = node->inputs[0]->column_count;
    LiteWindows windows = put_windows(w, &node->as.window, done.number, true);
    done.number = begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    put_columns(w, before);
    buf_printf(&w->out, "s AS c%u, e AS c%u, e - %d AS c%u, w FROM n%u", before, before + 1, MILLISECOND_US, before + 2,
               windows.number);
    end(w);
    return done;
}

static void note_late(LiteWriter *w, Str late_of, bool can_fail)
{
    w->may_fail = w->may_fail || can_fail;
    w->aggregate_count++;
    w->late_of = late_of;
}

/* The least of the watermarks of all scans below: NULL while one has none. */
static void put_watermark(LiteWriter *w, const LiteNode *input)
{
    if (input->watermarks.count > 1)
        buf_append_str(&w->out, STR("min("));
    for (uint32_t i = 0; i < input->watermarks.count; i++)
        buf_printf(&w->out, "%s(SELECT max(wm) FROM n%u)", i == 0 ? "" : ", ", input->watermarks.items[i]);
    if (input->watermarks.count > 1)
        buf_append_char(&w->out, ')');
}

static bool calls_can_fail(const LogicalNode *node)
{
    bool can_fail = false;
    for (uint32_t i = 0; i < node->as.aggregate.key_count; i++)
        can_fail = can_fail || expr_can_fail(node->as.aggregate.keys[i]);
    for (uint32_t i = 0; i < node->as.aggregate.call_count; i++) {
        const AggCall *call = &node->as.aggregate.calls[i];
        can_fail = can_fail || (call->arg != NULL && expr_can_fail(call->arg)) ||
                   (call->filter != NULL && expr_can_fail(call->filter));
    }
    return can_fail;
}

/* x<i> and y<i>; an argument is looked at only where its filter is TRUE. */
static void put_inputs(LiteWriter *w, const LogicalNode *node)
{
    for (uint32_t i = 0; i < node->as.aggregate.call_count; i++) {
        const AggCall *call = &node->as.aggregate.calls[i];
        if (call->filter != NULL) {
            buf_append_str(&w->out, STR(", "));
            lite_put_expr(w, call->filter, LITE_INPUT);
            buf_printf(&w->out, " AS y%u", i);
        }
        if (call->arg == NULL)
            continue;
        buf_append_str(&w->out, STR(", CASE WHEN "));
        if (call->filter != NULL)
            lite_put_expr(w, call->filter, LITE_INPUT);
        else
            buf_append_str(&w->out, STR("TRUE"));
        buf_append_str(&w->out, STR(" THEN "));
        lite_put_key(w, call->arg);
        buf_printf(&w->out, " END AS x%u", i);
    }
}

/* Keys first get names of their own: GROUP BY 1 means another thing. */
static uint32_t put_keys(LiteWriter *w, const LogicalNode *node, uint32_t from, bool can_fail)
{
    uint32_t inner = can_fail ? begin_tainted(w) : begin(w);
    buf_append_str(&w->out, STR("SELECT *"));
    for (uint32_t i = 0; i < node->as.aggregate.key_count; i++) {
        buf_append_str(&w->out, STR(", "));
        lite_put_key(w, node->as.aggregate.keys[i]);
        buf_printf(&w->out, " AS k%u", i);
    }
    if (can_fail) {
        put_inputs(w, node);
        end_tainted(w, from);
        return inner;
    }
    buf_printf(&w->out, " FROM n%u", from);
    end(w);
    return inner;
}

static LiteNode put_aggregate(LiteWriter *w, const LogicalNode *node)
{
    if (node->as.aggregate.late != NULL && node->as.aggregate.late->correct_us > 0)
        lite_refuse(w, "its closed windows are corrected");
    if (node->as.aggregate.delay_us > 0)
        lite_refuse(w, "its windows close with a delay");
    if (node->as.aggregate.every_us != 0)
        lite_refuse(w, "it tells of windows before they close");
    LiteNode done = put_node(w, node->inputs[0]);
    uint32_t keys = node->as.aggregate.key_count, calls = node->as.aggregate.call_count, c = keys + calls;
    LiteWindows windows = put_windows(w, &node->as.aggregate.window, done.number, false);
    bool can_fail = calls_can_fail(node);
    uint32_t inner = put_keys(w, node, windows.number, can_fail);
    note_late(w, windows.late_of, can_fail);
    done.number = begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    for (uint32_t i = 0; i < keys; i++)
        buf_printf(&w->out, "k%u AS c%u, ", i, i);
    for (uint32_t i = 0; i < calls; i++) {
        lite_put_aggregate(w, &node->as.aggregate.calls[i], i, can_fail);
        buf_printf(&w->out, " AS c%u, ", keys + i);
    }
    buf_printf(&w->out, "s AS c%u, e AS c%u, e - %d AS c%u, NULL AS w FROM n%u", c, c + 1, MILLISECOND_US, c + 2,
               inner);
    buf_printf(&w->out, " WHERE s IS NOT NULL AND (w IS NULL OR w < e - %d)%s GROUP BY s, e", MILLISECOND_US,
               can_fail ? " AND NOT bad" : "");
    for (uint32_t i = 0; i < keys; i++)
        buf_printf(&w->out, ", k%u", i);
    buf_printf(&w->out, " HAVING e - %d <= ", MILLISECOND_US);
    put_watermark(w, &done);
    end(w);
    return done;
}

/* ---- the others ---- */

/* The rows of a step that are not bad. */
static void put_good(LiteWriter *w, LiteNode *done, uint32_t columns, const char *where)
{
    uint32_t from = done->number;
    done->number = begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    put_columns(w, columns);
    buf_printf(&w->out, "w FROM n%u WHERE %s", from, where);
    end(w);
}

static LiteNode put_filter(LiteWriter *w, const LogicalNode *node)
{
    LiteNode done = put_node(w, node->inputs[0]);
    bool can_fail = expr_can_fail(node->as.filter.predicate);
    uint32_t from = done.number;
    done.number = can_fail ? begin_tainted(w) : begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    put_columns(w, node->column_count);
    buf_append_str(&w->out, STR("w"));
    buf_append_str(&w->out, can_fail ? STR(", ") : STR_EMPTY);
    if (!can_fail)
        buf_printf(&w->out, " FROM n%u WHERE ", from);
    lite_put_expr(w, node->as.filter.predicate, LITE_INPUT);
    if (!can_fail) {
        end(w);
        return done;
    }
    buf_append_str(&w->out, STR(" AS keep"));
    end_tainted(w, from);
    put_good(w, &done, node->column_count, "NOT bad AND keep");
    return done;
}

static LiteNode put_project(LiteWriter *w, const LogicalNode *node)
{
    LiteNode done = put_node(w, node->inputs[0]);
    uint32_t from = done.number;
    bool can_fail = false;
    for (uint32_t c = 0; c < node->column_count; c++)
        can_fail = can_fail || expr_can_fail(node->as.project.exprs[c]);
    done.number = can_fail ? begin_tainted(w) : begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    for (uint32_t c = 0; c < node->column_count; c++) {
        lite_put_expr(w, node->as.project.exprs[c], LITE_INPUT);
        buf_printf(&w->out, " AS c%u, ", c);
    }
    buf_append_char(&w->out, 'w');
    if (can_fail) {
        end_tainted(w, from);
        put_good(w, &done, node->column_count, "NOT bad");
        return done;
    }
    buf_printf(&w->out, " FROM n%u", from);
    end(w);
    return done;
}

static LiteNode put_lookup_join(LiteWriter *w, const LogicalNode *node)
{
    LiteNode done = put_node(w, node->inputs[0]);
    uint32_t from = done.number, table = add_table(w, node), count = 0;
    uint32_t before = node->inputs[0]->column_count;
    const uint32_t *table_columns = logical_table_columns(w->arena, node, &count);
    done.number = begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    put_columns(w, before);
    for (uint32_t c = 0; c < count; c++)
        buf_printf(&w->out, "d%u AS c%u, ", table_columns[c], before + c);
    buf_printf(&w->out, "w FROM n%u %sJOIN t%u ON TRUE", from, node->as.lookup_join.is_left ? "LEFT " : "", table);
    for (uint32_t i = 0; i < node->as.lookup_join.key_count; i++) {
        buf_append_str(&w->out, STR(" AND ("));
        lite_put_expr(w, node->as.lookup_join.input_keys[i], LITE_INPUT);
        buf_printf(&w->out, ") = d%u", node->as.lookup_join.table_keys[i]);
    }
    if (node->as.lookup_join.residual != NULL) {
        buf_append_str(&w->out, STR(" AND "));
        lite_put_expr(w, node->as.lookup_join.residual, (LiteScope){ before, table_columns });
    }
    end(w);
    return done;
}

/* Each row with a number that counts up to its elements. */
static LiteNode put_unnest(LiteWriter *w, const LogicalNode *node)
{
    LiteNode done = put_node(w, node->inputs[0]);
    uint32_t from = done.number, number = node->column_count - 1;
    if (node->as.unnest.residual != NULL)
        lite_refuse(w, "a LEFT JOIN UNNEST that chooses elements is not said in SQL yet");
    uint32_t counted = begin(w);
    buf_append_str(&w->out, STR("SELECT *, "));
    lite_put_expr(w, node->as.unnest.count, LITE_INPUT);
    buf_printf(&w->out, " AS n FROM n%u", from);
    end(w);
    done.number = begin(w);
    buf_append_str(&w->out, STR("SELECT "));
    put_columns(w, number);
    buf_printf(&w->out, "CASE WHEN n > 0 THEN 1 END AS c%u, w, n FROM n%u WHERE %s UNION ALL SELECT ", number, counted,
               node->as.unnest.is_left ? "1" : "n > 0");
    put_columns(w, number);
    buf_printf(&w->out, "c%u + 1, w, n FROM n%u WHERE c%u < n", number, done.number, number);
    end(w);
    return done;
}

static LiteNode put_union(LiteWriter *w, const LogicalNode *node)
{
    uint32_t *numbers = ARENA_ARRAY(w->arena, uint32_t, node->input_count);
    LiteNode done = { 0 };
    for (uint32_t i = 0; i < node->input_count; i++) {
        LiteNode input = put_node(w, node->inputs[i]);
        numbers[i] = input.number;
        for (uint32_t k = 0; k < input.watermarks.count; k++)
            vec_push(w->arena, &done.watermarks, input.watermarks.items[k]);
    }
    done.number = begin(w);
    for (uint32_t i = 0; i < node->input_count; i++) {
        buf_append_str(&w->out, i == 0 ? STR("SELECT ") : STR(" UNION ALL SELECT "));
        put_columns(w, node->column_count);
        buf_printf(&w->out, "w FROM n%u", numbers[i]);
    }
    end(w);
    return done;
}

/* No test has as many values as are kept of every dimension; where fewer are asked for they may be too many. */
static LiteNode put_keep(LiteWriter *w, const LogicalNode *node)
{
    for (uint32_t i = 0; i < node->as.keep.key_count; i++) {
        if (node->as.keep.keys[i].most < KEEP_DEFAULT)
            lite_refuse(w, "rare values of a dimension may become one");
    }
    return put_node(w, node->inputs[0]);
}

static LiteNode put_node(LiteWriter *w, const LogicalNode *node)
{
    switch (node->kind) {
    case LOGICAL_SCAN:
        return put_scan(w, node);
    case LOGICAL_FILTER:
        return put_filter(w, node);
    case LOGICAL_PROJECT:
        return put_project(w, node);
    case LOGICAL_WINDOW:
        return put_window(w, node);
    case LOGICAL_AGGREGATE:
        return put_aggregate(w, node);
    case LOGICAL_KEEP:
        return put_keep(w, node);
    case LOGICAL_LOOKUP_JOIN:
        return put_lookup_join(w, node);
    case LOGICAL_UNNEST:
        return put_unnest(w, node);
    case LOGICAL_UNION_ALL:
        return put_union(w, node);
    default:
        lite_refuse(w, "its plan has a step that is not said in SQL yet");
        return (LiteNode){ 0 };
    }
}

static Str late_text(const LiteWriter *w, Str with)
{
    if (w->aggregate_count > 1 || w->may_fail)
        return STR_EMPTY;
    if (w->aggregate_count == 0)
        return STR("SELECT 0");
    return str_printf(w->arena, "WITH RECURSIVE %.*s\nSELECT count(*) FROM %.*s", STR_ARG(with), STR_ARG(w->late_of));
}

LiteQuery *lite_query(Arena *arena, const LogicalNode *sink)
{
    assert(sink->kind == LOGICAL_SINK);
    LiteWriter w = { .arena = arena, .query = ARENA_NEW(arena, LiteQuery) };
    w.query->sink = sink;
    LiteNode result = put_node(&w, sink->inputs[0]);
    Str with = buf_str(&w.out);
    Buf select = { 0 };
    for (uint32_t c = 0; c < sink->column_count; c++)
        buf_printf(&select, "%sc%u", c == 0 ? "" : ", ", c);
    w.query->text = str_printf(arena, "WITH RECURSIVE %.*s\nSELECT %.*s FROM n%u", STR_ARG(with),
                               STR_ARG(buf_str(&select)), result.number);
    w.query->late_text = late_text(&w, with);
    buf_free(&select);
    buf_free(&w.out);
    return w.query;
}
