/* agg_user.c -- see agg_user.h.
 *
 * Bytes of a state: the head as one byte, then for each field one byte that says whether it is NULL, and its value. */
#include "stdlib/agg_user.h"

#include <assert.h>
#include <string.h>

enum { E_NO_STATE = 651 };

static const FnUserAgg *user_of(const FnCtx *ctx)
{
    assert(ctx->user != NULL && "who calls a form says whose it is");
    return ctx->user;
}

static uint64_t head_of(const void *state)
{
    uint64_t head;
    memcpy(&head, state, sizeof head);
    return head;
}

static void set_head(void *state, uint64_t head)
{
    memcpy(state, &head, sizeof head);
}

static void *row_of(void *state)
{
    return (char *)state + USER_AGG_HEAD_BYTES;
}

static const void *row_in(const void *state)
{
    return (const char *)state + USER_AGG_HEAD_BYTES;
}

static void after(FnCtx *ctx, void *state, bool good)
{
    if (!good) {
        ctx->failure.code = 0;
        set_head(state, USER_AGG_BROKEN);
    } else if (head_of(state) == USER_AGG_EMPTY) {
        set_head(state, USER_AGG_LIVE);
    }
}

static void begin(const FnUserAgg *agg, FnCtx *ctx, void *state)
{
    if (head_of(state) == USER_AGG_EMPTY)
        after(ctx, state, agg->start(agg, ctx, row_of(state)));
}

static void user_step(FnCtx *ctx, void *state, const RtDatum *args)
{
    const FnUserAgg *agg = user_of(ctx);
    begin(agg, ctx, state);
    after(ctx, state, agg->step(agg, ctx, row_of(state), args, false));
}

static void user_retract(FnCtx *ctx, void *state, const RtDatum *args)
{
    const FnUserAgg *agg = user_of(ctx);
    begin(agg, ctx, state);
    after(ctx, state, agg->step(agg, ctx, row_of(state), args, true));
}

static void user_merge(FnCtx *ctx, void *into, const void *from)
{
    const FnUserAgg *agg = user_of(ctx);
    if (head_of(from) == USER_AGG_EMPTY)
        return;
    if (head_of(into) == USER_AGG_EMPTY) {
        memcpy(into, from, USER_AGG_HEAD_BYTES + agg->layout.row_bytes);
        return;
    }
    FnUserMerge merge = ctx->merges != NULL ? ctx->merges[agg->number] : agg->merge;
    after(ctx, into, merge(agg, ctx, row_of(into), row_in(from)));
    if (head_of(from) == USER_AGG_BROKEN)
        set_head(into, USER_AGG_BROKEN);
}

static void user_final(FnCtx *ctx, const void *state, RtDatum *out)
{
    const FnUserAgg *agg = user_of(ctx);
    char *row = arena_alloc_zeroed(ctx->batch, agg->layout.row_bytes + 8, 8);
    bool good = head_of(state) != USER_AGG_BROKEN;
    if (good && head_of(state) == USER_AGG_EMPTY)
        good = agg->start(agg, ctx, row);
    else if (good)
        memcpy(row, row_in(state), agg->layout.row_bytes);
    good = good && agg->final(agg, ctx, row, out);
    if (good)
        return;
    ctx->failure.code = 0;
    ctx->overflow_count++;
    out->is_null = true;
}

/* ---- bytes ---- */

static Str user_put(FnCtx *ctx, const void *state)
{
    const FnUserAgg *agg = user_of(ctx);
    uint64_t head = head_of(state), bytes = 1;
    if (head == USER_AGG_EMPTY)
        return STR_EMPTY;
    for (uint32_t c = 0; c < agg->layout.column_count; c++)
        bytes += 1 + kind_bytes((RtKind)agg->layout.kinds[c]);
    char *out = fn_alloc(ctx, bytes), *at = out;
    memset(out, 0, bytes);
    *at++ = (char)head;
    for (uint32_t c = 0; c < agg->layout.column_count; c++) {
        uint32_t size = kind_bytes((RtKind)agg->layout.kinds[c]);
        RtDatum value = row_get(row_in(state), &agg->layout, c);
        *at++ = (char)!value.is_null;
        if (!value.is_null)
            memcpy(at, &value.value, size);
        at += size;
    }
    return (Str){ out, bytes };
}

static bool user_get(FnCtx *ctx, void *state, Str bytes)
{
    const FnUserAgg *agg = user_of(ctx);
    const char *at = bytes.data, *end = bytes.data + bytes.len;
    if (bytes.len == 0)
        return true;
    uint8_t head = (uint8_t)*at++;
    if (head != USER_AGG_LIVE && head != USER_AGG_BROKEN)
        return false;
    row_clear(row_of(state), &agg->layout);
    for (uint32_t c = 0; c < agg->layout.column_count; c++) {
        uint32_t size = kind_bytes((RtKind)agg->layout.kinds[c]);
        if (end - at < 1 + (int64_t)size || (uint8_t)*at > 1)
            return false;
        RtDatum value = { .kind = agg->layout.kinds[c], .is_null = *at++ == 0 };
        memcpy(&value.value, at, size);
        at += size;
        row_set(row_of(state), &agg->layout, c, value);
    }
    set_head(state, head);
    return at == end;
}

void agg_user_take(FnCtx *ctx, void *state, Str bytes)
{
    const FnUserAgg *agg = user_of(ctx);
    char *other = arena_alloc_zeroed(ctx->batch, USER_AGG_HEAD_BYTES + agg->layout.row_bytes + 8, 8);
    if (user_get(ctx, other, bytes))
        user_merge(ctx, state, other);
    else
        fn_fail(ctx, E_NO_STATE, "these bytes are no state of %s", agg->forms[0].name);
}

Str agg_user_give(FnCtx *ctx, const void *state)
{
    return user_put(ctx, state);
}

static void user_take(FnCtx *ctx, void *state, const RtDatum *arg)
{
    agg_user_take(ctx, state, arg->value.str);
}

static void user_give(FnCtx *ctx, const void *state, RtDatum *out)
{
    *out = (RtDatum){ .kind = PK_STR, .value.str = user_put(ctx, state) };
}

/* ---- the rows of the registry ---- */

void agg_user_forms(FnUserAgg *agg, const char *name, const char *symbol, uint32_t traits)
{
    for (uint32_t carry = AGG_CARRY_NONE; carry <= AGG_CARRY_IN; carry++) {
        bool takes = carry == AGG_CARRY_ON || carry == AGG_CARRY_IN;
        bool gives = carry == AGG_CARRY_ON || carry == AGG_CARRY_OUT;
        agg->forms[carry] = (AggDef){
            .name = name,
            .symbol = symbol,
            .result = TW_BYTES,
            .arg = (uint8_t)(takes                   ? TW_BYTES
                             : agg->param_count == 0 ? TW_COUNT
                                                     : TW_ANY),
            .state_bytes = USER_AGG_HEAD_BYTES + agg->layout.row_bytes,
            .state_align = 8,
            .traits = takes ? traits & ~(uint32_t)AGG_RETRACTS : traits,
            .step = takes ? user_take : user_step,
            .merge = user_merge,
            .retract = !takes && (traits & AGG_RETRACTS) != 0 ? user_retract : NULL,
            .final = gives ? user_give : user_final,
            .put = user_put,
            .get = user_get,
            .carry = (uint8_t)carry,
            .row = AGG_DEF_COUNT + agg->number,
            .user = agg,
            .size = "the fields of its state",
            .doc = "written in SQL",
        };
    }
}
