/* cg_sql.h -- SQL values in generated code: a value of a physical kind, and whether it is NULL.
 *
 * Only this layer knows NULL, three-valued logic and how SQL functions are called.  Operators ask cg_is_true and hand
 * CgSql values around.
 *
 * A CgCode is one generated function at the SQL level: the machine function, its task argument and the row in hand.
 *
 * Ownership  CgCode and CgRow live on the C stack of the generator; arrays in `arena`. */
#ifndef SQC_CODEGEN_CG_SQL_H
#define SQC_CODEGEN_CG_SQL_H

#include "compiler/codegen/emit/cg.h"
#include "compiler/logical/expr.h"
#include "runtime/abi/task.h"

typedef struct CgSql {
    RtKind kind;
    CgVal value; /* BOOL: I1; STR, BLOB: pointer; D128: I128; TIME96: microseconds */
    CgVal extra; /* STR, BLOB: length (I64); TIME96: nanoseconds (I32) */
    CgVal null;  /* I1; a constant false where it never is */
} CgSql;

/* Names and counters that all functions of a program share. */
typedef struct CgProgram {
    Arena *arena;
    CgModule *module;
    uint32_t site_count; /* handed out in the order of generation, which is the same in each tier */
} CgProgram;

typedef struct CgCode {
    CgProgram *program;
    CgFn *f;
    CgVal task;
    CgVal batch;     /* rows functions */
    CgVal row_index; /* rows functions: I64 */
    CgVal emit;      /* groups functions */
} CgCode;

/* The input row of an operator: values in registers, or a row in memory whose columns are loaded when asked for. */
typedef struct CgRow {
    const CgSql *values; /* NULL: in memory */
    uint32_t column_count;
    CgVal memory;
    const RowLayout *layout;
    const uint64_t *never_null; /* memory: bit c set where column c is NOT NULL by type; may be NULL */
    bool is_constant;           /* memory: nothing writes to the row while the function runs */
    /* Rows of a changelog: what the row does (RowChange, I32), and the other half of an update, or the row itself where
     * it is none.  `other` NULL: the halves go ways of their own.  No `change`: every row is an insert. */
    CgVal change;
    const struct CgRow *other;
} CgRow;

CgSql cg_column(CgCode *c, const CgRow *row, uint32_t column);
CgSql cg_expr(CgCode *c, const Expr *expr, const CgRow *row);
CgVal cg_is_true(CgCode *c, CgSql value);
/* Is the condition TRUE?  Evaluates no more of it than that needs, where nothing in it can fail. */
CgVal cg_condition(CgCode *c, const Expr *expr, const CgRow *row);
/* Did an expression of this row fail? Emits a test only where one of them can. */
CgVal cg_failed(CgCode *c);

CgSql cg_sql_null(CgCode *c, RtKind kind);
CgSql cg_sql(CgCode *c, RtKind kind, CgVal value);
CgKind cg_kind_of(RtKind kind);

/* A value at an address in the memory layout of its kind. */
CgSql cg_sql_load(CgCode *c, RtKind kind, CgVal ptr, uint64_t offset);
CgSql cg_sql_load_constant(CgCode *c, RtKind kind, CgVal ptr, uint64_t offset);
void cg_sql_store(CgCode *c, CgVal ptr, uint64_t offset, CgSql value);
/* As the ABI passes it: scalars by value, others by pointer to a stack slot. */
CgVal cg_sql_argument(CgCode *c, CgSql value);

/* A CgSql behind stack slots, to be set in one scope and read in another. */
typedef struct CgSqlLocal {
    RtKind kind;
    CgLocal value, extra, null;
} CgSqlLocal;
CgSqlLocal cg_sql_local(CgCode *c, RtKind kind); /* NULL at first */
void cg_sql_set(CgCode *c, const CgSqlLocal *local, CgSql value);
CgSql cg_sql_get(CgCode *c, const CgSqlLocal *local);

#endif
