"""Which stored records nobody should name yet, because something they name is not here, or may never be named.

A record that names such a record could not be folded either, so an author who named it would spoil his own log. A
record is **sound** when all it names is here, sound, and within its scope. Only what is not sound is remembered:
each such record with what it waits for (itself, if it reaches outside its scope for good). What follows an unsound
record in its log is not sound either.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from meshnode.core.flight import Flight
from meshnode.core.rows import Forget, WaitEntry
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.records.record import Record, ids_in, may_name_records

PLACES_REMEMBERED = 8_192
"""Places of named records kept at hand, about 2 MB: thousands of records name the same project. They never change."""


class Home(NamedTuple):
    """Where a named record belongs; `personal` if that scope is the stream of a person or organisation."""

    home: ScopeId
    log: LogId
    seq: int
    personal: bool


@dataclass(slots=True)
class Burden:
    """An unsound record: its seq, and how many things it waits for."""

    seq: int
    weight: int = 0


def named_by(record: Record) -> Iterator[bytes]:
    """What a record names besides its scope, its agent and the record before it."""
    yield from record.deps
    yield from record.auth
    if may_name_records(record):
        yield from ids_in(record.facts)


class Closure:
    """Remembers what is not sound. Changes are handed back as local rows, to be stored with the records."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._waiting: dict[bytes, dict[bytes, bytes]] = {}  # what is waited for → who waits → in which log
        self._unsound: dict[bytes, dict[bytes, Burden]] = {}  # log → unsound record → where, and how much it bears
        self._within: dict[bytes, dict[bytes, None]] = {}  # log → records in it that are here and waited for
        self._places: dict[bytes, Home] = {}
        self._sought: dict[bytes, dict[bytes, None]] = {}  # log → records waited for, shown, and not here
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def load(self, rows: Iterable[WaitEntry]) -> None:
        """Take up what earlier lives remembered."""
        for row in rows:
            record = self._flight.record(row.record)
            if record is not None:
                self._add(row, record.seq)

    def waiting_in(self, log: bytes) -> int:
        """How many records of a log wait."""
        return len(self._unsound.get(log, ()))

    @property
    def are_waiting(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def is_named(self, record: bytes) -> bool:
        """Whether a stored record waits for this one."""
        return record in self._waiting

    def is_named_by_another(self, record: bytes, key: bytes) -> bool:
        """Whether a stored record of another key waits for this one."""
        logs = map(self._flight.log, self.waiting_logs(record))
        return any(now is not None and now.key != key for now in logs)

    def seek(self, record: RecordId, log: LogId) -> None:
        """A record was shown, but not what comes before it in its log: if it is waited for, that is sought."""
        if record in self._waiting:
            self._sought.setdefault(log, {})[record] = None

    def is_sought(self, log: bytes) -> bool:
        """Whether a log holds a record that is waited for, on a branch that is not here."""
        return log in self._sought

    def is_sound(self, record: bytes) -> bool:
        """Whether a record that is here may be named: neither it nor what it follows in its log waits."""
        place = self.place(record)
        unsound = self._unsound.get(place.log) if place is not None else None
        if place is None or not unsound:
            return place is not None
        before = [each for each, burden in unsound.items() if burden.seq <= place.seq]
        if not before:
            return True
        now = self._flight.log(place.log)
        here = self._flight.record(record)
        assert now is not None  # what has a place is here
        assert here is not None
        if len(now.tips) == 1:
            return False
        # The log has branches: only what is reached by `prev` weighs.
        return all(self._flight.ancestor(here, unsound[each].seq) != each for each in before)

    def waiters(self, record: bytes) -> tuple[RecordId, ...]:
        """The records that wait for this one."""
        return tuple(RecordId(each) for each in self._waiting.get(record, ()))

    def waiting_logs(self, record: bytes) -> tuple[LogId, ...]:
        """The logs of the records that wait for this one."""
        return tuple(LogId(each) for each in self._waiting.get(record, {}).values())

    def place(self, ref: bytes) -> Home | None:
        """Where a named record belongs, if it is here."""
        home = self._places.get(ref)
        if home is None:
            named = self._flight.record(ref)
            if named is None:
                return None
            home = Home(named.home, named.log, named.seq, self._flight.is_personal(named.home))
            self._places[ref] = home
            if len(self._places) > PLACES_REMEMBERED:
                del self._places[next(iter(self._places))]
        return home

    def missing(self) -> Iterator[tuple[RecordId, LogId]]:
        """What is waited for and not here, and a log that waits for it."""
        for on, waiters in self._waiting.items():
            if not self._flight.has(on):
                yield RecordId(on), LogId(next(iter(waiters.values())))

    def take(self, record: Record, refs: Iterable[bytes], scope: bytes) -> list[WaitEntry]:
        """Look at what a record about to be stored names. Returns the rows that remember what it waits for."""
        rows: list[WaitEntry] = []
        for ref in refs:
            on = self._obstacle(record, ref, scope)
            if on is not None:
                row = WaitEntry(record.id, on, record.log)
                rows.append(row)
                self._add(row, record.seq)
        return rows

    def release(self, record: RecordId, log: LogId) -> list[Forget]:
        """A record that is waited for has come: free who waited if it is sound. Returns the rows to forget."""
        gone: list[Forget] = []
        self._find(record, log)
        self._within.setdefault(log, {})[record] = None
        free = [record] if self.is_sound(record) else []
        while free:
            on = free.pop()
            if on not in self._waiting:
                continue  # several were freed in its log, and each pointed to it
            waiters = self._waiting.pop(on)
            self._leave(on)
            for waiter, its_log in waiters.items():
                gone.append(Forget(WaitEntry, (waiter, on)))
                self._count -= 1
                if self._lighten(waiter, its_log):
                    free += [RecordId(each) for each in self._within.get(its_log, {}) if self.is_sound(each)]
        return gone

    def _find(self, record: RecordId, log: LogId) -> None:
        """What was sought has come."""
        sought = self._sought.get(log)
        if sought is not None:
            sought.pop(record, None)
            if not sought:
                del self._sought[log]

    def _obstacle(self, record: Record, ref: bytes, scope: bytes) -> bytes | None:
        """What keeps a record from naming `ref`: the missing or unsound record, or itself for good."""
        place = self.place(ref)
        if place is None:
            return ref
        if not place.personal and place.home not in (scope, record.id):
            return record.id
        return None if self.is_sound(ref) else ref

    def _add(self, row: WaitEntry, seq: int) -> None:
        waiters = self._waiting.setdefault(row.on, {})
        if row.record in waiters:
            return
        waiters[row.record] = row.log
        self._count += 1
        self._unsound.setdefault(row.log, {}).setdefault(row.record, Burden(seq)).weight += 1
        place = self.place(row.on)
        if place is not None and row.on != row.record:
            self._within.setdefault(place.log, {})[row.on] = None

    def _leave(self, on: RecordId) -> None:
        """Nobody waits for a record any more."""
        place = self.place(on)
        assert place is not None  # it has come
        within = self._within[place.log]
        del within[on]
        if not within:
            del self._within[place.log]

    def _lighten(self, waiter: bytes, log: bytes) -> bool:
        """Take one burden off a record; true if it was the last."""
        unsound = self._unsound[log]
        unsound[waiter].weight -= 1
        if unsound[waiter].weight:
            return False
        del unsound[waiter]
        if not unsound:
            del self._unsound[log]
        return True
