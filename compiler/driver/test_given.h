/* test_given.h -- GIVEN .. FILE: the rows of a CSV or NDJSON file as those of a test.
 *
 * A path is looked for beside the file of the test.  In NDJSON keys name the columns.  In CSV the first line names
 * them, in any order, where all its fields are names of columns; else it is a row, and rows have the columns of the
 * table in order.
 *
 * Ownership  rows in the arena of the program.
 * Errors     E0344, with line and column of the file. */
#ifndef SQC_DRIVER_TEST_GIVEN_H
#define SQC_DRIVER_TEST_GIVEN_H

#include "compiler/driver/program.h"

/* Puts the rows of files into the steps that name them; false after an error. */
bool test_read_files(const Program *program, BoundTest *test);

#endif
