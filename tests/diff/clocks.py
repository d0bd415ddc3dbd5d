"""clocks.py -- streams whose time is not that of each row alone: watermarks that adapt, rows of the future, inputs that
are silent, heartbeats; and the streams beside a stream.  Native code and the interpreter judge each other."""


def seconds(millis):
    return f"INTERVAL '{millis // 1000}.{millis % 1000:03}' SECOND"


class Clock:
    """What a stream says of its time besides the delay."""

    def __init__(self, rng, columns):
        self.adaptive = None
        if rng.random() < 0.5:
            longest = rng.choice([1000, 60000])
            self.adaptive = rng.choice([0.5, 0.9, 0.99]), longest, rng.choice([0, 1, longest])
        self.skew = rng.choice([1, 1000, 60000]) if rng.random() < 0.6 else None
        self.rows = rng.choice(["clamp", "quarantine"])
        self.idle = rng.choice([1, 1000, 60000]) if rng.random() < 0.5 else None
        beats = [c.name for c in columns if c.type == "BOOLEAN"]
        self.beat = rng.choice(beats) if beats and rng.random() < 0.5 else None

    def watermark(self, plain):
        if self.adaptive is None:
            return plain
        quantile, longest, shortest = self.adaptive
        return f"ADAPTIVE(ts, {quantile}, {seconds(longest)}, {seconds(shortest)})"

    def options(self):
        said = ""
        if self.skew:
            said += (
                f", 'scan.watermark.max-future-skew' = '{self.skew} ms', 'scan.watermark.future-rows' = '{self.rows}'"
            )
        if self.idle:
            said += f", 'scan.watermark.idle-timeout' = '{self.idle} ms'"
        if self.beat:
            said += f", 'scan.watermark.heartbeat-column' = '{self.beat}'"
        return said


def aside(rng, stream):
    """A query over a stream beside it: text and types.  Positions depend on files, and are left out."""
    kinds = {"c0": "STRING", "c1": "STRING", "c2": "STRING", "c3": "STRING"}
    if stream.clock and stream.clock.skew and rng.random() < 0.5:
        text = "SELECT k0 AS c0, future_reason AS c1, CAST(ts AS STRING) AS c2, CAST(future_limit AS STRING) AS c3"
        return f"{text} FROM {stream.name}.future", kinds
    text = f"SELECT k0 AS c0, bad_reason AS c1, bad_text AS c2, bad_line AS c3 FROM {stream.name}.bad"
    return text + rng.choice(["", " WHERE k0 IS NULL", " WHERE bad_reason <> 'syntax'"]), kinds
