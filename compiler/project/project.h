/* project.h -- a project: the folder of a sqc.toml, and the .ssql files below it, which are one program.
 *
 *   sqc.toml            project = "ads", and profiles: [profile.NAME]
 *   streams/  metrics/  .ssql files, in any folders; names that begin with '.' or '_' are left out
 *   *_test.ssql         tests beside what they test: part of check and test, not of run
 *   .sqc/               what sqc keeps: the store
 *   a folder below it with a sqc.toml of its own is another project
 *
 * Ownership  everything lives in the arena.
 * Errors     RT_BAD_DATA: sqc.toml is wrong, with file, line and column; RT_FATAL: it cannot be read. */
#ifndef SQC_PROJECT_PROJECT_H
#define SQC_PROJECT_PROJECT_H

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/io/paths.h"

/* What stands in for the outside world at some place. */
typedef struct Profile {
    Str name;
    Str replay; /* a folder or pattern of events, as for run --replay, in place of connectors; empty: none */
} Profile;

typedef struct Project {
    Str root; /* "" is the working folder, else with a slash at its end */
    Str name;
    VEC(Profile) profiles;
    PathList files; /* all of them, tests too, in byte order */
} Project;

#define PROJECT_FILE "sqc.toml"

/* The project that a file or folder lies in: the nearest sqc.toml at or above it.  *project is NULL where there is
 * none. */
RtStatus project_find(Arena *arena, Str path, Project **project, RtError *error) RT_CHECKED;
bool project_is_test(Str path);
/* The path of a file in the project's own folder: ".sqc/store.db" under its root. */
Str project_path(Arena *arena, const Project *project, Str name);

#endif
