/* cg.h -- typed machine values and structured control flow: all that the upper layers of the generator know.
 *
 * A CgFn is a function being generated.  Its values are CgVal: an SSA value with a machine kind; mixing kinds asserts.
 * Control flow is written with scopes whose C braces are the braces of the generated code:
 *
 *   CG_IF(f, cg_eq(f, a, b), "join.match") { ... }          a value made inside must not be used outside:
 *   CG_FOR_RANGE(f, i, from, count, "scan.row") { ... }      carry it out through a CgLocal
 *   CG_WHILE(f, "join.next") { cg_break_unless(f, more); ... }
 *
 * No C `break`, `continue`, `return` or `goto` inside such braces: they would skip the closing of the scope.
 *
 * Only this folder and compiler/backend include LLVM.
 *
 * Ownership  the module owns its functions; CgFn lives from cg_fn_begin to cg_fn_end.
 * Threads    one module, one thread.
 * Errors     none: misuse asserts; the binder has refused what a user could do wrong. */
#ifndef SQC_CODEGEN_CG_H
#define SQC_CODEGEN_CG_H

#include "runtime/abi/value.h"

typedef enum CgKind { CG_I1, CG_I8, CG_I16, CG_I32, CG_I64, CG_I128, CG_F32, CG_F64, CG_PTR, CG_VOID } CgKind;

typedef struct CgVal {
    void *ref; /* an LLVMValueRef */
    CgKind kind;
} CgVal;

/* A stack slot: the way to carry a value out of a scope. */
typedef struct CgLocal {
    void *ref;
    CgKind kind;
} CgLocal;

typedef struct CgModule CgModule;
typedef struct CgFn CgFn;

CgModule *cg_module_new(const char *name);
void cg_module_free(CgModule *module);
/* For the backend: the LLVMModuleRef, and letting go of it with its context (cg_module_free is then not called). */
void *cg_module_llvm(CgModule *module);
void *cg_module_context(CgModule *module);

CgFn *cg_fn_begin(CgModule *module, const char *name, CgKind result, const CgKind *params, uint32_t param_count);
CgVal cg_param(const CgFn *f, uint32_t index);
/* Returns void, or `result` when the function has one. */
void cg_fn_end(CgFn *f, const CgVal *result);

CgVal cg_i1(CgFn *f, bool value);
CgVal cg_i32(CgFn *f, int32_t value);
CgVal cg_i64(CgFn *f, int64_t value);
CgVal cg_int(CgFn *f, CgKind kind, int64_t value);
CgVal cg_i128(CgFn *f, RtD128 value);
CgVal cg_f32(CgFn *f, float value);
CgVal cg_f64(CgFn *f, double value);
CgVal cg_null_ptr(CgFn *f);
/* Pointer to a private constant with these bytes. */
CgVal cg_bytes(CgFn *f, Str bytes);
bool cg_is_const(CgVal value, int64_t expected); /* a constant integer of that value */

typedef enum CgPred { CG_EQ, CG_NE, CG_SLT, CG_SLE, CG_SGT, CG_SGE, CG_ULT, CG_ULE, CG_UGT, CG_UGE } CgPred;
typedef enum CgBin {
    CG_ADD,
    CG_SUB,
    CG_MUL,
    CG_SDIV,
    CG_SREM,
    CG_UDIV,
    CG_UREM,
    CG_AND,
    CG_OR,
    CG_XOR,
    CG_SHL,
    CG_LSHR,
    CG_ASHR
} CgBin;
CgVal cg_bin(CgFn *f, CgBin op, CgVal a, CgVal b);
CgVal cg_add_i64(CgFn *f, CgVal a, int64_t b);
CgVal cg_cmp(CgFn *f, CgPred pred, CgVal a, CgVal b);
CgVal cg_not(CgFn *f, CgVal a);          /* i1 */
CgVal cg_and(CgFn *f, CgVal a, CgVal b); /* i1; constants fold */
CgVal cg_or(CgFn *f, CgVal a, CgVal b);
CgVal cg_select(CgFn *f, CgVal cond, CgVal yes, CgVal no);
CgVal cg_zext(CgFn *f, CgVal a, CgKind kind);
CgVal cg_sext(CgFn *f, CgVal a, CgKind kind);
CgVal cg_trunc(CgFn *f, CgVal a, CgKind kind);
CgVal cg_ptr_add(CgFn *f, CgVal ptr, CgVal bytes); /* i64 bytes */
CgVal cg_ptr_offset(CgFn *f, CgVal ptr, uint64_t bytes);

CgVal cg_ptr_diff(CgFn *f, CgVal to, CgVal from); /* bytes, i64 */

CgVal cg_load(CgFn *f, CgKind kind, CgVal ptr, uint64_t offset);
/* Of memory that nothing changes while the function runs. */
CgVal cg_load_constant(CgFn *f, CgKind kind, CgVal ptr, uint64_t offset);
void cg_store(CgFn *f, CgVal ptr, uint64_t offset, CgVal value);
/* Asks for the cache line at `ptr`, which need not be readable. */
void cg_prefetch(CgFn *f, CgVal ptr);
void cg_zero_bytes(CgFn *f, CgVal ptr, uint64_t bytes);
/* Stack room at the function's entry, aligned to 16. */
CgVal cg_stack(CgFn *f, uint64_t bytes);
CgLocal cg_local(CgFn *f, CgKind kind);
CgVal cg_get(CgFn *f, CgLocal local);
void cg_set(CgFn *f, CgLocal local, CgVal value);

/* Calls a C function by symbol.  The same symbol always has the same signature.  Kinds of the arguments are the ABI:
 * I1 is C bool.  `result` CG_VOID: the answer is void. */
CgVal cg_call(CgFn *f, const char *symbol, CgKind result, const CgVal *args, uint32_t count);
/* Says that a branch on this condition is hardly ever taken. */
CgVal cg_unlikely(CgFn *f, CgVal cond);

typedef struct CgScope {
    void *after; /* where control goes when the scope is left */
    void *other; /* else block, loop head */
    CgLocal index;
    uint32_t depth;
    bool open;
} CgScope;

CgScope cg_if_open(CgFn *f, CgVal cond, const char *name);
void cg_if_else(CgFn *f, CgScope *scope);
void cg_if_close(CgFn *f, CgScope *scope);
CgScope cg_range_open(CgFn *f, CgVal from, CgVal count, CgVal *index, const char *name);
void cg_range_close(CgFn *f, CgScope *scope);
CgScope cg_while_open(CgFn *f, const char *name);
void cg_while_close(CgFn *f, CgScope *scope);
/* Leaves the innermost CG_WHILE when the condition is false. */
void cg_break_unless(CgFn *f, CgScope *loop, CgVal cond);

#define CG_NAME2(name, line)                name##line
#define CG_NAME(name, line)                 CG_NAME2(name, line)
#define CG_SCOPE_OF(f, s, open_call, close) for (CgScope s = open_call; s.open; close((f), &s))
#define CG_IF(f, cond, name)                                                                                           \
    CG_SCOPE_OF(f, CG_NAME(cg_scope_, __LINE__), cg_if_open((f), (cond), (name)), cg_if_close)
#define CG_FOR_RANGE(f, index, from, count, name)                                                                      \
    CG_SCOPE_OF(f, CG_NAME(cg_scope_, __LINE__), cg_range_open((f), (from), (count), &(index), (name)), cg_range_close)
#define CG_WHILE(f, loop, name)                                                                                        \
    for (CgScope loop = cg_while_open((f), (name)); (loop).open; cg_while_close((f), &(loop)))

#endif
