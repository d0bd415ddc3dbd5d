/* fn_json_build.c -- values as JSON text: nested ones, times, JSON_OBJECT and JSON_ARRAY (native only).
 *
 * The text grows in a Buf and is copied to the batch when it is whole, so a body that fails leaves nothing behind.
 * Members of objects are sorted by key, and of equal keys the last stays, as everywhere in Flink's JSON. */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "runtime/base/buf.h"
#include "runtime/base/decimal.h"
#include "runtime/base/timetext.h"
#include "stdlib/json_print.h"
#include "stdlib/json_shape.h"
#include "stdlib/text_codec.h"
#include "stdlib/text_codes.h"

typedef struct JsonOut {
    FnCtx *ctx;
    Buf buf;
} JsonOut;

static Str finished(JsonOut *out)
{
    Str text = buf_str(&out->buf);
    char *copy = fn_alloc(out->ctx, text.len);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    buf_free(&out->buf);
    return (Str){ copy, text.len };
}

/* ---- scalars ---- */

static int64_t integer_of(const RtDatum *value)
{
    switch (value->kind) {
    case PK_I8:
        return value->value.i8;
    case PK_I16:
        return value->value.i16;
    case PK_I32:
        return value->value.i32;
    default:
        return value->value.i64;
    }
}

static void put_decimal(JsonOut *out, const RtDatum *value, uint32_t scale)
{
    char digits[DECIMAL_TEXT_MAX];
    Int128 unscaled = value->kind == PK_D128 ? d128_get(value->value.d128) : (Int128)value->value.i64;
    JsonText number = { .text = { digits, decimal_print(unscaled, scale, digits) }, .kind = JSON_NUMBER };
    number.integral = scale == 0;
    buf_append_str(&out->buf, json_number(out->ctx->batch, number));
}

static void put_quoted(JsonOut *out, Str text)
{
    buf_append_str(&out->buf, json_quote(out->ctx->batch, text, false));
}

/* yyyy-MM-ddTHH:mm:ss, with as many digits of fraction as are not zero; a Z behind an instant. */
static void put_timestamp(JsonOut *out, const RtDatum *value, uint32_t precision, const char *end)
{
    char text[TIMESTAMP_TEXT_MAX];
    bool wide = value->kind == PK_TIME96;
    int64_t us = wide ? value->value.time96.us : value->value.i64;
    uint32_t len = timestamp_print(us, wide ? value->value.time96.ns : 0, precision, 'T', text);
    if (precision > 0) {
        while (text[len - 1] == '0')
            len--;
        len -= text[len - 1] == '.';
    }
    buf_printf(&out->buf, "\"%.*s%s\"", (int)len, text, end);
}

static void put_time(JsonOut *out, const RtDatum *value, uint32_t precision)
{
    char text[TIMESTAMP_TEXT_MAX];
    uint32_t len = time_print((int64_t)value->value.i32 * 1000, 0, precision, text);
    buf_printf(&out->buf, "\"%.*s\"", (int)len, text);
}

static void put_date(JsonOut *out, const RtDatum *value)
{
    char text[TIMESTAMP_TEXT_MAX];
    uint32_t len = date_print(value->value.i32, text);
    buf_printf(&out->buf, "\"%.*s\"", (int)len, text);
}

static void put_real(JsonOut *out, const RtDatum *value)
{
    double number = value->kind == PK_F32 ? (double)value->value.f32 : value->value.f64;
    buf_append_str(&out->buf, fn_json_string_f64(out->ctx, number));
}

/* ---- shapes ---- */

static char take(const char **shape)
{
    return *(*shape)++;
}

static uint32_t take_digit(const char **shape)
{
    return (uint32_t)(take(shape) - JSON_SHAPE_DIGIT);
}

static uint32_t take_count(const char **shape)
{
    uint32_t count = 0;
    while (**shape != ';')
        count = count * 10 + take_digit(shape);
    (*shape)++;
    return count;
}

static void skip_shape(const char **shape)
{
    switch (take(shape)) {
    case JSON_SHAPE_DECIMAL:
    case JSON_SHAPE_TIME:
    case JSON_SHAPE_TIMESTAMP:
    case JSON_SHAPE_TIMESTAMP_LTZ:
        (*shape)++;
        break;
    case JSON_SHAPE_ARRAY:
    case JSON_SHAPE_MAP:
        skip_shape(shape);
        break;
    case JSON_SHAPE_ROW:
        for (uint32_t count = take_count(shape); count > 0; count--) {
            (void)take_count(shape);
            uint32_t bytes = take_count(shape);
            *shape += bytes;
            skip_shape(shape);
        }
        break;
    default:
        break;
    }
}

static void put_value(JsonOut *out, const RtDatum *value, const char **shape);

static void put_array(JsonOut *out, const Blob *array, const char **shape)
{
    const char *element = *shape;
    skip_shape(shape);
    buf_append_char(&out->buf, '[');
    for (uint32_t i = 0; i < array->count; i++) {
        RtDatum item = blob_item(array, i);
        const char *each = element;
        if (i > 0)
            buf_append_char(&out->buf, ',');
        put_value(out, &item, &each);
    }
    buf_append_char(&out->buf, ']');
}

/* The keys of a map ascend already. */
static void put_map(JsonOut *out, const Blob *map, const char **shape)
{
    const char *element = *shape;
    skip_shape(shape);
    buf_append_char(&out->buf, '{');
    for (uint32_t i = 0; i < map->count; i++) {
        RtDatum key = blob_key(map, i), item = blob_item(map, i);
        const char *each = element;
        if (i > 0)
            buf_append_char(&out->buf, ',');
        put_quoted(out, key.value.str);
        buf_append_char(&out->buf, ':');
        put_value(out, &item, &each);
    }
    buf_append_char(&out->buf, '}');
}

/* The binder has put the fields into the order of their names; the place in the row stands before each. */
static void put_row(JsonOut *out, const Blob *row, const char **shape)
{
    uint32_t count = take_count(shape);
    buf_append_char(&out->buf, '{');
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = take_count(shape), bytes = take_count(shape);
        Str name = { *shape, bytes };
        *shape += bytes;
        RtDatum item = place < row->count ? blob_item(row, place) : datum_null(PK_STR);
        if (i > 0)
            buf_append_char(&out->buf, ',');
        put_quoted(out, name);
        buf_append_char(&out->buf, ':');
        put_value(out, &item, shape);
    }
    buf_append_char(&out->buf, '}');
}

static void put_nested(JsonOut *out, const RtDatum *value, char which, const char **shape)
{
    Blob blob;
    bool good = blob_open(value->value.str, &blob);
    if (!good)
        blob = (Blob){ .shape = which == JSON_SHAPE_MAP ? BLOB_MAP : BLOB_ARRAY };
    if (which == JSON_SHAPE_ARRAY)
        put_array(out, &blob, shape);
    else if (which == JSON_SHAPE_MAP)
        put_map(out, &blob, shape);
    else
        put_row(out, &blob, shape);
}

/* Nesting is bounded by the type, whose text the binder has read. */
static void put_value(JsonOut *out, const RtDatum *value, const char **shape)
{
    if (value->is_null) {
        skip_shape(shape);
        buf_append_str(&out->buf, STR("null"));
        return;
    }
    /* tidy: dispatch */
    char which = take(shape);
    switch (which) {
    case JSON_SHAPE_BOOLEAN:
        buf_append_str(&out->buf, value->value.b ? STR("true") : STR("false"));
        break;
    case JSON_SHAPE_INTEGER:
        buf_printf(&out->buf, "%lld", (long long)integer_of(value));
        break;
    case JSON_SHAPE_REAL:
        put_real(out, value);
        break;
    case JSON_SHAPE_TEXT:
        put_quoted(out, value->value.str);
        break;
    case JSON_SHAPE_BYTES:
        put_quoted(out, text_to_base64(out->ctx, value->value.str));
        break;
    case JSON_SHAPE_DECIMAL:
        put_decimal(out, value, take_digit(shape));
        break;
    case JSON_SHAPE_DATE:
        put_date(out, value);
        break;
    case JSON_SHAPE_TIME:
        put_time(out, value, take_digit(shape));
        break;
    case JSON_SHAPE_TIMESTAMP:
        put_timestamp(out, value, take_digit(shape), "");
        break;
    case JSON_SHAPE_TIMESTAMP_LTZ:
        put_timestamp(out, value, take_digit(shape), "Z");
        break;
    case JSON_SHAPE_JSON:
        buf_append_str(&out->buf, value->value.str);
        break;
    default:
        put_nested(out, value, which, shape);
        break;
    }
}

void fn_json_string_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    *out = datum_null(PK_STR);
    if (args[0].is_null)
        return;
    JsonOut json = { .ctx = ctx };
    const char *shape = args[1].value.str.data;
    put_value(&json, &args[0], &shape);
    *out = (RtDatum){ .value.str = finished(&json), .kind = PK_STR };
}

/* ---- constructors ---- */

/* Is this a member that ABSENT ON NULL leaves out?  The first argument says whether NULLs stay. */
static bool is_absent(const RtDatum *args, const RtDatum *value)
{
    return value->is_null && !args[0].value.b;
}

static void put_text(JsonOut *out, const RtDatum *text)
{
    buf_append_str(&out->buf, text->is_null ? STR("null") : text->value.str);
}

/* Arguments: are NULLs kept, then the JSON text of each element. */
void fn_json_array(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    JsonOut json = { .ctx = ctx };
    buf_append_char(&json.buf, '[');
    for (uint32_t i = 1; i < count; i++) {
        if (is_absent(args, &args[i]))
            continue;
        if (json.buf.len > 1)
            buf_append_char(&json.buf, ',');
        put_text(&json, &args[i]);
    }
    buf_append_char(&json.buf, ']');
    *out = (RtDatum){ .value.str = finished(&json), .kind = PK_STR };
}

/* Arguments: are NULLs kept, then name and JSON text of each member. */
void fn_json_object(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    JsonOut json = { .ctx = ctx };
    const RtDatum **members = ARENA_ARRAY(ctx->batch, const RtDatum *, count + 1);
    uint32_t kept = 0;
    for (uint32_t i = 1; i + 1 < count; i += 2) {
        if (is_absent(args, &args[i + 1]))
            continue;
        uint32_t at = kept;
        while (at > 0 && str_compare(members[at - 1]->value.str, args[i].value.str) > 0)
            at--;
        bool again = at > 0 && str_equal(members[at - 1]->value.str, args[i].value.str);
        if (again) {
            members[at - 1] = &args[i];
            continue;
        }
        memmove(members + at + 1, members + at, (kept - at) * sizeof members[0]);
        members[at] = &args[i];
        kept++;
    }
    buf_append_char(&json.buf, '{');
    for (uint32_t i = 0; i < kept; i++) {
        if (i > 0)
            buf_append_char(&json.buf, ',');
        put_quoted(&json, members[i]->value.str);
        buf_append_char(&json.buf, ':');
        put_text(&json, members[i] + 1);
    }
    buf_append_char(&json.buf, '}');
    *out = (RtDatum){ .value.str = finished(&json), .kind = PK_STR };
}

/* JSON(text): the text anew; NULL where it is empty. */
bool fn_json(FnCtx *ctx, Str text, Str *out)
{
    JsonScan scan;
    JsonText value;
    if (text.len == 0)
        return false;
    json_begin(&scan, text);
    if (!json_value(&scan, &value) || !json_finish(&scan)) {
        fn_fail(ctx, FN_E_JSON, "the argument of JSON is no JSON text");
        return false;
    }
    *out = json_normal(ctx->batch, value);
    return true;
}

/* The text of an object that was put together, unless a key came twice. */
Str fn_json_unique_keys(FnCtx *ctx, Str text, int64_t rows, int64_t keys)
{
    if (rows != keys)
        fn_fail(ctx, FN_E_JSON, "a key of JSON_OBJECTAGG comes more than once");
    return text;
}
