"""A copy of a whole database as it was at one moment, taken while others write to it.

The copy goes to a file without a name: whatever ends this process, nothing of it stays behind under any name, and what
is erased later is not found in it. It takes as much room on the disk of the home as the database, for as long as it is
read.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from meshnode.store.database import RECORDS, StoreSettings, check_kind, connect, layout_of
from meshnode.store.errors import SqliteError, StoreReadOnly, as_store_error
from meshnode.store.reading import Reader
from meshnode.store.source import Source

T = TypeVar("T")

PAGES = 2_048
"""Pages copied at once, 8 MiB."""


class Snapshot(NamedTuple, Generic[T]):
    """A consistent copy: its bytes, how many, its layout, and what was seen in it at that very moment."""

    file: BinaryIO
    size: int
    layout: int
    seen: T


@contextmanager
def snapshot(path: Path, folder: Path, look: Callable[[Reader], T]) -> Iterator[Snapshot[T]]:
    """Copy the database at `path`, and look into it; blocks, so call it in a thread. The copy is gone at the end.

    `folder` is where there is room for it, on a disk that may hold what the database holds. Raises StoreError.
    """
    with _unnamed(path, folder) as (file, name):
        try:
            with closing(connect(path, StoreSettings(), read_only=True)) as connection:
                # As long as this transaction is open, all that is read is as it was at its first question.
                connection.execute("BEGIN")
                check_kind(connection, path, RECORDS)
                layout = layout_of(connection)
                seen = look(Reader(Source(connection, path)))
                _copy(connection, name)
        except SqliteError as error:
            raise as_store_error(path, error) from error
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        yield Snapshot(file, size, layout, seen)


def size_of_copy(path: Path) -> int:
    """Bytes that a copy of the database at `path` would have now. Raises StoreError."""
    try:
        with closing(connect(path, StoreSettings(), read_only=True)) as connection:
            (pages,), (page,) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
            )
    except SqliteError as error:
        raise as_store_error(path, error) from error
    return int(pages) * int(page)


def _copy(connection: sqlite3.Connection, name: Path) -> None:
    """Copy all pages into the file called `name`, which loses its name before the first of them is written."""
    with closing(sqlite3.connect(name, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = OFF")  # nobody reads a copy that was not finished
        copy.execute("PRAGMA synchronous = OFF")
        name.unlink()
        connection.backup(copy, pages=PAGES)


@contextmanager
def _unnamed(path: Path, folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Give an empty file, 0600, and the name that is to be taken from it; both are gone at the end."""
    name = folder / f".snapshot.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        number = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreReadOnly(path, f"it cannot be copied: {error.strerror}") from error
    with open(number, "r+b") as file:
        try:
            yield file, name
        finally:
            name.unlink(missing_ok=True)
