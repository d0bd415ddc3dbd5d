/* grammar.y -- the whole syntax of the dialect.
 *
 * Lemon, no conflicts.  The build fills in the %fallback list from compiler/lex/keywords.def where the line
 * FALLBACK_FROM_KEYWORDS stands.  An action makes one node: NEW(kind, first symbol), then SET for each field; the end
 * of the span is always the end of the last token before the look-ahead.
 *
 * Shapes worth knowing:
 *   - select_parens / select_bare keep `((select))` free of conflicts between queries and expressions;
 *   - NOT before IN, LIKE, BETWEEN, SIMILAR arrives as NOT_POST, the IN of POSITION(a IN b) as IN_POSITION, and words
 *     with a syntax of their own only before `(`, and the ON of ON CONFLICT as ON_CONFLICT: the token feeder of parse.c
 *     decides with two tokens of look-ahead;
 *   - clauses in any order are put into the node under construction: ONCE complains about the second. */
%name SqcParse
%token_prefix TK_
%token_type { LexToken }
%extra_argument { ParseState *p }
%default_type { AstNode * }
%stack_size 0
%start_symbol start

%include {
#include "compiler/parse/parse_internal.h"

#define yytestcase(X)
#define malloc(bytes) mem_alloc(bytes)
#define realloc(block, bytes) mem_resize((block), (bytes))
#define free(block) mem_free(block)
#define TOK(t) parse_span_token(p, &(t))
#define AT(n) parse_span_node(p, (n))
#define NEW(k, span) ast_make(&p->build, k, (span))
#define SET(n, k, f, value) ast_put(&p->build, (n), AST_AT_##k##_##f, (value))
#define PUSH(list, item) ast_append(&p->build, (list), (item))
#define ONCE(n, k, f, value, token) parse_once(p, (n), AST_AT_##k##_##f, (value), &(token))
#define ONCE_FLAG(n, k, f, token) parse_once_flag(p, (n), AST_AT_##k##_##f, &(token))
}

%syntax_error { parse_syntax_error(p, &TOKEN, yypParser); }
%stack_overflow { (void)p; mem_exhausted(); }

FALLBACK_FROM_KEYWORDS

%nonassoc LOWEST.
%nonassoc WITH WITHOUT ORDER VALUE IGNORE RESPECT.
%left UNION EXCEPT.
%left INTERSECT.
%nonassoc RPAREN.
%left OR.
%left AND.
%right NOT.
%left IS IN LIKE BETWEEN SIMILAR NOT_POST OVERLAPS EQ NE LT LE GT GE.
%nonassoc ESCAPE.
%left BARS.
%left PLUS MINUS.
%left STAR SLASH PERCENT.
%right UMINUS.
%left AT_TIME.
%nonassoc TO.

start ::= START_PROGRAM statements.
start ::= START_QUERY query(Q) SEMICOLON. { p->result = Q; }
start ::= START_EXPRESSION expr(E) SEMICOLON. { p->result = E; }
start ::= START_TYPE type(T) SEMICOLON. { p->result = T; }

statements ::= .
statements ::= statements SEMICOLON.
statements ::= statements statement(S) SEMICOLON. { parse_statement_done(p, S); }

/* ================================================================ names */
nm(A) ::= ID(T). { A = parse_name(p, &T); }

qname(A) ::= nm(N). { A = NEW(qname, AT(N)); SET(A, qname, parts, PUSH(NULL, N)); }
qname(A) ::= qname(Q) DOT nm(N). {
    A = Q;
    SET(A, qname, parts, PUSH(ast_qname_parts(A), N));
    A->span = AT(A);
}

names(A) ::= nm(N). { A = PUSH(NULL, N); }
names(A) ::= names(L) COMMA nm(N). { A = PUSH(L, N); }
qnames(A) ::= qname(N). { A = PUSH(NULL, N); }
qnames(A) ::= qnames(L) COMMA qname(N). { A = PUSH(L, N); }

string(A) ::= STRING(T). { A = parse_string(p, &T); }
strings(A) ::= string(S). { A = PUSH(NULL, S); }
strings(A) ::= strings(L) COMMA string(S). { A = PUSH(L, S); }
integer(A) ::= INTEGER(T). { A = parse_number(p, AST_INTEGER, &T); }

option(A) ::= STRING(K) EQ STRING(V). { A = parse_option(p, &K, &V); }
options(A) ::= option(O). { A = PUSH(NULL, O); }
options(A) ::= options(L) COMMA option(O). { A = PUSH(L, O); }
with_options(A) ::= . { A = NULL; }
with_options(A) ::= WITH LPAREN options(L) RPAREN. { A = L; }
with_options(A) ::= WITH LPAREN RPAREN. { A = NULL; }

comment_opt(A) ::= . { A = NULL; }
comment_opt(A) ::= COMMENT string(S). { A = S; }

hints(A) ::= . { A = NULL; }
hints(A) ::= HINT_OPEN hint_list(L) HINT_CLOSE. { A = L; }
hint_list(A) ::= hint(H). { A = PUSH(NULL, H); }
hint_list(A) ::= hint_list(L) COMMA hint(H). { A = PUSH(L, H); }
hint_list(A) ::= hint_list(L) hint(H). { A = PUSH(L, H); }
hint(A) ::= nm(N). { A = NEW(hint, AT(N)); SET(A, hint, name, N); }
hint(A) ::= nm(N) LPAREN RPAREN. { A = NEW(hint, AT(N)); SET(A, hint, name, N); }
hint(A) ::= nm(N) LPAREN hint_args(L) RPAREN. {
    A = NEW(hint, AT(N));
    SET(A, hint, name, N);
    SET(A, hint, args, L);
}
hint_args(A) ::= hint_arg(X). { A = PUSH(NULL, X); }
hint_args(A) ::= hint_args(L) COMMA hint_arg(X). { A = PUSH(L, X); }
hint_arg(A) ::= option(O). { A = O; }
hint_arg(A) ::= ID(K) EQ STRING(V). { A = parse_option(p, &K, &V); }
hint_arg(A) ::= qname(N). { A = N; }
hint_arg(A) ::= string(S). { A = S; }
hint_arg(A) ::= integer(I). { A = I; }

/* ================================================================ types */
type(A) ::= type_core(T). { A = T; }
type(A) ::= type_core(T) NOT NULL. { A = T; ast_set_num(A, type, not_null, 1); A->span = AT(A); }

type_core(A) ::= nm(N). { A = parse_type_word(p, N, NULL, NULL); }
type_core(A) ::= nm(N) LPAREN INTEGER(P) RPAREN. { A = parse_type_word(p, N, &P, NULL); }
type_core(A) ::= nm(N) LPAREN INTEGER(P) COMMA INTEGER(S) RPAREN. { A = parse_type_word(p, N, &P, &S); }
type_core(A) ::= nm(N) PRECISION. { A = parse_type_word(p, N, NULL, NULL); A->span = AT(A); }
type_core(A) ::= nm(N) DOT qname(Q). { A = parse_type_path(p, N, Q); }
type_core(A) ::= nm(N) LPAREN string(C) COMMA string(S) RPAREN. { A = parse_type_raw(p, N, C, S); }
type_core(A) ::= nm(N) LT string(C) structured_fields(L) GT. { A = parse_type_structured(p, N, C, L); }
structured_fields(A) ::= . { A = NULL; }
structured_fields(A) ::= COMMA row_fields(L). { A = L; }
type_core(A) ::= DATE(T). { A = parse_type_node(p, TOK(T), AST_TYPE_DATE); }
type_core(A) ::= NULL(T). { A = parse_type_node(p, TOK(T), AST_TYPE_NULL); }
type_core(A) ::= TIME(T) precision(P) without_zone. { A = parse_type_of(p, TOK(T), AST_TYPE_TIME, P); }
type_core(A) ::= TIMESTAMP(T) precision(P) without_zone. { A = parse_type_of(p, TOK(T), AST_TYPE_TIMESTAMP, P); }
type_core(A) ::= TIMESTAMP(T) precision(P) WITH TIME ZONE. { A = parse_type_of(p, TOK(T), AST_TYPE_TIMESTAMP_TZ, P); }
type_core(A) ::= TIMESTAMP(T) precision(P) WITH LOCAL TIME ZONE. {
    A = parse_type_of(p, TOK(T), AST_TYPE_TIMESTAMP_LTZ, P);
}
type_core(A) ::= INTERVAL(T) unit(U) precision(P). { A = parse_type_interval(p, TOK(T), U, P, AST_UNIT_NONE, -1); }
type_core(A) ::= INTERVAL(T) unit(U) precision(P) TO unit(V) precision(S). {
    A = parse_type_interval(p, TOK(T), U, P, V, S);
}
type_core(A) ::= ARRAY(T) LT type(E) GT. { A = parse_type_nested(p, TOK(T), AST_TYPE_ARRAY, NULL, E); }
type_core(A) ::= MULTISET(T) LT type(E) GT. { A = parse_type_nested(p, TOK(T), AST_TYPE_MULTISET, NULL, E); }
type_core(A) ::= MAP(T) LT type(K) COMMA type(E) GT. { A = parse_type_nested(p, TOK(T), AST_TYPE_MAP, K, E); }
type_core(A) ::= type(E) ARRAY. { A = parse_type_nested(p, AT(E), AST_TYPE_ARRAY, NULL, E); }
type_core(A) ::= type(E) MULTISET. { A = parse_type_nested(p, AT(E), AST_TYPE_MULTISET, NULL, E); }
type_core(A) ::= ROW(T) LT row_fields(L) GT. { A = parse_type_node(p, TOK(T), AST_TYPE_ROW); SET(A, type, fields, L); }
type_core(A) ::= ROW(T) LPAREN row_fields(L) RPAREN. {
    A = parse_type_node(p, TOK(T), AST_TYPE_ROW);
    SET(A, type, fields, L);
}
type_core(A) ::= ROW(T) NE. { A = parse_type_node(p, TOK(T), AST_TYPE_ROW); }

%type precision { int64_t }
precision(A) ::= . { A = -1; }
precision(A) ::= LPAREN INTEGER(P) RPAREN. { A = parse_count(p, &P); }
without_zone ::= . [LOWEST]
without_zone ::= WITHOUT TIME ZONE.

row_fields(A) ::= row_field(F). { A = PUSH(NULL, F); }
row_fields(A) ::= row_fields(L) COMMA row_field(F). { A = PUSH(L, F); }
row_field(A) ::= nm(N) type(T) null_noise row_field_comment(C). {
    A = NEW(row_field, AT(N));
    SET(A, row_field, name, N);
    SET(A, row_field, type, T);
    SET(A, row_field, comment, C);
}
row_field_comment(A) ::= . { A = NULL; }
row_field_comment(A) ::= string(S). { A = S; }

%type unit { AstUnit }
unit(A) ::= NANOSECOND. { A = AST_UNIT_NANOSECOND; }
unit(A) ::= MICROSECOND. { A = AST_UNIT_MICROSECOND; }
unit(A) ::= MILLISECOND. { A = AST_UNIT_MILLISECOND; }
unit(A) ::= SECOND|SECONDS. { A = AST_UNIT_SECOND; }
unit(A) ::= MINUTE|MINUTES. { A = AST_UNIT_MINUTE; }
unit(A) ::= HOUR|HOURS. { A = AST_UNIT_HOUR; }
unit(A) ::= DAY|DAYS. { A = AST_UNIT_DAY; }
unit(A) ::= WEEK|WEEKS. { A = AST_UNIT_WEEK; }
unit(A) ::= MONTH|MONTHS. { A = AST_UNIT_MONTH; }
unit(A) ::= QUARTER|QUARTERS. { A = AST_UNIT_QUARTER; }
unit(A) ::= YEAR|YEARS. { A = AST_UNIT_YEAR; }
unit(A) ::= DECADE. { A = AST_UNIT_DECADE; }
unit(A) ::= CENTURY. { A = AST_UNIT_CENTURY; }
unit(A) ::= MILLENNIUM. { A = AST_UNIT_MILLENNIUM; }
unit(A) ::= EPOCH. { A = AST_UNIT_EPOCH; }
unit(A) ::= DOW. { A = AST_UNIT_DOW; }
unit(A) ::= DOY. { A = AST_UNIT_DOY; }
unit(A) ::= ISODOW. { A = AST_UNIT_ISODOW; }
unit(A) ::= ISOYEAR. { A = AST_UNIT_ISOYEAR; }
unit_arg(A) ::= unit(U). { A = parse_unit(p, U); }

/* ================================================================ CREATE */
%type create { ParseCreate }
create(A) ::= CREATE(T) or_alter(O) temporary(M). { A = (ParseCreate){ TOK(T), O, M }; }
create(A) ::= REPLACE(T). { A = (ParseCreate){ TOK(T), 1, 0 }; }
%type or_alter { int }
or_alter(A) ::= . { A = 0; }
or_alter(A) ::= OR ALTER. { A = 1; }
or_alter(A) ::= OR REPLACE. { A = 1; }
%type temporary { int }
temporary(A) ::= . { A = 0; }
temporary(A) ::= TEMPORARY. { A = 1; }
temporary(A) ::= TEMPORARY SYSTEM. { A = 2; }
%type if_not_exists { int }
if_not_exists(A) ::= . { A = 0; }
if_not_exists(A) ::= IF NOT EXISTS. { A = 1; }
%type if_exists { int }
if_exists(A) ::= . { A = 0; }
if_exists(A) ::= IF EXISTS. { A = 1; }

%type table_word { int }
table_word(A) ::= TABLE. { A = 0; }
table_word(A) ::= STREAM. { A = 1; }

statement(A) ::= create(C) table_word(S) if_not_exists(I) qname(N) table_elements_opt(E) comment_opt(M)
                 distribution(D) partitioned_by(P) with_options(W) table_tail(T). {
    A = NEW(create_table, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_create_table_or_alter, AST_AT_create_table_temporary, -1);
    ast_set_num(A, create_table, stream, S);
    ast_set_num(A, create_table, if_not_exists, I);
    SET(A, create_table, name, N);
    SET(A, create_table, elements, E);
    SET(A, create_table, comment, M);
    SET(A, create_table, distribution, D);
    SET(A, create_table, partitioned_by, P);
    SET(A, create_table, options, W);
    SET(A, create_table, like, T.like);
    SET(A, create_table, query, T.query);
}
table_elements_opt(A) ::= . { A = NULL; }
table_elements_opt(A) ::= LPAREN table_elements(L) RPAREN. { A = L; }
table_elements(A) ::= table_element(E). { A = PUSH(NULL, E); }
table_elements(A) ::= table_elements(L) COMMA table_element(E). { A = PUSH(L, E); }
table_element(A) ::= column_element(E). { A = E; }
table_element(A) ::= column_name(N). { A = N; }

/* Words that begin a constraint are column names where a column goes on behind them. */
column_name(A) ::= nm(N). { A = N; }
column_name(A) ::= WATERMARK(T). { A = parse_name(p, &T); }
column_name(A) ::= DEDUPLICATE(T). { A = parse_name(p, &T); }
column_name(A) ::= UNIQUE(T). { A = parse_name(p, &T); }
column_name(A) ::= DESC(T). { A = parse_name(p, &T); }

column_element(A) ::= column_name(N) type(T) null_noise primary_key_opt(K) comment_opt(C). {
    A = NEW(column, AT(N));
    SET(A, column, name, N);
    SET(A, column, type, T);
    ast_set_num(A, column, primary_key, K.primary);
    ast_set_num(A, column, not_enforced, K.not_enforced);
    SET(A, column, key_name, K.name);
    ast_set_num(A, column, is_unique, K.unique);
    SET(A, column, comment, C);
}
column_element(A) ::= column_name(N) AS expr(E) comment_opt(C). {
    A = NEW(computed, AT(N));
    SET(A, computed, name, N);
    SET(A, computed, expr, E);
    SET(A, computed, comment, C);
}
column_element(A) ::= column_name(N) type(T) METADATA metadata_key(K) virtual(V) comment_opt(C). {
    A = NEW(metadata, AT(N));
    SET(A, metadata, name, N);
    SET(A, metadata, type, T);
    SET(A, metadata, key, K);
    ast_set_num(A, metadata, is_virtual, V);
    SET(A, metadata, comment, C);
}
column_element(A) ::= WATERMARK(T) FOR qname(N) AS expr(E). {
    A = NEW(watermark, TOK(T));
    SET(A, watermark, column, N);
    SET(A, watermark, expr, E);
}
column_element(A) ::= PRIMARY(T) KEY LPAREN names(L) RPAREN enforced(F). {
    A = NEW(primary_key, TOK(T));
    SET(A, primary_key, columns, L);
    ast_set_num(A, primary_key, not_enforced, F);
}
column_element(A) ::= CONSTRAINT(T) nm(N) PRIMARY KEY LPAREN names(L) RPAREN enforced(F). {
    A = NEW(primary_key, TOK(T));
    SET(A, primary_key, name, N);
    SET(A, primary_key, columns, L);
    ast_set_num(A, primary_key, not_enforced, F);
}
column_element(A) ::= UNIQUE(T) LPAREN names(L) RPAREN enforced(F). {
    A = NEW(unique_key, TOK(T));
    SET(A, unique_key, columns, L);
    ast_set_num(A, unique_key, not_enforced, F);
}
column_element(A) ::= CONSTRAINT(T) nm(N) UNIQUE LPAREN names(L) RPAREN enforced(F). {
    A = NEW(unique_key, TOK(T));
    SET(A, unique_key, name, N);
    SET(A, unique_key, columns, L);
    ast_set_num(A, unique_key, not_enforced, F);
}
column_element(A) ::= DEDUPLICATE(T) BY LPAREN qnames(L) RPAREN WITHIN expr(E). {
    A = NEW(deduplicate, TOK(T));
    SET(A, deduplicate, columns, L);
    SET(A, deduplicate, within, E);
}
null_noise ::= .
null_noise ::= NULL.
%type primary_key_opt { ParseKey }
primary_key_opt(A) ::= . { A = (ParseKey){ 0 }; }
primary_key_opt(A) ::= PRIMARY KEY enforced(F). { A = (ParseKey){ NULL, true, false, F }; }
primary_key_opt(A) ::= CONSTRAINT nm(N) PRIMARY KEY enforced(F). { A = (ParseKey){ N, true, false, F }; }
primary_key_opt(A) ::= UNIQUE enforced(F). { A = (ParseKey){ NULL, false, true, F }; }
primary_key_opt(A) ::= CONSTRAINT nm(N) UNIQUE enforced(F). { A = (ParseKey){ N, false, true, F }; }
%type enforced { int }
enforced(A) ::= . { A = 0; }
enforced(A) ::= NOT ENFORCED. { A = 1; }
enforced(A) ::= ENFORCED. { A = 0; }
metadata_key(A) ::= . { A = NULL; }
metadata_key(A) ::= FROM string(S). { A = S; }
%type virtual { int }
virtual(A) ::= . { A = 0; }
virtual(A) ::= VIRTUAL. { A = 1; }

distribution(A) ::= . { A = NULL; }
distribution(A) ::= distribution_some(D). { A = D; }
%type distributed { LexToken }
distributed(A) ::= DISTRIBUTED(T). { A = T; }
distributed(A) ::= DISTRIBUTION(T). { A = T; }
distribution_some(A) ::= distributed(T) BY LPAREN names(L) RPAREN buckets(B). {
    A = parse_distribution(p, TOK(T), AST_DISTRIBUTION_ANY, L, B);
}
distribution_some(A) ::= distributed(T) BY HASH LPAREN names(L) RPAREN buckets(B). {
    A = parse_distribution(p, TOK(T), AST_DISTRIBUTION_HASH, L, B);
}
distribution_some(A) ::= distributed(T) BY RANGE LPAREN names(L) RPAREN buckets(B). {
    A = parse_distribution(p, TOK(T), AST_DISTRIBUTION_RANGE, L, B);
}
distribution_some(A) ::= distributed(T) INTO INTEGER(N) BUCKETS. {
    A = parse_distribution(p, TOK(T), AST_DISTRIBUTION_ANY, NULL, parse_count(p, &N));
}
%type buckets { int64_t }
buckets(A) ::= . { A = -1; }
buckets(A) ::= INTO INTEGER(N) BUCKETS. { A = parse_count(p, &N); }
partitioned_by(A) ::= . { A = NULL; }
partitioned_by(A) ::= PARTITIONED BY LPAREN names(L) RPAREN. { A = L; }

%type table_tail { ParseTableTail }
table_tail(A) ::= . { A = (ParseTableTail){ NULL, NULL }; }
table_tail(A) ::= AS query(Q). { A = (ParseTableTail){ NULL, Q }; }
table_tail(A) ::= LIKE(T) qname(N) like_options_opt(L). {
    AstNode *like = NEW(like_table, TOK(T));
    SET(like, like_table, table, N);
    SET(like, like_table, options, L);
    A = (ParseTableTail){ like, NULL };
}
like_options_opt(A) ::= . { A = NULL; }
like_options_opt(A) ::= LPAREN RPAREN. { A = NULL; }
like_options_opt(A) ::= LPAREN like_options(L) RPAREN. { A = L; }
like_options(A) ::= like_option(O). { A = PUSH(NULL, O); }
like_options(A) ::= like_options(L) like_option(O). { A = PUSH(L, O); }
like_option(A) ::= INCLUDING(T) like_what(W). { A = parse_like_option(p, TOK(T), AST_LIKE_INCLUDING, W); }
like_option(A) ::= EXCLUDING(T) like_what(W). { A = parse_like_option(p, TOK(T), AST_LIKE_EXCLUDING, W); }
like_option(A) ::= OVERWRITING(T) like_what(W). { A = parse_like_option(p, TOK(T), AST_LIKE_OVERWRITING, W); }
%type like_what { AstLikeWhat }
like_what(A) ::= ALL. { A = AST_LIKE_ALL; }
like_what(A) ::= CONSTRAINTS. { A = AST_LIKE_CONSTRAINTS; }
like_what(A) ::= DISTRIBUTION. { A = AST_LIKE_DISTRIBUTION; }
like_what(A) ::= GENERATED. { A = AST_LIKE_GENERATED; }
like_what(A) ::= METADATA. { A = AST_LIKE_METADATA; }
like_what(A) ::= OPTIONS. { A = AST_LIKE_OPTIONS; }
like_what(A) ::= PARTITIONS. { A = AST_LIKE_PARTITIONS; }
like_what(A) ::= WATERMARKS. { A = AST_LIKE_WATERMARKS; }

statement(A) ::= create(C) MATERIALIZED TABLE if_not_exists(I) qname(N) table_elements_opt(E) comment_opt(M)
                 distribution(D) partitioned_by(P) with_options(W) freshness_opt(F) refresh_mode_opt(R) AS query(Q). {
    A = NEW(create_materialized, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_create_materialized_or_alter, -1, -1);
    ast_set_num(A, create_materialized, if_not_exists, I);
    SET(A, create_materialized, name, N);
    SET(A, create_materialized, elements, E);
    SET(A, create_materialized, comment, M);
    SET(A, create_materialized, distribution, D);
    SET(A, create_materialized, partitioned_by, P);
    SET(A, create_materialized, options, W);
    SET(A, create_materialized, freshness, F);
    SET(A, create_materialized, refresh_mode, R);
    SET(A, create_materialized, query, Q);
}
freshness_opt(A) ::= . { A = NULL; }
freshness_opt(A) ::= FRESHNESS EQ interval(I). { A = I; }
refresh_mode_opt(A) ::= . { A = NULL; }
refresh_mode_opt(A) ::= REFRESH_MODE EQ nm(N). { A = N; }
refresh_mode_opt(A) ::= REFRESH_MODE EQ FULL(T). { A = parse_name(p, &T); }

statement(A) ::= create(C) VIEW if_not_exists(I) qname(N) view_columns(L) comment_opt(M) AS query(Q). {
    A = NEW(create_view, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_create_view_or_alter, AST_AT_create_view_temporary, -1);
    ast_set_num(A, create_view, if_not_exists, I);
    SET(A, create_view, name, N);
    SET(A, create_view, columns, L);
    SET(A, create_view, comment, M);
    SET(A, create_view, query, Q);
}
view_columns(A) ::= . { A = NULL; }
view_columns(A) ::= LPAREN names(L) RPAREN. { A = L; }

statement(A) ::= create(C) space_word(O) if_not_exists(I) qname(N) comment_opt(M) with_options(W). {
    A = NEW(create_space, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, -1, -1, -1);
    ast_set_num(A, create_space, object, O);
    ast_set_num(A, create_space, if_not_exists, I);
    SET(A, create_space, name, N);
    SET(A, create_space, comment, M);
    SET(A, create_space, options, W);
}
statement(A) ::= create(C) CONNECTION if_not_exists(I) qname(N) comment_opt(M) with_options(W). {
    A = NEW(create_space, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, -1, AST_AT_create_space_temporary, AST_AT_create_space_is_system);
    ast_set_num(A, create_space, object, AST_OBJECT_CONNECTION);
    ast_set_num(A, create_space, if_not_exists, I);
    SET(A, create_space, name, N);
    SET(A, create_space, comment, M);
    SET(A, create_space, options, W);
}
statement(A) ::= create(C) MODEL if_not_exists(I) qname(N) model_inputs(X) model_outputs(Y) comment_opt(M)
                 with_options(W) model_query(Q). {
    A = NEW(create_space, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_create_space_or_alter, AST_AT_create_space_temporary, -1);
    ast_set_num(A, create_space, object, AST_OBJECT_MODEL);
    ast_set_num(A, create_space, if_not_exists, I);
    SET(A, create_space, name, N);
    SET(A, create_space, inputs, X);
    SET(A, create_space, outputs, Y);
    SET(A, create_space, comment, M);
    SET(A, create_space, options, W);
    SET(A, create_space, query, Q);
}
model_inputs(A) ::= . { A = NULL; }
model_inputs(A) ::= INPUT LPAREN table_elements(L) RPAREN. { A = L; }
model_outputs(A) ::= . { A = NULL; }
model_outputs(A) ::= OUTPUT LPAREN table_elements(L) RPAREN. { A = L; }
model_query(A) ::= . { A = NULL; }
model_query(A) ::= AS query(Q). { A = Q; }
%type space_word { AstObject }
space_word(A) ::= CATALOG. { A = AST_OBJECT_CATALOG; }
space_word(A) ::= DATABASE. { A = AST_OBJECT_DATABASE; }

/* ---------------------------------------------------------------- functions */
statement(A) ::= create(C) FUNCTION if_not_exists(I) qname(N) AS string(B) language_opt(L) resources(R). {
    A = parse_function(p, C, I, N);
    SET(A, create_function, body, B);
    SET(A, create_function, language, L);
    SET(A, create_function, resources, R);
}
statement(A) ::= function_head(F) AS string(B) language(L) resources(R). {
    A = F;
    A->span = AT(A);
    SET(A, create_function, body, B);
    SET(A, create_function, language, L);
    SET(A, create_function, resources, R);
}
statement(A) ::= create(C) AGGREGATE FUNCTION if_not_exists(I) qname(N) LPAREN params_opt(P) RPAREN RETURNS type(T)
                 aggregate_clauses. {
    A = p->aggregate;
    p->aggregate = NULL;
    parse_function_fill(p, A, C, I, N);
    SET(A, create_function, params, P);
    SET(A, create_function, returns, T);
}
statement(A) ::= create(C) AGGREGATE FUNCTION if_not_exists(I) qname(N) LPAREN params_opt(P) RPAREN RETURNS type(T)
                 AS string(B) language(L) resources(R). {
    A = parse_function(p, C, I, N);
    ast_set_num(A, create_function, aggregate, 1);
    SET(A, create_function, params, P);
    SET(A, create_function, returns, T);
    SET(A, create_function, body, B);
    SET(A, create_function, language, L);
    SET(A, create_function, resources, R);
}
function_head(A) ::= create(C) FUNCTION if_not_exists(I) qname(N) LPAREN params_opt(P) RPAREN RETURNS type(T). {
    A = parse_function(p, C, I, N);
    SET(A, create_function, params, P);
    SET(A, create_function, returns, T);
}
function_head(A) ::= create(C) FUNCTION if_not_exists(I) qname(N) LPAREN params_opt(P) RPAREN RETURNS TABLE
                     returns_columns(L). {
    A = parse_function(p, C, I, N);
    SET(A, create_function, params, P);
    ast_set_num(A, create_function, returns_table, 1);
    SET(A, create_function, table_columns, L);
}
returns_columns(A) ::= . { A = NULL; }
returns_columns(A) ::= LPAREN row_fields(L) RPAREN. { A = L; }
language_opt(A) ::= . { A = NULL; }
language_opt(A) ::= language(L). { A = L; }
language(A) ::= LANGUAGE nm(N). { A = N; }
resources(A) ::= . { A = NULL; }
resources(A) ::= USING resource_list(L). { A = L; }
resource_list(A) ::= resource(R). { A = PUSH(NULL, R); }
resource_list(A) ::= resource_list(L) COMMA resource(R). { A = PUSH(L, R); }
resource(A) ::= JAR string(S). { A = S; }
params_opt(A) ::= . { A = parse_empty_list(p); }
params_opt(A) ::= params(L). { A = L; }
params(A) ::= param(P). { A = PUSH(NULL, P); }
params(A) ::= params(L) COMMA param(P). { A = PUSH(L, P); }
param(A) ::= nm(N) type(T). { A = parse_param(p, N, T, NULL); }
param(A) ::= nm(N) type(T) DEFAULT expr(E). { A = parse_param(p, N, T, E); }
param(A) ::= nm(N) TABLE. { A = parse_param(p, N, NULL, NULL); }

aggregate_clauses ::= aggregate_clause.
aggregate_clauses ::= aggregate_clauses aggregate_clause.
aggregate_clause ::= STATE(T) LPAREN row_fields(L) RPAREN. { ONCE(parse_aggregate(p), create_function, state, L, T); }
aggregate_clause ::= INIT(T) LPAREN exprs(L) RPAREN. { ONCE(parse_aggregate(p), create_function, init, L, T); }
aggregate_clause ::= ACCUMULATE(T) LPAREN exprs(L) RPAREN. {
    ONCE(parse_aggregate(p), create_function, accumulate, L, T);
}
aggregate_clause ::= RETRACT(T) LPAREN exprs(L) RPAREN. { ONCE(parse_aggregate(p), create_function, retract, L, T); }
aggregate_clause ::= MERGE(T) LPAREN exprs(L) RPAREN. { ONCE(parse_aggregate(p), create_function, merge, L, T); }
aggregate_clause ::= FINISH(T) LPAREN expr(E) RPAREN. { ONCE(parse_aggregate(p), create_function, finish, E, T); }

/* ================================================================ DROP, ALTER */
%type object { AstObject }
object(A) ::= TABLE. { A = AST_OBJECT_TABLE; }
object(A) ::= STREAM. { A = AST_OBJECT_STREAM; }
object(A) ::= VIEW. { A = AST_OBJECT_VIEW; }
object(A) ::= FUNCTION. { A = AST_OBJECT_FUNCTION; }
object(A) ::= DATABASE. { A = AST_OBJECT_DATABASE; }
object(A) ::= CATALOG. { A = AST_OBJECT_CATALOG; }
object(A) ::= METRIC. { A = AST_OBJECT_METRIC; }
object(A) ::= ALERT. { A = AST_OBJECT_ALERT; }
object(A) ::= POLICY. { A = AST_OBJECT_POLICY; }
object(A) ::= ROLE. { A = AST_OBJECT_ROLE; }
object(A) ::= TEST. { A = AST_OBJECT_TEST; }
object(A) ::= MODEL. { A = AST_OBJECT_MODEL; }
object(A) ::= CONNECTION. { A = AST_OBJECT_CONNECTION; }
object(A) ::= MATERIALIZED TABLE. { A = AST_OBJECT_MATERIALIZED; }

statement(A) ::= DROP(T) temporary(M) object(O) if_exists(I) qname(N) cascade(K). {
    A = NEW(drop, TOK(T));
    ast_set_num(A, drop, object, O);
    ast_set_num(A, drop, temporary, M > 0);
    ast_set_num(A, drop, is_system, M == 2);
    ast_set_num(A, drop, if_exists, I);
    SET(A, drop, name, N);
    ast_set_num(A, drop, cascade, K == 1);
    ast_set_num(A, drop, restrict_, K == 2);
}
%type cascade { int }
cascade(A) ::= . { A = 0; }
cascade(A) ::= CASCADE. { A = 1; }
cascade(A) ::= RESTRICT. { A = 2; }

statement(A) ::= ALTER(T) temporary(M) object(O) if_exists(I) qname(N) alter_action(X). {
    A = NEW(alter, TOK(T));
    ast_set_num(A, alter, object, O);
    ast_set_num(A, alter, temporary, M > 0);
    ast_set_num(A, alter, if_exists, I);
    SET(A, alter, name, N);
    SET(A, alter, actions, PUSH(NULL, X));
}
alter_action(A) ::= RENAME(T) TO qname(N). { A = NEW(alter_rename, TOK(T)); SET(A, alter_rename, to, N); }
alter_action(A) ::= RENAME(T) qname(F) TO qname(N). {
    A = NEW(alter_rename_column, TOK(T));
    SET(A, alter_rename_column, from, F);
    SET(A, alter_rename_column, to, N);
}
alter_action(A) ::= SET(T) LPAREN options(L) RPAREN. { A = NEW(alter_set, TOK(T)); SET(A, alter_set, options, L); }
alter_action(A) ::= RESET(T) LPAREN strings(L) RPAREN. { A = NEW(alter_reset, TOK(T)); SET(A, alter_reset, keys, L); }
alter_action(A) ::= ADD(T) alter_elements(L). { A = NEW(alter_add, TOK(T)); SET(A, alter_add, elements, L); }
alter_action(A) ::= ADD(T) distribution_some(D). { A = NEW(alter_add, TOK(T)); SET(A, alter_add, distribution, D); }
alter_action(A) ::= MODIFY(T) alter_elements(L). {
    A = NEW(alter_add, TOK(T));
    SET(A, alter_add, elements, L);
    ast_set_num(A, alter_add, modify, 1);
}
alter_action(A) ::= MODIFY(T) distribution_some(D). {
    A = NEW(alter_add, TOK(T));
    SET(A, alter_add, distribution, D);
    ast_set_num(A, alter_add, modify, 1);
}
alter_action(A) ::= DROP(T) alter_column_name(N). { A = parse_alter_drop(p, TOK(T), AST_DROP_COLUMNS, PUSH(NULL, N)); }
alter_action(A) ::= DROP(T) LPAREN qnames(L) RPAREN. { A = parse_alter_drop(p, TOK(T), AST_DROP_COLUMNS, L); }
alter_action(A) ::= DROP(T) PRIMARY KEY. { A = parse_alter_drop(p, TOK(T), AST_DROP_PRIMARY_KEY, NULL); }
alter_action(A) ::= DROP(T) CONSTRAINT qname(N). {
    A = parse_alter_drop(p, TOK(T), AST_DROP_CONSTRAINT, PUSH(NULL, N));
}
alter_action(A) ::= ADD(T) if_not_exists(I) partitions(L). { A = parse_alter_partitions(p, TOK(T), false, I, L); }
alter_action(A) ::= DROP(T) if_exists(I) partitions(L). { A = parse_alter_partitions(p, TOK(T), true, I, L); }
alter_action(A) ::= COMMENT(T) string(S). { A = NEW(alter_comment, TOK(T)); SET(A, alter_comment, comment, S); }
alter_action(A) ::= DROP(T) WATERMARK. { A = parse_alter_drop(p, TOK(T), AST_DROP_WATERMARK, NULL); }
alter_action(A) ::= DROP(T) DISTRIBUTION. { A = parse_alter_drop(p, TOK(T), AST_DROP_DISTRIBUTION, NULL); }
alter_action(A) ::= AS(T) query(Q). { A = NEW(alter_query, TOK(T)); SET(A, alter_query, query, Q); }
alter_action(A) ::= AS(T) string(S) language_opt(L). {
    A = NEW(alter_class, TOK(T));
    SET(A, alter_class, body, S);
    SET(A, alter_class, language, L);
}
alter_action(A) ::= SUSPEND(T). { A = parse_refresh(p, TOK(T), AST_REFRESH_SUSPEND); }
alter_action(A) ::= RESUME(T) with_options(W). {
    A = parse_refresh(p, TOK(T), AST_REFRESH_RESUME);
    SET(A, alter_refresh, options, W);
}
alter_action(A) ::= REFRESH(T) partition_opt(X). {
    A = parse_refresh(p, TOK(T), AST_REFRESH_NOW);
    SET(A, alter_refresh, partition, X);
}
alter_column_name(A) ::= qname(N). { A = N; }
partitions(A) ::= partition(X). { A = PUSH(NULL, X); }
partitions(A) ::= partitions(L) COMMA partition(X). { A = PUSH(L, X); }
partitions(A) ::= partitions(L) partition(X). { A = PUSH(L, X); }
partition(A) ::= PARTITION(T) LPAREN partition_items(L) RPAREN with_options(W). {
    A = NEW(partition, TOK(T));
    SET(A, partition, items, L);
    SET(A, partition, options, W);
}
alter_elements(A) ::= alter_element(E). { A = PUSH(NULL, E); }
alter_elements(A) ::= LPAREN alter_element_list(L) RPAREN. { A = L; }
alter_element_list(A) ::= alter_element(E). { A = PUSH(NULL, E); }
alter_element_list(A) ::= alter_element_list(L) COMMA alter_element(E). { A = PUSH(L, E); }
alter_target(A) ::= column_element(E). { A = E; }
alter_target(A) ::= nm(N) DOT qname(Q) type(T) null_noise comment_opt(C). {
    A = NEW(nested_column, AT(N));
    SET(A, nested_column, name, parse_path(p, N, Q));
    SET(A, nested_column, type, T);
    SET(A, nested_column, comment, C);
}
alter_element(A) ::= alter_target(E). { A = NEW(alter_column, AT(E)); SET(A, alter_column, element, E); }
alter_element(A) ::= alter_target(E) FIRST. {
    A = NEW(alter_column, AT(E));
    SET(A, alter_column, element, E);
    ast_set_num(A, alter_column, first, 1);
}
alter_element(A) ::= alter_target(E) AFTER qname(N). {
    A = NEW(alter_column, AT(E));
    SET(A, alter_column, element, E);
    SET(A, alter_column, after, N);
}

/* ================================================================ other statements */
statement(A) ::= query(Q). { A = Q; }
statement(A) ::= insert(I). { A = I; }
statement(A) ::= EXECUTE(T) insert(I). { A = I; A->span = TOK(T); }
statement(A) ::= EXECUTE(T) query(Q). { A = Q; A->span = TOK(T); }
statement(A) ::= statement_set(S). { A = S; }

statement(A) ::= USE(T) qname(N). { A = parse_use(p, TOK(T), AST_OBJECT_DATABASE, PUSH(NULL, N)); }
statement(A) ::= USE(T) CATALOG qname(N). { A = parse_use(p, TOK(T), AST_OBJECT_CATALOG, PUSH(NULL, N)); }
statement(A) ::= USE(T) MODULES qnames(L). { A = parse_use(p, TOK(T), AST_OBJECT_MODULES, L); }

statement(A) ::= SHOW(T) nm(W) show_tail(X). { A = parse_show(p, TOK(T), NULL, W, NULL, X); }
statement(A) ::= SHOW(T) nm(W) qname(N) show_tail(X). { A = parse_show(p, TOK(T), NULL, W, N, X); }
statement(A) ::= SHOW(T) nm(W) qname(N) PARTITION LPAREN partition_items(L) RPAREN. {
    A = parse_show(p, TOK(T), NULL, W, N, (ParseShowTail){ 0 });
    SET(A, show, partition, L);
}
statement(A) ::= SHOW(T) FULL nm(W) show_tail(X). { A = parse_show(p, TOK(T), "FULL ", W, NULL, X); }
statement(A) ::= SHOW(T) CREATE object(O) qname(N). { A = parse_show_create(p, TOK(T), O, N); }
%type show_tail { ParseShowTail }
show_tail(A) ::= show_from(F) show_like(L). { A = L; A.from = F; }
show_from(A) ::= . { A = NULL; }
show_from(A) ::= FROM|IN qname(N). { A = N; }
%type show_like { ParseShowTail }
show_like(A) ::= . { A = (ParseShowTail){ 0 }; }
show_like(A) ::= LIKE string(S). { A = (ParseShowTail){ NULL, S, false, false }; }
show_like(A) ::= NOT_POST LIKE string(S). { A = (ParseShowTail){ NULL, S, true, false }; }
show_like(A) ::= ILIKE string(S). { A = (ParseShowTail){ NULL, S, false, true }; }
show_like(A) ::= NOT ILIKE string(S). { A = (ParseShowTail){ NULL, S, true, true }; }

statement(A) ::= DESCRIBE|DESC(T) qname(N). { A = parse_describe(p, TOK(T), AST_OBJECT_TABLE, false, N); }
statement(A) ::= DESCRIBE|DESC(T) EXTENDED qname(N). { A = parse_describe(p, TOK(T), AST_OBJECT_TABLE, true, N); }
statement(A) ::= DESCRIBE|DESC(T) object(O) qname(N). { A = parse_describe(p, TOK(T), O, false, N); }
statement(A) ::= DESCRIBE|DESC(T) object(O) EXTENDED qname(N). { A = parse_describe(p, TOK(T), O, true, N); }

statement(A) ::= DESCRIBE|DESC(T) nm(N) string(S). { A = parse_describe_job(p, TOK(T), N, S); }

statement(A) ::= EXPLAIN(T) explainable(S). { A = parse_explain(p, TOK(T), NULL, S); }
statement(A) ::= EXPLAIN(T) PLAN FOR explainable(S). { A = parse_explain(p, TOK(T), NULL, S); }
statement(A) ::= EXPLAIN(T) names(L) explainable(S). { A = parse_explain(p, TOK(T), L, S); }
explainable(A) ::= query(Q). { A = Q; }
explainable(A) ::= insert(I). { A = I; }
explainable(A) ::= statement_set(S). { A = S; }
explainable(A) ::= EXECUTE query(Q). { A = Q; }
explainable(A) ::= EXECUTE insert(I). { A = I; }
explainable(A) ::= explained_set(B) set_inserts(L) END. {
    A = B;
    SET(A, statement_set, statements, L);
    A->span = AT(A);
    p->in_statement_set = false;
}
explained_set(A) ::= STATEMENT(T) SET BEGIN. { A = NEW(statement_set, TOK(T)); p->in_statement_set = true; }
statement(A) ::= COMPILE(T) and_execute(X) PLAN string(S) if_not_exists(I) FOR explainable(E). {
    A = NEW(compile_plan, TOK(T));
    ast_set_num(A, compile_plan, execute, X);
    SET(A, compile_plan, path, S);
    ast_set_num(A, compile_plan, if_not_exists, I);
    SET(A, compile_plan, statement, E);
}
%type and_execute { int }
and_execute(A) ::= . { A = 0; }
and_execute(A) ::= AND EXECUTE. { A = 1; }

statement(A) ::= SET(T). { A = NEW(set, TOK(T)); }
statement(A) ::= SET(T) string(K) EQ string(V). { A = NEW(set, TOK(T)); SET(A, set, key, K); SET(A, set, value, V); }
statement(A) ::= RESET(T). { A = NEW(reset, TOK(T)); }
statement(A) ::= RESET(T) string(K). { A = NEW(reset, TOK(T)); SET(A, reset, key, K); }
statement(A) ::= ADD(T) JAR string(S). { A = parse_session_command(p, TOK(T), "ADD JAR", S, NULL); }
statement(A) ::= REMOVE(T) JAR string(S). { A = parse_session_command(p, TOK(T), "REMOVE JAR", S, NULL); }
statement(A) ::= LOAD(T) MODULE nm(N) with_options(W). {
    A = parse_session_command(p, TOK(T), "LOAD MODULE", N, W);
}
statement(A) ::= UNLOAD(T) MODULE nm(N). { A = parse_session_command(p, TOK(T), "UNLOAD MODULE", N, NULL); }
statement(A) ::= EXECUTE(T) PLAN string(S). { A = parse_session_command(p, TOK(T), "EXECUTE PLAN", S, NULL); }
statement(A) ::= STOP(T) JOB string(S) stop_how(H). {
    A = NEW(stop_job, TOK(T));
    SET(A, stop_job, job, S);
    ast_set_num(A, stop_job, savepoint, H & 1);
    ast_set_num(A, stop_job, drain, H >> 1);
}
%type stop_how { int }
stop_how(A) ::= . { A = 0; }
stop_how(A) ::= WITH SAVEPOINT. { A = 1; }
stop_how(A) ::= WITH DRAIN. { A = 2; }
stop_how(A) ::= WITH SAVEPOINT WITH DRAIN. { A = 3; }
statement(A) ::= ANALYZE(T) TABLE qname(N) partition_opt(X) COMPUTE STATISTICS statistics_of(F). {
    A = NEW(analyze, TOK(T));
    SET(A, analyze, table, N);
    SET(A, analyze, partition, X);
    SET(A, analyze, columns, F.columns);
    ast_set_num(A, analyze, all_columns, F.all);
}
%type statistics_of { ParseStatistics }
statistics_of(A) ::= . { A = (ParseStatistics){ 0 }; }
statistics_of(A) ::= FOR ALL COLUMNS. { A = (ParseStatistics){ NULL, true }; }
statistics_of(A) ::= FOR COLUMNS names(L). { A = (ParseStatistics){ L, false }; }
statistics_of(A) ::= FOR COLUMNS LPAREN names(L) RPAREN. { A = (ParseStatistics){ L, false }; }
statement(A) ::= CALL(T) call(C). { A = parse_session_command(p, TOK(T), "CALL", C, NULL); }
statement(A) ::= IMPORT(T) string(S). { A = NEW(import, TOK(T)); SET(A, import, path, S); }
statement(A) ::= TRUNCATE(T) TABLE qname(N). { A = NEW(truncate, TOK(T)); SET(A, truncate, table, N); }
statement(A) ::= DELETE(T) FROM qname(N) where_opt(W). {
    A = NEW(delete, TOK(T));
    SET(A, delete, table, N);
    SET(A, delete, where, W);
}
statement(A) ::= UPDATE(T) qname(N) SET assignments(L) where_opt(W). {
    A = NEW(update, TOK(T));
    SET(A, update, table, N);
    SET(A, update, assignments, L);
    SET(A, update, where, W);
}
assignments(A) ::= assignment(X). { A = PUSH(NULL, X); }
assignments(A) ::= assignments(L) COMMA assignment(X). { A = PUSH(L, X); }
assignment(A) ::= qname(N) EQ expr(E). {
    A = NEW(assignment, AT(N));
    SET(A, assignment, column, N);
    SET(A, assignment, value, E);
}

/* ---------------------------------------------------------------- INSERT; the column list is two rules, so that its
 * parenthesis and that of a query need no look-ahead beyond one token. */
insert(A) ::= insert_head(H) query(Q) on_conflict(F) emit_opt(E) lates(L). {
    A = H;
    ast_set_num(A, insert, on_conflict, F);
    SET(A, insert, query, Q);
    SET(A, insert, emit, E);
    SET(A, insert, late, L);
    A->span = AT(A);
}
insert(A) ::= insert_head(H) LPAREN qnames(C) RPAREN query(Q) on_conflict(F) emit_opt(E) lates(L). {
    A = H;
    ast_set_num(A, insert, on_conflict, F);
    SET(A, insert, columns, C);
    SET(A, insert, query, Q);
    SET(A, insert, emit, E);
    SET(A, insert, late, L);
    A->span = AT(A);
}
%type on_conflict { AstConflict }
on_conflict(A) ::= . { A = AST_CONFLICT_DEFAULT; }
on_conflict(A) ::= ON_CONFLICT CONFLICT DO ERROR. { A = AST_CONFLICT_ERROR; }
on_conflict(A) ::= ON_CONFLICT CONFLICT DO NOTHING. { A = AST_CONFLICT_NOTHING; }
on_conflict(A) ::= ON_CONFLICT CONFLICT DO DEDUPLICATE. { A = AST_CONFLICT_DEDUPLICATE; }
insert_head(A) ::= UPSERT(T) INTO table_noise qname(N) hints(H) partition_opt(P). {
    A = NEW(insert, TOK(T));
    ast_set_num(A, insert, upsert, 1);
    SET(A, insert, table, N);
    SET(A, insert, hints, H);
    SET(A, insert, partition, P);
}
insert_head(A) ::= INSERT(T) into(O) table_noise qname(N) hints(H) partition_opt(P). {
    A = NEW(insert, TOK(T));
    ast_set_num(A, insert, overwrite, O);
    SET(A, insert, table, N);
    SET(A, insert, hints, H);
    SET(A, insert, partition, P);
}
table_noise ::= .
table_noise ::= TABLE.
%type into { int }
into(A) ::= INTO. { A = 0; }
into(A) ::= OVERWRITE. { A = 1; }
partition_opt(A) ::= . { A = NULL; }
partition_opt(A) ::= PARTITION LPAREN partition_items(L) RPAREN. { A = L; }
partition_items(A) ::= partition_item(X). { A = PUSH(NULL, X); }
partition_items(A) ::= partition_items(L) COMMA partition_item(X). { A = PUSH(L, X); }
partition_item(A) ::= nm(N). { A = NEW(partition_item, AT(N)); SET(A, partition_item, name, N); }
partition_item(A) ::= nm(N) EQ literal(V). {
    A = NEW(partition_item, AT(N));
    SET(A, partition_item, name, N);
    SET(A, partition_item, value, V);
}
emit_opt(A) ::= . { A = NULL; }
emit_opt(A) ::= emit(E). { A = E; }
lates(A) ::= . { A = NULL; }
lates(A) ::= lates(L) late(X). { A = PUSH(L, X); }

statement_set(A) ::= set_begin(B) set_inserts(L) END. {
    A = B;
    SET(A, statement_set, statements, L);
    A->span = AT(A);
    p->in_statement_set = false;
}
set_begin(A) ::= EXECUTE(T) STATEMENT SET BEGIN. { A = NEW(statement_set, TOK(T)); p->in_statement_set = true; }
set_begin(A) ::= BEGIN(T) STATEMENT SET SEMICOLON. { A = NEW(statement_set, TOK(T)); p->in_statement_set = true; }
set_inserts(A) ::= insert(I) SEMICOLON. { A = PUSH(NULL, I); }
set_inserts(A) ::= set_inserts(L) insert(I) SEMICOLON. { A = PUSH(L, I); }

/* ================================================================ queries */
query(A) ::= select_bare(S). { A = S; }
query(A) ::= select_parens(S). [LOWEST] { A = S; }

select_parens(A) ::= LPAREN(T) select_bare(S) RPAREN. { A = S; A->span = TOK(T); }
select_parens(A) ::= LPAREN select_parens(S) RPAREN. { A = S; }

select_bare(A) ::= select_body(B). { A = parse_query_node(p, NULL, B, NULL, (ParseLimit){ NULL, NULL }); }
select_bare(A) ::= select_clause(B) order_by(O). { A = parse_query_node(p, NULL, B, O, (ParseLimit){ NULL, NULL }); }
select_bare(A) ::= select_clause(B) limit(M). { A = parse_query_node(p, NULL, B, NULL, M); }
select_bare(A) ::= select_clause(B) order_by(O) limit(M). { A = parse_query_node(p, NULL, B, O, M); }
select_bare(A) ::= with(W) select_clause(B) order_by_opt(O) limit_opt(M). { A = parse_query_node(p, &W, B, O, M); }

%type with { ParseWith }
with(A) ::= WITH(T) recursive(R) ctes(L). { A = (ParseWith){ TOK(T), L, R }; }
%type recursive { int }
recursive(A) ::= . { A = 0; }
recursive(A) ::= RECURSIVE. { A = 1; }
ctes(A) ::= cte(C). { A = PUSH(NULL, C); }
ctes(A) ::= ctes(L) COMMA cte(C). { A = PUSH(L, C); }
cte(A) ::= nm(N) view_columns(L) AS select_parens(Q). {
    A = NEW(cte, AT(N));
    SET(A, cte, name, N);
    SET(A, cte, columns, L);
    SET(A, cte, query, Q);
}

select_clause(A) ::= select_body(B). { A = B; }
select_clause(A) ::= select_parens(Q). [LOWEST] { A = Q; }

select_body(A) ::= SELECT(T) hints(H) quantifier(D) select_items(I) from_opt(F) where_opt(W) group_by_opt(G)
                   having_opt(V) windows_opt(N) qualify_opt(Y). {
    A = NEW(select, TOK(T));
    SET(A, select, hints, H);
    ast_set_num(A, select, distinct, D.distinct);
    SET(A, select, distinct_on, D.on);
    SET(A, select, items, I);
    SET(A, select, from, F);
    SET(A, select, where, W);
    SET(A, select, group_by, G);
    SET(A, select, having, V);
    SET(A, select, windows, N);
    SET(A, select, qualify, Y);
}
select_body(A) ::= VALUES(T) exprs(L). { A = parse_values(p, TOK(T), L); }
select_body(A) ::= TABLE(T) qname(N). { A = NEW(table_query, TOK(T)); SET(A, table_query, table, N); }
select_body(A) ::= select_clause(X) UNION all(F) select_clause(Y). { A = parse_set_op(p, AST_UNION, F, X, Y); }
select_body(A) ::= select_clause(X) EXCEPT all(F) select_clause(Y). { A = parse_set_op(p, AST_EXCEPT, F, X, Y); }
select_body(A) ::= select_clause(X) INTERSECT all(F) select_clause(Y). { A = parse_set_op(p, AST_INTERSECT, F, X, Y); }
%type all { int }
all(A) ::= . { A = 0; }
all(A) ::= ALL. { A = 1; }
all(A) ::= DISTINCT. { A = 0; }

%type quantifier { ParseQuantifier }
quantifier(A) ::= . { A = (ParseQuantifier){ 0, NULL }; }
quantifier(A) ::= ALL. { A = (ParseQuantifier){ 0, NULL }; }
quantifier(A) ::= DISTINCT. { A = (ParseQuantifier){ 1, NULL }; }
quantifier(A) ::= DISTINCT ON LPAREN exprs(L) RPAREN. { A = (ParseQuantifier){ 1, L }; }

select_items(A) ::= select_item(I). { A = PUSH(NULL, I); }
select_items(A) ::= select_items(L) COMMA select_item(I). { A = PUSH(L, I); }
select_item(A) ::= expr(E). { A = parse_select_item(p, E, NULL); }
select_item(A) ::= expr(E) AS nm(N). { A = parse_select_item(p, E, N); }
select_item(A) ::= expr(E) nm(N). { A = parse_select_item(p, E, N); }
select_item(A) ::= STAR(T). { A = NEW(star, TOK(T)); }
select_item(A) ::= column_path(C) DOT STAR. { A = parse_star_of(p, C); }

from_opt(A) ::= . { A = NULL; }
from_opt(A) ::= FROM from_list(F). { A = F; }
where_opt(A) ::= . { A = NULL; }
where_opt(A) ::= WHERE expr(E). { A = E; }
having_opt(A) ::= . { A = NULL; }
having_opt(A) ::= HAVING expr(E). { A = E; }
qualify_opt(A) ::= . { A = NULL; }
qualify_opt(A) ::= QUALIFY expr(E). { A = E; }

group_by_opt(A) ::= . { A = NULL; }
group_by_opt(A) ::= GROUP BY all_noise group_items(L). { A = L; }
all_noise ::= .
all_noise ::= ALL.
all_noise ::= DISTINCT.
group_items(A) ::= group_item(I). { A = PUSH(NULL, I); }
group_items(A) ::= group_items(L) COMMA group_item(I). { A = PUSH(L, I); }
group_item(A) ::= expr(E). { A = parse_group_item(p, E); }
group_item(A) ::= LPAREN(T) RPAREN. { A = NEW(expr_group, TOK(T)); }
group_item(A) ::= GROUPING(T) SETS LPAREN group_items(L) RPAREN. {
    A = parse_grouping(p, TOK(T), AST_GROUPING_SETS, L);
}
group_item(A) ::= CUBE(T) LPAREN group_items(L) RPAREN. { A = parse_grouping(p, TOK(T), AST_GROUPING_CUBE, L); }
group_item(A) ::= ROLLUP(T) LPAREN group_items(L) RPAREN. { A = parse_grouping(p, TOK(T), AST_GROUPING_ROLLUP, L); }

windows_opt(A) ::= . { A = NULL; }
windows_opt(A) ::= WINDOW window_defs(L). { A = L; }
window_defs(A) ::= window_def(W). { A = PUSH(NULL, W); }
window_defs(A) ::= window_defs(L) COMMA window_def(W). { A = PUSH(L, W); }
window_def(A) ::= nm(N) AS LPAREN(T) window_spec(S) RPAREN. {
    S->span = TOK(T);
    A = NEW(window_def, AT(N));
    SET(A, window_def, name, N);
    SET(A, window_def, spec, S);
}

order_by_opt(A) ::= . { A = NULL; }
order_by_opt(A) ::= order_by(L). { A = L; }
order_by(A) ::= ORDER BY sort_items(L). { A = L; }
sort_items(A) ::= sort_item(I). { A = PUSH(NULL, I); }
sort_items(A) ::= sort_items(L) COMMA sort_item(I). { A = PUSH(L, I); }
sort_item(A) ::= expr(E) order(O) nulls(N). {
    A = NEW(sort_item, AT(E));
    SET(A, sort_item, expr, E);
    ast_set_num(A, sort_item, order, O);
    ast_set_num(A, sort_item, nulls, N);
}
%type order { AstOrder }
order(A) ::= . { A = AST_ORDER_DEFAULT; }
order(A) ::= ASC. { A = AST_ORDER_ASC; }
order(A) ::= DESC. { A = AST_ORDER_DESC; }
%type nulls { AstNulls }
nulls(A) ::= . { A = AST_NULLS_DEFAULT; }
nulls(A) ::= NULLS FIRST. { A = AST_NULLS_FIRST; }
nulls(A) ::= NULLS LAST. { A = AST_NULLS_LAST; }

%type limit_opt { ParseLimit }
limit_opt(A) ::= . { A = (ParseLimit){ NULL, NULL }; }
limit_opt(A) ::= limit(L). { A = L; }
%type limit { ParseLimit }
limit(A) ::= limit_count(N). { A = (ParseLimit){ N, NULL }; }
limit(A) ::= offset(O). { A = (ParseLimit){ NULL, O }; }
limit(A) ::= limit_count(N) offset(O). { A = (ParseLimit){ N, O }; }
limit(A) ::= offset(O) fetch(N). { A = (ParseLimit){ N, O }; }
limit(A) ::= fetch(N). { A = (ParseLimit){ N, NULL }; }
limit_count(A) ::= LIMIT expr(E). { A = E; }
limit_count(A) ::= LIMIT ALL. { A = NULL; }
offset(A) ::= OFFSET expr(E) row_noise. { A = E; }
fetch(A) ::= FETCH first_noise expr(E) row_word ONLY. { A = E; }
fetch(A) ::= FETCH first_noise row_word(T) ONLY. { A = parse_one(p, &T); }
first_noise ::= FIRST.
first_noise ::= NEXT.
row_noise ::= .
row_noise ::= ROW.
row_noise ::= ROWS.
%type row_word { LexToken }
row_word(A) ::= ROW(T). { A = T; }
row_word(A) ::= ROWS(T). { A = T; }

/* ---------------------------------------------------------------- tables */
from_list(A) ::= joined(J). { A = J; }
from_list(A) ::= from_list(L) COMMA joined(R). { A = parse_join(p, AST_JOIN_COMMA, L, R); }

joined(A) ::= table_primary(T). { A = T; }
joined(A) ::= joined_tables(J). { A = J; }
joined_tables(A) ::= joined(L) join_kind(K) JOIN table_primary(R) join_condition(C). {
    A = parse_join(p, K, L, R);
    SET(A, join, on, C.on);
    SET(A, join, using, C.columns);
}
joined_tables(A) ::= joined(L) NATURAL join_kind(K) JOIN table_primary(R). {
    A = parse_join(p, K, L, R);
    ast_set_num(A, join, natural, 1);
}
joined_tables(A) ::= joined(L) CROSS JOIN table_primary(R). { A = parse_join(p, AST_JOIN_CROSS, L, R); }
joined_tables(A) ::= joined(L) asof(K) JOIN table_primary(R) MATCH_CONDITION expr(M) join_condition(C). {
    A = parse_join(p, K, L, R);
    ast_set_num(A, join, asof, 1);
    SET(A, join, match, M);
    SET(A, join, on, C.on);
    SET(A, join, using, C.columns);
}
%type asof { AstJoin }
asof(A) ::= ASOF. { A = AST_JOIN_INNER; }
asof(A) ::= LEFT ASOF. { A = AST_JOIN_LEFT; }
%type join_kind { AstJoin }
join_kind(A) ::= . { A = AST_JOIN_INNER; }
join_kind(A) ::= INNER. { A = AST_JOIN_INNER; }
join_kind(A) ::= LEFT outer_noise. { A = AST_JOIN_LEFT; }
join_kind(A) ::= RIGHT outer_noise. { A = AST_JOIN_RIGHT; }
join_kind(A) ::= FULL outer_noise. { A = AST_JOIN_FULL; }
join_kind(A) ::= SEMI. { A = AST_JOIN_SEMI; }
join_kind(A) ::= LEFT SEMI. { A = AST_JOIN_SEMI; }
join_kind(A) ::= ANTI. { A = AST_JOIN_ANTI; }
join_kind(A) ::= LEFT ANTI. { A = AST_JOIN_ANTI; }
outer_noise ::= .
outer_noise ::= OUTER.
%type join_condition { ParseJoinCondition }
join_condition(A) ::= . { A = (ParseJoinCondition){ NULL, NULL }; }
join_condition(A) ::= ON expr(E). { A = (ParseJoinCondition){ E, NULL }; }
join_condition(A) ::= USING LPAREN names(L) RPAREN. { A = (ParseJoinCondition){ NULL, L }; }

%type alias_opt { ParseAlias }
alias_opt(A) ::= . { A = (ParseAlias){ NULL, NULL }; }
alias_opt(A) ::= alias(X). { A = X; }
%type alias { ParseAlias }
alias(A) ::= as_noise nm(N). { A = (ParseAlias){ N, NULL }; }
alias(A) ::= as_noise nm(N) LPAREN names(L) RPAREN. { A = (ParseAlias){ N, L }; }
as_noise ::= .
as_noise ::= AS.

table_primary(A) ::= table_source(S) alias_opt(X). { A = S; parse_alias(p, A, X); }
table_primary(A) ::= table_match(M). { A = M; }
table_primary(A) ::= table_source(S) alias_opt(X) TABLESAMPLE nm(M) LPAREN expr(E) RPAREN repeatable(R). {
    parse_alias(p, S, X);
    A = NEW(table_sample, AT(S));
    SET(A, table_sample, input, S);
    SET(A, table_sample, method, M);
    SET(A, table_sample, argument, E);
    SET(A, table_sample, repeatable, R);
}
repeatable(A) ::= . { A = NULL; }
repeatable(A) ::= REPEATABLE LPAREN expr(E) RPAREN. { A = E; }

/* What may stand before an alias; for all of them the last two fields are alias and columns. */
table_source(A) ::= qname(N) hints(H) as_of(E). {
    A = NEW(table, AT(N));
    SET(A, table, name, N);
    SET(A, table, hints, H);
    SET(A, table, as_of, E);
}
table_source(A) ::= select_parens(Q). [LOWEST] { A = NEW(derived, AT(Q)); SET(A, derived, query, Q); }
table_source(A) ::= LATERAL(T) select_parens(Q). {
    A = NEW(derived, TOK(T));
    ast_set_num(A, derived, lateral, 1);
    SET(A, derived, query, Q);
}
table_source(A) ::= TABLE(T) LPAREN call(C) RPAREN hints(H). { A = parse_table_function(p, TOK(T), C, true, false, H); }
table_source(A) ::= LATERAL(T) TABLE LPAREN call(C) RPAREN hints(H). {
    A = parse_table_function(p, TOK(T), C, true, true, H);
}
table_source(A) ::= LATERAL(T) call(C) hints(H). { A = parse_table_function(p, TOK(T), C, false, true, H); }
table_source(A) ::= table_call(C) hints(H). { A = parse_table_function(p, AT(C), C, false, false, H); }
table_source(A) ::= UNNEST(T) LPAREN exprs(L) RPAREN ordinality(O). { A = parse_unnest(p, TOK(T), L, O, 0); }
table_source(A) ::= LATERAL(T) UNNEST LPAREN exprs(L) RPAREN ordinality(O). { A = parse_unnest(p, TOK(T), L, O, 1); }
table_primary(A) ::= LPAREN(T) joined_tables(J) RPAREN. { A = J; A->span = TOK(T); }
table_primary(A) ::= LPAREN table_primary(J) RPAREN. { A = J; }

table_call(A) ::= qname(N) LPAREN call_args(X) RPAREN. { A = parse_call(p, N, &X); }
as_of(A) ::= . { A = NULL; }
as_of(A) ::= FOR SYSTEM_TIME AS OF expr(E). { A = E; }
%type ordinality { int }
ordinality(A) ::= . { A = 0; }
ordinality(A) ::= WITH ORDINALITY. { A = 1; }

/* ---------------------------------------------------------------- MATCH_RECOGNIZE */
table_match(A) ::= table_source(S) alias_opt(X) MATCH_RECOGNIZE LPAREN partition_by_opt(B) order_by_opt(O)
                   measures_opt(M) match_rows(R) skip(K) PATTERN LPAREN anchor_start(F) pattern(P) anchor_end(E) RPAREN
                   within_opt(W) timeout_rows(Z) subset_opt(U) define_opt(D) RPAREN alias_opt(Y). {
    parse_alias(p, S, X);
    A = NEW(match, AT(S));
    SET(A, match, input, S);
    SET(A, match, partition_by, B);
    SET(A, match, order_by, O);
    SET(A, match, measures, M);
    ast_set_num(A, match, rows, R);
    ast_set_num(A, match, skip, K.skip);
    SET(A, match, skip_to, K.to);
    ast_set_num(A, match, anchor_start, F);
    ast_set_num(A, match, anchor_end, E);
    SET(A, match, pattern, P);
    SET(A, match, within, W);
    ast_set_num(A, match, timeout_rows, Z);
    SET(A, match, subsets, U);
    SET(A, match, defines, D);
    parse_alias(p, A, Y);
}
partition_by_opt(A) ::= . { A = NULL; }
partition_by_opt(A) ::= PARTITION BY exprs(L). { A = L; }
measures_opt(A) ::= . { A = NULL; }
measures_opt(A) ::= MEASURES match_measures(L). { A = L; }
match_measures(A) ::= match_measure(M). { A = PUSH(NULL, M); }
match_measures(A) ::= match_measures(L) COMMA match_measure(M). { A = PUSH(L, M); }
match_measure(A) ::= expr(E) AS nm(N). { A = parse_select_item(p, E, N); }
%type match_rows { AstMatchRows }
match_rows(A) ::= . { A = AST_MATCH_DEFAULT; }
match_rows(A) ::= ONE ROW PER MATCH. { A = AST_MATCH_ONE_ROW; }
match_rows(A) ::= ALL ROWS PER MATCH. { A = AST_MATCH_ALL_ROWS; }
match_rows(A) ::= ALL ROWS PER MATCH SHOW EMPTY MATCHES. { A = AST_MATCH_ALL_SHOW_EMPTY; }
match_rows(A) ::= ALL ROWS PER MATCH OMIT EMPTY MATCHES. { A = AST_MATCH_ALL_OMIT_EMPTY; }
match_rows(A) ::= ALL ROWS PER MATCH WITH UNMATCHED ROWS. { A = AST_MATCH_ALL_WITH_UNMATCHED; }
%type skip { ParseSkip }
skip(A) ::= . { A = (ParseSkip){ AST_SKIP_DEFAULT, NULL }; }
skip(A) ::= AFTER MATCH SKIP PAST LAST ROW. { A = (ParseSkip){ AST_SKIP_PAST_LAST_ROW, NULL }; }
skip(A) ::= AFTER MATCH SKIP TO NEXT ROW. { A = (ParseSkip){ AST_SKIP_TO_NEXT_ROW, NULL }; }
skip(A) ::= AFTER MATCH SKIP TO FIRST nm(N). { A = (ParseSkip){ AST_SKIP_TO_FIRST, N }; }
skip(A) ::= AFTER MATCH SKIP TO LAST nm(N). { A = (ParseSkip){ AST_SKIP_TO_LAST, N }; }
skip(A) ::= AFTER MATCH SKIP TO nm(N). { A = (ParseSkip){ AST_SKIP_TO_VARIABLE, N }; }
%type anchor_start { int }
anchor_start(A) ::= . { A = 0; }
anchor_start(A) ::= CARET. { A = 1; }
%type anchor_end { int }
anchor_end(A) ::= . { A = 0; }
anchor_end(A) ::= DOLLAR. { A = 1; }
within_opt(A) ::= . { A = NULL; }
within_opt(A) ::= WITHIN expr(E). { A = E; }
%type timeout_rows { int }
timeout_rows(A) ::= . { A = 0; }
timeout_rows(A) ::= WITH TIMEOUT ROWS. { A = 1; }
subset_opt(A) ::= . { A = NULL; }
subset_opt(A) ::= SUBSET subsets(L). { A = L; }
subsets(A) ::= subset(S). { A = PUSH(NULL, S); }
subsets(A) ::= subsets(L) COMMA subset(S). { A = PUSH(L, S); }
subset(A) ::= nm(N) EQ LPAREN names(L) RPAREN. {
    A = NEW(subset, AT(N));
    SET(A, subset, name, N);
    SET(A, subset, variables, L);
}
define_opt(A) ::= . { A = NULL; }
define_opt(A) ::= DEFINE defines(L). { A = L; }
defines(A) ::= define(D). { A = PUSH(NULL, D); }
defines(A) ::= defines(L) COMMA define(D). { A = PUSH(L, D); }
define(A) ::= nm(N) AS expr(E). { A = NEW(define, AT(N)); SET(A, define, name, N); SET(A, define, condition, E); }

pattern(A) ::= pattern_seq(S). { A = parse_single(S); }
pattern(A) ::= pattern_alts(L) BAR pattern_seq(S). {
    A = NEW(pattern_alt, AT(L));
    SET(A, pattern_alt, items, PUSH(L, parse_single(S)));
}
pattern_alts(A) ::= pattern_seq(S). { A = PUSH(NULL, parse_single(S)); }
pattern_alts(A) ::= pattern_alts(L) BAR pattern_seq(S). { A = PUSH(L, parse_single(S)); }
pattern_seq(A) ::= pattern_item(I). { A = NEW(pattern_seq, AT(I)); SET(A, pattern_seq, items, PUSH(NULL, I)); }
pattern_seq(A) ::= pattern_seq(S) pattern_item(I). {
    A = S;
    SET(A, pattern_seq, items, PUSH(ast_pattern_seq_items(S), I));
    A->span = AT(A);
}
pattern_item(A) ::= pattern_primary(P). { A = P; }
pattern_item(A) ::= pattern_primary(P) repeat(R). {
    A = NEW(pattern_repeat, AT(P));
    SET(A, pattern_repeat, item, P);
    ast_set_num(A, pattern_repeat, min, R.min);
    ast_set_num(A, pattern_repeat, max, R.max);
    ast_set_num(A, pattern_repeat, reluctant, R.reluctant);
}
%type repeat { ParseRepeat }
repeat(A) ::= repeat_count(R). { A = R; }
repeat(A) ::= repeat_count(R) QUESTION. { A = R; A.reluctant = true; }
%type repeat_count { ParseRepeat }
repeat_count(A) ::= STAR. { A = (ParseRepeat){ 0, -1, false }; }
repeat_count(A) ::= PLUS. { A = (ParseRepeat){ 1, -1, false }; }
repeat_count(A) ::= QUESTION. { A = (ParseRepeat){ 0, 1, false }; }
repeat_count(A) ::= LBRACE INTEGER(N) RBRACE. { A = (ParseRepeat){ parse_count(p, &N), parse_count(p, &N), false }; }
repeat_count(A) ::= LBRACE INTEGER(N) COMMA RBRACE. { A = (ParseRepeat){ parse_count(p, &N), -1, false }; }
repeat_count(A) ::= LBRACE COMMA INTEGER(M) RBRACE. { A = (ParseRepeat){ 0, parse_count(p, &M), false }; }
repeat_count(A) ::= LBRACE INTEGER(N) COMMA INTEGER(M) RBRACE. {
    A = (ParseRepeat){ parse_count(p, &N), parse_count(p, &M), false };
}
pattern_primary(A) ::= nm(N). { A = NEW(pattern_var, AT(N)); SET(A, pattern_var, name, N); }
pattern_primary(A) ::= LPAREN(T) RPAREN. { A = NEW(pattern_empty, TOK(T)); }
pattern_primary(A) ::= LPAREN(T) pattern(P) RPAREN. { A = P; A->span = TOK(T); }
pattern_primary(A) ::= LEXCLUDE(T) pattern(P) REXCLUDE. {
    A = NEW(pattern_exclude, TOK(T));
    SET(A, pattern_exclude, item, P);
}
pattern_primary(A) ::= PERMUTE(T) LPAREN pattern_list(L) RPAREN. {
    A = NEW(pattern_permute, TOK(T));
    SET(A, pattern_permute, items, L);
}
pattern_list(A) ::= pattern(P). { A = PUSH(NULL, P); }
pattern_list(A) ::= pattern_list(L) COMMA pattern(P). { A = PUSH(L, P); }

/* ================================================================ expressions */
exprs(A) ::= expr(E). { A = PUSH(NULL, E); }
exprs(A) ::= exprs(L) COMMA expr(E). { A = PUSH(L, E); }

expr(A) ::= primary(P). { A = P; }
expr(A) ::= expr(X) OR expr(Y). { A = parse_logic(p, AST_OP_OR, X, Y); }
expr(A) ::= expr(X) AND expr(Y). { A = parse_logic(p, AST_OP_AND, X, Y); }
expr(A) ::= NOT(T) expr(X). { A = parse_unary(p, AST_OP_NOT, &T, X); }
expr(A) ::= MINUS(T) expr(X). [UMINUS] { A = parse_unary(p, AST_OP_NEG, &T, X); }
expr(A) ::= PLUS(T) expr(X). [UMINUS] { A = parse_unary(p, AST_OP_PLUS, &T, X); }
expr(A) ::= expr(X) PLUS(T) expr(Y). { A = parse_binary(p, AST_OP_ADD, X, &T, Y); }
expr(A) ::= expr(X) MINUS(T) expr(Y). { A = parse_binary(p, AST_OP_SUB, X, &T, Y); }
expr(A) ::= expr(X) STAR(T) expr(Y). { A = parse_binary(p, AST_OP_MUL, X, &T, Y); }
expr(A) ::= expr(X) SLASH(T) expr(Y). { A = parse_binary(p, AST_OP_DIV, X, &T, Y); }
expr(A) ::= expr(X) PERCENT(T) expr(Y). { A = parse_binary(p, AST_OP_MOD, X, &T, Y); }
expr(A) ::= expr(X) BARS expr(Y). { A = parse_concat(p, X, Y); }
expr(A) ::= expr(X) EQ(T) expr(Y). { A = parse_binary(p, AST_OP_EQ, X, &T, Y); }
expr(A) ::= expr(X) NE(T) expr(Y). { A = parse_binary(p, AST_OP_NE, X, &T, Y); }
expr(A) ::= expr(X) LT(T) expr(Y). { A = parse_binary(p, AST_OP_LT, X, &T, Y); }
expr(A) ::= expr(X) LE(T) expr(Y). { A = parse_binary(p, AST_OP_LE, X, &T, Y); }
expr(A) ::= expr(X) GT(T) expr(Y). { A = parse_binary(p, AST_OP_GT, X, &T, Y); }
expr(A) ::= expr(X) GE(T) expr(Y). { A = parse_binary(p, AST_OP_GE, X, &T, Y); }
expr(A) ::= expr(X) OVERLAPS(T) expr(Y). { A = parse_binary(p, AST_OP_OVERLAPS, X, &T, Y); }
expr(A) ::= expr(X) EQ quantity(Q) set_of(S). [EQ] { A = parse_quantified(p, AST_OP_EQ, Q, X, S); }
expr(A) ::= expr(X) NE quantity(Q) set_of(S). [NE] { A = parse_quantified(p, AST_OP_NE, Q, X, S); }
expr(A) ::= expr(X) LT quantity(Q) set_of(S). [LT] { A = parse_quantified(p, AST_OP_LT, Q, X, S); }
expr(A) ::= expr(X) LE quantity(Q) set_of(S). [LE] { A = parse_quantified(p, AST_OP_LE, Q, X, S); }
expr(A) ::= expr(X) GT quantity(Q) set_of(S). [GT] { A = parse_quantified(p, AST_OP_GT, Q, X, S); }
expr(A) ::= expr(X) GE quantity(Q) set_of(S). [GE] { A = parse_quantified(p, AST_OP_GE, Q, X, S); }
%type quantity { int }
quantity(A) ::= ALL. { A = 1; }
quantity(A) ::= ANY. { A = 0; }
quantity(A) ::= SOME. { A = 0; }
expr(A) ::= expr(X) IN set_of(S). [IN] { A = parse_in(p, X, S, false); }
expr(A) ::= expr(X) NOT_POST IN set_of(S). [IN] { A = parse_in(p, X, S, true); }
%type set_of { ParseSet }
set_of(A) ::= select_parens(Q). [LOWEST] { A = (ParseSet){ Q, NULL }; }
set_of(A) ::= LPAREN exprs(L) RPAREN. { A = (ParseSet){ NULL, L }; }

expr(A) ::= expr(X) BETWEEN symmetric(S) expr(L) AND expr(H). [BETWEEN] { A = parse_between(p, X, S, L, H, false); }
expr(A) ::= expr(X) NOT_POST BETWEEN symmetric(S) expr(L) AND expr(H). [BETWEEN] {
    A = parse_between(p, X, S, L, H, true);
}
%type symmetric { int }
symmetric(A) ::= . { A = 0; }
symmetric(A) ::= SYMMETRIC. { A = 1; }
symmetric(A) ::= ASYMMETRIC. { A = 0; }

expr(A) ::= expr(X) LIKE expr(Y). { A = parse_like(p, X, Y, NULL, 0); }
expr(A) ::= expr(X) LIKE expr(Y) ESCAPE expr(Z). [LIKE] { A = parse_like(p, X, Y, Z, 0); }
expr(A) ::= expr(X) NOT_POST LIKE expr(Y). [LIKE] { A = parse_like(p, X, Y, NULL, 1); }
expr(A) ::= expr(X) NOT_POST LIKE expr(Y) ESCAPE expr(Z). [LIKE] { A = parse_like(p, X, Y, Z, 1); }
expr(A) ::= expr(X) SIMILAR TO expr(Y). [SIMILAR] { A = parse_like(p, X, Y, NULL, 2); }
expr(A) ::= expr(X) SIMILAR TO expr(Y) ESCAPE expr(Z). [SIMILAR] { A = parse_like(p, X, Y, Z, 2); }
expr(A) ::= expr(X) NOT_POST SIMILAR TO expr(Y). [SIMILAR] { A = parse_like(p, X, Y, NULL, 3); }
expr(A) ::= expr(X) NOT_POST SIMILAR TO expr(Y) ESCAPE expr(Z). [SIMILAR] { A = parse_like(p, X, Y, Z, 3); }

expr(A) ::= expr(X) IS is_what(W). [IS] { A = parse_is(p, X, W, false); }
expr(A) ::= expr(X) IS NOT is_what(W). [IS] { A = parse_is(p, X, W, true); }
expr(A) ::= expr(X) IS DISTINCT FROM expr(Y). [IS] { A = parse_distinct_from(p, X, Y, false); }
expr(A) ::= expr(X) IS NOT DISTINCT FROM expr(Y). [IS] { A = parse_distinct_from(p, X, Y, true); }
%type is_what { AstIs }
is_what(A) ::= NULL. { A = AST_IS_NULL; }
is_what(A) ::= TRUE. { A = AST_IS_TRUE; }
is_what(A) ::= FALSE. { A = AST_IS_FALSE; }
is_what(A) ::= UNKNOWN. { A = AST_IS_UNKNOWN; }
is_what(A) ::= JSON. [LOWEST] { A = AST_IS_JSON; }
is_what(A) ::= JSON VALUE. { A = AST_IS_JSON_VALUE; }
is_what(A) ::= JSON OBJECT. { A = AST_IS_JSON_OBJECT; }
is_what(A) ::= JSON ARRAY. { A = AST_IS_JSON_ARRAY; }
is_what(A) ::= JSON SCALAR. { A = AST_IS_JSON_SCALAR; }

expr(A) ::= expr(X) AT_TIME TIME ZONE primary(Z). {
    A = NEW(at_time_zone, AT(X));
    SET(A, at_time_zone, operand, X);
    SET(A, at_time_zone, zone, Z);
}

/* A path of names goes on with `.` without becoming a field of an expression; anything else becomes FIELD. */
primary(A) ::= column_path(C). { A = C; }
primary(A) ::= postfix(P). { A = P; }
primary(A) ::= literal(L). { A = L; }
primary(A) ::= select_parens(Q). [LOWEST] { A = NEW(subquery, AT(Q)); SET(A, subquery, query, Q); }

column_path(A) ::= nm(N). { A = NEW(column_ref, AT(N)); SET(A, column_ref, parts, PUSH(NULL, N)); }
column_path(A) ::= column_path(C) DOT nm(N). {
    A = C;
    SET(A, column_ref, parts, PUSH(ast_column_ref_parts(A), N));
    A->span = AT(A);
}

postfix(A) ::= postfix(B) DOT nm(N). { A = parse_field(p, B, N); }
postfix(A) ::= postfix(B) LBRACKET expr(I) RBRACKET. { A = parse_index(p, B, I); }
postfix(A) ::= column_path(B) LBRACKET expr(I) RBRACKET. { A = parse_index(p, B, I); }
postfix(A) ::= select_parens(Q) DOT nm(N). {
    AstNode *base = NEW(subquery, Q->span);
    SET(base, subquery, query, Q);
    A = parse_field(p, base, N);
}
postfix(A) ::= call(C). { A = C; }
postfix(A) ::= LPAREN(T) expr(E) RPAREN. { A = parse_parenthesised(p, &T, E); }
postfix(A) ::= LPAREN(T) expr(E) RPAREN between_unit(U). [LOWEST] {
    A = parse_time_between(p, &T, E, U, AST_UNIT_NONE);
}
postfix(A) ::= LPAREN(T) expr(E) RPAREN between_unit(U) TO between_unit(V). { A = parse_time_between(p, &T, E, U, V); }
%type between_unit { AstUnit }
between_unit(A) ::= SECOND. { A = AST_UNIT_SECOND; }
between_unit(A) ::= MINUTE. { A = AST_UNIT_MINUTE; }
between_unit(A) ::= HOUR. { A = AST_UNIT_HOUR; }
between_unit(A) ::= DAY. { A = AST_UNIT_DAY; }
between_unit(A) ::= MONTH. { A = AST_UNIT_MONTH; }
between_unit(A) ::= YEAR. { A = AST_UNIT_YEAR; }
postfix(A) ::= LPAREN(T) expr(E) COMMA exprs(L) RPAREN. { A = parse_row(p, TOK(T), E, L); }
postfix(A) ::= ROW(T) LPAREN exprs_opt(L) RPAREN. {
    A = NEW(row, TOK(T));
    SET(A, row, items, L);
    ast_set_num(A, row, keyword, 1);
}
postfix(A) ::= ARRAY(T) LBRACKET exprs_opt(L) RBRACKET. { A = NEW(array, TOK(T)); SET(A, array, items, L); }
postfix(A) ::= ARRAY(T) select_parens(Q). { A = NEW(array, TOK(T)); SET(A, array, query, Q); }
postfix(A) ::= MAP(T) LBRACKET exprs_opt(L) RBRACKET. { A = parse_map(p, TOK(T), L); }
postfix(A) ::= MULTISET(T) LBRACKET exprs_opt(L) RBRACKET. { A = NEW(multiset, TOK(T)); SET(A, multiset, items, L); }
postfix(A) ::= EXISTS(T) select_parens(Q). { A = NEW(exists, TOK(T)); SET(A, exists, query, Q); }
postfix(A) ::= CASE(T) case_operand(O) whens(L) case_else(E) END. {
    A = NEW(case, TOK(T));
    SET(A, case, operand, O);
    SET(A, case, whens, L);
    SET(A, case, otherwise, E);
}
postfix(A) ::= CAST(T) LPAREN expr(E) AS type(Y) RPAREN. {
    A = NEW(cast, TOK(T));
    SET(A, cast, operand, E);
    SET(A, cast, type, Y);
}
postfix(A) ::= TRY_CAST(T) LPAREN expr(E) AS type(Y) RPAREN. {
    A = NEW(cast, TOK(T));
    SET(A, cast, operand, E);
    SET(A, cast, type, Y);
    ast_set_num(A, cast, is_try, 1);
}
exprs_opt(A) ::= . { A = NULL; }
exprs_opt(A) ::= exprs(L). { A = L; }
case_operand(A) ::= . { A = NULL; }
case_operand(A) ::= expr(E). { A = E; }
case_else(A) ::= . { A = NULL; }
case_else(A) ::= ELSE expr(E). { A = E; }
whens(A) ::= when(W). { A = PUSH(NULL, W); }
whens(A) ::= whens(L) when(W). { A = PUSH(L, W); }
when(A) ::= WHEN(T) expr(C) THEN expr(R). {
    A = NEW(when, TOK(T));
    SET(A, when, condition, C);
    SET(A, when, result, R);
}
when(A) ::= WHEN(T) expr(C) COMMA exprs(L) THEN expr(R). {
    A = NEW(when, TOK(T));
    SET(A, when, condition, C);
    SET(A, when, more, L);
    SET(A, when, result, R);
}

/* ---------------------------------------------------------------- literals */
literal(A) ::= number(N). { A = N; }
literal(A) ::= string(S). { A = S; }
literal(A) ::= BINARY_STRING(T). { A = NEW(binary_string, TOK(T)); ast_set_text(A, binary_string, bytes, T.text); }
literal(A) ::= TRUE(T). { A = NEW(boolean, TOK(T)); ast_set_num(A, boolean, value, 1); }
literal(A) ::= FALSE(T). { A = NEW(boolean, TOK(T)); }
literal(A) ::= UNKNOWN(T). { A = parse_unknown(p, TOK(T)); }
literal(A) ::= NULL(T). { A = NEW(null, TOK(T)); }
literal(A) ::= DATE(T) STRING(S). { A = parse_datetime(p, TOK(T), AST_TYPE_DATE, &S); }
literal(A) ::= TIME(T) STRING(S). { A = parse_datetime(p, TOK(T), AST_TYPE_TIME, &S); }
literal(A) ::= TIMESTAMP(T) STRING(S). { A = parse_datetime(p, TOK(T), AST_TYPE_TIMESTAMP, &S); }
literal(A) ::= interval(I). { A = I; }
number(A) ::= integer(I). { A = I; }
number(A) ::= DECIMAL(T). { A = parse_number(p, AST_DECIMAL, &T); }
number(A) ::= DOUBLE(T). { A = parse_number(p, AST_DOUBLE, &T); }
interval(A) ::= INTERVAL(T) sign(G) STRING(S) unit(U) interval_digits(P). [LOWEST] {
    A = parse_interval(p, TOK(T), G, &S, (ParseUnits){ U, AST_UNIT_NONE, P.precision, P.scale });
}
interval(A) ::= INTERVAL(T) sign(G) STRING(S) unit(U) interval_digits(P) TO unit(V) precision(F). {
    A = parse_interval(p, TOK(T), G, &S, (ParseUnits){ U, V, P.precision, F });
}
%type interval_digits { ParseUnits }
interval_digits(A) ::= . [LOWEST] { A = (ParseUnits){ AST_UNIT_NONE, AST_UNIT_NONE, -1, -1 }; }
interval_digits(A) ::= LPAREN INTEGER(P) RPAREN. {
    A = (ParseUnits){ AST_UNIT_NONE, AST_UNIT_NONE, parse_count(p, &P), -1 };
}
interval_digits(A) ::= LPAREN INTEGER(P) COMMA INTEGER(S) RPAREN. {
    A = (ParseUnits){ AST_UNIT_NONE, AST_UNIT_NONE, parse_count(p, &P), parse_count(p, &S) };
}
%type sign { int }
sign(A) ::= . { A = 0; }
sign(A) ::= PLUS. { A = 0; }
sign(A) ::= MINUS. { A = 1; }

/* ---------------------------------------------------------------- calls */
call(A) ::= call_core(C) call_suffixes(S). { A = parse_call_suffixes(p, C, S); }
call(A) ::= FINAL(T) call(C). { A = parse_match_scope(p, TOK(T), C, true); }
call(A) ::= RUNNING(T) call(C). { A = parse_match_scope(p, TOK(T), C, false); }

call_core(A) ::= column_path(N) LPAREN call_args(X) RPAREN. { A = parse_call(p, parse_path_as_name(p, N), &X); }
call_core(A) ::= bare_function(T). { A = parse_call_words(p, &T, AST_CALL_BARE, NULL); }
%type bare_function { LexToken }
bare_function(A) ::= CURRENT_USER|SESSION_USER(T). { A = T; }
bare_function(A) ::= CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP(T). {
    A = T;
}
call_core(A) ::= EXTRACT(T) LPAREN unit_arg(U) FROM expr(E) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_EXTRACT, PUSH(PUSH(NULL, U), E));
}
call_core(A) ::= rounding(T) LPAREN exprs(L) RPAREN. { A = parse_call_words(p, &T, AST_CALL_PLAIN, L); }
call_core(A) ::= rounding(T) LPAREN expr(E) TO unit_arg(U) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_TO_UNIT, PUSH(PUSH(NULL, E), U));
}
%type rounding { LexToken }
rounding(A) ::= FLOOR|CEIL|CEILING(T). { A = T; }
call_core(A) ::= time_arithmetic(T) LPAREN unit_arg(U) COMMA exprs(L) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_PLAIN, parse_prepend(p, U, L));
}
%type time_arithmetic { LexToken }
time_arithmetic(A) ::= TIMESTAMPDIFF|TIMESTAMPADD(T). { A = T; }
call_core(A) ::= SUBSTRING(T) LPAREN exprs(L) RPAREN. { A = parse_call_words(p, &T, AST_CALL_PLAIN, L); }
call_core(A) ::= SUBSTRING(T) LPAREN expr(X) FROM expr(Y) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_PLAIN, PUSH(PUSH(NULL, X), Y));
}
call_core(A) ::= SUBSTRING(T) LPAREN expr(X) FROM expr(Y) FOR expr(Z) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_PLAIN, PUSH(PUSH(PUSH(NULL, X), Y), Z));
}
call_core(A) ::= OVERLAY(T) LPAREN exprs(L) RPAREN. { A = parse_call_words(p, &T, AST_CALL_PLAIN, L); }
call_core(A) ::= OVERLAY(T) LPAREN expr(X) PLACING expr(Y) FROM expr(F) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_OVERLAY, PUSH(PUSH(PUSH(NULL, X), Y), F));
}
call_core(A) ::= OVERLAY(T) LPAREN expr(X) PLACING expr(Y) FROM expr(F) FOR expr(N) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_OVERLAY, PUSH(PUSH(PUSH(PUSH(NULL, X), Y), F), N));
}
call_core(A) ::= POSITION(T) LPAREN expr(X) IN_POSITION expr(Y) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_POSITION, PUSH(PUSH(NULL, X), Y));
}
call_core(A) ::= TRIM(T) LPAREN exprs(L) RPAREN. { A = parse_call_words(p, &T, AST_CALL_PLAIN, L); }
call_core(A) ::= TRIM(T) LPAREN expr(C) FROM expr(X) RPAREN. {
    A = parse_call_words(p, &T, AST_CALL_TRIM_BOTH, PUSH(PUSH(NULL, X), C));
}
call_core(A) ::= TRIM(T) LPAREN trim_side(S) FROM expr(X) RPAREN. { A = parse_call_words(p, &T, S, PUSH(NULL, X)); }
call_core(A) ::= TRIM(T) LPAREN trim_side(S) expr(C) FROM expr(X) RPAREN. {
    A = parse_call_words(p, &T, S, PUSH(PUSH(NULL, X), C));
}
%type trim_side { AstCallSyntax }
trim_side(A) ::= BOTH. { A = AST_CALL_TRIM_BOTH; }
trim_side(A) ::= LEADING. { A = AST_CALL_TRIM_LEADING; }
trim_side(A) ::= TRAILING. { A = AST_CALL_TRIM_TRAILING; }

/* JSON functions */
call_core(A) ::= JSON_VALUE|JSON_EXISTS|JSON_QUERY(T) LPAREN exprs(L) json_clauses(J) RPAREN. {
    A = parse_json_call(p, &T, L, J);
}
call_core(A) ::= JSON_OBJECT|JSON_OBJECTAGG(T) LPAREN json_pairs(L) json_on_null(N) RPAREN. {
    A = parse_json_call(p, &T, L, parse_json_null(p, N));
}
call_core(A) ::= JSON_OBJECT|JSON_OBJECTAGG(T) LPAREN RPAREN. { A = parse_json_call(p, &T, NULL, NULL); }
call_core(A) ::= JSON_ARRAY|JSON_ARRAYAGG(T) LPAREN exprs(L) json_on_null(N) RPAREN. {
    A = parse_json_call(p, &T, L, parse_json_null(p, N));
}
call_core(A) ::= JSON_ARRAY|JSON_ARRAYAGG(T) LPAREN RPAREN. { A = parse_json_call(p, &T, NULL, NULL); }
json_pairs(A) ::= json_pair(X). { A = PUSH(NULL, X); }
json_pairs(A) ::= json_pairs(L) COMMA json_pair(X). { A = PUSH(L, X); }
json_pair(A) ::= KEY(T) expr(K) VALUE expr(V). {
    A = NEW(json_pair, TOK(T));
    SET(A, json_pair, key, K);
    SET(A, json_pair, value, V);
}
json_pair(A) ::= expr(K) VALUE expr(V). {
    A = NEW(json_pair, AT(K));
    SET(A, json_pair, key, K);
    SET(A, json_pair, value, V);
}
%type json_on_null { AstJsonNull }
json_on_null(A) ::= . { A = AST_JSON_NULL_DEFAULT; }
json_on_null(A) ::= NULL ON NULL. { A = AST_JSON_NULL_ON_NULL; }
json_on_null(A) ::= ABSENT ON NULL. { A = AST_JSON_ABSENT_ON_NULL; }

json_clauses(A) ::= . { A = NULL; }
json_clauses(A) ::= json_clauses(J) RETURNING(T) type(Y). {
    A = parse_json_clauses(p, J, &T);
    SET(A, json_clauses, returning, Y);
}
json_clauses(A) ::= json_clauses(J) json_wrapper(W). {
    A = parse_json_clauses(p, J, &W.token);
    ast_set_num(A, json_clauses, wrapper, W.wrapper);
}
json_clauses(A) ::= json_clauses(J) json_on(O) ON EMPTY. { A = parse_json_on(p, J, O, true); }
json_clauses(A) ::= json_clauses(J) json_on(O) ON ERROR. { A = parse_json_on(p, J, O, false); }
%type json_wrapper { ParseJsonWrapper }
json_wrapper(A) ::= WITHOUT(T) array_noise WRAPPER. { A = (ParseJsonWrapper){ T, AST_JSON_WITHOUT_WRAPPER }; }
json_wrapper(A) ::= WITH(T) array_noise WRAPPER. { A = (ParseJsonWrapper){ T, AST_JSON_WITH_UNCONDITIONAL }; }
json_wrapper(A) ::= WITH(T) UNCONDITIONAL array_noise WRAPPER. {
    A = (ParseJsonWrapper){ T, AST_JSON_WITH_UNCONDITIONAL };
}
json_wrapper(A) ::= WITH(T) CONDITIONAL array_noise WRAPPER. { A = (ParseJsonWrapper){ T, AST_JSON_WITH_CONDITIONAL }; }
array_noise ::= .
array_noise ::= ARRAY.
%type json_on { ParseJsonOn }
json_on(A) ::= NULL(T). { A = (ParseJsonOn){ T, AST_JSON_ON_NULL, NULL }; }
json_on(A) ::= ERROR(T). { A = (ParseJsonOn){ T, AST_JSON_ON_ERROR, NULL }; }
json_on(A) ::= TRUE(T). { A = (ParseJsonOn){ T, AST_JSON_ON_TRUE, NULL }; }
json_on(A) ::= FALSE(T). { A = (ParseJsonOn){ T, AST_JSON_ON_FALSE, NULL }; }
json_on(A) ::= UNKNOWN(T). { A = (ParseJsonOn){ T, AST_JSON_ON_UNKNOWN, NULL }; }
json_on(A) ::= EMPTY(T) ARRAY. { A = (ParseJsonOn){ T, AST_JSON_ON_EMPTY_ARRAY, NULL }; }
json_on(A) ::= EMPTY(T) OBJECT. { A = (ParseJsonOn){ T, AST_JSON_ON_EMPTY_OBJECT, NULL }; }
json_on(A) ::= DEFAULT(T) expr(E). { A = (ParseJsonOn){ T, AST_JSON_ON_VALUE, E }; }

/* Arguments of any other call. */
%type call_args { ParseArgs }
call_args(A) ::= . { A = (ParseArgs){ 0 }; }
call_args(A) ::= STAR. { A = (ParseArgs){ .star = true }; }
call_args(A) ::= args(L) nulls_treatment(N) order_by_opt(O). {
    A = (ParseArgs){ .args = L, .order_by = O, .nulls = N };
}
call_args(A) ::= DISTINCT args(L) nulls_treatment(N) order_by_opt(O). {
    A = (ParseArgs){ .args = L, .order_by = O, .nulls = N, .distinct = true };
}
call_args(A) ::= ALL args(L) order_by_opt(O). { A = (ParseArgs){ .args = L, .order_by = O }; }
args(A) ::= arg(X). { A = PUSH(NULL, X); }
args(A) ::= args(L) COMMA arg(X). { A = PUSH(L, X); }
arg(A) ::= arg_value(V). { A = V; }
arg(A) ::= nm(N) ARROW arg_value(V). {
    A = NEW(named_arg, AT(N));
    SET(A, named_arg, name, N);
    SET(A, named_arg, value, V);
}
arg_value(A) ::= expr(E). { A = E; }
arg_value(A) ::= descriptor(D). { A = D; }
arg_value(A) ::= TABLE(T) qname(N) hints(H) table_arg_tail(X). { A = parse_table_arg(p, TOK(T), N, H, X); }
arg_value(A) ::= TABLE(T) select_parens(Q) table_arg_tail(X). { A = parse_table_arg(p, TOK(T), Q, NULL, X); }
arg_value(A) ::= seasonal(S). { A = S; }
arg_value(A) ::= MODEL(T) qname(N). { A = NEW(model_arg, TOK(T)); SET(A, model_arg, model, N); }
arg_value(A) ::= WARMUP(T) expr(E). { A = NEW(warmup, TOK(T)); SET(A, warmup, expr, E); }
descriptor(A) ::= DESCRIPTOR(T) LPAREN qnames(L) RPAREN. {
    A = NEW(descriptor, TOK(T));
    SET(A, descriptor, columns, L);
}
seasonal(A) ::= SEASONAL(T) unit(U). { A = NEW(seasonal, TOK(T)); ast_set_num(A, seasonal, unit, U); }
%type table_arg_tail { ParseArgTail }
table_arg_tail(A) ::= . [LOWEST] { A = (ParseArgTail){ NULL, NULL }; }
table_arg_tail(A) ::= PARTITION BY expr(E). [LOWEST] { A = (ParseArgTail){ parse_key_list(p, E), NULL }; }
table_arg_tail(A) ::= ORDER BY sort_item(S). { A = (ParseArgTail){ NULL, parse_sort_list(p, S) }; }
table_arg_tail(A) ::= PARTITION BY expr(E) ORDER BY sort_item(S). {
    A = (ParseArgTail){ parse_key_list(p, E), parse_sort_list(p, S) };
}

%type call_suffixes { ParseSuffixes }
call_suffixes(A) ::= within_group(W) nulls_treatment(N) filter(F) over(O). { A = (ParseSuffixes){ W, F, O, N }; }
within_group(A) ::= . { A = NULL; }
within_group(A) ::= WITHIN_GROUP GROUP LPAREN order_by(L) RPAREN. { A = L; }
%type nulls_treatment { AstCallNulls }
nulls_treatment(A) ::= . [LOWEST] { A = AST_CALL_NULLS_DEFAULT; }
nulls_treatment(A) ::= IGNORE NULLS. { A = AST_CALL_NULLS_IGNORE; }
nulls_treatment(A) ::= RESPECT NULLS. { A = AST_CALL_NULLS_RESPECT; }
filter(A) ::= . { A = NULL; }
filter(A) ::= FILTER LPAREN WHERE expr(E) RPAREN. { A = E; }
over(A) ::= . { A = NULL; }
over(A) ::= OVER(T) nm(N). {
    A = NEW(window_spec, TOK(T));
    A->span = N->span;
    SET(A, window_spec, base, N);
    ast_set_num(A, window_spec, bare, 1);
}
over(A) ::= OVER LPAREN(T) window_spec(S) RPAREN. { A = S; A->span = TOK(T); }
window_spec(A) ::= window_base(B) partition_by_opt(P) order_by_opt(O) frame(F). {
    A = parse_window_spec(p, B, P, O, F);
}
window_base(A) ::= . { A = NULL; }
window_base(A) ::= nm(N). { A = N; }
%type frame { ParseFrame }
frame(A) ::= . { A = (ParseFrame){ AST_FRAME_NONE, NULL, NULL }; }
frame(A) ::= frame_unit(U) frame_bound(B). { A = (ParseFrame){ U, B, NULL }; }
frame(A) ::= frame_unit(U) BETWEEN frame_bound(B) AND frame_bound(C). { A = (ParseFrame){ U, B, C }; }
%type frame_unit { AstFrame }
frame_unit(A) ::= ROWS. { A = AST_FRAME_ROWS; }
frame_unit(A) ::= RANGE. { A = AST_FRAME_RANGE; }
frame_bound(A) ::= UNBOUNDED(T) PRECEDING. { A = parse_bound(p, TOK(T), AST_BOUND_UNBOUNDED_PRECEDING, NULL); }
frame_bound(A) ::= UNBOUNDED(T) FOLLOWING. { A = parse_bound(p, TOK(T), AST_BOUND_UNBOUNDED_FOLLOWING, NULL); }
frame_bound(A) ::= CURRENT(T) ROW. { A = parse_bound(p, TOK(T), AST_BOUND_CURRENT_ROW, NULL); }
frame_bound(A) ::= expr(E) PRECEDING. { A = parse_bound(p, AT(E), AST_BOUND_PRECEDING, E); }
frame_bound(A) ::= expr(E) FOLLOWING. { A = parse_bound(p, AT(E), AST_BOUND_FOLLOWING, E); }

/* ================================================================ metrics */
statement(A) ::= metric_head(M) metric_clauses. { A = M; A->span = AT(A); parse_metric_done(p, A); }
statement(A) ::= metric_head(M) metric_clauses AS query(Q). {
    A = M;
    SET(A, metric, query, Q);
    A->span = AT(A);
    parse_metric_done(p, A);
}
metric_head(A) ::= create(C) METRIC if_not_exists(I) qname(N). {
    A = NEW(metric, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_metric_or_alter, -1, -1);
    ast_set_num(A, metric, if_not_exists, I);
    SET(A, metric, name, N);
    p->open = A;
}
metric_clauses ::= .
metric_clauses ::= metric_clauses metric_clause.
metric_clause ::= FROM(T) qnames(L). { ONCE(p->open, metric, bases, L, T); }
metric_clause ::= TITLE(T) string(S). { ONCE(p->open, metric, title, S, T); }
metric_clause ::= SECTION(T) string(S). { ONCE(p->open, metric, section, S, T); }
metric_clause ::= OWNER(T) string(S). { ONCE(p->open, metric, owner, S, T); }
metric_clause ::= DESCRIPTION(T) string(S). { ONCE(p->open, metric, description, S, T); }
metric_clause ::= TAGS(T) LPAREN strings(L) RPAREN. { ONCE(p->open, metric, tags, L, T); }
metric_clause ::= PUBLIC(T). { ONCE_FLAG(p->open, metric, is_public, T); }
metric_clause ::= UNBOUNDED(T). { ONCE_FLAG(p->open, metric, unbounded, T); }
metric_clause ::= TIME(T) LPAREN nm(N) grain_opt(G) RPAREN. {
    AstNode *time = NEW(metric_time, TOK(T));
    SET(time, metric_time, column, N);
    SET(time, metric_time, grain, G);
    ONCE(p->open, metric, time, time, T);
}
metric_clause ::= DIMENSIONS(T) LPAREN dimensions(L) RPAREN. { ONCE(p->open, metric, dimensions, L, T); }
metric_clause ::= MEASURES(T) LPAREN measures(L) RPAREN. { ONCE(p->open, metric, measures, L, T); }
metric_clause ::= RETAIN(T) LPAREN retains(L) RPAREN. { ONCE(p->open, metric, retain, L, T); }
metric_clause ::= panel(X). { SET(p->open, metric, panels, PUSH(ast_metric_panels(p->open), X)); }
metric_clause ::= emit(X). { parse_emit_once(p, X); }
metric_clause ::= late(X). { SET(p->open, metric, late, PUSH(ast_metric_late(p->open), X)); }
grain_opt(A) ::= . { A = NULL; }
grain_opt(A) ::= GRAIN expr(E). { A = E; }

dimensions(A) ::= dimension(D). { A = PUSH(NULL, D); }
dimensions(A) ::= dimensions(L) COMMA dimension(D). { A = PUSH(L, D); }
dimension(A) ::= dimension_head(D) dimension_clauses. { A = D; A->span = AT(A); }
dimension_head(A) ::= nm(N). { A = NEW(dimension, AT(N)); SET(A, dimension, name, N); p->part = A; }
dimension_clauses ::= .
dimension_clauses ::= dimension_clauses dimension_clause.
dimension_clause ::= TITLE(T) string(S). { ONCE(p->part, dimension, title, S, T); }
dimension_clause ::= DESCRIPTION(T) string(S). { ONCE(p->part, dimension, description, S, T); }
dimension_clause ::= LABEL(T) qname(N). { ONCE(p->part, dimension, label, N, T); }
dimension_clause ::= KEEP(T) TOP integer(I) BY nm(N). {
    ONCE(p->part, dimension, keep_top, I, T);
    SET(p->part, dimension, keep_by, N);
}
dimension_clause ::= OTHER(T) string(S). { ONCE(p->part, dimension, other, S, T); }
dimension_clause ::= CARDINALITY(T) integer(I). { ONCE(p->part, dimension, cardinality, I, T); }
dimension_clause ::= DRILL(T) LPAREN names(L) RPAREN. { ONCE(p->part, dimension, drill, L, T); }
dimension_clause ::= ROLE(T) nm(N). { ONCE(p->part, dimension, role, N, T); }

measures(A) ::= measure(M). { A = PUSH(NULL, M); }
measures(A) ::= measures(L) COMMA measure(M). { A = PUSH(L, M); }
measure(A) ::= measure_head(M) measure_clauses. { A = M; A->span = AT(A); }
measure_head(A) ::= nm(N). { A = NEW(measure, AT(N)); SET(A, measure, name, N); p->part = A; }
measure_head(A) ::= nm(N) EQ expr(E). {
    A = NEW(measure, AT(N));
    SET(A, measure, name, N);
    SET(A, measure, expr, E);
    p->part = A;
}
measure_clauses ::= .
measure_clauses ::= measure_clauses measure_clause.
measure_clause ::= TITLE(T) string(S). { ONCE(p->part, measure, title, S, T); }
measure_clause ::= DESCRIPTION(T) string(S). { ONCE(p->part, measure, description, S, T); }
measure_clause ::= UNIT(T) string(S). { ONCE(p->part, measure, unit, parse_unit_word(p, S), T); }
measure_clause ::= UNIT(T) nm(N). { ONCE(p->part, measure, unit, parse_measure_unit(p, N, NULL, NULL), T); }
measure_clause ::= UNIT(T) nm(N) LPAREN string(C) RPAREN. {
    ONCE(p->part, measure, unit, parse_measure_unit(p, N, C, NULL), T);
}
measure_clause ::= UNIT(T) nm(N) LPAREN string(C) COMMA nm(S) RPAREN. {
    ONCE(p->part, measure, unit, parse_measure_unit(p, N, C, S), T);
}
measure_clause ::= FORMAT(T) string(S). { ONCE(p->part, measure, format, S, T); }
measure_clause ::= BETTER(T) nm(N). { parse_better(p, &T, N); }
measure_clause ::= BOUNDS(T) LPAREN nm(L) COMMA nm(H) RPAREN. {
    ONCE(p->part, measure, bounds_low, L, T);
    SET(p->part, measure, bounds_high, H);
}

retains(A) ::= retain(R). { A = PUSH(NULL, R); }
retains(A) ::= retains(L) COMMA retain(R). { A = PUSH(L, R); }
retain(A) ::= expr(G) FOR expr(K). { A = NEW(retain, AT(G)); SET(A, retain, grain, G); SET(A, retain, keep, K); }

panel(A) ::= panel_head(H) compare_opt(C) band_opt(B). {
    A = H;
    SET(A, panel, compare, C);
    SET(A, panel, band, B);
    A->span = AT(A);
}
panel_kind(A) ::= nm(K). { A = K; }
panel_kind(A) ::= TABLE(T). { A = parse_name(p, &T); }
panel_head(A) ::= PANEL(T) panel_kind(K). { A = NEW(panel, TOK(T)); SET(A, panel, kind, K); }
panel_head(A) ::= PANEL(T) panel_kind(K) LPAREN names(L) panel_by(B) panel_top(N) RPAREN. {
    A = NEW(panel, TOK(T));
    SET(A, panel, kind, K);
    SET(A, panel, columns, L);
    SET(A, panel, by, B);
    SET(A, panel, top, N);
}
panel_by(A) ::= . { A = NULL; }
panel_by(A) ::= BY nm(N). { A = N; }
panel_top(A) ::= . { A = NULL; }
panel_top(A) ::= TOP integer(I). { A = I; }
compare_opt(A) ::= . { A = NULL; }
compare_opt(A) ::= COMPARE LPAREN exprs(L) RPAREN. { A = L; }
band_opt(A) ::= . { A = NULL; }
band_opt(A) ::= BAND seasonal(S). { A = S; }

emit(A) ::= EMIT(T) AFTER WINDOW CLOSE. { A = parse_emit(p, TOK(T), AST_EMIT_AFTER_CLOSE, NULL); }
emit(A) ::= EMIT(T) AFTER WINDOW CLOSE WITH DELAY expr(E). { A = parse_emit(p, TOK(T), AST_EMIT_AFTER_CLOSE, E); }
emit(A) ::= EMIT(T) ON WINDOW CLOSE. { A = parse_emit(p, TOK(T), AST_EMIT_AFTER_CLOSE, NULL); }
emit(A) ::= EMIT(T) EVERY expr(E). { A = parse_emit(p, TOK(T), AST_EMIT_EVERY, E); }
emit(A) ::= EMIT(T) ON UPDATE. { A = parse_emit(p, TOK(T), AST_EMIT_ON_UPDATE, NULL); }
late(A) ::= LATE(T) ROWS late_of(O) INTO qname(N). { A = parse_late(p, TOK(T), O, N, NULL, false); }
late(A) ::= LATE(T) ROWS late_of(O) INTO qname(N) WITHIN expr(E). { A = parse_late(p, TOK(T), O, N, E, false); }
late(A) ::= LATE(T) ROWS late_of(O) INTO qname(N) WITHIN expr(E) THEN CORRECT. {
    A = parse_late(p, TOK(T), O, N, E, true);
}
late_of(A) ::= . { A = NULL; }
late_of(A) ::= OF nm(N). { A = N; }

/* ================================================================ alerts, policies, roles */
statement(A) ::= alert_head(H) alert_clauses. { A = H; A->span = AT(A); parse_alert_done(p, A); }
alert_head(A) ::= create(C) ALERT qname(N) ON qname(M). {
    A = NEW(alert, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_alert_or_alter, -1, -1);
    SET(A, alert, name, N);
    SET(A, alert, metric, M);
    p->open = A;
}
alert_clauses ::= .
alert_clauses ::= alert_clauses alert_clause.
alert_clause ::= AT(T) GRAIN expr(E). { ONCE(p->open, alert, grain, E, T); }
alert_clause ::= WHEN(T) expr(E). { ONCE(p->open, alert, condition, E, T); }
alert_clause ::= FOR(T) integer(I) window_noise. { ONCE(p->open, alert, windows, I, T); }
alert_clause ::= PER(T) names(L). { ONCE(p->open, alert, per, L, T); }
alert_clause ::= RECOVER(T) WHEN expr(E). { ONCE(p->open, alert, recover, E, T); }
alert_clause ::= SEVERITY(T) nm(N). { ONCE(p->open, alert, severity, N, T); }
alert_clause ::= COOLDOWN(T) expr(E). { ONCE(p->open, alert, cooldown, E, T); }
alert_clause ::= NO(T) DATA AFTER expr(E). { ONCE(p->open, alert, no_data, E, T); }
alert_clause ::= NOTIFY(T) notifies(L). { ONCE(p->open, alert, notify, L, T); }
alert_clause ::= MESSAGE(T) string(S). { ONCE(p->open, alert, message, S, T); }
alert_clause ::= RUNBOOK(T) string(S). { ONCE(p->open, alert, runbook, S, T); }
alert_clause ::= TITLE(T) string(S). { ONCE(p->open, alert, title, S, T); }
alert_clause ::= DESCRIPTION(T) string(S). { ONCE(p->open, alert, description, S, T); }
alert_clause ::= OWNER(T) string(S). { ONCE(p->open, alert, owner, S, T); }
window_noise ::= WINDOW.
window_noise ::= WINDOWS.
notifies(A) ::= notify(N). { A = PUSH(NULL, N); }
notifies(A) ::= notifies(L) COMMA notify(N). { A = PUSH(L, N); }
notify(A) ::= qname(N) LPAREN exprs_opt(L) RPAREN. { A = parse_call(p, N, &(ParseArgs){ .args = L }); }

statement(A) ::= create(C) POLICY qname(N) ON METRIC policy_target(M) TO names(R) using_opt(U) mask_opt(K). {
    A = NEW(policy, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_policy_or_alter, -1, -1);
    SET(A, policy, name, N);
    SET(A, policy, metric, M);
    SET(A, policy, roles, R);
    SET(A, policy, condition, U);
    SET(A, policy, mask, K);
}
policy_target(A) ::= qname(N). { A = N; }
policy_target(A) ::= qname(N) DOT STAR. { A = N; ast_set_num(A, qname, wildcard, 1); A->span = AT(A); }
policy_target(A) ::= STAR(T). { A = NEW(qname, TOK(T)); ast_set_num(A, qname, wildcard, 1); }
using_opt(A) ::= . { A = NULL; }
using_opt(A) ::= USING LPAREN expr(E) RPAREN. { A = E; }
mask_opt(A) ::= . { A = NULL; }
mask_opt(A) ::= MASK LPAREN names(L) RPAREN. { A = L; }

statement(A) ::= create(C) ROLE nm(N) role_groups(L). {
    A = NEW(create_role, parse_span_from(p, C.span));
    parse_create_flags(p, A, C, AST_AT_create_role_or_alter, -1, -1);
    SET(A, create_role, name, N);
    SET(A, create_role, groups, L);
}
role_groups(A) ::= . { A = NULL; }
role_groups(A) ::= FROM GROUP strings(L). { A = L; }

/* ================================================================ tests */
statement(A) ::= test_head(H) test_steps(L). { A = H; SET(A, test, steps, L); A->span = AT(A); }
test_head(A) ::= TEST(T) nm(N) test_for(F) test_role(R) test_date(D). {
    A = NEW(test, TOK(T));
    SET(A, test, name, N);
    SET(A, test, subject, F);
    SET(A, test, role, R);
    SET(A, test, date, D.date);
    SET(A, test, zone, D.zone);
}
test_for(A) ::= . { A = NULL; }
test_for(A) ::= FOR qname(N). { A = N; }
test_role(A) ::= . { A = NULL; }
test_role(A) ::= AS ROLE nm(N). { A = N; }
%type test_date { ParseDate }
test_date(A) ::= . { A = (ParseDate){ NULL, NULL }; }
test_date(A) ::= ON DATE string(D). { A = (ParseDate){ D, NULL }; }
test_date(A) ::= ON DATE string(D) ZONE string(Z). { A = (ParseDate){ D, Z }; }

test_steps(A) ::= . { A = NULL; }
test_steps(A) ::= test_steps(L) test_step(S). { A = PUSH(L, S); }
test_steps(A) ::= test_steps(L) QUERY(T) query(Q) EXPECT expectation(E). {
    AstNode *step = NEW(test_query, TOK(T));
    step->span.end = Q->span.end;
    SET(step, test_query, query, Q);
    A = PUSH(PUSH(L, step), E);
}
test_step(A) ::= GIVEN(T) qname(N) given_partition(P) test_table(R). {
    A = parse_given(p, TOK(T), N, P);
    SET(A, given, columns, R.columns);
    SET(A, given, rows, R.rows);
}
test_step(A) ::= GIVEN(T) qname(N) given_partition(P) FILE string(S). {
    A = parse_given(p, TOK(T), N, P);
    SET(A, given, file, S);
}
test_step(A) ::= GIVEN(T) qname(N) given_partition(P) GENERATE integer(I) ROWS with_options(O) SEED integer(S). {
    A = parse_given(p, TOK(T), N, P);
    SET(A, given, generate, I);
    SET(A, given, options, O);
    SET(A, given, seed, S);
}
given_partition(A) ::= . { A = NULL; }
given_partition(A) ::= PARTITION integer(I). { A = I; }
test_step(A) ::= WATERMARK(T) test_time(S). { A = NEW(test_watermark, TOK(T)); SET(A, test_watermark, time, S); }
test_step(A) ::= WATERMARK(T) qname(N) test_time(S). {
    A = NEW(test_watermark, TOK(T));
    SET(A, test_watermark, stream, N);
    SET(A, test_watermark, time, S);
}
test_step(A) ::= RESTART(T). { A = NEW(test_restart, TOK(T)); }
test_step(A) ::= IDLE(T) qname(N) given_partition(P). {
    A = NEW(test_idle, TOK(T));
    SET(A, test_idle, stream, N);
    SET(A, test_idle, partition, P);
}
test_step(A) ::= EXPECT expectation(E). { A = E; }

test_time(A) ::= string(S). { A = S; }
test_time(A) ::= TIMESTAMP(T) STRING(S). { A = parse_datetime(p, TOK(T), AST_TYPE_TIMESTAMP, &S); }
test_times(A) ::= test_time(X). { A = PUSH(NULL, X); }
test_times(A) ::= test_times(L) COMMA test_time(X). { A = PUSH(L, X); }

expectation(A) ::= test_table(R) tolerance(X). { A = parse_expect(p, AST_EXPECTS_ROWS, R, X); }
expectation(A) ::= UPDATE test_table(R) tolerance(X). { A = parse_expect(p, AST_EXPECTS_UPDATE, R, X); }
expectation(A) ::= DELETE test_table(R) tolerance(X). { A = parse_expect(p, AST_EXPECTS_DELETE, R, X); }
expectation(A) ::= PARTIAL test_table(R) tolerance(X). { A = parse_expect(p, AST_EXPECTS_PARTIAL, R, X); }
expectation(A) ::= NOTHING(T). { A = NEW(expect_nothing, TOK(T)); }
expectation(A) ::= LATE(T) integer(N). { A = NEW(expect_late, TOK(T)); SET(A, expect_late, count, N); }
expectation(A) ::= DUPLICATES(T) integer(N). {
    A = NEW(expect_duplicates, TOK(T));
    SET(A, expect_duplicates, count, N);
}
expectation(A) ::= ERROR(T) nm(C). { A = NEW(expect_error, TOK(T)); SET(A, expect_error, code, C); }
expectation(A) ::= ERROR(T) nm(C) AT integer(L) COLON integer(N). {
    A = NEW(expect_error, TOK(T));
    SET(A, expect_error, code, C);
    SET(A, expect_error, line, L);
    SET(A, expect_error, column, N);
}
expectation(A) ::= ALERT(T) qname(N) FIRES AT test_times(L). {
    A = NEW(expect_alert, TOK(T));
    SET(A, expect_alert, name, N);
    SET(A, expect_alert, times, L);
}
expectation(A) ::= ALERT(T) qname(N) NOT FIRES. {
    A = NEW(expect_alert, TOK(T));
    SET(A, expect_alert, name, N);
    ast_set_num(A, expect_alert, quiet, 1);
}
expectation(A) ::= HIDDEN(T) names(L). { A = NEW(expect_hidden, TOK(T)); SET(A, expect_hidden, columns, L); }
expectation(A) ::= PANEL(T) panel_kind(K). { A = NEW(expect_panel, TOK(T)); SET(A, expect_panel, kind, K); }
expectation(A) ::= SNAPSHOT(T). { A = NEW(expect_snapshot, TOK(T)); }
expectation(A) ::= SNAPSHOT(T) string(S). { A = NEW(expect_snapshot, TOK(T)); SET(A, expect_snapshot, text, S); }
tolerance(A) ::= . { A = NULL; }
tolerance(A) ::= TOLERANCE number(N). { A = N; }

%type test_table { ParseTable }
test_table(A) ::= test_rows(R). { A = (ParseTable){ NULL, R }; }
test_table(A) ::= LPAREN qnames(L) RPAREN test_rows(R). { A = (ParseTable){ L, R }; }
test_rows(A) ::= test_row(R). { A = PUSH(NULL, R); }
test_rows(A) ::= test_rows(L) COMMA test_row(R). { A = PUSH(L, R); }
test_row(A) ::= LPAREN(T) test_values(L) RPAREN. { A = NEW(row, TOK(T)); SET(A, row, items, L); }
test_values(A) ::= test_value(V). { A = PUSH(NULL, V); }
test_values(A) ::= test_values(L) COMMA test_value(V). { A = PUSH(L, V); }
test_values_opt(A) ::= . { A = NULL; }
test_values_opt(A) ::= test_values(L). { A = L; }
test_value(A) ::= literal(L). { A = L; }
test_value(A) ::= MINUS(T) number(N). { A = parse_unary(p, AST_OP_NEG, &T, N); }
test_value(A) ::= PLUS(T) number(N). { A = parse_unary(p, AST_OP_PLUS, &T, N); }
test_value(A) ::= ANY(T). { A = NEW(test_any, TOK(T)); }
test_value(A) ::= ARRAY(T) LBRACKET test_values_opt(L) RBRACKET. { A = NEW(array, TOK(T)); SET(A, array, items, L); }
test_value(A) ::= MAP(T) LBRACKET test_values_opt(L) RBRACKET. { A = parse_map(p, TOK(T), L); }
test_value(A) ::= ROW(T) LPAREN test_values_opt(L) RPAREN. {
    A = NEW(row, TOK(T));
    SET(A, row, items, L);
    ast_set_num(A, row, keyword, 1);
}
test_value(A) ::= test_row(R). { A = R; }

%code {
/* What parse.c asks of the machine, where its tables can be seen. */
uint32_t parse_machine_depth(const void *machine)
{
    const yyParser *parser = machine;
    return (uint32_t)(parser->yytos - parser->yystack);
}

uint32_t parse_machine_expected(const void *machine, uint16_t *tokens, uint32_t token_max)
{
    const yyParser *parser = machine;
    YYACTIONTYPE state = parser->yytos->stateno;
    uint32_t count = 0;
    if (state > YY_MAX_SHIFT)
        return 0;
    for (int token = 1; token < YYNTOKEN && count < token_max; token++) {
        int at = yy_shift_ofst[state] + token;
        if (yy_lookahead[at] == token && yy_action[at] != YY_ERROR_ACTION)
            tokens[count++] = (uint16_t)token;
    }
    return count;
}
}
