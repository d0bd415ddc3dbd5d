/* generate_social.c -- the clock of the invented network.
 *
 *   three things can be due: the next session opens, an open session takes its next step, a row arrives
 *   session opens:  choose who; first row; plan its next step
 *   step:           choose an action, which may bring others about (bid -> impression -> click -> conversion)
 *   row arrives:    write it to the file of its topic, now and then twice or damaged if that was asked for
 *
 * A row is planned to arrive a drawn delay after its event; so files are in order of arrival, not of event time. */
#include "compiler/generate/generate_social.h"

#include "compiler/generate/social_plot_internal.h"
#include "compiler/generate/time_heap_internal.h"

/* Mean rows of a session, measured over a million; sessions open so often that the rows asked for fill the time. */
enum { ROWS_PER_SESSION_X10 = 198 };
enum { SECOND_US = 1000000, HOUR_MS = 3600000 };
enum { HUMAN_STEPS_MEAN = 14, BOT_STEPS_MEAN = 60, HUMAN_STEP_US = 20 * SECOND_US, BOT_STEP_US = SECOND_US };
enum { BOT_SESSIONS_PER_MILLION = 20000, ANONYMOUS_PER_MILLION = 100000, OFFLINE_PER_MILLION = 4000 };

/* Sessions that open in each hour of the day (UTC), against the busiest hour = 100. */
static const uint8_t HOUR_PERCENT[24] = { 38, 30, 25, 22, 22, 26, 36, 50,  62, 68, 70, 74,
                                          80, 78, 72, 70, 74, 82, 92, 100, 98, 86, 66, 50 };
static const uint32_t HOUR_PERCENT_MEAN = 61;

typedef struct SocialSession {
    int64_t start_us;
    int64_t online_us; /* when its rows can be sent; 0: at once */
    uint32_t person;
    uint32_t seq;
    uint32_t steps_left;
    bool anonymous;
} SocialSession;

typedef struct SocialRun {
    SocialWorld world;
    SocialPlot plot;
    SocialTruths truths;
    Draw draw;
    TimeHeap steps;    /* slots of sessions */
    TimeHeap arrivals; /* slots of events   */
    VEC(SocialSession) sessions;
    VEC(SocialEvent) events;
    VEC(uint32_t) free_sessions;
    VEC(uint32_t) free_events;
    int64_t next_open_us;
    uint64_t open_gap_us; /* mean, in the busiest hour */
    uint64_t rows;
    const GenerateOptions *options;
    EventWriter writers[TOPIC_COUNT];
} SocialRun;

static const char *const TOPIC_FILES[TOPIC_COUNT] = { "user_events.ndjson", "content_events.ndjson",
                                                      "ad_events.ndjson" };

/* -- rows under way ------------------------------------------------------------------------------------------------ */

static int64_t social_delay_us(Draw *draw)
{
    uint64_t kind = draw_below(draw, 1000);
    if (kind < 900)
        return 40000 + (int64_t)draw_below(draw, 860000);
    if (kind < 980)
        return SECOND_US + (int64_t)draw_below(draw, 2 * SECOND_US);
    if (kind < 999)
        return 3 * SECOND_US + (int64_t)draw_below(draw, 2 * SECOND_US - 100000);
    return 6 * SECOND_US + (int64_t)draw_below(draw, 84 * SECOND_US);
}

static void social_send(SocialRun *run, const SocialEvent *event)
{
    uint32_t slot;
    if (run->free_events.count > 0) {
        slot = run->free_events.items[--run->free_events.count];
        run->events.items[slot] = *event;
    } else {
        slot = run->events.count;
        vec_push(run->world.arena, &run->events, *event);
    }
    time_heap_push(&run->arrivals, event->received_us, slot);
}

/* An event of the session at the time, with the object and chain of `about`; returns its id. */
static uint64_t social_happens(SocialRun *run, SocialSession *session, SocialAction action, const SocialEvent *about)
{
    SocialEvent event = *about;
    event.action = (uint8_t)action;
    event.offline = session->online_us > event.time_us;
    event.received_us = (event.offline ? session->online_us : event.time_us) + social_delay_us(&run->draw);
    event.session_us = session->start_us;
    event.id = draw_u64(&run->draw);
    event.person = session->person;
    event.anonymous = session->anonymous;
    event.seq = session->seq++;
    if (social_plot_loses(&run->plot, &run->world, &event))
        run->truths.lost_rows++;
    else
        social_send(run, &event);
    return event.id;
}

static void social_arrives(SocialRun *run)
{
    uint32_t slot = time_heap_pop(&run->arrivals);
    SocialEvent event = run->events.items[slot];
    vec_push(run->world.arena, &run->free_events, slot);

    SocialDamage damage = DAMAGE_NONE;
    if (draw_per_million(&run->draw, run->options->malformed_per_million))
        damage = (event.id & 1) == 0 ? DAMAGE_CUT : DAMAGE_WRONG_TYPE;
    EventWriter *writer = &run->writers[social_topic(event.action)];
    event_writer_end_row(writer, social_put_row(event_writer_room(writer), &run->world, &event, damage));
    social_truths_count(&run->truths, &run->world, &event, damage);
    run->rows++;

    /* The client did not see the answer and sends the same event once more. */
    if (!event.resent && draw_per_million(&run->draw, run->options->duplicates_per_million)) {
        event.resent = true;
        event.received_us += (int64_t)draw_wait(&run->draw, 3 * SECOND_US);
        social_send(run, &event);
    }
}

/* -- what people do ------------------------------------------------------------------------------------------------ */

static uint32_t social_choose_post(SocialRun *run)
{
    uint32_t count = run->world.post_authors.count;
    uint32_t rank = (uint32_t)draw_rank(&run->draw, count);
    /* Two in three look at what is new, the others at what has been liked for long. */
    return draw_below(&run->draw, 3) != 0 ? count - 1 - rank : rank;
}

static void social_ad_step(SocialRun *run, SocialSession *session, int64_t at_us)
{
    uint32_t campaign = (uint32_t)draw_rank(&run->draw, SOCIAL_CAMPAIGNS);
    SocialEvent about = { .time_us = at_us, .object = campaign, .chain = draw_u64(&run->draw) };
    social_happens(run, session, ACT_ad_bid, &about);
    if ((about.chain & 7) >= 5)
        return; /* another bidder won */
    about.time_us += 40000;
    social_happens(run, session, ACT_ad_impression, &about);
    if (!draw_per_million(&run->draw, social_clicks_per_million(&run->world, campaign)))
        return;
    about.time_us += SECOND_US + (int64_t)draw_wait(&run->draw, 4 * SECOND_US);
    social_happens(run, session, ACT_ad_click, &about);
    uint32_t effect = social_variant(&run->world, session->person) == 'B' ? SOCIAL_EFFECT : 1;
    if (!draw_per_million(&run->draw, effect * social_conversions_per_million(&run->world, campaign)))
        return;
    about.time_us += 20 * SECOND_US + (int64_t)draw_wait(&run->draw, 300 * (uint64_t)SECOND_US);
    social_happens(run, session, ACT_ad_conversion, &about);
}

static SocialAction social_choose_action(SocialRun *run, const SocialSession *session)
{
    uint32_t at = (uint32_t)draw_below(&run->draw, 1000);
    for (uint32_t action = 0; action < ACT_COUNT; action++) {
        if (at < social_weight(action))
            return (SocialAction)action;
        at -= social_weight(action);
    }
    return social_on_web(&run->world, session->person) ? ACT_page_view : ACT_screen_view;
}

static void social_acts(SocialRun *run, SocialSession *session, int64_t at_us)
{
    SocialAction action = social_choose_action(run, session);
    SocialEvent about = { .time_us = at_us };
    if (action == ACT_ad_bid) {
        social_ad_step(run, session, at_us);
        return;
    }
    if (action == ACT_post_create) {
        vec_push(run->world.arena, &run->world.post_authors, session->person);
        about.object = run->world.post_authors.count - 1;
    } else if (action == ACT_search || social_topic(action) == TOPIC_CONTENT) {
        about.object = social_choose_post(run);
    } else {
        about.object = (uint32_t)draw_below(&run->draw, SOCIAL_PEOPLE);
    }
    about.chain = social_happens(run, session, action, &about);
    bool looks_closer = draw_below(&run->draw, 2) == 0;
    about.time_us += SECOND_US + (int64_t)draw_below(&run->draw, 2 * SECOND_US);
    if (action == ACT_content_impression && looks_closer)
        social_happens(run, session, ACT_content_view, &about);
    if (action == ACT_search && looks_closer)
        social_happens(run, session, ACT_search_click, &about);
}

static void social_steps(SocialRun *run)
{
    int64_t at_us = time_heap_next_us(&run->steps);
    uint32_t slot = time_heap_pop(&run->steps);
    SocialSession *session = &run->sessions.items[slot];
    social_acts(run, session, at_us);
    if (--session->steps_left == 0) {
        vec_push(run->world.arena, &run->free_sessions, slot);
        return;
    }
    uint64_t wait = draw_wait(&run->draw, social_is_bot(session->person) ? BOT_STEP_US : HUMAN_STEP_US);
    time_heap_push(&run->steps, at_us + (int64_t)wait + 1000, slot);
}

/* -- sessions ------------------------------------------------------------------------------------------------------ */

static uint32_t social_choose_person(Draw *draw)
{
    if (draw_per_million(draw, BOT_SESSIONS_PER_MILLION))
        return SOCIAL_PEOPLE + (uint32_t)draw_below(draw, SOCIAL_BOTS);
    /* Some are much more active than others, yet nobody is a tenth of the network: the top ranks are shared out. */
    uint64_t rank = draw_rank(draw, SOCIAL_PEOPLE);
    return (uint32_t)(rank < 64 ? draw_below(draw, SOCIAL_PEOPLE) : rank);
}

static void social_opens(SocialRun *run)
{
    int64_t at_us = run->next_open_us;
    run->next_open_us += 1 + (int64_t)draw_wait(&run->draw, run->open_gap_us);
    int64_t hour = at_us / 1000 / HOUR_MS % 24;
    if (draw_below(&run->draw, 100) >= HOUR_PERCENT[hour])
        return;

    SocialSession session = { .start_us = at_us, .person = social_choose_person(&run->draw) };
    bool is_bot = social_is_bot(session.person);
    session.anonymous = !is_bot && draw_per_million(&run->draw, ANONYMOUS_PER_MILLION);
    run->truths.sessions++;
    run->truths.bot_sessions += is_bot;
    bool offline = !is_bot && !social_on_web(&run->world, session.person);
    if (offline && draw_per_million(&run->draw, OFFLINE_PER_MILLION)) {
        uint64_t duration_us = (uint64_t)run->plot.duration_us;
        session.online_us = at_us + (int64_t)(duration_us / 144 + draw_below(&run->draw, duration_us / 12));
        run->truths.offline_sessions++;
    }
    session.steps_left = 1 + (uint32_t)draw_wait(&run->draw, is_bot ? BOT_STEPS_MEAN : HUMAN_STEPS_MEAN);
    SocialEvent about = { .time_us = at_us };
    social_happens(run, &session, social_on_web(&run->world, session.person) ? ACT_page_view : ACT_screen_view, &about);
    about.time_us += SECOND_US;
    if (session.anonymous && draw_below(&run->draw, 20) == 0) {
        social_happens(run, &session, ACT_signup, &about);
        session.anonymous = false;
    } else if (!session.anonymous && draw_below(&run->draw, 4) == 0) {
        social_happens(run, &session, ACT_login, &about);
    }

    uint32_t slot = run->sessions.count;
    if (run->free_sessions.count > 0) {
        slot = run->free_sessions.items[--run->free_sessions.count];
        run->sessions.items[slot] = session;
    } else {
        vec_push(run->world.arena, &run->sessions, session);
    }
    time_heap_push(&run->steps, at_us + 2 * SECOND_US, slot);
}

/* -- what is planted ----------------------------------------------------------------------------------------------- */

static void social_plants(SocialRun *run, SocialPlant plant, uint32_t person, int64_t time_us)
{
    SocialSession session = { .start_us = time_us, .person = person };
    SocialEvent about = { .time_us = time_us, .plant = (uint8_t)plant, .object = social_choose_post(run) };
    social_happens(run, &session, ACT_tag_use, &about);
}

/* All planted rows are under way from the beginning: they come when their time has come. */
static void social_plant(SocialRun *run)
{
    const SocialPlot *plot = &run->plot;
    uint32_t person = (uint32_t)draw_below(&run->draw, SOCIAL_PEOPLE);
    uint64_t length_us = (uint64_t)(plot->trend.to_us - plot->trend.from_us);
    for (uint32_t i = 0; i < plot->trend_people; i++) {
        person = social_plot_next_person(&run->world, person);
        /* The later of two instants: ever more of them until the end. */
        uint64_t one_us = draw_below(&run->draw, length_us), other_us = draw_below(&run->draw, length_us);
        social_plants(run, PLANT_TREND, person, plot->trend.from_us + (int64_t)(one_us > other_us ? one_us : other_us));
    }
    length_us = (uint64_t)(plot->spam.to_us - plot->spam.from_us);
    for (uint32_t i = 0; i < plot->spam_rows; i++)
        social_plants(run, PLANT_SPAM, plot->spammer, plot->spam.from_us + (int64_t)draw_below(&run->draw, length_us));
}

/* -- the run ------------------------------------------------------------------------------------------------------- */

static void social_init(SocialRun *run, Arena *arena, const GenerateOptions *options, uint64_t rows)
{
    *run = (SocialRun){ .options = options, .world = { .arena = arena, .seed = draw_of(options->seed, 1) } };
    run->draw.state = options->seed;
    run->steps.arena = run->arrivals.arena = arena;
    run->next_open_us = options->start_us != 0 ? options->start_us : SOCIAL_START_US;
    uint64_t duration_us = (uint64_t)(options->duration_us != 0 ? options->duration_us : SOCIAL_DURATION_US);
    unsigned __int128 gap = (unsigned __int128)duration_us * ROWS_PER_SESSION_X10 * HOUR_PERCENT_MEAN;
    run->open_gap_us = (uint64_t)(gap / rows / 10 / 100);
    for (uint32_t i = 0; i < SOCIAL_POSTS_BEFORE; i++)
        vec_push(arena, &run->world.post_authors, (uint32_t)draw_below(&run->draw, SOCIAL_PEOPLE));
    social_plot_init(&run->plot, &run->world, options, rows);
    social_plant(run);
}

static RtStatus social_write(SocialRun *run, uint64_t rows)
{
    while (run->rows < rows) {
        int64_t arrival_us = time_heap_next_us(&run->arrivals);
        int64_t step_us = time_heap_next_us(&run->steps);
        if (run->next_open_us <= arrival_us && run->next_open_us <= step_us)
            social_opens(run);
        else if (step_us <= arrival_us)
            social_steps(run);
        else
            social_arrives(run);
        for (uint32_t i = 0; i < TOPIC_COUNT; i++)
            if (run->writers[i].status != RT_OK)
                return run->writers[i].status; /* the close that follows says why */
    }
    return RT_OK;
}

RtStatus generate_social(const GenerateOptions *options, RtError *error)
{
    RtStatus status = event_folder_make(options->out_folder, error);
    if (status != RT_OK)
        return status;
    uint64_t rows = options->rows != 0 ? options->rows : generator_find(STR("social"))->rows_default;
    Arena arena;
    arena_init(&arena);
    SocialRun *run = ARENA_NEW(&arena, SocialRun);
    social_init(run, &arena, options, rows);
    uint32_t opened = 0;
    while (status == RT_OK && opened < TOPIC_COUNT) {
        status = event_writer_open_events(&run->writers[opened], options, TOPIC_FILES[opened], error);
        opened += status == RT_OK;
    }
    if (status == RT_OK)
        status = social_write(run, rows);
    for (uint32_t i = 0; i < opened; i++) {
        RtStatus closed = event_writer_close(&run->writers[i], error);
        status = status != RT_OK ? status : closed;
    }
    if (status == RT_OK)
        status = social_truths_write(&run->truths, &run->plot, options, error);
    arena_free(&arena);
    return status;
}
