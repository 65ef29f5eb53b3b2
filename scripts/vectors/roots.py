"""Cases for root keys and their rotation (04-fold 3.3, 4.4, 6): recovery, rivals, and what is signed meanwhile."""

from typing import Any

from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import authority, repair
from meshproto.types.recovery import recovery_digest
from scripts.vectors.cases import key, work
from scripts.vectors.tale import Tale

BADGE = {"state": "claimed", "flags": ["concurrent-with-removal"]}


def tales() -> list[Tale]:
    """All tales of this kind."""
    return [
        _recovered(),
        _refused(),
        _more_votes(),
        _as_many_votes(),
        _thief_first(),
        _chain_of_rotates(),
        _ends_devices(),
        _firm_of_the_robbed(),
        _too_many(),
    ]


def rotate(tale: Tale, root: str, person: Record, after: Record, *holders: str, **more: Any) -> Record:
    """A rotate to a root of that name, signed by the holders of these names, in the knowledge of `after` only."""
    knows = more.pop("knows", (after,))
    facts = authority.rotate(key(root).public, after.id, [key(each) for each in holders], **more)
    return tale.write(root, person, "rotate", facts, knows=knows)


def _recovered() -> Tale:
    tale = Tale("a person recovers from a lost laptop: what was named stays, the rest is contested or refused")
    alice = tale.person("alice", "words", "friend", need=2)
    kept = tale.write("alice", alice, facts=work(1))
    lost = tale.write("alice", alice, facts=work(2))
    new = rotate(tale, "new", alice, alice, "words", "friend", seen=[kept.id])
    tale.is_(new)
    tale.is_(kept, state="claimed")
    tale.contested(lost, Reason.C_REVOKED, new, **BADGE)
    tale.no(tale.write("alice", alice, facts=work(3)), Reason.X_REVOKED, new)
    tale.is_(tale.write("new", alice, facts=work(4)), state="claimed")
    tale.no(tale.write("stranger", alice), Reason.X_KEY, alice)
    early = tale.write("new", alice, facts=work(5), knows=())
    tale.is_(early, state="claimed")
    return tale


def _refused() -> Tale:
    tale = Tale("rotates that replace nothing")
    alice = tale.person("alice", "words", "friend", need=2)
    bob = tale.person("bob")
    note = tale.is_(tale.write("alice", alice), state="claimed")
    tale.no(rotate(tale, "r1", alice, note, "words", "friend"), Reason.I_RULE, note, detail="after")
    tale.no(rotate(tale, "r2", alice, bob, "words", "friend", knows=(bob,)), Reason.I_RULE, bob, detail="after")
    tale.no(rotate(tale, "r3", bob, bob, "words"), Reason.X_KEY, bob)
    tale.no(rotate(tale, "r4", alice, alice, "words", "guess"), Reason.X_KEY, alice)
    tale.no(rotate(tale, "r5", alice, alice, "words"), Reason.T_MISSING, alice)
    facts: Any = authority.rotate(key("r6").public, alice.id, [key("words"), key("friend")])
    swapped = {**facts, "sigs": facts["sigs"][::-1]}
    tale.no(tale.write("r6", alice, "rotate", swapped, knows=(alice,)), Reason.S_SIG, detail="sigs[0]")
    second = {**facts, "sigs": [facts["sigs"][0], bytes(64)]}
    tale.no(tale.write("r6", alice, "rotate", second, knows=(alice,)), Reason.S_SIG, detail="sigs[1]")
    more = {**facts, "note": 1}
    tale.no(tale.write("r6", alice, "rotate", more, knows=(alice,)), Reason.S_SIG, detail="sigs[0]")
    tale.no(tale.write("r6", alice, "rotate", facts, agent=bob, knows=(alice,)), Reason.X_SCOPE, bob)
    tale.no(rotate(tale, "r7", alice, alice, "words", "friend", ends=[note.id]), Reason.I_RULE, note, detail="ends")
    return tale


def _more_votes() -> Tale:
    tale = Tale("two rotates side by side: more recovery keys win")
    alice = tale.person("alice", "a", "b", "c", need=1)
    weak = rotate(tale, "weak", alice, alice, "a")
    under_weak = tale.write("weak", alice, facts=work(1), knows=())
    strong = rotate(tale, "strong", alice, alice, "b", "c")
    tale.is_(weak)
    tale.is_(strong)
    tale.contested(under_weak, Reason.C_REVOKED, strong, **BADGE)
    tale.is_(tale.write("strong", alice, facts=work(2), knows=()), state="claimed")
    tale.no(tale.write("weak", alice, facts=work(3)), Reason.X_REVOKED, strong)
    old = tale.write("alice", alice, facts=work(4), knows=())
    tale.contested(old, Reason.C_REVOKED, *sorted((weak, strong), key=lambda each: each.id), **BADGE)
    return tale


def _as_many_votes() -> Tale:
    tale = Tale("two rotates with as many votes: acts under both are contested, until a third has more")
    alice = tale.person("alice", "a", "b", "c", need=1)
    one, two = rotate(tale, "one", alice, alice, "a"), rotate(tale, "two", alice, alice, "b")
    first = tale.write("one", alice, facts=work(1), knows=())
    second = tale.write("two", alice, facts=work(2), knows=(one,))
    both = tale.write("one", alice, facts=work(3), knows=(two,))
    third = rotate(tale, "third", alice, alice, "b", "c")
    tale.contested(first, Reason.C_REVOKED, two, third, **BADGE)
    tale.contested(second, Reason.C_REVOKED, one, third, **BADGE)
    tale.contested(both, Reason.C_REVOKED, two, third, **BADGE)
    tale.is_(tale.write("third", alice, facts=work(4)), state="claimed")
    return tale


def _thief_first() -> Tale:
    tale = Tale("a thief with one recovery key rotates first, the owner with two knows it and takes the root back")
    alice = tale.person("alice", "a", "b", "c", need=1)
    mine = tale.write("alice", alice, facts=work(1))
    thief = rotate(tale, "thief", alice, alice, "a", knows=(mine,))
    forged = tale.write("thief", alice, facts=work(2))
    back = rotate(tale, "owner", alice, alice, "b", "c", knows=(thief, mine))
    tale.is_(mine, state="claimed")
    tale.contested(forged, Reason.C_REVOKED, back, **BADGE)
    tale.no(tale.write("thief", alice, facts=work(3)), Reason.X_REVOKED, back)
    tale.is_(tale.write("owner", alice, facts=work(4)), state="claimed")
    return tale


def _chain_of_rotates() -> Tale:
    tale = Tale("a rotate after a rotate, and one after that loses its ground to a rival of the first")
    alice = tale.person("alice", "a", "b", "c", need=1)
    digests = [recovery_digest(key("d").public)]
    first = rotate(tale, "first", alice, alice, "a", recovery=(digests, 1))
    second = rotate(tale, "second", alice, first, "d")
    acts = tale.write("second", alice, facts=work(1))
    last = rotate(tale, "last", alice, second, "d")
    tale.no(last, Reason.X_KEY, second)
    rival = rotate(tale, "rival", alice, alice, "b", "c")
    tale.is_(second)
    tale.contested(acts, Reason.C_REVOKED, rival, **BADGE)
    tale.no(tale.write("second", alice, facts=work(2)), Reason.X_REVOKED, rival)
    tale.no(
        tale.write("first", alice, facts=work(3)), Reason.X_REVOKED, *sorted((second, rival), key=lambda each: each.id)
    )
    tale.is_(tale.write("rival", alice, facts=work(4)), state="claimed")
    return tale


def _ends_devices() -> Tale:
    tale = Tale("a rotate ends the devices that it lists, and adds to what it has seen")
    alice = tale.person("alice", "words")
    phone, tablet = (
        tale.write("alice", alice, "grant", authority.device(key(each).public)) for each in ("phone", "tablet")
    )
    book = tale.net("notebook", alice)
    (founds,) = tale.accepts_of(book)
    signed = [tale.write("phone", book, facts=work(each), agent=alice, auth=(phone,)) for each in (1, 2)]
    also = tale.write("tablet", book, facts=work(3), agent=alice, auth=(tablet,))
    new = rotate(tale, "new", alice, alice, "words", ends=[phone.id], seen=[founds.id], knows=(tablet,))
    adds = tale.write("new", alice, "revoke", authority.revoke([new.id], seen=[signed[0].id]))
    tale.is_(adds)
    tale.is_(phone, state="removed")
    tale.is_(tablet, state="active")
    tale.is_(signed[0], state="claimed")
    tale.contested(signed[1], Reason.C_REVOKED, new, **BADGE)
    tale.is_(also, state="claimed")
    tale.no(tale.write("phone", alice, "checkpoint", repair.checkpoint(), auth=(phone,)), Reason.X_REVOKED, new)
    by_tablet = tale.write("tablet", alice, "revoke", authority.revoke([new.id]), auth=(tablet,))
    tale.no(by_tablet, Reason.X_SCOPE, new)
    return tale


def _firm_of_the_robbed() -> Tale:
    tale = Tale("what a robbed person signs for a firm is contested with the root, two steps away")
    alice, bob = tale.person("alice"), tale.person("bob", "words")
    firm = tale.firm("firm", alice)
    auth = tale.accepts_of(firm)
    job = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff"), auth=auth)
    yes = tale.accept("bob", job, agent=bob)
    new = rotate(tale, "new", bob, bob, "words")
    acts = tale.write("bob", firm, facts=work(1), auth=(job,), knows=(yes,))
    tale.contested(yes, Reason.C_REVOKED, new)
    tale.is_(job, state="invited")
    tale.contested(acts, Reason.C_REVOKED, new, **BADGE)
    tale.no(tale.write("bob", firm, facts=work(2), auth=(job,)), Reason.X_REVOKED, new)
    tale.is_(tale.write("new", firm, facts=work(3), auth=(job,)), state="claimed")
    return tale


def _too_many() -> Tale:
    tale = Tale("rotates without end")
    alice = tale.person("alice", "words")
    for number in range(16):
        tale.is_(rotate(tale, f"root {number}", alice, alice, "words", knows=tale.records[-1:]))
    tale.no(rotate(tale, "one more", alice, alice, "words", knows=tale.records[-1:]), Reason.X_QUOTA, alice)
    return tale
