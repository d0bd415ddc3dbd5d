/* test_rows.c -- see test_rows.h. */
#include "compiler/driver/test_rows.h"

#include "compiler/physical/lower.h"
#include "runtime/abi/blob.h"
#include "runtime/format/row_writer.h"

const PhysNode *test_sink(const PhysProgram *physical, uint32_t node)
{
    for (uint32_t i = 0; i < physical->sink_count; i++) {
        if (physical->sinks[i]->id == node)
            return physical->sinks[i];
    }
    return NULL;
}

void test_rows_add_changed(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const RtDatum *row)
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
    test_rows_add_changed(rows, arena, sink, ROW_INSERT, row);
}

void test_rows_add(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const void *row)
{
    RtDatum *values = ARENA_ARRAY(arena, RtDatum, sink->column_count + 1);
    for (uint32_t c = 0; c < sink->column_count; c++)
        values[c] = row_get(row, &sink->as.sink.layout, c);
    test_rows_add_changed(rows, arena, sink, change, values);
}

void test_put_value(Buf *out, Arena *arena, const Type *type, RtDatum datum)
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

const char *test_change_name(RowChange change)
{
    static const char *const NAMES[] = { "+I", "-U", "+U", "-D" };
    return NAMES[change];
}

void test_put_row(Buf *out, Arena *arena, const TestRows *rows, uint32_t at)
{
    const PhysNode *sink = rows->sinks[at];
    const RtDatum *row = rows->rows[at];
    buf_append_str(out, str_from(test_change_name(rows->changes[at])));
    buf_append_char(out, ' ');
    buf_append_char(out, '(');
    for (uint32_t c = 0; c < sink->column_count; c++) {
        if (c > 0)
            buf_append_str(out, STR(", "));
        test_put_value(out, arena, sink->columns[c].type, row[c]);
    }
    buf_append_char(out, ')');
}

Str test_take(Arena *arena, Buf *text)
{
    Str kept = str_copy(arena, buf_str(text));
    buf_free(text);
    return kept;
}

Str test_rows_text(Arena *arena, const TestRows *rows)
{
    Buf text = { 0 };
    for (uint32_t i = 0; i < rows->count; i++) {
        if (i == TEST_ROWS_SHOWN) {
            Str more = str_printf(arena, "  .. and %u more\n", rows->count - i);
            buf_append_str(&text, more);
            break;
        }
        buf_append_str(&text, STR("  "));
        test_put_row(&text, arena, rows, i);
        buf_append_char(&text, '\n');
    }
    return test_take(arena, &text);
}

/* ---- given rows ---- */

/* `device.class`: field `class` of column `device`; of the first `depth` fields of the path. */
static Str source_name(Arena *arena, const Table *table, const ScanSource *source, uint32_t depth, const Type **type)
{
    const TableColumn *column = &table->columns[source->table_column];
    Str name = column->name;
    *type = column->type;
    for (uint32_t i = 0; i < depth; i++) {
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

/* A field of a ROW that is given as a whole. */
static RtDatum field_inside(RtDatum whole, const uint32_t *path, uint32_t length, RtKind kind)
{
    Blob blob;
    for (uint32_t i = 0; i < length && !whole.is_null; i++) {
        if (!blob_open(whole.value.str, &blob) || path[i] >= blob.count)
            return datum_null(kind);
        whole = blob_item(&blob, path[i]);
    }
    return whole.is_null ? datum_null(kind) : whole;
}

RtDatum test_given_value(Arena *arena, const Table *table, const ScanSource *source, const TestStep *step, uint32_t row)
{
    const Type *type, *outer;
    Str name = source_name(arena, table, source, source->path_length, &type);
    for (uint32_t depth = 0; depth < source->path_length; depth++) {
        Str around = source_name(arena, table, source, depth, &outer);
        for (uint32_t g = 0; g < step->column_count; g++) {
            if (str_equal(step->columns[g], around))
                return field_inside(step->values[row * step->column_count + g].datum, source->path + depth,
                                    source->path_length - depth, type_physical(type));
        }
    }
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

int64_t test_time(const Table *table, const TestStep *step)
{
    bool is_instant =
        table->rowtime_column >= 0 && table->columns[table->rowtime_column].type->kind == TYPE_TIMESTAMP_LTZ;
    return is_instant ? step->instant_us : step->time_us;
}
