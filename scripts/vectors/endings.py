"""Cases for revocations and contests (04-fold 5, 6): power, before and after, what is contested and what clears it."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, coordination, identity, repair, value
from scripts.vectors.cases import key, seed, work
from scripts.vectors.membership import shed
from scripts.vectors.tale import Tale

BADGE: dict[str, Any] = {"flags": ["concurrent-with-removal"]}


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _power(),
        _resigning(),
        _targets(),
        _once_ended(),
        _many_endings(),
        *_seen(),
        *_seen_on_branches(),
        _added(),
        _refused_adders(),
        *_classes(),
        _twice_done(),
        _resting(),
        *_reaffirmed(),
        _door_closed(),
        _ended_by_another_device(),
        _founder_without_role(),
    ]


def _power() -> Tale:
    tale = Tale("who may end a grant: who stands above it in its scope")
    _, net, founds = shed(tale)
    bob, carol, dan = (tale.person(each) for each in ("bob", "carol", "dan"))
    stewards = []
    for name, each in (("bob", bob), ("carol", carol)):
        facts = authority.grant(each.id, "steward")
        stewards.append(tale.write("alice", net, "grant", facts, agent=net, auth=(founds,)))
        tale.accept(name, stewards[-1], agent=each)
    bobs, carols = stewards
    member = tale.write("bob", net, "grant", authority.grant(dan.id, "core"), agent=net, auth=(bobs,))
    tale.accept("dan", member, agent=dan)
    for target in (member, bobs, carols, founds):
        made = tale.write("carol", net, "revoke", authority.revoke([target.id]), agent=net, auth=(carols,))
        tale.no(made, Reason.X_SCOPE, target)
    tale.no(tale.write("carol", net, "revoke", authority.revoke([member.id]), agent=carol), Reason.X_SCOPE, member)
    tale.no(
        tale.write("bob", net, "revoke", authority.revoke([bobs.id]), agent=net, auth=(bobs,)), Reason.X_SCOPE, bobs
    )
    tale.is_(tale.write("bob", net, "revoke", authority.revoke([member.id]), agent=net, auth=(bobs,)))
    tale.is_(member, state="removed")
    tale.is_(tale.write("alice", net, "revoke", authority.revoke([bobs.id]), agent=net, auth=(founds,)))
    tale.is_(bobs, state="removed")
    tale.is_(carols, state="active")
    return tale


def _resigning() -> Tale:
    tale = Tale("who resigns touches nothing that was signed without knowing it")
    _, net, founds = shed(tale)
    bob = tale.person("bob")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    yes = tale.accept("bob", role, agent=bob)
    phone = tale.write("bob", bob, "grant", authority.device(key("phone").public))
    quits = tale.write("bob", net, "revoke", authority.revoke([role.id], reason="resign"), agent=bob)
    tale.is_(role, state="left")
    concurrent = tale.write("phone", net, agent=bob, auth=(phone, role), knows=(yes, phone))
    tale.is_(concurrent, state="claimed")
    lost = tale.write("phone", bob, "revoke", authority.revoke([phone.id], reason="lost"), auth=(phone,))
    tale.is_(phone, state="left")
    tale.no(tale.write("phone", bob, auth=(phone,)), Reason.X_REVOKED, lost)
    tale.no(
        tale.write("phone", net, agent=bob, auth=(phone, role)),
        Reason.X_REVOKED,
        *sorted((quits, lost), key=lambda each: each.id),
    )
    return tale


def _targets() -> Tale:
    tale = Tale("what cannot be ended")
    alice, net, founds = shed(tale)
    bob = tale.person("bob")
    firm = tale.firm("firm", alice)
    own = tale.is_(tale.write("alice", net, agent=alice), state="claimed")
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    tale.is_(role, state="active")
    yes = tale.accept("bob", role, agent=bob)
    refused = tale.write("bob", net, "grant", authority.grant(bob.id, "core"), agent=bob)
    tale.no(refused, Reason.X_SCOPE, net)
    for target in (own, yes, refused, net, alice, tale.accepts_of(firm)[0]):
        made = tale.write("alice", net, "revoke", authority.revoke([target.id]), agent=net, auth=(founds,))
        tale.no(made, Reason.I_RULE, target, detail="targets")
    two = sorted((role, yes), key=lambda each: each.id)
    both = tale.write("alice", net, "revoke", authority.revoke([each.id for each in two]), agent=net, auth=(founds,))
    tale.no(both, Reason.I_RULE, yes, detail="targets")
    return tale


def _once_ended() -> Tale:
    tale = Tale("a removed member does not come back by accepting once more, but by a new grant")
    _, net, founds = shed(tale)
    bob = tale.person("bob")
    door = tale.write(
        "alice", net, "grant", authority.invitation(key("secret").public, uses=3), agent=net, auth=(founds,)
    )
    tale.is_(door, state="open")
    facts = authority.accept_invitation(door.id, bob.id, key("secret"))
    guest = tale.write("bob", net, "countersign", facts, agent=bob)
    out = tale.write("alice", net, "revoke", authority.revoke([guest.id]), agent=net, auth=(founds,))
    tale.is_(guest, state="removed")
    again = tale.write("bob", net, "countersign", {**facts, "as": "again"}, agent=bob)
    tale.is_(again, state="removed")
    tale.no(tale.write("bob", net, agent=bob, auth=(again,)), Reason.X_REVOKED, out)
    new = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=(founds,))
    tale.is_(new, state="active")
    tale.accept("bob", new, agent=bob)
    tale.is_(tale.write("bob", net, agent=bob, auth=(new,)), state="claimed")
    return tale


def _many_endings() -> Tale:
    tale = Tale("one grant ended again and again, and one revoke added to as often")
    alice = tale.person("alice")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.is_(phone, state="removed")
    first = tale.write("alice", alice, "revoke", authority.revoke([phone.id]))
    for target, times in ((phone, 15), (first, 16)):
        for number in range(times):
            tale.write("alice", alice, "revoke", authority.revoke([target.id], seen=[seed(str(number))]))
        one_more = tale.write("alice", alice, "revoke", authority.revoke([target.id]))
        tale.no(one_more, Reason.X_QUOTA, target)
    return tale


def _lost_phone(tale: Tale) -> tuple[Record, Record, Record]:
    """Alice, her phone, and a notebook of hers in which it writes."""
    alice = tale.person("alice")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.is_(phone, state="removed")
    return alice, phone, tale.net("notebook", alice)


def _seen() -> list[Tale]:
    plain = Tale("a device is retired: what its newest named record has before it stays, what comes later is contested")
    alice, phone, book = _lost_phone(plain)
    signed = [plain.write("phone", book, facts=work(each), agent=alice, auth=(phone,)) for each in (1, 2, 3)]
    plain.write("alice", alice, "revoke", authority.revoke([phone.id], reason="lost", seen=[signed[1].id]))
    for each in signed[:2]:
        plain.is_(each, state="claimed")
    plain.contested(signed[2], Reason.C_REVOKED, plain.records[-1], state="claimed", **BADGE)

    return [plain, plain.backwards("the same, told backwards")]


def _seen_on_branches() -> list[Tale]:
    found = []
    for both in (False, True):
        tale = Tale(f"a record named on {'each' if both else 'one'} branch of a fork spares what both have in common")
        alice, phone, book = _lost_phone(tale)
        first = tale.write("phone", book, facts=work(1), agent=alice, auth=(phone,))
        one = tale.write("phone", book, facts=work(2), agent=alice, auth=(phone,))
        other = tale.write("phone", book, facts=work(3), agent=alice, auth=(phone,), after=first, knows=())
        seen = [other.id, *([one.id] if both else [])]
        ends = tale.write("alice", alice, "revoke", authority.revoke([phone.id], seen=seen))
        tale.is_(first, state="claimed")
        tale.is_(other, state="claimed", flags=["forked"])
        if both:
            tale.is_(one, state="claimed", flags=["forked"])
        else:
            tale.contested(one, Reason.C_REVOKED, ends, state="claimed", flags=["concurrent-with-removal", "forked"])
        found.append(tale)
    return found


def _added() -> Tale:
    tale = Tale("what was forgotten is named later, by a revoke of the revoke")
    alice, phone, book = _lost_phone(tale)
    signed = [tale.write("phone", book, facts=work(each), agent=alice, auth=(phone,)) for each in (1, 2)]
    ends = tale.write("alice", alice, "revoke", authority.revoke([phone.id], reason="lost"))
    tale.write("alice", alice, "revoke", authority.revoke([ends.id], seen=[signed[0].id]))
    tale.is_(signed[0], state="claimed")
    tale.contested(signed[1], Reason.C_REVOKED, ends, state="claimed", **BADGE)
    return tale


def _refused_adders() -> Tale:
    tale = Tale("who may not add to a revoke")
    alice, phone, _ = _lost_phone(tale)
    watch = tale.write("alice", alice, "grant", authority.device(key("watch").public))
    ends = tale.write("alice", alice, "revoke", authority.revoke([phone.id]))
    tale.is_(watch, state="active")
    by_other = tale.write("watch", alice, "revoke", authority.revoke([ends.id]), auth=(watch,))
    tale.no(by_other, Reason.X_SCOPE, ends)
    by_itself = tale.write("phone", alice, "revoke", authority.revoke([ends.id]), auth=(phone,))
    tale.no(by_itself, Reason.X_REVOKED, ends)
    adds = tale.write("alice", alice, "revoke", authority.revoke([ends.id]))
    nothing = tale.write("alice", alice, "revoke", authority.revoke([adds.id]))
    tale.no(nothing, Reason.I_RULE, adds, detail="targets")
    return tale


def _classes() -> list[Tale]:
    tale = Tale("what a contest does to each type, concurrently with the loss of a device")
    alice, phone, book = _lost_phone(tale)
    bob, (founds,) = tale.person("bob"), tale.accepts_of(book)
    plan = tale.write("alice", book, "project", coordination.project(), agent=alice)
    mine = tale.write("alice", book, facts=work(), agent=alice)
    role = tale.write("alice", book, "grant", authority.grant(bob.id, "core"), agent=book, auth=(founds,))
    joins = tale.accept("bob", role, agent=bob)
    ends = tale.write("alice", alice, "revoke", authority.revoke([phone.id], reason="lost"))
    knows = (founds, phone, plan, mine, joins)
    acts: list[tuple[str, Any, dict[str, Any]]] = [
        ("contribution", work(7), {"state": "claimed", **BADGE}),
        ("recognition", value.recognition(to=[alice.id]), {"state": "claimed", **BADGE}),
        ("checkpoint", repair.checkpoint(), BADGE),
        ("project", coordination.project(supersedes=[plan.id]), {}),
        ("correction", repair.retract(mine.id), {}),
        ("erasure", repair.erasure([mine.id]), {}),
        ("countersign", identity.accept(mine.id), {}),
        ("resolution", authority.resolution("dissolve"), {"state": "open"}),
    ]
    for type_, facts, more in acts:
        made = tale.write("phone", book, type_, facts, agent=alice, auth=(phone,), knows=knows)
        tale.contested(made, Reason.C_REVOKED, ends, **more)
    grant = tale.write(
        "phone", book, "grant", authority.grant(bob.id, "client"), agent=book, auth=(founds, phone), knows=knows
    )
    tale.contested(grant, Reason.C_REVOKED, ends, state="void")
    out = tale.write(
        "phone", book, "revoke", authority.revoke([role.id]), agent=book, auth=(founds, phone), knows=knows
    )
    tale.contested(out, Reason.C_REVOKED, ends, **BADGE)
    profile = tale.write("phone", alice, "profile", identity.profile(), auth=(phone,), knows=(phone,))
    tale.contested(profile, Reason.C_REVOKED, ends, state="current", **BADGE)
    tale.is_(plan, state="current")
    tale.is_(mine, state="claimed")
    tale.is_(role, state="removed")
    return [tale, tale.told_last("the same, where the loss is heard of last", ends)]


def _twice_done() -> Tale:
    tale = Tale("what a contest undoes is done by somebody else as well")
    alice, phone, book = _lost_phone(tale)
    plan = tale.write("alice", book, "project", coordination.project(), agent=alice)
    by_phone: dict[str, Any] = {"agent": alice, "auth": (phone,)}
    lost = [tale.write("phone", book, "project", coordination.project(supersedes=[plan.id]), **by_phone)]
    lost.append(tale.write("phone", book, "project", coordination.project(supersedes=[lost[0].id]), **by_phone))
    lost.append(tale.write("phone", book, "erasure", repair.erasure([plan.id]), **by_phone))
    knows = (plan,)
    stays = tale.write("alice", book, "project", coordination.project(supersedes=[plan.id]), agent=alice, knows=knows)
    tale.write("alice", book, "erasure", repair.erasure([plan.id]), agent=alice, knows=knows)
    ends = tale.write("alice", alice, "revoke", authority.revoke([phone.id], reason="lost"), knows=())
    for each in lost:
        tale.contested(each, Reason.C_REVOKED, ends)
    tale.is_(plan, state="superseded", flags=["erased"])
    tale.is_(stays, state="current")
    return tale


def _resting() -> Tale:
    tale = Tale("what rests on a contested grant is contested as well")
    _, net, founds = shed(tale)
    bob, carol = tale.person("bob"), tale.person("carol")
    steward = tale.write("alice", net, "grant", authority.grant(bob.id, "steward"), agent=net, auth=(founds,))
    yes = tale.accept("bob", steward, agent=bob)
    ends = tale.write("alice", net, "revoke", authority.revoke([steward.id]), agent=net, auth=(founds,))
    role = tale.write(
        "bob", net, "grant", authority.grant(carol.id, "core"), agent=net, auth=(steward,), knows=(yes, carol)
    )
    tale.is_(steward, state="removed")
    tale.contested(role, Reason.C_REVOKED, ends, state="void")
    accepts = tale.write("carol", net, "countersign", identity.accept(role.id), agent=carol)
    tale.contested(accepts, Reason.C_RESTS, role)
    work_ = tale.write("carol", net, agent=carol, auth=(role,))
    tale.contested(work_, Reason.C_RESTS, role, state="claimed", **BADGE)
    return tale


def _reaffirmed() -> list[Tale]:
    found = []
    for clean in (True, False):
        tale = Tale(f"a contested grant is accepted by its network{'' if clean else ', but by nobody who may'}")
        _, net, founds = shed(tale)
        bob, carol, dan = (tale.person(each) for each in ("bob", "carol", "dan"))
        stewards = []
        for name, each in (("bob", bob), ("dan", dan)):
            facts = authority.grant(each.id, "steward")
            stewards.append(tale.write("alice", net, "grant", facts, agent=net, auth=(founds,)))
            tale.accept(name, stewards[-1], agent=each)
        knows = tale.records[-1:]
        ends = tale.write(
            "alice", net, "revoke", authority.revoke([each.id for each in stewards]), agent=net, auth=(founds,)
        )
        facts = authority.grant(carol.id, "core")
        role = tale.write("bob", net, "grant", facts, agent=net, auth=(stewards[0],), knows=(*knows, carol))
        joins = tale.accept("carol", role, agent=carol, knows=(role,))
        if clean:
            tale.accept("alice", role, agent=net, auth=(founds,))
            tale.is_(role, state="active", flags=["reaffirmed"])
            tale.is_(joins, flags=["reaffirmed"])
            tale.is_(tale.write("carol", net, agent=carol, auth=(role,)), state="claimed", flags=["reaffirmed"])
        else:
            by_dan = tale.accept("dan", role, agent=net, auth=(stewards[1],), knows=(role,))
            tale.contested(by_dan, Reason.C_REVOKED, ends)
            tale.contested(role, Reason.C_REVOKED, ends, state="void")
            tale.contested(joins, Reason.C_RESTS, role)
        tale.is_(stewards[0], state="removed")
        tale.is_(stewards[1], state="removed")
        found.append(tale)

    firm = Tale("a clerk's signature under a removal he did not know is signed again by the firm")
    alice, bob = firm.person("alice"), firm.person("bob")
    house = firm.firm("house", alice)
    (founds,) = firm.accepts_of(house)
    net = firm.net("market", alice)
    role = firm.write("alice", net, "grant", authority.grant(house.id, "core"), agent=net, auth=firm.accepts_of(net))
    job = firm.write("alice", house, "grant", authority.grant(bob.id, "staff"), auth=(founds,))
    yes = firm.accept("bob", job, agent=bob)
    ends = firm.write("alice", house, "revoke", authority.revoke([job.id], reason="cause"), auth=(founds,))
    signs = firm.write("bob", net, "countersign", identity.accept(role.id), agent=house, auth=(job,), knows=(role, yes))
    firm.is_(role, state="active")
    firm.is_(signs, flags=["reaffirmed"])
    firm.accept("alice", role, agent=house, auth=(founds,))
    firm.is_(job, state="removed")
    firm.is_(ends)
    return [*found, firm]


def _door_closed() -> Tale:
    tale = Tale(
        "an invitation is revoked: who is in stays, who comes at the same time waits, who comes later does not enter"
    )
    _, net, founds = shed(tale)
    people = [(name, tale.person(name)) for name in ("bob", "carol", "dan")]
    door = tale.write(
        "alice", net, "grant", authority.invitation(key("secret").public, uses=9), agent=net, auth=(founds,)
    )
    made = []
    for number, (name, each) in enumerate(people):
        facts = authority.accept_invitation(door.id, each.id, key("secret"))
        if number == 1:
            shut = tale.write("alice", net, "revoke", authority.revoke([door.id]), agent=net, auth=(founds,))
        made.append(tale.write(name, net, "countersign", facts, agent=each, knows=(door,) if number == 1 else None))
    tale.is_(door, state="removed")
    tale.is_(made[0], state="active")
    tale.contested(made[1], Reason.C_REVOKED, shut, state="void")
    tale.no(made[2], Reason.X_REVOKED, shut)
    tale.is_(tale.write("bob", net, agent=people[0][1], auth=(made[0],)), state="claimed")
    acts = tale.write("carol", net, agent=people[1][1], auth=(made[1],))
    tale.contested(acts, Reason.C_RESTS, made[1], state="claimed", **BADGE)
    return tale


def _ended_by_another_device() -> Tale:
    tale = Tale("a device ends one that it made itself, but none beside it, and its own end does not undo that")
    alice = tale.person("alice")
    devices: dict[str, Record] = {}
    for name, by in (("phone", None), ("tablet", None), ("watch", "phone")):
        facts = authority.device(key(name).public, may_delegate=True)
        devices[name] = tale.write(by or "alice", alice, "grant", facts, auth=(devices[by],) if by else ())
    no = tale.write("phone", alice, "revoke", authority.revoke([devices["tablet"].id]), auth=(devices["phone"],))
    tale.no(no, Reason.X_SCOPE, devices["tablet"])
    knows = (devices["watch"],)
    ends = tale.write(
        "phone", alice, "revoke", authority.revoke([devices["watch"].id]), auth=(devices["phone"],), knows=knows
    )
    lost = tale.write("alice", alice, "revoke", authority.revoke([devices["phone"].id]), knows=(no,))
    tale.contested(ends, Reason.C_REVOKED, lost, **BADGE)
    tale.is_(devices["watch"], state="removed")
    tale.is_(devices["phone"], state="removed")
    tale.is_(devices["tablet"], state="active")
    return tale


def _founder_without_role() -> Tale:
    tale = Tale("a founder who resigns writes no more in a closed network, though founders name no role")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice, bob)
    mine, his = tale.accepts_of(net)
    tale.is_(tale.write("bob", net, agent=bob, auth=(his,)), state="claimed")
    tale.is_(tale.write("bob", net, agent=bob), state="claimed")
    quits = tale.write("bob", net, "revoke", authority.revoke([his.id], reason="resign"), agent=bob)
    tale.is_(his, state="left")
    tale.is_(mine, state="active")
    tale.no(tale.write("bob", net, agent=bob), Reason.X_REVOKED, quits)
    tale.no(tale.write("bob", net, agent=bob, auth=(his,)), Reason.X_REVOKED, quits)
    again = tale.write("bob", net, "countersign", {**identity.accept(net.id), "as": "again"}, agent=bob)
    tale.is_(again, state="left")
    tale.no(tale.write("bob", net, agent=bob, auth=(again,)), Reason.X_REVOKED, quits)
    return tale
