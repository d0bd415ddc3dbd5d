/* inputs.c -- see inputs.h. */
#include "compiler/driver/inputs.h"

#include "compiler/diag/diag.h"
#include "runtime/conn/kafka_table.h"
#include "runtime/conn/scan.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Replay {
    Str stream; /* empty: not said */
    Str path;
    bool used;
    bool is_default; /* of the profile: for what nothing else names */
} Replay;

typedef struct Resolver {
    const Args *args;
    Program *program;
    Arena *arena;
    Replay *replays;
    uint32_t replay_count;
    uint32_t stream_count; /* scans */
    int *wake_fd;          /* shared by all topics, made for the first */
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

/* ---- Kafka ---- */

/* The option that a failure is about. */
static Span fault_span(const Table *table, KafkaFault fault)
{
    const char *about = fault == KAFKA_NO_TOPIC || fault == KAFKA_OFFSET_GONE ? "topic"
                        : fault == KAFKA_NO_FAULT                             ? ""
                                                                              : "properties.bootstrap.servers";
    for (uint32_t i = 0; i < table->option_count; i++) {
        if (str_equal(table->options[i].key, str_from(about)))
            return table->options[i].value_span;
    }
    return table->span;
}

static DiagCode fault_code(KafkaFault fault)
{
    switch (fault) {
    case KAFKA_UNREACHABLE:
        return E0670;
    case KAFKA_NO_TOPIC:
        return E0671;
    case KAFKA_NOT_ALLOWED:
        return E0672;
    case KAFKA_OFFSET_GONE:
        return E0673;
    case KAFKA_NOT_TAKEN:
        return E0674;
    case KAFKA_NO_FAULT:
        break;
    }
    return E0404; /* an option is missing */
}

int inputs_kafka_fault(Program *program, const Args *args, const Table *table, KafkaFault fault, const RtError *error)
{
    Str text = str_from(error->text);
    Str tail = str_printf(program->query, " (E0%d)", (int)fault);
    if (str_ends_with(text, tail)) /* the code stands in front */
        text = str_slice(text, 0, text.len - tail.len);
    Diag *d = diag_error(program->diags, fault_code(fault), fault_span(table, fault), "%.*s", STR_ARG(text));
    if (fault == KAFKA_NO_FAULT)
        diag_help(d, "a file may stand in for the topic: --replay %.*s=FILE", STR_ARG(table->name));
    program_report(program, args);
    return fault == KAFKA_NO_FAULT ? EXIT_USAGE : EXIT_UNREACHABLE;
}

static bool wants(const Table *table, const char *key)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        Str name = column->metadata_key.len > 0 ? column->metadata_key : column->name;
        if (column->is_metadata && str_equal(name, str_from(key)))
            return true;
    }
    return false;
}

/* Tables that a replay or a test stands in for may say more than can be read from a topic. */
static bool can_read(Resolver *r, const Table *table)
{
    const Format *format = table->checked->format;
    const char *what = NULL;
    if (format != NULL && (format->flags & FORMAT_CAN_DECODE) == 0)
        what = arena_printf(r->arena, "reading format '%s'", format->name);
    else if (str_equal(table_option_text(table->checked, "value.fields-include"), STR("EXCEPT_KEY")))
        what = "reading columns from the key of records";
    if (what == NULL)
        return true;
    Diag *d = diag_error(r->program->diags, E0500, table->span, "%s is not supported yet", what);
    diag_help(d, "a file of JSON or CSV lines may stand in for the topic: --replay %.*s=FILE", STR_ARG(table->name));
    program_report(r->program, r->args);
    return false;
}

static int resolve_kafka(Resolver *r, const Table *table, PathList *files, KafkaScan **scan)
{
    RtError error;
    KafkaScanOptions options;
    KafkaFault fault = KAFKA_NO_FAULT;
    if (!can_read(r, table))
        return EXIT_FINDINGS;
    RtStatus status = kafka_table_scan(r->arena, table->checked, &options, &error);
    if (*r->wake_fd < 0)
        *r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    options.wake_fd = *r->wake_fd;
    options.wants_headers = wants(table, "headers");
    options.wants_keys = wants(table, "key");
    if (status == RT_OK)
        status = kafka_scan_open(r->arena, &options, scan, &fault, &error);
    if (status != RT_OK)
        return inputs_kafka_fault(r->program, r->args, table, fault, &error);
    for (uint32_t i = 0; i < kafka_scan_partitions(*scan); i++)
        vec_push(r->arena, files, kafka_scan_name(*scan, i));
    return EXIT_DONE;
}

const LineOrigin *inputs_origin(const Inputs *inputs, uint32_t scan, uint32_t partition)
{
    return inputs->kafka[scan] == NULL ? NULL : kafka_scan_origin(inputs->kafka[scan], partition);
}

void inputs_close(const Program *program, Inputs *inputs)
{
    for (uint32_t i = 0; inputs->kafka != NULL && i < program->physical->scan_count; i++)
        kafka_scan_close(inputs->kafka[i]);
    if (inputs->kafka != NULL && inputs->wake_fd >= 0)
        close(inputs->wake_fd);
    inputs->kafka = NULL;
}

/* ---- all ---- */

static int resolve_table(Resolver *r, const Table *table, bool is_stream, PathList *files, KafkaScan **kafka)
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
        if (is_stream && conn_is_kafka(table->checked))
            return resolve_kafka(r, table, files, kafka);
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
        const Table *table = physical->scans[i]->as.scan.table;
        streams += is_first && table_has_input(table) && !table->is_one_row;
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

int inputs_resolve(const Args *args, Program *program, Inputs *inputs)
{
    const PhysProgram *physical = program->physical;
    Arena *arena = program->query;
    Resolver r = { .args = args, .program = program, .arena = arena, .stream_count = count_streams(physical) };
    r.replays = ARENA_ARRAY(arena, Replay, args->options.count + 2);
    for (uint32_t i = 0; i < args->options.count; i++) {
        if (strcmp(args->options.items[i].option->name, "--replay") == 0)
            r.replays[r.replay_count++] = replay_of(arena, args->options.items[i].value);
    }
    if (program->profile != NULL && program->profile->replay.len > 0)
        r.replays[r.replay_count++] = (Replay){ .path = program->profile->replay, .is_default = true };
    *inputs = (Inputs){ .scans = arena_alloc_zeroed(arena, sizeof(PathList) * (physical->scan_count + 1), 16),
                        .lookups = arena_alloc_zeroed(arena, sizeof(PathList) * (physical->node_count + 1), 16),
                        .kafka = ARENA_ARRAY(arena, KafkaScan *, physical->scan_count + 1),
                        .wake_fd = -1 };
    r.wake_fd = &inputs->wake_fd;
    name_tables(&r, physical);
    int code = EXIT_DONE;
    if (r.stream_count == 0 && physical->scan_count > 0)
        inputs->bytes = 1; /* rows of VALUES: known to be few */
    for (uint32_t i = 0; code == EXIT_DONE && i < physical->scan_count; i++) {
        const Table *table = physical->scans[i]->as.scan.table;
        if (table->is_one_row)
            vec_push(arena, &inputs->scans[i], (const char *)LINE_SOURCE_ONE);
        else if (table_has_input(table))
            code = resolve_table(&r, table, true, &inputs->scans[i], &inputs->kafka[i]);
        inputs->bytes += file_bytes(&inputs->scans[i]);
    }
    uint32_t lookup = 0;
    for (uint32_t i = 0; code == EXIT_DONE && i < physical->node_count; i++) {
        if (physical->nodes[i]->kind == PHYS_LOOKUP_JOIN)
            code = resolve_table(&r, physical->nodes[i]->as.lookup_join.table, false, &inputs->lookups[lookup++], NULL);
    }
    if (code == EXIT_DONE)
        code = unused_replay(&r);
    if (code != EXIT_DONE)
        inputs_close(program, inputs);
    return code;
}

RtStatus inputs_feed(const Inputs *inputs, const RtProgram *image, RtExec *exec, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < image->lookup_count; i++) {
        for (uint32_t f = 0; status == RT_OK && f < inputs->lookups[i].count; f++)
            status = exec_fill_lookup(exec, i, inputs->lookups[i].items[f], error);
    }
    for (uint32_t i = 0; status == RT_OK && i < image->scan_count; i++) {
        for (uint32_t f = 0; status == RT_OK && f < inputs->scans[i].count; f++) {
            const LineOrigin *origin = inputs_origin(inputs, i, f);
            const char *name = inputs->scans[i].items[f];
            status =
                origin != NULL ? exec_add_origin(exec, i, name, origin, error) : exec_add_file(exec, i, name, error);
        }
    }
    return status;
}
