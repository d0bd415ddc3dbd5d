/* inputs.c -- see inputs.h. */
#include "compiler/driver/inputs.h"

#include "compiler/diag/diag.h"
#include "runtime/conn/scan.h"

#include <stdio.h>
#include <sys/stat.h>

typedef struct Replay {
    Str stream; /* empty: not said */
    Str path;
    bool used;
    bool is_default; /* of the profile: for what nothing else names */
} Replay;

typedef struct Resolver {
    const Args *args;
    Arena *arena;
    Replay *replays;
    uint32_t replay_count;
    uint32_t stream_count; /* scans */
    const Str *names;      /* of all tables that are read, for typos */
    uint32_t name_count;
} Resolver;

/* STREAM= is a name before the first '=', unless a file of the whole name exists. */
static Replay replay_of(Arena *arena, Str text)
{
    struct stat info;
    int64_t equals = str_find(text, STR("="));
    if (equals <= 0 || stat(arena_copy(arena, text.data, text.len), &info) == 0)
        return (Replay){ .stream = STR_EMPTY, .path = text };
    uint64_t at = (uint64_t)equals;
    return (Replay){ .stream = str_slice(text, 0, at), .path = str_slice(text, at + 1, text.len - at - 1) };
}

static RtStatus expand(Resolver *r, Str path, PathList *files, RtError *error)
{
    return paths_expand(r->arena, NULL, arena_copy(r->arena, path.data, path.len), files, error);
}

/* <folder>/<stream>.ndjson, .json or .csv, also compressed. */
static bool in_folder(Resolver *r, Str folder, Str stream, Str *path)
{
    static const char *const ENDINGS[] = { "ndjson",   "ndjson.gz", "ndjson.zst", "json",   "json.gz",
                                           "json.zst", "csv",       "csv.gz",     "csv.zst" };
    struct stat info;
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++) {
        *path = str_printf(r->arena, "%.*s/%.*s.%s", STR_ARG(folder), STR_ARG(stream), ENDINGS[i]);
        if (stat(path->data, &info) == 0)
            return true;
    }
    return false;
}

/* Files that --replay, or the profile, names for the table; none: RT_END. */
static RtStatus replayed(Resolver *r, const Table *table, bool is_stream, PathList *files, RtError *error)
{
    RtStatus status = RT_END;
    for (uint32_t i = 0; i < r->replay_count; i++) {
        Replay *replay = &r->replays[i];
        if (replay->is_default && status != RT_END)
            continue;
        Str path = replay->path;
        if (replay->stream.len > 0) {
            if (!str_equal(replay->stream, table->name))
                continue;
        } else if (path_is_folder(arena_copy(r->arena, path.data, path.len))) {
            if (!in_folder(r, replay->path, table->name, &path))
                continue;
        } else if (!is_stream || r->stream_count > 1) {
            continue;
        }
        replay->used = true;
        status = expand(r, path, files, error);
        if (status != RT_OK)
            return status;
    }
    return status;
}

static int resolve_table(Resolver *r, const Table *table, bool is_stream, PathList *files)
{
    RtError error;
    RtStatus status = replayed(r, table, is_stream, files, &error);
    if (status == RT_OK)
        return EXIT_DONE;
    if (status == RT_END) {
        if (table->checked == NULL || table->connector == NULL || (table->connector->flags & CONN_CAN_SCAN) == 0) {
            fprintf(stderr, "sqc: no input for `%.*s`: say --replay %.*s=FILE\n", STR_ARG(table->name),
                    STR_ARG(table->name));
            return EXIT_USAGE;
        }
        status = conn_scan_files(r->arena, table->checked, &FILE_OPS_SYSTEM, files, &error);
    }
    if (status == RT_OK)
        return EXIT_DONE;
    fprintf(stderr, "sqc: input of `%.*s`: %s\n", STR_ARG(table->name), error.text);
    return EXIT_UNREACHABLE;
}

static int unused_replay(const Resolver *r)
{
    for (uint32_t i = 0; i < r->replay_count; i++) {
        const Replay *replay = &r->replays[i];
        if (replay->used || replay->is_default)
            continue;
        if (replay->stream.len > 0) {
            int32_t nearest = diag_nearest(replay->stream, r->names, r->name_count);
            Str hint =
                nearest < 0 ? STR_EMPTY : str_printf(r->arena, "; did you mean `%.*s`?", STR_ARG(r->names[nearest]));
            return usage_error(r->args, "--replay %.*s=..: no statement reads a stream of that name%.*s",
                               STR_ARG(replay->stream), STR_ARG(hint));
        }
        if (r->stream_count > 1)
            return usage_error(r->args,
                               "--replay %.*s: there are %u streams; say STREAM=PATH, or a folder of "
                               "<stream>.ndjson",
                               STR_ARG(replay->path), r->stream_count);
        return usage_error(r->args, "--replay %.*s: nothing in it for this file's streams", STR_ARG(replay->path));
    }
    return EXIT_DONE;
}

static uint64_t file_bytes(const PathList *files)
{
    uint64_t bytes = 0;
    struct stat info;
    for (uint32_t i = 0; i < files->count; i++) {
        if (stat(files->items[i], &info) == 0)
            bytes += (uint64_t)info.st_size;
    }
    return bytes;
}

/* A stream may be scanned twice, where sharing is switched off. */
static uint32_t count_streams(const PhysProgram *physical)
{
    uint32_t streams = 0;
    for (uint32_t i = 0; i < physical->scan_count; i++) {
        bool is_first = true;
        for (uint32_t j = 0; j < i; j++)
            is_first = is_first && physical->scans[j]->as.scan.table != physical->scans[i]->as.scan.table;
        streams += is_first && table_has_input(physical->scans[i]->as.scan.table);
    }
    return streams;
}

static void name_tables(Resolver *r, const PhysProgram *physical)
{
    Str *names = ARENA_ARRAY(r->arena, Str, physical->scan_count + physical->node_count + 1);
    for (uint32_t i = 0; i < physical->scan_count; i++)
        names[r->name_count++] = physical->scans[i]->as.scan.table->name;
    for (uint32_t i = 0; i < physical->node_count; i++) {
        if (physical->nodes[i]->kind == PHYS_LOOKUP_JOIN)
            names[r->name_count++] = physical->nodes[i]->as.lookup_join.table->name;
    }
    r->names = names;
}

int inputs_resolve(const Args *args, const Program *program, Inputs *inputs)
{
    Arena *arena = program->query;
    const PhysProgram *physical = program->physical;
    Resolver r = { .args = args, .arena = arena, .stream_count = count_streams(physical) };
    r.replays = ARENA_ARRAY(arena, Replay, args->options.count + 2);
    for (uint32_t i = 0; i < args->options.count; i++) {
        if (strcmp(args->options.items[i].option->name, "--replay") == 0)
            r.replays[r.replay_count++] = replay_of(arena, args->options.items[i].value);
    }
    if (program->profile != NULL && program->profile->replay.len > 0)
        r.replays[r.replay_count++] = (Replay){ .path = program->profile->replay, .is_default = true };
    *inputs = (Inputs){ .scans = arena_alloc_zeroed(arena, sizeof(PathList) * (physical->scan_count + 1), 16),
                        .lookups = arena_alloc_zeroed(arena, sizeof(PathList) * (physical->node_count + 1), 16) };
    name_tables(&r, physical);
    int code = EXIT_DONE;
    for (uint32_t i = 0; code == EXIT_DONE && i < physical->scan_count; i++) {
        const Table *table = physical->scans[i]->as.scan.table;
        if (table_has_input(table))
            code = resolve_table(&r, table, true, &inputs->scans[i]);
        inputs->bytes += file_bytes(&inputs->scans[i]);
    }
    uint32_t lookup = 0;
    for (uint32_t i = 0; code == EXIT_DONE && i < physical->node_count; i++) {
        if (physical->nodes[i]->kind == PHYS_LOOKUP_JOIN)
            code = resolve_table(&r, physical->nodes[i]->as.lookup_join.table, false, &inputs->lookups[lookup++]);
    }
    return code != EXIT_DONE ? code : unused_replay(&r);
}
