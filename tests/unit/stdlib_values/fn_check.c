/* fn_check.c -- parses a row, finds the function, calls it in all forms. */
#include "tests/unit/stdlib_values/fn_check.h"

#include "runtime/base/decimal.h"
#include "runtime/base/interval.h"
#include "runtime/base/timetext.h"
#include "runtime/time/zone.h"
#include "stdlib/wrappers.h"

/* ---- machine forms, called by their true types ---- */

#define BY_VALUE(K, member)                                                                                            \
    static Machine_##K machine_##K(const RtDatum *a)                                                                   \
    {                                                                                                                  \
        return a->value.member;                                                                                        \
    }                                                                                                                  \
    static void take_##K(RtDatum *out, Out_##K value)                                                                  \
    {                                                                                                                  \
        *out = (RtDatum){ .value.member = value, .kind = PK_##K };                                                     \
    }
#define BY_POINTER(K, member)                                                                                          \
    static Machine_##K machine_##K(const RtDatum *a)                                                                   \
    {                                                                                                                  \
        return &a->value.member;                                                                                       \
    }                                                                                                                  \
    static void take_##K(RtDatum *out, Out_##K value)                                                                  \
    {                                                                                                                  \
        *out = (RtDatum){ .value.member = value, .kind = PK_##K };                                                     \
    }
BY_VALUE(BOOL, b)
BY_VALUE(I8, i8)
BY_VALUE(I16, i16)
BY_VALUE(I32, i32)
BY_VALUE(I64, i64)
BY_VALUE(F32, f32)
BY_VALUE(F64, f64)
BY_POINTER(D128, d128)
BY_POINTER(TIME96, time96)
BY_POINTER(STR, str)
BY_POINTER(BLOB, str)

#define TYPE_WORD(word, K, ctype, doc)                                                                                 \
    static inline FnMachine_##word machine_word_##word(const RtDatum *a)                                               \
    {                                                                                                                  \
        return machine_##K(a);                                                                                         \
    }                                                                                                                  \
    static inline void take_word_##word(RtDatum *out, FnOut_##word value)                                              \
    {                                                                                                                  \
        take_##K(out, value);                                                                                          \
    }
#include "stdlib/types.def"
#undef TYPE_WORD

#define CALLER_SAME(symbol, R, ...)
#define CALLER_FIRST(symbol, R, ...)                                                                                   \
    static bool call_##symbol(FnCtx *ctx, const RtDatum *args, RtDatum *out)                                           \
    {                                                                                                                  \
        (void)args;                                                                                                    \
        FnOut_##R value;                                                                                               \
        memset(&value, 0xEE, sizeof value);                                                                            \
        bool known = rtw_##symbol(ctx, ##__VA_ARGS__, &value);                                                         \
        take_word_##R(out, value);                                                                                     \
        return known;                                                                                                  \
    }
#define M(word, i) machine_word_##word(&args[i])
#define FN_ROW0(form, first, name, symbol, R, traits, doc) CALLER_##first(symbol, R)
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc) CALLER_##first(symbol, R, M(A, 0))
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc) CALLER_##first(symbol, R, M(A, 0), M(B, 1))
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc) CALLER_##first(symbol, R, M(A, 0), M(B, 1), M(C, 2))
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc)                                                 \
    CALLER_##first(symbol, R, M(A, 0), M(B, 1), M(C, 2), M(D, 3))
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc)                                              \
    CALLER_##first(symbol, R, M(A, 0), M(B, 1), M(C, 2), M(D, 3), M(E, 4))
#define FN_ROW_ANY(first, name, symbol, R, fewest, most, traits, doc)
#include "stdlib/fn_rows.def"

typedef struct Caller {
    const char *symbol;
    bool (*call)(FnCtx *ctx, const RtDatum *args, RtDatum *out);
} Caller;

static const Caller CALLERS[] = {
#define ENTRY_SAME(symbol)
#define ENTRY_FIRST(symbol) { #symbol, call_##symbol },
#define FN_ROW0(form, first, name, symbol, R, traits, doc) ENTRY_##first(symbol)
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc) ENTRY_##first(symbol)
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc) ENTRY_##first(symbol)
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc) ENTRY_##first(symbol)
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc) ENTRY_##first(symbol)
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc) ENTRY_##first(symbol)
#define FN_ROW_ANY(first, name, symbol, R, fewest, most, traits, doc)
#include "stdlib/fn_rows.def"
};

bool fn_call_machine(const FnDef *fn, FnCtx *ctx, const RtDatum *args, RtDatum *out)
{
    for (size_t i = 0; i < COUNT(CALLERS); i++)
        if (strcmp(CALLERS[i].symbol, fn->symbol) == 0)
            return CALLERS[i].call(ctx, args, out);
    fail_msg("no machine form of %s", fn->symbol);
    return false;
}

/* ---- values as text ---- */

static TypeWord find_word(Str name)
{
    for (uint32_t i = 0; i < TW_COUNT; i++)
        if (str_equal(name, str_from(type_word_name((TypeWord)i))))
            return (TypeWord)i;
    fail_msg("no type word %.*s", STR_ARG(name));
    return TW_COUNT;
}

static Str hex_bytes(Arena *arena, Str text)
{
    char *out = arena_alloc(arena, text.len / 2 + 1, 1);
    for (uint64_t i = 0; i + 1 < text.len; i += 2) {
        char digits[3] = { text.data[i], text.data[i + 1], 0 };
        out[i / 2] = (char)strtol(digits, NULL, 16);
    }
    return (Str){ out, text.len / 2 };
}

static double parse_floating(Str text)
{
    double value = 0;
    if (str_equal(text, STR("NaN")))
        return NAN;
    if (str_equal(text, STR("Infinity")) || str_equal(text, STR("-Infinity")))
        return text.data[0] == '-' ? -INFINITY : INFINITY;
    assert_int_equal(double_parse(text, &value), PARSE_OK);
    return value;
}

static RtDatum parse_time(TypeWord word, Str text)
{
    RtDatum out = { .kind = (uint8_t)type_word_kind(word) };
    TimeText time;
    switch (word) {
    case TW_DATE:
        assert_int_equal(date_parse(text, &out.value.i32), PARSE_OK);
        break;
    case TW_TIME:
        assert_int_equal(time_parse(text, &out.value.i32), PARSE_OK);
        break;
    case TW_TIMESTAMP9:
    case TW_TIMESTAMP_LTZ9:
        assert_int_equal(timestamp_parse(text, TIME_FORM_SQL, &time), PARSE_OK);
        out.value.time96 = (RtTime96){ time.us, time.ns, 0 };
        break;
    default:
        assert_int_equal(timestamp_parse(text, TIME_FORM_SQL, &time), PARSE_OK);
        out.value.i64 = time.us;
    }
    return out;
}

static RtDatum parse_value(Arena *arena, TypeWord word, Str text)
{
    RtDatum out = { .kind = (uint8_t)type_word_kind(word) };
    int64_t whole = 0;
    __int128 unscaled = 0;
    if (str_equal(text, STR("NULL")))
        return datum_null((RtKind)out.kind);
    switch (word) {
    case TW_DATE:
    case TW_TIME:
    case TW_TIMESTAMP:
    case TW_TIMESTAMP_LTZ:
    case TW_TIMESTAMP9:
    case TW_TIMESTAMP_LTZ9:
        return parse_time(word, text);
    case TW_STRING:
        out.value.str = text;
        return out;
    case TW_BYTES:
        out.value.str = hex_bytes(arena, text);
        return out;
    case TW_BOOLEAN:
        out.value.b = str_equal(text, STR("TRUE"));
        return out;
    case TW_DECIMAL:
        assert_int_equal(decimal_parse(text, 38, 0, &unscaled), PARSE_OK);
        out.value.d128 = d128_from(unscaled);
        return out;
    case TW_FLOAT:
        out.value.f32 = (float)parse_floating(text);
        return out;
    case TW_DOUBLE:
        out.value.f64 = parse_floating(text);
        return out;
    default:
        break;
    }
    if (time_unit_find(text) != UNIT_COUNT && word == TW_INT)
        whole = time_unit_find(text);
    else
        assert_int_equal(int_parse(text, &whole), PARSE_OK);
    switch ((RtKind)out.kind) {
    case PK_I8:
        out.value.i8 = (int8_t)whole;
        break;
    case PK_I16:
        out.value.i16 = (int16_t)whole;
        break;
    case PK_I32:
        out.value.i32 = (int32_t)whole;
        break;
    default:
        out.value.i64 = whole;
    }
    return out;
}

/* All values of a kind have one printed form; a failing row shows both. */
static Str print_value(Arena *arena, TypeWord word, const RtDatum *a)
{
    char out[DECIMAL_TEXT_MAX + TIMESTAMP_TEXT_MAX];
    if (a->is_null)
        return STR("NULL");
    const RtValue *v = &a->value;
    switch (word) {
    case TW_BOOLEAN:
        return v->b ? STR("TRUE") : STR("FALSE");
    case TW_FLOAT:
        return str_copy(arena, (Str){ out, float_print(v->f32, out) });
    case TW_DOUBLE:
        return str_copy(arena, (Str){ out, double_print(v->f64, out) });
    case TW_DECIMAL:
        return str_copy(arena, (Str){ out, decimal_print(d128_get(v->d128), 0, out) });
    case TW_DATE:
        return str_copy(arena, (Str){ out, date_print(v->i32, out) });
    case TW_TIME:
        return str_copy(arena, (Str){ out, time_print(v->i32 * US_PER_MS, 0, 3, out) });
    case TW_TIMESTAMP:
    case TW_TIMESTAMP_LTZ:
        return str_copy(arena, (Str){ out, timestamp_print(v->i64, 0, 6, ' ', out) });
    case TW_TIMESTAMP9:
    case TW_TIMESTAMP_LTZ9:
        return str_copy(arena, (Str){ out, timestamp_print(v->time96.us, v->time96.ns, 9, ' ', out) });
    case TW_STRING:
        return v->str;
    case TW_BYTES: {
        char *hex = arena_alloc(arena, 2 * v->str.len + 1, 1);
        for (uint64_t i = 0; i < v->str.len; i++)
            snprintf(hex + 2 * i, 3, "%02x", (unsigned)(uint8_t)v->str.data[i]);
        return (Str){ hex, 2 * v->str.len };
    }
    default:
        break;
    }
    int64_t whole = a->kind == PK_I8    ? v->i8
                    : a->kind == PK_I16 ? v->i16
                    : a->kind == PK_I32 ? v->i32
                                        : v->i64;
    return str_copy(arena, (Str){ out, int_print(whole, out) });
}

/* ---- rows ---- */

typedef struct Row {
    const FnDef *fn;
    TypeWord words[FN_ARGS_MAX], result;
    RtDatum args[FN_ARGS_MAX];
    uint32_t count;
    Str expected;
} Row;

/* "WORD value"; a word alone is the empty text. */
static Str split_word(Str text, TypeWord *word)
{
    int64_t blank = str_find(text, STR(" "));
    uint64_t end = blank < 0 ? text.len : (uint64_t)blank;
    *word = find_word(str_slice(text, 0, end));
    return blank < 0 ? STR_EMPTY : str_slice(text, end + 1, text.len - end - 1);
}

static const FnDef *find_function(const Row *row, const char *name)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (strcmp(fn->name, name) != 0 || row->count < fn->args_min)
            continue;
        if (fn->form == FORM_ANY)
            return fn;
        bool same = fn->args_min == row->count && fn->result == row->result;
        for (uint32_t a = 0; a < row->count && same; a++)
            same = fn->args[a] == row->words[a];
        if (same)
            return fn;
    }
    return NULL;
}

static Row parse_row(Arena *arena, const FnCase *source)
{
    Row row = { 0 };
    Str rest = str_from(source->args);
    while (rest.len > 0) {
        int64_t bar = str_find(rest, STR(" | "));
        Str piece = bar < 0 ? rest : str_slice(rest, 0, (uint64_t)bar);
        rest = bar < 0 ? STR_EMPTY : str_slice(rest, (uint64_t)bar + 3, rest.len - (uint64_t)bar - 3);
        Str value = split_word(piece, &row.words[row.count]);
        row.args[row.count] = parse_value(arena, row.words[row.count], value);
        row.count++;
    }
    row.expected = split_word(str_from(source->answer), &row.result);
    row.fn = find_function(&row, source->name);
    return row;
}

static void check_answer(const FnCase *source, Arena *arena, const Row *row, const FnCtx *ctx, const RtDatum *out)
{
    Str printed = print_value(arena, row->result, out);
    if (ctx->failure.code != 0)
        printed = str_printf(arena, "!%u", ctx->failure.code);
    if (!str_equal(printed, row->expected))
        fail_msg("%s(%s): got %.*s %s, expected %s", source->name, source->args, STR_ARG(printed), ctx->failure.text,
                 source->answer);
}

static bool same_datum(const RtDatum *a, const RtDatum *b)
{
    if (a->is_null || b->is_null || a->kind != b->kind)
        return a->is_null == b->is_null && a->kind == b->kind;
    if (a->kind == PK_STR || a->kind == PK_BLOB)
        return str_equal(a->value.str, b->value.str);
    return memcmp(&a->value, &b->value, kind_bytes((RtKind)a->kind)) == 0;
}

static void check_row(const FnCase *source, FnCtx *ctx)
{
    Row row = parse_row(ctx->batch, source);
    if (row.fn == NULL)
        fail_msg("no row of functions.def for %s(%s) -> %s", source->name, source->args, source->answer);
    RtDatum boxed = { 0 }, machine = { 0 };
    ctx->failure = (FnFailure){ 0 };
    row.fn->boxed(ctx, row.args, row.count, &boxed);
    check_answer(source, ctx->batch, &row, ctx, &boxed);
    if (ctx->failure.code != 0 && !(row.fn->traits & FN_CAN_FAIL))
        fail_msg("%s(%s): fails, but its row has no FN_CAN_FAIL", source->name, source->args);
    bool any_null = false;
    for (uint32_t i = 0; i < row.count; i++)
        any_null |= row.args[i].is_null;
    if (row.fn->form == FORM_ANY || any_null)
        return;
    FnFailure first = ctx->failure;
    ctx->failure = (FnFailure){ 0 };
    if (!fn_call_machine(row.fn, ctx, row.args, &machine))
        machine = datum_null((RtKind)machine.kind);
    if (first.code == 0 && !same_datum(&boxed, &machine))
        fail_msg("%s(%s): boxed and machine form differ", source->name, source->args);
    if (strcmp(first.text, ctx->failure.text) != 0)
        fail_msg("%s(%s): boxed and machine form fail differently", source->name, source->args);
    for (uint32_t i = 0; i < row.count; i++) {
        RtDatum kept = row.args[i];
        row.args[i] = datum_null((RtKind)kept.kind);
        row.fn->boxed(ctx, row.args, row.count, &boxed);
        if (!boxed.is_null)
            fail_msg("%s(%s): not NULL when argument %u is", source->name, source->args, i);
        row.args[i] = kept;
    }
}

void fn_check(const FnCase *cases, size_t count, const char *zone)
{
    Arena arena;
    arena_init(&arena);
    RtError error = { { 0 } };
    FnCtx ctx = { .batch = &arena, .watermark_us = INT64_MIN };
    if (zone != NULL)
        ctx.zone = zone_open(&arena, str_from(zone), &error);
    assert_true(zone == NULL || ctx.zone != NULL);
    for (size_t i = 0; i < count; i++)
        check_row(&cases[i], &ctx);
    arena_free(&arena);
}
