/* decode_case.h -- a schema of a few columns and one decoded row, for tests of decoders. */
#ifndef SQC_TESTS_UNIT_FORMAT_DECODE_CASE_H
#define SQC_TESTS_UNIT_FORMAT_DECODE_CASE_H

#include "runtime/format/csv_decode.h"
#include "runtime/format/json_decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above */
#include <cmocka.h>

typedef struct DecodeCase {
    Arena arena;
    DecodeSchema schema;
    RowLayout layout;
    DecodeNode *nodes;
    void *row;
    DecodeIssues issues;
} DecodeCase;

/* Columns a, b, c.. of the given types, at the top level. */
static inline void case_open(DecodeCase *test, const FieldType *types, uint32_t count)
{
    memset(test, 0, sizeof *test);
    arena_init(&test->arena);
    uint8_t *kinds = ARENA_ARRAY(&test->arena, uint8_t, count);
    test->nodes = ARENA_ARRAY(&test->arena, DecodeNode, count);
    for (uint32_t i = 0; i < count; i++) {
        kinds[i] = (uint8_t)field_kind(&types[i]);
        test->nodes[i] = (DecodeNode){ .name = str_printf(&test->arena, "%c", 'a' + (int)i),
                                       .column = (int32_t)i,
                                       .position = i,
                                       .type = &types[i] };
    }
    test->layout = row_layout(&test->arena, kinds, count);
    test->schema = (DecodeSchema){
        .layout = &test->layout, .fields = test->nodes, .field_count = count, .line_field_count = count
    };
    test->row = arena_alloc(&test->arena, test->layout.row_bytes, 8);
}

static inline void case_close(DecodeCase *test)
{
    arena_free(&test->arena);
}

static inline DecodeOutcome case_json(DecodeCase *test, const char *line)
{
    return json_decode_row(&test->schema, str_from(line), test->row, &test->arena, &test->issues);
}

static inline DecodeOutcome case_csv(DecodeCase *test, const char *line)
{
    return csv_decode_row(&test->schema, str_from(line), test->row, &test->arena, &test->issues);
}

static inline RtDatum case_get(const DecodeCase *test, uint32_t column)
{
    return row_get(test->row, &test->layout, column);
}

static inline bool case_null(const DecodeCase *test, uint32_t column)
{
    return row_is_null(test->row, column) && !row_is_error(test->row, &test->layout, column);
}

/* The reason of a column's error bit; DECODE_NONE when it has none. */
static inline DecodeReason case_reason(const DecodeCase *test, uint32_t column)
{
    if (!row_is_error(test->row, &test->layout, column))
        return DECODE_NONE;
    const DecodeIssue *issue = decode_issue_find(&test->issues, (int32_t)column);
    assert_non_null(issue);
    return issue->reason;
}

static inline void case_text(const DecodeCase *test, uint32_t column, const char *wanted)
{
    RtDatum datum = case_get(test, column);
    assert_false(datum.is_null);
    assert_int_equal(datum.value.str.len, strlen(wanted));
    assert_memory_equal(datum.value.str.data, wanted, datum.value.str.len);
}

#endif
