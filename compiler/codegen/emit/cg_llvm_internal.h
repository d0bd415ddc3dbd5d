/* cg_llvm_internal.h -- what cg_llvm.c and cg_scope.c share. */
#ifndef SQC_CODEGEN_CG_LLVM_INTERNAL_H
#define SQC_CODEGEN_CG_LLVM_INTERNAL_H

#include "compiler/codegen/emit/cg.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/Core.h>

enum { CG_PARAMS_MAX = 12, CG_DEPTH_MAX = 1024 };

struct CgModule {
    LLVMContextRef context;
    LLVMModuleRef llvm;
};

struct CgFn {
    CgModule *module;
    LLVMValueRef llvm;
    LLVMBuilderRef builder;
    LLVMBuilderRef entry_builder; /* stack slots go before the branch that ends the entry block */
    LLVMBasicBlockRef entry;
    LLVMValueRef entry_end;
    CgKind result;
    CgKind param_kinds[CG_PARAMS_MAX];
    uint32_t param_count;
    uint32_t depth; /* open scopes */
};

LLVMTypeRef cg_type(const CgModule *module, CgKind kind);

#endif
