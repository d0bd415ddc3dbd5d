/* interp_aside.c -- rows that go another way: bad ones and those of the future, into the streams beside their own. */
#include "compiler/interp/interp_internal.h"

#include <inttypes.h>

enum { US_OF_SECOND = 1000000 };

static RtDatum text_datum(Str text)
{
    return (RtDatum){ .kind = PK_STR, .value.str = text };
}

static RtDatum place_datum(Interp *interp)
{
    Str place = STR_EMPTY;
    if (interp->options.place != NULL)
        place = interp->options.place(interp->options.user, &interp->batch);
    return place.len == 0 ? datum_null(PK_STR) : text_datum(place);
}

/* The columns of `from` that `made` wants, where row is not NULL, and the `extra` ones of its own. */
static RtDatum *make_columns(Interp *interp, const PhysNode *made, const PhysNode *from, const InterpRow *row,
                             const RtDatum *extra, uint32_t extra_count)
{
    uint32_t own = made->as.scan.table->column_count - extra_count;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, made->column_count + 1);
    for (uint32_t c = 0; c < made->column_count; c++) {
        const ScanSource *wanted = &made->as.scan.sources[c];
        columns[c] = datum_null(type_physical(made->columns[c].type));
        if (wanted->table_column >= own)
            columns[c] = extra[wanted->table_column - own];
        if (row != NULL)
            columns[c] = interp_source_value(from, row, wanted, columns[c]);
    }
    return columns;
}

static void add_later(Interp *interp, const PhysNode *made, const RtDatum *columns)
{
    vec_push(&interp->batch, &interp->later.list, ((InterpLater){ .node = made, .columns = columns }));
}

/* ---- bad rows ---- */

static void bad_row(Interp *interp, const PhysNode *scan, const InterpRow *row, const InterpLine *line)
{
    const PhysNode *made = scan->as.scan.bad_scan;
    RtDatum whole = line->text.data == NULL ? datum_null(PK_STR) : text_datum(line->text);
    RtDatum extra[BAD_COLUMN_COUNT] = { text_datum(line->reason), text_datum(line->why), place_datum(interp), whole };
    add_later(interp, made, make_columns(interp, made, scan, row, extra, BAD_COLUMN_COUNT));
}

/* A computed column that failed is told before one that did not convert. */
static void column_reason(Interp *interp, const PhysNode *scan, InterpLine *line)
{
    const char *form = "column `%.*s`: %.*s";
    if (interp->failed_count > 0) {
        uint32_t column = interp->failed_columns[0];
        const FnFailure *failure = &interp->column_failures[column];
        Str text = str_from(failure->text);
        line->reason = str_printf(&interp->batch, "E%04" PRIu32, failure->code);
        line->why = str_printf(&interp->batch, form, STR_ARG(scan->columns[column].name), STR_ARG(text));
    } else if (line->reason.len > 0) {
        line->why = str_printf(&interp->batch, form, STR_ARG(scan->columns[line->column].name), STR_ARG(line->why));
    } else {
        line->reason = STR("bad column");
        line->why = STR("a column that the statement reads could not be made");
    }
}

void interp_aside_bad(Interp *interp, RtBadReason reason, const FnFailure *failure)
{
    if (interp->origin.is_group || interp->scan_row == NULL || interp->row_is_bad)
        return;
    interp->row_is_bad = true;
    const PhysNode *scan = interp->program->scans[interp->origin.scan];
    if (scan->as.scan.bad_scan == NULL)
        return;
    InterpLine line = { 0 };
    if (interp->options.line != NULL)
        interp->options.line(interp->options.user, &interp->batch, &line);
    if (reason == BAD_COLUMN) {
        column_reason(interp, scan, &line);
    } else if (reason == BAD_EXPRESSION) {
        line.reason = str_printf(&interp->batch, "E%04" PRIu32, failure->code);
        line.why = str_printf(&interp->batch, "%s", failure->text);
    } else {
        line.reason = STR("no event time");
        line.why = STR("the event time is NULL");
    }
    bad_row(interp, scan, interp->scan_row, &line);
}

void interp_aside_unread(Interp *interp, const PhysNode *scan)
{
    bool is_bad = false;
    for (uint32_t w = 0; scan->as.scan.bad_scan != NULL && w < scan->as.scan.layout.words; w++)
        is_bad = is_bad || interp->scan_row->errors[w] != 0;
    if (!is_bad)
        return;
    interp->totals.bad += !interp->counted_bad; /* its stream counts as a reader */
    interp->counted_bad = true;
    interp_aside_bad(interp, BAD_COLUMN, NULL);
}

void interp_bad_line(Interp *interp, uint32_t scan_index, uint32_t partition, const InterpLine *line)
{
    const PhysNode *scan = interp->program->scans[scan_index];
    if (scan->as.scan.bad_scan == NULL)
        return;
    interp->origin = (InterpOrigin){ .scan = scan_index, .partition = partition };
    bad_row(interp, scan, NULL, line);
    interp_late_done(interp);
    arena_reset(&interp->batch);
}

/* ---- rows of the future ---- */

bool interp_is_future(const PhysNode *node, InterpRow row, const InterpPartition *partition, int64_t *limit)
{
    const PhysScan *scan = &node->as.scan;
    int64_t latest = partition->watermark_us > partition->now_us ? partition->watermark_us : partition->now_us;
    int64_t unit = US_OF_SECOND;
    for (uint32_t i = 0; i < node->columns[scan->rowtime_column].type->precision; i++)
        unit /= 10;
    if (scan->table->future_skew_us == 0 || latest <= 0)
        return false;
    *limit = (latest + scan->table->future_skew_us) / unit * unit;
    return row.columns[scan->rowtime_column].value.i64 > *limit;
}

void interp_aside_future(Interp *interp, const PhysNode *node, InterpRow row, int64_t time_us, int64_t limit_us)
{
    const PhysNode *made = node->as.scan.future_scan;
    bool quarantined = node->as.scan.table->future_quarantine;
    interp->nodes[node->id].counts.future++;
    if (made == NULL)
        return;
    RtDatum extra[FUTURE_COLUMN_COUNT] = { text_datum(quarantined ? STR("quarantined") : STR("clamped")),
                                           place_datum(interp),
                                           { .kind = PK_I64, .value.i64 = limit_us } };
    RtDatum *columns = make_columns(interp, made, node, &row, extra, FUTURE_COLUMN_COUNT);
    for (uint32_t c = 0; c < made->column_count; c++) {
        if (scan_source_equal(&made->as.scan.sources[c], &node->as.scan.sources[node->as.scan.rowtime_column]))
            columns[c].value.i64 = time_us; /* as it came, not as it is used */
    }
    add_later(interp, made, columns);
}
