"""Setting damage aside: a new database is made of everything in the old one that proves to be whole.

Records prove themselves: by their hash, their chain and a signature. Runs whose log is broken before them are kept
aside, and return when a peer has sent what is missing. What was damaged is simply not there any more, so the next
comparison with a peer asks for it. The damaged file is kept beside the new one until something is erased.

Steps, each of which may be the last before a crash: build `<name>.repairing`; rename it to `<name>.repaired`; move the
old WAL away; put the new database in the place of the old one; remove the mark of damage.
"""

import os
from pathlib import Path
from typing import NamedTuple

from meshnode.core.ports import Batch
from meshnode.core.rows import SearchEntry
from meshnode.store import aside, local, records
from meshnode.store.database import RECORDS, StoreSettings, connect, flush_folder, open_database
from meshnode.store.errors import SqliteError, as_store_error
from meshnode.store.eviction import is_blank
from meshnode.store.salvage import Row, salvaged
from meshnode.store.source import Source, damage_mark
from meshnode.store.store import Store, open_store
from meshproto.records.ids import AgentId, LogId, RecordId
from meshproto.records.limits import MAX_RUN_BYTES, MAX_RUN_RECORDS
from meshproto.records.log import Run
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, read_header
from meshproto.records.signatures import verify

GROUP = 5_000
"""Records committed at once while the new database is filled."""

FAR_ARRIVAL = 2**40
"""Where arrivals begin anew if nothing tells how far they had come; nobody stores as many records."""

_RECORDS = "SELECT arrival, header, signature FROM records WHERE arrival >= ? ORDER BY arrival LIMIT ?"
_PARTS = "SELECT part, arrival, content FROM parts WHERE part >= ? ORDER BY part LIMIT ?"
_ERASURES = "SELECT number, record FROM erasures WHERE number >= ? ORDER BY number LIMIT ?"
_EVICTIONS = "SELECT number, arrival FROM evictions WHERE number >= ? AND gone > 0 ORDER BY number LIMIT ?"
_ASIDE = "SELECT number, headers, signature FROM aside WHERE number >= ? ORDER BY number LIMIT ?"
_LOGS = "SELECT log, name, counted FROM logs WHERE log >= ? ORDER BY log LIMIT ?"
_VOICES = (
    "SELECT v.number, g.name, v.agent FROM voices AS v JOIN logs AS g USING (log)"
    " WHERE v.number >= ? ORDER BY 1 LIMIT ?"
)
_TIPS = (
    "SELECT n.lane, g.name, n.tip_seq FROM lanes AS n JOIN logs AS g USING (log) WHERE n.lane >= ? ORDER BY 1 LIMIT ?"
)
_LOCAL = ("SELECT kind, key, body FROM local", "SELECT kind, key, body FROM personal")
_HIGHEST = (
    "SELECT max(arrival) FROM records",
    "SELECT max(tip_arrival) FROM lanes",
    "SELECT value - 1 FROM meta WHERE name = 'next_arrival'",
)


class Shortened(NamedTuple):
    """A log that ends earlier than it did, at record `now` instead of `was`."""

    log: LogId
    was: int
    now: int


class Repaired(NamedTuple):
    """What became of a damaged store."""

    kept: int
    """Records that are whole and in their place."""
    aside: int
    """Records that are whole while what they continue is not."""
    lost: int
    """Rows of records that are not what was written, or that no signature covers any more."""
    parts_lost: int
    local_lost: int
    shortened: tuple[Shortened, ...]
    """If a log of the owner is among these, peers must be asked before anything is signed."""


def repair(path: Path, settings: StoreSettings | None = None) -> Repaired | None:
    """Set the damage in the database at `path` aside. None if a repair begun earlier only had to be finished.

    Nobody may have it open. Views must be discarded afterwards, since all records arrive anew. Raises StoreError.
    """
    settings = settings or StoreSettings()
    done = path.with_name(f"{path.name}.repaired")
    result = None
    try:
        damage_mark(path).touch(mode=0o600)  # from here on only a finished repair lets the store be opened
        if not done.exists():
            result = _rebuild(path, done, settings)
        _exchange(path, done)
    except (*SqliteError, OSError) as error:
        raise as_store_error(path, error) from error
    return result


def _rebuild(path: Path, done: Path, settings: StoreSettings) -> Repaired:
    building = path.with_name(f"{path.name}.repairing")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(building.name + suffix).unlink(missing_ok=True)
    old = Source(connect(path, settings), None)  # without its path: what is found here needs no mark
    try:
        new = Source(open_database(building, RECORDS, settings), building)
        new.rows("UPDATE meta SET value = ? WHERE name = 'next_arrival'", (_highest(old) + 1,))
        new.connection.close()
        store = open_store(building, settings)
        store.source.rows("PRAGMA synchronous = OFF")  # it is flushed as a whole below
        try:
            result = _Rescue(old, store).run()
        finally:
            store.close()
    finally:
        old.connection.close()
    with building.open("rb") as file:
        os.fsync(file.fileno())
    building.rename(done)
    flush_folder(path.parent)
    return result


def _exchange(path: Path, done: Path) -> None:
    """Put the new database in the place of the old one, so that one of them is always there."""
    kept = path.with_name(f"{path.name}.kept-damaged")
    wal = path.with_name(f"{path.name}-wal")
    if wal.exists():  # its pages belong to the old database and would destroy the new one
        wal.rename(path.with_name(f"{path.name}.kept-damaged-wal"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    flush_folder(path.parent)
    kept.unlink(missing_ok=True)
    os.link(path, kept)
    done.replace(path)
    flush_folder(path.parent)
    damage_mark(path).unlink()
    flush_folder(path.parent)


def _highest(old: Source) -> int:
    """The highest arrival ever given out, so that no number ever means two records."""
    found: list[int] = []
    for question in _HIGHEST:
        try:
            found += [row[0] for row in old.connection.execute(question) if isinstance(row[0], int)]
        except SqliteError:
            continue
    return max((each for each in found if 0 <= each <= FAR_ARRIVAL), default=FAR_ARRIVAL)


class _Rescue:
    """Copies what is whole from a damaged database into a new one."""

    def __init__(self, old: Source, store: Store) -> None:
        self._old = old
        self._store = store
        self._chains: dict[bytes, list[Record]] = {}
        self._group: list[Run] = []
        self._grouped: set[bytes] = set()
        self._orphans: list[Run] = []
        self._furthest: dict[LogId, int] = {}
        self._orders: list[RecordId] = []
        self._kept = self._lost = 0
        logs = salvaged(old, _LOGS, 0)
        self._uncounted = tuple(LogId(name) for _, name, counted in logs if _is_id(name) and not counted)

    def run(self) -> Repaired:
        """Copy everything, in the order in which later things need earlier ones."""
        for row in salvaged(self._old, _RECORDS, records.FIRST_UNCOUNTED):
            self._take(row)
        self._flush()
        self._lost += sum(len(chain) for chain in self._chains.values())
        self._orphans += [run for _, run in aside.readable(salvaged(self._old, _ASIDE, 0))]
        aside.keep(self._store.source, self._orphans)
        aside.reattach(self._store.source, self._store.writer)
        still_aside = sum(len(run.records) for _, run in aside.kept(self._store.source))
        self._copy_voices()
        parts_lost, local_lost = self._copy_parts(), self._copy_local()
        self._go_on_erasing()
        shortened = tuple(self._shortened())
        return Repaired(self._kept, still_aside, self._lost, parts_lost, local_lost, shortened)

    def _take(self, row: Row) -> None:
        """Add a record to the chain it continues; a signature that holds makes the chain a run."""
        _, header, signature = row
        record = _readable(header)
        if record is None:
            self._lost += 1
            return
        self._furthest[record.log] = max(record.seq, self._furthest.get(record.log, 0))
        chain = self._chains.get(record.prev, []) if record.prev else []
        if chain and chain[0].log == record.log:
            del self._chains[record.prev]
        else:
            chain = []
        chain.append(record)
        if not isinstance(signature, bytes) or not verify(record.key, record.id, signature):
            self._chains[record.id] = chain
        elif len(chain) > MAX_RUN_RECORDS or sum(len(each.raw) for each in chain) > MAX_RUN_BYTES:
            self._lost += len(chain)
        else:
            self._place(Run(tuple(chain), signature))
            self._orders += [each.id for each in chain if each.type == "erasure"]

    def _place(self, run: Run) -> None:
        prev = run.records[0].prev
        if prev and prev not in self._grouped and not self._store.writer.has(prev):
            self._orphans.append(run)
            return
        self._group.append(run)
        self._grouped.update(record.id for record in run.records)
        if len(self._grouped) >= GROUP:
            self._flush()

    def _flush(self) -> None:
        self._store.writer.commit(Batch(0, runs=tuple(self._group), uncounted=self._uncounted))
        self._kept += len(self._grouped)
        self._group.clear()
        self._grouped.clear()

    def _copy_voices(self) -> None:
        """Copy for whom logs speak besides those who began them; of a log that is not here any more nothing is kept."""
        found = salvaged(self._old, _VOICES, 0)
        voices = [(LogId(name), AgentId(agent)) for _, name, agent in found if _is_id(name) and _is_id(agent)]
        self._store.writer.commit(Batch(0, voices=tuple(voices)))

    def _copy_parts(self) -> int:
        """Copy erasures, evictions and private parts; how many parts are not what their record names."""
        erased = [RecordId(each) for _, each in salvaged(self._old, _ERASURES, 0) if _is_id(each)]
        self._store.writer.commit(Batch(0, erasures=tuple(erased)))
        for _, arrival in salvaged(self._old, _EVICTIONS, 0):
            record = self._record_of(arrival)
            if record is not None and record.private is not None:
                self._store.writer.commit(Batch(0, evictions=(record.id,)))
        lost = 0
        for _, arrival, content in salvaged(self._old, _PARTS, 0):
            record = self._record_of(arrival)
            if record is None or not isinstance(content, bytes):
                lost += 1
            elif is_blank(content):  # it was let go, whatever became of the note about that
                self._store.writer.commit(Batch(0, evictions=(record.id,)))
            elif not any(content):  # it was erased, whatever became of the note about that
                self._store.writer.commit(Batch(0, erasures=(record.id,)))
            elif records.is_part_of(content, record.raw):
                self._store.writer.commit(Batch(0, privates=((record.id, content),)))
            else:
                lost += 1
        return lost

    def _go_on_erasing(self) -> None:
        """Have every order looked at again: what followed from it may be lost. Remember if traces are to be removed."""
        orders = tuple(SearchEntry(each) for each in self._orders if self._store.writer.has(each))
        self._store.writer.commit(Batch(0, local=orders))
        if _was_erasing(self._old):
            self._store.source.rows("UPDATE meta SET value = 1 WHERE name = 'scrub'")

    def _record_of(self, arrival: int) -> Record | None:
        """The record in a row of the old database, if the new one has it."""
        question = "SELECT header FROM records WHERE arrival = ?"
        try:
            row = self._old.connection.execute(question, (arrival,)).fetchone()
        except SqliteError:
            return None
        record = None if row is None else _readable(row[0])
        return record if record is not None and self._store.writer.has(record.id) else None

    def _copy_local(self) -> int:
        """Copy local rows; how many are not what was written."""
        lost = 0
        for question in _LOCAL:
            try:
                for kind, key, body in self._old.connection.execute(question):
                    row = local.restored(kind, key, body)
                    if row is None:
                        lost += 1
                    else:
                        self._store.writer.commit(Batch(0, local=(row,)))
            except SqliteError:
                lost += 1
        return lost

    def _shortened(self) -> list[Shortened]:
        """The logs of which less is in its place than was seen anywhere in the old database."""
        for _, name, tip in salvaged(self._old, _TIPS, 0):
            if _is_id(name) and isinstance(tip, int):
                self._furthest[LogId(name)] = max(tip, self._furthest.get(LogId(name), 0))
        reader = self._store.reader()
        found = []
        for log, was in sorted(self._furthest.items()):
            now = max((tip.seq for tip in reader.tips(log)), default=0)
            if now < was:
                found.append(Shortened(log, was, now))
        return found


def _was_erasing(old: Source) -> bool:
    """Whether older versions of erased parts may still stand in what is kept of the damaged database."""
    try:
        row = old.connection.execute("SELECT value FROM meta WHERE name = 'scrub'").fetchone()
    except SqliteError:
        row = None
    return row is None or row[0] != 0


def _readable(header: object) -> Record | None:
    """The record with this header, None if it is not a header any more."""
    try:
        return read_header(header) if isinstance(header, bytes) else None
    except Refused:
        return None


def _is_id(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == 32
