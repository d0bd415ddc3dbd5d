/* input_hints.c -- see input_hints.h. */
#include "compiler/driver/input_hints.h"

#include "compiler/diag/diag.h"
#include "compiler/driver/summary.h"
#include "runtime/base/json_text.h"
#include "runtime/format/json_decode.h"

#include <stdio.h>
#include <sys/stat.h>

enum { COLUMNS_TOLD_MAX = 5, HEAD_BYTES = 64 * 1024 };

/* The first lines of the first file; empty where they cannot be read a second time. */
static Str first_lines(Arena *arena, const PathList *files)
{
    struct stat about;
    RtError error;
    LineSource *source = NULL;
    LineBlock block = { 0 };
    Str lines = STR_EMPTY;
    if (files->count == 0 || stat(files->items[0], &about) != 0 || !S_ISREG(about.st_mode))
        return lines;
    LineSourceOptions options = { .path = files->items[0], .block_bytes = HEAD_BYTES };
    if (line_source_open(&source, &options, &error) == RT_OK && line_source_next(source, &block, &error) == RT_OK &&
        !block.overlong)
        lines = str_copy(arena, (Str){ block.data, block.len });
    line_source_close(source);
    return lines;
}

/* ---- columns without any value ---- */

/* A part of the shape: the keys of one object. */
typedef struct Keys {
    const JsonShape *shape;
    uint32_t from, to;
} Keys;

/* The way to a column in the tree of names: false when it is not below these nodes. */
static bool way_to(const DecodeNode *nodes, uint32_t count, int32_t column, const DecodeNode **way, uint32_t *depth)
{
    for (uint32_t i = 0; i < count; i++) {
        way[*depth] = &nodes[i];
        (*depth)++;
        if (nodes[i].column == column || way_to(nodes[i].children, nodes[i].child_count, column, way, depth))
            return true;
        (*depth)--;
    }
    return false;
}

/* Looks for a key; then *keys are those inside it. */
static bool enter(Keys *keys, Str name)
{
    for (uint32_t i = keys->from; i < keys->to; i = keys->shape->fields[i].skip) {
        if (!str_equal(keys->shape->fields[i].key, name))
            continue;
        *keys = (Keys){ keys->shape, i + 1, keys->shape->fields[i].skip };
        return true;
    }
    return false;
}

static Str nearest_key(Arena *arena, const Keys *keys, Str name)
{
    Str *names = ARENA_ARRAY(arena, Str, keys->to - keys->from + 1);
    uint32_t count = 0;
    for (uint32_t i = keys->from; i < keys->to; i = keys->shape->fields[i].skip)
        names[count++] = keys->shape->fields[i].key;
    int32_t nearest = diag_nearest(name, names, count);
    return nearest < 0 ? STR_EMPTY : names[nearest];
}

/* The key on the way to a column that the lines do not have: *name and what is nearest to it.  False: they have it,
 * with nothing but null. */
static bool is_key_missing(Arena *arena, const DecodeSchema *decode, const JsonShape *shape, uint32_t column,
                           Str *nearest)
{
    const DecodeNode *way[JSON_DEPTH_MAX + 1];
    uint32_t depth = 0;
    Keys keys = { shape, 0, shape->field_count };
    *nearest = STR_EMPTY;
    if (!way_to(decode->fields, decode->field_count, (int32_t)column, way, &depth))
        return false;
    for (uint32_t i = 0; i < depth; i++) {
        Keys around = keys;
        if (enter(&keys, way[i]->name))
            continue;
        *nearest = nearest_key(arena, &around, way[i]->name);
        return true;
    }
    return false;
}

static void print_unset(Arena *arena, const PhysNode *node, uint32_t scan, const PathList *files, const RtExec *exec)
{
    const PhysScan *s = &node->as.scan;
    JsonShape shape;
    uint32_t told = 0;
    uint64_t rows;
    bool looked = false, any = false;
    for (uint32_t c = 0; c < s->decoded_count && told < COLUMNS_TOLD_MAX; c++) {
        Str nearest = STR_EMPTY;
        if (!exec_column_unset(exec, scan, c, &rows))
            continue;
        if (!looked)
            any = json_sample_lines(arena, first_lines(arena, files), &shape);
        looked = true;
        if (any && !is_key_missing(arena, s->decode, &shape, c, &nearest))
            continue;
        char n[SUMMARY_NUMBER_BYTES];
        fprintf(stderr, "  column `%.*s` of %.*s had no value in any of %s rows", STR_ARG(node->columns[c].name),
                STR_ARG(s->table->name), summary_number(n, rows));
        if (nearest.len > 0)
            fprintf(stderr, "; did you mean `%.*s`?", STR_ARG(nearest));
        fprintf(stderr, "\n");
        told++;
    }
}

/* ---- header lines ---- */

/* The line without quotes and blanks. */
static Str plain(Arena *arena, Str line)
{
    char *text = arena_alloc(arena, line.len + 1, 1);
    uint64_t len = 0;
    for (uint64_t i = 0; i < line.len; i++) {
        if (line.data[i] != '"' && line.data[i] != ' ')
            text[len++] = line.data[i];
    }
    return (Str){ text, len };
}

static Str header_of(Arena *arena, const Table *table, Str delimiter)
{
    Str names = STR_EMPTY;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        if (column->computed != NULL || column->is_metadata)
            continue;
        names = str_printf(arena, "%.*s%.*s%.*s", STR_ARG(names), STR_ARG(names.len > 0 ? delimiter : STR_EMPTY),
                           STR_ARG(column->name));
    }
    return plain(arena, names);
}

static void print_header(Arena *arena, const Table *table, const DecodeSchema *decode, const PathList *files)
{
    bool is_csv =
        table->checked != NULL && table->checked->format != NULL && format_id(table->checked->format) == FORMAT_CSV;
    if (!is_csv || decode->csv.ignore_first_line)
        return;
    Str lines = first_lines(arena, files), line;
    LineCursor cursor = { .at = lines.data, .end = lines.data + lines.len, .lines = 0 };
    Str delimiter = decode->csv.field_delimiter.len > 0 ? decode->csv.field_delimiter : STR(",");
    if (lines.len == 0 || !line_cursor_next(&cursor, &line) ||
        !str_equal_nocase(plain(arena, line), header_of(arena, table, delimiter)))
        return;
    fprintf(stderr, "  the first line of %s looks like a header: 'csv.ignore-first-line' = 'true' passes over it\n",
            files->items[0]);
}

void input_hints_print(Arena *arena, const PhysProgram *physical, const Inputs *inputs, const RtExec *exec)
{
    for (uint32_t i = 0; i < physical->scan_count; i++) {
        const PhysNode *scan = physical->scans[i];
        print_header(arena, scan->as.scan.table, scan->as.scan.decode, &inputs->scans[i]);
        if (!exec_is_csv(exec, i))
            print_unset(arena, scan, i, &inputs->scans[i], exec);
    }
    uint32_t lookup = 0;
    for (uint32_t i = 0; i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (node->kind == PHYS_LOOKUP_JOIN)
            print_header(arena, node->as.lookup_join.table, node->as.lookup_join.decode, &inputs->lookups[lookup++]);
    }
}
