/* regex_re2.cpp -- the C face of RE2. */
extern "C" {
#include "runtime/base/buf.h"
#include "runtime/base/str.h"
}
#include "stdlib/regex.h"

#include <re2/re2.h>

#include <new>

#include <cstdio>
#include <cstring>

struct Regex {
    RE2 re2;
    RegexShape shape;

    Regex(const re2::StringPiece &pattern, const RE2::Options &options, RegexShape shape_)
        : re2(pattern, options), shape(shape_)
    {
    }
};

namespace {

constexpr int64_t MEMORY_BYTES_MAX = 16 << 20;

/* What our rewriting let through and RE2 refuses. */
void explain(const RE2 &re2, RegexError *error)
{
    switch (re2.error_code()) {
    case RE2::ErrorRepeatSize:
        error->verdict = REGEX_UNSUPPORTED;
        snprintf(error->reason, sizeof error->reason, "at most 1,000 repetitions can be asked for");
        return;
    case RE2::ErrorPatternTooLarge:
        error->verdict = REGEX_UNSUPPORTED;
        snprintf(error->reason, sizeof error->reason, "the pattern is too large");
        return;
    case RE2::ErrorBadCharRange:
        error->verdict = re2.error_arg().find("\\p") != std::string::npos ||
                                 re2.error_arg().find("\\P") != std::string::npos
                             ? REGEX_UNSUPPORTED
                             : REGEX_MALFORMED;
        snprintf(error->reason, sizeof error->reason,
                 error->verdict == REGEX_UNSUPPORTED ? "no such character property is known"
                                                     : "a range in a class ends before it begins");
        return;
    case RE2::ErrorMissingParen:
    case RE2::ErrorMissingBracket:
    case RE2::ErrorUnexpectedParen:
        error->verdict = REGEX_MALFORMED;
        snprintf(error->reason, sizeof error->reason, "parentheses or brackets do not match");
        return;
    case RE2::ErrorRepeatOp:
    case RE2::ErrorRepeatArgument:
        error->verdict = REGEX_MALFORMED;
        snprintf(error->reason, sizeof error->reason, "a quantifier follows nothing, or another quantifier");
        return;
    default:
        error->verdict = REGEX_MALFORMED;
        snprintf(error->reason, sizeof error->reason, "the pattern is malformed");
    }
}

bool is_terminator(Str text, uint64_t *bytes)
{
    const char *end = text.data + text.len;
    *bytes = 0;
    if (text.len >= 1 && (end[-1] == '\n' || end[-1] == '\r'))
        *bytes = end[-1] == '\n' && text.len >= 2 && end[-2] == '\r' ? 2 : 1;
    else if (text.len >= 2 && memcmp(end - 2, "\xC2\x85", 2) == 0)
        *bytes = 2;
    else if (text.len >= 3 && (memcmp(end - 3, "\xE2\x80\xA8", 3) == 0 || memcmp(end - 3, "\xE2\x80\xA9", 3) == 0))
        *bytes = 3;
    return *bytes > 0;
}

/* Room for `ROOM` groups, which RE2 wants cleared: most calls ask for one or two. */
template <int ROOM>
bool find_with_room(const Regex *regex, Str text, uint64_t from, RegexSpan *groups, uint32_t count)
{
    re2::StringPiece found[ROOM];
    re2::StringPiece whole(text.data, text.len);
    if (from > text.len || !regex->re2.Match(whole, from, text.len, RE2::UNANCHORED, found, (int)count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (found[i].data() == nullptr) {
            groups[i] = { -1, -1 };
            continue;
        }
        groups[i].from = found[i].data() - text.data;
        groups[i].to = groups[i].from + (int64_t)found[i].size();
    }
    return true;
}

bool find_in(const Regex *regex, Str text, uint64_t from, RegexSpan *groups, uint32_t count)
{
    constexpr int FEW = 4;
    return count <= FEW ? find_with_room<FEW>(regex, text, from, groups, count)
                        : find_with_room<REGEX_GROUPS_MAX + 1>(regex, text, from, groups, count);
}

} // namespace

extern "C" Regex *regex_compile(Str pattern, RegexSyntax syntax, uint32_t escape, RegexError *error)
{
    Buf text = {};
    RegexShape shape = {};
    bool good = syntax == REGEX_JAVA ? regex_from_java(pattern, &text, &shape, error)
                                     : regex_from_similar(pattern, escape, &text, error);
    if (text.failed)
        buf_exhausted(); /* the pattern is not to blame */
    Regex *regex = nullptr;
    if (good) {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(MEMORY_BYTES_MAX);
        options.set_never_capture(syntax == REGEX_SIMILAR);
        re2::StringPiece rewritten(text.data == nullptr ? "" : text.data, text.len);
        regex = new (std::nothrow) Regex(rewritten, options, shape);
        if (regex == nullptr)
            buf_exhausted();
    }
    buf_free(&text);
    if (regex != nullptr && !regex->re2.ok()) {
        explain(regex->re2, error);
        delete regex;
        return nullptr;
    }
    if (regex != nullptr && regex->re2.NumberOfCapturingGroups() > REGEX_GROUPS_MAX) {
        error->verdict = REGEX_UNSUPPORTED;
        snprintf(error->reason, sizeof error->reason, "a pattern can have at most %d groups", (int)REGEX_GROUPS_MAX);
        delete regex;
        return nullptr;
    }
    return regex;
}

extern "C" void regex_free(void *regex)
{
    delete static_cast<Regex *>(regex);
}

extern "C" uint32_t regex_group_count(const Regex *regex)
{
    return (uint32_t)regex->re2.NumberOfCapturingGroups();
}

extern "C" bool regex_find(const Regex *regex, Str text, uint64_t from, RegexSpan *groups, uint32_t count)
{
    RegexSpan none;
    RegexSpan second[REGEX_GROUPS_MAX + 1];
    if (text.data == nullptr)
        text.data = "";
    if (count == 0 && !regex->shape.ends_softly)
        return find_in(regex, text, from, groups, 0);
    if (count == 0) {
        groups = &none;
        count = 1;
    }
    bool found = find_in(regex, text, from, groups, count);
    uint64_t bytes;
    if (!regex->shape.ends_softly || !is_terminator(text, &bytes))
        return found;
    text.len -= bytes;
    if (!find_in(regex, text, from, second, count) || (found && groups[0].from <= second[0].from))
        return found;
    memcpy(groups, second, sizeof *groups * count);
    return true;
}

extern "C" bool regex_matches_all(const Regex *regex, Str text)
{
    re2::StringPiece whole(text.data == nullptr ? "" : text.data, text.len);
    return regex->re2.Match(whole, 0, text.len, RE2::ANCHOR_BOTH, nullptr, 0);
}

extern "C" bool regex_can_search(const Regex *regex, Str text)
{
    if (!regex->shape.multiline)
        return true;
    uint64_t bytes;
    for (uint64_t i = 0; i < text.len; i++) {
        Str head = { text.data, i + 1 };
        if (text.data[i] != '\n' && is_terminator(head, &bytes))
            return false;
    }
    return true;
}

extern "C" bool regex_check(Str pattern, char *reason, size_t reason_bytes)
{
    RegexError error = {};
    Regex *regex = regex_compile(pattern, REGEX_JAVA, 0, &error);
    if (regex != nullptr) {
        regex_free(regex);
        return true;
    }
    snprintf(reason, reason_bytes, "%s", error.reason);
    return false;
}
