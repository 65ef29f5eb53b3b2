"""The memory of a fold, kept in views.db: rows by table and key, behind the port `meshproto.fold.memory.Memory`.

What a slice of work changes stands in RAM until it is flushed, in the order of tables and keys, into the transaction of
that slice. A table with few rows stands in RAM as a whole, so that asking it costs no query, not even for what is not
there; so do all but those that get a row with nearly every record. Of these, rows lately used stay in RAM. What is
remembered of each record stands in rows of its own (record_rows.py).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias, cast

import msgspec

from meshnode.store import bulk
from meshnode.store.record_rows import PLACE_OF, RecordRows, said_of, scan_records
from meshnode.store.source import Source
from meshproto.fold.charters import Resolution
from meshproto.fold.concerns import Concern
from meshproto.fold.entries import Entry
from meshproto.fold.lanes import Lane
from meshproto.fold.mandates import Mandate
from meshproto.fold.memory import Table
from meshproto.fold.places import Place
from meshproto.fold.standing import Row
from meshproto.records.encoding import Value

ROWS_REMEMBERED = 32_768
"""Rows kept in RAM of tables that do not stand there as a whole, about 15 MB: most are asked for soon or never."""
ROWS_OF_A_TABLE = 16_384
"""Most rows of a table that stands in RAM as a whole."""
ROWS_OF_TABLES = 131_072
"""Most rows of all such tables together, about 35 MB."""

_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE: Callable[[bytes], object] = msgspec.msgpack.Decoder().decode
_DECODE_AS: dict[str, Callable[[bytes], object]] = {
    table: msgspec.msgpack.Decoder(shape).decode
    for table, shape in (
        ("record", Row),
        ("concern", Concern),
        ("scope", Place),
        ("lane", Lane),
        ("entry", Entry),
        ("mandate", Mandate),
        ("resolution", Resolution),
    )
}
"""How rows are read that have names for their parts: at once into these, as they were put."""
_GET = "SELECT value FROM fold WHERE name = ? AND key = ?"
_SCAN = "SELECT key, value FROM fold WHERE name = ? AND key >= ? AND key < ? ORDER BY key"
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM fold WHERE name = ? LIMIT ?)"
_ALL = "SELECT key, value FROM fold WHERE name = ?"
_AFTER_ALL = b"\xff" * 160  # longer than any key; no key begins so


class _Missing:
    """Stands in RAM for a row that is known not to exist."""


_MISSING: Final = _Missing()
_Rows: TypeAlias = "dict[bytes, Value | _Missing]"


class _Kept:
    """What stands in RAM of a table."""

    __slots__ = ("changed", "lately", "whole")

    def __init__(self, whole: Table | None) -> None:
        self.whole = whole
        """All rows, or None if they are too many."""
        self.lately: _Rows = {}
        """Else those lately used."""
        self.changed: _Rows = {}
        """What is not flushed yet."""


class SqliteMemory:
    """Implements Memory. All methods run in the thread and the transaction of the slice that is projected."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tables: dict[str, _Kept] = {}
        self._records: RecordRows | None = None

    @property
    def remembered(self) -> int:
        """How many rows stand in RAM, counting what is known not to exist."""
        rows = sum(len(each.whole.rows if each.whole else each.lately) for each in self._tables.values())
        return rows + (self._records.weight if self._records else 0)

    def get(self, table: str, key: bytes) -> Value:
        """The row, or None."""
        if table in PLACE_OF:
            return (self._records or self._begin_records()).get(PLACE_OF[table], key)
        kept = self._tables.get(table) or self._begin(table)
        if kept.whole is not None:
            return kept.whole.rows.get(key)
        value = kept.lately.get(key)
        if value is None:
            row = self._source.row(_GET, (table, key))
            value = kept.lately[key] = _MISSING if row is None else _read(table, row[0])
        return None if isinstance(value, _Missing) else value

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Write or replace a row."""
        if table in PLACE_OF:
            (self._records or self._begin_records()).put(PLACE_OF[table], key, value)
            return
        kept = self._tables.get(table) or self._begin(table)
        if kept.whole is not None:
            kept.whole.put(key, value)
        else:
            kept.lately[key] = value
        kept.changed[key] = value

    def delete(self, table: str, key: bytes) -> None:
        """Remove a row if it is there."""
        if table in PLACE_OF:
            (self._records or self._begin_records()).put(PLACE_OF[table], key, None)
            return
        kept = self._tables.get(table) or self._begin(table)
        if kept.whole is not None:
            kept.whole.delete(key)
        else:
            kept.lately[key] = _MISSING
        kept.changed[key] = _MISSING

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key."""
        if table in PLACE_OF:
            return iter((self._records or self._begin_records()).scan(table, prefix, prefix + _AFTER_ALL))
        kept = self._tables.get(table) or self._begin(table)
        if kept.whole is not None:
            return kept.whole.scan(prefix)
        if kept.changed:
            self._write()
        return _scan(self._source, table, prefix)

    def foresee(self, table: str, keys: Iterable[bytes]) -> None:
        """Read together what will be asked for."""
        if table in PLACE_OF:
            (self._records or self._begin_records()).foresee(keys)

    def flush(self) -> None:
        """Write what changed, before the slice's transaction is committed."""
        self._write()
        self._keep_bounds()

    def forget(self) -> None:
        """Forget what stands in RAM, after a rollback."""
        self._tables.clear()
        self._records = None

    def _begin_records(self) -> RecordRows:
        self._records = RecordRows(self._source, _read, _ENCODE, ROWS_OF_A_TABLE)
        return self._records

    def _begin(self, table: str) -> _Kept:
        """Begin to use a table: read all of it, unless that is too much."""
        whole: Table | None = None
        if self._source.number(_COUNT, (table, ROWS_OF_A_TABLE + 1)) <= ROWS_OF_A_TABLE:
            whole = Table({key: _read(table, value) for key, value in self._source.rows(_ALL, (table,))})
        kept = self._tables[table] = _Kept(whole)
        return kept

    def _keep_bounds(self) -> None:
        """Let go of rows in RAM if they have become too many; all of them are flushed."""
        records = self._records or self._begin_records()
        records.is_whole = records.is_whole and records.weight <= ROWS_OF_A_TABLE
        wholes = sorted((len(each.whole.rows), name) for name, each in self._tables.items() if each.whole is not None)
        total = sum(size for size, _ in wholes) + (records.weight if records.is_whole else 0)
        while wholes and (wholes[-1][0] > ROWS_OF_A_TABLE or total > ROWS_OF_TABLES):
            size, name = wholes.pop()
            total -= size
            self._tables[name] = _Kept(None)
        if sum(len(each.lately) for each in self._tables.values()) > ROWS_REMEMBERED // 2:
            for each in self._tables.values():
                each.lately.clear()
        if not records.is_whole and records.weight > ROWS_REMEMBERED // 2:
            records.age()

    def _write(self) -> None:
        """Write all changes in the order of tables and keys, so that neighbours are written together."""
        if self._records:
            self._records.flush()
        put: list[tuple[str, bytes, bytes]] = []
        gone: list[tuple[str, bytes]] = []
        for table in sorted(name for name, each in self._tables.items() if each.changed):
            changed = self._tables[table].changed
            for key in sorted(changed):
                value = changed[key]
                if isinstance(value, _Missing):
                    gone.append((table, key))
                else:
                    put.append((table, key, _ENCODE(value)))
            changed.clear()
        connection = self._source.connection
        bulk.insert(connection, "OR ROLLBACK INTO fold", put, "ON CONFLICT DO UPDATE SET value = excluded.value")
        connection.executemany("DELETE FROM fold WHERE name = ? AND key = ?", gone)


def _read(table: str, raw: bytes) -> Value:
    return cast(Value, _DECODE_AS.get(table, _DECODE)(raw))


def _scan(source: Source, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
    rows = source.rows(_SCAN, (table, prefix, prefix + _AFTER_ALL))
    return iter([(key, _read(table, value)) for key, value in rows])


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
            if table in PLACE_OF:
                self.foresee(table, [key])
            else:
                row = self._source.row(_GET, (table, key))
                self._known[table, key] = None if row is None else _read(table, row[0])
        return self._known[table, key]

    def foresee(self, table: str, keys: Iterable[bytes]) -> None:
        """Read together what will be asked for. Raises StoreError."""
        if table in PLACE_OF:
            wanted = [each for each in keys if (table, each) not in self._known]
            found = said_of(self._source, table, wanted, _read)
            self._known.update(((table, each), value) for each, value in found.items())

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key. Raises StoreError."""
        if table in PLACE_OF:
            return iter(scan_records(self._source, table, prefix, prefix + _AFTER_ALL, _read))
        return _scan(self._source, table, prefix)

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Refused: only the fold writes."""
        raise TypeError(f"{table} is only read here")

    def delete(self, table: str, key: bytes) -> None:
        """Refused: only the fold writes."""
        raise TypeError(f"{table} is only read here")

    def close(self) -> None:
        """Let go of the connection."""
        self._source.connection.close()
