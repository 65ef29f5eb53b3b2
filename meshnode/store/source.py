"""One connection to a database together with its name, so that whatever goes wrong can say where."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from meshnode.store.errors import SqliteError, StoreDamaged, StoreError, as_store_error

Value = int | str | bytes | None
Values = tuple[Value, ...]


class Source:
    """Asks a database. Everything SQLite raises comes out as a StoreError.

    Damage leaves a mark beside the file, so that the next start knows of it before it serves anything.
    """

    __slots__ = ("begins", "connection", "path")

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self.connection = connection
        self.path = path
        self.begins = False
        """Whether the next question begins a transaction."""

    @property
    def name(self) -> Path | str:
        """The file, or what stands for it in texts."""
        return self.path or ":memory:"

    def rows(self, question: str, values: Values = ()) -> list[Any]:
        """All rows of the answer, each a tuple. Nothing is left open, so no reader holds up a checkpoint."""
        try:
            if self.begins:
                self.begins = False
                self.connection.execute("BEGIN")
            return self.connection.execute(question, values).fetchall()
        except SqliteError as error:
            raise self._explained(error) from error

    def pages(self, question: str, start: int, limit: int, *values: int | str | bytes) -> Iterator[list[Any]]:
        """The answer in pieces, so that nothing stays open: a question for (after, limit, …) by its first column.

        Raises StoreDamaged if a piece leads back: a damaged index could lead in circles.
        """
        last = start
        while rows := self.rows(question, (last, limit, *values)):
            if rows[-1][0] <= last:
                raise self.damaged("rows out of order")
            last = rows[-1][0]
            yield rows

    def row(self, question: str, values: Values = ()) -> Any:
        """The first row of the answer, or None."""
        rows = self.rows(question, values)
        return rows[0] if rows else None

    def number(self, question: str, values: Values = ()) -> int:
        """The first value of the first row, which is there in any store that is whole. Raises StoreDamaged."""
        row = self.row(question, values)
        if row is None or not isinstance(row[0], int):
            raise self.damaged(f"no number for {question!r}")
        return row[0]

    def damaged(self, detail: str) -> StoreDamaged:
        """Mark the file as damaged and return what to raise."""
        if self.path is not None:
            try:
                damage_mark(self.path).touch(mode=0o600)
            except OSError as error:
                return StoreDamaged(self.path, f"{detail}; and it could not be marked: {error}")
        return StoreDamaged(self.name, detail)

    def _explained(self, error: sqlite3.Error | UnicodeDecodeError) -> StoreError:
        told = as_store_error(self.name, error)
        return self.damaged(told.detail) if isinstance(told, StoreDamaged) else told


def damage_mark(path: Path) -> Path:
    """The file that says that the database at `path` was found damaged."""
    return path.with_name(f"{path.name}.damaged")
