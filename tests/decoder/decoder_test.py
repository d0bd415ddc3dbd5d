#!/usr/bin/env python3
"""The compiled JSON decoder answers what the exact one answers, on lines of its shape and on lines bent out of it.

usage: decoder_test.py path/to/sqc [seed]
For each of several tables a file is made whose first lines teach the shape; the others are mutated from seeds:
shuffled, missing and repeated keys, other types, escapes, raw UTF-8 (right and wrong), numbers at every edge, blanks
in odd places, cut lines, CRLF, no final newline. There are files whose whole sample has one shape, which is compiled as
one line; files of two to eight shapes: other orders, and keys that are not always there, inside objects too; and files
that begin with one shape and go on with several, so that the decoder has to be made again. `--tier optimized` runs the
compiled decoder, `--interpret` and `--tier fast` the exact one: rows must be the same bytes, and as many lines bad.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile

SQC = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
LINES = 6000
SAMPLE_LINES = 128
PLAIN, MIXED, ONE_SHAPE, CHANGES = range(4)  # kinds of files

TABLES = {
    "flat": (
        "a STRING, n BIGINT, i INT, s SMALLINT, b BOOLEAN, d DOUBLE, c DECIMAL(12, 3), t TIMESTAMP(3)",
        lambda r: {
            "a": "text",
            "n": 12,
            "i": -7,
            "s": 3,
            "b": True,
            "d": 1.5,
            "c": 12.125,
            "t": "2024-01-02 03:04:05.678",
            "unused": "x",
            "more": 17,
        },
    ),
    "nested": (
        "id STRING, who ROW<id BIGINT, name STRING, deep ROW<x INT, y STRING>>, tags ARRAY<STRING>, n BIGINT",
        lambda r: {
            "id": "e1",
            "who": {"id": 5, "name": "ana", "deep": {"x": 1, "y": "z"}, "more": 1},
            "skipped": {"k": [1, 2, {"z": None}]},
            "tags": ["a", "b"],
            "n": 1,
        },
    ),
    "wide": (
        ", ".join(f"c{i} {'STRING' if i % 2 else 'BIGINT'}" for i in range(70)),
        lambda r: {f"c{i}": (f"v{i}" if i % 2 else i) for i in range(70)},
    ),
}

STRINGS = [
    "",
    "a",
    "view",
    "x" * 31,
    "x" * 32,
    "x" * 33,
    "x" * 63,
    "x" * 64,
    "x" * 200,
    "é",
    "日本語",
    "😀",
    "a\tb",
    'q"q',
    "back\\slash",
    "nul\u0000",
    "\u001f",
    "\u007f",
    "tail ",
    " ",
    "null",
    "true",
    "12",
    "-0",
    "1e5",
]
NUMBERS = [
    "0",
    "-0",
    "1",
    "-1",
    "127",
    "128",
    "-129",
    "32767",
    "32768",
    "2147483647",
    "2147483648",
    "-2147483649",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "1.0",
    "1.5",
    "1e3",
    "1E400",
    "-1e-400",
    "0.1",
    "00",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1e",
    "0x10",
    "NaN",
    "123456789012345678901234567890",
]
OPTIONS = ["", ", 'json.fail-on-missing-field' = 'true'", ", 'json.ignore-parse-errors' = 'true'"]
OTHERS = ["null", "true", "false", "[]", "{}", "[1,2]", '{"x":1}', "nul", "tru", "", '"']


def raw(value, rng, spaced):
    """Text of a value as the sample writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ") if spaced else (",", ":"))


def members(obj, rng, spaced):
    return [(json.dumps(k), raw(v, rng, spaced)) for k, v in obj.items()]


def join(pairs, spaced):
    return "{" + (", " if spaced else ",").join(k + (": " if spaced else ":") + v for k, v in pairs) + "}"


def mutate(obj, rng, spaced):
    pairs = members(obj, rng, spaced)
    for _ in range(rng.choice([0, 1, 1, 2])):
        i = rng.randrange(len(pairs))
        kind = rng.randrange(9)
        if kind == 0:
            rng.shuffle(pairs)
        elif kind == 1 and len(pairs) > 1:
            pairs.pop(i)
        elif kind == 2:
            pairs.insert(rng.randrange(len(pairs) + 1), pairs[i])
        elif kind == 3:
            pairs[i] = (pairs[i][0], json.dumps(rng.choice(STRINGS), ensure_ascii=rng.random() < 0.3))
        elif kind == 4:
            pairs[i] = (pairs[i][0], rng.choice(NUMBERS))
        elif kind == 5:
            pairs[i] = (pairs[i][0], rng.choice(OTHERS))
        elif kind == 6:
            pairs[i] = (pairs[i][0].replace("a", "\\u0061"), pairs[i][1])
        elif kind == 7:
            pairs[i] = (pairs[i][0], " " * rng.randrange(3) + pairs[i][1] + " " * rng.randrange(3))
        else:
            pairs.append(('"extra"', rng.choice(NUMBERS)))
    return join(pairs, spaced)


def break_bytes(line, rng):
    data = bytearray(line)
    for _ in range(rng.choice([1, 1, 2])):
        if not data:
            break
        at = rng.randrange(len(data))
        how = rng.randrange(4)
        if how == 0:
            data[at] = rng.choice(b'\x00\x1f\x80\xbf\xc0\xe2\xed\xf0\xff"\\{}[],: 0-e.')
        elif how == 1:
            del data[at]
        elif how == 2:
            data.insert(at, rng.choice(b'"\\ {}[]:,0a\xc3'))
        else:
            del data[at:]
    return bytes(data).replace(b"\n", b"").replace(b"\r", b"")


def reshape(obj, rng):
    """The same object with another order of keys, and some of them away, as a function of its kind of line."""
    keys = list(obj)
    if rng.random() < 0.7:
        keys = [k for k in keys if rng.random() < 0.8] or keys[:1]
    if rng.random() < 0.6:
        rng.shuffle(keys)
    inside = {k: reshape(obj[k], rng) for k in keys if isinstance(obj[k], dict)}

    def make(value):
        return {k: inside[k](value[k]) if k in inside else value[k] for k in keys}

    return make


def one_shape(value):
    return value


def make_file(path, make, rng, kind):
    spaced = rng.random() < 0.5
    more = rng.randrange(1, 8) if kind in (MIXED, CHANGES) else 0
    shapes = [one_shape] + [reshape(make(rng), rng) for _ in range(more)]
    first = SAMPLE_LINES if kind in (ONE_SHAPE, CHANGES) else 1
    lines = [join(members(make(rng), rng, spaced), spaced).encode()] * first
    if kind == MIXED and rng.random() < 0.3:
        lines.insert(0, rng.choice([b"not json", b"{}", b'{"a":null}']))
    for _ in range(LINES):
        pick = rng.random()
        shape = rng.choice(shapes)
        line = (
            join(members(shape(make(rng)), rng, spaced), spaced)
            if pick < 0.3
            else mutate(shape(make(rng)), rng, spaced)
        ).encode()
        if pick > 0.8:
            line = break_bytes(line, rng)
        lines.append(line)
    end = b"\r\n" if rng.random() < 0.3 else b"\n"
    with open(path, "wb") as f:
        f.write(end.join(lines) + (b"" if rng.random() < 0.5 else end))


def run(*how):
    p = subprocess.run(
        [SQC, "run", "t.ssql", "--format", "ndjson", "--batch-rows", "64", *how], capture_output=True, timeout=120
    )
    assert p.returncode == 0, (how, p.stderr[-300:])
    bad = re.search(rb"([\d,]+) bad", p.stderr)
    return p.stdout, int(bad.group(1).replace(b",", b"")), b"decoder for other lines" in p.stderr


def main():
    os.chdir(tempfile.mkdtemp(prefix="decoder-"))
    failed = passed = made_again = 0
    for name, (columns, make) in TABLES.items():
        for round_ in range(12):
            rng = random.Random(SEED * 1000 + round_ * 10 + len(name))
            make_file("d.ndjson", make, rng, round_ // 3)
            options = "'connector' = 'filesystem', 'path' = 'd.ndjson', 'format' = 'json'" + OPTIONS[round_ % 3]
            table = f"CREATE TABLE t ({columns}) WITH ({options});\n"
            with open("t.ssql", "w") as f:
                f.write(
                    table
                    + (
                        "SELECT id, who.id AS w, who.name AS m, who.deep.y AS y, tags[1] AS g, n FROM t;\n"
                        if name == "nested"
                        else "SELECT * FROM t;\n"
                    )
                )
            want = run("--tier", "fast")
            for how in (["--tier", "optimized"], ["--interpret"]):
                got = run(*how)
                good = got[:2] == want[:2]
                made_again += got[2]
                passed += good
                failed += not good
                if not good:
                    mine, theirs = got[0].splitlines(), want[0].splitlines()
                    first = next(
                        (i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b), min(len(mine), len(theirs))
                    )
                    print(
                        f"FAIL {name} round {round_} seed {SEED} {how}: bad {got[1]} against {want[1]}, "
                        f"rows {len(mine)} against {len(theirs)}; row {first}: {mine[first:first + 1]} against "
                        f"{theirs[first:first + 1]} in {os.getcwd()}"
                    )
    print(f"{passed} passed, {failed} failed; {made_again} times a decoder was made again")
    return failed > 0 or made_again == 0


sys.exit(main())
