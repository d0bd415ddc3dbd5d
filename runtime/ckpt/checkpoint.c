/* checkpoint.c -- see checkpoint.h. */
#include "runtime/ckpt/checkpoint.h"

#include <sys/random.h>

enum { MANIFESTS_KEPT = 2, DIGITS = 20 };

RtStatus checkpoint_open(Checkpoints *c, CkptStore *store, Str folder, Str owner, const SegmentKey *key, RtError *error)
{
    *c = (Checkpoints){ .key = key };
    return task_log_open(&c->log, store, folder, owner, error);
}

void checkpoint_close(Checkpoints *c)
{
    task_log_close(&c->log);
}

static Str path_of(Arena *arena, const Checkpoints *c, Str name)
{
    return str_printf(arena, "%.*s/%.*s", STR_ARG(c->log.folder), STR_ARG(name));
}

/* ---- back again ---- */
static RtStatus read_segment(const Checkpoints *c, const ManifestSegment *segment, Buf *out, RtError *error)
{
    Arena scratch;
    Buf stored = { 0 };
    bool found;
    arena_init(&scratch);
    RtStatus status = ckpt_store_read(c->log.store, path_of(&scratch, c, segment->name), &stored, &found, error);
    if (status == RT_OK && !found)
        status = rt_error(error, RT_BAD_DATA, "it is not there");
    if (status == RT_OK && stored.len != segment->bytes)
        status = rt_error(error, RT_BAD_DATA, "it has another length than the manifest says");
    if (status == RT_OK)
        status = segment_open((Str){ stored.data, stored.len }, c->key, out, error);
    if (status != RT_OK)
        rt_error_context(error, "segment `%.*s` of `%.*s`", STR_ARG(segment->name), STR_ARG(c->log.folder));
    buf_free(&stored);
    arena_free(&scratch);
    return status;
}

/* The number that the next increment is since: of a freeze of just this state. */
static RtStatus take_base(Checkpoints *c, TaskState *state, Str last, RtError *error)
{
    StateImage *image;
    RtStatus status = state_freeze(state, &image, error);
    if (status != RT_OK)
        return status;
    c->base = (StateBase){ state_image_number(image), state_part_check(last) };
    state_image_release(state, image);
    return RT_OK;
}

RtStatus checkpoint_restore(Checkpoints *c, TaskState *state, RestoreReport *report, RtError *error)
{
    const Manifest *m = &c->log.last;
    Arena scratch;
    *report = (RestoreReport){ 0 };
    c->base = (StateBase){ 0 };
    if (m->segment_count == 0)
        return RT_OK;
    arena_init(&scratch);
    Buf *plain = ARENA_ARRAY(&scratch, Buf, m->segment_count);
    Str *parts = ARENA_ARRAY(&scratch, Str, m->segment_count);
    RtStatus status = RT_OK;
    for (uint32_t i = 0; i < m->segment_count && status == RT_OK; i++) {
        status = read_segment(c, &m->segments[i], &plain[i], error);
        parts[i] = (Str){ plain[i].data, plain[i].len };
    }
    if (status == RT_OK)
        status = state_restore_chain(state, parts, m->segment_count, report, error);
    if (status == RT_OK)
        status = take_base(c, state, parts[m->segment_count - 1], error);
    for (uint32_t i = 0; i < m->segment_count; i++)
        buf_free(&plain[i]);
    arena_free(&scratch);
    return status;
}

/* ---- writing ---- */
/* Of the increments. */
static uint64_t bytes_behind(const Manifest *m)
{
    uint64_t sum = 0;
    for (uint32_t i = 1; i < m->segment_count; i++)
        sum += m->segments[i].bytes;
    return sum;
}

static bool wants_whole(const Checkpoints *c)
{
    const Manifest *m = &c->log.last;
    return c->base.number == 0 || m->segment_count >= CHECKPOINT_PARTS_MAX || bytes_behind(m) >= m->segments[0].bytes;
}

static RtStatus new_name(const Checkpoints *c, Arena *arena, Str *out, RtError *error)
{
    uint64_t number = c->log.last.number + 1, attempt;
    if (getrandom(&attempt, sizeof attempt, 0) != (ssize_t)sizeof attempt)
        return rt_error_system(error, RT_FATAL, "no random number for the name of a segment");
    *out = str_printf(arena, "s-%0*llu-%016llx", DIGITS, (unsigned long long)number, (unsigned long long)attempt);
    return RT_OK;
}

/* The bytes of a segment under a name of their own. */
static RtStatus store_segment(const Checkpoints *c, Str plain, Arena *arena, ManifestSegment *out, RtError *error)
{
    Buf bytes = { 0 };
    bool created = false;
    RtStatus status = new_name(c, arena, &out->name, error);
    if (status == RT_OK)
        status = segment_seal(plain, c->key, &bytes, error);
    out->bytes = bytes.len;
    if (status == RT_OK)
        status = ckpt_store_create(c->log.store, path_of(arena, c, out->name), buf_str(&bytes), &created, error);
    if (status == RT_OK && !created)
        status = rt_error(error, RT_RETRY, "segment `%.*s` is there already", STR_ARG(out->name));
    buf_free(&bytes);
    return status;
}

/* Segments from before the first that is needed. */
static RtStatus remove_old(const Checkpoints *c, RtError *error)
{
    CkptNames names;
    Arena scratch;
    arena_init(&scratch);
    Str first = c->log.last.segments[0].name;
    RtStatus status = ckpt_store_list(c->log.store, c->log.folder, STR("s-"), &scratch, &names, error);
    for (uint32_t i = 0; i < names.count && status == RT_OK; i++)
        if (str_starts_with(names.names[i], STR("s-")) && names.names[i].len == first.len &&
            memcmp(names.names[i].data, first.data, 2 + DIGITS) < 0)
            status = ckpt_store_remove(c->log.store, path_of(&scratch, c, names.names[i]), error);
    arena_free(&scratch);
    return status;
}

/* Committed is committed: what could not be removed now is removed with the next whole one. */
static void tidy_up(Checkpoints *c, bool is_whole)
{
    RtError ignored;
    RtStatus status = task_log_trim(&c->log, MANIFESTS_KEPT, &ignored);
    if (status == RT_OK && is_whole)
        status = remove_old(c, &ignored);
    (void)status;
}

RtStatus checkpoint_write(Checkpoints *c, const StateImage *image, const Manifest *next, bool *committed,
                          RtError *error)
{
    Arena scratch;
    Buf plain = { 0 };
    Manifest manifest = *next;
    arena_init(&scratch);
    bool is_whole = wants_whole(c);
    uint32_t kept = is_whole ? 0 : c->log.last.segment_count;
    StateBase base = is_whole ? (StateBase){ 0 } : c->base;
    *committed = false;
    manifest.segments = ARENA_ARRAY(&scratch, ManifestSegment, kept + 1);
    for (uint32_t i = 0; i < kept; i++) {
        manifest.segments[i] = c->log.last.segments[i];
        manifest.segments[i].name = str_copy(&scratch, manifest.segments[i].name);
    }
    manifest.segment_count = kept + 1;
    ManifestSegment *made = &manifest.segments[kept];
    RtStatus status = state_image_write_since(image, &base, &plain, error);
    Str part = { plain.data, plain.len };
    if (status == RT_OK)
        status = store_segment(c, part, &scratch, made, error);
    if (status == RT_OK)
        status = task_log_commit(&c->log, &manifest, committed, error);
    if (status == RT_OK && *committed) {
        c->base = (StateBase){ state_image_number(image), state_part_check(part) };
        tidy_up(c, is_whole);
    }
    buf_free(&plain);
    arena_free(&scratch);
    return status;
}
