/* connector.c -- the registries, and what a checked option list means for formats. */
#include "runtime/conn/connector.h"

#include "runtime/conn/option_tables.h"

static const Connector CONNECTORS[] = {
#define CONNECTOR(id, name, flags, options, doc) { name, flags, &(options), doc },
#include "runtime/conn/connectors.def"
#undef CONNECTOR
};

static const Format FORMATS[] = {
#define FORMAT(id, name, flags, options, doc) { name, flags, &(options), doc },
#include "runtime/conn/formats.def"
#undef FORMAT
};

const Connector *connector_get(ConnectorId id)
{
    return &CONNECTORS[id];
}

const Format *format_get(FormatId id)
{
    return &FORMATS[id];
}

const Connector *connector_find(Str name)
{
    for (uint32_t i = 0; i < CONNECTOR_COUNT; i++) {
        if (str_equal(name, str_from(CONNECTORS[i].name)))
            return &CONNECTORS[i];
    }
    return NULL;
}

const Format *format_find(Str name)
{
    for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
        if (str_equal(name, str_from(FORMATS[i].name)))
            return &FORMATS[i];
    }
    return NULL;
}

ConnectorId connector_id(const Connector *connector)
{
    return (ConnectorId)(connector - CONNECTORS);
}

FormatId format_id(const Format *format)
{
    return (FormatId)(format - FORMATS);
}

const OptionTable *connector_common_options(void)
{
    return &COMMON_OPTIONS;
}

const OptionValue *table_option(const TableOptions *options, const char *name)
{
    for (uint32_t i = 0; i < options->values.count; i++) {
        const OptionValue *value = &options->values.items[i];
        if (!value->of_key && strcmp(value->option->name, name) == 0)
            return value;
    }
    return NULL;
}

Str table_option_text(const TableOptions *options, const char *name)
{
    const OptionValue *value = table_option(options, name);
    return value != NULL ? value->text : STR_EMPTY;
}

bool table_option_bool(const TableOptions *options, const char *name)
{
    return table_option_number(options, name, 0) != 0;
}

int64_t table_option_number(const TableOptions *options, const char *name, int64_t otherwise)
{
    const OptionValue *value = table_option(options, name);
    return value != NULL ? value->number : otherwise;
}

JsonOptions table_json_options(const TableOptions *options)
{
    return (JsonOptions){
        .fail_on_missing_field = table_option_bool(options, "json.fail-on-missing-field"),
        .ignore_parse_errors = table_option_bool(options, "json.ignore-parse-errors"),
        /* The indices of the choices are those of the enums. */
        .timestamp_format = (TimestampFormat)table_option_number(options, "json.timestamp-format.standard", 0),
        .map_null_key = (MapNullKey)table_option_number(options, "json.map-null-key.mode", 0),
        .map_null_key_literal = table_option_text(options, "json.map-null-key.literal"),
        .skip_null_fields = table_option_bool(options, "json.encode.ignore-null-fields"),
    };
}

JsonOptions table_debezium_options(const TableOptions *options)
{
    return (JsonOptions){
        .timestamp_format = (TimestampFormat)table_option_number(options, "debezium-json.timestamp-format.standard", 0),
        .map_null_key = (MapNullKey)table_option_number(options, "debezium-json.map-null-key.mode", 0),
        .map_null_key_literal = table_option_text(options, "debezium-json.map-null-key.literal"),
        .skip_null_fields = table_option_bool(options, "debezium-json.encode.ignore-null-fields"),
    };
}

CsvOptions table_csv_options(const TableOptions *options)
{
    return (CsvOptions){
        .field_delimiter = table_option_text(options, "csv.field-delimiter"),
        .quote = table_option_text(options, "csv.quote-character"),
        .disable_quote = table_option_bool(options, "csv.disable-quote-character"),
        .escape = table_option_text(options, "csv.escape-character"),
        .array_element_delimiter = table_option_text(options, "csv.array-element-delimiter"),
        .null_literal = table_option_text(options, "csv.null-literal"),
        .has_null_literal = table_option(options, "csv.null-literal") != NULL,
        .allow_comments = table_option_bool(options, "csv.allow-comments"),
        .ignore_first_line = table_option_bool(options, "csv.ignore-first-line"),
        .ignore_parse_errors = table_option_bool(options, "csv.ignore-parse-errors"),
    };
}

BadRowPolicy table_bad_row_policy(const TableOptions *options)
{
    const OptionValue *value = table_option(options, "json.ignore-parse-errors");
    if (value == NULL)
        value = table_option(options, "csv.ignore-parse-errors");
    if (value == NULL)
        value = table_option(options, "debezium-json.ignore-parse-errors");
    if (value == NULL)
        return BAD_ROW_COUNT;
    return value->number != 0 ? BAD_ROW_SKIP : BAD_ROW_STOP;
}

bool format_takes_type(const Format *format, const FieldType *type, const char **why)
{
    bool is_csv = format_id(format) == FORMAT_CSV;
    switch (type->id) {
    case FT_INTERVAL_MONTH:
    case FT_INTERVAL_SECOND: *why = "an INTERVAL cannot be stored"; return false;
    case FT_ARRAY: return format_takes_type(format, type->element, why);
    case FT_MAP:
        *why = "csv has no form for MAP";
        return !is_csv && format_takes_type(format, type->key, why) && format_takes_type(format, type->element, why);
    case FT_ROW:
        for (uint32_t i = 0; i < type->member_count; i++) {
            if (!format_takes_type(format, type->members[i].type, why))
                return false;
        }
        return true;
    default: return true;
    }
}
