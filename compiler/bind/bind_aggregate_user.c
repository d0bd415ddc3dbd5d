/* bind_aggregate_user.c -- CREATE AGGREGATE FUNCTION in SQL, and calls of what it defines.
 *
 * The clauses are expressions over columns: the fields of the state by their names, then the parameters, or in MERGE
 * the row `other`.  Rows in which an argument is NULL are left out, as with every aggregate. */
#include "compiler/bind/agg_form.h"
#include "compiler/bind/bind_function.h"
#include "compiler/logical/user_agg.h"

typedef struct UserBuild {
    Binder *binder;
    Function *function;
    const AstNode *ast;
    UserAgg *agg;
    Relation *fields; /* and what else a clause may read */
    bool failed;
} UserBuild;

static Diag *user_error(UserBuild *b, Span span, const char *text)
{
    b->failed = true;
    return diag_error(b->binder->diags, E0338, span, "%s", text);
}

/* ---- the state ---- */

static void take_field(UserBuild *b, const AstNode *ast, Str *names)
{
    UserAgg *agg = b->agg;
    const AstNode *name = ast_row_field_name(ast);
    const Type *type = bind_type(b->binder, ast_row_field_type(ast));
    if (type->kind == TYPE_POISON) {
        b->failed = true;
        return;
    }
    RtKind kind = type_physical(type);
    if (kind == PK_STR || kind == PK_BLOB) {
        b->failed = true;
        Diag *d = refuse(b->binder, ast->span, "a state of text, bytes or collections");
        diag_help(d, "states hold numbers, truth values and times");
        return;
    }
    for (uint32_t i = 0; i < agg->field_count; i++) {
        if (str_equal(names[i], ast_name_text(name)))
            user_error(b, name->span, "two fields of the state have this name");
    }
    for (uint32_t i = 0; i < b->function->param_count; i++) {
        if (str_equal(b->function->params[i].name, ast_name_text(name)))
            diag_label(user_error(b, name->span, "a field of the state is called as a parameter"),
                       b->function->params[i].span, "this one");
    }
    names[agg->field_count] = ast_name_text(name);
    agg->field_types[agg->field_count++] = type_with_nullable(b->binder->query, type, true);
}

static void take_state(UserBuild *b)
{
    const AstNode *list = ast_create_function_state(b->ast);
    uint32_t count = ast_count(list);
    Str *names = ARENA_ARRAY(b->binder->query, Str, count + 1);
    b->agg->field_types = ARENA_ARRAY(b->binder->query, const Type *, count + 1);
    b->agg->field_names = names;
    if (count > USER_AGG_FIELDS_MAX) {
        user_error(b, list->span, "a state has at most 32 fields");
        return;
    }
    AST_EACH(field, list) {
        take_field(b, field, names);
    }
}

static void take_param_types(UserBuild *b)
{
    uint32_t count = b->function->param_count;
    b->agg->param_types = ARENA_ARRAY(b->binder->query, const Type *, count + 1);
    b->agg->base.param_count = count;
    for (uint32_t i = 0; i < count; i++)
        b->agg->param_types[i] = b->function->params[i].type;
}

/* ---- clauses ---- */

static Relation *readable(UserBuild *b, bool params, bool other)
{
    const UserAgg *agg = b->agg;
    Arena *query = b->binder->query;
    Relation *relation = ARENA_NEW(query, Relation);
    relation->columns = ARENA_ARRAY(query, BindColumn, agg->field_count + b->function->param_count + 2);
    for (uint32_t i = 0; i < agg->field_count; i++)
        relation->columns[relation->column_count++] =
            (BindColumn){ .name = agg->field_names[i], .type = agg->field_types[i], .span = b->function->span };
    for (uint32_t i = 0; params && i < b->function->param_count; i++) {
        const FunctionParam *param = &b->function->params[i];
        relation->columns[relation->column_count++] = (BindColumn){
            .name = param->name, .type = type_with_nullable(query, param->type, false), .span = param->span
        };
    }
    if (!other)
        return relation;
    TypeField *fields = ARENA_ARRAY(query, TypeField, agg->field_count + 1);
    for (uint32_t i = 0; i < agg->field_count; i++)
        fields[i] = (TypeField){ .name = agg->field_names[i], .type = agg->field_types[i] };
    relation->columns[relation->column_count++] = (BindColumn){
        .name = STR("other"), .type = type_row(query, fields, agg->field_count, false), .span = b->function->span
    };
    return relation;
}

/* other.n is a column of its own; the row as a whole is nothing. */
static const Expr *flattened(UserBuild *b, const Expr *expr)
{
    uint32_t row = b->agg->field_count;
    if (expr->op == EXPR_CALL && strcmp(expr->fn->name, "FIELD") == 0 && expr->args[0]->op == EXPR_COLUMN &&
        expr->args[0]->column == row) {
        uint32_t field = (uint32_t)expr->args[1]->literal.value.i32;
        return expr_column(b->binder->query, b->agg->field_types[field], row + field, expr->span);
    }
    if (expr->op == EXPR_COLUMN && expr->column == row) {
        user_error(b, expr->span, "`other` is read by its fields: other.n");
        return expr;
    }
    if (expr->arg_count == 0)
        return expr;
    const Expr **args = ARENA_ARRAY(b->binder->query, const Expr *, expr->arg_count);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = flattened(b, expr->args[i]);
    Expr *copy = ARENA_NEW(b->binder->query, Expr);
    *copy = *expr;
    copy->args = args;
    return copy;
}

static const Expr *typed(UserBuild *b, const Expr *expr, const Type *wanted, const char *what)
{
    Arena *query = b->binder->query;
    if (expr_is_poison(expr)) {
        b->failed = true;
        return expr;
    }
    const Expr *clock = find_clock(expr);
    if (clock != NULL)
        user_error(b, clock->span, "an aggregate knows no clock: pass a time as an argument");
    if (expr->type->kind == TYPE_NULL)
        return expr_null(query, wanted, expr->span);
    const Expr *converted = convert_implicitly(b->binder, expr, wanted);
    if (converted != NULL)
        return converted;
    Str is = type_name(query, type_with_nullable(query, expr->type, true)), says = type_name(query, wanted);
    b->failed = true;
    Diag *d = diag_error(b->binder->diags, E0338, expr->span, "this is %.*s and does not become %.*s by itself",
                         STR_ARG(is), STR_ARG(says));
    diag_help(d, "%s is %.*s: CAST the value, or give it another type", what, STR_ARG(says));
    return expr_poison(b->binder, expr->span);
}

typedef struct UserClause {
    const char *name;
    const AstNode *list;
    bool reads_fields, reads_params, reads_other;
} UserClause;

static const Expr *const *take_clause(UserBuild *b, UserClause clause)
{
    UserAgg *agg = b->agg;
    const Expr **exprs = ARENA_ARRAY(b->binder->query, const Expr *, agg->field_count + 1);
    uint32_t count = ast_count(clause.list), at = 0;
    if (count != agg->field_count) {
        b->failed = true;
        diag_error(b->binder->diags, E0338, clause.list->span, "%s has %u expression%s for %u field%s", clause.name,
                   count, plural(count), agg->field_count, plural(agg->field_count));
        return exprs;
    }
    static const Relation NOTHING = { 0 };
    ExprScope scope = { .binder = b->binder, .input = &NOTHING, .place = clause.name };
    if (clause.reads_fields)
        scope.input = readable(b, clause.reads_params, clause.reads_other);
    AST_EACH(ast, clause.list) {
        const Expr *expr = typed(b, bind_expr(&scope, ast), agg->field_types[at], "the field");
        if (!expr_is_poison(expr))
            check_constants(b->binder, expr);
        exprs[at++] = clause.reads_other && !expr_is_poison(expr) ? flattened(b, expr) : expr;
    }
    return exprs;
}

static void take_init(UserBuild *b)
{
    const Expr *const *exprs = take_clause(b, (UserClause){ .name = "INIT", .list = ast_create_function_init(b->ast) });
    const Expr **constants = ARENA_ARRAY(b->binder->query, const Expr *, b->agg->field_count + 1);
    for (uint32_t i = 0; !b->failed && i < b->agg->field_count; i++) {
        constants[i] = constant_fold_cast(b->binder, exprs[i]);
        if (constants[i]->op != EXPR_LITERAL)
            user_error(b, exprs[i]->span, "a state begins with constants");
    }
    b->agg->init = constants;
}

static void take_finish(UserBuild *b)
{
    ExprScope scope = { .binder = b->binder, .input = readable(b, false, false), .place = "FINISH" };
    const Expr *expr = bind_expr(&scope, ast_create_function_finish(b->ast));
    b->agg->finish = typed(b, expr, b->function->returns, "what it RETURNS");
}

static bool has_clauses(UserBuild *b)
{
    const struct {
        const char *name;
        bool is_there;
    } NEEDED[] = { { "STATE", ast_count(ast_create_function_state(b->ast)) > 0 },
                   { "INIT", ast_count(ast_create_function_init(b->ast)) > 0 },
                   { "ACCUMULATE", ast_count(ast_create_function_accumulate(b->ast)) > 0 },
                   { "MERGE", ast_count(ast_create_function_merge(b->ast)) > 0 },
                   { "FINISH", ast_create_function_finish(b->ast) != NULL } };
    if (ast_create_function_body(b->ast) != NULL) {
        b->failed = true;
        Diag *d = refuse(b->binder, ast_create_function_body(b->ast)->span, "an aggregate function that is not in SQL");
        diag_help(d, "write its clauses: STATE (..) INIT (..) ACCUMULATE (..) MERGE (..) FINISH (..)");
        return false;
    }
    for (uint32_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
        if (NEEDED[i].is_there)
            continue;
        b->failed = true;
        Diag *d =
            diag_error(b->binder->diags, E0338, b->function->span, "an aggregate function needs %s", NEEDED[i].name);
        diag_help(d, "it has STATE (..) INIT (..) ACCUMULATE (..) MERGE (..) FINISH (..), and RETRACT (..) where rows "
                     "are taken back");
    }
    return !b->failed;
}

/* ---- what it promises ---- */

/* field + x, LEAST(field, x) and the like, over whole numbers and decimals: the order of rows cannot show. */
static bool is_commutative(const UserAgg *agg, uint32_t field)
{
    static const char *const NAMES[] = { "+", "-", "LEAST", "GREATEST" };
    const Expr *expr = agg->accumulate[field];
    if (expr->op == EXPR_COLUMN && expr->column == field)
        return true;
    bool is_float = agg->field_types[field]->kind == TYPE_DOUBLE || agg->field_types[field]->kind == TYPE_FLOAT;
    bool fits = expr->op == EXPR_CALL && expr->arg_count == 2 && !is_float && !expr_can_fail(expr) &&
                expr->args[0]->op == EXPR_COLUMN && expr->args[0]->column == field &&
                !user_agg_reads_field(expr->args[1], agg->field_count);
    for (uint32_t i = 0; fits && i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strcmp(expr->fn->name, NAMES[i]) == 0)
            return true;
    }
    return false;
}

static bool is_order_free(const UserAgg *agg)
{
    for (uint32_t i = 0; i < agg->field_count; i++) {
        if (!is_commutative(agg, i))
            return false;
    }
    return true;
}

static uint32_t number_of(const Binder *binder, const Function *function)
{
    uint32_t number = 0;
    while (catalog_function_at(binder->catalog, number) != function)
        number++;
    return number;
}

static void report_fault(Binder *binder, Function *function)
{
    UserAggFault fault = user_agg_fault(binder->query, function->aggregate);
    if (fault.text.len == 0)
        return;
    function->is_broken = true;
    Diag *d = diag_error(binder->diags, E0338, function->span, "%.*s", STR_ARG(fault.text));
    if (fault.is_of_order)
        diag_help(d, "results do not follow the order in which rows come: keep in the state what decides (the time of "
                     "the row, and its value where times are equal), or take FIRST_VALUE, LAST_VALUE or ARG_MAX");
    else
        diag_help(d, "windows, sessions and stores merge states that were made apart: the result must be the same");
}

void define_user_aggregate(Binder *binder, Function *function)
{
    UserBuild b = {
        .binder = binder, .function = function, .ast = function->statement, .agg = ARENA_NEW(binder->query, UserAgg)
    };
    b.agg->name = str_printf(binder->query, "%.*s", STR_ARG(function->name)).data;
    if (has_clauses(&b)) {
        take_param_types(&b);
        take_state(&b);
    }
    if (!b.failed) {
        take_init(&b);
        b.agg->accumulate =
            take_clause(&b, (UserClause){ "ACCUMULATE", ast_create_function_accumulate(b.ast), true, true, false });
        if (ast_count(ast_create_function_retract(b.ast)) > 0)
            b.agg->retract =
                take_clause(&b, (UserClause){ "RETRACT", ast_create_function_retract(b.ast), true, true, false });
        b.agg->merge = take_clause(&b, (UserClause){ "MERGE", ast_create_function_merge(b.ast), true, false, true });
        take_finish(&b);
    }
    function->is_broken |= b.failed;
    if (b.failed)
        return;
    user_agg_finish(binder->query, b.agg, number_of(binder, function),
                    is_order_free(b.agg) || !user_aggregate_is_inexact(b.agg));
    function->aggregate = b.agg;
    user_aggregate_find_sums(binder, b.agg);
    report_fault(binder, function);
}

/* ---- calls ---- */

/* What stands against a call where it is; false after an error. */
static bool check_place(const ExprScope *scope, const Function *function, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const UserAgg *agg = function->aggregate;
    bool takes_back = scope->input != NULL && !scope->input->poison && logical_is_updating(scope->input->node);
    if (takes_back && agg->retract == NULL) {
        Diag *d = diag_error(binder->diags, E0338, ast->span, "`%s` cannot take rows back, and these are corrected",
                             agg->name);
        diag_label(d, function->span, "it has no RETRACT");
        return false;
    }
    if (ast_call_distinct(ast) && function->param_count != 1) {
        refuse(binder, ast->span, "DISTINCT over several columns, or none");
        return false;
    }
    if (ast_call_distinct(ast) && user_aggregate_is_inexact(agg)) {
        Diag *d = diag_error(binder->diags, E0349, ast->span,
                             "`%s` computes with numbers of floating point, and DISTINCT values come in no fixed order",
                             agg->name);
        diag_help(d, "take the distinct values in a query of its own, or make the state a DECIMAL");
        return false;
    }
    return true;
}

static bool bind_user_arguments(ExprScope *inner, Function *function, const AstNode *ast, const Expr **args)
{
    Binder *binder = inner->binder;
    const AstNode **given = ARENA_ARRAY(binder->query, const AstNode *, function->param_count + 1);
    if (!function_arguments(binder, function, ast, given))
        return false;
    bool good = true;
    for (uint32_t i = 0; i < function->param_count; i++) {
        args[i] = function_argument(inner, function, i, given[i]);
        good = good && !expr_is_poison(args[i]) && aggregate_is_flat(binder, ast, function->name, args[i]);
    }
    return good;
}

/* Several arguments travel as one row, which nobody makes (user_agg_args). */
static const Expr *as_row(Binder *binder, const Function *function, const Expr *const *args, Span span)
{
    uint32_t count = function->param_count;
    if (count < 2)
        return count == 0 ? NULL : args[0];
    TypeField *fields = ARENA_ARRAY(binder->query, TypeField, count + 1);
    bool reads = false;
    for (uint32_t i = 0; i < count; i++) {
        fields[i] = (TypeField){ .name = function->params[i].name, .type = args[i]->type };
        reads = reads || args[i]->op != EXPR_LITERAL;
    }
    if (!reads) {
        Diag *d = diag_error(binder->diags, E0303, span, "none of the arguments reads the row");
        diag_help(d, "COUNT(*) counts rows");
        return expr_poison(binder, span);
    }
    return expr_call(binder->query, type_row(binder->query, fields, count, false), fn_find_name(STR("ROW")), args,
                     count, span);
}

const Expr *bind_user_aggregate(ExprScope *scope, Function *function, const AstNode *ast)
{
    Binder *binder = scope->binder;
    if (scope->aggs == NULL || scope->in_aggregate)
        return aggregate_out_of_place(scope, ast, function->name);
    if (ast_call_star(ast)) {
        diag_error(binder->diags, E0302, ast->span, "`%.*s` takes its arguments by name or place, no `*`",
                   STR_ARG(function->name));
        return expr_poison(binder, ast->span);
    }
    AggCall call = { .distinct = ast_call_distinct(ast), .span = ast->span };
    if (!check_place(scope, function, ast))
        return expr_poison(binder, ast->span);
    ExprScope inner = *scope;
    inner.in_aggregate = true;
    inner.aggregate_span = ast->span;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, function->param_count + 1);
    bool good = bind_user_arguments(&inner, function, ast, args);
    if (ast_call_filter(ast) != NULL) {
        call.filter = bind_condition(&inner, ast_call_filter(ast), "FILTER");
        good = good && !expr_is_poison(call.filter) && aggregate_is_flat(binder, ast, function->name, call.filter);
    }
    if (!good)
        return expr_poison(binder, ast->span);
    if (function->aggregate->sums != NULL && !call.distinct) {
        const Expr *result = user_aggregate_as_sums(scope, function->aggregate, args, call);
        return result != NULL ? result : expr_poison(binder, ast->span);
    }
    call.arg = as_row(binder, function, args, ast->span);
    if (call.arg != NULL && expr_is_poison(call.arg))
        return call.arg;
    if (call.arg != NULL && call.filter == NULL)
        check_constants(binder, call.arg);
    call.agg = &function->aggregate->base.forms[AGG_CARRY_NONE];
    call.type = function->returns;
    return add_aggregate(scope, call);
}
