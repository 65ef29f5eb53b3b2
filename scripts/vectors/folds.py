"""Cases for the fold (04-fold): streams, networks and strangers."""

from meshproto.records.reasons import Reason
from meshproto.types import coordination, identity, repair, value
from scripts.vectors.cases import Case, key, network, record, work
from scripts.vectors.repairs import stories_of_repair
from scripts.vectors.story import (
    ACCEPT,
    ACTIVE,
    ALICE,
    BOB,
    CAROL,
    CLAIMED,
    FIRST,
    OPEN,
    YES,
    Story,
    in_net,
    in_stream,
    no,
)


def cases() -> list[Case]:
    """All cases about folds."""
    stories = [*_streams(), *_refused_in_streams(), *_founding(), *_refused_in_networks(), *_strangers()]
    return [each.case() for each in (*stories, *stories_of_repair())]


def _streams() -> list[Story]:
    second = in_stream(ALICE, FIRST, work(60))
    machine = record(key("firm"), "agent", {"kind": "machine", "nonce": bytes(16)})
    imposter = record(key("bob"), "agent", dict(ALICE.facts))
    foreign = in_stream(ALICE, ALICE, work(project=OPEN.id))
    after = in_stream(ALICE, foreign, work())
    in_fake = record(key("bob"), "contribution", work(), before=imposter, scope=imposter.id, agent=imposter.id)
    return [
        Story.told("a stream in order", (ALICE, YES), (FIRST, CLAIMED), (second, CLAIMED)),
        Story.told("the same backwards", (second, CLAIMED), (FIRST, CLAIMED), (ALICE, YES)),
        Story.told("a record is missing", (ALICE, YES), (second, no(Reason.P_DEP, FIRST.id, status="pending"))),
        Story.told("the genesis is missing", (FIRST, no(Reason.P_DEP, ALICE.id, status="pending"))),
        Story.told(
            "an agent of a kind that this version does not know must not be named",
            (machine, no(Reason.U_TYPE, detail="agent", status="unknown")),
            (ALICE, YES),
            (
                in_stream(ALICE, ALICE, work(beneficiaries=[machine.id])),
                no(Reason.X_FOREIGN, machine.id, status="foreign"),
            ),
            (
                record(key("firm"), "contribution", work(), before=machine, scope=machine.id, agent=ALICE.id),
                no(Reason.U_TYPE, detail="contribution", status="unknown"),
            ),
        ),
        Story.told(
            "another key than the root says",
            (imposter, no(Reason.I_RULE, detail="root")),
            (in_fake, no(Reason.X_KEY, imposter.id)),
        ),
        Story.told(
            "a stream must not name a network, nor what does",
            (ALICE, YES),
            (OPEN, YES),
            (foreign, no(Reason.X_FOREIGN, OPEN.id, status="foreign")),
            (after, no(Reason.X_FOREIGN, foreign.id, status="foreign")),
        ),
    ]


def _refused_in_streams() -> list[Story]:
    by_bob = record(key("bob"), "contribution", work(), scope=ALICE.id, agent=ALICE.id)
    for_bob = record(key("alice"), "contribution", work(), before=ALICE, scope=ALICE.id, agent=BOB.id)
    granted = in_stream(ALICE, ALICE, work(), auth=(BOB.id,))
    grant = in_stream(ALICE, ALICE, identity.join(ALICE.id), "grant")
    nowhere = record(key("alice"), "contribution", work(), scope=FIRST.id, agent=ALICE.id)
    return [
        Story.told("someone else's key", (ALICE, YES), (by_bob, no(Reason.X_KEY, ALICE.id))),
        Story.told("for someone else", (ALICE, YES), (BOB, YES), (for_bob, no(Reason.X_SCOPE, BOB.id))),
        Story.told("by a grant", (ALICE, YES), (BOB, YES), (granted, no(Reason.X_SCOPE, BOB.id))),
        Story.told("a role of networks", (ALICE, YES), (grant, no(Reason.I_RULE, detail="role"))),
        Story.told("a scope that is none", (ALICE, YES), (FIRST, CLAIMED), (nowhere, no(Reason.X_SCOPE, FIRST.id))),
        Story.told(
            "a genesis that names a record of no scope",
            (ALICE, YES),
            (FIRST, CLAIMED),
            (nowhere, no(Reason.X_SCOPE, FIRST.id)),
            (
                record(key("carol"), "project", coordination.project(part_of=nowhere.id), agent=ALICE.id),
                no(Reason.X_FOREIGN, nowhere.id, status="foreign"),
            ),
        ),
        Story.told(
            "a genesis of another type",
            (CAROL, YES),
            (
                record(key("carol"), "project", coordination.project(), agent=CAROL.id),
                no(Reason.X_SCOPE, detail="project"),
            ),
        ),
        Story.told(
            "an agreement that says nothing",
            (CAROL, YES),
            (
                record(key("carol"), "agreement", {}, agent=CAROL.id),
                no(Reason.I_FIELD, detail="parties"),
            ),
        ),
        Story.told(
            "facts that fail",
            (ALICE, YES),
            (in_stream(ALICE, ALICE, {**work(), "kind": "luck"}), no(Reason.I_VALUE, detail="kind")),
        ),
        Story.told(
            "a type of a later version",
            (ALICE, YES),
            (in_stream(ALICE, ALICE, {"a": 1}, "later"), no(Reason.U_TYPE, detail="later", status="unknown")),
        ),
    ]


def _founding() -> list[Story]:
    two = network("two", ALICE, BOB)
    one_accept = in_net(two, ALICE, "alice", "countersign", identity.accept(two.id))
    bobs = in_net(two, BOB, "bob", "countersign", identity.accept(two.id))
    early = in_net(two, ALICE, "alice", "contribution", work(), before=one_accept)
    ready = in_net(two, ALICE, "alice", "contribution", work(), before=early, deps=(bobs.id,))
    unknowing = in_net(two, BOB, "bob", "contribution", work(), before=bobs)
    closed = network("notebook", ALICE, is_open=False)
    own = in_net(closed, ALICE, "alice", "countersign", identity.accept(closed.id))
    note = in_net(closed, ALICE, "alice", "contribution", work(), before=own)
    intruder = in_net(closed, BOB, "bob", "contribution", work(), deps=(own.id,))
    uninvited = in_net(closed, ALICE, "alice", "grant", identity.join(ALICE.id), before=note)
    joined = in_net(OPEN, BOB, "bob", "grant", identity.join(BOB.id), deps=(ACCEPT.id,))
    thanks = in_net(OPEN, BOB, "bob", "recognition", value.recognition(to=[ALICE.id]), before=joined)
    return [
        Story.told(
            "an open network, a member, and thanks",
            (ALICE, YES),
            (BOB, YES),
            (OPEN, YES),
            (ACCEPT, ACTIVE),
            (joined, ACTIVE),
            (thanks, CLAIMED),
        ),
        Story.told(
            "two founders: nothing is valid before both have accepted",
            (ALICE, YES),
            (BOB, YES),
            (two, YES),
            (one_accept, ACTIVE),
            (bobs, ACTIVE),
            (early, no(Reason.T_MISSING, BOB.id)),
            (unknowing, no(Reason.T_MISSING, ALICE.id)),
            (ready, CLAIMED),
        ),
        Story.told(
            "a notebook: a network of one founder, by invitation",
            (ALICE, YES),
            (BOB, YES),
            (closed, YES),
            (own, ACTIVE),
            (note, CLAIMED),
            (intruder, no(Reason.X_SCOPE, closed.id)),
            (uninvited, no(Reason.X_SCOPE, closed.id)),
        ),
    ]


def _refused_in_networks() -> list[Story]:
    founded = [(ALICE, YES), (OPEN, YES), (ACCEPT, ACTIVE)]
    tiny = network("tiny", ALICE, log_records=2)
    first = in_net(tiny, ALICE, "alice", "countersign", identity.accept(tiny.id))
    second = in_net(tiny, ALICE, "alice", "checkpoint", repair.checkpoint(), before=first)
    third = in_net(tiny, ALICE, "alice", "checkpoint", repair.checkpoint(), before=second)
    left_over = in_net(OPEN, ALICE, "garden", "checkpoint", repair.checkpoint(), before=OPEN, deps=(ACCEPT.id,))
    wrong_key = in_net(OPEN, ALICE, "bob", "checkpoint", repair.checkpoint(), deps=(ACCEPT.id,))
    for_network = in_net(OPEN, OPEN, "alice", "checkpoint", repair.checkpoint(), before=ACCEPT)
    other = network("other", ALICE)
    names_other = in_net(OPEN, ALICE, "alice", "contribution", work(project=other.id), before=ACCEPT)
    profile = in_net(OPEN, ALICE, "alice", "profile", identity.profile(), before=ACCEPT)
    by_bob = in_net(OPEN, BOB, "bob", "countersign", identity.accept(OPEN.id))
    return [
        Story.told(
            "a log longer than the charter allows",
            (ALICE, YES),
            (tiny, YES),
            (first, ACTIVE),
            (second, YES),
            (third, no(Reason.X_QUOTA, tiny.id)),
        ),
        Story.told(
            "the network's own key, which was to be destroyed",
            *founded,
            (left_over, no(Reason.X_KEY, ALICE.id)),
        ),
        Story.told(
            "a key that is not the author's",
            *founded,
            (wrong_key, no(Reason.X_KEY, ALICE.id)),
        ),
        Story.told("for the network itself", *founded, (for_network, no(Reason.X_KEY, OPEN.id))),
        Story.told(
            "another network",
            *founded,
            (other, YES),
            (names_other, no(Reason.X_FOREIGN, other.id, status="foreign")),
        ),
        Story.told(
            "a profile, which has no place here",
            *founded,
            (profile, no(Reason.X_SCOPE, detail="profile")),
        ),
        Story.told(
            "an accept by one who is no founder",
            (ALICE, YES),
            (BOB, YES),
            (OPEN, YES),
            (by_bob, no(Reason.X_SCOPE, OPEN.id)),
        ),
    ]


def _strangers() -> list[Story]:
    base = [(ALICE, YES), (BOB, YES), (CAROL, YES), (OPEN, YES), (ACCEPT, ACTIVE)]
    aside = no(Reason.X_STRANGER, BOB.id, status="aside")
    one = in_net(OPEN, BOB, "bob", "contribution", work(), deps=(ACCEPT.id,))
    two = in_net(OPEN, BOB, "bob", "contribution", work(), before=one)
    three = in_net(OPEN, BOB, "bob", "contribution", work(), before=two)
    thanks = in_net(OPEN, ALICE, "alice", "recognition", value.recognition(to=[BOB.id], for_=two.id), before=ACCEPT)
    spoilt_facts = {**value.recognition(to=[BOB.id], for_=two.id), "kind": "applause"}
    spoilt = in_net(OPEN, ALICE, "alice", "recognition", spoilt_facts, before=ACCEPT)
    after = in_net(OPEN, ALICE, "alice", "contribution", work(), before=spoilt)
    joins = in_net(OPEN, BOB, "bob", "grant", identity.join(BOB.id, "occasional"), before=three)
    return [
        Story.told("a stranger's records are set aside", *base, (one, aside), (two, aside)),
        Story.told(
            "a member's record brings in what it reaches",
            *base,
            (one, CLAIMED),
            (two, CLAIMED),
            (three, aside),
            (thanks, CLAIMED),
        ),
        Story.told(
            "an invalid record brings in nothing, nor does what names it",
            *base,
            (one, aside),
            (two, aside),
            (spoilt, no(Reason.I_VALUE, detail="kind")),
            (after, CLAIMED),
        ),
        Story.told("joining brings in all", *base, (one, CLAIMED), (two, CLAIMED), (three, CLAIMED), (joins, ACTIVE)),
    ]
