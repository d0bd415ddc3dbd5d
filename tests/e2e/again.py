"""again.py -- runs and tests that watch files, keep pace with event time, or write their outcomes for CI."""

import os
import signal
import subprocess
import threading
import xml.etree.ElementTree

import cli

STREAM = cli.table(columns="ts TIMESTAMP(3), k STRING, WATERMARK FOR ts AS ts")
QUERY = """SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end;
"""
TEST = "TEST {name} GIVEN ev (ts, k) ('12:00:00', 'a') QUERY SELECT k FROM ev EXPECT ('{value}');\n"
EVENTS = "".join(f'{{"ts":"2026-01-05 12:0{m}:00","k":"a"}}\n' for m in range(6))
WATCHING = "watching for changes; Ctrl-C ends"


class Watched:
    """A process that watches; its lines are read up to the one that says that it waits."""

    def __init__(self, test, *arguments):
        self.process = subprocess.Popen(
            [test.sqc, *arguments],
            cwd=test.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(os.environ, NO_COLOR="1"),
        )
        self.guard = threading.Timer(60, self.process.kill)
        self.guard.start()

    def until_it_waits(self):
        seen = []
        for line in self.process.stdout:
            if WATCHING in line:
                return "".join(seen)
            seen.append(line)
        raise AssertionError("it ended: " + "".join(seen))

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait()
        self.process.stdout.close()
        self.guard.cancel()
        return code


class Again(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("d.ndjson", EVENTS)

    def watch(self, *arguments):
        watched = Watched(self, *arguments)
        self.addCleanup(watched.guard.cancel)
        self.addCleanup(watched.process.kill)
        return watched

    def test_a_run_is_made_again_when_a_file_is_saved(self):
        self.write("a.ssql", STREAM + QUERY)
        watched = self.watch("run", "a.ssql", "--watch", "--format", "ndjson", "--quiet")
        self.assertEqual(watched.until_it_waits().count('"n":1'), 6)
        self.write("a.ssql", STREAM + QUERY.replace("'1' MINUTE", "'1' HOUR"))
        again = watched.until_it_waits()
        self.assertIn("a.ssql changed", again)
        self.assertIn('"n":6', again)
        self.assertEqual(watched.end(), 130)

    def test_a_broken_file_shows_its_mistakes_and_watching_goes_on(self):
        self.write("a.ssql", STREAM + QUERY)
        watched = self.watch("run", "a.ssql", "--watch", "--format", "ndjson", "--quiet")
        watched.until_it_waits()
        self.write("a.ssql", STREAM + QUERY.replace("COUNT(*)", "COUNT(nope)"))
        self.assertIn("error[E0202]", watched.until_it_waits())
        self.write("a.ssql", STREAM + QUERY)
        self.assertEqual(watched.until_it_waits().count('"n":1'), 6)
        self.assertEqual(watched.end(), 130)

    def test_saving_by_renaming_new_folders_and_replayed_files_count(self):
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", STREAM + QUERY)
        replay = self.write("events/e.ndjson", EVENTS)
        watched = self.watch("run", "--watch", "--format", "ndjson", "--quiet", "--replay", "events/e.ndjson")
        watched.until_it_waits()
        self.write("events/new", EVENTS[: len(EVENTS) // 2])
        os.rename(os.path.join(self.folder, "events/new"), replay)
        again = watched.until_it_waits()
        self.assertIn("events/e.ndjson changed", again)
        self.assertEqual(again.count('"n":1'), 3)
        self.write("new/b.ssql", "SELECT nope FROM ev;\n")
        self.assertIn("E0202", watched.until_it_waits() + "")
        self.assertEqual(watched.end(), 130)

    def test_standard_input_comes_once(self):
        self.write("a.ssql", STREAM + QUERY)
        for replay in ("-", "ev=-"):
            self.assert_refused(self.run_sqc("run", "a.ssql", "--watch", "--replay", replay), 2, "comes once")

    def test_tests_are_made_again(self):
        self.write("a.ssql", STREAM + TEST.format(name="t", value="b"))
        watched = self.watch("test", "a.ssql", "--watch")
        self.assertIn("0 passed, 1 failed", watched.until_it_waits())
        self.write("a.ssql", STREAM + TEST.format(name="t", value="a"))
        self.assertIn("1 passed, 0 failed", watched.until_it_waits())
        self.assertEqual(watched.end(), 130)

    def test_the_rows_of_a_run_do_not_depend_on_its_speed(self):
        self.write("a.ssql", STREAM + QUERY)
        fast = self.good("run", "a.ssql", "--format", "ndjson")
        slow = self.good("run", "a.ssql", "--format", "ndjson", "--speed", "600x")
        self.assertEqual(fast.out, slow.out)
        self.assertEqual(fast.out, self.good("run", "a.ssql", "--format", "ndjson", "--speed", "max").out)
        # Five minutes of events, six hundred times faster.
        self.assertGreater(slow.seconds, 0.45)

    def test_speeds_that_are_none(self):
        self.write("a.ssql", STREAM + QUERY)
        for speed in ("0x", "-1x", "60", "x", "fast", "nanx"):
            self.assert_refused(self.run_sqc("run", "a.ssql", "--speed", speed), 2, "--speed is max")
        self.write("b.ssql", cli.table(columns="k STRING") + "SELECT k FROM ev;\n")
        self.assert_refused(self.run_sqc("run", "b.ssql", "--speed", "2x"), 2, "needs event time")

    def test_outcomes_as_junit(self):
        self.write("p/a_test.ssql", STREAM + TEST.format(name="good", value="a") + TEST.format(name="bad", value="<&"))
        done = self.run_sqc("test", "p/a_test.ssql", "--junit", "out.xml")
        self.assertEqual(done.code, 1, str(done))
        suite = xml.etree.ElementTree.parse(os.path.join(self.folder, "out.xml")).getroot()[0]
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("2", "1"))
        good, bad = suite
        self.assertEqual((good.get("name"), good.get("classname")), ("good", "p.a_test"))
        self.assertEqual(len(good), 0)
        self.assertIn("expected: ('<&')", bad[0].text)
        self.write("p/a_test.ssql", "SELECT x FROM nothing;\n")
        self.assertEqual(self.run_sqc("test", "p/a_test.ssql", "--junit", "out.xml").code, 1)
        case = xml.etree.ElementTree.parse(os.path.join(self.folder, "out.xml")).getroot()[0][0]
        self.assertEqual((case.get("name"), case.get("file")), ("E0201", "p/a_test.ssql"))
        self.assertEqual(self.run_sqc("test", "p/a_test.ssql", "--junit", "no/out.xml").code, 3)
