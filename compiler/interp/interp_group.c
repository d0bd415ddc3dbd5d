/* interp_group.c -- window aggregates over a sorted list of groups: a row joins a group in each of its windows. */
#include "compiler/interp/interp_internal.h"
#include "compiler/logical/user_agg.h"

#include "runtime/abi/key.h"
#include "runtime/base/alloc.h"
#include "runtime/base/calendar.h"
#include "runtime/time/zone.h"

#include <assert.h>

static void *keep_bytes(uint64_t size)
{
    void *bytes = mem_alloc_zeroed(size == 0 ? 1 : size);
    if (bytes == NULL)
        mem_exhausted();
    return bytes;
}

static Str keep_str(Str text)
{
    char *bytes = keep_bytes(text.len + 1);
    if (text.len > 0)
        memcpy(bytes, text.data, text.len);
    return (Str){ bytes, text.len };
}

/* ---- which scans are below, where states stand ---- */

static void mark_scans(const Interp *interp, const PhysNode *node, bool *scans)
{
    for (uint32_t s = 0; s < interp->program->scan_count; s++)
        scans[s] = scans[s] || interp->program->scans[s] == node;
    for (uint32_t i = 0; i < node->input_count; i++)
        mark_scans(interp, node->inputs[i], scans);
}

void interp_group_open(Interp *interp, InterpNode *state)
{
    const PhysWindowAgg *agg = &state->node->as.window_agg;
    state->closed_us = state->interval = state->clock_us = INT64_MIN;
    state->scans = ARENA_ARRAY(interp->arena, bool, interp->program->scan_count + 1);
    mark_scans(interp, state->node, state->scans);
    state->offsets = ARENA_ARRAY(interp->arena, uint32_t, agg->call_count + 1);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        uint32_t align = agg->calls[i].agg->state_align;
        assert(align <= 16);
        if (align > 1)
            state->state_bytes = (state->state_bytes + align - 1) / align * align;
        state->offsets[i] = state->state_bytes;
        state->state_bytes += agg->calls[i].agg->state_bytes;
    }
}

/* ---- groups ---- */

static int compare_group(const InterpGroup *group, const InterpWindow *window, Str key)
{
    if (group->close_us != window->close_us)
        return group->close_us < window->close_us ? -1 : 1;
    if (group->start_us != window->start_us)
        return group->start_us < window->start_us ? -1 : 1;
    if (group->end_us != window->end_us)
        return group->end_us < window->end_us ? -1 : 1;
    return str_compare(group->key, key);
}

InterpGroup *interp_new_group(const InterpNode *state, const InterpWindow *window, Str key)
{
    InterpGroup *group = keep_bytes(sizeof *group);
    group->start_us = window->start_us;
    group->end_us = window->end_us;
    group->close_us = window->close_us;
    group->last_us = INT64_MIN;
    group->key = keep_str(key);
    group->states = keep_bytes(state->state_bytes);
    group->sets = keep_bytes(state->node->as.window_agg.call_count * sizeof *group->sets);
    return group;
}

static InterpGroup *insert_group(InterpNode *state, uint64_t at, const InterpWindow *window, Str key)
{
    if (state->group_count == state->group_capacity) {
        state->group_capacity = state->group_capacity == 0 ? 16 : 2 * state->group_capacity;
        state->groups = mem_resize(state->groups, state->group_capacity * sizeof *state->groups);
        if (state->groups == NULL)
            mem_exhausted();
    }
    memmove(state->groups + at + 1, state->groups + at, (state->group_count - at) * sizeof *state->groups);
    state->groups[at] = interp_new_group(state, window, key);
    state->group_count++;
    return state->groups[at];
}

InterpGroup *interp_find_group(InterpNode *state, const InterpWindow *window, Str key)
{
    uint64_t low = 0, high = state->group_count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (compare_group(state->groups[middle], window, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < state->group_count && compare_group(state->groups[low], window, key) == 0)
        return state->groups[low];
    return insert_group(state, low, window, key);
}

void interp_forget_group(InterpNode *state, InterpGroup *group)
{
    for (uint32_t i = 0; i < state->node->as.window_agg.call_count; i++) {
        for (uint64_t k = 0; k < group->sets[i].count; k++)
            mem_free((void *)group->sets[i].items[k].data);
        group->sets[i].count = 0;
    }
    memset(group->states, 0, state->state_bytes);
    group->rows = 0;
}

void interp_free_group(const InterpNode *state, InterpGroup *group)
{
    for (uint32_t i = 0; i < state->node->as.window_agg.call_count; i++) {
        for (uint64_t k = 0; k < group->sets[i].count; k++)
            mem_free((void *)group->sets[i].items[k].data);
        mem_free(group->sets[i].items);
    }
    mem_free(group->sets);
    mem_free(group->states);
    mem_free((void *)group->key.data);
    mem_free(group);
}

void interp_group_release(InterpNode *state)
{
    for (uint64_t i = 0; i < state->group_count; i++)
        interp_free_group(state, state->groups[i]);
    for (uint64_t i = 0; i < state->part_count; i++)
        interp_free_group(state, state->parts[i]);
    mem_free(state->groups);
    mem_free(state->parts);
    state->groups = state->parts = NULL;
    state->group_count = state->part_count = 0;
}

/* True where the value was not in the set yet. */
static bool set_add(InterpSet *set, Str value)
{
    uint64_t at = 0;
    while (at < set->count && str_compare(set->items[at], value) < 0)
        at++;
    if (at < set->count && str_equal(set->items[at], value))
        return false;
    if (set->count == set->capacity) {
        set->capacity = set->capacity == 0 ? 8 : 2 * set->capacity;
        set->items = mem_resize(set->items, set->capacity * sizeof *set->items);
        if (set->items == NULL)
            mem_exhausted();
    }
    memmove(set->items + at + 1, set->items + at, (set->count - at) * sizeof *set->items);
    set->items[at] = keep_str(value);
    set->count++;
    return true;
}

/* ---- rows ---- */

/* Several arguments, none of which may be NULL. */
static bool row_input(Interp *interp, const PhysNode *node, const Expr *const *exprs, uint32_t count, InterpRow row,
                      CallInput *out)
{
    RtDatum *args = ARENA_ARRAY(&interp->batch, RtDatum, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!interp_value(interp, node, exprs[i], row, &args[i]))
            return false;
        out->counts = out->counts && !args[i].is_null;
    }
    out->args = args;
    return true;
}

static bool call_input(Interp *interp, const PhysNode *node, const AggCall *call, InterpRow row, CallInput *out)
{
    *out = (CallInput){ .counts = true };
    RtDatum keep;
    if (call->filter != NULL) {
        if (!interp_value(interp, node, call->filter, row, &keep))
            return false;
        out->counts = !keep.is_null && keep.value.b;
    }
    if (call->arg == NULL || !out->counts)
        return true;
    uint32_t count;
    const Expr *const *exprs = user_agg_args(call, &count);
    if (count > 1)
        return row_input(interp, node, exprs, count, row, out);
    if (!interp_value(interp, node, call->arg, row, &out->arg))
        return false;
    out->counts = !out->arg.is_null;
    return true;
}

bool interp_row_inputs(Interp *interp, const PhysNode *node, InterpRow row, RtDatum *keys, CallInput *inputs)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    for (uint32_t i = 0; i < agg->key_count; i++) {
        if (!interp_value(interp, node, agg->keys[i], row, &keys[i]))
            return false;
    }
    for (uint32_t i = 0; i < agg->call_count; i++) {
        if (!call_input(interp, node, &agg->calls[i], row, &inputs[i]))
            return false;
    }
    return true;
}

void interp_step_call(Interp *interp, const InterpNode *state, InterpGroup *group, uint32_t i, const CallInput *input,
                      bool retracts)
{
    const AggCall *call = &state->node->as.window_agg.calls[i];
    if (!input->counts)
        return;
    if (call->distinct && !set_add(&group->sets[i], interp_key(interp, &input->arg, 1)))
        return;
    RtDatum arg = input->arg;
    bool has_word = call->arg != NULL && call->agg->arg != TW_COUNT && call->agg->arg != TW_ANY;
    if (has_word)
        arg = datum_to_kind(arg, type_word_kind((TypeWord)call->agg->arg));
    interp->fn.heap = &interp->heap;
    interp->fn.user = call->agg->user;
    void (*change)(FnCtx *, void *, const RtDatum *) = retracts ? call->agg->retract : call->agg->step;
    const RtDatum *args = input->args != NULL ? input->args : &arg;
    change(&interp->fn, group->states + state->offsets[i], call->arg == NULL ? NULL : args);
    interp->fn.heap = NULL;
    if (interp->pool.refused != STATE_REFUSED_NOT)
        mem_exhausted();
}

/* Unsigned: a time at the edge of 64 bits wraps, as the window functions do. */
static int64_t grid_floor(int64_t time_us, int64_t period_us, int64_t offset_us)
{
    int64_t past = (int64_t)((uint64_t)time_us - (uint64_t)offset_us) % period_us;
    return (int64_t)((uint64_t)time_us - (uint64_t)(past < 0 ? past + period_us : past));
}

/* Months since the year 0. */
static int64_t month_number(int64_t wall_us)
{
    CivilDate date = civil_from_days(floor_div(wall_us, US_PER_DAY));
    return date.year * 12 + date.month - 1;
}

static int64_t month_begin(int64_t month)
{
    return days_from_civil(floor_div(month, 12), (int32_t)floor_mod(month, 12) + 1, 1) * US_PER_DAY;
}

static int64_t edge_before(const WindowCut *cut, int64_t wall_us, int64_t period_us, int32_t months)
{
    if (months == 0)
        return grid_floor(wall_us, period_us, cut->offset_us);
    int64_t since_1970 = month_number(wall_us - cut->offset_us) - 1970 * 12;
    return month_begin(1970 * 12 + floor_div(since_1970, months) * months) + cut->offset_us;
}

static int64_t moved(const WindowCut *cut, int64_t edge_us, int64_t period_us, int32_t months)
{
    if (months == 0)
        return (int64_t)((uint64_t)edge_us + (uint64_t)period_us);
    return month_begin(month_number(edge_us - cut->offset_us) + months) + cut->offset_us;
}

static InterpWindow window_at(const WindowCut *cut, int64_t start_us, int64_t end_us)
{
    return (InterpWindow){ .start_us = start_us, .end_us = end_us, .close_us = zone_passed_us(cut->zone, end_us) };
}

void interp_windows(const WindowCut *cut, int64_t time_us, InterpWindows *out)
{
    int64_t wall = zone_local_us(cut->zone, time_us);
    bool is_hop = cut->kind == WINDOW_HOP;
    int64_t outer =
        edge_before(cut, wall, is_hop ? cut->step_us : cut->size_us, is_hop ? cut->step_months : cut->size_months);
    int64_t whole = moved(cut, outer, cut->size_us, cut->size_months);
    int64_t end = outer;
    switch (cut->kind) {
    case WINDOW_HOP:
        for (int64_t start = outer; whole > wall; whole = moved(cut, start, cut->size_us, cut->size_months)) {
            vec_push(out->arena, &out->list, window_at(cut, start, whole));
            start = moved(cut, start, -cut->step_us, -cut->step_months);
        }
        break;
    case WINDOW_CUMULATE:
        while (end < whole) {
            end = moved(cut, end, cut->step_us, cut->step_months);
            if (end > wall)
                vec_push(out->arena, &out->list, window_at(cut, outer, end));
        }
        for (uint32_t low = 0, high = out->list.count; low + 1 < high; low++) { /* the youngest first */
            InterpWindow window = out->list.items[low];
            out->list.items[low] = out->list.items[--high];
            out->list.items[high] = window;
        }
        break;
    default:
        vec_push(out->arena, &out->list, window_at(cut, outer, whole));
        break;
    }
}

static bool has_passed(int64_t watermark_us, int64_t close_us)
{
    return watermark_us >= (int64_t)((uint64_t)close_us - MILLISECOND_US);
}

/* ---- sessions ---- */

static int64_t delayed(const PhysNode *node, int64_t watermark_us);

static void join_set(Interp *interp, const InterpNode *state, InterpGroup *into, const InterpGroup *from, uint32_t i)
{
    const AggCall *call = &state->node->as.window_agg.calls[i];
    for (uint64_t k = 0; k < from->sets[i].count; k++) {
        Str value = from->sets[i].items[k];
        CallInput input = { .counts = true };
        (void)key_get(value.data, value.data + value.len, type_physical(call->arg->type), &interp->batch, &input.arg);
        interp_step_call(interp, state, into, i, &input, false);
    }
}

void interp_join_group(Interp *interp, const InterpNode *state, InterpGroup *into, const InterpGroup *from)
{
    const PhysWindowAgg *agg = &state->node->as.window_agg;
    for (uint32_t i = 0; i < agg->call_count; i++) {
        if (agg->calls[i].distinct) {
            join_set(interp, state, into, from, i);
            continue;
        }
        interp->fn.heap = &interp->heap;
        interp->fn.user = agg->calls[i].agg->user;
        agg->calls[i].agg->merge(&interp->fn, into->states + state->offsets[i], from->states + state->offsets[i]);
        interp->fn.heap = NULL;
    }
}

static void take_out(InterpNode *state, uint64_t at)
{
    state->group_count--;
    memmove(state->groups + at, state->groups + at + 1, (state->group_count - at) * sizeof *state->groups);
}

/* The session in its place, with what `joined` holds, if anything. */
static InterpGroup *put_session(InterpNode *state, InterpWindow window, Str key, InterpGroup *joined)
{
    window.close_us = window.end_us;
    InterpGroup *made = interp_find_group(state, &window, key);
    made->is_closed = has_passed(state->closed_us, window.close_us);
    state->closed_count += made->is_closed;
    if (joined == NULL)
        return made;
    char *states = made->states;
    InterpSet *sets = made->sets;
    made->states = joined->states;
    made->sets = joined->sets;
    joined->states = states;
    joined->sets = sets;
    interp_free_group(state, joined);
    return made;
}

/* The session that the row joins, all that it touches in one; NULL: it is late.  Alone it would be `window`. */
static InterpGroup *find_session(Interp *interp, InterpNode *state, Str key, InterpWindow window, int64_t watermark)
{
    int64_t time_us = window.start_us, row_end_us = window.end_us;
    InterpGroup *joined = NULL;
    for (uint64_t at = 0; at < state->group_count;) {
        InterpGroup *group = state->groups[at];
        bool touches = str_equal(group->key, key) && row_end_us >= group->start_us && time_us <= group->end_us &&
                       !has_passed(watermark, group->close_us);
        if (!touches) {
            at++;
            continue;
        }
        take_out(state, at);
        window.start_us = group->start_us < window.start_us ? group->start_us : window.start_us;
        window.end_us = group->end_us > window.end_us ? group->end_us : window.end_us;
        if (joined == NULL) {
            joined = group;
            continue;
        }
        interp_join_group(interp, state, joined, group);
        interp_free_group(state, group);
    }
    if (joined == NULL && has_passed(watermark, window.end_us))
        return NULL;
    return put_session(state, window, key, joined);
}

static bool is_true(RtDatum value)
{
    return !value.is_null && value.value.b;
}

/* What the rules of a session say of the row; false: one failed, and the row was counted bad. */
static bool row_rules(Interp *interp, const PhysNode *node, InterpRow row, int64_t *gap_us, uint32_t *flags)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    RtDatum rules[WINDOW_RULE_COUNT] = {
        [WINDOW_RULE_START] = { .is_null = true }, [WINDOW_RULE_END] = { .is_null = true }
    };
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (agg->rules[i] != NULL && !interp_value(interp, node, agg->rules[i], row, &rules[i]))
            return false;
    }
    *gap_us = agg->rules[WINDOW_RULE_GAP] == NULL ? agg->size_us : rules[WINDOW_RULE_GAP].value.i64;
    *flags = is_true(rules[WINDOW_RULE_START]) ? SESSION_STARTS : 0;
    *flags |= is_true(rules[WINDOW_RULE_END]) ? SESSION_ENDS : 0;
    return true;
}

/* ---- rows and their windows ---- */

/* The row's windows, youngest first; false: it has none and was counted bad. */
static bool row_windows(Interp *interp, const PhysNode *node, InterpRow row, InterpWindows *windows)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    RtDatum time, end = { 0 }, last = { 0 };
    bool is_attached = agg->kind == WINDOW_ATTACHED;
    if (!interp_value(interp, node, agg->time, row, &time) ||
        (is_attached && !interp_value(interp, node, agg->end, row, &end)))
        return false;
    if (time.is_null || end.is_null) {
        interp_bad(interp, node, BAD_NULL_TIME, 0);
        return false;
    }
    WindowCut cut = WINDOW_CUT(agg);
    InterpWindow brought = { time.value.i64, end.value.i64, 0 };
    if (agg->last != NULL && !interp_value(interp, node, agg->last, row, &last))
        return false;
    if (is_attached) {
        int64_t close_us = zone_passed_us(cut.zone, brought.end_us);
        brought.close_us = agg->last == NULL ? close_us : last.value.i64 + MILLISECOND_US;
        vec_push(windows->arena, &windows->list, brought);
    } else if (agg->kind == WINDOW_SESSION) {
        brought.end_us = brought.close_us = time.value.i64; /* and its gap: row_rules */
        vec_push(windows->arena, &windows->list, brought);
    } else {
        interp_windows(&cut, time.value.i64, windows);
    }
    return true;
}

/* ---- closing ---- */

/* EMIT AFTER WINDOW CLOSE WITH DELAY: time of the windows is so far behind. */
static int64_t delayed(const PhysNode *node, int64_t watermark_us)
{
    int64_t delay_us = node->kind == PHYS_WINDOW_AGG ? node->as.window_agg.delay_us : 0;
    return watermark_us < INT64_MIN + delay_us ? INT64_MIN : watermark_us - delay_us;
}

/* Of the row in progress: that of its partition, or of windows that closed without it. */
static int64_t own_watermark(const Interp *interp, const InterpNode *state)
{
    int64_t own = delayed(state->node, interp->origin.watermark_us);
    return own > state->closed_us ? own : state->closed_us;
}

/* The times of the first and the newest record of all inputs. */
static void record_times(const Interp *interp, const InterpNode *state, int64_t *first, int64_t *newest)
{
    bool any = false;
    *first = *newest = 0;
    for (uint32_t s = 0; s < interp->program->scan_count; s++) {
        for (uint32_t p = 0; state->scans[s] && p < interp->options.partition_count; p++) {
            const InterpPartition *partition = &interp->partitions[s][p];
            if (!partition->has_spoken)
                continue;
            *first = !any || partition->first_us < *first ? partition->first_us : *first;
            *newest = !any || partition->now_us > *newest ? partition->now_us : *newest;
            any = true;
        }
    }
}

/* The least watermark of the partitions of all scans below that have not ended and are not silent. */
int64_t interp_watermark_of(const Interp *interp, const InterpNode *state)
{
    int64_t least = INT64_MAX, first, newest;
    bool any_open = false;
    record_times(interp, state, &first, &newest);
    for (uint32_t s = 0; s < interp->program->scan_count; s++) {
        int64_t timeout = interp->program->scans[s]->as.scan.table->idle_timeout_us;
        for (uint32_t p = 0; state->scans[s] && p < interp->options.partition_count; p++) {
            const InterpPartition *partition = &interp->partitions[s][p];
            int64_t last = partition->has_spoken ? partition->now_us : first;
            if (partition->is_finished)
                continue;
            any_open = true;
            if (!partition->is_idle && (timeout == 0 || newest - last < timeout) && partition->watermark_us < least)
                least = partition->watermark_us;
        }
    }
    if (least == INT64_MAX)
        return any_open || interp->options.open_end ? state->closed_us : least;
    least = delayed(state->node, least);
    return least > state->closed_us ? least : state->closed_us;
}

void interp_results(Interp *interp, const InterpNode *state, const InterpGroup *group, RtDatum *columns)
{
    const PhysWindowAgg *agg = &state->node->as.window_agg;
    const char *at = group->key.data, *end = group->key.data + group->key.len;
    for (uint32_t i = 0; i < agg->key_count; i++) {
        at = key_get(at, end, type_physical(agg->keys[i]->type), &interp->batch, &columns[i]);
        assert(at != NULL);
    }
    interp->fn.heap = &interp->heap;
    for (uint32_t i = 0; i < agg->call_count; i++) {
        RtKind kind = type_physical(agg->calls[i].type);
        RtDatum out = datum_null(kind);
        interp->fn.user = agg->calls[i].agg->user;
        agg->calls[i].agg->final(&interp->fn, group->states + state->offsets[i], &out);
        columns[agg->key_count + i] = datum_to_kind(out, kind);
    }
    interp->fn.heap = NULL;
}

/* Sessions are cut on instants and shown on the clock. */
static InterpWindow shown_window(const PhysNode *node, const InterpWindow *window)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    InterpWindow shown = *window;
    if (agg->kind == WINDOW_SESSION && agg->calendar != NULL) {
        shown.start_us = zone_local_us(agg->calendar->zone, window->start_us);
        shown.end_us = zone_local_us(agg->calendar->zone, window->end_us);
    }
    return shown;
}

void interp_group_columns(Interp *interp, const InterpNode *state, const InterpGroup *group, RtDatum *columns)
{
    interp_results(interp, state, group, columns);
    uint32_t window = phys_window_column(state->node);
    InterpWindow shown = shown_window(state->node, &(InterpWindow){ group->start_us, group->end_us, 0 });
    columns[window] = (RtDatum){ .value.i64 = shown.start_us, .kind = PK_I64 };
    columns[window + 1] = (RtDatum){ .value.i64 = shown.end_us, .kind = PK_I64 };
    columns[window + 2] = (RtDatum){ .value.i64 = group->close_us - MILLISECOND_US, .kind = PK_I64 };
}

/* Of a window whose rows are taken back: is one left? */
static bool is_there(const PhysNode *node, const RtDatum *columns)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    return agg->rows_call == 0 || columns[agg->key_count + agg->rows_call - 1].value.i64 > 0;
}

void interp_emit_group(Interp *interp, const InterpNode *state, const InterpGroup *group, RowChange change)
{
    const PhysNode *node = state->node;
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, node->column_count + 1);
    InterpClock before = interp_set_clock(interp, interp_clock_of(group));
    interp_group_columns(interp, state, group, columns);
    interp->origin.last_us = group->close_us - MILLISECOND_US;
    if (interp->fn.failure.code != 0)
        interp_bad(interp, node, BAD_EXPRESSION, 0);
    else if (is_there(node, columns))
        interp_push(interp, node, (InterpRow){ .columns = columns, .change = change });
    interp_set_clock(interp, before);
}

/* ---- corrections ---- */

int64_t interp_kept_us(const PhysNode *node)
{
    const LatePolicy *late = node->as.window_agg.late;
    return late == NULL ? 0 : late->correct_us;
}

static int64_t plus(int64_t time_us, int64_t more_us)
{
    int64_t sum;
    return __builtin_add_overflow(time_us, more_us, &sum) ? INT64_MAX : sum;
}

/* A row whose window has closed for its partition; true: it counts in it all the same. */
static bool correct(Interp *interp, const PhysNode *node, const InterpWindow *window, Str key, const CallInput *inputs,
                    bool retracts)
{
    InterpNode *state = &interp->nodes[node->id];
    int64_t kept = interp_kept_us(node);
    if (kept == 0 || has_passed(own_watermark(interp, state), plus(window->close_us, kept)))
        return false;
    InterpLaters before = { 0 }, after = { 0 };
    uint64_t groups = state->group_count;
    bool is_closed = has_passed(state->closed_us, window->close_us);
    InterpGroup *group = interp_find_group(state, window, key);
    bool is_new = state->group_count > groups;
    if (is_closed && is_new)
        state->closed_count++;
    group->is_closed = is_closed;
    interp->capture = &before;
    if (is_closed && !is_new)
        interp_push_result(interp, state, group, ROW_DELETE);
    for (uint32_t i = 0; i < node->as.window_agg.call_count; i++)
        interp_step_call(interp, state, group, i, &inputs[i], retracts);
    interp->capture = &after;
    if (is_closed)
        interp_push_result(interp, state, group, ROW_INSERT);
    interp->capture = NULL;
    interp_late_changes(interp, &before, &after);
    return true;
}

/* Alone the row would be `window`. */
static bool touches(const InterpGroup *group, Str key, const InterpWindow *window)
{
    return str_equal(group->key, key) && window->end_us >= group->start_us && window->start_us <= group->end_us;
}

/* Does the row touch a session that has closed for its partition, or is one by itself, in time to correct it? */
static bool corrects_session(const Interp *interp, const PhysNode *node, Str key, const InterpWindow *window)
{
    const InterpNode *state = &interp->nodes[node->id];
    int64_t kept = interp_kept_us(node), watermark = own_watermark(interp, state);
    bool meets_open = false, meets_closed = false;
    for (uint64_t i = 0; kept > 0 && i < state->group_count; i++) {
        const InterpGroup *group = state->groups[i];
        if (!touches(group, key, window))
            continue;
        bool is_closed = has_passed(watermark, group->close_us);
        meets_open = meets_open || !is_closed;
        meets_closed = meets_closed || (is_closed && !has_passed(watermark, plus(group->close_us, kept)));
    }
    bool alone = has_passed(watermark, window->end_us) && !has_passed(watermark, plus(window->end_us, kept));
    return kept > 0 && (meets_closed || (alone && !meets_open));
}

/* All that the row touches becomes one session, open or closed as its end says; what was emitted is taken back. */
static void correct_session(Interp *interp, const PhysNode *node, Str key, InterpWindow window, const CallInput *inputs)
{
    InterpNode *state = &interp->nodes[node->id];
    int64_t kept = interp_kept_us(node), watermark = own_watermark(interp, state);
    InterpLaters before = { 0 }, after = { 0 };
    InterpGroup *joined = NULL;
    InterpWindow alone = window;
    interp->capture = &before;
    for (uint64_t at = 0; at < state->group_count;) {
        InterpGroup *group = state->groups[at];
        if (!touches(group, key, &alone) || has_passed(watermark, plus(group->close_us, kept))) {
            at++;
            continue;
        }
        if (group->is_closed)
            interp_push_result(interp, state, group, ROW_DELETE);
        state->closed_count -= group->is_closed;
        take_out(state, at);
        window.start_us = group->start_us < window.start_us ? group->start_us : window.start_us;
        window.end_us = group->end_us > window.end_us ? group->end_us : window.end_us;
        if (joined != NULL) {
            interp_join_group(interp, state, joined, group);
            interp_free_group(state, group);
        } else {
            joined = group;
        }
    }
    InterpGroup *made = put_session(state, window, key, joined);
    for (uint32_t i = 0; i < node->as.window_agg.call_count; i++)
        interp_step_call(interp, state, made, i, &inputs[i], false);
    interp->capture = &after;
    if (made->is_closed)
        interp_push_result(interp, state, made, ROW_INSERT);
    interp->capture = NULL;
    interp_late_changes(interp, &before, &after);
}

/* False: the row is late. */
static bool session_row(Interp *interp, const PhysNode *node, Str key, InterpWindow window, uint32_t flags,
                        const CallInput *inputs)
{
    InterpNode *state = &interp->nodes[node->id];
    int64_t watermark = interp->origin.is_group ? state->closed_us : own_watermark(interp, state);
    if (phys_is_cut(&node->as.window_agg)) {
        InterpCutRow row = { key, window, flags, interp->origin.is_group ? INT64_MIN : watermark, inputs };
        return interp_cut_row(interp, state, &row);
    }
    if (!interp->origin.is_group && corrects_session(interp, node, key, &window)) {
        correct_session(interp, node, key, window, inputs);
        return true;
    }
    InterpGroup *group = find_session(interp, state, key, window, watermark);
    for (uint32_t i = 0; group != NULL && i < node->as.window_agg.call_count; i++)
        interp_step_call(interp, state, group, i, &inputs[i], false);
    return group != NULL;
}

/* The group that a text comes from may have changed when it is looked at. */
static RtDatum keep_datum(Interp *interp, RtDatum datum)
{
    if (!datum.is_null && (datum.kind == PK_STR || datum.kind == PK_BLOB))
        datum.value.str = str_copy(&interp->batch, datum.value.str);
    return datum;
}

/* A result that is taken back or said anew meets a closed window; false: it is too late. */
static bool change_closed(Interp *interp, const PhysNode *node, const InterpWindow *window, Str key,
                          const CallInput *inputs, bool retracts)
{
    const InterpNode *state = &interp->nodes[node->id];
    if (has_passed(state->closed_us, plus(window->close_us, interp_kept_us(node))))
        return false;
    uint32_t count = node->as.window_agg.call_count;
    CallInput *kept = ARENA_ARRAY(&interp->batch, CallInput, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t args = 0;
        if (inputs[i].args != NULL)
            (void)user_agg_args(&node->as.window_agg.calls[i], &args);
        kept[i] = inputs[i];
        kept[i].arg = keep_datum(interp, inputs[i].arg);
        RtDatum *copies = ARENA_ARRAY(&interp->batch, RtDatum, args + 1);
        for (uint32_t a = 0; a < args; a++)
            copies[a] = keep_datum(interp, inputs[i].args[a]);
        kept[i].args = inputs[i].args == NULL ? NULL : copies;
    }
    interp_note_change(interp, (InterpChange){ node, *window, key, kept, retracts, false });
    return true;
}

void interp_group_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    InterpNode *state = &interp->nodes[node->id];
    RtDatum *keys = ARENA_ARRAY(&interp->batch, RtDatum, agg->key_count + 1);
    CallInput *inputs = ARENA_ARRAY(&interp->batch, CallInput, agg->call_count + 1);
    InterpWindows windows = { .arena = &interp->batch };
    if (!interp_row_inputs(interp, node, row, keys, inputs) || !row_windows(interp, node, row, &windows))
        return;
    int64_t watermark = !interp->origin.is_group ? own_watermark(interp, state)
                        : interp->corrects       ? state->closed_us
                                                 : INT64_MIN; /* windows above close behind the one that closes */
    Str key = interp_key(interp, keys, agg->key_count);
    uint32_t counted = 0;
    bool retracts = row_change_retracts(row.change);
    if (agg->kind == WINDOW_SESSION) {
        int64_t gap_us;
        uint32_t flags;
        if (!row_rules(interp, node, row, &gap_us, &flags))
            return;
        windows.list.items[0].end_us += gap_us;
        windows.list.items[0].close_us += gap_us;
        counted = session_row(interp, node, key, windows.list.items[0], flags, inputs);
        windows.list.count = 0;
    }
    int64_t first_end_us = windows.list.count == 0 ? 0 : windows.list.items[windows.list.count - 1].end_us;
    for (uint32_t w = 0; w < windows.list.count; w++) {
        const InterpWindow *window = &windows.list.items[w];
        if (has_passed(watermark, window->close_us) && interp->origin.is_group) {
            counted += change_closed(interp, node, window, key, inputs, retracts);
            continue;
        }
        if (has_passed(watermark, window->close_us)) {
            counted += correct(interp, node, window, key, inputs, retracts);
            continue;
        }
        InterpGroup *group = interp_find_group(state, window, key);
        for (uint32_t i = 0; i < agg->call_count; i++)
            interp_step_call(interp, state, group, i, &inputs[i], retracts);
        group->last_us = first_end_us > group->last_us ? first_end_us : group->last_us;
        counted++;
    }
    if (!interp->origin.is_group)
        interp_apply_changes(interp);
    if (counted > 0)
        return;
    state->counts.late++;
    interp->totals.late += !interp->counted_late;
    interp->counted_late = true;
    InterpWindow missed = shown_window(node, &windows.list.items[0]);
    interp_late_row(interp, node, &missed);
    if (interp->options.on_late != NULL)
        interp->options.on_late(interp->options.user, node, interp->origin.position, missed.end_us);
}

/* ---- closing ---- */

/* The first group that has not been emitted, or NULL: closed ones stand before the open ones. */
static InterpGroup *first_open(const InterpNode *state)
{
    bool has_open = state->node->kind == PHYS_WINDOW_AGG && state->closed_count < state->group_count;
    return has_open ? state->groups[state->closed_count] : NULL;
}

/* When the next window of the node closes; false: there is none. */
static bool next_close(const InterpNode *state, int64_t *close_us)
{
    const InterpGroup *group = first_open(state);
    bool is_cut = state->node->kind == PHYS_WINDOW_AGG && phys_is_cut(&state->node->as.window_agg);
    int64_t end_us = is_cut ? interp_cut_next(state) : INT64_MAX;
    *close_us = group != NULL && group->close_us <= end_us ? group->close_us : end_us;
    return group != NULL || end_us != INT64_MAX;
}

/* Of all windows that may close: the one with the least end, then node id, then key. */
static InterpNode *next_to_close(Interp *interp)
{
    InterpNode *next = NULL;
    int64_t least_us = INT64_MAX, close_us;
    for (uint32_t i = 0; i < interp->program->node_count; i++) {
        InterpNode *state = &interp->nodes[i];
        if (!next_close(state, &close_us) || !has_passed(interp_watermark_of(interp, state), close_us))
            continue;
        if (next != NULL && close_us >= least_us)
            continue;
        next = state;
        least_us = close_us;
    }
    if (next != NULL)
        interp_cut_close(interp, next, least_us);
    return next;
}

/* The closed groups that nobody can correct any more. */
static void forget_closed(const Interp *interp, InterpNode *state)
{
    uint64_t gone = 0;
    bool is_cut =
        state->node->kind == PHYS_WINDOW_AGG && phys_is_cut(&state->node->as.window_agg); /* has copies here */
    int64_t watermark = interp_watermark_of(interp, state), kept = is_cut ? 0 : interp_kept_us(state->node);
    while (gone < state->closed_count && has_passed(watermark, plus(state->groups[gone]->close_us, kept)))
        interp_free_group(state, state->groups[gone++]);
    state->closed_count -= gone;
    state->group_count -= gone;
    if (gone > 0)
        memmove(state->groups, state->groups + gone, state->group_count * sizeof *state->groups);
}

static bool is_silent(const PhysNode *node)
{
    for (uint32_t i = 0; i < node->consumer_count; i++) {
        if (node->consumers[i]->kind != PHYS_KEEP)
            return false;
    }
    return node->consumer_count > 0;
}

void interp_emit_groups(Interp *interp, const InterpNode *state, const InterpWindowGroups *window)
{
    for (uint64_t i = 0; i < window->count && !is_silent(state->node); i++) {
        interp->capture_key = window->groups[i]->key;
        interp_emit_group(interp, state, window->groups[i], ROW_INSERT);
    }
    for (uint32_t i = 0; i < state->node->consumer_count; i++) {
        if (state->node->consumers[i]->kind == PHYS_KEEP)
            interp_keep_window(interp, state, state->node->consumers[i], window);
    }
}

/* All groups of the window that closes first. */
static void emit_window(Interp *interp, InterpNode *state)
{
    const InterpGroup *first = first_open(state);
    uint64_t from = state->closed_count, until = from;
    for (; until < state->group_count; until++) {
        InterpGroup *group = state->groups[until];
        if (group->close_us != first->close_us || group->start_us != first->start_us || group->end_us != first->end_us)
            break;
        group->is_closed = true;
    }
    state->closed_count = until;
    InterpWindowGroups window = { state->groups + from, until - from };
    if (state->node->as.window_agg.every_us != 0)
        interp_emit_final(interp, state, &window);
    else
        interp_emit_groups(interp, state, &window);
}

void interp_close_windows(Interp *interp)
{
    interp->origin = (InterpOrigin){ .is_group = true };
    for (uint32_t i = 0; i < interp->program->node_count; i++)
        interp->nodes[i].rank_rows = 0; /* what a RANK remembers of rows went with their batch */
    for (InterpNode *state = next_to_close(interp); state != NULL; state = next_to_close(interp)) {
        emit_window(interp, state);
        bool is_cut = state->node->kind == PHYS_WINDOW_AGG && phys_is_cut(&state->node->as.window_agg);
        if (interp_kept_us(state->node) == 0 || is_cut)
            forget_closed(interp, state);
    }
    for (uint32_t i = 0; i < interp->program->node_count; i++) {
        InterpNode *state = &interp->nodes[i];
        if (state->node->kind == PHYS_GROUP_AGG) /* time of what it tells does not go back */
            state->closed_us = interp_watermark_of(interp, state);
        if (state->node->kind != PHYS_WINDOW_AGG)
            continue;
        forget_closed(interp, state);
        state->closed_us = interp_watermark_of(interp, state);
        interp_cut_forget(state, state->closed_us);
    }
    interp_emit_open(interp);
}
