/* paths.c -- patterns one path component at a time, folders to their leaves. */
#include "runtime/io/paths.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct PathWalk {
    Arena *arena;
    const FileOps *ops;
    PathList *files;
    RtError *error;
} PathWalk;

typedef struct NameFilter {
    Arena *arena;
    const char *pattern; /* NULL: every name that is not hidden */
    PathList names;
} NameFilter;

static int keep_name(void *state, const char *name)
{
    NameFilter *filter = state;
    bool wanted =
        filter->pattern != NULL ? fnmatch(filter->pattern, name, FNM_PERIOD) == 0 : name[0] != '.' && name[0] != '_';
    if (wanted)
        vec_push(filter->arena, &filter->names, arena_copy(filter->arena, name, strlen(name)));
    return filter->names.count >= PATH_FILES_MAX;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_pattern(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

static RtStatus walk_add(PathWalk *walk, const char *path)
{
    if (walk->files->count >= PATH_FILES_MAX)
        return rt_error(walk->error, RT_FATAL, "more than %d files", PATH_FILES_MAX);
    vec_push(walk->arena, walk->files, path);
    return RT_OK;
}

static RtStatus walk_list(PathWalk *walk, const char *folder, NameFilter *filter)
{
    if (walk->ops->list(walk->ops->context, folder, keep_name, filter) != 0)
        return rt_error_system(walk->error, RT_FATAL, "list the folder '%s'", folder);
    if (filter->names.count > 1)
        qsort(filter->names.items, filter->names.count, sizeof *filter->names.items, by_bytes);
    return RT_OK;
}

static const char *path_join(Arena *arena, const char *folder, const char *name)
{
    size_t len = strlen(folder);
    bool bare = len == 0 || folder[len - 1] == '/';
    return arena_printf(arena, bare ? "%s%s" : "%s/%s", folder, name);
}

/* A file is added, a folder walked; what vanished since it was listed is an error. */
static RtStatus walk_any(PathWalk *walk, const char *path, int depth)
{
    struct stat about;
    if (walk->ops->stat_path(walk->ops->context, path, &about) != 0)
        return rt_error_system(walk->error, RT_FATAL, "read '%s'", path);
    if (!S_ISDIR(about.st_mode))
        return walk_add(walk, path);
    if (depth >= PATH_DEPTH_MAX)
        return rt_error(walk->error, RT_FATAL, "folders are nested more than %d deep at '%s'", PATH_DEPTH_MAX, path);
    NameFilter filter = { .arena = walk->arena };
    RtStatus status = walk_list(walk, path, &filter);
    for (uint32_t i = 0; status == RT_OK && i < filter.names.count; i++)
        status = walk_any(walk, path_join(walk->arena, path, filter.names.items[i]), depth + 1);
    return status;
}

/* `done` is the path so far, `rest` the components still to be matched. */
static RtStatus walk_pattern(PathWalk *walk, const char *done, const char *rest, int depth)
{
    if (*rest == '\0')
        return walk_any(walk, done, depth);
    if (depth >= PATH_DEPTH_MAX)
        return rt_error(walk->error, RT_FATAL, "a pattern may have %d components", PATH_DEPTH_MAX);
    size_t len = strcspn(rest, "/");
    const char *name = arena_copy(walk->arena, rest, len);
    const char *after = rest + len + strspn(rest + len, "/");
    if (len == 0) /* a leading slash */
        return walk_pattern(walk, "/", after, depth + 1);
    struct stat about;
    if (!is_pattern(name)) {
        const char *path = path_join(walk->arena, done, name);
        bool there = walk->ops->stat_path(walk->ops->context, path, &about) == 0;
        return there ? walk_pattern(walk, path, after, depth + 1) : RT_OK;
    }
    if (*done != '\0' && (walk->ops->stat_path(walk->ops->context, done, &about) != 0 || !S_ISDIR(about.st_mode)))
        return RT_OK;
    NameFilter filter = { .arena = walk->arena, .pattern = name };
    RtStatus status = walk_list(walk, *done == '\0' ? "." : done, &filter);
    for (uint32_t i = 0; status == RT_OK && i < filter.names.count; i++)
        status = walk_pattern(walk, path_join(walk->arena, done, filter.names.items[i]), after, depth + 1);
    return status;
}

RtStatus paths_expand(Arena *arena, const FileOps *ops, const char *path, PathList *files, RtError *error)
{
    PathWalk walk = { arena, ops != NULL ? ops : &FILE_OPS_SYSTEM, files, error };
    uint32_t before = files->count;
    if (strcmp(path, "-") == 0)
        return walk_add(&walk, path);
    struct stat about;
    bool there = walk.ops->stat_path(walk.ops->context, path, &about) == 0;
    RtStatus status = !there && is_pattern(path) ? walk_pattern(&walk, "", path, 0) : walk_any(&walk, path, 0);
    if (status != RT_OK)
        return status;
    if (files->count == before)
        return rt_error(error, RT_FATAL, there ? "the folder '%s' holds no files" : "no file matches '%s'", path);
    qsort(files->items + before, files->count - before, sizeof *files->items, by_bytes);
    return RT_OK;
}

/* ---- what is at a path ---- */

bool path_is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool path_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool path_is_same(const char *path, const char *other)
{
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
