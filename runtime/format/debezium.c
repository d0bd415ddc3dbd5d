/* debezium.c -- see debezium.h. */
#include "runtime/format/debezium.h"

#include "runtime/base/json_text.h"
#include "runtime/format/decode_internal.h"

typedef struct Envelope {
    JsonText before, after, op, payload;
} Envelope;

/* False: the line is no JSON. */
static bool read_members(Str line, Envelope *envelope, JsonKind *kind, JsonScan *scan)
{
    JsonText key, value;
    json_begin(scan, line);
    *kind = json_peek(scan);
    if (*kind != JSON_OBJECT) {
        json_value(scan, &value);
        return json_finish(scan);
    }
    if (json_enter_object(scan)) {
        while (json_next_member(scan, &key)) {
            bool is_read = json_value(scan, &value);
            JsonText *to = str_equal(key.text, STR("before"))    ? &envelope->before
                           : str_equal(key.text, STR("after"))   ? &envelope->after
                           : str_equal(key.text, STR("op"))      ? &envelope->op
                           : str_equal(key.text, STR("payload")) ? &envelope->payload
                                                                 : NULL;
            if (is_read && to != NULL)
                *to = value;
        }
    }
    return json_finish(scan);
}

static bool op_is(const Envelope *envelope, const char *op)
{
    return envelope->op.kind == JSON_STRING && str_equal(envelope->op.text, str_from(op));
}

static DecodeOutcome bad_envelope(DecodeIssues *issues, Str line, const char *detail)
{
    return decode_bad_row(issues, DECODE_ROW_ENVELOPE, line, 0, detail);
}

static DecodeOutcome rows_of(const Envelope *envelope, Str line, DebeziumLine *out, DecodeIssues *issues)
{
    bool comes = op_is(envelope, "c") || op_is(envelope, "r"), changes = op_is(envelope, "u");
    bool goes = op_is(envelope, "d");
    if (!comes && !changes && !goes)
        return bad_envelope(issues, line, "its `op` is none of c, r, u and d");
    if ((goes || changes) && envelope->before.kind != JSON_OBJECT)
        return bad_envelope(issues, line, "it has no row `before`, which has to be taken back");
    if ((comes || changes) && envelope->after.kind != JSON_OBJECT)
        return bad_envelope(issues, line, "it has no row `after`");
    if (goes || changes) {
        out->rows[out->count] = envelope->before.text;
        out->changes[out->count++] = ROW_DELETE;
    }
    if (comes || changes) {
        out->rows[out->count] = envelope->after.text;
        out->changes[out->count++] = ROW_INSERT;
    }
    return DECODE_OK;
}

DecodeOutcome debezium_read(const DecodeSchema *schema, Str line, DebeziumLine *out, DecodeIssues *issues)
{
    Envelope envelope = { 0 };
    JsonKind kind;
    JsonScan scan;
    issues->count = 0;
    out->count = 0;
    if (line_is_blank(line))
        return DECODE_SKIP;
    if (!read_members(line, &envelope, &kind, &scan))
        return decode_bad_row(issues, DECODE_ROW_SYNTAX, line, scan.error_at, scan.error);
    if (kind == JSON_NULL)
        return DECODE_SKIP;
    if (kind != JSON_OBJECT)
        return decode_bad_row(issues, DECODE_ROW_NOT_OBJECT, line, 0, NULL);
    if (!schema->has_envelope_schema)
        return rows_of(&envelope, line, out, issues);
    Envelope inner = { 0 };
    if (envelope.payload.kind == JSON_NULL)
        return DECODE_SKIP;
    if (envelope.payload.kind != JSON_OBJECT)
        return bad_envelope(issues, line, "it has no `payload`");
    (void)read_members(envelope.payload.text, &inner, &kind, &scan);
    return rows_of(&inner, line, out, issues);
}
