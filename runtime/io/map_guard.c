/* map_guard.c -- see map_guard.h.
 *
 * A signal handler is given an address and nothing else, so the ranges stand in a table of the process. */
#include "runtime/io/map_guard.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct Guard {
    _Atomic uintptr_t from; /* 0: free; 1: being taken */
    _Atomic uintptr_t to;
    _Atomic bool broken;
} Guard;

static struct {
    Guard all[MAP_GUARDS_MAX];
    pthread_once_t once;
    uintptr_t page_bytes;
    struct sigaction before;
} map_guards = { .once = PTHREAD_ONCE_INIT };

static Guard *guard_of(uintptr_t address)
{
    for (uint32_t i = 0; i < MAP_GUARDS_MAX; i++) {
        Guard *guard = &map_guards.all[i];
        uintptr_t from = atomic_load(&guard->from);
        if (from > 1 && address >= from && address < atomic_load(&guard->to))
            return guard;
    }
    return NULL;
}

/* Puts a page of line ends where one is lost. */
static bool replace_page(uintptr_t address)
{
    void *page = (void *)(address & ~(map_guards.page_bytes - 1));
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (mmap(page, map_guards.page_bytes, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
        return false;
    memset(page, '\n', map_guards.page_bytes);
    return true;
}

/* Whatever is not ours goes to whom it went before, by meeting the same fault again. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    uintptr_t address = (uintptr_t)info->si_addr;
    Guard *guard = guard_of(address);
    if (guard != NULL && replace_page(address))
        atomic_store(&guard->broken, true);
    else
        sigaction(number, &map_guards.before, NULL);
}

static void install(void)
{
    struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
    sigemptyset(&action.sa_mask);
    map_guards.page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigaction(SIGBUS, &action, &map_guards.before);
}

bool map_guard_enter(const void *data, size_t len, uint32_t *guard)
{
    pthread_once(&map_guards.once, install);
    for (uint32_t i = 0; i < MAP_GUARDS_MAX; i++) {
        uintptr_t is_free = 0;
        Guard *at = &map_guards.all[i];
        if (!atomic_compare_exchange_strong(&at->from, &is_free, 1))
            continue;
        uintptr_t from = (uintptr_t)data;
        uintptr_t end = (from + len + map_guards.page_bytes - 1) & ~(map_guards.page_bytes - 1);
        atomic_store(&at->broken, false);
        atomic_store(&at->to, end);
        atomic_store(&at->from, from);
        *guard = i;
        return true;
    }
    return false;
}

void map_guard_leave(uint32_t guard)
{
    atomic_store(&map_guards.all[guard].from, 0);
}

bool map_guard_broken(uint32_t guard)
{
    return atomic_load_explicit(&map_guards.all[guard].broken, memory_order_relaxed);
}
