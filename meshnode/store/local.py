"""Local rows: typed tuples under a key, of which nothing ever leaves the node.

Each is kept as a checksum and the fields in order, so that a row written before a field was added still reads (the
field has a default), and a flipped bit is found instead of believed.
"""

import sqlite3
from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import msgspec

from meshnode.core.rows import (
    ROW_KINDS,
    AnswerEntry,
    Forget,
    ImportEntry,
    JoinedEntry,
    LocalRow,
    NoteEntry,
    TimerEntry,
    TokenEntry,
)
from meshnode.store import bulk
from meshnode.store.source import Source

RowT = TypeVar("RowT", bound=LocalRow)

PERSONAL = frozenset({TimerEntry, ImportEntry, JoinedEntry, NoteEntry, TokenEntry})
"""Kinds that can hold what a person wrote. They stand in a small table of their own, which an erasure rewrites."""

_CHECKSUM = 4
_KINDS: dict[type, tuple[str, int]] = {**ROW_KINDS}

_NAMED: dict[str, type[LocalRow]] = {name: kind for kind, (name, _) in ROW_KINDS.items()}

_PUT = {
    False: "INSERT INTO local VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
    True: "INSERT INTO personal VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
}
_DROP = {
    False: "DELETE FROM local WHERE kind = ? AND key = ?",
    True: "DELETE FROM personal WHERE kind = ? AND key = ?",
}
_RANGE = {
    False: "SELECT key, body FROM local WHERE kind = ? AND key >= ? AND key < ? ORDER BY key",
    True: "SELECT key, body FROM personal WHERE kind = ? AND key >= ? AND key < ? ORDER BY key",
}
_ONE = {
    False: "SELECT body FROM local WHERE kind = ? AND key = ?",
    True: "SELECT body FROM personal WHERE kind = ? AND key = ?",
}
_ANY = {
    False: "SELECT 1 FROM local WHERE kind = ? LIMIT 1",
    True: "SELECT 1 FROM personal WHERE kind = ? LIMIT 1",
}
_AFTER_ALL = b"\xff" * 128  # no key begins so: the texts are UTF-8 and the ids are 32 bytes


def write(connection: sqlite3.Connection, entry: LocalRow | Forget) -> None:
    """Put or remove one row, inside the caller's transaction."""
    if isinstance(entry, Forget):
        connection.execute(_DROP[entry.kind in PERSONAL], (_KINDS[entry.kind][0], key_of(entry.key)))
        return
    connection.execute(_PUT[type(entry) in PERSONAL], _stored(entry))


def write_answers(connection: sqlite3.Connection, answers: Sequence[AnswerEntry]) -> None:
    """Put many answers to idempotency keys, inside the caller's transaction; nobody forgets one in it."""
    rows = [_stored(each) for each in answers]
    bulk.insert(connection, "INTO local", rows, "ON CONFLICT DO UPDATE SET body = excluded.body")


def _stored(entry: LocalRow) -> tuple[str, bytes, bytes]:
    """A row as it stands in its table."""
    name, width = _KINDS[type(entry)]
    key, body = key_of(entry[:width]), msgspec.msgpack.encode(entry)
    return name, key, _checksum(name, key, body) + body


def read(source: Source, kind: type[RowT], start: tuple[str | bytes, ...] = ()) -> tuple[RowT, ...]:
    """All rows of a kind whose key begins with `start`, by key. Raises StoreDamaged."""
    first = key_of(start)
    found = source.rows(_RANGE[kind in PERSONAL], (_KINDS[kind][0], first, first + _AFTER_ALL))
    return tuple(_decoded(source, kind, key, body) for key, body in found)


def read_one(source: Source, kind: type[RowT], key: tuple[str | bytes, ...]) -> RowT | None:
    """The row with this key, or None. Raises StoreDamaged."""
    stored = source.row(_ONE[kind in PERSONAL], (_KINDS[kind][0], key_of(key)))
    return None if stored is None else _decoded(source, kind, key_of(key), stored[0])


def any_of(source: Source, kind: type[LocalRow]) -> bool:
    """Whether there is a row of a kind. Raises StoreError."""
    return source.row(_ANY[kind in PERSONAL], (_KINDS[kind][0],)) is not None


def restored(kind: str, key: bytes, stored: bytes) -> LocalRow | None:
    """A row read as it stands in its table, None if it is damaged or of a kind nobody knows."""
    if kind not in _NAMED or not is_intact(kind, key, stored):
        return None
    return msgspec.msgpack.decode(stored[_CHECKSUM:], type=_NAMED[kind])


def key_of(fields: tuple[object, ...]) -> bytes:
    """A key as it is stored: its fields one after the other. Only the last may vary in length."""
    return b"".join(each.encode() if isinstance(each, str) else bytes(each) for each in fields)  # type: ignore[call-overload]  # keys are text or bytes


def forget_answers(source: Source, kept: int) -> int:
    """Forget all but the latest answers to idempotency keys; returns how many there are. Raises StoreError."""
    answers = sorted(read(source, AnswerEntry), key=lambda answer: (answer.at, answer.key))
    gone = [(_KINDS[AnswerEntry][0], key_of((answer.key,))) for answer in answers[: max(len(answers) - kept, 0)]]
    source.rows("BEGIN IMMEDIATE")
    source.connection.executemany(_DROP[False], gone)
    source.rows("COMMIT")
    return len(answers) - len(gone)


def rewrite_personal(connection: sqlite3.Connection) -> None:
    """Write the personal table anew, so that no page keeps bytes of a row that was removed or moved."""
    rows = connection.execute("SELECT kind, key, body FROM personal").fetchall()
    connection.execute("DELETE FROM personal")  # with secure_delete every page of it is overwritten
    connection.executemany("INSERT INTO personal VALUES (?, ?, ?)", rows)


def is_intact(kind: str, key: bytes, stored: bytes) -> bool:
    """Whether a row's kind, key and stored body are those that were written."""
    try:
        return stored[:_CHECKSUM] == _checksum(kind, key, stored[_CHECKSUM:])
    except (TypeError, AttributeError):  # a flipped bit can make a text of a blob, or a blob of a text
        return False


def _checksum(kind: str, key: bytes, body: bytes) -> bytes:
    return crc32(body, crc32(key, crc32(kind.encode()))).to_bytes(_CHECKSUM, "big")


def _decoded(source: Source, kind: type[RowT], key: bytes, stored: bytes) -> RowT:
    if not is_intact(_KINDS[kind][0], key, stored):
        raise source.damaged(f"a {_KINDS[kind][0]} row")
    return msgspec.msgpack.decode(stored[_CHECKSUM:], type=kind)
