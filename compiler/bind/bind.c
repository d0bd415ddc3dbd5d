/* bind.c -- the two passes over a program: names first, then what they stand for. */
#include "compiler/bind/bind_internal.h"

static bool is_wanted(const Binder *binder, const Metric *metric)
{
    const BindOptions *options = binder->options;
    if (options == NULL)
        return true;
    if (options->only_metric.len > 0)
        return metric != NULL && str_equal(options->only_metric, metric->name);
    return options->wanted == NULL || options->wanted(options->wanted_user, binder->file, metric);
}

static bool is_looked_at(const Binder *binder, const Metric *metric)
{
    return binder->options == NULL || !binder->options->is_partial || is_wanted(binder, metric);
}

/* The alert of a metric that nobody looks at says nothing. */
static bool alert_is_looked_at(Binder *binder, const AstNode *ast)
{
    const CatalogEntry *entry = catalog_find(binder->catalog, qname_text(binder, ast_alert_metric(ast)));
    return entry == NULL || entry->kind != CATALOG_METRIC || is_looked_at(binder, entry->as.metric);
}

/* The rows of a metric as it tells of them itself. */
static Relation *shown_rows(Binder *binder, const CatalogEntry *entry, const MetricModel *model)
{
    const AstNode *emit = ast_metric_emit(entry->as.metric->statement);
    Relation *relation = entry_relation(binder, entry, entry->span);
    if (emit != NULL && emit_fits(binder, relation, emit))
        relation = emit_attach(binder, relation, model->every_us, emit->span);
    return relation;
}

static void bind_metric(Binder *binder, const AstNode *ast)
{
    Str name = qname_text(binder, ast_metric_name(ast));
    const CatalogEntry *entry = catalog_find(binder->catalog, name);
    if (entry == NULL || entry->kind != CATALOG_METRIC || entry->as.metric->statement != ast ||
        !is_looked_at(binder, entry->as.metric))
        return;
    const MetricModel *model = metric_model(binder, entry, entry->span);
    if (model == NULL || !is_wanted(binder, entry->as.metric) || model->base_count > 0)
        return;
    add_sink(binder, shown_rows(binder, entry, model), name, NULL, ast->span);
}

static void refuse_view_clauses(Binder *binder, const AstNode *ast)
{
    if (ast_create_view_or_alter(ast))
        refuse(binder, ast_create_view_name(ast)->span, "CREATE OR ALTER VIEW");
}

static void bind_statement(Binder *binder, const AstNode *statement)
{
    switch (statement->kind) {
    case AST_METRIC:
        bind_metric(binder, statement);
        break;
    case AST_QUERY: {
        if (!is_looked_at(binder, NULL))
            break;
        Relation *relation = bind_query_ast(binder, statement);
        if (is_wanted(binder, NULL))
            add_sink(binder, relation, STR_EMPTY, NULL, statement->span);
        break;
    }
    case AST_INSERT:
        if (is_wanted(binder, NULL))
            bind_sink_insert(binder, statement);
        break;
    case AST_STATEMENT_SET:
        AST_EACH(insert, ast_statement_set_statements(statement))
            bind_statement(binder, insert);
        break;
    case AST_SET:
        bind_set(binder, statement);
        break;
    case AST_CREATE_VIEW:
        refuse_view_clauses(binder, statement);
        break;
    case AST_CREATE_ROLE: /* defined in the first pass */
        break;
    case AST_POLICY:
        bind_policy(binder, statement);
        break;
    case AST_ALERT:
        if (alert_is_looked_at(binder, statement))
            bind_alert(binder, statement);
        break;
    default:
        refuse_statement(binder, statement);
        break;
    }
}

/* Definitions that nothing uses are looked at, too. */
static void bind_definitions(Binder *binder)
{
    const BindOptions *options = binder->options;
    bool is_partial = options != NULL && options->is_partial;
    bind_functions(binder);
    for (uint32_t i = 0; i < catalog_count(binder->catalog); i++) {
        const CatalogEntry *entry = catalog_at(binder->catalog, i);
        bool has_given = is_partial && options->given_count > 0 && entry->kind == CATALOG_TABLE;
        if (!is_partial || has_given) /* what is given has to be known before a query reads it */
            entry_relation(binder, entry, entry->span);
    }
}

static void bind_files(Binder *binder, AstNode *const *files, uint32_t file_count, BoundProgram *program)
{
    VEC(const AstNode *) tests = { 0 };
    for (uint32_t i = 0; i < file_count; i++) {
        AST_EACH(broken, ast_program_broken(files[i]))
            catalog_add_broken(binder->catalog, qname_text(binder, broken));
        AST_EACH(statement, ast_program_statements(files[i]))
            define_statement(binder, statement);
    }
    for (uint32_t i = 0; i < file_count; i++) {
        AST_EACH(statement, ast_program_statements(files[i]))
            define_late(binder, statement);
    }
    binder->entry_count = catalog_count(binder->catalog);
    binder->entries = ARENA_ARRAY(binder->query, EntryState, binder->entry_count * (1 + ASIDES_OF_A_TABLE) + 1);
    bind_definitions(binder);
    for (uint32_t i = 0; i < file_count; i++) {
        binder->file = i;
        AST_EACH(statement, ast_program_statements(files[i])) {
            if (statement->kind == AST_TEST)
                vec_push(binder->query, &tests, statement);
            else if (!diags_is_full(binder->diags))
                bind_statement(binder, statement);
        }
    }
    late_add_makers(binder);
    program->tests = tests.items;
    program->test_count = tests.count;
}

BoundProgram *bind_program(Arena *query, AstNode *const *files, uint32_t file_count, const BindOptions *options,
                           Diags *diags)
{
    Binder binder = { .query = query, .diags = diags, .catalog = catalog_new(query), .options = options };
    BoundProgram *program = ARENA_NEW(query, BoundProgram);
    bind_files(&binder, files, file_count, program);
    program->catalog = binder.catalog;
    program->logical = (LogicalProgram){ binder.sinks.items, binder.sinks.count, binder.zone };
    program->entries = binder.entries;
    const MetricModel **metrics = ARENA_ARRAY(query, const MetricModel *, binder.metric_count + 1);
    for (uint32_t i = 0; i < binder.entry_count; i++) {
        const CatalogEntry *entry = catalog_at(binder.catalog, i);
        if (entry->kind == CATALOG_METRIC)
            metrics[entry->as.metric->id] = binder.entries[i].model;
    }
    program->metrics = metrics;
    program->metric_count = binder.metric_count;
    program->roles = binder.roles.items;
    program->role_count = binder.roles.count;
    program->policies = binder.policies.items;
    program->policy_count = binder.policies.count;
    program->alerts = binder.alerts.items;
    program->alert_count = binder.alerts.count;
    return program;
}

/* For a query over what a program has defined. */
static Binder binder_over(Arena *query, const BoundProgram *program, Diags *diags)
{
    return (Binder){ .query = query,
                     .diags = diags,
                     .catalog = program->catalog,
                     .entries = program->entries,
                     .entry_count = catalog_count(program->catalog),
                     .zone = program->logical.zone };
}

LogicalProgram bind_query(Arena *query, const BoundProgram *program, const AstNode *select, Diags *diags)
{
    Binder binder = binder_over(query, program, diags);
    Relation *relation = bind_query_ast(&binder, select);
    add_sink(&binder, relation, STR_EMPTY, NULL, select->span);
    late_add_makers(&binder);
    return (LogicalProgram){ binder.sinks.items, binder.sinks.count, binder.zone };
}

LogicalProgram bind_metric_rows(Arena *query, const BoundProgram *program, const MetricUse *use, Diags *diags)
{
    Binder binder = binder_over(query, program, diags);
    const CatalogEntry *entry = catalog_find(program->catalog, use->metric);
    const MetricModel *model = metric_model(&binder, entry, use->span);
    Relation *relation = relation_poison(&binder);
    if (model != NULL)
        relation = model->base_count == 0 ? shown_rows(&binder, entry, model)
                                          : derived_rows(&binder, entry, use->span, use->base_grants);
    add_sink(&binder, relation, use->metric, NULL, use->span);
    late_add_makers(&binder);
    return (LogicalProgram){ binder.sinks.items, binder.sinks.count, binder.zone };
}
