"""What a record that counts does to the state, and how that is taken back when it counts no more.

Every effect is the same whatever the order of the records: its rows bear the id of the record whose they are.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.fold.rules import label_of
from meshproto.records.encoding import Value
from meshproto.records.record import Record

Touched = list[bytes]
"""Other records whose standing may have changed."""


class Effect(NamedTuple):
    """How the records of a type take effect, and how they lose it."""

    take: Callable[[Record, Memory], Touched]
    lose: Callable[[Record, Memory], Touched] | None = None
    """None for types whose records have their effect also if contested."""


def take_effect(record: Record, memory: Memory) -> Touched:
    """Carry out what a record says that counts."""
    effect = _EFFECTS.get(record.type)
    return [] if effect is None else effect.take(record, memory)


def lose_effect(record: Record, memory: Memory) -> Touched:
    """Take back what a record said that counts no more."""
    lose = _EFFECTS[record.type].lose
    assert lose is not None  # the caller asked whether it can
    return lose(record, memory)


def can_lose(type_: str) -> bool:
    """Whether records of a type have effects that they lose when contested, so that they must be kept at hand."""
    effect = _EFFECTS.get(type_)
    return effect is not None and effect.lose is not None


def name_label(record: Record, memory: Memory) -> None:
    """Remember which label an edit belongs to, so that later edits can supersede it."""
    label = label_of(record, memory)
    if label is not None:
        memory.put("label", record.id, label)


def _edit(record: Record, memory: Memory) -> Touched:
    # SPEC 04-fold 8.1: An edit that counts is **current** if no edit that counts names it in `supersedes`.
    label, before = _label(record, memory), _superseded(record)
    touched = [*_first_heads(memory, label)]
    memory.put("edit", record.id, record.at)
    for each in before:
        memory.put("superseded", each + record.id, b"")
        memory.delete("head", label + each)
    if not is_superseded(record.id, memory):
        memory.put("head", label + record.id, record.at)
    return [*before, *touched, *_first_heads(memory, label)]


def _unedit(record: Record, memory: Memory) -> Touched:
    label, before = _label(record, memory), _superseded(record)
    touched = [*_first_heads(memory, label)]
    memory.delete("edit", record.id)
    memory.delete("head", label + record.id)
    for each in before:
        memory.delete("superseded", each + record.id)
        at = memory.get("edit", each)
        if at is not None and not is_superseded(each, memory):
            memory.put("head", label + each, at)
    return [*before, *touched, *_first_heads(memory, label)]


def is_superseded(record_id: bytes, memory: Memory) -> bool:
    """Whether an edit that counts replaces this one."""
    return next(memory.scan("superseded", record_id), None) is not None


def _label(record: Record, memory: Memory) -> bytes:
    return cast(bytes, memory.get("label", record.id))


def _superseded(record: Record) -> list[bytes]:
    return cast(list[bytes], record.facts.get("supersedes", []))


def _first_heads(memory: Memory, label: bytes) -> Iterator[bytes]:
    """Give the first two current edits: only between one and two does a conflict begin or end."""
    for _, (key, _) in zip(range(2), memory.scan("head", label), strict=False):
        yield key[len(label) :]


def _recognise(record: Record, memory: Memory) -> Touched:
    for each in record.facts["to"]:
        memory.put("thanked", record.home + each + record.author + record.id, record.facts["kind"])
    return []


def _correct(record: Record, memory: Memory) -> Touched:
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


def _uncorrect(record: Record, memory: Memory) -> Touched:
    target: bytes = record.facts["target"]
    memory.delete("correction", target + record.id)
    touched = _unedit(record, memory) if record.facts["kind"] == "replace" else []
    return [target, *touched]


def _erase(record: Record, memory: Memory) -> Touched:
    for target in _erased(record):
        count = cast(int, memory.get("erased", target) or 0)
        memory.put("erased", target, count + 1)
        memory.put("erasure", target + record.id, record.facts["part"])
    return [each for each in record.facts["targets"] if len(each) == 32]


def _restore(record: Record, memory: Memory) -> Touched:
    for target in _erased(record):
        count = cast(int, memory.get("erased", target))
        if count > 1:
            memory.put("erased", target, count - 1)
        else:
            memory.delete("erased", target)
        memory.delete("erasure", target + record.id)
    return [each for each in record.facts["targets"] if len(each) == 32]


def _erased(record: Record) -> list[bytes]:
    """What an erasure's targets are called in tables: by id, or by ext and whose stream names it."""
    return [each if len(each) == 32 else each + record.agent for each in record.facts["targets"]]


_EFFECTS: Mapping[str, Effect] = {
    "profile": Effect(_edit),
    "project": Effect(_edit, _unedit),
    "recognition": Effect(_recognise),
    "correction": Effect(_correct, _uncorrect),
    "erasure": Effect(_erase, _restore),
}
