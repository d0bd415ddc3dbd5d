/* bind_fuzz.c -- any text: what parses is bound, and the answer is plans or coded errors that point into the text.
 * What the binder lets through is printed, optimised and lowered, with all rules and with none; its tests are bound. */
#include "compiler/bind/bind.h"
#include "compiler/optimize/optimize.h"
#include "compiler/parse/parse.h"
#include "compiler/physical/lower.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool property)
{
    if (!property)
        abort();
}

static void plan(Arena *query, LogicalProgram logical, uint64_t disabled)
{
    OptimizeOptions rules = { .disabled = disabled };
    LogicalProgram optimized = optimize(query, logical, &rules);
    const PhysProgram *physical = physical_plan(query, &optimized, &rules);
    hold(physical->node_count == 0 || phys_text(query, physical, NULL).len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena query;
    arena_init(&query);
    Sources *sources = sources_new(&query);
    Diags *diags = diags_new(&query, sources);
    const Source *source = sources_add(sources, STR("fuzz"), (Str){ (const char *)data, size });
    AstNode *tree = parse_program(&query, source, diags);
    BoundProgram *program = bind_program(&query, &tree, 1, NULL, diags);
    if (diags->error_count == 0) {
        for (uint32_t i = 0; i < program->logical.sink_count; i++)
            hold(logical_text(&query, program->logical.sinks[i]).len > 0);
        plan(&query, program->logical, 0);
        plan(&query, program->logical, UINT64_MAX);
    }
    for (uint32_t i = 0; i < program->test_count; i++)
        (void)bind_test(&query, program, program->tests[i], diags);
    for (uint32_t i = 0; i < diags->items.count; i++) {
        const Diag *diag = diags->items.items[i];
        hold(diag->span.start <= diag->span.end && diag->span.end <= size);
    }
    arena_free(&query);
    return 0;
}
