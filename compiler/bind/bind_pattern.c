/* bind_pattern.c -- constant arguments that a body would refuse row by row are refused here, once. */
#include "compiler/bind/bind_internal.h"

#include "stdlib/json_path.h"
#include "stdlib/regex.h"

typedef struct PatternArg {
    const char *function;
    uint32_t argument;
    bool (*check)(Str pattern, char *reason, size_t reason_bytes);
    const char *what;
} PatternArg;

#define PATTERN_OF_REGEXP(name) { name, 1, regex_check, "regular expression" }
#define PATH_OF_JSON(name) { name, 1, json_path_check, "JSON path" }

static const PatternArg PATTERNS[] = {
    PATTERN_OF_REGEXP("REGEXP"),
    PATTERN_OF_REGEXP("REGEXP_COUNT"),
    PATTERN_OF_REGEXP("REGEXP_EXTRACT"),
    PATTERN_OF_REGEXP("REGEXP_EXTRACT_ALL"),
    PATTERN_OF_REGEXP("REGEXP_INSTR"),
    PATTERN_OF_REGEXP("REGEXP_LIKE"),
    PATTERN_OF_REGEXP("REGEXP_REPLACE"),
    PATTERN_OF_REGEXP("REGEXP_SUBSTR"),
    PATH_OF_JSON("JSON_EXISTS"),
    PATH_OF_JSON("JSON_QUERY"),
    PATH_OF_JSON("JSON_VALUE"),
};

static bool check_pattern(Binder *binder, const PatternArg *pattern, const Expr *arg)
{
    char reason[REGEX_REASON_MAX];
    if (arg->op != EXPR_LITERAL || arg->literal.is_null || !type_is_text(arg->type))
        return true;
    if (pattern->check(arg->literal.value.str, reason, sizeof reason))
        return true;
    diag_error(binder->diags, E0310, arg->span, "this is no %s: %s", pattern->what, reason);
    return false;
}

bool check_constant_patterns(Binder *binder, Str name, const Expr *const *args, uint32_t count)
{
    for (uint32_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        if (PATTERNS[i].argument < count && str_equal_nocase(name, str_from(PATTERNS[i].function)))
            return check_pattern(binder, &PATTERNS[i], args[PATTERNS[i].argument]);
    }
    return true;
}
