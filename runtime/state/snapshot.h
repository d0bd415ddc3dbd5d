/* snapshot.h -- the state of a task: typed units, and their image as bytes.
 *
 * Operators claim units and cells when a task starts and never see a snapshot; the runtime freezes, writes and restores
 * all of them at once, between two rows.
 *
 *   unit   a slice store with the fields of its aggregates, each with an id of its own
 *   cell   a few plain bytes: watermarks, counters, input positions
 *
 *   TaskState state; task_state_init(&state, limit);  claim units and cells;
 *   freeze -> image -> write (may be another thread) -> release          state_snapshot does all three
 *   restore fills claimed units from bytes; snapshot then restore is the identity.
 *
 * An increment holds the pages that changed since an earlier image and says of the others that they are the same.  A
 * chain is a full snapshot and the increments behind it, each since the one before.  After a restore a freeze whose
 * image is released unwritten gives the number that the next increment is since.
 *
 * Restoring is by id: what nobody claims is counted and left out, what was claimed and is not in the bytes stays empty.
 * A unit of another layout (version, key shape, fields) is refused.  After a failed restore the state is not used any
 * more, only released.
 *
 *   bytes = "SQCSTATE" u32 version, u32 block count, u64 XXH3-64 of the part before (0: a full snapshot); blocks
 *   block = u32 type, u32 bytes of payload, u64 XXH3-64 of the payload with seed type << 32 | bytes, payload, zero
 *           bytes up to a multiple of 8
 *
 * Units      bytes, all numbers little-endian.
 * Ownership  TaskState owns units, cells and pages; the caller owns the image until it releases it.
 * Threads    task thread only, but state_image_write may run on one other thread.
 * Errors     RT_FATAL no memory or budget; RT_BAD_DATA bytes damaged or of another layout.
 * Cost       freeze: 8 bytes of copy for each page; restore: hash every key once. */
#ifndef SQC_STATE_SNAPSHOT_H
#define SQC_STATE_SNAPSHOT_H

#include "runtime/base/buf.h"
#include "runtime/state/slice_store.h"

/* One aggregate state inside the records of a unit. */
typedef struct StateField {
    uint64_t id; /* hash of aggregate and argument */
    uint32_t offset;
    uint32_t bytes;
} StateField;

typedef struct StateUnitSpec {
    uint64_t id;      /* hash of stream, predicate, keys, window kind */
    uint32_t version; /* of the layout */
    SliceShape shape;
    const StateField *fields; /* copied */
    uint32_t field_count;
} StateUnitSpec;

typedef struct StateUnit {
    StateUnitSpec spec;
    SliceStore *store;
} StateUnit;

typedef struct StateCell {
    uint64_t id;
    uint32_t version;
    uint32_t bytes;
    void *data;
} StateCell;

typedef struct TaskState {
    PagePool pool;
    Arena arena; /* units, cells, field lists */
    StateUnit *units;
    uint32_t unit_count, unit_capacity;
    StateCell *cells;
    uint32_t cell_count, cell_capacity;
    struct StateImage *image; /* the one that is out */
} TaskState;

RtStatus task_state_init(TaskState *state, uint64_t limit_bytes, RtError *error) RT_CHECKED;
void task_state_release(TaskState *state);

/* Claims a unit; ids are unique in a task.  The store's address stays the same. */
RtStatus task_state_unit(TaskState *state, const StateUnitSpec *spec, SliceStore **out, RtError *error) RT_CHECKED;
/* Claims a cell of zeroed bytes, 16-aligned. */
RtStatus task_state_cell(TaskState *state, uint64_t id, uint32_t version, uint32_t bytes, void **out,
                         RtError *error) RT_CHECKED;

/* After each batch: RT_FATAL once the budget was refused; what the batch computed is then void. */
RtStatus state_check(const TaskState *state, RtError *error) RT_CHECKED;

typedef struct StateImage StateImage;
/* Freezes at a record boundary.  One image at a time. */
RtStatus state_freeze(TaskState *state, StateImage **out, RtError *error) RT_CHECKED;
RtStatus state_image_write(const StateImage *image, Buf *out, RtError *error) RT_CHECKED;
/* The number of its freeze, from 1. */
uint32_t state_image_number(const StateImage *image);
/* What an increment is since: an earlier image of this state, and the part that holds it. */
typedef struct StateBase {
    uint32_t number;
    uint64_t check; /* state_part_check of the part */
} StateBase;
uint64_t state_part_check(Str part);
RtStatus state_image_write_since(const StateImage *image, const StateBase *base, Buf *out, RtError *error) RT_CHECKED;
void state_image_release(TaskState *state, StateImage *image);
RtStatus state_snapshot(TaskState *state, Buf *out, RtError *error) RT_CHECKED;

typedef struct RestoreReport {
    uint32_t units, cells;                     /* filled */
    uint32_t units_unclaimed, cells_unclaimed; /* in the bytes, wanted by nobody */
} RestoreReport;

/* Into claimed units that are still empty. */
RtStatus state_restore(TaskState *state, Str bytes, RestoreReport *report, RtError *error) RT_CHECKED;
/* The same of a chain, the full snapshot first. */
RtStatus state_restore_chain(TaskState *state, const Str *parts, uint32_t count, RestoreReport *report,
                             RtError *error) RT_CHECKED;

#endif
