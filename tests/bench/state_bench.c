/* state_bench.c -- what a row costs in keyed state: one line of JSON.
 *
 * Times are the best of five rounds in nanoseconds of one thread; bytes are what a group of COUNT and SUM under an INT
 * key takes, directory included. */
#include "runtime/base/alloc.h"
#include "runtime/state/snapshot.h"
#include "runtime/state/state_hot.h"
#include "stdlib/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 5, ROWS = 2000000, TEXTS = 100, TEXT_BYTES = 36 };

static uint64_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

typedef struct Task {
    TaskState state;
    SliceStore *store;
} Task;

static void task_open(Task *task, uint32_t key_bytes)
{
    RtError error;
    GroupShape groups = { .is_fixed = key_bytes != KEY_VARIABLE, .key_bytes = key_bytes, .field_bytes = 24 };
    StateUnitSpec spec = { .id = 1, .version = 1, .shape = { .groups = groups, .size_us = 1000000 } };
    if (task_state_init(&task->state, (uint64_t)8 << 30, &error) != RT_OK ||
        task_state_unit(&task->state, &spec, &task->store, &error) != RT_OK)
        fprintf(stderr, "%s\n", error.text);
}

/* Which group each row belongs to, at random, made beforehand. */
static void draw_rows(uint32_t *rows, uint32_t groups)
{
    for (uint64_t i = 0; i < ROWS; i++)
        rows[i] = (uint32_t)((mix(i) >> 20) % groups);
}

static uint32_t key_bits(uint32_t group)
{
    return group ^ (uint32_t)1 << 31;
}

/* Rows over `groups` INT keys: slice, key, hash, upsert, count + 1. */
static double upsert_ns(uint32_t *rows, uint32_t groups, double *bytes_per_group)
{
    Task task;
    task_open(&task, 5);
    draw_rows(rows, groups);
    double best = 1e9;
    for (uint32_t group = 0; group < groups; group++)
        group_upsert_bits32(&slice_at(task.store, 0, INT64_MIN)->groups, false, key_bits(group));
    bool pays = rt_group_ahead_pays(task.store);
    for (uint32_t round = 0; round <= ROUNDS; round++) {
        uint64_t start = now_ns();
        for (uint64_t i = 0; i < ROWS; i++) {
            if (pays && i + GROUP_AHEAD_FAR < ROWS) {
                group_ahead_bits32(task.store, false, key_bits(rows[i + GROUP_AHEAD_FAR]), false);
                group_ahead_bits32(task.store, false, key_bits(rows[i + GROUP_AHEAD_NEAR]), true);
            }
            Slice *slice = slice_at(task.store, (int64_t)(i & 1023), INT64_MIN);
            int64_t *fields = group_upsert_bits32(&slice->groups, false, key_bits(rows[i]));
            *fields += 1;
        }
        double ns = (double)(now_ns() - start) / ROWS;
        best = round > 0 && ns < best ? ns : best;
    }
    *bytes_per_group = (double)task.state.pool.used_bytes / groups;
    task_state_release(&task.state);
    return best;
}

static double text_upsert_ns(uint32_t *rows)
{
    Task task;
    task_open(&task, KEY_VARIABLE);
    draw_rows(rows, TEXTS);
    char texts[TEXTS][TEXT_BYTES + 1];
    for (uint32_t i = 0; i < TEXTS; i++)
        snprintf(texts[i], sizeof texts[i], "campaign-%08x-%018llx", i, (unsigned long long)mix(i));
    double best = 1e9;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns();
        for (uint64_t i = 0; i < ROWS; i++) {
            Slice *slice = slice_at(task.store, (int64_t)(i & 1023), INT64_MIN);
            int64_t *fields = group_upsert_str(&slice->groups, false, texts[rows[i]], TEXT_BYTES);
            *fields += 1;
        }
        double ns = (double)(now_ns() - start) / ROWS;
        best = ns < best ? ns : best;
    }
    task_state_release(&task.state);
    return best;
}

/* A step of the aggregate over one state. */
static double step_ns(const char *symbol)
{
    Task task;
    task_open(&task, 0);
    FnCtx ctx = { .heap = &slice_at(task.store, 0, INT64_MIN)->heap };
    const AggDef *agg = NULL;
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++)
        if (strcmp(AGG_DEFS[i].symbol, symbol) == 0)
            agg = &AGG_DEFS[i];
    double best = 1e9;
    for (uint32_t round = 0; agg != NULL && round < ROUNDS; round++) {
        _Alignas(8) char state[64] = { 0 };
        void (*step_f64)(FnCtx *, void *, double) = (void (*)(FnCtx *, void *, double))agg->machine_step;
        void (*step_i64)(FnCtx *, void *, int64_t) = (void (*)(FnCtx *, void *, int64_t))agg->machine_step;
        uint64_t start = now_ns();
        for (uint64_t i = 0; i < ROWS; i++) {
            if (agg->arg == TW_DOUBLE)
                step_f64(&ctx, state, (double)(i % 10007) * 0.01);
            else
                step_i64(&ctx, state, (int64_t)i);
        }
        double ns = (double)(now_ns() - start) / ROWS;
        best = ns < best ? ns : best;
    }
    task_state_release(&task.state);
    return best;
}

/* Walking the groups of a slice in key order. */
static double emit_ns(uint32_t groups)
{
    Task task;
    Arena scratch;
    task_open(&task, 5);
    arena_init(&scratch);
    Slice *slice = slice_at(task.store, 0, INT64_MIN);
    for (uint32_t i = 0; i < groups; i++) {
        char key[8];
        key_put_i32(key, false, (int32_t)(mix(i) >> 34));
        group_upsert(&slice->groups, key, 5, key_hash(key, 5));
    }
    double best = 1e9;
    uint64_t sum = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns();
        GroupCursor *cursor = rt_groups_sorted(&slice->groups, &scratch);
        while (rt_groups_next(cursor))
            sum += *(const uint64_t *)cursor->fields;
        double ns = (double)(now_ns() - start) / groups;
        best = ns < best ? ns : best;
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    task_state_release(&task.state);
    return sum == 0 ? best : -1;
}

int main(void)
{
    double bytes_many, bytes;
    uint32_t *rows = mem_alloc(ROWS * sizeof *rows);
    if (rows == NULL)
        return 1;
    double hot = upsert_ns(rows, 100, &bytes), warm = upsert_ns(rows, 10000, &bytes);
    double many = upsert_ns(rows, 1000000, &bytes_many), text = text_upsert_ns(rows);
    double most = upsert_ns(rows, 10000000, &bytes);
    printf("{\"bench\": \"state\", \"upsert_100_ns\": %.2f, \"upsert_10k_ns\": %.2f, \"upsert_1m_ns\": %.2f, "
           "\"upsert_10m_ns\": %.2f, \"upsert_text_100_ns\": %.2f, \"group_bytes_1m\": %.1f, \"sum_bigint_ns\": %.2f, "
           "\"sum_double_ns\": %.2f, "
           "\"emit_1k_ns\": %.2f, \"emit_100k_ns\": %.2f}\n",
           hot, warm, many, most, text, bytes_many, step_ns("sum_bigint"), step_ns("sum_double"), emit_ns(1000),
           emit_ns(100000));
    mem_free(rows);
    return 0;
}
