#!/usr/bin/env python3
"""diff.py -- random programs over random events: native code, interpreter and SQLite must give the same rows.

usage: diff.py SQC [--seconds 60 | --cases N | --forever] [--seed S] [--keep FOLDER] [--statements N] [--rows N]

One seed makes one program with its events.  It runs in native code and in the interpreter, whose output must be equal
byte for byte; then with other batch sizes, restored at every batch, optimised, with a rule of the optimiser off, and
split over three files where no row is late.  Statements of the listed subset also run in SQLite over the same values.
A seed that fails is printed with the command that repeats it, made small, and its files are kept.
"""

import argparse
import collections
import concurrent.futures
import decimal
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

import events
from programs import FUNCTIONS, Program
from reference import Unjudged, open_reference
from wild import read_signatures

RULES = [
    "fold_constants",
    "merge_filters",
    "merge_projects",
    "push_predicate",
    "prune_columns",
    "share_scan",
    "share_filter",
    "share_step",
    "share_group",
    "share_slices",
]
ROWS_MAY_CHANGE = {"push_predicate", "prune_columns", "fold_constants"}  # docs/decisions/0004-bad-rows.md


class Disagreement(Exception):
    def __init__(self, what, statement=None):
        super().__init__(what)
        self.statement = statement


class Case:
    """A program written into a folder, and its runs."""

    def __init__(self, sqc, folder, program):
        self.sqc, self.folder, self.program = sqc, folder, program
        self.statements = list(program.statements)
        self.lines = list(program.stream.lines)

    def path(self, name):
        return os.path.join(self.folder, name)

    def head(self):
        p = self.program
        return [FUNCTIONS, p.stream.ddl(), p.lookup.ddl(), *([p.second.ddl()] if p.second else []), *p.views]

    def write_text(self):
        head = self.head()
        with open(self.path("p.ssql"), "w", encoding="utf-8") as file:
            file.write("\n".join(head + [s.ddl() for s in self.statements]) + "\n")
        return len(head)

    def write_events(self):
        ending = "csv" if self.program.stream.is_csv else "json"
        with open(self.path("dim.csv"), "wb") as file:
            file.write(b"".join(line + b"\n" for line in self.program.lookup.lines))
        with open(self.path("ev." + ending), "wb") as file:
            file.write(b"\n".join(self.lines) + (b"\n" if self.program.seed % 3 else b""))
        second = self.program.second
        if second is not None:
            with open(self.path("evb.csv" if second.is_csv else "evb.json"), "wb") as file:
                file.write(b"".join(line + b"\n" for line in second.lines))
        choose = random.Random(self.program.seed)
        parts = [[], [], []]
        for line in self.lines:
            choose.choice(parts).append(line)
        for number, part in enumerate(parts):
            with open(self.path(f"part{number}.{ending}"), "wb") as file:
                file.write(b"".join(line + b"\n" for line in part))

    def call(self, *arguments):
        command = [self.sqc, *arguments]
        try:
            return subprocess.run(
                command, cwd=self.folder, capture_output=True, timeout=300, env=dict(os.environ, NO_COLOR="1")
            )
        except subprocess.TimeoutExpired:
            raise Disagreement(f"does not end: {' '.join(arguments)}")

    def drop_what_does_not_compile(self):
        """Wild statements may be wrong; others may not."""
        for _ in range(20):
            head = self.write_text()
            done = self.call("check", "p.ssql", "--diagnostics", "json")
            if done.returncode == 0:
                return
            if done.returncode != 1:
                raise Disagreement(f"check ends with {done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
            wrong = {int(n) - head - 1 for n in re.findall(rb'"line":\s*(\d+)', done.stdout + done.stderr)}
            listed = [self.statements[i] for i in wrong if 0 <= i < len(self.statements)]
            sane = [s for s in listed if s.lite is not None]
            if sane or not listed:
                raise Disagreement(
                    "is refused: " + (done.stdout + done.stderr).decode(errors="replace")[:600],
                    sane[0] if sane else None,
                )
            self.statements = [s for s in self.statements if s not in listed]
        raise Disagreement("check finds other errors each time")

    def may_stop(self):
        """A bad row may end the run."""
        return self.program.stream.stops or bool(self.program.second and self.program.second.stops)

    def run(self, *arguments):
        done = self.call("run", "p.ssql", "--format", "ndjson", *arguments)
        if done.returncode not in ((0, 1) if self.may_stop() else (0,)):
            raise Disagreement(
                f"run {' '.join(arguments)} ends with {done.returncode}: "
                f"{done.stderr[-800:].decode(errors='replace')}"
            )
        return done.stdout, counts_of(done.stderr)


def counts_of(summary):
    """What the summary counts, without what depends on the machine."""
    text = summary.decode(errors="replace")
    number = r"(\d[\d,]*)"
    head = rf"^{number} rows in, {number} out, {number} late, {number} bad(.*?) (?:in \d|\(interpreted)"
    found = re.findall(head, text, re.MULTILINE)
    return found, sorted(re.findall(r"^ +\d+ (?:bad|late|of) .*$", text, re.MULTILINE))


def in_both(counts):
    """What the interpreter counts too."""
    (*numbers, more), *_ = counts[0] or [("no summary", "")]
    kinds = ("duplicate", "in the future", "heartbeats")
    return [*numbers, *(part for part in more.split(", ") if part.endswith(kinds))]


def first_difference(a, b):
    for number, (x, y) in enumerate(zip(a.splitlines(), b.splitlines()), 1):
        if x != y:
            return f"line {number}:\n  {x.decode(errors='replace')}\n  {y.decode(errors='replace')}", x
    longer = a if len(a) > len(b) else b
    line = longer.splitlines()[min(len(a.splitlines()), len(b.splitlines()))] if a != b else b""
    return f"{len(a.splitlines())} lines against {len(b.splitlines())}; next: {line.decode(errors='replace')}", line


def name_of(case, line):
    """A program of one statement does not name it in its rows."""
    found = re.search(rb'"metric":"(\w+)"', line)
    return found.group(1) if found else case.statements[0].name.encode()


def same_bytes(case, what, expected, got):
    if expected == got:
        return
    text, line = first_difference(expected, got)
    guilty = [s for s in case.statements if line and s.name == name_of(case, line).decode()]
    raise Disagreement(f"{what}, {text}", guilty[0] if guilty else None)


def folded(lines):
    """Rows of a changelog as what is there in the end; others as they are."""
    rest, there = [], collections.Counter()
    for line in lines:
        found = re.search(rb'"op":"([+-][IUD])",', line)
        if found is None:
            rest.append(line)
        else:
            there[line.replace(found.group(0), b"", 1)] += 1 if found.group(1).startswith(b"+") else -1
    if any(count < 0 for count in there.values()):
        raise Disagreement(f"a row is taken back that was not there: {there.most_common()[-1]}")
    return rest + list(there.elements())


def ordered(output):
    return b"\n".join(sorted(folded(output.splitlines())))


def compare_engines(case):
    """Native code in many ways and the interpreter; answers with the rows."""
    choose, program = random.Random(case.program.seed + 1), case.program
    rows, counts = case.run("--tier", "fast")
    plain, plain_counts = case.run("--interpret")
    same_bytes(case, "native code (first) and interpreter differ", rows, plain)
    if not case.may_stop() and in_both(counts) != in_both(plain_counts):
        raise Disagreement(f"counts differ with --interpret: {in_both(counts)} {in_both(plain_counts)}")
    batch = choose.choice(["1", "2", "7", "64", "1000"])
    arguments = ["--tier", "fast", "--batch-rows", batch] + (["--restart-every-batch"] if choose.random() < 0.7 else [])
    other, other_counts = case.run(*arguments)
    same_bytes(case, f"differs from the first with {' '.join(arguments)}", rows, other)
    if counts != other_counts:
        raise Disagreement(f"counts differ with {' '.join(arguments)}: {counts} {other_counts}")
    if choose.random() < 0.35:
        same_bytes(case, "optimised code differs from the first", rows, case.run("--tier", "optimized", "--quiet")[0])
    if choose.random() < 0.5 and not case.may_stop():  # without some rules more columns are read, and may be bad
        rule = choose.choice(RULES)
        if program.stream.bad_rate == 0 or rule not in ROWS_MAY_CHANGE:
            compare_without_rule(case, rule, rows)
    compare_split(case, choose, rows)
    return rows


def compare_split(case, choose, rows):
    """Three partitions: the same rows where none is late, and the same as the interpreter has in any case."""
    stream = case.program.stream
    if choose.random() < 0.4:
        return
    replay = ["--replay", f"ev=part*.{'csv' if stream.is_csv else 'json'}"]
    split, counts = case.run(*replay, "--tier", "fast")
    streams = [s for s in (stream, case.program.second) if s]
    if not any(s.has_late for s in streams) and not case.may_stop():
        same_bytes(case, "differs when split into 3 files", ordered(rows), ordered(split))
    plain, plain_counts = case.run(*replay, "--interpret")
    same_bytes(case, "split into 3 files, the interpreter differs", split, plain)
    if not case.may_stop() and in_both(counts) != in_both(plain_counts):
        raise Disagreement(f"split into 3 files, counts differ: {in_both(counts)} {in_both(plain_counts)}")


def compare_without_rule(case, rule, rows):
    """Statements whose expressions cannot fail are the same with any rule off; a UNION ALL has no order."""
    safe = {s.name.encode() for s in case.statements if s.lite is not None} if rule in ROWS_MAY_CHANGE else None
    free = {s.name.encode() for s in case.statements if re.search(r"UNION ALL|CUBE|ROLLUP|GROUPING SETS", s.text)}

    def kept(output):
        named = [(name_of(case, line), line) for line in output.splitlines()]
        named.sort(key=lambda pair: (pair[0], pair[1] if pair[0] in free else b""))
        named = [pair for pair in named if pair[0] != b"aside" and (safe is None or pair[0] in safe)]
        return b"\n".join(folded([line for _, line in named]))

    other = case.run("--tier", "fast", "--disable-rule", rule, "--quiet")[0]
    same_bytes(case, f"differs without {rule}", kept(rows), kept(other))


def all_columns_are_good(case):
    """A TEST reads every column, and lets no error pass: no line may say what the kind of one cannot hold."""
    with open(case.path("all.ssql"), "w", encoding="utf-8") as file:
        head = "\n".join(case.head()).replace(
            "'json.ignore-parse-errors' = 'true'", "'json.ignore-parse-errors' = 'false'"
        )
        file.write(head + "\nSELECT * FROM ev;\n")
    done = case.call("run", "all.ssql", "--format", "ndjson", "--interpret")
    found = re.search(rb"late, (\d[\d,]*) bad", done.stderr)
    return done.returncode == 0 and found is not None and found.group(1) == b"0"


def compare_tests(case):
    """The rows as those of a TEST, whose snapshots are written once: then all its ways must agree."""
    program, stream = case.program, case.program.stream
    choose = random.Random(program.seed + 2)
    can_be_given = stream.bad_rate == 0 and not stream.is_csv and len(case.lines) <= 400 and program.second is None
    plain = [s for s in case.statements if not re.search(r"\bdim\b|\bev\.(bad|future)", s.text) and not s.is_endless]
    if not can_be_given or not plain or choose.random() < 0.4 or not all_columns_are_good(case):
        return
    statement, middle = choose.choice(plain), choose.randint(0, len(case.lines))
    steps = []
    for number, lines in enumerate([case.lines[:middle], case.lines[middle:]]):
        with open(case.path(f"given{number}.json"), "wb") as file:
            file.write(b"".join(line + b"\n" for line in lines))
        steps += [f"GIVEN ev FILE 'given{number}.json'", "EXPECT SNAPSHOT", choose.choice(["RESTART", ""])]
    steps += ["WATERMARK '9999-12-31 23:59:59.999'", "EXPECT SNAPSHOT"]
    with open(case.path("t_test.ssql"), "w", encoding="utf-8") as file:
        file.write("\n".join([*case.head(), statement.ddl(), f"TEST t FOR {statement.name}", *steps]) + ";\n")
    for arguments in (["--update"], []):
        done = case.call("test", "t_test.ssql", *arguments)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise Disagreement(f"sqc test {' '.join(arguments)} ends with {done.returncode}: {said[:1500]}", statement)


def ours_as_value(value, sql_type):
    if value is None or sql_type == "STRING" or sql_type == "BOOLEAN":
        return value
    if sql_type == "DOUBLE":
        return float(value)
    return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)


def lite_as_value(value, sql_type):
    if value is None or sql_type == "STRING":
        return value
    if sql_type == "BOOLEAN":
        return bool(value)
    if sql_type == "DOUBLE":
        return float(value)
    if sql_type == "DATE":
        return events.date_text(value)
    if sql_type.startswith("TIMESTAMP"):
        return events.time_text(value) + ("Z" if "LTZ" in sql_type else "")
    return str(value)


def compare_with_sqlite(case, output, tally):
    """Each statement of the listed subset."""
    got = collections.defaultdict(list)
    for line in output.splitlines():
        row = json.loads(line, parse_float=decimal.Decimal)
        row["op"] = row.get("op", "+I")
        got[row.pop("metric", case.statements[0].name)].append(row)
    connection = open_reference()
    case.program.stream.fill(connection)
    case.program.lookup.fill(connection)
    if case.program.second is not None:
        case.program.second.fill(connection)
    for view in case.program.view_lite:
        connection.execute(view)
    for statement in case.statements:
        if statement.lite is None:
            continue
        try:
            rows = connection.execute(statement.lite).fetchall()
        except sqlite3.OperationalError as error:
            if "user-defined" not in str(error):
                raise Disagreement(f"SQLite: {error}: {statement.lite}", statement)
            tally["unjudged"] += 1
            continue
        tally["judged"] += 1
        tally["rows"] += len(rows)
        types = list(statement.types.values())
        ours = collections.Counter()
        for row in got[statement.name]:
            key = tuple(ours_as_value(row[c], t) for c, t in statement.types.items())
            ours[key] += 1 if row["op"] in ("+I", "+U") else -1
        ours = collections.Counter({key: count for key, count in ours.items() if count != 0})
        theirs = collections.Counter(tuple(lite_as_value(v, t) for v, t in zip(row, types)) for row in rows)
        if ours != theirs:
            raise Disagreement(
                f"SQLite differs on {statement.name}: {sum(ours.values())} rows, SQLite {sum(theirs.values())}\n"
                f"  only ours:   {list((ours - theirs).items())[:3]}\n"
                f"  only SQLite: {list((theirs - ours).items())[:3]}",
                statement,
            )


def judge(case, tally):
    case.drop_what_does_not_compile()
    case.write_events()
    if not case.statements:
        return
    rows = compare_engines(case)
    timed = any(s.clock for s in (case.program.stream, case.program.second) if s)
    if not case.may_stop() and not timed:
        compare_tests(case)
        compare_with_sqlite(case, rows, tally)
    tally["statements"] += len(case.statements)


def fails(case):
    """The disagreement, or None."""
    try:
        case.write_text()
        case.write_events()
        if case.statements:
            compare_engines(case)
        return None
    except Disagreement as problem:
        return problem


def make_small(case, problem):
    """Fewer statements, then fewer lines, while engines still disagree.  SQLite's rows belong to the seed: not cut."""
    names = [problem.statement] if problem.statement else []
    for kept in [names] + [[s] for s in case.statements]:
        if not kept:
            continue
        before, case.statements = case.statements, kept
        smaller = fails(case)
        if smaller is not None:
            problem = smaller
            break
        case.statements = before
    if len(case.statements) > 1:
        return problem
    size = len(case.lines) // 2
    while size >= 1:
        at = 0
        while at < len(case.lines):
            before = case.lines
            case.lines = before[:at] + before[at + size :]
            smaller = fails(case)
            if smaller is None:
                case.lines, at = before, at + size
            else:
                problem = smaller
        size //= 2
    fails(case)
    return problem


def run_seed(options, signatures, seed):
    """(seed, problem text or None, tally)"""
    tally = collections.Counter(programs=1)
    folder = tempfile.mkdtemp(prefix="sqc-diff-")
    problem = None
    try:
        case = Case(options.sqc, folder, Program(seed, signatures, options.statements, options.rows))
        try:
            judge(case, tally)
        except (ArithmeticError, LookupError, ValueError) as mistake:
            problem = Disagreement(f"mistake of the test itself: {mistake!r} at line {mistake.__traceback__.tb_lineno}")
        except Disagreement as found:
            problem = found
            if "SQLite" not in str(found) and options.reduce:
                problem = make_small(case, found)
            elif found.statement is not None:
                case.statements = [found.statement]
                case.write_text()
    finally:
        if problem is None:
            shutil.rmtree(folder, ignore_errors=True)
    if problem is None:
        return seed, None, tally
    kept = os.path.join(options.keep, f"seed-{seed}")
    shutil.rmtree(kept, ignore_errors=True)
    os.makedirs(options.keep, exist_ok=True)
    shutil.move(folder, kept)
    return seed, f"seed {seed}: {problem}\n  files: {kept}", tally


def seeds_of(options, started):
    seed = options.seed
    while (
        options.forever
        or (options.cases and seed < options.seed + options.cases)
        or (not options.cases and time.monotonic() - started < options.seconds)
    ):
        yield seed
        seed += 1


def run_all(options, signatures):
    started, tally, failed = time.monotonic(), collections.Counter(), []
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        waiting = collections.deque()
        for seed in seeds_of(options, started):
            waiting.append(pool.submit(run_seed, options, signatures, seed))
            while len(waiting) >= options.jobs * 2:
                take(waiting.popleft().result(), tally, failed, options)
            if len(failed) >= options.max_failures:
                break
        while waiting:
            take(waiting.popleft().result(), tally, failed, options)
    print(
        f"{tally['programs']} programs, {tally['statements']} statements, {tally['judged']} judged by SQLite "
        f"with {tally['rows']} rows "
        f"({tally['unjudged']} not), {time.monotonic() - started:.0f} s, {len(failed)} disagreements"
    )
    return 1 if failed or not tally["judged"] else 0


def take(result, tally, failed, options):
    seed, problem, counts = result
    tally.update(counts)
    if problem is not None:
        failed.append(seed)
        print(
            f"FAIL {problem}\n  again: python3 {os.path.relpath(__file__)} {options.sqc} --cases 1 --seed {seed}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sqc", type=os.path.abspath)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--forever", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default=os.path.join(tempfile.gettempdir(), "sqc-diff"))
    parser.add_argument("--statements", type=int, default=12)
    parser.add_argument("--rows", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--max-failures", type=int, default=5)
    parser.add_argument("--no-reduce", dest="reduce", action="store_false")
    options = parser.parse_args()
    listed = subprocess.run([options.sqc, "help", "functions"], capture_output=True, encoding="utf-8", check=True)
    return run_all(options, read_signatures(listed.stdout))


if __name__ == "__main__":
    sys.exit(main())
