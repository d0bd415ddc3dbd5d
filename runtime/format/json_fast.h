/* json_fast.h -- the small steps of a compiled JSON decoder.
 *
 * A compiled decoder reads lines of the shape it was made for (key order and blanks of a sample) and leaves every other
 * line to the exact decoder, so each step here either does exactly what the exact decoder would, or answers NULL: "not
 * me".  Every line ends with a newline, at which all steps stop; LINE_BLOCK_PADDING bytes behind it may be read.
 *
 * The steps are compiled to bitcode too and melt into the decoder.
 *
 * Threads    any. */
#ifndef SQC_FORMAT_JSON_FAST_H
#define SQC_FORMAT_JSON_FAST_H

#include "runtime/abi/value.h"

/* `p` is behind an opening quote: the closing one of a string without escapes, or NULL. */
const char *rt_json_string(const char *p);
/* The same where it is seldom wanted: a call, which is less code. */
const char *rt_json_string_called(const char *p) __attribute__((noinline));
/* The same for a string whose length is known from others like it: is its closing quote `len` bytes on?  Then the place
 * of the next field does not wait for a search. */
bool rt_json_string_fits(const char *p, uint64_t len);
/* An integer of `len` bytes, 8 to 16, all digits. */
bool rt_json_integer_fits(const char *p, uint64_t len, int64_t *value);
/* An integer of at most 18 digits: behind its last digit, or NULL where the number is longer or no integer. */
const char *rt_json_integer(const char *p, int64_t *value);
/* Any JSON value: behind its last byte, or NULL when it is malformed. */
const char *rt_json_skip(const char *p);

/* What rt_json_string leaves out: `p` is at the first byte that is not plain ASCII text. */
const char *json_string_beyond_ascii(const char *p);

#endif
