/* keep.h -- what a run of a project keeps: its metrics, in .sqc/store.db.
 *
 * Rows of a metric's own windows go out as they come; when the run has ended well, coarser rungs are made from them,
 * what is older than its rung keeps is dropped, and the generation takes the place of the one before it, all in one
 * transaction.  A run that does not end well leaves the store as it was.
 *
 * Ownership  keep owns the open store. */
#ifndef SQC_DRIVER_KEEP_H
#define SQC_DRIVER_KEEP_H

#include "compiler/driver/inputs.h"
#include "compiler/driver/program.h"
#include "compiler/metric/metric_store.h"
#include "runtime/store/store.h"

#define STORE_FILE ".sqc/store.db"

typedef struct Keep Keep;

/* The stores of metrics by their id; NULL where nothing is kept. */
const MetricStore **program_stores(Program *program);
/* The program's plans with a sink more for each metric that is kept. */
LogicalProgram keep_plans(Program *program, const MetricStore *const *stores);

RtStatus keep_open(Keep **keep, Program *program, const MetricStore *const *stores, StoreKeep kept,
                   RtError *error) RT_CHECKED;
bool keep_takes(const Keep *keep, uint32_t node);
RtStatus keep_row(Keep *keep, uint32_t node, RowChange change, const void *row, RtError *error) RT_CHECKED;
RtStatus keep_finish(Keep *keep, const RtExec *exec, const Inputs *inputs, RtError *error) RT_CHECKED;
/* Rows taken so far, and the file. */
uint64_t keep_rows(const Keep *keep);
Str keep_path(const Keep *keep);
void keep_close(Keep *keep);

#endif
