/* cg_row.h -- rows in memory: reading and writing them as RowLayout says. */
#ifndef SQC_CODEGEN_CG_ROW_H
#define SQC_CODEGEN_CG_ROW_H

#include "compiler/codegen/sql/cg_sql.h"

/* A row in memory, its columns loaded when asked for.  `columns` tells which can never be NULL. */
CgRow cg_row_memory(CgCode *c, CgVal memory, const RowLayout *layout, const Type *const *types);
CgRow cg_row_values(const CgSql *values, uint32_t column_count);
/* Writes a whole row: bitmaps and values. */
void cg_row_store(CgCode *c, CgVal memory, const RowLayout *layout, const CgRow *row);
/* Sets one column of a row whose null bit stands (row_clear): clears the bit unless the value is NULL. */
void cg_row_set(CgCode *c, CgVal memory, const RowLayout *layout, uint32_t column, CgSql value);
void cg_row_set_error(CgCode *c, CgVal memory, const RowLayout *layout, uint32_t column);
/* Is an error bit of the mask set?  A mask of zero is a constant false. */
CgVal cg_row_has_error(CgCode *c, const CgRow *row, const uint64_t *mask);

#endif
