"""Work: when, on what and by whom, as a calendar and as bars; and the list it comes from."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from meshnode.client import work_answers as w
from meshnode.client.answers import Page
from meshnode.dashboard.charts.bars import Bar, bars
from meshnode.dashboard.charts.heatmap import NARROW, WIDE, first_day, heat_map
from meshnode.dashboard.figures import Column, Figure, Sheet, Table
from meshnode.dashboard.settings import PAGE_ROWS
from meshnode.dashboard.view import Given, View
from meshnode.dashboard.wording import amount, hours, local_day, name, place, title

MOST_BARS = 12
"""Bars of one drawing; what is beyond stands together in the last."""
BAR_WIDTHS = (400, 328)


async def show(given: Given) -> View:
    """The page."""
    ask, mine = given.ask, given.query.get("who") != "all"
    last = local_day(given.now)
    who, first = "me" if mine else "all", first_day(last).isoformat()
    period: dict[str, str | bool] = {"from": first, "to": last.isoformat(), "mine": mine}
    days = cast(list[w.Hours], await ask.items("/contributions/hours", by="day", **period))
    projects = cast(list[w.Hours], await ask.items("/contributions/hours", by="project", **period))
    cursor = given.query.get("cursor")
    found = cast(Page[w.Contribution], await ask.get("/contributions", mine=mine, limit=PAGE_ROWS, cursor=cursor))
    figures = [calendar(days, last)]
    figures += [by_name("projects", "Hours per project", "no project", projects)]
    if not mine:
        people = cast(list[w.Hours], await ask.items("/contributions/hours", by="agent", **period))
        figures.append(by_name("people", "Hours per person", "nobody known", people))
    values = {
        "mine": mine,
        "who": who,
        "entries": found["items"],
        "next": found["next"],
        "first_page": cursor is None,
        "total": hours(sum(each["seconds"] for each in days)),
        "from_day": first,
        "entries_at": {"who": who, "cursor": cursor} if cursor else {"who": who},
        "any": bool(days or found["items"]),
    }
    return View("work.html", "Work", values, tuple(figures), {"who": who}, (listed(found["items"]),))


def listed(entries: Sequence[w.Contribution]) -> Sheet:
    """The entries of a page as a list to take along."""
    columns = (Column("From"), Column("To"), Column("What"), Column("Amount"), Column("Who"), Column("Where"))
    rows = [
        (each["day_from"], each["day_to"], title(each), amount(each), name(each["agent"]), place(each["scope"]))
        for each in entries
    ]
    return Sheet("entries", "Entries", Table(columns, rows))


def calendar(days: Sequence[w.Hours], last: date) -> Figure:
    """Hours by day, a year of them."""
    by_day = {date.fromisoformat(each["of"]): each["seconds"] for each in days if each["of"]}
    total = sum(by_day.values())
    busiest = max(by_day, key=lambda day: (by_day[day], day), default=None)
    most = f"; most on {busiest:%d %b %Y}, {hours(by_day[busiest])} h" if busiest else ""
    says = f"{hours(total)} hours on {len(by_day)} days within a year{most}"
    rows = [(day.isoformat(), hours(seconds)) for day, seconds in sorted(by_day.items(), reverse=True)]
    return Figure(
        "calendar",
        "A year of days",
        says,
        heat_map(by_day, last, WIDE, says),
        heat_map(by_day, last, NARROW, says),
        Table((Column("Day"), Column("Hours", True)), rows),
    )


def by_name(name: str, title: str, nothing: str, found: Sequence[w.Hours]) -> Figure:
    """Hours of each project or person, the most first."""
    named = [(each["name"] or nothing, each["seconds"]) for each in found]
    drawn = named[:MOST_BARS] if len(named) <= MOST_BARS else named[: MOST_BARS - 1]
    rest = sum(seconds for _, seconds in named[len(drawn) :])
    bits = [Bar(each, ((seconds, -1 if each == nothing else 0),), f"{hours(seconds)} h") for each, seconds in drawn]
    bits += [Bar(f"{len(named) - len(drawn)} others", ((rest, -1),), f"{hours(rest)} h")] if rest else []
    says = f"{title}: " + ", ".join(f"{bar.name} {bar.figure}" for bar in bits)
    wide, narrow = (bars(bits, width, says) for width in BAR_WIDTHS)
    rows = [(each, hours(seconds)) for each, seconds in named]
    return Figure(name, title, says, wide, narrow, Table((Column("What"), Column("Hours", True)), rows))
