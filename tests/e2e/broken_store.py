"""broken_store.py -- stores that are damaged, half-written, locked or read-only, and runs that end while they write."""

import ctypes
import ctypes.util
import json
import os
import re
import resource
import signal
import sqlite3
import struct
import subprocess

import cli
import store

NOBODY = 65534


class BrokenStore(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "shop"\n')
        self.write("metrics/shop.ssql", store.PROGRAM)
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in store.events()))
        self.path = os.path.join(self.folder, ".sqc", "store.db")
        self.good("run")
        self.before = self.answer()

    def answer(self):
        return self.good("query", "shop.sales", "--by", "region", "--grain", "1 hour", "--format", "json").out

    def run_limited(self, prepare):
        words = [self.sqc, "run", "--quiet"]
        return subprocess.run(
            words, cwd=self.folder, capture_output=True, preexec_fn=prepare, timeout=120, text=True, check=False
        )

    def more_events(self):
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in store.events(9000, seed=4)))

    def test_a_run_that_is_killed_while_it_writes_leaves_the_answer_of_the_one_before(self):
        """The kernel ends the process at the first byte beyond a limit, wherever that is."""
        self.more_events()
        size = os.path.getsize(self.path)

        def prepare(limit):
            def limited():
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            return limited

        killed = 0
        for limit in (1, 700, 5000, size // 8, size // 2, size, size + 1, size + 30000, size + 200000):
            done = self.run_limited(prepare(limit))
            killed += done.returncode == -signal.SIGXFSZ
            if done.returncode == 0:
                break
            self.assertEqual(self.answer(), self.before, limit)
        self.assertGreater(killed, 5)
        self.good("run")
        self.assertNotEqual(self.answer(), self.before)

    def test_a_full_disk_is_told_and_changes_nothing(self):
        self.more_events()

        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            limit = os.path.getsize(self.path) + 40000
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = self.run_limited(limited)
        self.assertNotIn(done.returncode, (0, 70))
        self.assertIn("E0822", done.stderr)
        self.assertEqual(self.answer(), self.before)

    def test_a_store_that_is_cut_short_is_told(self):
        whole = open(self.path, "rb").read()
        for size in (0, 10, 4096, len(whole) // 2, len(whole) - 4096):
            with open(self.path, "wb") as file:
                file.write(whole[:size])
            done = self.run_sqc("query", "shop.sales", "--grain", "1 hour")
            self.assert_refused(done, 1, "error[E0820]")

    def test_a_store_in_use_is_told(self):
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        self.assert_refused(self.run_sqc("query", "shop.sales"), 3, "error[E0821]", "in use by another process")
        done = self.run_sqc("run")
        self.assertNotEqual(done.code, 0)
        self.assertIn("E0821", done.err)
        other.execute("ROLLBACK")
        other.close()
        self.assertEqual(self.answer(), self.before)

    def as_nobody(self, *words):
        """Root may write what is read-only."""
        is_root = os.geteuid() == 0
        return subprocess.run(
            [self.sqc, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            user=NOBODY if is_root else None,
            extra_groups=[] if is_root else None,
        )

    def test_a_read_only_store_answers_and_takes_nothing(self):
        for folder, _, files in os.walk(self.folder):
            os.chmod(folder, 0o555)
            for file in files:
                os.chmod(os.path.join(folder, file), 0o444)
        self.addCleanup(subprocess.run, ["chmod", "-R", "u+w", self.folder], check=False)
        words = ["query", "shop.sales", "--by", "region", "--grain", "1 hour", "--format", "json"]
        done = self.as_nobody(*words)
        self.assertEqual((done.returncode, done.stdout), (0, self.before), done.stderr)
        done = self.as_nobody("run", "--quiet")
        self.assertNotIn(done.returncode, (0, 70))
        self.assertIn("E0822", done.stderr)
        self.assertIn("store.db", done.stderr)

    def change_states(self, change):
        """Other states in every block, which checks all the same."""
        library = ctypes.util.find_library("xxhash")
        if library is None:
            self.skipTest("no libxxhash to make a check with")
        digest = ctypes.CDLL(library).XXH3_64bits
        digest.restype = ctypes.c_uint64
        digest.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
        db = sqlite3.connect(self.path)
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'rung_%'").fetchall():
            for time, part, block in db.execute(f"SELECT time_us, part, block FROM {table}").fetchall():
                head, body = block[:24], change(block[24:])
                count, columns, zero = struct.unpack("<III", head[4:16])
                parts = struct.pack("<QQQQ", digest(body, len(body)), count, columns, zero)
                block = head[:16] + struct.pack("<Q", digest(parts, len(parts))) + body
                db.execute(f"UPDATE {table} SET block = ? WHERE time_us = ? AND part = ?", (block, time, part))
        db.commit()
        db.close()

    def test_states_that_are_none_are_told(self):
        self.change_states(lambda body: body)
        self.assertEqual(self.answer(), self.before)
        self.change_states(lambda body: re.sub(rb"C(.)\0\0\0\0\0\0\0", rb"Z\1\0\0\0\0\0\0\0", body, flags=re.DOTALL))
        done = self.run_sqc("query", "shop.sales", "--grain", "1 hour")
        self.assert_refused(done, 1, "error[E0820]", "states of `shop.sales` are none")

    def test_a_measure_that_fails_takes_its_row_away_and_that_is_told(self):
        text = store.PROGRAM.replace(
            "COUNT(*) AS n, COUNT(D", "COUNT(*) / COUNT(price) AS failing, COUNT(*) AS n, COUNT(D"
        )
        self.write("metrics/shop.ssql", text)
        rows = [dict(row, price=None if row["region"] == "EU" else row["price"]) for row in store.events()]
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.good("run")
        done = self.good("query", "shop.sales", "--by", "region", "--grain", "60 days", "--format", "json")
        whole = json.loads(done.out)
        self.assertNotIn("EU", [row["region"] for row in whole["rows"]])
        self.assertEqual(whole["bad"], 1)
        self.assertIn("1 window has no row here: division by zero\n", done.err)
