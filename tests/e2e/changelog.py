"""changelog.py -- streams of changes (debezium-json) as they are read, against a table kept in Python."""

import collections
import json
import random

import cli

PROGRAM = """CREATE TABLE orders (id BIGINT, who STRING, amount BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' DAY)
WITH ('connector' = 'filesystem', 'path' = 'orders.ndjson', 'format' = 'debezium-json'OPTIONS);
"""
TOTALS = """CREATE METRIC m UNBOUNDED AS SELECT who, COUNT(*) AS n, SUM(amount) AS amount, MAX(amount) AS most,
  COUNT(DISTINCT amount) AS kinds FROM orders WHERE amount <> 3 GROUP BY who;"""
MINUTES = """CREATE METRIC m AS SELECT window_start, who, COUNT(*) AS n, SUM(amount) AS amount, MAX(amount) AS most,
  COUNT(DISTINCT amount) AS kinds FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
WHERE amount <> 3 GROUP BY window_start, who;"""
HOPS = """CREATE METRIC m AS SELECT window_start, COUNT(*) AS n, SUM(amount) AS amount, MAX(amount) AS most,
  COUNT(DISTINCT amount) AS kinds 
  FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE))
WHERE amount <> 3 GROUP BY window_start, window_end;"""
WAYS = ([], ["--interpret"], ["--batch-rows", "1"], ["--batch-rows", "3", "--restart-every-batch"])


def changes(seed, count):
    """The lines, and the rows that are there at the end."""
    rng, rows, lines = random.Random(seed), {}, []
    for number in range(count):
        key = rng.randint(1, 20)
        row = {"id": key, "who": rng.choice("abc"), "amount": rng.randint(1, 9)}
        row["ts"] = f"2026-01-05 12:{rng.randint(0, 5):02d}:{number % 60:02d}"
        before = rows.pop(key, None)
        if before is None or rng.random() < 0.7:
            rows[key] = row
        op = rng.choice("cr") if before is None else "u" if key in rows else "d"
        lines.append(json.dumps({"before": before, "after": rows.get(key), "op": op, "ts_ms": number}))
    return lines, list(rows.values())


def measures(rows):
    amounts = [row["amount"] for row in rows]
    return [len(amounts), sum(amounts), max(amounts), len(set(amounts))]


class Changelog(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.lines, self.rows = changes(7, 400)
        self.write("orders.ndjson", "\n".join(self.lines) + "\n")

    def folded(self, metric, keys, options=""):
        """{key: measures} that are left when the changes have been worked in; alike in every way."""
        self.write("a.ssql", PROGRAM.replace("OPTIONS", options) + metric)
        outputs = [self.good("run", "a.ssql", "--format", "ndjson", "--quiet", *way).out for way in WAYS]
        self.assertEqual(outputs.count(outputs[0]), len(WAYS))
        left = {}
        for line in outputs[0].splitlines():
            row = json.loads(line)
            change = row.pop("op", "+I")
            key = tuple(row[k] for k in keys)
            values = [row[k] for k in ("n", "amount", "most", "kinds")]
            if change in ("-U", "-D"):
                self.assertEqual(left.pop(key), values)
            else:
                self.assertNotIn(key, left)
                left[key] = values
        return left

    def wanted(self, keys_of):
        groups = collections.defaultdict(list)
        for row in self.rows:
            for key in keys_of(row) if row["amount"] != 3 else ():
                groups[key].append(row)
        return {key: measures(rows) for key, rows in groups.items()}

    def test_groups_for_all_time(self):
        self.assertEqual(self.folded(TOTALS, ["who"]), self.wanted(lambda row: [(row["who"],)]))

    def test_windows(self):
        def minute(row):
            return [(row["ts"][:16] + ":00.000", row["who"])]

        self.assertEqual(self.folded(MINUTES, ["window_start", "who"]), self.wanted(minute))

    def test_windows_that_overlap(self):
        def starts(row):
            minute = int(row["ts"][14:16])
            return [(f"2026-01-05 12:{minute:02d}:00.000",)] + [
                (f"2026-01-05 12:{minute - 1:02d}:00.000" if minute else "2026-01-05 11:59:00.000",)
            ]

        self.assertEqual(self.folded(HOPS, ["window_start"]), self.wanted(starts))

    def test_messages_with_their_schema(self):
        plain = self.folded(TOTALS, ["who"])
        self.write("orders.ndjson", "".join(f'{{"schema":{{"a":1}},"payload":{line}}}\n' for line in self.lines))
        self.assertEqual(self.folded(TOTALS, ["who"], ", 'debezium-json.schema-include' = 'true'"), plain)

    def test_what_is_written_is_read(self):
        self.write(
            "b.ssql",
            PROGRAM.replace("OPTIONS", "")
            + "CREATE TABLE copy (who STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'copy.ndjson',"
            " 'format' = 'debezium-json'); INSERT INTO copy SELECT who, COUNT(*) FROM orders GROUP BY who;",
        )
        self.good("run", "b.ssql", "--quiet")
        self.write(
            "c.ssql",
            "CREATE TABLE copy (who STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'copy.ndjson',"
            " 'format' = 'debezium-json');"
            " CREATE METRIC m UNBOUNDED AS SELECT SUM(n) AS n, COUNT(*) AS people FROM copy;",
        )
        last = self.good("run", "c.ssql", "--format", "ndjson", "--quiet").out.splitlines()[-1]
        row = json.loads(last)
        self.assertEqual((row["n"], row["people"]), (len(self.rows), len({row["who"] for row in self.rows})))

    def test_envelopes_that_say_nothing_are_bad_rows(self):
        good = '{"before":null,"after":{"id":1,"who":"a","amount":1,"ts":"2026-01-05 12:00:00"},"op":"c"}'
        bad = ['{"op":"x","after":{}}', '{"id":1}', '{"op":"u","after":{}}', '{"op":"d"}', '{"op":"c"}', "[1]", '{"op"']
        self.write("orders.ndjson", "\n".join([good, "null", "", *bad]) + "\n")
        self.write("a.ssql", PROGRAM.replace("OPTIONS", "") + TOTALS)
        said = self.good("run", "a.ssql").err
        self.assertIn("7 bad", said)
        self.assertIn("5 bad in orders (envelope)", said)
        self.assertIn("it has no row `before`, which has to be taken back", said)
        self.assertIn("its `op` is none of c, r, u and d", said)
        self.write("d.ssql", PROGRAM.replace("OPTIONS", "") + TOTALS + "SELECT bad_reason FROM orders.bad;")
        ways = [self.good("run", "d.ssql", "--format", "ndjson", "--quiet", *way).out for way in WAYS]
        self.assertEqual(ways.count(ways[0]), len(WAYS))
        self.assertEqual(ways[0].count("envelope"), 5)
