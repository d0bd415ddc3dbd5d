/* compile.c -- one module to one object: target, library link, passes, emission. */
#include "compiler/backend/backend.h"

#include "runtime/base/alloc.h"
#include "stdlib/registry.h"

#include <assert.h>
#include <llvm-c/BitReader.h>
#include <llvm-c/Core.h>
#include <llvm-c/Error.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <malloc.h>
#include <string.h>

/* Code is made by a thread of its own, whose own heap would grow by a few pages a call; and what LLVM frees, the next
 * module wants again. */
static void tune_heap(void)
{
    enum { GROWS_BY = 1 << 20, KEEPS = 1 << 28 };
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, GROWS_BY);
    mallopt(M_TRIM_THRESHOLD, KEEPS);
}

void backend_init(void)
{
    tune_heap();
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
}

const char *backend_cpu(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
              __builtin_cpu_supports("fma") && __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("movbe");
    return v3 ? "x86-64-v3" : "x86-64";
#else
    return "generic";
#endif
}

static const char *baseline_cpu(void)
{
#if defined(__x86_64__)
    return "x86-64";
#else
    return "generic";
#endif
}

static LLVMTargetMachineRef machine_new(const BackendOptions *options, RtError *error)
{
    char *triple = LLVMGetDefaultTargetTriple();
    char *message = NULL;
    LLVMTargetRef target = NULL;
    LLVMTargetMachineRef machine = NULL;
    if (LLVMGetTargetFromTriple(triple, &target, &message)) {
        (void)rt_error(error, RT_FATAL, "no code generator for %s: %s", triple, message);
        LLVMDisposeMessage(message);
    } else {
        const char *cpu = options->baseline_cpu ? baseline_cpu() : backend_cpu();
        LLVMCodeGenOptLevel level = options->tier == TIER_FAST ? LLVMCodeGenLevelNone : LLVMCodeGenLevelDefault;
        machine = LLVMCreateTargetMachine(target, triple, cpu, "", level, LLVMRelocPIC, LLVMCodeModelSmall);
        if (machine == NULL)
            (void)rt_error(error, RT_FATAL, "no target machine for %s", triple);
    }
    LLVMDisposeMessage(triple);
    return machine;
}

static void set_target(LLVMModuleRef module, LLVMTargetMachineRef machine)
{
    char *triple = LLVMGetTargetMachineTriple(machine);
    LLVMSetTarget(module, triple);
    LLVMDisposeMessage(triple);
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine);
    LLVMSetModuleDataLayout(module, layout);
    LLVMDisposeTargetData(layout);
}

/* Inlining stops in silence between functions of different processors. */
static void set_function_cpu(LLVMModuleRef module, const char *cpu)
{
    for (LLVMValueRef fn = LLVMGetFirstFunction(module); fn != NULL; fn = LLVMGetNextFunction(fn)) {
        if (!LLVMIsDeclaration(fn))
            LLVMAddTargetDependentFunctionAttr(fn, "target-cpu", cpu);
    }
}

/* A wrapper only fits a body to its caller: it always melts in, whatever has melted into it before. */
static void inline_wrappers(LLVMValueRef fn, LLVMAttributeRef always)
{
    size_t len;
    const char *name = LLVMGetValueName2(fn, &len);
    if (len > 4 && (memcmp(name, "rtw_", 4) == 0 || memcmp(name, "rta_", 4) == 0))
        LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, always);
}

enum { SHARED_CALLS_MIN = 24, SHARED_BODY_MIN = 12 };

static bool is_larger(LLVMValueRef fn, unsigned count)
{
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(fn); block != NULL; block = LLVMGetNextBasicBlock(block)) {
        for (LLVMValueRef at = LLVMGetFirstInstruction(block); at != NULL; at = LLVMGetNextInstruction(at)) {
            if (count-- == 0)
                return true;
        }
    }
    return false;
}

/* A body that a hundred metrics call is called, not repeated: it would cost compile time and cache a hundred times. */
static void share_bodies(LLVMModuleRef module)
{
    unsigned kind = LLVMGetEnumAttributeKindForName("noinline", strlen("noinline"));
    LLVMAttributeRef shared = LLVMCreateEnumAttribute(LLVMGetModuleContext(module), kind, 0);
    for (LLVMValueRef fn = LLVMGetFirstFunction(module); fn != NULL; fn = LLVMGetNextFunction(fn)) {
        size_t len;
        const char *name = LLVMGetValueName2(fn, &len);
        if (len < 3 || memcmp(name, "rt_", 3) != 0 || LLVMIsDeclaration(fn))
            continue;
        unsigned calls = 0;
        for (LLVMUseRef use = LLVMGetFirstUse(fn); use != NULL && calls < SHARED_CALLS_MIN; use = LLVMGetNextUse(use))
            calls++;
        if (calls == SHARED_CALLS_MIN && is_larger(fn, SHARED_BODY_MIN))
            LLVMAddAttributeAtIndex(fn, LLVMAttributeFunctionIndex, shared);
    }
}

/* Brings in the bodies that the module calls, as available_externally: what is not inlined is called natively. */
static RtStatus link_library(LLVMModuleRef module, RtError *error)
{
    LLVMMemoryBufferRef bytes =
        LLVMCreateMemoryBufferWithMemoryRange((const char *)STDLIB_BITCODE, STDLIB_BITCODE_BYTES, "stdlib", false);
    LLVMModuleRef library = NULL;
    if (LLVMGetBitcodeModuleInContext2(LLVMGetModuleContext(module), bytes, &library)) {
        LLVMDisposeMemoryBuffer(bytes);
        return rt_error(error, RT_FATAL, "the SQL library's bitcode cannot be read");
    }
    unsigned kind = LLVMGetEnumAttributeKindForName("alwaysinline", strlen("alwaysinline"));
    LLVMAttributeRef always = LLVMCreateEnumAttribute(LLVMGetModuleContext(module), kind, 0);
    for (LLVMValueRef fn = LLVMGetFirstFunction(library); fn != NULL; fn = LLVMGetNextFunction(fn)) {
        if (LLVMIsDeclaration(fn) || LLVMGetLinkage(fn) != LLVMExternalLinkage)
            continue;
        LLVMSetLinkage(fn, LLVMAvailableExternallyLinkage);
        inline_wrappers(fn, always);
    }
    LLVMSetTarget(library, LLVMGetTarget(module));
    LLVMSetDataLayout(library, LLVMGetDataLayoutStr(module));
    if (LLVMLinkModules2(module, library))
        return rt_error(error, RT_FATAL, "the SQL library's bitcode cannot be linked");
    share_bodies(module);
    return RT_OK;
}

/* What generated code needs, and no more: default<O2> takes twice as long and the code is no faster.  gvn is here for
 * what a branch says (the length of a text that equals a literal); its search through memory takes as long as all the
 * rest and finds nothing that early-cse leaves, as loads of what does not change are marked.  The bodies of the library
 * have been through O2 already: our functions are tidied, the bodies melt in, then one round over all.
 * (instcombine would verify its own result when it is named in a text: a fatal error where it stops early.) */
static const char PIPELINE[] =
    "function(lower-expect,sroa<modify-cfg>,early-cse,simplifycfg),"
    "cgscc(inline),elim-avail-extern,globaldce,"
    "function(sroa<modify-cfg>,early-cse<memssa>,simplifycfg,jump-threading,instcombine<no-verify-fixpoint>,"
    "loop-simplify,lcssa,loop-mssa(licm),gvn<no-memdep;no-pre;no-load-pre>,early-cse<memssa>,dse,simplifycfg)";

static RtStatus run_passes(LLVMModuleRef module, LLVMTargetMachineRef machine, RtError *error)
{
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef failed = LLVMRunPasses(module, PIPELINE, machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (failed == NULL)
        return RT_OK;
    char *message = LLVMGetErrorMessage(failed);
    RtStatus status = rt_error(error, RT_FATAL, "optimising generated code: %s", message);
    LLVMDisposeErrorMessage(message);
    return status;
}

static RtStatus emit(LLVMModuleRef module, LLVMTargetMachineRef machine, LLVMCodeGenFileType type, Buf *out,
                     RtError *error)
{
    char *message = NULL;
    LLVMMemoryBufferRef bytes = NULL;
    if (LLVMTargetMachineEmitToMemoryBuffer(machine, module, type, &message, &bytes)) {
        RtStatus status = rt_error(error, RT_FATAL, "emitting generated code: %s", message);
        LLVMDisposeMessage(message);
        return status;
    }
    buf_append(out, LLVMGetBufferStart(bytes), LLVMGetBufferSize(bytes));
    LLVMDisposeMemoryBuffer(bytes);
    return out->failed ? rt_error(error, RT_FATAL, "no memory for generated code") : RT_OK;
}

RtStatus backend_compile(CgModule *module, const BackendOptions *options, Buf *object, RtError *error)
{
    LLVMModuleRef llvm = cg_module_llvm(module);
    RtStatus status = RT_FATAL;
    LLVMTargetMachineRef machine = machine_new(options, error);
    if (machine == NULL)
        goto release;
    set_target(llvm, machine);
    if (options->tier == TIER_OPTIMIZED) {
        set_function_cpu(llvm, options->baseline_cpu ? baseline_cpu() : backend_cpu());
        if ((status = link_library(llvm, error)) != RT_OK || (status = run_passes(llvm, machine, error)) != RT_OK)
            goto release;
    }
    if (options->ir != NULL) {
        char *text = LLVMPrintModuleToString(llvm);
        buf_append(options->ir, text, strlen(text));
        LLVMDisposeMessage(text);
    }
    if (options->assembly != NULL &&
        (status = emit(llvm, machine, LLVMAssemblyFile, options->assembly, error)) != RT_OK)
        goto release;
    status = emit(llvm, machine, LLVMObjectFile, object, error);

release:
    if (machine != NULL)
        LLVMDisposeTargetMachine(machine);
    cg_module_free(module);
    return status;
}
