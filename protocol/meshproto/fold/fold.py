"""The fold: takes records in any order and keeps the state of every scope up to date.

The state is a function of the set of records. Order, repetition and interruption make no difference, and
nothing here reads a clock, a random number or a private part.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from meshproto.fold.acknowledging import note_gaining
from meshproto.fold.agreements import note_in_lineage
from meshproto.fold.authority import VALID, Case, Verdict, judge
from meshproto.fold.chains import Chains
from meshproto.fold.charters import read_resolution, related
from meshproto.fold.closure import hold, release
from meshproto.fold.contests import Contests
from meshproto.fold.effects import can_lose, lose_effect, name_label, take_effect
from meshproto.fold.endings import Endings
from meshproto.fold.findings import Finder
from meshproto.fold.forks import note_place
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.lanes import lane_for, note_crossing, number8
from meshproto.fold.lineage import scope_of, settle, subject_of
from meshproto.fold.mandates import Mandates
from meshproto.fold.memory import Memory
from meshproto.fold.notes import note, note_excess, note_genesis, note_named, stirred_by
from meshproto.fold.places import KNOWN, LINEAGE, Place, begun_by, open_place, read_place
from meshproto.fold.rules import break_of_rule
from meshproto.fold.standing import (
    VALID as VALID_STATUSES,
)
from meshproto.fold.standing import (
    Change,
    Row,
    Standing,
    Status,
    read_row,
    row_of,
    write_row,
)
from meshproto.fold.states import States
from meshproto.fold.strangers import brought_in, is_stranger, set_aside, take_in
from meshproto.fold.usual import QUIET_IN_AGREEMENTS, Changed, UsualRecords
from meshproto.records.ids import ext
from meshproto.records.reasons import Reason
from meshproto.records.record import Record, ids_in, read_header, references

_QUIET = frozenset(("contribution", "recognition", "checkpoint"))
"""Types on which nothing rests and which change nothing that others are told of."""
_SETTLING = frozenset(
    (
        *("agreement", "countersign", "income", "distribution", "settlement", "commitment", "correction"),
        "resolution",
    )
)
"""Types on which it hangs how agreements and the money under them stand."""
_GOVERNING = ("countersign", "revoke", "rotate")
"""Types whose records change what others are worth."""


def _go_on() -> None:
    """What is done between two records if there is nothing else to do."""


class Fold:
    """Folds authentic records: their logs and signatures are checked before they come here."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._knowledge = Knowledge(memory)
        self._mandates = Mandates(memory)
        self._finder = Finder(memory, self._knowledge, self._mandates)
        self._endings = Endings(memory)
        self._contests = Contests(memory, self._knowledge, self._mandates, self._endings)
        self._states = States(memory, self._knowledge, self._contests)
        self._unsettled: dict[bytes, None] = {}
        self._chains = Chains()
        self._usual = UsualRecords(memory, self._knowledge, self._mandates)

    def add(self, record: Record) -> list[Change]:
        """Take in a record; gives every record decided by it and every one whose standing may have changed.

        A record may come in any order and more than once. What waits for its past is told as PENDING.
        """
        told = [(each, self.standing(each), came) for each, came in self.add_all((record,)).items()]
        return [Change(each, standing, came) for each, standing, came in told if standing]

    def add_all(self, records: Sequence[Record], breathe: Callable[[], None] = _go_on) -> Changed:
        """Take in records; gives all that adding one by one would tell of, each once.

        How agreements stand is found out once, at the end: nobody may ask before. The state is the same. `breathe` is
        called before each record.
        """
        changes: Changed = {}
        self._unsettled.clear()  # something may be left of what was rolled back
        self._memory.foresee("record", [name for each in records for name in (each.id, each.prev)])
        here = 0
        while here < len(records):
            taken, due = self._usual.take(records, here, changes, breathe)
            if not taken:
                breathe()
                taken, due = 1, [records[here]]
            here += taken
            self._add(due, changes)
        _tell(changes, self._settle())
        return changes

    def standing(self, record_id: bytes) -> Standing | None:
        """What a record is worth now; None if it has never been added."""
        row = read_row(self._memory, record_id)
        if row is not None:
            return self._states.standing(record_id, row)
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

    def _add(self, records: list[Record], changes: Changed) -> None:
        """Take in some records, and all that waited for them."""
        due = deque(records)
        while due:
            each = due.popleft()
            taken, released = self._usual.take((each,), 0, changes, _go_on)
            if not taken and not self._has(each.id) and self._take(each, changes):
                released = release(each.id, self._memory)
            due += released

    def _has(self, record_id: bytes) -> bool:
        memory = self._memory
        return memory.get("record", record_id) is not None or memory.get("pending", record_id) is not None

    def _take(self, record: Record, changes: Changed) -> bool:
        """Decide a record if all that it names is decided, else let it wait and return false; tells of it."""
        rows = {each: read_row(self._memory, each) for each in references(record)}
        missing = [name for name, row in rows.items() if row is None]
        changes[record.id] = record
        if missing:
            hold(record, missing, self._memory)
            return False
        _tell(changes, self._decide(record, cast(dict[bytes, Row], rows)))
        return True

    def _decide(self, record: Record, rows: dict[bytes, Row]) -> list[bytes]:
        """Transition: not decided → decided. Gives the others that may stand otherwise by it."""
        memory = self._memory
        before = rows.get(record.prev)
        place = read_place(memory, record.scope) if record.scope else begun_by(record)
        mandate = self._mandates.number_of(record, place, before) if place and place.kind in KNOWN else 0
        known = self._known(record, rows, before, mandate)
        findings = self._finder.find(mandate, known) if mandate else None
        size = len(record.raw) + (before.size if before else 0)
        case = Case(record, rows, place, size, findings, memory, self._knowledge, self._chains)
        verdict = judge(case)
        if verdict is VALID and place is not None:
            verdict = break_of_rule(case, place) or verdict
            if verdict is VALID and is_stranger(case):
                verdict = Verdict(Status.ASIDE, Reason.X_STRANGER, ids=(record.agent,))
        return self._keep(case, verdict, before, mandate, known)

    def _known(self, record: Record, rows: dict[bytes, Row], before: Row | None, mandate: int) -> int:
        """The number of what a record knows that names these."""
        likely = before.known if before else 0
        # Who speaks by the same entries as in the record before knew these already.
        usual = (record.agent, *record.auth) if before and before.mandate == mandate != 0 else ()
        news = [row.known for each, row in rows.items() if row.known not in (likely, 0) and each not in usual]
        return self._knowledge.joined(news, likely) if news else likely

    def _keep(self, case: Case, verdict: Verdict, before: Row | None, mandate: int, known: int) -> list[bytes]:
        """Remember a record with its verdict, let it take its place in the log and its effect on all others."""
        memory, record, place = self._memory, case.record, case.place
        author = case.author
        if not record.scope:
            place = open_place(memory, record, verdict is VALID)
            if place.kind != LINEAGE:
                author = place.number if verdict is VALID else 0
        if verdict.reason is None or verdict.status is Status.ASIDE:
            known = self._note(case, place, known)
            if case.more[0]:
                mandate = self._mandates.with_more(mandate, *case.more)
        note_named(record, case.rows, memory)
        lane = lane_for(record, before, memory)
        is_usual = before is not None and before.lane == lane and before.mandate == mandate and mandate != 0
        row = Row(
            int(verdict.status),
            record.type,
            place.number if place else 0,
            author,
            case.size,
            place is not None and place.personal,
            b"",
            lane,
            record.seq,
            known,
            0 if record.type == "rotate" else mandate,
            note_crossing(lane, record.seq, before, case.rows, case.usual if is_usual else (), memory),
        )
        write_row(memory, record.id, row)
        rival = note_place(record, before, memory)
        rivals = [] if rival is None else [rival]
        stirred = self._endings.arrive(record.id, row)
        if row.status in VALID_STATUSES and not (is_usual and before and before.valid):
            self._note_uses(row)
        if verdict is VALID:
            quiet = QUIET_IN_AGREEMENTS if place is not None and place.kind == LINEAGE else _QUIET
            if record.type in quiet and not (rivals or stirred or brought_in(record, memory)):
                return self._count_quietly(case, row)
            self._govern()
            return rivals + self._count(record, row, stirred)
        self._govern()
        return rivals + self._set_apart(record, verdict, stirred)

    def _govern(self) -> None:
        """Note that what was found out about logs may hold no more."""
        before = cast(list[int], self._memory.get("governed", b"") or [0])
        self._memory.put("governed", b"", [before[0] + 1])

    def _set_apart(self, record: Record, verdict: Verdict, stirred: list[bytes]) -> list[bytes]:
        """Let a record be without effect, for ever or until it ceases to be aside."""
        reason = verdict.reason.value if verdict.reason else ""
        self._memory.put("why", record.id, [reason, verdict.detail, [*verdict.ids]])
        if verdict.status is Status.ASIDE:
            set_aside(record, self._memory)
        return self._refresh(stirred)

    def _note(self, case: Case, place: Place | None, known: int) -> int:
        """Remember what a valid record means for those who come to rest on it; gives the number of what it knows."""
        record, memory = case.record, self._memory
        if place is None or (not record.scope and place.kind != LINEAGE):
            note_genesis(case)
            return known
        note_excess(case)
        bit = note_in_lineage(case) if place.kind == LINEAGE else 0
        if record.type in _QUIET:
            note_gaining(record, memory)
            return known
        name_label(record, memory)
        if can_lose(record.type):
            memory.put("kept", record.id, record.raw)
        bit = bit or note(case, place)
        return self._knowledge.with_bit(known, bit) if bit else known

    def _note_uses(self, row: Row) -> None:
        """Remember which lanes use what, for when it is ended or contested."""
        if row.mandate:
            lane = number8(row.lane)
            for handle in self._mandates.read(row.mandate).uses:
                if self._memory.get("uses", handle + lane) is None:
                    self._memory.put("uses", handle + lane, row.seq)

    def _count_quietly(self, case: Case, row: Row) -> list[bytes]:
        """Let a valid record take effect that concerns no other: nearly all records come this way."""
        record = case.record
        is_shared = case.place is not None and case.place.kind == LINEAGE
        mandate = case.findings.mandate if case.findings and not case.more[0] else None
        if self._contests.status(record.id, row, mandate, case.rows) == Status.YES:
            self._usual.expect(case, row)
        else:
            self._begin(record, row)
        if record.type == "recognition":
            take_effect(record, self._memory)
        return subject_of(self._memory, record.id) if is_shared else []

    def _count(self, record: Record, row: Row, stirred: list[bytes]) -> list[bytes]:
        """Let a valid record take effect, and with it the strangers' records that it brings in."""
        touched: list[bytes] = []
        due = deque([(record, row)])
        while due:
            each, found = due.popleft()
            found = self._begin(each, found)
            due += [take_in(name, self._memory) for name in brought_in(each, self._memory)]
            if found.counts:
                touched += take_effect(each, self._memory)
            touched.append(each.id)
            if found.type in _GOVERNING:
                touched += stirred_by(each, self._memory)
                stirred += self._stirred_by(each, found)
            touched += self._touch(each.id, found)
        return touched + self._refresh(stirred)

    def _touch(self, record_id: bytes, row: Row) -> list[bytes]:
        """Note that an agreement is to be looked at once more; gives the contribution that something is said of."""
        scope = scope_of(self._memory, row.home)
        if not scope:
            return subject_of(self._memory, record_id) if row.type == "attestation" else []
        if row.type in _SETTLING:
            self._unsettled[scope] = None
        return subject_of(self._memory, record_id)

    def _settle(self) -> list[bytes]:
        """Find out how all stands in the agreements that were touched; gives what stands otherwise."""
        found = [each for scope in self._unsettled for each in settle(scope, self._memory)]
        self._unsettled.clear()
        return found

    def _begin(self, record: Record, row: Row) -> Row:
        """Transition: valid → YES, CONTESTED or REAFFIRMED, by what is known so far."""
        status = int(self._contests.status(record.id, row))
        if status == Status.YES == row.status:
            return row
        row = row_of(self._memory, record.id).with_status(status)
        write_row(self._memory, record.id, row)
        return row

    def _stirred_by(self, record: Record, row: Row) -> list[bytes]:
        """The records whose status may change with one that counts now."""
        if record.type in ("revoke", "rotate"):
            return self._endings.begin(record, row)
        if record.type != "countersign" or record.facts["decision"] != "accept":
            return []
        target: bytes = record.facts["target"]
        resolution = read_resolution(self._memory, target)
        voted = related(target, resolution, self._memory) if resolution else []
        return [*voted, *self._contests.beside(record.id)]

    def _refresh(self, ids: list[bytes]) -> list[bytes]:
        """Compute statuses anew; gives the records that may stand otherwise now."""
        more: list[bytes] = []

        def turn(record_id: bytes, old: Row, new: Row) -> None:
            if new.type == "countersign":
                more.append(cast(bytes, self._memory.get("accept", record_id) or record_id))
            if can_lose(new.type) and old.counts is not new.counts:
                record = read_header(cast(bytes, self._memory.get("kept", record_id)))
                more.extend((take_effect if new.counts else lose_effect)(record, self._memory))
            more.extend(self._touch(record_id, new))

        return [*self._contests.refresh(ids, turn), *more] if ids else []


def _tell(changes: Changed, names: Iterable[bytes]) -> None:
    """Add records whose standing may have changed to those that are told of."""
    for each in names:
        changes.setdefault(each)
