/* scratch_folder.h -- a folder of its own for each test, gone with it. */
#ifndef SQC_TESTS_UNIT_IO_SCRATCH_FOLDER_H
#define SQC_TESTS_UNIT_IO_SCRATCH_FOLDER_H

#include "runtime/base/str.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above */
#include <cmocka.h>

typedef struct Scratch {
    Arena arena;
    char folder[64];
} Scratch;

static inline int scratch_setup(void **state)
{
    Scratch *scratch = calloc(1, sizeof *scratch);
    arena_init(&scratch->arena);
    const char *base = getenv("TMPDIR");
    bool fits = base != NULL && strlen(base) < sizeof scratch->folder / 2;
    snprintf(scratch->folder, sizeof scratch->folder, "%s/sqc-io-XXXXXX", fits ? base : "/tmp");
    if (mkdtemp(scratch->folder) == NULL)
        return -1;
    *state = scratch;
    return 0;
}

static inline int scratch_remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static inline int scratch_teardown(void **state)
{
    Scratch *scratch = *state;
    nftw(scratch->folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(&scratch->arena);
    free(scratch);
    return 0;
}

static inline const char *scratch_path(Scratch *scratch, const char *name)
{
    return arena_printf(&scratch->arena, "%s/%s", scratch->folder, name);
}

static inline const char *scratch_write(Scratch *scratch, const char *name, Str content)
{
    const char *path = scratch_path(scratch, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data, 1, content.len, file), content.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline Str scratch_read(Scratch *scratch, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *data = arena_alloc(&scratch->arena, 1 << 20, 1);
    size_t len = fread(data, 1, 1 << 20, file);
    assert_int_equal(fclose(file), 0);
    return (Str){ data, len };
}

#endif
