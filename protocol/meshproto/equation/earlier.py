"""What earlier distributions did together: all that a new one looks back at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from meshproto.equation.tallies import CONTRIBUTION, Entering, Path, Tally, works_by_list
from meshproto.equation.terms import Claim, Leaf, ProRata, Reimburse, Step, Tiers

NO_TALLY = Tally()
"""That of a step in a distribution that was not run."""


class Outcome(NamedTuple):
    """What came of a distribution: each step's tally, what was left. `sign` is −1 if all of it is meant negatively.

    `heads` are the rounds whose attestations count, of what was paid for here and weighed in another distribution.
    """

    tallies: dict[Path, Tally]
    left: int
    sign: int = 1
    heads: Mapping[bytes, int] = MappingProxyType({})


@dataclass(slots=True)
class Earlier:
    """Sums over distributions. Of those under another version of the equation only what 08-equations 9 names."""

    income: int = 0
    got: dict[Path, dict[bytes, int]] = field(default_factory=dict)
    paid: dict[tuple[Path, bytes], int] = field(default_factory=dict)
    times: dict[Path, int] = field(default_factory=dict)
    weighed: dict[Path, dict[Entering, Fraction]] = field(default_factory=dict)
    touched: dict[tuple[Path, int], set[bytes]] = field(default_factory=dict)
    heads: dict[bytes, int] = field(default_factory=dict)
    spent: set[bytes] = field(default_factory=set)
    reimbursed: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    claimed: dict[tuple[Path, bytes, bytes], int] = field(default_factory=dict)
    claimed_before: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    ballots: list[int] = field(default_factory=list)

    def add_amounts(self, outcome: Outcome, steps: Sequence[Step], place: int, *, same_version: bool) -> None:
        """Add what a distribution gave to whom. `place` is the round whose ballots it used."""
        for path, step in leaves(steps):
            tally = outcome.tallies.get(path, NO_TALLY)
            if outcome.sign > 0:
                self._add_claims(path, step, tally, same_version=same_version)
            if same_version:
                self._add_got(path, tally, outcome.sign)
        if same_version:
            self.ballots.append(place)

    def add_weighed(self, outcome: Outcome, heads_as_of: int, *, same_version: bool) -> None:
        """Add what a distribution weighed, by the attestations of a round."""
        for path, tally in outcome.tallies.items():
            for place, works in works_by_list(tally.weighed).items():
                for which in works:
                    self.heads.setdefault(which, heads_as_of)
                if same_version:
                    self.touched.setdefault((path, place), set()).update(works)
                else:
                    self.spent.update(works)
            if same_version and tally.weighed:
                self._add_differences(path, tally)

    def _add_differences(self, path: Path, tally: Tally) -> None:
        weighed = self.weighed.setdefault(path, {})
        for entering, difference in tally.weighed.items():
            before = weighed.get(entering)
            weighed[entering] = difference if before is None else before + difference

    def _add_got(self, path: Path, tally: Tally, sign: int) -> None:
        received = self.got.setdefault(path, {})
        for agent, amount in tally.got.items():
            received[agent] = received.get(agent, 0) + sign * amount
            if sign > 0:
                self.paid[path, agent] = self.paid.get((path, agent), 0) + amount
        if sign > 0 and any(tally.got.values()):
            self.times[path] = self.times.get(path, 0) + 1

    def _add_claims(self, path: Path, step: Leaf, tally: Tally, *, same_version: bool) -> None:
        match step:
            case Reimburse():
                for which, agent, amount in _paid(tally):
                    self.reimbursed[which, agent] = self.reimbursed.get((which, agent), 0) + amount
            case ProRata(claim=Claim.UNTIL_PAID) if same_version:
                for which, agent, amount in _paid(tally):
                    self.claimed[path, which, agent] = self.claimed.get((path, which, agent), 0) + amount
            case ProRata(claim=Claim.UNTIL_PAID):
                for which, agent, amount in _paid(tally):
                    self.claimed_before[which, agent] = self.claimed_before.get((which, agent), 0) + amount
            case _:
                pass


def _paid(tally: Tally) -> Iterator[tuple[bytes, bytes, int]]:
    """What was paid for which contribution, and to whom."""
    return ((which, agent, amount) for (agent, (kind, which)), amount in tally.came.items() if kind == CONTRIBUTION)


def leaves(steps: Sequence[Step]) -> Iterator[tuple[Path, Leaf]]:
    """All steps that share something, with their paths, in the order of the equation."""
    for place, step in enumerate(steps):
        if isinstance(step, Tiers):
            for bracket_place, bracket in enumerate(step.brackets):
                for inner, leaf in enumerate(bracket.steps):
                    yield (place, bracket_place, inner), leaf
        else:
            yield (place,), step


def written(path: Path) -> str:
    """A path as people and files see it."""
    if len(path) == 1:
        return f"steps[{path[0]}]"
    return f"steps[{path[0]}].brackets[{path[1]}].steps[{path[2]}]"
