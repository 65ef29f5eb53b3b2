"""Many rows in few statements.

Python's interface to SQLite gives up the interpreter for each step of a statement. Beside a busy thread, getting it
back costs more than the row: so hundreds of rows go in with one step.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from meshnode.store.source import Source, Value, Values

T = TypeVar("T")

MOST_ROWS = 256
"""Rows in one statement. More gain nothing; SQLite takes 32,766 values."""


def insert(connection: sqlite3.Connection, into: str, rows: Sequence[Values], besides: str = "") -> None:
    """Insert `rows` by `INSERT <into> VALUES … <besides>`, in their order.

    With `OR ROLLBACK` in `into` an error that is met midway takes back the whole transaction. Else SQLite keeps a copy
    of each page it changes, so as to take back this statement alone.
    """
    if len(rows) == 1:
        connection.execute(_insertion(into, len(rows[0]), 1, besides), rows[0])
        return
    for part in _portions(rows):
        connection.execute(_insertion(into, len(part[0]), len(part), besides), tuple(chain.from_iterable(part)))


def each(connection: sqlite3.Connection, statement: str, rows: Sequence[Values]) -> None:
    """Execute a statement for every row; mostly there is one."""
    if len(rows) == 1:
        connection.execute(statement, rows[0])
    else:
        connection.executemany(statement, rows)


def insert_flat(connection: sqlite3.Connection, into: str, width: int, values: Sequence[Value]) -> None:
    """As `insert`, of rows of `width` columns whose values stand one after another."""
    for at, count in _cuts(len(values) // width):
        connection.execute(_insertion(into, width, count, ""), values[width * at : width * (at + count)])


def select(source: Source, asking: str, keys: Sequence[int]) -> Iterator[Any]:
    """All rows of the answers to `<asking> (…)` for these keys."""
    for part in _portions(keys):
        yield from source.rows(_selection(asking, len(part)), tuple(part))


def delete(connection: sqlite3.Connection, of: str, keys: Sequence[int | bytes]) -> None:
    """Delete the rows with these keys by `DELETE FROM <of> IN (…)`."""
    for part in _portions(keys):
        connection.execute(_deletion(of, len(part)), part)


def _portions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for at, count in _cuts(len(rows)):
        yield rows[at : at + count]


def _cuts(length: int) -> Iterator[tuple[int, int]]:
    """Cut into pieces whose lengths are powers of two, so that few different statements are to be remembered."""
    at, size = 0, MOST_ROWS
    while at < length:
        while size > length - at:
            size //= 2
        yield at, size
        at += size


@cache
def _insertion(into: str, width: int, count: int, besides: str) -> str:
    row = f"({', '.join('?' * width)})"
    return f"INSERT {into} VALUES {', '.join([row] * count)} {besides}"  # noqa: S608 - placeholders for values


@cache
def _selection(asking: str, count: int) -> str:
    return f"{asking} ({', '.join('?' * count)})"


@cache
def _deletion(of: str, count: int) -> str:
    return f"DELETE FROM {of} IN ({', '.join('?' * count)})"  # noqa: S608 - placeholders for values
