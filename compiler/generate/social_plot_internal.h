/* social_plot_internal.h -- what is planted in the day, so that a metric can be asked whether it finds it.
 *
 *   late phones  some app sessions are offline; their rows arrive together, minutes to hours later
 *   trend        people of one region begin to use a new tag, more of them from minute to minute
 *   spam         one account, no bot by its rows, says another new tag again and again
 *   experiment   of variant B of `checkout` twice as many clicks convert
 *   outage       all rows of one region whose events fall into a stretch of time are lost
 *
 * Times are parts of the run's duration; in a day the trend lasts 30 minutes, the spam 10 and the outage 20.
 * SocialTruths counts what was written in fact, and goes into truths.json beside the events. */
#ifndef SQC_GENERATE_SOCIAL_PLOT_INTERNAL_H
#define SQC_GENERATE_SOCIAL_PLOT_INTERNAL_H

#include "compiler/generate/generate.h"
#include "compiler/generate/social_internal.h"

#define SOCIAL_TREND_REGION  "EU"
#define SOCIAL_OUTAGE_REGION "SA"
enum { SOCIAL_LATE_US = 5000000, SOCIAL_EFFECT = 2 };

/* From the first instant to the last one, which is outside. */
typedef struct SocialSpan {
    int64_t from_us;
    int64_t to_us;
} SocialSpan;

typedef struct SocialPlot {
    SocialSpan trend;
    SocialSpan spam;
    SocialSpan outage;
    int64_t duration_us;
    uint32_t trend_people;
    uint32_t spam_rows;
    uint32_t spammer;
} SocialPlot;

typedef struct SocialFileTruths {
    int64_t newest_us;
    uint64_t rows;
    uint64_t duplicates;
    uint64_t cut;
    uint64_t wrong_type;
    uint64_t bot_rows;
    uint64_t late_rows; /* more than SOCIAL_LATE_US behind the newest row of the file */
} SocialFileTruths;

typedef struct SocialTruths {
    SocialFileTruths files[TOPIC_COUNT];
    uint64_t sessions, bot_sessions, offline_sessions;
    uint64_t offline_rows, lost_rows;
    uint64_t planted[PLANT_COUNT];
    uint64_t clicks[2], conversions[2]; /* of people, told once, by variant */
} SocialTruths;

void social_plot_init(SocialPlot *plot, const SocialWorld *world, const GenerateOptions *options, uint64_t rows);
/* The next person of the trend behind `person`, from the region of the trend. */
uint32_t social_plot_next_person(const SocialWorld *world, uint32_t person);
bool social_plot_loses(const SocialPlot *plot, const SocialWorld *world, const SocialEvent *event);

void social_truths_count(SocialTruths *truths, const SocialWorld *world, const SocialEvent *event, SocialDamage damage);
/* truths.json */
RtStatus social_truths_write(const SocialTruths *truths, const SocialPlot *plot, const GenerateOptions *options,
                             RtError *error) RT_CHECKED;

#endif
