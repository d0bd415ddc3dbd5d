/* exec.h -- running a compiled program over its input, in one thread.
 *
 *   exec_open(program) -> exec_set_code -> fill lookups -> add inputs -> exec_run -> exec_close
 *
 * Each input file is one partition of its scan, with a watermark of its own; a window closes at the least watermark of
 * the partitions that have not ended.  Whether a row is late is decided by its own partition alone, and by windows that
 * closed without one that was silent.  Which partition is read next depends on watermarks and row counts only, in turns
 * of EXEC_TURN_ROWS rows, or on the times of records (exec_time.c), so a run is the same whatever the batch size.
 * Windows are handed out by end, then aggregate, then key.
 *
 * Between two batches the task stands still: code may be changed (on_pause), state frozen, or, for tests, thrown away
 * and restored from its snapshot.
 *
 * Units      times are microseconds of event time.
 * Ownership  exec owns its state, inputs and arenas; program, code and options are borrowed.
 * Threads    one.
 * Errors     RT_BAD_DATA: a bad row in a stream whose table says that it stops the run; RT_FATAL: the rest. */
#ifndef SQC_EXEC_EXEC_H
#define SQC_EXEC_EXEC_H

#include "runtime/exec/bad_rows.h"
#include "runtime/exec/lookup_table.h"
#include "runtime/exec/program.h"
#include "runtime/io/source.h"

enum { EXEC_TURN_ROWS = 1024, EXEC_BATCH_ROWS = 1024 };

typedef struct RtExec RtExec;

/* A result row of sink node `node`; not RT_OK ends the run. */
typedef RtStatus (*ExecRowFn)(void *context, uint32_t node, RowChange change, const void *row, RtError *error);

typedef struct ExecSink {
    ExecRowFn on_row;
    void *context;
} ExecSink;

typedef struct ExecOptions {
    uint64_t batch_rows; /* 0: EXEC_BATCH_ROWS */
    uint64_t state_bytes_max;
    bool open_end;            /* windows that the input does not close stay open */
    bool restart_every_batch; /* test: kill the task and restore it from its snapshot at every batch */
    const FileOps *ops;       /* NULL: FILE_OPS_SYSTEM */
    void *context;
    ExecRowFn on_row;
    /* Asked at the first row of a sink: who takes its rows, in place of on_row where it says so.  NULL: on_row all. */
    ExecSink (*sink_of)(void *context, uint32_t node);
    /* Between two batches; may call exec_set_code. NULL: nothing. */
    RtStatus (*on_pause)(void *context, RtExec *exec, RtError *error);
    /* Before the run waits for more from live inputs: what came out so far may be shown.  NULL: nothing. */
    RtStatus (*on_wait)(void *context, RtError *error);
    /* Asked between two batches: true ends the run there, as RT_END, and open windows stay open.  NULL: never. */
    bool (*must_stop)(void *context);
} ExecOptions;

/* What a KEEP put together, of one of its keys. */
typedef struct KeepCount {
    uint64_t windows; /* in which there were too many values */
    uint64_t values;  /* that became another one, summed over windows */
} KeepCount;

typedef struct ExecStats {
    uint64_t rows_in;        /* read: decoded well or not; blank lines and comments apart */
    uint64_t rows_bad;       /* malformed, or bad for at least one statement */
    uint64_t rows_skipped;   /* malformed, in a stream that ignores parse errors */
    uint64_t rows_late;      /* late for at least one window aggregate */
    uint64_t rows_duplicate; /* copies, in streams that say DEDUPLICATE BY */
    uint64_t rows_corrected; /* late too, but in time to correct the result of a closed window */
    uint64_t rows_future;    /* too far ahead: clamped, or not used */
    uint64_t heartbeats;     /* rows that were none, but said that their input lives */
    uint64_t rows_out;
    uint64_t bytes_in; /* uncompressed */
    uint64_t windows_closed;
    uint64_t sums_overflowed; /* results that are NULL because a sum did not fit its type */
    const BadRows *bad;
    const BadRows *watermarks;    /* rows that are used, but whose watermark could not be computed */
    const BadRows *future;        /* rows of the future */
    const uint64_t *late;         /* by node: rows that came late to this aggregate */
    const KeepCount *const *kept; /* by KEEP of the program, then key */
    const uint64_t *duplicates; /* by scan */
} ExecStats;

RtStatus exec_open(RtExec **exec, const RtProgram *program, const ExecOptions *options, RtError *error) RT_CHECKED;
void exec_close(RtExec *exec);
void exec_set_code(RtExec *exec, const RtCode *code);
/* Reads a bounded table whole. */
RtStatus exec_fill_lookup(RtExec *exec, uint32_t lookup, const char *path, RtError *error) RT_CHECKED;
void exec_add_lookup_row(RtExec *exec, uint32_t lookup, const void *row);
/* One more partition of a scan, read from a file or "-". */
RtStatus exec_add_file(RtExec *exec, uint32_t scan, const char *path, RtError *error) RT_CHECKED;
/* The same, from elsewhere than a file; `name` is for messages. */
RtStatus exec_add_origin(RtExec *exec, uint32_t scan, const char *name, const LineOrigin *origin,
                         RtError *error) RT_CHECKED;
/* One more partition that rows are given to by exec_rows; they are numbered in the order of adding. */
RtStatus exec_add_partition(RtExec *exec, uint32_t scan, RtError *error) RT_CHECKED;

/* Reads all files to their end and closes what is left. */
RtStatus exec_run(RtExec *exec, RtError *error) RT_CHECKED;
/* Rows for a partition without a file, in the scan's layout: decoded columns set, computed ones NULL.  Text must live
 * until the call ends. */
RtStatus exec_rows(RtExec *exec, uint32_t partition, const void *rows, uint64_t count, RtError *error) RT_CHECKED;
/* Where a batch of at most *rows_max rows may be written that exec_rows is then given; it holds the one before. */
void *exec_rows_room(RtExec *exec, uint64_t *rows_max);
/* Raises a partition's watermark and closes what that closes. */
RtStatus exec_watermark(RtExec *exec, uint32_t partition, int64_t watermark, RtError *error) RT_CHECKED;
/* The partition is silent until its next row; the program's aggregates may close windows without it. */
RtStatus exec_set_idle(RtExec *exec, uint32_t partition, RtError *error) RT_CHECKED;
/* The partition has ended: windows wait for it no more. */
RtStatus exec_end_partition(RtExec *exec, uint32_t partition, RtError *error) RT_CHECKED;
/* Kills the task and restores it from its snapshot: nothing changes. */
RtStatus exec_restart(RtExec *exec, RtError *error) RT_CHECKED;

int64_t exec_partition_watermark(const RtExec *exec, uint32_t partition);
/* Windows that hold groups and have not closed, of all aggregates. */
/* What METADATA columns say of a file; NULL: it is none (standard input).  Text in the arena. */
FnSource *exec_file_source(Arena *arena, const FileOps *ops, const char *path);
uint64_t exec_open_windows(const RtExec *exec);
ExecStats exec_stats(const RtExec *exec);
/* The first lines of a scan's block in hand, for the compiled decoder's guess; empty when there is none. */
Str exec_first_lines(const RtExec *exec, uint32_t scan);
/* What is wrong, with the column or field where one is to blame. */
Str exec_issue_text(Arena *arena, const DecodeSchema *schema, const DecodeIssue *issue);
bool exec_is_csv(const RtExec *exec, uint32_t scan);

/* Lines that compiled code has read since it was set, how many of them it left to the exact decoder, and the first of
 * those, each with its newline. */
typedef struct ExecMissed {
    uint64_t lines, missed;
    Str sample;
} ExecMissed;
ExecMissed exec_missed(const RtExec *exec, uint32_t scan);
/* Was this decoded column NULL in every row of the scan, though nothing was wrong with it?  *rows: how many there were.
 */
bool exec_column_unset(const RtExec *exec, uint32_t scan, uint32_t column, uint64_t *rows);

#endif
