"""tests_bench.py -- `sqc test` of a project: 200 tests of 50 metrics, with all variations, and 200 tests of queries."""

import os
import shutil
import statistics
import subprocess
import time

METRICS, TESTS_EACH = 50, 4
STREAM = """CREATE STREAM events (user_id BIGINT, region STRING, action STRING, price DOUBLE, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
"""
AGGREGATES = ("COUNT(*)", "COUNT(DISTINCT user_id)", "SUM(user_id)", "MAX(user_id)")
SIZES = ("'1' MINUTE", "'10' SECOND")
METRIC = """CREATE METRIC m.m{i} OWNER 'team:bench' MEASURES (n UNIT 'events') AS
SELECT window_start, region, {aggregate} AS n
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL {size})) WHERE action = 'a{i}'
GROUP BY window_start, window_end, region;
"""
STEPS = """
GIVEN events (ts, user_id, region, action)
  ('12:00:01', 1, 'EU', 'a{i}'), ('12:00:05', 1, 'US', 'a{i}'), ('12:00:03', {k}, 'ASIA', 'other'),
  ('12:00:07', 1, 'EU', 'b')
WATERMARK '12:01:30'
"""
TEST = (
    "TEST m{i}_t{k} FOR m.m{i}"
    + STEPS
    + """EXPECT (window_start, region, n) ('12:00:00', 'EU', 1), ('12:00:00', 'US', 1)
GIVEN events ('12:02:05', 1, 'EU', 'a{i}'), ('12:02:07', 2, 'EU', 'b')
WATERMARK '12:04:00'
EXPECT ('12:02:00', 'EU', 1)
GIVEN events ('12:00:05', 4, 'EU', 'a{i}')
EXPECT NOTHING  EXPECT LATE 1;
"""
)
QUERY = (
    "TEST q{i}_{k}"
    + STEPS
    + "QUERY SELECT region, user_id + {i} AS u FROM events WHERE action = 'a{i}' EXPECT ('EU', {u}), ('US', {u});\n"
)


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def make_project(folder):
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, "sqc.toml", 'project = "bench"\n')
    write(folder, "streams/events.ssql", STREAM)
    for i in range(METRICS):
        size = SIZES[i // 4 % 2]
        write(folder, f"metrics/m{i}.ssql", METRIC.format(i=i, aggregate=AGGREGATES[i % 4], size=size))
        tests = "".join(TEST.format(i=i, k=k) for k in range(TESTS_EACH))
        write(folder, f"metrics/m{i}_test.ssql", tests)
        queries = "".join(QUERY.format(i=i, k=k, u=1 + i) for k in range(TESTS_EACH))
        write(folder, f"queries/q{i}_test.ssql", queries)


def times(sqc, folder, rounds):
    wall = []
    for _ in range(rounds):
        start = time.perf_counter()
        done = subprocess.run([sqc, "test", folder], capture_output=True, text=True, check=True)
        wall.append(time.perf_counter() - start)
        if done.stdout != f"{METRICS * TESTS_EACH} passed, 0 failed\n":
            raise AssertionError(done.stdout)
    return {"wall_s": round(statistics.median(wall), 3), "wall_s_all": [round(w, 3) for w in wall]}


def bench(sqc, folder, rounds):
    make_project(folder)
    count = METRICS * TESTS_EACH
    yield {"bench": "tests_of_metrics", "tests": count, **times(sqc, os.path.join(folder, "metrics"), rounds)}
    yield {"bench": "tests_of_queries", "tests": count, **times(sqc, os.path.join(folder, "queries"), rounds)}
