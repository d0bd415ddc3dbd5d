/* fn_glue.h -- how a value crosses from a caller's form into the C type of a body, and back.
 *
 *   type word --TYPE_WORD--> kind --GLUE--> Body_<kind>     what a body takes and answers
 *                                           Machine_<kind>  what a machine wrapper takes
 *                                           Out_<kind>      what a machine wrapper writes
 *
 * FnC_<word>, FnMachine_<word> and FnOut_<word> are these types by type word; the functions beside them convert.
 * Only wrappers include this header; bodies see fn_prototypes.h. */
#ifndef SQC_STDLIB_FN_GLUE_H
#define SQC_STDLIB_FN_GLUE_H

#include "stdlib/registry.h"

#include <assert.h>

/* Scalars go by value. */
#define GLUE_VALUE(K, type, member)                                                                                    \
    typedef type Body_##K;                                                                                             \
    typedef type Machine_##K;                                                                                          \
    typedef type Out_##K;                                                                                              \
    static inline type from_machine_##K(type a)                                                                        \
    {                                                                                                                  \
        return a;                                                                                                      \
    }                                                                                                                  \
    static inline type from_datum_##K(const RtDatum *a)                                                                \
    {                                                                                                                  \
        assert(a->kind == PK_##K);                                                                                     \
        return a->value.member;                                                                                        \
    }                                                                                                                  \
    static inline void to_machine_##K(type *out, type a)                                                               \
    {                                                                                                                  \
        *out = a;                                                                                                      \
    }                                                                                                                  \
    static inline RtDatum to_datum_##K(type a)                                                                         \
    {                                                                                                                  \
        return (RtDatum){ .value.member = a, .kind = PK_##K };                                                         \
    }

/* Two-word values go by pointer, so that a third one is no `byval` memory. */
#define GLUE_POINTER(K, body, type, member, to_body, to_type)                                                          \
    typedef body Body_##K;                                                                                             \
    typedef const type *Machine_##K;                                                                                   \
    typedef type Out_##K;                                                                                              \
    static inline body from_machine_##K(const type *a)                                                                 \
    {                                                                                                                  \
        return to_body(*a);                                                                                            \
    }                                                                                                                  \
    static inline body from_datum_##K(const RtDatum *a)                                                                \
    {                                                                                                                  \
        assert(a->kind == PK_##K);                                                                                     \
        return to_body(a->value.member);                                                                               \
    }                                                                                                                  \
    static inline void to_machine_##K(type *out, body a)                                                               \
    {                                                                                                                  \
        *out = to_type(a);                                                                                             \
    }                                                                                                                  \
    static inline RtDatum to_datum_##K(body a)                                                                         \
    {                                                                                                                  \
        return (RtDatum){ .value.member = to_type(a), .kind = PK_##K };                                                \
    }

GLUE_VALUE(BOOL, bool, b)
GLUE_VALUE(I8, int8_t, i8)
GLUE_VALUE(I16, int16_t, i16)
GLUE_VALUE(I32, int32_t, i32)
GLUE_VALUE(I64, int64_t, i64)
GLUE_VALUE(F32, float, f32)
GLUE_VALUE(F64, double, f64)
GLUE_POINTER(D128, Int128, RtD128, d128, d128_get, d128_from)
GLUE_POINTER(TIME96, RtTime96, RtTime96, time96, , )
GLUE_POINTER(STR, Str, Str, str, , )
GLUE_POINTER(BLOB, Str, Str, str, , )

#define TYPE_WORD(word, K, ctype, doc)                                                                                 \
    typedef Machine_##K FnMachine_##word;                                                                              \
    typedef Out_##K FnOut_##word;                                                                                      \
    static inline ctype fn_from_machine_##word(Machine_##K a)                                                          \
    {                                                                                                                  \
        return from_machine_##K(a);                                                                                    \
    }                                                                                                                  \
    static inline ctype fn_from_datum_##word(const RtDatum *a)                                                         \
    {                                                                                                                  \
        return from_datum_##K(a);                                                                                      \
    }                                                                                                                  \
    static inline void fn_to_machine_##word(Out_##K *out, ctype a)                                                     \
    {                                                                                                                  \
        to_machine_##K(out, a);                                                                                        \
    }                                                                                                                  \
    static inline RtDatum fn_to_datum_##word(ctype a)                                                                  \
    {                                                                                                                  \
        return to_datum_##K(a);                                                                                        \
    }                                                                                                                  \
    static inline RtDatum fn_null_##word(void)                                                                         \
    {                                                                                                                  \
        return datum_null(PK_##K);                                                                                     \
    }
#include "stdlib/types.def"
#undef TYPE_WORD

#endif
