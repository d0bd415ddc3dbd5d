#!/usr/bin/env python3
"""opinions_test.py -- `sqc test` asks SQLite where a query is expressible there, and says where it is not.

usage: opinions_test.py SQC
"""

import re
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
        return re.sub(r"^ok    t \([0-9.]+ ms\)", "", done.stdout.splitlines()[0])

    def test_windows_sums_and_late_rows_are_judged_by_sqlite(self):
        steps = f"""{ROWS}
            WATERMARK '00:01:00'
            EXPECT (k, c, s) ('a', 2, 3), (NULL, 1, NULL)
            GIVEN clicks ('00:00:04', 'a', 1)
            EXPECT NOTHING EXPECT LATE 1"""
        self.assertEqual(self.opinion(PLAN, steps), BY_ALL)

    def test_a_row_whose_expression_fails_is_left_out_there_too(self):
        rows = "GIVEN clicks (ts, k, n) ('00:00:01', 'a', 5), ('00:00:02', 'a', 0)"
        self.assertEqual(self.opinion("SELECT 10 / n AS q FROM clicks", f"{rows} EXPECT (q) (2)"), BY_ALL)
        self.assertEqual(self.opinion("SELECT n FROM clicks WHERE 10 / n > 1", f"{rows} EXPECT (n) (5)"), BY_ALL)
        query = PLAN.replace("SUM(n) AS s", "SUM(10 / n) AS s")
        steps = f"{rows} WATERMARK '00:01:00' EXPECT (k, c, s) ('a', 1, 2)"
        self.assertEqual(self.opinion(query, steps), BY_ALL)
        query = PLAN.replace("SUM(n) AS s", "SUM(10 / n) FILTER (WHERE n > 0) AS s")
        steps = f"{rows} WATERMARK '00:01:00' EXPECT (k, c, s) ('a', 2, 2)"
        self.assertEqual(self.opinion(query, steps), BY_ALL)

    def test_a_bad_computed_column_has_no_word_in_sql(self):
        head = "CREATE TABLE odd (n INT, q AS 10 / n);"
        query = "SELECT q FROM odd"
        steps = "GIVEN odd (n) (5), (0) EXPECT (q) (2)"
        done = self.judged(f"{head} CREATE METRIC m AS {query};\nTEST t FOR m {steps};\n", "--verbose")
        self.assertIn(NOT_SQLITE + "a row is bad (division by zero)", done.stdout)

    def test_the_time_of_the_run_is_not_for_sqlite(self):
        query = "SELECT n, NOW() AS t FROM clicks"
        steps = "GIVEN clicks (ts, n) ('00:00:01', 5) EXPECT (n) (5)"
        self.assertIn(NOT_SQLITE + "NOW asks for the time of the run", self.opinion(query, steps))

    def test_nan_is_above_all_numbers_there_too(self):
        query = PLAN.replace("SUM(n) AS s", "MAX(d / n) AS m, MIN(d / n) AS l")
        steps = """GIVEN clicks (ts, k, d, n) ('00:00:01', 'a', 0, 0), ('00:00:02', 'a', 1, 2)
            WATERMARK '00:01:00'
            EXPECT (k, l) ('a', 0.5)"""
        self.assertEqual(self.opinion(query, steps), BY_ALL)

    def test_the_summary_counts_what_sqlite_judged(self):
        tests = f"CREATE METRIC m AS {PLAN}; TEST t FOR m {ROWS} EXPECT NOTHING;"
        done = self.judged(tests)
        self.assertEqual(done.stdout, "1 passed, 0 failed\n")
        self.assertIn("by SQLite too 1 of 1, ", done.stderr)


if __name__ == "__main__":
    SQC = sys.argv.pop(1)
    unittest.main()
