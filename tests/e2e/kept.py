"""kept.py -- dimensions with bounds: rows, store and summary against the same worked out in Python."""

import collections
import json
import random

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), region STRING, tag STRING, id BIGINT, WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC m.tags DIMENSIONS (tag KEEP TOP 5 BY people OTHER 'other', region CARDINALITY 2)
RETAIN (INTERVAL '1' MINUTE FOR INTERVAL '1' DAY, INTERVAL '1' HOUR FOR INTERVAL '9' DAY)
AS SELECT window_start, region, tag, COUNT(*) AS n, COUNT(DISTINCT id) AS people
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, region, tag;
"""
WAYS = [[], ["--batch-rows", "1"], ["--batch-rows", "7", "--restart-every-batch"], ["--interpret"]]


def events(count=3000, seed=5):
    rng = random.Random(seed)
    for number in range(count):
        second = number * 2
        ts = f"2026-01-05 {12 + second // 3600}:{second // 60 % 60:02}:{second % 60:02}"
        tag = rng.choice([None, *"aaabbc", *[f"t{rng.randrange(40)}"] * 6])
        yield {"ts": ts, "region": rng.choice(["EU", "US", "US", "AF"]), "tag": tag, "id": rng.randrange(20)}


def most(values, count, measure):
    """NULL is first in order; of values with equally much the first ones stay."""
    order = sorted(values, key=lambda v: (v is not None, v or ""))
    return set(sorted(order, key=lambda v: -measure(values[v]))[:count])


class Kept(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", PROGRAM)
        self.events = list(events())
        self.write("ev.ndjson", "".join(json.dumps(event) + "\n" for event in self.events))

    def wanted(self):
        windows = collections.defaultdict(list)
        for event in self.events:
            windows[event["ts"][:16]].append(event)
        rows, folded = {}, collections.Counter()
        for minute, window in windows.items():
            tags, regions = collections.defaultdict(list), collections.defaultdict(list)
            for event in window:
                tags[event["tag"]].append(event)
                regions[event["region"]].append(event)
            kept_tags = most(tags, 5, lambda of: len({event["id"] for event in of}))
            kept_regions = most(regions, 2, len)
            folded["tag"] += len(tags) - len(kept_tags)
            folded["region"] += len(regions) - len(kept_regions)
            groups = collections.defaultdict(list)
            for event in window:
                tag = event["tag"] if event["tag"] in kept_tags else "other"
                region = event["region"] if event["region"] in kept_regions else "OTHER"
                groups[(minute, region, tag)].append(event)
            for key, group in groups.items():
                rows[key] = (len(group), len({event["id"] for event in group}))
        return rows, folded

    def test_all_ways_give_what_python_gives(self):
        wanted, folded = self.wanted()
        for options in WAYS:
            done = self.good("run", *options, "--format", "ndjson")
            rows = [json.loads(line) for line in done.out.splitlines()]
            got = {(row["window_start"][:16], row["region"], row["tag"]): (row["n"], row["people"]) for row in rows}
            self.assertEqual(len(rows), len(got))
            self.assertEqual(got, wanted, options)
            if "--interpret" not in options:
                self.assertIn(f"{folded['tag']:,} values of tag became 'other' in ", done.err)
                self.assertIn(f"{folded['region']:,} values of region became 'OTHER' in ", done.err)

    def query(self, *words):
        return [json.loads(line) for line in self.good("query", *words, "--format", "ndjson").out.splitlines()]

    def test_totals_in_the_store_lose_nothing(self):
        self.good("run")
        rows = self.query("m.tags", "--grain", "1 hour")
        hours = collections.defaultdict(list)
        for event in self.events:
            hours[event["ts"][:13]].append(event)
        self.assertEqual(
            {row["window_start"][:13]: (row["n"], row["people"]) for row in rows},
            {hour: (len(of), len({event["id"] for event in of})) for hour, of in hours.items()},
        )

    def test_an_hour_is_its_minutes_put_together(self):
        self.good("run")
        minutes, wanted = self.wanted()[0], collections.Counter()
        for (minute, _, tag), (n, _) in minutes.items():
            wanted[(minute[:13], tag)] += n
        rows = self.query("m.tags", "--grain", "1 hour", "--by", "tag")
        self.assertEqual({(row["window_start"][:13], row["tag"]): row["n"] for row in rows}, dict(wanted))
