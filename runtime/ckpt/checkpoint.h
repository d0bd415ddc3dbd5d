/* checkpoint.h -- the state of a task, committed: segments, and the manifest that names them.
 *
 *   checkpoint_open, checkpoint_claim      see task_log.h
 *   checkpoint_restore                     fills the claimed units from the last manifest, if there is one
 *   then again and again, between two rows:   state_freeze -> checkpoint_write -> state_image_release
 *
 * A segment holds the whole state, or what changed since the segment before; a manifest names all that are needed. What
 * no manifest names is removed with the next whole one.
 *
 *   names     FOLDER/s-NUMBER-RANDOM: made for the manifest of that number, by this attempt
 *
 * Ownership  the caller keeps store, key and state; the folder's name is copied.
 * Threads    one at a time; checkpoint_write may be called by another thread than the task's, since it only reads the
 *            image.
 * Errors     as task_log.h; RT_BAD_DATA too when a segment is damaged, missing or of another key. */
#ifndef SQC_CKPT_CHECKPOINT_H
#define SQC_CKPT_CHECKPOINT_H

#include "runtime/ckpt/segment.h"
#include "runtime/ckpt/task_log.h"
#include "runtime/state/snapshot.h"

enum { CHECKPOINT_PARTS_MAX = 64 };

typedef struct Checkpoints {
    TaskLog log;
    const SegmentKey *key; /* NULL: not encrypted */
    StateBase base;        /* what the next increment is since; number 0: write a whole one */
} Checkpoints;

RtStatus checkpoint_open(Checkpoints *c, CkptStore *store, Str folder, Str owner, const SegmentKey *key,
                         RtError *error) RT_CHECKED;
void checkpoint_close(Checkpoints *c);
/* Into units and cells that were claimed and are empty. */
RtStatus checkpoint_restore(Checkpoints *c, TaskState *state, RestoreReport *report, RtError *error) RT_CHECKED;
/* Writes the image and commits it: `next` says where the task stood at the freeze (kind, pos, print, inputs, channels,
 * cursors; segments are filled in).  When `committed` is false the task is lost. */
RtStatus checkpoint_write(Checkpoints *c, const StateImage *image, const Manifest *next, bool *committed,
                          RtError *error) RT_CHECKED;

#endif
