/* key_calls.h -- key.h for generated code: one call a column.
 *
 * rt_key_put_<kind>(at, null, value) writes a column and answers its end; rt_key_get_<kind>(at) reads one that is not
 * NULL.  STR serves BLOB too. */
#ifndef SQC_ABI_KEY_CALLS_H
#define SQC_ABI_KEY_CALLS_H

#include "runtime/abi/fn.h"
#include "runtime/abi/key.h"

#define KEY_SCALAR(kind, type)                                                                                         \
    char *rt_key_put_##kind(char *at, bool null, type v);                                                              \
    type rt_key_get_##kind(const char *at);
#include "runtime/abi/key_scalars.def"
#undef KEY_SCALAR
char *rt_key_put_d128(char *at, bool null, const RtD128 *v);
char *rt_key_put_time96(char *at, bool null, const RtTime96 *v);
char *rt_key_put_str(char *at, bool null, const Str *v);
void rt_key_get_d128(const char *at, RtD128 *out);
void rt_key_get_time96(const char *at, RtTime96 *out);
const char *rt_key_get_str(const char *at, FnCtx *ctx, Str *out);

#endif
