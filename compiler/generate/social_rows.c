/* social_rows.c -- one event as one JSON object, fields in the order of the event schema. */
#include "compiler/generate/social_internal.h"

#include <stdio.h>

typedef struct Place {
    const char *country;
    const char *region;
    const char *city;
} Place;

/* Repeated where more people live. */
static const Place PLACES[] = {
    { "DE", "EU", "Berlin" },  { "DE", "EU", "Hamburg" },   { "FR", "EU", "Lyon" },      { "ES", "EU", "Sevilla" },
    { "PL", "EU", "Gdańsk" },  { "IT", "EU", "Torino" },    { "US", "NA", "Chicago" },   { "US", "NA", "Austin" },
    { "US", "NA", "Seattle" }, { "CA", "NA", "Montréal" },  { "BR", "SA", "São Paulo" }, { "AR", "SA", "Rosario" },
    { "IN", "APAC", "Pune" },  { "IN", "APAC", "Chennai" }, { "JP", "APAC", "Osaka" },   { "NG", "AF", "Lagos" },
};

typedef struct Device {
    const char *class;
    const char *os;
    const char *platform;
} Device;

static const Device DEVICES[] = {
    { "mobile", "android", "android" }, { "mobile", "ios", "ios" },         { "mobile", "android", "web" },
    { "desktop", "windows", "web" },    { "desktop", "macos", "web" },      { "desktop", "linux", "web" },
    { "tablet", "ios", "ios" },         { "mobile", "android", "android" },
};

static const char *const TAGS[] = {
    "coffee", "trail", "harbour", "recipe", "vinyl",   "garden", "goal",   "sunset", "studio", "market", "cycling",
    "puzzle", "novel", "bakery",  "canvas", "skyline", "river",  "comet",  "jazz",   "chess",  "drone",  "ceramic",
    "hiking", "opera", "saddle",  "tennis", "tram",    "violin", "winter", "yoga",   "zine",   "ferry",
};

static const char *const CATEGORIES[] = { "music", "sports", "food", "travel", "tech", "art", "news", "games" };
static const char *const POST_TYPES[] = { "text", "image", "video", "link" };
static const char *const PAGES[] = { "/feed", "/explore", "/messages", "/groups", "/settings", "/live", "/market" };
static const char *const FEATURES[] = { "stories", "polls", "dark_mode", "groups", "live", "translate" };
static const char *const SURFACES[] = { "feed", "explore", "profile", "search" };
static const char *const UTM_SOURCES[] = { "newsletter", "search", "partner", "social" };
static const char *const UTM_CAMPAIGNS[] = { "spring", "launch", "friends" };
static const char *const PLACEMENTS[] = { "feed", "story", "sidebar" };
static const char *const SIGNUP_METHODS[] = { "email", "phone", "single_sign_on" };

#define PICK(table, bits) ((table)[draw_scale((bits), sizeof(table) / sizeof((table)[0]))])

/* Kinds of properties, so that two properties of one thing are independent. */
enum { OF_PLACE = 1, OF_DEVICE, OF_POST, OF_TAGS, OF_CAMPAIGN, OF_VARIANT, OF_DETAIL };

static uint64_t social_of(const SocialWorld *world, uint32_t kind, uint64_t number)
{
    return draw_of(world->seed, number << 4 | kind);
}

static const Device *social_device(const SocialWorld *world, uint32_t person)
{
    return &PICK(DEVICES, social_of(world, OF_DEVICE, person));
}

bool social_on_web(const SocialWorld *world, uint32_t person)
{
    return strcmp(social_device(world, person)->platform, "web") == 0;
}

const char *social_region(const SocialWorld *world, uint32_t person)
{
    return PICK(PLACES, social_of(world, OF_PLACE, person)).region;
}

char social_variant(const SocialWorld *world, uint32_t person)
{
    return (social_of(world, OF_VARIANT, person) & 1) == 0 ? 'A' : 'B';
}

uint32_t social_clicks_per_million(const SocialWorld *world, uint32_t campaign)
{
    return 8000 + (uint32_t)draw_scale(social_of(world, OF_CAMPAIGN, campaign), 40000);
}

uint32_t social_conversions_per_million(const SocialWorld *world, uint32_t campaign)
{
    return 30000 + (uint32_t)draw_scale(social_of(world, OF_CAMPAIGN, campaign) << 20, 120000);
}

/* -- pieces ------------------------------------------------------------------------------------------------------ */

static char *put_key_text(char *to, const char *key, const char *value)
{
    to = put_text(PUT(to, ",\""), key);
    return PUT(put_text(PUT(to, "\":\""), value), "\"");
}

static char *put_key_u64(char *to, const char *key, uint64_t value)
{
    to = put_text(PUT(to, ",\""), key);
    return put_u64(PUT(to, "\":"), value);
}

/* "key":"prefix-0123abcd", an id whose text follows from a number. */
static char *put_key_id(char *to, const char *key, const char *prefix, uint64_t number)
{
    static const char HEX[] = "0123456789abcdef";
    to = put_text(PUT(to, ",\""), key);
    to = put_text(PUT(to, "\":\""), prefix);
    for (int32_t shift = 44; shift >= 0; shift -= 4)
        *to++ = HEX[number >> shift & 15];
    return PUT(to, "\"");
}

static char *put_post_id(char *to, uint32_t post)
{
    return put_u64(PUT(to, "p"), 100000 + post);
}

static char *put_campaign_id(char *to, uint32_t campaign)
{
    return put_u64(PUT(to, "c"), 100 + campaign);
}

static uint64_t detail_of(const SocialEvent *event, uint64_t number, uint64_t bound)
{
    return draw_scale(draw_of(event->id, number), bound);
}

/* -- details of the actions -------------------------------------------------------------------------------------- */

static char *social_put_nothing(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    (void)event;
    return to;
}

static char *social_put_page(char *to, const SocialWorld *world, const SocialEvent *event)
{
    const char *page = PICK(PAGES, draw_of(event->id, OF_DETAIL));
    if (social_on_web(world, event->person))
        to = PUT(put_text(PUT(to, ",\"page\":{\"path\":\""), page), "\"}");
    else
        to = PUT(put_text(PUT(to, ",\"screen\":{\"name\":\""), page + 1), "\"}");
    return to;
}

static char *social_put_heartbeat(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    to = put_key_u64(to, "active_ms", 2000 + detail_of(event, 1, 8001));
    return put_key_u64(to, "scroll_pct", detail_of(event, 2, 101));
}

static char *social_put_target(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    return put_key_u64(to, "target_id", 1000 + event->object);
}

static char *social_put_feature(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    return put_key_text(to, "feature", PICK(FEATURES, draw_of(event->id, OF_DETAIL)));
}

static char *social_put_search(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    to = put_key_id(to, "query_id", "q-", event->id);
    to = put_key_text(to, "query", PICK(TAGS, draw_of(event->id, OF_TAGS)));
    return put_key_u64(to, "n_results", detail_of(event, 1, 200));
}

static char *social_put_search_click(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    to = put_key_id(to, "query_id", "q-", event->chain);
    to = put_key_u64(to, "rank", 1 + detail_of(event, 1, 10));
    return PUT(put_post_id(PUT(to, ",\"content_id\":\""), event->object), "\"");
}

static char *social_put_signup(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    return put_key_text(to, "method", PICK(SIGNUP_METHODS, draw_of(event->id, OF_DETAIL)));
}

static char *social_put_invite(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    to = put_key_id(to, "invite_id", "inv-", event->id);
    return put_key_text(to, "channel", detail_of(event, 1, 2) == 0 ? "email" : "link");
}

static char *social_put_content(char *to, const SocialWorld *world, const SocialEvent *event)
{
    uint64_t post = social_of(world, OF_POST, event->object);
    uint64_t tags = social_of(world, OF_TAGS, event->object);
    to = PUT(put_post_id(PUT(to, ",\"content\":{\"id\":\""), event->object), "\"");
    to = put_key_text(to, "type", PICK(POST_TYPES, post << 8));
    to = put_key_text(to, "category", PICK(CATEGORIES, post));
    to = put_key_u64(to, "author_id", 1000 + world->post_authors.items[event->object]);
    to = PUT(to, ",\"tags\":[");
    uint64_t count = draw_scale(tags, 4);
    for (uint64_t i = 0; i < count; i++) {
        Draw draw = { tags + i };
        uint64_t tag = draw_rank(&draw, sizeof TAGS / sizeof TAGS[0]);
        to = PUT(put_text(put_text(to, i == 0 ? "\"" : ",\""), TAGS[tag]), "\"");
    }
    return PUT(to, "]}");
}

static char *social_put_tag(char *to, const SocialWorld *world, const SocialEvent *event)
{
    static const char *const PLANTED[PLANT_COUNT] = { NULL, SOCIAL_TREND_TAG, SOCIAL_SPAM_TAG };
    Draw draw = { draw_of(event->id, OF_TAGS) };
    const char *tag = PLANTED[event->plant];
    if (tag == NULL)
        tag = TAGS[draw_rank(&draw, sizeof TAGS / sizeof TAGS[0])];
    return put_key_text(social_put_content(to, world, event), "tag", tag);
}

static char *social_put_post(char *to, const SocialWorld *world, const SocialEvent *event)
{
    return put_key_u64(social_put_content(to, world, event), "len", 1 + detail_of(event, 1, 500));
}

static char *social_put_impression(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = put_key_u64(social_put_content(to, world, event), "position", 1 + detail_of(event, 1, 40));
    return put_key_text(to, "surface", PICK(SURFACES, draw_of(event->id, OF_DETAIL)));
}

static char *social_put_view(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = put_key_u64(social_put_content(to, world, event), "dwell_ms", 500 + detail_of(event, 1, 60000));
    return put_key_u64(to, "pct", detail_of(event, 2, 101));
}

static char *social_put_ad(char *to, const SocialWorld *world, const SocialEvent *event)
{
    (void)world;
    to = PUT(put_campaign_id(PUT(to, ",\"campaign_id\":\""), event->object), "\"");
    to = put_campaign_id(PUT(to, ",\"creative_id\":\""), event->object);
    *to++ = '-';
    *to++ = (char)('a' + draw_scale(draw_of(event->chain, 3), 3));
    return PUT(to, "\"");
}

/* What one impression costs: two to eight thousandths of a euro, decided by the auction. */
static uint64_t social_price_micros(const SocialEvent *event)
{
    return 2000 + draw_scale(draw_of(event->chain, 4), 6000);
}

static char *social_put_bid(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = put_key_id(social_put_ad(to, world, event), "auction_id", "auc-", event->chain);
    to = put_key_u64(to, "bid_micros", social_price_micros(event) + detail_of(event, 1, 500));
    return put_text(PUT(to, ",\"won\":"), (event->chain & 7) < 5 ? "true" : "false");
}

static char *social_put_ad_impression(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = put_key_id(social_put_ad(to, world, event), "impression_id", "imp-", event->chain);
    to = put_key_id(to, "auction_id", "auc-", event->chain);
    to = put_key_text(to, "placement", PICK(PLACEMENTS, draw_of(event->chain, OF_DETAIL)));
    to = put_key_u64(to, "price_micros", social_price_micros(event));
    to = put_key_text(to, "currency", "EUR");
    return put_key_u64(to, "viewable_ms", detail_of(event, 1, 20000));
}

static char *social_put_ad_click(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = put_key_id(social_put_ad(to, world, event), "impression_id", "imp-", event->chain);
    return put_key_id(to, "click_id", "clk-", event->chain);
}

static char *social_put_ad_conversion(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = put_key_id(social_put_ad_click(to, world, event), "conversion_id", "cnv-", event->chain);
    to = put_key_u64(to, "value_micros", 5000000 + 10000 * detail_of(event, 1, 7500));
    return put_key_text(to, "currency", "EUR");
}

/* -- the row ------------------------------------------------------------------------------------------------------ */

typedef char *SocialPut(char *to, const SocialWorld *world, const SocialEvent *event);

static const struct {
    const char *name;
    SocialTopic topic;
    uint32_t weight;
    SocialPut *put_detail;
} ACTIONS[ACT_COUNT] = {
#define ACTION(name, topic, weight, detail) { #name, TOPIC_##topic, weight, social_put_##detail },
#include "compiler/generate/social_actions.def"
#undef ACTION
};

SocialTopic social_topic(uint32_t action)
{
    return ACTIONS[action].topic;
}

uint32_t social_weight(uint32_t action)
{
    return ACTIONS[action].weight;
}

static char *social_put_who(char *to, const SocialWorld *world, const SocialEvent *event)
{
    const Device *device = social_device(world, event->person);
    to = PUT(to, ",\"schema_ver\":\"1-0-0\",\"app_id\":\"plaza\"");
    to = put_key_text(to, "platform", device->platform);
    if (event->anonymous)
        to = put_key_id(to, "anonymous_id", "a-", social_of(world, OF_VARIANT, event->person));
    else
        to = put_key_u64(to, "user_id", social_user_id(event->person));
    to = put_key_u64(to, "session_id", (uint64_t)event->session_us / 1000);
    return put_key_u64(to, "seq", event->seq);
}

static char *social_put_where(char *to, const SocialWorld *world, const SocialEvent *event)
{
    const Place *place = &PICK(PLACES, social_of(world, OF_PLACE, event->person));
    const Device *device = social_device(world, event->person);
    to = put_text(PUT(to, ",\"geo\":{\"country\":\""), place->country);
    to = put_text(PUT(to, "\",\"region\":\""), place->region);
    to = put_text(PUT(to, "\",\"city\":\""), place->city);
    to = put_text(PUT(to, "\"},\"device\":{\"class\":\""), device->class);
    return PUT(put_text(PUT(to, "\",\"os\":\""), device->os), "\"}");
}

/* How a session came about. */
static char *social_put_origin(char *to, const SocialEvent *event)
{
    uint64_t session = draw_of((uint64_t)event->session_us, event->person);
    if ((session & 3) != 0)
        return to;
    to = put_text(PUT(to, ",\"utm\":{\"source\":\""), PICK(UTM_SOURCES, session));
    return PUT(put_text(PUT(to, "\",\"campaign\":\""), PICK(UTM_CAMPAIGNS, session << 8)), "\"}");
}

static char *social_put_experiments(char *to, const SocialWorld *world, const SocialEvent *event)
{
    to = PUT(to, ",\"exp\":{\"checkout\":\"");
    *to++ = social_variant(world, event->person);
    return PUT(to, "\"}");
}

char *social_put_row(char *to, const SocialWorld *world, const SocialEvent *event, SocialDamage damage)
{
    const char *start = to;
    to = put_uuid_at(PUT(to, "{\"event_id\":\""), event->time_us, event->id);
    to = put_key_text(PUT(to, "\""), "name", ACTIONS[event->action].name);
    to = social_put_who(to, world, event);
    if (damage == DAMAGE_WRONG_TYPE)
        to = put_key_text(to, "ts_event", "yesterday");
    else
        to = put_key_u64(to, "ts_event", (uint64_t)event->time_us);
    to = put_key_u64(to, "ts_received", (uint64_t)event->received_us);
    to = social_put_where(to, world, event);
    if (ACTIONS[event->action].topic == TOPIC_USER)
        to = social_put_origin(to, event);
    if (ACTIONS[event->action].topic != TOPIC_CONTENT)
        to = social_put_experiments(to, world, event);
    to = ACTIONS[event->action].put_detail(to, world, event);
    to = put_text(PUT(to, ",\"is_bot\":"), social_is_bot(event->person) ? "true}" : "false}");
    return damage == DAMAGE_CUT ? to - (to - start) / 2 : to;
}
