/* json_path.h -- the paths of JSON_VALUE, JSON_QUERY and JSON_EXISTS.
 *
 *   path   = [ "lax" | "strict" ] steps            without a word: strict, as in Flink
 *   steps  = [ "$" ] { ".key" | ".*" | "[n]" | "[*]" | "['key']" | "[\"key\"]" }
 *
 * n counts from 0, or from the end when negative.  A path with a * has many results: the list of what is found.  In lax
 * mode what is missing is an empty result, in strict mode an error; arrays are never unwrapped on their own (Flink).
 * Filters, slices, unions, functions and `..` are refused.
 *
 * Ownership  a path is one block from mem_alloc; lists live in the arena given. */
#ifndef SQC_STDLIB_JSON_PATH_H
#define SQC_STDLIB_JSON_PATH_H

#include "runtime/base/json_text.h"

enum { JSON_PATH_STEPS_MAX = 64 };

typedef enum JsonStepKind { JSON_STEP_KEY, JSON_STEP_INDEX, JSON_STEP_ALL } JsonStepKind;

typedef struct JsonStep {
    JsonStepKind kind;
    Str key;
    int64_t index;
} JsonStep;

typedef struct JsonPath {
    Str source;
    const char *refused; /* why it is no path that can be followed; NULL when it can */
    bool lax;
    bool many; /* has a * */
    uint32_t step_count;
    JsonStep steps[];
} JsonPath;

/* Never NULL: out of memory ends the process. */
JsonPath *json_path_new(Str source);
/* For the binder: can this constant be followed?  If not, why. */
bool json_path_check(Str source, char *reason, size_t reason_bytes);

typedef struct JsonFound {
    bool found;
    bool is_list;         /* items, count; else value */
    JsonText value;
    const JsonText *items;
    uint32_t count;
    bool all_null; /* the whole text is null */
} JsonFound;

/* Follows the path in the text; false where the text is no JSON, to its last byte. */
bool json_path_follow(Arena *arena, const JsonPath *path, Str text, JsonFound *out);

#endif
