/* bind_policy.c -- CREATE ROLE, CREATE POLICY, and the one step that turns them into what a viewer may see. */
#include "compiler/bind/bind_metric.h"

/* ---- definitions ---- */

static const Role *find_role(const Role *const *roles, uint32_t count, Str name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (str_equal(roles[i]->name, name))
            return roles[i];
    }
    return NULL;
}

void define_role(Binder *binder, const AstNode *ast)
{
    const AstNode *name = ast_create_role_name(ast);
    Role *role = ARENA_NEW(binder->query, Role);
    role->name = ast_name_text(name);
    role->span = name->span;
    Str *groups = ARENA_ARRAY(binder->query, Str, ast_count(ast_create_role_groups(ast)) + 1);
    AST_EACH(group, ast_create_role_groups(ast))
        groups[role->group_count++] = ast_string_text(group);
    role->groups = groups;
    const Role *other = find_role(binder->roles.items, binder->roles.count, role->name);
    if (other == NULL) {
        vec_push(binder->query, &binder->roles, role);
        return;
    }
    Diag *d = diag_error(binder->diags, E0205, role->span, "role `%.*s` is defined already", STR_ARG(role->name));
    diag_label(d, other->span, "first here");
}

/* ---- policies ---- */

static void bind_roles(Binder *binder, Policy *policy)
{
    const AstNode *names = ast_policy_roles(policy->statement);
    const Role **roles = ARENA_ARRAY(binder->query, const Role *, ast_count(names) + 1);
    Str *known = ARENA_ARRAY(binder->query, Str, binder->roles.count + 1);
    for (uint32_t i = 0; i < binder->roles.count; i++)
        known[i] = binder->roles.items[i]->name;
    AST_EACH(name, names) {
        const Role *role = find_role(binder->roles.items, binder->roles.count, ast_name_text(name));
        if (role != NULL) {
            roles[policy->role_count++] = role;
            continue;
        }
        Diag *d = diag_error(binder->diags, E0840, name->span, "there is no role `%.*s`", STR_ARG(ast_name_text(name)));
        int32_t nearest = diag_nearest(ast_name_text(name), known, binder->roles.count);
        if (nearest >= 0)
            diag_fix(d, name->span, known[nearest], "did you mean `%.*s`?", STR_ARG(known[nearest]));
    }
    policy->roles = roles;
}

static bool names_metric(Binder *binder, const AstNode *target, Str metric)
{
    Str name = qname_text(binder, target); /* "ads.ctr", "ads.*" or "*" */
    return ast_qname_wildcard(target) ? str_starts_with(metric, str_slice(name, 0, name.len - 1))
                                      : str_equal(name, metric);
}

static void bind_targets(Binder *binder, Policy *policy)
{
    const AstNode *target = ast_policy_metric(policy->statement);
    const MetricModel **metrics = ARENA_ARRAY(binder->query, const MetricModel *, binder->entry_count + 1);
    bool found = false;
    for (uint32_t i = 0; i < binder->entry_count; i++) {
        const CatalogEntry *entry = catalog_at(binder->catalog, i);
        if (entry->kind != CATALOG_METRIC || !names_metric(binder, target, entry->name))
            continue;
        const MetricModel *model = metric_model(binder, entry, target->span);
        found = true;
        if (model != NULL)
            metrics[policy->metric_count++] = model;
    }
    policy->metrics = metrics;
    if (found)
        return;
    Str name = qname_text(binder, target);
    Diag *d = diag_error(binder->diags, E0841, target->span, "no metric is called `%.*s`", STR_ARG(name));
    Str nearest = catalog_nearest(binder->catalog, name);
    if (nearest.len > 0 && !ast_qname_wildcard(target))
        diag_fix(d, target->span, nearest, "did you mean `%.*s`?", STR_ARG(nearest));
}

static void bind_masks(Binder *binder, Policy *policy)
{
    const AstNode *mask = ast_policy_mask(policy->statement);
    Str *masked = ARENA_ARRAY(binder->query, Str, ast_count(mask) + 1);
    AST_EACH(name, mask) {
        masked[policy->masked_count++] = ast_name_text(name);
        for (uint32_t i = 0; i < policy->metric_count; i++) {
            const MetricModel *model = policy->metrics[i];
            if (metric_column(model, ast_name_text(name)) >= 0)
                continue;
            Diag *d = diag_error(binder->diags, E0842, name->span, "`%.*s` has no column `%.*s`",
                                 STR_ARG(model->metric->name), STR_ARG(ast_name_text(name)));
            diag_label(d, model->metric->span, "a metric that the policy names");
        }
    }
    policy->masked = masked;
}

/* A condition must mean something for every metric that the policy names. */
static void check_condition(Binder *binder, const Policy *policy)
{
    Viewer nobody = { 0 };
    for (uint32_t i = 0; policy->condition != NULL && i < policy->metric_count; i++) {
        uint32_t before = binder->diags->error_count;
        (void)metric_condition(binder, policy->metrics[i], policy->condition, &nobody);
        if (binder->diags->error_count == before)
            continue;
        Diag *d = binder->diags->items.items[binder->diags->items.count - 1];
        diag_note(d, policy->metrics[i]->metric->span, "the policy names this metric");
        return;
    }
}

void bind_policy(Binder *binder, const AstNode *ast)
{
    const AstNode *name = ast_policy_name(ast);
    Policy *policy = ARENA_NEW(binder->query, Policy);
    policy->name = qname_text(binder, name);
    policy->span = name->span;
    policy->statement = ast;
    policy->condition = ast_policy_condition(ast);
    for (uint32_t i = 0; i < binder->policies.count; i++) {
        const Policy *other = binder->policies.items[i];
        if (!str_equal(other->name, policy->name))
            continue;
        Diag *d =
            diag_error(binder->diags, E0205, policy->span, "policy `%.*s` is defined already", STR_ARG(policy->name));
        diag_label(d, other->span, "first here");
        return;
    }
    bind_roles(binder, policy);
    bind_targets(binder, policy);
    bind_masks(binder, policy);
    check_condition(binder, policy);
    vec_push(binder->query, &binder->policies, policy);
}

/* ---- the attributes of who asks ---- */

/* `SELECT a FROM CURRENT_USER_ATTRIBUTES`: the name `a`; empty: another query. */
static Str attribute_of(const AstNode *query)
{
    if (query->kind != AST_QUERY || ast_query_body(query)->kind != AST_SELECT)
        return STR_EMPTY;
    const AstNode *select = ast_query_body(query), *from = ast_select_from(select);
    bool plain = from != NULL && from->kind == AST_TABLE && ast_select_where(select) == NULL &&
                 ast_count(ast_select_items(select)) == 1 &&
                 str_equal_nocase(ast_name_last(ast_table_name(from)), STR("CURRENT_USER_ATTRIBUTES"));
    if (!plain)
        return STR_EMPTY;
    const AstNode *item = ast_at(ast_select_items(select), 0);
    if (item->kind == AST_STAR || ast_select_item_expr(item)->kind != AST_COLUMN_REF)
        return STR_EMPTY;
    return ast_name_last(ast_select_item_expr(item));
}

const Expr *bind_in_attributes(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    Str attribute = scope->viewer == NULL ? STR_EMPTY : attribute_of(ast_in_query_query(ast));
    if (attribute.len == 0)
        return NULL;
    const Expr *operand = bind_expr(scope, ast_in_query_operand(ast));
    if (expr_is_poison(operand))
        return operand;
    if (!type_is_text(operand->type)) {
        Str type = type_name(binder->query, type_with_nullable(binder->query, operand->type, true));
        Diag *d = diag_error(binder->diags, E0309, operand->span, "attributes are texts, this is %.*s", STR_ARG(type));
        diag_help(d, "CAST(.. AS STRING)");
        return expr_poison(binder, ast->span);
    }
    const Viewer *viewer = scope->viewer;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, viewer->attribute_count + 1);
    uint32_t count = 0;
    args[count++] = operand;
    for (uint32_t i = 0; i < viewer->attribute_count; i++) {
        if (str_equal(viewer->attributes[i].name, attribute))
            args[count++] =
                convert(binder, literal_text(binder, viewer->attributes[i].value, ast->span), operand->type);
    }
    if (count == 1) /* none of them: the condition is of no row */
        return expr_bool(binder->query, ast_in_query_negated(ast), ast->span);
    const Expr *in = expr_op(binder->query, EXPR_IN, type_simple(TYPE_BOOLEAN, true), args, count, ast->span);
    return ast_in_query_negated(ast)
               ? expr_op(binder->query, EXPR_NOT, type_simple(TYPE_BOOLEAN, true), &in, 1, ast->span)
               : in;
}

typedef struct AttributeList {
    Arena *query;
    VEC(Str) names;
} AttributeList;

static bool add_attribute(void *context, const AstNode *node)
{
    AttributeList *list = context;
    Str name = node->kind == AST_IN_QUERY ? attribute_of(ast_in_query_query(node)) : STR_EMPTY;
    if (name.len > 0)
        vec_push(list->query, &list->names, name);
    return true;
}

Str *policy_attributes(Arena *query, const BoundProgram *program, const Role *role, const MetricModel *model,
                       uint32_t *count)
{
    AttributeList list = { .query = query };
    for (uint32_t i = 0; i < program->policy_count; i++) {
        const Policy *policy = program->policies[i];
        bool is_of_role = false, is_of_model = model == NULL;
        for (uint32_t r = 0; r < policy->role_count; r++)
            is_of_role |= policy->roles[r] == role;
        for (uint32_t m = 0; m < policy->metric_count; m++)
            is_of_model |= policy->metrics[m] == model;
        if (is_of_role && is_of_model && policy->condition != NULL)
            ast_walk(policy->condition, add_attribute, &list);
    }
    *count = list.names.count;
    return list.names.items;
}

/* ---- authz ---- */

static bool opens(const Policy *policy, const MetricModel *model, const Role *role, bool *names)
{
    bool is_of_metric = false, is_of_role = false;
    for (uint32_t i = 0; i < policy->metric_count; i++)
        is_of_metric |= policy->metrics[i] == model;
    for (uint32_t i = 0; i < policy->role_count; i++)
        is_of_role |= policy->roles[i] == role;
    *names |= is_of_metric;
    return is_of_metric && is_of_role;
}

static bool is_named(const BoundProgram *program, const MetricModel *model)
{
    bool names = false;
    for (uint32_t i = 0; i < program->policy_count; i++) {
        for (uint32_t m = 0; m < program->policies[i]->metric_count; m++)
            names |= program->policies[i]->metrics[m] == model;
    }
    return names;
}

static bool reads_named(const BoundProgram *program, uint32_t index, bool *seen);

/* A question to a derived metric is asked of its bases, each with its own rules; whoever reads its rows is not. */
static bool bases_named(const BoundProgram *program, const MetricModel *model, bool *seen)
{
    bool names = false;
    for (uint32_t i = 0; i < model->base_count && !names; i++) {
        uint32_t index = catalog_find(program->catalog, model->bases[i]->metric->name)->index;
        names = is_named(program, model->bases[i]) || (!seen[index] && reads_named(program, index, seen));
    }
    return names;
}

/* Does an entry read a metric that a policy names, however many definitions are between?  A metric over one keeps rows
 * of its own, in which nothing tells whose they were. */
static bool reads_named(const BoundProgram *program, uint32_t index, bool *seen)
{
    const EntryState *state = &program->entries[index];
    bool is_derived = state->model != NULL && state->model->base_count > 0, names = false;
    seen[index] = true;
    for (uint32_t i = 0; i < state->reads.count && !names; i++) {
        uint32_t read = state->reads.items[i];
        const MetricModel *model = program->entries[read].model;
        names = (model != NULL && is_named(program, model)) || (!seen[read] && reads_named(program, read, seen));
        if (!names && !is_derived && model != NULL)
            names = bases_named(program, model, seen);
    }
    return names;
}

static const Expr *either(Binder *binder, const Expr *a, const Expr *b)
{
    const Expr *both[] = { a, b };
    return expr_op(binder->query, EXPR_OR, type_simple(TYPE_BOOLEAN, true), both, 2, b->span);
}

/* A measure of a derived metric that is worked out from a masked one tells of it. */
static bool mask_by_bases(Arena *query, const BoundProgram *program, const MetricModel *model, const Viewer *viewer,
                          Diags *diags, bool *masked)
{
    bool *inputs = ARENA_ARRAY(query, bool, model->input_count + 1);
    for (uint32_t b = 0; b < model->base_count; b++) {
        Grant base;
        if (!authz(query, program, model->bases[b], viewer, diags, &base))
            return false;
        for (uint32_t i = 0; i < model->input_count; i++)
            inputs[i] |= model->inputs[i].base == b && base.masked[model->inputs[i].column];
    }
    uint64_t *reads = ARENA_ARRAY(query, uint64_t, model->input_count / 64 + 1);
    for (uint32_t c = 0; c < model->column_count; c++) {
        if (model->columns[c].role != METRIC_MEASURE)
            continue;
        memset(reads, 0, (model->input_count / 64 + 1) * sizeof *reads);
        expr_columns(model->columns[c].value, reads);
        for (uint32_t i = 0; i < model->input_count; i++)
            masked[c] |= inputs[i] && (reads[i / 64] >> i % 64 & 1) != 0;
    }
    return true;
}

bool authz(Arena *query, const BoundProgram *program, const MetricModel *model, const Viewer *viewer, Diags *diags,
           Grant *grant)
{
    Binder binder = { .query = query,
                      .diags = diags,
                      .catalog = program->catalog,
                      .entries = program->entries,
                      .entry_count = catalog_count(program->catalog) };
    bool *masked = ARENA_ARRAY(query, bool, model->column_count + 1), named = false, opened = false, all = false;
    *grant = (Grant){ .masked = masked };
    if (viewer->role == NULL)
        return true;
    for (uint32_t i = 0; i < program->policy_count; i++) {
        const Policy *policy = program->policies[i];
        if (!opens(policy, model, viewer->role, &named))
            continue;
        opened = true;
        for (uint32_t m = 0; m < policy->masked_count; m++)
            masked[metric_column(model, policy->masked[m])] = true;
        if (policy->condition == NULL) {
            all = true;
            continue;
        }
        const Expr *rule = metric_condition(&binder, model, policy->condition, viewer);
        if (rule == NULL)
            return false;
        grant->rule = grant->rule == NULL ? rule : either(&binder, grant->rule, rule);
    }
    if (all)
        grant->rule = NULL;
    bool *seen = ARENA_ARRAY(query, bool, catalog_count(program->catalog) + 1);
    uint32_t index = catalog_find(program->catalog, model->metric->name)->index;
    grant->is_over_hidden = !named && reads_named(program, index, seen);
    grant->is_hidden = (named && !opened) || grant->is_over_hidden;
    return model->base_count == 0 || mask_by_bases(query, program, model, viewer, diags, masked);
}
