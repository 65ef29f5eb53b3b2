"""The self-check: is every byte that matters what was written?

SQLite's own check finds broken pages and indexes, hashing finds changed records, and the chains find records that were
lost or put elsewhere; none of them finds what the others do. Reading only, so it may run beside a working node.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from meshnode.store import local, records
from meshnode.store.database import RECORDS, StoreSettings, check_kind, connect
from meshnode.store.errors import StoreDamaged, as_store_error
from meshnode.store.eviction import BLANK
from meshnode.store.source import Source
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, read_header
from meshproto.records.signatures import verify

PAGE = 1_000
"""Rows looked at in one question."""

_RECORDS = """
SELECT r.arrival, r.proof, r.header, r.signature, r.lane, r.seq, g.name, n.base,
    EXISTS (SELECT 1 FROM lanes AS p WHERE p.log = n.log AND p.number = n.parent)
FROM (SELECT * FROM records WHERE arrival > ? ORDER BY arrival LIMIT ?) AS r
LEFT JOIN lanes AS n ON n.lane = r.lane LEFT JOIN logs AS g ON g.log = n.log ORDER BY r.arrival
"""
_LEADS_BACK = """
SELECT EXISTS (SELECT 1 FROM ids WHERE prefix = ?1 AND arrival = ?2)
    OR EXISTS (SELECT 1 FROM fresh_ids WHERE prefix = ?1 AND arrival = ?2)
"""
_PART_KNOWN = """
SELECT EXISTS (SELECT 1 FROM parts WHERE arrival = ?1) OR EXISTS (SELECT 1 FROM wanted_parts WHERE arrival = ?1)
    OR EXISTS (SELECT 1 FROM erasures WHERE record = ?2) OR EXISTS (SELECT 1 FROM evictions WHERE arrival = ?1)
"""
_PARTS = """
SELECT p.part, r.header, p.content
FROM (SELECT * FROM parts WHERE part > ? ORDER BY part LIMIT ?) AS p
LEFT JOIN records AS r ON r.arrival = p.arrival ORDER BY p.part
"""
_LOCAL = (
    "SELECT kind, key, body FROM local WHERE (kind, key) > (?, ?) ORDER BY kind, key LIMIT ?",
    "SELECT kind, key, body FROM personal WHERE (kind, key) > (?, ?) ORDER BY kind, key LIMIT ?",
)


class Damage(NamedTuple):
    """Something that is not what was written: where, and in which way."""

    where: str
    what: str


class _Stored(NamedTuple):
    """A row of a record with what its lane says; damage can make anything of a blob."""

    arrival: int
    proof: int
    header: object
    signature: object
    lane: int
    seq: int
    log: bytes | None
    base: int
    parent: int


def examine_file(path: Path) -> list[Damage]:
    """Everything wrong with the database at `path`, which a node may have open. Raises StoreError."""
    try:
        source = Source(connect(path, StoreSettings(), read_only=True), path)
    except sqlite3.Error as error:
        raise as_store_error(path, error) from error
    try:
        check_kind(source.connection, path, RECORDS)
        return list(examine(source))
    except sqlite3.Error as error:
        raise as_store_error(path, error) from error
    finally:
        source.connection.close()


def examine(source: Source) -> Iterator[Damage]:
    """Check everything: about 20 µs for each record and 60 µs for each signature. Nothing yielded: all is well.

    Damage leaves a mark beside the file, as it does when it is met in reading, so that the next start sets it aside.
    """
    source.rows("BEGIN")  # a node may be writing: everything is looked at as it was at this moment
    try:
        for damage in _examine(source):
            source.damaged(damage.what)
            yield damage
    finally:
        source.rows("ROLLBACK")


def _examine(source: Source) -> Iterator[Damage]:
    try:
        for (line,) in source.rows("PRAGMA integrity_check(100)"):
            if line != "ok":
                yield Damage("pages", line)
        yield from _Chains(source).examine()
        yield from _examine_parts(source)
        for question in _LOCAL:
            yield from _examine_local(source, question)
    except StoreDamaged as damage:
        yield Damage("pages", damage.detail)


class _Chains:
    """Walks through all records in the order of rows, knowing the last record of each lane."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: dict[int, tuple[int, bytes]] = {}

    def examine(self) -> Iterator[Damage]:
        for rows in self._source.pages(_RECORDS, records.FIRST_UNCOUNTED - 1, PAGE):
            for row in rows:
                what = self._fault(_Stored(*row))
                if what:
                    yield Damage(f"record {row[0]}", what)
        yield from self._examine_tips()

    def _fault(self, row: "_Stored") -> str:
        """What is wrong with one row, empty if nothing is."""
        header, signature = row.header, row.signature
        if not isinstance(header, bytes) or not (signature is None or isinstance(signature, bytes)):
            return "its bytes are not those that were written"
        try:
            record = read_header(header)
        except Refused as refusal:
            return f"its header is unreadable: {refusal}"
        if records.proof_of(record.id, signature) != row.proof:
            return "its bytes are not those that were written"
        if record.seq != row.seq or record.log != row.log or not row.parent:
            return "it stands in another log or at another number"
        before = self._last.get(row.lane, (row.base, b""))
        self._last[row.lane] = (row.seq, record.id)
        if not self._continues(record, before):
            return "the record before it is missing"
        if signature is not None and not verify(record.key, record.id, signature):
            return "its signature does not hold"
        if not self._source.number(_LEADS_BACK, (records.prefix_of(record.id), row.arrival)):
            return "its id does not lead to it"
        if record.private is not None and not self._source.number(_PART_KNOWN, (row.arrival, record.id)):
            return "nothing tells what became of its private part"
        return ""

    def _continues(self, record: Record, before: tuple[int, bytes]) -> bool:
        seq, last = before
        if record.seq != seq + 1:
            return False
        return record.prev == last or (not last and self._has(record.prev))

    def _has(self, record_id: bytes) -> bool:
        """Whether the record that a branch left from is there and intact."""
        try:
            return records.find(self._source, record_id) is not None
        except StoreDamaged:
            return False

    def _examine_tips(self) -> Iterator[Damage]:
        question = "SELECT lane, tip_seq, tip_id FROM lanes WHERE lane > ? ORDER BY lane LIMIT ?"
        for rows in self._source.pages(question, 0, PAGE):
            for number, seq, tip in rows:
                if self._last.get(number) != (seq, tip):
                    yield Damage(f"branch {number}", "its last record is not the one noted")


def _examine_parts(source: Source) -> Iterator[Damage]:
    """Private parts against the digests in the headers; an erased one is all zeroes, an evicted one blank."""
    for rows in source.pages(_PARTS, 0, PAGE):
        for number, header, content in rows:
            if isinstance(content, bytes) and isinstance(header, bytes) and _is_empty(content):
                continue
            if not isinstance(header, bytes) or not records.is_part_of(content, header):
                yield Damage(f"private part {number}", "it is not the one its record names")


def _is_empty(content: bytes) -> bool:
    """Whether nothing of a part is left in its place."""
    return not content.strip(b"\0") or not content.strip(BLANK)


def _examine_local(source: Source, question: str) -> Iterator[Damage]:
    kind, key = "", b""
    while rows := source.rows(question, (kind, key, PAGE)):
        for each, at, body in rows:
            if not local.is_intact(each, at, body):
                yield Damage(f"local {each}", "its checksum does not hold")
                return  # its key may lead anywhere
        kind, key = rows[-1][:2]
