/* diag_json.c -- diagnostics for programs: our own JSON, and SARIF 2.1.0 for code hosts and editors. */
#include "compiler/diag/diag.h"

#include "runtime/base/utf8.h"

/* Bytes that are not UTF-8 (a message may quote the source) become U+FFFD, so that the output is JSON in any case. */
static void append_string(Buf *out, Str text)
{
    buf_append_char(out, '"');
    for (uint64_t i = 0; i < text.len;) {
        const unsigned char *at = (const unsigned char *)text.data + i;
        uint32_t len = utf8_step(text.data + i, text.data + text.len);
        if (len == 0)
            buf_append_str(out, STR("\\ufffd"));
        else if (*at == '"' || *at == '\\')
            buf_printf(out, "\\%c", *at);
        else if (*at == '\n')
            buf_append_str(out, STR("\\n"));
        else if (*at < 0x20 || *at == 0x7F)
            buf_printf(out, "\\u%04x", *at);
        else
            buf_append(out, text.data + i, len);
        i += len == 0 ? 1 : len;
    }
    buf_append_char(out, '"');
}

static void append_member(Buf *out, const char *name, Str text)
{
    buf_printf(out, "\"%s\":", name);
    append_string(out, text);
}

static const char *level_of(DiagSeverity severity)
{
    return severity == DIAG_ERROR ? "error" : severity == DIAG_WARNING ? "warning" : "note";
}

static void append_place(Buf *out, const Diags *diags, Span span)
{
    const Source *source = sources_get(diags->sources, span.file);
    SourcePos start = source_pos(source, span.start);
    SourcePos end = source_pos(source, span.end);
    append_member(out, "file", source->path);
    buf_printf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", start.line, start.column, end.line,
               end.column);
    buf_printf(out, ",\"offset\":%u,\"end_offset\":%u", span.start, span.end);
}

static void append_text(Buf *out, const Diags *diags, const char *name, Str text, Span span)
{
    buf_append_char(out, '{');
    append_member(out, name, text);
    if (!span_is_none(span)) {
        buf_append_char(out, ',');
        append_place(out, diags, span);
    }
    buf_append_char(out, '}');
}

static void append_diag(Buf *out, const Diags *diags, const Diag *diag)
{
    buf_printf(out, "{\"severity\":\"%s\",\"code\":\"%s\",", level_of(diag->severity), diag_code_name(diag->code));
    append_member(out, "message", diag->message);
    if (!span_is_none(diag->span)) {
        buf_append_char(out, ',');
        append_place(out, diags, diag->span);
    }
    if (diag->label.len > 0) {
        buf_append_char(out, ',');
        append_member(out, "label", diag->label);
    }
    buf_append_str(out, STR(",\"labels\":["));
    for (uint32_t i = 0; i < diag->labels.count; i++) {
        if (i > 0)
            buf_append_char(out, ',');
        append_text(out, diags, "text", diag->labels.items[i].text, diag->labels.items[i].span);
    }
    buf_append_str(out, STR("],\"notes\":["));
    for (uint32_t i = 0; i < diag->notes.count; i++) {
        if (i > 0)
            buf_append_char(out, ',');
        append_text(out, diags, "text", diag->notes.items[i].text, diag->notes.items[i].span);
    }
    buf_append_char(out, ']');
    if (diag->help.len > 0) {
        buf_append_char(out, ',');
        append_member(out, "help", diag->help);
    }
    if (!span_is_none(diag->fix_span)) {
        buf_append_str(out, STR(",\"fix\":"));
        append_text(out, diags, "replacement", diag->replacement, diag->fix_span);
    }
    buf_append_char(out, '}');
}

void diag_render_json(Buf *out, const Diags *diags)
{
    buf_printf(out, "{\"schema_version\":1,\"errors\":%u,\"warnings\":%u,\"dropped\":%u,\"diagnostics\":[",
               diags->error_count, diags->warning_count, diags->dropped_count);
    for (uint32_t i = 0; i < diags->items.count; i++) {
        if (i > 0)
            buf_append_char(out, ',');
        append_diag(out, diags, diags->items.items[i]);
    }
    buf_append_str(out, STR("]}\n"));
}

/* ---------------------------------------------------------------- SARIF */
static void append_uri(Buf *out, Str path)
{
    static const char HEX[] = "0123456789ABCDEF";
    buf_append_char(out, '"');
    for (uint64_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                     c == '.' || c == '-' || c == '_' || c == '~';
        if (plain) {
            buf_append_char(out, (char)c);
        } else {
            buf_append_char(out, '%');
            buf_append_char(out, HEX[c >> 4]);
            buf_append_char(out, HEX[c & 15]);
        }
    }
    buf_append_char(out, '"');
}

static void append_region(Buf *out, const Source *source, Span span)
{
    SourcePos start = source_pos(source, span.start);
    SourcePos end = source_pos(source, span.end);
    buf_printf(out, "{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u}", start.line, start.column,
               end.line, end.column);
}

static void append_location(Buf *out, const Diags *diags, Span span, Str message)
{
    const Source *source = sources_get(diags->sources, span.file);
    buf_append_str(out, STR("{\"physicalLocation\":{\"artifactLocation\":{\"uri\":"));
    append_uri(out, source->path);
    buf_append_str(out, STR("},\"region\":"));
    append_region(out, source, span);
    buf_append_char(out, '}');
    if (message.len > 0) {
        buf_append_str(out, STR(",\"message\":{"));
        append_member(out, "text", message);
        buf_append_char(out, '}');
    }
    buf_append_char(out, '}');
}

static void append_related(Buf *out, const Diags *diags, const Diag *diag)
{
    bool any = false;
    for (uint32_t i = 0; i < diag->labels.count + diag->notes.count; i++) {
        bool label = i < diag->labels.count;
        const DiagText *text = label ? &diag->labels.items[i] : &diag->notes.items[i - diag->labels.count];
        if (span_is_none(text->span))
            continue;
        buf_append_str(out, any ? STR(",") : STR(",\"relatedLocations\":["));
        append_location(out, diags, text->span, text->text);
        any = true;
    }
    if (any)
        buf_append_char(out, ']');
}

static void append_fix(Buf *out, const Diags *diags, const Diag *diag)
{
    const Source *source = sources_get(diags->sources, diag->fix_span.file);
    buf_append_str(out, STR(",\"fixes\":[{\"description\":{"));
    append_member(out, "text", diag->help);
    buf_append_str(out, STR("},\"artifactChanges\":[{\"artifactLocation\":{\"uri\":"));
    append_uri(out, source->path);
    buf_append_str(out, STR("},\"replacements\":[{\"deletedRegion\":"));
    append_region(out, source, diag->fix_span);
    buf_append_str(out, STR(",\"insertedContent\":{"));
    append_member(out, "text", diag->replacement);
    buf_append_str(out, STR("}}]}]}]"));
}

static void append_result(Buf *out, const Diags *diags, const Diag *diag)
{
    buf_printf(out, "{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{", diag_code_name(diag->code),
               level_of(diag->severity));
    Str message = diag->message;
    if (diag->help.len > 0)
        message = str_printf(diags->arena, "%.*s; %.*s", STR_ARG(message), STR_ARG(diag->help));
    append_member(out, "text", message);
    buf_append_char(out, '}');
    if (!span_is_none(diag->span)) {
        buf_append_str(out, STR(",\"locations\":["));
        append_location(out, diags, diag->span, diag->label);
        buf_append_char(out, ']');
    }
    append_related(out, diags, diag);
    if (!span_is_none(diag->fix_span))
        append_fix(out, diags, diag);
    buf_append_char(out, '}');
}

static bool code_is_used(const Diags *diags, uint32_t code)
{
    for (uint32_t i = 0; i < diags->items.count; i++)
        if ((uint32_t)diags->items.items[i]->code == code)
            return true;
    return false;
}

void diag_render_sarif(Buf *out, const Diags *diags)
{
    buf_append_str(out, STR("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
                            "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"sqc\",\"rules\":["));
    bool any = false;
    for (uint32_t code = 0; code < DIAG_CODE_COUNT; code++) {
        if (!code_is_used(diags, code))
            continue;
        if (any)
            buf_append_char(out, ',');
        any = true;
        buf_printf(out, "{\"id\":\"%s\",\"shortDescription\":{", diag_code_name((DiagCode)code));
        append_member(out, "text", str_from(diag_code_title((DiagCode)code)));
        buf_append_str(out, STR("},\"fullDescription\":{"));
        append_member(out, "text", str_from(diag_code_explanation((DiagCode)code)));
        buf_append_str(out, STR("}}"));
    }
    buf_append_str(out, STR("]}},\"columnKind\":\"unicodeCodePoints\",\"results\":["));
    for (uint32_t i = 0; i < diags->items.count; i++) {
        if (i > 0)
            buf_append_char(out, ',');
        append_result(out, diags, diags->items.items[i]);
    }
    buf_append_str(out, STR("]}]}\n"));
}
