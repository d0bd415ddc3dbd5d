/* ast.c -- the generic half of the tree: information from nodes.def, walking, equality, cloning, an outline. */
#include "compiler/ast/ast.h"
#include "compiler/ast/build.h"

#define NODE(K, k) static const AstFieldInfo FIELDS_##k[] = {
#define CHILD(k, f) { #f, AST_FIELD_CHILD },
#define LIST(k, f) { #f, AST_FIELD_LIST },
#define TEXT(k, f) { #f, AST_FIELD_TEXT },
#define NUM(k, f) { #f, AST_FIELD_NUM },
#define FLAG(k, f) { #f, AST_FIELD_FLAG },
#define ENUM(k, f, Type) { #f, AST_FIELD_ENUM },
#define PLACE(k, f) { #f, AST_FIELD_PLACE },
#define END(k) { NULL, AST_FIELD_PLACE } };
#include "compiler/ast/nodes.def"

static const AstKindInfo KINDS[] = {
#define NODE(K, k) [AST_##K] = { #K, FIELDS_##k, AST_FIELDS_##k },
#include "compiler/ast/nodes.def"
};

const AstKindInfo *ast_kind_info(AstKind kind)
{
    assert((unsigned)kind < AST_KIND_COUNT);
    return &KINDS[kind];
}

const char *ast_kind_name(AstKind kind)
{
    return ast_kind_info(kind)->name;
}

static AstFieldType field_type(const AstNode *node, uint32_t i)
{
    return node->kind == AST_LIST ? AST_FIELD_CHILD : KINDS[node->kind].fields[i].type;
}

static bool holds_node(AstFieldType type)
{
    return type == AST_FIELD_CHILD || type == AST_FIELD_LIST;
}

void ast_walk(const AstNode *node, AstVisit *visit, void *context)
{
    if (node == NULL || !visit(context, node))
        return;
    for (uint32_t i = 0; i < node->field_count; i++)
        if (holds_node(field_type(node, i)))
            ast_walk(node->fields[i].node, visit, context);
}

static bool field_equal(AstFieldType type, const AstField *a, const AstField *b)
{
    switch (type) {
    case AST_FIELD_CHILD:
    case AST_FIELD_LIST: return ast_equal(a->node, b->node);
    case AST_FIELD_TEXT: return (a->text.data == NULL) == (b->text.data == NULL) && str_equal(a->text, b->text);
    case AST_FIELD_NUM:
    case AST_FIELD_FLAG:
    case AST_FIELD_ENUM: return a->num == b->num;
    case AST_FIELD_PLACE: return true;
    }
    return false;
}

bool ast_equal(const AstNode *a, const AstNode *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->kind != b->kind || a->field_count != b->field_count)
        return false;
    for (uint32_t i = 0; i < a->field_count; i++)
        if (!field_equal(field_type(a, i), &a->fields[i], &b->fields[i]))
            return false;
    return true;
}

AstNode *ast_clone(Arena *query, const AstNode *node, uint32_t *next_id)
{
    if (node == NULL)
        return NULL;
    size_t bytes = sizeof(AstNode) + node->field_count * sizeof(AstField);
    AstNode *copy = arena_alloc(query, bytes, _Alignof(AstNode));
    memcpy(copy, node, bytes);
    copy->id = (*next_id)++;
    for (uint32_t i = 0; i < node->field_count; i++)
        if (holds_node(field_type(node, i)))
            copy->fields[i].node = ast_clone(query, node->fields[i].node, next_id);
    return copy;
}

static void print_indent(Buf *out, uint32_t depth)
{
    for (uint32_t i = 0; i < depth; i++)
        buf_append_str(out, STR("  "));
}

static void print_node(Buf *out, const AstNode *node, uint32_t depth);

static void print_field(Buf *out, const AstFieldInfo *info, const AstField *field, uint32_t depth)
{
    switch (info->type) {
    case AST_FIELD_CHILD:
    case AST_FIELD_LIST:
        if (field->node == NULL)
            return;
        print_indent(out, depth);
        buf_printf(out, "%s: ", info->name);
        print_node(out, field->node, depth);
        return;
    case AST_FIELD_TEXT:
        if (field->text.data == NULL)
            return;
        print_indent(out, depth);
        buf_printf(out, "%s = '", info->name);
        buf_append_str(out, field->text);
        buf_append_str(out, STR("'\n"));
        return;
    case AST_FIELD_NUM:
    case AST_FIELD_FLAG:
    case AST_FIELD_ENUM:
        if (field->num == 0)
            return;
        print_indent(out, depth);
        buf_printf(out, "%s = %lld\n", info->name, (long long)field->num);
        return;
    case AST_FIELD_PLACE: return;
    }
}

static void print_node(Buf *out, const AstNode *node, uint32_t depth)
{
    const AstKindInfo *info = &KINDS[node->kind];
    buf_printf(out, "%s #%u %u..%u\n", info->name, node->id, node->span.start, node->span.end);
    if (node->kind == AST_LIST) {
        for (uint32_t i = 0; i < node->field_count; i++) {
            print_indent(out, depth + 1);
            print_node(out, node->fields[i].node, depth + 1);
        }
        return;
    }
    for (uint32_t i = 0; i < node->field_count; i++)
        print_field(out, &info->fields[i], &node->fields[i], depth + 1);
}

void ast_print_tree(Buf *out, const AstNode *node)
{
    print_node(out, node, 0);
}

static bool note_largest_id(void *context, const AstNode *node)
{
    uint32_t *count = context;
    if (node->id >= *count)
        *count = node->id + 1;
    return true;
}

uint32_t ast_program_node_count(const AstNode *program)
{
    uint32_t count = 0;
    ast_walk(program, note_largest_id, &count);
    return count;
}

/* ---------------------------------------------------------------- names */
static const AstNode *name_parts(const AstNode *name)
{
    return name->kind == AST_QNAME ? ast_qname_parts(name) : ast_column_ref_parts(name);
}

Str ast_name_joined(Arena *arena, const AstNode *name)
{
    if (name->kind == AST_NAME)
        return ast_name_text(name);
    const AstNode *parts = name_parts(name);
    if (ast_count(parts) == 1 && !(name->kind == AST_QNAME && ast_qname_wildcard(name)))
        return ast_name_text(ast_at(parts, 0));
    Buf joined = { 0 };
    AST_EACH(part, parts) {
        if (joined.len > 0)
            buf_append_char(&joined, '.');
        buf_append_str(&joined, ast_name_text(part));
    }
    if (name->kind == AST_QNAME && ast_qname_wildcard(name))
        buf_append_str(&joined, joined.len > 0 ? STR(".*") : STR("*"));
    Str copy = str_copy(arena, buf_str(&joined));
    buf_free(&joined);
    return copy;
}

Str ast_name_last(const AstNode *name)
{
    if (name->kind == AST_NAME)
        return ast_name_text(name);
    const AstNode *parts = name_parts(name);
    return ast_count(parts) == 0 ? STR_EMPTY : ast_name_text(ast_at(parts, ast_count(parts) - 1));
}

bool ast_call_is(const AstNode *call, Str name)
{
    const AstNode *parts = ast_qname_parts(ast_call_name(call));
    return ast_count(parts) == 1 && str_equal_nocase(ast_name_text(ast_at(parts, 0)), name);
}

/* ---------------------------------------------------------------- spellings */
const char *ast_unit_text(AstUnit unit)
{
    static const char *const TEXT[] = {
        [AST_UNIT_NONE] = "", [AST_UNIT_NANOSECOND] = "NANOSECOND", [AST_UNIT_MICROSECOND] = "MICROSECOND",
        [AST_UNIT_MILLISECOND] = "MILLISECOND", [AST_UNIT_SECOND] = "SECOND", [AST_UNIT_MINUTE] = "MINUTE",
        [AST_UNIT_HOUR] = "HOUR", [AST_UNIT_DAY] = "DAY", [AST_UNIT_WEEK] = "WEEK", [AST_UNIT_MONTH] = "MONTH",
        [AST_UNIT_QUARTER] = "QUARTER", [AST_UNIT_YEAR] = "YEAR", [AST_UNIT_DECADE] = "DECADE",
        [AST_UNIT_CENTURY] = "CENTURY", [AST_UNIT_MILLENNIUM] = "MILLENNIUM", [AST_UNIT_EPOCH] = "EPOCH",
        [AST_UNIT_DOW] = "DOW", [AST_UNIT_DOY] = "DOY", [AST_UNIT_ISODOW] = "ISODOW", [AST_UNIT_ISOYEAR] = "ISOYEAR",
    };
    return TEXT[unit];
}

const char *ast_op_text(AstOp op)
{
    static const char *const TEXT[] = {
        [AST_OP_ADD] = "+", [AST_OP_SUB] = "-", [AST_OP_MUL] = "*", [AST_OP_DIV] = "/", [AST_OP_MOD] = "%",
        [AST_OP_EQ] = "=", [AST_OP_NE] = "<>", [AST_OP_LT] = "<", [AST_OP_LE] = "<=", [AST_OP_GT] = ">",
        [AST_OP_GE] = ">=", [AST_OP_AND] = "AND", [AST_OP_OR] = "OR", [AST_OP_NOT] = "NOT", [AST_OP_NEG] = "-",
        [AST_OP_PLUS] = "+", [AST_OP_OVERLAPS] = "OVERLAPS",
    };
    return TEXT[op];
}

const char *ast_type_text(AstType type)
{
    static const char *const TEXT[] = {
        [AST_TYPE_BOOLEAN] = "BOOLEAN", [AST_TYPE_TINYINT] = "TINYINT", [AST_TYPE_SMALLINT] = "SMALLINT",
        [AST_TYPE_INT] = "INT", [AST_TYPE_BIGINT] = "BIGINT", [AST_TYPE_FLOAT] = "FLOAT",
        [AST_TYPE_DOUBLE] = "DOUBLE", [AST_TYPE_DECIMAL] = "DECIMAL", [AST_TYPE_CHAR] = "CHAR",
        [AST_TYPE_VARCHAR] = "VARCHAR", [AST_TYPE_STRING] = "STRING", [AST_TYPE_BINARY] = "BINARY",
        [AST_TYPE_VARBINARY] = "VARBINARY", [AST_TYPE_BYTES] = "BYTES", [AST_TYPE_DATE] = "DATE",
        [AST_TYPE_TIME] = "TIME", [AST_TYPE_TIMESTAMP] = "TIMESTAMP", [AST_TYPE_TIMESTAMP_LTZ] = "TIMESTAMP_LTZ",
        [AST_TYPE_TIMESTAMP_TZ] = "TIMESTAMP WITH TIME ZONE", [AST_TYPE_INTERVAL] = "INTERVAL",
        [AST_TYPE_ARRAY] = "ARRAY", [AST_TYPE_MAP] = "MAP", [AST_TYPE_MULTISET] = "MULTISET", [AST_TYPE_ROW] = "ROW",
        [AST_TYPE_VARIANT] = "VARIANT", [AST_TYPE_BITMAP] = "BITMAP", [AST_TYPE_RAW] = "RAW",
        [AST_TYPE_STRUCTURED] = "STRUCTURED", [AST_TYPE_NULL] = "NULL", [AST_TYPE_USER] = "",
    };
    return TEXT[type];
}

const char *ast_object_text(AstObject object)
{
    static const char *const TEXT[] = {
        [AST_OBJECT_TABLE] = "TABLE", [AST_OBJECT_STREAM] = "STREAM", [AST_OBJECT_VIEW] = "VIEW",
        [AST_OBJECT_FUNCTION] = "FUNCTION", [AST_OBJECT_DATABASE] = "DATABASE", [AST_OBJECT_CATALOG] = "CATALOG",
        [AST_OBJECT_METRIC] = "METRIC", [AST_OBJECT_ALERT] = "ALERT", [AST_OBJECT_POLICY] = "POLICY",
        [AST_OBJECT_ROLE] = "ROLE", [AST_OBJECT_TEST] = "TEST", [AST_OBJECT_MODULES] = "MODULES",
        [AST_OBJECT_MODEL] = "MODEL", [AST_OBJECT_CONNECTION] = "CONNECTION",
        [AST_OBJECT_MATERIALIZED] = "MATERIALIZED TABLE",
    };
    return TEXT[object];
}

/* ---------------------------------------------------------------- building */
AstNode *ast_new(AstBuild *build, AstKind kind, uint32_t field_count, Span span)
{
    AstNode *node =
        arena_alloc_zeroed(build->arena, sizeof(AstNode) + field_count * sizeof(AstField), _Alignof(AstNode));
    node->kind = kind;
    node->id = build->next_id++;
    node->span = span;
    node->field_count = field_count;
    return node;
}

static void raise_height(AstBuild *build, AstNode *node, const AstNode *child)
{
    if (child->height < node->height)
        return;
    if (child->height + 1u > AST_HEIGHT_MAX) {
        if (!build->too_high)
            build->high_span = child->span;
        build->too_high = true;
        return;
    }
    node->height = (child->height + 1u) & 0xffff;
}

void ast_put(AstBuild *build, AstNode *node, uint32_t at, AstNode *child)
{
    assert(at < node->field_count);
    node->fields[at].node = child;
    if (child != NULL)
        raise_height(build, node, child);
}

/* A list has room for the next power of two of its items, at least four. */
AstNode *ast_append(AstBuild *build, AstNode *list, AstNode *item)
{
    if (list == NULL) {
        list = ast_new(build, AST_LIST, 4, item->span);
        list->field_count = 0;
    }
    uint32_t count = list->field_count;
    if (count >= 4 && (count & (count - 1)) == 0) {
        size_t head = sizeof(AstNode) + count * sizeof(AstField);
        AstNode *wider = arena_alloc(build->arena, head + count * sizeof(AstField), _Alignof(AstNode));
        memcpy(wider, list, head);
        list = wider;
    }
    list->fields[count].node = item;
    list->field_count = count + 1;
    list->span = span_join(list->span, item->span);
    raise_height(build, list, item);
    return list;
}
