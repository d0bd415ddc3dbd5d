/* agg_layout.c -- states one behind the other, each at its alignment. */
#include "compiler/codegen/data/agg_layout.h"

#include "runtime/abi/key.h"
#include "runtime/abi/window.h"

#include <string.h>

/* A call whose state is the number of all rows; -1: none. */
static int32_t counting_call(const PhysWindowAgg *agg)
{
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggCall *call = &agg->calls[i];
        bool is_plain = call->filter == NULL && !call->distinct && call->agg->carry == AGG_CARRY_NONE;
        if (is_plain && call->agg->user == NULL && strcmp(call->agg->symbol, "count_star") == 0)
            return (int32_t)i;
    }
    return -1;
}

AggLayout agg_layout(Arena *arena, const PhysWindowAgg *agg)
{
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, agg->call_count + 1);
    int32_t *distinct = ARENA_ARRAY(arena, int32_t, agg->call_count + 1);
    AggLayout layout = { .offsets = offsets, .distinct = distinct, .is_fixed = true };
    layout.has_rows = agg->kind == WINDOW_HOP || agg->kind == WINDOW_CUMULATE;
    int32_t counting = layout.has_rows ? counting_call(agg) : -1;
    layout.rows_apart = layout.has_rows && counting < 0;
    uint32_t at = !phys_is_unbounded(agg) ? 0 : agg->ttl_us > 0 ? sizeof(GroupLife) : sizeof(int64_t);
    if (layout.rows_apart)
        at = sizeof(int64_t);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggDef *def = agg->calls[i].agg;
        uint32_t align = def->state_align == 0 ? 1 : def->state_align < 8 ? def->state_align : 8;
        at = (at + align - 1) / align * align;
        offsets[i] = at;
        at += def->state_bytes;
        distinct[i] = agg->calls[i].distinct ? (int32_t)layout.distinct_count++ : -1;
    }
    layout.field_bytes = (at + 7) / 8 * 8;
    layout.rows_at = counting < 0 ? 0 : offsets[counting];
    for (uint32_t i = 0; i < agg->key_count; i++) {
        uint32_t bytes = key_bytes_fixed(type_physical(agg->keys[i]->type));
        layout.is_fixed = layout.is_fixed && bytes != KEY_VARIABLE;
        layout.key_bytes += bytes;
    }
    if (!layout.is_fixed)
        layout.key_bytes = 0;
    return layout;
}
