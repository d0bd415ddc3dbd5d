/* tiers.c -- see tiers.h. */
#include "compiler/driver/tiers.h"

#include "compiler/codegen/ops/generate.h"
#include "compiler/driver/interrupt.h"
#include "compiler/driver/stopwatch.h"
#include "runtime/base/alloc.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct LoadedTier {
    JitCode *code;
    RtCode functions;
} LoadedTier;

enum {
    RELEARN_LINES = 2048, /* so many lines that a decoder missed, and .. */
    RELEARN_PART = 8,     /* .. at least one in so many: it is made for another sample, .. */
    RELEARN_MAX = 2,      /* .. so often in a run */
};

struct Tiers {
    Arena arena;
    const PhysProgram *physical;
    Jit *jit;
    LoadedTier fast, optimized, relearned[RELEARN_MAX];
    const RtCode *current;
    uint32_t site_count;
    TierTimes times;
    /* the background thread: written by it before `done` is set, read after */
    pthread_t thread;
    bool started, joined;
    uint32_t lessons; /* after the first one: the thread makes decoders only */
    Arena thread_arena;
    const JsonShape **shapes; /* by scan; NULL entries: none */
    Str *samples;
    Buf object;
    RtStatus status;
    RtError error;
    double thread_ms;
    _Atomic bool done;
};

static const char FAST[] = "t0_", OPTIMIZED[] = "t1_";
static const char *const RELEARNED[RELEARN_MAX] = { "t2_", "t3_" };

static RtStatus symbol(Tiers *tiers, const char *name, void *slot, RtError *error)
{
    void *address = NULL;
    RtStatus status = jit_symbol(tiers->jit, name, &address, error);
    memcpy(slot, &address, sizeof address);
    return status;
}

static RtStatus find_kept(Tiers *tiers, const char *tier, const PhysNode *node, RtKeepFns *out, RtError *error)
{
    RtStatus status = symbol(tiers, generated_name(&tiers->arena, tier, "groups", node, 0), &out->groups, error);
    if (status == RT_OK)
        status = symbol(tiers, generated_name(&tiers->arena, tier, "ranks", node, 0), &out->ranks, error);
    return status;
}

static RtStatus find_merges(Tiers *tiers, const char *tier, const FnUserMerge **out, RtError *error)
{
    uint32_t count;
    RtStatus status = RT_OK;
    const UserAgg *const *users = generated_users(&tiers->arena, tiers->physical, &count);
    FnUserMerge *merges = ARENA_ARRAY(&tiers->arena, FnUserMerge, count + 1);
    for (uint32_t i = 0; status == RT_OK && i < count; i++) {
        if (users[i] != NULL)
            status = symbol(tiers, generated_merge_name(&tiers->arena, tier, users[i]), &merges[i], error);
    }
    *out = merges;
    return status;
}

/* Ids of nodes are below. */
static uint32_t node_count(const PhysProgram *physical)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < physical->node_count; i++)
        count = physical->nodes[i]->id >= count ? physical->nodes[i]->id + 1 : count;
    return count;
}

static RtStatus find_decoders(Tiers *tiers, const char *tier, const RtLinesFn **out, RtError *error)
{
    const PhysProgram *physical = tiers->physical;
    RtLinesFn *lines = ARENA_ARRAY(&tiers->arena, RtLinesFn, physical->scan_count + 1);
    RtStatus status = RT_OK;
    for (uint32_t s = 0; status == RT_OK && s < physical->scan_count; s++) {
        const PhysNode *scan = physical->scans[s];
        if (generated_decoder(scan, tiers->shapes[s]))
            status = symbol(tiers, generated_name(&tiers->arena, tier, "lines", scan, 0), &lines[s], error);
    }
    *out = lines;
    return status;
}

/* Finds the functions of a loaded tier, in the order that the image has. */
static RtStatus find_functions(Tiers *tiers, const char *tier, RtCode *out, RtError *error)
{
    const PhysProgram *physical = tiers->physical;
    RtTimesFn *times = ARENA_ARRAY(&tiers->arena, RtTimesFn, physical->scan_count + 1);
    const RtRowsFn **rows = ARENA_ARRAY(&tiers->arena, const RtRowsFn *, physical->scan_count + 1);
    RtGroupsFn *groups = ARENA_ARRAY(&tiers->arena, RtGroupsFn, physical->node_count + 1);
    RtStatus status = RT_OK;
    for (uint32_t s = 0; status == RT_OK && s < physical->scan_count; s++) {
        const PhysNode *scan = physical->scans[s];
        uint32_t count = generated_rows_count(scan);
        RtRowsFn *of_scan = ARENA_ARRAY(&tiers->arena, RtRowsFn, count + 1);
        status = symbol(tiers, generated_name(&tiers->arena, tier, "times", scan, 0), &times[s], error);
        for (uint32_t k = 0; status == RT_OK && k < count; k++)
            status = symbol(tiers, generated_name(&tiers->arena, tier, "rows", scan, k), &of_scan[k], error);
        rows[s] = of_scan;
    }
    RtKeepFns *keeps = ARENA_ARRAY(&tiers->arena, RtKeepFns, physical->node_count + 1);
    uint32_t agg = 0, keep = 0;
    for (uint32_t i = 0; status == RT_OK && i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (node->kind == PHYS_WINDOW_AGG)
            status = symbol(tiers, generated_name(&tiers->arena, tier, "groups", node, 0), &groups[agg++], error);
        else if (node->kind == PHYS_KEEP)
            status = find_kept(tiers, tier, node, &keeps[keep++], error);
        else if (node->kind == PHYS_GROUP_AGG || node->kind == PHYS_GAP_FILL)
            groups[agg++] = NULL; /* its rows come at once, not when a window closes */
    }
    RtPushFn *pushes = ARENA_ARRAY(&tiers->arena, RtPushFn, node_count(physical) + 1);
    for (uint32_t i = 0; status == RT_OK && i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (generated_push(node))
            status = symbol(tiers, generated_name(&tiers->arena, tier, "push", node, 0), &pushes[node->id], error);
    }
    *out = (RtCode){ .times = times, .rows = rows, .groups = groups, .pushes = pushes, .keeps = keeps };
    if (status == RT_OK && tier == OPTIMIZED && tiers->shapes != NULL)
        status = find_decoders(tiers, tier, &out->lines, error);
    return status == RT_OK ? find_merges(tiers, tier, &out->merges, error) : status;
}

static RtStatus load(Tiers *tiers, const Buf *object, const char *tier, LoadedTier *out, RtError *error)
{
    RtStatus status = jit_add(tiers->jit, object, &out->code, error);
    if (status == RT_OK)
        status = find_functions(tiers, tier, &out->functions, error);
    if (status == RT_OK)
        tiers->current = &out->functions;
    return status;
}

RtStatus tiers_compile(const PhysProgram *physical, CodeTier tier, TierObject *out, RtError *error)
{
    Arena arena;
    arena_init(&arena);
    *out = (TierObject){ 0 };
    backend_init();
    Generated generated = generate_program(&arena, physical, FAST, NULL);
    BackendOptions options = { .tier = tier };
    RtStatus status = backend_compile(generated.module, &options, &out->bytes, error);
    out->site_count = generated.site_count;
    arena_free(&arena);
    return status;
}

RtStatus tiers_open_object(Tiers **out, const PhysProgram *physical, const TierObject *object, RtError *error)
{
    Tiers *tiers = mem_alloc_zeroed(sizeof *tiers);
    if (tiers == NULL)
        return rt_error(error, RT_FATAL, "no memory for code");
    tiers->physical = physical;
    tiers->site_count = object->site_count;
    arena_init(&tiers->arena);
    arena_init(&tiers->thread_arena);
    backend_init();
    RtStatus status = jit_open(&tiers->jit, error);
    if (status == RT_OK)
        status = load(tiers, &object->bytes, FAST, &tiers->fast, error);
    if (status == RT_OK)
        *out = tiers;
    else
        tiers_close(tiers);
    return status;
}

RtStatus tiers_open(Tiers **out, const PhysProgram *physical, CodeTier first, RtError *error)
{
    double start = stopwatch_ms();
    TierObject object;
    RtStatus status = tiers_compile(physical, first, &object, error);
    if (status == RT_OK)
        status = tiers_open_object(out, physical, &object, error);
    buf_free(&object.bytes);
    if (status == RT_OK)
        (*out)->times.fast_ms = stopwatch_ms() - start;
    return status;
}

static void join(Tiers *tiers)
{
    if (tiers->started && !tiers->joined)
        pthread_join(tiers->thread, NULL);
    tiers->joined = tiers->started;
}

void tiers_close(Tiers *tiers)
{
    if (tiers == NULL)
        return;
    join(tiers);
    for (uint32_t i = 0; i < RELEARN_MAX; i++)
        jit_remove(tiers->jit, tiers->relearned[i].code);
    jit_remove(tiers->jit, tiers->optimized.code);
    jit_remove(tiers->jit, tiers->fast.code);
    jit_close(tiers->jit);
    buf_free(&tiers->object);
    arena_free(&tiers->thread_arena);
    arena_free(&tiers->arena);
    mem_free(tiers);
}

const RtCode *tiers_code(const Tiers *tiers)
{
    return tiers->current;
}

uint32_t tiers_site_count(const Tiers *tiers)
{
    return tiers->site_count;
}

TierTimes tiers_times(const Tiers *tiers)
{
    return tiers->times;
}

static void *optimize_in_background(void *argument)
{
    Tiers *tiers = argument;
    interrupt_block_here(); /* signals are for the thread that reads */
    double start = stopwatch_ms();
    Arena *arena = &tiers->thread_arena;
    Generated generated = tiers->lessons == 0
                              ? generate_program(arena, tiers->physical, OPTIMIZED, tiers->shapes)
                              : generate_decoders(arena, tiers->physical, RELEARNED[tiers->lessons - 1], tiers->shapes);
    BackendOptions options = { .tier = TIER_OPTIMIZED };
    tiers->status = backend_compile(generated.module, &options, &tiers->object, &tiers->error);
    tiers->thread_ms = stopwatch_ms() - start;
    atomic_store_explicit(&tiers->done, true, memory_order_release);
    return NULL;
}

static RtStatus start_thread(Tiers *tiers, RtError *error)
{
    atomic_store_explicit(&tiers->done, false, memory_order_relaxed);
    if (pthread_create(&tiers->thread, NULL, optimize_in_background, tiers) != 0)
        return rt_error_system(error, RT_FATAL, "starting the compile thread");
    tiers->started = true;
    tiers->joined = false;
    return RT_OK;
}

/* What the first lines of each JSON stream look like: key order, blanks, lengths, for the compiled decoder. */
static void sample_shapes(Tiers *tiers, const RtExec *exec)
{
    const PhysProgram *physical = tiers->physical;
    tiers->shapes = ARENA_ARRAY(&tiers->arena, const JsonShape *, physical->scan_count + 1);
    tiers->samples = ARENA_ARRAY(&tiers->arena, Str, physical->scan_count + 1);
    for (uint32_t i = 0; i < physical->scan_count; i++) {
        tiers->samples[i] = str_copy(&tiers->arena, exec_first_lines(exec, i));
        JsonShape *shape = ARENA_NEW(&tiers->arena, JsonShape);
        if (!exec_is_csv(exec, i) && json_sample_lines(&tiers->arena, tiers->samples[i], shape))
            tiers->shapes[i] = shape;
    }
}

RtStatus tiers_optimize(Tiers *tiers, const RtExec *exec, RtError *error)
{
    if (tiers->started)
        return RT_OK;
    sample_shapes(tiers, exec);
    return start_thread(tiers, error);
}

/* ---- learning again ---- */

static Str first_lines(Str text, uint32_t count)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < count && at < text.len; i++) {
        const char *newline = memchr(text.data + at, '\n', (size_t)(text.len - at));
        at = newline == NULL ? text.len : (uint64_t)(newline + 1 - text.data);
    }
    return str_slice(text, 0, at);
}

/* The first lines of the stream and the first that their decoder missed, half each.  True: they have another shape. */
static bool learn_again(Tiers *tiers, const RtExec *exec, uint32_t scan)
{
    ExecMissed missed = exec_missed(exec, scan);
    if (tiers->shapes[scan] == NULL || missed.missed < RELEARN_LINES || missed.missed < missed.lines / RELEARN_PART)
        return false;
    Str old = first_lines(tiers->samples[scan], JSON_SAMPLE_LINES / 2);
    Str new = first_lines(missed.sample, JSON_SAMPLE_LINES / 2);
    if (new.len == 0)
        return false;
    char *both = arena_alloc(&tiers->arena, old.len + new.len, 1);
    memcpy(both, old.data, (size_t)old.len);
    memcpy(both + old.len, new.data, (size_t)new.len);
    Str sample = { both, old.len + new.len };
    JsonShape *shape = ARENA_NEW(&tiers->arena, JsonShape);
    if (!json_sample_lines(&tiers->arena, sample, shape) || json_shape_equal(shape, tiers->shapes[scan]) ||
        !generated_decoder(tiers->physical->scans[scan], shape))
        return false;
    tiers->samples[scan] = sample;
    tiers->shapes[scan] = shape;
    return true;
}

/* Streams change.  A decoder that misses many lines is made again, for those as well. */
static RtStatus relearn(Tiers *tiers, const RtExec *exec, RtError *error)
{
    bool anew = false;
    for (uint32_t i = 0; tiers->lessons < RELEARN_MAX && i < tiers->physical->scan_count; i++)
        anew = learn_again(tiers, exec, i) || anew;
    if (!anew)
        return RT_OK;
    tiers->lessons++;
    arena_reset(&tiers->thread_arena);
    buf_free(&tiers->object);
    return start_thread(tiers, error);
}

/* The tier's own functions, with other decoders. */
static RtStatus load_decoders(Tiers *tiers, RtError *error)
{
    LoadedTier *tier = &tiers->relearned[tiers->lessons - 1];
    RtStatus status = jit_add(tiers->jit, &tiers->object, &tier->code, error);
    tier->functions = tiers->optimized.functions;
    if (status == RT_OK)
        status = find_decoders(tiers, RELEARNED[tiers->lessons - 1], &tier->functions.lines, error);
    if (status == RT_OK)
        tiers->current = &tier->functions;
    return status;
}

/* The thread has ended: loads what it made and switches the task. */
static RtStatus take_over(Tiers *tiers, RtExec *exec, RtError *error)
{
    join(tiers);
    if (tiers->status != RT_OK) {
        *error = tiers->error;
        return tiers->status;
    }
    double start = stopwatch_ms();
    RtStatus status = tiers->lessons > 0 ? load_decoders(tiers, error)
                                         : load(tiers, &tiers->object, OPTIMIZED, &tiers->optimized, error);
    if (status != RT_OK)
        return status;
    double *total = tiers->lessons == 0 ? &tiers->times.optimized_ms : &tiers->times.relearned_ms;
    *total += tiers->thread_ms + stopwatch_ms() - start;
    exec_set_code(exec, tiers->current);
    return RT_OK;
}

RtStatus tiers_poll(Tiers *tiers, RtExec *exec, RtError *error)
{
    if (!tiers->started)
        return RT_OK;
    if (tiers->joined)
        return relearn(tiers, exec, error);
    return atomic_load_explicit(&tiers->done, memory_order_acquire) ? take_over(tiers, exec, error) : RT_OK;
}

RtStatus tiers_wait(Tiers *tiers, RtExec *exec, RtError *error)
{
    RtStatus status = tiers->joined ? relearn(tiers, exec, error) : tiers_optimize(tiers, exec, error);
    return status == RT_OK && !tiers->joined ? take_over(tiers, exec, error) : status;
}
