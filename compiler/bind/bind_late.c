/* bind_late.c -- LATE ROWS INTO stream [WITHIN i THEN CORRECT]: which aggregate it is about, and the stream that it
 * makes.
 *
 * The clause means the first aggregate over windows in the flow of rows, or the one that reads what OF names.  Its
 * policy stands in the plan of this statement alone: the same view read elsewhere has late rows of its own.
 *
 * The stream's columns are those of the source, then late_reason, late_position, late_window_start, late_window_end.
 * Where a query reads it, what makes its rows has to run too: such plans get a hidden sink (late_add_makers), and
 * another one over the source, so that the columns are decoded. */
#include "compiler/bind/bind_function.h"
#include "compiler/bind/bind_internal.h"
#include "compiler/logical/user_agg.h"

#include "compiler/logical/nodes.h"

/* ---- names ---- */

/* The stream of a clause, made where its name is free; NULL: it is something else. */
static Table *define_stream(Binder *binder, const AstNode *into)
{
    Table *table = ARENA_NEW(binder->query, Table);
    table->name = qname_text(binder, into);
    table->span = into->span;
    table->rowtime_column = -1;
    table->id = binder->table_count;
    CatalogEntry entry = { .kind = CATALOG_TABLE, .name = table->name, .span = into->span, .as.table = table };
    const CatalogEntry *other = catalog_add(binder->catalog, entry);
    if (other == NULL)
        binder->table_count++;
    bool is_late = other != NULL && other->kind == CATALOG_TABLE && table_is_late(other->as.table);
    return other == NULL ? table : is_late ? other->as.table : NULL;
}

static void define_by_metric(Binder *binder, const AstNode *statement)
{
    const CatalogEntry *metric = catalog_find(binder->catalog, qname_text(binder, ast_metric_name(statement)));
    if (metric == NULL || metric->kind != CATALOG_METRIC || metric->as.metric->statement != statement)
        return;
    AST_EACH(late, ast_metric_late(statement)) {
        Table *table = define_stream(binder, ast_late_into(late));
        if (table != NULL && table->late_maker == NULL)
            table->late_maker = metric->as.metric;
    }
}

static void define_by_insert(Binder *binder, const AstNode *insert)
{
    AST_EACH(late, ast_insert_late(insert)) {
        Table *table = define_stream(binder, ast_late_into(late));
        if (table == NULL)
            continue;
        const AstNode **all = ARENA_ARRAY(binder->query, const AstNode *, table->late_insert_count + 1);
        for (uint32_t i = 0; i < table->late_insert_count; i++)
            all[i] = table->late_inserts[i];
        all[table->late_insert_count++] = insert;
        table->late_inserts = all;
    }
}

void define_late(Binder *binder, const AstNode *statement)
{
    if (statement->kind == AST_METRIC)
        define_by_metric(binder, statement);
    else if (statement->kind == AST_INSERT)
        define_by_insert(binder, statement);
    AST_EACH(insert, statement->kind == AST_STATEMENT_SET ? ast_statement_set_statements(statement) : NULL)
        define_by_insert(binder, insert);
}

Relation *late_insert_query(Binder *binder, const AstNode *insert)
{
    if (ast_count(ast_insert_late(insert)) == 0)
        return bind_query_ast(binder, ast_insert_query(insert));
    for (uint32_t i = 0; i < binder->late_inserts.count; i++) {
        Relation *known = binder->late_inserts.items[i].relation;
        if (binder->late_inserts.items[i].insert != insert)
            continue;
        if (known == NULL)
            diag_error(binder->diags, E0208, insert->span, "the query reads late rows of its own");
        return known == NULL ? relation_poison(binder) : known;
    }
    uint32_t at = binder->late_inserts.count;
    vec_push(binder->query, &binder->late_inserts, ((LateInsert){ .insert = insert }));
    Cte *ctes = binder->ctes;
    bool in_metric = binder->in_metric;
    binder->ctes = NULL;
    binder->in_metric = false;
    Relation *relation = bind_query_ast(binder, ast_insert_query(insert));
    relation = late_attach(binder, relation, ast_insert_late(insert));
    binder->ctes = ctes;
    binder->in_metric = in_metric;
    binder->late_inserts.items[at].relation = relation;
    return relation;
}

/* ---- the aggregate ---- */

/* Aggregates that a clause may mean. */
typedef struct LateSearch {
    Str alias; /* empty: the first in the flow of rows */
    VEC(const LogicalNode *) found;
    uint32_t aggregates; /* of any alias */
    Arena *arena;
} LateSearch;

static bool has_alias(const LogicalNode *aggregate, Str alias)
{
    for (uint32_t i = 0; i < aggregate->as.aggregate.alias_count; i++) {
        if (str_equal(aggregate->as.aggregate.aliases[i], alias))
            return true;
    }
    return false;
}

/* Is an aggregate in the tree?  A view that is read twice is one. */
static bool search(const LogicalNode *node, LateSearch *search_for)
{
    bool below = false, known = false;
    for (uint32_t i = 0; i < node->input_count; i++)
        below |= search(node->inputs[i], search_for);
    if (node->kind != LOGICAL_AGGREGATE)
        return below;
    for (uint32_t i = 0; i < search_for->found.count; i++)
        known = known || search_for->found.items[i] == node;
    search_for->aggregates++;
    bool wanted = search_for->alias.len == 0 ? !below : has_alias(node, search_for->alias);
    if (wanted && !known)
        vec_push(search_for->arena, &search_for->found, node);
    return true;
}

/* The one stream below an aggregate; NULL: there are several. */
static const LogicalNode *scan_below(const LogicalNode *node)
{
    if (node->kind == LOGICAL_SCAN)
        return node;
    const LogicalNode *found = NULL;
    for (uint32_t i = 0; i < node->input_count; i++) {
        const LogicalNode *scan = scan_below(node->inputs[i]);
        if (scan == NULL || (found != NULL && found->as.scan.table != scan->as.scan.table))
            return NULL;
        found = scan;
    }
    return found;
}

typedef struct Attach {
    Binder *binder;
    const LogicalNode *aggregate;
    const LatePolicy *policy;
    bool failed;
} Attach;

/* The plan with the policy, and what stands over it made fit for corrections. */
static const LogicalNode *with_policy(Attach *a, const LogicalNode *node)
{
    Arena *query = a->binder->query;
    if (node == a->aggregate) {
        LogicalNode *copy = ARENA_NEW(query, LogicalNode);
        *copy = *node;
        copy->as.aggregate.late = a->policy;
        return copy;
    }
    const LogicalNode **inputs = ARENA_ARRAY(query, const LogicalNode *, node->input_count + 1);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = with_policy(a, node->inputs[i]);
    const LogicalNode *made = logical_with_inputs(query, node, inputs);
    if (made->input_count == 0 || logical_is_updating(node->inputs[0]))
        return made;
    const LogicalNode *fit = fit_changes(a->binder, made);
    a->failed = a->failed || fit == NULL;
    return fit == NULL ? made : fit;
}

bool constant_time(Binder *binder, const AstNode *ast, const char *clause, int64_t *us)
{
    ExprScope scope = { .binder = binder, .place = clause };
    const Expr *expr = bind_expr(&scope, ast);
    if (expr_is_poison(expr))
        return false;
    bool is_constant = expr->op == EXPR_LITERAL && expr->type->kind == TYPE_INTERVAL_SECOND;
    if (is_constant && expr->literal.value.i64 > 0 && expr->literal.value.i64 % 1000 == 0) {
        *us = expr->literal.value.i64;
        return true;
    }
    Diag *d = diag_error(binder->diags, E0345, ast->span, "%s takes a constant interval longer than nothing", clause);
    diag_help(d, "such as INTERVAL '10' MINUTE");
    return false;
}

static bool read_within(Binder *binder, const AstNode *late, int64_t *us)
{
    const AstNode *within = ast_late_within(late);
    if (within == NULL)
        return true;
    if (!ast_late_correct(late)) {
        Diag *d = diag_error(binder->diags, E0345, within->span, "WITHIN says how long windows can be corrected");
        diag_help(d, "write WITHIN .. THEN CORRECT, or leave WITHIN out");
        return false;
    }
    return constant_time(binder, within, "WITHIN", us);
}

/* Late rows are merged as states of their own. */
static const AggCall *find_inexact(const AggCall *calls, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (calls[i].agg->user != NULL && user_aggregate_is_inexact(user_agg_of(calls[i].agg)))
            return &calls[i];
    }
    return NULL;
}

static bool check_window(Binder *binder, const LogicalNode *aggregate, const LatePolicy *policy)
{
    if (policy->correct_us > 0 && aggregate->as.aggregate.window.kind == WINDOW_ATTACHED) {
        Diag *d = refuse(binder, policy->span, "THEN CORRECT of windows that stand in columns of the rows");
        diag_help(d, "GROUP BY has to stand right over the window function, without a condition on its columns");
        return false;
    }
    const AggCall *call = NULL;
    if (policy->correct_us > 0)
        call = find_inexact(aggregate->as.aggregate.calls, aggregate->as.aggregate.call_count);
    if (call == NULL)
        return true;
    Diag *d = diag_error(binder->diags, E0349, call->span,
                         "`%s` computes with numbers of floating point in its state, and late rows are merged into it",
                         call->agg->name);
    diag_label(d, policy->span, "here");
    return false;
}

/* The stream of a clause: made by it, or declared. */
static const Table *late_stream(Binder *binder, const AstNode *into)
{
    const CatalogEntry *entry = find_table_entry(binder, into, "late rows cannot go to");
    if (entry == NULL)
        return NULL;
    if (!table_is_late(entry->as.table)) {
        Diag *d = refuse(binder, into->span, "late rows into a declared table");
        diag_help(d, "leave `%.*s` out of the file: the clause makes the stream", STR_ARG(entry->name));
        return NULL;
    }
    return entry->as.table;
}

static bool same_source(Binder *binder, Table *into, const LogicalNode *scan, const AstNode *clause)
{
    if (into->late_source == NULL)
        into->late_source = scan->as.scan.table;
    if (into->late_source == scan->as.scan.table)
        return true;
    diag_error(binder->diags, E0345, clause->span, "`%.*s` holds late rows of `%.*s`, these are of `%.*s`",
               STR_ARG(into->name), STR_ARG(into->late_source->name), STR_ARG(scan->as.scan.table->name));
    return false;
}

/* ---- EMIT AFTER WINDOW CLOSE WITH DELAY ---- */

static const LogicalNode *with_delay(Binder *binder, const LogicalNode *node, int64_t delay_us, bool *passes)
{
    if (node->kind == LOGICAL_AGGREGATE) {
        LogicalNode *copy = ARENA_NEW(binder->query, LogicalNode);
        *copy = *node;
        copy->as.aggregate.delay_us = delay_us;
        return copy;
    }
    *passes &= node->kind == LOGICAL_PROJECT || node->kind == LOGICAL_FILTER || node->kind == LOGICAL_LOOKUP_JOIN ||
               node->kind == LOGICAL_UNNEST;
    const LogicalNode **inputs = ARENA_ARRAY(binder->query, const LogicalNode *, node->input_count + 1);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = with_delay(binder, node->inputs[i], delay_us, passes);
    return logical_with_inputs(binder->query, node, inputs);
}

static uint32_t count_aggregates(const LogicalNode *node)
{
    uint32_t count = node->kind == LOGICAL_AGGREGATE;
    for (uint32_t i = 0; i < node->input_count; i++)
        count += count_aggregates(node->inputs[i]);
    return count;
}

Relation *late_delay(Binder *binder, Relation *relation, const AstNode *emit)
{
    const AstNode *interval = emit == NULL ? NULL : ast_emit_interval(emit);
    if (interval == NULL || ast_emit_mode(emit) != AST_EMIT_AFTER_CLOSE || relation->poison)
        return relation;
    int64_t delay_us;
    if (!constant_time(binder, interval, "WITH DELAY", &delay_us))
        return relation_poison(binder);
    uint32_t aggregates = count_aggregates(relation->node);
    bool passes = true;
    Relation *delayed = ARENA_NEW(binder->query, Relation);
    *delayed = *relation;
    delayed->node = with_delay(binder, relation->node, delay_us, &passes);
    if (aggregates == 1 && passes)
        return delayed;
    if (aggregates == 0)
        diag_error(binder->diags, E0345, emit->span,
                   "nothing can be delayed here: the query has no window that closes");
    else
        refuse(binder, emit->span, "WITH DELAY of several windows");
    return relation_poison(binder);
}

/* The aggregate that a clause is of; NULL after an error. */
static const LogicalNode *meant_by(Binder *binder, const LogicalNode *root, const AstNode *clause)
{
    const AstNode *alias = ast_late_alias(clause);
    LateSearch all = { .alias = alias == NULL ? STR_EMPTY : ast_name_text(alias), .arena = binder->query };
    search(root, &all);
    if (all.found.count == 1)
        return all.found.items[0];
    if (all.aggregates == 0) {
        diag_error(binder->diags, E0345, clause->span, "no row is late here: the query has no window that closes");
        return NULL;
    }
    if (alias == NULL) {
        Diag *d = diag_error(binder->diags, E0345, clause->span,
                             "rows meet several windows first: the clause must say which");
        diag_help(d, "name what one of them reads: LATE ROWS OF alias INTO ..");
        return NULL;
    }
    diag_error(binder->diags, E0345, alias->span,
               all.found.count == 0 ? "no window reads rows of `%.*s`" : "several windows read rows of `%.*s`",
               STR_ARG(all.alias));
    return NULL;
}

static Relation *attach_one(Binder *binder, Relation *relation, const AstNode *clause)
{
    const LogicalNode *aggregate = meant_by(binder, relation->node, clause);
    if (aggregate == NULL)
        return relation_poison(binder);
    const LogicalNode *scan = scan_below(aggregate);
    if (scan == NULL) {
        refuse(binder, clause->span, "LATE over several streams");
        return relation_poison(binder);
    }
    if (aggregate->as.aggregate.late != NULL) {
        Diag *d = diag_error(binder->diags, E0345, clause->span, "two clauses are of one window");
        diag_label(d, aggregate->as.aggregate.late->span, "the other is here");
        return relation_poison(binder);
    }
    LatePolicy *policy = ARENA_NEW(binder->query, LatePolicy);
    policy->span = clause->span;
    policy->into = late_stream(binder, ast_late_into(clause));
    if (policy->into == NULL || !read_within(binder, clause, &policy->correct_us) ||
        !check_window(binder, aggregate, policy) || !same_source(binder, (Table *)policy->into, scan, clause))
        return relation_poison(binder);
    Relation *late = ARENA_NEW(binder->query, Relation);
    *late = *relation;
    Attach attach = { .binder = binder, .aggregate = aggregate, .policy = policy };
    late->node = with_policy(&attach, relation->node);
    return attach.failed ? relation_poison(binder) : late;
}

Relation *late_attach(Binder *binder, Relation *relation, const AstNode *lates)
{
    AST_EACH(clause, lates) {
        if (!relation->poison)
            relation = attach_one(binder, relation, clause);
    }
    return relation;
}

/* ---- the stream ---- */

static void add_column(Binder *binder, Table *table, Str name, const Type *type, Span span)
{
    table->columns[table->column_count++] =
        (TableColumn){ .name = name, .type = type_with_nullable(binder->query, type, true), .span = span };
}

static void fill_columns(Binder *binder, Table *table, const Relation *source)
{
    static const char *const EXTRA[LATE_COLUMN_COUNT] = { "late_reason", "late_position", "late_window_start",
                                                          "late_window_end" };
    table->columns = ARENA_ARRAY(binder->query, TableColumn, source->column_count + LATE_COLUMN_COUNT);
    for (uint32_t i = 0; i < source->column_count; i++)
        add_column(binder, table, source->columns[i].name, type_plain(binder->query, source->columns[i].type),
                   source->columns[i].span);
    const Type *text = type_text(binder->query, TYPE_VARCHAR, TYPE_LENGTH_MAX, true),
               *edge = type_timestamp(binder->query, TYPE_TIMESTAMP, 3, true);
    for (uint32_t i = 0; i < LATE_COLUMN_COUNT; i++)
        add_column(binder, table, str_from(EXTRA[i]), i < LATE_WINDOW_START ? text : edge, table->span);
}

Relation *late_relation(Binder *binder, Table *table)
{
    Relation *relation = relation_poison(binder);
    bool poison = false;
    if (table->late_maker != NULL) {
        const CatalogEntry *metric = catalog_find(binder->catalog, table->late_maker->name);
        poison = entry_relation(binder, metric, table->span)->poison;
    }
    for (uint32_t i = 0; i < table->late_insert_count && !poison; i++)
        poison = late_insert_query(binder, table->late_inserts[i])->poison;
    if (poison || table->late_source == NULL)
        return relation;
    const CatalogEntry *source = catalog_find(binder->catalog, table->late_source->name);
    fill_columns(binder, table, entry_relation(binder, source, table->span));
    return made_relation(binder, table, relation);
}

/* ---- who makes its rows ---- */

static void add_hidden(Binder *binder, Relation *relation, Span span)
{
    for (uint32_t i = 0; !relation->poison && i < binder->sinks.count; i++) {
        if (binder->sinks.items[i]->inputs[0] == relation->node)
            return;
    }
    if (relation->poison)
        return;
    LogicalNode *sink = node_new(binder, LOGICAL_SINK, span, &relation->node, 1);
    node_set_columns(binder, sink, relation->columns, relation->column_count);
    sink->as.sink.is_hidden = true;
    sink->as.sink.statement = binder->sinks.count;
    vec_push(binder->query, &binder->sinks, sink);
}

static bool reads(const LogicalNode *node, const Table *table)
{
    if (node->kind == LOGICAL_SCAN)
        return node->as.scan.table == table;
    for (uint32_t i = 0; i < node->input_count; i++) {
        if (reads(node->inputs[i], table))
            return true;
    }
    return false;
}

static bool makes(Binder *binder, const CatalogEntry *entry, const Table *table)
{
    bool found = false;
    AST_EACH(late, entry->kind == CATALOG_METRIC ? ast_metric_late(entry->as.metric->statement) : NULL)
        found = found || str_equal(qname_text(binder, ast_late_into(late)), table->name);
    return found;
}

static void add_makers_of(Binder *binder, const Table *table)
{
    const Table *from = table->aside == ASIDE_NONE ? table->late_source : table->aside_source;
    for (uint32_t i = 0; table->aside == ASIDE_NONE && i < catalog_count(binder->catalog); i++) {
        const CatalogEntry *entry = catalog_at(binder->catalog, i);
        if (makes(binder, entry, table))
            add_hidden(binder, entry_relation(binder, entry, table->span), table->span);
    }
    for (uint32_t i = 0; i < table->late_insert_count; i++)
        add_hidden(binder, late_insert_query(binder, table->late_inserts[i]), table->span);
    const CatalogEntry *source = catalog_find(binder->catalog, from->name);
    add_hidden(binder, entry_relation(binder, source, table->span), table->span);
}

/* Hidden sinks may read late streams in their turn: they are looked at as they are added. */
void late_add_makers(Binder *binder)
{
    uint32_t count = catalog_count(binder->catalog);
    bool *done = ARENA_ARRAY(binder->query, bool, count + 1);
    for (uint32_t s = 0; s < binder->sinks.count; s++) {
        for (uint32_t i = 0; i < count; i++) {
            const CatalogEntry *entry = catalog_at(binder->catalog, i);
            const Table *table = entry->kind == CATALOG_TABLE ? entry->as.table : NULL;
            if (table == NULL || table_has_input(table) || done[i] || !reads(binder->sinks.items[s], table))
                continue;
            done[i] = true;
            add_makers_of(binder, table);
        }
    }
}
