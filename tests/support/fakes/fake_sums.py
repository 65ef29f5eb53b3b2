"""Sums as a node that is none tells them."""

from meshnode.api.models.shared import Quantity
from meshnode.api.models.terms import Money, Sums, Total, Worth


def sums(contributions: int) -> Sums:
    """What some contributions make together; nothing if there are none."""
    if not contributions:
        return Sums(0, [], [], False)
    totals = [Total(Quantity(12_600, 0, "SEC"), 2), Total(Quantity(125, 1, "KGM"), 1)]
    worths = [Worth(Money(38_540, "EUR", 2), 1), Worth(Money(7, "XYZ", None), 1)]
    return Sums(contributions, totals, worths, False)
