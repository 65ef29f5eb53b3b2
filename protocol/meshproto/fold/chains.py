"""What is kept of chains of distributions, so that one more does not go through all that was shared before it.

All of it is a function of the past of the last distribution of a chain, and holds for ever: whatever becomes of the
memory, it can be used again or thrown away at any time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meshproto.equation.book import Book
from meshproto.equation.settled import Settled
from meshproto.fold.concerns import Concern

MAX_WORKS = 150_000
"""Contributions in all chains that are kept at a time, a few KB each. The chains used last are kept."""

MAX_CHAINS = 10_000
"""Chains kept at a time, some KB each even if nothing entered: anybody may begin as many as there is room for."""


class Inputs:
    """All that entered with a chain."""

    def __init__(self) -> None:
        self.works: dict[bytes, None] = {}
        self.said: dict[tuple[bytes, bytes], tuple[bytes, ...]] = {}
        """By contribution and attester what entered last of what they said, by id."""
        self.corrected: set[bytes] = set()
        self.sizes = [0, 0, 0]
        """How many contributions, attestations and corrections."""

    def add(self, entered: Sequence[Sequence[bytes]], concern: Callable[[bytes], Concern]) -> None:
        """Add the contributions, attestations and corrections that entered with one distribution more."""
        works, said, corrections = entered
        self.works.update(dict.fromkeys(works))
        self.said.update(_by_head(said, concern))
        self.corrected.update(corrections)
        self.sizes = [size + len(more) for size, more in zip(self.sizes, entered, strict=True)]


@dataclass(slots=True)
class Telling:
    """The rounds of a chain, told into a book.

    `spent` says of each income in which round it was shared, `added` of those that share something new the versions.
    """

    book: Book | None = None
    version: bytes = b""
    spent: dict[bytes, int] = field(default_factory=dict)
    added: list[bytes] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """How many rounds are told."""
        return 0 if self.book is None else self.book.place + 1


@dataclass(slots=True)
class Chain:
    """A chain as it is after its last distribution, under a version; its past reaches so far into each lane.

    `ends` are the last records there, of lanes in which something was written in the agreement; `mandates` are those of
    all that was written in that past; 0 stands for what went beyond its mandate.
    """

    version: bytes
    inputs: Inputs
    telling: Telling
    reach: Mapping[int, int]
    ends: Mapping[int, bytes]
    mandates: frozenset[int]


class Chains:
    """The chains used last, by their last distribution."""

    def __init__(self) -> None:
        self._chains: dict[bytes, Chain] = {}
        self._works = 0

    def take(self, distribution: bytes) -> Chain | None:
        """What is kept up to a distribution. It is not kept any more: whoever goes on with it keeps it anew."""
        chain = self._chains.pop(distribution, None)
        if chain is not None:
            self._works -= len(chain.inputs.works)
        return chain

    def keep(self, distribution: bytes, chain: Chain) -> None:
        """Keep a chain, in place of those that were not used for longest.

        What is kept of a record that is judged anew, because the memory was rolled back, is replaced: numbers of lanes
        and mandates may be given to others then.
        """
        self.take(distribution)
        self._chains[distribution] = chain
        self._works += len(chain.inputs.works)
        while self._works > MAX_WORKS or len(self._chains) > MAX_CHAINS:
            self.take(next(iter(self._chains)))


def _by_head(ids: Iterable[bytes], concern: Callable[[bytes], Concern]) -> dict[tuple[bytes, bytes], tuple[bytes, ...]]:
    found: dict[tuple[bytes, bytes], list[bytes]] = {}
    for each in ids:
        said = concern(each)
        found.setdefault((said.facts["subject"], said.agent), []).append(each)
    return {head: tuple(some) for head, some in found.items()}
