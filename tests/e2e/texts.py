"""texts.py -- programs that are wrong in every way: a coded error with a position, quickly, and no crash."""

import os
import random
import time

from cli import CliTest, table

WRONG = [
    ("an unknown column", "SELECT nope FROM ev;", "2:8"),
    ("an unknown table", "SELECT id FROM evv;", "2:16"),
    ("an unknown function", "SELECT UPPERR(id) FROM ev;", "2:8"),
    ("operands of wrong types", "SELECT id + n FROM ev;", "2:11"),
    (
        "a column that is not grouped",
        "SELECT id, COUNT(*) FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' SECOND)) "
        "GROUP BY window_start, window_end;",
        "2:8",
    ),
    ("a nested aggregate", "SELECT SUM(COUNT(*)) FROM ev;", "2:12"),
    ("a literal out of range", "SELECT 99999999999999999999999999999999999999999 FROM ev;", "2:8"),
    ("an unclosed string", "SELECT 'a FROM ev;", "2:8"),
    ("an unclosed comment", "SELECT 1 /* FROM ev;", "2:10"),
    (
        "a window over a column without watermark",
        "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(n), INTERVAL '1' SECOND)) "
        "GROUP BY window_start, window_end;",
        "2:",
    ),
    ("a second definition", "CREATE VIEW ev AS SELECT 1 AS a FROM ev;", "2:13"),
    ("a cycle of views", "CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a; SELECT * FROM a;", "2:"),
    ("an unknown option", table("o", "a INT", "x", "'format' = 'json', 'json.ignore-parse-error' = 'true'"), "2:"),
    ("a missing option", "CREATE TABLE o (a INT) WITH ('connector' = 'filesystem', 'format' = 'json');", "2:"),
]


class WrongTexts(CliTest):
    def test_each_mistake_has_a_code_and_a_position(self):
        for name, text, position in WRONG:
            with self.subTest(name):
                self.write("t.ssql", table() + text + "\n")
                done = self.run_sqc("check", "t.ssql")
                self.assert_refused(done, 1, "error[E0", f"t.ssql:{position}")
                self.assertLess(done.seconds, 2)

    def test_a_mistake_says_nothing_about_other_statements(self):
        text = table() + "CREATE VIEW v AS SELECT nope AS a FROM ev;\nSELECT a, a + 1 FROM v;\nSELECT id FROM ev;\n"
        self.write("t.ssql", text)
        done = self.run_sqc("check", "t.ssql")
        self.assertEqual(done.err.count("error[E"), 1, str(done))

    def test_run_of_a_wrong_file_prints_no_rows(self):
        self.write("d.ndjson", '{"id":"a"}\n')
        self.write("t.ssql", table() + "SELECT id FROM ev;\nSELECT nope FROM ev;\n")
        self.assert_refused(self.run_sqc("run", "t.ssql"), 1, "error[E0202]")


class HostileTexts(CliTest):
    def refused_within(self, name, content, seconds, *texts):
        self.write(name, content)
        done = self.run_sqc("check", name)
        self.assert_refused(done, 1, "error[E", *texts)
        self.assertLess(done.seconds, seconds)

    def test_twenty_thousand_parentheses(self):
        self.refused_within(
            "t.ssql", table() + "SELECT " + "(" * 20000 + "id" + ")" * 20000 + " FROM ev;", 2, "t.ssql:2:"
        )
        self.refused_within("t.ssql", "SELECT " + "(" * 20000, 2, "t.ssql:1:")
        self.refused_within("t.ssql", table() + "SELECT id FROM ev WHERE " + "NOT " * 20000 + "TRUE;", 2, "t.ssql:2:")
        self.refused_within("t.ssql", table() + "SELECT " + "CASE WHEN TRUE THEN " * 20000 + "1;", 2, "t.ssql:2:")

    def test_a_hundred_megabytes_of_garbage(self):
        self.refused_within("t.ssql", random.Random(1).randbytes(1 << 20) * 100, 2, "t.ssql")

    def test_garbage_of_a_size_that_is_read(self):
        words = [
            "SELECT",
            "FROM",
            "(",
            ")",
            ",",
            "'a'",
            "x",
            ";",
            "CASE",
            "1e5",
            "--\n",
            "/*",
            "*/",
            "`q`",
            "TUMBLE",
            "\n",
        ]
        choose = random.Random(2)
        text = " ".join(choose.choice(words) for _ in range(300000))
        self.write("t.ssql", text)
        done = self.run_sqc("check", "t.ssql")
        self.assert_refused(done, 1, "error[E")
        self.assertLess(done.seconds, 5)
        self.assertLess(done.err.count("error[E"), 25, "no cascade")

    def test_a_nul_byte_and_bytes_that_are_no_utf8(self):
        self.refused_within("t.ssql", b"SELECT 1\0 FROM ev;", 2, "t.ssql:1:9")
        self.refused_within("t.ssql", b"SELECT\n '\xff' FROM ev;", 2, "t.ssql:2:3")

    def test_a_missing_file(self):
        self.assert_refused(self.run_sqc("check", "none.ssql"), 1, "error[E0001]", "none.ssql")
        self.assert_refused(self.run_sqc("run", "none.ssql"), 1, "error[E0001]", "none.ssql")

    def test_a_folder_where_a_file_is_wanted(self):
        os.mkdir(os.path.join(self.folder, "sub"))
        for verb in ("run", "explain"):
            done = self.run_sqc(verb, "sub")
            self.assertIn(done.code, (1, 2), str(done))
            self.assertEqual(done.out, "")
            self.assertNotEqual(done.err, "")

    def test_five_hundred_files_in_a_second(self):
        self.write("p/sqc.toml", "")
        self.write("p/ev.ssql", table())
        for number in range(500):
            self.write(
                f"p/m{number}.ssql", f"CREATE METRIC m{number} AS SELECT id, n + {number} AS n FROM ev WHERE n > 1;\n"
            )
        started = time.monotonic()
        done = self.run_sqc("check", "p")
        self.assertEqual(done.code, 0, str(done))
        self.assertLess(time.monotonic() - started, 3, "asked for: a second on an idle machine")
