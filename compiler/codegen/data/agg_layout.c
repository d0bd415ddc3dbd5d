/* agg_layout.c -- states one behind the other, each at its alignment. */
#include "compiler/codegen/data/agg_layout.h"

#include "runtime/abi/key.h"
#include "runtime/abi/window.h"

AggLayout agg_layout(Arena *arena, const PhysWindowAgg *agg)
{
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, agg->call_count + 1);
    int32_t *distinct = ARENA_ARRAY(arena, int32_t, agg->call_count + 1);
    AggLayout layout = { .offsets = offsets, .distinct = distinct, .is_fixed = true };
    uint32_t at = !phys_is_unbounded(agg) ? 0 : agg->ttl_us > 0 ? sizeof(GroupLife) : sizeof(int64_t);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggDef *def = agg->calls[i].agg;
        uint32_t align = def->state_align == 0 ? 1 : def->state_align < 8 ? def->state_align : 8;
        at = (at + align - 1) / align * align;
        offsets[i] = at;
        at += def->state_bytes;
        distinct[i] = agg->calls[i].distinct ? (int32_t)layout.distinct_count++ : -1;
    }
    layout.field_bytes = (at + 7) / 8 * 8;
    for (uint32_t i = 0; i < agg->key_count; i++) {
        uint32_t bytes = key_bytes_fixed(type_physical(agg->keys[i]->type));
        layout.is_fixed = layout.is_fixed && bytes != KEY_VARIABLE;
        layout.key_bytes += bytes;
    }
    if (!layout.is_fixed)
        layout.key_bytes = 0;
    return layout;
}
