/* main.c -- sqc: one verb, its arguments, an exit code. */
#include "compiler/driver/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

static int run_verb(Arena *arena, int argc, char **argv)
{
    Args none = { .arena = arena };
    Str verb = argc < 2 ? STR("help") : str_from(argv[1]);
    if (str_equal(verb, STR("--help")) || str_equal(verb, STR("-h")))
        verb = STR("help");
    if (str_equal(verb, STR("--version")))
        verb = STR("version");
    const Command *command = command_find(verb);
    if (command == NULL)
        return usage_error(&none, "there is no verb '%.*s'", STR_ARG(verb));
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            command_print_help(command);
            return EXIT_DONE;
        }
    }
    Args args;
    if (!args_parse(&args, arena, command, argc < 2 ? 0 : argc - 2, argv + 2))
        return EXIT_USAGE;
    return command->run(&args);
}

int main(int argc, char **argv)
{
    Arena arena;
    arena_init(&arena);
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away is a status, not a death */
    int code = run_verb(&arena, argc, argv);
    arena_free(&arena);
    if (fflush(stdout) != 0 && code == EXIT_DONE && errno != EPIPE) {
        perror("sqc: standard output");
        code = EXIT_UNREACHABLE;
    }
    return code;
}
