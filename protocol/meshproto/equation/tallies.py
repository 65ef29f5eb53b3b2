"""What a step did in a distribution, and what all earlier distributions did together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

Path = tuple[int, ...]
"""Where a step stands: its place, or those of the tiers, the bracket and the step in it."""

Source = tuple[int, bytes]
"""What an amount came from: (0, contribution) or (1, giver of a ballot). They sort as the text lists them."""

Entering = tuple[int, bytes, bytes]
"""What is weighed: the place of its list in the step (DONE for what is done of a duty), contribution, agent."""

Idle = dict[tuple[Path, int], set[bytes]]
"""By step and list the contributions of which nothing enters there as long as nobody corrects them."""

CONTRIBUTION, BALLOT = 0, 1
DONE = -1


def works_by_list(entering: Iterable[Entering]) -> dict[int, dict[bytes, None]]:
    """By list the contributions of which something enters."""
    found: dict[int, dict[bytes, None]] = {}
    for place, which, _ in entering:
        if place not in found:
            found[place] = {}
        found[place][which] = None
    return found


class Sharing(NamedTuple):
    """One time a step shared something: how much, by which weights and limits, and what came of it.

    `rest` is the weight of what is left over where that competes for the odd units. Where weights are amounts that are
    owed or wished, they are in parts of 1/scale of a minor unit, else `scale` is 0. `base` is what percentages are of;
    to catch up it is the income of all distributions, of which `life` tells who weighs how much.
    """

    amount: int
    weights: Mapping[bytes, int]
    rooms: Mapping[bytes, int | None]
    amounts: Mapping[bytes, int]
    rest: int = 0
    scale: int = 0
    base: int = 0
    life: Mapping[bytes, int] = MappingProxyType({})


@dataclass(slots=True)
class Tally:
    """What one step did in one distribution. `weights` of its sharings stand on a scale of their own."""

    took: int = 0
    left: int = 0
    got: dict[bytes, int] = field(default_factory=dict)
    came: dict[tuple[bytes, Source], int] = field(default_factory=dict)
    weighed: dict[Entering, Fraction] = field(default_factory=dict)
    sharings: list[Sharing] = field(default_factory=list)

    def give(self, amounts: Mapping[bytes, int]) -> None:
        """Add what agents get."""
        for agent, amount in amounts.items():
            self.got[agent] = self.got.get(agent, 0) + amount

    def attribute(self, agent: bytes, amounts: Mapping[Source, int]) -> None:
        """Add what an agent's amount came from."""
        for source, amount in amounts.items():
            if amount:
                self.came[agent, source] = self.came.get((agent, source), 0) + amount

    def take_back(self, sources: Iterable[bytes]) -> int:
        """Take all that came from some contributions from those who got it; how much that was."""
        wanted = {(CONTRIBUTION, each) for each in sources}
        back = [key for key in self.came if key[1] in wanted]
        taken = 0
        for agent, source in back:
            amount = self.came.pop((agent, source))
            self.got[agent] -= amount
            taken += amount
        return taken
