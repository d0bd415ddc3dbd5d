/* bind_pattern.c -- constant arguments that a body would refuse row by row are refused here, once. */
#include "compiler/bind/bind_internal.h"

#include "stdlib/regex.h"

typedef struct PatternArg {
    const char *function;
    uint32_t argument;
} PatternArg;

static const PatternArg PATTERNS[] = {
    { "REGEXP", 1 },       { "REGEXP_COUNT", 1 }, { "REGEXP_EXTRACT", 1 }, { "REGEXP_EXTRACT_ALL", 1 },
    { "REGEXP_INSTR", 1 }, { "REGEXP_LIKE", 1 },  { "REGEXP_REPLACE", 1 }, { "REGEXP_SUBSTR", 1 },
};

static bool check_pattern(Binder *binder, const Expr *arg)
{
    char reason[REGEX_REASON_MAX];
    if (arg->op != EXPR_LITERAL || arg->literal.is_null || !type_is_text(arg->type))
        return true;
    if (regex_check(arg->literal.value.str, reason, sizeof reason))
        return true;
    diag_error(binder->diags, E0310, arg->span, "this is no regular expression: %s", reason);
    return false;
}

bool check_constant_patterns(Binder *binder, Str name, const Expr *const *args, uint32_t count)
{
    for (uint32_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        if (PATTERNS[i].argument < count && str_equal_nocase(name, str_from(PATTERNS[i].function)))
            return check_pattern(binder, args[PATTERNS[i].argument]);
    }
    return true;
}
