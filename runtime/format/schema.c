/* schema.c -- names and physical kinds of field types, reasons in words. */
#include "runtime/format/schema.h"

#include "runtime/base/buf.h"

static const struct {
    const char *name;
    RtKind kind;
} FIELDS[] = {
#define FIELD(name, kind, doc) { #name, PK_##kind },
#include "runtime/format/field_types.def"
#undef FIELD
};

static const struct {
    const char *word;
    const char *text;
} REASONS[] = {
#define REASON(name, word, text) { word, text },
#include "runtime/format/decode_reasons.def"
#undef REASON
};

enum { DECIMAL_I64_DIGITS = 18, TIMESTAMP_I64_DIGITS = 6 };

RtKind field_kind(const FieldType *type)
{
    if (type->id == FT_DECIMAL)
        return type->precision <= DECIMAL_I64_DIGITS ? PK_I64 : PK_D128;
    if (type->id == FT_TIMESTAMP || type->id == FT_TIMESTAMP_LTZ)
        return type->precision <= TIMESTAMP_I64_DIGITS ? PK_I64 : PK_TIME96;
    return FIELDS[type->id].kind;
}

const char *field_type_name(FieldTypeId id)
{
    return FIELDS[id].name;
}

static void type_print(Buf *out, const FieldType *type)
{
    switch (type->id) {
    case FT_VARCHAR:
    case FT_VARBINARY:
        if (type->precision == 0) {
            buf_printf(out, type->id == FT_VARCHAR ? "STRING" : "BYTES");
            return;
        }
        break;
    case FT_DECIMAL: buf_printf(out, "DECIMAL(%u, %u)", type->precision, type->scale); return;
    case FT_ARRAY:
        buf_printf(out, "ARRAY<");
        type_print(out, type->element);
        buf_append_char(out, '>');
        return;
    case FT_MAP:
        buf_printf(out, "MAP<");
        type_print(out, type->key);
        buf_printf(out, ", ");
        type_print(out, type->element);
        buf_append_char(out, '>');
        return;
    case FT_ROW:
        buf_printf(out, "ROW<");
        for (uint32_t i = 0; i < type->member_count; i++) {
            buf_printf(out, "%s%.*s ", i > 0 ? ", " : "", STR_ARG(type->members[i].name));
            type_print(out, type->members[i].type);
        }
        buf_append_char(out, '>');
        return;
    default: break;
    }
    buf_printf(out, "%s", FIELDS[type->id].name);
    bool has_precision = (type->id >= FT_CHAR && type->id <= FT_VARBINARY) || type->id == FT_TIME ||
                         type->id == FT_TIMESTAMP || type->id == FT_TIMESTAMP_LTZ;
    if (has_precision)
        buf_printf(out, "(%u)", type->precision);
}

Str field_type_text(Arena *arena, const FieldType *type)
{
    Buf text = { 0 };
    type_print(&text, type);
    Str copy = str_copy(arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

const char *decode_reason_word(DecodeReason reason)
{
    return REASONS[reason].word;
}

const char *decode_reason_text(DecodeReason reason)
{
    return REASONS[reason].text;
}

const DecodeIssue *decode_issue_find(const DecodeIssues *issues, int32_t column)
{
    for (uint32_t i = 0; i < issues->count && i < DECODE_ISSUES_MAX; i++) {
        if (issues->items[i].column == column)
            return &issues->items[i];
    }
    return NULL;
}
