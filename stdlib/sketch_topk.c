/* sketch_topk.c -- see sketch_topk.h.
 *
 * Source of the facts: A. Metwally, D. Agrawal, A. El Abbadi, Efficient computation of frequent and top-k elements in
 * data streams, 2005; merging: P. Agarwal and others, Mergeable summaries, 2012. */
#include "stdlib/sketch_topk.h"

#include <stdlib.h>

uint32_t topk_capacity(uint32_t k)
{
    uint32_t wanted = 8 * (k > TOPK_K_MAX ? TOPK_K_MAX : k);
    return wanted < TOPK_CAPACITY_MIN ? TOPK_CAPACITY_MIN : wanted;
}

static int by_count(const void *a, const void *b)
{
    const TopkItem *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return str_compare(x->text, y->text);
}

static int by_text(const void *a, const void *b)
{
    return str_compare(((const TopkItem *)a)->text, ((const TopkItem *)b)->text);
}

void topk_sort(TopkList *list)
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, by_count);
}

static TopkList sorted_copy(Arena *arena, const TopkList *list)
{
    TopkList copy = *list;
    copy.items = ARENA_ARRAY(arena, TopkItem, list->count + 1);
    if (list->count != 0) {
        memcpy(copy.items, list->items, list->count * sizeof *list->items);
        qsort(copy.items, copy.count, sizeof *copy.items, by_text);
    }
    return copy;
}

/* More than UINT64_MAX rows do not exist, but bytes may say so. */
static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

TopkList topk_combine(Arena *arena, const TopkList *a, const TopkList *b)
{
    TopkList x = sorted_copy(arena, a), y = sorted_copy(arena, b);
    TopkList sum = { .capacity = a->capacity > b->capacity ? a->capacity : b->capacity,
                     .floor = plus(a->floor, b->floor) };
    sum.items = ARENA_ARRAY(arena, TopkItem, x.count + y.count + 1);
    for (uint32_t i = 0, j = 0; i < x.count || j < y.count;) {
        int order = i == x.count ? 1 : j == y.count ? -1 : by_text(&x.items[i], &y.items[j]);
        TopkItem none_x = { .count = a->floor, .error = a->floor }, none_y = { .count = b->floor, .error = b->floor };
        TopkItem *left = order <= 0 ? &x.items[i] : &none_x, *right = order >= 0 ? &y.items[j] : &none_y;
        i += order <= 0;
        j += order >= 0;
        sum.items[sum.count++] = (TopkItem){ order <= 0 ? left->text : right->text, plus(left->count, right->count),
                                             plus(left->error, right->error) };
    }
    topk_sort(&sum);
    if (sum.count > sum.capacity) {
        uint64_t dropped = sum.items[sum.capacity].count;
        sum.floor = dropped > sum.floor ? dropped : sum.floor;
        sum.count = sum.capacity;
    }
    return sum;
}

static const char HEAD[5] = { 'S', 'Q', 'T', 'K', 1 };

Str topk_encode(Arena *arena, const TopkList *list)
{
    ByteOut out = { .arena = arena };
    out_bytes(&out, HEAD, sizeof HEAD);
    out_varint(&out, list->capacity);
    out_varint(&out, list->floor);
    out_varint(&out, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        out_varint(&out, list->items[i].count);
        out_varint(&out, list->items[i].error);
        out_text(&out, list->items[i].text);
    }
    return out_str(&out);
}

/* Each text once, counts descending, no error above its count. */
static bool is_sound(Arena *arena, const TopkList *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const TopkItem *item = &list->items[i];
        if (item->count == 0 || item->error > item->count || (i != 0 && by_count(item - 1, item) >= 0))
            return false;
    }
    TopkList sorted = sorted_copy(arena, list);
    for (uint32_t i = 1; i < sorted.count; i++) {
        if (str_equal(sorted.items[i - 1].text, sorted.items[i].text))
            return false;
    }
    return true;
}

const char *topk_decode(Arena *arena, Str bytes, TopkList *list)
{
    if (bytes.len < sizeof HEAD || memcmp(bytes.data, HEAD, sizeof HEAD) != 0)
        return "they do not start with SQTK and version 1";
    ByteIn in = byte_in((Str){ bytes.data + sizeof HEAD, bytes.len - sizeof HEAD });
    uint64_t capacity = in_varint(&in);
    *list = (TopkList){ .floor = in_varint(&in) };
    uint64_t count = in_varint(&in);
    if (capacity < TOPK_CAPACITY_MIN || capacity > TOPK_CAPACITY_MAX || count > capacity)
        return "the number of counters is none of a summary";
    list->capacity = (uint32_t)capacity;
    list->items = ARENA_ARRAY(arena, TopkItem, count + 1);
    for (; list->count < count && !in.bad; list->count++) {
        TopkItem *item = &list->items[list->count];
        item->count = in_varint(&in);
        item->error = in_varint(&in);
        item->text = in_text(&in);
    }
    if (!in_done(&in))
        return "the items end too early or too late";
    return is_sound(arena, list) ? NULL : "the items are none of a summary";
}
