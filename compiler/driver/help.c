/* help.c -- sqc help and sqc version: what there is, printed from the registries. */
#include "compiler/backend/backend.h"
#include "compiler/diag/diag.h"
#include "compiler/driver/command.h"
#include "compiler/optimize/optimize.h"
#include "runtime/conn/connector.h"
#include "stdlib/registry.h"

#include <stdio.h>

#ifndef SQC_VERSION
#define SQC_VERSION "0.1.0"
#endif

int command_version(const Args *args)
{
    if (str_equal(args_value(args, "--format"), STR("json")))
        printf("{\"schema_version\":1,\"version\":\"%s\",\"cpu\":\"%s\"}\n", SQC_VERSION, backend_cpu());
    else
        printf("sqc %s (code for %s)\n", SQC_VERSION, backend_cpu());
    return EXIT_DONE;
}

static void print_codes(void)
{
    for (int code = 0; code < DIAG_CODE_COUNT; code++)
        printf("%s  %-28s %s\n", diag_code_name((DiagCode)code), diag_code_title((DiagCode)code),
               diag_code_explanation((DiagCode)code));
}

static void print_rules(void)
{
    for (int rule = 0; rule < OPT_RULE_COUNT; rule++)
        printf("%-16s %s\n", opt_rule_name((OptRule)rule), opt_rule_doc((OptRule)rule));
}

static void print_arguments(const FnDef *fn)
{
    if (fn->form == FORM_ANY) {
        printf("%u%s argument%s", fn->args_min, fn->args_max == FN_VARIADIC ? " or more" : "", fn->args_min == 1 ? "" : "s");
        return;
    }
    for (uint32_t i = 0; i + fn_hidden(fn) < fn->args_min; i++)
        printf("%s%s", i > 0 ? ", " : "", type_word_name((TypeWord)fn->args[i]));
}

static void print_functions(void)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if ((fn->traits & FN_INTERNAL) != 0)
            continue;
        printf("%s(", fn->name);
        print_arguments(fn);
        printf(") -> %s%s%s\n", type_word_name((TypeWord)fn->result), fn->doc != NULL ? "\n    " : "",
               fn->doc != NULL ? fn->doc : "");
    }
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        const AggDef *agg = &AGG_DEFS[i];
        printf("aggregate %s(%s) -> %s\n    %s\n", agg->name,
               agg->arg == TW_COUNT ? "*" : type_word_name((TypeWord)agg->arg), type_word_name((TypeWord)agg->result),
               agg->doc == NULL ? "" : agg->doc);
    }
}

static uint32_t named_functions(bool internal)
{
    uint32_t names = 0;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        bool is_first = ((FN_DEFS[i].traits & FN_INTERNAL) != 0) == internal;
        for (uint32_t j = 0; is_first && j < i; j++)
            is_first = strcmp(FN_DEFS[i].name, FN_DEFS[j].name) != 0;
        names += is_first;
    }
    return names;
}

static const char *ability(uint32_t flags)
{
    if ((flags & CONN_CAN_SCAN) != 0)
        return (flags & CONN_CAN_SINK) != 0 ? "reads and writes" : "reads";
    return (flags & CONN_CAN_SINK) != 0 ? "writes" : "declared only: not supported yet";
}

/* Rows of planned.def: names that are known and have no body yet. */
static void print_refused(void)
{
    static const char *const PLANNED[] = {
#define PLANNED_FUNCTION(name) #name,
#include "compiler/bind/planned.def"
#undef PLANNED_FUNCTION
    };
    printf("\nParsed, and refused with E0500 until they run: %zu\n", sizeof PLANNED / sizeof PLANNED[0]);
    for (size_t i = 0; i < sizeof PLANNED / sizeof PLANNED[0]; i++)
        printf("  %s\n", PLANNED[i]);
}

static void print_features(void)
{
    printf("Runs: %u functions (%u bodies), %u operators and casts, %u aggregate bodies\n", named_functions(false),
           FN_DEF_COUNT, named_functions(true), AGG_DEF_COUNT);
    printf("\nConnectors\n");
    for (int id = 0; id < CONNECTOR_COUNT; id++) {
        const Connector *connector = connector_get((ConnectorId)id);
        printf("  %-14s %s\n", connector->name, ability(connector->flags));
    }
    printf("\nFormats\n");
    for (int id = 0; id < FORMAT_COUNT; id++) {
        const Format *format = format_get((FormatId)id);
        printf("  %-14s %s\n", format->name,
               (format->flags & FORMAT_CAN_DECODE) != 0 ? "decodes" : "declared only: not supported yet");
    }
    print_refused();
}

int command_help(const Args *args)
{
    if (args->paths.count == 0) {
        command_print_overview();
        return EXIT_DONE;
    }
    Str topic = args->paths.items[0];
    const Command *command = command_find(topic);
    if (command != NULL)
        command_print_help(command);
    else if (str_equal(topic, STR("features")))
        print_features();
    else if (str_equal(topic, STR("codes")))
        print_codes();
    else if (str_equal(topic, STR("functions")))
        print_functions();
    else if (str_equal(topic, STR("rules")))
        print_rules();
    else
        return usage_error(args, "there is no verb or list '%.*s'", STR_ARG(topic));
    return EXIT_DONE;
}
