"""Rows of new records on their way into their tables, gathered over a whole transaction.

A sync of many logs brings runs of a few records; each alone would take several small statements. Gathered, hundreds of
rows go in with one, in whichever run they came. States: empty → (add, want) gathering → (flush) empty. Nobody may look
for a record in the tables before `flush`.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from struct import unpack

from meshnode.store import bulk
from meshnode.store.records import proof_of
from meshnode.store.source import Value
from meshproto.records.record import Record

ROWS_GATHERED = 4_096
"""Rows after which they are written at once: some MB of headers."""

_COLUMNS = 6


class Gathering:
    """Gathers rows of `records`, `fresh_ids`, `wanted_parts` and `parts`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[Value] = []  # of `records`, all columns of one row after those of another
        self._ids: list[tuple[int, int]] = []
        self._wanted: list[tuple[int]] = []
        self._parts: list[tuple[int, bytes]] = []

    def add(self, lane: int, arrival: int, records: Sequence[Record], signature: bytes) -> None:
        """Records of one run, the last one signed, become consecutive rows from `arrival`."""
        count = len(records)
        prefixes = unpack(f">{count}q", b"".join([record.id[:8] for record in records]))
        numbers = range(arrival, arrival + count)
        rows: list[Value] = [None] * (_COLUMNS * count)
        rows[0::_COLUMNS] = numbers
        rows[1::_COLUMNS] = [lane] * count
        rows[2::_COLUMNS] = [record.seq for record in records]
        rows[3::_COLUMNS] = prefixes
        rows[4::_COLUMNS] = [record.raw for record in records]
        rows[-3] = proof_of(records[-1].id, signature)
        rows[-1] = signature
        self._rows += rows
        self._ids += zip(prefixes, numbers, strict=True)
        if len(self._ids) >= ROWS_GATHERED:
            self.flush()

    def want(self, arrivals: Iterable[int]) -> None:
        """The private parts of these rows are still to come."""
        self._wanted += [(arrival,) for arrival in arrivals]

    def keep(self, parts: Iterable[tuple[int, bytes]]) -> None:
        """The private parts of these rows."""
        self._parts += parts

    def flush(self) -> None:
        """Write what was gathered into the transaction. Raises sqlite3.Error."""
        if self._rows:
            bulk.insert_flat(self._connection, "INTO records", _COLUMNS, self._rows)
            # In their order neighbours are written together.
            bulk.insert(self._connection, "INTO fresh_ids", sorted(self._ids))
        bulk.insert(self._connection, "INTO wanted_parts", self._wanted)
        bulk.insert(self._connection, "INTO parts (arrival, content)", self._parts)
        self.forget()

    def forget(self) -> None:
        """Drop what was gathered, after a rollback."""
        self._rows, self._ids, self._wanted, self._parts = [], [], [], []
