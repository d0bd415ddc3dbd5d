/* op_scan.c -- the source: times of the rows of a batch, then the rows themselves.
 *
 *   times:  for each row: computed columns into the row, in order; is it a copy of another (DEDUPLICATE BY); its
 *           watermark and the largest event time so far
 *   rows:   for each row: push to the consumers of the scan
 *
 * With many consumers the rows functions are several, each for a run of edges, so that no function grows beyond what
 * the optimiser digests in good time; filters right behind the scan are repeated in each. */
#include "compiler/codegen/data/cg_key.h"
#include "compiler/codegen/ops/ahead.h"

#include <stddef.h>

static const CgKind PARAMS[] = { CG_PTR, CG_PTR };

static const Type *const *column_types(CgProgram *program, const PhysNode *node)
{
    const Type **types = ARENA_ARRAY(program->arena, const Type *, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++)
        types[i] = node->columns[i].type;
    return types;
}

static uint64_t *columns_of(CgProgram *program, const PhysNode *scan, const Expr *expr)
{
    uint64_t *mask = ARENA_ARRAY(program->arena, uint64_t, scan->as.scan.layout.words + 1);
    expr_columns(expr, mask);
    return mask;
}

/* ---- times ---- */

static void computed_column(CgCode *c, const PhysNode *scan, const CgRow *row, uint32_t index)
{
    const PhysScan *s = &scan->as.scan;
    uint32_t column = s->decoded_count + index;
    const Expr *expr = s->computed[index];
    CgVal spoiled = cg_row_has_error(c, row, columns_of(c->program, scan, expr));
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, spoiled), "scan.spoiled");
    cg_row_set_error(c, row->memory, row->layout, column);
    cg_if_else(c->f, &scope);
    CgSql value = cg_expr(c, expr, row);
    if (!expr_can_fail(expr)) {
        cg_row_set(c, row->memory, row->layout, column, value);
    } else {
        CgScope failure = cg_if_open(c->f, cg_failed(c), "scan.computed_failed");
        CgVal args[] = { c->task, c->batch, c->row_index, cg_i32(c->f, (int32_t)column) };
        cg_call(c->f, "rt_column_bad", CG_VOID, args, 4);
        cg_row_set_error(c, row->memory, row->layout, column);
        cg_if_else(c->f, &failure);
        cg_row_set(c, row->memory, row->layout, column, value);
        cg_if_close(c->f, &failure);
    }
    cg_if_close(c->f, &scope);
}

/* A time becomes a watermark by the lateness of the rows so far. */
static CgVal adapted(CgCode *c, CgSql time, CgVal known, CgVal is_heartbeat, CgLocal mark)
{
    CgLocal adapted = cg_local(c->f, CG_I64);
    cg_set(c->f, adapted, cg_get(c->f, mark));
    CG_IF(c->f, known, "scan.adaptive") {
        CgVal args[] = { c->task, c->batch, time.value, is_heartbeat };
        cg_set(c->f, adapted, cg_call(c->f, "rt_adaptive", CG_I64, args, 4));
    }
    return cg_get(c->f, adapted);
}

/* Raises `mark` to the value of an expression, unless it is NULL, spoiled or fails. */
static void raise(CgCode *c, const PhysNode *scan, const CgRow *row, const Expr *expr, CgLocal mark, CgVal is_heartbeat)
{
    bool is_adaptive = expr == scan->as.scan.watermark && scan->as.scan.table->adaptive != NULL;
    CgVal spoiled = cg_row_has_error(c, row, columns_of(c->program, scan, expr));
    CG_IF(c->f, cg_not(c->f, spoiled), "scan.time") {
        CgSql time = cg_expr(c, expr, row);
        CgVal failed = expr_can_fail(expr) ? cg_failed(c) : cg_i1(c->f, false);
        if (is_adaptive) {
            CgVal known = cg_and(c->f, cg_not(c->f, time.null), cg_not(c->f, failed));
            time.value = adapted(c, time, known, is_heartbeat, mark);
        }
        CgVal higher = cg_and(c->f, cg_not(c->f, time.null), cg_cmp(c->f, CG_SGT, time.value, cg_get(c->f, mark)));
        if (expr_can_fail(expr)) {
            higher = cg_and(c->f, higher, cg_not(c->f, failed));
            CG_IF(c->f, cg_unlikely(c->f, failed), "scan.time_failed") {
                CgVal args[] = { c->task, c->batch, c->row_index };
                cg_call(c->f, "rt_watermark_bad", CG_VOID, args, 3);
            }
        }
        cg_set(c->f, mark, cg_select(c->f, higher, time.value, cg_get(c->f, mark)));
    }
}

static CgVal word_at(CgCode *c, CgVal words)
{
    return cg_ptr_add(c->f, words, cg_bin(c->f, CG_SHL, c->row_index, cg_i64(c->f, 3)));
}

static CgVal row_at(CgCode *c, const PhysNode *scan)
{
    CgVal rows = cg_load_constant(c->f, CG_PTR, c->batch, offsetof(RtBatch, rows));
    CgVal bytes = cg_i64(c->f, scan->as.scan.layout.row_bytes);
    return cg_ptr_add(c->f, rows, cg_bin(c->f, CG_MUL, c->row_index, bytes));
}

/* What the rows of a batch so far say of time. */
typedef struct ScanTimes {
    CgLocal watermark, now;
} ScanTimes;

enum { US_OF_SECOND = 1000000 };

/* Times of the precision that the column has. */
static CgVal to_unit(CgCode *c, CgVal time, uint32_t precision)
{
    int64_t unit = US_OF_SECOND;
    for (uint32_t i = 0; i < precision; i++)
        unit /= 10;
    return cg_bin(c->f, CG_SUB, time, cg_bin(c->f, CG_SREM, time, cg_i64(c->f, unit)));
}

/* A row whose key or time is NULL or damaged is never a copy. */
static void dedup_row(CgCode *c, const PhysNode *scan, const CgRow *row)
{
    const Dedup *dedup = scan->as.scan.dedup;
    uint32_t column = scan->as.scan.rowtime_column;
    uint64_t *mask = ARENA_ARRAY(c->program->arena, uint64_t, scan->as.scan.layout.words + 1);
    const Expr *rowtime = expr_column(c->program->arena, scan->columns[column].type, column, scan->span);
    expr_columns(rowtime, mask);
    for (uint32_t i = 0; i < dedup->key_count; i++)
        expr_columns(dedup->keys[i], mask);
    CG_IF(c->f, cg_not(c->f, cg_row_has_error(c, row, mask)), "scan.dedup") {
        CgSql *keys = ARENA_ARRAY(c->program->arena, CgSql, dedup->key_count + 1);
        CgSql time = cg_expr(c, rowtime, row);
        CgVal null = time.null;
        for (uint32_t i = 0; i < dedup->key_count; i++) {
            keys[i] = cg_expr(c, dedup->keys[i], row);
            null = cg_or(c->f, null, keys[i].null);
        }
        CG_IF(c->f, cg_not(c->f, null), "scan.dedup_key") {
            CgKey key = cg_key(c, keys, dedup->key_count, 0);
            CgVal args[] = { c->task, c->batch, c->row_index, key.bytes, key.length, time.value };
            cg_call(c->f, "rt_dedup_row", CG_VOID, args, 6);
        }
    }
}

/* A time beyond that of the input and the skew allowed: told, and clamped unless the row goes no further.  The answer
 * is whether it was; before the first time there is no limit. */
static CgVal check_future(CgCode *c, const PhysNode *scan, const CgRow *row, const ScanTimes *times)
{
    const Table *table = scan->as.scan.table;
    uint32_t column = scan->as.scan.rowtime_column;
    const Type *type = scan->columns[column].type;
    const Expr *rowtime = expr_column(c->program->arena, type, column, scan->span);
    CgLocal is_future = cg_local(c->f, CG_I1);
    cg_set(c->f, is_future, cg_i1(c->f, false));
    CgVal now = cg_get(c->f, times->now), mark = cg_get(c->f, times->watermark);
    CgVal latest = cg_select(c->f, cg_cmp(c->f, CG_SGT, mark, now), mark, now);
    CgVal has_time = cg_cmp(c->f, CG_SGT, latest, cg_i64(c->f, 0));
    CgVal spoiled = cg_row_has_error(c, row, columns_of(c->program, scan, rowtime));
    CG_IF(c->f, cg_and(c->f, has_time, cg_not(c->f, spoiled)), "scan.has_time") {
        CgSql time = cg_expr(c, rowtime, row);
        CgVal limit = to_unit(c, cg_add_i64(c->f, latest, table->future_skew_us), type->precision);
        CgVal beyond = cg_and(c->f, cg_not(c->f, time.null), cg_cmp(c->f, CG_SGT, time.value, limit));
        CG_IF(c->f, cg_unlikely(c->f, beyond), "scan.future") {
            CgVal args[] = { c->task, c->batch, c->row_index, time.value, limit };
            cg_call(c->f, "rt_row_future", CG_VOID, args, 5);
            cg_set(c->f, is_future, cg_i1(c->f, true));
            if (!table->future_quarantine)
                cg_row_set(c, row->memory, row->layout, column, cg_sql(c, PK_I64, limit));
        }
    }
    return cg_get(c->f, is_future);
}

/* What kind of row it is. */
typedef struct RowKind {
    CgVal is_future, is_heartbeat;
} RowKind;

static void raise_by(CgCode *c, const PhysNode *scan, const CgRow *row, const Expr *expr, CgLocal mark,
                     const RowKind *kind)
{
    if (cg_is_const(kind->is_future, 0)) {
        raise(c, scan, row, expr, mark, kind->is_heartbeat);
        return;
    }
    CG_IF(c->f, cg_not(c->f, kind->is_future), "scan.moves_time") {
        raise(c, scan, row, expr, mark, kind->is_heartbeat);
    }
}

/* A row where the column of heartbeats is TRUE goes no further. */
static CgVal check_heartbeat(CgCode *c, const PhysNode *scan, const CgRow *row)
{
    uint32_t column = scan->as.scan.heartbeat_column;
    const Expr *says = expr_column(c->program->arena, scan->columns[column].type, column, scan->span);
    CgVal spoiled = cg_row_has_error(c, row, columns_of(c->program, scan, says));
    CgVal beats = cg_and(c->f, cg_not(c->f, spoiled), cg_condition(c, says, row));
    CG_IF(c->f, cg_unlikely(c->f, beats), "scan.heartbeat") {
        CgVal args[] = { c->task, c->batch, c->row_index };
        cg_call(c->f, "rt_heartbeat", CG_VOID, args, 3);
    }
    return beats;
}

/* As soon as the event time of the row is known, PROCTIME() sees it.  The answer is whether the row is of the future,
 * which moves no time. */
static CgVal note_time(CgCode *c, const PhysNode *scan, const CgRow *row, const ScanTimes *times)
{
    uint32_t column = scan->as.scan.rowtime_column;
    const Expr *rowtime = expr_column(c->program->arena, scan->columns[column].type, column, scan->span);
    RowKind kind = { cg_i1(c->f, false), cg_i1(c->f, false) };
    if (scan->as.scan.table->future_skew_us > 0)
        kind.is_future = check_future(c, scan, row, times);
    raise_by(c, scan, row, rowtime, times->now, &kind);
    cg_store(c->f, c->task, offsetof(RtTask, fn.now_us), cg_get(c->f, times->now));
    return kind.is_future;
}

/* Heartbeats and rows of the future that go no further are not known to those behind them. */
static void dedup_event(CgCode *c, const PhysNode *scan, const CgRow *row, const RowKind *kind)
{
    CgVal goes = cg_not(c->f, kind->is_heartbeat);
    if (scan->as.scan.table->future_quarantine)
        goes = cg_and(c->f, goes, cg_not(c->f, kind->is_future));
    if (cg_is_const(goes, 1)) {
        dedup_row(c, scan, row);
        return;
    }
    CG_IF(c->f, goes, "scan.dedup_event") {
        dedup_row(c, scan, row);
    }
}

/* METADATA columns ask for the record that the row stands in. */
static bool reads_metadata(const Table *table)
{
    bool reads = false;
    for (uint32_t i = 0; i < table->column_count; i++)
        reads |= table->columns[i].is_metadata;
    return reads;
}

static void times_of_row(CgCode *c, const PhysNode *scan, const ScanTimes *times)
{
    CgLocal watermark = times->watermark, now = times->now;
    RowKind kind = { cg_i1(c->f, false), cg_i1(c->f, false) };
    const PhysScan *s = &scan->as.scan;
    const Type *const *types = column_types(c->program, scan);
    CgVal memory = row_at(c, scan);
    CgVal marks = cg_load(c->f, CG_PTR, c->batch, offsetof(RtBatch, watermark_before));
    CgVal nows = cg_load(c->f, CG_PTR, c->batch, offsetof(RtBatch, now));
    cg_store(c->f, word_at(c, marks), 0, cg_get(c->f, watermark));
    cg_store(c->f, c->task, offsetof(RtTask, fn.watermark_us), cg_get(c->f, watermark));
    cg_store(c->f, c->task, offsetof(RtTask, fn.now_us), cg_get(c->f, now));
    if (reads_metadata(s->table)) {
        CgVal lines = cg_load(c->f, CG_PTR, c->batch, offsetof(RtBatch, lines));
        cg_store(c->f, c->task, offsetof(RtTask, fn.line), cg_load(c->f, CG_PTR, word_at(c, lines), 0));
    }
    CgRow row = cg_row_memory(c, memory, &s->layout, types);
    row.never_null = NULL; /* computed columns are NULL until they are set */
    if (s->watermark != NULL && s->rowtime_column < s->decoded_count)
        kind.is_future = note_time(c, scan, &row, times);
    for (uint32_t i = 0; i < s->computed_count; i++) {
        computed_column(c, scan, &row, i);
        if (s->watermark != NULL && s->rowtime_column == s->decoded_count + i)
            kind.is_future = note_time(c, scan, &row, times);
    }
    if (s->watermark != NULL && s->table->heartbeat > 0)
        kind.is_heartbeat = check_heartbeat(c, scan, &row);
    if (s->dedup != NULL)
        dedup_event(c, scan, &row, &kind);
    if (s->watermark != NULL)
        raise_by(c, scan, &row, s->watermark, watermark, &kind);
    cg_store(c->f, word_at(c, nows), 0, cg_get(c->f, now));
}

void cg_scan_times(CgProgram *program, const PhysNode *scan, const char *name)
{
    CgFn *f = cg_fn_begin(program->module, name, CG_VOID, PARAMS, 2);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 0), .batch = cg_param(f, 1) };
    CgLocal watermark = cg_local(f, CG_I64), now = cg_local(f, CG_I64);
    cg_set(f, watermark, cg_load(f, CG_I64, code.batch, offsetof(RtBatch, watermark)));
    cg_set(f, now, cg_load(f, CG_I64, code.batch, offsetof(RtBatch, now_after)));
    CgVal count = cg_load(f, CG_I64, code.batch, offsetof(RtBatch, row_count));
    CG_FOR_RANGE(f, code.row_index, cg_i64(f, 0), count, "scan.times") {
        times_of_row(&code, scan, &(ScanTimes){ watermark, now });
    }
    cg_store(f, code.batch, offsetof(RtBatch, watermark), cg_get(f, watermark));
    cg_store(f, code.batch, offsetof(RtBatch, now_after), cg_get(f, now));
    cg_fn_end(f, NULL);
}

/* ---- rows ---- */

/* A filter that hands scan rows on is walked through: its edges count, not itself. */
static bool is_transparent(const PhysNode *node)
{
    return node->kind == PHYS_FILTER && node->reads != NULL && node->reads[0] != NULL;
}

uint32_t cg_scan_edges(const PhysNode *node)
{
    uint32_t edges = 0;
    for (uint32_t i = 0; i < node->consumer_count; i++)
        edges += is_transparent(node->consumers[i]) ? cg_scan_edges(node->consumers[i]) : 1;
    return edges;
}

typedef struct EdgeRange {
    uint32_t from, to, at;
} EdgeRange;

static void push_range(CgCode *c, const PhysNode *node, const CgRow *row, EdgeRange *range);

static void push_through_filter(CgCode *c, const PhysNode *filter, const CgRow *row, EdgeRange *range)
{
    const Expr *predicate = filter->as.filter.predicate;
    CgVal bad = cg_row_has_error(c, row, filter->reads[0]);
    bool counts = range->at >= range->from; /* one function of several counts the bad row */
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, bad), "filter.bad_column");
    if (counts)
        cg_bad(c, filter, BAD_COLUMN);
    cg_if_else(c->f, &scope);
    CgVal keep = cg_condition(c, predicate, row);
    if (expr_can_fail(predicate)) {
        CgVal failed = cg_failed(c);
        CG_IF(c->f, failed, "filter.failed") {
            if (counts)
                cg_bad(c, filter, BAD_EXPRESSION);
            cg_store(c->f, c->task, offsetof(RtTask, fn.failure.code), cg_i32(c->f, 0));
        }
        keep = cg_and(c->f, keep, cg_not(c->f, failed));
    }
    CG_IF(c->f, keep, "filter.pass") {
        CgRow passed = *row;
        if (row->change.ref != NULL) /* the halves of an update are rows of their own */
            passed.change = cg_change_where(c, row->change, cg_i1(c->f, false));
        push_range(c, filter, &passed, range);
    }
    cg_if_close(c->f, &scope);
}

static void push_range(CgCode *c, const PhysNode *node, const CgRow *row, EdgeRange *range)
{
    for (uint32_t i = 0; i < node->consumer_count; i++) {
        const PhysNode *to = node->consumers[i];
        uint32_t edges = is_transparent(to) ? cg_scan_edges(to) : 1;
        bool wanted = range->at < range->to && range->at + edges > range->from;
        if (!wanted)
            range->at += edges;
        else if (is_transparent(to))
            push_through_filter(c, to, row, range);
        else {
            cg_push_to(c, node, i, row);
            range->at++;
        }
    }
}

static CgRow scan_row(CgCode *c, const PhysNode *scan)
{
    CgRow row = cg_row_memory(c, row_at(c, scan), &scan->as.scan.layout, column_types(c->program, scan));
    row.is_constant = true;
    return row;
}

void cg_scan_rows(CgProgram *program, const PhysNode *scan, uint32_t from, uint32_t to, const char *name)
{
    CgFn *f = cg_fn_begin(program->module, name, CG_VOID, PARAMS, 2);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 0), .batch = cg_param(f, 1) };
    CgVal count = cg_load(f, CG_I64, code.batch, offsetof(RtBatch, row_count));
    CgAhead ahead = cg_ahead_begin(&code, scan);
    CG_FOR_RANGE(f, code.row_index, cg_i64(f, 0), count, "scan.row") {
        cg_ahead_row(&code, &ahead, scan_row, scan);
        CgRow row = scan_row(&code, scan);
        if (phys_is_updating(scan)) {
            CgVal changes = cg_load_constant(f, CG_PTR, code.batch, offsetof(RtBatch, changes));
            CgVal change = cg_load_constant(f, CG_I8, cg_ptr_add(f, changes, code.row_index), 0);
            row.change = cg_zext(f, change, CG_I32);
        }
        CgVal marks = cg_load_constant(f, CG_PTR, code.batch, offsetof(RtBatch, watermark_before));
        CgVal nows = cg_load_constant(f, CG_PTR, code.batch, offsetof(RtBatch, now));
        CgVal mark = cg_load_constant(f, CG_I64, word_at(&code, marks), 0);
        cg_store(f, code.task, offsetof(RtTask, fn.watermark_us), mark);
        cg_store(f, code.task, offsetof(RtTask, fn.now_us), cg_load(f, CG_I64, word_at(&code, nows), 0));
        EdgeRange range = { .from = from, .to = to };
        push_range(&code, scan, &row, &range);
    }
    cg_fn_end(f, NULL);
}
