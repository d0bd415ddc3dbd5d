/* snapshot.c -- freezing the state of a task, and the frozen image as bytes. */
#include "runtime/base/alloc.h"
#include "runtime/state/snapshot_internal.h"

#include <assert.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t snap_check(uint32_t type, const char *payload, uint32_t bytes)
{
    return XXH3_64bits_withSeed(payload, bytes, (uint64_t)type << 32 | bytes);
}

/* ---- freeze ---- */
static bool copy_table(Arena *arena, const StatePages *from, ImageTable *out)
{
    out->count = from->count;
    out->pages = arena_alloc(arena, (from->count + (size_t)1) * sizeof(StatePage *), _Alignof(StatePage *));
    if (out->pages == NULL)
        return false;
    if (from->count > 0)
        memcpy(out->pages, from->pages, from->count * sizeof(StatePage *));
    return true;
}

/* Heap pages of slices that are in no snapshot stay out of it, or a restored store would keep them for nobody. */
static void leave_apart(ImageTable *heap)
{
    for (uint32_t i = 0; i < heap->count; i++)
        if (heap->pages[i] != NULL && (heap->pages[i]->owner & HEAP_OWNER_APART) != 0)
            heap->pages[i] = NULL;
}

static bool copy_slice(Arena *arena, const Slice *from, ImageSlice *out)
{
    uint32_t table_count = 1 + from->distinct_count;
    out->head = (SnapSlice){ from->start_us, from->end_us, from->since_us, from->number, table_count };
    out->tables = arena_alloc_zeroed(arena, table_count * sizeof(ImageTable), _Alignof(ImageTable));
    if (out->tables == NULL || !copy_table(arena, &from->groups.pages, &out->tables[0]))
        return false;
    for (uint32_t i = 0; i < from->distinct_count; i++)
        if (!copy_table(arena, &from->distinct[i].pages, &out->tables[1 + i]))
            return false;
    return true;
}

static bool copy_unit(Arena *arena, const StateUnit *from, ImageUnit *out)
{
    const SliceStore *store = from->store;
    const SliceShape *shape = &from->spec.shape;
    out->head = (SnapUnit){
        .id = from->spec.id,
        .version = from->spec.version,
        .is_fixed = shape->groups.is_fixed,
        .key_bytes = shape->groups.key_bytes,
        .field_bytes = shape->groups.field_bytes,
        .distinct_count = shape->distinct_count,
        .field_count = from->spec.field_count,
        .size_us = shape->size_us,
        .step_us = shape->step_us,
        .offset_us = shape->offset_us,
        .fired_us = store->fired_us,
        .window_kind = (uint32_t)shape->kind,
        .next_number = store->next_number,
        .slice_count = store->slice_count + store->copy_count,
    };
    out->fields = from->spec.fields;
    out->slices = arena_alloc_zeroed(arena, (out->head.slice_count + (size_t)1) * sizeof(ImageSlice), 8);
    if (out->slices == NULL || !copy_table(arena, &store->heap_pages.table, &out->heap))
        return false;
    leave_apart(&out->heap);
    for (uint32_t i = 0; i < store->slice_count; i++)
        if (!copy_slice(arena, store->slices[i], &out->slices[i]))
            return false;
    for (uint32_t i = 0; i < store->copy_count; i++)
        if (!copy_slice(arena, store->copies[i], &out->slices[store->slice_count + i]))
            return false;
    return true;
}

static bool copy_state(const TaskState *state, StateImage *image)
{
    image->unit_count = state->unit_count;
    image->cell_count = state->cell_count;
    image->units = arena_alloc_zeroed(&image->arena, (state->unit_count + (size_t)1) * sizeof(ImageUnit), 8);
    image->cells = arena_alloc_zeroed(&image->arena, (state->cell_count + (size_t)1) * sizeof(ImageCell), 8);
    if (image->units == NULL || image->cells == NULL)
        return false;
    for (uint32_t i = 0; i < state->unit_count; i++)
        if (!copy_unit(&image->arena, &state->units[i], &image->units[i]))
            return false;
    for (uint32_t i = 0; i < state->cell_count; i++) {
        const StateCell *cell = &state->cells[i];
        char *data = arena_alloc(&image->arena, cell->bytes + (size_t)1, 8);
        if (data == NULL)
            return false;
        memcpy(data, cell->data, cell->bytes);
        image->cells[i] = (ImageCell){ { cell->id, cell->version, cell->bytes }, data };
    }
    return true;
}

/* The records that upsert answered last may be frozen now; forgetting them is not needed, writing them goes through
 * state_pages_write. */
RtStatus state_freeze(TaskState *state, StateImage **out, RtError *error)
{
    assert(state->image == NULL);
    RtStatus status = state_check(state, error);
    if (status != RT_OK)
        return status;
    StateImage *image = mem_alloc_zeroed(sizeof *image);
    if (image == NULL)
        return rt_error(error, RT_FATAL, "no memory to freeze state");
    arena_init_may_fail(&image->arena);
    if (!copy_state(state, image))
        status = rt_error(error, RT_FATAL, "no memory to freeze state");
    if (status == RT_OK)
        status = page_pool_freeze(&state->pool, error);
    if (status != RT_OK) {
        arena_free(&image->arena);
        mem_free(image);
        return status;
    }
    image->number = state->pool.freeze;
    state->image = image;
    *out = image;
    return RT_OK;
}

void state_image_release(TaskState *state, StateImage *image)
{
    assert(state->image == image);
    page_pool_thaw(&state->pool);
    arena_free(&image->arena);
    mem_free(image);
    state->image = NULL;
}

/* ---- write ---- */
typedef struct Writer {
    Buf *out;
    uint64_t head_at, block_at;
    uint32_t block_count;
    uint32_t since; /* pages of lower numbers are the same */
} Writer;

static void block_open(Writer *writer)
{
    writer->block_at = writer->out->len;
    buf_append(writer->out, (const char[sizeof(SnapBlock)]){ 0 }, sizeof(SnapBlock));
}

static void block_close(Writer *writer, SnapType type)
{
    Buf *out = writer->out;
    uint64_t payload_at = writer->block_at + sizeof(SnapBlock);
    if (out->failed)
        return;
    SnapBlock head = { .type = type, .bytes = (uint32_t)(out->len - payload_at) };
    head.check = snap_check(head.type, out->data + payload_at, head.bytes);
    memcpy(out->data + writer->block_at, &head, sizeof head);
    buf_append(out, (const char[8]){ 0 }, (8 - head.bytes % 8) % 8);
    writer->block_count++;
}

static void write_page(Writer *writer, const StatePage *page, SnapPage at)
{
    StatePage head = *page;
    head.freeze = 0;
    block_open(writer);
    buf_append(writer->out, (const char *)&at, sizeof at);
    buf_append(writer->out, (const char *)&head, sizeof head);
    buf_append(writer->out, (const char *)(page + 1), head.used - sizeof head);
    block_close(writer, SNAP_PAGE);
}

static bool is_same(const Writer *writer, const StatePage *page)
{
    return page != NULL && page->freeze < writer->since;
}

static void write_table(Writer *writer, const ImageTable *table, uint32_t number)
{
    for (uint32_t i = 0, run; i < table->count; i += run) {
        for (run = 0; i + run < table->count && is_same(writer, table->pages[i + run]);)
            run++;
        if (run != 0) {
            SnapSame same = { number, i, run };
            block_open(writer);
            buf_append(writer->out, (const char *)&same, sizeof same);
            block_close(writer, SNAP_SAME);
            continue;
        }
        run = 1;
        if (table->pages[i] != NULL)
            write_page(writer, table->pages[i], (SnapPage){ number, i });
    }
}

static void write_unit(Writer *writer, const ImageUnit *unit)
{
    block_open(writer);
    buf_append(writer->out, (const char *)&unit->head, sizeof unit->head);
    for (uint32_t i = 0; i < unit->head.field_count; i++) {
        SnapField field = { unit->fields[i].id, unit->fields[i].offset, unit->fields[i].bytes };
        buf_append(writer->out, (const char *)&field, sizeof field);
    }
    block_close(writer, SNAP_UNIT);
    write_table(writer, &unit->heap, SNAP_TABLE_HEAP);
    for (uint32_t i = 0; i < unit->head.slice_count; i++) {
        const ImageSlice *slice = &unit->slices[i];
        block_open(writer);
        buf_append(writer->out, (const char *)&slice->head, sizeof slice->head);
        for (uint32_t t = 0; t < slice->head.table_count; t++)
            buf_append(writer->out, (const char *)&slice->tables[t].count, sizeof slice->tables[t].count);
        block_close(writer, SNAP_SLICE);
        for (uint32_t t = 0; t < slice->head.table_count; t++)
            write_table(writer, &slice->tables[t], SNAP_TABLE_GROUPS + t);
    }
}

uint32_t state_image_number(const StateImage *image)
{
    return image->number;
}

/* 0 is left for "none". */
uint64_t state_part_check(Str part)
{
    uint64_t check = XXH3_64bits(part.data, part.len);
    return check == 0 ? 1 : check;
}

RtStatus state_image_write(const StateImage *image, Buf *out, RtError *error)
{
    static const StateBase NONE = { 0 };
    return state_image_write_since(image, &NONE, out, error);
}

RtStatus state_image_write_since(const StateImage *image, const StateBase *base, Buf *out, RtError *error)
{
    assert(base->number < image->number);
    Writer writer = { .out = out, .head_at = out->len, .since = base->number };
    SnapHead head = { .version = SNAP_VERSION, .before = base->number == 0 ? 0 : base->check };
    memcpy(head.magic, SNAP_MAGIC, sizeof head.magic);
    buf_append(out, (const char *)&head, sizeof head);
    for (uint32_t i = 0; i < image->unit_count; i++)
        write_unit(&writer, &image->units[i]);
    for (uint32_t i = 0; i < image->cell_count; i++) {
        block_open(&writer);
        buf_append(out, (const char *)&image->cells[i].head, sizeof(SnapCell));
        buf_append(out, image->cells[i].data, image->cells[i].head.bytes);
        block_close(&writer, SNAP_CELL);
    }
    if (out->failed)
        return rt_error(error, RT_FATAL, "no memory to write a snapshot");
    memcpy(out->data + writer.head_at + offsetof(SnapHead, block_count), &writer.block_count,
           sizeof writer.block_count);
    return RT_OK;
}

RtStatus state_snapshot(TaskState *state, Buf *out, RtError *error)
{
    StateImage *image;
    RtStatus status = state_freeze(state, &image, error);
    if (status != RT_OK)
        return status;
    status = state_image_write(image, out, error);
    state_image_release(state, image);
    return status;
}
