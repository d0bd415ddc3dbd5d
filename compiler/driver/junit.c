/* junit.c -- see junit.h. */
#include "compiler/driver/junit.h"

#include "runtime/base/buf.h"
#include "runtime/io/sink.h"

void junit_add(Junit *junit, const JunitCase *outcome)
{
    JunitCase copy = *outcome;
    copy.name = str_copy(junit->arena, outcome->name);
    copy.file = str_copy(junit->arena, outcome->file);
    copy.text = str_copy(junit->arena, outcome->text);
    vec_push(junit->arena, &junit->cases, copy);
}

/* Control characters have no place in XML 1.0, not even escaped. */
static void put_text(Buf *out, Str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '<')
            buf_append_str(out, STR("&lt;"));
        else if (c == '>')
            buf_append_str(out, STR("&gt;"));
        else if (c == '&')
            buf_append_str(out, STR("&amp;"));
        else if (c == '"')
            buf_append_str(out, STR("&quot;"));
        else if (c < 0x20 && c != '\n' && c != '\t')
            buf_append_char(out, '?');
        else
            buf_append_char(out, (char)c);
    }
}

static void put_attribute(Buf *out, const char *name, Str value)
{
    buf_printf(out, " %s=\"", name);
    put_text(out, value);
    buf_append_char(out, '"');
}

/* "metrics/ads/ctr_test.ssql" is the class metrics.ads.ctr_test: services group by it. */
static void put_class(Buf *out, Arena *arena, Str file)
{
    Str name = str_copy(arena, file);
    char *text = arena_copy(arena, name.data, name.len);
    if (str_ends_with(name, STR(".ssql")))
        name.len -= STR(".ssql").len;
    for (uint64_t i = 0; i < name.len; i++)
        text[i] = name.data[i] == '/' ? '.' : name.data[i];
    put_attribute(out, "classname", (Str){ text, name.len });
}

static void put_case(Buf *out, Arena *arena, const JunitCase *outcome)
{
    buf_append_str(out, STR("    <testcase"));
    put_attribute(out, "name", outcome->name);
    put_class(out, arena, outcome->file);
    put_attribute(out, "file", outcome->file);
    if (outcome->line > 0)
        buf_printf(out, " line=\"%u\"", outcome->line);
    buf_printf(out, " time=\"%.3f\"", outcome->seconds);
    if (outcome->passed) {
        buf_append_str(out, STR("/>\n"));
        return;
    }
    int64_t end = str_find(outcome->text, STR("\n"));
    buf_append_str(out, STR(">\n      <failure"));
    put_attribute(out, "message", str_slice(outcome->text, 0, end < 0 ? outcome->text.len : (uint64_t)end));
    buf_append_char(out, '>');
    put_text(out, outcome->text);
    buf_append_str(out, STR("</failure>\n    </testcase>\n"));
}

static RtStatus write_whole(const char *path, const Buf *text, RtError *error)
{
    FileSink sink;
    RtError late;
    if (text->failed)
        return rt_error(error, RT_FATAL, "%s: no memory", path);
    RtStatus status = file_sink_open(&sink, &FILE_OPS_SYSTEM, path, error);
    if (status != RT_OK)
        return status;
    status = file_sink_write(&sink, text->data, text->len, error);
    RtStatus closed = file_sink_close(&sink, &late);
    if (status == RT_OK && closed != RT_OK) {
        *error = late;
        status = closed;
    }
    return status;
}

RtStatus junit_write(const Junit *junit, const char *path, RtError *error)
{
    Buf out = { 0 };
    uint32_t failed = 0;
    double seconds = 0;
    for (uint32_t i = 0; i < junit->cases.count; i++) {
        failed += !junit->cases.items[i].passed;
        seconds += junit->cases.items[i].seconds;
    }
    buf_append_str(&out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
    buf_printf(&out, "  <testsuite name=\"sqc\" tests=\"%u\" failures=\"%u\" time=\"%.3f\">\n", junit->cases.count,
               failed, seconds);
    for (uint32_t i = 0; i < junit->cases.count; i++)
        put_case(&out, junit->arena, &junit->cases.items[i]);
    buf_append_str(&out, STR("  </testsuite>\n</testsuites>\n"));
    RtStatus status = write_whole(path, &out, error);
    buf_free(&out);
    return status;
}
