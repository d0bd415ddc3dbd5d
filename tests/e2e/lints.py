"""lints.py -- `sqc lint`: each rule finds what it is for, at its place, and nothing where it is not."""

import json

import cli

CLEAN = """CREATE STREAM ev (ts TIMESTAMP(3), k STRING, n BIGINT, m BIGINT, WATERMARK FOR ts AS ts) WITH (
  'connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC a.b OWNER 'team:a' MEASURES (s UNIT 'things', r UNIT RATIO) AS
SELECT window_start, k, SUM(n) AS s, RATIO(SUM(n), SUM(m)) AS r
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, k;
TEST t FOR a.b GIVEN ev (ts, k, n, m) ('12:00:00', 'x', 1, 2) WATERMARK '12:01:00'
EXPECT (window_start, k, s, r) ('12:00:00', 'x', 1, 0.5);
"""

# code: what to replace in CLEAN, by what, and the text that the finding is at
CASES = {
    "W0710": (" OWNER 'team:a'", "", "a.b"),
    "W0711": ("s UNIT 'things', ", "", "SUM(n) AS s"),
    "W0712": ("TEST t FOR a.b", "TEST t FOR c.d", None),
    "W0714": ("m BIGINT,", "m BIGINT, spare STRING,", "spare"),
    "W0715": ("FOR ts AS ts)", "FOR ts AS TIMESTAMP '2026-01-01 00:00:00')", "TIMESTAMP '2026-01-01 00:00:00'"),
    "W0716": ("RATIO(SUM(n), SUM(m))", "SUM(n) / SUM(m)", "SUM(n) / SUM(m)"),
    "W0719": ("window_end, k;", "window_end, k, m;", "m"),
}


class Lints(cli.CliTest):
    def findings(self, text, name="t.ssql", operands=()):
        self.write(name, text)
        done = self.run_sqc("lint", *operands, "--diagnostics", "json")
        found = json.loads(done.out)["diagnostics"]
        self.assertEqual(done.code, 1 if found else 0, str(done))
        raw = text.encode()
        return [(d["code"], raw[d["offset"] : d["end_offset"]].decode(), d) for d in found]

    def test_a_program_that_says_all_of_it_is_clean(self):
        self.assertEqual(self.findings(CLEAN), [])
        self.assertIn("1 file linted, nothing found", self.good("lint", "t.ssql").err)

    def test_each_rule_finds_its_mistake_at_its_place(self):
        for code, (old, new, place) in CASES.items():
            found = [f for f in self.findings(CLEAN.replace(old, new, 1)) if f[0].startswith("W")]
            self.assertEqual([f[0] for f in found], [code], f"{code}: {found}")
            if place is not None:
                self.assertEqual(found[0][1], place)
            self.assertTrue(found[0][2]["help"])

    def test_the_length_of_a_session_is_said_to_be_of_one_session(self):
        stream = CLEAN[: CLEAN.index("CREATE METRIC")]
        metric = """CREATE METRIC a.s OWNER 'team:a' MEASURES (n UNIT SECONDS) AS
SELECT window_start, window_time, TIMESTAMPDIFF(SECOND, MIN(ts), MAX(ts)) AS n
FROM TABLE(SESSION(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time;
"""
        found = [f for f in self.findings(stream + metric) if f[0] == "W0720"]
        self.assertEqual([f[1] for f in found], ["TIMESTAMPDIFF(SECOND, MIN(ts), MAX(ts)) AS n"])
        self.assertIn("DESCRIPTOR(window_time)", found[0][2]["help"])
        over = """CREATE METRIC a.mean AS SELECT window_start, AVG(n) AS mean
FROM TABLE(TUMBLE(TABLE a.s, DESCRIPTOR(window_time), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;
"""
        self.assertNotIn("W0720", [f[0] for f in self.findings(stream + metric + over)])
        self.assertNotIn("W0720", [f[0] for f in self.findings(stream + metric.replace("MIN(ts)", "MAX(ts)"))])

    def test_a_stream_that_nothing_reads(self):
        spare = (
            CLEAN + "CREATE STREAM spare (a INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');\n"
        )
        self.assertEqual([f[:2] for f in self.findings(spare)], [("W0713", "spare")])
        # A query of a test, and an INSERT, are uses.
        self.assertEqual(
            self.findings(spare + "TEST u GIVEN spare (a) (1) QUERY SELECT a FROM spare EXPECT (1);\n"), []
        )
        self.assertEqual(self.findings(spare + "INSERT INTO spare SELECT CAST(n AS INT) FROM ev;\n"), [])

    def test_a_stream_that_a_clause_makes_is_nobodys_fault(self):
        late = " LATE ROWS INTO gone WITHIN INTERVAL '1' MINUTE THEN CORRECT AS\nSELECT"
        self.assertEqual(self.findings(CLEAN.replace(" AS\nSELECT", late)), [])
        self.assertIn("a.b", self.good("lineage", "t.ssql").out)
        self.good("tail", "a.b", "t.ssql", "--replay", self.write("ev.ndjson", '{"ts":"2026-01-05 12:00:00"}\n'))

    def test_the_average_of_a_ratio(self):
        text = CLEAN.replace("RATIO(SUM(n), SUM(m))", "AVG(RATIO(n, m))")
        ((code, place, diag),) = self.findings(text)
        self.assertEqual((code, place), ("W0716", "AVG(RATIO(n, m))"))
        self.assertEqual(diag["fix"]["replacement"], "RATIO(SUM(n), SUM(m))")

    def test_the_fix_of_an_integer_division_is_clean(self):
        text = CLEAN.replace("RATIO(SUM(n), SUM(m))", "SUM(n) / SUM(m)")
        fix = self.findings(text)[0][2]["fix"]
        self.assertEqual(self.findings(text.replace("SUM(n) / SUM(m)", fix["replacement"])), [])

    def test_a_session_key_that_may_be_null(self):
        session = (
            "SELECT k, COUNT(*) AS n\n"
            "FROM TABLE(SESSION(TABLE ev PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE))\n"
            "GROUP BY window_start, window_end, k;\n"
        )
        found = [f for f in self.findings(CLEAN + session) if f[0] == "W0717"]
        self.assertEqual([f[1] for f in found], ["k"])
        self.assertIn("COALESCE(k, 'unknown')", found[0][2]["help"])
        keyed = session.replace("BY k,", "BY COALESCE(k, 'unknown'),")
        keyed = keyed.replace("end, k;", "end, COALESCE(k, 'unknown');")
        self.assertEqual(self.findings(CLEAN + keyed.replace("SELECT k", "SELECT COALESCE(k, 'unknown') AS k")), [])
        chosen = session.replace("GROUP", "WHERE k IS NOT NULL AND n > 0\nGROUP")
        self.assertEqual(self.findings(CLEAN + chosen), [])
        either = self.findings(CLEAN + chosen.replace("AND", "OR"))
        self.assertEqual([f[0] for f in either], ["W0717"])
        below = "CREATE VIEW known AS SELECT ts, COALESCE(k, 'unknown') AS k FROM ev;\n" + session
        self.assertEqual(self.findings(CLEAN + below.replace("TABLE ev", "TABLE known")), [])
        sure = CLEAN.replace("k STRING", "k STRING NOT NULL") + session
        self.assertEqual([f for f in self.findings(sure) if f[0] == "W0717"], [])

    def test_window_start_alone_is_the_window_in_a_metric_only(self):
        self.assertEqual(self.findings(CLEAN.replace("window_end, ", "")), [])
        alone = (
            "SELECT w.window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) w\n"
            "GROUP BY w.window_start;\n"
        )
        found = [f for f in self.findings(CLEAN + alone) if f[0] == "W0718"]
        self.assertEqual([f[1] for f in found], ["w.window_start"])
        self.assertEqual(found[0][2]["fix"]["replacement"], "w.window_start, w.window_end")

    def test_a_file_of_a_project_selects_and_the_project_is_the_catalog(self):
        self.write("sqc.toml", 'project = "p"\n')
        stream, metric = CLEAN.split("CREATE METRIC", 1)
        self.write("streams/ev.ssql", stream)
        self.write("metrics/a_test.ssql", "TEST" + metric.split("TEST", 1)[1])
        self.write(
            "metrics/bad.ssql", "CREATE METRIC" + metric.split("TEST", 1)[0].replace("a.b OWNER 'team:a'", "c.d")
        )
        metric = "CREATE METRIC" + metric.split("TEST", 1)[0]
        self.assertEqual(self.findings(metric, "metrics/a.ssql", ["metrics/a.ssql"]), [])
        self.assertEqual({f[0] for f in self.findings(metric, "metrics/a.ssql")}, {"W0710", "W0712"})

    def test_names_tags_and_owners_choose_metrics(self):
        self.write("sqc.toml", 'project = "p"\n')
        stream, metric = CLEAN.split("CREATE METRIC", 1)
        metric = "CREATE METRIC" + metric.split("TEST", 1)[0]
        self.write("ev.ssql", stream)
        self.write("b.ssql", metric.replace("a.b", "c.d TAGS ('kpi')").replace("UNIT RATIO", ""))
        for words, codes in ((["a.b"], {"W0712"}), (["c.*"], {"W0711", "W0712"}), (["tag:kpi"], {"W0711", "W0712"})):
            self.assertEqual({f[0] for f in self.findings(metric, "a.ssql", words)}, codes)
        self.assert_refused(self.run_sqc("lint", "a.bb"), 2, "did you mean a.b?")
        self.assert_refused(self.run_sqc("lint", "a.b", "a.ssql"), 2, "not both")

    def test_a_file_that_others_import_is_not_blamed_for_what_they_leave(self):
        stream, rest = CLEAN.split("CREATE METRIC", 1)
        self.write("streams.ssql", stream.replace("m BIGINT", "m BIGINT, spare INT"))
        self.assertEqual(self.findings("IMPORT 'streams.ssql';\nCREATE METRIC" + rest), [])

    def test_mistakes_are_told_as_check_does(self):
        done = self.run_sqc("lint", self.write("t.ssql", "SELECT a FROM nothing;\n"))
        self.assert_refused(done, 1, "error[E0201]")
        self.assertIn('"$schema"', self.run_sqc("lint", "t.ssql", "--diagnostics", "sarif").out)

    def test_the_rules_are_listed(self):
        listed = self.good("help", "lints").out
        for code in list(CASES) + ["W0713", "W0717", "W0718"]:
            self.assertIn(code, listed)
            self.assertIn(f"# {code}", self.good("explain", code).out)
