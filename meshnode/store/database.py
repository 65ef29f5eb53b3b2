"""Opening a database file: pragmas, what it is, which layout it has, and bringing an older layout up to date.

A layout is a number, kept in `user_version`: how many of the files in its migrations folder have been applied. Each
is applied in one transaction, so a program killed in between leaves the layout before or after it. Before the first
of them touches a store that holds something, the file is copied.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from meshnode.store.errors import NotAStore, SqliteError, StoreReadOnly, StoreTooNew, as_store_error

_MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_MS = 5_000
"""How long SQLite waits for a lock. Only another process (a doctor, a backup) can hold one, and not for long."""

BACKSTOP_PAGES = 65_536
"""Pages in the WAL after which SQLite checkpoints by itself, 256 MiB: the writer comes first unless it never rests."""


PLENTY = 16
"""Free space, in multiples of it, without which no room is reserved."""

PRAGMAS = (
    f"busy_timeout = {BUSY_MS}",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "mmap_size = 0",
    "secure_delete = ON",
    "foreign_keys = ON",
    "temp_store = MEMORY",  # sorting must not spill private parts into files of their own
    f"wal_autocheckpoint = {BACKSTOP_PAGES}",
    "synchronous = FULL",
)

SQLITE_VERSION = sqlite3.sqlite_version
"""The SQLite at hand."""


class Layout:
    """One kind of database: its mark in `application_id` and the folder of its migrations, 0001_….sql onwards."""

    def __init__(self, name: str, mark: int, folder: Path) -> None:
        self.name = name
        self.mark = mark
        self.folder = folder

    @cached_property
    def steps(self) -> tuple[Path, ...]:
        """The migrations in order; step n leads to layout n."""
        return tuple(sorted(self.folder.glob("[0-9]*.sql")))


RECORDS = Layout("records", 0x6D736852, _MIGRATIONS / "records")


def flush_folder(folder: Path) -> None:
    """Make the names of the files in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def reserve(path: Path, size: int) -> None:
    """Extend a file with zeroes up to `size` bytes, durably; does nothing where that would make the disk tight."""
    disk = os.statvfs(path.parent)
    if disk.f_bavail * disk.f_frsize < PLENTY * size:
        return
    handle = os.open(path, os.O_WRONLY)
    try:
        end = os.fstat(handle).st_size
        if end < size:
            os.pwrite(handle, bytes(size - end), end)
            os.fsync(handle)
    finally:
        os.close(handle)


class StoreSettings(NamedTuple):
    """How the databases are kept."""

    cache_mib: int = 32
    """Pages the writer keeps in memory. The index of the ids is written everywhere at once, so this sets the rate."""
    reader_cache_mib: int = 8
    """Pages each reading connection keeps in memory."""
    checkpoint_mib: int = 64
    """Payload written before pages are copied from the WAL into the database. Later means each page fewer times."""
    reserve_mib: int = 16
    """Room kept at the end of the WAL. Writing over it takes half as long as making a file longer (0.2 ms instead of
    0.4 ms for a single record), as the file system has no sizes to write. SQLite ignores zeroes: they are no frames."""
    blank_mib: int = 16
    """What evicted private parts still take up before their room is won back by copying the others."""
    vfs: str = ""
    """Name of the SQLite VFS, empty for the system's; tests put one in between that tears writes."""
    flush_folder: Callable[[Path], None] = flush_folder
    reserve: Callable[[Path, int], None] = reserve


def open_database(path: Path | None, layout: Layout, settings: StoreSettings) -> sqlite3.Connection:
    """Open a database for writing, make it if it is not there, and bring it up to date. None: one in memory.

    The caller holds the home's lock. Raises StoreError: StoreTooNew, NotAStore, StoreDamaged, StoreReadOnly, StoreFull.
    """
    name = path or ":memory:"
    try:
        if path is None:
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        else:
            _make_file(path)
            connection = connect(path, settings)
        try:
            _prepare(connection, path, layout, settings)
        except BaseException:
            connection.close()
            raise
    except SqliteError as error:
        raise as_store_error(name, error) from error
    except OSError as error:
        raise StoreReadOnly(name, str(error)) from error
    return connection


def connect(path: Path, settings: StoreSettings, *, read_only: bool = False) -> sqlite3.Connection:
    """Connect to an existing database with the pragmas of the house. Raises sqlite3.Error."""
    name = f"file:{quote(str(path.absolute()))}?mode=rw" + (f"&vfs={settings.vfs}" if settings.vfs else "")
    connection = sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)
    mib = settings.reader_cache_mib if read_only else settings.cache_mib
    try:
        for pragma in (*PRAGMAS, f"cache_size = -{mib * 1024}", f"query_only = {int(read_only)}"):
            connection.execute("PRAGMA " + pragma)
    except SqliteError:
        connection.close()
        raise
    return connection


def layout_of(connection: sqlite3.Connection) -> int:
    """The number of the layout the database has; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make_file(path: Path) -> None:
    """Create the file so that only its owner may read it; the WAL and its index inherit that."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return


def _prepare(connection: sqlite3.Connection, path: Path | None, layout: Layout, settings: StoreSettings) -> None:
    check_kind(connection, path, layout)
    if path is not None:
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise StoreReadOnly(path, f"journal mode {mode}")
    found, steps = layout_of(connection), layout.steps
    if path is not None and 0 < found < len(steps):
        _copy(connection, path, found, settings)
    for number, step in enumerate(steps[found:], found + 1):
        _migrate(connection, layout.mark, number, step.read_text("utf-8"))
    if path is not None:
        # A transaction makes the WAL; flushing the folder then makes its name durable, once for all commits.
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        settings.flush_folder(path.parent)


def check_kind(connection: sqlite3.Connection, path: Path | None, layout: Layout) -> None:
    """Refuse what is not ours or too new, before anything is read or written. Raises NotAStore, StoreTooNew."""
    name = path or ":memory:"
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    found = layout_of(connection)
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if mark != layout.mark and not (empty and mark == 0 and found == 0):
        raise NotAStore(name, f"application id {mark:#x}")
    known = len(layout.steps)
    if found > known:
        raise StoreTooNew(name, found, known)


def _migrate(connection: sqlite3.Connection, mark: int, number: int, script: str) -> None:
    """Apply one migration; it and the new number are in force together or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA application_id = {mark}")
        for statement in statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except SqliteError:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """Cut a script into statements. `executescript` would commit before it starts."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def copies(path: Path) -> tuple[Path, ...]:
    """Copies, whole or not, and damaged originals kept beside a database; erasure removes them."""
    found = (path.parent.glob(f"{path.name}.{word}-*") for word in ("kept", "partial"))
    return tuple(sorted(each for names in found for each in names))


def _copy(connection: sqlite3.Connection, path: Path, found: int, settings: StoreSettings) -> None:
    """Copy the whole database to `<name>.kept-<layout>`, complete or not at all."""
    partial, whole = (path.with_name(f"{path.name}.{word}-{found}") for word in ("partial", "kept"))
    partial.unlink(missing_ok=True)
    _make_file(partial)
    try:
        connection.execute("VACUUM INTO ?", (str(partial),))
    except SqliteError:
        partial.unlink(missing_ok=True)  # it may have filled the disk
        raise
    handle = os.open(partial, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.rename(whole)
    settings.flush_folder(path.parent)
