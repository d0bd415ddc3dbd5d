/* lex_internal.h -- what the generated lexer calls when it has found the end of a token.  Each sets lexer->at. */
#ifndef SQC_LEX_LEX_INTERNAL_H
#define SQC_LEX_LEX_INTERNAL_H

#include "compiler/lex/lex.h"

LexToken lex_end(Lexer *lexer, const unsigned char *start);
LexToken lex_sign(Lexer *lexer, LexKind kind, const unsigned char *start, const unsigned char *end);
LexToken lex_word(Lexer *lexer, const unsigned char *start, const unsigned char *end);
LexToken lex_quoted_name(Lexer *lexer, const unsigned char *start, const unsigned char *end);
LexToken lex_number(Lexer *lexer, LexKind kind, const unsigned char *start, const unsigned char *end);
LexToken lex_string(Lexer *lexer, const unsigned char *start, const unsigned char *end);
LexToken lex_unicode_string(Lexer *lexer, const unsigned char *start, const unsigned char *end);
LexToken lex_binary_string(Lexer *lexer, const unsigned char *start, const unsigned char *end);

void lex_comment(Lexer *lexer, const unsigned char *start, const unsigned char *end);
/* Behind the comment that starts with a slash and a star at `start`; NULL when it never ends. */
const unsigned char *lex_block_comment(Lexer *lexer, const unsigned char *start);

LexToken lex_unclosed_comment(Lexer *lexer, const unsigned char *start);
LexToken lex_unclosed_name(Lexer *lexer, const unsigned char *start);
LexToken lex_unclosed_string(Lexer *lexer, const unsigned char *start);
LexToken lex_stray(Lexer *lexer, const unsigned char *start);

#endif
