/* bind_group.c -- GROUP BY over a window, and expressions over its groups.
 *
 * Items and HAVING are bound over the input first, with aggregate calls standing as columns from AGG_COLUMN_BASE on;
 * then grouped_expr moves them over the output of the grouping: keys ++ calls ++ the three columns of the window. */
#include "compiler/bind/bind_group.h"
#include "compiler/bind/bind_from.h"
#include "compiler/logical/nodes.h"

typedef struct Keys {
    VEC(const Expr *) exprs;
    VEC(const Expr *) edges; /* columns of the window */
    const BindWindow *window;
    bool has_start, has_end;
    KeySets sets; /* one, of all keys, until GROUPING SETS and its like come */
    bool has_sets;
    bool poison;
} Keys;

/* ---- the keys ---- */

static void add_key(Binder *binder, Keys *keys, const Relation *input, const Expr *expr)
{
    keys->poison |= expr_is_poison(expr);
    if (expr->op != EXPR_COLUMN || input->columns[expr->column].role < ROLE_WINDOW_START) {
        vec_push(binder->query, &keys->exprs, expr);
        return;
    }
    const BindColumn *column = &input->columns[expr->column];
    if (keys->window != NULL && keys->window != column->window) {
        refuse(binder, expr->span, "grouping by two windows");
        keys->poison = true;
        return;
    }
    keys->window = column->window;
    vec_push(binder->query, &keys->edges, expr);
    keys->has_start |= column->role == ROLE_WINDOW_START;
    keys->has_end |= column->role == ROLE_WINDOW_END;
}

/* TUMBLE(ts, size [, offset]), HOP(ts, slide, size [, offset]), SESSION(ts, gap): the parts behind the time. */
static bool group_window_parts(Binder *binder, const AstNode *call, const WindowForm *form, const AstNode **parts)
{
    static const char *const TAKES[] = { [WINDOW_TUMBLE] = "a time column, a size, and an offset if wanted",
                                         [WINDOW_HOP] = "a time column, a slide, a size, and an offset if wanted",
                                         [WINDOW_CUMULATE] = "a time column, a step, a size, and an offset if wanted",
                                         [WINDOW_SESSION] = "a time column and a gap" };
    const AstNode *args = ast_call_args(call);
    uint32_t count = ast_count(args) + 1;
    bool good = count >= form->needed && count <= form->part_count;
    for (uint32_t i = 2; i < count && good; i++) {
        parts[form->parts[i]] = ast_at(args, i - 1);
        good = parts[form->parts[i]]->kind != AST_NAMED_ARG;
    }
    if (!good)
        diag_error(binder->diags, E0316, call->span, "%s in GROUP BY takes %s", form->name, TAKES[form->kind]);
    return good;
}

/* GROUP BY TUMBLE(..): a window below the grouping, whose columns only TUMBLE_START.. can read. */
static Relation *add_group_window(Binder *binder, Relation *input, const AstNode *call, Grouping *grouping, Keys *keys)
{
    ExprScope scope = { .binder = binder, .input = input, .place = "GROUP BY" };
    const WindowForm *form = window_form_of(call);
    const AstNode *parts[WINDOW_PART_COUNT] = { NULL };
    BindWindow *window = ARENA_NEW(binder->query, BindWindow);
    window->span = call->span;
    uint32_t column = 0;
    keys->poison = true;
    if (grouping->group_window != NULL) {
        refuse(binder, call->span, "grouping by two windows");
        return input;
    }
    if (!group_window_parts(binder, call, form, parts))
        return input;
    bool good = event_time_column(binder, input, bind_expr(&scope, ast_at(ast_call_args(call), 0)),
                                  str_from(form->word), ast_call_name(call)->span, &column);
    good &= bind_window_sizes(&scope, form, parts, window);
    if (!good)
        return input;
    GroupWindow *group = ARENA_NEW(binder->query, GroupWindow);
    group->call = call;
    group->first_column = input->column_count;
    grouping->group_window = group;
    window->time_type = input->columns[column].type;
    if (!bind_window_calendar(binder, input, NULL, column, window))
        return input;
    keys->window = window;
    keys->has_start = keys->has_end = true;
    keys->poison = false;
    return add_window(binder, input, column, window, true);
}

typedef struct SetKey {
    Binder *binder;
    const Relation *input;
    Keys *keys;
} SetKey;

/* A key of GROUPING SETS, each only once. */
static uint32_t add_set_key(void *user, const AstNode *item)
{
    const SetKey *in = user;
    ExprScope scope = { .binder = in->binder, .input = in->input, .place = "GROUP BY" };
    const Expr *expr = bind_expr(&scope, item);
    Keys *keys = in->keys;
    bool is_window = expr->op == EXPR_COLUMN && in->input->columns[expr->column].role >= ROLE_WINDOW_START;
    if (is_window)
        refuse(in->binder, item->span, "a column of the window inside of grouping sets");
    keys->poison |= is_window || expr_is_poison(expr);
    for (uint32_t i = 0; i < keys->exprs.count; i++) {
        if (expr_equal(keys->exprs.items[i], expr))
            return i;
    }
    if (is_window || expr_is_poison(expr))
        return UINT32_MAX;
    vec_push(in->binder->query, &keys->exprs, expr);
    return keys->exprs.count - 1;
}

static void bind_key(Binder *binder, const AstNode *item, Relation **input, Grouping *grouping, Keys *keys)
{
    if (item->kind == AST_GROUPING) {
        SetKey user = { binder, *input, keys };
        keys->has_sets = true;
        key_sets_cross(binder, &(KeySink){ add_set_key, &user }, item, &keys->sets);
    } else if (item->kind == AST_EXPR_GROUP) {
        AST_EACH(inner, ast_expr_group_items(item))
            bind_key(binder, inner, input, grouping, keys);
    } else if (item->kind == AST_CALL && window_form_of(item) != NULL) {
        bool poison = keys->poison;
        *input = add_group_window(binder, *input, item, grouping, keys);
        keys->poison |= poison;
    } else {
        ExprScope scope = { .binder = binder, .input = *input, .place = "GROUP BY" };
        uint32_t before = keys->exprs.count;
        add_key(binder, keys, *input, bind_expr(&scope, item));
        for (uint32_t s = 0; s < keys->sets.masks.count && before < keys->exprs.count && before < 64; s++)
            keys->sets.masks.items[s] |= (uint64_t)1 << before;
    }
}

/* Grouped by one end of a window, or by none: Flink's group for all time.  Ends of windows are keys as any other. */
static void unbind_window(Binder *binder, Keys *keys)
{
    if (keys->window == NULL)
        return;
    for (uint32_t i = 0; i < keys->edges.count; i++)
        vec_push(binder->query, &keys->exprs, keys->edges.items[i]);
    keys->window = NULL;
}

/* A column of the window, or of the time that it was cut from. */
static bool find_window_column(const Relation *input, const BindWindow *window, ColumnRole role, uint32_t *column)
{
    for (uint32_t i = 0; i < input->column_count; i++) {
        if (input->columns[i].window != window || input->columns[i].role != role)
            continue;
        *column = i;
        return true;
    }
    return false;
}

/* Windows on several clocks end when their window_time says it. */
static bool attach_zones(Binder *binder, const Relation *input, const BindWindow *window, LogicalWindow *by)
{
    if (!window->has_zone_column)
        return true;
    by->calendar = NULL;
    by->has_last_column = find_window_column(input, window, ROLE_WINDOW_TIME, &by->last_column);
    if (by->has_last_column)
        return true;
    Diag *d = refuse(binder, by->span, "grouping by windows of several zones without their window_time");
    diag_help(d, "select window_time too in the query that is grouped");
    return false;
}

/* Where the grouping finds its window: by the time where it tumbles, else by the window's columns. */
static bool find_windows(Binder *binder, Grouping *grouping)
{
    const Relation *input = grouping->input;
    const BindWindow *window = grouping->window;
    LogicalWindow *by = &grouping->by;
    *by = (LogicalWindow){ .kind = WINDOW_TUMBLE,
                           .size_us = window->size_us,
                           .offset_us = window->offset_us,
                           .calendar = window->calendar,
                           .span = window->span };
    bool tumbles = window->kind == WINDOW_TUMBLE && !window->has_zone_column;
    if (tumbles && find_window_column(input, window, ROLE_EVENT_TIME, &by->time_column))
        return true;
    if (tumbles && window->calendar == NULL && !input->is_grouped &&
        find_window_column(input, window, ROLE_WINDOW_START, &by->time_column))
        return true; /* the start of a window lies in the window */
    *by = (LogicalWindow){ .kind = WINDOW_ATTACHED, .calendar = window->calendar, .span = window->span };
    if (!attach_zones(binder, input, window, by)) {
        grouping->poison = true;
        return false;
    }
    if (find_window_column(input, window, ROLE_WINDOW_START, &by->time_column) &&
        find_window_column(input, window, ROLE_WINDOW_END, &by->end_column))
        return true;
    Diag *d = refuse(binder, grouping->span, "grouping by a window of which one end was left out below");
    diag_help(d, "select both window_start and window_end in the query that is grouped");
    grouping->poison = true;
    return false;
}

/* GROUP BY t, where t is the name of an expression in SELECT: Flink does not know it there, and nor do we. */
static bool is_alias(Binder *binder, const AstNode *select, const Relation *input, const AstNode *item)
{
    if (item->kind != AST_COLUMN_REF || ast_count(ast_column_ref_parts(item)) != 1 || input->poison)
        return false;
    Str name = ast_name_last(item);
    for (uint32_t i = 0; i < input->column_count; i++) {
        if (str_equal(input->columns[i].name, name))
            return false;
    }
    AST_EACH(selected, ast_select_items(select)) {
        const AstNode *alias = selected->kind == AST_SELECT_ITEM ? ast_select_item_alias(selected) : NULL;
        if (alias == NULL || !str_equal(ast_name_text(alias), name))
            continue;
        Diag *d = diag_error(binder->diags, E0202, item->span,
                             "GROUP BY does not know `%.*s`, a name that SELECT gives", STR_ARG(name));
        diag_label(d, ast_select_item_expr(selected)->span, "`%.*s` is this", STR_ARG(name));
        diag_help(d, "GROUP BY that expression, or name it in a query below: FROM (SELECT .. AS %.*s)", STR_ARG(name));
        return true;
    }
    return false;
}

bool bind_group_by(Binder *binder, const AstNode *select, Relation **input, Grouping *grouping)
{
    Keys keys = { 0 };
    grouping->span = ast_select_group_by(select)->span;
    vec_push(binder->query, &keys.sets.masks, 0);
    AST_EACH(item, ast_select_group_by(select)) {
        if (is_alias(binder, select, *input, item))
            keys.poison = true;
        else
            bind_key(binder, item, input, grouping, &keys);
    }
    grouping->input = *input;
    grouping->poison = keys.poison || keys.sets.poison || (*input)->poison;
    bool whole = keys.window != NULL && keys.has_start && (keys.has_end || binder->in_metric);
    if (!whole && !grouping->poison)
        unbind_window(binder, &keys);
    grouping->keys = keys.exprs.items;
    grouping->key_count = keys.exprs.count;
    grouping->window = keys.window;
    if (keys.has_sets)
        grouping->sets = keys.sets;
    if (grouping->poison)
        return false;
    return keys.window == NULL || find_windows(binder, grouping);
}

/* ---- expressions over groups ---- */

/* actor.login of FIELD(actor@2, 1); empty: no column and no field of one. */
static Str field_path(Binder *binder, const Grouping *grouping, const Expr *expr)
{
    if (expr->op == EXPR_COLUMN && expr->column < AGG_COLUMN_BASE)
        return grouping->input->columns[expr->column].name;
    if (expr->op != EXPR_CALL || strcmp(expr->fn->name, "FIELD") != 0 || expr->args[0]->type->kind != TYPE_ROW)
        return STR_EMPTY;
    Str base = field_path(binder, grouping, expr->args[0]);
    const TypeField *field = &expr->args[0]->type->fields[expr->args[1]->literal.value.i32];
    return base.len == 0 ? base : str_printf(binder->query, "%.*s.%.*s", STR_ARG(base), STR_ARG(field->name));
}

/* GROUP BY 1 is one group of all rows, as in Flink. */
static bool has_number(const Grouping *grouping)
{
    for (uint32_t i = 0; i < grouping->key_count; i++) {
        if (grouping->keys[i]->op == EXPR_LITERAL && type_is_numeric(grouping->keys[i]->type))
            return true;
    }
    return false;
}

static const Expr *not_grouped(Binder *binder, const Grouping *grouping, const Expr *expr, Str name)
{
    bool is_column = expr->op == EXPR_COLUMN;
    Diag *d = diag_error(binder->diags, E0320, expr->span, "%s `%.*s` is neither grouped nor in an aggregate",
                         is_column ? "column" : "field", STR_ARG(name));
    diag_label(d, grouping->span, grouping->is_global ? "all rows are one group here" : "it is not among these");
    if (is_column && grouping->window != NULL && grouping->input->columns[expr->column].role >= ROLE_WINDOW_START)
        diag_help(d, "this is a column of another window");
    else if (has_number(grouping))
        diag_help(d, "a number in GROUP BY is a constant, not the place of a column: name `%.*s`", STR_ARG(name));
    else
        diag_help(d,
                  is_column ? "add `%.*s` to GROUP BY, or take MAX(`%.*s`)" : "add %.*s to GROUP BY, or take MAX(%.*s)",
                  STR_ARG(name), STR_ARG(name));
    return expr_poison(binder, expr->span);
}

/* A field of an ungrouped ROW: the field is what the user wrote. */
static bool is_field_ungrouped(Binder *binder, const Grouping *grouping, const Expr *expr, Str *path)
{
    *path = expr->op == EXPR_CALL ? field_path(binder, grouping, expr) : STR_EMPTY;
    if (path->len == 0)
        return false;
    for (const Expr *base = expr->args[0];; base = base->args[0]) {
        for (uint32_t i = 0; i < grouping->key_count; i++) {
            if (expr_equal(grouping->keys[i], base))
                return false;
        }
        if (base->op == EXPR_COLUMN)
            return true;
    }
}

static const Expr *grouped_column(Binder *binder, const Grouping *grouping, const Expr *expr)
{
    if (expr->column >= AGG_COLUMN_BASE)
        return expr_column(binder->query, expr->type, grouping->key_count + (expr->column - AGG_COLUMN_BASE),
                           expr->span);
    if (expr->column >= GROUPING_COLUMN_BASE)
        return grouping_column(binder, grouping, expr);
    const BindColumn *column = &grouping->input->columns[expr->column];
    if (column->role < ROLE_WINDOW_START || column->window != grouping->window)
        return not_grouped(binder, grouping, expr, column->name);
    uint32_t part = (uint32_t)column->role - ROLE_WINDOW_START;
    return expr_column(binder->query, expr->type, grouping->key_count + grouping->aggs.count + part, expr->span);
}

const Expr *grouped_expr(Binder *binder, const Grouping *grouping, const Expr *expr)
{
    if (expr_is_poison(expr))
        return expr;
    bool has_sets = grouping->sets.masks.count > 0;
    for (uint32_t i = 0; i < grouping->key_count; i++) {
        const Type *type = has_sets ? type_with_nullable(binder->query, expr->type, true) : expr->type;
        if (expr_equal(grouping->keys[i], expr))
            return expr_column(binder->query, type, i, expr->span);
    }
    if (expr->op == EXPR_COLUMN)
        return grouped_column(binder, grouping, expr);
    if (expr->arg_count == 0)
        return expr;
    Str path;
    if (is_field_ungrouped(binder, grouping, expr, &path))
        return not_grouped(binder, grouping, expr, path);
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, expr->arg_count);
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = grouped_expr(binder, grouping, expr->args[i]);
        if (expr_is_poison(args[i]))
            return expr_poison(binder, expr->span);
    }
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *expr;
    copy->args = args;
    bool sees_null = expr->op == EXPR_IS_NULL || expr->op == EXPR_IS_NOT_NULL || expr->type->kind == TYPE_POISON;
    if (has_sets && !sees_null) /* keys that a set does not name are NULL in it */
        copy->type = type_with_nullable(binder->query, expr->type, true);
    return copy;
}

BindColumn group_key_column(Binder *binder, const Grouping *grouping, uint32_t i)
{
    const Expr *key = grouping->keys[i];
    BindColumn column = { .type = type_plain(binder->query, key->type), .span = key->span };
    column.name =
        key->op == EXPR_COLUMN ? grouping->input->columns[key->column].name : str_printf(binder->query, "key_%u", i);
    return column;
}

/* The aggregate that cuts its windows itself, where that means the same; NULL after an error. */
static const LogicalNode *cut_windows(Binder *binder, const Grouping *grouping, const LogicalNode *aggregate)
{
    if (aggregate->as.aggregate.window.kind != WINDOW_ATTACHED)
        return aggregate;
    bool is_group_window = grouping->group_window != NULL;
    const LogicalNode *cut = logical_slice_windows(binder->query, aggregate, is_group_window);
    bool is_session = grouping->window->kind == WINDOW_SESSION;
    if (cut != NULL || !is_session || grouping->input->is_grouped)
        return cut != NULL ? cut : aggregate;
    Diag *d = refuse(binder, grouping->span, "this grouping of a session");
    diag_label(d, grouping->window->span, "the session window");
    diag_help(d, "group by window_start, window_end and exactly the PARTITION BY columns");
    return NULL;
}

static BindColumn *aggregate_columns(Binder *binder, const Grouping *grouping)
{
    const BindWindow *window = grouping->window;
    uint32_t calls = grouping->aggs.count, at = 0;
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, grouping->key_count + calls + 3);
    for (uint32_t i = 0; i < grouping->key_count; i++)
        columns[at++] = group_key_column(binder, grouping, i);
    for (uint32_t i = 0; i < calls; i++) {
        const AggCall *call = &grouping->aggs.items[i];
        columns[at++] =
            (BindColumn){ .name = str_printf(binder->query, "agg_%u", i), .type = call->type, .span = call->span };
    }
    static const char *const NAMES[] = { "window_start", "window_end", "window_time" };
    for (uint32_t i = 0; i < 3; i++) {
        const Type *type = i == 2 ? type_with_nullable(binder->query, window->time_type, false)
                                  : type_timestamp(binder->query, TYPE_TIMESTAMP, 3, false);
        columns[at++] = (BindColumn){ .name = str_from(NAMES[i]),
                                      .type = type,
                                      .span = window->span,
                                      .window = window,
                                      .role = (ColumnRole)(ROLE_WINDOW_START + i) };
    }
    return columns;
}

static void note_aliases(Binder *binder, const Relation *input, LogicalNode *node)
{
    Str *aliases = ARENA_ARRAY(binder->query, Str, input->sources.count + 1);
    for (uint32_t i = 0; i < input->sources.count; i++)
        aliases[i] = input->sources.items[i].alias;
    node->as.aggregate.aliases = aliases;
    node->as.aggregate.alias_count = input->sources.count;
}

Relation *make_aggregate(Binder *binder, const Grouping *grouping)
{
    if (grouping->window == NULL)
        return make_unbounded(binder, grouping);
    if (!check_user_aggregates(binder, grouping))
        return relation_poison(binder);
    uint32_t calls = grouping->aggs.count, count = grouping->key_count + calls + 3;
    BindColumn *columns = aggregate_columns(binder, grouping);
    if (grouping->sets.masks.count > 0)
        return make_grouping_sets(binder, grouping, columns);
    LogicalNode *node = node_new(binder, LOGICAL_AGGREGATE, grouping->span, &grouping->input->node, 1);
    node_set_columns(binder, node, columns, count);
    node->as.aggregate.window = grouping->by;
    node->as.aggregate.keys = grouping->keys;
    node->as.aggregate.key_count = grouping->key_count;
    node->as.aggregate.calls = grouping->aggs.items;
    node->as.aggregate.call_count = calls;
    note_aliases(binder, grouping->input, node);
    Relation *relation = ARENA_NEW(binder->query, Relation);
    const LogicalNode *cut = cut_windows(binder, grouping, node);
    relation->node = cut == NULL ? NULL : fit_changes(binder, cut);
    if (relation->node == NULL)
        return relation_poison(binder);
    relation->columns = columns;
    relation->column_count = count;
    relation_stack(relation, grouping->input);
    relation->is_grouped = true;
    return relation;
}
