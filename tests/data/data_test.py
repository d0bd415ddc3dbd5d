#!/usr/bin/env python3
"""data_test.py SQC: real events, each answer against a computation in Python that shares nothing with the compiler.

The events lie outside of the project: in SQC_SHARED_DATA, or in shared/data beside the clone.  Without them the test is
skipped (exit code 77).  Each question is asked of a plain file, of gzip and zstd, of three partitions, in native code
of both tiers and of the interpreter.
"""

import collections
import datetime
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import more_questions

HERE = os.path.dirname(os.path.abspath(__file__))
DAY, HOUR = 86400000, 3600000
EPOCH = datetime.datetime(1970, 1, 1)


def find_data():
    beside = os.path.join(HERE, "..", "..", "..", "shared", "data")
    folder = os.environ.get("SQC_SHARED_DATA", beside)
    return os.path.abspath(folder) if os.path.isdir(folder) else None


def millis(text):
    """Of a timestamp as ISO 8601 or SQL writes it, always UTC."""
    when = datetime.datetime.fromisoformat(text.replace(" ", "T").rstrip("Z"))
    return round((when - EPOCH) / datetime.timedelta(milliseconds=1))


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


# -- the questions: DDL, query, and the answer as a multiset of tuples ---------------------------------------------


def github(path):
    groups = collections.defaultdict(list)
    for row in rows_of(path):
        groups[(millis(row["created_at"]) // HOUR * HOUR, row["type"])].append(row)
    want = [
        (hour, kind, len(rows), len({r["actor"]["id"] for r in rows}), max(r["repo"]["name"] for r in rows))
        for (hour, kind), rows in groups.items()
    ]
    text = """CREATE TABLE ev (id STRING, type STRING, actor ROW<id BIGINT, login STRING>, repo ROW<name STRING>,
  created_at TIMESTAMP_LTZ(3), WATERMARK FOR created_at AS created_at - INTERVAL '3' HOUR)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json',
      'json.timestamp-format.standard' = 'ISO-8601');
SELECT window_start AS t, type, COUNT(*) AS n, COUNT(DISTINCT actor.id) AS actors, MAX(repo.name) AS last
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(created_at), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, type;
"""
    return text, want, lambda r: (millis(r["t"]), r["type"], r["n"], r["actors"], r["last"])


def social(path):
    groups = collections.defaultdict(list)
    for row in rows_of(path):
        groups[(row["ts"] // DAY * DAY, row["name"])].append(row["user_id"])
    want = [(day, name, len(ids), len(set(ids)), min(ids), max(ids), sum(ids)) for (day, name), ids in groups.items()]
    text = """CREATE TABLE ev (event_id STRING, ts BIGINT, name STRING, user_id BIGINT, t AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC social.daily AS
SELECT window_start AS t, name, COUNT(*) AS n, COUNT(DISTINCT user_id) AS users, MIN(user_id) AS low,
       MAX(user_id) AS high, SUM(CAST(user_id AS DECIMAL(20, 0))) AS total
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' DAY)) GROUP BY window_start, window_end, name;
"""
    return (
        text,
        want,
        lambda r: tuple([millis(r["t"])] + [r[c] for c in ("name", "n", "users", "low", "high", "total")]),
    )


def web_log(path):
    counts = collections.Counter()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            time = re.search(r"\[([^ ]+)", line).group(1)
            when = datetime.datetime.strptime(time, "%d/%b/%Y:%H:%M:%S")
            hour = round((when - EPOCH).total_seconds()) // 3600 * HOUR
            counts[(hour, re.search(r'" ([0-9]{3}) ', line).group(1))] += 1
    want = [(hour, status, n) for (hour, status), n in counts.items()]
    text = """CREATE TABLE log (line STRING,
  ts AS TO_TIMESTAMP(REGEXP_EXTRACT(line, '\\[([^ ]+)', 1), 'dd/MMM/yyyy:HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'csv', 'csv.field-delimiter' = U&'\\0001',
      'csv.disable-quote-character' = 'true');
CREATE VIEW hits AS SELECT ts, REGEXP_EXTRACT(line, '" ([0-9]{3}) ', 1) AS status FROM log;
SELECT window_start AS t, status, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE hits, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end, status;
"""
    return text, want, lambda r: (millis(r["t"]), r["status"], r["n"])


def rides(path):
    """What another engine answered is the golden."""
    golden = os.path.join(os.path.dirname(path), "out_hourly_by_event_type.json")
    want = [(millis(r["hour"]), r["event_type"], r["count"]) for r in rows_of(golden)]
    text = """CREATE TABLE cars (`timestamp` TIMESTAMP_LTZ(3), driver_id BIGINT, event_type STRING, location STRING,
  WATERMARK FOR `timestamp` AS `timestamp` - INTERVAL '1' MINUTE)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json',
      'json.timestamp-format.standard' = 'ISO-8601');
SELECT window_start AS t, event_type, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE cars, DESCRIPTOR(`timestamp`), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, event_type;
"""
    return text, want, lambda r: (millis(r["t"]), r["event_type"], r["n"])


QUESTIONS = [
    ("hourly counts and distinct actors of GitHub events", github, "github_events.ndjson"),
    ("daily counts and users per kind of a social network", social, "social_mix.ndjson"),
    ("statuses per hour of a web log", web_log, "apache_logs.txt"),
    ("hourly counts of rides, as another engine has them", rides, os.path.join("stream_goldens", "in_cars.json")),
]


# -- the forms of a file -------------------------------------------------------------------------------------------


def pack(source, target, form):
    if form == "plain":
        shutil.copyfile(source, target)
    elif form == "gzip":
        with open(source, "rb") as raw, gzip.open(target, "wb") as packed:
            shutil.copyfileobj(raw, packed)
    else:
        subprocess.run(["zstd", "-q", "-f", source, "-o", target], check=True)


def split(source, folder, form):
    """Three partitions of equal lines in turn: each keeps the order, so nothing becomes late."""
    with open(source, "rb") as file:
        lines = file.readlines()
    os.makedirs(folder, exist_ok=True)
    for number in range(3):
        part = os.path.join(folder, f"part{number}")
        with open(part + ".raw", "wb") as file:
            file.writelines(line if line.endswith(b"\n") else line + b"\n" for line in lines[number::3])
        pack(part + ".raw", part, form)
        os.remove(part + ".raw")


def run(sqc, folder, *arguments):
    command = [sqc, "run", "q.ssql", "--format", "ndjson", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=300)


def ask(sqc, folder, forms, question, path):
    """What is wrong, one text each."""
    text, want, as_tuple = question(path)
    with open(os.path.join(folder, "q.ssql"), "w", encoding="utf-8") as file:
        file.write(text)
    problems, outputs = [], set()
    for form in forms:
        pack(path, os.path.join(folder, "one"), form)
        split(path, os.path.join(folder, "three"), form)
        for replay in ("one", "three/part*"):
            for how in (["--tier", "fast"], ["--tier", "optimized"], ["--interpret"]):
                done = run(sqc, folder, "--replay", replay, *how)
                rows = [json.loads(line) for line in done.stdout.splitlines()]
                if done.returncode != 0 or collections.Counter(map(as_tuple, rows)) != collections.Counter(want):
                    problems.append(
                        f"{form}, {replay}, {how}: exit {done.returncode}, {len(rows)} rows of {len(want)}: "
                        f"{done.stderr[-300:]}"
                    )
                outputs.add(done.stdout)
    if len(outputs) != 1:
        problems.append(f"{len(outputs)} different outputs of one stream")
    return problems


# -- windows, changelogs, sketches, lateness ---------------------------------------------------------------------------


def folded(rows):
    """Of a changelog what is there in the end, in no order."""
    there = []
    for row in rows:
        op = row.pop("op", "+I")
        if op in ("+I", "+U"):
            there.append(row)
        else:
            there.remove(row)
    return there


def estimate_problems(question, rows):
    for row in rows if question.near else []:
        (key,) = question.as_tuple(row)
        for column, bounds in question.near.items():
            bound = bounds[key]
            fits = row[column] is None if bound is None else bound[0] <= row[column] <= bound[1]
            if not fits:
                yield f"{column} of {key} is {row[column]}, not within {bound}"


def ask_more(sqc, folder, make, path):
    question = make(path)
    with open(os.path.join(folder, "q.ssql"), "w", encoding="utf-8") as file:
        file.write(question.text)
    split(path, os.path.join(folder, "three"), "plain")
    problems = []
    for replay in [path] + (["three/part*"] if question.splits else []):
        for how in (["--tier", "fast"], ["--tier", "optimized"], ["--interpret"], ["--restart-every-batch"]):
            done = run(sqc, folder, "--replay", replay, *how)
            rows = folded([json.loads(line) for line in done.stdout.splitlines()])
            where = f"{os.path.basename(replay)}, {how[-1]}"
            if done.returncode != 0 or collections.Counter(map(question.as_tuple, rows)) != collections.Counter(
                question.want
            ):
                problems.append(
                    f"{where}: exit {done.returncode}, {len(rows)} rows of {len(question.want)}: {done.stderr[-300:]}"
                )
                continue
            problems += [f"{where}: {text}" for text in estimate_problems(question, rows)]
            late = re.search(r"out, ([0-9,]+) late", done.stderr)
            if question.late is not None and int(late.group(1).replace(",", "")) != question.late:
                problems.append(f"{where}: {late.group(1)} late, {question.late} wanted")
    return problems


def main():
    sqc, data = os.path.abspath(sys.argv[1]), find_data()
    if data is None:
        print("skipped: no shared data")
        return 77
    forms = ["plain", "gzip"] + (["zstd"] if shutil.which("zstd") else [])
    failed = 0
    asked = [(name, file, lambda f, p, q=q: ask(sqc, f, forms, q, p)) for name, q, file in QUESTIONS]
    asked += [(name, file, lambda f, p, q=q: ask_more(sqc, f, q, p)) for name, q, file in more_questions.MORE]
    for name, file, answer in asked:
        with tempfile.TemporaryDirectory(prefix="sqc-data-") as folder:
            problems = answer(folder, os.path.join(data, file))
        for problem in problems:
            print(f"FAIL {name}: {problem}")
        failed += bool(problems)
        if not problems:
            print(f"ok   {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
