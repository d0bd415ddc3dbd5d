/* program.c -- see program.h. */
#include "compiler/driver/program.h"

#include "compiler/physical/lower.h"
#include "runtime/io/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

Program *program_new(Arena *query)
{
    Program *program = ARENA_NEW(query, Program);
    program->query = query;
    program->sources = sources_new(query);
    program->diags = diags_new(query, program->sources);
    program->parsed = ARENA_NEW(query, ParsedFiles);
    return program;
}

Program *program_beside(const Program *other)
{
    Program *program = ARENA_NEW(other->query, Program);
    program->query = other->query;
    program->sources = other->sources;
    program->diags = other->diags;
    program->parsed = other->parsed;
    return program;
}

/* `b.ssql` imported by `dir/a.ssql` is `dir/b.ssql`. */
static Str beside(Arena *arena, Str importer, Str path)
{
    uint64_t folder = importer.len;
    while (folder > 0 && importer.data[folder - 1] != '/')
        folder--;
    if (folder == 0 || (path.len > 0 && path.data[0] == '/'))
        return path;
    return str_printf(arena, "%.*s%.*s", (int)folder, importer.data, STR_ARG(path));
}

/* One file is read once, whatever way leads to it: `./a.ssql`, `../x/a.ssql` and a link are `a.ssql`. */
Str program_real_path(Arena *arena, Str path)
{
    char full[PATH_MAX];
    return realpath(str_copy(arena, path).data, full) == NULL ? path : str_copy(arena, str_from(full));
}

static bool is_known(const Program *program, Str path)
{
    for (uint32_t i = 0; i < program->paths.count; i++) {
        if (str_equal(program->paths.items[i], path))
            return true;
    }
    return false;
}

/* Missing: the IMPORT that asked for it is the place of the message. */
static const Source *open_file(Program *program, Str path, const AstNode *import)
{
    Diags *diags = program->diags;
    uint32_t before = diags->items.count;
    const Source *source = parse_open(program->sources, path, diags);
    if (source == NULL && import != NULL && diags->items.count > before)
        diags->items.items[before]->span = ast_import_path(import)->span;
    return source;
}

static const ParsedFile *parse_file(Program *program, Str path, Str known_as, const AstNode *import)
{
    for (uint32_t i = 0; i < program->parsed->count; i++) {
        if (str_equal(program->parsed->items[i].known_as, known_as))
            return &program->parsed->items[i];
    }
    ParsedFile file = { .known_as = known_as, .source = open_file(program, path, import) };
    if (file.source != NULL)
        file.tree = parse_program(program->query, file.source, program->diags);
    vec_push(program->query, program->parsed, file);
    return &program->parsed->items[program->parsed->count - 1];
}

static void add_file(Program *program, Str path, const AstNode *import)
{
    Str known_as = program_real_path(program->query, path);
    if (is_known(program, known_as))
        return;
    vec_push(program->query, &program->paths, known_as);
    ParsedFile file = *parse_file(program, path, known_as, import);
    if (file.source == NULL)
        return;
    AST_EACH(statement, ast_program_statements(file.tree)) {
        if (statement->kind == AST_IMPORT)
            add_file(program, beside(program->query, path, ast_string_text(ast_import_path(statement))), statement);
    }
    vec_push(program->query, &program->files, file.tree);
    vec_push(program->query, &program->texts, file.source);
}

void program_add_file(Program *program, Str path)
{
    add_file(program, path, NULL);
}

bool program_bind(Program *program, const BindOptions *options)
{
    if (program->diags->error_count > 0 && program->files.count == 0)
        return false;
    program->bound = bind_program(program->query, program->files.items, program->files.count, options, program->diags);
    return program->diags->error_count == 0;
}

void program_plan(Program *program, LogicalProgram logical)
{
    program->optimized = optimize(program->query, logical, &program->rules);
    program->physical = physical_plan(program->query, &program->optimized, &program->rules);
}

bool program_rules(Program *program, const Args *args)
{
    for (uint32_t i = 0; i < args->options.count; i++) {
        const GivenOption *given = &args->options.items[i];
        OptRule rule;
        if (strcmp(given->option->name, "--disable-rule") != 0)
            continue;
        if (!opt_rule_find(given->value, &rule)) {
            (void)usage_error(args, "there is no optimiser rule '%.*s' (sqc help rules lists them)",
                              STR_ARG(given->value));
            return false;
        }
        program->rules.disabled |= (uint64_t)1 << rule;
    }
    return true;
}

static bool expand_one(const Args *args, Arena *arena, Str path, PathList *files)
{
    PathList found = { 0 };
    RtError error;
    const char *text = arena_copy(arena, path.data, path.len);
    if (!path_is_folder(text)) { /* what cannot be read is a diagnostic of the parser */
        vec_push(arena, files, text);
        return true;
    }
    if (paths_expand(arena, NULL, text, &found, &error) != RT_OK) {
        fprintf(stderr, "sqc: %s\n", error.text);
        return false;
    }
    uint32_t before = files->count;
    for (uint32_t i = 0; i < found.count; i++) {
        if (str_ends_with(str_from(found.items[i]), STR(".ssql")))
            vec_push(arena, files, found.items[i]);
    }
    if (files->count == before) {
        (void)usage_error(args, "no .ssql file below %s", text);
        return false;
    }
    return true;
}

bool program_expand_path(const Args *args, Str path, PathList *files)
{
    return expand_one(args, args->arena, path, files);
}

bool program_expand_paths(const Args *args, Arena *arena, PathList *files)
{
    for (uint32_t i = 0; i < args->paths.count; i++) {
        if (!expand_one(args, arena, args->paths.items[i], files))
            return false;
    }
    if (args->paths.count == 0)
        return expand_one(args, arena, STR("."), files);
    return true;
}

bool wants_colour(const Args *args, int fd)
{
    Str how = args_value(args, "--color");
    if (str_equal(how, STR("always")))
        return true;
    return !str_equal(how, STR("never")) && getenv("NO_COLOR") == NULL && isatty(fd);
}

void program_report(const Program *program, const Args *args)
{
    Buf out = { 0 };
    Str how = args_value(args, "--diagnostics");
    FILE *to = stderr;
    diags_sort(program->diags);
    if (str_equal(how, STR("json")) || str_equal(how, STR("sarif"))) {
        to = stdout;
        if (how.data[0] == 'j')
            diag_render_json(&out, program->diags);
        else
            diag_render_sarif(&out, program->diags);
    } else {
        diag_render_text(&out, program->diags, (DiagRender){ .colour = wants_colour(args, STDERR_FILENO) });
    }
    Str text = buf_str(&out);
    fwrite(text.data, 1, text.len, to);
    buf_free(&out);
}
