"""Private parts that could not come along with their records: they follow as soon as nothing stands in their way.

A name is one: who has just joined is called something as soon as the fold says that they have joined.
"""

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import Committed
from meshnode.core.serve import OWED_MOST
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import RecordId
from meshproto.types import authority
from meshproto.wire.messages import LogWant, Part, Privates, Want, WantPrivates
from tests.support.closed_scene import KEY, closed, invited, knocks
from tests.support.core_rig import Peer, Rig, Writer, ids_of
from tests.support.core_scene import accept_of, member, scene

QUIET = CoreSettings(live=False, privates_interval=10**8, answer_deadline=10**9, sync_interval=10**9)
CAROL = Writer("carol")


def parts_told(peer: Peer) -> list[RecordId]:
    return [record for each in peer.all(Privates) for record, _ in each.parts]


def parts_wanted(peer: Peer) -> list[RecordId]:
    return [record for each in peer.all(WantPrivates) for record in each.ids]


def reach_the_disk(rig: Rig) -> int:
    """Let what waits for the disk be there before the node is told; returns the number it is to be told."""
    batches, rig.pending = rig.pending, []
    rig.store.writer.commit_all(batches)
    return batches[-1].number


def test_the_part_of_a_newcomer_is_taken_in_before_the_node_is_told_that_the_disk_has_its_record() -> None:
    rig, scope = closed()
    bob = Writer("bob")
    grant, named = invited(rig, scope), bob.notes(bob.stream, text="Bob")
    peer = rig.meet(bob)
    knocks(peer)
    peer.show(scope)
    entered = authority.accept_invitation(grant, bob.agent, KEY)
    peer.push(bob.sign(Draft(scope, "countersign", entered), deps=[accept_of(rig, scope)]))
    rig.held = True
    peer.push(bob.genesis, Part.LAST)
    peer.push(named, Part.LAST)
    number = reach_the_disk(rig)
    peer.say(Privates(named.privates, (), ()))
    rig.feed(Committed(number))
    rig.flush()
    assert [rig.ledger.private(each) is not None for each in ids_of(named)] == [True]


def test_who_refused_a_part_is_asked_anew_once_more_is_shared() -> None:
    _rig, scope, peer, bob = scene(QUIET)
    signed = bob.notes(scope, text="words")
    peer.push(signed)
    peer.say(Privates((), (), tuple(ids_of(signed))))
    peer.show()
    peer.level()
    assert parts_wanted(peer) == []
    peer.show(scope)
    assert parts_wanted(peer) == ids_of(signed)


def test_parts_that_went_by_while_their_run_waited_are_asked_for_once_it_is_stored() -> None:
    rig, scope, peer, _ = scene(QUIET)
    carol = Writer("carol")
    joined, signed = carol.grant(scope, accept_of(rig, scope)), carol.notes(scope, text="words")
    peer.push(joined)
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()))
    assert parts_wanted(peer) == []
    peer.push(carol.genesis, Part.LAST)
    assert parts_wanted(peer) == ids_of(signed)


def lacking() -> tuple[Rig, Peer, Peer, SignedRecords]:
    """A node that holds a record of Bob's without its part; Bob, who could send it, and Carol, who lacks it, too."""
    rig, scope, peer, bob = scene(QUIET)
    other = rig.meet(CAROL, scope)
    signed = bob.notes(scope, text="words")
    peer.push(signed)
    other.take()
    return rig, peer, other, signed


def test_a_part_that_comes_after_its_record_was_served_follows() -> None:
    rig, peer, other, signed = lacking()
    other.say(Want((LogWant(signed.runs[0].records[0].log, ()),), True))
    assert parts_told(other) == []
    peer.say(Privates(signed.privates, (), ()))
    assert parts_told(other) == ids_of(signed)
    assert len(rig.node.parts.privates) == 0


def test_a_part_that_was_asked_for_in_vain_follows_once_it_is_here_and_only_once() -> None:
    rig, peer, other, signed = lacking()
    (record,) = ids_of(signed)
    other.say(WantPrivates((record,)))
    assert other.last(Privates).missing == (record,)
    peer.say(Privates(signed.privates, (), ()))
    other.show()
    other.show(*rig.node.parts.scopes.carried)
    assert parts_told(other) == [record]


def test_a_part_that_might_not_be_read_follows_once_it_may() -> None:
    rig, scope = closed()
    invited(rig, scope)
    signed = rig.me.sign(Draft(scope, "note", {}, {"text": "secret"}), after=rig.me.ends.get(scope), deps=[])
    rig.put(signed)
    peer = rig.meet(CAROL)
    peer.say(WantPrivates(tuple(ids_of(signed))))
    assert peer.last(Privates).missing == tuple(ids_of(signed))
    knocks(peer)
    assert parts_told(peer) == []
    peer.show(scope)
    assert parts_told(peer) == ids_of(signed)


def test_a_part_of_a_stream_follows_once_its_agent_stands_in_what_is_shared() -> None:
    rig, scope, peer, _ = scene(QUIET)
    dave = Writer("dave")
    named = dave.notes(dave.stream, text="Dave")
    rig.put(dave.genesis, named)
    peer.say(WantPrivates(tuple(ids_of(named))))
    assert peer.last(Privates).missing == tuple(ids_of(named))
    member(rig, peer, dave, scope)
    assert parts_told(peer) == ids_of(named)


def test_no_more_parts_are_owed_to_a_connection_than_a_bound() -> None:
    _rig, peer, other, signed = lacking()
    others = [RecordId(number.to_bytes(32, "big")) for number in range(OWED_MOST)]
    other.say(WantPrivates((*ids_of(signed), *others)))
    peer.say(Privates(signed.privates, (), ()))
    assert parts_told(other) == []


def test_who_has_gone_is_owed_nothing() -> None:
    _rig, peer, other, signed = lacking()
    other.say(WantPrivates(tuple(ids_of(signed))))
    other.leaves()
    peer.say(Privates(signed.privates, (), ()))
    assert parts_told(other) == []
