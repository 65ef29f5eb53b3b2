"""views.db: what is derived from the truth. Disposable: thrown away and computed anew whenever anything is amiss.

One thread writes, slice by slice: a slice is one transaction that holds the fold's changes, the rows computed from
them and how far the queues of the truth have been read, so that a crash loses whole slices and nothing else. Full-text
search is brought up to date afterwards, many rows at once. Flushing is left to the system (`synchronous = NORMAL`):
what a power cut takes away is computed again.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from meshnode.store import bulk
from meshnode.store.database import BUSY_MS, StoreSettings, connect
from meshnode.store.erasure import PATIENCE_MS
from meshnode.store.errors import SqliteError, StoreError, as_store_error
from meshnode.store.memory import FoldReader, SqliteMemory
from meshnode.store.querying import ViewReader
from meshnode.store.source import Source, damage_mark
from meshnode.store.view_tables import DELETE, FINGERPRINT, INTO, statements
from meshnode.views.rows import Row

INDEX_ROWS = 2_000
"""Texts indexed in one go, some 50 ms."""

VACUUM_IN_RAM = 64 << 20
"""Size of views.db up to which it is rewritten in memory."""

WAL_PAGES = 16_384
"""Pages in the WAL after which they are copied into views.db, 64 MiB: later means each page fewer times."""

_CLEAN, _TO_REWRITE, _TO_EMPTY = 0, 1, 2
"""What is left to do after an erasure: nothing; rewrite the file, then empty the WAL; only the latter."""

_UNINDEX = """
INSERT INTO search_index (search_index, rowid, title, text)
SELECT 'delete', number, title, text FROM search WHERE record = ?1
AND number <= (SELECT value FROM progress WHERE name = 'indexed')
"""


class Progress(NamedTuple):
    """How far each queue of the truth has been read into the views."""

    arrival: int
    part: int
    erasure: int
    eviction: int = 0


class Views:
    """An open views.db, for the one thread that writes it."""

    def __init__(self, source: Source, settings: StoreSettings) -> None:
        self._source = source
        self._settings = settings
        self._readers: list[ViewReader | FoldReader] = []
        self.memory = SqliteMemory(source)

    @property
    def progress(self) -> Progress:
        """How far the views have come."""
        found = dict(self._source.rows("SELECT name, value FROM progress"))
        return Progress(found["arrival"], found["part"], found["erasure"], found["eviction"])

    def reader(self) -> ViewReader:
        """A reader of what is committed, for one thread. Raises StoreError."""
        reader = ViewReader(self._own_source())
        self._readers.append(reader)
        return reader

    def folded(self) -> FoldReader:
        """What the fold knows, for one thread. Raises StoreError."""
        reader = FoldReader(self._own_source())
        self._readers.append(reader)
        return reader

    def _own_source(self) -> Source:
        """A connection that only reads; that of the views where they stand in memory."""
        path = self._source.path
        if path is None:
            return self._source
        try:
            return Source(connect(path, self._settings, read_only=True), path)
        except SqliteError as error:
            raise as_store_error(path, error) from error

    @contextmanager
    def slice(self) -> Iterator[SqliteMemory]:
        """One transaction over the fold's memory and the rows. Anything raised in it undoes all of it.

        Raises StoreError: throw the views away (`discard`) and compute them anew, unless the disk is full.
        """
        try:
            self._source.connection.execute("BEGIN IMMEDIATE")
            yield self.memory
            self.memory.flush()
            self._source.connection.execute("COMMIT")
        except BaseException as error:
            self._undo()
            if isinstance(error, SqliteError):
                raise as_store_error(self._source.name, error) from error
            raise

    def replace(self, records: Iterable[bytes], rows: Iterable[Row]) -> None:
        """In a slice: drop every row that hangs on one of `records`, then add `rows`."""
        gone = [(record,) for record in records]
        execute = self._source.connection.executemany
        execute(_UNINDEX, gone)
        for deletion in DELETE:
            execute(deletion, gone)
        by_kind: dict[type[Row], list[Row]] = {}
        for row in rows:
            by_kind.setdefault(type(row), []).append(row)
        for kind, group in by_kind.items():
            bulk.insert(self._source.connection, INTO[kind], [(None, *row) for row in group])

    def advance(self, progress: Progress) -> None:
        """In a slice: note how far it has come."""
        self._source.connection.executemany(
            "UPDATE progress SET value = ?2 WHERE name = ?1", list(progress._asdict().items())
        )

    def mark_erasure(self) -> None:
        """In a slice that emptied rows because of an erasure: traces of them are to be removed by `scrub`."""
        self._note_scrub(_TO_REWRITE)

    def index(self, limit: int = INDEX_ROWS) -> int:
        """Bring full-text search up to date by at most `limit` texts; fewer were indexed only if none is left.

        Returns how many. Raises StoreError.
        """
        with self.slice():
            start = self._source.number("SELECT value FROM progress WHERE name = 'indexed'")
            rows = self._source.rows(
                "SELECT number, title, text FROM search WHERE number > ? ORDER BY number LIMIT ?", (start, limit)
            )
            if rows:
                self._source.connection.executemany(
                    "INSERT INTO search_index (rowid, title, text) VALUES (?, ?, ?)", rows
                )
                self._source.rows("UPDATE progress SET value = ? WHERE name = 'indexed'", (rows[-1][0],))
        return len(rows)

    def scrub(self) -> bool:
        """Remove every trace of erased texts from the file; False if a reader is in the way: try again later.

        Rewrites the whole file: rows of these tables move from page to page, and each move can leave a copy behind.
        What a crash or a reader cuts short is gone on with when this is called again. Raises StoreError.
        """
        state = self._source.number("SELECT value FROM progress WHERE name = 'scrub'")
        if state == _CLEAN:
            return True
        if state == _TO_REWRITE:
            # A deleted text stays in the index as long as its segments are not merged.
            self._source.rows("INSERT INTO search_index (search_index) VALUES ('optimize')")
            if self._source.path is not None:
                self._rewrite(self._source.path)
            self._note_scrub(_TO_EMPTY)
        if self._source.path is not None and not self._empty_wal():
            return False
        self._note_scrub(_CLEAN)
        return True

    def close(self) -> None:
        """Close the readers and the file. Raises StoreError."""
        for reader in self._readers:
            reader.close()
        self._readers.clear()
        try:
            self._source.connection.close()
        except SqliteError as error:
            raise as_store_error(self._source.name, error) from error

    def _rewrite(self, path: Path) -> None:
        """Write the file anew, by way of memory or, if it is too large for that, of a nameless file beside it."""
        rows = self._source.rows
        if path.stat().st_size > VACUUM_IN_RAM:
            # Not where the system keeps such files: texts should pass through no other folder or disk.
            folder = str(path.parent).replace("'", "''")
            rows(f"PRAGMA temp_store_directory = '{folder}'")
            rows("PRAGMA temp_store = FILE")
        try:
            rows("VACUUM")
        finally:
            rows("PRAGMA temp_store_directory = ''")
            rows("PRAGMA temp_store = MEMORY")

    def _empty_wal(self) -> bool:
        """Leave nothing in the WAL, where older versions of pages stand; false if a reader is in the way."""
        self._source.rows(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        busy = self._source.number("PRAGMA wal_checkpoint(TRUNCATE)")
        self._source.rows(f"PRAGMA busy_timeout = {BUSY_MS}")
        return not busy

    def _note_scrub(self, state: int) -> None:
        self._source.rows("UPDATE progress SET value = ? WHERE name = 'scrub'", (state,))

    def _undo(self) -> None:
        if self._source.connection.in_transaction:
            self._source.connection.execute("ROLLBACK")
        self.memory.forget()


def open_views(path: Path | None, settings: StoreSettings | None = None) -> Views:
    """Open views.db, made anew if it is missing, damaged or of another layout; None: in memory.

    The caller compares `progress` with the store and computes what is missing, from nothing if need be. Raises
    StoreError, for instance StoreFull.
    """
    settings = settings or StoreSettings()
    if path is None:
        source = Source(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), None)
        _fill(source)
        return Views(source, settings)
    try:
        if path.exists():
            kept = _reopen(path, settings)
            if kept is not None:
                return Views(kept, settings)
            discard(path)
        path.touch(mode=0o600)
        source = Source(connect(path, settings), path)
        source.rows("PRAGMA journal_mode = WAL")
        _set_up(source)
        _fill(source)
    except (*SqliteError, OSError) as error:
        raise as_store_error(path, error) from error
    return Views(source, settings)


def discard(path: Path) -> None:
    """Throw the views away; nobody may have them open. Raises OSError."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    damage_mark(path).unlink(missing_ok=True)


def _reopen(path: Path, settings: StoreSettings) -> Source | None:
    """Open views that can be gone on with, None if they cannot."""
    if damage_mark(path).exists():
        return None
    try:
        source = Source(connect(path, settings), path)
    except SqliteError:
        return None  # whatever is wrong, making it anew is the cure; a full disk shows again at once
    try:
        if source.number("PRAGMA user_version") == FINGERPRINT:
            _set_up(source)
            source.rows("SELECT count(*) FROM progress")
            return source
    except StoreError:
        source.connection.close()
        return None
    source.connection.close()
    return None


def _set_up(source: Source) -> None:
    source.rows("PRAGMA synchronous = NORMAL")
    source.rows(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")


def _fill(source: Source) -> None:
    source.rows("BEGIN IMMEDIATE")
    for statement in statements():
        source.rows(statement)
    source.rows("COMMIT")
