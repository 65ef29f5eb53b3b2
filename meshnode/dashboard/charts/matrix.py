"""A matrix: what is told of in rows and columns, each cell by its shade and its sign."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from meshnode.dashboard.charts.svg import drawing, element, words

_ROW, _CELL, _TOP = 24, 20, 74


class Cell(NamedTuple):
    """One cell: how dark it is (0 to 4), its sign, and what it says in words."""

    shade: int
    sign: str
    says: str


def matrix(
    rows: Sequence[tuple[str, Sequence[Cell]]],
    columns: Sequence[str],
    width: int,
    label: int,
    says: str,
    cell_width: int = _CELL,
) -> Markup:
    """The drawing: names of rows take `label` of its width, names of columns stand aslant above them."""
    step = min(76.0, (width - label - 30) / max(len(columns), 1))
    inside = []
    for place, name in enumerate(columns):
        x = label + place * step + cell_width / 2
        inside.append(words(x, _TOP - 8, name, 14, transform=f"rotate(-40 {x:.1f} {_TOP - 8})"))
    for number, (name, cells) in enumerate(rows):
        y = _TOP + number * _ROW
        inside.append(words(0, y + 14, name, max(12, label // 8)))
        for place, cell in enumerate(cells[: len(columns)]):
            x = label + place * step
            told = element("title", cell.says)
            inside += [
                element("rect", told, x=x, y=y, width=cell_width, height=_CELL, rx=3, class_=f"h{cell.shade}"),
                words(x + cell_width / 2, y + 14, cell.sign, class_=f"mid on{cell.shade}"),
            ]
    return drawing(width, _TOP + len(rows) * _ROW, says, *inside)
