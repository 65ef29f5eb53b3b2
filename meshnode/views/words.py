"""The words of records: what stands in private parts, by the names under which clients put it there.

contribution  title, text; batch and origin if it was imported
project       title, description
profile       name, bio, contact
agent         name
recognition   text
agreement     title, summary
correction    (kind `replace`) title, text of its target
"""

from collections.abc import Mapping
from typing import Protocol

from meshnode.views.rows import Part
from meshproto.fold.memory import Memory
from meshproto.fold.rules import TEXT_LABEL
from meshproto.records.encoding import Value
from meshproto.records.record import Record

_KEPT = ("salt", "batch", "origin")
"""What a replacement leaves as it is."""


class Shelf(Protocol):
    """What a projection reads besides the record itself. All of it is committed and folded."""

    @property
    def memory(self) -> Memory:
        """The memory of the fold, after the change that is projected."""
        ...

    def private(self, record_id: bytes) -> Mapping[str, Value] | None:
        """The decoded private part, if it is held; never of an erased one."""
        ...

    def erased(self, record_id: bytes) -> bool:
        """Whether the private part was erased for good."""
        ...

    def record(self, record_id: bytes) -> Record | None:
        """Another record, if it is here."""
        ...


def part_of(record: Record, shelf: Shelf) -> Part:
    """What this node has of a record's private part."""
    if record.private is None:
        return Part.NONE
    if shelf.erased(record.id):
        return Part.ERASED
    return Part.MISSING if shelf.private(record.id) is None else Part.HELD


def words_of(record: Record, shelf: Shelf) -> Mapping[str, Value]:
    """A record's private part, with the texts of its latest replacement in place of its own; empty if not held."""
    own = (record.private and shelf.private(record.id)) or {}
    label = TEXT_LABEL + record.id
    heads = [(at, key[len(label) :]) for key, at in shelf.memory.scan("head", label) if isinstance(at, int)]
    if not heads:
        return own
    newest = max(heads)[1]
    replaced = shelf.private(newest)
    if replaced is not None:
        return {**own, **{name: value for name, value in replaced.items() if name not in _KEPT}}
    # What was replaced is not brought back by erasing what replaced it.
    return {name: value for name, value in own.items() if name in _KEPT} if shelf.erased(newest) else own


def text(words: Mapping[str, Value], name: str) -> str:
    """One text, empty if it is missing or no text: other programs may have written it."""
    value = words.get(name)
    return value if isinstance(value, str) else ""


def touched_by_part(record: Record) -> tuple[bytes, ...]:
    """The records whose rows change when the private part of this one comes or goes."""
    target = record.facts.get("target")
    if record.type == "correction" and isinstance(target, bytes):
        return (record.id, target)
    return (record.id,)
