"""Forks: two records with the same key, scope and seq.

Both are folded like any other; a fork un-signs nothing. It is only noted, for both records alike.
"""

from typing import cast

from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row, with_child, write_row
from meshproto.records.encoding import Value
from meshproto.records.record import Record


def note_place(record: Record, before: Row | None, memory: Memory) -> bytes | None:
    """Note that a record continues its log; gives the id of another that continued it before, if any."""
    # SPEC 04-fold 9: Two decided records of one log with the same `seq`, of which one `prev` (or none) is common, are
    # a fork
    if before is None:
        taken = cast(bytes, memory.get("first", record.log) or b"")
        if not taken:
            memory.put("first", record.log, record.id)
    else:
        taken = before.child
        if not taken:
            write_row(memory, record.prev, with_child(before, record.id))
    if not taken:
        return None
    for each in (taken, record.id):
        memory.put("fork", record.home + record.log + record.seq.to_bytes(8, "big") + each, b"")
        memory.put("forked", each, b"")
    return taken


def forks_of(scope: bytes, memory: Memory) -> dict[tuple[bytes, int], list[bytes]]:
    """The forks of a scope: by log and seq the ids of all the records that should have been one."""
    found: dict[tuple[bytes, int], list[bytes]] = {}
    rows: list[tuple[bytes, Value]] = list(memory.scan("fork", scope))
    for key, _ in rows:
        log, seq, record_id = key[32:64], int.from_bytes(key[64:72], "big"), key[72:]
        found.setdefault((log, seq), []).append(record_id)
    return found
