"""reference.py -- SQLite as the second opinion: our meanings, said again in Python, registered where SQLite's differ.

SQLite groups, filters, joins and counts.  Integers that wrap, exact sums, DECIMAL, LIKE, times and text functions come
from here, written from docs/language/ and from nothing that the compiler contains.
"""

import datetime
import decimal
import fractions
import hashlib
import json
import math
import re
import sqlite3

from events import EPOCH, date_text, time_text

UNIT_MILLIS = {"SECOND": 1000, "MINUTE": 60000, "HOUR": 3600000, "DAY": 86400000}
EXACT = decimal.Context(prec=100, rounding=decimal.ROUND_HALF_UP)
decimal.DefaultContext.prec = 100  # of threads yet to start
decimal.setcontext(EXACT)


class Unjudged(Exception):
    """The reference cannot hold the value, so it has no opinion on the statement."""


def wrap(bits, value):
    return (value + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


def cut_div(a, b):
    """Division towards zero."""
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def strict(function):
    """NULL in, NULL out."""

    def call(*arguments):
        return None if any(a is None for a in arguments) else function(*arguments)

    return call


def finite(function):
    def call(*arguments):
        try:
            result = function(*[float(a) for a in arguments])
        except OverflowError:
            raise Unjudged
        if math.isnan(result) or math.isinf(result):
            raise Unjudged
        return result

    return strict(call)


def fit(precision, scale, value):
    """A DECIMAL as text, or NULL when it has too many digits."""
    rounded = EXACT.quantize(value, decimal.Decimal(1).scaleb(-scale))
    if abs(rounded) >= decimal.Decimal(10) ** (precision - scale):
        return None
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def decimal_operator(name):
    def call(precision, scale, a, b):
        x, y = decimal.Decimal(a), decimal.Decimal(b)
        return fit(precision, scale, getattr(EXACT, name)(x, y))

    return strict(call)


def compare_decimals(a, b):
    x, y = decimal.Decimal(a), decimal.Decimal(b)
    return (x > y) - (x < y)


def matches_like(pattern, text):
    parts = {"%": ".*", "_": "."}
    return int(re.fullmatch("".join(parts.get(c) or re.escape(c) for c in pattern), text, re.DOTALL) is not None)


def substring(text, start, length):
    if length < 0:
        return None
    at = start - 1 if start > 0 else 0 if start == 0 else len(text) + start
    if at < 0:
        return ""
    return text[at : at + length]


def pad(text, width, by, at_start):
    if width < 0 or by == "":
        return None
    filling = (by * width)[: max(0, width - len(text))]
    return (filling + text if at_start else text + filling)[:width] if len(text) < width else text[:width]


def split_index(text, by, index):
    if text == "" or index < 0:
        return None
    parts = text.split(by)
    return parts[index] if index < len(parts) else None


def floor_time(unit, millis):
    if unit in UNIT_MILLIS:
        return millis - millis % UNIT_MILLIS[unit]
    when = EPOCH + datetime.timedelta(milliseconds=millis)
    first = datetime.datetime(when.year, when.month if unit == "MONTH" else 1, 1)
    return int((first - EPOCH) / datetime.timedelta(milliseconds=1))


def extract(unit, millis):
    when = EPOCH + datetime.timedelta(milliseconds=millis)
    return {
        "YEAR": when.year,
        "MONTH": when.month,
        "DAY": when.day,
        "HOUR": when.hour,
        "MINUTE": when.minute,
        "SECOND": when.second,
        "DOY": when.timetuple().tm_yday,
        "QUARTER": (when.month + 2) // 3,
        "ISODOW": when.isoweekday(),
        "WEEK": when.isocalendar()[1],
    }[unit]


def move(millis, by):
    """Years end at 9999; what goes beyond fails, and failing rows are not for the reference."""
    if not -62135596800000 <= millis + by < 253402300800000:
        raise Unjudged
    return millis + by


def date_format(millis):
    return time_text(millis)[:16].replace("-", "/")


def count_units(unit, a, b):
    return wrap(32, cut_div(b - a, UNIT_MILLIS[unit]))


def double_of(text_or_number):
    return float(text_or_number)


def windows_of(kind, size, step, offset, millis):
    """All windows that hold a time, as JSON."""
    if kind == "CUMULATE":
        start = millis - (millis - offset) % size
        ends = range(start + step, start + size + 1, step)
        return json.dumps([[start, end] for end in ends if end > millis])
    first = millis - (millis - offset) % step
    starts = range(first, millis - size, -step)
    return json.dumps([[start, start + size] for start in starts])


SCALARS = {
    "iadd": (3, strict(lambda bits, a, b: wrap(bits, a + b))),
    "isub": (3, strict(lambda bits, a, b: wrap(bits, a - b))),
    "imul": (3, strict(lambda bits, a, b: wrap(bits, a * b))),
    "idiv": (3, strict(lambda bits, a, b: wrap(bits, cut_div(a, b)))),
    "imod": (2, strict(lambda a, b: a - b * cut_div(a, b))),
    "iwrap": (2, strict(wrap)),
    "iabs": (2, strict(lambda bits, a: wrap(bits, abs(a)))),
    "isign": (1, strict(lambda a: (a > 0) - (a < 0))),
    "dadd": (2, finite(lambda a, b: a + b)),
    "dsub": (2, finite(lambda a, b: a - b)),
    "dmul": (2, finite(lambda a, b: a * b)),
    "ddiv": (2, finite(lambda a, b: a / b)),
    "dabs": (1, finite(abs)),
    "dneg": (1, finite(lambda a: -a)),
    "dfloor": (1, finite(lambda a: float(math.floor(a)))),
    "dceil": (1, finite(lambda a: float(math.ceil(a)))),
    "dsqrt": (1, finite(math.sqrt)),
    "dof": (1, finite(double_of)),
    "cadd": (4, decimal_operator("add")),
    "csub": (4, decimal_operator("subtract")),
    "cmul": (4, decimal_operator("multiply")),
    "ccmp": (2, strict(compare_decimals)),
    "cfit": (3, strict(lambda p, s, a: fit(p, s, decimal.Decimal(a)))),
    "cneg": (1, strict(lambda a: f"{EXACT.minus(decimal.Decimal(a)):f}")),
    "cabs": (1, strict(lambda a: f"{abs(decimal.Decimal(a)):f}")),
    "tlike": (2, strict(matches_like)),
    "tlen": (1, strict(len)),
    "tupper": (1, strict(str.upper)),
    "tlower": (1, strict(str.lower)),
    "tsub": (3, strict(substring)),
    "ttrim": (1, strict(lambda a: a.strip(" "))),
    "treplace": (3, strict(lambda a, b, c: a.replace(b, c))),
    "treverse": (1, strict(lambda a: a[::-1])),
    "tleft": (2, strict(lambda a, n: a[: max(0, n)])),
    "tright": (2, strict(lambda a, n: a[max(0, len(a) - n) :] if n > 0 else "")),
    "trepeat": (2, strict(lambda a, n: a * max(0, n))),
    "tlpad": (3, strict(lambda a, n, by: pad(a, n, by, True))),
    "trpad": (3, strict(lambda a, n, by: pad(a, n, by, False))),
    "tpos": (2, strict(lambda a, b: b.find(a) + 1)),
    "tstarts": (2, strict(lambda a, b: int(a.startswith(b)))),
    "tends": (2, strict(lambda a, b: int(a.endswith(b)))),
    "tsplit": (3, strict(split_index)),
    "tmd5": (1, strict(lambda a: hashlib.md5(a.encode("utf-8")).hexdigest())),
    "tbool": (1, strict(lambda a: "TRUE" if a else "FALSE")),
    "tint": (1, strict(str)),
    "wfloor": (2, strict(floor_time)),
    "wadd": (2, strict(move)),
    "wextract": (2, strict(extract)),
    "wformat": (1, strict(date_format)),
    "wtext": (1, strict(time_text)),
    "wdate": (1, strict(lambda millis: millis // 86400000)),
    "wdatetext": (1, strict(date_text)),
    "wdiff": (3, strict(count_units)),
    "wlist": (5, strict(windows_of)),
    "wstart": (2, strict(lambda size, millis: millis - millis % size)),
}


class Aggregate:
    def __init__(self):
        self.values = []

    def step(self, value):
        if value is not None:
            self.values.append(value)


def sum_integers(bits):
    class Sum(Aggregate):
        def finalize(self):
            total = sum(self.values)
            return total if self.values and wrap(bits, total) == total else None

    return Sum


class AverageInteger(Aggregate):
    def finalize(self):
        return cut_div(sum(self.values), len(self.values)) if self.values else None


def nearest(exact):
    try:
        return exact.numerator / exact.denominator
    except OverflowError:
        raise Unjudged


class SumDouble(Aggregate):
    def finalize(self):
        return nearest(sum(map(fractions.Fraction, self.values), fractions.Fraction(0))) if self.values else None


class AverageDouble(Aggregate):
    def finalize(self):
        return nearest(sum(map(fractions.Fraction, self.values)) / len(self.values)) if self.values else None


def of_decimals(answer):
    class OfDecimals(Aggregate):
        def finalize(self):
            return answer([decimal.Decimal(v) for v in self.values]) if self.values else None

    return OfDecimals


def sum_of_scale(scale):
    return of_decimals(lambda values: fit(38, scale, EXACT.create_decimal(sum(values))))


def average_of_scale(scale):
    def answer(values):
        exact = sum(map(fractions.Fraction, values)) / len(values)
        shifted = exact * 10**scale
        whole = math.floor(abs(shifted) + fractions.Fraction(1, 2))
        return fit(38, scale, decimal.Decimal(whole if shifted >= 0 else -whole).scaleb(-scale, EXACT))

    return of_decimals(answer)


def open_reference():
    """A connection with all of our meanings."""
    connection = sqlite3.connect(":memory:")
    for name, (count, function) in SCALARS.items():
        connection.create_function(name, count, function, deterministic=True)
    for bits in (8, 16, 32, 64):
        connection.create_aggregate(f"sum{bits}", 1, sum_integers(bits))
    connection.create_aggregate("avgint", 1, AverageInteger)
    connection.create_aggregate("sumdouble", 1, SumDouble)
    connection.create_aggregate("avgdouble", 1, AverageDouble)
    for scale in range(0, 20):
        connection.create_aggregate(f"sumdec{scale}", 1, sum_of_scale(scale))
        connection.create_aggregate(f"avgdec{scale}", 1, average_of_scale(scale))
    connection.create_aggregate("mindec", 1, of_decimals(lambda values: f"{min(values):f}"))
    connection.create_aggregate("maxdec", 1, of_decimals(lambda values: f"{max(values):f}"))
    return connection
