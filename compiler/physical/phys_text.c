/* phys_text.c -- the explain text of a program: what runs, over which columns, from which text, with how much state.
 *
 *   #0 scan clicks
 *        at 1:1
 *        columns: action STRING, price BIGINT, ts TIMESTAMP(3)
 *        feeds #1
 *   #1 filter (action = 'view')
 *        from #0, a row is bad by: action
 *
 * State is told as bytes per group: the fixed part of key and fields; what grows with the data is a formula. */
#include "compiler/logical/metric.h"
#include "compiler/logical/plan_text.h"
#include "compiler/physical/plan.h"

#include "runtime/abi/key.h"

#include <inttypes.h>

static const char *const KIND_NAMES[] = {
#define OPERATOR(kind, name, breaker, doc) name,
#include "compiler/physical/operators.def"
#undef OPERATOR
};

typedef struct PhysText {
    Buf *out;
    Arena *scratch;
    const Sources *sources;
} PhysText;

static void put_name(Buf *out, const void *user, uint32_t column)
{
    const PhysNode *over = user;
    buf_append_str(out, over->columns[column].name);
}

static void put_expr(const PhysText *t, const PhysNode *over, const Expr *expr)
{
    plan_put_expr(t->out, expr, put_name, over);
}

static void begin_line(const PhysText *t, const char *what)
{
    buf_printf(t->out, "\n     %s", what);
}

static void put_span(const PhysText *t, Span span)
{
    if (t->sources == NULL || span_is_none(span))
        return;
    const Source *source = sources_get(t->sources, span.file);
    SourcePos pos = source_pos(source, span.start);
    begin_line(t, "at ");
    buf_printf(t->out, "%.*s:%u:%u", STR_ARG(source->path), pos.line, pos.column);
}

static void put_columns(const PhysText *t, const PhysNode *node)
{
    begin_line(t, "columns:");
    for (uint32_t c = 0; c < node->column_count; c++) {
        Str type = type_name(t->scratch, node->columns[c].type);
        buf_printf(t->out, "%s %.*s %.*s", c == 0 ? "" : ",", STR_ARG(node->columns[c].name), STR_ARG(type));
    }
}

static void put_mask(const PhysText *t, const PhysNode *input, const uint64_t *mask)
{
    const char *between = ", a row is bad by: ";
    for (uint32_t c = 0; c < input->column_count; c++) {
        if (((mask[c / 64] >> (c % 64)) & 1) == 0)
            continue;
        buf_printf(t->out, "%s%.*s", between, STR_ARG(input->columns[c].name));
        between = ", ";
    }
}

static void put_inputs(const PhysText *t, const PhysNode *node)
{
    for (uint32_t i = 0; i < node->input_count; i++) {
        begin_line(t, "from ");
        buf_printf(t->out, "#%u", node->inputs[i]->id);
        if (node->reads[i] != NULL)
            put_mask(t, node->inputs[i], node->reads[i]);
    }
    for (uint32_t i = 0; i < node->consumer_count; i++) {
        if (i == 0)
            begin_line(t, "feeds");
        buf_printf(t->out, " #%u", node->consumers[i]->id);
    }
}

static void put_watermark(const PhysText *t, const PhysNode *node, const PhysScan *scan)
{
    const AdaptiveSpec *adaptive = scan->table->adaptive;
    if (adaptive != NULL)
        buf_append_str(t->out, STR("ADAPTIVE("));
    put_expr(t, node, scan->watermark);
    if (adaptive == NULL)
        return;
    Str max = metric_interval_text(t->scratch, adaptive->max_us),
        min = metric_interval_text(t->scratch, adaptive->min_us);
    buf_printf(t->out, ", 0.%04u, at most %.*s, at least %.*s)", adaptive->quantile, STR_ARG(max), STR_ARG(min));
}

static void put_time_options(const PhysText *t, const PhysScan *scan)
{
    const Table *table = scan->table;
    if (scan->watermark == NULL)
        return;
    if (table->idle_timeout_us > 0) {
        Str idle = metric_interval_text(t->scratch, table->idle_timeout_us);
        begin_line(t, "waits ");
        buf_printf(t->out, "%.*s for an input that is silent", STR_ARG(idle));
    }
    if (table->heartbeat > 0) {
        begin_line(t, "heartbeats where ");
        buf_append_str(t->out, table->columns[table->heartbeat - 1].name);
    }
    if (table->future_skew_us == 0)
        return;
    Str skew = metric_interval_text(t->scratch, table->future_skew_us);
    begin_line(t, "rows more than ");
    buf_printf(t->out, "%.*s ahead are %s", STR_ARG(skew), table->future_quarantine ? "quarantined" : "clamped");
}

/* Bytes of some keys in a group table, where their texts are empty (group_table.h has the layout). */
static uint32_t key_bytes(const Expr *const *keys, uint32_t count)
{
    uint32_t bytes = 0;
    bool is_fixed = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t fixed = key_bytes_fixed(type_physical(keys[i]->type));
        is_fixed = is_fixed && fixed != KEY_VARIABLE;
        bytes += fixed != KEY_VARIABLE ? fixed : (uint32_t)key_bytes_max_str(0);
    }
    bytes += is_fixed ? 0 : (uint32_t)sizeof(uint32_t);
    return (bytes + 7) / 8 * 8;
}

static void put_key_texts(const PhysText *t, const PhysNode *over, const Expr *const *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (key_bytes_fixed(type_physical(keys[i]->type)) != KEY_VARIABLE)
            continue;
        buf_append_str(t->out, STR(" + text of "));
        put_expr(t, over, keys[i]);
    }
}

static void put_dedup(const PhysText *t, const PhysNode *node)
{
    const Dedup *dedup = node->as.scan.dedup;
    if (dedup == NULL)
        return;
    begin_line(t, "drops copies: equal ");
    for (uint32_t i = 0; i < dedup->key_count; i++) {
        buf_append_str(t->out, i == 0 ? STR("") : STR(", "));
        put_expr(t, node, dedup->keys[i]);
    }
    buf_printf(t->out, " within %.*s", STR_ARG(metric_interval_text(t->scratch, dedup->within_us)));
    begin_line(t, "state: ");
    int64_t kept_us = dedup->within_us + window_dedup_slice_us(dedup->within_us);
    buf_printf(t->out, "%u bytes a row, from %.*s behind the watermark on",
               key_bytes(dedup->keys, dedup->key_count) + 8, STR_ARG(metric_interval_text(t->scratch, kept_us)));
    put_key_texts(t, node, dedup->keys, dedup->key_count);
    begin_line(t, "unit: ");
    buf_printf(t->out, "%016" PRIx64, node->as.scan.dedup_id);
}

/* Which topic, and what part of it; no servers, which are another matter. */
static void put_topic(const PhysText *t, const Table *table)
{
    if (table->checked == NULL || connector_id(table->checked->connector) != CONN_KAFKA)
        return;
    Str topic = table_option_text(table->checked, "topic"),
        mode = table_option_text(table->checked, "scan.bounded.mode");
    begin_line(t, "reads ");
    buf_printf(t->out, "Kafka topic '%.*s' from %.*s", STR_ARG(topic),
               STR_ARG(table_option_text(table->checked, "scan.startup.mode")));
    if (!str_equal(mode, STR("unbounded")))
        buf_printf(t->out, " to %.*s", STR_ARG(mode));
}

static void put_scan(const PhysText *t, const PhysNode *node)
{
    const PhysScan *scan = &node->as.scan;
    buf_printf(t->out, " %.*s", STR_ARG(scan->table->name));
    put_topic(t, scan->table);
    for (uint32_t i = 0; i < scan->computed_count; i++) {
        begin_line(t, "computes ");
        buf_printf(t->out, "%.*s = ", STR_ARG(node->columns[scan->decoded_count + i].name));
        put_expr(t, node, scan->computed[i]);
    }
    if (scan->watermark != NULL) {
        begin_line(t, "watermark of ");
        buf_printf(t->out, "%.*s: ", STR_ARG(node->columns[scan->rowtime_column].name));
        put_watermark(t, node, scan);
    }
    put_time_options(t, scan);
    put_dedup(t, node);
    begin_line(t, "decodes ");
    buf_printf(t->out, "%u columns, %u bytes a row", scan->decoded_count, scan->layout.row_bytes);
}

static void put_project(const PhysText *t, const PhysNode *node)
{
    for (uint32_t c = 0; c < node->column_count; c++) {
        begin_line(t, "computes ");
        buf_printf(t->out, "%.*s = ", STR_ARG(node->columns[c].name));
        put_expr(t, node->inputs[0], node->as.project.exprs[c]);
    }
}

static void put_lookup(const PhysText *t, const PhysNode *node)
{
    const PhysLookupJoin *join = &node->as.lookup_join;
    buf_printf(t->out, "%s %.*s on ", join->is_left ? " left" : "", STR_ARG(join->table->name));
    for (uint32_t i = 0; i < join->key_count; i++) {
        buf_append_str(t->out, i == 0 ? STR("") : STR(" AND "));
        put_expr(t, node->inputs[0], join->input_keys[i]);
        uint32_t column = join->table_columns[join->table_keys[i]];
        buf_printf(t->out, " = %.*s", STR_ARG(join->table->columns[column].name));
    }
    if (join->residual != NULL) {
        begin_line(t, "and ");
        put_expr(t, node, join->residual);
    }
    begin_line(t, "state: ");
    buf_printf(t->out, "%u bytes a row of the table, and its text", join->layout.row_bytes);
}

static void put_distinct(const PhysText *t, const PhysNode *node, const AggCall *call)
{
    uint32_t each = key_bytes_fixed(type_physical(call->arg->type));
    bool is_fixed = each != KEY_VARIABLE;
    uint32_t group_ref = sizeof(uint32_t);
    each = is_fixed ? group_ref + each : group_ref + (uint32_t)sizeof(uint32_t) + (uint32_t)key_bytes_max_str(0);
    buf_printf(t->out, " + %u bytes%s for each distinct ", (each + 7) / 8 * 8, is_fixed ? "" : " and text");
    put_expr(t, node->inputs[0], call->arg);
}

/* `40 bytes a group and window + text of region + 16 bytes for each distinct user_id` */
static void put_state(const PhysText *t, const PhysNode *node)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    uint32_t bytes = key_bytes(agg->keys, agg->key_count);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        uint32_t align = agg->calls[i].agg->state_align == 0 ? 1 : agg->calls[i].agg->state_align;
        align = align < 8 ? align : 8;
        bytes = (bytes + align - 1) / align * align + agg->calls[i].agg->state_bytes;
    }
    begin_line(t, "state: ");
    if (agg->kind == WINDOW_SESSION) /* first and last time, chain */
        bytes += WINDOW_SESSION_HEAD_BYTES;
    static const char *const EACH[] = { "window", "slice", "slice", "session", "window" };
    if (phys_is_unbounded(agg))
        buf_printf(t->out, "%u bytes a group, for all time", (bytes + 7) / 8 * 8 + (uint32_t)sizeof(int64_t));
    else
        buf_printf(t->out, "%u bytes a group and %s", (bytes + 7) / 8 * 8,
                   !phys_is_cut(agg)                                ? EACH[agg->kind]
                   : agg->late != NULL && agg->late->correct_us > 0 ? "each time in a session that can change"
                                                                    : "each time in an open session");
    put_key_texts(t, node->inputs[0], agg->keys, agg->key_count);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggCall *call = &agg->calls[i];
        if (call->distinct && call->arg != NULL)
            put_distinct(t, node, call);
        if ((call->agg->traits & AGG_HEAP) != 0) {
            buf_append_str(t->out, STR(" + what "));
            plan_put_call(t->out, call, put_name, node->inputs[0]);
            buf_append_str(t->out, STR(" keeps"));
        }
    }
    begin_line(t, "unit: ");
    buf_printf(t->out, "%016" PRIx64, agg->unit_id);
}

/* What becomes of late rows, and what that costs. */
static void put_late(const PhysText *t, const PhysWindowAgg *agg)
{
    const LatePolicy *late = agg->late;
    if (agg->delay_us > 0) {
        Str delay = metric_interval_text(t->scratch, agg->delay_us);
        begin_line(t, "closes ");
        buf_printf(t->out, "%.*s after its end", STR_ARG(delay));
    }
    if (agg->ttl_us > 0) {
        Str ttl = metric_interval_text(t->scratch, agg->ttl_us);
        begin_line(t, "forgets groups that no row touched for ");
        buf_printf(t->out, "%.*s of event time: what rows of twice as long touch is the most that stays", STR_ARG(ttl));
    }
    if (agg->every_us == EMIT_EACH_ROW && !phys_is_unbounded(agg)) {
        begin_line(t, "tells of open windows at each row");
    } else if (agg->every_us > 0) {
        Str every = metric_interval_text(t->scratch, agg->every_us);
        begin_line(t, phys_is_unbounded(agg) ? "tells what has changed every " : "tells of open windows every ");
        buf_append_str(t->out, every);
    }
    if (agg->every_us != 0 && (agg->every_us > 0 || !phys_is_unbounded(agg)))
        buf_append_str(t->out, STR(", and keeps the rows that it told of"));
    if (agg->rows_call != 0)
        begin_line(t, "takes rows back, and says nothing of groups without any");
    if (late == NULL)
        return;
    begin_line(t, late->into == NULL ? "corrections from below: " : "late rows: ");
    Str kept = metric_interval_text(t->scratch, late->correct_us);
    if (late->correct_us > 0 && agg->kind == WINDOW_SESSION)
        buf_printf(t->out, "correct their session for %.*s, so that the state of sessions that closed stays so long; ",
                   STR_ARG(kept));
    if (late->correct_us > 0 && agg->kind != WINDOW_SESSION) {
        int64_t each = agg->step_us > 0 ? agg->step_us : agg->size_us > 0 ? agg->size_us : late->correct_us;
        int64_t windows = (late->correct_us + each - 1) / each;
        buf_printf(t->out, "correct their window for %.*s, so that the state of %" PRId64 " closed window%s stays; ",
                   STR_ARG(kept), windows, windows == 1 ? "" : "s");
    }
    if (late->into == NULL)
        buf_append_str(t->out, STR("then they are counted"));
    else
        buf_printf(t->out, "%s into %.*s", late->correct_us > 0 ? "then" : "go", STR_ARG(late->into->name));
}

static void put_group_window(const PhysText *t, const PhysNode *node)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    buf_printf(t->out, " %s(", plan_window_name(agg->kind));
    put_expr(t, node->inputs[0], agg->time);
    buf_append_str(t->out, STR(", "));
    if (agg->kind == WINDOW_ATTACHED)
        put_expr(t, node->inputs[0], agg->end);
    else
        plan_put_window_sizes(t->out, agg->kind, agg->calendar, agg->size_us, agg->step_us, agg->offset_us);
    if (agg->last != NULL) {
        buf_append_str(t->out, STR(" at "));
        put_expr(t, node->inputs[0], agg->last);
    }
    buf_append_char(t->out, ')');
    if (agg->leader != NULL) {
        begin_line(t, "rows in time come with the slices of ");
        buf_printf(t->out, "#%u", agg->leader->id);
    }
    static const char *const RULES[WINDOW_RULE_COUNT] = { "gap ", "starts when ", "ends when " };
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (agg->rules[i] == NULL)
            continue;
        begin_line(t, RULES[i]);
        put_expr(t, node->inputs[0], agg->rules[i]);
    }
}

static void put_top(const PhysText *t, const PhysNode *node)
{
    static const char *const NUMBERS[] = { "row_number", "rank", "dense_rank" };
    const PhysTop *top = &node->as.top;
    buf_printf(t->out, " %" PRIu64 " by %s", top->limit, NUMBERS[top->kind]);
    for (uint32_t i = 0; i < top->partition_count + top->order_count; i++) {
        const PhysNode *input = node->inputs[0];
        begin_line(t, i < top->partition_count ? "of " : "in the order of ");
        if (input->kind == PHYS_PROJECT)
            put_expr(t, input->inputs[0], input->as.project.exprs[i]);
        else
            buf_append_str(t->out, input->columns[i].name);
    }
    begin_line(t, "state: ");
    buf_append_str(t->out, top->is_retracted
                               ? STR("all rows of a partition, which may come to the front when others go")
                               : STR("the rows that are shown; 24 bytes and their values each"));
    begin_line(t, "unit: ");
    buf_printf(t->out, "%016" PRIx64, top->unit_id);
}

static void put_group(const PhysText *t, const PhysNode *node)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    if (!phys_is_unbounded(agg))
        put_group_window(t, node);
    for (uint32_t i = 0; i < agg->key_count; i++) {
        begin_line(t, "by ");
        put_expr(t, node->inputs[0], agg->keys[i]);
    }
    for (uint32_t i = 0; i < agg->call_count; i++) {
        begin_line(t, "computes ");
        plan_put_call(t->out, &agg->calls[i], put_name, node->inputs[0]);
    }
    put_state(t, node);
    put_late(t, agg);
}

static void put_unnest(const PhysText *t, const PhysNode *node)
{
    buf_append_str(t->out, node->as.unnest.is_left ? STR(" left ") : STR(" "));
    put_expr(t, node->inputs[0], node->as.unnest.count);
    if (node->as.unnest.residual != NULL) {
        begin_line(t, "on ");
        put_expr(t, node, node->as.unnest.residual);
    }
}

static void put_window_rows(const PhysText *t, const PhysNode *node)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    buf_printf(t->out, " %s(", plan_window_name(rows->kind));
    put_expr(t, node->inputs[0], rows->time);
    buf_append_str(t->out, STR(", "));
    plan_put_window_sizes(t->out, rows->kind, rows->calendar, rows->size_us, rows->step_us, rows->offset_us);
    if (rows->zone != NULL) {
        buf_append_str(t->out, STR(" of "));
        put_expr(t, node->inputs[0], rows->zone);
    }
    buf_append_char(t->out, ')');
}

/* `at most 1000 values of tag leave a window, by COUNT(*); others are 'other'`, and how many rows that are. */
static void put_keep(const PhysText *t, const PhysNode *node)
{
    const PhysKeep *keep = &node->as.keep;
    const PhysNode *agg = node->inputs[0];
    for (uint32_t i = 0; i < keep->key_count; i++) {
        const KeepKey *key = &keep->keys[i];
        Expr other = { .op = EXPR_LITERAL, .type = node->columns[key->key].type, .literal = key->other };
        begin_line(t, "at most ");
        buf_printf(t->out, "%" PRIu64 " values of %.*s leave a window", key->most, STR_ARG(key->name));
        if (key->by != NULL) {
            buf_append_str(t->out, STR(", by "));
            put_expr(t, agg, key->by);
        }
        buf_append_str(t->out, STR("; the others are "));
        put_expr(t, node, &other);
    }
    uint64_t rows = 1;
    bool is_bounded = keep->key_count == agg->as.window_agg.key_count;
    for (uint32_t i = 0; i < keep->key_count; i++)
        is_bounded = is_bounded && !__builtin_mul_overflow(rows, keep->keys[i].most + 1, &rows);
    begin_line(t, "state: ");
    buf_append_str(t->out, STR("none between windows; a window that closes is folded into "));
    if (is_bounded)
        buf_printf(t->out, "at most %" PRIu64 " groups", rows);
    else
        buf_append_str(t->out, STR("as many groups as its other keys have values"));
}

/* What rows do on the edges behind this node, where they are not all inserts. */
static void put_changes(const PhysText *t, const PhysNode *node)
{
    if (!phys_is_updating(node))
        return;
    const Table *table = node->kind == PHYS_SINK ? node->as.sink.table : NULL;
    begin_line(t, "changes: ");
    buf_append_str(t->out, STR("+I -U +U -D"));
    for (uint32_t i = 0; table != NULL && i < table->primary_key_count; i++) {
        buf_append_str(t->out, i == 0 ? STR(", upserted by ") : STR(", "));
        buf_append_str(t->out, table->columns[table->primary_key[i]].name);
    }
}

static void put_details(const PhysText *t, const PhysNode *node)
{
    switch (node->kind) {
    case PHYS_SCAN:
        put_scan(t, node);
        break;
    case PHYS_FILTER:
        buf_append_char(t->out, ' ');
        put_expr(t, node->inputs[0], node->as.filter.predicate);
        break;
    case PHYS_PROJECT:
        put_project(t, node);
        break;
    case PHYS_LOOKUP_JOIN:
        put_lookup(t, node);
        break;
    case PHYS_UNNEST:
        put_unnest(t, node);
        break;
    case PHYS_GAP_FILL:
        buf_append_char(t->out, ' ');
        plan_put_duration(t->out, node->as.gap_fill.step_us);
        put_state(t, node);
        break;
    case PHYS_WINDOW_ROWS:
        put_window_rows(t, node);
        break;
    case PHYS_WINDOW_AGG:
    case PHYS_GROUP_AGG:
        put_group(t, node);
        break;
    case PHYS_TOP:
        put_top(t, node);
        break;
    case PHYS_KEEP:
        put_keep(t, node);
        break;
    case PHYS_SINK:
        buf_printf(t->out, "%s%s%.*s", node->as.sink.kind == SINK_INSERT ? " insert into" : "",
                   node->as.sink.name.len > 0 ? " " : "", STR_ARG(node->as.sink.name));
        break;
    default:
        break;
    }
}

Str phys_text(Arena *arena, const PhysProgram *program, const Sources *sources)
{
    Buf out = { 0 };
    PhysText t = { &out, arena, sources };
    for (uint32_t i = 0; i < program->node_count; i++) {
        const PhysNode *node = program->nodes[i];
        buf_printf(&out, "#%u %s", node->id, KIND_NAMES[node->kind]);
        put_details(&t, node);
        put_span(&t, node->span);
        if (node->kind != PHYS_FILTER)
            put_columns(&t, node);
        put_inputs(&t, node);
        put_changes(&t, node);
        buf_append_char(&out, '\n');
    }
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
