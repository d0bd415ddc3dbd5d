/* bind_aside.c -- `s.bad` and `s.future`: streams beside a declared stream s, of its rows that went another way.
 *
 *   s.bad      rows that were not used, or not by every statement: columns of s, bad_reason, bad_text, bad_position,
 *              bad_line
 *   s.future   rows whose time was too far ahead: columns of s, future_reason, future_position, future_limit
 *
 * Nobody declares them: naming one makes it, and a table or view of that name goes before it.  As with streams of late
 * rows, a hidden sink over s makes the rows come (late_add_makers), with all columns of s decoded. */
#include "compiler/bind/bind_internal.h"

typedef struct AsideName {
    const char *suffix;
    AsideKind kind;
} AsideName;

static const AsideName ASIDES[ASIDES_OF_A_TABLE] = { { ".bad", ASIDE_BAD }, { ".future", ASIDE_FUTURE } };

static Table *declared(const Binder *binder, Str name)
{
    const CatalogEntry *entry = catalog_find(binder->catalog, name);
    bool is_declared = entry != NULL && entry->kind == CATALOG_TABLE && table_has_input(entry->as.table);
    return is_declared ? entry->as.table : NULL;
}

const CatalogEntry *aside_entry(Binder *binder, const AstNode *qname, Str name)
{
    for (int i = 0; i < ASIDES_OF_A_TABLE; i++) {
        Str suffix = str_from(ASIDES[i].suffix);
        if (name.len <= suffix.len || !str_ends_with(name, suffix))
            continue;
        const Table *source = declared(binder, str_slice(name, 0, name.len - suffix.len));
        if (source == NULL)
            return NULL;
        Table *table = ARENA_NEW(binder->query, Table);
        table->name = name;
        table->span = qname->span;
        table->id = catalog_count(binder->catalog);
        table->rowtime_column = -1;
        table->aside = ASIDES[i].kind;
        table->aside_source = source;
        CatalogEntry entry = { .kind = CATALOG_TABLE, .name = name, .span = source->span, .as.table = table };
        (void)catalog_add(binder->catalog, entry);
        return catalog_find(binder->catalog, name);
    }
    return NULL;
}

static void add_column(Binder *binder, Table *table, Str name, const Type *type, Span span)
{
    table->columns[table->column_count++] =
        (TableColumn){ .name = name, .type = type_with_nullable(binder->query, type, true), .span = span };
}

/* Rows of a stream without this option are of any time. */
static bool has_future(Binder *binder, const Table *table)
{
    if (table->aside != ASIDE_FUTURE || table->aside_source->future_skew_us > 0)
        return true;
    const TableOptions *options = table->aside_source->checked;
    const OptionValue *skew = options == NULL ? NULL : table_option(options, "scan.watermark.max-future-skew");
    if (skew != NULL)
        return false; /* a wrong one, which was told */
    Diag *d = diag_error(binder->diags, E0317, table->span, "no row of `%.*s` is ever too far ahead",
                         STR_ARG(table->aside_source->name));
    diag_help(d, "say how far it may be in its WITH list: 'scan.watermark.max-future-skew' = '5 min'");
    return false;
}

Relation *aside_relation(Binder *binder, Table *table)
{
    static const char *const BAD[BAD_COLUMN_COUNT] = { "bad_reason", "bad_text", "bad_position", "bad_line" };
    static const char *const FUTURE[FUTURE_COLUMN_COUNT] = { "future_reason", "future_position", "future_limit" };
    const CatalogEntry *entry = catalog_find(binder->catalog, table->aside_source->name);
    const Relation *source = entry_relation(binder, entry, table->span);
    if (source->poison || !has_future(binder, table))
        return relation_poison(binder);
    uint32_t extra = table->aside == ASIDE_BAD ? (uint32_t)BAD_COLUMN_COUNT : (uint32_t)FUTURE_COLUMN_COUNT;
    table->columns = ARENA_ARRAY(binder->query, TableColumn, source->column_count + extra);
    for (uint32_t i = 0; i < source->column_count; i++)
        add_column(binder, table, source->columns[i].name, type_plain(binder->query, source->columns[i].type),
                   source->columns[i].span);
    const Type *text = type_text(binder->query, TYPE_VARCHAR, TYPE_LENGTH_MAX, true);
    for (uint32_t i = 0; i < extra; i++) {
        const Type *type = text;
        if (table->aside == ASIDE_FUTURE && i == FUTURE_LIMIT)
            type = type_plain(binder->query, source->columns[table->aside_source->rowtime_column].type);
        add_column(binder, table, str_from(table->aside == ASIDE_BAD ? BAD[i] : FUTURE[i]), type, table->span);
    }
    return made_relation(binder, table, relation_poison(binder));
}

Relation *made_relation(Binder *binder, Table *table, Relation *relation)
{
    relation->poison = relation->open = false;
    relation->column_count = table->column_count;
    relation->columns = ARENA_ARRAY(binder->query, BindColumn, table->column_count);
    for (uint32_t i = 0; i < table->column_count; i++)
        relation->columns[i] = (BindColumn){ .name = table->columns[i].name,
                                             .type = table->columns[i].type,
                                             .span = table->columns[i].span };
    relation->sources.count = 0;
    vec_push(binder->query, &relation->sources,
             ((BindSource){ .alias = table->name, .span = table->span, .count = table->column_count }));
    LogicalNode *scan = node_new(binder, LOGICAL_SCAN, table->span, NULL, 0);
    node_set_columns(binder, scan, relation->columns, relation->column_count);
    scan->as.scan.table = table;
    scan->as.scan.computed = ARENA_ARRAY(binder->query, const Expr *, table->column_count + 1);
    relation->node = scan;
    return relation;
}
