/* bind_fuzz.c -- any text: what parses is bound, and the answer is plans that can be printed or coded errors that point
 * into the text. */
#include "compiler/bind/bind.h"
#include "compiler/parse/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena query;
    arena_init(&query);
    Sources *sources = sources_new(&query);
    Diags *diags = diags_new(&query, sources);
    const Source *source = sources_add(sources, STR("fuzz"), (Str){ (const char *)data, size });
    AstNode *tree = parse_program(&query, source, diags);
    BoundProgram *program = bind_program(&query, &tree, 1, NULL, diags);
    for (uint32_t i = 0; i < program->test_count; i++)
        (void)bind_test(&query, program, program->tests[i], diags);
    for (uint32_t i = 0; i < diags->items.count; i++) {
        const Diag *diag = diags->items.items[i];
        if (diag->span.start > size || diag->span.end > size || diag->span.end < diag->span.start)
            abort();
    }
    for (uint32_t i = 0; diags->error_count == 0 && i < program->logical.sink_count; i++) {
        if (logical_text(&query, program->logical.sinks[i]).len == 0)
            abort();
    }
    arena_free(&query);
    return 0;
}
