/* fault_test.c -- one request for memory or one call on a file fails, each in turn: `sqc check` and `sqc run` end with
 * a documented exit code and say why, or do the whole work as if nothing had been.  Never a crash, never a hang, never
 * half of the output with exit code 0.
 *
 * Each trial is a child process.  A walk of more than TRIALS_MAX steps is made in strides; SQC_FAULT_EACH=1 walks all.
 */
#include "compiler/driver/command.h"
#include "runtime/base/alloc.h"
#include "tests/fault/fault_calls.h"
#include "tests/unit/io/scratch_folder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <zlib.h>

enum { TRIALS_MAX = 60, ARGUMENTS_MAX = 12, HANGS_AFTER_S = 60, CODE_OUT_OF_MEMORY = 70, EVENTS = 300 };

typedef enum Fault { FAULT_NONE, FAULT_MEMORY, FAULT_CALL } Fault;

/* Shared with the child. */
typedef struct Seen {
    uint64_t requests, calls;
    char call[16];
} Seen;

typedef struct Walk {
    Scratch *scratch;
    Seen *seen;
    const char *folders[FAULT_FOLDERS_MAX];
    const char *arguments[ARGUMENTS_MAX]; /* "run", ..; NULL ends them */
    const char *written;                  /* a file that the run makes; NULL: none */
} Walk;

typedef struct Outcome {
    int status; /* of waitpid */
    Str out, err, written;
} Outcome;

static const char PROGRAM[] =
    "CREATE TABLE ev (id STRING, kind STRING, n BIGINT, price DECIMAL(20, 2), at TIMESTAMP(3), tags ARRAY<STRING>,\n"
    "  doc STRING, proc AS PROCTIME(), WATERMARK FOR at AS at - INTERVAL '1' SECOND)\n"
    "WITH ('connector' = 'filesystem', 'path' = '%1$s/events.ndjson', 'format' = 'json');\n"
    "CREATE TABLE names (kind STRING, label STRING)\n"
    "WITH ('connector' = 'filesystem', 'path' = '%1$s/names.csv.gz', 'format' = 'csv');\n"
    "CREATE TABLE kept (id STRING, tag STRING)\n"
    "WITH ('connector' = 'filesystem', 'path' = '%1$s/kept.csv', 'format' = 'csv');\n"
    "INSERT INTO kept SELECT id, tags[1] FROM ev WHERE id LIKE 'e%%1%%' OR kind SIMILAR TO '(view|click)x*';\n"
    "CREATE METRIC by_kind AS\n"
    "SELECT window_start, e.kind, COUNT(*) AS n, COUNT(DISTINCT e.id) AS ids, SUM(e.n) AS total,\n"
    "  MIN(e.id) AS first_id, MAX(e.price) AS dearest, AVG(e.n) FILTER (WHERE e.n > 3) AS mean\n"
    "FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(at), INTERVAL '10' SECOND)) AS e\n"
    "GROUP BY window_start, window_end, e.kind;\n"
    "SELECT e.id, s.label, JSON_VALUE(e.doc, '$.a') AS a, REGEXP_REPLACE(e.id, '[0-9]+', e.kind) AS r,\n"
    "  UPPER(e.kind) AS u, DATE_FORMAT(e.at, 'yyyy-MM-dd') AS d\n"
    "FROM ev AS e LEFT JOIN names FOR SYSTEM_TIME AS OF e.proc AS s ON s.kind = e.kind;\n";

/* ---- one trial ---- */

static int run_command(const Walk *walk)
{
    Arena arena;
    arena_init(&arena);
    int count = 1;
    while (walk->arguments[count] != NULL)
        count++;
    const Command *command = command_find(str_from(walk->arguments[0]));
    Args args;
    bool good = args_parse(&args, &arena, command, count - 1, (char **)(uintptr_t)(walk->arguments + 1));
    int code = good ? command->run(&args) : EXIT_USAGE;
    arena_free(&arena);
    return code;
}

static void redirect(Scratch *scratch, const char *name, int to)
{
    int fd = open(scratch_path(scratch, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || dup2(fd, to) < 0)
        _exit(EXIT_FAILURE);
    close(fd);
}

_Noreturn static void child(const Walk *walk, Fault fault, uint64_t n)
{
    redirect(walk->scratch, "out", STDOUT_FILENO);
    redirect(walk->scratch, "err", STDERR_FILENO);
    alarm(HANGS_AFTER_S);
    mem_fail_at(fault == FAULT_MEMORY ? n : 0);
    fault_calls_at(fault == FAULT_CALL ? n : 0, walk->folders);
    int code = run_command(walk);
    fflush(stdout);
    walk->seen->requests = mem_request_count();
    walk->seen->calls = fault_calls_count();
    snprintf(walk->seen->call, sizeof walk->seen->call, "%s", fault_calls_failed());
    _exit(code);
}

static Outcome trial(const Walk *walk, Fault fault, uint64_t n)
{
    fflush(NULL);
    if (walk->written != NULL)
        (void)remove(scratch_path(walk->scratch, walk->written));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        child(walk, fault, n);
    Outcome outcome = { 0 };
    assert_int_equal(waitpid(pid, &outcome.status, 0), pid);
    outcome.out = scratch_read(walk->scratch, scratch_path(walk->scratch, "out"));
    outcome.err = scratch_read(walk->scratch, scratch_path(walk->scratch, "err"));
    const char *path = walk->written != NULL ? scratch_path(walk->scratch, walk->written) : NULL;
    if (path != NULL && access(path, F_OK) == 0)
        outcome.written = scratch_read(walk->scratch, path);
    return outcome;
}

/* NULL where the trial ended as it should; else what is wrong with it. */
static const char *fault_in(const Outcome *outcome, const Outcome *good, Fault fault)
{
    if (!WIFEXITED(outcome->status))
        return WTERMSIG(outcome->status) == SIGALRM ? "it hangs" : "it is killed by a signal";
    int code = WEXITSTATUS(outcome->status);
    if (code == EXIT_DONE)
        return str_equal(outcome->out, good->out) && str_equal(outcome->written, good->written)
                   ? NULL
                   : "exit code 0, but the output is not whole";
    if (code == CODE_OUT_OF_MEMORY)
        return fault == FAULT_MEMORY && str_find(outcome->err, STR("out of memory")) >= 0 ? NULL : "exit code 70";
    if (code != EXIT_FINDINGS && code != EXIT_UNREACHABLE && code != EXIT_USAGE)
        return "an exit code that is not documented";
    bool says = str_find(outcome->err, STR("sqc: ")) >= 0 || str_find(outcome->err, STR("error[")) >= 0;
    return says ? NULL : "no message";
}

/* ---- a walk ---- */

static uint64_t stride_of(uint64_t steps)
{
    return getenv("SQC_FAULT_EACH") != NULL || steps <= TRIALS_MAX ? 1 : steps / TRIALS_MAX + 1;
}

static void walk_all(const Walk *walk, Fault fault, const Outcome *good, uint64_t steps)
{
    uint64_t failed = 0, told = 0;
    assert_true(steps > 0);
    for (uint64_t n = 1; n <= steps; n += stride_of(steps)) {
        ArenaMark mark = arena_mark(&walk->scratch->arena);
        walk->seen->call[0] = '\0';
        Outcome outcome = trial(walk, fault, n);
        const char *wrong = fault_in(&outcome, good, fault);
        told += WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) != EXIT_DONE;
        if (wrong != NULL) {
            failed++;
            print_error("%s %s: %s %llu of %llu %s: %s (status %x)\n%.*s\n", walk->arguments[0], walk->arguments[1],
                        fault == FAULT_MEMORY ? "request" : "call", (unsigned long long)n, (unsigned long long)steps,
                        walk->seen->call, wrong, (unsigned)outcome.status, STR_ARG(outcome.err));
        }
        arena_release(&walk->scratch->arena, mark);
    }
    assert_int_equal(failed, 0);
    assert_true(told > 0); /* the faults reach the program */
}

static void write_inputs(Scratch *scratch)
{
    Str text = STR_EMPTY;
    static const char *const KINDS[] = { "view", "click", "buy" };
    for (int i = 0; i < EVENTS; i++)
        text = str_printf(&scratch->arena,
                          "%.*s{\"id\":\"e%d\",\"kind\":\"%s\",\"n\":%d,\"price\":\"%d.5\","
                          "\"at\":\"2024-01-01 00:%02d:%02d\",\"tags\":[\"a\",\"b\"],"
                          "\"doc\":\"{\\\"a\\\": \\\"x%d\\\"}\"}\n",
                          STR_ARG(text), i, KINDS[i % 3], i % 7, i, i / 60, i % 60, i % 5);
    text = str_printf(&scratch->arena, "%.*snot json\n", STR_ARG(text));
    (void)scratch_write(scratch, "events.ndjson", text);
    (void)scratch_write(scratch, "run.ssql", str_printf(&scratch->arena, PROGRAM, scratch->folder));
    static const char names[] = "view,a view\nclick,\"a \"\"click\"\"\"\n";
    gzFile file = gzopen(scratch_path(scratch, "names.csv.gz"), "wb");
    assert_int_equal(gzwrite(file, names, sizeof names - 1), sizeof names - 1);
    assert_int_equal(gzclose(file), Z_OK);
}

static void walk_command(Scratch *scratch, Walk *walk)
{
    write_inputs(scratch);
    walk->scratch = scratch;
    walk->seen = mmap(NULL, sizeof *walk->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    walk->folders[0] = scratch->folder;
    walk->folders[1] = "examples/";
    Outcome good = trial(walk, FAULT_NONE, 0);
    if (!WIFEXITED(good.status) || WEXITSTATUS(good.status) != EXIT_DONE)
        print_error("%.*s\n", STR_ARG(good.err));
    assert_true(WIFEXITED(good.status) && WEXITSTATUS(good.status) == EXIT_DONE);
    uint64_t requests = walk->seen->requests, calls = walk->seen->calls;
    walk_all(walk, FAULT_MEMORY, &good, requests);
    walk_all(walk, FAULT_CALL, &good, calls);
    munmap(walk->seen, sizeof *walk->seen);
}

static void check_survives_every_fault(void **state)
{
    walk_command(*state, &(Walk){ .arguments = { "check", "examples/first" } });
}

static void run_survives_every_fault(void **state)
{
    const char *program = scratch_path(*state, "run.ssql");
    walk_command(*state, &(Walk){ .arguments = { "run", program, "--tier", "fast", "--format", "ndjson" },
                                  .written = "kept.csv" });
}

static void optimised_run_into_files_survives_every_fault(void **state)
{
    const char *program = scratch_path(*state, "run.ssql"), *folder = scratch_path(*state, "results");
    walk_command(*state, &(Walk){ .arguments = { "run", program, "--tier", "optimized", "--out", folder, "--format",
                                                 "csv", "--batch-rows", "7" },
                                  .written = "results/by_kind.csv" });
}

static void interpreted_run_survives_every_fault(void **state)
{
    const char *program = scratch_path(*state, "run.ssql");
    walk_command(*state,
                 &(Walk){ .arguments = { "run", program, "--interpret", "--format", "json" }, .written = "kept.csv" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(check_survives_every_fault, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(run_survives_every_fault, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(optimised_run_into_files_survives_every_fault, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(interpreted_run_survives_every_fault, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
