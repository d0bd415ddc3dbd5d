/* conn_nexmark.c -- options of the connector `nexmark`, by the names its published programs use. */
#include "runtime/conn/option_tables.h"

static const ConnOption OPTIONS[] = {
    { "first-event.rate", OPT_INT, "10000", EFFECT_DECLARED, NULL, "Events a second at the start." },
    { "next-event.rate", OPT_INT, "10000", EFFECT_DECLARED, NULL, "Events a second later." },
    { "rate.shape", OPT_ENUM, "SQUARE", EFFECT_DECLARED, "SQUARE|SINE", "How the rate changes between the two." },
    { "rate.period", OPT_DURATION, "600 s", EFFECT_DECLARED, NULL, "Time of one change and back." },
    { "rate.limited", OPT_BOOL, "false", EFFECT_DECLARED, NULL, "Whether events wait for their time." },
    { "events.num", OPT_INT, "0", EFFECT_DECLARED, NULL, "How many events; 0: without end." },
    { "person.proportion", OPT_INT, "1", EFFECT_DECLARED, NULL, "Share of persons." },
    { "auction.proportion", OPT_INT, "3", EFFECT_DECLARED, NULL, "Share of auctions." },
    { "bid.proportion", OPT_INT, "46", EFFECT_DECLARED, NULL, "Share of bids." },
    { "person.avg-size", OPT_SIZE, "200", EFFECT_DECLARED, NULL, "Mean bytes of a person." },
    { "auction.avg-size", OPT_SIZE, "500", EFFECT_DECLARED, NULL, "Mean bytes of an auction." },
    { "bid.avg-size", OPT_SIZE, "100", EFFECT_DECLARED, NULL, "Mean bytes of a bid." },
    { "bid.hot-ratio.auctions", OPT_INT, "2", EFFECT_DECLARED, NULL, "Share of bids on hot auctions." },
    { "bid.hot-ratio.bidders", OPT_INT, "4", EFFECT_DECLARED, NULL, "Share of bids by hot bidders." },
    { "auction.hot-ratio.sellers", OPT_INT, "4", EFFECT_DECLARED, NULL, "Share of auctions of hot sellers." },
    { "keep-alive", OPT_BOOL, "false", EFFECT_DECLARED, NULL, "Whether the source stays after its last event." },
    { "max-emit-speed", OPT_BOOL, "false", EFFECT_DECLARED, NULL, "Whether the rate is ignored." },
};

const OptionTable NEXMARK_OPTIONS = OPTION_TABLE(OPTIONS);
