/* fn_choose.c -- overloads: the row of a name that needs the least widening. */
#include "compiler/types/fn_rules_internal.h"

enum { COST_NEVER = 1000, COST_ANY = 20 };

/* Place on the ladder of numbers, or -1. */
static int32_t numeric_rank(TypeWord word)
{
    switch (word) {
    case TW_TINYINT: return 0;
    case TW_SMALLINT: return 1;
    case TW_INT: return 2;
    case TW_BIGINT: return 3;
    case TW_DECIMAL: return 4;
    case TW_FLOAT: return 5;
    case TW_DOUBLE: return 6;
    default: return -1;
    }
}

static uint32_t numeric_cost(TypeWord from, TypeWord to)
{
    int32_t a = numeric_rank(from), b = numeric_rank(to);
    if (a < 0 || b < a)
        return COST_NEVER;
    /* A DECIMAL keeps more of itself as DOUBLE. */
    return from == TW_DECIMAL && to == TW_FLOAT ? 3 : (uint32_t)(b - a);
}

static uint32_t time_cost(TypeWord from, TypeWord to)
{
    bool zoned = to == TW_TIMESTAMP_LTZ || to == TW_TIMESTAMP_LTZ9;
    bool from_zoned = from == TW_TIMESTAMP_LTZ || from == TW_TIMESTAMP_LTZ9;
    bool wide = to == TW_TIMESTAMP9 || to == TW_TIMESTAMP_LTZ9;
    bool from_wide = from == TW_TIMESTAMP9 || from == TW_TIMESTAMP_LTZ9;
    if (from == TW_DATE)
        return 2 + zoned + wide;
    if (from != TW_TIMESTAMP && from != TW_TIMESTAMP_LTZ && !from_wide)
        return COST_NEVER;
    return (zoned != from_zoned ? 3 : 0) + (wide == from_wide ? 0 : wide ? 1 : 5);
}

static uint32_t word_cost(const Type *from, TypeWord to)
{
    TypeWord word = type_word(from);
    if (from->kind == TYPE_POISON)
        return 0;
    if (from->kind == TYPE_NULL)
        return 1;
    if (to == TW_ANY)
        return COST_ANY;
    if (word == to)
        return 0;
    switch (to) {
    case TW_TIMESTAMP:
    case TW_TIMESTAMP_LTZ:
    case TW_TIMESTAMP9:
    case TW_TIMESTAMP_LTZ9:
        return time_cost(word, to);
    default:
        return numeric_rank(to) >= 0 ? numeric_cost(word, to) : COST_NEVER;
    }
}

static uint32_t row_cost(const FnDef *fn, const FnArg *args, uint32_t count)
{
    uint32_t hidden = fn_hidden(fn);
    if (fn->form == FORM_ANY)
        return count + hidden >= fn->args_min && (fn->args_max == FN_VARIADIC || count + hidden <= fn->args_max)
                   ? COST_ANY * FN_ARGS_MAX
                   : COST_NEVER;
    if (count + hidden != fn->args_min)
        return COST_NEVER;
    uint32_t cost = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t step = word_cost(args[i].type, (TypeWord)fn->args[i]);
        if (step >= COST_NEVER || (step > 0 && args[i].type->kind != TYPE_NULL && (fn->traits & FN_EXACT) != 0))
            return COST_NEVER;
        cost += step;
    }
    return cost;
}

static void take_argument_types(Arena *query, const FnArg *args, uint32_t count, FnChoice *choice)
{
    choice->args = ARENA_ARRAY(query, const Type *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const Type *type = args[i].type;
        bool text = (choice->fn->traits & FN_TEXT_ARGS) != 0;
        choice->args[i] = choice->fn->form != FORM_ANY
                              ? type_of_word(query, (TypeWord)choice->fn->args[i], type, type->nullable)
                          : text ? type_simple(TYPE_VARCHAR, type->nullable)
                                 : type_plain(query, type);
    }
}

/* FN_ELEMENT_ARG: the second argument becomes an element of the first, an array; false where that could change it. */
static bool take_element_type(Arena *query, const FnArg *args, uint32_t count, FnChoice *choice)
{
    if ((choice->fn->traits & FN_ELEMENT_ARG) == 0 || count < 2 || args[0].type->kind == TYPE_POISON)
        return true;
    const Type *element = args[0].type->element, *type = args[1].type;
    if (args[0].type->kind != TYPE_ARRAY || element == NULL)
        return args[0].type->kind == TYPE_NULL;
    if (type->kind == TYPE_POISON || (type_is_text(element) && type_is_text(type)))
        return true;
    const Type *wanted = type_with_nullable(query, element, type->nullable);
    const Type *common = type->kind == TYPE_NULL ? wanted : type_common(query, element, type);
    if (common == NULL || !type_equal(type_with_nullable(query, common, type->nullable), wanted))
        return false;
    choice->args[1] = wanted;
    return true;
}

bool fn_choose(Arena *query, Str name, const FnArg *args, uint32_t count, FnChoice *choice)
{
    uint32_t best = COST_NEVER;
    *choice = (FnChoice){ 0 };
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if (!str_equal_nocase(name, str_from(FN_DEFS[i].name)))
            continue;
        uint32_t cost = row_cost(&FN_DEFS[i], args, count);
        if (cost >= best)
            continue;
        best = cost;
        choice->fn = &FN_DEFS[i];
    }
    if (choice->fn == NULL)
        return false;
    take_argument_types(query, args, count, choice);
    if (!take_element_type(query, args, count, choice))
        return false;
    return fn_apply_rule(query, choice, args, count);
}

const FnDef *fn_find_row(const char *name, TypeWord result, TypeWord arg)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (fn->result == result && fn->form != FORM_ANY && fn->args_min > 0 && fn->args[0] == arg &&
            strcmp(fn->name, name) == 0)
            return fn;
    }
    return NULL;
}

const FnDef *fn_find_name(Str name)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if (str_equal_nocase(name, str_from(FN_DEFS[i].name)))
            return &FN_DEFS[i];
    }
    return NULL;
}

void fn_arity(Str name, uint32_t *fewest, uint32_t *most)
{
    *fewest = UINT32_MAX;
    *most = 0;
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (!str_equal_nocase(name, str_from(fn->name)))
            continue;
        uint32_t hidden = fn_hidden(fn);
        uint32_t low = fn->args_min - hidden;
        uint32_t high = fn->args_max == FN_VARIADIC ? FN_VARIADIC : fn->args_max - hidden;
        *fewest = low < *fewest ? low : *fewest;
        *most = high > *most ? high : *most;
    }
}

bool agg_choose(Arena *query, Str name, const Type *type, AggChoice *choice)
{
    uint32_t best = COST_NEVER;
    *choice = (AggChoice){ 0 };
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        const AggDef *agg = &AGG_DEFS[i];
        if (!str_equal_nocase(name, str_from(agg->name)))
            continue;
        uint32_t cost = (agg->arg == TW_COUNT) != (type == NULL) ? COST_NEVER
                        : type == NULL                           ? 0
                                                                 : word_cost(type, (TypeWord)agg->arg);
        if (cost >= best)
            continue;
        best = cost;
        choice->agg = agg;
    }
    if (choice->agg == NULL)
        return false;
    if (type != NULL)
        choice->arg = type_of_word(query, (TypeWord)choice->agg->arg, type, type->nullable);
    /* The mean of a DECIMAL has at least 6 fraction digits, and so have the values of which it is made. */
    bool is_avg = (FnRule)((choice->agg->traits >> FN_RULE_SHIFT) & 255) == RULE_AGG_AVG;
    if (is_avg && choice->agg->arg == TW_DECIMAL)
        choice->arg = type_with_nullable(query, agg_rule(query, choice->agg, choice->arg), type->nullable);
    choice->result = agg_rule(query, choice->agg, type == NULL ? NULL : type_plain(query, type));
    return true;
}
