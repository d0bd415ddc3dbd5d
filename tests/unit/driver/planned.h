/* planned.h -- a program's text as a physical plan, for tests of what goes over rows.
 *
 * Ownership  all lives in the case's arena.
 * Threads    the test's. */
#ifndef SQC_TESTS_PLANNED_H
#define SQC_TESTS_PLANNED_H

#include "compiler/bind/bind.h"
#include "compiler/interp/interp.h"
#include "compiler/parse/parse.h"
#include "compiler/physical/lower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Case {
    Arena query;
    PhysProgram *physical;
} Case;

static inline void open_case(Case *it, const char *text)
{
    arena_init(&it->query);
    Sources *sources = sources_new(&it->query);
    Diags *diags = diags_new(&it->query, sources);
    const Source *source = sources_add(sources, STR("a.ssql"), str_from(text));
    AstNode *tree = parse_program(&it->query, source, diags);
    BoundProgram *bound = bind_program(&it->query, &tree, 1, NULL, diags);
    assert_int_equal(diags->error_count, 0);
    OptimizeOptions all = { 0 };
    LogicalProgram logical = optimize(&it->query, bound->logical, &all);
    it->physical = physical_plan(&it->query, &logical, &all);
}

static inline void close_case(Case *it)
{
    arena_free(&it->query);
}

#endif
