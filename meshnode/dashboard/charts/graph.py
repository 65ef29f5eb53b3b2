"""A graph of nodes: this one in the middle, the others around it, each tie by how it is."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_ROOM_BELOW = 34.0


class Around(NamedTuple):
    """Somebody around this node: their name, how they are tied to it (`direct`, `relayed`, `idle`, `failing`)."""

    name: str
    tie: str
    says: str


class Spot(NamedTuple):
    """Where somebody stands."""

    x: float
    y: float


class Size(NamedTuple):
    """Of the drawing."""

    width: float
    height: float


WIDE, NARROW = Size(1000.0, 380.0), Size(328.0, 360.0)


def lay_out(number: int, size: Size) -> list[Spot]:
    """Places around the middle, evenly, none below it, where its name is; every second nearer where many stand."""
    middle = Spot(size.width / 2, (size.height - _ROOM_BELOW) / 2 + 8)
    across, up = size.width / 2 - 64, (size.height - _ROOM_BELOW) / 2 - 26
    found = []
    for place in range(number):
        near = 0.62 if number > 8 and place % 2 else 1.0
        turn = 2 * pi * (place + (0.5 if number % 2 == 0 else 0)) / number - pi / 2
        found.append(Spot(middle.x + across * near * cos(turn), middle.y + up * near * sin(turn)))
    return found


def graph(me: str, around: Sequence[Around], size: Size, says: str) -> Markup:
    """The drawing, with what each kind of tie looks like below it."""
    middle = Spot(size.width / 2, (size.height - _ROOM_BELOW) / 2 + 8)
    spots = lay_out(len(around), size)
    letters = 18 if size is WIDE else 11
    inside = [_tie(middle, spot, each) for spot, each in zip(spots, around, strict=True)]
    for spot, each in zip(spots, around, strict=True):
        inside += [
            element("circle", element("title", each.says), cx=spot.x, cy=spot.y, r=9, class_=f"node {each.tie}"),
            words(spot.x, spot.y + (-15 if spot.y < middle.y - 40 else 24), each.name, letters, class_="mid halo"),
        ]
    inside += [
        element("circle", cx=middle.x, cy=middle.y, r=13, class_="c0"),
        words(middle.x, middle.y + 29, me, letters, class_="mid strong halo"),
    ]
    return drawing(size.width, size.height, says, *inside, *_legend(size))


def _tie(start: Spot, end: Spot, each: Around) -> Markup:
    return element("line", x1=start.x, y1=start.y, x2=end.x, y2=end.y, class_=f"tie {each.tie}")


def _legend(size: Size) -> list[Markup]:
    found, y = [], size.height - 8
    step = size.width / 4
    for place, tie in enumerate(("direct", "relayed", "idle", "failing")):
        x = place * step
        found += [
            element("line", x1=x, y1=y - 4, x2=x + 22, y2=y - 4, class_=f"tie {tie}"),
            words(x + 28, y, tie, class_="quiet"),
        ]
    return found
