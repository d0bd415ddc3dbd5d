/* help.c -- sqc help and sqc version: what there is, printed from the registries. */
#include "compiler/backend/backend.h"
#include "compiler/driver/command.h"
#include "compiler/driver/registry_pages.h"
#include "runtime/conn/connector.h"
#include "runtime/time/zone_table.h"
#include "stdlib/registry.h"

#include <stdio.h>

#ifndef SQC_VERSION
#define SQC_VERSION "0.1.0"
#endif

int command_version(const Args *args)
{
    Str zones = zone_table_version();
    if (str_equal(args_value(args, "--format"), STR("json")))
        printf("{\"schema_version\":1,\"version\":\"%s\",\"cpu\":\"%s\",\"time_zones\":\"%.*s\"}\n", SQC_VERSION,
               backend_cpu(), STR_ARG(zones));
    else
        printf("sqc %s (code for %s, time zones of %.*s)\n", SQC_VERSION, backend_cpu(), STR_ARG(zones));
    return EXIT_DONE;
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
    printf("\nFunctions that are refused for good\n");
#define REFUSED_FUNCTION(name, reason) printf("  %-14s %s\n", #name, reason);
#include "compiler/bind/never.def"
#undef REFUSED_FUNCTION
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
        const char *can = (format->flags & FORMAT_CAN_DECODE) != 0   ? "decodes"
                          : (format->flags & FORMAT_CAN_ENCODE) != 0 ? "written only"
                                                                     : "declared only: not supported yet";
        printf("  %-14s %s\n", format->name, can);
    }
    print_refused();
}

/* `help function COUNT`, and several. */
static int help_function(const Args *args)
{
    if (args->paths.count < 2)
        return usage_error(args, "help function takes the name of one; `sqc help functions` lists all");
    for (uint32_t i = 1; i < args->paths.count; i++) {
        Str name = args->paths.items[i];
        if (page_function(name))
            continue;
        Str nearest = page_function_nearest(args->arena, name);
        fprintf(stderr, "sqc: there is no function or aggregate '%.*s'", STR_ARG(name));
        if (nearest.len > 0)
            fprintf(stderr, "; did you mean %.*s?", STR_ARG(nearest));
        fprintf(stderr, "\n  sqc help functions   lists all\n");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

int command_help(const Args *args)
{
    if (args->paths.count == 0) {
        command_print_overview();
        return EXIT_DONE;
    }
    Str topic = args->paths.items[0];
    bool markdown = str_equal(args_value(args, "--format"), STR("md"));
    const Command *command = command_find(topic);
    if (command != NULL)
        command_print_help(command);
    else if (str_equal(topic, STR("features")))
        print_features();
    else if (str_equal(topic, STR("codes")))
        page_codes(markdown);
    else if (str_equal(topic, STR("function")) || (str_equal(topic, STR("functions")) && args->paths.count > 1))
        return help_function(args);
    else if (str_equal(topic, STR("functions")))
        page_functions(markdown);
    else if (str_equal(topic, STR("rules")))
        page_rules(markdown);
    else if (str_equal(topic, STR("lints")))
        page_lints(markdown);
    else if (str_equal(topic, STR("connectors")))
        page_connectors(markdown);
    else
        return usage_error(args, "there is no verb or list '%.*s'", STR_ARG(topic));
    return EXIT_DONE;
}
