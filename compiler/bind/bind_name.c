/* bind_name.c -- what a.b.c means: a column, of which table, and which fields of it.
 *
 * `a.b` is column b of table a where there is such a column, else field b of column a.  A name that no table knows
 * may be an alias of the SELECT list written before. */
#include "compiler/bind/bind_internal.h"

typedef struct Found {
    uint32_t column;
    uint32_t parts; /* of the name that were used */
    uint32_t matches;
    uint32_t second; /* another column that matches as well */
} Found;

static Str part_text(const AstNode *ast, uint32_t i)
{
    return ast_name_text(ast_at(ast_column_ref_parts(ast), i));
}

static void find_in_range(const Relation *input, uint32_t first, uint32_t count, Str name, Found *found)
{
    for (uint32_t i = first; i < first + count; i++) {
        const BindColumn *column = &input->columns[i];
        if (column->is_hidden || !str_equal(column->name, name))
            continue;
        if (found->matches++ == 0)
            found->column = i;
        else
            found->second = i;
    }
}

/* "a.b" of the first n parts equals the alias. */
static bool prefix_is(const AstNode *ast, uint32_t n, Str alias)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        Str part = part_text(ast, i);
        bool last = i + 1 == n;
        if (at + part.len + !last > alias.len || memcmp(alias.data + at, part.data, part.len) != 0)
            return false;
        at += part.len;
        if (!last && alias.data[at++] != '.')
            return false;
    }
    return at == alias.len;
}

static bool alias_matches(const AstNode *ast, uint32_t n, Str alias)
{
    if (prefix_is(ast, n, alias))
        return true;
    /* `delivery.x` for a table ads.delivery */
    Str last = part_text(ast, n - 1);
    return n == 1 && alias.len > last.len + 1 && alias.data[alias.len - last.len - 1] == '.' &&
           str_ends_with(alias, last);
}

static Found find_column(const Relation *input, const AstNode *ast)
{
    uint32_t parts = ast_count(ast_column_ref_parts(ast));
    for (uint32_t n = 1; n < parts; n++) {
        Found found = { .parts = n + 1 };
        for (uint32_t i = 0; i < input->sources.count; i++) {
            const BindSource *source = &input->sources.items[i];
            if (alias_matches(ast, n, source->alias))
                find_in_range(input, source->first, source->count, part_text(ast, n), &found);
        }
        if (found.matches > 0)
            return found;
    }
    Found found = { .parts = 1 };
    find_in_range(input, 0, input->column_count, part_text(ast, 0), &found);
    return found;
}

static const Expr *find_alias(const ExprScope *scope, Str name)
{
    for (uint32_t i = scope->alias_count; i > 0; i--) {
        if (str_equal(scope->aliases[i - 1].name, name))
            return scope->aliases[i - 1].expr;
    }
    return NULL;
}

/* Is the first part a table, so that the second is the unknown one? */
static const BindSource *source_of_prefix(const Relation *input, const AstNode *ast)
{
    for (uint32_t i = 0; i < input->sources.count; i++) {
        if (ast_count(ast_column_ref_parts(ast)) > 1 && alias_matches(ast, 1, input->sources.items[i].alias))
            return &input->sources.items[i];
    }
    return NULL;
}

enum { COLUMNS_TOLD_MAX = 12 };

static Str listed(Arena *query, const Str *names, uint32_t count)
{
    Str all = STR_EMPTY;
    for (uint32_t i = 0; i < count; i++)
        all = str_printf(query, "%.*s%s%.*s", STR_ARG(all), i > 0 ? ", " : "", STR_ARG(names[i]));
    return all;
}

static void note_columns(const Binder *binder, const Relation *input, Diag *d, Str columns)
{
    Span span = input->sources.count == 1 ? input->sources.items[0].span : span_none();
    Str alias = input->sources.count == 1 ? input->sources.items[0].alias : STR_EMPTY;
    Str list = columns.len > 0 ? str_printf(binder->query, ": %.*s", STR_ARG(columns)) : STR_EMPTY;
    if (alias.len > 0)
        diag_note(d, span, "the columns are those of `%.*s`%.*s", STR_ARG(alias), STR_ARG(list));
    else if (input->sources.count == 1)
        diag_note(d, span, "the columns are those of this query%.*s", STR_ARG(list));
    else if (columns.len > 0)
        diag_note(d, span, "the columns are %.*s", STR_ARG(columns));
}

static const Expr *unknown_column(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Relation *input = scope->input;
    const BindSource *source = source_of_prefix(input, ast);
    const AstNode *part = ast_at(ast_column_ref_parts(ast), source != NULL);
    Str name = ast_name_text(part);
    uint32_t first = source == NULL ? 0 : source->first;
    uint32_t end = source == NULL ? input->column_count : source->first + source->count;
    Str *names = ARENA_ARRAY(binder->query, Str, end - first + scope->alias_count + 1);
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        if (!input->columns[i].is_hidden)
            names[count++] = input->columns[i].name;
    }
    for (uint32_t i = 0; i < scope->alias_count && source == NULL; i++)
        names[count++] = scope->aliases[i].name;
    Diag *d = source == NULL ? diag_error(binder->diags, E0202, part->span, "no column is called `%.*s`", STR_ARG(name))
                             : diag_error(binder->diags, E0202, part->span, "`%.*s` has no column `%.*s`",
                                          STR_ARG(source->alias), STR_ARG(name));
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_fix(d, part->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    else if (str_equal(name, STR("window_start")) || str_equal(name, STR("window_end")))
        diag_help(d, "window_start and window_end are columns of FROM TABLE(TUMBLE(..)); of GROUP BY TUMBLE(ts, size) "
                     "write TUMBLE_START(ts, size) and TUMBLE_END");
    note_columns(binder, input, d,
                 nearest < 0 && count <= COLUMNS_TOLD_MAX ? listed(binder->query, names, count) : STR_EMPTY);
    return expr_poison(binder, ast->span);
}

static const Expr *ambiguous_column(ExprScope *scope, const AstNode *ast, const Found *found)
{
    const Relation *input = scope->input;
    Str name = part_text(ast, found->parts - 1);
    Diag *d =
        diag_error(scope->binder->diags, E0204, ast->span, "`%.*s` could be a column of several tables", STR_ARG(name));
    uint32_t both[] = { found->column, found->second };
    for (uint32_t i = 0; i < input->sources.count; i++) {
        const BindSource *source = &input->sources.items[i];
        for (uint32_t k = 0; k < 2; k++) {
            if (both[k] >= source->first && both[k] < source->first + source->count)
                diag_label(d, source->span, "`%.*s.%.*s`", STR_ARG(source->alias), STR_ARG(name));
        }
    }
    diag_help(d, "write the name of the table before it");
    return expr_poison(scope->binder, ast->span);
}

const Expr *bind_field(Binder *binder, const Expr *base, Str name, Span span)
{
    const Type *row = base->type;
    if (expr_is_poison(base))
        return base;
    Str type = type_name(binder->query, type_with_nullable(binder->query, row, true));
    if (row->kind != TYPE_ROW) {
        Diag *d = diag_error(binder->diags, E0207, span, "%.*s has no fields, so none is called `%.*s`", STR_ARG(type),
                             STR_ARG(name));
        diag_label(d, base->span, "this is %.*s", STR_ARG(type));
        return expr_poison(binder, span);
    }
    Str *names = ARENA_ARRAY(binder->query, Str, row->field_count);
    for (uint32_t i = 0; i < row->field_count; i++) {
        names[i] = row->fields[i].name;
        if (!str_equal(names[i], name))
            continue;
        const Expr *args[] = { base, literal_int(binder, i, span) };
        const FnDef *fn = fn_find_name(STR("FIELD"));
        const Type *field = row->fields[i].type;
        return expr_call(binder->query, type_with_nullable(binder->query, field, field->nullable || row->nullable), fn,
                         args, 2, span_join(base->span, span));
    }
    Diag *d = diag_error(binder->diags, E0207, span, "%.*s has no field `%.*s`", STR_ARG(type), STR_ARG(name));
    int32_t nearest = diag_nearest(name, names, row->field_count);
    if (nearest >= 0)
        diag_fix(d, span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return expr_poison(binder, span);
}

static const Expr *bind_fields(ExprScope *scope, const AstNode *ast, const Expr *base, uint32_t from)
{
    for (uint32_t i = from; i < ast_count(ast_column_ref_parts(ast)); i++) {
        const AstNode *part = ast_at(ast_column_ref_parts(ast), i);
        base = bind_field(scope->binder, base, ast_name_text(part), part->span);
    }
    return base;
}

const Expr *bind_column_ref(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    static const Relation NOTHING = { 0 };
    const Relation *input = scope->input == NULL ? &NOTHING : scope->input;
    Found found = find_column(input, ast);
    if (found.matches > 1)
        return ambiguous_column(scope, ast, &found);
    if (found.matches == 1) {
        const BindColumn *column = &input->columns[found.column];
        if (column->type->kind == TYPE_POISON)
            return expr_poison(binder, ast->span);
        const AstNode *last = ast_at(ast_column_ref_parts(ast), found.parts - 1);
        Span span = span_join(ast_at(ast_column_ref_parts(ast), 0)->span, last->span);
        return bind_fields(scope, ast, expr_column(binder->query, column->type, found.column, span), found.parts);
    }
    const Expr *alias = find_alias(scope, part_text(ast, 0));
    if (alias != NULL) {
        Expr *use = ARENA_NEW(binder->query, Expr);
        *use = *alias;
        use->span = ast->span;
        return bind_fields(scope, ast, use, 1);
    }
    if (input->open)
        return expr_poison(binder, ast->span);
    if (scope->input == NULL) {
        Str name = part_text(ast, 0);
        diag_error(binder->diags, E0202, ast->span, "no column is called `%.*s`: there is no table here",
                   STR_ARG(name));
        return expr_poison(binder, ast->span);
    }
    ExprScope here = *scope;
    here.input = input;
    return unknown_column(&here, ast);
}

static bool has_fields(const Type *type, const AstNode *ast, uint32_t from)
{
    for (uint32_t i = from; i < ast_count(ast_column_ref_parts(ast)); i++) {
        const Type *field = NULL;
        for (uint32_t k = 0; type->kind == TYPE_ROW && k < type->field_count; k++) {
            if (str_equal(type->fields[k].name, part_text(ast, i)))
                field = type->fields[k].type;
        }
        if (field == NULL)
            return false;
        type = field;
    }
    return true;
}

const Expr *find_column_ref(ExprScope *scope, const AstNode *ast)
{
    Found found = find_column(scope->input, ast);
    if (found.matches != 1 || !has_fields(scope->input->columns[found.column].type, ast, found.parts))
        return NULL;
    return bind_column_ref(scope, ast);
}
