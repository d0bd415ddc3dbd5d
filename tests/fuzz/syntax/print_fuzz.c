/* print_fuzz.c -- a text without errors: parse, print, parse gives the same tree, and printing again the same text. */
#include "compiler/parse/format.h"
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
    if (diags->error_count == 0) {
        Buf once = { 0 };
        format_program(&once, source, program);
        const Source *printed = sources_add(sources, STR("printed"), buf_str(&once));
        const AstNode *again = parse_program(&arena, printed, diags);
        if (diags->error_count > 0 || !ast_equal(program, again))
            abort();
        Buf twice = { 0 };
        format_program(&twice, printed, again);
        if (!str_equal(buf_str(&once), buf_str(&twice)))
            abort();
        buf_free(&once);
        buf_free(&twice);
    }
    arena_free(&arena);
    return 0;
}
