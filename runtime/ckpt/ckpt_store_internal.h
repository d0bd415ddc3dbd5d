/* ckpt_store_internal.h -- what a place for checkpoints must do: see ckpt_store.h, names are checked before.
 *
 * A place embeds CkptStore as its first member. */
#ifndef SQC_CKPT_CKPT_STORE_INTERNAL_H
#define SQC_CKPT_CKPT_STORE_INTERNAL_H

#include "runtime/ckpt/ckpt_store.h"

typedef struct CkptStoreOps {
    void (*close)(CkptStore *store);
    RtStatus (*create)(CkptStore *store, Str name, Str bytes, bool *created, RtError *error);
    RtStatus (*read)(CkptStore *store, Str name, Buf *out, bool *found, RtError *error);
    RtStatus (*list)(CkptStore *store, Str folder, Str after, Arena *arena, CkptNames *out, RtError *error);
    RtStatus (*remove)(CkptStore *store, Str name, RtError *error);
} CkptStoreOps;

struct CkptStore {
    const CkptStoreOps *ops;
};

RtStatus ckpt_dir_open(Str path, CkptStore **out, RtError *error) RT_CHECKED;

#endif
