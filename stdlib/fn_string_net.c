/* fn_string_net.c -- IPv4 addresses, and bytes that claim to be UTF-8 (native only). */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "stdlib/text_codec.h"

enum { ADDRESS_PARTS = 4, ADDRESS_TEXT_MAX = 15 };

/* a.b.c.d; what is missing in front of the last part is 0, as in MySQL: a.b is a.0.0.b. */
bool fn_inet_aton(FnCtx *ctx, Str s, int64_t *out)
{
    (void)ctx;
    int64_t parts[ADDRESS_PARTS];
    uint32_t count = 0;
    for (bool more = true; more; count++) {
        int64_t dot = str_find(s, STR("."));
        more = dot >= 0;
        Str part = more ? str_slice(s, 0, (uint64_t)dot) : s;
        if (count == ADDRESS_PARTS || !digits_parse(part, 9, &parts[count]) || parts[count] > 255)
            return false;
        s = more ? str_slice(s, (uint64_t)dot + 1, s.len - (uint64_t)dot - 1) : s;
    }
    *out = 0;
    for (uint32_t i = 0; i + 1 < count; i++)
        *out |= parts[i] << (24 - 8 * i);
    *out |= parts[count - 1];
    return true;
}

bool fn_inet_ntoa(FnCtx *ctx, int64_t address, Str *out)
{
    if (address < 0 || address > UINT32_MAX)
        return false;
    char *to = fn_alloc(ctx, ADDRESS_TEXT_MAX), *at = to;
    for (int shift = 24; shift >= 0; shift -= 8) {
        at += digits_print((uint64_t)(address >> shift & 255), 1, at);
        if (shift > 0)
            *at++ = '.';
    }
    *out = (Str){ to, (uint64_t)(at - to) };
    return true;
}

bool fn_is_valid_utf8(FnCtx *ctx, Str bytes)
{
    (void)ctx;
    return utf8_valid(bytes, NULL);
}

Str fn_make_valid_utf8(FnCtx *ctx, Str bytes)
{
    return text_from_utf8(ctx, bytes);
}
