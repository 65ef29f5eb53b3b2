"""A waterfall: an amount from what came to what is left, step by step, each beginning where the one before ended."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_ROW, _BAR = 38.0, 14.0


class Step(NamedTuple):
    """One step: what it adds (or takes, if less than 0), or with `is_sum` where it stands by now."""

    name: str
    amount: int
    figure: str
    colour: int = -1
    is_sum: bool = False


class Placed(NamedTuple):
    """Where a bar stands, in the unit of the amounts."""

    start: int
    end: int


def lay_out(steps: Sequence[Step]) -> list[Placed]:
    """Where each bar begins and ends; a sum reaches from nothing to where it stands."""
    found, level = [], 0
    for step in steps:
        if step.is_sum:
            found.append(Placed(0, level))
        else:
            found.append(Placed(level, level + step.amount))
            level += step.amount
    return found


def waterfall(steps: Sequence[Step], width: int, says: str) -> Markup:
    """The drawing, a row a step: name and figure above, the bar below."""
    placed = lay_out(steps)
    low = min((min(each) for each in placed), default=0)
    high = max((max(each) for each in placed), default=0)
    scale = width / (high - low) if high > low else 0.0
    inside: list[Markup] = []
    for row, (step, bar) in enumerate(zip(steps, placed, strict=True)):
        y = row * _ROW
        left, right = (scale * (edge - low) for edge in sorted(bar))
        strong = "strong" if step.is_sum else ""
        inside += [
            words(0, y + 11, step.name, letters=max(12, width // 11), class_=f"halo {strong}"),
            words(width, y + 11, step.figure, class_=f"halo end {strong}"),
        ]
        if bar.start != bar.end:
            wide = max(right - left, 1.0)
            inside.append(element("rect", x=left, y=y + 17, width=wide, height=_BAR - 4, rx=1, class_=_class(step)))
        if row + 1 < len(steps) and placed[row + 1] != Placed(0, 0):
            x = scale * (bar.end - low)
            inside.insert(0, element("line", x1=x, y1=y + 17 + _BAR - 4, x2=x, y2=y + _ROW + 17, class_="axis"))
    return drawing(width, len(steps) * _ROW, says, *inside)


def _class(step: Step) -> str:
    return f"c{step.colour}" if 0 <= step.colour <= 5 else "cx"
