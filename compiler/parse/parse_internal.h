/* parse_internal.h -- between the token feeder (parse.c), the grammar (grammar.y) and the node makers (parse_nodes.c,
 * parse_exprs.c).
 *
 * The end of a node is `end`: the last token that the machine has taken in before its look-ahead.  That works because
 * Lemon never reduces before it has seen the token behind. */
#ifndef SQC_PARSE_PARSE_INTERNAL_H
#define SQC_PARSE_PARSE_INTERNAL_H

#include "compiler/ast/ast.h"
#include "compiler/ast/build.h"
#include "compiler/diag/diag.h"
#include "compiler/lex/lex.h"
#include "compiler/parse/parse.h"
#include "runtime/base/alloc.h"

enum { PARSE_TOKENS_AHEAD = 2 };

typedef enum ParseGoOn {
    PARSE_SKIP,          /* behind the next `;` */
    PARSE_END_STATEMENT, /* here, as if a `;` stood before the token */
    PARSE_AGAIN,         /* at the token at `again` */
} ParseGoOn;

typedef struct ParseState {
    AstBuild build;
    Diags *diags;
    const Source *source;
    Lexer lexer; /* its diagnostics are its own until their token is taken in */
    LexToken ahead[PARSE_TOKENS_AHEAD + 1]; /* the next tokens, first at 0 */
    Diag *ahead_diag[PARSE_TOKENS_AHEAD + 1]; /* what is wrong with each that is LEX_BAD */
    uint32_t end;                           /* of the last token taken in */
    LexKind before;                         /* its kind */
    LexToken taken;                         /* the token itself */
    LexToken earlier;                       /* the one before that */
    bool failed;                            /* this statement has an error */
    bool stopped;                           /* and the machine cannot go on with it */
    ParseGoOn go_on;                        /* where, behind an error */
    uint32_t again;
    uint32_t statement_start;
    bool in_statement_set;
    uint32_t depth;  /* open parentheses and brackets */
    uint32_t open_cases;
    bool closed_nothing; /* the last `)` had no `(` */
    uint32_t opened_at[PARSE_DEPTH_MAX + 1];
    bool position[PARSE_DEPTH_MAX + 1]; /* is the parenthesis of this depth that of POSITION, still without its IN? */
    AstNode *statements;
    AstNode *broken;    /* names that statements with mistakes would have defined */
    AstNode *result;    /* of parse_query and its like */
    AstNode *open;      /* the METRIC or ALERT under construction */
    AstNode *part;      /* the DIMENSION or MEASURE under construction */
    AstNode *aggregate; /* the aggregate function under construction */
} ParseState;

/* ---------------------------------------------------------------- values of nonterminals that are no nodes */
typedef struct ParseCreate {
    Span span;
    int or_alter;
    int temporary;
} ParseCreate;

typedef struct ParseKey {
    AstNode *name;
    bool primary;
    bool unique;
    bool not_enforced;
} ParseKey;

typedef struct ParseStatistics {
    AstNode *columns;
    bool all;
} ParseStatistics;

typedef struct ParseTableTail {
    AstNode *like;
    AstNode *query;
} ParseTableTail;

typedef struct ParseShowTail {
    AstNode *from;
    AstNode *pattern;
    bool negated;
    bool any_case;
} ParseShowTail;

typedef struct ParseLimit {
    AstNode *limit;
    AstNode *offset;
} ParseLimit;

typedef struct ParseWith {
    Span span;
    AstNode *ctes;
    int recursive;
} ParseWith;

typedef struct ParseQuantifier {
    int distinct;
    AstNode *on;
} ParseQuantifier;

typedef struct ParseJoinCondition {
    AstNode *on;
    AstNode *columns;
} ParseJoinCondition;

typedef struct ParseAlias {
    AstNode *name;
    AstNode *columns;
} ParseAlias;

typedef struct ParseSkip {
    AstSkip skip;
    AstNode *to;
} ParseSkip;

typedef struct ParseRepeat {
    int64_t min;
    int64_t max;
    bool reluctant;
} ParseRepeat;

typedef struct ParseSet {
    AstNode *query;
    AstNode *items;
} ParseSet;

typedef struct ParseUnits {
    AstUnit unit;
    AstUnit to_unit;
    int64_t precision;
    int64_t scale;
} ParseUnits;

typedef struct ParseJsonWrapper {
    LexToken token;
    AstJsonWrapper wrapper;
} ParseJsonWrapper;

typedef struct ParseJsonOn {
    LexToken token;
    AstJsonOn on;
    AstNode *value;
} ParseJsonOn;

typedef struct ParseArgs {
    AstNode *args;
    AstNode *order_by;
    AstCallNulls nulls;
    bool distinct;
    bool star;
} ParseArgs;

typedef struct ParseArgTail {
    AstNode *partition_by;
    AstNode *order_by;
} ParseArgTail;

typedef struct ParseSuffixes {
    AstNode *within_group;
    AstNode *filter;
    AstNode *over;
    AstCallNulls nulls;
} ParseSuffixes;

typedef struct ParseFrame {
    AstFrame unit;
    AstNode *start;
    AstNode *end;
} ParseFrame;

typedef struct ParseDate {
    AstNode *date;
    AstNode *zone;
} ParseDate;

typedef struct ParseTable {
    AstNode *columns;
    AstNode *rows;
} ParseTable;

/* ---------------------------------------------------------------- the machine, defined by grammar.y */
void *SqcParseAlloc(void *(*allocate)(size_t));
void SqcParseFree(void *machine, void (*release)(void *));
void SqcParse(void *machine, int token, LexToken value, ParseState *p);
uint32_t parse_machine_depth(const void *machine);
/* Tokens that the machine would take in now, names of keywords apart. */
uint32_t parse_machine_expected(const void *machine, uint16_t *tokens, uint32_t token_max);

/* ---------------------------------------------------------------- parse_errors.c */
void parse_syntax_error(ParseState *p, const LexToken *token, const void *machine);
/* The QNAME that the statement at `start` defines, or NULL. */
AstNode *parse_name_of_broken(ParseState *p, uint32_t start);

/* ---------------------------------------------------------------- parse.c */
/* LEX_BAD for tokens of the grammar's own. */
LexKind parse_kind_of(uint16_t grammar_token);
void parse_statement_done(ParseState *p, AstNode *statement);
/* An error of the grammar's actions: the statement goes on, but does not count. */
Diag *parse_refuse(ParseState *p, DiagCode code, Span span, const char *message);

static inline Span parse_span_token(const ParseState *p, const LexToken *token)
{
    return (Span){ p->source->file, token->start, p->end };
}

static inline Span parse_span_node(const ParseState *p, const AstNode *node)
{
    return (Span){ p->source->file, node->span.start, p->end };
}

static inline Span parse_span_from(const ParseState *p, Span span)
{
    return (Span){ p->source->file, span.start, p->end };
}

/* ---------------------------------------------------------------- parse_nodes.c: names, types, statements */
AstNode *parse_name(ParseState *p, const LexToken *token);
/* first.rest as one QNAME. */
AstNode *parse_path(ParseState *p, AstNode *first, AstNode *rest);
AstNode *parse_string(ParseState *p, const LexToken *token);
AstNode *parse_number(ParseState *p, AstKind kind, const LexToken *token);
AstNode *parse_option(ParseState *p, const LexToken *key, const LexToken *value);
AstNode *parse_session_command(ParseState *p, Span span, const char *what, AstNode *subject, AstNode *options);
AstNode *parse_unit(ParseState *p, AstUnit unit);
AstNode *parse_empty_list(ParseState *p);
/* A count in the syntax, up to 2^31 - 1; complains and answers 0 beyond. */
int64_t parse_count(ParseState *p, const LexToken *token);

AstNode *parse_type_node(ParseState *p, Span span, AstType base);
AstNode *parse_type_of(ParseState *p, Span span, AstType base, int64_t precision);
AstNode *parse_type_word(ParseState *p, AstNode *name, const LexToken *precision, const LexToken *scale);
AstNode *parse_type_path(ParseState *p, AstNode *first, AstNode *rest);
AstNode *parse_type_raw(ParseState *p, AstNode *name, AstNode *class_name, AstNode *snapshot);
AstNode *parse_type_structured(ParseState *p, AstNode *name, AstNode *class_name, AstNode *fields);
AstNode *parse_type_interval(ParseState *p, Span span, AstUnit unit, int64_t precision, AstUnit to, int64_t scale);
AstNode *parse_type_nested(ParseState *p, Span span, AstType base, AstNode *key, AstNode *element);

void parse_once(ParseState *p, AstNode *node, uint32_t at, AstNode *value, const LexToken *token);
void parse_once_flag(ParseState *p, AstNode *node, uint32_t at, const LexToken *token);
/* at_* is -1 where this kind of object knows no such word. */
void parse_create_flags(ParseState *p, AstNode *node, ParseCreate create, int at_or_alter, int at_temporary,
                        int at_system);
AstNode *parse_distribution(ParseState *p, Span span, AstDistribution by, AstNode *columns, int64_t buckets);
AstNode *parse_like_option(ParseState *p, Span span, AstLikeAction action, AstLikeWhat what);
AstNode *parse_function(ParseState *p, ParseCreate create, int if_not_exists, AstNode *name);
void parse_function_fill(ParseState *p, AstNode *node, ParseCreate create, int if_not_exists, AstNode *name);
AstNode *parse_aggregate(ParseState *p);
AstNode *parse_param(ParseState *p, AstNode *name, AstNode *type, AstNode *fallback);
AstNode *parse_alter_drop(ParseState *p, Span span, AstAlterDrop what, AstNode *columns);
AstNode *parse_alter_partitions(ParseState *p, Span span, bool drop, int conditional, AstNode *partitions);
AstNode *parse_refresh(ParseState *p, Span span, AstRefresh what);
AstNode *parse_use(ParseState *p, Span span, AstObject object, AstNode *names);
AstNode *parse_show(ParseState *p, Span span, const char *prefix, AstNode *word, AstNode *name, ParseShowTail tail);
AstNode *parse_show_create(ParseState *p, Span span, AstObject object, AstNode *name);
AstNode *parse_describe(ParseState *p, Span span, AstObject object, bool extended, AstNode *name);
AstNode *parse_describe_job(ParseState *p, Span span, AstNode *word, AstNode *job);
AstNode *parse_explain(ParseState *p, Span span, AstNode *details, AstNode *statement);

void parse_metric_done(ParseState *p, AstNode *metric);
void parse_alert_done(ParseState *p, AstNode *alert);
void parse_emit_once(ParseState *p, AstNode *emit);
AstNode *parse_emit(ParseState *p, Span span, AstEmit mode, AstNode *interval);
AstNode *parse_late(ParseState *p, Span span, AstNode *alias, AstNode *into, AstNode *within, bool correct);
AstNode *parse_unit_word(ParseState *p, AstNode *word);
AstNode *parse_measure_unit(ParseState *p, AstNode *name, AstNode *currency, AstNode *scale);
void parse_better(ParseState *p, const LexToken *token, AstNode *direction);
AstNode *parse_given(ParseState *p, Span span, AstNode *stream, AstNode *partition);
AstNode *parse_expect(ParseState *p, AstExpect mode, ParseTable table, AstNode *tolerance);

/* ---------------------------------------------------------------- parse_exprs.c: queries and expressions */
AstNode *parse_query_node(ParseState *p, const ParseWith *with, AstNode *body, AstNode *order_by, ParseLimit limit);
AstNode *parse_values(ParseState *p, Span span, AstNode *rows);
AstNode *parse_set_op(ParseState *p, AstSetOp op, int all, AstNode *left, AstNode *right);
AstNode *parse_select_item(ParseState *p, AstNode *expr, AstNode *alias);
AstNode *parse_star_of(ParseState *p, AstNode *path);
AstNode *parse_group_item(ParseState *p, AstNode *expr);
AstNode *parse_grouping(ParseState *p, Span span, AstGrouping kind, AstNode *items);
AstNode *parse_one(ParseState *p, const LexToken *before);
AstNode *parse_join(ParseState *p, AstJoin kind, AstNode *left, AstNode *right);
void parse_alias(ParseState *p, AstNode *table, ParseAlias alias);
AstNode *parse_table_function(ParseState *p, Span span, AstNode *call, bool wrapped, bool lateral, AstNode *hints);
AstNode *parse_unnest(ParseState *p, Span span, AstNode *args, int ordinality, int lateral);
/* The one item of a sequence that has only one. */
AstNode *parse_single(AstNode *sequence);

AstNode *parse_logic(ParseState *p, AstOp op, AstNode *left, AstNode *right);
AstNode *parse_concat(ParseState *p, AstNode *left, AstNode *right);
AstNode *parse_unary(ParseState *p, AstOp op, const LexToken *sign, AstNode *operand);
AstNode *parse_binary(ParseState *p, AstOp op, AstNode *left, const LexToken *sign, AstNode *right);
AstNode *parse_quantified(ParseState *p, AstOp op, int all, AstNode *operand, ParseSet set);
AstNode *parse_in(ParseState *p, AstNode *operand, ParseSet set, bool negated);
AstNode *parse_between(ParseState *p, AstNode *operand, int symmetric, AstNode *low, AstNode *high, bool negated);
/* how: 1 negated, 2 SIMILAR TO, 3 both. */
AstNode *parse_like(ParseState *p, AstNode *operand, AstNode *pattern, AstNode *escape, int how);
AstNode *parse_is(ParseState *p, AstNode *operand, AstIs what, bool negated);
AstNode *parse_distinct_from(ParseState *p, AstNode *left, AstNode *right, bool negated);
AstNode *parse_field(ParseState *p, AstNode *base, AstNode *name);
AstNode *parse_index(ParseState *p, AstNode *base, AstNode *index);
/* (a - b) DAY */
AstNode *parse_time_between(ParseState *p, const LexToken *open, AstNode *expr, AstUnit unit, AstUnit to_unit);
AstNode *parse_parenthesised(ParseState *p, const LexToken *open, AstNode *expr);
AstNode *parse_row(ParseState *p, Span span, AstNode *first, AstNode *rest);
AstNode *parse_map(ParseState *p, Span span, AstNode *items);
AstNode *parse_unknown(ParseState *p, Span span);
AstNode *parse_datetime(ParseState *p, Span span, AstType kind, const LexToken *text);
AstNode *parse_interval(ParseState *p, Span span, int negative, const LexToken *text, ParseUnits units);
AstNode *parse_prepend(ParseState *p, AstNode *first, AstNode *rest);

AstNode *parse_path_as_name(ParseState *p, AstNode *path);
AstNode *parse_call(ParseState *p, AstNode *name, const ParseArgs *args);
AstNode *parse_call_words(ParseState *p, const LexToken *word, AstCallSyntax syntax, AstNode *args);
AstNode *parse_call_suffixes(ParseState *p, AstNode *call, ParseSuffixes suffixes);
AstNode *parse_match_scope(ParseState *p, Span span, AstNode *call, bool final);
AstNode *parse_json_call(ParseState *p, const LexToken *word, AstNode *args, AstNode *clauses);
AstNode *parse_json_null(ParseState *p, AstJsonNull on_null);
AstNode *parse_json_clauses(ParseState *p, AstNode *clauses, const LexToken *token);
AstNode *parse_json_on(ParseState *p, AstNode *clauses, ParseJsonOn on, bool empty);
AstNode *parse_table_arg(ParseState *p, Span span, AstNode *table, AstNode *hints, ParseArgTail tail);
AstNode *parse_key_list(ParseState *p, AstNode *expr);
AstNode *parse_sort_list(ParseState *p, AstNode *item);
AstNode *parse_window_spec(ParseState *p, AstNode *base, AstNode *partition_by, AstNode *order_by, ParseFrame frame);
AstNode *parse_bound(ParseState *p, Span span, AstBound kind, AstNode *offset);

#endif
