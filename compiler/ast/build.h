/* build.h -- making syntax trees: for the parser, and for nobody behind it.
 *
 *     AstNode *node = ast_make(build, select, span);       -- all fields empty
 *     ast_put(build, node, AST_AT_select_where, where);
 *     list = ast_append(build, list, item);                -- NULL begins a list
 *
 * Putting a child in keeps the height of the tree and notes when it passes AST_HEIGHT_MAX, so that passes may recurse.
 *
 * Cost       appending is O(1) on average; a list that grows leaves its old block in the arena. */
#ifndef SQC_AST_BUILD_H
#define SQC_AST_BUILD_H

#include "compiler/ast/ast.h"

/* A level of SQL nesting is up to three levels of nodes. */
enum { AST_HEIGHT_MAX = 3000 };

typedef struct AstBuild {
    Arena *arena;
    uint32_t next_id;
    bool too_high;
    Span high_span; /* the node that was too high */
} AstBuild;

AstNode *ast_new(AstBuild *build, AstKind kind, uint32_t field_count, Span span);
#define ast_make(build, k, span) ast_new((build), (AstKind)AST_IS_##k, AST_FIELDS_##k, (span))
/* child may be NULL. */
void ast_put(AstBuild *build, AstNode *node, uint32_t at, AstNode *child);
/* The list may move: use what is returned.  Its span grows to cover the item. */
AstNode *ast_append(AstBuild *build, AstNode *list, AstNode *item);

#define ast_set_text(node, k, f, value) ((node)->fields[AST_AT_##k##_##f].text = (value))
#define ast_set_num(node, k, f, value) ((node)->fields[AST_AT_##k##_##f].num = (int64_t)(value))
#define ast_set_place(node, k, f, value) ((node)->fields[AST_AT_##k##_##f].span = (value))

#endif
