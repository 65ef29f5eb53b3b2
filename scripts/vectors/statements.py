"""Cases for statements of somebody's money in a period (09-agreements 9): a deal told to its end, asked by several."""

from meshproto.records.record import Record
from meshproto.types import accounts, authority, identity
from meshproto.types.value import Money
from scripts.vectors.cases import Case, key
from scripts.vectors.deals import Deal


def cases() -> list[Case]:
    """All cases of statements."""
    return [*_paid_in_two_months(), *_contested(), *_several_agreements(), *_nothing()]


def _asks(deal: Deal, description: str, name: str, first: str = "", last: str = "") -> Case:
    headers = [each.raw.hex() for each in deal.tale.records]
    agent = deal.people[name].id.hex()
    return Case(description, {"op": "statement", "headers": headers, "agent": agent, "from": first, "to": last})


def _shared(deal: Deal, cents: int, prev: Record | None = None, **more: str) -> Record:
    made = deal.share("bob", deal.income(cents), prev=prev, **more)
    deal.all_accept(made)
    return made


def _pays(deal: Deal, payee: str, amount: Money, on: str) -> Record:
    facts = accounts.settlement(deal.people["alice"].id, deal.people[payee].id, amount, on=on)
    return deal.write("alice", "settlement", facts)


def _paid_in_two_months() -> list[Case]:
    deal = Deal("two months", "carol")
    for name, minutes, by in (("alice", 3750, "bob"), ("bob", 2400, "carol"), ("carol", 1875, "alice")):
        deal.work(name, minutes, by)
    first = _shared(deal, 1_000_000)
    deal.accept("bob", _pays(deal, "bob", Money(299_065, "EUR"), "2026-01-05"))
    deal.accept("bob", _pays(deal, "bob", Money(1000, "USD"), "2026-01-06"))
    deal.work("bob", 600, "alice")
    _shared(deal, 50_000, first, to="2026-01-31")
    _pays(deal, "bob", Money(50_000, "EUR"), "2026-02-10")
    return [
        _asks(deal, "a share, a payment received, and one in another currency", "bob"),
        _asks(deal, "what was before the first day is the opening", "bob", "2026-01-01", "2026-01-31"),
        _asks(deal, "the first and the last day are included", "bob", "2026-01-05", "2026-01-05"),
        _asks(deal, "a period without entries has an opening that is its closing", "bob", "2026-02-01", "2026-02-28"),
        _asks(deal, "who holds an income has it in hand, and pays", "alice", "", "2026-01-31"),
        _asks(deal, "a period before everything has no account", "carol", "", "2025-11-30"),
    ]


def _contested() -> list[Case]:
    deal = Deal("contested")
    deal.work("alice", 60, "bob")
    deal.work("bob", 30, "alice")
    first = _shared(deal, 900)
    bob = deal.people["bob"]
    phone = deal.tale.write("bob", bob, "grant", authority.device(key("phone").public))
    paid = _pays(deal, "bob", Money(300, "EUR"), "2026-01-05")
    deal.tale.write("phone", deal.deal, "countersign", identity.accept(paid.id), agent=bob, auth=[phone])
    deal.tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    income = deal.income(901)
    knows = [*deal.tale.records]
    for name, to in (("alice", "2026-01-31"), ("bob", "2026-02-01")):
        deal.all_accept(deal.share(name, income, prev=first, to=to, knows=knows))
    return [
        _asks(deal, "contested shares and a contested payment received stand apart", "bob"),
        _asks(deal, "a contested payment that was made, and an opening that is contested", "alice", "2026-02-01"),
    ]


def _several_agreements() -> list[Case]:
    deal = Deal("several")
    deal.work("alice", 60, "bob")
    _shared(deal, 900)
    alice, bob = deal.people["alice"], deal.people["bob"]
    other = deal.tale.deal("alice", alice, parties={alice.id: ["holder"], bob.id: ["provider"]}, from_="2025-11-02")
    for name, agent in deal.people.items():
        deal.tale.write(name, other, "countersign", identity.accept(other.id), agent=agent)
    pays = accounts.settlement(alice.id, bob.id, Money(5, "EUR"), on="2026-01-05")
    paid = deal.tale.write("alice", other, "settlement", pays, agent=alice)
    deal.tale.write("bob", other, "countersign", identity.accept(paid.id), agent=bob)
    return [_asks(deal, "each agreement has its account", "alice")]


def _nothing() -> list[Case]:
    deal = Deal("nothing")
    deal.share("bob", deal.income(1000))
    return [_asks(deal, "what is only proposed or declared is in no statement", "bob")]
