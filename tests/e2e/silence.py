"""silence.py -- inputs that are silent, and heartbeats, over several files; against a model of them in Python."""

import json

import cli

TIMEOUT, DELAY, SIZE = 30, 2, 10
PROGRAM = f"""CREATE STREAM ev (id INT, s BIGINT, beat BOOLEAN, ts AS TO_TIMESTAMP_LTZ(s, 0),
  WATERMARK FOR ts AS ts - INTERVAL '{DELAY}' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev*.ndjson', 'format' = 'json',
      'scan.watermark.idle-timeout' = '{TIMEOUT} s', 'scan.watermark.heartbeat-column' = 'beat');
CREATE METRIC m.n LATE ROWS INTO ev_late AS
SELECT window_start, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '{SIZE}' SECOND)) GROUP BY window_start;
SELECT id FROM ev_late;
"""
WAYS = [[], ["--batch-rows", "1"], ["--batch-rows", "7", "--restart-every-batch"], ["--interpret"]]
START = 1767614400


def events(file):
    """File 1 is silent for two minutes and comes back with old rows; file 2 has heartbeats only in the middle."""
    for number in range(300):
        second = START + number
        if file == 1 and 60 <= number < 180:
            continue
        behind = 25 if file == 1 and 180 < number < 190 else 18 if number % 50 == 49 else number % 3
        beat = file == 2 and 100 <= number < 200
        if beat and number % 10 != 0:
            continue
        yield {"id": file * 1000 + number, "s": second - behind, "beat": beat}


def model(files):
    """What comes out, in order: ("late", id) and ("window", start, rows)."""
    now, mark, first = [None] * len(files), [float("-inf")] * len(files), None
    left = [list(rows) for rows in files]
    windows, out, reached = {}, [], float("-inf")
    while True:
        for file, rows in enumerate(left):
            if rows is not None and not rows:
                left[file] = None
                close(windows, out, reached := max(reached, least(now, mark, left, first)))
                break
        else:
            ahead = [(max(now[f] or 0, rows[0]["s"]), f) for f, rows in enumerate(left) if rows]
            if not ahead:
                return out
            time, file = min(ahead)
            row = left[file].pop(0)
            start = row["s"] // SIZE * SIZE
            if not row["beat"] and start + SIZE - 0.001 <= max(mark[file], reached):
                out.append(("late", row["id"]))
            elif not row["beat"]:
                windows[start] = windows.get(start, 0) + 1
            now[file], first = time, time if first is None else first
            mark[file] = max(mark[file], row["s"] - DELAY)
            reached = max(reached, least(now, mark, left, first))
            close(windows, out, reached)


def least(now, mark, left, first):
    newest = max(time for time in now if time is not None)
    open_files = [file for file, rows in enumerate(left) if rows is not None]
    waited = [file for file in open_files if newest - (first if now[file] is None else now[file]) < TIMEOUT]
    if not open_files:
        return float("inf")
    return min(mark[file] for file in waited) if waited else float("-inf")


def close(windows, out, reached):
    for start in sorted(windows):
        if start + SIZE - 0.001 <= reached:
            out.append(("window", start, windows.pop(start)))


class Silence(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("a.ssql", PROGRAM)
        for file in range(3):
            self.write(f"ev{file}.ndjson", "".join(json.dumps(event) + "\n" for event in events(file)))

    def test_all_ways_give_the_same_rows_in_the_same_order(self):
        first = self.good("run", "a.ssql", "--format", "ndjson").out
        for options in WAYS[1:]:
            self.assertEqual(first, self.good("run", "a.ssql", *options, "--format", "ndjson").out, options)

    def test_rows_and_their_order_are_those_of_the_model(self):
        rows = [json.loads(line) for line in self.good("run", "a.ssql", "--format", "ndjson").out.splitlines()]
        came = [("late", row["id"]) if "id" in row else ("window", row["n"]) for row in rows]
        expected = model([list(events(file)) for file in range(3)])
        self.assertEqual(came, [(row[0], row[-1]) for row in expected])
        self.assertGreater(sum(row[0] == "late" for row in expected), 5)

    def test_a_silent_file_holds_no_window_open_and_heartbeats_are_counted(self):
        done = self.good("run", "a.ssql", "--format", "ndjson")
        self.assertIn("10 heartbeats", done.err)

    def test_the_end_of_a_file_is_silence_where_ends_stay_open(self):
        self.write("ev1.ndjson", "".join(json.dumps(event) + "\n" for event in events(1) if event["id"] < 1060))
        closed = self.good("run", "a.ssql", "--open-end", "--format", "ndjson").out.count('"n"')
        patient = PROGRAM.replace(f"'scan.watermark.idle-timeout' = '{TIMEOUT} s', ", "")
        self.write("b.ssql", patient)
        held = self.good("run", "b.ssql", "--open-end", "--format", "ndjson").out.count('"n"')
        self.assertEqual((closed, held), (29, 5))
