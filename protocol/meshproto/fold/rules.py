"""The rules of single types that look at the records they name."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from meshproto.fold.memory import Memory
from meshproto.fold.places import PERSON, Place, read_place
from meshproto.fold.standing import Row, Status
from meshproto.records.reasons import Reason
from meshproto.records.record import Record

Break: TypeAlias = tuple[Reason, str, tuple[bytes, ...]]
Rows: TypeAlias = Mapping[bytes, Row]

TEXT_LABEL = b"text"
"""Begins the label under which the replacements of a record's texts supersede each other."""


def break_of_rule(record: Record, rows: Rows, place: Place, memory: Memory) -> Break | None:
    """The rule of its type that an otherwise valid record breaks, if any."""
    rule = _RULES.get(record.type)
    return None if rule is None else rule(record, rows, place, memory)


def label_of(record: Record, memory: Memory) -> bytes | None:
    """The label a valid record edits, if it is an edit: of a profile, a project or the texts of another record."""
    if record.type == "profile":
        return record.scope
    if record.type == "correction" and record.facts["kind"] == "replace":
        target: bytes = record.facts["target"]
        return TEXT_LABEL + target
    if record.type == "project":
        before: list[bytes] = record.facts["supersedes"]
        label = memory.get("label", before[0]) if before else record.id
        return label if isinstance(label, bytes) else None
    return None


def _grant(record: Record, rows: Rows, place: Place, memory: Memory) -> Break | None:
    # Joining a network by invitation takes a grant by a founder, which is not a grant to oneself.
    return None if place.is_open else (Reason.X_SCOPE, "", (record.scope,))


def _edit(record: Record, rows: Rows, place: Place, memory: Memory) -> Break | None:
    label = label_of(record, memory)
    for each in record.facts.get("supersedes", ()):
        row = rows[each]
        same = row.home == place.number and row.type == record.type
        if not same or label is None or memory.get("label", each) != label:
            return Reason.I_RULE, "supersedes", (each,)
    return None


def _correction(record: Record, rows: Rows, place: Place, memory: Memory) -> Break | None:
    target: bytes = record.facts["target"]
    row = rows[target]
    author = read_place(memory, record.agent)
    if row.home != place.number or author is None or row.author != author.number:
        return Reason.X_SCOPE, "", (target,)
    if row.status not in (Status.YES, Status.ASIDE):
        return Reason.I_RULE, "target", (target,)
    if record.facts["kind"] == "delta" and row.type != "contribution":
        return Reason.I_RULE, "target", (target,)
    return _edit(record, rows, place, memory) if record.facts["kind"] == "replace" else None


def _erasure(record: Record, rows: Rows, place: Place, memory: Memory) -> Break | None:
    author = read_place(memory, record.agent)
    number = author.number if author else 0
    for each in record.facts["targets"]:
        if len(each) != 32:  # an ext: whose record it is shows where the record is held
            if place.kind != PERSON:
                return Reason.X_SCOPE, "", ()
        elif rows[each].home != place.number or not (
            rows[each].author == number or memory.get("named", each + record.agent) is not None
        ):
            return Reason.X_SCOPE, "", (each,)
    return None


_RULES: dict[str, Callable[[Record, Rows, Place, Memory], Break | None]] = {
    "grant": _grant,
    "profile": _edit,
    "project": _edit,
    "correction": _correction,
    "erasure": _erasure,
}
