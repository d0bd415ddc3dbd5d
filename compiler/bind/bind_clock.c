/* bind_clock.c -- NOW() and PROCTIME() where no event time moves them.
 *
 * Now is the latest event time that was read.  A stream without a watermark has none, so its clock stands at
 * 1970-01-01, which nobody means: W0702.  PROCTIME() that is only passed on, as to a lookup join, is no use of it. */
#include "compiler/bind/bind_internal.h"

static bool is_clock(const Expr *expr)
{
    static const char *const CLOCKS[] = { "CURRENT_DATE", "CURRENT_ROW_TIMESTAMP", "CURRENT_TIME",
                                          "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
                                          "NOW", "PROCTIME", "UNIX_TIMESTAMP" };
    for (size_t i = 0; expr->op == EXPR_CALL && expr->arg_count == 0 && i < sizeof CLOCKS / sizeof CLOCKS[0]; i++) {
        if (strcmp(expr->fn->name, CLOCKS[i]) == 0)
            return true;
    }
    return expr->op == EXPR_COLUMN && expr->type->is_proctime;
}

const Expr *find_clock(const Expr *expr)
{
    if (is_clock(expr))
        return expr;
    const Expr *found = NULL;
    for (uint32_t i = 0; i < expr->arg_count && found == NULL; i++)
        found = find_clock(expr->args[i]);
    return found;
}

/* The first stream below that has no event time; NULL where one has. */
static const Table *stopped_stream(const LogicalNode *node)
{
    if (node->kind == LOGICAL_SCAN)
        return node->as.scan.table->watermark == NULL ? node->as.scan.table : NULL;
    const Table *stopped = NULL;
    for (uint32_t i = 0; i < node->input_count; i++) {
        stopped = stopped_stream(node->inputs[i]);
        if (stopped == NULL)
            return NULL;
    }
    return stopped;
}

static void warn_clock_of(Binder *binder, const Table *table, Span span)
{
    Diag *d = diag_warning(binder->diags, W0702, span, "this is always 1970-01-01: `%.*s` has no watermark",
                           STR_ARG(table->name));
    diag_note(d, table->span, "now is the latest event time that was read");
    diag_help(d, "declare WATERMARK FOR its time column, or select that column");
}

void warn_clock(Binder *binder, const LogicalNode *input, const Expr *expr)
{
    const Expr *clock = input == NULL ? NULL : find_clock(expr);
    if (clock == NULL)
        return;
    const Table *stopped = stopped_stream(input);
    if (stopped != NULL)
        warn_clock_of(binder, stopped, clock->span);
}

void warn_clock_of_item(Binder *binder, const LogicalNode *input, const Expr *expr)
{
    if (!expr->type->is_proctime)
        warn_clock(binder, input, expr);
}

void warn_clock_of_result(Binder *binder, const Relation *relation)
{
    for (uint32_t i = 0; i < relation->column_count; i++) {
        const BindColumn *column = &relation->columns[i];
        const Table *stopped = column->type->is_proctime ? stopped_stream(relation->node) : NULL;
        if (stopped != NULL)
            warn_clock_of(binder, stopped, column->span);
    }
}

void warn_clock_of_column(Binder *binder, const Table *table, const Expr *expr)
{
    const Expr *clock = table->watermark != NULL || expr->type->is_proctime ? NULL : find_clock(expr);
    if (clock != NULL)
        warn_clock_of(binder, table, clock->span);
}
