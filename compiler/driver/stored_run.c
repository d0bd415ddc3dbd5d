/* stored_run.c -- see stored_run.h. */
#include "compiler/driver/stored_run.h"

#include "compiler/driver/image.h"
#include "compiler/driver/stored_fold.h"
#include "compiler/driver/tiers.h"
#include "compiler/optimize/optimize.h"
#include "compiler/physical/lower.h"

#include <assert.h>
#include <string.h>

/* Batches that stay in the nearest cache with what they change. */
enum { STATE_BYTES_MAX = 1 << 30, BUCKET_US = 60 * 1000000, BATCH_ROWS = 128 };

RowLayout stored_layout(Arena *arena, const MetricStore *metric)
{
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, metric->column_count + 1);
    for (uint32_t i = 0; i < metric->column_count; i++)
        kinds[i] = (uint8_t)type_physical(metric->columns[i].type);
    return row_layout(arena, kinds, metric->column_count);
}

int64_t stored_bucket_us(const MetricStore *metric)
{
    return metric->model->grain_us > 0 ? metric->model->grain_us : BUCKET_US;
}

typedef struct Feed {
    StoredRun *run;
    RtExec *exec;
    RowLayout layout;     /* of the stored rows */
    const PhysScan *scan; /* what of them the plan reads */
    StoredFold *fold;     /* NULL: rows go as they are */
    Arena rows;
} Feed;

static RtStatus on_exec_row(void *context, uint32_t node, RowChange change, const void *row, RtError *error)
{
    (void)change; /* stored rows are never taken back */
    Feed *feed = context;
    assert(node == feed->run->node->id);
    return feed->run->on_row(feed->run->user, &feed->run->node->as.sink, row, error);
}

/* ---- from columns to rows ---- */

/* Nothing NULL, no errors: every column is copied. */
static void start_rows(const PhysScan *scan, char *rows, uint64_t count)
{
    uint32_t words = 2 * scan->layout.words;
    assert(scan->decoded_count == scan->layout.column_count && "nothing is computed from stored rows");
    for (uint64_t i = 0; i < count; i++, rows += scan->layout.row_bytes) {
        for (uint32_t w = 0; w < words; w++)
            ((uint64_t *)rows)[w] = 0;
    }
}

static void copy_texts(const BlockColumn *column, const uint32_t *places, uint64_t count, char *to, uint32_t stride)
{
    for (uint64_t i = 0; i < count; i++, to += stride) {
        Str text = block_text(column, places[i]);
        memcpy(to, &text, sizeof text);
    }
}

static void copy_values(const BlockColumn *column, const uint32_t *places, uint64_t count, char *to, uint32_t stride)
{
    for (uint64_t i = 0; i < count; i++, to += stride) {
        if (column->bytes == 8)
            memcpy(to, block_value(column, places[i]), 8);
        else
            memcpy(to, block_value(column, places[i]), column->bytes);
    }
}

/* One column into `count` rows of the scan. */
static void copy_column(const RowLayout *layout, const BlockColumn *column, uint32_t to, const uint32_t *places,
                        uint64_t count, char *rows)
{
    uint32_t offset = layout->offsets[to], stride = layout->row_bytes;
    if (column->is_text)
        copy_texts(column, places, count, rows + offset, stride);
    else
        copy_values(column, places, count, rows + offset, stride);
    for (uint64_t i = 0; column->nulls != NULL && i < count; i++, rows += stride) {
        if (!block_is_null(column, places[i]))
            continue;
        ((uint64_t *)rows)[to / 64] |= (uint64_t)1 << to % 64;
        memset(rows + offset, 0, kind_bytes((RtKind)layout->kinds[to]));
    }
}

/* The rows of the block whose time was asked for. */
static uint32_t choose_rows(const Feed *feed, const BlockRows *rows, uint32_t *places)
{
    const BlockColumn *times = &rows->columns[feed->run->metric->time_column];
    uint32_t count = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t time;
        memcpy(&time, block_value(times, i), sizeof time);
        places[count] = i;
        count += time >= feed->run->from_us && time < feed->run->to_us;
    }
    return count;
}

/* States that rows were folded into. */
static void copy_folded(const RowLayout *layout, const Str *texts, uint32_t to, uint64_t count, char *rows)
{
    for (uint64_t i = 0; i < count; i++, rows += layout->row_bytes)
        memcpy(rows + layout->offsets[to], &texts[i], sizeof texts[i]);
}

static RtStatus put_rows(Feed *feed, const BlockRows *rows, const uint32_t *places, uint32_t count,
                         const Str *const *texts, RtError *error)
{
    const PhysScan *scan = feed->scan;
    uint64_t room;
    char *out = exec_rows_room(feed->exec, &room);
    RtStatus status = RT_OK;
    for (uint64_t at = 0, some; status == RT_OK && at < count; at += some) {
        some = count - at < room ? count - at : room;
        start_rows(scan, out, some);
        for (uint32_t c = 0; c < scan->decoded_count; c++) {
            if (texts != NULL && texts[c] != NULL)
                copy_folded(&scan->layout, texts[c] + at, c, some, out);
            else
                copy_column(&scan->layout, &rows->columns[scan->sources[c].table_column], c, places + at, some, out);
        }
        status = exec_rows(feed->exec, 0, out, some, error);
    }
    return status;
}

static RtStatus take_rows(void *user, const BlockRows *rows, RtError *error)
{
    Feed *feed = user;
    ArenaMark mark = arena_mark(&feed->rows);
    uint32_t *places = ARENA_ARRAY(&feed->rows, uint32_t, rows->count + 1);
    uint32_t count = choose_rows(feed, rows, places);
    FoldedRows folded = { 0 };
    RtStatus status = RT_OK;
    if (feed->fold != NULL)
        status = stored_fold(feed->fold, rows, places, count, &folded, error);
    if (status == RT_OK && folded.count > 0)
        status = put_rows(feed, rows, folded.first, folded.count, folded.texts, error);
    else if (status == RT_OK)
        status = put_rows(feed, rows, places, count, NULL, error);
    arena_release(&feed->rows, mark);
    return status;
}

static RtStatus read_rows(Feed *feed, RtError *error)
{
    StoredRun *run = feed->run;
    int64_t bucket = run->grain_us > 0 ? run->grain_us : stored_bucket_us(run->metric);
    int64_t from = run->from_us < INT64_MIN + bucket ? INT64_MIN : run->from_us - bucket + 1;
    StoreRange range = { run->stored, run->grain_us, from, run->to_us, &feed->layout };
    RtStatus status = exec_add_partition(feed->exec, 0, error);
    if (status == RT_OK)
        status = store_read(run->store, &range, take_rows, feed, error);
    return status == RT_OK ? exec_end_partition(feed->exec, 0, error) : status;
}

/* Rows that came to nothing: of the plan's own expressions they are counted, of what is stored they are damage. */
static RtStatus judge_bad(StoredRun *run, const BadRows *bad, RtError *error)
{
    for (uint32_t i = 0; i < bad->kind_count; i++) {
        const BadKind *kind = &bad->kinds[i];
        if (str_equal(kind->reason, STR("E0651")))
            return rt_error(error, RT_BAD_DATA, "E0820: the store is damaged: %llu states of `%.*s` are none",
                            (unsigned long long)kind->count, STR_ARG(run->metric->model->metric->name));
        if (run->bad == 0 && kind->place_count > 0) { /* its window is one of the plan, not of the metric */
            Str text = kind->places[0].text;
            int64_t end = str_find(text, STR(", in the window"));
            run->bad_reason = str_copy(run->arena, end < 0 ? text : str_slice(text, 0, (uint64_t)end));
        }
        run->bad += kind->count;
    }
    return RT_OK;
}

RtStatus stored_run(StoredRun *run, RtError *error)
{
    OptimizeOptions rules = { 0 };
    const LogicalNode *sinks[] = { run->sink };
    LogicalProgram logical = { sinks, 1, run->zone };
    LogicalProgram optimized = optimize(run->arena, logical, &rules);
    PhysProgram *physical = physical_plan(run->arena, &optimized, &rules);
    Tiers *tiers = NULL;
    RtStatus status = tiers_open(&tiers, physical, TIER_FAST, error);
    if (status != RT_OK)
        return status;
    RtProgram *image = image_of(run->arena, physical, tiers_site_count(tiers));
    Feed feed = { .run = run, .layout = stored_layout(run->arena, run->metric), .scan = &physical->scans[0]->as.scan };
    ExecOptions options = {
        .batch_rows = BATCH_ROWS, .state_bytes_max = STATE_BYTES_MAX, .context = &feed, .on_row = on_exec_row
    };
    run->node = physical->sinks[0];
    feed.fold = stored_fold_open(run->arena, run->metric, feed.scan);
    arena_init(&feed.rows);
    status = exec_open(&feed.exec, image, &options, error);
    if (status == RT_OK) {
        exec_set_code(feed.exec, tiers_code(tiers));
        status = read_rows(&feed, error);
        if (status == RT_OK)
            status = judge_bad(run, exec_stats(feed.exec).bad, error);
    }
    exec_close(feed.exec);
    tiers_close(tiers);
    stored_fold_close(feed.fold);
    arena_free(&feed.rows);
    return status;
}
