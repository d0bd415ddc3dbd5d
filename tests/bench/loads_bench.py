"""loads_bench.py -- what many keys, sketches, dirty text, disorder, slides and sessions cost, beside a plain count.

Each load is a file of events that is invented here and a list of programs that run over it in turn.  Before a figure is
told, rows are compared with numbers that were counted while the events were written.  `ns_update` is CPU time of a
program less that of the plain count over the same file, an event: what the state costs.
"""

import json
import os
import random

START_MS = 1767571200000  # 2026-01-05
EVERY = {
    "plain": "COUNT(*) AS n",
    "distinct": "COUNT(*) AS n, COUNT(DISTINCT v) AS d",
    "hyperloglog": "COUNT(*) AS n, APPROX_COUNT_DISTINCT(v) AS d",
    "percentile": "COUNT(*) AS n, APPROX_PERCENTILE(v, 0.99) AS p",
}
STREAM = """CREATE TABLE ev (ts BIGINT, k BIGINT, v BIGINT, t AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR t AS t - INTERVAL '{delay}' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{file}', 'format' = 'json');
"""
TUMBLE = "TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '{size}' SECOND)) GROUP BY window_start, window_end"


class Loads:
    """Where files lie, and how programs are run: both belong to run.py."""

    def __init__(self, sqc, folder, events, rounds, interleave, runner, figures):
        self.sqc, self.folder, self.events, self.rounds = sqc, folder, events, rounds
        self.interleave, self.runner, self.figures = interleave, runner, figures

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, lines):
        with open(self.path(name), "w", encoding="utf-8") as file:
            chunk = []
            for line in lines:
                chunk.append(line)
                if len(chunk) == 10000:
                    file.write("".join(chunk))
                    chunk = []
            file.write("".join(chunk))

    def program(self, name, select, file, delay=0):
        text = STREAM.format(file=file, delay=delay) + select + ";\n"
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return [self.sqc, "run", name, "--format", "ndjson"]

    def compare(self, what, command, wanted, column="n"):
        rows = [json.loads(line) for line in self.runner(command).out.splitlines()]
        got = sum(row[column] for row in rows)
        if got != wanted:
            raise AssertionError(f"{what}: {column} adds up to {got}, not {wanted}")

    def measure(self, commands):
        runs = self.interleave(
            {name: lambda c=command: self.runner(c) for name, command in commands.items()}, self.rounds
        )
        return {name: self.figures(done) for name, done in runs.items()}

    def line(self, bench, name, events, cost, base=None):
        told = {"bench": bench, "what": name, "events": events, **cost}
        told["events_per_cpu_s"] = round(events / cost["cpu_s"])
        if base is not None:
            told["ns_update"] = round((cost["cpu_s"] - base["cpu_s"]) * 1e9 / events, 1)
            told["ratio"] = round(cost["cpu_s"] / base["cpu_s"], 3)
        return told


# -- W5: keys and sketches ---------------------------------------------------------------------------------------------


def draw(kind, keys, choose):
    if kind == "zipf":
        return int(keys ** choose.random()) - 1
    return int(choose.random() * keys)


def key_lines(kind, keys, count):
    """A hundred thousand events a second; with as many events as keys each key comes about once."""
    choose = random.Random(keys)
    for i in range(count):
        yield f'{{"ts":{START_MS + i // 100},"k":{draw(kind, keys, choose)},"v":{i * 7919 % 1000003}}}\n'


def keys(loads):
    """One window holds all: the state of so many keys at once."""
    cases = [("uniform", 100), ("uniform", 10000), ("uniform", 1000000), ("uniform", 10000000), ("zipf", 1000000)]
    for kind, count in cases:
        loads.write("keys.ndjson", key_lines(kind, count, loads.events))
        by_key = "SELECT {what}, k FROM " + TUMBLE.format(size=86400) + ", k"
        everything = "SELECT COUNT(*) AS n, MAX(k) AS m FROM " + TUMBLE.format(size=86400)
        commands = {"base": loads.program("keys_base.ssql", everything, "keys.ndjson")}
        for name in ["plain"] if count > 1000000 else EVERY if count <= 10000 else ["plain", "distinct", "hyperloglog"]:
            inner = by_key.format(what=EVERY[name])
            commands[name] = loads.program(f"keys_{name}.ssql", inner + " HAVING COUNT(*) < 0", "keys.ndjson")
        shown = loads.program("keys_shown.ssql", by_key.format(what=EVERY["plain"]), "keys.ndjson")
        loads.compare("keys", shown, loads.events)
        costs = loads.measure(commands)
        for name, cost in costs.items():
            if name != "base":
                yield loads.line(f"keys_{kind}_{count}", name, loads.events, cost, costs["base"])
    os.remove(loads.path("keys.ndjson"))


# -- W6: dirty text ----------------------------------------------------------------------------------------------------


def dirty_lines(count, tally):
    """Keys in any order, fields left out, escapes, UTF-8, nested values that nobody reads, spaces, and broken lines."""
    choose = random.Random(6)
    texts = ["plain", 'a \\"quote\\"', "caf\u00e9", "\\u00e9t\\u00e9", "\U0001f600 tab\\t", "x" * 40]
    for i in range(count):
        fields = [f'"ts":{START_MS + i // 100}', f'"k":{i % 1000}', f'"text":"{texts[int(choose.random() * 6)]}"']
        if choose.random() < 0.7:
            fields.append(f'"v":{i % 777}')
        if choose.random() < 0.5:
            fields.append('"other":{"a":[1,2,{"b":null}],"c":"}"}')
        if choose.random() < 0.5:
            choose.shuffle(fields)
        line = (" , " if choose.random() < 0.1 else ",").join(fields)
        if choose.random() < 0.01:
            yield "{" + line[: len(line) // 2] + "\n"
        else:
            tally[0] += 1
            yield "{" + line + "}\n"


def dirty(loads):
    """Compiled code against the same rows of the interpreter's exact decoder, on the first hundred thousand lines."""
    tally = [0]
    loads.write("dirty.ndjson", dirty_lines(loads.events, tally))
    select = "SELECT COUNT(*) AS n, SUM(v) AS s, COUNT(text) AS c, MAX(text) AS m FROM " + TUMBLE.format(size=10)
    with open(loads.path("dirty.ndjson"), encoding="utf-8") as file:
        loads.write("dirty_few.ndjson", (line for line, _ in zip(file, range(100000))))
    names = {}
    for file in ("dirty", "dirty_few"):
        names[file] = loads.program(f"{file}.ssql", select, f"{file}.ndjson", 1)
        with open(loads.path(f"{file}.ssql"), encoding="utf-8") as program:
            text = program.read().replace("v BIGINT,", "v BIGINT, text STRING,")
        text = text.replace("'format' = 'json'", "'format' = 'json', 'json.ignore-parse-errors' = 'true'")
        with open(loads.path(f"{file}.ssql"), "w", encoding="utf-8") as program:
            program.write(text)
    fast, slow = loads.runner(names["dirty_few"]), loads.runner([*names["dirty_few"], "--interpret"])
    if fast.out != slow.out or not fast.out:
        raise AssertionError("dirty: native code and interpreter differ")
    loads.compare("dirty", names["dirty"], tally[0])
    cost = loads.measure({"dirty": names["dirty"]})["dirty"]
    yield loads.line("dirty_json", "count, sum, text", loads.events, cost)
    os.remove(loads.path("dirty.ndjson"))


# -- W7: disorder ------------------------------------------------------------------------------------------------------


def disorder(loads):
    """The same events in three orders: none late, since the watermark waits longer than any is behind."""
    events = [f'{{"ts":{START_MS + i // 10},"k":{i % 1000},"v":{i % 997}}}\n' for i in range(loads.events)]
    commands = {}
    for percent in (0, 1, 10):
        choose, order = random.Random(percent), list(range(loads.events))
        if percent > 0:
            behind = lambda i: i + choose.random() * 600000 if choose.random() * 100 < percent else i
            order = [i for _, i in sorted((behind(i), i) for i in order)]
        loads.write(f"disorder_{percent}.ndjson", (events[i] for i in order))
        select = "SELECT COUNT(*) AS n, SUM(v) AS s, k FROM " + TUMBLE.format(size=10) + ", k"
        commands[str(percent)] = loads.program(f"disorder_{percent}.ssql", select, f"disorder_{percent}.ndjson", 61)
    rows = [sorted(loads.runner(command).out.splitlines()) for command in commands.values()]
    if rows[0] != rows[1] or rows[0] != rows[2] or not rows[0]:
        raise AssertionError("disorder: other rows in another order")
    costs = loads.measure(commands)
    for percent, cost in costs.items():
        yield loads.line("disorder", f"{percent} % up to 60 s", loads.events, cost, costs["0"])


# -- slides ------------------------------------------------------------------------------------------------------------


SINK = "CREATE TABLE gone (at TIMESTAMP_LTZ(3), n BIGINT, s BIGINT, k BIGINT) WITH ('connector' = 'blackhole');\n"


def slides(loads):
    """W3 as T6 says it, at 40,000 events a second; then at 10,000, where a row comes out for every second event."""
    for rate, count in ((40000, loads.events // 2), (10000, loads.events // 5)):
        yield from slides_at(loads, rate, count)


def slides_at(loads, rate, count):
    """A window of 60 s over 1,000 keys; rows that come out are counted, not printed."""
    choose, file = random.Random(60), f"slides_{rate}.ndjson"
    loads.write(
        file,
        (f'{{"ts":{START_MS + i * 1000 // rate},"k":{int(choose.random() * 1000)},"v":1}}\n' for i in range(count)),
    )
    commands, rows = {}, {}
    for slide in ("60", "10", "1", "0.1"):
        hop = f"TABLE(HOP(TABLE ev, DESCRIPTOR(t), INTERVAL '{slide}' SECOND, INTERVAL '60' SECOND))"
        columns = "window_time, COUNT(*) AS n, SUM(v) AS s, k"
        select = f"SELECT {columns} FROM {hop} GROUP BY window_start, window_end, window_time, k"
        day = f"SELECT COUNT(*) AS groups, SUM(n) AS n FROM {TUMBLE.format(size=86400)}"
        day = day.replace("TABLE ev, DESCRIPTOR(t)", f"TABLE ({select}), DESCRIPTOR(window_time)")
        shown = json.loads(loads.runner(loads.program("slides.ssql", day, file, 1)).out)
        rows[slide], wanted = shown["groups"], count * round(60 / float(slide))
        if shown["n"] != wanted:
            raise AssertionError(f"slides: {shown['n']} counted, {wanted} wanted")
        commands[slide] = loads.program(f"slide_{rate}_{slide}.ssql", SINK + "INSERT INTO gone " + select, file, 1)
    costs = loads.measure(commands)
    for slide, cost in costs.items():
        line = loads.line("slides", f"{rate:,} events/s, 60 s by {slide} s", count, cost, costs["60"])
        more = rows[slide] - rows["60"]
        if more > 0:
            line["ns_emitted_row"] = round((cost["cpu_s"] - costs["60"]["cpu_s"]) * 1e9 / more, 1)
        yield line
    os.remove(loads.path(file))


# -- Nexmark's shapes --------------------------------------------------------------------------------------------------


def sessions(loads):
    """Nexmark q11: bids of a bidder in a session.  Ten thousand bidders, each away for longer than the gap at times."""
    choose, count = random.Random(11), loads.events // 2
    loads.write(
        "bids.ndjson",
        (f'{{"ts":{START_MS + i // 10},"k":{int(10000 ** choose.random())},"v":{i % 1000}}}\n' for i in range(count)),
    )
    table = "TABLE(SESSION(TABLE ev PARTITION BY k, DESCRIPTOR(t), INTERVAL '10' SECOND))"
    select = f"SELECT k, window_start, COUNT(*) AS n FROM {table} GROUP BY window_start, window_end, k"
    command = loads.program("q11.ssql", select, "bids.ndjson", 4)
    loads.compare("q11", command, count)
    yield loads.line("sessions_q11", "sessions by bidder", count, loads.measure({"q11": command})["q11"])


FILTERS = ("v < 100", "v >= 100 AND v < 500", "v >= 500")


def twelve_filters(loads):
    """Nexmark q15: counts, distinct bidders and distinct auctions of a day, each whole and by three ranges of price."""
    count = loads.events // 2
    wanted = []
    for column in ("*", "k", "v"):
        what = f"COUNT({'' if column == '*' else 'DISTINCT '}{column})"
        wanted.append(f"{what} AS c{len(wanted)}")
        wanted += [f"{what} FILTER (WHERE {test}) AS c{len(wanted) + i}" for i, test in enumerate(FILTERS)]
    day = "DATE_FORMAT(t, 'yyyy-MM-dd')"
    select = f"SELECT {day} AS d, {', '.join(wanted)} FROM ev GROUP BY {day}"
    shown = loads.program("q15.ssql", "CREATE METRIC q15 UNBOUNDED AS " + select, "bids.ndjson", 4)
    last = json.loads(loads.runner(shown).out.splitlines()[-1])
    if last["c0"] != count or last["c1"] + last["c2"] + last["c3"] != count:
        raise AssertionError("q15: other counts")
    columns = ", ".join(f"c{i} BIGINT" for i in range(len(wanted)))
    sink = f"CREATE TABLE gone (d STRING, {columns}, PRIMARY KEY (d) NOT ENFORCED) WITH ('connector' = 'blackhole');\n"
    command = loads.program("q15_gone.ssql", sink + "INSERT INTO gone " + select, "bids.ndjson", 4)
    yield loads.line("filters_q15", "twelve filters a day", count, loads.measure({"q15": command})["q15"])
    os.remove(loads.path("bids.ndjson"))


def nexmark(loads):
    yield from sessions(loads)
    yield from twelve_filters(loads)


LOADS = {"keys": keys, "dirty": dirty, "disorder": disorder, "slides": slides, "nexmark": nexmark}
