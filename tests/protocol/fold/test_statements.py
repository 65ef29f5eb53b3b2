"""Statements: what they add up to, that they cut periods rightly, and that their digest hangs on nothing else."""

from meshproto.fold.ledger import Balance, balances
from meshproto.fold.memory import Memory
from meshproto.fold.statements import Account, Statement, added, statement
from meshproto.types import repair
from scripts.vectors.deals import Deal
from tests.support.deals import contested, folded, ids, paid, shared, three


def accounts(deal: Deal, name: str, first: str = "", last: str = "") -> tuple[Account, ...]:
    return of(deal, name, first, last).accounts


def of(deal: Deal, name: str, first: str = "", last: str = "", memory: Memory | None = None) -> Statement:
    return statement(deal.people[name].id, first, last, memory or folded(deal))


def two_months() -> Deal:
    deal = three()
    first = shared(deal, 1_000_000)
    paid(deal, "bob", 299_065)
    deal.work("bob", 600, "alice")
    shared(deal, 50_000, first, to="2026-01-31")
    paid(deal, "bob", 50_000, "2026-02-10", confirmed=False)
    return deal


def test_whole_statements_add_up_to_the_ledger() -> None:
    deal = two_months()
    memory = folded(deal)
    found = {
        (agent, account.cur): account.closing
        for agent in ids(deal, "alice", "bob", "carol")
        for account in statement(agent, "", "", memory).accounts
    }
    assert found == balances(deal.deal.id, memory)


def test_what_was_before_opens_and_what_is_after_is_left_out() -> None:
    [december] = accounts(two_months(), "bob", "2025-12-01", "2025-12-31")
    [january] = accounts(two_months(), "bob", "2026-01-01", "2026-01-31")
    assert december.opening == Balance()
    assert january.opening == december.closing == Balance(entitled=299_065)
    assert [(each.on, each.kind) for each in january.entries] == [("2026-01-05", "received"), ("2026-01-31", "share")]
    assert january.closing == Balance(entitled=349_065, received=299_065)
    assert january.closing == added((january.opening, *(each.change for each in january.entries)))


def test_whoever_holds_the_money_is_told_which_income() -> None:
    deal = two_months()
    [account] = accounts(deal, "alice", last="2025-12-31")
    held = [each for each in account.entries if each.kind == "income"]
    assert [each.change for each in held] == [Balance(in_hand=1_000_000)]
    assert held[0].about in [each.id for each in deal.tale.records if each.type == "income"]


def test_what_is_only_proposed_or_declared_is_in_no_statement() -> None:
    deal = three()
    deal.share("bob", deal.income(1000))
    paid(deal, "bob", 100, confirmed=False)
    assert accounts(deal, "bob") == ()


def test_a_contested_share_stands_in_a_column_of_its_own() -> None:
    deal = three()
    income = deal.income(1000)
    knows = [deal.tale.records[-1]]
    for name in ("alice", "bob"):
        made = deal.share(name, income, knows=[*knows, *deal.tale.records])
        deal.all_accept(made)
    [account] = accounts(deal, "carol")
    assert [each.kind for each in account.entries] == ["contested", "contested"]
    assert account.closing.open == 0
    assert account.closing.contested > 0


def test_a_contested_payment_settles_nothing_and_stands_with_both_sides() -> None:
    deal = three()
    shared(deal, 1_000_000)
    contested(deal, 299_065)
    [bob] = accounts(deal, "bob", "2026-01-01")
    [alice] = accounts(deal, "alice", "2026-01-01")
    assert [(each.kind, each.other) for each in bob.entries] == [("contested-received", deal.people["alice"].id)]
    assert [(each.kind, each.other) for each in alice.entries] == [("contested-paid", deal.people["bob"].id)]
    assert bob.closing == Balance(entitled=299_065, contested_received=299_065)
    assert (bob.closing.open, alice.closing.contested_paid) == (299_065, 299_065)


def test_the_digest_is_alike_in_any_order_and_after_an_erasure() -> None:
    deal = two_months()
    before = of(deal, "bob")
    backwards = folded(deal)
    for each in deal.tale.records:
        if each.type == "contribution":
            deal.write(_author(deal, each.agent), "erasure", repair.erasure([each.id]))
    after = of(deal, "bob")
    assert before.digest == after.digest == of(deal, "bob", memory=backwards).digest
    assert before.digest != of(deal, "carol").digest
    assert before.digest != of(deal, "bob", last="2025-12-31").digest


def test_somebody_without_accounts_has_an_empty_statement() -> None:
    deal = three()
    assert statement(b"n" * 32, "", "", folded(deal)).accounts == ()


def _author(deal: Deal, agent: bytes) -> str:
    return next(name for name, each in deal.people.items() if each.id == agent)
