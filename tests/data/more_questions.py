"""more_questions.py -- windows, changelogs, sketches and lateness over real events, each with its answer in Python.

Every question is a function of the file's path that answers with a Question.  What an engine prints as a changelog is
folded first: rows that were taken back are not there.
"""

import collections
import datetime
import json
import os
from dataclasses import dataclass, field
from typing import Callable

EPOCH = datetime.datetime(1970, 1, 1)
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


@dataclass
class Question:
    text: str
    want: list
    as_tuple: Callable
    splits: bool = True  # the same rows of three partitions: not where some are late
    late: object = None  # how many rows are late, where that is asked
    near: dict = field(default_factory=dict)  # column -> (low, high) by key, for estimates


def millis(text):
    """Of a timestamp as ISO 8601 or SQL writes it, always UTC."""
    when = datetime.datetime.fromisoformat(text.replace(" ", "T").replace("Z", "").replace("+00:00", ""))
    return round((when - EPOCH).total_seconds() * 1000)


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def beside(path, name):
    return os.path.join(os.path.dirname(path), name)


# -- what another engine answered --------------------------------------------------------------------------------------

IMPULSE = """CREATE TABLE impulse (`timestamp` TIMESTAMP_LTZ(3), counter BIGINT, subtask_index BIGINT,
  WATERMARK FOR `timestamp` AS `timestamp` - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json',
      'json.timestamp-format.standard' = 'ISO-8601');
"""


def sliding_impulse(path):
    want = [
        (millis(r["start"]), millis(r["end"]), r["count"], r["min"], r["max"])
        for r in rows_of(beside(path, "out_sliding_window_end.json"))
    ]
    query = """SELECT window_start AS s, window_end AS e, COUNT(*) AS n, MIN(counter) AS low, MAX(counter) AS high
FROM TABLE(HOP(TABLE impulse, DESCRIPTOR(`timestamp`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end;
"""
    return Question(IMPULSE + query, want, lambda r: (millis(r["s"]), millis(r["e"]), r["n"], r["low"], r["high"]))


def grouped_impulse(path):
    columns = ("counter_mod", "min", "max", "sum", "count", "avg")
    want = [tuple(r["after"][c] for c in columns) for r in rows_of(beside(path, "out_grouped_aggregates.json"))]
    query = """SELECT counter % 5 AS counter_mod, MIN(counter) AS `min`, MAX(counter) AS `max`, SUM(counter) AS `sum`,
  COUNT(*) AS `count`, AVG(CAST(counter AS DOUBLE)) AS `avg` FROM impulse GROUP BY counter % 5;
"""
    return Question(IMPULSE + query, want, lambda r: tuple(r[c] for c in columns))


def active_drivers(path):
    want = [(r["after"]["drivers"],) for r in rows_of(beside(path, "out_active_drivers.json"))]
    text = """CREATE TABLE cars (`timestamp` TIMESTAMP_LTZ(3), driver_id BIGINT, event_type STRING, location STRING,
  WATERMARK FOR `timestamp` AS `timestamp` - INTERVAL '1' MINUTE)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json',
      'json.timestamp-format.standard' = 'ISO-8601');
SELECT COUNT(*) AS drivers FROM (SELECT driver_id, COUNT(*) AS n FROM cars GROUP BY driver_id) AS d WHERE n > 85;
"""
    return Question(text, want, lambda r: (r["drivers"],))


# -- a social network's month ------------------------------------------------------------------------------------------

SOCIAL = """CREATE TABLE ev (event_id STRING, ts BIGINT, name STRING, user_id BIGINT, tags ARRAY<BIGINT>, len BIGINT,
  t AS TO_TIMESTAMP_LTZ(ts, 3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
"""


def daily_actives(path):
    users = collections.defaultdict(set)
    for row in rows_of(path):
        users[row["ts"] // DAY * DAY].add(row["user_id"])
    query = """SELECT window_start AS t, COUNT(DISTINCT user_id) AS users
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' DAY)) GROUP BY window_start, window_end;
"""
    want = [(day, len(ids)) for day, ids in users.items()]
    return Question(SOCIAL + query, want, lambda r: (millis(r["t"]), r["users"]))


def monthly_actives(path):
    users = collections.defaultdict(set)
    for row in rows_of(path):
        users[(EPOCH + datetime.timedelta(milliseconds=row["ts"])).strftime("%Y-%m")].add(row["user_id"])
    query = """SELECT DATE_FORMAT(t, 'yyyy-MM') AS m, COUNT(DISTINCT user_id) AS users FROM ev
GROUP BY DATE_FORMAT(t, 'yyyy-MM');
"""
    return Question(SOCIAL + query, [(m, len(ids)) for m, ids in users.items()], lambda r: (r["m"], r["users"]))


def sessions(path):
    """Half an hour without an event of the user ends it; exactly half an hour later does not belong to it any more."""
    times = collections.defaultdict(list)
    for row in rows_of(path):
        times[row["user_id"]].append(row["ts"])
    want = []
    for user, moments in times.items():
        moments.sort()
        start, last, count = moments[0], moments[0], 1
        for moment in moments[1:] + [None]:
            if moment is not None and moment - last < 30 * MINUTE:
                last, count = moment, count + 1
                continue
            want.append((user, start, last + 30 * MINUTE, count))
            start, last, count = moment, moment, 1
    query = """SELECT user_id, window_start AS s, window_end AS e, COUNT(*) AS n
FROM TABLE(SESSION(TABLE ev PARTITION BY user_id, DESCRIPTOR(t), INTERVAL '30' MINUTE))
GROUP BY window_start, window_end, user_id;
"""
    return Question(SOCIAL + query, want, lambda r: (r["user_id"], millis(r["s"]), millis(r["e"]), r["n"]))


def top_tags(path):
    """Three a day; equal counts are told apart by the tag."""
    days = collections.defaultdict(collections.Counter)
    for row in rows_of(path):
        days[row["ts"] // DAY * DAY].update(row.get("tags") or [])
    want = []
    for day, counts in days.items():
        best = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
        want += [(day, tag, count, place) for place, (tag, count) in enumerate(best, 1)]
    query = """CREATE VIEW uses AS SELECT e.t AS t, u.tag AS tag FROM ev AS e CROSS JOIN UNNEST(e.tags) AS u (tag);
SELECT window_start AS s, tag, n, place FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n DESC, tag) AS place FROM (
    SELECT window_start, window_end, tag, COUNT(*) AS n
    FROM TABLE(TUMBLE(TABLE uses, DESCRIPTOR(t), INTERVAL '1' DAY)) GROUP BY window_start, window_end, tag))
WHERE place <= 3;
"""
    return Question(SOCIAL + query, want, lambda r: (millis(r["s"]), r["tag"], r["n"], r["place"]))


def estimates(path):
    """HyperLogLog within three standard errors of 0.81 %; a percentile within 1 % of the value at its rank."""
    users, lengths = collections.defaultdict(set), collections.defaultdict(list)
    for row in rows_of(path):
        week = (row["ts"] + 3 * DAY) // (7 * DAY)
        users[week].add(row["user_id"])
        if row.get("len") is not None:
            lengths[week].append(row["len"])
    near = {"users": {}, "p90": {}}
    for week, ids in users.items():
        near["users"][week] = (len(ids) * (1 - 3 * 0.0081) - 1, len(ids) * (1 + 3 * 0.0081) + 1)
        ranked = sorted(lengths[week])
        exact = ranked[(len(ranked) - 1) * 9 // 10] if ranked else None
        near["p90"][week] = (exact * 0.99 - 1e-9, exact * 1.01 + 1e-9) if ranked else None
    query = """SELECT window_start AS t, APPROX_COUNT_DISTINCT(user_id) AS users, APPROX_PERCENTILE(len, 0.9) AS p90
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '7' DAY, INTERVAL '4' DAY))
GROUP BY window_start, window_end;
"""
    as_tuple = lambda r: ((millis(r["t"]) + 3 * DAY) // (7 * DAY),)
    return Question(SOCIAL + query, [(week,) for week in users], as_tuple, near=near)


# -- GitHub's events, which are not in order ---------------------------------------------------------------------------


def lateness(minutes):
    def github(path):
        """A row is late for its window when the watermark of the rows before it has passed the window's last moment."""
        counts, late, highest = collections.Counter(), 0, None
        for row in rows_of(path):
            at = millis(row["created_at"])
            start = at // (10 * MINUTE) * 10 * MINUTE
            if highest is not None and highest - minutes * MINUTE >= start + 10 * MINUTE - 1:
                late += 1
            else:
                counts[(start, row["type"])] += 1
            highest = at if highest is None else max(highest, at)
        text = f"""CREATE TABLE ev (type STRING, created_at TIMESTAMP_LTZ(3),
  WATERMARK FOR created_at AS created_at - INTERVAL '{minutes}' MINUTE)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json',
      'json.timestamp-format.standard' = 'ISO-8601');
SELECT window_start AS t, type, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(created_at), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end, type;
"""
        want = [(start, kind, n) for (start, kind), n in counts.items()]
        return Question(text, want, lambda r: (millis(r["t"]), r["type"], r["n"]), splits=False, late=late)

    return github


GOLDENS = "stream_goldens"
MORE = [
    ("sliding counts, as another engine has them", sliding_impulse, os.path.join(GOLDENS, "in_impulse.json")),
    ("aggregates for all time, as another engine has them", grouped_impulse, os.path.join(GOLDENS, "in_impulse.json")),
    ("a count over groups that change, as another has it", active_drivers, os.path.join(GOLDENS, "in_cars.json")),
    ("daily actives", daily_actives, "social_mix.ndjson"),
    ("monthly actives", monthly_actives, "social_mix.ndjson"),
    ("sessions of half an hour", sessions, "social_mix.ndjson"),
    ("top tags of a day", top_tags, "social_mix.ndjson"),
    ("weekly uniques and percentiles within their bounds", estimates, "social_mix.ndjson"),
    ("GitHub events with no lateness, and how many are late", lateness(0), "github_events.ndjson"),
    ("the same with one minute", lateness(1), "github_events.ndjson"),
    ("the same with ten minutes", lateness(10), "github_events.ndjson"),
]
