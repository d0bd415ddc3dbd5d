/* bad_rows.h -- rows that were not used: how many, why, and where the first ones stand.
 *
 * Ownership  reasons and places are copied into the store's arena; a store keeps at most BAD_KINDS_MAX kinds (what goes
 *            beyond is counted under the last one) and BAD_PLACES_MAX places of each.
 * Threads    task thread. */
#ifndef SQC_EXEC_BAD_ROWS_H
#define SQC_EXEC_BAD_ROWS_H

#include "runtime/base/str.h"

enum { BAD_KINDS_MAX = 64, BAD_PLACES_MAX = 5 };

typedef struct BadPlace {
    Str file;
    uint64_t line;   /* from 1; 0: no file, row `offset` of a test */
    uint64_t offset; /* uncompressed bytes from the start of the file */
    Str text;        /* what was wrong there */
} BadPlace;

typedef struct BadKind {
    Str stream;
    Str reason; /* a word: "malformed", "E0601" */
    uint64_t count;
    BadPlace places[BAD_PLACES_MAX];
    uint32_t place_count;
} BadKind;

typedef struct BadRows {
    Arena arena;
    BadKind kinds[BAD_KINDS_MAX];
    uint32_t kind_count;
} BadRows;

void bad_rows_init(BadRows *bad);
void bad_rows_release(BadRows *bad);
/* Counts one; true when its place is wanted (bad_rows_place). */
bool bad_rows_count(BadRows *bad, Str stream, Str reason, BadKind **kind);
void bad_rows_place(BadRows *bad, BadKind *kind, BadPlace place);
/* The text of a line as a STRING: what is no UTF-8 is replaced; of an overlong one the first 1,024 bytes. */
Str bad_line_text(Arena *arena, Str line);

#endif
