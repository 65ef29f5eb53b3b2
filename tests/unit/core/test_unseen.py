"""What governs knows of everything that is held: heads that no record names yet are joined before it."""

import pytest

from meshnode.core.author import BEGINNING, Pen, end_of, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten, Written
from meshnode.core.folded import FoldInRam
from meshnode.core.unseen import NAMED_AT_ONCE, Unseen, _Remembering
from meshproto.fold.fold import Fold
from meshproto.fold.standing import Status
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.record import Record, references
from meshproto.types import authority
from tests.support.closed_scene import KEY
from tests.support.core_rig import NOON, Rig, Writer, ids_of, network_of
from tests.support.core_scene import accept_of

MANY = 2 * NAMED_AT_ONCE + 6


def crowd(rig: Rig, scope: ScopeId, many: int = MANY) -> list[Writer]:
    """Members of an open network, none of whose records anybody has named yet."""
    people = [Writer(f"member {number}") for number in range(many)]
    founding = accept_of(rig, scope)
    for each in people:
        rig.put(each.genesis, each.grant(scope, founding))
    rig.reborn()
    rig.fold()
    return people


def ends(rig: Rig, scope: ScopeId) -> tuple[Record, list[Record]]:
    """Appoint somebody and end that again: the end, and the records of the own log before it since the appointment."""
    outcome = rig.write(Draft(scope, "grant", authority.grant(Writer("member 0").agent, "client"), agent=scope))
    assert isinstance(outcome, Written), outcome
    rig.fold()
    revoke = rig.write(Draft(scope, "revoke", authority.revoke(outcome.ids), agent=scope))
    assert isinstance(revoke, Written), revoke
    record = rig.ledger.record(revoke.ids[0])
    assert record is not None
    return record, before(rig, record, outcome.ids[0])


def before(rig: Rig, record: Record, until: RecordId) -> list[Record]:
    found: list[Record] = []
    while record.prev != until:
        earlier = rig.ledger.record(record.prev)
        assert earlier is not None
        found.append(earlier)
        record = earlier
    return found


def past(rig: Rig, record: Record) -> set[bytes]:
    found: set[bytes] = set()
    ahead = [*references(record)]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            reached = rig.ledger.record(RecordId(here))
            assert reached is not None
            ahead += references(reached)
    return found


def tips(rig: Rig, people: list[Writer], scope: ScopeId) -> set[bytes]:
    return {tip.id for each in people for tip in rig.ledger.tips(each.log(scope))}


def test_a_removal_knows_of_more_heads_than_one_record_can_name() -> None:
    rig = Rig()
    scope = rig.found()
    people = crowd(rig, scope)
    revoke, joined = ends(rig, scope)
    assert {each.type for each in joined} == {"checkpoint"}
    assert tips(rig, people, scope) <= past(rig, revoke)
    fold = Fold(FoldInRam())
    for _, each in rig.ledger.records_after(0, 10_000):
        fold.add(each)
    for each in (revoke, *joined):
        standing = fold.standing(each.id)
        assert standing is not None
        assert standing.status is Status.YES


def test_a_few_heads_need_no_checkpoint() -> None:
    rig = Rig()
    scope = rig.found()
    people = crowd(rig, scope, 10)
    revoke, joined = ends(rig, scope)
    assert joined == []
    assert tips(rig, people, scope) <= past(rig, revoke)


def test_what_a_record_had_no_room_for_is_joined_in_a_later_life() -> None:
    rig = Rig()
    scope = rig.found()
    people = crowd(rig, scope)
    rig.write(Draft(scope, "note", {"n": 1}))
    rig.reborn()
    rig.fold()
    revoke, _ = ends(rig, scope)
    assert tips(rig, people, scope) <= past(rig, revoke)
    again, joined = ends(rig, scope)
    assert joined == []
    assert tips(rig, people, scope) <= past(rig, again)


@pytest.mark.parametrize("steps", [1, 64])
def test_where_the_fold_is_behind_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    monkeypatch.setattr("meshnode.core.unseen.STEPS_BACK", steps)
    rig = Rig()
    scope = rig.found()
    people = crowd(rig, scope)
    rig.write(Draft(scope, "note", {"n": 1}))
    rig.write(Draft(scope, "note", {"n": 2}))
    outcome = rig.write(Draft(scope, "revoke", authority.revoke([accept_of(rig, scope)], reason="resign")))
    assert isinstance(outcome, Written)
    record = rig.ledger.record(outcome.ids[0])
    assert record is not None
    assert tips(rig, people, scope) <= past(rig, record)


def test_what_was_walked_through_once_is_not_walked_again() -> None:
    rig = Rig()
    scope = rig.found()
    people = crowd(rig, scope, 12)
    for each in people:
        rig.put(each.notes(scope))
        rig.reborn()
        rig.write(Draft(scope, "note", {"n": 1}))
    rig.fold()
    parts, end = rig.node.parts, end_of((tip.seq, tip.id) for tip in rig.ledger.tips(rig.me.log(scope)))
    unseen = Unseen(parts.ground, parts.closure, rig.folded)
    assert (unseen.heads(scope, end), unseen.heads(scope, end)) == ([], [])


def test_several_drafts_of_which_one_governs_keep_their_order() -> None:
    rig = Rig()
    scope = rig.found()
    crowd(rig, scope)
    leaves = Draft(scope, "revoke", authority.revoke([accept_of(rig, scope)], reason="resign"))
    outcome = rig.write(Draft(scope, "note", {"n": 1}), leaves, Draft(scope, "note", {"n": 2}))
    assert isinstance(outcome, Written)
    found = [rig.ledger.record(each) for each in outcome.ids]
    assert [each.type for each in found if each] == ["note", "revoke", "note"]


def test_there_is_room_for_the_checkpoints_too_or_nothing_is_written() -> None:
    rig = Rig()
    scope = rig.found(log_records=3)
    crowd(rig, scope)
    leaves = Draft(scope, "revoke", authority.revoke([accept_of(rig, scope)], reason="resign"))
    refused = rig.write(leaves)
    assert isinstance(refused, NotWritten)
    assert refused.why == "quota"


def test_who_comes_in_by_an_invitation_writes_no_checkpoint_before() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob, is_open=False)
    founding = bob.accept(scope)
    facts = authority.invitation(KEY.public, uses=MANY)
    accept = RecordId(ids_of(founding)[0])
    grant = bob.sign(
        Draft(scope, "grant", facts, agent=scope, auth=(accept,)), Draft(scope, "checkpoint", {"engine": "x"})
    )
    rig.put(bob.genesis, genesis, founding, grant)
    for number in range(MANY):
        guest = Writer(f"guest {number}")
        joins = authority.accept_invitation(ids_of(grant)[0], guest.agent, KEY)
        rig.put(guest.genesis, guest.sign(Draft(scope, "countersign", joins), deps=[accept]))
    rig.join(scope)
    rig.fold()
    mine = authority.accept_invitation(ids_of(grant)[0], rig.me.agent, KEY)
    outcome = rig.write(Draft(scope, "countersign", mine))
    assert isinstance(outcome, Written)
    assert rig.ledger.tips(rig.me.log(scope))[0].seq == 1


def test_the_first_record_of_a_device_in_a_network_still_names_the_founding_first() -> None:
    rig, bob, tablet = Rig(), Writer("bob"), Writer("tablet")
    scope, genesis = network_of(bob, is_open=False)
    founding = bob.accept(scope)
    accept = RecordId(ids_of(founding)[0])
    granted = rig.write(Draft(rig.me.stream, "grant", authority.device(tablet.key.public)))
    assert isinstance(granted, Written)
    facts = authority.invitation(KEY.public, uses=MANY + 1)
    invites = bob.sign(Draft(scope, "grant", facts, agent=scope, auth=(accept,)))
    invitation = ids_of(invites)[0]
    joins = Draft(
        scope, "countersign", authority.accept_invitation(invitation, rig.me.agent, KEY), auth=(granted.ids[0],)
    )
    entered = sign_drafts(Pen(rig.me.agent, tablet.key, NOON, rig.dice), [joins], BEGINNING, [accept])
    rig.put(bob.genesis, genesis, founding, invites, entered)
    for number in range(MANY):
        guest = Writer(f"guest {number}")
        enters = authority.accept_invitation(invitation, guest.agent, KEY)
        rig.put(guest.genesis, guest.sign(Draft(scope, "countersign", enters), deps=[accept]))
    rig.join(scope)
    rig.reborn()
    rig.fold()
    leaves = rig.write(Draft(scope, "revoke", authority.revoke([ids_of(entered)[0]], reason="resign")))
    assert isinstance(leaves, Written), leaves
    record = rig.ledger.record(leaves.ids[0])
    assert record is not None
    assert record.seq > 3, "checkpoints come before it"
    first = rig.ledger.id_at(rig.me.log(scope), 0, 1)
    assert first is not None
    rig.fold()
    standing = Fold(rig.folded).standing(record.id)
    assert standing is not None
    assert standing.status is Status.YES, standing
    assert Fold(rig.folded).standing(first) is not None


def test_the_memory_of_the_fold_is_only_read() -> None:
    folded = FoldInRam()
    folded.put("bit", b"name", 1)
    memory = _Remembering(folded)
    memory.foresee("bit", [b"name"])
    assert [*memory.scan("bit", b"")] == [(b"name", 1)]
    with pytest.raises(TypeError):
        memory.delete("bit", b"name")
