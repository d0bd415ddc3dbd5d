/* type.h -- SQL types of the dialect and their physical kinds.
 *
 * Types are immutable and live in the query arena.  Two types are the same when type_equal says so, not by pointer.
 * Nullability belongs to the type, as in Flink.
 *
 * Units      precision and scale are decimal digits, length is characters (CHAR, VARCHAR) or bytes (BINARY, VARBINARY).
 * Ownership  query arena. */
#ifndef SQC_TYPES_TYPE_H
#define SQC_TYPES_TYPE_H

#include "runtime/abi/value.h"
#include "runtime/base/arena.h"
#include "runtime/base/str.h"

typedef enum TypeKind {
#define SQL_TYPE(kind, name, physical, word) TYPE_##kind,
#include "compiler/types/sql_types.def"
#undef SQL_TYPE
    TYPE_KIND_COUNT
} TypeKind;

typedef struct Type Type;

typedef struct TypeField {
    Str name;
    const Type *type;
    Str comment;
} TypeField;

struct Type {
    TypeKind kind;
    bool nullable;
    bool is_rowtime;     /* TIMESTAMP or TIMESTAMP_LTZ that carries a watermark */
    bool is_proctime;    /* PROCTIME()                                          */
    uint8_t precision;   /* DECIMAL 1..38, TIME and TIMESTAMP 0..9, INTERVAL SECOND fraction */
    uint8_t scale;       /* DECIMAL                                             */
    uint32_t length;     /* CHAR, VARCHAR, BINARY, VARBINARY; TYPE_LENGTH_MAX is STRING, BYTES */
    uint32_t field_count; /* ROW */
    const TypeField *fields;
    const Type *key;     /* MAP */
    const Type *element; /* ARRAY element, MAP value, MULTISET element */
};

enum { TYPE_LENGTH_MAX = 2147483647, DECIMAL_PRECISION_MAX = 38, DECIMAL64_PRECISION_MAX = 18 };

/* Static; with the parameters that a bare word has: STRING, BYTES, TIMESTAMP(3), DECIMAL(10, 0). */
const Type *type_simple(TypeKind kind, bool nullable);
const Type *type_decimal(Arena *query, uint32_t precision, uint32_t scale, bool nullable);
const Type *type_timestamp(Arena *query, TypeKind kind, uint32_t precision, bool nullable);
const Type *type_text(Arena *query, TypeKind kind, uint32_t length, bool nullable);
const Type *type_array(Arena *query, const Type *element, bool nullable);
const Type *type_map(Arena *query, const Type *key, const Type *value, bool nullable);
const Type *type_multiset(Arena *query, const Type *element, bool nullable);
const Type *type_row(Arena *query, const TypeField *fields, uint32_t field_count, bool nullable);
const Type *type_with_nullable(Arena *query, const Type *type, bool nullable);
/* The same type without the rowtime and proctime marks. */
const Type *type_plain(Arena *query, const Type *type);

RtKind type_physical(const Type *type);
/* Same kind and parameters; nullability and time marks aside. */
bool type_equal(const Type *a, const Type *b);
bool type_is_numeric(const Type *type);
bool type_is_integer(const Type *type);
bool type_is_text(const Type *type);     /* CHAR, VARCHAR */
bool type_is_bytes(const Type *type);    /* BINARY, VARBINARY */
bool type_is_datetime(const Type *type); /* DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ */
bool type_is_interval(const Type *type);
/* As written in SQL: "DECIMAL(10, 2) NOT NULL". */
Str type_name(Arena *arena, const Type *type);

/* The type to which both can be converted without loss as Flink does it, or NULL. */
const Type *type_common(Arena *query, const Type *a, const Type *b);
bool type_can_convert_implicitly(const Type *from, const Type *to);
bool type_can_cast(const Type *from, const Type *to);

#endif
