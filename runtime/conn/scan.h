/* scan.h -- the input files of a table that can be scanned, one partition each. */
#ifndef SQC_CONN_SCAN_H
#define SQC_CONN_SCAN_H

#include "runtime/conn/connector.h"
#include "runtime/io/paths.h"

/* The files of a `filesystem` table, in byte order of their paths. */
RtStatus conn_scan_files(Arena *arena, const TableOptions *table, const FileOps *ops, PathList *files,
                         RtError *error) RT_CHECKED;

/* The option `path` as a path of this machine: without 'file://'. */
const char *conn_path(Arena *arena, const TableOptions *table);

#endif
