/* bind_agg_form.c -- aggregates that are a state and an expression over it.
 *
 * Each builder says what goes into the state (one value: several columns become one key) and what is made of it:
 *
 *   ARG_MAX(x, y)  =  item 2 of MAX(key(y, x))       APPROX_PERCENTILE(x, q)  =  DDSKETCH_ESTIMATE(DDSKETCH_STATE(x),
 * q)
 *
 * Keys order as SQL orders their columns, so "by time, then by value" needs no code of its own. */
#include "compiler/bind/agg_form.h"

typedef struct AggForm {
    ExprScope *scope;
    Binder *binder;
    const AstNode *ast;
    Str name;
    const Expr **args;
    uint32_t count;
    AggCall call;       /* filter, distinct, span */
    bool counts_equals; /* equal values count each: DISTINCT makes a difference to the state */
} AggForm;

/* ---- parts ---- */

static const Type *bytes_type(void)
{
    return type_simple(TYPE_VARBINARY, true);
}

static const Expr *call_of(AggForm *f, const char *name, const Type *type, const Expr *const *args, uint32_t count)
{
    const Expr **copy = ARENA_ARRAY(f->binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(f->binder, f->ast->span);
        copy[i] = args[i];
    }
    return expr_call(f->binder->query, type, fn_find_name(str_from(name)), copy, count, f->ast->span);
}

static const Expr *kind_of(AggForm *f, const Type *type)
{
    return literal_int(f->binder, type_physical(type), f->ast->span);
}

/* The column of the aggregate with this symbol over `arg`. */
static const Expr *state_of(AggForm *f, const char *symbol, const Expr *arg)
{
    if (expr_is_poison(arg))
        return arg;
    AggCall call = f->call;
    call.agg = agg_of_symbol(symbol);
    call.arg = arg;
    call.distinct &= f->counts_equals;
    call.type = bytes_type();
    return add_aggregate(f->scope, call);
}

/* Rows where the expression is NULL are left out. */
static void skip_null(AggForm *f, const Expr *expr)
{
    Binder *binder = f->binder;
    if (!expr->type->nullable)
        return;
    const Expr *both[] = { f->call.filter, expr_op(binder->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false),
                                                   &expr, 1, expr->span) };
    f->call.filter = both[0] == NULL
                         ? both[1]
                         : expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2, expr->span);
}

static const Expr *key_of(AggForm *f, const Expr *const *columns, uint32_t count)
{
    return call_of(f, "SORT_KEY", type_with_nullable(f->binder->query, bytes_type(), false), columns, count);
}

static const Expr *wrong_type(AggForm *f, const Expr *arg)
{
    return wrong_aggregate(f->binder, f->ast, f->name, arg);
}

static const Expr *as_double(AggForm *f, const Expr *arg)
{
    if (!type_is_numeric(arg->type) && arg->type->kind != TYPE_NULL)
        return wrong_type(f, arg);
    return convert(f->binder, arg, type_simple(TYPE_DOUBLE, true));
}

/* Sketches count texts, so that a number and its text are one value, here and in Redis.  Bytes stay what they are. */
static const Expr *as_text(AggForm *f, const Expr *arg)
{
    const Type *text = type_simple(TYPE_VARCHAR, true);
    if (type_is_text(arg->type) || type_is_bytes(arg->type))
        return arg;
    return type_can_cast(arg->type, text) ? convert(f->binder, arg, text) : wrong_type(f, arg);
}

static bool reads_columns(const Expr *expr)
{
    bool reads = expr->op == EXPR_COLUMN;
    for (uint32_t i = 0; !reads && i < expr->arg_count; i++)
        reads = reads_columns(expr->args[i]);
    return reads;
}

static bool check_constant(AggForm *f, const Expr *arg, const char *what)
{
    if (!reads_columns(arg))
        return true;
    diag_error(f->binder->diags, E0303, arg->span, "%s of `%.*s` is a constant", what, STR_ARG(f->name));
    return false;
}

/* A constant between the two, as DOUBLE; poison after an error. */
static const Expr *constant_share(AggForm *f, const Expr *arg, bool may_be_zero)
{
    const char *what = may_be_zero ? "the share" : "the weight";
    if (!check_constant(f, arg, what))
        return expr_poison(f->binder, arg->span);
    const Expr *share = constant_fold_cast(f->binder, as_double(f, arg));
    if (share->op != EXPR_LITERAL || share->literal.is_null)
        return share;
    double value = share->literal.value.f64;
    if (value >= 0 && value <= 1 && (may_be_zero || value > 0))
        return share;
    diag_error(f->binder->diags, E0303, arg->span, "%s of `%.*s` %s", what, STR_ARG(f->name),
               may_be_zero ? "lies between 0 and 1" : "is above 0 and at most 1");
    return expr_poison(f->binder, arg->span);
}

static const Expr *constant_k(AggForm *f, const Expr *arg)
{
    enum { K_MAX = 80 };
    int64_t k = 0;
    if (arg->op == EXPR_LITERAL && !arg->literal.is_null && type_is_integer(arg->type))
        k = arg->literal.kind == PK_I32 ? arg->literal.value.i32 : K_MAX + 1;
    if (k >= 1 && k <= K_MAX)
        return arg;
    diag_error(f->binder->diags, E0303, arg->span, "the k of `%.*s` is a constant from 1 to %d", STR_ARG(f->name),
               K_MAX);
    return expr_poison(f->binder, arg->span);
}

/* The time by which rows are ordered: that of the window, or of the stream. */
static const Expr *time_of_row(AggForm *f)
{
    const Relation *input = f->scope->input;
    uint32_t best = 0, rank = 0;
    for (uint32_t i = 0; input != NULL && i < input->column_count; i++) {
        const BindColumn *column = &input->columns[i];
        uint32_t here = column->role == ROLE_EVENT_TIME    ? 3
                        : column->type->is_rowtime         ? 2
                        : column->role == ROLE_WINDOW_TIME ? 1
                                                           : 0;
        best = here > rank ? i : best;
        rank = here > rank ? here : rank;
    }
    if (rank == 0) {
        Diag *d = diag_error(f->binder->diags, E0312, f->ast->span, "`%.*s` orders rows by their event time",
                             STR_ARG(f->name));
        diag_help(d, "keep the column with the watermark in the query that it reads");
        return expr_poison(f->binder, f->ast->span);
    }
    return expr_column(f->binder->query, type_plain(f->binder->query, input->columns[best].type), best, f->ast->span);
}

/* ---- sketches ---- */

static const Expr *hll_of(AggForm *f)
{
    const Expr *text = as_text(f, f->args[0]);
    return state_of(f, type_is_bytes(text->type) ? "hll_state_bytes" : "hll_state", text);
}

static const Expr *form_hll_state(AggForm *f)
{
    return hll_of(f);
}

static const Expr *form_approx_count_distinct(AggForm *f)
{
    const Expr *state = hll_of(f);
    return call_of(f, "HLL_COUNT", type_simple(TYPE_BIGINT, false), &state, 1);
}

static const Expr *dd_of(AggForm *f)
{
    f->counts_equals = true;
    return state_of(f, "dd_state", as_double(f, f->args[0]));
}

static const Expr *form_dd_state(AggForm *f)
{
    return dd_of(f);
}

static const Expr *form_approx_percentile(AggForm *f)
{
    const Expr *parts[] = { dd_of(f), constant_share(f, f->args[1], true) };
    return call_of(f, "DDSKETCH_ESTIMATE", type_simple(TYPE_DOUBLE, true), parts, 2);
}

static const Expr *form_theta_state(AggForm *f)
{
    const Expr *text = as_text(f, f->args[0]);
    return state_of(f, type_is_bytes(text->type) ? "theta_state_bytes" : "theta_state", text);
}

static const Expr *topk_of(AggForm *f)
{
    f->counts_equals = true;
    if (type_is_bytes(f->args[0]->type))
        return wrong_type(f, f->args[0]);
    const Expr *parts[] = { constant_k(f, f->args[1]), as_text(f, f->args[0]) };
    return state_of(f, "topk_state", call_of(f, "TOPK_ITEM", bytes_type(), parts, 2));
}

static const Expr *form_topk_state(AggForm *f)
{
    return topk_of(f);
}

static const Type *topk_type(Binder *binder)
{
    TypeField *fields = ARENA_ARRAY(binder->query, TypeField, 3);
    fields[0] = (TypeField){ .name = STR("value"), .type = type_simple(TYPE_VARCHAR, true) };
    fields[1] = (TypeField){ .name = STR("count"), .type = type_simple(TYPE_BIGINT, true) };
    fields[2] = (TypeField){ .name = STR("error"), .type = type_simple(TYPE_BIGINT, true) };
    return type_array(binder->query, type_row(binder->query, fields, 3, true), true);
}

static const Expr *form_approx_top_k(AggForm *f)
{
    const Expr *parts[] = { topk_of(f), f->args[1] };
    return call_of(f, "TOPK_ESTIMATE", topk_type(f->binder), parts, 2);
}

static const Expr *merge_of(AggForm *f, const char *check, const char *symbol)
{
    if (!type_is_bytes(f->args[0]->type))
        return wrong_type(f, f->args[0]);
    const Type *type = type_with_nullable(f->binder->query, bytes_type(), f->args[0]->type->nullable);
    return state_of(f, symbol, call_of(f, check, type, f->args, 1));
}

static const Expr *form_hll_merge(AggForm *f)
{
    return merge_of(f, "HLL_CHECK", "hll_merge");
}

static const Expr *form_dd_merge(AggForm *f)
{
    f->counts_equals = true;
    return merge_of(f, "DDSKETCH_CHECK", "dd_merge");
}

static const Expr *form_theta_merge(AggForm *f)
{
    return merge_of(f, "THETA_CHECK", "theta_merge");
}

static const Expr *form_topk_merge(AggForm *f)
{
    f->counts_equals = true;
    return merge_of(f, "TOPK_CHECK", "topk_merge");
}

static const Expr *form_distinct_state(AggForm *f)
{
    skip_null(f, f->args[0]);
    return state_of(f, "distinct_state", key_of(f, f->args, 1));
}

static const Expr *form_distinct_merge(AggForm *f)
{
    return merge_of(f, "DISTINCT_CHECK", "distinct_merge");
}

/* ---- one row of many ---- */

/* `item` of the row whose (by, item) is smallest or largest. */
static const Expr *pick(AggForm *f, const char *symbol, const Expr *by, const Expr *item)
{
    const Expr *columns[] = { by, item };
    if (expr_is_poison(by) || item->type->kind == TYPE_NULL || by->type->kind == TYPE_NULL)
        return expr_is_poison(by) ? by : wrong_type(f, item);
    const Expr *parts[] = { state_of(f, symbol, key_of(f, columns, 2)), kind_of(f, by->type), kind_of(f, item->type) };
    const Type *type = type_with_nullable(f->binder->query, type_plain(f->binder->query, item->type), true);
    return call_of(f, "SORT_KEY_ITEM", type, parts, 3);
}

static const Expr *pick_by_time(AggForm *f, const char *symbol)
{
    if (ast_call_nulls(f->ast) == AST_CALL_NULLS_RESPECT) {
        refuse(f->binder, f->ast->span, "RESPECT NULLS of FIRST_VALUE and LAST_VALUE");
        return expr_poison(f->binder, f->ast->span);
    }
    skip_null(f, f->args[0]);
    return pick(f, symbol, time_of_row(f), f->args[0]);
}

static const Expr *form_first_value(AggForm *f)
{
    return pick_by_time(f, "min_bytes");
}

static const Expr *form_last_value(AggForm *f)
{
    return pick_by_time(f, "max_bytes");
}

static const Expr *form_arg_min(AggForm *f)
{
    skip_null(f, f->args[1]);
    return pick(f, "min_bytes", f->args[1], f->args[0]);
}

static const Expr *form_arg_max(AggForm *f)
{
    skip_null(f, f->args[1]);
    return pick(f, "max_bytes", f->args[1], f->args[0]);
}

/* ---- all rows ---- */

/* A bag of (time, value), or of values alone where each counts once: their order is then their own. */
typedef struct BagParts {
    const Expr *bag;
    const Expr *kinds[2];
    uint32_t kind_count;
} BagParts;

static BagParts bag_in_time(AggForm *f, const Expr *value)
{
    BagParts parts = { .kind_count = f->call.distinct ? 1 : 2 };
    const Expr *time = f->call.distinct ? value : time_of_row(f);
    const Expr *columns[] = { time, value };
    bool good = !expr_is_poison(time) && !expr_is_poison(value);
    parts.bag = good ? state_of(f, "bag", key_of(f, columns, parts.kind_count)) : expr_poison(f->binder, f->ast->span);
    parts.kinds[0] = kind_of(f, good ? time->type : value->type);
    parts.kinds[1] = kind_of(f, value->type);
    return parts;
}

static const Expr *form_listagg(AggForm *f)
{
    const Expr *text = as_text(f, f->args[0]);
    const Expr *separator = f->count == 2 ? f->args[1] : literal_text(f->binder, STR(","), f->ast->span);
    if (expr_is_poison(text) || type_is_bytes(text->type))
        return expr_is_poison(text) ? text : wrong_type(f, text);
    if (!check_constant(f, separator, "the separator"))
        return expr_poison(f->binder, f->ast->span);
    if (!type_is_text(separator->type))
        return wrong_type(f, separator);
    skip_null(f, text);
    BagParts bag = bag_in_time(f, text);
    const Expr *parts[] = { bag.bag, separator, literal_int(f->binder, f->call.distinct, f->ast->span), bag.kinds[0],
                            bag.kinds[1] };
    return call_of(f, "VALUES_JOIN", type_simple(TYPE_VARCHAR, true), parts, 3 + bag.kind_count);
}

static const Expr *form_array_agg(AggForm *f)
{
    const Expr *value = f->args[0];
    if (value->type->kind == TYPE_NULL)
        return wrong_type(f, value);
    if (ast_call_nulls(f->ast) == AST_CALL_NULLS_IGNORE)
        skip_null(f, value);
    BagParts bag = bag_in_time(f, value);
    const Expr *parts[] = { bag.bag, literal_int(f->binder, f->call.distinct, f->ast->span), bag.kinds[0],
                            bag.kinds[1] };
    const Type *type = type_array(f->binder->query, type_plain(f->binder->query, value->type), true);
    return call_of(f, "VALUES_ARRAY", type, parts, 2 + bag.kind_count);
}

/* ---- JSON ---- */

/* open || texts || close, where no row is no text. */
static const Expr *enclosed(AggForm *f, const char *open, const Expr *texts, const char *close)
{
    Binder *binder = f->binder;
    Span span = f->ast->span;
    if (expr_is_poison(texts))
        return texts;
    const Expr *none = expr_op(binder->query, EXPR_IS_NULL, type_simple(TYPE_BOOLEAN, false), &texts, 1, span);
    const Expr *parts[] = { none, literal_text(binder, STR(""), span), texts };
    const Expr *left[] = { literal_text(binder, str_from(open), span), make_case(binder, parts, 3, span) };
    const Expr *both[] = { bind_operator(binder, "||", left, 2, span, span),
                           literal_text(binder, str_from(close), span) };
    return bind_operator(binder, "||", both, 2, span, span);
}

static const Expr *joined(AggForm *f, const Expr *order, const Expr *text)
{
    const Expr *columns[] = { order, text };
    bool good = !expr_is_poison(order) && !expr_is_poison(text);
    const Expr *parts[] = { good ? state_of(f, "bag", key_of(f, columns, 2)) : expr_poison(f->binder, f->ast->span),
                            literal_text(f->binder, STR(","), f->ast->span), literal_int(f->binder, 0, f->ast->span),
                            kind_of(f, order->type), kind_of(f, text->type) };
    return call_of(f, "VALUES_JOIN", type_simple(TYPE_VARCHAR, true), parts, 5);
}

static const Expr *form_json_arrayagg(AggForm *f)
{
    skip_null(f, f->args[0]);
    return enclosed(f, "[", joined(f, time_of_row(f), f->args[0]), "]");
}

/* Sorted by key, so that the order of rows cannot show; a key that comes twice has no order among its values. */
static const Expr *form_json_objectagg(AggForm *f)
{
    Binder *binder = f->binder;
    Span span = f->ast->span;
    const Expr *key = f->args[1];
    skip_null(f, f->args[0]);
    skip_null(f, key);
    const Expr *name[] = { bind_fn_checked(binder, STR("JSON_STRING"), &key, 1, span, span),
                           literal_text(binder, STR(":"), span) };
    const Expr *pair[] = { bind_operator(binder, "||", name, 2, span, span), f->args[0] };
    const Expr *object = enclosed(f, "{", joined(f, key, bind_operator(binder, "||", pair, 2, span, span)), "}");
    AggCall keys = f->call, rows = f->call;
    keys.agg = agg_of_symbol("key_count");
    keys.arg = key_of(f, &key, 1);
    rows.agg = agg_of_symbol("count_star");
    keys.type = rows.type = type_simple(TYPE_BIGINT, false);
    if (expr_is_poison(object) || expr_is_poison(keys.arg))
        return expr_poison(binder, span);
    const Expr *parts[] = { object, add_aggregate(f->scope, rows), add_aggregate(f->scope, keys) };
    return call_of(f, "JSON_UNIQUE_KEYS", type_simple(TYPE_VARCHAR, false), parts, 3);
}

static const Expr *counted(AggForm *f, bool is_wide)
{
    const Expr *value = f->args[0];
    if (value->type->kind == TYPE_NULL)
        return wrong_type(f, value);
    f->counts_equals = true;
    skip_null(f, value);
    const Expr *parts[] = { state_of(f, "bag", key_of(f, &value, 1)), literal_int(f->binder, is_wide, f->ast->span),
                            kind_of(f, value->type) };
    const Type *key = type_with_nullable(f->binder->query, type_plain(f->binder->query, value->type), false);
    const Type *type = is_wide ? type_map(f->binder->query, key, type_simple(TYPE_BIGINT, false), true)
                               : type_multiset(f->binder->query, key, true);
    return call_of(f, "VALUES_MAP", type, parts, 3);
}

static const Expr *form_collect(AggForm *f)
{
    return counted(f, false);
}

static const Expr *form_histogram(AggForm *f)
{
    return counted(f, true);
}

static const Expr *form_percentile(AggForm *f)
{
    const Expr *value = as_double(f, f->args[0]);
    if (expr_is_poison(value))
        return value;
    f->counts_equals = true;
    skip_null(f, value);
    const Expr *parts[] = { state_of(f, "bag", key_of(f, &value, 1)), constant_share(f, f->args[1], true) };
    return call_of(f, "VALUES_PERCENTILE", type_simple(TYPE_DOUBLE, true), parts, 2);
}

/* A value that comes again has another time. */
static bool refuse_distinct(AggForm *f)
{
    if (!f->call.distinct)
        return false;
    Str what = str_printf(f->binder->query, "DISTINCT in %.*s", STR_ARG(f->name));
    refuse(f->binder, f->ast->span, what.data);
    return true;
}

static const Expr *form_ewma(AggForm *f)
{
    const Expr *value = as_double(f, f->args[0]);
    if (expr_is_poison(value) || refuse_distinct(f))
        return expr_poison(f->binder, f->ast->span);
    skip_null(f, value);
    const Expr *parts[] = { bag_in_time(f, value).bag, constant_share(f, f->args[1], false) };
    return call_of(f, "VALUES_EWMA", type_simple(TYPE_DOUBLE, true), parts, 2);
}

/* ---- rows that come and go ---- */

const Expr *agg_form_over_changes(ExprScope *scope, const AstNode *ast, Str name, const Expr *arg, AggCall call)
{
    AggForm f = {
        .scope = scope, .binder = scope->binder, .ast = ast, .name = name, .args = &arg, .count = 1, .call = call
    };
    bool is_count = str_equal_nocase(name, STR("COUNT"));
    bool is_max = str_equal_nocase(name, STR("MAX"));
    skip_null(&f, arg);
    if (is_count) {
        f.call.arg = key_of(&f, &arg, 1);
        f.call.agg = agg_of_symbol("key_count");
        f.call.distinct = false;
        f.call.type = type_simple(TYPE_BIGINT, false);
        return add_aggregate(scope, f.call);
    }
    const Expr *key = state_of(&f, is_max ? "highest_key" : "lowest_key", key_of(&f, &arg, 1));
    const Expr *parts[] = { key, kind_of(&f, arg->type) };
    const Type *type = type_with_nullable(f.binder->query, type_plain(f.binder->query, arg->type), true);
    return call_of(&f, "SORT_KEY_ITEM", type, parts, 2);
}

/* ---- decaying sums ---- */

/* The end of the window, as window_time; a sum without a window stands as of its last row. */
static const Expr *time_of_answer(AggForm *f, const Expr *time)
{
    const Relation *input = f->scope->input;
    for (uint32_t i = 0; i < input->column_count; i++) {
        if (input->columns[i].role == ROLE_WINDOW_TIME)
            return expr_column(f->binder->query, input->columns[i].type, i, f->ast->span);
    }
    return expr_null(f->binder->query, type_with_nullable(f->binder->query, time->type, true), f->ast->span);
}

static const Expr *form_decayed_sum(AggForm *f)
{
    if (refuse_distinct(f))
        return expr_poison(f->binder, f->ast->span);
    const Expr *value = as_double(f, f->args[0]), *half = f->args[1], *time = time_of_row(f);
    if (half->type->kind != TYPE_INTERVAL_SECOND || !check_constant(f, half, "the half-life"))
        return half->type->kind != TYPE_INTERVAL_SECOND ? wrong_type(f, half) : expr_poison(f->binder, f->ast->span);
    if (half->op == EXPR_LITERAL && (half->literal.is_null || half->literal.value.i64 <= 0)) {
        diag_error(f->binder->diags, E0303, half->span, "the half-life of `%.*s` is longer than zero",
                   STR_ARG(f->name));
        return expr_poison(f->binder, f->ast->span);
    }
    const Expr *item[] = { value, time, half };
    const Expr *parts[] = { state_of(f, "decay", call_of(f, "DECAY_ITEM", bytes_type(), item, 3)),
                            expr_is_poison(time) ? time : time_of_answer(f, time) };
    return call_of(f, "DECAY_AT", type_simple(TYPE_DOUBLE, true), parts, 2);
}

/* ---- the table ---- */

typedef const Expr *AggFormBuild(AggForm *form);

static AggFormBuild *const BUILDERS[] = {
#define AGG_FORM(name, symbol, fewest, most, result, promise, doc) form_##symbol,
#include "stdlib/agg_forms.def"
#undef AGG_FORM
};

const AggFormDef AGG_FORMS[] = {
#define AGG_FORM(name_, symbol_, fewest_, most_, result, promise, doc)                                                 \
    { .name = name_, .symbol = #symbol_, .fewest = fewest_, .most = most_ },
#include "stdlib/agg_forms.def"
#undef AGG_FORM
};

const uint32_t AGG_FORM_COUNT = sizeof AGG_FORMS / sizeof AGG_FORMS[0];

const AggFormDef *agg_form_find(Str name)
{
    for (uint32_t i = 0; i < AGG_FORM_COUNT; i++) {
        if (str_equal_nocase(name, str_from(AGG_FORMS[i].name)))
            return &AGG_FORMS[i];
    }
    return NULL;
}

bool agg_form_takes_nulls(const AstNode *call)
{
    return ast_call_is(call, STR("FIRST_VALUE")) || ast_call_is(call, STR("LAST_VALUE")) ||
           ast_call_is(call, STR("ARRAY_AGG"));
}

const Expr *agg_form_bind(ExprScope *scope, const AstNode *ast, const AggFormDef *form, const Expr **args, AggCall call)
{
    AggForm f = { .scope = scope,
                  .binder = scope->binder,
                  .ast = ast,
                  .name = str_from(form->name),
                  .args = args,
                  .count = ast_count(ast_call_args(ast)),
                  .call = call };
    return BUILDERS[form - AGG_FORMS](&f);
}

const Expr *bind_topk_estimate(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    if (!ast_call_is(ast, STR("TOPK_ESTIMATE")))
        return NULL;
    if (ast_count(ast_call_args(ast)) != 2) {
        diag_error(binder->diags, E0302, ast->span, "`TOPK_ESTIMATE` takes 2 arguments, not %u",
                   ast_count(ast_call_args(ast)));
        return expr_poison(binder, ast->span);
    }
    AggForm f = { .scope = scope, .binder = binder, .ast = ast, .name = STR("TOPK_ESTIMATE") };
    const Expr *parts[] = { bind_expr(scope, ast_at(ast_call_args(ast), 0)),
                            bind_expr(scope, ast_at(ast_call_args(ast), 1)) };
    if (!expr_is_poison(parts[0]) && !type_is_bytes(parts[0]->type))
        return wrong_type(&f, parts[0]);
    if (!expr_is_poison(parts[1]))
        parts[1] = constant_k(&f, parts[1]);
    return call_of(&f, "TOPK_ESTIMATE", topk_type(binder), parts, 2);
}
