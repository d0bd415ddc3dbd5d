/* query_access.c -- what the viewer may see of an answer: the one authz step of every question. */
#include "compiler/driver/query.h"

#include <stdio.h>

static const Role *find_role(const BoundProgram *bound, Str name)
{
    for (uint32_t i = 0; i < bound->role_count; i++) {
        if (str_equal(bound->roles[i]->name, name))
            return bound->roles[i];
    }
    return NULL;
}

static bool read_attributes(Question *question)
{
    const Args *args = question->args;
    ViewerAttribute *attributes = ARENA_ARRAY(question->arena, ViewerAttribute, args->options.count + 1);
    for (uint32_t i = 0; i < args->options.count; i++) {
        const GivenOption *given = &args->options.items[i];
        if (!str_equal(str_from(given->option->name), STR("--attribute")))
            continue;
        int64_t equals = str_find(given->value, STR("="));
        if (equals <= 0) {
            (void)usage_error(args, "--attribute is NAME=VALUE, not '%.*s'", STR_ARG(given->value));
            return false;
        }
        uint64_t at = (uint64_t)equals;
        attributes[question->viewer.attribute_count++] =
            (ViewerAttribute){ str_slice(given->value, 0, at),
                               str_slice(given->value, at + 1, given->value.len - at - 1) };
    }
    question->viewer.attributes = attributes;
    return true;
}

/* One that nobody reads is a slip of the pen, and would look like a rule that opens nothing. */
static bool are_attributes_read(Question *question)
{
    const Viewer *viewer = &question->viewer;
    uint32_t count;
    Str *names = policy_attributes(question->arena, question->program->bound, viewer->role, NULL, &count);
    Str all = STR_EMPTY;
    for (uint32_t i = 0; i < count; i++)
        all = str_printf(question->arena, "%.*s%s%.*s", STR_ARG(all), i == 0 ? "" : ", ", STR_ARG(names[i]));
    for (uint32_t i = 0; i < viewer->attribute_count; i++) {
        Str name = viewer->attributes[i].name;
        bool is_read = false;
        for (uint32_t k = 0; k < count; k++)
            is_read |= str_equal(names[k], name);
        if (is_read)
            continue;
        Diag *d = question_error(question, E0840, span_none(), "no policy of role `%.*s` reads an attribute `%.*s`",
                                 STR_ARG(viewer->role->name), STR_ARG(name));
        int32_t nearest = diag_nearest(name, names, count);
        if (nearest >= 0)
            diag_help(d, "did you mean `%.*s`?", STR_ARG(names[nearest]));
        else if (count > 0)
            diag_help(d, "they read %.*s", STR_ARG(all));
        return false;
    }
    return true;
}

static bool is_given(const Viewer *viewer, Str name)
{
    bool given = false;
    for (uint32_t i = 0; i < viewer->attribute_count; i++)
        given |= str_equal(viewer->attributes[i].name, name);
    return given;
}

/* A derived metric is asked of its bases, each with rules of its own. */
void question_print_ungiven(const Question *question)
{
    const MetricModel *model = question->model;
    Str said = STR_EMPTY;
    for (uint32_t m = 0; question->viewer.role != NULL && m <= model->base_count; m++) {
        const MetricModel *of = m == 0 ? model : model->bases[m - 1];
        uint32_t count;
        Str *names = policy_attributes(question->arena, question->program->bound, question->viewer.role, of, &count);
        for (uint32_t i = 0; i < count; i++) {
            Str word = str_printf(question->arena, "`%.*s`", STR_ARG(names[i]));
            if (is_given(&question->viewer, names[i]) || str_find(said, word) >= 0)
                continue;
            said = str_printf(question->arena, "%.*s%.*s", STR_ARG(said), STR_ARG(word));
            fprintf(stderr, "a policy of %.*s reads the attribute %.*s, which was not given: --attribute %.*s=VALUE\n",
                    STR_ARG(of->metric->name), STR_ARG(word), STR_ARG(names[i]));
        }
    }
}

int question_viewer(Question *question)
{
    const BoundProgram *bound = question->program->bound;
    Str name = args_value(question->args, "--as");
    if (!read_attributes(question))
        return EXIT_USAGE;
    if (name.data == NULL && question->viewer.attribute_count > 0)
        return usage_error(question->args, "--attribute says something of a role: name it with --as");
    if (name.data == NULL)
        return EXIT_DONE;
    question->viewer.role = find_role(bound, name);
    if (question->viewer.role != NULL)
        return are_attributes_read(question) ? EXIT_DONE : EXIT_USAGE;
    Str *names = ARENA_ARRAY(question->arena, Str, bound->role_count + 1);
    for (uint32_t i = 0; i < bound->role_count; i++)
        names[i] = bound->roles[i]->name;
    int32_t nearest = diag_nearest(name, names, bound->role_count);
    Diag *d = question_error(question, E0840, span_none(), "there is no role `%.*s`", STR_ARG(name));
    if (nearest >= 0)
        diag_help(d, "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return EXIT_USAGE;
}

static bool reads(const Expr *expr, uint32_t column)
{
    bool found = expr->op == EXPR_COLUMN && expr->column == column;
    for (uint32_t i = 0; !found && i < expr->arg_count; i++)
        found = reads(expr->args[i], column);
    return found;
}

/* Where the policies stand that open it to others. */
static void note_policies(const Question *question, const MetricModel *model, Diag *d)
{
    const BoundProgram *bound = question->program->bound;
    for (uint32_t i = 0; i < bound->policy_count; i++) {
        const Policy *policy = bound->policies[i];
        bool is_of_model = false;
        for (uint32_t m = 0; m < policy->metric_count; m++)
            is_of_model |= policy->metrics[m] == model;
        if (is_of_model)
            diag_note(d, policy->span, "policy `%.*s` opens `%.*s` to other roles", STR_ARG(policy->name),
                      STR_ARG(model->metric->name));
    }
}

static bool hidden(Question *question, const MetricModel *model, const Grant *grant)
{
    Str role = question->viewer.role->name, name = model->metric->name, asked = question->model->metric->name;
    Str because = model == question->model
                      ? STR_EMPTY
                      : str_printf(question->arena, ", which is worked out from `%.*s`", STR_ARG(name));
    Diag *d = question_error(question, E0843, span_none(), "role `%.*s` does not see `%.*s`%.*s", STR_ARG(role),
                             STR_ARG(asked), STR_ARG(because));
    note_policies(question, model, d);
    if (grant->is_over_hidden)
        diag_help(d,
                  "a policy rules a metric that it reads; say of this one what they see: CREATE POLICY .. ON METRIC "
                  "%.*s TO %.*s",
                  STR_ARG(name), STR_ARG(role));
    return false;
}

static bool denied(Question *question, const MetricModel *model, const MetricColumn *column)
{
    Str role = question->viewer.role->name;
    question_error(question, E0843, span_none(), "`%.*s` of `%.*s` is masked for role `%.*s`", STR_ARG(column->name),
                   STR_ARG(model->metric->name), STR_ARG(role));
    return false;
}

/* What the answer leaves out, for its notes. */
static void note_masked(Question *question, const MetricColumn *column)
{
    Arena *arena = question->arena;
    question->masked = str_printf(arena, "%.*s%s%.*s", STR_ARG(question->masked), question->masked.len > 0 ? ", " : "",
                                  STR_ARG(column->name));
}

bool question_authorize(Question *question, const MetricModel *model, MetricAsk *ask)
{
    Grant grant;
    if (model == question->model)
        question->masked = STR_EMPTY;
    if (!authz(question->arena, question->program->bound, model, &question->viewer, question->program->diags, &grant))
        return false;
    if (grant.is_hidden)
        return hidden(question, model, &grant);
    for (uint32_t i = 0; i < ask->by_count; i++) {
        if (grant.masked[ask->by[i]])
            return denied(question, model, &model->columns[ask->by[i]]);
    }
    for (uint32_t c = 0; c < model->column_count; c++) {
        bool filters = model == question->model && question->filter != NULL && reads(question->filter, c);
        if (grant.masked[c] && (filters || (ask->condition != NULL && reads(ask->condition, c))))
            return denied(question, model, &model->columns[c]);
    }
    uint32_t *measures = ARENA_ARRAY(question->arena, uint32_t, ask->measure_count + 1), count = 0;
    for (uint32_t i = 0; i < ask->measure_count; i++) {
        bool needed = question->model != model; /* a derived measure is worked out from it */
        if (grant.masked[ask->measures[i]] && needed)
            return denied(question, model, &model->columns[ask->measures[i]]);
        if (grant.masked[ask->measures[i]])
            note_masked(question, &model->columns[ask->measures[i]]);
        else
            measures[count++] = ask->measures[i];
    }
    bool all_masked = count == 0 && ask->measure_count > 0;
    if (all_masked)
        return denied(question, model, &model->columns[ask->measures[0]]);
    ask->measures = measures;
    ask->measure_count = count;
    if (grant.rule == NULL)
        return true;
    ask->needs_own_rows |= model->time_column >= 0 && reads(grant.rule, (uint32_t)model->time_column);
    const Expr *both[] = { grant.rule, ask->condition };
    ask->condition = ask->condition == NULL
                         ? grant.rule
                         : expr_op(question->arena, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2, span_none());
    return true;
}
