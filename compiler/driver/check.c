/* check.c -- sqc check: every mistake that can be found without running anything. */
#include "compiler/driver/test_given.h"
#include "compiler/driver/units.h"

#include <stdio.h>

static void check_unit(const Unit *unit, Program *program, bool only_syntax)
{
    const Diags *diags = program->diags;
    unit_add_to(unit, program);
    if (only_syntax || program->files.count == 0)
        return;
    uint32_t before = diags->error_count + diags->dropped_count;
    (void)program_bind(program, NULL);
    if (diags->error_count + diags->dropped_count > before)
        return;
    for (uint32_t i = 0; i < program->bound->test_count; i++) {
        BoundTest *test = bind_test(program->query, program->bound, program->bound->tests[i], program->diags);
        if (test != NULL)
            (void)test_read_files(program, test);
    }
}

int command_check(const Args *args)
{
    Units units;
    Program *program = program_new(args->arena);
    if (!units_of(args, &units))
        return EXIT_USAGE;
    for (uint32_t i = 0; i < units.items.count && !diags_is_full(program->diags); i++)
        check_unit(&units.items.items[i], program_beside(program), args_has(args, "--syntax"));
    bool good = program->diags->error_count == 0;
    bool is_data = args_value(args, "--diagnostics").data != NULL;
    if (program->diags->items.count > 0 || is_data)
        program_report(program, args);
    if (good && !is_data)
        fprintf(stderr, "%u file%s checked, no mistakes found\n", units.file_count, units.file_count == 1 ? "" : "s");
    return good ? EXIT_DONE : EXIT_FINDINGS;
}
