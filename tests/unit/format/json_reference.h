/* json_reference.h -- a second opinion about JSON lines: slow, plain, one character at a time, nothing shared with the
 * decoder under test. */
#ifndef SQC_TESTS_UNIT_FORMAT_JSON_REFERENCE_H
#define SQC_TESTS_UNIT_FORMAT_JSON_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ReferenceJson {
    bool valid;     /* RFC 8259 and UTF-8, at most 512 levels deep */
    bool is_object;
    bool has_a;     /* the top-level object has a key "a", written without escapes */
    size_t a_from;  /* text of its last value */
    size_t a_len;
} ReferenceJson;

ReferenceJson reference_json(const char *text, size_t len);

#endif
