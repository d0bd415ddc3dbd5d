/* ast.h -- the syntax tree: what the text says, before anybody asks whether it makes sense.
 *
 * Every node is one AstNode: a kind, an id, a span and a row of fields, which nodes.def declares.  Read fields by name:
 *
 *     const AstNode *where = ast_select_where(select);            -- a child, or NULL
 *     AST_EACH(item, ast_select_items(select)) { .. }             -- a list, perhaps NULL
 *     Str text = ast_name_text(name);   AstOp op = ast_binary_op(expr);   bool all = ast_set_op_all(query);
 *
 * An accessor asserts the kind.  Printing, walking, cloning and equality know only nodes.def.
 *
 * Ownership  nodes live in the query arena and never change once the parser has returned them.
 * Ids        dense from 0 within one parse (ast_program_node_count), so that side tables are arrays.
 * Threads    any, read-only.
 * Cost       an accessor is a load. */
#ifndef SQC_AST_AST_H
#define SQC_AST_AST_H

#include "compiler/source/source.h"
#include "runtime/base/buf.h"

#include <assert.h>

typedef enum AstKind {
#define NODE(K, k) AST_##K,
#include "compiler/ast/nodes.def"
    AST_KIND_COUNT
} AstKind;

typedef enum AstFieldType {
    AST_FIELD_CHILD,
    AST_FIELD_LIST,
    AST_FIELD_TEXT,
    AST_FIELD_NUM,
    AST_FIELD_FLAG,
    AST_FIELD_ENUM,
    AST_FIELD_PLACE,
} AstFieldType;

/* ---------------------------------------------------------------- values of ENUM fields */
typedef enum AstType {
    AST_TYPE_BOOLEAN, AST_TYPE_TINYINT, AST_TYPE_SMALLINT, AST_TYPE_INT, AST_TYPE_BIGINT, AST_TYPE_FLOAT,
    AST_TYPE_DOUBLE, AST_TYPE_DECIMAL, AST_TYPE_CHAR, AST_TYPE_VARCHAR, AST_TYPE_STRING, AST_TYPE_BINARY,
    AST_TYPE_VARBINARY, AST_TYPE_BYTES, AST_TYPE_DATE, AST_TYPE_TIME, AST_TYPE_TIMESTAMP, AST_TYPE_TIMESTAMP_LTZ,
    AST_TYPE_TIMESTAMP_TZ, AST_TYPE_INTERVAL, AST_TYPE_ARRAY, AST_TYPE_MAP, AST_TYPE_MULTISET, AST_TYPE_ROW,
    AST_TYPE_VARIANT, AST_TYPE_BITMAP, AST_TYPE_RAW, AST_TYPE_STRUCTURED, AST_TYPE_NULL, AST_TYPE_USER,
} AstType;

typedef enum AstUnit {
    AST_UNIT_NONE, AST_UNIT_NANOSECOND, AST_UNIT_MICROSECOND, AST_UNIT_MILLISECOND, AST_UNIT_SECOND, AST_UNIT_MINUTE,
    AST_UNIT_HOUR, AST_UNIT_DAY, AST_UNIT_WEEK, AST_UNIT_MONTH, AST_UNIT_QUARTER, AST_UNIT_YEAR, AST_UNIT_DECADE,
    AST_UNIT_CENTURY, AST_UNIT_MILLENNIUM, AST_UNIT_EPOCH, AST_UNIT_DOW, AST_UNIT_DOY, AST_UNIT_ISODOW,
    AST_UNIT_ISOYEAR,
} AstUnit;

typedef enum AstOp {
    AST_OP_ADD, AST_OP_SUB, AST_OP_MUL, AST_OP_DIV, AST_OP_MOD,
    AST_OP_EQ, AST_OP_NE, AST_OP_LT, AST_OP_LE, AST_OP_GT, AST_OP_GE,
    AST_OP_AND, AST_OP_OR, AST_OP_NOT, AST_OP_NEG, AST_OP_PLUS, AST_OP_OVERLAPS,
} AstOp;

typedef enum AstObject {
    AST_OBJECT_TABLE, AST_OBJECT_STREAM, AST_OBJECT_VIEW, AST_OBJECT_FUNCTION, AST_OBJECT_DATABASE, AST_OBJECT_CATALOG,
    AST_OBJECT_METRIC, AST_OBJECT_ALERT, AST_OBJECT_POLICY, AST_OBJECT_ROLE, AST_OBJECT_TEST, AST_OBJECT_MODULES,
    AST_OBJECT_MODEL, AST_OBJECT_CONNECTION, AST_OBJECT_MATERIALIZED,
} AstObject;

typedef enum AstDistribution { AST_DISTRIBUTION_ANY, AST_DISTRIBUTION_HASH, AST_DISTRIBUTION_RANGE } AstDistribution;
typedef enum AstLikeAction { AST_LIKE_INCLUDING, AST_LIKE_EXCLUDING, AST_LIKE_OVERWRITING } AstLikeAction;
typedef enum AstLikeWhat {
    AST_LIKE_ALL, AST_LIKE_CONSTRAINTS, AST_LIKE_DISTRIBUTION, AST_LIKE_GENERATED, AST_LIKE_METADATA, AST_LIKE_OPTIONS,
    AST_LIKE_PARTITIONS, AST_LIKE_WATERMARKS,
} AstLikeWhat;
typedef enum AstAlterDrop {
    AST_DROP_COLUMNS, AST_DROP_PRIMARY_KEY, AST_DROP_CONSTRAINT, AST_DROP_WATERMARK, AST_DROP_DISTRIBUTION,
} AstAlterDrop;
typedef enum AstRefresh { AST_REFRESH_SUSPEND, AST_REFRESH_RESUME, AST_REFRESH_NOW } AstRefresh;
typedef enum AstConflict {
    AST_CONFLICT_DEFAULT, AST_CONFLICT_ERROR, AST_CONFLICT_NOTHING, AST_CONFLICT_DEDUPLICATE,
} AstConflict;
typedef enum AstParam { AST_PARAM_VALUE, AST_PARAM_TABLE, AST_PARAM_DESCRIPTOR } AstParam;
typedef enum AstSetOp { AST_UNION, AST_INTERSECT, AST_EXCEPT } AstSetOp;
typedef enum AstGrouping { AST_GROUPING_SETS, AST_GROUPING_CUBE, AST_GROUPING_ROLLUP } AstGrouping;
typedef enum AstOrder { AST_ORDER_DEFAULT, AST_ORDER_ASC, AST_ORDER_DESC } AstOrder;
typedef enum AstNulls { AST_NULLS_DEFAULT, AST_NULLS_FIRST, AST_NULLS_LAST } AstNulls;
typedef enum AstCallNulls { AST_CALL_NULLS_DEFAULT, AST_CALL_NULLS_IGNORE, AST_CALL_NULLS_RESPECT } AstCallNulls;
typedef enum AstFrame { AST_FRAME_NONE, AST_FRAME_ROWS, AST_FRAME_RANGE } AstFrame;
typedef enum AstBound {
    AST_BOUND_UNBOUNDED_PRECEDING, AST_BOUND_PRECEDING, AST_BOUND_CURRENT_ROW, AST_BOUND_FOLLOWING,
    AST_BOUND_UNBOUNDED_FOLLOWING,
} AstBound;
typedef enum AstJoin {
    AST_JOIN_INNER, AST_JOIN_LEFT, AST_JOIN_RIGHT, AST_JOIN_FULL, AST_JOIN_CROSS, AST_JOIN_COMMA, AST_JOIN_SEMI,
    AST_JOIN_ANTI,
} AstJoin;
typedef enum AstMatchRows {
    AST_MATCH_DEFAULT, AST_MATCH_ONE_ROW, AST_MATCH_ALL_ROWS, AST_MATCH_ALL_SHOW_EMPTY, AST_MATCH_ALL_OMIT_EMPTY,
    AST_MATCH_ALL_WITH_UNMATCHED,
} AstMatchRows;
typedef enum AstSkip {
    AST_SKIP_DEFAULT, AST_SKIP_PAST_LAST_ROW, AST_SKIP_TO_NEXT_ROW, AST_SKIP_TO_FIRST, AST_SKIP_TO_LAST,
    AST_SKIP_TO_VARIABLE,
} AstSkip;
typedef enum AstIs {
    AST_IS_NULL, AST_IS_TRUE, AST_IS_FALSE, AST_IS_UNKNOWN, AST_IS_JSON, AST_IS_JSON_VALUE, AST_IS_JSON_OBJECT,
    AST_IS_JSON_ARRAY, AST_IS_JSON_SCALAR,
} AstIs;
/* How a call was written; the printer writes it so again. */
typedef enum AstCallSyntax {
    AST_CALL_PLAIN,
    AST_CALL_BARE,     /* CURRENT_DATE: no parentheses           */
    AST_CALL_EXTRACT,  /* EXTRACT(u FROM x): args UNIT, x        */
    AST_CALL_TO_UNIT,  /* FLOOR(x TO u), CEIL(x TO u): x, UNIT   */
    AST_CALL_POSITION, /* POSITION(a IN b): a, b                 */
    AST_CALL_OVERLAY,  /* OVERLAY(a PLACING b FROM c FOR d)      */
    AST_CALL_TRIM_BOTH, /* TRIM(BOTH c FROM x): x, c             */
    AST_CALL_TRIM_LEADING,
    AST_CALL_TRIM_TRAILING,
} AstCallSyntax;
typedef enum AstJsonWrapper {
    AST_JSON_WRAPPER_DEFAULT, AST_JSON_WITHOUT_WRAPPER, AST_JSON_WITH_CONDITIONAL, AST_JSON_WITH_UNCONDITIONAL,
} AstJsonWrapper;
typedef enum AstJsonOn {
    AST_JSON_ON_DEFAULT, AST_JSON_ON_NULL, AST_JSON_ON_ERROR, AST_JSON_ON_VALUE, AST_JSON_ON_EMPTY_ARRAY,
    AST_JSON_ON_EMPTY_OBJECT, AST_JSON_ON_TRUE, AST_JSON_ON_FALSE, AST_JSON_ON_UNKNOWN,
} AstJsonOn; /* _VALUE: DEFAULT expr */
typedef enum AstJsonNull { AST_JSON_NULL_DEFAULT, AST_JSON_NULL_ON_NULL, AST_JSON_ABSENT_ON_NULL } AstJsonNull;
typedef enum AstBetter { AST_BETTER_NONE, AST_BETTER_HIGH, AST_BETTER_LOW } AstBetter;
typedef enum AstMeasureUnit {
    AST_MEASURE_WORD, AST_MEASURE_RATIO, AST_MEASURE_MONEY, AST_MEASURE_SECONDS, AST_MEASURE_BYTES,
} AstMeasureUnit;
typedef enum AstEmit { AST_EMIT_AFTER_CLOSE, AST_EMIT_EVERY, AST_EMIT_ON_UPDATE } AstEmit;
typedef enum AstExpect { AST_EXPECTS_ROWS, AST_EXPECTS_UPDATE, AST_EXPECTS_DELETE, AST_EXPECTS_PARTIAL } AstExpect;

/* ---------------------------------------------------------------- the node */
typedef struct AstNode AstNode;

typedef union AstField {
    AstNode *node;
    Str text;
    int64_t num;
    Span span;
} AstField;

struct AstNode {
    AstKind kind : 16;
    uint32_t height : 16; /* levels below this node: 0 for a leaf */
    uint32_t id;
    Span span;
    uint32_t field_count; /* of a LIST: its items */
    AstField fields[];
};

/* The place of each field: AST_AT_select_where. */
#define NODE(K, k) enum { AST_IS_##k = AST_##K }; enum {
#define CHILD(k, f) AST_AT_##k##_##f,
#define LIST(k, f) AST_AT_##k##_##f,
#define TEXT(k, f) AST_AT_##k##_##f,
#define NUM(k, f) AST_AT_##k##_##f,
#define FLAG(k, f) AST_AT_##k##_##f,
#define ENUM(k, f, Type) AST_AT_##k##_##f,
#define PLACE(k, f) AST_AT_##k##_##f,
#define END(k) AST_FIELDS_##k };
#include "compiler/ast/nodes.def"

#define AST_ACCESS(k, f, type, value)                                                                                  \
    static inline type ast_##k##_##f(const AstNode *node)                                                              \
    {                                                                                                                  \
        assert((int)node->kind == (int)AST_IS_##k);                                                                    \
        return (type)node->fields[AST_AT_##k##_##f].value;                                                             \
    }
#define AST_ACCESS_VALUE(k, f, type, value)                                                                            \
    static inline type ast_##k##_##f(const AstNode *node)                                                              \
    {                                                                                                                  \
        assert((int)node->kind == (int)AST_IS_##k);                                                                    \
        return node->fields[AST_AT_##k##_##f].value;                                                                   \
    }
#define CHILD(k, f) AST_ACCESS_VALUE(k, f, AstNode *, node)
#define LIST(k, f) AST_ACCESS_VALUE(k, f, AstNode *, node)
#define TEXT(k, f) AST_ACCESS_VALUE(k, f, Str, text)
#define NUM(k, f) AST_ACCESS_VALUE(k, f, int64_t, num)
#define FLAG(k, f)                                                                                                     \
    static inline bool ast_##k##_##f(const AstNode *node)                                                              \
    {                                                                                                                  \
        assert((int)node->kind == (int)AST_IS_##k);                                                                    \
        return node->fields[AST_AT_##k##_##f].num != 0;                                                                \
    }
#define ENUM(k, f, Type) AST_ACCESS(k, f, Type, num)
#define PLACE(k, f) AST_ACCESS_VALUE(k, f, Span, span)
#include "compiler/ast/nodes.def"

static inline uint32_t ast_count(const AstNode *list)
{
    assert(list == NULL || list->kind == AST_LIST);
    return list == NULL ? 0 : list->field_count;
}

static inline AstNode *ast_at(const AstNode *list, uint32_t i)
{
    assert(i < ast_count(list));
    return list->fields[i].node;
}

/* Two loops, so that the item has a name and `break` and `continue` still do what they say. */
#define AST_EACH(item, list)                                                                                           \
    for (uint32_t item##_i_ = 0, item##_on_ = 1; item##_on_ && item##_i_ < ast_count(list);                            \
         item##_on_ = !item##_on_, item##_i_++)                                                                        \
        for (const AstNode *item = ast_at((list), item##_i_); item##_on_; item##_on_ = !item##_on_)

static inline bool ast_is(const AstNode *node, AstKind kind)
{
    return node != NULL && node->kind == kind;
}

/* ---------------------------------------------------------------- generic over nodes.def */
typedef struct AstFieldInfo {
    const char *name;
    AstFieldType type;
} AstFieldInfo;

typedef struct AstKindInfo {
    const char *name; /* "SELECT" */
    const AstFieldInfo *fields;
    uint32_t field_count;
} AstKindInfo;

const AstKindInfo *ast_kind_info(AstKind kind);
const char *ast_kind_name(AstKind kind);

/* Calls `visit` for the node and, where that answers true, for its children and list items, in nodes.def order. */
typedef bool AstVisit(void *context, const AstNode *node);
void ast_walk(const AstNode *node, AstVisit *visit, void *context);
/* Same kinds, texts, numbers and flags all the way down; ids, spans and places do not count. */
bool ast_equal(const AstNode *a, const AstNode *b);
/* A deep copy, with ids counted on from *next_id. */
AstNode *ast_clone(Arena *query, const AstNode *node, uint32_t *next_id);
/* An indented outline for --emit=ast and tests. */
void ast_print_tree(Buf *out, const AstNode *node);
/* How many ids the tree under `program` uses: one more than the largest. */
uint32_t ast_program_node_count(const AstNode *program);

/* ---------------------------------------------------------------- small questions */
/* "a.b.c", of a QNAME, COLUMN_REF or NAME; as written, without quotes. */
Str ast_name_joined(Arena *arena, const AstNode *name);
/* The last part of a QNAME or COLUMN_REF, or the text of a NAME. */
Str ast_name_last(const AstNode *name);
/* Is the call named `name` (one part, case ignored)? */
bool ast_call_is(const AstNode *call, Str name);
/* "SECOND", "+", "BIGINT": the SQL spelling. */
const char *ast_unit_text(AstUnit unit);
const char *ast_op_text(AstOp op);
const char *ast_type_text(AstType type);
const char *ast_object_text(AstObject object); /* "TABLE" */

#endif
