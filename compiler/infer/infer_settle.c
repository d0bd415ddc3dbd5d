/* infer_settle.c -- a field of which nearly all values are of one type has that type.
 *
 * One "n/a" among a thousand numbers would make the column a STRING, and the numbers useless.  So many may be wrong:
 * one of five values and more, or one of twenty.  They are told, and are bad values of whoever reads the column. */
#include "compiler/infer/infer_internal.h"
#include "runtime/base/utf8.h"
#include "runtime/format/row_writer.h"

#include <inttypes.h>

enum { FEW_VALUES = 5, ONE_OF = 20, SHOWN_BYTES = 40 };

/* Numbers of any size are one type, everything else is its own. */
static const struct {
    uint32_t forms, seen;
} TYPES[] = {
    { 1 << VALUE_BOOLEAN, SEEN_BOOLEAN },
    { 1 << VALUE_INTEGER | 1 << VALUE_WIDE | 1 << VALUE_NUMBER, SEEN_INTEGER | SEEN_WIDE | SEEN_NUMBER },
    { 1 << VALUE_OBJECT, SEEN_OBJECT },
    { 1 << VALUE_ARRAY, SEEN_ARRAY },
    { 1 << VALUE_SQL, SEEN_TEXT },
    { 1 << VALUE_SQL_ZONE, SEEN_TEXT },
    { 1 << VALUE_ISO, SEEN_TEXT },
    { 1 << VALUE_ISO_ZONE, SEEN_TEXT },
    { 1 << VALUE_DATE, SEEN_TEXT },
};

static uint64_t count_of(const InferField *field, uint32_t forms)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < VALUE_FORM_COUNT; i++)
        count += (forms >> i & 1) != 0 ? field->tallies[i].count : 0;
    return count;
}

/* The first value that is of none of these. */
static void note_wrong(InferField *field, uint32_t forms)
{
    for (uint32_t i = 0; i < VALUE_FORM_COUNT; i++) {
        const ValueTally *tally = &field->tallies[i];
        if ((forms >> i & 1) != 0 || tally->count == 0)
            continue;
        field->wrong_count += tally->count;
        if (field->wrong_line != 0 && field->wrong_line <= tally->first_line)
            continue;
        field->wrong_line = tally->first_line;
        field->wrong = tally->first;
    }
}

static void settle_value(InferField *field)
{
    uint64_t all = count_of(field, (1U << VALUE_FORM_COUNT) - 1), most = 0;
    uint64_t few = all / ONE_OF > 0 ? all / ONE_OF : all >= FEW_VALUES;
    for (uint32_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        uint64_t count = count_of(field, TYPES[i].forms);
        if (count <= most || count == all || all - count > few)
            continue;
        most = count;
        field->seen &= TYPES[i].seen;
        if (TYPES[i].seen == SEEN_TEXT)
            field->forms = (uint32_t)TYPES[i].forms >> VALUE_SQL;
        note_wrong(field, TYPES[i].forms);
    }
    if (field->seen == SEEN_TEXT)
        field->clock = field->text_clock;
}

void infer_settle(InferField *field)
{
    settle_value(field);
    for (uint32_t i = 0; i < field->fields.count; i++)
        infer_settle(field->fields.items[i]);
    if (field->element != NULL)
        infer_settle(field->element);
}

/* Whole characters of it; nothing where it is no text. */
static Str shown_part(Str text)
{
    uint64_t len = text.len < SHOWN_BYTES ? text.len : SHOWN_BYTES;
    while (len > 0 && len < text.len && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    uint64_t error_at;
    Str part = str_slice(text, 0, len);
    return utf8_valid(part, &error_at) ? part : STR_EMPTY;
}

void infer_put_wrong(Buf *out, const Infer *infer, const InferField *field, Str path, bool iso)
{
    if (field->wrong_count > 0) {
        Str shown = shown_part(field->wrong);
        uint64_t all = count_of(field, (1U << VALUE_FORM_COUNT) - 1);
        buf_printf(out, "-- %.*s: %" PRIu64 " of %" PRIu64 " values %s no ", STR_ARG(path), field->wrong_count, all,
                   field->wrong_count == 1 ? "is" : "are");
        infer_put_type(out, infer, field, iso);
        buf_printf(out, ", %sin line %" PRIu64, field->wrong_count == 1 ? "" : "first ", field->wrong_line);
        if (shown.len > 0) {
            buf_append_str(out, STR(": "));
            json_string_append(out, shown);
        }
        buf_append_str(out, STR(". For who reads the column such rows are bad.\n"));
    }
    for (uint32_t i = 0; i < field->fields.count; i++) {
        const InferField *inner = field->fields.items[i];
        Str name = infer_name(infer->arena, inner->name);
        Str inner_path = path.len == 0 ? name : str_printf(infer->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(name));
        infer_put_wrong(out, infer, inner, inner_path, iso);
    }
    if (field->element != NULL)
        infer_put_wrong(out, infer, field->element, path, iso);
}
