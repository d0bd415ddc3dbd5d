"""One server process with a folder of its own: started, asked until it answers, stopped."""

import ctypes
import os
import signal
import socket
import subprocess
import time

READY_S = 60
PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """It did not start; with the end of its log."""


def free_port(preferred=None):
    """The preferred port where nobody has it, else any."""
    for port in [preferred, 0] if preferred else [0]:
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return s.getsockname()[1]
    raise ServerError("no port is free")


def port_answers(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def _end_with_parent():
    """Of the new process: a test that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Server:
    """Subclasses give command() and is_ready(); start() returns when it is."""

    name = "server"
    STOP_S = 20

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.log = os.path.join(self.folder, f"{self.name}.log")
        self.process = None

    def command(self):
        raise NotImplementedError

    def is_ready(self):
        raise NotImplementedError

    def environment(self):
        return None

    def about(self):
        """How to reach it, for state.json."""
        return {}

    def launch(self):
        os.makedirs(self.folder, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment(),
                preexec_fn=_end_with_parent,
            )

    def await_ready(self):
        deadline = time.monotonic() + READY_S
        while not self.is_ready():
            if self.process.poll() is not None:
                raise ServerError(f"{self.name} ended with code {self.process.returncode}\n{self.log_end()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} is not ready after {READY_S} s\n{self.log_end()}")
            self.pause()

    def pause(self):
        """Between two questions: the processor is the server's."""
        try:
            self.process.wait(0.02)
        except subprocess.TimeoutExpired:
            pass

    def start(self):
        self.launch()
        try:
            self.await_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def log_end(self):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-30:])

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(self.STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def kill(self):
        """As a machine that loses power: nothing is said."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
