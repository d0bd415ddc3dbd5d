#!/usr/bin/env python3
"""The compiled CSV decoder answers what the exact one answers, on plain lines and on lines bent out of shape.

usage: csv_decoder_test.py path/to/sqc [seed]
For each of several tables and option sets a file is made and its lines mutated from seeds: quotes in every place,
escapes, doubled quotes, CRLF and lone carriage returns, missing and extra fields, empty fields and lines, comments,
null literals, numbers at every edge, UTF-8 right and wrong, cut lines, no final newline.  `--tier optimized` runs
the compiled decoder, `--interpret` and `--tier fast` the exact one: rows must be the same bytes, and as many lines bad.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

SQC = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
LINES = 4000

STRINGS = ["", "a", "view", "x" * 30, "x" * 31, "x" * 32, "x" * 33, "x" * 64, "x" * 200, "é", "日本語", "😀",
           "x" * 31 + "é", " ", "tail ", "\t", "null", "NULL", "n/a", "#", "a#b", "it's", 'q"q', "\\", "a\\", "\\N",
           "\r", "a\r", "\x01", "\x7f", "\0"]
NUMBERS = ["0", "-0", "1", "-1", "+1", "127", "128", "-128", "-129", "32767", "32768", "2147483647", "2147483648",
           "-2147483648", "-2147483649", "12345678", "123456789", "1234567890123456", "12345678901234567",
           "999999999999999999", "1000000000000000000", "9223372036854775807", "9223372036854775808",
           "-9223372036854775808", "-9223372036854775809", "1.0", "1.5", "1e3", "007", "000000000000000000000012",
           "-", "--1", "1-", " 12", "12 ", "1 2", "1\r", "٣", "NaN", "Infinity", "123456789012345678901234567890",
           "\t5"]
OTHERS = ["true", "FALSE", "yes", "2024-01-02", "2024-1-2", "2024-01-02 03:04:05", "2024-01-02 03:04:05.123456",
          "2024-01-02T03:04:05", "1;2;3", "1;;3", ";", "10:11", "12.5", "-0.001", "99999999999.999"]

# columns of the table, and the text of a good value of each
FIELDS = [("a STRING", "text"), ("n BIGINT", "1405612345678"), ("i INT", "-7"), ("b BOOLEAN", "true"),
          ("s SMALLINT", "3"), ("d DOUBLE", "1.5"), ("c DECIMAL(12, 3)", "12.125"),
          ("t TIMESTAMP(3)", "2024-01-02 03:04:05.678"), ("y TINYINT", "-8"), ("e DATE", "2024-02-03"),
          ("z STRING", "last")]

TABLES = {
    "all": (FIELDS, "*"),
    "some": (FIELDS, "n, t, a"),
    "first": (FIELDS, "a"),
    "last": (FIELDS, "z, i"),
    "number at the end": ([FIELDS[0], FIELDS[7], FIELDS[1]], "*"),
    "one text": ([FIELDS[0]], "*"),
    "one number": ([FIELDS[1]], "*"),
    "nothing read": (FIELDS, "1 AS one"),
    "array": ([FIELDS[0], ("g ARRAY<INT>", "1;2"), FIELDS[1]], "a, g[1] AS g1, n"),
    "row": ([FIELDS[0], ("w ROW<x INT, y STRING>", "5;ana"), FIELDS[1]], "a, w.x AS x, n"),
    "wide": ([(f"c{i} {'STRING' if i % 3 else 'BIGINT'}", f"v{i}" if i % 3 else str(i)) for i in range(70)], "*"),
}

OPTIONS = {
    "plain": {},
    "semicolon": {"field-delimiter": ";", "array-element-delimiter": ":"},
    "tab": {"field-delimiter": "\\t"},
    "control": {"field-delimiter": "\x01", "disable-quote-character": "true"},
    "no quote": {"disable-quote-character": "true"},
    "other quote": {"quote-character": "'"},
    "escape": {"escape-character": "\\"},
    "null word": {"null-literal": "n/a"},
    "null empty": {"null-literal": ""},
    "null number": {"null-literal": "-1", "escape-character": "\\"},
    "ignoring": {"ignore-parse-errors": "true"},
    "ignoring null": {"ignore-parse-errors": "true", "null-literal": "NULL"},
    "comments": {"allow-comments": "true"},
    "wide delimiter": {"field-delimiter": "€"},
    "blank": {"field-delimiter": " "},
}


def marks(options):
    delimiter = {"\\t": "\t"}.get(options.get("field-delimiter"), options.get("field-delimiter", ","))
    quote = options.get("quote-character", '"')
    return delimiter, quote, options.get("escape-character", "\\"), options.get("null-literal", "n/a")


def bend(field, options, rng):
    """One field into another text, as it stands in the line."""
    delimiter, quote, escape, literal = marks(options)
    kind = rng.randrange(12)
    if kind == 0:
        return rng.choice(STRINGS)
    if kind in (1, 2):
        return rng.choice(NUMBERS)
    if kind == 3:
        return rng.choice(OTHERS)
    if kind == 4:
        return quote + field + quote
    if kind == 5:
        return quote + rng.choice(STRINGS) + delimiter + rng.choice(STRINGS) + quote
    if kind == 6:
        return quote + field.replace("e", quote * 2) + quote + rng.choice(["", "", " ", "x", "\r"])
    if kind == 7:
        return rng.choice(["", escape + delimiter, escape + "n", escape]) + field + rng.choice(["", escape])
    if kind == 8:
        return rng.choice([literal, quote + literal + quote, literal + " ", literal * 2, literal + "x"])
    if kind == 9:
        return field[:1] + quote + field[1:]
    if kind == 10:
        return quote + rng.choice(NUMBERS) + quote
    return ""


def line_of(good, options, rng):
    delimiter = marks(options)[0]
    fields = list(good)
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        at = rng.randrange(len(fields))
        what = rng.randrange(12)
        if what == 0 and len(fields) > 1:
            fields.pop(at)
        elif what == 1:
            fields.insert(at, rng.choice(STRINGS))
        else:
            fields[at] = bend(fields[at], options, rng)
    return delimiter.join(fields).encode()


def break_bytes(line, options, rng):
    data = bytearray(line)
    for _ in range(rng.choice([1, 1, 2])):
        if not data:
            break
        at = rng.randrange(len(data))
        how = rng.randrange(4)
        if how == 0:
            data[at] = rng.choice(b'\x00\x1f\x80\xbf\xc0\xe2\xed\xf0\xff"\\,;\t\x01# 0-\r')
        elif how == 1:
            del data[at]
        elif how == 2:
            data.insert(at, rng.choice(b'"\\ ,;0a\xc3\r'))
        else:
            del data[at:]
    return bytes(data)


def make_file(path, good, options, rng):
    lines = [marks(options)[0].join(good).encode()]
    for _ in range(LINES):
        line = line_of(good, options, rng)
        if rng.random() < 0.15:
            line = break_bytes(line, options, rng)
        if rng.random() < 0.02:
            line = rng.choice([b"", b"\r", b"#", b"# all of it", b'"', b'""', b" ", b"\xef\xbb\xbf"])
        lines.append(line.replace(b"\n", b""))
    end = b"\r\n" if rng.random() < 0.3 else b"\n"
    with open(path, "wb") as f:
        f.write(end.join(lines) + (b"" if rng.random() < 0.5 else end))


def run(*how):
    p = subprocess.run([SQC, "run", "t.ssql", "--format", "ndjson", "--batch-rows", "64", *how], capture_output=True,
                       timeout=120)
    assert p.returncode == 0, (how, p.stderr[-600:])
    bad = re.search(rb"([\d,]+) bad", p.stderr)
    return p.stdout, int(bad.group(1).replace(b",", b""))


def compare(name, how, got, want):
    if got == want:
        return True
    mine, theirs = got[0].splitlines(), want[0].splitlines()
    first = next((i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b), min(len(mine), len(theirs)))
    print(f"FAIL {name} seed {SEED} {how}: bad {got[1]} against {want[1]}, rows {len(mine)} against {len(theirs)}; "
          f"row {first}: {mine[first:first + 1]} against {theirs[first:first + 1]} in {os.getcwd()}")
    return False


def sql_text(text):
    text = text.replace("'", "''")
    escaped = "".join(f"\\{ord(c):04x}" if ord(c) < 32 else c for c in text)
    return f"U&'{escaped}'" if escaped != text else f"'{text}'"


def cases():
    for table in TABLES:
        yield table, "plain"
    for options in list(OPTIONS)[1:]:
        yield "all", options
        yield ("some" if options != "null number" else "one number"), options


def main():
    os.chdir(tempfile.mkdtemp(prefix="csv-decoder-"))
    failed = passed = 0
    for number, (table, chosen) in enumerate(cases()):
        fields, select = TABLES[table]
        options = OPTIONS[chosen]
        make_file("d.csv", [text for _, text in fields], options, random.Random(SEED * 1000 + number))
        given = {"connector": "filesystem", "path": "d.csv", "format": "csv"}
        given.update({f"csv.{key}": value for key, value in options.items()})
        with open("t.ssql", "w") as f:
            f.write(f"CREATE TABLE t ({', '.join(column for column, _ in fields)}) WITH (" +
                    ", ".join(f"{sql_text(key)} = {sql_text(value)}" for key, value in given.items()) +
                    f");\nSELECT {select} FROM t;\n")
        want = run("--tier", "fast")
        for how in (["--tier", "optimized"], ["--interpret"]):
            good = compare(f"{table}, {chosen}", how, run(*how), want)
            passed += good
            failed += not good
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
