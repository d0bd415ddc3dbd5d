/* text_codes.h -- run-time failures of text functions (numbers of E06xx diagnostics), and the longest text they make.
 *
 * Threads    constants. */
#ifndef SQC_STDLIB_TEXT_CODES_H
#define SQC_STDLIB_TEXT_CODES_H

enum {
    FN_E_ARGUMENT = 604, /* an argument that the function has no answer for    */
    FN_E_TOO_LONG = 605, /* a text would be longer than allowed                */
    FN_E_PATTERN = 606,  /* a pattern that cannot be compiled or is refused    */
    FN_E_ENCODING = 607, /* text that is not in the encoding it should be in   */
    FN_E_JSON = 608,     /* JSON text or path, where ERROR ON ERROR asked      */
};

enum { FN_TEXT_BYTES_MAX = 256 * 1024 * 1024 };

#endif
