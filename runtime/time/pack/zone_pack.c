/* zone_pack.c -- a program of the build: puts the compiled tz database of the machine that builds into one file, which
 * the assembler embeds (zone_table.c).
 *
 *   zone_pack /usr/share/zoneinfo OUT
 *
 * tzdata.zi says the version and the names; each name is a TZif file.  Of a file the part with 64-bit times is kept,
 * behind an empty part with 32-bit times; files that are alike are kept once.
 *
 *   PackHead | PackEntry of each name, by name | names | files
 *
 * Errors     a phrase on stderr and exit code 1: the build stops. */
#include "runtime/time/zone_pack.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ZONES_MAX = 1024, HEADER = 44, ROOM = 1 << 22, NAME_MAX_BYTES = 64 };

typedef struct PackZone {
    char name[NAME_MAX_BYTES];
    uint32_t data_at, data_len;
} PackZone;

typedef struct Pack {
    const char *folder;
    PackZone zones[ZONES_MAX];
    uint32_t count;
    char data[ROOM];
    uint32_t data_len;
    char version[PACK_VERSION_BYTES];
} Pack;

static void die(const char *what, const char *of)
{
    char text[768];
    int len = snprintf(text, sizeof text, "zone_pack: %s: %s\n", of, what);
    fwrite(text, 1, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1, stderr);
    exit(1);
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Bytes of the part with 32-bit times, its header included. */
static size_t first_part(const unsigned char *file)
{
    uint32_t counts[6];
    for (int i = 0; i < 6; i++)
        counts[i] = big_endian(file + 20 + 4 * i);
    return HEADER + (size_t)counts[3] * 5 + (size_t)counts[4] * 6 + counts[5] + (size_t)counts[2] * 8 + counts[1] +
           counts[0];
}

static uint32_t keep_data(Pack *pack, const char *data, uint32_t len)
{
    for (uint32_t i = 0; i < pack->count; i++) {
        const PackZone *other = &pack->zones[i];
        if (other->data_len == len && memcmp(pack->data + other->data_at, data, len) == 0)
            return other->data_at;
    }
    if (pack->data_len + len > ROOM)
        die("the database is too large", pack->folder);
    memcpy(pack->data + pack->data_len, data, len);
    pack->data_len += len;
    return pack->data_len - len;
}

/* A name without a file is left out: packages split off old names. */
static void add_zone(Pack *pack, const char *name)
{
    static unsigned char file[1 << 16];
    char path[512];
    int len = snprintf(path, sizeof path, "%s/%s", pack->folder, name);
    if (len >= (int)sizeof path || strlen(name) >= NAME_MAX_BYTES || pack->count == ZONES_MAX)
        die("too long, or too many names", name);
    FILE *from = fopen(path, "rb");
    if (from == NULL)
        return;
    size_t size = fread(file, 1, sizeof file, from);
    fclose(from);
    if (size < HEADER || size == sizeof file || memcmp(file, "TZif", 4) != 0 || file[4] < '2')
        die("no TZif file of version 2 or later", path);
    size_t skip = first_part(file);
    if (skip + HEADER > size)
        die("a TZif file that ends too soon", path);
    memset(file + skip - HEADER + 20, 0, 24); /* the first header again, right before the second part */
    memmove(file + skip - HEADER, file, 20);
    PackZone *zone = &pack->zones[pack->count];
    snprintf(zone->name, sizeof zone->name, "%s", name);
    zone->data_len = (uint32_t)(size - skip + HEADER);
    zone->data_at = keep_data(pack, (const char *)file + skip - HEADER, zone->data_len);
    pack->count++;
}

/* "# version 2025b", "Z Europe/Berlin ..", "L Europe/Berlin Europe/Copenhagen" */
static void read_names(Pack *pack)
{
    char path[512], line[1024], word[2][NAME_MAX_BYTES];
    snprintf(path, sizeof path, "%s/tzdata.zi", pack->folder);
    FILE *names = fopen(path, "r");
    if (names == NULL)
        die("cannot be read: install tzdata", path);
    while (fgets(line, sizeof line, names) != NULL) {
        if (sscanf(line, "# version %15s", pack->version) == 1)
            continue;
        if (sscanf(line, "Z %63s", word[0]) == 1)
            add_zone(pack, word[0]);
        else if (sscanf(line, "L %63s %63s", word[0], word[1]) == 2)
            add_zone(pack, word[1]);
    }
    fclose(names);
    if (pack->count == 0 || pack->version[0] == 0)
        die("has no zones", path);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const PackZone *)a)->name, ((const PackZone *)b)->name);
}

static void write_pack(const Pack *pack, const char *path)
{
    FILE *out = fopen(path, "wb");
    if (out == NULL)
        die("cannot be written", path);
    PackHead head = { .count = pack->count };
    memcpy(head.version, pack->version, sizeof head.version);
    uint32_t names_at = (uint32_t)(sizeof head + pack->count * sizeof(PackEntry)), data_at = names_at;
    for (uint32_t i = 0; i < pack->count; i++)
        data_at += (uint32_t)strlen(pack->zones[i].name);
    bool good = fwrite(&head, sizeof head, 1, out) == 1;
    for (uint32_t i = 0; i < pack->count; i++) {
        const PackZone *zone = &pack->zones[i];
        PackEntry entry = { names_at, (uint32_t)strlen(zone->name), data_at + zone->data_at, zone->data_len };
        good = good && fwrite(&entry, sizeof entry, 1, out) == 1;
        names_at += entry.name_len;
    }
    for (uint32_t i = 0; i < pack->count; i++)
        good = good && fwrite(pack->zones[i].name, strlen(pack->zones[i].name), 1, out) == 1;
    good = good && fwrite(pack->data, 1, pack->data_len, out) == pack->data_len;
    if (fclose(out) != 0 || !good)
        die("cannot be written", path);
}

int main(int argc, char **argv)
{
    static Pack pack;
    if (argc != 3)
        die("takes a folder and a file", "usage");
    pack.folder = argv[1];
    read_names(&pack);
    qsort(pack.zones, pack.count, sizeof pack.zones[0], by_name);
    write_pack(&pack, argv[2]);
    return 0;
}
