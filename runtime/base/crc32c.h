/* crc32c.h -- the Castagnoli checksum: of blocks of checkpoints and of Kafka's records.
 *
 *   crc32c(0, a) continued with b is crc32c(crc32c(0, a), b), that of both as one
 *
 * Source     RFC 3720, appendix B.4, for the polynomial and the test values.
 * Threads    any.
 * Cost       about 0.1 ns a byte where the processor has the instruction, 2 ns elsewhere. */
#ifndef SQC_BASE_CRC32C_H
#define SQC_BASE_CRC32C_H

#include "runtime/base/str.h"

uint32_t crc32c(uint32_t before, Str bytes);

#endif
