#!/usr/bin/env python3
"""An expression that fails makes a bad row: counted once, with code, file, line and reason; the others are answered.

usage: failures_test.py path/to/sqc
Each case is one expression over five lines, of which the third fails; a statement beside it that does not ask is not
disturbed.  Both tiers agree.
"""

import json
import os
import subprocess
import sys
import tempfile

SQC = os.path.abspath(sys.argv[1])
CASES = [
    ("E0601", "10 / n", {"n": 0}, "zero"),
    ("E0601", "MOD(10, n)", {"n": 0}, "zero"),
    ("E0602", "CAST(s AS INT)", {"s": "x1"}, "x1"),
    ("E0602", "CAST(s AS BOOLEAN)", {"s": "maybe"}, "maybe"),
    ("E0603", "CAST(s AS TINYINT)", {"s": "300"}, "300"),
    ("E0605", "CHAR_LENGTH(REPEAT(s, n * 1000))", {"n": 900000}, "268435456"),
    ("E0606", "REGEXP_EXTRACT(s, s, 0)", {"s": "(?=a)a"}, "look"),
    ("E0651", "IF(n = 1, 0, HLL_ESTIMATE(UNHEX(s)))", {"n": 2, "s": "00FF"}, "HYLL"),
    ("E0651", "IF(n = 1, 0, THETA_ESTIMATE(THETA_UNION(UNHEX(s), UNHEX(s))))", {"n": 2, "s": "00FF"}, "SQTH"),
    ("E0651", "IF(n = 1, 0, CARDINALITY(TOPK_ESTIMATE(UNHEX(s), 1)))", {"n": 2, "s": "00FF"}, "SQTK"),
    ("E0651", "IF(n = 1, 0, DDSKETCH_ESTIMATE(UNHEX(s), 0.5))", {"n": 2, "s": "00FF"}, "SQDD"),
    ("E0651", "IF(n = 1, 0, DISTINCT_COUNT(UNHEX(s)))", {"n": 2, "s": "00FF"}, "SQBG"),
]
failed = passed = 0


def check(name, good, detail):
    global failed, passed
    passed += bool(good)
    failed += not good
    print(f"{'ok   ' if good else 'FAIL '} {name}{'' if good else ': ' + detail}")


def run(statements, lines, *how):
    with open("d.ndjson", "w") as f:
        f.writelines(json.dumps(line) + "\n" for line in lines)
    table = (
        "CREATE TABLE t (s STRING, n INT, at TIMESTAMP(3), WATERMARK FOR at AS at) "
        "WITH ('connector' = 'filesystem', 'path' = 'd.ndjson', 'format' = 'json');\n"
    )
    with open("t.ssql", "w") as f:
        f.write(table + statements)
    p = subprocess.run([SQC, "run", "t.ssql", "--format", "ndjson", *how], capture_output=True, text=True, timeout=60)
    return p.returncode, [json.loads(line) for line in p.stdout.splitlines()], p.stderr


os.chdir(tempfile.mkdtemp(prefix="failures-"))
good = {"s": "1", "n": 1, "at": "2024-01-01 00:00:00"}
for code, expression, bad, reason in CASES:
    lines = [good, good, dict(good, **bad), good, good]
    statements = f"SELECT {expression} AS x FROM t;\nSELECT s AS plain FROM t;\n"
    answers = []
    for how in (["--tier", "fast"], ["--tier", "optimized", "--batch-rows", "1"]):
        exit_code, rows, err = run(statements, lines, *how)
        asked = [r for r in rows if r["metric"] == "select_1"]
        plain = [r for r in rows if r["metric"] == "select_2"]
        told = f"1 bad in t ({code})" in err and "d.ndjson:3" in err and reason in err and "5 rows in" in err
        check(
            f"{code} {expression} {how[1]}",
            exit_code == 0 and len(asked) == 4 and len(plain) == 5 and told,
            f"exit {exit_code}, {len(asked)} and {len(plain)} rows: {err}",
        )
        answers.append(rows)
    check(f"{code} {expression} in both tiers", answers[0] == answers[1], str(answers))

merging = "SELECT COUNT(*) AS n, HLL_MERGE(UNHEX(s)) IS NULL AS none FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(at), "
merging += "INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;\n"
exit_code, rows, err = run(merging, [dict(good, s=None), dict(good, s="00FF"), dict(good, s=None)])
check(
    "E0651 bytes that are no state change no state",
    exit_code == 0 and rows and rows[0]["n"] == 2 and rows[0]["none"] and "1 bad in t (E0651)" in err,
    f"{rows}: {err}",
)
windowed = "SELECT window_start, s FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(at), INTERVAL '1' MINUTE));\n"
exit_code, rows, err = run(windowed, [good, dict(good, at=None), good])
check(
    "E0655 an event time of NULL is in no window",
    exit_code == 0 and len(rows) == 2 and "1 bad in t (E0655)" in err,
    err,
)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
