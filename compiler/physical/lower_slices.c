/* lower_slices.c -- windows of several sizes over one stream: each row updates one slice.
 *
 *   leader    HOP 10 s by 1 s   |-|-|-|-|-|-|-|-|-|-|-|-|    rows go here
 *   follower  HOP 60 s by 5 s   |---------|---------|---     gets each slice of the leader when it ends
 *   follower  TUMBLE 1 min      |------------------------
 *
 * Aggregates of equal input, time, keys, mask and calls share slices where the edges of all their windows are edges of
 * slices of the finest one, the leader.  A window of the leader ends wherever one of its slices does, so a row that is
 * in time for its slice is in time for every window that holds it; the few others go to each aggregate by themselves,
 * which judges them by its own windows.
 *
 * Left alone are windows on a clock, those that are told early or corrected late, calls whose result depends on how
 * rows are split into parts or whose states are large, and streams whose partitions may fall silent. */
#include "compiler/physical/lower_internal.h"

#include <string.h>

/* States that always stand in a heap are dear to hand on; sums do so only when they are very large. */
static bool is_exact(const AggCall *call)
{
    const AggDef *agg = call->agg;
    bool is_sum = strncmp(agg->symbol, "sum_", 4) == 0 || strncmp(agg->symbol, "avg_", 4) == 0;
    return agg->user == NULL && agg->carry == AGG_CARRY_NONE && (agg->traits & AGG_ORDER_FREE) != 0 &&
           ((agg->traits & AGG_HEAP) == 0 || is_sum);
}

static bool may_share(const GroupBuild *group)
{
    const PhysWindowAgg *agg = &group->node->as.window_agg;
    bool is_cut = agg->kind == WINDOW_TUMBLE || agg->kind == WINDOW_HOP || agg->kind == WINDOW_CUMULATE;
    bool may = group->node->kind == PHYS_WINDOW_AGG && is_cut && agg->size_us > 0 && agg->calendar == NULL &&
               agg->late == NULL && agg->every_us == 0 && agg->rows_call == 0 && !lower_may_idle(group->node);
    for (uint32_t i = 0; i < group->calls.count && may; i++)
        may = is_exact(&group->calls.items[i]);
    return may;
}

/* The length of its slices, where a window ends with each of them; else 0. */
static int64_t whole_slice(const PhysWindowAgg *agg)
{
    if (agg->kind == WINDOW_TUMBLE)
        return agg->size_us;
    return agg->kind == WINDOW_CUMULATE || agg->size_us % agg->step_us == 0 ? agg->step_us : 0;
}

/* Are the edges of its windows edges of slices of that length? */
static bool fits(const PhysWindowAgg *agg, int64_t slice_us, int64_t offset_us)
{
    bool has_steps = agg->kind != WINDOW_TUMBLE;
    return agg->size_us % slice_us == 0 && (!has_steps || agg->step_us % slice_us == 0) &&
           (agg->offset_us % slice_us - offset_us % slice_us) % slice_us == 0;
}

static bool same_calls(const GroupBuild *a, const GroupBuild *b)
{
    bool same = a->calls.count == b->calls.count;
    for (uint32_t i = 0; i < a->calls.count && same; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->calls.count && !found; k++)
            found = lower_same_call(&a->calls.items[i], &b->calls.items[k]);
        same = found;
    }
    return same;
}

static bool same_groups(const GroupBuild *a, const GroupBuild *b)
{
    const PhysWindowAgg *x = &a->node->as.window_agg, *y = &b->node->as.window_agg;
    return a->node->inputs[0] == b->node->inputs[0] && x->delay_us == y->delay_us && x->key_count == y->key_count &&
           expr_equal(x->time, y->time) && phys_same_exprs(x->keys, y->keys, x->key_count) &&
           phys_same_masks(a->node, b->node) && same_calls(a, b);
}

static bool is_alone(const GroupBuild *group)
{
    const PhysWindowAgg *agg = &group->node->as.window_agg;
    return group->node->columns == NULL && agg->leader == NULL && agg->follower_count == 0;
}

static void lead(Lower *l, GroupBuild *leader)
{
    PhysWindowAgg *agg = &leader->node->as.window_agg;
    PhysNode **followers = ARENA_ARRAY(l->query, PhysNode *, l->groups.count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < l->groups.count; i++) {
        GroupBuild *group = l->groups.items[i];
        if (group == leader || !is_alone(group) || !may_share(group) || !same_groups(leader, group) ||
            !fits(&group->node->as.window_agg, whole_slice(agg), agg->offset_us))
            continue;
        group->node->as.window_agg.leader = leader->node;
        followers[count++] = group->node;
    }
    agg->followers = followers;
    agg->follower_count = count;
}

/* The finest that does not know yet whether it leads; NULL: there is none. */
static GroupBuild *next_leader(Lower *l, const bool *tried, uint32_t *index)
{
    GroupBuild *finest = NULL;
    int64_t finest_us = 0;
    for (uint32_t i = 0; i < l->groups.count; i++) {
        GroupBuild *group = l->groups.items[i];
        if (tried[i] || !is_alone(group) || !may_share(group))
            continue;
        int64_t slice_us = whole_slice(&group->node->as.window_agg);
        if (slice_us == 0 || (finest != NULL && slice_us >= finest_us))
            continue;
        finest = group;
        finest_us = slice_us;
        *index = i;
    }
    return finest;
}

void lower_share_slices(Lower *l)
{
    bool *tried = ARENA_ARRAY(l->query, bool, l->groups.count + 1);
    uint32_t index = 0;
    if (!opt_rule_is_on(l->options, OPT_share_slices))
        return;
    for (GroupBuild *leader; (leader = next_leader(l, tried, &index)) != NULL;) {
        tried[index] = true;
        lead(l, leader);
    }
}
