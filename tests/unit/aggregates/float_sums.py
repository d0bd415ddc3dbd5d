#!/usr/bin/env python3
"""Writes float_sums.def: exact sums and means of seeded doubles and floats, by rational arithmetic.

    python3 tests/unit/aggregates/float_sums.py > tests/unit/aggregates/float_sums.def
"""
import struct
from fractions import Fraction

MASK = (1 << 64) - 1


class Random:
    """splitmix64, as in state_fixture.h."""

    def __init__(self, seed):
        self.seed = seed

    def next(self):
        self.seed = (self.seed + 0x9E3779B97F4A7C15) & MASK
        z = self.seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def rounded(value, digits, least, top):
    """The nearest number with `digits` bits that is a multiple of 2^least, ties to even; a Fraction or an infinity."""
    if value == 0:
        return Fraction(0)
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    ulp = Fraction(2) ** max(exponent - digits + 1, least)
    whole = round(magnitude / ulp) * ulp  # round() of a Fraction goes to even
    if whole >= Fraction(2) ** top:
        whole = float("inf")
    return -whole if value < 0 else whole


def bits(value, is_float):
    as_number = value if isinstance(value, float) else float(value)
    if is_float:
        return "0x%08xu" % struct.unpack("<I", struct.pack("<f", as_number))[0]
    return "0x%016xu" % struct.unpack("<Q", struct.pack("<d", as_number))[0]


def values(seed, count, low, high, is_float):
    random = Random(seed)
    for _ in range(count):
        word = random.next()
        exponent = low + random.next() % (high - low + 1)
        if is_float:
            word = (word & 0x807FFFFF) | exponent << 23
            yield Fraction(struct.unpack("<f", struct.pack("<I", word & 0xFFFFFFFF))[0])
        else:
            word = (word & 0x800FFFFFFFFFFFFF) | exponent << 52
            yield Fraction(struct.unpack("<d", struct.pack("<Q", word))[0])


def case(seed, count, low, high, is_float):
    total = sum(values(seed, count, low, high, is_float))
    shape = (24, -149, 128) if is_float else (53, -1074, 1024)
    name = "FLOAT_CASE" if is_float else "DOUBLE_CASE"
    print("%s(%d, %d, %d, %d, %s, %s)" % (name, seed, count, low, high, bits(rounded(total, *shape), is_float),
                                          bits(rounded(total / count, *shape), is_float)))


print("/* float_sums.def -- written by float_sums.py: CASE(seed, rows, least exponent, largest exponent, SUM, AVG) */")
DOUBLES = [(1023, 1023), (1018, 1030), (983, 1063), (1000, 1100), (900, 1150), (0, 0), (0, 1), (0, 60), (1, 80),
           (2000, 2046), (2040, 2046), (0, 2046), (500, 1500), (1970, 1980), (1014, 1095), (1095, 1097)]
for index, (low, high) in enumerate(DOUBLES):
    for rows in (1, 2, 3, 7, 40, 1000):
        case(1000 * index + rows, rows, low, high, False)
FLOATS = [(127, 127), (120, 134), (87, 167), (0, 0), (0, 30), (200, 254), (253, 254), (0, 254)]
for index, (low, high) in enumerate(FLOATS):
    for rows in (1, 2, 3, 7, 40, 1000):
        case(500000 + 1000 * index + rows, rows, low, high, True)
