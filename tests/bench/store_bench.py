"""store_bench.py -- questions to the embedded store: 30 days by hour, 1,000 series, answered in 10 groups by day."""

import json
import os
import statistics
import subprocess
import time

START = 1767571200  # 2026-01-05
HOURS, SERIES, GROUPS = 720, 1000, 10
PROGRAM = """CREATE STREAM ev (ts BIGINT, k STRING, g STRING, v BIGINT,
  t AS TO_TIMESTAMP_LTZ(ts, 0), WATERMARK FOR t AS t)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC m.series RETAIN (INTERVAL '1' HOUR FOR INTERVAL '90' DAY) AS
SELECT window_start, k, g, COUNT(*) AS n, SUM(v) AS s
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, k, g;
"""


def make_project(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "sqc.toml"), "w", encoding="utf-8") as file:
        file.write('project = "bench"\n')
    with open(os.path.join(folder, "series.ssql"), "w", encoding="utf-8") as file:
        file.write(PROGRAM)
    with open(os.path.join(folder, "ev.ndjson"), "w", encoding="utf-8") as file:
        for hour in range(HOURS):
            for key in range(SERIES):
                second = START + hour * 3600 + key
                file.write(f'{{"ts":{second},"k":"key{key}","g":"group{key % GROUPS}","v":{key * hour}}}\n')


def right(lines):
    """Counts and sums of every day and group, against the formulas of the events."""
    rows = [json.loads(line) for line in lines]
    days = sorted({row["window_start"] for row in rows})
    keys = SERIES // GROUPS
    for row in rows:
        day, group = days.index(row["window_start"]), int(row["g"][5:])
        hours = range(day * 24, day * 24 + 24)
        wanted = sum(hours) * sum(range(group, SERIES, GROUPS))
        if (row["n"], row["s"]) != (24 * keys, wanted):
            return False
    return len(rows) == HOURS // 24 * GROUPS


def bench(sqc, folder, rounds):
    make_project(folder)
    subprocess.run([sqc, "run", "--quiet"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    question = [sqc, "query", "m.series", "--by", "g", "--grain", "1 day", "--format", "ndjson", "--quiet"]
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        done = subprocess.run(question, cwd=folder, capture_output=True, text=True, check=True)
        times.append((time.perf_counter() - start) * 1e3)
    return {
        "bench": "query_30_days",
        "right": right(done.stdout.splitlines()),
        "stored_rows": HOURS * SERIES,
        "store_mb": round(os.path.getsize(os.path.join(folder, ".sqc", "store.db")) / 1e6, 1),
        "ms": round(statistics.median(times), 1),
    }
