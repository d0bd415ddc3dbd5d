"""Apache Kafka in KRaft mode: one broker, or several that are a cluster.

    with KafkaCluster(folder) as kafka:
        kafka.servers          "127.0.0.1:41234"
        kafka.user             {"name": .., "password": ..}, for the SASL ports (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512)
        kafka.admin()          confluent_kafka's AdminClient

Each broker listens in the clear, with SASL, with TLS, and with both; certificate and password are made at the start.
"""

import os
import secrets
import shutil
import subprocess

from fetch import kafka_jars, program, use_python_package
from server import Server, ServerError, free_port

CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk"
LISTENERS = ("PLAINTEXT", "SASL_PLAINTEXT", "SSL", "SASL_SSL")
SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "ssl.keystore.type": "PEM",
    "auto.create.topics.enable": "false",
    "delete.topic.enable": "true",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.segment.delete.delay.ms": "1000",
    "log.retention.ms": "-1",  # events of tests are old
    "message.timestamp.after.max.ms": "9223372036854775807",
}
# Started often and not for long: the first compiler is enough.
JAVA = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]


class Broker(Server):
    STOP_S = 30

    def __init__(self, cluster, number, folder):
        self.name = f"kafka-{number}"
        super().__init__(folder)
        self.cluster = cluster
        self.number = number
        self.ports = {name: cluster.port(name, number) for name in LISTENERS + ("CONTROLLER",)}

    def properties_path(self):
        return os.path.join(self.folder, "server.properties")

    def write_properties(self):
        cluster = self.cluster
        copies = min(3, len(cluster.brokers))
        user = cluster.user
        plain = "org.apache.kafka.common.security.plain.PlainLoginModule required "
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        settings = {
            **SETTINGS,
            "node.id": self.number,
            "log.dirs": os.path.join(self.folder, "data"),
            "controller.quorum.voters": ",".join(
                f"{b.number}@127.0.0.1:{b.ports['CONTROLLER']}" for b in cluster.brokers
            ),
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in self.ports.items()),
            "advertised.listeners": ",".join(f"{name}://127.0.0.1:{self.ports[name]}" for name in LISTENERS),
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT," + ",".join(f"{n}:{n}" for n in LISTENERS),
            "ssl.keystore.location": cluster.key_path,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": min(2, copies),
        }
        for listener in ("sasl_plaintext", "sasl_ssl"):
            prefix = f"listener.name.{listener}"
            settings[f"{prefix}.plain.sasl.jaas.config"] = f'{plain}user_{user["name"]}="{user["password"]}";'
            for bits in (256, 512):
                settings[f"{prefix}.scram-sha-{bits}.sasl.jaas.config"] = scram
        with open(os.open(self.properties_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.writelines(f"{key}={value}\n" for key, value in settings.items())

    def java(self, *arguments):
        classes = os.path.join(kafka_jars(), "*")
        log = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return [program("java", "openjdk-17-jre-headless"), *JAVA, log, "-cp", classes, *arguments]

    def format(self):
        os.makedirs(self.folder, exist_ok=True)
        self.write_properties()
        if os.path.exists(os.path.join(self.folder, "data", "meta.properties")):
            return
        command = self.java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", self.properties_path())
        for bits in (256, 512):
            user = self.cluster.user
            command += ["--add-scram", f"SCRAM-SHA-{bits}=[name={user['name']},password={user['password']}]"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerError(f"kafka could not be formatted\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def command(self):
        return self.java("kafka.Kafka", self.properties_path())

    def is_ready(self):
        return self.number in self.cluster.known_brokers()


class KafkaCluster:
    def __init__(self, folder, count=1, ports=None):
        """ports: of the first broker, by listener, where they are free."""
        use_python_package("confluent-kafka")
        self.folder = os.path.abspath(folder)
        self.preferred = ports or {}
        self.user = {"name": "alice", "password": secrets.token_urlsafe(12)}
        self.key_path = os.path.join(self.folder, "server.pem")
        self.certificate_path = os.path.join(self.folder, "certificate.pem")
        self._admin = None
        self.brokers = []
        for number in range(1, count + 1):
            self.brokers.append(Broker(self, number, os.path.join(self.folder, f"broker-{number}")))

    def port(self, listener, number):
        return free_port(self.preferred.get(listener) if number == 1 else None)

    def servers_of(self, listener):
        return ",".join(f"127.0.0.1:{b.ports[listener]}" for b in self.brokers)

    @property
    def servers(self):
        return self.servers_of("PLAINTEXT")

    def about(self):
        return {
            "servers": self.servers,
            **{name.lower(): self.servers_of(name) for name in LISTENERS[1:]},
            "user": self.user,
            "certificate": self.certificate_path,
            "pids": [b.process.pid for b in self.brokers],
        }

    def admin(self):
        from confluent_kafka.admin import AdminClient

        if self._admin is None:
            quiet = {"log_level": 0, "socket.timeout.ms": 10000, "reconnect.backoff.ms": 20}
            self._admin = AdminClient({"bootstrap.servers": self.servers, **quiet, "reconnect.backoff.max.ms": 100})
        return self._admin

    def known_brokers(self):
        from confluent_kafka import KafkaException

        try:
            return set(self.admin().list_topics(timeout=1).brokers)
        except KafkaException:
            return set()

    def _make_certificate(self):
        key = os.path.join(self.folder, "key.pem")
        command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
        command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key]
        done = subprocess.run(command + ["-out", self.certificate_path], capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerError(f"openssl made no certificate\n{done.stderr[-2000:]}")
        with open(self.key_path, "w") as out:
            for path in (key, self.certificate_path):
                with open(path) as f:
                    out.write(f.read())

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self._make_certificate()
        for broker in self.brokers:
            broker.format()
        try:
            for broker in self.brokers:
                broker.launch()
            for broker in self.brokers:
                broker.await_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        self._admin = None
        # The last one has no cluster left to say goodbye to.
        for broker in self.brokers:
            if broker.process is not None and len(self.brokers) > 1:
                broker.kill()
            broker.stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
