#!/usr/bin/env python3
"""wanted_test.py SQC: the metrics that authors asked for, as they wrote them, over a generated day.

The file lies outside of the project: shared/wanted/metrics.ssql beside the clone, or SQC_SHARED_WANTED; without it the
test is skipped (exit code 77).  It becomes a project as it is; a profile puts files in place of Kafka.

RUNS run, and each row that comes out last is compared with what wanted_answers.py works out from the same events.  The
alert is bound and shown, role and policy decide what a query sees.  All others are refused at their place, as
something that is not supported yet; one that is refused no more is a failure too, so that it moves up to RUNS.
"""

import collections
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import wanted_answers as answers

HERE = os.path.dirname(os.path.abspath(__file__))
BESIDE = os.path.join(HERE, "..", "..", "..", "shared", "wanted", "metrics.ssql")
WANTED = os.environ.get("SQC_SHARED_WANTED", BESIDE)
PLACES = ("day", "morning", "phones")
SETTINGS = "project = 'wanted'\n" + "".join(f"[profile.{name}]\nreplay = '{name}'\n" for name in PLACES)
ROWS, SEED, MORNING = 60000, 3, 1200

# What each refused metric reads first that does not run: where the message stands.
REFUSED = {
    "ads.conversions": "ads.last_clicks",
    "ads.roas": "ads.last_clicks",
    "ads.funnel": "ads.funnel_rows",
    "engagement.retention": "engagement.retention",
    "growth.checkout_test": "growth.checkout_test",
    "ads.pacing": "ads.spend_rows",
}


def statements(text):
    """{name: (first line, last line)}; strings and comments may hold semicolons."""
    found = {}
    part = r"(?:--[^\n]*\n|'(?:[^']|'')*'|[^;'-]|-(?!-))*"
    for match in re.finditer(part + ";", text):
        name = re.search(r"^CREATE \w+ ([\w.]+)", match.group(0), re.MULTILINE)
        if name:
            first = text.count("\n", 0, match.start() + name.start()) + 1
            found[name.group(1)] = (first, text.count("\n", 0, match.end()) + 1)
    return found


class Wanted(unittest.TestCase):
    sqc = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="sqc-wanted-")
        shutil.copy(WANTED, os.path.join(cls.folder, "metrics.ssql"))
        with open(os.path.join(cls.folder, "sqc.toml"), "w", encoding="utf-8") as file:
            file.write(SETTINGS)
        done = cls.call("generate", "social", "--out", "day", "--rows", str(ROWS), "--seed", str(SEED))
        done.check_returncode()
        os.mkdir(os.path.join(cls.folder, "morning"))
        with open(cls.path("day/content_events.ndjson"), "rb") as day:
            with open(cls.path("morning/content_events.ndjson"), "wb") as file:
                file.writelines(day.readline() for _ in range(MORNING))
        os.mkdir(cls.path("phones"))
        with open(cls.path("day/user_events.ndjson"), encoding="utf-8") as day:
            lines = answers.hold_back(day.readlines(), 97, 10 * answers.MINUTE, 50 * answers.MINUTE)
        with open(cls.path("phones/user_events.ndjson"), "w", encoding="utf-8") as file:
            file.writelines(lines)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def call(cls, *words):
        environment = dict(os.environ, NO_COLOR="1")
        return subprocess.run([cls.sqc, *words], cwd=cls.folder, capture_output=True, text=True, env=environment)

    def good(self, *words):
        done = self.call(*words)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done

    def last_rows(self, metric, keys, profile="day"):
        """{key: row} as the changes leave them, and what the run said."""
        done = self.good("run", metric, "--profile", profile, "--keep", "--format", "csv")
        rows = {}
        for row in csv.DictReader(io.StringIO(done.stdout)):
            key = tuple(row[k] for k in keys)
            if row.pop("op", "+I") in ("-U", "-D"):
                self.assertEqual(rows.pop(key), row)
                continue
            self.assertNotIn(key, rows)
            rows[key] = row
        return rows, done.stderr

    def same(self, rows, wanted, measures):
        """Each wanted row is there, and no other; measures: {name: how far it may be off, as (a share, a rest)}."""
        self.assertEqual(sorted(rows), sorted(wanted))
        for key, want in wanted.items():
            for name, (share, rest) in measures.items():
                got, value = rows[key][name], want[name]
                if value is None or got == "":
                    self.assertEqual((got, value), ("", None), f"{key} {name}")
                    continue
                self.assertLessEqual(abs(float(got) - value), share * abs(value) + rest, f"{key} {name}: {got} {value}")

    # ---- what runs ----

    def test_1_active_users_and_stickiness(self):
        events = answers.events(self.path("day/user_events.ndjson"))
        rows, said = self.last_rows("engagement.active_users", ["window_start", "region", "device"])
        self.assertIn(" 0 late, 0 bad", said)
        users = answers.active_users(events)
        self.same(rows, {key: {"dau": len(who)} for key, who in users.items()}, {"dau": (0.0243, 0.5)})
        done = self.good("query", "engagement.stickiness", "--by", "region", "--format", "csv")
        rows = {(row["window_start"], row["region"]): row for row in csv.DictReader(io.StringIO(done.stdout))}
        self.same(rows, answers.stickiness(users), {"mau": (0.0243, 0.5), "stickiness": (0.05, 0)})

    def test_2_sessions(self):
        # One row of a hundred is held back, so that ADAPTIVE waits as long as it may.
        events = answers.events(self.path("phones/user_events.ndjson"))
        rows, said = self.last_rows("engagement.sessions", ["window_start", "device"], "phones")
        wanted, late, behind = answers.sessions(events, answers.MINUTE, 10 * answers.MINUTE)
        self.assertGreater(min(late, behind), 10)
        self.assertEqual(re.findall(r"(\d+) late, 0 bad", said), [str(late)])
        self.assertGreater(int(re.search(r"(\d+) corrected closed windows", said).group(1)), 10)
        self.same(rows, wanted, {"sessions": (0, 0), "bounce_rate": (1e-12, 0)})
        for key, want in wanted.items():
            middle = (len(want["seconds"]) - 1) / 2
            low, high = want["seconds"][int(middle)] * 0.98999, want["seconds"][int(middle + 0.5)] * 1.01001
            self.assertTrue(low <= float(rows[key]["duration_p50"]) <= high, f"{key}: {rows[key]} {want}")
        done = self.good("test", "engagement.sessions")
        self.assertEqual(done.stdout, "1 passed, 0 failed\n")

    def test_3_trending_hashtags(self):
        events = answers.events(self.path("day/content_events.ndjson"))
        rows, said = self.last_rows("trending.hashtags", ["window_end", "region", "tag"])
        wanted, late = answers.hashtags(events)
        self.assertEqual(re.findall(r"(\d+) late, 0 bad", said), [str(late)])
        self.same(rows, wanted, {"actors": (0.0243, 0.5), "velocity": (1e-9, 1e-9)})

    def test_4_ads_delivery(self):
        events = answers.events(self.path("day/ad_events.ndjson"))
        rows, said = self.last_rows("ads.delivery", ["window_start", "campaign_id", "device"])
        wanted, late = answers.delivery(events)
        self.assertGreater(late, 0)
        self.assertEqual(re.findall(r"(\d+) late, 0 bad", said), [str(late)])
        self.same(rows, wanted, {"impressions": (0, 0), "clicks": (0, 0), "ctr": (1e-12, 0), "spend": (0, 0)})

    def test_10_top_creators(self):
        events = answers.events(self.path("morning/content_events.ndjson"))
        rows, said = self.last_rows("engagement.top_creators", ["window_end", "region", "author_id"], "morning")
        wanted, late = answers.creators(events)
        self.assertEqual(re.findall(r"(\d+) late, 0 bad", said), [str(late)])
        self.assertTrue(any(key[2] == "other" for key in wanted))
        self.same(rows, wanted, {"score": (0, 0)})

    # ---- 9: alert, role, policy ----

    def test_9_the_alert_is_bound_and_shown(self):
        said = self.good("explain", "ads.delivery").stdout
        self.assertIn("alert ads.ctr_drop: on ads.delivery, every 1 minute, per device, severity HIGH", said)
        for part in ("BASELINE(ctr)", "for 3 windows in a row", "by WEEK, after 21 days", "no data   2 minutes"):
            self.assertIn(part, said)
        said = self.good("run", "ads.delivery", "--profile", "day", "--keep").stderr
        self.assertIn("1 alert checked, not run", said)

    def test_9_the_policy_decides_what_a_role_sees(self):
        self.last_rows("engagement.active_users", ["window_start", "region", "device"])
        ask = ["query", "engagement.active_users", "--by", "region", "--format", "csv"]
        everything = list(csv.DictReader(io.StringIO(self.good(*ask).stdout)))
        self.assertGreater(len({row["region"] for row in everything}), 2)
        seen = self.good(*ask, "--as", "ads_analyst", "--attribute", "region=EU")
        self.assertIn("seen as role ads_analyst", seen.stderr)
        self.assertEqual(
            list(csv.DictReader(io.StringIO(seen.stdout))), [row for row in everything if row["region"] == "EU"]
        )
        nothing = self.good(*ask, "--as", "ads_analyst")
        self.assertEqual(list(csv.DictReader(io.StringIO(nothing.stdout))), [])
        masked = self.call("query", "engagement.active_users", "--by", "device", "--as", "ads_analyst")
        self.assertEqual(masked.returncode, 1, masked.stderr)
        self.assertIn("device", masked.stderr)

    # ---- what is refused ----

    def test_the_others_are_refused_by_name(self):
        with open(WANTED, encoding="utf-8") as file:
            lines = statements(file.read())
        places = collections.defaultdict(set)
        whole = self.call("check")
        self.assertEqual(whole.returncode, 1)
        found = re.findall(r"^error\[(E\d{4})\].*\n *--> metrics.ssql:(\d+):\d+$", whole.stderr, re.MULTILINE)
        self.assertEqual(len(found), whole.stderr.count("error["))
        for code, line in found:
            names = [name for name, (first, last) in lines.items() if first <= int(line) <= last]
            self.assertEqual((code, len(names)), ("E0500", 1), f"line {line}")
            places[names[0]].add(int(line))
        self.assertEqual(set(places), set(REFUSED.values()))
        for metric, reads in REFUSED.items():
            done = self.call("run", metric, "--profile", "day")
            self.assertEqual((done.returncode, done.stdout), (1, ""), metric)
            said = re.findall(r"^error\[E0500\].*\n *--> metrics.ssql:(\d+):\d+$", done.stderr, re.MULTILINE)
            self.assertTrue(places[reads].issuperset(map(int, said)) and said, f"{metric}: {done.stderr}")


if __name__ == "__main__":
    if not os.path.exists(WANTED):
        print("skipped: the wanted metrics are not at hand")
        sys.exit(77)
    Wanted.sqc = os.path.abspath(sys.argv.pop(1))
    unittest.main()
