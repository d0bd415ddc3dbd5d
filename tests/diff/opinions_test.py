#!/usr/bin/env python3
"""opinions_test.py -- `sqc test` asks SQLite where a query is expressible there, and says where it is not.

usage: opinions_test.py SQC
"""

import subprocess
import sys
import tempfile
import unittest

HEAD = """
CREATE TABLE clicks (ts TIMESTAMP(3), k STRING, n INT, d DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
CREATE VIEW minutes AS SELECT * FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE));
"""
PLAN = "SELECT window_start, k, COUNT(*) AS c, SUM(n) AS s FROM minutes GROUP BY window_start, window_end, k"
ROWS = "GIVEN clicks (ts, k, n) ('00:00:01', 'a', 1), ('00:00:02', 'a', 2), ('00:00:03', NULL, NULL)"
BY_ALL = ": native code, the interpreter, SQLite"
NOT_SQLITE = ": native code, the interpreter; not SQLite: "


class Opinions(unittest.TestCase):
    def judged(self, text, *options):
        with tempfile.NamedTemporaryFile("w", suffix=".ssql") as file:
            file.write(HEAD + text)
            file.flush()
            return subprocess.run(
                [SQC, "test", file.name, *options], capture_output=True, encoding="utf-8", check=False
            )

    def opinion(self, query, steps):
        done = self.judged(f"CREATE METRIC m AS {query};\nTEST t FOR m {steps};\n", "--verbose")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.splitlines()[0].removeprefix("ok    t")

    def test_windows_sums_and_late_rows_are_judged_by_sqlite(self):
        steps = f"""{ROWS}
            WATERMARK '00:01:00'
            EXPECT (k, c, s) ('a', 2, 3), (NULL, 1, NULL)
            GIVEN clicks ('00:00:04', 'a', 1)
            EXPECT NOTHING EXPECT LATE 1"""
        self.assertEqual(self.opinion(PLAN, steps), BY_ALL)

    def test_a_bad_row_has_no_word_in_sql(self):
        query = "SELECT 10 / n AS q FROM clicks"
        steps = "GIVEN clicks (ts, n) ('00:00:01', 5), ('00:00:02', 0) EXPECT (q) (2)"
        self.assertEqual(self.opinion(query, steps), NOT_SQLITE + "a row is bad (division by zero)")

    def test_the_time_of_the_run_is_not_for_sqlite(self):
        query = "SELECT n, NOW() AS t FROM clicks"
        steps = "GIVEN clicks (ts, n) ('00:00:01', 5) EXPECT (n) (5)"
        self.assertEqual(self.opinion(query, steps), NOT_SQLITE + "NOW asks for the time of the run")

    def test_nan_is_not_for_sqlite(self):
        query = "SELECT d / 0 AS q FROM clicks"
        steps = "GIVEN clicks (ts, d) ('00:00:01', 0) EXPECT (q) (ANY)"
        self.assertEqual(self.opinion(query, steps), NOT_SQLITE + "a value is NaN, which SQLite does not have")

    def test_the_summary_counts_what_sqlite_judged(self):
        tests = f"CREATE METRIC m AS {PLAN}; TEST t FOR m {ROWS} EXPECT NOTHING;"
        done = self.judged(tests)
        self.assertEqual(done.stdout, "1 passed, 0 failed\n")
        self.assertIn("6 ways each, by SQLite too 1 of 1, ", done.stderr)


if __name__ == "__main__":
    SQC = sys.argv.pop(1)
    unittest.main()
