/* foreign.h -- help for authors who come from another SQL dialect: the words of foreign.def.
 *
 * Cost       a walk through the table, only on the way to a message. */
#ifndef SQC_DIAG_FOREIGN_H
#define SQC_DIAG_FOREIGN_H

#include "compiler/diag/diag.h"

typedef enum ForeignKind { FOREIGN_FUNCTION, FOREIGN_TYPE, FOREIGN_WORD } ForeignKind;

typedef struct ForeignWord {
    ForeignKind kind;
    const char *word;
    const char *instead; /* "": no single word does */
    const char *why;
} ForeignWord;

/* NULL: no such word (case ignored). */
const ForeignWord *foreign_find(ForeignKind kind, Str word);
/* Adds what to write for `word`, which stands at `span`; false, and nothing added, where nothing is known of it. */
bool foreign_help(Diag *diag, ForeignKind kind, Span span, Str word);

#endif
