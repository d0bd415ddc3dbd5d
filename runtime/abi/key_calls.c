/* key_calls.c -- the encoders and decoders of key.h under names that generated code calls; native and bitcode. */
#include "runtime/abi/key_calls.h"

#define KEY_SCALAR(kind, type)                                                                                         \
    char *rt_key_put_##kind(char *at, bool null, type v)                                                               \
    {                                                                                                                  \
        return key_put_##kind(at, null, v);                                                                            \
    }                                                                                                                  \
    type rt_key_get_##kind(const char *at)                                                                             \
    {                                                                                                                  \
        return key_get_##kind(at);                                                                                     \
    }
#include "runtime/abi/key_scalars.def"
#undef KEY_SCALAR

char *rt_key_put_d128(char *at, bool null, const RtD128 *v)
{
    return key_put_d128(at, null, v);
}

char *rt_key_put_time96(char *at, bool null, const RtTime96 *v)
{
    return key_put_time96(at, null, v);
}

char *rt_key_put_str(char *at, bool null, const Str *v)
{
    return key_put_str(at, null, v);
}

void rt_key_get_d128(const char *at, RtD128 *out)
{
    *out = key_get_d128(at);
}

void rt_key_get_time96(const char *at, RtTime96 *out)
{
    *out = key_get_time96(at);
}

const char *rt_key_get_str(const char *at, FnCtx *ctx, Str *out)
{
    return key_get_str(at, ctx->batch, out);
}
