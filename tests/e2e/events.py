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
    (b'{"id":"fraction","n":1.5}', [], "not-whole"),
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
                    self.assertIn(" 1 bad", err)
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
