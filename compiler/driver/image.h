/* image.h -- a physical plan as the runtime knows it (runtime/exec/program.h).
 *
 * Ownership  the image lives in the arena and borrows the plan. */
#ifndef SQC_DRIVER_IMAGE_H
#define SQC_DRIVER_IMAGE_H

#include "compiler/physical/plan.h"
#include "runtime/exec/program.h"

/* `site_count` comes from the generated code. */
RtProgram *image_of(Arena *arena, const PhysProgram *physical, uint32_t site_count);

#endif
