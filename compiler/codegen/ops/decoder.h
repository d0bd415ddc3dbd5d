/* decoder.h -- the JSON decoder of one scan, made for the shape of a sample line.
 *
 *   d<scan>_lines(task, batch, lines, rows_max): decodes lines into the batch until it is full or the lines are used
 * up; what does not have the shape goes to the exact decoder (rt_decode_line), line by line.
 *
 * Same rows and same judgement as the exact decoder, always: every step proves what it skips. */
#ifndef SQC_CODEGEN_DECODER_H
#define SQC_CODEGEN_DECODER_H

#include "compiler/codegen/sql/cg_sql.h"
#include "compiler/physical/plan.h"
#include "runtime/format/json_decode.h"

/* Can lines of this shape be decoded by compiled code? */
bool cg_decoder_fits(const PhysNode *scan, const JsonShape *shape);
void cg_decoder(CgProgram *program, const PhysNode *scan, const JsonShape *shape, const char *name);

#endif
