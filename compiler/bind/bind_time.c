/* bind_time.c -- what the WITH list of a stream says about its event time. */
#include "compiler/bind/bind_internal.h"

enum { US_OF_MS = 1000 };
#define SKEW_MS_MAX                                                                                                    \
    ((int64_t)100 * 366 * 24 * 3600 * 1000) /* a century: more is a slip, and stays clear of overflow                  \
                                             */

/* Where the option stands; the table where it is inherited or a default. */
static Span option_span(const Table *table, const char *name)
{
    const OptionValue *value = table_option(table->checked, name);
    return value == NULL || value->pair < 0 ? table->span : table->options[value->pair].key_span;
}

static bool is_written(const Table *table, const char *name)
{
    const OptionValue *value = table_option(table->checked, name);
    return value != NULL && value->pair >= 0;
}

static bool needs_watermark(Binder *binder, const Table *table, const char *name)
{
    if (table->watermark != NULL)
        return true;
    Diag *d = diag_error(binder->diags, E0317, option_span(table, name), "'%s' is about event time, `%.*s` has none",
                         name, STR_ARG(table->name));
    diag_help(d, "add WATERMARK FOR column AS column - INTERVAL '5' SECOND to its columns");
    return false;
}

/* Microseconds; 0 where the option is not written, or wrong. */
static int64_t duration_us(Binder *binder, const Table *table, const char *name)
{
    if (!is_written(table, name) || !needs_watermark(binder, table, name))
        return 0;
    int64_t ms = table_option_number(table->checked, name, 0);
    if (ms > 0 && ms <= SKEW_MS_MAX)
        return ms * US_OF_MS;
    Diag *d = diag_error(binder->diags, E0405, option_span(table, name), "'%s' is a time of 1 ms to 100 years", name);
    diag_help(d, "such as '5 min'");
    return 0;
}

static void bind_future(Binder *binder, Table *table)
{
    static const char SKEW[] = "scan.watermark.max-future-skew", ROWS[] = "scan.watermark.future-rows";
    table->future_skew_us = duration_us(binder, table, SKEW);
    table->future_quarantine = str_equal(table_option_text(table->checked, ROWS), STR("quarantine"));
    if (!is_written(table, ROWS) || is_written(table, SKEW))
        return;
    Diag *d = diag_error(binder->diags, E0317, option_span(table, ROWS), "'%s' says what becomes of rows beyond '%s'",
                         ROWS, SKEW);
    diag_help(d, "write '%s' = '5 min', too, or leave this option out", SKEW);
}

static void bind_heartbeat(Binder *binder, Table *table, const Relation *relation)
{
    static const char NAME[] = "scan.watermark.heartbeat-column";
    Str column = table_option_text(table->checked, NAME);
    if (!is_written(table, NAME) || !needs_watermark(binder, table, NAME))
        return;
    Str *names = ARENA_ARRAY(binder->query, Str, table->column_count + 1);
    for (uint32_t i = 0; i < table->column_count; i++) {
        names[i] = table->columns[i].name;
        if (!str_equal(names[i], column))
            continue;
        table->heartbeat = i + 1;
        TypeKind kind = relation->columns[i].type->kind;
        if (kind != TYPE_BOOLEAN && kind != TYPE_POISON)
            diag_error(binder->diags, E0317, option_span(table, NAME), "'%s' names a BOOLEAN column, `%.*s` is none",
                       NAME, STR_ARG(column));
        return;
    }
    Diag *d = diag_error(binder->diags, E0317, option_span(table, NAME), "no column is called `%.*s`", STR_ARG(column));
    int32_t nearest = diag_nearest(column, names, table->column_count);
    if (nearest >= 0)
        diag_help(d, "did you mean `%.*s`?", STR_ARG(names[nearest]));
}

void bind_time_options(Binder *binder, Table *table, const Relation *relation)
{
    table->heartbeat = 0;
    if (table->checked == NULL)
        return;
    bind_future(binder, table);
    table->idle_timeout_us = duration_us(binder, table, "scan.watermark.idle-timeout");
    bind_heartbeat(binder, table, relation);
}
