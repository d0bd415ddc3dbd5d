/* ckpt_store.h -- where checkpoints lie: named, immutable pieces of bytes.
 *
 * A piece is created whole or not at all, and never under a name that is taken: of any number of processes that create
 * one name, one wins.  That is all the agreement that workers need (manifest.h, task_log.h).
 *
 *   names     parts of letters, digits, '.', '-', '_' that do not begin with '.', between '/'; at most 1,000 bytes
 *   places    file:///folder     a directory on one file system: write, fsync, link(2), fsync of the folder
 *
 * Ownership  the caller owns the store until it closes it, and every buffer.
 * Threads    any number of threads and processes may use one place; a CkptStore belongs to one thread.
 * Errors     RT_RETRY it may have worked or not: ask for the name again (no space, I/O); RT_FATAL no such place, no
 *            permission, or no name.
 * Cost       a creation waits for the disk twice. */
#ifndef SQC_CKPT_CKPT_STORE_H
#define SQC_CKPT_CKPT_STORE_H

#include "runtime/base/buf.h"
#include "runtime/base/status.h"

enum { CKPT_NAME_MAX = 1000 };

typedef struct CkptStore CkptStore;

typedef struct CkptNames {
    Str *names; /* ascending */
    uint32_t count;
} CkptNames;

/* Makes the folder when its parent is there. */
RtStatus ckpt_store_open(Str url, CkptStore **out, RtError *error) RT_CHECKED;
void ckpt_store_close(CkptStore *store);

/* `created` is false when the name was taken; what stands there then is not touched. */
RtStatus ckpt_store_create(CkptStore *store, Str name, Str bytes, bool *created, RtError *error) RT_CHECKED;
/* Appends to `out`; `found` is false when there is no such name. */
RtStatus ckpt_store_read(CkptStore *store, Str name, Buf *out, bool *found, RtError *error) RT_CHECKED;
/* The pieces right below a folder whose names are above `after` (empty: all), without the folder's, in the arena.  None
 * when there is no such folder. */
RtStatus ckpt_store_list(CkptStore *store, Str folder, Str after, Arena *arena, CkptNames *out,
                         RtError *error) RT_CHECKED;
/* A name that is not there is no error. */
RtStatus ckpt_store_remove(CkptStore *store, Str name, RtError *error) RT_CHECKED;

#endif
