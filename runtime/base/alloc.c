/* alloc.c -- memory requests and the hook that makes one of them fail. */
#include "runtime/base/alloc.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t request_count;
static _Atomic uint64_t fail_at;

static int request_fails(void)
{
    uint64_t n = atomic_fetch_add_explicit(&request_count, 1, memory_order_relaxed) + 1;
    return n == atomic_load_explicit(&fail_at, memory_order_relaxed);
}

void *mem_alloc(size_t size)
{
    return request_fails() ? NULL : malloc(size ? size : 1);
}

void *mem_alloc_zeroed(size_t size)
{
    return request_fails() ? NULL : calloc(1, size ? size : 1);
}

void *mem_resize(void *block, size_t size)
{
    return request_fails() ? NULL : realloc(block, size ? size : 1);
}

void *mem_alloc_aligned(size_t size, size_t align)
{
    void *block = NULL;
    if (request_fails() || posix_memalign(&block, align, size) != 0)
        return NULL;
    memset(block, 0, size);
    return block;
}

void *mem_alloc_huge(size_t size)
{
    void *block = NULL;
    assert(size % MEM_HUGE_BYTES == 0);
    if (request_fails() || posix_memalign(&block, MEM_HUGE_BYTES, size) != 0)
        return NULL;
    (void)madvise(block, size, MADV_HUGEPAGE); /* a system without them refuses: pages stay small */
    return block;
}

void mem_free(void *block)
{
    free(block);
}

void mem_fail_at(uint64_t n)
{
    atomic_store(&request_count, 0);
    atomic_store(&fail_at, n);
}

uint64_t mem_request_count(void)
{
    return atomic_load(&request_count);
}

_Noreturn void mem_exhausted(void)
{
    static const char message[] = "sqc: out of memory\n";
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(70);
}
