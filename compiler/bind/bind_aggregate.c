/* bind_aggregate.c -- aggregate calls: their place, their arguments, the row of the registry. */
#include "compiler/bind/agg_form.h"

const Expr *aggregate_out_of_place(ExprScope *scope, const AstNode *ast, Str name)
{
    Binder *binder = scope->binder;
    if (scope->in_aggregate) {
        Diag *d = diag_error(binder->diags, E0321, ast->span, "`%.*s` stands in the argument of another aggregate",
                             STR_ARG(name));
        diag_label(d, scope->aggregate_span, "inside of this one");
        diag_help(d, "compute the inner aggregate in a query of its own: FROM (SELECT ..)");
        return expr_poison(binder, ast->span);
    }
    Diag *d =
        diag_error(binder->diags, E0322, ast->span, "aggregate `%.*s` cannot stand in %s", STR_ARG(name), scope->place);
    if (strcmp(scope->place, "WHERE") == 0)
        diag_help(d, "conditions on aggregates stand in HAVING");
    return expr_poison(binder, ast->span);
}

static bool same_part(const Expr *a, const Expr *b)
{
    return a == b || (a != NULL && b != NULL && expr_equal(a, b));
}

/* A call that stands there already is not computed twice. */
const Expr *add_aggregate(ExprScope *scope, AggCall call)
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

const Expr *wrong_aggregate(Binder *binder, const AstNode *ast, Str name, const Expr *arg)
{
    if (arg == NULL) {
        diag_error(binder->diags, E0302, ast->span, "`%.*s` takes 1 argument", STR_ARG(name));
        return expr_poison(binder, ast->span);
    }
    Str type = type_name(binder->query, type_with_nullable(binder->query, arg->type, true));
    Diag *d =
        diag_error(binder->diags, E0303, ast->span, "`%.*s` is not defined for %.*s", STR_ARG(name), STR_ARG(type));
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
    call->filter = call->filter == NULL
                       ? both[1]
                       : expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2, arg->span);
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

bool aggregate_is_flat(Binder *binder, const AstNode *ast, Str name, const Expr *part)
{
    if (part == NULL || !reads_aggregate(part))
        return true;
    Diag *d =
        diag_error(binder->diags, E0321, part->span, "this holds an aggregate and stands in `%.*s`", STR_ARG(name));
    diag_label(d, ast->span, "inside of this one");
    return false;
}

/* MIN, MAX, COUNT(DISTINCT ..): their states know no way back, a bag of the values does. */
static bool needs_bag(const ExprScope *scope, Str name, const Expr *arg, bool distinct)
{
    bool is_extreme = str_equal_nocase(name, STR("MIN")) || str_equal_nocase(name, STR("MAX"));
    bool is_count = str_equal_nocase(name, STR("COUNT")) && distinct;
    if (arg == NULL || !(is_extreme || is_count) || scope->input == NULL || scope->input->poison)
        return false;
    return logical_is_updating(scope->input->node);
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
    if (needs_bag(scope, name, arg, call.distinct)) {
        check_constants(binder, arg);
        return agg_form_over_changes(scope, ast, name, arg, call);
    }
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

bool is_aggregate(Str name)
{
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        if (str_equal_nocase(name, str_from(AGG_DEFS[i].name)) && (AGG_DEFS[i].traits & AGG_INTERNAL) == 0)
            return true;
    }
    return agg_form_find(name) != NULL;
}

static bool check_count(Binder *binder, const AstNode *ast, Str name, uint32_t fewest, uint32_t most)
{
    uint32_t count = ast_count(ast_call_args(ast));
    if (count >= fewest && count <= most && ast_call_star(ast) == (count == 0))
        return true;
    Str range =
        fewest == most ? str_printf(binder->query, "%u", most) : str_printf(binder->query, "%u to %u", fewest, most);
    diag_error(binder->diags, E0302, ast->span, "`%.*s` takes %.*s argument%s, not %u", STR_ARG(name), STR_ARG(range),
               plural(most), count);
    return false;
}

/* COUNT(DISTINCT a, b): of the rows where none of them is NULL, the different ones. */
static const Expr *all_as_key(Binder *binder, const AstNode *ast, const Expr *const *args, uint32_t count,
                              AggCall *call)
{
    const Expr **columns = ARENA_ARRAY(binder->query, const Expr *, count);
    for (uint32_t i = 0; i < count; i++) {
        columns[i] = args[i];
        if (args[i]->type->kind == TYPE_NULL)
            return args[i];
        count_as_filter(binder, args[i], call);
    }
    const FnDef *key = fn_find_name(STR("SORT_KEY"));
    return expr_call(binder->query, type_simple(TYPE_VARBINARY, false), key, columns, count, ast->span);
}

/* False after an error. */
static bool bind_arguments(ExprScope *inner, const AstNode *ast, Str name, const Expr **args, AggCall *call)
{
    Binder *binder = inner->binder;
    uint32_t count = ast_count(ast_call_args(ast));
    bool is_json = ast_call_is(ast, STR("JSON_ARRAYAGG")) || ast_call_is(ast, STR("JSON_OBJECTAGG"));
    bool good = !is_json || bind_json_aggregate(inner, ast, args);
    for (uint32_t i = 0; !is_json && i < count; i++) {
        args[i] = bind_expr(inner, ast_at(ast_call_args(ast), i));
        good &= !expr_is_poison(args[i]);
    }
    if (ast_call_filter(ast) != NULL) {
        call->filter = bind_condition(inner, ast_call_filter(ast), "FILTER");
        good &= !expr_is_poison(call->filter);
    }
    for (uint32_t i = 0; good && i < count; i++)
        good = aggregate_is_flat(binder, ast, name, args[i]);
    return good && aggregate_is_flat(binder, ast, name, call->filter);
}

const Expr *bind_aggregate_call(ExprScope *scope, const AstNode *ast, Str name)
{
    Binder *binder = scope->binder;
    uint32_t count = ast_count(ast_call_args(ast));
    const AggFormDef *form = agg_form_find(name);
    if (scope->aggs == NULL || scope->in_aggregate)
        return aggregate_out_of_place(scope, ast, name);
    ExprScope inner = *scope;
    inner.in_aggregate = true;
    inner.aggregate_span = ast->span;
    AggCall call = { .distinct = ast_call_distinct(ast), .span = ast->span };
    bool is_count = form == NULL && str_equal_nocase(name, STR("COUNT"));
    uint32_t fewest = form != NULL ? form->fewest : is_count ? 0 : 1;
    uint32_t most = form != NULL ? form->most : is_count && call.distinct ? UINT8_MAX : 1;
    if (!check_count(binder, ast, name, fewest, most))
        return expr_poison(binder, ast->span);
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count + 2);
    if (!bind_arguments(&inner, ast, name, args, &call))
        return expr_poison(binder, ast->span);
    if (form != NULL)
        return agg_form_bind(scope, ast, form, args, call);
    if (count > 1)
        args[0] = all_as_key(binder, ast, args, count, &call);
    return finish_aggregate(scope, ast, name, count == 0 ? NULL : args[0], call);
}
