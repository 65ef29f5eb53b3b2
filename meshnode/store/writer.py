"""The one writer: it commits batches, several in one transaction, and returns when they are on the disk.

States: working → (any error of the database) failed. A failed writer refuses everything: after a failed flush nobody
can say what the disk holds, and only opening the store anew finds out. A batch that contradicts what is stored is a
bug of the caller; it is rolled back and the writer goes on working.

One method is called at a time, whichever thread calls it.
"""

import sqlite3
from collections.abc import Sequence

from meshnode.core.ports import Batch
from meshnode.core.rows import AnswerEntry
from meshnode.store import bulk, local, records
from meshnode.store.database import StoreSettings
from meshnode.store.erasure import PATIENCE_MS, Eraser
from meshnode.store.errors import BatchRefused, SqliteError, StoreError, as_store_error
from meshnode.store.eviction import Evictor, is_blank
from meshnode.store.gathering import Gathering
from meshnode.store.logs import Branch, Log, Logs
from meshnode.store.source import Source
from meshnode.store.upkeep import COMMIT_BYTES, Upkeep
from meshproto.records.log import Run
from meshproto.records.record import Record

WRITERS_REMEMBERED = 8_192
"""(scope, agent) pairs known to be in their table, under 2 MB; a forgotten one costs one fruitless insertion."""

ROWS_REMEMBERED = 8_192
"""Rows of records with private parts stored lately, 2 MB: the parts come next, and looking a row up costs ten times
the row."""


_LISTEN = "INSERT OR IGNORE INTO voices (log, agent) SELECT log, ?2 FROM logs WHERE name = ?1 AND agent <> ?2"


class Writer:
    """Commits to records.db. Made by `open_store`."""

    def __init__(self, source: Source, settings: StoreSettings) -> None:
        self._source = source
        self._connection = source.connection
        self._logs = Logs(source.connection)
        self._gathering = Gathering(source.connection)
        self._eraser = Eraser(source)
        self._evictor = Evictor(source)
        self._failure: StoreError | None = None
        self._answers: list[AnswerEntry] = []  # of the transaction under way
        self._writers: dict[tuple[bytes, bytes], None] = {}
        self._rows: dict[bytes, tuple[int, int]] = {}  # record → its row, its log
        self._upkeep = Upkeep(source, settings, self._eraser, self._evictor)
        self._load_counters()

    @property
    def last_arrival(self) -> int:
        """The number of the last record that arrived, 0 for none."""
        return self._next - 1

    def has(self, record_id: bytes) -> bool:
        """Whether the record is stored, as the writer sees it. Raises StoreError."""
        return records.find(self._source, record_id) is not None

    def commit(self, batch: Batch) -> None:
        """Commit one batch."""
        self.commit_all((batch,))

    def commit_all(self, batches: Sequence[Batch]) -> None:
        """Commit batches in order, all or none, and return when they are flushed.

        Raises BatchRefused (nothing written), or what stopped the writer for good: StoreFailed, StoreFull,
        StoreReadOnly (outcome unknown), StoreDamaged.
        """
        self.stage(batches)
        self.finish()
        if self.crowded:
            self.make_room()

    def stage(self, batches: Sequence[Batch]) -> None:
        """Write batches into a transaction that `finish` ends; nothing of them can be read before.

        Apart from waiting for pages this only computes. SQLite's interface gives up the interpreter at each statement,
        so beside a busy thread a few rows are sooner staged in that thread. Raises like `commit_all`.
        """
        if self._failure is not None:
            raise self._failure
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for batch in batches:
                self._write(batch)
            self._gathering.flush()
            local.write_answers(self._connection, self._answers)
            self._answers = []
            self._logs.flush()
            self._evictor.flush()
        except BatchRefused:
            self._roll_back()
            raise
        except (*SqliteError, StoreError) as error:
            raise self._fail(error) from error

    def finish(self) -> None:
        """Commit what was staged, and return when it is flushed; may run in another thread than `stage`.

        Raises like `commit_all`.
        """
        if self._failure is not None:
            raise self._failure
        try:
            self._connection.execute("COMMIT")
            if len(self._rows) > ROWS_REMEMBERED:
                self._rows.clear()
            self._upkeep.note_bytes(COMMIT_BYTES)
            self._upkeep.finish_erasures(PATIENCE_MS)
        except (*SqliteError, StoreError, OSError) as error:
            raise self._fail(error) from error

    @property
    def crowded(self) -> bool:
        """Whether `make_room` should be called before the next batch; what was committed need not wait for it."""
        return self._upkeep.crowded

    def make_room(self) -> None:
        """Do what `tidy` was not called to do, before it becomes too much. Raises like `commit_all`."""
        if self._failure is not None:
            raise self._failure
        try:
            self._upkeep.make_room()
        except (*SqliteError, StoreError, OSError) as error:
            raise self._fail(error) from error

    def recover(self) -> None:
        """Finish what a crash has cut short. Raises StoreError."""
        try:
            self._upkeep.finish_erasures(PATIENCE_MS)
        except (*SqliteError, OSError) as error:
            raise as_store_error(self._source.name, error) from error

    def tidy(self) -> bool:
        """Do what can wait: order the index, copy the WAL into the database. Call it when no batch waits.

        If it is never called, `make_room` does the same when it has become too much. True if a reader was in the way
        of an erasure: call it again. Raises like `commit_all`.
        """
        if self._failure is not None:
            raise self._failure
        try:
            return self._upkeep.tidy()
        except (*SqliteError, StoreError, OSError) as error:
            raise self._fail(error) from error

    def close(self) -> None:
        """Flush everything into the database and let go of it. Raises StoreError if that fails."""
        try:
            if self._failure is None:
                self._upkeep.finish_erasures(PATIENCE_MS)
                self._upkeep.checkpoint()
            self._connection.close()
        except (*SqliteError, OSError) as error:
            raise as_store_error(self._source.name, error) from error

    def _load_counters(self) -> None:
        """Find out where numbering goes on. Costs the same however many records there are."""

        number, first = self._source.number, records.FIRST_UNCOUNTED
        last = number("SELECT coalesce(max(arrival), 0) FROM records")
        self._next = max(last + 1, number("SELECT value FROM meta WHERE name = 'next_arrival'"))
        # A promoted log leaves the rows of its private parts behind, overwritten: their numbers are not free again.
        used = [
            number(f"SELECT coalesce(max(arrival), ?) FROM {table} WHERE arrival < 0", (first - 1,))  # noqa: S608 - two names
            for table in ("records", "parts")
        ]
        self._next_uncounted = max(used) + 1

    def _write(self, batch: Batch) -> None:
        given = frozenset[bytes](record_id for record_id, _ in batch.privates)
        uncounted = frozenset(batch.uncounted)
        for name in batch.promoted:
            self._promote(batch, name)
        first = self._next
        for run in batch.runs:
            self._take_run(batch, run, given, uncounted)
        for voice in batch.voices:
            self._connection.execute(_LISTEN, voice)
        if batch.privates:
            self._take_parts(batch, first)
        if batch.erasures or batch.evictions or batch.wanted:
            self._gathering.flush()
            self._let_go(batch)
        answers = [entry for entry in batch.local if isinstance(entry, AnswerEntry)]
        self._answers += answers
        self._upkeep.answers += len(answers)
        for entry in batch.local:
            if not isinstance(entry, AnswerEntry):
                local.write(self._connection, entry)

    def _take_run(self, batch: Batch, run: Run, given: frozenset[bytes], uncounted: frozenset[bytes]) -> None:
        """Store what is new of a run, at the tip it continues or as a new branch."""
        log = self._logs.named(run.records[0].log)
        if log is None:
            log = self._logs.begin(run.records[0], run.records[0].log not in uncounted)
        branch, held = self._place(batch, log, run)
        new = run.records[held:]
        if not new or branch is None:
            return
        arrival = self._number(log, len(new))
        self._gathering.add(branch.lane, arrival, new, run.signature)
        size = sum([len(record.raw) for record in new])
        self._logs.extend(log, branch, new[-1], arrival + len(new) - 1, size)
        self._upkeep.note_rows(len(new), size)
        self._want_parts(new, arrival, log.log, given)
        self._note_writers(new)

    def _place(self, batch: Batch, log: Log, run: Run) -> tuple[Branch | None, int]:
        """The branch that the run extends, begun if need be, and how many of its records are stored already."""
        first = run.records[0]
        branch = log.ending_in(first.prev) if first.prev else None
        if branch is not None:
            return branch, 0
        if not log.branches and first.seq == 1:
            return self._logs.branch_off(log, None, 0), 0
        held, last = self._held_of(run)
        if held == len(run.records):
            if last is not None and last.signature is None:
                records.add_signature(self._connection, last, run.signature)
            return None, held
        if last is None and first.seq == 1:
            return self._logs.branch_off(log, None, 0), 0
        before = last or self._find(first.prev)
        parent = None if before is None else log.owning(before.lane)
        if before is None or parent is None or before.seq != run.records[held].seq - 1:
            raise BatchRefused(self._source.name, batch.number, f"what record {first.id.hex()} continues is not stored")
        if parent.tip_id == before.id:
            return parent, held
        return self._logs.branch_off(log, parent, before.seq), held

    def _held_of(self, run: Run) -> tuple[int, records.Row | None]:
        """How many of the first records of a run are stored, and the last of them."""
        last: records.Row | None = None
        for held, record in enumerate(run.records):
            row = self._find(record.id)
            if row is None:
                return held, last
            last = row
        return len(run.records), last

    def _find(self, record_id: bytes) -> records.Row | None:
        """The row of a record, of this transaction too."""
        self._gathering.flush()
        return records.find(self._source, record_id)

    def _number(self, log: Log, count: int) -> int:
        """Take `count` row numbers in a row."""
        if log.counted:
            first, self._next = self._next, self._next + count
        else:
            first, self._next_uncounted = self._next_uncounted, self._next_uncounted + count
        return first

    def _want_parts(self, new: Sequence[Record], arrival: int, log: int, given: frozenset[bytes]) -> None:
        """Note whose private part is still to come."""
        rows: dict[bytes, tuple[int, int]] = {
            record.id: (row, log) for row, record in enumerate(new, start=arrival) if record.private is not None
        }
        self._rows.update(rows)
        self._gathering.want(
            row for record_id, (row, _) in rows.items() if record_id not in given and not self._eraser.erased(record_id)
        )

    def _note_writers(self, new: Sequence[Record]) -> None:
        """Note which agents stand in which scope."""
        scope = agent = None
        for record in new:
            if record.scope is scope and record.agent is agent:
                continue  # the records of a run share these objects
            scope, agent = record.scope, record.agent
            pair = (record.home, record.author)
            if pair not in self._writers:
                if len(self._writers) >= WRITERS_REMEMBERED:
                    self._writers.clear()
                self._connection.execute("INSERT OR IGNORE INTO writers VALUES (?, ?)", pair)
                self._writers[pair] = None

    def _take_parts(self, batch: Batch, first: int) -> None:
        """Keep private parts, unless they were erased; `first` is the first arrival of this batch."""
        given: dict[int, tuple[int, bytes]] = {}
        for record_id, content in batch.privates:
            if not self._eraser.erased(record_id):
                arrival, log = self._known_row(batch, record_id)
                given[arrival] = log, content
                self._upkeep.note_bytes(len(content))
        # The part of a record in the same batch was never wanted, nor is it here.
        earlier = [arrival for arrival in given if arrival < first]
        if earlier:
            self._gathering.flush()
        there = self._evictor.held(earlier)
        for arrival, (_, mark) in there.items():
            log, content = given.pop(arrival)
            if is_blank(mark):
                self._evictor.refill(arrival, content)
                self._evictor.grow(log, len(content))
        for log, content in given.values():
            self._evictor.grow(log, len(content))
        self._gathering.keep((arrival, content) for arrival, (_, content) in given.items())
        bulk.delete(self._connection, "wanted_parts WHERE arrival", earlier)

    def _let_go(self, batch: Batch) -> None:
        """Evict and erase private parts, and want others again."""
        if batch.evictions:
            rows = dict(self._known_row(batch, each) for each in batch.evictions if not self._eraser.erased(each))
            self._evictor.evict(rows, purge=batch.scrub)
        if batch.wanted:
            wanted = [each for each in batch.wanted if not self._eraser.erased(each)]
            self._evictor.want([self._known_row(batch, each)[0] for each in wanted])
        for record_id in batch.erasures:
            row = self._row_of(record_id)
            if row is not None:
                self._evictor.forget(*row)
            self._eraser.erase(record_id, None if row is None else row[0])
        if batch.erasures or batch.scrub:
            self._eraser.mark()

    def _known_row(self, batch: Batch, record_id: bytes) -> tuple[int, int]:
        """The row of a record, and its log. Raises BatchRefused if it is not stored."""
        row = self._row_of(record_id)
        if row is None:
            what = f"the record of a private part is not stored: {record_id.hex()}"
            raise BatchRefused(self._source.name, batch.number, what)
        return row

    def _row_of(self, record_id: bytes) -> tuple[int, int] | None:
        known = self._rows.get(record_id)
        if known is not None:
            return known
        row = self._find(record_id)
        if row is None:
            return None
        log = self._source.number("SELECT log FROM lanes WHERE lane = ?", (row.lane,))
        return row.arrival, log

    def _promote(self, batch: Batch, name: bytes) -> None:
        """Let a log count from now on: its records arrive, and its private parts after them."""
        log = self._logs.named(name)
        if log is None:
            raise BatchRefused(self._source.name, batch.number, f"the log to promote is not stored: {name.hex()}")
        if log.counted:
            return
        self._logs.count(log)
        self._gathering.flush()
        for branch in log.branches:
            rows = records.of_lane(self._source, branch.lane)
            arrival = self._number(log, len(rows))
            records.renumber(self._connection, rows, arrival)
            self._logs.shift(log, branch, arrival + len(rows) - 1)
            self._upkeep.note_rows(len(rows), sum([len(row.header) for row in rows]))
        self._rows.clear()

    def _roll_back(self) -> None:
        """Undo the transaction under way and what memory made of it."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._logs.forget()
        self._gathering.forget()
        self._answers = []
        self._writers.clear()
        self._rows.clear()
        self._eraser.reload()
        self._evictor.reload()
        self._upkeep.reload()
        self._load_counters()

    def _fail(self, error: sqlite3.Error | UnicodeDecodeError | OSError | StoreError) -> StoreError:
        """Stop for good: working → failed."""
        self._failure = error if isinstance(error, StoreError) else as_store_error(self._source.name, error)
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except SqliteError:
            # The failure is told already; what the disk holds is found out when the store is opened anew.
            return self._failure
        return self._failure
