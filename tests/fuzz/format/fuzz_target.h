/* fuzz_target.h -- what the fuzz targets share.
 *
 * A target holds a property for every input; the first that breaks it ends the process. */
#ifndef SQC_TESTS_FUZZ_FORMAT_FUZZ_TARGET_H
#define SQC_TESTS_FUZZ_FORMAT_FUZZ_TARGET_H

#include "runtime/format/schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void hold(bool property)
{
    if (!property)
        abort();
}

/* The input in a block of its very size, so that a sanitizer sees each byte read beyond it. */
static inline Str fuzz_exact(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    return (Str){ copy, size };
}

typedef struct FuzzColumns {
    RowLayout layout;
    DecodeNode *nodes;
    FieldMember *members;
} FuzzColumns;

/* Columns a, b, c.. at the top level. */
static inline FuzzColumns fuzz_columns(Arena *arena, const FieldType *types, uint32_t count)
{
    FuzzColumns columns = { .nodes = ARENA_ARRAY(arena, DecodeNode, count),
                            .members = ARENA_ARRAY(arena, FieldMember, count) };
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, count);
    for (uint32_t i = 0; i < count; i++) {
        Str name = str_printf(arena, "%c", 'a' + (int)i);
        kinds[i] = (uint8_t)field_kind(&types[i]);
        columns.nodes[i] = (DecodeNode){ .name = name, .column = (int32_t)i, .position = i, .type = &types[i] };
        columns.members[i] = (FieldMember){ name, &types[i] };
    }
    columns.layout = row_layout(arena, kinds, count);
    return columns;
}

#endif
