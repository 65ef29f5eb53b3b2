"""Whether what a record names is what it takes it for."""

from collections.abc import Iterable

from meshproto.fold.authority import Case, Verdict, no
from meshproto.fold.concerns import concern_of
from meshproto.fold.places import Place
from meshproto.records.reasons import Reason


def is_here(case: Case, place: Place, type_: str, record_id: bytes) -> bool:
    """Whether something that a record names is a valid record of a type in the same scope."""
    row = case.rows[record_id]
    return row.home == place.number and row.type == type_ and row.valid


def all_here(case: Case, place: Place, name: str, type_: str, ids: Iterable[bytes]) -> Verdict | None:
    """The verdict if one of some records, which stand in a fact of this name, is not what it is to be."""
    for each in ids:
        if not is_here(case, place, type_, each):
            return no(Reason.I_RULE, each, detail=name)
    return None


def break_of_superseding(case: Case, place: Place, same: str) -> Verdict | None:
    """The verdict if something that a record supersedes is not of the same agent and about the same."""
    record = case.record
    for each in record.facts.get("supersedes", ()):
        if found := all_here(case, place, "supersedes", record.type, [each]):
            return found
        before = concern_of(case.memory, each)
        if before.agent != record.agent or before.facts[same] != record.facts[same]:
            return no(Reason.I_RULE, each, detail="supersedes")
    return None
