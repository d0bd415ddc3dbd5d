/* program.h -- from paths on the command line to a compiled program: reading, parsing, binding, planning.
 *
 * Files that a program IMPORTs are read before it, each once.
 *
 * Ownership  everything lives in the arena given to program_new.
 * Errors     diagnostics in `diags`; a stage is left out when one before it found an error. */
#ifndef SQC_DRIVER_PROGRAM_H
#define SQC_DRIVER_PROGRAM_H

#include "compiler/bind/bind.h"
#include "compiler/driver/command.h"
#include "compiler/optimize/optimize.h"
#include "compiler/parse/parse.h"
#include "compiler/physical/plan.h"
#include "compiler/project/project.h"
#include "runtime/io/paths.h"

typedef struct ParsedFile {
    Str known_as;         /* its real path */
    const Source *source; /* NULL: it could not be read */
    AstNode *tree;
} ParsedFile;

typedef VEC(ParsedFile) ParsedFiles;
/* What the words of the command line choose of a program. */
typedef struct Selection {
    bool is_all;    /* nothing was named, or there is no project to choose from */
    bool *files;    /* by file of the program; NULL: none was named */
    VEC(Str) names; /* metrics: a name, a pattern `ads.*`, `tag:kpi`, `owner:team:ads` */
} Selection;

typedef struct Program {
    Arena *query;
    Sources *sources;
    Diags *diags;
    VEC(AstNode *) files;      /* IMPORTed ones first */
    VEC(const Source *) texts; /* of each file */
    VEC(Str) paths;
    ParsedFiles *parsed; /* shared by the programs of one run */
    BoundProgram *bound;
    LogicalProgram optimized;
    PhysProgram *physical;
    OptimizeOptions rules;
    Project *project;       /* NULL: the files stand for themselves */
    const Profile *profile; /* NULL: none was chosen */
    Selection selection;
} Program;

Program *program_new(Arena *query);
/* Another program that shares texts, trees and diagnostics: what several read is read, and told, once. */
Program *program_beside(const Program *other);
/* What a file is known by, whatever way leads to it: its real path, or the path where there is no such file. */
Str program_real_path(Arena *arena, Str path);
/* Reads and parses a file and what it imports; errors are diagnostics. */
void program_add_file(Program *program, Str path);
/* Reads what run, explain and query work on: the files given, or the project they lie in without its test files.  An
 * exit code, said so on stderr, unless EXIT_DONE; what is wrong in files is a diagnostic. */
int program_open(Program *program, const Args *args);
/* Was the file that this stands in chosen? */
bool program_selects_place(const Program *program, Span span);
/* Plans of what the selection chooses. */
BindOptions program_bind_options(Program *program);
/* A name, a pattern `ads.*`, `tag:kpi` or `owner:team:ads`. */
bool selector_matches(Str selector, const Metric *metric);
bool program_selects_metric(const Program *program, const Metric *metric);
/* After binding: does every name of the selection stand for a metric?  False: said so on stderr. */
bool program_check_selectors(const Program *program);
/* Binds all files; false after an error. */
bool program_bind(Program *program, const BindOptions *options);
/* Is a word of the command line a file or folder, rather than the name of a metric? */
bool program_is_path(Arena *arena, Str word);
/* Optimises and lowers what was bound, or another logical program. */
void program_plan(Program *program, LogicalProgram logical);
/* Reads --disable-rule; false: said so on stderr. */
bool program_rules(Program *program, const Args *args);

/* The .ssql files that paths stand for: folders are walked; sorted.  False: said so on stderr. */
bool program_expand_paths(const Args *args, Arena *arena, PathList *files);
bool program_expand_path(const Args *args, Str path, PathList *files);
/* Prints diagnostics on stderr (json and sarif: stdout) as the options say. */
void program_report(const Program *program, const Args *args);
bool wants_colour(const Args *args, int fd);

#endif
