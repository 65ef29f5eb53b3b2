"""Runs as they are served: headers of a lane in order, ending in a signed record, every byte of them checked."""

from hashlib import sha256
from struct import unpack
from typing import NamedTuple

from meshnode.core.ports import StoredRun
from meshnode.store.records import proof_of
from meshnode.store.source import Source
from meshproto.records.limits import MAX_RUN_RECORDS

_LANES = """
SELECT lane, number, parent, base, tip_seq FROM lanes
WHERE log = (SELECT log FROM logs WHERE name = ?) ORDER BY number
"""
_ROWS = """
SELECT arrival, seq, proof, header, signature FROM records WHERE lane = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?
"""
_ID_SIZE = 32
_PREV_ENDS = 2 + 2 + 32 + 2 + 32 + 9 + 2 + 32
"""The id of the record before stands within so many bytes of a header: version, scope, key, seq and their prefixes."""


class Stretch(NamedTuple):
    """A part of a path: the records after `after` up to `last` of one lane of the table."""

    lane: int
    after: int
    last: int


def path_of(source: Source, log: bytes, number: int) -> list[Stretch]:
    """What a reader of one lane passes through, from record 1 to its tip; empty for an unknown lane."""
    lanes = {each[1]: each for each in source.rows(_LANES, (log,))}
    path: list[Stretch] = []
    last: int | None = None
    while number in lanes:
        lane, number, parent, base, tip = lanes[number]
        path.append(Stretch(lane, base, tip if last is None else last))
        if parent == number:
            break
        number, last = parent, base
    return path[::-1]


def run_after(source: Source, log: bytes, number: int, seq: int, max_records: int, max_bytes: int) -> StoredRun | None:
    """See `Ledger.run_after`. Raises StoreDamaged."""
    path = path_of(source, log, number)
    rows = _rows_after(source, path, seq, min(max_records, MAX_RUN_RECORDS))
    end = _last_signed(rows, max_bytes)
    if end == 0 and rows:
        rows = _rows_after(source, path, seq, MAX_RUN_RECORDS)
        end = next((count for count, row in enumerate(rows, start=1) if row[4] is not None), 0)
        if end == 0:
            raise source.damaged(f"log {log.hex()} has no signature after record {seq}")
    return _served(source, rows[:end]) if end else None


def run_from(source: Source, lane: int, seq: int) -> StoredRun | None:
    """The records of one lane of the table from `seq` to the next signature. Raises StoreDamaged."""
    rows = source.rows(_ROWS, (lane, seq - 1, 2**62, MAX_RUN_RECORDS))
    end = next((count for count, row in enumerate(rows, start=1) if row[4] is not None), 0)
    return _served(source, rows[:end]) if end else None


_Row = tuple[int, int, int, bytes, bytes | None]


def _rows_after(source: Source, path: list[Stretch], seq: int, limit: int) -> list[_Row]:
    rows: list[_Row] = []
    for lane, after, last in path:
        if last > seq and len(rows) < limit:
            rows += source.rows(_ROWS, (lane, max(after, seq), last, limit - len(rows)))
    return rows


def _last_signed(rows: list[_Row], max_bytes: int) -> int:
    """How many rows fit into `max_bytes` of headers and end in a signed one."""
    end = size = 0
    for count, row in enumerate(rows, start=1):
        size += len(row[3])
        if size > max_bytes:
            break
        if row[4] is not None:
            end = count
    return end


def _served(source: Source, rows: list[_Row]) -> StoredRun:
    """The run of these rows, each proven intact and chained to the one before."""
    headers = [row[3] for row in rows]
    try:
        broken = _first_broken(rows, headers)
    except TypeError:  # a flipped bit can make a text of a blob
        broken = 0
    if broken is not None:
        raise source.damaged(f"record in row {rows[broken][0]} or after it")
    return StoredRun(tuple(headers), rows[-1][4] or b"")


def _first_broken(rows: list[_Row], headers: list[bytes]) -> int | None:
    """`records.checked_id` for many rows at once, a third of the time, which is most of what serving costs."""
    ids = [sha256(header).digest() for header in headers]
    found = unpack(f">{len(ids)}q", b"".join([each[:8] for each in ids]))
    for index, (_, _, proof, header, signature) in enumerate(rows):
        if proof != (found[index] if signature is None else proof_of(ids[index], signature)):
            return index
        if index and header.find(ids[index - 1], 0, _PREV_ENDS) < 0:
            return index
    return None
