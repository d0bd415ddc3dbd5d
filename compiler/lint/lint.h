/* lint.h -- what a program may say and hardly means: findings with a code, a place and what to write instead.
 *
 * Each rule is a row of lint_rules.def and one function.  Rules that read only the text and the catalog run on programs
 * with errors too; the others want a program that was bound without any.  Findings are warnings.
 *
 * Ownership  everything in the query arena.
 * Errors     none of its own. */
#ifndef SQC_LINT_LINT_H
#define SQC_LINT_LINT_H

#include "compiler/bind/bind.h"

typedef struct Lint {
    Arena *query;
    AstNode *const *files;
    uint32_t file_count;
    const BoundProgram *bound;
    bool is_sound; /* bound without errors */
    Diags *diags;  /* where findings go */
} Lint;

typedef struct LintRule {
    DiagCode code;
    bool needs_sound;
    void (*find)(const Lint *lint);
} LintRule;

extern const LintRule LINT_RULES[];
extern const uint32_t LINT_RULE_COUNT;

void lint_program(const Lint *lint);

#endif
