/* regex.h -- regular expressions with Java's meaning, on RE2, behind a C face.
 *
 * A pattern is rewritten from Java's syntax and meaning to RE2's (regex_java.c) and compiled by RE2 (regex_re2.cpp),
 * whose time is linear in the text.  What RE2 cannot do (look-around, back-references, possessive quantifiers) is
 * refused with a reason, never matched otherwise.
 *
 * `$` and `\Z` also match before a final line terminator.  RE2 has no such thing: both become the end of the text, and
 * a text that ends in a terminator is searched a second time without it; the match that begins first counts.
 *
 * Units      offsets are bytes of the UTF-8 text.
 * Ownership  regex_compile's result is given back by regex_free.
 * Threads    a compiled Regex may be used by one thread at a time.
 * Errors     regex_compile answers NULL and a reason in words for people.
 * Cost       compiling 10 to 100 us; matching is linear in the text. */
#ifndef SQC_STDLIB_REGEX_H
#define SQC_STDLIB_REGEX_H

#include "runtime/base/buf.h"
#include "runtime/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { REGEX_REASON_MAX = 120, REGEX_GROUPS_MAX = 64 };

typedef struct Regex Regex;

typedef struct RegexSpan {
    int64_t from; /* -1: the group took no part */
    int64_t to;
} RegexSpan;

typedef enum RegexVerdict {
    REGEX_OK,
    REGEX_MALFORMED,   /* no regular expression in Java either      */
    REGEX_UNSUPPORTED, /* Java's, but beyond what is possible here  */
} RegexVerdict;

typedef struct RegexError {
    RegexVerdict verdict;
    char reason[REGEX_REASON_MAX];
} RegexError;

typedef enum RegexSyntax { REGEX_JAVA, REGEX_SIMILAR } RegexSyntax;

/* NULL and *error where the pattern is refused.  `escape` is a code point of SIMILAR TO, 0 for none. */
Regex *regex_compile(Str pattern, RegexSyntax syntax, uint32_t escape, RegexError *error);
void regex_free(void *regex);
/* Capturing groups, group 0 not counted. */
uint32_t regex_group_count(const Regex *regex);
/* The leftmost match that begins at `from` or behind; writes groups 0 to count - 1 (count at most the groups + 1). */
bool regex_find(const Regex *regex, Str text, uint64_t from, RegexSpan *groups, uint32_t count);
/* Whether the whole text matches. */
bool regex_matches_all(const Regex *regex, Str text);
/* Line terminators other than \n under (?m) cannot be treated as Java's: such a text cannot be searched. */
bool regex_can_search(const Regex *regex, Str text);

/* For the binder: may this constant be a pattern of REGEXP and its kin?  If not, why. */
bool regex_check(Str pattern, char *reason, size_t reason_bytes);

/* ---- between the two files ---- */

typedef struct RegexShape {
    bool ends_softly;   /* has $ or \Z: see above               */
    bool ends_hard;     /* has \z                               */
    bool multiline;     /* has ^ or $ under (?m) without (?d)   */
} RegexShape;

/* Appends RE2's spelling of a Java pattern (of a SIMILAR TO pattern). */
bool regex_from_java(Str pattern, Buf *out, RegexShape *shape, RegexError *error);
bool regex_from_similar(Str pattern, uint32_t escape, Buf *out, RegexError *error);

#ifdef __cplusplus
}
#endif
#endif
