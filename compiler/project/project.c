/* project.c -- see project.h. */
#include "compiler/project/project.h"

#include "compiler/project/toml_file.h"
#include "runtime/io/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SETTINGS_BYTES_MAX = 1 << 20, LEVELS_MAX = 64 };

/* `from` seen from the working folder where it lies below that; else as it is. */
static Str relative(Arena *arena, Str folder)
{
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL)
        return folder;
    Str base = str_from(here);
    if (str_equal(folder, base))
        return STR_EMPTY;
    if (str_starts_with(folder, base) && folder.data[base.len] == '/')
        return str_printf(arena, "%.*s/", (int)(folder.len - base.len - 1), folder.data + base.len + 1);
    return str_printf(arena, "%.*s/", STR_ARG(folder));
}

/* The folder that holds the nearest sqc.toml; false: none. */
static bool find_root(Arena *arena, Str path, Str *root)
{
    char full[PATH_MAX];
    const char *from = str_copy(arena, path.len == 0 ? STR(".") : path).data;
    if (realpath(from, full) == NULL)
        return false;
    if (!path_is_folder(full)) {
        char *slash = strrchr(full, '/');
        *(slash == full ? slash + 1 : slash) = '\0';
    }
    for (int level = 0; level < LEVELS_MAX; level++) {
        if (path_is_file(str_printf(arena, "%s/%s", full, PROJECT_FILE).data)) {
            *root = relative(arena, str_copy(arena, str_from(full)));
            return true;
        }
        char *slash = strrchr(full, '/');
        if (slash == NULL || slash[1] == '\0')
            return false;
        *(slash == full ? slash + 1 : slash) = '\0';
    }
    return false;
}

/* ---- sqc.toml ---- */

typedef struct Settings {
    Arena *arena;
    Project *project;
    Str file;
    RtStatus status;
    RtError *error;
} Settings;

static bool is_name(Str text)
{
    bool good = text.len > 0 && text.len <= 64;
    for (uint64_t i = 0; good && i < text.len; i++) {
        char c = text.data[i];
        good =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || (i > 0 && c >= '0' && c <= '9');
    }
    return good;
}

static void setting_error(Settings *settings, const TomlValue *value, const char *text)
{
    if (settings->status == RT_OK)
        settings->status = rt_error(settings->error, RT_BAD_DATA, "%.*s:%u:%u: `%s` %s", STR_ARG(settings->file),
                                    value->line, value->column, value->path, text);
}

static Profile *profile_named(Settings *settings, Str name)
{
    Project *project = settings->project;
    for (uint32_t i = 0; i < project->profiles.count; i++) {
        if (str_equal(project->profiles.items[i].name, name))
            return &project->profiles.items[i];
    }
    vec_push(settings->arena, &project->profiles, (Profile){ .name = str_copy(settings->arena, name) });
    return &project->profiles.items[project->profiles.count - 1];
}

/* Behind "profile": nothing, ".NAME", or ".NAME.SETTING". */
static void take_profile(Settings *settings, const TomlValue *value, Str rest)
{
    if (rest.len == 0) {
        if (value->kind != TOML_TABLE)
            setting_error(settings, value, "is a table: [profile.NAME]");
        return;
    }
    rest = str_slice(rest, 1, rest.len - 1);
    int64_t dot = str_find(rest, STR("."));
    Str name = dot < 0 ? rest : str_slice(rest, 0, (uint64_t)dot);
    if (!is_name(name)) {
        setting_error(settings, value, "has a name of letters, digits, - and _");
        return;
    }
    Profile *profile = profile_named(settings, name);
    if (dot < 0) {
        if (value->kind != TOML_TABLE)
            setting_error(settings, value, "is a table: replay = \"FOLDER\"");
        return;
    }
    if (!str_equal(str_slice(rest, (uint64_t)dot + 1, rest.len - (uint64_t)dot - 1), STR("replay"))) {
        setting_error(settings, value, "is no setting of a profile; there is: replay");
        return;
    }
    Str path = str_from(value->text);
    if (value->kind != TOML_STRING || path.len == 0)
        setting_error(settings, value, "is a folder or pattern in quotes");
    else if (path.data[0] == '/')
        profile->replay = str_copy(settings->arena, path);
    else
        profile->replay = project_path(settings->arena, settings->project, path);
}

static void take_setting(void *user, const TomlValue *value)
{
    Settings *settings = user;
    Str path = str_from(value->path), profile = STR("profile");
    if (str_starts_with(path, profile) && (path.len == profile.len || path.data[profile.len] == '.')) {
        take_profile(settings, value, str_slice(path, profile.len, path.len - profile.len));
        return;
    }
    if (!str_equal(path, STR("project"))) {
        setting_error(settings, value, "is no setting of a project; there are: project, [profile.NAME]");
        return;
    }
    settings->project->name = str_copy(settings->arena, str_from(value->text));
    if (value->kind != TOML_STRING || !is_name(settings->project->name))
        setting_error(settings, value, "is a name in quotes: letters, digits, - and _");
}

static RtStatus read_whole(Arena *arena, const char *path, Str *text, RtError *error)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return rt_error(error, RT_FATAL, "%s: %s", path, strerror(errno));
    char *bytes = ARENA_ARRAY(arena, char, SETTINGS_BYTES_MAX + 1);
    size_t len = fread(bytes, 1, SETTINGS_BYTES_MAX, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return rt_error(error, RT_FATAL, "%s: %s", path, strerror(errno));
    if (len == SETTINGS_BYTES_MAX)
        return rt_error(error, RT_BAD_DATA, "%s: longer than %d bytes", path, SETTINGS_BYTES_MAX);
    *text = (Str){ bytes, len };
    return RT_OK;
}

static RtStatus read_settings(Arena *arena, Project *project, RtError *error)
{
    Str text = STR_EMPTY, file = project_path(arena, project, STR(PROJECT_FILE));
    TomlError toml;
    RtStatus status = read_whole(arena, file.data, &text, error);
    if (status != RT_OK)
        return status;
    Settings settings = { .arena = arena, .project = project, .file = file, .error = error };
    if (!toml_each(text.data, text.len, take_setting, &settings, &toml))
        return rt_error(error, RT_BAD_DATA, "%.*s:%u:%u: %s", STR_ARG(file), toml.line, toml.column, toml.reason);
    return settings.status;
}

/* ---- files ---- */

bool project_is_test(Str path)
{
    return str_ends_with(path, STR("_test.ssql"));
}

Str project_path(Arena *arena, const Project *project, Str name)
{
    return str_printf(arena, "%.*s%.*s", STR_ARG(project->root), STR_ARG(name));
}

/* Does another sqc.toml stand between the folder `root_len` bytes long and the file?  Then it is another project's. */
static bool is_below_another(Arena *arena, const char *path, size_t root_len)
{
    for (const char *slash = strchr(path + root_len, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        if (path_is_file(str_printf(arena, "%.*s/%s", (int)(slash - path), path, PROJECT_FILE).data))
            return true;
    }
    return false;
}

static RtStatus list_files(Arena *arena, Project *project, RtError *error)
{
    PathList all = { 0 };
    Str folder = project->root.len == 0 ? STR(".") : str_slice(project->root, 0, project->root.len - 1);
    RtStatus status = paths_expand(arena, NULL, str_copy(arena, folder).data, &all, error);
    Str last = STR_EMPTY; /* folder whose files were looked at: they lie together */
    bool is_other = false;
    for (uint32_t i = 0; status == RT_OK && i < all.count; i++) {
        const char *path = all.items[i];
        if (!str_ends_with(str_from(path), STR(".ssql")))
            continue;
        if (project->root.len == 0 && path[0] == '.' && path[1] == '/')
            path += 2;
        const char *slash = strrchr(path, '/');
        Str here = slash == NULL ? STR_EMPTY : (Str){ path, (uint64_t)(slash - path) };
        if (!str_equal(here, last))
            is_other = is_below_another(arena, path, project->root.len);
        last = here;
        if (is_other)
            continue;
        vec_push(arena, &project->files, path);
    }
    return status;
}

RtStatus project_find(Arena *arena, Str path, Project **project, RtError *error)
{
    Str root;
    *project = NULL;
    if (!find_root(arena, path, &root))
        return RT_OK;
    Project *found = ARENA_NEW(arena, Project);
    found->root = root;
    RtStatus status = read_settings(arena, found, error);
    if (status == RT_OK)
        status = list_files(arena, found, error);
    if (status == RT_OK)
        *project = found;
    return status;
}
