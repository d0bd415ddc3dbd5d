/* command.c -- reading arguments by a verb's option rows, and printing them as help. */
#include "compiler/driver/command.h"

#include "runtime/base/number.h"

#include <stdarg.h>
#include <stdio.h>

const Command *command_find(Str name)
{
    for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
        if (str_equal(name, str_from(COMMANDS[i].name)))
            return &COMMANDS[i];
    }
    return NULL;
}

int usage_error(const Args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("sqc: ", stderr);
    vfprintf(stderr, format, list);
    va_end(list);
    if (args->command != NULL)
        fprintf(stderr, "\n  sqc help %s   shows what it takes\n", args->command->name);
    else
        fputs("\n  sqc help   shows what there is\n", stderr);
    return EXIT_USAGE;
}

static const CommandOption *option_find(const Command *command, Str name)
{
    for (uint32_t i = 0; i < command->option_count; i++) {
        if (str_equal(name, str_from(command->options[i].name)))
            return &command->options[i];
    }
    return NULL;
}

static bool unknown_option(Args *args, Str name)
{
    const char *nearest = NULL;
    uint32_t best = 3;
    for (uint32_t i = 0; i < args->command->option_count; i++) {
        uint32_t distance = str_distance(name, str_from(args->command->options[i].name), 2);
        if (distance < best) {
            best = distance;
            nearest = args->command->options[i].name;
        }
    }
    if (nearest != NULL)
        (void)usage_error(args, "%s has no option %.*s; did you mean %s?", args->command->name, STR_ARG(name), nearest);
    else
        (void)usage_error(args, "%s has no option %.*s", args->command->name, STR_ARG(name));
    return false;
}

/* One option with its value, in either spelling; *at moves behind what was used. */
static bool parse_option(Args *args, int argc, char **argv, int *at)
{
    Str word = str_from(argv[*at]);
    int64_t equals = str_find(word, STR("="));
    Str name = equals < 0 ? word : str_slice(word, 0, (uint64_t)equals);
    const CommandOption *option = option_find(args->command, name);
    if (option == NULL)
        return unknown_option(args, name);
    GivenOption given = { .option = option };
    if (option->value == NULL && equals >= 0) {
        (void)usage_error(args, "%s takes no value", option->name);
        return false;
    }
    if (option->value != NULL) {
        if (equals < 0 && *at + 1 >= argc) {
            (void)usage_error(args, "%s needs a value: %s", option->name, option->value);
            return false;
        }
        given.value = equals >= 0 ? str_slice(word, (uint64_t)equals + 1, word.len - (uint64_t)equals - 1)
                                  : str_from(argv[++*at]);
    }
    if (!option->repeats && args_has(args, option->name)) {
        (void)usage_error(args, "%s is given twice", option->name);
        return false;
    }
    vec_push(args->arena, &args->options, given);
    return true;
}

bool args_parse(Args *args, Arena *arena, const Command *command, int argc, char **argv)
{
    *args = (Args){ .arena = arena, .command = command };
    bool only_paths = false;
    for (int i = 0; i < argc; i++) {
        Str word = str_from(argv[i]);
        if (!only_paths && str_equal(word, STR("--"))) {
            only_paths = true;
        } else if (!only_paths && str_starts_with(word, STR("--"))) {
            if (!parse_option(args, argc, argv, &i))
                return false;
        } else if (!only_paths && word.len > 1 && word.data[0] == '-') {
            (void)usage_error(args, "options begin with two dashes: %s", argv[i]);
            return false;
        } else {
            vec_push(arena, &args->paths, word);
        }
    }
    return true;
}

static const GivenOption *last_given(const Args *args, const char *option)
{
    for (uint32_t i = args->options.count; i-- > 0;) {
        if (str_equal(str_from(args->options.items[i].option->name), str_from(option)))
            return &args->options.items[i];
    }
    return NULL;
}

bool args_has(const Args *args, const char *option)
{
    return last_given(args, option) != NULL;
}

Str args_value(const Args *args, const char *option)
{
    const GivenOption *given = last_given(args, option);
    return given == NULL ? (Str){ NULL, 0 } : given->value;
}

bool args_number(const Args *args, const char *option, uint64_t min, uint64_t *number)
{
    Str text = args_value(args, option);
    if (text.data == NULL)
        return true;
    uint64_t value = 0;
    bool is_number = text.len > 0 && text.len < 19;
    for (uint64_t i = 0; is_number && i < text.len; i++) {
        is_number = text.data[i] >= '0' && text.data[i] <= '9';
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (!is_number || value < min) {
        (void)usage_error(args, "%s wants a whole number from %llu, not '%.*s'", option, (unsigned long long)min,
                          STR_ARG(text));
        return false;
    }
    *number = value;
    return true;
}

/* ---- help ---- */

static void print_indented(const char *lines)
{
    for (const char *at = lines; *at != '\0';) {
        const char *end = strchr(at, '\n');
        int len = end == NULL ? (int)strlen(at) : (int)(end - at);
        printf("  %.*s\n", len, at);
        at += len + (end != NULL);
    }
}

/* What operands of one kind mean for every verb that takes them. */
static void print_operands(const char *operands)
{
    if (strncmp(operands, "[FILE|FOLDER", strlen("[FILE|FOLDER")) == 0)
        printf("\nA file or folder inside a project (a folder with sqc.toml, at any depth) stands for the\n"
               "project: all its .ssql files are one program. Any other file is a program of its own, with\n"
               "what it IMPORTs. Without operands it is the current folder.\n");
    else if (strncmp(operands, "FILE..", 6) == 0)
        printf("\nFiles given together are one program, with what they IMPORT.\n");
}

void command_print_help(const Command *command)
{
    printf("sqc %s%s%s%s\n\n%s\n", command->name, *command->operands ? " " : "", command->operands,
           command->option_count > 0 ? " [OPTIONS]" : "", command->summary);
    print_operands(command->operands);
    if (command->option_count > 0)
        printf("\nOptions\n");
    for (uint32_t i = 0; i < command->option_count; i++) {
        const CommandOption *o = &command->options[i];
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", o->name, o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
        printf("  %-30s %s\n", left, o->doc);
    }
    if (command->examples != NULL) {
        printf("\nExamples\n");
        print_indented(command->examples);
    }
}

void command_print_overview(void)
{
    static const char *const GROUPS[] = { "start", "develop", "other" };
    printf("sqc compiles streaming SQL metric files (.ssql) to native code and runs them over event logs.\n\n");
    for (size_t g = 0; g < sizeof GROUPS / sizeof GROUPS[0]; g++) {
        for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
            if (strcmp(COMMANDS[i].group, GROUPS[g]) == 0)
                printf("  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
        }
        printf("\n");
    }
    printf("Examples\n"
           "  sqc init ads                          makes a project that is tested and runs\n"
           "  sqc run metrics.ssql --replay events  runs the metrics of a file over recorded events\n\n"
           "Next: sqc help run\n");
}
