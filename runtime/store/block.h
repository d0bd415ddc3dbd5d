/* block.h -- rows of one layout as bytes, column by column, and back.
 *
 *   block    "SQB1", u32 rows, u32 columns, u32 zero, u64 check (XXH3 of all else)
 *            for each column u32 where, u32 how many bytes, u32 BLOCK_.. bits, u32 zero; then the columns, 8-aligned
 *   column   NULLS: a bit for each row, in words of 64, 1 is NULL
 *            fixed kinds: a value for each row, or one where CONSTANT says that all are equal; NULL is zero
 *            STR, BLOB: u32 end of each text, or of the one, or where EVEN says so u32 length of all; the texts, one
 *            behind the other
 *
 * A question reads the columns that it needs and does not look at others.
 *
 * Units      bytes.
 * Ownership  the writer owns what it collects; columns that were opened point into the block.
 * Errors     block_open answers false for bytes that are no block of this layout. */
#ifndef SQC_STORE_BLOCK_H
#define SQC_STORE_BLOCK_H

#include "runtime/abi/row.h"
#include "runtime/base/buf.h"

typedef struct BlockWriter {
    const RowLayout *layout;
    Buf rows, text; /* rows as in memory, but that pointers are offsets in the text */
    uint32_t count;
} BlockWriter;

void block_add(BlockWriter *writer, const void *row);
/* The block's bytes into `out`; the writer is empty again.  False: no memory. */
bool block_finish(BlockWriter *writer, Buf *out);
void block_writer_free(BlockWriter *writer);

typedef struct BlockColumn {
    RtKind kind;
    uint32_t bytes; /* of a value; texts: 0 */
    bool is_text;
    bool is_constant;      /* one value for all rows */
    const uint64_t *nulls; /* NULL: none */
    const char *values;    /* or the texts */
    const uint32_t *ends;  /* texts; NULL: all are of one length */
    uint32_t even;         /* that length */
} BlockColumn;

typedef struct BlockRows {
    uint32_t count;
    const BlockColumn *columns;
} BlockRows;

/* `bytes` is aligned to 8; `columns` has room for all of the layout. */
bool block_open(const RowLayout *layout, const char *bytes, uint64_t len, BlockColumn *columns, uint32_t *count);

static inline bool block_is_null(const BlockColumn *column, uint32_t row)
{
    return column->nulls != NULL && (column->nulls[row / 64] >> row % 64 & 1) != 0;
}

/* Where the value of a fixed kind stands. */
static inline const char *block_value(const BlockColumn *column, uint32_t row)
{
    return column->values + (column->is_constant ? 0 : (uint64_t)row * column->bytes);
}

static inline Str block_text(const BlockColumn *column, uint32_t row)
{
    uint32_t at = column->is_constant ? 0 : row;
    if (column->ends == NULL)
        return (Str){ column->values + (uint64_t)at * column->even, column->even };
    uint32_t from = at == 0 ? 0 : column->ends[at - 1];
    return (Str){ column->values + from, column->ends[at] - from };
}

#endif
