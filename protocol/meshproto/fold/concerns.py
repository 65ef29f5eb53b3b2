"""What valid records of an agreement say, for those who name them."""

from typing import Any, NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value
from meshproto.records.record import Record


class Concern(NamedTuple):
    """What is remembered of a valid record of an agreement scope, for those who name it."""

    agent: bytes
    facts: dict[str, Any]


def note_concern(record: Record, memory: Memory) -> None:
    """Remember what a valid record says."""
    memory.put("concern", record.id, cast(Value, Concern(record.agent, dict(record.facts))))
    memory.put("concerns", record.home + record.type.encode() + b"\0" + record.id, b"")
    if record.type == "attestation":
        memory.put("attested", record.facts["subject"] + record.id, b"")
    elif record.type == "correction":
        memory.put("corrects", record.facts["target"] + record.id, b"")


def read_concern(memory: Memory, record_id: bytes) -> Concern | None:
    """What a valid record of an agreement scope says; None if it is none."""
    row = memory.get("concern", record_id)
    return row if row is None or isinstance(row, Concern) else Concern._make(cast(list[Any], row))


def concern_of(memory: Memory, record_id: bytes) -> Concern:
    """What a record says that is known to be valid and to stand in an agreement scope."""
    concern = read_concern(memory, record_id)
    assert concern is not None  # the caller knows
    return concern
