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

struct Tiers {
    Arena arena;
    const PhysProgram *physical;
    Jit *jit;
    LoadedTier fast, optimized;
    const RtCode *current;
    uint32_t site_count;
    TierTimes times;
    /* the background thread: written by it before `done` is set, read after */
    pthread_t thread;
    bool started, joined;
    Arena thread_arena;
    const JsonShape **shapes; /* of a sample line of each scan; NULL entries: none */
    Buf object;
    RtStatus status;
    RtError error;
    double thread_ms;
    _Atomic bool done;
};

static const char FAST[] = "t0_", OPTIMIZED[] = "t1_";

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

/* Ids of nodes are below. */
static uint32_t node_count(const PhysProgram *physical)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < physical->node_count; i++)
        count = physical->nodes[i]->id >= count ? physical->nodes[i]->id + 1 : count;
    return count;
}

/* Finds the functions of a loaded tier, in the order that the image has. */
static RtStatus find_functions(Tiers *tiers, const char *tier, RtCode *out, RtError *error)
{
    const PhysProgram *physical = tiers->physical;
    RtTimesFn *times = ARENA_ARRAY(&tiers->arena, RtTimesFn, physical->scan_count + 1);
    const RtRowsFn **rows = ARENA_ARRAY(&tiers->arena, const RtRowsFn *, physical->scan_count + 1);
    RtGroupsFn *groups = ARENA_ARRAY(&tiers->arena, RtGroupsFn, physical->node_count + 1);
    bool has_decoders = tier == OPTIMIZED && tiers->shapes != NULL;
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
    RtLinesFn *lines = ARENA_ARRAY(&tiers->arena, RtLinesFn, physical->scan_count + 1);
    for (uint32_t s = 0; status == RT_OK && s < physical->scan_count && has_decoders; s++) {
        if (generated_decoder(physical->scans[s], tiers->shapes[s]))
            status =
                symbol(tiers, generated_name(&tiers->arena, tier, "lines", physical->scans[s], 0), &lines[s], error);
    }
    RtKeepFns *keeps = ARENA_ARRAY(&tiers->arena, RtKeepFns, physical->node_count + 1);
    uint32_t agg = 0, keep = 0;
    for (uint32_t i = 0; status == RT_OK && i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (node->kind == PHYS_WINDOW_AGG)
            status = symbol(tiers, generated_name(&tiers->arena, tier, "groups", node, 0), &groups[agg++], error);
        else if (node->kind == PHYS_KEEP)
            status = find_kept(tiers, tier, node, &keeps[keep++], error);
        else if (node->kind == PHYS_GROUP_AGG)
            groups[agg++] = NULL; /* its rows come at once, not when a window closes */
    }
    RtPushFn *pushes = ARENA_ARRAY(&tiers->arena, RtPushFn, node_count(physical) + 1);
    for (uint32_t i = 0; status == RT_OK && i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (generated_push(node))
            status = symbol(tiers, generated_name(&tiers->arena, tier, "push", node, 0), &pushes[node->id], error);
    }
    *out = (RtCode){ .times = times, .rows = rows, .groups = groups,
                     .lines = lines, .pushes = pushes, .keeps = keeps };
    return status;
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
    Generated generated = generate_program(&tiers->thread_arena, tiers->physical, OPTIMIZED, tiers->shapes);
    BackendOptions options = { .tier = TIER_OPTIMIZED };
    tiers->status = backend_compile(generated.module, &options, &tiers->object, &tiers->error);
    tiers->thread_ms = stopwatch_ms() - start;
    atomic_store_explicit(&tiers->done, true, memory_order_release);
    return NULL;
}

/* What the first lines of each JSON stream look like: key order, blanks, lengths, for the compiled decoder. */
static void sample_shapes(Tiers *tiers, const RtExec *exec)
{
    const PhysProgram *physical = tiers->physical;
    tiers->shapes = ARENA_ARRAY(&tiers->arena, const JsonShape *, physical->scan_count + 1);
    for (uint32_t i = 0; i < physical->scan_count; i++) {
        Str lines = str_copy(&tiers->arena, exec_first_lines(exec, i));
        JsonShape *shape = ARENA_NEW(&tiers->arena, JsonShape);
        if (!exec_is_csv(exec, i) && json_sample_lines(&tiers->arena, lines, shape))
            tiers->shapes[i] = shape;
    }
}

RtStatus tiers_optimize(Tiers *tiers, const RtExec *exec, RtError *error)
{
    if (tiers->started)
        return RT_OK;
    sample_shapes(tiers, exec);
    if (pthread_create(&tiers->thread, NULL, optimize_in_background, tiers) != 0)
        return rt_error_system(error, RT_FATAL, "starting the compile thread");
    tiers->started = true;
    return RT_OK;
}

/* The thread has ended: loads what it made and switches the task. */
static RtStatus take_over(Tiers *tiers, RtExec *exec, RtError *error)
{
    if (tiers->joined)
        return RT_OK;
    join(tiers);
    if (tiers->status != RT_OK) {
        *error = tiers->error;
        return tiers->status;
    }
    double start = stopwatch_ms();
    RtStatus status = load(tiers, &tiers->object, OPTIMIZED, &tiers->optimized, error);
    if (status != RT_OK)
        return status;
    tiers->times.optimized_ms = tiers->thread_ms + stopwatch_ms() - start;
    exec_set_code(exec, tiers->current);
    return RT_OK;
}

RtStatus tiers_poll(Tiers *tiers, RtExec *exec, RtError *error)
{
    bool done = tiers->started && atomic_load_explicit(&tiers->done, memory_order_acquire);
    return done ? take_over(tiers, exec, error) : RT_OK;
}

RtStatus tiers_wait(Tiers *tiers, RtExec *exec, RtError *error)
{
    RtStatus status = tiers_optimize(tiers, exec, error);
    return status == RT_OK ? take_over(tiers, exec, error) : status;
}
