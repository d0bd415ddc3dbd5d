/* value.h -- one SQL value outside of generated code.
 *
 * The physical kinds of kinds.def as an enum, a union that holds any of them, and the pair of value and NULL that the
 * interpreter, constant folding, sinks and boxed function calls use.  Generated code has the same layouts in registers
 * and rows.
 *
 * Units      TIMESTAMP and day-time INTERVAL count microseconds, DATE days, TIME milliseconds, year-month INTERVAL
 *            months; times count from 1970-01-01 00:00:00 (UTC for TIMESTAMP_LTZ).
 * Ownership  STR and BLOB borrow; whoever keeps one copies it. */
#ifndef SQC_ABI_VALUE_H
#define SQC_ABI_VALUE_H

#include "runtime/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A 128-bit integer with the alignment of rows; D128 in registers is the same bits. */
typedef __int128 Int128;
typedef struct RtD128 {
    uint64_t low;
    int64_t high;
} RtD128;

typedef struct RtTime96 {
    int64_t us;
    int32_t ns; /* 0..999, beyond the microsecond */
    int32_t zero;
} RtTime96;

typedef enum RtKind {
#define KIND(name, type, member, bytes, align, doc) PK_##name,
#include "runtime/abi/kinds.def"
#undef KIND
    PK_COUNT
} RtKind;

typedef union RtValue {
    bool b;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    RtD128 d128;
    RtTime96 time96;
    Str str;
} RtValue;

typedef struct RtDatum {
    RtValue value; /* all zero when NULL */
    bool is_null;
    uint8_t kind; /* RtKind */
} RtDatum;

static inline Int128 d128_get(RtD128 d)
{
    return (Int128)(((unsigned __int128)(uint64_t)d.high << 64) | d.low);
}

static inline RtD128 d128_from(Int128 value)
{
    return (RtD128){ (uint64_t)value, (int64_t)(value >> 64) };
}

uint32_t kind_bytes(RtKind kind);
uint32_t kind_align(RtKind kind);
const char *kind_name(RtKind kind);

static inline RtDatum datum_null(RtKind kind)
{
    return (RtDatum){ .is_null = true, .kind = (uint8_t)kind };
}

#endif
