/* block.h -- rows of one layout as bytes, and back.
 *
 *   block = "SQB1", u32 rows, u32 row_bytes, u64 text bytes, u64 check (XXH3 of all that follows)
 *           rows, as in memory, but that the pointer of a STR or BLOB is its offset in the text, NULL values zero
 *           text
 *
 * A block is read in place: its pointers are set once, and the rows are ready.
 *
 * Units      bytes.
 * Ownership  the writer owns what it collects; rows that were read point into the block.
 * Errors     block_open answers false for bytes that are no block of this layout. */
#ifndef SQC_STORE_BLOCK_H
#define SQC_STORE_BLOCK_H

#include "runtime/abi/row.h"
#include "runtime/base/buf.h"

typedef struct BlockWriter {
    const RowLayout *layout;
    Buf rows, text;
    uint32_t count;
} BlockWriter;

void block_add(BlockWriter *writer, const void *row);
/* The block's bytes into `out`; the writer is empty again.  False: no memory. */
bool block_finish(BlockWriter *writer, Buf *out);
void block_writer_free(BlockWriter *writer);

typedef struct BlockRows {
    const char *rows;
    uint32_t count;
} BlockRows;

/* `bytes` is aligned to 8 and changed. */
bool block_open(const RowLayout *layout, char *bytes, uint64_t len, BlockRows *rows);

#endif
