/* json_modes.h -- what the clauses of the JSON functions become as INT arguments.
 *
 * The numbers are those of AstJsonOn, AstJsonWrapper (compiler/ast/ast.h).
 *
 * Threads    constants. */
#ifndef SQC_STDLIB_JSON_MODES_H
#define SQC_STDLIB_JSON_MODES_H

/* .. ON EMPTY, .. ON ERROR */
typedef enum JsonOn {
    JSON_ON_DEFAULT, /* NULL; FALSE for JSON_EXISTS */
    JSON_ON_NULL,
    JSON_ON_ERROR,
    JSON_ON_VALUE, /* DEFAULT value */
    JSON_ON_EMPTY_ARRAY,
    JSON_ON_EMPTY_OBJECT,
    JSON_ON_TRUE,
    JSON_ON_FALSE,
    JSON_ON_UNKNOWN,
} JsonOn;

typedef enum JsonWrapper {
    JSON_WRAPPER_DEFAULT, /* without */
    JSON_WRAPPER_WITHOUT,
    JSON_WRAPPER_CONDITIONAL,
    JSON_WRAPPER_UNCONDITIONAL,
} JsonWrapper;

#endif
