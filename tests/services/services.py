#!/usr/bin/env python3
"""The servers that metrics live with, to try things on: Kafka, Redis, ClickHouse and S3, on the loopback.

usage: services.py up [NAME ..] [--brokers N] | down | status      [--folder DIR]

`up` returns when all of them answer; they stay until `down`.  Each has a folder below DIR (build/services); state.json
there says how each is reached.  Ports are the usual ones where they are free.
"""

import argparse
import json
import os
import select
import shutil
import signal
import subprocess
import sys

from clickhouse_server import ClickHouse
from fetch import Missing
from kafka_server import KafkaCluster
from redis_server import Redis
from s3_server import S3
from server import ServerError

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ("kafka", "redis", "clickhouse", "s3")
USUAL_PORTS = {"PLAINTEXT": 9092, "SASL_PLAINTEXT": 9094, "SSL": 9095, "SASL_SSL": 9096}
STOP_S = 60


def make(name, folder, brokers, usual):
    folder = os.path.join(folder, name)
    if name == "kafka":
        return KafkaCluster(folder, brokers, USUAL_PORTS if usual else None)
    if name == "redis":
        return Redis(folder, 6379 if usual else 0)
    if name == "clickhouse":
        return ClickHouse(folder, 8123 if usual else None)
    return S3(folder, 7070 if usual else None)


# -- the process that keeps them -------------------------------------------------------------------------------------


def start_time(pid):
    """When the process began: a number that no later process of this pid has.  None: there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            words = f.read().rpartition(")")[2].split()
        return None if words[0] == "Z" else words[19]
    except OSError:
        return None


def keep(options):
    """Starts them, says so on standard output, waits for SIGTERM or the end of --while-pid, and stops them."""
    wake, knock = os.pipe()
    os.set_blocking(knock, False)
    signal.set_wakeup_fd(knock)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waits = [wake] + ([os.pidfd_open(options.while_pid)] if options.while_pid else [])
    running = {}
    try:
        for name in options.names:
            folder = os.path.join(options.folder, name)
            shutil.rmtree(folder, ignore_errors=True)
            running[name] = make(name, options.folder, options.brokers, not options.free_ports).start()
        state = {"pid": os.getpid(), "started": start_time(os.getpid())}
        state["services"] = {name: server.about() for name, server in running.items()}
        path = os.path.join(options.folder, "state.json")
        with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            json.dump(state, f, indent=2)
        os.rename(path + ".new", path)
        print("ready", flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that `up` sees the end
        select.select(waits, [], [])
        os.unlink(path)
    except (Missing, ServerError, OSError, SystemExit) as error:
        print(str(error), flush=True)
        return 1
    finally:
        for server in reversed(running.values()):
            server.stop()
    return 0


# -- commands --------------------------------------------------------------------------------------------------------


def read_state(folder):
    """What runs there; None: nothing."""
    try:
        with open(os.path.join(folder, "state.json")) as f:
            state = json.load(f)
    except (OSError, ValueError):
        return None
    return state if start_time(state["pid"]) == state["started"] else None


def up(options):
    if read_state(options.folder) is not None:
        if options.while_pid is None:
            print(f"they run already: {options.folder}", file=sys.stderr)
            return status(options)
        down(options)  # what a run of tests left that was killed
    os.makedirs(options.folder, exist_ok=True)
    command = [sys.executable, "-B", os.path.abspath(__file__), "keep", *options.names]
    command += ["--folder", options.folder, "--brokers", str(options.brokers)]
    if options.while_pid:
        command += ["--while-pid", str(options.while_pid)]
    if options.free_ports:
        command.append("--free-ports")
    with open(os.path.join(options.folder, "keeper.log"), "w") as log:
        keeper = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    said = keeper.stdout.read()  # to its end: it closes its output when all of them answer
    if said != "ready\n":
        with open(os.path.join(options.folder, "keeper.log")) as log:
            print(f"they did not start: {said}{log.read()}".rstrip(), file=sys.stderr)
        return 1
    return status(options)


def down(options):
    state = read_state(options.folder)
    if state is None:
        print("nothing runs", file=sys.stderr)
        return 0
    keeper = os.pidfd_open(state["pid"])
    os.kill(state["pid"], signal.SIGTERM)
    ended = select.select([keeper], [], [], STOP_S)[0]
    os.close(keeper)
    if not ended:
        print(f"process {state['pid']} has not ended after {STOP_S} s", file=sys.stderr)
        return 1
    return 0


def status(options):
    state = read_state(options.folder)
    if state is None:
        print("nothing runs; `up` starts them")
        return 1
    services = state["services"]
    if "kafka" in services:
        kafka = services["kafka"]
        print(f"kafka       {kafka['servers']}")
        print(f"            SASL {kafka['sasl_plaintext']}, TLS {kafka['ssl']}, both {kafka['sasl_ssl']}")
    for name, key in (("redis", "url"), ("clickhouse", "url"), ("s3", "endpoint")):
        if name in services:
            print(f"{name:11} {services[name][key]}")
    print(f"users, keys and certificates: {os.path.join(options.folder, 'state.json')}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["up", "down", "status", "keep"])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--folder", default=os.path.join("build", "services"))
    parser.add_argument("--brokers", type=int, default=1, help="of Kafka")
    parser.add_argument("--while-pid", type=int, help="stop when this process ends")
    parser.add_argument("--free-ports", action="store_true", help="any ports, not the usual ones")
    options = parser.parse_intermixed_args()
    options.folder = os.path.abspath(options.folder)
    for name in options.names:
        if name not in NAMES:
            parser.error(f"there is no service '{name}': {', '.join(NAMES)}")
    options.names = options.names or list(NAMES)
    return {"up": up, "down": down, "status": status, "keep": keep}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
