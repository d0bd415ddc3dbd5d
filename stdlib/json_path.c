/* json_path.c -- reading paths, and following them over JSON text that is not taken apart first.
 *
 * Of equal keys in an object the last counts, as for everyone who reads JSON into a map. */
#include "stdlib/json_path.h"

#include "runtime/base/alloc.h"
#include "runtime/base/vec.h"
#include "stdlib/text_put.h"

#include <stdio.h>
#include <stdlib.h>

typedef VEC(JsonText) TextVec;

/* ---- reading ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* The word in front of the path, with the blanks around it. */
static const char *take_mode(Str source, bool *lax)
{
    const char *end = source.data + source.len;
    const char *at = skip_blanks(source.data, end);
    Str rest = { at, (uint64_t)(end - at) };
    Str words[] = { STR("lax"), STR("strict") };
    *lax = false;
    for (int i = 0; i < 2; i++) {
        uint64_t len = words[i].len;
        if (rest.len > len && is_blank(at[len]) && str_equal_nocase(str_slice(rest, 0, len), words[i])) {
            *lax = i == 0;
            return skip_blanks(at + len, end);
        }
    }
    return source.data;
}

/* ['key'] or ["key"], at the quote; backslashes quote, and the key loses them in `room`. */
static const char *take_quoted(const char *at, const char *end, char **room, JsonStep *step)
{
    char quote = *at++;
    step->kind = JSON_STEP_KEY;
    step->key = (Str){ *room, 0 };
    while (at < end && *at != quote) {
        at += *at == '\\' && end - at > 1;
        (*room)[step->key.len++] = *at++;
    }
    *room += step->key.len;
    return at < end ? at + 1 : NULL;
}

/* A whole number, perhaps negative. */
static const char *take_index(const char *at, const char *end, JsonStep *step)
{
    bool negative = at < end && *at == '-';
    at += negative;
    const char *digits = at;
    step->kind = JSON_STEP_INDEX;
    step->index = 0;
    for (; at < end && *at >= '0' && *at <= '9' && step->index < INT32_MAX; at++)
        step->index = step->index * 10 + (*at - '0');
    if (negative)
        step->index = -step->index;
    return at > digits ? at : NULL;
}

/* Behind `[`; NULL where it is no step. */
static const char *take_bracket(const char *at, const char *end, char **room, JsonStep *step)
{
    at = skip_blanks(at, end);
    if (at == end)
        return NULL;
    if (*at == '*') {
        step->kind = JSON_STEP_ALL;
        at++;
    } else if (*at == '\'' || *at == '"') {
        at = take_quoted(at, end, room, step);
    } else {
        at = take_index(at, end, step);
    }
    if (at == NULL)
        return NULL;
    at = skip_blanks(at, end);
    return at < end && *at == ']' ? at + 1 : NULL;
}

/* Behind `.`; NULL where it is no step. */
static const char *take_key(const char *at, const char *end, JsonStep *step)
{
    const char *from = at;
    while (at < end && *at != '.' && *at != '[' && *at != '(' && !is_blank(*at))
        at++;
    *step = (JsonStep){ .kind = JSON_STEP_KEY, .key = { from, (uint64_t)(at - from) } };
    if (step->key.len == 1 && *from == '*')
        step->kind = JSON_STEP_ALL;
    bool ends_well = at == end || *at == '.' || *at == '[';
    return at > from && ends_well ? at : NULL;
}

static const char *refusal(const char *at, const char *end)
{
    if (end - at >= 2 && at[0] == '.' && at[1] == '.')
        return "`..` is not supported";
    for (const char *p = at; p < end; p++) {
        if (*p == '?' || *p == '(' || *p == ':' || *p == ',')
            return "filters, slices, unions and functions are not supported";
    }
    return "a step of the path is `.key`, `['key']`, `[n]` or `*`";
}

/* Steps into path->steps; the unquoted keys need no more room than the source has bytes. */
static void read_steps(JsonPath *path, const char *at, const char *end, char *room)
{
    bool bare = at < end && *at != '$'; /* key instead of $.key */
    at += at < end && *at == '$';
    while (at < end || bare) {
        const char *from = at;
        if (path->step_count == JSON_PATH_STEPS_MAX) {
            path->refused = "the path has too many steps";
            return;
        }
        JsonStep *step = &path->steps[path->step_count++];
        if (!bare && *at != '.' && *at != '[') {
            path->refused = refusal(from, end);
            return;
        }
        at += *at == '.';
        bool bracket = at < end && *at == '[';
        at = bracket ? take_bracket(at + 1, end, &room, step) : take_key(at, end, step);
        bare = false;
        if (at == NULL) {
            path->refused = refusal(from, end);
            return;
        }
        path->many |= step->kind == JSON_STEP_ALL;
    }
}

JsonPath *json_path_new(Str source)
{
    /* one block: the struct, the steps, the source, the room for unquoted keys */
    uint64_t steps = source.len / 2 + 2;
    steps = steps < JSON_PATH_STEPS_MAX ? steps : JSON_PATH_STEPS_MAX;
    JsonPath *path = mem_alloc_zeroed(sizeof *path + steps * sizeof path->steps[0] + 2 * source.len + 1);
    if (path == NULL)
        mem_exhausted();
    char *copy = (char *)&path->steps[steps];
    (void)text_put(copy, source);
    path->source = (Str){ copy, source.len };
    const char *at = take_mode(path->source, &path->lax);
    if (at == copy + source.len)
        path->refused = "the path is empty";
    else
        read_steps(path, at, copy + source.len, copy + source.len);
    return path;
}

bool json_path_check(Str source, char *reason, size_t reason_bytes)
{
    JsonPath *path = json_path_new(source);
    bool good = path->refused == NULL;
    if (!good)
        snprintf(reason, reason_bytes, "%s", path->refused);
    mem_free(path);
    return good;
}

/* ---- following ---- */

/* The value of the last member of that name; passes the whole object at the scanner. */
static bool scan_member(JsonScan *scan, Str name, JsonText *out)
{
    JsonText key, value;
    bool found = false;
    (void)json_enter_object(scan);
    while (json_next_member(scan, &key) && json_value(scan, &value)) {
        if (!json_equals(key, name))
            continue;
        *out = value;
        found = true;
    }
    return found;
}

static bool member(JsonText object, Str name, JsonText *out)
{
    JsonScan scan;
    if (object.kind != JSON_OBJECT)
        return false;
    json_begin(&scan, object.text);
    return scan_member(&scan, name, out);
}

static bool element(JsonText array, int64_t index, JsonText *out)
{
    JsonScan scan;
    JsonText value;
    if (array.kind != JSON_ARRAY)
        return false;
    if (index < 0) { /* from the end */
        json_begin(&scan, array.text);
        (void)json_enter_array(&scan);
        while (json_next_element(&scan) && json_value(&scan, &value))
            index++;
        if (index < 0)
            return false;
        json_begin(&scan, array.text);
        (void)json_enter_array(&scan);
        int64_t count = index; /* index is count + the negative index now */
        while (count-- > 0 && json_next_element(&scan) && json_value(&scan, &value))
            ;
        return json_next_element(&scan) && json_value(&scan, out);
    }
    json_begin(&scan, array.text);
    (void)json_enter_array(&scan);
    while (json_next_element(&scan) && json_value(&scan, &value)) {
        if (index-- == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

typedef struct Member {
    Str name;
    JsonText value;
    uint32_t position;
} Member;

static int by_name(const void *a, const void *b)
{
    const Member *x = a, *y = b;
    int order = str_compare(x->name, y->name);
    return order != 0 ? order : (x->position > y->position) - (x->position < y->position);
}

static int by_position(const void *a, const void *b)
{
    const Member *x = a, *y = b;
    return (x->position > y->position) - (x->position < y->position);
}

/* Of equal keys the last value stays, at the place of the first; answers how many stay. */
static uint32_t drop_equal_keys(Member *members, uint32_t count)
{
    uint32_t kept = 0;
    if (count == 0)
        return 0;
    qsort(members, count, sizeof *members, by_name);
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && str_equal(members[kept - 1].name, members[i].name))
            members[kept - 1].value = members[i].value;
        else
            members[kept++] = members[i];
    }
    qsort(members, kept, sizeof *members, by_position);
    return kept;
}

/* Elements, or values of members. */
static void children(Arena *arena, JsonText value, TextVec *out)
{
    JsonScan scan;
    JsonText key, child;
    VEC(Member) members = { 0 };
    json_begin(&scan, value.text);
    if (value.kind == JSON_ARRAY) {
        (void)json_enter_array(&scan);
        while (json_next_element(&scan) && json_value(&scan, &child))
            vec_push(arena, out, child);
        return;
    }
    if (value.kind != JSON_OBJECT)
        return;
    (void)json_enter_object(&scan);
    while (json_next_member(&scan, &key) && json_value(&scan, &child)) {
        Member read = { .name = json_decode(arena, key), .value = child, .position = members.count };
        vec_push(arena, &members, read);
    }
    uint32_t kept = drop_equal_keys(members.items, members.count);
    for (uint32_t i = 0; i < kept; i++)
        vec_push(arena, out, members.items[i].value);
}

static bool step_into(JsonText value, const JsonStep *step, JsonText *out)
{
    return step->kind == JSON_STEP_KEY ? member(value, step->key, out) : element(value, step->index, out);
}

/* From a value that `at` steps led to, or from nowhere. */
static JsonFound follow_from(Arena *arena, const JsonPath *path, JsonFound result, uint32_t at)
{
    for (; result.found && at < path->step_count && path->steps[at].kind != JSON_STEP_ALL; at++) {
        JsonText next;
        result.found = step_into(result.value, &path->steps[at], &next);
        if (result.found)
            result.value = next;
    }
    if (!path->many || (!result.found && !path->lax))
        return result;
    TextVec level = { 0 };
    if (result.found)
        vec_push(arena, &level, result.value);
    for (; at < path->step_count; at++) {
        TextVec next = { 0 };
        for (uint32_t i = 0; i < level.count; i++) {
            JsonText child;
            if (path->steps[at].kind == JSON_STEP_ALL)
                children(arena, level.items[i], &next);
            else if (step_into(level.items[i], &path->steps[at], &child))
                vec_push(arena, &next, child);
        }
        level = next;
    }
    return (JsonFound){ .found = true, .is_list = true, .items = level.items, .count = level.count };
}

bool json_path_follow(Arena *arena, const JsonPath *path, Str text, JsonFound *out)
{
    JsonScan scan;
    JsonFound start = { .found = true };
    json_begin(&scan, text);
    /* The usual first step, a key of an object, is taken while the text is judged. */
    bool by_key = path->step_count > 0 && path->steps[0].kind == JSON_STEP_KEY && json_peek(&scan) == JSON_OBJECT;
    if (by_key)
        start.found = scan_member(&scan, path->steps[0].key, &start.value);
    else
        (void)json_value(&scan, &start.value);
    if (!json_finish(&scan))
        return false;
    start.all_null = !by_key && start.value.kind == JSON_NULL;
    *out = start.all_null ? start : follow_from(arena, path, start, by_key ? 1 : 0);
    return true;
}
