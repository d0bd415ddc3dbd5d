/* test_shuffle.c -- see test_shuffle.h. */
#include "compiler/driver/test_shuffle.h"

#include "compiler/interp/interp.h"

enum { ROUNDS = 4, SHUFFLED_ROWS_MAX = 2000 };

/* ---- may the order show? ---- */

/* NOW() and CURRENT_WATERMARK are what the row finds. */
static bool is_pure(const Expr *expr)
{
    if (expr == NULL)
        return true;
    if (expr->op == EXPR_CALL && (expr->fn->traits & FN_PURE) == 0)
        return false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (!is_pure(expr->args[i]))
            return false;
    }
    return true;
}

static bool are_pure(const Expr *const *exprs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is_pure(exprs[i]))
            return false;
    }
    return true;
}

static bool scan_is_pure(const PhysScan *scan)
{
    return are_pure(scan->computed, scan->computed_count);
}

static Str aggregate_why_not(const PhysWindowAgg *aggregate)
{
    if (aggregate->every_us != 0)
        return STR("what is told of open windows follows the order of rows");
    for (uint32_t i = 0; i < aggregate->call_count; i++) {
        const AggCall *call = &aggregate->calls[i];
        if ((call->agg->traits & AGG_BOUNDED) != 0)
            return STR("an estimate follows the order of rows, within its bounds");
        if (!is_pure(call->arg) || !is_pure(call->filter))
            return STR("a function asks for the time of the run");
    }
    return are_pure(aggregate->keys, aggregate->key_count) ? STR_EMPTY : STR("a function asks for the time of the run");
}

static Str node_why_not(const PhysNode *node)
{
    bool pure = true;
    switch (node->kind) {
    case PHYS_SCAN:
        if (node->as.scan.table->adaptive != NULL)
            return STR("the delay of the watermark follows the order of rows");
        if (node->as.scan.table->idle_timeout_us > 0)
            return STR("which inputs are silent follows the order of rows");
        if (node->as.scan.table->future_skew_us > 0)
            return STR("which rows are of the future follows the order of rows");
        pure = scan_is_pure(&node->as.scan);
        break;
    case PHYS_FILTER:
        pure = is_pure(node->as.filter.predicate);
        break;
    case PHYS_PROJECT:
        pure = are_pure(node->as.project.exprs, node->column_count);
        break;
    case PHYS_LOOKUP_JOIN:
        pure = are_pure(node->as.lookup_join.input_keys, node->as.lookup_join.key_count) &&
               is_pure(node->as.lookup_join.residual);
        break;
    case PHYS_UNNEST:
        pure = is_pure(node->as.unnest.residual);
        break;
    case PHYS_WINDOW_ROWS:
        pure = are_pure(node->as.window_rows.exprs, node->column_count - 3);
        break;
    case PHYS_WINDOW_AGG:
        return aggregate_why_not(&node->as.window_agg);
    case PHYS_KEEP:
        for (uint32_t i = 0; i < node->as.keep.key_count; i++)
            pure = pure && is_pure(node->as.keep.keys[i].by);
        break;
    case PHYS_GAP_FILL:
    case PHYS_UNION_ALL:
    case PHYS_SINK:
        break;
    default:
        return STR("an operator follows the order of rows");
    }
    return pure ? STR_EMPTY : STR("a function asks for the time of the run");
}

Str test_shuffle_why_not(const PhysProgram *physical)
{
    for (uint32_t i = 0; i < physical->node_count; i++) {
        Str why = node_why_not(physical->nodes[i]);
        if (why.len > 0)
            return why;
    }
    return STR_EMPTY;
}

/* ---- rows ---- */

uint64_t test_draw(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U; /* SplitMix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* `ts - INTERVAL '5' SECOND`: five seconds.  0 for every other form: then rows stay where they are. */
static int64_t bound_of(const Expr *watermark)
{
    if (watermark->op != EXPR_CALL || watermark->arg_count < 2 || strcmp(watermark->fn->name, "-") != 0)
        return 0;
    const Expr *delay = watermark->args[1];
    bool is_plain = watermark->args[0]->op == EXPR_COLUMN && delay->op == EXPR_LITERAL &&
                    delay->literal.kind == PK_I64 && !delay->literal.is_null;
    return is_plain ? delay->literal.value.i64 : 0;
}

bool test_watermark_trails(const Expr *watermark)
{
    return watermark->op == EXPR_COLUMN || bound_of(watermark) > 0;
}

static void forget_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    (void)user;
    (void)sink;
    (void)change;
    (void)row;
}

/* The watermark that each row makes alone: every row is given to a partition of its own. */
static int64_t *own_watermarks(Arena *arena, const PhysProgram *physical, uint32_t scan, const char *rows,
                               uint32_t count)
{
    int64_t *own = ARENA_ARRAY(arena, int64_t, count + 1);
    uint64_t row_bytes = physical->scans[scan]->as.scan.layout.row_bytes;
    InterpOptions options = { .partition_count = count, .open_end = true, .on_row = forget_row };
    Interp *interp = interp_open(arena, physical, options);
    for (uint32_t r = 0; r < count; r++) {
        interp_row(interp, scan, r, rows + r * row_bytes, r);
        own[r] = interp_partition_watermark(interp, scan, r);
    }
    interp_close(interp);
    return own;
}

static bool may_swap(int64_t a, int64_t b, int64_t bound, int64_t before)
{
    if (a == INT64_MIN || b == INT64_MIN) /* no time: a bad row, or NULL */
        return false;
    int64_t apart = a > b ? a - b : b - a;
    return apart < bound && a + bound > before && b + bound > before;
}

static void swap_timed(uint32_t *order, uint32_t count, const int64_t *own, int64_t bound, int64_t before,
                       uint64_t *random)
{
    for (uint32_t i = 0; i + 1 < count; i++) {
        uint32_t a = order[i], b = order[i + 1];
        if ((test_draw(random) & 1) != 0 && may_swap(own[a], own[b], bound, before)) {
            order[i] = b;
            order[i + 1] = a;
        }
        before = own[order[i]] > before ? own[order[i]] : before;
    }
}

static void swap_freely(uint32_t *order, uint32_t count, uint64_t *random)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = (uint32_t)(test_draw(random) % i), kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

const char *test_shuffle_rows(Arena *arena, const TestShuffle *shuffle, const char *rows, uint32_t count)
{
    const PhysScan *target = &shuffle->physical->scans[shuffle->scan]->as.scan;
    uint64_t row_bytes = target->layout.row_bytes;
    if (count > SHUFFLED_ROWS_MAX) /* and from now on nothing moves */
        *shuffle->watermark = INT64_MAX;
    if (count == 0 || count > SHUFFLED_ROWS_MAX)
        return rows;
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    if (target->watermark == NULL) {
        swap_freely(order, count, shuffle->random);
    } else {
        const int64_t *own = own_watermarks(arena, shuffle->physical, shuffle->scan, rows, count);
        int64_t bound = bound_of(target->watermark);
        for (int round = 0; bound > 0 && round < ROUNDS; round++)
            swap_timed(order, count, own, bound, *shuffle->watermark, shuffle->random);
        for (uint32_t i = 0; i < count; i++)
            *shuffle->watermark = own[i] > *shuffle->watermark ? own[i] : *shuffle->watermark;
    }
    char *shuffled = arena_alloc_zeroed(arena, row_bytes * count, 16);
    for (uint32_t i = 0; i < count; i++)
        memcpy(shuffled + i * row_bytes, rows + order[i] * row_bytes, row_bytes);
    return shuffled;
}
