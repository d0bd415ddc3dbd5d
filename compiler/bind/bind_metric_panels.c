/* bind_metric_panels.c -- PANEL, and what dimensions say of other columns: LABEL and DRILL.
 *
 * A panel is bound like a query: what it draws has to be there and to be of the kind that it can draw
 * (panel_kinds.def). */
#include "compiler/bind/bind_metric.h"

typedef enum PanelColumns { PANEL_NOTHING, PANEL_MEASURE, PANEL_DIMENSION, PANEL_ANY } PanelColumns;
enum { PANEL_TIME = 1, PANEL_MAY_TOP = 2, PANEL_INTERVAL = 4 };
enum { PANEL_MEASURES = PANEL_MEASURE, PANEL_DIMENSIONS = PANEL_DIMENSION };

typedef struct PanelKind {
    const char *name;
    PanelColumns shows, by;
    uint32_t traits;
    const char *sentence;
} PanelKind;

static const PanelKind KINDS[] = {
#define PANEL_KIND(name_, shows_, by_, traits_, sentence_)                                                             \
    { #name_, (PanelColumns)PANEL_##shows_, PANEL_##by_, traits_, sentence_ },
#include "compiler/bind/panel_kinds.def"
#undef PANEL_KIND
};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static Diag *panel_error(MetricBuild *build, const PanelKind *kind, DiagCode code, Span span, Str text)
{
    build->failed = true;
    Diag *d = diag_error(build->binder->diags, code, span, "%.*s", STR_ARG(text));
    if (kind != NULL)
        diag_help(d, "%s", kind->sentence);
    return d;
}

/* NULL after an error. */
static const PanelKind *panel_kind(MetricBuild *build, const AstNode *panel)
{
    Str given = ast_name_text(ast_panel_kind(panel));
    Span span = ast_panel_kind(panel)->span;
    Str names[KIND_COUNT];
    for (uint32_t i = 0; i < KIND_COUNT; i++) {
        names[i] = str_from(KINDS[i].name);
        if (str_equal_nocase(given, names[i]))
            return &KINDS[i];
    }
    Arena *query = build->binder->query;
    Str text = str_printf(query, "there is no panel of kind `%.*s`", STR_ARG(given));
    Diag *d = panel_error(build, NULL, E0805, span, text);
    int32_t nearest = diag_nearest(given, names, KIND_COUNT);
    if (nearest >= 0)
        diag_fix(d, span, names[nearest], "did you mean %s?", KINDS[nearest].name);
    else
        diag_help(d, "kinds are LINE, AREA, BAND, NUMBER, LEADERBOARD, HEATMAP, FUNNEL, RETENTION and TABLE");
    return NULL;
}

/* ---- columns ---- */

static bool fits(const MetricColumn *column, PanelColumns wanted)
{
    bool is_measure = column->role == METRIC_MEASURE;
    return wanted == PANEL_ANY || (wanted == PANEL_MEASURE ? is_measure : !is_measure);
}

static const char *role_of(const MetricColumn *column)
{
    static const char *const ROLES[] = { [METRIC_TIME] = "the time",
                                         [METRIC_WINDOW] = "an edge of the window",
                                         [METRIC_DIMENSION] = "a dimension",
                                         [METRIC_MEASURE] = "a measure" };
    return ROLES[column->role];
}

static void check_column(MetricBuild *build, const PanelKind *kind, const AstNode *name, bool is_by)
{
    Arena *query = build->binder->query;
    PanelColumns wanted = is_by ? kind->by : kind->shows;
    int32_t at = metric_find_column(build, name);
    if (at < 0)
        return;
    const MetricColumn *column = &build->model->columns[at];
    if (!fits(column, wanted)) {
        Str text = str_printf(query, "`%.*s` is %s, where %s%s takes a %s", STR_ARG(column->name), role_of(column),
                              is_by ? "BY of " : "", kind->name, wanted == PANEL_MEASURE ? "measure" : "dimension");
        panel_error(build, kind, E0802, name->span, text);
        return;
    }
    bool is_number = type_is_numeric(column->type) || column->type->kind == TYPE_POISON;
    if (wanted != PANEL_MEASURE || is_number)
        return;
    Str type = type_name(query, type_with_nullable(query, column->type, true));
    Str text =
        str_printf(query, "`%.*s` is %.*s, and %s draws numbers", STR_ARG(column->name), STR_ARG(type), kind->name);
    panel_error(build, kind, E0805, name->span, text);
}

static void check_named_once(MetricBuild *build, const AstNode *list, const char *where)
{
    AST_EACH(name, list) {
        AST_EACH(other, list) {
            if (other == name)
                break;
            if (!str_equal(ast_name_text(other), ast_name_text(name)))
                continue;
            Str text = str_printf(build->binder->query, "%s names `%.*s` twice", where, STR_ARG(ast_name_text(name)));
            panel_error(build, NULL, E0805, name->span, text);
            break;
        }
    }
}

static bool has_dimension(const MetricModel *model)
{
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role == METRIC_DIMENSION)
            return true;
    }
    return false;
}

static void check_columns(MetricBuild *build, const PanelKind *kind, const AstNode *panel)
{
    Arena *query = build->binder->query;
    const AstNode *by = ast_panel_by(panel), *columns = ast_panel_columns(panel);
    Span span = ast_panel_kind(panel)->span;
    AST_EACH(column, columns)
        check_column(build, kind, column, false);
    check_named_once(build, columns, kind->name);
    if (by != NULL && kind->by == PANEL_NOTHING)
        panel_error(build, kind, E0805, by->span, str_printf(query, "%s has no BY", kind->name));
    else if (by != NULL)
        check_column(build, kind, by, true);
    else if (kind->by == PANEL_MEASURE && ast_count(columns) > 0)
        panel_error(build, kind, E0805, span, str_printf(query, "%s needs BY and a measure", kind->name));
    if (kind->shows == PANEL_DIMENSION && ast_count(columns) == 0 && !has_dimension(build->model))
        panel_error(build, kind, E0805, span,
                    str_printf(query, "%s needs a dimension, and the metric has none", kind->name));
}

/* ---- what else a panel says ---- */

static bool has_bounds(const MetricBuild *build, const AstNode *columns)
{
    const MetricModel *model = build->model;
    bool found = false;
    for (uint32_t i = 0; i < model->column_count; i++) {
        bool is_shown = ast_count(columns) == 0;
        AST_EACH(name, columns)
            is_shown |= str_equal(ast_name_text(name), model->columns[i].name);
        bool is_measure = model->columns[i].role == METRIC_MEASURE;
        found |= is_shown && is_measure && model->columns[i].bounds_low >= 0;
    }
    return found;
}

static void check_clauses(MetricBuild *build, const PanelKind *kind, const AstNode *panel)
{
    Arena *query = build->binder->query;
    const AstNode *band = ast_panel_band(panel), *compare = ast_panel_compare(panel), *top = ast_panel_top(panel);
    Span span = ast_panel_kind(panel)->span;
    bool has_time = build->model->time_column >= 0;
    if (top != NULL && ((kind->traits & PANEL_MAY_TOP) == 0 || ast_panel_by(panel) == NULL))
        panel_error(build, kind, E0805, top->span,
                    (kind->traits & PANEL_MAY_TOP) == 0 ? str_printf(query, "%s has no TOP", kind->name)
                                                        : STR("TOP counts values, and BY is missing that says which"));
    if (!has_time && (kind->traits & PANEL_TIME) != 0)
        panel_error(build, kind, E0805, span,
                    str_printf(query, "%s needs a time, and the metric is a snapshot without one", kind->name));
    else if (!has_time && ast_count(compare) > 0)
        panel_error(build, NULL, E0805, compare->span, STR("COMPARE needs a time, and the metric is a snapshot"));
    else if (!has_time && band != NULL)
        panel_error(build, NULL, E0805, band->span, STR("BAND SEASONAL needs a time, and the metric is a snapshot"));
    else if ((kind->traits & PANEL_INTERVAL) != 0 && band == NULL && !has_bounds(build, ast_panel_columns(panel)))
        panel_error(build, kind, E0805, span, STR("no measure of this BAND has BOUNDS"));
}

/* ---- the text ---- */

static Str read_panel(MetricBuild *build, const AstNode *panel)
{
    Arena *query = build->binder->query;
    const PanelKind *kind = panel_kind(build, panel);
    if (kind == NULL)
        return STR_EMPTY;
    check_columns(build, kind, panel);
    check_clauses(build, kind, panel);
    Str text = str_from(kind->name);
    const char *between = " of ";
    AST_EACH(column, ast_panel_columns(panel)) {
        text = str_printf(query, "%.*s%s%.*s", STR_ARG(text), between, STR_ARG(ast_name_text(column)));
        between = ", ";
    }
    if (ast_panel_by(panel) != NULL)
        text = str_printf(query, "%.*s by %.*s", STR_ARG(text), STR_ARG(ast_name_text(ast_panel_by(panel))));
    if (ast_panel_top(panel) != NULL)
        text = str_printf(query, "%.*s, top %llu", STR_ARG(text),
                          (unsigned long long)metric_count(build, ast_panel_top(panel)));
    AST_EACH(compare, ast_panel_compare(panel)) {
        int64_t us = 0;
        metric_interval(build, compare, "time to compare with", &us);
        text = str_printf(query, "%.*s, beside %.*s before", STR_ARG(text), STR_ARG(metric_interval_text(query, us)));
    }
    if (ast_panel_band(panel) != NULL)
        text = str_printf(query, "%.*s, with what is usual by %s", STR_ARG(text),
                          ast_unit_text(ast_seasonal_unit(ast_panel_band(panel))));
    return text;
}

void metric_read_panels(MetricBuild *build)
{
    MetricModel *model = build->model;
    Str *panels = ARENA_ARRAY(build->binder->query, Str, ast_count(ast_metric_panels(build->ast)) + 1);
    AST_EACH(panel, ast_metric_panels(build->ast))
        panels[model->panel_count++] = read_panel(build, panel);
    model->panels = panels;
}

/* ---- LABEL and DRILL ---- */

static void check_label_column(MetricBuild *build, const CatalogEntry *entry, const AstNode *part)
{
    Binder *binder = build->binder;
    const Relation *relation = entry_relation(binder, entry, part->span);
    Str name = ast_name_text(part), *names = ARENA_ARRAY(binder->query, Str, relation->column_count + 1);
    for (uint32_t i = 0; i < relation->column_count; i++) {
        names[i] = relation->columns[i].name;
        if (str_equal(names[i], name))
            return;
    }
    if (relation->poison || relation->open)
        return;
    build->failed = true;
    Diag *d = diag_error(binder->diags, E0202, part->span, "`%.*s` has no column `%.*s` to take labels from",
                         STR_ARG(entry->name), STR_ARG(name));
    int32_t nearest = diag_nearest(name, names, relation->column_count);
    if (nearest >= 0)
        diag_fix(d, part->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    diag_label(d, entry->span, "defined here");
}

/* table.column */
void metric_check_label(MetricBuild *build, const AstNode *label)
{
    Binder *binder = build->binder;
    const AstNode *parts = ast_qname_parts(label);
    uint32_t count = ast_count(parts);
    if (count < 2) {
        Str text = str_printf(binder->query, "`%.*s` is no column of a table", STR_ARG(ast_name_last(label)));
        diag_help(panel_error(build, NULL, E0805, label->span, text), "a LABEL is table.column");
        return;
    }
    const AstNode *column = ast_at(parts, count - 1), *last = ast_at(parts, count - 2);
    Str joined = ast_name_joined(binder->query, label), name = ast_name_text(column);
    Str table = str_slice(joined, 0, joined.len - name.len - 1);
    Span span = { label->span.file, label->span.start, last->span.end };
    const CatalogEntry *entry = catalog_find(binder->catalog, table);
    if (entry != NULL && entry->kind != CATALOG_METRIC)
        check_label_column(build, entry, column);
    if (entry != NULL || catalog_is_broken(binder->catalog, table))
        return;
    build->failed = true;
    Diag *d = diag_error(binder->diags, E0201, span, "no table or view is called `%.*s`, of which labels could come",
                         STR_ARG(table));
    Str nearest = catalog_nearest(binder->catalog, table);
    if (nearest.len > 0)
        diag_fix(d, span, nearest, "did you mean `%.*s`?", STR_ARG(nearest));
}

/* Below a value of the dimension are those of others: they have to be dimensions, and not itself. */
void metric_check_drill(MetricBuild *build, const AstNode *dimension)
{
    const AstNode *list = ast_dimension_drill(dimension);
    Str own = ast_name_text(ast_dimension_name(dimension));
    AST_EACH(name, list) {
        int32_t at = metric_find_column(build, name);
        const MetricColumn *column = at < 0 ? NULL : &build->model->columns[at];
        if (column == NULL)
            continue;
        Str text = STR_EMPTY;
        if (str_equal(column->name, own))
            text = str_printf(build->binder->query, "`%.*s` drills into itself", STR_ARG(own));
        else if (column->role != METRIC_DIMENSION)
            text = str_printf(build->binder->query, "`%.*s` is %s: DRILL goes to dimensions", STR_ARG(column->name),
                              role_of(column));
        if (text.len > 0)
            panel_error(build, NULL, str_equal(column->name, own) ? E0805 : E0802, name->span, text);
    }
    check_named_once(build, list, "DRILL");
}
