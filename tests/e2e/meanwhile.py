"""meanwhile.py -- what happens to a run from outside: files that shrink, grow and vanish under it, and signals.

No test sleeps.  The second input of a run is a named pipe: the run waits there until the test has done its deed, and
rows that came out before tell the test that the first input was reached."""

import os
import signal
import subprocess

from cli import CliTest, table

TEXT = "x" * 200
MANY = 1000  # rows of a turn and less than a block: more of the block is left when the other partition has its turn


def line(number, minute=0):
    return '{"id":"%d%s","n":%d,"ts":"2024-01-01 00:%02d:00"}\n' % (number, TEXT, number, minute)


class Meanwhile(CliTest):
    def start(self, text, *arguments, **streams):
        """Output lines of the program can be read as they come: rows are long and many, so that they are flushed."""
        self.write("t.ssql", text)
        process = subprocess.Popen(
            [self.sqc, "run", "t.ssql", "--format", "ndjson", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **streams,
        )
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def two_inputs(self, lines, how=()):
        """A file of lines and a pipe; the answer is the process, which waits for the pipe, and the pipe's open end."""
        self.write("in/a.ndjson", "".join(lines))
        os.mkfifo(os.path.join(self.folder, "in/b.ndjson"))
        process = self.start(table() + "SELECT id, n, REPEAT(id, 3) AS t FROM ev;\n", "--replay", "in/*.ndjson", *how)
        pipe = open(os.path.join(self.folder, "in/b.ndjson"), "w", encoding="utf-8")
        pipe.write(line(0, 50))
        pipe.flush()
        self.assertTrue(process.stdout.readline().startswith(b'{"id":"0'))
        return process, pipe

    def end(self, process, pipe):
        pipe.close()
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()


class Shrinking(Meanwhile):
    def check_shrunk(self, size, *how):
        process, pipe = self.two_inputs([line(i) for i in range(5000)], how)
        os.truncate(os.path.join(self.folder, "in/a.ndjson"), size)
        code, _, err = self.end(process, pipe)
        self.assertEqual(code, 3, err)
        self.assertRegex(err, r"sqc: read 'in/a.ndjson': the file shrank from \d+ to %d bytes .*\(E0660\)" % size)
        self.assertIn(" rows in, ", err)

    def test_a_file_cut_while_its_block_is_in_hand_ends_the_run_with_code_and_place(self):
        for size in (0, 100, 200000):
            for tier in ("fast", "optimized"):
                with self.subTest(f"{size} {tier}"):
                    self.setUp()
                    self.check_shrunk(size, "--tier", tier)

    def test_a_cut_file_is_no_crash_of_the_interpreter_or_of_one_row_batches(self):
        for how in (["--interpret"], ["--batch-rows", "1"]):
            with self.subTest(how[0]):
                self.setUp()
                self.write("in/a.ndjson", "".join(line(i) for i in range(5000)))
                self.check_shrunk(0, *how) if how[0] != "--interpret" else self.check_interpreted()

    def check_interpreted(self):
        process, pipe = self.two_inputs([line(i) for i in range(5000)], ["--interpret"])
        os.truncate(os.path.join(self.folder, "in/a.ndjson"), 0)
        code, _, err = self.end(process, pipe)
        self.assertEqual(code, 3, err)
        self.assertIn("E0660", err)

    def test_a_file_that_a_run_failed_on_leaves_the_old_file_of_its_insert(self):
        self.write("o.json", "old\n")
        self.write("in/a.ndjson", "".join(line(i) for i in range(5000)))
        os.mkfifo(os.path.join(self.folder, "in/b.ndjson"))
        text = table() + table("o", "id STRING", "o.json") + "INSERT INTO o SELECT id FROM ev;\n"
        process = self.start(text + "SELECT id, REPEAT(id, 3) AS t FROM ev;\n", "--replay", "in/*.ndjson")
        with open(os.path.join(self.folder, "in/b.ndjson"), "w", encoding="utf-8") as pipe:
            pipe.write(line(0, 50))
            pipe.flush()
            process.stdout.readline()
            os.truncate(os.path.join(self.folder, "in/a.ndjson"), 0)
            code, _, err = self.end(process, pipe)
        self.assertEqual(code, 3, err)
        with open(os.path.join(self.folder, "o.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "old\n")


class Growing(Meanwhile):
    def test_a_file_that_grows_is_read_to_the_end_that_it_has_then(self):
        process, pipe = self.two_inputs([line(i) for i in range(5000)])
        with open(os.path.join(self.folder, "in/a.ndjson"), "a", encoding="utf-8") as file:
            file.write("".join(line(i) for i in range(5000, 8000)))
        code, out, err = self.end(process, pipe)
        self.assertEqual(code, 0, err)
        self.assertIn("8,001 rows in", err)
        self.assertIn('"n":7999,', out)

    def test_a_file_deleted_meanwhile_is_read_to_its_end(self):
        process, pipe = self.two_inputs([line(i) for i in range(5000)])
        os.unlink(os.path.join(self.folder, "in/a.ndjson"))
        code, _, err = self.end(process, pipe)
        self.assertEqual(code, 0, err)
        self.assertIn("5,001 rows in", err)


class Signals(Meanwhile):
    WINDOWED = (
        table()
        + table("o", "id STRING, n INT", "o.json")
        + "INSERT INTO o SELECT id, n FROM ev;\n"
        + "CREATE METRIC w AS SELECT window_start, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), "
        + "INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;\n"
    )

    def check_interrupted(self, number, name):
        """While it waits for a pipe: rows read so far are there, whole, and the window that is open is not."""
        process = self.start(self.WINDOWED, "--replay", "-", stdin=subprocess.PIPE)
        self.addCleanup(process.stdin.close)
        process.stdin.write("".join(line(i, i // 1000) for i in range(3000)).encode())
        process.stdin.flush()
        work = os.path.join(self.folder, ".o.json.inprogress")
        while not (os.path.exists(work) and os.path.getsize(work) > 200000):
            self.assertIsNone(process.poll(), "it ended by itself")
        process.send_signal(number)
        process.wait(timeout=60)
        out, err = process.stdout.read().decode(), process.stderr.read().decode()
        self.assertEqual(process.returncode, 128 + number, err)
        self.assertRegex(err, r"^interrupted by " + name)
        self.assertRegex(err, r"\n[\d,]+ rows in, ")
        self.assertNotIn("sqc: ", err)
        self.assertNotIn("00:02:00", out)
        with open(os.path.join(self.folder, "o.json"), encoding="utf-8") as file:
            content = file.read()
        self.assertTrue(content.endswith("}\n"))
        self.assertEqual(content.splitlines()[7], '{"id":"7%s","n":7}' % TEXT)

    def test_an_interrupted_run_says_so_and_leaves_whole_rows(self):
        self.check_interrupted(signal.SIGINT, "SIGINT")

    def test_a_terminated_run_says_so_and_leaves_whole_rows(self):
        self.check_interrupted(signal.SIGTERM, "SIGTERM")

    def test_a_signal_before_the_first_row_ends_the_run(self):
        process = self.start(self.WINDOWED, "--replay", "-", stdin=subprocess.PIPE)
        self.addCleanup(process.stdin.close)
        while not os.path.exists(os.path.join(self.folder, ".o.json.inprogress")):
            self.assertIsNone(process.poll(), "it ended by itself")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)

    def test_a_second_signal_ends_at_once(self):
        """Nobody reads the output, so the run stands still in a write and cannot come to the end of a batch."""
        process = self.start(
            table() + "SELECT id, REPEAT(id, 30) AS t FROM ev;\n", "--replay", "-", stdin=subprocess.PIPE
        )
        self.addCleanup(process.stdin.close)
        feeder = subprocess.Popen(["yes", line(1).strip()], stdout=process.stdin, stderr=subprocess.DEVNULL)
        self.addCleanup(feeder.wait)
        self.addCleanup(feeder.kill)
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        while self.ignores_nothing(process.pid):
            self.assertIsNone(process.poll(), "it did not wait for its reader")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), -signal.SIGTERM)

    def ignores_nothing(self, pid):
        """Is SIGTERM still caught?  After the first one it is not."""
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            caught = next(row for row in file if row.startswith("SigCgt:"))
        return int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1
