/* query.h -- a question to the stored rows of a metric, between the files that answer it.
 *
 * Units      times are microseconds.
 * Ownership  the arena of the arguments. */
#ifndef SQC_DRIVER_QUERY_H
#define SQC_DRIVER_QUERY_H

#include "compiler/driver/program.h"
#include "compiler/metric/metric_query.h"
#include "runtime/store/store.h"

/* An earlier time to compare with. */
typedef struct Earlier {
    int64_t us;
    int32_t months; /* so many months, in place of `us`; 0: none */
} Earlier;

typedef struct Question {
    const Args *args;
    Arena *arena;
    Program *program;
    Store *store;
    const MetricStore *const *stores; /* by metric id */
    const MetricModel *model;         /* what is asked, perhaps derived */
    Viewer viewer;
    const uint32_t *by; /* columns of the model */
    uint32_t by_count;
    const Expr *condition; /* of --where: what stored rows are asked */
    const Expr *filter;    /* of --where: what windows of the answer are asked */
    int64_t grain_us;      /* 0: own windows */
    int32_t grain_months;  /* the grain is so many months, and grain_us about as much; 0: no months */
    int64_t from_us, to_us;
    int64_t last_us;         /* > 0: so much before the watermark */
    int64_t asked_from_us;   /* from_us as it was asked for */
    const Earlier *compares; /* so much earlier, too */
    uint32_t compare_count;
    /* what the answer says of itself */
    int64_t watermark_us, rung_us;
    int64_t answered_from_us, answered_to_us; /* the edges of windows to which from_us and to_us come */
    int64_t kept_since_us;                    /* what was earlier has been dropped; INT64_MIN: nothing was */
    int64_t rolls_since_us; /* rows before this lack what rolls, because it was dropped; INT64_MIN: none do */
    uint64_t shown;         /* rows of the answer */
    Str masked;             /* measures that the answer leaves out, as they are shown */
    bool finished;
    uint64_t late;
    VEC(const MetricModel *) settled; /* whose late rows are in `late`: several measures may ask of one metric */
    uint64_t bad;                     /* rows that are not there, because a measure failed */
    Str bad_reason;                   /* of the first */
} Question;

/* A row of the answer: time (as it is stored; whatever it is for a snapshot), dimensions asked for, measures. */
typedef struct AnswerRow {
    const RtDatum *values;
} AnswerRow;

typedef struct AnswerColumn {
    Str name;
    const Type *type;
} AnswerColumn;

typedef struct Answer {
    AnswerColumn *columns;
    uint32_t column_count;
    VEC(AnswerRow) rows;    /* by time, then dimensions */
    int64_t whole_since_us; /* windows that begin earlier lack rows that were dropped; INT64_MIN: none do */
} Answer;

/* Reports a mistake of the question on its own line of text; NULL as text: no place. */
Diag *question_error(Question *question, DiagCode code, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Finds what is asked in the store and settles range and rung; false: said so, with *exit_code. */
bool question_settle(Question *question, const MetricAsk *ask, StoredMetric *stored, int *exit_code);
/* The watermark of what is asked, and the range that --last means; what cannot be found is said by who answers. */
void question_anchor(Question *question);
/* --where, cut into what stored rows and what windows of the answer are asked; false: an error was reported. */
bool question_cut_condition(Question *question, const Expr *condition);
/* The time of a row of the answer as the metric has it. */
RtDatum question_shown_time(const Question *question, const RtDatum *values);
/* Is this row of the answer what --where asks for? */
bool question_wants(const Question *question, const RtDatum *values);
/* "1 hour", "7 days", "30m"; false: an error was reported. */
bool question_interval(Question *question, const Source *source, int64_t *us);
/* "1 month", "2 quarters", "1 year", "1 week": months, or a length. */
bool question_calendar(Str text, int64_t *us, int32_t *months);
/* --compare; false: an error was reported. */
bool question_read_compares(Question *question);
/* False: an error was reported, with *exit_code. */
bool answer_question(Question *question, Answer *answer, int *exit_code);
/* The answer with the measures of earlier times beside its own. */
bool answer_compared(Question *question, Answer *answer, int *exit_code);
bool answer_own(Question *question, const MetricModel *model, const MetricAsk *ask, Answer *answer, int *exit_code);
bool answer_derived(Question *question, Answer *answer, int *exit_code);
/* --as and --attribute: EXIT_DONE, or an exit code after saying what is wrong. */
int question_viewer(Question *question);
/* Takes out of a question what its viewer may not see, and adds the rules of the viewer's role; false: an error was
 * reported, because what was asked for cannot be seen at all. */
bool question_authorize(Question *question, const MetricModel *model, MetricAsk *ask);
/* Times as the clock of the metric's windows shows them. */
Str question_time_text(const Question *question, int64_t us);
/* Do rows have the end of their window for time?  --from and --to mean ends then. */
bool question_has_ends(const MetricModel *model);
/* The range that is answered, once the rung is known; what is to be said of it. */
void question_set_answered(Question *question);
void question_print_range(const Question *question);
/* Why an answer has no rows, where its range tells. */
void question_print_nothing(const Question *question);
/* Attributes that rules of the role read, and that were not given. */
void question_print_ungiven(const Question *question);
/* How long the windows of the answer are; 0: not of one length. */
int64_t question_grain(const Question *question);
/* Dimensions of another metric with the names of those asked for; the condition over its columns. */
void question_carry_over(const Question *question, const MetricModel *to, uint32_t *by, const Expr **condition);

#endif
