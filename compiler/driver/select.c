/* select.c -- what a verb works on: files, folders, metrics by name, a whole project.
 *
 *   outside of a project   the files given are the program
 *   inside of one          all its files are; paths, names, patterns, tags and owners choose from it */
#include "compiler/driver/program.h"

#include <stdio.h>
#include <sys/stat.h>

bool program_is_path(Arena *arena, Str word)
{
    struct stat info;
    return str_ends_with(word, STR(".ssql")) || str_find(word, STR("/")) >= 0 || str_equal(word, STR(".")) ||
           stat(str_copy(arena, word).data, &info) == 0;
}

static int fail(const RtError *error, RtStatus status)
{
    fprintf(stderr, "sqc: %s\n", error->text);
    return status == RT_BAD_DATA ? EXIT_USAGE : EXIT_UNREACHABLE;
}

/* ---- files ---- */

/* Real paths of what was named: each is looked up once, however many files a project has. */
typedef VEC(Str) RealPaths;

static RealPaths real_paths(Arena *arena, const PathList *files)
{
    RealPaths paths = { 0 };
    for (uint32_t i = 0; i < files->count; i++)
        vec_push(arena, &paths, program_real_path(arena, str_from(files->items[i])));
    return paths;
}

static bool is_among(Arena *arena, const RealPaths *paths, Str path)
{
    Str real = paths->count == 0 ? path : program_real_path(arena, path);
    for (uint32_t i = 0; i < paths->count; i++) {
        if (str_equal(paths->items[i], real))
            return true;
    }
    return false;
}

static void add_project_files(Program *program, const RealPaths *chosen)
{
    const Project *project = program->project;
    for (uint32_t i = 0; i < project->files.count; i++) {
        Str path = str_from(project->files.items[i]);
        if (project_is_test(path) && !is_among(program->query, chosen, path))
            continue;
        program_add_file(program, path);
    }
}

/* Files of the program in its own order: those that were chosen. */
static void mark_files(Program *program, const RealPaths *chosen)
{
    program->selection.files = ARENA_ARRAY(program->query, bool, program->files.count + 1);
    for (uint32_t i = 0; i < program->files.count; i++)
        program->selection.files[i] = is_among(program->query, chosen, program->texts.items[i]->path);
}

/* ---- selectors ---- */

static bool matches_name(Str pattern, Str name)
{
    if (str_ends_with(pattern, STR("*")))
        return str_starts_with(name, str_slice(pattern, 0, pattern.len - 1));
    return str_equal(pattern, name);
}

bool selector_matches(Str selector, const Metric *metric)
{
    Str tag = STR("tag:"), owner = STR("owner:");
    if (str_starts_with(selector, owner))
        return str_equal(str_slice(selector, owner.len, selector.len - owner.len), metric->owner);
    if (!str_starts_with(selector, tag))
        return matches_name(selector, metric->name);
    for (uint32_t i = 0; i < metric->tag_count; i++) {
        if (str_equal(str_slice(selector, tag.len, selector.len - tag.len), metric->tags[i]))
            return true;
    }
    return false;
}

bool program_selects_metric(const Program *program, const Metric *metric)
{
    const Selection *selection = &program->selection;
    for (uint32_t i = 0; i < selection->names.count; i++) {
        if (selector_matches(selection->names.items[i], metric))
            return true;
    }
    return false;
}

static bool is_wanted(void *user, uint32_t file, const Metric *metric)
{
    const Program *program = user;
    const Selection *selection = &program->selection;
    if (selection->is_all || (selection->files != NULL && selection->files[file]))
        return true;
    return metric != NULL && program_selects_metric(program, metric);
}

bool program_check_selectors(const Program *program)
{
    const Selection *selection = &program->selection;
    const Catalog *catalog = program->bound->catalog;
    for (uint32_t s = 0; s < selection->names.count; s++) {
        bool found = false;
        for (uint32_t i = 0; i < catalog_count(catalog); i++) {
            const CatalogEntry *entry = catalog_at(catalog, i);
            found |= entry->kind == CATALOG_METRIC && selector_matches(selection->names.items[s], entry->as.metric);
        }
        if (found)
            continue;
        Str nearest = catalog_nearest(catalog, selection->names.items[s]);
        fprintf(stderr, "sqc: there is no metric '%.*s'", STR_ARG(selection->names.items[s]));
        if (nearest.len > 0)
            fprintf(stderr, "; did you mean %.*s?", STR_ARG(nearest));
        fputc('\n', stderr);
        return false;
    }
    return true;
}

/* ---- opening ---- */

static int open_project(Program *program, const Args *args)
{
    PathList chosen = { 0 };
    Args paths = *args;
    paths.paths.count = paths.paths.capacity = 0;
    paths.paths.items = NULL;
    for (uint32_t i = 0; i < args->paths.count; i++) {
        if (program_is_path(program->query, args->paths.items[i]))
            vec_push(program->query, &paths.paths, args->paths.items[i]);
        else
            vec_push(program->query, &program->selection.names, args->paths.items[i]);
    }
    program->selection.is_all = args->paths.count == 0;
    if (paths.paths.count > 0 && !program_expand_paths(&paths, program->query, &chosen))
        return EXIT_USAGE;
    RealPaths real = real_paths(program->query, &chosen);
    add_project_files(program, &real);
    for (uint32_t i = 0; i < chosen.count; i++)
        program_add_file(program, str_from(chosen.items[i])); /* outside of the project: one more */
    mark_files(program, &real);
    return EXIT_DONE;
}

/* --profile NAME */
static int choose_profile(Program *program, const Args *args)
{
    Str name = args_value(args, "--profile");
    if (name.data == NULL)
        return EXIT_DONE;
    const Project *project = program->project;
    if (project == NULL)
        return usage_error(args, "--profile needs a project: there is no %s here or above", PROJECT_FILE);
    Str *names = ARENA_ARRAY(program->query, Str, project->profiles.count + 1);
    for (uint32_t i = 0; i < project->profiles.count; i++) {
        names[i] = project->profiles.items[i].name;
        if (str_equal(names[i], name))
            program->profile = &project->profiles.items[i];
    }
    if (program->profile != NULL)
        return EXIT_DONE;
    int32_t nearest = diag_nearest(name, names, project->profiles.count);
    Str hint = nearest < 0 ? STR_EMPTY : str_printf(program->query, "; did you mean %.*s?", STR_ARG(names[nearest]));
    return usage_error(args, "%s has no [profile.%.*s]%.*s", PROJECT_FILE, STR_ARG(name), STR_ARG(hint));
}

int program_open(Program *program, const Args *args)
{
    RtError error;
    Str first = args->paths.count > 0 && program_is_path(program->query, args->paths.items[0]) ? args->paths.items[0]
                                                                                               : STR(".");
    RtStatus status = project_find(program->query, first, &program->project, &error);
    if (status != RT_OK)
        return fail(&error, status);
    int chosen = choose_profile(program, args);
    if (chosen != EXIT_DONE)
        return chosen;
    if (program->project != NULL)
        return open_project(program, args);
    if (args->paths.count == 0)
        return usage_error(args, "%s needs a file, or a project: there is no %s here or above", args->command->name,
                           PROJECT_FILE);
    PathList files = { 0 };
    program->selection.is_all = true;
    if (!program_expand_paths(args, program->query, &files))
        return EXIT_USAGE;
    for (uint32_t i = 0; i < files.count; i++)
        program_add_file(program, str_from(files.items[i]));
    return EXIT_DONE;
}

bool program_selects_place(const Program *program, Span span)
{
    const Source *source = sources_get(program->sources, span.file);
    if (program->selection.is_all)
        return true;
    for (uint32_t i = 0; program->selection.files != NULL && i < program->texts.count; i++) {
        if (program->texts.items[i] == source)
            return program->selection.files[i];
    }
    return false;
}

BindOptions program_bind_options(Program *program)
{
    bool any_file = false;
    for (uint32_t i = 0; program->selection.files != NULL && i < program->files.count; i++)
        any_file |= program->selection.files[i];
    bool is_partial = program->selection.names.count > 0 && !any_file;
    return (BindOptions){ .wanted = is_wanted, .wanted_user = program, .is_partial = is_partial };
}
