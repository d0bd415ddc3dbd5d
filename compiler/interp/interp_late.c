/* interp_late.c -- what late rows leave to be done behind the row in progress. */
#include "compiler/interp/interp_internal.h"

#include "runtime/abi/key.h"

RtDatum interp_source_value(const PhysNode *scan, const InterpRow *row, const ScanSource *wanted, RtDatum otherwise)
{
    RtDatum value = otherwise;
    for (uint32_t s = 0; s < scan->column_count; s++) {
        bool is_bad = (row->errors[s / 64] >> (s % 64)) & 1;
        if (!is_bad && scan_source_equal(&scan->as.scan.sources[s], wanted))
            value = row->columns[s];
    }
    return value;
}

static RtDatum text_datum(Str text)
{
    return (RtDatum){ .kind = PK_STR, .value.str = text };
}

static RtDatum extra_value(Interp *interp, LateColumn which, const InterpWindow *missed, bool has_end)
{
    RtDatum time = { .kind = PK_I64, .value.i64 = which == LATE_WINDOW_START ? missed->start_us : missed->end_us };
    Str place = STR_EMPTY;
    switch (which) {
    case LATE_REASON:
        return text_datum(STR("late"));
    case LATE_POSITION:
        if (interp->options.place != NULL)
            place = interp->options.place(interp->options.user, &interp->batch);
        return place.len == 0 ? datum_null(PK_STR) : text_datum(place);
    default:
        return which == LATE_WINDOW_END && !has_end ? datum_null(PK_I64) : time;
    }
}

void interp_late_row(Interp *interp, const PhysNode *node, const InterpWindow *missed)
{
    const PhysNode *late = node->as.window_agg.late_scan;
    if (late == NULL || (interp->origin.is_group && !interp->corrects) || interp->scan_row == NULL)
        return;
    const PhysNode *source = interp->program->scans[interp->origin.scan];
    uint32_t own = late->as.scan.table->column_count - LATE_COLUMN_COUNT;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, late->column_count + 1);
    for (uint32_t c = 0; c < late->column_count; c++) {
        const ScanSource *wanted = &late->as.scan.sources[c];
        columns[c] = datum_null(type_physical(late->columns[c].type));
        if (wanted->table_column >= own)
            columns[c] = extra_value(interp, (LateColumn)(wanted->table_column - own), missed,
                                     node->as.window_agg.kind != WINDOW_ATTACHED);
        columns[c] = interp_source_value(source, interp->scan_row, wanted, columns[c]);
    }
    vec_push(&interp->batch, &interp->later.list, ((InterpLater){ .node = late, .columns = columns }));
}

static Str row_key(Interp *interp, const InterpLater *output)
{
    const RowLayout *layout = &output->node->as.sink.layout;
    RtDatum *values = ARENA_ARRAY(&interp->batch, RtDatum, layout->column_count + 1);
    for (uint32_t c = 0; c < layout->column_count; c++)
        values[c] = row_get(output->row, layout, c);
    return interp_key(interp, values, layout->column_count);
}

static void add_change(Interp *interp, RowChange change, InterpLater output)
{
    output.change = change;
    vec_push(&interp->batch, &interp->later.list, output);
}

void interp_late_changes(Interp *interp, const InterpLaters *before, const InterpLaters *after)
{
    bool *used = ARENA_ARRAY(&interp->batch, bool, after->list.count + 1);
    for (uint32_t i = 0; i < before->list.count; i++) {
        const InterpLater *old = &before->list.items[i];
        uint32_t k = 0;
        while (k < after->list.count && (used[k] || after->list.items[k].node != old->node))
            k++;
        if (k == after->list.count) {
            add_change(interp, ROW_DELETE, *old);
            continue;
        }
        used[k] = true;
        if (str_equal(row_key(interp, old), row_key(interp, &after->list.items[k])))
            continue;
        add_change(interp, ROW_UPDATE_BEFORE, *old);
        add_change(interp, ROW_UPDATE_AFTER, after->list.items[k]);
    }
    for (uint32_t k = 0; k < after->list.count; k++) {
        if (!used[k])
            add_change(interp, ROW_INSERT, after->list.items[k]);
    }
}

void interp_late_done(Interp *interp)
{
    interp->scan_row = NULL;
    for (uint32_t i = 0; i < interp->later.list.count; i++) {
        const InterpLater *later = &interp->later.list.items[i];
        if (later->node->kind == PHYS_SCAN) {
            interp->nodes[later->node->id].counts.rows_in++;
            interp->counted_bad = interp->counted_late = false; /* a row of its own */
            uint64_t *errors = ARENA_ARRAY(&interp->batch, uint64_t, later->node->as.scan.layout.words + 1);
            interp_push(interp, later->node, (InterpRow){ .columns = later->columns, .errors = errors });
            continue;
        }
        interp->nodes[later->node->id].counts.rows_out++;
        interp->options.on_row(interp->options.user, later->node, later->change, later->row);
    }
    interp->later = (InterpLaters){ 0 };
}
