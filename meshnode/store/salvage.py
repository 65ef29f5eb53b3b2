"""Reading a damaged table: every row that can still be reached, in order, stepping over those that cannot."""

from collections.abc import Iterator
from typing import Any

from meshnode.store.errors import SqliteError
from meshnode.store.source import Source

HIGHEST = 2**62
"""Above every number a row can have."""

PAGE = 500
"""Rows read at once as long as nothing is wrong."""

Row = tuple[Any, ...]


def salvaged(source: Source, question: str, start: int) -> Iterator[Row]:
    """Rows of a question that takes (first number, limit) and gives rows by their number, which is their first column.

    Where a page cannot be read, the next number from which reading works again is found by doubling and halving.
    """
    number = start
    while number < HIGHEST:
        rows, whole = _read(source, question, number)
        yield from rows
        if rows:
            number = max(rows[-1][0], number) + 1
        elif whole:
            return
        if not whole:
            number = _beyond(source, question, number)


def _read(source: Source, question: str, number: int) -> tuple[list[Row], bool]:
    """Up to a page of rows from `number`, and whether reading went well to its end."""
    rows: list[Row] = []
    last = number - 1
    try:
        for row in source.connection.execute(question, (number, PAGE)):
            if row[0] <= last:  # a damaged page can lead back, and then for ever
                return rows, False
            rows.append(row)
            last = row[0]
    except SqliteError:
        return rows, False
    return rows, True


def _beyond(source: Source, question: str, number: int) -> int:
    """The smallest number after `number` from which a row, or the end, can be read."""
    bad, step = number, 1
    while not _works(source, question, bad + step):
        bad, step = bad + step, step * 2
        if bad + step >= HIGHEST:
            return HIGHEST
    good = bad + step
    while good - bad > 1:
        middle = (bad + good) // 2
        if _works(source, question, middle):
            good = middle
        else:
            bad = middle
    return good


def _works(source: Source, question: str, number: int) -> bool:
    try:
        found = source.connection.execute(question, (number, 1)).fetchone()
    except SqliteError:
        return False
    return found is None or found[0] >= number
