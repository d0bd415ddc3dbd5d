/* lite_fn.c -- see lite_fn.h. */
#include "compiler/sqlite/lite_fn.h"

#include "compiler/logical/expr_eval.h"
#include "compiler/sqlite/lite_value.h"
#include "runtime/base/alloc.h"

#include <assert.h>
#include <stdio.h>

enum { HEAP_BYTES_MAX = 1 << 30, STATE_ALIGN_MAX = 16, NAME_MAX_BYTES = 16 };

/* The first reason is kept. */
static void give_up(LiteFns *fns, sqlite3_context *context, Str why)
{
    if (fns->no_opinion.len == 0)
        fns->no_opinion = str_copy(fns->arena, why);
    sqlite3_result_error(context, "no opinion", -1);
}

static void answer(LiteFns *fns, sqlite3_context *context, RtDatum datum)
{
    if (fns->fn.failure.code != 0)
        give_up(fns, context, str_printf(fns->arena, "a row is bad (%s)", fns->fn.failure.text));
    else
        lite_result(context, datum);
    fns->fn.failure = (FnFailure){ 0 };
    arena_reset(&fns->batch);
}

/* ---- scalar bodies ---- */

static void call_scalar(sqlite3_context *context, int count, sqlite3_value **values)
{
    LiteSite *site = sqlite3_user_data(context);
    LiteFns *fns = site->fns;
    const Expr *expr = site->call->expr;
    RtDatum *args = ARENA_ARRAY(&fns->batch, RtDatum, (uint64_t)count + 1);
    for (int i = 0; i < count; i++) {
        args[i] = lite_datum(values[i], type_physical(expr->args[i]->type));
        if (expr->fn->form != FORM_ANY)
            args[i] = datum_to_kind(args[i], type_word_kind((TypeWord)expr->fn->args[i]));
    }
    RtKind kind = type_physical(expr->type);
    RtDatum out = datum_null(kind);
    fns->fn.site = (expr->fn->traits & FN_SITE) != 0 ? &site->site : NULL;
    expr->fn->boxed(&fns->fn, args, (uint32_t)count, &out);
    if (fns->fn.failure.code != 0 && (site->call->is_forgiving || site->call->taints)) {
        fns->is_tainted = fns->is_tainted || !site->call->is_forgiving;
        fns->fn.failure = (FnFailure){ 0 };
        out = datum_null(kind);
    }
    answer(fns, context, fns->fn.failure.code != 0 ? out : datum_to_kind(out, kind));
}

static void convert(sqlite3_context *context, sqlite3_value *value, RtKind from, RtKind to)
{
    LiteFns *fns = sqlite3_user_data(context);
    answer(fns, context, datum_to_kind(lite_datum(value, from), to));
}

static void call_widen(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    convert(context, values[0], PK_I64, PK_D128);
}

static void call_narrow(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    convert(context, values[0], PK_D128, PK_I64);
}

/* -0 as 0. */
static void call_plus_zero(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    RtDatum datum = lite_datum(values[0], PK_F64);
    datum.value.f64 = datum.is_null ? 0 : datum.value.f64 + 0.0;
    answer(sqlite3_user_data(context), context, datum);
}

static void call_no_window(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    give_up(sqlite3_user_data(context), context, STR("a row is bad (its event time is NULL)"));
}

static void call_copy_of_copy(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    give_up(sqlite3_user_data(context), context, STR("a row is near copies, but not near the row that counts"));
}

static void call_taint(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    LiteFns *fns = sqlite3_user_data(context);
    sqlite3_result_int(context, fns->is_tainted);
    fns->is_tainted = false;
}

/* ---- aggregates ---- */

static char *aligned(void *state)
{
    uintptr_t at = (uintptr_t)state;
    return (char *)((at + STATE_ALIGN_MAX - 1) / STATE_ALIGN_MAX * STATE_ALIGN_MAX);
}

static void call_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    const LiteSite *site = sqlite3_user_data(context);
    const AggCall *call = site->aggregate;
    LiteFns *fns = site->fns;
    RtDatum arg = { 0 };
    if (count > 0) {
        arg = lite_datum(values[0], type_physical(call->arg->type));
        if (arg.is_null)
            return;
        if (call->agg->arg != TW_ANY)
            arg = datum_to_kind(arg, type_word_kind((TypeWord)call->agg->arg));
    }
    void *state = sqlite3_aggregate_context(context, (int)call->agg->state_bytes + STATE_ALIGN_MAX);
    if (state == NULL)
        mem_exhausted();
    fns->fn.heap = &fns->heap;
    fns->fn.user = call->agg->user;
    call->agg->step(&fns->fn, aligned(state), count > 0 ? &arg : NULL);
    fns->fn.heap = NULL;
    if (fns->pool.refused != STATE_REFUSED_NOT)
        mem_exhausted();
    arena_reset(&fns->batch);
}

static void call_final(sqlite3_context *context)
{
    const LiteSite *site = sqlite3_user_data(context);
    const AggCall *call = site->aggregate;
    LiteFns *fns = site->fns;
    uint64_t bytes = call->agg->state_bytes + STATE_ALIGN_MAX;
    void *state = sqlite3_aggregate_context(context, 0);
    if (state == NULL) /* no row counted */
        state = arena_alloc_zeroed(&fns->batch, bytes, STATE_ALIGN_MAX);
    RtKind kind = type_physical(call->type);
    RtDatum out = datum_null(kind);
    fns->fn.heap = &fns->heap;
    fns->fn.user = call->agg->user;
    call->agg->final(&fns->fn, aligned(state), &out);
    fns->fn.heap = NULL;
    answer(fns, context, fns->fn.failure.code != 0 ? out : datum_to_kind(out, kind));
}

/* ---- registering ---- */

/* Not SQLITE_DETERMINISTIC: what looks constant would be called before the first row, and could not taint its row. */
enum { FN_FLAGS = SQLITE_UTF8 };

static bool register_sites(LiteFns *fns, sqlite3 *connection, const LiteQuery *query)
{
    char name[NAME_MAX_BYTES];
    int code = SQLITE_OK;
    for (uint32_t i = 0; code == SQLITE_OK && i < query->calls.count; i++) {
        fns->calls[i] = (LiteSite){ .fns = fns, .call = &query->calls.items[i] };
        snprintf(name, sizeof name, "f%u", i);
        code = sqlite3_create_function(connection, name, (int)fns->calls[i].call->expr->arg_count, FN_FLAGS,
                                       &fns->calls[i], call_scalar, NULL, NULL);
    }
    for (uint32_t i = 0; code == SQLITE_OK && i < query->aggregates.count; i++) {
        const AggCall *call = query->aggregates.items[i];
        assert(call->agg->state_align <= STATE_ALIGN_MAX);
        fns->aggregates[i] = (LiteSite){ .fns = fns, .aggregate = call };
        snprintf(name, sizeof name, "g%u", i);
        code = sqlite3_create_function(connection, name, call->arg == NULL ? 0 : 1, FN_FLAGS, &fns->aggregates[i], NULL,
                                       call_step, call_final);
    }
    return code == SQLITE_OK;
}

static bool register_own(LiteFns *fns, sqlite3 *connection)
{
    static const struct {
        const char *name;
        int arg_count;
        void (*call)(sqlite3_context *context, int count, sqlite3_value **values);
    } OWN[] = {
        { "widen", 1, call_widen },         { "narrow", 1, call_narrow }, { "plus_zero", 1, call_plus_zero },
        { "no_window", 0, call_no_window }, { "taint", 0, call_taint },   { "copy_of_copy", 0, call_copy_of_copy },
    };
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof OWN / sizeof OWN[0]; i++) {
        code =
            sqlite3_create_function(connection, OWN[i].name, OWN[i].arg_count, FN_FLAGS, fns, OWN[i].call, NULL, NULL);
    }
    return code == SQLITE_OK;
}

bool lite_fns_init(LiteFns *fns, Arena *arena, sqlite3 *connection, const LiteQuery *query)
{
    *fns = (LiteFns){ .arena = arena, .call_count = query->calls.count };
    arena_init(&fns->batch);
    RtError error;
    if (page_pool_init(&fns->pool, HEAP_BYTES_MAX, &error) != RT_OK)
        mem_exhausted();
    heap_pages_init(&fns->pages, &fns->pool);
    heap_init(&fns->heap, &fns->pages, 0);
    fns->fn = (FnCtx){ .batch = &fns->batch, .watermark_us = INT64_MIN };
    fns->calls = ARENA_ARRAY(arena, LiteSite, query->calls.count + 1);
    fns->aggregates = ARENA_ARRAY(arena, LiteSite, query->aggregates.count + 1);
    return register_sites(fns, connection, query) && register_own(fns, connection);
}

void lite_fns_release(LiteFns *fns)
{
    for (uint32_t i = 0; i < fns->call_count; i++) {
        const FnSite *site = &fns->calls[i].site;
        if (site->cached != NULL && site->release != NULL)
            site->release(site->cached);
    }
    heap_release(&fns->heap);
    heap_pages_release(&fns->pages);
    page_pool_release(&fns->pool);
    arena_free(&fns->batch);
}
