/* hll_test.c -- HyperLogLog: the estimate is within its error, the bytes are a function of the set and survive a round
 * trip, and other bytes are refused.  That they are the bytes of Redis is shown with a real one (tests/services). */
#include "stdlib/sketch_hll.h"
#include "tests/unit/sketches/sketch_case.h"

static HllBlock *add(HllBlock *block, uint64_t hash)
{
    while (!hll_add(block, hash)) {
        HllBlock *larger = zeroed(hll_next_bytes(block));
        hll_move(larger, block);
        mem_free(block);
        block = larger;
    }
    return block;
}

static HllBlock *of_users(uint64_t first, uint64_t count)
{
    char buffer[32];
    HllBlock *block = zeroed(HLL_BLOCK_FIRST);
    for (uint64_t i = 0; i < count; i++)
        block = add(block, hll_hash(user_text(buffer, first + i)));
    return block;
}

static void a_hash_chooses_a_register_and_its_value(void **unused)
{
    (void)unused;
    uint32_t index, value;
    hll_place((uint64_t)1 << 14 | 5, &index, &value);
    assert_int_equal(index, 5);
    assert_int_equal(value, 1);
    hll_place(7, &index, &value);
    assert_int_equal(index, 7);
    assert_int_equal(value, HLL_VALUE_MAX);
    assert_true(hll_hash(STR("")) != hll_hash(STR("a")) && hll_hash(STR("12345678")) != hll_hash(STR("123456789")));
}

static void estimates_are_within_three_standard_errors(void **unused)
{
    (void)unused;
    static const uint64_t COUNTS[] = { 0, 1, 10, 100, 1000, 5000, 16384, 40000, 100000, 1000000 };
    for (uint32_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        uint8_t registers[HLL_REGISTERS];
        HllBlock *block = of_users(1000000 * i, COUNTS[i]);
        hll_registers(block, registers);
        double estimate = (double)hll_estimate(registers), count = (double)COUNTS[i];
        double most = 3 * 0.0081 * count + 1;
        if (estimate < count - most || estimate > count + most)
            fail_msg("%.0f values are estimated as %.0f", count, estimate);
        if (COUNTS[i] <= 10)
            assert_int_equal((int64_t)estimate, COUNTS[i]);
        mem_free(block);
    }
}

static void bytes_depend_on_the_set_alone(void **unused)
{
    (void)unused;
    static const uint64_t COUNTS[] = { 0, 1, 12, 13, 300, 1536, 1537, 20000 };
    for (uint32_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        char buffer[32], first[HLL_BYTES_MAX], again[HLL_BYTES_MAX];
        uint8_t registers[HLL_REGISTERS], read[HLL_REGISTERS];
        HllBlock *forth = of_users(0, COUNTS[i]), *back = zeroed(HLL_BLOCK_FIRST);
        for (uint64_t n = COUNTS[i]; n > 0; n--) {
            back = add(back, hll_hash(user_text(buffer, n - 1)));
            back = add(back, hll_hash(user_text(buffer, n / 2)));
        }
        hll_registers(forth, registers);
        uint64_t len = hll_encode(registers, first);
        assert_null(hll_decode((Str){ first, len }, read));
        assert_int_equal(hll_encode_block(back, again), len);
        assert_memory_equal(first, again, len);
        int64_t estimate = -1;
        assert_null(hll_estimate_bytes((Str){ first, len }, &estimate));
        assert_int_equal(estimate, hll_estimate(read));
        assert_memory_equal(registers, read, sizeof read);
        hll_registers(back, registers);
        assert_int_equal(hll_encode(registers, again), len);
        assert_memory_equal(first, again, len);
        assert_int_equal(first[4], len == HLL_BYTES_MAX ? 0 : 1);
        mem_free(forth);
        mem_free(back);
    }
}

static void ten_values_take_less_than_200_bytes(void **unused)
{
    (void)unused;
    uint8_t registers[HLL_REGISTERS];
    char bytes[HLL_BYTES_MAX];
    HllBlock *block = of_users(0, 10);
    assert_true(hll_block_bytes(block) + 16 < 200);
    hll_registers(block, registers);
    assert_true(hll_encode(registers, bytes) < 200);
    mem_free(block);
}

/* Values above 32 have no sparse form; 3,000 bytes are the most that Redis keeps. */
static void the_dense_form_begins_where_it_does_in_redis(void **unused)
{
    (void)unused;
    uint8_t registers[HLL_REGISTERS] = { 0 };
    char bytes[HLL_BYTES_MAX];
    registers[100] = 32;
    assert_true(hll_encode(registers, bytes) < 30);
    registers[100] = 33;
    assert_int_equal(hll_encode(registers, bytes), HLL_BYTES_MAX);
    registers[100] = 0;
    /* 1,499 values and as many runs of zeros, of one byte each, but for the last with two. */
    for (uint32_t i = 0; i < 1499; i++)
        registers[3 * i] = (uint8_t)(1 + i % 2);
    assert_int_equal(hll_encode(registers, bytes), 16 + 2 * 1499 + 1);
    registers[16000] = 3; /* one value and one run of two bytes more */
    assert_int_equal(hll_encode(registers, bytes), HLL_BYTES_MAX);
}

static void other_bytes_are_refused(void **unused)
{
    (void)unused;
    uint8_t registers[HLL_REGISTERS];
    char bytes[HLL_BYTES_MAX + 1] = { 0 };
    HllBlock *block = of_users(0, 100);
    hll_registers(block, registers);
    uint64_t len = hll_encode(registers, bytes);
    assert_non_null(hll_decode(STR(""), registers));
    assert_non_null(hll_decode(STR("HYLL"), registers));
    for (uint64_t cut = 0; cut < len; cut++)
        assert_non_null(hll_decode((Str){ bytes, cut }, registers));
    bytes[len] = 0;
    assert_non_null(hll_decode((Str){ bytes, len + 1 }, registers));
    bytes[4] = 2;
    assert_non_null(hll_decode((Str){ bytes, len }, registers));
    bytes[4] = 0;
    assert_non_null(hll_decode((Str){ bytes, len }, registers));
    memset(bytes + 16, 0xff, sizeof bytes - 16); /* registers of 63 */
    assert_non_null(hll_decode((Str){ bytes, HLL_BYTES_MAX }, registers));
    mem_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_chooses_a_register_and_its_value),
        cmocka_unit_test(estimates_are_within_three_standard_errors),
        cmocka_unit_test(bytes_depend_on_the_set_alone),
        cmocka_unit_test(ten_values_take_less_than_200_bytes),
        cmocka_unit_test(the_dense_form_begins_where_it_does_in_redis),
        cmocka_unit_test(other_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
