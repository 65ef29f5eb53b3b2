"""What a fold remembers of each record by its id, in the order in which the records came.

Ids are random. Kept in their order, the rows of a slice would each stand in a page of their own, to be read and written
for that row alone. So what the tables in `COLUMNS` say of one record stands in one row, new rows after old ones, and by
id there is only an index of its first eight bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from struct import Struct
from typing import Final, TypeAlias

from meshnode.store import bulk
from meshnode.store.source import Source
from meshproto.records.encoding import Value

COLUMNS = ("record", "concern", "attested")
"""The tables of a fold that have a row for every record, or for many, and no other key than its id."""
PLACE_OF = {table: 1 + place for place, table in enumerate(COLUMNS)}
"""Where what a table says stands in a row."""
WEIGHT = 2
"""For how many rows one of a record counts in RAM: mostly two tables say something of it."""

_ROWS = "SELECT number, record, concern, attested, id FROM fold_records"
_BY_PREFIX = f"{_ROWS} WHERE prefix = ?"
_BY_PREFIXES = f"{_ROWS} WHERE prefix IN"
_SCAN = {
    table: f"SELECT id, {table} FROM fold_records WHERE {table} IS NOT NULL AND id >= ? AND id < ? ORDER BY id"  # noqa: S608 - names of ours
    for table in COLUMNS
}
_SAID = {
    table: f"SELECT id, {table} FROM fold_records WHERE prefix IN"  # noqa: S608 - names of ours
    for table in COLUMNS
}
_SET = {
    mask: f"UPDATE fold_records SET {', '.join(f'{table} = ?' for table in tables)} WHERE number = ?"  # noqa: S608 - names of ours
    for mask in range(1, 1 << len(COLUMNS))
    for tables in [[table for place, table in enumerate(COLUMNS) if mask >> place & 1]]
}
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM fold_records LIMIT ?)"
_LAST = "SELECT coalesce(max(number), 0) FROM fold_records"

_FIRST_EIGHT = Struct(">q").unpack_from

_UNKNOWN: Final = 0
"""Stands for the number of a row of which it is not known whether there is one."""
_NONE: Final = -1
"""Stands for the number of a row that is not there."""


class _Unread:
    """Stands for what was not read."""


_UNREAD: Final = _Unread()
_Row: TypeAlias = "list[Value | _Unread]"
"""The number, and what each table says: None for nothing."""
Read: TypeAlias = Callable[[str, bytes], Value]
Write: TypeAlias = Callable[[Value], bytes]


class RecordRows:
    """The rows lately used, and what is not flushed yet of them; all rows as long as these are few."""

    def __init__(self, source: Source, read: Read, write: Write, most: int) -> None:
        """`read` decodes what a table says, `write` encodes it. Up to `most` rows all are read at once."""
        self._source, self._read, self._write = source, read, write
        self._lately: dict[bytes, _Row] = {}
        self._before: dict[bytes, _Row] = {}
        """Those that were used lately some time ago."""
        self._changed: dict[bytes, int] = {}
        """By id which tables say otherwise than is flushed, a bit for each."""
        self._last = source.number(_LAST)
        self.is_whole = WEIGHT * source.number(_COUNT, (most + 1,)) <= most
        """Whether all rows stand here, so that none need be asked for."""
        if self.is_whole:
            self._lately = {row[-1]: self._decoded(row) for row in source.rows(_ROWS)}

    @property
    def weight(self) -> int:
        """For how many rows all count that stand here."""
        return WEIGHT * (len(self._lately) + len(self._before))

    def get(self, place: int, record: bytes) -> Value:
        """What a table says of a record."""
        row = self._lately.get(record) or self._row(record)
        value = row[place]
        if value is _UNREAD:
            self._fill(record, row)
            value = row[place]
        return value  # type: ignore[return-value]  # it is filled now

    def put(self, place: int, record: bytes, value: Value) -> None:
        """Let a table say something of a record; None for nothing."""
        row = self._lately.get(record) or self._row(record)
        row[place] = value
        self._changed[record] = self._changed.get(record, 0) | 1 << place - 1

    def foresee(self, records: Iterable[bytes]) -> None:
        """Read what there is of these that does not stand here yet."""
        if not self.is_whole:
            self._look_up({each: row for each in records if (row := self._row(each))[0] == _UNKNOWN})

    def scan(self, table: str, begin: bytes, end: bytes) -> list[tuple[bytes, Value]]:
        """All that a table says of records from one id up to another, by id."""
        self.flush()
        return scan_records(self._source, table, begin, end, self._read)

    def age(self) -> None:
        """Forget the rows that were not used since this was called last; all must be flushed."""
        self._before, self._lately = self._lately, {}
        self.is_whole = False

    def flush(self) -> None:
        """Write what changed."""
        changed, self._changed = self._changed, {}
        rows = {each: self._lately[each] for each in changed}
        self._look_up({each: row for each, row in rows.items() if row[0] == _UNKNOWN})
        new: list[tuple[int | bytes | None, ...]] = []
        old: dict[int, list[tuple[int | bytes | None, ...]]] = {}
        for record, row in rows.items():
            if row[0] == _NONE:
                self._last += 1
                row[0] = self._last
                new.append((self._last, prefix_of(record), record, *map(self._encoded, row[1:])))
            else:
                mask = changed[record]
                said = (self._encoded(row[1 + place]) for place in range(len(COLUMNS)) if mask >> place & 1)
                old.setdefault(mask, []).append((*said, row[0]))  # type: ignore[arg-type]  # its number
        bulk.insert(self._source.connection, "OR ROLLBACK INTO fold_records", new)
        for mask, some in sorted(old.items()):
            self._source.connection.executemany(_SET[mask], some)

    def _row(self, record: bytes) -> _Row:
        """The row of a record, which is used now: one of which nothing is known yet, if it does not stand here."""
        row = self._lately.get(record) or self._before.pop(record, None)
        if row is None:
            unread = None if self.is_whole else _UNREAD
            row = [_NONE if self.is_whole else _UNKNOWN, *[unread] * len(COLUMNS)]
        self._lately[record] = row
        return row

    def _fill(self, record: bytes, row: _Row) -> None:
        """Read what of a row was not read."""
        for found in self._source.rows(_BY_PREFIX, (prefix_of(record),)):
            if found[-1] == record:
                self._join(row, found)
        _close(row)

    def _look_up(self, rows: dict[bytes, _Row]) -> None:
        """The same of many rows at once."""
        for found in bulk.select(self._source, _BY_PREFIXES, [prefix_of(each) for each in rows]):
            if found[-1] in rows:
                self._join(rows[found[-1]], found)
        for row in rows.values():
            _close(row)

    def _join(self, row: _Row, found: Sequence[bytes]) -> None:
        """Add what was read to a row, but for what was put there since."""
        for place, value in enumerate(self._decoded(found)):
            if row[place] is _UNREAD or place == 0:
                row[place] = value

    def _decoded(self, found: Sequence[bytes]) -> _Row:
        return [found[0], *map(self._said, COLUMNS, found[1:])]

    def _said(self, table: str, raw: bytes | None) -> Value:
        return None if raw is None else self._read(table, raw)

    def _encoded(self, value: "Value | _Unread") -> bytes | None:
        return None if value is None else self._write(value)  # type: ignore[arg-type]  # it is filled


def said_of(source: Source, table: str, records: Sequence[bytes], read: Read) -> dict[bytes, Value]:
    """What a table says of some records; None for nothing."""
    said: dict[bytes, Value] = dict.fromkeys(records)
    for record, raw in bulk.select(source, _SAID[table], [prefix_of(each) for each in records]):
        if raw is not None and record in said:
            said[record] = read(table, raw)
    return said


def scan_records(source: Source, table: str, begin: bytes, end: bytes, read: Read) -> list[tuple[bytes, Value]]:
    """All that a table says of records from one id up to another, by id."""
    return [(key, read(table, raw)) for key, raw in source.rows(_SCAN[table], (begin, end))]


def prefix_of(record: bytes) -> int:
    """By what a row is found: the first eight bytes of the id, as SQLite keeps integers."""
    number: int = _FIRST_EIGHT(record if len(record) >= 8 else record.ljust(8, b"\0"))[0]
    return number


def _close(row: _Row) -> None:
    """What is still not read is not there."""
    if row[0] == _UNKNOWN:
        row[0] = _NONE
    for place, value in enumerate(row):
        if value is _UNREAD:
            row[place] = None
