"""asides.py -- rows that go another way: bad lines and rows, rows of the future; every row is somewhere."""

import json
import os

import cli

PROGRAM = """CREATE STREAM ev (id INT, ts TIMESTAMP(3), n INT, half AS 100 / n,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev*.ndjson', 'format' = 'json',
      'scan.watermark.max-future-skew' = '1 min', 'scan.watermark.future-rows' = 'HOW');
CREATE METRIC m.n AS
SELECT window_start, COUNT(*) AS n, SUM(half) AS halves
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start;
SELECT id, bad_reason, bad_text, bad_position, bad_line FROM ev.bad;
SELECT id, ts, future_reason, future_position, future_limit FROM ev.future;
"""
WAYS = [[], ["--batch-rows", "1"], ["--batch-rows", "7", "--restart-every-batch"], ["--interpret"]]
COUNT = 400


def line(number, file):
    second = number // 4 + file
    if number % 29 == 5:
        second += 3600  # a clock that is an hour ahead
    event = {
        "id": file * COUNT + number,
        "ts": f"2026-01-05 {12 + second // 3600}:{second // 60 % 60:02}:{second % 60:02}",
    }
    event["n"] = 0 if number % 31 == 3 else "x" if number % 37 == 4 else 1 + number % 9
    if number % 41 == 6:
        event["ts"] = None
    text = json.dumps(event).encode()
    return text[:-9] + b"\xff" if number % 23 == 2 else text


class Asides(cli.CliTest):
    def setUp(self):
        super().setUp()
        for how in ("clamp", "quarantine"):
            self.write(f"{how}.ssql", PROGRAM.replace("HOW", how))
        for file in range(2):
            with open(os.path.join(self.folder, f"ev{file}.ndjson"), "wb") as out:
                out.write(b"\n".join(line(number, file) for number in range(COUNT)))

    def run_rows(self, how, *options):
        done = self.good("run", f"{how}.ssql", *options, "--format", "ndjson")
        rows = {"m.n": [], "select_1": [], "select_2": []}
        names = list(rows)
        for text in done.out.splitlines():
            row = json.loads(text)
            kind = names[1 if "bad_reason" in row else 2 if "future_reason" in row else 0]
            rows[kind].append(row)
        return done.out, rows, done.err

    def test_all_ways_give_the_same_rows_in_the_same_order(self):
        for how in ("clamp", "quarantine"):
            first = self.run_rows(how)[0]
            for options in WAYS[1:]:
                self.assertEqual(first, self.run_rows(how, *options)[0], (how, options))

    def test_every_line_is_used_or_told(self):
        for how, word in (("clamp", "clamped"), ("quarantine", "quarantined")):
            _, rows, err = self.run_rows(how)
            used = sum(row["n"] for row in rows["m.n"])
            bad, future = rows["select_1"], rows["select_2"]
            self.assertEqual({row["future_reason"] for row in future}, {word})
            told = len(bad) + (len(future) if how == "quarantine" else 0)
            self.assertEqual(used + told, 2 * COUNT)
            self.assertIn(f"{len(bad)} bad", err)
            self.assertIn(f"{len(future)} in the future", err)

    def test_a_position_is_the_place_of_the_line(self):
        _, rows, _ = self.run_rows("quarantine")
        for row in rows["select_1"] + rows["select_2"]:
            path, offset = row.get("bad_position", row.get("future_position")).rsplit("@", 1)
            with open(os.path.join(self.folder, path), "rb") as file:
                file.seek(int(offset))
                found = file.readline().rstrip(b"\n")
            if "bad_line" in row:
                self.assertEqual(found.decode(errors="replace"), row["bad_line"])
            else:
                self.assertEqual(json.loads(found)["id"], row["id"])

    def test_reasons_are_those_of_the_summary(self):
        _, rows, err = self.run_rows("clamp")
        for reason in {row["bad_reason"] for row in rows["select_1"]}:
            count = sum(row["bad_reason"] == reason for row in rows["select_1"])
            self.assertIn(f"{count} bad in ev ({reason})", err)
        self.assertEqual(
            {row["bad_reason"] for row in rows["select_1"]}, {"E0601", "not-number", "no event time", "utf8"}
        )
