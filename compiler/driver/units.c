/* units.c -- see units.h. */
#include "compiler/driver/units.h"

#include <stdio.h>

static Str folder_of(Arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return STR(".");
    if (slash == path)
        return STR("/");
    return str_from(arena_copy(arena, path, (uint64_t)(slash - path)));
}

static bool is_listed(Arena *arena, const PathList *files, const char *path)
{
    Str real = program_real_path(arena, str_from(path));
    for (uint32_t i = 0; i < files->count; i++) {
        if (str_equal(program_real_path(arena, str_from(files->items[i])), real))
            return true;
    }
    return false;
}

static Unit *unit_of_project(const Args *args, Units *units, const Project *project)
{
    Str real = program_real_path(args->arena, project_path(args->arena, project, STR(".")));
    for (uint32_t i = 0; i < units->items.count; i++) {
        if (str_equal(units->items.items[i].project, real))
            return &units->items.items[i];
    }
    Unit unit = { .project = real, .files = project->files };
    units->file_count += unit.files.count;
    vec_push(args->arena, &units->items, unit);
    return &units->items.items[units->items.count - 1];
}

/* Files of one folder lie in one project: it is looked for once. */
typedef struct LastFolder {
    Str folder;
    Project *project;
} LastFolder;

static bool add_file(const Args *args, Units *units, const char *path, LastFolder *last)
{
    Arena *arena = args->arena;
    Str folder = folder_of(arena, path);
    RtError error;
    if (!str_equal(folder, last->folder) || last->folder.len == 0) {
        if (project_find(arena, folder, &last->project, &error) != RT_OK) {
            fprintf(stderr, "sqc: %s\n", error.text);
            return false;
        }
    }
    last->folder = folder;
    if (last->project == NULL) {
        Unit unit = { 0 };
        vec_push(arena, &unit.files, path);
        vec_push(arena, &unit.selected, path);
        vec_push(arena, &units->items, unit);
        units->file_count++;
        return true;
    }
    Unit *unit = unit_of_project(args, units, last->project);
    vec_push(arena, &unit->selected, path);
    return true;
}

/* Files that were given and that walking the project does not find: other endings, hidden ones. */
static void add_unlisted(Arena *arena, Unit *unit)
{
    if (unit->project.len == 0 || unit->selected.count == unit->files.count)
        return;
    for (uint32_t i = 0; i < unit->selected.count; i++) {
        if (!is_listed(arena, &unit->files, unit->selected.items[i]))
            vec_push(arena, &unit->files, unit->selected.items[i]);
    }
}

bool units_of(const Args *args, Units *units)
{
    PathList files = { 0 };
    LastFolder last = { 0 };
    *units = (Units){ 0 };
    if (!program_expand_paths(args, args->arena, &files))
        return false;
    for (uint32_t i = 0; i < files.count; i++) {
        if (!add_file(args, units, files.items[i], &last))
            return false;
    }
    for (uint32_t i = 0; i < units->items.count; i++)
        add_unlisted(args->arena, &units->items.items[i]);
    return true;
}

void unit_add_to(const Unit *unit, Program *program)
{
    for (uint32_t i = 0; i < unit->files.count; i++)
        program_add_file(program, str_from(unit->files.items[i]));
}

bool unit_has_selected(const Unit *unit, const Program *program, Span span)
{
    if (unit->project.len == 0) /* what a file imports is tested with it */
        return true;
    Str path = sources_get(program->sources, span.file)->path;
    Str real = program_real_path(program->query, str_printf(program->query, "%.*s", STR_ARG(path)));
    for (uint32_t i = 0; i < unit->selected.count; i++) {
        if (str_equal(program_real_path(program->query, str_from(unit->selected.items[i])), real))
            return true;
    }
    return false;
}
