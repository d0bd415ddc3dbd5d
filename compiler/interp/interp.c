/* interp.c -- rows through scans, filters, projections, joins, unions and sinks. */
#include "compiler/interp/interp_internal.h"

#include "compiler/logical/nodes.h"
#include "runtime/abi/key.h"
#include "runtime/base/alloc.h"
#include "runtime/time/zone.h"

#include <assert.h>

static bool bit_of(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> (i % 64)) & 1;
}

/* ---- values ---- */

bool interp_value(Interp *interp, const PhysNode *node, const Expr *expr, InterpRow row, RtDatum *out)
{
    ExprEval eval = { &interp->fn, row.columns };
    *out = expr_eval(&eval, expr);
    if (interp->fn.failure.code == 0)
        return true;
    if (row_change_retracts(row.change)) {
        interp->fn.failure = (FnFailure){ 0 }; /* told when the row came */
        return false;
    }
    interp_bad(interp, node, BAD_EXPRESSION, 0);
    return false;
}

Str interp_key(Interp *interp, const RtDatum *values, uint32_t count)
{
    return key_of_values(&interp->batch, values, count);
}

void interp_bad(Interp *interp, const PhysNode *node, RtBadReason reason, uint32_t column)
{
    if (interp->is_early) {
        interp->fn.failure = (FnFailure){ 0 };
        return;
    }
    interp->nodes[node->id].counts.bad++;
    interp->totals.bad += interp->origin.is_group || !interp->counted_bad;
    interp->counted_bad = !interp->origin.is_group || interp->counted_bad;
    interp_aside_bad(interp, reason, &interp->fn.failure);
    InterpBad bad = {
        .node = node,
        .reason = reason,
        .column = column,
        .scan = interp->origin.is_group ? UINT32_MAX : interp->origin.scan,
        .partition = interp->origin.is_group ? UINT32_MAX : interp->origin.partition,
        .position = interp->origin.position,
    };
    if (reason == BAD_EXPRESSION)
        bad.failure = &interp->fn.failure;
    if (reason == BAD_COLUMN && interp->column_failures[column].code != 0)
        bad.failure = &interp->column_failures[column];
    if (interp->options.on_bad != NULL)
        interp->options.on_bad(interp->options.user, &bad);
    interp->fn.failure = (FnFailure){ 0 };
}

/* ---- operators ---- */

/* Was the other half of the update let through, too? */
static bool other_passes(Interp *interp, const Expr *predicate, InterpRow row)
{
    if (row.other == NULL)
        return false;
    ExprEval eval = { &interp->fn, row.other };
    RtDatum keep = expr_eval(&eval, predicate);
    bool failed = interp->fn.failure.code != 0;
    interp->fn.failure = (FnFailure){ 0 };
    return !failed && !keep.is_null && keep.value.b;
}

static void filter_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    RtDatum keep;
    if (!interp_value(interp, node, node->as.filter.predicate, row, &keep) || keep.is_null || !keep.value.b)
        return;
    if (!other_passes(interp, node->as.filter.predicate, row))
        row.change = row_change_alone(row.change);
    interp_push(interp, node, row);
}

/* The other half of an update, where nothing of the projection can fail. */
static bool project_other(Interp *interp, const PhysNode *node, const RtDatum *other, InterpRow *out)
{
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    ExprEval eval = { &interp->fn, other };
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (expr_can_fail(node->as.project.exprs[c]))
            return false;
        columns[c] = expr_eval(&eval, node->as.project.exprs[c]);
    }
    out->other = columns;
    return true;
}

static void project_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (!interp_value(interp, node, node->as.project.exprs[c], row, &columns[c]))
            return;
    }
    InterpRow out = { .columns = columns, .change = row.change };
    if (row.other == NULL || !project_other(interp, node, row.other, &out))
        out.change = row_change_alone(row.change);
    interp_push(interp, node, out);
}

/* The row once for each of its windows: the youngest hop first, the cumulating window that ends first. */
/* The zone that the row names; false: it was counted bad. */
static bool row_zone(Interp *interp, const PhysNode *node, InterpRow row, const Zone **zone)
{
    RtDatum name;
    RtError error;
    if (!interp_value(interp, node, node->as.window_rows.zone, row, &name))
        return false;
    *zone = name.is_null ? NULL : zone_open(&interp->batch, name.value.str, &error);
    if (*zone != NULL)
        return true;
    fn_fail(&interp->fn, 604, "no such time zone");
    interp_bad(interp, node, BAD_EXPRESSION, 0);
    return false;
}

static void window_rows_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    uint32_t window = node->column_count - WINDOW_COLUMN_COUNT;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count);
    RtDatum time;
    for (uint32_t c = 0; c < window; c++) {
        if (!interp_value(interp, node, rows->exprs[c], row, &columns[c]))
            return;
    }
    if (!interp_value(interp, node, rows->time, row, &time))
        return;
    if (time.is_null) {
        interp_bad(interp, node, BAD_NULL_TIME, 0);
        return;
    }
    InterpWindows windows = { .arena = &interp->batch };
    WindowCut cut = WINDOW_CUT(rows);
    if (rows->zone != NULL && !row_zone(interp, node, row, &cut.zone))
        return;
    interp_windows(&cut, time.value.i64, &windows);
    for (uint32_t w = 0; w < windows.list.count; w++) {
        uint32_t at = rows->kind == WINDOW_HOP ? w : windows.list.count - 1 - w;
        const InterpWindow *of = &windows.list.items[at];
        columns[window] = (RtDatum){ .value.i64 = of->start_us, .kind = PK_I64 };
        columns[window + 1] = (RtDatum){ .value.i64 = of->end_us, .kind = PK_I64 };
        columns[window + 2] = (RtDatum){ .value.i64 = of->close_us - MILLISECOND_US, .kind = PK_I64 };
        interp_push(interp, node, (InterpRow){ .columns = columns, .change = row_change_alone(row.change) });
    }
}

static Str rank_key(Interp *interp, InterpRow row, const uint32_t *columns, uint32_t count)
{
    RtDatum *values = ARENA_ARRAY(&interp->batch, RtDatum, count + 1);
    for (uint32_t i = 0; i < count; i++)
        values[i] = row.columns[columns[i]];
    return interp_key(interp, values, count);
}

/* Rows come by partition, then order.  The row before lives in the batch: a window is pushed whole. */
static void rank_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysRank *rank = &node->as.rank;
    InterpNode *state = &interp->nodes[node->id];
    Str partition = rank_key(interp, row, rank->partition, rank->partition_count);
    Str order = rank_key(interp, row, rank->order, rank->order_count);
    bool is_new = state->rank_rows == 0 || !str_equal(partition, state->rank_partition);
    if (is_new)
        state->rank_rows = state->rank_dense = 0;
    if (is_new || !str_equal(order, state->rank_order)) {
        state->rank = state->rank_rows + 1;
        state->rank_dense++;
    }
    state->rank_partition = partition;
    state->rank_order = order;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count);
    memcpy(columns, row.columns, (node->column_count - 1) * sizeof *columns);
    for (int64_t i = 0; i < row.columns[rank->count_column].value.i64; i++) {
        state->rank_rows++;
        int64_t number = rank->kind == RANK_ROW_NUMBER ? state->rank_rows
                         : rank->kind == RANK_RANK     ? state->rank
                                                       : state->rank_dense;
        columns[node->column_count - 1] = (RtDatum){ .value.i64 = number, .kind = PK_I64 };
        interp_push(interp, node, (InterpRow){ .columns = columns });
    }
}

static RtDatum copy_datum(Arena *arena, RtDatum datum)
{
    if (!datum.is_null && (datum.kind == PK_STR || datum.kind == PK_BLOB))
        datum.value.str = str_copy(arena, datum.value.str);
    return datum;
}

static void sink_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const RowLayout *layout = &node->as.sink.layout;
    char *bytes = arena_alloc(&interp->batch, layout->row_bytes + 8, 8);
    row_clear(bytes, layout);
    for (uint32_t c = 0; c < layout->column_count; c++) {
        RtDatum datum = datum_to_kind(row.columns[c], (RtKind)layout->kinds[c]);
        bool is_text = !datum.is_null && (datum.kind == PK_STR || datum.kind == PK_BLOB);
        if (is_text &&
            (interp->capture != NULL || interp->corrects)) /* the group may be gone when the row is looked at */
            datum.value.str = str_copy(&interp->batch, datum.value.str);
        row_set(bytes, layout, c, datum);
    }
    if (interp->capture != NULL) {
        InterpLater captured = { .node = node, .row = bytes, .key = interp->capture_key };
        vec_push(&interp->batch, &interp->capture->list, captured);
        return;
    }
    if (interp->corrects) { /* behind the row in progress, like all of its corrections */
        InterpLater said = { .node = node, .row = bytes, .change = row.change };
        vec_push(&interp->batch, &interp->later.list, said);
        return;
    }
    interp->nodes[node->id].counts.rows_out++;
    interp->options.on_row(interp->options.user, node, row.change, bytes);
}

/* What groups and rows for all time say of a correction is said by itself, as that of any other row. */
static void keeper_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    InterpLaters *capture = interp->capture;
    if (interp->corrects)
        interp->capture = NULL;
    if (node->kind == PHYS_TOP)
        interp_top_row(interp, node, row);
    else
        interp_unbounded_row(interp, node, row);
    interp->capture = capture;
}

/* Pushes input ++ table row.  A residual that fails counts the row bad; it is no reason to pad with NULLs. */
static void join_pair(Interp *interp, const PhysNode *node, InterpRow row, const RtDatum *table_row, bool *matched)
{
    const PhysLookupJoin *join = &node->as.lookup_join;
    uint32_t before = node->inputs[0]->column_count;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (c < before)
            columns[c] = row.columns[c];
        else
            columns[c] = table_row != NULL ? table_row[c - before] : datum_null((RtKind)join->layout.kinds[c - before]);
    }
    InterpRow joined = { .columns = columns, .change = row_change_alone(row.change) };
    RtDatum keep = { .value.b = true };
    if (table_row != NULL && join->residual != NULL && !interp_value(interp, node, join->residual, joined, &keep)) {
        *matched = true;
        return;
    }
    if (keep.is_null || !keep.value.b)
        return;
    *matched = true;
    interp_push(interp, node, joined);
}

static void join_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysLookupJoin *join = &node->as.lookup_join;
    const InterpNode *state = &interp->nodes[node->id];
    RtDatum *keys = ARENA_ARRAY(&interp->batch, RtDatum, join->key_count + 1);
    bool has_null = false, matched = false;
    for (uint32_t i = 0; i < join->key_count; i++) {
        if (!interp_value(interp, node, join->input_keys[i], row, &keys[i]))
            return;
        has_null |= keys[i].is_null;
    }
    Str key = interp_key(interp, keys, join->key_count);
    for (uint64_t i = 0; i < state->row_count && !has_null; i++) {
        if (str_equal(state->row_keys[i], key))
            join_pair(interp, node, row, state->rows[i], &matched);
    }
    if (join->is_left && !matched)
        join_pair(interp, node, row, NULL, &matched);
}

/* The row once for each number, and a left one once with NULL where none passes. */
static void unnest_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysUnnest *unnest = &node->as.unnest;
    uint32_t number = node->column_count - 1;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count), count;
    if (!interp_value(interp, node, unnest->count, row, &count))
        return;
    memcpy(columns, row.columns, number * sizeof *columns);
    InterpRow out = { .columns = columns, .change = row_change_alone(row.change) };
    bool matched = false;
    for (int32_t i = 1; !count.is_null && i <= count.value.i32; i++) {
        columns[number] = (RtDatum){ .value.i32 = i, .kind = PK_I32 };
        RtDatum keep = { .value.b = true };
        bool failed = unnest->residual != NULL && !interp_value(interp, node, unnest->residual, out, &keep);
        bool passes = !failed && !keep.is_null && keep.value.b;
        matched |= failed || passes; /* a bad row is not padded */
        if (passes)
            interp_push(interp, node, out);
    }
    columns[number] = datum_null(PK_I32);
    if (unnest->is_left && !matched)
        interp_push(interp, node, out);
}

/* What a call answers for no rows. */
static RtDatum empty_result(Interp *interp, const AggCall *call)
{
    RtKind kind = type_physical(call->type);
    RtDatum out = datum_null(kind);
    void *state = arena_alloc_zeroed(&interp->batch, call->agg->state_bytes + 1, 16);
    interp->fn.user = call->agg->user;
    interp->fn.heap = &interp->heap;
    call->agg->final(&interp->fn, state, &out);
    interp->fn.heap = NULL;
    return datum_to_kind(out, kind);
}

/* The row, and before it one for each window since the row before of its group. */
static void gap_fill_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysGapFill *fill = &node->as.gap_fill;
    InterpNode *state = &interp->nodes[node->id];
    RtDatum *keys = ARENA_ARRAY(&interp->batch, RtDatum, fill->groups.key_count + 1);
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    for (uint32_t i = 0; i < fill->groups.key_count; i++)
        keys[i] = row.columns[fill->groups.keys[i]->column];
    InterpWindow always = { .start_us = INT64_MIN, .end_us = INT64_MAX, .close_us = INT64_MAX };
    InterpGroup *group = interp_find_group(state, &always, interp_key(interp, keys, fill->groups.key_count));
    int64_t start = row.columns[fill->window_column].value.i64;
    int64_t missing = group->rows == 0 ? 0 : (start - (group->rows - 1)) / fill->step_us - 1;
    missing = missing > GAP_FILL_WINDOWS_MAX || missing < 0 ? 0 : missing;
    group->rows = start + 1;
    memcpy(columns, row.columns, node->column_count * sizeof *columns);
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (fill->calls[c] != NULL)
            columns[c] = empty_result(interp, fill->calls[c]);
    }
    for (int64_t left = missing; left > 0; left--) {
        for (uint32_t w = 0; w < WINDOW_COLUMN_COUNT; w++)
            columns[fill->window_column + w].value.i64 =
                row.columns[fill->window_column + w].value.i64 - left * fill->step_us;
        interp_push(interp, node, (InterpRow){ .columns = columns });
    }
    interp_push(interp, node, (InterpRow){ .columns = row.columns });
}

static void deliver(Interp *interp, const PhysNode *node, uint32_t input, InterpRow row)
{
    const uint64_t *mask = node->reads[input];
    for (uint32_t c = 0; mask != NULL && row.errors != NULL && c < node->inputs[input]->column_count; c++) {
        if (bit_of(mask, c) && bit_of(row.errors, c)) {
            interp_bad(interp, node, BAD_COLUMN, c);
            return;
        }
    }
    interp->nodes[node->id].counts.rows_in++;
    switch (node->kind) {
    case PHYS_KEEP: /* takes whole windows: interp_keep_window */
        break;
    case PHYS_FILTER:
        filter_row(interp, node, row);
        break;
    case PHYS_PROJECT:
        project_row(interp, node, row);
        break;
    case PHYS_LOOKUP_JOIN:
        join_row(interp, node, row);
        break;
    case PHYS_GAP_FILL:
        gap_fill_row(interp, node, row);
        break;
    case PHYS_UNNEST:
        unnest_row(interp, node, row);
        break;
    case PHYS_TOP:
    case PHYS_GROUP_AGG:
        keeper_row(interp, node, row);
        break;
    case PHYS_RANK:
        rank_row(interp, node, row);
        break;
    case PHYS_WINDOW_ROWS:
        window_rows_row(interp, node, row);
        break;
    case PHYS_WINDOW_AGG:
        interp_group_row(interp, node, row);
        break;
    case PHYS_SINK:
        sink_row(interp, node, row);
        break;
    default:
        interp_push(interp, node, row);
        break;
    }
}

/* A consumer that takes the same rows twice stands twice among the consumers, and twice has us among its inputs. */
static uint32_t input_of(const PhysNode *from, uint32_t consumer)
{
    const PhysNode *to = from->consumers[consumer];
    uint32_t skip = 0;
    for (uint32_t i = 0; i < consumer; i++)
        skip += from->consumers[i] == to;
    for (uint32_t i = 0;; i++) {
        assert(i < to->input_count);
        if (to->inputs[i] == from && skip-- == 0)
            return i;
    }
}

void interp_push(Interp *interp, const PhysNode *from, InterpRow row)
{
    interp->nodes[from->id].counts.rows_out++;
    for (uint32_t i = 0; i < from->consumer_count; i++)
        deliver(interp, from->consumers[i], input_of(from, i), row);
}

/* ---- scans ---- */

static InterpPartition *partition_of(Interp *interp, uint32_t scan, uint32_t partition)
{
    assert(scan < interp->program->scan_count && partition < interp->options.partition_count);
    return &interp->partitions[scan][partition];
}

static void compute_column(Interp *interp, const PhysNode *node, uint32_t column, RtDatum *columns, uint64_t *errors)
{
    const PhysScan *scan = &node->as.scan;
    const Expr *expr = scan->computed[column - scan->decoded_count];
    uint64_t *reads = ARENA_ARRAY(&interp->batch, uint64_t, scan->layout.words + 1);
    expr_columns(expr, reads);
    bool is_error = false;
    for (uint32_t w = 0; w < scan->layout.words; w++)
        is_error |= (reads[w] & errors[w]) != 0;
    ExprEval eval = { &interp->fn, columns };
    columns[column] = datum_null(type_physical(expr->type));
    RtDatum value = is_error ? columns[column] : expr_eval(&eval, expr);
    if (is_error || interp->fn.failure.code != 0) {
        interp->column_failures[column] = interp->fn.failure;
        if (!is_error)
            interp->failed_columns[interp->failed_count++] = column;
        interp->fn.failure = (FnFailure){ 0 };
        errors[column / 64] |= (uint64_t)1 << (column % 64);
        return;
    }
    columns[column] = value;
}

/* What a row says of time. */
typedef struct RowTime {
    bool is_future;
    int64_t time_us, limit_us; /* is_future: as it came, and the latest allowed */
} RowTime;

/* PROCTIME() and NOW(): the largest event time so far, this row's included as soon as it is known. */
static void note_time(Interp *interp, const PhysNode *node, InterpRow row, RtDatum *columns, InterpPartition *partition,
                      RowTime *noted)
{
    uint32_t column = node->as.scan.rowtime_column;
    bool is_bad = bit_of(row.errors, column) || columns[column].is_null;
    if (is_bad)
        return;
    noted->time_us = columns[column].value.i64;
    noted->is_future = interp_is_future(node, row, partition, &noted->limit_us);
    if (noted->is_future && !node->as.scan.table->future_quarantine)
        columns[column].value.i64 = noted->limit_us;
    if (!noted->is_future && noted->time_us > partition->now_us)
        partition->now_us = noted->time_us;
    interp->fn.now_us = partition->now_us;
}

static void advance_by_row(Interp *interp, const PhysNode *node, InterpRow row, InterpPartition *partition,
                           bool is_heartbeat)
{
    const PhysScan *scan = &node->as.scan;
    if (scan->watermark == NULL)
        return;
    uint64_t *reads = ARENA_ARRAY(&interp->batch, uint64_t, scan->layout.words + 1);
    expr_columns(scan->watermark, reads);
    for (uint32_t w = 0; w < scan->layout.words; w++) {
        if ((reads[w] & row.errors[w]) != 0)
            return;
    }
    ExprEval eval = { &interp->fn, row.columns };
    RtDatum time = expr_eval(&eval, scan->watermark);
    bool failed = interp->fn.failure.code != 0;
    interp->fn.failure = (FnFailure){ 0 };
    if (failed || time.is_null)
        return;
    int64_t watermark = time.value.i64;
    if (scan->table->adaptive != NULL && is_heartbeat)
        watermark = interp_adaptive_tick(interp, partition, scan->table->adaptive, watermark);
    else if (scan->table->adaptive != NULL)
        watermark = interp_adaptive(interp, partition, scan->table->adaptive, watermark);
    if (watermark > partition->watermark_us)
        partition->watermark_us = watermark;
}

void interp_records(Interp *interp, const FnRecord *records, uint64_t count, const char *line)
{
    interp->fn.records = records;
    interp->fn.record_count = count;
    interp->fn.record_at = 0;
    interp->fn.line = line;
}

void interp_source(Interp *interp, const FnSource *source)
{
    interp->fn.source = source;
}

/* All columns of a row, and what it says of time. */
static InterpRow make_row(Interp *interp, const PhysNode *node, const void *row, InterpPartition *own, RowTime *noted)
{
    const PhysScan *scan = &node->as.scan;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    uint64_t *errors = ARENA_ARRAY(&interp->batch, uint64_t, scan->layout.words + 1);
    InterpRow current = { .columns = columns, .errors = errors, .change = interp->next };
    interp->fn.watermark_us = own->watermark_us;
    interp->fn.now_us = own->now_us;
    interp->column_failures = ARENA_ARRAY(&interp->batch, FnFailure, node->column_count + 1);
    interp->failed_columns = ARENA_ARRAY(&interp->batch, uint32_t, node->column_count + 1);
    interp->failed_count = 0;
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (c >= scan->decoded_count) {
            compute_column(interp, node, c, columns, errors);
        } else {
            columns[c] = row_get(row, &scan->layout, c);
            errors[c / 64] |= (uint64_t)row_is_error(row, &scan->layout, c) << (c % 64);
        }
        if (scan->watermark != NULL && c == scan->rowtime_column)
            note_time(interp, node, current, columns, own, noted);
    }
    return current;
}

static bool is_heartbeat(const PhysNode *node, InterpRow row)
{
    uint32_t column = node->as.scan.heartbeat_column;
    if (node->as.scan.watermark == NULL || node->as.scan.table->heartbeat == 0)
        return false;
    return !bit_of(row.errors, column) && !row.columns[column].is_null && row.columns[column].value.b;
}

static void note_spoken(InterpPartition *own)
{
    own->is_idle = false;
    if (!own->has_spoken && own->now_us > 0) {
        own->has_spoken = true;
        own->first_us = own->now_us;
    }
}

void interp_next_change(Interp *interp, RowChange change)
{
    interp->next = change;
}

void interp_row(Interp *interp, uint32_t scan_index, uint32_t partition, const void *row, uint64_t position)
{
    const PhysNode *node = interp->program->scans[scan_index];
    InterpPartition *own = partition_of(interp, scan_index, partition);
    assert(!own->is_finished);
    interp->origin = (InterpOrigin){ scan_index, partition, position, own->watermark_us, false, INT64_MIN };
    interp->row_is_bad = interp->counted_bad = interp->counted_late = false;
    RowTime noted = { 0 };
    InterpRow current = make_row(interp, node, row, own, &noted);
    bool beats = is_heartbeat(node, current);
    note_spoken(own);
    interp->nodes[node->id].counts.rows_in++;
    interp->nodes[node->id].counts.heartbeats += beats;
    if (noted.is_future) {
        interp_aside_future(interp, node, current, noted.time_us, noted.limit_us);
        interp_late_done(interp);
    }
    interp->scan_row = &current;
    bool goes_on = !beats && (!noted.is_future || !node->as.scan.table->future_quarantine);
    if (goes_on && interp_is_copy(interp, node, current)) {
        interp->nodes[node->id].counts.duplicates++;
        goes_on = false;
    }
    if (goes_on) {
        interp_push(interp, node, current);
        interp_aside_unread(interp, node);
    }
    interp_late_done(interp);
    if (!noted.is_future)
        advance_by_row(interp, node, current, own, beats);
    interp_close_windows(interp);
    interp->next = ROW_INSERT;
    arena_reset(&interp->batch);
}

int64_t interp_look_ahead(Interp *interp, uint32_t scan_index, uint32_t partition, const void *row)
{
    InterpPartition own = *partition_of(interp, scan_index, partition);
    RowTime noted = { 0 };
    (void)make_row(interp, interp->program->scans[scan_index], row, &own, &noted);
    arena_reset(&interp->batch);
    return own.now_us;
}

void interp_set_idle(Interp *interp, uint32_t scan_index, uint32_t partition)
{
    partition_of(interp, scan_index, partition)->is_idle = true;
    interp_close_windows(interp);
    arena_reset(&interp->batch);
}

void interp_watermark(Interp *interp, uint32_t scan_index, uint32_t partition, int64_t time_us)
{
    InterpPartition *own = partition_of(interp, scan_index, partition);
    if (time_us > own->watermark_us)
        own->watermark_us = time_us;
    interp_close_windows(interp);
    arena_reset(&interp->batch);
}

void interp_end(Interp *interp, uint32_t scan_index, uint32_t partition)
{
    partition_of(interp, scan_index, partition)->is_finished = true;
    interp_close_windows(interp);
    arena_reset(&interp->batch);
}

/* ---- lookup tables ---- */

void interp_lookup_row(Interp *interp, const PhysNode *join, const void *row)
{
    const PhysLookupJoin *lookup = &join->as.lookup_join;
    InterpNode *state = &interp->nodes[join->id];
    if (state->row_count == state->row_capacity) {
        uint64_t capacity = state->row_capacity == 0 ? 16 : 2 * state->row_capacity;
        RtDatum **rows = ARENA_ARRAY(interp->arena, RtDatum *, capacity);
        Str *keys = ARENA_ARRAY(interp->arena, Str, capacity);
        for (uint64_t i = 0; i < state->row_count; i++) {
            rows[i] = state->rows[i];
            keys[i] = state->row_keys[i];
        }
        state->rows = rows;
        state->row_keys = keys;
        state->row_capacity = capacity;
    }
    RtDatum *columns = ARENA_ARRAY(interp->arena, RtDatum, lookup->column_count + 1);
    RtDatum *keys = ARENA_ARRAY(interp->arena, RtDatum, lookup->key_count + 1);
    bool has_null = false;
    for (uint32_t c = 0; c < lookup->column_count; c++) {
        if (row_is_error(row, &lookup->layout, c))
            return; /* a bad row of the table */
        columns[c] = copy_datum(interp->arena, row_get(row, &lookup->layout, c));
    }
    for (uint32_t i = 0; i < lookup->key_count; i++) {
        keys[i] = columns[lookup->table_keys[i]];
        has_null |= keys[i].is_null;
    }
    if (has_null)
        return; /* equals nothing */
    state->rows[state->row_count] = columns;
    state->row_keys[state->row_count++] = str_copy(interp->arena, interp_key(interp, keys, lookup->key_count));
}

/* ---- open, close, counts ---- */

enum { HEAP_BYTES_MAX = 1 << 30 };

Interp *interp_open(Arena *arena, const PhysProgram *program, InterpOptions options)
{
    Interp *interp = ARENA_NEW(arena, Interp);
    interp->arena = arena;
    interp->program = program;
    interp->options = options;
    if (options.partition_count == 0)
        interp->options.partition_count = 1;
    arena_init(&interp->batch);
    RtError error;
    if (page_pool_init(&interp->pool, HEAP_BYTES_MAX, &error) != RT_OK)
        mem_exhausted();
    heap_pages_init(&interp->heap_pages, &interp->pool);
    heap_init(&interp->heap, &interp->heap_pages, 0);
    interp->fn = (FnCtx){ .batch = &interp->batch, .zone = program->zone, .watermark_us = INT64_MIN };
    interp->partitions = ARENA_ARRAY(arena, InterpPartition *, program->scan_count + 1);
    for (uint32_t s = 0; s < program->scan_count; s++) {
        interp->partitions[s] = ARENA_ARRAY(arena, InterpPartition, interp->options.partition_count);
        for (uint32_t p = 0; p < interp->options.partition_count; p++)
            interp->partitions[s][p] = (InterpPartition){ .watermark_us = INT64_MIN };
    }
    interp->nodes = ARENA_ARRAY(arena, InterpNode, program->node_count + 1);
    for (uint32_t i = 0; i < program->node_count; i++) {
        interp->nodes[i].node = program->nodes[i];
        PhysKind kind = program->nodes[i]->kind;
        if (kind == PHYS_WINDOW_AGG || kind == PHYS_GROUP_AGG || kind == PHYS_GAP_FILL)
            interp_group_open(interp, &interp->nodes[i]);
    }
    return interp;
}

int64_t interp_partition_watermark(const Interp *interp, uint32_t scan_index, uint32_t partition)
{
    return interp->partitions[scan_index][partition].watermark_us;
}

InterpCounts interp_counts(const Interp *interp, const PhysNode *node)
{
    return interp->nodes[node->id].counts;
}

InterpCounts interp_totals(const Interp *interp)
{
    InterpCounts totals = interp->totals;
    for (uint32_t i = 0; i < interp->program->scan_count; i++) {
        InterpCounts own = interp->nodes[interp->program->scans[i]->id].counts;
        totals.duplicates += own.duplicates;
        totals.future += own.future;
        totals.heartbeats += own.heartbeats;
    }
    return totals;
}

/* Counts each node once, however many ways lead to it. */
static void add_counts(const Interp *interp, const PhysNode *node, bool *seen, InterpCounts *sum)
{
    if (seen[node->id])
        return;
    seen[node->id] = true;
    sum->bad += interp->nodes[node->id].counts.bad;
    sum->late += interp->nodes[node->id].counts.late;
    for (uint32_t i = 0; i < node->input_count; i++)
        add_counts(interp, node->inputs[i], seen, sum);
}

InterpCounts interp_statement_counts(const Interp *interp, const PhysNode *sink)
{
    InterpCounts sum = { .rows_in = interp->nodes[sink->id].counts.rows_in,
                         .rows_out = interp->nodes[sink->id].counts.rows_out };
    bool *seen = mem_alloc_zeroed(interp->program->node_count * sizeof *seen);
    if (seen == NULL)
        mem_exhausted();
    add_counts(interp, sink, seen, &sum);
    mem_free(seen);
    return sum;
}

uint64_t interp_open_groups(const Interp *interp)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < interp->program->node_count; i++)
        count += interp->nodes[i].node->kind == PHYS_WINDOW_AGG
                     ? interp->nodes[i].group_count - interp->nodes[i].closed_count
                     : 0;
    return count;
}

void interp_close(Interp *interp)
{
    for (uint32_t i = 0; i < interp->program->node_count; i++) {
        interp_group_release(&interp->nodes[i]);
        interp_dedup_release(&interp->nodes[i]);
    }
    heap_release(&interp->heap);
    heap_pages_release(&interp->heap_pages);
    page_pool_release(&interp->pool);
    arena_free(&interp->batch);
}
