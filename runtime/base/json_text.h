/* json_text.h -- reading JSON text (RFC 8259) value by value, strictly and without allocation.
 *
 * A scanner walks over one text.  The caller pulls: the kind of the next value, the value whole, or its parts:
 *
 *   JsonScan scan;
 *   JsonText key, value;
 *   json_begin(&scan, text);
 *   if (json_enter_object(&scan)) {
 *       while (json_next_member(&scan, &key))     // then exactly one value must be read or entered
 *           json_value(&scan, &value);
 *   }
 *   if (!json_finish(&scan))                       // nothing but blanks may follow
 *       report(scan.error, scan.error_at);
 *
 * Every byte that is passed is judged: grammar, UTF-8, control characters, depth, escapes.  Skipping a value judges it
 * as strictly as reading it.  After the first error every call answers false, so one check at the end is enough.
 * Duplicate keys are the caller's matter.  A byte-order mark is an error.  Escapes may name lone surrogates, as the RFC
 * allows; json_decode turns each into `?`, as Java's UTF-8 encoder does.
 *
 * Units      positions are bytes from the start of the text.
 * Ownership  tokens borrow the text; json_decode borrows it too where nothing is escaped.
 * Errors     scan.error is a phrase for people ("a comma or `}` must follow a member"), NULL when all is well.
 * Cost       linear; strings go eight bytes at a time; depth costs no stack. */
#ifndef SQC_BASE_JSON_TEXT_H
#define SQC_BASE_JSON_TEXT_H

#include "runtime/base/str.h"

enum { JSON_DEPTH_MAX = 512 };

typedef enum JsonKind {
    JSON_NONE, /* an error, or no value here */
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
} JsonKind;

typedef struct JsonText {
    Str text;      /* STRING: what stands between the quotes; else the whole token or container */
    JsonKind kind;
    bool escaped;  /* STRING: there is a backslash in it                     */
    bool integral; /* NUMBER: no fraction and no exponent                    */
} JsonText;

typedef struct JsonScan {
    const char *start;
    const char *at;
    const char *end;
    const char *error;
    uint64_t error_at;
    uint32_t depth; /* containers entered and not yet left           */
    bool fresh;     /* a container was entered and nothing read in it */
} JsonScan;

static inline void json_begin(JsonScan *scan, Str text)
{
    *scan = (JsonScan){ .start = text.data, .at = text.data, .end = text.data + text.len };
}

/* Kind of the next value, told from its first byte; JSON_NONE where no value can begin (no error is set yet). */
JsonKind json_peek(JsonScan *scan);
/* Reads a whole value, containers to their end. */
bool json_value(JsonScan *scan, JsonText *out);
/* Steps over `{` or `[`; false and an error where something else stands. */
bool json_enter_object(JsonScan *scan);
bool json_enter_array(JsonScan *scan);
/* Moves to the next member's value or the next element; false at the end of the container (which is then left) and
 * after an error. */
bool json_next_member(JsonScan *scan, JsonText *key);
bool json_next_element(JsonScan *scan);
/* True when the text is one value to its end and no error was met. */
bool json_finish(JsonScan *scan);
/* The caller's own refusal of what was read last: recorded at the present position unless there is an error. */
void json_refuse(JsonScan *scan, const char *reason);

/* The characters of a STRING token: itself where nothing is escaped, else a copy in the arena. */
Str json_decode(Arena *arena, JsonText string);
/* Same with the caller's room of at least text.len bytes; answers the bytes written. */
uint64_t json_decode_into(JsonText string, char *to);
/* Whether the decoded token equals `name`, without a copy. */
bool json_equals(JsonText string, Str name);
/* Whether the text is one JSON value. */
bool json_is_valid(Str text);

#endif
