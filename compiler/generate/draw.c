/* draw.c -- distributions in integer arithmetic. */
#include "compiler/generate/draw_internal.h"

/* -1024 ln(1 - (i + 0.5) / 64), the last one raised so that the mean is 1024. */
static const uint16_t WAIT_1024[64] = {
    8, 24, 41, 58, 75, 92, 110, 128, 146, 165, 184, 203, 223, 243, 263, 284,
    305, 327, 349, 372, 395, 419, 444, 469, 494, 520, 547, 575, 603, 633, 663, 694,
    726, 759, 793, 828, 865, 903, 942, 983, 1026, 1070, 1117, 1166, 1217, 1271, 1328, 1388,
    1452, 1520, 1594, 1672, 1758, 1851, 1953, 2067, 2195, 2342, 2513, 2719, 2976, 3320, 3844, 5322,
};

uint64_t draw_wait(Draw *draw, uint64_t mean)
{
    uint64_t bits = draw_u64(draw);
    uint64_t low = WAIT_1024[bits & 63];
    /* Spread evenly over half a step to both sides, so that waits are not of 64 lengths only. */
    uint64_t spread = low / 8 + 8;
    uint64_t wait = low + draw_scale(bits, 2 * spread);
    wait = wait > spread ? wait - spread : 0;
    return (uint64_t)(((unsigned __int128)mean * wait) >> 10);
}

uint64_t draw_rank(Draw *draw, uint64_t count)
{
    uint32_t levels = 64 - (uint32_t)__builtin_clzll(count);
    for (;;) {
        uint64_t bits = draw_u64(draw);
        uint64_t first = (uint64_t)1 << draw_scale(bits, levels);
        uint64_t rank = first - 1 + (draw_u64(draw) & (first - 1));
        if (rank < count)
            return rank;
    }
}
