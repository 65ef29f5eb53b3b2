"""What a revoke or rotate does to acts signed without knowing of it: which are before it, and which are concurrent.

An act is before an ending up to a *limit* in its lane: the last record there in the past of the ending, or the last one
whose seen-hash is given. Limits are kept only for lanes that use what is ended, and only grow.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias, cast

from meshproto.fold.cuts import Cut, Cuts
from meshproto.fold.lanes import lanes_beside, number8, reach_up, walk, walk_back
from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row
from meshproto.records.record import Record
from meshproto.types.authority import seen_hash

Span: TypeAlias = tuple[int, int, int]
"""A stretch of a lane: lane, first and last seq."""

SOUGHT = b"sought"
"""The counter that is there once a record was named by its seen-hash before it came."""
SEEN_SIZE = 33
"""Bytes of a seen-hash."""


class Endings:
    """Limits of endings, and the records that lie beyond them."""

    def __init__(self, memory: Memory) -> None:
        self._memory, self._cuts = memory, Cuts(memory)

    def limit(self, ending: bytes, lane: int) -> int:
        """Up to which seq the acts of a lane are before an ending."""
        return cast(int, self._memory.get("limit", ending + number8(lane)) or 0)

    def begin(self, record: Record, row: Row) -> list[bytes]:
        """Let a valid revoke or rotate take hold; gives the acts whose status it may have changed."""
        found: dict[bytes, None] = {}
        if self._handles(record.id):
            self._draw(record.id, self._cuts.of(row))
        hashes: list[bytes] = record.facts.get("seen", [])
        if hashes:
            for ending in _added_to(record, self._memory):
                found.update(self._acts(self._see(ending, hashes)))
            self._see(record.id, hashes)  # this has contested nothing yet, so nothing is spared that stood otherwise
        found.update(dict.fromkeys(self._concurrent(record.id)))
        return [*found]

    def arrive(self, record_id: bytes, row: Row) -> list[bytes]:
        """See whether somebody named a record by its seen-hash; gives the acts whose status that may have changed."""
        spared: list[Span] = []
        for key in sought(record_id, self._memory):
            spared += self._extend(key[SEEN_SIZE:], row.lane, row.seq)
            self._memory.delete("sought", key)
        return [*self._acts(spared)]

    def _handles(self, ending: bytes) -> list[bytes]:
        return cast(list[bytes], self._memory.get("force", ending) or [])

    def _uses(self, ending: bytes) -> list[tuple[int, int]]:
        """The lanes that use what is ended, and from which seq on."""
        return [
            (int.from_bytes(key[len(handle) :], "big"), cast(int, seq))
            for handle in self._handles(ending)
            for key, seq in self._memory.scan("uses", handle)
        ]

    def _draw(self, ending: bytes, cut: Cut) -> None:
        """Set the limits where the past of an ending ends."""
        for lane, _ in self._uses(ending):
            if reach := cut.reach(lane):
                self._memory.put("limit", ending + number8(lane), reach)

    def _concurrent(self, ending: bytes) -> Iterator[bytes]:
        """The acts beyond the limits of an ending newly decided, of which none can know."""
        for lane, first in self._uses(ending):
            for record_id, _ in walk(self._memory, lane, max(first, self.limit(ending, lane) + 1)):
                yield record_id

    def _see(self, ending: bytes, hashes: Iterable[bytes]) -> list[Span]:
        """Set limits at the records named by hashes; those that are not here yet are sought. What `_extend` gives."""
        wanted, spared, memory = dict.fromkeys(hashes), list[Span](), self._memory
        lanes = {other: None for lane, _ in self._uses(ending) for other in lanes_beside(memory, lane)}
        lows = {lane: self.limit(ending, lane) + 1 for lane in lanes}
        for lane, low in lows.items():
            if last := self._last_named(wanted, lane, low):
                spared += self._extend(ending, lane, last)
        if wanted:  # also what lies behind something else that is named is not to be sought
            for lane, low in lows.items():
                for each, _ in walk(memory, lane, low):
                    wanted.pop(seen_hash(each), None)
        for name in wanted:
            memory.put("sought", name + ending, b"")
            memory.put("counter", SOUGHT, 1)
        return spared

    def _last_named(self, wanted: dict[bytes, None], lane: int, low: int) -> int:
        """The seq of the last record of a lane that is wanted, which it then is no more; 0 if none is."""
        for record_id, row in walk_back(self._memory, lane, low):  # mostly it is the last record of all
            name = seen_hash(record_id)
            if name in wanted:
                del wanted[name]
                return row.seq
        return 0

    def _extend(self, ending: bytes, lane: int, seq: int) -> list[Span]:
        """Set the limits at a record and where its lane comes from; gives what comes before an ending so."""
        spared: list[Span] = []
        for each, reach in reach_up(self._memory, lane, seq).items():
            old = self.limit(ending, each)
            if reach > old:
                self._memory.put("limit", ending + number8(each), reach)
                spared.append((each, old + 1, reach))
        return spared

    def _acts(self, spans: Iterable[Span]) -> dict[bytes, None]:
        """All acts that lie in some stretches of lanes."""
        found: dict[bytes, None] = {}
        for lane, low, high in spans:
            for record_id, row in walk(self._memory, lane, low):
                if row.seq > high:
                    break
                found[record_id] = None
        return found


def sought(record_id: bytes, memory: Memory) -> list[bytes]:
    """Where it stands in table `sought` that somebody named a record by its seen-hash before it came."""
    if memory.get("counter", SOUGHT) is None:  # so for most nodes, which this finds out without a hash
        return []
    return [key for key, _ in memory.scan("sought", seen_hash(record_id))]


def _added_to(record: Record, memory: Memory) -> list[bytes]:
    """The endings that a revoke adds what it has seen to."""
    targets: list[bytes] = record.facts.get("targets", [])
    return [each for each in targets if memory.get("adder", each + record.id) is not None]
