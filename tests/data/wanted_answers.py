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


def end_alone(row):
    return row["ts"] + (5 if device(row) == "mobile" else 30) * MINUTE


def cut(visit):
    """The sessions of a visitor, each with its end."""
    found = []
    for row in sorted(visit, key=lambda row: (row["ts"], device(row))):
        if found and row["ts"] <= found[-1][1]:
            found[-1] = (found[-1][0] + [row], max(found[-1][1], end_alone(row)))
        else:
            found.append(([row], end_alone(row)))
    return found


def is_too_late(row, visit):
    """Has the session that the row would be in closed more than ten minutes ago?  The delay follows lateness, and the
    phones that are late are so by hours: half a minute is right for all of them."""
    watermark = row["before"] - 25 * SECOND - 10 * MINUTE
    if end_alone(row) > watermark:
        return False
    return next(end for session, end in cut([*visit, row]) if row in session) <= watermark


def sessions(rows):
    """{(minute, device): sessions, bounce_rate, duration_p50}, and how many rows came too late."""
    seen, visits, minutes, late = set(), collections.defaultdict(list), collections.defaultdict(list), 0
    for row in rows:
        copy = (row.get("app_id"), row.get("event_id"))
        if None not in copy and copy in seen:
            continue
        seen.add(copy)
        if row.get("is_bot") is True:
            continue
        visit = visits[str(row["user_id"]) if row.get("user_id") is not None else row.get("anonymous_id")]
        if is_too_late(row, visit):
            late += 1
        else:
            visit.append(row)
    for visit in visits.values():
        for session, end in cut(visit):
            minutes[text((end - 1) // MINUTE * MINUTE), device(session[0])].append(session)
    wanted = {}
    for key, closed in minutes.items():
        seconds, bounces = [], 0
        for session in closed:
            seconds.append((session[-1]["ts"] - session[0]["ts"]) // SECOND)
            views = sum(row["name"] in ("page_view", "screen_view") for row in session)
            acts = sum(row["name"] in ("follow", "connect", "feature_use") for row in session)
            bounces += views <= 1 and acts == 0 and seconds[-1] <= 10
        seconds.sort()
        half = seconds[(len(seconds) - 1) // 2]
        wanted[key] = {"sessions": len(closed), "bounce_rate": bounces / len(closed), "duration_p50": half}
    return wanted, late


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
