"""Who thanked whom for what. Words between people: they are listed, never counted into anything."""

from typing import NamedTuple

from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MAX_IN, Is, Where
from meshnode.views.rows import RecognitionRow
from meshproto.records.ids import RecordId, ext

MOST_TOLD = 16
"""Receivers told of one recognition: some name hundreds."""


class Thanks(NamedTuple):
    """One recognition, with the first of those whom it names."""

    row: RecognitionRow
    to: tuple[bytes, ...]


class Asked(NamedTuple):
    """Which recognitions; what is None does not matter."""

    target: RecordId | None = None
    to: bytes | None = None
    by: bytes | None = None
    besides: tuple[bytes, ...] = ()
    """Agents whose words are left out."""


def thanks(lookups: Lookups, asked: Asked, after: tuple[int, bytes] | None, limit: int) -> list[Thanks]:
    """At most so many recognitions, the latest first; `after` is (at, record) of the last one of the page before."""
    # One that names many has many rows, and one of them is the first.
    one = Where("first", Is.EQUAL, 1) if asked.to is None else Where("receiver", Is.EQUAL, asked.to)
    where = [one, *([Where("agent", Is.EQUAL, asked.by)] if asked.by is not None else [])]
    if asked.target is not None:
        where.append(Where("target", Is.ONE_OF, (asked.target, ext(asked.target))))
    where += [Where("agent", Is.NONE_OF, asked.besides[:MAX_IN])] if asked.besides else []
    rows = lookups.views.select(RecognitionRow, *where, order="at", newest_first=True, limit=limit, after=after)
    return [Thanks(row, _receivers(lookups, row.record)) for row in rows]


def _receivers(lookups: Lookups, record: bytes) -> tuple[bytes, ...]:
    rows = lookups.views.select(RecognitionRow, Where("record", Is.EQUAL, record), limit=MOST_TOLD)
    return tuple(sorted(row.receiver for row in rows))
