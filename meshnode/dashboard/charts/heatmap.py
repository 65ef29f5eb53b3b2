"""A calendar: a column a week, a row a weekday, the darker the more hours."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words
from meshnode.dashboard.wording import hours

STEPS = (0, 2 * 3600, 4 * 3600, 7 * 3600)
"""Seconds above which a day is one shade darker: anything, two hours, four, a working day."""
SHADES = ("nothing", "up to 2 h", "up to 4 h", "up to 7 h", "more")
WEEK = 7
_LEFT, _TOP, _CELL, _GAP = 30, 20, 14, 3
_STEP = _CELL + _GAP


class Layout(NamedTuple):
    """How many weeks are drawn."""

    weeks: int

    @property
    def width(self) -> int:
        """Of the whole drawing."""
        return _LEFT + self.weeks * _STEP

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return _TOP + WEEK * _STEP + 26


WIDE, NARROW = Layout(53), Layout(18)


def shade(seconds: int) -> int:
    """How dark a day is, from 0 to 4."""
    return sum(seconds > step for step in STEPS)


def first_day(last: date, layout: Layout = WIDE) -> date:
    """The Monday with which a calendar that ends at `last` begins."""
    return last - timedelta(days=last.weekday() + (layout.weeks - 1) * WEEK)


def heat_map(days: Mapping[date, int], last: date, layout: Layout, says: str) -> Markup:
    """The calendar up to `last`, of seconds by day."""
    first = first_day(last, layout)
    number = (last - first).days + 1
    cells = [_cell(first + timedelta(days=each), each, days) for each in range(number)]
    names = [
        words(0, _TOP + row * _STEP + 11, name, class_="quiet") for row, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"))
    ]
    return drawing(layout.width, layout.height, says, *names, *_months(first, layout), *cells, *_legend(layout))


def _cell(day: date, place: int, days: Mapping[date, int]) -> Markup:
    column, row = divmod(place, WEEK)
    seconds = days.get(day, 0)
    told = f"<title>{day:%a %d %b %Y}: {hours(seconds)} h</title>" if seconds else ""
    x, y = _LEFT + column * _STEP, _TOP + row * _STEP
    # Written at once, for there are hundreds of them, and nothing in it was written by anybody.
    return Markup(
        f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" rx="2" class="h{shade(seconds)}">{told}</rect>'
    )


def _months(first: date, layout: Layout) -> list[Markup]:
    """The name of each month above its first whole week, unless the drawing ends right after it."""
    found, before = [], first.month
    for week in range(layout.weeks - 1):
        monday = first + timedelta(days=week * WEEK)
        if monday.month != before or week == 0:
            if week or (monday + timedelta(days=2 * WEEK)).month == monday.month:
                found.append(words(_LEFT + week * _STEP, 12, f"{monday:%b}", class_="quiet"))
            before = monday.month
    return found


def _legend(layout: Layout) -> list[Markup]:
    y = _TOP + WEEK * _STEP + 8
    x = _LEFT
    found = [words(x, y + 12, "Less", class_="quiet")]
    x += 34
    for step, meaning in enumerate(SHADES):
        found.append(
            element("rect", element("title", meaning), x=x, y=y, width=_CELL, height=_CELL, rx=2, class_=f"h{step}")
        )
        x += _STEP
    return [*found, words(x + 4, y + 12, "more hours in a day", class_="quiet")]
