/* parse.h -- from text to syntax tree.
 *
 * A re2c lexer feeds a Lemon grammar without conflicts.  A syntax error costs the statement it stands in and no other:
 * reading goes on behind the next `;` of that statement.  What parses but cannot run yet is the binder's to refuse.
 *
 * Ownership  nodes live in the query arena; their texts point into the source or the arena.
 * Threads    one.
 * Errors     diagnostics E00xx and E01xx.  The tree is never NULL; statements that failed are not in it.
 * Cost       one pass, no backtracking; nesting deeper than PARSE_DEPTH_MAX is refused. */
#ifndef SQC_PARSE_PARSE_H
#define SQC_PARSE_PARSE_H

#include "compiler/ast/ast.h"
#include "compiler/diag/diag.h"

enum { PARSE_DEPTH_MAX = 1000 };

/* Reads a file; what cannot be read is E0001 or E0002, and NULL is returned. */
const Source *parse_open(Sources *sources, Str path, Diags *diags);

/* A PROGRAM with the statements of the text, in order. */
AstNode *parse_program(Arena *query, const Source *source, Diags *diags);
/* One query without `;`, as in the body of a SQL function or a TEST; NULL after an error. */
AstNode *parse_query(Arena *query, const Source *source, Diags *diags);
/* One expression; NULL after an error. */
AstNode *parse_expression(Arena *query, const Source *source, Diags *diags);
/* One type; NULL after an error. */
AstNode *parse_type(Arena *query, const Source *source, Diags *diags);

#endif
