"""new_project.py -- `sqc init`: a project that is clean, tested and runs, and whose next commands work as printed."""

import os
import stat
import subprocess

import cli


class NewProject(cli.CliTest):
    def next_commands(self, done):
        """The two lines below Next."""
        lines = done.out.split("Next:\n")[1].splitlines()
        self.assertEqual(len(lines), 2, done.out)
        return [line.strip() for line in lines]

    def test_the_next_commands_work_as_printed(self):
        for directory, where in (("x", "."), ("a b/c", "."), ("it's", "."), (None, "here")):
            os.makedirs(os.path.join(self.folder, where), exist_ok=True)
            done = self.good("init", *([directory] if directory else []), folder=where)
            for command in self.next_commands(done):
                ran = subprocess.run(
                    command, shell=True, cwd=os.path.join(self.folder, where), capture_output=True, timeout=120
                )
                self.assertEqual(ran.returncode, 0, command + ran.stderr.decode())
                self.assertTrue(ran.stdout)

    def test_it_is_clean_and_its_rows_come_also_below_another_project(self):
        self.write("sqc.toml", 'project = "outer"\n')
        self.write("metrics/outer.ssql", cli.table())
        self.good("init", "x")
        self.assertIn("7 files checked", self.good("check", folder="x").err)
        self.good("fmt", "--check", ".", folder="x")
        self.good("lint", ".", folder="x")
        self.assertIn("5 passed, 0 failed", self.good("test", folder="x").out)
        rows = self.good("run", "--replay", "sample.ndjson", "--format", "ndjson", folder="x").out.splitlines()
        self.assertGreater(len(rows), 100)
        # The other project is not made of its files.
        self.assert_refused(self.run_sqc("run"), 1, "nothing to run")

    def test_its_ci_script_passes(self):
        self.good("init", "x")
        script = os.path.join(self.folder, "x", "ci.sh")
        self.assertTrue(os.stat(script).st_mode & stat.S_IXUSR)
        ran = subprocess.run([script], capture_output=True, timeout=120, env=dict(os.environ, SQC=self.sqc))
        self.assertEqual(ran.returncode, 0, ran.stderr.decode())

    def test_late_events_of_the_sample_are_counted(self):
        self.good("init")
        self.assertIn(", 3 late,", self.good("run", "--format", "ndjson").err)

    def test_it_overwrites_nothing(self):
        self.write("x/ci.sh", "mine\n")
        done = self.run_sqc("init", "x")
        self.assert_refused(done, 2, "x/ci.sh exists", "nothing was written")
        self.assertEqual(os.listdir(os.path.join(self.folder, "x")), ["ci.sh"])
        self.good("init", "y")
        self.assert_refused(self.run_sqc("init", "y"), 2, "y/sqc.toml exists: this is a project")

    def test_the_project_is_named_after_its_folder(self):
        for folder, name in (("x", "x"), ("9 lives", "lives"), ("42", "metrics")):
            self.good("init", folder)
            with open(os.path.join(self.folder, folder, "sqc.toml"), encoding="utf-8") as file:
                self.assertEqual(file.read(), f'project = "{name}"\n')
        self.assert_refused(self.run_sqc("init", "z", "--name", "9 x"), 2, "--name is letters")

    def test_a_folder_that_cannot_be_made_is_told(self):
        self.write("file", "")
        self.assert_refused(self.run_sqc("init", "file/x"), 3, "file/x")
        self.assert_refused(self.run_sqc("init", "a", "b"), 2, "one folder")
