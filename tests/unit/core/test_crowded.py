"""Logs with many branches: how many are kept, and how nodes that hold the same many come to agree."""

from itertools import pairwise

from meshnode.core.author import End
from meshnode.core.crowded import MOST_BRANCHES, PAUSE_MOST
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.ports import Batch
from meshnode.core.reports import MaySign
from meshnode.core.rows import HeldEntry
from meshproto.records.ids import ScopeId
from meshproto.records.limits import MAX_BRANCHES, MAX_DEPS
from meshproto.records.log import Run
from meshproto.wire.messages import Get, Have, LogTip, Part, Unknown, Want
from tests.support.core_rig import Peer, Rig, Writer, headers_of, ids_of, records_of
from tests.support.core_scene import member, scene


def crowd(rig: Rig, peer: Peer, who: Writer, scope: ScopeId, many: int = MAX_BRANCHES) -> list[SignedRecords]:
    """End the round that began with the connection, and push so many branches of a log."""
    peer.level()
    start = who.ends[scope]
    branches = [who.notes(scope, 1, after=start, branch=at) for at in range(many)]
    for signed in branches:
        peer.push(signed)
    peer.take()
    assert len(rig.ledger.tips(who.log(scope))) == min(many, MAX_BRANCHES)
    return branches


def round_ends(rig: Rig, peer: Peer) -> list[Want]:
    """Let the next round find nothing; what the node wants after it."""
    rig.wait(40_000)
    peer.take()
    peer.level()
    return peer.all(Want)


def test_a_log_with_many_branches_is_asked_for_after_every_round() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    crowd(rig, peer, bob, scope)
    for _ in range(3):
        (want,) = round_ends(rig, peer)
        (one,) = want.logs
        assert (one.log, {mark.id for mark in one.have}) == (
            bob.log(scope),
            {tip.id for tip in rig.ledger.tips(bob.log(scope))},
        )
        peer.take()
        peer.say(Unknown(bob.log(scope)))
        assert peer.all(Want) == []
        assert rig.node.parts.fill.is_idle(peer.conn)


def test_what_was_missed_on_a_branch_comes_by_asking() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    branches = crowd(rig, peer, bob, scope)
    missed = bob.notes(scope, 2, after=bob.ends[scope]._replace(seq=3, id=ids_of(branches[0])[0]))
    assert round_ends(rig, peer)
    peer.push(missed, Part.LAST)
    assert all(rig.ledger.has(each) for each in ids_of(missed))
    assert len(rig.ledger.tips(bob.log(scope))) == MAX_BRANCHES


def test_a_log_with_few_branches_is_not_asked_for() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    crowd(rig, peer, bob, scope, MAX_BRANCHES - 1)
    assert round_ends(rig, peer) == []


def test_a_restarted_node_knows_which_logs_have_many_branches() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    crowd(rig, peer, bob, scope)
    rig.reborn()
    again = rig.meet(bob, scope)
    again.take()
    again.level()
    assert [each.logs[0].log for each in again.all(Want)] == [bob.log(scope)]


def test_whoever_serves_only_what_is_declined_is_asked_ever_less_often() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    start = bob.ends[scope]
    crowd(rig, peer, bob, scope)
    ninth = bob.notes(scope, 1, after=start, branch=9)
    asked = []
    for number in range(4 * PAUSE_MOST):
        if round_ends(rig, peer):
            asked.append(number)
            peer.push(ninth, Part.WANTED)
            peer.push(ninth, Part.LAST)
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert max(pauses) == PAUSE_MOST


def test_only_so_many_logs_are_asked_for_at_once_and_all_have_their_turn() -> None:
    rig, scope, peer, _ = scene(outbound=True)
    people = [Writer(f"member {number}") for number in range(20)]
    for who in people:
        member(rig, peer, who, scope)
        crowd(rig, peer, who, scope)
    seen: set[bytes] = set()
    for _ in range(2):
        (want,) = round_ends(rig, peer)
        assert len(want.logs) <= 16
        seen.update(each.log for each in want.logs)
        for each in want.logs:
            peer.say(Unknown(each.log))
    assert seen == {who.log(scope) for who in people}


def test_a_network_that_is_not_shared_is_not_asked_for() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    crowd(rig, peer, bob, scope)
    other = rig.found(name="other")
    elsewhere = rig.meet(Writer("carol"), other)
    rig.wait(40_000)
    elsewhere.take()
    elsewhere.level()
    assert elsewhere.all(Want) == []


def test_naming_ones_own_branches_brings_in_only_so_many() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    start = bob.ends[scope]
    crowd(rig, peer, bob, scope)
    for number in range(MAX_BRANCHES, MOST_BRANCHES + 5):
        branch = bob.notes(scope, 1, after=start, branch=number)
        peer.push(bob.sign(Draft(bob.stream, "note", {"x": ids_of(branch)[0]})), Part.LAST)
        peer.push(branch)
    assert len(rig.ledger.tips(bob.log(scope))) == MOST_BRANCHES
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    last = bob.notes(scope, 1, after=start, branch=99)
    peer.push(carol.notes(scope, 1, x=ids_of(last)[0]))
    peer.push(last)
    assert len(rig.ledger.tips(bob.log(scope))) == MOST_BRANCHES + 1


def test_a_long_branch_that_another_names_is_fetched_from_its_beginning() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    start, carol = bob.ends[scope], Writer("carol")
    crowd(rig, peer, bob, scope)
    member(rig, peer, carol, scope)
    one_by_one = [bob.notes(scope, 1, after=start, branch=9)]
    for _ in range(2):
        end = records_of(one_by_one[-1])[0]
        one_by_one.append(bob.notes(scope, 1, after=start._replace(seq=end.seq, id=end.id)))
    named = ids_of(one_by_one[-1])[0]
    peer.take()
    peer.push(carol.notes(scope, 1, x=named))
    rig.wait(2_000)
    assert named in peer.last(Get).ids
    peer.take()
    peer.push(one_by_one[-1], Part.LAST)
    assert [each.logs[0].log for each in peer.all(Want)] == [bob.log(scope)]
    for signed in one_by_one:
        peer.push(signed, Part.WANTED)
    assert rig.ledger.has(named)
    assert len(rig.ledger.tips(bob.log(scope))) == MAX_BRANCHES + 1
    more = bob.notes(scope, 1, after=start, branch=10)
    peer.push(more, Part.WANTED)
    assert not rig.ledger.has(ids_of(more)[0])


def test_what_leads_to_a_record_is_sought_until_all_that_is_named_has_come() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    start, carol, ends = bob.ends[scope], Writer("carol"), []
    crowd(rig, peer, bob, scope)
    member(rig, peer, carol, scope)
    for number in (9, 10):
        first = records_of(bob.notes(scope, 1, after=start, branch=number))[0]
        ends.append((first, bob.notes(scope, 1, after=End(first.seq, first.id))))
    peer.push(carol.notes(scope, 1, x=[ids_of(end)[0] for _, end in ends]))
    for _, end in ends:
        peer.push(end, Part.LAST)
    closure = rig.node.parts.closure
    for first, end in ends:
        assert closure.is_sought(bob.log(scope))
        peer.say(headers_of(Run((first,), bob.key.sign(first.id)), Part.WANTED))
        peer.push(end, Part.WANTED)
    assert not closure.is_sought(bob.log(scope))
    assert all(rig.ledger.has(ids_of(end)[0]) for _, end in ends)


def test_tips_told_of_a_log_with_many_branches_are_not_wanted_at_once() -> None:
    rig, scope, peer, bob = scene(outbound=True)
    start = bob.ends[scope]
    crowd(rig, peer, bob, scope)
    ninth = records_of(bob.notes(scope, 1, after=start, branch=9))[0]
    peer.say(Have((LogTip(bob.log(scope), ninth.seq, ninth.id),)))
    assert peer.all(Want) == []


def test_a_copied_home_with_many_branches_asks_for_them_before_it_signs() -> None:
    rig = Rig()
    scope, bob = rig.found(), Writer("bob")
    own = rig.me.log(scope)
    accept = rig.ledger.id_at(own, 0, 1)
    assert accept is not None
    rig.put(*[rig.me.notes(scope, 1, after=End(1, accept), branch=at) for at in range(MAX_BRANCHES)])
    rig.put(bob.genesis, bob.grant(scope, accept))
    tip = rig.ledger.tips(own)[0]
    rig.store.writer.commit(Batch(8, local=(HeldEntry(own, bob.agent, tip.id, tip.seq),)))
    rig.reborn(copied=True)
    peer = rig.meet(bob, scope)
    peer.level()
    assert [each.logs[0].log for each in peer.all(Want)] == [own]
    assert rig.told(MaySign) == []
    peer.say(Unknown(own))
    rig.wait(40_000)
    peer.level()
    assert len(rig.told(MaySign)) == 1


def test_many_branches_are_joined_by_several_records() -> None:
    rig = Rig()
    scope = rig.found()
    own = rig.me.log(scope)
    accept = rig.ledger.id_at(own, 0, 1)
    assert accept is not None
    rig.put(*[rig.me.notes(scope, 1, after=End(1, accept), branch=at) for at in range(MAX_DEPS + 8)])
    rig.reborn()
    ends = {tip.id for tip in rig.ledger.tips(own)}
    named: set[bytes] = set()
    for number in range(4):
        rig.write(Draft(scope, "note", {"heals": number}))
        newest = max(rig.ledger.tips(own), key=lambda tip: tip.seq)
        record = rig.ledger.record(newest.id)
        assert record is not None
        named |= {record.prev, *record.deps}
    assert named >= ends
