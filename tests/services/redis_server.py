"""A Redis of one's own: started in a folder, reached over a socket file, gone afterwards."""

import os
import shutil
import socket
import subprocess
import time


class RedisError(Exception):
    """An error reply."""


class Redis:
    """with Redis(folder) as r: r("SET", "k", b"v")"""

    READY_S = 10

    def __init__(self, folder):
        self.socket_path = os.path.join(folder, "redis.sock")
        self.folder = folder

    def __enter__(self):
        binary = shutil.which("redis-server")
        if binary is None:
            raise SystemExit("redis-server is not installed; ./dev test installs it")
        command = [binary, "--port", "0", "--unixsocket", self.socket_path, "--dir", self.folder]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(self.READY_S)
        deadline = time.monotonic() + self.READY_S
        while self.connection.connect_ex(self.socket_path) != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("redis-server did not start")
            select_nothing(0.01)
        self.replies = self.connection.makefile("rb")
        return self

    def __exit__(self, *_):
        self.replies.close()
        self.connection.close()
        self.process.terminate()
        self.process.wait()

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


def select_nothing(seconds):
    """Gives the server the processor while its socket is not there yet."""
    import select

    select.select([], [], [], seconds)
