"""Cases for agreements: who approved what, and what is frozen (09-agreements 1, 5.4)."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import accounts, authority, evaluation, identity, repair, value
from scripts.vectors.cases import key
from scripts.vectors.deals import Deal, missing
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _rivals(),
        _rivals_over_an_income(),
        _few_approve(),
        _an_arbiter_approves(),
        _shaken_attestation(),
        _seen_attestation(),
        _helped_attestation(),
        _added_attestation(),
        _resting_attestation(),
        _rotated_attestation(),
        _ordered_attestation(),
        _helped_confirmation(),
        _limited_income(),
        _shaken_approval(),
        _shaken_version(),
    ]


def _rivals() -> Tale:
    deal = Deal("two distributions that all approve are rivals; one that lacks an approval is none", "carol", "dora")
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    knows = [deal.tale.records[-1], deal.tale.records[-2]]
    first = deal.share("alice", income, knows=knows)
    second = deal.share("bob", income, knows=knows, to="2026-01-01")
    third = deal.share("carol", income, knows=knows, to="2026-01-02")
    deal.all_accept(first)
    deal.all_accept(second)
    deal.all_accept(third, "alice", "bob", "carol")
    deal.tale.is_(first, state="contested", reason="R-RIVAL", ids=[second.id.hex()])
    deal.tale.is_(second, state="contested", reason="R-RIVAL", ids=[first.id.hex()])
    deal.tale.is_(third, state="proposed", **missing(deal, "dora"))
    after = deal.share("alice", deal.income(1001), prev=first)
    deal.all_accept(after)
    deal.tale.is_(after, state="contested", reason="C-RESTS", ids=[first.id.hex()])
    return deal.tale


def _rivals_over_an_income() -> Tale:
    deal = Deal("two distributions over one income are rivals wherever they stand")
    deal.work("alice", 60, "bob")
    income, other = deal.income(1000), deal.income(1001)
    first = deal.share("alice", income)
    second = deal.share("alice", other, prev=first)
    lone = deal.share("bob", other, to="2026-01-01")
    for each in (first, second):
        deal.all_accept(each)
    deal.tale.is_(first, state="effective")
    deal.tale.is_(second, state="effective")
    deal.tale.is_(lone, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _few_approve() -> Tale:
    deal = Deal("two of three approve", "carol", approval=2)
    deal.work("alice", 60, "bob")
    shared = deal.share("alice", deal.income(1000))
    late = deal.share("alice", deal.income(1001), prev=shared)
    deal.all_accept(shared, "bob", "carol")
    deal.accept("alice", late)
    deal.tale.is_(shared, state="effective")
    deal.tale.is_(late, state="proposed", **missing(deal, "bob", "carol"))
    return deal.tale


def _an_arbiter_approves() -> Tale:
    deal = Deal("an arbiter approves, and nobody else", "carol", approval="arbiter", roles={"carol": ["arbiter"]})
    deal.work("alice", 60, "bob")
    shared = deal.share("alice", deal.income(1000))
    other = deal.share("alice", deal.income(1001), prev=shared)
    deal.tale.no(deal.accept("bob", shared), Reason.X_SCOPE, shared)
    deal.accept("carol", shared)
    deal.tale.is_(shared, state="effective")
    deal.tale.is_(other, state="proposed", **missing(deal, "carol"))
    return deal.tale


def _phone(deal: Deal) -> Record:
    phone = deal.tale.write("bob", deal.people["bob"], "grant", authority.device(key("phone").public))
    return deal.tale.is_(phone, state="removed")


def _by_phone(deal: Deal, phone: Record, type_: str, facts: Any, **more: Any) -> Record:
    return deal.tale.write("phone", deal.deal, type_, facts, agent=deal.people["bob"], auth=[phone], **more)


def _shaken_attestation() -> Tale:
    deal = Deal("an attestation that was contested in the cut does not count, one that came to be so later does")
    phone = _phone(deal)
    one = deal.work("alice", 60, state="claimed")
    said = _by_phone(deal, phone, "attestation", evaluation.attestation(one.id))
    income = deal.income(1000)
    before = deal.share("alice", income)
    assert len(before.facts["lines"]) == 1
    revoke = deal.tale.write("bob", deal.people["bob"], "revoke", authority.revoke([phone.id]), knows=[])
    after = deal.share("alice", income, to="2026-01-01")
    assert after.facts["lines"] == []
    deal.tale.contested(said, Reason.C_REVOKED, revoke)
    for each in (before, after):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _seen_attestation() -> Tale:
    deal = Deal("an attestation that was seen when the phone was ended counts in every cut that holds what was named")
    phone = _phone(deal)
    one = deal.work("alice", 60)
    said = _by_phone(deal, phone, "attestation", evaluation.attestation(one.id))
    income = deal.income(1000)
    last = _by_phone(deal, phone, "checkpoint", repair.checkpoint())
    facts = authority.revoke([phone.id], seen=[last.id])
    revoke = deal.tale.write("bob", deal.people["bob"], "revoke", facts, knows=[])
    both = deal.share("alice", income)
    assert len(both.facts["lines"]) == 1
    part = deal.share("bob", income, knows=[said, income, revoke], to="2026-01-01")
    assert part.facts["lines"] == []
    for each in (both, part):
        deal.tale.is_(each, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _shaken_approval() -> Tale:
    deal = Deal("an approval that is contested freezes a distribution until it is given again")
    phone = _phone(deal)
    deal.work("alice", 60, "bob")
    shared = deal.share("alice", deal.income(1000))
    deal.accept("alice", shared)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(shared.id))
    later = deal.share("alice", deal.income(1001), prev=shared)
    deal.all_accept(later)
    revoke = deal.tale.write("bob", deal.people["bob"], "revoke", authority.revoke([phone.id]), knows=[])
    deal.tale.contested(shaken, Reason.C_REVOKED, revoke)
    deal.tale.is_(shared, state="contested", reason="C-RESTS", ids=[shaken.id.hex()])
    deal.tale.is_(later, state="contested", reason="C-RESTS", ids=[shared.id.hex()])
    return deal.tale


def _shaken_version() -> Tale:
    deal = Deal("a contested signature freezes a version and all under it, until it is given again", signed=False)
    phone = _phone(deal)
    deal.accept("alice", deal.deal)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(deal.deal.id))
    second = deal.version("alice", deal.deal)
    deal.all_accept(second)
    deal.work("alice", 60, "bob")
    shared = deal.share("alice", deal.income(1000))
    deal.all_accept(shared)
    revoke = deal.tale.write("bob", deal.people["bob"], "revoke", authority.revoke([phone.id]), knows=[])
    deal.tale.contested(shaken, Reason.C_REVOKED, revoke)
    deal.tale.is_(deal.deal, state="contested", reason="C-RESTS", ids=[shaken.id.hex()])
    deal.tale.is_(second, state="contested", reason="C-RESTS", ids=[deal.deal.id.hex()])
    deal.tale.is_(shared, state="contested", reason="C-RESTS", ids=[deal.deal.id.hex()])
    return deal.tale


def _end(deal: Deal, grant: Record, **more: Any) -> Record:
    """Bob ends one of his devices, without knowing what it signed."""
    facts = authority.revoke([grant.id], **more)
    return deal.tale.write("bob", deal.people["bob"], "revoke", facts, knows=[])


def _all_proposed(deal: Deal, *shared: Record) -> Tale:
    names = [name for name in deal.people if deal.people[name].id in deal.parties]
    for each in shared:
        deal.tale.is_(each, state="proposed", **missing(deal, *names))
    return deal.tale


def _helped_attestation() -> Tale:
    deal = Deal("a contested attestation counts in a cut in which it is re-affirmed")
    phone = _phone(deal)
    one = deal.work("alice", 60)
    said = _by_phone(deal, phone, "attestation", evaluation.attestation(one.id))
    income = deal.income(1000)
    _end(deal, phone)
    before = deal.share("alice", income)
    deal.accept("bob", said)
    after = deal.share("alice", income, to="2026-01-01")
    assert [len(each.facts["lines"]) for each in (before, after)] == [0, 1]
    deal.tale.is_(said, flags=["reaffirmed"])
    return _all_proposed(deal, before, after)


def _added_attestation() -> Tale:
    deal = Deal("what a second revocation adds to what the first had seen counts in a cut that holds both")
    phone = _phone(deal)
    one = deal.work("alice", 60)
    said = _by_phone(deal, phone, "attestation", evaluation.attestation(one.id))
    income = deal.income(1000)
    revoke = _end(deal, phone)
    before = deal.share("alice", income)
    facts = authority.revoke([revoke.id], seen=[said.id])
    deal.tale.write("bob", deal.people["bob"], "revoke", facts, knows=[revoke])
    after = deal.share("alice", income, to="2026-01-01")
    assert [len(each.facts["lines"]) for each in (before, after)] == [0, 1]
    return _all_proposed(deal, before, after)


def _resting_attestation() -> Tale:
    deal = Deal("an attestation by a device that a lost one had let in counts once that is re-affirmed")
    tale, bob = deal.tale, deal.people["bob"]
    lost = authority.device(key("tablet").public, may_delegate=True)
    tablet = tale.is_(tale.write("bob", bob, "grant", lost), state="removed")
    facts = authority.device(key("phone").public)
    phone = tale.write("tablet", bob, "grant", facts, auth=[tablet])
    tale.is_(phone, state="active", flags=["reaffirmed"])
    one = deal.work("alice", 60)
    said = _by_phone(deal, phone, "attestation", evaluation.attestation(one.id))
    tale.is_(said, flags=["reaffirmed"])
    income = deal.income(1000)
    _end(deal, tablet)
    before = deal.share("alice", income)
    tale.accept("bob", phone, agent=bob)
    after = deal.share("alice", income, to="2026-01-01")
    assert [len(each.facts["lines"]) for each in (before, after)] == [0, 1]
    return _all_proposed(deal, before, after)


def _rotated_attestation() -> Tale:
    deal = Deal("an attestation by a root key that was replaced unseen does not count in a cut that knows it")
    tale, bob = deal.tale, deal.people["bob"]
    one = deal.work("alice", 60, state="claimed")
    accepted = deal.tale.records[-1]
    said = deal.write("bob", "attestation", evaluation.attestation(one.id))
    income = deal.income(1000)
    before = deal.share("alice", income)
    signed = [each for each in tale.records if each.agent == bob.id and each != said]
    facts = authority.rotate(key("new").public, bob.id, [key("holder")], seen=[each.id for each in signed])
    rotate = tale.write("new", bob, "rotate", facts, knows=[])
    after = deal.share("alice", income, to="2026-01-01")
    assert [len(each.facts["lines"]) for each in (before, after)] == [1, 0], accepted
    tale.contested(said, Reason.C_REVOKED, rotate)
    return _all_proposed(deal, before, after)


def _ordered_attestation() -> Tale:
    deal = Deal("an attestation that a firm's founders ordered counts", "carol")
    tale, carol = deal.tale, deal.people["carol"]
    firm = tale.firm("firm", carol, sensitive=["attestation"])
    (founds,) = tale.accepts_of(firm)
    second = deal.version("bob", deal.deal, named=[firm.id], ack={"min": 1, "by": [firm.id]})
    deal.all_accept(second)
    tale.is_(deal.deal, state="superseded")
    tale.is_(second, state="in_force")
    one = deal.work("alice", 60)
    facts = evaluation.attestation(one.id)
    orders: Any = [["attestation", authority.order_digest(facts)]]
    order = tale.write("carol", firm, "resolution", authority.resolution("order", orders=orders), agent=carol)
    tale.is_(order, state="carried")
    tale.accept("carol", order, agent=carol)
    tale.write("carol", deal.deal, "attestation", facts, agent=firm, auth=[founds, order])
    shared = deal.share("bob", deal.income(1000), version=second)
    assert len(shared.facts["lines"]) == 1
    return _all_proposed(deal, shared)


def _helped_confirmation() -> Tale:
    deal = Deal("an income is confirmed by who says so once more, with a key that was not lost", income_confirm="party")
    phone = _phone(deal)
    income = deal.income(1000)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(income.id))
    _end(deal, phone)
    deal.tale.no(deal.share("alice", income), Reason.D_INCOME, income)
    deal.accept("bob", income)
    right = deal.share("alice", income, to="2026-01-01")
    deal.tale.is_(shaken, flags=["reaffirmed"])
    return _all_proposed(deal, right)


def _limited_income() -> Tale:
    deal = Deal("an income beyond the mandate of who declared it is shared once it was made good")
    tale, alice = deal.tale, deal.people["alice"]
    limited = authority.grant(deal.people["bob"].id, "staff", most=value.Money(999, "EUR"))
    grant = tale.is_(tale.write("alice", alice, "grant", limited), state="active")
    tale.accept("bob", grant, agent=deal.people["bob"])
    facts = accounts.income(alice.id, net=value.Money(1000, "EUR"), on="2025-11-30")
    income = tale.write("bob", deal.deal, "income", facts, agent=alice, auth=[grant])
    tale.no(deal.share("bob", income), Reason.D_INCOME, income)
    again = tale.write("bob", deal.deal, "countersign", identity.accept(income.id), agent=alice, auth=[grant])
    tale.contested(again, Reason.T_LIMIT, grant)
    tale.no(deal.share("bob", income, to="2026-01-01"), Reason.D_INCOME, income)
    deal.accept("alice", income)
    tale.is_(income, state="confirmed", flags=["reaffirmed"])
    tale.is_(again, flags=["reaffirmed"])
    right = deal.share("bob", income, to="2026-01-02")
    return _all_proposed(deal, right)
