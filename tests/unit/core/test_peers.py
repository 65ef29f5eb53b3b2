"""The peer book: whom to dial, when, and whom to leave alone."""

from meshnode.core.events import AddPeer, AddressesFound, DialResult, RemovePeer
from meshnode.core.ports import Batch
from meshnode.core.reports import DialFailed, PeerBroke, PeerGone
from meshnode.core.rows import PeerEntry
from meshnode.core.settings import CoreSettings
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Bye, Credit, Peers
from tests.support.core_rig import Rig, Writer
from tests.support.core_scene import scene

BOB = Writer("bob")


def add(rig: Rig, peer: str, *addresses: str) -> None:
    rig.feed(AddPeer(rig.ticket(), peer, addresses))


def found(rig: Rig, peer: str, *addresses: str, source: str = "mdns") -> None:
    rig.feed(AddressesFound(peer, addresses, source))


def named(peer: str, address: str) -> str:
    """An address that says whom to expect there, as the book completes it."""
    return f"{address}/p2p/{peer}"


def failed(rig: Rig, peer: str, address: str) -> None:
    rig.feed(DialResult(peer, named(peer, address), False, "refused"))


def entry(rig: Rig, peer: str) -> PeerEntry:
    return next(each for each in rig.node.parts.book.entries() if each.peer == peer)


def test_a_peer_added_by_hand_is_dialled_at_once_and_remembered() -> None:
    rig = Rig()
    add(rig, "bob", "/b")
    rig.wait(0)
    assert rig.dials == [("bob", named("bob", "/b"))]
    assert rig.ledger.peers() == (PeerEntry("bob", addresses=(named("bob", "/b"),), added=True, source="hand"),)


def test_addresses_are_tried_one_after_the_other_then_again_after_a_growing_pause() -> None:
    rig = Rig(settings=CoreSettings(backoff_first=1_000, backoff_most=8_000))
    add(rig, "bob", "/1", "/2")
    pauses = []
    for _ in range(6):
        rig.wait(100_000)
        for address in ("/1", "/2"):
            assert rig.dials.pop(0) == ("bob", named("bob", address))
            failed(rig, "bob", address)
        pauses.append(rig.told(DialFailed)[-1].backoff)
    assert all(
        0.75 * base <= pause <= 1.25 * base
        for base, pause in zip((1_000, 2_000, 4_000, 8_000, 8_000), pauses, strict=False)
    )


def test_why_each_address_failed_is_told() -> None:
    rig = Rig()
    add(rig, "bob", "/1", "/2")
    rig.wait(0)
    rig.feed(DialResult("bob", named("bob", "/1"), False, "refused"))
    rig.feed(DialResult("bob", named("bob", "/2"), False, "timeout"))
    assert [each.reason for each in rig.told(DialFailed)] == ["/1: refused; /2: timeout"]
    rig.dials.clear()
    rig.wait(100_000)
    rig.feed(DialResult("bob", named("bob", "/1"), False, "elsewhere"))
    rig.feed(DialResult("bob", named("bob", "/2"), False, "elsewhere"))
    assert rig.told(DialFailed)[-1].reason == "/1: elsewhere; /2: elsewhere"


def test_an_address_given_by_hand_is_tried_before_those_that_were_known() -> None:
    rig = Rig()
    found(rig, "bob", "/old", "/older")
    add(rig, "bob", "/new")
    rig.wait(0)
    assert rig.dials == [("bob", named("bob", "/new"))]
    assert entry(rig, "bob").addresses == tuple(named("bob", each) for each in ("/new", "/old", "/older"))


def test_an_attempt_under_way_is_not_over_before_an_address_given_by_hand_was_tried() -> None:
    rig = Rig()
    found(rig, "bob", "/old")
    rig.wait(0)
    add(rig, "bob", "/new", "/old")
    failed(rig, "bob", "/old")
    assert (rig.told(DialFailed), rig.dials[1:]) == ([], [("bob", named("bob", "/new"))])
    failed(rig, "bob", "/new")
    assert len(rig.dials) == 2
    assert rig.told(DialFailed)[-1].reason == "/old: refused; /new: refused"


def test_the_address_that_worked_is_tried_first_next_time() -> None:
    rig = Rig()
    add(rig, "peer-bob", "/1", "/2")
    rig.wait(0)
    failed(rig, "peer-bob", "/1")
    peer = rig.dialled(BOB, outbound=True)
    rig.feed(DialResult("peer-bob", named("peer-bob", "/2"), True))
    peer.leaves()
    assert entry(rig, "peer-bob").addresses == (named("peer-bob", "/2"), named("peer-bob", "/1"))


def test_a_dial_that_ended_before_its_connection_was_told_is_no_failure() -> None:
    rig = Rig()
    add(rig, "peer-bob", "/1")
    rig.wait(0)
    rig.feed(DialResult("peer-bob", "/1", True))
    assert rig.told(DialFailed) == []
    rig.feed(DialResult("nobody", "/x", False, "late"))
    rig.feed(DialResult("peer-bob", "/1", False, "late"))
    assert rig.told(DialFailed) == []


def test_a_dial_that_lost_against_one_from_there_counts_as_connected() -> None:
    rig = Rig()
    add(rig, "peer-bob", "/1")
    rig.wait(0)
    rig.node.parts.book._contacts["peer-bob"].conns[99] = 0
    failed(rig, "peer-bob", "/1")
    assert rig.told(DialFailed) == []


def test_a_peer_that_proves_itself_is_remembered_with_where_it_listens() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.greet(listening=("/home",))
    stored = {each.peer: each for each in rig.ledger.peers()}["peer-bob"]
    assert (stored.agent, stored.addresses, stored.source) == (BOB.agent, (named("peer-bob", "/home"),), "inbound")
    assert rig.node.parts.book.agent_of("peer-bob") == BOB.agent
    assert rig.node.parts.book.agent_of("nobody") == b""


def test_after_a_restart_known_peers_are_dialled() -> None:
    rig = Rig()
    found(rig, "bob", "/b")
    rig.reborn()
    rig.wait(0)
    assert rig.dials[-1] == ("bob", named("bob", "/b"))


def test_a_lost_connection_is_dialled_again_soon() -> None:
    rig = Rig()
    peer = rig.dialled(BOB, outbound=True)
    peer.greet()
    rig.wait(15_000)
    peer.level()
    rig.dials.clear()
    peer.leaves()
    rig.wait(1_250)
    assert rig.dials == [("peer-bob", named("peer-bob", "/peer-bob"))]


def test_a_connection_that_does_not_last_counts_as_a_failure() -> None:
    rig = Rig()
    for _ in range(4):
        rig.dialled(BOB, outbound=True).greet()
        next(reversed(rig.peers.values())).leaves()
    rig.dials.clear()
    rig.wait(5_000)
    assert rig.dials == []


def test_only_so_many_connections_are_opened_but_kept_peers_always() -> None:
    rig = Rig(settings=CoreSettings(peers_connected=2))
    for at in range(5):
        found(rig, f"peer {at}", f"/{at}")
    rig.wait(0)
    assert [peer for peer, _ in rig.dials] == ["peer 0", "peer 1"]
    add(rig, "kept", "/kept")
    rig.wait(0)
    assert rig.dials[2:] == [("kept", named("kept", "/kept"))]
    assert rig.node.parts.book.kept() == ["kept"]


def test_nonsense_is_not_taken_down() -> None:
    rig = Rig()
    found(rig, "me", "/me")
    found(rig, "", "/x")
    found(rig, "x" * 200, "/x")
    found(rig, "bob")
    found(rig, "carol", "", "y" * 300)
    assert rig.node.parts.book.entries() == []


def test_a_peer_may_be_added_before_its_addresses_are_known() -> None:
    rig = Rig()
    add(rig, "bob")
    rig.wait(10_000)
    assert rig.dials == []
    found(rig, "bob", "/b")
    found(rig, "bob", "/b")
    rig.wait(0)
    assert rig.dials == [("bob", named("bob", "/b"))]


def test_every_address_says_whom_to_expect_there() -> None:
    rig = Rig()
    found(rig, "bob", "/b", "/b/p2p/bob", "/relay/p2p/carol", "/relay/p2p/carol/p2p-circuit/p2p/bob", "/c/p2p/carol")
    assert entry(rig, "bob").addresses == ("/b/p2p/bob", "/relay/p2p/carol/p2p-circuit/p2p/bob")
    found(rig, "dave", "/c/p2p/carol", "/" + "d" * 249)
    assert [each.peer for each in rig.node.parts.book.entries()] == ["bob"]


def test_addresses_stored_by_an_earlier_version_are_completed() -> None:
    rig = Rig()
    rig.store.writer.commit(Batch(9, local=(PeerEntry("bob", addresses=("/b", "/b/p2p/bob", "/c/p2p/carol")),)))
    rig.reborn()
    assert entry(rig, "bob").addresses == ("/b/p2p/bob",)


def test_addresses_of_a_peer_are_bounded_and_the_latest_word_is_kept() -> None:
    rig = Rig(settings=CoreSettings(addresses_per_peer=3))
    for at in range(6):
        found(rig, "bob", f"/{at}")
    assert entry(rig, "bob").addresses == tuple(named("bob", each) for each in ("/0", "/1", "/5"))


def test_the_book_is_bounded_and_forgets_whom_it_has_not_seen() -> None:
    rig = Rig(settings=CoreSettings(peers_known=2))
    add(rig, "kept", "/k")
    for at in range(3):
        found(rig, f"peer {at}", f"/{at}")
    assert [each.peer for each in rig.node.parts.book.entries()] == ["kept", "peer 2"]
    add(rig, "also kept", "/k")
    found(rig, "too many", "/x")
    assert {each.peer for each in rig.node.parts.book.entries()} == {"kept", "also kept"}
    peer = rig.dialled(BOB)
    peer.greet()
    assert peer.heard, "it is served although there is no room for it in the book"
    peer.say(Credit(1 << 26))
    peer.leaves()
    assert rig.told(PeerBroke)[0].backoff == 0


def test_a_peer_that_breaks_the_protocol_is_left_alone_for_longer_each_time() -> None:
    rig = Rig(settings=CoreSettings(penalty_first=60_000, penalty_most=100_000))
    for _ in range(3):
        peer = rig.dialled(BOB)
        peer.greet(listening=("/bob",))
        peer.say_bytes(b"garbage")
        peer.leaves()
        early = rig.dialled(BOB)
        assert early.bye == "W-FULL"
        early.leaves()
        rig.dials.clear()
        rig.wait(59_000)
        assert rig.dials == []
        rig.wait(300_000)
    assert [each.backoff for each in rig.told(PeerBroke)] == [60_000, 100_000, 100_000]
    assert [each.breach for each in rig.told(PeerBroke)] == [Breach.ENCODING] * 3


def test_a_goodbye_ends_the_conversation_on_this_side_too() -> None:
    rig, _, peer, _ = scene()
    peer.say(Bye(Breach.CLOSING))
    assert peer.closed
    peer.take()
    peer.say(Credit(1))
    assert peer.take() == []
    peer.leaves()
    assert [each.peer for each in rig.told(PeerGone)] == [peer.name]


def test_removing_a_peer_closes_its_connection_and_forgets_it() -> None:
    rig = Rig()
    peer = rig.dialled(BOB, outbound=True)
    peer.greet()
    rig.feed(RemovePeer(rig.ticket(), peer.name))
    rig.feed(RemovePeer(rig.ticket(), "nobody"))
    assert peer.bye == "W-UNWANTED"
    peer.leaves()
    assert rig.ledger.peers() == ()


def test_members_are_introduced_to_each_other_and_to_nobody_else() -> None:
    rig, scope, peer, _ = scene(CoreSettings(peers_told=1))
    peer.leaves()
    for name in ("carol", "dave"):
        other = rig.dialled(Writer(name))
        other.greet(listening=(f"/{name}",))
        other.show(scope)
    newcomer, stranger = rig.meet(Writer("erin"), scope), rig.meet(Writer("frank"))
    assert newcomer.last(Peers) == Peers(newcomer.name_of(scope), (("peer-carol", (named("peer-carol", "/carol"),)),))
    assert stranger.all(Peers) == []


def test_members_are_told_again_after_a_while() -> None:
    rig, scope, peer, _ = scene(CoreSettings(peers_interval=60_000, answer_deadline=10**9))
    other = rig.dialled(Writer("carol"))
    other.greet(listening=("/carol",))
    other.show(scope)
    peer.take()
    rig.wait(80_000)
    assert peer.last(Peers).peers == (("peer-carol", (named("peer-carol", "/carol"),)),)


def test_introductions_are_believed_for_shared_networks_only() -> None:
    rig, scope, peer, _ = scene()
    peer.say(Peers(b"unshared", (("zoe", ("/z",)),)), Peers(peer.name_of(scope), (("yan", ("/y",)),)))
    assert [each.peer for each in rig.node.parts.book.entries() if each.source == "peer"] == ["yan"]


def test_two_connections_to_one_peer_do_no_harm() -> None:
    rig, scope, peer, bob = scene()
    second = rig.meet(bob, scope)
    peer.leaves()
    assert rig.node.parts.book.connected(peer.name)
    second.leaves()
    assert not rig.node.parts.book.connected(peer.name)
    assert not rig.node.parts.book.connected("nobody")


def test_what_was_removed_while_connected_causes_no_trouble_later() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    rig.feed(RemovePeer(rig.ticket(), peer.name))
    rig.node.parts.book._contacts.pop(peer.name, None)
    peer.leaves()
    assert rig.node.parts.book.entries() == []


def test_a_peer_for_whom_the_book_has_no_room_is_served_all_the_same() -> None:
    rig = Rig(settings=CoreSettings(peers_known=1))
    scope = rig.found()
    add(rig, "kept", "/k")
    peer = rig.meet(BOB, scope)
    assert rig.node.parts.ground.sessions[peer.conn].shared
    assert [each.peer for each in rig.node.parts.book.entries()] == ["kept"]


def test_one_that_came_by_itself_is_a_stranger_until_it_shares_a_network() -> None:
    rig = Rig()
    scope = rig.found()
    stranger, member = rig.meet(Writer("eve")), rig.meet(BOB, scope)
    sources = {each.peer: each.source for each in rig.node.parts.book.entries()}
    assert (sources[stranger.name], sources[member.name]) == ("inbound", "member")
