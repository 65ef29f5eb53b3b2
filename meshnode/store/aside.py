"""Runs that are whole while what they continue is missing: kept, neither served nor counted, until it comes.

A repair puts them here. They are tried again whenever the store is opened.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from meshnode.core.ports import Batch
from meshnode.core.rows import SearchEntry
from meshnode.store.source import Source
from meshnode.store.writer import Writer
from meshproto.records.log import Run, check_run
from meshproto.records.reasons import Refused


def keep(source: Source, runs: Iterable[Run]) -> None:
    """Set runs aside."""
    source.connection.executemany(
        "INSERT INTO aside (headers, signature) VALUES (?, ?)",
        [(msgspec.msgpack.encode([record.raw for record in run.records]), run.signature) for run in runs],
    )


def kept(source: Source) -> list[tuple[int, Run]]:
    """The runs set aside, with their numbers; damaged ones are left out. Raises StoreDamaged."""
    return readable(source.rows("SELECT number, headers, signature FROM aside ORDER BY number"))


def readable(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, Run]]:
    """Those of the rows of `aside` that are runs which hold together, with their numbers."""
    found: list[tuple[int, Run]] = []
    for number, headers, signature in rows:
        try:
            found.append((number, check_run(msgspec.msgpack.decode(headers, type=list[bytes]), signature)))
        except (Refused, msgspec.DecodeError, TypeError):
            continue  # a flipped bit can also make a text of a blob
    return found


def reattach(source: Source, writer: Writer) -> int:
    """Store every run whose log has become whole up to it; how many there were. Raises StoreError."""
    waiting = kept(source)
    attached = 0
    progress = True
    while progress:
        progress = False
        for number, run in waiting.copy():
            if writer.has(run.records[0].prev):
                orders = tuple(SearchEntry(record.id) for record in run.records if record.type == "erasure")
                writer.commit(Batch(0, runs=(run,), local=orders))
                source.rows("DELETE FROM aside WHERE number = ?", (number,))
                waiting.remove((number, run))
                attached += 1
                progress = True
    return attached
