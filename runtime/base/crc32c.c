/* crc32c.c -- see crc32c.h. */
#include "runtime/base/crc32c.h"

/* What four bits do to the checksum; bit-reversed, as the polynomial is used. */
static const uint32_t NIBBLES[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

static uint32_t by_table(uint32_t sum, const char *at, uint64_t len)
{
    for (; len > 0; len--, at++) {
        sum ^= (uint8_t)*at;
        sum = sum >> 4 ^ NIBBLES[sum & 15];
        sum = sum >> 4 ^ NIBBLES[sum & 15];
    }
    return sum;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t sum, const char *at, uint64_t len)
{
    uint64_t wide = sum, word;
    for (; len >= 8; len -= 8, at += 8) {
        memcpy(&word, at, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    return by_table((uint32_t)wide, at, len);
}
#endif

uint32_t crc32c(uint32_t before, Str bytes)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~by_instruction(~before, bytes.data, bytes.len);
#endif
    return ~by_table(~before, bytes.data, bytes.len);
}
