#!/usr/bin/env python3
"""folding_test.py SQC: what coarser windows are made of does not show, for every shipped metric and measure.

The shipped project runs twice over a generated day: one copy keeps only the metrics' own windows, the other only coarse
ones, which `run` folds out of them.  Each question over the coarse windows and coarser ones, for any dimensions, has to
have the same answer from both, byte for byte: once states are merged when somebody asks, once before.  What a measure
does not merge over, both refuse.
"""

import concurrent.futures
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
QUERIES = os.path.join(HERE, "..", "..", "queries")
SQC = os.path.abspath(sys.argv[1])
ROWS, SEED = 20000, 11
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def sqc(folder, *words, good=True):
    done = subprocess.run([SQC, *words], cwd=folder, capture_output=True, text=True, env=dict(os.environ, NO_COLOR="1"))
    if good and done.returncode != 0:
        sys.exit(f"sqc {' '.join(words)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done


class Metric:
    """What `explain` says of it."""

    def __init__(self, folder, name):
        text = sqc(folder, "explain", name).stdout
        self.name = name
        every = re.search(r"^  time .*, every (\d+) (\w+?)s?$", text, re.MULTILINE)
        self.own = int(every[1]) * SECONDS[every[2]] if every else 0
        self.dimensions = re.findall(r"^  dimension (\w+)", text, re.MULTILINE)
        measures = re.findall(r"^  measure +(\w+) [^\n]*: ([^\n]* over [^\n]*)$", text, re.MULTILINE)
        self.adds = {measure: "over time and dimensions" in how for measure, how in measures}
        self.tumbles = text.startswith(f"metric {name}: tumbling windows")
        self.coarse = next((size for size in (3600, 86400, 7 * 86400) if size > self.own), 2 * self.own)


def texts(folder):
    for root, _, files in os.walk(folder):
        for file in files:
            if file.endswith(".ssql") and not file.endswith("_test.ssql"):
                yield os.path.join(root, file)


def metric_names(folder):
    return [name for path in texts(folder) for name in re.findall(r"^CREATE METRIC ([\w.]+)$", open(path).read(), re.M)]


def keep_only(folder, grains):
    """Each metric of the project keeps one rung."""
    for path in texts(folder):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for name, grain in grains.items():
            head = re.search(rf"^CREATE METRIC {re.escape(name)}\n.*?^AS$", text, re.MULTILINE | re.DOTALL)
            if head is not None:
                kept = re.sub(r"  RETAIN \([^\n]*\n", "", head[0])
                interval = "  RETAIN (INTERVAL '{}' {} FOR INTERVAL '400' DAY)\nAS".format(*unit_of(grain))
                text = text.replace(head[0], kept[: -len("AS")] + interval, 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def unit_of(seconds):
    word = next(word for word in ("day", "hour", "minute", "second") if seconds % SECONDS[word] == 0)
    return seconds // SECONDS[word], word.upper()


def questions(metric):
    for count in range(len(metric.dimensions) + 1):
        for by in itertools.combinations(metric.dimensions, count):
            for grain in (metric.coarse, 2 * metric.coarse):
                words = ["query", metric.name, "--grain", f"{grain} s", "--format", "json"]
                yield words + (["--by", ",".join(by)] if by else [])


class Judge:
    def __init__(self, fine, coarse):
        self.fine, self.coarse, self.wrong, self.rows, self.refused = fine, coarse, 0, 0, 0

    def fail(self, words, what):
        self.wrong += 1
        print(f"FAIL sqc {' '.join(words)}: {what}")

    def ask(self, metric, words):
        own, folded = (sqc(folder, *words, good=False) for folder in (self.fine, self.coarse))
        if not all(metric.adds.values()):
            self.refused += 1
            if (own.returncode, own.stdout) != (1, "") or "E0832" not in own.stderr:
                self.fail(words, "a measure that does not add up was shown")
        elif own.returncode != 0 or folded.returncode != 0:
            self.fail(words, f"exit {own.returncode} and {folded.returncode}\n{own.stderr}{folded.stderr}")
        elif own.stdout != folded.stdout:
            self.fail(words, "own windows and folded ones give other rows")
        else:
            self.rows += own.stdout.count("\n") - 2
            (count, unit), (other, of) = unit_of(metric.own), unit_of(metric.coarse)
            for done, seen in ((own, f"from rows of {count} {unit}"), (folded, f"from rows of {other} {of}")):
                if seen.lower() not in done.stderr.lower():
                    self.fail(words, f"not '{seen}': {done.stderr}")


def main():
    folder = tempfile.mkdtemp(prefix="sqc-folding-")
    fine, coarse = (os.path.join(folder, name) for name in ("fine", "coarse"))
    shutil.copytree(QUERIES, fine, ignore=shutil.ignore_patterns(".sqc"))
    amounts = ["--rows", str(ROWS), "--seed", str(SEED), "--duplicates", "3000", "--malformed", "1000"]
    sqc(fine, "generate", "social", "--out", ".", *amounts)
    metrics = [Metric(fine, name) for name in metric_names(fine)]
    claiming = [metric for metric in metrics if metric.tumbles and metric.own > 0]
    shutil.copytree(fine, coarse)
    merging = [metric for metric in claiming if all(metric.adds.values())]
    keep_only(fine, {metric.name: metric.own for metric in claiming})
    keep_only(coarse, {metric.name: metric.coarse for metric in merging})
    for project in (fine, coarse):
        sqc(project, "run", "--quiet")
    judge = Judge(fine, coarse)
    asked = [(metric, words) for metric in claiming for words in questions(metric)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda pair: judge.ask(*pair), asked):
            pass
    shutil.rmtree(folder)
    measures = sum(len(metric.adds) for metric in merging)
    print(f"{len(merging)} metrics with {measures} measures that merge, {len(asked)} questions, {judge.rows} rows")
    sys.exit(judge.wrong > 0 or len(merging) < 9 or measures < 30 or judge.rows < 3000)


if __name__ == "__main__":
    main()
