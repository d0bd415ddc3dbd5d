/* task_log_test.c -- a task has one owner, and a commit is never undone: whoever lost a number has lost the task, also
 * when it was away so long that the number was trimmed. */
#include "tests/unit/ckpt/ckpt_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static TaskLog open_log(Fixture *f, const char *owner)
{
    TaskLog log;
    ok(task_log_open(&log, f->store, STR("main/events.user-3"), str_from(owner), &f->error), &f->error);
    return log;
}

static bool claim(Fixture *f, TaskLog *log)
{
    bool won;
    Manifest first = first_claim(&f->arena);
    ok(task_log_claim(log, &first, &won, &f->error), &f->error);
    return won;
}

static bool commit(Fixture *f, TaskLog *log, uint64_t pos, ManifestKind kind)
{
    bool committed;
    Manifest next = log->last;
    next.kind = kind;
    next.pos = pos;
    ok(task_log_commit(log, &next, &committed, &f->error), &f->error);
    return committed;
}

static void what_was_committed_is_read_again(void **state)
{
    Fixture *f = *state;
    TaskLog log = open_log(f, "a");
    assert_int_equal(log.last.number, 0);
    assert_true(claim(f, &log));
    assert_true(commit(f, &log, 10, MANIFEST_CHECKPOINT));
    assert_true(commit(f, &log, 20, MANIFEST_STOP));
    assert_false(commit(f, &log, 30, MANIFEST_CHECKPOINT));
    task_log_close(&log);
    log = open_log(f, "b");
    assert_int_equal(log.last.number, 3);
    assert_int_equal(log.last.kind, MANIFEST_STOP);
    assert_int_equal(log.last.pos, 20);
    assert_true(claim(f, &log));
    assert_int_equal(log.last.epoch, 2);
    assert_int_equal(log.last.pos, 20);
    task_log_close(&log);
}

static void who_was_taken_over_cannot_commit(void **state)
{
    Fixture *f = *state;
    TaskLog a = open_log(f, "a");
    assert_true(claim(f, &a));
    TaskLog b = open_log(f, "b");
    assert_true(claim(f, &b));
    assert_false(commit(f, &a, 10, MANIFEST_CHECKPOINT));
    assert_false(commit(f, &a, 10, MANIFEST_CHECKPOINT));
    assert_true(commit(f, &b, 11, MANIFEST_CHECKPOINT));
    ok(task_log_refresh(&a, &f->error), &f->error);
    assert_int_equal(a.last.pos, 11);
    task_log_close(&a);
    task_log_close(&b);
}

static void two_claims_of_one_number_have_one_winner(void **state)
{
    Fixture *f = *state;
    TaskLog a = open_log(f, "a"), b = open_log(f, "b");
    assert_true(claim(f, &a));
    assert_false(claim(f, &b)); /* and knows now of a's */
    assert_true(str_equal(b.last.owner, STR("a")));
    assert_true(claim(f, &b));
    task_log_close(&a);
    task_log_close(&b);
}

/* Its number is free again: it is created, and counts for nobody. */
static void who_comes_back_after_a_trim_has_lost(void **state)
{
    Fixture *f = *state;
    TaskLog a = open_log(f, "a");
    assert_true(claim(f, &a));
    TaskLog b = open_log(f, "b");
    assert_true(claim(f, &b));
    for (uint64_t pos = 1; pos <= 5; pos++)
        assert_true(commit(f, &b, pos, MANIFEST_CHECKPOINT));
    ok(task_log_trim(&b, 2, &f->error), &f->error);
    assert_false(commit(f, &a, 100, MANIFEST_CHECKPOINT));
    TaskLog c = open_log(f, "c");
    assert_int_equal(c.last.pos, 5);
    assert_true(str_equal(c.last.owner, STR("b")));
    assert_true(commit(f, &b, 6, MANIFEST_CHECKPOINT));
    ok(task_log_trim(&b, 2, &f->error), &f->error);
    CkptNames names;
    ok(ckpt_store_list(f->store, STR("main/events.user-3"), STR_EMPTY, &f->arena, &names, &f->error), &f->error);
    assert_int_equal(names.count, 2);
    task_log_close(&a);
    task_log_close(&b);
    task_log_close(&c);
}

/* The answer of the store got lost: the same call finds its own bytes. */
static void a_commit_that_is_repeated_is_one(void **state)
{
    Fixture *f = *state;
    TaskLog a = open_log(f, "a");
    assert_true(claim(f, &a));
    TaskLog before = a;
    assert_true(commit(f, &a, 10, MANIFEST_CHECKPOINT));
    assert_int_equal(before.last.number, 1);
    TaskLog again = open_log(f, "a");
    again.last = before.last;
    again.is_owned = true;
    memcpy(again.digest, before.digest, sizeof again.digest);
    assert_true(commit(f, &again, 10, MANIFEST_CHECKPOINT));
    assert_int_equal(again.last.number, 2);
    task_log_close(&again);
    task_log_close(&a);
}

static void a_damaged_manifest_is_told_and_nothing_is_dropped(void **state)
{
    Fixture *f = *state;
    char path[160];
    TaskLog a = open_log(f, "a");
    assert_true(claim(f, &a));
    assert_true(commit(f, &a, 10, MANIFEST_CHECKPOINT));
    task_log_close(&a);
    snprintf(path, sizeof path, "%s/main/events.user-3/m-00000000000000000002", f->folder);
    assert_int_equal(truncate(path, 100), 0);
    TaskLog b;
    RtStatus status = task_log_open(&b, f->store, STR("main/events.user-3"), STR("b"), &f->error);
    assert_int_equal(status, RT_BAD_DATA);
    assert_non_null(strstr(f->error.text, "manifest 2 of `main/events.user-3` is damaged"));
    assert_int_equal(access(path, F_OK), 0);
    task_log_close(&b);
}

/* One worker: claims, commits a few times and trims, again and again, and writes down what it was told, before it is
 * killed at a random moment or has done enough. */
static void work(Fixture *f, int number, int notes)
{
    char owner[32];
    snprintf(owner, sizeof owner, "w%d", number);
    if (ckpt_store_open(str_from(f->url), &f->store, &f->error) != RT_OK)
        _exit(1);
    TaskLog log = open_log(f, owner);
    for (int round = 0; round < 12; round++) {
        ok(task_log_refresh(&log, &f->error), &f->error);
        if (!claim(f, &log))
            continue;
        for (int n = 0; n < 4 && commit(f, &log, log.last.pos + 1, MANIFEST_CHECKPOINT); n++) {
            char line[32];
            int len = snprintf(line, sizeof line, "%llu\n", (unsigned long long)log.last.number);
            if (write(notes, line, (size_t)len) != len)
                _exit(1);
        }
        if (log.is_owned)
            ok(task_log_trim(&log, 3, &f->error), &f->error);
    }
    _exit(0);
}

static void workers_that_fight_never_commit_a_number_twice(void **state)
{
    enum { WORKERS = 6 };
    Fixture *f = *state;
    char path[96];
    snprintf(path, sizeof path, "%s/notes", f->folder);
    int notes = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    assert_true(notes >= 0);
    pid_t children[WORKERS];
    for (int w = 0; w < WORKERS; w++)
        if ((children[w] = fork()) == 0)
            work(f, w, notes);
    assert_int_equal(kill(children[0], SIGKILL), 0);
    for (int w = 0; w < WORKERS; w++) {
        int status;
        assert_int_equal(waitpid(children[w], &status, 0), children[w]);
        assert_true(w == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
    FILE *lines = fdopen(notes, "r");
    static unsigned char seen[10000];
    unsigned long long number, told = 0, most = 0;
    rewind(lines);
    for (; fscanf(lines, "%llu", &number) == 1; told++) {
        assert_true(number < sizeof seen);
        assert_int_equal(seen[number]++, 0);
        most = number > most ? number : most;
    }
    fclose(lines);
    TaskLog log = open_log(f, "judge");
    assert_true(told > 0);
    assert_true(log.last.number >= most);
    assert_true(log.last.pos >= told); /* each told commit moved it by one */
    task_log_close(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_committed_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_was_taken_over_cannot_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_claims_of_one_number_have_one_winner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_comes_back_after_a_trim_has_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_that_is_repeated_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_manifest_is_told_and_nothing_is_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(workers_that_fight_never_commit_a_number_twice, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
