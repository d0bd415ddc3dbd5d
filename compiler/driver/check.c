/* check.c -- sqc check: every mistake that can be found without running anything. */
#include "compiler/driver/program.h"

#include <stdio.h>

/* Files given together are one program; each file of a folder too: its streams and metrics know each other. */
static bool bind_tests(Program *program)
{
    for (uint32_t i = 0; i < program->bound->test_count; i++)
        (void)bind_test(program->query, program->bound, program->bound->tests[i], program->diags);
    return program->diags->error_count == 0;
}

int command_check(const Args *args)
{
    PathList files = { 0 };
    Program *program = program_new(args->arena);
    if (!program_expand_paths(args, args->arena, &files))
        return EXIT_USAGE;
    for (uint32_t i = 0; i < files.count; i++)
        program_add_file(program, str_from(files.items[i]));
    bool good = program->diags->error_count == 0;
    if (!args_has(args, "--syntax") && program->files.count > 0) {
        good = program_bind(program, NULL);
        good = good && bind_tests(program);
    }
    bool is_data = args_value(args, "--diagnostics").data != NULL;
    if (program->diags->items.count > 0 || is_data)
        program_report(program, args);
    if (good && !is_data)
        fprintf(stderr, "%u file%s checked, no mistakes found\n", files.count, files.count == 1 ? "" : "s");
    return good ? EXIT_DONE : EXIT_FINDINGS;
}
