/* pattern_check_test.c -- what the binder asks about constant patterns and paths, and what a call site keeps. */
#include "stdlib/json_path.h"
#include "stdlib/regex.h"

#include "stdlib/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void refused_patterns_are_refused_with_their_reason(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *reason;
    } CASES[] = {
        { "a(?=b)", "look-ahead and look-behind are not supported" },
        { "(?<!a)b", "look-ahead and look-behind are not supported" },
        { "(a)\\1", "back-references are not supported" },
        { "(?<x>a)\\k<x>", "back-references are not supported" },
        { "a++", "possessive quantifiers are not supported" },
        { "a{2}+", "possessive quantifiers are not supported" },
        { "(?>a)", "atomic groups are not supported" },
        { "[a&&b]", "intersections of classes (&&) are not supported" },
        { "[a[b]]", "a class inside a class is not supported" },
        { "(a", "a group has no closing parenthesis" },
        { "a)", "a closing parenthesis has no opening one" },
        { "[a", "a class has no closing bracket" },
        { "*", "a quantifier follows nothing" },
        { "x{", "`{` must be followed by a number of repetitions" },
        { "\\", "the pattern ends in a backslash" },
        { "\\uD800", "a lone surrogate cannot be matched in UTF-8 text" },
        { "a{1001}", "at most 1,000 repetitions can be asked for" },
        { "[b-a]", "a range in a class ends before it begins" },
        { "\\p{Nope}", "no such character property is known" },
        { "$\\z", "`\\z` together with `$` or `\\Z` is not supported" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char reason[REGEX_REASON_MAX] = "accepted";
        assert_false(regex_check(str_from(CASES[i].pattern), reason, sizeof reason));
        assert_string_equal(reason, CASES[i].reason);
    }
}

static void usual_patterns_are_accepted(void **state)
{
    (void)state;
    static const char *const PATTERNS[] = {
        "", "abc", "^\\d{3}-(\\w+)$", "(?i)https?://[^/\\s]+", "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", "(?<a>x)|(?:y)",
        "\\Q*\\E", "[\\]\\\\-]", "\\p{L}+", "(&|^)channel_id=([^&]*)", "a??b*?c+?d{2,3}?",
    };
    for (size_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        char reason[REGEX_REASON_MAX] = "";
        if (!regex_check(str_from(PATTERNS[i]), reason, sizeof reason))
            fail_msg("%s: %s", PATTERNS[i], reason);
    }
}

static void paths_are_judged_with_their_reason(void **state)
{
    (void)state;
    char reason[REGEX_REASON_MAX];
    static const char *const GOOD[] = { "$",   "$.a", "lax $.a.b[0]", "strict $['a'][\"b\"][*].*",
                                        "a.b", "[1]", "$[-1]" };
    static const char *const BAD[] = { "",     "$.",      "$..a",      "$[?(@.a)]", "$[0,1]",
                                       "$[0:1]", "$.a.size()", "$.a b", "$[",        "$['a", "lax" " " };
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        assert_true(json_path_check(str_from(GOOD[i]), reason, sizeof reason));
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        reason[0] = '\0';
        assert_false(json_path_check(str_from(BAD[i]), reason, sizeof reason));
        assert_true(reason[0] != '\0');
    }
}

static const FnDef *find(const char *name, uint32_t count)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if (strcmp(FN_DEFS[i].name, name) == 0 && FN_DEFS[i].args_min == count)
            return &FN_DEFS[i];
    }
    return NULL;
}

static RtDatum text(const char *s)
{
    return (RtDatum){ .kind = PK_STR, .value.str = str_from(s) };
}

/* The same site with a pattern that changes from row to row, and with the same one again. */
static void a_site_follows_its_pattern(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "LIKE", "REGEXP", "SIMILAR TO" };
    for (size_t n = 0; n < sizeof NAMES / sizeof NAMES[0]; n++) {
        const FnDef *fn = find(NAMES[n], 2);
        Arena arena;
        FnSite site = { 0 };
        arena_init(&arena);
        FnCtx ctx = { .batch = &arena, .site = &site };
        static const char *const ROWS[][2] = { { "abc", "abc" }, { "abc", "abd" }, { "abd", "abd" }, { "abc", "abc" } };
        static const bool ANSWERS[] = { true, false, true, true };
        void *kept = NULL;
        for (int row = 0; row < 4; row++) {
            RtDatum args[] = { text(ROWS[row][0]), text(ROWS[row][1]) }, out = { 0 };
            fn->boxed(&ctx, args, 2, &out);
            assert_int_equal(out.value.b, ANSWERS[row]);
            if (row == 2)
                assert_ptr_equal(site.cached, kept); /* the pattern of the row before was kept */
            kept = site.cached;
            arena_reset(&arena);
        }
        site.release(site.cached);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_patterns_are_refused_with_their_reason),
        cmocka_unit_test(usual_patterns_are_accepted),
        cmocka_unit_test(paths_are_judged_with_their_reason),
        cmocka_unit_test(a_site_follows_its_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
