/* fn_pattern.c -- SIMILAR TO, REGEXP and its kin, and what is cut by patterns (native only).
 *
 * Each call site keeps the patterns it compiled last, refused ones too, so that a constant pattern is compiled once. */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "runtime/base/alloc.h"
#include "runtime/base/utf8.h"
#include "runtime/base/vec.h"
#include "stdlib/text_codes.h"
#include "stdlib/text_put.h"
#include "stdlib/regex.h"

/* ---- patterns of a call site ---- */

typedef struct KeptRegex {
    Regex *regex; /* NULL: refused, see error */
    RegexError error;
    char *pattern; /* NULL: none yet */
    uint64_t pattern_len;
    uint32_t escape;
} KeptRegex;

enum { KEPT_MAX = 2 };

/* All that a site keeps: one pattern, or the two of STR_TO_MAP. */
typedef struct SiteRegexes {
    KeptRegex kept[KEPT_MAX];
} SiteRegexes;

static void release_regexes(void *cached)
{
    SiteRegexes *regexes = cached;
    for (int i = 0; i < KEPT_MAX; i++) {
        regex_free(regexes->kept[i].regex);
        mem_free(regexes->kept[i].pattern);
    }
    mem_free(regexes);
}

/* The site of the call in progress; `own` stands in where there is none (constant folding). */
static FnSite *open_site(FnCtx *ctx, FnSite *own)
{
    *own = (FnSite){ 0 };
    FnSite *site = ctx->site != NULL ? ctx->site : own;
    if (site->cached == NULL) {
        *site = (FnSite){ .cached = mem_alloc_zeroed(sizeof(SiteRegexes)), .release = release_regexes };
        if (site->cached == NULL)
            mem_exhausted();
    }
    return site;
}

static void close_site(FnSite *own)
{
    if (own->cached != NULL)
        own->release(own->cached);
}

static const KeptRegex *keep_regex(FnSite *site, int slot, Str pattern, RegexSyntax syntax, uint32_t escape)
{
    KeptRegex *kept = &((SiteRegexes *)site->cached)->kept[slot];
    if (kept->pattern != NULL && kept->escape == escape &&
        str_equal((Str){ kept->pattern, kept->pattern_len }, pattern))
        return kept;
    regex_free(kept->regex);
    mem_free(kept->pattern);
    *kept = (KeptRegex){ .pattern = mem_alloc(pattern.len + 1), .pattern_len = pattern.len, .escape = escape };
    if (kept->pattern == NULL)
        mem_exhausted();
    (void)text_put(kept->pattern, pattern);
    kept->regex = regex_compile(pattern, syntax, escape, &kept->error);
    return kept;
}

/* One search: a pattern over a text.  `regex` is NULL where there is no answer: the row has failed, or, for what is no
 * regular expression, Flink's answer is FALSE or NULL. */
typedef struct Search {
    FnSite own;
    const Regex *regex;
    Str text;
} Search;

static Search search_open(FnCtx *ctx, Str text, Str pattern)
{
    Search search = { .text = text };
    const KeptRegex *kept = keep_regex(open_site(ctx, &search.own), 0, pattern, REGEX_JAVA, 0);
    if (kept->regex == NULL) {
        if (kept->error.verdict == REGEX_UNSUPPORTED)
            fn_fail(ctx, FN_E_PATTERN, "regular expression: %s", kept->error.reason);
        return search;
    }
    if (regex_can_search(kept->regex, text))
        search.regex = kept->regex;
    else
        fn_fail(ctx, FN_E_PATTERN, "regular expression: (?m) over text with line terminators other than \\n");
    return search;
}

static void search_close(Search *search)
{
    close_site(&search->own);
}

static Str span_text(Str text, RegexSpan span)
{
    return str_slice(text, (uint64_t)span.from, (uint64_t)(span.to - span.from));
}

/* Where the search goes on behind a match, as Java's: a match of no bytes is stepped over by one code point. */
static uint64_t next_from(Str text, RegexSpan match)
{
    uint64_t to = (uint64_t)match.to;
    if (match.to > match.from || to >= text.len)
        return match.to > match.from ? to : to + 1;
    return to + utf8_offset(str_slice(text, to, text.len - to), 1);
}

/* ---- REGEXP ---- */

bool fn_regexp(FnCtx *ctx, Str text, Str pattern)
{
    if (pattern.len == 0)
        return false;
    Search search = search_open(ctx, text, pattern);
    bool found = search.regex != NULL && regex_find(search.regex, text, 0, NULL, 0);
    search_close(&search);
    return found;
}

bool fn_regexp_extract(FnCtx *ctx, Str text, Str pattern, int32_t group, Str *out)
{
    RegexSpan groups[REGEX_GROUPS_MAX + 1];
    Search search = search_open(ctx, text, pattern);
    bool found = search.regex != NULL && group >= 0 && (uint32_t)group <= regex_group_count(search.regex) &&
                 regex_find(search.regex, text, 0, groups, (uint32_t)group + 1) && groups[group].from >= 0;
    if (found)
        *out = span_text(text, groups[group]);
    search_close(&search);
    return found;
}

bool fn_regexp_extract_whole(FnCtx *ctx, Str text, Str pattern, Str *out)
{
    return fn_regexp_extract(ctx, text, pattern, 0, out);
}

bool fn_regexp_substr(FnCtx *ctx, Str text, Str pattern, Str *out)
{
    return fn_regexp_extract(ctx, text, pattern, 0, out);
}

bool fn_regexp_instr(FnCtx *ctx, Str text, Str pattern, int32_t *out)
{
    RegexSpan match;
    Search search = search_open(ctx, text, pattern);
    bool known = search.regex != NULL;
    *out = 0;
    if (known && regex_find(search.regex, text, 0, &match, 1))
        *out = (int32_t)utf8_count(str_slice(text, 0, (uint64_t)match.from)) + 1;
    search_close(&search);
    return known;
}

bool fn_regexp_count(FnCtx *ctx, Str text, Str pattern, int32_t *out)
{
    RegexSpan match;
    Search search = search_open(ctx, text, pattern);
    bool known = search.regex != NULL;
    *out = 0;
    for (uint64_t from = 0; known && regex_find(search.regex, text, from, &match, 1); from = next_from(text, match))
        ++*out;
    search_close(&search);
    return known;
}

/* The text with every match replaced, in the batch arena. */
static Str replace_all(FnCtx *ctx, const Regex *regex, Str text, Str by)
{
    VEC(RegexSpan) matches = { 0 };
    RegexSpan match;
    uint64_t len = text.len;
    for (uint64_t from = 0; regex_find(regex, text, from, &match, 1); from = next_from(text, match)) {
        vec_push(ctx->batch, &matches, match);
        len += by.len - (uint64_t)(match.to - match.from);
        if (len > FN_TEXT_BYTES_MAX && by.len > 0) {
            fn_fail(ctx, FN_E_TOO_LONG, "the text would have more than %d bytes", FN_TEXT_BYTES_MAX);
            return text;
        }
    }
    if (matches.count == 0)
        return text;
    char *to = fn_alloc(ctx, len), *at = to;
    uint64_t copied = 0;
    for (uint32_t i = 0; i < matches.count; i++) {
        uint64_t run = (uint64_t)matches.items[i].from - copied;
        at = text_put(text_put(at, str_slice(text, copied, run)), by);
        copied = (uint64_t)matches.items[i].to;
    }
    (void)text_put(at, str_slice(text, copied, text.len - copied));
    return (Str){ to, len };
}

bool fn_regexp_replace(FnCtx *ctx, Str text, Str pattern, Str by, Str *out)
{
    Search search = search_open(ctx, text, pattern);
    bool known = search.regex != NULL;
    if (known)
        *out = replace_all(ctx, search.regex, text, by);
    search_close(&search);
    return known;
}

static RtDatum text_datum(Str s)
{
    return (RtDatum){ .value.str = s, .kind = PK_STR };
}

typedef VEC(RtDatum) DatumVec;

bool fn_regexp_extract_all(FnCtx *ctx, Str text, Str pattern, int32_t group, Str *out)
{
    RegexSpan groups[REGEX_GROUPS_MAX + 1];
    DatumVec items = { 0 };
    Search search = search_open(ctx, text, pattern);
    bool known = search.regex != NULL && group >= 0 && (uint32_t)group <= regex_group_count(search.regex);
    uint64_t from = 0;
    while (known && regex_find(search.regex, text, from, groups, (uint32_t)group + 1)) {
        RtDatum item = groups[group].from < 0 ? datum_null(PK_STR) : text_datum(span_text(text, groups[group]));
        vec_push(ctx->batch, &items, item);
        from = next_from(text, groups[0]);
    }
    if (known)
        *out = blob_array(ctx->batch, PK_STR, items.items, items.count);
    search_close(&search);
    return known;
}

bool fn_regexp_extract_all_first(FnCtx *ctx, Str text, Str pattern, Str *out)
{
    return fn_regexp_extract_all(ctx, text, pattern, 1, out);
}

/* ---- SIMILAR TO ---- */

static bool similar(FnCtx *ctx, Str text, Str pattern, uint32_t escape)
{
    FnSite own;
    const KeptRegex *kept = keep_regex(open_site(ctx, &own), 0, pattern, REGEX_SIMILAR, escape);
    bool matches = kept->regex != NULL && regex_matches_all(kept->regex, text);
    if (kept->regex == NULL)
        fn_fail(ctx, FN_E_PATTERN, "SIMILAR TO pattern: %s", kept->error.reason);
    close_site(&own);
    return matches;
}

bool fn_similar(FnCtx *ctx, Str text, Str pattern)
{
    return similar(ctx, text, pattern, 0);
}

bool fn_similar_escape(FnCtx *ctx, Str text, Str pattern, Str escape)
{
    const char *at = escape.data, *end = escape.data + escape.len;
    if (utf8_count(escape) != 1) {
        fn_fail(ctx, FN_E_PATTERN, "the escape of SIMILAR TO is one character");
        return false;
    }
    return similar(ctx, text, pattern, utf8_next(&at, end));
}

/* ---- cutting ---- */

Str fn_split(FnCtx *ctx, Str text, Str delimiter)
{
    DatumVec items = { 0 };
    Str rest = text;
    while (delimiter.len == 0 && rest.len > 0) {
        uint64_t bytes = utf8_offset(rest, 1);
        vec_push(ctx->batch, &items, text_datum(str_slice(rest, 0, bytes)));
        rest = str_slice(rest, bytes, rest.len - bytes);
    }
    for (bool more = delimiter.len > 0 && text.len > 0; more;) {
        int64_t at = str_find(rest, delimiter);
        more = at >= 0;
        uint64_t bytes = more ? (uint64_t)at : rest.len;
        vec_push(ctx->batch, &items, text_datum(str_slice(rest, 0, bytes)));
        if (more)
            rest = str_slice(rest, bytes + delimiter.len, rest.len - bytes - delimiter.len);
    }
    return blob_array(ctx->batch, PK_STR, items.items, items.count);
}

/* One pair of STR_TO_MAP: cut at the first match of the key delimiter. */
static void put_pair(FnCtx *ctx, const Regex *by, Str pair, DatumVec *keys, DatumVec *values)
{
    RegexSpan cut;
    uint64_t from = 0;
    bool found = regex_find(by, pair, 0, &cut, 1);
    if (found && cut.to == 0) { /* nothing at the very start cuts nothing, as in Java's split */
        from = next_from(pair, cut);
        found = regex_find(by, pair, from, &cut, 1);
    }
    found = found && !(cut.from == cut.to && (uint64_t)cut.from == pair.len);
    vec_push(ctx->batch, keys, text_datum(found ? str_slice(pair, 0, (uint64_t)cut.from) : pair));
    vec_push(ctx->batch, values,
             found ? text_datum(str_slice(pair, (uint64_t)cut.to, pair.len - (uint64_t)cut.to)) : datum_null(PK_STR));
}

/* Cuts at every match; empty parts at the end are dropped, as in Java's split. */
static void cut_all(FnCtx *ctx, const Regex *by, Str text, DatumVec *parts)
{
    RegexSpan cut;
    uint64_t begin = 0;
    for (uint64_t from = 0; regex_find(by, text, from, &cut, 1); from = next_from(text, cut)) {
        bool nothing = cut.to == 0 || (cut.from == cut.to && (uint64_t)cut.from == text.len);
        if (nothing)
            continue;
        vec_push(ctx->batch, parts, text_datum(str_slice(text, begin, (uint64_t)cut.from - begin)));
        begin = (uint64_t)cut.to;
    }
    vec_push(ctx->batch, parts, text_datum(str_slice(text, begin, text.len - begin)));
    while (parts->count > 0 && parts->items[parts->count - 1].value.str.len == 0)
        parts->count--;
}

Str fn_str_to_map_by(FnCtx *ctx, Str text, Str between, Str inside)
{
    FnSite own;
    FnSite *site = open_site(ctx, &own);
    const KeptRegex *pairs = keep_regex(site, 0, between, REGEX_JAVA, 0);
    const KeptRegex *keys_by = keep_regex(site, 1, inside, REGEX_JAVA, 0);
    DatumVec parts = { 0 }, keys = { 0 }, values = { 0 };
    const KeptRegex *bad = pairs->regex == NULL ? pairs : keys_by->regex == NULL ? keys_by : NULL;
    if (bad != NULL)
        fn_fail(ctx, FN_E_PATTERN, "regular expression: %s", bad->error.reason);
    else if (text.len > 0)
        cut_all(ctx, pairs->regex, text, &parts);
    for (uint32_t i = 0; i < parts.count; i++)
        put_pair(ctx, keys_by->regex, parts.items[i].value.str, &keys, &values);
    Str map = blob_map(ctx->batch, PK_STR, PK_STR, keys.items, values.items, keys.count);
    close_site(&own);
    return map;
}

Str fn_str_to_map(FnCtx *ctx, Str text)
{
    return fn_str_to_map_by(ctx, text, STR(","), STR("="));
}
