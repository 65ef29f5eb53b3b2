"""Where a fold keeps what it knows: rows in tables, behind a port.

A row is found by its table and key; keys that begin alike are scanned in order. All that a fold knows is in
its memory, so a memory that can be rolled back takes the fold back with it.

tables of a fold (ids are 32 bytes and stand one after the other in a key):

record       id                       → Row: what became of a decided record
why          id                       → [reason, detail, [id …]], for all that are not simply valid
scope        scope                    → Place: kind, keys and charter of a stream whose genesis is decided
pending      id                       → [header, how many references are undecided]
awaited      id                       → how many wait for it
waiting      awaited ‖ waiter         → b""
first        log                      → id of record 1
fork         scope ‖ log ‖ seq ‖ id   → b"", for both records of each fork; seq is 8 bytes
forked       id                       → b"", for the same records
member       network ‖ agent ‖ record → [role, at]: the grants and accepts by which an agent stands in a network
stands       network ‖ agent          → b"", if there is one
aside        id                       → header: valid, but of a stranger whom no member's record reaches
outside      network ‖ agent ‖ id     → b"", for the same records
counter      name                     → how many local numbers are given out
label        id                       → the label an edit belongs to (a project's first edit, a profile's scope …)
head         label ‖ id               → at: edits that nothing supersedes
superseded   id                       → b""
correction   target ‖ id              → [kind, [n, s, u] or [], [amt, cur] or [], at]
thanked      scope ‖ to ‖ giver ‖ id  → kind
named        id ‖ agent               → b"", for records with a private part
erased       id, or ext ‖ agent       → b""
erasure      target ‖ erasure         → part; target is an id or ext ‖ agent
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Protocol

from meshproto.records.encoding import Value


class Memory(Protocol):
    """Rows by table and key. A missing row reads as None; scanning goes by the bytes of the keys."""

    def get(self, table: str, key: bytes) -> Value:
        """The row, or None."""

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Write or replace a row; the value is not changed afterwards by either side."""

    def delete(self, table: str, key: bytes) -> None:
        """Remove a row if it is there."""

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key; the table may be changed meanwhile."""


class DictMemory:
    """A memory in RAM, for tests, verification of files and other programs."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[bytes, Value]] = {}
        self._sorted: dict[str, list[bytes]] = {}

    def get(self, table: str, key: bytes) -> Value:
        """See Memory."""
        rows = self._tables.get(table)
        return None if rows is None else rows.get(key)

    def put(self, table: str, key: bytes, value: Value) -> None:
        """See Memory."""
        rows = self._tables.setdefault(table, {})
        keys = self._sorted.get(table)  # exists from the first scan on; most tables are never scanned
        if keys is not None and key not in rows:
            insort(keys, key)
        rows[key] = value

    def delete(self, table: str, key: bytes) -> None:
        """See Memory."""
        keys = self._sorted.get(table)
        if self._tables.get(table, {}).pop(key, None) is not None and keys is not None:
            del keys[bisect_left(keys, key)]

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """See Memory."""
        rows = self._tables.get(table, {})
        keys = self._sorted.get(table)
        if keys is None:
            keys = self._sorted[table] = sorted(rows)
        found: list[tuple[bytes, Value]] = []
        for index in range(bisect_left(keys, prefix), len(keys)):
            if not keys[index].startswith(prefix):
                break
            found.append((keys[index], rows[keys[index]]))
        return iter(found)
