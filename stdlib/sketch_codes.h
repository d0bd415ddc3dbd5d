/* sketch_codes.h -- the run-time failure of bytes that are no state (number of an E06xx diagnostic).
 *
 * Threads    constants. */
#ifndef SQC_STDLIB_SKETCH_CODES_H
#define SQC_STDLIB_SKETCH_CODES_H

enum { FN_E_SKETCH = 651 };

#endif
