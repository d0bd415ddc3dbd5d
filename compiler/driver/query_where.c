/* query_where.c -- what --where asks: of the rows that are stored, or of the windows of the answer.
 *
 * A condition over the time means the windows that are shown.  Stored rows may be finer (a grain), later windows may
 * roll over them, and those of an earlier time stand beside them (--compare): such conditions wait for the answer.  All
 * others choose among stored rows, where they save the most. */
#include "compiler/driver/query.h"

#include "compiler/logical/expr_eval.h"

static bool reads_time(const Question *question, const Expr *expr)
{
    const MetricModel *model = question->model;
    uint64_t *reads = ARENA_ARRAY(question->arena, uint64_t, model->column_count / 64 + 1);
    uint32_t time = model->time_column < 0 ? 0 : (uint32_t)model->time_column;
    expr_columns(expr, reads);
    return model->time_column >= 0 && (reads[time / 64] >> time % 64 & 1) != 0;
}

/* The dimension of the condition that the rows of the answer do not show; -1: they show all. */
static int32_t hidden_dimension(const Question *question, const Expr *expr)
{
    const MetricModel *model = question->model;
    uint64_t *reads = ARENA_ARRAY(question->arena, uint64_t, model->column_count / 64 + 1);
    expr_columns(expr, reads);
    for (uint32_t c = 0; c < model->column_count; c++) {
        bool is_shown = (int32_t)c == model->time_column;
        for (uint32_t i = 0; i < question->by_count; i++)
            is_shown |= question->by[i] == c;
        if ((reads[c / 64] >> c % 64 & 1) != 0 && !is_shown)
            return (int32_t)c;
    }
    return -1;
}

static const Expr *both(const Question *question, const Expr *left, const Expr *right)
{
    const Expr **args = ARENA_ARRAY(question->arena, const Expr *, 2);
    args[0] = left;
    args[1] = right;
    return left == NULL ? right
                        : expr_op(question->arena, EXPR_AND, type_simple(TYPE_BOOLEAN, true), args, 2, right->span);
}

static bool cut(Question *question, const Expr *condition, bool waits)
{
    bool good = true;
    if (condition->op == EXPR_AND) {
        for (uint32_t i = 0; i < condition->arg_count; i++)
            good &= cut(question, condition->args[i], waits);
        return good;
    }
    if (!waits || !reads_time(question, condition)) {
        question->condition = both(question, question->condition, condition);
        return true;
    }
    int32_t hidden = hidden_dimension(question, condition);
    question->filter = both(question, question->filter, condition);
    if (hidden < 0)
        return true;
    Str name = question->model->columns[hidden].name;
    Diag *d = question_error(question, E0832, condition->span,
                             "a condition over the time is asked of the windows shown, which do not tell `%.*s` apart",
                             STR_ARG(name));
    diag_help(d, "add %.*s to --by, or part the two with AND", STR_ARG(name));
    return false;
}

bool question_cut_condition(Question *question, const Expr *condition)
{
    const MetricModel *model = question->model;
    bool is_coarse = question->grain_us > 0 && question->grain_us != model->grain_us;
    return cut(question, condition, is_coarse || model->base_count > 0 || question->compare_count > 0);
}

RtDatum question_shown_time(const Question *question, const RtDatum *values)
{
    const MetricModel *model = question->model;
    RtDatum time = values[0];
    if (model->columns[model->time_column].type->kind != TYPE_DATE)
        return time;
    int64_t day_us = INT64_C(86400000000), past = time.value.i64 % day_us;
    int64_t days = time.value.i64 / day_us - (past < 0);
    return (RtDatum){ .kind = PK_I32, .value.i32 = (int32_t)days };
}

bool question_wants(const Question *question, const RtDatum *values)
{
    if (question->filter == NULL)
        return true;
    const MetricModel *model = question->model;
    ArenaMark mark = arena_mark(question->arena);
    RtDatum *columns = ARENA_ARRAY(question->arena, RtDatum, model->column_count + 1);
    FnCtx fn = { .batch = question->arena };
    ExprEval eval = { .fn = &fn, .columns = columns };
    columns[model->time_column] = question_shown_time(question, values);
    for (uint32_t i = 0; i < question->by_count; i++)
        columns[question->by[i]] = values[1 + i];
    bool wants = expr_eval_is_true(&eval, question->filter);
    arena_release(question->arena, mark);
    return wants;
}
