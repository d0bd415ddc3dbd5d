/* lineage.c -- sqc lineage: the graph of compiler/lineage as text, JSON and Mermaid. */
#include "compiler/lineage/lineage.h"

#include "compiler/driver/program.h"
#include "runtime/format/row_writer.h"

#include <stdio.h>

enum { MERMAID_COLUMNS_MAX = 6 };

typedef enum LineageFormat { LINEAGE_TEXT, LINEAGE_JSON, LINEAGE_MERMAID } LineageFormat;

typedef struct LineagePage {
    const Program *program;
    const Lineage *lineage;
    Buf out;
} LineagePage;

static bool is_shown(const LineagePage *page, uint32_t node)
{
    return page->lineage->nodes[node].is_chosen;
}

static const Source *source_of(const LineagePage *page, const LineageNode *node, SourcePos *pos)
{
    const Source *source = sources_get(page->program->sources, node->span.file);
    *pos = source_pos(source, node->span.start);
    return source;
}

/* ---- text ---- */

static void put_columns(Buf *out, const LineageReads *reads, uint32_t most)
{
    for (uint32_t c = 0; c < reads->columns.count && c < most; c++)
        buf_printf(out, "%s%.*s", c > 0 ? ", " : "", STR_ARG(reads->columns.items[c]));
    if (reads->columns.count > most)
        buf_printf(out, " and %u more", reads->columns.count - most);
}

static void put_names(LineagePage *page, const char *label, const uint32_t *nodes, uint32_t count)
{
    const char *between = label;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_shown(page, nodes[i]))
            continue;
        buf_printf(&page->out, "%s%.*s", between, STR_ARG(page->lineage->nodes[nodes[i]].name));
        between = ", ";
    }
    if (between != label)
        buf_append_char(&page->out, '\n');
}

static void put_node_text(LineagePage *page, const LineageNode *node)
{
    SourcePos pos;
    const Source *source = source_of(page, node, &pos);
    buf_printf(&page->out, "%s %.*s  (%.*s:%u", lineage_kind_text(node->kind), STR_ARG(node->name),
               STR_ARG(source->path), pos.line);
    if (node->metric != NULL && node->metric->owner.len > 0)
        buf_printf(&page->out, ", %.*s", STR_ARG(node->metric->owner));
    buf_append_str(&page->out, STR(")\n"));
    put_names(page, "  made of    ", node->from.items, node->from.count);
    for (uint32_t i = 0; i < node->reads.count; i++) {
        const LineageReads *reads = &node->reads.items[i];
        buf_printf(&page->out, "  reads      %.*s: ", STR_ARG(page->lineage->nodes[reads->stream].name));
        put_columns(&page->out, reads, UINT32_MAX);
        buf_append_char(&page->out, '\n');
    }
    put_names(page, "  read by    ", node->to.items, node->to.count);
}

static void put_text(LineagePage *page)
{
    for (uint32_t i = 0; i < page->lineage->count; i++) {
        if (is_shown(page, i))
            put_node_text(page, &page->lineage->nodes[i]);
    }
}

/* ---- JSON ---- */

static void put_member(Buf *out, const char *name, Str value)
{
    buf_printf(out, "\"%s\":", name);
    json_string_append(out, value);
}

static void put_node_json(LineagePage *page, const LineageNode *node)
{
    Buf *out = &page->out;
    SourcePos pos;
    const Source *source = source_of(page, node, &pos);
    buf_append_char(out, '{');
    put_member(out, "name", node->name);
    buf_append_char(out, ',');
    put_member(out, "kind", str_from(lineage_kind_text(node->kind)));
    buf_append_char(out, ',');
    put_member(out, "file", source->path);
    buf_printf(out, ",\"line\":%u,", pos.line);
    if (node->metric != NULL && node->metric->owner.len > 0) {
        put_member(out, "owner", node->metric->owner);
        buf_append_char(out, ',');
    }
    buf_append_str(out, STR("\"reads\":["));
    for (uint32_t i = 0; i < node->reads.count; i++) {
        const LineageReads *reads = &node->reads.items[i];
        buf_append_str(out, i > 0 ? STR(",{") : STR("{"));
        put_member(out, "stream", page->lineage->nodes[reads->stream].name);
        buf_append_str(out, STR(",\"columns\":["));
        for (uint32_t c = 0; c < reads->columns.count; c++) {
            if (c > 0)
                buf_append_char(out, ',');
            json_string_append(out, reads->columns.items[c]);
        }
        buf_append_str(out, STR("]}"));
    }
    buf_append_str(out, STR("]}"));
}

/* Calls `put` for each edge between two nodes that are shown. */
typedef void PutEdge(LineagePage *page, uint32_t from, uint32_t to, bool is_first);

static void each_edge(LineagePage *page, PutEdge *put)
{
    bool is_first = true;
    for (uint32_t to = 0; to < page->lineage->count; to++) {
        const LineageNode *node = &page->lineage->nodes[to];
        for (uint32_t i = 0; is_shown(page, to) && i < node->from.count; i++) {
            if (!is_shown(page, node->from.items[i]))
                continue;
            put(page, node->from.items[i], to, is_first);
            is_first = false;
        }
    }
}

static void put_edge_json(LineagePage *page, uint32_t from, uint32_t to, bool is_first)
{
    buf_append_str(&page->out, is_first ? STR("{") : STR(",{"));
    put_member(&page->out, "from", page->lineage->nodes[from].name);
    buf_append_char(&page->out, ',');
    put_member(&page->out, "to", page->lineage->nodes[to].name);
    buf_append_char(&page->out, '}');
}

static void put_json(LineagePage *page)
{
    bool is_first = true;
    buf_append_str(&page->out, STR("{\"schema_version\":1,\"nodes\":["));
    for (uint32_t i = 0; i < page->lineage->count; i++) {
        if (!is_shown(page, i))
            continue;
        if (!is_first)
            buf_append_char(&page->out, ',');
        put_node_json(page, &page->lineage->nodes[i]);
        is_first = false;
    }
    buf_append_str(&page->out, STR("],\"edges\":["));
    each_edge(page, put_edge_json);
    buf_append_str(&page->out, STR("]}\n"));
}

/* ---- Mermaid ---- */

/* Quotes end a label; names of SQL may hold anything. */
static void put_label(Buf *out, Str name)
{
    for (uint64_t i = 0; i < name.len; i++) {
        if (name.data[i] == '"')
            buf_append_str(out, STR("#quot;"));
        else
            buf_append_char(out, name.data[i]);
    }
}

static void put_edge_mermaid(LineagePage *page, uint32_t from, uint32_t to, bool is_first)
{
    (void)is_first;
    const LineageNode *target = &page->lineage->nodes[to];
    buf_printf(&page->out, "  n%u -->", from);
    for (uint32_t i = 0; i < target->reads.count; i++) {
        Buf columns = { 0 };
        if (target->reads.items[i].stream != from || target->reads.items[i].columns.count == 0)
            continue;
        put_columns(&columns, &target->reads.items[i], MERMAID_COLUMNS_MAX);
        buf_append_str(&page->out, STR("|\""));
        put_label(&page->out, buf_str(&columns));
        buf_append_str(&page->out, STR("\"|"));
        buf_free(&columns);
    }
    buf_printf(&page->out, " n%u\n", to);
}

static void put_mermaid(LineagePage *page)
{
    static const char *const SHAPES[][2] = {
        { "[(\"", "\")]" }, { "[(\"", "\")]" }, { "(\"", "\")" }, { "[\"", "\"]" }, { "[[\"", "\"]]" }
    };
    buf_append_str(&page->out, STR("flowchart LR\n"));
    for (uint32_t i = 0; i < page->lineage->count; i++) {
        const LineageNode *node = &page->lineage->nodes[i];
        if (!node->is_chosen)
            continue;
        buf_printf(&page->out, "  n%u%s", i, SHAPES[node->kind][0]);
        put_label(&page->out, node->name);
        buf_printf(&page->out, "%s\n", SHAPES[node->kind][1]);
    }
    each_edge(page, put_edge_mermaid);
}

/* ---- choosing ---- */

typedef struct Choice {
    const Program *program;
    bool *found; /* by selector */
} Choice;

static bool matches_name(Str pattern, Str name)
{
    if (str_ends_with(pattern, STR("*")))
        return str_starts_with(name, str_slice(pattern, 0, pattern.len - 1));
    return str_equal(pattern, name);
}

/* Tags and owners choose metrics, names anything. */
static bool is_wanted(void *user, const LineageNode *node)
{
    const Choice *choice = user;
    const Selection *selection = &choice->program->selection;
    bool is_wanted = program_selects_place(choice->program, node->span) ||
                     (node->metric != NULL && program_selects_metric(choice->program, node->metric));
    for (uint32_t i = 0; i < selection->names.count; i++) {
        if (!matches_name(selection->names.items[i], node->name))
            continue;
        choice->found[i] = is_wanted = true;
    }
    return is_wanted;
}

/* False: said so on stderr. */
static bool choose(const Program *program, Lineage *lineage)
{
    const Selection *selection = &program->selection;
    Choice choice = { .program = program, .found = arena_alloc_zeroed(program->query, selection->names.count + 1, 1) };
    lineage_choose(lineage, is_wanted, &choice);
    for (uint32_t i = 0; i < selection->names.count; i++) {
        Str name = selection->names.items[i];
        if (choice.found[i] || str_starts_with(name, STR("tag:")) || str_starts_with(name, STR("owner:")))
            continue;
        Str nearest = catalog_nearest(program->bound->catalog, name);
        fprintf(stderr, "sqc: there is no stream, view or metric '%.*s'", STR_ARG(name));
        if (nearest.len > 0)
            fprintf(stderr, "; did you mean %.*s?", STR_ARG(nearest));
        fputc('\n', stderr);
        return false;
    }
    return true;
}

static bool read_format(const Args *args, LineageFormat *format)
{
    static const char *const NAMES[] = { "text", "json", "mermaid" };
    Str text = args_value(args, "--format");
    if (text.data == NULL)
        return true;
    for (int i = 0; i < 3; i++) {
        *format = (LineageFormat)i;
        if (str_equal(text, str_from(NAMES[i])))
            return true;
    }
    (void)usage_error(args, "--format is text, json or mermaid, not '%.*s'", STR_ARG(text));
    return false;
}

int command_lineage(const Args *args)
{
    static void (*const PUT[])(LineagePage *) = { put_text, put_json, put_mermaid };
    LineageFormat format = LINEAGE_TEXT;
    if (!read_format(args, &format))
        return EXIT_USAGE;
    Program *program = program_new(args->arena);
    int opened = program_open(program, args);
    if (opened != EXIT_DONE)
        return opened;
    bool is_good = program_bind(program, NULL);
    if (program->diags->error_count > 0)
        program_report(program, args);
    if (!is_good)
        return EXIT_FINDINGS;
    Lineage *lineage = lineage_of(args->arena, program->bound, program->files.items, program->files.count);
    if (!choose(program, lineage))
        return EXIT_USAGE;
    LineagePage page = { .program = program, .lineage = lineage };
    PUT[format](&page);
    Str text = buf_str(&page.out);
    fwrite(text.data, 1, text.len, stdout);
    buf_free(&page.out);
    return EXIT_DONE;
}
