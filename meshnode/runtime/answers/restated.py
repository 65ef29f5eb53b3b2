"""The same work in several places: `meshnode share` states what stands in one scope again in another.

Each entry is a record of its own, is confirmed and corrected by itself, and is listed. What adds work up counts only
the first of them. `of` says also on what work builds, so only what is alike in all that `share` takes over is the same.
"""

from collections.abc import Sequence

from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MOST_AGAIN, Again, Is, Where
from meshnode.views.rows import ContributionRow

COUNTING = (Where("status", Is.ONE_OF, ("yes", "contested")), Where("claim", Is.OTHER, "retracted"))
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
    alike = [Where(name, Is.EQUAL, getattr(row, name)) for name in ALIKE]
    wanted = [*alike, *COUNTING, Where("scope", Is.OTHER, row.scope)]
    originals = [Where("named", Is.EQUAL, row.restates)]
    earlier = [Where("restates", Is.EQUAL, row.restates), Where("record", Is.BELOW, row.record)]
    for way in (originals, earlier):
        found = lookups.views.select(ContributionRow, *way, *wanted, order="record", limit=MOST_AGAIN)
        for each in found:
            if each.corrected or row.corrected or _figures(each) == _figures(row):
                return each.record
    return None


def _figures(row: ContributionRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in NEARLY)
