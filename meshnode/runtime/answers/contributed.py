"""What was contributed: lists and sums of it, by who, what for and on which terms."""

from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import NamedTuple

from meshnode.runtime.answers.restated import COUNTING, Added, apart
from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MAX_IN, Among, Is, Plain, Sum, Where
from meshnode.views.projection import SECONDS
from meshnode.views.rows import ContributionRow, EvidenceRow, ShareRow
from meshproto.records.ids import ext

MOST_GROUPS = 64
"""Units or currencies that sums are told of; more is noise, or somebody's mischief."""
MOST_READ = 7 * MOST_GROUPS
"""Groups read for them: a unit has one for each of its scales."""
LARGEST = 2**63 - 1
"""Largest sum that is told. Only who claims absurd amounts gets beyond."""

MOST_HOURS = 500
"""Days, projects or people that hours are told of: more than a year of days."""

MOST_DOUBLES = 16
"""Files looked at, and contributions told, of those that may claim the same."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contributions; what is None does not matter."""

    scope: bytes | None = None
    agent: bytes | None = None
    """Who signed it."""
    who: bytes | None = None
    """Who signed it or has a share in it."""
    project: bytes | None = None
    batch: str | None = None
    kind: str | None = None
    stream: str | None = None
    comp: str | None = None
    several: bool = False
    """Only what more than one have a share in."""
    besides: tuple[bytes, ...] = ()
    """Agents whose contributions are left out."""

    def conditions(self) -> list[Where]:
        """All of it but `who`, as conditions on the rows."""
        names = ("scope", "agent", "project", "batch", "kind", "stream", "comp")
        where = [Where(name, Is.EQUAL, getattr(self, name)) for name in names if getattr(self, name) is not None]
        where += [Where("authors", Is.AT_LEAST, 2)] if self.several else []
        return where + ([Where("agent", Is.NONE_OF, self.besides[:MAX_IN])] if self.besides else [])

    def ways(self) -> list[list[Where]]:
        """The conditions, once for what `who` signed and once for what they only share in; no row fits both."""
        where = self.conditions()
        if self.who is None:
            return [where]
        shared = [Where("record", Is.RECORD_OF, Among(ShareRow, "agent", self.who))]
        return [[*where, Where("agent", Is.EQUAL, self.who)], [*where, *shared, Where("agent", Is.OTHER, self.who)]]


@dataclass(frozen=True, slots=True)
class Found:
    """What contributions make together: exact figures, each with how many contributions it is of."""

    contributions: int
    quantities: list[tuple[tuple[int, int, str], int]]
    """n, s and unit, of all kinds but money; the most frequent unit first."""
    values: list[tuple[tuple[int, str], int]]
    """Minor units and currency."""
    more: bool
    """Some are not told: there are too many, or they are too large."""


class Hours(NamedTuple):
    """The time of contributions that are alike in something."""

    of: Plain
    seconds: int
    contributions: int


def contributions(
    lookups: Lookups, wanted: Wanted, after: tuple[int, bytes] | None, limit: int
) -> list[ContributionRow]:
    """Contributions, the latest first; `after` is (at, record) of the last one of the page before."""
    pages = [
        lookups.views.select(ContributionRow, *where, order="at", newest_first=True, limit=limit, after=after)
        for where in wanted.ways()
    ]
    return list(islice(merge(*pages, key=lambda row: (row.at, row.record), reverse=True), limit))


def sums(lookups: Lookups, wanted: Wanted, notebook: bytes = b"") -> Found:
    """What all of them make together that count and were not retracted; what was shared from elsewhere once.

    Of what was shared from the `notebook`, a scope, what others have seen is added.
    """
    ways = _counting(wanted, notebook)
    no_money = Where("kind", Is.OTHER, "money")  # money is no piece of anything
    things = [Added(sign, [*way, no_money]) for sign, way in ways]
    amounts = _added(lookups, "quantity", ("unit", "scale"), things)
    values = _added(lookups, "value", ("currency",), ways)
    quantities, worth = _by_unit(amounts), _by_currency(values)
    told = [each for each in quantities if each[0][0] <= LARGEST][:MOST_GROUPS]
    priced = [each for each in worth if each[0][0] <= LARGEST][:MOST_GROUPS]
    whole = len(told) == len(quantities) and len(priced) == len(worth)
    return Found(
        contributions=sum(sign * lookups.views.count(ContributionRow, *way) for sign, way in ways),
        quantities=told,
        values=priced,
        more=not whole or max(len(amounts), len(values)) >= MOST_READ,
    )


def hours(lookups: Lookups, wanted: Wanted, by: str, first: str, last: str, notebook: bytes = b"") -> list[Hours]:
    """The time of contributions that began within a period, apart for each value of the column `by`; most first.

    What took several days counts on its first, and what was shared from elsewhere once, as in `sums`.
    """
    period = [Where("day_from", Is.AT_LEAST, first or "0"), Where("day_from", Is.BELOW, f"{last or '9'}~")]
    totals: dict[Plain, tuple[int, int]] = {}
    for sign, way in _counting(wanted, notebook):
        for (value,), total, rows in lookups.views.sums(
            ContributionRow, "seconds", (by,), *way, *period, limit=MOST_HOURS
        ):
            seconds, count = totals.get(value, (0, 0))
            totals[value] = (seconds + sign * total, count + sign * rows)
    told = [Hours(value, min(seconds, LARGEST), count) for value, (seconds, count) in totals.items() if count > 0]
    return sorted(told, key=lambda each: (-each.seconds, str(each.of)))


def _counting(wanted: Wanted, notebook: bytes) -> list[Added]:
    """The conditions on what is added up and taken off; no row counts by two of them."""
    return [once for way in wanted.ways() for once in apart([*way, *COUNTING], notebook)]


def doubles(lookups: Lookups, row: ContributionRow) -> list[bytes]:
    """Other contributions that the same files show, or that other agreements took in: perhaps claimed twice.

    Not those that were retracted, or by which the same author states the same work again elsewhere.
    """
    mine = {row.record, ext(row.record), row.restates}
    found = {each.record: each for each in _taken_elsewhere(lookups, row)}
    for file in lookups.views.select(EvidenceRow, Where("record", Is.EQUAL, row.record), limit=MOST_DOUBLES):
        same = Where("record", Is.RECORD_OF, Among(EvidenceRow, "sha256", file.sha256))
        besides = (Where("record", Is.OTHER, row.record), Where("claim", Is.OTHER, "retracted"))
        for other in lookups.views.select(ContributionRow, same, *besides, order="at", limit=MOST_DOUBLES):
            again = other.agent == row.agent and {other.record, ext(other.record), other.restates} & mine - {None}
            if not again:
                found[other.record] = other
    return sorted(found)[:MOST_DOUBLES]


def twins(lookups: Lookups, row: ContributionRow) -> list[bytes]:
    """Other work of the same author in the same place with the same title, day and amount: perhaps written twice."""
    alike = ("scope", "agent", "title", "day_from", "day_to", "kind", "unit", "quantity", "scale")
    where = [Where(name, Is.EQUAL, getattr(row, name)) for name in alike]
    besides = (Where("record", Is.OTHER, row.record), Where("claim", Is.OTHER, "retracted"))
    found = lookups.views.select(ContributionRow, *where, *besides, order="at", limit=MOST_DOUBLES) if row.title else ()
    return [each.record for each in found]


def _taken_elsewhere(lookups: Lookups, row: ContributionRow) -> list[ContributionRow]:
    """The same earlier work, stated again in another agreement, of a contribution in an agreement."""
    if row.restates is None or not lookups.versions(row.scope):
        return []
    same = (Where("restates", Is.EQUAL, row.restates), Where("scope", Is.OTHER, row.scope))
    others = lookups.views.select(
        ContributionRow, *same, Where("claim", Is.OTHER, "retracted"), order="at", limit=MOST_DOUBLES
    )
    return [each for each in others if lookups.versions(each.scope)]


def _added(lookups: Lookups, column: str, by: tuple[str, ...], ways: list[Added]) -> list[Sum]:
    return [
        Sum(each.of, sign * each.total, sign * each.rows)
        for sign, way in ways
        for each in lookups.views.sums(ContributionRow, column, by, *way, limit=MOST_READ)
    ]


def _by_unit(found: list[Sum]) -> list[tuple[tuple[int, int, str], int]]:
    """Sums in one unit each at the finest scale; times are added up as seconds."""
    totals: dict[str, tuple[int, int, int]] = {}
    for (unit, scale), total, rows in found:
        assert isinstance(unit, str)
        assert isinstance(scale, int)
        name = "SEC" if unit in SECONDS else unit
        n, s, count = totals.get(name, (0, 0, 0))
        finest = max(s, scale)
        added = total * SECONDS.get(unit, 1) * 10 ** (finest - scale)
        totals[name] = (n * 10 ** (finest - s) + added, finest, count + rows)
    listed = sorted(totals.items(), key=lambda each: (-each[1][2], each[0]))
    return [((*_shortest(n, s), unit), count) for unit, (n, s, count) in listed if count > 0]


def _by_currency(found: list[Sum]) -> list[tuple[tuple[int, str], int]]:
    totals: dict[str, tuple[int, int]] = {}
    for (currency,), total, rows in found:
        assert isinstance(currency, str)
        amount, count = totals.get(currency, (0, 0))
        totals[currency] = (amount + total, count + rows)
    listed = sorted(totals.items(), key=lambda each: (-each[1][1], each[0]))
    return [((amount, currency), count) for currency, (amount, count) in listed if count > 0]


def _shortest(n: int, s: int) -> tuple[int, int]:
    """The same number without zeros at its end."""
    while s and n % 10 == 0:
        n, s = n // 10, s - 1
    return n, s
