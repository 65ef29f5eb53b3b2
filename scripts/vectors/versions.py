"""Cases for agreements: versions, work, payments and promises (09-agreements 2 to 4)."""

from meshproto.records.reasons import Reason
from meshproto.types import accounts, evaluation, identity, repair, value
from scripts.vectors.cases import work
from scripts.vectors.deals import DECLINE, Deal, missing
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _one_signature_lacks(),
        _signed_by_some(),
        _a_new_party_signs(),
        _siblings(resolved=False),
        _siblings(resolved=True),
        _ended(),
        _work_is_seen(),
        _work_is_refused(),
        _payments(),
    ]


def _one_signature_lacks() -> Tale:
    deal = Deal("a version that one has not signed leaves the one before in force", "carol")
    second = deal.version("bob", deal.deal, from_="2025-12-01")
    deal.all_accept(second, "alice", "bob")
    carol = deal.people["carol"]
    deal.tale.is_(second, state="proposed", reason="T-MISSING", ids=[carol.id.hex()])
    third = deal.version("bob", second)
    deal.all_accept(third)
    deal.tale.is_(third, state="proposed", reason="T-MISSING", ids=[second.id.hex()])
    deal.write("carol", "countersign", {"target": second.id.hex() and second.id, "decision": DECLINE})
    return deal.tale


def _signed_by_some() -> Tale:
    deal = Deal("two of three may amend", "carol", amendment=2)
    second = deal.version("bob", deal.deal, amendment=3)
    deal.all_accept(second, "alice", "bob")
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(second, state="in_force")
    third = deal.version("carol", second)
    deal.all_accept(third, "alice", "carol")
    missing = [deal.people["bob"].id.hex()]
    deal.tale.is_(third, state="proposed", reason="T-MISSING", ids=missing)
    return deal.tale


def _a_new_party_signs() -> Tale:
    deal = Deal("who joins must sign, who leaves must not if few may amend", "carol", amendment=2)
    tale, bob = deal.tale, deal.people["bob"]
    dora = tale.person("dora")
    parties = {each: roles for each, roles in deal.parties.items() if each != bob.id} | {dora.id: ["provider"]}
    second = deal.version("carol", deal.deal, parties=parties)
    deal.all_accept(second, "alice", "carol")
    tale.is_(second, state="proposed", reason="T-MISSING", ids=[dora.id.hex()])
    third = deal.version("carol", deal.deal, parties=parties, from_="2025-12-01")
    deal.all_accept(third, "alice", "carol")
    tale.write("dora", deal.deal, "countersign", identity.accept(third.id), agent=dora)
    tale.is_(third, state="in_force")
    tale.is_(deal.deal, state="superseded")
    return tale


def _siblings(*, resolved: bool) -> Tale:
    what = "are in conflict until a third names both" if resolved else "freeze what is shared under them"
    deal = Deal(f"two signed versions {what}")
    tale, first = deal.tale, deal.deal
    deal.work("alice", 60, "bob")
    one = deal.version("alice", first, from_="2025-12-01")
    two = deal.version("bob", first, from_="2025-12-02")
    shared = deal.share("alice", deal.income(1001), version=one)
    for each in (one, two, shared):
        deal.all_accept(each)
    tale.is_(first, state="superseded")
    if not resolved:
        tale.is_(one, state="conflict", reason="K-CONFLICT", ids=[two.id.hex()])
        tale.is_(two, state="conflict", reason="K-CONFLICT", ids=[one.id.hex()])
        tale.is_(shared, state="contested", reason="K-CONFLICT", ids=[one.id.hex()])
        return tale
    tale.is_(one, state="superseded")
    tale.is_(two, state="superseded")
    tale.is_(shared, state="effective")
    third = deal.version("bob", one, two)
    deal.all_accept(third)
    tale.is_(third, state="in_force")
    return tale


def _ended() -> Tale:
    deal = Deal("a later version with an end ends an agreement: what is later has no place in it")
    last = deal.version("bob", deal.deal, until="2025-11-30")
    deal.all_accept(last)
    deal.tale.is_(deal.deal, state="superseded")
    deal.tale.is_(last, state="ended")
    deal.work("alice", 60, "bob")
    late = deal.write("bob", "contribution", work(600) | {"when": {"from": "2025-11-01", "to": "2025-12-01"}})
    deal.write("alice", "attestation", evaluation.attestation(late.id))
    deal.tale.is_(late, state="acknowledged")
    shared = deal.share("bob", deal.income(1000), version=last)
    assert [line[0] for line in shared.facts["lines"]] == [deal.people["alice"].id]
    deal.tale.is_(shared, state="proposed", **missing(deal, "alice", "bob"))
    beyond = deal.income(1000, on="2025-12-01", state="declared")
    wrong = deal.share("bob", beyond, version=last)
    deal.tale.no(wrong, Reason.D_INCOME, beyond)
    return deal.tale


def _work_is_seen() -> Tale:
    deal = Deal("work is acknowledged when enough have seen it", "carol", ack={"min": 2, "by": "parties"})
    once = deal.work("alice", 60, "bob", state="claimed")
    deal.work("alice", 30, "bob")
    twice = deal.tale.records[-2]
    deal.write("carol", "attestation", evaluation.attestation(twice.id))
    own = deal.write("alice", "attestation", evaluation.attestation(once.id))
    deal.tale.no(own, Reason.A_SELF, once)
    seen = deal.work("bob", 60, state="acknowledged")
    first = deal.write("alice", "attestation", evaluation.attestation(seen.id, verdict="reject"))
    deal.write("alice", "attestation", evaluation.attestation(seen.id, supersedes=[first.id]))
    deal.write("carol", "attestation", evaluation.attestation(seen.id, rating=1))
    return deal.tale


def _work_is_refused() -> Tale:
    deal = Deal("work is rejected by who may judge it, and of no use", "carol", ack={"min": 1, "by": "client"},
                roles={"carol": ["client"]})  # fmt: skip
    work_ = deal.work("alice", 60, "bob", state="rejected")
    deal.write("carol", "attestation", evaluation.attestation(work_.id, verdict="reject"))
    gone = deal.work("bob", 60, "carol", state="retracted")
    deal.write("bob", "correction", repair.retract(gone.id))
    shared = deal.share("bob", deal.income(1000))
    assert shared.facts["lines"] == []
    assert shared.facts["carry"]["amt"] == 1000
    deal.tale.is_(shared, state="proposed", **missing(deal, "alice", "bob"))
    return deal.tale


def _payments() -> Tale:
    deal = Deal("a payment is confirmed by the other side, a promise kept by both")
    alice, bob = deal.people["alice"].id, deal.people["bob"].id
    euros, piece = value.Money(100, "EUR"), value.Measure(1, 0, "C62")
    states = {True: ("confirmed", "in_force"), False: ("declared", "proposed")}
    for by, other in (("alice", "bob"), ("bob", "alice")):
        for answers in (True, False):
            day = "2025-12-01" if answers else "2025-12-02"
            paid = deal.write(by, "settlement", accounts.settlement(alice, bob, euros, on=day))
            promise = accounts.commitment(alice, bob, "deliver", piece, due=day)
            promised = deal.write(by, "commitment", promise)
            for one, state in zip((paid, promised), states[answers], strict=True):
                deal.tale.is_(one, state=state)
                deal.accept(other if answers else by, one)
    return deal.tale
