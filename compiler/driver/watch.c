/* watch.c -- see watch.h. */
#include "compiler/driver/watch.h"

#include "compiler/driver/interrupt.h"
#include "compiler/project/project.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CHILD_LOOK_MS = 50, /* how often a run that goes on is asked whether it ended */
    SETTLE_MS = 40,     /* an editor writes in several steps */
    DEPTH_MAX = 32,
    EVENT_BYTES = 64 * 1024,
};

#define WATCHED_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE)

typedef struct WatchedFolder {
    int id;
    Str path; /* with a slash at its end, or empty */
} WatchedFolder;

typedef struct Watch {
    Arena *arena;
    const Args *args;
    int fd;
    VEC(WatchedFolder) folders;
    VEC(Str) replays; /* names of files, without their folders */
    pid_t child;      /* 0: none runs */
    Str changed;      /* empty: nothing */
} Watch;

/* ---- what is watched ---- */

static void add_folder(Watch *w, Str folder, int depth);

static void add_below(Watch *w, Str folder, int depth)
{
    DIR *dir = opendir(folder.len == 0 ? "." : folder.data);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        struct stat info;
        if (entry->d_name[0] == '.' || entry->d_name[0] == '_')
            continue;
        Str path = str_printf(w->arena, "%.*s%s/", STR_ARG(folder), entry->d_name);
        if (stat(path.data, &info) == 0 && S_ISDIR(info.st_mode))
            add_folder(w, path, depth + 1);
    }
    if (dir != NULL)
        closedir(dir);
}

/* A folder that is watched already keeps its number. */
static void add_folder(Watch *w, Str folder, int depth)
{
    if (depth > DEPTH_MAX)
        return;
    int id = inotify_add_watch(w->fd, folder.len == 0 ? "." : folder.data, WATCHED_EVENTS);
    if (id < 0)
        return;
    bool is_new = true;
    for (uint32_t i = 0; i < w->folders.count; i++)
        is_new = is_new && w->folders.items[i].id != id;
    if (is_new)
        vec_push(w->arena, &w->folders, ((WatchedFolder){ id, folder }));
    add_below(w, folder, depth);
}

static Str folder_of(Arena *arena, Str path)
{
    struct stat info;
    if (stat(str_copy(arena, path).data, &info) == 0 && S_ISDIR(info.st_mode))
        return str_printf(arena, "%.*s%s", STR_ARG(path), str_ends_with(path, STR("/")) ? "" : "/");
    while (path.len > 0 && path.data[path.len - 1] != '/')
        path.len--;
    return str_copy(arena, path);
}

static bool is_there(Arena *arena, Str path)
{
    struct stat info;
    return stat(str_copy(arena, path).data, &info) == 0;
}

/* The files and folders given, and the project that they, or the working folder, lie in. */
static void add_paths(Watch *w)
{
    bool has_path = false;
    Project *project = NULL;
    RtError error;
    for (uint32_t i = 0; i < w->args->paths.count; i++) {
        Str path = w->args->paths.items[i];
        if (!is_there(w->arena, path) && !str_ends_with(path, STR(".ssql")))
            continue; /* a metric */
        has_path = true;
        add_folder(w, folder_of(w->arena, path), 0);
        /* A sqc.toml that is wrong now is in a folder that is watched, most likely. */
        if (project_find(w->arena, path, &project, &error) == RT_OK && project != NULL)
            add_folder(w, project->root, 0);
    }
    if (has_path)
        return;
    add_folder(w, STR_EMPTY, 0);
    if (project_find(w->arena, STR("."), &project, &error) == RT_OK && project != NULL && project->root.len > 0)
        add_folder(w, project->root, 0);
}

/* Files of --replay lie anywhere: of their folders only they count. */
static void add_replays(Watch *w)
{
    for (uint32_t i = 0; i < w->args->options.count; i++) {
        const GivenOption *given = &w->args->options.items[i];
        if (strcmp(given->option->name, "--replay") != 0)
            continue;
        Str path = given->value;
        int64_t equals = is_there(w->arena, path) ? -1 : str_find(path, STR("="));
        if (equals >= 0)
            path = str_slice(path, (uint64_t)equals + 1, path.len - (uint64_t)equals - 1);
        Str folder = folder_of(w->arena, path);
        if (folder.len <= path.len)
            vec_push(w->arena, &w->replays, str_slice(path, folder.len, path.len - folder.len));
        int id = inotify_add_watch(w->fd, folder.len == 0 ? "." : folder.data, WATCHED_EVENTS);
        if (id >= 0)
            vec_push(w->arena, &w->folders, ((WatchedFolder){ id, folder }));
    }
}

/* ---- changes ---- */

static Str folder_by_id(const Watch *w, int id)
{
    for (uint32_t i = 0; i < w->folders.count; i++) {
        if (w->folders.items[i].id == id)
            return w->folders.items[i].path;
    }
    return STR_EMPTY;
}

static bool is_read(const Watch *w, Str name)
{
    bool is_read = str_equal(name, STR(PROJECT_FILE)) || (str_ends_with(name, STR(".ssql")) && name.data[0] != '.');
    for (uint32_t i = 0; !is_read && i < w->replays.count; i++)
        is_read = str_equal(name, w->replays.items[i]);
    return is_read;
}

static void take_event(Watch *w, const struct inotify_event *event)
{
    Str name = event->len == 0 ? STR_EMPTY : str_from(event->name);
    if ((event->mask & IN_ISDIR) != 0 && name.len > 0 && name.data[0] != '.' && name.data[0] != '_') {
        Str folder = str_printf(w->arena, "%.*s%.*s/", STR_ARG(folder_by_id(w, event->wd)), STR_ARG(name));
        if ((event->mask & (IN_CREATE | IN_MOVED_TO)) != 0)
            add_folder(w, folder, 0);
        w->changed = folder; /* files may have been in it before it was watched */
    } else if (event->mask != IN_CREATE && name.len > 0 && is_read(w, name)) {
        w->changed = str_printf(w->arena, "%.*s%.*s", STR_ARG(folder_by_id(w, event->wd)), STR_ARG(name));
    }
}

/* Waits for events; false: none came in time, or a signal did. */
static bool take_events(Watch *w, int timeout_ms)
{
    _Alignas(struct inotify_event) char room[EVENT_BYTES];
    struct pollfd ready = { .fd = w->fd, .events = POLLIN };
    if (poll(&ready, 1, timeout_ms) <= 0)
        return false;
    ssize_t len = read(w->fd, room, sizeof room);
    for (ssize_t at = 0; at < len;) {
        const struct inotify_event *event = (const struct inotify_event *)(room + at);
        take_event(w, event);
        at += (ssize_t)sizeof *event + event->len;
    }
    return len > 0;
}

/* ---- runs ---- */

static bool start(Watch *w, int (*once)(const Args *args))
{
    fflush(NULL);
    pid_t parent = getpid();
    w->child = fork();
    if (w->child < 0)
        return false;
    if (w->child > 0)
        return true;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    close(w->fd);
    int code = getppid() == parent ? once(w->args) : EXIT_UNREACHABLE;
    fflush(NULL);
    _exit(code);
}

static void tell_end(int status)
{
    if (WIFSIGNALED(status))
        fprintf(stderr, "sqc: the run was ended by SIG%s\n", sigabbrev_np(WTERMSIG(status)));
    fprintf(stderr, "watching for changes; Ctrl-C ends\n");
}

/* Has the run that goes on ended? */
static void reap(Watch *w)
{
    int status;
    if (w->child > 0 && waitpid(w->child, &status, WNOHANG) == w->child) {
        w->child = 0;
        tell_end(status);
    }
}

static void stop(Watch *w)
{
    int status;
    if (w->child <= 0)
        return;
    kill(w->child, SIGTERM);
    while (waitpid(w->child, &status, 0) < 0 && errno == EINTR)
        continue;
    w->child = 0;
}

/* Until something changed and is quiet again, or a signal came. */
static void wait_for_change(Watch *w)
{
    w->changed = STR_EMPTY;
    while (interrupt_signal() == 0 && w->changed.len == 0) {
        (void)take_events(w, w->child > 0 ? CHILD_LOOK_MS : -1);
        reap(w);
    }
    while (interrupt_signal() == 0 && take_events(w, SETTLE_MS))
        continue;
}

/* What was read from standard input cannot be read again. */
static bool reads_standard_input(const Args *args)
{
    for (uint32_t i = 0; i < args->options.count; i++) {
        const GivenOption *given = &args->options.items[i];
        if (strcmp(given->option->name, "--replay") == 0 &&
            (str_equal(given->value, STR("-")) || str_ends_with(given->value, STR("=-"))))
            return true;
    }
    return false;
}

int watch(const Args *args, int (*once)(const Args *args))
{
    if (reads_standard_input(args))
        return usage_error(args, "--watch reads its input again, and standard input comes once");
    Watch w = { .arena = args->arena, .args = args, .fd = inotify_init1(IN_CLOEXEC) };
    if (w.fd < 0) {
        fprintf(stderr, "sqc: files cannot be watched: %s\n", strerror(errno));
        return EXIT_UNREACHABLE;
    }
    interrupt_watch();
    add_paths(&w);
    add_replays(&w);
    int code = EXIT_DONE;
    while (interrupt_signal() == 0) {
        if (!start(&w, once)) {
            fprintf(stderr, "sqc: no process for a run: %s\n", strerror(errno));
            code = EXIT_UNREACHABLE;
            break;
        }
        wait_for_change(&w);
        stop(&w);
        if (interrupt_signal() == 0)
            fprintf(stderr, "\n%.*s changed\n", STR_ARG(w.changed));
    }
    close(w.fd);
    return interrupt_signal() != 0 ? EXIT_SIGNAL + interrupt_signal() : code;
}
