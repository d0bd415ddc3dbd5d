/* bind_join.c -- joins: a lookup join to a bounded table and UNNEST (bind_unnest.c) run, every other kind is refused.
 *
 * Of the ON condition, equalities between an expression of the left side and a column of the table become keys; the
 * rest is checked for each match. */
#include "compiler/bind/bind_from.h"

static Relation *refuse_join(Binder *binder, const AstNode *ast)
{
    static const char *const NAMES[] = { "an inner join", "a left join", "a right join", "a full join",
                                         "a cross join",  "a join by comma", "a semi join", "an anti join" };
    Span span = span_join(ast_join_left(ast)->span, ast_join_right(ast)->span);
    Diag *d = refuse(binder, ast_join_asof(ast) ? ast->span : span,
                     ast_join_asof(ast) ? "ASOF JOIN" : NAMES[ast_join_kind(ast)]);
    diag_help(d, "what runs is a lookup join: JOIN t FOR SYSTEM_TIME AS OF proctime_column ON ..");
    return relation_poison(binder);
}

static const Table *lookup_table(Binder *binder, const AstNode *right)
{
    const CatalogEntry *entry = find_entry(binder, ast_table_name(right));
    if (entry == NULL)
        return NULL;
    if (entry->kind != CATALOG_TABLE) {
        refuse(binder, ast_table_name(right)->span, "a lookup join to something else than a table");
        return NULL;
    }
    Relation *relation = read_relation(binder, entry, right->span);
    const Table *table = entry->as.table;
    if (relation->poison)
        return NULL;
    if (table_is_changelog(table)) {
        refuse(binder, ast_table_name(right)->span, "a lookup join to a table of changes");
        return NULL;
    }
    if (!table->is_bounded_lookup) {
        Diag *d = refuse(binder, ast_table_name(right)->span, "a lookup join to a table that is no file");
        diag_note(d, table->span, "`%.*s` is defined here", STR_ARG(table->name));
        return NULL;
    }
    if (table->deduplicate != NULL) {
        refuse(binder, table->deduplicate->span, "DEDUPLICATE BY of a table that is looked up");
        return NULL;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].computed != NULL) {
            refuse(binder, table->columns[i].span, "a computed column in a lookup table");
            return NULL;
        }
    }
    return table;
}

static bool check_as_of(Binder *binder, const Relation *left, const AstNode *as_of)
{
    ExprScope scope = { .binder = binder, .input = left, .place = "FOR SYSTEM_TIME AS OF" };
    const Expr *time = bind_expr(&scope, as_of);
    if (expr_is_poison(time))
        return false;
    if (time->type->is_proctime)
        return true;
    if (time->type->is_rowtime)
        refuse(binder, as_of->span, "a join to the version of an event time");
    else {
        Diag *d = diag_error(binder->diags, E0334, as_of->span, "FOR SYSTEM_TIME AS OF takes a processing-time column");
        diag_help(d, "add a column proctime AS PROCTIME() to the stream");
    }
    return false;
}

bool join_add_source(Binder *binder, Relation *both, BindSource source)
{
    bool is_new = true;
    for (uint32_t i = 0; i < both->sources.count && source.alias.len > 0; i++) {
        if (!str_equal(both->sources.items[i].alias, source.alias))
            continue;
        Diag *d = diag_error(binder->diags, E0211, source.span, "`%.*s` names two tables of this FROM",
                             STR_ARG(source.alias));
        diag_label(d, both->sources.items[i].span, "first here");
        diag_help(d, "give one of them another name with AS");
        is_new = false;
    }
    vec_push(binder->query, &both->sources, source);
    return is_new;
}

/* Left and right columns side by side; the right ones may be NULL behind a left join. */
static Relation *side_by_side(Binder *binder, const Relation *left, const Table *table, const AstNode *right,
                              bool is_left)
{
    Relation *both = ARENA_NEW(binder->query, Relation);
    const AstNode *alias = ast_table_alias(right);
    uint32_t count = left->column_count;
    both->columns = ARENA_ARRAY(binder->query, BindColumn, count + table->column_count);
    for (uint32_t i = 0; i < count; i++)
        both->columns[i] = left->columns[i];
    for (uint32_t i = 0; i < table->column_count; i++) {
        const Type *type = type_plain(binder->query, table->columns[i].type);
        if (is_left)
            type = type_with_nullable(binder->query, type, true);
        both->columns[count + i] = (BindColumn){ .name = table->columns[i].name, .span = table->columns[i].span,
                                                 .type = type };
    }
    both->column_count = count + table->column_count;
    both->open = left->open;
    both->is_grouped = left->is_grouped;
    for (uint32_t i = 0; i < left->sources.count; i++)
        vec_push(binder->query, &both->sources, left->sources.items[i]);
    BindSource source = { .alias = alias == NULL ? table->name : ast_name_text(alias),
                          .span = alias == NULL ? ast_table_name(right)->span : alias->span,
                          .first = count, .count = table->column_count };
    if (!join_add_source(binder, both, source))
        both->poison = both->open = true;
    return both;
}

typedef struct JoinKeys {
    Binder *binder;
    uint32_t left_count; /* columns of the left side */
    const Expr **input_keys;
    uint32_t *table_keys;
    uint32_t count;
    const Expr **rest;
    uint32_t rest_count;
    const Expr *converted; /* a column of the table that is compared as another type, with `other` */
    const Expr *other;
} JoinKeys;

static bool reads_only_left(const Expr *expr, uint32_t left_count)
{
    if (expr->op == EXPR_COLUMN && expr->column >= left_count)
        return false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (!reads_only_left(expr->args[i], left_count))
            return false;
    }
    return true;
}

static const Expr *converted_column(const Expr *expr)
{
    while (expr->op == EXPR_CALL && expr->arg_count > 0 &&
           (strcmp(expr->fn->name, "CAST") == 0 || str_starts_with(str_from(expr->fn->name), STR("DEC_"))))
        expr = expr->args[0];
    return expr->op == EXPR_COLUMN ? expr : NULL;
}

/* BIGINT of the stream = INT of the table: the stream's value as an INT, and NULL, which finds nothing, where it is
 * none.  NULL where values could be lost or gained. */
static const Expr *narrowed_key(Binder *binder, const Expr *input, const Type *column)
{
    static const int64_t LEAST[] = { INT8_MIN, INT16_MIN, INT32_MIN }, MOST[] = { INT8_MAX, INT16_MAX, INT32_MAX };
    if (!type_is_integer(input->type) || !type_is_integer(column) || column->kind >= TYPE_BIGINT)
        return NULL;
    uint32_t width = (uint32_t)(column->kind - TYPE_TINYINT);
    Span span = input->span;
    const Expr *bounds[] = {
        bind_compare(binder, ">=", input, literal_int(binder, LEAST[width], span), span, span),
        bind_compare(binder, "<=", input, literal_int(binder, MOST[width], span), span, span),
    };
    const Expr *parts[] = { expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), bounds, 2, span),
                            convert(binder, input, type_with_nullable(binder->query, column, true)),
                            expr_null(binder->query, type_with_nullable(binder->query, column, true), span) };
    return make_case(binder, parts, 3, span);
}

static bool take_key(JoinKeys *keys, const Expr *table, const Expr *input)
{
    const Expr *column = converted_column(table);
    if (column == NULL || column->column < keys->left_count || !reads_only_left(input, keys->left_count))
        return false;
    if (column != table)
        input = narrowed_key(keys->binder, input, column->type);
    if (input == NULL) {
        keys->converted = column;
        return false;
    }
    keys->input_keys[keys->count] = input;
    keys->table_keys[keys->count++] = column->column - keys->left_count;
    return true;
}

static void sort_conjunct(const Expr *expr, JoinKeys *keys)
{
    bool is_equality = expr->op == EXPR_CALL && strcmp(expr->fn->name, "=") == 0;
    for (uint32_t side = 0; is_equality && side < 2; side++) {
        if (take_key(keys, expr->args[side], expr->args[1 - side]))
            return;
        if (keys->converted != NULL && keys->other == NULL)
            keys->other = expr->args[1 - side];
    }
    keys->rest[keys->rest_count++] = expr;
}

static JoinKeys split_condition(Binder *binder, const Expr *condition, uint32_t left_count)
{
    uint32_t count = condition->op == EXPR_AND ? condition->arg_count : 1;
    JoinKeys keys = { .binder = binder,
                      .left_count = left_count,
                      .input_keys = ARENA_ARRAY(binder->query, const Expr *, count),
                      .table_keys = ARENA_ARRAY(binder->query, uint32_t, count),
                      .rest = ARENA_ARRAY(binder->query, const Expr *, count) };
    for (uint32_t i = 0; i < count; i++)
        sort_conjunct(condition->op == EXPR_AND ? condition->args[i] : condition, &keys);
    return keys;
}

static const Expr *residual_of(Binder *binder, const JoinKeys *keys, Span span)
{
    if (keys->rest_count == 0)
        return NULL;
    if (keys->rest_count == 1)
        return keys->rest[0];
    return expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), keys->rest, keys->rest_count, span);
}

static const AstNode *join_condition(Binder *binder, const AstNode *ast)
{
    if (ast_join_natural(ast) || ast_count(ast_join_using(ast)) > 0) {
        refuse(binder, ast->span, "NATURAL or USING");
        return NULL;
    }
    if (ast_join_on(ast) == NULL)
        diag_error(binder->diags, E0334, ast->span, "a lookup join needs ON");
    return ast_join_on(ast);
}

/* Below what converts it without being written: that has its span. */
static const Expr *as_written(const Expr *expr)
{
    while (expr->op == EXPR_CALL && expr->arg_count > 0 && expr->args[0]->span.start == expr->span.start &&
           expr->args[0]->span.end == expr->span.end)
        expr = expr->args[0];
    return expr;
}

static void report_no_key(Binder *binder, const Table *table, const JoinKeys *keys, Span on)
{
    if (keys->converted != NULL) {
        const Expr *other = as_written(keys->other);
        const Type *column = type_with_nullable(binder->query, keys->converted->type, true);
        Str a = type_name(binder->query, column);
        Str b = type_name(binder->query, type_with_nullable(binder->query, other->type, true));
        Diag *d = diag_error(binder->diags, E0334, on, "a lookup join compares values of one type: %.*s is not %.*s",
                             STR_ARG(b), STR_ARG(a));
        diag_label(d, other->span, "%.*s", STR_ARG(b));
        diag_label(d, keys->converted->span, "%.*s", STR_ARG(a));
        diag_help(d, "CAST the side of the stream to %.*s", STR_ARG(a));
        return;
    }
    Diag *d = diag_error(binder->diags, E0334, on, "a lookup join needs an equality with a column of `%.*s`",
                         STR_ARG(table->name));
    diag_help(d, "the column of the table stands alone on one side of `=`");
}

static Relation *bind_lookup(Binder *binder, const AstNode *ast, Relation *left)
{
    const AstNode *right = ast_join_right(ast), *on = join_condition(binder, ast);
    bool is_left = ast_join_kind(ast) == AST_JOIN_LEFT;
    const Table *table = lookup_table(binder, right);
    if (on == NULL || table == NULL || !check_as_of(binder, left, ast_table_as_of(right)))
        return relation_poison(binder);
    Relation *both = side_by_side(binder, left, table, right, is_left);
    if (both->poison)
        return relation_poison(binder);
    ExprScope scope = { .binder = binder, .input = both, .place = "ON" };
    const Expr *condition = bind_condition(&scope, on, "ON");
    check_constants(binder, condition);
    both->poison = left->poison || expr_is_poison(condition);
    if (both->poison)
        return both;
    JoinKeys keys = split_condition(binder, condition, left->column_count);
    if (keys.count == 0) {
        report_no_key(binder, table, &keys, on->span);
        both->poison = true;
        return both;
    }
    LogicalNode *node = node_new(binder, LOGICAL_LOOKUP_JOIN, ast->span, &left->node, 1);
    node_set_columns(binder, node, both->columns, both->column_count);
    node->as.lookup_join.table = table;
    node->as.lookup_join.input_keys = keys.input_keys;
    node->as.lookup_join.table_keys = keys.table_keys;
    node->as.lookup_join.key_count = keys.count;
    node->as.lookup_join.residual = residual_of(binder, &keys, on->span);
    node->as.lookup_join.is_left = is_left;
    relation_stack(both, left);
    both->node = node;
    return both;
}

Relation *bind_join(Binder *binder, const AstNode *ast)
{
    const AstNode *right = ast_join_right(ast);
    AstJoin kind = ast_join_kind(ast);
    if (right->kind == AST_UNNEST)
        return bind_unnest(binder, ast);
    bool is_lookup = right->kind == AST_TABLE && ast_table_as_of(right) != NULL && !ast_join_asof(ast);
    if (!is_lookup || (kind != AST_JOIN_INNER && kind != AST_JOIN_LEFT))
        return refuse_join(binder, ast);
    return bind_lookup(binder, ast, bind_from(binder, ast_join_left(ast)));
}
