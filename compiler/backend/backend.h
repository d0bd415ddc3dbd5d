/* backend.h -- from generated modules to machine code: object bytes, and code that can be called.
 *
 * Every module becomes an object file in memory first, position-independent, and the JIT is given nothing but objects:
 * JIT, cached and ahead-of-time code are the same bytes.  The optimised tier links the bodies it calls from the bitcode
 * of the SQL library before the passes run, so they are inlined; the fast tier calls the native ones.
 *
 * Ownership  an object is a Buf of the caller; JitCode belongs to its Jit until jit_remove.
 * Threads    backend_compile may run on any thread (one module each); a Jit belongs to one thread.
 * Errors     false with the cause in words: a bug of ours or no memory, never the user's. */
#ifndef SQC_BACKEND_BACKEND_H
#define SQC_BACKEND_BACKEND_H

#include "compiler/codegen/emit/cg.h"
#include "runtime/base/buf.h"
#include "runtime/base/status.h"

typedef enum CodeTier {
    TIER_FAST, /* unoptimised: ready in milliseconds */
    TIER_OPTIMIZED,
} CodeTier;

typedef struct BackendOptions {
    CodeTier tier;
    bool baseline_cpu; /* the oldest processor of the architecture instead of the chosen level */
    Buf *ir;           /* not NULL: gets the module's text after the passes */
    Buf *assembly;     /* not NULL: gets the assembly */
} BackendOptions;

/* Once in a process, before anything else of this header and before its second thread. */
void backend_init(void);
/* Compiles and consumes the module. */
RtStatus backend_compile(CgModule *module, const BackendOptions *options, Buf *object, RtError *error) RT_CHECKED;
/* "x86-64-v3" and the like: the level generated code is made for on this machine. */
const char *backend_cpu(void);

typedef struct Jit Jit;
typedef struct JitCode JitCode;

RtStatus jit_open(Jit **jit, RtError *error) RT_CHECKED;
void jit_close(Jit *jit); /* removes all code */
RtStatus jit_add(Jit *jit, const Buf *object, JitCode **code, RtError *error) RT_CHECKED;
/* The address of a function; an unknown name is RT_FATAL. */
RtStatus jit_symbol(Jit *jit, const char *name, void **address, RtError *error) RT_CHECKED;
void jit_remove(Jit *jit, JitCode *code);

/* The address behind a symbol that generated code may use, or NULL: the whole list. */
void *backend_native_symbol(const char *name);

#endif
