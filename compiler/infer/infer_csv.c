/* infer_csv.c -- fields cut at a delimiter, with or without a header line. */
#include "compiler/infer/infer_internal.h"
#include "runtime/base/number.h"

#include <ctype.h>
#include <stdio.h>

enum { SNIFF_LINES = 20 };

typedef VEC(Str) CsvFields;

/* A field in quotes loses them; two of them inside stay, which changes no type. */
static CsvFields cut(Arena *arena, Str line, char delimiter)
{
    CsvFields fields = { 0 };
    uint64_t at = 0;
    do {
        uint64_t start = at;
        bool is_quoted = at < line.len && line.data[at] == '"';
        if (is_quoted) {
            for (at++; at < line.len && line.data[at] != '"'; at++) {
                if (at + 2 < line.len && line.data[at + 1] == '"' && line.data[at + 2] == '"')
                    at += 2;
            }
        }
        uint64_t close = at;
        while (at < line.len && line.data[at] != delimiter)
            at++;
        vec_push(arena, &fields,
                 is_quoted ? str_slice(line, start + 1, close - start - 1) : str_slice(line, start, at - start));
    } while (at++ < line.len);
    return fields;
}

static Str next_line(Str *rest)
{
    int64_t end = str_find(*rest, STR("\n"));
    uint64_t len = end < 0 ? rest->len : (uint64_t)end;
    Str line = str_slice(*rest, 0, len);
    *rest = str_slice(*rest, len + (end >= 0), rest->len - len - (end >= 0));
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* In how many fields the delimiter cuts every one of the first lines; 0: not the same for all. */
static uint32_t fields_by(Arena *arena, Str lines, char delimiter)
{
    uint32_t count = 0;
    for (int i = 0; i < SNIFF_LINES && lines.len > 0; i++) {
        Str line = next_line(&lines);
        if (line.len == 0)
            continue;
        uint32_t here = cut(arena, line, delimiter).count;
        if (count != 0 && here != count)
            return 0;
        count = here;
    }
    return count;
}

static bool is_value(Str text)
{
    double number;
    return text.len == 0 || isdigit((unsigned char)text.data[0]) || double_parse(text, &number) == PARSE_OK;
}

/* Words that name columns: none is a value, no two are the same, and the next line does not say one again. */
static bool is_header(const CsvFields *first, const CsvFields *second)
{
    bool is_header = second->count == first->count;
    for (uint32_t i = 0; is_header && i < first->count; i++) {
        is_header = !is_value(first->items[i]) && !str_equal(first->items[i], second->items[i]);
        for (uint32_t j = 0; is_header && j < i; j++)
            is_header = !str_equal(first->items[i], first->items[j]);
    }
    return is_header;
}

void infer_csv_begin(Infer *infer, Str lines)
{
    static const char DELIMITERS[] = { ',', '\t', ';', '|' };
    uint32_t most = 1;
    infer->csv.delimiter = ',';
    for (size_t i = 0; i < sizeof DELIMITERS; i++) {
        uint32_t count = fields_by(infer->arena, lines, DELIMITERS[i]);
        if (count > most) {
            most = count;
            infer->csv.delimiter = DELIMITERS[i];
        }
    }
    if (most == 1 && fields_by(infer->arena, lines, ',') != 1) {
        infer->csv = (InferCsv){ .delimiter = '\x01', .is_whole_line = true };
        (void)infer_field(infer, &infer->row.fields, STR("line"));
        return;
    }
    Str first_line = next_line(&lines), second_line = next_line(&lines);
    CsvFields first = cut(infer->arena, first_line, infer->csv.delimiter);
    CsvFields second = cut(infer->arena, second_line, infer->csv.delimiter);
    infer->csv.has_header = second_line.len > 0 && is_header(&first, &second);
    for (uint32_t i = 0; i < first.count; i++) {
        Str name = infer->csv.has_header ? str_trim(first.items[i]) : STR_EMPTY;
        if (name.len == 0)
            name = str_printf(infer->arena, "c%u", i + 1);
        (void)infer_field(infer, &infer->row.fields, name);
    }
}

static void infer_boolean(const Infer *infer, InferField *field, Str text)
{
    field->seen |= SEEN_BOOLEAN;
    infer_tally(infer, field, VALUE_BOOLEAN, text);
}

static void note(Infer *infer, InferField *field, Str text)
{
    double number;
    if (text.len == 0)
        field->has_empty = true;
    else if (str_equal_nocase(text, STR("true")) || str_equal_nocase(text, STR("false")))
        infer_boolean(infer, field, text);
    else if (double_parse(text, &number) == PARSE_OK && text.data[0] != '+')
        infer_number(infer, field, text);
    else
        infer_text(infer, field, text);
}

void infer_csv_line(Infer *infer, Str line, bool is_first)
{
    if (line.len == 0 || (is_first && infer->csv.has_header))
        return;
    CsvFields fields = { 0 };
    if (infer->csv.is_whole_line)
        vec_push(infer->arena, &fields, line);
    else
        fields = cut(infer->arena, line, infer->csv.delimiter);
    if (fields.count != infer->row.fields.count) {
        infer->bad_lines++;
        return;
    }
    infer->rows++;
    for (uint32_t i = 0; i < fields.count; i++)
        note(infer, infer->row.fields.items[i], fields.items[i]);
}
