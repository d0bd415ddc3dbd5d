"""local_time.py -- what is kept of windows on the wall clock of a zone, and questions about it."""

import collections
import json

import cli
import store

HOUR = store.HOUR
STREAM = """CREATE STREAM ev (ts BIGINT, region STRING, device STRING, user_id BIGINT, price DOUBLE,
  t AS TO_TIMESTAMP_LTZ(ts, 0), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
"""
OFFSETS = {"Asia/Tokyo": 9 * HOUR, "America/New_York": -5 * HOUR}  # in January


def metric(zone, size="'1' HOUR", head=""):
    return f"""CREATE METRIC z.local {head} AS SELECT window_start, region, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL {size}, ZONE => '{zone}'))
GROUP BY window_start, window_end, region;
"""


class LocalTime(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "local"\n')
        self.events = store.events(6000)
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in self.events))

    def keep(self, text):
        self.write("metrics/local.ssql", STREAM + text)
        self.good("run")

    def query(self, *words):
        done = self.good("query", "z.local", *words, "--format", "ndjson")
        return {store.seconds(row["window_start"]): row["n"] for row in map(json.loads, done.out.splitlines())}

    def counts(self, offset, grain=HOUR):
        return collections.Counter((event["ts"] + offset) // grain * grain for event in self.events)

    def test_last_counts_back_on_the_clock_of_the_windows(self):
        for zone, offset in OFFSETS.items():
            self.keep(metric(zone))
            now = self.events[-1]["ts"] - 5 + offset
            first = (now - 3 * HOUR) // HOUR * HOUR
            self.assertEqual(
                self.query("--last", "3 hours"), {t: n for t, n in self.counts(offset).items() if t >= first}, zone
            )

    def test_times_with_a_zone_are_instants_and_others_on_the_clock_of_the_windows(self):
        for zone, offset in OFFSETS.items():
            self.keep(metric(zone))
            counts = self.counts(offset)
            for text, first in (("2026-01-06T12:00:00Z", 36 * HOUR + offset), ("2026-01-06 12:00:00", 36 * HOUR)):
                wanted = {t: n for t, n in counts.items() if t >= store.START + first}
                self.assertEqual(self.query("--from", text), wanted, (zone, text))
            days = self.counts(offset, 24 * HOUR)
            self.assertEqual(self.query("--grain", "1 day"), days)

    def test_what_is_old_is_so_on_the_clock_of_the_windows(self):
        for zone, offset in OFFSETS.items():
            self.keep(metric(zone, head="RETAIN (INTERVAL '1' HOUR FOR INTERVAL '10' HOUR)"))
            cut = (self.events[-1]["ts"] - 5 + offset - 10 * HOUR) // HOUR * HOUR
            done = self.good("query", "z.local")
            self.assertEqual(self.query(), {t: n for t, n in self.counts(offset).items() if t >= cut}, zone)
            self.assertRegex(done.err, rf"kept since 2026-01-0\d [0-9:.]+ {zone}")

    def test_months_are_compared_with_months(self):
        rows = [dict(row, ts=row["ts"] + 9 * 86400 * (i // 500)) for i, row in enumerate(self.events)]
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        for size, words in (("'1' MONTH", []), ("'1' DAY", ["--grain", "1 month"])):
            self.keep(metric("Asia/Tokyo", size))
            alone = self.query(*words)
            self.assertGreater(len(alone), 3)
            self.assertEqual(sum(alone.values()), len(rows))
            done = self.good("query", "z.local", *words, "--compare", "1 month", "--format", "ndjson")
            before = None
            for row in map(json.loads, done.out.splitlines()):
                self.assertEqual(row["n"], alone[store.seconds(row["window_start"])])
                self.assertEqual(row["n_1_month_before"], before)
                before = row["n"]
            done = self.run_sqc("query", "z.local", *words, "--compare", "30 days")
            self.assert_refused(done, 1, "error[E0832]", "30 days earlier no window of 1 month begins")
        done = self.run_sqc("query", "z.local", "--compare", "1 month")
        self.assert_refused(done, 1, "error[E0832]", "1 month earlier no window of 1 day begins")
        self.assertIn("--grain of months", done.err)
