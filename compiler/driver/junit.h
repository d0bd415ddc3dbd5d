/* junit.h -- the outcomes of `sqc test` as the XML that CI services read.
 *
 * Ownership  the arena. */
#ifndef SQC_DRIVER_JUNIT_H
#define SQC_DRIVER_JUNIT_H

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/base/vec.h"

typedef struct JunitCase {
    Str name, file;
    uint32_t line;
    double seconds;
    bool passed;
    Str text; /* of a failure */
} JunitCase;

typedef struct Junit {
    Arena *arena;
    VEC(JunitCase) cases;
} Junit;

/* Texts are copied. */
void junit_add(Junit *junit, const JunitCase *outcome);
/* Files whose mistakes kept their tests from running at all are a case of their own. */
RtStatus junit_write(const Junit *junit, const char *path, RtError *error) RT_CHECKED;

#endif
