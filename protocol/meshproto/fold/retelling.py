"""Going once more through the rounds of a chain of distributions, to say why their amounts are what they are.

A chain that was told is kept for a while: its next line, or the distribution after it, is told from there. What is
kept is a function of the past of a distribution and holds for ever; nothing in it is a number that a memory gave out.
"""

from typing import NamedTuple

from meshproto.equation.book import Book
from meshproto.equation.settled import Settled
from meshproto.fold.chains import Telling
from meshproto.fold.memory import Memory
from meshproto.fold.sharing import chain_of, tell_up_to

MAX_WORKS = 20_000
"""Contributions in all chains that are kept, some 20 MB, unless one alone has more. The chains told last are kept."""


class Retold(NamedTuple):
    """A round of a chain of distributions, worked out again, and the book it stands in."""

    book: Book
    settled: Settled


class _Told(NamedTuple):
    """The distributions that a telling tells."""

    chain: list[bytes]
    telling: Telling

    @property
    def works(self) -> int:
        return sum(len(each.round.contributions) for each in self.telling.settled)


class Retelling:
    """Works rounds out again, for one who asks at a time."""

    def __init__(self) -> None:
        self._kept: list[_Told] = []

    def of(self, distribution: bytes, memory: Memory) -> Retold:
        """The round of a valid distribution."""
        chain = chain_of(distribution, memory)
        told = self._take(chain)
        if len(told.chain) < len(chain):
            tell_up_to(distribution, told.telling, memory)
            told = _Told(chain, told.telling)
        self._keep(told)
        assert told.telling.book is not None  # there is at least this one
        return Retold(told.telling.book, told.telling.settled[len(chain) - 1])

    def _take(self, chain: list[bytes]) -> _Told:
        """What is kept of a chain, perhaps of more or less of it; should telling it fail, it is kept no more."""
        for place, each in enumerate(self._kept):
            both = min(len(each.chain), len(chain))
            if each.chain[:both] == chain[:both]:
                return self._kept.pop(place)
        return _Told([], Telling())

    def _keep(self, told: _Told) -> None:
        self._kept.append(told)
        while len(self._kept) > 1 and sum(each.works for each in self._kept) > MAX_WORKS:
            del self._kept[0]
