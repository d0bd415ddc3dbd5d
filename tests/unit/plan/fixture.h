/* fixture.h -- small tables, functions and aggregates with which tests build plans by hand.
 *
 * The functions are the tests' own, so that plans can be tested without the library:
 *   EQ, GT   of BIGINT          DIV   of BIGINT, fails on zero        EQ_TEXT   of STRING
 *   FIELD    of a ROW           RANDOM   is not pure                 MINUS   of TIMESTAMP and microseconds */
#ifndef SQC_TESTS_PLAN_FIXTURE_H
#define SQC_TESTS_PLAN_FIXTURE_H

#include "compiler/logical/nodes.h"
#include "compiler/optimize/optimize.h"
#include "compiler/physical/lower.h"

extern const FnDef FX_EQ, FX_GT, FX_DIV, FX_EQ_TEXT, FX_FIELD, FX_RANDOM, FX_MINUS;
extern const AggDef FX_COUNT_STAR, FX_SUM;

/* clicks (ts TIMESTAMP(3), action STRING, region STRING, price BIGINT, actor ROW<id BIGINT, name STRING>,
 *         ratio AS 100 / price, WATERMARK FOR ts AS ts - 5 s) */
enum { CLICK_TS, CLICK_ACTION, CLICK_REGION, CLICK_PRICE, CLICK_ACTOR, CLICK_RATIO, CLICK_COLUMNS };

typedef struct Fixture {
    Arena *query;
    Table *clicks;
    Table *regions; /* name STRING, tax BIGINT, note STRING */
} Fixture;

Fixture *fixture_new(Arena *query);
const LogicalNode *fx_scan(Fixture *fx);
/* A column of the node. */
const Expr *fx_column(Fixture *fx, const LogicalNode *node, uint32_t column);
const Expr *fx_bigint(Fixture *fx, int64_t value);
const Expr *fx_text(Fixture *fx, const char *value);
const Expr *fx_call(Fixture *fx, const FnDef *fn, const Type *type, const Expr *a, const Expr *b);
const Expr *fx_eq(Fixture *fx, const Expr *a, const Expr *b);
const Expr *fx_gt(Fixture *fx, const Expr *a, const Expr *b);
const Expr *fx_div(Fixture *fx, const Expr *a, const Expr *b);
const Expr *fx_text_is(Fixture *fx, const Expr *a, const char *value);
const Expr *fx_and(Fixture *fx, const Expr *a, const Expr *b);
const Expr *fx_field(Fixture *fx, const Expr *row, uint32_t field);
const LogicalNode *fx_filter(Fixture *fx, const LogicalNode *input, const Expr *predicate);
/* Columns p0, p1, .. */
const LogicalNode *fx_project(Fixture *fx, const LogicalNode *input, uint32_t count, const Expr *const *exprs);
/* A tumbling window of 10 s over column `time`. */
const LogicalNode *fx_window(Fixture *fx, const LogicalNode *input, uint32_t time);
/* COUNT(*), and SUM(sum) where it is not NULL, by `key`, over a window of 10 s. */
const LogicalNode *fx_group(Fixture *fx, const LogicalNode *window, uint32_t time, const Expr *key, const Expr *sum);
const LogicalNode *fx_sink(Fixture *fx, const LogicalNode *input, const char *name, uint32_t statement);
/* Optimised and lowered; `disabled` are bits of OptRule. */
PhysProgram *fx_plan(Fixture *fx, const LogicalNode *const *sinks, uint32_t count, uint64_t disabled);

#endif
