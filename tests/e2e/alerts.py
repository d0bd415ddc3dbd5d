"""alerts.py -- alerts and panels are checked and shown; a run says that it does not run them."""

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), region STRING, click BOOLEAN, WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC m.rate OWNER 'team:m' PANEL LINE (rate) COMPARE (INTERVAL '7' DAY) PANEL LEADERBOARD (region BY n TOP 20)
AS SELECT window_start, region, COUNT(*) AS n, RATIO(COUNT(*) FILTER (WHERE click), COUNT(*)) AS rate
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, region;
CREATE METRIC m.other AS SELECT window_start, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start;
CREATE ALERT m.fall ON m.rate AT GRAIN INTERVAL '1' MINUTE
  WHEN rate < BASELINE(rate, SEASONAL WEEK, WARMUP INTERVAL '21' DAY) * 0.8 AND n > 10 FOR 3 WINDOWS PER region
  RECOVER WHEN rate > 0.5 SEVERITY high COOLDOWN INTERVAL '30' MINUTE NO DATA AFTER INTERVAL '2' MINUTE
  NOTIFY webhook('hook'), email(OWNER) MESSAGE '{rate} in {region}, {{so}' RUNBOOK 'wiki/fall';
"""
SAID = "1 alert and 2 panels checked, not run"


class Alerts(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("a.ssql", PROGRAM)
        self.write("ev.ndjson", '{"ts": "2026-01-05 12:00:00", "region": "EU", "click": true}\n')

    def test_explain_shows_them(self):
        text = self.good("explain", "a.ssql").out
        for line in [
            "panel     LINE of rate, beside 7 days before",
            "panel     LEADERBOARD of region by n, top 20",
            "alert m.fall: on m.rate, every 1 minute, per region, severity HIGH",
            ", for 3 windows in a row",
            "baseline  rate, by WEEK, after 21 days",
            "no data   2 minutes",
            "cooldown  30 minutes",
            "notifies  webhook 'hook'",
            "notifies  email of the owner",
            "message   {rate} in {region}, {{so}",
        ]:
            self.assertIn(line, text)

    def test_a_run_says_that_it_does_not_run_them(self):
        for options in [], ["--interpret"]:
            done = self.good("run", "a.ssql", *options)
            self.assertIn(SAID, done.err)
        self.assertNotIn("not run", self.good("run", "a.ssql", "--quiet").err)

    def test_a_run_of_another_metric_does_not(self):
        self.write("sqc.toml", 'project = "m"\n')
        self.assertNotIn("not run", self.good("run", "m.other").err)
        self.assertIn(SAID, self.good("run", "m.rate").err)
