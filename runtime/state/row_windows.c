/* row_windows.c -- see row_windows.h. */
#include "runtime/state/row_windows.h"

#include "runtime/state/slice_store_internal.h"

/* Does the window in hand hold the row? */
static bool note_window(RowWindows *windows)
{
    bool is_cumulate = windows->shape->kind == WINDOW_CUMULATE;
    if (is_cumulate ? windows->end_us > windows->outer_us : windows->end_us <= windows->wall_us)
        return false;
    windows->last_us = window_close_us(windows->shape, windows->end_us);
    return true;
}

bool row_windows_first(RowWindows *windows, const SliceShape *shape, int64_t time_us)
{
    GridPeriod size = window_size_grid(shape), step = window_step_grid(shape);
    *windows = (RowWindows){ .shape = shape, .wall_us = window_wall_us(shape, time_us) };
    windows->start_us = grid_floor(window_start_grid(shape), windows->wall_us);
    windows->end_us = windows->outer_us = grid_plus(size, windows->start_us, 1);
    if (shape->kind == WINDOW_CUMULATE)
        windows->end_us = grid_plus(step, grid_floor(step, windows->wall_us), 1);
    return note_window(windows);
}

bool row_windows_next(RowWindows *windows)
{
    const SliceShape *shape = windows->shape;
    GridPeriod step = window_step_grid(shape);
    if (shape->kind == WINDOW_TUMBLE)
        return false;
    if (shape->kind == WINDOW_HOP) {
        windows->start_us = grid_plus(step, windows->start_us, -1);
        windows->end_us = grid_plus(window_size_grid(shape), windows->start_us, 1);
    } else {
        windows->end_us = grid_plus(step, windows->end_us, 1);
    }
    return note_window(windows);
}
