"""What happened, from first to last: each a mark on a line with what it was and when."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words
from meshnode.words.times import show_moment

_ROW, _X = 26, 7


class Mark(NamedTuple):
    """Something that happened at a moment (RFC 3339)."""

    at: str
    name: str
    colour: int


def timeline(marks: Sequence[Mark], width: int, says: str) -> Markup:
    """The drawing: time runs downwards, and only its order is to scale."""
    height = max(len(marks) * _ROW, 1)
    inside = [element("line", x1=_X, y1=10, x2=_X, y2=height - _ROW + 10, class_="line")] if len(marks) > 1 else []
    for row, mark in enumerate(marks):
        y = row * _ROW + 10
        inside += [
            element("circle", cx=_X, cy=y, r=5, class_=f"c{mark.colour}" if mark.colour >= 0 else "cx"),
            words(_X + 14, y + 4, mark.name, letters=max(20, width // 13)),
            words(width, y + 4, show_moment(mark.at) if width > 500 else show_moment(mark.at)[:10], class_="quiet end"),
        ]
    return drawing(width, height, says, *inside)
