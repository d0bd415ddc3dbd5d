/* bind_derived.c -- derived metrics that are read: by queries, and by tests.
 *
 * `sqc query` answers from what a run has kept; here the rows of the bases are put together as they come
 * (compiler/metric/metric_derived.h).  What has no such rows is refused with its reason. */
#include "compiler/bind/bind_internal.h"

#include "compiler/metric/metric_derived.h"

static Relation *refuse_rows(Binder *binder, const MetricModel *model, Span use, const char *reason,
                             const MetricModel *base)
{
    Str name = model->metric->name;
    Diag *d = refuse(binder, use, "reading this derived metric");
    diag_note(d, base->metric->span, "it is made of `%.*s`: %s", STR_ARG(base->metric->name), reason);
    diag_help(d, "run its bases and ask with sqc query %.*s", STR_ARG(name));
    return relation_poison(binder);
}

static uint32_t depth_of(const LogicalNode *node)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < node->input_count; i++) {
        uint32_t depth = depth_of(node->inputs[i]);
        most = depth > most ? depth : most;
    }
    return most + 1;
}

static uint32_t weight_of(const LogicalNode *node)
{
    uint32_t weight = 1;
    for (uint32_t i = 0; i < node->input_count; i++)
        weight += weight_of(node->inputs[i]);
    return weight;
}

static Relation *relation_of(Binder *binder, const MetricModel *model, const LogicalNode *rows)
{
    Relation *relation = ARENA_NEW(binder->query, Relation);
    *relation = (Relation){ .node = rows, .is_grouped = true, .depth = depth_of(rows), .weight = weight_of(rows) };
    relation->column_count = rows->column_count;
    relation->columns = ARENA_ARRAY(binder->query, BindColumn, rows->column_count + 1);
    for (uint32_t i = 0; i < rows->column_count; i++)
        relation->columns[i] = (BindColumn){ .name = rows->columns[i].name,
                                             .type = rows->columns[i].type,
                                             .span = model->columns[i].span };
    return relation;
}

Relation *derived_rows(Binder *binder, const CatalogEntry *entry, Span use, const Grant *grants)
{
    const MetricModel *model = metric_model(binder, entry, use), *base;
    if (model == NULL)
        return relation_poison(binder); /* said where it stands */
    const char *refusal = metric_derived_refusal(binder->query, model, &base);
    if (refusal != NULL)
        return refuse_rows(binder, model, use, refusal, base);
    return check_size(binder, relation_of(binder, model, metric_derived_plan(binder->query, model, grants)), use);
}

Relation *derived_relation(Binder *binder, const CatalogEntry *entry, Span use)
{
    entry_relation(binder, entry, use); /* notes who reads it */
    return derived_rows(binder, entry, use, NULL);
}
