/* golden_calls.c -- reading calls, choosing the overload, writing answers. */
#include "tests/unit/stdlib_text/golden_calls.h"

#include "runtime/abi/blob.h"
#include "runtime/base/buf.h"
#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "stdlib/registry.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES_MAX = 26 };

typedef struct Reader {
    Arena *arena;
    const Str *named; /* texts by capital letter */
    const char *at, *end;
    bool bytes; /* the value just read was x'..' */
    bool failed;
} Reader;

static void blanks(Reader *r)
{
    while (r->at < r->end && *r->at == ' ')
        r->at++;
}

static bool take(Reader *r, const char *word)
{
    blanks(r);
    size_t len = strlen(word);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

static RtDatum read_value(Reader *r);

/* Behind the opening quote.  Empty texts have no bytes at all, so that nobody reads them. */
static Str read_text(Reader *r)
{
    char *room = arena_alloc(r->arena, (size_t)(r->end - r->at) + 1, 1);
    uint64_t len = 0;
    while (r->at < r->end) {
        if (*r->at == '\'' && !(r->at + 1 < r->end && r->at[1] == '\''))
            break;
        if (*r->at == '\'') {
            r->at++;
        } else if (r->end - r->at > 3 && memcmp(r->at, "\\u{", 3) == 0) {
            char *behind;
            len += utf8_put(room + len, (uint32_t)strtoul(r->at + 3, &behind, 16));
            r->at = behind + 1;
            continue;
        }
        room[len++] = *r->at++;
    }
    r->at++;
    if (len == 0)
        return (Str){ NULL, 0 };
    char *exact = arena_alloc(r->arena, len, 1); /* with nothing behind it, for the sanitizer */
    memcpy(exact, room, len);
    return (Str){ exact, len };
}

static Str read_hex(Reader *r)
{
    char *room = arena_alloc(r->arena, (size_t)(r->end - r->at), 1);
    uint64_t len = 0;
    while (*r->at != '\'') {
        char pair[3] = { r->at[0], r->at[1], '\0' };
        room[len++] = (char)strtoul(pair, NULL, 16);
        r->at += 2;
    }
    r->at++;
    return (Str){ room, len };
}

static RtDatum read_number(Reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && strchr("0123456789.eE+-", *r->at) != NULL)
        r->at++;
    Str text = { from, (uint64_t)(r->at - from) };
    RtDatum datum = { .kind = PK_I32 };
    int64_t whole = 0;
    if (int_parse(text, &whole) != PARSE_OK) {
        datum.kind = take(r, "F") ? PK_F32 : PK_F64;
        double value = 0;
        r->failed |= double_parse(text, &value) != PARSE_OK;
        if (datum.kind == PK_F32)
            datum.value.f32 = (float)value;
        else
            datum.value.f64 = value;
    } else if (take(r, "L")) {
        datum = (RtDatum){ .kind = PK_I64, .value.i64 = whole };
    } else if (take(r, "S")) {
        datum = (RtDatum){ .kind = PK_I16, .value.i16 = (int16_t)whole };
    } else if (take(r, "Y")) {
        datum = (RtDatum){ .kind = PK_I8, .value.i8 = (int8_t)whole };
    } else {
        datum.value.i32 = (int32_t)whole;
    }
    return datum;
}

enum { VALUES_MAX = 32 };

/* Values with commas between them, up to `close`; in a map each second one stands behind a colon. */
static uint32_t read_list(Reader *r, const char *close, RtDatum *values, bool *bytes)
{
    uint32_t count = 0;
    while (!take(r, close)) {
        if (count == VALUES_MAX || r->at >= r->end) {
            r->failed = true;
            break;
        }
        values[count] = read_value(r);
        bytes[count++] = r->bytes;
        if (!take(r, ","))
            (void)take(r, ":");
    }
    return count;
}

static RtKind first_kind(const RtDatum *values, uint32_t from, uint32_t count, uint32_t step)
{
    for (uint32_t i = from; i < count; i += step) {
        if (!values[i].is_null)
            return (RtKind)values[i].kind;
    }
    return PK_STR;
}

static RtDatum read_container(Reader *r, const char *close)
{
    RtDatum values[VALUES_MAX], keys[VALUES_MAX], items[VALUES_MAX];
    bool bytes[VALUES_MAX];
    uint32_t count = read_list(r, close, values, bytes);
    Str blob;
    if (*close == ')') {
        blob = blob_row(r->arena, values, count);
    } else if (*close == ']') {
        blob = blob_array(r->arena, first_kind(values, 0, count, 1), values, count);
    } else {
        for (uint32_t i = 0; i < count / 2; i++) {
            keys[i] = values[2 * i];
            items[i] = values[2 * i + 1];
        }
        RtKind key_kind = first_kind(values, 0, count, 2), item_kind = first_kind(values, 1, count, 2);
        blob = blob_map(r->arena, key_kind, item_kind, keys, items, count / 2);
    }
    return (RtDatum){ .kind = PK_BLOB, .value.str = blob };
}

static RtDatum read_null(Reader *r)
{
    if (!take(r, ":"))
        return datum_null(PK_STR);
    for (uint32_t kind = 0; kind < PK_COUNT; kind++) {
        if (take(r, kind_name((RtKind)kind)))
            return datum_null((RtKind)kind);
    }
    r->failed = true;
    return datum_null(PK_STR);
}

static RtDatum read_value(Reader *r)
{
    r->bytes = false;
    if (take(r, "@"))
        return (RtDatum){ .kind = PK_STR, .value.str = r->named[(*r->at++ - 'A') % NAMES_MAX] };
    if (take(r, "'"))
        return (RtDatum){ .kind = PK_STR, .value.str = read_text(r) };
    if (take(r, "x'")) {
        RtDatum datum = { .kind = PK_STR, .value.str = read_hex(r) };
        r->bytes = true;
        return datum;
    }
    if (take(r, "NULL"))
        return read_null(r);
    if (take(r, "TRUE"))
        return (RtDatum){ .kind = PK_BOOL, .value.b = true };
    if (take(r, "FALSE"))
        return (RtDatum){ .kind = PK_BOOL };
    if (take(r, "["))
        return read_container(r, "]");
    if (take(r, "{"))
        return read_container(r, "}");
    if (take(r, "ROW("))
        return read_container(r, ")");
    return read_number(r);
}

/* ---- writing ---- */

static void write_value(Buf *out, const RtDatum *datum, bool bytes);

static void write_text(Buf *out, Str text, bool bytes)
{
    buf_append_str(out, bytes ? STR("x'") : STR("'"));
    for (const char *at = text.data, *end = at + text.len; at < end;) {
        if (bytes) {
            buf_printf(out, "%02X", (unsigned char)*at++);
            continue;
        }
        bool wrong = utf8_step(at, end) == 0;
        uint32_t code = wrong ? (unsigned char)*at : utf8_next(&at, end);
        if (wrong)
            buf_printf(out, "\\x%02X", (unsigned char)*at++);
        else if (code == '\'')
            buf_append_str(out, STR("''"));
        else if (code < 0x20 || (code >= 0x7F && code < 0xA1) || (code >= 0x300 && code < 0x370) || code >= 0x2000)
            buf_printf(out, "\\u{%X}", code);
        else {
            char put[UTF8_BYTES_MAX];
            buf_append(out, put, utf8_put(put, code));
        }
    }
    buf_append_char(out, '\'');
}

static void write_blob(Buf *out, Str bytes)
{
    Blob blob;
    if (!blob_open(bytes, &blob)) {
        buf_append_str(out, STR("no blob"));
        return;
    }
    buf_append_str(out, blob.shape == BLOB_ROW ? STR("ROW(") : blob.shape == BLOB_MAP ? STR("{") : STR("["));
    for (uint32_t i = 0; i < blob.count; i++) {
        if (i > 0)
            buf_append_str(out, STR(", "));
        if (blob.shape == BLOB_MAP) {
            RtDatum key = blob_key(&blob, i);
            write_value(out, &key, false);
            buf_append_str(out, STR(": "));
        }
        RtDatum item = blob_item(&blob, i);
        write_value(out, &item, false);
    }
    buf_append_char(out, blob.shape == BLOB_ROW ? ')' : blob.shape == BLOB_MAP ? '}' : ']');
}

static void write_value(Buf *out, const RtDatum *datum, bool bytes)
{
    char number[DOUBLE_TEXT_MAX];
    if (datum->is_null) {
        buf_append_str(out, STR("NULL"));
        return;
    }
    switch ((RtKind)datum->kind) {
    case PK_BOOL: buf_append_str(out, datum->value.b ? STR("TRUE") : STR("FALSE")); break;
    case PK_I8: buf_printf(out, "%d", datum->value.i8); break;
    case PK_I16: buf_printf(out, "%d", datum->value.i16); break;
    case PK_I32: buf_printf(out, "%d", datum->value.i32); break;
    case PK_I64: buf_printf(out, "%lld", (long long)datum->value.i64); break;
    case PK_F64: buf_append(out, number, double_print(datum->value.f64, number)); break;
    case PK_F32: buf_append(out, number, float_print(datum->value.f32, number)); break;
    case PK_STR: write_text(out, datum->value.str, bytes); break;
    case PK_BLOB: write_blob(out, datum->value.str); break;
    default: buf_append_str(out, STR("?")); break;
    }
}

/* ---- calls ---- */

static const FnDef *choose(Str name, const RtDatum *args, const bool *bytes, uint32_t count)
{
    const FnDef *best = NULL;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (!str_equal(name, str_from(fn->name)))
            continue;
        if (fn->form == FORM_ANY) {
            bool fits = count >= fn->args_min && (fn->args_max == FN_VARIADIC || count <= fn->args_max);
            best = fits && best == NULL ? fn : best;
            continue;
        }
        bool fits = count == fn->args_min, exact = true;
        for (uint32_t a = 0; fits && a < count; a++) {
            fits = type_word_kind((TypeWord)fn->args[a]) == args[a].kind;
            exact &= (fn->args[a] == TW_BYTES) == bytes[a];
        }
        if (fits && (exact || best == NULL))
            best = fn;
    }
    return best;
}

static void call(FnCtx *ctx, const FnDef *fn, const RtDatum *args, uint32_t count, Buf *out)
{
    RtDatum result = { 0 };
    ctx->failure.code = 0;
    fn->boxed(ctx, args, count, &result);
    if (ctx->failure.code != 0)
        buf_printf(out, "ERROR E%04u", ctx->failure.code);
    else
        write_value(out, &result, fn->result == TW_BYTES);
}

static Str read_name(Reader *r)
{
    const char *from = r->at;
    bool quoted = take(r, "\"");
    from += quoted;
    while (r->at < r->end && *r->at != (quoted ? '"' : '('))
        r->at++;
    Str name = { from, (uint64_t)(r->at - from) };
    r->at += quoted;
    return name;
}

static void print_line(const char *path, int number, Str line, Str got)
{
    fprintf(stderr, "%s:%d: %.*s\n    got %.*s\n", path, number, STR_ARG(line), STR_ARG(got));
}

/* One line; false after a message. */
static bool run_line(Arena *arena, const Str *named, const char *path, int number, Str line)
{
    Reader r = { .arena = arena, .named = named, .at = line.data, .end = line.data + line.len };
    RtDatum args[VALUES_MAX];
    bool bytes[VALUES_MAX];
    Str name = read_name(&r);
    r.failed |= !take(&r, "(");
    uint32_t count = read_list(&r, ")", args, bytes);
    r.failed |= !take(&r, "=");
    blanks(&r);
    Str wanted = str_trim((Str){ r.at, (uint64_t)(r.end - r.at) });
    const FnDef *fn = r.failed ? NULL : choose(name, args, bytes, count);
    if (fn == NULL) {
        print_line(path, number, line, STR("no such call"));
        return false;
    }
    bool good = true;
    FnSite site = { 0 };
    for (int turn = 0; turn < 3 && good; turn++) {
        FnCtx ctx = { .batch = arena, .site = turn == 0 ? NULL : &site, .watermark_us = INT64_MIN };
        Buf out = { 0 };
        call(&ctx, fn, args, count, &out);
        good = str_equal(buf_str(&out), wanted);
        if (!good)
            print_line(path, number, line, buf_str(&out));
        buf_free(&out);
    }
    if (site.cached != NULL)
        site.release(site.cached);
    return good;
}

/* @X 'text': what @X stands for from here on. */
static void read_definition(Arena *arena, Str *named, Str line)
{
    Reader r = { .arena = arena, .named = named, .at = line.data + 2, .end = line.data + line.len };
    named[(line.data[1] - 'A') % NAMES_MAX] = read_value(&r).value.str;
}

int golden_run(const char *path)
{
    FILE *file = fopen(path, "rb");
    char text[4096];
    int lines = 0, number = 0;
    bool good = true;
    Str named[NAMES_MAX] = { { NULL, 0 } };
    Arena arena, kept;
    arena_init(&arena);
    arena_init(&kept);
    if (file == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", path);
        return -1;
    }
    while (fgets(text, sizeof text, file) != NULL) {
        Str line = str_trim(str_from(text));
        number++;
        if (line.len == 0 || line.data[0] == '#')
            continue;
        if (line.data[0] == '@') {
            read_definition(&kept, named, line);
            continue;
        }
        lines++;
        good &= run_line(&arena, named, path, number, line);
        arena_reset(&arena);
    }
    fclose(file);
    arena_free(&arena);
    arena_free(&kept);
    return good ? lines : -1;
}
