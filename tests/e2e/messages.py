"""messages.py -- what authors get wrong, and what they are told: one sentence, and the right spelling."""

import re

import cli

EV = cli.table(columns="ts TIMESTAMP(3), tag STRING, n BIGINT, WATERMARK FOR ts AS ts")
SIZE = "INTERVAL '1' MINUTE"
BROKEN_VIEW = f"""CREATE VIEW v AS SELECT no, ts FROM ev;
SELECT TUMBLE_START(ts, {SIZE}) AS s FROM v GROUP BY TUMBLE(ts, {SIZE});"""
BROKEN_VIEW = f"""CREATE VIEW v AS SELECT no, ts FROM ev;
SELECT TUMBLE_START(ts, {SIZE}) AS s FROM v GROUP BY TUMBLE(ts, {SIZE});"""
METRIC = f"""CREATE METRIC a.m AS SELECT window_start, COUNT(*) AS c FROM TUMBLE(TABLE ev, DESCRIPTOR(ts), {SIZE})
GROUP BY window_start; SELECT window_start FROM TUMBLE(TABLE a.m, """
SELECTS_TIME = "select window_time in `a.m` and group by it too"
CASES = [
    ("SELECT MAX(ts) - MIN(ts) AS s FROM ev;", "E0301", "TIMESTAMPDIFF(SECOND, from, to)"),
    ("SELECT DATEDIFF(SECOND, ts, ts) FROM ev;", "E0203", "write `TIMESTAMPDIFF(unit, a, b)`"),
    ("SELECT zzzzz FROM ev;", "E0202", "the columns are those of `ev`: ts, tag, n"),
    (f"SELECT window_start FROM ev GROUP BY TUMBLE(ts, {SIZE});", "E0202", "write TUMBLE_START(ts, size)"),
    ("SELECT ROLING(n, INTERVAL '1' HOUR) FROM ev;", "E0203", "did you mean `ROLLING`?"),
    (f"{METRIC}DESCRIPTOR(window_start), {SIZE});", "E0312", SELECTS_TIME),
    (f"{METRIC}DESCRIPTOR(window_time), {SIZE});", "E0202", SELECTS_TIME),
    (f"SELECT * FROM SESSION(TABLE ev PARTITION BY tag, n, DESCRIPTOR(ts), {SIZE});", "E0316", "BY (a, b)"),
    (f"SELECT * FROM TABLE(TUMBEL(TABLE ev, DESCRIPTOR(ts), {SIZE}));", "E0203", "did you mean `TUMBLE`?"),
    (f"SELECT * FROM TUMBEL(TABLE ev, DESCRIPTOR(ts), {SIZE});", "E0203", "did you mean `TUMBLE`?"),
    (f"SELECT * FROM TABLE(TUMBLING(TABLE ev, DESCRIPTOR(ts), {SIZE}));", "E0203", "is `TUMBLE` here"),
    (f"SELECT COUNT(*) AS n FROM ev GROUP BY TUMBEL(ts, {SIZE});", "E0203", "did you mean `TUMBLE`?"),
    (f"SELECT * FROM TUMBLE(TABLE ev, DESCRIPTOR(ts), {SIZE}, ZON => 'UTC');", "E0316", "did you mean `ZONE`?"),
    ("SELECT LEN(tag) FROM ev;", "E0203", "`LEN` of other dialects is `CHAR_LENGTH` here"),
    ("SELECT NVL(tag, 'x') FROM ev;", "E0203", "`NVL` of other dialects is `COALESCE` here"),
    ("CREATE TABLE t (a STRNG);", "E0210", "did you mean `STRING`?"),
    ("CREATE TABLE t (a TEXT);", "E0210", "`TEXT` of other dialects is `STRING` here"),
    ("CREATE VIEW v SELECT tag FROM ev; SELECT * FROM v;", "E0101", "`AS` is missing before `SELECT`"),
    ("SELECT tag FROM ev SELECT n FROM ev;", "E0101", "a `;` is missing before `SELECT`"),
    ("CREATE STREM e2 (a INT); SELECT a FROM e2;", "E0101", "did you mean `STREAM`?"),
    ("CREATE STREAM e2 (a INT b INT); SELECT a FROM e2;", "E0101", "is a comma missing before it?"),
    (BROKEN_VIEW, "E0202", "no column is called `no`"),
    ("CREATE STREAM e3 (ts STRING, WATERMARK FOR ts AS ts);", "E0314", "read as TIMESTAMP(3)"),
    ("SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n) AS p FROM ev;", "E0203", "write `PERCENTILE(x, 0.5)`"),
    ("SELECT UPPER(tag) AS t, COUNT(*) AS n FROM ev GROUP BY t;", "E0202", "GROUP BY does not know `t`"),
    ("SELECT nope FROM (SELECT tag FROM ev);", "E0202", "the columns are those of this query"),
    ("SELECT tag FROM ev WHERE ts > 'yesterday';", "E0306", "write it as 'yyyy-MM-dd HH:mm:ss'"),
    (
        "CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, b INT, PRIMARY KEY (b) NOT ENFORCED);",
        "E0336",
        "one primary key",
    ),
]


class Messages(cli.CliTest):
    def test_each_mistake_is_told_once_with_what_mends_it(self):
        for text, code, says in CASES:
            with self.subTest(text):
                self.write("t.ssql", EV + text)
                done = self.run_sqc("check", "t.ssql")
                self.assertEqual(done.code, 1, str(done))
                self.assertEqual(re.findall(r"error\[(E\d+)\]", done.err + done.out), [code], str(done))
                self.assertIn(says, done.err + done.out)

    def test_explain_says_how_a_measure_is_put_together(self):
        self.write("sqc.toml", 'project = "p"\n')
        ev = cli.table(columns="ts TIMESTAMP(3), tag STRING, n BIGINT, WATERMARK FOR ts AS ts")
        metrics = f"""CREATE METRIC a.m AS SELECT window_start, SUM(n) AS s, MIN(n) AS least, AVG(n) AS mean,
TIMESTAMPDIFF(SECOND, MIN(ts), MAX(ts)) AS took FROM TUMBLE(TABLE ev, DESCRIPTOR(ts), {SIZE}) GROUP BY window_start;
CREATE METRIC a.d FROM a.m MEASURES (r = RATIO(s, mean), roll = ROLLING(s, INTERVAL '1' HOUR));"""
        self.write("m.ssql", ev + metrics)
        said = self.good("explain", "a.m").out
        for line in (
            "s BIGINT: adds up over time and dimensions",
            "least BIGINT: the least of all, over time and dimensions",
            "mean BIGINT: merges, over time and dimensions",
            "took INT: worked out again from MIN, MAX of all rows, over time and dimensions",
            "TIMESTAMPDIFF(SECOND, ",
        ):
            self.assertIn(line, said)
        self.assertNotIn("adds up", self.good("explain", "a.d").out)
        self.write("t.ssql", "SELECT FLOOR(ts TO HOUR) AS a, EXTRACT(MINUTE FROM ts) AS b FROM ev;")
        said = self.good("explain", "t.ssql").out
        self.assertIn("FLOOR(ts TO HOUR)", said)
        self.assertIn("EXTRACT(MINUTE FROM ts)", said)
