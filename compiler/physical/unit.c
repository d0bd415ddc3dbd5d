/* unit.c -- the text of what a table of groups means, and its hash. */
#include "compiler/physical/unit.h"

#include "compiler/logical/nodes.h"
#include "compiler/logical/plan_text.h"
#include "runtime/abi/key.h"

#include <inttypes.h>

static const char *const WINDOW_NAMES[] = { "window_start", "window_end", "window_time" };

static void put_column(Buf *out, const void *user, uint32_t column);

static void put_expr(Buf *out, const PhysNode *over, const Expr *expr)
{
    plan_put_expr(out, expr, put_column, over);
}

static void put_call(Buf *out, const PhysNode *agg, const AggCall *call)
{
    plan_put_call(out, call, put_column, agg->inputs[0]);
}

static void put_group_column(Buf *out, const PhysNode *node, uint32_t column)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    if (column < agg->key_count)
        put_expr(out, node->inputs[0], agg->keys[column]);
    else if (column < agg->key_count + agg->call_count)
        put_call(out, node, &agg->calls[column - agg->key_count]);
    else
        buf_append_str(out, str_from(WINDOW_NAMES[column - agg->key_count - agg->call_count]));
}

static void put_rank(Buf *out, const PhysNode *node)
{
    buf_printf(out, "rank %u (", (uint32_t)node->as.rank.kind);
    for (uint32_t i = 0; i < node->as.rank.partition_count + node->as.rank.order_count; i++) {
        bool is_order = i >= node->as.rank.partition_count;
        buf_append_str(out, i == node->as.rank.partition_count ? STR(" order ") : STR(" "));
        put_column(out, node->inputs[0],
                   is_order ? node->as.rank.order[i - node->as.rank.partition_count] : node->as.rank.partition[i]);
    }
    buf_append_char(out, ')');
}

static void put_top(Buf *out, const PhysNode *node)
{
    const PhysTop *top = &node->as.top;
    buf_printf(out, "top %u %" PRIu64 "%s (", (uint32_t)top->kind, top->limit, top->has_number ? " numbered" : "");
    for (uint32_t i = 0; i + 1 < node->column_count; i++) {
        buf_append_str(out, i == top->partition_count ? STR(" order ") : STR(" "));
        put_column(out, node->inputs[0], i);
    }
    buf_append_char(out, ')');
}

static void put_window_rows(Buf *out, const PhysNode *node)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    buf_printf(out, "%s ", plan_window_name(rows->kind));
    put_expr(out, node->inputs[0], rows->time);
    buf_printf(out, " %" PRId64 " by %" PRId64 " %" PRId64, rows->size_us, rows->step_us, rows->offset_us);
    plan_put_calendar(out, rows->calendar);
    if (rows->zone != NULL)
        put_expr(out, node->inputs[0], rows->zone);
}

static void put_window_rows_column(Buf *out, const PhysNode *node, uint32_t column)
{
    uint32_t before = node->column_count - WINDOW_COLUMN_COUNT;
    if (column < before) {
        put_expr(out, node->inputs[0], node->as.window_rows.exprs[column]);
        return;
    }
    buf_printf(out, "%s(", WINDOW_NAMES[column - before]);
    put_window_rows(out, node);
    buf_append_char(out, ')');
}

static void put_unnest(Buf *out, const PhysNode *node)
{
    buf_append_str(out, node->as.unnest.is_left ? STR("left unnest ") : STR("unnest "));
    put_expr(out, node->inputs[0], node->as.unnest.count);
    if (node->as.unnest.residual != NULL) {
        buf_append_str(out, STR(" on "));
        put_expr(out, node, node->as.unnest.residual);
    }
}

static void put_keep(Buf *out, const PhysNode *node)
{
    buf_append_str(out, STR("keep ("));
    for (uint32_t i = 0; i < node->as.keep.key_count; i++) {
        const KeepKey *key = &node->as.keep.keys[i];
        Expr other = { .op = EXPR_LITERAL, .type = node->columns[key->key].type, .literal = key->other };
        buf_printf(out, "%s%" PRIu64 " of ", i == 0 ? "" : ", ", key->most);
        put_column(out, node->inputs[0], key->key);
        if (key->by != NULL) {
            buf_append_str(out, STR(" by "));
            put_expr(out, node->inputs[0], key->by);
        }
        buf_append_str(out, STR(" else "));
        put_expr(out, node, &other);
    }
    buf_append_char(out, ')');
}

/* A column of a node's output by what it is, not by where it stands. */
static void put_column(Buf *out, const void *user, uint32_t column)
{
    const PhysNode *node = user;
    switch (node->kind) {
    case PHYS_SCAN:
        buf_append_str(out, node->columns[column].name);
        break;
    case PHYS_PROJECT:
        put_expr(out, node->inputs[0], node->as.project.exprs[column]);
        break;
    case PHYS_LOOKUP_JOIN:
        if (column < node->inputs[0]->column_count)
            put_column(out, node->inputs[0], column);
        else
            buf_printf(out, "%.*s.%.*s", STR_ARG(node->as.lookup_join.table->name),
                       STR_ARG(node->columns[column].name));
        break;
    case PHYS_WINDOW_ROWS:
        put_window_rows_column(out, node, column);
        break;
    case PHYS_UNNEST:
        if (column + 1 < node->column_count)
            put_column(out, node->inputs[0], column);
        else
            buf_append_str(out, STR("ordinality"));
        break;
    case PHYS_TOP:
        if (column + 1 < node->column_count)
            put_column(out, node->inputs[0], column);
        else
            put_top(out, node);
        break;
    case PHYS_RANK:
        if (column + 1 < node->column_count)
            put_column(out, node->inputs[0], column);
        else
            put_rank(out, node);
        break;
    case PHYS_WINDOW_AGG:
    case PHYS_GROUP_AGG:
        put_group_column(out, node, column);
        break;
    default:
        put_column(out, node->inputs[0], column);
        break;
    }
}

static void put_rows(Buf *out, const PhysNode *node);

static void put_join(Buf *out, const PhysNode *node)
{
    const PhysLookupJoin *join = &node->as.lookup_join;
    put_rows(out, node->inputs[0]);
    buf_printf(out, "%sjoin %.*s", join->is_left ? "left " : "", STR_ARG(join->table->name));
    for (uint32_t i = 0; i < join->key_count; i++) {
        buf_append_str(out, i == 0 ? STR(" on ") : STR(" and "));
        put_expr(out, node->inputs[0], join->input_keys[i]);
        buf_printf(out, " = %.*s", STR_ARG(join->table->columns[join->table_columns[join->table_keys[i]]].name));
    }
    if (join->residual != NULL) {
        buf_append_str(out, STR(" and "));
        put_expr(out, node, join->residual);
    }
    buf_append_char(out, '\n');
}

static void put_scan(Buf *out, const PhysNode *node)
{
    const Dedup *dedup = node->as.scan.dedup;
    buf_printf(out, "scan %.*s\n", STR_ARG(node->as.scan.table->name));
    if (dedup == NULL)
        return;
    for (uint32_t i = 0; i < dedup->key_count; i++) {
        buf_append_str(out, i == 0 ? STR("once for each ") : STR(", "));
        put_expr(out, node, dedup->keys[i]);
    }
    buf_printf(out, " within %" PRId64 "\n", dedup->within_us);
}

/* Which rows arrive: a line each for what chooses, joins or groups them.  Projections choose nothing. */
static void put_rows(Buf *out, const PhysNode *node)
{
    switch (node->kind) {
    case PHYS_SCAN:
        put_scan(out, node);
        break;
    case PHYS_FILTER:
        put_rows(out, node->inputs[0]);
        buf_append_str(out, STR("filter "));
        put_expr(out, node->inputs[0], node->as.filter.predicate);
        buf_append_char(out, '\n');
        break;
    case PHYS_LOOKUP_JOIN:
        put_join(out, node);
        break;
    case PHYS_WINDOW_ROWS:
        put_rows(out, node->inputs[0]);
        buf_append_str(out, STR("rows of "));
        put_window_rows(out, node);
        buf_append_char(out, '\n');
        break;
    case PHYS_GAP_FILL:
        put_rows(out, node->inputs[0]);
        buf_printf(out, "gap fill %" PRId64 "\n", node->as.gap_fill.step_us);
        break;
    case PHYS_UNNEST:
        put_rows(out, node->inputs[0]);
        put_unnest(out, node);
        buf_append_char(out, '\n');
        break;
    case PHYS_KEEP:
        put_rows(out, node->inputs[0]);
        put_keep(out, node);
        buf_append_char(out, '\n');
        break;
    case PHYS_TOP:
        put_rows(out, node->inputs[0]);
        put_top(out, node);
        buf_append_char(out, '\n');
        break;
    case PHYS_RANK:
        put_rows(out, node->inputs[0]);
        put_rank(out, node);
        buf_append_char(out, '\n');
        break;
    case PHYS_WINDOW_AGG:
    case PHYS_GROUP_AGG:
        buf_append_str(out, STR("(\n"));
        unit_put_text(out, node);
        buf_append_str(out, STR(")\n"));
        break;
    case PHYS_UNION_ALL:
        for (uint32_t i = 0; i < node->input_count; i++) {
            buf_append_str(out, i == 0 ? STR("union (\n") : STR(") and (\n"));
            put_rows(out, node->inputs[i]);
        }
        buf_append_str(out, STR(")\n"));
        break;
    default:
        put_rows(out, node->inputs[0]);
        break;
    }
}

/* The columns whose errors make a row bad, wherever on the way from the scan the mask stands. */
static void put_reads(Buf *out, const PhysNode *node)
{
    for (uint32_t i = 0; i < node->input_count; i++) {
        const PhysNode *input = node->inputs[i];
        const uint64_t *mask = node->reads[i];
        if (mask == NULL) {
            put_reads(out, input);
            continue;
        }
        buf_append_str(out, STR("reads"));
        for (uint32_t c = 0; c < input->column_count; c++) {
            if (((mask[c / 64] >> (c % 64)) & 1) != 0)
                buf_printf(out, " %.*s", STR_ARG(input->columns[c].name));
        }
        buf_append_char(out, '\n');
    }
}

static bool can_fail(const AggCall *call)
{
    return (call->arg != NULL && expr_can_fail(call->arg)) || (call->filter != NULL && expr_can_fail(call->filter));
}

void unit_put_text(Buf *out, const PhysNode *window_agg)
{
    if (window_agg->kind == PHYS_TOP) {
        put_rows(out, window_agg);
        return;
    }
    const PhysWindowAgg *agg = &window_agg->as.window_agg;
    const PhysNode *input = window_agg->inputs[0];
    put_rows(out, input);
    put_reads(out, window_agg);
    buf_printf(out, "%s ", phys_is_unbounded(agg) ? "group" : plan_window_name(agg->kind));
    if (!phys_is_unbounded(agg))
        put_expr(out, input, agg->time);
    if (agg->kind == WINDOW_ATTACHED) {
        buf_append_char(out, ' ');
        put_expr(out, input, agg->end);
    }
    buf_printf(out, " %" PRId64, agg->size_us);
    if (agg->step_us != 0)
        buf_printf(out, " by %" PRId64, agg->step_us);
    buf_printf(out, " %" PRId64, agg->offset_us);
    plan_put_calendar(out, agg->calendar);
    if (agg->last != NULL)
        put_expr(out, input, agg->last);
    buf_append_char(out, '\n');
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (agg->rules[i] == NULL)
            continue;
        buf_printf(out, "rule %u ", i);
        put_expr(out, input, agg->rules[i]);
        buf_append_char(out, '\n');
    }
    if (agg->leader != NULL) {
        const PhysWindowAgg *leader = &agg->leader->as.window_agg;
        buf_printf(out, "slices of %s %" PRId64 " by %" PRId64 " %" PRId64 "\n", plan_window_name(leader->kind),
                   leader->size_us, leader->step_us, leader->offset_us);
    }
    if (agg->follower_count > 0)
        buf_append_str(out, STR("slices for others\n"));
    if (agg->delay_us > 0)
        buf_printf(out, "delay %" PRId64 "\n", agg->delay_us);
    if (agg->ttl_us != 0)
        buf_printf(out, "ttl %" PRId64 "\n", agg->ttl_us);
    if (agg->every_us != 0)
        buf_printf(out, "every %" PRId64 "\n", agg->every_us);
    if (agg->late != NULL)
        buf_printf(out, "late into %.*s, corrected %" PRId64 "\n",
                   STR_ARG(agg->late->into == NULL ? STR_EMPTY : agg->late->into->name), agg->late->correct_us);
    for (uint32_t i = 0; i < agg->key_count; i++) {
        buf_append_str(out, STR("key "));
        put_expr(out, input, agg->keys[i]);
        buf_append_char(out, '\n');
    }
    for (uint32_t i = 0; i < agg->call_count; i++) {
        if (!can_fail(&agg->calls[i]))
            continue;
        buf_append_str(out, STR("call "));
        put_call(out, window_agg, &agg->calls[i]);
        buf_append_char(out, '\n');
    }
}

static uint64_t hash_and_free(Buf *text)
{
    Str whole = buf_str(text);
    uint64_t hash = key_hash(whole.data, whole.len);
    buf_free(text);
    return hash;
}

uint64_t unit_id_of(const PhysNode *window_agg, uint32_t ordinal)
{
    Buf text = { 0 };
    unit_put_text(&text, window_agg);
    if (ordinal > 0)
        buf_printf(&text, "copy %u\n", ordinal);
    return hash_and_free(&text);
}

uint64_t unit_dedup_id(const PhysNode *scan, uint32_t ordinal)
{
    Buf text = { 0 };
    buf_append_str(&text, STR("copies of "));
    put_scan(&text, scan);
    if (ordinal > 0)
        buf_printf(&text, "copy %u\n", ordinal);
    return hash_and_free(&text);
}

uint64_t unit_call_id(const PhysNode *window_agg, const AggCall *call)
{
    Buf text = { 0 };
    put_call(&text, window_agg, call);
    return hash_and_free(&text);
}

Str unit_column_text(Arena *arena, const PhysNode *window_agg, uint32_t column)
{
    Buf text = { 0 };
    put_group_column(&text, window_agg, column);
    Str kept = str_copy(arena, buf_str(&text));
    buf_free(&text);
    return kept;
}
