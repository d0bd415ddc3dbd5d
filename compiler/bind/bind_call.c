/* bind_call.c -- calls by name: the row, the conversions of its arguments, its hidden arguments; aggregates. */
#include "compiler/bind/bind_internal.h"

#include "compiler/diag/foreign.h"

#include <assert.h>

static bool int_constant(const Expr *expr, int64_t *value)
{
    if (expr->op != EXPR_LITERAL || expr->literal.is_null || !type_is_integer(expr->type))
        return false;
    switch (expr->literal.kind) {
    case PK_I8: *value = expr->literal.value.i8; return true;
    case PK_I16: *value = expr->literal.value.i16; return true;
    case PK_I32: *value = expr->literal.value.i32; return true;
    default: *value = expr->literal.value.i64; return true;
    }
}

static const Type *wide_result(Binder *binder, const FnDef *fn, const Type *result)
{
    bool is_narrow = result->kind == TYPE_DECIMAL && result->precision <= DECIMAL64_PRECISION_MAX;
    if (fn->result != TW_DECIMAL || !is_narrow)
        return result;
    return type_decimal(binder->query, DECIMAL64_PRECISION_MAX + 1, result->scale, result->nullable);
}

const Expr *bind_fn(Binder *binder, Str name, const Expr *const *args, uint32_t count, Span span)
{
    FnArg *shapes = ARENA_ARRAY(binder->query, FnArg, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, span);
        shapes[i].type = args[i]->type;
        shapes[i].is_constant = int_constant(args[i], &shapes[i].constant);
    }
    FnChoice choice;
    if (!fn_choose(binder->query, name, shapes, count, &choice))
        return NULL;
    const Expr **given = ARENA_ARRAY(binder->query, const Expr *, count + choice.hidden_count + 1);
    for (uint32_t i = 0; i < count; i++) {
        bool boxed = choice.fn->form == FORM_ANY;
        given[i] = boxed ? convert(binder, args[i], choice.args[i]) : convert_widened(binder, args[i], choice.args[i]);
        if (expr_is_poison(given[i]))
            return expr_poison(binder, span);
    }
    for (uint32_t i = 0; i < choice.hidden_count; i++)
        given[count + i] = literal_int(binder, choice.hidden[i], span);
    const Type *wide = wide_result(binder, choice.fn, choice.result);
    const Expr *call = expr_call(binder->query, wide, choice.fn, given, count + choice.hidden_count, span);
    return wide == choice.result ? call : narrow_decimal(binder, call, choice.result);
}

static Str argument_types(Binder *binder, const Expr *const *args, uint32_t count)
{
    Str text = STR_EMPTY;
    for (uint32_t i = 0; i < count; i++) {
        Str type = type_name(binder->query, type_with_nullable(binder->query, args[i]->type, true));
        text = str_printf(binder->query, "%.*s%s%.*s", STR_ARG(text), i == 0 ? "" : ", ", STR_ARG(type));
    }
    return text;
}

static Str row_signature(Binder *binder, const FnDef *fn)
{
    Str text = str_printf(binder->query, "%s(", fn->name);
    uint32_t visible = fn->args_min - fn_hidden(fn);
    for (uint32_t i = 0; i < visible; i++)
        text = str_printf(binder->query, "%.*s%s%s", STR_ARG(text), i == 0 ? "" : ", ",
                          type_word_name((TypeWord)fn->args[i]));
    return str_printf(binder->query, "%.*s)", STR_ARG(text));
}

static void list_signatures(Binder *binder, Diag *d, Str name)
{
    enum { SHOWN_MAX = 4 };
    uint32_t shown = 0;
    for (uint32_t i = 0; i < FN_DEF_COUNT && shown < SHOWN_MAX; i++) {
        if (!str_equal_nocase(name, str_from(FN_DEFS[i].name)) || FN_DEFS[i].form == FORM_ANY)
            continue;
        Str signature = row_signature(binder, &FN_DEFS[i]);
        diag_note(d, span_none(), "there is %.*s", STR_ARG(signature));
        shown++;
    }
}

static const Expr *wrong_arguments(Binder *binder, Str name, const Expr *const *args, uint32_t count, Span span,
                                   Span name_span)
{
    uint32_t fewest, most;
    fn_arity(name, &fewest, &most);
    if (count < fewest || (most != FN_VARIADIC && count > most)) {
        Str range = fewest == most          ? str_printf(binder->query, "%u", fewest)
                    : most == FN_VARIADIC ? str_printf(binder->query, "%u or more", fewest)
                                          : str_printf(binder->query, "%u to %u", fewest, most);
        Diag *d = diag_error(binder->diags, E0302, name_span, "`%.*s` takes %.*s argument%s, not %u", STR_ARG(name),
                             STR_ARG(range), str_equal(range, STR("1")) ? "" : "s", count);
        list_signatures(binder, d, name);
        return expr_poison(binder, span);
    }
    Str types = argument_types(binder, args, count);
    Diag *d = diag_error(binder->diags, E0303, name_span, "`%.*s` is not defined for (%.*s)", STR_ARG(name),
                         STR_ARG(types));
    list_signatures(binder, d, name);
    return expr_poison(binder, span);
}

typedef struct NoFunction { /* of the language, without a body */
    const char *name;
    const char *reason; /* NULL: not yet */
} NoFunction;

static const NoFunction NO_FUNCTIONS[] = {
#define PLANNED_FUNCTION(name) { #name, NULL },
#include "compiler/bind/planned.def"
#undef PLANNED_FUNCTION
#define REFUSED_FUNCTION(name, reason) { #name, reason },
#include "compiler/bind/never.def"
#undef REFUSED_FUNCTION
};

static const NoFunction *find_no_function(Str name)
{
    for (uint32_t i = 0; i < sizeof NO_FUNCTIONS / sizeof NO_FUNCTIONS[0]; i++) {
        if (str_equal_nocase(name, str_from(NO_FUNCTIONS[i].name)))
            return &NO_FUNCTIONS[i];
    }
    return NULL;
}

static const Expr *unknown_function(Binder *binder, Str name, Span span, Span name_span)
{
    if (catalog_is_broken(binder->catalog, name))
        return expr_poison(binder, span);
    const NoFunction *none = find_no_function(name);
    if (none != NULL) {
        Str what = str_printf(binder->query, "function `%.*s`", STR_ARG(name));
        if (none->reason == NULL)
            refuse(binder, name_span, what.data);
        else
            diag_error(binder->diags, E0500, name_span, "%.*s is refused: %s", STR_ARG(what), none->reason);
        return expr_poison(binder, span);
    }
    Str *names = ARENA_ARRAY(binder->query, Str, FN_DEF_COUNT + AGG_DEF_COUNT + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if ((FN_DEFS[i].traits & FN_INTERNAL) == 0)
            names[count++] = str_from(FN_DEFS[i].name);
    }
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++)
        names[count++] = str_from(AGG_DEFS[i].name);
    Diag *d = diag_error(binder->diags, E0203, name_span, "no function is called `%.*s`", STR_ARG(name));
    if (foreign_help(d, FOREIGN_FUNCTION, name_span, name))
        return expr_poison(binder, span);
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_fix(d, name_span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return expr_poison(binder, span);
}

const Expr *bind_fn_checked(Binder *binder, Str name, const Expr *const *args, uint32_t count, Span span,
                            Span name_span)
{
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, span);
    }
    if (fn_find_name(name) == NULL)
        return unknown_function(binder, name, span, name_span);
    if (!check_constant_patterns(binder, name, args, count))
        return expr_poison(binder, span);
    const Expr *call = bind_fn(binder, name, args, count, span);
    return call != NULL ? call : wrong_arguments(binder, name, args, count, span, name_span);
}

/* ---- aggregates ---- */

static const Expr *aggregate_out_of_place(ExprScope *scope, const AstNode *ast, Str name)
{
    Binder *binder = scope->binder;
    if (scope->in_aggregate) {
        Diag *d = diag_error(binder->diags, E0321, ast->span, "`%.*s` stands in the argument of another aggregate",
                             STR_ARG(name));
        diag_label(d, scope->aggregate_span, "inside of this one");
        diag_help(d, "compute the inner aggregate in a query of its own: FROM (SELECT ..)");
        return expr_poison(binder, ast->span);
    }
    Diag *d = diag_error(binder->diags, E0322, ast->span, "aggregate `%.*s` cannot stand in %s", STR_ARG(name),
                         scope->place);
    if (strcmp(scope->place, "WHERE") == 0)
        diag_help(d, "conditions on aggregates stand in HAVING");
    return expr_poison(binder, ast->span);
}

static bool same_part(const Expr *a, const Expr *b)
{
    return a == b || (a != NULL && b != NULL && expr_equal(a, b));
}

/* A call that stands there already is not computed twice. */
static const Expr *add_aggregate(ExprScope *scope, AggCall call)
{
    AggCalls *aggs = scope->aggs;
    uint32_t i = 0;
    for (; i < aggs->count; i++) {
        const AggCall *other = &aggs->items[i];
        if (other->agg == call.agg && other->distinct == call.distinct && same_part(other->arg, call.arg) &&
            same_part(other->filter, call.filter))
            break;
    }
    if (i == aggs->count)
        vec_push(scope->binder->query, aggs, call);
    return expr_column(scope->binder->query, call.type, AGG_COLUMN_BASE + i, call.span);
}

static const Expr *wrong_aggregate(Binder *binder, const AstNode *ast, Str name, const Expr *arg)
{
    if (arg == NULL) {
        diag_error(binder->diags, E0302, ast->span, "`%.*s` takes 1 argument", STR_ARG(name));
        return expr_poison(binder, ast->span);
    }
    Str type = type_name(binder->query, type_with_nullable(binder->query, arg->type, true));
    Diag *d = diag_error(binder->diags, E0303, ast->span, "`%.*s` is not defined for %.*s", STR_ARG(name),
                         STR_ARG(type));
    diag_label(d, arg->span, "%.*s", STR_ARG(type));
    return expr_poison(binder, ast->span);
}

static const Expr *is_not_null(Binder *binder, const Expr *arg)
{
    return expr_op(binder->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), &arg, 1, arg->span);
}

/* COUNT(x) counts the rows where x is not NULL. */
static void count_as_filter(Binder *binder, const Expr *arg, AggCall *call)
{
    if (!arg->type->nullable)
        return;
    const Expr *both[] = { call->filter, is_not_null(binder, arg) };
    call->filter = call->filter == NULL ? both[1]
                                        : expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2,
                                                  arg->span);
}

static bool reads_aggregate(const Expr *expr)
{
    if (expr->op == EXPR_COLUMN && expr->column >= AGG_COLUMN_BASE)
        return true;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (reads_aggregate(expr->args[i]))
            return true;
    }
    return false;
}

/* An alias may have brought an aggregate into the argument. */
static bool check_not_nested(Binder *binder, const AstNode *ast, Str name, const Expr *part)
{
    if (part == NULL || !reads_aggregate(part))
        return true;
    Diag *d = diag_error(binder->diags, E0321, part->span, "this holds an aggregate and stands in `%.*s`",
                         STR_ARG(name));
    diag_label(d, ast->span, "inside of this one");
    return false;
}

static const Expr *finish_aggregate(ExprScope *scope, const AstNode *ast, Str name, const Expr *arg, AggCall call)
{
    Binder *binder = scope->binder;
    AggChoice choice;
    bool is_count = str_equal_nocase(name, STR("COUNT"));
    if (is_count && arg != NULL && !call.distinct) {
        count_as_filter(binder, arg, &call);
        arg = NULL;
    }
    if (arg != NULL && arg->type->kind == TYPE_NULL)
        return wrong_aggregate(binder, ast, name, arg);
    if (call.filter == NULL)
        check_constants(binder, arg);
    check_constants(binder, call.filter);
    if (arg != NULL && scope->input != NULL && !scope->input->poison)
        warn_clock(binder, scope->input->node, arg);
    bool found = agg_choose(binder->query, name, arg == NULL ? NULL : arg->type, &choice);
    if (!found && call.distinct && is_count)
        found = agg_choose(binder->query, name, NULL, &choice);
    if (!found)
        return wrong_aggregate(binder, ast, name, arg);
    call.agg = choice.agg;
    call.arg = arg;
    if (arg != NULL && choice.arg != NULL && choice.agg->arg != TW_ANY)
        call.arg = convert_widened(binder, arg, choice.arg);
    call.type = is_count ? type_with_nullable(binder->query, choice.result, false) : choice.result;
    if (call.arg != NULL && expr_is_poison(call.arg))
        return expr_poison(binder, ast->span);
    return add_aggregate(scope, call);
}

const Expr *bind_aggregate_call(ExprScope *scope, const AstNode *ast, Str name)
{
    Binder *binder = scope->binder;
    uint32_t count = ast_count(ast_call_args(ast));
    if (scope->aggs == NULL || scope->in_aggregate)
        return aggregate_out_of_place(scope, ast, name);
    ExprScope inner = *scope;
    inner.in_aggregate = true;
    inner.aggregate_span = ast->span;
    AggCall call = { .distinct = ast_call_distinct(ast), .span = ast->span };
    if (count > 1 && call.distinct) {
        refuse(binder, ast->span, "DISTINCT over several columns");
        return expr_poison(binder, ast->span);
    }
    if (count > 1 || (count == 0) != ast_call_star(ast)) {
        diag_error(binder->diags, E0302, ast->span, "`%.*s` takes 1 argument, not %u", STR_ARG(name), count);
        return expr_poison(binder, ast->span);
    }
    const Expr *arg = count == 0 ? NULL : bind_expr(&inner, ast_at(ast_call_args(ast), 0));
    if (ast_call_filter(ast) != NULL)
        call.filter = bind_condition(&inner, ast_call_filter(ast), "FILTER");
    if ((arg != NULL && expr_is_poison(arg)) || (call.filter != NULL && expr_is_poison(call.filter)))
        return expr_poison(binder, ast->span);
    if (!check_not_nested(binder, ast, name, arg) || !check_not_nested(binder, ast, name, call.filter))
        return expr_poison(binder, ast->span);
    return finish_aggregate(scope, ast, name, arg, call);
}

/* ---- calls ---- */

static bool refuse_call_clauses(Binder *binder, const AstNode *ast)
{
    if (ast_call_over(ast) != NULL)
        refuse(binder, ast_call_over(ast)->span, "OVER");
    else if (ast_count(ast_call_within_group(ast)) > 0)
        refuse(binder, ast->span, "WITHIN GROUP");
    else if (ast_count(ast_call_order_by(ast)) > 0)
        refuse(binder, ast->span, "ORDER BY in an aggregate");
    else if (ast_call_nulls(ast) != AST_CALL_NULLS_DEFAULT)
        refuse(binder, ast->span, "IGNORE NULLS");
    else
        return false;
    return true;
}

const Expr *bind_call(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    Str name = ast_name_joined(binder->query, ast_call_name(ast));
    Span name_span = ast_call_name(ast)->span;
    if (refuse_call_clauses(binder, ast))
        return expr_poison(binder, ast->span);
    if (agg_name_exists(name))
        return bind_aggregate_call(scope, ast, name);
    if (ast_call_distinct(ast) || ast_call_star(ast) || ast_call_filter(ast) != NULL) {
        if (fn_find_name(name) == NULL)
            return unknown_function(binder, name, ast->span, name_span);
        diag_error(binder->diags, E0322, ast->span, "`%.*s` is no aggregate: DISTINCT, `*` and FILTER belong to those",
                   STR_ARG(name));
        return expr_poison(binder, ast->span);
    }
    const Expr *special = bind_special_call(scope, ast);
    if (special != NULL)
        return special;
    uint32_t count = ast_count(ast_call_args(ast));
    const FnDef *fn = fn_find_name(name);
    if (fn == NULL || (fn->traits & FN_INTERNAL) != 0)
        return unknown_function(binder, name, ast->span, name_span);
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        args[i] = bind_expr(scope, ast_at(ast_call_args(ast), i));
    return bind_fn_checked(binder, name, args, count, ast->span, name_span);
}
