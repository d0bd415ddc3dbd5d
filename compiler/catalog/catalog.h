/* catalog.h -- the named things of a program: tables (streams), views, metrics, functions.
 *
 * Names are dotted paths ("ads.delivery"), case-sensitive; a definition may be used before it stands (projects refer
 * forward).  The binder fills it in a first pass over all statements.
 *
 * Ownership  query arena. */
#ifndef SQC_CATALOG_CATALOG_H
#define SQC_CATALOG_CATALOG_H

#include "compiler/ast/ast.h"
#include "compiler/types/type.h"
#include "runtime/conn/connector.h"
#include "runtime/time/adaptive.h"

typedef struct TableColumn {
    Str name;
    const Type *type;
    Span span;
    const AstNode *computed; /* expression text of a computed column, else NULL */
    Str metadata_key;        /* METADATA [FROM 'key'], else empty */
    bool is_metadata, is_virtual;
    Str comment;
} TableColumn;

typedef struct TableOption {
    Str key, value;
    Span key_span, value_span;
} TableOption;

/* Columns of a stream of late rows, behind those of its source. */
typedef enum LateColumn {
    LATE_REASON,
    LATE_POSITION,
    LATE_WINDOW_START, /* of the window that the row missed */
    LATE_WINDOW_END,
    LATE_COLUMN_COUNT,
} LateColumn;

/* Columns of `STREAM.bad`, behind those of the stream: rows that were not used, or not by everybody. */
typedef enum BadColumn {
    BAD_REASON_WORD,
    BAD_REASON_TEXT,
    BAD_POSITION,
    BAD_LINE, /* as it stood in the input */
    BAD_COLUMN_COUNT,
} BadColumn;

/* Columns of `STREAM.future`, behind those of the stream: rows whose time was too far ahead. */
typedef enum FutureColumn {
    FUTURE_REASON,
    FUTURE_POSITION,
    FUTURE_LIMIT, /* the latest time that was allowed */
    FUTURE_COLUMN_COUNT,
} FutureColumn;

/* A stream beside a declared one, of rows of it that went another way. */
typedef enum AsideKind { ASIDE_NONE, ASIDE_BAD, ASIDE_FUTURE } AsideKind;

typedef struct Table {
    Str name;
    Span span;   /* of the name where it is defined */
    uint32_t id; /* dense, in order of definition */
    TableColumn *columns;
    uint32_t column_count;
    TableOption *options;
    uint32_t option_count;
    const Connector *connector; /* NULL: none written; such a table gets its rows from --replay or a TEST */
    Str format;                 /* "json", "csv"; empty: json by default */
    int32_t rowtime_column;     /* -1: no watermark */
    const AstNode *watermark;   /* expression */
    const AstNode *deduplicate; /* DEDUPLICATE BY, or NULL */
    uint32_t *primary_key;
    uint32_t primary_key_count;
    bool is_bounded_lookup;          /* may be read whole: filesystem */
    const TableOptions *checked;     /* the WITH list after its check; NULL: none written, or wrong */
    const AstNode *statement;        /* NULL: made by a LATE clause */
    const struct Metric *late_maker; /* whose LATE clause made it, else NULL */
    const AstNode **late_inserts;    /* INSERTs whose LATE clauses fill it */
    uint32_t late_insert_count;
    const struct Table *late_source; /* whose rows it holds; known with its columns */
    AsideKind aside;                 /* `s.bad` and `s.future` of aside_source, made where a query names them */
    const struct Table *aside_source;
    const AdaptiveSpec *adaptive; /* the delay of the watermark follows lateness; NULL: it does not */
    int64_t future_skew_us;       /* 'scan.watermark.max-future-skew'; 0: rows may be of any time */
    int64_t idle_timeout_us;      /* 'scan.watermark.idle-timeout'; 0: inputs are waited for */
    uint32_t heartbeat;           /* column, from 1: a row where it is TRUE is none, but says that its input lives */
    bool is_one_row;              /* what VALUES and SELECT without FROM read: one row, from nowhere */
    bool future_quarantine;       /* such rows go to `s.future` only; else their time is clamped */
} Table;

/* The column of a table of one row: nobody asks for it. */
#define ONE_ROW_COLUMN "one"

/* Does it get its rows from outside? */
static inline bool table_has_input(const Table *table)
{
    return table->late_maker == NULL && table->late_insert_count == 0 && table->aside == ASIDE_NONE;
}

/* Is it made by a LATE clause? */
/* Do its rows take back others, when it is read? */
static inline bool table_is_changelog(const Table *table)
{
    return table->checked != NULL && table->checked->format != NULL &&
           (table->checked->format->flags & FORMAT_CHANGELOG) != 0;
}
static inline bool table_is_late(const Table *table)
{
    return table->late_maker != NULL || table->late_insert_count > 0;
}

typedef struct View {
    Str name;
    Span span;
    const AstNode *statement;
    Str *column_names; /* NULL: those of the query */
    uint32_t column_count;
} View;

typedef struct Metric {
    Str name;
    Span span;
    uint32_t id;
    const AstNode *statement;
    Str title, description, owner, section;
    const Str *tags;
    uint32_t tag_count;
} Metric;

typedef struct FunctionParam {
    Str name;
    Span span;
    AstParam kind;
    const Type *type;        /* of a value; always nullable */
    const AstNode *fallback; /* DEFAULT, or NULL */
} FunctionParam;

typedef enum FunctionState { FUNCTION_NEW, FUNCTION_RUNNING, FUNCTION_DONE } FunctionState;

typedef struct Function {
    Str name;
    Span span; /* of the name where it is defined */
    const AstNode *statement;
    /* The binder works out the rest when somebody needs it. */
    FunctionState state;
    bool is_broken;    /* an error was reported */
    bool is_expanding; /* a table function, while a call of it is bound */
    FunctionParam *params;
    uint32_t param_count;
    const Type *returns;       /* NULL: a table, or what the native body answers */
    const AstNode *body;       /* an expression or a query; NULL: native */
    Str native;                /* the function of stdlib that stands for a Java class */
    struct UserAgg *aggregate; /* NULL: no aggregate */
} Function;

typedef enum CatalogKind { CATALOG_TABLE, CATALOG_VIEW, CATALOG_METRIC } CatalogKind;

typedef struct CatalogEntry {
    CatalogKind kind;
    uint32_t index; /* in order of definition; catalog_add fills it in */
    Str name;
    Span span;
    union {
        Table *table;
        View *view;
        Metric *metric;
    } as;
} CatalogEntry;

typedef struct Catalog Catalog;

Catalog *catalog_new(Arena *query);
/* NULL when the name is free and the entry was added; else the entry that has it. */
const CatalogEntry *catalog_add(Catalog *catalog, CatalogEntry entry);
const CatalogEntry *catalog_find(const Catalog *catalog, Str name);
/* The nearest name for a typo, or an empty Str. */
Str catalog_nearest(const Catalog *catalog, Str name);
/* Names whose definitions have mistakes: what uses them is not to blame. */
void catalog_add_broken(Catalog *catalog, Str name);
bool catalog_is_broken(const Catalog *catalog, Str name);
uint32_t catalog_count(const Catalog *catalog);
const CatalogEntry *catalog_at(const Catalog *catalog, uint32_t index);
/* Functions have names of their own, in which case does not matter.  NULL when the name was free. */
const Function *catalog_add_function(Catalog *catalog, Function *function);
Function *catalog_find_function(const Catalog *catalog, Str name);
uint32_t catalog_function_count(const Catalog *catalog);
Function *catalog_function_at(const Catalog *catalog, uint32_t index);

#endif
