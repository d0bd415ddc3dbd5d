/* parse_errors.c -- what is said about a token that does not fit: where, what was expected, and what was meant.
 *
 * One error a statement.  At most one help, the most certain first: a slip that the two tokens around the place show
 * (SLIPS), a word of another dialect (compiler/diag/foreign.def), a word that is nearly a keyword. */
#include "compiler/diag/foreign.h"
#include "compiler/parse/grammar.h"
#include "compiler/parse/parse_internal.h"

enum { EXPECTED_MAX = 512, EXPECTED_SHOWN_MAX = 5, TYPO_BYTES_MIN = 4 };

typedef struct Expected {
    LexKind kinds[EXPECTED_MAX];
    uint32_t count;
    bool name;       /* a name would do        */
    bool expression; /* any expression would do */
    bool semicolon;  /* the statement could end */
    bool text;       /* a text would do         */
    bool operator;   /* it is behind an expression */
    bool comma, closes;
} Expected;

typedef struct Misfit {
    ParseState *p;
    const LexToken *token;
    Span span;
    const Expected *expected;
} Misfit;

static Span token_span(const ParseState *p, const LexToken *token)
{
    return (Span){ p->source->file, token->start, token->end };
}

/* What a message quotes: one line, and not too much of it. */
static Str shown(const ParseState *p, Span span)
{
    enum { SHOWN_BYTES_MAX = 60 };
    Str text = source_slice(p->source, span);
    uint64_t len = 0;
    while (len < text.len && len < SHOWN_BYTES_MAX && text.data[len] != '\n' && text.data[len] != '\r')
        len++;
    if (len == text.len)
        return text;
    while (len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    return str_printf(p->build.arena, "%.*s ..", (int)len, text.data);
}

static void find_expected(const void *machine, Expected *expected)
{
    uint16_t tokens[EXPECTED_MAX];
    uint32_t count = parse_machine_expected(machine, tokens, EXPECTED_MAX);
    *expected = (Expected){ .count = 0 };
    for (uint32_t i = 0; i < count; i++) {
        LexKind kind = parse_kind_of(tokens[i]);
        if (kind == LEX_BAD)
            continue;
        expected->kinds[expected->count++] = kind;
        expected->name |= kind == LEX_ID;
        expected->expression |= kind == LEX_CASE;
        expected->semicolon |= kind == LEX_SEMICOLON;
        expected->text |= kind == LEX_STRING;
        expected->operator|= kind == LEX_AND;
        expected->comma |= kind == LEX_COMMA;
        expected->closes |= kind == LEX_RPAREN;
    }
}

static const char *spelled(Arena *arena, LexKind kind)
{
    return lex_is_keyword(kind) ? arena_printf(arena, "`%s`", lex_spelling(kind)) : lex_spelling(kind);
}

/* "expected `FROM`, `WHERE` or a name"; nothing where too much would do. */
static void say_expected(ParseState *p, Diag *diag, const Expected *expected)
{
    if (expected->expression)
        diag_here(diag, "expected an expression");
    if (expected->count == 0 || expected->count > EXPECTED_SHOWN_MAX || expected->expression)
        return;
    Buf text = { 0 };
    for (uint32_t i = 0; i < expected->count; i++) {
        const char *joint = i == 0 ? "" : i + 1 == expected->count ? " or " : ", ";
        buf_printf(&text, "%s%s", joint, spelled(p->build.arena, expected->kinds[i]));
    }
    diag_here(diag, "expected %.*s", STR_ARG(buf_str(&text)));
    buf_free(&text);
}

/* ---------------------------------------------------------------- misspelt keywords */
/* A word that is nearly a keyword which could stand here (SELCT, FORM). */
static bool offer_keyword(const Misfit *m, Diag *diag)
{
    LexKind kind = m->token->kind;
    if (m->token->quoted || (kind != LEX_ID && !lex_is_keyword(kind)))
        return false;
    if (kind != LEX_ID && m->token->text.len < TYPO_BYTES_MIN) /* NOT is no slip for NO */
        return false;
    Str names[EXPECTED_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->expected->count; i++)
        if (lex_is_keyword(m->expected->kinds[i]))
            names[count++] = str_from(lex_spelling(m->expected->kinds[i]));
    int32_t nearest = diag_nearest(m->token->text, names, count);
    if (nearest < 0)
        return false;
    diag_fix(diag, m->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return true;
}

/* Words that begin a clause, and the word behind them: nearly the one before the other shows what was meant. */
static const struct {
    const char *word;
    LexKind next;
} PAIRS[] = {
    { "WATERMARK", LEX_FOR },      { "PRIMARY", LEX_KEY },     { "PARTITION", LEX_BY },   { "PARTITIONED", LEX_BY },
    { "DISTRIBUTED", LEX_BY },     { "DEDUPLICATE", LEX_BY },  { "GROUP", LEX_BY },       { "ORDER", LEX_BY },
    { "DIMENSIONS", LEX_LPAREN },  { "MEASURES", LEX_LPAREN }, { "RETAIN", LEX_LPAREN },  { "TITLE", LEX_STRING },
    { "DESCRIPTION", LEX_STRING }, { "OWNER", LEX_STRING },    { "SECTION", LEX_STRING }, { "COMMENT", LEX_STRING },
};

/* Two letters side by side changed places: FORM is FROM rather than FOR. */
static bool is_swapped(Str word, Str keyword)
{
    if (word.len != keyword.len)
        return false;
    uint64_t at = 0;
    while (at < word.len && (word.data[at] & ~0x20) == keyword.data[at])
        at++;
    if (at + 1 >= word.len)
        return false;
    char swapped[2] = { word.data[at + 1], word.data[at] };
    Str rest = str_slice(word, at + 2, word.len - at - 2);
    return str_equal_nocase((Str){ swapped, 2 }, str_slice(keyword, at, 2)) &&
           str_equal_nocase(rest, str_slice(keyword, at + 2, rest.len));
}

static Str nearest_clause(const ParseState *p, LexKind token)
{
    if (p->before != LEX_ID || p->taken.quoted || p->taken.text.len < TYPO_BYTES_MIN)
        return STR_EMPTY;
    Str names[LEX_KIND_COUNT];
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++)
        if (PAIRS[i].next == token)
            names[count++] = str_from(PAIRS[i].word);
    for (int kind = 0; kind < LEX_KIND_COUNT; kind++)
        if (lex_is_keyword((LexKind)kind) && lex_class((LexKind)kind) == LEX_CLASS_RESERVED)
            names[count++] = str_from(lex_spelling((LexKind)kind));
    for (uint32_t i = 0; i < count; i++)
        if (is_swapped(p->taken.text, names[i]))
            return names[i];
    int32_t nearest = diag_nearest(p->taken.text, names, count);
    return nearest < 0 ? STR_EMPTY : names[nearest];
}

/* The name before the token may have been meant as a clause and was taken for a name (WATERMAK FOR, t WHER x). */
static bool offer_clause(const Misfit *m, Diag *diag)
{
    const ParseState *p = m->p;
    Str nearest = nearest_clause(p, m->token->kind);
    if (nearest.len == 0)
        return false;
    diag_fix(diag, token_span(p, &p->taken), nearest, "did you mean `%.*s` before it?", STR_ARG(nearest));
    return true;
}

/* ---------------------------------------------------------------- words of other dialects */
static bool offer_foreign(const Misfit *m, Diag *diag)
{
    const ParseState *p = m->p;
    if (!m->token->quoted && foreign_help(diag, FOREIGN_WORD, m->span, m->token->text))
        return true;
    bool opened = p->before == LEX_LT || p->before == LEX_LPAREN; /* STRUCT<a INT> */
    const LexToken *word = opened ? &p->earlier : &p->taken;
    bool is_word = (word->kind == LEX_ID && !word->quoted) || lex_is_keyword(word->kind);
    return is_word && foreign_help(diag, FOREIGN_WORD, token_span(p, word), word->text);
}

/* ---------------------------------------------------------------- slips that two tokens show */
static bool is_number(LexKind kind)
{
    return kind == LEX_INTEGER || kind == LEX_DECIMAL;
}

static bool ends_on_a_later_line(const ParseState *p, const LexToken *token)
{
    Str text = source_slice(p->source, token_span(p, token));
    return text.len > 0 && memchr(text.data, '\n', text.len) != NULL;
}

/* The part of a text that stands on its first line. */
static Span first_line(const ParseState *p, const LexToken *token)
{
    Span span = token_span(p, token);
    Str text = source_slice(p->source, span);
    const char *line_end = memchr(text.data, '\n', text.len);
    span.end = span.start + (uint32_t)(line_end - text.data);
    return span;
}

static bool offer_around_text(const Misfit *m, Diag *diag)
{
    const ParseState *p = m->p;
    if (p->earlier.kind == LEX_INTERVAL && m->token->kind != LEX_ID) {
        diag_help(diag, "the unit of an interval stands behind its text: `INTERVAL '5' MINUTE`");
    } else if (p->taken.continued) {
        diag_help(diag, "texts with nothing but a line end between them are one text: is a comma missing there?");
    } else if (ends_on_a_later_line(p, &p->taken)) {
        diag_label(diag, first_line(p, &p->taken), "the text before it opens here");
        diag_help(diag, "that text ends on a later line: is its closing quote missing?");
    } else if (m->token->kind == LEX_STRING && m->expected->operator) {
        diag_help(diag, "two texts stand side by side: `||` joins them, or a comma is missing");
    } else {
        return false;
    }
    return true;
}

static bool begins_clause(LexKind kind)
{
    switch (kind) {
    case LEX_SEMICOLON:
    case LEX_FROM:
    case LEX_WHERE:
    case LEX_GROUP:
    case LEX_HAVING:
    case LEX_ORDER:
    case LEX_LIMIT:
    case LEX_JOIN:
    case LEX_UNION:
    case LEX_WINDOW:
    case LEX_CREATE:
    case LEX_INSERT:
        return true;
    default:
        return false;
    }
}

static bool offer_parenthesis(const Misfit *m, Diag *diag)
{
    const ParseState *p = m->p;
    if (m->token->kind == LEX_RPAREN && p->closed_nothing) {
        diag_help(diag, "no parenthesis is open here: is there one too many, or one missing before?");
    } else if (p->depth > 0 && begins_clause(m->token->kind) && !m->expected->expression) {
        uint32_t at = p->opened_at[p->depth];
        diag_label(diag, (Span){ p->source->file, at, at + 1 }, "this one is still open");
        diag_help(diag, "is a closing parenthesis missing before it?");
    } else if (m->token->kind == LEX_LPAREN && p->before == LEX_RPAREN && p->depth == 1) {
        diag_help(diag, "is a comma missing between the two?");
    } else {
        return false;
    }
    return true;
}

static bool offer_slip(const Misfit *m, Diag *diag)
{
    const ParseState *p = m->p;
    LexKind token = m->token->kind;
    if (p->before == LEX_STRING && offer_around_text(m, diag))
        return true;
    if (p->before == LEX_EQ && token == LEX_EQ) {
        diag_fix(diag, span_join(token_span(p, &p->taken), m->span), STR("="), "equality is one `=`");
    } else if (token == LEX_COLON && p->ahead[0].kind == LEX_COLON) {
        diag_help(diag, "a cast is written `CAST(x AS type)`");
    } else if (p->before == LEX_INTERVAL && is_number(token)) {
        Str quoted = str_printf(p->build.arena, "'%.*s'", STR_ARG(m->token->text));
        diag_fix(diag, m->span, quoted, "the number of an interval is a text: `INTERVAL %.*s MINUTE`", STR_ARG(quoted));
    } else if (token == LEX_ID && p->ahead[0].kind == LEX_EQ && m->expected->text && !m->expected->name) {
        Str quoted = str_printf(p->build.arena, "'%.*s'", STR_ARG(m->token->text));
        diag_fix(diag, m->span, quoted, "options are texts: `%.*s = 'value'`", STR_ARG(quoted));
    } else if (p->before == LEX_COMMA && (token == LEX_RPAREN || m->expected->expression)) {
        diag_help(diag, "a comma stands before it: is there one too many, or something missing behind it?");
    } else if (p->before == LEX_MINUS && token == LEX_GT) {
        diag_help(diag, "a field is written `a.b`, one inside a JSON text `JSON_VALUE(a, '$.b')`");
    } else if (p->before == LEX_WATERMARK) {
        diag_help(diag, "it is written `WATERMARK FOR ts AS ts - INTERVAL '5' SECOND`");
    } else if (p->before == LEX_AS && token == LEX_STRING) {
        Str name = str_printf(p->build.arena, "`%.*s`", STR_ARG(m->token->text));
        diag_fix(diag, m->span, name, "a name stands without quotes, or in backquotes");
    } else if (p->open_cases > 0 && lex_is_keyword(token) && lex_class(token) == LEX_CLASS_RESERVED) {
        diag_help(diag, "is the END of the CASE missing before it?");
    } else {
        return false;
    }
    return true;
}

/* ---------------------------------------------------------------- calls with words between their arguments */
typedef enum FormSlip { SLIP_ANY, SLIP_COMMA, SLIP_FIRST } FormSlip; /* where other dialects differ */

static const struct {
    const char *word;
    FormSlip slip;
    const char *help;
} FORMS[] = {
    { "CAST", SLIP_ANY, "a cast is written `CAST(x AS type)`" },
    { "TRY_CAST", SLIP_ANY, "it is written `TRY_CAST(x AS type)`" },
    { "EXTRACT", SLIP_COMMA, "it is written `EXTRACT(HOUR FROM x)`" },
    { "EXTRACT", SLIP_FIRST, "the unit stands first: `EXTRACT(HOUR FROM x)`" },
    { "POSITION", SLIP_COMMA, "it is written `POSITION(part IN text)`" },
    { "SUBSTRING", SLIP_COMMA, "it is written `SUBSTRING(text FROM 1 FOR 2)`, or with commas only" },
    { "OVERLAY", SLIP_COMMA, "it is written `OVERLAY(text PLACING part FROM 1 FOR 2)`" },
    { "TIMESTAMPDIFF", SLIP_FIRST, "the unit stands first: `TIMESTAMPDIFF(HOUR, from, to)`" },
    { "TIMESTAMPADD", SLIP_FIRST, "the unit stands first: `TIMESTAMPADD(HOUR, 1, x)`" },
};

static bool is_word_letter(char c)
{
    char lower = (char)(c | 0x20);
    return c == '_' || (lower >= 'a' && lower <= 'z');
}

/* The word in front of the innermost parenthesis that is open. */
static Str word_of_parenthesis(const ParseState *p)
{
    if (p->depth == 0)
        return STR_EMPTY;
    const char *text = p->source->text.data;
    uint32_t end = p->opened_at[p->depth];
    while (end > 0 && text[end - 1] == ' ')
        end--;
    uint32_t start = end;
    while (start > 0 && is_word_letter(text[start - 1]))
        start--;
    return (Str){ text + start, end - start };
}

static bool offer_form(const Misfit *m, Diag *diag)
{
    Str word = word_of_parenthesis(m->p);
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        bool here = FORMS[i].slip == SLIP_ANY || (FORMS[i].slip == SLIP_COMMA && m->token->kind == LEX_COMMA) ||
                    (FORMS[i].slip == SLIP_FIRST && m->p->before == LEX_LPAREN);
        if (!here || !str_equal_nocase(word, str_from(FORMS[i].word)))
            continue;
        diag_help(diag, "%s", FORMS[i].help);
        return true;
    }
    return false;
}

/* ---------------------------------------------------------------- a missing semicolon */
static bool starts_statement(LexKind kind)
{
    switch (kind) {
    case LEX_SELECT:
    case LEX_CREATE:
    case LEX_INSERT:
    case LEX_UPSERT:
    case LEX_WITH:
    case LEX_VALUES:
    case LEX_DROP:
    case LEX_ALTER:
    case LEX_TEST:
    case LEX_IMPORT:
    case LEX_EXECUTE:
    case LEX_BEGIN:
    case LEX_EXPLAIN:
    case LEX_SHOW:
    case LEX_DESCRIBE:
    case LEX_USE:
    case LEX_SET:
    case LEX_RESET:
    case LEX_DELETE:
    case LEX_TRUNCATE:
        return true;
    default:
        return false;
    }
}

static bool is_first_on_line(const ParseState *p, uint32_t at)
{
    const char *text = p->source->text.data;
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
        at--;
    return at == 0 || text[at - 1] == '\n';
}

static void say_missing_semicolon(ParseState *p, const LexToken *last, const LexToken *start)
{
    Span end = token_span(p, last);
    Diag *diag =
        diag_error(p->diags, E0101, token_span(p, start), "a `;` is missing before `%.*s`", STR_ARG(start->text));
    diag_here(diag, "a new statement begins");
    diag_fix(diag, end, str_printf(p->build.arena, "%.*s;", STR_ARG(source_slice(p->source, end))),
             "every statement ends with `;`");
}

/* The statement before could have ended: SELECT, CREATE, TEST .. on a line of its own begins the next one. */
static bool misses_semicolon(ParseState *p, const LexToken *token, const Expected *expected)
{
    bool inside = p->depth > 0 || p->open_cases > 0;
    bool is_foreign = p->before == LEX_ID && foreign_find(FOREIGN_WORD, p->taken.text) != NULL; /* MINUS SELECT */
    bool is_certain =
        !is_foreign && (token->kind == LEX_SELECT || token->kind == LEX_CREATE || token->kind == LEX_INSERT);
    if (!inside && expected->semicolon && starts_statement(token->kind) &&
        (is_certain || is_first_on_line(p, token->start))) {
        say_missing_semicolon(p, &p->taken, token);
        p->go_on = PARSE_END_STATEMENT;
        return true;
    }
    /* Behind the start of this statement: going back there goes on. */
    bool taken_as_name = starts_statement(p->taken.kind) && p->taken.start > p->statement_start &&
                         is_first_on_line(p, p->taken.start) && lex_class(p->taken.kind) != LEX_CLASS_RESERVED;
    if (!taken_as_name || token->kind != LEX_ID)
        return false;
    say_missing_semicolon(p, &p->earlier, &p->taken);
    p->go_on = PARSE_AGAIN;
    p->again = p->taken.start;
    return true;
}

/* ---------------------------------------------------------------- a missing AS */
/* Is it CREATE VIEW or METRIC without a query yet?  Reads it again, up to the token. */
static bool is_head_of_create(const ParseState *p, const LexToken *until)
{
    Lexer lexer = p->lexer;
    lexer.quiet = true;
    lexer.keep_comments = false;
    lexer.at = (const unsigned char *)p->source->text.data + p->statement_start;
    LexToken token = lexer_next(&lexer);
    bool is_head = token.kind == LEX_CREATE && p->depth == 0, takes_query = false;
    for (int depth = 0; is_head && token.start < until->start; token = lexer_next(&lexer)) {
        depth += (token.kind == LEX_LPAREN) - (token.kind == LEX_RPAREN);
        takes_query |= token.kind == LEX_VIEW || token.kind == LEX_METRIC;
        is_head = depth > 0 || (token.kind != LEX_AS && token.kind != LEX_FROM);
    }
    return is_head && takes_query;
}

/* CREATE VIEW v SELECT .. */
static bool misses_as(ParseState *p, const LexToken *token, const Expected *expected)
{
    bool begins = token->kind == LEX_SELECT || token->kind == LEX_WITH || token->kind == LEX_VALUES;
    bool fits = false;
    for (uint32_t i = 0; i < expected->count; i++)
        fits |= expected->kinds[i] == LEX_AS;
    if (!begins || !fits || !is_head_of_create(p, token))
        return false;
    Span span = token_span(p, token);
    Diag *diag = diag_error(p->diags, E0101, span, "`AS` is missing before `%.*s`", STR_ARG(token->text));
    diag_fix(diag, span, str_printf(p->build.arena, "AS %.*s", STR_ARG(token->text)), "the query stands behind AS");
    return true;
}

/* ---------------------------------------------------------------- */
static bool is_ending(const ParseState *p, const LexToken *token)
{
    return token->kind == LEX_SEMICOLON && token->start == token->end && token->start == p->source->text.len;
}

static bool say_out_of_place(ParseState *p, const LexToken *token, Span span)
{
    LexKind next = p->ahead[0].kind;
    bool emit = token->kind == LEX_EMIT && (next == LEX_AFTER || next == LEX_ON || next == LEX_EVERY);
    if (!emit && !(token->kind == LEX_LATE && next == LEX_ROWS))
        return false;
    Diag *diag = diag_error(p->diags, E0107, span, "`%s` cannot stand here", lex_spelling(token->kind));
    diag_help(diag, "EMIT and LATE belong to the header of a metric, before AS, or to the end of an INSERT");
    return true;
}

/* The most certain first. */
static bool (*const OFFERS[])(const Misfit *, Diag *) = {
    offer_slip, offer_parenthesis, offer_form, offer_foreign, offer_keyword, offer_clause,
};

static void say_cannot_stand(const Misfit *m)
{
    ParseState *p = m->p;
    LexKind kind = m->token->kind;
    const Expected *expected = m->expected;
    bool reserved = lex_is_keyword(kind) && lex_class(kind) == LEX_CLASS_RESERVED;
    bool as_name =
        reserved && expected->name && !expected->expression && !expected->operator&& p->before != LEX_WATERMARK;
    if (as_name && nearest_clause(p, kind).len == 0) {
        Diag *diag =
            diag_error(p->diags, E0104, m->span, "`%.*s` is a reserved word, not a name", STR_ARG(m->token->text));
        say_expected(p, diag, expected);
        Str quoted = str_printf(p->build.arena, "`%.*s`", STR_ARG(m->token->text));
        diag_fix(diag, m->span, quoted, "if it is meant as a name, write it in backquotes");
        return;
    }
    Diag *diag = diag_error(p->diags, E0101, m->span, "`%.*s` cannot stand here", STR_ARG(shown(p, m->span)));
    say_expected(p, diag, expected);
    for (size_t i = 0; i < sizeof OFFERS / sizeof OFFERS[0]; i++)
        if (OFFERS[i](m, diag))
            return;
    if (reserved && expected->operator&& expected->name)
        diag_help(diag, "if it is meant as a name, it is written in backquotes");
    else if (reserved && expected->expression)
        diag_help(diag, "an operand is missing before it; as the name of a column it is written in backquotes");
    else if (p->depth > 0 && expected->comma && expected->closes && (kind == LEX_ID || lex_is_keyword(kind)))
        diag_help(diag, "is a comma missing before it?");
    else if (p->before == LEX_ID && kind == LEX_ID && expected->count > EXPECTED_SHOWN_MAX)
        diag_help(diag, "two names stand side by side: a comma or an operator may be missing");
}

void parse_syntax_error(ParseState *p, const LexToken *token, const void *machine)
{
    bool said = p->failed || p->go_on == PARSE_END_STATEMENT; /* one error a statement */
    p->failed = true;
    p->stopped = true;
    if (said)
        return;
    Expected expected;
    find_expected(machine, &expected);
    Span span = token_span(p, token);
    if (is_ending(p, token)) {
        span.start = p->end == 0 ? 0 : p->end - 1;
        span.end = p->end;
        say_expected(p, diag_error(p->diags, E0106, span, "the text ends inside a statement"), &expected);
        return;
    }
    if (!say_out_of_place(p, token, span) && !misses_as(p, token, &expected) && !misses_semicolon(p, token, &expected))
        say_cannot_stand(&(Misfit){ p, token, span, &expected });
}

/* ---------------------------------------------------------------- what a statement with a mistake defines */
static void skip(Lexer *lexer, LexToken *token, LexKind kind)
{
    if (token->kind == kind)
        *token = lexer_next(lexer);
}

static bool defines_relation(LexKind kind)
{
    return kind == LEX_TABLE || kind == LEX_STREAM || kind == LEX_VIEW || kind == LEX_METRIC || kind == LEX_FUNCTION;
}

/* Reads the head of the statement again: CREATE [OR ALTER] [TEMPORARY] TABLE [IF NOT EXISTS] name. */
AstNode *parse_name_of_broken(ParseState *p, uint32_t start)
{
    Lexer lexer = p->lexer;
    lexer.quiet = true;
    lexer.keep_comments = false;
    lexer.at = (const unsigned char *)p->source->text.data + start;
    LexToken token = lexer_next(&lexer);
    Str create = STR("CREATE");
    if (token.kind != LEX_CREATE && (token.kind != LEX_ID || diag_nearest(token.text, &create, 1) < 0))
        return NULL;
    token = lexer_next(&lexer);
    static const LexKind NOISE[] = { LEX_OR,     LEX_ALTER,     LEX_REPLACE,     LEX_TEMPORARY,
                                     LEX_SYSTEM, LEX_AGGREGATE, LEX_MATERIALIZED };
    for (size_t i = 0; i < sizeof NOISE / sizeof NOISE[0]; i++)
        skip(&lexer, &token, NOISE[i]);
    if (!defines_relation(token.kind) && token.kind != LEX_ID)
        return NULL;
    LexToken object = token; /* perhaps misspelt: CREATE STREM s */
    token = lexer_next(&lexer);
    bool is_missing = object.kind == LEX_ID && token.kind != LEX_ID && !lex_is_keyword(token.kind);
    if (is_missing) /* CREATE s ( */
        return NULL;
    skip(&lexer, &token, LEX_IF);
    skip(&lexer, &token, LEX_NOT);
    skip(&lexer, &token, LEX_EXISTS);
    AstNode *parts = NULL;
    while (token.kind == LEX_ID || lex_is_keyword(token.kind)) {
        parts = ast_append(&p->build, parts, parse_name(p, &token));
        token = lexer_next(&lexer);
        if (token.kind != LEX_DOT)
            break;
        token = lexer_next(&lexer);
    }
    if (parts == NULL)
        return NULL;
    AstNode *name = ast_make(&p->build, qname, parts->span);
    ast_put(&p->build, name, AST_AT_qname_parts, parts);
    return name;
}
