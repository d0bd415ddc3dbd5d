/* decoder_csv.h -- the CSV decoder of one scan: a function as decoder.h's, without a sample.
 *
 * Same rows and same judgement as the exact decoder (runtime/format/csv_decode.h), always. */
#ifndef SQC_CODEGEN_DECODER_CSV_H
#define SQC_CODEGEN_DECODER_CSV_H

#include "compiler/codegen/sql/cg_sql.h"
#include "compiler/physical/plan.h"

/* Is it a scan of CSV whose options and columns the compiled decoder knows? */
bool cg_csv_decoder_fits(const PhysNode *scan);
void cg_csv_decoder(CgProgram *program, const PhysNode *scan, const char *name);

#endif
