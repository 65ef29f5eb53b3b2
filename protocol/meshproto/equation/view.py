"""What one distribution may look at: its cut, the terms, and what earlier ones did."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from meshproto.equation.confirming import ZERO, Standing
from meshproto.equation.earlier import Earlier
from meshproto.equation.inputs import Ballot, Contribution
from meshproto.equation.knowledge import Knowledge
from meshproto.equation.matching import matches, parts_of
from meshproto.equation.measures import ONE, converts, factor, product
from meshproto.equation.tallies import Idle, Path
from meshproto.equation.terms import EVERYONE, Late, Match, Terms, Weight

ALIKE_REMEMBERED = 4096
"""Standings of which is kept, by author, what they come to in a weight."""


class Worths:
    """What contributions weigh for whom in one weight."""

    __slots__ = ("_alike", "_shared", "_weight")

    def __init__(self, weight: Weight) -> None:
        self._weight = weight
        self._shared: dict[bytes, tuple[Standing, dict[bytes, Fraction]]] = {}
        """By contribution, of those that have shares."""
        self._alike: dict[tuple[int, bytes], tuple[Standing, dict[bytes, Fraction]]] = {}
        """By standing, and so by unit, and author: of all others."""

    def of(self, contribution: Contribution, standing: Standing) -> dict[bytes, Fraction]:
        """What one weighs for whom, as all do that are like it."""
        if contribution.shares:
            known = self._shared.get(contribution.id)
            if known is None or known[0] is not standing:
                known = self._shared[contribution.id] = standing, weight_of(self._weight, contribution, standing)
            return known[1]
        key = id(standing), contribution.agent
        known = self._alike.get(key)
        if known is None or known[0] is not standing:
            if len(self._alike) >= ALIKE_REMEMBERED:
                self._alike.clear()
            known = self._alike[key] = standing, weight_of(self._weight, contribution, standing)
        return known[1]

    def forget(self, which: Collection[bytes]) -> None:
        """Let go of what was found of some."""
        for each in self._shared.keys() & which:
            del self._shared[each]


@dataclass(frozen=True, slots=True)
class View:
    """A cut (`as_of` a round), seen by the distribution of round `place`; `reopened` if it is being restated.

    `memo` keeps the worths of each weight of these terms, by path, list and place in it. `without` are contributions
    that are rejected by now; `again` is what came from some of them being shared anew. `dropped` are contributions with
    agents who have left, and to whom nothing more is paid on them. What is `idle` is passed over; `idling` is filled
    with what becomes so.
    """

    knowledge: Knowledge
    terms: Terms
    earlier: Earlier
    memo: dict[tuple[Path, int, int], Worths]
    place: int
    as_of: int
    reopened: str | None = None
    without: frozenset[bytes] = frozenset()
    again: bool = False
    dropped: frozenset[tuple[bytes, bytes]] = frozenset()
    idle: Idle = field(default_factory=dict)
    idling: Idle = field(default_factory=dict)

    @property
    def late(self) -> Late:
        """The late policy. What is reopened takes late work in, unless it does so anyway."""
        late = self.terms.late
        return Late.NEXT if self.reopened is not None and late is Late.EXCLUDE else late

    def contributions(self, match: Match, idle: Collection[bytes] = ()) -> Iterator[Contribution]:
        """The matching contributions in the cut that are neither rejected nor idle."""
        without = self.without
        for contribution in self.knowledge.contributions(self.as_of, match.kind, idle):
            if contribution.id not in without and matches(match, contribution) and self._within(contribution):
                yield contribution

    def standing(self, contribution: Contribution) -> Standing:
        """What it is worth here. What was weighed before is seen with the attestations of that time."""
        which = contribution.id
        return self.knowledge.standing(which, self.as_of, self.earlier.heads.get(which, self.as_of), self.terms)

    def is_left_out_as_late(self, contribution: Contribution) -> bool:
        """Whether it came too late for an agreement that excludes that."""
        if self.late is not Late.EXCLUDE:
            return False
        return self.knowledge.is_late(contribution.id, self.as_of, self.terms)

    def ballots(self) -> Iterator[Ballot]:
        """The ballots that count: those of its own round, and to catch up all earlier ones."""
        places = {self.place, *(self.earlier.ballots if self.late is Late.CATCH_UP else ())}
        for place in sorted(places):
            yield from self.knowledge.ballots(place)

    def _within(self, contribution: Contribution) -> bool:
        # SPEC 08-equations 7.2: It takes in what was usable in some round up to its own (even if it was retracted), and
        # what has become usable since if it has `when` and `when.to` is not after the `to` of that round
        if self.reopened is None:
            return True
        first = self.knowledge.first_usable(contribution.id, self.as_of, self.terms)
        if first is not None and first <= self.place:
            return True
        return contribution.when is not None and contribution.when[1] <= self.reopened


def weight_of(weight: Weight, contribution: Contribution, standing: Standing) -> dict[bytes, Fraction]:
    """What a contribution weighs for each agent, without those for whom it is nothing."""
    return _worth_of(weight, contribution, _base_of(weight, contribution.qty.u, standing))


def _base_of(weight: Weight, unit: str, standing: Standing) -> Fraction:
    """What a contribution in a unit weighs for an agent who has all of it at a rate of 1."""
    if weight.unit is None:
        base = standing.value
    elif converts(unit, weight.unit):
        base = product(standing.confirmed, factor(unit, weight.unit))
    else:
        return ZERO
    return product(base, standing.quality) if weight.quality else base


def _worth_of(weight: Weight, contribution: Contribution, base: Fraction) -> dict[bytes, Fraction]:
    if not base:
        return {}
    if weight.rate is None and not contribution.shares:
        return {contribution.agent: base}  # So it is with most.
    found = {}
    for agent, part in parts_of(contribution).items():
        # SPEC 08-equations 4.1: Without `rate` the rate is 1; with it, that of a, or that of `"*"`, or 0.
        rate = ONE if weight.rate is None else weight.rate.get(agent, weight.rate.get(EVERYONE, ZERO))
        if rate:
            found[agent] = product(product(base, part), rate)
    return found
