/* bind_from.h -- between the files that bind FROM and windows. */
#ifndef SQC_BIND_BIND_FROM_H
#define SQC_BIND_BIND_FROM_H

#include "compiler/bind/bind_internal.h"

Relation *under_alias(Binder *binder, const Relation *relation, Str alias, Span span);
/* Under an alias, or another name, with columns renamed. */
Relation *named_relation(Binder *binder, const Relation *relation, const AstNode *alias, Str otherwise,
                         const AstNode *columns, Span span);
/* A table, view, metric or WITH query by name. */
Relation *find_relation(Binder *binder, const AstNode *qname);
Relation *bind_join(Binder *binder, const AstNode *ast);
Relation *bind_gap_fill(Binder *binder, const AstNode *ast);
/* A join whose right side is UNNEST. */
Relation *bind_unnest(Binder *binder, const AstNode *join);
/* One more table of a FROM; false after E0211: its name is taken. */
bool join_add_source(Binder *binder, Relation *both, BindSource source);

/* ---- windows ---- */
typedef enum WindowPart {
    WINDOW_PART_DATA,
    WINDOW_PART_TIME,
    WINDOW_PART_SIZE, /* of SESSION: the gap */
    WINDOW_PART_STEP, /* HOP: slide, CUMULATE: step */
    WINDOW_PART_OFFSET,
    /* of SESSION, by name only */
    WINDOW_PART_MAX_GAP,
    WINDOW_PART_MAX_LENGTH,
    WINDOW_PART_START_WHEN,
    WINDOW_PART_END_WHEN,
    WINDOW_PART_COUNT,
} WindowPart;

/* A window function: its arguments by place. */
typedef struct WindowForm {
    const char *name, *word; /* as written in messages about the function, and about its columns */
    WindowKind kind;
    WindowPart parts[WINDOW_PART_COUNT];
    uint32_t part_count, needed; /* the first ones are needed */
    const char *step_name;       /* NULL: has none */
    const char *takes;           /* for messages */
    const char *example;
} WindowForm;

/* NULL: the call is no window function. */
const WindowForm *window_form_of(const AstNode *call);
/* A function of the language that has no body yet, or never. */
bool is_planned_function(Str name);
enum { WINDOW_FORM_COUNT = 4 };
Str window_form_name(uint32_t index);
/* A window function in FROM. */
Relation *bind_window(Binder *binder, const AstNode *ast);
/* Kind, size, step and offset of a window out of parts[WINDOW_PART_SIZE] and behind; false after an error. */
bool bind_window_sizes(ExprScope *scope, const WindowForm *form, const AstNode *const *parts, BindWindow *window);
/* The calendar of a window whose sizes and time column are known; `zone` is its argument ZONE or NULL.  False after an
 * error. */
bool bind_window_calendar(Binder *binder, const Relation *input, const AstNode *zone, uint32_t time_column,
                          BindWindow *window);
/* The column that DESCRIPTOR(column) names; false after an error. */
bool descriptor_column(Binder *binder, const Relation *input, const AstNode *ast, uint32_t *column);
/* A positive number of milliseconds; false after an error. */
bool window_length(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us);
/* An argument of SESSION that has no place, WINDOW_PART_COUNT: it is none; and their names for messages. */
WindowPart session_part(Str name);
#define SESSION_PART_NAMES "MAX_GAP, MAX_LENGTH, START_WHEN, END_WHEN"
/* Gap, length, rules and partition of SESSION in FROM: the table with the columns that they need; NULL after an error.
 */
Relation *bind_session(Binder *binder, Relation *input, const AstNode *const *parts, BindWindow *window);
/* A literal day-time interval in microseconds; false after an error. */
bool constant_interval(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us);

#endif
