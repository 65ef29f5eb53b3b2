"""Agreement scopes: which versions there are, what each says, and who takes part by which of them."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from meshproto.fold.concerns import read_concern
from meshproto.fold.entries import Entry
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.memory import Memory
from meshproto.fold.standing import row_of
from meshproto.records.encoding import Value
from meshproto.records.ids import ext
from meshproto.records.record import Record
from meshproto.types.agreement import participants_of


class Version(NamedTuple):
    """What is remembered of a valid version of an agreement."""

    scope: bytes
    facts: dict[str, Any]


class Figure(NamedTuple):
    """What limits of a mandate are compared with."""

    amount: int
    cur: str
    """Empty if no amount is told, which is more than any limit; FREE if there is none to be told."""
    day: str
    covers: list[bytes]
    """The projects it is about, as `ext`."""


FREE = "-"
"""The currency of what has no amount."""


def version_name(version: bytes) -> bytes:
    """What the bit of a version is called."""
    return b"a" + version


def note_version(record: Record, knowledge: Knowledge, memory: Memory) -> int:
    """Remember a valid version; gives its bit."""
    bit = knowledge.bit(version_name(record.id))
    memory.put("version", record.id, cast(Value, Version(record.home, dict(record.facts))))
    memory.put("versions", record.home + record.id, b"")
    for each in participants_of(record.facts):
        memory.put("partaker", record.home + each + record.id, bit.bit_length() - 1)
    return bit


def read_version(memory: Memory, record_id: bytes) -> Version | None:
    """A valid version; None if it is none."""
    row = memory.get("version", record_id)
    return row if row is None or isinstance(row, Version) else Version._make(cast(list[Any], row))


def version_of(memory: Memory, record_id: bytes) -> Version:
    """A version that is known to be one."""
    version = read_version(memory, record_id)
    assert version is not None  # the caller knows
    return version


def takes_part(agent: bytes, scope: bytes, mask: int, memory: Memory) -> bool:
    """Whether an agent is a participant of a scope for somebody who knows this."""
    # SPEC 04-fold 2.4: if it is a participant (02-types 12) of one of the versions in past(x), whether that came into
    # force or not.
    return any(mask >> cast(int, bit) & 1 for _, bit in memory.scan("partaker", scope + agent))


def figure_of(record: Record, memory: Memory) -> Figure | None:
    """What limits are compared with in a record that stands in an agreement scope, if anything is."""
    return figure_by(record.type, record.facts, record.home, memory)


def figure_by(type_: str, facts: Mapping[str, Any], scope: bytes, memory: Memory) -> Figure | None:
    """The same of what is not signed yet."""
    if type_ != "countersign":
        return _figure(type_, facts, scope, memory)
    target: bytes = facts["target"]
    if (version := read_version(memory, target)) is not None:
        return _figure("agreement", version.facts, scope, memory)
    said = read_concern(memory, target)
    return None if said is None else _figure(row_of(memory, target).type, said.facts, scope, memory)


def exceeds(figure: Figure, limits: Entry) -> bool:
    """Whether what a record tells goes beyond the limits of a grant."""
    # SPEC 04-fold 6.1: x exceeds `until` if it is before the day; `project` if it is not among the projects; and `max`
    # if the amount is in another currency or greater, whatever its sign, or if no `worth` or `price` is told.
    if limits.until and limits.until < figure.day:
        return True
    if limits.project and limits.project not in figure.covers:
        return True
    return bool(limits.most) and _exceeds_amount(figure, *limits.most)


def _exceeds_amount(figure: Figure, most: int, cur: str) -> bool:
    return figure.cur != FREE and (figure.cur != cur or figure.amount > most)


def _figure(type_: str, facts: Mapping[str, Any], scope: bytes, memory: Memory) -> Figure | None:
    told = _FIGURES.get(type_)
    if told is None:
        return None
    amount, cur, day = told(facts)
    if type_ == "contribution":
        project: bytes = facts.get("project", b"")
        return Figure(amount, cur, day, [ext(project) if len(project) == 32 else project])
    version = facts if type_ == "agreement" else version_of(memory, facts.get("agreement", scope)).facts
    return Figure(amount, cur, day, version.get("covers", []))


def _money(money: Mapping[str, Any] | None) -> tuple[int, str]:
    return (abs(money["amt"]), money["cur"]) if money else (0, "")


def _shared(facts: Mapping[str, Any]) -> tuple[int, str]:
    return sum(abs(payable) + abs(held) for _, payable, held, _ in facts["lines"]), facts["carry"]["cur"]


_FIGURES: Mapping[str, Callable[[Mapping[str, Any]], tuple[int, str, str]]] = {
    "agreement": lambda facts: (*_money(facts.get("worth")), facts["from"]),
    "contribution": lambda facts: (0, FREE, facts["when"]["to"]),
    "income": lambda facts: (*_money(facts["gross"]), facts["on"]),
    "distribution": lambda facts: (*_shared(facts), facts["to"]),
    "settlement": lambda facts: (*_money(facts["amount"]), facts["on"]),
    "commitment": lambda facts: (*_money(facts.get("price")), facts["due"]),
}
