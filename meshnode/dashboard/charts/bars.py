"""Bars from left to right: what is longest stands on top, each with its figure."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_ROW, _BAR = 34, 16


class Bar(NamedTuple):
    """One bar: its name, its parts, and its figure in words. Each part has a colour's number."""

    name: str
    parts: Sequence[tuple[int, int]]
    """Pairs of an amount and a colour from 0 to 5, or -1 for none of them."""
    figure: str

    @property
    def total(self) -> int:
        """All its parts."""
        return sum(amount for amount, _ in self.parts)


class Drawn(NamedTuple):
    """Where a part of a bar stands."""

    x: float
    width: float
    colour: int


def lay_out(bar: Bar, longest: int, room: float) -> list[Drawn]:
    """The parts of a bar beside each other, where `longest` takes all the room."""
    found, x = [], 0.0
    for amount, colour in bar.parts:
        width = room * amount / longest if longest else 0.0
        found.append(Drawn(x, width, colour))
        x += width
    return found


def bars(found: Sequence[Bar], width: int, says: str) -> Markup:
    """Bars below each other, on one scale."""
    longest = max((bar.total for bar in found), default=0)
    inside: list[Markup] = []
    for row, bar in enumerate(found):
        y = row * _ROW
        inside += [
            words(0, y + 12, bar.name, letters=max(12, width // 9), class_="strong"),
            words(width, y + 12, bar.figure, class_="end"),
        ]
        inside += [
            element(
                "rect", x=part.x, y=y + 18, width=max(part.width, 1), height=_BAR - 6, rx=1, class_=_class(part.colour)
            )
            for part in lay_out(bar, longest, width)
            if part.width > 0
        ]
    return drawing(width, max(len(found) * _ROW, 1), says, *inside)


def _class(colour: int) -> str:
    return f"c{colour}" if 0 <= colour <= 5 else "cx"
