#!/usr/bin/env python3
"""ClickHouse's HTTP interface, as much of it as a sink uses, in front of its own engine as a Python library (chdb).

usage: clickhouse_http.py --port N --path DIR [--user U --password-file F]

SQL, storage, formats, deduplication and errors are the engine's; HTTP is ours.  For tests, on the loopback only.

  GET, POST /?query=..&database=..&SETTING=..&param_NAME=..      GET /ping
  GET /_fault?mode=M&count=N     the next N INSERTs fail: drop-before (connection closed, nothing stored), drop-after
                                 (stored, connection closed), 503, hang (stored, answered after &secs=S)

Not there: native TCP, compressed blocks, several users, KILL QUERY, replicated tables, query log, TLS.
"""

import argparse
import base64
import gzip
import json
import re
import threading
import time
import uuid
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from fetch import use_python_package

use_python_package("chdb-core")
from chdb import session  # noqa: E402

# Parameters of the interface itself; all others are settings.
OWN = set(
    "query database user password default_format query_id session_id session_timeout session_check quota_key compress "
    "decompress buffer_size wait_end_of_query http_write_exception_in_output_format role stacktrace".split()
)
INSERT = re.compile(rb"^\s*(?:--[^\n]*\n|/\*.*?\*/|\s)*INSERT\s+INTO\s", re.I | re.S)
FORMAT = re.compile(rb"\sFORMAT\s+(\w+)[ \t]*;?(\r?\n|\s|$)", re.I)
# The HTTP status of an exception code; all others are 500.
STATUS = {194: 401, 48: 501, 159: 408, 209: 503, 76: 503}
STATUS.update(dict.fromkeys((192, 193, 497, 512, 516), 403))
STATUS.update(dict.fromkeys((6, 15, 25, 26, 27, 36, 38, 41, 44, 53, 62, 72, 117), 400))
STATUS.update(dict.fromkeys((46, 47, 50, 56, 60, 63, 73, 81, 115, 511), 404))
CONTENT_TYPES = {
    "JSON": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "RowBinary": "application/octet-stream",
    "Native": "application/octet-stream",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
}


class Refused(Exception):
    def __init__(self, code, text):
        self.code, self.text = code, f"Code: {code}. DB::Exception: {text}"


class Engine:
    """The one database of the process, its named sessions, and the faults that are asked for."""

    def __init__(self, options):
        self.path, self.user, self.password = options.path, options.user, ""
        if options.password_file:
            with open(options.password_file) as f:
                self.password = f.read().strip()
        self.root = session.Session(self.path)
        self.version = str(self.root.query("SELECT version()", "TSV")).strip()
        self.zone = str(self.root.query("SELECT timezone()", "TSV")).strip()
        self.lock = threading.Lock()
        self.sessions = {}
        self.fault = {"mode": None, "count": 0, "secs": 5.0}

    def connect(self, parameters):
        """A connection with the request's database and settings, and whether the request has to close it."""
        name = parameters.get("session_id")
        with self.lock:
            connection = self.sessions.get(name) if name else None
        if connection is None:
            connection = session.Session(self.path)
            if name:
                with self.lock:
                    self.sessions[name] = connection
        if parameters.get("database"):
            connection.query("USE `%s`" % parameters["database"].replace("`", ""), "Null")
        for key, value in parameters.items():
            if key in OWN or key.startswith("param_"):
                continue
            if not re.fullmatch(r"\w+", key):
                raise Refused(115, f"Unknown setting '{key}'")
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            connection.query(f"SET {key} = '{quoted}'", "Null")
        return connection, not name

    def next_fault(self):
        with self.lock:
            if self.fault["count"] <= 0:
                return None
            self.fault["count"] -= 1
            return self.fault["mode"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "clickhouse-http"
    disable_nagle_algorithm = True
    wbufsize = 65536
    engine = None

    def log_message(self, *_):
        pass

    def handle_expect_100(self):
        done = super().handle_expect_100()
        self.wfile.flush()  # what is written is buffered: without it curl waits a second
        return done

    def read_exactly(self, length):
        data = self.rfile.read(length)
        if len(data) < length:
            raise ConnectionError("the client went away")  # half a body is never stored
        return data

    def read_chunks(self):
        chunks = []
        while length := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.read_exactly(length))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            data = self.read_chunks()
        else:
            data = self.read_exactly(int(self.headers.get("Content-Length") or 0))
        coding = self.headers.get("Content-Encoding", "").lower()
        if coding == "gzip":
            return gzip.decompress(data)
        if coding == "deflate":
            return zlib.decompress(data)
        if coding not in ("", "identity"):
            raise Refused(48, f"Content-Encoding {coding} is not supported here")
        return data

    def answer(self, status, data, headers=()):
        headers = list(headers)
        wants_gzip = "gzip" in self.headers.get("Accept-Encoding", "")
        if wants_gzip and self.parameters.get("enable_http_compression") == "1" and len(data) > 256:
            data = gzip.compress(data, 1)
            headers.append(("Content-Encoding", "gzip"))
        self.send_response(status)
        if not any(name == "Content-Type" for name, _ in headers):
            headers.append(("Content-Type", "text/plain; charset=UTF-8"))
        headers += [("X-ClickHouse-Server-Display-Name", "chdb"), ("X-ClickHouse-Query-Id", self.query_id)]
        headers += [("X-ClickHouse-Timezone", self.engine.zone), ("Content-Length", str(len(data)))]
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def fail(self, code, text):
        if "(version" not in text:
            text = f"{text} (version {self.engine.version} (official build))"
        headers = [("X-ClickHouse-Exception-Code", str(code))]
        self.answer(STATUS.get(code, 500), text.encode("utf-8", "replace") + b"\n", headers)

    def do_GET(self):
        url = urlsplit(self.path)
        self.parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        self.query_id = self.parameters.get("query_id") or str(uuid.uuid4())
        try:
            self.serve(url.path, self.body())
        except Refused as refused:
            self.fail(refused.code, refused.text)
        except ConnectionError:
            self.close_connection = True
        except Exception as error:  # of the engine, which has no class of its own
            found = re.search(r"Code: (\d+)", str(error))
            self.fail(int(found[1]) if found else 1002, str(error))

    do_POST = do_HEAD = do_GET

    def serve(self, path, data):
        if path in ("/ping", "/replicas_status"):
            self.answer(200, b"Ok.\n")
        elif path == "/_fault":
            wanted = self.parameters
            fault = {"mode": wanted.get("mode"), "count": int(wanted.get("count", 1))}
            self.engine.fault.update(fault, secs=float(wanted.get("secs", 5)))
            self.answer(200, json.dumps(self.engine.fault).encode() + b"\n")
        elif path != "/":
            self.answer(404, b"There is no handle " + path.encode() + b"\n")
        else:
            self.authenticate()
            self.statement(self.parameters.get("query", "").encode(), data)

    def authenticate(self):
        user = self.parameters.get("user") or self.headers.get("X-ClickHouse-User")
        password = self.parameters.get("password") or self.headers.get("X-ClickHouse-Key") or ""
        basic = self.headers.get("Authorization", "")
        if basic.startswith("Basic "):
            user, _, password = base64.b64decode(basic[6:]).decode().partition(":")
        if (user or "default", password) != (self.engine.user, self.engine.password):
            text = "password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)"
            raise Refused(516, f"{user or 'default'}: Authentication failed: {text}")

    def statement(self, query, data):
        """The statement is query= with the body behind it; of an INSERT the body is the rows."""
        if "1" in (self.parameters.get("compress"), self.parameters.get("decompress")):
            raise Refused(48, "compressed blocks are not supported here")
        if self.command == "GET" and not query:
            self.answer(200, b"Ok.\n")
            return
        rows_apart = bool(query) and INSERT.match(query) is not None
        text = query if rows_apart else query + (b"\n" if query and data else b"") + data
        if INSERT.match(text):
            found = FORMAT.search(text + b" ")
            if found and found[1].upper() != b"VALUES":
                rows = data if rows_apart else text[found.end() :]
                self.insert(text[: found.start()].decode(), found[1].decode(), rows)
                return
            if rows_apart:
                text = query + b"\n" + data
        self.query(text.decode("utf-8", "surrogateescape"))

    def insert(self, statement, format_name, data):
        fault = self.engine.next_fault()
        if fault == "503":
            headers = [("X-ClickHouse-Exception-Code", "202")]
            self.answer(503, b"Code: 202. DB::Exception: Too many simultaneous queries\n", headers)
            return
        if fault == "drop-before":
            raise ConnectionError
        connection, is_own = self.engine.connect(self.parameters)
        try:
            writer = connection.send_insert(statement, format_name)
            try:
                for at in range(0, len(data), 1 << 20):
                    writer.append(data[at : at + (1 << 20)])
                done = writer.finish()
            except BaseException:
                writer.cancel()
                raise
        finally:
            if is_own:
                connection.close()
        if fault == "hang":
            time.sleep(self.engine.fault["secs"])
        if fault == "drop-after":
            raise ConnectionError
        rows, size = str(done.rows_written), str(done.bytes_written)
        summary = {"read_rows": "0", "read_bytes": "0", "written_rows": rows, "written_bytes": size}
        summary.update(total_rows_to_read="0", result_rows=rows, elapsed_ns=str(int(done.elapsed * 1e9)))
        self.answer(200, b"", [("X-ClickHouse-Summary", json.dumps(summary))])

    def query(self, text):
        if self.command == "GET":
            self.parameters.setdefault("readonly", "2")  # GET may not change data
        values = {key[6:]: value for key, value in self.parameters.items() if key.startswith("param_")}
        found = re.search(r"\sFORMAT\s+(\w+)\s*(?:SETTINGS\s[^()]*)?;?\s*$", text, re.I)
        asked = self.headers.get("X-ClickHouse-Format") or self.parameters.get("default_format")
        format_name = found[1] if found else asked or "TabSeparated"
        connection, is_own = self.engine.connect(self.parameters)
        try:
            done = connection.query(text, format_name, **({"params": values} if values else {}))
        finally:
            if is_own:
                connection.close()
        summary = {"read_rows": str(done.rows_read()), "read_bytes": str(done.bytes_read())}
        summary["elapsed_ns"] = str(int(done.elapsed() * 1e9))
        headers = [("X-ClickHouse-Format", format_name), ("X-ClickHouse-Summary", json.dumps(summary))]
        headers.append(("Content-Type", CONTENT_TYPES.get(format_name, "text/plain; charset=UTF-8")))
        self.answer(200, done.bytes() or b"", headers)


class HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--user", default="default")
    parser.add_argument("--password-file")
    options = parser.parse_args()
    Handler.engine = Engine(options)
    HttpServer(("127.0.0.1", options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
