/* bind_test_role.c -- TEST .. AS ROLE: the metric as its policies open it to one role.
 *
 * The one authz step decides.  Rows that the role does not see do not come, columns that are masked for it have no
 * name; what CURRENT_USER_ATTRIBUTES holds is unknown in a test, so a rule that asks for it opens nothing. */
#include "compiler/bind/bind_test_internal.h"

static const Role *find_role(TestBinder *t, const AstNode *name)
{
    const BoundProgram *program = t->program;
    Str *names = ARENA_ARRAY(t->binder->query, Str, program->role_count + 1);
    for (uint32_t i = 0; i < program->role_count; i++) {
        names[i] = program->roles[i]->name;
        if (str_equal(names[i], ast_name_text(name)))
            return program->roles[i];
    }
    Str message = str_printf(t->binder->query, "there is no role `%.*s`", STR_ARG(ast_name_text(name)));
    Diag *d = test_error(t, E0840, name->span, message);
    int32_t nearest = diag_nearest(ast_name_text(name), names, program->role_count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return NULL;
}

bool test_column_is_hidden(const TestBinder *t, Str name)
{
    if (t->test->role == NULL || t->model == NULL)
        return false;
    int32_t at = metric_column(t->model, name);
    return at >= 0 && (t->test->grant.is_hidden || t->test->grant.masked[at]);
}

static bool reads_masked(const MetricModel *model, const Grant *bases, const Expr *value)
{
    bool masked = false;
    if (value->op == EXPR_COLUMN) {
        const MetricInput *input = &model->inputs[value->column];
        masked = bases[input->base].masked[input->column];
    }
    for (uint32_t i = 0; i < value->arg_count && !masked; i++)
        masked = reads_masked(model, bases, value->args[i]);
    return masked;
}

/* What a derived metric is made of is seen by the rules of each base; what one of them masks is in no column of it. */
static bool add_bases(TestBinder *t, const Viewer *viewer)
{
    const MetricModel *model = t->model;
    Grant *grant = &t->test->grant, *bases = ARENA_ARRAY(t->binder->query, Grant, model->base_count + 1);
    bool *masked = ARENA_ARRAY(t->binder->query, bool, model->column_count + 1);
    for (uint32_t b = 0; b < model->base_count; b++) {
        if (!authz(t->binder->query, t->program, model->bases[b], viewer, t->binder->diags, &bases[b]))
            return false;
        grant->is_hidden |= bases[b].is_hidden;
    }
    for (uint32_t c = 0; c < model->column_count; c++) {
        const MetricColumn *column = &model->columns[c];
        masked[c] = grant->masked[c];
        for (uint32_t b = 0; b < model->base_count && column->role == METRIC_DIMENSION; b++)
            masked[c] |= bases[b].masked[metric_column(model->bases[b], column->name)];
        if (column->role == METRIC_MEASURE)
            masked[c] |= reads_masked(model, bases, column->value);
    }
    grant->masked = masked;
    t->test->base_grants = bases;
    return true;
}

/* What is left of the result. */
static void drop_hidden(TestBinder *t)
{
    LogicalColumn *seen = ARENA_ARRAY(t->binder->query, LogicalColumn, t->result_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->result_count; i++) {
        if (!test_column_is_hidden(t, t->result[i].name))
            seen[count++] = t->result[i];
    }
    t->result = seen;
    t->result_count = count;
}

void test_bind_role(TestBinder *t, const AstNode *name)
{
    if (name == NULL || t->failed)
        return;
    if (t->model == NULL) {
        test_error(t, E0343, name->span, STR("AS ROLE is for a test FOR a metric: policies open metrics"));
        return;
    }
    Viewer viewer = { .role = find_role(t, name) };
    if (viewer.role == NULL)
        return;
    if (!authz(t->binder->query, t->program, t->model, &viewer, t->binder->diags, &t->test->grant)) {
        t->failed = true;
        return;
    }
    if (t->model->base_count > 0 && !add_bases(t, &viewer)) {
        t->failed = true;
        return;
    }
    t->test->role = viewer.role;
    drop_hidden(t);
}

void test_bind_hidden(TestBinder *t, const AstNode *ast)
{
    Arena *query = t->binder->query;
    TestStep step = { .kind = STEP_EXPECT_HIDDEN, .span = ast->span };
    if (t->test->role == NULL) {
        if (!t->failed)
            test_error(t, E0343, ast->span, STR("EXPECT HIDDEN needs AS ROLE: the author sees every column"));
        return;
    }
    AST_EACH(name, ast_expect_hidden_columns(ast)) {
        Str text = ast_name_text(name);
        if (metric_column(t->model, text) < 0) {
            test_error(t, E0342, name->span,
                       str_printf(query, "`%.*s` has no column `%.*s`", STR_ARG(t->test->metric), STR_ARG(text)));
        } else if (!test_column_is_hidden(t, text) && step.seen.len == 0) {
            step.seen = text;
        }
    }
    vec_push(query, &t->steps, step);
}
