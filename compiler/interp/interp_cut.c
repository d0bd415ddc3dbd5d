/* interp_cut.c -- sessions that are cut by their length, or by rows that begin or end one.
 *
 * The rows of a key at one time are a part, kept in a list by key, then time; sessions are counted off from the front
 * whenever somebody asks. */
#include "compiler/interp/interp_internal.h"

#include "runtime/base/alloc.h"

enum { PART_IS_BEHIND = 16 }; /* a session that ended at its time had closed already */

static int compare_part(const InterpGroup *part, Str key, int64_t time_us)
{
    int order = str_compare(part->key, key);
    return order != 0 ? order : (part->start_us > time_us) - (part->start_us < time_us);
}

static void add_part(InterpNode *state, uint64_t at, InterpGroup *part)
{
    if (state->part_count == state->part_capacity) {
        state->part_capacity = state->part_capacity == 0 ? 16 : 2 * state->part_capacity;
        state->parts = mem_resize(state->parts, state->part_capacity * sizeof *state->parts);
        if (state->parts == NULL)
            mem_exhausted();
    }
    memmove(state->parts + at + 1, state->parts + at, (state->part_count - at) * sizeof *state->parts);
    state->parts[at] = part;
    state->part_count++;
}

InterpGroup *interp_cut_row(Interp *interp, InterpNode *state, Str key, const InterpWindow *window, uint32_t flags,
                            int64_t watermark_us)
{
    (void)interp;
    if (window->start_us <= watermark_us)
        return NULL;
    if (window->start_us - MILLISECOND_US <= watermark_us)
        flags |= PART_IS_BEHIND;
    uint64_t at = 0;
    while (at < state->part_count && compare_part(state->parts[at], key, window->start_us) < 0)
        at++;
    if (at == state->part_count || compare_part(state->parts[at], key, window->start_us) != 0) {
        add_part(state, at, interp_new_group(state, window, key));
        state->parts[at]->flags = flags;
        return state->parts[at];
    }
    InterpGroup *part = state->parts[at];
    part->end_us = window->end_us > part->end_us ? window->end_us : part->end_us;
    uint32_t behind = part->flags & flags & PART_IS_BEHIND;
    part->flags = ((part->flags | flags) & (SESSION_STARTS | SESSION_ENDS)) | behind;
    return part;
}

/* The session from `at` on: how many parts it has.  *end_us: of the one before it, then its own. */
static uint64_t count_session(const InterpNode *state, uint64_t at, int64_t *end_us)
{
    InterpGroup *const *parts = state->parts + at;
    int64_t most_us = state->node->as.window_agg.step_us;
    int64_t until_us = most_us == 0 ? INT64_MAX : parts[0]->start_us + most_us;
    int64_t own_us = parts[0]->end_us;
    uint64_t count = 1;
    while (at + count < state->part_count && str_equal(parts[count]->key, parts[0]->key)) {
        const InterpGroup *part = parts[count];
        bool touches = (part->flags & PART_IS_BEHIND) != 0 ? part->start_us < own_us : part->start_us <= own_us;
        bool is_cut = (part->flags & SESSION_STARTS) != 0 || (parts[count - 1]->flags & SESSION_ENDS) != 0;
        if (!touches || is_cut || part->start_us >= until_us)
            break;
        own_us = part->end_us > own_us ? part->end_us : own_us;
        count++;
    }
    own_us = own_us < until_us ? own_us : until_us;
    *end_us = own_us > *end_us ? own_us : *end_us;
    return count;
}

static bool is_first_of_key(const InterpNode *state, uint64_t at)
{
    return at == 0 || at == state->part_count || !str_equal(state->parts[at]->key, state->parts[at - 1]->key);
}

int64_t interp_cut_next(const InterpNode *state)
{
    int64_t least_us = INT64_MAX;
    for (uint64_t at = 0; at < state->part_count; at++) {
        int64_t end_us = INT64_MIN;
        if (!is_first_of_key(state, at))
            continue;
        (void)count_session(state, at, &end_us);
        least_us = end_us < least_us ? end_us : least_us;
    }
    return least_us;
}

static void close_session(Interp *interp, InterpNode *state, uint64_t at, uint64_t count, int64_t end_us)
{
    InterpGroup *first = state->parts[at];
    for (uint64_t i = 1; i < count; i++) {
        interp_join_group(interp, state, first, state->parts[at + i]);
        interp_free_group(state, state->parts[at + i]);
    }
    state->part_count -= count;
    memmove(state->parts + at, state->parts + at + count, (state->part_count - at) * sizeof *state->parts);
    InterpWindow window = { .start_us = first->start_us, .end_us = end_us, .close_us = end_us };
    InterpGroup *made = interp_find_group(state, &window, first->key), empty = *made;
    made->states = first->states;
    made->sets = first->sets;
    first->states = empty.states;
    first->sets = empty.sets;
    interp_free_group(state, first);
}

/* The sessions from the front of one key that end there. */
static void close_key(Interp *interp, InterpNode *state, uint64_t at, int64_t end_us)
{
    int64_t own_us = INT64_MIN;
    bool more = true;
    while (more) {
        uint64_t count = count_session(state, at, &own_us);
        if (own_us != end_us)
            return;
        more = at + count < state->part_count && !is_first_of_key(state, at + count);
        close_session(interp, state, at, count, end_us);
    }
}

void interp_cut_close(Interp *interp, InterpNode *state, int64_t end_us)
{
    for (uint64_t at = 0; at < state->part_count;) {
        uint64_t before = state->part_count;
        if (is_first_of_key(state, at))
            close_key(interp, state, at, end_us);
        if (state->part_count == before || !is_first_of_key(state, at))
            at++; /* else another key stands here now */
    }
}
