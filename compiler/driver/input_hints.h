/* input_hints.h -- what a run noticed about its input that is no error, but seldom meant: columns without any value,
 * and header lines read as rows.  Part of the summary on stderr.
 *
 * Cost  nothing unless there is something to say; then the first block of the first file of the stream is read once
 * more.
 */
#ifndef SQC_DRIVER_INPUT_HINTS_H
#define SQC_DRIVER_INPUT_HINTS_H

#include "compiler/driver/inputs.h"

void input_hints_print(Arena *arena, const PhysProgram *physical, const Inputs *inputs, const RtExec *exec);

#endif
