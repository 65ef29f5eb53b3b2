"""Cases for networks by invitation: who stands there, how one comes in, and who does not (04-fold 4.4, 7, 8.2)."""

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, identity, repair, value
from scripts.vectors.cases import key, work
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _admitted(),
        _stewards(),
        _refused_grants(),
        _invited(),
        _refused_guests(),
        *_invitations_used_up(),
        _open_and_granted(),
        _strangers_countersign(),
        _countersigned(),
        _unfounded(),
    ]


def shed(tale: Tale, *, is_open: bool = False) -> tuple[Record, Record, Record]:
    """Alice, her network, and the accept by which she founded it."""
    alice = tale.person("alice")
    net = tale.net("shed", alice, is_open=is_open)
    return alice, net, tale.accepts_of(net)[0]


def _admitted() -> Tale:
    tale = Tale("a member is invited, accepts and leaves")
    _, net, founds = shed(tale)
    bob = tale.person("bob")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    tale.no(tale.write("bob", net, agent=bob, auth=(role,)), Reason.T_MISSING, bob)
    tale.accept("bob", role, agent=bob)
    tale.is_(tale.write("bob", net, agent=bob, auth=(role,)), state="claimed")
    tale.no(tale.write("bob", net, agent=bob), Reason.X_SCOPE, net)
    leaves = tale.write("bob", net, "revoke", authority.revoke([role.id], reason="resign"), agent=bob)
    tale.is_(role, state="left")
    tale.no(tale.write("bob", net, agent=bob, auth=(role,)), Reason.X_REVOKED, leaves)
    return tale


def _stewards() -> Tale:
    tale = Tale("stewards admit members, and only those who may delegate appoint stewards")
    _, net, founds = shed(tale)
    bob, carol, dan = tale.person("bob"), tale.person("carol"), tale.person("dan")
    first = tale.write("alice", net, "grant", authority.grant(bob.id, "steward"), agent=net, auth=(founds,))
    tale.accept("bob", first, agent=bob)
    tale.is_(first, state="active")
    tale.is_(tale.write("bob", net, agent=bob, auth=(first,)), state="claimed")
    member = tale.write("bob", net, "grant", authority.grant(carol.id, "core"), agent=net, auth=(first,))
    tale.is_(member, state="active")
    tale.accept("carol", member, agent=carol)
    second = tale.write("bob", net, "grant", authority.grant(carol.id, "steward"), agent=net, auth=(first,))
    tale.no(second, Reason.X_SCOPE, first)
    by_member = tale.write("carol", net, "grant", authority.grant(dan.id, "core"), agent=net, auth=(member,))
    tale.no(by_member, Reason.X_KEY, net)
    tale.no(tale.write("carol", net, "grant", authority.grant(dan.id, "core"), agent=carol), Reason.X_SCOPE, net)
    return tale


def _refused_grants() -> Tale:
    tale = Tale("grants of a network that give nothing")
    alice, net, founds = shed(tale)
    closed = tale.write("alice", net, "grant", identity.join(alice.id), agent=alice)
    tale.no(closed, Reason.X_SCOPE, net)
    itself = tale.write("alice", net, "grant", authority.grant(net.id, "core"), agent=net, auth=(founds,))
    tale.no(itself, Reason.I_RULE, net, detail="to")
    nobody = tale.write("alice", net, "grant", authority.grant(founds.id, "core"), agent=net, auth=(founds,))
    tale.no(nobody, Reason.I_RULE, founds, detail="to")
    return tale


def _invited() -> Tale:
    tale = Tale("somebody comes in by an invitation, and so does an organisation")
    _, net, founds = shed(tale)
    bob, carol = tale.person("bob"), tale.person("carol")
    firm = tale.firm("firm", carol)
    facts = authority.invitation(key("secret").public, "client", uses=2, until="2025-12-01")
    door = tale.write("alice", net, "grant", facts, agent=net, auth=(founds,))
    tale.is_(door, state="used")
    guest = tale.write(
        "bob", net, "countersign", authority.accept_invitation(door.id, bob.id, key("secret")), agent=bob
    )
    tale.is_(guest, state="active")
    tale.is_(tale.write("bob", net, agent=bob, auth=(guest,)), state="claimed")
    plan = tale.write("bob", net, "project", {"state": "idea", "supersedes": []}, agent=bob, auth=(guest,))
    tale.no(plan, Reason.X_SCOPE, guest)
    hers = tale.accepts_of(firm)
    joined = authority.accept_invitation(door.id, firm.id, key("secret"))
    other = tale.write("carol", net, "countersign", joined, agent=firm, auth=hers)
    tale.is_(other, state="active")
    tale.is_(tale.write("carol", net, agent=firm, auth=(*hers, other)), state="claimed")
    return tale


def _refused_guests() -> Tale:
    tale = Tale("accepts of an invitation that let nobody in")
    alice, net, founds = shed(tale)
    bob = tale.person("bob")
    door = tale.write("alice", net, "grant", authority.invitation(key("secret").public), agent=net, auth=(founds,))
    tale.is_(door, state="open")
    proof = authority.accept_invitation(door.id, alice.id, key("secret"))
    for facts in (
        identity.accept(door.id),
        authority.accept_invitation(door.id, bob.id, key("guess")),
        proof,
        {**proof, "target": door.id, "proof": bytes(64)},
    ):
        tale.no(tale.write("bob", net, "countersign", facts, agent=bob), Reason.S_SIG, detail="proof")
    declined = {"target": door.id, "decision": "decline"}
    tale.no(tale.write("bob", net, "countersign", declined, agent=bob), Reason.X_SCOPE, door)
    accepted = tale.write("alice", net, "countersign", identity.accept(door.id), agent=net, auth=(founds,))
    tale.is_(accepted)
    tale.no(tale.write("bob", net, agent=bob, auth=(accepted,)), Reason.X_SCOPE, accepted)
    tale.no(tale.write("bob", net, agent=bob, auth=(door,)), Reason.X_SCOPE, door)
    return tale


def _invitations_used_up() -> list[Tale]:
    tale = Tale("an invitation that was used up")
    _, net, founds = shed(tale)
    bob, carol = tale.person("bob"), tale.person("carol")
    door = tale.write("alice", net, "grant", authority.invitation(key("secret").public), agent=net, auth=(founds,))
    facts = authority.accept_invitation(door.id, bob.id, key("secret"))
    tale.is_(tale.write("bob", net, "countersign", facts, agent=bob), state="active")
    again = tale.write("bob", net, "countersign", {**facts, "as": "once more"}, agent=bob)
    tale.is_(again, state="active")
    late = authority.accept_invitation(door.id, carol.id, key("secret"))
    tale.no(tale.write("carol", net, "countersign", late, agent=carol), Reason.X_QUOTA, door)
    tale.is_(door, state="used")

    race = Tale("two who use the last use of an invitation without knowing of each other")
    _, net, founds = shed(race)
    bob, carol = race.person("bob"), race.person("carol")
    door = race.write("alice", net, "grant", authority.invitation(key("secret").public), agent=net, auth=(founds,))
    for name, each in (("bob", bob), ("carol", carol)):
        facts = authority.accept_invitation(door.id, each.id, key("secret"))
        made = race.write(name, net, "countersign", facts, agent=each, knows=(door,))
        race.is_(made, state="active", flags=["excess"])
        race.is_(race.write(name, net, agent=each, auth=(made,)), state="claimed")
    return [tale, race]


def _open_and_granted() -> Tale:
    tale = Tale("an open network may grant as well, and a role that is named must be one")
    _, net, founds = shed(tale, is_open=True)
    bob, carol = tale.person("bob"), tale.person("carol")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "observer"), agent=net, auth=(founds,))
    tale.accept("bob", role, agent=bob)
    tale.is_(role, state="active")
    tale.is_(tale.write("bob", net, agent=bob), state="claimed")
    tale.no(tale.write("bob", net, agent=bob, auth=(role,)), Reason.X_SCOPE, role)
    joins = tale.is_(tale.write("carol", net, "grant", identity.join(carol.id), agent=carol), state="active")
    tale.is_(tale.write("carol", net, agent=carol, auth=(joins,)), state="claimed")
    for facts in (identity.join(bob.id), authority.grant(carol.id, "steward"), authority.grant(carol.id, "relay")):
        tale.no(tale.write("carol", net, "grant", facts, agent=carol), Reason.X_SCOPE, net)
    return tale


def _strangers_countersign() -> Tale:
    tale = Tale("a stranger's yes to his own word is as strange as that")
    alice, net, founds = shed(tale, is_open=True)
    bob, carol = tale.person("bob"), tale.person("carol")
    role = tale.write("alice", net, "grant", authority.grant(carol.id, "core"), agent=net, auth=(founds,))
    tale.is_(role, state="invited")
    said = tale.write("bob", net, agent=bob)
    tale.no(said, Reason.X_STRANGER, bob, status="aside")
    tale.no(
        tale.write("bob", net, "countersign", identity.accept(said.id), agent=bob),
        Reason.X_STRANGER,
        bob,
        status="aside",
    )
    core = authority.grant(alice.id, "core")
    tale.is_(tale.write("alice", net, "grant", core, agent=net, auth=(founds,), knows=()), state="invited")
    word = tale.write("carol", net, agent=carol, knows=(founds, role))
    tale.no(word, Reason.X_STRANGER, carol, status="aside")
    return tale


def _countersigned() -> Tale:
    tale = Tale("countersignatures of this and that")
    alice, net, founds = shed(tale)
    bob = tale.person("bob")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    declines = tale.write("bob", net, "countersign", {"target": role.id, "decision": "decline"}, agent=bob)
    tale.is_(declines)
    tale.no(tale.write("bob", net, agent=bob, auth=(role,)), Reason.T_MISSING, bob)
    tale.accept("bob", role, agent=bob)
    tale.is_(role, state="active")
    own = tale.is_(tale.write("alice", net, agent=alice), state="claimed")
    co_author = tale.write("bob", net, "countersign", identity.accept(own.id), agent=bob, auth=(role,))
    tale.no(co_author, Reason.U_TYPE, detail="countersign", status="unknown")
    afar = tale.write("alice", net, "countersign", identity.accept(alice.id), agent=alice)
    tale.no(afar, Reason.X_SCOPE, alice)
    wrong = tale.write("alice", net, facts={**work(), "kind": "luck"}, agent=alice)
    tale.no(wrong, Reason.I_VALUE, detail="kind")
    tale.no(
        tale.write("alice", net, "countersign", identity.accept(wrong.id), agent=alice),
        Reason.I_RULE,
        wrong,
        detail="target",
    )
    tale.is_(tale.write("alice", net, "countersign", identity.accept(own.id), agent=alice))
    tale.no(tale.write("alice", alice, "countersign", identity.accept(alice.id)), Reason.X_SCOPE, alice)
    thanks = tale.write("alice", net, "recognition", value.recognition(to=[bob.id]), agent=alice)
    tale.is_(thanks, state="retracted")
    tale.write("alice", net, "correction", repair.retract(thanks.id), agent=alice)
    return tale


def _unfounded() -> Tale:
    tale = Tale("nothing comes of a network or an organisation before all founders have accepted")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice, bob, founded=False)
    mine = tale.is_(tale.accept("alice", net, agent=alice), state="active")
    early = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(mine,))
    tale.no(early, Reason.T_MISSING, bob)
    tale.no(tale.write("alice", net, "revoke", authority.revoke([mine.id]), agent=alice), Reason.T_MISSING, bob)
    tale.is_(tale.accept("bob", net, agent=bob), state="active")
    tale.is_(tale.write("alice", net, agent=alice), state="claimed")
    return tale
