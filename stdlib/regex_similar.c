/* regex_similar.c -- a SIMILAR TO pattern in RE2's spelling.
 *
 *   _   one character, no line terminator      %   any characters
 *   | * + ? {n,m} ( ) [..] [^..]               as in regular expressions; [:ALPHA:] and its kin inside a class
 *   .   any character but a line terminator, as Flink has it (the standard: itself)
 *   all else stands for itself, and so does what follows the escape character */
#include "stdlib/regex.h"

#include "runtime/base/utf8.h"

#include <stdio.h>

typedef struct Similar {
    const char *at, *end;
    uint32_t escape;
    Buf *out;
    RegexError *error;
} Similar;

static bool refuse(Similar *s, const char *reason)
{
    s->error->verdict = REGEX_MALFORMED;
    snprintf(s->error->reason, sizeof s->error->reason, "%s", reason);
    return false;
}

static void put(Similar *s, const char *text)
{
    buf_append(s->out, text, strlen(text));
}

static void put_code(Similar *s, uint32_t code)
{
    buf_printf(s->out, "\\x{%X}", code);
}

static const char ONE_CHARACTER[] = "[^\\x0A\\x0D\\x{85}\\x{2028}\\x{2029}]";

static bool put_escaped(Similar *s)
{
    if (s->at == s->end)
        return refuse(s, "the pattern ends in its escape character");
    uint32_t code = utf8_next(&s->at, s->end);
    if (code != s->escape && (code >= 0x80 || strchr("[]()|^-+*_%?{}", (int)code) == NULL))
        return refuse(s, "the escape character must stand before a special character");
    put_code(s, code);
    return true;
}

static const struct {
    const char *name, *members;
} NAMED_CLASSES[] = {
    { "[:ALPHA:]", "A-Za-z" },
    { "[:UPPER:]", "A-Z" },
    { "[:LOWER:]", "a-z" },
    { "[:DIGIT:]", "0-9" },
    { "[:SPACE:]", "\\x20" },
    { "[:WHITESPACE:]", "\\x09-\\x0D\\x20" },
    { "[:ALNUM:]", "0-9A-Za-z" },
};

static bool put_named_class(Similar *s)
{
    Str rest = { s->at, (uint64_t)(s->end - s->at) };
    for (size_t i = 0; i < sizeof NAMED_CLASSES / sizeof NAMED_CLASSES[0]; i++) {
        Str name = str_from(NAMED_CLASSES[i].name);
        if (rest.len < name.len || !str_equal_nocase(str_slice(rest, 0, name.len), name))
            continue;
        put(s, NAMED_CLASSES[i].members);
        s->at += name.len;
        return true;
    }
    return refuse(s, "no such named class");
}

/* Behind the opening bracket. */
static bool put_class(Similar *s)
{
    bool members = false;
    put(s, "[");
    if (s->at < s->end && *s->at == '^') {
        put(s, "^");
        s->at++;
    }
    while (s->at < s->end && *s->at != ']') {
        members = true;
        if (*s->at == '[') {
            if (!put_named_class(s))
                return false;
            continue;
        }
        uint32_t code = utf8_next(&s->at, s->end);
        if (s->escape != 0 && code == s->escape) {
            if (!put_escaped(s))
                return false;
        } else if (code == '\\' && s->at < s->end) { /* inside a class a backslash quotes, as Flink has it */
            put_code(s, utf8_next(&s->at, s->end));
        } else if (code == '-') {
            put(s, "-");
        } else {
            put_code(s, code);
        }
    }
    if (s->at == s->end || !members)
        return refuse(s, "a class needs members and a closing bracket");
    s->at++;
    put(s, "]");
    return true;
}

static bool put_one(Similar *s)
{
    uint32_t code = utf8_next(&s->at, s->end);
    if (s->escape != 0 && code == s->escape)
        return put_escaped(s);
    switch (code) {
    case '_':
    case '.': put(s, ONE_CHARACTER); return true;
    case '%': put(s, "(?s:.*)"); return true;
    case '[': return put_class(s);
    case ']': return refuse(s, "a closing bracket has no opening one");
    case '(': put(s, "(?:"); return true;
    case ')':
    case '|':
    case '*':
    case '+':
    case '?':
    case '{':
    case '}':
    case ',': buf_append_char(s->out, (char)code); return true;
    default: break;
    }
    if (code >= '0' && code <= '9')
        buf_append_char(s->out, (char)code); /* also a count between braces */
    else
        put_code(s, code);
    return true;
}

bool regex_from_similar(Str pattern, uint32_t escape, Buf *out, RegexError *error)
{
    Similar s = { .at = pattern.data, .end = pattern.data + pattern.len, .escape = escape, .out = out, .error = error };
    while (s.at < s.end) {
        if (!put_one(&s))
            return false;
    }
    return true;
}
