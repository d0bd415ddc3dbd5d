/* guarded_maps.c -- preloaded into sqc: in front of and behind each file that it maps stands a page that nobody may
 * touch.
 *
 * Whatever reads a byte before the first line of a mapped file, or beyond its last page, ends with SIGSEGV at once, and
 * not only in the one run of many where nothing else was mapped there. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *system_mmap(void *address, size_t len, int prot, int flags, int fd, off_t offset)
{
    return (void *)syscall(SYS_mmap, address, len, prot, flags, fd, offset);
}

static void *map_between_guards(size_t len, int prot, int flags, int fd, off_t offset)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (len + page - 1) / page * page;
    char *room = system_mmap(NULL, whole + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return MAP_FAILED;
    return system_mmap(room + page, len, prot, flags | MAP_FIXED, fd, offset);
}

void *mmap(void *address, size_t len, int prot, int flags, int fd, off_t offset)
{
    bool is_file = fd >= 0 && address == NULL && prot == PROT_READ && (flags & MAP_FIXED) == 0;
    if (is_file)
        return map_between_guards(len, prot, flags, fd, offset);
    return system_mmap(address, len, prot, flags, fd, offset);
}

void *mmap64(void *address, size_t len, int prot, int flags, int fd, off_t offset)
{
    return mmap(address, len, prot, flags, fd, offset);
}
