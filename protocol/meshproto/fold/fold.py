"""The fold: takes records in any order and keeps the state of every scope up to date.

The state is a function of the set of records. Order, repetition and interruption make no difference, and
nothing here reads a clock, a random number or a private part.
"""

from collections import deque
from collections.abc import Iterable
from typing import cast

from meshproto.fold.authority import Case, Verdict, find_author, judge
from meshproto.fold.closure import hold, release
from meshproto.fold.effects import name_label, take_effect
from meshproto.fold.forks import note_place
from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, ORGANISATION, PERSON, Place, open_place, read_place
from meshproto.fold.standing import (
    READY,
    Change,
    Row,
    Standing,
    Status,
    fresh_standing,
    read_row,
    standing_of,
    write_row,
)
from meshproto.fold.strangers import adopt, are_any, is_stranger, set_aside
from meshproto.records.ids import ext
from meshproto.records.reasons import Reason
from meshproto.records.record import Record, ids_in, may_name_records, read_header, references


class Fold:
    """Folds authentic records: their logs and signatures are checked before they come here."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, record: Record) -> list[Change]:
        """Take in a record; gives every record decided by it and every one whose standing changed.

        A record may come in any order and more than once. What waits for its past is told as PENDING.
        """
        memory = self._memory
        if memory.get("record", record.id) is not None or memory.get("pending", record.id) is not None:
            return []
        changes: list[Change] = []
        due = deque([record])
        while due:
            each = due.popleft()
            rows = self._rows(references(each))
            missing = [name for name, row in rows.items() if row is None]
            if missing:
                hold(each, missing, memory)
                changes.append(Change(each.id, Standing(Status.PENDING, Reason.P_DEP, "", tuple(missing)), each))
            else:
                changes += self._decide(each, cast(dict[bytes, Row], rows))
                due += release(each.id, memory)
        return changes

    def standing(self, record_id: bytes) -> Standing | None:
        """What a record is worth now; None if it has never been added."""
        row = read_row(self._memory, record_id)
        if row is not None:
            return standing_of(self._memory, record_id, row)
        pending = self._memory.get("pending", record_id)
        if pending is None:
            return None
        names = references(read_header(cast(tuple[bytes, int], pending)[0]))
        missing = tuple(each for each in names if read_row(self._memory, each) is None)
        return Standing(Status.PENDING, Reason.P_DEP, "", missing)

    def is_erased(self, record: Record) -> bool:
        """Whether the private part of a record must not be kept, served or taken in again."""
        memory = self._memory
        if memory.get("erased", record.id) is not None:
            return True
        weak = ext(record.id)
        return any(memory.get("erased", weak + each) is not None for each in (record.author, *ids_in(record.facts)))

    def _rows(self, names: tuple[bytes, ...]) -> dict[bytes, Row | None]:
        memory = self._memory
        return {each: read_row(memory, each) for each in names}

    def _decide(self, record: Record, rows: dict[bytes, Row]) -> list[Change]:
        """Transition: not decided → decided."""
        memory = self._memory
        place = read_place(memory, record.scope) if record.scope else None
        before = rows.get(record.prev)
        size = len(record.raw) + (before.size if before else 0)
        author = find_author(record, place, memory)
        case = Case(record, rows, place, author, size, _accepted_before(rows, place))
        verdict = judge(case, memory)
        if not record.scope:
            open_place(memory, record, verdict.status is Status.YES)
            place = read_place(memory, record.id)
            case = case._replace(place=place, author=place if verdict.status is Status.YES else None)
        elif verdict.status is Status.YES and place and is_stranger(record, place, memory):
            verdict = Verdict(Status.ASIDE, Reason.X_STRANGER, ids=(record.agent,))
        self._remember(case, verdict)
        rival = note_place(record, before, memory)
        changes = [] if rival is None else self._changes([rival])
        if verdict.status is Status.YES:
            return changes + self._count(record, fresh_standing(record) if rival is None else None)
        if verdict.status is Status.ASIDE:
            set_aside(record, memory)
        return [*changes, self._change(record)]

    def _remember(self, case: Case, verdict: Verdict) -> None:
        memory, record, place = self._memory, case.record, case.place
        row = Row(
            status=int(verdict.status),
            type=record.type,
            home=place.number if place else 0,
            author=case.author.number if case.author else 0,
            size=case.size,
            personal=place is not None and place.kind in (PERSON, ORGANISATION),
            ready=_accepted(case, verdict),
            child=b"",
        )
        write_row(memory, record.id, row)
        if verdict.reason is not None:
            memory.put("why", record.id, [verdict.reason.value, verdict.detail, [*verdict.ids]])
        if verdict.status in (Status.YES, Status.ASIDE):
            name_label(record, memory)
        if record.private is not None and may_name_records(record):
            for each in sorted(set(ids_in(record.facts))):
                if case.rows[each].type == "agent":  # who is named may have the private part erased
                    memory.put("named", record.id + each, b"")

    def _count(self, record: Record, standing: Standing | None) -> list[Change]:
        """Let a valid record take effect, and with it the strangers' records that it brings in."""
        memory = self._memory
        changes: list[Change] = []
        due = deque([record])
        while due:
            each = due.popleft()
            if each.scope and are_any(memory):
                due += adopt(each, memory)
            touched = take_effect(each, memory)
            fresh = standing if each is record else None
            changes.append(Change(each.id, fresh, each) if fresh else self._change(each))
            if touched:
                changes += self._changes(name for name in touched if name != each.id)
        return changes

    def _change(self, record: Record) -> Change:
        standing = self.standing(record.id)
        assert standing is not None
        return Change(record.id, standing, record)

    def _changes(self, names: Iterable[bytes]) -> list[Change]:
        found = ((each, self.standing(each)) for each in dict.fromkeys(names))
        return [Change(each, standing, None) for each, standing in found if standing]


def _accepted_before(rows: dict[bytes, Row], place: Place | None) -> bytes:
    """Which founders' accepts lie in the past of a record that names these."""
    if place is None or place.kind != NETWORK:
        return b""
    bits = 0
    for row in rows.values():
        if row.home == place.number:
            if row.ready == READY:
                return READY
            bits |= int.from_bytes(row.ready, "little")
    return _mask(bits, place)


def _accepted(case: Case, verdict: Verdict) -> bytes:
    """The same, with the record itself if it is a founder's accept."""
    record, place = case.record, case.place
    if place is None or case.ready == READY or record.type != "countersign" or verdict.status is not Status.YES:
        return case.ready
    return _mask(int.from_bytes(case.ready, "little") | 1 << place.founders.index(record.agent), place)


def _mask(bits: int, place: Place) -> bytes:
    if bits + 1 == 1 << len(place.founders):
        return READY
    return bits.to_bytes(-(-len(place.founders) // 8), "little")
