"""What a peer may cost: bulk by credit, small messages by rate."""

from meshnode.core.settings import CoreSettings
from meshproto.records.ids import RecordId
from meshproto.wire.messages import Compare, Credit, Get, Graft, Hello, Item, Listing, LogWant, Mark, Part, Want
from tests.support.core_rig import Rig, Writer, ids_of

BOB = Writer("bob")


def test_more_bulk_than_was_granted_ends_the_conversation() -> None:
    rig = Rig(settings=CoreSettings(credit=2_000))
    scope = rig.found()
    peer = rig.meet(BOB, scope)
    peer.push(BOB.notes(BOB.stream, 20))
    assert peer.bye == "W-CREDIT"


def test_credit_comes_back_in_steps_once_what_took_it_is_on_disk() -> None:
    rig = Rig(settings=CoreSettings(credit=100_000, credit_step=3_000))
    scope = rig.found()
    bob = Writer("bob")
    peer = rig.meet(bob, scope)
    rig.held = True
    peer.push(bob.genesis, Part.LAST)
    for _ in range(30):
        peer.push(bob.notes(bob.stream, 3), Part.LAST)
    assert peer.all(Credit) == []
    rig.flush()
    granted = [each.bytes for each in peer.all(Credit)]
    assert len(granted) >= 2
    assert all(each >= 3_000 for each in granted)


def test_what_is_not_stored_gives_its_credit_back_at_once() -> None:
    rig = Rig(settings=CoreSettings(credit=100_000, credit_step=1))
    scope = rig.found()
    peer = rig.meet(BOB, scope)
    peer.push(rig.me.genesis)
    assert len(peer.all(Credit)) == 1


def test_too_many_small_messages_in_a_minute_are_a_flood() -> None:
    rig = Rig(settings=CoreSettings(requests_per_minute=20))
    peer = rig.meet(BOB)
    peer.say(*[Graft(bytes(8))] * 10)
    rig.wait(60_000)
    peer.say(*[Graft(bytes(8))] * 20)
    assert not peer.closed
    peer.say(Graft(bytes(8)))
    assert peer.bye == "W-FLOOD"


def test_messages_weigh_what_it_takes_to_answer_them() -> None:
    rig = Rig(settings=CoreSettings(requests_per_minute=30))
    item = Item(rig.me.log(rig.me.agent), 3, (Mark(1, ids_of(rig.me.genesis)[0]),))
    peer = rig.meet(BOB)
    peer.say(Compare(2, (), (Listing(bytes(8), b"\x00", True, (item,) * 480),)))
    assert peer.bye == "W-FLOOD"
    other = rig.meet(Writer("carol"))
    other.say(Want((LogWant(item.log, ()),) * 480, False))
    assert other.bye == "W-FLOOD"


def test_nobody_may_grant_us_more_than_there_is() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.greet(credit=1 << 26)
    assert peer.heard[0] == peer.last(Hello)
    peer.say(Credit(1))
    assert peer.bye == "W-FLOOD"


def test_asking_for_many_records_weighs_more_than_asking_for_one() -> None:
    rig = Rig(settings=CoreSettings(requests_per_minute=30))
    peer, other = rig.meet(BOB), rig.meet(Writer("carol"))
    peer.say(*[Get((RecordId(bytes(32)),))] * 10)
    assert not peer.closed
    other.say(Get(tuple(RecordId(number.to_bytes(32, "big")) for number in range(480))))
    assert other.bye == "W-FLOOD"
