/* lite_value.c -- see lite_value.h. */
#include "compiler/sqlite/lite_value.h"

#include "runtime/abi/key.h"
#include "runtime/base/alloc.h"

#include <assert.h>
#include <math.h>

/* What SQLite can hold of a value. */
typedef struct LiteValue {
    int type; /* SQLITE_INTEGER .. */
    int64_t integer;
    double real;
    Str bytes;
    char key[LITE_KEY_BYTES_MAX];
} LiteValue;

static Str not_null(Str s)
{
    return s.data == NULL ? STR("") : s;
}

static void real_to_lite(double real, LiteValue *out)
{
    out->type = isnan(real) ? SQLITE_BLOB : SQLITE_FLOAT;
    out->real = real;
    out->bytes = STR("NaN");
}

static void to_lite(RtDatum datum, LiteValue *out)
{
    const RtValue *v = &datum.value;
    out->type = SQLITE_INTEGER;
    if (datum.is_null) {
        out->type = SQLITE_NULL;
        return;
    }
    switch ((RtKind)datum.kind) {
    case PK_BOOL:
        out->integer = v->b;
        break;
    case PK_I8:
        out->integer = v->i8;
        break;
    case PK_I16:
        out->integer = v->i16;
        break;
    case PK_I32:
        out->integer = v->i32;
        break;
    case PK_I64:
        out->integer = v->i64;
        break;
    case PK_F32:
        real_to_lite((double)v->f32, out);
        break;
    case PK_F64:
        real_to_lite(v->f64, out);
        break;
    case PK_D128:
    case PK_TIME96:
        out->type = SQLITE_BLOB;
        out->bytes = (Str){ out->key, (uint64_t)(key_put(out->key, datum) - out->key) };
        break;
    default:
        out->type = datum.kind == PK_STR ? SQLITE_TEXT : SQLITE_BLOB;
        out->bytes = not_null(v->str);
    }
}

void lite_bind(sqlite3_stmt *statement, int at, RtDatum datum)
{
    LiteValue value;
    to_lite(datum, &value);
    int code = SQLITE_OK;
    switch (value.type) {
    case SQLITE_NULL:
        code = sqlite3_bind_null(statement, at);
        break;
    case SQLITE_INTEGER:
        code = sqlite3_bind_int64(statement, at, value.integer);
        break;
    case SQLITE_FLOAT:
        code = sqlite3_bind_double(statement, at, value.real);
        break;
    case SQLITE_TEXT:
        code = sqlite3_bind_text64(statement, at, value.bytes.data, value.bytes.len, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    default:
        code = sqlite3_bind_blob64(statement, at, value.bytes.data, value.bytes.len, SQLITE_TRANSIENT);
    }
    if (code == SQLITE_NOMEM)
        mem_exhausted();
    assert(code == SQLITE_OK);
}

void lite_result(sqlite3_context *context, RtDatum datum)
{
    LiteValue value;
    to_lite(datum, &value);
    switch (value.type) {
    case SQLITE_NULL:
        sqlite3_result_null(context);
        break;
    case SQLITE_INTEGER:
        sqlite3_result_int64(context, value.integer);
        break;
    case SQLITE_FLOAT:
        sqlite3_result_double(context, value.real);
        break;
    case SQLITE_TEXT:
        sqlite3_result_text64(context, value.bytes.data, value.bytes.len, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    default:
        sqlite3_result_blob64(context, value.bytes.data, value.bytes.len, SQLITE_TRANSIENT);
    }
}

static double real_of(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_BLOB ? (double)NAN : sqlite3_value_double(value);
}

RtDatum lite_datum(sqlite3_value *value, RtKind kind)
{
    RtDatum out = { .kind = (uint8_t)kind };
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return datum_null(kind);
    switch (kind) {
    case PK_BOOL:
        out.value.b = sqlite3_value_int64(value) != 0;
        return out;
    case PK_I8:
        out.value.i8 = (int8_t)sqlite3_value_int64(value);
        return out;
    case PK_I16:
        out.value.i16 = (int16_t)sqlite3_value_int64(value);
        return out;
    case PK_I32:
        out.value.i32 = (int32_t)sqlite3_value_int64(value);
        return out;
    case PK_I64:
        out.value.i64 = sqlite3_value_int64(value);
        return out;
    case PK_F32:
        out.value.f32 = (float)real_of(value);
        return out;
    case PK_F64:
        out.value.f64 = real_of(value);
        return out;
    default:
        break;
    }
    const char *bytes = kind == PK_STR ? (const char *)sqlite3_value_text(value) : sqlite3_value_blob(value);
    Str str = { bytes, (uint64_t)sqlite3_value_bytes(value) };
    if (kind == PK_D128 || kind == PK_TIME96) {
        const char *end = key_get(str.data, str.data + str.len, kind, NULL, &out);
        assert(end == str.data + str.len);
        return out;
    }
    out.value.str = not_null(str);
    return out;
}
