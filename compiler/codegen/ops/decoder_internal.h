/* decoder_internal.h -- what the two ways of the compiled JSON decoder share: the plan and the values.
 *
 *   decoder.c         the plan: steps, one for each key of the sample, those of an object inside it
 *   decoder_line.c    a sample of one shape: its keys in its order, straight on
 *   decoder_rounds.c  a sample of several shapes: its keys in whatever order they come
 *   decoder_values.c  behind a key: the value, read or skipped
 *
 * Ownership  plans are the arena's. */
#ifndef SQC_CODEGEN_DECODER_INTERNAL_H
#define SQC_CODEGEN_DECODER_INTERNAL_H

#include "compiler/codegen/ops/decoder.h"
#include "compiler/codegen/ops/decoder_lines.h"

enum {
    DECODER_TEXT_MAX = 60, /* a comparison reads at most the padding behind a block */
    DECODER_NO_MARK = UINT32_MAX,
};

typedef struct DecoderStep DecoderStep;
struct DecoderStep {
    Str text; /* the key, its quotes, the colon, blanks */
    const JsonShapeField *field;
    const DecodeNode *node; /* NULL: skipped */
    uint32_t mark;          /* cleared when the key is met; its column, or a number behind the columns */
    bool is_object;         /* that is entered, for the columns inside it */
    DecoderStep *inside;
    uint32_t inside_count;
};

typedef struct DecoderPlan {
    Arena *arena;
    const JsonShape *shape;
    DecoderStep *steps;
    uint32_t step_count;
    uint32_t mark_count;
    Str comma, colon; /* with the blanks behind them */
    bool fits;
    bool all_needed;     /* a missing column is an error */
    bool *present;       /* by column: a step may set it */
    uint32_t line_bytes; /* of the sample, roughly */
} DecoderPlan;

/* Is there one way through the sample that is short enough to be compared? */
bool decoder_is_one_line(const DecoderPlan *plan);
void decoder_line(LineDecoder *d, const void *plan);
void decoder_rounds(LineDecoder *d, const void *plan);

/* The value at `at`, of a step that is no object: passes behind it or not at all. */
void decoder_value(LineDecoder *d, const DecoderStep *step, CgVal at);
/* Behind the last brace: the newline, with or without a carriage return. */
void decoder_end(LineDecoder *d, CgVal at);

#endif
