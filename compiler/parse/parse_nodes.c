/* parse_nodes.c -- makes the nodes of names, types, definitions, metrics and tests for the grammar. */
#include "compiler/parse/parse_internal.h"

#define NEW(k, span) ast_make(&p->build, k, (span))
#define SET(n, k, f, value) ast_put(&p->build, (n), AST_AT_##k##_##f, (value))

static Span token_span(const ParseState *p, const LexToken *token)
{
    return (Span){ p->source->file, token->start, token->end };
}

AstNode *parse_name(ParseState *p, const LexToken *token)
{
    AstNode *name = NEW(name, token_span(p, token));
    ast_set_text(name, name, text, token->text);
    ast_set_num(name, name, quoted, token->quoted);
    return name;
}

AstNode *parse_string(ParseState *p, const LexToken *token)
{
    AstNode *string = NEW(string, token_span(p, token));
    ast_set_text(string, string, text, token->text);
    return string;
}

AstNode *parse_number(ParseState *p, AstKind kind, const LexToken *token)
{
    static_assert((int)AST_AT_integer_text == (int)AST_AT_decimal_text &&
                      (int)AST_AT_integer_text == (int)AST_AT_double_text,
                  "the three kinds of numbers are alike");
    AstNode *number = ast_new(&p->build, kind, AST_FIELDS_integer, token_span(p, token));
    ast_set_text(number, integer, text, token->text);
    return number;
}

AstNode *parse_option(ParseState *p, const LexToken *key, const LexToken *value)
{
    AstNode *option = NEW(option, parse_span_token(p, key));
    ast_set_text(option, option, key, key->text);
    ast_set_text(option, option, value, value->text);
    ast_set_place(option, option, key_span, token_span(p, key));
    ast_set_place(option, option, value_span, token_span(p, value));
    return option;
}

AstNode *parse_unit(ParseState *p, AstUnit unit)
{
    AstNode *node = NEW(unit, ((Span){ p->source->file, p->end - (uint32_t)strlen(ast_unit_text(unit)), p->end }));
    ast_set_num(node, unit, unit, unit);
    return node;
}

AstNode *parse_empty_list(ParseState *p)
{
    return ast_new(&p->build, AST_LIST, 0, (Span){ p->source->file, p->end, p->end });
}

int64_t parse_count(ParseState *p, const LexToken *token)
{
    int64_t value = 0;
    for (uint64_t i = 0; i < token->text.len; i++) {
        value = value * 10 + (token->text.data[i] - '0');
        if (value > INT32_MAX) {
            parse_refuse(p, E0105, token_span(p, token), "the number is larger than 2147483647");
            return 0;
        }
    }
    return value;
}

/* ---------------------------------------------------------------- types */
AstNode *parse_type_node(ParseState *p, Span span, AstType base)
{
    AstNode *type = NEW(type, span);
    ast_set_num(type, type, base, base);
    ast_set_num(type, type, precision, -1);
    ast_set_num(type, type, scale, -1);
    return type;
}

AstNode *parse_type_of(ParseState *p, Span span, AstType base, int64_t precision)
{
    AstNode *type = parse_type_node(p, span, base);
    ast_set_num(type, type, precision, precision);
    return type;
}

typedef struct TypeWord {
    const char *word;
    AstType base;
} TypeWord;

static const TypeWord TYPE_WORDS[] = {
    { "BOOLEAN", AST_TYPE_BOOLEAN }, { "TINYINT", AST_TYPE_TINYINT }, { "SMALLINT", AST_TYPE_SMALLINT },
    { "INT", AST_TYPE_INT }, { "INTEGER", AST_TYPE_INT }, { "BIGINT", AST_TYPE_BIGINT }, { "FLOAT", AST_TYPE_FLOAT },
    { "REAL", AST_TYPE_FLOAT }, { "DOUBLE", AST_TYPE_DOUBLE }, { "DECIMAL", AST_TYPE_DECIMAL },
    { "DEC", AST_TYPE_DECIMAL }, { "NUMERIC", AST_TYPE_DECIMAL }, { "CHAR", AST_TYPE_CHAR },
    { "CHARACTER", AST_TYPE_CHAR }, { "VARCHAR", AST_TYPE_VARCHAR }, { "STRING", AST_TYPE_STRING },
    { "BINARY", AST_TYPE_BINARY }, { "VARBINARY", AST_TYPE_VARBINARY }, { "BYTES", AST_TYPE_BYTES },
    { "TIMESTAMP_LTZ", AST_TYPE_TIMESTAMP_LTZ }, { "VARIANT", AST_TYPE_VARIANT },
    { "BITMAP", AST_TYPE_BITMAP }, { "DATE", AST_TYPE_DATE },
};

AstNode *parse_type_word(ParseState *p, AstNode *name, const LexToken *precision, const LexToken *scale)
{
    AstNode *type = parse_type_node(p, parse_span_node(p, name), AST_TYPE_USER);
    if (precision != NULL)
        ast_set_num(type, type, precision, parse_count(p, precision));
    if (scale != NULL)
        ast_set_num(type, type, scale, parse_count(p, scale));
    for (uint32_t i = 0; !ast_name_quoted(name) && i < sizeof TYPE_WORDS / sizeof TYPE_WORDS[0]; i++) {
        if (str_equal_nocase(ast_name_text(name), str_from(TYPE_WORDS[i].word))) {
            ast_set_num(type, type, base, TYPE_WORDS[i].base);
            return type;
        }
    }
    AstNode *path = NEW(qname, name->span);
    SET(path, qname, parts, ast_append(&p->build, NULL, name));
    SET(type, type, name, path);
    return type;
}

AstNode *parse_path(ParseState *p, AstNode *first, AstNode *rest)
{
    AstNode *path = NEW(qname, span_join(first->span, rest->span));
    AstNode *parts = ast_append(&p->build, NULL, first);
    for (uint32_t i = 0; i < ast_count(ast_qname_parts(rest)); i++)
        parts = ast_append(&p->build, parts, ast_at(ast_qname_parts(rest), i));
    SET(path, qname, parts, parts);
    return path;
}

AstNode *parse_type_path(ParseState *p, AstNode *first, AstNode *rest)
{
    AstNode *type = parse_type_node(p, parse_span_node(p, first), AST_TYPE_USER);
    SET(type, type, name, parse_path(p, first, rest));
    return type;
}

static void want_type_word(ParseState *p, AstNode *name, Str word, const char *message)
{
    if (ast_name_quoted(name) || !str_equal_nocase(ast_name_text(name), word))
        parse_refuse(p, E0101, name->span, message);
}

AstNode *parse_type_raw(ParseState *p, AstNode *name, AstNode *class_name, AstNode *snapshot)
{
    want_type_word(p, name, STR("RAW"), "only the type RAW takes two texts");
    AstNode *type = parse_type_node(p, parse_span_node(p, name), AST_TYPE_RAW);
    SET(type, type, class_name, class_name);
    SET(type, type, snapshot, snapshot);
    return type;
}

AstNode *parse_type_structured(ParseState *p, AstNode *name, AstNode *class_name, AstNode *fields)
{
    want_type_word(p, name, STR("STRUCTURED"), "only the type STRUCTURED takes a text in angle brackets");
    AstNode *type = parse_type_node(p, parse_span_node(p, name), AST_TYPE_STRUCTURED);
    SET(type, type, class_name, class_name);
    SET(type, type, fields, fields);
    return type;
}

AstNode *parse_type_interval(ParseState *p, Span span, AstUnit unit, int64_t precision, AstUnit to, int64_t scale)
{
    AstNode *type = parse_type_of(p, span, AST_TYPE_INTERVAL, precision);
    ast_set_num(type, type, unit, unit);
    ast_set_num(type, type, to_unit, to);
    ast_set_num(type, type, scale, scale);
    return type;
}

AstNode *parse_type_nested(ParseState *p, Span span, AstType base, AstNode *key, AstNode *element)
{
    AstNode *type = parse_type_node(p, span, base);
    SET(type, type, key, key);
    SET(type, type, element, element);
    return type;
}

/* ---------------------------------------------------------------- clauses in any order */
static Diag *complain_twice(ParseState *p, const LexToken *token)
{
    Diag *diag =
        diag_error(p->diags, E0103, token_span(p, token), "the clause `%.*s` is given twice", STR_ARG(token->text));
    diag_here(diag, "the second time");
    p->failed = true;
    return diag;
}

void parse_once(ParseState *p, AstNode *node, uint32_t at, AstNode *value, const LexToken *token)
{
    if (node->fields[at].node != NULL) {
        diag_label(complain_twice(p, token), node->fields[at].node->span, "the first");
        return;
    }
    ast_put(&p->build, node, at, value);
}

void parse_once_flag(ParseState *p, AstNode *node, uint32_t at, const LexToken *token)
{
    if (node->fields[at].num != 0)
        complain_twice(p, token);
    node->fields[at].num = 1;
}

/* ---------------------------------------------------------------- definitions */
void parse_create_flags(ParseState *p, AstNode *node, ParseCreate create, int at_or_alter, int at_temporary,
                        int at_system)
{
    if (create.or_alter && at_or_alter < 0)
        parse_refuse(p, E0101, create.span, "`OR ALTER` does not go with this kind of object");
    else if (create.or_alter)
        node->fields[at_or_alter].num = 1;
    if (create.temporary && at_temporary < 0)
        parse_refuse(p, E0101, create.span, "`TEMPORARY` does not go with this kind of object");
    else if (create.temporary)
        node->fields[at_temporary].num = 1;
    if (create.temporary == 2 && at_system < 0)
        parse_refuse(p, E0101, create.span, "`SYSTEM` goes with functions only");
    else if (create.temporary == 2)
        node->fields[at_system].num = 1;
}

AstNode *parse_distribution(ParseState *p, Span span, AstDistribution by, AstNode *columns, int64_t buckets)
{
    AstNode *node = NEW(distribution, span);
    ast_set_num(node, distribution, by, by);
    SET(node, distribution, columns, columns);
    ast_set_num(node, distribution, buckets, buckets);
    return node;
}

AstNode *parse_like_option(ParseState *p, Span span, AstLikeAction action, AstLikeWhat what)
{
    AstNode *node = NEW(like_option, span);
    ast_set_num(node, like_option, action, action);
    ast_set_num(node, like_option, what, what);
    return node;
}

void parse_function_fill(ParseState *p, AstNode *node, ParseCreate create, int if_not_exists, AstNode *name)
{
    node->span = parse_span_from(p, create.span);
    parse_create_flags(p, node, create, AST_AT_create_function_or_alter, AST_AT_create_function_temporary,
                       AST_AT_create_function_is_system);
    ast_set_num(node, create_function, if_not_exists, if_not_exists);
    SET(node, create_function, name, name);
}

AstNode *parse_function(ParseState *p, ParseCreate create, int if_not_exists, AstNode *name)
{
    AstNode *node = NEW(create_function, create.span);
    parse_function_fill(p, node, create, if_not_exists, name);
    return node;
}

AstNode *parse_aggregate(ParseState *p)
{
    if (p->aggregate == NULL) {
        p->aggregate = NEW(create_function, span_none());
        ast_set_num(p->aggregate, create_function, aggregate, 1);
    }
    return p->aggregate;
}

static bool is_descriptor(const AstNode *type)
{
    return ast_type_base(type) == AST_TYPE_USER && !ast_type_not_null(type) && ast_type_precision(type) < 0 &&
           ast_count(ast_qname_parts(ast_type_name(type))) == 1 &&
           str_equal_nocase(ast_name_last(ast_type_name(type)), STR("DESCRIPTOR"));
}

AstNode *parse_param(ParseState *p, AstNode *name, AstNode *type, AstNode *fallback)
{
    AstNode *param = NEW(param, parse_span_node(p, name));
    SET(param, param, name, name);
    SET(param, param, fallback, fallback);
    if (type == NULL)
        ast_set_num(param, param, kind, AST_PARAM_TABLE);
    else if (is_descriptor(type))
        ast_set_num(param, param, kind, AST_PARAM_DESCRIPTOR);
    else
        SET(param, param, type, type);
    return param;
}

AstNode *parse_alter_drop(ParseState *p, Span span, AstAlterDrop what, AstNode *columns)
{
    AstNode *node = NEW(alter_drop, span);
    ast_set_num(node, alter_drop, what, what);
    SET(node, alter_drop, columns, columns);
    return node;
}

AstNode *parse_alter_partitions(ParseState *p, Span span, bool drop, int conditional, AstNode *partitions)
{
    AstNode *node = NEW(alter_partitions, span);
    ast_set_num(node, alter_partitions, drop, drop);
    ast_set_num(node, alter_partitions, conditional, conditional);
    SET(node, alter_partitions, partitions, partitions);
    return node;
}

AstNode *parse_refresh(ParseState *p, Span span, AstRefresh what)
{
    AstNode *node = NEW(alter_refresh, span);
    ast_set_num(node, alter_refresh, what, what);
    return node;
}

AstNode *parse_use(ParseState *p, Span span, AstObject object, AstNode *names)
{
    AstNode *node = NEW(use, span);
    ast_set_num(node, use, object, object);
    SET(node, use, names, names);
    return node;
}

AstNode *parse_session_command(ParseState *p, Span span, const char *what, AstNode *subject, AstNode *options)
{
    AstNode *node = NEW(session_command, span);
    ast_set_text(node, session_command, what, str_from(what));
    SET(node, session_command, subject, subject);
    SET(node, session_command, options, options);
    return node;
}

static Str upper_words(ParseState *p, const char *prefix, Str word, Str second)
{
    Str text = str_printf(p->build.arena, "%s%.*s%s%.*s", prefix, STR_ARG(word), second.len > 0 ? " " : "",
                          STR_ARG(second));
    char *out = arena_copy(p->build.arena, text.data, text.len);
    for (uint64_t i = 0; i < text.len; i++)
        out[i] = (char)(out[i] >= 'a' && out[i] <= 'z' ? out[i] - 32 : out[i]);
    return (Str){ out, text.len };
}

/* SHOW CURRENT CATALOG and SHOW USER FUNCTIONS look like SHOW PARTITIONS t: the first word tells. */
AstNode *parse_show(ParseState *p, Span span, const char *prefix, AstNode *word, AstNode *name, ParseShowTail tail)
{
    AstNode *show = NEW(show, span);
    Str first = ast_name_text(word);
    bool two_words = name != NULL && (str_equal_nocase(first, STR("CURRENT")) || str_equal_nocase(first, STR("USER")) ||
                                      str_equal_nocase(first, STR("MATERIALIZED")));
    Str second = two_words ? ast_name_last(name) : STR_EMPTY;
    ast_set_text(show, show, what, upper_words(p, prefix == NULL ? "" : prefix, first, second));
    SET(show, show, name, two_words ? NULL : name);
    SET(show, show, from, tail.from);
    SET(show, show, pattern, tail.pattern);
    ast_set_num(show, show, negated, tail.negated);
    ast_set_num(show, show, any_case, tail.any_case);
    return show;
}

AstNode *parse_show_create(ParseState *p, Span span, AstObject object, AstNode *name)
{
    AstNode *show = NEW(show, span);
    ast_set_text(show, show, what, str_printf(p->build.arena, "CREATE %s", ast_object_text(object)));
    SET(show, show, name, name);
    return show;
}

AstNode *parse_describe(ParseState *p, Span span, AstObject object, bool extended, AstNode *name)
{
    AstNode *node = NEW(describe, span);
    ast_set_num(node, describe, object, object);
    ast_set_num(node, describe, extended, extended);
    SET(node, describe, name, name);
    return node;
}

AstNode *parse_describe_job(ParseState *p, Span span, AstNode *word, AstNode *job)
{
    if (ast_name_quoted(word) || !str_equal_nocase(ast_name_text(word), STR("JOB")))
        parse_refuse(p, E0101, job->span, "only DESCRIBE JOB is followed by a text");
    return parse_session_command(p, span, "DESCRIBE JOB", job, NULL);
}

AstNode *parse_explain(ParseState *p, Span span, AstNode *details, AstNode *statement)
{
    AstNode *node = NEW(explain, span);
    SET(node, explain, details, details);
    SET(node, explain, statement, statement);
    return node;
}

/* ---------------------------------------------------------------- metrics */
void parse_metric_done(ParseState *p, AstNode *metric)
{
    AstNode *bases = ast_metric_bases(metric);
    AstNode *query = ast_metric_query(metric);
    if (bases == NULL && query == NULL)
        parse_refuse(p, E0106, metric->span,
                     "a metric needs AS and a query, or FROM and the metrics that it is derived from");
    else if (bases != NULL && query != NULL)
        diag_label(parse_refuse(p, E0107, query->span, "a metric has a query or is derived FROM others, not both"),
                   bases->span, "derived from these");
    p->open = NULL;
    p->part = NULL;
}

void parse_alert_done(ParseState *p, AstNode *alert)
{
    if (ast_alert_condition(alert) == NULL && ast_alert_no_data(alert) == NULL)
        parse_refuse(p, E0106, alert->span, "an alert needs WHEN and a condition, or NO DATA AFTER and an interval");
    p->open = NULL;
}

void parse_emit_once(ParseState *p, AstNode *emit)
{
    AstNode *first = ast_metric_emit(p->open);
    if (first != NULL)
        diag_label(parse_refuse(p, E0103, emit->span, "the clause `EMIT` is given twice"), first->span, "the first");
    else
        SET(p->open, metric, emit, emit);
}

AstNode *parse_emit(ParseState *p, Span span, AstEmit mode, AstNode *interval)
{
    AstNode *node = NEW(emit, span);
    ast_set_num(node, emit, mode, mode);
    SET(node, emit, interval, interval);
    return node;
}

AstNode *parse_late(ParseState *p, Span span, AstNode *alias, AstNode *into, AstNode *within, bool correct)
{
    AstNode *node = NEW(late, span);
    SET(node, late, alias, alias);
    SET(node, late, into, into);
    SET(node, late, within, within);
    ast_set_num(node, late, correct, correct);
    return node;
}

AstNode *parse_unit_word(ParseState *p, AstNode *word)
{
    AstNode *unit = NEW(measure_unit, word->span);
    SET(unit, measure_unit, word, word);
    return unit;
}

AstNode *parse_measure_unit(ParseState *p, AstNode *name, AstNode *currency, AstNode *scale)
{
    static const struct {
        Str word;
        AstMeasureUnit kind;
    } WORDS[] = {
        { STR("RATIO"), AST_MEASURE_RATIO },
        { STR("MONEY"), AST_MEASURE_MONEY },
        { STR("SECONDS"), AST_MEASURE_SECONDS },
        { STR("BYTES"), AST_MEASURE_BYTES },
    };
    AstNode *unit = NEW(measure_unit, parse_span_node(p, name));
    SET(unit, measure_unit, currency, currency);
    SET(unit, measure_unit, scale, scale);
    for (uint32_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (str_equal_nocase(ast_name_text(name), WORDS[i].word))
            ast_set_num(unit, measure_unit, kind, WORDS[i].kind);
    bool money = ast_measure_unit_kind(unit) == AST_MEASURE_MONEY;
    if (ast_measure_unit_kind(unit) == AST_MEASURE_WORD)
        diag_help(parse_refuse(p, E0101, name->span, "a unit is RATIO, MONEY, SECONDS, BYTES or a word in quotes"),
                  "write a word in the plural in quotes, like UNIT 'users'");
    else if (money != (currency != NULL))
        parse_refuse(p, E0101, unit->span, "MONEY, and no other unit, has a currency: MONEY ('EUR', MICROS)");
    return unit;
}

void parse_better(ParseState *p, const LexToken *token, AstNode *direction)
{
    bool high = str_equal_nocase(ast_name_text(direction), STR("HIGH"));
    if (ast_measure_better(p->part) != AST_BETTER_NONE)
        complain_twice(p, token);
    else if (high || str_equal_nocase(ast_name_text(direction), STR("LOW")))
        ast_set_num(p->part, measure, better, high ? AST_BETTER_HIGH : AST_BETTER_LOW);
    else
        parse_refuse(p, E0101, direction->span, "BETTER is HIGH or LOW");
}

/* ---------------------------------------------------------------- tests */
AstNode *parse_given(ParseState *p, Span span, AstNode *stream, AstNode *partition)
{
    AstNode *given = NEW(given, span);
    SET(given, given, stream, stream);
    SET(given, given, partition, partition);
    return given;
}

AstNode *parse_expect(ParseState *p, AstExpect mode, ParseTable table, AstNode *tolerance)
{
    AstNode *first = table.columns != NULL ? table.columns : table.rows;
    AstNode *expect = NEW(expect_rows, parse_span_node(p, first));
    ast_set_num(expect, expect_rows, mode, mode);
    SET(expect, expect_rows, columns, table.columns);
    SET(expect, expect_rows, rows, table.rows);
    SET(expect, expect_rows, tolerance, tolerance);
    return expect;
}
