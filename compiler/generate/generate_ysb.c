/* generate_ysb.c -- each row is copied together from texts made beforehand; two random numbers decide it. */
#include "compiler/generate/generate_ysb.h"

#include "compiler/generate/draw_internal.h"
#include "compiler/generate/event_writer_internal.h"
#include "runtime/base/arena.h"

typedef struct Uuid {
    char text[36];
} Uuid;

/* A value that is one of few, with the text between it and the next value behind it. */
typedef struct Word {
    const char *text;
    size_t len;
} Word;

#define WORD(literal) { literal, sizeof(literal) - 1 }
static const Word AD_TYPES[] = { WORD("banner"), WORD("modal"), WORD("sponsored-search"), WORD("mail"),
                                 WORD("mobile") };
static const Word EVENT_TYPES[] = { WORD("view"), WORD("click"), WORD("purchase") };

static Uuid *ysb_uuids(Arena *arena, Draw *draw, uint32_t count)
{
    Uuid *uuids = ARENA_ARRAY(arena, Uuid, count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t high = draw_u64(draw);
        put_uuid(uuids[i].text, high, draw_u64(draw));
    }
    return uuids;
}

static RtStatus ysb_write_ads(const char *folder, const Uuid *ads, RtError *error)
{
    EventWriter writer;
    RtStatus status = event_writer_open(&writer, folder, "ads.csv", error);
    if (status != RT_OK)
        return status;
    for (uint32_t i = 0; i < YSB_ADS; i++) {
        uint32_t campaign = i / YSB_ADS_PER_CAMPAIGN;
        char *to = put_bytes(event_writer_room(&writer), ads[i].text, sizeof ads[i].text);
        to = PUT(to, ",campaign-");
        *to++ = (char)('0' + campaign / 100 % 10);
        *to++ = (char)('0' + campaign / 10 % 10);
        *to++ = (char)('0' + campaign % 10);
        event_writer_end_row(&writer, to);
    }
    return event_writer_close(&writer, error);
}

typedef struct YsbTables {
    const Uuid *ads;
    const Uuid *users; /* pages are drawn from the same texts, as in the published generator */
} YsbTables;

static char *ysb_put_row(char *to, Draw *draw, const YsbTables *tables, const char *time, size_t time_len)
{
    uint64_t a = draw_u64(draw);
    uint64_t b = draw_u64(draw);
    /* Slices of the two numbers, each much wider than what it chooses from. */
    const Uuid *user = &tables->users[draw_scale(a, YSB_USERS)];
    const Uuid *page = &tables->users[draw_scale(a << 32, YSB_USERS)];
    const Uuid *ad = &tables->ads[draw_scale(b, YSB_ADS)];
    const Word *ad_type = &AD_TYPES[draw_scale(b << 24, 5)];
    const Word *event_type = &EVENT_TYPES[draw_scale(b << 44, 3)];

    to = put_bytes(PUT(to, "{\"user_id\": \""), user->text, sizeof user->text);
    to = put_bytes(PUT(to, "\", \"page_id\": \""), page->text, sizeof page->text);
    to = put_bytes(PUT(to, "\", \"ad_id\": \""), ad->text, sizeof ad->text);
    to = put_bytes(PUT(to, "\", \"ad_type\": \""), ad_type->text, ad_type->len);
    to = put_bytes(PUT(to, "\", \"event_type\": \""), event_type->text, event_type->len);
    to = put_bytes(PUT(to, "\", \"event_time\": \""), time, time_len);
    return PUT(to, "\", \"ip_address\": \"1.2.3.4\"}");
}

static RtStatus ysb_write_events(const GenerateOptions *options, const YsbTables *tables, Draw *draw, RtError *error)
{
    EventWriter writer;
    RtStatus status = event_writer_open_events(&writer, options, "ysb_events.ndjson", error);
    if (status != RT_OK)
        return status;
    int64_t start_ms = (options->start_us != 0 ? options->start_us : YSB_START_US) / 1000;
    uint64_t rows = options->rows != 0 ? options->rows : generator_find(STR("ysb"))->rows_default;
    char time[20];
    size_t time_len = 0;
    for (uint64_t i = 0; i < rows && writer.status == RT_OK; i++) {
        if (i % YSB_ROWS_PER_MS == 0)
            time_len = (size_t)(put_u64(time, (uint64_t)start_ms + i / YSB_ROWS_PER_MS) - time);
        event_writer_end_row(&writer, ysb_put_row(event_writer_room(&writer), draw, tables, time, time_len));
    }
    return event_writer_close(&writer, error);
}

RtStatus generate_ysb(const GenerateOptions *options, RtError *error)
{
    RtStatus status = event_folder_make(options->out_folder, error);
    if (status != RT_OK)
        return status;
    Arena arena;
    arena_init(&arena);
    Draw draw = { options->seed };
    YsbTables tables = { 0 };
    tables.ads = ysb_uuids(&arena, &draw, YSB_ADS);
    tables.users = ysb_uuids(&arena, &draw, YSB_USERS);
    status = ysb_write_ads(options->out_folder, tables.ads, error);
    if (status == RT_OK)
        status = ysb_write_events(options, &tables, &draw, error);
    arena_free(&arena);
    return status;
}
