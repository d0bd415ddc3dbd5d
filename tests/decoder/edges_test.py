#!/usr/bin/env python3
"""Nothing is read before the first line of a mapped file or behind its last page.

usage: edges_test.py path/to/sqc path/to/guarded_maps.so
Files of several shapes, written with and without blanks behind commas, are mapped between two pages that nobody may
touch (guarded_maps.c); the compiled decoder must answer what the interpreter answers without them.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

SQC, GUARDS = (os.path.abspath(path) for path in sys.argv[1:3])
PROGRAM = """CREATE STREAM ev (a STRING, n BIGINT, d DOUBLE, r ROW<x INT, y STRING>)
WITH ('connector' = 'filesystem', 'path' = 'ev*.%s', 'format' = '%s');
SELECT a, n, d, r FROM ev;
"""
PAGE = os.sysconf("SC_PAGESIZE")


def lines_of(rng, separators, shapes, count):
    """JSON lines of some orders of keys; every order comes early, so that the sample has it."""
    keys = ["a", "n", "d", "r", "other"]
    orders = [rng.sample(keys, len(keys)) for _ in range(shapes)]
    orders = [order[: rng.randint(3, 5)] for order in orders]
    for number in range(count):
        values = {"a": "x" * (number % 40), "n": number, "d": number / 4, "r": {"x": 1, "y": "z"}, "other": [number]}
        order = orders[number % shapes]
        yield json.dumps({key: values[key] for key in order}, separators=separators) + "\n"


def run(folder, *options, **env):
    done = subprocess.run(
        [SQC, "run", "t.ssql", "--format", "ndjson", "--quiet", *options],
        cwd=folder,
        capture_output=True,
        timeout=120,
        env=dict(os.environ, **env),
    )
    return done.returncode, done.stdout


def check(name, extension, *texts):
    with tempfile.TemporaryDirectory(prefix="edges-") as folder:
        with open(os.path.join(folder, "t.ssql"), "w") as file:
            file.write(PROGRAM % (extension, extension) if extension == "json" else CSV_PROGRAM)
        for number, text in enumerate(texts):
            with open(os.path.join(folder, f"ev{number}.{extension}"), "w") as file:
                file.write(text)
        wanted = run(folder, "--interpret")
        good = wanted[0] == 0 and wanted[1] != b""
        for tier in ("fast", "optimized"):
            got = run(folder, "--tier", tier, LD_PRELOAD=GUARDS)
            good = good and got == wanted
            if got != wanted:
                print(f"FAIL  {name}, --tier {tier}: exit {got[0]}, {len(got[1])} bytes, not {len(wanted[1])}")
        return good


CSV_PROGRAM = (PROGRAM % ("csv", "csv")).replace(", r ROW<x INT, y STRING>", "").replace(", r FROM", " FROM")


def cases():
    rng = random.Random(7)
    for shapes in (1, 2, 5):
        for separators in ((", ", ": "), (",", ":"), (",  ", ":  ")):
            lines = list(lines_of(rng, separators, shapes, 700))
            yield f"{shapes} shapes, {separators}, one line", "json", lines[0]
            # The second file begins with another key than the one that the sample, of the first, begins with.
            yield f"{shapes} shapes, {separators}", "json", "".join(lines), "".join(lines[1:])
    for bytes_behind in (0, 1):  # the last line ends where its page ends, and one byte later
        line = '{"a": "%s", "n": 1}\n'
        fill = PAGE + bytes_behind - len(line % "")
        yield f"a file that ends {bytes_behind} bytes behind its page", "json", line % ("x" * fill)
        yield f"without a final newline, {bytes_behind} bytes behind", "json", (line % ("x" * (fill + 1)))[:-1]
        yield f"csv that ends {bytes_behind} bytes behind its page", "csv", "x" * (PAGE + bytes_behind - 7) + ",1,2.5\n"
    yield "csv", "csv", "".join(f"a{n},{n},{n / 4}\n" for n in range(700))


verdicts = [check(*case) for case in cases()]
print(f"{sum(verdicts)} of {len(verdicts)} files are read inside of their pages")
sys.exit(not all(verdicts))
