/* bind_window.c -- window functions: TUMBLE, HOP, CUMULATE and SESSION in FROM, their sizes, and the columns they add.
 *
 * The sizes of the older form in GROUP BY are checked here too (bind_group.c). */
#include "compiler/bind/bind_from.h"

#include <assert.h>

#include "runtime/base/calendar.h"

enum { WINDOWS_OF_A_ROW_MAX = 100000, NOMINAL_MONTH_DAYS = 30, MONTHS_MAX = 12 * 9999 };

static const WindowForm FORMS[] = {
    { .name = "TUMBLE",
      .word = "tumble",
      .kind = WINDOW_TUMBLE,
      .parts = { WINDOW_PART_DATA, WINDOW_PART_TIME, WINDOW_PART_SIZE, WINDOW_PART_OFFSET },
      .part_count = 4,
      .needed = 3,
      .takes = "a table, a DESCRIPTOR and a size",
      .example = "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)" },
    { .name = "HOP",
      .word = "hop",
      .kind = WINDOW_HOP,
      .parts = { WINDOW_PART_DATA, WINDOW_PART_TIME, WINDOW_PART_STEP, WINDOW_PART_SIZE, WINDOW_PART_OFFSET },
      .part_count = 5,
      .needed = 4,
      .step_name = "SLIDE",
      .takes = "a table, a DESCRIPTOR, a slide and a size",
      .example = "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '1' MINUTE)" },
    { .name = "CUMULATE",
      .word = "cumulate",
      .kind = WINDOW_CUMULATE,
      .parts = { WINDOW_PART_DATA, WINDOW_PART_TIME, WINDOW_PART_STEP, WINDOW_PART_SIZE, WINDOW_PART_OFFSET },
      .part_count = 5,
      .needed = 4,
      .step_name = "STEP",
      .takes = "a table, a DESCRIPTOR, a step and a size",
      .example = "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY)" },
    { .name = "SESSION",
      .word = "session",
      .kind = WINDOW_SESSION,
      .parts = { WINDOW_PART_DATA, WINDOW_PART_TIME, WINDOW_PART_SIZE },
      .part_count = 3,
      .needed = 3,
      .takes = "a table, a DESCRIPTOR and a gap",
      .example = "SESSION(TABLE t PARTITION BY user_id, DESCRIPTOR(ts), INTERVAL '30' MINUTE)" },
};

static_assert(sizeof FORMS / sizeof FORMS[0] == WINDOW_FORM_COUNT, "as the header says");

Str window_form_name(uint32_t index)
{
    return str_from(FORMS[index].name);
}

const WindowForm *window_form_of(const AstNode *call)
{
    for (uint32_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (ast_call_is(call, str_from(FORMS[i].name)))
            return &FORMS[i];
    }
    return NULL;
}

static const char *part_name(const WindowForm *form, WindowPart part)
{
    static const char *const NAMES[] = { "DATA", "TIMECOL", "SIZE", "STEP", "OFFSET" };
    if (part == WINDOW_PART_STEP)
        return form->step_name;
    return part == WINDOW_PART_SIZE && form->kind == WINDOW_SESSION ? "GAP" : NAMES[part];
}

static const char *optional_part(const WindowForm *form)
{
    return form->part_count > form->needed ? ", and an offset if wanted" : "";
}

/* ---- arguments ---- */

typedef struct WindowCall {
    const AstNode *ast;
    const WindowForm *form;
    const AstNode *parts[WINDOW_PART_COUNT]; /* NULL: not given */
    const AstNode *zone;                     /* NULL: not given */
} WindowCall;

/* `known`: "DATA, TIMECOL, .." */
static void offer_argument(Diag *d, const AstNode *name, Str known)
{
    enum { KNOWN_MAX = 16 };
    Str names[KNOWN_MAX];
    uint32_t count = 0;
    while (known.len > 0 && count < KNOWN_MAX) {
        int64_t end = str_find(known, STR(", "));
        names[count++] = end < 0 ? known : str_slice(known, 0, (uint64_t)end);
        known = end < 0 ? STR_EMPTY : str_slice(known, (uint64_t)end + 2, known.len - (uint64_t)end - 2);
    }
    int32_t nearest = diag_nearest(ast_name_text(name), names, count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
}

static bool name_part(Binder *binder, const AstNode *arg, WindowCall *call)
{
    const WindowForm *form = call->form;
    Str name = ast_name_text(ast_named_arg_name(arg));
    Str known = STR_EMPTY;
    for (uint32_t i = 0; i < form->part_count; i++) {
        const char *own = part_name(form, form->parts[i]);
        known = str_printf(binder->query, "%.*s%s%s", STR_ARG(known), i == 0 ? "" : ", ", own);
        if (!str_equal_nocase(name, str_from(own)))
            continue;
        if (call->parts[form->parts[i]] != NULL) {
            diag_error(binder->diags, E0316, arg->span, "the argument %s of %s is given twice", own, form->name);
            return false;
        }
        call->parts[form->parts[i]] = ast_named_arg_value(arg);
        return true;
    }
    if (str_equal_nocase(name, STR("ZONE")) && call->zone == NULL) {
        call->zone = ast_named_arg_value(arg);
        return true;
    }
    WindowPart further = form->kind == WINDOW_SESSION ? session_part(name) : WINDOW_PART_COUNT;
    if (further != WINDOW_PART_COUNT && call->parts[further] == NULL) {
        call->parts[further] = ast_named_arg_value(arg);
        return true;
    }
    if (further != WINDOW_PART_COUNT) {
        diag_error(binder->diags, E0316, arg->span, "the argument %.*s of SESSION is given twice", STR_ARG(name));
        return false;
    }
    if (form->kind == WINDOW_SESSION)
        known = str_printf(binder->query, "%.*s, %s", STR_ARG(known), SESSION_PART_NAMES);
    known = str_printf(binder->query, "%.*s, ZONE", STR_ARG(known));
    Diag *d = diag_error(binder->diags, E0316, arg->span, "%s has no argument `%.*s`: they are %.*s", form->name,
                         STR_ARG(name), STR_ARG(known));
    offer_argument(d, ast_named_arg_name(arg), known);
    return false;
}

/* In PARTITION BY a, b, DESCRIPTOR(ts) the second key is an argument of its own. */
static void help_keys(Diag *d, const WindowCall *call)
{
    const AstNode *data = call->parts[WINDOW_PART_DATA];
    if (data != NULL && data->kind == AST_TABLE_ARG && ast_count(ast_table_arg_partition_by(data)) > 0)
        diag_help(d, "several keys stand in parentheses: PARTITION BY (a, b)");
}

static bool take_parts(Binder *binder, WindowCall *call)
{
    const WindowForm *form = call->form;
    uint32_t at = 0;
    AST_EACH(arg, ast_call_args(call->ast)) {
        if (arg->kind == AST_NAMED_ARG) {
            if (!name_part(binder, arg, call))
                return false;
        } else if (at < form->part_count) {
            call->parts[form->parts[at++]] = arg;
        } else {
            Diag *d = diag_error(binder->diags, E0316, arg->span, "%s takes %s%s", form->name, form->takes,
                                 optional_part(form));
            help_keys(d, call);
            return false;
        }
    }
    for (uint32_t i = 0; i < form->needed; i++) {
        if (call->parts[form->parts[i]] != NULL)
            continue;
        Diag *d = diag_error(binder->diags, E0316, call->ast->span, "%s needs %s", form->name, form->takes);
        diag_help(d, "write %s", form->example);
        return false;
    }
    return true;
}

/* ---- sizes ---- */

/* An offset may be `months` as little as any other period. */
static bool period(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us, int32_t *months)
{
    Binder *binder = scope->binder;
    const Expr *expr = bind_expr(scope, ast);
    if (expr_is_poison(expr))
        return false;
    bool is_constant = expr->op == EXPR_LITERAL && !expr->literal.is_null;
    if (expr->type->kind == TYPE_INTERVAL_MONTH && is_constant && months != NULL) {
        int64_t count = expr->literal.value.i32;
        if (count > MONTHS_MAX) {
            diag_error(binder->diags, E0315, ast->span, "the %s of a window is at most %d years", what,
                       MONTHS_MAX / 12);
            return false;
        }
        *months = (int32_t)count;
        *us = count * NOMINAL_MONTH_DAYS * US_PER_DAY;
        return true;
    }
    if (expr->type->kind == TYPE_INTERVAL_MONTH) {
        Diag *d = diag_error(binder->diags, E0315, ast->span, "the %s of a window is no number of months here", what);
        diag_help(d, "months have no one length: windows of months have a calendar, ZONE => 'UTC', and what is part of "
                     "them is months too, or a day or a part of it");
        return false;
    }
    if (expr->op != EXPR_LITERAL || expr->type->kind != TYPE_INTERVAL_SECOND) {
        diag_error(binder->diags, E0315, ast->span, "the %s of a window is a constant interval", what);
        return false;
    }
    *us = expr->literal.value.i64;
    return true;
}

bool constant_interval(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us)
{
    return period(scope, ast, what, us, NULL);
}

/* Flink cuts windows in milliseconds. */
static bool length_or_months(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us, int32_t *months)
{
    if (!period(scope, ast, what, us, months))
        return false;
    if (*us > 0 && *us % 1000 == 0)
        return true;
    diag_error(scope->binder->diags, E0315, ast->span, "the %s of a window is a positive number of milliseconds", what);
    return false;
}

bool window_length(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us)
{
    return length_or_months(scope, ast, what, us, NULL);
}

/* As Flink does: a longer offset says less than it seems to. */
static bool check_window_offset(Binder *binder, const AstNode *ast, int64_t period_us, int64_t offset_us,
                                const char *period)
{
    if (offset_us < period_us && offset_us > -period_us)
        return true;
    Diag *d = diag_error(binder->diags, E0315, ast->span, "the offset of a window must be smaller than its %s", period);
    diag_help(d, "take off the %s as often as it goes: the windows lie the same", period);
    return false;
}

/* Months are cut into months, or (CUMULATE) into days and what fills them. */
static bool check_months(Binder *binder, const WindowForm *form, const AstNode *ast, const BindWindow *window)
{
    bool fills = window->step_months != 0 && window->size_months % window->step_months == 0;
    if (form->kind == WINDOW_CUMULATE && window->step_months == 0)
        fills = US_PER_DAY % window->step_us == 0 && window->offset_us % window->step_us == 0;
    if (fills)
        return true;
    const char *what = form->kind == WINDOW_HOP ? "slide" : "step";
    Diag *d = diag_error(binder->diags, E0315, ast->span, "the %s does not fill windows of months", what);
    diag_help(d, form->kind == WINDOW_HOP ? "slide by months that fill the size: INTERVAL '1' MONTH, INTERVAL '3' MONTH"
                                          : "step by a day, a part of a day, or by months that fill the size");
    return false;
}

static bool check_step(Binder *binder, const WindowForm *form, const AstNode *ast, const BindWindow *window)
{
    if (window->size_months != 0 || window->step_months != 0) {
        if (!check_months(binder, form, ast, window))
            return false;
    } else if (form->kind == WINDOW_HOP && window->step_us > window->size_us) {
        Diag *d = diag_error(binder->diags, E0315, ast->span, "the slide of HOP is longer than its size");
        diag_help(d, "rows between two windows would be in none: make the slide at most as long as the size");
        return false;
    } else if (form->kind == WINDOW_CUMULATE && window->size_us % window->step_us != 0) {
        Diag *d = diag_error(binder->diags, E0315, ast->span, "the size of CUMULATE is no multiple of its step");
        diag_help(d, "the steps fill the window: INTERVAL '1' HOUR in INTERVAL '1' DAY");
        return false;
    }
    if (window->size_us / window->step_us <= WINDOWS_OF_A_ROW_MAX)
        return true;
    diag_error(binder->diags, E0315, ast->span, "a row would lie in more than %d windows", WINDOWS_OF_A_ROW_MAX);
    return false;
}

bool bind_window_sizes(ExprScope *scope, const WindowForm *form, const AstNode *const *parts, BindWindow *window)
{
    Binder *binder = scope->binder;
    bool has_step = form->step_name != NULL;
    const char *size = form->kind == WINDOW_SESSION ? "gap" : "size";
    window->kind = form->kind;
    bool has_months = window->takes_months && form->kind != WINDOW_SESSION;
    bool good = length_or_months(scope, parts[WINDOW_PART_SIZE], size, &window->size_us,
                                 has_months ? &window->size_months : NULL);
    if (has_step) {
        const char *what = form->kind == WINDOW_HOP ? "slide" : "step";
        good = length_or_months(scope, parts[WINDOW_PART_STEP], what, &window->step_us,
                                has_months ? &window->step_months : NULL) &&
               good && check_step(binder, form, parts[WINDOW_PART_STEP], window);
    }
    if (good && parts[WINDOW_PART_OFFSET] != NULL) {
        bool by_slide = form->kind == WINDOW_HOP;
        good = constant_interval(scope, parts[WINDOW_PART_OFFSET], "offset", &window->offset_us) &&
               check_window_offset(binder, parts[WINDOW_PART_OFFSET], by_slide ? window->step_us : window->size_us,
                                   window->offset_us, by_slide ? "slide" : "size");
    }
    if (good && has_step && window->step_us == window->size_us) { /* one window a row after all */
        window->kind = WINDOW_TUMBLE;
        window->step_us = 0;
        window->step_months = 0;
    }
    return good;
}

/* ---- in FROM ---- */

static Relation *bind_window_input(Binder *binder, const WindowCall *call)
{
    const AstNode *arg = call->parts[WINDOW_PART_DATA];
    if (arg->kind == AST_COLUMN_REF || arg->kind == AST_QNAME)
        return under_alias(binder, find_relation(binder, arg), qname_text(binder, arg), arg->span);
    if (arg->kind != AST_TABLE_ARG) {
        diag_error(binder->diags, E0316, arg->span, "the first argument of %s is TABLE and a name", call->form->name);
        return relation_poison(binder);
    }
    if (call->form->kind != WINDOW_SESSION && ast_count(ast_table_arg_partition_by(arg)) > 0) {
        Diag *d =
            diag_error(binder->diags, E0316, arg->span, "%s has no PARTITION BY: only sessions do", call->form->name);
        diag_help(d, "name the columns in GROUP BY");
        return relation_poison(binder);
    }
    if (ast_count(ast_table_arg_order_by(arg)) > 0) {
        refuse(binder, arg->span, "ORDER BY in a window function");
        return relation_poison(binder);
    }
    const AstNode *table = ast_table_arg_table(arg);
    if (table->kind == AST_QUERY)
        return under_alias(binder, bind_query_ast(binder, table), STR_EMPTY, table->span);
    return under_alias(binder, find_relation(binder, table), qname_text(binder, table), table->span);
}

/* The view or metric whose rows a window is cut from: its window_time is the event time that goes on. */
static const CatalogEntry *made_by_query(const Binder *binder, const Relation *input)
{
    if (input->sources.count != 1 || input->sources.items[0].alias.len == 0)
        return NULL;
    const CatalogEntry *entry = catalog_find(binder->catalog, input->sources.items[0].alias);
    return entry != NULL && entry->kind != CATALOG_TABLE ? entry : NULL;
}

static void help_window_time(Diag *d, const CatalogEntry *entry)
{
    diag_help(d,
              "select window_time in `%.*s` and group by it too: DESCRIPTOR(window_time) is the event time of its rows",
              STR_ARG(entry->name));
}

bool descriptor_column(Binder *binder, const Relation *input, const AstNode *ast, uint32_t *column)
{
    const AstNode *name = ast_at(ast_descriptor_columns(ast), 0);
    Str text = qname_text(binder, name);
    Str *names = ARENA_ARRAY(binder->query, Str, input->column_count + 1);
    for (uint32_t i = 0; i < input->column_count; i++) {
        names[i] = input->columns[i].name;
        *column = i;
        if (str_equal(names[i], text))
            return true;
    }
    if (input->open)
        return false;
    Diag *d = diag_error(binder->diags, E0202, name->span, "no column is called `%.*s`", STR_ARG(text));
    int32_t nearest = diag_nearest(text, names, input->column_count);
    const CatalogEntry *entry = str_equal(text, STR("window_time")) ? made_by_query(binder, input) : NULL;
    if (entry != NULL)
        help_window_time(d, entry);
    else if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return false;
}

static bool bind_descriptor(Binder *binder, const Relation *input, const AstNode *ast, const WindowCall *call,
                            uint32_t *column)
{
    if (ast->kind != AST_DESCRIPTOR || ast_count(ast_descriptor_columns(ast)) != 1) {
        Diag *d =
            diag_error(binder->diags, E0316, ast->span, "the time column of a window is written DESCRIPTOR(column)");
        help_keys(d, call);
        return false;
    }
    if (!descriptor_column(binder, input, ast, column))
        return false;
    const AstNode *name = ast_at(ast_descriptor_columns(ast), 0);
    const Expr *time = expr_column(binder->query, input->columns[*column].type, *column, name->span);
    Str function = str_from(call->form->word);
    return event_time_column(binder, input, time, function, ast_call_name(call->ast)->span, column);
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
    const CatalogEntry *made = made_by_query(binder, input);
    if (made != NULL) {
        const char *kind = made->kind == CATALOG_METRIC ? "metric" : "view";
        diag_note(d, made->span, "%s `%.*s` is declared here", kind, STR_ARG(made->name));
        help_window_time(d, made);
        return false;
    }
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
    if (changes_last(input->node)) {
        Diag *d = refuse(binder, window->span, "a window over a grouping or a ranking for all time");
        diag_help(d, "group the rows below by window_start and window_end too: each of their windows is emitted once");
        return relation_poison(binder);
    }
    if (window->kind == WINDOW_SESSION && logical_is_updating(input->node)) {
        Diag *d = refuse(binder, window->span, "a session window over rows that are corrected");
        diag_help(d, "make sessions of rows that only come, and windows that tumble of those");
        return relation_poison(binder);
    }
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
        relation->columns[count + i] = (BindColumn){ .name = str_from(WINDOW_NAMES[i]),
                                                     .type = type,
                                                     .span = window->span,
                                                     .window = window,
                                                     .role = (ColumnRole)(ROLE_WINDOW_START + i),
                                                     .is_hidden = hidden };
    }
    relation->column_count = count + 3;
    LogicalNode *node = node_new(binder, LOGICAL_WINDOW, window->span, &input->node, 1);
    node_set_columns(binder, node, relation->columns, relation->column_count);
    relation_stack(relation, input);
    node->as.window = (LogicalWindow){ .kind = window->kind,
                                       .time_column = time_column,
                                       .size_us = window->size_us,
                                       .step_us = window->step_us,
                                       .offset_us = window->offset_us,
                                       .calendar = window->calendar,
                                       .has_zone_column = window->has_zone_column,
                                       .zone_column = window->zone_column,
                                       .partition = window->partition,
                                       .partition_count = window->partition_count,
                                       .span = window->span };
    memcpy(node->as.window.rules, window->rules, sizeof window->rules);
    relation->node = node;
    return relation;
}

Relation *bind_window(Binder *binder, const AstNode *ast)
{
    WindowCall call = { .ast = ast_table_function_call(ast) };
    call.form = window_form_of(call.ast);
    if (!take_parts(binder, &call))
        return relation_poison(binder);
    Relation *input = bind_window_input(binder, &call);
    uint32_t column = 0;
    ExprScope scope = { .binder = binder, .place = "a window" };
    BindWindow *window = ARENA_NEW(binder->query, BindWindow);
    window->span = call.ast->span;
    bool good = bind_descriptor(binder, input, call.parts[WINDOW_PART_TIME], &call, &column);
    window->takes_months = call.zone != NULL && call.form->kind != WINDOW_SESSION;
    if (call.form->kind != WINDOW_SESSION)
        good &= bind_window_sizes(&scope, call.form, call.parts, window);
    else if (!input->poison && (input = bind_session(binder, input, call.parts, window)) == NULL)
        good = false;
    if (!good || input->poison)
        return relation_poison(binder);
    window->time_type = input->columns[column].type;
    if (!bind_window_calendar(binder, input, call.zone, column, window))
        return relation_poison(binder);
    Relation *windowed = add_window(binder, input, column, window, false);
    const AstNode *alias = ast_table_function_alias(ast);
    Str own = input->sources.count > 0 ? input->sources.items[0].alias : STR_EMPTY;
    return named_relation(binder, windowed, alias, own, ast_table_function_columns(ast), call.ast->span);
}
