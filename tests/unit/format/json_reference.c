/* json_reference.c -- recursive descent straight from the grammar of RFC 8259. */
#include "tests/unit/format/json_reference.h"

#include <string.h>

enum { LEVELS_MAX = 512 };

typedef struct Reader {
    const unsigned char *text;
    size_t len, at;
    ReferenceJson *answer;
} Reader;

static bool value(Reader *in, int level);

static int look(const Reader *in)
{
    return in->at < in->len ? in->text[in->at] : -1;
}

static void blanks(Reader *in)
{
    while (look(in) == ' ' || look(in) == '\t' || look(in) == '\n' || look(in) == '\r')
        in->at++;
}

static bool word(Reader *in, const char *wanted)
{
    size_t len = strlen(wanted);
    if (in->len - in->at < len || memcmp(in->text + in->at, wanted, len) != 0)
        return false;
    in->at += len;
    return true;
}

static bool digits(Reader *in)
{
    size_t start = in->at;
    while (look(in) >= '0' && look(in) <= '9')
        in->at++;
    return in->at > start;
}

static bool number(Reader *in)
{
    if (look(in) == '-')
        in->at++;
    if (look(in) == '0')
        in->at++;
    else if (!digits(in))
        return false;
    if (look(in) == '.') {
        in->at++;
        if (!digits(in))
            return false;
    }
    if (look(in) != 'e' && look(in) != 'E')
        return true;
    in->at++;
    if (look(in) == '+' || look(in) == '-')
        in->at++;
    return digits(in);
}

/* One code point of UTF-8, by its value. */
static bool code_point(Reader *in)
{
    int first = look(in);
    int more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : -1;
    if (more < 0 || first > 0xF7)
        return false;
    static const int masks[] = { 0x7F, 0x1F, 0x0F, 0x07 };
    static const long least[] = { 0, 0x80, 0x800, 0x10000 };
    long code = first & masks[more];
    in->at++;
    for (int i = 0; i < more; i++) {
        if (look(in) < 0x80 || look(in) > 0xBF)
            return false;
        code = code * 64 + (look(in) & 0x3F);
        in->at++;
    }
    return code >= least[more] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

static bool escape(Reader *in)
{
    int c = look(in);
    in->at++;
    if (c == 'u') {
        for (int i = 0; i < 4; i++) {
            c = look(in);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
                return false;
            in->at++;
        }
        return true;
    }
    return c > 0 && strchr("\"\\/bfnrt", c) != NULL;
}

static bool string(Reader *in)
{
    if (look(in) != '"')
        return false;
    in->at++;
    while (look(in) != '"') {
        if (look(in) < 0x20)
            return false;
        if (look(in) == '\\') {
            in->at++;
            if (!escape(in))
                return false;
        } else if (!code_point(in)) {
            return false;
        }
    }
    in->at++;
    return true;
}

static bool member(Reader *in, int level)
{
    blanks(in);
    size_t key = in->at;
    if (!string(in))
        return false;
    bool is_a = level == 0 && in->at - key == 3 && in->text[key + 1] == 'a';
    blanks(in);
    if (look(in) != ':')
        return false;
    in->at++;
    blanks(in);
    size_t from = in->at;
    if (!value(in, level + 1))
        return false;
    if (is_a) {
        in->answer->has_a = true;
        in->answer->a_from = from;
        in->answer->a_len = in->at - from;
    }
    return true;
}

static bool container(Reader *in, int level, char close)
{
    if (level >= LEVELS_MAX)
        return false;
    in->at++;
    blanks(in);
    if (look(in) == close) {
        in->at++;
        return true;
    }
    for (;;) {
        blanks(in);
        if (!(close == '}' ? member(in, level) : value(in, level + 1)))
            return false;
        blanks(in);
        int c = look(in);
        in->at++;
        if (c == close)
            return true;
        if (c != ',')
            return false;
    }
}

static bool value(Reader *in, int level)
{
    switch (look(in)) {
    case '{': return container(in, level, '}');
    case '[': return container(in, level, ']');
    case '"': return string(in);
    case 't': return word(in, "true");
    case 'f': return word(in, "false");
    case 'n': return word(in, "null");
    default: return number(in);
    }
}

ReferenceJson reference_json(const char *text, size_t len)
{
    ReferenceJson answer = { 0 };
    Reader in = { (const unsigned char *)text, len, 0, &answer };
    blanks(&in);
    answer.is_object = look(&in) == '{';
    answer.valid = value(&in, 0);
    blanks(&in);
    answer.valid = answer.valid && in.at == len;
    return answer;
}
