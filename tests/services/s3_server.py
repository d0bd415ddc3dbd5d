"""S3 over a folder: versitygw.

with S3(folder) as s3: s3.request("PUT", "/bucket/key", b"..")
"""

import datetime
import hashlib
import hmac
import http.client
import os
import secrets
from urllib.parse import parse_qsl, quote

from fetch import versitygw
from server import Server, free_port, port_answers

REGION = "us-east-1"


def _sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class S3(Server):
    name = "s3"

    def __init__(self, folder, port=None):
        super().__init__(folder)
        self.program = versitygw()
        self.port = free_port(port)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.access_key, self.secret_key = secrets.token_hex(8), secrets.token_hex(16)

    def environment(self):
        return {**os.environ, "ROOT_ACCESS_KEY": self.access_key, "ROOT_SECRET_KEY": self.secret_key}

    def command(self):
        data = os.path.join(self.folder, "data")
        os.makedirs(data, exist_ok=True)
        return [self.program, "--port", f"127.0.0.1:{self.port}", "--quiet", "--keep-alive", "posix", data]

    def is_ready(self):
        return port_answers(self.port) and self.request("GET", "/")[0] == 200

    def about(self):
        keys = {"access_key": self.access_key, "secret_key": self.secret_key}
        return {"endpoint": self.endpoint, **keys, "pid": self.process.pid}

    def request(self, method, path, body=b"", headers=()):
        """(status, headers, body) of a request signed as AWS wants it (version 4)."""
        path, _, query = path.partition("?")
        pairs = sorted((quote(k, safe="-._~"), quote(v, safe="-._~")) for k, v in parse_qsl(query, True))
        query = "&".join(f"{k}={v}" for k, v in pairs)
        path = quote(path, safe="/-._~")
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": now}
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        canonical = "\n".join([method, path, query, lines, ";".join(signed), digest])
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = _sign(key, part)
        credential = f"Credential={self.access_key}/{scope},SignedHeaders={';'.join(signed)}"
        signature = _sign(key, text).hex()
        signed["authorization"] = f"AWS4-HMAC-SHA256 {credential},Signature={signature}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path + (f"?{query}" if query else ""), body, {**signed, **dict(headers)})
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()
