/* file_ops.h -- the calls by which this program reaches files, as a table.
 *
 * Everything that reads, writes, maps or lists files goes through one of these, so that a test can make the n-th call
 * fail and walk n upwards until nothing fails any more, or give short reads and writes.
 *
 * Errors  as the system calls of the same names: -1 (NULL for map) and errno. */
#ifndef SQC_IO_FILE_OPS_H
#define SQC_IO_FILE_OPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Called once for each name in a folder, without `.` and `..`; not 0 ends the listing. */
typedef int FileListFn(void *state, const char *name);

typedef struct FileOps {
    void *context; /* first argument of every call */
    int (*open)(void *context, const char *path, int flags, mode_t mode);
    ssize_t (*read)(void *context, int fd, void *data, size_t len);
    ssize_t (*write)(void *context, int fd, const void *data, size_t len);
    int (*close)(void *context, int fd);
    int (*stat_path)(void *context, const char *path, struct stat *out);
    int (*stat_fd)(void *context, int fd, struct stat *out);
    void *(*map)(void *context, int fd, size_t len); /* private, read-only, from the start */
    int (*unmap)(void *context, void *data, size_t len);
    /* Brings mapped pages in; -1 with EFAULT where the file has no such bytes any more. */
    int (*populate)(void *context, void *data, size_t len);
    int (*make_folder)(void *context, const char *path);
    int (*rename)(void *context, const char *from, const char *to);
    int (*remove)(void *context, const char *path);
    int (*list)(void *context, const char *path, FileListFn *on_name, void *state);
} FileOps;

extern const FileOps FILE_OPS_SYSTEM;

#endif
