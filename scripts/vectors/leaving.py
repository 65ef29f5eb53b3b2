"""Cases for agreements: who leaves, on which terms, and who answers for what (09-agreements 2.4, 2.5, 5.3)."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, evaluation, value
from meshproto.types.value import Money
from scripts.vectors.cases import key
from scripts.vectors.deals import DECLINE, HOURS, Deal, missing
from scripts.vectors.tale import Tale

CLAIMS: dict[str, Any] = {
    "cur": "EUR",
    "steps": [{"do": "pro_rata", "claim": "until_paid", "weights": [{"unit": "value"}]}],
}
COSTS: dict[str, Any] = {"cur": "EUR", "steps": [{"do": "reimburse"}, *CLAIMS["steps"]]}


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _leaves("good", "keep"),
        _leaves("good", "once"),
        _leaves("bad", "keep"),
        _leaves("bad", "drop_unpaid"),
        _without_terms(),
        _claims_are_dropped(),
        _works_again(),
        _shared_work(),
        _once_is_not_twice(),
        _refused(),
        _nobody_answers(),
        _answers_again(),
        _answers_jointly(),
        _never_signed(),
        _declines_in_doubt(),
    ]


def _carol_leaves(deal: Deal, how: str, *prev: Record, **more: Any) -> Record:
    """A version without carol, who may still take part."""
    carol = deal.people["carol"].id
    parties = {each: roles for each, roles in deal.parties.items() if each != carol}
    version = deal.version(
        "alice", *(prev or (deal.deal,)), parties=parties, named=[carol], leaves=[[carol, how]], **more
    )
    for name in ("alice", "bob", "carol"):
        if not prev or name != "carol":
            deal.accept(name, version)
    deal.tale.is_(deal.deal, state="superseded")
    return deal.tale.is_(version, state="in_force")


def _amounts(deal: Deal, shared: Record) -> dict[str, int]:
    names = {each.id: name for name, each in deal.people.items()}
    return {names[agent]: amount for agent, amount, *_ in shared.facts["lines"]}


def _agreed(deal: Deal, *shared: Record) -> Tale:
    for each in shared:
        deal.all_accept(each, "alice", "bob")
        deal.tale.is_(each, state="effective")
    return deal.tale


def _leaves(how: str, terms: str) -> Tale:
    leaver = {"good": "keep", "bad": "keep", how: terms}
    deal = Deal(f"carol leaves as a {how} leaver, which is agreed to mean {terms}", "carol", leaver=leaver)
    deal.work("carol", 60, "bob")
    second = _carol_leaves(deal, how)
    deal.work("alice", 60, "bob")
    one = deal.share("alice", deal.income(1000), version=second)
    assert _amounts(deal, one) == ({"alice": 1000} if terms == "drop_unpaid" else {"alice": 500, "carol": 500})
    deal.work("carol", 30, "bob")
    late = deal.tale.records[-2]
    assert late.type == "contribution"
    again = deal.version("bob", second, parties=dict(second.facts["parties"]), named=[deal.people["carol"].id])
    deal.all_accept(again, "alice", "bob")
    deal.tale.is_(second, state="superseded")
    two = deal.share("alice", deal.income(1001), version=again, prev=one)
    assert _amounts(deal, two) == {"carol": 1001}
    return _agreed(deal, one, two)


def _without_terms() -> Tale:
    deal = Deal("who leaves is paid like everybody if nothing was agreed about it", "carol")
    deal.work("carol", 60, "bob")
    second = _carol_leaves(deal, "bad")
    one = deal.share("alice", deal.income(1000), version=second)
    assert _amounts(deal, one) == {"carol": 1000}
    return _agreed(deal, one)


def _claims_are_dropped() -> Tale:
    leaver = {"good": "keep", "bad": "drop_unpaid"}
    deal = Deal(
        "open claims are dropped, costs that were advanced are not", "carol", leaver=leaver, value_equation=COSTS
    )
    for name in ("carol", "alice"):
        deal.work(name, 60, "bob", value=Money(300, "EUR"))
    one = deal.share("alice", deal.income(200))
    assert _amounts(deal, one) == {"alice": 100, "carol": 100}
    _pays(deal, 50)
    second = _carol_leaves(deal, "bad", value_equation=COSTS)
    two = deal.share("alice", deal.income(1000), version=second, prev=one)
    assert _amounts(deal, two) == {"alice": 200, "carol": 50}
    tale = deal.tale
    deal.all_accept(one)
    tale.is_(one, state="effective")
    return _agreed(deal, two)


def _pays(deal: Deal, cents: int) -> None:
    """Carol advances some money."""
    facts = value.contribution(
        kind="money", qty=value.Measure(1, 0, "C62"), when=("2025-11-20", "2025-11-21"), value=Money(cents, "EUR")
    )
    made = deal.tale.is_(deal.write("carol", "contribution", facts), state="acknowledged")
    deal.write("bob", "attestation", evaluation.attestation(made.id))


def _works_again() -> Tale:
    leaver = {"good": "once", "bad": "drop_unpaid"}
    deal = Deal(
        "what is attested once more after the last payment is not paid twice", "carol", leaver=leaver, late="catch_up"
    )
    deal.work("carol", 60, "bob")
    second = _carol_leaves(deal, "good", late="catch_up")
    one = deal.share("alice", deal.income(1000), version=second)
    deal.work("alice", 60, "bob")
    two = deal.share("alice", deal.income(1001), version=second, prev=one)
    again = deal.share("bob", version=second, prev=two, restates=one)
    assert [_amounts(deal, each) for each in (one, two)] == [{"carol": 1000}, {"alice": 1001}]
    deal.tale.is_(again, state="proposed")
    return _agreed(deal, one, two)


def _shared_work() -> Tale:
    leaver = {"good": "keep", "bad": "drop_unpaid"}
    deal = Deal("of work that was done together only the part of who leaves is dropped", "carol", "dan", leaver=leaver)
    alice, carol = (deal.people[name].id for name in ("alice", "carol"))
    deal.work("alice", 60, "bob", shares={alice: 1, carol: 1})
    deal.work("dan", 30, "bob")
    parties = {each: roles for each, roles in deal.parties.items() if each != carol}
    second = deal.version("alice", deal.deal, parties=parties, named=[carol], leaves=[[carol, "bad"]])
    deal.all_accept(second, "alice", "bob", "carol", "dan")
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(second, state="in_force")
    one = deal.share("alice", deal.income(1000), version=second)
    assert _amounts(deal, one) == {"alice": 500, "dan": 500}
    deal.tale.is_(one, state="proposed", **missing(deal, "alice", "bob", "dan"))
    return deal.tale


def _once_is_not_twice() -> Tale:
    equation = {
        "cur": "EUR",
        "steps": [{"do": "fixed", "pay": [[Tale("").person("alice", "holder").id, 1000]]}, *HOURS["steps"]],
    }
    leaver = {"good": "once", "bad": "keep"}
    deal = Deal("once means the next distribution, whether it reaches the work or not", "carol", leaver=leaver)
    deal.work("carol", 60, "bob")
    second = _carol_leaves(deal, "good", value_equation=equation)
    deal.work("bob", 60, "alice")
    one = deal.share("alice", deal.income(1000), version=second)
    two = deal.share("alice", deal.income(3000), version=second, prev=one)
    assert [_amounts(deal, each) for each in (one, two)] == [{"alice": 1000}, {"alice": 1000, "bob": 2000}]
    return _agreed(deal, one, two)


def _refused() -> Tale:
    deal = Deal(
        "only a party of the version before leaves, and only if it is a party no more", "carol", "eve", named=("eve",)
    )
    tale = deal.tale
    carol, eve = (deal.people[name] for name in ("carol", "eve"))
    parties = {each: roles for each, roles in deal.parties.items() if each != carol.id}
    wrong = deal.version("alice", deal.deal, parties=parties, leaves=[[eve.id, "good"]])
    tale.no(wrong, Reason.I_RULE, eve, detail="leaves")
    wrong = deal.version("alice", deal.deal, leaves=[[carol.id, "good"]])
    tale.no(wrong, Reason.I_RULE, carol, detail="leaves")
    right = deal.version("alice", deal.deal, parties=parties, leaves=[[carol.id, "good"]])
    tale.is_(right, state="proposed")
    return tale


def _answering(description: str, *finals: str, liability: str = "several", **more: Any) -> Deal:
    """An agreement with carol, a client, to whom some answer for the shop."""
    names = {name: Tale("").person(name, "holder").id for name in ("alice", "bob", "carol")}
    duties = [{"to": names["carol"], "scope": "shop", "final": names[each], "liability": liability} for each in finals]
    return Deal(description, "carol", roles={"carol": ["client"]}, responsibility=duties, **more)


def _decline(deal: Deal, name: str, version: Record | None = None, **more: Any) -> Record:
    return deal.write(name, "countersign", {"target": (version or deal.deal).id, "decision": DECLINE}, **more)


def _nobody_answers() -> Tale:
    deal = _answering("who answers for something gives it up, until another does", "bob")
    _decline(deal, "alice")
    tale = deal.tale
    left = deal.version("alice", deal.deal, responsibility=deal.deal.facts["responsibility"])
    _decline(deal, "bob")
    tale.is_(deal.deal, state="in_force", flags=["vacant"])
    tale.is_(left, state="proposed")
    return tale


def _answers_again() -> Tale:
    deal = _answering("who gave something up may take it on again", "bob")
    _decline(deal, "bob")
    deal.accept("bob", deal.deal)
    deal.tale.is_(deal.deal, state="in_force")
    return deal.tale


def _answers_jointly() -> Tale:
    deal = _answering(
        "of two who answer jointly and severally one is enough", "alice", "bob", liability="joint_and_several"
    )
    _decline(deal, "bob")
    second = deal.version("alice", deal.deal, responsibility=deal.deal.facts["responsibility"])
    deal.all_accept(second)
    for name in ("alice", "bob"):
        _decline(deal, name, second)
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(second, state="in_force", flags=["vacant"])
    return deal.tale


def _never_signed() -> Tale:
    deal = _answering(
        "who has not signed answers for nothing, though others made the version binding", "bob", amendment=2
    )
    second = deal.version("alice", deal.deal, responsibility=deal.deal.facts["responsibility"], amendment=2)
    deal.all_accept(second, "alice", "carol")
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(second, state="in_force", flags=["vacant"])
    return deal.tale


def _declines_in_doubt() -> Tale:
    deal = _answering("a contested refusal gives up nothing", "bob")
    bob = deal.people["bob"]
    phone = deal.tale.write("bob", bob, "grant", authority.device(key("phone").public))
    deal.tale.is_(phone, state="removed")
    facts = {"target": deal.deal.id, "decision": DECLINE}
    said = deal.tale.write("phone", deal.deal, "countersign", facts, agent=bob, auth=[phone])
    revoke = deal.tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    deal.tale.contested(said, Reason.C_REVOKED, revoke)
    deal.tale.is_(deal.deal, state="in_force")
    return deal.tale
