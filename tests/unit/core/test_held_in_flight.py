"""What is on the disk but not yet known to be: a peer found level at that moment does not hold it."""

from meshnode.core.drafts import Draft
from meshnode.core.events import Committed
from meshproto.wire.messages import Headers
from tests.support.core_scene import scene


def test_a_peer_that_is_level_while_a_record_is_being_flushed_is_still_sent_it() -> None:
    rig, scope, peer, _bob = scene()
    rig.held = True
    rig.write(Draft(scope, "note", {"n": 1}))
    rig.store.writer.commit_all(rig.pending)
    (tip,) = rig.ledger.tips(rig.me.log(scope))
    peer.level()
    assert rig.node.held_by(tip.id) == ()
    rig.feed(Committed(rig.pending[-1].number))
    assert rig.stored(tip.id).raw in [raw for each in peer.all(Headers) for raw in each.headers]
