/* fn_zone.h -- the session's clock for bodies: UTC without a call, other zones through time/zone.h. */
#ifndef SQC_STDLIB_FN_ZONE_H
#define SQC_STDLIB_FN_ZONE_H

#include "runtime/abi/fn.h"
#include "runtime/time/zone.h"

static inline int64_t fn_local_us(FnCtx *ctx, int64_t utc_us)
{
    return ctx->zone == NULL ? utc_us : zone_local_us(ctx->zone, utc_us);
}

static inline int64_t fn_utc_us(FnCtx *ctx, int64_t local_us)
{
    return ctx->zone == NULL ? local_us : zone_utc_us(ctx->zone, local_us);
}

#endif
