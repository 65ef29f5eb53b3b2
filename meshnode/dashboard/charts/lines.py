"""Lines that only rise: what has come together by each day, a step at each day on which something came."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_TOP, _FOOT, _APART = 10.0, 26.0, 28.0
_SHORT = 420


class Line(NamedTuple):
    """One line: whose, the last figure in words, its colour, and pairs of a day and how much there was from it on."""

    name: str
    figure: str
    colour: int
    points: Sequence[tuple[date, int]]


class Size(NamedTuple):
    """Of the drawing, and how much of its width on the right the names take."""

    width: int
    height: int
    names: int


def lay_out(line: Line, first: date, last: date, most: int, size: Size) -> list[tuple[float, float]]:
    """The corners of a line from its first step to the right edge; `most` reaches the top."""
    days, room = max((last - first).days, 1), size.width - size.names
    height = size.height - _TOP - _FOOT
    found: list[tuple[float, float]] = []
    level = size.height - _FOOT
    for day, amount in line.points:
        x = room * (day - first).days / days
        found.append((x, level))
        level = _TOP + height * (1 - amount / most) if most else level
        found.append((x, level))
    return [*found, (float(room), level)] if found else []


def places_of(levels: Sequence[float], lowest: float) -> list[float]:
    """Where names stand beside the ends of their lines, in their order: as near as they can without touching.

    None stands below `lowest`: for that, those above it move up.
    """
    found = [0.0] * len(levels)
    ordered = sorted(range(len(levels)), key=lambda each: levels[each])
    below = 0.0
    for place in ordered:
        found[place] = below = max(levels[place], below)
        below += _APART
    above = lowest
    for place in reversed(ordered):
        found[place] = above = min(found[place], above)
        above -= _APART
    return found


def lines(found: Sequence[Line], last: date, size: Size, says: str) -> Markup:
    """All lines on one scale, from the first day on which anything came."""
    drawn = [line for line in found if line.points]
    first = min((line.points[0][0] for line in drawn), default=last)
    most = max((line.points[-1][1] for line in drawn), default=0)
    paths = [lay_out(line, first, last, most, size) for line in drawn]
    floor, room = size.height - _FOOT, size.width - size.names
    inside = [element("line", x1=0, y1=floor, x2=room, y2=floor, class_="axis")]
    for line, path in zip(drawn, paths, strict=True):
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
        inside.append(element("polyline", element("title", line.name), points=corners, class_=f"rise s{line.colour}"))
    for line, y in zip(drawn, places_of([path[-1][1] for path in paths], floor - 12), strict=True):
        inside += [
            element("line", x1=room + 6, y1=y - 2, x2=room + 18, y2=y - 2, class_=f"rise s{line.colour}"),
            words(room + 23, y + 2, line.name, letters=size.names // 9, class_="strong"),
            words(room + 23, y + 15, line.figure, class_="quiet"),
        ]
    foot = size.height - 8
    inside.append(words(0, foot, f"{first:%d %b %Y}", class_="quiet"))
    inside.append(words(room, foot, f"{last:%d %b}" if size.width < _SHORT else f"{last:%d %b %Y}", class_="quiet end"))
    return drawing(size.width, size.height, says, *inside)
