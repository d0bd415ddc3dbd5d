/* bind_define.c -- definitions: names go into the catalog first, so that any may refer to any; then each is worked out
 * when somebody needs it, and all of them in the end.  A definition that is needed while it is being worked out is a
 * cycle. */
#include "compiler/bind/bind_internal.h"

Str qname_text(Binder *binder, const AstNode *qname)
{
    return ast_name_joined(binder->query, qname);
}

Str optional_text(const AstNode *string)
{
    return string == NULL ? STR_EMPTY : ast_string_text(string);
}

static void add_entry(Binder *binder, CatalogEntry entry, bool if_not_exists)
{
    const CatalogEntry *other = catalog_add(binder->catalog, entry);
    if (other == NULL || if_not_exists)
        return;
    Diag *d = diag_error(binder->diags, E0205, entry.span, "`%.*s` is defined already", STR_ARG(entry.name));
    diag_label(d, other->span, "first here");
}

static void define_table(Binder *binder, const AstNode *ast)
{
    const AstNode *name = ast_create_table_name(ast);
    Table *table = ARENA_NEW(binder->query, Table);
    table->name = qname_text(binder, name);
    table->span = name->span;
    table->id = binder->table_count++;
    table->rowtime_column = -1;
    table->statement = ast;
    add_entry(binder,
              (CatalogEntry){ .kind = CATALOG_TABLE, .name = table->name, .span = name->span, .as.table = table },
              ast_create_table_if_not_exists(ast));
}

static void define_view(Binder *binder, const AstNode *ast)
{
    const AstNode *name = ast_create_view_name(ast);
    View *view = ARENA_NEW(binder->query, View);
    view->name = qname_text(binder, name);
    view->span = name->span;
    view->statement = ast;
    view->column_count = ast_count(ast_create_view_columns(ast));
    if (view->column_count > 0) {
        uint32_t at = 0;
        view->column_names = ARENA_ARRAY(binder->query, Str, view->column_count);
        AST_EACH(column, ast_create_view_columns(ast))
            view->column_names[at++] = ast_name_text(column);
    }
    add_entry(binder, (CatalogEntry){ .kind = CATALOG_VIEW, .name = view->name, .span = name->span, .as.view = view },
              ast_create_view_if_not_exists(ast));
}

static void define_metric(Binder *binder, const AstNode *ast)
{
    const AstNode *name = ast_metric_name(ast);
    Metric *metric = ARENA_NEW(binder->query, Metric);
    metric->name = qname_text(binder, name);
    metric->span = name->span;
    metric->id = binder->metric_count++;
    metric->statement = ast;
    metric->title = optional_text(ast_metric_title(ast));
    metric->description = optional_text(ast_metric_description(ast));
    metric->owner = optional_text(ast_metric_owner(ast));
    metric->section = optional_text(ast_metric_section(ast));
    Str *tags = ARENA_ARRAY(binder->query, Str, ast_count(ast_metric_tags(ast)) + 1);
    AST_EACH(tag, ast_metric_tags(ast))
        tags[metric->tag_count++] = ast_string_text(tag);
    metric->tags = tags;
    add_entry(binder,
              (CatalogEntry){ .kind = CATALOG_METRIC, .name = metric->name, .span = name->span, .as.metric = metric },
              ast_metric_if_not_exists(ast));
}

void define_statement(Binder *binder, const AstNode *statement)
{
    if (statement->kind == AST_CREATE_TABLE)
        define_table(binder, statement);
    else if (statement->kind == AST_CREATE_VIEW)
        define_view(binder, statement);
    else if (statement->kind == AST_METRIC)
        define_metric(binder, statement);
    else if (statement->kind == AST_CREATE_ROLE)
        define_role(binder, statement);
    else if (statement->kind == AST_CREATE_MATERIALIZED) /* refused, and its uses are not to blame */
        catalog_add_broken(binder->catalog, qname_text(binder, ast_create_materialized_name(statement)));
    else if (statement->kind == AST_CREATE_FUNCTION)
        define_function(binder, statement);
    else if (statement->kind == AST_SET)
        define_session_zone(binder, statement);
}

const CatalogEntry *find_entry(Binder *binder, const AstNode *qname)
{
    Str name = qname_text(binder, qname);
    const CatalogEntry *entry = catalog_find(binder->catalog, name);
    Str standard = STR("default_catalog.default_database.");
    if (entry == NULL && str_starts_with(name, standard))
        entry = catalog_find(binder->catalog, str_slice(name, standard.len, name.len - standard.len));
    if (entry == NULL)
        entry = aside_entry(binder, qname, name);
    if (entry != NULL || catalog_is_broken(binder->catalog, name))
        return entry;
    Diag *d = diag_error(binder->diags, E0201, qname->span, "no table, view or metric is called `%.*s`", STR_ARG(name));
    Str nearest = catalog_nearest(binder->catalog, name);
    if (nearest.len > 0)
        diag_fix(d, qname->span, nearest, "did you mean `%.*s`?", STR_ARG(nearest));
    return NULL;
}

const CatalogEntry *find_table_entry(Binder *binder, const AstNode *qname, const char *refusal)
{
    const CatalogEntry *entry = find_entry(binder, qname);
    if (entry == NULL || entry->kind == CATALOG_TABLE)
        return entry;
    Diag *d = diag_error(binder->diags, E0209, qname->span, "%s `%.*s`: it is a %s", refusal, STR_ARG(entry->name),
                         entry->kind == CATALOG_VIEW ? "view" : "metric");
    diag_label(d, entry->span, "defined here");
    return NULL;
}

/* ---- views and metrics ---- */

static void rename_columns(Binder *binder, Relation *relation, const View *view)
{
    if (view->column_names == NULL || relation->poison)
        return;
    if (view->column_count != relation->column_count) {
        diag_error(binder->diags, E0330, view->span, "view `%.*s` names %u column%s, its query has %u",
                   STR_ARG(view->name), view->column_count, plural(view->column_count), relation->column_count);
        relation->poison = relation->open = true;
        return;
    }
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, relation->column_count);
    for (uint32_t i = 0; i < relation->column_count; i++) {
        columns[i] = relation->columns[i];
        columns[i].name = view->column_names[i];
    }
    relation->columns = columns;
}

static Relation *bind_metric_query(Binder *binder, const Metric *metric)
{
    const AstNode *query = ast_metric_query(metric->statement);
    if (query == NULL)
        return relation_poison(binder);
    bool outer = binder->in_metric;
    binder->in_metric = true;
    Relation *relation = bind_query_ast(binder, query);
    binder->in_metric = outer;
    relation = late_delay(binder, relation, ast_metric_emit(metric->statement));
    relation = late_attach(binder, relation, ast_metric_late(metric->statement));
    return metric_bounded(binder, relation, metric->statement);
}

static void report_cycle(Binder *binder, const CatalogEntry *entry, Span use)
{
    Diag *d = diag_error(binder->diags, E0208, entry->span, "`%.*s` is defined by itself", STR_ARG(entry->name));
    diag_label(d, use, "needed here, to know what it is");
}

Relation *entry_relation(Binder *binder, const CatalogEntry *entry, Span use)
{
    EntryState *state = &binder->entries[entry->index], *reader = binder->defining;
    if (reader != NULL)
        vec_push(binder->query, &reader->reads, entry->index);
    if (state->state == DEFINE_DONE)
        return state->relation;
    if (state->state == DEFINE_RUNNING) {
        report_cycle(binder, entry, use);
        return relation_poison(binder);
    }
    if (binder->definition_depth == DEFINITION_DEPTH_MAX) {
        diag_error(binder->diags, E0337, use, "definitions that use each other are more than %d deep",
                   (int)DEFINITION_DEPTH_MAX);
        return relation_poison(binder);
    }
    binder->definition_depth++;
    state->state = DEFINE_RUNNING;
    Cte *ctes = binder->ctes;
    bool in_metric = binder->in_metric;
    binder->ctes = NULL;
    binder->in_metric = false;
    binder->defining = state;
    Relation *relation;
    if (entry->kind == CATALOG_TABLE)
        relation = table_relation(binder, entry);
    else if (entry->kind == CATALOG_METRIC)
        relation = bind_metric_query(binder, entry->as.metric);
    else {
        Relation *query = bind_query_ast(binder, ast_create_view_query(entry->as.view->statement));
        relation = ARENA_NEW(binder->query, Relation);
        *relation = *query;
        rename_columns(binder, relation, entry->as.view);
    }
    binder->ctes = ctes;
    binder->in_metric = in_metric;
    binder->defining = reader;
    binder->definition_depth--;
    state->relation = relation;
    state->state = DEFINE_DONE;
    return relation;
}
