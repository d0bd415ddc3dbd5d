"""user_aggregates.py -- aggregates written in SQL against Python: every way to run, and states that a store keeps."""

import collections
import json
import math
import random

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), region STRING, n BIGINT, x DOUBLE, WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE AGGREGATE FUNCTION geo_mean(x DOUBLE) RETURNS DOUBLE
  STATE (logs DOUBLE, n BIGINT) INIT (0e0, 0) ACCUMULATE (logs + LN(x), n + 1)
  MERGE (logs + other.logs, n + other.n) FINISH (EXP(logs / n));
CREATE AGGREGATE FUNCTION spread(x BIGINT) RETURNS BIGINT
  STATE (low BIGINT, high INT) INIT (1000000, -1000000)
  ACCUMULATE (LEAST(low, x), CAST(GREATEST(high, x) AS INT))
  MERGE (LEAST(low, other.low), GREATEST(high, other.high)) FINISH (high - low);
CREATE AGGREGATE FUNCTION weighted(x BIGINT, w BIGINT) RETURNS DECIMAL(20, 6)
  STATE (total DECIMAL(20, 0), weight DECIMAL(20, 0)) INIT (0, 0)
  ACCUMULATE (CAST(total + x * w AS DECIMAL(20, 0)), CAST(weight + w AS DECIMAL(20, 0)))
  MERGE (CAST(total + other.total AS DECIMAL(20, 0)), CAST(weight + other.weight AS DECIMAL(20, 0)))
  FINISH (CAST(total / weight AS DECIMAL(20, 6)));
CREATE METRIC m.a AS SELECT window_start, region, COUNT(*) AS rows_, geo_mean(x) AS g, spread(n) AS s,
  weighted(n, n + 1) AS w
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, region;
CREATE METRIC m.b AS SELECT window_start, window_end, geo_mean(x) AS g, spread(n) AS s, weighted(n, n + 1) AS w,
  spread(DISTINCT n) FILTER (WHERE n > 5) AS d
FROM TABLE(HOP(TABLE ev, DESCRIPTOR(ts), INTERVAL '20' SECOND, INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
"""
WAYS = [["--batch-rows", "1"], ["--batch-rows", "7", "--restart-every-batch"], ["--interpret"], ["--tier", "optimized"]]


def events(count=2000, seed=9):
    rng = random.Random(seed)
    for number in range(count):
        second = number * 3
        ts = f"2026-01-05 {12 + second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
        n = rng.choice([None, *range(50)])
        yield {"ts": ts, "region": rng.choice(["EU", "US"]), "n": n, "x": rng.choice([None, rng.random() + 0.1])}


class UserAggregates(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", PROGRAM)
        self.events = list(events())
        self.write("ev.ndjson", "".join(json.dumps(event) + "\n" for event in self.events))

    def rows(self, *options):
        return [json.loads(line) for line in self.good("run", *options, "--format", "ndjson").out.splitlines()]

    def check(self, row, group):
        numbers = [event["n"] for event in group if event["n"] is not None]
        logs = [math.log(event["x"]) for event in group if event["x"] is not None]
        if logs:
            self.assertAlmostEqual(row["g"], math.exp(sum(logs) / len(logs)), places=9)
        if numbers:
            self.assertEqual(row["s"], max(numbers) - min(numbers))
            weights = sum(n + 1 for n in numbers)
            self.assertAlmostEqual(float(row["w"]), sum(n * (n + 1) for n in numbers) / weights, places=5)

    def test_windows_hold_what_python_gives(self):
        groups = collections.defaultdict(list)
        for event in self.events:
            groups[(event["ts"][:16], event["region"])].append(event)
        for row in self.rows("m.a"):
            self.check(row, groups[(row["window_start"][:16], row["region"])])

    def test_every_way_gives_the_same_bits(self):
        first = self.rows()
        for options in WAYS:
            self.assertEqual(first, self.rows(*options), options)

    def test_the_store_merges_states(self):
        self.good("run")
        groups = collections.defaultdict(list)
        for event in self.events:
            groups[event["ts"][:13]].append(event)
        done = self.good("query", "m.a", "--grain", "1 hour", "--format", "ndjson")
        rows = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(rows), len(groups))
        for row in rows:
            self.assertEqual(row["rows_"], len(groups[row["window_start"][:13]]))
            self.check(row, groups[row["window_start"][:13]])


# What fails where, beside what built-in aggregates do with it.
FAILING = """CREATE STREAM ev (ts TIMESTAMP(3), k STRING, n BIGINT, WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE AGGREGATE FUNCTION summed(x BIGINT) RETURNS BIGINT STATE (s BIGINT) INIT (0)
  ACCUMULATE (s + 60 / x) MERGE (s + other.s) FINISH (s);
CREATE AGGREGATE FUNCTION largest(x BIGINT) RETURNS BIGINT STATE (s BIGINT) INIT (NULL)
  ACCUMULATE (GREATEST(COALESCE(s, 60 / x), 60 / x)) MERGE (COALESCE(GREATEST(s, other.s), s, other.s)) FINISH (s);
CREATE AGGREGATE FUNCTION share(x BIGINT) RETURNS BIGINT STATE (s BIGINT) INIT (0)
  ACCUMULATE (s + x) MERGE (s + other.s) FINISH (60 / s);
CREATE METRIC m.f AS SELECT k, {call} AS r FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY k, window_start, window_end;
"""


class WhatFails(cli.CliTest):
    def check(self, call, wanted, bad):
        self.write("a.ssql", FAILING.format(call=call))
        for way in [[], *WAYS]:
            done = self.good("run", *way, "--format", "ndjson")
            rows = [json.loads(line) for line in done.out.splitlines()]
            self.assertEqual({row["k"]: row["r"] for row in rows}, wanted, (call, way))
            self.assertIn(f" {bad} bad", done.err, (call, way))

    def test_a_failure_is_what_it_is_with_built_in_aggregates(self):
        self.write("sqc.toml", 'project = "p"\n')
        events = [("a", 0), ("a", 5), ("b", 2), ("c", 0)]
        lines = [{"ts": f"2026-01-05 12:00:{at:02}", "k": k, "n": n} for at, (k, n) in enumerate(events)]
        self.write("ev.ndjson", "".join(json.dumps(line) + "\n" for line in lines))
        for call in ("summed(n)", "SUM(60 / n)"):
            self.check(call, {"a": 12, "b": 30}, 2)
        self.check("largest(n)", {"a": None, "b": 30, "c": None}, 0)
        for call in ("share(n)", "60 / SUM(n)"):
            self.check(call, {"a": 12, "b": 30}, 1)
