/* fn_string_url.c -- parts of URLs as java.net.URL has them, and form encoding (native only). */
#include "stdlib/fn_prototypes.h"

#include "stdlib/text_codec.h"

typedef struct Url {
    Str protocol, authority, user, host, path, query, ref; /* data NULL: there is none */
} Url;

static const Str NONE = { NULL, 0 };

static int64_t find_char(Str s, char c)
{
    const char *hit = s.len == 0 ? NULL : memchr(s.data, c, s.len);
    return hit == NULL ? -1 : hit - s.data;
}

static Str from(Str s, uint64_t at)
{
    return str_slice(s, at, s.len - at);
}

/* Protocols for which Java has a handler; a URL of another one is none. */
static bool is_known_protocol(Str name)
{
    static const char *const KNOWN[] = { "http", "https", "ftp", "file", "jar", "mailto", "jrt", "jmod" };
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
        if (str_equal_nocase(name, str_from(KNOWN[i])))
            return true;
    }
    return false;
}

static bool is_port(Str s)
{
    if (s.len > 0 && (s.data[0] == '+' || s.data[0] == '-'))
        return false;
    uint64_t value = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9' || value > INT32_MAX)
            return false;
        value = value * 10 + (uint64_t)(s.data[i] - '0');
    }
    return value <= INT32_MAX;
}

static bool is_ipv6(Str s)
{
    for (uint64_t i = 0; i < s.len; i++) {
        char c = (char)(s.data[i] | 0x20);
        if (!(s.data[i] >= '0' && s.data[i] <= '9') && !(c >= 'a' && c <= 'f') && strchr(":.%", s.data[i]) == NULL)
            return false;
    }
    return find_char(s, ':') >= 0;
}

/* Host and port; false where they are none. */
static bool parse_host(Str text, Str *host)
{
    if (text.len > 0 && text.data[0] == '[') {
        int64_t close = find_char(text, ']');
        if (close <= 2 || !is_ipv6(str_slice(text, 1, (uint64_t)close - 1)))
            return false;
        *host = str_slice(text, 0, (uint64_t)close + 1);
        Str rest = from(text, host->len);
        return rest.len == 0 || (rest.data[0] == ':' && is_port(from(rest, 1)));
    }
    int64_t colon = find_char(text, ':');
    *host = colon < 0 ? text : str_slice(text, 0, (uint64_t)colon);
    return colon < 0 || is_port(from(text, (uint64_t)colon + 1));
}

static bool parse_authority(Str authority, Url *url)
{
    url->authority = authority;
    url->host = STR_EMPTY;
    int64_t at = find_char(authority, '@');
    if (at < 0)
        return parse_host(authority, &url->host);
    Str rest = from(authority, (uint64_t)at + 1);
    if (find_char(rest, '@') >= 0)
        return true; /* neither user nor host, as Java has it */
    url->user = str_slice(authority, 0, (uint64_t)at);
    return parse_host(rest, &url->host);
}

/* Behind the colon of the protocol. */
static bool parse_rest(Str rest, Url *url)
{
    int64_t hash = find_char(rest, '#');
    if (hash >= 0) {
        url->ref = from(rest, (uint64_t)hash + 1);
        rest.len = (uint64_t)hash;
    }
    int64_t question = find_char(rest, '?');
    if (question >= 0) {
        url->query = from(rest, (uint64_t)question + 1);
        rest.len = (uint64_t)question;
    }
    bool four = rest.len >= 4 && memcmp(rest.data, "////", 4) == 0;
    if (!four && rest.len >= 2 && rest.data[0] == '/' && rest.data[1] == '/') {
        rest = from(rest, 2);
        int64_t slash = find_char(rest, '/');
        uint64_t len = slash < 0 ? rest.len : (uint64_t)slash;
        if (!parse_authority(str_slice(rest, 0, len), url))
            return false;
        rest = from(rest, len);
    }
    url->path = rest;
    return true;
}

static bool parse(Str text, Url *url)
{
    *url = (Url){ NONE, NONE, NONE, STR_EMPTY, STR_EMPTY, NONE, NONE };
    while (text.len > 0 && (unsigned char)text.data[0] <= ' ')
        text = from(text, 1);
    while (text.len > 0 && (unsigned char)text.data[text.len - 1] <= ' ')
        text.len--;
    if (text.len >= 4 && str_equal_nocase(str_slice(text, 0, 4), STR("url:")))
        text = from(text, 4);
    int64_t colon = find_char(text, ':');
    if (colon < 0 || !is_known_protocol(str_slice(text, 0, (uint64_t)colon)))
        return false;
    url->protocol = str_slice(text, 0, (uint64_t)colon);
    return parse_rest(from(text, (uint64_t)colon + 1), url);
}

static Str lower_ascii(FnCtx *ctx, Str s)
{
    char *to = fn_alloc(ctx, s.len);
    for (uint64_t i = 0; i < s.len; i++)
        to[i] = (char)(s.data[i] >= 'A' && s.data[i] <= 'Z' ? s.data[i] + 32 : s.data[i]);
    return (Str){ to, s.len };
}

bool fn_parse_url(FnCtx *ctx, Str text, Str part, Str *out)
{
    Url url;
    *out = NONE;
    if (!parse(text, &url))
        return false;
    if (str_equal(part, STR("HOST")))
        *out = url.host;
    else if (str_equal(part, STR("PATH")))
        *out = url.path;
    else if (str_equal(part, STR("QUERY")))
        *out = url.query;
    else if (str_equal(part, STR("REF")))
        *out = url.ref;
    else if (str_equal(part, STR("AUTHORITY")))
        *out = url.authority;
    else if (str_equal(part, STR("USERINFO")))
        *out = url.user;
    else if (str_equal(part, STR("PROTOCOL")))
        *out = lower_ascii(ctx, url.protocol);
    else if (str_equal(part, STR("FILE")))
        *out = url.query.data == NULL ? url.path : str_slice(url.path, 0, url.path.len + 1 + url.query.len);
    return out->data != NULL;
}

bool fn_parse_url_key(FnCtx *ctx, Str text, Str part, Str key, Str *out)
{
    (void)ctx;
    Url url;
    if (!str_equal(part, STR("QUERY")) || !parse(text, &url) || url.query.data == NULL)
        return false;
    for (Str rest = url.query; rest.data != NULL;) {
        int64_t end = find_char(rest, '&');
        Str pair = end < 0 ? rest : str_slice(rest, 0, (uint64_t)end);
        if (pair.len > key.len && pair.data[key.len] == '=' && str_equal(str_slice(pair, 0, key.len), key)) {
            *out = from(pair, key.len + 1);
            return true;
        }
        rest = end < 0 ? NONE : from(rest, (uint64_t)end + 1);
    }
    return false;
}

/* ---- application/x-www-form-urlencoded ---- */

static bool is_unreserved(char c)
{
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '*';
}

Str fn_url_encode(FnCtx *ctx, Str s)
{
    static const char HEX[] = "0123456789ABCDEF";
    char *to = fn_alloc(ctx, s.len * 3);
    uint64_t len = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (is_unreserved(s.data[i]) || c == ' ') {
            to[len++] = c == ' ' ? '+' : s.data[i];
            continue;
        }
        to[len++] = '%';
        to[len++] = HEX[c >> 4];
        to[len++] = HEX[c & 15];
    }
    return (Str){ to, len };
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool fn_url_decode(FnCtx *ctx, Str s, Str *out)
{
    char *to = fn_alloc(ctx, s.len);
    uint64_t len = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        if (s.data[i] != '%') {
            to[len++] = s.data[i] == '+' ? ' ' : s.data[i];
            continue;
        }
        if (s.len - i < 3 || hex_value(s.data[i + 1]) < 0 || hex_value(s.data[i + 2]) < 0)
            return false;
        to[len++] = (char)(hex_value(s.data[i + 1]) << 4 | hex_value(s.data[i + 2]));
        i += 2;
    }
    *out = text_from_utf8(ctx, (Str){ to, len });
    return true;
}
