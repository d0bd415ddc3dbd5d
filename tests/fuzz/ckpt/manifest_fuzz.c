/* manifest_fuzz.c -- any bytes as a manifest: refused, or one that is written as the same bytes.
 *
 * The digest of the bytes is put behind them, or nothing but a digest would ever be looked at. */
#include "runtime/ckpt/manifest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena;
    Manifest manifest;
    arena_init(&arena);
    char *bytes = arena_alloc(&arena, size + MANIFEST_DIGEST_BYTES, 1);
    if (size != 0)
        memcpy(bytes, data, size);
    manifest_digest((Str){ bytes, size }, (uint8_t *)bytes + size);
    Str whole = { bytes, size + MANIFEST_DIGEST_BYTES };
    if (manifest_decode(&arena, whole, &manifest) == NULL) {
        demand(str_equal(manifest_encode(&arena, &manifest), whole));
        demand(manifest_follows(&manifest, manifest.before, &manifest) != NULL);
    }
    if (manifest_decode(&arena, (Str){ (const char *)data, size }, &manifest) == NULL)
        demand(manifest.number > 0 && manifest.epoch > 0);
    arena_free(&arena);
    return 0;
}
