/* lite_query.h -- the third opinion: a logical plan as SQLite text.
 *
 * A streaming query over rows that were given has a batch meaning: SQLite may be asked for it.  Each node of the plan
 * becomes one common table expression, inputs first:
 *
 *   WITH RECURSIVE
 *     n0 AS (SELECT p, mark, c0, c1 FROM t0),                  rows and watermarks in the order given
 *     n1 AS (SELECT *, CASE WHEN mark IS NULL THEN f0(c1, 5000000) ELSE mark END AS wm FROM n0),
 *     n2 AS (SELECT *, max(wm) OVER (ORDER BY p ROWS .. 1 PRECEDING) AS w FROM n1),   watermark before the row
 *     ..                                                       window from s to e, a row once for each
 *     n7 AS (SELECT k0 AS c0, count(*) AS c1, s AS c2, .. FROM n6 WHERE s IS NOT NULL AND <not late>
 *            GROUP BY s, e, k0 HAVING <the watermark has passed e>)
 *   SELECT c0, c1, c2 FROM n7
 *
 * So lateness and closing are said again, in SQL, and nothing of the optimiser, the physical plan or generated code has
 * a part in the answer.  Comparisons, three-valued logic, CASE, IN, COUNT, MIN, MAX, grouping, DISTINCT, FILTER, joins
 * and unions are SQLite's own.  Where its meaning is not ours (integers that wrap, exact sums, DECIMAL, LIKE, text and
 * time functions) the text calls our bodies from stdlib: f<i> is calls[i], g<i> is aggregates[i] (law 11).
 *
 * Where an expression may fail, its node has two steps: the first computes all values of a row and then asks taint()
 * whether one of them failed; the second leaves out the rows that are bad.  A computed column of a scan that fails ends
 * the statement: it is bad for its readers only, which SQL has no word for.
 *
 * What has no batch meaning, or asks for the time of the run, or depends on the order of rows, is not expressible;
 * `why_not` says why, in a phrase that ends a sentence.
 *
 * Ownership  the arena given.
 * Errors     none.
 * Cost       linear in the plan. */
#ifndef SQC_SQLITE_LITE_QUERY_H
#define SQC_SQLITE_LITE_QUERY_H

#include "compiler/logical/nodes.h"
#include "runtime/base/buf.h"
#include "runtime/base/vec.h"

/* One place in the text that calls a body. */
typedef struct LiteCall {
    const Expr *expr;  /* a CALL */
    bool is_forgiving; /* inside of TRY_CAST: a failure is NULL */
    bool taints;       /* a failure makes the row bad (taint); else it ends the statement */
} LiteCall;

typedef struct LiteQuery {
    Str why_not; /* empty: expressible */
    Str text;
    Str late_text; /* counts the rows that came late; empty: not known (several aggregates, calls that may fail) */
    const LogicalNode *sink;
    VEC(const LogicalNode *) tables; /* t0..: the SCANs and LOOKUP_JOINs whose rows are given */
    VEC(LiteCall) calls;             /* f0.. */
    VEC(const AggCall *) aggregates; /* g0.. */
    VEC(RtDatum) parameters;         /* ?1.. */
} LiteQuery;

LiteQuery *lite_query(Arena *arena, const LogicalNode *sink);

/* Columns of t<i>: those of the scan that are not computed; of the whole table of a lookup join. */
uint32_t lite_table_column_count(const LogicalNode *node);

#endif
