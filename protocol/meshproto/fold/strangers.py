"""Strangers in an open network: who writes there without having a standing.

Their records are valid but set aside, without effect and outside the digest, until their author joins or a
member's record reaches them. Both are facts about the set of records, so all nodes agree.
"""

from typing import cast

from meshproto.fold.authority import STANDING, Case
from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row, Status, row_of, write_row
from meshproto.records.record import Record, read_header, references

_NEVER_ASIDE = ("grant", "revoke", "resolution")


def is_stranger(case: Case) -> bool:
    """Whether a valid record is of an author who has no standing in the open network it stands in."""
    # SPEC 04-fold 7: An author is a **stranger** there who has no *standing*: neither a valid self-grant, nor an accept
    # of a grant to that agent, nor an accept that has a handle (8.2).
    record, charter = case.record, case.findings.charter if case.findings else None
    if charter is None or not charter.is_open or record.agent == record.scope or record.type in _NEVER_ASIDE:
        return False
    if record.type == "countersign" and case.target is not None and case.target.type in STANDING:
        return False
    return case.memory.get("stands", record.scope + record.agent) is None


def set_aside(record: Record, memory: Memory) -> None:
    """Keep a stranger's record at hand for when it counts."""
    memory.put("counter", b"aside", 1)
    memory.put("aside", record.id, record.raw)
    memory.put("outside", record.scope + record.agent + record.id, b"")


def are_any(memory: Memory) -> bool:
    """Whether anything was ever set aside: where nothing was, nothing need be looked for."""
    return memory.get("counter", b"aside") is not None


def brought_in(record: Record, memory: Memory) -> list[bytes]:
    """What a record that is not aside takes from there: what it names and, if its author stands by it, all of his."""
    if not record.scope or not are_any(memory):
        return []
    found = [each for each in references(record) if memory.get("aside", each) is not None]
    if record.type in ("grant", "countersign"):
        author = record.scope + record.agent
        if memory.get("stands", author) is not None:
            found += [key[len(author) :] for key, _ in memory.scan("outside", author)]
    return [*dict.fromkeys(found)]


def take_in(record_id: bytes, memory: Memory) -> tuple[Record, Row]:
    """Transition: ASIDE → valid; gives the record and its row."""
    record = read_header(cast(bytes, memory.get("aside", record_id)))
    memory.delete("why", record_id)
    memory.delete("aside", record_id)
    memory.delete("outside", record.scope + record.agent + record_id)
    row = row_of(memory, record_id).with_status(int(Status.YES))
    write_row(memory, record_id, row)
    return record, row
