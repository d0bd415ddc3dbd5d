/* paths.h -- which files a path stands for.
 *
 *   a file, or "-"          itself
 *   a folder                every file below it; names that begin with '.' or '_' are skipped, folders too
 *   a pattern (* ? [..])    every file it matches, of each path component on its own; folders it matches are walked
 *
 * A file whose very name looks like a pattern is taken as itself.  The answer is in byte order of the whole path.
 *
 * Ownership  the paths live in `arena`.
 * Errors     RT_FATAL: nothing there, nothing matched, a folder that cannot be listed. */
#ifndef SQC_IO_PATHS_H
#define SQC_IO_PATHS_H

#include "runtime/base/status.h"
#include "runtime/base/vec.h"
#include "runtime/io/file_ops.h"

enum { PATH_DEPTH_MAX = 32, PATH_FILES_MAX = 1000000 };

typedef VEC(const char *) PathList;

/* Links are followed; false where nothing is there. */
bool path_is_file(const char *path);
bool path_is_folder(const char *path);
/* One file by two ways? */
bool path_is_same(const char *path, const char *other);

/* ops NULL: FILE_OPS_SYSTEM. */
RtStatus paths_expand(Arena *arena, const FileOps *ops, const char *path, PathList *files, RtError *error) RT_CHECKED;

#endif
