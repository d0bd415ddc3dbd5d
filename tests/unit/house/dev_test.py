#!/usr/bin/env python3
"""What ./dev promises before it does anything, and that the benchmark does not compare what differs."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
sys.dont_write_bytecode = True
import run as bench  # noqa: E402

def dev(*arguments):
    done = subprocess.run([os.path.join(ROOT, "dev"), *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def dev_text():
    with open(os.path.join(ROOT, "dev"), encoding="utf-8") as file:
        return file.read()


class Dev(unittest.TestCase):
    def test_alone_lists_every_command(self):
        code, out, _ = dev()
        self.assertEqual(code, 0)
        commands = re.findall(r"^(\w+)\) ", dev_text(), re.MULTILINE)
        self.assertGreaterEqual(len(commands), 7)
        for command in commands:
            self.assertIn(f"./dev {command}", out)

    def test_unknown_words_are_usage_errors_and_do_nothing(self):
        for arguments in (["nonsense"], ["test", "--nonsense"], ["fuzz", "--nonsense"], ["install", "--nonsense"]):
            code, out, err = dev(*arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn("nonsense", err)

    def test_next_steps_name_files_that_exist(self):
        block = re.search(r"NEXT_COMMANDS=\((.*?)\n\)", dev_text(), re.DOTALL).group(1)
        paths = re.findall(r"examples/\S+[\w]", block)
        self.assertTrue(paths)
        for path in paths:
            self.assertTrue(os.path.exists(os.path.join(ROOT, path)), path)

    def count(self, log):
        """What ./dev counts, `passed failed`, from what ctest wrote."""
        function = re.search(r"^count_ctest\(\).*?^}\n", dev_text(), re.DOTALL | re.MULTILINE)
        script = f'set -eu; passed=0; failed=0\n{function.group(0)}\ncount_ctest "$1"\necho $passed $failed'
        with tempfile.NamedTemporaryFile("w", suffix=".log", encoding="utf-8") as file:
            file.write(log)
            file.flush()
            done = subprocess.run(["bash", "-c", script, "bash", file.name], capture_output=True, text=True)
        return done.stdout.strip()

    def test_counts_what_ctest_says(self):
        log = "59/59 Test #44: x_test ...   Passed    4.58 sec\n\n92% tests passed, 5 tests failed out of 59\n\nLabel\n"
        self.assertEqual(self.count(log), "54 5")
        self.assertEqual(self.count("100% tests passed, 0 tests failed out of 7\n"), "7 0")

    def test_a_run_without_a_test_has_failed(self):
        self.assertEqual(self.count("No tests were found!!!\n"), "0 1")


class Bench(unittest.TestCase):
    def test_rows_that_differ_end_the_run(self):
        for got, want in (([(1, "a", 2)], [(1, "a", 3)]), ([(1, "a", 2)], []), ([], [(1, "a", 2)])):
            with self.assertRaises(SystemExit) as stopped:
                bench.compare("peer", got, want)
            self.assertEqual(stopped.exception.code, 1)
        bench.compare("peer", [(1, "a", 2)], [(1, "a", 2)])

    def test_times_are_read_with_and_without_zone(self):
        for text in ("2023-11-14 22:13:20.000", "2023-11-14T22:13:20Z", "2023-11-14 22:13:20"):
            self.assertEqual(bench.millis(text), 1700000000000)


if __name__ == "__main__":
    unittest.main()
