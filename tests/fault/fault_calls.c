/* fault_calls.c -- see fault_calls.h: __wrap_x stands in for x, __real_x is x. */
#include "tests/fault/fault_calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FDS_MAX = 256 };

static struct {
    const char *const *folders;
    uint64_t at, count;
    const char *failed;
    bool watched[FDS_MAX];
    const char *map, *map_end;
} calls;

void fault_calls_at(uint64_t n, const char *const folders[FAULT_FOLDERS_MAX])
{
    memset(&calls, 0, sizeof calls);
    calls.folders = folders;
    calls.at = n;
    calls.watched[STDOUT_FILENO] = true;
}

uint64_t fault_calls_count(void)
{
    return calls.count;
}

const char *fault_calls_failed(void)
{
    return calls.failed != NULL ? calls.failed : "";
}

static bool is_path(const char *path)
{
    for (int i = 0; calls.folders != NULL && i < FAULT_FOLDERS_MAX; i++) {
        if (calls.folders[i] != NULL && strncmp(path, calls.folders[i], strlen(calls.folders[i])) == 0)
            return true;
    }
    return false;
}

static bool is_watched(int fd)
{
    return fd >= 0 && fd < FDS_MAX && calls.watched[fd];
}

static bool fails(bool counts, const char *name, int code)
{
    if (!counts || ++calls.count != calls.at)
        return false;
    calls.failed = name;
    errno = code;
    return true;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (fails(is_path(path), "open", EACCES))
        return -1;
    int fd = __real_open(path, flags, mode);
    if (fd >= 0 && fd < FDS_MAX)
        calls.watched[fd] = is_path(path);
    return fd;
}

ssize_t __real_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len)
{
    return fails(is_watched(fd), "read", EIO) ? -1 : __real_read(fd, data, len);
}

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
    return fails(is_watched(fd), "write", ENOSPC) ? -1 : __real_write(fd, data, len);
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    bool fault = fails(is_watched(fd), "close", EIO);
    int code = __real_close(fd); /* the descriptor is gone either way */
    if (fd >= 0 && fd < FDS_MAX)
        calls.watched[fd] = false;
    if (fault)
        errno = EIO;
    return fault ? -1 : code;
}

int __real_stat(const char *path, struct stat *out);
int __wrap_stat(const char *path, struct stat *out);
int __wrap_stat(const char *path, struct stat *out)
{
    return fails(is_path(path), "stat", EACCES) ? -1 : __real_stat(path, out);
}

int __real_fstat(int fd, struct stat *out);
int __wrap_fstat(int fd, struct stat *out);
int __wrap_fstat(int fd, struct stat *out)
{
    return fails(is_watched(fd), "fstat", EIO) ? -1 : __real_fstat(fd, out);
}

void *__real_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (fails(is_watched(fd), "mmap", ENODEV))
        return MAP_FAILED;
    void *map = __real_mmap(at, len, protection, flags, fd, offset);
    if (is_watched(fd) && map != MAP_FAILED) {
        calls.map = map;
        calls.map_end = calls.map + len;
    }
    return map;
}

int __real_madvise(void *at, size_t len, int advice);
int __wrap_madvise(void *at, size_t len, int advice);
int __wrap_madvise(void *at, size_t len, int advice)
{
    bool counts = (const char *)at >= calls.map && (const char *)at < calls.map_end;
    return fails(counts, "madvise", EFAULT) ? -1 : __real_madvise(at, len, advice);
}

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    return fails(is_path(path), "mkdir", EACCES) ? -1 : __real_mkdir(path, mode);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails(is_path(from), "rename", EACCES) ? -1 : __real_rename(from, to);
}

int __real_remove(const char *path);
int __wrap_remove(const char *path);
int __wrap_remove(const char *path)
{
    return fails(is_path(path), "remove", EACCES) ? -1 : __real_remove(path);
}

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
    return fails(is_path(path), "opendir", EACCES) ? NULL : __real_opendir(path);
}
