"""profiles.py -- [profile.NAME] puts files in place of connectors, and a metric by name runs beside broken ones."""

from cli import CliTest

STREAM = """CREATE STREAM ev (ts TIMESTAMP(3), region STRING, WATERMARK FOR ts AS ts)
WITH ('connector' = 'kafka', 'topic' = 'ev', 'format' = 'json');
"""
VIEWS = """CREATE METRIC site.views AS
SELECT window_start, region, COUNT(*) AS views FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, region;
"""
BROKEN = "CREATE METRIC site.broken AS SELECT window_start, nope FROM site.views;\n"
ROW = '{"ts": "2026-01-05 12:00:01", "region": "EU"}\n'
OUT = "2026-01-05 12:00:00.000,EU,1\n"


class Profiles(CliTest):
    def project(self, settings="[profile.files]\nreplay = 'day'\n", text=STREAM + VIEWS):
        self.write("sqc.toml", settings)
        self.write("m.ssql", text)
        self.write("day/ev.ndjson", ROW)

    def test_a_profile_puts_files_in_place_of_a_connector(self):
        self.project()
        done = self.run_sqc("run", "site.views", "--profile", "files", "--format", "csv", "--quiet")
        self.assertEqual((done.code, done.out.split("\n", 1)[1]), (0, OUT), str(done))
        # What the command line names goes before it.
        self.write("other/ev.ndjson", ROW.replace("EU", "US"))
        done = self.run_sqc("run", "--profile", "files", "--replay", "other", "--format", "csv", "--quiet")
        self.assertEqual((done.code, done.out.split("\n", 1)[1]), (0, OUT.replace("EU", "US")), str(done))
        self.assertEqual(self.run_sqc("run", "site.views").code, 2)

    def test_a_profile_is_there_or_the_call_is_wrong(self):
        self.project()
        done = self.run_sqc("run", "--profile", "fils")
        self.assertEqual(done.code, 2, str(done))
        self.assertIn("sqc.toml has no [profile.fils]; did you mean files?", done.err)

    def test_settings_of_profiles_are_checked(self):
        for settings, said in (
            ("profile = 1\n", "1:11: `profile` is a table: [profile.NAME]"),
            ("[profile]\nfiles = 1\n", "2:9: `profile.files` is a table"),
            ("[profile.files]\nreply = 'day'\n", "2:9: `profile.files.reply` is no setting of a profile"),
            ("[profile.files]\nreplay = 1\n", "2:10: `profile.files.replay` is a folder or pattern in quotes"),
            ("[profile.'a b']\nreplay = 'x'\n", "1:1: `profile.a b` has a name of letters"),
        ):
            self.project(settings)
            done = self.run_sqc("check")
            self.assertEqual(done.code, 2, str(done))
            self.assertIn("sqc: sqc.toml:" + said, done.err)

    def test_a_metric_by_name_needs_only_what_it_reads(self):
        self.project(text=STREAM + VIEWS + BROKEN)
        for verb in (["run", "--profile", "files"], ["explain"], ["query"]):
            done = self.run_sqc(*verb, "site.views")
            self.assertEqual(done.code, 0, str(done))
            self.assertNotIn("E0202", done.err)
            done = self.run_sqc(*verb, "site.broken")
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("error[E0202]", done.err)
            self.assertIn("m.ssql:6:51", done.err)
        for verb in (["run", "--profile", "files"], ["check"]):
            self.assertEqual(self.run_sqc(*verb).code, 1)

    def test_a_test_by_name_needs_only_what_it_reads(self):
        self.project(text=STREAM + VIEWS + BROKEN)
        self.write(
            "m_test.ssql",
            "TEST counts FOR site.views GIVEN ev (ts, region) ('12:00:01', 'EU') WATERMARK '12:01:00'\n"
            "EXPECT (region, views) ('EU', 1);\n"
            "TEST nothing_here FOR site.broken GIVEN ev (ts) ('12:00:01') EXPECT NOTHING;\n"
            "TEST asks GIVEN ev (ts, region) ('12:00:01', 'EU') QUERY SELECT region AS r FROM ev EXPECT (r) ('EU');\n",
        )
        for word in ("site.views", "counts", "asks", "c?unts"):
            done = self.run_sqc("test", word)
            self.assertEqual((done.code, done.out), (0, "1 passed, 0 failed\n"), str(done))
        for word in ("site.broken", "nothing_here", "site.*"):
            done = self.run_sqc("test", word)
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("error[E0202]", done.err)
        self.assertEqual(self.run_sqc("test").code, 1)

    def test_a_run_by_name_leaves_what_is_stored_of_others(self):
        other = VIEWS.replace("site.views", "site.others")
        self.project(text=STREAM + VIEWS + other)
        self.assertEqual(self.run_sqc("run", "--profile", "files").code, 0)
        before = self.run_sqc("query", "site.others", "--format", "ndjson").out
        self.assertEqual(self.run_sqc("run", "--profile", "files", "site.views").code, 0)
        self.assertTrue(before)
        self.assertEqual(self.run_sqc("query", "site.others", "--format", "ndjson").out, before)
        self.assertEqual(self.run_sqc("query", "site.views", "--format", "ndjson").out, before)
