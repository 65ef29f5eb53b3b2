"""Cases for the fold (04-fold): labels, corrections, erasures and forks."""

from typing import Any

from meshproto.records.ids import ext
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import coordination, identity, repair, value
from scripts.vectors.cases import key, private_part, record, work
from scripts.vectors.story import (
    ACCEPT,
    ACTIVE,
    ALICE,
    BOB,
    CLAIMED,
    CURRENT,
    FIRST,
    OPEN,
    YES,
    Story,
    in_net,
    in_stream,
    no,
)

_MINUTES = value.Measure(-30, 0, "MIN")
_BASE = [(ALICE, YES), (BOB, YES), (OPEN, YES), (ACCEPT, ACTIVE)]
_JOINED = in_net(OPEN, BOB, "bob", "grant", identity.join(BOB.id), deps=(ACCEPT.id,))
_MINE = in_net(
    OPEN, ALICE, "alice", "contribution", work(beneficiaries=[BOB.id]), before=ACCEPT, private=private_part("mine")
)


def stories_of_repair() -> list[Story]:
    """All stories in which something changes what was there before."""
    return [*_labels(), *_corrections(), *_erasures(), *_forks()]


def _labels() -> list[Story]:
    base = [(ALICE, YES), (OPEN, YES), (ACCEPT, ACTIVE)]
    first = in_net(OPEN, ALICE, "alice", "project", coordination.project(), before=ACCEPT)
    left = in_net(
        OPEN, ALICE, "alice", "project", coordination.project(state="paused", supersedes=[first.id]), before=first
    )
    right = in_net(
        OPEN, ALICE, "alice", "project", coordination.project(state="done", supersedes=[first.id]), before=left
    )
    both = in_net(OPEN, ALICE, "alice", "project", coordination.project(supersedes=[left.id, right.id]), before=right)
    other = in_net(OPEN, ALICE, "alice", "project", coordination.project(), before=both)
    mixed = in_net(OPEN, ALICE, "alice", "project", coordination.project(supersedes=[first.id, other.id]), before=other)
    not_one = in_net(OPEN, ALICE, "alice", "project", coordination.project(supersedes=[ACCEPT.id]), before=first)
    superseded: dict[str, object] = {"status": "yes", "state": "superseded"}
    conflict = {**CURRENT, "flags": ["conflict"]}
    profile = in_stream(ALICE, ALICE, identity.profile(), "profile")
    newer = in_stream(ALICE, profile, identity.profile(supersedes=[profile.id], skills=["x:y"]), "profile")
    rival = in_stream(ALICE, newer, identity.profile(), "profile")
    wrong = [no(Reason.I_RULE, each, detail="supersedes") for each in (max(first.id, other.id), ACCEPT.id)]
    return [
        Story.told(
            "two edits of a project side by side", *base, (first, superseded), (left, conflict), (right, conflict)
        ),
        Story.told(
            "an edit that joins both",
            *base,
            (first, superseded),
            (left, superseded),
            (right, superseded),
            (both, CURRENT),
        ),
        Story.told(
            "an edit of two projects at once",
            *base,
            (first, superseded),
            (left, superseded),
            (right, superseded),
            (both, CURRENT),
            (other, CURRENT),
            (mixed, wrong[0]),
        ),
        Story.told("an edit of what is no project", *base, (first, CURRENT), (not_one, wrong[1])),
        Story.told(
            "a profile, its edit and a rival of it",
            (ALICE, YES),
            (profile, superseded),
            (newer, conflict),
            (rival, conflict),
        ),
    ]


def _fix(facts: dict[str, Any], before: Record, type_: str = "correction") -> Record:
    return in_net(OPEN, ALICE, "alice", type_, facts, before=before)


def _by_bob(facts: dict[str, Any], type_: str) -> Record:
    return in_net(OPEN, BOB, "bob", type_, facts, before=_JOINED, deps=(_MINE.id,))


def _corrections() -> list[Story]:
    delta = _fix(repair.delta(_MINE.id, qty=_MINUTES), _MINE)
    retract = _fix(repair.retract(_MINE.id), delta)
    words = _fix(repair.replace(_MINE.id), delta)
    better = _fix(repair.replace(_MINE.id, supersedes=[words.id]), words)
    corrected: dict[str, object] = {**CLAIMED, "flags": ["corrected"]}
    foreign = _by_bob(repair.retract(_MINE.id), "correction")
    accept_more = _fix(repair.delta(ACCEPT.id, qty=_MINUTES), _MINE)
    bad = _fix({**work(), "kind": "luck"}, _MINE, "contribution")
    mend = _fix(repair.retract(bad.id), bad)
    return [
        Story.told("thirty minutes less", *_BASE, (_MINE, corrected), (delta, YES)),
        Story.told(
            "a retraction, after a delta",
            *_BASE,
            (_MINE, {**corrected, "state": "retracted"}),
            (delta, YES),
            (retract, YES),
        ),
        Story.told(
            "other words, twice",
            *_BASE,
            (_MINE, corrected),
            (delta, YES),
            (words, {**CURRENT, "state": "superseded"}),
            (better, CURRENT),
        ),
        Story.told(
            "a correction of what another wrote",
            *_BASE,
            (_JOINED, ACTIVE),
            (_MINE, CLAIMED),
            (foreign, no(Reason.X_SCOPE, _MINE.id)),
        ),
        Story.told(
            "a delta of what has no figure",
            *_BASE,
            (_MINE, CLAIMED),
            (accept_more, no(Reason.I_RULE, ACCEPT.id, detail="target")),
        ),
        Story.told(
            "a correction of what is invalid",
            *_BASE,
            (_MINE, CLAIMED),
            (bad, no(Reason.I_VALUE, detail="kind")),
            (mend, no(Reason.I_RULE, bad.id, detail="target")),
        ),
    ]


def _erasures() -> list[Story]:
    erased: dict[str, object] = {**CLAIMED, "flags": ["erased"]}
    by_author = _fix(repair.erasure([_MINE.id]), _MINE, "erasure")
    by_named = _by_bob(repair.erasure([_MINE.id]), "erasure")
    unnamed = in_net(OPEN, ALICE, "alice", "contribution", work(), before=_MINE, private=private_part("unnamed"))
    not_his = in_net(OPEN, BOB, "bob", "erasure", repair.erasure([unnamed.id]), before=_JOINED)
    own = in_stream(ALICE, ALICE, repair.erasure([ext(_MINE.id)]), "erasure")
    weak = _fix(repair.erasure([ext(_MINE.id)]), _MINE, "erasure")
    elsewhere = _fix(repair.erasure([BOB.id]), _MINE, "erasure")
    return [
        Story.told("an erasure by the author", *_BASE, (_MINE, erased), (by_author, YES)),
        Story.told(
            "an erasure by one whom the facts name",
            *_BASE,
            (_JOINED, ACTIVE),
            (_MINE, erased),
            (by_named, YES),
        ),
        Story.told(
            "an erasure by one whom they do not name",
            *_BASE,
            (_JOINED, ACTIVE),
            (_MINE, CLAIMED),
            (unnamed, CLAIMED),
            (not_his, no(Reason.X_SCOPE, unnamed.id)),
        ),
        Story.told("an erasure from afar, in one's own stream", (ALICE, YES), (own, YES)),
        Story.told("an erasure by ext in a network", *_BASE, (_MINE, CLAIMED), (weak, no(Reason.X_SCOPE))),
        Story.told(
            "an erasure of what stands elsewhere", *_BASE, (_MINE, CLAIMED), (elsewhere, no(Reason.X_SCOPE, BOB.id))
        ),
    ]


def _forks() -> list[Story]:
    rival = in_stream(ALICE, ALICE, work(10))
    forked = {**CLAIMED, "flags": ["forked"]}
    again = record(key("alice"), "contribution", work(), scope=ALICE.id, agent=ALICE.id)
    tips = sorted((FIRST, rival), key=lambda each: each.id)
    healed = in_stream(ALICE, tips[0], work(20), deps=(tips[1].id,))
    bad = in_stream(ALICE, ALICE, {"kind": "luck"})
    return [
        Story.told(
            "two records of one number, healed", (ALICE, YES), (FIRST, forked), (rival, forked), (healed, CLAIMED)
        ),
        Story.told(
            "three records of one number",
            (ALICE, YES),
            (FIRST, forked),
            (rival, forked),
            (in_stream(ALICE, ALICE, work(11)), forked),
        ),
        Story.told("a second first record beside the genesis", (ALICE, {**YES, "flags": ["forked"]}), (again, forked)),
        Story.told(
            "a fork whose one branch is invalid",
            (ALICE, YES),
            (FIRST, forked),
            (bad, {**no(Reason.I_VALUE, detail="kind"), "flags": ["forked"]}),
        ),
    ]
