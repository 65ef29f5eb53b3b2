"""Cases for resolutions (04-fold 2.3, 4.3, 4.4, 6): removals, charters, dissolution, rivals."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, identity, repair
from scripts.vectors.cases import work
from scripts.vectors.tale import Tale

NAMES = ("alice", "bob", "carol", "dan")


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _mutual_removal(),
        _backdated(),
        _refused(),
        _voting(),
        _new_founder(),
        _charter_closes(),
        _charter_of_a_firm(),
        _dissolved(),
        _dissolved_firm(),
        *_rivals(),
        _removed_founders_decide_no_more(),
        _quota_of_a_charter(),
    ]


def four(tale: Tale, **charter: Any) -> tuple[list[Record], Record, list[Record]]:
    """Four people, a network they founded, and their accepts."""
    people = [tale.person(each) for each in NAMES]
    net = tale.net("council", *people, **{"quorum": [3, 4], **charter})
    accepts = tale.accepts_of(net)
    return people, net, [next(each for each in accepts if each.agent == person.id) for person in people]


def decide(tale: Tale, net: Record, people: list[Record], facts: Any, voters: str, **more: Any) -> Record:
    """A resolution by the first voter, and the accepts of all voters: initials of their names."""
    chosen = [(name, person) for name, person in zip(NAMES, people, strict=True) if name[0] in voters]
    made = tale.write(chosen[0][0], net, "resolution", facts, agent=chosen[0][1], **more)
    for name, person in chosen:
        knows = [made] if "knows" in more else None
        tale.write(name, net, "countersign", identity.accept(made.id), agent=person, knows=knows)
    return made


def votes(tale: Tale, made: Record) -> list[Record]:
    """The accepts of a resolution."""
    return tale.accepts_of(made)


def _mutual_removal() -> Tale:
    tale = Tale("two founders remove each other: alone they cannot, with three of four both removals stand")
    people, net, accepts = four(tale)
    lone = tale.write("alice", net, "revoke", authority.revoke([accepts[1].id]), agent=net, auth=(accepts[0],))
    tale.no(lone, Reason.X_SCOPE, accepts[1])
    base = list(accepts)
    gone = []
    for target, voters, by in ((1, "acd", 0), (0, "bcd", 1)):
        facts = authority.resolution("remove", about=[accepts[target].id])
        removal = decide(tale, net, people, facts, voters, knows=base)
        tale.is_(removal, state="carried")
        out = authority.revoke([accepts[target].id], reason="cause")
        known = votes(tale, removal)
        gone.append(tale.write(NAMES[by], net, "revoke", out, agent=net, auth=(accepts[by], removal), knows=known))
    for number in (0, 1):
        tale.contested(gone[number], Reason.C_REVOKED, gone[1 - number], flags=["concurrent-with-removal"])
        tale.is_(accepts[number], state="removed")
    tale.is_(accepts[2], state="active")
    tale.no(tale.write("alice", net, agent=people[0]), Reason.X_REVOKED, gone[1])
    tale.is_(tale.write("carol", net, agent=people[2]), state="claimed")
    return tale


def _backdated() -> Tale:
    tale = Tale("a founder back-dates a resolution that only he has accepted: nothing happens")
    people, net, accepts = four(tale)
    facts = authority.resolution("remove", about=[accepts[1].id])
    alone = decide(tale, net, people, facts, "a", knows=accepts)
    tale.is_(alone, state="open")
    out = authority.revoke([accepts[1].id])
    executes = tale.write("alice", net, "revoke", out, agent=net, auth=(accepts[0], alone), knows=votes(tale, alone))
    tale.no(executes, Reason.T_MISSING, alone)
    tale.is_(accepts[1], state="active")
    return tale


def _refused() -> Tale:
    tale = Tale("resolutions that decide nothing, and what they do not allow")
    people, net, accepts = four(tale)
    eve = tale.person("eve")
    role = tale.write("alice", net, "grant", authority.grant(eve.id, "core"), agent=net, auth=accepts[:1])
    tale.is_(role, state="active")
    tale.accept("eve", role, agent=eve)
    facts = authority.resolution("remove", about=[accepts[1].id])
    tale.no(tale.write("eve", net, "resolution", facts, agent=eve), Reason.X_SCOPE, net)
    wrong = authority.resolution("remove", about=[accepts[1].id], prev=[role.id])
    tale.no(tale.write("alice", net, "resolution", wrong, agent=people[0]), Reason.I_RULE, detail="prev")
    by_net = tale.is_(tale.write("alice", net, "resolution", facts, agent=net, auth=accepts[:1]), state="carried")
    for name, person in zip(NAMES[:3], people, strict=False):
        tale.accept(name, by_net, agent=person)
    other = tale.write("alice", net, "revoke", authority.revoke([accepts[2].id]), agent=net, auth=(accepts[0], by_net))
    tale.no(other, Reason.X_SCOPE, accepts[2])
    grant = authority.grant(eve.id, "client")
    tale.no(tale.write("alice", net, "grant", grant, agent=net, auth=(accepts[0], by_net)), Reason.X_SCOPE, by_net)
    tale.no(tale.write("alice", net, agent=people[0], auth=(by_net,)), Reason.X_SCOPE, by_net)
    later = {"outcome": "amend", "prev": []}
    unknown = tale.write("alice", net, "resolution", later, agent=people[0])
    tale.no(unknown, Reason.U_TYPE, detail="resolution", status="unknown")
    return tale


def _voting() -> Tale:
    tale = Tale("who may vote")
    people, net, accepts = four(tale)
    eve = tale.person("eve")
    made = tale.write("alice", net, "resolution", authority.resolution("dissolve"), agent=people[0])
    tale.is_(made, state="open")
    tale.no(tale.write("eve", net, "countersign", identity.accept(made.id), agent=eve), Reason.X_SCOPE, made)
    decline = {"target": made.id, "decision": "decline"}
    tale.is_(tale.write("bob", net, "countersign", decline, agent=people[1]))
    quits = tale.write("dan", net, "revoke", authority.revoke([accepts[3].id], reason="resign"), agent=people[3])
    tale.is_(accepts[3], state="left")
    late = tale.write("dan", net, "countersign", identity.accept(made.id), agent=people[3])
    tale.no(late, Reason.X_SCOPE, made)
    for _ in range(2):
        tale.accept("bob", made, agent=people[1])
        tale.accept("carol", made, agent=people[2])
    tale.is_(quits)
    three = tale.write("alice", net, "resolution", authority.resolution("dissolve"), agent=people[0])
    tale.is_(three, state="open")
    return tale


def _new_founder() -> Tale:
    tale = Tale("a charter names a founder, who acts once it is carried and accepted")
    people, net, accepts = four(tale)
    eve = tale.person("eve")
    founders = sorted([*(each.id for each in people[1:]), eve.id])
    facts = authority.resolution("charter", about=[accepts[0].id], charter={"founders": [*founders]})
    early = tale.write("bob", net, "resolution", facts, agent=people[1])
    tale.is_(early, state="carried")
    hers = tale.is_(tale.write("eve", net, "countersign", identity.accept(early.id), agent=eve), state="active")
    admits = authority.grant(eve.id, "client")
    tale.no(tale.write("eve", net, "grant", admits, agent=net, auth=(hers,)), Reason.T_MISSING, early)
    tale.no(tale.write("eve", net, agent=eve, auth=(hers,)), Reason.T_MISSING, early)
    for name, person in zip(NAMES[1:], people[1:], strict=True):
        vote = tale.accept(name, early, agent=person)
        tale.is_(vote, state="active")
    tale.is_(tale.write("eve", net, agent=eve, auth=(hers,)), state="claimed")
    tale.no(tale.write("eve", net, agent=eve), Reason.X_SCOPE, net)
    role = tale.write("eve", net, "grant", authority.grant(people[0].id, "client"), agent=net, auth=(hers,))
    tale.is_(role, state="invited")
    out = tale.write("eve", net, "revoke", authority.revoke([accepts[0].id]), agent=net, auth=(hers, early))
    tale.is_(out)
    tale.is_(accepts[0], state="removed")
    old = authority.resolution("remove", about=[hers.id])
    tale.no(tale.write("bob", net, "resolution", old, agent=people[1]), Reason.I_RULE, detail="prev")
    tale.no(tale.write("alice", net, "resolution", old, agent=people[0]), Reason.X_SCOPE, net)
    new = authority.resolution("remove", about=[hers.id], prev=[early.id])
    tale.is_(tale.write("eve", net, "resolution", new, agent=eve), state="open")
    return tale


def _charter_closes() -> Tale:
    tale = Tale("an open network closes: who did not know it wrote in time")
    people, net, accepts = four(tale, join="open")
    eve = tale.person("eve")
    joins = tale.write("eve", net, "grant", identity.join(eve.id), agent=eve)
    tale.is_(joins, state="active")
    facts = authority.resolution("charter", charter={"join": "invite"})
    closes = decide(tale, net, people, facts, "abc")
    tale.is_(closes, state="carried")
    tale.is_(tale.write("eve", net, facts=work(1), agent=eve, knows=()), state="claimed")
    tale.no(tale.write("eve", net, facts=work(2), agent=eve), Reason.X_SCOPE, net)
    tale.is_(tale.write("eve", net, facts=work(3), agent=eve, auth=(joins,)), state="claimed")
    tale.is_(tale.write("bob", net, agent=people[1]), state="claimed")
    tale.is_(accepts[1], state="active")
    return tale


def _charter_of_a_firm() -> Tale:
    tale = Tale("an organisation changes its charter: another quorum, another list of what is sensitive")
    alice, bob = tale.person("alice"), tale.person("bob")
    firm = tale.firm("firm", alice, bob, quorum=(1, 1), sensitive=["contribution"])
    auth = [each for each in tale.accepts_of(firm) if each.agent == alice.id]
    tale.no(tale.write("alice", firm, auth=auth), Reason.T_MISSING, firm)
    facts = authority.resolution("charter", charter={"quorum": [51, 100], "sensitive": ["profile"]})
    made = tale.write("alice", firm, "resolution", facts, auth=auth)
    tale.accept("alice", made, agent=alice)
    tale.no(tale.write("alice", firm, auth=auth), Reason.T_MISSING, firm)
    tale.is_(made, state="carried")
    tale.accept("bob", made, agent=bob)
    tale.is_(tale.write("alice", firm, auth=auth), state="claimed")
    tale.no(tale.write("alice", firm, "profile", identity.profile(), auth=auth), Reason.T_MISSING, firm)
    tale.is_(auth[0], state="active")
    return tale


def _dissolved() -> Tale:
    tale = Tale("a network is dissolved: nothing new is begun there, but what is wrong can be put right")
    people, net, accepts = four(tale)
    mine = tale.write("alice", net, agent=people[0])
    tale.is_(mine, state="claimed", flags=["corrected", "erased"])
    end = decide(tale, net, people, authority.resolution("dissolve"), "abcd")
    tale.is_(end, state="carried")
    tale.no(tale.write("alice", net, agent=people[0]), Reason.X_REVOKED, end)
    grant = authority.grant(tale.person("eve").id, "core")
    tale.no(tale.write("alice", net, "grant", grant, agent=net, auth=accepts[:1]), Reason.X_REVOKED, end)
    words = tale.write("alice", net, "correction", repair.replace(mine.id), agent=people[0])
    tale.is_(words, state="current")
    tale.is_(tale.write("alice", net, "erasure", repair.erasure([mine.id]), agent=people[0]))
    tale.is_(tale.write("alice", net, "checkpoint", repair.checkpoint(), agent=people[0]))
    tale.is_(tale.write("alice", net, "countersign", identity.accept(mine.id), agent=people[0]))
    leaves = tale.write("alice", net, "revoke", authority.revoke([accepts[0].id], reason="resign"), agent=people[0])
    tale.is_(leaves)
    tale.is_(accepts[0], state="left")
    return tale


def _dissolved_firm() -> Tale:
    tale = Tale("a dissolved organisation acts nowhere any more")
    alice = tale.person("alice")
    firm = tale.firm("firm", alice)
    auth = tale.accepts_of(firm)
    net = tale.net("market", alice)
    role = tale.write("alice", net, "grant", authority.grant(firm.id, "core"), agent=net, auth=tale.accepts_of(net))
    tale.is_(role, state="active")
    tale.accept("alice", role, agent=firm, auth=auth)
    tale.is_(tale.write("alice", net, agent=firm, auth=(*auth, role)), state="claimed")
    end = tale.write("alice", firm, "resolution", authority.resolution("dissolve"), agent=alice)
    tale.accept("alice", end, agent=alice)
    tale.is_(end, state="carried")
    tale.no(tale.write("alice", net, agent=firm, auth=(*auth, role)), Reason.X_REVOKED, end)
    tale.no(tale.write("alice", firm, auth=auth), Reason.X_REVOKED, end)
    return tale


def _rivals() -> list[Tale]:
    found = []
    for decided in (False, True):
        tale = Tale(f"two charters side by side{', and a third that decides between them' if decided else ''}")
        people, net, accepts = four(tale)
        eve = tale.person("eve")
        made = []
        charters: list[Any] = [{"founders": sorted([*(each.id for each in people[:3]), eve.id])}, {"join": "open"}]
        for charter in charters:
            facts: Any = authority.resolution("charter", charter=charter)
            made.append(decide(tale, net, people, facts, "abc", knows=[*accepts, eve]))
        known = [vote for each in made for vote in votes(tale, each)]
        hers = tale.write("eve", net, "countersign", identity.accept(made[0].id), agent=eve, knows=known)
        acts = tale.write("eve", net, agent=eve, auth=(hers,), knows=known)
        grant = tale.write("eve", net, "grant", authority.grant(people[3].id, "client"), agent=net, auth=(hers,))
        facts = authority.resolution("charter", charter={"log_records": 50}, prev=[each.id for each in made])
        third = tale.write("dan", net, "resolution", facts, agent=people[3])
        if decided:
            tale.is_(third, state="carried")
            for name, person in zip(NAMES[1:], people[1:], strict=True):
                tale.accept(name, third, agent=person)
            for each in made:
                tale.is_(each, state="carried")
            tale.is_(acts, state="claimed")
            tale.is_(grant, state="invited")
        else:
            tale.is_(third, state="open")
            tale.contested(made[0], Reason.R_RIVAL, made[1], state="carried")
            tale.contested(made[1], Reason.R_RIVAL, made[0], state="carried")
            badge = {"flags": ["concurrent-with-removal"]}
            tale.contested(acts, Reason.C_RESTS, made[0], state="claimed", **badge)
            tale.contested(grant, Reason.C_RESTS, made[0], state="void")
        still = tale.write("alice", net, agent=people[0])
        tale.is_(still, state="claimed")
        found.append(tale)
    return found


def _removed_founders_decide_no_more() -> Tale:
    tale = Tale("who was removed is no elector any more, and fewer are needed")
    people, net, accepts = four(tale, quorum=[2, 3])
    for target, voters in ((3, "abc"), (2, "ab"), (1, "a")):
        facts = authority.resolution("remove", about=[accepts[target].id])
        removal = decide(tale, net, people, facts, voters)
        out = authority.revoke([accepts[target].id])
        made = tale.write("alice", net, "revoke", out, agent=net, auth=(accepts[0], removal))
        if target == 1:
            tale.no(made, Reason.T_MISSING, removal)
            tale.is_(removal, state="open")
        else:
            tale.is_(removal, state="carried")
            tale.is_(made)
            tale.is_(accepts[target], state="removed")
    both = tale.accept("dan", removal, agent=people[3])
    tale.no(both, Reason.X_SCOPE, removal)
    return tale


def _quota_of_a_charter() -> Tale:
    tale = Tale("a charter allows longer logs")
    alice = tale.person("alice")
    net = tale.net("shed", alice, log_records=3)
    facts = authority.resolution("charter", charter={"log_records": 6, "log_bytes": 2000})
    made = tale.write("alice", net, "resolution", facts, agent=alice)
    tale.is_(made, state="carried")
    tale.is_(tale.accepts_of(net)[0], state="active")
    tale.accept("alice", made, agent=alice)
    tale.is_(tale.write("alice", net, "checkpoint", repair.checkpoint(), agent=alice))
    tale.is_(tale.write("alice", net, "checkpoint", repair.checkpoint(), agent=alice))
    tale.is_(tale.write("alice", net, "checkpoint", repair.checkpoint(), agent=alice))
    tale.no(tale.write("alice", net, "checkpoint", repair.checkpoint(), agent=alice), Reason.X_QUOTA, net)
    return tale
