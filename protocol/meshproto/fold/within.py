"""What counts in the past of a record: statuses as they were for those who knew no more than that.

A past is told by a mask of acts and by a cut: both hold for ever, so whatever is found out here does.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from meshproto.fold.charters import contesting, read_resolution
from meshproto.fold.cuts import Cuts
from meshproto.fold.entries import endings_of
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lanes import lanes_beside, reach_up, walk
from meshproto.fold.mandates import Mandate, Mandates
from meshproto.fold.memory import Memory
from meshproto.fold.roots import read_roots
from meshproto.fold.standing import COUNTS_CONTESTED, Row, row_of
from meshproto.types.authority import seen_hash

CLEAN, HELPED, SHAKEN = 0, 1, 2
"""Yes by itself, yes by a re-affirmation, contested."""


class Within:
    """The past of a record, closed under naming."""

    def __init__(
        self,
        rows: Iterable[Row],
        mask: int,
        memory: Memory,
        knowledge: Knowledge,
        behind: Mapping[int, int] | None = None,
    ) -> None:
        """`rows` are of all that the record names, `mask` says which acts it knows.

        `behind` is the reach of a past that lies in this one.
        """
        self._memory, self._knowledge, self._mask = memory, knowledge, mask
        self._mandates = Mandates(memory)
        self._cuts = Cuts(memory)
        self._cut = self._cuts.over(rows, behind)
        self._worth: dict[bytes, int] = {}
        self._plain: dict[int, bool] = {}
        self._limits: dict[tuple[bytes, int], int] = {}

    def reach(self) -> Mapping[int, int]:
        """By lane the seq of the last record that lies in this past."""
        return self._cut.all()

    def holds(self, row: Row) -> bool:
        """Whether a decided record lies in this past."""
        return row.seq <= self._cut.reach(row.lane)

    def counts(self, record_id: bytes) -> bool:
        """Whether a decided record lies in this past, and counts in the state of it."""
        row = row_of(self._memory, record_id)
        if not row.valid or not self.holds(row):
            return False
        if row.type in COUNTS_CONTESTED or self._is_plain(record_id, row):
            return True
        return self._worth_of(record_id, row) < SHAKEN

    def _is_plain(self, record_id: bytes, row: Row) -> bool:
        """Whether nothing shakes a record in any past, which its mandate tells of nearly all."""
        plain = self._plain.get(row.mandate)
        if plain is None:
            plain = self._plain[row.mandate] = is_plain(row.mandate, self._memory)
        return plain and row.type != "resolution" and self._memory.get("beyond", record_id) is None

    def _worth_of(self, record_id: bytes, row: Row) -> int:
        if record_id not in self._worth:
            self._worth[record_id] = self._judge(record_id, row)
        return self._worth[record_id]

    def _judge(self, record_id: bytes, row: Row) -> int:
        mandate = self._mandates.read(row.mandate)  # only rotates have none, on which nothing here rests
        beyond = cast(list[bytes], self._memory.get("beyond", record_id) or [])
        rivals = self._rivals(record_id, row)
        plain = not (beyond or rivals or self._is_revoked(row, mandate))
        worst = CLEAN
        for each in mandate.rests:
            worst = max(worst, self._worth_of(each, row_of(self._memory, each)))
        if plain and worst == CLEAN:
            return CLEAN
        if plain and worst == HELPED:
            return HELPED
        # Who accepts it once more by a grant beyond whose limits it goes does the same again: that is not clean.
        helped = not rivals and self._is_reaffirmed(record_id, mandate.agent)
        return HELPED if helped else SHAKEN

    def _rivals(self, record_id: bytes, row: Row) -> list[bytes]:
        if row.type != "resolution":
            return []
        resolution = read_resolution(self._memory, record_id)
        assert resolution is not None  # it is valid
        return contesting(record_id, resolution, self._knowledge, self._memory, self._mask)

    def _is_revoked(self, row: Row, mandate: Mandate) -> bool:
        """Whether something in this past ended what a record needs, without either knowing of the other."""
        known = self._knowledge.mask(row.known)
        for handle in mandate.handles:
            for ending, bit, resigns in endings_of(handle, self._memory):
                if self._mask >> bit & 1 and not resigns and not known >> bit & 1 and not self._is_before(row, ending):
                    return True
        if not mandate.person or self._memory.get("rotated", mandate.person) is None:
            return False
        roots = read_roots(mandate.person, self._memory)
        tenure = roots.used(mandate.key, known)
        assert tenure is not None  # it is valid
        return any(
            self._mask >> rotate.bit & 1
            and not self._is_before(row, rotate.record)
            and not (ends and known >> rotate.bit & 1)
            for rotate, ends in roots.against(tenure)
        )

    def _is_before(self, row: Row, ending: bytes) -> bool:
        return row.seq <= self._limit_of(ending, row.lane)

    def _limit_of(self, ending: bytes, lane: int) -> int:
        """Up to which seq the acts of a lane are before an ending, by what is seen in this past."""
        limits = self._limits.get((ending, lane))
        if limits is None:
            limits = self._limits[ending, lane] = self._find_limit(ending, lane)
        return limits

    def _find_limit(self, ending: bytes, lane: int) -> int:
        limit = self._cuts.over([row_of(self._memory, ending)]).reach(lane)
        hashes = {each for source in self._sources(ending) for each in self._seen_by(source)}
        for other in lanes_beside(self._memory, lane) if hashes else ():
            for record_id, row in walk(self._memory, other, 1):
                if not self.holds(row):
                    break
                if seen_hash(record_id) in hashes:
                    limit = max(limit, reach_up(self._memory, other, row.seq).get(lane, 0))
        return limit

    def _sources(self, ending: bytes) -> Iterator[bytes]:
        """An ending and, of this past, the revokes that add what they have seen to it."""
        yield ending
        for key, bit in self._memory.scan("adder", ending):
            if self._mask >> cast(int, bit) & 1:
                yield key[len(ending) :]

    def _seen_by(self, ending: bytes) -> list[bytes]:
        return cast(list[bytes], self._memory.get("saw", ending) or [])

    def _is_reaffirmed(self, record_id: bytes, agent: bytes) -> bool:
        """Whether a clean accept of this past makes up for what contests a record."""
        for target in (record_id, cast(bytes, self._memory.get("accept", record_id) or b"")):
            for key, _ in self._memory.scan("accepts", target + agent) if target else ():
                accept = key[-32:]
                row = row_of(self._memory, accept)
                if accept != record_id and self.holds(row) and self._worth_of(accept, row) == CLEAN:
                    return True
        return False


def is_plain(number: int, memory: Memory) -> bool:
    """Whether nothing decided so far ends or shakes a mandate, so that it holds in every past; 0 is none."""
    if not number:
        return False
    mandate = Mandates(memory).read(number)
    if any(memory.get("ended", each) is not None for each in mandate.handles):
        return False
    if mandate.person and memory.get("rotated", mandate.person) is not None:
        return False
    return not mandate.rests
