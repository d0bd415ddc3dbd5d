/* diag.h -- what the compiler has to say to its user.
 *
 * One struct holds severity, stable code, a one-line message that stands alone, the place with its label, further
 * labels, notes, and at most one help with replacement text.  The caret, JSON and SARIF renderers all read that struct.
 *
 *     Diag *d = diag_error(diags, E0312, call_span, "`%.*s` needs an event-time column", STR_ARG(name));
 *     diag_label(d, arg_span, "a plain %s", type);
 *     diag_help(d, "add WATERMARK FOR ...");
 *
 * Wording: lower case, no full stop, names in backquotes, the reason in the sentence.
 *
 * Ownership  everything lives in the arena given to diags_new; formatted texts are copied.
 * Threads    one.
 * Errors     after DIAGS_ERRORS_MAX errors the rest is counted and dropped, and diags_is_full answers true.  The same
 *            code at the same place is reported once.
 * Cost       only on the way to a message. */
#ifndef SQC_DIAG_DIAG_H
#define SQC_DIAG_DIAG_H

#include "compiler/source/source.h"
#include "runtime/base/buf.h"
#include "runtime/base/vec.h"

enum { DIAGS_ERRORS_MAX = 20, DIAGS_WARNINGS_MAX = 200 };

typedef enum DiagCode {
#define DIAG(code, title, explanation) code,
#include "compiler/diag/diag_codes.def"
#undef DIAG
    DIAG_CODE_COUNT
} DiagCode;

typedef enum DiagSeverity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE } DiagSeverity;

typedef struct DiagText { /* a label, or a note with or without a place */
    Span span;
    Str text;
} DiagText;

typedef struct Diags Diags;

typedef struct Diag {
    Diags *diags;
    DiagSeverity severity;
    DiagCode code;
    Str message;
    Span span;
    Str label; /* text behind the carets of the primary span; empty: none */
    VEC(DiagText) labels;
    VEC(DiagText) notes;
    Str help;         /* empty: none */
    Span fix_span;    /* what the replacement takes the place of; none: no replacement */
    Str replacement;
} Diag;

struct Diags {
    Arena *arena;
    const Sources *sources;
    VEC(Diag *) items; /* in the order of reporting */
    uint32_t error_count;
    uint32_t warning_count;
    uint32_t dropped_count;
};

Diags *diags_new(Arena *query, const Sources *sources);
/* No further error will be kept: passes stop. */
bool diags_is_full(const Diags *diags);

/* Never NULL: a diagnostic that is dropped still takes labels. */
Diag *diag_error(Diags *diags, DiagCode code, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
Diag *diag_warning(Diags *diags, DiagCode code, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Puts a diagnostic of another collection into this one, under the same limits. */
void diags_take(Diags *diags, Diag *diag);
/* The text behind the carets of the primary span. */
void diag_here(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_label(Diag *diag, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* span may be span_none(). */
void diag_note(Diag *diag, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_help(Diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A help that an editor can apply: replace `span` by `text`. */
void diag_fix(Diag *diag, Span span, Str text, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts diagnostics in the order of file and place; those without a place come first. */
void diags_sort(Diags *diags);

const char *diag_code_name(DiagCode code);        /* "E0101"                          */
const char *diag_code_title(DiagCode code);       /* "syntax error"                   */
const char *diag_code_explanation(DiagCode code); /* one line                         */
/* Finds "E0101"; false when there is none such. */
bool diag_code_find(Str name, DiagCode *code);

/* Nearest of `count` candidate names to `wanted` (case ignored), or -1 where none is near enough to be offered. */
int32_t diag_nearest(Str wanted, const Str *candidates, uint32_t count);

typedef struct DiagRender {
    bool colour;
    bool no_source; /* only the first lines, as where the text is not at hand */
} DiagRender;

/* Terminal text with carets. */
void diag_render_text(Buf *out, const Diags *diags, DiagRender how);
void diag_render_one(Buf *out, const Diags *diags, const Diag *diag, DiagRender how);
/* {"schema_version":1,"errors":n,"warnings":n,"diagnostics":[..]} and a newline. */
void diag_render_json(Buf *out, const Diags *diags);
/* SARIF 2.1.0. */
void diag_render_sarif(Buf *out, const Diags *diags);

#endif
