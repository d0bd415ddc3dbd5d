"""wanted_answers.py -- what the wanted metrics must answer, worked out from their events in plain Python.

Lateness: the watermark before a row is the newest time so far minus five seconds; a window takes no row once it has
reached the last millisecond of the window.  Times are milliseconds.
"""

import collections
import datetime
import json
import zoneinfo

SECOND, MINUTE, HOUR = 1000, 60000, 3600000
UTC, BERLIN = datetime.timezone.utc, zoneinfo.ZoneInfo("Europe/Berlin")
POINTS = {"like": 2, "comment": 4, "share": 5, "unlike": -2}


def events(path):
    """The rows of a file in their order, each with its time and the watermark before it."""
    newest, rows = None, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            row["ts"] = row["ts_event"] // 1000
            row["before"] = float("-inf") if newest is None else newest - 5 * SECOND
            newest = row["ts"] if newest is None else max(newest, row["ts"])
            rows.append(row)
    return rows


def text(ms, zone=UTC):
    at = datetime.datetime.fromtimestamp(ms / 1000, zone)
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{ms % 1000:03d}"


def region(row):
    return (row.get("geo") or {}).get("region") or ""


def device(row):
    return (row.get("device") or {}).get("class") or ""


def windows(row, size, slide):
    """Ends of the windows that take the row; and whether it has one at all."""
    end = row["ts"] // slide * slide + slide
    while end - size <= row["ts"]:
        if row["before"] < end - 1:
            yield end
        end += slide


def active_users(rows):
    """{(day in Berlin, region, device): users}"""
    users, seen = collections.defaultdict(set), set()
    for row in rows:
        copy = (row.get("app_id"), row.get("event_id"))
        if None not in copy and copy in seen:
            continue
        seen.add(copy)
        if row["name"] not in ("page_view", "screen_view", "follow", "search") or row.get("is_bot"):
            continue
        day = datetime.datetime.fromtimestamp(row["ts"] / 1000, BERLIN).strftime("%Y-%m-%d 00:00:00.000")
        who = users[day, region(row), device(row)]
        if row.get("user_id") is not None:
            who.add(row["user_id"])
    return users


def stickiness(users):
    """{(day, region): mau, stickiness}, over fewer than thirty days."""
    daily, wanted = collections.defaultdict(set), {}
    for (day, where, _), who in users.items():
        daily[day, where] |= who
    for (day, where), who in daily.items():
        month = set().union(*(w for (d, r), w in daily.items() if r == where and d <= day))
        wanted[day, where] = {"mau": len(month), "stickiness": len(who) / len(month) if month else None}
    return wanted


def hashtags(rows):
    """{(window end, region, tag): actors, velocity}, and how many rows were late for a window."""
    groups, late = collections.defaultdict(list), 0
    for row in rows:
        tags = (row.get("content") or {}).get("tags") or []
        if row["name"] not in ("post_create", "tag_use") or row.get("is_bot") or not tags:
            continue
        ends = list(windows(row, 5 * MINUTE, 30 * SECOND))
        late += not ends
        for tag in tags:
            for end in ends:
                groups[end, region(row), tag.lower()].append(row)
    wanted = {}
    for (end, where, tag), found in groups.items():
        ages = [end - row["ts"] for row in found]
        fast, slow = (sum(2.0 ** (-age / life) for age in ages) for life in (MINUTE, 5 * MINUTE))
        actors = len({row["user_id"] for row in found if row.get("user_id") is not None})
        wanted[text(end), where, tag] = {"actors": actors, "velocity": fast - slow / 5}
    return wanted, late


def delivery(rows):
    """{(second, campaign, device): impressions, clicks, ctr, spend}, and how many rows were late."""
    groups, late = collections.defaultdict(list), 0
    for row in rows:
        if row.get("is_bot"):
            continue
        ends = list(windows(row, SECOND, SECOND))
        late += not ends
        for end in ends:
            groups[end - SECOND, row.get("campaign_id") or "", device(row)].append(row)
    wanted = {}
    for (start, campaign, where), found in groups.items():
        shown = [row for row in found if row["name"] == "ad_impression"]
        clicks = {row["click_id"] for row in found if row["name"] == "ad_click" and row.get("click_id") is not None}
        paid = [row["price_micros"] for row in shown if row.get("price_micros") is not None]
        wanted[text(start), campaign, where] = {
            "impressions": len(shown),
            "clicks": len(clicks),
            "ctr": len(clicks) / len(shown) if shown else None,
            "spend": sum(paid) if paid else None,
        }
    return wanted, late


def creators(rows):
    """{(window end, region, author): score}, the hundred best authors of a window by name, and late rows."""
    scores, late = collections.defaultdict(collections.Counter), 0
    for row in rows:
        if row.get("is_bot"):
            continue
        author = (row.get("content") or {}).get("author_id")
        ends = list(windows(row, HOUR, 10 * SECOND))
        late += not ends
        for end in ends:
            scores[end][region(row), "" if author is None else str(author)] += POINTS.get(row["name"], 0)
    wanted = {}
    for end, groups in scores.items():
        totals = collections.Counter()
        for (_, author), score in groups.items():
            totals[author] += score
        best = sorted(totals, key=lambda author: (-totals[author], author != "", author))[:100]
        for (where, author), score in groups.items():
            key = (text(end), where, author if author in best else "other")
            wanted.setdefault(key, {"score": 0})["score"] += score
    return wanted, late


def cut_sessions(rows):
    """Rows of one visitor in the order of time, as lists: gaps of their own, a day at the most; and where each ends."""
    session, end = [], 0
    for row in rows:
        if session and (row["ts"] > end or row["ts"] >= session[0]["ts"] + 24 * HOUR):
            yield session, min(end, session[0]["ts"] + 24 * HOUR)
            session, end = [], 0
        session.append(row)
        end = max(end, row["ts"] + (5 if device(row) == "mobile" else 30) * MINUTE)
    if session:
        yield session, min(end, session[0]["ts"] + 24 * HOUR)


def hold_back(lines, every, least, most):
    """The lines with some that come later by least to most milliseconds, as from phones without a network."""
    newest, arrivals = 0, []
    for number, line in enumerate(lines):
        newest = max(newest, json.loads(line)["ts_event"] // 1000)
        held = number % every == every // 2
        arrivals.append(newest + (least + number * 7919 % (most - least) if held else 0))
    return [lines[i] for i in sorted(range(len(lines)), key=lambda i: (arrivals[i], i))]


class Visitor:
    """The sessions of one visitor as rows come; a late row counts while it changes none that ended `grace` before."""

    def __init__(self, grace):
        self.grace, self.rows, self.done = grace, [], []

    def settle(self, watermark):
        for session, end in list(cut_sessions(self.rows)):
            if end - 1 + self.grace > watermark:
                break
            self.done.append((session, end))
            self.rows = self.rows[len(session) :]

    def add(self, row, watermark):
        """False: the row is late."""
        self.settle(watermark)
        rows = sorted(self.rows + [row], key=lambda r: r["ts"])
        if next(cut_sessions(rows))[1] - 1 + self.grace <= watermark:
            return False
        self.rows = rows
        return True


def sessions(rows, delay, grace):
    """{(minute, device): sessions, bounce_rate, and all durations in order}, late rows, and how many came behind."""
    visitors, seen, late, behind = {}, set(), 0, 0
    for row in rows:
        copy, watermark = (row.get("app_id"), row.get("event_id")), row["before"] + 5 * SECOND - delay
        if (None not in copy and copy in seen) or row.get("is_bot"):
            continue
        seen.add(copy)
        user = row.get("user_id")
        who = str(user) if user is not None else row.get("anonymous_id")
        counts = visitors.setdefault(who, Visitor(grace)).add(row, watermark)
        late += not counts
        behind += counts and row["ts"] <= watermark
    groups = collections.defaultdict(list)
    for visitor in visitors.values():
        visitor.settle(float("inf"))
        for session, end in visitor.done:
            names = [row["name"] for row in session]
            views = sum(name in ("page_view", "screen_view") for name in names)
            acts = sum(name in ("follow", "connect", "feature_use") for name in names)
            seconds = (session[-1]["ts"] - session[0]["ts"]) // SECOND
            bounced = views <= 1 and acts == 0 and seconds <= 10
            groups[text((end - 1) // MINUTE * MINUTE), device(session[0])].append((seconds, bounced))
    wanted = {
        key: {
            "sessions": len(found),
            "bounce_rate": sum(bounced for _, bounced in found) / len(found),
            "seconds": sorted(seconds for seconds, _ in found),
        }
        for key, found in groups.items()
    }
    return wanted, late, behind
