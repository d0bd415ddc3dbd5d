/* exec_late_internal.h -- what late rows (exec_late.c) and results that are said anew (exec_change.c) share. */
#ifndef SQC_EXEC_EXEC_LATE_INTERNAL_H
#define SQC_EXEC_EXEC_LATE_INTERNAL_H

#include "runtime/exec/exec_late.h"

typedef struct LateOutput {
    uint32_t sink;
    char *row;
} LateOutput;

typedef struct LateOutputs {
    LateOutput *items;
    uint32_t count, capacity;
} LateOutputs;

/* A result of a corrected window that goes into, or out of, a window above that has closed. */
typedef struct LateChange {
    uint32_t agg;
    Slice *delta; /* it alone */
    int64_t start_us, end_us;
    bool retracts, is_done;
} LateChange;

struct ExecLate {
    uint32_t *agg_of_node; /* aggregate by node */
    bool corrects;         /* does any aggregate? */
    struct LateEvent *events;
    uint32_t event_count, event_capacity;
    /* While a result is corrected: what reached the sinks before and after. */
    LateOutputs *capture;
    uint32_t holds; /* rt_capture_hold: not 0, these go out */
    LateOutputs before, after;
    LateChange *changes; /* that the correction in hand has brought */
    uint32_t change_count, change_capacity;
    RtBatch *batch; /* of the row that corrects, and its number in it */
    uint64_t row;
};

static inline bool exec_late_is_refused(const RtExec *exec)
{
    return exec->state.pool.refused != STATE_REFUSED_NOT;
}

static inline int64_t exec_late_plus(int64_t time_us, int64_t more_us)
{
    int64_t sum;
    return __builtin_add_overflow(time_us, more_us, &sum) ? INT64_MAX : sum;
}

/* Pushes a group as it was or as it is now; rows for sinks go to `before` or `after`. */
void exec_late_push(RtExec *exec, uint32_t agg, RtEmit *emit, bool was);
/* What of them differs goes out. */
void exec_late_send(RtExec *exec);
/* A kept window takes in what stands beside it, or gives it back. */
void exec_late_fold(RtExec *exec, uint32_t agg, Slice *window, Slice *delta, bool retracts);

/* exec_change.c: the windows above that the changes belong to are corrected in their turn. */
void exec_change_apply(RtExec *exec);

#endif
