/* format_internal.h -- the printer's engine, shared by the files format_*.c.
 *
 * A print function writes one node with out_* calls and serves both layouts: in flat mode out_line is a blank and
 * out_soft is nothing, otherwise both break the line.  out_group tries flat first and takes it where the line holds it
 * and no comment stands inside.
 *
 * Line breaks are lazy: they are written with the text that follows, so that a comment which stood at the end of a line
 * gets there before the break. */
#ifndef SQC_PARSE_FORMAT_INTERNAL_H
#define SQC_PARSE_FORMAT_INTERNAL_H

#include "compiler/ast/ast.h"
#include "compiler/lex/lex.h"
#include "compiler/parse/format.h"

typedef struct Printer {
    Buf *out;
    const Source *source; /* NULL: a node on its own */
    const LexComment *comments;
    uint32_t comment_count;
    uint32_t comment; /* the next one to be printed */
    uint64_t line_start;
    uint32_t indent;
    uint32_t breaks; /* pending line ends */
    bool blank;      /* a pending blank, behind a comment in the middle of a line */
    bool in_comment; /* the line ends with a comment that goes on to its end */
    bool flat;
    bool overflow; /* flat did not fit: nothing more is written */
} Printer;

typedef void PrintNode(Printer *p, const AstNode *node);

void out_text(Printer *p, Str text);
void out(Printer *p, const char *text);
void out_number(Printer *p, int64_t number);
void out_line(Printer *p); /* line end, or a blank where flat */
void out_soft(Printer *p); /* line end, or nothing where flat */
void out_indent(Printer *p);
void out_outdent(Printer *p);
/* Prints the comments that stand before this place. */
void out_comments(Printer *p, uint32_t before);
/* The place of the next token behind `at`. */
uint32_t out_next_code(const Printer *p, uint32_t at);

void out_group(Printer *p, const AstNode *node, PrintNode *print);
/* item, item, item: one a line, or in one line where flat. */
void out_list(Printer *p, const AstNode *list, PrintNode *print);
/* The same as a group of its own: all in one line, or one a line, further in. */
void out_filled(Printer *p, const AstNode *list, PrintNode *print);
/* (item, item) as a group; NULL prints (). */
void out_parens(Printer *p, const AstNode *list, PrintNode *print);
/* Always in one line: names and the like. */
void out_inline(Printer *p, const AstNode *list, PrintNode *print);
/* "word", where flag. */
void out_if(Printer *p, bool flag, const char *text);

/* format_names.c */
void print_name(Printer *p, const AstNode *node);
void print_parts(Printer *p, const AstNode *parts);
void print_qname(Printer *p, const AstNode *node);
void print_string(Printer *p, const AstNode *node);
void print_string_text(Printer *p, Str text);
/* "(3)"; nothing for -1. */
void print_precision(Printer *p, int64_t precision);
void print_type(Printer *p, const AstNode *node);
void print_row_field(Printer *p, const AstNode *node);
void print_option(Printer *p, const AstNode *node);
void print_hints(Printer *p, const AstNode *hints);

/* format_calls.c */
void print_call(Printer *p, const AstNode *node);
void print_json_pair(Printer *p, const AstNode *node);
void print_named_arg(Printer *p, const AstNode *node);
void print_table_arg(Printer *p, const AstNode *node);
void print_window_spec(Printer *p, const AstNode *node);
void print_sort_item(Printer *p, const AstNode *node);

/* format_exprs.c */
void print_expr(Printer *p, const AstNode *node);
/* In parentheses where it binds weaker than `level`. */
void print_expr_at(Printer *p, const AstNode *node, int level);
/* In parentheses unless it is one that needs none, whatever words stand around it. */
void print_simple(Printer *p, const AstNode *node);
enum { LEVEL_ANY = 0, LEVEL_OR, LEVEL_AND, LEVEL_NOT, LEVEL_COMPARE, LEVEL_CONCAT, LEVEL_ADD, LEVEL_MUL, LEVEL_UNARY,
       LEVEL_ZONE, LEVEL_PRIMARY };

/* format_queries.c */
void print_query(Printer *p, const AstNode *node);
/* (query), in one line or on lines of its own. */
void print_query_parens(Printer *p, const AstNode *node);
void print_select_item(Printer *p, const AstNode *node);
bool print_query_part(Printer *p, const AstNode *node); /* false: no such kind */

/* format_clauses.c: what is NULL prints nothing */
/* WORD value, on a line of its own. */
void print_clause(Printer *p, const char *word, const AstNode *value, PrintNode *print);
/* WORD item, item: in one line, or one item a line further in; always in one line; WORD (item, item). */
void print_clause_filled(Printer *p, const char *word, const AstNode *list, PrintNode *print);
void print_clause_inline(Printer *p, const char *word, const AstNode *list, PrintNode *print);
void print_clause_parens(Printer *p, const char *word, const AstNode *list, PrintNode *print);
/* The same behind what stands there; `words` bring their blanks. */
void print_part(Printer *p, const char *words, const AstNode *value, PrintNode *print);
void print_part_inline(Printer *p, const char *words, const AstNode *list, PrintNode *print);
void print_part_parens(Printer *p, const char *words, const AstNode *list, PrintNode *print);
void print_names(Printer *p, const char *words, const AstNode *names); /* words(a, b), never broken */
void print_with_options(Printer *p, const AstNode *options);
void print_as_query(Printer *p, const AstNode *query);

typedef struct PrintCreate {
    bool again; /* CREATE OR .. */
    const char *again_words;
    bool temporary;
    bool is_system;
    const char *what;
    bool if_not_exists;
    const AstNode *name; /* NAME or QNAME */
} PrintCreate;

void print_create(Printer *p, PrintCreate head);

/* format_tables.c, format_functions.c, format_alter.c */
bool print_table_statement(Printer *p, const AstNode *node); /* false: no such kind */
void print_element(Printer *p, const AstNode *node);
void print_distribution(Printer *p, const AstNode *node);
void print_create_function(Printer *p, const AstNode *node);
void print_drop(Printer *p, const AstNode *node);
void print_alter(Printer *p, const AstNode *node);
void print_partition_item(Printer *p, const AstNode *node);

/* format_statements.c, format_metrics.c */
void print_statement(Printer *p, const AstNode *node);
bool print_metric_statement(Printer *p, const AstNode *node);
bool print_metric_part(Printer *p, const AstNode *node);
void print_emit(Printer *p, const AstNode *node);
void print_late(Printer *p, const AstNode *node);

#endif
