/* option_values.c -- the text of one option into its value. */
#include "runtime/base/interval.h"
#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "runtime/conn/options_internal.h"

bool option_parse_bool(Str text, bool *value)
{
    *value = str_equal_nocase(text, STR("true"));
    return *value || str_equal_nocase(text, STR("false"));
}

bool option_parse_duration_ms(Str text, int64_t *ms)
{
    int64_t us;
    if (duration_parse(text, &us) != PARSE_OK || us < 0)
        return false;
    *ms = us / US_PER_MS;
    return true;
}

bool option_parse_size(Str text, int64_t *bytes)
{
    uint64_t size;
    if (memory_size_parse(text, &size) != PARSE_OK || size > INT64_MAX)
        return false;
    *bytes = (int64_t)size;
    return true;
}

static bool hex_code(Str digits, uint32_t *code)
{
    *code = 0;
    for (uint64_t i = 0; i < digits.len; i++) {
        char c = digits.data[i];
        char low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *code = *code << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            *code = *code << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    return *code < 0xD800 || *code > 0xDFFF;
}

bool option_parse_char(Str text, char room[4], Str *character)
{
    uint32_t code;
    if (text.len == 6 && str_starts_with(text, STR("\\u")) && hex_code(str_slice(text, 2, 4), &code)) {
        *character = (Str){ room, utf8_put(room, code) };
        return true;
    }
    if (text.len == 2 && text.data[0] == '\\') {
        static const char letters[] = "tnr\\", meanings[] = "\t\n\r\\";
        const char *found = memchr(letters, text.data[1], sizeof letters - 1);
        if (found == NULL)
            return false;
        room[0] = meanings[found - letters];
        *character = (Str){ room, 1 };
        return true;
    }
    if (text.len == 0 || text.len > 4 || utf8_step(text.data, text.data + text.len) != text.len)
        return false;
    memcpy(room, text.data, text.len);
    *character = (Str){ room, text.len };
    return true;
}

/* Index of the choice in "a|b|c", or -1. */
static int64_t choice_find(const char *choices, Str text)
{
    Str rest = str_from(choices);
    for (int64_t index = 0;; index++) {
        int64_t bar = str_find(rest, STR("|"));
        Str choice = bar < 0 ? rest : str_slice(rest, 0, (uint64_t)bar);
        if (str_equal_nocase(choice, text))
            return index;
        if (bar < 0)
            return -1;
        rest = str_slice(rest, (uint64_t)bar + 1, rest.len - (uint64_t)bar - 1);
    }
}

bool option_value_parse(Arena *arena, const ConnOption *option, Str text, OptionValue *value)
{
    bool truth;
    value->option = option;
    value->text = text;
    switch (option->type) {
    case OPT_STRING: return true;
    case OPT_BOOL:
        if (!option_parse_bool(text, &truth))
            return false;
        value->number = truth;
        return true;
    case OPT_INT: return int_parse(text, &value->number) == PARSE_OK;
    case OPT_DOUBLE: return double_parse(text, &value->real) == PARSE_OK;
    case OPT_DURATION: return option_parse_duration_ms(text, &value->number);
    case OPT_SIZE: return option_parse_size(text, &value->number);
    case OPT_CHAR: return option_parse_char(text, arena_alloc(arena, 4, 1), &value->text);
    case OPT_ENUM: value->number = choice_find(option->choices, text); return value->number >= 0;
    default: return false;
    }
}

Str option_type_wants(Arena *arena, const ConnOption *option)
{
    switch (option->type) {
    case OPT_BOOL: return STR("`true` or `false`");
    case OPT_INT: return STR("a whole number");
    case OPT_DOUBLE: return STR("a number");
    case OPT_DURATION: return STR("a length of time such as `10 s` or `5 min`");
    case OPT_SIZE: return STR("a size such as `64 kb` or `128 mb`");
    case OPT_CHAR: return STR("one character");
    case OPT_ENUM: {
        Str choices = str_copy(arena, str_from(option->choices)), list = STR_EMPTY;
        for (uint64_t from = 0; from <= choices.len;) {
            int64_t bar = str_find(str_slice(choices, from, choices.len - from), STR("|"));
            uint64_t len = bar < 0 ? choices.len - from : (uint64_t)bar;
            list = str_printf(arena, "%.*s%s`%.*s`", STR_ARG(list), list.len > 0 ? ", " : "one of ", (int)len,
                              choices.data + from);
            from += len + 1;
        }
        return list;
    }
    default: return STR("text");
    }
}

bool option_name_matches(const char *name, Str key)
{
    Str pattern = str_from(name);
    int64_t star = str_find(pattern, STR("*"));
    if (star < 0)
        return str_equal(pattern, key);
    Str head = str_slice(pattern, 0, (uint64_t)star);
    Str tail = str_slice(pattern, (uint64_t)star + 1, pattern.len - (uint64_t)star - 1);
    return key.len > head.len + tail.len && str_starts_with(key, head) && str_ends_with(key, tail);
}
