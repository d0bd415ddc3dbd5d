/* social_plot.c -- when and how much is planted, and what came of it. */
#include "compiler/generate/social_plot_internal.h"

#include "compiler/generate/generate_social.h"

static SocialSpan social_span(int64_t start_us, int64_t duration_us, int32_t from_percent, int32_t parts)
{
    int64_t from_us = start_us + duration_us / 100 * from_percent;
    return (SocialSpan){ from_us, from_us + duration_us / parts };
}

static uint32_t social_between(uint64_t value, uint32_t low, uint32_t high)
{
    return value < low ? low : value > high ? high : (uint32_t)value;
}

void social_plot_init(SocialPlot *plot, const SocialWorld *world, const GenerateOptions *options, uint64_t rows)
{
    int64_t start_us = options->start_us != 0 ? options->start_us : SOCIAL_START_US;
    int64_t duration_us = options->duration_us != 0 ? options->duration_us : SOCIAL_DURATION_US;
    *plot = (SocialPlot){
        .trend = social_span(start_us, duration_us, 60, 48),
        .spam = social_span(start_us, duration_us, 35, 144),
        .outage = social_span(start_us, duration_us, 80, 72),
        .duration_us = duration_us,
        .trend_people = social_between(rows / 500, 1, 1000),
        .spam_rows = social_between(rows / 200, 1, 10000),
        .spammer = (uint32_t)draw_scale(draw_of(world->seed, 2), SOCIAL_PEOPLE),
    };
}

uint32_t social_plot_next_person(const SocialWorld *world, uint32_t person)
{
    do
        person = (person + 1) % SOCIAL_PEOPLE;
    while (strcmp(social_region(world, person), SOCIAL_TREND_REGION) != 0);
    return person;
}

bool social_plot_loses(const SocialPlot *plot, const SocialWorld *world, const SocialEvent *event)
{
    return event->time_us >= plot->outage.from_us && event->time_us < plot->outage.to_us &&
           strcmp(social_region(world, event->person), SOCIAL_OUTAGE_REGION) == 0;
}

void social_truths_count(SocialTruths *truths, const SocialWorld *world, const SocialEvent *event, SocialDamage damage)
{
    SocialFileTruths *file = &truths->files[social_topic(event->action)];
    file->rows++;
    file->duplicates += event->resent;
    file->cut += damage == DAMAGE_CUT;
    file->wrong_type += damage == DAMAGE_WRONG_TYPE;
    file->bot_rows += social_is_bot(event->person);
    if (damage == DAMAGE_NONE) {
        file->late_rows += event->time_us < file->newest_us - SOCIAL_LATE_US;
        file->newest_us = event->time_us > file->newest_us ? event->time_us : file->newest_us;
    }
    if (event->resent)
        return;
    truths->offline_rows += event->offline;
    truths->planted[event->plant]++;
    if (social_is_bot(event->person))
        return;
    uint32_t variant = social_variant(world, event->person) == 'B';
    truths->clicks[variant] += event->action == ACT_ad_click;
    truths->conversions[variant] += event->action == ACT_ad_conversion;
}

/* -- truths.json --------------------------------------------------------------------------------------------------- */

static char *put_number(char *to, const char *key, uint64_t value)
{
    to = put_text(PUT(to, ", \""), key);
    return put_u64(PUT(to, "\": "), value);
}

static char *put_span(char *to, SocialSpan span)
{
    to = put_u64(PUT(to, "\"from_us\": "), (uint64_t)span.from_us);
    return put_number(to, "to_us", (uint64_t)span.to_us);
}

static char *put_files(char *to, const SocialTruths *truths)
{
    static const char *const KEYS[TOPIC_COUNT] = { "user_events", "content_events", "ad_events" };
    to = PUT(to, " \"files\": {");
    for (uint32_t i = 0; i < TOPIC_COUNT; i++) {
        const SocialFileTruths *file = &truths->files[i];
        to = put_text(put_text(to, i == 0 ? "\n  \"" : ",\n  \""), KEYS[i]);
        to = put_u64(PUT(to, "\": {\"rows\": "), file->rows);
        to = put_number(to, "duplicates", file->duplicates);
        to = put_number(to, "cut", file->cut);
        to = put_number(to, "wrong_type", file->wrong_type);
        to = put_number(to, "bot_rows", file->bot_rows);
        to = PUT(put_number(to, "late_rows", file->late_rows), "}");
    }
    return PUT(to, "},\n");
}

static char *put_plants(char *to, const SocialTruths *truths, const SocialPlot *plot)
{
    to = put_span(PUT(to, " \"trend\": {"), plot->trend);
    to = PUT(to, ", \"tag\": \"" SOCIAL_TREND_TAG "\", \"region\": \"" SOCIAL_TREND_REGION "\"");
    to = put_number(to, "people", plot->trend_people);
    to = PUT(put_number(to, "rows", truths->planted[PLANT_TREND]), "},\n");
    to = put_span(PUT(to, " \"spam\": {"), plot->spam);
    to = put_number(PUT(to, ", \"tag\": \"" SOCIAL_SPAM_TAG "\""), "user_id", social_user_id(plot->spammer));
    to = PUT(put_number(to, "rows", truths->planted[PLANT_SPAM]), "},\n");
    to = PUT(put_span(PUT(to, " \"outage\": {"), plot->outage), ", \"region\": \"" SOCIAL_OUTAGE_REGION "\"");
    return PUT(put_number(to, "lost_rows", truths->lost_rows), "},\n");
}

static char *put_experiment(char *to, const SocialTruths *truths)
{
    to = PUT(to, " \"experiment\": {\"name\": \"checkout\"");
    to = put_number(to, "effect", SOCIAL_EFFECT);
    for (uint32_t i = 0; i < 2; i++) {
        to = put_u64(put_text(to, i == 0 ? ", \"A\": {\"clicks\": " : ", \"B\": {\"clicks\": "), truths->clicks[i]);
        to = PUT(put_number(to, "conversions", truths->conversions[i]), "}");
    }
    return PUT(to, "}}");
}

RtStatus social_truths_write(const SocialTruths *truths, const SocialPlot *plot, const GenerateOptions *options,
                             RtError *error)
{
    EventWriter writer;
    RtStatus status = event_writer_open(&writer, options->out_folder, "truths.json", error);
    if (status != RT_OK)
        return status;
    char *to = put_u64(PUT(event_writer_room(&writer), "{\"seed\": "), options->seed);
    to = put_files(PUT(to, ",\n"), truths);
    to = put_u64(PUT(to, " \"sessions\": {\"all\": "), truths->sessions);
    to = PUT(put_number(to, "of_bots", truths->bot_sessions), "},\n");
    to = put_u64(PUT(to, " \"bots\": {\"first_user_id\": "), social_user_id(SOCIAL_PEOPLE));
    to = PUT(put_number(to, "accounts", SOCIAL_BOTS), "},\n");
    to = put_u64(PUT(to, " \"late_phones\": {\"sessions\": "), truths->offline_sessions);
    to = PUT(put_number(to, "rows", truths->offline_rows), "},\n");
    to = put_experiment(put_plants(to, truths, plot), truths);
    event_writer_end_row(&writer, to);
    return event_writer_close(&writer, error);
}
