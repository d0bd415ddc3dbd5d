#!/usr/bin/env python3
"""The shipped metrics over invented events give what a plain program counts.

usage: examples_test.py path/to/sqc [unittest arguments]

The plain program keeps the rule of event time in three lines: after each row the watermark is the highest time so far
minus five seconds; an hour is closed once the watermark reached its last millisecond; a row of a closed hour is late.
"""
import collections
import datetime
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
EXAMPLES = os.path.join(ROOT, "examples", "first")
SQC = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.path.join(ROOT, "build", "sqc")
HOUR_MS = 3600000


def on_time(path):
    """(start of the hour, row) for each row that is not late."""
    watermark = -1
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            time_ms = row["ts_event"] // 1000
            hour = time_ms - time_ms % HOUR_MS
            if watermark < hour + HOUR_MS - 1:
                yield hour, row
            watermark = max(watermark, time_ms - 5000)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="sqc-examples-")
        subprocess.run([SQC, "generate", "social", "--out", cls.folder.name, "--rows", "60000", "--seed", "11"],
                       check=True, capture_output=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def events(self, topic):
        return on_time(os.path.join(self.folder.name, f"{topic}.ndjson"))

    def answers(self, file, metric, *columns):
        """The rows of a metric as a dictionary: (hour, first column) to the other columns."""
        done = subprocess.run([SQC, "run", os.path.join(EXAMPLES, file), "--replay", self.folder.name,
                               "--format", "ndjson"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-1000:])
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        mine = [r for r in rows if r.get("metric", metric) == metric]
        self.assertTrue(mine, f"no rows of {metric}")
        return {(r["window_start"], r[columns[0]]): tuple(r[c] for c in columns[1:]) for r in mine}

    def text(self, hour_ms):
        return datetime.datetime.fromtimestamp(hour_ms // 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.000")

    def test_views(self):
        views, people = collections.Counter(), collections.defaultdict(set)
        for hour, row in self.events("user_events"):
            if row["name"] in ("page_view", "screen_view") and not row["is_bot"]:
                key = self.text(hour), row["geo"]["region"]
                views[key] += 1
                people[key] |= {row["user_id"]} if "user_id" in row else set()
        want = {key: (count, len(people[key])) for key, count in views.items()}
        self.assertEqual(self.answers("engagement.ssql", "engagement.views", "region", "views", "people"), want)

    def test_bot_share(self):
        events, bots = collections.Counter(), collections.Counter()
        for hour, row in self.events("user_events"):
            events[self.text(hour), row["platform"]] += 1
            bots[self.text(hour), row["platform"]] += row["is_bot"]
        want = {key: (count, bots[key] / count) for key, count in events.items()}
        got = self.answers("engagement.ssql", "engagement.bot_share", "platform", "events", "bot_share")
        self.assertEqual(got, want)

    def test_reactions(self):
        rows = collections.defaultdict(list)
        for hour, row in self.events("content_events"):
            if not row["is_bot"]:
                rows[self.text(hour), row["content"]["category"]].append(row)
        want = {}
        for key, group in rows.items():
            names = collections.Counter(r["name"] for r in group)
            dwell = [r["dwell_ms"] for r in group if "dwell_ms" in r]
            want[key] = (names["content_view"], names["like"], names["comment"] + names["share"],
                         len({r["content"]["author_id"] for r in group}),
                         sum(dwell) / len(dwell) / 1000 if dwell else None)
        got = self.answers("engagement.ssql", "engagement.reactions", "category", "views", "likes", "answers",
                           "authors", "dwell_seconds")
        self.assertEqual(got, want)

    def test_delivery(self):
        rows = collections.defaultdict(list)
        for hour, row in self.events("ad_events"):
            if row["name"] in ("ad_impression", "ad_click") and not row["is_bot"]:
                rows[self.text(hour), row["campaign_id"]].append(row)
        want = {}
        for key, group in rows.items():
            prices = [r["price_micros"] for r in group if "price_micros" in r]
            clicks = len({r["click_id"] for r in group if "click_id" in r})
            want[key] = (len(prices), clicks, clicks / len(prices) if prices else None,
                         sum(prices) / 1000000 if prices else None, max(prices, default=None))
        got = self.answers("ads.ssql", "ads.delivery", "campaign_id", "impressions", "clicks", "ctr", "spend_eur",
                           "dearest_micros")
        self.assertEqual(got, want)


if __name__ == "__main__":
    unittest.main()
