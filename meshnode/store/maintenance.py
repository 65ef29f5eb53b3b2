"""Looking after the database files of a home while no node runs: how large, whole or not, and packed anew.

The caller holds the home's lock.
"""

import os
from pathlib import Path
from typing import NamedTuple

from meshnode.store.check import Damage
from meshnode.store.database import StoreSettings, connect
from meshnode.store.errors import SqliteError, StoreFull, as_store_error

SPARE = 2
"""Free space, in multiples of a database, that packing it needs: a copy in the WAL, and then in the file."""


class Packed(NamedTuple):
    """One database file before and after it was packed, in bytes."""

    name: str
    before: int
    after: int


def pack(path: Path) -> Packed:
    """Write a database anew without gaps; a crash leaves it as before or after. Raises StoreError."""
    before = size_of(path)
    disk = os.statvfs(path.parent)
    if disk.f_bavail * disk.f_frsize < SPARE * before:
        raise StoreFull(path, f"packing needs {SPARE * before} bytes free")
    try:
        connection = connect(path, StoreSettings())
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    except SqliteError as error:
        raise as_store_error(path, error) from error
    return Packed(path.name, before, size_of(path))


def examine_pages(path: Path) -> list[Damage]:
    """What SQLite's own check finds wrong, for a database whose content can be computed anew. Raises StoreError."""
    try:
        connection = connect(path, StoreSettings(), read_only=True)
        try:
            lines = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(100)")]
        finally:
            connection.close()
    except SqliteError as error:
        raise as_store_error(path, error) from error
    return [Damage("pages", line) for line in lines if line != "ok"]


def size_of(path: Path) -> int:
    """Bytes of a database file with its journal."""
    files = [path, path.with_name(f"{path.name}-wal")]
    return sum(each.stat().st_size for each in files if each.exists())
