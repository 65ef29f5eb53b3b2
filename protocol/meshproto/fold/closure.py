"""Waiting for the past: a record is decided when all it names is decided.

The past is closed by induction, so one step back is enough to look at. Records that wait are kept in the
memory, and each decision releases those that waited for nothing else.
"""

from typing import cast

from meshproto.fold.memory import Memory
from meshproto.records.record import Record, read_header


def hold(record: Record, missing: list[bytes], memory: Memory) -> None:
    """Let a record wait for the records it names that are not decided."""
    # SPEC 04-fold 1: A record is **decided** when all its references (01-records 3.2) are decided.
    memory.put("pending", record.id, [record.raw, len(missing)])
    for each in missing:
        memory.put("awaited", each, cast(int, memory.get("awaited", each) or 0) + 1)
        memory.put("waiting", each + record.id, b"")


def release(record_id: bytes, memory: Memory) -> list[Record]:
    """Give the records that waited for nothing but this one, which is decided now."""
    if memory.get("awaited", record_id) is None:
        return []
    memory.delete("awaited", record_id)
    released = []
    for key, _ in memory.scan("waiting", record_id):
        memory.delete("waiting", key)
        waiter = key[len(record_id) :]
        raw, count = cast(tuple[bytes, int], memory.get("pending", waiter))
        if count > 1:
            memory.put("pending", waiter, [raw, count - 1])
        else:
            memory.delete("pending", waiter)
            released.append(read_header(raw))
    return released
