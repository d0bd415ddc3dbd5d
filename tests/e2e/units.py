"""units.py -- which files are one program: those of a project, or else each file with what it imports."""

import os

from cli import CliTest, table

TEST = "TEST t GIVEN ev (id) ('a') QUERY SELECT id FROM ev EXPECT ('a');\n"


class Units(CliTest):
    def test_without_a_project_each_file_is_a_program(self):
        self.write("p/a.ssql", table() + TEST)
        self.write("p/b.ssql", table() + TEST)
        for operands in (["p"], ["p/a.ssql", "p/b.ssql"]):
            done = self.run_sqc("check", *operands)
            self.assertEqual((done.code, done.err), (0, "2 files checked, no mistakes found\n"), str(done))
            done = self.run_sqc("test", *operands)
            self.assertEqual((done.code, done.out), (0, "2 passed, 0 failed\n"), str(done))

    def test_without_a_project_files_do_not_see_each_other(self):
        self.write("p/a.ssql", table())
        self.write("p/b.ssql", TEST)
        for verb in ("check", "test"):
            done = self.run_sqc(verb, "p")
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("error[E0201]", done.err)
        self.write("p/b.ssql", "IMPORT 'a.ssql';\n" + TEST)
        self.assertEqual(self.run_sqc("check", "p").code, 0)
        self.assertEqual(self.run_sqc("test", "p").out, "1 passed, 0 failed\n")

    def test_a_project_is_one_program(self):
        self.write("p/sqc.toml", "")
        self.write("p/streams/a.ssql", table())
        self.write("p/metrics/b_test.ssql", TEST + "TEST u QUERY SELECT no FROM ev EXPECT ERROR E0202;\n")
        for operand in ("p", "p/metrics", "p/metrics/b_test.ssql"):
            self.assertEqual(self.run_sqc("check", operand).err, "2 files checked, no mistakes found\n")
            self.assertEqual(self.run_sqc("test", operand).out, "2 passed, 0 failed\n")
        # A file selects: the tests of the others do not run.
        self.assertEqual(self.run_sqc("test", "p/streams/a.ssql").out, "0 passed, 0 failed\n")

    def test_a_project_is_found_from_inside(self):
        self.write("sqc.toml", "")
        self.write("streams/a.ssql", table())
        self.write("metrics/b.ssql", "SELECT nope FROM ev;\n")
        self.folder = os.path.join(self.folder, "metrics")
        for operands in ([], ["b.ssql"], ["../metrics"]):
            done = self.run_sqc("check", *operands)
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("error[E0202]", done.err)
            self.assertNotIn("E0201", done.err)

    def test_the_second_definition_names_the_file_of_the_first(self):
        self.write("sqc.toml", "")
        self.write("a.ssql", table())
        self.write("b.ssql", table())
        done = self.run_sqc("check")
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("error[E0205]: `ev` is defined already\n --> b.ssql:1:14", done.err)
        self.assertIn("= note: first here (a.ssql:1:14)", done.err)

    def test_a_file_that_several_import_is_judged_once(self):
        self.write("a.ssql", "SELECT id FROM nothing;\n")
        self.write("b.ssql", "IMPORT 'a.ssql';\n")
        self.write("c.ssql", "IMPORT 'a.ssql';\n")
        done = self.run_sqc("check", ".")
        self.assertEqual(done.err.count("E0201"), 1, done.err)

    def test_import_of_a_missing_file_is_told_at_the_import(self):
        self.write("a.ssql", table() + "IMPORT 'none.ssql';\n")
        for verb in ("check", "run", "test"):
            done = self.run_sqc(verb, "a.ssql")
            self.assertEqual(done.code, 1, str(done))
            for text in ("error[E0001]", "a.ssql:2:8", "2 | IMPORT 'none.ssql';"):
                self.assertIn(text, done.err)

    def test_each_missing_file_is_told(self):
        done = self.run_sqc("check", "x.ssql", "y.ssql")
        self.assert_refused(done, 1, "x.ssql", "y.ssql")

    def test_help_says_it(self):
        for verb in ("check", "test"):
            self.assertIn("a folder with sqc.toml", self.run_sqc("help", verb).out)
