"""Agreement scopes, by the text (2.4, 4.5, 6.1): who takes part, who may answer what, what limits are compared with."""

from typing import Any

from meshproto.records.ids import ext
from meshproto.records.record import Record
from meshproto.types.agreement import approvers_of, electors_of, participants_of, parties_of
from tests.support.reference.rulings import check_ruling
from tests.support.reference.sharing import check_sums
from tests.support.reference.validity import Case, refuse
from tests.support.reference.world import World

ANSWERED = ("agreement", "contribution", "income", "distribution", "settlement", "commitment")


def check_agreement_rules(case: Case) -> None:
    """4.5."""
    record, world = case.record, case.world
    facts: dict[str, Any] = record.facts
    match record.type:
        case "agreement":
            for each in participants_of(facts):
                if not world.is_agent(each, "PO"):
                    raise refuse("I-RULE", each, detail="parties")
            _here(case, "prev", "agreement", facts.get("prev", []))
            for agent, _ in facts.get("leaves", []):
                before = [parties_of(world.records[each].facts) for each in facts.get("prev", [])]
                if agent in parties_of(facts) or not any(agent in each for each in before):
                    raise refuse("I-RULE", agent, detail="leaves")
        case "contribution":
            _participants(case, "shares", [agent for agent, _ in facts.get("shares", [])])
        case "attestation":
            _attestation(case)
        case "allocation":
            _participants(case, "points", [agent for agent, _ in facts["points"]])
            _supersedes(case, "round")
        case "income":
            _income(case)
        case "distribution":
            _distribution(case)
        case "settlement":
            _participants(case, "from", [facts["from"]])
            _participants(case, "to", [facts["to"]])
            _here(case, "applied", "distribution", [each for each, _ in facts.get("applied", [])])
        case "commitment":
            _participants(case, "provider", [facts["provider"]])
            _participants(case, "receiver", [facts["receiver"]])
        case "resolution":
            check_ruling(case)
        case "erasure":
            for each in facts["targets"]:
                if len(each) == 32 and _is_here(case, each, "agreement"):
                    raise refuse("X-SCOPE", each)


def _is_here(case: Case, each: bytes, type_: str) -> bool:
    record = case.world.records[each]
    return record.type == type_ and record.home == case.record.home and case.world.valid(each)


def _here(case: Case, name: str, type_: str, ids: list[bytes]) -> None:
    for each in ids:
        if not _is_here(case, each, type_):
            raise refuse("I-RULE", each, detail=name)


def _participants(case: Case, name: str, agents: list[bytes]) -> None:
    for each in agents:
        if not case.world.takes_part(each, case.record):
            raise refuse("I-RULE", each, detail=name)


def _supersedes(case: Case, same: str) -> None:
    record = case.record
    for each in case.world.listed(record, "supersedes"):
        before = case.world.records[each]
        is_own = _is_here(case, each, record.type) and before.agent == record.agent
        if not is_own or before.facts[same] != record.facts[same]:
            raise refuse("I-RULE", each, detail="supersedes")


def _attestation(case: Case) -> None:
    facts = case.record.facts
    _here(case, "subject", "contribution", [facts["subject"]])
    subject = case.world.records[facts["subject"]]
    sharing = [agent for agent, _ in case.world.listed(subject, "shares")]
    if case.record.agent in [subject.agent, *sharing, *case.world.listed(subject, "beneficiaries")]:
        raise refuse("A-SELF", subject.id)
    if facts.get("qty", subject.facts["qty"])["u"] != subject.facts["qty"]["u"]:
        raise refuse("I-RULE", subject.id, detail="qty")
    _supersedes(case, "subject")


def _income(case: Case) -> None:
    facts = case.record.facts
    if "from" in facts and not case.world.is_agent(facts["from"]):
        raise refuse("I-RULE", facts["from"], detail="from")
    if "refunds" not in facts:
        return
    _here(case, "refunds", "income", [facts["refunds"]])
    income = case.world.records[facts["refunds"]]
    wrong = income.agent != case.record.agent or income.facts["net"]["cur"] != facts["net"]["cur"]
    more = any(-facts[each]["amt"] > income.facts[each]["amt"] for each in ("gross", "tax", "net"))
    if wrong or more or "refunds" in income.facts:
        raise refuse("I-RULE", income.id, detail="refunds")


def _distribution(case: Case) -> None:
    facts = case.record.facts
    _here(case, "agreement", "agreement", [facts["agreement"]])
    _here(case, "incomes", "income", facts["incomes"])
    _here(case, "prev", "distribution", [facts["prev"]] if "prev" in facts else [])
    if case.record.agent not in parties_of(case.world.records[facts["agreement"]].facts):
        raise refuse("X-SCOPE", facts["agreement"])
    check_sums(case)


def check_answer(case: Case, target: Record) -> None:
    """Who accepts what of others."""
    agent, facts = case.record.agent, target.facts
    if case.world.of(target.id, agent):
        return
    may: dict[str, list[bytes]] = {
        "agreement": [],
        "contribution": [each for each, _ in case.world.listed(target, "shares")],
        "income": [agent],
        "settlement": [facts.get("from", b""), facts.get("to", b"")],
        "commitment": [facts.get("provider", b""), facts.get("receiver", b"")],
        "distribution": [],
        "resolution": [],
    }
    if target.type == "resolution":
        may["resolution"] = electors_of(case.world.records[facts["agreement"]].facts)[0]
    if target.type == "agreement":
        versions = [target, *(case.world.records[each] for each in facts.get("prev", []))]
        may["agreement"] = [party for each in versions for party in parties_of(each.facts)]
    if target.type == "distribution":
        losing = [line[0] for line in facts["lines"] if "restates" in facts and line[1] + line[2] < 0]
        may["distribution"] = approvers_of(case.world.records[facts["agreement"]].facts) + losing
    if agent not in may[target.type]:
        raise refuse("X-SCOPE", target.id)


def exceeds(world: World, record: Record, limits: dict[str, Any]) -> bool:
    """6.1: whether a record is beyond the limits of a grant."""
    if record.type == "countersign" and world.kind(record.home) == "L":
        target = world.records[record.facts["target"]]
        return target.type in ANSWERED and exceeds(world, target, limits)
    facts = record.facts
    covers = world.records[record.home].facts.get("covers", [])
    amount: Any = None
    match record.type:
        case "contribution":
            project = facts.get("project", b"")
            day, covers, amount = facts["when"]["to"], [ext(project) if len(project) == 32 else project], "free"
        case "agreement":
            day, covers, amount = facts["from"], facts.get("covers", []), facts.get("worth")
        case "income":
            day, amount = facts["on"], facts["gross"]
        case "distribution":
            covers = world.records[facts["agreement"]].facts.get("covers", [])
            total = sum(abs(each) for line in facts["lines"] for each in line[1:3])
            day, amount = facts["to"], {"amt": total, "cur": facts["carry"]["cur"]}
        case "settlement":
            day, amount = facts["on"], facts["amount"]
        case "commitment":
            day, amount = facts["due"], facts.get("price")
        case _:
            return False
    if limits.get("until", day) < day or limits.get("project", b"") not in (b"", *covers):
        return True
    if "max" not in limits or amount == "free":
        return False
    most = limits["max"]
    return amount is None or amount["cur"] != most["cur"] or abs(amount["amt"]) > most["amt"]
