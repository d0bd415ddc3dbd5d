"""inferred.py -- `sqc infer`: what it prints is formatted, checks, and reads every row of the file it came from."""

import json
import re

import cli


class Inferred(cli.CliTest):
    def infer(self, content, *options, name="events.ndjson", bad=0):
        """The statement, after it has been checked and run over its own file."""
        if content is not None:
            self.write(name, content)
        text = self.good("infer", name, *options).out
        stream = re.search(r"CREATE STREAM (\S+)", text).group(1)
        self.write("s.ssql", text)
        self.good("fmt", "--check", "s.ssql")
        self.write("r.ssql", text + f"SELECT * FROM {stream};\n")
        ran = self.good("run", "r.ssql", "--format", "ndjson")
        self.assertIn(f" {bad} bad", ran.err)
        self.rows = [json.loads(line) for line in ran.out.splitlines()]
        return text

    def lines(self, rows):
        return "".join(json.dumps(row) + "\n" for row in rows)

    def test_types_of_json_values(self):
        text = self.infer(
            self.lines(
                [
                    {
                        "a": 1,
                        "b": 1.5,
                        "c": True,
                        "d": "x",
                        "e": None,
                        "f": {"g": 1, "key": ["x"]},
                        "h": [{"i": 1}],
                        "j": 1,
                    },
                    {"a": 2, "b": 3, "j": "mixed", "k": 10**25, "l": {}, "m": "2026-01-05"},
                ]
            )
        )
        for column in (
            "a BIGINT",
            "b DOUBLE",
            "c BOOLEAN",
            "d STRING",
            "e STRING",
            "f ROW<g BIGINT, key ARRAY<STRING>>",
            "h ARRAY<ROW<i BIGINT>>",
            "j STRING",
            "k DECIMAL(38, 0)",
            "l STRING",
            "m DATE",
        ):
            self.assertIn(f"  {column}", text)
        self.assertIn("No column looks like event time", text)

    def test_a_few_wrong_values_are_told_and_change_no_type(self):
        rows = [{"n": i, "ok": True, "d": "2026-01-05", "f": {"x": i * 0.5}, "s": "t"} for i in range(40)]
        rows[3]["n"] = "n/a"
        rows[7]["n"] = "-"
        rows[5]["ok"] = "yes\nno"
        rows[9]["f"] = {"x": "ü" * 30}
        rows[11]["d"] = "soon"
        rows[13]["s"] = 5
        text = self.infer(self.lines(rows), bad=5)
        for column in ("n BIGINT", "ok BOOLEAN", "d DATE", "f ROW<x DOUBLE>", "s STRING"):
            self.assertIn(column, text)
        self.assertIn(
            '-- n: 2 of 40 values are no BIGINT, first in line 4: "n/a". For who reads the column such rows are bad.\n',
            text,
        )
        self.assertIn('-- ok: 1 of 40 values is no BOOLEAN, in line 6: "yes\\nno".', text)
        self.assertIn("-- f.x: 1 of 40 values is no DOUBLE, in line 10: ", text)
        self.assertIn('-- d: 1 of 40 values is no DATE, in line 12: "soon"', text)
        self.assertNotIn("-- s:", text)
        times = [f"2026-01-05 12:00:{i:02}" for i in range(10)]
        text = self.infer("".join(f"{time},{i}\n" for i, time in enumerate(times)) + "later,x\n", name="t.csv", bad=1)
        self.assertIn("c1 TIMESTAMP(3)", text)
        self.assertIn("WATERMARK FOR c1", text)
        self.assertIn("-- c2: 1 of 11 values is no BIGINT, in line 11", text)
        self.assertIn("n STRING", self.infer(self.lines([{"n": n} for n in (1, 2, "x", 4)])))

    def test_event_time_in_each_form(self):
        second = 1767614400
        for values, column, first in (
            ([second, second + 9], "event_time AS TO_TIMESTAMP_LTZ(ts, 0)", "2026-01-05 12:00:00"),
            ([second * 1000, second * 1000 + 5], "TO_TIMESTAMP_LTZ(ts, 3)", "2026-01-05 12:00:00"),
            ([second * 10**6, second * 10**6 + 5], "TO_TIMESTAMP_LTZ(ts / 1000, 3)", "2026-01-05 12:00:00"),
            (["2026-01-05 12:00:00", "2026-01-05 12:00:09.5"], "ts TIMESTAMP(3)", "2026-01-05 12:00:00"),
            (["2026-01-05T12:00:00Z", "2026-01-05T13:00:09+01:00"], "ts TIMESTAMP_LTZ(3)", "2026-01-05 12:00:00"),
        ):
            text = self.infer(self.lines([{"ts": value} for value in values]))
            self.assertIn(column, text)
            self.assertIn("WATERMARK FOR", text)
            self.assertTrue(str(self.rows[0].get("event_time", self.rows[0]["ts"])).startswith(first), self.rows[0])

    def test_the_watermark_waits_for_the_lateness_observed(self):
        start = 1767614400
        for late, delay in (
            (0, "'1' SECOND"),
            (4, "'5' SECOND"),
            (25, "'30' SECOND"),
            (90, "'2' MINUTE"),
            (9000, "'3' HOUR"),
        ):
            times = [start + i * 10000 for i in range(20)]
            times.insert(10, times[9] - late)
            text = self.infer(self.lines([{"at": t} for t in times]))
            self.assertIn(f"- INTERVAL {delay}", text, text)
            self.assertEqual("-- Every window waits 3 hours" in text and "ADAPTIVE(" in text, late == 9000, text)
        # One row of two thousand may be as late as it likes.
        times = [start + i for i in range(2000)]
        times[1000] = start - 10**6
        text = self.infer(self.lines([{"at": t} for t in times]))
        self.assertIn("- INTERVAL '1' SECOND", text)
        self.assertIn("1 came later than the watermark waits", text)

    def test_numbers_that_are_no_times(self):
        text = self.infer(self.lines([{"id": 1700000000}, {"x": 1}]))
        self.assertNotIn("WATERMARK FOR", text)

    def test_a_time_inside_of_an_object(self):
        text = self.infer(self.lines([{"meta": {"time": "2026-01-05 12:00:00"}}]))
        self.assertIn("event_time AS meta.", text)

    def test_names_that_need_quotes(self):
        self.infer(self.lines([{"select": 1, "a b": 2, "x`y": 3, "9": 4, "event_time": 5, "ts": 1767614400}]))
        self.assertEqual(self.rows[0]["select"], 1)
        self.assertEqual(self.rows[0]["x`y"], 3)

    def test_names_that_no_text_can_hold_are_left_out(self):
        text = self.infer('{"a\\nb":1,"":[2],"ok":3,"x":{"":1,"y":2}}\n')
        self.assertIn("control characters", text)
        self.assertEqual(self.rows, [{"ok": 3, "x": {"y": 2}}])

    def test_csv_with_and_without_header_and_other_delimiters(self):
        text = self.infer('ts,who,n\n2026-01-05 12:00:00,ann,1\n2026-01-05 12:00:01,"b,o",\n', name="a.csv")
        self.assertIn("ts TIMESTAMP(3)", text)
        self.assertIn("who STRING", text)
        self.assertEqual(self.rows[1], {"ts": "2026-01-05 12:00:01.000", "who": "b,o", "n": None})
        for delimiter, name in (("\t", "b.tsv"), (";", "c.csv"), ("|", "d.txt")):
            text = self.infer(delimiter.join("1ax") + "\n" + delimiter.join("2by") + "\n", name=name)
            self.assertIn("c1 BIGINT", text)
            self.assertEqual(len(self.rows), 2)
        text = self.infer("when,n\n2026-01-05T12:00:00Z,1\n2026-01-05T12:00:05Z,2\n", name="e.csv")
        self.assertTrue(self.rows[1]["event_time"].startswith("2026-01-05 12:00:05"))

    def test_lines_of_no_format_are_one_column(self):
        text = self.infer('one, two\nthree\n4, 5, 6 "x\n', name="log.txt")
        self.assertEqual([row["line"] for row in self.rows], ["one, two", "three", '4, 5, 6 "x'])

    def test_bad_lines_are_left_out_and_counted(self):
        text = self.infer('{"a":1}\nnonsense\n[1]\n{"a":2}\n', bad=2)
        self.assertIn("From 2 rows of events.ndjson. Left out: 2 lines without a JSON object.", text)

    def test_the_sample_of_a_new_project(self):
        self.good("init", "p")
        text = self.infer(None, name="p/sample.ndjson")
        self.assertIn("INTERVAL '3' MINUTE", text)

    def test_what_cannot_be_read_is_told(self):
        self.write("array.json", '[{"a":1}]\n')
        self.write("empty", "")
        self.assert_refused(self.run_sqc("infer", "array.json"), 1, "no line is a JSON object")
        self.assert_refused(self.run_sqc("infer", "empty"), 1, "no rows")
        self.assert_refused(self.run_sqc("infer", "missing"), 3, "missing")
        self.assert_refused(self.run_sqc("infer"), 2, "one file")
        self.assert_refused(self.run_sqc("infer", "empty", "--format", "xml"), 2, "json or csv")
