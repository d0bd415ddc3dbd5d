/* timestamp_fuzz.c -- timestamps of the SQL format against a pattern written out here and the C library's calendar. */
#include "runtime/format/json_decode.h"
#include "runtime/format/row_writer.h"
#include "tests/fuzz/format/fuzz_target.h"

#include <time.h>

/* Digits of `form` at `at`; -1 where they are not. */
static int digits(Str text, uint64_t at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = text.data[at + (uint64_t)i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

/* yyyy-MM-dd HH:mm:ss[.f{0,9}] in the years 1 to 9999 */
static bool reference_timestamp(Str text, int64_t *us, int32_t *ns)
{
    static const char form[] = "dddd-dd-dd dd:dd:dd";
    uint64_t base = sizeof form - 1;
    if (text.len < base)
        return false;
    for (uint64_t i = 0; i < base; i++) {
        if (form[i] == 'd' ? text.data[i] < '0' || text.data[i] > '9' : text.data[i] != form[i])
            return false;
    }
    struct tm parts = { .tm_year = digits(text, 0, 4) - 1900, .tm_mon = digits(text, 5, 2) - 1,
                        .tm_mday = digits(text, 8, 2), .tm_hour = digits(text, 11, 2),
                        .tm_min = digits(text, 14, 2), .tm_sec = digits(text, 17, 2) };
    struct tm asked = parts;
    int64_t seconds = (int64_t)timegm(&parts);
    if (parts.tm_year != asked.tm_year || parts.tm_mon != asked.tm_mon || parts.tm_mday != asked.tm_mday ||
        parts.tm_hour != asked.tm_hour || parts.tm_min != asked.tm_min || parts.tm_sec != asked.tm_sec ||
        asked.tm_year + 1900 < 1)
        return false;
    int64_t nanos = 0;
    if (text.len > base) {
        uint64_t fraction = text.len - base - 1;
        if (text.data[base] != '.' || fraction > 9)
            return false;
        for (uint64_t i = 0; i < 9; i++) {
            int digit = i < fraction ? digits(text, base + 1 + i, 1) : 0;
            if (digit < 0)
                return false;
            nanos = nanos * 10 + digit;
        }
    }
    *us = seconds * 1000000 + nanos / 1000;
    *ns = (int32_t)(nanos % 1000);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const FieldType text_type = { .id = FT_VARCHAR }, nine = { .id = FT_TIMESTAMP, .precision = 9 };
    static const JsonOptions sql = { .timestamp_format = TIMESTAMP_FORMAT_SQL };
    Arena arena;
    arena_init(&arena);
    Buf json = { 0 };
    Str text = fuzz_exact(data, size);
    RtDatum datum = { .kind = PK_STR, .value.str = text }, value;
    value_write_json(&json, &sql, &text_type, &datum);
    DecodeReason reason = json_decode_value(&sql, &nine, buf_str(&json), &arena, &value);
    int64_t us;
    int32_t ns;
    bool wanted = reference_timestamp(text, &us, &ns);
    hold(wanted == (reason == DECODE_NONE));
    if (wanted) {
        hold(value.value.time96.us == us && value.value.time96.ns == ns);
        Buf written = { 0 };
        value_write_text(&written, &nine, &value);
        hold(written.len == 29 && memcmp(written.data, text.data, 19) == 0);
        buf_free(&written);
    }
    buf_free(&json);
    free((void *)(uintptr_t)text.data);
    arena_free(&arena);
    return 0;
}
