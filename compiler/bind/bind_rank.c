/* bind_rank.c -- ROW_NUMBER, RANK and DENSE_RANK OVER (PARTITION BY window_start, window_end, .. ORDER BY ..).
 *
 * The rows of a window are grouped by partition, order and everything they hold, so that they come in their order when
 * it closes; equal rows are one group with a count.  Then they are numbered:
 *
 *   project    what it was ++ the number
 *     rank     numbers the rows of a partition
 *       aggregate   windows(window_start, window_end) by partition ++ order ++ columns, COUNT(*)
 *         project   partition ++ order ++ columns
 *
 * Keys sort ascending with NULL first: what is to sort otherwise is turned round, with a flag for NULL in front.  So
 * ties of the order are broken by the values of the row, and never by arrival.  WHERE n <= 3 or QUALIFY is a filter
 * above. */
#include "compiler/bind/bind_from.h"
#include "compiler/logical/nodes.h"

typedef VEC(const Expr *) Exprs;

typedef struct Ranking {
    Binder *binder;
    const Relation *input;
    const AstNode *call;
    RankKind kind;
    Exprs exprs; /* partition ++ order ++ columns of the input */
    uint32_t partition_count, order_count;
    bool is_top;               /* not of a window: a changelog */
    uint32_t start, end, last; /* columns of the input; last: window_time, of windows with several zones */
} Ranking;

static bool rank_kind(const AstNode *call, RankKind *kind)
{
    static const char *const NAMES[] = { "ROW_NUMBER", "RANK", "DENSE_RANK" };
    for (uint32_t i = 0; i < 3; i++) {
        *kind = (RankKind)i;
        if (ast_call_is(call, str_from(NAMES[i])))
            return true;
    }
    return false;
}

typedef struct FindOver {
    const AstNode *found;
} FindOver;

static bool note_over(void *user, const AstNode *node)
{
    FindOver *find = user;
    RankKind kind;
    if (node->kind == AST_CALL && ast_call_over(node) != NULL && find->found == NULL && rank_kind(node, &kind))
        find->found = node;
    return find->found == NULL && node->kind != AST_QUERY;
}

const AstNode *find_ranking(const AstNode *select)
{
    FindOver find = { NULL };
    AST_EACH(item, ast_select_items(select)) {
        ast_walk(item, note_over, &find);
    }
    if (ast_select_qualify(select) != NULL)
        ast_walk(ast_select_qualify(select), note_over, &find);
    return find.found;
}

/* ---- partition and order ---- */

/* Windows on several clocks end when their window_time says it. */
static bool find_last(Ranking *r, const BindWindow *window)
{
    if (!window->has_zone_column)
        return true;
    for (uint32_t i = 0; i < r->input->column_count; i++) {
        const BindColumn *column = &r->input->columns[i];
        r->last = i;
        if (column->window == window && column->role == ROLE_WINDOW_TIME)
            return true;
    }
    Diag *d = refuse(r->binder, r->call->span, "ranking windows of several zones without their window_time");
    diag_help(d, "select window_time too in the query below");
    return false;
}

static bool bind_rank_partition(Ranking *r, const AstNode *spec)
{
    ExprScope scope = { .binder = r->binder, .input = r->input, .place = "PARTITION BY" };
    const BindWindow *window = NULL;
    bool has_start = false, has_end = false, good = true;
    AST_EACH(item, ast_window_spec_partition_by(spec)) {
        const Expr *expr = bind_expr(&scope, item);
        good &= !expr_is_poison(expr);
        ColumnRole role = expr->op == EXPR_COLUMN ? r->input->columns[expr->column].role : ROLE_NONE;
        bool is_other = role >= ROLE_WINDOW_START && window != NULL && window != r->input->columns[expr->column].window;
        if (role < ROLE_WINDOW_START || is_other) {
            vec_push(r->binder->query, &r->exprs, expr);
            continue;
        }
        window = r->input->columns[expr->column].window;
        has_start |= role == ROLE_WINDOW_START;
        has_end |= role == ROLE_WINDOW_END;
        r->start = role == ROLE_WINDOW_START ? expr->column : r->start;
        r->end = role == ROLE_WINDOW_END ? expr->column : r->end;
    }
    r->partition_count = r->exprs.count;
    good = good && (!has_start || find_last(r, window));
    r->is_top = !has_start && !has_end;
    if (good && has_start != has_end) {
        Diag *d = refuse(r->binder, spec->span, "a ranking of half a window");
        diag_help(d, "PARTITION BY window_start, window_end, ..");
    }
    return good && has_start == has_end;
}

static const Expr *down_key(Binder *binder, const Expr *expr, Span span)
{
    if (expr_is_poison(expr))
        return expr;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, 1);
    args[0] = expr;
    const Type *bytes = type_with_nullable(binder->query, type_simple(TYPE_VARBINARY, true), expr->type->nullable);
    return expr_call(binder->query, bytes, fn_find_name(STR("DOWN_KEY")), args, 1, span);
}

/* Sorts ascending as the value does descending. */
static const Expr *turned(Binder *binder, const Expr *expr, Span span)
{
    const Type *type = expr->type;
    const Expr *args[2] = { NULL, expr };
    if (type->kind == TYPE_BOOLEAN)
        return expr_op(binder->query, EXPR_NOT, type, &expr, 1, span);
    RtKind kind = type_physical(type);
    if (kind != PK_I8 && kind != PK_I16 && kind != PK_I32 && kind != PK_I64)
        return down_key(binder, expr, span);
    TypeKind plain = kind == PK_I64   ? TYPE_BIGINT
                     : kind == PK_I32 ? TYPE_INT
                     : kind == PK_I16 ? TYPE_SMALLINT
                                      : TYPE_TINYINT;
    const Expr *number = retype(binder, expr, type_simple(plain, true));
    args[0] = literal_int(binder, -1, span);
    args[1] = number;
    return bind_operator(binder, "-", args, 2, span, span);
}

static bool bind_order_item(Ranking *r, const AstNode *item)
{
    Binder *binder = r->binder;
    ExprScope scope = { .binder = binder, .input = r->input, .place = "ORDER BY" };
    const Expr *expr = bind_expr(&scope, ast_sort_item_expr(item));
    if (expr_is_poison(expr))
        return false;
    bool is_down = ast_sort_item_order(item) == AST_ORDER_DESC;
    AstNulls nulls = ast_sort_item_nulls(item);
    bool null_last = nulls == AST_NULLS_DEFAULT ? is_down : nulls == AST_NULLS_LAST;
    if (expr->type->nullable && (null_last || is_down)) {
        ExprOp op = null_last ? EXPR_IS_NULL : EXPR_IS_NOT_NULL;
        const Expr *flag = expr_op(binder->query, op, type_simple(TYPE_BOOLEAN, false), &expr, 1, item->span);
        vec_push(binder->query, &r->exprs, flag);
    }
    const Expr *key = is_down ? turned(binder, expr, item->span) : expr;
    vec_push(binder->query, &r->exprs, key);
    return !expr_is_poison(key);
}

static bool bind_spec(Ranking *r)
{
    const AstNode *spec = ast_call_over(r->call);
    if (ast_window_spec_base(spec) != NULL || ast_window_spec_frame_start(spec) != NULL ||
        ast_count(ast_window_spec_order_by(spec)) == 0 || ast_count(ast_call_args(r->call)) > 0) {
        refuse(r->binder, spec->span, "a ranking with a frame, a named window, or without ORDER BY");
        return false;
    }
    if (!bind_rank_partition(r, spec))
        return false;
    bool good = true;
    AST_EACH(item, ast_window_spec_order_by(spec)) {
        good &= bind_order_item(r, item);
    }
    r->order_count = r->exprs.count - r->partition_count;
    return good;
}

/* ---- the plan ---- */

static Relation *arranged(Ranking *r, BindColumn *columns)
{
    Binder *binder = r->binder;
    uint32_t own = r->partition_count + r->order_count;
    for (uint32_t i = 0; i < own; i++)
        columns[i] = (BindColumn){ .name = str_printf(binder->query, "rank_%u", i), .span = r->call->span };
    for (uint32_t i = 0; i < r->input->column_count; i++) {
        const BindColumn *column = &r->input->columns[i];
        columns[own + i] = *column;
        vec_push(binder->query, &r->exprs, expr_column(binder->query, column->type, i, column->span));
    }
    return make_project(binder, r->input, r->exprs.items, columns, r->exprs.count, r->call->span);
}

static LogicalNode *counted(Ranking *r, const Relation *rows)
{
    Binder *binder = r->binder;
    uint32_t count = rows->column_count, own = r->partition_count + r->order_count;
    LogicalColumn *columns = ARENA_ARRAY(binder->query, LogicalColumn, count + 4);
    const Expr **keys = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = expr_column(binder->query, rows->columns[i].type, i, rows->columns[i].span);
        const Type *type = type_plain(binder->query, rows->columns[i].type);
        columns[i] = (LogicalColumn){ rows->columns[i].name, type, rows->columns[i].span };
    }
    AggCall *call = ARENA_NEW(binder->query, AggCall);
    *call =
        (AggCall){ .agg = agg_of_symbol("count_star"), .type = type_simple(TYPE_BIGINT, false), .span = r->call->span };
    columns[count] = (LogicalColumn){ STR("rank_count"), call->type, r->call->span };
    logical_window_columns(binder->query, rows->columns[own + r->start].type, r->call->span, columns + count + 1);
    LogicalNode *node = node_new(binder, LOGICAL_AGGREGATE, r->call->span, &rows->node, 1);
    node->columns = columns;
    node->column_count = count + 4;
    const BindWindow *window = r->input->columns[r->start].window;
    node->as.aggregate.window = (LogicalWindow){ .kind = WINDOW_ATTACHED,
                                                 .time_column = own + r->start,
                                                 .end_column = own + r->end,
                                                 .calendar = window->has_zone_column ? NULL : window->calendar,
                                                 .has_last_column = window->has_zone_column,
                                                 .last_column = own + r->last,
                                                 .span = r->call->span };
    node->as.aggregate.keys = keys;
    node->as.aggregate.key_count = count;
    node->as.aggregate.calls = call;
    node->as.aggregate.call_count = 1;
    return node;
}

static LogicalNode *numbered(const Ranking *r, const LogicalNode *rows)
{
    Binder *binder = r->binder;
    LogicalNode *node = node_new(binder, LOGICAL_RANK, r->call->span, &rows, 1);
    LogicalColumn *columns = ARENA_ARRAY(binder->query, LogicalColumn, rows->column_count + 1);
    memcpy(columns, rows->columns, rows->column_count * sizeof *columns);
    columns[rows->column_count] = (LogicalColumn){ STR("rank"), type_simple(TYPE_BIGINT, false), r->call->span };
    node->columns = columns;
    node->column_count = rows->column_count + 1;
    node->as.rank.kind = r->kind;
    node->as.rank.partition_count = r->partition_count;
    node->as.rank.order_count = r->order_count;
    node->as.rank.count_column = rows->as.aggregate.key_count;
    return node;
}

static LogicalNode *topped(const Ranking *r, const LogicalNode *rows)
{
    Binder *binder = r->binder;
    LogicalNode *node = node_new(binder, LOGICAL_TOP, r->call->span, &rows, 1);
    LogicalColumn *columns = ARENA_ARRAY(binder->query, LogicalColumn, rows->column_count + 1);
    memcpy(columns, rows->columns, rows->column_count * sizeof *columns);
    columns[rows->column_count] = (LogicalColumn){ STR("rank"), type_simple(TYPE_BIGINT, false), r->call->span };
    node->columns = columns;
    node->column_count = rows->column_count + 1;
    node->as.top.kind = r->kind;
    node->as.top.partition_count = r->partition_count;
    node->as.top.order_count = r->order_count;
    return node;
}

Relation *bind_ranking(Binder *binder, const Relation *input, const AstNode *call)
{
    Ranking r = { .binder = binder, .input = input, .call = call };
    (void)rank_kind(call, &r.kind);
    if (input->poison || !bind_spec(&r))
        return relation_poison(binder);
    uint32_t own = r.partition_count + r.order_count, count = input->column_count;
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, own + count + 1);
    Relation *rows = arranged(&r, columns);
    if (rows->poison)
        return rows;
    const LogicalNode *rank = r.is_top ? topped(&r, rows->node) : numbered(&r, counted(&r, rows));
    Relation ranked = { .node = rank, .column_count = 0 };
    BindColumn *out = ARENA_ARRAY(binder->query, BindColumn, count + 1);
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        bool is_window = input->columns[i].role >= ROLE_WINDOW_START;
        const Type *type = is_window ? input->columns[i].type : rank->columns[own + i].type;
        exprs[i] = expr_column(binder->query, type, own + i, input->columns[i].span);
        out[i] = input->columns[i];
    }
    exprs[count] =
        expr_column(binder->query, rank->columns[rank->column_count - 1].type, rank->column_count - 1, call->span);
    out[count] = (BindColumn){ .name = STR("rank"), .span = call->span, .is_hidden = true };
    relation_stack(&ranked, rows);
    Relation *relation = make_project(binder, &ranked, exprs, out, count + 1, call->span);
    for (uint32_t i = 0; i < count; i++) { /* the event time of a row lies before the window that pushes it */
        bool is_window = !r.is_top && input->columns[i].role >= ROLE_WINDOW_START;
        out[i].role = is_window ? input->columns[i].role : ROLE_NONE;
        out[i].window = is_window ? input->columns[i].window : NULL;
    }
    relation->sources = input->sources;
    relation->is_grouped = true;
    return relation;
}
