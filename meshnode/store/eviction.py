"""Letting private parts go that this node does not keep, and taking them in again.

An evicted part is overwritten in place, by bytes with which no part begins: rows of `parts` never move (see
0001_begin.sql), so an erasure still finds every copy of what it erases. The room is won back by writing the table anew
once enough of it is blank; until then a part that comes back goes where it stood.

    held or wanted → (evict) gone → (want) wanted → (its part comes) held; any of them → (erased) erased
"""

import os
from collections.abc import Mapping, Sequence

from meshnode.store import bulk
from meshnode.store.source import Source

BLANK = b"\xff"
"""What an evicted part is overwritten with. A private part begins with the mark of a map, an erased one is zeroes."""

BLANK_SHARE = 2
"""The table is written anew when half of it is blank, so that on average each evicted byte costs one that is copied."""

PLENTY = 3
"""Free space, in multiples of what is copied, without which it is not: twice for the WAL and the file, and some air."""

_HELD = """
SELECT arrival, length(content), substr(content, 1, 1) FROM parts
WHERE arrival IN (SELECT value FROM json_each(?))
"""
_REWRITE = (
    "CREATE TABLE kept (part INTEGER PRIMARY KEY, arrival INTEGER NOT NULL UNIQUE, content BLOB NOT NULL) STRICT",
    # The last row stays, whatever it is: the number after it must be one that nobody has read up to yet.
    "INSERT INTO kept SELECT part, arrival, content FROM parts"
    " WHERE substr(content, 1, 1) <> x'ff' OR part = (SELECT max(part) FROM parts) ORDER BY part",
    "DROP TABLE parts",  # secure_delete overwrites every page of it
    "ALTER TABLE kept RENAME TO parts",
    "UPDATE meta SET value = 0 WHERE name = 'blank_bytes'",
)


class Evictor:
    """The writer's part for evictions. All methods but `rewrite` run inside the writer's transaction."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._connection = source.connection
        self._grown: dict[int, int] = {}  # log → bytes of parts that came or went in this transaction
        self.reload()

    def reload(self) -> None:
        """Read again what memory holds of the tables, after opening or a rollback."""
        self.blank = self._source.number("SELECT value FROM meta WHERE name = 'blank_bytes'")
        self._noted = self.blank
        self._grown.clear()

    def held(self, arrivals: Sequence[int]) -> dict[int, tuple[int, bytes]]:
        """Those of these rows that have a place in `parts`: how long it is, and its first byte."""
        rows = self._source.rows(_HELD, ("[" + ",".join(map(str, arrivals)) + "]",)) if arrivals else []
        return {arrival: (size, first) for arrival, size, first in rows}

    def grow(self, log: int, size: int) -> None:
        """So many bytes of private parts were added to a log; taken away if less than zero."""
        self._grown[log] = self._grown.get(log, 0) + size

    def evict(self, rows: Mapping[int, int], *, purge: bool) -> None:
        """Let go of the parts of records, each given as row and log, and want them no more; `purge`: without trace."""
        for arrival, (size, first) in self.held(list(rows)).items():
            if first not in (BLANK, b"\0"):
                self._connection.execute("UPDATE parts SET content = ? WHERE arrival = ?", (BLANK * size, arrival))
                self.grow(rows[arrival], -size)
                self.blank += size
        bulk.delete(self._connection, "wanted_parts WHERE arrival", list(rows))
        bulk.insert(self._connection, "OR REPLACE INTO evictions (arrival, gone)", [(each, 1 + purge) for each in rows])

    def refill(self, arrival: int, content: bytes) -> None:
        """Put a part back where it stood."""
        self._connection.execute("UPDATE parts SET content = ? WHERE arrival = ?", (content, arrival))
        self._connection.execute("INSERT OR REPLACE INTO evictions (arrival, gone) VALUES (?, 0)", (arrival,))
        self.blank -= len(content)

    def forget(self, arrival: int, log: int) -> None:
        """The part of this record is to be erased: nothing of it counts any more."""
        size, first = self.held((arrival,)).get(arrival, (0, b"\0"))
        if first == BLANK:
            self.blank -= size
        elif first != b"\0":
            self.grow(log, -size)
        self._connection.execute("DELETE FROM evictions WHERE arrival = ?", (arrival,))

    def want(self, arrivals: Sequence[int]) -> None:
        """Parts that were let go are to come again."""
        gone = [
            arrival
            for arrival in arrivals
            if self._source.row("SELECT 1 FROM evictions WHERE arrival = ? AND gone > 0", (arrival,))
        ]
        bulk.delete(self._connection, "evictions WHERE arrival", gone)
        bulk.insert(self._connection, "OR IGNORE INTO wanted_parts", [(each,) for each in gone])

    def flush(self) -> None:
        """Write down what came and went."""
        grown = [(size, log) for log, size in self._grown.items() if size]
        bulk.each(self._connection, "UPDATE logs SET part_bytes = part_bytes + ? WHERE log = ?", grown)
        self._grown.clear()
        if self.blank != self._noted:
            self._connection.execute("UPDATE meta SET value = ? WHERE name = 'blank_bytes'", (self.blank,))
            self._noted = self.blank

    def rewrite(self, least: int) -> int:
        """Win back the room of evicted parts if that is worth it: if it is `least` bytes and half of all.

        Returns how many bytes were copied.

        Runs between transactions: the table before or the table after is there, whatever happens. Raises StoreError.
        """
        if self.blank < max(least, 1):
            return 0
        held = self._source.number("SELECT sum(part_bytes) FROM logs")
        if self.blank < held // BLANK_SHARE or not self._has_room(held):
            return 0
        self._source.rows("BEGIN IMMEDIATE")
        for statement in _REWRITE:
            self._source.rows(statement)
        self._source.rows("COMMIT")
        self.blank = self._noted = 0
        return held

    def _has_room(self, size: int) -> bool:
        if self._source.path is None:
            return True
        disk = os.statvfs(self._source.path.parent)
        return disk.f_bavail * disk.f_frsize >= PLENTY * size


def is_blank(content: bytes) -> bool:
    """Whether a place in `parts` is empty because its part was let go."""
    return content[:1] == BLANK


def is_gone(source: Source, arrival: int) -> bool:
    """Whether the part of the record in this row was let go, or never wanted."""
    return source.row("SELECT 1 FROM evictions WHERE arrival = ? AND gone > 0", (arrival,)) is not None
