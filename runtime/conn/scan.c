/* scan.c -- from the option `path` to files. */
#include "runtime/conn/scan.h"

const char *conn_path(Arena *arena, const TableOptions *table)
{
    Str path = table_option_text(table, "path");
    Str scheme = STR("file://");
    if (str_starts_with(path, scheme)) {
        path = str_slice(path, scheme.len, path.len - scheme.len);
        Str host = STR("localhost/");
        if (str_starts_with(path, host))
            path = str_slice(path, host.len - 1, path.len - host.len + 1);
    } else if (str_starts_with(path, STR("file:/"))) {
        path = str_slice(path, 5, path.len - 5);
    }
    return arena_copy(arena, path.data, path.len);
}

RtStatus conn_scan_files(Arena *arena, const TableOptions *table, const FileOps *ops, PathList *files, RtError *error)
{
    if (!(table->connector->flags & CONN_CAN_SCAN))
        return rt_error(error, RT_FATAL, "connector '%s' cannot be read by this version", table->connector->name);
    return paths_expand(arena, ops, conn_path(arena, table), files, error);
}
