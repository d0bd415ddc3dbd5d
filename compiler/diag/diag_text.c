/* diag_text.c -- diagnostics for a terminal.
 *
 *     error[E0312]: `tumble` needs an event-time column
 *      --> queries/signups.ssql:7:10
 *       |
 *     7 | GROUP BY tumble(created_at, INTERVAL '1' MINUTE)
 *       |          ^^^^^^ ---------- `created_at` is a plain STRING
 *       = note: ..
 *       = help: ..
 *
 * One line of marks is drawn under a source line; the label of the last mark stands behind it, the others on lines of
 * their own below.  A line that is very long is cut around the place. */
#include "compiler/diag/diag.h"

#include "runtime/base/utf8.h"

#include <stdlib.h>

enum { LINE_COLUMNS_MAX = 160, MARKS_MAX = 16 };

typedef struct Mark {
    Span span;
    Str text;
    uint32_t line;
    uint32_t column; /* from 1, in code points */
    uint32_t width;
    bool primary;
} Mark;

typedef struct Marks {
    Mark items[MARKS_MAX];
    uint32_t count;
} Marks;

static const char *colour_of(DiagSeverity severity)
{
    return severity == DIAG_ERROR ? "\x1b[1;31m" : severity == DIAG_WARNING ? "\x1b[1;33m" : "\x1b[1;36m";
}

static const char *severity_name(DiagSeverity severity)
{
    return severity == DIAG_ERROR ? "error" : severity == DIAG_WARNING ? "warning" : "note";
}

static void append_times(Buf *out, char c, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++)
        buf_append_char(out, c);
}

static uint32_t code_points(Str text)
{
    uint32_t count = 0;
    for (uint64_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

static void add_mark(Marks *marks, const Source *source, Span span, Str text, bool primary)
{
    if (marks->count == MARKS_MAX || span.file != source->file)
        return;
    Mark *mark = &marks->items[marks->count++];
    SourcePos pos = source_pos(source, span.start);
    Str line = source_line(source, span.start);
    uint32_t line_end = (uint32_t)(line.data - source->text.data + line.len);
    Span shown = { span.file, span.start, span.end < line_end ? span.end : line_end };
    uint32_t width = shown.end > shown.start ? code_points(source_slice(source, shown)) : 0;
    *mark = (Mark){ span, text, pos.line, pos.column, width == 0 ? 1 : width, primary };
}

static int by_place(const void *a, const void *b)
{
    const Mark *x = a;
    const Mark *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return (int)y->primary - (int)x->primary;
}

static void append_gutter(Buf *out, uint32_t width, uint32_t line)
{
    if (line == 0) {
        append_times(out, ' ', width);
        buf_append_str(out, STR(" |"));
    } else {
        buf_printf(out, "%*u |", (int)width, line);
    }
}

/* Text of a source line with tabs as blanks, control characters as dots and bytes that are not UTF-8 as U+FFFD: what is
 * printed is as wide as counted. */
static void append_line_text(Buf *out, Str line, uint32_t skip, uint32_t columns)
{
    const char *at = line.data;
    const char *end = line.data + line.len;
    for (uint32_t column = 0; at < end && column < skip + columns; column++) {
        uint32_t len = utf8_step(at, end);
        unsigned char c = (unsigned char)*at;
        if (column < skip)
            ;
        else if (len == 0)
            buf_append_str(out, STR("\xEF\xBF\xBD"));
        else if (c == '\t')
            buf_append_char(out, ' ');
        else if (c < 0x20 || c == 0x7F)
            buf_append_char(out, '.');
        else
            buf_append(out, at, len);
        at += len == 0 ? 1 : len;
    }
}

/* Marks [from, to) stand on one line and are sorted by column. */
static void append_marked_line(Buf *out, const Source *source, const Mark *marks, uint32_t count, uint32_t gutter)
{
    Str line = source_line(source, marks[0].span.start);
    uint32_t last_column = marks[count - 1].column;
    uint32_t skip = last_column > LINE_COLUMNS_MAX - 40 ? last_column - (LINE_COLUMNS_MAX - 40) : 0;
    append_gutter(out, gutter, marks[0].line);
    buf_append_char(out, ' ');
    append_line_text(out, line, skip, LINE_COLUMNS_MAX);
    buf_append_char(out, '\n');

    append_gutter(out, gutter, 0);
    buf_append_char(out, ' ');
    uint32_t column = 1 + skip;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = marks[i].column < column ? column : marks[i].column;
        uint32_t end = marks[i].column + marks[i].width;
        if (end > skip + LINE_COLUMNS_MAX)
            end = start + 1 > skip + LINE_COLUMNS_MAX ? start + 1 : skip + LINE_COLUMNS_MAX;
        append_times(out, ' ', start - column);
        append_times(out, marks[i].primary ? '^' : '-', end > start ? end - start : 0);
        column = end > start ? end : start;
    }
    if (marks[count - 1].text.len > 0) {
        buf_append_char(out, ' ');
        buf_append_str(out, marks[count - 1].text);
    }
    buf_append_char(out, '\n');
    for (uint32_t i = count - 1; i-- > 0;) {
        if (marks[i].text.len == 0)
            continue;
        append_gutter(out, gutter, 0);
        append_times(out, ' ', marks[i].column > skip ? marks[i].column - skip : 1);
        buf_append_str(out, marks[i].text);
        buf_append_char(out, '\n');
    }
}

static uint32_t digits_of(uint32_t number)
{
    uint32_t digits = 1;
    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

static uint32_t append_source(Buf *out, const Diags *diags, const Diag *diag, bool no_source)
{
    const Source *source = sources_get(diags->sources, diag->span.file);
    Marks marks = { 0 };
    add_mark(&marks, source, diag->span, diag->label, true);
    for (uint32_t i = 0; i < diag->labels.count; i++)
        add_mark(&marks, source, diag->labels.items[i].span, diag->labels.items[i].text, false);
    SourcePos pos = source_pos(source, diag->span.start);
    qsort(marks.items, marks.count, sizeof marks.items[0], by_place);
    uint32_t gutter = digits_of(marks.items[marks.count - 1].line);
    append_times(out, ' ', gutter);
    buf_printf(out, "--> %.*s:%u:%u\n", STR_ARG(source->path), pos.line, pos.column);
    if (no_source)
        return gutter;
    append_gutter(out, gutter, 0);
    buf_append_char(out, '\n');
    for (uint32_t i = 0; i < marks.count;) {
        uint32_t next = i + 1;
        while (next < marks.count && marks.items[next].line == marks.items[i].line)
            next++;
        if (i > 0 && marks.items[i].line > marks.items[i - 1].line + 1)
            buf_append_str(out, STR("...\n"));
        append_marked_line(out, source, &marks.items[i], next - i, gutter);
        i = next;
    }
    return gutter;
}

static void append_note(Buf *out, const Diags *diags, const DiagText *note, uint32_t gutter)
{
    append_times(out, ' ', gutter + 1);
    buf_append_str(out, STR("= note: "));
    buf_append_str(out, note->text);
    if (!span_is_none(note->span)) {
        const Source *source = sources_get(diags->sources, note->span.file);
        SourcePos pos = source_pos(source, note->span.start);
        buf_printf(out, " (%.*s:%u:%u)", STR_ARG(source->path), pos.line, pos.column);
    }
    buf_append_char(out, '\n');
}

void diag_render_one(Buf *out, const Diags *diags, const Diag *diag, DiagRender how)
{
    if (how.colour)
        buf_append_str(out, str_from(colour_of(diag->severity)));
    buf_printf(out, "%s[%s]", severity_name(diag->severity), diag_code_name(diag->code));
    if (how.colour)
        buf_append_str(out, STR("\x1b[0m"));
    buf_append_str(out, STR(": "));
    buf_append_str(out, diag->message);
    buf_append_char(out, '\n');
    uint32_t gutter = 1;
    if (!span_is_none(diag->span))
        gutter = append_source(out, diags, diag, how.no_source);
    for (uint32_t i = 0; i < diag->labels.count; i++) { /* a place in another file has no line above */
        if (diag->labels.items[i].span.file != diag->span.file)
            append_note(out, diags, &diag->labels.items[i], gutter);
    }
    for (uint32_t i = 0; i < diag->notes.count; i++)
        append_note(out, diags, &diag->notes.items[i], gutter);
    if (diag->help.len > 0) {
        append_times(out, ' ', gutter + 1);
        buf_append_str(out, STR("= help: "));
        buf_append_str(out, diag->help);
        buf_append_char(out, '\n');
    }
}

void diag_render_text(Buf *out, const Diags *diags, DiagRender how)
{
    for (uint32_t i = 0; i < diags->items.count; i++) {
        if (i > 0)
            buf_append_char(out, '\n');
        diag_render_one(out, diags, diags->items.items[i], how);
    }
    if (diags->dropped_count > 0)
        buf_printf(out, "\nand %u more that are not shown\n", diags->dropped_count);
}
