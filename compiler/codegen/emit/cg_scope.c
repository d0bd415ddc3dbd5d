/* cg_scope.c -- blocks and branches behind CG_IF, CG_FOR_RANGE and CG_WHILE.
 *
 *   if:     here --cond--> then ... -> after        range:  here -> head --i < count--> body ... i + 1 -> head
 *                \-------> else ... -> after                          \---------------> after                  */
#include "compiler/codegen/emit/cg_llvm_internal.h"

#include <assert.h>

static LLVMBasicBlockRef block(CgFn *f, const char *name)
{
    return LLVMAppendBasicBlockInContext(f->module->context, f->llvm, name);
}

static uint32_t enter(CgFn *f)
{
    assert(f->depth < CG_DEPTH_MAX);
    return ++f->depth;
}

static void leave(CgFn *f, CgScope *scope)
{
    assert(scope->open && scope->depth == f->depth && "a scope was left by break, return or goto");
    LLVMPositionBuilderAtEnd(f->builder, scope->after);
    scope->open = false;
    f->depth--;
}

CgScope cg_if_open(CgFn *f, CgVal cond, const char *name)
{
    assert(cond.kind == CG_I1);
    LLVMBasicBlockRef then = block(f, name), after = block(f, "after");
    LLVMBasicBlockRef other = block(f, "else");
    LLVMBuildCondBr(f->builder, cond.ref, then, other);
    LLVMPositionBuilderAtEnd(f->builder, then);
    return (CgScope){ .after = after, .other = other, .depth = enter(f), .open = true };
}

void cg_if_else(CgFn *f, CgScope *scope)
{
    assert(scope->other != NULL && scope->depth == f->depth);
    LLVMBuildBr(f->builder, scope->after);
    LLVMPositionBuilderAtEnd(f->builder, scope->other);
    scope->other = NULL;
}

void cg_if_close(CgFn *f, CgScope *scope)
{
    if (scope->other != NULL)
        cg_if_else(f, scope);
    LLVMBuildBr(f->builder, scope->after);
    leave(f, scope);
}

CgScope cg_range_open(CgFn *f, CgVal from, CgVal count, CgVal *index, const char *name)
{
    assert(from.kind == CG_I64 && count.kind == CG_I64);
    CgLocal local = cg_local(f, CG_I64);
    cg_set(f, local, from);
    LLVMBasicBlockRef head = block(f, name), body = block(f, "body"), after = block(f, "after");
    LLVMBuildBr(f->builder, head);
    LLVMPositionBuilderAtEnd(f->builder, head);
    *index = cg_get(f, local);
    CgVal more = cg_cmp(f, CG_ULT, *index, count);
    LLVMBuildCondBr(f->builder, more.ref, body, after);
    LLVMPositionBuilderAtEnd(f->builder, body);
    return (CgScope){ .after = after, .other = head, .index = local, .depth = enter(f), .open = true };
}

void cg_range_close(CgFn *f, CgScope *scope)
{
    cg_set(f, scope->index, cg_add_i64(f, cg_get(f, scope->index), 1));
    LLVMBuildBr(f->builder, scope->other);
    leave(f, scope);
}

CgScope cg_while_open(CgFn *f, const char *name)
{
    LLVMBasicBlockRef head = block(f, name), after = block(f, "after");
    LLVMBuildBr(f->builder, head);
    LLVMPositionBuilderAtEnd(f->builder, head);
    return (CgScope){ .after = after, .other = head, .depth = enter(f), .open = true };
}

void cg_while_close(CgFn *f, CgScope *scope)
{
    LLVMBuildBr(f->builder, scope->other);
    leave(f, scope);
}

void cg_break_unless(CgFn *f, CgScope *loop, CgVal cond)
{
    LLVMBasicBlockRef body = block(f, "body");
    LLVMBuildCondBr(f->builder, cond.ref, body, loop->after);
    LLVMPositionBuilderAtEnd(f->builder, body);
}
