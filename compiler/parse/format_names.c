/* format_names.c -- prints names, texts, options, hints and types. */
#include "compiler/parse/format_internal.h"

/* ---------------------------------------------------------------- names */
static bool is_plain_name(Str text)
{
    if (text.len == 0 || (text.data[0] >= '0' && text.data[0] <= '9') || text.data[0] == '$')
        return false;
    for (uint64_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                    c == '$' || c >= 0x80;
        if (!good)
            return false;
    }
    return true;
}

static void print_doubled(Printer *p, Str text, char quote)
{
    Buf quoted = { 0 };
    buf_append_char(&quoted, quote);
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.data[i] == quote)
            buf_append_char(&quoted, quote);
        buf_append_char(&quoted, text.data[i]);
    }
    buf_append_char(&quoted, quote);
    out_text(p, buf_str(&quoted));
    buf_free(&quoted);
}

void print_name(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    if (ast_name_quoted(node) || !is_plain_name(ast_name_text(node)))
        print_doubled(p, ast_name_text(node), '`');
    else
        out_text(p, ast_name_text(node));
}

void print_parts(Printer *p, const AstNode *parts)
{
    for (uint32_t i = 0; i < ast_count(parts); i++) {
        out_if(p, i > 0, ".");
        print_name(p, ast_at(parts, i));
    }
}

void print_qname(Printer *p, const AstNode *node)
{
    print_parts(p, ast_qname_parts(node));
    if (ast_qname_wildcard(node))
        out(p, ast_count(ast_qname_parts(node)) > 0 ? ".*" : "*");
}

void print_string_text(Printer *p, Str text)
{
    print_doubled(p, text, '\'');
}

void print_string(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    print_string_text(p, ast_string_text(node));
}

void print_option(Printer *p, const AstNode *node)
{
    print_string_text(p, ast_option_key(node));
    out(p, " = ");
    print_string_text(p, ast_option_value(node));
}

static void print_hint(Printer *p, const AstNode *node)
{
    print_name(p, ast_hint_name(node));
    if (ast_count(ast_hint_args(node)) == 0)
        return;
    out(p, "(");
    out_inline(p, ast_hint_args(node), print_expr);
    out(p, ")");
}

void print_hints(Printer *p, const AstNode *hints)
{
    if (ast_count(hints) == 0)
        return;
    out(p, " /*+ ");
    out_inline(p, hints, print_hint);
    out(p, " */");
}

/* ---------------------------------------------------------------- types */
void print_precision(Printer *p, int64_t precision)
{
    if (precision < 0)
        return;
    out(p, "(");
    out_number(p, precision);
    out(p, ")");
}

void print_row_field(Printer *p, const AstNode *node)
{
    print_name(p, ast_row_field_name(node));
    out(p, " ");
    print_type(p, ast_row_field_type(node));
    if (ast_row_field_comment(node) != NULL) {
        out(p, " ");
        print_string(p, ast_row_field_comment(node));
    }
}

static void print_type_core(Printer *p, const AstNode *node)
{
    out(p, ast_type_text(ast_type_base(node)));
    switch (ast_type_base(node)) {
    case AST_TYPE_USER: print_qname(p, ast_type_name(node)); break;
    case AST_TYPE_ARRAY:
    case AST_TYPE_MULTISET:
        out(p, "<");
        print_type(p, ast_type_element(node));
        out(p, ">");
        return;
    case AST_TYPE_MAP:
        out(p, "<");
        print_type(p, ast_type_key(node));
        out(p, ", ");
        print_type(p, ast_type_element(node));
        out(p, ">");
        return;
    case AST_TYPE_RAW:
        print_part(p, "(", ast_type_class_name(node), print_string);
        print_part(p, ", ", ast_type_snapshot(node), print_string);
        out(p, ")");
        return;
    case AST_TYPE_STRUCTURED:
        print_part(p, "<", ast_type_class_name(node), print_string);
        print_part_inline(p, ", ", ast_type_fields(node), print_row_field);
        out(p, ">");
        return;
    case AST_TYPE_ROW:
        out(p, "<");
        out_inline(p, ast_type_fields(node), print_row_field);
        out(p, ">");
        return;
    case AST_TYPE_INTERVAL:
        out(p, " ");
        out(p, ast_unit_text(ast_type_unit(node)));
        print_precision(p, ast_type_precision(node));
        if (ast_type_to_unit(node) != AST_UNIT_NONE) {
            out(p, " TO ");
            out(p, ast_unit_text(ast_type_to_unit(node)));
            print_precision(p, ast_type_scale(node));
        }
        return;
    default: break;
    }
    if (ast_type_precision(node) < 0)
        return;
    out(p, "(");
    out_number(p, ast_type_precision(node));
    if (ast_type_scale(node) >= 0) {
        out(p, ", ");
        out_number(p, ast_type_scale(node));
    }
    out(p, ")");
}

void print_type(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    if (ast_type_base(node) == AST_TYPE_TIMESTAMP_TZ) { /* its precision stands inside */
        out(p, "TIMESTAMP");
        print_precision(p, ast_type_precision(node));
        out(p, " WITH TIME ZONE");
    } else {
        print_type_core(p, node);
    }
    out_if(p, ast_type_not_null(node), " NOT NULL");
}
