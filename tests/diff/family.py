"""family.py -- metrics that differ in their windows alone: they may share slices (compiler/physical/lower_slices.c)."""


def interval(millis):
    return f"INTERVAL '{millis // 1000}.{millis % 1000:03}' SECOND"


def window(rng, slice_ms, is_first):
    """A window whose edges are on the grid of the slice, as a rule."""
    kind = rng.choice(["TUMBLE", "HOP", "HOP", "CUMULATE"])
    step = slice_ms * (1 if is_first else rng.choice([1, 1, 2, 3, 5]))
    size = step * rng.choice([1, 2, 3, 6, 10])
    if kind == "HOP" and rng.random() < 0.3:
        size += slice_ms * rng.randint(0, 2) + rng.choice([0, 0, 1])
    steps = f"{interval(step)}, " if kind != "TUMBLE" else ""
    offset = rng.choice([0, 0, 0, slice_ms, 1]) % step
    return f"TABLE({kind}(TABLE ev, DESCRIPTOR(ts), {steps}{interval(size)}" + (
        f", {interval(offset)}))" if offset else "))"
    )


def family(rng, stream):
    """Names, texts and types of columns of two to five metrics."""
    k1 = next(c.type for c in stream.columns if c.name == "k1")
    found = [
        ("COUNT(*)", "BIGINT"),
        ("SUM(k1)", k1),
        ("MIN(k0)", "STRING"),
        ("MAX(k1)", k1),
        ("COUNT(DISTINCT k1)", "BIGINT"),
        ("COUNT(k0) FILTER (WHERE k1 > 2)", "BIGINT"),
        ("SUM(CAST(k1 AS DOUBLE) / 3)", "DOUBLE"),
        ("APPROX_COUNT_DISTINCT(k0)", "BIGINT"),
    ]
    calls = rng.sample(found, rng.randint(1, 3))
    keys = rng.choice(["", ", k0", ", k1", ", k0, k1"])
    slice_ms = rng.choice([1, 333, 1000, 1000, 5000, 60000, 3600000])
    where = rng.choice(["", "", " WHERE k1 <> 3"])
    for number in range(rng.randint(2, 5)):
        listed = rng.sample(calls, len(calls))
        outputs = ", ".join(f"{text} AS c{i + 2}" for i, (text, _) in enumerate(listed))
        types = {"c0": "TIMESTAMP(3)", "c1": "TIMESTAMP(3)"}
        types.update({f"c{i + 2}": type_of for i, (_, type_of) in enumerate(listed)})
        types.update({name: {"k0": "STRING", "k1": k1}[name] for name in keys.replace(",", "").split()})
        text = (
            f"SELECT window_start AS c0, window_end AS c1, {outputs}{keys} "
            f"FROM {window(rng, slice_ms, number == 0)}{where} GROUP BY window_start, window_end{keys}"
        )
        yield f"family{number}", text, types
