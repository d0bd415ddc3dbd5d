"""programs.py -- from one seed: a stream with its lines, a lookup table, and statements over them."""

import random
import re

import clocks
from family import family
import events
from events import Column
from expressions import E, Expressions, is_integer
from wild import WildExpressions

BASES = [1704067200000, 1704067200000, 1704067200000, 0, -30000, -86400000, 253402000000000, -2000000000000]
WINDOWS = [
    ("INTERVAL '1' SECOND", 1000),
    ("INTERVAL '10' SECOND", 10000),
    ("INTERVAL '1' MINUTE", 60000),
    ("INTERVAL '7' SECOND", 7000),
    ("INTERVAL '1' HOUR", 3600000),
    ("INTERVAL '1' DAY", 86400000),
]
NEVER = -(2**62)

# Aggregates in SQL, in one line: sums that are bound as sums, states of their own, one whose steps fail now and then.
FUNCTIONS = " ".join("""CREATE AGGREGATE FUNCTION u_mean(x DOUBLE) RETURNS DOUBLE
  STATE (s DOUBLE, n BIGINT) INIT (0e0, 0) ACCUMULATE (s + x, n + 1) MERGE (s + other.s, n + other.n)
  FINISH (CASE WHEN n = 0 THEN NULL ELSE s / n END);
CREATE AGGREGATE FUNCTION u_spread(x BIGINT) RETURNS STRING
  STATE (low BIGINT, high BIGINT, n INT) INIT (NULL, NULL, 0)
  ACCUMULATE (COALESCE(LEAST(low, x), x), COALESCE(GREATEST(high, x), x), n + 1)
  MERGE (COALESCE(LEAST(low, other.low), low, other.low), COALESCE(GREATEST(high, other.high), high, other.high),
         n + other.n)
  FINISH (CAST(low AS STRING) || '..' || CAST(high AS STRING) || ' of ' || CAST(n AS STRING));
CREATE AGGREGATE FUNCTION u_weighted(x BIGINT, w BIGINT DEFAULT 2) RETURNS DECIMAL(30, 6)
  STATE (t DECIMAL(38, 0), n DECIMAL(20, 0)) INIT (0, 0)
  ACCUMULATE (CAST(t + x * CAST(w AS DECIMAL(10, 0)) AS DECIMAL(38, 0)), CAST(n + w AS DECIMAL(20, 0)))
  MERGE (CAST(t + other.t AS DECIMAL(38, 0)), CAST(n + other.n AS DECIMAL(20, 0)))
  FINISH (CAST(t / n AS DECIMAL(30, 6)));
CREATE AGGREGATE FUNCTION u_fails(x BIGINT) RETURNS BIGINT
  STATE (s BIGINT) INIT (0) ACCUMULATE (s + 60 / x) MERGE (s + other.s) FINISH (s);""".split())


class Copies:
    """DEDUPLICATE BY: which rows are copies of rows that count (runtime/state/dedup.h says which times are known)."""

    def __init__(self, rng, names):
        self.keys = sorted(rng.sample(names, rng.randint(1, min(3, len(names)))))
        self.within = rng.choice([1, 1000, 5000, 60001, 3600000])
        self.times = {}

    def ddl(self):
        return f"DEDUPLICATE BY ({', '.join(self.keys)}) WITHIN {interval(self.within)}"

    def is_one(self, row, bad, time, watermark):
        values = tuple(row.get(name) for name in self.keys)
        if time is None or None in values or bad & set(self.keys):
            return False
        known = self.times.setdefault(values, {})
        if any(abs(t - time) <= self.within and t >= watermark - self.within for t in known.values()):
            return True
        known[time * 1000 // ((self.within * 1000 + 1) // 2)] = time
        return False


def interval(millis):
    return f"INTERVAL '{millis // 1000}.{millis % 1000:03}' SECOND"


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC", "+05:30"]
MONTHS = ["INTERVAL '1' MONTH", "INTERVAL '1' QUARTER", "INTERVAL '1' YEAR", "INTERVAL '1' WEEK"]


class Window:
    """A window function: its text, and the windows of a row in SQLite."""

    def __init__(self, rng):
        self.text_of, self.size = rng.choice(WINDOWS)
        self.kind = rng.choice(["TUMBLE", "TUMBLE", "TUMBLE", "HOP", "HOP", "CUMULATE", "SESSION"])
        self.partition = []  # of a session: its columns
        self.gap, self.rules = interval(self.size // 4 + 137), []
        self.step = self.size
        if self.kind == "HOP":
            self.step = max(1, self.size // rng.choice([1, 2, 3, 5, 10]) + rng.choice([0, 0, 0, -1, 1]))
            self.step = min(self.step, self.size)
        if self.kind == "CUMULATE":
            self.step = self.size // rng.choice([n for n in (1, 2, 5, 10, 7) if self.size % n == 0])
        self.offset = rng.choice([0, 0, 0, 1, -1, 5000]) % self.step if rng.random() < 0.5 else 0
        self.is_named = rng.random() < 0.3
        self.zone = rng.choice(ZONES) if rng.random() < 0.15 else None
        if self.zone and self.kind == "TUMBLE" and rng.random() < 0.3:
            self.text_of, self.offset = rng.choice(MONTHS), 0

    def in_zone(self):
        return f", ZONE => '{self.zone}'" if self.zone else ""

    def cut(self, rng, condition):
        """A gap of each row, and what else cuts sessions; `condition` makes one."""
        if rng.random() < 0.5:
            longer = interval(self.size // 2 + 137)
            self.gap = f"GAP => CASE WHEN {condition()} THEN {self.gap} ELSE {longer} END"
            self.rules.append(f"MAX_GAP => {interval(self.size // rng.choice([1, 3]) + 137)}")
        if rng.random() < 0.4:
            self.rules.append(f"MAX_LENGTH => {interval(self.size * rng.choice([1, 2, 5]) // 3 + 1)}")
        if rng.random() < 0.4:
            self.rules.append(f"START_WHEN => {condition()}")
        if rng.random() < 0.4:
            self.rules.append(f"END_WHEN => {condition()}")

    def table(self, source, time="ts"):
        if self.kind == "SESSION":
            # A row just a gap behind a session joins it or not as the partitions' watermarks say: off the grid.
            keys = f" PARTITION BY ({', '.join(self.partition)})" if self.partition else ""
            rules = "".join(f", {rule}" for rule in self.rules)
            return f"TABLE(SESSION(TABLE {source}{keys}, DESCRIPTOR({time}), {self.gap}{rules}{self.in_zone()}))"
        step = {"HOP": [("SLIDE", interval(self.step))], "CUMULATE": [("STEP", interval(self.step))]}.get(self.kind, [])
        parts = [("DATA", f"TABLE {source}"), ("TIMECOL", f"DESCRIPTOR({time})"), *step, ("SIZE", self.text_of)]
        if self.offset:
            parts.append(("`OFFSET`", interval(self.offset)))
        listed = ", ".join(f"{name} => {value}" if self.is_named else value for name, value in parts)
        return f"TABLE({self.kind}({listed}{self.in_zone()}))"

    def lite(self, source, good):
        return (
            f"SELECT {source}.*, json_extract(w.value, '$[0]') AS ws, json_extract(w.value, '$[1]') AS we "
            f"FROM {source}, json_each(wlist('{self.kind}', {self.size}, {self.step}, {self.offset}, \"ts\")) AS w "
            f"WHERE {good}"
        )


class Stream:
    """A table: columns, delay of its watermark, rows and lines.  It has the event time of another one, where given."""

    def __init__(self, rng, row_count, name="ev", like=None):
        self.rng, self.name = rng, name
        self.is_csv = rng.random() < 0.2
        self.ignores_errors = not self.is_csv and rng.random() < 0.2
        self.delay = rng.choice([0, 1, 5, 5, 60, 600]) * 1000
        self.has_late = rng.random() < 0.4
        self.columns = self.make_columns()
        self.time_from_millis = rng.random() < 0.2
        self.time_type = (
            "TIMESTAMP_LTZ(3)"
            if self.time_from_millis
            else rng.choice(["TIMESTAMP(3)", "TIMESTAMP(3)", "TIMESTAMP_LTZ(3)"])
        )
        if like is not None:
            self.time_from_millis, self.time_type = like.time_from_millis, like.time_type
        self.columns.append(Column("ms", "BIGINT") if self.time_from_millis else Column("ts", self.time_type))
        if not self.is_csv:
            rng.shuffle(self.columns)
        self.bad_rate = rng.choice([0, 0, 0.01, 0.1])
        self.stops = not self.ignores_errors and rng.random() < 0.08
        self.null_rate = rng.choice([0, 0.1, 0.3])
        self.rows, self.lines = [], []
        self.base = rng.choice(BASES) if like is None else like.base
        kinds = ("INT", "STRING", "DATE", "BOOL", "SMALL", "BIG", "TIMESTAMP(3)", "DECIMAL")
        names = [c.name for c in self.columns if c.is_shared and c.name != "ms" and c.type.startswith(kinds)]
        self.copies = Copies(rng, names) if rng.random() < 0.25 else None
        self.clock = clocks.Clock(rng, self.columns) if rng.random() < 0.15 else None
        self.make_rows(row_count)
        self.has_late = self.has_late or self.copies is not None  # a row that is sent again may count again, late
        self.has_late = self.has_late or self.clock is not None

    def make_columns(self):
        rng = self.rng
        made = [
            Column("k0", "STRING", is_key=True),
            Column("k1", rng.choice(["INT", "BIGINT", "SMALLINT"]), is_key=True),
        ]
        kinds = [
            "TINYINT",
            "SMALLINT",
            "INT",
            "BIGINT",
            "BIGINT",
            "BOOLEAN",
            "STRING",
            "STRING",
            "DOUBLE",
            "DOUBLE",
            "DECIMAL(10,2)",
            "DECIMAL(5,0)",
            "DECIMAL(18,6)",
            "DECIMAL(30,4)",
            "DATE",
            "TIMESTAMP(3)",
            "TIMESTAMP_LTZ(3)",
        ]
        made += [Column(f"n{i}", rng.choice(kinds)) for i in range(rng.randint(2, 7))]
        wild = ["DOUBLE", "FLOAT", "BYTES", "TIME(3)", "TIMESTAMP(6)", "TIMESTAMP_LTZ(9)", "TIMESTAMP(0)", "CHAR(3)"]
        if not self.is_csv:
            wild += ["ARRAY<INT>", "MAP<STRING, INT>", "ROW<a INT, b STRING>", "ROW<a INT, b STRING>"]
        made += [Column(f"w{i}", rng.choice(wild), is_shared=False) for i in range(rng.randint(0, 3))]
        return made

    def next_time(self, now, top):
        """A time of the row after one whose largest time was top; only inside the bound where nothing may be late."""
        rng = self.rng
        now += rng.choice([0, 0, 1, 10, 250, 999, 1000, 3000]) if rng.random() < 0.98 else rng.choice([60000, 3600000])
        back = rng.choice([0, 0, 0, 1, 100, 1000, self.delay])
        if self.has_late and rng.random() < 0.1:
            back = self.delay + rng.choice([0, 1, 1000, 20000, 10**6])
        now = min(now, events.LAST_MILLISECOND)
        when = now - back
        return now, when if self.has_late or top is None else max(when, top - self.delay + 1)

    def make_rows(self, count):
        rng, now, top = self.rng, self.base, None
        for number in range(count):
            watermark = NEVER if top is None else top - self.delay
            now, when = self.next_time(now, top)
            if rng.random() < self.bad_rate / 2:
                self.lines.append(rng.choice(events.BROKEN_LINES) if not self.is_csv else b"a,b\xff,1")
                continue
            row, bad = self.make_row(when)
            if self.copies and self.rows and rng.random() < 0.2:  # sent again
                self.lines[-1], row, bad = rng.choice(self.rows[-20:])[-1]
            time = None if bad & {"ms", "ts"} else row.get("ms" if self.time_from_millis else "ts")
            if not self.copies or not self.copies.is_one(row, bad, time, watermark):
                self.rows.append((number, watermark, row, bad, (self.lines[-1], row, bad)))
            if time is not None:
                top = time if top is None else max(top, time)

    def make_row(self, when):
        rng, row, spelled_bad = self.rng, {}, {}
        for column in self.columns:
            if column.name in ("ts", "ms"):
                if rng.random() < 0.99 or self.null_rate == 0:
                    row[column.name] = when
                else:
                    row[column.name] = None
            elif rng.random() >= self.null_rate:
                row[column.name] = events.any_value(rng, column)
            elif self.is_csv or rng.random() < 0.5:
                row[column.name] = None
            if rng.random() < self.bad_rate / 3:
                wrong = events.bad_csv(rng, column) if self.is_csv else events.bad_json(rng, column)
                if wrong is not None:
                    spelled_bad[column.name] = wrong
        make = events.csv_line if self.is_csv else events.json_line
        self.lines.append(make(rng, self.columns, row, spelled_bad))
        return row, set(spelled_bad)

    def ddl(self):
        columns = [f"{c.name} {c.type}" for c in self.columns]
        if self.time_from_millis:
            columns.append("ts AS TO_TIMESTAMP_LTZ(ms, 3)")
        columns.append("pt AS PROCTIME()")
        delay = f" - INTERVAL '{self.delay // 1000}' SECOND" if self.delay else ""
        plain = f"ts{delay}"
        columns.append(f"WATERMARK FOR ts AS {self.clock.watermark(plain) if self.clock else plain}")
        if self.copies:
            columns.append(self.copies.ddl())
        kind, extra = ("csv", ", 'csv.null-literal' = '~'") if self.is_csv else ("json", "")
        if self.stops:
            extra = f", '{kind}.ignore-parse-errors' = 'false'"
        if self.ignores_errors:
            extra = ", 'json.ignore-parse-errors' = 'true'"
        extra += self.clock.options() if self.clock else ""
        return (
            f"CREATE TABLE {self.name} ({', '.join(columns)}) "
            f"WITH ('connector' = 'filesystem', 'path' = '{self.name}.{kind}', "
            f"'format' = '{kind}'{extra});"
        )

    def scope(self):
        made = [
            E(
                c.name,
                f'"{c.name}"' if c.is_shared else None,
                c.type,
                columns=frozenset([c.name]),
                nullable=True,
                is_constant=False,
            )
            for c in self.columns
        ]
        if self.time_from_millis:
            made.append(E("ts", '"ts"', self.time_type, columns=frozenset(["ms"]), nullable=True, is_constant=False))
        for c in self.columns:
            fields = {"ROW": [(".a", "INT"), (".b", "STRING")], "ARR": [("[1]", "INT")], "MAP": [("['a']", "INT")]}
            for text, kind in fields.get(c.type[:3], []):
                made.append(E(c.name + text, None, kind, columns=frozenset([c.name]), nullable=True, is_constant=False))
        return made

    def fill(self, connection):
        """The rows as a table of SQLite, with the watermark before each and a mark for each bad column."""
        shared = [c.name for c in self.columns if c.is_shared]
        names = shared + (["ts"] if self.time_from_millis else [])
        marks = [f'"!{c.name}"' for c in self.columns]
        quoted = ", ".join(f'"{n}"' for n in names)
        connection.execute(f'CREATE TABLE {self.name} ("!wm", {quoted}, {", ".join(marks)})')
        for _, watermark, row, bad, _ in self.rows:
            values = [watermark] + [None if n in bad else row.get(n) for n in shared]
            if self.time_from_millis:
                values.append(None if "ms" in bad else row.get("ms"))
            values += [int(c.name in bad and not self.ignores_errors) for c in self.columns]
            connection.execute(f"INSERT INTO {self.name} VALUES ({', '.join('?' * len(values))})", values)


class Lookup:
    """The bounded table `dim`, a CSV file with repeated and missing keys."""

    def __init__(self, rng, stream):
        self.key = rng.choice(["k0", "k1"])
        self.key_column = next(c for c in stream.columns if c.name == self.key)
        self.columns = [
            Column("dk", self.key_column.type, is_key=True),
            Column("d0", "STRING"),
            Column("d1", "BIGINT"),
            Column("d2", rng.choice(["DOUBLE", "DECIMAL(10,2)", "BOOLEAN"])),
        ]
        self.rows = []
        for _ in range(rng.choice([0, 1, 5, 12])):
            self.rows.append([events.any_value(rng, c) if rng.random() < 0.85 else None for c in self.columns])
        self.lines = [
            ",".join(events.csv_spelling(rng, c, v) for c, v in zip(self.columns, row)).encode() for row in self.rows
        ]

    def ddl(self):
        columns = ", ".join(f"{c.name} {c.type}" for c in self.columns)
        return (
            f"CREATE TABLE dim ({columns}) WITH ('connector' = 'filesystem', 'path' = 'dim.csv', 'format' = 'csv', "
            "'csv.null-literal' = '~');"
        )

    def fill(self, connection):
        connection.execute("CREATE TABLE dim (dk, d0, d1, d2)")
        connection.executemany("INSERT INTO dim VALUES (?, ?, ?, ?)", self.rows)


class Source:
    """What a statement may read: a table, a view, or a join.  always: columns that every statement over it reads."""

    def __init__(self, text, lite, scope, stream, time=None, always=frozenset(), name=None):
        self.text, self.lite, self.scope, self.stream = text, lite, scope, stream
        self.time, self.always, self.name = time, always, name


class Statement:
    """One metric: text, and SQLite text or None; types of its columns; what it reads."""

    def __init__(self, name, text, lite, types, is_endless=False, header=""):
        self.name, self.text, self.lite, self.types, self.is_endless = name, text, lite, types, is_endless
        self.header = header
        self.tail = ""  # a metric over the late rows of this one

    def ddl(self):
        endless = " UNBOUNDED" if self.is_endless else ""
        return f"CREATE METRIC {self.name}{endless}{self.header} AS {self.text};{self.tail}"


class Program:
    def __init__(self, seed, signatures, statement_count=10, row_count=None):
        rng = random.Random(seed)
        self.seed, self.rng, self.signatures = seed, rng, signatures
        rows = (
            rng.choice([0, 1, 20, 50, 150, 150, 150, 400, 400, 400, 400, 1500, 1500] if rng.random() < 0.98 else [9000])
            if row_count is None
            else row_count
        )
        self.stream = Stream(rng, rows)
        self.lookup = Lookup(rng, self.stream)
        self.second = Stream(rng, rng.choice([0, 30, rows]), "evb", self.stream) if rng.random() < 0.4 else None
        self.views, self.view_lite, self.statements = [], [], []
        base = Source("ev", "ev", self.stream.scope(), self.stream, time="ts", name="ev")
        self.sources = [base]
        for number in range(rng.randint(0, 2)):
            self.add_view(number)
        for number in range(statement_count):
            is_wild = rng.random() < 0.35
            makes = [self.projection, self.projection, self.union, self.window, self.window, self.window, self.nested]
            makes += [self.group, self.group_of_groups, self.group_of_both, self.distinct, self.top]
            makes += [self.elements, self.gap_fill, self.corrected]
            self.statements.append(rng.choice(makes)(f"m{number}", is_wild))
        if rng.random() < 0.2:
            text, types = clocks.aside(rng, self.stream)
            self.statements.append(Statement("aside", text, None, types))
        if self.second is not None:
            self.statements += [self.window_over_both(f"both{number}") for number in range(2)]
        if rng.random() < 0.4:
            self.statements += [Statement(name, text, None, types) for name, text, types in family(rng, self.stream)]

    # -- parts -----------------------------------------------------------------------------------------------------

    def expressions(self, scope, is_wild=False):
        if is_wild:
            return WildExpressions(self.rng, scope, self.signatures)
        return Expressions(self.rng, [e for e in scope if e.lite is not None])

    def good_rows(self, columns):
        """SQLite condition: no column that is read is bad."""
        if not columns:
            return "1"
        return "NOT (" + " OR ".join(f'"!{name}"' for name in sorted(columns)) + ")"

    def marks(self):
        return ", ".join(['"!wm"'] + [f'"!{c.name}"' for c in self.stream.columns])

    def joined(self, source):
        """The lookup join over a source that still has the key column."""
        key = next((e for e in source.scope if e.text == self.lookup.key), None)
        if key is None or source.name != "ev":
            return source
        word = self.rng.choice(["JOIN", "LEFT JOIN"])
        scope = [
            E(
                "e." + e.text,
                None if e.lite is None else "e." + e.lite,
                e.type,
                columns=e.columns,
                nullable=True,
                is_constant=False,
            )
            for e in source.scope
        ]
        scope += [
            E("d." + c.name, "d." + c.name, c.type, columns=frozenset(), nullable=True, is_constant=False)
            for c in self.lookup.columns
        ]
        text = f"ev AS e {word} dim FOR SYSTEM_TIME AS OF e.pt AS d ON e.{self.lookup.key} = d.dk"
        lite = f'ev AS e {word} dim AS d ON e."{self.lookup.key}" = d.dk'
        return Source(text, lite, scope, self.stream, always=key.columns)

    def unnested(self, source):
        """Each row once for every element of an array of whole numbers; SQLite joins with their numbers."""
        found = [e for e in source.scope if e.lite is not None and is_integer(e.type)]
        if source.name != "ev" or not found:
            return source
        picked = [self.rng.choice(found) for _ in range(self.rng.randint(1, 3))]
        parts = ", ".join(f"CAST(e.{e.text} AS BIGINT)" for e in picked)
        numbers = " UNION ALL ".join(f"SELECT {i + 1} AS o" for i in range(len(picked)))
        cases = " ".join(f"WHEN {i + 1} THEN e.{e.lite}" for i, e in enumerate(picked))
        read = frozenset().union(*(e.columns for e in picked))
        scope = [
            E(
                "e." + e.text,
                None if e.lite is None else "e." + e.lite,
                e.type,
                columns=e.columns,
                nullable=True,
                is_constant=False,
            )
            for e in source.scope
        ]
        scope.append(E("u.x", f"CASE u.o {cases} END", "BIGINT", columns=read, nullable=True, is_constant=False))
        scope.append(E("u.o", "u.o", "INT", columns=frozenset(), nullable=True, is_constant=False))
        join, on = self.rng.choice([("CROSS JOIN", ""), (",", ""), ("LEFT JOIN", " ON TRUE"), ("JOIN", " ON TRUE")])
        text = f"ev AS e {join} UNNEST(ARRAY[{parts}]) WITH ORDINALITY AS u (x, o){on}"
        return Source(text, f"ev AS e JOIN ({numbers}) AS u", scope, self.stream, always=source.always | read)

    def elements(self, name, is_wild):
        """Elements of a column; native code and the interpreter only."""
        found = [c for c in self.stream.columns if c.type.startswith(("ARRAY", "MAP"))]
        if not found:
            return self.projection(name, is_wild)
        column = self.rng.choice(found)
        names = "x, o" if column.type.startswith("ARRAY") else "y, x, o"
        join, on = self.rng.choice(
            [("CROSS JOIN", ""), ("LEFT JOIN", " ON TRUE"), ("LEFT JOIN", " ON u.x > 0 AND e.k1 > 2")]
        )
        types = {"c0": "STRING", "c1": "INT", "c2": "INT"}
        text = (
            f"SELECT e.k0 AS c0, u.x AS c1, u.o AS c2 FROM ev AS e {join} UNNEST(e.{column.name}) WITH ORDINALITY "
            f"AS u ({names}){on}"
        )
        return Statement(name, text, None, types)

    def gap_fill(self, name, is_wild):
        """Windows that a group left out; native code and the interpreter only."""
        window = Window(self.rng)
        while window.kind not in ("TUMBLE", "HOP") or window.size < 10000:
            window = Window(self.rng)
        key = self.rng.choice(["", ", k0", ", k1"])
        having = self.rng.choice(["", "", " HAVING COUNT(*) > 1"])
        self.views.append(
            f"CREATE VIEW gaps_{name} AS SELECT window_start, window_end{key}, COUNT(*) AS n, SUM(k1) AS s, "
            f"MIN(k0) AS m FROM {window.table('ev')} GROUP BY window_start, window_end{key}{having};"
        )
        text = (
            f"SELECT window_start AS c0, window_end AS c1, n AS c2, s AS c3, m AS c4{key + ' AS c5' if key else ''} "
            f"FROM GAP_FILL(TABLE gaps_{name}, {interval(window.step)})"
        )
        k1 = next(c.type for c in self.stream.columns if c.name == "k1")
        types = {"c0": "TIMESTAMP(3)", "c1": "TIMESTAMP(3)", "c2": "BIGINT", "c3": k1, "c4": "STRING"}
        if key:
            types["c5"] = "STRING" if key == ", k0" else k1
        return Statement(name, text, None, types, True)

    def pick_source(self, is_timed):
        source = self.rng.choice(self.sources)
        if not is_timed and self.rng.random() < 0.3:
            return self.joined(source) if self.rng.random() < 0.7 else self.unnested(source)
        return source if not is_timed or source.time else self.sources[0]

    def add_view(self, number):
        rng = self.rng
        source = self.joined(self.sources[0]) if rng.random() < 0.4 else rng.choice(self.sources)
        make = self.expressions(source.scope)
        time = next(e for e in source.scope if e.text in ("ts", "e.ts"))
        outputs = [(f"v{number}_{i}", make.any_one(2)) for i in range(rng.randint(2, 5))]
        outputs = [("ts", time)] + [(n, e) for n, e in outputs]
        where = make.varying(make.boolean, 2) if rng.random() < 0.6 else None
        name = f"view{number}"
        marks = self.marks() if "AS e " not in source.lite else ", ".join("e." + m for m in self.marks().split(", "))
        self.views.append(
            f"CREATE VIEW {name} AS SELECT {', '.join(f'{e.text} AS {n}' for n, e in outputs)} FROM {source.text}"
            + (f" WHERE {where.text}" if where else "")
            + ";"
        )
        self.view_lite.append(
            f'CREATE VIEW {name} AS SELECT {", ".join(f"{e.lite} AS {n}" for n, e in outputs)}, {marks} '
            f"FROM {source.lite}" + (f" WHERE {where.lite}" if where else "")
        )
        always = source.always | (where.columns if where else frozenset())
        scope = [
            E(n, f'"{n}"', e.type, columns=e.columns, nullable=e.nullable, is_constant=e.is_constant)
            for n, e in outputs
        ]
        self.sources.append(Source(name, name, scope, self.stream, time="ts", always=always, name=name))

    def window_over_both(self, name):
        """A window over UNION ALL of two streams, whose watermark is that of the slower one."""
        rng = self.rng
        text_of, size = rng.choice(WINDOWS)
        if name == "both0":
            parts = [f"SELECT ts, k0, CAST(k1 AS BIGINT) AS k1 FROM {table}" for table in ("ev", "evb")]
            self.views.append(f"CREATE VIEW both_streams AS {' UNION ALL '.join(parts)};")
        keys = rng.choice(["", ", k0", ", k1"])
        values = f"window_start AS c0, COUNT(*) AS c1, SUM(k1) AS c2, MIN(k0) AS c3, MAX(k0) AS c4{keys}"
        text = (
            f"SELECT {values} FROM TABLE(TUMBLE(TABLE both_streams, DESCRIPTOR(ts), {text_of})) "
            f"GROUP BY window_start, window_end{keys}"
        )
        types = {"c0": "TIMESTAMP(3)", "c1": "BIGINT", "c2": "BIGINT", "c3": "STRING", "c4": "STRING"}
        types.update({", k0": {"k0": "STRING"}, ", k1": {"k1": "BIGINT"}}.get(keys, {}))
        if self.stream.has_late or self.second.has_late or self.stream.clock:
            return Statement(name, text, None, types)
        bad = self.good_rows(["k0", "k1", "ms" if self.stream.time_from_millis else "ts"])
        inner = " UNION ALL ".join(
            f'SELECT wstart({size}, "ts") AS ws, k0, k1 FROM {table} WHERE "ts" IS NOT NULL AND {bad}'
            for table in ("ev", "evb")
        )
        values = values.replace("window_start", "ws").replace("SUM(", "sum64(")
        return Statement(name, text, f"SELECT {values} FROM ({inner}) GROUP BY ws{keys}", types)

    def emission(self, can_each_row=True):
        """A clause that changes nothing but when rows are told, and which ones in between."""
        if self.rng.random() < 0.75:
            return ""
        often = [f" EMIT EVERY INTERVAL '{n}' SECOND" for n in ("1", "7", "60", "3600")]
        return self.rng.choice(often + ([" EMIT ON UPDATE"] if can_each_row else []))

    # -- statements ------------------------------------------------------------------------------------------------

    def select(self, source, outputs, where):
        read = source.always.union(*(e.columns for e in outputs), where.columns if where else ())
        names = [f"c{i}" for i in range(len(outputs))]
        text = f"SELECT {', '.join(f'{e.text} AS {n}' for n, e in zip(names, outputs))} FROM {source.text}"
        text += f" WHERE {where.text}" if where else ""
        if any(e.lite is None for e in outputs) or (where and where.lite is None):
            return text, None
        listed = ", ".join(f"{e.lite} AS {n}" for n, e in zip(names, outputs))
        lite = f"SELECT {listed} FROM {source.lite} WHERE {self.good_rows(read)}"
        return text, lite + (f" AND {where.lite}" if where else "")

    def projection(self, name, is_wild):
        source = self.pick_source(False)
        make = self.expressions(source.scope, is_wild)
        outputs = [make.any_one(3) for _ in range(self.rng.randint(1, 5))]
        where = make.varying(make.boolean, 2) if self.rng.random() < 0.6 else None
        text, lite = self.select(source, outputs, where)
        return Statement(name, text, lite, {f"c{i}": e.type for i, e in enumerate(outputs)})

    def union(self, name, _):
        parts, types = [], None
        for _ in range(self.rng.randint(2, 3)):
            source = self.pick_source(False)
            make = self.expressions(source.scope)
            outputs = [make.string(2), make.double(2), make.boolean(2), make.date(1)]
            types = {f"c{i}": e.type for i, e in enumerate(outputs)}
            parts.append(
                self.select(source, outputs, make.varying(make.boolean, 2) if self.rng.random() < 0.6 else None)
            )
        lite = None if any(lite is None for _, lite in parts) else " UNION ALL ".join(lite for _, lite in parts)
        return Statement(name, " UNION ALL ".join(text for text, _ in parts), lite, types)

    def aggregate(self, make):
        """One aggregate over a row expression, with FILTER and DISTINCT now and then."""
        rng, pick = self.rng, self.rng.random()
        condition = make.varying(make.boolean, 1) if rng.random() < 0.25 else None
        distinct = "DISTINCT " if rng.random() < 0.15 else ""
        if pick < 0.2:
            e, text, lite, kind = None, "COUNT(*)", "COUNT(*)", "BIGINT"
        else:
            e = (
                make.varying(make.any_one, 2)
                if pick < 0.45 or rng.random() < 0.1
                else make.varying(rng.choice([make.integer, make.double, make.decimal, make.integer]), 2)
            )
            text, lite, kind = self.aggregate_over(e, distinct, pick < 0.35)
        if text is None:
            e, text, lite, kind = None, "COUNT(*)", "COUNT(*)", "BIGINT"
        # What is never NULL is counted without being read.
        is_read = e is not None and (e.nullable or "COUNT(" not in text or distinct)
        parts = [p for p in (e if is_read else None, condition) if p is not None]
        if condition is not None:
            text += f" FILTER (WHERE {condition.text})"
            lite = None if lite is None else f"{lite} FILTER (WHERE {condition.lite})"
        return E(text, lite, kind, parts, nullable=not kind == "BIGINT" or "COUNT" not in text, is_constant=False)

    def aggregate_over(self, e, distinct, is_count):
        kind, lite = e.type, e.lite
        if is_count:
            return f"COUNT({distinct}{e.text})", None if lite is None else f"COUNT({distinct}{lite})", "BIGINT"
        if self.rng.random() < 0.2:
            return self.state_over(e)
        name = self.rng.choice(["MIN", "MAX", "SUM", "AVG"])
        if name in ("MIN", "MAX"):
            if re.match(r"ARRAY|MAP|ROW", kind):
                return None, None, None
            called = {"MIN": "mindec", "MAX": "maxdec"}[name] if kind.startswith("DECIMAL") else name
            return f"{name}({e.text})", f"{called}({lite})", kind
        if is_integer(kind):
            called = "avgint" if name == "AVG" else f"sum{events.INTEGER_BITS[kind]}"
            return f"{name}({distinct}{e.text})", f"{called}({distinct}{lite})", kind
        if kind in ("DOUBLE", "FLOAT"):
            return f"{name}({distinct}{e.text})", f"{name.lower()}double({distinct}{lite})", kind
        if kind.startswith("DECIMAL("):
            precision, scale = events.decimal_parts(kind)
            out = scale if name == "SUM" else max(6, scale)
            if out > 19 or precision - scale > 32:
                return None, None, None
            return (f"{name}({distinct}{e.text})", f"{name.lower()}dec{out}({distinct}{lite})", f"DECIMAL(38,{out})")
        return None, None, None

    def state_over(self, e):
        """An aggregate that SQLite has not: the compiler and the interpreter alone judge it."""
        kind = e.type
        if re.match(r"ARRAY|MAP|ROW", kind):
            return None, None, None
        choices = [("FIRST_VALUE({})", kind), ("LAST_VALUE({})", kind), ("ARG_MAX({0}, {0})", kind)]
        choices += [("APPROX_COUNT_DISTINCT({})", "BIGINT"), ("LISTAGG({}, '/')", "STRING")]
        if is_integer(kind) or kind in ("STRING", "BOOLEAN", "DATE"):
            choices += [(f"JSON_ARRAYAGG({{}}{on})", "STRING") for on in ("", " NULL ON NULL")]
            choices += [("JSON_OBJECTAGG(KEY 'k' VALUE {} ABSENT ON NULL)", "STRING")]
        if is_integer(kind):
            choices += [(f"BIT_{name}({{}})", kind) for name in ("AND", "OR", "XOR")]
            choices += [("u_spread({})", "STRING"), ("u_spread(DISTINCT {})", "STRING"), ("u_mean({})", "DOUBLE")]
            choices += [
                ("u_weighted({0}, 3)", "DECIMAL(30, 6)"),
                ("u_weighted({0}, w => ABS({0} % 7) + 1)", "DECIMAL(30, 6)"),
            ]
            choices += [("u_weighted({})", "DECIMAL(30, 6)"), ("u_fails({})", "BIGINT")]
        if is_integer(kind) or kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL("):
            choices += [(f"{name}({{}})", "DOUBLE") for name in ("STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP")]
            choices += [("APPROX_PERCENTILE({}, 0.5)", "DOUBLE"), ("PERCENTILE({}, 0.75)", "DOUBLE")]
            choices += [("EWMA({}, 0.3)", "DOUBLE"), ("DECAYED_SUM({}, INTERVAL '10' SECOND)", "DOUBLE")]
        text, kind = self.rng.choice(choices)
        return text.format(e.text), None, kind

    def nested(self, name, is_wild):
        """A window over the time of windows, or the same window grouped again; two engines judge."""
        rng = self.rng
        inner, outer = Window(rng), Window(rng)
        inner.partition = ["k0"]
        below = (
            f"SELECT window_start AS ws, window_end AS we, window_time AS wt, k0, COUNT(*) AS n, SUM(k1) AS s "
            f"FROM {inner.table('ev')} GROUP BY window_start, window_end, window_time, k0"
        )
        if rng.random() < 0.4:
            text = f"SELECT ws AS c0, we AS c1, COUNT(*) AS c2, SUM(n) AS c3 FROM ({below}) AS b GROUP BY ws, we"
            return Statement(name, text, None, dict(c0="TIMESTAMP(3)", c1="TIMESTAMP(3)", c2="BIGINT", c3="BIGINT"))
        if rng.random() < 0.4:
            over = f"PARTITION BY ws, we ORDER BY {rng.choice(['n DESC', 's', 's DESC, n', 'n, k0'])}"
            rank = f"{rng.choice(['ROW_NUMBER', 'RANK', 'DENSE_RANK'])}() OVER ({over})"
            text = f"SELECT ws AS c0, k0 AS c1, n AS c2, {rank} AS c3 FROM ({below}) AS b QUALIFY {rank} <= 3"
            return Statement(name, text, None, dict(c0="TIMESTAMP(3)", c1="STRING", c2="BIGINT", c3="BIGINT"))
        key = outer.partition = rng.choice([[], ["k0"]])
        text = (
            f"SELECT window_start AS c0, COUNT(*) AS c1, SUM(n) AS c2, MAX(s) AS c3 "
            f"FROM {outer.table(f'({below})', 'wt')} GROUP BY {', '.join(['window_start', 'window_end', *key])}"
        )
        return Statement(name, text, None, dict(c0="TIMESTAMP(3)", c1="BIGINT", c2="BIGINT", c3="BIGINT"))

    def corrected(self, name, is_wild):
        """Windows, groups and rankings over windows that late rows correct; two engines judge."""
        rng = self.rng
        inner, outer = Window(rng), Window(rng)
        while outer.kind == "SESSION":
            outer = Window(rng)
        inner.partition, kept = ["k0"], rng.choice([1, 1000, 9999, 60000, 3600000])
        below = (
            f"SELECT window_start AS ws, window_end AS we, window_time AS wt, k0, COUNT(*) AS n, SUM(k1) AS s "
            f"FROM {inner.table('ev')} GROUP BY window_start, window_end, window_time, k0"
        )
        header = f" LATE ROWS INTO {name}_late WITHIN {interval(kept)} THEN CORRECT"
        calls = ["SUM(n)", "MAX(s)", "MIN(k0)", "AVG(n)", "COUNT(DISTINCT s)", "APPROX_PERCENTILE(s, 0.5)", "SUM(s)"]
        calls += ["STDDEV_POP(s)", "COUNT(s) FILTER (WHERE n > 1)", "ARG_MAX(k0, s)", "LISTAGG(k0, '/')"]
        some = ", ".join(f"{c} AS c{i + 2}" for i, c in enumerate(rng.sample(calls, rng.randint(1, 4))))
        where = rng.choice(["", "", " WHERE n > 1", " WHERE s IS NOT NULL"])
        shape = rng.choice(["window", "window", "window", "same", "group", "top"])
        if shape == "same":
            text = f"SELECT ws AS c0, COUNT(*) AS c1, {some} FROM ({below}) AS b{where} GROUP BY ws, we"
        elif shape == "group":
            text = f"SELECT k0 AS c0, COUNT(*) AS c1, {some} FROM ({below}) AS b{where} GROUP BY k0"
        elif shape == "top":
            over = f"PARTITION BY k0 ORDER BY {rng.choice(['n DESC', 's', 's DESC, n', 'ws DESC'])}"
            text = f"SELECT ws AS c0, k0 AS c1, n AS c2 FROM ({below}) AS b QUALIFY ROW_NUMBER() OVER ({over}) <= 2"
        else:
            key = outer.partition = rng.choice([[], ["k0"]])
            having = rng.choice(["", "", " HAVING COUNT(*) > 1"])
            text = (
                f"SELECT window_start AS c0, COUNT(*) AS c1, {some} FROM {outer.table(f'({below})', 'wt')}{where} "
                f"GROUP BY {', '.join(['window_start', 'window_end', *key])}{having}"
            )
        return Statement(name, text, None, {}, shape in ("group", "top"), header=header)

    # -- groups for all time -----------------------------------------------------------------------------------------

    def group_parts(self, source, make, is_wild):
        """Keys that SQLite keeps as we do, aggregates, and what a row has to be."""
        rng = self.rng
        unfit = r"ARRAY|MAP|ROW" if is_wild else r"DOUBLE|FLOAT"
        columns = [e for e in make.scope if not re.match(unfit, e.type)]
        keys = rng.sample(columns, min(len(columns), rng.choice([0, 1, 1, 2])))
        aggregates = [self.aggregate(make) for _ in range(rng.randint(1, 3))]
        where = make.varying(make.boolean, 2) if rng.random() < 0.4 else None
        return keys, aggregates, where

    def group(self, name, is_wild):
        rng, source = self.rng, self.pick_source(False)
        make = self.expressions(source.scope, is_wild)
        keys, aggregates, where = self.group_parts(source, make, is_wild)
        outputs, having = keys + aggregates, None
        scope = [a for a in aggregates if a.lite is not None]
        if scope and not is_wild and rng.random() < 0.4:
            having = self.expressions(scope).varying(self.expressions(scope).boolean, 1)
        text, lite = self.select(source, outputs, where)
        if keys:
            text += f" GROUP BY {', '.join(k.text for k in keys)}"
            lite = (
                None
                if lite is None or any(k.lite is None for k in keys)
                else (lite + f" GROUP BY {', '.join(k.lite for k in keys)}")
            )
        elif lite is not None and having is None:
            lite += " HAVING COUNT(*) > 0"  # without rows there is no group
        if having is not None:
            text += f" HAVING {having.text}"
            more = "" if keys else "COUNT(*) > 0 AND "
            lite = None if lite is None or having.lite is None else f"{lite} HAVING {more}({having.lite})"
        types = {f"c{i}": e.type for i, e in enumerate(outputs)}
        if rng.random() < 0.3:  # longer than any program: who is forgotten follows the order of rows
            text = text.replace("SELECT ", f"SELECT /*+ STATE_TTL('{source.name or 'e'}' = '36500 d') */ ", 1)
        return Statement(name, text, lite, types, True, header=self.emission())

    def group_of_groups(self, name, is_wild):
        """Rows of the inner group are taken back; SQLite is asked where it knows the keys."""
        rng = self.rng
        key = rng.choice(["k0", "k1"])
        read = self.good_rows({"k0", key})
        inner = f"SELECT {key} AS k, COUNT(*) AS n, MAX(k0) AS m FROM ev{{}} GROUP BY {key}"
        where = rng.choice(["", " WHERE n > 1", " WHERE n < 3", " WHERE m > 'b' OR n > 2"])
        calls = [("COUNT(*)", "BIGINT"), ("SUM(n)", "BIGINT"), ("MIN(n)", "BIGINT"), ("MAX(n)", "BIGINT")]
        calls += [("COUNT(DISTINCT n)", "BIGINT"), ("AVG(n)", "BIGINT"), ("COUNT(m)", "BIGINT")]
        chosen = [("MAX(m)", "STRING"), *rng.sample(calls, rng.randint(1, 4))]
        values = ", ".join(f"{call} AS c{i}" for i, (call, _) in enumerate(chosen))
        by = rng.choice(["", "", " GROUP BY n"])
        text = f"SELECT {values} FROM ({inner.format('')}) AS b{where}{by}"
        lite = values.replace("AVG(n)", "avgint(n)")
        below = inner.format(f" WHERE {read}")
        lite = f"SELECT {lite} FROM ({below}) AS b{where}" + (by or " HAVING COUNT(*) > 0")
        types = {f"c{i}": kind for i, (_, kind) in enumerate(chosen)}
        return Statement(name, text, lite, types, True, header=self.emission())

    def top(self, name, is_wild):
        """The first rows of partitions, over rows that come and over groups, which come and go."""
        rng = self.rng
        rank, limit = rng.choice(["ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK"]), rng.randint(1, 4)
        if rng.random() < 0.5:
            order, by = rng.choice(["k1", "k1 DESC"]), rng.choice(["PARTITION BY k0 ", ""])
            below, read, columns, types = "SELECT k0, k1 FROM ev{}", {"k0", "k1"}, "k0, k1", ["STRING", "BIGINT"]
            if rank == "ROW_NUMBER" and not by:
                order = f"{order}, k0"  # which of equal rows comes first is ours to say
        else:
            order, by = rng.choice(["n DESC, k1", "n, k1 DESC", "k1"]), rng.choice(["PARTITION BY n ", ""])
            below = "SELECT k1, COUNT(*) AS n, MAX(k0) AS m FROM ev{} GROUP BY k1"
            read, columns, types = {"k0", "k1"}, "k1, n", ["BIGINT", "BIGINT"]
        names = columns.split(", ")
        listed = f"{names[0]} AS c0, {names[1]} AS c1" + rng.choice(["", ", r AS c2"])
        over = f"SELECT {columns}, {rank}() OVER ({by}ORDER BY {order}) AS r FROM ({{}}) AS b"
        query = f"SELECT {listed} FROM ({over}) AS t WHERE r {rng.choice(['<=', '<=', '='])} {limit}"
        kinds = {f"c{i}": kind for i, kind in enumerate(types + ["BIGINT"] * listed.count("c2"))}
        text = query.format(below.format(""))
        lite = query.format(below.format(f" WHERE {self.good_rows(read)}"))
        return Statement(name, text, lite, kinds, True)

    def group_of_both(self, name, is_wild):
        """Rows of windows between rows that wait for none: in which order, no batch may decide."""
        window = Window(self.rng)
        window.partition = []
        closed = f"SELECT COUNT(*) AS k FROM {window.table('ev')} GROUP BY window_start, window_end"
        both = f"SELECT CAST(k1 AS BIGINT) AS k FROM ev UNION ALL {closed}"
        text = self.rng.choice(
            [
                f"SELECT k AS c0, COUNT(*) AS c1 FROM ({both}) AS b GROUP BY k",
                f"SELECT SUM(k) AS c0, COUNT(*) AS c1 FROM ({both}) AS b",
                f"SELECT k AS c0, k AS c1 FROM ({both}) AS b",
            ]
        )
        return Statement(name, text, None, {"c0": "BIGINT", "c1": "BIGINT"}, True)

    def distinct(self, name, is_wild):
        rng, source = self.rng, self.pick_source(False)
        make = self.expressions(source.scope)
        outputs = [make.varying(rng.choice([make.integer, make.string, make.boolean]), 2) for _ in range(2)]
        text, lite = self.select(source, outputs, make.varying(make.boolean, 2) if rng.random() < 0.4 else None)
        types = {f"c{i}": e.type for i, e in enumerate(outputs)}
        return Statement(
            name,
            text.replace("SELECT ", "SELECT DISTINCT ", 1),
            None if lite is None else lite.replace("SELECT ", "SELECT DISTINCT ", 1),
            types,
            True,
        )

    def grouping(self, window, keys):
        """What stands behind GROUP BY, and whether it is one grouping."""
        names = [k.text for k in keys]
        if not names or window.kind == "SESSION" or self.rng.random() < 0.8:
            return ", ".join(["window_start", "window_end"] + names), True
        listed = ", ".join(names)
        sets = [f"ROLLUP ({listed})", f"CUBE ({listed})", f"GROUPING SETS (({listed}), {names[0]}, ())"]
        return f"window_start, window_end, {self.rng.choice(sets)}", False

    def window(self, name, is_wild):
        rng, source = self.rng, self.pick_source(True)
        make = self.expressions(source.scope, is_wild)
        window = Window(rng)
        # Of 0.0 and -0.0 SQLite keeps another one as the key than we do.
        unfit = r"ARRAY|MAP|ROW" if is_wild else r"DOUBLE|FLOAT"
        columns = [e for e in make.scope if not re.match(unfit, e.type)]
        keys = rng.sample(columns, min(len(columns), rng.choice([0, 1, 1, 1, 2, 3])))
        if rng.random() < 0.2:
            key = make.varying(rng.choice([make.integer, make.string, make.boolean]), 1)
            keys = [key] if key.text not in [k.text for k in keys] else keys
        if window.kind == "SESSION":
            window.partition = [k.text for k in keys]
            if rng.random() < 0.5:
                window.cut(rng, lambda: make.varying(make.boolean, 1).text)
        aggregates = [self.aggregate(make) for _ in range(rng.randint(1, 4))]
        start = E("window_start", "ws", "TIMESTAMP(3)", columns=frozenset(), nullable=False, is_constant=False)
        end = E("window_end", "we", "TIMESTAMP(3)", columns=frozenset(), nullable=False, is_constant=False)
        outputs = [start] + ([end] if rng.random() < 0.5 else []) + keys + aggregates
        having = None
        if rng.random() < 0.4:
            over = self.expressions([a for a in aggregates if a.lite is not None]) if not is_wild else None
            if over is not None and over.scope:
                outputs.append(over.integer(1))
                having = over.varying(over.boolean, 1)
        where = make.varying(make.boolean, 2) if rng.random() < 0.5 and window.kind != "SESSION" else None
        return self.window_statement(name, source, window, keys, outputs, where, having)

    def window_statement(self, name, source, window, keys, outputs, where, having):
        names = [f"c{i}" for i in range(len(outputs))]
        parts = list(outputs) + [p for p in (where, having) if p is not None]
        time = next(e for e in source.scope if e.text == "ts")
        read = source.always.union(time.columns, *(p.columns for p in parts))
        grouping, is_plain = self.grouping(window, keys)
        text = (
            f"SELECT {', '.join(f'{e.text} AS {n}' for n, e in zip(names, outputs))} "
            f"FROM {window.table(source.name)}"
            + (f" WHERE {where.text}" if where else "")
            + f" GROUP BY {grouping}"
            + (f" HAVING {having.text}" if having else "")
        )
        lite, header, kept, late = None, "", 0, None
        if is_plain and self.rng.random() < 0.3:
            kept = self.rng.choice([0, 1, 1000, 9999, 60000, 3600000])
            header = f" LATE ROWS INTO {name}_late" + (f" WITHIN {interval(kept)} THEN CORRECT" if kept else "")
            late = header
        if not header and is_plain and window.kind != "SESSION" and self.rng.random() < 0.25:
            header = self.bounds(keys, names, outputs)
        if (
            (not header or header == late)
            and is_plain
            and window.kind != "SESSION"
            and not window.zone
            and all(p.lite is not None for p in parts)
        ):
            good = f'"ts" IS NOT NULL AND {self.good_rows(read)}'
            inner = window.lite(source.lite, good)
            conditions = [f'we - 1 + {kept} > "!wm"'] + ([where.lite] if where else [])
            group = ", ".join(["ws", "we"] + [k.lite for k in keys])
            lite = (
                f"SELECT {', '.join(f'{e.lite} AS {n}' for n, e in zip(names, outputs))} FROM ({inner}) "
                f"WHERE {' AND '.join(conditions)} GROUP BY {group}" + (f" HAVING {having.lite}" if having else "")
            )
        is_early = (
            window.kind == "TUMBLE" or not kept
        )  # results of overlapping windows are not told early and corrected
        if window.kind != "SESSION" and is_plain and is_early:
            header += self.emission(window.kind == "TUMBLE")
        made = Statement(name, text, lite, {n: e.type for n, e in zip(names, outputs)}, header=header)
        if late and header.startswith(late) and self.rng.random() < 0.7:
            columns = "late_reason AS r, late_window_start AS s, late_window_end AS e, late_position AS p, k0 AS k"
            made.tail = f" CREATE METRIC {name}_gone AS SELECT {columns} FROM {name}_late;"
        return made

    def bounds(self, keys, names, outputs):
        """DIMENSIONS with so many values of some keys; the compiler and the interpreter alone judge it."""
        rng = self.rng
        measures = [n for n, e in zip(names, outputs) if e.text.upper().split("(")[0] in ("COUNT", "SUM", "MIN", "MAX")]
        parts = []
        for name, e in zip(names, outputs):
            if all(e is not k for k in keys) or re.match(r"ARRAY|MAP|ROW|BOOLEAN", e.type) or rng.random() < 0.3:
                continue
            bound = f"CARDINALITY {rng.randint(1, 5)}"
            if measures and rng.random() < 0.6:
                bound = f"KEEP TOP {rng.randint(1, 4)} BY {rng.choice(measures)}"
            other = rng.choice(["", " OTHER 'other'", " OTHER 'b'"]) if e.type == "STRING" else ""
            parts.append(f"{name} {bound}{other}")
        return f" DIMENSIONS ({', '.join(parts)})" if parts else ""
