/* key_test.c -- the key encoding keeps order, comes back whole, and hashes as documented. */
#include "tests/unit/state/state_fixture.h"

#define KEYS_MAX 64

typedef struct Encoded {
    char bytes[KEYS_MAX];
    uint32_t len;
} Encoded;

static Encoded encode(RtDatum datum)
{
    Encoded key = { 0 };
    assert_true(key_bytes_max(datum) <= KEYS_MAX);
    key.len = (uint32_t)(key_put(key.bytes, datum) - key.bytes);
    return key;
}

static int compare(const Encoded *a, const Encoded *b)
{
    return str_compare((Str){ a->bytes, a->len }, (Str){ b->bytes, b->len });
}

/* `ordered` rises strictly: each encoding is above the one before and decodes to itself. */
static void check_rising(const RtDatum *ordered, uint32_t count)
{
    Arena arena;
    arena_init(&arena);
    for (uint32_t i = 0; i < count; i++) {
        Encoded key = encode(ordered[i]);
        RtDatum back;
        const char *end = key_get(key.bytes, key.bytes + key.len, (RtKind)ordered[i].kind, &arena, &back);
        assert_ptr_equal(end, key.bytes + key.len);
        assert_int_equal(back.is_null, ordered[i].is_null);
        if (ordered[i].kind == PK_STR && !back.is_null)
            assert_true(str_equal(back.value.str, ordered[i].value.str));
        else
            assert_memory_equal(&back.value, &ordered[i].value, kind_bytes((RtKind)back.kind));
        if (key_bytes_fixed((RtKind)ordered[i].kind) != KEY_VARIABLE)
            assert_int_equal(key.len, key_bytes_fixed((RtKind)ordered[i].kind));
        if (i > 0) {
            Encoded before = encode(ordered[i - 1]);
            assert_true(compare(&before, &key) < 0);
        }
    }
    arena_free(&arena);
}

#define RISING(kind_, member, ...)                                                                                     \
    do {                                                                                                               \
        typeof(((RtValue *)0)->member) values[] = { __VA_ARGS__ };                                                     \
        uint32_t count = sizeof values / sizeof values[0];                                                             \
        RtDatum data[32] = { datum_null(kind_) };                                                                      \
        for (uint32_t i = 0; i < count; i++)                                                                           \
            data[i + 1] = (RtDatum){ .value.member = values[i], .kind = kind_ };                                       \
        check_rising(data, count + 1);                                                                                 \
    } while (0)

static void every_kind_sorts_as_its_values_with_null_first(void **state)
{
    (void)state;
    RISING(PK_BOOL, b, false, true);
    RISING(PK_I8, i8, INT8_MIN, -1, 0, 1, INT8_MAX);
    RISING(PK_I16, i16, INT16_MIN, -257, -1, 0, 1, 256, INT16_MAX);
    RISING(PK_I32, i32, INT32_MIN, -65536, -1, 0, 1, 65536, INT32_MAX);
    RISING(PK_I64, i64, INT64_MIN, -1, 0, 1, (int64_t)1 << 40, INT64_MAX);
    RISING(PK_F32, f32, -__builtin_inff(), -3.5f, -1e-40f, 0, 1e-45f, 2, __builtin_inff(), __builtin_nanf(""));
    RISING(PK_F64, f64, -__builtin_inf(), -1e300, -5e-324, 0, 5e-324, 1, 1e300, __builtin_inf(), __builtin_nan(""));
    RISING(PK_D128, d128, d128_from(-((Int128)1 << 126)), d128_from(-1), d128_from(0), d128_from(UINT64_MAX),
           d128_from((Int128)1 << 64));
    RISING(PK_TIME96, time96, { -5, 999, 0 }, { 0, 0, 0 }, { 0, 1, 0 }, { 1, 0, 0 });
    RISING(PK_STR, str, STR(""), STR("\0"), STR("\0\0"), STR("\0a"), STR("a"), STR("a\0"), STR("a\0b"), STR("a\1"),
           STR("aa"), STR("b"), STR("\xff"));
}

static void zeros_are_one_key_and_nans_are_one_key(void **state)
{
    (void)state;
    double odd_nan;
    uint64_t bits = 0xfff0000000000123u;
    memcpy(&odd_nan, &bits, sizeof odd_nan);
    RtDatum minus = { .value.f64 = -0.0, .kind = PK_F64 }, plus = { .value.f64 = 0.0, .kind = PK_F64 };
    RtDatum nan = { .value.f64 = __builtin_nan(""), .kind = PK_F64 }, other = { .value.f64 = odd_nan, .kind = PK_F64 };
    Encoded a = encode(minus), b = encode(plus), c = encode(nan), d = encode(other);
    assert_int_equal(compare(&a, &b), 0);
    assert_int_equal(compare(&c, &d), 0);
}

/* Keys of two texts and a number: memcmp order is the order of the tuples. */
static void columns_do_not_run_into_each_other(void **state)
{
    (void)state;
    Random random = { 11 };
    static const char ALPHABET[] = { 0, 1, 'a', (char)0xff };
    for (uint32_t round = 0; round < 20000; round++) {
        char text[4][4];
        Str part[4];
        int32_t number[2];
        Encoded key[2];
        for (uint32_t i = 0; i < 4; i++) {
            part[i] = (Str){ text[i], random_below(&random, 4) };
            for (uint32_t c = 0; c < part[i].len; c++)
                text[i][c] = ALPHABET[random_below(&random, 4)];
        }
        for (uint32_t i = 0; i < 2; i++) {
            number[i] = (int32_t)random_below(&random, 3) - 1;
            char *at = key_put_str(key[i].bytes, false, &part[2 * i]);
            at = key_put_str(at, false, &part[2 * i + 1]);
            key[i].len = (uint32_t)(key_put_i32(at, false, number[i]) - key[i].bytes);
        }
        int wanted = str_compare(part[0], part[2]);
        wanted = wanted != 0 ? wanted : str_compare(part[1], part[3]);
        wanted = wanted != 0 ? wanted : (number[0] > number[1]) - (number[0] < number[1]);
        int got = compare(&key[0], &key[1]);
        assert_int_equal((got > 0) - (got < 0), (wanted > 0) - (wanted < 0));
    }
}

static void bytes_that_are_no_key_are_refused(void **state)
{
    (void)state;
    Arena arena;
    RtDatum out;
    arena_init(&arena);
    assert_null(key_get("", (const char *)"", PK_I32, &arena, &out));
    const char short_number[] = { 1, 2, 3 };
    assert_null(key_get(short_number, short_number + 3, PK_I32, &arena, &out));
    const char open_text[] = { 1, 'a', 'b' };
    assert_null(key_get(open_text, open_text + 3, PK_STR, &arena, &out));
    const char bad_marker[] = { 2, 'a', 0 };
    assert_null(key_get(bad_marker, bad_marker + 3, PK_STR, &arena, &out));
    arena_free(&arena);
}

/* XXH3-64 with seed 0 is a wire format: these figures must never change. */
static void the_hash_is_xxh3_with_seed_zero(void **state)
{
    (void)state;
    assert_int_equal(key_hash("", 0), 0x2d06800538d394c2u);
    assert_int_equal(key_hash("a", 1), 0xe6c632b61e964e1fu);
    assert_int_equal(key_hash("abc", 3), 0x78af5f94892f3950u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_sorts_as_its_values_with_null_first),
        cmocka_unit_test(zeros_are_one_key_and_nans_are_one_key),
        cmocka_unit_test(columns_do_not_run_into_each_other),
        cmocka_unit_test(bytes_that_are_no_key_are_refused),
        cmocka_unit_test(the_hash_is_xxh3_with_seed_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
