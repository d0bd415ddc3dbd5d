/* exec_internal.h -- what the files of the execution loop share. */
#ifndef SQC_EXEC_EXEC_INTERNAL_H
#define SQC_EXEC_EXEC_INTERNAL_H

#include "runtime/exec/exec.h"

/* What a restart keeps of a partition: a cell of the task's state. */
typedef struct PartitionCell {
    int64_t watermark;
    int64_t now;
    uint64_t offset; /* of the next line in the file */
    uint64_t line;   /* its number */
    uint64_t has_ended;
    int64_t first; /* time of its first record, where has_spoken */
    uint64_t has_spoken;
    uint64_t is_idle; /* said to be silent until its next row */
} PartitionCell;

typedef struct Partition {
    uint32_t scan;
    const char *path; /* NULL: rows are given */
    FnSource *file;   /* for METADATA columns; NULL: no file */
    LineSource *source;
    const LineOrigin *origin; /* NULL: a file */
    bool is_waiting;          /* of a live origin: nothing was there when it was asked last */
    LineBlock block;
    RtLines lines;
    uint64_t lines_used; /* of the block */
    PartitionCell *cell;
    int64_t ahead_us; /* where is_ahead: time of its next row */
    bool is_ahead;
    AdaptiveDelay *adaptive; /* a cell, too; NULL: its stream has none */
} Partition;

/* A computed column that failed in the batch at hand. */
typedef struct ColumnFailure {
    uint64_t row;
    uint32_t column;
    FnFailure failure;
} ColumnFailure;

/* What is told of a scan at the end of a run. */
typedef struct ScanNotes {
    uint64_t rows;       /* decoded */
    uint64_t *unset;     /* bit c: decoded column c was NULL, and not for an error, in all of them */
    uint32_t word_count; /* 0: no such column is left */
} ScanNotes;

typedef struct ExecLate ExecLate;   /* exec_late.c */
typedef struct ExecZones ExecZones; /* exec_zones.c */
typedef struct ExecEmit ExecEmit;   /* exec_emit.c */

/* Of a scan: see ExecMissed.  The room for the sample comes with the first line. */
typedef struct MissedLines {
    uint64_t lines, missed;
    char *sample;
    uint32_t sample_len;
} MissedLines;

/* Noted before the rows of a batch are pushed: something happens in front of one of them.  exec_aside.h */
typedef struct ExecAside {
    uint64_t row;     /* of the batch; its row_count: behind the last */
    uint32_t scan;    /* that takes a row; RT_NO_SCAN: none does */
    char *made;       /* the row; NULL: made from row `row`, which is of the future */
    const char *line; /* for places */
    int64_t time, limit;
    bool skips; /* row `row` goes no further */
} ExecAside;

typedef struct ExecAsides {
    ExecAside *items;
    uint32_t count, capacity;
} ExecAsides;

struct RtExec {
    RtTask task; /* first: generated code hands the task back */
    const RtProgram *program;
    const RtCode *code;
    ExecOptions options;
    Arena arena;       /* as long as exec */
    Arena batch_arena; /* text and values of the batch at hand */
    TaskState state;
    SliceStore **stores; /* by aggregate */
    LookupTable *lookups;
    Partition *partitions;
    uint32_t partition_count, partition_capacity;
    const FieldType *const **column_types; /* by scan, then column; NULL for computed columns */
    char *rows;                            /* room of one batch, for the widest scan */
    int64_t *watermark_before, *now;
    uint8_t *changes;
    const char **line_starts;
    uint8_t *row_marks; /* MARK_..: so that a row is counted once whoever finds it bad */
    ColumnFailure *column_failures;
    uint32_t column_failure_count, column_failure_capacity;
    Partition *reading;               /* whose batch is at hand */
    bool looks_ahead;                 /* times of a row that is not read yet: nothing is noted */
    const RtBatch *filling;           /* that lines are decoded into; NULL: none */
    ExecAsides asides;                /* of the batch at hand */
    uint64_t exact_lines, exact_rows; /* of the batch at hand: by the exact decoder, called from a compiled one */
    bool is_capturing;                /* rows for sinks go to exec_late.c or exec_emit.c first */
    ExecSink *sinks;                  /* by node; filled in with its first row */
    RtStatus status;                  /* what a call from generated code could not answer */
    RtError error;
    BadRows bad;
    BadRows watermarks; /* that failed */
    BadRows future;     /* rows of the future */
    ScanNotes *notes;   /* by scan */
    MissedLines *missed;
    ExecStats stats;
    uint64_t *late;
    ExecLate *late_rows;
    KeepCount **keep_counts;      /* by KEEP, then bound */
    struct KeepRanks *keep_ranks; /* while values are ranked */
    SliceStore **dedups;  /* by scan; NULL: every row counts */
    uint64_t *duplicates; /* by scan */
    ExecZones *zones; /* by entry of RtProgram.zone_rows */
    ExecEmit *emit;
    struct ExecTop **tops;   /* by node; NULL: no TOP */
    struct ExecLife **lives; /* by node; NULL: nothing is forgotten */
};

enum { MARK_BAD = 1, MARK_LATE = 2 };

static inline bool scan_has_header(const RtScan *scan)
{
    return scan->is_csv && scan->decode->csv.ignore_first_line;
}

static inline RtExec *exec_of(RtTask *task)
{
    return (RtExec *)task;
}

/* ---- exec_decode.c ---- */
/* Fills the batch from the partition's lines; row_count 0 at the end of what is in hand. */
void exec_decode_lines(RtExec *exec, Partition *partition, RtBatch *batch, uint64_t rows_max);
/* What METADATA columns see of the partition. */
void exec_show_source(RtExec *exec, const Partition *partition);
DecodeOutcome exec_decode_line(const DecodeSchema *schema, bool is_csv, Str line, void *row, Arena *arena,
                               DecodeIssues *issues);
/* A record with newlines in it is one line. */
bool exec_next_line(const Partition *partition, LineCursor *cursor, Str *line);
/* The line that begins here, without its end. */
Str exec_line_at(const Partition *partition, const char *start);
void exec_bad_line(RtExec *exec, Partition *partition, Str line, const DecodeIssue *issue);
BadPlace exec_place(const RtExec *exec, const Partition *partition, const char *line, Str text);

/* ---- exec_dedup.c ---- */
/* Keys go that no row can be a copy of any more. */
void exec_dedup_forget(RtExec *exec);

/* ---- exec_zones.c ---- */
void exec_zones_open(RtExec *exec);

/* ---- exec_notes.c ---- */
void exec_open_notes(RtExec *exec);
void exec_note_rows(RtExec *exec, const RtBatch *batch);

/* ---- exec.c ---- */
RtBatch exec_batch_of(RtExec *exec, Partition *partition);
/* More lines in hand, or RT_END. */
RtStatus exec_refill(RtExec *exec, Partition *partition, RtError *error) RT_CHECKED;

/* ---- exec_push.c ---- */
RtStatus exec_push_batch(RtExec *exec, RtBatch *batch, RtError *error) RT_CHECKED;
RtStatus exec_close_windows(RtExec *exec, RtError *error) RT_CHECKED;
/* A row, by its number in the batch, is late for good. */
void exec_count_late(RtExec *exec, uint64_t number, uint32_t node);
/* A time as people read it, in the batch arena. */
Str exec_time_text(RtExec *exec, int64_t time_us);
/* The least of the partitions of a scan, silent ones too. */
int64_t exec_scan_watermark(const RtExec *exec, uint32_t scan);
/* The least of the partitions whose rows reach the aggregate and that are waited for.  exec_time.c */
int64_t exec_agg_watermark(const RtExec *exec, const RtAgg *agg);
/* The one row of the batch has a bad column, in a stream that stops there: counts it and sets the status. */
void exec_stop_at_row(RtExec *exec, RtBatch *batch);

/* ---- exec_keep.c ---- */
void exec_keep_open(RtExec *exec);
/* A window to the KEEPs over its aggregate; false: the budget of the state is spent. */
bool exec_keep_emit(RtExec *exec, uint32_t agg, const SliceWindow *window);
/* A window of which a KEEP folds values (keep_shape_exceeds), folded, to be released by keep_fold_release in any case;
 * false: the budget is spent.  What is folded counts where it is final. */
bool exec_keep_folded(RtExec *exec, uint32_t keep, const SliceWindow *window, KeepFold *fold, SliceWindow *folded,
                      bool is_final);

/* ---- exec_life.c: groups without a window that are forgotten ---- */
void exec_life_open(RtExec *exec);
/* With the state, at the start and after a restart. */
RtStatus exec_life_claim(RtExec *exec, RtError *error) RT_CHECKED;

/* ---- exec_top.c: the first rows of partitions ---- */
void exec_top_open(RtExec *exec);
void exec_top_close(RtExec *exec);
RtStatus exec_top_claim(RtExec *exec, RtError *error) RT_CHECKED;

/* ---- exec_rank.c ---- */
void exec_release_ranks(RtExec *exec);

/* ---- exec_state.c ---- */
RtStatus exec_claim_state(RtExec *exec, RtError *error) RT_CHECKED;
RtStatus exec_claim_partition(RtExec *exec, uint32_t partition, RtError *error) RT_CHECKED;
void exec_drop_state(RtExec *exec);

#endif
