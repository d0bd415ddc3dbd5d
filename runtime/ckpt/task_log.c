/* task_log.c -- see task_log.h. */
#include "runtime/ckpt/task_log.h"

#include <assert.h>

enum { DIGITS = 20 };

static Str name_of(Arena *arena, const TaskLog *log, uint64_t number)
{
    return str_printf(arena, "%.*s/m-%0*llu", STR_ARG(log->folder), DIGITS, (unsigned long long)number);
}

/* The number in the name of a manifest, 0: it is none. */
static uint64_t number_in(Str name)
{
    uint64_t number = 0;
    if (name.len != 2 + DIGITS || !str_starts_with(name, STR("m-")))
        return 0;
    for (uint64_t i = 2; i < name.len; i++) {
        uint64_t digit = (uint64_t)(name.data[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, digit, &number))
            return 0;
    }
    return number;
}

RtStatus task_log_open(TaskLog *log, CkptStore *store, Str folder, Str owner, RtError *error)
{
    *log = (TaskLog){ .store = store };
    arena_init(&log->arena);
    arena_init(&log->kept[0]);
    arena_init(&log->kept[1]);
    log->folder = str_copy(&log->arena, folder);
    log->owner = str_copy(&log->arena, owner);
    return task_log_refresh(log, error);
}

void task_log_close(TaskLog *log)
{
    arena_free(&log->kept[0]);
    arena_free(&log->kept[1]);
    arena_free(&log->arena);
}

/* Takes bytes, which are a manifest, as the last one. */
static void keep(TaskLog *log, Str bytes)
{
    Arena *arena = &log->kept[log->turn = 1 - log->turn];
    arena_reset(arena);
    const char *why = manifest_decode(arena, str_copy(arena, bytes), &log->last);
    assert(why == NULL);
    (void)why;
    manifest_digest(bytes, log->digest);
}

static RtStatus read_manifest(const TaskLog *log, uint64_t number, Buf *out, bool *found, RtError *error)
{
    Arena scratch;
    arena_init(&scratch);
    RtStatus status = ckpt_store_read(log->store, name_of(&scratch, log, number), out, found, error);
    arena_free(&scratch);
    return status == RT_OK && out->failed ? rt_error(error, RT_FATAL, "no memory for a manifest") : status;
}

static RtStatus damaged(const TaskLog *log, uint64_t number, const char *why, RtError *error)
{
    return rt_error(error, RT_BAD_DATA, "manifest %llu of `%.*s` is damaged: %s", (unsigned long long)number,
                    STR_ARG(log->folder), why);
}

/* The manifest of that number, as the last one; it must be able to follow when it is the one behind the last. */
static RtStatus load(TaskLog *log, uint64_t number, RtError *error)
{
    Buf bytes = { 0 };
    bool found = false;
    Manifest manifest;
    Arena scratch;
    arena_init(&scratch);
    RtStatus status = read_manifest(log, number, &bytes, &found, error);
    if (status == RT_OK && !found)
        status = rt_error(error, RT_RETRY, "manifest %llu was there and is gone", (unsigned long long)number);
    if (status == RT_OK) {
        const char *why = manifest_decode(&scratch, buf_str(&bytes), &manifest);
        if (why == NULL && manifest.number != number)
            why = "it has another number";
        if (why == NULL && number == log->last.number + 1)
            why = manifest_follows(number == 1 ? NULL : &log->last, log->digest, &manifest);
        if (why == NULL)
            keep(log, buf_str(&bytes));
        else
            status = damaged(log, number, why, error);
    }
    arena_free(&scratch);
    buf_free(&bytes);
    return status;
}

/* The highest number of all, when it is above `after`; else 0. */
static RtStatus highest(TaskLog *log, uint64_t after, uint64_t *number, RtError *error)
{
    CkptNames names;
    Arena scratch;
    arena_init(&scratch);
    *number = 0;
    Str above = after == 0 ? STR_EMPTY : str_printf(&scratch, "m-%0*llu", DIGITS, (unsigned long long)after);
    RtStatus status = ckpt_store_list(log->store, log->folder, above, &scratch, &names, error);
    for (uint32_t i = 0; status == RT_OK && i < names.count; i++) {
        uint64_t here = number_in(names.names[i]);
        *number = here > *number ? here : *number;
    }
    arena_free(&scratch);
    return status;
}

RtStatus task_log_refresh(TaskLog *log, RtError *error)
{
    uint64_t number;
    RtStatus status = highest(log, log->last.number, &number, error);
    if (status != RT_OK || number == 0)
        return status;
    log->is_owned = false;
    /* Those between are not read: what was created behind them followed them. */
    return load(log, number, error);
}

/* What stands under a number that we wanted: the same bytes are ours; other bytes of this process are from a call
 * before whose answer got lost, and are the last manifest now. */
static RtStatus look_at_taken(TaskLog *log, uint64_t number, Str wanted, bool *ours, bool *again, RtError *error)
{
    Buf there = { 0 };
    Manifest manifest;
    Arena scratch;
    arena_init(&scratch);
    bool found = false;
    RtStatus status = read_manifest(log, number, &there, &found, error);
    *ours = status == RT_OK && found && str_equal(buf_str(&there), wanted);
    if (status == RT_OK && found && !*ours) {
        const char *why = manifest_decode(&scratch, buf_str(&there), &manifest);
        if (why != NULL)
            status = damaged(log, number, why, error);
        else if (log->is_owned && str_equal(manifest.owner, log->owner) && manifest.epoch == log->last.epoch) {
            keep(log, buf_str(&there));
            *again = true;
        }
    }
    arena_free(&scratch);
    buf_free(&there);
    return status;
}

/* One try; `again` asks for another behind a manifest of ours that was found. */
static RtStatus try_append(TaskLog *log, const Manifest *next, bool *ours, bool *again, RtError *error)
{
    Arena scratch;
    arena_init(&scratch);
    Manifest manifest = *next;
    manifest.number = log->last.number + 1;
    manifest.owner = log->owner;
    memcpy(manifest.before, log->digest, sizeof manifest.before);
    const char *why = manifest_follows(log->last.number == 0 ? NULL : &log->last, log->digest, &manifest);
    RtStatus status = why == NULL ? RT_OK : rt_error(error, RT_FATAL, "this manifest would be none: %s", why);
    Str bytes = status == RT_OK ? manifest_encode(&scratch, &manifest) : STR_EMPTY;
    uint64_t higher = 0;
    if (status == RT_OK)
        status = ckpt_store_create(log->store, name_of(&scratch, log, manifest.number), bytes, ours, error);
    if (status == RT_OK && !*ours)
        status = look_at_taken(log, manifest.number, bytes, ours, again, error);
    if (status == RT_OK && *ours)
        status = highest(log, manifest.number, &higher, error);
    if (status != RT_OK || higher != 0)
        *ours = false;
    if (*ours)
        keep(log, bytes);
    arena_free(&scratch);
    return status;
}

/* Creates the manifest behind the last; `ours` is false when another one is there. */
static RtStatus append(TaskLog *log, const Manifest *next, bool *ours, RtError *error)
{
    bool again = false;
    RtStatus status = try_append(log, next, ours, &again, error);
    if (status == RT_OK && again)
        status = try_append(log, next, ours, &again, error);
    return status;
}

RtStatus task_log_claim(TaskLog *log, const Manifest *first, bool *won, RtError *error)
{
    Manifest claim = log->last.number == 0 ? *first : log->last;
    claim.kind = MANIFEST_CLAIM;
    claim.epoch = log->last.epoch + 1;
    RtStatus status = append(log, &claim, won, error);
    if (status == RT_OK && *won)
        log->is_owned = true;
    return status == RT_OK && !*won ? task_log_refresh(log, error) : status;
}

RtStatus task_log_commit(TaskLog *log, const Manifest *next, bool *committed, RtError *error)
{
    *committed = false;
    if (!log->is_owned)
        return RT_OK;
    Manifest manifest = *next;
    manifest.epoch = log->last.epoch;
    RtStatus status = append(log, &manifest, committed, error);
    if (status == RT_OK && (!*committed || manifest.kind == MANIFEST_STOP))
        log->is_owned = false;
    return status;
}

RtStatus task_log_trim(TaskLog *log, uint32_t keep_count, RtError *error)
{
    CkptNames names;
    Arena scratch;
    arena_init(&scratch);
    RtStatus status = ckpt_store_list(log->store, log->folder, STR_EMPTY, &scratch, &names, error);
    for (uint32_t i = 0; status == RT_OK && i < names.count; i++) {
        uint64_t number = number_in(names.names[i]);
        if (number != 0 && number + keep_count <= log->last.number)
            status = ckpt_store_remove(log->store, name_of(&scratch, log, number), error);
    }
    arena_free(&scratch);
    return status;
}
