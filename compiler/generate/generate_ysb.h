/* generate_ysb.h -- events of the Yahoo Streaming Benchmark.
 *
 * ysb_events.ndjson: keys, their order and the shapes of their values as that benchmark publishes them; 100,000 users
 * and pages, 1,000 ads, event_time in milliseconds as text, rising by one after every 100 rows, so that ten million
 * rows are 100 seconds.  ads.csv: ad_id,campaign_id, no head line.
 *
 * Cost  two blocks of 3.6 MB; about 60 ns a row. */
#ifndef SQC_GENERATE_GENERATE_YSB_H
#define SQC_GENERATE_GENERATE_YSB_H

#include "compiler/generate/generate.h"

enum { YSB_ROWS_PER_MS = 100, YSB_ADS = 1000, YSB_ADS_PER_CAMPAIGN = 10, YSB_USERS = 100000 };
#define YSB_START_US INT64_C(1700000000000000)

#endif
