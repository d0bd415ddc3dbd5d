/* exec_source.c -- what METADATA columns say of a file, as it was when it was opened. */
#include "runtime/exec/exec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

FnSource *exec_file_source(Arena *arena, const FileOps *ops, const char *path)
{
    struct stat info;
    if (ops->stat_path(ops->context, path, &info) != 0 || !S_ISREG(info.st_mode))
        return NULL;
    char whole[PATH_MAX]; /* Flink says the path from the root */
    Str text = str_copy(arena, str_from(realpath(path, whole) == NULL ? path : whole));
    uint64_t name = text.len;
    while (name > 0 && text.data[name - 1] != '/')
        name--;
    FnSource *source = ARENA_NEW(arena, FnSource);
    *source =
        (FnSource){ .path = text,
                    .name = str_slice(text, name, text.len - name),
                    .size_bytes = info.st_size,
                    .changed_us = (int64_t)info.st_mtim.tv_sec * 1000000 + info.st_mtim.tv_nsec / 1000000 * 1000 };
    return source;
}
