/* parse.c -- feeds tokens to the grammar, decides which words are keywords where they stand, goes on behind errors.
 *
 * The feeder looks two tokens ahead, for what an LALR(1) grammar cannot see:
 *   - a word of class CALL is a keyword before `(`, LEFT and RIGHT are not, and so on (keywords.def);
 *   - NOT before IN, LIKE, BETWEEN, SIMILAR binds to the word behind it; AT before TIME, WITHIN before GROUP are parts
 *     of an expression; the first IN of POSITION( .. ) is not that of a list.
 *
 * After an error the rest of the statement is skipped, up to its `;`, and a fresh machine takes over. */
#include "compiler/parse/parse.h"

#include "compiler/parse/grammar.h"
#include "compiler/parse/parse_internal.h"

enum { MACHINE_DEPTH_MAX = 20000 };

static const uint16_t GRAMMAR_TOKEN[LEX_KIND_COUNT] = {
#define TOKEN(name, spelling) [LEX_##name] = TK_##name,
#include "compiler/lex/tokens.def"
#undef TOKEN
#define KEYWORD(word, class) [LEX_##word] = TK_##word,
#include "compiler/lex/keywords.def"
#undef KEYWORD
};

const Source *parse_open(Sources *sources, Str path, Diags *diags)
{
    const Source *source = NULL;
    RtError error;
    RtStatus status = sources_read(sources, path, &source, &error);
    if (status == RT_OK)
        return source;
    DiagCode code = status == RT_BAD_DATA ? E0002 : E0001;
    diag_error(diags, code, span_none(), "cannot read `%.*s`: %s", STR_ARG(path), error.text);
    return NULL;
}

Diag *parse_refuse(ParseState *p, DiagCode code, Span span, const char *message)
{
    p->failed = true;
    return diag_error(p->diags, code, span, "%s", message);
}

/* What uses the name is not to blame for the mistake in its definition. */
static void remember_broken(ParseState *p, uint32_t start)
{
    AstNode *name = parse_name_of_broken(p, start);
    if (name != NULL)
        p->broken = ast_append(&p->build, p->broken, name);
}

void parse_statement_done(ParseState *p, AstNode *statement)
{
    p->in_statement_set = false;
    if (p->build.too_high) {
        parse_refuse(p, E0102, p->build.high_span, "the statement is nested too deeply");
        p->build.too_high = false;
    }
    if (p->failed)
        remember_broken(p, statement->span.start);
    else
        p->statements = ast_append(&p->build, p->statements, statement);
    p->failed = false;
    p->open = NULL;
    p->part = NULL;
    p->aggregate = NULL;
}

static Span token_span(const ParseState *p, const LexToken *token)
{
    return (Span){ p->source->file, token->start, token->end };
}

LexKind parse_kind_of(uint16_t grammar_token)
{
    for (int kind = LEX_ID; kind < LEX_KIND_COUNT; kind++)
        if (GRAMMAR_TOKEN[kind] == grammar_token)
            return (LexKind)kind;
    return LEX_BAD;
}

/* ---------------------------------------------------------------- the feeder */
static void read_ahead(ParseState *p, uint32_t i)
{
    p->ahead[i] = lexer_next(&p->lexer);
    Diags *said = p->lexer.diags;
    p->ahead_diag[i] = said->items.count > 0 ? said->items.items[0] : NULL;
    said->items.count = 0;
    said->error_count = 0;
}

static void fill_ahead(ParseState *p)
{
    for (uint32_t i = 0; i <= PARSE_TOKENS_AHEAD; i++)
        read_ahead(p, i);
}

/* The next token; says what is wrong with it. */
static LexToken take(ParseState *p)
{
    LexToken token = p->ahead[0];
    if (token.kind == LEX_BAD && p->ahead_diag[0] != NULL && !p->lexer.quiet)
        diags_take(p->diags, p->ahead_diag[0]);
    for (uint32_t i = 0; i < PARSE_TOKENS_AHEAD; i++) {
        p->ahead[i] = p->ahead[i + 1];
        p->ahead_diag[i] = p->ahead_diag[i + 1];
    }
    if (p->ahead[PARSE_TOKENS_AHEAD].kind != LEX_EOT)
        read_ahead(p, PARSE_TOKENS_AHEAD);
    return token;
}

static bool is_unit(LexKind kind)
{
    switch (kind) {
    case LEX_SECOND: case LEX_SECONDS: case LEX_MINUTE: case LEX_MINUTES: case LEX_HOUR: case LEX_HOURS: case LEX_DAY:
    case LEX_DAYS: case LEX_WEEK: case LEX_WEEKS: case LEX_MONTH: case LEX_MONTHS: case LEX_QUARTER: case LEX_QUARTERS:
    case LEX_YEAR: case LEX_YEARS: return true;
    default: return false;
    }
}

static bool is_name_like(LexKind kind)
{
    return kind == LEX_ID || (lex_is_keyword(kind) && lex_class(kind) != LEX_CLASS_RESERVED);
}

/* The grammar's token for `token`, by what stands behind it. */
static int grammar_token(ParseState *p, const LexToken *token)
{
    LexKind next = p->ahead[0].kind;
    switch (token->kind) {
    case LEX_NOT:
        return next == LEX_IN || next == LEX_LIKE || next == LEX_BETWEEN || next == LEX_SIMILAR ? TK_NOT_POST : TK_NOT;
    case LEX_AT: return next == LEX_TIME ? TK_AT_TIME : TK_AT;
    case LEX_ON: return next == LEX_CONFLICT && p->ahead[1].kind == LEX_DO ? TK_ON_CONFLICT : TK_ON;
    case LEX_WITHIN: return next == LEX_GROUP ? TK_WITHIN_GROUP : TK_WITHIN;
    case LEX_IN:
        if (!p->position[p->depth])
            return TK_IN;
        p->position[p->depth] = false;
        return TK_IN_POSITION;
    default: break;
    }
    if (!lex_is_keyword(token->kind))
        return GRAMMAR_TOKEN[token->kind];
    if (next == LEX_ARROW) /* OFFSET => INTERVAL '1' HOUR: only a name can stand there */
        return TK_ID;
    bool keyword = true;
    switch (lex_class(token->kind)) {
    case LEX_CLASS_RESERVED:
    case LEX_CLASS_FREE: break;
    case LEX_CLASS_CALL: keyword = next == LEX_LPAREN; break;
    case LEX_CLASS_JOIN: keyword = next != LEX_LPAREN; break;
    case LEX_CLASS_SCOPE: keyword = is_name_like(next) && p->ahead[1].kind == LEX_LPAREN; break;
    case LEX_CLASS_PERIOD: keyword = is_unit(next); break;
    case LEX_CLASS_WARM: keyword = next == LEX_INTERVAL; break;
    case LEX_CLASS_NOUN: keyword = is_name_like(next); break;
    case LEX_CLASS_TEXT: keyword = next == LEX_STRING; break;
    }
    return keyword ? GRAMMAR_TOKEN[token->kind] : TK_ID;
}

/* Follows parentheses and CASE; false beyond PARSE_DEPTH_MAX. */
static bool count_depth(ParseState *p, const LexToken *token)
{
    if (token->kind == LEX_LPAREN || token->kind == LEX_LBRACKET) {
        if (p->depth == PARSE_DEPTH_MAX)
            return false;
        p->depth++;
        p->opened_at[p->depth] = token->start;
        p->position[p->depth] = token->kind == LEX_LPAREN && p->before == LEX_POSITION;
    } else if (token->kind == LEX_RPAREN || token->kind == LEX_RBRACKET) {
        p->closed_nothing = p->depth == 0;
        p->depth -= p->depth > 0;
    } else if (token->kind == LEX_CASE) {
        p->open_cases++;
    } else if (token->kind == LEX_END && p->open_cases > 0) {
        p->open_cases--;
    } else if (token->kind == LEX_SEMICOLON) {
        p->open_cases = 0;
    }
    return true;
}

static void refuse_depth(ParseState *p, const LexToken *token)
{
    Diag *diag = parse_refuse(p, E0102, token_span(p, token), "the statement is nested too deeply");
    diag_here(diag, "level %d", PARSE_DEPTH_MAX + 1);
}

/* A `;` was missing before `token`, and has been told: the machine, which threw the token away, gets both. */
static void end_statement(ParseState *p, void *machine, const LexToken *token)
{
    LexToken semicolon = { LEX_SEMICOLON, p->end, p->end, STR(";"), false, false };
    p->failed = p->stopped = false;
    SqcParse(machine, TK_SEMICOLON, semicolon, p);
    p->go_on = PARSE_SKIP;
    p->statement_start = token->start;
    if (!p->stopped)
        SqcParse(machine, grammar_token(p, token), *token, p);
}

/* Feeds one token; false when the statement has to be given up. */
static bool feed(ParseState *p, void *machine, const LexToken *token)
{
    if (token->kind == LEX_BAD) {
        p->failed = true;
        return false;
    }
    if (!count_depth(p, token) || parse_machine_depth(machine) > MACHINE_DEPTH_MAX) {
        refuse_depth(p, token);
        return false;
    }
    if (p->before == LEX_SEMICOLON)
        p->statement_start = token->start;
    SqcParse(machine, grammar_token(p, token), *token, p);
    if (p->go_on == PARSE_END_STATEMENT)
        end_statement(p, machine, token);
    p->end = token->end;
    p->before = token->kind;
    p->earlier = p->taken;
    p->taken = *token;
    return !p->stopped;
}

static void read_from(ParseState *p, uint32_t at)
{
    p->lexer.quiet = false;
    p->lexer.in_hint = false;
    p->lexer.at = (const unsigned char *)p->source->text.data + at;
    fill_ahead(p); /* what was read ahead in silence has to be said */
}

/* Goes on behind the `;` of the statement, or of the END of a statement set; `token` is where the error was seen. */
static void skip_statement(ParseState *p, LexToken token)
{
    if (p->go_on == PARSE_AGAIN) {
        read_from(p, p->again);
        return;
    }
    bool in_set = p->in_statement_set;
    LexKind before = LEX_BAD;
    p->lexer.quiet = true;
    while (token.kind != LEX_EOT && (token.kind != LEX_SEMICOLON || in_set)) {
        if (token.kind == LEX_END && before == LEX_SEMICOLON)
            in_set = false;
        before = token.kind;
        token = take(p);
    }
    read_from(p, token.end);
}

static void *machine_start(ParseState *p, int start)
{
    void *machine = SqcParseAlloc(mem_alloc);
    if (machine == NULL)
        mem_exhausted();
    SqcParse(machine, start, (LexToken){ 0 }, p);
    return machine;
}

static void statement_reset(ParseState *p)
{
    p->failed = false;
    p->stopped = false;
    p->go_on = PARSE_SKIP;
    p->in_statement_set = false;
    p->build.too_high = false;
    p->depth = 0;
    p->open_cases = 0;
    p->position[0] = false;
    p->before = LEX_SEMICOLON;
    p->taken = p->earlier = (LexToken){ .kind = LEX_SEMICOLON };
    p->open = NULL;
    p->part = NULL;
    p->aggregate = NULL;
}

/* The end of the text closes a statement as `;` does; the token has no length. */
static LexToken closing(const ParseState *p)
{
    uint32_t end = (uint32_t)p->source->text.len;
    return (LexToken){ LEX_SEMICOLON, end, end, STR("end of text"), false, false };
}

/* Feeds the whole text.  In a text of one query or expression (`start` says so) nothing is gone on with. */
static void run(ParseState *p, int start)
{
    void *machine = machine_start(p, start);
    bool at_end = false;
    while (!at_end && !diags_is_full(p->diags)) {
        LexToken token = take(p);
        at_end = token.kind == LEX_EOT;
        if (at_end)
            token = closing(p);
        if (feed(p, machine, &token))
            continue;
        SqcParseFree(machine, mem_free);
        if (start != TK_START_PROGRAM)
            return;
        remember_broken(p, p->statement_start);
        if (!at_end)
            skip_statement(p, token);
        statement_reset(p);
        machine = machine_start(p, start);
    }
    if (at_end && !p->stopped)
        SqcParse(machine, 0, (LexToken){ 0 }, p);
    SqcParseFree(machine, mem_free);
}

static AstNode *parse_text(Arena *query, const Source *source, Diags *diags, int start)
{
    ParseState *p = ARENA_NEW(query, ParseState);
    p->build.arena = query;
    p->diags = diags;
    p->source = source;
    statement_reset(p);
    if (lex_check_text(source, diags)) {
        lexer_init(&p->lexer, query, source, diags_new(query, NULL));
        fill_ahead(p);
        run(p, start);
    }
    if (start != TK_START_PROGRAM) {
        if (p->build.too_high)
            parse_refuse(p, E0102, p->build.high_span, "the text is nested too deeply");
        return p->failed ? NULL : p->result;
    }
    AstNode *program = ast_make(&p->build, program, ((Span){ source->file, 0, (uint32_t)source->text.len }));
    ast_put(&p->build, program, AST_AT_program_statements, p->statements);
    ast_put(&p->build, program, AST_AT_program_broken, p->broken);
    return program;
}

AstNode *parse_program(Arena *query, const Source *source, Diags *diags)
{
    return parse_text(query, source, diags, TK_START_PROGRAM);
}

AstNode *parse_query(Arena *query, const Source *source, Diags *diags)
{
    return parse_text(query, source, diags, TK_START_QUERY);
}

AstNode *parse_expression(Arena *query, const Source *source, Diags *diags)
{
    return parse_text(query, source, diags, TK_START_EXPRESSION);
}

AstNode *parse_type(Arena *query, const Source *source, Diags *diags)
{
    return parse_text(query, source, diags, TK_START_TYPE);
}
