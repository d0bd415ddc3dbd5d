"""expressions.py -- random expressions, as text of the dialect and, where the meaning is listed, as SQLite text."""

from events import INTEGER_BITS, TEXTS, decimal_parts, time_text

DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19}
COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]


class E:
    """An expression.  lite: SQLite text, or None.  columns: physical columns it reads.  is_constant: reads no row."""

    __slots__ = ("text", "lite", "type", "columns", "nullable", "is_constant")

    def __init__(self, text, lite, sql_type, parts=(), columns=None, nullable=None, is_constant=None):
        self.text, self.type = text, sql_type
        self.lite = None if any(p.lite is None for p in parts) else lite
        self.columns = frozenset().union(*(p.columns for p in parts)) if columns is None else columns
        self.nullable = any(p.nullable for p in parts) if nullable is None else nullable
        self.is_constant = all(p.is_constant for p in parts) if is_constant is None else is_constant


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def is_integer(sql_type):
    return sql_type in INTEGER_BITS


class Expressions:
    """Makes expressions over the columns of a scope (a list of E)."""

    def __init__(self, rng, scope):
        self.rng, self.scope = rng, scope

    def of(self, wanted):
        return [e for e in self.scope if wanted(e.type)]

    def column(self, wanted):
        """A column, or None."""
        found = self.of(wanted)
        return self.rng.choice(found) if found else None

    def varying(self, make, *arguments):
        """Of make, one that reads a row; the reference does not know what folding constants does to bad columns."""
        for _ in range(20):
            made = make(*arguments)
            if not made.is_constant:
                return made
        return self.rng.choice(self.scope) if make == self.any_one else self.condition_of_column()

    def condition_of_column(self):
        column = self.rng.choice(self.scope)
        if column.nullable:
            return E(
                f"({column.text} IS NOT NULL)", f"({column.lite} IS NOT NULL)", "BOOLEAN", [column], nullable=False
            )
        return E(f"({column.text} = {column.text})", f"({column.lite} = {column.lite})", "BOOLEAN", [column])

    # -- by type ---------------------------------------------------------------------------------------------------

    def any_one(self, depth=2):
        makers = [
            self.integer,
            self.integer,
            self.boolean,
            self.string,
            self.string,
            self.double,
            self.decimal,
            self.time,
            self.date,
        ]
        return self.rng.choice(makers)(depth)

    def integer(self, depth):
        column = self.column(is_integer)
        if depth <= 0 or column is None or self.rng.random() < 0.25:
            if column is not None and self.rng.random() < 0.75:
                return column
            value = self.rng.choice([0, 1, 2, 3, 5, 7, 10, 60, 1000, 2147483647, 4294967296])
            return E(str(value), str(value), "INT" if value < 2**31 else "BIGINT", nullable=False)
        return self.rng.choice(
            [
                self.add_integers,
                self.add_integers,
                self.divide,
                self.one_integer,
                self.case_integer,
                self.integer_of_text,
                self.integer_of_time,
                self.cast_integer,
            ]
        )(depth - 1)

    def wider(self, a, b):
        return a.type if INTEGER_BITS[a.type] >= INTEGER_BITS[b.type] else b.type

    def add_integers(self, depth):
        a, b = self.integer(depth), self.integer(depth)
        sign, name = self.rng.choice([("+", "iadd"), ("-", "isub"), ("*", "imul")])
        kind = self.wider(a, b)
        return E(f"({a.text} {sign} {b.text})", f"{name}({INTEGER_BITS[kind]}, {a.lite}, {b.lite})", kind, [a, b])

    def divide(self, depth):
        a, by = self.integer(depth), self.rng.choice([2, 3, 7, 10, -1, -4])
        if self.rng.random() < 0.5:
            kind = a.type if INTEGER_BITS[a.type] > 32 else "INT"
            return E(f"({a.text} / ({by}))", f"idiv({INTEGER_BITS[kind]}, {a.lite}, {by})", kind, [a])
        return E(f"CAST(MOD({a.text}, {by}) AS BIGINT)", f"imod({a.lite}, {by})", "BIGINT", [a])

    def one_integer(self, depth):
        a = self.integer(depth)
        bits = INTEGER_BITS[a.type]
        return self.rng.choice(
            [
                E(f"(- {a.text})", f"isub({bits}, 0, {a.lite})", a.type, [a]),
                E(f"ABS({a.text})", f"iabs({bits}, {a.lite})", a.type, [a]),
                E(f"SIGN({a.text})", f"isign({a.lite})", a.type, [a]),
            ]
        )

    def case_of(self, make, depth):
        """CASE, COALESCE or NULLIF of two values that make gives; the caller settles the type."""
        condition, a, b = self.varying(self.boolean, depth), make(depth), make(depth)
        pick = self.rng.random()
        if pick < 0.4:
            return (
                a,
                b,
                E(
                    f"CASE WHEN {condition.text} THEN {a.text} ELSE {b.text} END",
                    f"CASE WHEN {condition.lite} THEN {a.lite} ELSE {b.lite} END",
                    "",
                    [condition, a, b],
                ),
            )
        if pick < 0.6 or not a.nullable or a.is_constant:
            return (
                a,
                a,
                E(
                    f"CASE WHEN {condition.text} THEN {a.text} END",
                    f"CASE WHEN {condition.lite} THEN {a.lite} END",
                    "",
                    [condition, a],
                    nullable=True,
                ),
            )
        return (
            a,
            b,
            E(f"COALESCE({a.text}, {b.text})", f"COALESCE({a.lite}, {b.lite})", "", [a, b], nullable=b.nullable),
        )

    def case_integer(self, depth):
        a, b, made = self.case_of(self.integer, depth)
        made.type = self.wider(a, b)
        return made

    def integer_of_text(self, depth):
        s = self.string(depth)
        if self.rng.random() < 0.6:
            return E(f"CHAR_LENGTH({s.text})", f"tlen({s.lite})", "INT", [s])
        find = quoted(self.rng.choice(["a", "b", "", "é", "10"]))
        return E(f"POSITION({find} IN {s.text})", f"tpos({find}, {s.lite})", "INT", [s])

    def integer_of_time(self, depth):
        t = self.time(depth)
        if self.rng.random() < 0.6:
            unit = self.rng.choice(
                ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "DOY", "QUARTER", "ISODOW", "WEEK"]
            )
            return E(f"EXTRACT({unit} FROM {t.text})", f"wextract('{unit}', {t.lite})", "BIGINT", [t])
        other, unit = self.time(0), self.rng.choice(["SECOND", "MINUTE", "HOUR", "DAY"])
        if other.type != t.type:
            return self.integer(0)
        return E(
            f"TIMESTAMPDIFF({unit}, {other.text}, {t.text})",
            f"wdiff('{unit}', {other.lite}, {t.lite})",
            "INT",
            [other, t],
        )

    def cast_integer(self, depth):
        kind = self.rng.choice(["TINYINT", "SMALLINT", "INT", "BIGINT", "BIGINT"])
        if self.rng.random() < 0.2:
            b = self.boolean(depth)
            return E(f"CAST({b.text} AS {kind})", f"({b.lite})", kind, [b])
        a = self.integer(depth)
        return E(f"CAST({a.text} AS {kind})", f"iwrap({INTEGER_BITS[kind]}, {a.lite})", kind, [a])

    def boolean(self, depth):
        column = self.column(lambda t: t == "BOOLEAN")
        if depth <= 0 and column is not None and self.rng.random() < 0.4:
            return column
        if depth <= 0:
            return self.condition_of_column() if self.rng.random() < 0.3 else self.compare(0)
        return self.rng.choice(
            [
                self.compare,
                self.compare,
                self.logic,
                self.logic,
                self.is_null,
                self.between,
                self.like,
                self.truth,
                self.distinct,
            ]
        )(depth - 1)

    def compare(self, depth):
        sign = self.rng.choice(COMPARISONS)
        pick = self.rng.random()
        if pick < 0.15:
            a, b = self.decimal(depth), self.rng.choice([self.decimal, self.integer])(depth)
            return E(f"({a.text} {sign} {b.text})", f"(ccmp({a.lite}, {b.lite}) {sign} 0)", "BOOLEAN", [a, b])
        make = self.rng.choice([self.integer, self.integer, self.string, self.double, self.time, self.date])
        a, b = make(depth), make(depth)
        if make == self.time and a.type != b.type:
            b = a
        return E(f"({a.text} {sign} {b.text})", f"({a.lite} {sign} {b.lite})", "BOOLEAN", [a, b])

    def logic(self, depth):
        a, b, word = (
            self.varying(self.boolean, depth),
            self.varying(self.boolean, depth),
            self.rng.choice(["AND", "OR"]),
        )
        if self.rng.random() < 0.2:
            return E(f"(NOT {a.text})", f"(NOT {a.lite})", "BOOLEAN", [a])
        return E(f"({a.text} {word} {b.text})", f"({a.lite} {word} {b.lite})", "BOOLEAN", [a, b])

    def is_null(self, depth):
        a, word = self.any_one(depth), self.rng.choice(["IS NULL", "IS NOT NULL"])
        if not a.nullable:
            return self.compare(depth)
        return E(f"({a.text} {word})", f"({a.lite} {word})", "BOOLEAN", [a], nullable=False)

    def between(self, depth):
        a, word = self.integer(depth), self.rng.choice(["", "NOT "])
        if self.rng.random() < 0.5:
            low = self.rng.randint(-3, 3)
            high = low + self.rng.randint(-1, 6)
            return E(
                f"({a.text} {word}BETWEEN {low} AND {high})",
                f"({a.lite} {word}BETWEEN {low} AND {high})",
                "BOOLEAN",
                [a],
            )
        if self.rng.random() < 0.5:
            s = self.string(depth)
            words = ", ".join(quoted(t) for t in self.rng.sample(TEXTS, self.rng.choice([1, 3, 12])))
            return E(f"({s.text} {word}IN ({words}))", f"({s.lite} {word}IN ({words}))", "BOOLEAN", [s])
        numbers = ", ".join(str(self.rng.randint(-3, 9)) for _ in range(self.rng.choice([1, 2, 5, 20])))
        return E(f"({a.text} {word}IN ({numbers}))", f"({a.lite} {word}IN ({numbers}))", "BOOLEAN", [a])

    def like(self, depth):
        s = self.string(depth)
        if self.rng.random() < 0.3:
            name, lite = self.rng.choice([("STARTSWITH", "tstarts"), ("ENDSWITH", "tends")])
            part = quoted(self.rng.choice(["a", "", "é", "b"]))
            return E(f"{name}({s.text}, {part})", f"{lite}({s.lite}, {part})", "BOOLEAN", [s])
        pattern = quoted(
            "".join(self.rng.choice(["a", "b", "%", "%", "_", "é", "."]) for _ in range(self.rng.randint(0, 4)))
        )
        word = self.rng.choice(["", "NOT "])
        return E(f"({s.text} {word}LIKE {pattern})", f"({word}tlike({pattern}, {s.lite}))", "BOOLEAN", [s])

    def truth(self, depth):
        a, word = self.varying(self.boolean, depth), self.rng.choice(
            ["IS TRUE", "IS FALSE", "IS NOT TRUE", "IS NOT FALSE"]
        )
        if not a.nullable:
            return a
        return E(f"({a.text} {word})", f"({a.lite} {word})", "BOOLEAN", [a], nullable=False)

    def distinct(self, depth):
        make = self.rng.choice([self.integer, self.string, self.date])
        a, b, word = make(depth), make(depth), self.rng.choice(["", "NOT "])
        return E(
            f"({a.text} IS {word}DISTINCT FROM {b.text})",
            f"({a.lite} IS {'' if word else 'NOT '}{b.lite})",
            "BOOLEAN",
            [a, b],
            nullable=False,
        )

    def string(self, depth):
        column = self.column(lambda t: t == "STRING")
        if depth <= 0 or column is None or self.rng.random() < 0.25:
            if column is not None and self.rng.random() < 0.8:
                return column
            text = quoted(self.rng.choice(TEXTS))
            # A literal has a length of its own; what meets it must not be padded, so it is a STRING from the start.
            return E(f"CAST({text} AS STRING)", text, "STRING", nullable=False)
        return self.rng.choice(
            [self.one_text, self.one_text, self.cut_text, self.join_texts, self.case_string, self.text_of_value]
        )(depth - 1)

    def one_text(self, depth):
        s, rng = self.string(depth), self.rng
        n, by = rng.randint(-2, 6), quoted(rng.choice(["a", "xy", "", "é"]))
        return rng.choice(
            [
                E(f"UPPER({s.text})", f"tupper({s.lite})", "STRING", [s]),
                E(f"LOWER({s.text})", f"tlower({s.lite})", "STRING", [s]),
                E(f"TRIM({s.text})", f"ttrim({s.lite})", "STRING", [s]),
                E(f"REVERSE({s.text})", f"treverse({s.lite})", "STRING", [s]),
                E(f"MD5({s.text})", f"tmd5({s.lite})", "STRING", [s]),
                E(f"REPLACE({s.text}, 'a', {by})", f"treplace({s.lite}, 'a', {by})", "STRING", [s]),
                E(f"REPEAT({s.text}, {min(n, 3)})", f"trepeat({s.lite}, {min(n, 3)})", "STRING", [s]),
                E(f"LPAD({s.text}, {n}, {by})", f"tlpad({s.lite}, {n}, {by})", "STRING", [s], nullable=True),
                E(f"RPAD({s.text}, {n}, {by})", f"trpad({s.lite}, {n}, {by})", "STRING", [s], nullable=True),
            ]
        )

    def cut_text(self, depth):
        s, rng = self.string(depth), self.rng
        n, m = rng.randint(-3, 6), rng.randint(-1, 5)
        return rng.choice(
            [
                E(f"SUBSTRING({s.text}, {n}, {m})", f"tsub({s.lite}, {n}, {m})", "STRING", [s], nullable=True),
                E(f"SUBSTRING({s.text} FROM {n})", f"tsub({s.lite}, {n}, 1000000)", "STRING", [s]),
                E(f"LEFT({s.text}, {m})", f"tleft({s.lite}, {m})", "STRING", [s]),
                E(f"RIGHT({s.text}, {m})", f"tright({s.lite}, {m})", "STRING", [s]),
                E(f"SPLIT_INDEX({s.text}, ',', {m})", f"tsplit({s.lite}, ',', {m})", "STRING", [s], nullable=True),
            ]
        )

    def join_texts(self, depth):
        a, b = self.string(depth), self.string(depth)
        if self.rng.random() < 0.5:
            return E(f"CONCAT({a.text}, '-', {b.text})", f"({a.lite} || '-' || {b.lite})", "STRING", [a, b])
        return E(f"({a.text} || {b.text})", f"({a.lite} || {b.lite})", "STRING", [a, b])

    def case_string(self, depth):
        _, _, made = self.case_of(self.string, depth)
        made.type = "STRING"
        return made

    def text_of_value(self, depth):
        make, lite = self.rng.choice(
            [
                (self.integer, "tint({})"),
                (self.boolean, "tbool({})"),
                (self.decimal, "({})"),
                (self.date, "wdatetext({})"),
                (self.time, ""),
            ]
        )
        a = make(depth)
        if lite:
            return E(f"CAST({a.text} AS STRING)", lite.format(a.lite), "STRING", [a])
        if self.rng.random() < 0.5:
            return E(f"DATE_FORMAT({a.text}, 'yyyy/MM/dd HH:mm')", f"wformat({a.lite})", "STRING", [a])
        return E(f"CAST({a.text} AS STRING)", f"wtext({a.lite})", "STRING", [a])

    def double(self, depth):
        column = self.column(lambda t: t == "DOUBLE")
        if depth <= 0 or column is None or self.rng.random() < 0.25:
            if column is not None and self.rng.random() < 0.8:
                return column
            literal = self.rng.choice(["1.5E0", "0.1E0", "2E0", "-3.25E0", "1E-3"])
            return E(f"({literal})", f"({literal})", "DOUBLE", nullable=False)
        return self.rng.choice(
            [self.add_doubles, self.add_doubles, self.one_double, self.case_double, self.cast_double]
        )(depth - 1)

    def add_doubles(self, depth):
        a, b = self.double(depth), self.double(depth)
        sign, name = self.rng.choice([("+", "dadd"), ("-", "dsub"), ("*", "dmul")])
        return E(f"({a.text} {sign} {b.text})", f"{name}({a.lite}, {b.lite})", "DOUBLE", [a, b])

    def one_double(self, depth):
        a = self.double(depth)
        return self.rng.choice(
            [
                E(f"ABS({a.text})", f"dabs({a.lite})", "DOUBLE", [a]),
                E(f"(- {a.text})", f"dneg({a.lite})", "DOUBLE", [a]),
                E(f"FLOOR({a.text})", f"dfloor({a.lite})", "DOUBLE", [a]),
                E(f"CEIL({a.text})", f"dceil({a.lite})", "DOUBLE", [a]),
                E(f"SQRT(ABS({a.text}))", f"dsqrt(dabs({a.lite}))", "DOUBLE", [a]),
                E(f"({a.text} / 3E0)", f"ddiv({a.lite}, 3.0)", "DOUBLE", [a]),
            ]
        )

    def case_double(self, depth):
        _, _, made = self.case_of(self.double, depth)
        made.type = "DOUBLE"
        return made

    def cast_double(self, depth):
        a = self.rng.choice([self.integer, self.decimal])(depth)
        return E(f"CAST({a.text} AS DOUBLE)", f"dof({a.lite})", "DOUBLE", [a])

    def decimal(self, depth):
        column = self.column(lambda t: t.startswith("DECIMAL"))
        if depth <= 0 or column is None or self.rng.random() < 0.3:
            if column is not None and self.rng.random() < 0.8:
                return column
            text = self.rng.choice(["1.25", "0.5", "10.00", "3.141"])
            whole = text.split(".")[0]
            scale = len(text.split(".")[1])
            return E(text, quoted(text), f"DECIMAL({len(whole) + scale},{scale})", nullable=False)
        return self.rng.choice([self.add_decimals, self.add_decimals, self.one_decimal, self.cast_decimal])(depth - 1)

    def add_decimals(self, depth):
        a, b = self.decimal(depth), self.rng.choice([self.decimal, self.decimal, self.integer])(depth)
        (p1, s1), (p2, s2) = decimal_parts(a.type), (DIGITS[b.type], 0) if is_integer(b.type) else decimal_parts(b.type)
        sign, name = self.rng.choice([("+", "cadd"), ("-", "csub"), ("*", "cmul")])
        p, s = (p1 + p2 + 1, s1 + s2) if sign == "*" else (max(s1, s2) + max(p1 - s1, p2 - s2) + 1, max(s1, s2))
        if p > 38 or (b.is_constant and is_integer(b.type)):
            return a
        return E(f"({a.text} {sign} {b.text})", f"{name}({p}, {s}, {a.lite}, {b.lite})", f"DECIMAL({p},{s})", [a, b])

    def one_decimal(self, depth):
        a = self.decimal(depth)
        return self.rng.choice(
            [E(f"ABS({a.text})", f"cabs({a.lite})", a.type, [a]), E(f"(- {a.text})", f"cneg({a.lite})", a.type, [a])]
        )

    def cast_decimal(self, depth):
        a = self.rng.choice([self.decimal, self.integer])(depth)
        p, s = self.rng.choice([(5, 2), (12, 1), (20, 6), (38, 10), (9, 0)])
        return E(
            f"CAST({a.text} AS DECIMAL({p}, {s}))", f"cfit({p}, {s}, {a.lite})", f"DECIMAL({p},{s})", [a], nullable=True
        )

    def time(self, depth):
        column = self.column(lambda t: t.startswith("TIMESTAMP"))
        if column is None or (depth <= 0 and self.rng.random() < 0.1):
            millis = self.rng.choice([0, 1704067200000, 1709210096789])
            return E(f"TIMESTAMP '{time_text(millis)}'", str(millis), "TIMESTAMP(3)", nullable=False)
        if depth <= 0 or self.rng.random() < 0.4:
            return column
        t, pick = self.time(depth - 1), self.rng.random()
        if pick < 0.5:
            unit = self.rng.choice(["SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"])
            return E(f"FLOOR({t.text} TO {unit})", f"wfloor('{unit}', {t.lite})", t.type, [t])
        n, (unit, size) = self.rng.randint(1, 40), self.rng.choice(
            [("SECOND", 1000), ("MINUTE", 60000), ("DAY", 86400000)]
        )
        sign = self.rng.choice("+-")
        return E(f"({t.text} {sign} INTERVAL '{n}' {unit})", f"wadd({t.lite}, {sign}{n * size})", t.type, [t])

    def date(self, depth):
        column = self.column(lambda t: t == "DATE")
        if column is not None and (depth <= 0 or self.rng.random() < 0.5):
            return column
        if depth <= 0:
            return E("DATE '2024-02-29'", "19782", "DATE", nullable=False)
        t = self.time(depth - 1)
        return E(f"CAST({t.text} AS DATE)", f"wdate({t.lite})", "DATE", [t])
