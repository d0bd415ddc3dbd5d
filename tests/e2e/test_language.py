"""test_language.py -- what `sqc test` prints, takes and writes."""

import os

from cli import CliTest

METRIC = """CREATE TABLE ev (k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE METRIC app.m AS SELECT window_start, k, SUM(n) AS total, MIN(n) AS least
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k;
"""
GIVEN = "GIVEN ev (ts, k, n) ('12:00:01', 'a', 1), ('12:00:04', 'b', 2), ('12:00:02', 'a', 3) WATERMARK '12:01:00'\n"


class TestLanguage(CliTest):
    def read(self, name):
        with open(os.path.join(self.folder, name)) as f:
            return f.read()

    def run_text(self, text, *args, name="a_test.ssql"):
        self.write(name, METRIC + text)
        return self.run_sqc("test", name, *args)

    def test_a_failure_marks_what_differs_and_tells_the_time(self):
        done = self.run_text(
            "TEST t FOR app.m " + GIVEN + "EXPECT (k, total, least) ('a', 5, 1), ('b', 2, 2), ('c', 1, 1);\n"
        )
        self.assertEqual(done.code, 1)
        lines = done.out.splitlines()
        self.assertIn("  expected: ('a', 5, 1)", lines)
        self.assertIn("  nearest:  ('a', 4, 1)  +I", lines)
        mark = lines[lines.index("  nearest:  ('a', 4, 1)  +I") + 1]
        self.assertEqual(mark, " " * lines[1].index("5") + "^ total")
        self.assertIn("  expected: ('c', 1, 1)", lines)
        self.assertIn("  event time had come to 2026-01-05 12:01:00.000", lines)

    def test_rows_too_many_are_told_with_their_operation(self):
        done = self.run_text("TEST t FOR app.m " + GIVEN + "EXPECT (k, total) ('a', 4);\n")
        self.assertIn("  not expected: +I ('2026-01-05 12:00:00.000', 'b', 2, 2)", done.out)

    def test_where_no_row_came_late_rows_are_told(self):
        only = "EXPECT (k) ('a'), ('b') GIVEN ev (ts, k, n) ('12:00:30', 'c', 1) EXPECT (k) ('c');\n"
        done = self.run_text("TEST t FOR app.m " + GIVEN + only)
        self.assertIn("  no row came\n  1 row came too late for a window (EXPECT LATE 1)\n", done.out)

    def test_rows_of_a_stream_that_nothing_reads_fail(self):
        done = self.run_text(
            "CREATE TABLE other (n BIGINT); TEST t FOR app.m GIVEN other (n) (1) "
            + GIVEN
            + "EXPECT PARTIAL (k) ('a');\n"
        )
        self.assertEqual(done.code, 1)
        self.assertIn("`app.m` does not read `other`: these rows go nowhere", done.out)

    def test_update_writes_snapshots_in_the_layout(self):
        text = "TEST t FOR app.m " + GIVEN + "EXPECT SNAPSHOT;\nTEST u FOR app.m " + GIVEN + "EXPECT SNAPSHOT 'old';\n"
        done = self.run_text(text)
        self.assertEqual(done.code, 1)
        self.assertIn("sqc test --update writes it", done.out)
        self.assertIn("  expected:  old", done.out)
        self.assertEqual(
            self.run_sqc("test", "a_test.ssql", "--update").out, "2 passed, 0 failed\n2 snapshots written\n"
        )
        self.assertEqual(self.run_sqc("test", "a_test.ssql").out, "2 passed, 0 failed\n")
        written = self.read("a_test.ssql")
        self.assertIn("EXPECT SNAPSHOT '\nop | window_start", written)
        self.assertEqual(written.count("+I | 2026-01-05 12:00:00.000 | a | 4     | 1\n"), 2)
        self.run_sqc("fmt", "a_test.ssql")
        self.assertEqual(self.read("a_test.ssql").count("op | window_start"), 2)
        self.assertEqual(self.run_sqc("test", "a_test.ssql").code, 0)

    def test_update_leaves_what_is_right(self):
        self.run_text("TEST t FOR app.m " + GIVEN + "EXPECT SNAPSHOT;\n", "--update")
        before = self.read("a_test.ssql")
        self.assertEqual(self.run_sqc("test", "a_test.ssql", "--update").out, "1 passed, 0 failed\n")
        self.assertEqual(self.read("a_test.ssql"), before)

    def test_a_filter_is_a_part_a_metric_or_a_pattern(self):
        text = "".join(f"TEST {name} FOR app.m {GIVEN} EXPECT PARTIAL (k) ('a');\n" for name in ("one", "two", "three"))
        text += "TEST alone " + GIVEN + "QUERY SELECT k FROM ev EXPECT PARTIAL (k) ('a');\n"
        for filters, passed in (
            (["ne"], 2),
            (["t*"], 2),
            (["t?o"], 1),
            (["app.m"], 3),
            (["app.*"], 3),
            (["two", "three"], 2),
            (["*"], 4),
        ):
            done = self.run_text(text, *[word for name in filters for word in ("--filter", name)])
            self.assertEqual(done.out, f"{passed} passed, 0 failed\n", str((filters, done)))
        done = self.run_text(text, "--filter", "nothing*")
        self.assertEqual((done.code, done.out), (1, ""))
        self.assertIn("'nothing*'", done.err)

    def test_words_that_are_no_files_choose_metrics_and_tests(self):
        self.write("p/sqc.toml", "")
        self.write("p/m.ssql", METRIC.replace("app.m AS", "app.m OWNER 'team:x' TAGS ('kpi') AS"))
        test = GIVEN + "EXPECT PARTIAL (k) ('a');\n"
        query = "TEST alone " + GIVEN + "QUERY SELECT k FROM ev EXPECT PARTIAL (k) ('a');\n"
        self.write("p/m_test.ssql", f"TEST one FOR app.m {test}TEST two FOR app.m {test}{query}")
        for words, passed in (
            (["app.m"], 2),
            (["app.*"], 2),
            (["tag:kpi"], 2),
            (["owner:team:x"], 2),
            (["one", "alone"], 2),
            (["app.m", "--filter", "tw*"], 1),
            ([], 3),
        ):
            done = self.run_sqc("test", *words, folder="p")
            self.assertEqual(done.out, f"{passed} passed, 0 failed\n", str((words, done)))
        done = self.run_sqc("test", "app.m", "app.gone", folder="p")
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("'app.gone' is no file, no metric with tests and no test", done.err)

    def test_verbose_tells_times_judges_and_the_slowest(self):
        text = "".join(f"TEST {name} FOR app.m {GIVEN} EXPECT PARTIAL (k) ('a');\n" for name in ("one", "two"))
        done = self.run_text(text, "--verbose")
        self.assertRegex(done.out, r"ok    one \(\d+\.\d ms\): native code, the interpreter, SQLite")
        self.assertRegex(done.err, r"slowest:\n +\d+\.\d ms  (one|two) \(a_test\.ssql:\d+\)")

    def test_a_bad_seed_is_a_usage_error(self):
        done = self.run_text("TEST t FOR app.m " + GIVEN + "EXPECT PARTIAL (k) ('a');\n", "--seed", "x")
        self.assertEqual(done.code, 2)
        self.assertEqual(self.run_sqc("test", "a_test.ssql", "--seed", "17").code, 0)

    def test_files_that_cannot_be_rows_are_errors(self):
        self.write("bad.csv", "k,n\na,1\nb,many\n")
        self.write("twice.csv", "k,k\na,1\n")
        self.write("bad.ndjson", '{"k":"a"}\n{"k":\n')
        for name, message in (
            ("gone.csv", "No such file"),
            ("rows.parquet", "come from .csv"),
            ("bad.csv", "bad.csv:3: column `n`"),
            ("twice.csv", "named twice"),
            ("bad.ndjson", "bad.ndjson:2: the line is not valid JSON"),
        ):
            self.write("a_test.ssql", METRIC + f"TEST t FOR app.m GIVEN ev FILE '{name}' EXPECT NOTHING;\n")
            for verb in ("check", "test"):
                done = self.run_sqc(verb, "a_test.ssql")
                self.assertEqual(done.code, 1, str(done))
                self.assertIn("error[E0344]", done.err)
                self.assertIn(message, done.err)

    def test_a_column_that_is_not_hidden_fails(self):
        done = self.run_text(
            "CREATE ROLE guest; CREATE POLICY p ON METRIC app.m TO guest MASK (total);\n"
            "TEST t FOR app.m AS ROLE guest " + GIVEN + "EXPECT PARTIAL (k) ('a') EXPECT HIDDEN total, least;\n"
        )
        self.assertEqual(done.code, 1)
        self.assertIn("role `guest` sees `least`: no policy of it masks the column", done.out)

    def test_what_shows_the_order_of_rows_is_not_shuffled(self):
        self.write(
            "a_test.ssql",
            "CREATE TABLE ev (n BIGINT, at AS PROCTIME());\n"
            "TEST t GIVEN ev (n) (1), (2) QUERY SELECT n, at IS NULL AS x FROM ev EXPECT (n) (1), (2);\n",
        )
        done = self.run_sqc("test", "a_test.ssql", "--verbose")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("not shuffled: a function asks for the time of the run", done.out)
