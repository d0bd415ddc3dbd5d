"""many_series.py -- questions by few dimensions over blocks of many rows, against sums in Python."""

import collections
import itertools
import json
import random

import cli
import store

HOUR = store.HOUR
PROGRAM = """CREATE STREAM ev (ts BIGINT, k STRING, region STRING, flag BOOLEAN, size INT, v BIGINT, x DOUBLE,
  price DECIMAL(10, 2), word STRING, t AS TO_TIMESTAMP_LTZ(ts, 0), WATERMARK FOR t AS t)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC m.series AS SELECT window_start, k, region, flag, size, COUNT(*) AS n, COUNT(x) AS known, SUM(v) AS v,
  SUM(x) AS x, AVG(price) AS price, MIN(x) AS low, MAX(word) AS word
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, k, region, flag, size;
"""


def events():
    rng = random.Random(5)
    for hour, series, _ in itertools.product(range(5), range(700), range(2)):
        yield {
            "ts": store.START + hour * HOUR + series,
            "k": f"key{series}" if series % 50 else None,
            "region": [None, "EU", "NA", "EU\0", ""][series % 5],
            "flag": [True, False, None][series % 3],
            "size": [None, -1, 0, 2**31 - 1][series % 4],
            "v": rng.choice([None, rng.randrange(-(2**62), 2**62)]),
            "x": rng.choice([None, rng.random() * 10.0 ** rng.randrange(-200, 200), 0.5]),
            "price": rng.choice([None, f"{rng.randrange(10**8)}.{rng.randrange(100):02}"]),
            "word": rng.choice([None, "", "a", "b" * rng.randrange(40)]),
        }


def known(rows, name):
    return [row[name] for row in rows if row[name] is not None]


class ManySeries(cli.CliTest):
    def test_rows_of_a_block_are_put_together_as_the_plan_would(self):
        self.write("sqc.toml", 'project = "m"\n')
        self.write("m.ssql", PROGRAM)
        rows = sorted(events(), key=lambda row: row["ts"])
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.good("run", "--quiet")
        names = ["k", "region", "flag", "size"]
        for count in range(len(names) + 1):
            for by in itertools.combinations(names, count):
                for grain in (HOUR, 5 * HOUR):
                    self.compare(rows, by, grain)

    def compare(self, rows, by, grain):
        words = [
            "query",
            "m.series",
            "--grain",
            f"{grain} s",
            "--format",
            "ndjson",
            *(["--by", ",".join(by)] if by else []),
        ]
        groups = collections.defaultdict(list)
        for row in rows:
            groups[(row["ts"] // grain * grain, *[row[name] for name in by])].append(row)
        answer = [json.loads(line) for line in self.good(*words).out.splitlines()]
        self.assertEqual(len(answer), len(groups), by)
        for got in answer:
            group = groups[(store.seconds(got["window_start"]), *[got[name] for name in by])]
            self.assertEqual((got["n"], got["known"]), (len(group), len(known(group, "x"))), by)
            total = sum(known(group, "v"))
            fits = -(2**63) <= total < 2**63 and known(group, "v")
            self.assertEqual(got["v"], total if fits else None)
            self.assertEqual(
                (got["low"], got["word"]),
                (min(known(group, "x"), default=None), max(known(group, "word"), default=None)),
            )
            if known(group, "x"):
                self.assertAlmostEqual(got["x"] / sum(known(group, "x")), 1, places=9)
            if known(group, "price"):
                mean = sum(map(float, known(group, "price"))) / len(known(group, "price"))
                self.assertAlmostEqual(float(got["price"]), mean, places=1)
