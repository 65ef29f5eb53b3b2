"""Asking for single records: after a pause, of one peer after the other, for as long as they are missing."""

from meshnode.core.drafts import Draft
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import RecordId
from meshproto.wire.messages import Get, Part
from tests.support.core_rig import Rig, Writer, ids_of
from tests.support.core_scene import scene

QUIET = CoreSettings(answer_deadline=10**9, sync_interval=10**9, get_interval=1_000)
MISSING = RecordId(b"m" * 32)


def test_what_is_named_and_missing_is_asked_for_after_a_pause() -> None:
    rig, scope, peer, bob = scene(QUIET)
    peer.push(bob.notes(scope, x=MISSING))
    rig.wait(999)
    assert peer.all(Get) == []
    rig.wait(1)
    assert peer.all(Get) == [Get((MISSING,))]


def test_what_comes_by_itself_is_not_asked_for() -> None:
    rig, scope, peer, bob = scene(QUIET)
    carol = Writer("carol")
    peer.push(bob.sign(Draft(scope, "note", {"who": carol.agent})))
    peer.push(carol.genesis, Part.LAST)
    rig.wait(100_000)
    assert peer.all(Get) == []
    assert len(rig.node.parts.getter) == 0


def test_each_try_asks_another_peer_after_a_longer_pause() -> None:
    rig, scope, peer, bob = scene(QUIET)
    other = rig.meet(Writer("carol"), scope)
    peer.push(bob.notes(scope, x=MISSING))
    counts = []
    for _ in range(6):
        rig.wait(1_000)
        counts.append((len(peer.all(Get)), len(other.all(Get))))
    assert counts == [(1, 0), (1, 1), (1, 1), (2, 1), (2, 1), (2, 1)]
    rig.wait(300_000)
    assert 6 <= len(peer.all(Get)) + len(other.all(Get)) <= 14


def test_nobody_is_asked_while_nobody_shares_the_network() -> None:
    rig, scope, peer, bob = scene(QUIET)
    peer.push(bob.notes(scope, x=MISSING))
    peer.leaves()
    stranger = rig.meet(Writer("dave"))
    rig.wait(10_000)
    assert stranger.all(Get) == []
    late = rig.meet(Writer("erin"), scope)
    rig.wait(100_000)
    assert late.all(Get)[0] == Get((MISSING,))


def test_only_so_many_are_asked_for_in_one_message() -> None:
    rig, scope, peer, bob = scene(CoreSettings(answer_deadline=10**9, sync_interval=10**9, get_batch=2))
    for at in range(5):
        peer.push(bob.notes(scope, x=bytes([at + 1]) * 32))
    rig.wait(1_000)
    assert [len(each.ids) for each in peer.all(Get)] == [2, 2, 1]


def test_what_was_missing_in_earlier_lives_is_asked_for_again() -> None:
    rig, scope, peer, bob = scene(QUIET)
    peer.push(bob.notes(scope, x=MISSING))
    rig.reborn()
    fresh = rig.meet(bob, scope)
    rig.wait(1_000)
    assert fresh.all(Get) == [Get((MISSING,))]


def test_what_is_remembered_as_missing_is_bounded() -> None:
    rig, scope, peer, bob = scene(CoreSettings(waits_max=3))
    for at in range(6):
        peer.push(bob.notes(scope, x=bytes([at + 1]) * 32))
    assert len(rig.node.parts.getter) == 3


def test_a_record_got_by_id_whose_log_is_not_here_makes_us_want_the_log() -> None:
    _rig, scope, peer, bob = scene(QUIET)
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    carol.notes(scope, 3)
    last = carol.notes(scope)
    peer.push(bob.sign(Draft(scope, "note", {"x": ids_of(last)[0]})))
    peer.take()
    peer.push(last, Part.LAST)
    assert [type(each).__name__ for each in peer.take()] == ["Want"]


def test_runs_of_unknown_authors_of_unknown_logs_are_asked_of_whoever_is_there() -> None:
    rig = Rig(settings=QUIET)
    scope = rig.found()
    peer = rig.meet(Writer("bob"), scope)
    carol = Writer("carol")
    peer.push(carol.grant(scope))
    assert len(peer.all(Get)) == 1, "whoever sent it is asked at once"
    peer.push(carol.notes(scope))
    rig.wait(1_000)
    assert len(peer.all(Get)) == 2
