"""wild.py -- expressions over every function that `sqc help functions` lists.

Only native code and the interpreter judge them: values that SQLite lacks, texts that are no times, divisions by zero.
What does not compile is left out of the program by its line.
"""

import re

from events import TEXTS
from expressions import E, Expressions, quoted

CLOCKS = {
    "NOW",
    "PROCTIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_ROW_TIMESTAMP",
    "LOCALTIMESTAMP",
    "LOCALTIME",
    "CURRENT_TIME",
    "CURRENT_DATE",
    "UNIX_TIMESTAMP",
    "CURRENT_WATERMARK",
}
SYNTAX = {"EXTRACT", "TIMESTAMPADD", "TIMESTAMPDIFF"}
PATTERNS = ["a", "[a-z]+", "(\\w)(\\d*)", "^.b", "x|y", "", "(a)?b", "\\s", "[^,]+$"]
FORMATS = ["yyyy-MM-dd", "HH:mm:ss.SSS", "dd/MMM/yyyy", "yyyyMMdd", "EEE, d MMM yy", "hh a"]
PATHS = ["$", "$.a", "lax $.a.b", "$.a.b[1]", "strict $.x", "$.*"]
PRINTF_FORMATS = [
    "%d|%s|%f|%s",
    "%5d %-9s %.2f %S",
    "%x %.3s %e %b",
    "%,d %s %g",
    "%1$o %3$+.1f",
    "%d %d",
    "%(d %<d %%%n",
]
UNITS = ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
CAST_TYPES = [
    "TINYINT",
    "SMALLINT",
    "INT",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL(10, 2)",
    "DECIMAL(38, 18)",
    "STRING",
    "BOOLEAN",
    "DATE",
    "TIME",
    "TIMESTAMP(3)",
    "TIMESTAMP_LTZ(3)",
    "BYTES",
    "CHAR(3)",
    "VARCHAR(4)",
    "TIMESTAMP(6)",
    "TIMESTAMP(0)",
]


def read_signatures(text):
    """Lines `NAME(TYPE, ..) (TYPE, ..) -> TYPE, ..` as (name, argument words, result word), one for each overload."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Z_0-9]+)\((.*)\) -> (.+)", line)
        if not match or match.group(1) in CLOCKS | SYNTAX:
            continue
        name, inside, results = match.group(1), match.group(2).split(") ("), match.group(3).split(", ")
        for at, arguments in enumerate(inside):
            # Results that several overloads share stand there once: then nobody knows which is whose.
            result = results[at] if len(results) == len(inside) else results[0]
            result = result if re.fullmatch(r"\w+", result) else "ANY"
            count = re.fullmatch(r"(\d+)( or more| to \d+)? arguments?", arguments)
            words = ["ANY"] * int(count.group(1)) if count else [w for w in arguments.split(", ") if w]
            found.append((name, words + ["ANY"] * 2 if count and count.group(2) else words, result))
    return found


def family(sql_type):
    """The word that `help functions` has for a type."""
    word = re.match(r"\w+", sql_type).group(0)
    if word in ("CHAR", "VARCHAR"):
        return "STRING"
    if re.fullmatch(r"TIMESTAMP(_LTZ)?\([6-9]\)", sql_type):
        return word + "9"
    return word


class WildExpressions(Expressions):
    def __init__(self, rng, scope, signatures):
        super().__init__(rng, scope)
        self.signatures = signatures

    def made(self, text, sql_type, parts):
        return E(text, None, sql_type, parts, nullable=True)

    def any_one(self, depth=2):
        if self.rng.random() < 0.2:
            return super().any_one(depth)
        return self.call(depth)

    def call(self, depth):
        if self.rng.random() < 0.25:
            return self.special(depth)
        # By name first, so that a function with many overloads is not tried more often than others.
        name = self.rng.choice(sorted({s[0] for s in self.signatures}))
        _, words, result = self.rng.choice([s for s in self.signatures if s[0] == name])
        arguments = [self.argument(name, at, word, depth - 1) for at, word in enumerate(words)]
        text = ", ".join(a.text for a in arguments)
        if name in ("FLOOR", "CEIL") and len(words) == 2:
            text = f"{arguments[0].text} TO {self.rng.choice(UNITS)}"
        if name == "ROUND" and len(words) == 2:
            text = f"{arguments[0].text}, {self.rng.randint(-3, 4)}"
        return self.made(f"{name}({text})", result, arguments)

    def argument(self, name, at, word, depth):
        rng = self.rng
        if word == "STRING" and at >= 1:
            if name.startswith("REGEXP") and at == 1:
                return self.made(quoted(rng.choice(PATTERNS)), "STRING", [])
            if "DATE" in name or "TIME" in name:
                return self.made(quoted(rng.choice(FORMATS)), "STRING", [])
            if name in ("ENCODE", "DECODE"):
                return self.made(quoted(rng.choice(["UTF-8", "UTF-16LE", "US-ASCII", "nope"])), "STRING", [])
        if name.startswith("JSON_") and at == 1:
            return self.made(quoted(rng.choice(PATHS)), "STRING", [])
        if word == "INT" and at >= 1:
            return self.made(f"CAST({rng.randint(-2, 9)} AS INT)", "INT", [])
        if word == "ANY":
            return super().any_one(1)
        return self.of_family(word, depth)

    def of_family(self, word, depth):
        """A column of the family, an ordinary expression, or a cast to it."""
        column = self.column(lambda t: family(t) == word)
        if column is not None and self.rng.random() < 0.6:
            return column
        plain = {
            "STRING": self.string,
            "DOUBLE": self.double,
            "BOOLEAN": self.boolean,
            "DECIMAL": self.decimal,
            "DATE": self.date,
            "TIMESTAMP": self.time,
            "BIGINT": self.integer,
            "INT": self.integer,
        }
        if word in ("TINYINT", "SMALLINT", "INT", "BIGINT"):
            e = self.integer(depth)
            return self.made(f"CAST({e.text} AS {word})", word, [e])
        if word in plain:
            return plain[word](depth)
        if word in ("FLOAT", "BYTES", "TIME", "TIMESTAMP_LTZ", "TIMESTAMP9", "TIMESTAMP_LTZ9"):
            e = {"FLOAT": self.double, "BYTES": self.string}.get(word, self.time)(depth)
            return self.made(f"TRY_CAST({e.text} AS {word.replace('9', '(9)')})", word, [e])
        if word == "ARRAY":
            return self.made(f"ARRAY[{self.integer(0).text}, {self.integer(0).text}]", "ARRAY<BIGINT>", [])
        if word == "MAP":
            return self.made(
                f"MAP['a', {self.integer(0).text}, 'b', {self.integer(0).text}]", "MAP<STRING, BIGINT>", []
            )
        return super().any_one(0)

    def whole(self, depth):
        """Two values of parts, compared: of equal types, of types that meet, of few distinct values."""
        rng = self.rng
        parts = [rng.choice([self.integer(depth), self.integer(0), self.made("1", "INT", [])]) for _ in range(4)]
        texts = [self.string(0) for _ in range(2)]
        a, b, c, d = (e.text for e in parts)
        s, t = (e.text for e in texts)
        left, right = rng.choice(
            [
                (f"ARRAY[{a}, {b}]", f"ARRAY[{c}, {d}]"),
                (f"ROW({a}, {s})", f"ROW({c}, {t})"),
                (f"MAP['a', {a}, 'b', {b}]", f"MAP['b', {c}, 'a', {d}]"),
                (f"ROW(ARRAY[{a}], ROW({b}))", f"ROW(ARRAY[{c}], ROW({d}))"),
            ]
        )
        return self.made(f"({left} {rng.choice(['=', '<>'])} {right})", "BOOLEAN", parts + texts)

    def built(self, depth):
        """Forms with a syntax of their own: JSON and texts made of values, periods, lists of values in CASE."""
        rng = self.rng
        e, f, n, s = super().any_one(depth), super().any_one(0), self.integer(depth), self.string(0)
        a, b = self.time(0), self.time(0)
        nulls = rng.choice(["", " NULL ON NULL", " ABSENT ON NULL"])
        texts = [
            f"JSON_OBJECT('k' VALUE {e.text}, 'a' VALUE {f.text}{nulls})",
            f"JSON_OBJECT('k' VALUE JSON_ARRAY({e.text}{nulls}), 'k' VALUE {f.text}{nulls})",
            f"JSON_ARRAY({e.text}, {f.text}, JSON_OBJECT('x' VALUE {s.text}){nulls})",
            f"JSON_STRING(ARRAY[{n.text}, {self.integer(0).text}])",
            f"JSON_STRING(MAP[{s.text}, {e.text}, 'k', {e.text}])",
            f"JSON_STRING(ROW({e.text}, ARRAY[{s.text}], {f.text}))",
            f"PRINTF({quoted(rng.choice(PRINTF_FORMATS))}, {n.text}, {s.text}, {self.double(0).text}, {e.text})",
            f"CASE {n.text} WHEN 1, {self.integer(0).text} THEN {s.text} ELSE 'other' END",
        ]
        if rng.random() < 0.2:
            end = rng.choice([b.text, "INTERVAL '1' DAY", "INTERVAL '-3' HOUR", "INTERVAL '1' MONTH"])
            return self.made(f"(({a.text}, {end}) OVERLAPS ({b.text}, {a.text}))", "BOOLEAN", [a, b])
        return self.made(rng.choice(texts), "STRING", [e, f, n, s, a, b])

    def special(self, depth):
        rng, e = self.rng, super().any_one(depth)
        pick = rng.random()
        if pick < 0.15:
            return self.built(depth)
        if pick < 0.6:
            if rng.random() < 0.5 and self.scope:
                e = rng.choice(self.scope)
            kind = rng.choice(CAST_TYPES)
            return self.made(f"{rng.choice(['CAST', 'TRY_CAST'])}({e.text} AS {kind})", kind, [e])
        if pick < 0.65:
            return self.whole(depth)
        if pick < 0.7:
            a, b = self.integer(depth), self.integer(depth)
            return self.made(f"({a.text} {rng.choice(['/', '%'])} {b.text})", "BIGINT", [a, b])
        if pick < 0.8:
            a, b = self.time(depth), self.time(depth)
            return self.made(f"TIMESTAMPDIFF({rng.choice(UNITS)}, {a.text}, {b.text})", "INT", [a, b])
        if pick < 0.9:
            a = self.time(depth)
            return self.made(f"TIMESTAMPADD({rng.choice(UNITS)}, {self.integer(0).text}, {a.text})", a.type, [a])
        s, pattern = self.string(depth), rng.choice(["a%", "(a|b)+", "[0-9]{2}_?", "%[[:ALPHA:]]%"])
        return self.made(f"({s.text} SIMILAR TO {quoted(pattern)})", "BOOLEAN", [s])
