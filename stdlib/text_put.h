/* text_put.h -- writing pieces of text one behind the other.
 *
 * Empty texts may have no address, and the C library's copy functions do not like that.
 *
 * Threads    any. */
#ifndef SQC_STDLIB_TEXT_PUT_H
#define SQC_STDLIB_TEXT_PUT_H

#include "runtime/base/str.h"

/* Answers where the next piece goes. */
static inline char *text_put(char *to, Str s)
{
    if (s.len > 0)
        memcpy(to, s.data, s.len);
    return to + s.len;
}

#endif
