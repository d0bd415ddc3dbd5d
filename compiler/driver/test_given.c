/* test_given.c -- see test_given.h. */
#include "compiler/driver/test_given.h"

#include "compiler/physical/lower.h"
#include "runtime/format/csv_decode.h"
#include "runtime/format/json_decode.h"
#include "runtime/io/source.h"

enum { FILE_ROWS_MAX = 1000000 };

typedef struct GivenFile {
    Arena *arena;
    Diags *diags;
    TestStep *step;
    Str path;
    bool is_csv;
    DecodeSchema *schema;
    RowLayout layout;
    void *row;
    uint64_t line;
    VEC(TestValue) values;
    bool failed;
} GivenFile;

static void wrong(GivenFile *file, Str text)
{
    diag_error(file->diags, E0344, file->step->file_span, "%.*s", STR_ARG(text));
    file->failed = true;
}

static Str path_beside(const Program *program, const TestStep *step)
{
    Str own = sources_get(program->sources, step->file_span.file)->path;
    uint64_t folder = own.len;
    while (folder > 0 && own.data[folder - 1] != '/')
        folder--;
    if (step->file.len > 0 && step->file.data[0] == '/')
        folder = 0;
    return str_printf(program->query, "%.*s%.*s", (int)folder, own.data, STR_ARG(step->file));
}

/* `.gz` and `.zst` behind it are fine. */
static bool known_format(GivenFile *file)
{
    Str name = file->path;
    static const char *const CODINGS[] = { ".gz", ".zst" }, *const JSON[] = { ".ndjson", ".jsonl", ".json" };
    for (int i = 0; i < 2; i++) {
        if (str_ends_with(name, str_from(CODINGS[i])))
            name.len -= strlen(CODINGS[i]);
    }
    file->is_csv = str_ends_with(name, STR(".csv"));
    for (int i = 0; i < 3; i++) {
        if (str_ends_with(name, str_from(JSON[i])))
            return true;
    }
    return file->is_csv;
}

static int32_t column_named(const TestStep *step, Str name)
{
    for (uint32_t c = 0; c < step->column_count; c++) {
        if (str_equal(step->columns[c], name))
            return (int32_t)c;
    }
    return -1;
}

static void make_schema(GivenFile *file)
{
    TestStep *step = file->step;
    const Table *table = step->table;
    uint8_t *kinds = ARENA_ARRAY(file->arena, uint8_t, step->column_count + 1);
    ScanSource *sources = ARENA_ARRAY(file->arena, ScanSource, step->column_count + 1);
    uint32_t at = 0;
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (table->columns[c].computed != NULL)
            continue;
        kinds[at] = (uint8_t)type_physical(step->types[at]);
        sources[at++] = (ScanSource){ .table_column = c };
    }
    file->layout = row_layout(file->arena, kinds, at);
    file->schema = decode_schema_new(file->arena, table, &file->layout, sources, at);
    file->schema->json.ignore_parse_errors = file->schema->csv.ignore_parse_errors = false;
    file->row = arena_alloc_zeroed(file->arena, file->layout.row_bytes, 16);
}

/* Does the first line name columns, and nothing else?  Then fields go where it says. */
static bool take_header(GivenFile *file, Str line)
{
    uint32_t count = 0;
    DecodeNode *fields = ARENA_ARRAY(file->arena, DecodeNode, line.len + 1);
    Str rest = line;
    for (bool more = true; more; count++) {
        int64_t comma = str_find(rest, STR(","));
        Str name = str_trim(comma < 0 ? rest : (Str){ rest.data, (uint64_t)comma });
        more = comma >= 0;
        rest = more ? (Str){ rest.data + comma + 1, rest.len - (uint64_t)comma - 1 } : STR_EMPTY;
        int32_t column = column_named(file->step, name);
        if (column < 0)
            return false;
        fields[count] = (DecodeNode){ .name = file->step->columns[column],
                                      .column = column,
                                      .position = count,
                                      .type = field_type_of(file->arena, file->step->types[column]) };
        for (uint32_t i = 0; i < count; i++) {
            if (fields[i].column == column)
                wrong(file, str_printf(file->arena, "%.*s:1: column `%.*s` is named twice", STR_ARG(file->path),
                                       STR_ARG(name)));
        }
    }
    file->schema->fields = fields;
    file->schema->field_count = file->schema->line_field_count = count;
    return true;
}

static void bad_line(GivenFile *file, DecodeOutcome outcome, const DecodeIssues *issues)
{
    const DecodeIssue *issue = &issues->items[0];
    Str column = STR_EMPTY;
    if (outcome == DECODE_OK && issue->column >= 0)
        column = str_printf(file->arena, " column `%.*s`:", STR_ARG(file->step->columns[issue->column]));
    const char *text = issues->count == 0 ? "no row" : decode_reason_text(issue->reason);
    wrong(file, str_printf(file->arena, "%.*s:%llu:%.*s %s", STR_ARG(file->path), (unsigned long long)file->line,
                           STR_ARG(column), text));
}

static bool has_bad_column(const GivenFile *file)
{
    for (uint32_t c = 0; c < file->step->column_count; c++) {
        if (row_is_error(file->row, &file->layout, c))
            return true;
    }
    return false;
}

static void take_line(GivenFile *file, Str line)
{
    DecodeIssues issues = { 0 };
    file->line++;
    if (file->line == 1 && file->is_csv && take_header(file, line))
        return;
    row_clear(file->row, &file->layout);
    DecodeOutcome outcome = file->is_csv ? csv_decode_row(file->schema, line, file->row, file->arena, &issues)
                                         : json_decode_row(file->schema, line, file->row, file->arena, &issues);
    if (outcome == DECODE_SKIP)
        return;
    if (outcome == DECODE_BAD || has_bad_column(file)) {
        bad_line(file, outcome, &issues);
        return;
    }
    for (uint32_t c = 0; c < file->step->column_count; c++) {
        TestValue value = { .datum = row_get(file->row, &file->layout, c) };
        if (!value.datum.is_null && (value.datum.kind == PK_STR || value.datum.kind == PK_BLOB))
            value.datum.value.str = str_copy(file->arena, value.datum.value.str);
        vec_push(file->arena, &file->values, value);
    }
    if (++file->step->row_count == FILE_ROWS_MAX)
        wrong(file,
              str_printf(file->arena, "%.*s has more rows than a test takes (%d)", STR_ARG(file->path), FILE_ROWS_MAX));
}

static void read_lines(GivenFile *file)
{
    LineSource *source = NULL;
    LineBlock block = { 0 };
    RtError error;
    LineSourceOptions options = { .path = file->path.data };
    RtStatus status = line_source_open(&source, &options, &error);
    while (status == RT_OK && !file->failed && (status = line_source_next(source, &block, &error)) == RT_OK) {
        LineCursor cursor = line_cursor(&block);
        Str line;
        while (!file->failed && line_cursor_next(&cursor, &line))
            take_line(file, line);
        block.lines = cursor.lines;
    }
    line_source_close(source);
    if (!file->failed && status != RT_END)
        wrong(file, str_printf(file->arena, "%s", error.text));
}

static bool read_file(const Program *program, TestStep *step)
{
    GivenFile file = {
        .arena = program->query, .diags = program->diags, .step = step, .path = path_beside(program, step)
    };
    step->row_count = 0;
    if (!known_format(&file)) {
        wrong(&file, str_printf(file.arena, "`%.*s`: the rows of a test come from .csv, .ndjson, .jsonl or .json",
                                STR_ARG(step->file)));
        return false;
    }
    make_schema(&file);
    read_lines(&file);
    step->values = file.values.items;
    return !file.failed;
}

bool test_read_files(const Program *program, BoundTest *test)
{
    bool good = true;
    for (uint32_t i = 0; i < test->step_count; i++) {
        if (test->steps[i].kind == STEP_GIVEN && test->steps[i].file.len > 0)
            good = read_file(program, &test->steps[i]) && good;
    }
    return good;
}
