"""ClickHouse: its newest engine behind an HTTP interface of ours.

with ClickHouse(folder) as c: c.ask("SELECT 1")
"""

import os
import sys
import urllib.error
import urllib.request

from fetch import python_package
from server import Server, free_port

HERE = os.path.dirname(os.path.abspath(__file__))


class ClickHouse(Server):
    name = "clickhouse"

    def __init__(self, folder, port=None):
        super().__init__(folder)
        python_package("chdb-core")
        self.port = free_port(port)
        self.url = f"http://127.0.0.1:{self.port}/"

    def command(self):
        program = os.path.join(HERE, "clickhouse_http.py")
        return [sys.executable, "-B", program, "--port", str(self.port), "--path", os.path.join(self.folder, "data")]

    def is_ready(self):
        try:
            return self.get("ping") == b"Ok.\n"
        except OSError:
            return False

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=5) as reply:
            return reply.read()

    def ask(self, statement):
        """The answer of one statement as text, tabs between columns."""
        request = urllib.request.Request(self.url, data=statement.encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.read().decode()
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from None

    def about(self):
        return {"url": self.url, "pid": self.process.pid}
