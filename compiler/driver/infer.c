/* infer.c -- sqc infer: the CREATE STREAM of a file, in the one layout. */
#include "compiler/infer/infer.h"

#include "compiler/driver/program.h"
#include "compiler/parse/format.h"

#include <stdio.h>

enum { INFER_ROWS = 100000 };

static bool read_format(const Args *args, InferFormat *format)
{
    Str text = args_value(args, "--format");
    *format = str_equal(text, STR("json")) ? INFER_JSON : str_equal(text, STR("csv")) ? INFER_CSV : INFER_ANY;
    if (text.data == NULL || *format != INFER_ANY)
        return true;
    (void)usage_error(args, "--format is json or csv, not '%.*s'", STR_ARG(text));
    return false;
}

/* What was made is parsed: a statement that does not parse is never printed as if it did. */
static int print_formatted(const Args *args, Str text)
{
    Program *program = program_new(args->arena);
    const Source *source = sources_add(program->sources, STR("inferred"), text);
    AstNode *tree = parse_program(args->arena, source, program->diags);
    if (program->diags->error_count > 0) {
        program_report(program, args);
        return EXIT_BUG;
    }
    Buf out = { 0 };
    format_program(&out, source, tree);
    Str formatted = buf_str(&out);
    fwrite(formatted.data, 1, formatted.len, stdout);
    buf_free(&out);
    return EXIT_DONE;
}

int command_infer(const Args *args)
{
    InferOptions options = { .name = args_value(args, "--name") };
    options.rows_max = INFER_ROWS;
    if (args->paths.count != 1)
        return usage_error(args, "infer takes one file");
    if (!read_format(args, &options.format) || !args_number(args, "--rows", 1, &options.rows_max))
        return EXIT_USAGE;
    options.path = str_copy(args->arena, args->paths.items[0]).data;
    Buf text = { 0 };
    RtError error;
    RtStatus status = infer_stream(args->arena, &options, &text, &error);
    int code = EXIT_DONE;
    if (status == RT_OK) {
        code = print_formatted(args, buf_str(&text));
    } else {
        fprintf(stderr, "sqc: %s\n", error.text);
        code = status == RT_BAD_DATA ? EXIT_FINDINGS : EXIT_UNREACHABLE;
    }
    buf_free(&text);
    return code;
}
