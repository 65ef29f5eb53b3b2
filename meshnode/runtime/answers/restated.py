"""The same work in several places: `meshnode share` states what stands in one scope again in another.

Each entry is a record of its own, is confirmed and corrected by itself, and is listed. What adds work up counts only
the first of them. `of` says also on what work builds, so only what is alike in all that `share` takes over is the same.
"""

from collections.abc import Sequence

from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MOST_AGAIN, Again, Is, Where
from meshnode.views.rows import ContributionRow

_COUNTS = ("yes", "contested")
COUNTING = (Where("status", Is.ONE_OF, _COUNTS), Where("claim", Is.OTHER, "retracted"))
"""What contributions that count are."""
ALIKE = ("agent", "kind", "day_from", "day_to", "unit")
NEARLY = ("quantity", "scale", "value", "currency")
"""What a correction changes, so that the same work may differ in it."""


def apart(way: Sequence[Where]) -> list[list[Where]]:
    """Conditions on contributions, so that of each work only the first entry that meets them does: once for those that
    state nothing again, and once for those that do. No row fits both.
    """
    first = Again("named", "agent", ALIKE, NEARLY, tuple(way))
    restating = Where("restates", Is.OTHER, None)
    return [[*way, Where("restates", Is.EQUAL, None)], [*way, restating, Where("restates", Is.FIRST, first)]]


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
