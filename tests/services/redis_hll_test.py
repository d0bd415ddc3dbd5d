#!/usr/bin/env python3
"""HyperLogLog states are those of Redis: its PFCOUNT answers our estimate, its bytes merge into ours and ours into its.

usage: redis_hll_test.py path/to/sqc
"""

import base64
import json
import os
import subprocess
import sys
import tempfile

from redis_server import Redis, RedisError

SQC = os.path.abspath(sys.argv[1])
COUNTS = [1, 2, 10, 100, 500, 1000, 3000, 20000]
failed = passed = 0


def check(name, good, detail=""):
    global failed, passed
    passed += bool(good)
    failed += not good
    print(f"{'ok   ' if good else 'FAIL '} {name}{'' if good else ': ' + str(detail)}")


def texts(first, count):
    """As clients would add them: numbers, names, nothing at all, letters beyond ASCII."""
    values = [
        str(n) if n % 3 == 0 else f"user-{n}" if n % 3 == 1 else f"Zoë {n} \u2603" for n in range(first, first + count)
    ]
    return values[:-1] + [""] if count > 5 else values


def sqc(query, rows):
    with open("rows.ndjson", "w") as f:
        f.writelines(json.dumps(dict(row, at="2026-01-01 00:00:00")) + "\n" for row in rows)
    with open("q.ssql", "w") as f:
        f.write(
            "CREATE TABLE t (s STRING, at TIMESTAMP(3), WATERMARK FOR at AS at) "
            "WITH ('connector' = 'filesystem', 'path' = 'rows.ndjson', 'format' = 'json');\n"
            f"SELECT {query} FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(at), INTERVAL '1' MINUTE)) "
            "GROUP BY window_start, window_end;\n"
        )
    p = subprocess.run([SQC, "run", "q.ssql", "--format", "ndjson"], capture_output=True, text=True, timeout=60)
    assert p.returncode == 0, p.stderr
    return json.loads(p.stdout.splitlines()[0])


def state_of(values):
    row = sqc("TO_BASE64(HLL_STATE(s)) AS state, APPROX_COUNT_DISTINCT(s) AS n", [{"s": v} for v in values])
    return base64.b64decode(row["state"]), row["n"]


def merged(states):
    query = "TO_BASE64(HLL_MERGE(UNHEX(s))) AS state, HLL_ESTIMATE(HLL_MERGE(UNHEX(s))) AS n"
    row = sqc(query, [{"s": s.hex()} for s in states])
    return base64.b64decode(row["state"]), row["n"]


def run(redis):
    for count in COUNTS:
        values = texts(0, count)
        for at in range(0, count, 500):
            redis("PFADD", f"theirs{count}", *values[at : at + 500])
        theirs = redis("GET", f"theirs{count}")
        ours, estimate = state_of(values)
        check(f"{count} values: the bytes are those of PFADD", ours == theirs, f"{len(ours)} and {len(theirs)} bytes")
        check(f"{count} values: PFCOUNT of theirs", redis("PFCOUNT", f"theirs{count}") == estimate, estimate)
        redis("SET", f"ours{count}", ours)
        check(f"{count} values: PFCOUNT of ours", redis("PFCOUNT", f"ours{count}") == estimate, estimate)

        others = texts(count // 2, count)
        for at in range(0, count, 500):
            redis("PFADD", f"others{count}", *others[at : at + 500])
        redis("PFMERGE", f"both{count}", f"ours{count}", f"others{count}")
        both, estimate = merged([ours, redis("GET", f"others{count}")])
        check(f"{count} values: PFMERGE", redis("PFCOUNT", f"both{count}") == estimate, estimate)
        redis("SET", f"merged{count}", both)
        check(f"{count} values: what we merged", redis("PFCOUNT", f"merged{count}") == estimate, estimate)
        redis("PFADD", f"merged{count}", "one more")
        again, estimate = merged([redis("GET", f"merged{count}")])
        check(f"{count} values: PFADD to ours", redis("PFCOUNT", f"merged{count}") == estimate, estimate)
    redis("SET", "damaged", ours[:100])
    try:
        redis("PFCOUNT", "damaged")
        check("cut bytes are none to Redis", False, "it counted them")
    except RedisError:
        check("cut bytes are none to Redis", True)


os.chdir(tempfile.mkdtemp(prefix="redis-hll-"))
with Redis(os.getcwd()) as server:
    run(server)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
