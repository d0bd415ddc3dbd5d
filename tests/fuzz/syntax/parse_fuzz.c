/* parse_fuzz.c -- any bytes: the parser answers with statements or coded errors that point into the text, and the
 * renderers can show them. */
#include "compiler/parse/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena;
    arena_init(&arena);
    Sources *sources = sources_new(&arena);
    Diags *diags = diags_new(&arena, sources);
    const Source *source = sources_add(sources, STR("fuzz"), (Str){ (const char *)data, size });
    const AstNode *program = parse_program(&arena, source, diags);
    if (ast_program_node_count(program) == 0)
        abort();
    for (uint32_t i = 0; i < diags->items.count; i++) {
        const Diag *diag = diags->items.items[i];
        if (diag->span.start > size || diag->span.end > size || diag->span.end < diag->span.start)
            abort();
    }
    Buf out = { 0 };
    diag_render_text(&out, diags, (DiagRender){ .colour = true });
    diag_render_json(&out, diags);
    diag_render_sarif(&out, diags);
    buf_free(&out);
    arena_free(&arena);
    return 0;
}
