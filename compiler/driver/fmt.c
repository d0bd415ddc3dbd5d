/* fmt.c -- sqc fmt: the one layout, written back into the files. */
#include "compiler/driver/program.h"
#include "compiler/parse/format.h"
#include "runtime/io/sink.h"

#include <stdio.h>

/* 0, or the exit code of what went wrong; *changed counts files that are not in the layout. */
static int format_file(const Args *args, Str path, uint32_t *changed)
{
    Program *program = program_new(args->arena);
    const Source *source = parse_open(program->sources, path, program->diags);
    AstNode *tree = source == NULL ? NULL : parse_program(args->arena, source, program->diags);
    if (program->diags->error_count > 0) {
        program_report(program, args);
        return EXIT_FINDINGS;
    }
    Buf text = { 0 };
    RtError error;
    RtStatus status = RT_OK;
    format_program(&text, source, tree);
    if (!str_equal(buf_str(&text), source->text)) {
        ++*changed;
        if (args_has(args, "--check"))
            fprintf(stderr, "%.*s is not formatted\n", STR_ARG(path));
        else
            status = file_replace(args->arena, path, buf_str(&text), &error);
    }
    buf_free(&text);
    if (status == RT_OK)
        return EXIT_DONE;
    fprintf(stderr, "sqc: %s\n", error.text);
    return EXIT_UNREACHABLE;
}

int command_fmt(const Args *args)
{
    PathList files = { 0 };
    if (args->paths.count == 0)
        return usage_error(args, "fmt needs a file or a folder");
    if (!program_expand_paths(args, args->arena, &files))
        return EXIT_USAGE;
    int code = EXIT_DONE;
    uint32_t changed = 0;
    for (uint32_t i = 0; i < files.count; i++) {
        int of_file = format_file(args, str_from(files.items[i]), &changed);
        code = code == EXIT_DONE ? of_file : code;
    }
    if (code == EXIT_DONE && args_has(args, "--check"))
        return changed > 0 ? EXIT_FINDINGS : EXIT_DONE;
    if (code == EXIT_DONE)
        fprintf(stderr, "%u of %u file%s changed\n", changed, files.count, files.count == 1 ? "" : "s");
    return code;
}
