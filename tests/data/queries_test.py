#!/usr/bin/env python3
"""queries_test.py SQC: the shipped metrics over a generated day, each row against SQL that SQLite runs over the day.

The day has late phones, rows that come twice and damaged ones.  Lateness is worked out here from the order of the rows:
the watermark is the newest time so far minus five seconds, and a window takes no row once the watermark reached its
last millisecond, or `grace` later where late rows correct.  Asked are the rows that `run` prints, what it says of late
and bad rows, and `query` over the coarser windows, which are compared with the same SQL over the coarser windows.
"""

import collections
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
QUERIES = os.path.join(HERE, "..", "..", "queries")
SQC = os.path.abspath(sys.argv[1])
SECOND = 1000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 24 * 3600 * SECOND
GAP = 30 * MINUTE
ROWS, SEED = 60000, 7

COLUMNS = {
    "user_events": ["feature"],
    "content_events": ["type", "category", "author_id", "dwell_ms", "tag"],
    "ad_events": ["campaign_id", "click_id", "conversion_id", "bid_micros", "won", "price_micros", "value_micros"],
}
DAMAGED = ["cut", "wrong_type"]
EVERYWHERE = ["name", "user_id", "anonymous_id", "region", "device", "variant", "is_bot", "ts", "mark", "session"]

Metric = collections.namedtuple("Metric", "name table where size slide offset keys measures coarse grace")


def metric(name, table, where, size, keys, measures, slide=None, offset=0, coarse=None, grace=0):
    return Metric(name, table, where, size, slide or size, offset, keys, measures, coarse, grace)


ACTIVE = """is_bot = 0 AND name IN ('page_view', 'screen_view', 'search', 'follow', 'connect', 'feature_use',
 'profile_view')"""
TAGGED = "is_bot = 0 AND name = 'tag_use' AND tag IS NOT NULL"
SHOWN, CLICKED, CONVERTED = (f"name = 'ad_{word}'" for word in ("impression", "click", "conversion"))
N_SHOWN = f"SUM({SHOWN})"
N_CLICKS = f"COUNT(DISTINCT IIF({CLICKED}, click_id, NULL))"
N_CONVERSIONS = f"COUNT(DISTINCT IIF({CONVERTED}, conversion_id, NULL))"
SPEND = f"SUM(IIF({SHOWN}, price_micros, NULL))"
PLACES = ["campaign_id", "device", "region"]
TAG_COUNTS = {"people": "COUNT(DISTINCT user_id)", "uses": "COUNT(*)"}
BOUNCED = "views <= 1 AND acts = 0 AND seconds <= 10"


def over(above, below):
    return f"CAST({above} AS REAL) / NULLIF({below}, 0)"


def hashtags(minutes, slide, people="people"):
    measures = {people: "COUNT(DISTINCT user_id)", "uses": "COUNT(*)"}
    name = f"trending.hashtags_{minutes}m"
    return metric(name, "content_events", TAGGED, minutes * MINUTE, ["region", "tag"], measures, slide=slide)


# What each metric means, in SQL of its own.  A measure that begins with ~ is an estimate.
METRICS = [
    metric(
        "engagement.active_users",
        "user_events",
        ACTIVE,
        DAY,
        ["region", "device"],
        {"dau": "COUNT(DISTINCT user_id)", "actions": "COUNT(*)"},
    ),
    metric(
        "engagement.weekly_users",
        "user_events",
        ACTIVE,
        7 * DAY,
        ["region"],
        {"wau": "COUNT(DISTINCT user_id)"},
        offset=4 * DAY,
    ),
    metric(
        "engagement.sessions",
        "sessions",
        "1",
        HOUR,
        ["device"],
        {
            "sessions": "COUNT(*)",
            "bounces": f"SUM({BOUNCED})",
            "bounce_rate": over(f"SUM({BOUNCED})", "COUNT(*)"),
            "depth": over("SUM(views)", "COUNT(*)"),
            "mean_seconds": over("SUM(seconds)", "COUNT(*)"),
            "engaged_seconds": over(f"SUM(IIF({BOUNCED}, NULL, seconds))", f"SUM(NOT ({BOUNCED}))"),
            "~median_seconds": "ranked(seconds, 0.5)",
            "longest_seconds": "MAX(seconds)",
        },
        coarse=DAY,
    ),
    metric(
        "engagement.content",
        "content_events",
        "is_bot = 0",
        10 * MINUTE,
        ["type", "category"],
        {
            "views": "SUM(name = 'content_view')",
            "likes": "SUM(name = 'like')",
            "answers": "SUM(name IN ('comment', 'share'))",
            "~readers": "COUNT(DISTINCT IIF(name = 'content_view', user_id, NULL))",
            "authors": "COUNT(DISTINCT IIF(name = 'content_view', author_id, NULL))",
            "reaction_rate": over("SUM(name IN ('like', 'comment', 'share', 'save'))", "SUM(name = 'content_view')"),
            "mean_dwell": "AVG(dwell_ms) / 1000.0",
            "~p90_dwell": "ranked(dwell_ms, 0.9) / 1000.0",
        },
        coarse=HOUR,
        grace=HOUR,
    ),
    metric(
        "engagement.adoption",
        "user_events",
        "is_bot = 0 AND name = 'feature_use'",
        HOUR,
        ["feature", "device"],
        {"uses": "COUNT(*)", "people": "COUNT(DISTINCT user_id)"},
        coarse=DAY,
    ),
    hashtags(1, 30 * SECOND),
    hashtags(5, MINUTE),
    hashtags(15, 5 * MINUTE, "~people"),
    metric(
        "trending.velocity",
        "content_events",
        TAGGED,
        15 * MINUTE,
        ["tag"],
        {"velocity": "SUM(halved(until - ts, 60000)) - SUM(halved(until - ts, 300000)) / 5", "uses": "COUNT(*)"},
        slide=MINUTE,
    ),
    metric(
        "trending.volume",
        "content_events",
        TAGGED,
        MINUTE,
        ["region"],
        {**TAG_COUNTS, "tags": "COUNT(DISTINCT tag)"},
        coarse=HOUR,
    ),
    metric(
        "ads.delivery",
        "ad_events",
        f"is_bot = 0 AND ({SHOWN} OR {CLICKED})",
        MINUTE,
        PLACES,
        {
            "impressions": N_SHOWN,
            "clicks": N_CLICKS,
            "spend": SPEND,
            "ctr": over(N_CLICKS, N_SHOWN),
            "cpc": over(SPEND, N_CLICKS),
            "cpm": over(f"1000 * {SPEND}", N_SHOWN),
        },
        coarse=HOUR,
    ),
    metric(
        "ads.conversions",
        "ad_events",
        f"is_bot = 0 AND ({CLICKED} OR {CONVERTED})",
        MINUTE,
        PLACES,
        {
            "conversions": N_CONVERSIONS,
            "value": f"SUM(IIF({CONVERTED}, value_micros, NULL))",
            "cvr": over(N_CONVERSIONS, N_CLICKS),
        },
        coarse=HOUR,
    ),
    metric(
        "ads.reach",
        "ad_events",
        f"is_bot = 0 AND {SHOWN}",
        HOUR,
        ["campaign_id", "region"],
        {
            "people": "COUNT(DISTINCT user_id)",
            "impressions": "COUNT(user_id)",
            "frequency": over("COUNT(user_id)", "COUNT(DISTINCT user_id)"),
        },
        coarse=DAY,
    ),
    metric(
        "ads.auctions",
        "ad_events",
        "name = 'ad_bid'",
        10 * MINUTE,
        ["campaign_id"],
        {
            "bids": "COUNT(*)",
            "won": "SUM(won)",
            "win_rate": "AVG(won)",
            "mean_bid": "AVG(bid_micros)",
            "dearest": "MAX(bid_micros)",
        },
        coarse=HOUR,
    ),
    metric(
        "ads.experiment",
        "ad_events",
        "is_bot = 0",
        HOUR,
        ["variant"],
        {
            "people": "COUNT(DISTINCT user_id)",
            "clicks": N_CLICKS,
            "conversions": N_CONVERSIONS,
            "cvr": over(N_CONVERSIONS, N_CLICKS),
        },
        coarse=DAY,
    ),
]

# Of each 10 minutes first the uses of each person, then of all: damped counts three of a person at most.
DAMPED = """SELECT start, tag, COUNT(user_id), SUM(n), SUM(MIN(n, 3)), MAX(n), SUM(MIN(n, 3)) * 1.0 / SUM(n)
FROM (SELECT {start} AS start, fine, tag, user_id, COUNT(*) AS n FROM ({rows}) GROUP BY fine, tag, user_id)
GROUP BY start, tag"""
DAMPED_COLUMNS = ["people", "uses", "damped", "loudest", "kept"]

SESSIONS = """CREATE TABLE sessions AS
SELECT session, MAX(ts) + 1799999 AS ts, NULL AS mark, (MAX(ts) - MIN(ts)) / 1000 AS seconds,
  SUM(name IN ('page_view', 'screen_view')) AS views,
  SUM(name IN ('follow', 'connect', 'feature_use', 'search', 'invite_sent', 'signup')) AS acts,
  (SELECT device FROM user_events AS f WHERE f.session = e.session ORDER BY f.ts, f.device LIMIT 1) AS device
FROM user_events AS e WHERE session IS NOT NULL GROUP BY session"""


# -- the day as SQLite sees it ---------------------------------------------------------------------------------------


class Ranked:
    """The value of rank floor(q (n - 1)): what APPROX_PERCENTILE estimates."""

    def __init__(self):
        self.values, self.q = [], 0

    def step(self, value, q):
        self.q = q
        if value is not None:
            self.values.append(value)

    def finalize(self):
        return sorted(self.values)[int(self.q * (len(self.values) - 1))] if self.values else None


def flat(row):
    row["device"] = row["device"]["class"]
    row["region"] = row["geo"]["region"]
    row["variant"] = row.get("exp", {}).get("checkout")
    row["is_bot"] = int(row["is_bot"])
    for name in ("type", "category", "author_id"):
        row[name] = row.get("content", {}).get(name)
    return row


def read_day(folder, table):
    """(rows with their time and the watermark before them, cut lines, rows whose time is no number)"""
    rows, cut, wrong, newest = [], 0, [], None
    with open(os.path.join(folder, f"{table}.ndjson"), encoding="utf-8") as file:
        for line in file:
            try:
                row = flat(json.loads(line))
            except ValueError:
                cut += 1
                continue
            if not isinstance(row["ts_event"], int):
                wrong.append(dict(row, ts=None))
                continue
            row["ts"] = row["ts_event"] // 1000
            row["mark"] = None if newest is None else newest - 5 * SECOND
            newest = row["ts"] if newest is None else max(newest, row["ts"])
            rows.append(row)
    return rows, cut, wrong


def tell_sessions(rows):
    """Numbers the session of each row; the count of rows that came when theirs had closed."""
    number, late = 0, 0
    open_sessions = collections.defaultdict(list)
    for row in rows:
        if row["is_bot"]:
            continue
        visitor = row.get("user_id") or row.get("anonymous_id")
        mark = -DAY if row["mark"] is None else row["mark"]
        mine = [s for s in open_sessions[visitor] if s["last"] + GAP - 1 > mark]
        met = [s for s in mine if s["first"] - GAP <= row["ts"] <= s["last"] + GAP]
        last = max([row["ts"]] + [s["last"] for s in met])
        if last + GAP - 1 <= mark:
            late += 1
            continue
        number += 1
        members = [row] + [r for s in met for r in s["rows"]]
        for member in members:
            member["session"] = number
        joined = {"first": min(r["ts"] for r in members), "last": last, "rows": members}
        open_sessions[visitor] = [s for s in mine if s not in met] + [joined]
    return late


def load(db, table, rows, name=None):
    columns = EVERYWHERE + COLUMNS[table]
    table = name or table
    db.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    db.executemany(f"INSERT INTO {table} VALUES ({marks})", [[row.get(c) for c in columns] for row in rows])


def windows(m):
    """SQL: each row once for each of its windows that is still open, with `fine` and `until`, start and end of it."""
    steps = ", ".join(f"({k})" for k in range(m.size // m.slide))
    first = f"ts - (ts - {m.offset}) % {m.slide}"
    return f"""SELECT *, {first} - k.column1 * {m.slide} AS fine, {first} - k.column1 * {m.slide} + {m.size} AS until
FROM {m.table} JOIN (VALUES {steps}) AS k WHERE ({m.where}) AND (mark IS NULL OR mark < until - 1 + {m.grace})"""


def wanted(db, m, grain=None):
    """{(time, keys): measures}"""
    grain = grain or m.size
    start = "until" if m.slide != m.size else f"fine - (fine - {m.offset}) % {grain}"
    if m.name == "trending.damped":
        text = DAMPED.format(rows=windows(m), start=start)
    else:
        keys = ", ".join([f"{start}", *m.keys])
        text = f"SELECT {keys}, {', '.join(m.measures.values())} FROM ({windows(m)}) GROUP BY {keys}"
    at = 1 + len(m.keys)
    return {row[:at]: row[at:] for row in db.execute(text)}


def late_rows(db, m):
    """Rows that came too late for all of their windows."""
    last = f"ts - (ts - {m.offset}) % {m.slide} + {m.size} - 1 + {m.grace}"
    return db.execute(f"SELECT COUNT(*) FROM {m.table} WHERE ({m.where}) AND mark >= {last}").fetchone()[0]


# -- what sqc says ---------------------------------------------------------------------------------------------------


def sqc(folder, *words):
    done = subprocess.run([SQC, *words], cwd=folder, capture_output=True, text=True, env=dict(os.environ, NO_COLOR="1"))
    if done.returncode != 0:
        sys.exit(f"sqc {' '.join(words)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done


class Comparison:
    def __init__(self, db):
        self.db, self.wrong, self.rows = db, 0, 0

    def say(self, what, got, want):
        if got != want:
            self.wrong += 1
            print(f"FAIL {what}: {got}, wanted {want}")

    def time_of(self, text):
        return round(self.db.execute("SELECT (julianday(?) - 2440587.5) * 86400000", [text]).fetchone()[0])

    def near(self, name, got, want):
        if got is None or want is None or isinstance(got, str):
            return got == want
        if name.startswith("~"):
            return abs(got - want) <= max(2 if isinstance(want, int) else 0.002, 4 * 0.0081 * want)
        return abs(got - want) <= 1e-9 * max(1, abs(want))

    def compare(self, what, rows, keys, names, want):
        clock = "window_end" if rows and "window_end" in rows[0] else "window_start"
        got = {(self.time_of(r[clock]), *[r[k] for k in keys]): [r[n.strip("~")] for n in names] for r in rows}
        self.say(f"{what}: rows", len(rows), len(want))
        self.say(f"{what}: rows for nothing, rows that are missing", list(got.keys() ^ want.keys())[:3], [])
        bad = [
            (key, name, g, w)
            for key in got.keys() & want.keys()
            for name, g, w in zip(names, got[key], want[key])
            if not self.near(name, g, w)
        ]
        self.say(f"{what}: measures", bad[:3], [])
        self.rows += len(rows)


def compare_run(c, folder, metrics):
    done = sqc(folder, "run", "--replay", "day", "--format", "ndjson")
    rows, taken_back = collections.defaultdict(list), 0
    for line in done.stdout.splitlines():
        row = json.loads(line)
        op = row.pop("op", "+I")
        if op in ("-U", "-D"):
            rows[row["metric"]].remove(row)  # what goes out again is what went out before
        else:
            rows[row["metric"]].append(row)
        taken_back += op == "-U"
    c.say("windows that late rows correct", taken_back > 0, True)
    c.say("metrics that print rows", sorted(rows), sorted(m.name for m in metrics))
    for m in metrics:
        c.compare(m.name, rows[m.name], m.keys, list(m.measures), wanted(c.db, m))
    return done.stderr


def compare_rungs(c, folder, metrics):
    """Coarser windows are put together from what the finer ones keep; so are fewer dimensions."""
    for m in metrics:
        if m.coarse is None:
            continue
        hours = m.coarse // HOUR
        for grain, words in ((m.size, []), (m.coarse, ["--grain", f"{hours} hour{'s' if hours > 1 else ''}"])):
            done = sqc(folder, "query", m.name, "--by", ",".join(m.keys), *words, "--format", "ndjson")
            rows = [json.loads(line) for line in done.stdout.splitlines()]
            c.compare(f"{m.name} by {grain} ms", rows, m.keys, list(m.measures), wanted(c.db, m, grain))


def compare_derived(c, folder, by_name):
    spend, value = (wanted(c.db, by_name[n], HOUR) for n in ("ads.delivery", "ads.conversions"))
    done = sqc(folder, "query", "ads.returns", "--by", ",".join(PLACES), "--grain", "1 hour", "--format", "ndjson")
    want = {}
    for key in spend.keys() | value.keys():
        cost, (count, back) = spend.get(key, [None] * 3)[2], value.get(key, [None] * 3)[:2]
        roas = back / cost if back is not None and cost else None
        want[key] = (roas, cost / count if cost is not None and count else None)
    c.compare("ads.returns", [json.loads(line) for line in done.stdout.splitlines()], PLACES, ["roas", "cpa"], want)

    people = wanted(c.db, by_name["engagement.active_users"]._replace(keys=[]))
    done = sqc(folder, "query", "engagement.stickiness", "--format", "ndjson")
    want, days = {}, sorted(people)
    for key in days:
        text = f"SELECT COUNT(DISTINCT user_id) FROM ({windows(by_name['engagement.active_users'])}) WHERE fine <= ?"
        sofar = c.db.execute(text, key).fetchone()[0]
        want[key] = (people[key][0], sofar, sofar, people[key][0] / sofar)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    c.compare("engagement.stickiness", rows, [], ["day", "week", "month", "stickiness"], want)


def compare_complaints(c, said, metrics, cut, wrong, late_sessions):
    told = {name: int(n) for n, name in re.findall(r"^  (\d+) late for (\S+)$", said, re.MULTILINE)}
    for m in metrics:
        want = late_sessions if m.table == "sessions" else late_rows(c.db, m)
        c.say(f"{m.name}: late rows", told.get(m.name, 0), want)
    corrected = sum(late_rows(c.db, m._replace(grace=0)) - late_rows(c.db, m) for m in metrics)
    c.say("rows that correct closed windows", re.findall(r"(\d+) corrected closed windows", said), [str(corrected)])
    bad = collections.Counter()
    for n, table, reason in re.findall(r"^  (\d+) bad in (\w+) \((\S+)\)$", said, re.MULTILINE):
        bad[table, reason] += int(n)
    for table in COLUMNS:
        c.say(f"{table}: cut lines", bad[table, "syntax"], cut[table])
        # A time that is no number harms only metrics that want the row.
        load(c.db, table, wrong[table], f"wrong_{table}")
        conditions = {m.where for m in metrics if m.table == table} | (
            {"is_bot = 0"} if table == "user_events" else set()
        )
        text = " OR ".join(f"({where})" for where in sorted(conditions))
        want = c.db.execute(f"SELECT COUNT(*) FROM wrong_{table} WHERE {text}").fetchone()[0]
        c.say(f"{table}: rows without a time", bad[table, "not-number"], want)


def compare_truths(c, folder, rows):
    """What the generator says it planted is in the rows."""
    with open(os.path.join(folder, "day", "truths.json"), encoding="utf-8") as file:
        truths = json.load(file)
    inside = lambda row, span: span["from_us"] <= row["ts_event"] < span["to_us"]
    trend, spam, outage = (truths[name] for name in ("trend", "spam", "outage"))
    tagged = [r for r in rows["content_events"] if r.get("tag") == trend["tag"]]
    people, damaged = len({r["user_id"] for r in tagged}), sum(truths["files"]["content_events"][k] for k in DAMAGED)
    c.say("people of the trend", trend["people"] - damaged <= people <= trend["people"], True)
    c.say("trend outside of its time or region", [r for r in tagged if not inside(r, trend) or r["region"] != "EU"], [])
    loud = [r for r in rows["content_events"] if r.get("tag") == spam["tag"]]
    c.say("accounts that spam", {r["user_id"] for r in loud}, {spam["user_id"]})
    c.say("spam outside of its time", [r for r in loud if not inside(r, spam)], [])
    for table, events in rows.items():
        told = truths["files"][table]
        c.say(f"{table}: bots", sum(r["is_bot"] for r in events) <= told["bot_rows"], True)
        c.say(
            f"{table}: late rows", sum(r["mark"] is not None and r["ts"] < r["mark"] for r in events), told["late_rows"]
        )
        lost = [r for r in events if r["region"] == outage["region"] and inside(r, outage)]
        c.say(f"{table}: rows in the outage", lost, [])
    c.say("rows lost in the outage", outage["lost_rows"] > 0, True)
    c.say("rows of late phones", truths["late_phones"]["rows"] > 0, True)


def main():
    folder = tempfile.mkdtemp(prefix="sqc-queries-")
    shutil.copytree(QUERIES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".sqc"))
    amounts = ["--rows", str(ROWS), "--seed", str(SEED), "--duplicates", "3000", "--malformed", "1000"]
    sqc(folder, "generate", "social", "--out", "day", *amounts)
    db = sqlite3.connect(":memory:")
    db.create_aggregate("ranked", 2, Ranked)
    db.create_function("halved", 2, lambda age, half_life: 2.0 ** (-age / half_life))
    rows, cut, wrong = {}, {}, {}
    for table in COLUMNS:
        rows[table], cut[table], wrong[table] = read_day(os.path.join(folder, "day"), table)
    late_sessions = tell_sessions(rows["user_events"])
    for table in COLUMNS:
        load(db, table, rows[table])
    db.execute("CREATE INDEX by_session ON user_events (session)")
    db.execute(SESSIONS)

    damped = metric("trending.damped", "content_events", TAGGED, 10 * MINUTE, ["tag"],
                    dict.fromkeys(DAMPED_COLUMNS), coarse=HOUR)  # fmt: skip
    metrics = METRICS + [damped]
    c = Comparison(db)
    said = compare_run(c, folder, metrics)
    compare_rungs(c, folder, metrics)
    compare_derived(c, folder, {m.name: m for m in metrics})
    compare_truths(c, folder, rows)
    compare_complaints(c, said, metrics, cut, wrong, late_sessions)
    shutil.rmtree(folder)
    print(f"{len(metrics)} metrics, {c.rows} rows compared, {c.wrong} differences")
    sys.exit(c.wrong > 0 or c.rows < 10000)


if __name__ == "__main__":
    main()
