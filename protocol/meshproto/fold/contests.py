"""Yes or contested: what a valid record is worth while others end what it rests on.

A status is a function of the set of records: it is computed anew from what it hangs on whenever that changes, and the
row keeps it so that its effects and those who rest on it follow. Records rest on earlier ones only, and a
re-affirmation counts only if it is clean, that is, without the help of another; so nothing goes in a circle.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from meshproto.fold.charters import contesting, read_resolution
from meshproto.fold.endings import Endings
from meshproto.fold.entries import endings_of
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lanes import walk
from meshproto.fold.mandates import Mandate, Mandates
from meshproto.fold.memory import Memory
from meshproto.fold.roots import read_roots
from meshproto.fold.standing import REAFFIRMED, SETTLED, Row, Status, row_of, write_row
from meshproto.records.limits import MAX_CAUSES
from meshproto.records.reasons import Reason

_COMPUTED = frozenset((Status.YES, Status.CONTESTED, REAFFIRMED))
_RESTED_ON = ("grant", "countersign", "resolution")

Causes = tuple[Reason | None, list[bytes]]

Rows = Mapping[bytes, Row]
NO_ROWS: Rows = {}


class Contests:
    """Computes statuses and lets changes spread."""

    def __init__(self, memory: Memory, knowledge: Knowledge, mandates: Mandates, endings: Endings) -> None:
        self._memory, self._knowledge, self._mandates, self._endings = memory, knowledge, mandates, endings

    def status(self, record_id: bytes, row: Row, mandate: Mandate | None = None, rows: Rows = NO_ROWS) -> int:
        """What a valid record that is not aside is worth now: YES, CONTESTED or REAFFIRMED.

        `mandate` is that of the row, and `rows` are those of records it rests on, if the caller has them at hand.
        """
        mandate = mandate or self._mandate(row)
        if mandate is not None and row.type != "resolution" and self._is_by_first_root(mandate):
            return Status.YES  # with nothing that could be ended: nearly all records
        plain = self._direct(record_id, row, mandate)[0] is None
        worst = 0
        for each in mandate.rests if mandate else ():
            worst = max(worst, _worth(rows.get(each) or row_of(self._memory, each)))
        if plain and worst == 0:
            return Status.YES
        if (plain and worst == 1) or self._is_reaffirmed(record_id, row, mandate):
            return REAFFIRMED
        return Status.CONTESTED

    def causes(self, record_id: bytes, row: Row) -> tuple[Reason, tuple[bytes, ...]]:
        """Why a record is contested."""
        mandate = self._mandate(row)
        reason, ids = self._direct(record_id, row, mandate)
        if reason is None and mandate is not None:
            reason, ids = Reason.C_RESTS, [each for each in mandate.rests if _worth(row_of(self._memory, each)) == 2]
        assert reason is not None  # it is contested
        return reason, tuple(sorted({*ids})[:MAX_CAUSES])

    def refresh(self, ids: Iterable[bytes], turn: Callable[[bytes, Row, Row], None]) -> list[bytes]:
        """Compute statuses anew, and those of all that rests on what changes; gives what may stand otherwise now.

        `turn` is called with the id and the rows before and after for each status that changes: YES → CONTESTED and
        back, and either to REAFFIRMED and back.
        """
        due = deque(ids)
        touched: dict[bytes, None] = {}
        while due:
            record_id = due.popleft()
            row = row_of(self._memory, record_id)
            if row.status not in _COMPUTED:
                continue
            status = self.status(record_id, row)
            if status != Status.YES or status != row.status:
                touched[record_id] = None
            if status != row.status:
                new = row.with_status(int(status))
                write_row(self._memory, record_id, new)
                turn(record_id, row, new)
                due.extend(self._resting_on(record_id, row))
        return [*touched]

    def beside(self, accept: bytes) -> list[bytes]:
        """The records that an accept may re-affirm: what it accepts, and other accepts of that by the same agent."""
        mandate = self._mandate(row_of(self._memory, accept))
        target = cast(bytes, self._memory.get("accept", accept))
        return [target, *self._accepts_beside(accept, mandate.agent)] if mandate else []

    def _is_by_first_root(self, mandate: Mandate) -> bool:
        """Whether a mandate rests on nothing but the first and only root there is."""
        if mandate.rests or mandate.handles:
            return False
        return not mandate.person or self._memory.get("rotated", mandate.person) is None

    def _mandate(self, row: Row) -> Mandate | None:
        return self._mandates.read(row.mandate) if row.mandate else None

    def _direct(self, record_id: bytes, row: Row, mandate: Mandate | None) -> Causes:
        """The first reason, and all that causes it, for which a record is contested by itself."""
        if mandate is not None and (ids := self._concurrent(row, mandate)):
            return Reason.C_REVOKED, ids
        if row.type == "resolution" and (rivals := self._rivals(record_id)):
            return Reason.R_RIVAL, rivals
        if beyond := self._beyond(record_id):
            return Reason.T_LIMIT, beyond
        return None, []

    def _rivals(self, record_id: bytes) -> list[bytes]:
        """The resolutions with which one is at odds."""
        resolution = read_resolution(self._memory, record_id)
        # Those of agreements have no charter to be at odds about.
        return [] if resolution is None else contesting(record_id, resolution, self._knowledge, self._memory)

    def _concurrent(self, row: Row, mandate: Mandate) -> list[bytes]:
        """The revokes and rotates that contest a record."""
        found = [
            ending
            for handle in mandate.handles
            for ending, bit, resigns in endings_of(handle, self._memory)
            if not resigns and not self._knows(row, bit) and not self._is_before(row, ending)
        ]
        if mandate.person and self._memory.get("rotated", mandate.person) is not None:
            found += self._against_root(row, mandate)
        return found

    def _against_root(self, row: Row, mandate: Mandate) -> Iterator[bytes]:
        roots = read_roots(mandate.person, self._memory)
        tenure = roots.used(mandate.key, self._knowledge.mask(row.known))
        assert tenure is not None  # it is valid
        for rotate, ends in roots.against(tenure):
            # One that ends the tenure and is known would have made the record invalid; one that ties with it does not.
            if not self._is_before(row, rotate.record) and not (ends and self._knows(row, rotate.bit)):
                yield rotate.record

    def _knows(self, row: Row, bit: int) -> bool:
        return self._knowledge.mask(row.known) >> bit & 1 == 1

    def _is_before(self, row: Row, ending: bytes) -> bool:
        return row.seq <= self._endings.limit(ending, row.lane)

    def _beyond(self, record_id: bytes) -> list[bytes]:
        """The grants beyond whose limits a record goes."""
        if self._memory.get("counter", b"beyond") is None:
            return []
        return cast(list[bytes], self._memory.get("beyond", record_id) or [])

    def _is_reaffirmed(self, record_id: bytes, row: Row, mandate: Mandate | None) -> bool:
        """Whether a clean accept by its agent makes up for what contests a record."""
        if mandate is None or (row.type == "resolution" and self._rivals(record_id)):
            return False
        beyond = self._beyond(record_id)
        accepts = (row_of(self._memory, each) for each in self._accepts_beside(record_id, mandate.agent))
        # SPEC 04-fold 6: None of the entries of c may be one of the grants that `T-LIMIT` finds for x, and `R-RIVAL`
        # must not hold of x: between rivals only a resolution decides.
        return any(_is_clean(row) and not any(each in beyond for each in self._auth(row)) for row in accepts)

    def _auth(self, row: Row) -> list[bytes]:
        mandate = self._mandate(row)
        return mandate.auth if mandate else []

    def _accepts_beside(self, record_id: bytes, agent: bytes) -> Iterator[bytes]:
        """The other accepts by an agent of a record or, if that is an accept itself, of what it accepts."""
        for target in (record_id, cast(bytes, self._memory.get("accept", record_id) or b"")):
            for key, _ in self._memory.scan("accepts", target + agent) if target else ():
                if not key.endswith(record_id):
                    yield key[len(target + agent) :]

    def _resting_on(self, record_id: bytes, row: Row) -> Iterator[bytes]:
        """The records whose status may change with that of another."""
        mandate = self._mandate(row)
        if row.type not in _RESTED_ON or mandate is None:
            return
        handle = b"s" + record_id
        for key, first in [*self._memory.scan("uses", handle)]:
            lane = int.from_bytes(key[len(handle) :], "big")
            yield from (each for each, _ in walk(self._memory, lane, cast(int, first)))
        if self._memory.get("accept", record_id) is not None:
            yield from self.beside(record_id)


def _worth(row: Row) -> int:
    """0 for clean, 1 for yes though not clean, 2 for neither."""
    return 0 if _is_clean(row) else 1 if row.status in SETTLED else 2


def _is_clean(row: Row) -> bool:
    """Whether a record is yes without the help of a re-affirmation."""
    return row.status == Status.YES
