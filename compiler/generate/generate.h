/* generate.h -- invented events for demonstrations, tests and benchmarks.
 *
 * A generator writes files of rows into a folder.  It reads no clock and draws from one seeded stream of numbers in
 * integer arithmetic, so the same options give the same bytes on every machine.  generators.def has one row for each.
 *
 * Units      *_us is microseconds, times count from 1970-01-01 UTC; *_per_million counts rows.
 * Ownership  the options borrow everything; a generator frees what it allocates.
 * Threads    any; two generators may run at once on different folders.
 * Errors     RT_FATAL with the file and the system's reason: the folder cannot be made or the disk is full.  What was
 *            written up to there stays.
 * Cost       ysb about 60 ns a row, social about 400 ns a row, plus the disk. */
#ifndef SQC_GENERATE_GENERATE_H
#define SQC_GENERATE_GENERATE_H

#include "runtime/base/status.h"
#include "runtime/base/str.h"

/* Takes the events one by one, in place of the files `*.ndjson`. */
typedef struct GenerateTarget {
    void *context;
    /* row: without its newline.  Not RT_OK: no more are wanted. */
    RtStatus (*on_event)(void *context, const char *file, Str row, RtError *error);
} GenerateTarget;

typedef struct GenerateOptions {
    const char *out_folder; /* made when it does not exist */
    uint64_t seed;
    uint64_t rows;       /* events in all files together; 0: the default of the generator            */
    int64_t start_us;    /* event time of the first row; 0: the default of the generator             */
    int64_t duration_us; /* about how much event time the rows cover (social only); 0: a day         */
    uint32_t duplicates_per_million; /* rows written a second time (social only)                     */
    uint32_t malformed_per_million;  /* rows cut short or with a wrong type (social only)            */
    const GenerateTarget *target;    /* NULL: files */
} GenerateOptions;

typedef struct Generator {
    const char *name;
    const char *description;
    const char *files; /* what it writes into the folder */
    uint64_t rows_default;
    RtStatus (*run)(const GenerateOptions *options, RtError *error);
} Generator;

/* All generators, in the order of generators.def. */
const Generator *generators(uint32_t *count);
/* NULL when there is none of that name. */
const Generator *generator_find(Str name);

#define GENERATOR(name, rows_default, files, description)                                                              \
    RtStatus generate_##name(const GenerateOptions *options, RtError *error) RT_CHECKED;
#include "compiler/generate/generators.def"
#undef GENERATOR

#endif
