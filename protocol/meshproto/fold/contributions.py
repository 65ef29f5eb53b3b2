"""What remains of a contribution's claim after its corrections."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.types.value import Measure, Money


class Correction(NamedTuple):
    """One correction of a record, by its author."""

    record: bytes
    kind: str
    qty: Measure | None
    value: Money | None
    at: int


def corrections_of(target: bytes, memory: Memory) -> Iterator[Correction]:
    """Give the corrections of a record, by id."""
    for key, row in memory.scan("correction", target):
        kind, qty, value, at = cast(tuple[str, tuple[int, int, str] | None, tuple[int, str] | None, int], row)
        yield Correction(key[32:], kind, Measure(*qty) if qty else None, Money(*value) if value else None, at)


def quantity_after(claim: Measure, corrections: Iterable[Correction]) -> Measure:
    """The claim with all deltas of the same unit added, at the finest scale, and never below zero."""
    # SPEC 04-fold 8.3: A delta in another unit or currency has no effect.
    parts = [claim, *(each.qty for each in corrections if each.qty and each.qty.u == claim.u)]
    scale = max(each.s for each in parts)
    total = sum(each.n * 10 ** (scale - each.s) for each in parts)
    return Measure(max(total, 0), scale, claim.u)


def value_after(claim: Money, corrections: Iterable[Correction]) -> Money:
    """The claimed value with all deltas in the same currency added, never below zero."""
    deltas = (each.value.amt for each in corrections if each.value and each.value.cur == claim.cur)
    return Money(max(claim.amt + sum(deltas), 0), claim.cur)
