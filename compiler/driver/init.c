/* init.c -- sqc init: a project that checks, tests and runs, to be changed into one's own.
 *
 * Its files stand in template/ and are embedded by the assembler.  Nothing is written when any of them exists.  The CI
 * file is a shell script: every CI service runs one, and there is no place yet from which a service could fetch sqc. */
#include "compiler/driver/command.h"
#include "compiler/project/project.h"
#include "runtime/base/buf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INIT_FILE(name, from, to, mode)                                                                                \
    __asm__(".section .rodata\n"                                                                                       \
            ".globl INIT_" #name ", INIT_" #name "_BYTES\n"                                                            \
            "INIT_" #name ":\n"                                                                                        \
            ".incbin \"" INIT_FOLDER "/" from "\"\n"                                                                   \
            ".Linit_" #name "_end:\n"                                                                                  \
            ".balign 8\n"                                                                                              \
            "INIT_" #name "_BYTES:\n"                                                                                  \
            ".quad .Linit_" #name "_end - INIT_" #name "\n"                                                            \
            ".previous\n");                                                                                            \
    extern const char INIT_##name[];                                                                                   \
    extern const uint64_t INIT_##name##_BYTES;
#include "compiler/driver/init_files.def"
#undef INIT_FILE

typedef struct InitFile {
    const char *path;
    const char *bytes;
    const uint64_t *len; /* a constant of the assembler: its address is known here, its value is not */
    mode_t mode;
} InitFile;

static const InitFile FILES[] = {
#define INIT_FILE(name, from, to, mode) { to, INIT_##name, &INIT_##name##_BYTES, mode },
#include "compiler/driver/init_files.def"
#undef INIT_FILE
};

enum { FILE_COUNT = sizeof FILES / sizeof FILES[0], NAME_BYTES_MAX = 64 };

static Str path_in(Arena *arena, Str folder, const char *name)
{
    if (str_equal(folder, STR(".")))
        return str_copy(arena, str_from(name));
    bool has_slash = str_ends_with(folder, STR("/"));
    return str_printf(arena, "%.*s%s%s", STR_ARG(folder), has_slash ? "" : "/", name);
}

/* The letters of a text that the name of a project may have. */
static Str name_in(Arena *arena, Str text)
{
    char name[NAME_BYTES_MAX];
    uint32_t len = 0;
    for (uint64_t i = 0; i < text.len && len < NAME_BYTES_MAX; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool may_follow = (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (is_letter || (len > 0 && may_follow))
            name[len++] = c;
    }
    return str_copy(arena, (Str){ name, len });
}

static Str folder_name(Arena *arena, Str folder)
{
    char full[PATH_MAX];
    Str name = realpath(folder.data, full) == NULL ? STR_EMPTY : name_in(arena, str_from(strrchr(full, '/') + 1));
    return name.len == 0 ? STR("metrics") : name;
}

/* ---- writing ---- */

static bool make_folders(Arena *arena, Str path)
{
    char *text = arena_copy(arena, path.data, path.len);
    for (char *at = text + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        bool made = mkdir(text, 0777) == 0 || errno == EEXIST;
        *at = '/';
        if (!made)
            return false;
    }
    return true;
}

static int write_file(Arena *arena, Str path, Str content, mode_t mode)
{
    int fd = make_folders(arena, path) ? open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) : -1;
    bool written = fd >= 0;
    for (uint64_t done = 0; written && done < content.len;) {
        ssize_t n = write(fd, content.data + done, content.len - done);
        written = n > 0;
        done += written ? (uint64_t)n : 0;
    }
    if (fd >= 0)
        written = close(fd) == 0 && written;
    if (written)
        return EXIT_DONE;
    fprintf(stderr, "sqc: %.*s: %s\n", STR_ARG(path), strerror(errno));
    return EXIT_UNREACHABLE;
}

static bool exists(Str path)
{
    struct stat info;
    return lstat(path.data, &info) == 0;
}

/* False: told, nothing has been written. */
static bool is_free(Arena *arena, Str folder)
{
    Str settings = path_in(arena, folder, PROJECT_FILE);
    bool is_project = exists(settings), is_free = !is_project;
    if (is_project)
        fprintf(stderr, "sqc: %.*s exists: this is a project already\n", STR_ARG(settings));
    for (int i = 0; !is_project && i < FILE_COUNT; i++) {
        Str path = path_in(arena, folder, FILES[i].path);
        if (!exists(path))
            continue;
        fprintf(stderr, "sqc: %.*s exists\n", STR_ARG(path));
        is_free = false;
    }
    if (!is_free)
        fprintf(stderr, "nothing was written: init makes a new project, and changes no file\n");
    return is_free;
}

/* ---- the next two commands ---- */

/* As this program was called: `sqc`, or the way to it. */
static Str own_name(Arena *arena)
{
    char text[PATH_MAX];
    FILE *file = fopen("/proc/self/cmdline", "r");
    size_t len = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
    if (file != NULL)
        fclose(file);
    text[len] = '\0';
    return len == 0 ? STR("sqc") : str_copy(arena, str_from(text));
}

/* One word of a shell. */
static Str quoted(Arena *arena, Str word)
{
    bool is_plain = word.len > 0;
    for (uint64_t i = 0; is_plain && i < word.len; i++)
        is_plain = isalnum((unsigned char)word.data[i]) || strchr("/._-+", word.data[i]) != NULL;
    if (is_plain)
        return word;
    Buf out = { 0 };
    buf_append_char(&out, '\'');
    for (uint64_t i = 0; i < word.len; i++) {
        if (word.data[i] == '\'')
            buf_append_str(&out, STR("'\\'"));
        buf_append_char(&out, word.data[i]);
    }
    buf_append_char(&out, '\'');
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static void print_next(Arena *arena, Str folder)
{
    bool is_here = str_equal(folder, STR("."));
    Str sqc = quoted(arena, own_name(arena)), sample = quoted(arena, path_in(arena, folder, "sample.ndjson"));
    Str where = is_here ? STR_EMPTY : str_printf(arena, " %.*s", STR_ARG(quoted(arena, folder)));
    printf("\nNext:\n  %.*s test%.*s\n", STR_ARG(sqc), STR_ARG(where));
    printf("  %.*s run%.*s --replay %.*s\n", STR_ARG(sqc), STR_ARG(where), STR_ARG(sample));
}

int command_init(const Args *args)
{
    Arena *arena = args->arena;
    if (args->paths.count > 1)
        return usage_error(args, "init takes one folder");
    Str folder = args->paths.count == 0 ? STR(".") : str_copy(arena, args->paths.items[0]);
    if (folder.len == 0)
        return usage_error(args, "the name of a folder cannot be empty");
    Str name = args_value(args, "--name");
    if (name.data != NULL && (name.len == 0 || !str_equal(name, name_in(arena, name))))
        return usage_error(args, "--name is letters, digits, - and _, and begins with a letter");
    if (!is_free(arena, folder))
        return EXIT_USAGE;
    if (!make_folders(arena, path_in(arena, folder, PROJECT_FILE))) {
        fprintf(stderr, "sqc: %.*s: %s\n", STR_ARG(folder), strerror(errno));
        return EXIT_UNREACHABLE;
    }
    Str settings =
        str_printf(arena, "project = \"%.*s\"\n", STR_ARG(name.data == NULL ? folder_name(arena, folder) : name));
    int code = EXIT_DONE;
    for (int i = 0; code == EXIT_DONE && i < FILE_COUNT; i++)
        code = write_file(arena, path_in(arena, folder, FILES[i].path), (Str){ FILES[i].bytes, *FILES[i].len },
                          FILES[i].mode);
    /* Last: where it stands, all is there. */
    if (code == EXIT_DONE)
        code = write_file(arena, path_in(arena, folder, PROJECT_FILE), settings, 0666);
    if (code != EXIT_DONE)
        return code;
    printf("%.*s: a stream, three metrics with their tests, and 285 events to try them on\n", STR_ARG(folder));
    print_next(arena, folder);
    return EXIT_DONE;
}
