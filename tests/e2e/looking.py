"""looking.py -- `sqc tail` shows rows with their lateness, `sqc doctor` what a machine and a project have."""

import json
import os

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), k STRING, `a b` INT, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE VIEW most AS SELECT k FROM ev WHERE k <> 'b';
CREATE METRIC m.n AS SELECT window_start, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end;
CREATE METRIC m.week FROM m.n MEASURES (week = ROLLING(n, INTERVAL '7' DAY));
"""


def event(time, key):
    return json.dumps({"ts": f"2026-01-05 12:{time}", "k": key, "a b": 1}) + "\n"


EVENTS = event("00:10", "a") + event("00:08", "b") + event("00:20", "c") + event("00:15", "d") + event("00:01", "e")


class Tail(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", PROGRAM)
        self.write("ev.ndjson", EVENTS)

    def tail(self, *words):
        return [json.loads(line) for line in self.good("tail", *words, "--format", "ndjson").out.splitlines()]

    def test_rows_of_a_stream_with_how_far_behind_and_whether_late(self):
        rows = self.tail("ev")
        self.assertEqual([row["row"]["k"] for row in rows], list("abcde"))
        self.assertEqual([row["behind_ms"] for row in rows], [0, 2000, 0, 5000, 19000])
        # The watermark is 12:00:15 when the row of 12:00:15 comes: it is late, as a window would say.
        self.assertEqual([row["late"] for row in rows], [False, False, False, True, True])
        self.assertEqual({row["op"] for row in rows}, {"+I"})
        self.assertEqual(rows[0]["event_time"], "2026-01-05 12:00:10.000")
        self.assertEqual(rows[0]["row"], {"ts": "2026-01-05 12:00:10.000", "k": "a", "a b": 1})

    def test_text_for_people(self):
        done = self.good("tail", "ev")
        self.assertIn("+I  2026-01-05 12:00:08.000   2.0 s behind  ts=2026-01-05 12:00:08.000 k=b a b=1", done.out)
        self.assertIn("19.0 s late", done.out)
        self.assertIn("5 rows, 3 behind a newer one, 2 late", done.err)
        self.assertEqual(self.good("tail", "ev", "--quiet").err, "")

    def test_views_and_metrics(self):
        self.assertEqual([row["row"] for row in self.tail("most")], [{"k": k} for k in "acde"])
        (row,) = self.tail("m.n")
        self.assertEqual((row["event_time"], row["row"]["n"]), ("2026-01-05 12:00:00.000", 5))
        self.assert_refused(self.run_sqc("tail", "m.week"), 2, "sqc query m.week")
        self.assert_refused(self.run_sqc("tail", "evv"), 2, "did you mean ev?")
        self.assert_refused(self.run_sqc("tail"), 2, "needs the name")

    def test_limits_and_other_inputs(self):
        self.assertEqual(len(self.tail("ev", "--limit-rows", "2")), 2)
        done = self.run_sqc("tail", "ev", "--replay", "-", "--format", "ndjson", stdin=event("30:00", "z").encode())
        self.assertEqual([json.loads(line)["row"]["k"] for line in done.out.splitlines()], ["z"])
        os.remove(os.path.join(self.folder, "sqc.toml"))
        self.assertEqual(len(self.tail("ev", "a.ssql")), 5)

    def test_bad_rows_are_counted(self):
        self.write("ev.ndjson", EVENTS + "nonsense\n")
        self.assertIn("; 1 bad row of ev not used\n", self.good("tail", "ev").err)

    def test_streams_of_bad_and_future_rows_are_streams(self):
        self.write("ev.ndjson", EVENTS + "nonsense\n" + event("59:00", "z"))
        done = self.good("tail", "ev.bad", "--format", "ndjson")
        (row,) = [json.loads(line)["row"] for line in done.out.splitlines()]
        self.assertEqual((row["bad_line"], row["k"]), ("nonsense", None))
        self.assertIn("1 row\n", done.err)
        self.assert_refused(self.run_sqc("tail", "ev.future"), 1, "scan.watermark.max-future-skew")
        self.write("a.ssql", PROGRAM.replace("'json'", "'json', 'scan.watermark.max-future-skew' = '5 min'"))
        (row,) = self.tail("ev.future")
        self.assertEqual(row["row"]["k"], "z")
        self.assert_refused(self.run_sqc("tail", "most.bad"), 2, "there is no stream, view or metric 'most.bad'")

    def test_a_missing_file_and_mistakes_are_told(self):
        os.remove(os.path.join(self.folder, "ev.ndjson"))
        self.assert_refused(self.run_sqc("tail", "ev"), 3, "ev.ndjson")
        self.write("b.ssql", "SELECT nope FROM ev;\n")
        self.assert_refused(self.run_sqc("tail", "ev"), 1, "error[E0202]")


class Doctor(cli.CliTest):
    def checks(self, code):
        done = self.run_sqc("doctor", "--format", "json")
        self.assertEqual(done.code, code, str(done))
        answer = json.loads(done.out)
        self.assertEqual(answer["schema_version"], 1)
        return [check["text"] for check in answer["checks"] if check["ok"] == (code == 0)]

    def test_a_new_project_has_all(self):
        self.good("init")
        self.assertTrue(any("native code for" in text for text in self.checks(0)))
        self.good("run", "--quiet")
        self.assertTrue(any("store.db: readable" in text for text in self.checks(0)))
        self.assertIn("ok       stream content_events: 1 file", self.good("doctor").out)

    def test_streams_of_bad_rows_need_no_rows_of_their_own(self):
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", PROGRAM + "CREATE VIEW wrong AS SELECT bad_reason FROM ev.bad;\n")
        self.write("ev.ndjson", EVENTS)
        texts = self.checks(0)
        self.assertFalse([text for text in texts if "ev.bad" in text], texts)
        self.assertIn("project p: 1 file beside those of tests, no mistakes", texts)

    def test_no_project_is_nothing_missing(self):
        self.assertIn("no project", self.checks(0)[-1])

    def test_what_is_missing_is_told_with_exit_code_1(self):
        self.good("init")
        os.remove(os.path.join(self.folder, "sample.ndjson"))
        (missing,) = self.checks(1)
        self.assertIn("sample.ndjson", missing)
        self.write("sample.ndjson", "")
        self.write(".sqc/store.db", "no store at all, but bytes of some length" * 30)
        (missing,) = self.checks(1)
        self.assertIn("store.db", missing)
        os.remove(os.path.join(self.folder, ".sqc/store.db"))
        self.write("bad.ssql", "SELECT nope FROM content_events;\n")
        self.assertIn("1 mistake", self.checks(1)[0])
        self.write("sqc.toml", "x = 1\n")
        self.assertIn("sqc.toml:1:5", self.checks(1)[0])
        self.assert_refused(self.run_sqc("doctor", "x"), 2, "no operands")
