"""store.py -- what a project's runs keep, and what `query` makes of it, against sums over the same events in Python."""

import collections
import datetime
import json
import os
import random
import subprocess
import sys

import cli

HOUR = 3600
START = int(datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone.utc).timestamp())
PROGRAM = """CREATE STREAM ev (ts BIGINT, region STRING, device STRING, user_id BIGINT, price DOUBLE,
  t AS TO_TIMESTAMP_LTZ(ts, 0), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE METRIC shop.sales MEASURES (n UNIT 'sales') RETAIN (INTERVAL '10' MINUTE FOR INTERVAL '90' DAY,
  INTERVAL '1' HOUR FOR INTERVAL '90' DAY)
AS SELECT window_start, region, UPPER(device) AS device, COUNT(*) AS n, COUNT(DISTINCT user_id) AS people,
  SUM(price) AS price, AVG(price) AS mean, MIN(price) AS low, MAX(user_id) AS high,
  RATIO(COUNT(*) FILTER (WHERE price > 50), COUNT(*)) AS dear
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '10' MINUTE)) GROUP BY window_start, region, device;
CREATE METRIC shop.many AS SELECT window_start, region, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, region HAVING COUNT(*) > 20;
"""


def events(count=4000, seed=3):
    rng = random.Random(seed)
    rows = []
    for i in range(count):
        rows.append(
            {
                "ts": START + i * 36,
                "region": rng.choice(["EU", "NA", "APAC", None]),
                "device": rng.choice(["web", "phone"]),
                "user_id": rng.randrange(300),
                "price": rng.choice([None, rng.random() * 100]),
            }
        )
    return rows


def seconds(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp())


class Store(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "shop"\n')
        self.write("metrics/shop.ssql", PROGRAM)
        self.events = events()
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in self.events))

    def query(self, *words):
        return [json.loads(line) for line in self.good("query", *words, "--format", "ndjson").out.splitlines()]

    def compare(self, rows, by, grain, wanted):
        groups = collections.defaultdict(list)
        for event in wanted:
            device = event["device"].upper()
            values = {"region": event["region"], "device": device}
            groups[(event["ts"] // grain * grain, *[values[name] for name in by])].append(event)
        self.assertEqual(len(rows), len(groups))
        for row in rows:
            group = groups[(seconds(row["window_start"]), *[row[name] for name in by])]
            prices = [event["price"] for event in group if event["price"] is not None]
            self.assertEqual(row["n"], len(group))
            self.assertEqual(row["people"], len({event["user_id"] for event in group}))
            self.assertEqual(row["high"], max(event["user_id"] for event in group))
            self.assertEqual(row["low"], min(prices) if prices else None)
            self.assertAlmostEqual(row["dear"], sum(price > 50 for price in prices) / len(group), places=12)
            if prices:
                self.assertAlmostEqual(row["price"], sum(prices), places=8)
                self.assertAlmostEqual(row["mean"], sum(prices) / len(prices), places=10)
            else:
                self.assertEqual((row["price"], row["mean"]), (None, None))

    def test_any_slice_is_the_sum_over_its_events(self):
        self.good("run")
        rng = random.Random(7)
        for _ in range(15):
            by = rng.choice([[], ["region"], ["device"], ["region", "device"]])
            minutes = rng.choice([10, 30, 60, 360, 1440])
            first = START + rng.randrange(0, 20) * HOUR
            last = first + rng.randrange(1, 20) * HOUR
            region = rng.choice([None, "EU"])
            words = ["shop.sales", "--grain", f"{minutes} min"]
            words += ["--by", ",".join(by)] if by else []
            words += ["--where", "region = 'EU'"] if region else []
            iso = [datetime.datetime.fromtimestamp(t, datetime.timezone.utc).isoformat() for t in (first, last)]
            words += ["--from", iso[0], "--to", iso[1]]
            wanted = [e for e in self.events if first <= e["ts"] < last and region in (None, e["region"])]
            self.compare(self.query(*words), by, minutes * 60, wanted)

    def test_without_a_grain_the_windows_are_those_of_the_metric(self):
        self.good("run")
        self.compare(self.query("shop.sales", "--by", "device,region"), ["device", "region"], 600, self.events)

    def test_the_same_input_twice_gives_the_same_store(self):
        self.good("run")
        first = self.good("query", "shop.sales", "--by", "region").out
        self.good("run")
        self.assertEqual(self.good("query", "shop.sales", "--by", "region").out, first)

    def test_last_counts_from_the_watermark_and_says_so(self):
        self.good("run")
        done = self.good("query", "shop.sales", "--last", "3 hours", "--grain", "1 hour", "--format", "ndjson")
        self.assertIn("watermark", done.err)
        end = self.events[-1]["ts"] - 5
        self.assertEqual(len(done.out.splitlines()), (end // HOUR) - ((end - 3 * HOUR) // HOUR) + 1)

    def test_very_long_times_hold_everything(self):
        self.good("run")
        (row,) = self.query("shop.sales", "--last", "100000000 days", "--grain", "80000000 days")
        self.assertEqual(row["n"], len(self.events))

    def test_what_does_not_add_up_is_refused_and_shown_as_it_is(self):
        self.good("run")
        done = self.run_sqc("query", "shop.many")
        self.assert_refused(done, 1, "error[E0832]", "HAVING")
        done = self.run_sqc("query", "shop.many", "--by", "region", "--grain", "2 hours")
        self.assert_refused(done, 1, "error[E0832]")
        rows = self.query("shop.many", "--by", "region")
        counts = collections.Counter((e["ts"] // HOUR * HOUR, e["region"]) for e in self.events)
        self.assertEqual(
            {(seconds(row["window_start"]), row["region"]): row["n"] for row in rows},
            {key: n for key, n in counts.items() if n > 20},
        )

    def test_sums_of_different_values_are_not_added(self):
        text = PROGRAM + """CREATE METRIC shop.once AS SELECT window_start, region, SUM(DISTINCT user_id) AS s,
          MAX(DISTINCT user_id) AS most, COUNT(DISTINCT user_id) AS people
        FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, region;"""
        self.write("metrics/shop.ssql", text)
        self.good("run")
        done = self.run_sqc("query", "shop.once", "--by", "region", "--grain", "2 hours")
        self.assert_refused(done, 1, "error[E0832]", "DISTINCT")
        rows = self.query("shop.once", "--by", "region")
        groups = collections.defaultdict(set)
        for event in self.events:
            groups[(event["ts"] // HOUR * HOUR, event["region"])].add(event["user_id"])
        self.assertEqual(len(rows), len(groups))
        for row in rows:
            users = groups[(seconds(row["window_start"]), row["region"])]
            self.assertEqual((row["s"], row["most"], row["people"]), (sum(users), max(users), len(users)))

    def test_what_is_made_of_a_metric_with_policies_is_seen_by_roles_that_a_policy_of_its_own_names(self):
        over = """CREATE VIEW shop.counts AS SELECT region, n FROM shop.many;
CREATE METRIC shop.total UNBOUNDED AS SELECT SUM(n) AS n, COUNT(*) AS windows FROM shop.many;
CREATE METRIC shop.again UNBOUNDED AS SELECT region, MAX(n) AS n FROM shop.counts GROUP BY region;
CREATE FUNCTION counted() RETURNS TABLE AS 'SELECT region, n FROM shop.many' LANGUAGE SQL;
CREATE METRIC shop.called UNBOUNDED AS SELECT region, MIN(n) AS n FROM TABLE(counted()) GROUP BY region;
CREATE METRIC shop.behind UNBOUNDED LATE ROWS INTO shop.too_late AS SELECT region, MAX(n) AS n FROM shop.many
GROUP BY region;
CREATE ROLE eu FROM GROUP 'eu'; CREATE POLICY eu ON METRIC shop.many TO eu USING (region = 'EU');"""
        self.write("policies/all.ssql", over)
        self.good("run")
        for name in ("shop.total", "shop.again", "shop.called", "shop.behind"):
            self.assert_refused(self.run_sqc("query", name, "--as", "eu"), 1, "error[E0843]", f"ON METRIC {name} TO eu")
        self.write("policies/all.ssql", over + "CREATE POLICY all_of_it ON METRIC shop.total TO eu;")
        self.assertEqual(self.query("shop.total", "--as", "eu"), self.query("shop.total"))

    def test_a_role_sees_what_its_policies_open(self):
        self.write(
            "policies/all.ssql",
            """CREATE ROLE eu FROM GROUP 'eu'; CREATE ROLE other FROM GROUP 'other'; CREATE ROLE own FROM GROUP 'own';
CREATE POLICY eu ON METRIC shop.sales TO eu USING (region = 'EU') MASK (device, people);
CREATE POLICY own ON METRIC shop.sales TO own USING (region IN (SELECT region FROM CURRENT_USER_ATTRIBUTES));
CREATE METRIC shop.ratio FROM shop.sales MEASURES (x = RATIO(high, n));
CREATE METRIC shop.loyal FROM shop.sales MEASURES (x = ROLLING(people, INTERVAL '1' DAY));""",
        )
        self.good("run")
        rows = self.query("shop.sales", "--by", "region", "--as", "eu")
        self.assertEqual({row["region"] for row in rows}, {"EU"})
        self.assertNotIn("people", rows[0])
        everything = {row["window_start"]: row["n"] for row in self.query("shop.sales", "--where", "region = 'EU'")}
        self.assertEqual({row["window_start"]: row["n"] for row in rows}, everything)
        for words in (["--by", "device"], ["--where", "device = 'WEB'"]):
            done = self.run_sqc("query", "shop.sales", *words, "--as", "eu")
            self.assert_refused(done, 1, "error[E0843]")
            self.assertNotIn("PHONE", done.err)
        told = ["error[E0843]", "role `other` does not see `shop.sales`", "policy `eu` opens `shop.sales`"]
        self.assert_refused(self.run_sqc("query", "shop.sales", "--as", "other"), 1, *told)
        told[1] = "role `other` does not see `shop.ratio`, which is worked out from `shop.sales`"
        self.assert_refused(self.run_sqc("query", "shop.ratio", "--as", "other"), 1, *told)
        self.assert_refused(self.run_sqc("query", "shop.sales", "--as", "nobody"), 2, "error[E0840]")
        self.assert_refused(self.run_sqc("query", "shop.loyal", "--as", "eu"), 1, "error[E0843]")
        first, second = (self.query("shop.ratio", "--as", "eu"), self.query("shop.ratio", "--where", "region = 'EU'"))
        self.assertEqual(first, second)
        self.assertEqual(self.query("shop.sales", "--as", "own"), [])
        ungiven = "a policy of shop.sales reads the attribute `region`, which was not given: --attribute region=VALUE\n"
        self.assertIn(ungiven, self.good("query", "shop.sales", "--as", "own").err)
        given = self.good("query", "shop.sales", "--as", "own", "--attribute", "region=NA")
        self.assertNotIn("was not given", given.err + self.good("query", "shop.sales", "--as", "eu").err)
        words = ["--as", "own", "--attribute", "region=NA", "--attribute", "region=EU", "--by", "region"]
        self.assertEqual({row["region"] for row in self.query("shop.sales", *words)}, {"EU", "NA"})
        done = self.run_sqc("query", "shop.sales", "--as", "own", "--attribute", "regoin=NA")
        self.assert_refused(done, 2, "error[E0840]", "reads an attribute `regoin`", "did you mean `region`?")
        self.assert_refused(self.run_sqc("query", "shop.sales", "--attribute", "region=NA"), 2, "name it with --as")

    def test_a_policy_over_the_clock_is_refused_and_opens_nothing(self):
        text = """CREATE ROLE eu FROM GROUP 'eu';
CREATE POLICY eu ON METRIC shop.sales TO eu USING (window_start > CURRENT_TIMESTAMP);"""
        self.write("policies/all.ssql", text)
        self.assert_refused(self.run_sqc("check"), 1, "error[E0832]", "has no clock")

    def test_a_derived_metric_rolls_over_days(self):
        text = "CREATE METRIC shop.week FROM shop.sales MEASURES (people12 = ROLLING(people, INTERVAL '12' HOUR),"
        self.write("metrics/week.ssql", text + " share = RATIO(people, people12));")
        self.good("run")
        seen = collections.defaultdict(set)
        for event in self.events:
            seen[event["ts"] // HOUR].add(event["user_id"])
        rows = self.query("shop.week", "--grain", "1 hour")
        self.assertEqual(len(rows), len(seen))
        for row in rows:
            hour = seconds(row["window_start"]) // HOUR
            rolling = set().union(*[seen.get(h, set()) for h in range(hour - 11, hour + 1)])
            self.assertEqual(row["people12"], len(rolling))
            self.assertAlmostEqual(row["share"], len(seen[hour]) / len(rolling), places=12)

    def test_a_grain_that_is_not_kept_is_refused_not_shown_from_a_longer_one(self):
        kept = PROGRAM.replace("INTERVAL '10' MINUTE FOR INTERVAL '90' DAY,", "", 1)
        self.write("metrics/shop.ssql", kept)
        text = "CREATE METRIC shop.half FROM shop.sales MEASURES (x = ROLLING(n, INTERVAL '30' MINUTE), y = n);"
        self.write("metrics/half.ssql", text)
        self.good("run")
        self.compare(self.query("shop.sales"), [], HOUR, self.events)
        for words in (["shop.sales", "--grain", "10 minutes"], ["shop.half"], ["shop.half", "--grain", "30 min"]):
            self.assert_refused(self.run_sqc("query", *words), 1, "error[E0833]", "it keeps 1 hour")

    def test_what_rolls_is_shown_by_grains_that_divide_it(self):
        text = "CREATE METRIC shop.roll FROM shop.sales MEASURES (people3 = ROLLING(people, INTERVAL '3' HOUR));"
        self.write("metrics/roll.ssql", text)
        self.good("run")
        for grain in ("2 hours", "6 hours"):
            done = self.run_sqc("query", "shop.roll", "--grain", grain)
            self.assert_refused(done, 1, "error[E0832]", f"cannot be shown by {grain}")
        seen = collections.defaultdict(set)
        for event in self.events:
            seen[event["ts"] // HOUR].add(event["user_id"])
        rows = self.query("shop.roll", "--grain", "1 hour")
        self.assertEqual([seconds(row["window_start"]) // HOUR for row in rows], sorted(seen))
        for row in rows:
            hour = seconds(row["window_start"]) // HOUR
            self.assertEqual(row["people3"], len(set().union(*[seen.get(h, set()) for h in range(hour - 2, hour + 1)])))
        self.assertEqual(self.query("shop.roll", "--grain", "1 hour", "--from", "2026-01-05 10:00"), rows[10:])

    def test_bases_that_do_not_add_up_are_shown_by_their_own_windows(self):
        self.write("metrics/lots.ssql", "CREATE METRIC shop.lots FROM shop.many MEASURES (lots = n);")
        self.good("run")
        lots = [(row["window_start"], row["region"], row["lots"]) for row in self.query("shop.lots", "--by", "region")]
        many = [(row["window_start"], row["region"], row["n"]) for row in self.query("shop.many", "--by", "region")]
        self.assertGreater(len(many), 10)
        self.assertCountEqual(lots, many)
        self.assert_refused(self.run_sqc("query", "shop.lots", "--by", "region", "--grain", "1 day"), 1, "error[E0832]")

    def test_a_mask_on_a_derived_metric_hides_its_measure(self):
        text = """CREATE ROLE eu FROM GROUP 'eu'; CREATE POLICY eu ON METRIC shop.seen TO eu MASK (x);
CREATE METRIC shop.seen FROM shop.sales MEASURES (x = people, y = n);"""
        self.write("policies/all.ssql", text)
        self.good("run")
        rows = self.query("shop.seen", "--as", "eu")
        self.assertEqual(set(rows[0]), {"window_start", "y"})
        self.assertEqual(set(self.query("shop.seen")[0]), {"window_start", "x", "y"})

    def test_a_masked_column_of_a_base_hides_the_measures_that_read_it_and_no_others(self):
        text = """CREATE ROLE eu FROM GROUP 'eu'; CREATE POLICY eu ON METRIC shop.sales TO eu MASK (people);
CREATE METRIC shop.seen FROM shop.sales MEASURES (x = people, y = n, z = RATIO(x, y),
  r = ROLLING(n, INTERVAL '1' HOUR));"""
        self.write("policies/all.ssql", text)
        self.good("run")
        done = self.good("query", "shop.seen", "--as", "eu", "--grain", "1 hour", "--format", "ndjson")
        rows = [json.loads(line) for line in done.out.splitlines()]
        self.assertIn("seen as role eu, without what is masked: x, z\n", done.err)
        self.assertEqual(set(rows[0]), {"window_start", "y", "r"})
        self.assertEqual([row["y"] for row in rows], [row["y"] for row in self.query("shop.seen", "--grain", "1 hour")])

    def test_from_and_to_cut_between_the_windows_of_a_finer_rung(self):
        self.good("run")
        words = ["shop.sales", "--from", "2026-01-05 10:20", "--to", "2026-01-05 14:40"]
        first, last = START + 10 * HOUR + 1200, START + 14 * HOUR + 2400
        wanted = [event for event in self.events if first <= event["ts"] < last]
        for grain in (HOUR // 2, HOUR, 2 * HOUR):
            self.compare(self.query(*words, "--grain", f"{grain} seconds"), [], grain, wanted)

    def test_a_window_whose_first_part_was_dropped_is_not_shown(self):
        self.write(
            "metrics/shop.ssql",
            PROGRAM.replace("INTERVAL '1' HOUR FOR INTERVAL '90' DAY", "", 1).replace(
                "INTERVAL '10' MINUTE FOR INTERVAL '90' DAY,", "INTERVAL '10' MINUTE FOR INTERVAL '5' HOUR", 1
            ),
        )
        self.good("run")
        since = max(event["ts"] for event in self.events) - 5 - 5 * HOUR
        whole = [event for event in self.events if event["ts"] // (2 * HOUR) * 2 * HOUR >= since]
        self.assertGreater(len(whole), 200)
        self.compare(self.query("shop.sales", "--grain", "2 hours"), [], 2 * HOUR, whole)

    def test_a_metric_of_very_many_columns_is_kept_and_shown(self):
        many = ", ".join(f"COUNT(*) FILTER (WHERE user_id >= {i}) AS m{i}" for i in range(300))
        self.write("metrics/shop.ssql", PROGRAM.replace("COUNT(*) AS n, COUNT(D", many + ", COUNT(*) AS n, COUNT(D", 1))
        self.good("run")
        (row,) = self.query("shop.sales", "--grain", "60 days")
        for i in range(300):
            self.assertEqual(row[f"m{i}"], sum(event["user_id"] >= i for event in self.events))

    def test_a_longer_rung_that_is_kept_shorter_does_not_hide_a_finer_one(self):
        text = PROGRAM.replace("INTERVAL '1' HOUR FOR INTERVAL '90' DAY", "INTERVAL '1' HOUR FOR INTERVAL '3' HOUR", 1)
        self.write("metrics/shop.ssql", text)
        self.good("run")
        self.compare(self.query("shop.sales", "--grain", "1 hour"), [], HOUR, self.events)

    def test_backquotes_name_a_dimension_with_a_comma(self):
        text = PROGRAM.replace("region, U", "region AS `a,b``c`, U", 1)
        self.write("metrics/shop.ssql", text)
        self.good("run")
        rows = self.query("shop.sales", "--by", "device, `a,b``c`", "--grain", "60 days")
        counts = collections.Counter((event["device"].upper(), event["region"]) for event in self.events)
        self.assertEqual({(row["device"], row["a,b`c"]): row["n"] for row in rows}, counts)

    def test_mistakes_have_a_code_and_a_place(self):
        done = self.run_sqc("query", "shop.sales")
        self.assert_refused(done, 1, "error[E0823]", "sqc run")
        self.good("run")
        for words, code in (
            (["--by", "regio"], "E0830"),
            (["--by", "n"], "E0830"),
            (["--where", "regin = 'EU'"], "E0202"),
            (["--where", "n > 3"], "E0832"),
            (["--where", "region ="], "E0106"),
            (["--where", "window_start > NOW() - INTERVAL '1' DAY"], "E0832"),
            (["--grain", "15 min"], "E0833"),
            (["--grain", "a while"], "E0831"),
            (["--from", "yesterday"], "E0831"),
            (["--from", "2026-01-06", "--to", "2026-01-05"], "E0831"),
        ):
            self.assert_refused(self.run_sqc("query", "shop.sales", *words), 1, f"error[{code}]")
        self.assert_refused(self.run_sqc("query", "shop.sale"), 2, "did you mean shop.sales?")
        self.assert_refused(self.run_sqc("query"), 2)

    def test_a_changed_metric_is_not_shown_from_old_rows(self):
        self.good("run")
        self.write("metrics/shop.ssql", PROGRAM.replace("COUNT(DISTINCT user_id)", "COUNT(user_id)"))
        self.assert_refused(self.run_sqc("query", "shop.sales"), 1, "error[E0824]", "sqc run shop.sales")
        self.good("run")
        self.good("query", "shop.sales")

    def test_a_damaged_store_is_told(self):
        self.good("run")
        path = os.path.join(self.folder, ".sqc", "store.db")
        with open(path, "r+b") as file:
            file.write(b"this was a store")
        self.assert_refused(self.run_sqc("query", "shop.sales"), 1, "error[E0820]")
        self.write("metrics/shop.ssql", PROGRAM)
        done = self.run_sqc("run", "--format", "ndjson")
        self.assertNotEqual(done.code, 0)
        self.assertIn("E0820", done.err)

    def test_what_a_killed_writer_left_half_written_is_taken_back_by_a_query(self):
        self.good("run")
        before = self.query("shop.sales", "--by", "region")
        killed = """import os, sqlite3
db = sqlite3.connect(".sqc/store.db", isolation_level=None)
db.execute("PRAGMA cache_size = 5")
db.execute("BEGIN")
db.execute("DELETE FROM metric")
db.execute("CREATE TABLE junk(x)")
for _ in range(100):
    db.execute("INSERT INTO junk VALUES (randomblob(9000))")
os._exit(9)"""
        subprocess.run([sys.executable, "-c", killed], cwd=self.folder, check=False)
        self.assertTrue(os.path.getsize(os.path.join(self.folder, ".sqc/store.db-journal")) > 0)
        self.assertEqual(self.query("shop.sales", "--by", "region"), before)

    def test_a_store_that_cannot_be_made_is_told(self):
        self.write(".sqc", "a file where the folder should be")
        done = self.run_sqc("run")
        self.assertNotEqual(done.code, 0)
        self.assertIn("E0822", done.err)
