/* task_state.c -- claiming units and cells, and the one question after each batch. */
#include "runtime/base/alloc.h"
#include "runtime/state/snapshot_internal.h"

#include <inttypes.h>

RtStatus task_state_init(TaskState *state, uint64_t limit_bytes, RtError *error)
{
    *state = (TaskState){ 0 };
    arena_init_may_fail(&state->arena);
    return page_pool_init(&state->pool, limit_bytes, error);
}

void task_state_release(TaskState *state)
{
    if (state->image != NULL)
        state_image_release(state, state->image);
    for (uint32_t i = 0; i < state->unit_count; i++)
        slice_store_release(state->units[i].store);
    mem_free(state->units);
    mem_free(state->cells);
    page_pool_release(&state->pool);
    arena_free(&state->arena);
    *state = (TaskState){ 0 };
}

/* Room for one more item; false: no memory. */
static bool list_reserve(void **items, uint32_t count, uint32_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return true;
    uint32_t more = *capacity == 0 ? 8 : 2 * *capacity;
    void *grown = mem_resize(*items, more * item_bytes);
    if (grown == NULL)
        return false;
    *items = grown;
    *capacity = more;
    return true;
}

RtStatus task_state_unit(TaskState *state, const StateUnitSpec *spec, SliceStore **out, RtError *error)
{
    for (uint32_t i = 0; i < state->unit_count; i++)
        if (state->units[i].spec.id == spec->id)
            return rt_error(error, RT_FATAL, "state unit %016" PRIx64 " is claimed twice", spec->id);
    void *units = state->units;
    bool has_room = list_reserve(&units, state->unit_count, &state->unit_capacity, sizeof(StateUnit));
    state->units = units;
    SliceStore *store = arena_alloc_zeroed(&state->arena, sizeof *store, _Alignof(SliceStore));
    StateField *fields = arena_alloc_zeroed(&state->arena, (spec->field_count + (size_t)1) * sizeof *fields, 8);
    if (!has_room || store == NULL || fields == NULL)
        return rt_error(error, RT_FATAL, "no memory for a state unit");
    if (spec->field_count > 0)
        memcpy(fields, spec->fields, spec->field_count * sizeof *fields);
    RtStatus status = slice_store_init(store, spec->shape, &state->pool, error);
    if (status != RT_OK) {
        slice_store_release(store);
        return status;
    }
    StateUnit *unit = &state->units[state->unit_count++];
    *unit = (StateUnit){ .spec = *spec, .store = store };
    unit->spec.fields = fields;
    *out = store;
    return RT_OK;
}

RtStatus task_state_cell(TaskState *state, uint64_t id, uint32_t version, uint32_t bytes, void **out, RtError *error)
{
    for (uint32_t i = 0; i < state->cell_count; i++)
        if (state->cells[i].id == id)
            return rt_error(error, RT_FATAL, "state cell %016" PRIx64 " is claimed twice", id);
    void *cells = state->cells;
    bool has_room = list_reserve(&cells, state->cell_count, &state->cell_capacity, sizeof(StateCell));
    state->cells = cells;
    void *data = arena_alloc_zeroed(&state->arena, bytes, 16);
    if (!has_room || data == NULL)
        return rt_error(error, RT_FATAL, "no memory for a state cell");
    state->cells[state->cell_count++] = (StateCell){ .id = id, .version = version, .bytes = bytes, .data = data };
    *out = data;
    return RT_OK;
}

RtStatus state_check(const TaskState *state, RtError *error)
{
    switch ((StateRefusal)state->pool.refused) {
    case STATE_REFUSED_NOT: return RT_OK;
    case STATE_REFUSED_BUDGET:
        return rt_error(error, RT_FATAL, "keyed state needs more than its budget of %" PRIu64 " bytes",
                        state->pool.limit_bytes);
    case STATE_REFUSED_MEMORY:
        return rt_error(error, RT_FATAL, "no memory for keyed state beyond %" PRIu64 " bytes", state->pool.used_bytes);
    case STATE_REFUSED_LIMIT: return rt_error(error, RT_FATAL, "one window holds more than 16 GiB of keyed state");
    }
    return rt_error(error, RT_FATAL, "keyed state is damaged");
}
