/* format.c -- the engine of the printer: lines, indentation, groups, comments; the program around its statements. */
#include "compiler/parse/format_internal.h"

#include "compiler/parse/parse.h"

enum { INDENT_COLUMNS = 2, PASSES_MAX = 4 };

/* ---------------------------------------------------------------- text */
static void write_break(Printer *p)
{
    while (p->out->len > p->line_start && p->out->data[p->out->len - 1] == ' ')
        p->out->len--;
    for (uint32_t i = 0; i < p->breaks; i++)
        buf_append_char(p->out, '\n');
    p->breaks = 0;
    p->blank = false;
    p->in_comment = false;
    p->line_start = p->out->len;
    for (uint32_t i = 0; i < p->indent * INDENT_COLUMNS; i++)
        buf_append_char(p->out, ' ');
}

void out_text(Printer *p, Str text)
{
    if (p->overflow || text.len == 0)
        return;
    if (p->breaks > 0 || p->out->len == p->line_start) {
        write_break(p);
        while (text.len > 0 && text.data[0] == ' ')
            text = str_slice(text, 1, text.len - 1);
    } else if (p->blank) {
        if (text.data[0] != ' ')
            buf_append_char(p->out, ' ');
        p->blank = false;
    }
    buf_append_str(p->out, text);
    const char *newline = memrchr(text.data, '\n', text.len);
    if (newline != NULL)
        p->line_start = p->out->len - (uint64_t)(text.data + text.len - newline - 1);
    if (p->flat && p->out->len - p->line_start > FORMAT_COLUMNS_MAX)
        p->overflow = true;
}

void out(Printer *p, const char *text)
{
    out_text(p, str_from(text));
}

void out_if(Printer *p, bool flag, const char *text)
{
    if (flag)
        out(p, text);
}

void out_number(Printer *p, int64_t number)
{
    Buf text = { 0 };
    buf_printf(&text, "%lld", (long long)number);
    out_text(p, buf_str(&text));
    buf_free(&text);
}

void out_line(Printer *p)
{
    if (p->flat)
        out(p, " ");
    else if (p->breaks == 0)
        p->breaks = 1;
}

void out_soft(Printer *p)
{
    if (!p->flat && p->breaks == 0)
        p->breaks = 1;
}

void out_indent(Printer *p)
{
    p->indent++;
}

void out_outdent(Printer *p)
{
    p->indent--;
}

/* ---------------------------------------------------------------- comments */
static bool has_line_of_its_own(const Printer *p, const LexComment *comment)
{
    const char *data = p->source->text.data;
    uint32_t at = comment->start;
    while (at > 0 && (data[at - 1] == ' ' || data[at - 1] == '\t'))
        at--;
    return at == 0 || data[at - 1] == '\n' || data[at - 1] == '\r';
}

static bool has_blank_line_before(const Printer *p, uint32_t at)
{
    const char *data = p->source->text.data;
    uint32_t newlines = 0;
    while (at > 0 && (data[at - 1] == ' ' || data[at - 1] == '\t' || data[at - 1] == '\n' || data[at - 1] == '\r'))
        newlines += data[--at] == '\n';
    return newlines > 1;
}

static void print_comment(Printer *p, const LexComment *comment)
{
    Str text = str_slice(p->source->text, comment->start, comment->end - comment->start);
    bool own_line = has_line_of_its_own(p, comment);
    bool at_start = p->out->len == 0;
    if (own_line && !at_start && p->breaks == 0)
        p->breaks = 1;
    uint32_t breaks = own_line ? 0 : p->breaks; /* a comment at the end of a line stays in front of the break */
    if (p->in_comment) {
        p->breaks = p->breaks == 0 ? 1 : p->breaks;
        breaks = 0;
    } else if (!own_line) {
        p->breaks = 0;
        if (!at_start && p->out->data[p->out->len - 1] != ' ' && p->out->len > p->line_start)
            buf_append_char(p->out, ' ');
    }
    if (p->breaks > 0)
        write_break(p);
    buf_append_str(p->out, text);
    bool to_line_end = str_starts_with(text, STR("--"));
    p->breaks = breaks > 0 ? breaks : to_line_end || own_line ? 1 : 0;
    p->blank = p->breaks == 0;
    p->in_comment = to_line_end;
}

void out_comments(Printer *p, uint32_t before)
{
    if (p->overflow)
        return;
    for (; p->comment < p->comment_count && p->comments[p->comment].start < before; p->comment++)
        print_comment(p, &p->comments[p->comment]);
}

uint32_t out_next_code(const Printer *p, uint32_t at)
{
    if (p->source == NULL)
        return at;
    const char *data = p->source->text.data;
    for (;;) {
        while (at < p->source->text.len && (data[at] == ' ' || (data[at] >= '\t' && data[at] <= '\r')))
            at++;
        uint32_t i = p->comment;
        while (i < p->comment_count && p->comments[i].start < at)
            i++;
        if (i == p->comment_count || p->comments[i].start != at)
            return at;
        at = p->comments[i].end;
    }
}

/* ---------------------------------------------------------------- layout */
static bool has_comment_inside(const Printer *p, uint32_t end)
{
    return p->comment < p->comment_count && p->comments[p->comment].start < end;
}

static void print_group(Printer *p, const AstNode *node, uint32_t end, PrintNode *print)
{
    if (p->flat || p->overflow) {
        print(p, node);
        return;
    }
    Printer before = *p;
    uint64_t len = p->out->len;
    if (!has_comment_inside(p, end)) {
        p->flat = true;
        print(p, node);
        p->flat = false;
        if (!p->overflow)
            return;
        *p = before;
        p->out->len = len;
    }
    print(p, node);
}

void out_group(Printer *p, const AstNode *node, PrintNode *print)
{
    out_comments(p, node->span.start);
    print_group(p, node, node->span.end, print);
}

void out_list(Printer *p, const AstNode *list, PrintNode *print)
{
    for (uint32_t i = 0; i < ast_count(list); i++) {
        if (i > 0) {
            out(p, ",");
            out_line(p);
        }
        out_comments(p, ast_at(list, i)->span.start);
        print(p, ast_at(list, i));
    }
}

void out_inline(Printer *p, const AstNode *list, PrintNode *print)
{
    for (uint32_t i = 0; i < ast_count(list); i++) {
        if (i > 0)
            out(p, ", ");
        print(p, ast_at(list, i));
    }
}

typedef struct Items {
    const AstNode *list;
    PrintNode *print;
} Items;

/* Two shapes of a list as a group; the print function of the items has to come along with the list. */
static bool items_fit(Printer *p, Items items, uint32_t end)
{
    if (p->flat || p->overflow) {
        out_list(p, items.list, items.print);
        return true;
    }
    if (has_comment_inside(p, end))
        return false;
    Printer before = *p;
    uint64_t len = p->out->len;
    p->flat = true;
    out_list(p, items.list, items.print);
    p->flat = false;
    if (!p->overflow)
        return true;
    *p = before;
    p->out->len = len;
    return false;
}

void out_filled(Printer *p, const AstNode *list, PrintNode *print)
{
    out_indent(p);
    out_comments(p, list->span.start);
    if (!items_fit(p, (Items){ list, print }, list->span.end)) {
        out_soft(p);
        out_list(p, list, print);
    }
    out_outdent(p);
}

void out_parens(Printer *p, const AstNode *list, PrintNode *print)
{
    out(p, "(");
    if (ast_count(list) == 0) {
        out(p, ")");
        return;
    }
    uint32_t end = out_next_code(p, list->span.end);
    out_indent(p);
    if (!items_fit(p, (Items){ list, print }, end)) {
        out_soft(p);
        out_list(p, list, print);
        out_comments(p, end);
        out_outdent(p);
        out_soft(p);
    } else {
        out_outdent(p);
    }
    out(p, ")");
}

/* ---------------------------------------------------------------- programs */
/* One blank line where the text has some, and behind a statement of several lines. */
static void start_line(Printer *p, uint32_t at, bool behind_long)
{
    if (p->out->len > 0)
        p->breaks = behind_long || has_blank_line_before(p, at) ? 2 : 1;
}

/* Comments between statements; answers whether one took a line of its own. */
static bool print_comments_between(Printer *p, uint32_t before, bool behind_long)
{
    bool own_line = false;
    for (; p->comment < p->comment_count && p->comments[p->comment].start < before; p->comment++) {
        const LexComment *comment = &p->comments[p->comment];
        if (has_line_of_its_own(p, comment)) {
            start_line(p, comment->start, behind_long && !own_line);
            own_line = true;
        }
        print_comment(p, comment);
    }
    return own_line;
}

static void print_program(Printer *p, const AstNode *program)
{
    bool behind_long = false;
    AST_EACH(statement, ast_program_statements(program)) {
        bool commented = print_comments_between(p, statement->span.start, behind_long);
        start_line(p, statement->span.start, behind_long && !commented);
        uint64_t from = p->out->len + 2; /* behind the line ends that are still to be written */
        print_statement(p, statement);
        out(p, ";");
        behind_long = p->out->len > from && memchr(p->out->data + from, '\n', p->out->len - from) != NULL;
    }
    print_comments_between(p, UINT32_MAX, behind_long);
    if (p->out->len > 0)
        buf_append_char(p->out, '\n');
}

static void print_pass(Buf *out_buf, Arena *arena, const Source *source, const AstNode *program)
{
    Lexer lexer;
    Diags *diags = diags_new(arena, NULL);
    lexer_init(&lexer, arena, source, diags);
    lexer.keep_comments = true;
    while (lexer_next(&lexer).kind != LEX_EOT)
        ;
    Printer printer = { .out = out_buf, .source = source, .comments = lexer.comments.items,
                        .comment_count = lexer.comments.count };
    print_program(&printer, program);
}

/* A comment inside a node may come to stand behind it, and then the node fits its line: print until nothing moves. */
void format_program(Buf *out_buf, const Source *source, const AstNode *program)
{
    Arena arena;
    arena_init(&arena);
    print_pass(out_buf, &arena, source, program);
    for (uint32_t pass = 1; pass < PASSES_MAX; pass++) {
        Sources *sources = sources_new(&arena);
        const Source *printed = sources_add(sources, source->path, buf_str(out_buf));
        Diags *diags = diags_new(&arena, sources);
        const AstNode *again = parse_program(&arena, printed, diags);
        assert(diags->error_count == 0);
        Buf next = { 0 };
        print_pass(&next, &arena, printed, again);
        bool same = str_equal(buf_str(&next), buf_str(out_buf));
        buf_free(out_buf);
        *out_buf = next;
        if (same)
            break;
    }
    arena_free(&arena);
}

void format_node(Buf *out_buf, const AstNode *node)
{
    Printer printer = { .out = out_buf, .line_start = out_buf->len };
    if (node->kind == AST_TYPE)
        print_type(&printer, node);
    else if (node->kind == AST_QNAME)
        print_qname(&printer, node);
    else if (node->kind == AST_NAME)
        print_name(&printer, node);
    else if (!print_query_part(&printer, node) && !print_metric_part(&printer, node))
        print_statement(&printer, node);
}
