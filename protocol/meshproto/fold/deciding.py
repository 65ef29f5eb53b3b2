"""What a resolution of an agreement may decide, and under which version (04-fold 4.5)."""

from typing import cast

from meshproto.fold.authority import Case, Verdict, no
from meshproto.fold.concerns import concern_of
from meshproto.fold.leaving import followed_by
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.named import all_here, is_here
from meshproto.fold.places import Place, read_place
from meshproto.fold.sharing import chain_of
from meshproto.fold.standing import row_of
from meshproto.records.reasons import Reason
from meshproto.types.agreement import electors_of, parties_of
from meshproto.types.rulings import PICK

_PICKED = ("agreement", "distribution")
_PAYMENTS = ("settlement", "commitment")


def break_of_ruling(case: Case, place: Place) -> Verdict | None:
    """The rule that a resolution of an agreement breaks, if any."""
    facts = case.record.facts
    version: bytes = facts["agreement"]
    if found := all_here(case, place, "agreement", "agreement", [version]):
        return found
    terms = version_of(case.memory, version).facts
    if case.record.agent not in electors_of(terms)[0]:
        return no(Reason.X_SCOPE, version)
    if found := all_here(case, place, "prev", "resolution", facts["prev"]):
        return found
    numbers = [each.number for agent in parties_of(terms) if (each := read_place(case.memory, agent))]
    fits = _is_choice if facts["outcome"] == PICK else _is_bond
    for each in facts["about"]:
        if not fits(case, place, each) or (facts["outcome"] != PICK and case.rows[each].author not in numbers):
            return no(Reason.I_RULE, each, detail="about")
    return _break_of_ground(case, version)


def _is_choice(case: Case, place: Place, subject: bytes) -> bool:
    """Whether a pick may be about something."""
    type_ = case.rows[case.record.facts["pick"]].type
    return type_ in _PICKED and is_here(case, place, type_, subject)


def _is_bond(case: Case, place: Place, subject: bytes) -> bool:
    """Whether something obliges its author, so that it waits for a decision if it is contested."""
    if any(is_here(case, place, each, subject) for each in _PAYMENTS):
        return True
    target = cast(bytes | None, case.memory.get("accept", subject))
    is_accept = target is not None and is_here(case, place, "countersign", subject)
    return is_accept and row_of(case.memory, cast(bytes, target)).type in (*_PICKED, *_PAYMENTS)


def _break_of_ground(case: Case, version: bytes) -> Verdict | None:
    """Whether it decides under the newest version that all it is about rests on."""
    facts, memory = case.record.facts, case.memory
    grounds: set[bytes] | None = None
    for each in facts["about"]:
        under = _grounds(each, memory)
        if facts["outcome"] == PICK and not _before(each, memory).isdisjoint(facts["about"]):
            return no(Reason.I_RULE, each, detail="about")
        if under is not None:
            grounds = under if grounds is None else grounds & under
    if grounds is not None and (
        version not in grounds or any(version in followed_by(each, memory) for each in grounds)
    ):
        return no(Reason.I_RULE, version, detail="agreement")
    return None


def _before(subject: bytes, memory: Memory) -> set[bytes]:
    """What a version or distribution comes after."""
    if row_of(memory, subject).type == "agreement":
        return followed_by(subject, memory)
    return {*chain_of(subject, memory)[:-1]}


def _grounds(subject: bytes, memory: Memory) -> set[bytes] | None:
    """The versions on which something rests; None if it may be any."""
    row = row_of(memory, subject)
    if row.type == "countersign":
        return _grounds(cast(bytes, memory.get("accept", subject)), memory)
    if row.type in _PAYMENTS:
        return None
    if row.type == "agreement":
        return followed_by(subject, memory)
    version: bytes = concern_of(memory, subject).facts["agreement"]
    return {version, *followed_by(version, memory)}
