/* parse_exprs.c -- makes the nodes of queries and expressions for the grammar. */
#include "compiler/parse/parse_internal.h"

#define NEW(k, span) ast_make(&p->build, k, (span))
#define SET(n, k, f, value) ast_put(&p->build, (n), AST_AT_##k##_##f, (value))
#define PUSH(list, item) ast_append(&p->build, (list), (item))

/* ---------------------------------------------------------------- queries */
AstNode *parse_query_node(ParseState *p, const ParseWith *with, AstNode *body, AstNode *order_by, ParseLimit limit)
{
    AstNode *query = NEW(query, with != NULL ? parse_span_from(p, with->span) : parse_span_node(p, body));
    if (with != NULL) {
        ast_set_num(query, query, recursive, with->recursive);
        SET(query, query, ctes, with->ctes);
    }
    SET(query, query, body, body);
    SET(query, query, order_by, order_by);
    SET(query, query, limit, limit.limit);
    SET(query, query, offset, limit.offset);
    return query;
}

AstNode *parse_values(ParseState *p, Span span, AstNode *rows)
{
    AstNode *values = NEW(values, span);
    for (uint32_t i = 0; i < ast_count(rows); i++) {
        AstNode *item = ast_at(rows, i);
        if (item->kind == AST_ROW)
            continue;
        AstNode *row = NEW(row, item->span);
        SET(row, row, items, PUSH(NULL, item));
        ast_put(&p->build, rows, i, row);
    }
    SET(values, values, rows, rows);
    return values;
}

/* A UNION ALL of many stays one node; what stands in parentheses is a QUERY and is left alone. */
AstNode *parse_set_op(ParseState *p, AstSetOp op, int all, AstNode *left, AstNode *right)
{
    bool joins = left->kind == AST_SET_OP && op == AST_UNION && all && ast_set_op_op(left) == AST_UNION &&
                 ast_set_op_all(left);
    AstNode *node = joins ? left : NEW(set_op, parse_span_node(p, left));
    AstNode *inputs = joins ? ast_set_op_inputs(left) : PUSH(NULL, left);
    SET(node, set_op, inputs, PUSH(inputs, right));
    ast_set_num(node, set_op, op, op);
    ast_set_num(node, set_op, all, all);
    node->span = parse_span_node(p, node);
    return node;
}

AstNode *parse_select_item(ParseState *p, AstNode *expr, AstNode *alias)
{
    AstNode *item = NEW(select_item, parse_span_node(p, expr));
    SET(item, select_item, expr, expr);
    SET(item, select_item, alias, alias);
    return item;
}

AstNode *parse_star_of(ParseState *p, AstNode *path)
{
    AstNode *star = NEW(star, parse_span_node(p, path));
    SET(star, star, qualifier, parse_path_as_name(p, path));
    return star;
}

AstNode *parse_group_item(ParseState *p, AstNode *expr)
{
    if (expr->kind != AST_ROW || ast_row_keyword(expr))
        return expr;
    AstNode *group = NEW(expr_group, expr->span);
    SET(group, expr_group, items, ast_row_items(expr));
    return group;
}

AstNode *parse_grouping(ParseState *p, Span span, AstGrouping kind, AstNode *items)
{
    AstNode *grouping = NEW(grouping, span);
    ast_set_num(grouping, grouping, kind, kind);
    SET(grouping, grouping, items, items);
    return grouping;
}

/* The 1 that FETCH FIRST ROW ONLY means. */
AstNode *parse_one(ParseState *p, const LexToken *before)
{
    LexToken one = { LEX_INTEGER, before->start, before->start, STR("1"), false, false };
    return parse_number(p, AST_INTEGER, &one);
}

AstNode *parse_join(ParseState *p, AstJoin kind, AstNode *left, AstNode *right)
{
    AstNode *join = NEW(join, parse_span_node(p, left));
    ast_set_num(join, join, kind, kind);
    SET(join, join, left, left);
    SET(join, join, right, right);
    return join;
}

void parse_alias(ParseState *p, AstNode *table, ParseAlias alias)
{
    if (alias.name == NULL)
        return;
    uint32_t at = table->field_count - 2;
    assert(strcmp(ast_kind_info(table->kind)->fields[at].name, "alias") == 0);
    ast_put(&p->build, table, at, alias.name);
    ast_put(&p->build, table, at + 1, alias.columns);
    table->span = parse_span_node(p, table);
}

AstNode *parse_table_function(ParseState *p, Span span, AstNode *call, bool wrapped, bool lateral, AstNode *hints)
{
    AstNode *node = NEW(table_function, span);
    ast_set_num(node, table_function, lateral, lateral);
    ast_set_num(node, table_function, wrapped, wrapped);
    SET(node, table_function, call, call);
    SET(node, table_function, hints, hints);
    return node;
}

AstNode *parse_unnest(ParseState *p, Span span, AstNode *args, int ordinality, int lateral)
{
    AstNode *node = NEW(unnest, span);
    SET(node, unnest, args, args);
    ast_set_num(node, unnest, ordinality, ordinality);
    ast_set_num(node, unnest, lateral, lateral);
    return node;
}

AstNode *parse_single(AstNode *sequence)
{
    AstNode *items = ast_pattern_seq_items(sequence);
    return ast_count(items) == 1 ? ast_at(items, 0) : sequence;
}

AstNode *parse_window_spec(ParseState *p, AstNode *base, AstNode *partition_by, AstNode *order_by, ParseFrame frame)
{
    AstNode *spec = NEW(window_spec, ((Span){ p->source->file, p->end, p->end }));
    SET(spec, window_spec, base, base);
    SET(spec, window_spec, partition_by, partition_by);
    SET(spec, window_spec, order_by, order_by);
    ast_set_num(spec, window_spec, frame, frame.unit);
    SET(spec, window_spec, frame_start, frame.start);
    SET(spec, window_spec, frame_end, frame.end);
    return spec;
}

AstNode *parse_bound(ParseState *p, Span span, AstBound kind, AstNode *offset)
{
    AstNode *bound = NEW(frame_bound, span);
    ast_set_num(bound, frame_bound, kind, kind);
    SET(bound, frame_bound, offset, offset);
    return bound;
}

/* ---------------------------------------------------------------- operators */
AstNode *parse_logic(ParseState *p, AstOp op, AstNode *left, AstNode *right)
{
    bool joins = left->kind == AST_LOGIC && ast_logic_op(left) == op;
    AstNode *node = joins ? left : NEW(logic, parse_span_node(p, left));
    AstNode *args = joins ? ast_logic_args(left) : PUSH(NULL, left);
    ast_set_num(node, logic, op, op);
    SET(node, logic, args, PUSH(args, right));
    node->span = parse_span_node(p, node);
    return node;
}

AstNode *parse_concat(ParseState *p, AstNode *left, AstNode *right)
{
    bool joins = left->kind == AST_CONCAT;
    AstNode *node = joins ? left : NEW(concat, parse_span_node(p, left));
    AstNode *args = joins ? ast_concat_args(left) : PUSH(NULL, left);
    SET(node, concat, args, PUSH(args, right));
    node->span = parse_span_node(p, node);
    return node;
}

AstNode *parse_unary(ParseState *p, AstOp op, const LexToken *sign, AstNode *operand)
{
    AstNode *node = NEW(unary, parse_span_token(p, sign));
    ast_set_num(node, unary, op, op);
    SET(node, unary, operand, operand);
    ast_set_place(node, unary, op_span, ((Span){ p->source->file, sign->start, sign->end }));
    return node;
}

AstNode *parse_binary(ParseState *p, AstOp op, AstNode *left, const LexToken *sign, AstNode *right)
{
    AstNode *node = NEW(binary, parse_span_node(p, left));
    ast_set_num(node, binary, op, op);
    SET(node, binary, left, left);
    SET(node, binary, right, right);
    ast_set_place(node, binary, op_span, ((Span){ p->source->file, sign->start, sign->end }));
    return node;
}

AstNode *parse_quantified(ParseState *p, AstOp op, int all, AstNode *operand, ParseSet set)
{
    AstNode *node = NEW(quantified, parse_span_node(p, operand));
    ast_set_num(node, quantified, op, op);
    ast_set_num(node, quantified, all, all);
    SET(node, quantified, operand, operand);
    SET(node, quantified, query, set.query);
    SET(node, quantified, items, set.items);
    return node;
}

AstNode *parse_in(ParseState *p, AstNode *operand, ParseSet set, bool negated)
{
    AstNode *node;
    if (set.query != NULL) {
        node = NEW(in_query, parse_span_node(p, operand));
        SET(node, in_query, operand, operand);
        SET(node, in_query, query, set.query);
        ast_set_num(node, in_query, negated, negated);
    } else {
        node = NEW(in_list, parse_span_node(p, operand));
        SET(node, in_list, operand, operand);
        SET(node, in_list, items, set.items);
        ast_set_num(node, in_list, negated, negated);
    }
    return node;
}

AstNode *parse_between(ParseState *p, AstNode *operand, int symmetric, AstNode *low, AstNode *high, bool negated)
{
    AstNode *node = NEW(between, parse_span_node(p, operand));
    SET(node, between, operand, operand);
    SET(node, between, low, low);
    SET(node, between, high, high);
    ast_set_num(node, between, negated, negated);
    ast_set_num(node, between, symmetric, symmetric);
    return node;
}

AstNode *parse_like(ParseState *p, AstNode *operand, AstNode *pattern, AstNode *escape, int how)
{
    AstNode *node = NEW(like, parse_span_node(p, operand));
    SET(node, like, operand, operand);
    SET(node, like, pattern, pattern);
    SET(node, like, escape, escape);
    ast_set_num(node, like, negated, how & 1);
    ast_set_num(node, like, similar, how >> 1);
    return node;
}

AstNode *parse_is(ParseState *p, AstNode *operand, AstIs what, bool negated)
{
    AstNode *node = NEW(is, parse_span_node(p, operand));
    SET(node, is, operand, operand);
    ast_set_num(node, is, what, what);
    ast_set_num(node, is, negated, negated);
    return node;
}

AstNode *parse_distinct_from(ParseState *p, AstNode *left, AstNode *right, bool negated)
{
    AstNode *node = NEW(distinct_from, parse_span_node(p, left));
    SET(node, distinct_from, left, left);
    SET(node, distinct_from, right, right);
    ast_set_num(node, distinct_from, negated, negated);
    return node;
}

/* ---------------------------------------------------------------- primaries */
AstNode *parse_field(ParseState *p, AstNode *base, AstNode *name)
{
    AstNode *node = NEW(field, parse_span_node(p, base));
    SET(node, field, base, base);
    SET(node, field, name, name);
    return node;
}

AstNode *parse_index(ParseState *p, AstNode *base, AstNode *index)
{
    AstNode *node = NEW(index, parse_span_node(p, base));
    SET(node, index, base, base);
    SET(node, index, index, index);
    return node;
}

/* Parentheses leave no node behind; the span takes them in. */
AstNode *parse_parenthesised(ParseState *p, const LexToken *open, AstNode *expr)
{
    expr->span = parse_span_token(p, open);
    return expr;
}

AstNode *parse_time_between(ParseState *p, const LexToken *open, AstNode *expr, AstUnit unit, AstUnit to_unit)
{
    AstNode *between = NEW(time_between, parse_span_token(p, open));
    if (expr->kind != AST_BINARY || ast_binary_op(expr) != AST_OP_SUB) {
        Diag *diag = parse_refuse(p, E0101, between->span, "a unit of time stands behind the difference of two times");
        diag_help(diag, "it is written (a - b) DAY; a name of a column with this word is written AS or in backquotes");
        return expr;
    }
    SET(between, time_between, left, ast_binary_left(expr));
    SET(between, time_between, right, ast_binary_right(expr));
    ast_set_num(between, time_between, unit, unit);
    ast_set_num(between, time_between, to_unit, to_unit);
    return between;
}

AstNode *parse_prepend(ParseState *p, AstNode *first, AstNode *rest)
{
    AstNode *list = PUSH(NULL, first);
    for (uint32_t i = 0; i < ast_count(rest); i++)
        list = PUSH(list, ast_at(rest, i));
    return list;
}

AstNode *parse_row(ParseState *p, Span span, AstNode *first, AstNode *rest)
{
    AstNode *row = NEW(row, span);
    SET(row, row, items, parse_prepend(p, first, rest));
    return row;
}

AstNode *parse_map(ParseState *p, Span span, AstNode *items)
{
    AstNode *map = NEW(map, span);
    SET(map, map, items, items);
    if (ast_count(items) % 2 != 0)
        parse_refuse(p, E0101, span, "MAP[..] takes keys and values in turn, and the last key has no value");
    return map;
}

AstNode *parse_unknown(ParseState *p, Span span)
{
    AstNode *cast = NEW(cast, span);
    SET(cast, cast, operand, NEW(null, span));
    SET(cast, cast, type, parse_type_node(p, span, AST_TYPE_BOOLEAN));
    return cast;
}

AstNode *parse_datetime(ParseState *p, Span span, AstType kind, const LexToken *text)
{
    AstNode *node = NEW(datetime, span);
    ast_set_num(node, datetime, kind, kind);
    ast_set_text(node, datetime, text, text->text);
    return node;
}

AstNode *parse_interval(ParseState *p, Span span, int negative, const LexToken *text, ParseUnits units)
{
    AstNode *node = NEW(interval, span);
    ast_set_text(node, interval, text, text->text);
    ast_set_num(node, interval, negative, negative);
    ast_set_num(node, interval, unit, units.unit);
    ast_set_num(node, interval, to_unit, units.to_unit);
    ast_set_num(node, interval, precision, units.precision);
    ast_set_num(node, interval, scale, units.scale);
    return node;
}

/* ---------------------------------------------------------------- calls */
/* A path that turned out to be the name of a function or a table. */
AstNode *parse_path_as_name(ParseState *p, AstNode *path)
{
    AstNode *name = NEW(qname, path->span);
    SET(name, qname, parts, ast_column_ref_parts(path));
    return name;
}

AstNode *parse_call(ParseState *p, AstNode *name, const ParseArgs *args)
{
    AstNode *call = NEW(call, parse_span_node(p, name));
    SET(call, call, name, name);
    SET(call, call, args, args->args);
    SET(call, call, order_by, args->order_by);
    ast_set_num(call, call, distinct, args->distinct);
    ast_set_num(call, call, star, args->star);
    ast_set_num(call, call, nulls, args->nulls);
    return call;
}

AstNode *parse_call_words(ParseState *p, const LexToken *word, AstCallSyntax syntax, AstNode *args)
{
    AstNode *call = NEW(call, parse_span_token(p, word));
    AstNode *part = parse_name(p, word);
    AstNode *name = NEW(qname, part->span);
    SET(name, qname, parts, PUSH(NULL, part));
    SET(call, call, name, name);
    ast_set_num(call, call, syntax, syntax);
    SET(call, call, args, args);
    return call;
}

AstNode *parse_call_suffixes(ParseState *p, AstNode *call, ParseSuffixes suffixes)
{
    SET(call, call, within_group, suffixes.within_group);
    SET(call, call, filter, suffixes.filter);
    SET(call, call, over, suffixes.over);
    if (suffixes.nulls != AST_CALL_NULLS_DEFAULT)
        ast_set_num(call, call, nulls, suffixes.nulls);
    call->span = parse_span_node(p, call);
    return call;
}

AstNode *parse_match_scope(ParseState *p, Span span, AstNode *call, bool final)
{
    AstNode *node = NEW(match_scope, span);
    ast_set_num(node, match_scope, final, final);
    SET(node, match_scope, expr, call);
    return node;
}

AstNode *parse_json_call(ParseState *p, const LexToken *word, AstNode *args, AstNode *clauses)
{
    AstNode *call = parse_call_words(p, word, AST_CALL_PLAIN, args);
    SET(call, call, json, clauses);
    return call;
}

AstNode *parse_json_null(ParseState *p, AstJsonNull on_null)
{
    if (on_null == AST_JSON_NULL_DEFAULT)
        return NULL;
    AstNode *clauses = NEW(json_clauses, ((Span){ p->source->file, p->end, p->end }));
    ast_set_num(clauses, json_clauses, on_null, on_null);
    return clauses;
}

AstNode *parse_json_clauses(ParseState *p, AstNode *clauses, const LexToken *token)
{
    if (clauses == NULL)
        clauses = NEW(json_clauses, parse_span_token(p, token));
    clauses->span = parse_span_node(p, clauses);
    return clauses;
}

AstNode *parse_json_on(ParseState *p, AstNode *clauses, ParseJsonOn on, bool empty)
{
    clauses = parse_json_clauses(p, clauses, &on.token);
    AstJsonOn before = empty ? ast_json_clauses_on_empty(clauses) : ast_json_clauses_on_error(clauses);
    if (before != AST_JSON_ON_DEFAULT)
        parse_refuse(p, E0103, parse_span_token(p, &on.token),
                     empty ? "`ON EMPTY` is given twice" : "`ON ERROR` is given twice");
    if (empty) {
        ast_set_num(clauses, json_clauses, on_empty, on.on);
        SET(clauses, json_clauses, empty_default, on.value);
    } else {
        ast_set_num(clauses, json_clauses, on_error, on.on);
        SET(clauses, json_clauses, error_default, on.value);
    }
    return clauses;
}

/* (a, b) behind PARTITION BY of a table argument: the two expressions, not a row of them. */
AstNode *parse_key_list(ParseState *p, AstNode *expr)
{
    bool list = expr->kind == AST_ROW && !ast_row_keyword(expr);
    return list ? ast_row_items(expr) : PUSH(NULL, expr);
}

AstNode *parse_sort_list(ParseState *p, AstNode *item)
{
    AstNode *expr = ast_sort_item_expr(item);
    if (expr->kind != AST_ROW || ast_row_keyword(expr))
        return PUSH(NULL, item);
    AstNode *list = NULL;
    for (uint32_t i = 0; i < ast_count(ast_row_items(expr)); i++) {
        AstNode *one = NEW(sort_item, ast_at(ast_row_items(expr), i)->span);
        SET(one, sort_item, expr, ast_at(ast_row_items(expr), i));
        list = PUSH(list, one);
    }
    return list;
}

AstNode *parse_table_arg(ParseState *p, Span span, AstNode *table, AstNode *hints, ParseArgTail tail)
{
    AstNode *node = NEW(table_arg, span);
    SET(node, table_arg, table, table);
    SET(node, table_arg, hints, hints);
    SET(node, table_arg, partition_by, tail.partition_by);
    SET(node, table_arg, order_by, tail.order_by);
    return node;
}
