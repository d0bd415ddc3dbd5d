/* exec_rank.c -- numbers of the rows of a window, as they come by partition and order.
 *
 * What is kept lives from one row to the next of one window only: a window is emitted whole. */
#include "runtime/abi/window.h"
#include "runtime/exec/exec_internal.h"

#include <string.h>

typedef struct RankRun {
    Buf partition, order;
    bool has_order; /* a row of the partition has come */
    int64_t rows, rank, dense;
} RankRun;

static RankRun *run_of(RtTask *task, uint32_t node)
{
    RtExec *exec = exec_of(task);
    if (task->slots[node] == NULL)
        task->slots[node] = arena_alloc_zeroed(&exec->arena, sizeof(RankRun), _Alignof(RankRun));
    return task->slots[node];
}

static bool is_same(const Buf *buf, const char *key, uint64_t len)
{
    return buf->len == len && (len == 0 || memcmp(buf->data, key, len) == 0);
}

static void keep(Buf *buf, const char *key, uint64_t len)
{
    buf->len = 0;
    buf_append(buf, key, len);
}

void rt_rank_partition(RtTask *task, uint32_t node, const char *key, uint64_t len)
{
    RankRun *run = run_of(task, node);
    if (is_same(&run->partition, key, len))
        return;
    keep(&run->partition, key, len);
    run->has_order = false;
    run->rows = run->rank = run->dense = 0;
}

int64_t rt_rank_order(RtTask *task, uint32_t node, const char *key, uint64_t len, int64_t count, uint32_t kind)
{
    RankRun *run = run_of(task, node);
    if (!run->has_order || !is_same(&run->order, key, len)) {
        keep(&run->order, key, len);
        run->has_order = true;
        run->rank = run->rows + 1;
        run->dense++;
    }
    int64_t first = run->rows + 1;
    run->rows += count;
    return kind == RANK_ROW_NUMBER ? first : kind == RANK_RANK ? run->rank : run->dense;
}

void exec_release_ranks(RtExec *exec)
{
    for (uint32_t i = 0; i < exec->program->rank_count; i++) {
        RankRun *run = exec->task.slots[exec->program->ranks[i]];
        if (run == NULL)
            continue;
        buf_free(&run->partition);
        buf_free(&run->order);
    }
}
