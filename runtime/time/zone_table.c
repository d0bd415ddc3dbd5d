/* zone_table.c -- the build packs the database (pack/zone_pack.c) and the assembler embeds it. */
#include "runtime/time/zone_table.h"

#include "runtime/time/zone_pack.h"

__asm__(".section .rodata\n"
        ".balign 8\n"
        ".globl ZONE_PACK\n"
        "ZONE_PACK:\n"
        ".incbin \"" ZONE_PACK_FILE "\"\n"
        ".previous\n");

extern const char ZONE_PACK[];

static const PackHead *head(void)
{
    return (const PackHead *)ZONE_PACK;
}

static const PackEntry *entry_at(uint32_t index)
{
    return (const PackEntry *)(ZONE_PACK + sizeof(PackHead)) + index;
}

uint32_t zone_table_count(void)
{
    return head()->count;
}

Str zone_table_name(uint32_t index)
{
    const PackEntry *entry = entry_at(index);
    return (Str){ ZONE_PACK + entry->name_at, entry->name_len };
}

Str zone_table_version(void)
{
    return str_from(head()->version);
}

Str zone_table_file(Str name)
{
    uint32_t low = 0, high = zone_table_count();
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = str_compare(zone_table_name(middle), name);
        if (order == 0)
            return (Str){ ZONE_PACK + entry_at(middle)->data_at, entry_at(middle)->data_len };
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return STR_EMPTY;
}
