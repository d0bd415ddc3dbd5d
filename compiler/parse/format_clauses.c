/* format_clauses.c -- what all definitions and queries are made of: a head, then clauses, each a word and its value.
 *
 * A clause that the text does not have is NULL and prints nothing, so that a print function is a row of calls. */
#include "compiler/parse/format_internal.h"

static bool start_clause(Printer *p, const char *word, const AstNode *value)
{
    if (value == NULL)
        return false;
    out_line(p);
    out_comments(p, value->span.start);
    out(p, word);
    out(p, " ");
    return true;
}

void print_clause(Printer *p, const char *word, const AstNode *value, PrintNode *print)
{
    if (start_clause(p, word, value))
        print(p, value);
}

void print_clause_filled(Printer *p, const char *word, const AstNode *list, PrintNode *print)
{
    if (start_clause(p, word, list))
        out_filled(p, list, print);
}

void print_clause_inline(Printer *p, const char *word, const AstNode *list, PrintNode *print)
{
    if (start_clause(p, word, list))
        out_inline(p, list, print);
}

void print_clause_parens(Printer *p, const char *word, const AstNode *list, PrintNode *print)
{
    if (start_clause(p, word, list))
        out_parens(p, list, print);
}

void print_part(Printer *p, const char *words, const AstNode *value, PrintNode *print)
{
    if (value == NULL)
        return;
    out(p, words);
    print(p, value);
}

void print_part_inline(Printer *p, const char *words, const AstNode *list, PrintNode *print)
{
    if (list == NULL)
        return;
    out(p, words);
    out_inline(p, list, print);
}

void print_part_parens(Printer *p, const char *words, const AstNode *list, PrintNode *print)
{
    if (list == NULL)
        return;
    out(p, words);
    out_parens(p, list, print);
}

void print_names(Printer *p, const char *words, const AstNode *names)
{
    if (names == NULL)
        return;
    out(p, words);
    out(p, "(");
    out_inline(p, names, print_name);
    out(p, ")");
}

void print_with_options(Printer *p, const AstNode *options)
{
    if (options == NULL)
        return;
    out_comments(p, options->span.start);
    out(p, " WITH ");
    out_parens(p, options, print_option);
}

void print_as_query(Printer *p, const AstNode *query)
{
    if (query == NULL)
        return;
    out(p, " AS");
    out_line(p);
    out_comments(p, query->span.start);
    print_query(p, query);
}

void print_create(Printer *p, PrintCreate head)
{
    out(p, "CREATE ");
    out_if(p, head.again, head.again_words);
    out_if(p, head.temporary, "TEMPORARY ");
    out_if(p, head.is_system, "SYSTEM ");
    out(p, head.what);
    out(p, head.if_not_exists ? " IF NOT EXISTS " : " ");
    if (head.name->kind == AST_NAME)
        print_name(p, head.name);
    else
        print_qname(p, head.name);
}
