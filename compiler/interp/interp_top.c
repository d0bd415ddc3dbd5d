/* interp_top.c -- the first rows of each partition: what was shown before a row and what is shown behind it. */
#include "compiler/interp/interp_internal.h"

#include "runtime/abi/key.h"

typedef struct TopShown {
    const InterpTopRow *row;
    int64_t number;
} TopShown;

typedef struct TopList {
    VEC(TopShown) list;
} TopList;

static int compare(const InterpTopRow *a, const InterpTopRow *b)
{
    int order = str_compare(a->partition, b->partition);
    if (order == 0)
        order = str_compare(a->order, b->order);
    return order != 0 ? order : str_compare(a->rest, b->rest);
}

static TopList shown_of(Interp *interp, const InterpNode *state, Str partition)
{
    const PhysTop *top = &state->node->as.top;
    TopList shown = { 0 };
    int64_t rows = 0, rank = 0, dense = 0;
    const InterpTopRow *before = NULL;
    for (uint32_t i = 0; i < state->top.count; i++) {
        const InterpTopRow *row = &state->top.items[i];
        if (!str_equal(row->partition, partition))
            continue;
        rows++;
        if (before == NULL || !str_equal(before->order, row->order)) {
            rank = rows;
            dense++;
        }
        before = row;
        int64_t number = top->kind == RANK_ROW_NUMBER ? rows : top->kind == RANK_RANK ? rank : dense;
        InterpTopRow *copy = ARENA_NEW(&interp->batch, InterpTopRow);
        *copy = *row;
        if ((uint64_t)number <= top->limit)
            vec_push(&interp->batch, &shown.list, ((TopShown){ copy, number }));
    }
    return shown;
}

static const RtDatum *columns_of(Interp *interp, const PhysNode *node, const TopShown *shown)
{
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    memcpy(columns, shown->row->columns, (node->column_count - 1) * sizeof *columns);
    columns[node->column_count - 1] =
        (RtDatum){ .kind = PK_I64, .value.i64 = node->as.top.has_number ? shown->number : 0 };
    return columns;
}

static void push(Interp *interp, const PhysNode *node, RowChange change, const TopShown *shown, const TopShown *other)
{
    interp_push(interp, node,
                (InterpRow){ .columns = columns_of(interp, node, shown),
                             .change = change,
                             .other = columns_of(interp, node, other) });
}

static void tell_places(Interp *interp, const PhysNode *node, const TopList *before, const TopList *after)
{
    for (uint32_t i = 0; i < before->list.count || i < after->list.count; i++) {
        const TopShown *old = i < before->list.count ? &before->list.items[i] : NULL;
        const TopShown *now = i < after->list.count ? &after->list.items[i] : NULL;
        if (old == NULL) {
            push(interp, node, ROW_INSERT, now, now);
        } else if (now == NULL) {
            push(interp, node, ROW_DELETE, old, old);
        } else if (old->row->id != now->row->id || old->number != now->number) {
            push(interp, node, ROW_UPDATE_BEFORE, old, now);
            push(interp, node, ROW_UPDATE_AFTER, now, old);
        }
    }
}

static bool holds(const TopList *list, uint64_t id)
{
    for (uint32_t i = 0; i < list->list.count; i++) {
        if (list->list.items[i].row->id == id)
            return true;
    }
    return false;
}

static void tell_rows(Interp *interp, const PhysNode *node, const TopList *before, const TopList *after)
{
    for (uint32_t i = 0; i < before->list.count; i++) {
        if (!holds(after, before->list.items[i].row->id))
            push(interp, node, ROW_DELETE, &before->list.items[i], &before->list.items[i]);
    }
    for (uint32_t i = 0; i < after->list.count; i++) {
        if (!holds(before, after->list.items[i].row->id))
            push(interp, node, ROW_INSERT, &after->list.items[i], &after->list.items[i]);
    }
}

/* Columns as their keys have them: one NaN, no negative zero. */
static const RtDatum *keep_columns(Interp *interp, const PhysNode *node, const RtDatum *columns)
{
    RtDatum *kept = ARENA_ARRAY(interp->arena, RtDatum, node->column_count + 1);
    for (uint32_t c = 0; c + 1 < node->column_count; c++) {
        Str key = str_copy(interp->arena, interp_key(interp, &columns[c], 1));
        (void)key_get(key.data, key.data + key.len, type_physical(node->columns[c].type), interp->arena, &kept[c]);
    }
    return kept;
}

void interp_top_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysTop *top = &node->as.top;
    InterpNode *state = &interp->nodes[node->id];
    uint32_t order = top->partition_count, rest = order + top->order_count;
    InterpTopRow made = { .partition = interp_key(interp, row.columns, order),
                          .order = interp_key(interp, row.columns + order, top->order_count),
                          .rest = interp_key(interp, row.columns + rest, node->column_count - 1 - rest) };
    uint32_t at = 0;
    while (at < state->top.count && compare(&state->top.items[at], &made) <= 0)
        at++;
    bool is_there = at > 0 && compare(&state->top.items[at - 1], &made) == 0;
    if (row_change_retracts(row.change) && !is_there)
        return;
    at -= row_change_retracts(row.change);
    TopList before = shown_of(interp, state, made.partition);
    if (row_change_retracts(row.change)) {
        state->top.count--;
        memmove(state->top.items + at, state->top.items + at + 1, (state->top.count - at) * sizeof made);
    } else {
        InterpTopRow kept = { str_copy(interp->arena, made.partition), str_copy(interp->arena, made.order),
                              str_copy(interp->arena, made.rest), keep_columns(interp, node, row.columns),
                              ++state->top_ids };
        vec_push(interp->arena, &state->top, kept);
        memmove(state->top.items + at + 1, state->top.items + at, (state->top.count - 1 - at) * sizeof kept);
        state->top.items[at] = kept;
    }
    TopList after = shown_of(interp, state, made.partition);
    if (top->has_number)
        tell_places(interp, node, &before, &after);
    else
        tell_rows(interp, node, &before, &after);
}
