/* test_rows.c -- see test_rows.h. */
#include "compiler/driver/test_rows.h"

#include "compiler/physical/lower.h"
#include "runtime/abi/blob.h"
#include "runtime/format/row_writer.h"

#include <math.h>

const PhysNode *test_sink(const PhysProgram *physical, uint32_t node)
{
    for (uint32_t i = 0; i < physical->sink_count; i++) {
        if (physical->sinks[i]->id == node)
            return physical->sinks[i];
    }
    return NULL;
}

static void add_row(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const RtDatum *row)
{
    if (rows->count == rows->capacity) {
        uint32_t capacity = rows->capacity, same = rows->capacity;
        rows->sinks = vec_grow(arena, rows->sinks, rows->count, &capacity, sizeof *rows->sinks);
        rows->changes = vec_grow(arena, rows->changes, rows->count, &same, sizeof *rows->changes);
        rows->rows = vec_grow(arena, rows->rows, rows->count, &rows->capacity, sizeof *rows->rows);
    }
    RtDatum *copy = ARENA_ARRAY(arena, RtDatum, sink->column_count + 1);
    for (uint32_t c = 0; c < sink->column_count; c++) {
        copy[c] = row[c];
        if (!copy[c].is_null && (copy[c].kind == PK_STR || copy[c].kind == PK_BLOB))
            copy[c].value.str = str_copy(arena, copy[c].value.str);
    }
    rows->sinks[rows->count] = sink;
    rows->changes[rows->count] = change;
    rows->rows[rows->count++] = copy;
}

void test_rows_add_values(TestRows *rows, Arena *arena, const PhysNode *sink, const RtDatum *row)
{
    add_row(rows, arena, sink, ROW_INSERT, row);
}

static bool same_datum(const RtDatum *a, const RtDatum *b)
{
    if (a->is_null || b->is_null)
        return a->is_null && b->is_null;
    if (a->kind == PK_STR || a->kind == PK_BLOB)
        return str_equal(a->value.str, b->value.str);
    return memcmp(&a->value, &b->value, kind_bytes((RtKind)a->kind)) == 0;
}

/* A row that is taken back goes, if it came since the last EXPECT of rows; else that EXPECT has seen it. */
static void take_back(TestRows *rows, const PhysNode *sink, const RtDatum *gone)
{
    for (uint32_t i = rows->count; i-- > 0;) {
        bool same = rows->sinks[i] == sink;
        for (uint32_t c = 0; same && c < sink->column_count; c++)
            same = same_datum(&rows->rows[i][c], &gone[c]);
        if (!same)
            continue;
        rows->count--;
        memmove(rows->rows + i, rows->rows + i + 1, (rows->count - i) * sizeof *rows->rows);
        memmove(rows->sinks + i, rows->sinks + i + 1, (rows->count - i) * sizeof *rows->sinks);
        memmove(rows->changes + i, rows->changes + i + 1, (rows->count - i) * sizeof *rows->changes);
        return;
    }
}

void test_rows_add(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const void *row)
{
    RtDatum *values = ARENA_ARRAY(arena, RtDatum, sink->column_count + 1);
    for (uint32_t c = 0; c < sink->column_count; c++)
        values[c] = row_get(row, &sink->as.sink.layout, c);
    if (row_change_retracts(change)) {
        take_back(rows, sink, values);
        return;
    }
    add_row(rows, arena, sink, change, values);
}

static void put_value(Buf *out, Arena *arena, const Type *type, RtDatum datum)
{
    if (datum.is_null) {
        buf_append_str(out, STR("NULL"));
        return;
    }
    bool quoted = type_is_text(type) || type_is_datetime(type) || type_is_bytes(type) || type_is_interval(type);
    if (quoted)
        buf_append_char(out, '\'');
    value_write_text(out, field_type_of(arena, type), &datum);
    if (quoted)
        buf_append_char(out, '\'');
}

static void put_row(Buf *out, Arena *arena, const PhysNode *sink, const RtDatum *row)
{
    buf_append_char(out, '(');
    for (uint32_t c = 0; c < sink->column_count; c++) {
        if (c > 0)
            buf_append_str(out, STR(", "));
        put_value(out, arena, sink->columns[c].type, row[c]);
    }
    buf_append_char(out, ')');
}

static Str take(Arena *arena, Buf *text)
{
    Str kept = str_copy(arena, buf_str(text));
    buf_free(text);
    return kept;
}

Str test_rows_text(Arena *arena, const TestRows *rows)
{
    Buf text = { 0 };
    for (uint32_t i = 0; i < rows->count; i++) {
        buf_append_str(&text, STR("  "));
        put_row(&text, arena, rows->sinks[i], rows->rows[i]);
        buf_append_char(&text, '\n');
    }
    return take(arena, &text);
}

/* ---- given rows ---- */

/* `device.class`: field `class` of column `device`. */
static Str source_name(Arena *arena, const Table *table, const ScanSource *source, const Type **type)
{
    const TableColumn *column = &table->columns[source->table_column];
    Str name = column->name;
    *type = column->type;
    for (uint32_t i = 0; i < source->path_length; i++) {
        const TypeField *field = &(*type)->fields[source->path[i]];
        name = str_printf(arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(field->name));
        *type = field->type;
    }
    return name;
}

typedef struct GivenRow {
    Arena *arena;
    const TestStep *step;
    uint32_t row;
} GivenRow;

static bool names_part_of(Str given, Str name)
{
    return given.len > name.len && str_starts_with(given, name) && given.data[name.len] == '.';
}

/* What is given under the name itself, or a ROW of what is given under the names of its fields. */
static RtDatum value_under(const GivenRow *given, Str name, const Type *type)
{
    const TestStep *step = given->step;
    bool has_parts = false;
    for (uint32_t g = 0; g < step->column_count; g++) {
        if (str_equal(step->columns[g], name))
            return step->values[given->row * step->column_count + g].datum;
        has_parts |= names_part_of(step->columns[g], name);
    }
    if (!has_parts || type->kind != TYPE_ROW)
        return datum_null(type_physical(type));
    RtDatum *fields = ARENA_ARRAY(given->arena, RtDatum, type->field_count + 1);
    for (uint32_t i = 0; i < type->field_count; i++) {
        Str part = str_printf(given->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(type->fields[i].name));
        fields[i] = value_under(given, part, type->fields[i].type);
    }
    return (RtDatum){ .kind = PK_BLOB, .value.str = blob_row(given->arena, fields, type->field_count) };
}

RtDatum test_given_value(Arena *arena, const Table *table, const ScanSource *source, const TestStep *step, uint32_t row)
{
    const Type *type;
    Str name = source_name(arena, table, source, &type);
    return value_under(&(GivenRow){ arena, step, row }, name, type);
}

char *test_given_rows(Arena *arena, const PhysScan *scan, const TestStep *step)
{
    uint64_t row_bytes = scan->layout.row_bytes;
    char *rows = arena_alloc_zeroed(arena, row_bytes * (step->row_count + 1), 16);
    for (uint32_t r = 0; r < step->row_count; r++) {
        char *row = rows + r * row_bytes;
        row_clear(row, &scan->layout);
        for (uint32_t c = 0; c < scan->decoded_count; c++)
            row_set(row, &scan->layout, c, test_given_value(arena, scan->table, &scan->sources[c], step, r));
    }
    return rows;
}

char *test_given_lookup_rows(Arena *arena, const PhysLookupJoin *join, const TestStep *step)
{
    uint64_t row_bytes = join->layout.row_bytes;
    char *rows = arena_alloc_zeroed(arena, row_bytes * (step->row_count + 1), 16);
    for (uint32_t r = 0; r < step->row_count; r++) {
        char *row = rows + r * row_bytes;
        row_clear(row, &join->layout);
        for (uint32_t c = 0; c < join->column_count; c++) {
            ScanSource source = { .table_column = join->table_columns[c] };
            row_set(row, &join->layout, c, test_given_value(arena, join->table, &source, step, r));
        }
    }
    return rows;
}

/* ---- comparing ---- */

static double as_double(RtDatum datum)
{
    return datum.kind == PK_F32 ? (double)datum.value.f32 : datum.value.f64;
}

static bool same_value(const TestValue *wanted, RtDatum got, double tolerance)
{
    RtDatum want = wanted->datum;
    if (wanted->is_any)
        return true;
    if (want.is_null || got.is_null)
        return want.is_null && got.is_null;
    if (got.kind == PK_F64 || got.kind == PK_F32) {
        double a = as_double(want), b = as_double(got);
        return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance;
    }
    if (got.kind == PK_STR || got.kind == PK_BLOB)
        return str_equal(want.value.str, got.value.str);
    return memcmp(&want.value, &got.value, kind_bytes((RtKind)got.kind)) == 0;
}

static int32_t column_index(const PhysNode *sink, Str name)
{
    for (uint32_t c = 0; c < sink->column_count; c++) {
        if (str_equal(sink->columns[c].name, name))
            return (int32_t)c;
    }
    return -1;
}

/* How many of the expected columns a row has right. */
static uint32_t matching(const TestStep *step, uint32_t wanted, const PhysNode *sink, const RtDatum *row)
{
    uint32_t right = 0;
    for (uint32_t c = 0; c < step->column_count; c++) {
        int32_t at = column_index(sink, step->columns[c]);
        right += at >= 0 && same_value(&step->values[wanted * step->column_count + c], row[at], step->tolerance);
    }
    return right;
}

static void put_expected(Buf *out, Arena *arena, const TestStep *step, uint32_t row)
{
    buf_append_char(out, '(');
    for (uint32_t c = 0; c < step->column_count; c++) {
        const TestValue *value = &step->values[row * step->column_count + c];
        if (c > 0)
            buf_append_str(out, STR(", "));
        if (value->is_any)
            buf_append_str(out, STR("ANY"));
        else
            put_value(out, arena, step->types[c], value->datum);
    }
    buf_append_char(out, ')');
}

static void put_nearest(Buf *out, Arena *arena, const TestRows *rows, const bool *used, const TestStep *step,
                        uint32_t row)
{
    int64_t best = -1;
    uint32_t most = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t right = used[i] ? 0 : matching(step, row, rows->sinks[i], rows->rows[i]);
        if (!used[i] && (best < 0 || right > most)) {
            best = i;
            most = right;
        }
    }
    if (best < 0)
        return;
    buf_append_str(out, STR("  nearest:  "));
    put_row(out, arena, rows->sinks[best], rows->rows[best]);
    buf_append_char(out, '\n');
}

Str test_rows_compare(Arena *arena, const TestRows *rows, const TestStep *step)
{
    bool *used = ARENA_ARRAY(arena, bool, rows->count + 1);
    bool *found = ARENA_ARRAY(arena, bool, step->row_count + 1);
    for (uint32_t w = 0; w < step->row_count; w++) {
        for (uint32_t i = 0; !found[w] && i < rows->count; i++) {
            if (used[i] || matching(step, w, rows->sinks[i], rows->rows[i]) < step->column_count)
                continue;
            used[i] = found[w] = true;
        }
    }
    Buf text = { 0 };
    for (uint32_t w = 0; w < step->row_count; w++) {
        if (found[w])
            continue;
        buf_append_str(&text, STR("  expected: "));
        put_expected(&text, arena, step, w);
        buf_append_char(&text, '\n');
        put_nearest(&text, arena, rows, used, step, w);
    }
    bool any_missing = text.len > 0;
    for (uint32_t i = 0; i < rows->count && !step->is_partial && !any_missing; i++) {
        if (used[i])
            continue;
        buf_append_str(&text, STR("  not expected: "));
        put_row(&text, arena, rows->sinks[i], rows->rows[i]);
        buf_append_char(&text, '\n');
    }
    if (any_missing && rows->count == 0)
        buf_append_str(&text, STR("  no row came\n"));
    return take(arena, &text);
}
