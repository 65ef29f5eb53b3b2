"""Cases for agreements: what is shared how, and what is void (09-agreements 5.1 to 5.3)."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import accounts, evaluation, repair, value
from scripts.vectors.cases import work
from scripts.vectors.deals import DECLINE, HOURS, Deal, missing
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _shared_by_hours(),
        _left_out(),
        _not_in_the_cut(),
        _off_by_one(),
        _other_sums(),
        _broken_chain(),
        _incomes_confirmed("client"),
        _incomes_confirmed("party"),
        _incomes_refused(),
        _refund(),
        _refunds_refused(),
        _retracted_before(),
        _retracted_after(),
        _corrected_after(),
        _attested_anew(),
        _declined(),
        _ballots(),
        _erased(),
        _another_engine(),
    ]


def _shared_by_hours() -> Tale:
    deal = Deal("an income is shared by the hours that were acknowledged, approved and paid", "carol")
    deal.work("alice", 3750, "bob")
    deal.work("bob", 2400, "carol")
    deal.work("carol", 1875, state="claimed")
    shared = deal.share("bob", deal.income(1_000_000, tax=210_000))
    deal.all_accept(shared)
    deal.tale.is_(shared, state="effective")
    alice, bob = deal.people["alice"].id, deal.people["bob"].id
    paid = accounts.settlement(alice, bob, value.Money(100_000, "EUR"), on="2025-12-31", applied={shared.id: 100_000})
    deal.tale.is_(deal.write("alice", "settlement", paid), state="confirmed")
    deal.accept("bob", deal.tale.records[-1])
    return deal.tale


def _left_out() -> Tale:
    deal = Deal("who leaves out what he knew shares nothing", "carol")
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    knows = [deal.tale.records[-1], deal.tale.records[-2]]
    deal.work("bob", 60, "carol")
    right = deal.share("bob", income)
    blind = deal.share("alice", income, knows=knows)
    wrong = {name: blind.facts[name] for name in ("lines", "inputs_digest", "result_digest")}
    bad = deal.share("bob", income, wrong=wrong, to="2025-12-30")
    deal.tale.no(bad, Reason.D_INPUTS)
    for each in (right, blind):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob", "carol"))
    return deal.tale


def _not_in_the_cut() -> Tale:
    deal = Deal("what was not in the cut of a distribution waits for the next", "carol")
    seen = deal.work("alice", 60, "bob")
    income = deal.income(1000)
    knows = [deal.tale.records[-1], deal.tale.records[-2]]
    deal.work("bob", 60, "carol")
    first = deal.share("alice", income, knows=knows)
    assert [line[1] for line in first.facts["lines"]] == [1000], seen
    deal.all_accept(first)
    second = deal.share("alice", deal.income(600), prev=first)
    assert [line[0] for line in second.facts["lines"]] == [deal.people["bob"].id]
    deal.all_accept(second)
    deal.tale.is_(first, state="effective")
    deal.tale.is_(second, state="effective")
    return deal.tale


def _off_by_one() -> Tale:
    deal = Deal("who is off by a cent shares nothing, and what rests on that neither")
    deal.work("alice", 60, "bob")
    deal.work("bob", 60, "alice")
    income = deal.income(1001)
    right = deal.share("bob", income)
    deal.tale.is_(right, state="proposed", **missing(deal, "alice", "bob"))
    [first, second] = [[who, amt, held, [[*each] for each in parts]] for who, amt, held, parts in right.facts["lines"]]

    def line(who: bytes, *amounts: int) -> list[Any]:
        return [who, sum(amounts), 0, [[f"steps[{place}]", each] for place, each in enumerate(amounts)]]

    for place, (lines, agent, path) in enumerate(
        [
            ([line(first[0], 500), line(second[0], 501)], first[0], "steps[0]"),
            ([line(first[0], 501)], second[0], "steps[0]"),
            ([line(first[0], 501), line(second[0], 500, 1)], second[0], "steps[1]"),
            ([[first[0], 500, 1, [["steps[0]", 501]]], second], first[0], "amt"),
            ([[first[0], 501, 0, [["steps[1]", 501]]], second], first[0], "steps[0]"),
        ]
    ):
        bad = deal.share("bob", income, wrong={"lines": lines}, to=f"2025-12-0{place + 1}")
        deal.tale._wanted[bad.id] = {"status": "invalid", "reason": "D-LINES", "ids": [agent.hex()], "detail": path}
        signed = deal.accept("alice", bad)
        deal.tale.no(signed, Reason.I_RULE, bad, detail="target")
    return deal.tale


def _other_sums() -> Tale:
    deal = Deal("a carry or a digest that is not the sum's")
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    for place, wrong in enumerate(
        (
            {"carry": {"amt": 1, "cur": "EUR"}},
            {"carry": {"amt": 0, "cur": "USD"}},
            {"result_digest": b"\x01" + bytes(32)},
        )
    ):
        deal.tale.no(deal.share("bob", income, wrong=wrong, to=f"2025-12-0{place + 1}"), Reason.D_SUM)
    odd = deal.share("bob", income, wrong={"inputs_digest": b"\x01" + bytes(32)})
    deal.tale.no(odd, Reason.D_INPUTS)
    return deal.tale


def _broken_chain() -> Tale:
    deal = Deal("a distribution follows one under its version or one before, in the same currency")
    tale, first = deal.tale, deal.deal
    dollars = HOURS | {"cur": "USD"}
    bare = deal.version("bob", first, value_equation=None)
    other = deal.version("alice", first, from_="2025-12-01")
    odd = deal.version("alice", first, value_equation=dollars)
    deal.work("alice", 60, "bob")
    under = deal.share("bob", deal.income(1000), version=other)
    tale.is_(under, state="proposed", **missing(deal, "alice", "bob"))
    base = deal.share("bob", deal.income(2000))
    tale.is_(base, state="proposed", **missing(deal, "alice", "bob"))
    facts = {name: base.facts[name] for name in base.facts if name not in ("agreement", "incomes", "to")}
    income = deal.income(1001)

    def wrong(**more: Any) -> Record:
        given = {"agreement": first.id, "incomes": [income.id], "to": "2025-12-31"} | facts | more
        return deal.write("bob", "distribution", given)

    tale.no(wrong(agreement=bare.id), Reason.D_CHAIN, bare)
    tale.no(wrong(prev=under.id), Reason.D_CHAIN, under)
    tale.no(wrong(prev=base.id, to="2025-12-30"), Reason.D_CHAIN, base)
    tale.no(wrong(prev=base.id, agreement=odd.id), Reason.D_CHAIN, base)
    void = tale.no(wrong(agreement=bare.id, to="2026-01-01"), Reason.D_CHAIN, bare)
    tale.no(wrong(prev=void.id), Reason.I_RULE, void, detail="prev")
    for each in (bare, other, odd):
        tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    return tale


def _incomes_confirmed(how: str) -> Tale:
    deal = Deal(
        f"an income is shared once it is confirmed by the {how}", "carol", income_confirm=how,
        roles={"carol": ["client"]},
    )  # fmt: skip
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    deal.accept("alice", income)
    early = deal.share("bob", income, wrong={})
    deal.tale.no(early, Reason.D_INCOME, income)
    deal.accept("bob", income)
    middle = deal.share("bob", income, to="2026-01-01")
    if how == "client":
        deal.tale.no(middle, Reason.D_INCOME, income)
    else:
        deal.tale.is_(middle, state="proposed", **missing(deal, "alice", "bob"))
    deal.accept("carol", income)
    right = deal.share("bob", income, to="2026-01-02")
    deal.tale.is_(right, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _incomes_refused() -> Tale:
    deal = Deal("an income is shared once, in its currency, and not if it was taken back")
    deal.work("alice", 60, "bob")
    income, other = deal.income(1000), deal.income(1001)
    first = deal.share("bob", income)
    again = deal.share("bob", income, other, prev=first)
    deal.tale.no(again, Reason.D_INCOME, income)
    dollars = deal.income(0, net=value.Money(1, "USD"))
    deal.tale.no(deal.share("bob", dollars), Reason.D_INCOME, dollars)
    gone = deal.income(1002, state="declared")
    deal.write("alice", "correction", repair.retract(gone.id))
    deal.tale.no(deal.share("bob", gone), Reason.D_INCOME, gone)
    second = deal.share("bob", other, prev=first)
    for each in (first, second):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _refund() -> Tale:
    deal = Deal("a refund takes back what was given of that income, and no new work")
    deal.work("alice", 60, "bob")
    deal.work("bob", 30, "alice")
    first = deal.share("bob", income := deal.income(900))
    deal.work("bob", 600, "alice")
    back = deal.income(-300, refunds=income.id)
    second = deal.share("bob", back, prev=first)
    assert sorted(line[1] for line in second.facts["lines"]) == [-200, -100]
    third = deal.share("bob", deal.income(-600, refunds=income.id), prev=second)
    for each in (first, second, third):
        deal.all_accept(each)
        deal.tale.is_(each, state="effective")
    return deal.tale


def _refunds_refused() -> Tale:
    deal = Deal("what was not shared, or is refunded already, is not refunded, and nothing beside it")
    deal.work("alice", 60, "bob")
    income, other = deal.income(900), deal.income(901)
    first = deal.share("bob", income)
    back = deal.income(-600, refunds=income.id)
    more = deal.income(-301, refunds=income.id)
    far = deal.income(-1, refunds=other.id)
    second = deal.share("bob", back, prev=first)
    for each in (first, second):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    deal.tale.no(deal.share("bob", more, prev=second), Reason.D_INCOME, more)
    sums = {name: second.facts[name] for name in ("lines", "carry", "inputs_digest", "result_digest", "engine")}

    def wrong(*incomes: Record, to: str) -> Record:
        ids = sorted(each.id for each in incomes)
        return deal.write(
            "bob", "distribution", sums | {"agreement": deal.deal.id, "incomes": ids, "to": to, "prev": second.id}
        )

    deal.tale.no(wrong(far, to="2026-01-02"), Reason.D_INCOME, far)
    deal.tale.no(wrong(far, other, to="2026-01-03"), Reason.D_INCOME, far)
    return deal.tale


def _retracted_before() -> Tale:
    deal = Deal("what was retracted before the cut is not paid")
    gone = deal.work("alice", 60, "bob", state="retracted")
    deal.work("bob", 60, "alice")
    deal.write("alice", "correction", repair.retract(gone.id))
    shared = deal.share("bob", deal.income(1000))
    assert [line[1] for line in shared.facts["lines"]] == [1000]
    deal.tale.is_(shared, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _retracted_after() -> Tale:
    deal = Deal("what is retracted after it was paid counts against what comes next")
    gone = deal.work("alice", 60, "bob", state="retracted")
    deal.work("bob", 60, "alice")
    first = deal.share("bob", deal.income(1000))
    deal.write("alice", "correction", repair.retract(gone.id))
    deal.work("alice", 90, "bob")
    deal.work("bob", 30, "alice")
    second = deal.share("bob", deal.income(600), prev=first)
    for each in (first, second):
        deal.all_accept(each)
        deal.tale.is_(each, state="effective")
    return deal.tale


def _corrected_after() -> Tale:
    deal = Deal("what is corrected, or said otherwise, after a cut enters with the next")
    one = deal.work("alice", 120, "bob", state="acknowledged")
    deal.tale.is_(one, state="acknowledged", flags=["corrected"])
    deal.work("bob", 60, "alice")
    first = deal.share("bob", deal.income(999))
    less = repair.delta(one.id, qty=value.Measure(-60, 0, "MIN"))
    deal.write("alice", "correction", less)
    deal.work("alice", 180, "bob")
    deal.work("bob", 120, "alice")
    second = deal.share("bob", deal.income(1000), prev=first)
    for each in (first, second):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _attested_anew() -> Tale:
    deal = Deal("who attests otherwise supersedes, and two heads of one are the smallest", "carol")
    one = deal.write("alice", "contribution", work(120))
    deal.tale.is_(one, state="acknowledged")
    said = deal.write("bob", "attestation", evaluation.attestation(one.id, qty=value.Measure(90, 0, "MIN")))
    deal.write(
        "bob",
        "attestation",
        evaluation.attestation(one.id, qty=value.Measure(80, 0, "MIN"), supersedes=[said.id]),
    )
    deal.write(
        "bob",
        "attestation",
        evaluation.attestation(one.id, qty=value.Measure(70, 0, "MIN"), supersedes=[said.id]),
    )
    deal.work("carol", 70, "alice")
    first = deal.share("bob", deal.income(1000))
    assert [line[1] for line in first.facts["lines"]] == [500, 500]
    deal.tale.is_(first, state="proposed", **missing(deal, "alice", "bob", "carol"))
    return deal.tale


def _declined() -> Tale:
    deal = Deal("a share that is declined goes to the others; one that was accepted stays", "carol")
    bob, alice, carol = (deal.people[name].id for name in ("bob", "alice", "carol"))
    one = deal.work("alice", 60, "carol", shares={alice: 1, bob: 1})
    deal.write("bob", "countersign", {"target": one.id, "decision": DECLINE})
    two = deal.work("bob", 60, "carol", shares={alice: 1, bob: 1})
    deal.accept("alice", two)
    deal.write("alice", "countersign", {"target": two.id, "decision": DECLINE})
    shared = deal.share("carol", deal.income(1000))
    assert {line[0]: line[1] for line in shared.facts["lines"]} == {alice: 750, bob: 250}, carol
    deal.tale.is_(shared, state="proposed", **missing(deal, "alice", "bob", "carol"))
    return deal.tale


def _ballots() -> Tale:
    equation = {"cur": "EUR", "steps": [{"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}]}
    ballots: Any = {"budget": 100, "rounds": ["one", "two"]}
    deal = Deal("ballots of a round share, of which each distribution has its own", "carol", value_equation=equation,
                ballots=ballots)  # fmt: skip
    alice, bob, carol = (deal.people[name].id for name in ("alice", "bob", "carol"))
    first = deal.write("alice", "allocation", evaluation.allocation("one", {bob: 50, carol: 50}))
    deal.write("alice", "allocation", evaluation.allocation("one", {bob: 100}, supersedes=[first.id]))
    deal.write("bob", "allocation", evaluation.allocation("one", {carol: 30, alice: 30}))
    deal.write("carol", "allocation", evaluation.allocation("one", {bob: 101}))
    deal.write("carol", "allocation", evaluation.allocation("two", {alice: 1}))
    one = deal.share("bob", deal.income(1000))
    assert {line[0]: line[1] for line in one.facts["lines"]} == {alice: 250, bob: 500, carol: 250}
    two = deal.share("bob", deal.income(500), prev=one)
    assert {line[0]: line[1] for line in two.facts["lines"]} == {alice: 500}
    three = deal.share("bob", deal.income(501), prev=two)
    assert three.facts["lines"] == []
    for each in (one, two, three):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob", "carol"))
    return deal.tale


def _erased() -> Tale:
    deal = Deal("what is erased is paid all the same")
    one = deal.work("alice", 60, "bob")
    deal.tale.is_(one, state="acknowledged", flags=["erased"])
    deal.write("alice", "erasure", repair.erasure([one.id]))
    shared = deal.share("bob", deal.income(1000))
    deal.tale.is_(shared, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _another_engine() -> Tale:
    deal = Deal("a distribution by another engine cannot be looked into here")
    deal.work("alice", 60, "bob")
    shared = deal.share("bob", deal.income(1000), wrong={"engine": "ve/2"})
    deal.tale.no(shared, Reason.U_ENGINE, status="unknown", detail="ve/2")
    return deal.tale
