/* manifest.c -- see manifest.h. */
#include "runtime/ckpt/manifest.h"

#include "runtime/base/byte_io.h"
#include "stdlib/digest.h"

#include <assert.h>

static const char MAGIC[8] = { 'S', 'Q', 'C', 'M', 'A', 'N', 'I', 'F' };
enum { VERSION = 1 };

void manifest_digest(Str bytes, uint8_t out[MANIFEST_DIGEST_BYTES])
{
    uint8_t all[DIGEST_BYTES_MAX];
    uint32_t len = digest(DIGEST_SHA256, bytes, all);
    assert(len == MANIFEST_DIGEST_BYTES);
    memcpy(out, all, len);
}

/* ---- order of lists ---- */
static int compare_inputs(const ManifestInput *a, const ManifestInput *b)
{
    int order = str_compare(a->topic, b->topic);
    return order != 0 ? order : (a->partition > b->partition) - (a->partition < b->partition);
}

static int compare_channels(const ManifestChannel *a, const ManifestChannel *b)
{
    return str_compare(a->task, b->task);
}

static int compare_segments(const ManifestSegment *a, const ManifestSegment *b)
{
    return str_compare(a->name, b->name);
}

static int compare_cursors(const ManifestCursor *a, const ManifestCursor *b)
{
    return str_compare(a->sink, b->sink);
}

/* ---- writing ---- */
static void put_channels(ByteOut *out, const ManifestChannel *channels, uint32_t count)
{
    out_varint(out, count);
    for (uint32_t i = 0; i < count; i++) {
        assert(i == 0 || compare_channels(&channels[i - 1], &channels[i]) < 0);
        out_text(out, channels[i].task);
        out_varint(out, channels[i].sequence);
    }
}

static void put_inputs(ByteOut *out, const Manifest *m)
{
    out_varint(out, m->input_count);
    for (uint32_t i = 0; i < m->input_count; i++) {
        const ManifestInput *input = &m->inputs[i];
        assert(i == 0 || compare_inputs(input - 1, input) < 0);
        out_text(out, input->topic);
        out_varint(out, input->partition);
        out_varint(out, input->offset);
        out_u32(out, input->record_check);
        out_u64(out, (uint64_t)input->watermark_us);
    }
}

static void put_segments(ByteOut *out, const Manifest *m)
{
    out_varint(out, m->segment_count);
    for (uint32_t i = 0; i < m->segment_count; i++) {
        assert(i == 0 || compare_segments(&m->segments[i - 1], &m->segments[i]) < 0);
        out_text(out, m->segments[i].name);
        out_varint(out, m->segments[i].bytes);
    }
}

static void put_cursors(ByteOut *out, const Manifest *m)
{
    out_varint(out, m->cursor_count);
    for (uint32_t i = 0; i < m->cursor_count; i++) {
        assert(i == 0 || compare_cursors(&m->cursors[i - 1], &m->cursors[i]) < 0);
        out_text(out, m->cursors[i].sink);
        out_varint(out, m->cursors[i].generation);
        out_varint(out, m->cursors[i].pos);
    }
}

Str manifest_encode(Arena *arena, const Manifest *m)
{
    ByteOut out = { .arena = arena };
    uint8_t digest[MANIFEST_DIGEST_BYTES];
    out_bytes(&out, MAGIC, sizeof MAGIC);
    out_u32(&out, VERSION);
    out_u32(&out, m->kind);
    out_u64(&out, m->number);
    out_u64(&out, m->epoch);
    out_bytes(&out, m->before, sizeof m->before);
    out_bytes(&out, m->program, sizeof m->program);
    out_u64(&out, m->schema);
    out_u64(&out, m->maths);
    out_u64(&out, m->pos);
    out_bytes(&out, m->print, sizeof m->print);
    out_u64(&out, (uint64_t)m->watermark_us);
    out_text(&out, m->owner);
    put_inputs(&out, m);
    put_channels(&out, m->upstreams, m->upstream_count);
    put_channels(&out, m->downstreams, m->downstream_count);
    put_segments(&out, m);
    put_cursors(&out, m);
    manifest_digest(out_str(&out), digest);
    out_bytes(&out, digest, sizeof digest);
    return out_str(&out);
}

/* ---- reading ---- */
typedef struct Reading {
    Arena *arena;
    ByteIn in;
    const char *why; /* what is wrong with what could be read */
} Reading;

static bool goes_on(const Reading *r)
{
    return !r->in.bad && r->why == NULL;
}

static void demand(Reading *r, bool holds, const char *why)
{
    if (goes_on(r) && !holds)
        r->why = why;
}

static Str get_text(Reading *r)
{
    Str text = in_text(&r->in);
    demand(r, text.len > 0 && text.len <= MANIFEST_TEXT_MAX, "a name is empty or too long");
    return text;
}

/* How many entries follow, each of `least` bytes at least. */
static uint32_t get_count(Reading *r, uint64_t least)
{
    uint64_t count = in_varint(&r->in), room = (uint64_t)(r->in.end - r->in.at) / least;
    demand(r, count <= room && count <= MANIFEST_LIST_MAX, "a list is longer than the bytes");
    return goes_on(r) ? (uint32_t)count : 0;
}

static void get_inputs(Reading *r, Manifest *m)
{
    m->input_count = get_count(r, 15);
    m->inputs = ARENA_ARRAY(r->arena, ManifestInput, m->input_count + 1);
    for (uint32_t i = 0; i < m->input_count && goes_on(r); i++) {
        ManifestInput *input = &m->inputs[i];
        input->topic = get_text(r);
        uint64_t partition = in_varint(&r->in);
        demand(r, partition <= INT32_MAX, "a partition is too large");
        input->partition = (uint32_t)partition;
        input->offset = in_varint(&r->in);
        demand(r, input->offset <= INT64_MAX, "an offset is too large");
        input->record_check = in_u32(&r->in);
        input->watermark_us = (int64_t)in_u64(&r->in);
        demand(r, i == 0 || compare_inputs(input - 1, input) < 0, "inputs do not ascend");
    }
}

static ManifestChannel *get_channels(Reading *r, uint32_t *count)
{
    *count = get_count(r, 3);
    ManifestChannel *channels = ARENA_ARRAY(r->arena, ManifestChannel, *count + 1);
    for (uint32_t i = 0; i < *count && goes_on(r); i++) {
        channels[i].task = get_text(r);
        channels[i].sequence = in_varint(&r->in);
        demand(r, i == 0 || compare_channels(&channels[i - 1], &channels[i]) < 0, "channels do not ascend");
    }
    return channels;
}

static void get_segments(Reading *r, Manifest *m)
{
    m->segment_count = get_count(r, 3);
    m->segments = ARENA_ARRAY(r->arena, ManifestSegment, m->segment_count + 1);
    for (uint32_t i = 0; i < m->segment_count && goes_on(r); i++) {
        ManifestSegment *segment = &m->segments[i];
        segment->name = get_text(r);
        segment->bytes = in_varint(&r->in);
        demand(r, i == 0 || compare_segments(segment - 1, segment) < 0, "segments do not ascend");
    }
}

static void get_cursors(Reading *r, Manifest *m)
{
    m->cursor_count = get_count(r, 4);
    m->cursors = ARENA_ARRAY(r->arena, ManifestCursor, m->cursor_count + 1);
    for (uint32_t i = 0; i < m->cursor_count && goes_on(r); i++) {
        ManifestCursor *cursor = &m->cursors[i];
        cursor->sink = get_text(r);
        cursor->generation = in_varint(&r->in);
        cursor->pos = in_varint(&r->in);
        demand(r, i == 0 || compare_cursors(cursor - 1, cursor) < 0, "cursors do not ascend");
    }
}

static void get_head(Reading *r, Manifest *m)
{
    uint32_t kind = in_u32(&r->in);
    demand(r, kind >= MANIFEST_CLAIM && kind <= MANIFEST_STOP, "the kind is unknown");
    m->kind = (ManifestKind)kind;
    m->number = in_u64(&r->in);
    m->epoch = in_u64(&r->in);
    demand(r, m->number > 0 && m->epoch > 0 && m->epoch <= m->number, "number and epoch do not fit");
    in_copy(&r->in, m->before, sizeof m->before);
    in_copy(&r->in, m->program, sizeof m->program);
    m->schema = in_u64(&r->in);
    m->maths = in_u64(&r->in);
    m->pos = in_u64(&r->in);
    in_copy(&r->in, m->print, sizeof m->print);
    m->watermark_us = (int64_t)in_u64(&r->in);
    m->owner = get_text(r);
}

const char *manifest_decode(Arena *arena, Str bytes, Manifest *out)
{
    uint8_t digest[MANIFEST_DIGEST_BYTES];
    *out = (Manifest){ 0 };
    if (bytes.len < sizeof MAGIC + MANIFEST_DIGEST_BYTES || memcmp(bytes.data, MAGIC, sizeof MAGIC) != 0)
        return "it does not begin as a manifest";
    Str body = { bytes.data, bytes.len - MANIFEST_DIGEST_BYTES };
    manifest_digest(body, digest);
    if (memcmp(digest, body.data + body.len, sizeof digest) != 0)
        return "its digest is that of other bytes";
    Reading r = { .arena = arena, .in = byte_in(str_slice(body, sizeof MAGIC, body.len - sizeof MAGIC)) };
    demand(&r, in_u32(&r.in) == VERSION, "it has another version");
    get_head(&r, out);
    get_inputs(&r, out);
    out->upstreams = get_channels(&r, &out->upstream_count);
    out->downstreams = get_channels(&r, &out->downstream_count);
    get_segments(&r, out);
    get_cursors(&r, out);
    demand(&r, in_done(&r.in), "there are bytes behind it");
    return r.why != NULL ? r.why : in_done(&r.in) ? NULL : "it ends too early";
}

/* ---- what may follow ---- */
/* A claim takes over what it finds. */
static bool is_same_state(const Manifest *a, const Manifest *b)
{
    Arena scratch;
    arena_init(&scratch);
    Manifest plain = *a;
    plain.number = b->number;
    plain.epoch = b->epoch;
    plain.kind = b->kind;
    plain.owner = b->owner;
    memcpy(plain.before, b->before, sizeof plain.before);
    bool same = str_equal(manifest_encode(&scratch, &plain), manifest_encode(&scratch, b));
    arena_free(&scratch);
    return same;
}

static const char *follows_nothing(const Manifest *next)
{
    static const uint8_t NONE[MANIFEST_DIGEST_BYTES];
    if (next->number != 1 || next->epoch != 1 || next->kind != MANIFEST_CLAIM)
        return "the first manifest of a task is a claim";
    return memcmp(next->before, NONE, sizeof NONE) == 0 ? NULL : "the first manifest has none before it";
}

const char *manifest_follows(const Manifest *last, const uint8_t digest[MANIFEST_DIGEST_BYTES], const Manifest *next)
{
    if (last == NULL)
        return follows_nothing(next);
    if (next->number != last->number + 1)
        return "the number is not the next one";
    if (memcmp(next->before, digest, MANIFEST_DIGEST_BYTES) != 0)
        return "it follows another manifest of that number";
    if (next->kind == MANIFEST_CLAIM) {
        if (next->epoch != last->epoch + 1)
            return "a claim raises the epoch by one";
        return is_same_state(last, next) ? NULL : "a claim changes nothing but the owner";
    }
    if (last->kind == MANIFEST_STOP)
        return "behind a stop comes a claim";
    if (next->epoch != last->epoch || !str_equal(next->owner, last->owner))
        return "the task has another owner";
    return next->pos >= last->pos ? NULL : "the position goes back";
}
