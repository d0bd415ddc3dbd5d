/* csv_fast.h -- the small steps of a compiled CSV decoder.
 *
 * As json_fast.h: each step does exactly what the exact decoder would or leaves the line to it.  Every line ends with a
 * newline, at which all steps stop; LINE_BLOCK_PADDING bytes behind it may be read.  Marks (delimiter, quote, escape)
 * are single ASCII characters, no letters, digits, minus signs or line ends.  A table without a quote character says
 * CSV_NO_QUOTE, one without an escape character CSV_NO_ESCAPE.
 *
 * The steps are compiled to bitcode too and melt into the decoder, marks being constants there.
 *
 * Threads    any. */
#ifndef SQC_FORMAT_CSV_FAST_H
#define SQC_FORMAT_CSV_FAST_H

#include "runtime/abi/value.h"

enum { CSV_NO_QUOTE = 256, CSV_NO_ESCAPE = '\n' };

/* The first `mark`, escape character or newline from `p` on, or NULL where the text before it is not UTF-8. */
const char *rt_csv_find(const char *p, uint32_t mark, uint32_t escape);
/* The same, never inlined: for ways that are seldom taken. */
const char *rt_csv_find_called(const char *p, uint32_t mark, uint32_t escape) __attribute__((noinline));
/* Digits, 1 to 18 of them, perhaps behind a minus sign: behind the last one, or NULL. */
const char *rt_csv_integer(const char *p, int64_t *value);
/* Behind `count` fields and their delimiters, or NULL where the line ends before or is not simple. */
const char *rt_csv_skip(const char *p, uint32_t count, uint32_t delimiter, uint32_t quote, uint32_t escape);

/* What rt_csv_find leaves out: `p` is at a byte that is not ASCII. */
const char *csv_text_beyond_ascii(const char *p, uint32_t mark, uint32_t escape);

#endif
