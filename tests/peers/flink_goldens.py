#!/usr/bin/env python3
"""flink_goldens.py SQC [GLOB]: our rows against the answers that Flink gave once (tests/peers/flink).

Each program runs in native code, fast and optimised, and in the interpreter.  Rows are compared as values: a DOUBLE by
its bits, a DECIMAL with all its digits, a timestamp without zeros at its end.  Rows of windows are a set, because Flink
promises no order of keys; other rows come in the order of the input.  flink_differences.txt lists, program by program,
the cells where we differ on purpose and why; a difference listed there that has gone is a failure too.
"""

import base64
import concurrent.futures
import decimal
import fnmatch
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "flink")
RUNS = (["--tier", "fast"], ["--tier", "optimized"], ["--interpret"])


def read_differences(path):
    """Lines `program | where | our value | reason`, as the head of the file explains them."""
    table = {}
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4 or not parts[3]:
            raise SystemExit(f"{path}:{number}: wants program | where | our value | reason")
        table.setdefault(parts[0], []).append({"where": parts[1], "value": parts[2], "used": False})
    return table


def is_bytes(sql_type):
    return bool(re.match(r"(BYTES|BINARY|VARBINARY)", sql_type))


def normal(value, sql_type, is_ours):
    """A value that is equal to another one exactly when both mean the same."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list):
        inner = re.match(r"(?:ARRAY|MULTISET)<(.*)>", sql_type)
        return tuple(normal(v, inner.group(1) if inner else "", is_ours) for v in value)
    if isinstance(value, dict):
        return tuple(sorted((k, normal(v, "", is_ours)) for k, v in value.items()))
    if re.match(r"(DOUBLE|FLOAT|REAL)", sql_type):
        number = float(value)
        return "NaN" if number != number else number.hex()
    if sql_type.startswith("DECIMAL"):
        return str(decimal.Decimal(value))
    if re.match(r"(TIMESTAMP|TIME|DATE)", sql_type):
        text = str(value).replace("T", " ").rstrip("Z")
        return re.sub(r"\.?0*$", "", text) if "." in text else text
    if is_bytes(sql_type) and is_ours:
        return base64.b64decode(value).hex()
    return str(value) if isinstance(value, decimal.Decimal) else value


def parse(line):
    return json.loads(line, parse_float=decimal.Decimal)


def run_ours(sqc, folder, arguments):
    command = [sqc, "run", "program.ssql", "--format", "ndjson", "--quiet", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, env=dict(os.environ, NO_COLOR="1")
    )


def cells(rows, types, is_ours):
    """What a row does (an insert where it does not say), then its values."""
    return [(row.get("op", "+I"), *(normal(row[c], t, is_ours) for c, t in types.items())) for row in rows]


def expected(own, row, column, allowed):
    """Is this difference listed?  Marks it as met."""
    text = json.dumps(own, ensure_ascii=False, default=str)
    for difference in allowed:
        number, _, name = difference["where"].rpartition(":")
        if name in (column, "*") and number in (str(row), "") and difference["value"] in ("*", text):
            difference["used"] = True
            return True
    return False


def without_missing(theirs, allowed):
    """Flink's rows that we have too, each with its number."""
    numbered = list(enumerate(theirs, 1))
    for difference in allowed:
        number, _, name = difference["where"].rpartition(":")
        if name == "row":
            difference["used"] = True
            numbered = [(n, row) for n, row in numbered if str(n) != number]
    return numbered


def compare(ours, theirs, types, allowed):
    """None, or what differs first."""
    numbered = without_missing(theirs, allowed)
    if len(ours) != len(numbered):
        return f"{len(ours)} rows, Flink has {len(numbered)}"
    for own, (number, their) in zip(ours, numbered):
        for column, a, b in zip(("op", *types), own, their):
            if a != b and not expected(a, number, column, allowed):
                return f"row {number}, {column}: {a!r}, Flink has {b!r}"
    return None


def judge(sqc, name, differences):
    folder = os.path.join(PROGRAMS, name)
    text = open(os.path.join(folder, "program.ssql"), encoding="utf-8").read()
    allowed = differences.get(name, [])
    refused = os.path.exists(os.path.join(folder, "golden.error"))
    problems = []
    for arguments in RUNS:
        done = run_ours(sqc, folder, arguments)
        how = " ".join(arguments)
        turned = [d for d in allowed if d["where"] == "!"]
        if (done.returncode != 0) != refused:
            if turned and done.returncode in (0, 1):
                turned[0]["used"] = True
                continue
            problems.append(f"{how}: exit {done.returncode}: {done.stderr.strip()[:600]}")
            continue
        if refused:
            continue
        types = json.load(open(os.path.join(folder, "golden_types.json"), encoding="utf-8"))
        golden = [parse(line) for line in open(os.path.join(folder, "golden.ndjson"), encoding="utf-8")]
        ours = [parse(line) for line in done.stdout.splitlines()]
        missing = [c for c in types if ours and c not in ours[0]]
        if missing:
            problems.append(f"{how}: no column {missing[0]} in {ours[0]}")
            continue
        a, b = cells(ours, types, True), cells(golden, types, False)
        if re.search(r"\b(TUMBLE|HOP|CUMULATE|SESSION|UNION)\b", text, re.I) and "_rows" not in name:
            a, b = sorted(a, key=repr), sorted(b, key=repr)
        problem = compare(a, b, types, allowed)
        if problem:
            problems.append(f"{how}: {problem}")
    problems += [f"documented difference at {d['where']} is gone" for d in allowed if not d["used"] and not problems]
    return problems


def main():
    sqc, pattern = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "*"
    differences = read_differences(os.path.join(HERE, "flink_differences.txt"))
    present = sorted(os.listdir(PROGRAMS))
    names = [name for name in present if fnmatch.fnmatch(name, pattern)]
    failed = [
        f"flink_differences.txt names {name}, which does not exist" for name in differences if name not in present
    ]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, problems in zip(names, pool.map(lambda n: judge(sqc, n, differences), names)):
            failed += [f"{name}: {problem}" for problem in problems]
    for line in failed:
        print("FAIL " + line)
    print(f"{len(names)} programs that Flink answered, {len(failed)} problems")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
