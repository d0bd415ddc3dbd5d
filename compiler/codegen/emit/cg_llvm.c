/* cg_llvm.c -- machine values, memory and calls over the LLVM C API; cg_scope.c has control flow. */
#include "compiler/codegen/emit/cg_llvm_internal.h"

#include "runtime/base/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

LLVMTypeRef cg_type(const CgModule *module, CgKind kind)
{
    LLVMContextRef c = module->context;
    switch (kind) {
    case CG_I1:
        return LLVMInt1TypeInContext(c);
    case CG_I8:
        return LLVMInt8TypeInContext(c);
    case CG_I16:
        return LLVMInt16TypeInContext(c);
    case CG_I32:
        return LLVMInt32TypeInContext(c);
    case CG_I64:
        return LLVMInt64TypeInContext(c);
    case CG_I128:
        return LLVMInt128TypeInContext(c);
    case CG_F32:
        return LLVMFloatTypeInContext(c);
    case CG_F64:
        return LLVMDoubleTypeInContext(c);
    case CG_PTR:
        return LLVMPointerTypeInContext(c, 0);
    case CG_VOID:
        break;
    }
    return LLVMVoidTypeInContext(c);
}

CgModule *cg_module_new(const char *name)
{
    CgModule *module = mem_alloc_zeroed(sizeof *module);
    if (module == NULL)
        mem_exhausted();
    module->context = LLVMContextCreate();
    module->llvm = LLVMModuleCreateWithNameInContext(name, module->context);
    return module;
}

void cg_module_free(CgModule *module)
{
    LLVMDisposeModule(module->llvm);
    LLVMContextDispose(module->context);
    mem_free(module);
}

void *cg_module_llvm(CgModule *module)
{
    return module->llvm;
}

void *cg_module_context(CgModule *module)
{
    return module->context;
}

/* ---- functions ---- */

static void add_enum_attribute(const CgModule *module, LLVMValueRef fn, LLVMAttributeIndex index, const char *name)
{
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    LLVMAddAttributeAtIndex(fn, index, LLVMCreateEnumAttribute(module->context, kind, 0));
}

/* What the C ABI of x86-64 and AArch64 wants of narrow integers. */
static void add_abi_attributes(const CgModule *module, LLVMValueRef fn, CgKind result, const CgKind *params,
                               uint32_t count)
{
    if (result == CG_I1)
        add_enum_attribute(module, fn, LLVMAttributeReturnIndex, "zeroext");
    else if (result == CG_I8 || result == CG_I16)
        add_enum_attribute(module, fn, LLVMAttributeReturnIndex, "signext");
    for (uint32_t i = 0; i < count; i++) {
        if (params[i] == CG_I1)
            add_enum_attribute(module, fn, i + 1, "zeroext");
        else if (params[i] == CG_I8 || params[i] == CG_I16)
            add_enum_attribute(module, fn, i + 1, "signext");
    }
}

static LLVMTypeRef function_type(const CgModule *module, CgKind result, const CgKind *params, uint32_t count)
{
    LLVMTypeRef types[CG_PARAMS_MAX];
    assert(count <= CG_PARAMS_MAX);
    for (uint32_t i = 0; i < count; i++)
        types[i] = cg_type(module, params[i]);
    return LLVMFunctionType(cg_type(module, result), types, count, false);
}

CgFn *cg_fn_begin(CgModule *module, const char *name, CgKind result, const CgKind *params, uint32_t param_count)
{
    CgFn *f = mem_alloc_zeroed(sizeof *f);
    if (f == NULL)
        mem_exhausted();
    f->module = module;
    f->result = result;
    f->llvm = LLVMAddFunction(module->llvm, name, function_type(module, result, params, param_count));
    add_abi_attributes(module, f->llvm, result, params, param_count);
    add_enum_attribute(module, f->llvm, LLVMAttributeFunctionIndex, "nounwind");
    f->param_count = param_count;
    memcpy(f->param_kinds, params, sizeof *params * param_count);
    f->entry = LLVMAppendBasicBlockInContext(module->context, f->llvm, "entry");
    LLVMBasicBlockRef body = LLVMAppendBasicBlockInContext(module->context, f->llvm, "body");
    f->builder = LLVMCreateBuilderInContext(module->context);
    f->entry_builder = LLVMCreateBuilderInContext(module->context);
    LLVMPositionBuilderAtEnd(f->entry_builder, f->entry);
    f->entry_end = LLVMBuildBr(f->entry_builder, body);
    LLVMPositionBuilderBefore(f->entry_builder, f->entry_end);
    LLVMPositionBuilderAtEnd(f->builder, body);
    return f;
}

CgVal cg_param(const CgFn *f, uint32_t index)
{
    assert(index < f->param_count);
    return (CgVal){ LLVMGetParam(f->llvm, index), f->param_kinds[index] };
}

void cg_fn_end(CgFn *f, const CgVal *result)
{
    assert(f->depth == 0 && "a scope was left open");
    if (f->result == CG_VOID)
        LLVMBuildRetVoid(f->builder);
    else
        LLVMBuildRet(f->builder, result->ref);
#ifndef NDEBUG
    if (LLVMVerifyFunction(f->llvm, LLVMPrintMessageAction)) {
        LLVMDumpValue(f->llvm);
        assert(!"generated function does not verify");
    }
#endif
    LLVMDisposeBuilder(f->builder);
    LLVMDisposeBuilder(f->entry_builder);
    mem_free(f);
}

static CgVal value(LLVMValueRef ref, CgKind kind)
{
    return (CgVal){ ref, kind };
}

/* ---- constants ---- */

CgVal cg_int(CgFn *f, CgKind kind, int64_t number)
{
    assert(kind <= CG_I128);
    if (kind == CG_I128)
        return cg_i128(f, d128_from(number));
    return (CgVal){ LLVMConstInt(cg_type(f->module, kind), (unsigned long long)number, true), kind };
}

CgVal cg_i1(CgFn *f, bool flag)
{
    return cg_int(f, CG_I1, flag ? 1 : 0);
}

CgVal cg_i32(CgFn *f, int32_t number)
{
    return cg_int(f, CG_I32, number);
}

CgVal cg_i64(CgFn *f, int64_t number)
{
    return cg_int(f, CG_I64, number);
}

CgVal cg_i128(CgFn *f, RtD128 number)
{
    uint64_t words[2] = { number.low, (uint64_t)number.high };
    return (CgVal){ LLVMConstIntOfArbitraryPrecision(cg_type(f->module, CG_I128), 2, words), CG_I128 };
}

CgVal cg_f32(CgFn *f, float number)
{
    return (CgVal){ LLVMConstReal(cg_type(f->module, CG_F32), (double)number), CG_F32 };
}

CgVal cg_f64(CgFn *f, double number)
{
    return (CgVal){ LLVMConstReal(cg_type(f->module, CG_F64), number), CG_F64 };
}

CgVal cg_null_ptr(CgFn *f)
{
    return (CgVal){ LLVMConstPointerNull(cg_type(f->module, CG_PTR)), CG_PTR };
}

CgVal cg_bytes(CgFn *f, Str bytes)
{
    assert(bytes.len <= UINT32_MAX);
    LLVMContextRef c = f->module->context;
    LLVMValueRef text = LLVMConstStringInContext2(c, bytes.data == NULL ? "" : bytes.data, (size_t)bytes.len, true);
    LLVMValueRef global = LLVMAddGlobal(f->module->llvm, LLVMTypeOf(text), "text");
    LLVMSetInitializer(global, text);
    LLVMSetGlobalConstant(global, true);
    LLVMSetLinkage(global, LLVMPrivateLinkage);
    LLVMSetUnnamedAddress(global, LLVMGlobalUnnamedAddr);
    LLVMSetAlignment(global, 1);
    return (CgVal){ global, CG_PTR };
}

bool cg_is_const(CgVal v, int64_t expected)
{
    return v.kind <= CG_I64 && LLVMIsAConstantInt(v.ref) != NULL &&
           (v.kind == CG_I1 ? (int64_t)LLVMConstIntGetZExtValue(v.ref) : (int64_t)LLVMConstIntGetSExtValue(v.ref)) ==
               expected;
}

/* ---- arithmetic ---- */

CgVal cg_bin(CgFn *f, CgBin op, CgVal a, CgVal b)
{
    static const LLVMOpcode OPCODES[] = {
        [CG_ADD] = LLVMAdd,   [CG_SUB] = LLVMSub,   [CG_MUL] = LLVMMul,   [CG_SDIV] = LLVMSDiv, [CG_SREM] = LLVMSRem,
        [CG_UDIV] = LLVMUDiv, [CG_UREM] = LLVMURem, [CG_AND] = LLVMAnd,   [CG_OR] = LLVMOr,     [CG_XOR] = LLVMXor,
        [CG_SHL] = LLVMShl,   [CG_LSHR] = LLVMLShr, [CG_ASHR] = LLVMAShr,
    };
    assert(a.kind == b.kind && a.kind <= CG_I128);
    return value(LLVMBuildBinOp(f->builder, OPCODES[op], a.ref, b.ref, ""), a.kind);
}

CgVal cg_add_i64(CgFn *f, CgVal a, int64_t b)
{
    return b == 0 ? a : cg_bin(f, CG_ADD, a, cg_i64(f, b));
}

CgVal cg_cmp(CgFn *f, CgPred pred, CgVal a, CgVal b)
{
    static const LLVMIntPredicate PREDICATES[] = {
        [CG_EQ] = LLVMIntEQ,   [CG_NE] = LLVMIntNE,   [CG_SLT] = LLVMIntSLT, [CG_SLE] = LLVMIntSLE,
        [CG_SGT] = LLVMIntSGT, [CG_SGE] = LLVMIntSGE, [CG_ULT] = LLVMIntULT, [CG_ULE] = LLVMIntULE,
        [CG_UGT] = LLVMIntUGT, [CG_UGE] = LLVMIntUGE,
    };
    assert(a.kind == b.kind && (a.kind <= CG_I128 || a.kind == CG_PTR));
    return value(LLVMBuildICmp(f->builder, PREDICATES[pred], a.ref, b.ref, ""), CG_I1);
}

CgVal cg_not(CgFn *f, CgVal a)
{
    assert(a.kind == CG_I1);
    return value(LLVMBuildNot(f->builder, a.ref, ""), CG_I1);
}

CgVal cg_and(CgFn *f, CgVal a, CgVal b)
{
    if (cg_is_const(a, 1) || cg_is_const(b, 0))
        return b;
    if (cg_is_const(b, 1) || cg_is_const(a, 0))
        return a;
    return cg_bin(f, CG_AND, a, b);
}

CgVal cg_or(CgFn *f, CgVal a, CgVal b)
{
    if (cg_is_const(a, 0) || cg_is_const(b, 1))
        return b;
    if (cg_is_const(b, 0) || cg_is_const(a, 1))
        return a;
    return cg_bin(f, CG_OR, a, b);
}

CgVal cg_select(CgFn *f, CgVal cond, CgVal yes, CgVal no)
{
    assert(cond.kind == CG_I1 && yes.kind == no.kind);
    return value(LLVMBuildSelect(f->builder, cond.ref, yes.ref, no.ref, ""), yes.kind);
}

CgVal cg_zext(CgFn *f, CgVal a, CgKind kind)
{
    assert(a.kind < kind && kind <= CG_I128);
    return value(LLVMBuildZExt(f->builder, a.ref, cg_type(f->module, kind), ""), kind);
}

CgVal cg_sext(CgFn *f, CgVal a, CgKind kind)
{
    assert(a.kind < kind && kind <= CG_I128);
    return value(LLVMBuildSExt(f->builder, a.ref, cg_type(f->module, kind), ""), kind);
}

CgVal cg_trunc(CgFn *f, CgVal a, CgKind kind)
{
    assert(kind < a.kind && a.kind <= CG_I128);
    return value(LLVMBuildTrunc(f->builder, a.ref, cg_type(f->module, kind), ""), kind);
}

CgVal cg_ptr_add(CgFn *f, CgVal ptr, CgVal bytes)
{
    assert(ptr.kind == CG_PTR && bytes.kind == CG_I64);
    LLVMValueRef index = bytes.ref;
    return value(LLVMBuildGEP2(f->builder, cg_type(f->module, CG_I8), ptr.ref, &index, 1, ""), CG_PTR);
}

CgVal cg_ptr_offset(CgFn *f, CgVal ptr, uint64_t bytes)
{
    return bytes == 0 ? ptr : cg_ptr_add(f, ptr, cg_i64(f, (int64_t)bytes));
}

CgVal cg_ptr_diff(CgFn *f, CgVal to, CgVal from)
{
    assert(to.kind == CG_PTR && from.kind == CG_PTR);
    LLVMTypeRef i64 = cg_type(f->module, CG_I64);
    LLVMValueRef a = LLVMBuildPtrToInt(f->builder, to.ref, i64, "");
    LLVMValueRef b = LLVMBuildPtrToInt(f->builder, from.ref, i64, "");
    return value(LLVMBuildSub(f->builder, a, b, ""), CG_I64);
}

/* ---- memory ---- */

static unsigned kind_alignment(CgKind kind)
{
    static const uint8_t ALIGN[] = { [CG_I1] = 1,   [CG_I8] = 1,  [CG_I16] = 2, [CG_I32] = 4, [CG_I64] = 8,
                                     [CG_I128] = 8, [CG_F32] = 4, [CG_F64] = 8, [CG_PTR] = 8 };
    return ALIGN[kind];
}

/* I1 in memory is a byte of 0 or 1. */
static CgVal load(CgFn *f, CgKind kind, CgVal ptr, uint64_t offset, bool is_constant)
{
    CgKind memory = kind == CG_I1 ? CG_I8 : kind;
    CgVal at = cg_ptr_offset(f, ptr, offset);
    LLVMValueRef read = LLVMBuildLoad2(f->builder, cg_type(f->module, memory), at.ref, "");
    LLVMSetAlignment(read, kind_alignment(memory));
    if (is_constant) {
        static const char NAME[] = "invariant.load";
        unsigned id = LLVMGetMDKindIDInContext(f->module->context, NAME, sizeof NAME - 1);
        LLVMMetadataRef nothing = LLVMMDNodeInContext2(f->module->context, NULL, 0);
        LLVMSetMetadata(read, id, LLVMMetadataAsValue(f->module->context, nothing));
    }
    CgVal loaded = value(read, memory);
    return kind == CG_I1 ? cg_cmp(f, CG_NE, loaded, cg_int(f, CG_I8, 0)) : loaded;
}

CgVal cg_load(CgFn *f, CgKind kind, CgVal ptr, uint64_t offset)
{
    return load(f, kind, ptr, offset, false);
}

CgVal cg_load_constant(CgFn *f, CgKind kind, CgVal ptr, uint64_t offset)
{
    return load(f, kind, ptr, offset, true);
}

void cg_store(CgFn *f, CgVal ptr, uint64_t offset, CgVal stored)
{
    if (stored.kind == CG_I1)
        stored = cg_zext(f, stored, CG_I8);
    LLVMValueRef store = LLVMBuildStore(f->builder, stored.ref, cg_ptr_offset(f, ptr, offset).ref);
    LLVMSetAlignment(store, kind_alignment(stored.kind));
}

void cg_prefetch(CgFn *f, CgVal ptr)
{
    static const char NAME[] = "llvm.prefetch";
    LLVMTypeRef type = cg_type(f->module, CG_PTR);
    unsigned id = LLVMLookupIntrinsicID(NAME, sizeof NAME - 1);
    LLVMValueRef fn = LLVMGetIntrinsicDeclaration(f->module->llvm, id, &type, 1);
    LLVMTypeRef signature = LLVMIntrinsicGetType(f->module->context, id, &type, 1);
    enum { FOR_READING = 0, KEEP_LONG = 3, DATA = 1 };
    LLVMValueRef args[] = { ptr.ref, cg_i32(f, FOR_READING).ref, cg_i32(f, KEEP_LONG).ref, cg_i32(f, DATA).ref };
    LLVMBuildCall2(f->builder, signature, fn, args, 4, "");
}

void cg_zero_bytes(CgFn *f, CgVal ptr, uint64_t bytes)
{
    LLVMBuildMemSet(f->builder, ptr.ref, cg_int(f, CG_I8, 0).ref, cg_i64(f, (int64_t)bytes).ref, 8);
}

/* A slot made inside a loop would else carry its value from one turn to the next, in a register of its own. */
static void forget(CgFn *f, LLVMValueRef slot, LLVMTypeRef type)
{
    LLVMBuildStore(f->builder, LLVMGetUndef(type), slot);
}

CgVal cg_stack(CgFn *f, uint64_t bytes)
{
    LLVMTypeRef room = LLVMArrayType2(cg_type(f->module, CG_I8), bytes == 0 ? 1 : bytes);
    LLVMValueRef slot = LLVMBuildAlloca(f->entry_builder, room, "");
    LLVMSetAlignment(slot, 16);
    if (bytes > 0 && bytes <= 16)
        forget(f, slot, LLVMIntTypeInContext(f->module->context, 8 * (unsigned)bytes));
    return (CgVal){ slot, CG_PTR };
}

CgLocal cg_local(CgFn *f, CgKind kind)
{
    LLVMTypeRef type = cg_type(f->module, kind);
    LLVMValueRef slot = LLVMBuildAlloca(f->entry_builder, type, "");
    forget(f, slot, type);
    return (CgLocal){ slot, kind };
}

CgVal cg_get(CgFn *f, CgLocal local)
{
    return value(LLVMBuildLoad2(f->builder, cg_type(f->module, local.kind), local.ref, ""), local.kind);
}

void cg_set(CgFn *f, CgLocal local, CgVal stored)
{
    assert(local.kind == stored.kind);
    LLVMBuildStore(f->builder, stored.ref, local.ref);
}

/* ---- calls ---- */

CgVal cg_call(CgFn *f, const char *symbol, CgKind result, const CgVal *args, uint32_t count)
{
    CgKind kinds[CG_PARAMS_MAX];
    LLVMValueRef refs[CG_PARAMS_MAX];
    assert(count <= CG_PARAMS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        kinds[i] = args[i].kind;
        refs[i] = args[i].ref;
    }
    LLVMTypeRef type = function_type(f->module, result, kinds, count);
    LLVMValueRef fn = LLVMGetNamedFunction(f->module->llvm, symbol);
    if (fn == NULL) {
        fn = LLVMAddFunction(f->module->llvm, symbol, type);
        add_abi_attributes(f->module, fn, result, kinds, count);
        add_enum_attribute(f->module, fn, LLVMAttributeFunctionIndex, "nounwind");
    }
    assert(LLVMGlobalGetValueType(fn) == type && "one symbol, two signatures");
    LLVMValueRef call = LLVMBuildCall2(f->builder, type, fn, refs, count, "");
    unsigned attribute_count = LLVMGetAttributeCountAtIndex(fn, LLVMAttributeReturnIndex);
    if (attribute_count > 0 && (result == CG_I1 || result == CG_I8 || result == CG_I16)) {
        const char *name = result == CG_I1 ? "zeroext" : "signext";
        unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
        LLVMAddCallSiteAttribute(call, LLVMAttributeReturnIndex, LLVMCreateEnumAttribute(f->module->context, kind, 0));
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kinds[i] > CG_I16)
            continue;
        const char *name = kinds[i] == CG_I1 ? "zeroext" : "signext";
        unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
        LLVMAddCallSiteAttribute(call, i + 1, LLVMCreateEnumAttribute(f->module->context, kind, 0));
    }
    return value(call, result);
}

CgVal cg_unlikely(CgFn *f, CgVal cond)
{
    LLVMTypeRef i1 = cg_type(f->module, CG_I1);
    LLVMTypeRef params[2] = { i1, i1 };
    LLVMTypeRef type = LLVMFunctionType(i1, params, 2, false);
    LLVMValueRef fn = LLVMGetNamedFunction(f->module->llvm, "llvm.expect.i1");
    if (fn == NULL)
        fn = LLVMAddFunction(f->module->llvm, "llvm.expect.i1", type);
    LLVMValueRef args[2] = { cond.ref, cg_i1(f, false).ref };
    return value(LLVMBuildCall2(f->builder, type, fn, args, 2, ""), CG_I1);
}
