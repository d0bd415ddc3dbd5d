/* fn_rules.h -- which registry row a call means, what its arguments turn into, and what type it answers.
 *
 * Of all rows of a name that take so many arguments the one that needs the least widening wins; of equals the first.
 *
 *   widening   TINYINT > SMALLINT > INT > BIGINT > DECIMAL > FLOAT > DOUBLE; DATE > TIMESTAMP; TIMESTAMP and
 *              TIMESTAMP_LTZ into each other; CHAR and VARCHAR are one word.  Text never turns into anything else.
 *
 * The types answered for arguments are SQL types: turning a DECIMAL of up to 18 digits into the D128 of a body is the
 * caller's last step (DEC_WIDEN before, DEC_NARROW behind).
 *
 * Ownership  query arena.
 * Errors     false: no row fits; the caller knows how to say so. */
#ifndef SQC_TYPES_FN_RULES_H
#define SQC_TYPES_FN_RULES_H

#include "compiler/types/type.h"
#include "stdlib/registry.h"

typedef struct FnArg {
    const Type *type;
    bool is_constant; /* an integer literal */
    int64_t constant;
} FnArg;

enum { FN_HIDDEN_MAX = 4 };

typedef struct FnChoice {
    const FnDef *fn;
    const Type **args; /* one per visible argument */
    const Type *result;
    int64_t hidden[FN_HIDDEN_MAX]; /* INT literals to append */
    uint32_t hidden_count;
} FnChoice;

bool fn_choose(Arena *query, Str name, const FnArg *args, uint32_t count, FnChoice *choice);
/* The row of an internal function that is known by the words of its arguments alone; NULL when there is none. */
const FnDef *fn_find_row(const char *name, TypeWord result, TypeWord arg);
/* The first row of the name, or NULL. */
const FnDef *fn_find_name(Str name);
/* How many arguments the rows of a name take. */
void fn_arity(Str name, uint32_t *fewest, uint32_t *most);

typedef struct AggChoice {
    const AggDef *agg;
    const Type *arg; /* NULL: none */
    const Type *result;
} AggChoice;

/* type NULL: no argument. */
bool agg_choose(Arena *query, Str name, const Type *type, AggChoice *choice);

TypeWord type_word(const Type *type);
/* The type that a value of `from` has once it is what `word` says. */
const Type *type_of_word(Arena *query, TypeWord word, const Type *from, bool nullable);

#endif
