"""Rounds: when they are opened, when they end, and what level means."""

from meshnode.core.reports import RoundDone
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import ScopeId
from meshproto.wire.index import WHOLE
from meshproto.wire.messages import Compare, Item, Listing, LogWant, Mark, Part, Range, Unknown, Want
from tests.support.core_rig import Peer, Rig, Writer, ids_of, network_of
from tests.support.core_scene import scene


def openings(peer: Peer) -> list[int]:
    return [each.round for each in peer.all(Compare) if each.ranges and each.ranges[0].span == WHOLE]


def test_the_dialler_opens_a_round_as_soon_as_something_is_shared() -> None:
    rig = Rig()
    scope = rig.found()
    assert openings(rig.meet(Writer("bob"), outbound=True)) == []
    dialled = rig.meet(Writer("dave"), scope, outbound=True)
    assert [each % 2 for each in openings(dialled)] == [0], "the dialler's rounds are even"


def test_whoever_was_dialled_opens_a_round_only_if_the_dialler_does_not() -> None:
    rig = Rig(settings=CoreSettings(answerer_waits=1_000, sync_interval=30_000))
    scope = rig.found()
    mute, quick = rig.meet(Writer("carol"), scope), rig.meet(Writer("erin"), scope)
    print_ = rig.node.parts.scopes.carried[scope].index.fingerprint(WHOLE)
    quick.say(Compare(2, (Range(quick.name_of(scope), WHOLE, print_),), ()))
    assert openings(mute) == []
    rig.wait(1_000)
    assert [each % 2 for each in openings(mute)] == [1], "the answerer's rounds are odd"
    assert openings(quick) == []


def test_a_dialler_that_neither_compares_nor_answers_is_closed() -> None:
    rig = Rig(settings=CoreSettings(answerer_waits=1_000, answer_deadline=30_000))
    silent = rig.meet(Writer("carol"), rig.found())
    rig.wait(1_000)
    rig.wait(29_999)
    assert not silent.closed
    rig.wait(1)
    assert silent.bye == "W-IDLE"


def test_a_dialler_who_is_silent_when_more_is_shared_delays_the_round_by_a_second() -> None:
    rig, first, peer, bob = scene(CoreSettings(answerer_waits=1_000, sync_interval=30_000))
    rig.wait(1_000)
    peer.level()
    peer.take()
    second, _ = network_of(bob)
    peer.show(first, second)
    rig.join(second)
    rig.wait(999)
    assert openings(peer) == []
    rig.wait(1)
    assert len(openings(peer)) == 1


def test_an_empty_answer_to_an_opening_means_level() -> None:
    rig, _, peer, _ = scene()
    peer.level()
    assert rig.told(RoundDone) == [RoundDone(peer.conn, peer.name, 0)]
    assert rig.node.parts.rounds.level_at(peer.conn) == rig.ticks


def test_rounds_are_opened_again_and_again_but_only_one_at_a_time() -> None:
    rig, _, peer, _ = scene(CoreSettings(sync_interval=30_000, answer_deadline=10**9), outbound=True)
    first = peer.round
    rig.wait(100_000)
    assert openings(peer) == [], "the first is not answered yet"
    peer.level()
    rig.wait(40_000)
    assert openings(peer) == [first + 2]


def test_who_does_not_answer_in_time_is_closed() -> None:
    rig, _, peer, _ = scene(CoreSettings(answer_deadline=10_000), outbound=True)
    rig.wait(10_000)
    assert peer.bye == "W-IDLE"


def test_every_answer_that_asks_gives_time_anew() -> None:
    rig, scope, peer, _ = scene(CoreSettings(answer_deadline=10_000, sync_interval=10**9))
    rig.wait(9_000)
    index = rig.node.parts.scopes.carried[scope].index
    assert len(index) < 17
    peer.say(Compare(peer.round, (Range(peer.name_of(scope), WHOLE, b"1" * 32),), ()))
    rig.wait(9_000)
    assert not peer.closed
    rig.wait(1_000)
    assert peer.bye == "W-IDLE"


def test_late_answers_and_answers_to_rounds_nobody_opened_are_passed_over() -> None:
    rig, scope, peer, _ = scene(outbound=True)
    peer.level()
    peer.take()
    peer.say(Compare(peer.round, (), ()), Compare(98, (Range(peer.name_of(scope), WHOLE, b"1" * 32),), ()))
    assert peer.take() == []
    assert len(rig.told(RoundDone)) == 1


def test_a_round_of_theirs_is_answered_whatever_its_number() -> None:
    rig, scope, peer, _ = scene()
    peer.take()
    print_ = rig.node.parts.scopes.carried[scope].index.fingerprint(WHOLE)
    peer.say(Compare(500, (Range(peer.name_of(scope), WHOLE, print_),), ()))
    assert peer.take() == [Compare(500, (), ())]
    assert rig.told(RoundDone) == [RoundDone(peer.conn, peer.name, 0)]


def test_what_a_round_found_is_fetched_and_then_compared_again() -> None:
    rig, scope, peer, bob = scene()
    peer.level()
    signed = bob.notes(scope, 2)
    tip = Mark(bob.ends[scope].seq, ids_of(signed)[-1])
    peer.take()
    peer.say(Compare(2, (), (Listing(peer.name_of(scope), WHOLE, False, (Item(bob.log(scope), 3, (tip,)),)),)))
    assert [type(each) for each in peer.take()] == [Want]
    assert rig.told(RoundDone)[-1].differed == 1
    rig.held = True
    peer.push(signed, Part.LAST)
    assert openings(peer) == [], "not before it is on disk"
    rig.flush()
    assert len(openings(peer)) == 1


def test_a_round_that_led_nowhere_is_not_repeated_at_once() -> None:
    rig, scope, peer, bob = scene()
    peer.level()
    tip = Mark(99, ids_of(bob.notes(scope))[0])
    peer.take()
    peer.say(Compare(2, (), (Listing(peer.name_of(scope), WHOLE, False, (Item(bob.log(scope), 3, (tip,)),)),)))
    peer.take()
    peer.say(Unknown(bob.log(scope)), Unknown(bob.log(scope)))
    assert openings(peer) == []
    assert rig.node.parts.fill.is_idle(peer.conn)


def test_a_step_that_lists_tells_what_it_found_too() -> None:
    rig, scope, peer, _ = scene()
    peer.say(Compare(2, (Range(peer.name_of(scope), WHOLE, bytes(32)),), ()))
    assert rig.told(RoundDone)[-1].differed == len(rig.node.parts.scopes.carried[scope].index)


def test_what_is_gone_is_never_level() -> None:
    rig, _, peer, _ = scene()
    peer.level()
    peer.leaves()
    assert rig.node.parts.rounds.level_at(peer.conn) == -1


def test_a_difference_found_in_a_round_of_theirs_is_theirs_to_follow() -> None:
    rig, scope, peer, _ = scene(CoreSettings(answer_deadline=10_000, sync_interval=10**9))
    peer.level()
    peer.take()
    peer.say(Compare(4, (Range(peer.name_of(scope), WHOLE, b"1" * 32),), ()))
    assert [len(each.listings) for each in peer.all(Compare)] == [1]
    rig.wait(100_000)
    assert not peer.closed, "nothing is owed to us"


def holds_nothing(rig: Rig, peer: Peer, scope: ScopeId, ms: int) -> list[int]:
    """Let time pass while a peer answers each opening that it has nothing; when rounds were opened, in seconds."""
    opened: list[int] = []
    for _ in range(ms // 1_000):
        rig.wait(1_000)
        for number in openings(peer):
            opened.append(rig.ticks // 1_000)
            peer.take()
            peer.say(Compare(number, (), (Listing(peer.name_of(scope), WHOLE, True, ()),)))
    return opened


def test_rounds_with_a_peer_that_takes_nothing_become_rare_until_there_is_news() -> None:
    rig, scope, peer, bob = scene(CoreSettings(sync_interval=30_000))
    assert len(holds_nothing(rig, peer, scope, 3_600_000)) < 20
    at = rig.ticks // 1_000
    peer.push(bob.notes(scope))
    first, *_ = holds_nothing(rig, peer, scope, 60_000)
    assert first - at <= 38, "as soon as ever after something came"


def test_rounds_with_a_peer_that_asks_for_something_stay_as_frequent() -> None:
    rig, scope, peer, _ = scene(CoreSettings(sync_interval=30_000))
    opened: list[int] = []
    for _ in range(30):
        opened += holds_nothing(rig, peer, scope, 60_000)
        peer.say(Want((LogWant(rig.me.log(scope), ()),), False))
    assert len(opened) > 45


def test_rounds_stay_as_frequent_while_not_all_that_differs_has_room_in_one() -> None:
    rig, scope, peer, _ = scene(CoreSettings(sync_interval=30_000, compare_bytes=10))
    assert len(holds_nothing(rig, peer, scope, 1_800_000)) > 45
