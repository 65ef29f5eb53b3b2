"""Syncs and joins that somebody waits for."""

from meshnode.core.effects import Joined, Synced
from meshnode.core.events import AddPeer, DialResult, LeaveScope, SyncNow
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.wire.index import WHOLE
from meshproto.wire.messages import Compare, Item, Listing, Mark, Part
from tests.support.core_rig import Peer, Rig, Writer, network_of
from tests.support.core_scene import scene

QUIET = CoreSettings(answer_deadline=10**9, sync_interval=10**9, sync_wait=60_000)


def sync(rig: Rig, peer: str | None = None) -> int:
    ticket = rig.ticket()
    rig.feed(SyncNow(ticket, peer))
    return ticket


def test_a_sync_with_nobody_is_over_at_once() -> None:
    rig = Rig()
    assert rig.answers[sync(rig)] == Synced((), (), 0)


def test_a_sync_ends_when_all_are_level() -> None:
    rig, _, peer, bob = scene(QUIET)
    peer.level()
    ticket = sync(rig)
    assert ticket in rig.answers, "it was found level at this very moment"
    rig.wait(10)
    ticket = sync(rig)
    assert ticket not in rig.answers
    peer.push(bob.notes(bob.stream), Part.LAST)
    peer.level()
    assert rig.answers[ticket] == Synced((peer.name,), (), 1)


def test_who_shares_nothing_is_level_once_that_is_clear() -> None:
    rig = Rig()
    peer = rig.dialled(Writer("bob"))
    peer.greet()
    ticket = sync(rig)
    assert ticket not in rig.answers
    peer.show()
    assert rig.answers[ticket] == Synced((peer.name,), (), 0)


def test_a_sync_dials_and_fails_with_who_cannot_be_reached() -> None:
    rig = Rig()
    rig.feed(AddPeer(rig.ticket(), "bob", ("/b",)))
    ticket = sync(rig)
    rig.wait(0)
    assert rig.dials == [("bob", "/b/p2p/bob")]
    rig.feed(DialResult("bob", "/b", False, "refused"))
    assert rig.answers[ticket] == Synced((), ("bob",), 0)
    assert rig.answers[sync(rig, "nobody")] == Synced((), ("nobody",), 0)


def test_a_sync_is_answered_in_the_end_whatever_happens() -> None:
    rig, _, peer, _ = scene(QUIET)
    rig.wait(10)
    ticket = sync(rig, peer.name)
    rig.wait(59_999)
    assert ticket not in rig.answers
    rig.wait(1)
    assert rig.answers[ticket] == Synced((), (peer.name,), 0)


def test_who_is_not_level_is_compared_with_again() -> None:
    rig, scope, peer, _ = scene(QUIET)
    rig.wait(10)
    ticket = sync(rig)
    first = peer.round
    peer.say(_differs(peer, scope))
    rig.wait(1_000)
    assert peer.round > first
    peer.level()
    assert rig.answers[ticket] == Synced((peer.name,), (), 0)


def _differs(peer: Peer, scope: ScopeId) -> Compare:
    """A step that ends a round with something found."""
    item = Item(LogId(b"l" * 32), 3, (Mark(1, RecordId(b"r" * 32)),))
    return Compare(peer.round, (), (Listing(peer.name_of(scope), b"\x00", False, (item,)),))


def test_a_join_is_answered_when_all_founders_have_accepted() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    scope, genesis = network_of(bob, carol)
    ticket = rig.join(scope)
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, carol.genesis, genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    assert ticket not in rig.answers
    peer.push(carol.accept(scope), Part.LAST)
    assert rig.answers[ticket] == Joined(scope)
    again = rig.join(scope)
    assert rig.answers[again] == Joined(scope)


def test_a_join_ends_when_the_network_is_left() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, _ = network_of(bob)
    ticket = rig.join(scope)
    rig.feed(LeaveScope(rig.ticket(), scope))
    assert rig.answers[ticket] == Joined(scope)


def test_a_sync_with_one_peer_leaves_the_others_alone() -> None:
    rig, scope, peer, _ = scene(QUIET)
    other = rig.meet(Writer("carol"), scope)
    for each in (peer, other):
        each.level()
    rig.wait(10)
    for each in (peer, other):
        each.take()
    sync(rig, peer.name)
    rig.wait(1_000)
    assert Compare in [type(each) for each in peer.take()]
    assert Compare not in [type(each) for each in other.take()]


def test_who_is_level_already_is_not_compared_with_again() -> None:
    rig, scope, peer, _ = scene(QUIET)
    other = rig.meet(Writer("carol"), scope)
    other.level()
    rig.wait(10)
    ticket = sync(rig)
    other.level()
    other.take()
    rig.wait(1_000)
    assert Compare not in [type(each) for each in other.take()]
    peer.level()
    assert rig.answers[ticket] == Synced((peer.name, other.name), (), 0)


def test_a_sync_does_not_wait_long_for_a_peer_that_takes_nothing() -> None:
    rig, scope, peer, _ = scene(CoreSettings(sync_wait=60_000))
    ticket = sync(rig, peer.name)
    while ticket not in rig.answers:
        peer.say(Compare(peer.last(Compare).round, (), (Listing(peer.name_of(scope), WHOLE, True, ()),)))
        rig.wait(1_000)
    assert rig.answers[ticket] == Synced((), (peer.name,), 0)
    assert 15_000 <= rig.ticks <= 20_000
