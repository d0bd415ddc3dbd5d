"""events.py -- bad data: the policy of the table applies, what is not used is counted with reason and place."""

import gzip
import json
import os

from cli import CliTest, table

LINES = [  # a line, the rows it makes, the reason it is counted by
    (b'{"id":"fine","n":1,"ts":"2024-01-01 00:00:00"}', ["fine"], None),
    (b"not json", [], "syntax"),
    (b'{"id":"cut","n":', [], "syntax"),
    (b'{"id":"text","n":"x"}', [], "not-number"),
    (b'{"id":"range","n":99999999999}', [], "number-range"),
    (b'{"id":"fraction","n":1.5}', [], "not-integer"),
    (b'{"id":"\xff","n":1}', [], "utf8"),
    (b'{"id":"deep","n":1,"z":' + b"[" * 600 + b"]" * 600 + b"}", [], "syntax"),
    (b'{"id":"nested","n":1,"z":' + b"[" * 400 + b"]" * 400 + b"}", ["nested"], None),
    (b'{"id":"first","id":"last","n":1}', ["last"], None),
    (b'{"id":"old","n":1,"ts":"1969-12-31 23:59:59.999"}', ["old"], None),
    (b'{"id":"one","n":1,"ts":"0001-01-01 00:00:00"}', ["one"], None),
    (b'{"id":"far","n":1,"ts":"9999-12-31 23:59:59.999"}', ["far"], None),
    (b'{"id":"beyond","n":1,"ts":"10000-01-01 00:00:00"}', [], "not-timestamp"),
    (b'{"id":"no day","n":1,"ts":"2023-02-29 00:00:00"}', [], "not-timestamp"),
    (b"[1]", [], "not-object"),
    (b"", [], None),
    (b"   ", [], None),
    (b"{}", [None], None),
]
READ = "SELECT id, n, ts FROM ev;\n"


class BadLines(CliTest):
    def ids(self, lines):
        return [json.loads(line)["id"] for line in lines]

    def test_each_line_is_used_or_counted_with_its_reason(self):
        for line, ids, reason in LINES:
            with self.subTest(line[:40]):
                self.write("d.ndjson", b'{"id":"before"}\n' + line + b'\n{"id":"behind"}\n')
                rows, err = self.rows(table() + READ)
                self.assertEqual(self.ids(rows), ["before", *ids, "behind"])
                if reason is None:
                    self.assertIn(" 0 bad", err)
                else:
                    self.assertIn(f"  1 bad in ev ({reason})", err)
                    self.assertRegex(err, r"d\.ndjson:2 \(byte 16\)")

    def test_all_of_them_together_in_any_batch(self):
        self.write("d.ndjson", b"\n".join(line for line, _, _ in LINES) + b"\n")
        want = [i for _, ids, _ in LINES for i in ids]
        for arguments in ([], ["--batch-rows", "1"], ["--tier", "fast"], ["--interpret"]):
            rows, _ = self.rows(table() + READ, *arguments)
            self.assertEqual(self.ids(rows), want)

    def test_a_row_is_bad_only_for_who_reads_the_bad_column(self):
        self.write("d.ndjson", '{"id":"a","n":"x"}\n{"id":"b","n":2}\n')
        text = table() + "CREATE METRIC ids AS SELECT id FROM ev;\nCREATE METRIC ns AS SELECT n FROM ev;\n"
        rows, err = self.rows(text)
        self.assertEqual(rows, ['{"metric":"ids","id":"a"}', '{"metric":"ids","id":"b"}', '{"metric":"ns","n":2}'])
        self.assertIn(" 1 bad", err)

    def test_ignore_parse_errors_true_leaves_rows_out_and_columns_null(self):
        self.write("d.ndjson", b"\n".join(line for line, _, _ in LINES))
        text = table(options="'format' = 'json', 'json.ignore-parse-errors' = 'true'") + READ
        rows, err = self.rows(text)
        want = ["fine", "text", "range", "fraction", "nested", "last", "old", "one", "far", "beyond", "no day", None]
        self.assertEqual(self.ids(rows), want)
        self.assertIn(" 0 bad", err)
        self.assertIn('{"id":"text","n":null,"ts":null}', rows)

    def test_ignore_parse_errors_false_stops_at_the_first_bad_row(self):
        self.write("d.ndjson", '{"id":"a","n":1}\n{"id":"b","n":2}\n{"id":"c","n":"x"}\n{"id":"d","n":4}\n')
        self.write("t.ssql", table(options="'format' = 'json', 'json.ignore-parse-errors' = 'false'") + READ)
        for how in (["--batch-rows", "1"], ["--batch-rows", "2"], ["--batch-rows", "1024"], ["--interpret"]):
            done = self.run_sqc("run", "t.ssql", "--format", "ndjson", *how)
            self.assertEqual(done.code, 1, str(done))
            self.assertEqual(self.ids(done.out.splitlines()), ["a", "b"])
            self.assertIn("row 3" if how == ["--interpret"] else "d.ndjson:3", done.err)

    def test_the_row_that_ends_a_run_has_no_effect_on_any_statement(self):
        text = table(options="'format' = 'json', 'json.ignore-parse-errors' = 'false'")
        text += "CREATE METRIC ids AS SELECT id FROM ev;\nCREATE METRIC ns AS SELECT n FROM ev WHERE id = 'a';\n"
        self.write("t.ssql", text)
        for line in (b'{"id":"b","n":"x"}', b'{"id":"b"', b"\xff"):
            self.write("d.ndjson", b'{"id":"a","n":1}\n' + line + b'\n{"id":"c","n":3}\n')
            for how in (["--batch-rows", "1"], ["--batch-rows", "1024"], ["--tier", "optimized"], ["--interpret"]):
                done = self.run_sqc("run", "t.ssql", "--format", "ndjson", *how)
                self.assertEqual(done.code, 1, str(done))
                self.assertEqual(done.out, '{"metric":"ids","id":"a"}\n{"metric":"ns","n":1}\n')

    def test_fail_on_missing_field(self):
        self.write("d.ndjson", '{"id":"a","n":1,"ts":null}\n{"id":"b"}\n')
        rows, err = self.rows(table(options="'format' = 'json', 'json.fail-on-missing-field' = 'true'") + READ)
        self.assertEqual(self.ids(rows), ["a"])
        self.assertIn(" 1 bad", err)


class Files(CliTest):
    def test_byte_order_mark_carriage_returns_and_no_final_newline(self):
        self.write("d.ndjson", b'\xef\xbb\xbf{"id":"a","n":1}\r\n\r\n{"id":"b","n":2}')
        for arguments in ([], ["--batch-rows", "1"], ["--interpret"]):
            rows, err = self.rows(table() + "SELECT id FROM ev;\n", *arguments)
            self.assertEqual(rows, ['{"id":"a"}', '{"id":"b"}'])

    def test_a_line_of_twenty_megabytes(self):
        long = "x" * 20000000
        self.write("d.ndjson", '{"id":"a","n":1}\n{"id":"%s","n":2}\n{"id":"c","n":3}\n' % long)
        rows, _ = self.rows(table() + "SELECT CHAR_LENGTH(id) AS l, n FROM ev;\n")
        self.assertEqual(rows, ['{"l":1,"n":1}', '{"l":20000000,"n":2}', '{"l":1,"n":3}'])
        self.write("d.ndjson", '{"id":"a","n":1}\n' + long + '\n{"id":"c","n":3}\n')
        rows, err = self.rows(table() + "SELECT id FROM ev;\n")
        self.assertEqual(rows, ['{"id":"a"}', '{"id":"c"}'])
        self.assertIn("d.ndjson:2", err)

    def test_a_line_of_a_hundred_megabytes(self):
        """Within the limit of 256 MiB, good and bad, mapped and from a pipe; beyond it the line is a bad row."""
        long = b"x" * 100000000
        good, bad = b'{"id":"' + long + b'","n":2}\n', long + b"\n"
        text = table() + "SELECT CHAR_LENGTH(id) AS l, n FROM ev;\n"
        content = b'{"id":"a","n":1}\n' + good + bad + b'{"id":"c","n":3}\n'
        self.write("d.ndjson", content)
        want = ['{"l":1,"n":1}', '{"l":100000000,"n":2}', '{"l":1,"n":3}']
        for how, stdin in ((["--tier", "fast"], None), (["--replay", "-"], content)):
            rows, err = self.rows(text, *how, stdin=stdin)
            self.assertEqual(rows, want)
            self.assertIn(":3 (byte 100000033): the line is not valid JSON", err)
        self.write("d.ndjson", b'{"id":"a","n":1}\n' + long * 3 + b"\n" + b'{"id":"c","n":3}\n')
        rows, err = self.rows(text)
        self.assertEqual(rows, [want[0], want[2]])
        self.assertIn("d.ndjson:2 (byte 17): the line is too long", err)

    def test_a_csv_line_of_twenty_megabytes(self):
        self.write("d.ndjson", "a,1,\n" + "x" * 20000000 + ",2,\n" + "y" * 20000000 + "\nc,3,\n")
        text = table(options="'format' = 'csv', 'csv.null-literal' = ''") + "SELECT CHAR_LENGTH(id) AS l, n FROM ev;\n"
        for how in ([], ["--tier", "optimized"], ["--interpret"]):
            rows, err = self.rows(text, *how)
            self.assertEqual(rows, ['{"l":1,"n":1}', '{"l":20000000,"n":2}', '{"l":1,"n":3}'])
            self.assertIn(" 1 bad", err)

    def test_an_empty_file_makes_no_rows(self):
        self.write("d.ndjson", b"")
        rows, err = self.rows(table() + "SELECT id FROM ev;\n")
        self.assertEqual(rows, [])
        self.assertIn("0 rows in", err)

    def test_a_vanished_file_is_exit_code_3(self):
        self.write("t.ssql", table() + "SELECT id FROM ev;\n")
        self.assert_refused(self.run_sqc("run", "t.ssql"), 3, "d.ndjson")
        self.assert_refused(self.run_sqc("run", "t.ssql", "--replay", "gone.ndjson"), 3, "gone.ndjson")

    def test_a_damaged_archive_is_an_error_behind_its_whole_lines(self):
        packed = gzip.compress(b"".join(b'{"id":"%d","n":1}\n' % i for i in range(20000)))
        self.write("d.ndjson", packed[: len(packed) // 2])
        self.write("t.ssql", table() + "SELECT id FROM ev;\n")
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson")
        self.assertNotEqual(done.code, 0)
        rows = done.out.splitlines()
        self.assertGreater(len(rows), 100)
        self.assertEqual(rows, ['{"id":"%d"}' % i for i in range(len(rows))])

    def test_standard_input(self):
        rows, _ = self.rows(table() + "SELECT id FROM ev;\n", "--replay", "-", stdin=b'{"id":"a"}\n{"id":"b"}')
        self.assertEqual(rows, ['{"id":"a"}', '{"id":"b"}'])

    def test_a_pattern_of_files_is_one_stream(self):
        for number in range(3):
            self.write(f"parts/{number}.ndjson", '{"id":"%d","n":1}\n' % number)
        rows, _ = self.rows(table() + "SELECT id FROM ev;\n", "--replay", "parts/*.ndjson")
        self.assertEqual(sorted(rows), ['{"id":"0"}', '{"id":"1"}', '{"id":"2"}'])


class Notes(CliTest):
    """What a run says about its input that is no bad row."""

    def test_a_column_that_no_line_has_is_told_with_the_key_that_is_near(self):
        self.write("d.ndjson", '{"id":"a","user_id":1,"who":{"login":"x","at":null}}\n' * 3)
        columns = "id STRING, usr_id INT, who ROW<logn STRING, `at` INT>, more INT, unused INT"
        query = "SELECT id, usr_id, who.logn AS l, who.`at` AS a, more FROM ev;\n"
        rows, err = self.rows(table(columns=columns) + query)
        self.assertEqual(len(rows), 3)
        self.assertIn("  column `usr_id` of ev had no value in any of 3 rows; did you mean `user_id`?\n", err)
        self.assertIn("  column `who.logn` of ev had no value in any of 3 rows; did you mean `login`?\n", err)
        self.assertIn("  column `more` of ev had no value in any of 3 rows\n", err)
        self.assertNotIn("unused", err)
        self.assertNotIn("`who.at`", err, "the key is there, with null")

    def test_columns_with_a_value_or_an_error_in_some_row_are_not_told(self):
        self.write("d.ndjson", '{"n":"x"}\n' + '{"z":1}\n' * 2000 + '{"id":"a"}\n')
        for tier in ("fast", "optimized"):
            _, err = self.rows(table() + "SELECT id, n FROM ev;\n", "--tier", tier)
            self.assertNotIn("had no value", err)

    def test_a_watermark_that_fails_is_counted_with_its_place(self):
        self.write("d.ndjson", '{"id":"2024-01-01 00:00:00","n":1}\n{"id":"x","n":2}\n{"id":"y","n":3}\n')
        text = table(columns="id STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS CAST(id AS TIMESTAMP(3))") + (
            "SELECT window_start, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '5' SECOND)) "
            "GROUP BY window_start, window_end;\n"
        )
        _, err = self.rows(text)
        self.assertIn("  2 rows of ev did not move the watermark, whose expression failed (E0602)\n", err)
        self.assertRegex(err, r"d\.ndjson:2 \(byte 35\): .*'x'")

    def test_a_replay_of_an_unknown_stream_names_the_nearest(self):
        self.write("d.ndjson", "")
        self.write("t.ssql", table("user_events") + "SELECT id FROM user_events;\n")
        done = self.run_sqc("run", "t.ssql", "--replay", "usr_events=d.ndjson")
        self.assert_refused(done, 2, "did you mean `user_events`?")
        self.assertNotIn("did you mean", self.run_sqc("run", "t.ssql", "--replay", "other=d.ndjson").err)

    def test_years_before_1_and_after_9999_are_written_as_iso_8601_counts_them(self):
        self.write("d.ndjson", '{"id":"a","ts":"0001-01-01 00:00:00"}\n{"id":"b","ts":"9999-12-31 23:59:59.999"}\n')
        text = table() + "SELECT id, ts - INTERVAL '1000' DAY AS a, ts + INTERVAL '1' DAY AS b FROM ev;\n"
        for how in ([], ["--interpret"]):
            rows, _ = self.rows(text, *how)
            self.assertEqual(json.loads(rows[0])["a"], "-0002-04-07 00:00:00.000")
            self.assertEqual(json.loads(rows[1])["b"], "+10000-01-01 23:59:59.999")


CSV_LINES = [  # a line, the rows it makes, the reason it is counted by
    (b"fine,1,2024-01-01 00:00:00", ["fine"], None),
    (b"few,1", [], "field-count"),
    (b"many,1,,", [], "field-count"),
    (b"text,x,", [], "not-number"),
    (b"range,99999999999,", [], "number-range"),
    (b"fraction,1.5,", [], "not-integer"),
    (b"\xff,1,", [], "utf8"),
    (b'"open,1,', [], "open-quote"),
    (b'"a"b,1,', [], "after-quote"),
    (b'"a ""b""",1,', ['a "b"'], None),
    (b"nul\x00,1,", ["nul\x00"], None),
    (b"old,1,1969-12-31 23:59:59.999", ["old"], None),
    (b"one,1,0001-01-01 00:00:00", ["one"], None),
    (b"far,1,9999-12-31 23:59:59.999", ["far"], None),
    (b"beyond,1,10000-01-01 00:00:00", [], "not-timestamp"),
    (b"no day,1,2023-02-29 00:00:00", [], "not-timestamp"),
    (b"", [], None),
]


class Csv(CliTest):
    NULLS = "'format' = 'csv', 'csv.null-literal' = ''"

    def ids(self, lines):
        return [json.loads(line)["id"] for line in lines]

    def test_each_line_is_used_or_counted_with_its_reason(self):
        for line, ids, reason in CSV_LINES:
            with self.subTest(line[:40]):
                self.write("d.ndjson", b"before,1,\n" + line + b"\r\nbehind,2,")
                rows, err = self.rows(table(options=self.NULLS) + READ)
                self.assertEqual(self.ids(rows), ["before", *ids, "behind"])
                self.assertIn(" 0 bad" if reason is None else " 1 bad", err)
                if reason is not None:
                    self.assertIn(f"  1 bad in ev ({reason})", err)
                    self.assertIn("d.ndjson:2 (byte 10)", err)

    def test_all_of_them_together_in_any_batch_and_tier(self):
        self.write("d.ndjson", b"\xef\xbb\xbf" + b"\n".join(line for line, _, _ in CSV_LINES) + b"\n")
        want = [i for _, ids, _ in CSV_LINES for i in ids]
        for how in ([], ["--batch-rows", "1"], ["--tier", "optimized"], ["--interpret"]):
            self.assertEqual(self.ids(self.rows(table(options=self.NULLS) + READ, *how)[0]), want)

    def test_ignore_parse_errors_goes_on_or_stops(self):
        self.write("d.ndjson", "a,1,\nb,x,\nc,3\nd,4,\n")
        rows, err = self.rows(table(options=self.NULLS + ", 'csv.ignore-parse-errors' = 'true'") + READ)
        self.assertEqual(self.ids(rows), ["a", "b", "c", "d"])
        self.assertIn(" 0 bad", err)
        self.write("t.ssql", table(options=self.NULLS + ", 'csv.ignore-parse-errors' = 'false'") + READ)
        done = self.run_sqc("run", "t.ssql", "--format", "ndjson")
        self.assertEqual((done.code, self.ids(done.out.splitlines())), (1, ["a"]), str(done))
        self.assertIn("d.ndjson:2: bad row: column `n`: the text is not a number", done.err)

    CSV = "'format' = 'csv'"
    SKIP = CSV + ", 'csv.ignore-first-line' = 'true'"

    def test_the_first_line_of_each_file_is_passed_over_where_the_table_says_so(self):
        head, body = b"id,n,ts\n", b"a,1,\nb,2,2024-01-01 00:00:00\n"
        lines = {"plain": head + body, "mark": b"\xef\xbb\xbf" + head + body, "packed": gzip.compress(head + body)}
        text = table(options=self.SKIP + ", 'csv.null-literal' = ''") + "SELECT id, n FROM ev;\n"
        for name, content in lines.items():
            self.write("d.ndjson", content)
            for how in ([], ["--tier", "fast"], ["--batch-rows", "1", "--restart-every-batch"], ["--interpret"]):
                with self.subTest(name + " ".join(how)):
                    rows, err = self.rows(text, *how)
                    self.assertEqual(rows, ['{"id":"a","n":1}', '{"id":"b","n":2}'])
                    self.assertIn(" 0 bad", err)
                    self.assertNotIn("header", err)

    def test_a_header_alone_a_long_one_and_several_files(self):
        text = table(columns="id STRING", options=self.SKIP) + "SELECT id FROM ev;\n"
        for content in ("id", "id\n", "i" * 300000 + "\n"):
            self.write("d.ndjson", content)
            self.assertEqual(self.rows(text)[0], [])
        self.write("parts/1.csv", "id\na\n")
        self.write("parts/2.csv", "id\nb\nc,d\n")
        rows, err = self.rows(text, "--replay", "parts/*.csv")
        self.assertEqual(sorted(rows), ['{"id":"a"}', '{"id":"b"}'])
        self.assertIn("parts/2.csv:3 (byte 5): the line has 2 fields, the table 1 column\n", err)

    def test_lookup_tables_have_headers_too(self):
        self.write("d.ndjson", '{"id":"k"}\n')
        self.write("dim.csv", "k,name\nk,one\n")
        text = (
            table(columns="id STRING, pt AS PROCTIME()")
            + table("dim", "k STRING, name STRING", "dim.csv", self.SKIP)
            + "SELECT d.name FROM ev AS e JOIN dim FOR SYSTEM_TIME AS OF e.pt AS d ON e.id = d.k;\n"
        )
        for how in ([], ["--interpret"]):
            self.assertEqual(self.rows(text, *how)[0], ['{"name":"one"}'])

    def test_a_first_line_that_looks_like_a_header_is_told(self):
        for line in ("id,n", '"id", "n"', "ID,N"):
            self.write("d.ndjson", line + "\na,1\n")
            _, err = self.rows(table(columns="id STRING, n STRING", options=self.CSV) + "SELECT id FROM ev;\n")
            self.assertIn("  the first line of d.ndjson looks like a header: 'csv.ignore-first-line' = 'true'", err)
        self.write("d.ndjson", "id,m\na,1\n")
        _, err = self.rows(table(columns="id STRING, n STRING", options=self.CSV) + "SELECT id FROM ev;\n")
        self.assertNotIn("header", err)

    def test_a_bad_row_names_its_column_or_field(self):
        cases = [
            ("a,x", "column `n`: the text is not a number"),
            ("a", "the line has 1 field, the table 3 columns"),
            ('a,"1', "column `n`: a quoted field does not end on its line"),
            ('a,1,"x"y', "field 3: text follows the closing quote of a field"),
        ]
        for line, reason in cases:
            self.write("d.ndjson", line + (",z" if line == "a,x" else "") + "\n")
            _, err = self.rows(
                table(columns="id STRING, n INT, z STRING", options=self.CSV) + "SELECT id, n FROM ev;\n"
            )
            self.assertIn("d.ndjson:1 (byte 0): " + reason + "\n", err)
        self.write("d.ndjson", '{"id":"k"}\n')
        self.write("dim.csv", "k,one\n")
        text = (
            table(columns="id STRING, pt AS PROCTIME()")
            + table("dim", "k STRING, size INT", "dim.csv", self.CSV)
            + "SELECT d.size FROM ev AS e JOIN dim FOR SYSTEM_TIME AS OF e.pt AS d ON e.id = d.k;\n"
        )
        self.assertIn("dim.csv:1 (byte 0): column `size`: the text is not a number\n", self.rows(text)[1])


class Restored(CliTest):
    """Killing and restoring the task at every batch changes no byte."""

    def test_windows_joins_and_sinks_restored_at_every_batch(self):
        lines = [
            '{"id":"%s","n":%d,"ts":"2024-01-01 00:%02d:%02d"}' % ("abc"[i % 3], i * 7919 % 1000 - 500, i // 60, i % 60)
            for i in range(1500)
        ]
        self.write("d.ndjson", "\n".join(lines))
        self.write("dim.csv", "a,Alpha\nb,Beta\nb,Second\n")
        text = (
            table(columns=ROWS_AND_CLOCK)
            + table("dim", "k STRING, name STRING", "dim.csv", "'format' = 'csv'")
            + (
                "CREATE METRIC w AS SELECT window_start, id, COUNT(*) AS c, SUM(n) AS s, "
                "AVG(CAST(n AS DOUBLE) / 7) AS m, "
                "MIN(CAST(n AS STRING)) AS t, COUNT(DISTINCT n) AS d FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), "
                "INTERVAL '90' SECOND)) GROUP BY window_start, window_end, id;\n"
                "CREATE METRIC j AS SELECT e.id, d.name FROM ev AS e "
                "LEFT JOIN dim FOR SYSTEM_TIME AS OF e.pt AS d ON e.id = d.k;\n"
            )
        )
        want, _ = self.rows(text)
        self.assertEqual(len([r for r in want if '"w"' in r]), 51)
        for size in ("1", "7", "100", "1024"):
            got, _ = self.rows(text, "--restart-every-batch", "--batch-rows", size)
            self.assertEqual(got, want, "batches of " + size)

    def test_a_file_sink_restored_at_every_batch(self):
        self.write("d.ndjson", "".join('{"id":"%d","n":1}\n' % i for i in range(300)))
        text = table() + table("o", "id STRING", "o.json") + "INSERT INTO o SELECT id FROM ev;\n"
        self.rows(text, "--restart-every-batch", "--batch-rows", "7")
        with open(os.path.join(self.folder, "o.json"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "".join('{"id":"%d"}\n' % i for i in range(300)))


ROWS_AND_CLOCK = "id STRING, n INT, ts TIMESTAMP(3), pt AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"
