/* sink_kafka.c -- rows into a topic.
 *
 * kafka         a record a row, with the columns of 'key.fields' as its key; where rows come and go, a member `op`
 * leads in JSON and CSV, or the record is Debezium's envelope upsert-kafka  the PRIMARY KEY is the key; a row that goes
 * is a tombstone, and so is the old key of an update that changes it; the old half of any other update is left out */
#include "runtime/conn/kafka_table.h"
#include "runtime/conn/sink_internal.h"

#include <assert.h>

/* ---- parts ---- */

static RowPrinter *printer_of(Arena *arena, const ConnSinkOptions *options, const SinkPart *part,
                              const FieldMember *columns)
{
    const TableOptions *table = options->table;
    FormatId format = format_id(part->format);
    RowPrinterOptions how = { .format = format == FORMAT_CSV ? ROWS_CSV : ROWS_NDJSON };
    if (part->format == table->format) { /* of a key format nothing but its name is looked at */
        how.json = format == FORMAT_DEBEZIUM_JSON ? table_debezium_options(table) : table_json_options(table);
        how.csv = table_csv_options(table);
    }
    RowPrinter *printer = row_printer_new(arena, &how);
    row_printer_add(printer, &(RowResult){ .layout = part->columns == NULL ? options->layout : &part->layout,
                                           .columns = columns,
                                           .changelog = part->changelog });
    return printer;
}

/* Columns, format and changelog are set. */
static void make_part(const ConnSink *sink, Arena *arena, SinkPart *part)
{
    const ConnSinkOptions *options = &sink->options;
    const FieldMember *members = options->columns;
    if (part->columns != NULL) {
        uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, part->column_count + 1);
        FieldMember *some = ARENA_ARRAY(arena, FieldMember, part->column_count + 1);
        for (uint32_t i = 0; i < part->column_count; i++) {
            kinds[i] = options->layout->kinds[part->columns[i]];
            some[i] = options->columns[part->columns[i]];
        }
        part->layout = row_layout(arena, kinds, part->column_count);
        part->row = arena_alloc_zeroed(arena, part->layout.row_bytes, 16);
        members = some;
    }
    if (format_id(part->format) != FORMAT_RAW)
        part->printer = printer_of(arena, options, part, members);
}

/* Its text without the end of the line. */
static void put_part(const ConnSink *sink, const SinkPart *part, RowChange change, const void *row, Buf *out)
{
    const RowLayout *layout = sink->options.layout;
    buf_clear(out);
    if (part->columns != NULL) {
        row_clear(part->row, &part->layout);
        for (uint32_t i = 0; i < part->layout.column_count; i++) {
            RtDatum datum = row_get(row, layout, part->columns[i]);
            if (!datum.is_null)
                row_set(part->row, &part->layout, i, datum);
        }
        row = part->row;
    }
    if (part->printer == NULL) {
        RtDatum datum = row_get(row, &part->layout, 0);
        if (!datum.is_null)
            buf_append_str(out, datum.value.str);
        return;
    }
    row_printer_row(part->printer, 0, change, row, out);
    out->len -= out->len > 0 && out->data[out->len - 1] == '\n';
}

/* ---- rows ---- */

/* Present, even where it is empty. */
static Str present(const Buf *text)
{
    Str str = buf_str(text);
    return str.data == NULL ? STR("") : str;
}

static RtStatus put(ConnSink *sink, const Buf *key, const Buf *value, RtError *error)
{
    Str none = STR_EMPTY;
    none.data = NULL;
    return kafka_writer_put(sink->kafka->writer, key == NULL ? none : present(key),
                            value == NULL ? none : present(value), error);
}

static RtStatus upsert_row(ConnSink *sink, RowChange change, const void *row, RtError *error)
{
    SinkKafka *kafka = sink->kafka;
    if (change == ROW_UPDATE_BEFORE) {
        put_part(sink, &kafka->key, ROW_INSERT, row, &kafka->old_key);
        sink_put_key(sink, row, &sink->held_key);
        kafka->has_old = true;
        return RT_OK;
    }
    put_part(sink, &kafka->key, ROW_INSERT, row, &kafka->new_key);
    if (change == ROW_DELETE)
        return put(sink, &kafka->new_key, NULL, error);
    bool replaces = change == ROW_UPDATE_AFTER && kafka->has_old;
    kafka->has_old = false;
    sink_put_key(sink, row, &sink->key);
    if (replaces && !str_equal(buf_str(&sink->key), buf_str(&sink->held_key))) {
        RtStatus status = put(sink, &kafka->old_key, NULL, error);
        if (status != RT_OK)
            return status;
    }
    put_part(sink, &kafka->value, ROW_INSERT, row, &sink->line);
    return put(sink, &kafka->new_key, &sink->line, error);
}

static RtStatus kafka_row(ConnSink *sink, RowChange change, const void *row, RtError *error)
{
    SinkKafka *kafka = sink->kafka;
    if (kafka->is_upsert)
        return upsert_row(sink, change, row, error);
    if (kafka->has_key)
        put_part(sink, &kafka->key, ROW_INSERT, row, &kafka->new_key);
    if (sink->is_debezium) {
        buf_clear(&sink->line);
        sink_put_debezium(sink, change, row);
        sink->line.len -= sink->line.len > 0;
    } else {
        put_part(sink, &kafka->value, change, row, &sink->line);
    }
    return put(sink, kafka->has_key ? &kafka->new_key : NULL, &sink->line, error);
}

/* What printers and texts hold; in formats of lines the end of a document is empty. */
static void release(ConnSink *sink)
{
    SinkKafka *kafka = sink->kafka;
    buf_clear(&sink->line);
    if (kafka->key.printer != NULL)
        row_printer_finish(kafka->key.printer, &sink->line);
    if (kafka->value.printer != NULL)
        row_printer_finish(kafka->value.printer, &sink->line);
    buf_free(&kafka->old_key);
    buf_free(&kafka->new_key);
}

static RtStatus kafka_close(ConnSink *sink, bool commit, RtError *error)
{
    SinkKafka *kafka = sink->kafka;
    RtStatus status = commit ? kafka_writer_finish(kafka->writer, error) : RT_OK;
    kafka_writer_close(kafka->writer);
    release(sink);
    return status;
}

static const SinkKind KAFKA = { kafka_row, kafka_close };

/* ---- opening ---- */

static int64_t column_named(const ConnSinkOptions *options, Str name)
{
    for (uint32_t c = 0; c < options->layout->column_count; c++) {
        if (str_equal(options->columns[c].name, name))
            return c;
    }
    return -1;
}

/* 'key.fields' as columns of the rows. */
static RtStatus named_columns(const ConnSinkOptions *options, Arena *arena, uint32_t **columns, uint32_t *count,
                              RtError *error)
{
    Str rest = table_option_text(options->table, "key.fields");
    *columns = ARENA_ARRAY(arena, uint32_t, rest.len + 1);
    *count = 0;
    while (rest.len > 0) {
        int64_t end = str_find(rest, STR(";"));
        Str name = str_trim(end < 0 ? rest : str_slice(rest, 0, (uint64_t)end));
        uint64_t used = end < 0 ? rest.len : (uint64_t)end + 1;
        rest = str_slice(rest, used, rest.len - used);
        int64_t column = column_named(options, name);
        if (column < 0)
            return rt_error(error, RT_FATAL, "'key.fields' names `%.*s`, which is no column that is written",
                            STR_ARG(name));
        (*columns)[(*count)++] = (uint32_t)column;
    }
    return RT_OK;
}

static bool holds(const uint32_t *columns, uint32_t count, uint32_t column)
{
    bool found = false;
    for (uint32_t i = 0; i < count; i++)
        found |= columns[i] == column;
    return found;
}

static RtStatus make_key(ConnSink *sink, Arena *arena, const uint32_t *columns, uint32_t count, RtError *error)
{
    const TableOptions *table = sink->options.table;
    if (table->key_format == NULL)
        return rt_error(error, RT_FATAL, "the key of '%s' needs 'key.format'", table->connector->name);
    bool is_raw = format_id(table->key_format) == FORMAT_RAW;
    if (is_raw && (count != 1 || sink->options.layout->kinds[columns[0]] != PK_STR))
        return rt_error(error, RT_FATAL, "'key.format' = 'raw' takes one column of text or bytes");
    if (!is_raw && (table->key_format->flags & FORMAT_CAN_ENCODE) == 0)
        return rt_error(error, RT_FATAL, "'key.format' = '%s' cannot be written by this version",
                        table->key_format->name);
    sink->kafka->key = (SinkPart){ .columns = columns, .column_count = count, .format = table->key_format };
    make_part(sink, arena, &sink->kafka->key);
    sink->kafka->has_key = true;
    return RT_OK;
}

static RtStatus make_parts(ConnSink *sink, Arena *arena, RtError *error)
{
    const ConnSinkOptions *options = &sink->options;
    const TableOptions *table = options->table;
    SinkKafka *kafka = sink->kafka;
    uint32_t *columns = NULL, count = 0, *others = NULL, other_count = 0;
    RtStatus status = RT_OK;
    if (kafka->is_upsert) {
        columns = ARENA_ARRAY(arena, uint32_t, options->key_column_count + 1);
        for (uint32_t i = 0; i < options->key_column_count; i++)
            columns[count++] = options->key_columns[i];
    } else {
        status = named_columns(options, arena, &columns, &count, error);
    }
    if (status == RT_OK && count > 0)
        status = make_key(sink, arena, columns, count, error);
    if (status != RT_OK)
        return status;
    if (str_equal(table_option_text(table, "value.fields-include"), STR("EXCEPT_KEY"))) {
        others = ARENA_ARRAY(arena, uint32_t, options->layout->column_count + 1);
        for (uint32_t c = 0; c < options->layout->column_count; c++) {
            if (!holds(columns, count, c))
                others[other_count++] = c;
        }
    }
    bool changelog = options->changelog && !kafka->is_upsert && !sink->is_debezium;
    kafka->value =
        (SinkPart){ .columns = others, .column_count = other_count, .format = table->format, .changelog = changelog };
    make_part(sink, arena, &kafka->value);
    sink->printer = kafka->value.printer;
    return RT_OK;
}

RtStatus sink_kafka_open(ConnSink *sink, Arena *arena, RtError *error)
{
    const TableOptions *table = sink->options.table;
    sink->kind = &KAFKA;
    sink->kafka = ARENA_NEW(arena, SinkKafka);
    sink->kafka->is_upsert = connector_id(table->connector) == CONN_UPSERT_KAFKA;
    sink->is_debezium = table->format != NULL && format_id(table->format) == FORMAT_DEBEZIUM_JSON;
    if (table->format == NULL)
        return rt_error(error, RT_FATAL, "connector '%s' needs a format to write", table->connector->name);
    Str topic;
    RtStatus status = kafka_table_topic(table, &topic, error);
    if (status == RT_OK)
        status = make_parts(sink, arena, error);
    if (status == RT_OK)
        status = kafka_writer_open(arena, topic, kafka_table_properties(arena, table), &sink->kafka->writer, error);
    if (status != RT_OK) { /* nobody closes what did not open */
        release(sink);
        buf_free(&sink->line);
    }
    return status;
}
