/* cg_key.h -- key encodings in generated code: columns to bytes and back (runtime/abi/key.h). */
#ifndef SQC_CODEGEN_CG_KEY_H
#define SQC_CODEGEN_CG_KEY_H

#include "compiler/codegen/sql/cg_sql.h"

typedef struct CgKey {
    CgVal bytes;  /* pointer */
    CgVal length; /* I64 */
} CgKey;

/* Encodes the columns behind `head` bytes of room, which count as part of the key.  The bytes are good until the next
 * key is made. */
CgKey cg_key(CgCode *c, const CgSql *columns, uint32_t count, uint32_t head);
CgVal cg_key_hash(CgCode *c, CgKey key);
/* Reads columns of these kinds from a key. */
void cg_key_columns(CgCode *c, CgVal key, const RtKind *kinds, uint32_t count, CgSql *columns);

#endif
