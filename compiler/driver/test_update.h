/* test_update.h -- sqc test --update: the texts of EXPECT SNAPSHOT, written into their files.
 *
 * Only the text behind SNAPSHOT changes, in the layout of `sqc fmt`; a file is replaced whole or not at all.
 *
 * Ownership  the arena of the program. */
#ifndef SQC_DRIVER_TEST_UPDATE_H
#define SQC_DRIVER_TEST_UPDATE_H

#include "compiler/driver/program.h"
#include "compiler/driver/test_run.h"

RtStatus test_update(const Program *program, const TestEdits *edits, RtError *error) RT_CHECKED;

#endif
