"""Being let in: who proves to hold an invitation is told of the network, and nobody else learns that there is one."""

import pytest

from meshnode.core.doors import KNOCKS_HEARD, KNOCKS_WAITING
from meshnode.core.drafts import Draft
from meshnode.core.effects import LetIn, ShutOut
from meshnode.core.events import EnterBy, JoinScope
from meshnode.core.rows import JoinedEntry
from meshproto.records.ids import ScopeId
from meshproto.types import authority, identity
from meshproto.wire import session as words
from meshproto.wire.messages import Door, DoorState, Knock, Scopes
from tests.support.closed_scene import KEY, SECRET, closed, ended, enters, invited, knocks, shared, written
from tests.support.core_rig import Peer, Rig, Writer, network_of

BOB, CAROL = Writer("bob"), Writer("carol")
WALL = Door(DoorState.UNKNOWN, b"", b"", b"")
OTHER = words.invitation_key(b"another secret !")


def test_who_holds_an_invitation_is_told_the_network_and_shares_it() -> None:
    rig, scope = closed()
    grant = invited(rig, scope)
    peer = rig.meet(BOB)
    tag = words.door_tag(KEY.public, peer.transcript, words.ANSWERER)
    assert knocks(peer) == Door(DoorState.OPEN, tag, scope, grant)
    assert shared(rig, peer) == set()
    peer.show(scope)
    assert shared(rig, peer) == {scope}


def test_an_invitation_to_an_open_network_opens_it() -> None:
    rig = Rig()
    scope = rig.found()
    rig.fold()
    grant = invited(rig, scope)
    door = knocks(rig.meet(BOB))
    assert (door.state, door.network, door.grant) == (DoorState.OPEN, scope, grant)


def test_a_knock_at_a_peer_that_was_dialled_is_answered_in_its_role() -> None:
    rig, scope = closed()
    invited(rig, scope)
    peer = rig.meet(BOB, outbound=True)
    assert knocks(peer).tag == words.door_tag(KEY.public, peer.transcript, words.DIALLER)


def test_a_wrong_secret_a_wrong_proof_and_no_invitation_at_all_sound_alike() -> None:
    rig, scope = closed()
    peer = rig.meet(BOB)
    assert knocks(peer) == WALL
    invited(rig, scope)
    assert knocks(peer, OTHER) == WALL
    assert knocks(peer, proof=bytes(64)) == WALL
    peer.show(scope)
    assert shared(rig, peer) == set()


def test_who_was_invited_is_told_why_the_door_is_shut() -> None:
    rig, scope = closed()
    first, late = invited(rig, scope), words.invitation_key(b"yesterday's news")
    peer = rig.meet(CAROL)
    enters(rig, scope, BOB, first)
    assert knocks(peer).state is DoorState.USED
    second = invited(rig, scope, key=OTHER)
    ended(rig, scope, second)
    assert knocks(peer, OTHER).state is DoorState.ENDED
    invited(rig, scope, key=late, until="2027-01-14")
    assert knocks(peer, late).state is DoorState.LATE
    assert (knocks(peer, late).network, knocks(peer, late).grant) == (b"", b"")


def test_an_invitation_holds_on_its_last_day() -> None:
    rig, scope = closed()
    invited(rig, scope, until="2027-01-15")
    assert knocks(rig.meet(BOB)).state is DoorState.OPEN


def test_nobody_is_let_into_a_network_that_was_dissolved() -> None:
    rig, scope = closed()
    invited(rig, scope)
    dissolves(rig, scope)
    assert knocks(rig.meet(BOB)).state is DoorState.ENDED


def dissolves(rig: Rig, scope: ScopeId) -> None:
    ends = written(rig, Draft(scope, "resolution", authority.resolution("dissolve")))
    written(rig, Draft(scope, "countersign", identity.accept(ends)))


def test_a_guest_is_a_guest_only_while_the_invitation_is_open() -> None:
    rig, scope = closed()
    grant = invited(rig, scope)
    peer = rig.meet(BOB)
    knocks(peer)
    peer.show(scope)
    ended(rig, scope, grant)
    assert shared(rig, peer) == set()


def test_too_many_knocks_end_the_conversation() -> None:
    rig, _ = closed()
    peer = rig.meet(BOB)
    for _ in range(KNOCKS_HEARD):
        knocks(peer)
    assert not peer.closed
    knocks(peer)
    assert peer.bye == "W-FLOOD"


def enter(rig: Rig, who: Writer = BOB, secret: bytes = SECRET) -> int:
    ticket = rig.ticket()
    rig.feed(EnterBy(ticket, secret, f"peer-{who.name}", (f"/{who.name}",)))
    return ticket


def opens(peer: Peer, scope: ScopeId, *, state: DoorState = DoorState.OPEN) -> Door:
    tag = words.door_tag(KEY.public, peer.transcript, peer.role)
    return Door(state, tag, *((scope, b"g" * 32) if state is DoorState.OPEN else (b"", b"")))


@pytest.mark.parametrize("outbound", [False, True])
def test_one_knocks_at_the_peer_of_the_invitation_and_at_no_other(outbound: bool) -> None:
    rig = Rig()
    enter(rig)
    rig.wait(0)
    assert rig.dials == [("peer-bob", "/bob/p2p/peer-bob")]
    other, peer = rig.meet(CAROL), rig.meet(BOB, outbound=outbound)
    assert other.all(Knock) == []
    ours = words.DIALLER if outbound else words.ANSWERER
    (knock,) = peer.all(Knock)
    assert knock.tag == words.door_tag(KEY.public, peer.transcript, ours)
    assert words.is_knock(KEY.public, peer.transcript, ours, rig.me.agent, knock.proof)


def test_an_open_door_leads_into_the_network_and_only_this_peer_hears_of_it() -> None:
    rig, (scope, _) = Rig(), network_of(BOB, is_open=False)
    peer, other = rig.meet(BOB), rig.meet(CAROL)
    ticket = enter(rig)
    before = len(other.all(Scopes))
    peer.say(opens(peer, scope))
    assert rig.answers[ticket] == LetIn(scope)
    (row,) = rig.ledger.rows(JoinedEntry)
    proof = authority.accept_invitation(b"g" * 32, rig.me.agent, KEY)["proof"]
    assert (row.network, row.host, row.invitation) == (scope, "peer-bob", b"g" * 32 + proof)  # type: ignore[operator]  # bytes
    peer.show(scope)
    other.show(scope)
    assert (shared(rig, peer), shared(rig, other)) == ({scope}, set())
    assert len(other.all(Scopes)) == before
    rig.reborn()
    again, stranger = rig.meet(BOB, scope), rig.meet(CAROL, scope)
    assert (shared(rig, again), shared(rig, stranger)) == ({scope}, set())


def test_who_was_told_of_a_network_at_a_peer_asks_nobody_else_for_it_in_the_next_life_either() -> None:
    rig, (scope, _) = Rig(), network_of(BOB, is_open=False)
    rig.feed(JoinScope(rig.ticket(), scope, (("peer-bob", ("/bob",)),)))
    rig.feed(JoinScope(rig.ticket(), scope))
    rig.reborn()
    bob, stranger = rig.meet(BOB, scope), rig.meet(CAROL, scope)
    assert (shared(rig, bob), shared(rig, stranger)) == ({scope}, set())
    assert stranger.last(Scopes).tags == ()


def test_who_is_let_into_a_network_that_was_only_relayed_belongs_to_it() -> None:
    rig, (scope, _) = Rig(), network_of(BOB, is_open=False)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    peer = rig.meet(BOB)
    enter(rig)
    peer.say(opens(peer, scope))
    (row,) = rig.ledger.rows(JoinedEntry)
    assert (row.relayed, list(rig.node.parts.policy.relayed)) == (False, [])


@pytest.mark.parametrize("state", ["used", "ended", "late"])
def test_a_shut_door_is_told_to_whoever_waits(state: str) -> None:
    rig = Rig()
    peer = rig.meet(BOB)
    ticket = enter(rig)
    peer.say(opens(peer, ScopeId(b""), state=DoorState(state)))
    assert rig.answers[ticket] == ShutOut(state)


def test_a_door_at_which_nobody_knocked_or_with_another_tag_is_passed_over() -> None:
    rig, (scope, _) = Rig(), network_of(BOB, is_open=False)
    peer, other = rig.meet(BOB), rig.meet(CAROL)
    peer.say(opens(peer, scope))
    ticket = enter(rig)
    other.say(opens(other, scope))
    peer.say(Door(DoorState.OPEN, b"?" * 32, scope, b"g" * 32))
    assert ticket not in rig.answers
    assert scope not in rig.node.parts.scopes.carried
    peer.say(WALL)
    assert rig.answers[ticket] == ShutOut("unknown")


def test_a_knock_is_repeated_when_the_peer_comes_back() -> None:
    rig = Rig()
    enter(rig)
    first, _ = rig.meet(BOB), rig.meet(CAROL)
    first.leaves()
    assert len(rig.meet(BOB).all(Knock)) == 1


def test_who_knocks_anew_takes_the_place_of_the_earlier_one_and_few_wait_at_once() -> None:
    rig = Rig()
    first = enter(rig)
    second = enter(rig)
    assert rig.answers[first] == ShutOut("again")
    for number in range(KNOCKS_WAITING):
        enter(rig, Writer(f"{number}"))
    assert rig.answers[second] == ShutOut("again")
