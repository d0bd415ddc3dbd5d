/* fault_calls.h -- the system calls by which sqc reaches files, one of which fails.
 *
 * The program is linked with --wrap for each call, so nothing that reaches files is left out, whether it goes through
 * FileOps or not.  Only files below the folders named count, and standard output; what LLVM reads does not.
 *
 * Threads    one. */
#ifndef SQC_TESTS_FAULT_CALLS_H
#define SQC_TESTS_FAULT_CALLS_H

#include <stdint.h>

enum { FAULT_FOLDERS_MAX = 2 };

/* Counts anew; call number n (from 1) on these folders fails, 0: none does.  A NULL folder is left out. */
void fault_calls_at(uint64_t n, const char *const folders[FAULT_FOLDERS_MAX]);
uint64_t fault_calls_count(void);
/* "write": which call failed; "" while none has. */
const char *fault_calls_failed(void);

#endif
