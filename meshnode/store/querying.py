"""Asking the views: rows of one kind by conditions on their columns, sums, and full-text search."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple, TypeVar

from meshnode.store.source import Source
from meshnode.store.view_tables import FROM, booleans_of
from meshnode.views.rows import EntryRow, SearchRow
from meshnode.views.snippets import has_all, words_of

RowT = TypeVar("RowT", bound=NamedTuple)

Plain = int | str | bytes | None


class Is(StrEnum):
    """How a column is compared with a value."""

    EQUAL = "="
    OTHER = "<>"
    BELOW = "<"
    AT_LEAST = ">="
    ONE_OF = "in"
    """The value is a sequence, of at most 1,000."""
    NONE_OF = "not in"
    """As ONE_OF."""
    BEGINNING = "begins"
    """The column's bytes or text begin with the value."""
    RECORD_OF = "is record of"
    """The value is an Among: the column is the record of one of those rows."""
    WITHOUT = "is without"
    """The value is a Beside: there is no such row."""
    FIRST = "is the first of"
    """The value is an Again: no such row says before it what the column names."""
    AGAIN = "is said again"
    """The value is an Again: there is such a row, whose `named` is the column."""


class Among(NamedTuple):
    """The rows of another kind whose column has this value."""

    kind: type[NamedTuple]
    column: str
    value: Plain


class Beside(NamedTuple):
    """The rows of another kind that name what a column has, and whose other column has this value."""

    kind: type[NamedTuple]
    named: str
    column: str
    value: Plain


class Again(NamedTuple):
    """Rows of the same kind that say the same: they are alike in some columns, and come from different scopes.

    Before a row come that whose `named` its column has, and those by the same `author` with the same column and a
    smaller record: of these MOST_AGAIN are looked at. So many, too, of those by the same author that say it again.
    """

    named: str
    author: str
    alike: tuple[str, ...]
    """Columns in which they are alike, that of the author among them."""
    nearly: tuple[str, ...]
    """Columns in which they are alike unless one of them was `corrected`."""
    conditions: "tuple[Where, ...]"
    """What they have to meet besides; no Beside, which would ask of the row itself."""


class Where(NamedTuple):
    """One condition on a column. `Where("project", Is.EQUAL, None)` asks for rows without a project."""

    column: str
    comparison: Is
    value: Plain | Sequence[Plain] | Among | Beside | Again


class Sum(NamedTuple):
    """What rows that are alike in some columns have together."""

    of: tuple[Plain, ...]
    """The values of those columns."""
    total: int
    rows: int


class FoundAt(NamedTuple):
    """Where a record stands among those found by words; no two stand at the same place."""

    beside_title: int
    """0 if its title has all the words, else 1: that comes later."""
    at: int
    record: bytes

    @property
    def order(self) -> tuple[int, int, bytes]:
        """By what places are sorted: the newest first."""
        return self.beside_title, -self.at, self.record


MAX_IN = 1_000
"""Most values in one ONE_OF, so that a question stays one short statement."""

MOST_AGAIN = 64
"""Rows looked at of those that may say the same as another: whoever says the same over and over makes nobody wait."""

_CLEARED = """
SELECT (SELECT value FROM progress WHERE name = 'erasure'), (SELECT value FROM progress WHERE name = 'eviction'),
    (SELECT value FROM progress WHERE name = 'scrub')
"""
_REACH = "SELECT coalesce((SELECT max(number) FROM entries), 0), (SELECT value FROM progress WHERE name = 'arrival')"
_CHANGED = "SELECT * FROM entries WHERE number > ? AND number <= ? ORDER BY number LIMIT ?"
FOUND_MOST = 1_000
"""Records a search finds at most: the newest that came here. Nobody reads further, and sorting more takes time."""
LOOKED_AT = 20_000
"""Records with the words looked at, the newest first, where a search asks for more than words."""
_MATCHING = """
SELECT json_group_array(json_array(number, at, hex(record), title))
FROM (
    SELECT search.*
    FROM (SELECT rowid AS number FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?) AS found
    CROSS JOIN search ON search.number = found.number
"""
_NUMBERED = "SELECT * FROM search WHERE number IN (SELECT value FROM json_each(?))"


class ViewReader:
    """Reads views.db. Made by `Views.reader`; used by one thread at a time. Every method may raise StoreError."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def close(self) -> None:
        """Let go of the connection."""
        self._source.connection.close()

    @property
    def arrival(self) -> int:
        """The last record of the truth that the views show."""
        return self._source.number("SELECT value FROM progress WHERE name = 'arrival'")

    def clearing(self) -> tuple[int, int, bool]:
        """The last erasure and the last eviction that the views show, and whether the file may have traces of any."""
        erasure, eviction, scrub = self._source.row(_CLEARED)
        return erasure, eviction, scrub > 0

    def reach(self) -> tuple[int, int]:
        """The number of the latest change to an entry, 0 for none, and the last record shown, at one point in time.

        The first grows until the views are computed anew.
        """
        change, arrival = self._source.row(_REACH)
        return change, arrival

    def changes(self, after: int, upto: int, limit: int) -> tuple[tuple[int, EntryRow], ...]:
        """Entries that were written after one change and up to another, in that order, each with its number."""
        found = self._source.rows(_CHANGED, (after, upto, limit))
        return tuple(zip((row[0] for row in found), _as_rows(EntryRow, found), strict=True))

    def of(self, kind: type[RowT], record: bytes) -> tuple[RowT, ...]:
        """The rows of a kind that hang on one record."""
        return self.select(kind, Where("record", Is.EQUAL, record))

    def select(
        self,
        kind: type[RowT],
        *conditions: Where,
        order: str = "",
        newest_first: bool = False,
        limit: int = -1,
        after: tuple[int, bytes] | None = None,
    ) -> tuple[RowT, ...]:
        """Rows that meet all conditions; `order` names a column, ties go by record. Nothing else is sorted.

        `after` is (`order` column, record) of the last row of the page before.
        """
        question, values = _composed("SELECT *", kind, conditions)
        if order:
            _check_column(kind, order)
            way, beyond = ("DESC", "<") if newest_first else ("ASC", ">")
            if after is not None:
                joint = "AND" if conditions else "WHERE"
                question += f' {joint} ("{order}", record) {beyond} (?, ?)'
                values += after
            question += f' ORDER BY "{order}" {way}, record {way}'
        if limit >= 0:
            question += " LIMIT ?"
            values.append(limit)
        return _as_rows(kind, self._source.rows(question, tuple(values)))

    def count(self, kind: type[NamedTuple], *conditions: Where) -> int:
        """How many rows meet all conditions."""
        question, values = _composed("SELECT count(*)", kind, conditions)
        return self._source.number(question, tuple(values))

    def tally(self, kind: type[NamedTuple], column: str, *conditions: Where) -> dict[Plain, int]:
        """How many rows meet all conditions, apart for each value of a column."""
        _check_column(kind, column)
        question, values = _composed(f'SELECT "{column}", count(*)', kind, conditions)
        return dict(self._source.rows(f'{question} GROUP BY "{column}"', tuple(values)))

    def total(self, kind: type[NamedTuple], column: str, *conditions: Where) -> int:
        """The sum of a column over the rows that meet all conditions; NULL counts nothing."""
        _check_column(kind, column)
        question, values = _composed(f'SELECT coalesce(sum("{column}"), 0)', kind, conditions)
        return self._source.number(question, tuple(values))

    def sums(
        self, kind: type[NamedTuple], column: str, by: Sequence[str], *conditions: Where, limit: int
    ) -> tuple[Sum, ...]:
        """Sums of a column that is never negative, apart for each combination of the columns `by`, most rows first.

        Exact however large: halves of 32 bits are added up apart, since SQLite gives up beyond 63.
        """
        for name in (column, *by):
            _check_column(kind, name)
        names = ", ".join(f'"{name}"' for name in by)
        wanted = f'SELECT {names}, sum("{column}" >> 32), sum("{column}" & 4294967295), count(*)'
        question, values = _composed(wanted, kind, (*conditions, Where(column, Is.OTHER, None)))
        question += f" GROUP BY {names} ORDER BY count(*) DESC, {names} LIMIT ?"
        found = self._source.rows(question, (*values, limit))
        return tuple(Sum(tuple(group), (high << 32) + low, rows) for *group, high, low, rows in found)

    def search(
        self, text: str, limit: int = 50, after: FoundAt | None = None, conditions: Sequence[Where] = ()
    ) -> tuple[SearchRow, ...]:
        """Records whose title or text has words that begin like all of `text`'s; those with all in the title first.

        The newest first, among both; `after` is where the last one of the page before stands (`found_at`).
        Of more than FOUND_MOST the newest that came here are found, and words that so many have count as whole words
        alone. With `conditions` on the rows, the LOOKED_AT newest with the words are looked at. By rank, SQLite would
        look at every match: six seconds where each of a million records has the word.
        """
        words = text.replace("\0", " ").split()
        if not words:
            return ()
        # Quoted, a word is a word, whatever it means in the language of queries.
        whole = ['"' + word.replace('"', '""') + '"' for word in words]
        found = self._matching(" ".join(whole), conditions)
        if len(found) < FOUND_MOST:
            found = self._matching(" ".join(f"{word}*" for word in whole), conditions)
        looked_for = words_of(text)
        placed = sorted([(_place(at, record, title, looked_for).order, number) for number, at, record, title in found])
        begin = 0 if after is None else bisect_right(placed, after.order, key=itemgetter(0))
        return self._rows_found([number for _, number in placed[begin:]], limit)

    def _matching(self, query: str, conditions: Sequence[Where]) -> list[tuple[int, int, bytes, str]]:
        """Of the newest records that match, with what is asked of them besides: number, when, record and title.

        All of them are one row of the answer: at each row SQLite's interface gives up the interpreter, and beside a
        busy loop taking it back takes longer than the row.
        """
        parts, values = _parts(SearchRow, conditions)
        question = " ".join([_MATCHING, "WHERE" if parts else "", " AND ".join(parts), "LIMIT ?)"])
        looked = LOOKED_AT if conditions else FOUND_MOST
        [(told,)] = self._source.rows(question, (query, looked, *values, FOUND_MOST))
        return [(number, at, bytes.fromhex(record), title) for number, at, record, title in json.loads(told)]

    def _rows_found(self, numbers: Sequence[int], limit: int) -> tuple[SearchRow, ...]:
        """The first rows of these numbers, in this order; what is not there any more makes room for others."""
        found: list[SearchRow] = []
        while numbers and len(found) < limit:
            some, numbers = numbers[: limit - len(found)], numbers[limit - len(found) :]
            rows = {row[0]: row for row in self._source.rows(_NUMBERED, (json.dumps(some),))}
            found += _as_rows(SearchRow, [rows[each] for each in some if each in rows])
        return tuple(found)


def found_at(row: SearchRow, words: list[str]) -> FoundAt:
    """Where a record stands among those found by words."""
    return _place(row.at, row.record, row.title, words)


def _place(at: int, record: bytes, title: str, words: list[str]) -> FoundAt:
    return FoundAt(int(not has_all(title, words)), at, record)


def _composed(wanted: str, kind: type[NamedTuple], conditions: Sequence[Where]) -> tuple[str, list[Plain]]:
    """A statement with its conditions: column names come from the row's own fields, values are parameters."""
    parts, values = _parts(kind, conditions)
    return " ".join([wanted, FROM[kind], "WHERE" if parts else "", " AND ".join(parts)]), values


def _parts(kind: type[NamedTuple], conditions: Sequence[Where]) -> tuple[list[str], list[Plain]]:
    """Conditions as they stand in a statement, and their parameters."""
    parts: list[str] = []
    values: list[Plain] = []
    # A column behind a plus is looked for by no index: few rows are said again, and SQLite begins with those.
    plus = "+" if any(each.comparison is Is.AGAIN for each in conditions) else ""
    for condition in conditions:
        _check_column(kind, condition.column)
        part, given = _compared(kind, condition, plus)
        parts.append(part)
        values += given
    return parts, values


_OF_OTHERS: Mapping[Is, type[NamedTuple]] = {
    Is.RECORD_OF: Among,
    Is.WITHOUT: Beside,
    Is.FIRST: Again,
    Is.AGAIN: Again,
}


def _compared(kind: type[NamedTuple], condition: Where, plus: str) -> tuple[str, list[Plain]]:
    name, comparison, value = condition
    column = f'{plus}"{name}"'
    others = type(value) if isinstance(value, Among | Beside | Again) else None
    if _OF_OTHERS.get(comparison) is not others:
        names = ", ".join(each.name for each in _OF_OTHERS)
        raise ValueError(f"{name}: other rows, and nothing else, are asked for by {names}")
    if isinstance(value, Again):
        return (_first_of if comparison is Is.FIRST else _said_again)(kind, name, value)
    if isinstance(value, Among):
        _check_column(value.kind, value.column)
        return f'{column} IN (SELECT record {FROM[value.kind]} WHERE "{value.column}" = ?)', [value.value]
    if isinstance(value, Beside):
        return _without(kind, name, value)
    if comparison in (Is.ONE_OF, Is.NONE_OF):
        if isinstance(value, str | bytes | int) or value is None or len(value) > MAX_IN:
            raise ValueError(f"{name}: a sequence of at most {MAX_IN} values is needed")
        return f"{column} {comparison.value} ({', '.join('?' * len(value))})", [*value]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        raise ValueError(f"{name}: one value is needed")
    if comparison is Is.BEGINNING:
        if isinstance(value, int) or value is None:
            raise ValueError(f"{name}: only text and bytes begin with something")
        beyond = value + "\U0010ffff" if isinstance(value, str) else value + b"\xff" * 64
        return f"{column} >= ? AND {column} < ?", [value, beyond]
    if value is None:
        return f"{column} IS {'' if comparison is Is.EQUAL else 'NOT '}NULL", []
    return f"{column} {comparison.value} ?", [value]


def _without(kind: type[NamedTuple], column: str, beside: Beside) -> tuple[str, list[Plain]]:
    """That no row of another kind stands beside one."""
    for name in (beside.named, beside.column):
        _check_column(beside.kind, name)
    mine = FROM[kind].removeprefix("FROM ")
    # A column behind a plus is looked for by no index: few rows name the same, many may have the same value.
    wanted = f'"{beside.named}" = {mine}."{column}" AND +"{beside.column}" = ?'
    return f"NOT EXISTS (SELECT 1 {FROM[beside.kind]} WHERE {wanted})", [beside.value]


def _first_of(kind: type[NamedTuple], column: str, again: Again) -> tuple[str, list[Plain]]:
    """That no other row that is alike comes before."""
    mine = FROM[kind].removeprefix("FROM ")
    same = f'"{column}" = {mine}."{column}" AND "{again.author}" = {mine}."{again.author}"'
    # A column behind a plus is looked for by no index: that of the others finds few, this one thousands.
    before = (f'"{again.named}" = {mine}."{column}"', f"{same} AND +record < {mine}.record")
    found, values = _alike(kind, again, before)
    return f"NOT {found}", values


def _said_again(kind: type[NamedTuple], column: str, again: Again) -> tuple[str, list[Plain]]:
    """That another row that is alike names it."""
    mine = FROM[kind].removeprefix("FROM ")
    same = f'"{again.named}" = {mine}."{column}" AND "{again.author}" = {mine}."{again.author}"'
    found, values = _alike(kind, again, [same])
    named = " ".join([f'SELECT "{again.named}"', FROM[kind], f'WHERE "{again.named}" IS NOT NULL'])
    return f'"{column}" IN ({named}) AND {found}', values


def _alike(kind: type[NamedTuple], again: Again, ways: Sequence[str]) -> tuple[str, list[Plain]]:
    """That among a few rows that meet one of these is one that is alike; names without a table are those of it."""
    mine = FROM[kind].removeprefix("FROM ")
    for name in ("scope", "corrected", again.named, again.author, *again.alike, *again.nearly):
        _check_column(kind, name)
    rows = [" ".join(["SELECT *", FROM[kind], "AS other WHERE", each]) for each in ways]
    nearly = " AND ".join(f'"{name}" IS {mine}."{name}"' for name in again.nearly)
    parts, values = _parts(kind, again.conditions)
    wanted = [
        f"scope <> {mine}.scope",
        *(f'"{name}" IS {mine}."{name}"' for name in again.alike),
        f"(corrected OR {mine}.corrected OR ({nearly}))",
        *parts,
    ]
    # The limit bounds what is looked at, and keeps SQLite from looking for what is wanted first.
    words = ["EXISTS (SELECT 1 FROM (", " UNION ALL ".join(rows), "LIMIT", str(MOST_AGAIN), ") WHERE"]
    return " ".join([*words, " AND ".join(wanted), ")"]), values


def _check_column(kind: type[NamedTuple], column: str) -> None:
    if column not in kind._fields:
        raise ValueError(f"{kind.__name__} has no {column}")


def _as_rows(kind: type[RowT], found: Sequence[tuple[Plain, ...]]) -> tuple[RowT, ...]:
    """Rows as their class; the first column of each is the row's number in its table."""
    booleans = booleans_of(kind)
    if not booleans:
        return tuple([kind._make(row[1:]) for row in found])
    return tuple(
        kind._make([bool(value) if place in booleans else value for place, value in enumerate(row[1:])])
        for row in found
    )
