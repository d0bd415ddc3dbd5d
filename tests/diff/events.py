"""events.py -- streams of the comparing test: columns, values, and the many ways a file may spell a value.

A value is kept as SQLite keeps it here: integers and booleans as numbers, times as milliseconds since 1970, dates as
days, DECIMAL as text with all its digits.  Lines are made from known values, so nobody has to read them back.
"""

import base64
import datetime
import json

EPOCH = datetime.datetime(1970, 1, 1)
LAST_MILLISECOND = 253402300799999  # of the year 9999
INTEGER_BITS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "abc",
    "B",
    "x y",
    " a ",
    "a,b,c",
    "10%",
    "a_c",
    "10",
    "-3",
    "1.5",
    "é",
    "Äß",
    "日本語",
    "😀x",
    "2024-01-31",
    "2024-01-31 10:20:30",
    "k=1,l=2",
    '{"a":{"b":[1,"x",null]}}',
    "TRUE",
    'q"q',
    "it's",
    "back\\slash",
    "tab\tline",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
]
KEY_TEXTS = ["a", "b", "c", "d", "", "é", "user-1", "user-2", "a-key-that-is-longer-than-sixteen-bytes"]


def decimal_parts(sql_type):
    precision, scale = sql_type[8:-1].split(",")
    return int(precision), int(scale)


def time_text(millis, middle=" "):
    when = EPOCH + datetime.timedelta(milliseconds=millis)
    return (
        f"{when.year:04d}-{when.month:02d}-{when.day:02d}{middle}{when.hour:02d}:{when.minute:02d}:{when.second:02d}"
        f".{when.microsecond // 1000:03d}"
    )


def date_text(days):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=days)).isoformat()


def clock_text(millis):
    return f"{millis // 3600000:02d}:{millis // 60000 % 60:02d}:{millis // 1000 % 60:02d}.{millis % 1000:03d}"


class Column:
    """A physical column.  is_shared: SQLite can hold all its values."""

    def __init__(self, name, sql_type, is_shared=True, is_key=False):
        self.name, self.type, self.is_shared, self.is_key = name, sql_type, is_shared, is_key


def integer_value(rng, bits, is_key):
    if is_key or rng.random() < 0.7:
        return rng.randint(-3, 9)
    top = 2 ** (bits - 1)
    return rng.choice([top - 1, -top, top - 2, 1 - top, rng.randint(-top, top - 1), 100 if bits == 8 else 1000, 0, 1])


def double_value(rng):
    pick = rng.random()
    if pick < 0.5:
        return rng.randint(-40, 80) / 8
    if pick < 0.8:
        return rng.choice([0.1, 0.2, 0.3, -0.7, 1e-7, 123456.789, 1e10, 3.0, 1e16, 2.5e-10])
    return rng.choice([1e100, -1e100, 1e-100, 9007199254740993.0, rng.uniform(-1e6, 1e6), rng.gauss(0, 1)])


def decimal_value(rng, sql_type):
    precision, scale = decimal_parts(sql_type)
    top = 10**precision - 1
    unscaled = rng.choice([rng.randint(-500, 2000), rng.randint(-top, top), 0, top, -top, 1, 5])
    unscaled = max(-top, min(top, unscaled))
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    text = digits[: len(digits) - scale] + ("." + digits[len(digits) - scale :] if scale else "")
    return ("-" if unscaled < 0 else "") + text


def nested_value(rng, kind):
    """Its JSON text: SQLite never sees it."""
    numbers = [rng.choice(["null", str(rng.randint(-9, 99))]) for _ in range(rng.choice([0, 1, 3]))]
    if kind.startswith("ARRAY"):
        return "[" + ",".join(numbers) + "]"
    if kind.startswith("MAP"):
        return "{" + ",".join(f'"{rng.choice("abcé")}":{n}' for n in numbers) + "}"
    return rng.choice(["{}", '{"a":1}', '{"b":"x","a":null}', '{"a":-7,"b":"é","c":[1]}', '{"b":5}'])


def any_value(rng, column):
    """A value that is not NULL."""
    kind = column.type
    if kind in INTEGER_BITS:
        return integer_value(rng, INTEGER_BITS[kind], column.is_key)
    if kind == "BOOLEAN":
        return rng.randint(0, 1)
    if kind.startswith("CHAR"):
        return rng.choice(["a", "ab", "abc", "b  ", "", "é"])
    if kind == "STRING":
        return rng.choice(KEY_TEXTS if column.is_key else TEXTS)
    if kind in ("DOUBLE", "FLOAT"):
        large, small = (1e308, 5e-324) if kind == "DOUBLE" else (3.4e38, 1e-45)
        return (
            double_value(rng)
            if column.is_shared
            else rng.choice(["NaN", "Infinity", "-Infinity", -0.0, 0.0, 1.5, -1.5, large, -large, small, 1e-300, 0.1])
        )
    if kind.startswith("DECIMAL"):
        return decimal_value(rng, kind)
    if kind == "DATE":
        return rng.choice([0, -1, 19723, 19782, 11016, rng.randint(-10000, 30000)])
    if kind == "TIME(3)":
        return rng.choice([0, 86399999, rng.randint(0, 86399999)])
    if kind.startswith(("ARRAY", "MAP", "ROW")):
        return nested_value(rng, kind)
    if kind == "BYTES":
        return bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 3, 20])))
    return rng.choice(
        [0, -1, 1704067200000, 1709164800000 + rng.randint(-(10**8), 10**8), rng.randint(-(10**12), 3 * 10**12)]
    )


def json_text(rng, text):
    """A JSON string; sometimes with escapes nobody needed."""
    if rng.random() < 0.8:
        return json.dumps(text, ensure_ascii=rng.random() < 0.3)
    escaped = [
        (
            "".join(f"\\u{unit:04x}" for unit in units(c))
            if rng.random() < 0.3
            else json.dumps(c, ensure_ascii=False)[1:-1]
        )
        for c in text
    ]
    return '"' + "".join(escaped) + '"'


def units(character):
    raw = character.encode("utf-16-be")
    return [raw[i] * 256 + raw[i + 1] for i in range(0, len(raw), 2)]


def float_spelling(rng, value):
    if isinstance(value, str):
        return f'"{value}"'
    return rng.choice([repr(value), f"{value!r}", f"{value:.17e}", f'"{value!r}"'])


def integer_spelling(rng, value):
    if rng.random() < 0.9:
        return str(value)
    return rng.choice([f'"{value}"', f"{value}.0", f"{value}e0", f'" {value} "', f"{value * 10}e-1"])


def json_spelling(rng, column, value):
    kind = column.type
    if value is None:
        return "null"
    if kind in INTEGER_BITS:
        return integer_spelling(rng, value)
    if kind == "BOOLEAN":
        word = "true" if value else "false"
        return word if rng.random() < 0.9 else f'"{word.upper()}"'
    if kind == "STRING" or kind.startswith("CHAR"):
        return json_text(rng, value)
    if kind in ("DOUBLE", "FLOAT"):
        return float_spelling(rng, value)
    if kind.startswith("DECIMAL"):
        return value if rng.random() < 0.7 else f'"{value}"'
    if kind == "DATE":
        return f'"{date_text(value)}"'
    if kind == "TIME(3)":
        return f'"{clock_text(value)}"'
    if kind.startswith(("ARRAY", "MAP", "ROW")):
        return value
    if kind == "BYTES":
        return '"' + base64.b64encode(value).decode() + '"'
    if rng.random() < 0.1:
        return str(value)
    text = time_text(value)
    if kind.endswith(("(6)", "(9)")):
        text += rng.choice(["456", "456789", "", "000001"])
    if value % 1000 == 0 and rng.random() < 0.5:
        text = text[:-4]
    return '"' + text + ("Z" if "LTZ" in kind else "") + '"'


def bad_json(rng, column):
    """A value that the column cannot take, or None where it takes all."""
    kind = column.type
    if kind in INTEGER_BITS:
        return rng.choice(['"zz"', "1.5", "true", "99999999999999999999", "{}", "[1]", '""', '"1x"', "1e30"])
    if kind == "BOOLEAN":
        return rng.choice(['"yes"', "1", "[]", '""'])
    if kind in ("DOUBLE", "FLOAT"):
        return rng.choice(['"x"', "true", "1e400" if kind == "DOUBLE" else "-1e308", "{}", '""'])
    if kind.startswith("DECIMAL"):
        return rng.choice(['"x"', "1" * 39, "true", "[]"])
    if kind == "DATE":
        return rng.choice(['"2024-13-01"', '"x"', "5", "{}"])
    if kind.startswith("TIME"):
        return rng.choice(['"nonsense"', '"2024-13-01 00:00:00Z"', "true", "{}", '"24:00:61"'])
    if kind.startswith(("ARRAY", "MAP", "ROW")):
        return rng.choice(["5", '"x"', '[["a"]]', '{"a":{}}', "true"])
    if kind == "BYTES":
        return rng.choice(['"***"', "5", '"YQ"'])
    return None


CSV_NULL = "~"


def csv_spelling(rng, column, value):
    if value is None:
        return CSV_NULL
    if column.type == "STRING" or column.type.startswith("CHAR"):
        if any(c in value for c in ',"') or value == CSV_NULL or rng.random() < 0.1:
            return '"' + value.replace('"', '""') + '"'
        return value
    if column.type in INTEGER_BITS:
        return str(value)
    if column.type.startswith("TIMESTAMP"):
        return time_text(value) + ("Z" if "LTZ" in column.type else "")
    text = json_spelling(rng, column, value)
    if text.startswith('"'):
        text = text[1:-1]
    return text.lower() if column.type == "BOOLEAN" else text


def bad_csv(rng, column):
    text = bad_json(rng, column)
    return None if text is None or "," in text else text.strip('"') or "zz"


BROKEN_LINES = [
    b"not json",
    b'{"a":1',
    b"[1,2]",
    b"5",
    b'{"a":"\xff"}',
    b'{"a":01}',
    b'{"a":1}}',
    b'{"a":nul}',
    b'"x"',
    b"{,}",
    b'{"n0":1,}',
    b'{"a":"\t"}',
    b"\x00",
    b'{"a":1} {"a":2}',
]
EXTRA = [
    '"zz":1',
    '"zz":{"a":[1,2,{"b":null}],"n0":5}',
    '"other":"\\u00e9\\"}"',
    '"t":[[],{},""]',
    '"N0":7',
    '"x ":1.5e-3',
]


def json_line(rng, columns, row, bad):
    """One line; row maps name to value or lacks it (a missing field); bad maps name to its wrong spelling."""
    fields = []
    for column in columns:
        if column.name in bad:
            fields.append(f'"{column.name}":{bad[column.name]}')
        elif column.name in row:
            if rng.random() < 0.02:
                fields.append(f'"{column.name}":{rng.choice(["1", "null", json.dumps("old"), "{}"])}')
            fields.append(f'"{column.name}":{json_spelling(rng, column, row[column.name])}')
    if rng.random() < 0.1:
        # Of equal keys the last counts, so only other fields may move.
        names = [f.split(":", 1)[0] for f in fields]
        if len(set(names)) == len(names):
            rng.shuffle(fields)
    if rng.random() < 0.1:
        fields.insert(rng.randint(0, len(fields)), rng.choice(EXTRA))
    between = rng.choice([",", ",", ",", ", ", " ,\t"])
    return ("{" + between.join(fields) + "}").encode("utf-8")


def csv_line(rng, columns, row, bad):
    return ",".join(bad[c.name] if c.name in bad else csv_spelling(rng, c, row.get(c.name)) for c in columns).encode(
        "utf-8"
    )
