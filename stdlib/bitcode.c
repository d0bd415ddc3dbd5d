/* bitcode.c -- stdlib.bc inside the program. */
#include "stdlib/registry.h"

__asm__(".section .rodata.stdlib_bitcode,\"a\"\n"
        ".globl STDLIB_BITCODE, STDLIB_BITCODE_BYTES\n"
        ".balign 16\n"
        "STDLIB_BITCODE:\n"
        ".incbin \"" STDLIB_BITCODE_FILE "\"\n"
        ".Lstdlib_bitcode_end:\n"
        ".balign 8\n"
        "STDLIB_BITCODE_BYTES:\n"
        ".quad .Lstdlib_bitcode_end - STDLIB_BITCODE\n"
        ".previous\n");
