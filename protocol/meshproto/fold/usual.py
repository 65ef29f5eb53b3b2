"""The usual record: it continues its log with the mandate of the record before, and nobody's standing hangs on it.

Nearly all records are so. What the fold found out about the record before holds for them too, as long as nothing that
governs was decided in between: then only facts, room and newly named records are left to look at.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from meshproto.fold.acknowledging import note_gaining
from meshproto.fold.authority import Case, room
from meshproto.fold.closure import release
from meshproto.fold.concerns import concern_of, note_attested, note_words, note_works
from meshproto.fold.effects import take_effect
from meshproto.fold.endings import SOUGHT, sought
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lanes import keep_stop, note_crossing
from meshproto.fold.mandates import Mandates
from meshproto.fold.memory import Memory
from meshproto.fold.notes import note_named
from meshproto.fold.places import LINEAGE
from meshproto.fold.standing import Row, Status, continued, read_row, with_child, write_row
from meshproto.records.encoding import Value
from meshproto.records.record import Record, ids_in
from meshproto.types.catalogue import check_facts

LOGS_REMEMBERED = 4096
"""Logs whose next record is looked at so, those last written in: a few MB."""

_APART = (Status.FOREIGN, Status.ASIDE)
"""Naming such a record makes another one foreign, or brings that in."""

QUIET_IN_AGREEMENTS = frozenset(("contribution", "attestation"))
"""Types of which the same holds in an agreement; of an attestation only the contribution is told anew."""

Named = dict[bytes, Row]
Changed = dict[bytes, Record | None]
"""The records newly decided, or waiting, by id, and those whose standing may have changed through others, as None."""


class Usual:
    """What holds of the next record of a log, if it is like the last one."""

    __slots__ = (
        *("agent", "auth", "ids", "is_shared", "mark", "most_bytes", "most_records", "names", "row", "scope", "types"),
    )

    def __init__(self, case: Case, row: Row, mark: Value) -> None:
        """`row` is that of the last record."""
        assert case.place is not None  # the last record is valid and no genesis
        assert case.findings is not None
        record = case.record
        self.row, self.mark = row, mark
        self.is_shared = case.place.kind == LINEAGE
        # Whoever may say what he did may also say what others did there.
        self.types = QUIET_IN_AGREEMENTS if self.is_shared else frozenset((record.type,))
        self.scope, self.agent, self.auth = record.scope, record.agent, record.auth
        self.most_records, self.most_bytes = room(case.place, case.findings.charter)
        self.ids = 4 + len(record.auth)
        """How many bins of 32 bytes a header has besides those in `deps`, `private` and facts."""
        self.names = case.usual

    def fits(self, record: Record, row: Row) -> bool:
        """Whether a record is like the last ones, of which the one before it has this row, and right in itself."""
        return (
            record.auth == self.auth
            and record.agent == self.agent
            and record.scope == self.scope
            and record.type in self.types
            and record.seq <= self.most_records
            and row.size + len(record.raw) <= self.most_bytes
            and check_facts(record) is None
            # Who else has a part, or what is taken back, is to be looked at.
            and not (self.is_shared and ("shares" in record.facts or "supersedes" in record.facts))
        )


class UsualRecords:
    """Knows the logs that were lately written in, each by its last record."""

    def __init__(self, memory: Memory, knowledge: Knowledge, mandates: Mandates) -> None:
        self._memory, self._knowledge, self._mandates = memory, knowledge, mandates
        self._logs: dict[bytes, Usual] = {}

    def expect(self, case: Case, row: Row) -> None:
        """Remember what a valid record was found to be, which is neither contested nor can become so unnoticed."""
        assert case.findings is not None  # it is valid
        mark = self._memory.get("governed", b"")
        mandate = self._mandates.read(row.mandate)
        if not case.findings.is_plain or case.findings.limited:
            return
        if any(self._memory.get("ended", each) is not None for each in mandate.handles):
            return
        if mandate.person and self._memory.get("rotated", mandate.person) is not None:
            return
        if len(self._logs) >= LOGS_REMEMBERED:
            del self._logs[next(iter(self._logs))]
        self._logs[case.record.id] = Usual(case, row, mark)

    def take(
        self, records: Sequence[Record], start: int, changes: Changed, breathe: Callable[[], None]
    ) -> tuple[int, list[Record]]:
        """Decide as many records from a place on as continue one log and are usual, and let them take effect.

        Gives how many, and those that waited for the last one. What is not usual is left to the fold as it is.
        """
        before = records[start].prev
        usual, memory = self._logs.pop(before, None), self._memory
        if usual is None or not self._holds(usual, before):
            return 0, []
        row, count, released, works = usual.row, 0, list[Record](), list[bytes]()
        is_any_sought = memory.get("counter", SOUGHT) is not None
        for record in islice(records, start, None):
            if record.prev != before or not usual.fits(record, row) or (is_any_sought and sought(record.id, memory)):
                break
            named = self._named(record, usual, row, before)
            if named is None or (record.type == "attestation" and not self._may_be_said(record, named, row)):
                break
            breathe()
            # Only now the child of the one before is known: so the row of each is written once.
            write_row(memory, before, with_child(row, record.id))
            row = self._continued(record, usual, row, named)
            before, count = record.id, count + 1
            self._note(record, usual, named, changes, works)
            released = release(before, memory)
            if released:
                break
        if works:
            note_works(usual.scope, works, memory)
        if count:
            write_row(memory, before, row)
            usual.row = row
            self._logs[before] = usual
        return count, released

    def _note(self, record: Record, usual: Usual, named: Named, changes: Changed, works: list[bytes]) -> None:
        """Remember what a record says, and let it take effect; contributions in an agreement are listed together."""
        memory = self._memory
        changes[record.id] = record
        if named:
            note_named(record, named, memory)
            note_gaining(record, memory)
        if not usual.is_shared:
            if record.type == "recognition":
                take_effect(record, memory)
            return
        note_words(record, memory)
        if record.type == "contribution":
            works.append(record.id)
        else:
            subject: bytes = record.facts["subject"]
            note_attested(subject, record.id, memory)
            changes.setdefault(subject)

    def _may_be_said(self, record: Record, named: Named, before: Row) -> bool:
        """Whether an attestation is of somebody else's contribution in the same agreement, and in its unit."""
        facts = record.facts
        row = named.get(facts["subject"])
        if row is None or row.type != "contribution" or row.home != before.home or not row.valid:
            return False
        work = concern_of(self._memory, facts["subject"])
        if record.agent == work.agent or record.agent in work.facts.get("beneficiaries", ()):
            return False
        if "shares" in work.facts and record.agent in [each for each, _ in work.facts["shares"]]:
            return False
        return "qty" not in facts or facts["qty"]["u"] == work.facts["qty"]["u"]

    def _holds(self, usual: Usual, last: bytes) -> bool:
        """Whether all still is as it was after the last record."""
        # Numbers say nothing here, for a memory that is rolled back gives them to others: it must be the same objects.
        memory = self._memory
        return read_row(memory, last) is usual.row and memory.get("governed", b"") is usual.mark

    def _named(self, record: Record, usual: Usual, row: Row, before: bytes) -> Named | None:
        """The rows of what a record names and the one before did not; None if it reaches or learns something new."""
        named: Named = {}
        for each in _names(record, usual.ids):
            other = row if each == before else read_row(self._memory, each)
            if other is None or other.status in _APART or not (other.personal or other.home == row.home):
                return None
            if other.known not in (row.known, 0) and not self._knowledge.covers(row.known, other.known):
                return None
            named[each] = other
        return named

    def _continued(self, record: Record, usual: Usual, before: Row, named: Named) -> Row:
        """Give a record its place in the log; its row."""
        memory, lane, crossed = self._memory, before.lane, before.crossed
        keep_stop(lane, record, memory)
        if named:
            crossed = note_crossing(lane, record.seq, before, named, usual.names, memory)
        return continued(before, record, crossed)


def _names(record: Record, ids: int) -> Iterable[bytes]:
    """What a record names besides scope, agent, `prev` and `auth`, which are so many `ids` together with the key."""
    # A bin of 32 bytes begins so, and by chance perhaps something else does: never less is counted than there are.
    more = record.raw.count(b"\xc4\x20") - ids - (record.private is not None)
    if more == len(record.deps):
        return record.deps
    if more == 1 and record.type == "attestation":
        return (record.facts["subject"],)
    return (*record.deps, *ids_in(record.facts))
