/* plan_text.c -- logical plans as text: one line a node, its inputs indented below it.
 *
 * Columns in expressions are written `name@number`: the number is what the plan knows, the name is for the reader. */
#include "compiler/logical/plan_text.h"

#include "compiler/logical/nodes.h"
#include "runtime/time/zone.h"

#include <inttypes.h>

static const char *const KIND_NAMES[] = {
#define LOGICAL(kind, name, doc) name,
#include "compiler/logical/nodes.def"
#undef LOGICAL
};

typedef struct NameOf {
    const LogicalColumn *columns;
    uint32_t count;
} NameOf;

/* expr_text writes columns as @3; quoted text may hold an @ of its own. */
void plan_put_expr(Buf *out, const Expr *expr, ColumnName name, const void *user)
{
    Arena scratch;
    arena_init(&scratch);
    Str text = expr_text(&scratch, expr);
    bool quoted = false;
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        quoted ^= c == '\'';
        if (quoted || c != '@') {
            buf_append_char(out, c);
            continue;
        }
        uint32_t column = 0;
        while (i + 1 < text.len && text.data[i + 1] >= '0' && text.data[i + 1] <= '9')
            column = column * 10 + (uint32_t)(text.data[++i] - '0');
        name(out, user, column);
    }
    arena_free(&scratch);
}

static void put_name(Buf *out, const void *user, uint32_t column)
{
    const NameOf *names = user;
    if (column < names->count)
        buf_append_str(out, names->columns[column].name);
    buf_printf(out, "@%u", column);
}

static void put_expr(Buf *out, const LogicalNode *over, const Expr *expr)
{
    NameOf names = { over->columns, over->column_count };
    plan_put_expr(out, expr, put_name, &names);
}

void plan_put_duration(Buf *out, int64_t us)
{
    static const struct {
        int64_t us;
        const char *name;
    } UNITS[] = {
        { 86400000000, "d" }, { 3600000000, "h" }, { 60000000, "min" }, { 1000000, "s" }, { 1000, "ms" },
    };
    for (uint32_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (us != 0 && us % UNITS[i].us == 0) {
            buf_printf(out, "%" PRId64 " %s", us / UNITS[i].us, UNITS[i].name);
            return;
        }
    }
    buf_printf(out, "%" PRId64 " us", us);
}

const char *plan_window_name(WindowKind kind)
{
    static const char *const NAMES[] = { "tumble", "hop", "cumulate", "session", "windows" };
    return NAMES[kind];
}

static void put_period(Buf *out, int64_t us, int32_t months)
{
    if (months == 0)
        plan_put_duration(out, us);
    else
        buf_printf(out, "%d %s", months % 12 == 0 ? months / 12 : months, months % 12 == 0 ? "year" : "month");
}

void plan_put_window_sizes(Buf *out, WindowKind kind, const WindowCalendar *calendar, int64_t size_us, int64_t step_us,
                           int64_t offset_us)
{
    put_period(out, size_us, calendar == NULL ? 0 : calendar->size_months);
    if (step_us != 0) {
        buf_append_str(out, kind == WINDOW_SESSION ? STR(", at most ") : STR(" by "));
        put_period(out, step_us, calendar == NULL ? 0 : calendar->step_months);
    }
    if (offset_us != 0) {
        buf_append_str(out, STR(", offset "));
        plan_put_duration(out, offset_us);
    }
    plan_put_calendar(out, calendar);
}

void plan_put_calendar(Buf *out, const WindowCalendar *calendar)
{
    if (calendar == NULL)
        return;
    buf_printf(out, " in %.*s", STR_ARG(zone_name(calendar->zone)));
}

static void put_window(Buf *out, const LogicalNode *over, const LogicalWindow *window)
{
    buf_printf(out, " %s(", plan_window_name(window->kind));
    put_name(out, &(NameOf){ over->columns, over->column_count }, window->time_column);
    buf_append_str(out, STR(", "));
    if (window->kind == WINDOW_ATTACHED)
        put_name(out, &(NameOf){ over->columns, over->column_count }, window->end_column);
    else
        plan_put_window_sizes(out, window->kind, window->calendar, window->size_us, window->step_us, window->offset_us);
    if (window->has_zone_column) {
        buf_append_str(out, STR(" of "));
        put_name(out, &(NameOf){ over->columns, over->column_count }, window->zone_column);
    }
    if (window->has_last_column) {
        buf_append_str(out, STR(" at "));
        put_name(out, &(NameOf){ over->columns, over->column_count }, window->last_column);
    }
    static const char *const RULES[WINDOW_RULE_COUNT] = { "gap", "starts when", "ends when" };
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (window->rules[i] == 0)
            continue;
        buf_printf(out, ", %s ", RULES[i]);
        put_name(out, &(NameOf){ over->columns, over->column_count }, window->rules[i] - 1);
    }
    for (uint32_t i = 0; i < window->partition_count; i++) {
        buf_append_str(out, i == 0 ? STR(", by ") : STR(", "));
        put_name(out, &(NameOf){ over->columns, over->column_count }, window->partition[i]);
    }
    buf_append_char(out, ')');
}

static void put_source(Buf *out, const Table *table, const ScanSource *source)
{
    const TableColumn *column = &table->columns[source->table_column];
    buf_append_str(out, column->name);
    const Type *type = column->type;
    for (uint32_t i = 0; i < source->path_length; i++) {
        buf_printf(out, ".%.*s", STR_ARG(type->fields[source->path[i]].name));
        type = type->fields[source->path[i]].type;
    }
}

static void put_scan(Buf *out, const LogicalNode *node)
{
    buf_printf(out, " %.*s [", STR_ARG(node->as.scan.table->name));
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (c > 0)
            buf_append_str(out, STR(", "));
        if (node->as.scan.sources != NULL)
            put_source(out, node->as.scan.table, &node->as.scan.sources[c]);
        else
            buf_append_str(out, node->columns[c].name);
        if (node->as.scan.computed != NULL && node->as.scan.computed[c] != NULL) {
            buf_append_str(out, STR(" = "));
            put_expr(out, node, node->as.scan.computed[c]);
        }
    }
    buf_append_char(out, ']');
    if (node->as.scan.watermark != NULL) {
        buf_append_str(out, STR(" watermark "));
        const AdaptiveSpec *adaptive = node->as.scan.table->adaptive;
        buf_append_str(out, adaptive == NULL ? STR_EMPTY : STR("ADAPTIVE("));
        put_expr(out, node, node->as.scan.watermark);
        if (adaptive != NULL)
            buf_printf(out, ", 0.%04u, %lld us, %lld us)", adaptive->quantile, (long long)adaptive->max_us,
                       (long long)adaptive->min_us);
    }
}

static void put_project(Buf *out, const LogicalNode *node)
{
    for (uint32_t c = 0; c < node->column_count; c++) {
        buf_printf(out, "%s%.*s = ", c == 0 ? " " : ", ", STR_ARG(node->columns[c].name));
        put_expr(out, node->inputs[0], node->as.project.exprs[c]);
    }
}

void plan_put_call(Buf *out, const AggCall *call, ColumnName name, const void *user)
{
    buf_printf(out, "%s(%s", call->agg->name, call->distinct ? "DISTINCT " : "");
    if (call->arg == NULL)
        buf_append_char(out, '*');
    else
        plan_put_expr(out, call->arg, name, user);
    buf_append_char(out, ')');
    if (call->filter != NULL) {
        buf_append_str(out, STR(" FILTER "));
        plan_put_expr(out, call->filter, name, user);
    }
}

static void put_aggregate(Buf *out, const LogicalNode *node)
{
    const LogicalNode *input = node->inputs[0];
    NameOf names = { input->columns, input->column_count };
    if (node->kind == LOGICAL_AGGREGATE)
        put_window(out, input, &node->as.aggregate.window);
    buf_append_str(out, STR(" by ["));
    for (uint32_t i = 0; i < node->as.aggregate.key_count; i++) {
        buf_append_str(out, i == 0 ? STR("") : STR(", "));
        put_expr(out, input, node->as.aggregate.keys[i]);
    }
    buf_append_char(out, ']');
    for (uint32_t i = 0; i < node->as.aggregate.call_count; i++) {
        buf_append_str(out, i == 0 ? STR(" ") : STR(", "));
        plan_put_call(out, &node->as.aggregate.calls[i], put_name, &names);
    }
}

static void put_keep(Buf *out, const LogicalNode *node)
{
    for (uint32_t i = 0; i < node->as.keep.key_count; i++) {
        const KeepKey *key = &node->as.keep.keys[i];
        const Type *type = node->columns[key->key].type;
        buf_printf(out, "%s %" PRIu64 " of ", i == 0 ? "" : ",", key->most);
        buf_append_str(out, node->columns[key->key].name);
        if (key->by != NULL) {
            buf_append_str(out, STR(" by "));
            put_expr(out, node->inputs[0], key->by);
        }
        buf_append_str(out, STR(", others "));
        Expr other = { .op = EXPR_LITERAL, .type = type, .literal = key->other };
        put_expr(out, node, &other);
    }
}

static void put_lookup(Buf *out, const LogicalNode *node)
{
    const Table *table = node->as.lookup_join.table;
    uint32_t at = node->inputs[0]->column_count;
    buf_printf(out, "%s %.*s [", node->as.lookup_join.is_left ? " left" : "", STR_ARG(table->name));
    for (uint32_t c = at; c < node->column_count; c++)
        buf_printf(out, "%s%.*s", c == at ? "" : ", ", STR_ARG(node->columns[c].name));
    buf_append_str(out, STR("] on "));
    for (uint32_t i = 0; i < node->as.lookup_join.key_count; i++) {
        buf_append_str(out, i == 0 ? STR("") : STR(" AND "));
        put_expr(out, node->inputs[0], node->as.lookup_join.input_keys[i]);
        buf_printf(out, " = %.*s", STR_ARG(table->columns[node->as.lookup_join.table_keys[i]].name));
    }
    if (node->as.lookup_join.residual != NULL) {
        buf_append_str(out, STR(" and "));
        put_expr(out, node, node->as.lookup_join.residual);
    }
}

static void put_unnest(Buf *out, const LogicalNode *node)
{
    buf_append_str(out, node->as.unnest.is_left ? STR(" left ") : STR(" "));
    put_expr(out, node->inputs[0], node->as.unnest.count);
    if (node->as.unnest.residual != NULL) {
        buf_append_str(out, STR(" on "));
        put_expr(out, node, node->as.unnest.residual);
    }
}

static void put_dedup(Buf *out, const LogicalNode *scan)
{
    const Dedup *dedup = scan->as.scan.dedup;
    for (uint32_t i = 0; dedup != NULL && i < dedup->key_count; i++) {
        buf_append_str(out, i == 0 ? STR(" once for ") : STR(", "));
        put_expr(out, scan, dedup->keys[i]);
    }
    if (dedup != NULL)
        buf_printf(out, " within %" PRId64 " us", dedup->within_us);
}

static void put_details(Buf *out, const LogicalNode *node)
{
    switch (node->kind) {
    case LOGICAL_SCAN:
        put_scan(out, node);
        put_dedup(out, node);
        break;
    case LOGICAL_FILTER:
        buf_append_char(out, ' ');
        put_expr(out, node->inputs[0], node->as.filter.predicate);
        break;
    case LOGICAL_PROJECT:
        put_project(out, node);
        break;
    case LOGICAL_WINDOW:
        put_window(out, node->inputs[0], &node->as.window);
        break;
    case LOGICAL_AGGREGATE:
    case LOGICAL_GROUP:
        put_aggregate(out, node);
        break;
    case LOGICAL_KEEP:
        put_keep(out, node);
        break;
    case LOGICAL_LOOKUP_JOIN:
        put_lookup(out, node);
        break;
    case LOGICAL_UNNEST:
        put_unnest(out, node);
        break;
    case LOGICAL_GAP_FILL:
        buf_append_char(out, ' ');
        plan_put_duration(out, node->as.gap_fill.step_us);
        break;
    case LOGICAL_SINK:
        buf_printf(out, "%s%s%.*s", node->as.sink.is_insert ? " insert" : "", node->as.sink.name.len > 0 ? " " : "",
                   STR_ARG(node->as.sink.name));
        break;
    default:
        break;
    }
}

static void put_node(Buf *out, const LogicalNode *node, uint32_t depth)
{
    buf_printf(out, "%*s%s", (int)(2 * depth), "", KIND_NAMES[node->kind]);
    put_details(out, node);
    buf_append_char(out, '\n');
    for (uint32_t i = 0; i < node->input_count; i++)
        put_node(out, node->inputs[i], depth + 1);
}

Str logical_text(Arena *arena, const LogicalNode *root)
{
    Buf out = { 0 };
    put_node(&out, root, 0);
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
