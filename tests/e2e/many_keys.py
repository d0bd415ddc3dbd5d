"""many_keys.py -- tables of groups that are larger than the caches: rows that come soon ask for their groups early."""

import collections
import json

import cli

ROWS = 200000
COLUMNS = """n BIGINT, small INT, d DOUBLE, s STRING, ts BIGINT, t AS TO_TIMESTAMP_LTZ(ts, 3),
  WATERMARK FOR t AS t - INTERVAL '1' SECOND"""
TUMBLE = "FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' DAY)) GROUP BY window_start, window_end"


class ManyKeys(cli.CliTest):
    def setUp(self):
        """Every key twice, the second time in another order, with NULLs and with what cannot be read."""
        super().setUp()
        self.count = ROWS // 2
        lines = []
        for i in list(range(self.count)) + [i * 7919 % self.count for i in range(self.count)]:
            key = {"n": i * 3, "small": i - 1000, "d": f"{i}.5", "s": f'"key-{i:06d}"'}
            if i % 1000 == 17:
                key = dict.fromkeys(key, "null")
            if i % 5000 == 33:
                key = {"n": '"x"', "small": "99999999999", "d": '"y"', "s": "null"}
            fields = ", ".join(f'"{name}": {value}' for name, value in key.items())
            lines.append(f'{{{fields}, "ts": {1000 * (len(lines) // 1000)}}}\n')
        self.write("d.ndjson", "".join(lines))
        self.nulls = sum(i % 1000 == 17 or i % 5000 == 33 for i in range(self.count))

    def counts(self, key, *arguments):
        inner = f"SELECT {key}, COUNT(*) AS n2, window_time {TUMBLE}, window_time, {key}"
        outer = f"SELECT n2, COUNT(*) AS times FROM ({inner}) GROUP BY n2;\n"
        program = cli.table(columns=COLUMNS, options="'format' = 'json', 'json.ignore-parse-errors' = 'true'")
        lines, _ = self.rows(program + "CREATE METRIC m UNBOUNDED AS " + outer, *arguments)
        found = collections.Counter()
        for row in map(json.loads, lines):
            found[row["n2"]] += row["times"] if row.get("op", "+I") in ("+I", "+U") else -row["times"]
        return {n: times for n, times in found.items() if times != 0}

    def test_each_key_is_counted_whatever_asks_early(self):
        for key in ("n", "small", "d", "s"):
            want = {2: self.count - self.nulls, 2 * self.nulls: 1}
            for words in ([], ["--tier", "fast"]) if key in ("n", "s") else ([],):
                self.assertEqual(self.counts(key, *words), want, (key, words))
