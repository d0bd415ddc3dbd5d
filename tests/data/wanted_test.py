#!/usr/bin/env python3
"""wanted_test.py SQC: which of the ten metrics that authors asked for run today, and what each other one waits for.

The metrics lie outside of the project: shared/wanted/metrics.ssql beside the clone, or SQC_SHARED_WANTED; without
them the test is skipped (exit code 77).  Each is taken with what it reads, its streams from files in place of Kafka.
It must check, and then run over a generated day, or be refused as something that is not supported yet, at its place.
What has checked once (REACHED) must go on to do so; what checks for the first time is printed as news.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BESIDE = os.path.join(HERE, "..", "..", "..", "shared", "wanted", "metrics.ssql")
WANTED = os.environ.get("SQC_SHARED_WANTED", BESIDE)
SQC = os.path.abspath(sys.argv[1])
FILES = {
    "user_events": "user_events.ndjson",
    "content_events": "content_events.ndjson",
    "ad_events": "ad_events.ndjson",
}

# Number in the list, name, and what it reads besides the streams, in the words of the file.
ASKED = [
    ("1", "engagement.active_users", []),
    ("1", "engagement.stickiness", ["engagement.active_users"]),
    ("2", "engagement.sessions", ["engagement.session_facts"]),
    ("3", "trending.hashtags", ["trending.tag_uses"]),
    ("4", "ads.delivery", ["campaigns"]),
    ("4", "ads.conversions", ["ads.last_clicks", "campaigns"]),
    ("4", "ads.roas", ["ads.delivery", "ads.conversions", "ads.last_clicks", "campaigns"]),
    ("5", "ads.funnel", ["ads.funnel_rows"]),
    ("6", "engagement.retention", []),
    ("7", "growth.checkout_test", []),
    ("8", "ads.pacing", ["ads.spend_rows", "campaigns"]),
    ("9", "ads.ctr_drop", ["ads.delivery", "campaigns"]),
    ("9", "own_region", ["ads_analyst", "engagement.active_users"]),
    ("10", "engagement.top_creators", []),
]
REACHED = {
    "ads.ctr_drop",
    "ads.delivery",
    "engagement.active_users",
    "engagement.stickiness",
    "engagement.top_creators",
    "own_region",
    "trending.hashtags",
}

# What only follows from a part that was refused before it, and is not said in the words of E0500.
FOLLOWS = {("E0312", "trending.hashtags")}


def statements(text):
    """{name: (statement, streams that it reads)}; strings and comments may hold semicolons."""
    found = {}
    part = r"(?:--[^\n]*\n|'(?:[^']|'')*'|[^;'-]|-(?!-))*"
    for match in re.finditer(part + ";", text):
        body = re.sub(r"^(?:\s*--[^\n]*\n)*\s*", "", match.group(0))
        name = re.match(r"CREATE (?:STREAM|TABLE|VIEW|METRIC|ALERT|ROLE|POLICY) ([\w.]+)", body)
        if name:
            found[name.group(1)] = body
    return found


def from_files(name, body):
    if name not in FILES and name != "campaigns":
        return body
    options = re.sub(r"(?s)\) WITH \(.*\);$", "", body)
    if name == "campaigns":
        return options + ");"  # rows come from --replay
    return f"{options}) WITH ('connector' = 'filesystem', 'path' = '{FILES[name]}', 'format' = 'json');"


def program(found, name, reads):
    parts = [*reads, name]
    text = "\n".join(found[part] for part in parts)
    streams = [stream for stream in FILES if re.search(rf"\b{stream}\b", text)]
    return "\n".join(from_files(part, found[part]) for part in streams + parts)


def sqc(folder, *words):
    return subprocess.run([SQC, *words], cwd=folder, capture_output=True, text=True, env=dict(os.environ, NO_COLOR="1"))


def refusals(folder, file):
    """[(code, what is said)], in order and each once"""
    done = sqc(folder, "check", file)
    if done.returncode not in (0, 1):
        sys.exit(f"check {file}: exit {done.returncode}\n{done.stderr[-2000:]}")
    said = re.findall(r"^error\[(E\d{4})\]: (.*)$", done.stderr + done.stdout, re.MULTILINE)
    if (done.returncode == 0) != (not said):
        sys.exit(f"check {file}: exit {done.returncode} and {len(said)} errors\n{done.stderr[-2000:]}")
    return list(dict.fromkeys(said))


def runs(folder, file):
    done = sqc(folder, "run", file, "--replay", "day", "--format", "ndjson")
    rows = done.stdout.splitlines()
    return done.returncode == 0 and len([json.loads(row) for row in rows]) > 0, done.stderr


def main():
    if not os.path.exists(WANTED):
        print("skipped: the wanted metrics are not at hand")
        sys.exit(77)
    with open(WANTED, encoding="utf-8") as file:
        found = statements(file.read())
    wrong = reached = 0
    with tempfile.TemporaryDirectory(prefix="sqc-wanted-") as folder:
        sqc(folder, "generate", "social", "--out", "day", "--rows", "20000", "--seed", "3").check_returncode()
        for number, name, reads in ASKED:
            file = f"{name}.ssql"
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                out.write(program(found, name, reads))
            said = refusals(folder, file)
            news = "" if name in REACHED or said else "  (new: add it to REACHED)"
            print(f"{number:>2} {name}: {'waits for' if said else 'checks'}{news}")
            for code, text in said:
                print(f"     {code} {text}")
            strange = [s for s in said if s[0] != "E0500" and (s[0], name) not in FOLLOWS]
            lost = name in REACHED and bool(said)
            works, complaint = (True, "") if said or number == "9" else runs(folder, file)
            if strange or lost or not works:
                wrong += 1
                print(f"FAIL {name}: {strange or complaint[-500:] or 'it did check once'}")
            reached += not said
    print(f"{reached} of {len(ASKED)} check, {wrong} wrong")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
