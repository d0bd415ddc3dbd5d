#!/usr/bin/env python3
"""Tables of the connector `kafka` are read as files of the same lines are, from a real broker.

usage: kafka_source_test.py path/to/sqc        SQC_TEST_SERVICES names state.json of the broker
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from kafka_topics import Producer, Record, Topics

SQC = os.path.abspath(sys.argv[1])
LIVE_S = 30
COLUMNS = "id BIGINT, who STRING, price DOUBLE, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '2' SECOND"
WINDOWS = (
    "SELECT window_end, who, COUNT(*) AS n, SUM(price) AS total, MIN(id) AS first_id FROM TABLE(TUMBLE(TABLE s, "
    "DESCRIPTOR(at), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, who;\n"
)
ROWS = "SELECT id, who, price, at FROM s WHERE MOD(id, 7) = 0;\n"


def json_lines(count, seed):
    """Events in rough order of time; some are no JSON, some hold a wrong value, some are written in another way."""
    draw = random.Random(seed)
    for i in range(count):
        at = f"2026-01-01 00:{i // 600 % 60:02d}:{i // 10 % 60:02d}.{draw.randrange(1000):03d}"
        row = {"id": i, "who": f"u{draw.randrange(20)}", "price": round(draw.random() * 100, 3), "at": at}
        kind = draw.randrange(40)
        if kind == 0:
            yield b'{"id": ' + str(i).encode()
        elif kind == 1:
            yield json.dumps(dict(row, price="a lot")).encode()
        elif kind == 2:
            yield json.dumps(dict(reversed(row.items())), ensure_ascii=False).encode()
        elif kind == 3:
            yield json.dumps(dict(row, who='Zoë "\u2603"\t', more=[1, {"x": None}])).encode()
        else:
            yield json.dumps(row).encode()


def csv_lines(count, seed):
    draw = random.Random(seed)
    for i in range(count):
        at = f"2026-01-01 00:{i // 600 % 60:02d}:{i // 10 % 60:02d}.{draw.randrange(1000):03d}"
        who = draw.choice(["ann", '"bob, the ""first"""', "zoë", ""])
        yield f"{'x' if draw.randrange(50) == 0 else i},{who},{draw.random() * 100:.3f},{at}".encode()


def run(program, *options, **more):
    with open("q.ssql", "w") as f:
        f.write(program)
    return subprocess.run([SQC, "run", "q.ssql", *options], capture_output=True, text=True, timeout=120, **more)


def kafka_table(topic, columns=COLUMNS, format_name="json", servers=None, **options):
    """Options as keywords: __ stands for a dash, _ for a dot."""
    pairs = {"connector": "kafka", "topic": topic, "format": format_name}
    pairs["properties.bootstrap.servers"] = servers or TOPICS.servers
    pairs.update({"scan.startup.mode": "earliest-offset", "scan.bounded.mode": "latest-offset"})
    pairs.update({key.replace("__", "-").replace("_", "."): value for key, value in options.items()})
    listed = ", ".join(f"'{k}' = '{v}'" for k, v in pairs.items() if v is not None)
    return f"CREATE TABLE s ({columns}) WITH ({listed});\n"


def file_table(path, columns=COLUMNS, format_name="json"):
    options = f"'connector' = 'filesystem', 'path' = '{path}', 'format' = '{format_name}'"
    return f"CREATE TABLE s ({columns}) WITH ({options});\n"


class Live:
    """A run without an end: lines as they come, then SIGINT."""

    def __init__(self, program, *options):
        with open("live.ssql", "w") as f:
            f.write(program)
        command = [SQC, "run", "live.ssql", "--format", "ndjson", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def lines(self, count):
        watch = threading.Timer(LIVE_S, self.process.kill)  # a line that never comes
        watch.start()
        try:
            read = [self.process.stdout.readline() for _ in range(count)]
            assert all(read), f"{read}, exit code {self.process.wait()}: {self.process.stderr.read()}"
            return [json.loads(line) for line in read]
        finally:
            watch.cancel()

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=LIVE_S)
        return self.process.returncode, out, err


class SameAsFiles(unittest.TestCase):
    def same(self, lines, partitions, format_name, query, *options, **settings):
        topic = TOPICS.make(partitions)
        lines = list(lines)
        TOPICS.put_lines(topic, lines, partitions, **settings)
        with tempfile.TemporaryDirectory(dir=".") as folder:
            for p in range(partitions):
                with open(os.path.join(folder, f"{p}.part"), "wb") as f:
                    f.write(b"".join(line + b"\n" for line in lines[p::partitions]))
            files = run(file_table(folder, format_name=format_name) + query, "--format", "csv")
        self.assertEqual(files.returncode, 0, files.stderr)
        self.assertGreater(files.stdout.count("\n"), 20)
        topics = run(kafka_table(topic, format_name=format_name) + query, "--format", "csv", *options)
        self.assertEqual(topics.returncode, 0, topics.stderr)
        self.assertEqual(topics.stdout, files.stdout)
        if "--interpret" not in options:
            self.assertEqual(topics.stderr.split(" in ")[0], files.stderr.split(" in ")[0])  # rows in, bad, late

    def test_json(self):
        self.same(json_lines(6000, 1), 1, "json", WINDOWS)
        self.same(json_lines(6000, 2), 1, "json", ROWS)

    def test_json_of_three_partitions(self):
        self.same(json_lines(6000, 3), 3, "json", WINDOWS)
        self.same(json_lines(6000, 4), 3, "json", ROWS)

    def test_csv(self):
        self.same(csv_lines(4000, 5), 1, "csv", WINDOWS)
        self.same(csv_lines(4000, 6), 3, "csv", ROWS)

    def test_more_than_a_block(self):
        self.same(json_lines(40000, 7), 3, "json", WINDOWS)

    def test_each_codec(self):
        for codec in ("lz4", "zstd", "snappy", "gzip"):
            with self.subTest(codec):
                self.same(json_lines(3000, 8), 3, "json", WINDOWS, compression_type=codec)

    def test_batches_of_one(self):
        self.same(json_lines(2000, 9), 3, "json", WINDOWS, "--batch-rows", "1")

    def test_killed_and_restored_at_every_batch(self):
        self.same(json_lines(1500, 10), 3, "json", WINDOWS, "--batch-rows", "100", "--restart-every-batch")

    def test_the_interpreter(self):
        self.same(json_lines(3000, 11), 3, "json", WINDOWS, "--interpret")


class Records(unittest.TestCase):
    def rows(self, program, *options):
        done = run(program, "--format", "ndjson", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_metadata(self):
        topic = TOPICS.make(2)
        TOPICS.put(topic, [Record(b'{"id": 1}', b"k1", 0, 1700000000123, [("a", b"1"), ("a", b"2"), ("b", None)])])
        TOPICS.put(topic, [Record(b'{"id": 2}', None, 1, 1700000000456), Record(b'{"id": 3}', b"", 1, 1700000000789)])
        columns = (
            "id INT, topic STRING METADATA VIRTUAL, p INT METADATA FROM 'partition', `offset` BIGINT METADATA, "
            "ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', tt STRING METADATA FROM 'timestamp-type', "
            "headers MAP<STRING, BYTES> METADATA, k BYTES METADATA FROM 'key'"
        )
        query = (
            "SELECT id, topic, p, `offset`, ts, tt, CARDINALITY(headers) AS hs, DECODE(headers['a'], 'UTF-8') AS a, "
            "headers['b'] IS NULL AS b, DECODE(k, 'UTF-8') AS k FROM s;\n"
        )
        expected = [
            dict(id=1, topic=topic, p=0, offset=0, ts="2023-11-14 22:13:20.123Z", hs=2, a="2", b=True, k="k1"),
            dict(id=2, topic=topic, p=1, offset=0, ts="2023-11-14 22:13:20.456Z", hs=0, a=None, b=True, k=None),
            dict(id=3, topic=topic, p=1, offset=1, ts="2023-11-14 22:13:20.789Z", hs=0, a=None, b=True, k=""),
        ]
        for options in ([], ["--interpret"], ["--batch-rows", "1", "--restart-every-batch"]):
            rows = self.rows(kafka_table(topic, columns) + query, *options)
            self.assertEqual(rows, [dict(row, tt="CreateTime") for row in expected], options)

    def test_event_time_of_the_record(self):
        topic = TOPICS.make(1)
        TOPICS.put(topic, [Record(b'{"id": %d}' % i, timestamp=1700000000000 + i * 1000) for i in range(100)])
        columns = "id INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', WATERMARK FOR ts AS ts"
        query = "SELECT window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '20' SECOND)) "
        rows = self.rows(kafka_table(topic, columns) + query + "GROUP BY window_start, window_end;\n")
        self.assertEqual([row["n"] for row in rows], [20] * 5)

    def test_tombstones_and_empty_values_are_no_rows(self):
        topic = TOPICS.make(1)
        records = [Record(b'{"id": 1}'), Record(None, b"k"), Record(b""), Record(b"\n"), Record(b'{"id": 2}\n')]
        TOPICS.put(topic, records + [Record(None, b"k")])
        rows = self.rows(kafka_table(topic, "id INT, o BIGINT METADATA FROM 'offset'") + "SELECT id, o FROM s;\n")
        self.assertEqual(rows, [{"id": 1, "o": 0}, {"id": 2, "o": 4}])

    def test_a_value_of_several_lines_is_one_row(self):
        topic = TOPICS.make(1)
        values = [{"id": i, "who": f"u{i}"} for i in range(6)]
        texts = [json.dumps(v, indent=2 if v["id"] % 2 else None).encode() for v in values]
        TOPICS.put_lines(topic, texts + [b'{"id": 7,\n "who"'])
        columns = "id INT, who STRING, o BIGINT METADATA FROM 'offset'"
        for options in ([], ["--interpret"], ["--batch-rows", "1", "--restart-every-batch"]):
            rows = self.rows(kafka_table(topic, columns) + "SELECT id, who, o FROM s;\n", *options)
            self.assertEqual(rows, [dict(v, o=v["id"]) for v in values], options)
        topic = TOPICS.make(1)
        TOPICS.put_lines(topic, [b'1,"two\nlines"', b"2,one"])
        rows = self.rows(kafka_table(topic, "id INT, who STRING", "csv") + "SELECT id, who FROM s;\n")
        self.assertEqual(rows, [{"id": 1, "who": "two\nlines"}, {"id": 2, "who": "one"}])

    def test_only_what_a_transaction_committed(self):
        topic = TOPICS.make(1)
        producer = Producer({**TOPICS.plain, "transactional.id": topic})
        producer.init_transactions(30)
        for first, commits in ((0, True), (10, False), (20, True)):
            producer.begin_transaction()
            for i in range(first, first + 10):
                producer.produce(topic, b'{"id": %d}' % i)
            producer.flush(30)
            (producer.commit_transaction if commits else producer.abort_transaction)(30)
        rows = self.rows(kafka_table(topic, "id INT") + "SELECT id FROM s;\n")
        self.assertEqual([row["id"] for row in rows], [*range(10), *range(20, 30)])

    def test_a_bad_row_is_told_with_its_offset(self):
        topic = TOPICS.make(1)
        TOPICS.put_lines(topic, [b'{"id": 1}', b"{oops}", b'{"id": 2}'])
        done = run(kafka_table(topic, "id INT") + "SELECT id FROM s;\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"kafka:{topic}/0:1", done.stderr)
        stops = kafka_table(topic, "id INT", json_ignore__parse__errors="false") + "SELECT id FROM s;\n"
        done = run(stops)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"kafka:{topic}/0:1: bad row", done.stderr)


class Bounds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.topic = TOPICS.make(2)
        TOPICS.put(cls.topic, [Record(b"%d" % i, b"k", i % 2, 1700000000000 + i * 1000) for i in range(40)])
        TOPICS.commit(cls.topic, f"{cls.topic}-group", {0: 15, 1: 5})

    def ids(self, **options):
        table = kafka_table(self.topic, "id INT", "csv", **options)
        done = run(table + "SELECT id FROM s;\n", "--format", "ndjson")
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(json.loads(line)["id"] for line in done.stdout.splitlines())

    def test_specific_offsets(self):
        mode = {"scan_startup_mode": "specific-offsets"}
        some = {"scan_startup_specific__offsets": "partition:0,offset:18;partition:1,offset:20"}
        self.assertEqual(self.ids(**mode, **some), [36, 38])
        some = {"scan_startup_specific__offsets": "partition:0,offset:19"}
        self.assertEqual(self.ids(**mode, **some), sorted([38, *range(1, 40, 2)]))
        end = {"scan_bounded_mode": "specific-offsets", "scan_bounded_specific__offsets": "partition:1,offset:3"}
        self.assertEqual(self.ids(**end), [1, 3, 5])

    def test_timestamps(self):
        start = {"scan_startup_mode": "timestamp", "scan_startup_timestamp__millis": "1700000030000"}
        self.assertEqual(self.ids(**start), list(range(30, 40)))
        end = {"scan_bounded_mode": "timestamp", "scan_bounded_timestamp__millis": "1700000035500"}
        self.assertEqual(self.ids(**start, **end), list(range(30, 36)))

    def test_offsets_of_a_group(self):
        group = {"properties_group_id": f"{self.topic}-group"}
        self.assertEqual(self.ids(scan_startup_mode=None, **group), sorted([*range(30, 40, 2), *range(11, 40, 2)]))
        self.assertEqual(
            self.ids(scan_bounded_mode="group-offsets", **group), sorted([*range(0, 30, 2), 1, 3, 5, 7, 9])
        )

    def test_a_group_without_offsets_has_to_say_where(self):
        group = {"scan_startup_mode": "group-offsets", "properties_group_id": "nobody"}
        self.assertEqual(self.ids(**group, properties_auto_offset_reset="earliest"), list(range(40)))
        self.assertEqual(self.ids(**group, properties_auto_offset_reset="latest"), [])
        done = run(kafka_table(self.topic, "id INT", "csv", **group) + "SELECT id FROM s;\n")
        self.assertEqual(done.returncode, 3)
        self.assertIn("error[E0673]: the group 'nobody' has committed no offset", done.stderr)

    def test_latest_to_latest_is_nothing(self):
        self.assertEqual(self.ids(scan_startup_mode="latest-offset"), [])


class Faults(unittest.TestCase):
    def refused(self, code, table, says, query="SELECT id FROM s;\n"):
        done = run(table + query)
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        self.assertIn(f"error[{code}]: ", done.stderr)
        self.assertRegex(done.stderr, says)
        self.assertIn(" --> q.ssql:1:", done.stderr)

    def test_no_broker(self):
        self.refused("E0670", kafka_table("t", "id INT", servers="127.0.0.1:1"), "Connection refused")

    def test_explain_names_the_topic(self):
        with open("q.ssql", "w") as f:
            f.write(kafka_table("clicks", "id INT") + "SELECT id FROM s;\n")
        done = subprocess.run([SQC, "explain", "q.ssql"], capture_output=True, text=True, timeout=60)
        self.assertIn("reads Kafka topic 'clicks' from earliest-offset to latest-offset", done.stdout, done.stderr)

    def test_no_topic(self):
        topic = TOPICS.make(1)
        self.refused("E0671", kafka_table(topic + "x", "id INT"), f"no topic '{topic}x'; did you mean 't-")

    def test_no_such_offset(self):
        topic = TOPICS.make(1)
        start = dict(scan_startup_mode="specific-offsets", scan_startup_specific__offsets="partition:0,offset:7")
        self.refused("E0673", kafka_table(topic, "id INT", **start), "offset 7 is not there: the partition has 0 to 0")

    def test_deleted_records(self):
        topic = TOPICS.make(1)
        TOPICS.put_lines(topic, [b"%d" % i for i in range(10)])
        TOPICS.delete_before(topic, 6)
        start = dict(scan_startup_mode="specific-offsets", scan_startup_specific__offsets="partition:0,offset:2")
        self.refused("E0673", kafka_table(topic, "id INT", "csv", **start), "the partition has 6 to 10")

    def test_records_deleted_before_they_are_read(self):
        topic = TOPICS.make(1)
        TOPICS.put_lines(topic, [b"1", b"2"])
        live = Live(kafka_table(topic, "id INT", "csv", scan_bounded_mode=None) + "SELECT id FROM s;\n")
        self.assertEqual(live.lines(2), [{"id": 1}, {"id": 2}])
        live.process.send_signal(signal.SIGSTOP)
        TOPICS.put_lines(topic, [b"3"])  # answers the question that is on its way
        TOPICS.put_lines(topic, [b"4", b"5"])
        TOPICS.delete_before(topic, 5)
        code, _, err = live.end(signal.SIGCONT)
        self.assertEqual(code, 3, err)
        self.assertRegex(err, r"offset [23] is not there any more: .*\(E0673\)")

    def test_security(self):
        topic = TOPICS.make(1)
        TOPICS.put_lines(topic, [b"1"])
        user = TOPICS.kafka["user"]
        with open("password", "w") as f:
            f.write(user["password"] + "\n")
        name = dict(properties_sasl_username=user["name"])
        by_text = dict(name, properties_sasl_password=user["password"])
        by_file = dict(name, properties_sasl_password_location="password")
        module = "org.apache.kafka.common.security.scram.ScramLoginModule required"
        jaas = f'{module} username="{user["name"]}" password="{user["password"]}";'
        by_jaas = dict(properties_sasl_jaas_config=jaas)
        trusted = dict(properties_ssl_ca_location=TOPICS.kafka["certificate"])
        ways = [
            ("sasl_plaintext", "PLAIN", by_text),
            ("sasl_plaintext", "SCRAM-SHA-256", by_jaas),
            ("sasl_plaintext", "SCRAM-SHA-512", by_file),
            ("sasl_ssl", "SCRAM-SHA-512", {**by_text, **trusted}),
            ("ssl", None, trusted),
        ]
        for listener, mechanism, options in ways:
            with self.subTest(listener=listener, mechanism=mechanism):
                options = dict(options, properties_security_protocol=listener.upper())
                options["properties_sasl_mechanism"] = mechanism
                table = kafka_table(topic, "id INT", "csv", TOPICS.kafka[listener], **options)
                done = run(table + "SELECT id FROM s;\n", "--format", "ndjson")
                self.assertEqual((done.returncode, done.stdout), (0, '{"id":1}\n'), done.stderr)
        wrong = dict(by_text, properties_sasl_password="guessed", properties_security_protocol="SASL_PLAINTEXT")
        for mechanism in ("PLAIN", "SCRAM-SHA-256"):
            options = dict(wrong, properties_sasl_mechanism=mechanism)
            table = kafka_table(topic, "id INT", servers=TOPICS.kafka["sasl_plaintext"], **options)
            self.refused("E0672", table, "refused who asks: .*[Aa]uthentication failed")
        plain = kafka_table(topic, "id INT", servers=TOPICS.kafka["ssl"], properties_security_protocol="SSL")
        self.refused("E0670", plain, "cannot be reached: .*(certificate|SSL)")


class WithoutEnd(unittest.TestCase):
    def table(self, topic, columns, **options):
        return kafka_table(topic, columns, scan_bounded_mode=None, **options)

    def test_rows_come_as_they_are_written(self):
        topic = TOPICS.make(3)
        live = Live(self.table(topic, "id INT") + "SELECT id FROM s;\n")
        for i in range(6):
            TOPICS.put(topic, [Record(b'{"id": %d}' % i, partition=i % 3)])
            self.assertEqual(live.lines(1), [{"id": i}])
        code, out, err = live.end()
        self.assertEqual((code, out), (128 + signal.SIGINT, ""), err)

    def test_windows_close_at_the_slowest_partition(self):
        topic = TOPICS.make(2)
        columns = "id INT, at TIMESTAMP(3), WATERMARK FOR at AS at"
        query = "SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(at), INTERVAL '10' SECOND)) "
        live = Live(self.table(topic, columns) + query + "GROUP BY window_start, window_end;\n")

        def put(partition, second):
            value = b'{"id": 1, "at": "2026-01-01 00:00:%02d"}' % second
            TOPICS.put(topic, [Record(value, partition=partition)])

        for second in (1, 5, 15, 25):
            put(0, second)
        put(1, 3)
        put(1, 12)  # the first window closes, with rows of both
        self.assertEqual(live.lines(1), [{"n": 3}])
        put(1, 22)
        self.assertEqual(live.lines(1), [{"n": 2}])
        self.assertEqual(live.end()[0], 128 + signal.SIGINT)

    def test_an_idle_partition_is_not_waited_for(self):
        topic = TOPICS.make(2)
        columns = "id INT, at TIMESTAMP(3), WATERMARK FOR at AS at"
        query = "SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(at), INTERVAL '10' SECOND)) "
        table = self.table(topic, columns, scan_watermark_idle__timeout="15 s")
        live = Live(table + query + "GROUP BY window_start, window_end;\n")
        for second in (1, 5, 15, 25):
            value = b'{"id": 1, "at": "2026-01-01 00:00:%02d"}' % second
            TOPICS.put(topic, [Record(value, partition=0)])
        self.assertEqual(live.lines(2), [{"n": 2}, {"n": 1}])
        self.assertEqual(live.end()[0], 128 + signal.SIGINT)


if __name__ == "__main__":
    TOPICS = Topics()
    os.chdir(tempfile.mkdtemp(prefix="kafka-source-"))
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
