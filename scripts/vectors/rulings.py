"""Cases for agreements: what mediators or parties decide about them (04-fold 4.5, 09-agreements 2.3)."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import accounts, authority, identity, repair, value
from meshproto.types.rulings import ruling
from scripts.vectors.cases import key
from scripts.vectors.deals import Deal, missing
from scripts.vectors.tale import Tale

MEDIATORS = ("mia", "max", "mo")


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _a_version_is_picked(),
        _passed_over_for_ever(),
        _picked_too_early(),
        _shaken_after_the_choice(),
        _shaken_distribution(),
        _a_distribution_is_picked(),
        _they_contradict_each_other(),
        _a_later_one_overrules(),
        _signatures_are_upheld(),
        _approvals_are_upheld(),
        _payments_are_upheld(),
        _votes_are_shaken(),
        _refused(),
        _refused_about(),
        _under_the_newest(),
        _elsewhere(),
    ]


def _ids(*records: Record) -> list[str]:
    return [each.hex() for each in sorted(each.id for each in records)]


def _siblings(deal: Deal) -> tuple[Record, Record]:
    one = deal.version("alice", deal.deal, from_="2025-12-01")
    two = deal.version("bob", deal.deal, from_="2025-12-02")
    for each in (one, two):
        deal.all_accept(each)
    return one, two


def _a_version_is_picked() -> Tale:
    deal = Deal("two of three mediators pick one of two signed versions", *MEDIATORS, mediators=MEDIATORS)
    deal.work("alice", 60, "bob")
    one, two = _siblings(deal)
    good = deal.share("alice", deal.income(1000), version=one)
    bad = deal.share("alice", deal.income(1001), version=two, to="2026-01-01")
    for each in (good, bad):
        deal.all_accept(each)
    picks = deal.rule("mia", "pick", two, pick=one)
    deal.all_accept(picks, "mia", "mo")
    deal.write("max", "countersign", {"target": picks.id, "decision": "decline"})
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(one, state="in_force")
    deal.tale.is_(two, state="contested", reason="R-DECIDED", ids=_ids(picks))
    deal.tale.is_(good, state="effective")
    deal.tale.is_(bad, state="contested", reason="K-CONFLICT", ids=_ids(two))
    return deal.tale


def _passed_over_for_ever() -> Tale:
    deal = Deal("what follows a version that was passed over is, too, unless it follows the one picked as well")
    one, two = _siblings(deal)
    more = deal.version("bob", two, from_="2025-12-03")
    three = deal.version("bob", one, two, from_="2025-12-04")
    deal.all_accept(more)
    picks = deal.rule("alice", "pick", two, pick=one)
    deal.all_accept(picks)
    deal.tale.is_(more, state="contested", reason="R-DECIDED", ids=_ids(picks))
    deal.tale.is_(two, state="superseded")
    deal.all_accept(three)
    for each in (deal.deal, one):
        deal.tale.is_(each, state="superseded")
    deal.tale.is_(three, state="in_force")
    return deal.tale


def _picked_too_early() -> Tale:
    deal = Deal("picking a version that not all have signed changes nothing")
    one = deal.version("alice", deal.deal, from_="2025-12-01")
    two = deal.version("bob", deal.deal, from_="2025-12-02")
    deal.all_accept(one, "alice")
    deal.all_accept(two)
    deal.all_accept(deal.rule("alice", "pick", two, pick=one))
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(one, state="proposed", **missing(deal, "bob"))
    deal.tale.is_(two, state="in_force")
    return deal.tale


def _rivals(deal: Deal) -> tuple[Record, Record]:
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    one = deal.share("alice", income)
    two = deal.share("bob", income, to="2026-01-01")
    for each in (one, two):
        deal.all_accept(each)
    return one, two


def _shaken_after_the_choice() -> Tale:
    deal = Deal("what was passed over does not come back because a signature of the other becomes contested")
    phone = _phone(deal)
    one = deal.version("alice", deal.deal, from_="2025-12-01")
    two = deal.version("bob", deal.deal, from_="2025-12-02")
    deal.all_accept(two)
    deal.accept("alice", one)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(one.id))
    picks = deal.rule("alice", "pick", two, pick=one)
    deal.all_accept(picks)
    deal.tale.contested(shaken, Reason.C_REVOKED, _lose(deal, phone))
    deal.tale.is_(one, state="contested", reason="C-RESTS", ids=_ids(shaken))
    deal.tale.is_(two, state="contested", reason="R-DECIDED", ids=_ids(picks))
    deal.tale.is_(deal.deal, state="superseded")
    return deal.tale


def _shaken_distribution() -> Tale:
    deal = Deal("nor does a distribution that was passed over")
    phone = _phone(deal)
    deal.work("alice", 60, "bob")
    income = deal.income(1000)
    one, two = deal.share("alice", income), deal.share("bob", income, to="2026-01-01")
    deal.all_accept(two)
    deal.accept("alice", one)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(one.id))
    picks = deal.rule("alice", "pick", two, pick=one)
    deal.all_accept(picks)
    deal.tale.contested(shaken, Reason.C_REVOKED, _lose(deal, phone))
    deal.tale.is_(one, state="contested", reason="C-RESTS", ids=_ids(shaken))
    deal.tale.is_(two, state="contested", reason="R-DECIDED", ids=_ids(picks))
    return deal.tale


def _a_distribution_is_picked() -> Tale:
    deal = Deal("the parties pick one of two rival distributions, with all that comes after it")
    one, two = _rivals(deal)
    after = deal.share("alice", deal.income(1001), prev=one)
    late = deal.share("bob", deal.income(1002), prev=two, to="2026-01-01")
    for each in (after, late):
        deal.all_accept(each)
    picks = deal.rule("bob", "pick", two, pick=one)
    deal.all_accept(picks)
    for each in (one, after):
        deal.tale.is_(each, state="effective")
    for each in (two, late):
        deal.tale.is_(each, state="contested", reason="R-DECIDED", ids=_ids(picks))
    return deal.tale


def _they_contradict_each_other() -> Tale:
    deal = Deal("two resolutions that pick different ones decide nothing; a third that names both decides")
    one, two = _rivals(deal)
    first = deal.rule("alice", "pick", two, pick=one)
    second = deal.rule("bob", "pick", one, pick=two)
    for each in (first, second):
        deal.all_accept(each)
    deal.tale.is_(first, state="carried", reason="R-RIVAL", ids=_ids(second))
    deal.tale.is_(second, state="carried", reason="R-RIVAL", ids=_ids(first))
    deal.tale.is_(one, state="contested", reason="R-RIVAL", ids=_ids(two))
    deal.tale.is_(two, state="contested", reason="R-RIVAL", ids=_ids(one))
    third = deal.rule("bob", "pick", one, pick=two, prev=[first, second])
    deal.accept("alice", third)
    deal.tale.is_(third, state="open", **missing(deal, "bob"))
    return deal.tale


def _a_later_one_overrules() -> Tale:
    deal = Deal("a resolution that names earlier ones about the same takes their place")
    one, two = _rivals(deal)
    first = deal.rule("alice", "pick", two, pick=one)
    second = deal.rule("bob", "pick", one, pick=two)
    third = deal.rule("bob", "pick", one, pick=two, prev=[first, second])
    for each in (first, second, third):
        deal.all_accept(each)
    deal.tale.is_(one, state="contested", reason="R-DECIDED", ids=_ids(third))
    deal.tale.is_(two, state="effective")
    return deal.tale


def _phone(deal: Deal, state: str = "removed") -> Record:
    phone = deal.tale.write("bob", deal.people["bob"], "grant", authority.device(key("phone").public))
    return deal.tale.is_(phone, state=state)


def _by_phone(deal: Deal, phone: Record, type_: str, facts: Any) -> Record:
    return deal.tale.write("phone", deal.deal, type_, facts, agent=deal.people["bob"], auth=[phone])


def _lose(deal: Deal, phone: Record) -> Record:
    facts = authority.revoke([phone.id])
    return deal.tale.write("bob", deal.people["bob"], "revoke", facts, knows=[])


def _signatures_are_upheld() -> Tale:
    deal = Deal(
        "a contested signature of a version is upheld by the mediators of the one before", "mia", mediators=("mia",)
    )
    phone = _phone(deal)
    second = deal.version("alice", deal.deal)
    deal.accept("alice", second)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(second.id))
    deal.work("alice", 60, "bob")
    shared = deal.share("alice", deal.income(1000), version=second)
    deal.all_accept(shared)
    deal.tale.contested(shaken, Reason.C_REVOKED, _lose(deal, phone))
    deal.accept("mia", deal.rule("mia", "uphold", shaken))
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(second, state="in_force")
    deal.tale.is_(shared, state="effective")
    return deal.tale


def _approvals_are_upheld() -> Tale:
    deal = Deal(
        "a contested approval that is upheld by some and rejected by others stays contested", "mia", mediators=("mia",)
    )
    phone = _phone(deal)
    deal.work("alice", 60, "bob")
    shared, later = deal.share("alice", deal.income(1000)), deal.share("alice", deal.income(1001), to="2026-01-01")
    shaken, other = (_by_phone(deal, phone, "countersign", identity.accept(each.id)) for each in (shared, later))
    deal.accept("alice", shared)
    revoke = _lose(deal, phone)
    for each in (shaken, other):
        deal.tale.contested(each, Reason.C_REVOKED, revoke)
    upholds, rejects = deal.rule("mia", "uphold", shaken), deal.rule("mia", "reject", shaken, other)
    for each in (upholds, rejects):
        deal.accept("mia", each)
    deal.tale.is_(upholds, state="carried", reason="R-RIVAL", ids=_ids(rejects))
    deal.tale.is_(rejects, state="carried", reason="R-RIVAL", ids=_ids(upholds))
    deal.tale.is_(shared, state="contested", reason="C-RESTS", ids=_ids(shaken))
    deal.tale.is_(later, state="proposed", **missing(deal, "alice"))
    return deal.tale


def _payments_are_upheld() -> Tale:
    deal = Deal("payments, promises and their receipts are upheld")
    phone = _phone(deal)
    alice, bob = (deal.people[name].id for name in ("alice", "bob"))
    pays = accounts.settlement(alice, bob, value.Money(100, "EUR"), on="2025-12-31")
    paid, lost = (deal.write("alice", "settlement", pays) for _ in range(2))
    receipts = [_by_phone(deal, phone, "countersign", identity.accept(each.id)) for each in (paid, lost)]
    piece = value.Measure(1, 0, "C62")
    promise = _by_phone(deal, phone, "commitment", accounts.commitment(bob, alice, "deliver", piece, due="2025-12-31"))
    repays = accounts.settlement(bob, alice, value.Money(1, "EUR"), on="2025-12-31")
    back, odd = (_by_phone(deal, phone, "settlement", repays) for _ in range(2))
    for each in (promise, back, odd):
        deal.accept("alice", each)
    revoke = _lose(deal, phone)
    rules = deal.rule("alice", "uphold", receipts[0], promise, back)
    deal.all_accept(rules)
    for each in receipts:
        deal.tale.contested(each, Reason.C_REVOKED, revoke)
    for each, state in ((promise, "in_force"), (back, "confirmed"), (odd, "contested")):
        deal.tale.contested(each, Reason.C_REVOKED, revoke, state=state)
    deal.tale.is_(paid, state="confirmed")
    deal.tale.is_(lost, state="contested", reason="C-RESTS", ids=_ids(receipts[1]))
    return deal.tale


def _votes_are_shaken() -> Tale:
    deal = Deal("a resolution that rests on a contested vote, or is contested itself, has no effect")
    phone = _phone(deal)
    one, two = _rivals(deal)
    picks = deal.rule("alice", "pick", two, pick=one)
    deal.accept("alice", picks)
    shaken = _by_phone(deal, phone, "countersign", identity.accept(picks.id))
    about = {one.id, two.id}
    lost = _by_phone(deal, phone, "resolution", ruling("pick", deal.deal.id, about, pick=two.id))
    deal.all_accept(lost)
    revoke = _lose(deal, phone)
    deal.tale.contested(shaken, Reason.C_REVOKED, revoke)
    deal.tale.is_(lost, flags=["reaffirmed"])
    deal.tale.is_(picks, state="contested", reason="C-RESTS", ids=_ids(shaken))
    deal.tale.is_(one, state="contested", reason="R-DECIDED", ids=_ids(lost))
    deal.tale.is_(two, state="effective")
    return deal.tale


def _refused() -> Tale:
    deal = Deal(
        "who decides under which version, and what a resolution overrules",
        "mia",
        "eve",
        mediators=("mia",),
        named=("eve",),
    )
    tale, first = deal.tale, deal.deal
    one, two = _siblings(deal)
    for each in (one, two):
        tale.is_(each, state="conflict")
    tale.is_(first, state="superseded")
    income = deal.income(1000)
    for name in ("alice", "eve"):
        tale.no(deal.rule(name, "pick", two, pick=one), Reason.X_SCOPE, first)
    tale.no(deal.rule("mia", "pick", two, pick=one, under=income), Reason.I_RULE, income, detail="agreement")
    tale.no(deal.rule("mia", "pick", two, pick=one, prev=[income]), Reason.I_RULE, income, detail="prev")
    good = deal.rule("mia", "pick", two, pick=one)
    tale.is_(good, state="open", **missing(deal, "mia"))
    tale.no(deal.accept("alice", good), Reason.X_SCOPE, good)
    deal.write("mia", "countersign", {"target": good.id, "decision": "decline"})
    retracts = deal.write("mia", "correction", repair.retract(good.id))
    tale.is_(retracts)
    return tale


def _refused_about() -> Tale:
    deal = Deal("what a resolution may be about", "carol", "eve", named=("eve",))
    tale, first = deal.tale, deal.deal
    phone = _phone(deal, state="active")
    one, two = _siblings(deal)
    after = deal.version("alice", two, from_="2025-12-03")
    shared, later = _rivals(deal)
    done = tale.is_(deal.share("alice", deal.income(1001), prev=shared), state="proposed")
    for each in (one, two):
        tale.is_(each, state="conflict")
    for each in (shared, later):
        tale.is_(each, state="contested")
    tale.is_(first, state="superseded")
    tale.is_(after, state="proposed")
    pay = accounts.settlement(deal.people["eve"].id, deal.people["bob"].id, value.Money(1, "EUR"), on="2025-12-31")
    paid = tale.is_(deal.write("eve", "settlement", pay), state="declared")
    got, own = deal.accept("bob", paid), deal.accept("eve", paid)
    tale.is_(paid, state="confirmed")
    declined = deal.write("bob", "countersign", {"target": shared.id, "decision": "decline"})
    confirmed = deal.accept("bob", next(each for each in tale.records if each.type == "income"))
    tale.is_(deal.rule("alice", "uphold", got), state="open")
    for outcome, wrong in (
        *(("uphold", each) for each in (paid, own, declined, confirmed, one, shared, phone)),
        *(("reject", each) for each in (first, deal.people["bob"])),
    ):
        made = deal.rule("alice", outcome, wrong)
        tale.no(made, Reason.I_RULE, wrong, detail="about")
    for pick, other, bad in (
        (one, shared, shared),
        (two, after, after),
        (shared, done, done),
        (got, own, min(got, own, key=lambda each: each.id)),
    ):
        tale.no(deal.rule("alice", "pick", other, pick=pick), Reason.I_RULE, bad, detail="about")
    return tale


def _under_the_newest() -> Tale:
    deal = Deal("a resolution stands under the newest version on which all it is about rests")
    tale, first = deal.tale, deal.deal
    second = deal.version("alice", first, from_="2025-12-01")
    deal.all_accept(second)
    one = deal.version("alice", second, from_="2025-12-02")
    two = deal.version("bob", second, from_="2025-12-03")
    for each in (one, two):
        deal.all_accept(each)
        tale.is_(each, state="conflict")
    for each in (first, second):
        tale.is_(each, state="superseded")
    for version, about in ((first, (one, two)), (one, (one, two))):
        wrong = deal.rule("alice", "pick", about[1], pick=about[0], under=version)
        tale.no(wrong, Reason.I_RULE, version, detail="agreement")
    signed = tale.accepts_of(one)[0]
    tale.is_(deal.rule("alice", "uphold", signed, under=second), state="open")
    tale.no(deal.rule("alice", "uphold", signed, under=one), Reason.I_RULE, one, detail="agreement")
    begun = tale.accepts_of(first)[0]
    tale.no(deal.rule("alice", "reject", begun), Reason.I_RULE, first, detail="agreement")
    return tale


def _elsewhere() -> Tale:
    deal = Deal("founders decide in their scopes, parties in theirs")
    tale, alice = deal.tale, deal.people["alice"]
    firm = tale.firm("firm", alice)
    facts = ruling("uphold", alice.id, [alice.id])
    tale.no(tale.write("alice", firm, "resolution", facts, agent=alice), Reason.X_SCOPE, detail="resolution")
    dissolves = deal.write("alice", "resolution", authority.resolution("dissolve"))
    tale.no(dissolves, Reason.X_SCOPE, detail="resolution")
    return tale
