"""ranges.py -- --last, --from and --to: which windows answer them, and what is said of that."""

import json

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC m.hour RETAIN (INTERVAL '10' MINUTE FOR INTERVAL '90' DAY)
AS SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' MINUTE))
GROUP BY window_start;
CREATE METRIC m.hop AS SELECT window_end, COUNT(*) AS n
FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
"""


class Ranges(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "p"\n')
        self.write("m.ssql", PROGRAM)
        times = [f"2026-01-05 {minute // 60:02}:{minute % 60:02}:00" for minute in range(0, 600)]
        self.write("ev.ndjson", "".join(json.dumps({"ts": time}) + "\n" for time in times))
        self.good("run", "--quiet")

    def ask(self, metric, *words):
        """Rows as (hour:minute, count), and what was said."""
        done = self.good("query", metric, *words, "--format", "ndjson")
        rows = [list(json.loads(line).values()) for line in done.out.splitlines()]
        return [(time[11:16], n) for time, n in rows], done.err

    def test_a_range_between_windows_is_answered_in_whole_ones_and_says_so(self):
        rows, said = self.ask("m.hour", "--from", "2026-01-05 02:05", "--to", "2026-01-05 02:25")
        self.assertEqual(rows, [("02:10", 10), ("02:20", 10)])
        self.assertIn("answered from 2026-01-05 02:10:00.000Z to 2026-01-05 02:30:00.000Z, in whole windows", said)
        self.assertIn("asked was from 2026-01-05 02:05:00.000Z to 2026-01-05 02:25:00.000Z\n", said)

    def test_a_range_of_whole_windows_is_said_plainly(self):
        rows, said = self.ask("m.hour", "--from", "2026-01-05 02:00", "--to", "2026-01-05 02:20")
        self.assertEqual(rows, [("02:00", 10), ("02:10", 10)])
        self.assertIn("answered from 2026-01-05 02:00:00.000Z to 2026-01-05 02:20:00.000Z\n", said)
        self.assertNotIn("answered", self.ask("m.hour")[1])

    def test_a_longer_window_that_is_cut_is_named(self):
        words = ["--grain", "1 hour", "--from", "2026-01-05 02:30", "--to", "2026-01-05 04:20"]
        rows, said = self.ask("m.hour", *words)
        self.assertEqual(rows, [("02:00", 30), ("03:00", 60), ("04:00", 20)])
        cut = "the window of 2026-01-05 0%d:00:00.000Z has only what came %s 2026-01-05 0%d:%d:00.000Z"
        self.assertIn(cut % (2, "from", 2, 30) + " on\n", said)
        self.assertIn(cut % (4, "before", 4, 20) + "\n", said)

    def test_a_derived_metric_begins_with_a_whole_window(self):
        self.write("d.ssql", "CREATE METRIC m.twice FROM m.hour MEASURES (n2 = n * 2);")
        rows, said = self.ask("m.twice", "--grain", "1 hour", "--from", "2026-01-05 02:30", "--to", "2026-01-05 04:20")
        self.assertEqual(rows, [("03:00", 120), ("04:00", 40)])
        self.assertIn("answered from 2026-01-05 03:00:00.000Z to 2026-01-05 04:20:00.000Z", said)
        self.assertNotIn("the window of 2026-01-05 02", said)

    def test_last_says_where_it_begins(self):
        rows, said = self.ask("m.hour", "--last", "25 min")
        self.assertEqual(rows, [("09:30", 10), ("09:40", 10), ("09:50", 10)])
        self.assertIn("answered from 2026-01-05 09:30:00.000Z, in whole windows; asked was from 2026-01-05 09:34", said)

    def test_windows_that_overlap_are_answered_by_their_ends(self):
        rows, said = self.ask("m.hop", "--from", "2026-01-05 02:00", "--to", "2026-01-05 02:30")
        self.assertEqual([time for time, n in rows], ["02:10", "02:20", "02:30"])
        self.assertIn("by the ends of windows", said)
        rows, _ = self.ask("m.hop", "--to", "2026-01-05 00:10")
        self.assertEqual(rows, [("00:10", 10)])

    def test_programs_get_the_range_too(self):
        words = ["--from", "2026-01-05 02:05", "--to", "2026-01-05 02:25", "--format", "json"]
        answer = json.loads(self.good("query", "m.hour", *words).out)
        self.assertEqual((answer["from"], answer["to"]), ("2026-01-05 02:10:00.000Z", "2026-01-05 02:30:00.000Z"))

    def test_a_range_that_nothing_has_reached_says_so(self):
        for words in (["--from", "2026-01-05 12:00"], ["--from", "2026-01-05 12:00", "--grain", "1 hour"]):
            rows, said = self.ask("m.hour", *words)
            self.assertEqual(rows, [])
            self.assertIn("no rows: the range begins after the watermark", said)
        self.assertNotIn("no rows", self.ask("m.hour", "--from", "2026-01-05 09:00")[1])

    def test_a_number_without_a_unit_is_no_length_of_time(self):
        for option in ("--last", "--grain", "--compare"):
            done = self.run_sqc("query", "m.hour", option, "3")
            self.assert_refused(done, 1, "error[E0831]", "a number without a unit is no length of time", "'1 hour'")

    def test_a_text_without_quotes_is_told_of_them(self):
        done = self.run_sqc("query", "m.hour", "--where", "window_start = EU")
        self.assert_refused(done, 1, "error[E0202]", "a text is written in single quotes")
