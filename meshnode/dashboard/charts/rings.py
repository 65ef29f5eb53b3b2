"""Rings around a middle: who belongs most closely stands innermost, each ring with its name."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_LETTER, _LINE, _TURNS, _EDGE, _INNERMOST, _APART = 6.6, 30.0, 36, 24.0, 0.38, 14.0


class Somebody(NamedTuple):
    """Somebody on a ring: their name, their colour from 0 to 5, and what is told when pointed at."""

    name: str
    colour: int
    says: str


class Ring(NamedTuple):
    """One ring: what those on it have in common, and who they are."""

    name: str
    people: Sequence[Somebody]


class Size(NamedTuple):
    """How large drawings are: `most` people stand on a ring, `letters` of a name are shown."""

    width: float
    step: float
    """From one ring to the next, upwards."""
    flat: float
    """How much farther a ring is across than upwards, while there is room."""
    most: int
    letters: int

    def height(self, number: int) -> float:
        """Of a drawing with so many rings; one alone has room for those who stand on it."""
        return 2 * (self.step * max(number, 1.5) + _EDGE)


class Box(NamedTuple):
    """What a name takes up."""

    x: float
    y: float
    width: float

    def overlap(self, other: "Box") -> float:
        """The area that both take up, or all but."""
        across = (self.width + other.width) / 2 + _APART - abs(self.x - other.x)
        down = _LINE - abs(self.y - other.y)
        return max(across, 0.0) * max(down, 0.0)


WIDE, NARROW = Size(1000.0, 66.0, 2.6, 14, 14), Size(328.0, 68.0, 1.0, 5, 10)


def rings(found: Sequence[Ring], size: Size, says: str) -> Markup:
    """The drawing, the first ring innermost."""
    height = size.height(len(found))
    middle = (size.width / 2, height / 2)
    inside = [
        element("ellipse", cx=middle[0], cy=middle[1], rx=across, ry=up, class_="axis")
        for across, up in radii(len(found), size)
    ]
    boxes = lay_out(found, size)
    for ring, (label, *spots) in zip(found, boxes, strict=True):
        inside.append(words(label.x, label.y + 4, _label(ring, size), class_="mid quiet halo"))
        for each, spot in zip(ring.people[: size.most], spots, strict=True):
            inside += [
                element("circle", element("title", each.says), cx=spot.x, cy=spot.y - 7, r=7, class_=f"c{each.colour}"),
                words(spot.x, spot.y + 14, each.name, size.letters, class_="mid halo"),
            ]
    return drawing(size.width, height, says, *inside)


def radii(number: int, size: Size) -> list[tuple[float, float]]:
    """How far each ring is from the middle, across and up."""
    up = size.height(number) / 2 - _EDGE
    across = min(size.width / 2 - size.letters * _LETTER / 2 - 4, up * size.flat)
    inner = 1.0 if number == 1 else max(1 / number, _INNERMOST)
    far = [inner + (1 - inner) * each / max(number - 1, 1) for each in range(number)]
    return [(across * each, up * each) for each in far]


def lay_out(found: Sequence[Ring], size: Size) -> list[list[Box]]:
    """Of each ring where its name stands, and those on it: evenly, each ring turned so that least is covered."""
    middle, taken, placed = (size.width / 2, size.height(len(found)) / 2), [], []
    for ring, (_, up) in zip(found, radii(len(found), size), strict=True):
        taken.append(Box(middle[0], middle[1] + up, len(_label(ring, size)) * _LETTER))
    labels = list(taken)
    for ring, label, (across, up) in zip(found, labels, radii(len(found), size), strict=True):
        people = ring.people[: size.most]
        ways = [_around(people, middle, (across, up), turn, size) for turn in _turns(len(people))]
        best = min(ways, key=lambda boxes: _covered(boxes, taken))
        taken += best
        placed.append([label, *best])
    return placed


def _turns(number: int) -> list[float]:
    """Ways to turn a ring, in radians from the top, none of which puts somebody where another one does."""
    return [2 * pi / max(number, 1) * each / _TURNS for each in range(_TURNS)]


def _around(
    people: Sequence[Somebody], middle: tuple[float, float], radius: tuple[float, float], turn: float, size: Size
) -> list[Box]:
    angles = [turn - pi / 2 + 2 * pi * place / len(people) for place in range(len(people))]
    return [
        Box(
            middle[0] + radius[0] * cos(angle),
            middle[1] + radius[1] * sin(angle),
            max(min(len(each.name), size.letters) * _LETTER, 16.0),
        )
        for each, angle in zip(people, angles, strict=True)
    ]


def _covered(boxes: Sequence[Box], taken: Sequence[Box]) -> float:
    """How much of what is there already, and of each other, boxes cover."""
    there = sum(each.overlap(other) for each in boxes for other in taken)
    return there + sum(one.overlap(other) for one, other in pairwise([*boxes, *boxes[:1]]) if one is not other)


def _label(ring: Ring, size: Size) -> str:
    more = len(ring.people) - size.most
    return f"{ring.name}, {more} more" if more > 0 else ring.name
