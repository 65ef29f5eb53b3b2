"""Stores as older versions of meshnode left them, and a program that dies while it opens one.

`python -m tests.support.crashes.old_stores FILE FOLDER` opens a copy of FILE in FOLDER/1, FOLDER/2, … and is killed at
the first, second, … statement of SQL, until it lives through all; each line says at which statement it died.
"""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from meshnode.store.database import RECORDS, Layout, StoreSettings, layout_of, open_database
from meshnode.store.store import open_store
from meshnode.store.views import open_views

RECORDS_DB, VIEWS_DB = "records.db", "views.db"
SMALL = StoreSettings(reserve_mib=0)
"""No room is kept, which would be most of the work with so many small stores."""


def as_of(version: int, path: Path, folder: Path) -> Path:
    """The store at `path` as the program with the first `version` migrations would have kept it, in `folder`.

    What these versions did not know is not in it; of the rest every row is.
    """
    steps = folder / "migrations"
    steps.mkdir(parents=True)
    for step in RECORDS.steps[:version]:
        shutil.copy(step, steps)
    old = folder / path.name
    connection = open_database(old, Layout(RECORDS.name, RECORDS.mark, steps), SMALL)
    connection.execute("ATTACH ? AS now", (str(path),))
    for (table,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
        columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
        known = "WHERE name IN ('next_arrival', 'scrub')" if table == "meta" else ""
        connection.execute(f"REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM now.{table} {known}")  # noqa: S608 - names of tables
    assert layout_of(connection) == version
    connection.close()
    shutil.rmtree(steps)
    return old


def open_file(path: Path) -> None:
    """Open a database of the node, whichever it is, and close it again."""
    if path.name == RECORDS_DB:
        open_store(path, SMALL).close()
    else:
        open_views(path, SMALL).close()


def dies_at(number: int, do: Callable[[], None]) -> bool:
    """Do something in a process that is killed as soon as it begins its n-th statement; whether it came so far."""
    child = os.fork()
    if not child:
        seen, connect = count(1), sqlite3.connect

        def notice(statement: str) -> None:
            if next(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        def watched(*given: object, **more: object) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*given, **more)  # type: ignore[call-overload]  # passed on as it is
            connection.set_trace_callback(notice)
            return connection

        sqlite3.connect = watched  # type: ignore[assignment]  # in this process only, which ends below
        do()
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def main(original: Path, folder: Path) -> None:
    """Die at every statement."""
    for number in count(1):
        place = folder / str(number)
        place.mkdir()
        if original.exists():
            shutil.copy(original, place)
        if not dies_at(number, partial(open_file, place / original.name)):
            return
        print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
