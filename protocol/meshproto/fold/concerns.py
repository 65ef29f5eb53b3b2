"""What valid records of an agreement say, and attestations in a network, for those who name them."""

from collections.abc import Sequence
from typing import Any, cast

import msgspec

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value
from meshproto.records.record import Record

TOGETHER = 16
"""Ids that stand in one row: of the contributions in a scope, so that few rows are written, and of the attestations of
one contribution, which mostly are one or two and so cost no scan."""

_LISTED = frozenset(("allocation", "income", "distribution", "settlement", "commitment", "resolution"))
"""Types that are asked for by type. Contributions have a list of their own, as there are many more of them."""


class Concern(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is remembered of a valid record of an agreement scope, or attestation, for those who name it."""

    agent: bytes
    facts: dict[str, Any]


def note_concern(record: Record, memory: Memory) -> None:
    """Remember what a valid record says, and list it with others like it."""
    note_words(record, memory)
    if record.type == "contribution":
        note_works(record.scope, [record.id], memory)
    elif record.type == "attestation":
        note_attested(record.facts["subject"], record.id, memory)
    elif record.type == "correction":
        memory.put("corrects", record.facts["target"] + record.id, b"")
    elif record.type in _LISTED:
        memory.put("concerns", record.scope + record.type.encode() + b"\0" + record.id, b"")


def note_words(record: Record, memory: Memory) -> None:
    """Remember what a valid record says."""
    memory.put("concern", record.id, cast(Value, Concern(record.agent, record.facts)))


def note_works(scope: bytes, contributions: Sequence[bytes], memory: Memory) -> None:
    """List some contributions with those that are in their scope already."""
    count = cast(int, memory.get("worked", scope) or 0)
    memory.put("worked", scope, count + len(contributions))
    left = contributions
    while left:
        number, filled = divmod(count, TOGETHER)
        some, left = left[: TOGETHER - filled], left[TOGETHER - filled :]
        block = scope + number.to_bytes(4, "big")
        memory.put("works", block, cast(bytes, memory.get("works", block) or b"") + b"".join(some))
        count += len(some)


def note_attested(contribution: bytes, attestation: bytes, memory: Memory) -> None:
    """List an attestation with what else was said of the contribution."""
    row = cast(bytes, memory.get("attested", contribution) or b"")
    if len(row) < 32 * TOGETHER:
        memory.put("attested", contribution, row + attestation)
    else:
        memory.put("attested_more", contribution + attestation, b"")


def read_concern(memory: Memory, record_id: bytes) -> Concern | None:
    """What a valid record of an agreement scope, or attestation, says; None if it is none."""
    row = memory.get("concern", record_id)
    return row if row is None or isinstance(row, Concern) else Concern(*cast(list[Any], row))


def concern_of(memory: Memory, record_id: bytes) -> Concern:
    """What a record says that is known to be valid, and an attestation or of an agreement scope."""
    concern = read_concern(memory, record_id)
    assert concern is not None  # the caller knows
    return concern


def concerns_in(scope: bytes, type_: str, memory: Memory) -> list[bytes]:
    """The valid records of a type in an agreement scope, by id: contributions, and whatever is listed by type."""
    if type_ == "contribution":
        return sorted(each for _, row in memory.scan("works", scope) for each in _ids_in(cast(bytes, row)))
    prefix = scope + type_.encode() + b"\0"
    return [key[len(prefix) :] for key, _ in memory.scan("concerns", prefix)]


def attestations_of(contribution: bytes, memory: Memory) -> list[bytes]:
    """All that was said of a contribution in an agreement, by id."""
    row = cast(bytes, memory.get("attested", contribution) or b"")
    if len(row) <= 32:  # so it is of most
        return [row] if row else []
    found = _ids_in(row)
    if len(found) >= TOGETHER:
        found += [key[len(contribution) :] for key, _ in memory.scan("attested_more", contribution)]
    return sorted(found)


def _ids_in(row: bytes) -> list[bytes]:
    return [row[at : at + 32] for at in range(0, len(row), 32)]
