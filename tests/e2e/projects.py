"""projects.py -- a folder with a sqc.toml is one program, and words of the command line choose from it."""

import json
import os

import cli

STREAM = """CREATE STREAM ev (ts TIMESTAMP(3), region STRING, WATERMARK FOR ts AS ts) WITH (
  'connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
"""
METRIC = """CREATE METRIC {name} {clauses} AS SELECT window_start, region, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, region;
"""
TEST = """TEST {name}_counts FOR {metric} GIVEN ev (ts, region) ('12:00:01', 'EU') WATERMARK '12:02:00'
EXPECT (window_start, region, n) ('12:00:00', 'EU', {n});
"""


class Projects(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "demo"\n')
        self.write("streams/ev.ssql", STREAM)
        self.write("metrics/a.ssql", METRIC.format(name="ads.a", clauses="OWNER 'team:ads' TAGS ('kpi')"))
        self.write("metrics/b.ssql", METRIC.format(name="ads.b", clauses="OWNER 'team:b'"))
        self.write("metrics/c.ssql", METRIC.format(name="other.c", clauses="TAGS ('kpi')"))
        self.write("metrics/a_test.ssql", TEST.format(name="a", metric="ads.a", n=1))
        self.write("metrics/b_test.ssql", TEST.format(name="b", metric="ads.b", n=1))
        self.write("ev.ndjson", '{"ts":"2026-01-05 12:00:01","region":"EU"}\n')

    def metrics_of(self, *words):
        lines = self.good("run", *words, "--format", "ndjson").out.splitlines()
        return sorted({json.loads(line).get("metric", "one") for line in lines})

    def test_all_files_are_one_program(self):
        self.assertIn("6 files", self.good("check").err)
        self.assertEqual(self.metrics_of(), ["ads.a", "ads.b", "other.c"])

    def test_names_patterns_tags_and_owners_choose_metrics(self):
        self.assertEqual(self.metrics_of("ads.*"), ["ads.a", "ads.b"])
        self.assertEqual(self.metrics_of("tag:kpi"), ["ads.a", "other.c"])
        self.assertEqual(self.metrics_of("ads.b", "other.c"), ["ads.b", "other.c"])
        self.assertEqual(len(self.good("run", "owner:team:b", "--format", "ndjson").out.splitlines()), 1)

    def test_a_file_chooses_and_the_project_is_the_catalog(self):
        self.assertEqual(len(self.good("run", "metrics/a.ssql", "--format", "ndjson").out.splitlines()), 1)
        self.assertIn("1 passed", self.good("test", "metrics/a_test.ssql").out)
        self.assertIn("2 passed", self.good("test").out)

    def test_the_project_is_found_from_a_folder_below(self):
        self.assertIn("2 passed", self.good("test", folder="metrics").out)

    def test_an_unknown_name_is_a_usage_error_with_the_nearest(self):
        answer = self.run_sqc("run", "ads.aa")
        self.assertEqual(answer.code, 2)
        self.assertIn("did you mean ads.a?", answer.err)

    def test_a_wrong_project_file_is_told_with_its_place(self):
        for text, place in (
            ("projec = 3\n", "sqc.toml:1:10: `projec` is no setting"),
            ('project = "a b"\n', "sqc.toml:1:11: `project` is a name"),
            ("project = \n", "sqc.toml:1:11: "),
        ):
            self.write("sqc.toml", text)
            answer = self.run_sqc("check")
            self.assertEqual(answer.code, 2, text)
            self.assertIn(place, answer.err)

    def test_run_without_project_and_file_says_what_it_needs(self):
        os.remove(os.path.join(self.folder, "sqc.toml"))
        answer = self.run_sqc("run")
        self.assertEqual(answer.code, 2)
        self.assertIn("needs a file, or a project", answer.err)
