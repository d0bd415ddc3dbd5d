/* base_test.c -- arenas, text and quick digits. */
#include "runtime/base/alloc.h"
#include "runtime/base/buf.h"
#include "runtime/base/digits.h"
#include "runtime/base/vec.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void an_arena_gives_back_to_a_mark(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    char *kept = arena_copy(&arena, "kept", 4);
    ArenaMark mark = arena_mark(&arena);
    for (int i = 0; i < 1000; i++)
        memset(arena_alloc(&arena, 1000, 8), 7, 1000);
    size_t most = arena.bytes_total;
    arena_release(&arena, mark);
    assert_string_equal(kept, "kept");
    for (int i = 0; i < 1000; i++)
        memset(arena_alloc(&arena, 1000, 8), 9, 1000);
    assert_int_equal(arena.bytes_total, most); /* chunks are used again */
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 1, 1));
    arena_free(&arena);
}

static void arena_blocks_are_aligned_and_apart(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    for (size_t align = 1; align <= 64; align *= 2) {
        char *a = arena_alloc(&arena, 3, align), *b = arena_alloc(&arena, 100000, align);
        assert_int_equal((uintptr_t)a % align, 0);
        assert_int_equal((uintptr_t)b % align, 0);
        memset(b, 1, 100000);
        memset(a, 2, 3);
        assert_int_equal(b[0], 1);
    }
    arena_free(&arena);
}

static void an_arena_that_may_fail_says_so(void **state)
{
    (void)state;
    Arena arena;
    arena_init_may_fail(&arena);
    mem_fail_at(1);
    assert_null(arena_alloc(&arena, 10, 8));
    mem_fail_at(0);
    assert_non_null(arena_alloc(&arena, 10, 8));
    arena_free(&arena);
}

static void a_vector_keeps_its_items_while_it_grows(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    VEC(int) numbers = { 0 };
    for (int i = 0; i < 5000; i++)
        vec_push(&arena, &numbers, i * 3);
    assert_int_equal(numbers.count, 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(numbers.items[i], i * 3);
    arena_free(&arena);
}

static void a_buffer_that_cannot_grow_remembers(void **state)
{
    (void)state;
    Buf buf = { 0 };
    buf_append_str(&buf, STR("abc"));
    mem_fail_at(1);
    buf_printf(&buf, "%10000d", 1);
    mem_fail_at(0);
    assert_true(buf.failed);
    assert_true(str_equal((Str){ buf.data, buf.len }, STR("abc"))); /* buf_str would end the process */
    buf_clear(&buf);
    buf_printf(&buf, "%d,%s", 7, "x");
    assert_false(buf.failed);
    assert_true(str_equal(buf_str(&buf), STR("7,x")));
    buf_free(&buf);
}

static void text_is_found_compared_and_measured(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("aabaac"), STR("aac")), 3);
    assert_int_equal(str_find(STR("aab"), STR("c")), -1);
    assert_int_equal(str_find(STR(""), STR("")), 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_int_equal(str_compare(STR_EMPTY, (Str){ NULL, 0 }), 0);
    assert_true(str_equal(str_trim(STR(" \t a b \n")), STR("a b")));
    assert_int_equal(str_distance(STR("usre_id"), STR("user_id"), 3), 1); /* a swap is one step */
    assert_int_equal(str_distance(STR("REGION"), STR("region"), 3), 0);
    assert_int_equal(str_distance(STR("abc"), STR("xyz"), 2), 3);
}

static void quick_digits_answer_what_strtoll_does(void **state)
{
    (void)state;
    unsigned seed = 11;
    uint64_t quick = 0;
    for (int i = 0; i < 200000; i++) {
        char text[24];
        int len = 1 + rand_r(&seed) % 20;
        for (int k = 0; k < len; k++)
            text[k] = (char)('0' + rand_r(&seed) % 10);
        if (rand_r(&seed) % 4 == 0)
            text[rand_r(&seed) % len] = (char)(1 + rand_r(&seed) % 255);
        text[len] = '\0';
        bool all = len >= 8 && len <= 16;
        for (int k = 0; k < len; k++)
            all = all && text[k] >= '0' && text[k] <= '9';
        int64_t value = -1;
        assert_int_equal(digits_quick((Str){ text, (uint64_t)len }, &value), all);
        assert_true(!all || value == strtoll(text, NULL, 10));
        quick += all;
    }
    assert_true(quick > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_gives_back_to_a_mark),
        cmocka_unit_test(arena_blocks_are_aligned_and_apart),
        cmocka_unit_test(an_arena_that_may_fail_says_so),
        cmocka_unit_test(a_vector_keeps_its_items_while_it_grows),
        cmocka_unit_test(a_buffer_that_cannot_grow_remembers),
        cmocka_unit_test(text_is_found_compared_and_measured),
        cmocka_unit_test(quick_digits_answer_what_strtoll_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
