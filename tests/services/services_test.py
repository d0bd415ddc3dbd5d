#!/usr/bin/env python3
"""The servers come up, do what tests ask of them, and go down without leaving a process.

usage: services_test.py NAME ..     of kafka redis clickhouse s3
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from fetch import use_python_package
from s3_server import S3
from services import start_time

HERE = os.path.dirname(os.path.abspath(__file__))
failed = passed = 0


def check(name, good, detail=""):
    global failed, passed
    passed += bool(good)
    failed += not good
    print(f"{'ok   ' if good else 'FAIL '} {name}{'' if good else ': ' + str(detail)}", flush=True)


def services(*arguments):
    command = [sys.executable, "-B", os.path.join(HERE, "services.py"), *arguments, "--folder", FOLDER]
    return subprocess.run(command, capture_output=True, text=True, timeout=150)


def try_kafka(about):
    use_python_package("confluent-kafka")
    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import AdminClient, NewTopic

    def roundtrip(name, settings):
        errors = []
        producer = Producer({**settings, "message.timeout.ms": 20000})
        done = {"on_delivery": lambda error, _: errors.append(error)}
        producer.produce("t", b"value", b"key", 0, timestamp=1234, headers={"h": b"1"}, **done)
        producer.flush(20)
        check(f"kafka takes a record, {name}", errors == [None], errors)
        consumer = Consumer({**settings, "group.id": "none", "enable.auto.commit": False})
        consumer.assign([TopicPartition("t", 0, 0)])
        got = consumer.poll(20)
        good = got is not None and got.error() is None and (got.key(), got.value()) == (b"key", b"value")
        check(f"kafka gives a record, {name}", good and got.timestamp()[1] == 1234, got and got.error())
        consumer.close()

    plain = {"bootstrap.servers": about["servers"]}
    admin = AdminClient(plain)
    check("kafka makes a topic", admin.create_topics([NewTopic("t", 1, 1)])["t"].result(20) is None)
    roundtrip("in the clear", plain)
    user = {"sasl.username": about["user"]["name"], "sasl.password": about["user"]["password"]}
    for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
        sasl = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism, **user}
        roundtrip(mechanism, {"bootstrap.servers": about["sasl_plaintext"], **sasl})
    tls = {"security.protocol": "SSL", "ssl.ca.location": about["certificate"]}
    roundtrip("TLS", {"bootstrap.servers": about["ssl"], **tls})


def try_redis(about):
    host, port = about["url"].rpartition("/")[2].split(":")
    with socket.create_connection((host, int(port)), 10) as s:
        s.sendall(b"SET k v\r\nGET k\r\n")
        check("redis keeps a value", s.makefile("rb").read(12) == b"+OK\r\n$1\r\nv\r\n")


def try_clickhouse(about):
    def ask(statement, path=""):
        request = urllib.request.Request(about["url"] + path, data=statement.encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read().decode()

    ask("CREATE TABLE t (k UInt32, v String) ENGINE = ReplacingMergeTree ORDER BY k")
    ask("INSERT INTO t FORMAT TSV\n1\ta\n2\tb\n1\tc\n")
    check("clickhouse answers", ask("SELECT k, v FROM t FINAL ORDER BY k") == "1\tc\n2\tb\n")
    try:
        ask("SELECT nothing FROM nowhere")
        check("clickhouse refuses nonsense", False)
    except urllib.error.HTTPError as error:
        check("clickhouse refuses nonsense", error.headers["X-ClickHouse-Exception-Code"] == "60", error.headers)
    ask("", "_fault?mode=503&count=1")
    try:
        ask("INSERT INTO t FORMAT TSV\n3\td\n")
        check("clickhouse fails when told to", False)
    except urllib.error.HTTPError as error:
        check("clickhouse fails when told to", error.code == 503, error.code)


def try_s3(about):
    s3 = S3.__new__(S3)  # only its signature
    s3.port = int(about["endpoint"].rpartition(":")[2])
    s3.access_key, s3.secret_key = about["access_key"], about["secret_key"]
    check("s3 makes a bucket", s3.request("PUT", "/bucket")[0] == 200)
    once = {"If-None-Match": "*"}
    check("s3 makes an object", s3.request("PUT", "/bucket/dt=2026-11-23/m-1", b"one", once)[0] == 200)
    check("s3 makes it only once", s3.request("PUT", "/bucket/dt=2026-11-23/m-1", b"two", once)[0] == 412)
    check("s3 gives it back", s3.request("GET", "/bucket/dt=2026-11-23/m-1")[2] == b"one")
    check("s3 lists it", b"<Key>dt=2026-11-23/m-1</Key>" in s3.request("GET", "/bucket?list-type=2&prefix=dt=")[2])
    s3.secret_key = "wrong"
    check("s3 looks at signatures", s3.request("GET", "/bucket/dt=2026-11-23/m-1")[0] == 403)


def run(names):
    started = services("up", "--free-ports", *names)
    check("they come up", started.returncode == 0, started.stderr)
    if started.returncode != 0:
        return
    with open(os.path.join(FOLDER, "state.json")) as f:
        state = json.load(f)
    try:
        told = services("status")
        check("status names each", told.returncode == 0 and all(name in told.stdout for name in names), told.stdout)
        for name in names:
            globals()[f"try_{name}"](state["services"][name])
        again = services("up", *names)
        check("a second `up` leaves them alone", again.returncode == 0 and "run already" in again.stderr, again)
    finally:
        stopped = services("down")
    check("they go down", stopped.returncode == 0, stopped.stderr)
    pids = [state["pid"]]
    for about in state["services"].values():
        pids += about.get("pids", [about.get("pid")])
    check("no process is left", all(start_time(pid) is None for pid in pids), pids)
    check("status says so", services("status").returncode == 1)


with tempfile.TemporaryDirectory(prefix="services-") as FOLDER:
    run(sys.argv[1:])
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
