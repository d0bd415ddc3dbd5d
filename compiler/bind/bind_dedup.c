/* bind_dedup.c -- DEDUPLICATE BY (columns) WITHIN interval: what makes a row of a stream the copy of another one. */
#include "compiler/bind/bind_internal.h"

#include "compiler/ast/build.h"

void find_dedup(Binder *binder, Table *table)
{
    const AstNode *found = NULL;
    AST_EACH(element, ast_create_table_elements(table->statement)) {
        if (element->kind != AST_DEDUPLICATE)
            continue;
        if (found != NULL) {
            Diag *d = diag_error(binder->diags, E0318, element->span, "a stream has one DEDUPLICATE BY");
            diag_label(d, found->span, "first here");
            continue;
        }
        found = element;
        table->deduplicate = element;
    }
}

/* A dotted name in the place of a table's is looked up like any other column. */
static const Expr *bind_path(ExprScope *scope, const AstNode *path)
{
    AstBuild build = { .arena = scope->binder->query, .next_id = path->id };
    AstNode *ref = ast_make(&build, column_ref, path->span);
    ref->fields[AST_AT_column_ref_parts].node = (AstNode *)ast_qname_parts(path);
    return bind_column_ref(scope, ref);
}

static bool bind_keys(Binder *binder, const Relation *relation, const AstNode *names, Dedup *dedup)
{
    const Expr **keys = ARENA_ARRAY(binder->query, const Expr *, ast_count(names) + 1);
    ExprScope scope = { .binder = binder, .input = relation, .place = "DEDUPLICATE BY" };
    AST_EACH(name, names) {
        const Expr *key = bind_path(&scope, name);
        if (expr_is_poison(key))
            return false;
        for (uint32_t i = 0; i < dedup->key_count; i++) {
            if (expr_equal(keys[i], key)) {
                diag_error(binder->diags, E0318, name->span, "the key names `%.*s` twice",
                           STR_ARG(qname_text(binder, name)));
                return false;
            }
        }
        keys[dedup->key_count++] = key;
    }
    dedup->keys = keys;
    return true;
}

static bool bind_within(Binder *binder, const AstNode *within, Dedup *dedup)
{
    ExprScope scope = { .binder = binder, .place = "WITHIN" };
    const Expr *expr = bind_expr(&scope, within);
    if (expr_is_poison(expr))
        return false;
    bool is_constant = expr->op == EXPR_LITERAL && expr->type->kind == TYPE_INTERVAL_SECOND;
    if (is_constant && expr->literal.value.i64 > 0) {
        dedup->within_us = expr->literal.value.i64;
        return true;
    }
    bool is_months = expr->type->kind == TYPE_INTERVAL_MONTH;
    Diag *d = diag_error(binder->diags, E0318, within->span,
                         is_months ? "WITHIN takes a fixed length of time: months and years differ"
                                   : "WITHIN takes a constant interval longer than nothing");
    diag_help(d, "such as INTERVAL '24' HOUR");
    return false;
}

const Dedup *bind_dedup(Binder *binder, const Table *table, const Relation *relation)
{
    const AstNode *clause = table->deduplicate;
    if (clause == NULL || relation->poison)
        return NULL;
    if (table->rowtime_column < 0) {
        Diag *d = diag_error(binder->diags, E0318, clause->span,
                             "DEDUPLICATE BY needs event time: without it, keys would be kept for all time");
        diag_help(d, "add WATERMARK FOR ts AS ts - INTERVAL '5' SECOND to the columns of `%.*s`", STR_ARG(table->name));
        return NULL;
    }
    Dedup *dedup = ARENA_NEW(binder->query, Dedup);
    dedup->span = clause->span;
    bool good = bind_keys(binder, relation, ast_deduplicate_columns(clause), dedup);
    good = bind_within(binder, ast_deduplicate_within(clause), dedup) && good;
    return good ? dedup : NULL;
}
