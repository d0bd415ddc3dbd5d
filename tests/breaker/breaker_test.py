"""Bad input that once broke sqc. Usage: breaker_test.py SQC"""
import os
import subprocess
import sys
import tempfile
import unittest

SQC = os.path.abspath(sys.argv.pop(1))


class Imports(unittest.TestCase):
    def test_a_cycle_of_imports_ends_whatever_way_leads_round_it(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {"a.ssql": "IMPORT 'b.ssql'; CREATE TABLE t (a INT);\n",
                     "b.ssql": "IMPORT './a.ssql'; IMPORT './b.ssql'; SELECT a FROM t;\n"}
            for name, text in files.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                    out.write(text)
            done = subprocess.run([SQC, "check", os.path.join(folder, "a.ssql")], capture_output=True, text=True,
                                  timeout=20, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, "1 file checked, no mistakes found\n"))


if __name__ == "__main__":
    unittest.main()
