"""Cases for agreements: distributions before and after the equation is amended (08-equations 9)."""

from typing import Any

from meshproto.records.record import Record
from meshproto.types import value
from scripts.vectors.deals import HOURS, Deal
from scripts.vectors.tale import Tale

EQUAL: dict[str, Any] = {"cur": "EUR", "steps": [{"do": "equal"}]}
COSTS: dict[str, Any] = {"do": "reimburse"}
PRICES: dict[str, Any] = {
    "do": "pro_rata",
    "claim": "until_paid",
    "weights": [{"match": {"kind": ["work"]}, "unit": "value"}],
}


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _amended(),
        _earned_once(),
        _paid_once(),
        _begun_anew(),
        _brackets_go_on(),
        _refund_of_an_older_version(),
        _shared_before_a_conflict(),
        _shared_after_a_conflict(),
    ]


def _amended() -> Tale:
    """An equation is amended between two distributions."""
    deal = Deal("an amended equation goes on with what was not shared before")
    deal.work("alice", 60, "bob")
    first = deal.share("bob", deal.income(1000))
    deal.all_accept(first)
    second = deal.version("bob", deal.deal, value_equation=EQUAL)
    deal.all_accept(second)
    shared = deal.share("bob", deal.income(1001), version=second, prev=first)
    deal.all_accept(shared)
    assert sorted(line[1] for line in shared.facts["lines"]) == [500, 501]
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(second, state="in_force")
    deal.tale.is_(first, state="effective")
    deal.tale.is_(shared, state="effective")
    return deal.tale


def _amend(deal: Deal, version: Record, *steps: Any, **more: Any) -> Record:
    found = deal.version("bob", version, value_equation={"cur": "EUR", "steps": [*steps]}, **more)
    deal.all_accept(found)
    deal.tale.is_(version, state="superseded")
    deal.tale.is_(found, state="in_force")
    return found


def _effective(deal: Deal, shared: Record, **amounts: int) -> Record:
    deal.all_accept(shared)
    found = {line[0]: line[1] for line in shared.facts["lines"]}
    assert found == {deal.people[name].id: amount for name, amount in amounts.items()}, found
    return deal.tale.is_(shared, state="effective")


def _earned_once() -> Tale:
    """Steps at other places, with other rates, and to catch up."""
    deal = Deal("work that one version paid weighs nothing in the next, at whatever step")
    deal.work("alice", 60, "bob")
    first = _effective(deal, deal.share("bob", deal.income(1000)), alice=1000)
    by_rate = {**HOURS["steps"][0], "weights": [{"unit": "MIN", "rate": [["*", [3, 1]]]}]}
    second = _amend(deal, deal.deal, COSTS, by_rate, late="catch_up")
    deal.work("bob", 30, "alice")
    _effective(deal, deal.share("bob", deal.income(700), version=second, prev=first), bob=700)
    return deal.tale


def _paid_once() -> Tale:
    deal = Deal("what one version paid on a cost or a price the next does not pay again")
    deal.work("alice", 60, "bob", value=value.Money(1000, "EUR"))
    terms = [COSTS, PRICES]
    first = _amend(deal, deal.deal, *terms)
    one = _effective(deal, deal.share("bob", deal.income(400), version=first), alice=400)
    second = _amend(deal, first, *reversed(terms), *EQUAL["steps"])
    _effective(deal, deal.share("bob", deal.income(800), version=second, prev=one), alice=700, bob=100)
    return deal.tale


def _begun_anew() -> Tale:
    deal = Deal("agreed amounts and caps begin anew with a version")
    alice = deal.people["alice"].id
    fee = {"do": "fixed", "claim": "once", "pay": [[alice, 100]]}
    capped = {**HOURS["steps"][0], "cap": [["*", {"lifetime": 300}]]}
    first = _amend(deal, deal.deal, fee, capped, *EQUAL["steps"])
    deal.work("alice", 60, "bob")
    one = _effective(deal, deal.share("bob", deal.income(600), version=first), alice=500, bob=100)
    deal.work("alice", 60, "bob")
    two = _effective(deal, deal.share("bob", deal.income(200), version=first, prev=one), alice=100, bob=100)
    second = _amend(deal, first, fee, capped, *EQUAL["steps"], from_="2025-12-01")
    deal.work("alice", 60, "bob")
    three = deal.share("bob", deal.income(600), version=second, prev=two)
    _effective(deal, three, alice=500, bob=100)
    return deal.tale


def _brackets_go_on() -> Tale:
    deal = Deal("brackets count the income of all versions")
    alice, bob = (deal.people[name].id for name in ("alice", "bob"))
    below, above = ([{"do": "residual", "agent": each}] for each in (alice, bob))
    brackets = [{"to": 1000, "steps": below}, {"steps": above}]
    first = _effective(deal, deal.share("bob", deal.income(600)))
    second = _amend(deal, deal.deal, {"do": "tiers", "brackets": brackets})
    # What was carried is income of before, and is brought along now.
    two = _effective(deal, deal.share("bob", deal.income(900), version=second, prev=first), alice=1000, bob=500)
    _effective(deal, deal.share("bob", deal.income(100), version=second, prev=two), bob=100)
    return deal.tale


def _refund_of_an_older_version() -> Tale:
    deal = Deal("a refund runs the equation of the distribution that it gives back, and tells its steps")
    deal.work("alice", 60, "bob")
    first = _amend(deal, deal.deal, COSTS, *HOURS["steps"])
    income = deal.income(1000)
    one = _effective(deal, deal.share("bob", income, version=first), alice=1000)
    second = _amend(deal, first, *EQUAL["steps"])
    two = _effective(deal, deal.share("bob", deal.income(100), version=second, prev=one), alice=50, bob=50)
    back = deal.share("bob", deal.income(-300, refunds=income.id), version=second, prev=two)
    assert back.facts["lines"] == [[deal.people["alice"].id, -300, 0, [["steps[1]", -300]]]]
    _effective(deal, back, alice=-300)
    return deal.tale


def _shared_before_a_conflict() -> Tale:
    """A distribution under the version before two that are in conflict."""
    deal = Deal("what was shared before two signed versions stays, what is shared under one of them is frozen")
    tale, first = deal.tale, deal.deal
    deal.work("alice", 60, "bob")
    early = deal.share("alice", deal.income(1000))
    deal.all_accept(early)
    one = deal.version("alice", first, from_="2025-12-01")
    two = deal.version("bob", first, from_="2025-12-02")
    later = deal.share("alice", deal.income(1001), version=one, prev=early)
    for each in (one, two, later):
        deal.all_accept(each)
    tale.is_(first, state="superseded")
    tale.is_(early, state="effective")
    tale.is_(one, state="conflict", reason="K-CONFLICT", ids=[two.id.hex()])
    tale.is_(two, state="conflict", reason="K-CONFLICT", ids=[one.id.hex()])
    tale.is_(later, state="contested", reason="K-CONFLICT", ids=[one.id.hex()])
    return tale


def _shared_after_a_conflict() -> Tale:
    """A distribution under the version that settles a conflict, after one before it."""
    deal = Deal("what is shared under the version that names both goes on from before them")
    deal.work("alice", 60, "bob")
    early = deal.share("alice", deal.income(1000))
    one = deal.version("alice", deal.deal, from_="2025-12-01")
    two = deal.version("bob", deal.deal, from_="2025-12-02")
    third = deal.version("bob", one, two)
    later = deal.share("alice", deal.income(1001), version=third, prev=early)
    for each in (early, one, two, third, later):
        deal.all_accept(each)
    for each in (early, later):
        deal.tale.is_(each, state="effective")
    for each in (deal.deal, one, two):
        deal.tale.is_(each, state="superseded")
    return deal.tale
