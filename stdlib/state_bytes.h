/* state_bytes.h -- the canonical bytes of aggregate states: runtime/base/byte_io.h, and what every state keeps to. */
#ifndef SQC_STDLIB_STATE_BYTES_H
#define SQC_STDLIB_STATE_BYTES_H

#include "runtime/base/byte_io.h"

/* No group has more rows; bytes that say so are refused. */
#define STATE_ROWS_MAX ((int64_t)1 << 48)

#endif
