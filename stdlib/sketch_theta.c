/* sketch_theta.c -- see sketch_theta.h.
 *
 * Source of the facts: A. Dasgupta, K. Lang, L. Rhodes, J. Thaler, A framework for estimating stream expression
 * cardinalities, 2016; the k minimum values of Z. Bar-Yossef and others, 2002. */
#include "stdlib/sketch_theta.h"

#include "runtime/abi/key.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { FIRST_CAPACITY = 6, VERSION = 1 };

uint64_t theta_hash(Str text)
{
    uint64_t hash = key_hash(text.data, text.len);
    return hash == UINT64_MAX ? UINT64_MAX - 1 : hash; /* theta is never a hash */
}

void theta_init(ThetaSketch *sketch, uint32_t capacity)
{
    *sketch = (ThetaSketch){ .capacity = capacity, .theta = UINT64_MAX };
}

/* The first place whose hash is not below. */
static uint32_t place_of(const ThetaSketch *sketch, uint64_t hash)
{
    uint32_t low = 0, high = sketch->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sketch->hashes[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool theta_add(ThetaSketch *sketch, uint64_t hash)
{
    if (hash >= sketch->theta)
        return true;
    uint32_t at = place_of(sketch, hash);
    if (at < sketch->count && sketch->hashes[at] == hash)
        return true;
    if (sketch->count == sketch->capacity && sketch->capacity < THETA_HASHES_MAX)
        return false;
    if (sketch->count == THETA_HASHES_MAX) {
        sketch->theta = at == sketch->count ? hash : sketch->hashes[sketch->count - 1];
        if (at == sketch->count)
            return true;
        sketch->count--;
    }
    memmove(sketch->hashes + at + 1, sketch->hashes + at, (sketch->count - at) * sizeof *sketch->hashes);
    sketch->hashes[at] = hash;
    sketch->count++;
    return true;
}

void theta_cut(ThetaSketch *sketch, uint64_t theta)
{
    if (theta >= sketch->theta)
        return;
    sketch->count = place_of(sketch, theta);
    sketch->theta = theta;
}

uint32_t theta_next_capacity(const ThetaSketch *sketch)
{
    uint32_t next = sketch->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : sketch->capacity * 2;
    return next > THETA_HASHES_MAX ? THETA_HASHES_MAX : next;
}

void theta_copy(ThetaSketch *to, const ThetaSketch *from)
{
    assert(to->capacity >= from->count);
    to->count = from->count;
    to->theta = from->theta;
    memcpy(to->hashes, from->hashes, from->count * sizeof *from->hashes);
}

void theta_combine(ThetaSketch *out, const ThetaSketch *a, const ThetaSketch *b, ThetaOp op)
{
    uint64_t theta = a->theta < b->theta ? a->theta : b->theta;
    theta_init(out, THETA_HASHES_MAX);
    theta_cut(out, theta);
    for (uint32_t i = 0, j = 0; i < a->count || j < b->count;) {
        uint64_t left = i < a->count ? a->hashes[i] : UINT64_MAX, right = j < b->count ? b->hashes[j] : UINT64_MAX;
        uint64_t hash = left < right ? left : right;
        bool wanted = op == THETA_UNION || (op == THETA_INTERSECT ? left == right : left < right);
        i += left == hash;
        j += right == hash;
        if (wanted)
            theta_add(out, hash); /* ascending: at the end */
    }
}

int64_t theta_estimate(const ThetaSketch *sketch)
{
    if (sketch->theta == UINT64_MAX)
        return sketch->count;
    return sketch->count == 0 ? 0 : llround(sketch->count / ((double)sketch->theta * 0x1p-64));
}

uint64_t theta_encode(const ThetaSketch *sketch, char *out)
{
    memset(out, 0, THETA_HEAD_BYTES);
    memcpy(out, "SQTH", 4);
    out[4] = VERSION;
    memcpy(out + 8, &sketch->theta, sizeof sketch->theta);
    if (sketch->count != 0)
        memcpy(out + THETA_HEAD_BYTES, sketch->hashes, sketch->count * sizeof *sketch->hashes);
    return THETA_HEAD_BYTES + sketch->count * sizeof *sketch->hashes;
}

const char *theta_decode(Str bytes, ThetaSketch *sketch)
{
    static const char HEAD[8] = { 'S', 'Q', 'T', 'H', VERSION };
    if (bytes.len < THETA_HEAD_BYTES || memcmp(bytes.data, HEAD, sizeof HEAD) != 0)
        return "they do not start with SQTH and version 1";
    uint64_t len = bytes.len - THETA_HEAD_BYTES;
    if (len % 8 != 0 || len / 8 > THETA_HASHES_MAX)
        return "the length is none of a theta sketch";
    theta_init(sketch, THETA_HASHES_MAX);
    sketch->count = (uint32_t)(len / 8);
    memcpy(&sketch->theta, bytes.data + 8, sizeof sketch->theta);
    if (len != 0)
        memcpy(sketch->hashes, bytes.data + THETA_HEAD_BYTES, len);
    for (uint32_t i = 0; i < sketch->count; i++) {
        uint64_t above = i + 1 < sketch->count ? sketch->hashes[i + 1] : sketch->theta;
        if (sketch->hashes[i] >= above)
            return "the hashes do not ascend to theta";
    }
    return NULL;
}
