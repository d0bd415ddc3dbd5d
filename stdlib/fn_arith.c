/* fn_arith.c -- arithmetic. */
#include "stdlib/fn_prototypes.h"

int32_t fn_add_i32(FnCtx *ctx, int32_t a, int32_t b)
{
    (void)ctx;
    return (int32_t)((uint32_t)a + (uint32_t)b);
}
