/* bind_zone.c -- time zones by name: of the session, and of windows. */
#include "compiler/bind/bind_from.h"

#include "runtime/base/calendar.h"
#include "runtime/time/zone.h"
#include "runtime/time/zone_table.h"

static bool bind_zone(Binder *binder, const AstNode *text, const Zone **zone)
{
    RtError error;
    Str name = ast_string_text(text);
    *zone = zone_open(binder->query, name, &error);
    if (*zone != NULL) {
        if (zone_is_utc(*zone))
            *zone = NULL;
        return true;
    }
    Diag *d = diag_error(binder->diags, E0347, text->span, "no time zone is called '%.*s'", STR_ARG(name));
    uint32_t count = zone_table_count();
    Str *names = ARENA_ARRAY(binder->query, Str, count + 1);
    for (uint32_t i = 0; i < count; i++)
        names[i] = zone_table_name(i);
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_fix(d, text->span, str_printf(binder->query, "'%.*s'", STR_ARG(names[nearest])), "did you mean '%.*s'?",
                 STR_ARG(names[nearest]));
    else
        diag_help(d, "zones are names of the tz database such as 'Europe/Berlin', or offsets such as '+02:00'");
    return false;
}

/* Tables and views are bound with it too, so it is looked at before them; a program has one. */
void define_session_zone(Binder *binder, const AstNode *set)
{
    const AstNode *key = ast_set_key(set), *value = ast_set_value(set);
    const Zone *zone;
    if (key == NULL || value == NULL || !str_equal(ast_string_text(key), STR("table.local-time-zone")) ||
        !bind_zone(binder, value, &zone))
        return;
    if (binder->zone_set != NULL && !str_equal(zone_name(zone), zone_name(binder->zone))) {
        Diag *d = diag_error(binder->diags, E0347, value->span, "a program has one time zone, and this is another");
        diag_label(d, ast_set_value(binder->zone_set)->span, "set here");
        diag_help(d, "windows take a zone of their own: ZONE => 'Europe/Berlin'");
        return;
    }
    binder->zone_set = set;
    binder->zone = zone;
}

/* ---- windows ---- */

/* ZONE => DESCRIPTOR(column) */
static bool zone_column(Binder *binder, const Relation *input, const AstNode *ast, BindWindow *window)
{
    if (window->kind == WINDOW_SESSION) {
        diag_error(binder->diags, E0316, ast->span, "sessions are cut alike on every clock: their ZONE is a constant");
        return false;
    }
    if (ast_count(ast_descriptor_columns(ast)) != 1 || !descriptor_column(binder, input, ast, &window->zone_column))
        return false;
    const Type *type = input->columns[window->zone_column].type;
    if (type->kind != TYPE_VARCHAR && type->kind != TYPE_CHAR) {
        Str name = type_name(binder->query, type);
        diag_error(binder->diags, E0316, ast->span, "a zone is the name in a STRING column, this is %.*s",
                   STR_ARG(name));
        return false;
    }
    window->has_zone_column = true;
    return true;
}

/* With a calendar weeks begin on Mondays. */
static void begin_on_monday(BindWindow *window)
{
    enum { FIRST_MONDAY = 4, WEEK_DAYS = 7 }; /* 1970-01-05 */
    bool by_step = window->kind == WINDOW_HOP;
    int64_t period_us = by_step ? window->step_us : window->size_us;
    int32_t months = by_step ? window->step_months : window->size_months;
    if (window->kind != WINDOW_SESSION && months == 0 && period_us % (WEEK_DAYS * US_PER_DAY) == 0)
        window->offset_us += FIRST_MONDAY * US_PER_DAY;
}

static bool zone_of_window(Binder *binder, const Relation *input, const AstNode *ast, BindWindow *window,
                           const Zone **zone)
{
    if (ast->kind == AST_DESCRIPTOR)
        return zone_column(binder, input, ast, window);
    if (ast->kind == AST_STRING)
        return bind_zone(binder, ast, zone);
    Diag *d = diag_error(binder->diags, E0316, ast->span, "the ZONE of a window is a text or a column");
    diag_help(d, "write ZONE => 'Europe/Berlin', or ZONE => DESCRIPTOR(column)");
    return false;
}

bool bind_window_calendar(Binder *binder, const Relation *input, const AstNode *zone, uint32_t time_column,
                          BindWindow *window)
{
    bool is_ltz = input->columns[time_column].type->kind == TYPE_TIMESTAMP_LTZ;
    const Zone *clock = is_ltz ? binder->zone : NULL;
    if (zone != NULL && !zone_of_window(binder, input, zone, window, &clock))
        return false;
    if (zone != NULL && !is_ltz && binder->zone != NULL) {
        Diag *d = diag_error(binder->diags, E0347, zone->span,
                             "a TIMESTAMP is read as UTC here, and the session's zone is '%.*s'",
                             STR_ARG(zone_name(binder->zone)));
        diag_help(d, "declare the time column as TIMESTAMP_LTZ(3)");
        return false;
    }
    if (zone != NULL)
        begin_on_monday(window);
    if (clock == NULL && window->size_months == 0 && window->step_months == 0 && !window->has_zone_column)
        return true;
    WindowCalendar *calendar = ARENA_NEW(binder->query, WindowCalendar);
    *calendar = (WindowCalendar){ clock, window->size_months, window->step_months };
    window->calendar = calendar;
    return true;
}
