/* generate_social.h -- a day in an invented social network.
 *
 * People (and a few bots) open sessions with a daily rhythm, read, post, react and see ads; each of their actions is
 * a row in one of three files, whose fields are those of the event schema:
 *     user_events.ndjson      page_view, search, follow, ..
 *     content_events.ndjson   post_create, content_view, like, ..
 *     ad_events.ndjson        ad_bid, ad_impression, ad_click, ad_conversion
 *     truths.json             what was planted, and how much of everything there is (social_plot_internal.h)
 * A row stands where it arrived.  Nine in ten arrive within a second of their event, nearly all within 5 seconds, one
 * in a thousand up to 90 seconds after it: that one is late under a watermark of 5 seconds.  One app session in 250 is
 * offline, and its rows arrive together up to two hours later.
 *
 * Units  ts_event and ts_received are microseconds; session_id, the start of the session, is milliseconds.
 * Cost   memory for the open sessions and the rows under way, about 1 MB a thousand rows a second of event time. */
#ifndef SQC_GENERATE_GENERATE_SOCIAL_H
#define SQC_GENERATE_GENERATE_SOCIAL_H

#include "compiler/generate/generate.h"

/* Monday 2026-01-05 00:00:00 UTC, the date that TEST blocks use too. */
#define SOCIAL_START_US    INT64_C(1767571200000000)
#define SOCIAL_DURATION_US INT64_C(86400000000)

#endif
