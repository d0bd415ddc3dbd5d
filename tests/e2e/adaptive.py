"""adaptive.py -- watermarks whose delay follows lateness, against the definition written down once more in Python."""

import collections
import json
import random
import re

import cli

PROGRAM = """CREATE STREAM ev (ms BIGINT, id INT, ts AS TO_TIMESTAMP_LTZ(ms, 3),
  WATERMARK FOR ts AS ADAPTIVE(ts, 0.99, INTERVAL '1' MINUTE, INTERVAL '0.2' SECOND))
WITH ('connector' = 'filesystem', 'path' = 'ev*.ndjson', 'format' = 'json');
CREATE METRIC m.n LATE ROWS INTO ev_late AS
SELECT window_start, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start;
SELECT id FROM ev_late;
"""
WAYS = [[], ["--batch-rows", "1"], ["--batch-rows", "7", "--restart-every-batch"], ["--interpret"]]
COUNT = 3000


def times(file):
    """In order at first, then up to 4 s behind, then in order again."""
    drawn = random.Random(file)
    for number in range(COUNT):
        behind = drawn.randrange(4000) if COUNT // 3 < number < COUNT * 2 // 3 and drawn.random() < 0.1 else 0
        yield 1767614400000 + number * 20 + file - behind


def edge(lateness):
    """The end of the bucket: whole milliseconds below 16, then 16 to each power of two."""
    step = 1 if lateness < 16 else 1 << (lateness.bit_length() - 5)
    return (lateness // step + 1) * step


def late_ids(file):
    seen, newest, watermark = collections.Counter(), None, float("-inf")
    for number, ms in enumerate(times(file)):
        if ms // 1000 * 1000 + 999 <= watermark:
            yield file * COUNT + number
        if newest is not None:
            seen[edge(max(0, newest - ms))] += 1
        newest = ms if newest is None else max(newest, ms)
        rows = sum(seen.values())
        wanted, before, delay = -(-99 * (rows + 1) // 100), 0, 60000
        for bound in sorted(seen):
            before += seen[bound]
            if before >= wanted:
                delay = min(max(bound, 200), 60000)
                break
        watermark = max(watermark, newest - delay)


class Adaptive(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("a.ssql", PROGRAM)
        for file in range(2):
            lines = (json.dumps({"ms": ms, "id": file * COUNT + n}) + "\n" for n, ms in enumerate(times(file)))
            self.write(f"ev{file}.ndjson", "".join(lines))

    def test_all_ways_give_the_same_rows_in_the_same_order(self):
        first = self.good("run", "a.ssql", "--format", "ndjson").out
        for options in WAYS[1:]:
            self.assertEqual(first, self.good("run", "a.ssql", *options, "--format", "ndjson").out, options)

    def test_the_late_rows_are_those_of_the_definition(self):
        rows = [json.loads(line) for line in self.good("run", "a.ssql", "--format", "ndjson").out.splitlines()]
        late = sorted(row["id"] for row in rows if "id" in row)
        self.assertEqual(late, sorted([*late_ids(0), *late_ids(1)]))
        self.assertGreater(len(late), 20)
        self.assertEqual(sum(row["n"] for row in rows if "n" in row) + len(late), 2 * COUNT)

    def test_explain_tells_the_bounds(self):
        told = self.good("explain", "a.ssql").out
        self.assertTrue(re.search(r"watermark of ts: ADAPTIVE\(ts, 0\.9900, at most 1 minute, at least ", told), told)
