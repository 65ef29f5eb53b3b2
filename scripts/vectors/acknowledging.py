"""Cases for what is said of contributions in networks (04-fold 4.4, 8.3, 10)."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, evaluation, identity, repair
from meshproto.types.value import Measure
from scripts.vectors.cases import key, work
from scripts.vectors.decisions import NAMES, decide, four
from scripts.vectors.membership import shed
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _by_members(),
        _by_a_list(),
        _in_ones_own_interest(),
        _public_work(),
        _of_strangers(),
        _by_strangers(),
        _changed_by_the_founders(),
        _rivals_about_it(),
        _by_a_lost_phone(),
        _refused(),
    ]


def _said(subject: Record, **more: Any) -> Any:
    return evaluation.attestation(subject.id, **more)


def _by_members() -> Tale:
    tale = Tale("members acknowledge or reject contributions, and may change their minds")
    people, net, _ = four(tale)

    def say(name: str, subject: Record, **more: Any) -> Record:
        return tale.write(name, net, "attestation", _said(subject, **more), agent=people[NAMES.index(name)])

    good, bad, both, gone, turned, plain = (
        tale.write("alice", net, facts=work(each), agent=people[0]) for each in range(1, 7)
    )
    say("bob", good, qty=Measure(1, 0, "HUR"), rating=5)
    say("bob", bad, verdict="reject")
    say("bob", both, verdict="reject")
    say("carol", both)
    say("dan", gone)
    tale.write("alice", net, "correction", repair.retract(gone.id), agent=people[0])
    first = say("bob", turned)
    say("bob", turned, verdict="reject", supersedes=[first.id])
    tale.write("bob", net, "correction", repair.retract(first.id), agent=people[1])
    for each, state in ((good, "acknowledged"), (bad, "rejected"), (both, "acknowledged"), (gone, "retracted")):
        tale.is_(each, state=state)
    tale.is_(turned, state="rejected")
    mended = tale.write("alice", net, facts=work(9), agent=people[0])
    hasty = say("bob", mended, verdict="reject")
    say("bob", mended, supersedes=[hasty.id])
    tale.is_(mended, state="acknowledged")
    tale.is_(plain, state="claimed")
    return tale


def _by_a_list() -> Tale:
    tale = Tale("two of three named people acknowledge, others do not, and two heads of one are one")
    names = ("alice", "bob", "carol", "dan")
    people = dict(zip(names, (tale.person(each) for each in names), strict=True))
    ack = {"min": 2, "by": sorted(people[each].id for each in names[1:])}
    net = tale.net("shed", people["alice"], is_open=True, default_ack=ack)
    for name in (*names[1:], "eve"):
        one = people[name] if name in people else tale.person("eve")
        people[name] = one
        tale.is_(tale.write(name, net, "grant", identity.join(one.id), agent=one), state="active")
    seen, twice, other = (tale.write("alice", net, facts=work(each), agent=people["alice"]) for each in (1, 2, 3))
    for name, subject in (
        ("bob", seen),
        ("dan", seen),
        ("bob", twice),
        ("bob", twice),
        ("carol", other),
        ("eve", other),
    ):
        tale.write(name, net, "attestation", _said(subject), agent=people[name])
    for each, state in ((seen, "acknowledged"), (twice, "claimed"), (other, "claimed")):
        tale.is_(each, state=state)
    return tale


def _in_ones_own_interest() -> Tale:
    tale = Tale("nobody attests what he did, shares in or gains by, in a network or in public")
    people, net, _ = four(tale)
    ids = [each.id for each in people]
    facts = work(5, shares={ids[0]: 1, ids[1]: 1}, beneficiaries=[ids[2]])
    for subject in (
        tale.write("alice", net, facts=facts, agent=people[0]),
        tale.write("alice", people[0], facts=facts),
    ):
        for name, one in zip(("alice", "bob", "carol"), people, strict=False):
            tale.no(tale.write(name, net, "attestation", _said(subject), agent=one), Reason.A_SELF, subject)
        tale.write("dan", net, "attestation", _said(subject), agent=people[3])
        tale.is_(subject, state="acknowledged" if subject.scope == net.id else "claimed")
    return tale


def _public_work() -> Tale:
    tale = Tale("public work is acknowledged in each network by itself")
    alice, bob = tale.person("alice"), tale.person("bob")
    one, two = (tale.net(each, alice, bob) for each in ("shed", "barn"))
    did = tale.is_(tale.write("bob", bob), state="claimed")
    for net, more in ((one, {}), (two, {"verdict": "reject"})):
        tale.write("alice", net, "attestation", _said(did, **more), agent=alice)
    tale.write("bob", bob, "correction", repair.delta(did.id, qty=Measure(1, 0, "MIN")))
    tale.is_(did, state="claimed", flags=["corrected"])
    return tale


def _of_strangers() -> Tale:
    tale = Tale("a stranger's contribution is brought in by who acknowledges it, that of nobody stays aside")
    alice, net, _ = shed(tale, is_open=True)
    bob = tale.person("bob")
    did = tale.write("bob", net, facts=work(1), agent=bob)
    tale.write("alice", net, "attestation", _said(did), agent=alice)
    other = tale.write("bob", net, facts=work(2), agent=bob)
    tale.is_(did, state="acknowledged")
    tale.no(other, Reason.X_STRANGER, bob, status="aside")
    return tale


def _by_strangers() -> Tale:
    tale = Tale("what a stranger says of a contribution has no effect until he joins")
    alice, net, _ = shed(tale, is_open=True)
    bob, carol = tale.person("bob"), tale.person("carol")
    did, other = (tale.write("alice", net, facts=work(each), agent=alice) for each in (1, 2))
    tale.write("bob", net, "attestation", _said(did), agent=bob)
    tale.is_(tale.write("bob", net, "grant", identity.join(bob.id), agent=bob), state="active")
    aside = tale.write("carol", net, "attestation", _said(other), agent=carol)
    tale.is_(did, state="acknowledged")
    tale.no(aside, Reason.X_STRANGER, carol, status="aside")
    tale.is_(other, state="claimed")
    return tale


def _confirmed_once(tale: Tale) -> tuple[list[Record], Record, Record]:
    """Four founders, their network, and a contribution that one of them confirms."""
    people, net, _ = four(tale)
    did = tale.write("alice", net, agent=people[0])
    tale.write("bob", net, "attestation", _said(did), agent=people[1])
    return people, net, did


def _by(least: int) -> Any:
    return authority.resolution("charter", charter={"default_ack": {"min": least, "by": "members"}})


def _changed_by_the_founders() -> Tale:
    tale = Tale("founders change how many must acknowledge a contribution")
    people, net, did = _confirmed_once(tale)
    tale.is_(decide(tale, net, people, _by(2), "abc"), state="carried")
    tale.is_(did, state="claimed")
    return tale


def _rivals_about_it() -> Tale:
    tale = Tale("of two charters at once neither says who acknowledges")
    people, net, did = _confirmed_once(tale)
    knows = [*tale.records[-1:]]
    one, other = (decide(tale, net, people, _by(each), "abc", knows=knows) for each in (2, 3))
    tale.contested(one, Reason.R_RIVAL, other, state="carried")
    tale.contested(other, Reason.R_RIVAL, one, state="carried")
    tale.is_(did, state="acknowledged")
    return tale


def _by_a_lost_phone() -> Tale:
    tale = Tale("an attestation that is contested has no effect")
    people, net, _ = four(tale)
    bob = people[1]
    phone = tale.is_(tale.write("bob", bob, "grant", authority.device(key("phone").public)), state="removed")
    did = tale.write("alice", net, agent=people[0])
    said = tale.write("phone", net, "attestation", _said(did), agent=bob, auth=[phone])
    revoke = tale.write("bob", bob, "revoke", authority.revoke([phone.id]), knows=[])
    tale.contested(said, Reason.C_REVOKED, revoke)
    tale.is_(did, state="claimed")
    return tale


def _refused() -> Tale:
    tale = Tale("what an attestation in a network may be about, and what it supersedes")
    people, net, accepts = four(tale)
    did = tale.is_(tale.write("alice", net, agent=people[0]), state="acknowledged")
    thanks = tale.no(tale.write("bob", net, facts=work(0), agent=people[1]), Reason.I_VALUE, detail="qty.n")
    said = tale.write("bob", net, "attestation", _said(did), agent=people[1])
    for subject in (accepts[0], thanks, people[0]):
        made = tale.write("bob", net, "attestation", _said(subject), agent=people[1])
        tale.no(made, Reason.I_RULE, subject, detail="subject")
    stolen = tale.write("carol", net, "attestation", _said(did, supersedes=[said.id]), agent=people[2])
    tale.no(stolen, Reason.I_RULE, said, detail="supersedes")
    other = tale.is_(tale.write("alice", net, facts=work(8), agent=people[0]), state="claimed")
    moved = tale.write("bob", net, "attestation", _said(other, supersedes=[said.id]), agent=people[1])
    tale.no(moved, Reason.I_RULE, said, detail="supersedes")
    wrong = tale.write("bob", net, "attestation", _said(did, supersedes=[did.id]), agent=people[1])
    tale.no(wrong, Reason.I_RULE, did, detail="supersedes")
    return tale
