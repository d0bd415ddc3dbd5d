#!/usr/bin/env python3
"""stored_zones_test.py SQC: questions to stored metrics whose windows lie on the clock of a zone, against zoneinfo.

Two and a half months of events over the change of the clock, kept by hour, day, week and month of Berlin, and asked by
days, weeks, months and quarters; the relative time and the ends of a range are those of the clock.
"""

import collections
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import zoneinfo

SQC = os.path.abspath(sys.argv[1])
UTC = datetime.timezone.utc
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
FIRST, LAST = datetime.datetime(2026, 9, 20, tzinfo=UTC), datetime.datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
SIZES = {"per_hour": "HOUR", "per_day": "DAY", "per_week": "WEEK", "per_month": "MONTH"}


def metric(name, unit):
    return f"""CREATE METRIC {name} AS
SELECT window_start, k, COUNT(*) AS c, COUNT(DISTINCT u) AS users
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' {unit}, ZONE => 'Europe/Berlin'))
GROUP BY window_start, window_end, k;
"""


def make_project(folder):
    draw, at, events = random.Random(8), FIRST, []
    while at < LAST:
        events.append({"ts": at.strftime("%Y-%m-%d %H:%M:%SZ"), "k": draw.choice("ab"), "u": draw.randrange(50)})
        at += datetime.timedelta(minutes=draw.randrange(5, 60))
    with open(os.path.join(folder, "ev.ndjson"), "w", encoding="utf-8") as out:
        out.writelines(json.dumps(event) + "\n" for event in events)
    with open(os.path.join(folder, "sqc.toml"), "w", encoding="utf-8") as out:
        out.write('project = "zones"\n')
    with open(os.path.join(folder, "metrics.ssql"), "w", encoding="utf-8") as out:
        out.write("CREATE STREAM ev (ts TIMESTAMP_LTZ(3), k STRING, u INT, WATERMARK FOR ts AS ts)\n")
        out.write("WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');\n")
        out.writelines(metric(name, unit) for name, unit in SIZES.items())
    return events


def start_of(event, grain):
    wall = datetime.datetime.strptime(event["ts"], "%Y-%m-%d %H:%M:%SZ").replace(tzinfo=UTC).astimezone(BERLIN)
    wall = wall.replace(tzinfo=None)
    if grain == "hour":
        return wall.replace(minute=0, second=0)
    day = wall.replace(hour=0, minute=0, second=0)
    if grain == "week":
        return day - datetime.timedelta(days=day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}
    return day if grain == "day" else day.replace(day=1, month=(day.month - 1) // months[grain] * months[grain] + 1)


def expected(events, grain, since=None, until=None):
    found = collections.defaultdict(list)
    for event in events:
        start = start_of(event, grain)
        if (since is None or start >= since) and (until is None or start < until):
            found[start].append(event["u"])
    text = lambda t: t.strftime("%Y-%m-%d %H:%M:%S.000")
    return [{"window_start": text(t), "c": len(us), "users": len(set(us))} for t, us in sorted(found.items())]


def ask(folder, *words):
    done = subprocess.run([SQC, "query", *words, "--format", "json"], cwd=folder, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr}


def questions(events):
    day = datetime.datetime
    own = {"per_hour": "hour", "per_day": "day", "per_week": "week", "per_month": "month"}
    for name, grain in own.items():
        yield [name], expected(events, grain)
    for name, grains in (("per_hour", ("day", "week", "month")), ("per_day", ("week", "month", "quarter", "year")),
                         ("per_week", ("week",)), ("per_month", ("month", "quarter", "year"))):  # fmt: skip
        for grain in grains:
            yield [name, "--grain", f"1 {grain}"], expected(events, grain)
    yield ["per_day", "--last", "3 days"], expected(events, "day", day(2026, 12, 2))
    yield (
        ["per_hour", "--grain", "1 day", "--from", "2026-10-24T22:00:00Z", "--to", "2026-10-27"],
        expected(events, "day", day(2026, 10, 25), day(2026, 10, 27)),
    )


REFUSED = [["per_month", "--grain", "30 days"], ["per_month", "--grain", "1 week"], ["per_week", "--grain", "1 month"],
           ["per_day", "--grain", "1 month", "--compare", "30 days"]]  # fmt: skip


def main():
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        events = make_project(folder)
        done = subprocess.run([SQC, "run", ".", "--format", "ndjson"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"stored_zones_test: run: {done.stderr}")
        for words, rows in questions(events):
            code, answer = ask(folder, *words)
            if code != 0 or answer["rows"] != rows:
                problems.append(f"{' '.join(words)}: expected {rows[:2]}.., got {str(answer)[:300]}")
            elif not answer["watermark"].endswith(" Europe/Berlin"):
                problems.append(f"{' '.join(words)}: the watermark {answer['watermark']} does not say its clock")
        for words in REFUSED:
            code, answer = ask(folder, *words)
            if code != 1 or "E083" not in answer["error"]:
                problems.append(f"{' '.join(words)} is not refused: {str(answer)[:200]}")
    print("\n".join(problems))
    print(f"stored_zones_test: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
