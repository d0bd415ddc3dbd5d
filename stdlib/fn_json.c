/* fn_json.c -- JSON_VALUE, JSON_QUERY, JSON_EXISTS, IS JSON and conversions to JSON text (native only).
 *
 * How empty and error come about, as Flink 2.0 answers:
 *
 *                                     lax       strict
 *   nothing at the path, or null      empty     error
 *   a container for JSON_VALUE        empty     error
 *   a scalar for JSON_QUERY           empty     error    (without wrapper)
 *   the text is no JSON               empty     error
 *   the whole text is null            error     error
 *   the path cannot be followed       error     error */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "runtime/base/alloc.h"
#include "runtime/base/number.h"
#include "runtime/base/vec.h"
#include "stdlib/text_codes.h"
#include "stdlib/json_modes.h"
#include "stdlib/json_path.h"
#include "stdlib/json_print.h"
#include "stdlib/text_codec.h"

typedef enum Outcome { OUTCOME_FOUND, OUTCOME_EMPTY, OUTCOME_ERROR } Outcome;

/* The path of this call site, read when it is another than the last time.  Without a site the caller frees it. */
static JsonPath *site_path(FnCtx *ctx, Str source)
{
    if (ctx->site == NULL)
        return json_path_new(source);
    JsonPath *kept = ctx->site->cached;
    if (kept != NULL && str_equal(kept->source, source))
        return kept;
    mem_free(kept);
    *ctx->site = (FnSite){ .cached = json_path_new(source), .release = mem_free };
    return ctx->site->cached;
}

/* Reads the text and follows the path; what is null counts as not found. */
static Outcome follow(FnCtx *ctx, Str text, const JsonPath *path, JsonFound *found)
{
    if (path->refused != NULL)
        return OUTCOME_ERROR;
    if (!json_path_follow(ctx->batch, path, text, found))
        return path->lax ? OUTCOME_EMPTY : OUTCOME_ERROR;
    if (found->all_null)
        return OUTCOME_ERROR;
    bool nothing = !found->found || (!found->is_list && found->value.kind == JSON_NULL);
    if (nothing)
        return path->lax ? OUTCOME_EMPTY : OUTCOME_ERROR;
    return OUTCOME_FOUND;
}

/* What a clause answers, in *out; `fallback` is its DEFAULT. */
static void answer(FnCtx *ctx, Outcome outcome, JsonOn on, const RtDatum *fallback, RtDatum *out)
{
    const char *what = outcome == OUTCOME_EMPTY ? "nothing is at the path" : "no JSON, or not what the path asks for";
    switch (on) {
    case JSON_ON_ERROR: fn_fail(ctx, FN_E_JSON, "%s", what); break;
    case JSON_ON_VALUE:
        if (fallback != NULL)
            *out = *fallback;
        break;
    case JSON_ON_EMPTY_ARRAY: *out = (RtDatum){ .value.str = STR("[]"), .kind = PK_STR }; break;
    case JSON_ON_EMPTY_OBJECT: *out = (RtDatum){ .value.str = STR("{}"), .kind = PK_STR }; break;
    case JSON_ON_TRUE: *out = (RtDatum){ .value.b = true, .kind = PK_BOOL }; break;
    case JSON_ON_FALSE: *out = (RtDatum){ .value.b = false, .kind = PK_BOOL }; break;
    case JSON_ON_DEFAULT:
    case JSON_ON_NULL:
    case JSON_ON_UNKNOWN: break;
    }
}

static JsonOn mode_at(const RtDatum *args, uint32_t count, uint32_t index)
{
    return index < count && !args[index].is_null ? (JsonOn)args[index].value.i32 : JSON_ON_DEFAULT;
}

static bool is_container(const JsonFound *found)
{
    return found->is_list || found->value.kind == JSON_ARRAY || found->value.kind == JSON_OBJECT;
}

static Str scalar_text(FnCtx *ctx, JsonText value)
{
    if (value.kind == JSON_STRING)
        return json_decode(ctx->batch, value);
    return value.kind == JSON_NUMBER ? json_number(ctx->batch, value) : value.text;
}

void fn_json_value(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    JsonFound found;
    *out = datum_null(PK_STR);
    if (args[0].is_null || args[1].is_null)
        return;
    JsonPath *path = site_path(ctx, args[1].value.str);
    Outcome outcome = follow(ctx, args[0].value.str, path, &found);
    if (outcome == OUTCOME_FOUND && is_container(&found))
        outcome = path->lax ? OUTCOME_EMPTY : OUTCOME_ERROR;
    if (outcome == OUTCOME_FOUND)
        *out = (RtDatum){ .value.str = scalar_text(ctx, found.value), .kind = PK_STR };
    else if (outcome == OUTCOME_EMPTY)
        answer(ctx, outcome, mode_at(args, count, 2), count > 3 ? &args[3] : NULL, out);
    else
        answer(ctx, outcome, mode_at(args, count, 4), count > 5 ? &args[5] : NULL, out);
    if (ctx->site == NULL)
        mem_free(path);
}

static Str container_text(FnCtx *ctx, const JsonFound *found)
{
    return found->is_list ? json_normal_list(ctx->batch, found->items, found->count)
                          : json_normal(ctx->batch, found->value);
}

static Str in_brackets(FnCtx *ctx, Str text)
{
    return str_printf(ctx->batch, "[%.*s]", STR_ARG(text));
}

void fn_json_query(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    JsonFound found;
    *out = datum_null(PK_STR);
    if (args[0].is_null || args[1].is_null)
        return;
    JsonPath *path = site_path(ctx, args[1].value.str);
    JsonWrapper wrapper = (JsonWrapper)mode_at(args, count, 2);
    Outcome outcome = follow(ctx, args[0].value.str, path, &found);
    if (outcome == OUTCOME_FOUND && wrapper <= JSON_WRAPPER_WITHOUT && !is_container(&found))
        outcome = path->lax ? OUTCOME_EMPTY : OUTCOME_ERROR;
    if (outcome == OUTCOME_FOUND) {
        bool is_array = found.is_list || found.value.kind == JSON_ARRAY;
        bool wrap = wrapper == JSON_WRAPPER_UNCONDITIONAL || (wrapper == JSON_WRAPPER_CONDITIONAL && !is_array);
        Str text = container_text(ctx, &found);
        *out = (RtDatum){ .value.str = wrap ? in_brackets(ctx, text) : text, .kind = PK_STR };
    } else {
        answer(ctx, outcome, mode_at(args, count, outcome == OUTCOME_EMPTY ? 3 : 4), NULL, out);
    }
    if (ctx->site == NULL)
        mem_free(path);
}

/* The elements of a JSON array as text, null as NULL. */
static Str texts_of(FnCtx *ctx, const JsonText *items, uint32_t count)
{
    RtDatum *texts = ARENA_ARRAY(ctx->batch, RtDatum, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        bool nested = items[i].kind == JSON_ARRAY || items[i].kind == JSON_OBJECT;
        Str text = nested ? json_normal(ctx->batch, items[i]) : scalar_text(ctx, items[i]);
        texts[i] = (RtDatum){ .value.str = text, .kind = PK_STR, .is_null = items[i].kind == JSON_NULL };
    }
    return blob_array(ctx->batch, PK_STR, texts, count);
}

static Str array_elements(FnCtx *ctx, JsonText array)
{
    VEC(JsonText) items = { 0 };
    JsonScan scan;
    JsonText item;
    json_begin(&scan, array.text);
    (void)json_enter_array(&scan);
    while (json_next_element(&scan) && json_value(&scan, &item))
        vec_push(ctx->batch, &items, item);
    return texts_of(ctx, items.items, items.count);
}

/* As JSON_QUERY, but an object without a wrapper is an error, and what a clause answers is an empty array or NULL. */
void fn_json_query_array(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    JsonFound found;
    RtDatum clause = datum_null(PK_STR);
    *out = datum_null(PK_BLOB);
    if (args[0].is_null || args[1].is_null)
        return;
    JsonPath *path = site_path(ctx, args[1].value.str);
    JsonWrapper wrapper = (JsonWrapper)mode_at(args, count, 2);
    Outcome outcome = follow(ctx, args[0].value.str, path, &found);
    if (outcome == OUTCOME_FOUND && wrapper <= JSON_WRAPPER_WITHOUT && !is_container(&found))
        outcome = path->lax ? OUTCOME_EMPTY : OUTCOME_ERROR;
    bool is_array = outcome == OUTCOME_FOUND && (found.is_list || found.value.kind == JSON_ARRAY);
    bool wrap = wrapper == JSON_WRAPPER_UNCONDITIONAL || (wrapper == JSON_WRAPPER_CONDITIONAL && !is_array);
    if (outcome == OUTCOME_FOUND && !is_array && !wrap)
        outcome = OUTCOME_ERROR;
    if (outcome == OUTCOME_FOUND) {
        JsonText whole = { .text = found.is_list ? container_text(ctx, &found) : found.value.text, .kind = JSON_ARRAY };
        Str items = wrap                ? texts_of(ctx, found.is_list ? &whole : &found.value, 1)
                    : found.is_list ? texts_of(ctx, found.items, found.count)
                                        : array_elements(ctx, found.value);
        *out = (RtDatum){ .value.str = items, .kind = PK_BLOB };
    } else {
        answer(ctx, outcome, mode_at(args, count, outcome == OUTCOME_EMPTY ? 3 : 4), NULL, &clause);
        if (!clause.is_null)
            *out = (RtDatum){ .value.str = texts_of(ctx, NULL, 0), .kind = PK_BLOB };
    }
    if (ctx->site == NULL)
        mem_free(path);
}

void fn_json_exists(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    JsonFound found;
    *out = datum_null(PK_BOOL);
    if (args[0].is_null || args[1].is_null)
        return;
    JsonPath *path = site_path(ctx, args[1].value.str);
    Outcome outcome = follow(ctx, args[0].value.str, path, &found);
    JsonOn on = mode_at(args, count, 2);
    if (outcome != OUTCOME_ERROR)
        *out = (RtDatum){ .value.b = outcome == OUTCOME_FOUND, .kind = PK_BOOL };
    else
        answer(ctx, outcome, on == JSON_ON_DEFAULT ? JSON_ON_FALSE : on, NULL, out);
    if (ctx->site == NULL)
        mem_free(path);
}

/* ---- IS JSON ---- */

/* The kind of the whole text; JSON_NONE where it is no JSON. */
static JsonKind kind_of(const RtDatum *arg)
{
    JsonScan scan;
    JsonText value;
    if (arg->is_null)
        return JSON_NONE;
    json_begin(&scan, arg->value.str);
    return json_value(&scan, &value) && json_finish(&scan) ? value.kind : JSON_NONE;
}

static RtDatum bool_datum(bool value)
{
    return (RtDatum){ .value.b = value, .kind = PK_BOOL };
}

void fn_is_json_value(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    *out = bool_datum(kind_of(&args[0]) != JSON_NONE);
}

void fn_is_json_object(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    *out = bool_datum(kind_of(&args[0]) == JSON_OBJECT);
}

void fn_is_json_array(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    *out = bool_datum(kind_of(&args[0]) == JSON_ARRAY);
}

void fn_is_json_scalar(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    JsonKind kind = kind_of(&args[0]);
    *out = bool_datum(kind != JSON_NONE && kind != JSON_OBJECT && kind != JSON_ARRAY);
}

/* ---- to and from JSON text ---- */

Str fn_json_string(FnCtx *ctx, Str s)
{
    return json_quote(ctx->batch, s, false);
}

Str fn_json_string_bytes(FnCtx *ctx, Str s)
{
    return json_quote(ctx->batch, text_to_base64(ctx, s), false);
}

Str fn_json_string_bool(FnCtx *ctx, bool value)
{
    (void)ctx;
    return value ? STR("true") : STR("false");
}

Str fn_json_string_i64(FnCtx *ctx, int64_t value)
{
    char *to = fn_alloc(ctx, INT_TEXT_MAX);
    return (Str){ to, int_print(value, to) };
}

Str fn_json_string_i32(FnCtx *ctx, int32_t value)
{
    return fn_json_string_i64(ctx, value);
}

Str fn_json_string_i16(FnCtx *ctx, int16_t value)
{
    return fn_json_string_i64(ctx, value);
}

Str fn_json_string_i8(FnCtx *ctx, int8_t value)
{
    return fn_json_string_i64(ctx, value);
}

/* The digits of Double.toString through BigDecimal, as Flink has it. */
Str fn_json_string_f64(FnCtx *ctx, double value)
{
    if (value - value != 0) {
        fn_fail(ctx, FN_E_JSON, "NaN and infinities cannot be written as JSON");
        return STR_EMPTY;
    }
    char *to = fn_alloc(ctx, DOUBLE_TEXT_MAX);
    return json_number(ctx->batch, (JsonText){ .text = { to, double_print(value, to) }, .kind = JSON_NUMBER });
}

Str fn_json_string_f32(FnCtx *ctx, float value)
{
    return fn_json_string_f64(ctx, (double)value);
}

Str fn_json_quote(FnCtx *ctx, Str s)
{
    return json_quote(ctx->batch, s, true);
}

/* Whether the text, put between quotes of its own, would be JSON but for the quotes inside it. */
static bool escapes_are_valid(Str s)
{
    uint64_t i = 0;
    while (i < s.len) {
        if (s.data[i++] != '\\')
            continue;
        char letter = i < s.len ? s.data[i++] : '\0';
        if (letter == '\0' || strchr("\"\\/bfnrtu", letter) == NULL)
            return false;
        for (int digits = 4; letter == 'u' && digits > 0; digits--, i++) {
            char c = i < s.len ? s.data[i] : '\0';
            bool hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
            if (!hex)
                return false;
        }
    }
    return true;
}

/* Text in quotes without wrong escapes inside loses both; Flink does not ask whether quotes inside are escaped. */
Str fn_json_unquote(FnCtx *ctx, Str s)
{
    if (s.len < 2 || s.data[0] != '"' || s.data[s.len - 1] != '"')
        return s;
    JsonText inside = { .text = str_slice(s, 1, s.len - 2), .kind = JSON_STRING, .escaped = true };
    return escapes_are_valid(inside.text) ? json_decode(ctx->batch, inside) : s;
}
