"""One connection to a database together with its name, so that whatever goes wrong can say where."""

import sqlite3
from pathlib import Path
from typing import Any

from meshnode.store.errors import StoreDamaged, StoreError, as_store_error

Values = tuple[int | str | bytes | None, ...]


class Source:
    """Asks a database. Everything SQLite raises comes out as a StoreError.

    Damage leaves a mark beside the file, so that the next start knows of it before it serves anything.
    """

    __slots__ = ("connection", "path")

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self.connection = connection
        self.path = path

    @property
    def name(self) -> Path | str:
        """The file, or what stands for it in texts."""
        return self.path or ":memory:"

    def rows(self, question: str, values: Values = ()) -> list[Any]:
        """All rows of the answer, each a tuple. Nothing is left open, so no reader holds up a checkpoint."""
        try:
            return self.connection.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def row(self, question: str, values: Values = ()) -> Any:
        """The first row of the answer, or None."""
        rows = self.rows(question, values)
        return rows[0] if rows else None

    def number(self, question: str, values: Values = ()) -> int:
        """The first value of the first row, which must be there."""
        return int(self.rows(question, values)[0][0])

    def damaged(self, detail: str) -> StoreDamaged:
        """Mark the file as damaged and return what to raise."""
        if self.path is not None:
            try:
                damage_mark(self.path).touch(mode=0o600)
            except OSError as error:
                return StoreDamaged(self.path, f"{detail}; and it could not be marked: {error}")
        return StoreDamaged(self.name, detail)

    def _explained(self, error: sqlite3.Error) -> StoreError:
        told = as_store_error(self.name, error)
        return self.damaged(told.detail) if isinstance(told, StoreDamaged) else told


def damage_mark(path: Path) -> Path:
    """The file that says that the database at `path` was found damaged."""
    return path.with_name(f"{path.name}.damaged")
