#!/usr/bin/env python3
"""INSERT INTO tables of `kafka` and `upsert-kafka` writes what files would hold, and `generate` feeds topics.

usage: kafka_sink_test.py path/to/sqc        SQC_TEST_SERVICES names state.json of the broker
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

from kafka_topics import Record, Topics

SQC = os.path.abspath(sys.argv[1])
SOURCE = "CREATE TABLE s (id BIGINT, who STRING, n INT) WITH ({});\n".format(
    "'connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json'"
)


def run(program, *options):
    with open("q.ssql", "w") as f:
        f.write(program)
    return subprocess.run([SQC, "run", "q.ssql", *options], capture_output=True, text=True, timeout=120)


def table(name, columns, connector, topic, **options):
    """Options as keywords: __ stands for a dash, _ for a dot."""
    pairs = {"connector": connector, "topic": topic, "properties.bootstrap.servers": TOPICS.servers}
    pairs.update({key.replace("__", "-").replace("_", "."): value for key, value in options.items()})
    return f"CREATE TABLE {name} ({columns}) WITH ({', '.join(f'{k!r} = {v!r}' for k, v in pairs.items())});\n"


def give(rows):
    with open("in.json", "w") as f:
        f.writelines(json.dumps(row) + "\n" for row in rows)
    return SOURCE


class Sinks(unittest.TestCase):
    def insert(self, program):
        done = run(program)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_a_record_is_a_line_of_the_file(self):
        rows = [{"id": i, "who": f'Zoë "{i}"\n', "n": None if i % 3 == 0 else i} for i in range(5000)]
        source = give(rows)
        for format_name in ("json", "csv"):
            topic = TOPICS.make(1)
            columns = "id BIGINT, who STRING, n INT"
            path = f"out.{format_name}"
            options = f"'connector' = 'filesystem', 'path' = '{path}', 'format' = '{format_name}'"
            insert = "INSERT INTO t SELECT id, who, n FROM s;\nINSERT INTO f SELECT id, who, n FROM s;\n"
            files = f"CREATE TABLE f ({columns}) WITH ({options});\n"
            kafka = table("t", columns, "kafka", topic, format=format_name, properties_compression_type="lz4")
            self.insert(source + kafka + files + insert)
            with open(path, "rb") as f:
                expected = f.read()
            records = TOPICS.read(topic)
            self.assertEqual(len(records), len(rows))
            self.assertEqual(b"".join(r.value + b"\n" for r in records), expected)
            self.assertEqual({r.key for r in records}, {None})

    def test_what_was_written_is_read_again(self):
        rows = [{"id": i, "who": f"u{i % 7}", "n": i} for i in range(1000)]
        topic = TOPICS.make(3)
        columns = "id BIGINT, who STRING, n INT"
        keyed = {"key_format": "raw", "key_fields": "who"}
        kafka = table("t", columns, "kafka", topic, format="json", **keyed)
        self.insert(give(rows) + kafka + "INSERT INTO t SELECT id, who, n FROM s;\n")
        homes = collections.defaultdict(set)
        for record in TOPICS.read(topic):
            homes[record.key].add(record.partition)
        self.assertEqual(sorted(homes), [b"u%d" % i for i in range(7)])
        self.assertTrue(all(len(home) == 1 for home in homes.values()), "a key has one partition")
        bounds = {"scan_startup_mode": "earliest-offset", "scan_bounded_mode": "latest-offset"}
        again = table("t", columns, "kafka", topic, format="json", **bounds)
        done = run(again + "SELECT id, who, n FROM t;\n", "--format", "ndjson")
        self.assertEqual(sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda r: r["id"]), rows)

    def test_keys_of_several_columns_and_values_without_them(self):
        topic = TOPICS.make(1)
        options = {
            "format": "json",
            "key_format": "json",
            "key_fields": "who;id",
            "value_fields__include": "EXCEPT_KEY",
        }
        kafka = table("t", "id BIGINT, who STRING, n INT", "kafka", topic, **options)
        self.insert(give([{"id": 1, "who": "a", "n": 5}]) + kafka + "INSERT INTO t SELECT id, who, n FROM s;\n")
        (record,) = TOPICS.read(topic)
        self.assertEqual((record.key, record.value), (b'{"who":"a","id":1}', b'{"n":5}'))

    def test_upserts_fold_to_the_last_row_of_each_key(self):
        rows = [{"id": i, "who": f"u{i % 5}", "n": i} for i in range(500)]
        topic = TOPICS.make(2)
        columns = "who STRING, total BIGINT, PRIMARY KEY (who) NOT ENFORCED"
        formats = {"key_format": "json", "value_format": "json"}
        upsert = table("t", columns, "upsert-kafka", topic, **formats)
        self.insert(give(rows) + upsert + "INSERT INTO t SELECT who, SUM(n) FROM s GROUP BY who;\n")
        folded = {r.key: json.loads(r.value) for r in TOPICS.read(topic)}
        sums = collections.Counter()
        for row in rows:
            sums[row["who"]] += row["n"]
        self.assertEqual(folded, {b'{"who":"%s"}' % w.encode(): {"who": w, "total": t} for w, t in sums.items()})

    def test_a_row_that_goes_is_a_tombstone(self):
        rows = [{"id": 1, "who": "a", "n": n} for n in (1, 2, 3, 4)] + [{"id": 2, "who": "b", "n": 2}]
        topic = TOPICS.make(1)
        columns = "who STRING, total BIGINT, PRIMARY KEY (who) NOT ENFORCED"
        formats = {"key_format": "raw", "value_format": "csv", "value_fields__include": "EXCEPT_KEY"}
        upsert = table("t", columns, "upsert-kafka", topic, **formats)
        query = "SELECT who, total FROM (SELECT who, SUM(n) AS total FROM s GROUP BY who) WHERE total < 5"
        self.insert(give(rows) + upsert + f"INSERT INTO t {query};\n")
        told = [(r.key, r.value) for r in TOPICS.read(topic)]
        self.assertEqual(told, [(b"a", b"1"), (b"a", b"3"), (b"a", None), (b"b", b"2")])

    def test_changes_as_debezium_tells_them(self):
        topic = TOPICS.make(1)
        kafka = table("t", "who STRING, total BIGINT", "kafka", topic, format="debezium-json")
        rows = [{"id": 1, "who": "a", "n": n} for n in (1, 2)]
        self.insert(give(rows) + kafka + "INSERT INTO t SELECT who, SUM(n) FROM s GROUP BY who;\n")
        told = [json.loads(r.value) for r in TOPICS.read(topic)]
        self.assertEqual([change["op"] for change in told], ["c", "d", "c"])
        self.assertEqual(told[-1], {"before": None, "after": {"who": "a", "total": 3}, "op": "c"})

    def test_refused(self):
        source = give([{"id": 1, "who": "x" * 3000, "n": 5}])
        columns = "id BIGINT, who STRING, n INT"
        insert = "INSERT INTO t SELECT id, who, n FROM s;\n"
        topic = TOPICS.make(1)
        done = run(source + table("t", columns, "kafka", topic + "x", format="json") + insert)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, f"no topic '{topic}x' to write to; did you mean 't-.*\\(E0671\\)")
        small = TOPICS.make(1, max_message_bytes="1000")
        done = run(source + table("t", columns, "kafka", small, format="json") + insert)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, f"topic '{small}' did not take a record: .*\\(E0674\\)")
        limited = {"format": "json", "properties_message_max_bytes": "1000"}
        done = run(source + table("t", columns, "kafka", topic, **limited) + insert)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, "did not take a record of 30[0-9]+ bytes: .*\\(E0674\\)")
        keyless = table("t", columns, "upsert-kafka", topic, key_format="json", value_format="json")
        done = run(source + keyless + insert)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error[E0409]: `t` is written by its key, and has none", done.stderr)


class Generated(unittest.TestCase):
    def generate(self, *options):
        command = [SQC, "generate", *options, "--to", "kafka", "--servers", TOPICS.servers]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_a_topic_holds_the_lines_of_the_file(self):
        topic = TOPICS.make(4)
        done = self.generate("ysb", "--rows", "3000", "--seed", "5", "--topic", topic)
        self.assertEqual(done.returncode, 0, done.stderr)
        subprocess.run([SQC, "generate", "ysb", "--rows", "3000", "--seed", "5", "--out", "y"], check=True)
        names = [n for n in os.listdir("y") if "event" in n]
        with open(os.path.join("y", names[0]), "rb") as f:
            lines = f.read().splitlines()
        self.assertEqual(sorted(r.value for r in TOPICS.read(topic)), sorted(lines))
        self.assertGreater(len({r.partition for r in TOPICS.read(topic)}), 1)

    def test_a_rate_is_kept(self):
        topic = TOPICS.make(1)
        before = time.monotonic()
        done = self.generate("ysb", "--rows", "500", "--rate", "1000", "--topic", topic)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(time.monotonic() - before, 0.49)
        self.assertEqual(len(TOPICS.read(topic)), 500)

    def test_a_topic_that_is_not_there(self):
        done = self.generate("ysb", "--rows", "5", "--topic", "nowhere-at-all")
        self.assertEqual(done.returncode, 3)
        self.assertIn("E0671", done.stderr)


if __name__ == "__main__":
    TOPICS = Topics()
    os.chdir(tempfile.mkdtemp(prefix="kafka-sink-"))
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
