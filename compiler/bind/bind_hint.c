/* bind_hint.c -- the hints of a SELECT: STATE_TTL('table' = '1 d'), for how long its groups live without a row. */
#include "compiler/bind/bind_internal.h"

#include "compiler/logical/nodes.h"
#include "runtime/conn/connector.h"

static bool names_source(Binder *binder, const Relation *from, const AstNode *option)
{
    Str key = ast_option_key(option);
    Str *names = ARENA_ARRAY(binder->query, Str, from->sources.count + 1);
    for (uint32_t i = 0; i < from->sources.count; i++) {
        names[i] = from->sources.items[i].alias;
        if (str_equal(names[i], key))
            return true;
    }
    if (from->open || from->poison)
        return true;
    Diag *d = diag_error(binder->diags, E0201, option->span, "STATE_TTL names `%.*s`, which is no table of this SELECT",
                         STR_ARG(key));
    int32_t nearest = diag_nearest(key, names, from->sources.count);
    if (nearest >= 0)
        diag_help(d, "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return false;
}

static bool read_ttl(Binder *binder, const Relation *from, const AstNode *hint, int64_t *ttl_us)
{
    bool good = ast_count(ast_hint_args(hint)) > 0;
    AST_EACH(arg, ast_hint_args(hint)) {
        int64_t ms = -1;
        if (arg->kind != AST_OPTION) {
            good = false;
            continue;
        }
        if (!names_source(binder, from, arg))
            return false;
        good = good && option_parse_duration_ms(ast_option_value(arg), &ms) && ms >= 0 && ms <= INT64_MAX / 1000;
        if (good && ms * 1000 > *ttl_us)
            *ttl_us = ms * 1000;
    }
    if (good)
        return true;
    Diag *d = diag_error(binder->diags, E0405, hint->span, "STATE_TTL takes tables and how long their rows are known");
    diag_help(d, "such as STATE_TTL('clicks' = '1 d')");
    return false;
}

bool bind_hints(Binder *binder, const AstNode *hints, const Relation *from, int64_t *ttl_us)
{
    bool good = true;
    *ttl_us = 0;
    AST_EACH(hint, hints) {
        if (str_equal_nocase(ast_name_text(ast_hint_name(hint)), STR("STATE_TTL")))
            good = read_ttl(binder, from, hint, ttl_us) && good;
        else
            refuse(binder, hint->span, "a hint");
    }
    return good;
}

/* The last group in the flow of rows, which is that of the SELECT itself. */
static const LogicalNode *with_ttl(Binder *binder, const LogicalNode *node, int64_t ttl_us, uint32_t *found)
{
    if (node->kind == LOGICAL_GROUP) {
        ++*found;
        LogicalNode *copy = ARENA_NEW(binder->query, LogicalNode);
        *copy = *node;
        copy->as.aggregate.ttl_us = ttl_us;
        return copy;
    }
    if (node->input_count != 1 || node->kind == LOGICAL_AGGREGATE)
        return node;
    const LogicalNode *input = with_ttl(binder, node->inputs[0], ttl_us, found);
    return logical_with_inputs(binder->query, node, &input);
}

Relation *hint_ttl(Binder *binder, Relation *relation, const AstNode *hints, int64_t ttl_us)
{
    if (ttl_us == 0 || relation->poison)
        return relation;
    Span span = ast_at(hints, 0)->span;
    uint32_t found = 0;
    Relation *living = ARENA_NEW(binder->query, Relation);
    *living = *relation;
    living->node = with_ttl(binder, relation->node, ttl_us, &found);
    const Table *table = logical_timeless(relation->node);
    if (found > 0 && table == NULL)
        return living;
    if (found == 0) {
        refuse(binder, span, "STATE_TTL of a SELECT that keeps no groups");
        return relation_poison(binder);
    }
    Diag *d = diag_error(binder->diags, E0405, span, "STATE_TTL counts event time, and `%.*s` has no watermark",
                         STR_ARG(table->name));
    diag_label(d, table->span, "declared here");
    diag_help(d, "declare WATERMARK FOR a time column");
    return relation_poison(binder);
}
