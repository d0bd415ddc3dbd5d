/* ckpt_fixture.h -- a folder for checkpoints, and manifests to put there.
 *
 * Threads    the test's. */
#ifndef SQC_TESTS_CKPT_FIXTURE_H
#define SQC_TESTS_CKPT_FIXTURE_H

#include "runtime/ckpt/task_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
    Arena arena;
    char folder[64], url[80];
    CkptStore *store;
    RtError error;
} Fixture;

static inline int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    snprintf(f->folder, sizeof f->folder, "/tmp/sqc-ckpt-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->url, sizeof f->url, "file://%s", f->folder);
    assert_int_equal(ckpt_store_open(str_from(f->url), &f->store, &f->error), RT_OK);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    Fixture *f = *state;
    char command[160];
    ckpt_store_close(f->store);
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    assert_int_equal(system(command), 0);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static inline void ok(RtStatus status, const RtError *error)
{
    if (status != RT_OK)
        fail_msg("%s", error->text);
}

/* The first claim of a task with one input, and nothing else. */
static inline Manifest first_claim(Arena *arena)
{
    Manifest m = { .number = 1, .epoch = 1, .kind = MANIFEST_CLAIM, .watermark_us = INT64_MIN, .input_count = 1 };
    m.owner = STR("host-7-1a2b");
    m.inputs = ARENA_ARRAY(arena, ManifestInput, 1);
    m.inputs[0] = (ManifestInput){ .topic = STR("events.user"), .partition = 3, .watermark_us = INT64_MIN };
    return m;
}

#endif
