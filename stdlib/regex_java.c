/* regex_java.c -- a Java pattern in RE2's spelling.
 *
 * One pass over the pattern.  Most of it is the same in both; rewritten are
 *
 *   .           [^\n\r\x{85}\x{2028}\x{2029}]     unless (?s); [^\n] under (?d)
 *   $  \Z       \z, noted in RegexShape           (?m): RE2's own (?m:$)
 *   \s \S       with \x0B                         \h \v \R: spelt out
 *   \e \cX \0n \uXXXX \p{Alpha}.. \p{IsLatin}     spelt as RE2 wants them
 *   (?<name>    (?P<name>
 *   é, k, s under (?i) without (?u)               (?-i:é), (?-i:[kK]): Java folds ASCII only there
 *
 * Refused are look-around, atomic groups, back-references, possessive quantifiers, intersections and unions of classes,
 * (?x), (?U), \G, \X, \b{..}, \N{..}, blocks and java* properties. */
#include "stdlib/regex.h"

#include "runtime/base/utf8.h"

#include <stdio.h>

enum { GROUP_DEPTH_MAX = 200 };

typedef struct Flags {
    bool fold, dot_all, multiline, unix_lines, unicode_case;
} Flags;

typedef struct Rewriter {
    const char *at, *end;
    Buf *out;
    RegexShape *shape;
    RegexError *error;
    Flags flags;
    Flags outer[GROUP_DEPTH_MAX]; /* flags to restore at each closing parenthesis */
    uint32_t depth;
    bool can_repeat; /* an atom was just written: a quantifier may follow */
} Rewriter;

static bool refuse(Rewriter *r, RegexVerdict verdict, const char *reason)
{
    r->error->verdict = verdict;
    snprintf(r->error->reason, sizeof r->error->reason, "%s", reason);
    return false;
}

static bool malformed(Rewriter *r, const char *reason)
{
    return refuse(r, REGEX_MALFORMED, reason);
}

static bool unsupported(Rewriter *r, const char *reason)
{
    return refuse(r, REGEX_UNSUPPORTED, reason);
}

static void put(Rewriter *r, const char *text)
{
    buf_append(r->out, text, strlen(text));
}

static bool is_ascii_letter(uint32_t code)
{
    return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
}

static bool is_ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A code point as a literal, in a class or outside. */
static void put_code(Rewriter *r, uint32_t code, bool in_class)
{
    bool plain = is_ascii_letter(code) || (code < 0x80 && is_ascii_digit((char)code)) || code == ' ' || code == '_';
    bool ascii_fold = r->flags.fold && !r->flags.unicode_case && !in_class;
    bool guard = ascii_fold && code >= 0x80;
    if (ascii_fold && ((code | 0x20) == 'k' || (code | 0x20) == 's')) { /* RE2 folds these two beyond ASCII */
        put(r, (code | 0x20) == 'k' ? "(?-i:[kK])" : "(?-i:[sS])");
        return;
    }
    if (guard)
        put(r, "(?-i:");
    if (plain)
        buf_append_char(r->out, (char)code);
    else
        buf_printf(r->out, "\\x{%X}", code);
    if (guard)
        put(r, ")");
}

/* ---- escapes ---- */

static int hex_value(char c)
{
    if (is_ascii_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Between `fewest` and `most` hexadecimal digits. */
static bool take_hex(Rewriter *r, int fewest, int most, uint32_t *code)
{
    int digits = 0;
    *code = 0;
    for (; digits < most && r->at < r->end && hex_value(*r->at) >= 0; digits++)
        *code = *code << 4 | (uint32_t)hex_value(*r->at++);
    return digits >= fewest;
}

/* \uXXXX, a surrogate pair of them being one code point; behind the u. */
static bool take_unicode(Rewriter *r, uint32_t *code)
{
    if (!take_hex(r, 4, 4, code))
        return malformed(r, "`\\u` must be followed by four hexadecimal digits");
    if (*code < 0xD800 || *code > 0xDFFF)
        return true;
    uint32_t low = 0;
    if (*code > 0xDBFF || r->end - r->at < 6 || r->at[0] != '\\' || r->at[1] != 'u')
        return unsupported(r, "a lone surrogate cannot be matched in UTF-8 text");
    r->at += 2;
    if (!take_hex(r, 4, 4, &low) || low < 0xDC00 || low > 0xDFFF)
        return unsupported(r, "a lone surrogate cannot be matched in UTF-8 text");
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static bool take_octal(Rewriter *r, uint32_t *code)
{
    int digits = 0;
    *code = 0;
    for (; digits < 3 && r->at < r->end && *r->at >= '0' && *r->at <= '7'; digits++) {
        uint32_t more = *code * 8 + (uint32_t)(*r->at - '0');
        if (more > 0377)
            break;
        *code = more;
        r->at++;
    }
    return digits > 0 || malformed(r, "`\\0` must be followed by octal digits");
}

static bool take_hex_escape(Rewriter *r, uint32_t *code)
{
    if (r->at < r->end && *r->at == '{') {
        r->at++;
        if (!take_hex(r, 1, 6, code) || *code > 0x10FFFF || r->at == r->end || *r->at++ != '}')
            return malformed(r, "`\\x{` must be followed by a code point and `}`");
        return true;
    }
    return take_hex(r, 2, 2, code) || malformed(r, "`\\x` must be followed by two hexadecimal digits");
}

/* An escape that stands for one code point, its letter already taken: 1; no such escape: 0; an error: -1. */
static int literal_escape(Rewriter *r, char letter, uint32_t *code)
{
    switch (letter) {
    case 't': *code = '\t'; return 1;
    case 'n': *code = '\n'; return 1;
    case 'r': *code = '\r'; return 1;
    case 'f': *code = '\f'; return 1;
    case 'a': *code = 7; return 1;
    case 'e': *code = 0x1B; return 1;
    case '0': return take_octal(r, code) ? 1 : -1;
    case 'u': return take_unicode(r, code) ? 1 : -1;
    case 'x': return take_hex_escape(r, code) ? 1 : -1;
    case 'c':
        if (r->at == r->end)
            return malformed(r, "`\\c` must be followed by a character") ? 1 : -1;
        *code = (unsigned char)*r->at++ ^ 64u;
        return 1;
    default:
        if (is_ascii_letter((unsigned char)letter) || is_ascii_digit(letter))
            return 0;
        *code = (unsigned char)letter;
        return 1;
    }
}

/* Classes by letter: the members, and the members of the complement where both are needed inside [..]. */
typedef struct ClassEscape {
    char letter;
    const char *members;
} ClassEscape;

static const ClassEscape CLASS_ESCAPES[] = {
    { 'd', "0-9" },
    { 'D', "\\x00-\\x2F\\x3A-\\x{10FFFF}" },
    { 'w', "0-9A-Z_a-z" },
    { 'W', "\\x00-\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\x{10FFFF}" },
    { 's', "\\x09-\\x0D\\x20" },
    { 'S', "\\x00-\\x08\\x0E-\\x1F\\x21-\\x{10FFFF}" },
    { 'h', "\\x09\\x20\\x{A0}\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}" },
    { 'H', "\\x00-\\x08\\x0A-\\x1F\\x21-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{180D}\\x{180F}-\\x{1FFF}"
           "\\x{200B}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{10FFFF}" },
    { 'v', "\\x0A-\\x0D\\x{85}\\x{2028}\\x{2029}" },
    { 'V', "\\x00-\\x09\\x0E-\\x{84}\\x{86}-\\x{2027}\\x{202A}-\\x{10FFFF}" },
};

static const char *class_members(char letter)
{
    for (size_t i = 0; i < sizeof CLASS_ESCAPES / sizeof CLASS_ESCAPES[0]; i++) {
        if (CLASS_ESCAPES[i].letter == letter)
            return CLASS_ESCAPES[i].members;
    }
    return NULL;
}

/* \p{name}: ASCII classes by Java's names, as members; everything else goes to RE2 as a category or script. */
static const struct {
    const char *name, *members;
} PROPERTIES[] = {
    { "Lower", "a-z" },
    { "Upper", "A-Z" },
    { "ASCII", "\\x00-\\x7F" },
    { "Alpha", "A-Za-z" },
    { "Digit", "0-9" },
    { "Alnum", "0-9A-Za-z" },
    { "Punct", "!-/:-@\\x5B-`{-~" },
    { "Graph", "!-~" },
    { "Print", "\\x20-~" },
    { "Blank", "\\x09\\x20" },
    { "Cntrl", "\\x00-\\x1F\\x7F" },
    { "XDigit", "0-9A-Fa-f" },
    { "Space", "\\x09-\\x0D\\x20" },
};

static bool take_property_name(Rewriter *r, Str *name)
{
    if (r->at == r->end)
        return malformed(r, "`\\p` must be followed by a property");
    if (*r->at != '{') {
        *name = (Str){ r->at++, 1 };
        return true;
    }
    const char *close = memchr(r->at, '}', (size_t)(r->end - r->at));
    if (close == NULL || close == r->at + 1)
        return malformed(r, "`\\p{` must be followed by a property and `}`");
    *name = (Str){ r->at + 1, (uint64_t)(close - r->at - 1) };
    r->at = close + 1;
    return true;
}

static bool put_property(Rewriter *r, bool negated, bool in_class)
{
    Str name;
    if (!take_property_name(r, &name))
        return false;
    for (size_t i = 0; i < sizeof PROPERTIES / sizeof PROPERTIES[0]; i++) {
        if (!str_equal(name, str_from(PROPERTIES[i].name)))
            continue;
        if (in_class && negated)
            return unsupported(r, "a negated ASCII property cannot stand inside a class");
        put(r, in_class ? "" : negated ? "[^" : "[");
        put(r, PROPERTIES[i].members);
        put(r, in_class ? "" : "]");
        return true;
    }
    if (str_starts_with(name, STR("java")) || str_starts_with(name, STR("In")) || str_find(name, STR("=")) >= 0)
        return unsupported(r, "this property has no counterpart");
    if (str_starts_with(name, STR("Is")))
        name = str_slice(name, 2, name.len - 2);
    buf_printf(r->out, "\\%c{%.*s}", negated ? 'P' : 'p', STR_ARG(name));
    return true;
}

/* Behind \Q: literal up to \E. */
static void put_quoted(Rewriter *r, bool in_class)
{
    while (r->at < r->end) {
        if (r->end - r->at >= 2 && r->at[0] == '\\' && r->at[1] == 'E') {
            r->at += 2;
            return;
        }
        put_code(r, utf8_next(&r->at, r->end), in_class);
        r->can_repeat = true;
    }
}

/* What is neither a code point nor a class: anchors and what is refused. */
static bool put_anchor_escape(Rewriter *r, char letter)
{
    r->can_repeat = false;
    switch (letter) {
    case 'A': put(r, "\\A"); return true;
    case 'z':
        r->shape->ends_hard = true;
        put(r, "\\z");
        return true;
    case 'Z':
        r->shape->ends_softly = true;
        put(r, "\\z");
        return true;
    case 'b':
        if (r->at < r->end && *r->at == '{')
            return unsupported(r, "`\\b{..}` is not supported");
        put(r, "\\b");
        return true;
    case 'B': put(r, "\\B"); return true;
    case 'R':
        put(r, "(?:\\x0D\\x0A|[\\x0A-\\x0D\\x{85}\\x{2028}\\x{2029}])");
        r->can_repeat = true;
        return true;
    case 'G': return unsupported(r, "`\\G` is not supported");
    case 'X': return unsupported(r, "`\\X` is not supported");
    case 'N': return unsupported(r, "`\\N` is not supported");
    case 'k': return unsupported(r, "back-references are not supported");
    default: break;
    }
    return is_ascii_digit(letter) ? unsupported(r, "back-references are not supported")
                                  : malformed(r, "no such escape");
}

static bool rewrite_escape(Rewriter *r)
{
    r->at++;
    if (r->at == r->end)
        return malformed(r, "the pattern ends in a backslash");
    uint32_t code;
    if ((unsigned char)*r->at >= 0x80) {
        put_code(r, utf8_next(&r->at, r->end), false);
        r->can_repeat = true;
        return true;
    }
    char letter = *r->at++;
    const char *members = class_members(letter);
    r->can_repeat = true;
    if (members != NULL) {
        buf_printf(r->out, "[%s]", members);
        return true;
    }
    if (letter == 'p' || letter == 'P')
        return put_property(r, letter == 'P', false);
    if (letter == 'Q') {
        put_quoted(r, false);
        return true;
    }
    if (letter == 'E')
        return true;
    int literal = literal_escape(r, letter, &code);
    if (literal < 0)
        return false;
    if (literal == 0)
        return put_anchor_escape(r, letter);
    put_code(r, code, false);
    return true;
}

/* ---- classes ---- */

/* One member of a class, or one end of a range. */
static bool rewrite_member(Rewriter *r)
{
    uint32_t code;
    if (*r->at == '[')
        return unsupported(r, "a class inside a class is not supported");
    if (r->end - r->at >= 2 && r->at[0] == '&' && r->at[1] == '&')
        return unsupported(r, "intersections of classes (&&) are not supported");
    if (*r->at != '\\') {
        code = utf8_next(&r->at, r->end);
        if (code == '-') {
            put(r, r->at < r->end && *r->at != ']' && r->out->data[r->out->len - 1] != '[' ? "-" : "\\-");
            return true;
        }
        if (code >= 0x80 && r->flags.fold && !r->flags.unicode_case)
            return unsupported(r, "letters beyond ASCII in a class under (?i) need (?iu)");
        put_code(r, code, true);
        return true;
    }
    r->at++;
    if (r->at == r->end)
        return malformed(r, "the pattern ends in a backslash");
    char letter = *r->at++;
    const char *members = class_members(letter);
    if (members != NULL) {
        put(r, members);
        return true;
    }
    if (letter == 'p' || letter == 'P')
        return put_property(r, letter == 'P', true);
    if (letter == 'Q') {
        put_quoted(r, true);
        return true;
    }
    int literal = literal_escape(r, letter, &code);
    if (literal == 0)
        return malformed(r, "no such escape in a class");
    if (literal > 0)
        put_code(r, code, true);
    return literal > 0;
}

static bool rewrite_class(Rewriter *r)
{
    r->at++;
    put(r, "[");
    if (r->at < r->end && *r->at == '^') {
        r->at++;
        put(r, "^");
    }
    bool first = true;
    while (r->at < r->end && (first || *r->at != ']')) {
        if (first && *r->at == ']') { /* the first bracket is a member */
            r->at++;
            put(r, "\\]");
        } else if (!rewrite_member(r)) {
            return false;
        }
        first = false;
    }
    if (r->at == r->end)
        return malformed(r, "a class has no closing bracket");
    r->at++;
    put(r, "]");
    r->can_repeat = true;
    return true;
}

/* ---- groups ---- */

static bool set_flag(Rewriter *r, char letter, bool on)
{
    switch (letter) {
    case 'i': r->flags.fold = on; return true;
    case 's': r->flags.dot_all = on; return true;
    case 'm': r->flags.multiline = on; return true;
    case 'd': r->flags.unix_lines = on; return true;
    case 'u': r->flags.unicode_case = on; return true;
    case 'x': return unsupported(r, "(?x) is not supported");
    case 'U': return unsupported(r, "(?U) is not supported");
    default: return malformed(r, "no such flag");
    }
}

/* Behind `(?`: flags up to `)` or `:`.  RE2 is told about i and m only; s and d are in how a dot is written. */
static bool rewrite_flags(Rewriter *r, Flags outside)
{
    bool on = true;
    while (r->at < r->end && *r->at != ')' && *r->at != ':') {
        if (*r->at == '-')
            on = false;
        else if (!set_flag(r, *r->at, on))
            return false;
        r->at++;
    }
    if (r->at == r->end)
        return malformed(r, "a group has no closing parenthesis");
    put(r, r->flags.fold ? "(?i" : "(?-i");
    put(r, *r->at == ':' ? ":" : ")");
    if (*r->at++ == ')') { /* for the rest of the enclosing group */
        r->can_repeat = false;
        return true;
    }
    r->outer[r->depth++] = outside;
    return true;
}

static bool rewrite_group(Rewriter *r)
{
    if (r->depth == GROUP_DEPTH_MAX)
        return unsupported(r, "groups are nested too deeply");
    Flags outside = r->flags;
    r->at++;
    r->can_repeat = false;
    if (r->at == r->end || *r->at != '?') {
        put(r, "(");
        r->outer[r->depth++] = outside;
        return true;
    }
    r->at++;
    char kind = r->at < r->end ? *r->at : ')';
    char next = r->end - r->at > 1 ? r->at[1] : ')';
    if (kind == '=' || kind == '!' || (kind == '<' && (next == '=' || next == '!')))
        return unsupported(r, "look-ahead and look-behind are not supported");
    if (kind == '>')
        return unsupported(r, "atomic groups are not supported");
    if (kind != '<' && kind != ':')
        return rewrite_flags(r, outside);
    put(r, kind == ':' ? "(?:" : "(?P<");
    r->at++;
    while (kind == '<' && r->at < r->end && (is_ascii_letter((unsigned char)*r->at) || is_ascii_digit(*r->at)))
        buf_append_char(r->out, *r->at++);
    if (kind == '<' && (r->at == r->end || *r->at != '>'))
        return malformed(r, "a group name has letters and digits and ends in `>`");
    if (kind == '<') {
        r->at++;
        put(r, ">");
    }
    r->outer[r->depth++] = outside;
    return true;
}

/* ---- quantifiers, anchors, the rest ---- */

/* {n}, {n,}, {n,m}; at the brace. */
static bool copy_braces(Rewriter *r)
{
    const char *at = r->at + 1;
    bool digits = false;
    while (at < r->end && is_ascii_digit(*at)) {
        digits = true;
        at++;
    }
    if (digits && at < r->end && *at == ',') {
        at++;
        while (at < r->end && is_ascii_digit(*at))
            at++;
    }
    if (!digits || at == r->end || *at != '}')
        return malformed(r, "`{` must be followed by a number of repetitions");
    buf_append(r->out, r->at, (uint64_t)(at + 1 - r->at));
    r->at = at + 1;
    return true;
}

static bool rewrite_quantifier(Rewriter *r)
{
    if (!r->can_repeat)
        return malformed(r, "a quantifier follows nothing");
    if (*r->at == '{') {
        if (!copy_braces(r))
            return false;
    } else {
        buf_append_char(r->out, *r->at++);
    }
    r->can_repeat = false;
    if (r->at < r->end && *r->at == '+')
        return unsupported(r, "possessive quantifiers are not supported");
    if (r->at < r->end && *r->at == '?')
        buf_append_char(r->out, *r->at++);
    return true;
}

static void rewrite_dot(Rewriter *r)
{
    put(r, r->flags.dot_all      ? "(?s:.)"
           : r->flags.unix_lines ? "[^\\n]"
                                 : "[^\\x0A\\x0D\\x{85}\\x{2028}\\x{2029}]");
    r->at++;
    r->can_repeat = true;
}

static void rewrite_anchor(Rewriter *r)
{
    char anchor = *r->at++;
    r->can_repeat = false;
    if (r->flags.multiline) {
        put(r, anchor == '^' ? "(?m:^)" : "(?m:$)");
        r->shape->multiline |= !r->flags.unix_lines;
        return;
    }
    put(r, anchor == '^' ? "\\A" : "\\z");
    r->shape->ends_softly |= anchor == '$';
}

static bool rewrite_one(Rewriter *r)
{
    switch (*r->at) {
    case '\\': return rewrite_escape(r);
    case '[': return rewrite_class(r);
    case '(': return rewrite_group(r);
    case ')':
        if (r->depth == 0)
            return malformed(r, "a closing parenthesis has no opening one");
        r->flags = r->outer[--r->depth];
        put(r, ")");
        r->at++;
        r->can_repeat = true;
        return true;
    case '*':
    case '+':
    case '?':
    case '{': return rewrite_quantifier(r);
    case '.': rewrite_dot(r); return true;
    case '^':
    case '$': rewrite_anchor(r); return true;
    case '|':
        put(r, "|");
        r->at++;
        r->can_repeat = false;
        return true;
    default:
        put_code(r, utf8_next(&r->at, r->end), false);
        r->can_repeat = true;
        return true;
    }
}

bool regex_from_java(Str pattern, Buf *out, RegexShape *shape, RegexError *error)
{
    Rewriter r = { .at = pattern.data, .end = pattern.data + pattern.len, .out = out, .shape = shape, .error = error };
    *shape = (RegexShape){ 0 };
    while (r.at < r.end) {
        if (!rewrite_one(&r))
            return false;
    }
    if (r.depth > 0)
        return malformed(&r, "a group has no closing parenthesis");
    if (shape->ends_softly && shape->ends_hard)
        return unsupported(&r, "`\\z` together with `$` or `\\Z` is not supported");
    return true;
}
