/* alloc.h -- the only place where this program asks for memory.
 *
 * Everything that needs memory comes through here, so that a test can make the n-th request fail and walk n upwards
 * until nothing fails any more.  Compiler arenas treat a failure as fatal; the runtime answers RT_FATAL.
 *
 * Units      sizes are bytes.
 * Ownership  the caller frees what it got with mem_free.
 * Threads    any; the failure hook is for single-threaded tests.
 * Errors     NULL when there is no memory. */
#ifndef SQC_BASE_ALLOC_H
#define SQC_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

enum { MEM_HUGE_BYTES = 2 << 20 };

void *mem_alloc(size_t size) __attribute__((malloc, alloc_size(1), warn_unused_result));
void *mem_alloc_zeroed(size_t size) __attribute__((malloc, alloc_size(1), warn_unused_result));
/* The old block stays valid when NULL is returned. */
void *mem_resize(void *block, size_t size) __attribute__((alloc_size(2), warn_unused_result));
/* Pages straight from the system, zeroed, aligned to `align` (a power of two of at least 4096). */
void *mem_alloc_aligned(size_t size, size_t align) __attribute__((warn_unused_result));
/* For data that is read at random: huge pages where the system has them, which miss the TLB less.  Not zeroed; `size`
 * is a multiple of MEM_HUGE_BYTES. */
void *mem_alloc_huge(size_t size) __attribute__((warn_unused_result));
void mem_free(void *block);

/* Test hook: the n-th request from now (counting from 1) fails, once; 0 switches the hook off. */
void mem_fail_at(uint64_t n);
/* How many requests were made since the hook was last set. */
uint64_t mem_request_count(void);

/* Says so on stderr and ends the process with exit code 70: for the compiler, which cannot go on without memory. */
_Noreturn void mem_exhausted(void);

#endif
