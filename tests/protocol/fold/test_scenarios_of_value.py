"""The scenarios that every node must pass, as far as they are about work, agreements and money."""

import random
import time
from typing import Any

import pytest

from meshproto.bundle.report import verify_bundle
from meshproto.bundle.writer import Part, write_bundle
from meshproto.fold.fold import Fold
from meshproto.fold.ledger import balances
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Standing, Status
from meshproto.fold.state import digests
from meshproto.records.log import Run
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.records.signatures import SigningKey
from meshproto.types import accounts, authority, repair
from meshproto.types.value import Money
from scripts.vectors.cases import NOON, key
from scripts.vectors.deals import Deal
from scripts.vectors.tale import Tale
from tests.support.byzantine.companies import company


def folded(tale: Tale) -> tuple[Fold, DictMemory]:
    memory = DictMemory()
    fold = Fold(memory)
    for each in tale.records:
        fold.add(each)
    return fold, memory


def told(tale: Tale, *ones: Record) -> list[Standing]:
    fold, _ = folded(tale)
    return [standing for each in ones if (standing := fold.standing(each.id))]


def states(deal: Deal, *ones: Record) -> list[str]:
    return [each.state for each in told(deal.tale, *ones)]


def amounts(deal: Deal, shared: Record) -> dict[str, int]:
    names = {each.id: name for name, each in deal.people.items()}
    return {names[agent]: payable for agent, payable, *_ in shared.facts["lines"]}


def siblings(deal: Deal) -> tuple[Record, Record]:
    one = deal.version("alice", deal.deal, from_="2025-12-01")
    two = deal.version("bob", deal.deal, from_="2025-12-02")
    return one, two


def test_9_a_version_that_lacks_a_signature_leaves_the_one_before_in_force() -> None:
    deal = Deal("")
    one, two = siblings(deal)
    deal.accept("alice", one)
    assert states(deal, deal.deal, one, two) == ["in_force", "proposed", "proposed"]


def test_9_of_two_signed_versions_neither_is_paid_under_until_a_third_follows_both() -> None:
    deal = Deal("")
    deal.work("alice", 60, "bob")
    early = deal.share("alice", deal.income(1000))
    one, two = siblings(deal)
    later = deal.share("alice", deal.income(1001), version=one, prev=early)
    for each in (early, one, two, later):
        deal.all_accept(each)
    assert states(deal, one, two, early, later) == ["conflict", "conflict", "effective", "contested"]
    deal.all_accept(deal.version("bob", one, two))
    assert states(deal, one, two, early, later) == ["superseded", "superseded", "effective", "effective"]


def test_10_who_leaves_out_an_acknowledged_contribution_that_he_knows_shares_nothing() -> None:
    deal = Deal("", "carol")
    income = deal.income(1000)
    deal.work("alice", 60, "bob")
    pretending = deal.share("carol", income, knows=[income])
    wrong = deal.write("carol", "distribution", {**pretending.facts, "to": "2026-01-01"})
    found = told(deal.tale, pretending, wrong)
    assert [(each.status, each.reason) for each in found] == [
        (Status.YES, Reason.T_MISSING),
        (Status.INVALID, Reason.D_INPUTS),
    ]


def test_10_a_contribution_outside_the_cut_waits_for_the_next_distribution() -> None:
    deal = Deal("", "carol")
    income = deal.income(1000)
    deal.work("alice", 60, "bob")
    known = deal.tale.records[-1:]
    deal.work("bob", 60, "alice")
    first = deal.share("carol", income, knows=known)
    second = deal.share("carol", deal.income(1001), prev=first)
    assert [amounts(deal, each) for each in (first, second)] == [{"alice": 1000}, {"bob": 1001}]
    assert [each.status for each in told(deal.tale, first, second)] == [Status.YES] * 2


def test_11_a_cent_too_much_voids_a_distribution_and_tells_the_step() -> None:
    deal = Deal("")
    deal.work("alice", 60, "bob")
    right = deal.share("alice", deal.income(1000))
    [[agent, payable, held, [[path, amount]]]] = right.facts["lines"]
    off: Any = {**right.facts, "lines": [[agent, payable + 1, held, [[path, amount + 1]]]]}
    wrong = deal.write("bob", "distribution", off)
    [standing] = told(deal.tale, wrong)
    assert (standing.reason, standing.detail, standing.ids) == (Reason.D_LINES, "steps[0]", (agent,))


def test_12_two_distributions_of_one_income_are_rivals_once_all_approve_both_and_a_resolution_picks_one() -> None:
    deal = Deal("", "carol", "dora")
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    one, two = deal.share("alice", income), deal.share("bob", income, to="2026-01-01")
    deal.all_accept(one)
    deal.all_accept(two, "alice", "bob", "carol")
    assert states(deal, one, two) == ["effective", "proposed"]
    deal.accept("dora", two)
    assert states(deal, one, two) == ["contested", "contested"]
    deal.all_accept(deal.rule("carol", "pick", two, pick=one))
    assert states(deal, one, two) == ["effective", "contested"]


def test_13_a_co_author_confirms_nothing_under_an_agreement() -> None:
    deal = Deal("", "carol")
    shares = {deal.people[name].id: 1 for name in ("alice", "bob")}
    did = deal.work("alice", 60, "bob", shares=shares)
    [standing] = told(deal.tale, deal.tale.records[-1])
    assert (standing.reason, states(deal, did)) == (Reason.A_SELF, ["claimed"])


@pytest.mark.parametrize(("before", "shared"), [(True, {"bob": 1000}), (False, {"alice": 500, "bob": 500})])
def test_14_what_is_retracted_before_the_cut_is_not_paid_and_after_it_stays_paid(
    before: bool, shared: dict[str, int]
) -> None:
    deal = Deal("")
    did = deal.work("alice", 60, "bob")
    deal.work("bob", 60, "alice")
    income = deal.income(1000)
    known = deal.tale.records[-1:]
    deal.write("alice", "correction", repair.retract(did.id))
    first = deal.share("bob", income, **({} if before else {"knows": known}))
    deal.all_accept(first)
    deal.work("alice", 30, "bob")
    deal.work("bob", 30, "alice")
    second = deal.share("bob", deal.income(600), prev=first)
    # What was weighed of it is taken from alice's next work, and no further.
    assert (amounts(deal, first), amounts(deal, second)) == (
        shared,
        {"alice": 300, "bob": 300} if before else {"bob": 600},
    )
    assert states(deal, did, first) == ["retracted", "effective"]


def test_15_erasing_words_leaves_every_amount_and_the_digest_of_what_it_names() -> None:
    deal = Deal("")
    did = deal.work("alice", 60, "bob")
    first = deal.share("alice", deal.income(1000))
    deal.all_accept(first)
    before = balances(deal.deal.id, folded(deal.tale)[1])
    deal.write("alice", "erasure", repair.erasure([did.id]))
    fold, memory = folded(deal.tale)
    assert balances(deal.deal.id, memory) == before
    assert fold.is_erased(did)
    assert states(deal, did, first) == ["acknowledged", "effective"]


def test_18_an_agreement_that_is_carried_in_a_bundle_has_the_same_digest() -> None:
    deal = Deal("")
    deal.work("alice", 60, "bob")
    deal.all_accept(deal.share("alice", deal.income(1000)))
    signers: dict[bytes, SigningKey] = {key(name).public: key(name) for name in deal.people}
    parts = [Part(Run((each,), signers[each.key].sign(each.id)), {}, ()) for each in deal.tale.records]
    report = verify_bundle([b"".join(write_bundle(NOON, [deal.deal.id], parts))])
    assert report.digests == digests(folded(deal.tale)[1])


def test_19_what_a_newer_version_wrote_is_kept_and_told_as_unknown_not_as_wrong() -> None:
    deal = Deal("")
    deal.work("alice", 60, "bob")
    right = deal.share("alice", deal.income(1000))
    newer = deal.write("bob", "distribution", {**right.facts, "engine": "ve/2"})
    odd = deal.write("bob", "auction", {"lots": 1})
    assert [(each.status, each.reason) for each in told(deal.tale, newer, odd)] == [
        (Status.UNKNOWN, Reason.U_ENGINE),
        (Status.UNKNOWN, Reason.U_TYPE),
    ]
    deal.all_accept(right)
    assert states(deal, right) == ["effective"]


def test_22_who_is_removed_from_a_network_approves_and_is_paid_under_an_agreement_all_the_same() -> None:
    deal = Deal("")
    tale, alice, bob = deal.tale, *(deal.people[name] for name in ("alice", "bob"))
    net = tale.net("shed", alice)
    (founds,) = tale.accepts_of(net)
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    tale.accept("bob", role, agent=bob)
    tale.write("alice", net, "revoke", authority.revoke([role.id], reason="cause"), agent=net, auth=(founds,))
    deal.work("bob", 60, "alice")
    shared = deal.share("alice", deal.income(1000))
    deal.all_accept(shared)
    pays = accounts.settlement(alice.id, bob.id, Money(1000, "EUR"), on="2025-12-31")
    paid = deal.write("alice", "settlement", pays)
    deal.accept("bob", paid)
    assert [*states(deal, shared, paid), told(tale, role)[0].state] == ["effective", "confirmed", "removed"]
    assert balances(deal.deal.id, folded(tale)[1])[bob.id, "EUR"].open == 0


def never(*_: object, **__: object) -> float:
    raise AssertionError("the fold asked for the time, or for chance")


def test_i7_the_fold_asks_no_clock_and_no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    records = company(1)
    for where, names in ((time, ("time", "time_ns", "monotonic", "perf_counter")), (random, ("random", "randrange"))):
        for name in names:
            monkeypatch.setattr(where, name, never)
    memory = DictMemory()
    fold = Fold(memory)
    for each in records:
        fold.add(each)
    found = digests(memory)
    monkeypatch.undo()
    assert found == digests(memory)


def test_i9_whatever_is_not_simply_good_has_a_code_and_what_is_void_or_contested_names_what_causes_it() -> None:
    bare = (
        Reason.D_INPUTS,
        Reason.D_SUM,
        Reason.U_TYPE,
        Reason.U_ENGINE,
        Reason.I_FIELD,
        Reason.I_VALUE,
        Reason.I_LIST,
    )
    for seed in range(4):
        fold = Fold(DictMemory())
        records = company(seed)
        for each in records:
            fold.add(each)
        for each in records:
            standing = fold.standing(each.id)
            assert standing is not None
            if standing.status is not Status.YES or standing.state in ("contested", "conflict"):
                assert standing.reason is not None, each
                assert standing.ids or standing.reason in bare or standing.detail, (each, standing)


def test_i1_records_that_come_twice_and_backwards_give_the_same_digest() -> None:
    records = company(2)
    one, other = DictMemory(), DictMemory()
    for memory, some in ((one, records), (other, [*records[::-1], *records])):
        fold = Fold(memory)
        for each in some:
            fold.add(each)
    assert digests(one) == digests(other)
