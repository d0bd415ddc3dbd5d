"""lineage.py -- `sqc lineage`: what is made of what, through views, functions and derived metrics."""

import json

import cli

PROGRAM = """CREATE STREAM ev (ts TIMESTAMP(3), name STRING, n BIGINT, place ROW<city STRING, zip STRING>, spare STRING,
  WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 'ev.ndjson', 'format' = 'json');
CREATE STREAM other (a INT) WITH ('connector' = 'filesystem', 'path' = 'o.ndjson', 'format' = 'json');
CREATE VIEW likes AS SELECT ts, n, place.city AS city FROM ev WHERE name = 'like';
CREATE METRIC m.likes OWNER 'team:a' TAGS ('kpi') MEASURES (n UNIT 'likes') AS
WITH other AS (SELECT ts, city, n FROM likes)
SELECT window_start, city, SUM(n) AS n FROM TABLE(TUMBLE(TABLE other, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, city;
CREATE METRIC m.week FROM m.likes MEASURES (week = ROLLING(n, INTERVAL '7' DAY) UNIT 'likes');
CREATE TABLE kept (ts TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO kept SELECT ts, n FROM ev;
"""


class Lineage(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.write("sqc.toml", 'project = "p"\n')
        self.write("a.ssql", PROGRAM)

    def graph(self, *words):
        graph = json.loads(self.good("lineage", *words, "--format", "json").out)
        self.assertEqual(graph["schema_version"], 1)
        return {n["name"]: n for n in graph["nodes"]}, {(e["from"], e["to"]) for e in graph["edges"]}

    def test_edges_go_through_views_and_derived_metrics(self):
        nodes, edges = self.graph()
        # The WITH name hides the stream of the same name.
        self.assertEqual(edges, {("ev", "likes"), ("likes", "m.likes"), ("m.likes", "m.week"), ("ev", "kept")})
        self.assertEqual(
            {name: node["kind"] for name, node in nodes.items()},
            {
                "ev": "stream",
                "other": "stream",
                "likes": "view",
                "m.likes": "metric",
                "m.week": "derived metric",
                "kept": "table",
            },
        )

    def test_columns_are_those_that_are_read_through_the_view(self):
        nodes, _ = self.graph()
        (reads,) = nodes["m.likes"]["reads"]
        self.assertEqual(reads["stream"], "ev")
        self.assertEqual(set(reads["columns"]), {"ts", "name", "n", "place.city"})
        self.assertEqual(nodes["m.likes"]["owner"], "team:a")
        self.assertEqual((nodes["m.likes"]["file"], nodes["m.likes"]["line"]), ("a.ssql", 5))

    def test_a_name_chooses_what_it_is_made_of_and_what_is_made_of_it(self):
        self.assertEqual(set(self.graph("m.week")[0]), {"ev", "likes", "m.likes", "m.week"})
        self.assertEqual(set(self.graph("likes")[0]), {"ev", "likes", "m.likes", "m.week"})
        self.assertEqual(set(self.graph("tag:kpi")[0]), {"ev", "likes", "m.likes", "m.week"})
        self.assertEqual(set(self.graph("other")[0]), {"other"})
        self.assert_refused(self.run_sqc("lineage", "m.weak"), 2, "did you mean m.week?")

    def test_text_and_mermaid(self):
        text = self.good("lineage").out
        self.assertIn("metric m.likes  (a.ssql:5, team:a)\n  made of    likes\n", text)
        self.assertIn("  read by    m.week\n", text)
        mermaid = self.good("lineage", "--format", "mermaid").out
        self.assertTrue(mermaid.startswith("flowchart LR\n"))
        self.assertEqual(mermaid.count("-->"), 4)
        self.assert_refused(self.run_sqc("lineage", "--format", "dot"), 2, "text, json or mermaid")

    def test_mistakes_are_told(self):
        self.write("b.ssql", "SELECT a FROM nothing;\n")
        self.assert_refused(self.run_sqc("lineage"), 1, "error[E0201]")

    def test_bad_rows_come_from_their_stream(self):
        self.write("b.ssql", "CREATE VIEW wrong AS SELECT bad_reason FROM ev.bad;\n")
        _, edges = self.graph()
        self.assertLessEqual({("ev", "ev.bad"), ("ev.bad", "wrong")}, edges)
