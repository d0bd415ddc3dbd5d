/* bind_type.c -- types as text into types. */
#include "compiler/bind/bind_internal.h"

#include "compiler/diag/foreign.h"

#include <inttypes.h>

static const Type *bad_parameter(Binder *binder, const AstNode *ast, const char *what, int64_t low, int64_t high)
{
    diag_error(binder->diags, E0307, ast->span, "%s of %s must be from %" PRId64 " to %" PRId64, what,
               ast_type_text(ast_type_base(ast)), low, high);
    return type_simple(TYPE_POISON, true);
}

static const Type *bind_decimal_type(Binder *binder, const AstNode *ast, bool nullable)
{
    int64_t precision = ast_type_precision(ast) < 0 ? 10 : ast_type_precision(ast);
    int64_t scale = ast_type_scale(ast) < 0 ? 0 : ast_type_scale(ast);
    if (precision < 1 || precision > DECIMAL_PRECISION_MAX)
        return bad_parameter(binder, ast, "precision", 1, DECIMAL_PRECISION_MAX);
    if (scale > precision)
        return bad_parameter(binder, ast, "scale", 0, precision);
    return type_decimal(binder->query, (uint32_t)precision, (uint32_t)scale, nullable);
}

static const Type *bind_text_type(Binder *binder, const AstNode *ast, TypeKind kind, bool nullable)
{
    int64_t length = ast_type_precision(ast) < 0 ? 1 : ast_type_precision(ast);
    if (length < 1 || length > TYPE_LENGTH_MAX)
        return bad_parameter(binder, ast, "length", 1, TYPE_LENGTH_MAX);
    return type_text(binder->query, kind, (uint32_t)length, nullable);
}

static const Type *bind_timestamp_type(Binder *binder, const AstNode *ast, TypeKind kind, bool nullable)
{
    int64_t precision = ast_type_precision(ast) < 0 ? 6 : ast_type_precision(ast);
    if (precision > 9)
        return bad_parameter(binder, ast, "precision", 0, 9);
    return type_timestamp(binder->query, kind, (uint32_t)precision, nullable);
}

static const Type *bind_time_type(Binder *binder, const AstNode *ast, bool nullable)
{
    int64_t precision = ast_type_precision(ast) < 0 ? 0 : ast_type_precision(ast);
    if (precision > 9)
        return bad_parameter(binder, ast, "precision", 0, 9);
    Type *type = ARENA_NEW(binder->query, Type);
    *type = *type_simple(TYPE_TIME, nullable);
    type->precision = (uint8_t)precision;
    return type;
}

static const Type *bind_row_type(Binder *binder, const AstNode *ast, bool nullable)
{
    uint32_t count = ast_count(ast_type_fields(ast)), at = 0;
    TypeField *fields = ARENA_ARRAY(binder->query, TypeField, count);
    bool poison = false;
    AST_EACH(field, ast_type_fields(ast))
    {
        const AstNode *comment = ast_row_field_comment(field);
        const AstNode *name = ast_row_field_name(field);
        fields[at] = (TypeField){ .name = ast_name_text(name), .type = bind_type(binder, ast_row_field_type(field)),
                                  .comment = comment == NULL ? STR_EMPTY : ast_string_text(comment) };
        for (uint32_t i = 0; i < at; i++) {
            if (str_equal(fields[i].name, fields[at].name))
                diag_error(binder->diags, E0206, name->span, "field `%.*s` stands twice in the ROW",
                           STR_ARG(fields[at].name));
        }
        poison |= fields[at++].type->kind == TYPE_POISON;
    }
    return poison ? type_simple(TYPE_POISON, true) : type_row(binder->query, fields, count, nullable);
}

static const Type *bind_container_type(Binder *binder, const AstNode *ast, bool nullable)
{
    const Type *element = bind_type(binder, ast_type_element(ast));
    if (element->kind == TYPE_POISON)
        return element;
    if (ast_type_base(ast) == AST_TYPE_ARRAY)
        return type_array(binder->query, element, nullable);
    if (ast_type_base(ast) == AST_TYPE_MULTISET)
        return type_multiset(binder->query, element, nullable);
    const Type *key = bind_type(binder, ast_type_key(ast));
    return key->kind == TYPE_POISON ? key : type_map(binder->query, key, element, nullable);
}

static const Type *bind_interval_type(const AstNode *ast, bool nullable)
{
    AstUnit unit = ast_type_unit(ast);
    bool months = unit == AST_UNIT_YEAR || unit == AST_UNIT_MONTH || unit == AST_UNIT_QUARTER;
    return type_simple(months ? TYPE_INTERVAL_MONTH : TYPE_INTERVAL_SECOND, nullable);
}

static const Type *unknown_type(Binder *binder, const AstNode *ast)
{
    Str name = ast_type_name(ast) == NULL ? STR("?") : ast_name_joined(binder->query, ast_type_name(ast));
    Diag *d = diag_error(binder->diags, E0210, ast->span, "no type is called `%.*s`", STR_ARG(name));
    if (foreign_help(d, FOREIGN_TYPE, ast->span, name))
        return type_simple(TYPE_POISON, true);
    Str names[AST_TYPE_USER];
    uint32_t count = 0;
    for (int type = 0; type < AST_TYPE_NULL; type++)
        names[count++] = str_from(ast_type_text((AstType)type));
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_fix(d, ast->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return type_simple(TYPE_POISON, true);
}

const Type *bind_type(Binder *binder, const AstNode *ast)
{
    bool nullable = !ast_type_not_null(ast);
    switch (ast_type_base(ast)) {
    case AST_TYPE_BOOLEAN: return type_simple(TYPE_BOOLEAN, nullable);
    case AST_TYPE_TINYINT: return type_simple(TYPE_TINYINT, nullable);
    case AST_TYPE_SMALLINT: return type_simple(TYPE_SMALLINT, nullable);
    case AST_TYPE_INT: return type_simple(TYPE_INT, nullable);
    case AST_TYPE_BIGINT: return type_simple(TYPE_BIGINT, nullable);
    case AST_TYPE_FLOAT: return type_simple(TYPE_FLOAT, nullable);
    case AST_TYPE_DOUBLE: return type_simple(TYPE_DOUBLE, nullable);
    case AST_TYPE_DECIMAL: return bind_decimal_type(binder, ast, nullable);
    case AST_TYPE_CHAR: return bind_text_type(binder, ast, TYPE_CHAR, nullable);
    case AST_TYPE_VARCHAR: return bind_text_type(binder, ast, TYPE_VARCHAR, nullable);
    case AST_TYPE_STRING: return type_simple(TYPE_VARCHAR, nullable);
    case AST_TYPE_BINARY: return bind_text_type(binder, ast, TYPE_BINARY, nullable);
    case AST_TYPE_VARBINARY: return bind_text_type(binder, ast, TYPE_VARBINARY, nullable);
    case AST_TYPE_BYTES: return type_simple(TYPE_VARBINARY, nullable);
    case AST_TYPE_DATE: return type_simple(TYPE_DATE, nullable);
    case AST_TYPE_TIME: return bind_time_type(binder, ast, nullable);
    case AST_TYPE_TIMESTAMP: return bind_timestamp_type(binder, ast, TYPE_TIMESTAMP, nullable);
    case AST_TYPE_TIMESTAMP_LTZ: return bind_timestamp_type(binder, ast, TYPE_TIMESTAMP_LTZ, nullable);
    case AST_TYPE_INTERVAL: return bind_interval_type(ast, nullable);
    case AST_TYPE_ARRAY:
    case AST_TYPE_MULTISET:
    case AST_TYPE_MAP: return bind_container_type(binder, ast, nullable);
    case AST_TYPE_ROW: return bind_row_type(binder, ast, nullable);
    case AST_TYPE_NULL: return type_simple(TYPE_NULL, true);
    case AST_TYPE_USER: return unknown_type(binder, ast);
    default:
        refuse(binder, ast->span, ast_type_text(ast_type_base(ast)));
        return type_simple(TYPE_POISON, true);
    }
}
