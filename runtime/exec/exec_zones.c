/* exec_zones.c -- windows of rows on the wall clocks of zones, of one zone or of that which each row names.
 *
 * Zones are opened once each.  Of a zone the last window is kept with the instants that lie in it, so that the next row
 * of the same day finds it without a look at the clock. */
#include "runtime/exec/exec_internal.h"

#include "runtime/base/alloc.h"
#include "runtime/state/row_windows.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum { ZONE_NAME_BYTES_MAX = 64, E_UNKNOWN_ZONE = 604 };

typedef struct ZoneClock {
    Str name;
    bool is_known;
    WindowCalendar calendar;
    SliceShape shape;
    RowWindows last; /* TUMBLE: the window of the last row */
    int64_t from_us; /* .. and the instants in it; until_us <= from_us: none yet */
    int64_t until_us;
} ZoneClock;

/* Of one node. */
struct ExecZones {
    const RtZoneRows *spec;
    ZoneClock *clocks; /* by name */
    uint32_t count, capacity;
    ZoneClock *current; /* of the last row */
    RowWindows windows;
};

static ZoneClock *add_clock(RtExec *exec, ExecZones *zones, uint32_t at, Str name)
{
    if (zones->count == zones->capacity)
        zones->clocks = vec_grow(&exec->arena, zones->clocks, zones->count, &zones->capacity, sizeof *zones->clocks);
    memmove(zones->clocks + at + 1, zones->clocks + at, (zones->count - at) * sizeof *zones->clocks);
    zones->count++;
    RtError error;
    ZoneClock *clock = &zones->clocks[at];
    const SliceShape *shape = &zones->spec->shape;
    *clock = (ZoneClock){ .name = str_copy(&exec->arena, name), .calendar = *shape->calendar, .shape = *shape };
    clock->calendar.zone = zone_open(&exec->arena, name, &error);
    clock->is_known = clock->calendar.zone != NULL;
    return clock;
}

/* The clock of a zone, opened where it is new. */
static ZoneClock *find_clock(RtExec *exec, ExecZones *zones, Str name)
{
    if (zones->current != NULL && str_equal(zones->current->name, name))
        return zones->current;
    uint32_t low = 0, high = zones->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_compare(zones->clocks[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_new = low == zones->count || !str_equal(zones->clocks[low].name, name);
    ZoneClock *clock = is_new ? add_clock(exec, zones, low, name) : &zones->clocks[low];
    for (uint32_t i = 0; is_new && i < zones->count; i++) { /* they may have moved */
        zones->clocks[i].shape.calendar = &zones->clocks[i].calendar;
        zones->clocks[i].last.shape = &zones->clocks[i].shape;
    }
    return clock;
}

/* The instants of the window in one span of the zone. */
static void note_window(ZoneClock *clock, int64_t time_us)
{
    ZoneSpan span = zone_span(clock->calendar.zone, time_us);
    int64_t from = clock->last.start_us, until = clock->last.end_us;
    if (__builtin_sub_overflow(from, span.offset_us, &from) || __builtin_sub_overflow(until, span.offset_us, &until))
        until = from;
    clock->from_us = from < span.from_us ? span.from_us : from;
    clock->until_us = until > span.until_us ? span.until_us : until;
}

static bool first_window(ExecZones *zones, ZoneClock *clock, int64_t time_us)
{
    if (clock->shape.kind != WINDOW_TUMBLE)
        return row_windows_first(&zones->windows, &clock->shape, time_us);
    if (time_us < clock->from_us || time_us >= clock->until_us) {
        if (!row_windows_first(&clock->last, &clock->shape, time_us))
            return false;
        note_window(clock, time_us);
    }
    zones->windows = clock->last;
    return true;
}

static ExecZones *zones_of(RtExec *exec, uint32_t node)
{
    for (uint32_t i = 0; i < exec->program->zone_rows_count; i++) {
        if (exec->program->zone_rows[i].node == node)
            return &exec->zones[i];
    }
    assert(!"the node has no zones");
    return NULL;
}

void exec_zones_open(RtExec *exec)
{
    const RtProgram *program = exec->program;
    exec->zones = ARENA_ARRAY(&exec->arena, ExecZones, program->zone_rows_count + 1);
    for (uint32_t i = 0; i < program->zone_rows_count; i++)
        exec->zones[i].spec = &program->zone_rows[i];
}

const RtRowWindow *rt_zone_windows(RtTask *task, uint32_t node, int64_t time, bool no_zone, const Str *zone)
{
    static_assert(offsetof(RowWindows, start_us) == offsetof(RtRowWindow, start), "one of them as the other");
    static_assert(offsetof(RowWindows, end_us) == offsetof(RtRowWindow, end), "one of them as the other");
    static_assert(offsetof(RowWindows, last_us) == offsetof(RtRowWindow, last), "one of them as the other");
    RtExec *exec = exec_of(task);
    ExecZones *zones = zones_of(exec, node);
    if (no_zone) {
        fn_fail(&task->fn, E_UNKNOWN_ZONE, "the time zone of the row is NULL");
        return NULL;
    }
    Str name = zone == NULL ? zone_name(zones->spec->shape.calendar->zone) : *zone;
    if (name.len > ZONE_NAME_BYTES_MAX) {
        fn_fail(&task->fn, E_UNKNOWN_ZONE, "no time zone has a name of %" PRIu64 " bytes", name.len);
        return NULL;
    }
    zones->current = find_clock(exec, zones, name);
    if (!zones->current->is_known) {
        fn_fail(&task->fn, E_UNKNOWN_ZONE, "no time zone is called '%.*s'", STR_ARG(name));
        return NULL;
    }
    return first_window(zones, zones->current, time) ? (const RtRowWindow *)&zones->windows : NULL;
}

const RtRowWindow *rt_zone_windows_next(RtTask *task, uint32_t node)
{
    ExecZones *zones = zones_of(exec_of(task), node);
    return row_windows_next(&zones->windows) ? (const RtRowWindow *)&zones->windows : NULL;
}
