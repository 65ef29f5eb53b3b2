"""Strangers in an open network: who writes there without having joined.

Their records are valid but set aside, without effect and outside the digest, until their author joins or a
member's record reaches them. Both are facts about the set of records, so all nodes agree.
"""

from typing import cast

from meshproto.fold.memory import Memory
from meshproto.fold.places import NETWORK, Place
from meshproto.fold.standing import Status, read_row, write_row
from meshproto.records.record import Record, read_header, references

_ENTRANCES = ("countersign", "grant")


def is_stranger(record: Record, place: Place, memory: Memory) -> bool:
    """Whether a valid record is of an author who has not joined the open network it stands in."""
    # SPEC 04-fold 4: An author is a **stranger** there who has neither an accept of its genesis nor a `grant` that is
    # *yes*.
    if place.kind != NETWORK or not place.is_open or not record.scope or record.type in _ENTRANCES:
        return False
    return memory.get("stands", record.scope + record.agent) is None


def set_aside(record: Record, memory: Memory) -> None:
    """Keep a stranger's record at hand for when it counts."""
    memory.put("counter", b"aside", 1)
    memory.put("aside", record.id, record.raw)
    memory.put("outside", record.scope + record.agent + record.id, b"")


def are_any(memory: Memory) -> bool:
    """Whether anything was ever set aside: where nothing was, nothing need be looked for."""
    return memory.get("counter", b"aside") is not None


def adopt(record: Record, memory: Memory) -> list[Record]:
    """Transition: ASIDE → YES for all that a counting record brings in with it; gives those records.

    These are the records it names and, if its author joins by it, all others of that author.
    """
    brought = [each for each in references(record) if memory.get("aside", each) is not None]
    if record.type in _ENTRANCES:
        author = record.scope + record.agent
        brought += [key[len(author) :] for key, _ in memory.scan("outside", author)]
    return [_take_in(each, memory) for each in dict.fromkeys(brought)]


def _take_in(record_id: bytes, memory: Memory) -> Record:
    record = read_header(cast(bytes, memory.get("aside", record_id)))
    row = read_row(memory, record_id)
    assert row is not None  # what is set aside is decided
    write_row(memory, record_id, row._replace(status=int(Status.YES)))
    memory.delete("why", record_id)
    memory.delete("aside", record_id)
    memory.delete("outside", record.scope + record.agent + record_id)
    return record
