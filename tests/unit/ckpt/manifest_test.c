/* manifest_test.c -- the bytes of manifests: what is written is read back, is the documented form, and nothing that was
 * changed, cut or made longer is read; and which manifest may follow which. */
#include "tests/unit/ckpt/ckpt_fixture.h"

#include "runtime/base/buf.h"

/* Every field, none of them zero. */
static Manifest full_manifest(Arena *arena)
{
    static ManifestInput inputs[] = {
        { STR("events.ads"), 0, 12, 0xdeadbeef, 1767571200000000 },
        { STR("events.ads"), 11, 1000000, 7, -1 },
        { STR("events.user"), 3, 0, 0, INT64_MIN },
    };
    static ManifestChannel up[] = { { STR("a"), 1 }, { STR("b"), UINT64_MAX } }, down[] = { { STR("x"), 300 } };
    static ManifestSegment segments[] = { { STR("s-1"), 65536 }, { STR("s-2"), 1 } };
    static ManifestCursor cursors[] = { { STR("clickhouse"), 2, 99 }, { STR("redis"), 1, 100 } };
    Manifest m = { .number = 17, .epoch = 4, .kind = MANIFEST_CHECKPOINT, .schema = 5, .maths = 6, .pos = 1000012 };
    for (uint32_t i = 0; i < MANIFEST_DIGEST_BYTES; i++) {
        m.before[i] = (uint8_t)(i + 1);
        m.program[i] = (uint8_t)(200 - i);
    }
    memset(m.print, 0x5a, sizeof m.print);
    m.watermark_us = 1767571199000000;
    m.owner = str_copy(arena, STR("host-7-1a2b"));
    m.inputs = inputs, m.input_count = 3;
    m.upstreams = up, m.upstream_count = 2;
    m.downstreams = down, m.downstream_count = 1;
    m.segments = segments, m.segment_count = 2;
    m.cursors = cursors, m.cursor_count = 2;
    return m;
}

static void manifests_read_back_as_they_were_written(void **state)
{
    Fixture *f = *state;
    Manifest wanted = full_manifest(&f->arena), got;
    Str bytes = manifest_encode(&f->arena, &wanted);
    assert_null(manifest_decode(&f->arena, bytes, &got));
    assert_int_equal(got.number, 17);
    assert_int_equal(got.kind, MANIFEST_CHECKPOINT);
    assert_int_equal(got.pos, 1000012);
    assert_int_equal(got.input_count, 3);
    assert_true(str_equal(got.inputs[1].topic, STR("events.ads")));
    assert_int_equal(got.inputs[1].partition, 11);
    assert_int_equal(got.inputs[0].record_check, 0xdeadbeef);
    assert_int_equal(got.inputs[2].watermark_us, INT64_MIN);
    assert_int_equal(got.upstreams[1].sequence, UINT64_MAX);
    assert_int_equal(got.segments[0].bytes, 65536);
    assert_int_equal(got.cursors[1].pos, 100);
    assert_true(str_equal(manifest_encode(&f->arena, &got), bytes));
}

/* A change of these bytes is a change of the format: VERSION, docs/formats.md, and a reader for the old ones. */
static void version_1_is_the_documented_bytes(void **state)
{
    Fixture *f = *state;
    Manifest full = full_manifest(&f->arena);
    Str bytes = manifest_encode(&f->arena, &full);
    FILE *golden = fopen(SQC_MANIFEST_GOLDEN, "re");
    assert_non_null(golden);
    Buf wanted = { 0 };
    for (unsigned byte; fscanf(golden, "%2x", &byte) == 1;)
        buf_append_char(&wanted, (char)byte);
    fclose(golden);
    if (!str_equal(buf_str(&wanted), bytes))
        for (uint64_t i = 0; i < bytes.len; i++)
            fprintf(stderr, "%02x%s", (uint8_t)bytes.data[i], i % 32 == 31 ? "\n" : "");
    assert_true(str_equal(buf_str(&wanted), bytes));
    buf_free(&wanted);
}

static void no_changed_cut_or_longer_bytes_are_read(void **state)
{
    Fixture *f = *state;
    Manifest full = full_manifest(&f->arena), got;
    Str bytes = manifest_encode(&f->arena, &full);
    char *copy = arena_alloc_zeroed(&f->arena, bytes.len + 1, 1);
    memcpy(copy, bytes.data, bytes.len);
    for (uint64_t i = 0; i < bytes.len; i++) {
        copy[i] ^= (char)(1 << i % 8);
        assert_non_null(manifest_decode(&f->arena, (Str){ copy, bytes.len }, &got));
        copy[i] = bytes.data[i];
        assert_non_null(manifest_decode(&f->arena, (Str){ copy, i }, &got));
    }
    assert_non_null(manifest_decode(&f->arena, (Str){ copy, bytes.len + 1 }, &got));
    assert_null(manifest_decode(&f->arena, (Str){ copy, bytes.len }, &got));
}

/* Bytes with the right digest, which only a program that is wrong writes. */
static void wrong_content_with_a_right_digest_is_told(void **state)
{
    Fixture *f = *state;
    Manifest m = full_manifest(&f->arena), got;
    m.kind = (ManifestKind)4;
    assert_string_equal(manifest_decode(&f->arena, manifest_encode(&f->arena, &m), &got), "the kind is unknown");
    m = full_manifest(&f->arena);
    m.epoch = 18;
    assert_string_equal(manifest_decode(&f->arena, manifest_encode(&f->arena, &m), &got),
                        "number and epoch do not fit");
    m = full_manifest(&f->arena);
    m.owner = STR_EMPTY;
    assert_string_equal(manifest_decode(&f->arena, manifest_encode(&f->arena, &m), &got),
                        "a name is empty or too long");
}

typedef struct Pair {
    Manifest last, next;
    uint8_t digest[MANIFEST_DIGEST_BYTES];
} Pair;

/* A checkpoint behind a checkpoint, as it should be. */
static Pair good_pair(Fixture *f)
{
    Pair p = { .last = full_manifest(&f->arena) };
    manifest_digest(manifest_encode(&f->arena, &p.last), p.digest);
    p.next = p.last;
    p.next.number++;
    p.next.pos++;
    memcpy(p.next.before, p.digest, sizeof p.digest);
    assert_null(manifest_follows(&p.last, p.digest, &p.next));
    return p;
}

static void expect_refusal(const Pair *p, const char *why)
{
    const char *got = manifest_follows(&p->last, p->digest, &p->next);
    assert_non_null(got);
    assert_string_equal(got, why);
}

static void only_the_successor_follows(void **state)
{
    Fixture *f = *state;
    Pair p = good_pair(f);
    p.next.number++;
    expect_refusal(&p, "the number is not the next one");
    p = good_pair(f);
    p.next.before[5] ^= 1;
    expect_refusal(&p, "it follows another manifest of that number");
    p = good_pair(f);
    p.next.pos = p.last.pos - 1;
    expect_refusal(&p, "the position goes back");
    p = good_pair(f);
    p.next.owner = STR("other");
    expect_refusal(&p, "the task has another owner");
    p = good_pair(f);
    p.next.epoch++;
    expect_refusal(&p, "the task has another owner");
    p = good_pair(f);
    p.last.kind = MANIFEST_STOP;
    expect_refusal(&p, "behind a stop comes a claim");
}

static void claims_raise_the_epoch_and_change_nothing(void **state)
{
    Fixture *f = *state;
    Pair p = good_pair(f);
    p.next.kind = MANIFEST_CLAIM;
    expect_refusal(&p, "a claim raises the epoch by one");
    p.next.epoch++;
    expect_refusal(&p, "a claim changes nothing but the owner");
    p.next.pos = p.last.pos;
    p.next.owner = STR("other");
    assert_null(manifest_follows(&p.last, p.digest, &p.next));
    p.next.segment_count--;
    expect_refusal(&p, "a claim changes nothing but the owner");
    Manifest first = first_claim(&f->arena);
    assert_null(manifest_follows(NULL, NULL, &first));
    first.number = 2;
    assert_non_null(manifest_follows(NULL, NULL, &first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(manifests_read_back_as_they_were_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(version_1_is_the_documented_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_changed_cut_or_longer_bytes_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_content_with_a_right_digest_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_successor_follows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(claims_raise_the_epoch_and_change_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
