/* manifest.h -- the record that commits: where a task stands, and what its state is made of.
 *
 * Manifests of a task are numbered without gaps.  Each is created if absent, so that there is one of each number, and
 * holds the digest of the one before: together they are the log of the task (task_log.h).  docs/formats.md describes
 * the bytes.
 *
 *   CLAIM        a worker took the task over: the epoch is one higher, all else is as before
 *   CHECKPOINT   state up to `pos` is in the segments
 *   STOP         the last of an epoch: the worker has let go
 *
 * Units      *_us is microseconds; positions and offsets count records.
 * Ownership  what is decoded views the bytes and the arena; what is encoded lives in the arena.
 * Threads    any.
 * Errors     the reason as a phrase, NULL: none. */
#ifndef SQC_CKPT_MANIFEST_H
#define SQC_CKPT_MANIFEST_H

#include "runtime/base/str.h"

enum { MANIFEST_DIGEST_BYTES = 32, MANIFEST_PRINT_BYTES = 16, MANIFEST_TEXT_MAX = 1024, MANIFEST_LIST_MAX = 1 << 20 };

typedef enum ManifestKind { MANIFEST_CLAIM = 1, MANIFEST_CHECKPOINT, MANIFEST_STOP } ManifestKind;

typedef struct ManifestInput {
    Str topic;
    uint32_t partition;
    uint64_t offset;       /* of the next record */
    uint32_t record_check; /* crc32c of the record before it; 0: none was read */
    int64_t watermark_us;
} ManifestInput;

/* A channel to or from another task: records that come again are known by their number. */
typedef struct ManifestChannel {
    Str task;
    uint64_t sequence; /* the highest received, or the last sent */
} ManifestChannel;

typedef struct ManifestSegment {
    Str name;
    uint64_t bytes;
} ManifestSegment;

typedef struct ManifestCursor {
    Str sink;
    uint64_t generation, pos;
} ManifestCursor;

typedef struct Manifest {
    uint64_t number; /* from 1 */
    uint64_t epoch;  /* from 1 */
    ManifestKind kind;
    uint8_t before[MANIFEST_DIGEST_BYTES];  /* of manifest number - 1; zero for the first */
    uint8_t program[MANIFEST_DIGEST_BYTES]; /* of what the task runs */
    uint64_t schema, maths;                 /* of the state's layout; of the functions whose last bit differs */
    uint64_t pos;                           /* the next input record */
    uint8_t print[MANIFEST_PRINT_BYTES];    /* of the state at pos */
    int64_t watermark_us;
    Str owner; /* who made it, different for each process */
    ManifestInput *inputs;
    ManifestChannel *upstreams, *downstreams;
    ManifestSegment *segments;
    ManifestCursor *cursors;
    uint32_t input_count, upstream_count, downstream_count, segment_count, cursor_count;
} Manifest;

void manifest_digest(Str bytes, uint8_t out[MANIFEST_DIGEST_BYTES]);
/* Of a manifest whose lists ascend. */
Str manifest_encode(Arena *arena, const Manifest *manifest);
/* Why these are no bytes of a manifest; NULL: `out` is it, and encoding it gives these bytes. */
const char *manifest_decode(Arena *arena, Str bytes, Manifest *out);
/* Why `next` cannot come behind `last` (NULL: be the first) whose bytes have that digest; NULL: it can. */
const char *manifest_follows(const Manifest *last, const uint8_t digest[MANIFEST_DIGEST_BYTES], const Manifest *next);

#endif
