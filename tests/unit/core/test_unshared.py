"""What nobody shares with one any more, though people are connected who stand there: all that silence can tell."""

from meshproto.records.ids import ScopeId
from tests.support.closed_scene import closed, ended, enters, invited
from tests.support.core_rig import Peer, Rig, Writer

CAROL = Writer("carol")


def with_bob() -> tuple[Rig, ScopeId, Writer, bytes]:
    """A node with a closed network in which Bob stands; and by what he does."""
    rig, scope = closed()
    bob = Writer("bob")
    return rig, scope, bob, enters(rig, scope, bob, invited(rig, scope))


def quiet(rig: Rig, who: Writer) -> Peer:
    """Somebody connects who shares nothing."""
    return rig.meet(who)


def test_who_stands_in_a_network_and_does_not_share_it_is_told() -> None:
    rig, scope, bob, _ = with_bob()
    peer = quiet(rig, bob)
    assert rig.node.unshared() == {scope: (peer.conn,)}
    peer.show(scope)
    assert rig.node.unshared() == {}


def test_as_long_as_anybody_shares_it_nothing_is_amiss() -> None:
    rig, scope, bob, _ = with_bob()
    carol = Writer("carol")
    enters(rig, scope, carol, invited(rig, scope))
    quiet(rig, bob)
    peer = rig.meet(carol, scope)
    assert rig.node.unshared() == {}
    peer.leaves()
    assert list(rig.node.unshared()) == [scope]


def test_who_has_not_shown_yet_what_he_shares_is_not_blamed() -> None:
    rig, _, bob, _ = with_bob()
    peer = rig.dialled(bob)
    assert rig.node.unshared() == {}
    peer.greet()
    assert rig.node.unshared() == {}


def test_strangers_and_ended_people_and_ones_own_devices_have_nothing_to_share() -> None:
    rig, scope, bob, accept = with_bob()
    quiet(rig, CAROL)
    own = Writer("phone")
    own.agent, own.key = rig.me.agent, rig.me.key
    quiet(rig, own)
    assert rig.node.unshared() == {}
    ended(rig, scope, accept)
    quiet(rig, bob)
    assert rig.node.unshared() == {}
