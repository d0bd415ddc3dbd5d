/* bind_call.c -- calls by name: the row, the conversions of its arguments, its hidden arguments. */
#include "compiler/bind/agg_form.h"
#include "compiler/bind/bind_from.h"
#include "compiler/bind/bind_internal.h"

#include "compiler/diag/foreign.h"

#include <assert.h>

static bool int_constant(const Expr *expr, int64_t *value)
{
    if (expr->op != EXPR_LITERAL || expr->literal.is_null || !type_is_integer(expr->type))
        return false;
    switch (expr->literal.kind) {
    case PK_I8:
        *value = expr->literal.value.i8;
        return true;
    case PK_I16:
        *value = expr->literal.value.i16;
        return true;
    case PK_I32:
        *value = expr->literal.value.i32;
        return true;
    default:
        *value = expr->literal.value.i64;
        return true;
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
        Str range = fewest == most        ? str_printf(binder->query, "%u", fewest)
                    : most == FN_VARIADIC ? str_printf(binder->query, "%u or more", fewest)
                                          : str_printf(binder->query, "%u to %u", fewest, most);
        Diag *d = diag_error(binder->diags, E0302, name_span, "`%.*s` takes %.*s argument%s, not %u", STR_ARG(name),
                             STR_ARG(range), str_equal(range, STR("1")) ? "" : "s", count);
        list_signatures(binder, d, name);
        return expr_poison(binder, span);
    }
    Str types = argument_types(binder, args, count);
    Diag *d =
        diag_error(binder->diags, E0303, name_span, "`%.*s` is not defined for (%.*s)", STR_ARG(name), STR_ARG(types));
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

bool is_planned_function(Str name)
{
    return find_no_function(name) != NULL;
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
    uint32_t own = catalog_function_count(binder->catalog), count = 0;
    Str *names =
        ARENA_ARRAY(binder->query, Str, FN_DEF_COUNT + AGG_DEF_COUNT + AGG_FORM_COUNT + WINDOW_FORM_COUNT + own + 2);
    for (uint32_t i = 0; i < own; i++)
        names[count++] = catalog_function_at(binder->catalog, i)->name;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if ((FN_DEFS[i].traits & FN_INTERNAL) == 0)
            names[count++] = str_from(FN_DEFS[i].name);
    }
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        if ((AGG_DEFS[i].traits & AGG_INTERNAL) == 0)
            names[count++] = str_from(AGG_DEFS[i].name);
    }
    for (uint32_t i = 0; i < AGG_FORM_COUNT; i++)
        names[count++] = str_from(AGG_FORMS[i].name);
    for (uint32_t i = 0; i < WINDOW_FORM_COUNT; i++)
        names[count++] = window_form_name(i);
    names[count++] = STR("ROLLING"); /* of derived metrics */
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

/* ---- calls ---- */

static bool refuse_call_clauses(Binder *binder, const AstNode *ast)
{
    Str name = ast_name_joined(binder->query, ast_call_name(ast));
    if (ast_count(ast_call_within_group(ast)) > 0 && foreign_find(FOREIGN_FUNCTION, name) != NULL)
        (void)unknown_function(binder, name, ast->span, ast_call_name(ast)->span);
    else if (ast_call_over(ast) != NULL)
        refuse(binder, ast_call_over(ast)->span, "OVER");
    else if (ast_count(ast_call_within_group(ast)) > 0)
        refuse(binder, ast->span, "WITHIN GROUP");
    else if (ast_count(ast_call_order_by(ast)) > 0)
        refuse(binder, ast->span, "ORDER BY in an aggregate");
    else if (ast_call_nulls(ast) != AST_CALL_NULLS_DEFAULT && !agg_form_takes_nulls(ast))
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
    if (scope->rank != NULL && ast_equal(scope->rank, ast)) {
        if (scope->input->poison)
            return expr_poison(binder, ast->span);
        uint32_t last = scope->input->column_count - 1;
        return expr_column(binder->query, scope->input->columns[last].type, last, ast->span);
    }
    if (refuse_call_clauses(binder, ast))
        return expr_poison(binder, ast->span);
    if (is_aggregate(name))
        return bind_aggregate_call(scope, ast, name);
    if (ast_call_distinct(ast) || ast_call_star(ast) || ast_call_filter(ast) != NULL) {
        Function *own = find_function(binder, ast_call_name(ast));
        if (own != NULL)
            return bind_function_call(scope, own, ast);
        if (fn_find_name(name) == NULL)
            return unknown_function(binder, name, ast->span, name_span);
        diag_error(binder->diags, E0322, ast->span, "`%.*s` is no aggregate: DISTINCT, `*` and FILTER belong to those",
                   STR_ARG(name));
        return expr_poison(binder, ast->span);
    }
    const Expr *special = bind_topk_estimate(scope, ast);
    if (special == NULL)
        special = bind_special_call(scope, ast);
    if (special != NULL)
        return special;
    uint32_t count = ast_count(ast_call_args(ast));
    const FnDef *fn = fn_find_name(name);
    bool built_in = fn != NULL && (fn->traits & FN_INTERNAL) == 0;
    Function *own = built_in ? NULL : find_function(binder, ast_call_name(ast));
    if (own != NULL)
        return bind_function_call(scope, own, ast);
    if (!built_in)
        return unknown_function(binder, name, ast->span, name_span);
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        args[i] = bind_expr(scope, ast_at(ast_call_args(ast), i));
    return bind_fn_checked(binder, name, args, count, ast->span, name_span);
}
