/* bind_session.c -- SESSION in FROM: its gap, what else cuts sessions, and whose they are.
 *
 * What depends on the row is a hidden column of the table below the window. */
#include "compiler/bind/bind_from.h"

static const struct {
    const char *name;
    WindowPart part;
} FURTHER[] = { { "MAX_GAP", WINDOW_PART_MAX_GAP },
                { "MAX_LENGTH", WINDOW_PART_MAX_LENGTH },
                { "START_WHEN", WINDOW_PART_START_WHEN },
                { "END_WHEN", WINDOW_PART_END_WHEN } };

WindowPart session_part(Str name)
{
    for (uint32_t i = 0; i < sizeof FURTHER / sizeof FURTHER[0]; i++) {
        if (str_equal_nocase(name, str_from(FURTHER[i].name)))
            return FURTHER[i].part;
    }
    return WINDOW_PART_COUNT;
}

typedef struct SessionBind {
    Binder *binder;
    const Relation *input;
    const AstNode *const *parts;
    BindWindow *window;
    VEC(const Expr *) added; /* columns behind those of the table */
} SessionBind;

static ExprScope scope_of(const SessionBind *s)
{
    return (ExprScope){ .binder = s->binder, .input = s->input, .place = "SESSION" };
}

static uint32_t add_column(SessionBind *s, const Expr *expr)
{
    check_constants(s->binder, expr);
    vec_push(s->binder->query, &s->added, expr);
    return s->input->column_count + s->added.count - 1;
}

/* ---- gap and length ---- */

static bool bind_row_gap(SessionBind *s, const Expr *gap, const AstNode *ast)
{
    Binder *binder = s->binder;
    ExprScope scope = scope_of(s);
    const AstNode *most = s->parts[WINDOW_PART_MAX_GAP];
    if (gap->type->kind != TYPE_INTERVAL_SECOND) {
        Str type = type_name(binder->query, type_with_nullable(binder->query, gap->type, true));
        diag_error(binder->diags, E0315, ast->span,
                   "the gap of a session is an interval of days to milliseconds, not %.*s", STR_ARG(type));
        return false;
    }
    if (most == NULL) {
        Diag *d = diag_error(binder->diags, E0316, ast->span, "a GAP that depends on the row needs MAX_GAP");
        diag_help(d, "add MAX_GAP => INTERVAL '30' MINUTE: no gap is taken longer, so that sessions close");
        return false;
    }
    if (!window_length(&scope, most, "MAX_GAP", &s->window->size_us))
        return false;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, 2);
    RtDatum limit = { .value.i64 = s->window->size_us, .kind = PK_I64 };
    args[0] = gap;
    args[1] = expr_literal(binder->query, type_simple(TYPE_INTERVAL_SECOND, false), limit, most->span);
    const Type *type = type_with_nullable(binder->query, gap->type, false);
    const Expr *capped = expr_call(binder->query, type, fn_find_name(STR("SESSION_GAP")), args, 2, ast->span);
    s->window->rules[WINDOW_RULE_GAP] = add_column(s, capped) + 1;
    return true;
}

static bool bind_gap(SessionBind *s)
{
    Binder *binder = s->binder;
    ExprScope scope = scope_of(s);
    const AstNode *ast = s->parts[WINDOW_PART_SIZE], *most = s->parts[WINDOW_PART_MAX_GAP];
    const Expr *gap = bind_expr(&scope, ast);
    int64_t most_us;
    if (expr_is_poison(gap))
        return false;
    if (gap->op != EXPR_LITERAL && gap->type->kind != TYPE_INTERVAL_MONTH)
        return bind_row_gap(s, gap, ast);
    if (!window_length(&scope, ast, "gap", &s->window->size_us))
        return false;
    if (most == NULL)
        return true;
    if (!window_length(&scope, most, "MAX_GAP", &most_us))
        return false;
    if (s->window->size_us <= most_us)
        return true;
    diag_error(binder->diags, E0315, most->span, "the gap of SESSION is longer than its MAX_GAP");
    return false;
}

/* ---- rules and partition ---- */

static bool bind_rule(SessionBind *s, WindowPart part, WindowRule rule, const char *name)
{
    ExprScope scope = scope_of(s);
    if (s->parts[part] == NULL)
        return true;
    const Expr *condition = bind_condition(&scope, s->parts[part], name);
    if (expr_is_poison(condition))
        return false;
    s->window->rules[rule] = add_column(s, condition) + 1;
    return true;
}

static bool bind_partition(SessionBind *s)
{
    ExprScope scope = scope_of(s);
    const AstNode *arg = s->parts[WINDOW_PART_DATA];
    if (arg->kind != AST_TABLE_ARG)
        return true;
    const AstNode *items = ast_table_arg_partition_by(arg);
    uint32_t *columns = ARENA_ARRAY(s->binder->query, uint32_t, ast_count(items) + 1);
    scope.place = "PARTITION BY";
    AST_EACH(item, items) {
        const Expr *expr = bind_expr(&scope, item);
        if (expr_is_poison(expr))
            return false;
        columns[s->window->partition_count++] = expr->op == EXPR_COLUMN ? expr->column : add_column(s, expr);
    }
    s->window->partition = columns;
    return true;
}

/* The table with the columns that were added. */
static Relation *with_columns(const SessionBind *s)
{
    Arena *query = s->binder->query;
    const Relation *input = s->input;
    uint32_t before = input->column_count, count = before + s->added.count;
    const Expr **exprs = ARENA_ARRAY(query, const Expr *, count + 1);
    BindColumn *columns = ARENA_ARRAY(query, BindColumn, count + 1);
    for (uint32_t i = 0; i < before; i++) {
        columns[i] = input->columns[i];
        exprs[i] = expr_column(query, columns[i].type, i, columns[i].span);
    }
    for (uint32_t i = before; i < count; i++) {
        exprs[i] = s->added.items[i - before];
        columns[i] = (BindColumn){ .name = str_printf(query, "session_%u", i - before),
                                   .span = exprs[i]->span,
                                   .is_hidden = true };
    }
    Relation *with = make_project(s->binder, input, exprs, columns, count, s->window->span);
    with->sources = input->sources;
    return with;
}

Relation *bind_session(Binder *binder, Relation *input, const AstNode *const *parts, BindWindow *window)
{
    SessionBind s = { .binder = binder, .input = input, .parts = parts, .window = window };
    ExprScope scope = scope_of(&s);
    window->kind = WINDOW_SESSION;
    bool good = bind_gap(&s);
    if (parts[WINDOW_PART_MAX_LENGTH] != NULL)
        good &= window_length(&scope, parts[WINDOW_PART_MAX_LENGTH], "MAX_LENGTH", &window->step_us);
    good &= bind_rule(&s, WINDOW_PART_START_WHEN, WINDOW_RULE_START, "START_WHEN");
    good &= bind_rule(&s, WINDOW_PART_END_WHEN, WINDOW_RULE_END, "END_WHEN");
    good &= bind_partition(&s);
    if (!good)
        return NULL;
    return s.added.count == 0 ? input : with_columns(&s);
}
