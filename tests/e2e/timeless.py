"""timeless.py -- what is kept of metrics without windows: snapshots, and metrics whose time is a column."""

import collections
import json

import cli
import store

DAY, HOUR = 86400, store.HOUR
STREAMS = """CREATE STREAM ev (ts BIGINT, region STRING, device STRING, user_id BIGINT, price DOUBLE,
  t AS TO_TIMESTAMP_LTZ(ts, 0), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE STREAM plain (ts BIGINT, region STRING, user_id BIGINT)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
"""
NOW = """CREATE METRIC s.now UNBOUNDED AS SELECT region, device, COUNT(*) AS n, COUNT(DISTINCT user_id) AS people,
  AVG(price) AS mean FROM ev GROUP BY region, device;
CREATE METRIC s.plain UNBOUNDED AS SELECT region, COUNT(*) AS n, MAX(user_id) AS high FROM plain WHERE user_id > 100
GROUP BY region;
CREATE METRIC s.total UNBOUNDED AS SELECT COUNT(*) AS n FROM plain;
"""
COHORT = """CREATE METRIC s.cohort TIME (day) UNBOUNDED AS SELECT CAST(t AS DATE) AS day, region, COUNT(*) AS n,
  COUNT(DISTINCT user_id) AS people FROM ev GROUP BY CAST(t AS DATE), region;
"""


class Timeless(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "now"\n')
        self.events = store.events(6000)
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in self.events))

    def keep(self, text, *words):
        self.write("metrics/now.ssql", STREAMS + text)
        return self.good("run", *words)

    def query(self, *words):
        return [json.loads(line) for line in self.good("query", *words, "--format", "ndjson").out.splitlines()]

    def people(self, *names):
        groups = collections.defaultdict(set)
        for event in self.events:
            groups[tuple(event[name] for name in names)].add(event["user_id"])
        return {key: len(users) for key, users in groups.items()}

    def test_a_snapshot_is_kept_as_it_was_at_the_end_and_merged_over_dimensions(self):
        self.keep(NOW)
        for by in (["region", "device"], ["region"], ["device"], []):
            words = ["--by", ",".join(by)] if by else []
            rows = self.query("s.now", *words)
            counts = collections.Counter(tuple(event[name] for name in by) for event in self.events)
            self.assertEqual({tuple(row[name] for name in by): row["n"] for row in rows}, counts)
            self.assertEqual({tuple(row[name] for name in by): row["people"] for row in rows}, self.people(*by))
            self.assertEqual(set(rows[0]), {*by, "n", "people", "mean"})
        (row,) = self.query("s.now", "--where", "region = 'EU'")
        prices = [e["price"] for e in self.events if e["region"] == "EU" and e["price"] is not None]
        self.assertAlmostEqual(row["mean"], sum(prices) / len(prices), places=10)

    def test_a_stream_without_time_has_snapshots_too(self):
        done = self.keep(NOW, "--restart-every-batch", "--batch-rows", "100")
        self.assertIn("s.total", done.out)
        counts = collections.Counter(event["region"] for event in self.events if event["user_id"] > 100)
        self.assertEqual({row["region"]: row["n"] for row in self.query("s.plain", "--by", "region")}, counts)
        self.assertEqual(self.query("s.total"), [{"n": len(self.events)}])

    def test_a_snapshot_has_no_time_to_ask_about(self):
        self.keep(NOW)
        for option, value in (
            ("--grain", "1 hour"),
            ("--last", "1 day"),
            ("--from", "2026-01-05"),
            ("--compare", "1 day"),
        ):
            done = self.run_sqc("query", "s.now", option, value)
            self.assert_refused(done, 1, "error[E0832]", f"a snapshot, without a time that {option} could mean")

    def test_a_snapshot_is_what_the_last_run_saw(self):
        self.keep(NOW)
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in self.events[:1000]))
        self.good("run", "--keep")
        self.assertEqual(self.query("s.total"), [{"n": 1000}])

    def test_dates_are_a_time_that_adds_up_rolls_and_is_compared(self):
        derived = (
            "CREATE METRIC s.rolling FROM s.cohort MEASURES (two = ROLLING(people, INTERVAL '2' DAY), one = people);"
        )
        self.keep(COHORT + derived)
        seen = collections.defaultdict(set)
        for event in self.events:
            seen[event["ts"] // DAY * DAY].add(event["user_id"])
        days = sorted(seen)
        texts = [f"2026-01-0{5 + i}" for i in range(len(days))]
        rows = self.query("s.cohort")
        self.assertEqual(
            [(row["day"], row["people"]) for row in rows], [(t, len(seen[d])) for t, d in zip(texts, days)]
        )
        rows = self.query("s.rolling")
        self.assertEqual([row["day"] for row in rows], texts)
        self.assertEqual(rows[1]["two"], len(seen[days[0]] | seen[days[1]]))
        rows = self.query("s.cohort", "--last", "1 day", "--compare", "1 day")
        self.assertEqual(rows[-1]["people_1_day_before"], len(seen[days[-2]]))
        for words in (
            ["--where", "day > DATE '2026-01-05'"],
            ["--where", "day > DATE '2026-01-05'", "--grain", "1 day"],
        ):
            self.assertEqual([row["day"] for row in self.query("s.cohort", *words)], texts[1:])
        self.assert_refused(self.run_sqc("query", "s.cohort", "--grain", "1 hour"), 1, "error[E0833]")
        (row,) = self.query("s.cohort", "--grain", "100 days")
        self.assertEqual(row["people"], len({event["user_id"] for event in self.events}))

    def test_a_time_column_of_any_grain_is_put_together(self):
        for time, grain in (("m GRAIN INTERVAL '1' HOUR", 3600), ("m", None)):
            text = (
                f"CREATE METRIC s.hours TIME ({time}) UNBOUNDED AS SELECT FLOOR(t TO HOUR) AS m, region, COUNT(*) AS n"
            )
            self.keep(text + " FROM ev GROUP BY FLOOR(t TO HOUR), region;")
            for size in (HOUR, 6 * HOUR):
                rows = self.query("s.hours", "--grain", f"{size} s")
                counts = collections.Counter(event["ts"] // size * size for event in self.events)
                self.assertEqual({store.seconds(row["m"][:-1]): row["n"] for row in rows}, counts, grain)

    def test_a_time_column_beside_windows_is_the_time(self):
        self.keep("""CREATE METRIC s.days TIME (day) AS SELECT CAST(t AS DATE) AS day, region, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, CAST(t AS DATE), region;""")
        counts = collections.Counter(event["ts"] // DAY for event in self.events)
        self.assertEqual([row["n"] for row in self.query("s.days")], [counts[day] for day in sorted(counts)])

    def test_rows_without_a_time_have_no_place_in_it(self):
        text = """CREATE METRIC s.known TIME (day) UNBOUNDED AS
SELECT CASE WHEN region = 'EU' THEN CAST(t AS DATE) END AS day, COUNT(*) AS n
FROM ev GROUP BY CASE WHEN region = 'EU' THEN CAST(t AS DATE) END;"""
        self.keep(text)
        rows = self.query("s.known")
        self.assertEqual(sum(row["n"] for row in rows), sum(event["region"] == "EU" for event in self.events))

    def test_why_nothing_is_kept_is_told(self):
        changing = """CREATE METRIC s.sizes UNBOUNDED AS SELECT n, COUNT(*) AS regions
FROM (SELECT region, COUNT(*) AS n FROM ev GROUP BY region) GROUP BY n;"""
        hidden = """CREATE METRIC s.hidden AS SELECT region, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, region;"""
        self.keep(changing + hidden)
        for metric, reason in (("s.sizes", "change what they said before"), ("s.hidden", "without their time")):
            self.assert_refused(self.run_sqc("query", metric), 1, "error[E0823]", reason)
