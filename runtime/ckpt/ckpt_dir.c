/* ckpt_dir.c -- checkpoints in a directory.
 *
 * A piece is written under a name that nobody asks for (".new-" and a random number), made durable, and then
 * linked to its own: link(2) fails when that is taken, whoever took it.  The folder is made durable last, so who is
 * told that a piece was created finds it after a loss of power.  Names of unfinished pieces stay behind when a process
 * dies; they are removed by the next one that lists their folder, an hour later. */
#include "runtime/base/alloc.h"
#include "runtime/ckpt/ckpt_store_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEW_PREFIX ".new-"
enum { UNFINISHED_SECONDS = 3600 };

typedef struct CkptDir {
    CkptStore store;
    int root;
} CkptDir;

static RtStatus out_of_memory(RtError *error)
{
    return rt_error(error, RT_FATAL, "no memory for a checkpoint");
}

/* What cannot be had now may be had later, unless nobody may. */
static RtStatus failed(RtError *error, const char *what, Str name)
{
    bool is_final = errno == EACCES || errno == EPERM || errno == EROFS || errno == ENOTDIR || errno == ENAMETOOLONG;
    return rt_error_system(error, is_final ? RT_FATAL : RT_RETRY, "%s checkpoint piece `%.*s`", what, STR_ARG(name));
}

static void dir_close(CkptStore *store)
{
    CkptDir *dir = (CkptDir *)store;
    close(dir->root);
    mem_free(dir);
}

/* The folder of a name, made when it is missing; -1: errno. */
static int open_folder(const CkptDir *dir, Str folder, bool make)
{
    Arena scratch;
    arena_init(&scratch);
    int here = folder.len == 0 ? dup(dir->root)
                               : openat(dir->root, str_copy(&scratch, folder).data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here >= 0 || errno != ENOENT || !make) {
        arena_free(&scratch);
        return here;
    }
    here = dup(dir->root);
    for (uint64_t from = 0, end; here >= 0 && from < folder.len; from = end + 1) {
        for (end = from; end < folder.len && folder.data[end] != '/';)
            end++;
        const char *part = str_copy(&scratch, str_slice(folder, from, end - from)).data;
        bool is_there = mkdirat(here, part, 0777) == 0 || errno == EEXIST;
        int below = is_there && fsync(here) == 0 ? openat(here, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        int why = errno;
        close(here);
        errno = why;
        here = below;
    }
    arena_free(&scratch);
    return here;
}

static void split(Str name, Str *folder, Str *last)
{
    uint64_t at = name.len;
    while (at > 0 && name.data[at - 1] != '/')
        at--;
    *folder = str_slice(name, 0, at == 0 ? 0 : at - 1);
    *last = str_slice(name, at, name.len - at);
}

static bool write_all(int file, Str bytes)
{
    for (uint64_t done = 0; done < bytes.len;) {
        ssize_t written = write(file, bytes.data + done, bytes.len - done);
        if (written < 0 && errno != EINTR)
            return false;
        done += written < 0 ? 0 : (uint64_t)written;
    }
    return true;
}

/* The bytes under an unfinished name, durable. */
static bool write_new(int folder, const char *unfinished, Str bytes)
{
    int file = openat(folder, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    bool is_done = write_all(file, bytes) && fsync(file) == 0;
    int why = errno;
    is_done = close(file) == 0 && is_done;
    errno = is_done ? errno : why;
    return is_done;
}

static RtStatus dir_create(CkptStore *store, Str name, Str bytes, bool *created, RtError *error)
{
    CkptDir *dir = (CkptDir *)store;
    Arena scratch;
    Str folder, last;
    split(name, &folder, &last);
    int at = open_folder(dir, folder, true);
    if (at < 0)
        return failed(error, "make the folder of", name);
    arena_init(&scratch);
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        number = (uint64_t)getpid();
    const char *unfinished = arena_printf(&scratch, NEW_PREFIX "%016llx", (unsigned long long)number);
    const char *final = str_copy(&scratch, last).data;
    RtStatus status = RT_OK;
    if (!write_new(at, unfinished, bytes))
        status = failed(error, "write", name);
    else if (linkat(at, unfinished, at, final, 0) == 0)
        *created = true;
    else if (errno != EEXIST)
        status = failed(error, "name", name);
    unlinkat(at, unfinished, 0);
    if (*created && fsync(at) != 0)
        status = failed(error, "keep the name of", name);
    close(at);
    arena_free(&scratch);
    return status;
}

static RtStatus read_file(int file, Str name, Buf *out, RtError *error)
{
    for (;;) {
        char *room = buf_reserve(out, 65536);
        if (room == NULL)
            return out_of_memory(error);
        ssize_t got = read(file, room, 65536);
        if (got == 0)
            return RT_OK;
        if (got < 0 && errno != EINTR)
            return failed(error, "read", name);
        out->len += got < 0 ? 0 : (uint64_t)got;
    }
}

static RtStatus dir_read(CkptStore *store, Str name, Buf *out, bool *found, RtError *error)
{
    CkptDir *dir = (CkptDir *)store;
    Arena scratch;
    arena_init(&scratch);
    int file = openat(dir->root, str_copy(&scratch, name).data, O_RDONLY | O_CLOEXEC);
    arena_free(&scratch);
    if (file < 0)
        return errno == ENOENT ? RT_OK : failed(error, "open", name);
    RtStatus status = read_file(file, name, out, error);
    *found = status == RT_OK;
    close(file);
    return status;
}

/* What a process left that died long ago. */
static void remove_old(int folder, const char *unfinished)
{
    struct stat about;
    if (fstatat(folder, unfinished, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
        time(NULL) - about.st_mtime > UNFINISHED_SECONDS)
        unlinkat(folder, unfinished, 0);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

static RtStatus list_entries(DIR *entries, Str after, Arena *arena, CkptNames *out)
{
    uint32_t room = 0;
    for (struct dirent *entry; errno = 0, (entry = readdir(entries)) != NULL;) {
        Str name = str_from(entry->d_name);
        if (str_starts_with(name, STR(NEW_PREFIX)))
            remove_old(dirfd(entries), entry->d_name);
        if (name.data[0] == '.' || entry->d_type == DT_DIR || str_compare(name, after) <= 0)
            continue;
        if (out->count == room) {
            Str *names = ARENA_ARRAY(arena, Str, room = room == 0 ? 64 : 2 * room);
            if (out->count != 0)
                memcpy(names, out->names, out->count * sizeof *names);
            out->names = names;
        }
        out->names[out->count++] = str_copy(arena, name);
    }
    return errno == 0 ? RT_OK : RT_RETRY;
}

static RtStatus dir_list(CkptStore *store, Str folder, Str after, Arena *arena, CkptNames *out, RtError *error)
{
    int at = open_folder((CkptDir *)store, folder, false);
    if (at < 0)
        return errno == ENOENT ? RT_OK : failed(error, "list the folder", folder);
    DIR *entries = fdopendir(at);
    if (entries == NULL) {
        close(at);
        return out_of_memory(error);
    }
    RtStatus status = list_entries(entries, after, arena, out);
    if (status != RT_OK)
        status = failed(error, "list the folder", folder);
    else if (out->count > 1)
        qsort(out->names, out->count, sizeof *out->names, by_name);
    closedir(entries);
    return status;
}

static RtStatus dir_remove(CkptStore *store, Str name, RtError *error)
{
    CkptDir *dir = (CkptDir *)store;
    Arena scratch;
    arena_init(&scratch);
    int done = unlinkat(dir->root, str_copy(&scratch, name).data, 0);
    arena_free(&scratch);
    return done == 0 || errno == ENOENT ? RT_OK : failed(error, "remove", name);
}

RtStatus ckpt_dir_open(Str path, CkptStore **out, RtError *error)
{
    static const CkptStoreOps OPS = { dir_close, dir_create, dir_read, dir_list, dir_remove };
    Arena scratch;
    arena_init(&scratch);
    const char *name = str_copy(&scratch, path).data;
    bool is_there = mkdir(name, 0777) == 0 || errno == EEXIST;
    int root = is_there ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    arena_free(&scratch);
    if (root < 0)
        return rt_error_system(error, RT_FATAL, "open the folder of checkpoints `%.*s`", STR_ARG(path));
    CkptDir *dir = mem_alloc_zeroed(sizeof *dir);
    if (dir == NULL) {
        close(root);
        return out_of_memory(error);
    }
    *dir = (CkptDir){ .store.ops = &OPS, .root = root };
    *out = &dir->store;
    return RT_OK;
}
