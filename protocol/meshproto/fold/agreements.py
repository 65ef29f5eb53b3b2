"""The rules of types that are written in agreement scopes, and what is remembered of what keeps them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from meshproto.fold.authority import Case, Verdict, no
from meshproto.fold.concerns import Concern, concern_of, note_concern
from meshproto.fold.deciding import break_of_ruling
from meshproto.fold.lineages import note_version, read_version, takes_part, version_of
from meshproto.fold.memory import Memory
from meshproto.fold.named import all_here, break_of_superseding
from meshproto.fold.places import NETWORK, Place, read_agent
from meshproto.fold.sharing import Shared
from meshproto.fold.within import Within
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types.accounts import losers_of
from meshproto.types.agreement import approvers_of, electors_of, participants_of, parties_of


def may_answer(case: Case, target: bytes) -> Verdict | None:
    """Whether somebody may accept or decline what another has written in an agreement scope."""
    row, agent = case.rows[target], case.record.agent
    facts = version_of(case.memory, target).facts if row.type == "agreement" else concern_of(case.memory, target).facts
    match row.type:
        case "agreement":
            before = [version_of(case.memory, each).facts for each in facts.get("prev", ())]
            may = any(agent in parties_of(each) for each in (facts, *before))
        case "contribution":
            may = agent in [each for each, _ in facts.get("shares", ())]
        case "distribution":
            may = agent in (*approvers_of(version_of(case.memory, facts["agreement"]).facts), *losers_of(facts))
        case "settlement":
            may = agent in (facts["from"], facts["to"])
        case "commitment":
            may = agent in (facts["provider"], facts["receiver"])
        case "resolution":
            may = agent in electors_of(version_of(case.memory, facts["agreement"]).facts)[0]
        case _:
            may = True
    return None if may else no(Reason.X_SCOPE, target)


def _agreement(case: Case, place: Place) -> Verdict | None:
    for each in participants_of(case.record.facts):
        agent = read_agent(case.memory, each)
        if agent is None or agent.kind == NETWORK:
            return no(Reason.I_RULE, each, detail="parties")
    facts = case.record.facts
    return all_here(case, place, "prev", "agreement", facts.get("prev", ())) or _break_of_leaving(case, facts)


def _break_of_leaving(case: Case, facts: Mapping[str, Any]) -> Verdict | None:
    before = {agent for each in facts.get("prev", ()) for agent in parties_of(version_of(case.memory, each).facts)}
    for agent, _ in facts.get("leaves", ()):
        if agent not in before or agent in parties_of(facts):
            return no(Reason.I_RULE, agent, detail="leaves")
    return None


def _all_take_part(case: Case, name: str, agents: Iterable[bytes]) -> Verdict | None:
    mask = case.findings.mask if case.findings else 0
    for each in agents:
        if not takes_part(each, case.record.scope, mask, case.memory):
            return no(Reason.I_RULE, each, detail=name)
    return None


def _contribution(case: Case, place: Place) -> Verdict | None:
    return _all_take_part(case, "shares", [each for each, _ in case.record.facts.get("shares", ())])


def _attestation(case: Case, place: Place) -> Verdict | None:
    facts, memory = case.record.facts, case.memory
    subject: bytes = facts["subject"]
    if found := all_here(case, place, "subject", "contribution", [subject]):
        return found
    work = concern_of(memory, subject)
    if found := _attestation_of_own(case, subject, work):
        return found
    if "qty" in facts and facts["qty"]["u"] != work.facts["qty"]["u"]:
        return no(Reason.I_RULE, subject, detail="qty")
    return break_of_superseding(case, place, "subject")


def _attestation_of_own(case: Case, subject: bytes, work: Concern) -> Verdict | None:
    sharing = [each for each, _ in work.facts.get("shares", ())]
    # SPEC 04-fold 4.5: The author is also the subject's, or among its `shares` or `beneficiaries`: `A-SELF` with the
    # subject.
    if case.record.agent in (work.agent, *sharing, *work.facts.get("beneficiaries", ())):
        return no(Reason.A_SELF, subject)
    return None


def _allocation(case: Case, place: Place) -> Verdict | None:
    receivers = [each for each, _ in case.record.facts["points"]]
    return _all_take_part(case, "points", receivers) or break_of_superseding(case, place, "round")


def _income(case: Case, place: Place) -> Verdict | None:
    facts = case.record.facts
    if "from" in facts and read_agent(case.memory, facts["from"]) is None:
        return no(Reason.I_RULE, facts["from"], detail="from")
    if "refunds" not in facts:
        return None
    refunded: bytes = facts["refunds"]
    if found := all_here(case, place, "refunds", "income", [refunded]):
        return found
    income = concern_of(case.memory, refunded)
    same = income.agent == case.record.agent and income.facts["net"]["cur"] == facts["net"]["cur"]
    if not same or "refunds" in income.facts or not _can_refund(facts, income.facts):
        return no(Reason.I_RULE, refunded, detail="refunds")
    return None


def _can_refund(refund: Mapping[str, Any], income: Mapping[str, Any]) -> bool:
    return all(income[name]["amt"] + refund[name]["amt"] >= 0 for name in ("gross", "tax", "net"))


def _distribution(case: Case, place: Place) -> Verdict | None:
    facts = case.record.facts
    version: bytes = facts["agreement"]
    found = (
        all_here(case, place, "agreement", "agreement", [version])
        or all_here(case, place, "incomes", "income", facts["incomes"])
        or all_here(case, place, "prev", "distribution", [facts["prev"]] if "prev" in facts else [])
    )
    if found:
        return found
    if case.record.agent not in parties_of(version_of(case.memory, version).facts):
        return no(Reason.X_SCOPE, version)
    assert case.findings is not None  # it came past the questions of authority
    before: bytes = facts.get("prev", b"")
    kept = case.chains.take(before)
    past = Within(case.rows.values(), case.findings.mask, case.memory, case.knowledge, kept.reach if kept else None)
    shared = Shared(case.record.scope, facts, past, case.memory, kept)
    broken = shared.break_of_rule()
    case.entered = [*shared.entered]
    if broken is None:
        case.chains.keep(case.record.id, shared.chain())
    elif kept is not None and not shared.is_told:
        case.chains.keep(before, kept)
    return broken


def _settlement(case: Case, place: Place) -> Verdict | None:
    facts = case.record.facts
    return (
        _all_take_part(case, "from", [facts["from"]])
        or _all_take_part(case, "to", [facts["to"]])
        or all_here(case, place, "applied", "distribution", [each for each, _ in facts.get("applied", ())])
    )


def _commitment(case: Case, place: Place) -> Verdict | None:
    facts = case.record.facts
    return _all_take_part(case, "provider", [facts["provider"]]) or _all_take_part(
        case, "receiver", [facts["receiver"]]
    )


def _erasure(case: Case, place: Place) -> Verdict | None:
    """Nobody takes away the words of what others have signed."""
    for each in case.record.facts["targets"]:
        if len(each) == 32 and read_version(case.memory, each) is not None:
            return no(Reason.X_SCOPE, each)
    return None


RULES: Mapping[str, Callable[[Case, Place], Verdict | None]] = {
    "agreement": _agreement,
    "contribution": _contribution,
    "attestation": _attestation,
    "allocation": _allocation,
    "income": _income,
    "distribution": _distribution,
    "settlement": _settlement,
    "commitment": _commitment,
    "erasure": _erasure,
    "resolution": break_of_ruling,
}
"""The rules that hold in agreement scopes, beside those that hold everywhere."""


def note_in_lineage(case: Case) -> int:
    """Remember a valid record of an agreement scope; gives the bit by which others know of it, 0 if they need not."""
    record, memory = case.record, case.memory
    note_in_words(record, memory)
    if record.type == "agreement":
        return note_version(record, case.knowledge, memory)
    if record.type == "distribution":
        memory.put("entered", record.id, case.entered)
    return 0


def note_in_words(record: Record, memory: Memory) -> None:
    """Remember what a valid record of an agreement scope says."""
    if record.type in _REMEMBERED:
        note_concern(record, memory)


_REMEMBERED = frozenset(
    (
        *("contribution", "attestation", "allocation", "income", "distribution", "settlement", "commitment"),
        *("correction", "recognition", "resolution"),
    )
)
