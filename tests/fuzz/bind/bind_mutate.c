/* bind_mutate.c -- changes of a text that stay near to SQL: bytes changed at random hardly ever get past the parser.
 *
 * Half of the time a word (a name, a number, a quoted text, one character of anything else) is put in the place of
 * another of the same text, or left out, or said twice, or a statement is; else bytes change as libFuzzer does it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

enum { PIECE_BYTES_MAX = 512 };

typedef struct Piece {
    size_t at, len;
} Piece;

static unsigned draw(unsigned *seed, size_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return below == 0 ? 0 : (unsigned)((*seed >> 8) % below);
}

static bool in_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* The word at or around a byte. */
static Piece word_at(const uint8_t *data, size_t size, size_t at)
{
    size_t from = at, to = at + 1;
    if (data[at] == '\'') {
        while (to < size && data[to] != '\'')
            to++;
        return (Piece){ at, to - at + (to < size) };
    }
    while (in_word(data[at]) && from > 0 && in_word(data[from - 1]))
        from--;
    while (in_word(data[at]) && to < size && in_word(data[to]))
        to++;
    return (Piece){ from, to - from };
}

/* From behind a semicolon to behind the next. */
static Piece statement_at(const uint8_t *data, size_t size, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && data[from - 1] != ';')
        from--;
    while (to < size && data[to] != ';')
        to++;
    return (Piece){ from, to - from + (to < size) };
}

/* The bytes of one piece in the place of another. */
static size_t put(uint8_t *data, size_t size, size_t size_max, Piece hole, Piece piece)
{
    uint8_t copy[PIECE_BYTES_MAX];
    if (piece.len > sizeof copy || size - hole.len + piece.len > size_max)
        return size;
    memcpy(copy, data + piece.at, piece.len);
    memmove(data + hole.at + piece.len, data + hole.at + hole.len, size - hole.at - hole.len);
    memcpy(data + hole.at, copy, piece.len);
    return size - hole.len + piece.len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    unsigned way = draw(&seed, 10);
    if (size == 0 || way >= 5)
        return LLVMFuzzerMutate(data, size, size_max);
    for (unsigned times = 1 + draw(&seed, 3); times > 0 && size > 0; times--) {
        size_t here = draw(&seed, size), there = draw(&seed, size);
        Piece hole = word_at(data, size, here), piece = word_at(data, size, there);
        if (way == 0)
            piece.len = 0;
        else if (way == 1)
            hole.len = 0;
        else if (way == 2)
            hole = statement_at(data, size, here), piece = statement_at(data, size, there);
        size = put(data, size, size_max, hole, piece);
    }
    return size;
}
