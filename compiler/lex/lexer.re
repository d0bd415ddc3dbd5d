/* lexer.re -- the tokens of a .ssql text.  The text ends with a NUL that re2c sees as the end; lex_check_text has made
 * sure that there is no other. */
#include "compiler/lex/lex_internal.h"

/*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = at;
    re2c:define:YYMARKER = marker;
    re2c:yyfill:enable = 0;

    blank = [ \t\r\n\f\v];
    digit = [0-9];
    letter = [A-Za-z_\x80-\xff];
    word = letter (letter | digit | "$")*;
    exponent = [eE] [+-]? digit+;
*/

LexToken lexer_next(Lexer *lexer)
{
    const unsigned char *at = lexer->at;
    const unsigned char *marker = at;
    const unsigned char *start;
again:
    start = at;
    /*!re2c
        blank+ { goto again; }
        "\x00" { return lex_end(lexer, start); }
        "--" [^\n\x00]* { lex_comment(lexer, start, at); goto again; }
        "/*+" { lexer->in_hint = true; return lex_sign(lexer, LEX_HINT_OPEN, start, at); }
        "/*" {
            at = lex_block_comment(lexer, start);
            if (at == NULL)
                return lex_unclosed_comment(lexer, start);
            goto again;
        }
        "*" "/" {
            if (!lexer->in_hint)
                return lex_sign(lexer, LEX_STAR, start, start + 1);
            lexer->in_hint = false;
            return lex_sign(lexer, LEX_HINT_CLOSE, start, at);
        }

        word { return lex_word(lexer, start, at); }
        "`" ([^`\n\x00] | "``")* "`" { return lex_quoted_name(lexer, start, at); }
        "`" { return lex_unclosed_name(lexer, start); }

        digit+ { return lex_number(lexer, LEX_INTEGER, start, at); }
        digit+ "." digit* | "." digit+ { return lex_number(lexer, LEX_DECIMAL, start, at); }
        (digit+ "."? digit* | "." digit+) exponent { return lex_number(lexer, LEX_DOUBLE, start, at); }

        "'" ([^'\x00] | "''")* "'" { return lex_string(lexer, start, at); }
        [uU] "&'" ([^'\x00] | "''")* "'" { return lex_unicode_string(lexer, start, at); }
        [xX] "'" ([^'\x00] | "''")* "'" { return lex_binary_string(lexer, start, at); }
        "'" | [uU] "&'" | [xX] "'" { return lex_unclosed_string(lexer, start); }

        "(" { return lex_sign(lexer, LEX_LPAREN, start, at); }
        ")" { return lex_sign(lexer, LEX_RPAREN, start, at); }
        "[" { return lex_sign(lexer, LEX_LBRACKET, start, at); }
        "]" { return lex_sign(lexer, LEX_RBRACKET, start, at); }
        "{" { return lex_sign(lexer, LEX_LBRACE, start, at); }
        "}" { return lex_sign(lexer, LEX_RBRACE, start, at); }
        "{-" { return lex_sign(lexer, LEX_LEXCLUDE, start, at); }
        "-}" { return lex_sign(lexer, LEX_REXCLUDE, start, at); }
        "," { return lex_sign(lexer, LEX_COMMA, start, at); }
        "." { return lex_sign(lexer, LEX_DOT, start, at); }
        ";" { return lex_sign(lexer, LEX_SEMICOLON, start, at); }
        ":" { return lex_sign(lexer, LEX_COLON, start, at); }
        "=" { return lex_sign(lexer, LEX_EQ, start, at); }
        "<>" | "!=" { return lex_sign(lexer, LEX_NE, start, at); }
        "<" { return lex_sign(lexer, LEX_LT, start, at); }
        "<=" { return lex_sign(lexer, LEX_LE, start, at); }
        ">" { return lex_sign(lexer, LEX_GT, start, at); }
        ">=" { return lex_sign(lexer, LEX_GE, start, at); }
        "=>" { return lex_sign(lexer, LEX_ARROW, start, at); }
        "+" { return lex_sign(lexer, LEX_PLUS, start, at); }
        "-" { return lex_sign(lexer, LEX_MINUS, start, at); }
        "*" { return lex_sign(lexer, LEX_STAR, start, at); }
        "/" { return lex_sign(lexer, LEX_SLASH, start, at); }
        "%" { return lex_sign(lexer, LEX_PERCENT, start, at); }
        "||" { return lex_sign(lexer, LEX_BARS, start, at); }
        "|" { return lex_sign(lexer, LEX_BAR, start, at); }
        "?" { return lex_sign(lexer, LEX_QUESTION, start, at); }
        "^" { return lex_sign(lexer, LEX_CARET, start, at); }
        "$" { return lex_sign(lexer, LEX_DOLLAR, start, at); }
        * { return lex_stray(lexer, start); }
    */
}
