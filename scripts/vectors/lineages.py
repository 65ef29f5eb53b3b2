"""Cases for the scopes of agreements: who takes part, who may answer what, and how far a mandate goes."""

from typing import Any

from meshproto.records.ids import digest33, ext
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import accounts, authority, evaluation, identity, repair, value
from scripts.vectors.cases import key, record, work
from scripts.vectors.tale import Tale, terms

_EUROS = value.Money(10_000, "EUR")
_DAY = "2025-11-20"


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _who_begins(),
        _who_takes_part(),
        _who_is_named_later(),
        _a_network_is_no_party(),
        _versions_follow_versions(),
        _who_answers(),
        _who_answers_elsewhere(),
        _attesting(),
        _sharing(),
        _voting(),
        _incomes(),
        _distributions(),
        _payments(),
        _erasing(),
        _for_a_firm(),
        _clerk_is_dismissed(),
        _unseen_revocation(),
        _limits_of_amounts(),
        _limits_of_days(),
        _limits_of_projects(),
        _reaffirmed_by_the_firm(),
        _sensitive(),
    ]


def _four(description: str) -> tuple[Tale, Record, Record, Record, Record]:
    tale = Tale(description)
    return tale, tale.person("alice"), tale.person("bob"), tale.person("carol"), tale.person("dora")


def _who_begins() -> Tale:
    tale, alice, bob, carol, _ = _four("who begins an agreement speaks for one of its parties")
    tale.deal("alice", alice, bob)
    tale.no(tale.keep(record(key("bob"), "agreement", terms(alice, bob), agent=alice.id)), Reason.X_KEY, alice)
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.is_(phone, state="active")
    tale.is_(tale.deal("phone", alice, bob, auth=[phone], from_="2025-11-02"))
    tale.no(tale.deal("alice", alice, auth=[phone], from_="2025-11-03"), Reason.X_KEY, alice)
    stray = tale.keep(record(key("carol"), "agreement", terms(alice, bob), agent=carol.id))
    tale.no(stray, Reason.I_RULE, detail="parties")
    tale.no(tale.write("alice", stray, agent=alice), Reason.X_KEY, stray)
    return tale


def _who_takes_part() -> Tale:
    tale, alice, bob, carol, dora = _four("who writes in an agreement: parties, whom it names, and mediators")
    dispute = {"mediators": [dora.id], "quorum": [1, 1]}
    deal = tale.deal("alice", alice, bob, named=[carol.id], dispute=dispute)
    for name, agent in (("alice", alice), ("bob", bob), ("carol", carol), ("dora", dora)):
        tale.is_(tale.write(name, deal, agent=agent), state="claimed")
    eve = tale.person("eve")
    tale.no(tale.write("eve", deal, agent=eve), Reason.X_SCOPE, eve)
    tale.no(tale.write("eve", deal, "countersign", identity.accept(deal.id), agent=eve), Reason.X_SCOPE, eve)
    return tale


def _who_is_named_later() -> Tale:
    tale, alice, bob, carol, dora = _four("who is named by a later version takes part for those who know it, and stays")
    deal = tale.deal("alice", alice, bob)
    second = tale.write("bob", deal, "agreement", terms(bob, alice, carol, prev=[deal.id]), agent=bob)
    early = tale.write("carol", deal, agent=carol, knows=[deal])
    tale.no(early, Reason.X_SCOPE, carol)
    tale.is_(tale.write("carol", deal, agent=carol, after=early), state="claimed")
    third = tale.write("alice", deal, "agreement", terms(alice, bob, prev=[second.id]), agent=alice)
    tale.is_(tale.write("carol", deal, agent=carol, knows=[third]), state="claimed")
    away = tale.write("dora", deal, "agreement", terms(dora, alice, prev=[deal.id]), agent=dora)
    tale.no(away, Reason.X_SCOPE, dora)
    return tale


def _a_network_is_no_party() -> Tale:
    tale, alice, bob, _, _ = _four("a party is a person or an organisation")
    firm = tale.firm("firm", bob)
    tale.is_(tale.deal("alice", alice, firm))
    odd = tale.write("bob", bob)
    tale.is_(odd, state="claimed")
    tale.no(tale.deal("alice", alice, odd), Reason.I_RULE, odd, detail="parties")
    tale.no(tale.deal("alice", alice, named=[odd.id]), Reason.I_RULE, odd, detail="parties")
    shed = tale.net("shed", alice)
    beyond = tale.deal("alice", alice, shed)
    tale.no(beyond, Reason.X_FOREIGN, shed, status="foreign")
    return tale


def _versions_follow_versions() -> Tale:
    tale, alice, bob, _, _ = _four("a version follows versions of the same agreement")
    deal = tale.deal("alice", alice, bob)
    one = tale.write("alice", deal, "agreement", terms(alice, bob, prev=[deal.id]), agent=alice)
    two = tale.write("bob", deal, "agreement", terms(bob, alice, prev=[deal.id]), agent=bob)
    tale.is_(tale.write("bob", deal, "agreement", terms(bob, alice, prev=[one.id, two.id]), agent=bob))
    claim = tale.is_(tale.write("bob", deal, agent=bob), state="claimed")
    wrong = tale.write("bob", deal, "agreement", terms(bob, alice, prev=[claim.id]), agent=bob)
    tale.no(wrong, Reason.I_RULE, claim, detail="prev")
    after = tale.write("bob", deal, "agreement", terms(bob, alice, prev=[wrong.id]), agent=bob)
    tale.no(after, Reason.I_RULE, wrong, detail="prev")
    own = tale.write("bob", deal, "agreement", terms(bob, alice, prev=[bob.id]), agent=bob)
    tale.no(own, Reason.I_RULE, bob, detail="prev")
    return tale


def _writes(tale: Tale, deal: Record, people: dict[str, Record]) -> Any:
    """Writes for somebody in an agreement, with the key of the name."""

    def write(name: str, type_: str, facts: Any) -> Record:
        return tale.write(name, deal, type_, facts, agent=people[name])

    return write


def _who_answers() -> Tale:
    tale, alice, bob, carol, dora = _four("who accepts what in an agreement")
    parties = {alice.id: ["provider", "holder"], bob.id: ["provider"], carol.id: ["client"]}
    deal = tale.deal("alice", alice, parties=parties, named=[dora.id])
    write = _writes(tale, deal, {"alice": alice, "bob": bob, "carol": carol, "dora": dora})
    shared = write("alice", "contribution", work(shares={alice.id: 1, bob.id: 1}))
    income = write("alice", "income", accounts.income(alice.id, net=_EUROS, on=_DAY))
    paid = write("alice", "settlement", accounts.settlement(alice.id, dora.id, _EUROS, on=_DAY))
    promise = accounts.commitment(bob.id, alice.id, "deliver", value.Measure(1, 0, "C62"), due=_DAY)
    promised = write("bob", "commitment", promise)
    judged = write("bob", "attestation", evaluation.attestation(write("alice", "contribution", work()).id))
    may = {
        deal: ["alice", "bob", "carol"],
        shared: ["alice", "bob"],
        income: ["alice", "bob", "carol", "dora"],
        paid: ["alice", "dora"],
        promised: ["alice", "bob"],
    }
    for target, names in may.items():
        for name in ("alice", "bob", "carol", "dora"):
            answer = write(name, "countersign", identity.accept(target.id))
            if name not in names:
                tale.no(answer, Reason.X_SCOPE, target)
    odd = write("alice", "countersign", identity.accept(judged.id))
    tale.no(odd, Reason.U_TYPE, status="unknown", detail="countersign")
    write("bob", "countersign", identity.accept(judged.id))
    return tale


def _who_answers_elsewhere() -> Tale:
    tale, alice, bob, _, _ = _four("what stands elsewhere, or is not valid, is not accepted in an agreement")
    deal = tale.deal("alice", alice, bob)
    far = tale.write("alice", alice)
    tale.no(tale.write("alice", deal, "countersign", identity.accept(far.id), agent=alice), Reason.X_SCOPE, far)
    grant = tale.write("alice", alice, "grant", authority.grant(bob.id, "staff"))
    tale.is_(far, state="claimed")
    tale.is_(grant, state="invited")
    tale.no(tale.write("bob", deal, "countersign", identity.accept(grant.id), agent=bob), Reason.X_SCOPE, grant)
    wrong = tale.write("alice", deal, "agreement", terms(alice, bob, prev=[far.id]), agent=alice)
    tale.no(wrong, Reason.I_RULE, far, detail="prev")
    signed = tale.write("bob", deal, "countersign", identity.accept(wrong.id), agent=bob)
    tale.no(signed, Reason.I_RULE, wrong, detail="target")
    return tale


def _attesting() -> Tale:
    tale, alice, bob, carol, dora = _four("who may attest what, and in place of what")
    deal = tale.deal("alice", alice, bob, carol, dora)
    write = _writes(tale, deal, {"alice": alice, "bob": bob, "carol": carol, "dora": dora})
    shares = {alice.id: 600, bob.id: 400}
    claim = write("alice", "contribution", work(shares=shares, beneficiaries=[carol.id]))
    tale.is_(claim, state="rejected")
    other = tale.is_(write("bob", "contribution", work()), state="acknowledged")
    for name in ("alice", "bob", "carol"):
        tale.no(write(name, "attestation", evaluation.attestation(claim.id)), Reason.A_SELF, claim)
    less = value.Measure(60, 0, "MIN")
    first = write("dora", "attestation", evaluation.attestation(claim.id, qty=less, rating=5))
    write("dora", "attestation", evaluation.attestation(claim.id, verdict="reject", supersedes=[first.id]))
    hours = write("dora", "attestation", evaluation.attestation(claim.id, qty=value.Measure(1, 0, "HUR")))
    tale.no(hours, Reason.I_RULE, claim, detail="qty")
    wrong = write("dora", "attestation", evaluation.attestation(other.id, supersedes=[first.id]))
    tale.no(wrong, Reason.I_RULE, first, detail="supersedes")
    seen = write("carol", "attestation", evaluation.attestation(other.id))
    stolen = write("dora", "attestation", evaluation.attestation(other.id, supersedes=[seen.id]))
    tale.no(stolen, Reason.I_RULE, seen, detail="supersedes")
    odd = write("dora", "attestation", evaluation.attestation(other.id, supersedes=[other.id]))
    tale.no(odd, Reason.I_RULE, other, detail="supersedes")
    tale.no(write("dora", "attestation", evaluation.attestation(first.id)), Reason.I_RULE, first, detail="subject")
    far = tale.is_(tale.write("alice", alice), state="claimed")
    tale.no(write("dora", "attestation", evaluation.attestation(far.id)), Reason.I_RULE, far, detail="subject")
    return tale


def _sharing() -> Tale:
    tale, alice, bob, carol, _ = _four("a contribution is shared with those who take part")
    deal = tale.deal("alice", alice, bob)
    claim = tale.write("bob", deal, facts=work(shares={bob.id: 1, alice.id: 2}), agent=bob)
    tale.is_(claim, state="claimed")
    odd = tale.write("bob", deal, facts=work(shares={bob.id: 1, carol.id: 2}), agent=bob)
    tale.no(odd, Reason.I_RULE, carol, detail="shares")
    tale.is_(tale.write("bob", bob, facts=work(shares={bob.id: 1, carol.id: 2})), state="claimed")
    return tale


def _voting() -> Tale:
    tale, alice, bob, carol, _ = _four("a ballot is about those who take part, and takes the place of one's own")
    deal = tale.deal("alice", alice, bob)
    write = _writes(tale, deal, {"alice": alice, "bob": bob})
    first = write("alice", "allocation", evaluation.allocation("one", {bob.id: 10, alice.id: 1}))
    write("alice", "allocation", evaluation.allocation("one", {bob.id: 20}, supersedes=[first.id]))
    other = write("alice", "allocation", evaluation.allocation("two", {}, supersedes=[first.id]))
    tale.no(other, Reason.I_RULE, first, detail="supersedes")
    stolen = write("bob", "allocation", evaluation.allocation("one", {}, supersedes=[first.id]))
    tale.no(stolen, Reason.I_RULE, first, detail="supersedes")
    tale.no(
        write("bob", "allocation", evaluation.allocation("one", {carol.id: 1})), Reason.I_RULE, carol, detail="points"
    )
    return tale


def _incomes() -> Tale:
    tale, alice, bob, carol, _ = _four("what may be refunded of which income")
    deal = tale.deal("alice", alice, bob)
    write = _writes(tale, deal, {"alice": alice, "bob": bob})

    def refund(name: str, of: Record, net: int, cur: str = "EUR", tax: int = 0) -> Record:
        holder = alice if name == "alice" else bob
        given = accounts.income(holder.id, net=value.Money(net, cur), tax=tax, on=_DAY, refunds=of.id)
        made: Record = write(name, "income", given)
        return made

    income = write("alice", "income", accounts.income(alice.id, net=_EUROS, tax=100, on=_DAY, payer=carol.id))
    back = refund("alice", income, -10_000, tax=-100)
    for wrong in (
        refund("alice", income, -10_001),
        refund("alice", income, -9_000, tax=-101),
        refund("alice", income, -1, "USD"),
        refund("bob", income, -1),
    ):
        tale.no(wrong, Reason.I_RULE, income, detail="refunds")
    tale.no(refund("alice", back, -1), Reason.I_RULE, back, detail="refunds")
    tale.no(refund("alice", deal, -1), Reason.I_RULE, deal, detail="refunds")
    claim = tale.is_(tale.write("bob", bob), state="claimed")
    odd = write("alice", "income", accounts.income(alice.id, net=_EUROS, on=_DAY, payer=claim.id))
    tale.no(odd, Reason.I_RULE, claim, detail="from")
    return tale


def shared(version: bytes, incomes: list[bytes], *lines: Any, **more: Any) -> Any:
    """Facts of a distribution about whose sums nothing is asked here."""
    digest = digest33(bytes(32))
    given = {"to": _DAY, "engine": "ve/0", "carry": value.Money(0, "EUR")} | more
    return accounts.distribution(version, incomes, lines=lines, inputs_digest=digest, result_digest=digest, **given)


def _distributions() -> Tale:
    tale, alice, bob, carol, _ = _four("what a distribution may name, and who may propose it")
    deal = tale.deal("alice", alice, bob, named=[carol.id], value_equation={"cur": "EUR", "steps": []})
    write = _writes(tale, deal, {"alice": alice, "bob": bob, "carol": carol})
    income = write("alice", "income", accounts.income(alice.id, net=_EUROS, on=_DAY))
    for name, facts, target in (
        ("agreement", shared(income.id, [income.id]), income),
        ("incomes", shared(deal.id, [deal.id]), deal),
        ("prev", shared(deal.id, [income.id], prev=income.id), income),
    ):
        tale.no(write("bob", "distribution", facts), Reason.I_RULE, target, detail=name)
    tale.no(write("carol", "distribution", shared(deal.id, [income.id])), Reason.X_SCOPE, deal)
    proposed = tale.share("bob", deal, income, agent=bob)
    write("alice", "countersign", identity.accept(proposed.id))
    tale.no(write("carol", "countersign", identity.accept(proposed.id)), Reason.X_SCOPE, proposed)
    return tale


def _payments() -> Tale:
    tale, alice, bob, carol, _ = _four("payments and promises between those who take part")
    deal = tale.deal("alice", alice, bob)
    write = _writes(tale, deal, {"alice": alice, "bob": bob})
    write("alice", "settlement", accounts.settlement(alice.id, bob.id, _EUROS, on=_DAY))
    write("alice", "settlement", accounts.settlement(bob.id, alice.id, _EUROS, on=_DAY))
    out = write("alice", "settlement", accounts.settlement(alice.id, carol.id, _EUROS, on=_DAY))
    tale.no(out, Reason.I_RULE, carol, detail="to")
    in_ = write("alice", "settlement", accounts.settlement(carol.id, alice.id, _EUROS, on=_DAY))
    tale.no(in_, Reason.I_RULE, carol, detail="from")
    odd = write("alice", "settlement", accounts.settlement(alice.id, bob.id, _EUROS, on=_DAY, applied={deal.id: 1}))
    tale.no(odd, Reason.I_RULE, deal, detail="applied")
    piece = value.Measure(1, 0, "C62")
    far = write("alice", "commitment", accounts.commitment(alice.id, carol.id, "deliver", piece, due=_DAY))
    tale.no(far, Reason.I_RULE, carol, detail="receiver")
    near = write("alice", "commitment", accounts.commitment(carol.id, alice.id, "deliver", piece, due=_DAY))
    tale.no(near, Reason.I_RULE, carol, detail="provider")
    return tale


def _erasing() -> Tale:
    tale, alice, bob, _, _ = _four("the words of an agreement are not erased, those of a claim are")
    deal = tale.deal("alice", alice, bob)
    claim = tale.write("alice", deal, agent=alice)
    tale.is_(claim, state="claimed", flags=["erased"])
    tale.no(tale.write("alice", deal, "erasure", repair.erasure([deal.id]), agent=alice), Reason.X_SCOPE, deal)
    tale.write("alice", deal, "erasure", repair.erasure([claim.id]), agent=alice)
    tale.no(tale.write("alice", deal, "erasure", repair.erasure([ext(claim.id)]), agent=alice), Reason.X_SCOPE)
    return tale


def _clerk(tale: Tale, firm: Record, bob: Record, **limits: Any) -> tuple[Record, Record, Record]:
    """Staff of a firm: the founder's accept, the grant and its accept."""
    (founds,) = tale.accepts_of(firm)
    grant = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff", **limits), agent=firm, auth=[founds])
    return founds, tale.is_(grant, state="active"), tale.accept("bob", grant, agent=bob)


def _for_a_firm() -> Tale:
    tale, alice, bob, carol, _ = _four("a firm takes part through its people")
    firm = tale.firm("firm", alice)
    founds, grant, took = _clerk(tale, firm, bob, scopes=["agreement", "countersign"])
    deal = tale.deal("bob", firm, carol, auth=[grant], deps=[took])
    tale.write("bob", deal, "countersign", identity.accept(deal.id), agent=firm, auth=[grant])
    tale.no(tale.write("bob", deal, agent=firm, auth=[grant]), Reason.X_SCOPE, grant)
    tale.is_(tale.write("alice", deal, agent=firm, auth=[founds]), state="claimed")
    tale.no(tale.write("bob", deal, agent=bob), Reason.X_SCOPE, bob)
    tale.no(tale.write("carol", deal, agent=firm), Reason.X_KEY, firm)
    return tale


def _clerk_is_dismissed() -> Tale:
    tale, alice, bob, carol, _ = _four("who is dismissed and knows it signs nothing more")
    firm = tale.firm("firm", alice)
    founds, grant, took = _clerk(tale, firm, bob)
    deal = tale.deal("bob", firm, carol, auth=[grant], deps=[took])
    signed = tale.write("bob", deal, "countersign", identity.accept(deal.id), agent=firm, auth=[grant])
    ended = authority.revoke([grant.id], seen=[signed.id])
    revoke = tale.write("alice", firm, "revoke", ended, agent=firm, auth=[founds])
    tale.is_(grant, state="removed")
    late = tale.write("bob", deal, "countersign", identity.accept(deal.id), agent=firm, auth=[grant])
    tale.no(late, Reason.X_REVOKED, revoke)
    tale.no(tale.deal("bob", firm, auth=[grant], deps=[revoke]), Reason.X_REVOKED, revoke)
    return tale


def _unseen_revocation() -> Tale:
    tale, alice, bob, carol, _ = _four(
        "what a phone signed while it was ended unseen: claims count, the rest is frozen"
    )
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    deal = tale.deal("phone", alice, bob, carol, auth=[phone])
    theirs = tale.is_(tale.write("bob", deal, agent=bob), state="claimed")
    acts = {
        "contribution": work(),
        "attestation": evaluation.attestation(theirs.id),
        "allocation": evaluation.allocation("one", {}),
        "income": accounts.income(alice.id, net=_EUROS, on=_DAY),
        "countersign": identity.accept(deal.id),
        "settlement": accounts.settlement(alice.id, bob.id, _EUROS, on=_DAY),
        "agreement": terms(alice, bob, prev=[deal.id]),
        "checkpoint": repair.checkpoint(),
    }
    made = {type_: tale.write("phone", deal, type_, facts, agent=alice, auth=[phone]) for type_, facts in acts.items()}
    revoke = tale.write("alice", alice, "revoke", authority.revoke([phone.id]), knows=[])
    tale.is_(phone, state="removed")
    badge = ["concurrent-with-removal"]
    tale.contested(deal, Reason.C_REVOKED, revoke, flags=badge)
    for type_, act in made.items():
        more: dict[str, Any] = {"flags": badge} if type_ in ("contribution", "agreement", "checkpoint") else {}
        state = {"state": "claimed"} if type_ == "contribution" else {}
        tale.contested(act, Reason.C_REVOKED, revoke, **more, **state)
    return tale


def _limited(description: str, **limits: Any) -> tuple[Tale, Record, Record, Record, Any]:
    """A clerk with limits who acts for a firm towards carol: the tale, firm, carol, the grant, and how he writes."""
    tale, alice, bob, carol, _ = _four(description)
    firm = tale.firm("firm", alice)
    _, grant, took = _clerk(tale, firm, bob, **limits)

    def write(deal: Record, type_: str, facts: Any) -> Record:
        return tale.write("bob", deal, type_, facts, agent=firm, auth=[grant], knows=[took])

    return tale, firm, carol, grant, write


def _judge(tale: Tale, act: Record, grant: Record, beyond: bool, **state: Any) -> None:
    if beyond:
        flags = {"flags": ["beyond-mandate"]} if act.type in ("agreement", "contribution", "distribution") else {}
        tale.contested(act, Reason.T_LIMIT, grant, **state, **flags)
    else:
        tale.is_(act, **state)


def _limits_of_amounts() -> Tale:
    tale, firm, carol, grant, write = _limited("a mandate up to an amount", most=value.Money(100, "EUR"))
    for worth, beyond in ((None, True), (value.Money(100, "EUR"), False), (value.Money(101, "EUR"), True)):
        deal = tale.deal("carol", carol, firm, worth=worth)
        _judge(tale, write(deal, "countersign", identity.accept(deal.id)), grant, beyond)
        own = tale.deal("bob", firm, carol, auth=[grant], deps=tale.accepts_of(grant), worth=worth)
        _judge(tale, own, grant, beyond)
    deal = tale.deal("carol", carol, firm, from_="2025-11-09")
    for amount, cur, beyond in ((100, "EUR", False), (101, "EUR", True), (1, "USD", True)):
        money = value.Money(amount, cur)
        _judge(tale, write(deal, "income", accounts.income(firm.id, net=money, on=_DAY)), grant, beyond)
        paid = accounts.settlement(firm.id, carol.id, money, on=_DAY)
        _judge(tale, write(deal, "settlement", paid), grant, beyond)
        theirs = tale.write("carol", deal, "settlement", paid | {"from": carol.id, "to": firm.id}, agent=carol)
        _judge(tale, write(deal, "countersign", identity.accept(theirs.id)), grant, beyond)
        piece = value.Measure(1, 0, "C62")
        promise = accounts.commitment(firm.id, carol.id, "deliver", piece, due=_DAY, price=money)
        _judge(tale, write(deal, "commitment", promise), grant, beyond)
    tax = accounts.income(firm.id, net=value.Money(90, "EUR"), tax=11, on=_DAY)
    _judge(tale, write(deal, "income", tax), grant, True)
    income = tale.write("carol", deal, "income", accounts.income(carol.id, net=_EUROS, on=_DAY), agent=carol)
    back = accounts.income(carol.id, net=value.Money(-101, "EUR"), on=_DAY, refunds=income.id)
    refund = tale.write("carol", deal, "income", back, agent=carol)
    _judge(tale, write(deal, "countersign", identity.accept(refund.id)), grant, True)
    free = accounts.commitment(firm.id, carol.id, "deliver", value.Measure(1, 0, "C62"), due=_DAY)
    _judge(tale, write(deal, "commitment", free), grant, True)
    valued = work(value=value.Money(500, "EUR"))
    _judge(tale, write(deal, "contribution", valued), grant, False, state="claimed")
    tale.is_(write(deal, "checkpoint", repair.checkpoint()))
    return tale


def _limits_of_days() -> Tale:
    tale, firm, carol, grant, write = _limited("a mandate until a day", until="2025-11-20")
    for day, beyond in (("2025-11-20", False), ("2025-11-21", True)):
        deal = tale.deal("carol", carol, firm, from_=day)
        _judge(tale, write(deal, "countersign", identity.accept(deal.id)), grant, beyond)
        facts = work() | {"when": {"from": "2025-11-01", "to": day}}
        _judge(tale, write(deal, "contribution", facts), grant, beyond, state="claimed")
        _judge(tale, write(deal, "income", accounts.income(firm.id, net=_EUROS, on=day)), grant, beyond)
        paid = accounts.settlement(firm.id, carol.id, _EUROS, on=day)
        _judge(tale, write(deal, "settlement", paid), grant, beyond)
        promise = accounts.commitment(firm.id, carol.id, "deliver", value.Measure(1, 0, "C62"), due=day)
        _judge(tale, write(deal, "commitment", promise), grant, beyond)
    return tale


def _limits_of_projects() -> Tale:
    project = ext(b"p" * 32)
    tale, firm, carol, grant, write = _limited("a mandate for a project", project=project)
    for covers, beyond in (([project], False), ([ext(b"q" * 32)], True), ([], True)):
        deal = tale.deal("carol", carol, firm, covers=covers)
        _judge(tale, write(deal, "countersign", identity.accept(deal.id)), grant, beyond)
        _judge(tale, write(deal, "income", accounts.income(firm.id, net=_EUROS, on=_DAY)), grant, beyond)
        own = terms(firm, carol, prev=[deal.id], covers=[project])
        _judge(tale, write(deal, "agreement", own), grant, False)
    _judge(tale, write(deal, "contribution", work(project=project)), grant, False, state="claimed")
    return tale


def _reaffirmed_by_the_firm() -> Tale:
    tale, alice, bob, carol, _ = _four("what goes beyond a mandate is made good by somebody with the authority")
    firm = tale.firm("firm", alice)
    founds, grant, took = _clerk(tale, firm, bob, most=value.Money(100, "EUR"))
    deal = tale.deal("carol", carol, firm, worth=_EUROS)
    signed = tale.write("bob", deal, "countersign", identity.accept(deal.id), agent=firm, auth=[grant], knows=[took])
    paid = accounts.settlement(firm.id, carol.id, _EUROS, on=_DAY)
    payment = tale.write("bob", deal, "settlement", paid, agent=firm, auth=[grant])
    tale.write("alice", deal, "countersign", identity.accept(deal.id), agent=firm, auth=[founds])
    tale.write("alice", deal, "countersign", identity.accept(payment.id), agent=firm, auth=[founds])
    tale.is_(signed, flags=["reaffirmed"])
    tale.is_(payment, flags=["reaffirmed"])
    again = tale.write("bob", deal, "settlement", paid | {"on": "2025-11-21"}, agent=firm, auth=[grant])
    tale.contested(again, Reason.T_LIMIT, grant)
    own = tale.write("bob", deal, "countersign", identity.accept(again.id), agent=firm, auth=[grant])
    tale.contested(own, Reason.T_LIMIT, grant)
    return tale


def _sensitive() -> Tale:
    tale, alice, bob, _, _ = _four("what a firm's charter calls sensitive its founders decide, here too")
    firm = tale.firm("firm", alice, sensitive=["countersign"])
    (founds,) = tale.accepts_of(firm)
    deal = tale.deal("bob", bob, firm)
    accept = identity.accept(deal.id)
    alone = tale.write("alice", deal, "countersign", accept, agent=firm, auth=[founds])
    tale.no(alone, Reason.T_MISSING, firm)
    digest = authority.order_digest(accept)
    facts = authority.resolution("order", orders=[["countersign", digest]])
    order = tale.write("alice", firm, "resolution", facts, agent=alice)
    tale.is_(order, state="carried")
    tale.accept("alice", order, agent=alice)
    tale.write("alice", deal, "countersign", accept, agent=firm, auth=[founds, order])
    return tale
