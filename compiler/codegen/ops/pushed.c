/* pushed.c -- rows that the runtime makes for an operator: a function that pushes one to whoever stands behind it. */
#include "compiler/codegen/ops/cg_operator.h"

#include <stddef.h>

bool cg_is_pushed(const PhysNode *node)
{
    return node->kind == PHYS_TOP || (node->kind == PHYS_GROUP_AGG && node->as.window_agg.every_us > 0);
}

void cg_pushed_row(CgProgram *program, const PhysNode *node, const char *name)
{
    static const CgKind PARAMS[] = { CG_PTR, CG_PTR };
    CgFn *f = cg_fn_begin(program->module, name, CG_VOID, PARAMS, 2);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 0), .emit = cg_param(f, 1) };
    RowLayout layout = cg_node_layout(&code, node);
    const Type **types = ARENA_ARRAY(program->arena, const Type *, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++)
        types[i] = node->columns[i].type;
    CgRow row = cg_row_memory(&code, cg_load(f, CG_PTR, code.emit, offsetof(RtPush, row)), &layout, types);
    CgRow other = cg_row_memory(&code, cg_load(f, CG_PTR, code.emit, offsetof(RtPush, other)), &layout, types);
    if (phys_is_updating(node)) {
        row.change = cg_load(f, CG_I32, code.emit, offsetof(RtPush, change));
        row.other = &other;
    }
    cg_push(&code, node, &row);
    cg_fn_end(f, NULL);
}

RowLayout cg_node_layout(CgCode *c, const PhysNode *node)
{
    uint8_t *kinds = ARENA_ARRAY(c->program->arena, uint8_t, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++)
        kinds[i] = (uint8_t)type_physical(node->columns[i].type);
    return row_layout(c->program->arena, kinds, node->column_count);
}
