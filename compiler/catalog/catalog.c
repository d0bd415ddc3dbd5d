/* catalog.c -- a hash table of names over an array in order of definition. */
#include "compiler/catalog/catalog.h"

#include "compiler/diag/diag.h"
#include "runtime/base/vec.h"

struct Catalog {
    Arena *query;
    VEC(CatalogEntry *) entries;
    uint32_t *slots; /* index + 1 of an entry, 0: free */
    uint32_t slot_count;
    VEC(Str) broken;
    VEC(Function *) functions;
};

static uint32_t name_hash(Str name)
{
    uint32_t hash = 2166136261u;
    for (uint64_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
    return hash;
}

Catalog *catalog_new(Arena *query)
{
    Catalog *catalog = ARENA_NEW(query, Catalog);
    catalog->query = query;
    catalog->slot_count = 64;
    catalog->slots = ARENA_ARRAY(query, uint32_t, catalog->slot_count);
    return catalog;
}

/* The slot of the name, or the free one where it would go. */
static uint32_t *find_slot(const Catalog *catalog, Str name)
{
    uint32_t mask = catalog->slot_count - 1;
    for (uint32_t at = name_hash(name) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &catalog->slots[at];
        if (*slot == 0 || str_equal(catalog->entries.items[*slot - 1]->name, name))
            return slot;
    }
}

static void grow(Catalog *catalog)
{
    catalog->slot_count *= 2;
    catalog->slots = ARENA_ARRAY(catalog->query, uint32_t, catalog->slot_count);
    for (uint32_t i = 0; i < catalog->entries.count; i++)
        *find_slot(catalog, catalog->entries.items[i]->name) = i + 1;
}

const CatalogEntry *catalog_add(Catalog *catalog, CatalogEntry entry)
{
    uint32_t *slot = find_slot(catalog, entry.name);
    if (*slot != 0)
        return catalog->entries.items[*slot - 1];
    CatalogEntry *kept = ARENA_NEW(catalog->query, CatalogEntry);
    *kept = entry;
    kept->index = catalog->entries.count;
    vec_push(catalog->query, &catalog->entries, kept);
    *slot = catalog->entries.count;
    if (catalog->entries.count * 2 > catalog->slot_count)
        grow(catalog);
    return NULL;
}

const CatalogEntry *catalog_find(const Catalog *catalog, Str name)
{
    uint32_t slot = *find_slot(catalog, name);
    return slot == 0 ? NULL : catalog->entries.items[slot - 1];
}

Str catalog_nearest(const Catalog *catalog, Str name)
{
    Str *names = ARENA_ARRAY(catalog->query, Str, catalog->entries.count + 1);
    for (uint32_t i = 0; i < catalog->entries.count; i++)
        names[i] = catalog->entries.items[i]->name;
    int32_t nearest = diag_nearest(name, names, catalog->entries.count);
    return nearest < 0 ? STR_EMPTY : names[nearest];
}

void catalog_add_broken(Catalog *catalog, Str name)
{
    vec_push(catalog->query, &catalog->broken, name);
}

bool catalog_is_broken(const Catalog *catalog, Str name)
{
    for (uint32_t i = 0; i < catalog->broken.count; i++)
        if (str_equal(catalog->broken.items[i], name))
            return true;
    return false;
}

uint32_t catalog_count(const Catalog *catalog)
{
    return catalog->entries.count;
}

const CatalogEntry *catalog_at(const Catalog *catalog, uint32_t index)
{
    return catalog->entries.items[index];
}

Function *catalog_find_function(const Catalog *catalog, Str name)
{
    for (uint32_t i = 0; i < catalog->functions.count; i++) {
        if (str_equal_nocase(catalog->functions.items[i]->name, name))
            return catalog->functions.items[i];
    }
    return NULL;
}

const Function *catalog_add_function(Catalog *catalog, Function *function)
{
    const Function *other = catalog_find_function(catalog, function->name);
    if (other == NULL)
        vec_push(catalog->query, &catalog->functions, function);
    return other;
}

uint32_t catalog_function_count(const Catalog *catalog)
{
    return catalog->functions.count;
}

Function *catalog_function_at(const Catalog *catalog, uint32_t index)
{
    return catalog->functions.items[index];
}
