/* registry_pages.c -- see registry_pages.h. */
#include "compiler/driver/registry_pages.h"

#include "compiler/diag/diag.h"
#include "compiler/optimize/optimize.h"
#include "runtime/base/buf.h"
#include "runtime/conn/connector.h"
#include "stdlib/registry.h"

#include <stdio.h>
#include <string.h>

/* A cell of a Markdown table: `|` would end it. */
static void print_cell(const char *text)
{
    for (; *text != '\0'; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
}

void page_codes(bool markdown)
{
    if (markdown)
        printf(
            "# Error codes\n\nPrinted by `sqc help codes --format md`.\n\n| Code | Title | Meaning |\n|---|---|---|\n");
    for (int i = 0; i < DIAG_CODE_COUNT; i++) {
        const char *name = diag_code_name((DiagCode)i), *title = diag_code_title((DiagCode)i);
        const char *meaning = diag_code_explanation((DiagCode)i);
        if (!markdown) {
            printf("%s  %-28s %s\n", name, title, meaning);
            continue;
        }
        printf("| [%s](../errors/%s.md) | ", name, name);
        print_cell(title);
        printf(" | ");
        print_cell(meaning);
        printf(" |\n");
    }
}

void page_rules(bool markdown)
{
    if (markdown)
        printf("# Optimiser rules\n\nPrinted by `sqc help rules --format md`.\n\n| Rule | What it does |\n|---|---|\n");
    for (int rule = 0; rule < OPT_RULE_COUNT; rule++)
        printf(markdown ? "| `%s` | %s |\n" : "%-16s %s\n", opt_rule_name((OptRule)rule), opt_rule_doc((OptRule)rule));
}

/* ---- functions: one row a name ---- */

static bool is_public(const FnDef *fn)
{
    return (fn->traits & FN_INTERNAL) == 0;
}

static bool same_name(const FnDef *a, const FnDef *b)
{
    return is_public(a) && is_public(b) && strcmp(a->name, b->name) == 0;
}

static const char *result_name(const FnDef *fn)
{
    if (fn->form != FORM_ANY || fn->result != TW_ANY)
        return type_word_name((TypeWord)fn->result);
    return fn_rule(fn) == RULE_COMMON ? "common type" : "by its arguments";
}

static void put_arguments(Buf *out, const FnDef *fn)
{
    buf_append_char(out, '(');
    if (fn->form == FORM_ANY && fn->args_max == FN_VARIADIC)
        buf_printf(out, "%u or more arguments", fn->args_min);
    else if (fn->form == FORM_ANY && fn->args_max != fn->args_min)
        buf_printf(out, "%u to %u arguments", fn->args_min, fn->args_max);
    else if (fn->form == FORM_ANY)
        buf_printf(out, "%u argument%s", fn->args_min, fn->args_min == 1 ? "" : "s");
    for (uint32_t i = 0; fn->form != FORM_ANY && i + fn_hidden(fn) < fn->args_min; i++)
        buf_printf(out, "%s%s", i > 0 ? ", " : "", type_word_name((TypeWord)fn->args[i]));
    buf_append_char(out, ')');
}

/* `part` unless a part of `parts` says it already. */
static void add_part(Buf *parts, const Buf *part, const char *joint)
{
    Str all = buf_str(parts), wanted = buf_str(part);
    while (all.len > 0) {
        int64_t end = str_find(all, str_from(joint));
        Str one = end < 0 ? all : str_slice(all, 0, (uint64_t)end);
        if (str_equal(one, wanted))
            return;
        uint64_t next = one.len + strlen(joint);
        all = end < 0 ? STR_EMPTY : str_slice(all, next, all.len - next);
    }
    buf_printf(parts, "%s%.*s", parts->len > 0 ? joint : "", STR_ARG(wanted));
}

/* What the rows of the name say, else those of another name for one of their bodies. */
static void put_meaning(Buf *out, uint32_t first)
{
    for (uint32_t i = first; i < FN_DEF_COUNT; i++) {
        if (!same_name(&FN_DEFS[i], &FN_DEFS[first]) || FN_DEFS[i].doc == NULL)
            continue;
        Buf text = { 0 };
        buf_printf(&text, "%s", FN_DEFS[i].doc);
        add_part(out, &text, " / ");
        buf_free(&text);
    }
    for (uint32_t i = first; i < FN_DEF_COUNT && out->len == 0; i++) {
        for (uint32_t j = 0; same_name(&FN_DEFS[i], &FN_DEFS[first]) && j < FN_DEF_COUNT && out->len == 0; j++) {
            if (FN_DEFS[j].doc != NULL && strcmp(FN_DEFS[i].symbol, FN_DEFS[j].symbol) == 0)
                buf_printf(out, "see `%s`", FN_DEFS[j].name);
        }
    }
}

/* A code span in a cell of a Markdown table. */
static void print_code(const char *text)
{
    printf("`");
    print_cell(text);
    printf("`");
}

static void print_examples(const char *name, bool markdown)
{
    bool first = true;
    for (uint32_t i = 0; i < FN_EXAMPLE_COUNT; i++) {
        const FnExample *example = &FN_EXAMPLES[i];
        if (strcmp(example->name, name) != 0)
            continue;
        if (markdown) {
            printf(first ? "" : "<br>");
            print_code(example->call);
            printf(" is ");
            print_code(example->result);
        } else {
            printf("    %s is %s\n", example->call, example->result);
        }
        first = false;
    }
}

/* `only` empty: every one.  Names of functions are no case. */
static bool is_asked(const char *name, Str only)
{
    return only.len == 0 || str_equal_nocase(str_from(name), only);
}

static uint32_t print_specials(bool markdown, Str only)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < FN_SPECIAL_COUNT; i++) {
        const FnSpecial *special = &FN_SPECIALS[i];
        if (!is_asked(special->name, only))
            continue;
        count++;
        if (!markdown) {
            printf("%s -> %s\n    %s\n", special->written, special->result, special->doc);
            print_examples(special->name, false);
            continue;
        }
        printf("| ");
        print_code(special->written);
        printf(" | %s | ", special->result);
        print_cell(special->doc);
        printf(" | ");
        print_examples(special->name, true);
        printf(" |\n");
    }
    return count;
}

typedef struct FunctionRow {
    Buf arguments, results, meaning;
} FunctionRow;

static void gather(FunctionRow *row, uint32_t first, const char *joint)
{
    for (uint32_t i = first; i < FN_DEF_COUNT; i++) {
        Buf text = { 0 }, result = { 0 };
        if (!same_name(&FN_DEFS[i], &FN_DEFS[first]))
            continue;
        put_arguments(&text, &FN_DEFS[i]);
        buf_printf(&result, "%s", result_name(&FN_DEFS[i]));
        add_part(&row->arguments, &text, joint);
        add_part(&row->results, &result, ", ");
        buf_free(&text);
        buf_free(&result);
    }
    put_meaning(&row->meaning, first);
    buf_append_char(&row->arguments, '\0');
    buf_append_char(&row->results, '\0');
    buf_append_char(&row->meaning, '\0');
}

static uint32_t print_functions(bool markdown, Str only)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        bool is_first = is_public(&FN_DEFS[i]) && is_asked(FN_DEFS[i].name, only);
        for (uint32_t j = 0; is_first && j < i; j++)
            is_first = !same_name(&FN_DEFS[i], &FN_DEFS[j]);
        if (!is_first)
            continue;
        FunctionRow row = { 0 };
        count++;
        gather(&row, i, markdown ? " or " : " ");
        printf(markdown ? "| `%s` | %s | %s | " : "%s%s -> %s\n    ", FN_DEFS[i].name, row.arguments.data,
               row.results.data);
        if (markdown)
            print_cell(row.meaning.data);
        printf(markdown ? " | " : "%s\n", row.meaning.data);
        print_examples(FN_DEFS[i].name, markdown);
        printf(markdown ? " |\n" : "");
        buf_free(&row.arguments);
        buf_free(&row.results);
        buf_free(&row.meaning);
    }
    return count;
}

static const char *promise(uint32_t traits)
{
    return (traits & AGG_ORDER_FREE) != 0 ? "order-free" : (traits & AGG_ORDERED) != 0 ? "ordered" : "bounded";
}

/* Aggregates that are a state and an expression over it. */
typedef struct FormRow {
    const char *name, *result, *doc;
    uint32_t most, traits;
} FormRow;

static const FormRow FORMS[] = {
#define AGG_FORM(name_, symbol, fewest, most_, result_, promise_, doc_)                                                \
    { .name = name_, .result = result_, .doc = doc_, .most = most_, .traits = promise_ },
#include "stdlib/agg_forms.def"
#undef AGG_FORM
};
enum { FORM_COUNT = sizeof FORMS / sizeof FORMS[0] };

static bool is_form(const char *name)
{
    for (uint32_t i = 0; i < FORM_COUNT; i++) {
        if (strcmp(FORMS[i].name, name) == 0)
            return true;
    }
    return false;
}

static uint32_t print_forms(bool markdown, Str only)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < FORM_COUNT; i++) {
        const FormRow *form = &FORMS[i];
        if (!is_asked(form->name, only))
            continue;
        count++;
        const char *args = form->most == 1 ? "x" : "x, y";
        printf(markdown ? "| `%s(%s)` | %s |  | %s | " : "aggregate %s(%s) -> %s, %s\n    ", form->name, args,
               form->result, promise(form->traits));
        if (markdown)
            print_cell(form->doc);
        printf(markdown ? " |\n" : "%s\n", form->doc);
    }
    return count;
}

static uint32_t print_aggregates(bool markdown, Str only)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        const AggDef *agg = &AGG_DEFS[i];
        if ((agg->traits & AGG_INTERNAL) != 0 || is_form(agg->name) || !is_asked(agg->name, only))
            continue;
        count++;
        const char *arg = agg->arg == TW_COUNT ? "*" : type_word_name((TypeWord)agg->arg);
        const char *doc = agg->doc == NULL ? "the same, for this type" : agg->doc;
        printf(markdown ? "| `%s(%s)` | %s | %s | %s%s | " : "aggregate %s(%s) -> %s, %s bytes, %s%s\n    ", agg->name,
               arg, type_word_name((TypeWord)agg->result), agg->size, promise(agg->traits),
               (agg->traits & AGG_RETRACTS) != 0 ? ", retracts" : "");
        if (markdown)
            print_cell(doc);
        printf(markdown ? " |\n" : "%s\n", doc);
    }
    return count;
}

bool page_function(Str name)
{
    return print_functions(false, name) + print_specials(false, name) + print_aggregates(false, name) +
               print_forms(false, name) >
           0;
}

Str page_function_nearest(Arena *arena, Str name)
{
    uint32_t count = 0;
    Str *names = ARENA_ARRAY(arena, Str, FN_DEF_COUNT + FN_SPECIAL_COUNT + AGG_DEF_COUNT + FORM_COUNT + 1);
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if (is_public(&FN_DEFS[i]))
            names[count++] = str_from(FN_DEFS[i].name);
    }
    for (uint32_t i = 0; i < FN_SPECIAL_COUNT; i++)
        names[count++] = str_from(FN_SPECIALS[i].name);
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        if ((AGG_DEFS[i].traits & AGG_INTERNAL) == 0)
            names[count++] = str_from(AGG_DEFS[i].name);
    }
    for (uint32_t i = 0; i < FORM_COUNT; i++)
        names[count++] = str_from(FORMS[i].name);
    int32_t nearest = diag_nearest(name, names, count);
    return nearest < 0 ? STR_EMPTY : names[nearest];
}

void page_functions(bool markdown)
{
    if (markdown)
        printf("# Functions\n\nPrinted by `sqc help functions --format md`. Answers of examples are written as "
               "JSON; a test runs every one.\n\n"
               "| Function | Arguments | Result | Meaning | Example |\n|---|---|---|---|---|\n");
    print_functions(markdown, STR_EMPTY);
    if (markdown)
        printf("\n# Operators and forms\n\n| Written | Result | Meaning | Example |\n|---|---|---|---|\n");
    print_specials(markdown, STR_EMPTY);
    if (markdown)
        printf("\n# Aggregates\n\n| Aggregate | Result | State bytes | Promise | Meaning |\n|---|---|---|---|---|\n");
    print_aggregates(markdown, STR_EMPTY);
    print_forms(markdown, STR_EMPTY);
}

/* ---- connectors ---- */

static void print_options(const OptionTable *table, bool markdown)
{
    static const char *const EFFECTS[] = { [EFFECT_FULL] = "",
                                           [EFFECT_NONE] = " (accepted, without effect here)",
                                           [EFFECT_DECLARED] = " (once the connector runs here)" };
    for (uint32_t i = 0; i < table->count; i++) {
        const ConnOption *o = &table->options[i];
        bool required = o->default_text != NULL && strcmp(o->default_text, OPTION_REQUIRED) == 0;
        const char *otherwise = required ? "required" : o->default_text == NULL ? "" : o->default_text;
        printf(markdown ? "| `%s` | %s | " : "    %-44s %-10s ", o->name, otherwise);
        printf("%s%s%s", o->doc, EFFECTS[o->effect], markdown ? " |\n" : "\n");
    }
}

static void print_metadata(ConnectorId connector, bool markdown)
{
    static const struct {
        ConnectorId connector;
        const char *key, *function, *doc;
    } KEYS[] = {
#define METADATA_KEY(of, key, function, doc) { CONN_##of, key, function, doc },
#include "runtime/conn/metadata.def"
#undef METADATA_KEY
    };
    bool is_first = true;
    for (uint32_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        if (KEYS[i].connector != connector)
            continue;
        if (is_first && markdown)
            printf("\n| Metadata | Meaning |\n|---|---|\n");
        is_first = false;
        const char *later = KEYS[i].function == NULL ? " Not supported yet." : "";
        printf(markdown ? "| `%s` | %s%s |\n" : "  metadata %-31s %s%s\n", KEYS[i].key, KEYS[i].doc, later);
    }
}

void page_connectors(bool markdown)
{
    if (markdown)
        printf("# Connectors and formats\n\nPrinted by `sqc help connectors --format md`.\n");
    for (int id = 0; id < CONNECTOR_COUNT; id++) {
        const Connector *connector = connector_get((ConnectorId)id);
        printf(markdown ? "\n## %s\n\n%s\n\n| Option | Default | Meaning |\n|---|---|---|\n" : "%s: %s\n",
               connector->name, connector->doc);
        print_options(connector->options, markdown);
        print_metadata((ConnectorId)id, markdown);
    }
    for (int id = 0; id < FORMAT_COUNT; id++) {
        const Format *format = format_get((FormatId)id);
        printf(markdown ? "\n## format %s\n\n%s\n\n| Option | Default | Meaning |\n|---|---|---|\n" : "format %s: %s\n",
               format->name, format->doc);
        print_options(format->options, markdown);
    }
}
