/* error_pages.c -- all pages one behind the other, each beginning with "# E0312" on a line of its own.
 *
 * The build puts the files together (CMakeLists.txt) and the assembler embeds them. */
#include "compiler/driver/error_pages.h"

__asm__(".section .rodata\n"
        ".globl ERROR_PAGES, ERROR_PAGES_BYTES\n"
        "ERROR_PAGES:\n"
        ".incbin \"" ERROR_PAGES_FILE "\"\n"
        ".Lerror_pages_end:\n"
        ".balign 8\n"
        "ERROR_PAGES_BYTES:\n"
        ".quad .Lerror_pages_end - ERROR_PAGES\n"
        ".previous\n");

extern const char ERROR_PAGES[];
extern const uint64_t ERROR_PAGES_BYTES;

Str error_page(Str code)
{
    Str rest = { ERROR_PAGES, ERROR_PAGES_BYTES };
    Arena arena;
    arena_init(&arena);
    Str heading = str_printf(&arena, "# %.*s", STR_ARG(code));
    int64_t at = str_find(rest, heading);
    uint64_t heading_len = heading.len;
    arena_free(&arena);
    if (at < 0)
        return STR_EMPTY;
    rest = str_slice(rest, (uint64_t)at, rest.len - (uint64_t)at);
    uint64_t end = heading_len;
    while (end + 4 < rest.len && memcmp(rest.data + end, "\n# E", 4) != 0 && memcmp(rest.data + end, "\n# W", 4) != 0)
        end++;
    return str_slice(rest, 0, end + 4 < rest.len ? end + 1 : rest.len);
}
