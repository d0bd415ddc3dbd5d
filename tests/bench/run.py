#!/usr/bin/env python3
"""Measures build/sqc and its peers: interleaved rounds, medians, outputs compared before any figure is told.

usage: run.py [--events N] [--rounds N] [--against simdjson|duckdb|all] [--only NAME ..]

One JSON line per benchmark on stdout, what goes on on stderr.  Everything that is made lies in build/bench and is
used again.  Machines are shared and noisy: only ratios inside one run count, and CPU time is less noisy than wall time.
Exit code 1 when an output differs, 2 when something is missing.
"""
import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime, timezone

import loads_bench
import store_bench
import tests_bench

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SQC = os.path.join(ROOT, "build", "sqc")
FOLDER = os.path.join(ROOT, "build", "bench")
PEERS = os.path.join(ROOT, "tests", "peers")


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def stop(text, code=2):
    say(text)
    sys.exit(code)


# -- running -----------------------------------------------------------------------------------------------------------

class Run:
    """One finished process: what it wrote and what it cost."""

    def __init__(self, arguments):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        process = subprocess.run(arguments, cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.out, self.err = process.stdout, process.stderr
        if process.returncode != 0:
            stop(f"{' '.join(arguments)}: exit code {process.returncode}\n{self.err[-2000:]}", 1)


def run_duckdb(arguments):
    """Its own clock counts: the start of Python and the import are not DuckDB's."""
    run = Run(arguments)
    report = json.loads(run.err.splitlines()[-1])
    run.wall, run.cpu = report["seconds"], report["cpu_seconds"]
    return run


def interleave(runners, rounds):
    """Each runner once a round; name -> its runs.  A round before the first warms the page cache and is dropped."""
    runs = {name: [] for name in runners}
    for number in range(rounds + 1):
        for name, runner in runners.items():
            done = runner()
            if number > 0:
                runs[name].append(done)
            say(f"round {number}/{rounds} {name}: {done.wall:.3f} s wall, {done.cpu:.3f} s CPU")
    return runs


def figures(runs):
    return {"wall_s": round(statistics.median(r.wall for r in runs), 4),
            "cpu_s": round(statistics.median(r.cpu for r in runs), 4),
            "wall_s_all": [round(r.wall, 4) for r in runs]}


def median_ms(arguments, times=21):
    """Wall time of a short command beside that of /bin/true, in turn, so that both meet the same noise."""
    command, nothing = [], []
    for _ in range(times):
        command.append(Run(arguments).wall)
        nothing.append(Run(["/bin/true"]).wall)
    return round((statistics.median(command) - statistics.median(nothing)) * 1e3, 2)


def anonymous_mb(arguments):
    """Highest memory of its own, mapped files apart, asked of the system every few milliseconds."""
    process = subprocess.Popen(arguments, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    highest = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                found = re.search(r"RssAnon:\s*(\d+) kB", status.read())
            highest = max(highest, int(found.group(1)) if found else 0)
        except OSError:
            pass
        time.sleep(0.002)
    return round(highest / 1024, 1)


# -- the events --------------------------------------------------------------------------------------------------------

def make_events(events):
    stamp = os.path.join(FOLDER, "events")
    if os.path.exists(stamp) and open(stamp, encoding="ascii").read() == str(events):
        return
    say(f"invents {events} events ({events * 264 // 1000000} MB) in build/bench")
    subprocess.run([SQC, "generate", "ysb", "--out", FOLDER, "--rows", str(events), "--seed", "1"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(str(events))


def copy_program(name):
    """Beside the data, so that its relative paths lead there."""
    with open(os.path.join(ROOT, "tests", "bench", name), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as file:
        file.write(text)


def sqc_ysb(program, events="ysb_events.ndjson"):
    return [SQC, "run", program, "--replay", f"ysb_events={events}", "--format", "ndjson"]


def millis(text):
    moment = datetime.fromisoformat(text.replace(" ", "T").replace("Z", "")).replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)


def cells_of_sqc(run):
    rows = [json.loads(line) for line in run.out.splitlines()]
    return [(millis(r["window_start"]), r["campaign_id"], r["views"]) for r in rows
            if r.get("metric", "ysb.campaign_views") == "ysb.campaign_views"]


def cells_of_peer(run):
    rows = (line.split(",") for line in run.out.splitlines())
    return [(int(window), campaign, int(count)) for window, campaign, count in rows]


def compare(name, got, want):
    for number, (a, b) in enumerate(zip(got, want)):
        if a != b:
            stop(f"{name}: row {number + 1} is {a}, the other has {b}", 1)
    if len(got) != len(want):
        stop(f"{name}: {len(got)} rows, the other has {len(want)}", 1)


# -- the peers ---------------------------------------------------------------------------------------------------------

def peer_simdjson():
    program, source = os.path.join(FOLDER, "ysb_simdjson"), os.path.join(PEERS, "ysb_simdjson.cpp")
    if not os.path.exists("/usr/include/simdjson.h"):
        stop("the peer needs the package libsimdjson-dev; `./dev bench --against simdjson` installs it")
    if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
        say("compiles ysb_simdjson")
        subprocess.run(["g++", "-std=c++17", "-O3", "-march=native", "-DNDEBUG", source, "-o", program, "-lsimdjson"],
                       check=True)
    return lambda: Run([program, "ysb_events.ndjson", "ads.csv"])


def peer_duckdb():
    venv = os.path.join(FOLDER, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(python) or subprocess.run([python, "-c", "import duckdb"]).returncode != 0:
        say("installs duckdb from PyPI into build/bench/venv (about 60 MB)")
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "-q", "install", "duckdb"], check=True)
    return lambda: run_duckdb([python, os.path.join(PEERS, "ysb_duckdb.py"), "ysb_events.ndjson", "ads.csv"])


PEER_STARTERS = {"simdjson": peer_simdjson, "duckdb": peer_duckdb}


# -- the benchmarks ----------------------------------------------------------------------------------------------------

def ratio(a, b):
    return round(a / b, 3)


def bench_ysb(options):
    runners = {"sqc": lambda: Run(sqc_ysb("ysb.ssql"))}
    for peer in options.against:
        runners[peer] = PEER_STARTERS[peer]()
    for name, runner in list(runners.items())[1:]:
        compare(name, cells_of_sqc(runners["sqc"]()), cells_of_peer(runner()))
        say(f"the rows of sqc and {name} are the same")
    runs = interleave(runners, options.rounds)
    sqc = figures(runs["sqc"])
    yield {"bench": "ysb_file", "events": options.events, "who": "sqc", **sqc,
           "ns_per_event": round(sqc["wall_s"] * 1e9 / options.events, 1),
           "cpu_ns_per_event": round(sqc["cpu_s"] * 1e9 / options.events, 1)}
    for peer in options.against:
        other = figures(runs[peer])
        yield {"bench": "ysb_file", "events": options.events, "who": peer, **other,
               "ns_per_event": round(other["wall_s"] * 1e9 / options.events, 1),
               "cpu_ns_per_event": round(other["cpu_s"] * 1e9 / options.events, 1),
               "sqc_wall_ratio": ratio(sqc["wall_s"], other["wall_s"]),
               "sqc_cpu_ratio": ratio(sqc["cpu_s"], other["cpu_s"])}


def bench_two(options):
    one, two = (lambda: Run(sqc_ysb("ysb.ssql"))), (lambda: Run(sqc_ysb("ysb_two.ssql")))
    compare("two metrics", cells_of_sqc(two()), cells_of_sqc(one()))
    runs = interleave({"one": one, "two": two}, options.rounds)
    first, second = figures(runs["one"]), figures(runs["two"])
    yield {"bench": "two_metrics", "events": options.events, "one": first, "two": second,
           "wall_ratio": ratio(second["wall_s"], first["wall_s"]),
           "cpu_ratio": ratio(second["cpu_s"], first["cpu_s"])}


def bench_memory(options):
    yield {"bench": "ysb_memory", "events": options.events, "anonymous_mb": anonymous_mb(sqc_ysb("ysb.ssql"))}


def bench_start(_options):
    with open(os.path.join(FOLDER, "ysb_events.ndjson"), encoding="utf-8") as events, \
            open(os.path.join(FOLDER, "few.ndjson"), "w", encoding="utf-8") as few:
        few.writelines(next(events) for _ in range(100))
    yield {"bench": "help", "ms": median_ms([SQC, "--help"])}
    yield {"bench": "check", "ms": median_ms([SQC, "check", "ysb.ssql"])}
    yield {"bench": "text_to_rows_of_100_events", "ms": median_ms(sqc_ysb("ysb.ssql", "few.ndjson"))}


METRIC = """CREATE METRIC ysb.metric_{n}
  TITLE 'Metric {n}'  OWNER 'team:bench'  DESCRIPTION 'One of many'
AS
SELECT window_start, ad_type, COUNT(*) AS events, COUNT(DISTINCT user_id) AS people
FROM TABLE(TUMBLE(TABLE ysb_events, DESCRIPTOR(ts), INTERVAL '{n}' SECOND))
WHERE event_type = 'click' AND CHAR_LENGTH(page_id) > {n}
GROUP BY window_start, window_end, ad_type;
"""


def bench_check_many(_options):
    """A project: one file of streams, 499 files of one metric each."""
    folder = os.path.join(FOLDER, "many")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "sqc.toml"), "w", encoding="utf-8") as project:
        project.write("")
    with open(os.path.join(FOLDER, "ysb.ssql"), encoding="utf-8") as program, \
            open(os.path.join(folder, "streams.ssql"), "w", encoding="utf-8") as streams:
        streams.write(program.read())
    for number in range(1, 500):
        with open(os.path.join(folder, f"metric_{number}.ssql"), "w", encoding="utf-8") as file:
            file.write(METRIC.format(n=number))
    yield {"bench": "check_500_files", "ms": median_ms([SQC, "check", folder], times=5)}


# -- many metrics over one stream --------------------------------------------------------------------------------------

EVENT_TYPES = ("view", "click", "purchase")
AD_TYPES = ("banner", "modal", "sponsored-search", "mail", "mobile")

FILTERED = """
CREATE METRIC ysb.filtered_{n}
  TITLE 'Filtered {n}'  OWNER 'team:bench'  DESCRIPTION 'One of many'
AS
SELECT window_start, COUNT(*) AS events{distinct}
FROM TABLE(TUMBLE(TABLE ysb_events, DESCRIPTOR(ts), INTERVAL '10' SECOND))
WHERE event_type = '{event}' AND ad_type = '{ad}' AND ip_address <> '10.0.0.{n}'
GROUP BY window_start, window_end;
"""


def filter_of(number):
    return EVENT_TYPES[number % len(EVENT_TYPES)], AD_TYPES[number // len(EVENT_TYPES) % len(AD_TYPES)]


def write_filtered(name, metrics, distinct=""):
    """ysb.ssql's stream and so many metrics, no two with the same filter."""
    with open(os.path.join(ROOT, "tests", "bench", "ysb.ssql"), encoding="utf-8") as file:
        stream = file.read().split("CREATE TABLE ads", maxsplit=1)[0]
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as file:
        file.write(stream)
        for number in range(metrics):
            event, advert = filter_of(number)
            file.write(FILTERED.format(n=number, event=event, ad=advert, distinct=distinct))
    return name


def head_of_events(name, count):
    with open(os.path.join(FOLDER, "ysb_events.ndjson"), encoding="utf-8") as events, \
            open(os.path.join(FOLDER, name), "w", encoding="utf-8") as few:
        few.writelines(line for _, line in zip(range(count), events))
    return name


def counts_by_hand(name, metrics):
    """(metric, window start) -> count, from the text of the events alone."""
    counts = {}
    with open(os.path.join(FOLDER, name), encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            window = int(event["event_time"]) // 10000 * 10000
            key = event["event_type"], event["ad_type"], window
            counts[key] = counts.get(key, 0) + 1
    return {(f"ysb.filtered_{number}", window): count for number in range(metrics)
            for (event, advert, window), count in counts.items() if (event, advert) == filter_of(number)}


def compare_filtered(program, metrics):
    few = head_of_events("some.ndjson", 100000)
    rows = [json.loads(line) for line in Run(sqc_ysb(program, few)).out.splitlines()]
    got = {(row["metric"], millis(row["window_start"])): row["events"] for row in rows}
    if got != counts_by_hand(few, metrics):
        stop(f"{program}: other counts than those of the text", 1)
    say(f"the rows of {program} are right")


def told_ms(run, what):
    found = re.search(what + r" in ([0-9.]+) ms", run.err)
    return float(found.group(1)) if found else None


def bench_metrics(options):
    one, hundred = write_filtered("filtered_1.ssql", 1), write_filtered("filtered_100.ssql", 100)
    compare_filtered(hundred, 100)
    runs = interleave({"one": lambda: Run(sqc_ysb(one)), "hundred": lambda: Run(sqc_ysb(hundred))}, options.rounds)
    first, all_of_them = figures(runs["one"]), figures(runs["hundred"])
    optimised = [told_ms(run, "optimised") for run in runs["hundred"]]
    yield {"bench": "metrics_100", "events": options.events, "one": first, "hundred": all_of_them,
           "events_per_cpu_s": round(options.events / all_of_them["cpu_s"]),
           "ns_per_further_metric": round((all_of_them["cpu_s"] - first["cpu_s"]) * 1e9 / 99 / options.events, 2),
           "optimised_ms": statistics.median(ms for ms in optimised if ms) if any(optimised) else None}
    distinct = write_filtered("distinct_100.ssql", 100, ", COUNT(DISTINCT user_id) AS people")
    part = head_of_events("part.ndjson", min(options.events, 1000000))
    told = [told_ms(Run(sqc_ysb(distinct, part)), "optimised") for _ in range(options.rounds)]
    yield {"bench": "metrics_100_distinct_compile",
           "optimised_ms": statistics.median(ms for ms in told if ms) if any(told) else None}


def bench_metrics_1000(options):
    thousand = write_filtered("filtered_1000.ssql", 1000)
    runs = interleave({"thousand": lambda: Run(sqc_ysb(thousand))}, min(options.rounds, 3))["thousand"]
    done = figures(runs)
    yield {"bench": "metrics_1000", "events": options.events, **done,
           "events_per_s": round(options.events / done["wall_s"]),
           "first_code_ms": statistics.median(told_ms(run, "first code") for run in runs),
           "optimised_ms": statistics.median(told_ms(run, "optimised") or 0 for run in runs)}


def bench_query(options):
    line = store_bench.bench(SQC, os.path.join(FOLDER, "stored"), options.rounds)
    if not line["right"]:
        stop("query: other numbers than those of the events", 1)
    yield line


def bench_tests(options):
    yield from tests_bench.bench(SQC, os.path.join(FOLDER, "tests"), options.rounds)


def bench_load(name):
    def bench(options):
        loads = loads_bench.Loads(SQC, FOLDER, options.events, options.rounds, interleave, Run, figures)
        yield from loads_bench.LOADS[name](loads)

    return bench


BENCHMARKS = {"tests": bench_tests, "query": bench_query, "ysb": bench_ysb, "two": bench_two, "memory": bench_memory,
              "start": bench_start, "check_many": bench_check_many, "metrics": bench_metrics,
              "metrics_1000": bench_metrics_1000, **{name: bench_load(name) for name in loads_bench.LOADS}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10000000, help="rows of the benchmark file (10,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds that count (5)")
    parser.add_argument("--against", action="append", choices=[*PEER_STARTERS, "all"], default=[],
                        help="a peer to measure beside sqc; may be given again")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), help="only these benchmarks")
    options = parser.parse_args()
    options.against = list(PEER_STARTERS) if "all" in options.against else options.against
    if not os.path.exists(SQC):
        stop("there is no build/sqc: run ./dev build")
    os.makedirs(FOLDER, exist_ok=True)
    make_events(options.events)
    copy_program("ysb.ssql")
    copy_program("ysb_two.ssql")
    for name in options.only or BENCHMARKS:
        for line in BENCHMARKS[name](options):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
