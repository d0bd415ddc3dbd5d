"""Topics of one test in the broker that the tests share: made, filled and read.

topics = Topics()                       where ctest's fixture left it
topic = topics.make(3)                  a name of its own, three partitions
topics.put(topic, [Record(value=b"..")])
topics.read(topic)                      all its records
"""

import itertools
import json
import os

from fetch import use_python_package

use_python_package("confluent-kafka")
from confluent_kafka import Consumer, Producer, TopicPartition  # noqa: E402
from confluent_kafka.admin import AdminClient, NewTopic  # noqa: E402

QUIET = {"log_level": 0, "socket.timeout.ms": 20000}


class Record:
    def __init__(self, value=None, key=None, partition=0, timestamp=0, headers=None):
        self.value, self.key, self.partition = value, key, partition
        self.timestamp, self.headers = timestamp, headers or []

    def __repr__(self):
        return f"{self.partition}: {self.key} -> {self.value}"


class Topics:
    def __init__(self, state_path=None):
        """state_path: state.json of the services; the broker of the tests by default."""
        with open(state_path or os.environ["SQC_TEST_SERVICES"]) as f:
            self.kafka = json.load(f)["services"]["kafka"]
        self.servers = self.kafka["servers"]
        self.plain = {"bootstrap.servers": self.servers, **QUIET}
        self.admin = AdminClient(self.plain)
        self.numbers = itertools.count()

    def make(self, partitions=1, name=None, **config):
        name = name or f"t-{os.getpid()}-{next(self.numbers)}"
        settings = {key.replace("_", "."): value for key, value in config.items()}
        made = self.admin.create_topics([NewTopic(name, partitions, 1, config=settings)])
        made[name].result(30)
        return name

    def drop(self, topic):
        self.admin.delete_topics([topic])[topic].result(30)

    def put(self, topic, records, **settings):
        named = {key.replace("_", "."): value for key, value in settings.items()}
        producer = Producer({**self.plain, "linger.ms": 5, "enable.idempotence": True, **named})
        failures = []

        def on_delivery(error, _):
            if error is not None:
                failures.append(error)

        for record in records:
            extra = {"timestamp": record.timestamp} if record.timestamp else {}
            while True:
                try:
                    producer.produce(
                        topic,
                        record.value,
                        record.key,
                        record.partition,
                        on_delivery=on_delivery,
                        headers=record.headers,
                        **extra,
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        left = producer.flush(60)
        assert not failures and left == 0, (failures[:3], left)

    def put_lines(self, topic, lines, partitions=1, **settings):
        """A line a record, partition by partition in turn."""
        records = [Record(line, partition=i % partitions) for i, line in enumerate(lines)]
        self.put(topic, records, **settings)

    def delete_before(self, topic, offset, partition=0):
        gone = self.admin.delete_records([TopicPartition(topic, partition, offset)])
        for result in gone.values():
            result.result(30)

    def read(self, topic):
        """All records, partition by partition."""
        consumer = Consumer({**self.plain, "group.id": "tests", "enable.auto.commit": False})
        partitions = sorted(consumer.list_topics(topic, 20).topics[topic].partitions)
        records = []
        for partition in partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), 20)
            consumer.assign([TopicPartition(topic, partition, low)])
            at = low
            while at < high:
                message = consumer.poll(20)
                assert message is not None and message.error() is None, message and message.error()
                at = message.offset() + 1
                timestamp = message.timestamp()[1]
                records.append(Record(message.value(), message.key(), partition, timestamp, message.headers() or []))
        consumer.close()
        return records

    def commit(self, topic, group, offsets):
        """Commits as if a group had read so far: {partition: offset}."""
        consumer = Consumer({**self.plain, "group.id": group, "enable.auto.commit": False})
        parts = [TopicPartition(topic, partition, offset) for partition, offset in offsets.items()]
        consumer.commit(offsets=parts, asynchronous=False)
        consumer.close()
