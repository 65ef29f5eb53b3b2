"""A node with an open network of its own and a member of it who is connected: where most tests of the core begin."""

from meshnode.core.settings import CoreSettings
from meshproto.records.ids import ScopeId
from meshproto.wire.messages import Part
from tests.support.core_rig import Peer, Rig, Writer


def scene(settings: CoreSettings | None = None, *, outbound: bool = False) -> tuple[Rig, ScopeId, Peer, Writer]:
    """The node, the network, the connection and the member."""
    rig, bob = Rig(settings=settings), Writer("bob")
    scope = rig.found()
    peer = rig.meet(bob, scope, outbound=outbound)
    member(rig, peer, bob, scope)
    peer.take()
    return rig, scope, peer, bob


def member(rig: Rig, peer: Peer, who: Writer, scope: ScopeId) -> None:
    """Let someone join the network, told by this peer."""
    peer.push(who.genesis, Part.LAST)
    peer.push(who.grant(scope, accept_of(rig, scope)), Part.LAST)
    assert rig.ledger.log(who.log(scope)) is not None


def accept_of(rig: Rig, scope: ScopeId) -> bytes:
    """The founder's accept."""
    found = rig.ledger.id_at(rig.me.log(scope), 0, 1)
    assert found is not None
    return found
