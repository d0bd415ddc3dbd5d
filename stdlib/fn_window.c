/* fn_window.c -- the tumbling window of a time, and the gap of a session.  Windows are cut at offset + n * size, for
 * negative n too. */
#include "stdlib/fn_prototypes.h"

enum { FN_E_BAD_GAP = 604, FN_E_NULL_TIME = 655, LAST_MILLISECOND_US = 1000 };

/* Wraps where the window reaches beyond 64 bits, as timestamps do. */
static int64_t window_start(const RtDatum *args)
{
    uint64_t time = (uint64_t)args[0].value.i64;
    int64_t size = args[1].value.i64;
    int64_t past = (int64_t)(time - (uint64_t)args[2].value.i64) % size;
    return (int64_t)(time - (uint64_t)(past < 0 ? past + size : past));
}

static bool has_window(FnCtx *ctx, const RtDatum *args, RtDatum *out)
{
    *out = datum_null(PK_I64);
    if (args[0].is_null) {
        fn_fail(ctx, FN_E_NULL_TIME, "the event time is NULL, so the row is in no window");
        return false;
    }
    out->is_null = false;
    return true;
}

void fn_window_start_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    if (has_window(ctx, args, out))
        out->value.i64 = window_start(args);
}

void fn_window_end_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    if (has_window(ctx, args, out))
        out->value.i64 = (int64_t)((uint64_t)window_start(args) + (uint64_t)args[1].value.i64);
}

void fn_window_time_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    if (has_window(ctx, args, out))
        out->value.i64 = (int64_t)((uint64_t)window_start(args) + (uint64_t)args[1].value.i64 - LAST_MILLISECOND_US);
}

void fn_session_gap(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    int64_t gap = args[0].value.i64, most = args[1].value.i64;
    *out = datum_null(PK_I64);
    if (args[0].is_null || gap < LAST_MILLISECOND_US) {
        fn_fail(ctx, FN_E_BAD_GAP, "the gap of a session is NULL, or shorter than a millisecond");
        return;
    }
    gap = gap < most ? gap : most;
    *out = (RtDatum){ .value.i64 = gap - gap % LAST_MILLISECOND_US, .kind = PK_I64 };
}
