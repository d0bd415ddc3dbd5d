"""late.py -- rows that come late: results corrected on the way out and in the store, streams of what came too late."""

import collections
import json
import os

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), k STRING, id INT, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev*.ndjson', 'format' = 'json');
CREATE METRIC m.n LATE ROWS INTO ev_late WITHIN INTERVAL '30' SECOND THEN CORRECT
AS SELECT window_start, k, COUNT(*) AS n, COUNT(DISTINCT id) AS ids, MIN(k) AS text
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, k;
SELECT id, late_position, late_window_start FROM ev_late;
"""
WAYS = [[], ["--batch-rows", "1"], ["--batch-rows", "7", "--restart-every-batch"], ["--interpret"]]
NOT_SHARED = [["--disable-rule", "share_scan", *way] for way in ([], ["--interpret"])]


def second_of(number, file):
    """Three in four rows in order; the others up to 70 s behind."""
    behind = number * 31 % 70 if number % 4 == 0 else 0
    return max(0, number // 2 + file - behind)


def events(file, count=400):
    for number in range(count):
        second = second_of(number, file)
        ts = f"2026-01-05 12:{second // 60:02}:{second % 60:02}"
        yield {"ts": ts, "k": "abc"[number % 3], "id": file * count + number}


class Late(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", PROGRAM)
        for file in range(2):
            self.write(f"ev{file}.ndjson", "".join(json.dumps(event) + "\n" for event in events(file)))

    def run_rows(self, *options):
        return [json.loads(line) for line in self.good("run", *options, "--format", "ndjson").out.splitlines()]

    def test_all_ways_give_the_same_rows_in_the_same_order(self):
        first = self.run_rows()
        self.assertIn("-U", {row.get("op") for row in first})
        for options in WAYS[1:]:
            self.assertEqual(first, self.run_rows(*options), options)

    def test_late_rows_have_columns_that_their_maker_does_not_read(self):
        program = PROGRAM.replace("id INT,", "id INT, who STRING,") + "SELECT who, late_reason FROM ev_late;\n"
        self.write("a.ssql", program)
        wanted, *others = ([json.dumps(row) for row in self.run_rows(*way)] for way in [[], *NOT_SHARED])
        self.assertIn("late_reason", "".join(wanted))
        for rows in others:
            self.assertEqual(sorted(wanted), sorted(rows))

    def test_every_row_counts_or_is_in_the_stream(self):
        counts, late = collections.Counter(), []
        for row in self.run_rows():
            if row["metric"] == "m.n":
                counts[row["k"]] += row["n"] * (1 if row["op"][0] == "+" else -1)
            else:
                late.append(row)
        self.assertGreater(len(late), 0)
        self.assertEqual(sum(counts.values()) + len(late), 800)
        lines = [event for file in range(2) for event in events(file)]
        missing = collections.Counter(lines[row["id"]]["k"] for row in late)
        self.assertEqual(counts + missing, collections.Counter(event["k"] for event in lines))

    def test_a_position_is_the_place_of_the_row(self):
        for row in self.run_rows():
            if row["metric"] == "m.n":
                continue
            path, offset = row["late_position"].rsplit("@", 1)
            with open(os.path.join(self.folder, path), "rb") as file:
                file.seek(int(offset))
                self.assertEqual(json.loads(file.readline())["id"], row["id"])

    def test_the_store_has_what_was_corrected(self):
        counts = collections.Counter()
        for row in self.run_rows():
            if row["metric"] == "m.n":
                counts[row["k"]] += row["n"] * (1 if row["op"][0] == "+" else -1)
        asked = self.good("query", "m.n", "--by", "k", "--grain", "1 hour", "--format", "ndjson").out.splitlines()
        rows = [json.loads(line) for line in asked]
        self.assertEqual({row["k"]: row["n"] for row in rows}, dict(counts))
        self.assertEqual({row["k"]: row["ids"] for row in rows}, dict(counts))

    def test_rows_late_for_several_results_are_counted_once_in_all(self):
        stream = PROGRAM[: PROGRAM.index("CREATE METRIC")]
        text = """CREATE METRIC m.%s AS SELECT window_start, COUNT(*) AS n
FROM TABLE(SESSION(TABLE ev, DESCRIPTOR(ts), INTERVAL '%d' SECOND)) GROUP BY window_start, window_end;
"""
        self.write("a.ssql", stream + text % ("a", 2) + text % ("b", 3))
        lines = [json.dumps({"ts": f"2026-01-05 12:0{minute}:00", "k": "a", "id": minute}) for minute in (0, 5, 9, 1)]
        self.write("ev0.ndjson", "\n".join(lines) + "\n")
        self.write("ev1.ndjson", "")
        said = self.good("run").err
        self.assertIn("  1 late for m.a\n  1 late for m.b\n  1 late row in all, which may be late for several", said)


# A fast file closes a session for its own rows while the slow one may still add to it, at the time it began.
BEGUN_TWICE = """CREATE STREAM ev (ts TIMESTAMP(3), k STRING, WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'ev*.ndjson', 'format' = 'json');
CREATE METRIC m.s {late}AS SELECT window_start, window_end, COUNT(*) AS n, COUNT(DISTINCT k) AS kinds
FROM TABLE(SESSION(TABLE ev, DESCRIPTOR(ts), INTERVAL '15' SECOND, START_WHEN => k <> ''))
GROUP BY window_start, window_end;
"""


class BegunTwice(cli.CliTest):
    def test_one_window_is_one_result(self):
        self.write("sqc.toml", 'project = "p"\n')
        for file, rows in enumerate([["37 b"], ["55 ", "51 c"], ["44 a", "37 d"]]):
            lines = [{"ts": f"2026-01-05 12:00:{row[:2]}", "k": row[3:]} for row in rows]
            self.write(f"ev{file}.ndjson", "".join(json.dumps(line) + "\n" for line in lines))
        for late in ("", "LATE ROWS INTO l WITHIN INTERVAL '0.001' SECOND THEN CORRECT "):
            self.write("a.ssql", BEGUN_TWICE.format(late=late))
            for way in WAYS:
                got = self.good("run", *way, "--format", "ndjson").out.splitlines()
                rows = [json.loads(line) for line in got]
                short = [(row["window_start"][-6:-4], row["window_end"][-6:-4], row["n"], row["kinds"]) for row in rows]
                self.assertEqual(short, [("37", "52", 2, 2), ("44", "59", 1, 1), ("51", "10", 2, 2)], (late, way))


class Counts(cli.CliTest):
    """A row is late once and bad once in the summary, however many statements read it."""

    def test_the_summary_counts_rows(self):
        self.write("sqc.toml", 'project = "p"\n')
        window = "SELECT window_start, MAX(n) AS n FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '%d' SECOND))"
        self.write(
            "a.ssql",
            "CREATE STREAM ev (ts TIMESTAMP(3), n INT, WATERMARK FOR ts AS ts)\n"
            "WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');\n"
            + "".join(window % size + " GROUP BY window_start, window_end;\n" for size in (1, 2, 5)),
        )
        lines = ["00", "01", "09", "03", "04", "30"]
        rows = [f'{{"ts": "2026-01-05 12:00:{second}", "n": 1}}\n' for second in lines]
        rows += ['{"ts": "2026-01-05 12:00:31", "n": "x"}\n', "{damaged\n", '{"ts": null, "n": 2}\n']
        self.write("ev.ndjson", "".join(rows))
        for way in WAYS:
            said = self.good("run", *way, "--format", "ndjson").err
            self.assertRegex(said, r"9 rows in, \d+ out, 2 late, 3 bad", way)
