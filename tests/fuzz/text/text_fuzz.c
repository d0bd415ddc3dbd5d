/* text_fuzz.c -- text functions on any bytes: nothing reads or writes outside, and what should agree agrees.
 *
 * The first byte chooses a promise, the rest is cut into texts at bytes of value 0x1F. */
#include "runtime/abi/blob.h"
#include "runtime/base/json_text.h"
#include "runtime/base/utf8.h"
#include "stdlib/json_path.h"
#include "stdlib/json_print.h"
#include "stdlib/like.h"
#include "stdlib/regex.h"
#include "stdlib/registry.h"

#include "runtime/base/alloc.h"

#include <assert.h>

enum { TEXTS_MAX = 6, RECURSION_MAX = JSON_DEPTH_MAX + 2 };

typedef struct Input {
    Str texts[TEXTS_MAX];
    uint8_t choice;
} Input;

static Input cut(const uint8_t *data, size_t size)
{
    Input input = { .choice = size > 0 ? data[0] : 0 };
    const char *at = (const char *)data + 1, *end = (const char *)data + size;
    for (uint32_t i = 0; i < TEXTS_MAX; i++) {
        input.texts[i] = STR_EMPTY;
        if (size == 0 || at >= end)
            continue;
        const char *separator = i + 1 == TEXTS_MAX ? NULL : memchr(at, 0x1F, (size_t)(end - at));
        input.texts[i] = (Str){ at, (uint64_t)((separator == NULL ? end : separator) - at) };
        at += input.texts[i].len + 1;
    }
    return input;
}

/* Part by part, the text is judged as it is as a whole. */
static void walk(JsonScan *scan, uint32_t depth)
{
    JsonText token;
    switch (json_peek(scan)) {
    case JSON_OBJECT:
        if (depth == RECURSION_MAX || !json_enter_object(scan))
            return;
        while (json_next_member(scan, &token))
            walk(scan, depth + 1);
        return;
    case JSON_ARRAY:
        if (depth == RECURSION_MAX || !json_enter_array(scan))
            return;
        while (json_next_element(scan))
            walk(scan, depth + 1);
        return;
    default: (void)json_value(scan, &token);
    }
}

static void json_is_judged_alike(Arena *arena, Str text)
{
    JsonScan scan;
    JsonText value;
    json_begin(&scan, text);
    walk(&scan, 0);
    bool valid = json_finish(&scan);
    assert(valid == json_is_valid(text));
    if (!valid)
        return;
    json_begin(&scan, text);
    (void)json_value(&scan, &value);
    Str normal = json_normal(arena, value);
    json_begin(&scan, normal);
    bool again = json_value(&scan, &value);
    assert(again && json_finish(&scan) && str_equal(json_normal(arena, value), normal));
}

static void patterns_stay_inside(Str pattern, Str text)
{
    RegexError error;
    RegexSpan groups[REGEX_GROUPS_MAX + 1];
    Regex *regex = regex_compile(pattern, REGEX_JAVA, 0, &error);
    if (regex == NULL)
        return;
    uint32_t count = regex_group_count(regex) + 1;
    for (uint64_t from = 0; from <= text.len && regex_find(regex, text, from, groups, count);) {
        assert(groups[0].from >= (int64_t)from && groups[0].to <= (int64_t)text.len);
        for (uint32_t i = 1; i < count; i++)
            assert(groups[i].from <= groups[i].to && groups[i].to <= groups[0].to);
        from = (uint64_t)groups[0].to + (groups[0].from == groups[0].to);
    }
    regex_free(regex);
}

static bool like_slowly(Str text, Str pattern)
{
    if (pattern.len == 0)
        return text.len == 0;
    Str rest = str_slice(pattern, 1, pattern.len - 1);
    if (pattern.data[0] == '%') {
        for (uint64_t i = 0; i <= text.len; i++) {
            bool at_code = i == 0 || i == text.len || utf8_is_start(text.data[i]);
            if (at_code && like_slowly(str_slice(text, i, text.len - i), rest))
                return true;
        }
        return false;
    }
    if (text.len == 0)
        return false;
    if (pattern.data[0] != '_')
        return pattern.data[0] == text.data[0] && like_slowly(str_slice(text, 1, text.len - 1), rest);
    uint64_t bytes = utf8_offset(text, 1);
    return like_slowly(str_slice(text, bytes, text.len - bytes), rest);
}

static void like_agrees_with_its_definition(Arena *arena, Str text, Str pattern)
{
    FnCtx ctx = { .batch = arena };
    const LikePattern *like = like_prepare(&ctx, pattern, STR_EMPTY);
    if (text.len > 24 || pattern.len > 12 || like->shape != LIKE_GENERAL)
        return;
    if (utf8_valid(text, NULL) && utf8_valid(pattern, NULL))
        assert(like_match(like, text) == like_slowly(text, pattern));
}

static void blobs_stay_inside(Str bytes)
{
    Blob blob;
    uint32_t at;
    if (!blob_open(bytes, &blob))
        return;
    for (uint32_t i = 0; i < blob.count && i < 100; i++) {
        RtDatum item = blob_item(&blob, i);
        if (!item.is_null && item.kind == PK_BLOB)
            blobs_stay_inside(item.value.str.data > bytes.data ? item.value.str : STR_EMPTY);
        if (blob.shape == BLOB_MAP) {
            RtDatum key = blob_key(&blob, i);
            (void)blob_find(&blob, &key, &at);
        }
    }
}

/* An argument of a row from the texts; texts must be UTF-8, as a decoder lets nothing else in. */
static bool argument(TypeWord word, Str text, RtDatum *out)
{
    *out = (RtDatum){ .kind = (uint8_t)type_word_kind(word) };
    int64_t number = 0;
    memcpy(&number, text.data == NULL ? "" : text.data, text.len < 8 ? text.len : 8);
    switch (word) {
    case TW_STRING: out->value.str = text; return utf8_valid(text, NULL);
    case TW_BYTES: out->value.str = text; return true;
    case TW_BOOLEAN: out->value.b = number & 1; return true;
    case TW_TINYINT: out->value.i8 = (int8_t)number; return true;
    case TW_SMALLINT: out->value.i16 = (int16_t)number; return true;
    case TW_INT: out->value.i32 = text.len < 3 ? (int8_t)number : (int32_t)number % (1 << 20); return true;
    case TW_BIGINT: out->value.i64 = text.len < 3 ? (int8_t)number : number; return true;
    default: return false;
    }
}

static void any_function_answers(Arena *arena, const Input *input)
{
    uint32_t number = (input->texts[0].len > 1 ? (unsigned char)input->texts[0].data[1] * 256u : 0) +
                      (input->texts[0].len > 0 ? (unsigned char)input->texts[0].data[0] : 0);
    const FnDef *fn = &FN_DEFS[number % FN_DEF_COUNT];
    RtDatum args[TEXTS_MAX], out;
    if (fn->form == FORM_ANY || fn->args_min >= TEXTS_MAX)
        return;
    for (uint32_t i = 0; i < fn->args_min; i++) {
        if (!argument((TypeWord)fn->args[i], input->texts[i + 1], &args[i]))
            return;
        bool is_hidden = i + fn_hidden(fn) >= fn->args_min;
        if (is_hidden && args[i].kind == PK_I32) /* the compiler's: precisions, scales, lengths */
            args[i].value.i32 &= 15;
    }
    FnSite site = { 0 };
    FnCtx ctx = { .batch = arena, .site = (fn->traits & FN_SITE) != 0 ? &site : NULL, .watermark_us = INT64_MIN };
    fn->boxed(&ctx, args, fn->args_min, &out);
    if (ctx.failure.code == 0 && !out.is_null && fn->result == TW_STRING)
        assert(utf8_valid(out.value.str, NULL));
    if (site.cached != NULL)
        site.release(site.cached);
}

static void paths_are_followed(Arena *arena, Str path_text, Str text)
{
    JsonPath *path = json_path_new(path_text);
    JsonFound found;
    bool followed = path->refused == NULL && json_path_follow(arena, path, text, &found);
    assert(path->refused != NULL || followed == json_is_valid(text));
    if (followed && found.found && !found.is_list)
        assert(json_is_valid(json_normal(arena, found.value)));
    mem_free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input input = cut(data, size);
    Arena arena;
    arena_init(&arena);
    switch (input.choice % 6) {
    case 0: json_is_judged_alike(&arena, input.texts[0]); break;
    case 1: patterns_stay_inside(input.texts[0], input.texts[1]); break;
    case 2: like_agrees_with_its_definition(&arena, input.texts[0], input.texts[1]); break;
    case 3: blobs_stay_inside(input.texts[0]); break;
    case 4: any_function_answers(&arena, &input); break;
    default: paths_are_followed(&arena, input.texts[0], input.texts[1]); break;
    }
    arena_free(&arena);
    return 0;
}
