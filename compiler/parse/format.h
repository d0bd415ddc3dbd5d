/* format.h -- the one layout of a .ssql text.
 *
 * Prints the tree: keywords in capitals, one clause a line, lists that do not fit broken one item a line.  Comments and
 * hints are kept, each next to what it stood beside.  Formatting a formatted text changes nothing, and the text parses
 * to the same tree as before.
 *
 * Errors     none: the tree has been parsed without errors.  Out of memory shows in out->failed. */
#ifndef SQC_PARSE_FORMAT_H
#define SQC_PARSE_FORMAT_H

#include "compiler/ast/ast.h"

enum { FORMAT_COLUMNS_MAX = 100 };

/* The whole text; the program must come from parse_program over this source, without errors. */
void format_program(Buf *out, const Source *source, const AstNode *program);
/* One node on its own (a statement, a query, an expression, a type), without comments. */
void format_node(Buf *out, const AstNode *node);

#endif
