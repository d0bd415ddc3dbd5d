/* infer_value.c -- what one value says about its field, and the type that all of them have. */
#include "compiler/infer/infer_internal.h"
#include "compiler/lex/lex.h"
#include "runtime/base/timetext.h"

enum { OBJECT_KEYS_MAX = 64, WIDE_DIGITS_MAX = 38 };

InferField *infer_field(Infer *infer, InferFields *fields, Str name)
{
    for (uint32_t i = 0; i < fields->count; i++) {
        if (str_equal(fields->items[i]->name, name))
            return fields->items[i];
    }
    InferField *field = arena_alloc_zeroed(infer->arena, sizeof *field, 16);
    field->name = str_copy(infer->arena, name);
    field->forms = FORM_ALL;
    vec_push(infer->arena, fields, field);
    return field;
}

static void tick(Infer *infer, InferClock *clock, int64_t time)
{
    if (clock->count > 0 && time < clock->newest)
        vec_push(infer->arena, &clock->late, clock->newest - time);
    if (clock->count == 0 || time > clock->newest)
        clock->newest = time;
    clock->count++;
}

static bool is_integer(Str text)
{
    uint64_t from = text.len > 0 && text.data[0] == '-';
    bool is_integer = text.len > from;
    for (uint64_t i = from; is_integer && i < text.len; i++)
        is_integer = text.data[i] >= '0' && text.data[i] <= '9';
    return is_integer;
}

void infer_tally(const Infer *infer, InferField *field, ValueForm form, Str text)
{
    ValueTally *tally = &field->tallies[form];
    if (tally->count++ > 0)
        return;
    tally->first_line = infer->line;
    tally->first = str_copy(infer->arena, text);
}

void infer_number(Infer *infer, InferField *field, Str text)
{
    int64_t value;
    field->count++;
    if (!is_integer(text)) {
        field->seen |= SEEN_NUMBER;
        infer_tally(infer, field, VALUE_NUMBER, text);
    } else if (int_parse(text, &value) != PARSE_OK) {
        bool is_wide = text.len <= WIDE_DIGITS_MAX;
        field->seen |= is_wide ? SEEN_WIDE : SEEN_NUMBER;
        infer_tally(infer, field, is_wide ? VALUE_WIDE : VALUE_NUMBER, text);
    } else {
        bool is_first = (field->seen & SEEN_INTEGER) == 0;
        field->min = is_first || value < field->min ? value : field->min;
        field->max = is_first || value > field->max ? value : field->max;
        field->seen |= SEEN_INTEGER;
        infer_tally(infer, field, VALUE_INTEGER, text);
        tick(infer, &field->clock, value);
    }
}

static uint32_t forms_of(Str text, int64_t *time_us)
{
    static const struct {
        uint32_t form, flags;
    } FORMS[] = { { FORM_SQL, TIME_SPACE },
                  { FORM_SQL_ZONE, TIME_SPACE | TIME_ZONE | TIME_ZONE_NEEDED },
                  { FORM_ISO, TIME_T | TIME_SECONDS_OPTIONAL },
                  { FORM_ISO_ZONE, TIME_T | TIME_ZONE | TIME_ZONE_NEEDED | TIME_SECONDS_OPTIONAL } };
    bool may_be = text.len >= 10 && text.len < TIMESTAMP_TEXT_MAX && text.data[4] == '-' && text.data[7] == '-';
    TimeText time;
    for (uint32_t i = 0; may_be && i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (timestamp_parse(text, FORMS[i].flags, &time) != PARSE_OK)
            continue;
        *time_us = time.us - (int64_t)time.offset_s * 1000000;
        return FORMS[i].form;
    }
    int32_t days;
    return may_be && text.len == 10 && date_parse(text, &days) == PARSE_OK ? FORM_DATE : 0;
}

void infer_text(Infer *infer, InferField *field, Str text)
{
    int64_t time_us = 0;
    uint32_t forms = forms_of(text, &time_us);
    /* In CSV a zone is cut off, which does for Z only. */
    if (infer->format == INFER_CSV && forms == FORM_ISO_ZONE && !str_ends_with(text, STR("Z")))
        forms = 0;
    field->count++;
    field->seen |= SEEN_TEXT;
    field->forms &= forms;
    ValueForm form = VALUE_PLAIN;
    for (uint32_t i = 0; forms != 0 && i < VALUE_PLAIN - VALUE_SQL; i++)
        form = (forms >> i & 1) != 0 ? (ValueForm)(VALUE_SQL + i) : form;
    infer_tally(infer, field, form, text);
    if (forms != 0 && forms != FORM_DATE)
        tick(infer, &field->text_clock, time_us);
}

Str infer_name(Arena *arena, Str name)
{
    bool is_plain = name.len > 0 && !(name.data[0] >= '0' && name.data[0] <= '9');
    for (uint64_t i = 0; is_plain && i < name.len; i++) {
        char c = name.data[i];
        is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    LexKind word = is_plain ? lex_find_keyword(name) : LEX_ID;
    if (is_plain && (word == LEX_ID || lex_class(word) == LEX_CLASS_FREE))
        return name;
    Buf quoted = { 0 };
    buf_append_char(&quoted, '`');
    for (uint64_t i = 0; i < name.len; i++) {
        if (name.data[i] == '`')
            buf_append_char(&quoted, '`');
        buf_append_char(&quoted, name.data[i]);
    }
    buf_append_char(&quoted, '`');
    Str text = str_copy(arena, buf_str(&quoted));
    buf_free(&quoted);
    return text;
}

static void put_row(Buf *out, const Infer *infer, const InferField *field, bool iso)
{
    if (field->fields.count == 0) {
        buf_append_str(out, STR("STRING"));
        return;
    }
    if (field->fields.count > OBJECT_KEYS_MAX) {
        buf_append_str(out, STR("MAP<STRING, STRING>"));
        return;
    }
    buf_append_str(out, STR("ROW<"));
    for (uint32_t i = 0; i < field->fields.count; i++) {
        const InferField *inner = field->fields.items[i];
        buf_printf(out, "%s%.*s ", i > 0 ? ", " : "", STR_ARG(infer_name(infer->arena, inner->name)));
        infer_put_type(out, infer, inner, iso);
    }
    buf_append_char(out, '>');
}

static const char *text_type(const InferField *field, bool iso)
{
    if (field->seen != SEEN_TEXT || field->count == 0)
        return "STRING";
    if (field->forms == FORM_DATE)
        return "DATE";
    if (field->forms == (iso ? FORM_ISO : FORM_SQL))
        return "TIMESTAMP(3)";
    return field->forms == (iso ? FORM_ISO_ZONE : FORM_SQL_ZONE) ? "TIMESTAMP_LTZ(3)" : "STRING";
}

void infer_put_type(Buf *out, const Infer *infer, const InferField *field, bool iso)
{
    uint32_t numbers = SEEN_INTEGER | SEEN_WIDE | SEEN_NUMBER;
    if (field->seen == SEEN_OBJECT) {
        put_row(out, infer, field, iso);
    } else if (field->seen == SEEN_ARRAY) {
        buf_append_str(out, STR("ARRAY<"));
        if (field->element == NULL)
            buf_append_str(out, STR("STRING"));
        else
            infer_put_type(out, infer, field->element, iso);
        buf_append_char(out, '>');
    } else if (field->seen == SEEN_BOOLEAN) {
        buf_append_str(out, STR("BOOLEAN"));
    } else if (field->seen == SEEN_INTEGER) {
        buf_append_str(out, STR("BIGINT"));
    } else if (field->seen != 0 && (field->seen & ~(uint32_t)(SEEN_INTEGER | SEEN_WIDE)) == 0) {
        buf_append_str(out, STR("DECIMAL(38, 0)"));
    } else if (field->seen != 0 && (field->seen & ~numbers) == 0) {
        buf_append_str(out, STR("DOUBLE"));
    } else {
        buf_append_str(out, str_from(text_type(field, iso)));
    }
}
