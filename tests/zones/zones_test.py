#!/usr/bin/env python3
"""zones_test.py SQC [SEED]: windows on the clocks of zones, against Python's zoneinfo.

Random events lie around changes of clocks, in and out of order.  For each program the windows of every event are worked
out here, from the wall time that zoneinfo says, and its rows must be those of native code, of the interpreter and of
native code that is killed and restored at every batch.  With a watermark that makes rows late the three are compared
with each other.
"""

import collections
import csv
import datetime
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import zoneinfo

SQC = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260329
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
DAY = datetime.timedelta(days=1)
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns"]
# Around which the events lie: changes of some of the clocks, the left out day of Samoa, ends of months and years.
AROUND = ["2026-03-29T01:00", "2026-10-25T01:00", "2026-03-08T07:00", "2026-11-01T06:00", "2026-04-04T15:00",
          "2011-12-30T10:00", "2027-12-31T23:00", "2028-02-29T05:00"]  # fmt: skip
HOUR, MINUTE = 3600, 60
SIZES = {  # seconds, or months below zero
    "'30' MINUTE": 30 * MINUTE, "'1' HOUR": HOUR, "'6' HOUR": 6 * HOUR, "'90' MINUTE": 90 * MINUTE,
    "'1' DAY": 24 * HOUR, "'2' HOUR": 2 * HOUR, "'5' HOUR": 5 * HOUR, "'12' HOUR": 12 * HOUR, "'3' DAY": 72 * HOUR,
    "'1' WEEK": 7 * 24 * HOUR, "'1' MONTH": -1, "'1' QUARTER": -3, "'1' YEAR": -12, "'2' MONTH": -2,
}  # fmt: skip
TUMBLES = [
    "'30' MINUTE",
    "'90' MINUTE",
    "'6' HOUR",
    "'1' DAY",
    "'3' DAY",
    "'1' WEEK",
    "'1' MONTH",
    "'1' QUARTER",
    "'1' YEAR",
]
HOPS = [("'30' MINUTE", "'2' HOUR"), ("'2' HOUR", "'5' HOUR"), ("'1' DAY", "'3' DAY"), ("'1' MONTH", "'1' QUARTER"),
        ("'12' HOUR", "'1' WEEK")]  # fmt: skip
CUMULATES = [("'1' HOUR", "'6' HOUR"), ("'6' HOUR", "'1' DAY"), ("'1' DAY", "'1' WEEK"), ("'1' DAY", "'1' MONTH"),
             ("'1' MONTH", "'1' YEAR")]  # fmt: skip


def floor_to(wall, period, origin=EPOCH):
    if period < 0:
        month = (wall.year * 12 + wall.month - 1 - 1970 * 12) // -period * -period + 1970 * 12
        return datetime.datetime(month // 12, month % 12 + 1, 1)
    return origin + (wall - origin) // datetime.timedelta(seconds=period) * datetime.timedelta(seconds=period)


def plus(edge, period, count=1):
    if period > 0:
        return edge + count * datetime.timedelta(seconds=period)
    month = edge.year * 12 + edge.month - 1 - period * count
    return datetime.datetime(month // 12, month % 12 + 1, 1)


def origin_of(period):
    return datetime.datetime(1970, 1, 5) if period > 0 and period % SIZES["'1' WEEK"] == 0 else EPOCH


def windows(kind, sizes, wall):
    """[(start, end)] on the clock that shows `wall`."""
    size = SIZES[sizes[-1]]
    if kind == "TUMBLE":
        start = floor_to(wall, size, origin_of(size))
        return [(start, plus(start, size))]
    step, found = SIZES[sizes[0]], []
    if kind == "HOP":
        start = floor_to(wall, step, origin_of(step))
        while plus(start, size) > wall:
            found.append((start, plus(start, size)))
            start = plus(start, step, -1)
        return found
    start = end = floor_to(wall, size, origin_of(size))
    while end < plus(start, size):
        end = plus(end, step)
        found += [(start, end)] if end > wall else []
    return found


def passed(zone, end):
    """The last millisecond before the clock of the zone shows nothing below `end` any more."""
    low, high = end - 2 * DAY, end + 2 * DAY
    shows = lambda t: t.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    points = sorted({low + n * datetime.timedelta(minutes=15) for n in range(4 * 24 * 4 + 1)} | {low, high})
    last = max(t for t in points if shows(t) < end)  # clocks change at quarters of an hour
    return last + datetime.timedelta(minutes=15) - datetime.timedelta(milliseconds=1)


def make_events(draw, in_order):
    events = []
    for n in range(120):
        at = datetime.datetime.fromisoformat(draw.choice(AROUND)) + draw.choice((1, 60)) * datetime.timedelta(
            milliseconds=draw.randrange(-90 * 60 * 1000, 90 * 60 * 1000)
        )
        if draw.random() < 0.3:
            at = at.replace(minute=draw.choice((0, 30)), second=0, microsecond=0)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        events.append({"ts": at, "k": draw.choice("abc"), "n": n, "tz": draw.choice(ZONES)})
    return sorted(events, key=lambda e: e["ts"]) if in_order else events


def expected(events, kind, sizes, zone_name):
    groups = collections.defaultdict(list)
    ends = {}
    for event in events:
        zone = zoneinfo.ZoneInfo(zone_name or event["tz"])
        wall = event["ts"].replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        for start, end in windows(kind, sizes, wall):
            if (zone, end) not in ends:
                ends[zone, end] = passed(zone, end)
            groups[ends[zone, end], start, end, event["k"]].append(event["n"])
    text = lambda t: t.strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % (t.microsecond // 1000)
    rows = [
        [text(start), text(end), text(last) + "Z", k, str(len(ns)), str(sum(ns))]
        for (last, start, end, k), ns in groups.items()
    ]
    return sorted(rows)


def program(path, kind, sizes, zone, is_instant, bound="'9000' DAY"):
    time = "TIMESTAMP_LTZ(3)" if is_instant else "TIMESTAMP(3)"
    lengths = ", ".join("INTERVAL " + size for size in sizes)
    named = f"'{zone}'" if zone else "DESCRIPTOR(tz)"
    return f"""CREATE TABLE ev (ts {time}, k STRING, n INT, tz STRING, WATERMARK FOR ts AS ts - INTERVAL {bound})
WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json');
SELECT window_start, window_end, window_time, k, COUNT(*) AS c, SUM(n) AS s
FROM TABLE({kind}(TABLE ev, DESCRIPTOR(ts), {lengths}, ZONE => {named}))
GROUP BY window_start, window_end, window_time, k;
"""


def run(path, *options):
    command = [SQC, "run", path, "--format", "csv", "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"zones_test: {' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def differences(path, answer):
    ways = (["--interpret"], ["--restart-every-batch", "--batch-rows", "7"], ["--tier", "optimized"])
    return [f"differs with {' '.join(way)}" for way in ways if run(path, *way) != answer]


def check(folder, number, case):
    kind, sizes, zone, is_instant, in_order = case
    events = make_events(random.Random(f"{SEED} {number}"), in_order)
    data, path = os.path.join(folder, f"{number}.ndjson"), os.path.join(folder, f"{number}.ssql")
    with open(data, "w", encoding="utf-8") as out:
        for event in events:
            stamp = event["ts"].strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + ("Z" if is_instant else "")
            out.write(json.dumps({**event, "ts": stamp}) + "\n")
    with open(path, "w", encoding="utf-8") as out:
        out.write(program(data, kind, sizes, zone, is_instant))
    answer = run(path)
    rows = list(csv.reader(io.StringIO(answer)))[1:]
    wanted = expected(events, kind, sizes, zone)
    if not is_instant:
        wanted = [[*row[:2], row[2].rstrip("Z"), *row[3:]] for row in wanted]
    problems = []
    if sorted(rows) != wanted:
        missing, extra = [r for r in wanted if r not in rows], [r for r in rows if r not in wanted]
        problems.append(f"differs from zoneinfo: missing {missing[:3]}, not expected {extra[:3]}")
    problems += differences(path, answer)
    with open(path, "w", encoding="utf-8") as out:
        out.write(program(data, kind, sizes, zone, is_instant, "'400' DAY"))
    problems += ["with late rows: " + problem for problem in differences(path, run(path))]
    return [f"{kind} {sizes} in {zone or 'the zone of each row'}, seed {SEED}, case {number}: {p}" for p in problems]


def cases(draw):
    shapes = [("TUMBLE", (size,)) for size in TUMBLES]
    shapes += [("HOP", sizes) for sizes in HOPS] + [("CUMULATE", sizes) for sizes in CUMULATES]
    for kind, sizes in shapes:
        for zone in (*draw.sample(ZONES, 2), None):
            yield kind, sizes, zone, draw.random() < 0.7, draw.random() < 0.5


def main():
    problems, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases(random.Random(SEED))):
            problems += check(folder, number, case)
            count += 1
    print("\n".join(problems))
    print(f"zones_test: {count} programs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
