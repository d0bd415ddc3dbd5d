/* bind_test_check.c -- tests that cannot fail, or cannot pass.
 *
 * Only what is plain from the steps alone is an error: between two steps that move something (GIVEN, WATERMARK ..)
 * rows can be expected once, nothing is not followed by rows, and late rows are counted once. */
#include "compiler/bind/bind_test_internal.h"

typedef struct StepsSeen {
    const TestStep *rows;    /* EXPECT of all rows since something moved */
    const TestStep *nothing; /* EXPECT NOTHING since then */
    const TestStep *late, *duplicates;
} StepsSeen;

static bool is_expectation(TestStepKind kind)
{
    return kind == STEP_EXPECT_ROWS || kind == STEP_EXPECT_NOTHING || kind == STEP_EXPECT_LATE ||
           kind == STEP_EXPECT_DUPLICATES || kind == STEP_EXPECT_SNAPSHOT || kind == STEP_EXPECT_HIDDEN;
}

static void contradicts(TestBinder *t, const TestStep *step, const TestStep *before, const char *what)
{
    Diag *d = test_error(t, E0343, step->span, str_from(what));
    diag_label(d, before->span, "nothing moves between this and the next EXPECT");
}

static void check_expectation(TestBinder *t, StepsSeen *seen, const TestStep *step)
{
    switch (step->kind) {
    case STEP_EXPECT_ROWS:
        if (seen->nothing != NULL)
            contradicts(t, step, seen->nothing, "rows are expected where EXPECT NOTHING has just stood");
        else if (seen->rows != NULL && seen->rows->is_update == step->is_update &&
                 seen->rows->is_delete == step->is_delete)
            contradicts(t, step, seen->rows, "these rows cannot come: the EXPECT before has taken all that came");
        seen->rows = step;
        break;
    case STEP_EXPECT_NOTHING:
        seen->nothing = step;
        break;
    case STEP_EXPECT_LATE:
        if (seen->late != NULL && step->row_number > 0)
            contradicts(t, step, seen->late, "late rows are counted since the last EXPECT LATE: here there are 0");
        seen->late = step;
        break;
    case STEP_EXPECT_DUPLICATES:
        if (seen->duplicates != NULL && step->row_number > 0)
            contradicts(t, step, seen->duplicates,
                        "duplicates are counted since the last EXPECT DUPLICATES: here there are 0");
        seen->duplicates = step;
        break;
    default:
        break;
    }
}

/* Time does not go back: such a WATERMARK would do nothing. */
static void check_time(TestBinder *t, uint32_t at)
{
    const TestStep *step = &t->steps.items[at];
    for (uint32_t i = at; i-- > 0;) {
        const TestStep *before = &t->steps.items[i];
        if (before->kind != STEP_WATERMARK || before->table != step->table)
            continue;
        if (before->time_us > step->time_us)
            diag_label(test_error(t, E0343, step->span, STR("a WATERMARK does not go back: this one changes nothing")),
                       before->span, "time is here already");
        return;
    }
}

void test_check_steps(TestBinder *t)
{
    StepsSeen seen = { 0 };
    bool expects = false;
    for (uint32_t i = 0; i < t->steps.count; i++) {
        const TestStep *step = &t->steps.items[i];
        expects = expects || is_expectation(step->kind);
        if (is_expectation(step->kind))
            check_expectation(t, &seen, step);
        else if (step->kind != STEP_RESTART)
            seen = (StepsSeen){ 0 };
        if (step->kind == STEP_WATERMARK)
            check_time(t, i);
    }
    if (!expects)
        diag_help(test_error(t, E0343, t->test->span, STR("the test expects nothing, so it cannot fail")),
                  "say what comes: EXPECT (columns) rows, EXPECT NOTHING or EXPECT LATE n");
}
