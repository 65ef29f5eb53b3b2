"""Agreements folded in RAM: tales of people who share money, for tests of what is read from the fold."""

from meshnode.core.folded import FoldInRam
from meshproto.fold.fold import Fold
from meshproto.records.record import Record
from meshproto.types import accounts, authority, identity
from meshproto.types.value import Money
from scripts.vectors.cases import key
from scripts.vectors.deals import Deal


def folded(deal: Deal, upto: Record | None = None) -> FoldInRam:
    """The fold of all that a deal has written, or of what came up to a record."""
    memory = FoldInRam()
    fold = Fold(memory)
    for each in deal.tale.records:
        fold.add(each)
        if upto is not None and each.id == upto.id:
            break
    return memory


def three() -> Deal:
    """Alice holds the money, Bob and Carol work with her; each has confirmed another's hours."""
    deal = Deal("three who share by hours", "carol")
    deal.work("alice", 3750, "bob")
    deal.work("bob", 2400, "carol")
    deal.work("carol", 1875, "alice")
    return deal


def shared(deal: Deal, cents: int, prev: Record | None = None, to: str = "2025-12-31") -> Record:
    """An income and its distribution, approved by all."""
    made = deal.share("bob", deal.income(cents), prev=prev, to=to)
    deal.all_accept(made)
    return made


def paid(deal: Deal, payee: str, cents: int, on: str = "2026-01-05", *, confirmed: bool = True) -> Record:
    """A payment by alice, confirmed by whom she pays."""
    facts = accounts.settlement(deal.people["alice"].id, deal.people[payee].id, Money(cents, "EUR"), on=on)
    made = deal.write("alice", "settlement", facts)
    if confirmed:
        deal.accept(payee, made)
    return made


def lost_phone(deal: Deal, type_: str, facts: object) -> Record:
    """Something that bob signs with a phone whose end does not know of it."""
    bob = deal.people["bob"]
    phone = deal.tale.write("bob", bob, "grant", authority.device(key("phone").public))
    made = deal.tale.write("phone", deal.deal, type_, facts, agent=bob, auth=[phone])
    deal.tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    return made


def contested(deal: Deal, cents: int, on: str = "2026-01-05") -> Record:
    """A payment by alice that bob has confirmed with a phone which was lost."""
    made = paid(deal, "bob", cents, on, confirmed=False)
    lost_phone(deal, "countersign", identity.accept(made.id))
    return made


def ids(deal: Deal, *names: str) -> list[bytes]:
    """The agents of some names."""
    return [deal.people[each].id for each in names]
