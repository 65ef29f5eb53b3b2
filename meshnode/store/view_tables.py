"""The tables of views.db, made from the rows that `meshnode.views.rows` describes.

A column is a field of a row, so the two cannot drift apart. Views are derived: when their layout changes, they are
thrown away and computed anew, which is why there are no migrations. `FINGERPRINT` tells one layout from another, of
these tables or the fold's, and the rules by which records are folded from those before.
"""

from functools import cache
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints
from zlib import crc32

from meshnode.views.rows import TABLES, Row
from meshproto.fold.memory import LAYOUT
from meshproto.types.repair import ENGINE

_BASE = (
    # Were the value NOT NULL, SQLite would keep a copy of each page that a statement with many rows changes.
    "CREATE TABLE fold (name TEXT NOT NULL, key BLOB NOT NULL, value BLOB, PRIMARY KEY (name, key))"
    " STRICT, WITHOUT ROWID",
    "CREATE TABLE fold_records (number INTEGER PRIMARY KEY, prefix INTEGER NOT NULL, id BLOB NOT NULL,"
    " record BLOB, concern BLOB, attested BLOB) STRICT",
    "CREATE INDEX fold_records_by_id ON fold_records (prefix)",
    "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "INSERT INTO progress VALUES ('arrival', 0), ('part', 0), ('erasure', 0), ('eviction', 0), ('indexed', 0),"
    " ('scrub', 0)",
    "CREATE VIRTUAL TABLE search_index USING fts5"
    " (title, text, content = 'search', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2',"
    # Somebody who types sees what he finds; without these, all matches of the many words with such a beginning are
    # merged first, a tenth of a second where there are a million.
    " prefix = '2 3')",
)
_INDEXES = {
    "entries": (
        *("scope, at", "agent, at", "type, at", "status", "log, seq"),
        # Few are contested. Who asks for some agents' own must be led neither to all of theirs nor to those of all.
        "status, agent, at WHERE status = 'contested'",
    ),
    "contributions": (
        *("at", "agent, at", "scope, at", "project, at", "batch", "ext_scheme, ext_ref", "named"),
        # Few state anything again, and who asks for the others must not be led to this one.
        "restates, agent WHERE restates IS NOT NULL",
        # All that sums of time need, so that they look at no row: a year of a busy studio would be read from the disk.
        "project, day_from, agent, seconds, claim, status, restates",
    ),
    "shares": ("agent",),
    "evidence": ("sha256",),
    "projects": ("project", "scope, slug"),
    "profiles": ("agent",),
    "members": ("network", "agent"),
    "agreements": ("scope, at", "at"),
    "votes": ("target",),
    "attested": ("subject, agent",),
    "resting": ("resolution",),
    "recognitions": ("target", "receiver", "agent"),
    "sources": ("scheme, ref",),
    "forks": ("log, seq", "agent"),
    "healings": ("log, seq",),
}
"""Columns people filter and sort by. Every table has an index on `record` as well."""

_KINDS = {bytes: "BLOB", str: "TEXT", int: "INTEGER", bool: "INTEGER"}
_MARK = 0x6D736856
"""`application_id` of views.db: "mshV"."""


def statements() -> tuple[str, ...]:
    """Everything needed to make an empty views.db."""
    made: list[str] = []
    for kind, table in TABLES.items():
        columns = ", ".join(f'"{name}" {declared}' for name, declared in columns_of(kind))  # one is called join
        made.append(f"CREATE TABLE {table} (number INTEGER PRIMARY KEY AUTOINCREMENT, {columns}) STRICT")
        made.append(f"CREATE INDEX {table}_by_record ON {table} (record)")
        for index, wanted in enumerate(_INDEXES.get(table, ())):
            columns, where, which = wanted.partition(" WHERE ")
            made.append(f"CREATE INDEX {table}_{index} ON {table} ({columns}){where}{which}")
    return (f"PRAGMA application_id = {_MARK}", f"PRAGMA user_version = {FINGERPRINT}", *made, *_BASE)


def columns_of(kind: type[Row]) -> list[tuple[str, str]]:
    """Name and declaration of each column, in the order of the row's fields."""
    return [(name, _declared(hint)) for name, hint in get_type_hints(kind).items()]


@cache
def booleans_of(kind: type[NamedTuple]) -> frozenset[int]:
    """Positions of the fields that are true or false, which SQLite keeps as 1 or 0."""
    return frozenset(place for place, hint in enumerate(get_type_hints(kind).values()) if hint is bool)


def _declared(hint: Any) -> str:
    options = get_args(hint)
    if not options:
        return f"{_KINDS[hint]} NOT NULL"
    return next(_KINDS[option] for option in options if option is not NoneType)


def _fingerprint() -> int:
    layout = repr([(table, columns_of(kind)) for kind, table in TABLES.items()])
    return crc32((layout + repr(_BASE) + repr(_INDEXES) + f"{ENGINE} {LAYOUT}").encode()) & 0x7FFFFFFF


FINGERPRINT = _fingerprint()
FROM: dict[type, str] = {kind: f"FROM {table}" for kind, table in TABLES.items()}
INTO: dict[type, str] = {kind: f"OR ROLLBACK INTO {table}" for kind, table in TABLES.items()}
DELETE = tuple(f"DELETE {each} WHERE record = ?" for each in FROM.values())
"""Parts of statements that cannot be parameters: names of tables, all our own."""
