/* doctor.c -- sqc doctor: does this machine, and does this project, have what a run needs? */
#include "compiler/backend/backend.h"
#include "compiler/driver/keep.h"
#include "compiler/driver/tiers.h"
#include "compiler/driver/units.h"
#include "runtime/conn/scan.h"
#include "runtime/format/row_writer.h"
#include "runtime/store/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

typedef struct Doctor {
    const Args *args;
    uint32_t count, missing;
    bool is_json;
    Buf json;
} Doctor;

static void say(Doctor *doctor, bool is_well, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(Doctor *doctor, bool is_well, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    doctor->missing += !is_well;
    if (!doctor->is_json) {
        printf("%s%s\n", is_well ? "ok       " : "MISSING  ", text);
        return;
    }
    buf_printf(&doctor->json, "%s{\"ok\":%s,\"text\":", doctor->count++ > 0 ? "," : "", is_well ? "true" : "false");
    json_string_append(&doctor->json, str_from(text));
    buf_append_char(&doctor->json, '}');
}

/* ---- the machine ---- */

/* The smallest program there is, all the way to code that is loaded. */
static void check_compiler(Doctor *doctor)
{
    RtError error;
    Tiers *tiers = NULL;
    Program *program = program_new(doctor->args->arena);
    const Source *source =
        sources_add(program->sources, STR("doctor"), STR("CREATE TABLE t (a INT);\nSELECT a + 1 AS b FROM t;\n"));
    vec_push(program->query, &program->files, parse_program(program->query, source, program->diags));
    bool is_well = program_bind(program, NULL);
    if (is_well) {
        program_plan(program, program->bound->logical);
        is_well = tiers_open(&tiers, program->physical, TIER_FAST, &error) == RT_OK;
    }
    if (is_well)
        say(doctor, true, "native code for %s", backend_cpu());
    else
        say(doctor, false, "native code for %s: %s", backend_cpu(),
            program->diags->error_count > 0 ? "the compiler is broken" : error.text);
    tiers_close(tiers);
}

static void check_machine(Doctor *doctor)
{
    struct sysinfo info;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (sysinfo(&info) == 0)
        say(doctor, true, "%ld processor%s, %.1f GB of memory, %.1f GB free", processors, processors == 1 ? "" : "s",
            (double)info.totalram * info.mem_unit / 1e9, (double)info.freeram * info.mem_unit / 1e9);
    check_compiler(doctor);
}

/* ---- the project ---- */

/* In kB: samples are small. */
static double file_kb(const PathList *files)
{
    double bytes = 0;
    struct stat info;
    for (uint32_t i = 0; i < files->count; i++) {
        if (stat(files->items[i], &info) == 0)
            bytes += (double)info.st_size;
    }
    return bytes / 1e3;
}

static bool is_readable(Doctor *doctor, const Table *table, const PathList *files)
{
    for (uint32_t i = 0; i < files->count; i++) {
        if (access(files->items[i], R_OK) == 0)
            continue;
        say(doctor, false, "stream %.*s: %s cannot be read", STR_ARG(table->name), files->items[i]);
        return false;
    }
    return true;
}

static void check_stream(Doctor *doctor, const Table *table)
{
    PathList files = { 0 };
    RtError error;
    if (table->aside != ASIDE_NONE)
        return; /* its rows come from its stream */
    if (table->connector == NULL || table->checked == NULL) {
        say(doctor, true, "stream %.*s: no connector, its rows come from --replay", STR_ARG(table->name));
        return;
    }
    if ((table->connector->flags & CONN_CAN_SCAN) == 0)
        return; /* a sink */
    if (conn_scan_files(doctor->args->arena, table->checked, &FILE_OPS_SYSTEM, &files, &error) != RT_OK) {
        say(doctor, false, "stream %.*s: %s (or say --replay %.*s=FILE)", STR_ARG(table->name), error.text,
            STR_ARG(table->name));
        return;
    }
    if (is_readable(doctor, table, &files))
        say(doctor, true, "stream %.*s: %u file%s, %.1f kB", STR_ARG(table->name), files.count,
            files.count == 1 ? "" : "s", file_kb(&files));
}

static bool is_written(const Program *program, const Table *table)
{
    for (uint32_t i = 0; i < program->bound->logical.sink_count; i++) {
        if (program->bound->logical.sinks[i]->as.sink.table == table)
            return true;
    }
    return false;
}

static void check_streams(Doctor *doctor, const Program *program)
{
    const Catalog *catalog = program->bound->catalog;
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        const CatalogEntry *entry = catalog_at(catalog, i);
        if (entry->kind == CATALOG_TABLE && !is_written(program, entry->as.table))
            check_stream(doctor, entry->as.table);
    }
}

static void check_store(Doctor *doctor, const Program *program)
{
    Store *store = NULL;
    RtError error;
    struct stat info;
    Str path = project_path(program->query, program->project, STR(STORE_FILE));
    if (stat(path.data, &info) != 0) {
        say(doctor, true, "store %.*s: not there yet, `sqc run` makes it", STR_ARG(path));
        return;
    }
    RtStatus status = store_open(&store, path.data, STORE_READ, &error);
    if (status == RT_OK)
        say(doctor, true, "store %.*s: readable, %.1f MB", STR_ARG(path), (double)info.st_size / 1e6);
    else
        say(doctor, false, "store %.*s: %s", STR_ARG(path), error.text);
    store_close(store);
}

/* Test files may define streams without files; they are checked, and their streams left out. */
static void check_project(Doctor *doctor)
{
    Program *program = program_new(doctor->args->arena);
    Args none = *doctor->args;
    RtError error;
    if (project_find(program->query, STR("."), &program->project, &error) != RT_OK) {
        say(doctor, false, "%s", error.text);
        return;
    }
    if (program->project == NULL) {
        say(doctor, true, "no project: there is no %s here or above (sqc init DIR makes one)", PROJECT_FILE);
        return;
    }
    Project *project = program->project;
    if (program_open(program, &none) != EXIT_DONE)
        return;
    bool is_bound = program_bind(program, NULL);
    Str name = project->name.len > 0 ? project->name : STR("without a name");
    uint32_t count = program->files.count;
    if (is_bound)
        say(doctor, true, "project %.*s: %u file%s beside those of tests, no mistakes", STR_ARG(name), count,
            count == 1 ? "" : "s");
    else
        say(doctor, false, "project %.*s: %u mistake%s (sqc check shows them)", STR_ARG(name),
            program->diags->error_count, program->diags->error_count == 1 ? "" : "s");
    if (is_bound)
        check_streams(doctor, program);
    check_store(doctor, program);
}

int command_doctor(const Args *args)
{
    Doctor doctor = { .args = args };
    if (args->paths.count > 0)
        return usage_error(args, "doctor looks at this machine and the project here; it takes no operands");
    Str format = args_value(args, "--format");
    if (format.data != NULL && !str_equal(format, STR("text")) && !str_equal(format, STR("json")))
        return usage_error(args, "--format is text or json, not '%.*s'", STR_ARG(format));
    doctor.is_json = str_equal(format, STR("json"));
    if (!doctor.is_json)
        (void)command_version(args);
    check_machine(&doctor);
    check_project(&doctor);
    if (doctor.is_json)
        printf("{\"schema_version\":1,\"missing\":%u,\"checks\":[%.*s]}\n", doctor.missing,
               STR_ARG(buf_str(&doctor.json)));
    buf_free(&doctor.json);
    if (doctor.missing == 0)
        return EXIT_DONE;
    fprintf(stderr, "%u missing\n", doctor.missing);
    return EXIT_FINDINGS;
}
