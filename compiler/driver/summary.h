/* summary.h -- what a run says about itself on stderr when it is done. */
#ifndef SQC_DRIVER_SUMMARY_H
#define SQC_DRIVER_SUMMARY_H

#include "compiler/driver/inputs.h"
#include "compiler/driver/tiers.h"
#include "compiler/physical/plan.h"

typedef struct Summary {
    ExecStats stats;
    TierTimes tiers;
    double check_ms; /* reading, binding, planning */
    double run_ms;
    int signal;      /* that ended the run early; 0: none */
    uint64_t stored; /* rows out that went to the store and nowhere else */
    Str stored_in;   /* its file; empty: none */
    const PhysProgram *physical;
    const Inputs *inputs;
    const RtExec *exec;
    Arena *arena;
} Summary;

enum { SUMMARY_NUMBER_BYTES = 32 };
/* 1234567 as "1,234,567". */
const char *summary_number(char room[SUMMARY_NUMBER_BYTES], uint64_t number);
void summary_print(const Summary *summary);

#endif
