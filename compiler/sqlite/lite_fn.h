/* lite_fn.h -- the bodies of stdlib as functions of a SQLite connection.
 *
 * A body that fails taints the row in hand, or ends the statement, which then has no opinion (LiteCall).
 *
 * Ownership  the arena given; lite_fns_release gives back what call sites and aggregates keep.
 * Threads    one. */
#ifndef SQC_SQLITE_LITE_FN_H
#define SQC_SQLITE_LITE_FN_H

#include "compiler/sqlite/lite_query.h"
#include "runtime/state/heap.h"

#include <sqlite3.h>

typedef struct LiteFns LiteFns;

typedef struct LiteSite {
    LiteFns *fns;
    const LiteCall *call;
    const AggCall *aggregate;
    FnSite site;
} LiteSite;

struct LiteFns {
    Arena *arena;
    FnCtx fn;
    Arena batch;   /* of the call in progress */
    PagePool pool; /* of what aggregates keep by themselves */
    HeapPages pages;
    StateHeap heap;
    LiteSite *calls, *aggregates;
    uint32_t call_count;
    bool is_tainted; /* a value of the row in hand failed; taint() reads and forgets it */
    Str no_opinion;  /* why the statement ended; empty: it did not */
};

/* Registers f<i>, g<i> and the functions of our own that the text calls; false: SQLite refuses. */
bool lite_fns_init(LiteFns *fns, Arena *arena, sqlite3 *connection, const LiteQuery *query)
    __attribute__((warn_unused_result));
void lite_fns_release(LiteFns *fns);

#endif
