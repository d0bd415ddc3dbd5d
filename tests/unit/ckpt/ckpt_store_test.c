/* ckpt_store_test.c -- a place for checkpoints keeps what it was given, lets one of many creators win, and never shows
 * a half-written piece. */
#include "tests/unit/ckpt/ckpt_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool create(Fixture *f, const char *name, Str bytes)
{
    bool created;
    ok(ckpt_store_create(f->store, str_from(name), bytes, &created, &f->error), &f->error);
    return created;
}

static void expect_bytes(Fixture *f, const char *name, Str wanted)
{
    bool found;
    Buf out = { 0 };
    ok(ckpt_store_read(f->store, str_from(name), &out, &found, &f->error), &f->error);
    assert_true(found);
    assert_true(str_equal(buf_str(&out), wanted));
    buf_free(&out);
}

static void expect_list(Fixture *f, const char *folder, const char *after, const char *wanted)
{
    CkptNames names;
    Buf line = { 0 };
    RtStatus status = ckpt_store_list(f->store, str_from(folder), str_from(after), &f->arena, &names, &f->error);
    ok(status, &f->error);
    for (uint32_t i = 0; i < names.count; i++)
        buf_printf(&line, "%.*s;", STR_ARG(names.names[i]));
    buf_append_char(&line, 0);
    assert_string_equal(line.data, wanted);
    buf_free(&line);
}

static void what_was_created_stays(void **state)
{
    Fixture *f = *state;
    assert_true(create(f, "t/p-0/m-2", STR("two")));
    assert_true(create(f, "t/p-0/m-1", STR("one")));
    assert_true(create(f, "t/p-0/s-1", STR_EMPTY));
    assert_false(create(f, "t/p-0/m-1", STR("another")));
    expect_bytes(f, "t/p-0/m-1", STR("one"));
    expect_bytes(f, "t/p-0/s-1", STR_EMPTY);
    expect_list(f, "t/p-0", "", "m-1;m-2;s-1;");
    expect_list(f, "t/p-0", "m-1", "m-2;s-1;");
    expect_list(f, "t", "", "");
    expect_list(f, "u", "", "");
    ok(ckpt_store_remove(f->store, STR("t/p-0/m-1"), &f->error), &f->error);
    ok(ckpt_store_remove(f->store, STR("t/p-0/m-1"), &f->error), &f->error);
    expect_list(f, "t/p-0", "", "m-2;s-1;");
    bool found = true;
    Buf out = { 0 };
    ok(ckpt_store_read(f->store, STR("t/p-0/m-1"), &out, &found, &f->error), &f->error);
    assert_false(found);
}

static void names_do_not_leave_the_place(void **state)
{
    static const char *const BAD[] = { "",       "/",      "/a",   "a/",  "a//b", "..",
                                       "a/../b", ".new-1", "a/.x", "a b", "a\\b", "\xc3\xa4" };
    Fixture *f = *state;
    for (uint32_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        bool done;
        Buf out = { 0 };
        CkptNames names;
        assert_int_equal(ckpt_store_create(f->store, str_from(BAD[i]), STR("x"), &done, &f->error), RT_FATAL);
        assert_int_equal(ckpt_store_read(f->store, str_from(BAD[i]), &out, &done, &f->error), RT_FATAL);
        assert_int_equal(ckpt_store_remove(f->store, str_from(BAD[i]), &f->error), RT_FATAL);
        assert_int_equal(ckpt_store_list(f->store, str_from(BAD[i]), STR_EMPTY, &f->arena, &names, &f->error),
                         RT_FATAL);
    }
}

static void other_places_are_refused(void **state)
{
    static const char *const BAD[] = { "", "file://", "file://relative", "/tmp", "s4://x", "file:///dev/null/x" };
    Fixture *f = *state;
    CkptStore *store;
    for (uint32_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_int_equal(ckpt_store_open(str_from(BAD[i]), &store, &f->error), RT_FATAL);
        assert_null(store);
    }
}

/* Processes that all create the same names, each with bytes of its own. */
static void one_of_many_creators_wins(void **state)
{
    enum { CREATORS = 8, NAMES = 25 };
    Fixture *f = *state;
    pid_t children[CREATORS];
    for (int c = 0; c < CREATORS; c++) {
        children[c] = fork();
        if (children[c] != 0)
            continue;
        uint32_t won = 0;
        CkptStore *store;
        char bytes[100000], name[32];
        memset(bytes, 'a' + c, sizeof bytes);
        if (ckpt_store_open(str_from(f->url), &store, &f->error) != RT_OK)
            _exit(255);
        for (int n = 0; n < NAMES; n++) {
            bool created;
            snprintf(name, sizeof name, "race/m-%02d", n);
            Str all = { bytes, sizeof bytes };
            if (ckpt_store_create(store, str_from(name), all, &created, &f->error) != RT_OK)
                _exit(255);
            won += created;
        }
        _exit((int)won);
    }
    int status, won[CREATORS], sum = 0;
    for (int c = 0; c < CREATORS; c++) {
        assert_int_equal(waitpid(children[c], &status, 0), children[c]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= NAMES);
        sum += won[c] = WEXITSTATUS(status);
    }
    assert_int_equal(sum, NAMES);
    for (int n = 0; n < NAMES; n++) {
        char name[32];
        bool found;
        Buf out = { 0 };
        snprintf(name, sizeof name, "race/m-%02d", n);
        ok(ckpt_store_read(f->store, str_from(name), &out, &found, &f->error), &f->error);
        assert_int_equal(out.len, 100000);
        for (uint64_t i = 1; i < out.len; i++)
            assert_int_equal(out.data[i], out.data[0]);
        won[out.data[0] - 'a']--;
        buf_free(&out);
    }
    for (int c = 0; c < CREATORS; c++)
        assert_int_equal(won[c], 0);
}

/* The creator is killed while it writes again and again: every name that is there has all its bytes. */
static void a_killed_creator_leaves_whole_pieces(void **state)
{
    Fixture *f = *state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        static char bytes[300000];
        memset(bytes, 'k', sizeof bytes);
        for (int n = 0;; n++) {
            bool created;
            char name[32];
            snprintf(name, sizeof name, "kill/m-%06d", n);
            Str all = { bytes, sizeof bytes };
            if (ckpt_store_create(f->store, str_from(name), all, &created, &f->error) != RT_OK)
                _exit(1);
            if (write(pipes[1], "x", 1) != 1)
                _exit(1);
        }
    }
    char told[20];
    uint64_t got = 0;
    while (got < sizeof told)
        got += (uint64_t)read(pipes[0], told, sizeof told - got);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    CkptNames names;
    ok(ckpt_store_list(f->store, STR("kill"), STR_EMPTY, &f->arena, &names, &f->error), &f->error);
    assert_true(names.count >= got);
    for (uint32_t i = 0; i < names.count; i++) {
        char name[160];
        struct stat about;
        snprintf(name, sizeof name, "%s/kill/%.*s", f->folder, STR_ARG(names.names[i]));
        assert_int_equal(stat(name, &about), 0);
        assert_int_equal(about.st_size, 300000);
    }
    close(pipes[0]);
    close(pipes[1]);
}

static void unfinished_pieces_are_not_listed_and_go_when_old(void **state)
{
    Fixture *f = *state;
    char fresh[96], old[96];
    assert_true(create(f, "t/m-1", STR("one")));
    snprintf(fresh, sizeof fresh, "%s/t/.new-1", f->folder);
    snprintf(old, sizeof old, "%s/t/.new-2", f->folder);
    close(open(fresh, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    close(open(old, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    struct timespec long_ago[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
    assert_int_equal(utimensat(AT_FDCWD, old, long_ago, 0), 0);
    expect_list(f, "t", "", "m-1;");
    assert_int_equal(access(fresh, F_OK), 0);
    assert_int_equal(access(old, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_created_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_do_not_leave_the_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_places_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_of_many_creators_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_killed_creator_leaves_whole_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unfinished_pieces_are_not_listed_and_go_when_old, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
