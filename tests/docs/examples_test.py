#!/usr/bin/env python3
"""examples_test.py SQC PAGE: every example of the page of functions answers what stands behind it.

An example stands in the page as `call` is `answer`, the answer as JSON.  All run over a stream of one row, in native
code fast and optimised and in the interpreter, folded at compile time and not.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

RUNS = (
    ["--tier", "fast"],
    ["--tier", "optimized"],
    ["--interpret"],
    ["--tier", "fast", "--disable-rule", "fold_constants"],
    ["--interpret", "--disable-rule", "fold_constants"],
)
TABLE = (
    "CREATE TABLE t (n INT, at TIMESTAMP(3), WATERMARK FOR at AS at) "
    "WITH ('connector' = 'filesystem', 'path' = 't.ndjson', 'format' = 'json');\n"
)


class Number(str):
    """A number of JSON as it was written: 0.30 is not 0.3."""


def parse(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def show(value):
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(show(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k, ensure_ascii=False) + ":" + show(v) for k, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def examples_of(page):
    found = []
    for line in open(page, encoding="utf-8"):
        for call, answer in re.findall(r"`((?:[^`])+)` is `([^`]+)`", line):
            found.append((call.replace("\\|", "|"), answer.replace("\\|", "|")))
    return found


def answers(sqc, folder, calls, run):
    columns = ",\n".join(f"{call} AS c{i}" for i, call in enumerate(calls))
    with open(os.path.join(folder, "q.ssql"), "w", encoding="utf-8") as out:
        out.write(f"{TABLE}SELECT\n{columns}\nFROM t;\n")
    with open(os.path.join(folder, "t.ndjson"), "w", encoding="utf-8") as out:
        out.write('{"n": 1, "at": "2026-01-01 00:00:00"}\n')
    command = [sqc, "run", "q.ssql", "--format", "ndjson", "--quiet", *run]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120)
    if done.returncode != 0 or not done.stdout.strip():
        raise SystemExit(f"{' '.join(run)}: {done.stderr}{done.stdout}")
    row = parse(done.stdout.splitlines()[0])
    return [show(row[f"c{i}"]) for i in range(len(calls))]


def main():
    sqc, page = os.path.abspath(sys.argv[1]), sys.argv[2]
    examples = examples_of(page)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for run in RUNS:
            for (call, answer), got in zip(examples, answers(sqc, folder, [call for call, _ in examples], run)):
                if show(parse(answer)) != got:
                    wrong += 1
                    print(f"{' '.join(run)}: {call} is {got}, the page says {answer}")
    print(f"{len(examples)} examples in {len(RUNS)} ways, {wrong} wrong")
    sys.exit(wrong > 0 or len(examples) < 150)


if __name__ == "__main__":
    main()
