"""waiting.py -- sqc explain --why-open: which windows are open after a replay, and which input holds them."""

import json

import cli

PROGRAM = """CREATE STREAM ev (s BIGINT, k STRING, ts AS TO_TIMESTAMP_LTZ(s, 0),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev*.ndjson', 'format' = 'json'OPTIONS);
CREATE METRIC site.n EMIT AFTER WINDOW CLOSE WITH DELAY INTERVAL '1' SECOND AS SELECT window_start, k, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, k;
CREATE METRIC site.hops AS SELECT window_end, COUNT(*) AS n
FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)) GROUP BY window_start, window_end;
CREATE METRIC site.visits AS SELECT window_start, k, COUNT(*) AS n
FROM TABLE(SESSION(TABLE ev PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k;
CREATE METRIC site.each AS SELECT k, s FROM ev;
CREATE METRIC site.derived FROM site.n MEASURES (m = ROLLING(n, INTERVAL '2' MINUTE));
"""
DAY = "2026-01-05 "


class Waiting(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("a.ssql", PROGRAM.replace("OPTIONS", ""))
        self.write("b.ssql", PROGRAM.replace("OPTIONS", ", 'scan.watermark.idle-timeout' = '1 min'"))
        for file, count in ((0, 300), (1, 90)):
            rows = (json.dumps({"s": 1767614400 + n, "k": "abc"[n % 3]}) + "\n" for n in range(count))
            self.write(f"ev{file}.ndjson", "".join(rows))

    def told(self, metric, file="a.ssql"):
        return self.good("explain", "--why-open", metric, file).out

    def test_the_input_that_is_behind_holds_the_windows(self):
        told = self.told("site.n")
        self.assertIn("site.n: 4 windows are open\n", told)
        self.assertIn(
            f"{DAY}12:01:00.000 to {DAY}12:02:00.000, 3 groups, closes when all inputs have come to "
            f"{DAY}12:02:00.999\n    held open by ev1.ndjson: at {DAY}12:01:27.000 since its newest record, "
            f"of {DAY}12:01:29.000\n",
            told,
        )
        self.assertEqual(told.count("held open by ev1.ndjson"), 3)
        self.assertNotIn("held open by ev0.ndjson", told)
        self.assertIn("no input has come that far", told)

    def test_an_input_without_rows_holds_all_of_them(self):
        self.write("ev2.ndjson", "")
        told = self.told("site.n")
        self.assertIn("site.n: 5 windows are open\n", told)
        self.assertIn("held open by ev2.ndjson: no row with an event time has come\n", told)

    def test_who_is_silent_holds_nothing(self):
        told = self.told("site.n", "b.ssql")
        self.assertIn("site.n: 1 window is open\n", told)
        self.assertIn("held open by ev0.ndjson", told)
        self.assertIn(
            f"ev1.ndjson: at {DAY}12:01:27.000 since its newest record, of {DAY}12:01:29.000; "
            "silent, not waited for\n",
            told,
        )

    def test_windows_of_all_kinds(self):
        self.assertIn("site.hops: 5 windows are open\n", self.told("site.hops"))
        self.assertIn("3 sessions, the first closes when", self.told("site.visits"))
        self.assertIn("site.each has no windows", self.told("site.each"))

    def test_what_has_no_answer_is_refused(self):
        for metric in ("site.derived", "site.none"):
            self.assertIn(metric, self.run_sqc("explain", "--why-open", metric, "a.ssql").err)
        self.assertEqual(self.run_sqc("explain", "a.ssql", "--replay", "ev0.ndjson").code, 2)

    def test_a_replay_of_other_files(self):
        told = self.good("explain", "--why-open", "site.n", "a.ssql", "--replay", "ev0.ndjson").out
        self.assertIn("site.n: 1 window is open\n", told)
        self.assertIn("held open by ev0.ndjson", told)
