"""The memory of a fold, kept in views.db: rows by table and key, behind the port `meshproto.fold.memory.Memory`.

What a slice of work changes stands in RAM until it is flushed, in the order of keys, into the transaction of that
slice; rows lately used stay in RAM. So a fold costs one query for each row it has not seen lately, and none for most.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

import msgspec

from meshnode.store import bulk
from meshnode.store.source import Source
from meshproto.records.encoding import Value

ROWS_REMEMBERED = 32_768
"""Rows kept in RAM, about 15 MB: scopes and agents are asked for with every record, the rest once."""

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder().decode
_GET = "SELECT value FROM fold WHERE name = ? AND key = ?"
_SCAN = "SELECT key, value FROM fold WHERE name = ? AND key >= ? AND key < ? ORDER BY key"
_AFTER_ALL = b"\xff" * 160  # longer than any key; no key begins so


class _Missing:
    """Stands in RAM for a row that is known not to exist."""


_MISSING: Final = _Missing()
_Rows: TypeAlias = "dict[bytes, Value | _Missing]"


class SqliteMemory:
    """Implements Memory. All methods run in the thread and the transaction of the slice that is projected."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[str, _Rows] = {}
        self._changed: dict[str, _Rows] = {}
        self._size = 0
        self._filled: set[str] = set()
        self.forget()

    def get(self, table: str, key: bytes) -> Value:
        """The row, or None."""
        rows = self._known.get(table)
        if rows is None:
            rows = self._known.setdefault(table, {})
        value = rows.get(key)
        if value is None:
            value = self._load(table, key)
            self._keep(rows, key, value)
        return None if isinstance(value, _Missing) else value

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Write or replace a row."""
        self._change(table, key, value)
        self._filled.add(table)

    def delete(self, table: str, key: bytes) -> None:
        """Remove a row if it is there."""
        self._change(table, key, _MISSING)

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key."""
        if table not in self._filled:
            return iter(())
        if self._changed.get(table):
            self._flush_table(table)
        rows = self._source.rows(_SCAN, (table, prefix, prefix + _AFTER_ALL))
        return iter([(key, _DECODE(value)) for key, value in rows])

    def flush(self) -> None:
        """Write what changed, before the slice's transaction is committed."""
        for table in self._changed:
            self._flush_table(table)
        if self._size > ROWS_REMEMBERED:
            self._known.clear()
            self._size = 0

    def forget(self) -> None:
        """Forget what stands in RAM, after a rollback."""
        self._known.clear()
        self._changed.clear()
        self._size = 0
        self._filled = {name for (name,) in self._source.rows("SELECT DISTINCT name FROM fold")}

    def _load(self, table: str, key: bytes) -> "Value | _Missing":
        if table not in self._filled:
            return _MISSING
        row = self._source.row(_GET, (table, key))
        if row is None:
            return _MISSING
        value: Value = _DECODE(row[0])
        return value

    def _keep(self, rows: _Rows, key: bytes, value: "Value | _Missing") -> None:
        rows[key] = value
        self._size += 1

    def _change(self, table: str, key: bytes, value: "Value | _Missing") -> None:
        rows = self._known.setdefault(table, {})
        self._size += key not in rows
        rows[key] = value
        self._changed.setdefault(table, {})[key] = value

    def _flush_table(self, table: str) -> None:
        """Write one table's changes in the order of keys, so that neighbours are written together."""
        changed = sorted(self._changed[table].items(), key=lambda item: item[0])
        put = [(table, key, _ENCODE(value)) for key, value in changed if not isinstance(value, _Missing)]
        gone = [(table, key) for key, value in changed if isinstance(value, _Missing)]
        connection = self._source.connection
        bulk.insert(connection, "INTO fold", put, "ON CONFLICT DO UPDATE SET value = excluded.value")
        connection.executemany("DELETE FROM fold WHERE name = ? AND key = ?", gone)
        self._changed[table].clear()


class FoldReader:
    """Implements Folded: what was flushed of a fold's memory, read by another thread than the one that folds."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[tuple[str, bytes], Value] = {}
        self._version = -1

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Read at one point in time. Raises StoreError."""
        source = self._source
        if source.path is None:  # one connection for all: nobody writes while this is asked
            self._known.clear()
            yield
            return
        source.rows("BEGIN")
        try:
            version = source.number("PRAGMA data_version")
            if version != self._version or len(self._known) > ROWS_REMEMBERED:
                self._known.clear()
                self._version = version
            yield
        finally:
            source.rows("ROLLBACK")

    def get(self, table: str, key: bytes) -> Value:
        """The row, or None; the same object as long as nothing was folded. Raises StoreError."""
        if (table, key) not in self._known:
            row = self._source.row(_GET, (table, key))
            self._known[table, key] = None if row is None else _DECODE(row[0])
        return self._known[table, key]

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key. Raises StoreError."""
        rows = self._source.rows(_SCAN, (table, prefix, prefix + _AFTER_ALL))
        return iter([(key, _DECODE(value)) for key, value in rows])

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Refused: only the fold writes."""
        raise TypeError(f"{table} is only read here")

    def delete(self, table: str, key: bytes) -> None:
        """Refused: only the fold writes."""
        raise TypeError(f"{table} is only read here")

    def close(self) -> None:
        """Let go of the connection."""
        self._source.connection.close()
