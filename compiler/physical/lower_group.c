/* lower_group.c -- window aggregates: who may keep groups together, and what their state is called.
 *
 * Two aggregates share one table of groups when they group the same rows alike: equal input, time, window, keys and
 * mask of scan columns.  Their calls are put together; equal calls are one.  A call that can fail makes its row bad for
 * its own statement only, so groups with such calls are shared only where all calls are equal. */
#include "compiler/physical/lower_internal.h"

#include "compiler/physical/unit.h"
#include "runtime/time/window_grid.h"

#include <assert.h>

bool lower_same_call(const AggCall *a, const AggCall *b)
{
    return a->agg == b->agg && a->distinct == b->distinct && type_equal(a->type, b->type) &&
           phys_same_expr(a->arg, b->arg) && phys_same_expr(a->filter, b->filter);
}

static bool call_can_fail(const AggCall *call)
{
    return (call->arg != NULL && expr_can_fail(call->arg)) || (call->filter != NULL && expr_can_fail(call->filter));
}

const AggCall *lower_calls(Lower *l, const LowerNode *node, bool *can_fail)
{
    uint32_t count = node->logical->as.aggregate.call_count;
    AggCall *calls = ARENA_ARRAY(l->query, AggCall, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        calls[i] = node->logical->as.aggregate.calls[i];
        if (calls[i].arg != NULL)
            calls[i].arg = lower_expr(l, node->inputs[0], calls[i].arg);
        if (calls[i].filter != NULL)
            calls[i].filter = lower_expr(l, node->inputs[0], calls[i].filter);
        *can_fail = *can_fail || call_can_fail(&calls[i]);
    }
    return calls;
}

const Expr *const *lower_keys(Lower *l, const LowerNode *node)
{
    uint32_t count = node->logical->as.aggregate.key_count;
    const Expr **keys = ARENA_ARRAY(l->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        keys[i] = lower_expr(l, node->inputs[0], node->logical->as.aggregate.keys[i]);
    return keys;
}

static PhysNode *new_group_node(Lower *l, const LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    const LowerNode *input = node->inputs[0];
    const LogicalWindow *window = &logical->as.aggregate.window;
    const Type *time = input->logical->columns[window->time_column].type;
    PhysNode *phys = phys_new(l, PHYS_WINDOW_AGG, 1, logical->span);
    PhysWindowAgg *agg = &phys->as.window_agg;
    phys->inputs[0] = lower(l, node->inputs[0]);
    phys->reads = lower_masks(l, lower_mask(l, input));
    agg->time = expr_column(l->query, time, input->map[window->time_column], window->span);
    agg->kind = window->kind;
    if (window->kind == WINDOW_ATTACHED) {
        const Type *end = input->logical->columns[window->end_column].type;
        agg->end = expr_column(l->query, end, input->map[window->end_column], window->span);
    }
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        uint32_t column = window->rules[i] - 1;
        if (window->rules[i] != 0)
            agg->rules[i] =
                expr_column(l->query, input->logical->columns[column].type, input->map[column], window->span);
    }
    agg->size_us = window->size_us;
    agg->step_us = window->step_us;
    agg->offset_us = window->offset_us;
    agg->calendar = window->calendar;
    if (window->has_last_column) {
        const Type *last = input->logical->columns[window->last_column].type;
        agg->last = expr_column(l->query, last, input->map[window->last_column], window->span);
    }
    agg->late = logical->as.aggregate.late;
    agg->delay_us = logical->as.aggregate.delay_us;
    agg->every_us = logical->as.aggregate.every_us;
    agg->key_count = logical->as.aggregate.key_count;
    agg->keys = lower_keys(l, node);
    return phys;
}

static bool same_calls(const GroupBuild *group, const AggCall *calls, uint32_t count)
{
    if (group->calls.count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!lower_same_call(&group->calls.items[i], &calls[i]))
            return false;
    }
    return true;
}

static bool groups_alike(const PhysNode *a, const PhysNode *b)
{
    const PhysWindowAgg *x = &a->as.window_agg, *y = &b->as.window_agg;
    bool same_window = x->kind == y->kind && x->size_us == y->size_us && x->step_us == y->step_us &&
                       x->offset_us == y->offset_us && phys_same_expr(x->end, y->end) && x->late == y->late &&
                       x->delay_us == y->delay_us && x->every_us == y->every_us && phys_same_expr(x->last, y->last) &&
                       calendar_same(x->calendar, y->calendar);
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++)
        same_window = same_window && phys_same_expr(x->rules[i], y->rules[i]);
    return a->inputs[0] == b->inputs[0] && same_window && x->key_count == y->key_count &&
           expr_equal(x->time, y->time) && phys_same_exprs(x->keys, y->keys, x->key_count) && phys_same_masks(a, b);
}

static GroupBuild *find_group(Lower *l, const PhysNode *node, const AggCall *calls, uint32_t count, bool can_fail)
{
    if (!opt_rule_is_on(l->options, OPT_share_group))
        return NULL;
    for (uint32_t i = 0; i < l->groups.count; i++) {
        GroupBuild *group = l->groups.items[i];
        bool may_mix = (!group->can_fail && !can_fail) || same_calls(group, calls, count);
        if (may_mix && groups_alike(group->node, node))
            return group;
    }
    return NULL;
}

static GroupBuild *new_group(Lower *l, const LowerNode *node, PhysNode *phys, bool can_fail)
{
    const LogicalNode *logical = node->logical;
    GroupBuild *group = ARENA_NEW(l->query, GroupBuild);
    group->node = phys_intern(l, phys, OPT_share_group);
    group->can_fail = can_fail;
    group->key_columns = logical->columns;
    group->window_columns = logical->columns + logical->as.aggregate.key_count + logical->as.aggregate.call_count;
    vec_push(l->query, &l->groups, group);
    return group;
}

static uint32_t add_call(Lower *l, GroupBuild *group, const AggCall *call, const Type *type)
{
    for (uint32_t i = 0; i < group->calls.count; i++) {
        if (lower_same_call(&group->calls.items[i], call))
            return i;
    }
    vec_push(l->query, &group->calls, *call);
    vec_push(l->query, &group->call_types, type);
    return group->calls.count - 1;
}

/* COUNT(*), beside what the author asked for. */
static uint32_t count_rows(Lower *l, GroupBuild *group, Span span)
{
    AggCall rows = { .agg = agg_of_symbol("count_star"), .type = type_simple(TYPE_BIGINT, false), .span = span };
    return add_call(l, group, &rows, rows.type);
}

void lower_aggregate(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    uint32_t key_count = logical->as.aggregate.key_count, call_count = logical->as.aggregate.call_count;
    PhysNode *phys = new_group_node(l, node);
    bool can_fail = false;
    const AggCall *calls = lower_calls(l, node, &can_fail);
    GroupBuild *group = find_group(l, phys, calls, call_count, can_fail);
    if (group == NULL)
        group = new_group(l, node, phys, can_fail);
    node->phys = group->node;
    node->map = ARENA_ARRAY(l->query, uint32_t, logical->column_count);
    for (uint32_t i = 0; i < key_count; i++)
        node->map[i] = i;
    for (uint32_t i = 0; i < call_count; i++)
        node->map[key_count + i] = key_count + add_call(l, group, &calls[i], logical->columns[key_count + i].type);
    if (logical_is_updating(logical->inputs[0]))
        group->node->as.window_agg.rows_call = 1 + count_rows(l, group, logical->span);
}

/* Named by what they are: statements that share the groups name them differently. */
static void name_columns(Lower *l, PhysNode *node, const GroupBuild *group)
{
    uint32_t key_count = node->as.window_agg.key_count, call_count = group->call_types.count;
    for (uint32_t c = 0; c < node->column_count; c++) {
        node->columns[c].name = unit_column_text(l->query, node, c);
        if (c < key_count)
            node->columns[c].type = group->key_columns[c].type;
        else if (c < key_count + call_count)
            node->columns[c].type = group->call_types.items[c - key_count];
        else
            node->columns[c].type = group->window_columns[c - key_count - call_count].type;
    }
}

/* Two tables of groups of equal name exist where sharing is off or forbidden: their state must not be mixed up. */
static uint64_t unused_unit_id(Lower *l, const PhysNode *node)
{
    for (uint32_t ordinal = 0;; ordinal++) {
        uint64_t id = unit_id_of(node, ordinal);
        bool used = false;
        for (uint32_t i = 0; i < l->groups.count; i++) {
            const PhysNode *other = l->groups.items[i]->node;
            used |= other->id < node->id && other->as.window_agg.unit_id == id;
        }
        if (!used)
            return id;
    }
}

static void finish_group(Lower *l, const GroupBuild *group)
{
    PhysNode *node = group->node;
    PhysWindowAgg *agg = &node->as.window_agg;
    agg->calls = group->calls.items;
    agg->call_count = group->calls.count;
    node->column_count = agg->key_count + agg->call_count + WINDOW_COLUMN_COUNT;
    node->columns = ARENA_ARRAY(l->query, PhysColumn, node->column_count);
    name_columns(l, node, group);
    uint64_t *ids = ARENA_ARRAY(l->query, uint64_t, agg->call_count + 1);
    for (uint32_t i = 0; i < agg->call_count; i++)
        ids[i] = unit_call_id(node, &agg->calls[i]);
    agg->call_ids = ids;
    agg->unit_id = unused_unit_id(l, node);
}

void lower_level_done(Lower *l, uint32_t level)
{
    lower_share_slices(l);
    for (uint32_t i = 0; i < l->groups.count; i++) {
        if (l->groups.items[i]->node->columns == NULL)
            finish_group(l, l->groups.items[i]);
    }
    for (uint32_t i = 0; i < l->aggregates.count; i++) {
        LowerNode *node = l->aggregates.items[i];
        if (node->level != level)
            continue;
        uint32_t from = node->logical->column_count - WINDOW_COLUMN_COUNT;
        for (uint32_t w = 0; w < WINDOW_COLUMN_COUNT; w++)
            node->map[from + w] = phys_window_column(node->phys) + w;
    }
}
