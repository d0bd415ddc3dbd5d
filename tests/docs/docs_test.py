#!/usr/bin/env python3
"""README and tutorial are followed to the letter: their texts run, and print what they say.

usage: docs_test.py path/to/sqc
"""

import os
import re
import subprocess
import sys
import tempfile

SQC = os.path.abspath(sys.argv[1])
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
NUMBERS = {"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10"}
failed = passed = 0


def read(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


def blocks(text, kind):
    return re.findall(r"```" + kind + r"\n(.*?)```", text, re.S)


def sqc(folder, *args):
    return subprocess.run([SQC, *args], cwd=folder, capture_output=True, text=True, timeout=120)


def check(name, good, detail=""):
    global failed, passed
    passed += bool(good)
    failed += not good
    print(("ok    " if good else "FAIL  ") + name + ("" if good else f": {detail}"))


def readme():
    text = read("README.md")
    check(
        "the README's text is its example, but for the mistake it shows",
        blocks(text, "sql")[0].replace("EXPECT LATE 0", "EXPECT LATE 1") == read("examples/readme/clicks.ssql"),
        "they differ",
    )
    folder = tempfile.mkdtemp(prefix="docs-")
    with open(os.path.join(folder, "clicks.ndjson"), "w") as f:
        f.write(read("examples/readme/clicks.ndjson"))
    source = blocks(text, "sql")[0]
    with open(os.path.join(folder, "clicks.ssql"), "w") as f:
        f.write(source)
    ran = sqc(folder, "run", "clicks.ssql")
    rows, failure = blocks(text, "text")[:2]
    table = [line for line in rows.splitlines() if "|" in line or "+" in line]
    check(
        "the README's rows",
        [line.rstrip() for line in ran.stdout.splitlines()] == [line.rstrip() for line in table],
        ran.stdout,
    )
    check(
        "the README's summary",
        "5 rows in, 3 out, 1 late, 0 bad" in ran.stderr and "1 late for site.visits" in ran.stderr,
        ran.stderr,
    )
    tested = sqc(folder, "test", "clicks.ssql")
    check("the README's test fails as it says", tested.returncode == 1 and tested.stdout == failure, tested.stdout)
    with open(os.path.join(folder, "clicks.ssql"), "w") as f:
        f.write(source.replace("EXPECT LATE 0", "EXPECT LATE 1"))
    check("and passes once it is right", sqc(folder, "test", "clicks.ssql").returncode == 0)
    linted = sqc(folder, "lint", "clicks.ssql")
    check("the README's text has nothing that lint finds", "nothing found" in linted.stderr, linted.stderr)


def tutorial():
    text = read("docs/tutorial.md")
    stream, metric, test = blocks(text, "sql")[:3]
    folder = tempfile.mkdtemp(prefix="docs-")
    made = sqc(folder, "generate", "social", "--out", "events", "--rows", "50000")
    check("tutorial 1: events", made.returncode == 0, made.stderr)

    def write(content):
        with open(os.path.join(folder, "likes.ssql"), "w") as f:
            f.write(content)

    write(stream)
    check("tutorial 2: check", sqc(folder, "check", "likes.ssql").returncode == 0)
    ran = sqc(folder, "run", "likes.ssql", "--limit-rows", "5", "--format", "ndjson")
    check("tutorial 2: five rows", ran.returncode == 0 and len(ran.stdout.splitlines()) == 5, ran.stderr)
    metric_file = stream[: stream.index("SELECT")] + metric
    write(metric_file)
    ran = sqc(folder, "run", "likes.ssql", "--format", "csv")
    check(
        "tutorial 3: the metric",
        ran.returncode == 0 and ran.stdout.startswith("window_start,category,likes,people\n"),
        ran.stderr,
    )
    write(metric_file + test)
    tested = sqc(folder, "test", "likes.ssql")
    check(
        "tutorial 4: the test fails and shows the nearest row",
        tested.returncode == 1 and "nearest:" in tested.stdout and "2, 1)" in tested.stdout,
        tested.stdout,
    )
    write(metric_file + test.replace("3, 2)", "2, 1)"))
    passed_test = sqc(folder, "test", "likes.ssql")
    check("tutorial 4: and passes", passed_test.returncode == 0)
    ways = re.search(r"(\d+) ways each", passed_test.stderr).group(1)
    for page in ("docs/tutorial.md", "docs/language/tests.md", "docs/ROADMAP.md"):
        told = [NUMBERS[word] for word in re.findall(r"(\w+) ways", read(page)) if word in NUMBERS]
        check(f"{page} counts the ways of a test as sqc does", told == [ways], f"{told}, not {ways}")
    write(metric_file.replace("content.category AS", "content.categry AS"))
    checked = sqc(folder, "check", "likes.ssql")
    check("tutorial 5: the nearest name", checked.returncode == 1 and "`category`" in checked.stderr, checked.stderr)


def project():
    """Section 7, command by command."""
    section = read("docs/tutorial.md").split("## 7. ")[1]
    metric, test = blocks(section, "sql")
    first, last = blocks(section, "sh")
    folder = tempfile.mkdtemp(prefix="docs-")
    path = os.path.dirname(SQC) + ":" + os.environ["PATH"]

    def follow(script, where):
        return subprocess.run(
            ["sh", "-ec", script],
            cwd=where,
            capture_output=True,
            text=True,
            timeout=120,
            env=dict(os.environ, PATH=path),
        )

    ran = follow(first, folder)
    check(
        "tutorial 7: a new project is tested, runs and answers", ran.returncode == 0 and "EU" in ran.stdout, ran.stderr
    )
    folder = os.path.join(folder, "social")
    for name, content in (("sessions.ssql", metric), ("sessions_test.ssql", test)):
        with open(os.path.join(folder, "metrics", "engagement", name), "w") as f:
            f.write(content)
    ran = follow(last, folder)
    check("tutorial 7: sessions with a late event", ran.returncode == 0 and "6 passed" in ran.stdout, ran.stderr)
    ran = follow("sqc fmt --check .", folder)
    check("tutorial 7: its texts are formatted", ran.returncode == 0, ran.stderr)


readme()
tutorial()
project()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
