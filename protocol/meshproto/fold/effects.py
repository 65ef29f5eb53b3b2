"""What a valid record does to the state. Every effect is the same whatever the order of the records."""

from collections.abc import Callable, Iterator
from typing import cast

from meshproto.fold.memory import Memory
from meshproto.fold.rules import label_of
from meshproto.records.encoding import Value
from meshproto.records.record import Record

FOUNDER = "founder"
"""The role of those who accepted a network's genesis as its founders."""


def take_effect(record: Record, memory: Memory) -> list[bytes]:
    """Carry out what a valid record says; gives the ids of other records whose standing may have changed."""
    effect = _EFFECTS.get(record.type)
    return [] if effect is None else effect(record, memory)


def name_label(record: Record, memory: Memory) -> None:
    """Remember which label an edit belongs to, so that later edits can supersede it."""
    label = label_of(record, memory)
    if label is not None:
        memory.put("label", record.id, label)


def _accept(record: Record, memory: Memory) -> list[bytes]:
    return _enter(record, FOUNDER, memory)


def _join(record: Record, memory: Memory) -> list[bytes]:
    return _enter(record, record.facts["role"], memory)


def _enter(record: Record, role: str, memory: Memory) -> list[bytes]:
    place = record.scope + record.agent
    memory.put("member", place + record.id, [role, record.at])
    memory.put("stands", place, b"")
    return []


def _edit(record: Record, memory: Memory) -> list[bytes]:
    # SPEC 04-fold 5.1: An edit is **current** if no edit that is *yes* names it in `supersedes`.
    label = cast(bytes, memory.get("label", record.id))
    before: list[bytes] = record.facts.get("supersedes", [])
    touched = list(_first_heads(memory, label))
    for each in before:
        memory.put("superseded", each, b"")
        memory.delete("head", label + each)
    if memory.get("superseded", record.id) is None:
        memory.put("head", label + record.id, record.at)
    return [*before, *touched, *_first_heads(memory, label)]


def _first_heads(memory: Memory, label: bytes) -> Iterator[bytes]:
    """Give the first two current edits: only between one and two does a conflict begin or end."""
    for _, (key, _) in zip(range(2), memory.scan("head", label), strict=False):
        yield key[len(label) :]


def _recognise(record: Record, memory: Memory) -> list[bytes]:
    for each in record.facts["to"]:
        memory.put("thanked", record.home + each + record.author + record.id, record.facts["kind"])
    return []


def _correct(record: Record, memory: Memory) -> list[bytes]:
    facts = record.facts
    target: bytes = facts["target"]
    qty, value = facts.get("qty"), facts.get("value")
    row: list[Value] = [
        facts["kind"],
        [qty["n"], qty["s"], qty["u"]] if qty else [],
        [value["amt"], value["cur"]] if value else [],
        record.at,
    ]
    memory.put("correction", target + record.id, row)
    touched = _edit(record, memory) if facts["kind"] == "replace" else []
    return [target, *touched]


def _erase(record: Record, memory: Memory) -> list[bytes]:
    targets: list[bytes] = record.facts["targets"]
    for each in targets:
        target = each if len(each) == 32 else each + record.agent
        memory.put("erased", target, b"")
        memory.put("erasure", target + record.id, record.facts["part"])
    return [each for each in targets if len(each) == 32]


_EFFECTS: dict[str, Callable[[Record, Memory], list[bytes]]] = {
    "countersign": _accept,
    "grant": _join,
    "profile": _edit,
    "project": _edit,
    "recognition": _recognise,
    "correction": _correct,
    "erasure": _erase,
}
