"""What a revoke or rotate does to acts signed without knowing of it: which are before it, and which are concurrent.

An act is before an ending up to a *limit* in its lane: the last record there in the past of the ending, or the last one
whose seen-hash is given. Limits are kept only for lanes that use what is ended, and only grow.
"""

from collections.abc import Iterable, Iterator
from typing import cast

from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lanes import Cut, cut_of, lanes_beside, number8, reach_up, walk
from meshproto.fold.memory import RARE, Memory
from meshproto.fold.standing import Row
from meshproto.records.record import Record
from meshproto.types.authority import seen_hash


class Endings:
    """Limits of endings, and the records that lie beyond them."""

    def __init__(self, memory: Memory, knowledge: Knowledge) -> None:
        self._memory, self._knowledge = memory, knowledge

    def limit(self, ending: bytes, lane: int) -> int:
        """Up to which seq the acts of a lane are before an ending."""
        return cast(int, self._memory.get("limit", ending + number8(lane)) or 0)

    def begin(self, record: Record, row: Row) -> list[bytes]:
        """Let a valid revoke or rotate take hold; gives the acts whose status it may have changed."""
        found: dict[bytes, None] = {}
        if self._handles(record.id):
            self._draw(record.id, cut_of(row, self._memory))
        hashes: list[bytes] = record.facts.get("seen", [])
        if hashes:
            for ending in _added_to(record, self._memory):
                found.update(dict.fromkeys(self._see(ending, hashes, record.id)))
            for _ in self._see(record.id, hashes, record.id):
                pass  # this has contested nothing yet, so nothing is spared that stood otherwise
        found.update(dict.fromkeys(self._concurrent(record.id)))
        return [*found]

    def arrive(self, record_id: bytes, row: Row) -> list[bytes]:
        """See whether somebody named a record by its seen-hash; gives the acts whose status that may have changed."""
        found: dict[bytes, None] = {}
        name = seen_hash(record_id)
        for key, _ in self._memory.scan("sought", name):
            found.update(dict.fromkeys(self._extend(key[len(name) :], row.lane, row.seq)))
            self._memory.delete("sought", key)
        return [*found]

    def _handles(self, ending: bytes) -> list[bytes]:
        return cast(list[bytes], self._memory.get("force", ending) or [])

    def _uses(self, ending: bytes) -> Iterator[tuple[int, int]]:
        """The lanes that use what is ended, and from which seq on."""
        for handle in self._handles(ending):
            for key, seq in self._memory.scan("uses", handle):
                yield int.from_bytes(key[len(handle) :], "big"), cast(int, seq)

    def _draw(self, ending: bytes, cut: Cut) -> None:
        """Set the limits where the past of an ending ends."""
        for lane, _ in [*self._uses(ending)]:
            if lane in cut:
                self._memory.put("limit", ending + number8(lane), cut[lane])

    def _concurrent(self, ending: bytes) -> Iterator[bytes]:
        """The acts beyond the limits of an ending newly decided, of which none can know."""
        for lane, first in [*self._uses(ending)]:
            for record_id, _ in walk(self._memory, lane, max(first, self.limit(ending, lane) + 1)):
                yield record_id

    def _see(self, ending: bytes, hashes: Iterable[bytes], by: bytes) -> Iterator[bytes]:
        """Set limits at the records named by hashes; those that are not here yet are sought."""
        wanted = dict.fromkeys(hashes)
        bit = self._knowledge.known_bit(by)
        lanes = {other: None for lane, _ in [*self._uses(ending)] for other in lanes_beside(self._memory, lane)}
        for lane in lanes:
            for record_id, row in walk(self._memory, lane, self.limit(ending, lane) + 1):
                if self._knowledge.mask(row.known) & bit:
                    break
                name = seen_hash(record_id)
                if name in wanted:
                    del wanted[name]
                    yield from self._extend(ending, lane, row.seq)
        for name in wanted:
            self._memory.put("sought", name + ending, b"")
            self._memory.put("counter", RARE, 1)

    def _extend(self, ending: bytes, lane: int, seq: int) -> Iterator[bytes]:
        """Set the limits at a record and where its lane comes from; gives the acts that come before an ending so."""
        for each, reach in reach_up(self._memory, lane, seq).items():
            old = self.limit(ending, each)
            if reach <= old:
                continue
            self._memory.put("limit", ending + number8(each), reach)
            for record_id, row in walk(self._memory, each, old + 1):
                if row.seq > reach:
                    break
                yield record_id


def _added_to(record: Record, memory: Memory) -> list[bytes]:
    """The endings that a revoke adds what it has seen to."""
    targets: list[bytes] = record.facts.get("targets", [])
    return [each for each in targets if memory.get("adder", each + record.id) is not None]
