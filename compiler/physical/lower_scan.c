/* lower_scan.c -- one scan for all statements that read a table.
 *
 * Its decoded columns are the union of the columns and ROW leaves that the statements read, in table order; its
 * computed columns the union of theirs, in table order.  A whole ROW and a leaf of it may both be there: they belong to
 * different statements, and each statement is judged by what it reads.
 *
 * The event time, where it is computed, and what it is computed from stand before the other computed columns: what asks
 * for the time of the record (PROCTIME) then sees this record's. */
#include "compiler/physical/lower_internal.h"
#include "compiler/physical/unit.h"

#include <assert.h>
#include <stdlib.h>

typedef enum ScanPlace { PLACE_DECODED, PLACE_EVENT_TIME, PLACE_COMPUTED } ScanPlace;

typedef struct ScanColumn {
    ScanSource source;
    const LogicalColumn *column;
    const LowerNode *user; /* a statement's scan that has it, */
    uint32_t at;           /* as this column                  */
    ScanPlace place;
} ScanColumn;

typedef VEC(ScanColumn) ScanColumns;

static int compare_sources(const ScanSource *a, const ScanSource *b)
{
    if (a->table_column != b->table_column)
        return a->table_column < b->table_column ? -1 : 1;
    for (uint32_t i = 0; i < a->path_length && i < b->path_length; i++) {
        if (a->path[i] != b->path[i])
            return a->path[i] < b->path[i] ? -1 : 1;
    }
    return (a->path_length > b->path_length) - (a->path_length < b->path_length);
}

bool scan_sources_equal(const ScanSource *a, const ScanSource *b)
{
    return compare_sources(a, b) == 0;
}

static int compare_columns(const void *left, const void *right)
{
    const ScanColumn *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return compare_sources(&a->source, &b->source);
}

/* Table columns from which column `c` of a statement's scan is computed, itself included. */
static void mark_sources(Lower *l, const LogicalNode *scan, const ScanSource *sources, uint32_t c, uint64_t *marked)
{
    bit_put(marked, sources[c].table_column);
    if (scan->as.scan.computed == NULL || scan->as.scan.computed[c] == NULL)
        return;
    uint64_t *reads = bits_make(l->query, scan->column_count);
    expr_columns(scan->as.scan.computed[c], reads);
    for (uint32_t from = 0; from < c; from++) {
        if (bit_is_set(reads, from))
            mark_sources(l, scan, sources, from, marked);
    }
}

/* Table columns that must be computed before the event time is known; none where nobody asks for time. */
static uint64_t *event_time_columns(Lower *l, const ScanBuild *build)
{
    uint64_t *marked = bits_make(l->query, build->table->column_count);
    for (uint32_t u = 0; u < build->users.count; u++) {
        const LogicalNode *scan = build->users.items[u]->logical;
        const ScanSource *sources = logical_scan_sources(l->query, scan);
        for (uint32_t c = 0; scan->as.scan.watermark != NULL && c < scan->column_count; c++) {
            if (sources[c].path_length == 0 && (int32_t)sources[c].table_column == build->table->rowtime_column)
                mark_sources(l, scan, sources, c, marked);
        }
    }
    return marked;
}

static ScanColumns collect_columns(Lower *l, const ScanBuild *build)
{
    ScanColumns all = { 0 };
    const uint64_t *early = event_time_columns(l, build);
    for (uint32_t u = 0; u < build->users.count; u++) {
        const LowerNode *user = build->users.items[u];
        const LogicalNode *scan = user->logical;
        const ScanSource *sources = logical_scan_sources(l->query, scan);
        for (uint32_t c = 0; c < scan->column_count; c++) {
            bool is_computed = scan->as.scan.computed != NULL && scan->as.scan.computed[c] != NULL;
            ScanPlace place = bit_is_set(early, sources[c].table_column) ? PLACE_EVENT_TIME : PLACE_COMPUTED;
            ScanColumn column = { sources[c], &scan->columns[c], user, c, is_computed ? place : PLACE_DECODED };
            vec_push(l->query, &all, column);
        }
    }
    if (all.count > 1)
        qsort(all.items, all.count, sizeof *all.items, compare_columns);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < all.count; i++) {
        if (kept == 0 || compare_columns(&all.items[kept - 1], &all.items[i]) != 0)
            all.items[kept++] = all.items[i];
    }
    all.count = kept;
    return all;
}

static void map_users(Lower *l, const ScanBuild *build, const ScanColumns *columns, PhysNode *node)
{
    for (uint32_t u = 0; u < build->users.count; u++) {
        LowerNode *user = build->users.items[u];
        const LogicalNode *scan = user->logical;
        const ScanSource *sources = logical_scan_sources(l->query, scan);
        user->phys = node;
        user->map = ARENA_ARRAY(l->query, uint32_t, scan->column_count + 1);
        for (uint32_t c = 0; c < scan->column_count; c++) {
            uint32_t at = 0;
            while (compare_sources(&columns->items[at].source, &sources[c]) != 0)
                at++;
            user->map[c] = at;
        }
    }
}

/* The watermark is the table's, so any statement's copy will do. */
static void lower_watermark(Lower *l, const ScanBuild *build, const ScanColumns *columns, PhysScan *scan)
{
    for (uint32_t u = 0; u < build->users.count && scan->watermark == NULL; u++) {
        const LowerNode *user = build->users.items[u];
        if (user->logical->as.scan.watermark != NULL)
            scan->watermark = lower_expr(l, user, user->logical->as.scan.watermark);
    }
    if (scan->watermark == NULL)
        return;
    ScanSource rowtime = { .table_column = (uint32_t)build->table->rowtime_column };
    while (compare_sources(&columns->items[scan->rowtime_column].source, &rowtime) != 0) {
        scan->rowtime_column++;
        assert(scan->rowtime_column < columns->count);
    }
}

static void lower_dedup(Lower *l, const ScanBuild *build, PhysNode *node)
{
    const LowerNode *user = build->users.items[0];
    const Dedup *logical = user->logical->as.scan.dedup;
    if (logical == NULL)
        return;
    const Expr **keys = ARENA_ARRAY(l->query, const Expr *, logical->key_count + 1);
    for (uint32_t i = 0; i < logical->key_count; i++)
        keys[i] = lower_expr(l, user, logical->keys[i]);
    Dedup *dedup = ARENA_NEW(l->query, Dedup);
    *dedup = *logical;
    dedup->keys = keys;
    node->as.scan.dedup = dedup;
    uint32_t ordinal = 0; /* scans are not shared where the optimiser is told so */
    for (uint32_t i = 0; i < l->scans.count; i++)
        ordinal += l->scans.items[i]->as.scan.table == build->table;
    node->as.scan.dedup_id = unit_dedup_id(node, ordinal);
}

static void lower_heartbeat(const ScanBuild *build, const ScanColumns *columns, PhysScan *scan)
{
    if (build->table->heartbeat == 0)
        return;
    ScanSource wanted = { .table_column = build->table->heartbeat - 1 };
    while (compare_sources(&columns->items[scan->heartbeat_column].source, &wanted) != 0) {
        scan->heartbeat_column++;
        assert(scan->heartbeat_column < columns->count);
    }
}

static void lower_scan(Lower *l, const ScanBuild *build)
{
    ScanColumns columns = collect_columns(l, build);
    PhysNode *node = phys_new(l, PHYS_SCAN, 0, build->users.items[0]->logical->span);
    PhysScan *scan = &node->as.scan;
    node->columns = ARENA_ARRAY(l->query, PhysColumn, columns.count + 1);
    node->column_count = columns.count;
    ScanSource *sources = ARENA_ARRAY(l->query, ScanSource, columns.count + 1);
    for (uint32_t c = 0; c < columns.count; c++) {
        node->columns[c] = (PhysColumn){ columns.items[c].column->name, columns.items[c].column->type };
        sources[c] = columns.items[c].source;
        scan->decoded_count += columns.items[c].place == PLACE_DECODED;
    }
    scan->table = build->table;
    scan->sources = sources;
    scan->computed_count = columns.count - scan->decoded_count;
    scan->layout = lower_layout(l->query, node->columns, columns.count);
    map_users(l, build, &columns, node);
    const Expr **computed = ARENA_ARRAY(l->query, const Expr *, scan->computed_count + 1);
    for (uint32_t i = 0; i < scan->computed_count; i++) {
        const ScanColumn *column = &columns.items[scan->decoded_count + i];
        computed[i] = lower_expr(l, column->user, column->user->logical->as.scan.computed[column->at]);
    }
    scan->computed = computed;
    lower_watermark(l, build, &columns, scan);
    lower_dedup(l, build, node);
    lower_heartbeat(build, &columns, scan);
    scan->decode = decode_schema_new(l->query, build->table, &scan->layout, sources, scan->decoded_count);
    vec_push(l->query, &l->scans, phys_intern(l, node, OPT_share_scan));
}

void lower_scans(Lower *l)
{
    for (uint32_t i = 0; i < l->scan_builds.count; i++)
        lower_scan(l, l->scan_builds.items[i]);
}
