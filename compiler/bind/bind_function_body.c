/* bind_function_body.c -- the text of a function body as a source of its own, in the place where it stands.
 *
 * The body is a literal inside of the statement.  To let messages point into it, it is parsed out of a text that has
 * blanks up to where the literal begins, and a blank for the second half of each doubled quote:
 *
 *     CREATE FUNCTION f(x STRING) RETURNS STRING AS 'x || ''a''' LANGUAGE SQL
 *                                                    x ||  'a'
 *
 * Quotes doubled inside of a text of the body cannot be told so: the blanks owed for them follow behind that text. */
#include "compiler/bind/bind_function.h"

typedef enum BodyPart { IN_CODE, IN_TEXT, IN_NAME, IN_LINE_COMMENT, IN_COMMENT } BodyPart;

typedef struct BodyWriter {
    char *at;
    uint32_t owed;
    BodyPart part;
    char name_quote;
    bool doubled; /* the literal doubles its quotes, as all plain ones do */
} BodyWriter;

static void put_blanks(BodyWriter *w, uint32_t count)
{
    for (; w->doubled && count > 0; count--)
        *w->at++ = ' ';
}

static void pay(BodyWriter *w, uint32_t more)
{
    put_blanks(w, w->owed + more);
    w->owed = 0;
}

/* A quote at text[i]; answers how many bytes of the text were used. */
static uint64_t put_quote(BodyWriter *w, Str text, uint64_t i)
{
    bool two = i + 1 < text.len && text.data[i + 1] == '\'';
    if (w->part == IN_CODE) {
        put_blanks(w, 1);
        *w->at++ = '\'';
        w->part = IN_TEXT;
        return 1;
    }
    *w->at++ = '\'';
    if (w->part == IN_TEXT && two) {
        *w->at++ = '\'';
        w->owed += 2;
        return 2;
    }
    if (w->part == IN_TEXT) {
        w->part = IN_CODE;
        pay(w, 1);
    } else if (w->part == IN_NAME) {
        w->owed++;
    } else {
        pay(w, 1);
    }
    return 1;
}

static bool starts(Str text, uint64_t i, const char *two)
{
    return i + 1 < text.len && text.data[i] == two[0] && text.data[i + 1] == two[1];
}

/* Any other byte. */
static void put_byte(BodyWriter *w, Str text, uint64_t i)
{
    char c = text.data[i];
    *w->at++ = c;
    if (w->part == IN_CODE && (c == '`' || c == '"')) {
        w->part = IN_NAME;
        w->name_quote = c;
    } else if (w->part == IN_NAME && c == w->name_quote) {
        w->part = IN_CODE;
        pay(w, 0);
    } else if (w->part == IN_CODE && starts(text, i, "--")) {
        w->part = IN_LINE_COMMENT;
    } else if (w->part == IN_CODE && starts(text, i, "/*")) {
        w->part = IN_COMMENT;
    } else if ((w->part == IN_LINE_COMMENT && c == '\n') ||
               (w->part == IN_COMMENT && i > 0 && starts(text, i - 1, "*/"))) {
        w->part = IN_CODE;
    }
}

Source function_source(Arena *query, const AstNode *literal)
{
    Str text = ast_string_text(literal);
    uint32_t start = literal->span.start + 1, quotes = 0;
    for (uint64_t i = 0; i < text.len; i++)
        quotes += text.data[i] == '\'';
    bool plain = literal->span.end - literal->span.start == text.len + quotes + 2;
    char *room = arena_alloc(query, start + text.len + quotes + 1, 1);
    memset(room, ' ', start);
    BodyWriter w = { .at = room + start, .doubled = plain };
    for (uint64_t i = 0; i < text.len;) {
        if (text.data[i] == '\'') {
            i += put_quote(&w, text, i);
        } else {
            put_byte(&w, text, i);
            i++;
        }
    }
    *w.at = '\0';
    return (Source){ .file = literal->span.file, .text = { room, (uint64_t)(w.at - room) } };
}
