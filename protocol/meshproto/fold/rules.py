"""The rules of types that look at the records they name: edits, corrections and erasures.

Those of types that give and end authority stand in governing.py.
"""

from collections.abc import Callable, Mapping

from meshproto.fold.acknowledging import gaining_by
from meshproto.fold.agreements import RULES as IN_AGREEMENTS
from meshproto.fold.authority import Case, Verdict, no
from meshproto.fold.governing import GOVERNING
from meshproto.fold.memory import Memory
from meshproto.fold.named import break_of_superseding
from meshproto.fold.places import LINEAGE, Place
from meshproto.records.reasons import Reason
from meshproto.records.record import Record

TEXT_LABEL = b"text"
"""Begins the label under which the replacements of a record's texts supersede each other."""


def break_of_rule(case: Case, place: Place) -> Verdict | None:
    """The rule of its type that an otherwise valid record breaks, if any."""
    type_ = case.record.type
    special = IN_AGREEMENTS.get(type_) if place.kind == LINEAGE else None
    rule = _RULES.get(type_)
    found = special(case, place) if special else None
    return found or (rule(case, place) if rule else None)


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


def _edit(case: Case, place: Place) -> Verdict | None:
    record, memory = case.record, case.memory
    label = label_of(record, memory)
    for each in record.facts.get("supersedes", ()):
        row = case.rows[each]
        same = row.home == place.number and row.type == record.type
        if not same or label is None or memory.get("label", each) != label:
            return no(Reason.I_RULE, each, detail="supersedes")
    return None


def _correction(case: Case, place: Place) -> Verdict | None:
    target: bytes = case.record.facts["target"]
    row = case.rows[target]
    if row.home != place.number or not case.is_of_agent(row):
        return no(Reason.X_SCOPE, target)
    kind = case.record.facts["kind"]
    if not row.valid or (kind == "delta" and row.type != "contribution"):
        return no(Reason.I_RULE, target, detail="target")
    return _edit(case, place) if kind == "replace" else None


def _erasure(case: Case, place: Place) -> Verdict | None:
    record = case.record
    for each in record.facts["targets"]:
        if len(each) != 32:  # an ext: whose record it is shows where the record is held
            if not place.personal:
                return no(Reason.X_SCOPE)
            continue
        row = case.rows[each]
        is_named = case.memory.get("named", each + record.agent) is not None
        if row.home != place.number or not (case.is_of_agent(row) or is_named):
            return no(Reason.X_SCOPE, each)
    return None


def _attestation(case: Case, place: Place) -> Verdict | None:
    record = case.record
    subject: bytes = record.facts["subject"]
    row = case.rows[subject]
    if place.kind == LINEAGE:
        return None  # there are other rules for it
    if row.type != "contribution" or not row.valid:
        return no(Reason.I_RULE, subject, detail="subject")
    if case.is_of_agent(row) or record.agent in gaining_by(subject, case.memory):
        return no(Reason.A_SELF, subject)
    return break_of_superseding(case, place, "subject")


_RULES: Mapping[str, Callable[[Case, Place], Verdict | None]] = {
    **GOVERNING,
    "profile": _edit,
    "project": _edit,
    "correction": _correction,
    "erasure": _erasure,
    "attestation": _attestation,
}
