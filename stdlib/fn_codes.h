/* fn_codes.h -- the run-time failures of function bodies: numbers of E06xx diagnostics. */
#ifndef SQC_STDLIB_FN_CODES_H
#define SQC_STDLIB_FN_CODES_H

enum {
    E_DIVISION_BY_ZERO = 601,
    E_INVALID_TEXT = 602,  /* text that is no value of the type */
    E_OUT_OF_RANGE = 603,  /* a value that the type cannot hold */
    E_BAD_ARGUMENT = 604,  /* an argument that the function has no answer for */
};

#endif
