"""Cases for agreements: distributions that restate an earlier one (02-types 16, 09-agreements 5)."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, evaluation, identity
from scripts.vectors.cases import key, work
from scripts.vectors.deals import Deal, missing
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _late_work_is_taken_in(),
        _all_who_lose_consent(),
        _who_only_takes_part_consents(),
        _consent_is_shaken(),
        _with_ballots(),
        _refused(),
    ]


def _shared_too_early(description: str, *names: str, **more: Any) -> tuple[Deal, Record]:
    """An income that alice and bob share, before carol's work is seen."""
    deal = Deal(description, "carol", *names, **({"approval": 1} | more))
    deal.work("alice", 60, "bob")
    deal.work("bob", 30, "alice")
    first = deal.share("carol", deal.income(900))
    deal.accept("carol", first)
    deal.tale.is_(first, state="effective")
    deal.work("carol", 90, "bob")
    return deal, first


def _late_work_is_taken_in() -> Tale:
    deal, first = _shared_too_early("late work is taken into what was shared, once all who lose by it agree")
    again = deal.share("carol", prev=first, restates=first)
    for name in ("alice", "bob", "carol"):
        deal.accept(name, again)
    deal.tale.is_(again, state="effective")
    assert sorted(line[1] for line in again.facts["lines"]) == [-300, -150, 450]
    deal.work("carol", 30, "bob")
    after = deal.share("bob", deal.income(1000), prev=again)
    deal.accept("bob", after)
    deal.tale.is_(after, state="effective")
    assert [line[1] for line in after.facts["lines"]] == [1000]
    back = deal.share("bob", deal.income(-900, refunds=deal.tale.records[_first_income(deal)].id), prev=after)
    deal.tale.is_(back, state="proposed")
    return deal.tale


def _first_income(deal: Deal) -> int:
    return next(place for place, each in enumerate(deal.tale.records) if each.type == "income")


def _all_who_lose_consent() -> Tale:
    deal, first = _shared_too_early(
        "one who loses does not agree, so nothing is restated, nor anything after it shared"
    )
    again = deal.share("carol", prev=first, restates=first)
    after = deal.share("carol", deal.income(1000), prev=again)
    for name in ("alice", "carol"):
        deal.accept(name, again)
    deal.accept("carol", after)
    deal.tale.is_(again, state="proposed", **missing(deal, "bob"))
    deal.tale.is_(after, state="proposed")
    return deal.tale


def _who_only_takes_part_consents() -> Tale:
    deal = Deal("who is no party consents if he loses, and answers for nothing else", "eve", named=("eve",), approval=1)
    deal.work("eve", 60, "bob")
    first = deal.share("bob", deal.income(900))
    deal.accept("bob", first)
    deal.tale.no(deal.accept("eve", first), Reason.X_SCOPE, first)
    deal.work("alice", 30, "bob")
    again = deal.share("alice", prev=first, restates=first)
    deal.accept("bob", again)
    deal.accept("eve", again)
    for each in (first, again):
        deal.tale.is_(each, state="effective")
    assert sorted(line[1] for line in again.facts["lines"]) == [-300, 300]
    return deal.tale


def _consent_is_shaken() -> Tale:
    deal, first = _shared_too_early("a consent that is contested freezes what is restated")
    bob = deal.people["bob"]
    phone = deal.tale.write("bob", bob, "grant", authority.device(key("phone").public))
    deal.tale.is_(phone, state="removed")
    again = deal.share("carol", prev=first, restates=first)
    for name in ("alice", "carol"):
        deal.accept(name, again)
    shaken = deal.tale.write("phone", deal.deal, "countersign", identity.accept(again.id), agent=bob, auth=[phone])
    revoke = deal.tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    deal.tale.contested(shaken, Reason.C_REVOKED, revoke)
    deal.tale.is_(again, state="contested", reason="C-RESTS", ids=[shaken.id.hex()])
    return deal.tale


def _with_ballots() -> Tale:
    equation = {"cur": "EUR", "steps": [{"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}]}
    ballots = {"budget": 10, "rounds": ["one", "two"]}
    deal = Deal("what is restated has no round of ballots of its own", value_equation=equation, ballots=ballots)
    alice, bob = (deal.people[name].id for name in ("alice", "bob"))
    deal.write("alice", "allocation", evaluation.allocation("one", {bob: 5}))
    deal.write("bob", "allocation", evaluation.allocation("two", {alice: 5}))
    first = deal.share("alice", deal.income(1000))
    again = deal.share("alice", prev=first, restates=first)
    second = deal.share("alice", deal.income(1001), prev=again)
    assert [[line[0] for line in each.facts["lines"]] for each in (first, again, second)] == [[bob], [], [alice]]
    for each in (first, again, second):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _refused() -> Tale:
    deal, first = _shared_too_early("only what shared an income earlier in the chain is restated")
    income = deal.tale.records[_first_income(deal)]
    back = deal.share("bob", deal.income(-100, refunds=income.id), prev=first)
    again = deal.share("bob", prev=back, restates=first)
    other = deal.share("bob", deal.income(1000))
    for each in (back, again, other):
        deal.tale.is_(each, state="proposed")
    claim = deal.tale.is_(deal.write("alice", "contribution", work(7)), state="claimed")
    for wrong in (back, again, other, claim):
        facts = {**again.facts, "prev": again.id, "restates": wrong.id}
        deal.tale.no(deal.write("bob", "distribution", facts), Reason.D_CHAIN, wrong)
    return deal.tale
