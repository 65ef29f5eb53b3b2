"""The root keys of a person: the genesis, and rotates made with recovery keys, of which rivals may exist."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.fold.places import read_place
from meshproto.records.encoding import Value
from meshproto.records.record import Record


class Tenure(NamedTuple):
    """A time during which a key is a person's root: from the genesis, or from a rotate on."""

    record: bytes
    after: bytes
    """The tenure before; empty for the genesis."""
    votes: int
    """How many recovery keys signed it."""
    key: bytes
    bit: int
    """The bit of the rotate; -1 for the genesis, which everybody knows."""


def note_rotate(record: Record, bit: int, memory: Memory) -> None:
    """Remember a valid rotate."""
    facts = record.facts
    row: list[Value] = [facts["after"], len(facts["keys"]), record.key, bit]
    memory.put("rotate", record.scope + record.id, row)
    memory.put("rotated", record.scope, b"")


def rotates_of(person: bytes, memory: Memory) -> Iterator[Tenure]:
    """The valid rotates of a person."""
    for key, row in memory.scan("rotate", person):
        after, votes, root, bit = cast(tuple[bytes, int, bytes, int], row)
        yield Tenure(key[len(person) :], after, votes, root, bit)


def read_roots(person: bytes, memory: Memory) -> "Roots":
    """All tenures of a person."""
    place = read_place(memory, person)
    assert place is not None  # the caller knows that this is a person
    return Roots(person, place.key, memory)


class Roots:
    """All tenures of a person, of which each record knows some."""

    def __init__(self, person: bytes, key: bytes, memory: Memory) -> None:
        """`key` is that of the person's genesis."""
        self._tenures = {person: Tenure(person, b"", 0, key, -1)}
        if memory.get("rotated", person) is not None:
            self._tenures.update({each.record: each for each in rotates_of(person, memory)})

    def __iter__(self) -> Iterator[Tenure]:
        return iter(self._tenures.values())

    def after(self, tenure: bytes, mask: int) -> list[Tenure]:
        """The known rotates that follow a tenure."""
        return [each for each in self if each.after == tenure and mask >> each.bit & 1]

    def winners(self, mask: int) -> list[Tenure]:
        """The known tenures that none that is known follows or beats, by id."""
        found: list[Tenure] = []
        ahead = [next(iter(self))]
        while ahead:
            here = ahead.pop()
            following = self.after(here.record, mask)
            most = max((each.votes for each in following), default=0)
            ahead += [each for each in following if each.votes == most]
            if not following:
                found.append(here)
        return sorted(found)

    def used(self, key: bytes, mask: int) -> Tenure | None:
        """The tenure under which a key signs as the root; None if it is none, or no more."""
        return next((each for each in self.winners(mask) if each.key == key), None)

    def knows(self, key: bytes, mask: int) -> list[Tenure]:
        """The known tenures with a key."""
        return [each for each in self if each.key == key and (each.bit < 0 or mask >> each.bit & 1)]

    def path(self, tenure: Tenure) -> list[Tenure]:
        """The tenures from the genesis to this one."""
        way = [tenure]
        while way[-1].after:
            way.append(self._tenures[way[-1].after])
        return way[::-1]

    def against(self, tenure: Tenure) -> Iterator[tuple[Tenure, bool]]:
        """The rotates that end a tenure (True) or tie with it (False)."""
        # SPEC 04-fold 3.3: A rotate r of A that is not on the path of a tenure T, but whose `after` is, **ends** T if
        # that is T itself, or if r has more votes than the rotate that follows `after` on the path.
        path = self.path(tenure)
        following = {one.record: other for one, other in pairwise(path)}
        for each in self:
            if each in path:
                continue
            if each.after == tenure.record:
                yield each, True
            elif each.after in following and each.votes >= following[each.after].votes:
                yield each, each.votes > following[each.after].votes

    def enders_of(self, key: bytes, mask: int) -> list[bytes]:
        """The known rotates by which a key that was a root is none any more."""
        return sorted(
            {
                rival.record
                for tenure in self.knows(key, mask)
                for rival, ends in self.against(tenure)
                if ends and mask >> rival.bit & 1
            }
        )
