/* bind_pattern.c -- constant patterns that a body would refuse row by row are refused here, once. */
#include "compiler/bind/bind_internal.h"

#include "runtime/base/timeformat.h"
#include "runtime/base/utf8.h"
#include "stdlib/json_path.h"
#include "stdlib/regex.h"

typedef enum PatternKind {
    PATTERN_REGEX,
    PATTERN_SIMILAR,
    PATTERN_JSON_PATH,
    PATTERN_TIME_PARSE,
    PATTERN_TIME_PARSE_SIMPLE,
    PATTERN_TIME_PRINT, /* of a text the simple dialect */
    PATTERN_TIME_PRINT_SIMPLE,
} PatternKind;

typedef struct PatternArg {
    const char *function;
    uint32_t argument;
    PatternKind kind;
} PatternArg;

static const PatternArg PATTERNS[] = {
#define PATTERN(function, argument, kind) { function, argument, PATTERN_##kind },
#include "compiler/bind/patterns.def"
#undef PATTERN
};

static bool constant_text(Binder *binder, const Expr *expr, Str *text)
{
    expr = constant_fold_cast(binder, expr);
    if (expr->op != EXPR_LITERAL || expr->literal.is_null || !type_is_text(expr->type))
        return false;
    *text = expr->literal.value.str;
    return true;
}

static bool refuse_pattern(Binder *binder, const Expr *arg, const char *what, const char *reason)
{
    diag_error(binder->diags, E0310, arg->span, "this is no %s: %s", what, reason);
    return false;
}

static bool check_regex(Binder *binder, const Expr *arg, Str pattern)
{
    char reason[REGEX_REASON_MAX];
    return regex_check(pattern, reason, sizeof reason) || refuse_pattern(binder, arg, "regular expression", reason);
}

static bool check_json_path(Binder *binder, const Expr *arg, Str path)
{
    char reason[REGEX_REASON_MAX];
    return json_path_check(path, reason, sizeof reason) || refuse_pattern(binder, arg, "JSON path", reason);
}

static bool check_similar(Binder *binder, const Expr *const *args, uint32_t count, Str pattern)
{
    Str escape = STR_EMPTY;
    RegexError error;
    if (count > 2 && (!constant_text(binder, args[2], &escape) || utf8_count(escape) != 1))
        return true;
    const char *at = escape.data;
    uint32_t code = escape.len == 0 ? 0 : utf8_next(&at, escape.data + escape.len);
    Regex *regex = regex_compile(pattern, REGEX_SIMILAR, code, &error);
    if (regex == NULL)
        return refuse_pattern(binder, args[1], "pattern of SIMILAR TO", error.reason);
    regex_free(regex);
    return true;
}

static bool check_time(Binder *binder, const Expr *arg, Str pattern, TimePatternStyle style, bool printing)
{
    char bad = 0;
    if (time_pattern_check(pattern, style, printing, &bad))
        return true;
    return refuse_pattern(binder, arg, "time pattern",
                          str_printf(binder->query, "`%c` has no meaning there", bad).data);
}

static bool check_argument(Binder *binder, PatternKind kind, const Expr *const *args, uint32_t count, uint32_t at)
{
    Str text;
    if (!constant_text(binder, args[at], &text))
        return true;
    switch (kind) {
    case PATTERN_REGEX:
        return check_regex(binder, args[at], text);
    case PATTERN_SIMILAR:
        return check_similar(binder, args, count, text);
    case PATTERN_JSON_PATH:
        return check_json_path(binder, args[at], text);
    case PATTERN_TIME_PARSE:
        return check_time(binder, args[at], text, PATTERN_JAVA, false);
    case PATTERN_TIME_PARSE_SIMPLE:
        return check_time(binder, args[at], text, PATTERN_SIMPLE, false);
    case PATTERN_TIME_PRINT:
        return check_time(binder, args[at], text, type_is_text(args[0]->type) ? PATTERN_SIMPLE : PATTERN_JAVA, true);
    default:
        return check_time(binder, args[at], text, PATTERN_SIMPLE, true);
    }
}

bool check_constant_patterns(Binder *binder, Str name, const Expr *const *args, uint32_t count)
{
    for (uint32_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        if (PATTERNS[i].argument < count && str_equal_nocase(name, str_from(PATTERNS[i].function)))
            return check_argument(binder, PATTERNS[i].kind, args, count, PATTERNS[i].argument);
    }
    return true;
}
