"""A Redis of one's own: started in a folder, reached over a socket file and, if wanted, a port."""

import os
import socket

from fetch import program
from server import Server, free_port


class RedisError(Exception):
    """An error reply."""


class Redis(Server):
    """with Redis(folder) as r: r("SET", "k", b"v")"""

    name = "redis"

    def __init__(self, folder, port=None):
        """port: one near it, as well as the socket; None: the socket alone."""
        super().__init__(folder)
        self.port = free_port(port) if port is not None else 0
        self.socket_path = os.path.join(self.folder, "redis.sock")
        self.connection = self.replies = None

    def command(self):
        listen = ["--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", self.socket_path]
        keep = ["--dir", self.folder, "--save", "", "--appendonly", "no", "--daemonize", "no"]
        return [program("redis-server", "redis-server"), *listen, *keep]

    def is_ready(self):
        if self.connection is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(10)
            if connection.connect_ex(self.socket_path) != 0:
                connection.close()
                return False
            self.connection = connection
            self.replies = connection.makefile("rb")
        return self("PING") == "PONG"

    def about(self):
        return {"socket": self.socket_path, "url": f"redis://127.0.0.1:{self.port}", "pid": self.process.pid}

    def stop(self):
        if self.connection is not None:
            self.replies.close()
            self.connection.close()
            self.connection = self.replies = None
        super().stop()

    def __call__(self, *parts):
        request = b"*%d\r\n" % len(parts)
        for part in parts:
            data = part if isinstance(part, bytes) else str(part).encode()
            request += b"$%d\r\n%s\r\n" % (len(data), data)
        self.connection.sendall(request)
        return self._reply()

    def _reply(self):
        line = self.replies.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest.decode()
        if kind == b"$":
            return None if rest == b"-1" else self.replies.read(int(rest) + 2)[:-2]
        return [self._reply() for _ in range(int(rest))]
