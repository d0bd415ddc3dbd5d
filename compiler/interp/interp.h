/* interp.h -- the second opinion: physical plans run row by row, slowly and plainly.
 *
 * Nothing here is shared with generated code but the SQL bodies: no batches, no slices, no hash tables.  Where the two
 * differ, one of them is wrong, and this one is short enough to be read.
 *
 * One row of a scan at a time:
 *   1. computed columns, in order; one that reads a column with an error bit, or fails, gets an error bit; a copy of a
 *      row that counts (DEDUPLICATE BY) goes no further than the watermark;
 *   2. the row goes to every consumer of the scan (plan.h says for whom it is bad);
 *   3. the watermark of its partition advances by the row, and windows that it closes are pushed.
 *
 * A window aggregate evaluates event time, keys, filters and arguments (a failure: bad), then looks at the event time
 * (NULL: bad) and at the watermark of the row's partition before the row (window end - 1 ms reached: late); only then
 * does it change state.  The argument of a call is evaluated only where its filter is TRUE.
 *
 * A window closes when the least watermark of the unfinished partitions of all scans below reaches its end - 1 ms.
 * What closes together is pushed in the order of window end, then node id, then key encoding.
 *
 * Units      times are microseconds.
 * Ownership  the interpreter lives in the given arena and keeps groups on the heap until interp_close; rows given to
 *            interp_row are borrowed for the call, those given to interp_lookup_row are copied; rows handed to on_row
 *            are borrowed for the call.
 * Threads    one.
 * Errors     none: what is wrong with a row is counted and told to on_bad.
 * Cost       a row costs microseconds, a window linear in the number of its groups. */
#ifndef SQC_INTERP_INTERP_H
#define SQC_INTERP_INTERP_H

#include "compiler/physical/plan.h"
#include "runtime/abi/fn.h"
#include "runtime/abi/task.h"

typedef struct InterpBad {
    const PhysNode *node; /* the row is bad for the statements behind it; a scan: only a computed column is */
    RtBadReason reason;
    uint32_t column;          /* BAD_COLUMN: the first such column of the scan */
    const FnFailure *failure; /* BAD_EXPRESSION: what failed; BAD_COLUMN: of a computed column, else NULL */
    uint32_t scan, partition; /* UINT32_MAX: a group of a window that closed */
    uint64_t position;        /* as given to interp_row */
} InterpBad;

/* A line of the input, for streams of bad rows. */
typedef struct InterpLine {
    Str text;        /* no data: there is none, the row was given */
    Str reason;      /* of a line that is no row, or of the first column that did not convert */
    Str why;         /* the same as a sentence, without the column's name */
    uint32_t column; /* that column */
} InterpLine;

typedef struct InterpOptions {
    uint32_t partition_count; /* of every scan; 0 is 1 */
    bool open_end;            /* windows that are open at the end of input stay open */
    void *user;
    void (*on_row)(void *user, const PhysNode *sink, RowChange change, const void *row); /* in the layout of the sink */
    void (*on_bad)(void *user, const InterpBad *bad);                                    /* NULL: only counted */
    /* Where the row in progress stands, for late_position; NULL, or an empty text: NULL. */
    Str (*place)(void *user, Arena *arena);
    /* The line of the row in progress; NULL: rows are given. */
    void (*line)(void *user, Arena *arena, InterpLine *out);
    /* NULL: only counted */
    void (*on_late)(void *user, const PhysNode *node, uint64_t position, int64_t window_end_us);
} InterpOptions;

typedef struct InterpCounts {
    uint64_t rows_in, rows_out;
    uint64_t bad, late;
    uint64_t future, heartbeats, duplicates; /* of a scan: rows of the future, none, copies */
} InterpCounts;

typedef struct Interp Interp;

Interp *interp_open(Arena *arena, const PhysProgram *program, InterpOptions options);
/* A row of a lookup table, in the layout of the join; all of them before the first row of a scan.  A row with an error
 * bit is no row of the table. */
void interp_lookup_row(Interp *interp, const PhysNode *join, const void *row);
/* A decoded row of program->scans[scan_index], in the scan's layout; its computed columns are not looked at. */
/* What the next row does; a row of its own is +I. */
void interp_next_change(Interp *interp, RowChange change);
void interp_row(Interp *interp, uint32_t scan_index, uint32_t partition, const void *row, uint64_t position);
/* The file whose rows come next; NULL: none. */
void interp_source(Interp *interp, const FnSource *source);
/* The records of the block that the next row stands in, and its line; NULL: it is none of a log. */
void interp_records(Interp *interp, const FnRecord *records, uint64_t count, const char *line);
/* A line that is no row, where the stream counts such lines. */
void interp_bad_line(Interp *interp, uint32_t scan_index, uint32_t partition, const InterpLine *line);
void interp_watermark(Interp *interp, uint32_t scan_index, uint32_t partition, int64_t time_us);
/* The partition is silent until its next row. */
void interp_set_idle(Interp *interp, uint32_t scan_index, uint32_t partition);
/* The time that its partition would come to with this row, which is not taken: see runtime/exec/exec_time.c. */
int64_t interp_look_ahead(Interp *interp, uint32_t scan_index, uint32_t partition, const void *row);
/* No more rows of this partition.  After the last one every window closes. */
void interp_end(Interp *interp, uint32_t scan_index, uint32_t partition);
/* INT64_MIN before the first. */
int64_t interp_partition_watermark(const Interp *interp, uint32_t scan_index, uint32_t partition);
InterpCounts interp_counts(const Interp *interp, const PhysNode *node);
/* Bad and late rows of one statement: those of its sink and of all nodes before it. */
InterpCounts interp_statement_counts(const Interp *interp, const PhysNode *sink);
/* Of the run, as its summary counts: a row is bad once and late once, however many statements read it; results that
 * fail count each. */
InterpCounts interp_totals(const Interp *interp);
/* Groups of open windows, of all aggregates. */
uint64_t interp_open_groups(const Interp *interp);
void interp_close(Interp *interp);

#endif
