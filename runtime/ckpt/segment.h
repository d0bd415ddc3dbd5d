/* segment.h -- a piece of state at rest: blocks that are checked one by one and, with a key, encrypted.
 *
 * The checksum says that the disk or the network changed something; AES-256-GCM says that somebody did.  A block cannot
 * be moved, left out or taken from another segment: its number and the head of the segment are authenticated with it.
 * docs/formats.md describes the bytes.
 *
 * Ownership  the caller's buffers.
 * Threads    any.
 * Errors     RT_BAD_DATA damaged, or of another key; RT_FATAL no memory, no random numbers.
 * Cost       about 0.1 ns a byte, 0.5 with a key; one copy. */
#ifndef SQC_CKPT_SEGMENT_H
#define SQC_CKPT_SEGMENT_H

#include "runtime/base/buf.h"
#include "runtime/base/status.h"

enum { SEGMENT_KEY_BYTES = 32, SEGMENT_KEY_ID_BYTES = 16, SEGMENT_BLOCK_BYTES = 1 << 20 };

typedef struct SegmentKey {
    uint8_t id[SEGMENT_KEY_ID_BYTES]; /* not zero; which key it is, no secret */
    uint8_t key[SEGMENT_KEY_BYTES];
} SegmentKey;

/* Appends the segment that holds `plain`. `key` NULL: readable by anyone. */
RtStatus segment_seal(Str plain, const SegmentKey *key, Buf *out, RtError *error) RT_CHECKED;
/* Appends what it holds; nothing when it fails.  A segment without a key is refused to who has one. */
RtStatus segment_open(Str bytes, const SegmentKey *key, Buf *out, RtError *error) RT_CHECKED;

#endif
