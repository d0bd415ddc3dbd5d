/* generate.c -- see generate.h. */
#include "compiler/codegen/ops/generate.h"

#include "compiler/codegen/data/cg_user_agg.h"
#include "compiler/codegen/ops/cg_operator.h"
#include "compiler/codegen/ops/decoder.h"
#include "compiler/codegen/ops/decoder_csv.h"
#include "runtime/base/vec.h"

#include <string.h>

uint32_t generated_rows_count(const PhysNode *scan)
{
    return (cg_scan_edges(scan) + GENERATE_EDGES_PER_FUNCTION - 1) / GENERATE_EDGES_PER_FUNCTION;
}

const char *generated_name(Arena *arena, const char *tier, const char *what, const PhysNode *node, uint32_t k)
{
    if (strcmp(what, "rows") == 0)
        return arena_printf(arena, "%sp%u_%u_rows", tier, node->id, k);
    char letter = strcmp(what, "times") == 0   ? 's'
                  : strcmp(what, "lines") == 0 ? 'd'
                  : strcmp(what, "push") == 0  ? 'x'
                  : node->kind == PHYS_KEEP    ? 'k'
                                               : 'e';
    return arena_printf(arena, "%s%c%u_%s", tier, letter, node->id, what);
}

bool generated_push(const PhysNode *node)
{
    return cg_is_pushed(node);
}

bool generated_decoder(const PhysNode *scan, const JsonShape *shape)
{
    if (phys_is_updating(scan))
        return false;
    return cg_csv_decoder_fits(scan) || (shape != NULL && cg_decoder_fits(scan, shape));
}

static const JsonShape *shape_of(const PhysProgram *program, const PhysNode *scan, const JsonShape *const *shapes)
{
    for (uint32_t i = 0; i < program->scan_count; i++) {
        if (program->scans[i] == scan)
            return shapes[i];
    }
    return NULL;
}

static void decoder_of(CgProgram *cg, const PhysNode *scan, const JsonShape *shape, const char *tier)
{
    const char *name = generated_name(cg->arena, tier, "lines", scan, 0);
    if (cg_csv_decoder_fits(scan))
        cg_csv_decoder(cg, scan, name);
    else if (generated_decoder(scan, shape))
        cg_decoder(cg, scan, shape, name);
}

Generated generate_decoders(Arena *scratch, const PhysProgram *program, const char *tier,
                            const JsonShape *const *shapes)
{
    CgProgram cg = { .arena = scratch };
    cg.module = cg_module_new("sqc");
    for (uint32_t i = 0; i < program->scan_count; i++)
        decoder_of(&cg, program->scans[i], shapes[i], tier);
    return (Generated){ .module = cg.module, .site_count = cg.site_count };
}

const char *generated_merge_name(Arena *arena, const char *tier, const UserAgg *agg)
{
    return arena_printf(arena, "%su%u_merge", tier, agg->base.number);
}

const UserAgg *const *generated_users(Arena *arena, const PhysProgram *program, uint32_t *count)
{
    VEC(const UserAgg *) users = { 0 };
    for (uint32_t i = 0; i < program->node_count; i++) {
        const PhysNode *node = program->nodes[i];
        bool has_calls = node->kind == PHYS_WINDOW_AGG || node->kind == PHYS_GROUP_AGG;
        for (uint32_t k = 0; has_calls && k < node->as.window_agg.call_count; k++) {
            const UserAgg *user = user_agg_of(node->as.window_agg.calls[k].agg);
            while (user != NULL && users.count <= user->base.number)
                vec_push(arena, &users, NULL);
            if (user != NULL)
                users.items[user->base.number] = user;
        }
    }
    *count = users.count;
    return users.items;
}

/* bool merge(aggregate, task, row, from) */
static void generate_merge(CgProgram *program, const UserAgg *agg, const char *name)
{
    static const CgKind PARAMS[] = { CG_PTR, CG_PTR, CG_PTR, CG_PTR };
    CgFn *f = cg_fn_begin(program->module, name, CG_I1, PARAMS, 4);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 1) };
    CgVal good = cg_user_agg_merge(&code, agg, cg_param(f, 2), cg_param(f, 3));
    cg_fn_end(f, &good);
}

Generated generate_program(Arena *scratch, const PhysProgram *program, const char *tier, const JsonShape *const *shapes)
{
    CgProgram cg = { .arena = scratch };
    cg.module = cg_module_new("sqc");
    for (uint32_t i = 0; i < program->node_count; i++) {
        const PhysNode *node = program->nodes[i];
        if (node->kind == PHYS_SCAN) {
            if (shapes != NULL)
                decoder_of(&cg, node, shape_of(program, node, shapes), tier);
            cg_scan_times(&cg, node, generated_name(scratch, tier, "times", node, 0));
            for (uint32_t k = 0; k < generated_rows_count(node); k++) {
                uint32_t from = k * GENERATE_EDGES_PER_FUNCTION;
                cg_scan_rows(&cg, node, from, from + GENERATE_EDGES_PER_FUNCTION,
                             generated_name(scratch, tier, "rows", node, k));
            }
        } else if (node->kind == PHYS_WINDOW_AGG) {
            cg_window_groups(&cg, node, generated_name(scratch, tier, "groups", node, 0));
        } else if (node->kind == PHYS_KEEP) {
            cg_kept_groups(&cg, node, generated_name(scratch, tier, "groups", node, 0));
            cg_kept_ranks(&cg, node, generated_name(scratch, tier, "ranks", node, 0));
        }
        if (cg_is_pushed(node))
            cg_pushed_row(&cg, node, generated_name(scratch, tier, "push", node, 0));
    }
    uint32_t user_count;
    const UserAgg *const *users = generated_users(scratch, program, &user_count);
    for (uint32_t i = 0; i < user_count; i++) {
        if (users[i] != NULL)
            generate_merge(&cg, users[i], generated_merge_name(scratch, tier, users[i]));
    }
    return (Generated){ .module = cg.module, .site_count = cg.site_count };
}
