/* exec_open.h -- what a task is waiting for: its open windows, and how far each of its inputs has come.
 *
 * Units      times are microseconds.
 * Threads    task thread, between batches. */
#ifndef SQC_EXEC_EXEC_OPEN_H
#define SQC_EXEC_EXEC_OPEN_H

#include "runtime/exec/exec.h"

typedef struct ExecOpenWindow {
    int64_t start_us, end_us; /* as the clock of the windows shows them */
    int64_t close_us;         /* the watermark of the inputs that closes it */
    uint64_t groups;
} ExecOpenWindow;

typedef struct ExecInput {
    uint32_t scan;
    const char *path;     /* NULL: rows are given */
    int64_t watermark_us; /* INT64_MIN: none yet */
    int64_t newest_us;    /* of its records; where has_spoken */
    bool has_spoken, has_ended;
    bool reaches;   /* rows of it reach the aggregate */
    bool is_silent; /* and is not waited for */
} ExecInput;

uint32_t exec_input_count(const RtExec *exec);
ExecInput exec_input(const RtExec *exec, uint32_t agg, uint32_t input);
/* The open windows of an aggregate, the youngest first; of sessions, which grow, one for all of them, of no length,
 * that closes with the first. */
void exec_each_open(RtExec *exec, uint32_t agg, void *context,
                    void (*on_window)(void *context, const ExecOpenWindow *window));

#endif
