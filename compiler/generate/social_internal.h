/* social_internal.h -- the parts of the social generator: who is there, what happens, how a row is written.
 *
 * Everything about a person, a post or a campaign follows from the seed and its number (draw_of), so nothing of it is
 * stored; only who wrote which post is. */
#ifndef SQC_GENERATE_SOCIAL_INTERNAL_H
#define SQC_GENERATE_SOCIAL_INTERNAL_H

#include "compiler/generate/draw_internal.h"
#include "compiler/generate/event_writer_internal.h"
#include "runtime/base/vec.h"

enum { SOCIAL_PEOPLE = 5000, SOCIAL_BOTS = 40, SOCIAL_POSTS_BEFORE = 1000, SOCIAL_CAMPAIGNS = 40 };

typedef enum SocialTopic { TOPIC_USER, TOPIC_CONTENT, TOPIC_ADS, TOPIC_COUNT } SocialTopic;

typedef enum SocialAction {
#define ACTION(name, topic, weight, detail) ACT_##name,
#include "compiler/generate/social_actions.def"
#undef ACTION
    ACT_COUNT
} SocialAction;

typedef enum SocialPlant { PLANT_NONE, PLANT_TREND, PLANT_SPAM, PLANT_COUNT } SocialPlant;

/* The tags of planted rows; nobody else uses them. */
#define SOCIAL_TREND_TAG "aurora"
#define SOCIAL_SPAM_TAG  "prize"

/* One row under way from its event to the collector. */
typedef struct SocialEvent {
    int64_t time_us;
    int64_t received_us;
    int64_t session_us; /* start of its session */
    uint64_t id;        /* random part of the event id; details draw from it too */
    uint64_t chain;     /* what a bid, its impression, click and conversion have in common */
    uint32_t person;
    uint32_t object; /* number of a person, post or campaign, as the action wants it */
    uint32_t seq;
    uint8_t action;
    uint8_t plant; /* SocialPlant: what this row was planted for */
    bool anonymous;
    bool offline; /* written down on a phone, sent later */
    bool resent;
} SocialEvent;

typedef enum SocialDamage { DAMAGE_NONE, DAMAGE_CUT, DAMAGE_WRONG_TYPE } SocialDamage;

typedef struct SocialWorld {
    Arena *arena;
    uint64_t seed;
    VEC(uint32_t) post_authors;
} SocialWorld;

static inline bool social_is_bot(uint32_t person)
{
    return person >= SOCIAL_PEOPLE;
}

/* What `user_id` says. */
static inline uint64_t social_user_id(uint32_t person)
{
    return 1000 + (uint64_t)person;
}

bool social_on_web(const SocialWorld *world, uint32_t person);
const char *social_region(const SocialWorld *world, uint32_t person);
/* Of the experiment `checkout`: 'A' or 'B'. */
char social_variant(const SocialWorld *world, uint32_t person);
SocialTopic social_topic(uint32_t action);
uint32_t social_weight(uint32_t action);
/* Of a million impressions of the campaign how many are clicked, and of its clicks how many bring a conversion. */
uint32_t social_clicks_per_million(const SocialWorld *world, uint32_t campaign);
uint32_t social_conversions_per_million(const SocialWorld *world, uint32_t campaign);
/* Writes the row at `to`, where EVENT_BYTES_MAX bytes are free; returns its end. */
char *social_put_row(char *to, const SocialWorld *world, const SocialEvent *event, SocialDamage damage);

#endif
