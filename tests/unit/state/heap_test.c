/* heap_test.c -- blocks keep their bytes, and memory comes back. */
#include "tests/unit/state/state_fixture.h"

enum { BLOCKS = 400, BLOCK_BYTES_MAX = 60000 };

typedef struct Model {
    HeapRef ref;
    uint32_t len;
    uint8_t seed;
} Model;

static void fill(char *data, uint32_t len, uint8_t seed)
{
    for (uint32_t i = 0; i < len; i++)
        data[i] = (char)(seed + i * 7);
}

static uint32_t some_length(Random *random)
{
    switch (random_below(random, 10)) {
    case 0:
        return 0;
    case 1:
        return random_below(random, BLOCK_BYTES_MAX);
    case 2:
        return 8000 + random_below(random, 9000);
    default:
        return random_below(random, 200);
    }
}

static void check_all(StateHeap *heap, const Model *model, char *data)
{
    for (uint32_t i = 0; i < BLOCKS; i++) {
        if (model[i].ref == 0)
            continue;
        Str block = heap_get(heap, model[i].ref);
        assert_int_equal(block.len, model[i].len);
        fill(data, model[i].len, model[i].seed);
        assert_memory_equal(block.data, data, block.len);
    }
}

static void blocks_keep_their_bytes_through_any_history(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, (SliceShape){ .groups = { .field_bytes = 8 }, .size_us = 10 }, (uint64_t)1 << 30);
    StateHeap *heap = rt_slice_heap(rt_slice_at(one.store, 0, INT64_MIN));
    Model model[BLOCKS] = { 0 };
    char *data = test_malloc(BLOCK_BYTES_MAX);
    Random random = { 3 };
    for (uint32_t round = 0; round < 30000; round++) {
        Model *block = &model[random_below(&random, BLOCKS)];
        if (random_below(&random, 3) == 0) {
            heap_free(heap, block->ref);
            *block = (Model){ 0 };
            continue;
        }
        block->len = some_length(&random);
        block->seed = (uint8_t)random_u64(&random);
        fill(data, block->len, block->seed);
        block->ref = heap_replace(heap, block->ref, data, block->len);
        assert_int_not_equal(block->ref, 0);
        if (round % 1000 == 0)
            check_all(heap, model, data);
    }
    check_all(heap, model, data);
    for (uint32_t i = 0; i < BLOCKS; i++)
        heap_free(heap, model[i].ref);
    assert_true(heap->page_count <= HEAP_CLASS_COUNT); /* one of a class may wait for the next block */
    test_free(data);
    task_state_release(&one.state);
}

static void replacing_for_ever_does_not_grow(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, (SliceShape){ .groups = { .field_bytes = 8 }, .size_us = 10 }, (uint64_t)1 << 30);
    StateHeap *heap = rt_slice_heap(rt_slice_at(one.store, 0, INT64_MIN));
    HeapRef refs[20] = { 0 };
    char *data = test_calloc(BLOCK_BYTES_MAX, 1);
    Random random = { 4 };
    uint64_t settled = 0;
    for (uint32_t round = 0; round < 20000; round++) {
        uint32_t i = random_below(&random, 20);
        refs[i] = heap_replace(heap, refs[i], data, some_length(&random));
        if (round == 4000)
            settled = one.state.pool.used_bytes;
    }
    assert_true(one.state.pool.used_bytes < settled + settled / 2);
    for (uint32_t i = 0; i < 20; i++)
        heap_free(heap, refs[i]);
    assert_true(heap->page_count <= HEAP_CLASS_COUNT);
    test_free(data);
    task_state_release(&one.state);
}

static void a_dropped_slice_gives_back_its_pages_and_no_others(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, (SliceShape){ .groups = { .field_bytes = 8 }, .size_us = 10 }, (uint64_t)1 << 30);
    Slice *kept = slice_find_or_make(one.store, 0, 10, 10);
    HeapRef ref = heap_put(&kept->heap, "stays", 5);
    uint64_t before = one.state.pool.used_bytes;
    for (int64_t at = 10; at < 100; at += 10) {
        Slice *slice = slice_find_or_make(one.store, at, at + 10, at + 10);
        for (uint32_t i = 0; i < 500; i++)
            heap_put(&slice->heap, NULL, i * 50);
        rt_slice_drop(one.store, slice);
    }
    assert_true(one.state.pool.used_bytes < before + 64 * 1024); /* page tables stay */
    assert_string_equal(heap_get(&kept->heap, ref).data, "stays");
    task_state_release(&one.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_keep_their_bytes_through_any_history),
        cmocka_unit_test(replacing_for_ever_does_not_grow),
        cmocka_unit_test(a_dropped_slice_gives_back_its_pages_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
