"""What people do in a schedule: each act is one record, or the few that belong together."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from meshproto.records.ids import ext, key33
from meshproto.records.record import Record
from meshproto.types import authority, coordination, identity, repair, value
from meshproto.types.recovery import recovery_digest
from tests.support.byzantine.scene import Scene, Seat, Unsaid
from tests.support.reference.charters import charter
from tests.support.reference.statuses import reference

ROLES = ("core", "core", "occasional", "client", "observer", "relay", "steward", "steward")
TYPES = ("contribution", "grant", "revoke", "countersign", "recognition", "correction", "project")


def schedule(scene: Scene, acts: int) -> list[Record]:
    """Set a scene and let so many acts happen in it."""
    chance = scene.chance
    people = [scene.person(chance.choice((0, 2, 3, 3))) for _ in range(chance.randint(3, 5))]
    firm = scene.body(chance.sample(people, chance.randint(1, 3)), "firm")
    closed = scene.body([*chance.sample(people, chance.randint(1, 3)), *chance.choice(([firm], [], []))], "closed")
    bodies = [firm, closed, scene.body(chance.sample(people, chance.randint(1, 2)), "open")]
    for body in chance.sample(bodies, chance.choice((2, *(3,) * 9))):
        found(scene, body)
    names, weights = [*ACTS], [weight for _, weight in ACTS.values()]
    for _ in range(acts):
        (name,) = chance.choices(names, weights)
        with suppress(Unsaid):
            ACTS[name][0](scene, chance.choice(scene.seats()))
    return scene.records


def found(scene: Scene, body: Record) -> None:
    """The founders accept, nearly always all of them."""
    for founder in body.facts["charter"]["founders"]:
        seats = [seat for seat in scene.seats() if seat.agent == founder]
        if seats and scene.chance.random() < 0.98:
            with suppress(Unsaid):
                scene.write(scene.chance.choice(seats), body.id, "countersign", identity.accept(body.id))


def scope_for(scene: Scene, seat: Seat) -> bytes:
    """A scope in which an agent may have something to say."""
    if seat.agent in [net.id for net in scene.nets]:
        return seat.agent
    own = [net.id for net in scene.nets if scene.roles(net.id, seat.agent)]
    return scene.chance.choice([*own, *own, *own, *(net.id for net in scene.nets), seat.agent])


def role_for(scene: Scene, seat: Seat, scope: bytes) -> tuple[bytes, ...]:
    """A role to name in a scope, if there is any and it may be named."""
    if scope == seat.agent or scope not in [net.id for net in scene.nets]:
        return ()
    roles = scene.roles(scope, seat.agent)
    return (scene.chance.choice(roles),) if roles and scene.chance.random() < 0.9 else ()


def _work(scene: Scene, seat: Seat) -> None:
    scope = scope_for(scene, seat)
    projects = [each.id for each in scene.by_type("project", home=scope)]
    project = scene.chance.choice([None, *projects, *(ext(each) for each in projects)])
    day = f"2025-0{scene.chance.randint(1, 9)}-01"
    facts = value.contribution(kind="work", qty=value.Measure(5, 0, "MIN"), when=(day, day), project=project)
    scene.write(seat, scope, "contribution", facts, *role_for(scene, seat, scope))


def _thank(scene: Scene, seat: Seat) -> None:
    scope = scope_for(scene, seat)
    near = [each.id for each in scene.records if scene.is_near(each, scope)]
    facts = value.recognition(to=[scene.people[0].id], for_=scene.chance.choice([None, *near]))
    scene.write(seat, scope, "recognition", facts, *role_for(scene, seat, scope))


def _plan(scene: Scene, seat: Seat) -> None:
    scope = scope_for(scene, seat)
    projects = [each.id for each in scene.by_type("project", home=scope)]
    before = scene.chance.sample(projects, min(len(projects), scene.chance.choice((0, 1, 1, 2))))
    scene.write(seat, scope, "project", coordination.project(supersedes=before), *role_for(scene, seat, scope))


def _describe(scene: Scene, seat: Seat) -> None:
    before = [each.id for each in scene.by_type("profile", home=seat.agent)][-1:]
    scene.write(seat, seat.agent, "profile", identity.profile(supersedes=before))


def _correct(scene: Scene, seat: Seat) -> None:
    own = [each for each in scene.by_type("contribution", "recognition") if each.agent == seat.agent]
    if own:
        target = scene.chance.choice(own)
        replaced = [
            each.id for each in scene.by_type("correction", home=target.home) if each.facts.get("supersedes") == []
        ]
        facts = scene.chance.choice(
            (
                repair.retract(target.id),
                repair.delta(target.id, qty=value.Measure(-1, 0, "MIN")),
                repair.replace(target.id, supersedes=replaced[-1:]),
                repair.replace(target.id),
            )
        )
        scene.write(seat, target.home, "correction", facts, *role_for(scene, seat, target.home))


def _erase(scene: Scene, seat: Seat) -> None:
    own = [each for each in scene.by_type("contribution") if each.agent == seat.agent]
    if own:
        target = scene.chance.choice(own)
        scene.write(seat, target.home, "erasure", repair.erasure([target.id]), *role_for(scene, seat, target.home))


def _note(scene: Scene, seat: Seat) -> None:
    scope = scope_for(scene, seat)
    scene.write(seat, scope, "checkpoint", repair.checkpoint(), *role_for(scene, seat, scope))


def _limits(scene: Scene) -> dict[str, Any]:
    chance = scene.chance
    more: dict[str, Any] = {"may_delegate": chance.random() < 0.6}
    if chance.random() < 0.2:
        more["scopes"] = chance.sample(TYPES, chance.randint(2, 6))
    if chance.random() < 0.35:
        more["until"] = f"2025-0{chance.randint(2, 8)}-01"
    if chance.random() < 0.15:
        more["project"] = ext(chance.choice(scene.by_type("project") or scene.records).id)
    return more


def _device(scene: Scene, seat: Seat) -> None:
    made = scene.fresh_key("device")
    scene.write(seat, seat.agent, "grant", authority.grant(key33(made.public), "device", **_limits(scene)))


def _employ(scene: Scene, seat: Seat) -> None:
    agent = scene.chance.choice([*scene.people, *scene.firms]).id
    made = scene.write(seat, seat.agent, "grant", authority.grant(agent, "staff", **_limits(scene)))
    _consent(scene, made)


def _admit(scene: Scene, seat: Seat) -> None:
    seat = _for_body(scene, seat, scene.nets)
    agent = scene.chance.choice([*scene.people, *scene.firms]).id
    made = scene.write(seat, seat.agent, "grant", authority.grant(agent, scene.chance.choice(ROLES), **_limits(scene)))
    _consent(scene, made)


def _for_body(scene: Scene, seat: Seat, bodies: list[Record]) -> Seat:
    """A seat of one of these bodies, if there is any."""
    ids = [each.id for each in bodies]
    return scene.chance.choice([each for each in scene.seats() if each.agent in ids] or [seat])


def _consent(scene: Scene, grant: Record) -> None:
    if scene.chance.random() < 0.8:
        for seat in [each for each in scene.seats() if each.agent == grant.facts["to"]][:1]:
            scene.write(seat, grant.home, "countersign", identity.accept(grant.id))


def _invite(scene: Scene, seat: Seat) -> None:
    seat = _for_body(scene, seat, scene.nets)
    secret = scene.fresh_key("invitation")
    uses = scene.chance.choice((1, 1, 2))
    role = scene.chance.choice(("core", "client", "observer"))
    scene.write(seat, seat.agent, "grant", authority.invitation(secret.public, role, uses=uses))


def _join(scene: Scene, seat: Seat) -> None:
    """Accept an invitation, or join by oneself."""
    invitations = [
        each for each in scene.by_type("grant") if each.facts["to"][1:] in scene.keys and len(each.facts["to"]) == 33
    ]
    if not invitations or scene.chance.random() < 0.3:
        scene.write(seat, scene.chance.choice(scene.nets).id, "grant", identity.join(seat.agent))
        return
    invitation = scene.chance.choice(invitations)
    secret = scene.keys[invitation.facts["to"][1:]]
    if scene.chance.random() < 0.05:
        secret = scene.fresh_key("wrong")
    facts = authority.accept_invitation(invitation.id, seat.agent, secret)
    scene.write(seat, invitation.home, "countersign", facts)


def _accept(scene: Scene, seat: Seat) -> None:
    """Countersign anything: acceptance, vote, re-affirmation, or nothing of the kind."""
    own = [each for each in scene.records if each.scope and each.agent == seat.agent]
    mine = [
        each
        for each in scene.by_type("grant", "resolution", "agent")
        if each.facts.get("to") == seat.agent or each.type != "grant"
    ]
    pool = scene.chance.choice((own, own, mine, scene.records))
    if scene.chance.random() > scene.mess:
        pool = [each for each in pool if scene.world.valid(each.id)]
    if pool:
        target = scene.chance.choice(pool)
        seat = _seat_of(scene, seat, target.agent) if scene.chance.random() < 0.5 else seat
        facts = {**identity.accept(target.id), "decision": scene.chance.choice(("accept",) * 8 + ("decline",))}
        scene.write(seat, target.home, "countersign", facts, *role_for(scene, seat, target.home))


def _reaffirm(scene: Scene, seat: Seat) -> None:
    """Accept what is contested now, or what it accepts."""
    said = reference(scene.records)
    pool = [each for each in scene.records if said[each.id].status == "contested"]
    if not pool:
        return
    record = scene.chance.choice(pool)
    target: bytes = record.facts["target"] if record.type == "countersign" else record.id
    seat = _seat_of(scene, seat, record.agent)
    scene.write(seat, record.home, "countersign", identity.accept(target), *role_for(scene, seat, record.home))


def _seen(scene: Scene) -> list[bytes]:
    chance = scene.chance
    tips = [each.id for each in scene.records if chance.random() < chance.choice((0, 0, 0.1, 0.5))]
    return [*tips[-20:], *([chance.randbytes(32)] if chance.random() < 0.05 else [])]


def _revoke(scene: Scene, seat: Seat) -> None:
    """End something: most often what one may end."""
    chance = scene.chance
    pool = [each for each in scene.by_type("grant", "countersign") if each.type == "grant" or scene.leads(each)]
    if chance.random() < 0.15:
        pool = scene.by_type("revoke", "rotate")
    if chance.random() > scene.mess:
        pool = [each for each in pool if scene.world.valid(each.id)]
    if not pool:
        return
    target = chance.choice(pool)
    to = target.facts.get("to", target.agent)
    roll = chance.random()
    if roll < 0.6:
        seat = _seat_of(scene, seat, target.home, target.agent)
    elif roll < 0.85:
        seat = _seat_of(scene, seat, to)
    more = [each.id for each in pool if each.home == target.home and chance.random() < 0.1]
    scene.write(seat, target.home, "revoke", authority.revoke([target.id, *more], seen=_seen(scene)))


def _seat_of(scene: Scene, other: Seat, *agents: bytes) -> Seat:
    """A seat of one of these agents; another if there is none."""
    return scene.chance.choice([each for each in scene.seats() if each.agent in agents] or [other])


def _rotate(scene: Scene, seat: Seat) -> None:
    chance = scene.chance
    person = chance.choice(scene.people)
    tenures = [person, *scene.by_type("rotate", home=person.id)]
    after = chance.choice((tenures[0], tenures[0], tenures[-1]))
    holders = scene.holders[person.id]
    if not holders:
        return
    signers = chance.sample(holders, min(len(holders), chance.choice((1, 2, 2, 3))))
    root = scene.fresh_key("root")
    ends = [each.id for each in scene.by_type("grant", home=person.id) if chance.random() < 0.4]
    recovery = ([recovery_digest(each.public) for each in holders], 1) if chance.random() < 0.8 else None
    facts = authority.rotate(root.public, after.id, signers, recovery=recovery, ends=ends, seen=_seen(scene))
    scene.write(Seat(root, person.id, ()), person.id, "rotate", facts)


def _resolve(scene: Scene, seat: Seat, scope: bytes = b"") -> None:
    """Propose something; mostly the founders vote on it, and sometimes somebody executes it."""
    chance = scene.chance
    body = chance.choice([each for each in (*scene.firms, *scene.nets) if scope in (b"", each.id)])
    founders = body.facts["charter"]["founders"]
    voters = [each for each in scene.seats() if each.agent in founders]
    proposer = chance.choice(voters or [seat])
    facts, execution = _decision(scene, body)
    made = scene.write(proposer, body.id, "resolution", facts)
    for founder in founders:
        seats = [each for each in scene.seats() if each.agent == founder]
        if seats and chance.random() < 0.8:
            scene.write(chance.choice(seats), body.id, "countersign", identity.accept(made.id))
    acting = [each for each in scene.seats() if each.agent == body.id]
    if execution and acting and chance.random() < 0.85:
        type_, done = execution
        scene.write(chance.choice(acting), body.id, type_, done, made.id)
    new = facts.get("charter", {}).get("founders", [])
    for seat in [each for each in scene.seats() if each.agent in new][:2]:
        scene.write(seat, body.id, "countersign", identity.accept(made.id))


def _decision(scene: Scene, body: Record) -> tuple[Any, tuple[str, Any] | None]:
    chance = scene.chance
    changing = [
        each.id
        for each in scene.by_type("resolution", home=body.id)
        if each.facts["outcome"] in ("charter", "dissolve")
    ]
    stop = charter(scene.world, body.id, [each.id for each in scene.records if scene.is_innocent(each.id)]).stop
    prev = chance.choice((sorted(stop), sorted(stop), sorted(stop), [], changing[-1:]))
    ends = [each.id for each in scene.by_type("grant", "countersign", home=body.id)]
    about = chance.sample(ends, min(len(ends), chance.randint(1, 3))) or [body.id]
    execution = ("revoke", authority.revoke(about, reason="cause", seen=_seen(scene)))
    match chance.choice(("remove", "remove", "remove", "charter", "charter", "order", "dissolve")):
        case "remove":
            return authority.resolution("remove", prev=prev, about=about), execution
        case "charter":
            people = [each.id for each in chance.sample(scene.people, chance.randint(1, len(scene.people)))]
            new: Any = chance.choice(
                ({"founders": sorted(people)}, {"join": "open"}, {"sensitive": ["grant"]}, {"join": "invite"})
            )
            return authority.resolution("charter", prev=prev, about=about, charter=new), execution
        case "dissolve":
            return authority.resolution("dissolve", prev=prev), None
        case _:
            role = "staff" if body in scene.firms else chance.choice(ROLES)
            facts = authority.grant(chance.choice(scene.people).id, role)
            orders: Any = [["grant", authority.order_digest(facts)]]
            return authority.resolution("order", prev=prev, orders=orders), ("grant", facts)


def _backdate(scene: Scene, seat: Seat) -> None:
    """Do something as if an ending, or a decision of the founders, had never been heard of."""
    chance = scene.chance
    pool = [each for each in scene.by_type("revoke", "rotate", "resolution") if scene.world.valid(each.id)]
    if not pool:
        return
    unheard = chance.choice(pool)
    scene.blind = frozenset({unheard.id})
    try:
        if unheard.type == "resolution":
            _resolve(scene, seat, unheard.home)
            return
        losers = [scene.world.handle(each) for each in unheard.facts.get("targets", unheard.facts.get("ends", []))]
        concerned = [each for each in scene.seats() if _uses(scene, each, losers)]
        doing = chance.choice((_work, _work, _admit, _accept, _revoke, _employ, _device, _plan, _correct, _join))
        doing(scene, chance.choice(concerned or [seat]))
    finally:
        scene.blind = frozenset()


def _uses(scene: Scene, seat: Seat, losers: list[tuple[bytes, ...]]) -> bool:
    ended = any(scene.world.handle(each) in losers for each in seat.chain)
    return ended or any(
        (each,) in losers or (each, seat.agent) in losers
        for net in scene.nets
        for each in scene.roles(net.id, seat.agent)
    )


ACTS: dict[str, tuple[Callable[[Scene, Seat], None], int]] = {
    "work": (_work, 20),
    "thank": (_thank, 4),
    "plan": (_plan, 5),
    "describe": (_describe, 2),
    "correct": (_correct, 4),
    "erase": (_erase, 2),
    "note": (_note, 4),
    "device": (_device, 6),
    "employ": (_employ, 5),
    "admit": (_admit, 10),
    "invite": (_invite, 5),
    "join": (_join, 8),
    "accept": (_accept, 10),
    "revoke": (_revoke, 20),
    "reaffirm": (_reaffirm, 3),
    "backdate": (_backdate, 14),
    "rotate": (_rotate, 6),
    "resolve": (_resolve, 6),
}
