/* fault_ops.h -- the system's file calls, made to fail on the n-th call or to do little at a time.
 *
 *   FaultOps faults;
 *   fault_ops_init(&faults);
 *   faults.fail_at = n; faults.cause = ENOSPC;
 *   ... &faults.ops ... */
#ifndef SQC_TESTS_UNIT_IO_FAULT_OPS_H
#define SQC_TESTS_UNIT_IO_FAULT_OPS_H

#include "runtime/io/file_ops.h"

#include <errno.h>
#include <stdbool.h>

typedef struct FaultOps {
    FileOps ops;
    uint64_t calls;    /* made so far */
    uint64_t fail_at;  /* the call that fails, counting from 1; 0: none */
    int cause;         /* its errno */
    size_t bytes_max;  /* of one read or write; 0: as asked */
    bool maps_nothing; /* map always fails: everything is read */
    int open_count;    /* descriptors open now */
} FaultOps;

static inline bool fault_now(void *context)
{
    FaultOps *faults = context;
    if (++faults->calls != faults->fail_at)
        return false;
    errno = faults->cause;
    return true;
}

static inline size_t fault_len(const FaultOps *faults, size_t len)
{
    return faults->bytes_max != 0 && faults->bytes_max < len ? faults->bytes_max : len;
}

static inline int fault_open(void *context, const char *path, int flags, mode_t mode)
{
    FaultOps *faults = context;
    if (fault_now(context))
        return -1;
    int fd = FILE_OPS_SYSTEM.open(NULL, path, flags, mode);
    faults->open_count += fd >= 0;
    return fd;
}

static inline ssize_t fault_read(void *context, int fd, void *data, size_t len)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.read(NULL, fd, data, fault_len(context, len));
}

static inline ssize_t fault_write(void *context, int fd, const void *data, size_t len)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.write(NULL, fd, data, fault_len(context, len));
}

static inline int fault_close(void *context, int fd)
{
    FaultOps *faults = context;
    faults->open_count--;
    int result = FILE_OPS_SYSTEM.close(NULL, fd); /* a close that fails has closed all the same */
    return fault_now(context) ? -1 : result;
}

static inline int fault_stat_path(void *context, const char *path, struct stat *out)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.stat_path(NULL, path, out);
}

static inline int fault_stat_fd(void *context, int fd, struct stat *out)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.stat_fd(NULL, fd, out);
}

static inline void *fault_map(void *context, int fd, size_t len)
{
    const FaultOps *faults = context;
    return fault_now(context) || faults->maps_nothing ? NULL : FILE_OPS_SYSTEM.map(NULL, fd, len);
}

static inline int fault_unmap(void *context, void *data, size_t len)
{
    (void)context;
    return FILE_OPS_SYSTEM.unmap(NULL, data, len);
}

static inline int fault_populate(void *context, void *data, size_t len)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.populate(NULL, data, len);
}

static inline int fault_make_folder(void *context, const char *path)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.make_folder(NULL, path);
}

static inline int fault_rename(void *context, const char *from, const char *to)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.rename(NULL, from, to);
}

static inline int fault_remove(void *context, const char *path)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.remove(NULL, path);
}

static inline int fault_list(void *context, const char *path, FileListFn *on_name, void *state)
{
    return fault_now(context) ? -1 : FILE_OPS_SYSTEM.list(NULL, path, on_name, state);
}

/* `faults` stays where it is while its ops are used. */
static inline void fault_ops_init(FaultOps *faults)
{
    *faults = (FaultOps){
        .ops = { .context = faults,
                 .open = fault_open,
                 .read = fault_read,
                 .write = fault_write,
                 .close = fault_close,
                 .stat_path = fault_stat_path,
                 .stat_fd = fault_stat_fd,
                 .map = fault_map,
                 .unmap = fault_unmap,
                 .populate = fault_populate,
                 .make_folder = fault_make_folder,
                 .rename = fault_rename,
                 .remove = fault_remove,
                 .list = fault_list },
        .cause = EIO,
    };
}

#endif
