/* diag.c -- collecting diagnostics: limits, duplicates, codes, nearest names. */
#include "compiler/diag/diag.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct CodeRow {
    const char *name;
    const char *title;
    const char *explanation;
} CodeRow;

static const CodeRow CODES[] = {
#define DIAG(code, title, explanation) { #code, title, explanation },
#include "compiler/diag/diag_codes.def"
#undef DIAG
};

const char *diag_code_name(DiagCode code)
{
    assert((unsigned)code < DIAG_CODE_COUNT);
    return CODES[code].name;
}

const char *diag_code_title(DiagCode code)
{
    assert((unsigned)code < DIAG_CODE_COUNT);
    return CODES[code].title;
}

const char *diag_code_explanation(DiagCode code)
{
    assert((unsigned)code < DIAG_CODE_COUNT);
    return CODES[code].explanation;
}

bool diag_code_find(Str name, DiagCode *code)
{
    for (uint32_t i = 0; i < DIAG_CODE_COUNT; i++) {
        if (str_equal_nocase(name, str_from(CODES[i].name))) {
            *code = (DiagCode)i;
            return true;
        }
    }
    return false;
}

Diags *diags_new(Arena *query, const Sources *sources)
{
    Diags *diags = ARENA_NEW(query, Diags);
    diags->arena = query;
    diags->sources = sources;
    return diags;
}

bool diags_is_full(const Diags *diags)
{
    return diags->error_count >= DIAGS_ERRORS_MAX;
}

static Str format_text(Arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        return STR_EMPTY;
    char *text = arena_alloc(arena, (size_t)len + 1, 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return (Str){ text, (uint64_t)len };
}

static bool said_already(const Diags *diags, DiagCode code, Span span)
{
    for (uint32_t i = 0; i < diags->items.count; i++) {
        const Diag *old = diags->items.items[i];
        if (old->code == code && old->span.file == span.file && old->span.start == span.start && !span_is_none(span))
            return true;
    }
    return false;
}

void diags_take(Diags *diags, Diag *diag)
{
    bool is_error = diag->severity == DIAG_ERROR;
    uint32_t *count = is_error ? &diags->error_count : &diags->warning_count;
    diag->diags = diags;
    if (said_already(diags, diag->code, diag->span))
        return;
    if (*count >= (is_error ? DIAGS_ERRORS_MAX : DIAGS_WARNINGS_MAX)) {
        diags->dropped_count++;
        return;
    }
    ++*count;
    vec_push(diags->arena, &diags->items, diag);
}

static Diag *add(Diags *diags, DiagSeverity severity, DiagCode code, Span span, const char *format, va_list args)
{
    Diag *diag = ARENA_NEW(diags->arena, Diag);
    diag->severity = severity;
    diag->code = code;
    diag->span = span;
    diag->fix_span = span_none();
    diag->message = format_text(diags->arena, format, args);
    diags_take(diags, diag);
    return diag;
}

Diag *diag_error(Diags *diags, DiagCode code, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag = add(diags, DIAG_ERROR, code, span, format, args);
    va_end(args);
    return diag;
}

Diag *diag_warning(Diags *diags, DiagCode code, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Diag *diag = add(diags, DIAG_WARNING, code, span, format, args);
    va_end(args);
    return diag;
}

void diag_here(Diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag->label = format_text(diag->diags->arena, format, args);
    va_end(args);
}

void diag_label(Diag *diag, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    DiagText label = { span, format_text(diag->diags->arena, format, args) };
    va_end(args);
    vec_push(diag->diags->arena, &diag->labels, label);
}

void diag_note(Diag *diag, Span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    DiagText note = { span, format_text(diag->diags->arena, format, args) };
    va_end(args);
    vec_push(diag->diags->arena, &diag->notes, note);
}

void diag_help(Diag *diag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag->help = format_text(diag->diags->arena, format, args);
    va_end(args);
}

void diag_fix(Diag *diag, Span span, Str text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag->help = format_text(diag->diags->arena, format, args);
    va_end(args);
    diag->fix_span = span;
    diag->replacement = str_copy(diag->diags->arena, text);
}

static int64_t place_of(const Diag *diag)
{
    return span_is_none(diag->span) ? -1 : ((int64_t)diag->span.file << 32) + diag->span.start;
}

/* Insertion: few items, nearly sorted, and stable. */
void diags_sort(Diags *diags)
{
    Diag **items = diags->items.items;
    for (uint32_t i = 1; i < diags->items.count; i++) {
        Diag *diag = items[i];
        uint32_t at = i;
        for (; at > 0 && place_of(items[at - 1]) > place_of(diag); at--)
            items[at] = items[at - 1];
        items[at] = diag;
    }
}

int32_t diag_nearest(Str wanted, const Str *candidates, uint32_t count)
{
    uint32_t limit = wanted.len <= 2 ? 0 : wanted.len <= 4 ? 1 : wanted.len <= 8 ? 2 : 3;
    int32_t best = -1;
    uint32_t best_distance = limit + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t distance = str_distance(wanted, candidates[i], limit);
        if (distance < best_distance) {
            best_distance = distance;
            best = (int32_t)i;
        }
    }
    return best;
}
