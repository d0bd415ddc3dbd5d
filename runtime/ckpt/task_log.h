/* task_log.h -- the manifests of one task: who owns it, and what was committed last.
 *
 *   task_log_open          reads the last manifest
 *   task_log_claim         creates the next one as a claim: the task is ours, or another worker was faster
 *   task_log_commit        creates the next one as a checkpoint or a stop: it is committed, or the task is lost
 *
 * There is one manifest of each number, so two owners cannot both commit.  Who finds its number taken has lost the
 * task, for good: no clock and no lease is asked.  An answer that went astray is found out by reading the number again:
 * bytes that are ours were created by us.  A number that was trimmed could be created a second time, so whoever created
 * one looks whether there are higher ones: then it came too late, and what it created counts for nobody.
 *
 *   names     FOLDER/m-00000000000000000017, twenty digits
 *
 * Ownership  the log owns the copy of its last manifest; the store is the caller's.
 * Threads    one thread.
 * Errors     RT_RETRY the store did not answer for sure: call again, with the same arguments or later ones;
 *            RT_BAD_DATA a manifest is damaged, or does not follow the one before: nothing is committed or dropped;
 *            RT_FATAL the store is not usable. */
#ifndef SQC_CKPT_TASK_LOG_H
#define SQC_CKPT_TASK_LOG_H

#include "runtime/ckpt/ckpt_store.h"
#include "runtime/ckpt/manifest.h"

typedef struct TaskLog {
    CkptStore *store;
    Str folder, owner; /* in `arena` */
    Arena arena;       /* of the log */
    Arena kept[2];     /* of the last manifest, by turns */
    uint32_t turn;
    Manifest last; /* number 0: there is none */
    uint8_t digest[MANIFEST_DIGEST_BYTES];
    bool is_owned;
} TaskLog;

/* `owner` is different for each process that ever runs. */
RtStatus task_log_open(TaskLog *log, CkptStore *store, Str folder, Str owner, RtError *error) RT_CHECKED;
void task_log_close(TaskLog *log);

/* Reads what others have created since. */
RtStatus task_log_refresh(TaskLog *log, RtError *error) RT_CHECKED;
/* `first` is what a task begins with when it has no manifest: program, schema, maths and inputs count.  When `won` is
 * false another worker has claimed; `last` is refreshed. */
RtStatus task_log_claim(TaskLog *log, const Manifest *first, bool *won, RtError *error) RT_CHECKED;
/* `next`: number, epoch, owner and digest are filled in here.  When `committed` is false the task is lost. */
RtStatus task_log_commit(TaskLog *log, const Manifest *next, bool *committed, RtError *error) RT_CHECKED;
/* Removes the manifests before the `keep` last ones. */
RtStatus task_log_trim(TaskLog *log, uint32_t keep, RtError *error) RT_CHECKED;

#endif
