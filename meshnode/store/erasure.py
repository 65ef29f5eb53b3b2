"""Erasing private parts so that no byte of them stays in any file of the store.

A part is overwritten in place by zeroes of the same length: rows of `parts` never move (see the migration), so no copy
of it stands anywhere else in the database. Older versions of its page stand in the WAL until that is emptied, which
waits for readers that still look at them; `scrub` in `meta` remembers this over a crash.
"""

from meshnode.store.database import BUSY_MS, copies
from meshnode.store.local import rewrite_personal
from meshnode.store.source import Source

PATIENCE_MS = 250
"""How long emptying the WAL waits for readers after a commit, in milliseconds; it is tried again when nothing waits."""


class Eraser:
    """The writer's part for erasures. `erase` runs in the writer's transaction, `finish` after it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._connection = source.connection
        self._path = source.path
        self.reload()

    @property
    def pending(self) -> bool:
        """Whether older versions of erased parts may still stand in the WAL or in copies."""
        return self._pending

    def reload(self) -> None:
        """Read again what memory holds of the tables, after opening or a rollback."""
        self._pending = self._source.number("SELECT value FROM meta WHERE name = 'scrub'") > 0
        self.any = self._source.row("SELECT 1 FROM erasures LIMIT 1") is not None

    def erased(self, record_id: bytes) -> bool:
        """Whether this record's part was erased."""
        return self.any and is_erased(self._source, record_id)

    def erase(self, record_id: bytes, arrival: int | None) -> None:
        """Overwrite the part of the record in row `arrival`, if it is stored, and never take it in again."""
        self._connection.execute("INSERT OR IGNORE INTO erasures (record) VALUES (?)", (record_id,))
        self.any = True
        if arrival is None:
            return
        self._connection.execute("UPDATE parts SET content = zeroblob(length(content)) WHERE arrival = ?", (arrival,))
        self._connection.execute("DELETE FROM wanted_parts WHERE arrival = ?", (arrival,))

    def mark(self) -> None:
        """Note, in the same transaction as the erasures, that `finish` has work to do."""
        rewrite_personal(self._connection)
        self._connection.execute("UPDATE meta SET value = 1 WHERE name = 'scrub'")
        self._pending = True

    def finish(self, patience_ms: int) -> bool:
        """Empty the WAL and remove copies of the database; False if a reader is in the way for so long.

        Raises sqlite3.Error and OSError.
        """
        if not self._pending:
            return True
        if self._path is not None:
            self._connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            if busy:
                return False
            for copy in copies(self._path):
                copy.unlink(missing_ok=True)
        self._connection.execute("UPDATE meta SET value = 0 WHERE name = 'scrub'")
        self._pending = False
        return True


def is_erased(source: Source, record_id: bytes) -> bool:
    """Whether the private part of this record was erased."""
    return source.row("SELECT 1 FROM erasures WHERE record = ?", (record_id,)) is not None
