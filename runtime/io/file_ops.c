/* file_ops.c -- the table of the real system calls. */
#include "runtime/io/file_ops.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Shells allow 1,024 open files unless asked; a stream of more files than that is nothing unusual.  False: the limit is
 * as high as the system allows. */
static bool allow_more_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static int system_open(void *context, const char *path, int flags, mode_t mode)
{
    (void)context;
    int fd = open(path, flags | O_CLOEXEC, mode);
    if (fd < 0 && errno == EMFILE) {
        if (allow_more_files())
            return open(path, flags | O_CLOEXEC, mode);
        errno = EMFILE;
    }
    return fd;
}

static ssize_t system_read(void *context, int fd, void *data, size_t len)
{
    (void)context;
    return read(fd, data, len);
}

static ssize_t system_write(void *context, int fd, const void *data, size_t len)
{
    (void)context;
    return write(fd, data, len);
}

static int system_close(void *context, int fd)
{
    (void)context;
    return close(fd);
}

static int system_stat_path(void *context, const char *path, struct stat *out)
{
    (void)context;
    return stat(path, out);
}

static int system_stat_fd(void *context, int fd, struct stat *out)
{
    (void)context;
    return fstat(fd, out);
}

static void *system_map(void *context, int fd, size_t len)
{
    (void)context;
    void *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    return data == MAP_FAILED ? NULL : data;
}

static int system_unmap(void *context, void *data, size_t len)
{
    (void)context;
    return munmap(data, len);
}

static int system_populate(void *context, void *data, size_t len)
{
    (void)context;
#ifdef MADV_POPULATE_READ
    return madvise(data, len, MADV_POPULATE_READ);
#else
    return madvise(data, len, MADV_WILLNEED);
#endif
}

static int system_make_folder(void *context, const char *path)
{
    (void)context;
    return mkdir(path, 0777);
}

static int system_rename(void *context, const char *from, const char *to)
{
    (void)context;
    return rename(from, to);
}

static int system_remove(void *context, const char *path)
{
    (void)context;
    return unlink(path);
}

static int system_list(void *context, const char *path, FileListFn *on_name, void *state)
{
    (void)context;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    int stopped = 0;
    struct dirent *entry;
    errno = 0;
    while (!stopped && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            stopped = on_name(state, entry->d_name);
        errno = 0;
    }
    int cause = errno;
    closedir(folder);
    errno = cause;
    return cause != 0 && !stopped ? -1 : 0;
}

const FileOps FILE_OPS_SYSTEM = {
    .open = system_open,
    .read = system_read,
    .write = system_write,
    .close = system_close,
    .stat_path = system_stat_path,
    .stat_fd = system_stat_fd,
    .map = system_map,
    .unmap = system_unmap,
    .populate = system_populate,
    .make_folder = system_make_folder,
    .rename = system_rename,
    .remove = system_remove,
    .list = system_list,
};
