/* command.h -- the command line as data: verbs, their options, their help, all from one table.
 *
 * commands.def names each verb; its options are an array beside its function.  Parsing, `sqc help VERB` and the check
 * for unknown options all read the same rows.
 *
 * Exit codes: 0 done, 1 findings, 2 usage or configuration, 3 unreachable or denied, 70 a bug in sqc, 130
 * and 143 ended by SIGINT or SIGTERM.
 *
 * Ownership  arguments borrow argv. */
#ifndef SQC_DRIVER_COMMAND_H
#define SQC_DRIVER_COMMAND_H

#include "runtime/base/str.h"
#include "runtime/base/vec.h"

enum { EXIT_DONE = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3, EXIT_BUG = 70, EXIT_SIGNAL = 128 };

typedef struct CommandOption {
    const char *name;  /* "--replay" */
    const char *value; /* what stands behind it in the help; NULL: a flag */
    const char *doc;
    bool repeats;
} CommandOption;

typedef struct GivenOption {
    const CommandOption *option;
    Str value;
} GivenOption;

typedef struct Args {
    Arena *arena;
    const struct Command *command;
    VEC(Str) paths;
    VEC(GivenOption) options;
} Args;

typedef struct Command {
    const char *name;
    const char *group; /* "start", "develop": how `sqc help` sorts them */
    const char *operands;
    const char *summary; /* one line */
    int (*run)(const Args *args);
    const CommandOption *options;
    uint32_t option_count;
    const char *examples; /* lines for the help; NULL: none */
} Command;

extern const Command COMMANDS[];
extern const uint32_t COMMAND_COUNT;

const Command *command_find(Str name);
/* Reads what stands behind the verb. False: said so on stderr, exit code EXIT_USAGE. */
bool args_parse(Args *args, Arena *arena, const Command *command, int argc, char **argv);
bool args_has(const Args *args, const char *option);
/* The last value given, or an empty Str with data NULL. */
Str args_value(const Args *args, const char *option);
/* A whole number from `min`; false: said so on stderr.  Not given: *number is left as it is. */
bool args_number(const Args *args, const char *option, uint64_t min, uint64_t *number);
/* Says what is wrong with the call on stderr; the answer is EXIT_USAGE. */
int usage_error(const Args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));

void command_print_help(const Command *command);
void command_print_overview(void);

#define COMMAND_FN(name) int command_##name(const Args *args);
COMMAND_FN(check)
COMMAND_FN(doctor)
COMMAND_FN(explain)
COMMAND_FN(fmt)
COMMAND_FN(generate)
COMMAND_FN(help)
COMMAND_FN(infer)
COMMAND_FN(init)
COMMAND_FN(lineage)
COMMAND_FN(lint)
COMMAND_FN(query)
COMMAND_FN(run)
COMMAND_FN(tail)
COMMAND_FN(test)
COMMAND_FN(version)
#undef COMMAND_FN

#endif
