/* bind_from.c -- tables of FROM: names, derived tables, the TUMBLE table function. */
#include "compiler/bind/bind_from.h"

#include "compiler/diag/foreign.h"

/* Everything under one name, as a table of its own. */
Relation *under_alias(Binder *binder, const Relation *relation, Str alias, Span span)
{
    Relation *named = ARENA_NEW(binder->query, Relation);
    *named = *relation;
    named->sources.items = NULL;
    named->sources.count = named->sources.capacity = 0;
    vec_push(binder->query, &named->sources, ((BindSource){ .alias = alias, .span = span,
                                                            .count = named->column_count }));
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
    AST_EACH(name, names)
    {
        columns[at] = relation->columns[at];
        columns[at++].name = ast_name_text(name);
    }
    relation->columns = columns;
}

static Relation *named_relation(Binder *binder, const Relation *relation, const AstNode *alias, Str otherwise,
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

/* ---- TUMBLE ---- */

typedef enum TumblePart { TUMBLE_DATA, TUMBLE_TIME, TUMBLE_SIZE, TUMBLE_OFFSET, TUMBLE_PARTS } TumblePart;

static const char *const TUMBLE_NAMES[TUMBLE_PARTS] = { "DATA", "TIMECOL", "SIZE", "OFFSET" };

static bool name_part(Binder *binder, const AstNode *arg, const AstNode **parts)
{
    Str name = ast_name_text(ast_named_arg_name(arg));
    for (uint32_t i = 0; i < TUMBLE_PARTS; i++) {
        if (!str_equal_nocase(name, str_from(TUMBLE_NAMES[i])))
            continue;
        if (parts[i] != NULL) {
            diag_error(binder->diags, E0316, arg->span, "the argument %s of TUMBLE is given twice", TUMBLE_NAMES[i]);
            return false;
        }
        parts[i] = ast_named_arg_value(arg);
        return true;
    }
    static const char *const LATER[] = { "ZONE" };
    if (str_equal_nocase(name, str_from(LATER[0])))
        refuse(binder, arg->span, "a window in a time zone");
    else
        diag_error(binder->diags, E0316, arg->span,
                   "TUMBLE has no argument `%.*s`: they are DATA, TIMECOL, SIZE, OFFSET",
                   STR_ARG(name));
    return false;
}

static bool take_parts(Binder *binder, const AstNode *call, const AstNode **parts)
{
    uint32_t at = 0;
    AST_EACH(arg, ast_call_args(call))
    {
        if (arg->kind == AST_NAMED_ARG) {
            if (!name_part(binder, arg, parts))
                return false;
        } else if (at < TUMBLE_PARTS)
            parts[at++] = arg;
        else {
            diag_error(binder->diags, E0316, arg->span, "TUMBLE takes a table, a DESCRIPTOR, a size and an offset");
            return false;
        }
    }
    if (parts[TUMBLE_DATA] != NULL && parts[TUMBLE_TIME] != NULL && parts[TUMBLE_SIZE] != NULL)
        return true;
    Diag *d = diag_error(binder->diags, E0316, call->span, "TUMBLE needs a table, a DESCRIPTOR and a size");
    diag_help(d, "write TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)");
    return false;
}

static Relation *bind_window_input(Binder *binder, const AstNode *arg)
{
    if (arg->kind == AST_COLUMN_REF || arg->kind == AST_QNAME)
        return under_alias(binder, find_relation(binder, arg), qname_text(binder, arg), arg->span);
    if (arg->kind != AST_TABLE_ARG) {
        diag_error(binder->diags, E0316, arg->span, "the first argument of TUMBLE is TABLE and a name");
        return relation_poison(binder);
    }
    if (ast_count(ast_table_arg_partition_by(arg)) > 0 || ast_count(ast_table_arg_order_by(arg)) > 0) {
        refuse(binder, arg->span, "PARTITION BY in TUMBLE");
        return relation_poison(binder);
    }
    const AstNode *table = ast_table_arg_table(arg);
    if (table->kind == AST_QUERY)
        return under_alias(binder, bind_query_ast(binder, table), STR_EMPTY, table->span);
    return under_alias(binder, find_relation(binder, table), qname_text(binder, table), table->span);
}

bool constant_interval(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us)
{
    Binder *binder = scope->binder;
    const Expr *expr = bind_expr(scope, ast);
    if (expr_is_poison(expr))
        return false;
    if (expr->type->kind == TYPE_INTERVAL_MONTH) {
        Diag *d = refuse(binder, ast->span, "a window of months");
        diag_help(d, "days to milliseconds have one length each");
        return false;
    }
    if (expr->op != EXPR_LITERAL || expr->type->kind != TYPE_INTERVAL_SECOND) {
        diag_error(binder->diags, E0315, ast->span, "the %s of a window is a constant interval", what);
        return false;
    }
    *us = expr->literal.value.i64;
    return true;
}

/* Flink cuts windows in milliseconds. */
bool check_window_size(Binder *binder, const AstNode *ast, int64_t size_us)
{
    if (size_us > 0 && size_us % 1000 == 0)
        return true;
    diag_error(binder->diags, E0315, ast->span, "the size of a window is a positive number of milliseconds");
    return false;
}

/* As Flink does: a longer offset says less than it seems to. */
bool check_window_offset(Binder *binder, const AstNode *ast, int64_t size_us, int64_t offset_us)
{
    if (offset_us < size_us && offset_us > -size_us)
        return true;
    Diag *d = diag_error(binder->diags, E0315, ast->span, "the offset of a window must be smaller than its size");
    diag_help(d, "take off the size as often as it goes: the windows lie the same");
    return false;
}

static bool bind_descriptor(Binder *binder, const Relation *input, const AstNode *ast, const AstNode *call,
                            uint32_t *column)
{
    if (ast->kind != AST_DESCRIPTOR || ast_count(ast_descriptor_columns(ast)) != 1) {
        diag_error(binder->diags, E0316, ast->span, "the time column of TUMBLE is written DESCRIPTOR(column)");
        return false;
    }
    const AstNode *name = ast_at(ast_descriptor_columns(ast), 0);
    Str text = qname_text(binder, name);
    Str *names = ARENA_ARRAY(binder->query, Str, input->column_count + 1);
    for (uint32_t i = 0; i < input->column_count; i++) {
        names[i] = input->columns[i].name;
        if (!str_equal(names[i], text))
            continue;
        const Expr *time = expr_column(binder->query, input->columns[i].type, i, name->span);
        return event_time_column(binder, input, time, STR("tumble"), ast_call_name(call)->span, column);
    }
    if (input->open)
        return false;
    Diag *d = diag_error(binder->diags, E0202, name->span, "no column is called `%.*s`", STR_ARG(text));
    int32_t nearest = diag_nearest(text, names, input->column_count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return false;
}

bool event_time_column(Binder *binder, const Relation *input, const Expr *time, Str function, Span call,
                       uint32_t *column)
{
    if (expr_is_poison(time) || input->poison)
        return false;
    if (time->op == EXPR_COLUMN && time->type->is_rowtime) {
        *column = time->column;
        return true;
    }
    Str type = type_name(binder->query, type_with_nullable(binder->query, time->type, true));
    if (time->type->is_proctime) {
        refuse(binder, call, "a window over processing time");
        return false;
    }
    Diag *d = diag_error(binder->diags, E0312, call, "`%.*s` needs an event-time column", STR_ARG(function));
    if (time->op != EXPR_COLUMN) {
        diag_label(d, time->span, "this is an expression, not a column");
        diag_help(d, "add it as a computed column of the table and put WATERMARK FOR on that");
        return false;
    }
    Str name = input->columns[time->column].name;
    diag_label(d, time->span, "`%.*s` is a plain %.*s", STR_ARG(name), STR_ARG(type));
    if (input->sources.count > 0 && input->sources.items[0].alias.len > 0) {
        Str alias = input->sources.items[0].alias;
        const CatalogEntry *entry = catalog_find(binder->catalog, alias);
        if (entry != NULL)
            diag_note(d, entry->span, "stream `%.*s` is declared here", STR_ARG(alias));
    }
    if (time->type->kind == TYPE_TIMESTAMP || time->type->kind == TYPE_TIMESTAMP_LTZ)
        diag_help(d, "add WATERMARK FOR `%.*s` AS `%.*s` - INTERVAL '5' SECOND", STR_ARG(name), STR_ARG(name));
    else
        diag_help(d, "declare `%.*s` TIMESTAMP(3) and add WATERMARK FOR `%.*s` AS `%.*s` - INTERVAL '5' SECOND",
                  STR_ARG(name), STR_ARG(name), STR_ARG(name));
    return false;
}

static const char *const WINDOW_NAMES[] = { "window_start", "window_end", "window_time" };

/* The columns of a window hide those of a window below it. */
static bool is_window_name(Str name)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (str_equal(name, str_from(WINDOW_NAMES[i])))
            return true;
    }
    return false;
}

Relation *add_window(Binder *binder, Relation *input, uint32_t time_column, const BindWindow *window, bool hidden)
{
    uint32_t count = input->column_count;
    Relation *relation = ARENA_NEW(binder->query, Relation);
    *relation = *input;
    relation->columns = ARENA_ARRAY(binder->query, BindColumn, count + 3);
    for (uint32_t i = 0; i < count; i++)
        relation->columns[i] = input->columns[i];
    for (uint32_t i = 0; i < count && !hidden; i++)
        relation->columns[i].is_hidden |= is_window_name(relation->columns[i].name);
    relation->columns[time_column].role = ROLE_EVENT_TIME;
    relation->columns[time_column].window = window;
    for (uint32_t i = 0; i < 3; i++) {
        const Type *type = i == 2 ? type_with_nullable(binder->query, window->time_type, false)
                                  : type_timestamp(binder->query, TYPE_TIMESTAMP, 3, false);
        relation->columns[count + i] = (BindColumn){ .name = str_from(WINDOW_NAMES[i]), .type = type,
                                                     .span = window->span,
                                                     .window = window, .role = (ColumnRole)(ROLE_WINDOW_START + i),
                                                     .is_hidden = hidden };
    }
    relation->column_count = count + 3;
    LogicalNode *node = node_new(binder, LOGICAL_WINDOW, window->span, &input->node, 1);
    node_set_columns(binder, node, relation->columns, relation->column_count);
    relation_stack(relation, input);
    node->as.window = (LogicalWindow){ time_column, window->size_us, window->offset_us, window->span };
    relation->node = node;
    return relation;
}

static Relation *bind_tumble(Binder *binder, const AstNode *ast)
{
    const AstNode *call = ast_table_function_call(ast);
    const AstNode *parts[TUMBLE_PARTS] = { NULL };
    if (!take_parts(binder, call, parts))
        return relation_poison(binder);
    Relation *input = bind_window_input(binder, parts[TUMBLE_DATA]);
    uint32_t column = 0;
    ExprScope scope = { .binder = binder, .place = "a window" };
    BindWindow *window = ARENA_NEW(binder->query, BindWindow);
    window->span = call->span;
    bool good = bind_descriptor(binder, input, parts[TUMBLE_TIME], call, &column);
    good &= constant_interval(&scope, parts[TUMBLE_SIZE], "size", &window->size_us) &&
            check_window_size(binder, parts[TUMBLE_SIZE], window->size_us);
    if (parts[TUMBLE_OFFSET] != NULL)
        good &= constant_interval(&scope, parts[TUMBLE_OFFSET], "offset", &window->offset_us) &&
                (!good || check_window_offset(binder, parts[TUMBLE_OFFSET], window->size_us, window->offset_us));
    if (!good || input->poison)
        return relation_poison(binder);
    window->time_type = input->columns[column].type;
    Relation *windowed = add_window(binder, input, column, window, false);
    const AstNode *alias = ast_table_function_alias(ast);
    Str own = input->sources.count > 0 ? input->sources.items[0].alias : STR_EMPTY;
    return named_relation(binder, windowed, alias, own, ast_table_function_columns(ast), call->span);
}

static Relation *bind_table_function(Binder *binder, const AstNode *ast)
{
    const AstNode *call = ast_table_function_call(ast);
    Str name = qname_text(binder, ast_call_name(call));
    if (ast_call_is(call, STR("TUMBLE")) && !ast_table_function_lateral(ast))
        return bind_tumble(binder, ast);
    Function *own = find_function(binder, ast_call_name(call));
    if (own != NULL && !ast_table_function_lateral(ast))
        return named_relation(binder, bind_table_call(binder, own, call), ast_table_function_alias(ast), own->name,
                              ast_table_function_columns(ast), call->span);
    if (foreign_find(FOREIGN_FUNCTION, name) != NULL) {
        Span span = ast_call_name(call)->span;
        Diag *d = diag_error(binder->diags, E0203, span, "no table function is called `%.*s`", STR_ARG(name));
        (void)foreign_help(d, FOREIGN_FUNCTION, span, name);
        return relation_poison(binder);
    }
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
        refuse(binder, from->span, "UNNEST");
        return relation_poison(binder);
    }
}
