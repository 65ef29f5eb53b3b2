"""Agreements: amendments, random pacts, the ledger, and how distributions are drawn up."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.fold import sharing
from meshproto.fold.duties import vacancies
from meshproto.fold.fold import Fold
from meshproto.fold.ledger import Balance, balances, settlement_plan
from meshproto.fold.memory import DictMemory
from meshproto.fold.retelling import Retelling
from meshproto.records.reasons import Reason
from meshproto.types import accounts, authority, identity
from meshproto.types.value import Money
from scripts.vectors import amendments
from scripts.vectors.cases import key
from scripts.vectors.deals import Deal
from scripts.vectors.tale import Tale
from tests.support.byzantine.checks import check
from tests.support.byzantine.pacts import pact

AGENTS = st.binary(min_size=1, max_size=2)


@pytest.mark.parametrize("tale", amendments.tales(), ids=lambda tale: tale.description)
def test_the_reference_agrees_on_amendments(tale: Tale) -> None:
    tale.case()
    check(tale.records, random.Random(1))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_a_pact_the_text_says_the_same(seed: int) -> None:
    check(pact(seed), random.Random(seed))


def deal_with_an_income() -> tuple[Deal, DictMemory]:
    deal = Deal("a ledger")
    deal.work("alice", 60, "bob")
    deal.work("bob", 30, "alice")
    first = deal.share("bob", deal.income(900))
    deal.all_accept(first)
    deal.share("bob", deal.income(901), prev=first)
    return deal, folded(deal)


def folded(deal: Deal) -> DictMemory:
    memory = DictMemory()
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
    return memory


def test_a_ledger_tells_what_is_open_of_what_is_effective() -> None:
    deal, memory = deal_with_an_income()
    alice, bob = (deal.people[name].id for name in ("alice", "bob"))
    found = balances(deal.deal.id, memory)
    assert found == {(alice, "EUR"): Balance(600, 0, 0, 0, 0, 900), (bob, "EUR"): Balance(300)}
    assert {agent: each.open for (agent, _), each in found.items()} == {alice: -300, bob: 300}


def test_a_contested_payment_settles_nothing_and_is_not_asked_for_once_more() -> None:
    deal, memory = deal_with_an_income()
    alice, bob = (deal.people[name] for name in ("alice", "bob"))
    phone = deal.tale.write("bob", bob, "grant", authority.device(key("phone").public))
    pays = accounts.settlement(alice.id, bob.id, Money(300, "EUR"), on="2025-12-31")
    paid = deal.write("alice", "settlement", pays)
    deal.tale.write("phone", deal.deal, "countersign", identity.accept(paid.id), agent=bob, auth=[phone])
    deal.tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    after = folded(deal)
    found = balances(deal.deal.id, after)
    assert found[bob.id, "EUR"] == Balance(300, contested_received=300)
    assert found[alice.id, "EUR"] == Balance(600, in_hand=900, contested_paid=300)
    assert [each.open for each in found.values()] == [each.open for each in balances(deal.deal.id, memory).values()]
    assert settlement_plan({agent: each.planned for (agent, _), each in found.items()}) == []


def test_only_a_contested_payment_leaves_no_balance_in_the_digest() -> None:
    deal = Deal("only a payment")
    bob = deal.people["bob"]
    phone = deal.tale.write("bob", bob, "grant", authority.device(key("phone").public))
    pays = accounts.settlement(deal.people["alice"].id, bob.id, Money(1, "EUR"), on="2025-12-31")
    paid = deal.write("alice", "settlement", pays)
    deal.tale.write("phone", deal.deal, "countersign", identity.accept(paid.id), agent=bob, auth=[phone])
    deal.tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    assert balances(deal.deal.id, folded(deal))[bob.id, "EUR"] == Balance(contested_received=1)
    check(deal.tale.records, random.Random(1))


def test_17_who_answered_and_declines_since_is_told_with_whom_and_what_for() -> None:
    alice, bob = (Tale("").person(name, "holder").id for name in ("alice", "bob"))
    duty = {"to": alice, "scope": "shop", "final": bob, "liability": "several"}
    deal = Deal("a shop", responsibility=[duty])
    deal.write("bob", "countersign", {"target": deal.deal.id, "decision": "decline"})
    memory = DictMemory()
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
    standing = fold.standing(deal.deal.id)
    assert vacancies(deal.deal.id, memory) == [(alice, "shop")]
    assert standing is not None
    assert (standing.state, standing.flags) == ("in_force", ("vacant",))


def test_more_than_may_enter_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    deal, memory = deal_with_an_income()
    deal.work("bob", 10, "alice")
    proposed = deal.share("bob", deal.income(902))
    monkeypatch.setattr(sharing, "_MOST", ((0, 2), (1, 3), (2, 1)))
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
    standing = fold.standing(proposed.id)
    assert standing is not None
    assert (standing.reason, standing.ids) == (Reason.X_QUOTA, (deal.deal.id,))


def test_the_rounds_up_to_a_distribution_can_be_told_again() -> None:
    deal, memory = deal_with_an_income()
    last = deal.tale.records[-1]
    settled = Retelling().of(last.id, memory).settled
    assert settled.round.pool == 901
    assert sharing.lines_of(settled) == last.facts["lines"]
    assert sharing.result_digest(settled) == last.facts["result_digest"]


@given(st.dictionaries(AGENTS, st.integers(-1000, 1000), max_size=8))
def test_a_plan_pays_all_that_is_owed_as_far_as_others_owe_it(open_: dict[bytes, int]) -> None:
    left = dict(open_)
    plan = settlement_plan(open_)
    for payer, payee, amount in plan:
        assert amount > 0
        left[payer] += amount
        left[payee] -= amount
    owed, owing = sum(max(0, each) for each in open_.values()), sum(max(0, -each) for each in open_.values())
    assert sum(amount for _, _, amount in plan) == min(owed, owing)
    assert len(plan) < max(1, len(open_))
    assert all(0 <= each <= open_[agent] or open_[agent] <= each <= 0 for agent, each in left.items())


def test_of_equals_the_smallest_id_comes_first() -> None:
    assert settlement_plan({b"d": -5, b"c": -5, b"b": 5, b"a": 5}) == [(b"c", b"a", 5), (b"d", b"b", 5)]
