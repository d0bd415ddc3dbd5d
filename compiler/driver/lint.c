/* lint.c -- sqc lint: findings of compiler/lint, beside the mistakes that check finds. */
#include "compiler/lint/lint.h"
#include "compiler/driver/registry_pages.h"
#include "compiler/driver/units.h"

#include <stdio.h>

/* Outside of a project a file that others import cannot know who reads its streams. */
static bool can_be_judged(const Unit *unit, const Program *program, const Diag *diag)
{
    if (unit->project.len > 0 || (diag->code != W0713 && diag->code != W0714))
        return true;
    Str path = sources_get(program->sources, diag->span.file)->path;
    return program->bound->logical.sink_count > 0 && str_equal(path, str_from(unit->selected.items[0]));
}

static bool is_in_selected_metric(const Program *program, Span span)
{
    for (uint32_t i = 0; i < program->bound->metric_count; i++) {
        const MetricModel *model = program->bound->metrics[i];
        if (model == NULL || !program_selects_metric(program, model->metric))
            continue;
        Span whole = model->metric->statement->span;
        if (span.file == whole.file && span.start >= whole.start && span.end <= whole.end)
            return true;
    }
    return false;
}

/* Findings in the files that were given, or in the metrics that were named; `found` has those of the whole project.
 * Errors are told wherever they are: without a sound program most rules have nothing to read. */
static void take_selected(const Unit *unit, Program *program, const Diags *found)
{
    bool by_name = program->selection.names.count > 0;
    for (uint32_t i = 0; i < found->items.count; i++) {
        Diag *diag = found->items.items[i];
        bool is_asked = by_name ? is_in_selected_metric(program, diag->span)
                                : unit_has_selected(unit, program, diag->span) && can_be_judged(unit, program, diag);
        if (diag->severity == DIAG_ERROR || is_asked)
            diags_take(program->diags, diag);
    }
}

/* False: a selector chooses nothing, which was said. */
static bool lint_unit_files(const Unit *unit, Program *program)
{
    unit_add_to(unit, program);
    Diags *shared = program->diags;
    if (program->files.count == 0 || shared->error_count > 0)
        return true;
    Diags *own = diags_new(program->query, program->sources);
    program->diags = own;
    bool is_sound = program_bind(program, NULL);
    bool is_found = program->bound == NULL || program_check_selectors(program);
    if (program->bound != NULL && is_found) {
        Lint lint = { .query = program->query,
                      .files = program->files.items,
                      .file_count = program->files.count,
                      .bound = program->bound,
                      .is_sound = is_sound,
                      .diags = own };
        lint_program(&lint);
    }
    program->diags = shared;
    if (is_found)
        take_selected(unit, program, own);
    return is_found;
}

/* Words that are no files choose metrics of the project here.  False: said so on stderr. */
static bool split_operands(const Args *args, Args *paths, Program *program)
{
    *paths = *args;
    paths->paths.items = NULL;
    paths->paths.count = paths->paths.capacity = 0;
    for (uint32_t i = 0; i < args->paths.count; i++) {
        if (program_is_path(args->arena, args->paths.items[i]))
            vec_push(args->arena, &paths->paths, args->paths.items[i]);
        else
            vec_push(args->arena, &program->selection.names, args->paths.items[i]);
    }
    if (program->selection.names.count == 0 || paths->paths.count == 0)
        return true;
    (void)usage_error(args, "lint takes files and folders, or metrics, not both");
    return false;
}

int command_lint(const Args *args)
{
    Units units;
    Args paths;
    Program *program = program_new(args->arena);
    if (!split_operands(args, &paths, program) || !units_of(&paths, &units))
        return EXIT_USAGE;
    for (uint32_t i = 0; i < units.items.count && !diags_is_full(program->diags); i++) {
        Program *unit = program_beside(program);
        unit->selection = program->selection;
        if (!lint_unit_files(&units.items.items[i], unit))
            return EXIT_USAGE;
    }
    const Diags *diags = program->diags;
    bool is_data = args_value(args, "--diagnostics").data != NULL;
    if (diags->items.count > 0 || is_data)
        program_report(program, args);
    if (is_data)
        return diags->items.count > 0 ? EXIT_FINDINGS : EXIT_DONE;
    uint32_t count = diags->items.count;
    if (count == 0)
        fprintf(stderr, "%u file%s linted, nothing found\n", units.file_count, units.file_count == 1 ? "" : "s");
    return count > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

void page_lints(bool markdown)
{
    if (markdown)
        printf("# Lints\n\nPrinted by `sqc help lints --format md`; `sqc lint` finds them.\n\n"
               "| Code | What is found | Why it is told |\n|---|---|---|\n");
    for (uint32_t i = 0; i < LINT_RULE_COUNT; i++) {
        DiagCode code = LINT_RULES[i].code;
        const char *name = diag_code_name(code);
        if (markdown)
            printf("| [%s](../errors/%s.md) | %s | %s |\n", name, name, diag_code_title(code),
                   diag_code_explanation(code));
        else
            printf("%s  %-30s %s\n", name, diag_code_title(code), diag_code_explanation(code));
    }
}
