/* check.h -- what the tests of the front end share: one arena, one source, its diagnostics. */
#ifndef SQC_TESTS_SYNTAX_CHECK_H
#define SQC_TESTS_SYNTAX_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "compiler/diag/diag.h"

typedef struct Check {
    Arena arena;
    Sources *sources;
    Diags *diags;
} Check;

static inline Check *check_new(void)
{
    static Check check;
    arena_init(&check.arena);
    check.sources = sources_new(&check.arena);
    check.diags = diags_new(&check.arena, check.sources);
    return &check;
}

static inline const Source *check_source(Check *check, const char *text)
{
    return sources_add(check->sources, STR("test.ssql"), str_from(text));
}

static inline void check_free(Check *check)
{
    arena_free(&check->arena);
}

#endif
