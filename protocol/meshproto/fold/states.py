"""The standing of a record as it is told: status, reason, state and flags, from all that later records did to it."""

from functools import cache
from typing import cast

from meshproto.fold.acknowledging import network_attesting, state_in
from meshproto.fold.charters import is_carried, read_resolution
from meshproto.fold.contests import Contests
from meshproto.fold.effects import is_superseded
from meshproto.fold.endings import Endings
from meshproto.fold.entries import GRANT, GUEST, INVITATION, Entry, endings_of, entry_of, read_entry
from meshproto.fold.groups import guests_of
from meshproto.fold.knowledge import EVERYTHING, Knowledge
from meshproto.fold.lineage import read_stand, scope_of, state_of_contribution
from meshproto.fold.mandates import Mandates
from meshproto.fold.memory import Memory
from meshproto.fold.standing import CLAIMS, SETTLED, Row, Standing, Status, flags_of_contest, row_of, told
from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason

SETTLED_TYPES = frozenset(("agreement", "income", "distribution", "settlement", "commitment", "resolution"))
"""Types whose states hang on all of an agreement, if they stand in one."""


def states_over(memory: Memory) -> "States":
    """Tell standings of what is in a memory."""
    knowledge = Knowledge(memory)
    return States(memory, knowledge, Contests(memory, knowledge, Mandates(memory), Endings(memory)))


class States:
    """Tells standings."""

    def __init__(self, memory: Memory, knowledge: Knowledge, contests: Contests) -> None:
        self._memory, self.knowledge, self._contests = memory, knowledge, contests

    def standing(self, record_id: bytes, row: Row) -> Standing:
        """The standing of a decided record."""
        if row.type == "contribution" and row.status == Status.YES and not self._is_touched(record_id):
            return _plainly(self._state(record_id, row, []))
        status = told(row.status)
        reason: Reason | None = None
        detail, ids = "", cast(tuple[bytes, ...], ())
        if status is Status.CONTESTED:
            reason, ids = self._contests.causes(record_id, row)
        elif status is not Status.YES:
            reason, detail, ids = _why(self._memory.get("why", record_id))
        elif row.type in SETTLED_TYPES:
            _, reason, ids, _ = read_stand(self._memory, record_id)
        state, flags = "", flags_of_contest(row, reason if status is Status.CONTESTED else None)
        if row.valid and status is not Status.ASIDE:
            kinds = self._corrections(record_id)
            state = self._state(record_id, row, kinds)
            flags += self._flags(record_id, row, state, kinds)
        if self._memory.get("erased", record_id) is not None:
            flags.append("erased")
        if self._memory.get("forked", record_id) is not None:
            flags.append("forked")
        return Standing(status, reason, detail, ids, state, tuple(sorted(flags)))

    def _is_touched(self, record_id: bytes) -> bool:
        """Whether somebody corrected, erased or forked a record: then there is more to tell than its state."""
        get = self._memory.get
        if get("erased", record_id) is not None or get("forked", record_id) is not None:
            return True
        return next(self._memory.scan("correction", record_id), None) is not None

    def state(self, record_id: bytes, row: Row) -> str:
        """The state of a valid record, as its type has them."""
        return self._state(record_id, row, self._corrections(record_id) if row.type in CLAIMS else [])

    def _state(self, record_id: bytes, row: Row, kinds: list[str]) -> str:
        if row.type in CLAIMS:
            if "retract" in kinds:
                return "retracted"
            return self._claim(record_id, row) if row.type == "contribution" else CLAIMS[row.type]
        if row.type in SETTLED_TYPES and scope_of(self._memory, row.home):
            return read_stand(self._memory, record_id).state
        if row.type == "resolution":
            resolution = read_resolution(self._memory, record_id)
            carried = resolution is not None and is_carried(record_id, resolution, EVERYTHING, self.knowledge)
            return "carried" if carried else "open"
        if row.type in ("grant", "countersign"):
            entry = read_entry(self._memory, record_id)
            return "" if entry is None else self._membership(record_id, row, entry)
        if row.counts and self._memory.get("label", record_id) is not None:
            return "superseded" if is_superseded(record_id, self._memory) else "current"
        return ""

    def _claim(self, record_id: bytes, row: Row) -> str:
        scope = scope_of(self._memory, row.home)
        if scope:
            return state_of_contribution(record_id, scope, self._memory)
        network = b"" if row.personal else network_attesting(record_id, self._memory)
        return state_in(network, record_id, self.knowledge, self._memory) if network else CLAIMS[row.type]

    def _membership(self, record_id: bytes, row: Row, entry: Entry) -> str:
        if row.status == Status.CONTESTED:
            return "void"
        resigned = [resigns for _, _, resigns in endings_of(entry.handle, self._memory)]
        if resigned:
            return "left" if all(resigned) else "removed"
        if entry.kind == INVITATION:
            return "open" if self._guests(record_id) < entry.uses else "used"
        invited = entry.kind == GRANT and len(entry.to) == 32 and entry.to != entry.giver
        return "invited" if invited and not self._is_accepted(record_id, entry.to) else "active"

    def _is_accepted(self, grant: bytes, by: bytes) -> bool:
        accepts = self._memory.scan("accepts", grant + by)
        return any(row_of(self._memory, key[len(grant + by) :]).status in SETTLED for key, _ in accepts)

    def _guests(self, invitation: bytes) -> int:
        return self.knowledge.group(guests_of(invitation)).bit_count()

    def _flags(self, record_id: bytes, row: Row, state: str, kinds: list[str]) -> list[str]:
        flags = [*read_stand(self._memory, record_id).flags] if row.type == "agreement" else []
        if "delta" in kinds or "replace" in kinds:
            flags.append("corrected")
        if state == "current" and is_conflict(self._memory, cast(bytes, self._memory.get("label", record_id))):
            flags.append("conflict")
        if row.type == "countersign":
            entry = read_entry(self._memory, record_id)
            if entry is not None and entry.kind == GUEST and self._is_excess(entry.target):
                flags.append("excess")
        return flags

    def _is_excess(self, invitation: bytes) -> bool:
        return self._guests(invitation) > entry_of(self._memory, invitation).uses

    def _corrections(self, record_id: bytes) -> list[str]:
        return [cast(list[str], value)[0] for _, value in self._memory.scan("correction", record_id)]


@cache
def _plainly(state: str) -> Standing:
    """The standing of a record that is YES and of which nothing but its state is to be told: there are a few."""
    return Standing(Status.YES, state=state)


def is_conflict(memory: Memory, label: bytes) -> bool:
    """Whether a label has more than one current edit."""
    heads = memory.scan("head", label)
    return next(heads, None) is not None and next(heads, None) is not None


def _why(value: Value) -> tuple[Reason, str, tuple[bytes, ...]]:
    reason, detail, ids = cast(tuple[str, str, list[bytes]], value)
    return Reason(reason), detail, tuple(ids)
