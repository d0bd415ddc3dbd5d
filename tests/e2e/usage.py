"""usage.py -- verbs, options, streams and exit codes: 0 done, 1 findings, 2 usage, 3 a file that cannot be used."""

import json
import os
import re
import subprocess

from cli import CliTest, table

VERBS = ["check", "run", "test", "fmt", "explain", "generate", "version", "help"]
FAULTY = [
    ["frob"],
    ["run"],
    ["run", "--no-such-flag"],
    ["run", "t.ssql", "--format", "xml"],
    ["run", "t.ssql", "--batch-rows", "0"],
    ["run", "t.ssql", "--batch-rows", "x"],
    ["run", "t.ssql", "--format"],
    ["run", "t.ssql", "--disable-rule", "nope"],
    ["run", "t.ssql", "--tier", "slow"],
    ["generate", "nothing"],
    ["help", "nothing"],
    ["run", "t.ssql", "--replay", "nosuch=d.ndjson"],
    ["explain", "t.ssql", "--emit", "soup"],
]


class Usage(CliTest):
    def setUp(self):
        super().setUp()
        self.write("d.ndjson", '{"id":"a","n":1}\n')
        self.write("t.ssql", table() + "SELECT id, n FROM ev;\n")

    def test_wrong_usage_is_exit_code_2_and_says_where_to_look(self):
        for arguments in FAULTY:
            with self.subTest(" ".join(arguments)):
                self.assert_refused(self.run_sqc(*arguments), 2, "sqc")

    def test_each_verb_explains_itself_on_standard_output(self):
        for verb in VERBS:
            for arguments in (["help", verb], [verb, "--help"]):
                with self.subTest(" ".join(arguments)):
                    done = self.run_sqc(*arguments)
                    self.assertEqual(done.code, 0, str(done))
                    self.assertTrue(done.out.startswith("sqc " + verb), done.out[:80])
                    self.assertEqual(done.err, "")

    def test_help_finds_one_function_or_aggregate(self):
        names = {"COUNT": "Number of rows", "upper": "UPPER(STRING)", "LISTAGG": "ordered", "CAST": "AS type"}
        for name, text in names.items():
            self.assertIn(text, self.good("help", "function", name).out)
        done = self.run_sqc("help", "function", "cuont")
        self.assert_refused(done, 2, "no function or aggregate 'cuont'; did you mean COUNT?")
        self.assert_refused(self.run_sqc("help", "function"), 2, "takes the name of one")

    def test_each_next_command_works(self):
        """`Next:` lines and the hints below errors are typed as they stand."""
        seen, todo = set(), [("--help",), ("help",), ("frob",), ("run",), ("version",), ("check", "t.ssql")]
        while todo:
            arguments = todo.pop()
            done = self.run_sqc(*arguments)
            found = re.findall(r"^Next: sqc (.+)$", done.out + done.err, re.MULTILINE)
            found += re.findall(r"^  sqc ([a-z ]+?)   ", done.err, re.MULTILINE)
            for command in set(found) - seen:
                seen.add(command)
                with self.subTest(command):
                    self.assertEqual(self.run_sqc(*command.split()).code, 0, command)
                todo.append(tuple(command.split()))
        self.assertTrue(seen, "no next command was printed at all")

    def test_the_examples_of_generate_and_its_neighbours_run_in_order(self):
        done = self.run_sqc("generate", "social", "--out", "events", "--rows", "3000", "--seed", "7")
        self.assertEqual(done.code, 0, str(done))
        names = sorted(os.listdir(os.path.join(self.folder, "events")))
        self.assertEqual(names, ["ad_events.ndjson", "content_events.ndjson", "truths.json", "user_events.ndjson"])
        events = [os.path.join(self.folder, "events", n) for n in names if n.endswith(".ndjson")]
        counts = [len(open(path, "rb").readlines()) for path in events]
        self.assertEqual(sum(counts), 3000)
        again = self.run_sqc("generate", "social", "--out", "again", "--rows", "3000", "--seed", "7")
        self.assertEqual(again.code, 0)
        for name in names:
            with open(os.path.join(self.folder, "events", name), "rb") as a, open(
                os.path.join(self.folder, "again", name), "rb"
            ) as b:
                self.assertEqual(a.read(), b.read(), "one seed, one stream")

    def test_rows_go_to_standard_output_and_the_summary_to_standard_error(self):
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson")
        self.assertEqual(done.out, '{"id":"a","n":1}\n')
        self.assertRegex(done.err, r"1 rows? in, 1 out, 0 late, 0 bad")
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson", "--quiet")
        self.assertEqual((done.out, done.err), ('{"id":"a","n":1}\n', ""))

    def test_formats(self):
        self.assertEqual(self.run_sqc("run", "t.ssql", "--format", "csv").out.splitlines(), ["id,n", "a,1"])
        document = json.loads(self.run_sqc("run", "t.ssql", "--format", "json").out)
        self.assertEqual(document, {"schema_version": 1, "rows": [{"id": "a", "n": 1}]})
        self.assertIn("| a", self.run_sqc("run", "t.ssql", "--format", "md").out)
        self.assertIn("a", self.run_sqc("run", "t.ssql").out)

    def test_several_results_carry_their_names_and_do_not_mix_in_csv(self):
        self.write("t.ssql", table() + "CREATE METRIC a AS SELECT id FROM ev;\nCREATE METRIC b AS SELECT n FROM ev;\n")
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson")
        self.assertEqual(done.out, '{"metric":"a","id":"a"}\n{"metric":"b","n":1}\n')
        self.assert_refused(self.run_sqc("run", "t.ssql", "--format", "csv"), 2, "--out")
        done = self.run_sqc("run", "t.ssql", "--format", "csv", "--out", "o")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, "o"))), ["a.csv", "b.csv"])

    def test_limit_rows(self):
        self.write("d.ndjson", '{"id":"a","n":1}\n' * 5000)
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson", "--limit-rows", "7")
        self.assertEqual((done.code, len(done.out.splitlines())), (0, 7))

    def test_diagnostics_as_json_and_sarif(self):
        self.write("t.ssql", table() + "SELECT nope FROM ev;\n")
        for form in ("json", "sarif"):
            done = self.run_sqc("check", "t.ssql", "--diagnostics", form)
            self.assertEqual(done.code, 1)
            self.assertIn("E0202", json.dumps(json.loads(done.out or done.err)))

    def test_fmt_is_idempotent(self):
        self.write("t.ssql", table() + "select  ID,n from ev -- why\nwhere n>1;\n")
        self.assertEqual(self.run_sqc("fmt", "--check", "t.ssql").code, 1)
        self.assertEqual(self.run_sqc("fmt", "t.ssql").code, 0)
        with open(os.path.join(self.folder, "t.ssql"), encoding="utf-8") as file:
            once = file.read()
        self.assertIn("-- why", once)
        self.assertEqual(self.run_sqc("fmt", "--check", "t.ssql").code, 0)

    def test_tests_pass_and_fail_with_exit_codes(self):
        metric = table() + (
            "CREATE METRIC m AS SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE ev, "
            "DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;\n"
        )
        given = (
            "TEST t FOR m GIVEN ev (ts, id) ('12:00:05', 'a') WATERMARK '12:01:00' "
            "EXPECT (window_start, n) ('12:00:00', %d);\n"
        )
        self.write("good.ssql", metric + given % 1)
        self.write("bad.ssql", metric + given % 2)
        self.assertEqual(self.run_sqc("test", "good.ssql").code, 0)
        done = self.run_sqc("test", "bad.ssql")
        self.assertEqual(done.code, 1)
        self.assertIn("12:00:00", done.out + done.err)

    def test_a_closed_pipe_ends_the_run_quietly(self):
        self.write("d.ndjson", '{"id":"a","n":1}\n' * 200000)
        with subprocess.Popen(
            [self.sqc, "run", "t.ssql", "--format", "ndjson", "--quiet"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            self.assertEqual(process.stdout.readline(), b'{"id":"a","n":1}\n')
            process.stdout.close()
            errors = process.stderr.read().decode()
            self.assertGreaterEqual(process.wait(60), 0, "ended by a signal: " + errors)

    def test_a_full_disk_is_exit_code_3(self):
        with open("/dev/full", "wb") as full:
            done = self.run_sqc("run", "t.ssql", "--format", "ndjson", stdout=full)
        self.assertEqual(done.code, 3, str(done))
        self.assertIn("No space left", done.err)

    def test_a_sink_that_cannot_be_written_is_exit_code_3(self):
        self.write("t.ssql", table() + table("o", "id STRING", "/dev/full") + "INSERT INTO o SELECT id FROM ev;\n")
        self.assert_refused(self.run_sqc("run", "t.ssql"), 3)

    def test_a_run_that_fails_leaves_the_earlier_file(self):
        self.write("o.json", "old\n")
        strict = table(options="'format' = 'json', 'json.ignore-parse-errors' = 'false'")
        self.write("t.ssql", strict + table("o", "id STRING", "o.json") + "INSERT INTO o SELECT id FROM ev;\n")
        self.write("d.ndjson", '{"id":"a"}\nnot json\n')
        self.assertEqual(self.run_sqc("run", "t.ssql").code, 1)
        with open(os.path.join(self.folder, "o.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "old\n")
