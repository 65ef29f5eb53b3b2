"""A Sankey drawing: what flows from where to where, as wide as it is much. Nothing appears or gets lost on the way."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_BOX, _GAP, _TOP = 12.0, 16.0, 26.0
_WORDS = {True: 104.0, False: 150.0}
"""Room to the right of the last column for its names and figures, on a narrow drawing and on a wide one."""
_NARROW = 500
_CRAMPED = 16
"""Letters of a name below which a drawing has no room for figures in its middle."""


class Flow(NamedTuple):
    """So much from one knot to another, which stands in a later column."""

    source: str
    target: str
    amount: int


class Knot(NamedTuple):
    """Where flows begin, pass or end."""

    key: str
    name: str
    figure: str
    """Its amount in words."""
    colour: int


class Box(NamedTuple):
    """Where a knot stands."""

    x: float
    y: float
    height: float


class Ribbon(NamedTuple):
    """Where a flow runs: from (x0, y0) to (x1, y1), the upper corners of its ends, `width` high all along."""

    flow: Flow
    x0: float
    y0: float
    x1: float
    y1: float
    width: float


class Plan(NamedTuple):
    """Everything in its place."""

    boxes: Mapping[str, Box]
    ribbons: Sequence[Ribbon]


def weight(key: str, flows: Sequence[Flow]) -> int:
    """What passes a knot: the greater of what comes and what goes."""
    comes = sum(flow.amount for flow in flows if flow.target == key)
    goes = sum(flow.amount for flow in flows if flow.source == key)
    return max(comes, goes)


def lay_out(columns: Sequence[Sequence[Knot]], flows: Sequence[Flow], width: float, height: float) -> Plan:
    """Boxes as high as what passes them, on one scale; ribbons leave and arrive in the order of the boxes."""
    room = height - _GAP * (max(map(len, columns)) - 1)
    most = max(sum(weight(knot.key, flows) for knot in column) for column in columns)
    scale = room / most if most else 0.0
    boxes: dict[str, Box] = {}
    for place, column in enumerate(columns):
        x, y = place * (width - _BOX) / max(len(columns) - 1, 1), _TOP
        for knot in column:
            high = scale * weight(knot.key, flows)
            boxes[knot.key] = Box(x, y, high)
            y += high + _GAP
    return Plan(boxes, _ribbons(boxes, flows, scale))


def _ribbons(boxes: Mapping[str, Box], flows: Sequence[Flow], scale: float) -> list[Ribbon]:
    order = {key: place for place, key in enumerate(boxes)}
    left = {key: box.y for key, box in boxes.items()}
    came = dict(left)
    found = []
    for flow in sorted(flows, key=lambda each: (order[each.source], order[each.target])):
        wide = flow.amount * scale
        start, end = boxes[flow.source], boxes[flow.target]
        found.append(Ribbon(flow, start.x + _BOX, left[flow.source], end.x, came[flow.target], wide))
        left[flow.source] += wide
        came[flow.target] += wide
    return found


def sankey(
    columns: Sequence[Sequence[Knot]], heads: Sequence[str], flows: Sequence[Flow], width: int, says: str
) -> Markup:
    """The drawing, with the name of each column above it."""
    height = _height(columns)
    room = _WORDS[width < _NARROW]
    plan = lay_out(columns, flows, width - room, height)
    colours = {knot.key: knot.colour for column in columns for knot in column}
    names = {knot.key: knot for column in columns for knot in column}
    inside = [_ribbon(each, colours, names) for each in plan.ribbons]
    last = len(columns) - 1
    letters = max(9, int((width - room) / (7.6 * max(last, 1))))
    for place, column in enumerate(columns):
        x = plan.boxes[column[0].key].x if column else 0.0
        beside = 0 < place < last and letters >= _CRAMPED
        inside.append(words(x + (_BOX if beside else 0), 12, heads[place], class_="quiet end" if beside else "quiet"))
        for knot in column:
            inside += _knot(knot, plan.boxes[knot.key], place, last, int(room / 7.2) if place == last else letters)
    return drawing(width, _TOP + height + 16, says, *inside)


def _height(columns: Sequence[Sequence[Knot]]) -> float:
    return max(150.0, 54.0 * max(map(len, columns)))


def _ribbon(ribbon: Ribbon, colours: Mapping[str, int], names: Mapping[str, Knot]) -> Markup:
    x0, y0, x1, y1, wide = ribbon.x0, ribbon.y0, ribbon.x1, ribbon.y1, max(ribbon.width, 1.0)
    middle = (x0 + x1) / 2
    path = (
        f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        f"V{y1 + wide:.1f}C{middle:.1f} {y1 + wide:.1f} {middle:.1f} {y0 + wide:.1f} {x0:.1f} {y0 + wide:.1f}Z"
    )
    source, target = names[ribbon.flow.source], names[ribbon.flow.target]
    told = element("title", f"{source.name} to {target.name}")
    return element("path", told, d=path, class_=f"flow {_class(colours[ribbon.flow.target])}")


def _knot(knot: Knot, box: Box, place: int, last: int, letters: int) -> list[Markup]:
    """A box with its name and its figure beside it, where they cross the fewest colours."""
    high = max(box.height, 1.5)
    x, y, side = box.x + _BOX + 6, box.y + high / 2, "start"
    box_ = element("rect", x=box.x, y=box.y, width=_BOX, height=high, rx=1.5, class_=_class(knot.colour))
    if 0 < place < last:
        if letters < _CRAMPED:  # what passes through is told by both ends
            return [box_, words(x, y + 4, knot.name, letters, class_="strong halo")]
        x, side = box.x - 6, "end"  # where what comes has one colour
    return [
        box_,
        words(x, y - 1, knot.name, letters, class_=f"strong halo {side}"),
        words(x, y + 13, knot.figure, class_=f"quiet halo {side}"),
    ]


def _class(colour: int) -> str:
    return f"c{colour}" if 0 <= colour <= 5 else "cx"
