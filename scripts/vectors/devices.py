"""Cases for devices and for people who act for others (04-fold 3, 4): persons, organisations, chains."""

from meshproto.records.ids import ext, key33
from meshproto.records.reasons import Reason
from meshproto.types import authority, identity, repair, value
from scripts.vectors.cases import key, network, work
from scripts.vectors.tale import Tale


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        *_devices(),
        *_refused_devices(),
        _device_quotas(),
        _all_devices_ever(),
        *_organisations(),
        *_refused_organisations(),
        *_narrow_mandates(),
        *_sensitive_types(),
        *_limits(),
    ]


def _devices() -> list[Tale]:
    tale = Tale("a second device writes in the person's stream and in a network")
    alice = tale.person("alice")
    net = tale.net("shed", alice)
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.is_(phone, state="active")
    tale.is_(tale.write("phone", alice, "contribution", auth=(phone,)), state="claimed")
    tale.is_(tale.write("phone", net, "contribution", agent=alice, auth=(phone,)), state="claimed")
    tale.is_(tale.write("alice", net, "contribution", agent=alice), state="claimed")

    third = Tale("a device that may delegate grants another, which may not")
    alice = third.person("alice")
    phone = third.write("alice", alice, "grant", authority.device(key("phone").public, may_delegate=True))
    watch = third.write("phone", alice, "grant", authority.device(key("watch").public), auth=(phone,))
    third.is_(watch, state="active")
    third.is_(third.write("watch", alice, auth=(watch,)), state="claimed")
    ring = third.write("watch", alice, "grant", authority.device(key("ring").public), auth=(watch,))
    third.no(ring, Reason.X_SCOPE, watch)
    third.no(third.write("ring", alice, auth=(ring,)), Reason.X_KEY, alice)
    return [tale, third]


def _refused_devices() -> list[Tale]:
    tale = Tale("keys that speak for nobody")
    alice, bob = tale.person("alice"), tale.person("bob")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.no(tale.write("phone", alice), Reason.X_KEY, alice)
    tale.no(tale.write("watch", alice, auth=(phone,)), Reason.X_KEY, alice)
    tale.no(tale.write("alice", alice, auth=(phone,)), Reason.X_KEY, alice)
    tale.no(tale.write("phone", bob, agent=bob, auth=(phone,)), Reason.X_KEY, bob)
    tale.no(tale.write("bob", alice), Reason.X_KEY, alice)
    tale.no(tale.write("bob", alice, agent=bob), Reason.X_SCOPE, bob)
    tale.no(tale.write("alice", alice, agent=phone), Reason.X_KEY, phone)

    left = Tale("entries that nothing asks for")
    alice, bob = left.person("alice"), left.person("bob")
    phone = left.write("alice", alice, "grant", authority.device(key("phone").public))
    watch = left.write("alice", alice, "grant", authority.device(key("watch").public))
    left.no(left.write("phone", alice, auth=(phone, watch)), Reason.X_SCOPE, watch)
    left.no(left.write("bob", bob, auth=(phone,)), Reason.X_SCOPE, phone)
    first = left.write("alice", alice)
    left.is_(first, state="claimed")
    left.no(left.write("alice", alice, auth=(first,)), Reason.X_SCOPE, first)

    odd = Tale("grants in a person's stream that give nothing")
    alice, bob = odd.person("alice"), odd.person("bob")
    net = network("shed", alice, is_open=False)
    odd.keep(net)
    for to, role in ((key33(key("phone").public), "staff"), (bob.id, "device"), (bob.id, "core"), (bob.id, "steward")):
        grant = odd.write("alice", alice, "grant", authority.grant(to, role))
        odd.no(grant, Reason.I_RULE, detail="role")
    odd.no(odd.write("alice", alice, "grant", authority.grant(alice.id, "staff")), Reason.I_RULE, alice, detail="to")
    first = odd.is_(odd.write("alice", alice), state="claimed")
    odd.no(odd.write("alice", alice, "grant", authority.grant(first.id, "staff")), Reason.I_RULE, first, detail="to")
    for_net = odd.write("alice", alice, "grant", authority.grant(net.id, "staff"), knows=())
    odd.no(for_net, Reason.X_FOREIGN, net, status="foreign")
    return [tale, left, odd]


def _device_quotas() -> Tale:
    tale = Tale("more devices than anybody needs")
    alice = tale.person("alice")
    keys = [key(f"device {number}").public for number in range(16)]
    grants = [tale.write("alice", alice, "grant", authority.device(each)) for each in keys]
    more = authority.device(key("one more").public)
    tale.no(tale.write("alice", alice, "grant", more), Reason.X_QUOTA, alice)
    tale.write("alice", alice, "revoke", authority.revoke([grants[3].id], reason="lost"))
    tale.is_(grants[3], state="removed")
    tale.is_(tale.write("alice", alice, "grant", more), state="active")
    tale.no(tale.write("alice", alice, "grant", authority.device(key("another").public)), Reason.X_QUOTA, alice)
    return tale


def _all_devices_ever() -> Tale:
    tale = Tale("a new set of devices sixteen times over, and no device more")
    alice = tale.person("alice")
    for lot in range(16):
        keys = [key(f"device {lot} {number}").public for number in range(16)]
        grants = [tale.write("alice", alice, "grant", authority.device(each)) for each in keys]
        for each in grants:
            tale.is_(each, state="removed")
        tale.write("alice", alice, "revoke", authority.revoke(sorted(each.id for each in grants)))
    tale.no(tale.write("alice", alice, "grant", authority.device(key("one more").public)), Reason.X_QUOTA, alice)
    return tale


def _organisations() -> list[Tale]:
    tale = Tale("an organisation acts by its founders, whom it employs, and their devices")
    alice, bob, carol = tale.person("alice"), tale.person("bob"), tale.person("carol")
    firm = tale.firm("firm", alice, bob)
    founds, _ = tale.accepts_of(firm)
    tale.is_(founds, state="active")
    tale.is_(tale.write("alice", firm, "profile", identity.profile(), auth=(founds,)), state="current")
    job = tale.write("alice", firm, "grant", authority.grant(carol.id, "staff"), auth=(founds,))
    early = tale.write("carol", firm, auth=(job,))
    tale.no(early, Reason.T_MISSING, carol)
    tale.is_(job, state="active")
    tale.accept("carol", job, agent=carol)
    tale.is_(tale.write("carol", firm, auth=(job,)), state="claimed")
    phone = tale.write("carol", carol, "grant", authority.device(key("phone").public))
    net = tale.net("market", bob, is_open=True)
    tale.is_(tale.write("phone", net, "grant", identity.join(firm.id), agent=firm, auth=(job, phone)), state="active")
    tale.is_(tale.write("phone", net, agent=firm, auth=(job, phone)), state="claimed")

    two = Tale("an organisation founded by an organisation, which is a member of a network")
    alice, bob = two.person("alice"), two.person("bob")
    daughter = two.firm("daughter", alice)
    (mine,) = two.accepts_of(daughter)
    mother = two.firm("mother", bob, daughter, founded=False)
    his = two.accept("bob", mother, agent=bob)
    two.no(two.write("bob", mother, "profile", identity.profile(), auth=(his,)), Reason.T_MISSING, daughter)
    hers = two.is_(two.accept("alice", mother, agent=daughter, auth=(mine,)), state="active")
    two.is_(two.write("alice", mother, "profile", identity.profile(), auth=(hers, mine)), state="current")
    shed = two.net("shed", bob)
    (founds,) = two.accepts_of(shed)
    role = two.write("bob", shed, "grant", authority.grant(mother.id, "core"), agent=shed, auth=(founds,))
    two.accept("alice", role, agent=mother, auth=(hers, mine))
    two.is_(role, state="active")
    two.is_(two.write("alice", shed, agent=mother, auth=(hers, mine, role)), state="claimed")
    two.no(two.write("alice", shed, agent=mother, auth=(hers, mine)), Reason.X_SCOPE, shed)

    helper = Tale("a person acts for another person")
    alice, bob = helper.person("alice"), helper.person("bob")
    trust = helper.write("alice", alice, "grant", authority.grant(bob.id, "staff"))
    helper.is_(trust, state="active")
    helper.accept("bob", trust, agent=bob)
    helper.is_(helper.write("bob", alice, auth=(trust,)), state="claimed")
    return [tale, two, helper]


def _refused_organisations() -> list[Tale]:
    tale = Tale("who has no say in an organisation")
    alice, bob, carol = tale.person("alice"), tale.person("bob"), tale.person("carol")
    firm = tale.firm("firm", alice)
    (founds,) = tale.accepts_of(firm)
    tale.no(tale.accept("bob", firm, agent=bob), Reason.X_SCOPE, firm)
    tale.no(
        tale.write("firm", firm, agent=alice, type_="countersign", facts=identity.accept(firm.id)), Reason.X_KEY, alice
    )
    tale.no(tale.write("alice", firm), Reason.X_KEY, firm)
    tale.no(tale.write("bob", firm, auth=(founds,)), Reason.X_KEY, firm)
    tale.no(tale.write("alice", firm, agent=alice), Reason.X_SCOPE, alice)
    job = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff"), auth=(founds,))
    tale.is_(job, state="invited")
    tale.no(tale.write("carol", firm, "countersign", identity.accept(job.id), agent=carol), Reason.X_SCOPE, job)
    server = tale.write("alice", firm, "grant", authority.device(key("server").public), auth=(founds,))
    tale.is_(server, state="active")
    tale.is_(tale.write("server", firm, auth=(server,)), state="claimed")
    tale.no(tale.write("bob", firm, "countersign", identity.accept(server.id), agent=bob), Reason.X_SCOPE, server)

    passing = Tale("what may be passed on")
    alice, bob, carol = passing.person("alice"), passing.person("bob"), passing.person("carol")
    firm = passing.firm("firm", alice)
    (founds,) = passing.accepts_of(firm)
    narrow = authority.grant(bob.id, "staff", scopes=["grant", "contribution"], may_delegate=True)
    boss = passing.write("alice", firm, "grant", narrow, auth=(founds,))
    passing.accept("bob", boss, agent=bob)
    for facts, fits in (
        (authority.grant(carol.id, "staff"), False),
        (authority.grant(carol.id, "staff", scopes=["contribution", "project"]), False),
        (authority.grant(carol.id, "staff", scopes=["contribution"]), True),
        (authority.grant(key33(key("till").public), "device", scopes=[]), True),
    ):
        made = passing.write("bob", firm, "grant", facts, auth=(boss,))
        if fits:
            passing.is_(made, state="invited" if facts["role"] == "staff" else "active")
        else:
            passing.no(made, Reason.X_SCOPE, boss)

    rank = Tale("grants upon grants upon grants")
    people = [rank.person(each) for each in ("alice", "bob")]
    firm = rank.firm("firm", people[0])
    (above,) = rank.accepts_of(firm)
    for number in range(16):
        to = people[(number + 1) % 2]
        facts = authority.grant(to.id, "staff", may_delegate=True)
        made = rank.write(("alice", "bob")[number % 2], firm, "grant", facts, auth=(above,))
        if number == 15:
            rank.no(made, Reason.X_QUOTA, above)
        else:
            rank.accept(("bob", "alice")[number % 2], made, agent=to)
            rank.is_(made, state="active")
        above = made
    return [tale, passing, rank]


def _narrow_mandates() -> list[Tale]:
    tale = Tale("an employee who may only thank")
    alice, bob = tale.person("alice"), tale.person("bob")
    firm = tale.firm("firm", alice)
    (founds,) = tale.accepts_of(firm)
    job = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff", scopes=["recognition"]), auth=(founds,))
    tale.accept("bob", job, agent=bob)
    thanks = tale.write("bob", firm, "recognition", value.recognition(to=[alice.id]), auth=(job,))
    tale.is_(thanks, state="claimed")
    tale.no(tale.write("bob", firm, auth=(job,)), Reason.X_SCOPE, job)
    tale.no(tale.write("bob", firm, "rotate", {"root": key33(bytes(32))}, auth=(job,)), Reason.I_FIELD, detail="after")

    device = Tale("a device that may only write what it did, for whomever it acts")
    alice = device.person("alice")
    firm = device.firm("firm", alice)
    (founds,) = device.accepts_of(firm)
    facts = authority.grant(key33(key("clock").public), "device", scopes=["contribution"])
    clock = device.write("alice", alice, "grant", facts)
    device.is_(device.write("clock", alice, auth=(clock,)), state="claimed")
    device.no(device.write("clock", alice, "checkpoint", repair.checkpoint(), auth=(clock,)), Reason.X_SCOPE, clock)
    device.is_(device.write("clock", firm, auth=(founds, clock)), state="claimed")
    profile = device.write("clock", firm, "profile", identity.profile(), auth=(founds, clock))
    device.no(profile, Reason.X_SCOPE, clock)
    return [tale, device]


def _sensitive_types() -> list[Tale]:
    tale = Tale("what is sensitive takes an order by the founders")
    alice, bob, carol = tale.person("alice"), tale.person("bob"), tale.person("carol")
    firm = tale.firm("firm", alice, bob, sensitive=["grant"])
    mine, _ = tale.accepts_of(firm)
    facts = authority.grant(carol.id, "staff")
    tale.no(tale.write("alice", firm, "grant", facts, auth=(mine,)), Reason.T_MISSING, firm)
    orders = authority.resolution("order", orders=[["grant", authority.order_digest(facts)]])
    order = tale.write("alice", firm, "resolution", orders, agent=alice)
    tale.accept("alice", order, agent=alice)
    tale.no(tale.write("alice", firm, "grant", facts, auth=(mine, order)), Reason.T_MISSING, order)
    tale.accept("bob", order, agent=bob)
    tale.is_(order, state="carried")
    tale.is_(tale.write("alice", firm, "grant", facts, auth=(mine, order)), state="invited")
    other = authority.grant(bob.id, "staff")
    tale.no(tale.write("alice", firm, "grant", other, auth=(mine, order)), Reason.X_SCOPE, order)
    tale.no(tale.write("alice", firm, auth=(mine, order)), Reason.X_SCOPE, order)
    tale.no(tale.write("alice", alice, "grant", facts, auth=(order,)), Reason.X_SCOPE, order)
    tale.is_(tale.write("alice", firm, auth=(mine,)), state="claimed")
    return [tale]


def _limits() -> list[Tale]:
    tale = Tale("mandates that end, and mandates for one project")
    alice, bob = tale.person("alice"), tale.person("bob")
    firm = tale.firm("firm", alice)
    (founds,) = tale.accepts_of(firm)
    plan = tale.write("alice", firm, "project", {"state": "active", "supersedes": []}, auth=(founds,))
    tale.is_(plan, state="current")
    made = []
    for facts in (
        authority.grant(bob.id, "staff", until="2025-11-21"),
        authority.grant(bob.id, "staff", until="2025-11-20"),
        authority.grant(bob.id, "staff", project=ext(plan.id)),
    ):
        made.append(tale.write("alice", firm, "grant", facts, auth=(founds,)))
        tale.accept("bob", made[-1], agent=bob)
    tale.is_(tale.write("bob", firm, auth=(made[0],)), state="claimed")
    beyond = {"state": "claimed", "flags": ["beyond-mandate"]}
    late = tale.write("bob", firm, auth=(made[1],))
    tale.contested(late, Reason.T_LIMIT, made[1], **beyond)
    tale.is_(tale.write("bob", firm, facts=work(project=plan.id), auth=(made[2],)), state="claimed")
    tale.is_(tale.write("bob", firm, facts=work(project=ext(plan.id)), auth=(made[2],)), state="claimed")
    tale.contested(tale.write("bob", firm, auth=(made[2],)), Reason.T_LIMIT, made[2], **beyond)
    himself = tale.write("bob", firm, facts=work(7), auth=(made[1],))
    tale.contested(himself, Reason.T_LIMIT, made[1], **beyond)
    tale.accept("bob", himself, auth=(made[1],))
    excused = tale.write("bob", firm, facts=work(8), auth=(made[1],))
    tale.accept("alice", excused, auth=(founds,))
    tale.is_(excused, state="claimed", flags=["reaffirmed"])
    return [tale]
