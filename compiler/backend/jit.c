/* jit.c -- objects into memory by ORC, resolving symbols against the closed list and nothing else. */
#include "compiler/backend/backend.h"

#include "runtime/base/alloc.h"

#include <llvm-c/Core.h>
#include <llvm-c/LLJIT.h>
#include <llvm-c/Orc.h>
#include <llvm-c/Target.h>

struct Jit {
    LLVMOrcLLJITRef lljit;
};

struct JitCode {
    LLVMOrcResourceTrackerRef tracker;
};

static RtStatus llvm_error(RtError *error, const char *what, LLVMErrorRef failed)
{
    char *message = LLVMGetErrorMessage(failed);
    RtStatus status = rt_error(error, RT_FATAL, "%s: %s", what, message);
    LLVMDisposeErrorMessage(message);
    return status;
}

/* Answers the names that loaded code asks for; an unknown one stays undefined and fails the lookup.  The shape is
 * LLVM's. */
static LLVMErrorRef define_symbols(LLVMOrcDefinitionGeneratorRef generator, /* tidy: foreign shape */
                                   void *context, LLVMOrcLookupStateRef *state, LLVMOrcLookupKind kind,
                                   LLVMOrcJITDylibRef library, LLVMOrcJITDylibLookupFlags flags,
                                   LLVMOrcCLookupSet names, size_t count)
{
    (void)generator;
    (void)context;
    (void)state;
    (void)kind;
    (void)flags;
    for (size_t i = 0; i < count; i++) {
        void *address = backend_native_symbol(LLVMOrcSymbolStringPoolEntryStr(names[i].Name));
        if (address == NULL)
            continue;
        LLVMOrcRetainSymbolStringPoolEntry(names[i].Name);
        LLVMOrcCSymbolMapPair pair = { .Name = names[i].Name,
                                       .Sym = { .Address = (LLVMOrcExecutorAddress)(uintptr_t)address,
                                                .Flags = { .GenericFlags = LLVMJITSymbolGenericFlagsExported |
                                                                           LLVMJITSymbolGenericFlagsCallable } } };
        LLVMOrcMaterializationUnitRef unit = LLVMOrcAbsoluteSymbols(&pair, 1);
        LLVMErrorRef failed = LLVMOrcJITDylibDefine(library, unit);
        if (failed != NULL) {
            LLVMOrcDisposeMaterializationUnit(unit);
            return failed;
        }
    }
    return NULL;
}

RtStatus jit_open(Jit **jit, RtError *error)
{
    Jit *opened = mem_alloc_zeroed(sizeof *opened);
    if (opened == NULL)
        return rt_error(error, RT_FATAL, "no memory for a code loader");
    LLVMErrorRef failed = LLVMOrcCreateLLJIT(&opened->lljit, NULL);
    if (failed != NULL) {
        mem_free(opened);
        return llvm_error(error, "opening the code loader", failed);
    }
    LLVMOrcDefinitionGeneratorRef generator = LLVMOrcCreateCustomCAPIDefinitionGenerator(define_symbols, NULL, NULL);
    LLVMOrcJITDylibAddGenerator(LLVMOrcLLJITGetMainJITDylib(opened->lljit), generator);
    *jit = opened;
    return RT_OK;
}

void jit_close(Jit *jit)
{
    if (jit == NULL)
        return;
    LLVMErrorRef failed = LLVMOrcDisposeLLJIT(jit->lljit);
    if (failed != NULL)
        LLVMConsumeError(failed);
    mem_free(jit);
}

RtStatus jit_add(Jit *jit, const Buf *object, JitCode **code, RtError *error)
{
    JitCode *added = mem_alloc_zeroed(sizeof *added);
    if (added == NULL)
        return rt_error(error, RT_FATAL, "no memory for loaded code");
    added->tracker = LLVMOrcJITDylibCreateResourceTracker(LLVMOrcLLJITGetMainJITDylib(jit->lljit));
    LLVMMemoryBufferRef bytes = LLVMCreateMemoryBufferWithMemoryRangeCopy(object->data, object->len, "code");
    LLVMErrorRef failed = LLVMOrcLLJITAddObjectFileWithRT(jit->lljit, added->tracker, bytes);
    if (failed != NULL) {
        LLVMOrcReleaseResourceTracker(added->tracker);
        mem_free(added);
        return llvm_error(error, "loading generated code", failed);
    }
    *code = added;
    return RT_OK;
}

RtStatus jit_symbol(Jit *jit, const char *name, void **address, RtError *error)
{
    LLVMOrcExecutorAddress found = 0;
    LLVMErrorRef failed = LLVMOrcLLJITLookup(jit->lljit, &found, name);
    if (failed != NULL)
        return llvm_error(error, name, failed);
    *address = (void *)(uintptr_t)found;
    return RT_OK;
}

void jit_remove(Jit *jit, JitCode *code)
{
    (void)jit;
    if (code == NULL)
        return;
    LLVMErrorRef failed = LLVMOrcResourceTrackerRemove(code->tracker);
    if (failed != NULL)
        LLVMConsumeError(failed);
    LLVMOrcReleaseResourceTracker(code->tracker);
    mem_free(code);
}
