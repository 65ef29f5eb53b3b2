"""The same work in several places: `meshnode share` states what stands in one scope again in another.

Each entry is a record of its own, is confirmed and corrected by itself, and is listed. What adds work up counts only
the first of them that others have seen: that of the notebook counts where it was not shared. `of` says also on what
work builds, so only what is alike in all that `share` takes over is the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MOST_AGAIN, Again, Is, Where
from meshnode.views.rows import ContributionRow

_COUNTS = ("yes", "contested")
COUNTING = (Where("status", Is.ONE_OF, _COUNTS), Where("claim", Is.OTHER, "retracted"))
"""What contributions that count are."""
ALIKE = ("agent", "kind", "day_from", "day_to", "unit")
NEARLY = ("quantity", "scale", "value", "currency")
"""What a correction changes, so that the same work may differ in it."""


class Added(NamedTuple):
    """Contributions that are added up where `sign` is 1, and taken off again where it is -1."""

    sign: int
    where: list[Where]


def apart(way: Sequence[Where], notebook: bytes) -> list[Added]:
    """Conditions on contributions, so that of each work that meets them one entry is added: the first, of those outside
    the notebook (a scope) if there are any.

    What of the notebook was shared is added and taken off: few were, and all others are added without a look at where
    they stand, which the index for sums of time does not hold.
    """
    first = Again("named", "agent", ALIKE, NEARLY, (*way, Where("scope", Is.OTHER, notebook)))
    shared = Again("restates", "agent", ALIKE, NEARLY, tuple(way))
    stating = [*way, Where("restates", Is.EQUAL, None)]
    restating = [*way, Where("restates", Is.OTHER, None), Where("restates", Is.FIRST, first)]
    behind = (Where("scope", Is.EQUAL, notebook), Where("named", Is.AGAIN, shared))
    return [Added(sign, [*each, *more]) for each in (stating, restating) for sign, more in ((1, ()), (-1, behind))]


def first_of(lookups: Lookups, row: ContributionRow) -> bytes | None:
    """The entry in which its author stated the same work first, of those that count here; None if none did."""
    if row.restates is None:
        return None
    same = (Where("restates", Is.EQUAL, row.restates), Where("agent", Is.EQUAL, row.agent))
    for way in ([Where("named", Is.EQUAL, row.restates)], [*same, Where("record", Is.BELOW, row.record)]):
        found = lookups.views.select(ContributionRow, *way, limit=MOST_AGAIN)
        if again := [each.record for each in found if _says_the_same(each, row)]:
            return min(again)
    return None


def _says_the_same(other: ContributionRow, row: ContributionRow) -> bool:
    """Whether another entry counts, and states the same work in another place."""
    if other.scope == row.scope or other.status not in _COUNTS or other.claim == "retracted":
        return False
    names = ALIKE if other.corrected or row.corrected else (*ALIKE, *NEARLY)
    return all(getattr(other, name) == getattr(row, name) for name in names)
