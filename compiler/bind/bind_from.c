/* bind_from.c -- tables of FROM: names, derived tables; window functions are in bind_window.c. */
#include "compiler/bind/bind_from.h"

#include "compiler/diag/foreign.h"

/* Everything under one name, as a table of its own. */
Relation *under_alias(Binder *binder, const Relation *relation, Str alias, Span span)
{
    Relation *named = ARENA_NEW(binder->query, Relation);
    *named = *relation;
    named->sources.items = NULL;
    named->sources.count = named->sources.capacity = 0;
    vec_push(binder->query, &named->sources,
             ((BindSource){ .alias = alias, .span = span, .count = named->column_count }));
    return named;
}

/* AS t (a, b): other names for the first columns. */
static void rename_columns(Binder *binder, Relation *relation, const AstNode *names)
{
    uint32_t count = ast_count(names), at = 0;
    if (count == 0 || relation->poison)
        return;
    if (count != relation->column_count) {
        diag_error(binder->diags, E0330, names->span, "%u name%s given, the table has %u column%s", count,
                   count == 1 ? " is" : "s are", relation->column_count, plural(relation->column_count));
        relation->poison = relation->open = true;
        return;
    }
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, count);
    AST_EACH(name, names) {
        columns[at] = relation->columns[at];
        columns[at++].name = ast_name_text(name);
    }
    relation->columns = columns;
}

Relation *named_relation(Binder *binder, const Relation *relation, const AstNode *alias, Str otherwise,
                         const AstNode *columns, Span span)
{
    Relation *named = under_alias(binder, relation, alias == NULL ? otherwise : ast_name_text(alias),
                                  alias == NULL ? span : alias->span);
    rename_columns(binder, named, columns);
    return named;
}

/* A WITH query hides a table of the same name. */
Relation *find_relation(Binder *binder, const AstNode *qname)
{
    Str name = qname_text(binder, qname);
    for (const Cte *cte = binder->ctes; cte != NULL; cte = cte->outer) {
        if (str_equal(cte->name, name))
            return cte->relation;
    }
    const CatalogEntry *entry = find_entry(binder, qname);
    return entry == NULL ? relation_poison(binder) : read_relation(binder, entry, qname->span);
}

static bool refuse_hints(Binder *binder, const AstNode *hints)
{
    if (ast_count(hints) == 0)
        return false;
    refuse(binder, ast_at(hints, 0)->span, "a hint");
    return true;
}

static Relation *bind_table(Binder *binder, const AstNode *ast)
{
    const AstNode *qname = ast_table_name(ast);
    refuse_hints(binder, ast_table_hints(ast));
    if (ast_table_as_of(ast) != NULL) {
        refuse(binder, ast_table_as_of(ast)->span, "FOR SYSTEM_TIME AS OF outside of a join");
        return relation_poison(binder);
    }
    return named_relation(binder, find_relation(binder, qname), ast_table_alias(ast), qname_text(binder, qname),
                          ast_table_columns(ast), qname->span);
}

static Relation *bind_derived(Binder *binder, const AstNode *ast)
{
    if (ast_derived_lateral(ast)) {
        refuse(binder, ast->span, "LATERAL");
        return relation_poison(binder);
    }
    Relation *relation = bind_query_ast(binder, ast_derived_query(ast));
    return named_relation(binder, relation, ast_derived_alias(ast), STR_EMPTY, ast_derived_columns(ast), ast->span);
}

static Relation *unknown_table_function(Binder *binder, Str name, Span span)
{
    uint32_t own = catalog_function_count(binder->catalog), count = 0;
    Str *names = ARENA_ARRAY(binder->query, Str, own + WINDOW_FORM_COUNT + 2);
    if (catalog_is_broken(binder->catalog, name))
        return relation_poison(binder);
    for (uint32_t i = 0; i < WINDOW_FORM_COUNT; i++)
        names[count++] = window_form_name(i);
    names[count++] = STR("GAP_FILL");
    for (uint32_t i = 0; i < own; i++)
        names[count++] = catalog_function_at(binder->catalog, i)->name;
    Diag *d = diag_error(binder->diags, E0203, span, "no table function is called `%.*s`", STR_ARG(name));
    if (foreign_help(d, FOREIGN_FUNCTION, span, name))
        return relation_poison(binder);
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_fix(d, span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return relation_poison(binder);
}

static Relation *bind_table_function(Binder *binder, const AstNode *ast)
{
    const AstNode *call = ast_table_function_call(ast);
    Str name = qname_text(binder, ast_call_name(call));
    if (window_form_of(call) != NULL && !ast_table_function_lateral(ast))
        return bind_window(binder, ast);
    if (str_equal_nocase(name, STR("GAP_FILL")) && !ast_table_function_lateral(ast))
        return bind_gap_fill(binder, ast);
    Function *own = find_function(binder, ast_call_name(call));
    if (own != NULL && !ast_table_function_lateral(ast))
        return named_relation(binder, bind_table_call(binder, own, call), ast_table_function_alias(ast), own->name,
                              ast_table_function_columns(ast), call->span);
    if (own == NULL && !is_planned_function(name))
        return unknown_table_function(binder, name, ast_call_name(call)->span);
    Str what = str_printf(binder->query, "table function `%.*s`", STR_ARG(name));
    refuse(binder, call->span, what.data);
    return relation_poison(binder);
}

Relation *bind_from(Binder *binder, const AstNode *from)
{
    switch (from->kind) {
    case AST_TABLE:
        return bind_table(binder, from);
    case AST_DERIVED:
        return bind_derived(binder, from);
    case AST_TABLE_FUNCTION:
        return bind_table_function(binder, from);
    case AST_JOIN:
        return bind_join(binder, from);
    case AST_MATCH:
        refuse(binder, from->span, "MATCH_RECOGNIZE");
        return relation_poison(binder);
    case AST_TABLE_SAMPLE:
        refuse(binder, from->span, "TABLESAMPLE");
        return relation_poison(binder);
    default:
        refuse(binder, from->span, "UNNEST without a table beside it");
        return relation_poison(binder);
    }
}
