/* ckpt_store.c -- which place a URL names, and what a name may be. */
#include "runtime/ckpt/ckpt_store.h"

#include "runtime/ckpt/ckpt_store_internal.h"

static bool is_part_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
}

/* Parts that do not begin with a dot: no place is left by a name, and what is being written has none. */
static bool is_name(Str name)
{
    bool begins = true;
    if (name.len == 0 || name.len > CKPT_NAME_MAX)
        return false;
    for (uint64_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (begins ? !is_part_char(c) || c == '.' : !is_part_char(c) && c != '/')
            return false;
        begins = c == '/';
    }
    return !begins;
}

static RtStatus no_name(Str name, RtError *error)
{
    return rt_error(error, RT_FATAL, "`%.*s` is no name of a piece of a checkpoint", STR_ARG(name));
}

RtStatus ckpt_store_open(Str url, CkptStore **out, RtError *error)
{
    static const Str FILE_SCHEME = { "file://", 7 };
    *out = NULL;
    if (str_starts_with(url, FILE_SCHEME) && url.len > FILE_SCHEME.len && url.data[FILE_SCHEME.len] == '/')
        return ckpt_dir_open(str_slice(url, FILE_SCHEME.len, url.len - FILE_SCHEME.len), out, error);
    return rt_error(error, RT_FATAL, "checkpoints do not go to `%.*s`: write file:///FOLDER", STR_ARG(url));
}

void ckpt_store_close(CkptStore *store)
{
    if (store != NULL)
        store->ops->close(store);
}

RtStatus ckpt_store_create(CkptStore *store, Str name, Str bytes, bool *created, RtError *error)
{
    *created = false;
    return is_name(name) ? store->ops->create(store, name, bytes, created, error) : no_name(name, error);
}

RtStatus ckpt_store_read(CkptStore *store, Str name, Buf *out, bool *found, RtError *error)
{
    *found = false;
    return is_name(name) ? store->ops->read(store, name, out, found, error) : no_name(name, error);
}

RtStatus ckpt_store_list(CkptStore *store, Str folder, Str after, Arena *arena, CkptNames *out, RtError *error)
{
    *out = (CkptNames){ 0 };
    return is_name(folder) ? store->ops->list(store, folder, after, arena, out, error) : no_name(folder, error);
}

RtStatus ckpt_store_remove(CkptStore *store, Str name, RtError *error)
{
    return is_name(name) ? store->ops->remove(store, name, error) : no_name(name, error);
}
