/* segment_test.c -- a segment gives back what it was made of, to who has the key, and nothing else ever. */
#include "runtime/base/crc32c.h"
#include "runtime/ckpt/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const SegmentKey KEY = { { 1 }, { 2, 3, 4 } };
static const SegmentKey OTHER_KEY = { { 9 }, { 2, 3, 4 } };
static const SegmentKey OTHER_BYTES = { { 1 }, { 2, 3, 5 } };

static Buf some_bytes(uint64_t len)
{
    Buf bytes = { 0 };
    uint64_t word = 88172645463325252u;
    for (uint64_t i = 0; i < len; i++) {
        word ^= word << 13, word ^= word >> 7, word ^= word << 17;
        buf_append_char(&bytes, (char)word);
    }
    return bytes;
}

static Buf sealed(const Buf *plain, const SegmentKey *key)
{
    RtError error;
    Buf out = { 0 };
    assert_int_equal(segment_seal((Str){ plain->data, plain->len }, key, &out, &error), RT_OK);
    return out;
}

static void what_is_sealed_comes_out_again(void **state)
{
    static const uint64_t LENGTHS[] = {
        0, 1, 100, SEGMENT_BLOCK_BYTES - 1, SEGMENT_BLOCK_BYTES, SEGMENT_BLOCK_BYTES + 1, 3 * SEGMENT_BLOCK_BYTES
    };
    (void)state;
    for (uint32_t i = 0; i < 2 * sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const SegmentKey *key = i % 2 == 0 ? NULL : &KEY;
        Buf plain = some_bytes(LENGTHS[i / 2]), bytes = sealed(&plain, key), got = { 0 };
        RtError error;
        buf_append(&got, "x", 1);
        assert_int_equal(segment_open(buf_str(&bytes), key, &got, &error), RT_OK);
        assert_int_equal(got.len, 1 + plain.len);
        assert_true(plain.len == 0 || memcmp(got.data + 1, plain.data, plain.len) == 0);
        buf_free(&plain);
        buf_free(&bytes);
        buf_free(&got);
    }
}

static void expect_refusal(Str bytes, const SegmentKey *key)
{
    RtError error;
    Buf got = { 0 };
    assert_int_equal(segment_open(bytes, key, &got, &error), RT_BAD_DATA);
    assert_int_equal(got.len, 0);
    buf_free(&got);
}

static void every_changed_byte_and_every_cut_is_refused(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        const SegmentKey *key = i == 0 ? NULL : &KEY;
        Buf plain = some_bytes(300), bytes = sealed(&plain, key);
        for (uint64_t at = 0; at < bytes.len; at++) {
            bytes.data[at] ^= (char)(1 << at % 8);
            expect_refusal(buf_str(&bytes), key);
            bytes.data[at] ^= (char)(1 << at % 8);
            expect_refusal((Str){ bytes.data, at }, key);
        }
        buf_append_char(&bytes, 0);
        expect_refusal(buf_str(&bytes), key);
        buf_free(&plain);
        buf_free(&bytes);
    }
}

static void only_the_key_opens_it(void **state)
{
    (void)state;
    Buf plain = some_bytes(5000), bytes = sealed(&plain, &KEY), open = sealed(&plain, NULL);
    expect_refusal(buf_str(&bytes), NULL);
    expect_refusal(buf_str(&bytes), &OTHER_KEY);
    expect_refusal(buf_str(&bytes), &OTHER_BYTES);
    expect_refusal(buf_str(&open), &KEY);
    for (uint64_t at = 0; at + 16 <= bytes.len; at++) /* nothing of it is readable */
        assert_true(memcmp(bytes.data + at, plain.data + 2000, 16) != 0);
    buf_free(&plain);
    buf_free(&bytes);
    buf_free(&open);
}

/* With checksums mended, so that only authentication is left. */
static void blocks_cannot_change_places(void **state)
{
    (void)state;
    enum { HEAD = 56, BLOCK = 8 + SEGMENT_BLOCK_BYTES + 16 };
    Buf plain = some_bytes(2 * SEGMENT_BLOCK_BYTES), bytes = sealed(&plain, &KEY), again = sealed(&plain, &KEY);
    char *spare = malloc(BLOCK);
    assert_int_equal(bytes.len, HEAD + 2 * BLOCK);
    memcpy(spare, bytes.data + HEAD, BLOCK);
    memcpy(bytes.data + HEAD, bytes.data + HEAD + BLOCK, BLOCK);
    memcpy(bytes.data + HEAD + BLOCK, spare, BLOCK);
    expect_refusal(buf_str(&bytes), &KEY);
    memcpy(again.data + HEAD, spare, BLOCK); /* of another segment with the same content */
    expect_refusal(buf_str(&again), &KEY);
    free(spare);
    buf_free(&plain);
    buf_free(&bytes);
    buf_free(&again);
}

static Buf file_bytes(const char *path)
{
    Buf bytes = { 0 };
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (int byte; (byte = fgetc(file)) != EOF;)
        buf_append_char(&bytes, (char)byte);
    fclose(file);
    return bytes;
}

/* They were written once, and every later program reads them. */
static void segments_of_version_1_open(void **state)
{
    static const char PLAIN[] = "plain bytes of a segment";
    RtError error;
    Buf got = { 0 }, plain = { 0 };
    (void)state;
    Buf open = file_bytes(SQC_SEGMENTS "/open"), with_key = file_bytes(SQC_SEGMENTS "/sealed");
    assert_int_equal(segment_open(buf_str(&open), NULL, &got, &error), RT_OK);
    assert_int_equal(segment_open(buf_str(&with_key), &KEY, &got, &error), RT_OK);
    assert_true(str_equal(str_slice(buf_str(&got), 0, sizeof PLAIN - 1), STR(PLAIN)));
    assert_true(str_equal(str_slice(buf_str(&got), sizeof PLAIN - 1, sizeof PLAIN - 1), STR(PLAIN)));
    buf_append(&plain, PLAIN, sizeof PLAIN - 1);
    Buf again = sealed(&plain, NULL);
    assert_true(str_equal(buf_str(&again), buf_str(&open)));
    buf_free(&got);
    buf_free(&plain);
    buf_free(&open);
    buf_free(&with_key);
    buf_free(&again);
}

/* RFC 3720, B.4. */
static void the_checksum_is_castagnoli(void **state)
{
    char bytes[32];
    (void)state;
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(crc32c(0, (Str){ bytes, 32 }), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(crc32c(0, (Str){ bytes, 32 }), 0x62a8ab43);
    for (int i = 0; i < 32; i++)
        bytes[i] = (char)i;
    assert_int_equal(crc32c(0, (Str){ bytes, 32 }), 0x46dd794e);
    for (uint64_t cut = 0; cut <= 32; cut++)
        assert_int_equal(crc32c(crc32c(0, (Str){ bytes, cut }), (Str){ bytes + cut, 32 - cut }), 0x46dd794e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_comes_out_again), cmocka_unit_test(every_changed_byte_and_every_cut_is_refused),
        cmocka_unit_test(only_the_key_opens_it),          cmocka_unit_test(blocks_cannot_change_places),
        cmocka_unit_test(segments_of_version_1_open),     cmocka_unit_test(the_checksum_is_castagnoli),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
