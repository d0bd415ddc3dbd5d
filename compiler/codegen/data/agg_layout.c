/* agg_layout.c -- states one behind the other, each at its alignment. */
#include "compiler/codegen/data/agg_layout.h"

#include "runtime/abi/key.h"
#include "runtime/abi/window.h"

#include <string.h>

/* A call whose state is the number of all rows? */
static bool counts_rows(const AggCall *call)
{
    bool is_plain = call->filter == NULL && !call->distinct && call->agg->carry == AGG_CARRY_NONE;
    return is_plain && call->agg->user == NULL && strcmp(call->agg->symbol, "count_star") == 0;
}

/* The order in which states stand: that of the calls, but the same for all who share slices. */
static uint32_t *order_of(Arena *arena, const PhysWindowAgg *agg)
{
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, agg->call_count + 1);
    bool is_shared = agg->leader != NULL || agg->follower_count > 0;
    for (uint32_t i = 0; i < agg->call_count; i++) {
        uint32_t at = i;
        for (; is_shared && at > 0 && agg->call_ids[order[at - 1]] > agg->call_ids[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return order;
}

static void add_rows(const PhysWindowAgg *agg, AggLayout *layout)
{
    layout->has_rows = layout->rows_apart = phys_counts_rows(agg);
    for (uint32_t i = 0; i < agg->call_count && layout->rows_apart; i++)
        layout->rows_apart = !counts_rows(&agg->calls[i]);
}

static void add_keys(const PhysWindowAgg *agg, AggLayout *layout)
{
    for (uint32_t i = 0; i < agg->key_count; i++) {
        uint32_t bytes = key_bytes_fixed(type_physical(agg->keys[i]->type));
        layout->is_fixed = layout->is_fixed && bytes != KEY_VARIABLE;
        layout->key_bytes += bytes;
    }
    if (!layout->is_fixed)
        layout->key_bytes = 0;
}

AggLayout agg_layout(Arena *arena, const PhysWindowAgg *agg)
{
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, agg->call_count + 1);
    int32_t *distinct = ARENA_ARRAY(arena, int32_t, agg->call_count + 1);
    const uint32_t *order = order_of(arena, agg);
    AggLayout layout = { .offsets = offsets, .distinct = distinct, .is_fixed = true };
    add_rows(agg, &layout);
    uint32_t at = !phys_is_unbounded(agg) ? 0 : agg->ttl_us > 0 ? sizeof(GroupLife) : sizeof(int64_t);
    if (layout.rows_apart)
        at = sizeof(int64_t);
    for (uint32_t n = 0; n < agg->call_count; n++) {
        uint32_t i = order[n];
        const AggDef *def = agg->calls[i].agg;
        uint32_t align = def->state_align == 0 ? 1 : def->state_align < 8 ? def->state_align : 8;
        at = (at + align - 1) / align * align;
        offsets[i] = at;
        at += def->state_bytes;
        distinct[i] = agg->calls[i].distinct ? (int32_t)layout.distinct_count++ : -1;
        if (layout.has_rows && counts_rows(&agg->calls[i]))
            layout.rows_at = offsets[i];
    }
    layout.field_bytes = (at + 7) / 8 * 8;
    add_keys(agg, &layout);
    return layout;
}
