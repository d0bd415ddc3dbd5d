/* cg_call.c -- calling SQL function bodies through their machine wrappers (fn.h).
 *
 * A strict function is called only where no argument is NULL, unless it is FN_CHEAP: then it is computed anyway and the
 * branch saved.  The answer comes back through a stack slot, which the passes turn into a register once the wrapper is
 * inlined. */
#include "compiler/codegen/sql/cg_sql_internal.h"

#include "compiler/types/fn_rules.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *wrapper_name(CgCode *c, const FnDef *fn)
{
    return arena_printf(c->program->arena, "rtw_%s", fn->symbol);
}

/* Points task->fn.site at the slot of this call. */
static void set_site(CgCode *c, const FnDef *fn)
{
    if ((fn->traits & FN_SITE) == 0)
        return;
    CgVal sites = cg_load(c->f, CG_PTR, c->task, offsetof(RtTask, sites));
    uint64_t offset = (uint64_t)c->program->site_count++ * sizeof(FnSite);
    cg_store(c->f, c->task, offsetof(RtTask, fn.site), cg_ptr_offset(c->f, sites, offset));
}

static CgVal failure_code(CgCode *c)
{
    return cg_load(c->f, CG_I32, c->task, offsetof(RtTask, fn.failure.code));
}

/* Calls the wrapper; the answer is the I1 "not NULL".  A failure of a try is taken back. */
static CgVal call_wrapper(CgCode *c, const FnDef *fn, const CgVal *args, uint32_t count, bool is_try)
{
    if (!is_try || (fn->traits & FN_CAN_FAIL) == 0)
        return cg_call(c->f, wrapper_name(c, fn), CG_I1, args, count);
    CgVal none = cg_i32(c->f, 0);
    CgVal before = failure_code(c);
    CgVal valid = cg_call(c->f, wrapper_name(c, fn), CG_I1, args, count);
    CgVal own = cg_and(c->f, cg_cmp(c->f, CG_EQ, before, none), cg_cmp(c->f, CG_NE, failure_code(c), none));
    CG_IF(c->f, own, "try.failed") {
        cg_store(c->f, c->task, offsetof(RtTask, fn.failure.code), none);
    }
    return cg_and(c->f, valid, cg_not(c->f, own));
}

static CgSql call_strict(CgCode *c, const Expr *call, const CgRow *row, bool is_try)
{
    const FnDef *fn = call->fn;
    CgSql values[FN_ARGS_MAX];
    CgVal args[FN_ARGS_MAX + 2] = { c->task };
    CgVal null = cg_i1(c->f, false);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        values[i] = cg_expr(c, call->args[i], row);
        assert(values[i].kind == type_word_kind((TypeWord)fn->args[i]));
        null = cg_or(c->f, null, values[i].null);
    }
    RtKind kind = type_word_kind((TypeWord)fn->result);
    CgVal slot = cg_stack(c->f, 16);
    CgLocal valid = cg_local(c->f, CG_I1);
    bool always = cg_is_const(null, 0) || (fn->traits & FN_CHEAP) != 0;
    CgScope scope = { 0 };
    cg_set(c->f, valid, cg_i1(c->f, false));
    if (!always) {
        cg_zero_bytes(c->f, slot, 16);
        scope = cg_if_open(c->f, cg_not(c->f, null), "call.strict");
    }
    for (uint32_t i = 0; i < call->arg_count; i++)
        args[1 + i] = cg_sql_argument(c, values[i]);
    args[1 + call->arg_count] = slot;
    set_site(c, fn);
    cg_set(c->f, valid, call_wrapper(c, fn, args, call->arg_count + 2, is_try));
    if (!always)
        cg_if_close(c->f, &scope);
    CgSql result = cg_sql_load(c, kind, slot, 0);
    bool total = fn->form == FORM_STRICT && (!is_try || (fn->traits & FN_CAN_FAIL) == 0);
    result.null = total ? null : cg_or(c->f, null, cg_not(c->f, cg_get(c->f, valid)));
    return result;
}

static CgSql call_any(CgCode *c, const Expr *call, const CgRow *row, bool is_try)
{
    CgVal datums = cg_stack(c->f, sizeof(RtDatum) * (call->arg_count + 1));
    for (uint32_t i = 0; i < call->arg_count; i++) {
        uint64_t at = sizeof(RtDatum) * i;
        CgSql arg = cg_expr(c, call->args[i], row);
        cg_zero_bytes(c->f, cg_ptr_offset(c->f, datums, at), sizeof(RtDatum));
        CG_IF(c->f, cg_not(c->f, arg.null), "call.argument") {
            cg_sql_store(c, datums, at + offsetof(RtDatum, value), arg);
        }
        cg_store(c->f, datums, at + offsetof(RtDatum, is_null), arg.null);
        cg_store(c->f, datums, at + offsetof(RtDatum, kind), cg_int(c->f, CG_I8, arg.kind));
    }
    RtKind kind = type_physical(call->type);
    CgVal out = cg_ptr_offset(c->f, datums, sizeof(RtDatum) * call->arg_count);
    cg_zero_bytes(c->f, out, sizeof(RtDatum));
    cg_store(c->f, out, offsetof(RtDatum, kind), cg_int(c->f, CG_I8, kind));
    set_site(c, call->fn);
    CgVal args[] = { c->task, datums, cg_i32(c->f, (int32_t)call->arg_count), out };
    CgVal valid = call_wrapper(c, call->fn, args, 4, is_try);
    CgSql result = cg_sql_load(c, kind, out, offsetof(RtDatum, value));
    result.null = cg_not(c->f, valid);
    return result;
}

CgSql cg_sql_call(CgCode *c, const Expr *call, const CgRow *row, bool is_try)
{
    if (call->op != EXPR_CALL) /* a TRY_CAST whose cast was folded or changes nothing */
        return cg_expr(c, call, row);
    return call->fn->form == FORM_ANY ? call_any(c, call, row, is_try) : call_strict(c, call, row, is_try);
}

static const FnDef *equal_of(TypeWord word)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (strcmp(fn->name, "=") == 0 && fn->form != FORM_ANY && fn->args[0] == word && fn->args[1] == word)
            return fn;
    }
    return NULL;
}

CgVal cg_equal(CgCode *c, const Type *type, CgSql a, CgSql b)
{
    if (a.kind == PK_I8 || a.kind == PK_I16 || a.kind == PK_I32 || a.kind == PK_I64 || a.kind == PK_D128)
        return cg_cmp(c->f, CG_EQ, a.value, b.value);
    if (a.kind == PK_STR) {
        CgLocal equal = cg_local(c->f, CG_I1);
        cg_set(c->f, equal, cg_i1(c->f, false));
        CG_IF(c->f, cg_cmp(c->f, CG_EQ, a.extra, b.extra), "equal.length") {
            CgVal args[] = { a.value, b.value, b.extra };
            CgVal order = cg_call(c->f, "memcmp", CG_I32, args, 3);
            cg_set(c->f, equal, cg_cmp(c->f, CG_EQ, order, cg_i32(c->f, 0)));
        }
        return cg_get(c->f, equal);
    }
    const FnDef *fn = equal_of(type_word(type));
    assert(fn != NULL && "the binder makes IN of comparable types only");
    CgVal slot = cg_stack(c->f, 16);
    CgVal args[] = { c->task, cg_sql_argument(c, a), cg_sql_argument(c, b), slot };
    cg_call(c->f, wrapper_name(c, fn), CG_I1, args, 4);
    return cg_load(c->f, CG_I1, slot, 0);
}
