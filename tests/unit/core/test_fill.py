"""Asking for what is lacking: of whom, in which order, and what becomes of it."""

from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.wire.messages import Compare, Item, Listing, LogWant, Mark, Part, Unknown, Want
from tests.support.core_rig import Peer, Rig, Writer, ids_of, network_of
from tests.support.core_scene import scene


def listed(peer: Peer, scope: ScopeId, *items: Item) -> None:
    """Let a peer list items as the end of a round of its own."""
    peer.take()
    peer.say(Compare(2, (), (Listing(peer.name_of(scope), b"\x00", False, items),)))


def item(log: bytes, seq: int = 5, rank: int = 3, word: str = "tip") -> Item:
    return Item(LogId(log), rank, (Mark(seq, RecordId(word.encode().ljust(32, b"."))),))


def log(number: int) -> LogId:
    return LogId(bytes([number]) * 32)


def wanted(peer: Peer) -> list[list[LogId]]:
    return [[each.log for each in want.logs] for want in peer.all(Want)]


def test_causes_are_asked_for_before_effects_and_short_logs_before_long_ones() -> None:
    _, scope, peer, _ = scene()
    listed(peer, scope, item(log(1), 9), item(log(2), 2), item(log(3), 5, 1), item(log(4), 5, 0))
    assert wanted(peer) == [[log(4)], [log(3)], [log(2), log(1)]]


def test_ones_own_log_is_asked_for_first() -> None:
    rig, scope, peer, _ = scene()
    own = rig.me.log(scope)
    listed(peer, scope, item(log(1), 2), item(own, 900))
    assert wanted(peer) == [[own, log(1)]]


def test_what_is_here_or_on_its_way_is_not_asked_for() -> None:
    rig, scope, peer, bob = scene()
    rig.held = True
    peer.push(bob.notes(scope))
    end = bob.ends[scope]
    listed(peer, scope, Item(bob.log(scope), 3, (Mark(end.seq, end.id),)))
    assert wanted(peer) == []


def test_a_want_names_our_tips_and_asks_for_private_parts_if_they_are_kept() -> None:
    for keep in ("all", "own"):
        _rig, scope, peer, bob = scene(CoreSettings(keep_privates=keep))
        end = bob.ends[scope]
        listed(peer, scope, item(bob.log(scope)))
        assert peer.all(Want) == [Want((LogWant(bob.log(scope), (Mark(end.seq, end.id),)),), keep == "all")]


def test_when_our_tips_are_not_known_records_further_back_are_named() -> None:
    rig, scope, peer, bob = scene()
    peer.push(bob.notes(scope, 40))
    listed(peer, scope, item(bob.log(scope), 50))
    peer.take()
    peer.say(Unknown(bob.log(scope)))
    (want,) = peer.all(Want)
    assert [each.seq for each in want.logs[0].have] == [41, 40, 38, 34, 26, 10, 1]
    peer.take()
    peer.say(Unknown(bob.log(scope)))
    assert wanted(peer) == []
    assert rig.node.parts.fill.is_idle(peer.conn)


def test_records_on_every_branch_are_named() -> None:
    rig, scope, peer, bob = scene()
    start = bob.ends[scope]
    for side in ("l", "r"):
        peer.push(bob.notes(scope, 3, after=start, side=side))
    listed(peer, scope, item(bob.log(scope)))
    peer.say(Unknown(bob.log(scope)))
    have = peer.all(Want)[-1].logs[0].have
    assert {each.id for each in have} >= {tip.id for tip in rig.ledger.tips(bob.log(scope))}
    assert have.count(Mark(1, start.id)) == 1


def test_a_log_of_which_nothing_is_here_needs_no_second_want() -> None:
    rig, scope, peer, _ = scene()
    listed(peer, scope, item(log(1)))
    peer.take()
    peer.say(Unknown(log(1)), Unknown(log(2)))
    assert wanted(peer) == []
    assert rig.node.parts.fill.is_idle(peer.conn)


def test_a_log_that_is_only_on_its_way_to_the_disk_has_no_marks_further_back() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    rig.held = True
    member_runs = (carol.genesis, carol.grant(scope))
    for signed in member_runs:
        peer.push(signed, Part.LAST)
    listed(peer, scope, item(carol.log(scope)))
    peer.take()
    peer.say(Unknown(carol.log(scope)))
    assert peer.all(Want) == [Want((LogWant(carol.log(scope), ()),), True)]


def test_only_so_many_logs_are_asked_for_at_once_and_more_when_half_have_come() -> None:
    rig, scope, peer, _ = scene(CoreSettings(fill_logs=4))
    listed(peer, scope, *[item(log(at), at) for at in range(1, 8)])
    assert wanted(peer) == [[log(1), log(2), log(3), log(4)]]
    peer.take()
    peer.say(Unknown(log(1)))
    assert wanted(peer) == []
    peer.say(Unknown(log(2)))
    assert wanted(peer) == [[log(5), log(6)]]
    assert rig.node.parts.fill.wanted(peer.conn) == 4


def test_the_list_of_what_to_ask_for_is_bounded() -> None:
    rig, scope, peer, _ = scene(CoreSettings(fill_logs=2, fill_queue=3))
    listed(peer, scope, *[item(log(at), at) for at in range(1, 20)])
    assert rig.node.parts.fill.listed(peer.conn) <= 3
    assert rig.node.parts.fill.wanted(peer.conn) == 2


def test_what_finds_no_room_on_the_list_is_not_the_same_in_every_round() -> None:
    rig, scope, peer, _ = scene(CoreSettings(fill_logs=2, fill_queue=3))
    offered, seen = [log(at) for at in range(1, 20)], set[LogId]()
    for _ in range(40):
        listed(peer, scope, *[item(each) for each in offered])
        while asked := [each for want in wanted(peer) for each in want]:
            seen.update(asked)
            peer.take()
            peer.say(*[Unknown(each) for each in asked])
    assert rig.node.parts.fill.is_idle(peer.conn)
    assert seen == set(offered)


def test_a_log_is_asked_of_one_connection_and_of_the_next_when_that_is_gone() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    other = rig.meet(carol, scope)
    listed(peer, scope, item(log(1)))
    listed(other, scope, item(log(1)))
    assert (wanted(peer), wanted(other)) == ([[log(1)]], [])
    peer.leaves()
    assert wanted(other) == [[log(1)]]


def test_a_log_that_one_connection_withholds_is_asked_of_another() -> None:
    rig, scope, peer, _ = scene()
    other = rig.meet(Writer("carol"), scope)
    listed(peer, scope, item(log(1)))
    other.level()
    listed(other, scope, item(log(1)))
    assert wanted(other) == []
    rig.wait(10_000)
    other.say(Unknown(log(9)))
    assert wanted(other) == [[log(1)]]
    peer.say(Unknown(log(1)))
    assert rig.node.parts.fill.wanted(other.conn) == 1


def test_listing_the_same_log_twice_asks_for_it_once() -> None:
    _rig, scope, peer, _ = scene()
    listed(peer, scope, item(log(1)), item(log(1)))
    assert wanted(peer) == [[log(1)]]
    peer.say(Compare(2, (), (Listing(peer.name_of(scope), b"\x00", False, (item(log(1)),)),)))
    assert wanted(peer) == [[log(1)]]


def test_a_log_that_moved_on_while_it_came_is_asked_for_again() -> None:
    _rig, scope, peer, bob = scene()
    listed(peer, scope, item(bob.log(scope), 9, word="one"))
    listed(peer, scope, item(bob.log(scope), 12, word="another"))
    assert wanted(peer) == []
    peer.push(bob.notes(scope), Part.LAST)
    assert wanted(peer) == [[bob.log(scope)]]


def test_what_has_come_by_another_way_meanwhile_is_not_asked_for() -> None:
    _rig, scope, peer, bob = scene(CoreSettings(fill_logs=1))
    signed = bob.notes(scope)
    last = Mark(bob.ends[scope].seq, ids_of(signed)[-1])
    listed(peer, scope, item(log(1), 1), Item(bob.log(scope), 3, (last,)))
    peer.push(signed)
    peer.take()
    peer.say(Unknown(log(1)))
    assert wanted(peer) == []


def test_of_a_full_log_nothing_more_is_asked_and_its_fingerprint_says_so() -> None:
    rig, _, peer, bob = scene()
    small = rig.found(name="small", log_records=3)
    peer.show(*rig.node.parts.scopes.carried)
    peer.push(bob.grant(small), Part.LAST)
    peer.push(bob.notes(small, 4), Part.LAST)
    name = bob.log(small)
    before = rig.node.parts.scopes.carried[small].index.get(name)
    rig.reborn()
    fresh = rig.meet(bob, small)
    assert rig.node.parts.scopes.carried[small].index.get(name) != before
    listed(fresh, small, item(name, 9))
    assert wanted(fresh) == []
    assert rig.node.parts.scopes.carried[small].index.get(name) == before


def test_a_log_that_became_full_on_its_way_to_the_disk_is_not_asked_for() -> None:
    rig, _, peer, bob = scene()
    small = rig.found(name="small", log_records=3)
    peer.show(*rig.node.parts.scopes.carried)
    rig.held = True
    peer.push(bob.grant(small), Part.LAST)
    peer.push(bob.notes(small, 4), Part.LAST)
    listed(peer, small, item(bob.log(small), 9))
    assert wanted(peer) == []


def test_who_owes_what_was_wanted_for_too_long_is_closed() -> None:
    rig, scope, peer, bob = scene(CoreSettings(answer_deadline=20_000, sync_interval=10**9))
    peer.level()
    listed(peer, scope, item(bob.log(scope)))
    rig.wait(15_000)
    peer.push(bob.notes(scope), Part.WANTED)
    rig.wait(15_000)
    assert not peer.closed
    rig.wait(5_000)
    assert peer.bye == "W-IDLE"


def test_who_owes_nothing_is_not_closed_although_logs_are_listed() -> None:
    rig, scope, peer, _ = scene(CoreSettings(answer_deadline=9_000, sync_interval=10**9))
    other = rig.meet(Writer("carol"), scope)
    for each in (peer, other):
        each.level()
    listed(other, scope, item(log(2)))
    listed(peer, scope, item(log(1)))
    listed(other, scope, item(log(1)))
    other.say(Unknown(log(2)))
    rig.wait(9_000)
    assert peer.bye == "W-IDLE"
    assert not other.closed


def test_a_network_that_was_just_joined_is_filled_causes_first() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    rig.join(scope)
    peer = rig.meet(bob, scope)
    runs = {0: genesis, 1: bob.genesis, 2: bob.accept(scope)}
    items = [
        Item(signed.runs[0].records[0].log, rank, (Mark(len(ids_of(signed)), ids_of(signed)[-1]),))
        for rank, signed in runs.items()
    ]
    listed(peer, scope, *items[::-1])
    assert [len(each) for each in wanted(peer)] == [1, 1, 1]
    for rank in (2, 1, 0):
        peer.push(runs[rank], Part.LAST)
    assert rig.node.parts.scopes.carried[scope].founded
