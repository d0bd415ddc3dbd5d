/* explain.c -- sqc explain: what a file becomes, stage by stage, and what an error code means. */
#include "compiler/backend/backend.h"
#include "compiler/codegen/ops/generate.h"
#include "compiler/driver/error_pages.h"
#include "compiler/driver/program.h"
#include "compiler/driver/why_open.h"

#include <stdio.h>

static int explain_code(DiagCode code)
{
    Str page = error_page(str_from(diag_code_name(code)));
    if (page.len > 0)
        printf("%.*s", STR_ARG(page));
    else
        printf("%s: %s\n\n%s\n", diag_code_name(code), diag_code_title(code), diag_code_explanation(code));
    return EXIT_DONE;
}

static void print_logical(const Program *program, const LogicalProgram *logical)
{
    for (uint32_t i = 0; i < logical->sink_count; i++) {
        Str text = logical_text(program->query, logical->sinks[i]);
        printf("%.*s\n", STR_ARG(text));
    }
}

static void print_whole(const Buf *text)
{
    Str whole = buf_str(text);
    fwrite(whole.data, 1, whole.len, stdout);
}

static int print_code(const Program *program, Str stage)
{
    Buf text = { 0 }, object = { 0 };
    RtError error;
    bool is_assembly = str_equal(stage, STR("assembly")), is_object = str_equal(stage, STR("object"));
    bool is_fast = str_equal(stage, STR("ir"));
    BackendOptions options = { .tier = is_fast ? TIER_FAST : TIER_OPTIMIZED };
    if (is_assembly)
        options.assembly = &text;
    else if (!is_object)
        options.ir = &text;
    backend_init();
    Generated generated = generate_program(program->query, program->physical, is_fast ? "t0_" : "t1_", NULL);
    RtStatus status = backend_compile(generated.module, &options, &object, &error);
    if (status == RT_OK)
        print_whole(is_object ? &object : &text);
    else
        fprintf(stderr, "sqc: %s\n", error.text);
    buf_free(&text);
    buf_free(&object);
    return status == RT_OK ? EXIT_DONE : EXIT_BUG;
}

/* What the metrics mean, before how they run. */
static void print_metrics(const Program *program)
{
    for (uint32_t i = 0; i < program->bound->metric_count; i++) {
        const MetricModel *model = program->bound->metrics[i];
        const Selection *selection = &program->selection;
        if (model == NULL || (!selection->is_all && !program_selects_metric(program, model->metric) &&
                              !program_selects_place(program, model->metric->span)))
            continue;
        Str text = metric_text(program->query, model);
        printf("%.*s\n", STR_ARG(text));
    }
}

static void print_alerts(const Program *program)
{
    for (uint32_t i = 0; i < program->bound->alert_count; i++) {
        const Alert *alert = program->bound->alerts[i];
        const Selection *selection = &program->selection;
        if (!selection->is_all && !program_selects_metric(program, alert->metric->metric) &&
            !program_selects_place(program, alert->span))
            continue;
        Str text = alert_text(program->query, alert);
        printf("%.*s\n", STR_ARG(text));
    }
}

static int print_stage(Program *program, Str stage)
{
    if (stage.data == NULL) {
        print_metrics(program);
        print_alerts(program);
    }
    if (stage.data == NULL || str_equal(stage, STR("physical"))) {
        Str text = phys_text(program->query, program->physical, program->sources);
        printf("%.*s", STR_ARG(text));
    } else if (str_equal(stage, STR("ast"))) {
        for (uint32_t i = 0; i < program->files.count; i++) {
            Buf text = { 0 };
            ast_print_tree(&text, program->files.items[i]);
            print_whole(&text);
            buf_free(&text);
        }
    } else if (str_equal(stage, STR("logical"))) {
        print_logical(program, &program->bound->logical);
    } else if (str_equal(stage, STR("optimized"))) {
        print_logical(program, &program->optimized);
    } else {
        return print_code(program, stage);
    }
    return EXIT_DONE;
}

static bool is_stage(Str stage)
{
    static const char *const STAGES[] = { "ast", "logical",      "optimized", "physical",
                                          "ir",  "optimized-ir", "assembly",  "object" };
    for (size_t i = 0; i < sizeof STAGES / sizeof STAGES[0]; i++) {
        if (str_equal(stage, str_from(STAGES[i])))
            return true;
    }
    return false;
}

/* A letter and digits, and no such file. */
static bool looks_like_code(Str text)
{
    bool digits = text.len > 1 && (text.data[0] == 'E' || text.data[0] == 'W' || text.data[0] == 'e');
    for (uint64_t i = 1; digits && i < text.len; i++)
        digits = text.data[i] >= '0' && text.data[i] <= '9';
    return digits;
}

int command_explain(const Args *args)
{
    DiagCode code;
    Str stage = args_value(args, "--emit");
    if (args_has(args, "--why-open"))
        return why_open(args);
    if (args_has(args, "--replay"))
        return usage_error(args, "--replay goes with --why-open METRIC");
    if (args->paths.count == 1 && diag_code_find(args->paths.items[0], &code))
        return explain_code(code);
    if (args->paths.count == 1 && looks_like_code(args->paths.items[0]))
        return usage_error(args, "there is no code %.*s (sqc help codes lists them)", STR_ARG(args->paths.items[0]));
    if (stage.data != NULL && !is_stage(stage))
        return usage_error(args, "--emit knows no stage '%.*s'", STR_ARG(stage));
    Program *program = program_new(args->arena);
    if (!program_rules(program, args))
        return EXIT_USAGE;
    int opened = program_open(program, args);
    if (opened != EXIT_DONE)
        return opened;
    BindOptions options = program_bind_options(program);
    bool good = program_bind(program, &options);
    if (program->diags->items.count > 0)
        program_report(program, args);
    if (!good)
        return EXIT_FINDINGS;
    if (!program_check_selectors(program))
        return EXIT_USAGE;
    program_plan(program, program->bound->logical);
    return print_stage(program, stage);
}
