/* decoder_lines.h -- what compiled decoders share: the loop over lines, and the way out of it.
 *
 *   for each line, while the batch has room:
 *       ok = true; the steps of the format clear it where the line is not as simple as they are
 *       ok:     the row counts; on behind the line
 *       not ok: rt_decode_line, the exact decoder, has the line
 *
 * `ok` is a local that every step tests, and clears before it tries; the passes turn it into plain jumps.
 *
 * Ownership  a LineDecoder lives on the C stack of the generator. */
#ifndef SQC_CODEGEN_DECODER_LINES_H
#define SQC_CODEGEN_DECODER_LINES_H

#include "compiler/codegen/sql/cg_sql.h"
#include "compiler/physical/plan.h"

typedef struct LineDecoder {
    CgCode *c;
    const PhysNode *scan;
    CgLocal at; /* in the line; behind it when all steps have passed */
    CgLocal ok;
    CgVal row;
} LineDecoder;

typedef struct LineSteps {
    void (*emit)(LineDecoder *d, const void *steps); /* of one line, from d->at on */
    const void *steps;
    const bool *present; /* by column: the steps set it; the others are NULL */
    uint32_t line_bytes; /* what a line is likely to have, for fetching ahead */
} LineSteps;

/* The whole function <name>(task, batch, lines, rows_max). */
void line_decoder(CgProgram *program, const PhysNode *scan, const LineSteps *steps, const char *name);

/* Does this text stand at `at`?  At most the padding behind a block. */
CgVal line_text_is(LineDecoder *d, CgVal at, Str text);
CgVal line_byte_is(LineDecoder *d, CgVal at, char byte);
/* The step has passed; reading goes on at `next`. */
void line_pass(LineDecoder *d, CgVal next);
/* A step's answer is a place, not the null pointer. */
CgVal line_is_here(LineDecoder *d, CgVal next);
void line_set_column(LineDecoder *d, uint32_t column, CgSql value);
void line_set_null(LineDecoder *d, uint32_t column);

#endif
