/* golden_calls.h -- tables of function calls and their answers, run through the registry's boxed forms.
 *
 *   NAME(argument, ..) = answer        names with signs or blanks in double quotes; # begins a comment line
 *
 *   'text'  x'6162'  TRUE  5 (INT)  5L (BIGINT)  5S (SMALLINT)  5Y (TINYINT)  1.5 (DOUBLE)  1.5F (FLOAT)
 *   NULL (a text)  NULL:I32  [1, NULL]  {'key': 1}  ROW(1, 'a')  ERROR E0606 (as an answer)
 *
 *   @A 'text'                          a line of its own: @A stands for the text from here on
 *
 * In a text '' is one quote and \u{20AC} a code point; other backslashes are themselves. */
#ifndef SQC_TESTS_GOLDEN_CALLS_H
#define SQC_TESTS_GOLDEN_CALLS_H

/* Runs every line of the file without a call site and with one, twice; answers how many lines there were, or -1 after
 * printing the lines whose answer is another. */
int golden_run(const char *path);

#endif
