/* registry.h -- the SQL functions and aggregates as data, and the forms in which their bodies can be called.
 *
 * Everything here is generated from functions.def and aggregates.def: whoever adds a row changes nothing else.
 *
 * Threads    constant data. */
#ifndef SQC_STDLIB_REGISTRY_H
#define SQC_STDLIB_REGISTRY_H

#include "runtime/abi/fn.h"

typedef enum TypeWord {
#define TYPE_WORD(word, kind, ctype, doc) TW_##word,
#include "stdlib/types.def"
#undef TYPE_WORD
    TW_COUNT
} TypeWord;

/* Result types that need more than a word; compiler/types/fn_rules.c answers them. */
typedef enum FnRule {
#define FN_RULE(rule, doc) RULE_##rule,
#include "stdlib/rules.def"
#undef FN_RULE
    RULE_COUNT
} FnRule;

enum {
    FN_PURE = 1 << 0,        /* same arguments, same answer: may be folded and shared                  */
    FN_CAN_FAIL = 1 << 1,    /* may call fn_fail                                                       */
    FN_SITE = 1 << 2,        /* uses ctx->site                                                         */
    FN_CHEAP = 1 << 3,       /* total on any bits: may be computed although an argument is NULL        */
    FN_INTERNAL = 1 << 4,    /* not callable by name: operators, casts, helpers of rewrites            */
    FN_EXACT = 1 << 5,       /* no implicit conversion of arguments: types must match the words        */
    FN_TEXT_ARGS = 1 << 6,   /* FORM_ANY: the arguments are converted to STRING                         */
    FN_ELEMENT_ARG = 1 << 7, /* FORM_ANY: argument 2 is converted to the element type of argument 1      */
    FN_HIDDEN_SHIFT = 12,    /* HIDDEN(n)                                                              */
    FN_RULE_SHIFT = 16,      /* RULE(r)                                                                */
};
#define HIDDEN(n) ((uint32_t)(n) << FN_HIDDEN_SHIFT)
#define RULE(r)   ((uint32_t)RULE_##r << FN_RULE_SHIFT)

enum { FN_ARGS_MAX = 6, FN_VARIADIC = 255 };

typedef enum FnForm { FORM_STRICT, FORM_STRICT_NULL, FORM_ANY } FnForm;

typedef void (*FnBoxed)(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out);

typedef struct FnDef {
    const char *name;          /* SQL name, upper case */
    const char *symbol;        /* body fn_<symbol>, machine wrapper rtw_<symbol> */
    uint8_t form;              /* FnForm */
    uint8_t result;            /* TypeWord */
    uint8_t args_min;          /* FORM_ANY: fewest arguments; else the number of args */
    uint8_t args_max;          /* FORM_ANY: most, or FN_VARIADIC */
    uint8_t args[FN_ARGS_MAX]; /* TypeWord each; unused for FORM_ANY */
    uint32_t traits;
    FnBoxed boxed;
    void (*machine)(void); /* rtw_<symbol>, cast to its true type by the caller */
    const char *doc;       /* NULL: documented by the row of the same name that has a text */
} FnDef;

static inline uint32_t fn_hidden(const FnDef *fn)
{
    return (fn->traits >> FN_HIDDEN_SHIFT) & 15;
}

static inline FnRule fn_rule(const FnDef *fn)
{
    return (FnRule)((fn->traits >> FN_RULE_SHIFT) & 255);
}

extern const FnDef FN_DEFS[];
extern const uint32_t FN_DEF_COUNT;
RtKind type_word_kind(TypeWord word);
const char *type_word_name(TypeWord word);

/* Operators and what has no row of its own, for people. */
typedef struct FnSpecial {
    const char *name, *written, *result, *doc;
} FnSpecial;

extern const FnSpecial FN_SPECIALS[];
extern const uint32_t FN_SPECIAL_COUNT;

/* What a call answers, as JSON; a test runs them all. */
typedef struct FnExample {
    const char *name, *call, *result;
} FnExample;

extern const FnExample FN_EXAMPLES[];
extern const uint32_t FN_EXAMPLE_COUNT;

/* ---- aggregates ---- */
enum {
    AGG_ORDER_FREE = 1 << 0, /* same bits whatever the order of rows           */
    AGG_ORDERED = 1 << 1,    /* by rowtime, then the row's key encoding        */
    AGG_BOUNDED = 1 << 2,    /* within documented bounds                       */
    AGG_RETRACTS = 1 << 3,   /* has an inverse step                            */
    AGG_HEAP = 1 << 4,       /* keeps variable-size parts in ctx->heap         */
    AGG_COUNTS = 1 << 5,     /* 0 for no rows; the others are NULL then        */
    AGG_INTERNAL = 1 << 6,   /* not callable by name: states of rewritten calls */
};

/* What steps take and final answers: the value, or bytes that carry the state (agg_carried.h). */
typedef enum AggCarry { AGG_CARRY_NONE, AGG_CARRY_OUT, AGG_CARRY_ON, AGG_CARRY_IN } AggCarry;

typedef struct AggDef {
    const char *name;   /* SQL name, upper case */
    const char *symbol; /* rta_step_<symbol>, rta_merge_<symbol>, rta_retract_<symbol>, rta_final_<symbol> */
    uint8_t result;     /* TypeWord */
    uint8_t arg;        /* TypeWord; TW_COUNT: no argument */
    uint32_t state_bytes, state_align;
    uint32_t traits; /* AGG_.. | RULE(..) */
    /* Boxed forms.  `arg` is never NULL (rows with NULL are not steps). A state of zero bytes is the empty one. */
    void (*step)(FnCtx *ctx, void *state, const RtDatum *arg);
    void (*merge)(FnCtx *ctx, void *into, const void *from);
    void (*retract)(FnCtx *ctx, void *state, const RtDatum *arg); /* NULL: cannot */
    void (*final)(FnCtx *ctx, const void *state, RtDatum *out);
    /* The state as bytes for stores and sinks: equal states have equal bytes, the empty one has none. */
    Str (*put)(FnCtx *ctx, const void *state);
    bool (*get)(FnCtx *ctx, void *state, Str bytes); /* into an empty state; false: no bytes of such a state */
    /* Machine forms: step, retract (FnCtx *, void *state, arg by value or const pointer); merge as above;
     * bool final(FnCtx *, const void *state, R *out), false: NULL. */
    void (*machine_step)(void);
    void (*machine_retract)(void);
    void (*machine_final)(void);
    uint8_t carry;         /* AggCarry */
    uint32_t row;          /* of AGG_DEFS that this is a form of; read when carry is not AGG_CARRY_NONE */
    const FnUserAgg *user; /* written in SQL: `row` is AGG_DEF_COUNT and its number; NULL: a row of AGG_DEFS */
    const char *size;      /* bytes of a group, with what stands in the heap */
    const char *doc;
} AggDef;

extern const AggDef AGG_DEFS[];
extern const uint32_t AGG_DEF_COUNT;
/* The row of that symbol, which there is. */
const AggDef *agg_of_symbol(const char *symbol);

/* The library as LLVM bitcode: all bodies and machine wrappers. */
extern const unsigned char STDLIB_BITCODE[];
extern const size_t STDLIB_BITCODE_BYTES;

#endif
