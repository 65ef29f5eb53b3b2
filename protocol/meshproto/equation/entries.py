"""An entry: a distribution as it stands, and what it amounts to (08-equations 5)."""

from dataclasses import dataclass
from typing import NamedTuple

from meshproto.equation.earlier import Outcome
from meshproto.equation.tallies import CONTRIBUTION, Path, Source
from meshproto.equation.terms import Terms

NOTHING = Outcome({}, 0)
"""What came of a distribution that was not run yet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A distribution as it stands. Amounts are in minor units.

    `place` is the round that made it, `as_of` the one whose knowledge is its cut: a later one if it was restated.
    `disputed` are the contributions for which it holds what they brought; `rejections` say which of them were rejected
    in which round. `version` counts the amendments of the terms. `dropped` is what the round said of who has left.
    """

    place: int
    version: int
    terms: Terms
    to: str
    income: int
    brought: int
    as_of: int
    disputed: frozenset[bytes] = frozenset()
    rejections: tuple[tuple[int, tuple[bytes, ...]], ...] = ()
    outcome: Outcome = NOTHING
    dropped: frozenset[tuple[bytes, bytes]] = frozenset()

    @property
    def is_restated(self) -> bool:
        """Whether its cut is not its own any more."""
        return self.as_of != self.place

    @property
    def carry(self) -> int:
        """What it leaves to the next."""
        return self.outcome.sign * self.outcome.left

    def amounts(self, path: Path) -> dict[bytes, int]:
        """What each agent has from a step, payable and held together."""
        tally = self.outcome.tallies.get(path)
        return {} if tally is None else {agent: self.outcome.sign * got for agent, got in tally.got.items()}

    def left(self, path: Path) -> int:
        """What a step left."""
        tally = self.outcome.tallies.get(path)
        return 0 if tally is None else self.outcome.sign * tally.left

    def holds(self, source: Source) -> bool:
        """Whether what came from it is held."""
        # SPEC 08-equations 8.2: In a negative distribution (6) nothing is held.
        kind, which = source
        return self.outcome.sign > 0 and kind == CONTRIBUTION and which in self.disputed

    def held(self) -> dict[bytes, int]:
        """What is held of each agent's amounts."""
        held: dict[bytes, int] = {}
        if not self.disputed:
            return held
        for tally in self.outcome.tallies.values():
            for (agent, source), amount in tally.came.items():
                if self.holds(source):
                    held[agent] = held.get(agent, 0) + amount
        return held


class Change(NamedTuple):
    """What a round did to a distribution; `old` is None where it made it."""

    old: Entry | None
    new: Entry
