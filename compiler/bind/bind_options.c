/* bind_options.c -- WITH lists and SET. */
#include "compiler/bind/bind_internal.h"

static DiagCode issue_code(ConnIssueKind kind)
{
    switch (kind) {
    case CONN_UNKNOWN_CONNECTOR:
        return E0401;
    case CONN_UNKNOWN_FORMAT:
        return E0402;
    case CONN_UNKNOWN_OPTION:
        return E0403;
    case CONN_MISSING_OPTION:
        return E0404;
    case CONN_BAD_VALUE:
        return E0405;
    case CONN_DUPLICATE_OPTION:
        return E0406;
    default:
        return E0407;
    }
}

static Span issue_span(const Table *table, const ConnIssue *issue)
{
    if (issue->pair < 0)
        return table->span;
    const TableOption *option = &table->options[issue->pair];
    return issue->at_value ? option->value_span : option->key_span;
}

static void report_issue(Binder *binder, const Table *table, const ConnIssue *issue)
{
    Span span = issue_span(table, issue);
    if (issue->kind == CONN_NO_EFFECT) {
        diag_warning(binder->diags, W0701, span, "%.*s", STR_ARG(issue->message));
        return;
    }
    Diag *d = diag_error(binder->diags, issue_code(issue->kind), span, "%.*s", STR_ARG(issue->message));
    if (issue->nearest.len == 0)
        return;
    Str quoted = str_printf(binder->query, "'%.*s'", STR_ARG(issue->nearest));
    diag_fix(d, span, quoted, "did you mean '%.*s'?", STR_ARG(issue->nearest));
}

static void keep_options(Binder *binder, Table *table, const AstNode *list)
{
    uint32_t own = ast_count(list), at = 0;
    TableOption *inherited = table->options;
    uint32_t inherited_count = table->option_count;
    TableOption *options = ARENA_ARRAY(binder->query, TableOption, own + inherited_count + 1);
    AST_EACH(option, list)
        options[at++] = (TableOption){ ast_option_key(option), ast_option_value(option), ast_option_key_span(option),
                                       ast_option_value_span(option) };
    /* LIKE: what the table says itself goes before what it inherits. */
    for (uint32_t i = 0; i < inherited_count; i++) {
        bool overwritten = false;
        for (uint32_t k = 0; k < own; k++)
            overwritten |= str_equal(options[k].key, inherited[i].key);
        if (!overwritten)
            options[at++] = inherited[i];
    }
    table->options = options;
    table->option_count = at;
}

void bind_table_options(Binder *binder, Table *table, const AstNode *statement)
{
    keep_options(binder, table, ast_create_table_options(statement));
    if (table->option_count == 0)
        return;
    OptionPair *pairs = ARENA_ARRAY(binder->query, OptionPair, table->option_count);
    for (uint32_t i = 0; i < table->option_count; i++)
        pairs[i] = (OptionPair){ table->options[i].key, table->options[i].value };
    TableOptions *checked = table_options_check(binder->query, pairs, table->option_count);
    for (uint32_t i = 0; i < checked->issues.count; i++)
        report_issue(binder, table, &checked->issues.items[i]);
    table->connector = checked->connector;
    if (checked->format != NULL)
        table->format = str_from(checked->format->name);
    if (checked->error_count == 0)
        table->checked = checked;
    table->is_bounded_lookup = checked->connector != NULL && (checked->connector->flags & CONN_BOUNDED) != 0 &&
                               (checked->connector->flags & CONN_CAN_SCAN) != 0;
}

/* ---- SET ---- */

typedef enum SettingEffect { SETTING_ONLY, SETTING_NO_EFFECT, SETTING_ZONE } SettingEffect;

typedef struct Setting {
    const char *key;
    SettingEffect effect;
    const char *only; /* SETTING_ONLY: the one value that runs here; NULL: any */
} Setting;

static const Setting SETTINGS[] = {
#define SETTING(key, effect, only) { key, SETTING_##effect, only },
#include "compiler/bind/settings.def"
#undef SETTING
};

enum { SETTING_COUNT = sizeof SETTINGS / sizeof SETTINGS[0] };

static void unknown_setting(Binder *binder, const AstNode *key)
{
    Str names[SETTING_COUNT];
    for (uint32_t i = 0; i < SETTING_COUNT; i++)
        names[i] = str_from(SETTINGS[i].key);
    Str name = ast_string_text(key);
    Diag *d = diag_error(binder->diags, E0408, key->span, "no setting is called '%.*s'", STR_ARG(name));
    int32_t nearest = diag_nearest(name, names, SETTING_COUNT);
    if (nearest < 0)
        return;
    Str quoted = str_printf(binder->query, "'%.*s'", STR_ARG(names[nearest]));
    diag_fix(d, key->span, quoted, "did you mean '%.*s'?", STR_ARG(names[nearest]));
}

void bind_set(Binder *binder, const AstNode *ast)
{
    const AstNode *key = ast_set_key(ast), *value = ast_set_value(ast);
    if (key == NULL || value == NULL) {
        refuse(binder, ast->span, "SET without a key and a value");
        return;
    }
    for (uint32_t i = 0; i < SETTING_COUNT; i++) {
        const Setting *setting = &SETTINGS[i];
        if (!str_equal(ast_string_text(key), str_from(setting->key)))
            continue;
        if (setting->effect == SETTING_ZONE) /* looked at before all definitions */
            return;
        if (setting->effect == SETTING_NO_EFFECT)
            diag_warning(binder->diags, W0701, key->span, "'%s' changes nothing here", setting->key);
        else if (setting->only != NULL && !str_equal_nocase(ast_string_text(value), str_from(setting->only))) {
            Diag *d = refuse(binder, value->span, "another value than the default");
            diag_help(d, "'%s' is '%s'", setting->key, setting->only);
        }
        return;
    }
    unknown_setting(binder, key);
}
