/* value_text.c -- one value as JSON and as plain text. */
#include "runtime/abi/blob.h"
#include "runtime/base/decimal.h"
#include "runtime/base/interval.h"
#include "runtime/base/timetext.h"
#include "runtime/base/utf8.h"
#include "runtime/format/value_internal.h"

#include <math.h>

/* How many fraction digits a timestamp is written with. */
static uint32_t fraction_digits(uint32_t precision)
{
    return precision == 0 ? 0 : precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
}

static void append_base64(Buf *out, Str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (uint64_t i = 0; i < bytes.len; i += 3) {
        uint64_t left = bytes.len - i;
        uint32_t bits = (uint32_t)(unsigned char)bytes.data[i] << 16;
        bits |= left > 1 ? (uint32_t)(unsigned char)bytes.data[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)bytes.data[i + 2] : 0;
        char four[4] = { digits[bits >> 18], digits[bits >> 12 & 63], left > 1 ? digits[bits >> 6 & 63] : '=',
                         left > 2 ? digits[bits & 63] : '=' };
        buf_append(out, four, sizeof four);
    }
}

static void append_timestamp(Buf *out, const FieldType *type, const RtDatum *datum, char separator)
{
    char text[TIMESTAMP_TEXT_MAX];
    bool wide = datum->kind == PK_TIME96;
    int64_t us = wide ? datum->value.time96.us : datum->value.i64;
    int32_t ns = wide ? datum->value.time96.ns : 0;
    buf_append(out, text, timestamp_print(us, ns, fraction_digits(type->precision), separator, text));
    if (type->id == FT_TIMESTAMP_LTZ)
        buf_append_char(out, 'Z');
}

static int64_t integer_of(const RtDatum *datum)
{
    switch (datum->kind) {
    case PK_I8: return datum->value.i8;
    case PK_I16: return datum->value.i16;
    case PK_I32: return datum->value.i32;
    default: return datum->value.i64;
    }
}

/* Scalars other than text: the same characters in JSON and in plain text.  False: the type is text or a container. */
static bool append_scalar(Buf *out, const FieldType *type, const RtDatum *datum, char separator)
{
    char text[TIMESTAMP_TEXT_MAX + DECIMAL_TEXT_MAX + INTERVAL_TEXT_MAX];
    uint32_t len;
    switch (type->id) {
    case FT_BOOLEAN: buf_append_str(out, datum->value.b ? STR("true") : STR("false")); return true;
    case FT_TINYINT:
    case FT_SMALLINT:
    case FT_INT:
    case FT_BIGINT: len = int_print(integer_of(datum), text); break;
    case FT_FLOAT: len = float_print(datum->value.f32, text); break;
    case FT_DOUBLE: len = double_print(datum->value.f64, text); break;
    case FT_DECIMAL:
        len = decimal_print(datum->kind == PK_D128 ? d128_get(datum->value.d128) : (Int128)datum->value.i64,
                            type->scale, text);
        break;
    case FT_BINARY:
    case FT_VARBINARY: append_base64(out, datum->value.str); return true;
    case FT_DATE: len = date_print(datum->value.i32, text); break;
    case FT_TIME:
        len = time_print(datum->value.i32 * US_PER_MS, 0, type->precision < 3 ? type->precision : 3, text);
        break;
    case FT_TIMESTAMP:
    case FT_TIMESTAMP_LTZ: append_timestamp(out, type, datum, separator); return true;
    case FT_INTERVAL_MONTH: len = interval_month_print(datum->value.i32, text); break;
    case FT_INTERVAL_SECOND: len = interval_second_print(datum->value.i64, text); break;
    default: return false;
    }
    buf_append(out, text, len);
    return true;
}

/* JSON numbers and literals stand bare; all other scalars are strings. */
static bool is_bare(const FieldType *type, const RtDatum *datum)
{
    if (type->id == FT_FLOAT)
        return isfinite(datum->value.f32);
    if (type->id == FT_DOUBLE)
        return isfinite(datum->value.f64);
    return type->id <= FT_DECIMAL;
}

/* One character that a JSON string cannot hold as it is. */
static void append_escape(Buf *out, char c)
{
    static const char letters[] = "btnvfr"; /* from 8 on; \v is no escape of JSON */
    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c >= 8 && c <= 13 && c != 11)
        buf_printf(out, "\\%c", letters[c - 8]);
    else
        buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

void json_string_append(Buf *out, Str text)
{
    const char *at = text.data, *end = at + text.len, *run = at;
    buf_append_char(out, '"');
    while (at < end) {
        unsigned char c = (unsigned char)*at;
        uint32_t bytes = c >= 0x80 ? utf8_step(at, end) : 1;
        if (bytes > 0 && c >= 0x20 && c != '"' && c != '\\') {
            at += bytes;
            continue;
        }
        buf_append(out, run, (uint64_t)(at - run));
        if (bytes == 0)
            buf_append_str(out, STR("\xEF\xBF\xBD")); /* no UTF-8: the replacement character */
        else
            append_escape(out, (char)c);
        run = ++at;
    }
    buf_append(out, run, (uint64_t)(at - run));
    buf_append_char(out, '"');
}

static void json_items(Buf *out, const JsonOptions *options, const FieldType *type, const Blob *blob)
{
    buf_append_char(out, '[');
    for (uint32_t i = 0; i < blob->count; i++) {
        RtDatum item = blob_item(blob, i);
        if (i > 0)
            buf_append_char(out, ',');
        value_write_json(out, options, type->element, &item);
    }
    buf_append_char(out, ']');
}

/* A map's keys become strings, whatever their type. */
static void json_map(Buf *out, const JsonOptions *options, const FieldType *type, const Blob *blob)
{
    Buf key_text = { 0 };
    buf_append_char(out, '{');
    for (uint32_t i = 0; i < blob->count; i++) {
        RtDatum key = blob_key(blob, i), item = blob_item(blob, i);
        if (i > 0)
            buf_append_char(out, ',');
        buf_clear(&key_text);
        value_write_text(&key_text, type->key, &key);
        json_string_append(out, key_text.len > 0 ? buf_str(&key_text) : STR_EMPTY);
        buf_append_char(out, ':');
        value_write_json(out, options, type->element, &item);
        out->failed = out->failed || key_text.failed;
    }
    buf_append_char(out, '}');
    buf_free(&key_text);
}

static void json_members(Buf *out, const JsonOptions *options, const FieldType *type, const Blob *blob)
{
    bool any = false;
    buf_append_char(out, '{');
    for (uint32_t i = 0; i < blob->count && i < type->member_count; i++) {
        RtDatum item = blob_item(blob, i);
        if (item.is_null && options->skip_null_fields)
            continue;
        if (any)
            buf_append_char(out, ',');
        any = true;
        json_string_append(out, type->members[i].name);
        buf_append_char(out, ':');
        value_write_json(out, options, type->members[i].type, &item);
    }
    buf_append_char(out, '}');
}

void value_write_json(Buf *out, const JsonOptions *options, const FieldType *type, const RtDatum *datum)
{
    Blob blob;
    if (datum->is_null) {
        buf_append_str(out, STR("null"));
    } else if (type->id == FT_CHAR || type->id == FT_VARCHAR) {
        json_string_append(out, datum->value.str);
    } else if (type->id < FT_ARRAY) {
        bool bare = is_bare(type, datum);
        if (!bare)
            buf_append_char(out, '"');
        append_scalar(out, type, datum, options->timestamp_format == TIMESTAMP_FORMAT_ISO_8601 ? 'T' : ' ');
        if (!bare)
            buf_append_char(out, '"');
    } else if (!blob_open(datum->value.str, &blob)) {
        buf_append_str(out, STR("null"));
    } else if (type->id == FT_ARRAY) {
        json_items(out, options, type, &blob);
    } else if (type->id == FT_MAP) {
        json_map(out, options, type, &blob);
    } else {
        json_members(out, options, type, &blob);
    }
}

void value_write_text(Buf *out, const FieldType *type, const RtDatum *datum)
{
    if (datum->is_null)
        return;
    if (type->id == FT_CHAR || type->id == FT_VARCHAR)
        buf_append_str(out, datum->value.str);
    else if (!append_scalar(out, type, datum, ' '))
        value_write_json(out, &(JsonOptions){ 0 }, type, datum);
}
