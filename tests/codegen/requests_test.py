#!/usr/bin/env python3
"""No memory is asked for per event, nor per batch: twice as many events of YSB take as many requests.

usage: requests_test.py path/to/sqc path/to/count_requests.so
Every call of the allocator is counted, whoever makes it (count_requests.c). The compiler asks for memory too, and not
always as often: some tens of requests more or less; one for each batch of 1,024 rows would be two hundred more.
"""

import os
import shutil
import subprocess
import sys
import tempfile

SQC, COUNTER = (os.path.abspath(path) for path in sys.argv[1:3])
YSB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "ysb.ssql")
EVENTS, BATCH_ROWS = 200000, 1024
ALLOWED = EVENTS // BATCH_ROWS // 2


def requests(folder, tier):
    env = dict(os.environ, LD_PRELOAD=COUNTER, SQC_REQUESTS=os.path.join(folder, "requests"))
    command = [SQC, "run", "ysb.ssql", "--quiet", "--tier", tier, "--format", "csv"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, env=env)
    if done.returncode != 0 or done.stdout.count(b"\n") < 100:
        sys.exit(f"the run failed: {done.stderr.decode()}")
    with open(os.path.join(folder, "requests")) as file:
        return int(file.read())


def generate(count):
    folder = tempfile.mkdtemp(prefix="requests-")
    subprocess.run([SQC, "generate", "ysb", "--rows", str(count), "--out", folder], check=True, capture_output=True)
    shutil.copy(YSB, folder)
    return folder


once, twice = generate(EVENTS), generate(2 * EVENTS)
failed = False
for tier in ("fast", "optimized"):
    few, many = requests(once, tier), requests(twice, tier)
    print(f"--tier {tier}: {few} requests for {EVENTS} events, {many} for {2 * EVENTS}")
    failed |= abs(many - few) > ALLOWED
for folder in (once, twice):
    shutil.rmtree(folder)
sys.exit(failed)
