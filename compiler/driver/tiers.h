/* tiers.h -- the code of a program in two tiers: at once, and better in the background.
 *
 *   tiers_open      generates and loads unoptimised code (milliseconds)
 *   tiers_optimize  starts a thread that generates the same program again, optimised, with what the first rows taught
 *   tiers_poll      between two batches: loads the optimised object once it is there and switches the task to it;
 * later, when the stream's lines have become others than the first ones, has decoders made for these as well
 *
 * The background thread has a module, an LLVM context and arenas of its own; only object bytes come back.
 *
 * Ownership  tiers owns loader, code and thread; close it after the task.
 * Threads    all calls from the task's thread. */
#ifndef SQC_DRIVER_TIERS_H
#define SQC_DRIVER_TIERS_H

#include "compiler/backend/backend.h"
#include "compiler/physical/plan.h"
#include "runtime/exec/exec.h"

typedef struct Tiers Tiers;

typedef struct TierTimes {
    double fast_ms;      /* generating, compiling and loading the first tier */
    double optimized_ms; /* 0 while it is not loaded */
    double relearned_ms; /* decoders made again, for lines that are not like the first ones; 0: not needed */
} TierTimes;

/* Code that is loaded nowhere: the bytes of an object file, the same whoever loads them. */
typedef struct TierObject {
    Buf bytes; /* the caller frees it */
    uint32_t site_count;
} TierObject;

RtStatus tiers_compile(const PhysProgram *physical, CodeTier tier, TierObject *object, RtError *error) RT_CHECKED;
RtStatus tiers_open_object(Tiers **tiers, const PhysProgram *physical, const TierObject *object,
                           RtError *error) RT_CHECKED;
/* Both at once. */
RtStatus tiers_open(Tiers **tiers, const PhysProgram *physical, CodeTier first, RtError *error) RT_CHECKED;
void tiers_close(Tiers *tiers);
/* Functions of the newest tier; `program` is the image of the same plan. */
const RtCode *tiers_code(const Tiers *tiers);
uint32_t tiers_site_count(const Tiers *tiers);
/* Once: later calls do nothing.  `exec` is asked for sample lines. */
RtStatus tiers_optimize(Tiers *tiers, const RtExec *exec, RtError *error) RT_CHECKED;
RtStatus tiers_poll(Tiers *tiers, RtExec *exec, RtError *error) RT_CHECKED;
/* Waits for the optimised tier and switches to it: for --tier optimized and benchmarks. */
RtStatus tiers_wait(Tiers *tiers, RtExec *exec, RtError *error) RT_CHECKED;
TierTimes tiers_times(const Tiers *tiers);

#endif
