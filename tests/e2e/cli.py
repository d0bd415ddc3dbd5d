"""cli.py -- the program under test in a folder of its own, as each end-to-end test sees it."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

ROWS = "id STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"


def table(name="ev", columns=ROWS, path="d.ndjson", options="'format' = 'json'"):
    return f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', {options});\n"


class Done:
    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __str__(self):
        return f"exit {self.code}\n{self.out[-500:]}\n{self.err[-1500:]}"


class CliTest(unittest.TestCase):
    sqc = None  # set by run.py

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sqc-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def run_sqc(self, *arguments, stdin=None, stdout=subprocess.PIPE, folder="."):
        """Decodes with replacement, because diagnostics may quote what is no UTF-8."""
        started = time.monotonic()
        done = subprocess.run(
            [self.sqc, *arguments],
            cwd=os.path.join(self.folder, folder),
            input=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=120,
            env=dict(os.environ, NO_COLOR="1"),
        )
        out = "" if done.stdout is None else done.stdout.decode("utf-8", "replace")
        return Done(done.returncode, out, done.stderr.decode("utf-8", "replace"), time.monotonic() - started)

    def good(self, *arguments, folder="."):
        """A call that must succeed."""
        done = self.run_sqc(*arguments, folder=folder)
        self.assertEqual(done.code, 0, str(done))
        return done

    def rows(self, text, *arguments, stdin=None):
        """Output lines of a program that must run."""
        self.write("t.ssql", text)
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson", *arguments, stdin=stdin)
        self.assertEqual(done.code, 0, str(done))
        return done.out.splitlines(), done.err

    def assert_refused(self, done, code, *texts):
        """An exit code, nothing on standard output, the texts on standard error."""
        self.assertEqual(done.code, code, str(done))
        self.assertEqual(done.out, "", str(done))
        for text in texts:
            self.assertIn(text, done.err)
