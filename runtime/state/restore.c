/* restore.c -- filling the units and cells of a task from the bytes of a snapshot and its increments.
 *
 * First every checksum is looked at (snapshot_chain.c), then the layouts of all units, and only then is anything put in
 * place. */
#include "runtime/state/slice_store_internal.h"
#include "runtime/state/snapshot_internal.h"

#include <inttypes.h>

typedef struct Reader {
    SnapBlocks blocks;
    uint64_t next;
    SnapBlock block; /* the block read last */
    const char *payload;
} Reader;

static bool read_block(Reader *reader)
{
    if (reader->next == reader->blocks.count)
        return false;
    const char *block = reader->blocks.blocks[reader->next++];
    reader->block = snap_block_at(block);
    reader->payload = block + sizeof(SnapBlock);
    return true;
}

/* Copies the fixed part of the payload; false: the payload is too short or of another type. */
static bool read_head(const Reader *reader, SnapType type, void *head, uint32_t head_bytes)
{
    if (reader->block.type != type || reader->block.bytes < head_bytes)
        return false;
    memcpy(head, reader->payload, head_bytes);
    return true;
}

static RtStatus bad(RtError *error, const char *what)
{
    return rt_error(error, RT_BAD_DATA, "snapshot is damaged: %s", what);
}

static StateUnit *find_unit(const TaskState *state, uint64_t id)
{
    for (uint32_t i = 0; i < state->unit_count; i++)
        if (state->units[i].spec.id == id)
            return &state->units[i];
    return NULL;
}

static StateCell *find_cell(const TaskState *state, uint64_t id)
{
    for (uint32_t i = 0; i < state->cell_count; i++)
        if (state->cells[i].id == id)
            return &state->cells[i];
    return NULL;
}

static bool same_layout(const StateUnitSpec *spec, const SnapUnit *head, const Reader *reader)
{
    const SliceShape *shape = &spec->shape;
    if (spec->version != head->version || shape->groups.is_fixed != head->is_fixed ||
        shape->groups.key_bytes != head->key_bytes || shape->groups.field_bytes != head->field_bytes ||
        shape->distinct_count != head->distinct_count || shape->size_us != head->size_us ||
        (uint32_t)shape->kind != head->window_kind || shape->step_us != head->step_us ||
        shape->offset_us != head->offset_us || spec->field_count != head->field_count)
        return false;
    if (reader->block.bytes != sizeof(SnapUnit) + (uint64_t)head->field_count * sizeof(SnapField))
        return false;
    for (uint32_t i = 0; i < head->field_count; i++) {
        SnapField field;
        memcpy(&field, reader->payload + sizeof(SnapUnit) + i * sizeof field, sizeof field);
        const StateField *mine = &spec->fields[i];
        if (field.id != mine->id || field.offset != mine->offset || field.bytes != mine->bytes)
            return false;
    }
    return true;
}

static RtStatus check_layouts(const TaskState *state, SnapBlocks blocks, RtError *error)
{
    Reader reader = { .blocks = blocks };
    while (read_block(&reader)) {
        SnapUnit head;
        SnapCell cell_head;
        if (read_head(&reader, SNAP_UNIT, &head, sizeof head)) {
            const StateUnit *unit = find_unit(state, head.id);
            if (unit != NULL && !same_layout(&unit->spec, &head, &reader))
                return rt_error(error, RT_BAD_DATA, "state unit %016" PRIx64 " has another layout in the snapshot",
                                head.id);
        } else if (read_head(&reader, SNAP_CELL, &cell_head, sizeof cell_head)) {
            const StateCell *cell = find_cell(state, cell_head.id);
            bool same = cell == NULL || (cell->version == cell_head.version && cell->bytes == cell_head.bytes &&
                                         reader.block.bytes == sizeof cell_head + (uint64_t)cell->bytes);
            if (!same)
                return rt_error(error, RT_BAD_DATA, "state cell %016" PRIx64 " has another layout in the snapshot",
                                cell_head.id);
        }
    }
    return RT_OK;
}

/* ---- putting pages in place ---- */

static bool put_page(StatePages *pages, const Reader *reader, uint32_t index)
{
    const char *bytes = reader->payload + sizeof(SnapPage);
    uint32_t len = reader->block.bytes - (uint32_t)sizeof(SnapPage);
    StatePage head;
    if (len < STATE_PAGE_HEAD)
        return false;
    memcpy(&head, bytes, sizeof head);
    if (head.used != len || head.span == 0 || head.used > (uint64_t)head.span * STATE_PAGE_BYTES ||
        index < pages->count)
        return false;
    while (pages->count < index)
        if (!state_pages_skip(pages))
            return false;
    if (!state_pages_add(pages, index, head.span))
        return false;
    StatePage *page = pages->pages[index];
    memcpy(page, bytes, len);
    page->freeze = pages->pool->freeze;
    page->pool_next = 0;
    return true;
}

typedef struct Filling {
    TaskState *state;
    RestoreReport *report;
    Reader reader;
    StateUnit *unit; /* the blocks now belong to; NULL: unclaimed */
    Slice *slice;    /* of which tables come; NULL: still the heap */
    RtError *error;
} Filling;

/* What could not be put in place: the budget's fault, or the bytes'. */
static RtStatus not_filled(const Filling *filling, const char *what)
{
    RtStatus status = state_check(filling->state, filling->error);
    return status != RT_OK ? status : bad(filling->error, what);
}

static RtStatus finish_slice(Filling *filling)
{
    Slice *slice = filling->slice;
    filling->slice = NULL;
    if (slice == NULL)
        return RT_OK;
    bool attached = group_table_attach(&slice->groups);
    for (uint32_t i = 0; i < slice->distinct_count; i++)
        attached = attached && group_table_attach(&slice->distinct[i]);
    return attached ? RT_OK : not_filled(filling, "a table of groups does not hold records");
}

/* Every page of the heap belongs to a slice: one of nobody would stay for ever. */
static RtStatus finish_unit(Filling *filling)
{
    const StateUnit *unit = filling->unit;
    filling->unit = NULL;
    if (unit == NULL)
        return RT_OK;
    SliceStore *store = unit->store;
    uint32_t pages = heap_pages_owned(&store->heap_pages);
    for (uint32_t i = 0; i < store->slice_count; i++)
        pages -= store->slices[i]->heap.page_count;
    for (uint32_t i = 0; i < store->copy_count; i++)
        pages -= store->copies[i]->heap.page_count;
    return pages == 0 ? RT_OK : bad(filling->error, "a heap page belongs to no slice");
}

static RtStatus start_unit(Filling *filling, const SnapUnit *head)
{
    RtStatus status = finish_unit(filling);
    if (status != RT_OK)
        return status;
    filling->unit = find_unit(filling->state, head->id);
    if (filling->unit == NULL) {
        filling->report->units_unclaimed++;
        return RT_OK;
    }
    if (filling->unit->store->slice_count != 0 || filling->unit->store->copy_count != 0)
        return bad(filling->error, "a unit is in it twice, or was not empty");
    filling->unit->store->next_number = head->next_number;
    filling->unit->store->fired_us = head->fired_us;
    filling->report->units++;
    return RT_OK;
}

static RtStatus start_slice(Filling *filling, const SnapSlice *head)
{
    SliceStore *store = filling->unit->store;
    if (store->slice_count == 0 && store->copy_count == 0 && !heap_pages_attach(&store->heap_pages))
        return not_filled(filling, "a heap page does not hold blocks");
    if (head->table_count != 1 + store->shape.distinct_count)
        return bad(filling->error, "a slice has another number of tables");
    Slice *slice = slice_store_restore_slice(store, head->start_us, head->end_us, head->since_us, head->number);
    if (slice == NULL)
        return not_filled(filling, "a slice");
    heap_attach(&slice->heap);
    filling->slice = slice;
    return RT_OK;
}

static RtStatus fill_page(Filling *filling, const SnapPage *head)
{
    StatePages *pages = NULL;
    if (head->table == SNAP_TABLE_HEAP && filling->slice == NULL)
        pages = &filling->unit->store->heap_pages.table;
    else if (filling->slice != NULL && head->table == SNAP_TABLE_GROUPS)
        pages = &filling->slice->groups.pages;
    else if (filling->slice != NULL && head->table - SNAP_TABLE_GROUPS - 1 < filling->slice->distinct_count)
        pages = &filling->slice->distinct[head->table - SNAP_TABLE_GROUPS - 1].pages;
    if (pages == NULL)
        return bad(filling->error, "a page belongs to no table");
    return put_page(pages, &filling->reader, head->index) ? RT_OK : not_filled(filling, "a page");
}

static RtStatus fill_cell(Filling *filling, const SnapCell *head)
{
    StateCell *cell = find_cell(filling->state, head->id);
    if (cell == NULL) {
        filling->report->cells_unclaimed++;
        return RT_OK;
    }
    memcpy(cell->data, filling->reader.payload + sizeof *head, cell->bytes);
    filling->report->cells++;
    return RT_OK;
}

static RtStatus fill_block(Filling *filling)
{
    union {
        SnapUnit unit;
        SnapSlice slice;
        SnapPage page;
        SnapCell cell;
    } head;
    const Reader *reader = &filling->reader;
    if (reader->block.type != SNAP_PAGE) {
        RtStatus status = finish_slice(filling);
        if (status != RT_OK)
            return status;
    }
    if (read_head(reader, SNAP_UNIT, &head, sizeof head.unit))
        return start_unit(filling, &head.unit);
    if (read_head(reader, SNAP_CELL, &head, sizeof head.cell))
        return fill_cell(filling, &head.cell);
    if (read_head(reader, SNAP_SLICE, &head, sizeof head.slice))
        return filling->unit == NULL ? RT_OK : start_slice(filling, &head.slice);
    if (read_head(reader, SNAP_PAGE, &head, sizeof head.page))
        return filling->unit == NULL ? RT_OK : fill_page(filling, &head.page);
    return bad(filling->error, "a block of no known type");
}

static RtStatus fill(TaskState *state, SnapBlocks blocks, RestoreReport *report, RtError *error)
{
    RtStatus status = check_layouts(state, blocks, error);
    Filling filling = { .state = state, .report = report, .reader = { .blocks = blocks }, .error = error };
    while (status == RT_OK && read_block(&filling.reader))
        status = fill_block(&filling);
    if (status == RT_OK)
        status = finish_slice(&filling);
    return status == RT_OK ? finish_unit(&filling) : status;
}

RtStatus state_restore_chain(TaskState *state, const Str *parts, uint32_t count, RestoreReport *report, RtError *error)
{
    SnapBlocks blocks;
    Arena scratch;
    *report = (RestoreReport){ 0 };
    arena_init_may_fail(&scratch);
    RtStatus status = snap_blocks_of(parts, count, &scratch, &blocks, error);
    if (status == RT_OK)
        status = fill(state, blocks, report, error);
    arena_free(&scratch);
    return status;
}

RtStatus state_restore(TaskState *state, Str bytes, RestoreReport *report, RtError *error)
{
    return state_restore_chain(state, &bytes, 1, report, error);
}
