/* lex.c -- the values of tokens, keywords, and what can be wrong with a token. */
#include "compiler/lex/lex_internal.h"

#include "runtime/base/utf8.h"

#include <assert.h>
#include <strings.h>

typedef struct KeywordRow {
    const char *word;
    uint8_t len;
    uint8_t class;
} KeywordRow;

static const KeywordRow KEYWORDS[] = {
#define KEYWORD(word, class) { #word, sizeof #word - 1, LEX_CLASS_##class },
#include "compiler/lex/keywords.def"
#undef KEYWORD
};

static const char *const SPELLINGS[] = {
#define TOKEN(name, spelling) spelling,
#include "compiler/lex/tokens.def"
#undef TOKEN
};

enum { KEYWORD_COUNT = sizeof KEYWORDS / sizeof KEYWORDS[0], FIRST_KEYWORD = LEX_KIND_COUNT - KEYWORD_COUNT };

bool lex_is_keyword(LexKind kind)
{
    return (int)kind >= FIRST_KEYWORD;
}

LexClass lex_class(LexKind kind)
{
    assert(lex_is_keyword(kind));
    return (LexClass)KEYWORDS[(int)kind - FIRST_KEYWORD].class;
}

const char *lex_spelling(LexKind kind)
{
    if (lex_is_keyword(kind))
        return KEYWORDS[(int)kind - FIRST_KEYWORD].word;
    if (kind == LEX_EOT)
        return "the end of the text";
    return kind == LEX_BAD ? "a token" : SPELLINGS[kind - LEX_ID];
}

LexKind lex_find_keyword(Str word)
{
    char upper[32];
    if (word.len >= sizeof upper)
        return LEX_ID;
    for (uint64_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        upper[i] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    upper[word.len] = '\0';
    int low = 0;
    int high = KEYWORD_COUNT;
    while (low < high) {
        int middle = (low + high) / 2;
        int order = strcmp(upper, KEYWORDS[middle].word);
        if (order == 0)
            return (LexKind)(FIRST_KEYWORD + middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return LEX_ID;
}

void lexer_init(Lexer *lexer, Arena *query, const Source *source, Diags *diags)
{
    *lexer = (Lexer){ .arena = query, .source = source, .diags = diags };
    lexer->at = (const unsigned char *)source->text.data;
    lexer->limit = lexer->at + source->text.len;
    if (source->text.len >= 3 && memcmp(lexer->at, "\xEF\xBB\xBF", 3) == 0)
        lexer->at += 3;
}

/* ---------------------------------------------------------------- places */
static uint32_t offset_of(const Lexer *lexer, const unsigned char *at)
{
    return (uint32_t)(at - (const unsigned char *)lexer->source->text.data);
}

static Span span_of(const Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    return (Span){ lexer->source->file, offset_of(lexer, start), offset_of(lexer, end) };
}

static LexToken token_of(Lexer *lexer, LexKind kind, const unsigned char *start, const unsigned char *end)
{
    lexer->at = end;
    Str text = { (const char *)start, (uint64_t)(end - start) };
    return (LexToken){ kind, offset_of(lexer, start), offset_of(lexer, end), text, false, false };
}

/* How much of an unclosed thing is worth underlining: up to the end of its line. */
static Span first_line(const Lexer *lexer, const unsigned char *start)
{
    const unsigned char *end = start;
    while (end < lexer->limit && *end != '\n' && *end != '\r')
        end++;
    return span_of(lexer, start, end);
}

/* ---------------------------------------------------------------- plain tokens */
LexToken lex_end(Lexer *lexer, const unsigned char *start)
{
    assert(start == lexer->limit);
    return token_of(lexer, LEX_EOT, start, start);
}

LexToken lex_sign(Lexer *lexer, LexKind kind, const unsigned char *start, const unsigned char *end)
{
    return token_of(lexer, kind, start, end);
}

LexToken lex_word(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    LexToken token = token_of(lexer, LEX_ID, start, end);
    token.kind = lex_find_keyword(token.text);
    return token;
}

/* The text between the quotes, each doubled quote once. */
static Str unquote(Lexer *lexer, const unsigned char *start, const unsigned char *end, char quote)
{
    Str inside = { (const char *)start, (uint64_t)(end - start) };
    if (inside.len == 0 || lexer->quiet || memchr(inside.data, quote, inside.len) == NULL)
        return inside;
    char *text = arena_alloc(lexer->arena, inside.len, 1);
    uint64_t len = 0;
    for (uint64_t i = 0; i < inside.len; i++) {
        text[len++] = inside.data[i];
        if (inside.data[i] == quote)
            i++;
    }
    return (Str){ text, len };
}

LexToken lex_quoted_name(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    LexToken token = token_of(lexer, LEX_ID, start, end);
    token.text = unquote(lexer, start + 1, end - 1, '`');
    token.quoted = true;
    if (token.text.len == 0 && !lexer->quiet) {
        Diag *diag = diag_error(lexer->diags, E0101, span_of(lexer, start, end), "a name cannot be empty");
        diag_here(diag, "nothing between the backquotes");
        token.kind = LEX_BAD;
    }
    return token;
}

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

/* Behind the comment that opens at `start`, or NULL. */
static const unsigned char *block_comment_end(const Lexer *lexer, const unsigned char *start)
{
    const unsigned char *at = start + 2;
    while ((at = memchr(at, '*', (size_t)(lexer->limit - at))) != NULL) {
        at++;
        if (*at == '/')
            return at + 1;
    }
    return NULL;
}

LexToken lex_number(Lexer *lexer, LexKind kind, const unsigned char *start, const unsigned char *end)
{
    LexToken token = token_of(lexer, kind, start, end);
    if (!is_word_byte(*end))
        return token;
    while (is_word_byte(*end))
        end++;
    token = token_of(lexer, LEX_BAD, start, end);
    if (lexer->quiet)
        return token;
    Diag *diag = diag_error(lexer->diags, E0009, span_of(lexer, start, end), "`%.*s` is neither a number nor a name",
                            (int)(token.text.len < 60 ? token.text.len : 60), token.text.data);
    diag_here(diag, "digits run into letters");
    diag_help(diag, "a name that starts with a digit is written in backquotes");
    return token;
}

/* Behind the quote that closes a text: the quote that goes on with it, or NULL.  In standard SQL texts with a line end
 * between them are one; comments may stand there, too. */
static const unsigned char *find_continuation(Lexer *lexer, const unsigned char *at)
{
    bool on_new_line = false;
    for (;;) {
        const unsigned char *from = at;
        while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
            on_new_line |= *at++ == '\n';
        if (at[0] == '-' && at[1] == '-')
            while (at < lexer->limit && *at != '\n')
                at++;
        else if (at[0] == '/' && at[1] == '*' && at[2] != '+')
            at = block_comment_end(lexer, at);
        if (at == NULL || at == from)
            break;
    }
    return at != NULL && on_new_line && *at == '\'' ? at : NULL;
}

/* The quote that closes the text which opens at `open`, or NULL. */
static const unsigned char *find_closing_quote(const Lexer *lexer, const unsigned char *open)
{
    const unsigned char *at = open + 1;
    while ((at = memchr(at, '\'', (size_t)(lexer->limit - at))) != NULL && at[1] == '\'')
        at += 2;
    return at;
}

/* Comments between the parts of a text belong to nobody else. */
static void keep_comments_between(Lexer *lexer, const unsigned char *at, const unsigned char *until)
{
    while (lexer->keep_comments && at < until) {
        const unsigned char *from = at;
        if (at[0] == '-')
            at = memchr(at, '\n', (size_t)(until - at));
        else if (at[0] == '/')
            at = block_comment_end(lexer, at);
        if (at != from)
            lex_comment(lexer, from, at);
        else
            at++;
    }
}

/* Appends what stands between the quotes; each doubled quote once. */
static char *append_inside(char *out, const unsigned char *at, const unsigned char *close)
{
    while (at < close) {
        at += *at == '\'';
        *out++ = (char)*at++;
    }
    return out;
}

/* `end` is behind the first part; there are more. */
static LexToken continued_string(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    const unsigned char *last = end;
    const unsigned char *open;
    const unsigned char *close;
    while ((open = find_continuation(lexer, last)) != NULL && (close = find_closing_quote(lexer, open)) != NULL)
        last = close + 1;
    LexToken token = token_of(lexer, LEX_STRING, start, last);
    token.continued = last > end;
    if (lexer->quiet)
        return token;
    char *text = arena_alloc(lexer->arena, (size_t)(last - start), 1);
    char *out = append_inside(text, start + 1, end - 1);
    while (end < last) {
        open = find_continuation(lexer, end);
        keep_comments_between(lexer, end, open);
        close = find_closing_quote(lexer, open);
        out = append_inside(out, open + 1, close);
        end = close + 1;
    }
    token.text = (Str){ text, (uint64_t)(out - text) };
    return token;
}

LexToken lex_string(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    if (find_continuation(lexer, end) != NULL)
        return continued_string(lexer, start, end);
    LexToken token = token_of(lexer, LEX_STRING, start, end);
    token.text = unquote(lexer, start + 1, end - 1, '\'');
    return token;
}

/* ---------------------------------------------------------------- X'..' */
static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

LexToken lex_binary_string(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    LexToken token = token_of(lexer, LEX_BINARY_STRING, start, end);
    uint64_t digits = (uint64_t)(end - start) - 3;
    if (lexer->quiet)
        return token;
    char *bytes = arena_alloc(lexer->arena, digits / 2 + 1, 1);
    bool good = digits % 2 == 0;
    for (uint64_t i = 0; good && i + 1 < digits; i += 2) {
        int high = hex_value(start[2 + i]);
        int low = hex_value(start[3 + i]);
        good = high >= 0 && low >= 0;
        bytes[i / 2] = (char)((high * 16 + low) & 0xFF);
    }
    if (!good) {
        Diag *diag = diag_error(lexer->diags, E0011, span_of(lexer, start, end),
                                "a binary literal holds pairs of hexadecimal digits");
        diag_here(diag, digits % 2 == 0 ? "not only hexadecimal digits" : "an odd number of digits");
        token.kind = LEX_BAD;
        return token;
    }
    token.text = (Str){ bytes, digits / 2 };
    return token;
}

/* ---------------------------------------------------------------- U&'..' [UESCAPE 'c'] */
static const unsigned char *skip_blanks(const unsigned char *at)
{
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
        at++;
    return at;
}

/* Looks behind the text for UESCAPE 'c'; moves *end behind it and answers c, or a backslash. */
static unsigned char find_uescape(const unsigned char **end)
{
    const unsigned char *at = skip_blanks(*end);
    if (strncasecmp((const char *)at, "UESCAPE", 7) != 0)
        return '\\';
    at = skip_blanks(at + 7);
    if (at[0] != '\'' || at[1] == '\0' || at[1] >= 0x80 || at[2] != '\'')
        return '\\';
    *end = at + 3;
    return at[1];
}

/* Reads \XXXX or \+XXXXXX behind the escape character; 0 digits: bad. */
static uint64_t read_escape(Str text, uint32_t *c)
{
    uint64_t from = text.len > 0 && text.data[0] == '+' ? 1 : 0;
    uint64_t digits = from == 1 ? 6 : 4;
    if (text.len < from + digits)
        return 0;
    *c = 0;
    for (uint64_t i = from; i < from + digits; i++) {
        int value = hex_value((unsigned char)text.data[i]);
        if (value < 0)
            return 0;
        *c = *c << 4 | (uint32_t)value;
    }
    bool is_character = *c != 0 && *c <= 0x10FFFF && !(*c >= 0xD800 && *c < 0xE000);
    return is_character ? from + digits : 0;
}

LexToken lex_unicode_string(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    if (lexer->quiet)
        return token_of(lexer, LEX_STRING, start, end);
    Str raw = unquote(lexer, start + 3, end - 1, '\'');
    char escape = (char)find_uescape(&end);
    LexToken token = token_of(lexer, LEX_STRING, start, end);
    char *text = arena_alloc(lexer->arena, raw.len + 1, 1);
    char *out = text;
    for (uint64_t i = 0; i < raw.len;) {
        if (raw.data[i] != escape) {
            *out++ = raw.data[i++];
            continue;
        }
        Str rest = str_slice(raw, i + 1, raw.len - i - 1);
        uint32_t c = 0;
        uint64_t used = rest.len > 0 && rest.data[0] == escape ? 1 : read_escape(rest, &c);
        if (used == 0) {
            Diag *diag = diag_error(lexer->diags, E0010, span_of(lexer, start, end), "an escape names no character");
            diag_help(diag, "write the escape character, then four hexadecimal digits, or `+` and six of them");
            token.kind = LEX_BAD;
            return token;
        }
        if (c == 0)
            *out++ = escape;
        else
            out += utf8_put(out, c);
        i += 1 + used;
    }
    token.text = (Str){ text, (uint64_t)(out - text) };
    return token;
}

/* ---------------------------------------------------------------- comments */
void lex_comment(Lexer *lexer, const unsigned char *start, const unsigned char *end)
{
    if (!lexer->keep_comments)
        return;
    while (end > start && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
        end--;
    LexComment comment = { offset_of(lexer, start), offset_of(lexer, end) };
    vec_push(lexer->arena, &lexer->comments, comment);
}

const unsigned char *lex_block_comment(Lexer *lexer, const unsigned char *start)
{
    const unsigned char *end = block_comment_end(lexer, start);
    if (end != NULL)
        lex_comment(lexer, start, end);
    return end;
}

/* ---------------------------------------------------------------- errors */
LexToken lex_unclosed_comment(Lexer *lexer, const unsigned char *start)
{
    if (lexer->quiet)
        return token_of(lexer, LEX_BAD, start, lexer->limit);
    Diag *diag = diag_error(lexer->diags, E0008, first_line(lexer, start), "the comment has no end");
    diag_here(diag, "it starts here");
    diag_help(diag, "close it with `*/`");
    return token_of(lexer, LEX_BAD, start, lexer->limit);
}

LexToken lex_unclosed_name(Lexer *lexer, const unsigned char *start)
{
    Span span = first_line(lexer, start);
    if (lexer->quiet)
        return token_of(lexer, LEX_BAD, start, (const unsigned char *)lexer->source->text.data + span.end);
    Diag *diag = diag_error(lexer->diags, E0007, span, "the quoted name has no end on its line");
    diag_here(diag, "it starts here");
    diag_help(diag, "close it with a backquote");
    return token_of(lexer, LEX_BAD, start, (const unsigned char *)lexer->source->text.data + span.end);
}

LexToken lex_unclosed_string(Lexer *lexer, const unsigned char *start)
{
    if (lexer->quiet)
        return token_of(lexer, LEX_BAD, start, lexer->limit);
    Diag *diag = diag_error(lexer->diags, E0006, first_line(lexer, start), "the text has no end");
    diag_here(diag, "it starts here");
    diag_help(diag, "close it with a single quote; a quote inside a text is written twice");
    return token_of(lexer, LEX_BAD, start, lexer->limit);
}

static const struct {
    unsigned char sign;
    const char *help;
} STRAYS[] = {
    { '"', "a text is written in single quotes, a name in backquotes" },
    { '#', "a comment begins with `--`" },
    { '!', "unequal is `<>`, the opposite of a condition is NOT" },
    { '&', "both of two conditions is AND" },
    { '~', "a regular expression is tried with REGEXP(x, 'pattern')" },
    { '@', "there are no variables here" },
};

LexToken lex_stray(Lexer *lexer, const unsigned char *start)
{
    if (lexer->quiet)
        return token_of(lexer, LEX_BAD, start, start + 1);
    Span span = span_of(lexer, start, start + 1);
    bool printable = *start > 0x20 && *start < 0x7F;
    Diag *diag = printable ? diag_error(lexer->diags, E0005, span, "`%c` cannot stand here", *start)
                           : diag_error(lexer->diags, E0005, span, "the character 0x%02X cannot stand here", *start);
    for (uint32_t i = 0; i < sizeof STRAYS / sizeof STRAYS[0]; i++)
        if (STRAYS[i].sign == *start)
            diag_help(diag, "%s", STRAYS[i].help);
    return token_of(lexer, LEX_BAD, start, start + 1);
}

bool lex_check_text(const Source *source, Diags *diags)
{
    const unsigned char *base = (const unsigned char *)source->text.data;
    const unsigned char *limit = base + source->text.len;
    const unsigned char *nul = source->text.len == 0 ? NULL : memchr(base, 0, source->text.len);
    const unsigned char *at = base;
    const unsigned char *until = nul == NULL ? limit : nul;
    while (at < until) {
        uint64_t eight;
        if (until - at >= 8 && (memcpy(&eight, at, 8), (eight & 0x8080808080808080u) == 0)) {
            at += 8;
            continue;
        }
        uint32_t len = utf8_step((const char *)at, (const char *)until);
        if (len == 0)
            break;
        at += len;
    }
    if (at == limit)
        return true;
    uint32_t offset = (uint32_t)(at - base);
    Span span = { source->file, offset, offset + 1 };
    if (at == nul)
        diag_error(diags, E0004, span, "the text has a NUL byte");
    else
        diag_here(diag_error(diags, E0003, span, "the text is not UTF-8"), "the byte 0x%02X", *at);
    return false;
}
