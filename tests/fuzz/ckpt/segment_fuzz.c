/* segment_fuzz.c -- any bytes as a segment: refused, or what they hold is sealed as the same bytes.
 *
 * Checksums are put right first where the input can be one, or nothing behind them would ever be looked at. */
#include "runtime/base/crc32c.h"
#include "runtime/ckpt/segment.h"

#include <stddef.h>
#include <stdlib.h>

enum { HEAD_BYTES = 56, CHECK_AT = 52 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void put_checks_right(char *bytes, uint64_t len)
{
    uint32_t block, check;
    if (len < HEAD_BYTES)
        return;
    check = crc32c(0, (Str){ bytes, CHECK_AT });
    memcpy(bytes + CHECK_AT, &check, sizeof check);
    for (uint64_t at = HEAD_BYTES; len - at >= 8; at += 8 + block) {
        memcpy(&block, bytes + at, sizeof block);
        if (block > len - at - 8)
            return;
        check = crc32c(0, (Str){ bytes + at + 8, block });
        memcpy(bytes + at + 4, &check, sizeof check);
    }
}

static void try_open(Str bytes, const SegmentKey *key)
{
    RtError error;
    Buf plain = { 0 }, again = { 0 };
    if (segment_open(bytes, key, &plain, &error) == RT_OK && key == NULL) {
        demand(segment_seal((Str){ plain.data, plain.len }, NULL, &again, &error) == RT_OK);
        demand(again.len == bytes.len &&
               memcmp(again.data + HEAD_BYTES, bytes.data + HEAD_BYTES, bytes.len - HEAD_BYTES) == 0);
    }
    buf_free(&plain);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const SegmentKey KEY = { { 1 }, { 2, 3, 4 } };
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        return 0;
    if (size != 0)
        memcpy(bytes, data, size);
    try_open((Str){ bytes, size }, NULL);
    put_checks_right(bytes, size);
    try_open((Str){ bytes, size }, NULL);
    try_open((Str){ bytes, size }, &KEY);
    free(bytes);
    return 0;
}
