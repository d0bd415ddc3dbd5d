/* bind_late.c -- LATE ROWS INTO stream [WITHIN i THEN CORRECT]: which aggregate it is about, and the stream that it
 * makes.
 *
 * The clause means the first aggregate over windows in the flow of rows.  Its policy stands in the plan of this
 * statement alone: the same view read elsewhere has late rows of its own.
 *
 * The stream's columns are those of the source, then late_reason, late_position, late_window_start, late_window_end.
 * Where a query reads it, what makes its rows has to run too: such plans get a hidden sink (late_add_makers), and
 * another one over the source, so that the columns are decoded. */
#include "compiler/bind/bind_function.h"
#include "compiler/bind/bind_internal.h"
#include "compiler/logical/user_agg.h"

#include "compiler/logical/nodes.h"

/* ---- names ---- */

void define_late(Binder *binder, const AstNode *statement)
{
    AST_EACH(late, statement->kind == AST_METRIC ? ast_metric_late(statement) : NULL) {
        const CatalogEntry *metric = catalog_find(binder->catalog, qname_text(binder, ast_metric_name(statement)));
        const AstNode *into = ast_late_into(late);
        if (metric == NULL || metric->kind != CATALOG_METRIC || metric->as.metric->statement != statement)
            continue;
        Table *table = ARENA_NEW(binder->query, Table);
        table->name = qname_text(binder, into);
        table->span = into->span;
        table->rowtime_column = -1;
        table->late_maker = metric->as.metric;
        table->id = binder->table_count;
        CatalogEntry entry = { .kind = CATALOG_TABLE, .name = table->name, .span = into->span, .as.table = table };
        const CatalogEntry *other = catalog_add(binder->catalog, entry);
        if (other == NULL)
            binder->table_count++;
    }
}

/* ---- the aggregate ---- */

typedef struct LateSearch {
    const LogicalNode *aggregate; /* the first in the flow of rows */
    const LogicalNode *scan;      /* below it */
    uint32_t aggregates, scans;
} LateSearch;

/* Aggregates and scans that no aggregate is below of. */
static bool search(const LogicalNode *node, LateSearch *found)
{
    bool below = false;
    for (uint32_t i = 0; i < node->input_count; i++)
        below |= search(node->inputs[i], found);
    if (node->kind == LOGICAL_SCAN) {
        found->scan = node;
        found->scans++;
    }
    if (node->kind != LOGICAL_AGGREGATE || below)
        return below;
    found->aggregate = node;
    found->aggregates++;
    return true;
}

/* Is a result below corrected?  *over: the first step above it that would have to take rows back. */
static bool is_corrected(const LogicalNode *node, const LogicalNode **over)
{
    bool below = false;
    for (uint32_t i = 0; i < node->input_count; i++)
        below |= is_corrected(node->inputs[i], over);
    bool passes = node->kind == LOGICAL_PROJECT || node->kind == LOGICAL_FILTER || node->kind == LOGICAL_LOOKUP_JOIN ||
                  node->kind == LOGICAL_UNNEST || node->kind == LOGICAL_UNION_ALL || node->kind == LOGICAL_SINK;
    if (below && !passes && *over == NULL)
        *over = node;
    return below || (node->kind == LOGICAL_AGGREGATE && node->as.aggregate.late != NULL &&
                     node->as.aggregate.late->correct_us > 0);
}

bool late_fits(Binder *binder, const LogicalNode *node)
{
    const LogicalNode *over = NULL;
    if (!is_corrected(node, &over) || over == NULL)
        return true;
    Diag *d = refuse(binder, over->span, "an aggregate or a window over results that are corrected");
    diag_help(d, "THEN CORRECT makes a metric a changelog; read its source instead");
    return false;
}

static const LogicalNode *with_policy(Binder *binder, const LogicalNode *node, const LogicalNode *aggregate,
                                      const LatePolicy *policy)
{
    if (node == aggregate) {
        LogicalNode *copy = ARENA_NEW(binder->query, LogicalNode);
        *copy = *node;
        copy->as.aggregate.late = policy;
        return copy;
    }
    const LogicalNode **inputs = ARENA_ARRAY(binder->query, const LogicalNode *, node->input_count + 1);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = with_policy(binder, node->inputs[i], aggregate, policy);
    return logical_with_inputs(binder->query, node, inputs);
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

static bool check_window(Binder *binder, const LateSearch *found, const LatePolicy *policy)
{
    const LogicalWindow *window = &found->aggregate->as.aggregate.window;
    if (policy->correct_us == 0)
        return true;
    if (window->kind != WINDOW_TUMBLE) {
        refuse(binder, policy->span, "THEN CORRECT of a window other than TUMBLE");
        return false;
    }
    const AggCall *call = find_inexact(found->aggregate->as.aggregate.calls, found->aggregate->as.aggregate.call_count);
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
    const CatalogEntry *entry = find_entry(binder, into);
    if (entry == NULL)
        return NULL;
    if (entry->kind != CATALOG_TABLE) {
        Diag *d = diag_error(binder->diags, E0209, into->span, "late rows cannot go to `%.*s`: it is a %s",
                             STR_ARG(entry->name), entry->kind == CATALOG_VIEW ? "view" : "metric");
        diag_label(d, entry->span, "defined here");
        return NULL;
    }
    if (entry->as.table->late_maker == NULL) {
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

Relation *late_attach(Binder *binder, Relation *relation, const AstNode *lates)
{
    uint32_t count = ast_count(lates);
    if (count == 0 || relation->poison)
        return relation;
    const AstNode *clause = ast_at(lates, 0);
    if (count > 1 || ast_late_alias(clause) != NULL) {
        refuse(binder, count > 1 ? ast_at(lates, 1)->span : clause->span, "LATE ROWS OF one of several windows");
        return relation_poison(binder);
    }
    LateSearch found = { 0 };
    search(relation->node, &found);
    if (found.aggregates == 0) {
        diag_error(binder->diags, E0345, clause->span, "no row is late here: the query has no window that closes");
        return relation_poison(binder);
    }
    if (found.aggregates > 1 || found.scans > 1) {
        refuse(binder, clause->span, "LATE over several streams");
        return relation_poison(binder);
    }
    LatePolicy *policy = ARENA_NEW(binder->query, LatePolicy);
    policy->span = clause->span;
    policy->into = late_stream(binder, ast_late_into(clause));
    if (policy->into == NULL || !read_within(binder, clause, &policy->correct_us) ||
        !check_window(binder, &found, policy) || !same_source(binder, (Table *)policy->into, found.scan, clause))
        return relation_poison(binder);
    Relation *late = ARENA_NEW(binder->query, Relation);
    *late = *relation;
    late->node = with_policy(binder, relation->node, found.aggregate, policy);
    return late;
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
    const CatalogEntry *metric = catalog_find(binder->catalog, table->late_maker->name);
    if (entry_relation(binder, metric, table->span)->poison || table->late_source == NULL)
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
