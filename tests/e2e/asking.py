"""asking.py -- questions that put answers beside each other, look at the time, or reach what is no longer kept."""

import collections
import csv
import datetime
import io
import json

import cli
import store

HOUR, DAY = store.HOUR, 86400
KEPT = "RETAIN (INTERVAL '10' MINUTE FOR INTERVAL '90' DAY,\n  INTERVAL '1' HOUR FOR INTERVAL '90' DAY)"
assert KEPT in store.PROGRAM


def retain(text):
    return store.PROGRAM.replace(KEPT, f"RETAIN ({text})", 1)


def time_text(second):
    moment = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M:%S.000")


class Asking(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "shop"\n')
        self.write("metrics/shop.ssql", store.PROGRAM)
        self.events = store.events()
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in self.events))
        self.end = self.events[-1]["ts"]

    def query(self, *words):
        return [json.loads(line) for line in self.good("query", *words, "--format", "ndjson").out.splitlines()]

    def counts(self, grain, *names):
        return collections.Counter((e["ts"] // grain * grain, *[e[name] for name in names]) for e in self.events)

    def test_an_earlier_time_stands_beside_the_answer(self):
        self.good("run")
        words = ["shop.sales", "--by", "region", "--grain", "1 hour"]
        all_rows = {(row["window_start"], row["region"]): row for row in self.query(*words)}
        words += ["--from", "2026-01-05 12:00", "--to", "2026-01-06 12:00"]
        own = {(row["window_start"], row["region"]) for row in self.query(*words)}
        rows = self.query(*words, "--compare", "2 hours", "--compare", "1 day")
        self.assertEqual(rows, sorted(rows, key=lambda row: (row["window_start"], row["region"] or "")))
        seen = {(row["window_start"], row["region"]): row for row in rows}
        self.assertLessEqual(own, set(seen))
        for (time, region), row in seen.items():
            second = store.seconds(time)
            self.assertTrue(store.START + 12 * HOUR <= second < store.START + 36 * HOUR)
            for suffix, back in (("", 0), ("_2_hours_before", 2 * HOUR), ("_1_day_before", DAY)):
                there = all_rows.get((time_text(second - back), region))
                for name in ("n", "people", "price", "dear"):
                    self.assertEqual(row[name + suffix], None if there is None else there[name], (time, name, suffix))

    def test_what_was_not_there_earlier_is_null_and_what_is_not_there_now_too(self):
        rows = [
            dict(self.events[0], ts=store.START + hour * HOUR, region=region) for hour, region in ((0, "EU"), (1, "NA"))
        ]
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.good("run")
        got = self.query("shop.sales", "--by", "region", "--grain", "1 hour", "--compare", "1 hour")
        first, second = time_text(store.START), time_text(store.START + HOUR)
        self.assertEqual(
            [(row["window_start"], row["region"], row["n"], row["n_1_hour_before"]) for row in got],
            [(first, "EU", 1, None), (second, "EU", None, 1), (second, "NA", 1, None)],
        )

    def test_late_rows_of_a_base_are_told_once_however_many_measures_ask_for_it(self):
        late = [dict(self.events[0], ts=store.START), dict(self.events[0], ts=store.START + 1)]
        self.write("ev.ndjson", "".join(json.dumps(row) + "\n" for row in self.events + late))
        text = "CREATE METRIC shop.two FROM shop.sales MEASURES (now = n * 1, n3 = ROLLING(n, INTERVAL '3' HOUR));"
        self.write("metrics/two.ssql", text)
        self.good("run")
        for name in ("shop.sales", "shop.two"):
            self.assertIn("2 rows came too late", self.good("query", name, "--grain", "1 hour").err, name)

    def test_windows_between_the_steps_of_the_ladder_stay_as_long_as_shorter_ones(self):
        stream = store.PROGRAM.split("CREATE METRIC", maxsplit=1)[0]
        for number, minutes, kept in ((1, 1, "1 hour"), (2, 5, "1 day"), (3, 10, "1 day"), (4, 90, "400 days")):
            windows = f"TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '{minutes}' MINUTE))"
            metric = f"CREATE METRIC m{number} AS SELECT window_start, COUNT(*) AS n FROM {windows}"
            self.write("metrics/shop.ssql", f"{stream}{metric} GROUP BY window_start, window_end;\n")
            rungs = [line for line in self.good("explain", f"m{number}").out.splitlines() if "kept for" in line]
            self.assertTrue(rungs[0].endswith(f"kept for {kept}"), rungs)
            self.assertTrue(rungs[-1].endswith("kept for 400 days"), rungs)

    def test_last_and_derived_metrics_are_compared_too(self):
        text = "CREATE METRIC shop.week FROM shop.sales MEASURES (people12 = ROLLING(people, INTERVAL '12' HOUR),"
        self.write("metrics/week.ssql", text + " share = RATIO(people, people12));")
        self.good("run")
        alone = {row["window_start"]: row["share"] for row in self.query("shop.week", "--grain", "1 hour")}
        done = self.good(
            "query", "shop.week", "--grain", "1 hour", "--last", "5 hours", "--compare", "6 hours", "--format", "ndjson"
        )
        rows = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(rows), 6)
        self.assertIn("and the last 5 hours before it", done.err)
        for row in rows:
            earlier = time_text(store.seconds(row["window_start"]) - 6 * HOUR)
            self.assertEqual(row["share"], alone[row["window_start"]])
            self.assertEqual(row["share_6_hours_before"], alone[earlier])

    def test_a_query_over_a_derived_metric_has_the_rows_of_the_answer(self):
        text = (
            "CREATE METRIC shop.roll FROM shop.sales MEASURES (people3 = ROLLING(people, INTERVAL '2' HOUR),"
            " share = RATIO(people, people3), mean1 = ROLLING(mean, INTERVAL '1' HOUR), low = low);"
            "CREATE METRIC shop.both FROM shop.roll, shop.hours MEASURES (dear = share * n,"
            " n3 = ROLLING(n, INTERVAL '3' HOUR));"
            "CREATE METRIC shop.hours AS SELECT window_start, region, COUNT(*) AS n"
            " FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, region;"
        )
        self.write("metrics/roll.ssql", text)
        self.good("run")
        asked = {
            "shop.roll": self.query("shop.roll", "--by", "region,device"),
            "shop.both": self.query("shop.both", "--by", "region"),
        }
        for name, answer in asked.items():
            self.write("t.ssql", f"SELECT * FROM {name};\n")
            for engine in ([], ["--interpret"], ["--restart-every-batch"]):
                done = self.good("run", "t.ssql", "--format", "ndjson", *engine)
                rows = [json.loads(line) for line in done.out.splitlines()]
                last = answer[-1]["window_start"]  # at the end of the events, what rolls goes on behind them
                self.assertEqual([row for row in rows if row["window_start"] <= last], answer)
                self.assertGreater(len(rows), len(answer))

    def test_filled_gaps_are_kept_and_asked_like_other_rows(self):
        self.write(
            "metrics/gaps.ssql",
            "CREATE METRIC shop.filled UNBOUNDED RETAIN (INTERVAL '1' MINUTE FOR INTERVAL '90' DAY)"
            " AS WITH w AS (SELECT window_start, region, COUNT(*) AS n, COUNT(DISTINCT user_id) AS people"
            " FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(t), INTERVAL '1' MINUTE))"
            " GROUP BY window_start, window_end, region)"
            " SELECT * FROM GAP_FILL(TABLE w, INTERVAL '1' MINUTE);",
        )
        self.good("run")
        rows = self.query("shop.filled", "--by", "region")
        counts = self.counts(60, "region")
        times = collections.defaultdict(list)
        for time, region in counts:
            times[region].append(time)
        wanted = {(t, region) for region, of in times.items() for t in range(min(of), max(of) + 60, 60)}
        self.assertEqual({(store.seconds(row["window_start"]), row["region"]) for row in rows}, wanted)
        for row in rows:
            n = counts[store.seconds(row["window_start"]), row["region"]]
            self.assertEqual((row["n"], row["people"] == 0), (n, n == 0))
        hours = {row["window_start"]: row["n"] for row in self.query("shop.filled", "--grain", "1 hour")}
        self.assertEqual(hours, {time_text(t): n for (t,), n in self.counts(HOUR).items()})

    def test_a_role_sees_an_earlier_time_by_its_own_rules(self):
        self.write(
            "policies/all.ssql",
            """CREATE ROLE eu FROM GROUP 'eu';
CREATE POLICY eu ON METRIC shop.sales TO eu USING (region = 'EU') MASK (region, people);
CREATE METRIC shop.ratio FROM shop.sales MEASURES (x = RATIO(high, n));""",
        )
        self.good("run")
        for metric in ("shop.sales", "shop.ratio"):
            words = [metric, "--grain", "1 hour", "--compare", "1 hour"]
            own = self.query(*words, "--where", "region = 'EU'")
            for row in own:
                row.pop("people", None), row.pop("people_1_hour_before", None)
            self.assertEqual(self.query(*words, "--as", "eu"), own)

    def test_one_earlier_time_in_two_words_is_one_column(self):
        self.good("run")
        words = ["query", "shop.sales", "--grain", "1 hour", "--format", "csv"]
        once = self.good(*words, "--compare", "1 hour", "--compare", "1 day").out
        again = ["--compare", "1 hour", "--compare", "60 minutes", "--compare", "1 day", "--compare", "1 hour"]
        self.assertEqual(self.good(*words, *again).out, once)

    def test_every_format_tells_the_same(self):
        self.good("run")
        words = ["query", "shop.sales", "--by", "region", "--grain", "6 hours", "--compare", "12 hours"]
        done = self.good(*words, "--format", "json")
        whole = json.loads(done.out)
        self.assertEqual(whole["schema_version"], 1)
        self.assertEqual(whole["watermark"], time_text(self.end - 5) + "Z")
        self.assertEqual(whole["finished"], True)
        self.assertEqual(whole["rows"], self.query(*words[1:]))
        table = list(csv.DictReader(io.StringIO(self.good(*words, "--format", "csv").out)))
        self.assertEqual(len(table), len(whole["rows"]))
        for line, row in zip(table, whole["rows"]):
            self.assertEqual(list(line), list(row))
            self.assertEqual(
                line["n_12_hours_before"], "" if row["n_12_hours_before"] is None else str(row["n_12_hours_before"])
            )
        text = self.good(*words).out.splitlines()
        self.assertEqual([cell.strip() for cell in text[0].split("|")], list(whole["rows"][0]))
        self.assertEqual(len(text), 2 + len(whole["rows"]))

    def test_times_that_do_not_fit_are_not_compared(self):
        self.good("run")
        for words, text in (
            (["--compare", "15 minutes"], "15 minutes earlier no window of 10 minutes begins"),
            (["--grain", "1 day", "--compare", "6 hours"], "6 hours earlier no window of 1 day begins"),
        ):
            self.assert_refused(self.run_sqc("query", "shop.sales", *words), 1, "error[E0832]", text)
        self.assert_refused(self.run_sqc("query", "shop.sales", "--compare", "a week"), 1, "error[E0831]")
        session = "TABLE(SESSION(TABLE ev, DESCRIPTOR(t), INTERVAL '10' MINUTE))"
        text = f"CREATE METRIC shop.visits AS SELECT window_start, COUNT(*) AS n FROM {session} GROUP BY window_start;"
        self.write("metrics/visits.ssql", text.replace("window_start;", "window_start, window_end;"))
        self.good("run")
        done = self.run_sqc("query", "shop.visits", "--compare", "1 day")
        self.assert_refused(done, 1, "error[E0832]", "ask for a --grain")
        self.good("query", "shop.visits", "--grain", "1 hour", "--compare", "1 day")

    def test_a_condition_over_the_time_means_the_windows_that_are_shown(self):
        self.good("run")
        for grain in ("10 minutes", "30 minutes", "1 hour", "1 day"):
            words = ["shop.sales", "--by", "region", "--grain", grain]
            rows = self.query(*words)
            for condition, wanted in (
                ("window_start >= '2026-01-05 10:35:00'", lambda row: row["window_start"] >= "2026-01-05 10:35"),
                (
                    "window_start < '2026-01-06 00:10:00' AND region = 'EU'",
                    lambda row: row["window_start"] < "2026-01-06 00:10" and row["region"] == "EU",
                ),
            ):
                self.assertEqual(self.query(*words, "--where", condition), [row for row in rows if wanted(row)])
        mixed = "window_start >= '2026-01-05 10:35:00' OR region = 'EU'"
        rows = self.query("shop.sales", "--by", "region", "--grain", "1 day", "--where", mixed)
        self.assertEqual({row["region"] for row in rows if row["window_start"] < "2026-01-06"}, {"EU"})
        done = self.run_sqc("query", "shop.sales", "--grain", "1 day", "--where", mixed)
        self.assert_refused(done, 1, "error[E0832]", "add region to --by")
        self.assertTrue(self.query("shop.sales", "--where", mixed))

    def test_a_condition_over_the_time_does_not_cut_what_rolls(self):
        text = "CREATE METRIC shop.roll FROM shop.sales MEASURES (people3 = ROLLING(people, INTERVAL '3' HOUR));"
        self.write("metrics/roll.ssql", text)
        self.good("run")
        words = ["shop.roll", "--grain", "1 hour"]
        rows = [row for row in self.query(*words) if row["window_start"] >= "2026-01-05 10"]
        self.assertEqual(self.query(*words, "--where", "window_start >= '2026-01-05 10:00:00'"), rows)

    def test_a_policy_over_the_time_looks_at_the_metric_s_own_windows(self):
        policy = """CREATE ROLE late FROM GROUP 'late';
CREATE POLICY late ON METRIC shop.sales TO late USING (window_start < TIMESTAMP '2026-01-05 10:30:00');"""
        self.write("policies/all.ssql", policy)
        self.good("run")
        rows = self.query("shop.sales", "--grain", "1 day", "--as", "late")
        seen = sum(event["ts"] < store.START + 10 * HOUR + 1800 for event in self.events)
        self.assertEqual([row["n"] for row in rows], [seen])
        self.write("metrics/shop.ssql", retain("INTERVAL '1' HOUR FOR INTERVAL '90' DAY"))
        self.good("run")
        done = self.run_sqc("query", "shop.sales", "--grain", "1 day", "--as", "late")
        self.assert_refused(done, 1, "error[E0833]", "a policy looks at the time of its own windows")

    def test_what_rolls_over_dropped_rows_has_no_value_and_that_is_told(self):
        self.write("metrics/shop.ssql", retain("INTERVAL '10' MINUTE FOR INTERVAL '10' HOUR"))
        text = "CREATE METRIC shop.roll FROM shop.sales MEASURES (n3 = ROLLING(n, INTERVAL '3' HOUR), now = n);"
        self.write("metrics/roll.ssql", text)
        self.good("run")
        done = self.good("query", "shop.roll", "--grain", "1 hour", "--format", "ndjson")
        cut = (self.end - 5 - 10 * HOUR) // 600 * 600
        counts = collections.Counter(event["ts"] // HOUR for event in self.events if event["ts"] >= cut)
        rows = [json.loads(line) for line in done.out.splitlines()]
        empty = 0
        for row in rows:
            hour = store.seconds(row["window_start"]) // HOUR
            whole = (hour - 2) * HOUR >= cut
            self.assertEqual(row["n3"], sum(counts[hour - i] for i in range(3)) if whole else None, row)
            empty += row["n3"] is None and row["now"] is not None
        self.assertEqual(empty, 2)
        first = next(row["window_start"] for row in rows if row["n3"] is not None)
        self.assertIn(f"before {first}Z what rolls is NULL", done.err)
        self.assertIn(f"kept since {time_text(cut)}Z", done.err)
        whole = json.loads(self.good("query", "shop.roll", "--grain", "1 hour", "--format", "json").out)
        self.assertEqual((whole["rolls_since"], whole["kept_since"]), (first + "Z", time_text(cut) + "Z"))

    def test_what_rolls_at_the_begin_of_all_data_is_whole(self):
        text = "CREATE METRIC shop.roll FROM shop.sales MEASURES (n3 = ROLLING(n, INTERVAL '3' HOUR));"
        self.write("metrics/roll.ssql", text)
        self.good("run")
        done = self.good("query", "shop.roll", "--grain", "1 hour", "--format", "ndjson")
        first = json.loads(done.out.splitlines()[0])
        self.assertEqual(first["n3"], sum(event["ts"] < store.START + HOUR for event in self.events))
        self.assertNotIn("what rolls", done.err)

    def test_a_retention_shorter_than_the_window_is_refused_and_one_as_long_keeps_the_last(self):
        self.write("metrics/shop.ssql", retain("INTERVAL '1' HOUR FOR INTERVAL '5' MINUTE"))
        self.assert_refused(self.run_sqc("run"), 1, "error[E0807]")
        self.write("metrics/shop.ssql", retain("INTERVAL '1' HOUR FOR INTERVAL '1' HOUR"))
        self.good("run")
        last = self.end // HOUR * HOUR
        rows = self.query("shop.sales", "--grain", "1 hour")
        self.assertEqual([store.seconds(row["window_start"]) for row in rows], [last - HOUR, last])
        self.assertEqual(rows[1]["n"], self.counts(HOUR)[(last,)])

    def test_what_windows_do_not_keep_of_a_dimension_is_told_of_longer_ones(self):
        text = store.PROGRAM.replace(
            "CREATE METRIC shop.sales", "CREATE METRIC shop.sales DIMENSIONS (region KEEP TOP 2 BY n)"
        )
        self.write("metrics/shop.ssql", text)
        self.good("run")
        told = "each window keeps 2 values of region by n"
        for words, is_told in (
            (["--by", "region", "--grain", "1 hour"], True),
            (["--by", "region"], False),
            ([], False),
        ):
            done = self.good("query", "shop.sales", *words, "--format", "ndjson")
            self.assertEqual(told in done.err, is_told)
            self.assertEqual(sum(json.loads(line)["n"] for line in done.out.splitlines()), len(self.events))
