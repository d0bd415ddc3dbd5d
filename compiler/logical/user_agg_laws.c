/* user_agg_laws.c -- do the clauses of an aggregate in SQL agree with each other?
 *
 * They are tried on a few rows, for what windows, sessions, stores and restarts rely on:
 *
 *   MERGE of two parts       is ACCUMULATE over the rows of both
 *   MERGE (a, b)             is MERGE (b, a)
 *   MERGE with INIT          changes nothing, from either side
 *   ACCUMULATE               gives the same whatever the order of rows
 *   RETRACT                  undoes ACCUMULATE, of the newest rows as of the oldest; of positive numbers only, for
 *                            nothing takes back the infinity that is LN(0)
 *
 * Rows are also made with one argument the same in all of them: what orders by that argument shows its ties. */
#include "compiler/logical/user_agg.h"
#include "runtime/abi/key.h"

#include <assert.h>

enum { SAMPLES = 7, POSITIVE_SAMPLES = 5, ROWS_MAX = 6, NOTHING_FIXED = UINT8_MAX, SECOND_US = 1000000 };

/* Rows of which one argument may be the same in all: what is aggregated, by number. */
typedef struct Rows {
    uint8_t count, fixed;
    uint8_t samples; /* how many there are */
    uint8_t of[ROWS_MAX];
} Rows;

typedef struct Laws {
    const UserAgg *agg;
    FnCtx ctx;
    Arena arena;
    UserAggFault fault;
} Laws;

static RtDatum sample(const Type *type, uint32_t which)
{
    static const int64_t NUMBERS[SAMPLES] = { 3, 1, 7, 2, 12, -5, 0 };
    static const char *const TEXTS[SAMPLES] = { "b", "a", "d", "abc", "c", "", "z" };
    RtKind kind = type_physical(type);
    RtDatum value = { .kind = (uint8_t)kind };
    int64_t number = NUMBERS[which];
    if (type->kind == TYPE_TIMESTAMP || type->kind == TYPE_TIMESTAMP_LTZ)
        number *= SECOND_US;
    switch (kind) {
    case PK_BOOL:
        value.value.b = which % 2 == 0;
        break;
    case PK_I8:
        value.value.i8 = (int8_t)number;
        break;
    case PK_I16:
        value.value.i16 = (int16_t)number;
        break;
    case PK_I32:
        value.value.i32 = (int32_t)number;
        break;
    case PK_I64:
        value.value.i64 = number;
        break;
    case PK_F32:
        value.value.f32 = (float)number;
        break;
    case PK_F64:
        value.value.f64 = (double)number;
        break;
    case PK_D128:
        value.value.d128 = (RtD128){ .low = (uint64_t)number, .high = number < 0 ? -1 : 0 };
        break;
    case PK_STR:
        value.value.str = str_from(TEXTS[which]);
        break;
    default:
        value.is_null = true;
        break;
    }
    return value;
}

/* ---- states ---- */

static const AggDef *form_of(const Laws *laws)
{
    return &laws->agg->base.forms[AGG_CARRY_NONE];
}

static const RtDatum *row_at(Laws *laws, const Rows *rows, uint32_t i)
{
    const UserAgg *agg = laws->agg;
    RtDatum *args = ARENA_ARRAY(&laws->arena, RtDatum, agg->base.param_count + 1);
    for (uint32_t p = 0; p < agg->base.param_count; p++)
        args[p] = sample(agg->param_types[p], rows->fixed == p ? 0 : (rows->of[i] + 2 * p) % rows->samples);
    return args;
}

static void *state_new(Laws *laws)
{
    return arena_alloc_zeroed(&laws->arena, USER_AGG_HEAD_BYTES + laws->agg->base.layout.row_bytes + 8, 8);
}

static void *state_of(Laws *laws, const Rows *rows)
{
    void *state = state_new(laws);
    for (uint32_t i = 0; i < rows->count; i++)
        form_of(laws)->step(&laws->ctx, state, row_at(laws, rows, i));
    return state;
}

/* The state of INIT: of rows that were all taken back. */
static void *state_init(Laws *laws)
{
    char *state = state_new(laws);
    uint64_t head = USER_AGG_LIVE;
    if (!laws->agg->base.start(&laws->agg->base, &laws->ctx, state + USER_AGG_HEAD_BYTES))
        head = USER_AGG_BROKEN;
    memcpy(state, &head, sizeof head);
    return state;
}

static void *merged(Laws *laws, void *into, const void *from)
{
    form_of(laws)->merge(&laws->ctx, into, from);
    return into;
}

static bool is_broken(const void *state)
{
    uint64_t head;
    memcpy(&head, state, sizeof head);
    return head == USER_AGG_BROKEN;
}

static Rows part_of(const Rows *rows, uint32_t from, uint32_t count)
{
    Rows part = { .count = (uint8_t)count, .fixed = rows->fixed, .samples = rows->samples };
    memcpy(part.of, rows->of + from, count);
    return part;
}

static Rows reversed(const Rows *rows)
{
    Rows other = *rows;
    for (uint32_t i = 0; i < rows->count; i++)
        other.of[i] = rows->of[rows->count - 1 - i];
    return other;
}

/* ---- comparing ---- */

static bool near(double a, double b)
{
    double size = (a < 0 ? -a : a) + (b < 0 ? -b : b), apart = a < b ? b - a : a - b;
    return a == b || (a != a && b != b) || apart <= size * 1e-9;
}

static Str text_of(Laws *laws, const Type *type, RtDatum value)
{
    return expr_text(&laws->arena, &(Expr){ .op = EXPR_LITERAL, .type = type, .literal = value });
}

/* The same result; numbers with a point within what rounding does. */
static bool same_result(Laws *laws, const void *a, const void *b, Str *texts)
{
    const Type *type = laws->agg->finish->type;
    RtDatum x = datum_null(type_physical(type)), y = x;
    form_of(laws)->final(&laws->ctx, a, &x);
    form_of(laws)->final(&laws->ctx, b, &y);
    texts[0] = text_of(laws, type, x);
    texts[1] = text_of(laws, type, y);
    if (!x.is_null && !y.is_null && x.kind == PK_F64)
        return near(x.value.f64, y.value.f64);
    if (!x.is_null && !y.is_null && x.kind == PK_F32)
        return near((double)x.value.f32, (double)y.value.f32) || x.value.f32 == y.value.f32;
    return str_equal(key_of_values(&laws->arena, &x, 1), key_of_values(&laws->arena, &y, 1));
}

static Str rows_text(Laws *laws, const Rows *rows)
{
    Str text = STR_EMPTY;
    for (uint32_t i = 0; i < rows->count; i++) {
        const RtDatum *args = row_at(laws, rows, i);
        text = str_printf(&laws->arena, "%.*s%s(", STR_ARG(text), i == 0 ? "" : ", ");
        for (uint32_t p = 0; p < laws->agg->base.param_count; p++) {
            Str value = text_of(laws, laws->agg->param_types[p], args[p]);
            text = str_printf(&laws->arena, "%.*s%s%.*s", STR_ARG(text), p == 0 ? "" : ", ", STR_ARG(value));
        }
        text = str_printf(&laws->arena, "%.*s)", STR_ARG(text));
    }
    return text;
}

/* Something to say of the two states, with what each gives? */
static bool differ(Laws *laws, const void *a, const void *b, Str *texts)
{
    return laws->fault.text.len == 0 && !is_broken(a) && !is_broken(b) && !same_result(laws, a, b, texts);
}

/* ---- the laws ---- */

static void try_merge(Laws *laws, const Rows *rows, uint32_t left)
{
    Rows first = part_of(rows, 0, left), second = part_of(rows, left, rows->count - left);
    Str texts[2];
    void *together = state_of(laws, rows);
    void *in_order = merged(laws, state_of(laws, &first), state_of(laws, &second));
    if (differ(laws, together, in_order, texts))
        laws->fault.text = str_printf(&laws->arena,
                                      "MERGE does not agree with ACCUMULATE: a state of %u row%s merged with one of %u "
                                      "gives %.*s, not %.*s",
                                      left, left == 1 ? "" : "s", second.count, STR_ARG(texts[1]), STR_ARG(texts[0]));
    void *turned = merged(laws, state_of(laws, &second), state_of(laws, &first));
    if (!differ(laws, in_order, turned, texts))
        return;
    Str a = rows_text(laws, &first), b = rows_text(laws, &second);
    laws->fault.is_of_order = true;
    laws->fault.text = str_printf(&laws->arena,
                                  "MERGE depends on the order of its parts: the state of %.*s merged with that of "
                                  "%.*s gives %.*s, the other way round %.*s",
                                  STR_ARG(a), STR_ARG(b), STR_ARG(texts[0]), STR_ARG(texts[1]));
}

static void try_init(Laws *laws, const Rows *rows)
{
    void *wanted = state_of(laws, rows);
    for (uint32_t side = 0; side < 2; side++) {
        Str texts[2];
        void *state = state_of(laws, rows), *init = state_init(laws);
        void *got = side == 0 ? merged(laws, state, init) : merged(laws, init, state);
        if (differ(laws, wanted, got, texts))
            laws->fault.text = str_printf(
                &laws->arena, "MERGE %s the state of INIT changes the result: of %u row%s it gives %.*s, not %.*s",
                side == 0 ? "with" : "into", rows->count, rows->count == 1 ? "" : "s", STR_ARG(texts[1]),
                STR_ARG(texts[0]));
    }
}

static void try_order(Laws *laws, const Rows *rows)
{
    Rows other = reversed(rows);
    Str texts[2];
    if (!differ(laws, state_of(laws, rows), state_of(laws, &other), texts))
        return;
    Str a = rows_text(laws, rows), b = rows_text(laws, &other);
    laws->fault.is_of_order = true;
    laws->fault.text =
        str_printf(&laws->arena, "ACCUMULATE depends on the order of rows: %.*s gives %.*s, and %.*s gives %.*s",
                   STR_ARG(a), STR_ARG(texts[0]), STR_ARG(b), STR_ARG(texts[1]));
}

/* Some rows at the beginning or the end are taken back. */
static void try_retract(Laws *laws, const Rows *rows, uint32_t go, bool oldest)
{
    uint32_t stay = rows->count - go;
    Rows left = part_of(rows, oldest ? go : 0, stay), gone = part_of(rows, oldest ? 0 : stay, go);
    void *wanted = state_of(laws, &left), *got = state_of(laws, rows);
    Str texts[2];
    for (uint32_t i = 0; i < go; i++)
        form_of(laws)->retract(&laws->ctx, got, row_at(laws, &gone, i));
    if (!differ(laws, wanted, got, texts))
        return;
    const char *which = oldest ? "first" : "last";
    const char *are = go == 1 ? " is" : arena_printf(&laws->arena, " %u are", go);
    laws->fault.text = str_printf(&laws->arena,
                                  "RETRACT does not agree with ACCUMULATE: a state of %u rows of which the %s%s taken "
                                  "back gives %.*s, not %.*s",
                                  rows->count, which, are, STR_ARG(texts[1]), STR_ARG(texts[0]));
}

static void try_rows(Laws *laws, uint32_t from, uint8_t fixed)
{
    Rows all = { .count = ROWS_MAX, .fixed = fixed, .samples = SAMPLES };
    for (uint32_t i = 0; i < ROWS_MAX; i++)
        all.of[i] = (uint8_t)((from + i) % SAMPLES);
    for (uint32_t left = 1; left <= 3; left++) {
        for (uint32_t right = 1; right <= 3; right++) {
            Rows rows = part_of(&all, 0, left + right);
            try_merge(laws, &rows, left);
        }
        Rows rows = part_of(&all, 0, left);
        try_init(laws, &rows);
    }
    for (uint32_t count = 2; count <= 4; count++) {
        Rows rows = part_of(&all, 0, count);
        try_order(laws, &rows);
    }
    bool retracts = laws->agg->retract != NULL && from == 0;
    for (uint32_t go = 1; retracts && go <= 3; go++) {
        Rows rows = part_of(&all, 0, 2 + go);
        rows.samples = POSITIVE_SAMPLES;
        try_retract(laws, &rows, go, false);
        try_retract(laws, &rows, go, true);
    }
}

UserAggFault user_agg_fault(Arena *arena, const UserAgg *agg)
{
    Laws laws = { .agg = agg };
    arena_init(&laws.arena);
    laws.ctx = (FnCtx){ .batch = &laws.arena, .watermark_us = INT64_MIN, .user = &agg->base };
    for (uint32_t from = 0; from < SAMPLES; from += 3)
        try_rows(&laws, from, NOTHING_FIXED);
    for (uint32_t p = 0; agg->base.param_count > 1 && p < agg->base.param_count; p++)
        try_rows(&laws, 0, (uint8_t)p);
    UserAggFault fault = { .text = str_copy(arena, laws.fault.text), .is_of_order = laws.fault.is_of_order };
    arena_free(&laws.arena);
    return fault;
}
